"""What evaluating a rule yields: findings still bare, counts, and what it could not judge."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from flowlint.config.mapping import Severity
from flowlint.engine.rule import Rule
from flowlint.errors import Place


@dataclass(frozen=True, slots=True)
class Subject:
    """What a finding speaks about: an issue, version, sprint, project, team, person or config entry."""

    kind: str
    id: str
    name: str


@dataclass(frozen=True, slots=True)
class Violation:
    """One subject that violates one rule, as SQL returned it."""

    subject: Subject
    key: str | None
    project: str | None
    evidence: Mapping[str, object] = field(default_factory=dict)
    values: Mapping[str, object] = field(default_factory=dict)
    """What the rule's message may name besides the evidence: columns of the subject's view, parameters, level names."""
    place: Place | None = None
    severity: Severity | None = None
    """How bad this one is, where the rule tells its findings apart; None: as bad as the rule says."""
    said: str = ""
    """The message, where what raised it made one; else the rule makes it."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """The result of one rule: ``applies`` = clean + findings' subjects + not judged.

    ``not_judged`` counts subjects by reason. ``error`` is set where the rule failed; it then judged nothing.
    """

    rule: Rule
    applies: int = 0
    violations: tuple[Violation, ...] = ()
    not_judged: Mapping[str, int] = field(default_factory=dict)
    unjudged: tuple[tuple[str, str], ...] = ()
    """Key or id of each subject that was not judged, and why; filled only where asked for (``rules test``)."""
    error: str | None = None

    @property
    def unjudged_keys(self) -> tuple[str, ...]:
        """Keys or ids of the subjects that were not judged."""
        return tuple(sorted(key for key, _ in self.unjudged))
