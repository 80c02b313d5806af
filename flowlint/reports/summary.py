"""What a report says after its findings: the rules, what was not judged, what was assumed, what went wrong."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from flowlint.errors import Fault
from flowlint.reports.terminal import Paint, clip, count, paragraph, safe
from flowlint.verdict.finding import RuleFault, Verdict
from flowlint.verdict.order import SEVERITIES

SENTENCES = 12
"""Sentences of one kind that are written out."""
RULES_NAMED = 6


def rule_table(verdict: Verdict, columns: int, paint: Paint, *, everything: bool) -> Iterator[str]:
    """Yield the table of rules with findings or with something not judged; of all rules if ``everything``."""
    from tabulate import tabulate

    found = Counter(finding.rule for finding in verdict.findings)
    # Findings stand in order of severity: the last one written here is the gravest of its rule.
    severities = {**verdict.severities, **{one.rule: one.severity for one in reversed(verdict.findings)}}
    rows = []
    for code in verdict.rules:
        counts = verdict.judged.get(code)
        if counts is None or not (everything or found[code] or counts.not_judged):
            continue
        name = clip(safe(verdict.catalogue.get(code, ("", ""))[0]), max(columns - 58, 8))
        rows.append(
            (code, name, severities.get(code, ""), found[code], counts.applies - counts.not_judged, counts.not_judged)
        )
    if not rows:
        return
    headers = ("code", "name", "severity", "findings", "judged", "not judged")
    head, rule, *body = tabulate(rows, headers, tablefmt="simple", disable_numparse=[0, 1, 2]).splitlines()
    yield paint.strong(head)
    yield rule
    yield from (line.rstrip() for line in body)
    silent = len(verdict.judged) - len(rows)
    if silent:
        yield paint.faint(f"{count(silent, 'more rule')} judged all there was and found nothing")
    yield ""


def remarks(verdict: Verdict, columns: int, paint: Paint) -> Iterator[str]:
    """Yield what was not judged and why, why the data is not whole, what was inferred, and notes."""
    yield from _block("Not judged", _reasons(verdict), columns, paint)
    damaged = {fault.message for fault in verdict.faults}
    bounds = [] if verdict.complete else [reason for reason in verdict.reasons if reason not in damaged]
    yield from _block("The data is not complete", bounds, columns, paint)
    yield from _block("Inferred, since no mapping says it", verdict.inferred, columns, paint)
    yield from _block("Notes", verdict.notes, columns, paint)


def troubles(verdict: Verdict, columns: int, paint: Paint) -> Iterator[str]:
    """Yield what raises the exit status beside findings: damaged input and rules that failed."""
    damaged = [f"{fault.place}: {_what(fault)}" for fault in verdict.faults]
    failed = [f"{fault.place or fault.rule}: {_what(fault)}" for fault in verdict.rule_faults]
    yield from _block("Damaged input; the rest was judged", damaged, columns, paint)
    yield from _block("Rules that failed; the others ran", failed, columns, paint)


def _what(fault: Fault | RuleFault) -> str:
    return f"{fault.message} ({fault.help})" if fault.help else fault.message


def cut_off(shown: int, total: int) -> str:
    """Return the sentence that says a limit was set on what is shown."""
    return f"Only the first {shown} of {total} findings are shown (--max-findings); the exit status counts all of them."


def last_line(verdict: Verdict) -> str:
    """Return the one sentence that sums the run up; a run that could judge nothing does not read like a clean one."""
    tally = Counter(finding.severity for finding in verdict.findings)
    hidden = sum(verdict.hidden.values())
    by = ", ".join(f"{number} by {name}" for name, number in verdict.hidden.items() if number)
    scope = f"{count(verdict.issues, 'issue')}"
    scope += f" of {count(verdict.projects, 'project')}" if verdict.projects else ""
    tail = f"; {hidden} hidden ({by})" if hidden else ""
    if verdict.findings:
        counts = ", ".join(count(tally[name], name) for name in SEVERITIES)
        return f"{counts} in {scope}{tail}"
    judged = sum(counts.applies - counts.not_judged for counts in verdict.judged.values())
    if not judged:
        return f"Nothing was judged: no rule could say anything about {scope}{tail}"
    unjudged = sum(counts.not_judged for counts in verdict.judged.values())
    but = f", {unjudged} could not be made" if unjudged else ""
    return f"No findings: {count(len(verdict.judged), 'rule')} made {count(judged, 'judgement')} on {scope}{but}{tail}"


def _reasons(verdict: Verdict) -> list[str]:
    """Return each reason why something was not judged, with its count and the rules it stopped; the commonest first."""
    counts: Counter[str] = Counter()
    rules: dict[str, list[str]] = {}
    for code, judged in verdict.judged.items():
        for reason, number in judged.reasons.items():
            counts[reason] += number
            rules.setdefault(reason, []).append(code)
    ordered = sorted(counts, key=lambda reason: (-counts[reason], reason))
    return [f"{count(counts[reason], 'time')}: {reason} ({_some(rules[reason])})" for reason in ordered]


def _some(codes: Sequence[str]) -> str:
    more = f" and {len(codes) - RULES_NAMED} more" if len(codes) > RULES_NAMED else ""
    return ", ".join(codes[:RULES_NAMED]) + more


def _block(title: str, sentences: Iterable[str], columns: int, paint: Paint) -> Iterator[str]:
    said = list(sentences)
    if not said:
        return
    yield paint.strong(f"{title}:")
    for sentence in said[:SENTENCES]:
        yield from paragraph(sentence, columns, "  ", hanging="    ")
    if len(said) > SENTENCES:
        yield f"  … and {len(said) - SENTENCES} more (--format json lists all)"
    yield ""
