"""The typed form of ``flowlint.yaml`` (DESIGN section 3): what the rest of flowlint reads.

Names stay as they were written; :func:`fold` is the one way of comparing them. A mapping is
complete once :mod:`flowlint.config.infer` has filled the sections that nobody wrote.
"""

import re
import unicodedata
from collections.abc import Mapping as MappingABC
from dataclasses import dataclass, field
from datetime import date
from fnmatch import fnmatchcase
from typing import Literal, Self

from flowlint.errors import Place

FlowItem = Literal["feature", "defect", "risk", "debt", "none"]
FlowState = Literal["new", "waiting", "active", "done", "cancelled", "ignored"]
Severity = Literal["error", "warning", "info"]

_ID = re.compile(r"(?:^|:)\s*[0-9]+\s*$")

LOGICAL_FIELDS = (
    "outcome",
    "outcome_metric",
    "outcome_baseline",
    "outcome_target",
    "outcome_due",
    "actual_outcome",
    "story_points",
    "acceptance_criteria",
    "team",
    "objective",
    "key_results",
    "owner",
    "sprint",
    "epic_link",
    "parent_link",
    "flagged",
    "due",
)
"""The names under ``fields:``; each says which Jira field holds that meaning."""


class Name(str):
    """A name as written, which knows where it stands."""

    __slots__ = ("place",)

    place: Place

    def __new__(cls, text: str, place: Place) -> Self:
        """Return ``text`` with its place."""
        name = super().__new__(cls, text)
        name.place = place
        return name


def place_of(name: str) -> Place | None:
    """Return where a name was written; None where it was inferred."""
    return name.place if isinstance(name, Name) else None


def fold(name: str) -> str:
    """Return ``name`` as names are compared: NFC, without regard to case or blanks at the ends."""
    return unicodedata.normalize("NFC", name).strip().casefold()


def name_matches(pattern: str, name: str | None, id_: str | None = None) -> bool:
    """Tell whether a name as written in the mapping (``name``, ``name:id``, id or wildcard) means this one."""
    if id_ is not None and pattern.strip() == id_:
        return True
    if name is None:
        return False
    if id_ is not None and pattern.strip().endswith(f":{id_}"):
        return fold(pattern.strip()[: -len(id_) - 1]) == fold(name)
    wanted = fold(pattern).replace("[", "[[]")
    return fnmatchcase(fold(name), wanted.replace("?", "[?]"))


def means_itself(name: str) -> bool:
    """Tell whether a name, written in the mapping, is a name and no more: no wildcard, no id and no ``name:id``."""
    return "*" not in name and _ID.search(name) is None


@dataclass(frozen=True, slots=True)
class Match:
    """A selector: values of one key are alternatives, all keys must hold, ``negated`` must not."""

    types: tuple[str, ...] = ()
    projects: tuple[str, ...] = ()
    components: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    teams: tuple[str, ...] = ()
    statuses: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()
    fields: tuple[tuple[str, tuple[str, ...]], ...] = ()
    subjects: tuple[str, ...] = ()
    negated: "Match | None" = None


@dataclass(frozen=True, slots=True)
class IssueTypeEntry:
    """What one issue type means. ``place`` is None where it was inferred."""

    name: str
    level: str | None = None
    flow_item: FlowItem | None = None
    container: str | None = None
    okr: Literal["objective", "key_result"] | None = None
    ignored: bool = False
    why: str | None = None
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class FlowItemCondition:
    """An entry of ``flow_items``: issues that match are this flow item, at ``level`` if given."""

    match: Match
    flow_item: FlowItem
    level: str | None = None
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """A step of a stage; ``statuses`` as written: name, ``name:id`` or id."""

    name: str
    flow_state: FlowState
    statuses: tuple[str, ...]
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class Stage:
    """A stage of a value stream with its steps, in order."""

    name: str
    steps: tuple[Step, ...]
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class Workflow:
    """Stages in order, and what counts as cancelled or is ignored."""

    stages: tuple[Stage, ...] = ()
    cancelled_statuses: tuple[str, ...] = ()
    cancelled_resolutions: tuple[str, ...] = ()
    ignored_statuses: tuple[str, ...] = ()
    place: Place | None = None

    @property
    def statuses(self) -> tuple[str, ...]:
        """Every status that is placed, as written: of the steps in order, cancelled, ignored."""
        of_steps = (status for stage in self.stages for step in stage.steps for status in step.statuses)
        return (*of_steps, *self.cancelled_statuses, *self.ignored_statuses)


@dataclass(frozen=True, slots=True)
class ValueStream:
    """A value stream: whose work it is, and its own workflow where it has one."""

    name: str
    scope: Match
    teams: tuple[str, ...] = ()
    workflow: Workflow | None = None
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class FieldSource:
    """One place a logical field may come from: a Jira field (id or exact name), or headings in the description."""

    field: str | None = None
    headings: tuple[str, ...] = ()
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class ParentSource:
    """One way a parent is written: ``parent``, ``epic_link``, ``epic``, ``parent_link``, or a link by its name."""

    via: Literal["parent", "epic_link", "epic", "parent_link", "link"]
    link: str | None = None


