"""The account of one issue: how it was read, and what every rule of the catalogue says of it."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final, Literal

from flowlint.config.mapping import Mapping as Configuration
from flowlint.config.mapping import Severity, fold
from flowlint.config.origin import Origin
from flowlint.engine.outcome import Outcome, Violation
from flowlint.engine.plan import Plan
from flowlint.engine.rule import Rule
from flowlint.model.facts import Reading
from flowlint.verdict.exceptions import applies_on, holds
from flowlint.verdict.finding import Verdict
from flowlint.verdict.message import word
from flowlint.verdict.order import SEVERITIES
from flowlint.verdict.selection import explicit_names
from flowlint.verdict.stamp import safe_url
from flowlint.verdict.unselected import Unselected

Ruled = Literal["finding", "muted", "not_judged", "failed", "clean", "does_not_apply", "not_run"]
RULED: Final[tuple[Ruled, ...]] = ("finding", "muted", "not_judged", "failed", "clean", "does_not_apply", "not_run")
"""In the order in which a reader wants them."""


_OPTION: Final = re.compile(r"\$([a-z_][a-z0-9_]*)")
SUBJECTS: Final[Mapping[str, str]] = {
    "sprint": "sprints",
    "version": "versions",
    "project": "projects",
    "team": "teams",
    "person": "people",
    "config": "the mapping",
}


@dataclass(frozen=True, slots=True)
class Ruling:
    """What one rule says of one issue, and why."""

    rule: str
    name: str
    scope: str
    severity: Severity
    verdict: Ruled
    reason: str
    """The message of a finding; why nothing was judged; whom the rule speaks about; why it did not run."""
    fix: str = ""
    origin: Origin | None = None
    """What mutes it, or keeps it from running."""


@dataclass(frozen=True, slots=True)
class Account:
    """How one issue was read, and the rulings on it."""

    reading: Reading
    rulings: tuple[Ruling, ...]


@dataclass(frozen=True, slots=True)
class Ran:
    """One plan that ran: its outcome, with what was not judged by key, and of which of the issues it speaks."""

    plan: Plan
    outcome: Outcome
    speaks_of: frozenset[str]
    unmet: Mapping[str, str | None]
    """Of the others the condition that does not hold, by key; None where that cannot be told."""


class Book:
    """Knows what every rule of a run says, and accounts for single issues."""

    def __init__(
        self,
        rules: Sequence[Rule],
        ran: Iterable[Ran],
        verdict: Verdict,
        mapping: Configuration,
        unselected: Unselected,
    ) -> None:
        self._rules, self._verdict, self._mapping, self._unselected = rules, verdict, mapping, unselected
        self._ran: dict[str, list[Ran]] = {}
        for one in ran:
            self._ran.setdefault(one.plan.rule.id, []).append(one)
        self._failed = {fault.rule: fault.message for fault in reversed(verdict.rule_faults)}
        self._day = date.fromisoformat(verdict.as_of)

    def account(self, reading: Reading) -> Account:
        """Return the account of one issue, with one ruling per rule of the catalogue, the gravest first."""
        rulings = sorted((self._ruling(rule, reading) for rule in self._rules), key=_order)
        return Account(replace(reading, url=safe_url(reading.url)), tuple(rulings))

    def _ruling(self, rule: Rule, reading: Reading) -> Ruling:
        told = Ruling(rule.id, rule.name, rule.scope, self._verdict.severities.get(rule.id, rule.severity), "clean", "")
        if rule.raised_by is not None:
            return replace(told, verdict="does_not_apply", reason="speaks of the mapping and of the run as a whole")
        if rule.id in self._failed:
            return replace(told, verdict="failed", reason=self._failed[rule.id])
        for one in self._ran.get(rule.id, ()):
            if _covers(one.plan, reading.project):
                return self._said(told, one, reading)
        origin = self._unselected.why(rule, reading.project)
        return replace(told, verdict="not_run", reason=str(origin), origin=origin)

    def _said(self, told: Ruling, ran: Ran, reading: Reading) -> Ruling:
        """Return what a rule that ran says of the issue."""
        rule, key = ran.plan.rule, reading.key
        findings = [one for one in self._verdict.findings if one.rule == rule.id and one.key == key]
        if findings:
            message = "; ".join(finding.message for finding in findings)
            return replace(told, verdict="finding", severity=findings[0].severity, reason=message, fix=findings[0].fix)
        for violation in ran.outcome.violations:
            if violation.key == key:
                return self._muted(replace(told, verdict="muted"), rule, violation)
        for name, reason in ran.outcome.unjudged:
            if name == key and rule.scope == "issue":
                return replace(told, verdict="not_judged", reason=reason)
        if reading.in_scope and key in ran.speaks_of:
            return replace(told, reason="judged, and nothing is wrong")
        return replace(told, verdict="does_not_apply", reason=_whom(ran, reading))

    def _muted(self, told: Ruling, rule: Rule, violation: Violation) -> Ruling:
        for exception in self._mapping.exceptions:
            means = fold(exception.rule) in explicit_names(rule)
            if means and applies_on(exception, self._day) and holds(exception.match, violation):
                until = f" until {exception.until}" if exception.until else ""
                reason = f"by an exception{until}: {exception.reason or 'no reason is given'}"
                return replace(told, reason=reason, origin=Origin("mapping", "exceptions", exception.place))
        return replace(told, reason="by a label of the issue, as rules.ignore_by_label allows")


def _order(ruling: Ruling) -> tuple[int, int, str]:
    gravity = SEVERITIES.index(ruling.severity) if ruling.verdict == "finding" else 0
    return RULED.index(ruling.verdict), gravity, ruling.rule


def _whom(ran: Ran, reading: Reading) -> str:
    """Return whom a rule speaks about, where that is not this issue."""
    scope, unmet = ran.plan.rule.scope, ran.unmet.get(reading.key)
    if scope in SUBJECTS:
        return f"speaks of {SUBJECTS[scope]}"
    if not reading.in_scope:
        return reading.scope
    if unmet is None:
        return "its query leaves this issue out"
    given = _OPTION.sub(lambda name: _option(name[0], ran.plan.options.get(name[1])), unmet)
    return f"speaks only of issues with: {given}"


def _option(name: str, value: object) -> str:
    return word(value) if isinstance(value, int | float) else name


def _covers(plan: Plan, project: str) -> bool:
    own = fold(project)
    if plan.projects is not None and own not in map(fold, plan.projects):
        return False
    return own not in map(fold, plan.except_projects)
