"""The verdict: what is found, what is hidden, what was judged at all, and the exit status that follows."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from flowlint import __version__
from flowlint.config.mapping import Mapping as Configuration
from flowlint.engine.outcome import Outcome, Violation
from flowlint.engine.rule import Rule
from flowlint.errors import EXIT_CLEAN, EXIT_FINDINGS, EXIT_SOURCE, EXIT_USAGE, Fault
from flowlint.verdict.exceptions import Muting
from flowlint.verdict.finding import Finding, Judged, RuleFault, Verdict
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


def judge(outcomes: Sequence[Outcome], mapping: Configuration, facts: Facts, fail_on: str | None = None) -> Verdict:
    """Return the verdict on what the rules found. ``fail_on`` None means the mapping's threshold."""
    threshold = fail_on or mapping.base.rules.fail_on
    stamp = Stamp(mapping)
    rules = {outcome.rule.id: outcome.rule for outcome in outcomes}
    shown, hidden = _shown(outcomes, stamp, Muting(mapping, facts.as_of))
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


def _shown(outcomes: Iterable[Outcome], stamp: Stamp, muting: Muting) -> tuple[list[Finding], dict[str, int]]:
    """Return the findings that nothing hides, and how many are hidden by what.

    A finding whose rule, project and cause at least nine others share is of a group.
    """
    hidden = {"exceptions": 0, "baseline": 0, "labels": 0}
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