DEFAULT_PARENTS = (
    ParentSource("parent"),
    ParentSource("epic_link"),
    ParentSource("epic"),
    ParentSource("parent_link"),
)


@dataclass(frozen=True, slots=True)
class Team:
    """A team, the work it owns and its limit of work in progress."""

    name: str
    owner: str | None = None
    match: Match | None = None
    wip_limit: int | None = None
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class RuleSettings:
    """The section ``rules``; ``options`` maps a rule's code or name to its parameters."""

    select: tuple[str, ...] = ("DEFAULT",)
    ignore: tuple[str, ...] = ()
    severity: MappingABC[str, Severity] = field(default_factory=dict)
    options: MappingABC[str, MappingABC[str, object]] = field(default_factory=dict)
    paths: tuple[str, ...] = ()
    """Files or folders with more rules, absolute (resolved against the file that named them)."""
    ignore_by_label: tuple[str, ...] = ()
    fail_on: Literal["error", "warning", "info", "never"] = "error"


@dataclass(frozen=True, slots=True)
class RuleException:
    """A finding set aside on purpose, until a date (text as written)."""

    rule: str
    match: Match
    until: str | None = None
    reason: str | None = None
    owner: str | None = None
    place: Place | None = None

    @property
    def last_day(self) -> date | None:
        """The day that ``until`` names; None if there is none, or it names none."""
        try:
            return date.fromisoformat((self.until or "").strip())
        except ValueError:
            return None


@dataclass(frozen=True, slots=True)
class ProjectMapping:
    """What holds for the issues of one project: the common sections with the project's own merged in."""

    issue_types: tuple[IssueTypeEntry, ...] = ()
    flow_items: tuple[FlowItemCondition, ...] = ()
    fields: MappingABC[str, tuple[FieldSource, ...]] = field(default_factory=dict)
    parents: tuple[ParentSource, ...] = DEFAULT_PARENTS
    workflow: Workflow | None = None
    rules: RuleSettings = field(default_factory=RuleSettings)

    def issue_type(self, name: str | None, id_: str | None) -> IssueTypeEntry | None:
        """Return what is said of a type; an id goes before a name, and a full name before a wildcard."""
        matching = [entry for entry in self.issue_types if name_matches(entry.name, name, id_)]
        exact = [entry for entry in matching if "*" not in entry.name]
        by_id = [entry for entry in exact if id_ is not None and entry.name.strip().endswith(id_)]
        return next(iter(by_id or exact or matching), None)


@dataclass(frozen=True, slots=True)
class Source:
    """One tracker to read; credentials are never part of it."""

    name: str | None = None
    tracker: Literal["jira", "rally", "aha", "export"] = "export"
    settings: MappingABC[str, object] = field(default_factory=dict)
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class Mapping:
    """A whole ``flowlint.yaml``, extends and projects merged.

    ``levels`` go from top to bottom. ``written`` names the top-level sections somebody wrote;
    inference fills the others and never mixes with these. ``flow_items_guessed`` is true where no
    one said which types are flow items.
    """

    file: str | None = None
    levels: tuple[str, ...] = ()
    flow_item_level: str | None = None
    base: ProjectMapping = field(default_factory=ProjectMapping)
    projects: MappingABC[str, ProjectMapping] = field(default_factory=dict)
    value_streams: tuple[ValueStream, ...] = ()
    teams: tuple[Team, ...] = ()
    sources: tuple[Source, ...] = ()
    exceptions: tuple[RuleException, ...] = ()
    targets: MappingABC[str, float] = field(default_factory=dict)
    preview: bool = False
    people: Literal["counts", "names"] = "counts"
    written: frozenset[str] = frozenset()
    flow_items_guessed: bool = False
    places: MappingABC[str, Place] = field(default_factory=dict)
    """Where each key path (``hierarchy.levels``) stands."""
    values: tuple[tuple[str, Name], ...] = ()
    """Every single value as written, with the path of its key."""
    complete: bool = True
    """False where faults hide a part: then nothing follows from what is not there."""

    def for_project(self, key: str | None) -> ProjectMapping:
        """Return what holds in the project with this key (compared as names are); None is no project of its own."""
        for name, project in self.projects.items():
            if key is not None and fold(name) == fold(key):
                return project
        return self.base

    def rank(self, level: str | None) -> int | None:
        """Return the rank of a level: 1 is the lowest in use, upwards; None if it is not listed."""
        folded = [fold(name) for name in reversed(self.levels)]
        return folded.index(fold(level)) + 1 if level is not None and fold(level) in folded else None

    @property
    def portfolio_level(self) -> str | None:
        """The level in use next above the flow item level ("epic" in the catalogue), if there is one."""
        rank = self.rank(self.flow_item_level)
        if rank is None or rank >= len(self.levels):
            return None
        return self.levels[len(self.levels) - rank - 1]
