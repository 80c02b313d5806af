"""The verdict: what is found, what is hidden, what was judged at all, and the exit status that follows."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from flowlint import __version__
from flowlint.config.mapping import Mapping as Configuration
from flowlint.engine.outcome import Outcome, Violation
from flowlint.engine.rule import Rule
from flowlint.errors import EXIT_CLEAN, EXIT_FINDINGS, EXIT_SOURCE, EXIT_USAGE, Fault
from flowlint.verdict.comments import Comments
from flowlint.verdict.exceptions import Muting
from flowlint.verdict.finding import Finding, Judged, PulledSite, RuleFault, Verdict
from flowlint.verdict.order import SEVERITIES, finding_order
from flowlint.verdict.stamp import Stamp, cause_of

GROUPED_FROM = 10
"""Findings of one rule, project and cause from which on reports may show them as one."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What the verdict repeats of the run; meanings as in Verdict."""

    as_of: date
    sources: tuple[str, ...] = ()
    issues: int = 0
    projects: int = 0
    complete: bool = True
    reasons: tuple[str, ...] = ()
    inferred: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    faults: tuple[Fault, ...] = ()
    """Damaged input: leads to status 3."""
    rule_faults: tuple[RuleFault, ...] = ()
    """Rules that could not even be started, a broken rule file for one: lead to status 2."""
    pulled: tuple[PulledSite, ...] = ()
    comments: Comments = field(default_factory=dict)
    """What comments in the mapping's files set aside."""


def judge(outcomes: Sequence[Outcome], mapping: Configuration, facts: Facts, fail_on: str | None = None) -> Verdict:
    """Return the verdict on what the rules found. ``fail_on`` None means the mapping's threshold."""
    threshold = fail_on or mapping.base.rules.fail_on
    stamp = Stamp(mapping)
    rules = {outcome.rule.id: outcome.rule for outcome in outcomes}
    shown, hidden = _shown(outcomes, stamp, Muting(mapping, facts.as_of, facts.comments))
    failed = [RuleFault(outcome.rule.id, outcome.error) for outcome in outcomes if outcome.error is not None]
    rule_faults = tuple(dict.fromkeys((*facts.rule_faults, *failed)))
    return Verdict(
        tool_version=__version__,
        as_of=facts.as_of.isoformat(),
        sources=facts.sources,
        issues=facts.issues,
        rules=tuple(sorted(rules)),
        complete=facts.complete,
        reasons=facts.reasons,
        inferred=facts.inferred,
        notes=facts.notes,
        pulled=facts.pulled,
        findings=tuple(sorted(shown, key=finding_order)),
        judged=_judged(outcomes),
        hidden=hidden,
        faults=facts.faults,
        rule_faults=rule_faults,
        catalogue={code: (rules[code].name, rules[code].summary) for code in sorted(rules)},
        severities={code: stamp.severity(rules[code], None) for code in sorted(rules)},
        projects=facts.projects,
        fail_on=threshold,
        status=_status(shown, threshold, rule_faults, facts.faults),
    )


def together(verdicts: Sequence[Verdict]) -> Verdict:
    """Return one verdict on several mappings; the status is the highest of theirs.

    What is found in a file that several of them extend is told once.
    """
    first, *others = verdicts
    if not others:
        return first
    codes = sorted({code for verdict in verdicts for code in verdict.judged})
    once: dict[tuple[object, ...], Finding] = {}
    for one in sorted((one for verdict in verdicts for one in verdict.findings), key=finding_order):
        once.setdefault((one.rule, one.location, one.message), one)  # the gravest of them comes first
    return replace(
        first,
        rules=tuple(sorted({rule for verdict in verdicts for rule in verdict.rules})),
        findings=tuple(once.values()),
        judged={code: _sum([one.judged[code] for one in verdicts if code in one.judged]) for code in codes},
        hidden={name: sum(verdict.hidden[name] for verdict in verdicts) for name in first.hidden},
        notes=tuple(dict.fromkeys(note for verdict in verdicts for note in verdict.notes)),
        rule_faults=tuple(dict.fromkeys(fault for verdict in verdicts for fault in verdict.rule_faults)),
        catalogue={code: about for verdict in verdicts for code, about in verdict.catalogue.items()},
        severities={code: severity for verdict in verdicts for code, severity in verdict.severities.items()},
        lines={place: line for verdict in verdicts for place, line in verdict.lines.items()},
        status=max(verdict.status for verdict in verdicts),
    )


def _sum(counts: Sequence[Judged]) -> Judged:
    reasons: Counter[str] = Counter()
    for one in counts:
        reasons.update(one.reasons)
    return Judged(
        sum(one.applies for one in counts),
        sum(one.findings for one in counts),
        reasons.total(),
        dict(sorted(reasons.items())),
    )


def _shown(outcomes: Iterable[Outcome], stamp: Stamp, muting: Muting) -> tuple[list[Finding], dict[str, int]]:
    """Return the findings that nothing hides, and how many are hidden by what.

    A finding whose rule, project and cause at least nine others share is of a group.
    """
    hidden = {"exceptions": 0, "baseline": 0, "labels": 0, "comments": 0}
    shown: list[tuple[Rule, Violation, tuple[str, ...]]] = []
    for outcome in outcomes:
        for violation in outcome.violations:
            hiding = muting.hides(outcome.rule, violation)
            if hiding is None:
                shown.append((outcome.rule, violation, cause_of(outcome.rule, violation)))
            else:
                hidden[hiding] += 1
    sizes = Counter((rule.id, violation.project, cause) for rule, violation, cause in shown)
    groups = {group for group, size in sizes.items() if size >= GROUPED_FROM}
    return [
        stamp.finding(rule, violation, cause, grouped=(rule.id, violation.project, cause) in groups)
        for rule, violation, cause in shown
    ], hidden


def _judged(outcomes: Iterable[Outcome]) -> dict[str, Judged]:
    """Add up the counts of all runs of one rule; a run that failed judged nothing and counts nothing."""
    applies: Counter[str] = Counter()
    findings: Counter[str] = Counter()
    reasons: dict[str, Counter[str]] = {}
    for outcome in outcomes:
        if outcome.error is None:
            code = outcome.rule.id
            applies[code] += outcome.applies
            findings[code] += len(outcome.violations)
            reasons.setdefault(code, Counter()).update(outcome.not_judged)
    return {
        code: Judged(applies[code], findings[code], reasons[code].total(), dict(sorted(reasons[code].items())))
        for code in sorted(reasons)
    }


def _status(
    findings: Iterable[Finding], threshold: str, rule_faults: Sequence[RuleFault], faults: Sequence[Fault]
) -> int:
    """Return the highest exit status that anything calls for."""
    if faults:
        return EXIT_SOURCE
    if rule_faults:
        return EXIT_USAGE
    failing = SEVERITIES[: SEVERITIES.index(threshold) + 1] if threshold in SEVERITIES else ()
    return EXIT_FINDINGS if any(finding.severity in failing for finding in findings) else EXIT_CLEAN
