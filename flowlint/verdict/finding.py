"""Findings as every report sees them (DESIGN section 7): frozen, single, ordered."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from flowlint.config.mapping import Severity
from flowlint.engine.outcome import Subject
from flowlint.errors import Fault, Place


@dataclass(frozen=True, slots=True)
class Finding:
    """One rule violated by one subject. ``key`` is None unless the subject is an issue."""

    rule: str
    name: str
    group: str
    severity: Severity
    confidence: Literal["high", "medium", "low"]
    scope: str
    subject: Subject
    key: str | None
    project: str | None
    team: str | None
    owner: str | None
    url: str | None
    summary: str | None
    """The issue's summary, or the subject's name."""
    parent: tuple[str, str | None] | None
    """Key and summary of the issue's parent, for reports that show findings in their place."""
    message: str
    fix: str
    evidence: Mapping[str, object]
    location: Place
    fingerprint: str
    cause: tuple[str, ...] = ()
    """Values of the rule's `cause`; findings of one rule and project with the same cause may be shown as one."""
    state: Literal["new", "existing", "excepted"] = "new"
    since: str | None = None
    group_id: str | None = None
    """Shared by the findings of one rule, project and cause where there are at least ten."""


@dataclass(frozen=True, slots=True)
class Judged:
    """Counts of one rule: subjects it spoke about, findings, and what it could not judge, by reason."""

    applies: int
    findings: int
    not_judged: int
    reasons: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class RuleFault:
    """A rule that is broken or failed at run time, and why; it judged nothing."""

    rule: str
    message: str
    help: str = ""
    place: Place | None = None
    """Where in the rule's file; None if it failed at run time."""


@dataclass(frozen=True, slots=True)
class PulledSite:
    """A site whose snapshot was judged."""

    source: str
    pulled: str
    """When the pull began, ISO, UTC."""
    age_hours: float
    """From then to the run, to a tenth."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """Everything a report may say about a run; reports add nothing to it."""

    tool_version: str
    as_of: str
    """Date of the run's moment, ISO."""
    sources: tuple[str, ...]
    issues: int
    """Issues in scope."""
    rules: tuple[str, ...]
    """Codes of the rules that ran."""
    complete: bool
    reasons: tuple[str, ...]
    """Why the data is not complete: a query, a page of a larger total, damaged lines."""
    inferred: tuple[str, ...]
    """What was inferred since no mapping says it, one sentence each."""
    notes: tuple[str, ...]
    """What else a reader should know: parents outside the data by project, files passed over."""
    findings: tuple[Finding, ...]
    judged: Mapping[str, Judged]
    hidden: Mapping[str, int] = field(
        default_factory=lambda: {"exceptions": 0, "baseline": 0, "labels": 0, "comments": 0}
    )
    faults: tuple[Fault, ...] = ()
    """Damaged input, with file and line."""
    rule_faults: tuple[RuleFault, ...] = ()
    catalogue: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    """Name and summary of each rule that ran, by code."""
    severities: Mapping[str, Severity] = field(default_factory=dict)
    """Severity of each rule that ran, as the common part of the mapping has it, by code."""
    pulled: tuple[PulledSite, ...] = ()
    """Sites that were read from a snapshot: what they say is as old as that."""
    projects: int = 0
    """Projects with issues in scope; 0 where nobody counted."""
    fail_on: str = "error"
    lines: Mapping[Place, str] = field(default_factory=dict)
    """The line of the mapping that a finding stands in, by its place; only where a mapping was validated."""
    status: int = 0
    """Exit status: the highest that anything in the run calls for."""
