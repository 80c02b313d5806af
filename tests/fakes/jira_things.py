"""What a Jira site consists of, as plain values: no rules and no JSON here."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

NOTHING: Mapping[str, Any] = {}
CATEGORIES = {
    "new": (2, "To Do", "blue-gray"),
    "indeterminate": (4, "In Progress", "yellow"),
    "done": (3, "Done", "green"),
}
"""Status categories: key -> id, name, colour."""


@dataclass(eq=False, slots=True)
class User:
    """A person: ``id`` on Cloud, ``name`` and ``key`` on Data Center."""

    id: str
    name: str
    display: str
    email: str = ""

    @property
    def key(self) -> str:
        """The key that Data Center gave when the person was added."""
        return f"JIRAUSER-{self.name}"


@dataclass(eq=False, slots=True)
class Project:
    """A project; one with ``simplified`` is team-managed and has issue types and statuses of its own."""

    id: int
    key: str
    name: str
    simplified: bool = False
    archived: bool = False
    numbers: list[int] = field(default_factory=list)
    """Issue ids by number, from 1: also those that moved away or are gone."""
    members: list[int] = field(default_factory=list)
    """Ids of the issues in it, ascending."""


@dataclass(eq=False, slots=True)
class IssueType:
    """A type; ``project`` is set for those of a team-managed project."""

    id: str
    name: str
    level: int
    project: Project | None = None


@dataclass(eq=False, slots=True)
class Status:
    """A status; ``project`` is set for those of a team-managed project."""

    id: str
    name: str
    category: str
    project: Project | None = None


@dataclass(frozen=True, slots=True)
class Field:
    """A field as ``/field`` tells it; ``project`` is the id of the team-managed project it belongs to."""

    id: str
    name: str
    schema: Mapping[str, str]
    project: int | None = None

    @property
    def custom(self) -> str:
        """The kind of a custom field, empty for Jira's own."""
        return self.schema.get("custom", "")

    @property
    def number(self) -> int:
        """The number of a custom field, 0 for Jira's own."""
        return int(self.id.partition("_")[2] or 0) if self.custom else 0


@dataclass(eq=False, slots=True)
class Version:
    """A version of a project; dates as ``2026-10-01``."""

    id: int
    project: Project
    name: str
    released: bool = False
    archived: bool = False
    start: str | None = None
    release: str | None = None


@dataclass(eq=False, slots=True)
class Board:
    """A board: ``scrum`` or ``kanban``."""

    id: int
    name: str
    kind: str
    project: Project


@dataclass(eq=False, slots=True)
class Sprint:
    """A sprint; moments are milliseconds since 1970."""

    id: int
    name: str
    board: Board
    state: str
    goal: str = ""
    start: int | None = None
    end: int | None = None
    complete: int | None = None


class Link(NamedTuple):
    """A link: ``source`` blocks ``target``; both are issue ids."""

    id: int
    kind: str
    source: int
    target: int


class Item(NamedTuple):
    """What a change did to one field; ``field`` is an attribute of :class:`Issue` or the id of a custom field."""

    field: str
    old: str | None
    old_text: str | None
    new: str | None
    new_text: str | None


class Change(NamedTuple):
    """One entry of a changelog."""

    id: int
    at: int
    author: User
    items: tuple[Item, ...]


@dataclass(eq=False, slots=True)
class Issue:
    """An issue. Moments are milliseconds since 1970; nothing in it is changed but by replacing, so a shallow copy is a copy."""

    id: int
    project: Project
    number: int
    type: IssueType
    status: Status
    summary: str
    created: int
    updated: int
    category_since: int
    description: str | None = None
    parent: int | None = None
    reporter: User | None = None
    assignee: User | None = None
    priority: str = "Medium"
    labels: tuple[str, ...] = ()
    versions: tuple[Version, ...] = ()
    sprints: tuple[Sprint, ...] = ()
    resolution: str | None = None
    resolved: int | None = None
    due: str | None = None
    points: float | None = None
    values: Mapping[str, Any] = field(default_factory=lambda: NOTHING)
    """Other custom fields by id."""
    history: tuple[Change, ...] = ()
    """Oldest first."""

    @property
    def key(self) -> str:
        """The key, which changes on a move."""
        return f"{self.project.key}-{self.number}"


CUSTOM = "com.atlassian.jira.plugin.system.customfieldtypes:"
AGILE = "com.pyxis.greenhopper.jira:"
EPIC_LINK = Field("customfield_10014", "Epic Link", {"type": "any", "custom": f"{AGILE}gh-epic-link"})
POINTS = Field("customfield_10016", "Story point estimate", {"type": "number", "custom": f"{AGILE}jsw-story-points"})
PARENT_LINK = Field(
    "customfield_10018", "Parent Link", {"type": "any", "custom": "com.atlassian.jpo:jpo-custom-field-parent"}
)
SPRINT = Field("customfield_10020", "Sprint", {"type": "array", "items": "json", "custom": f"{AGILE}gh-sprint"})
TEAM = Field("customfield_10001", "Team", {"type": "team", "custom": f"{CUSTOM}atlassian-team"})
OUTCOME = Field("customfield_10031", "Anticipated outcome", {"type": "string", "custom": f"{CUSTOM}textarea"})
ACTUAL = Field("customfield_10032", "Actual outcome", {"type": "string", "custom": f"{CUSTOM}textarea"})
FLOAT_POINTS = Field("customfield_10026", "Story Points", {"type": "number", "custom": f"{CUSTOM}float"})

SYSTEM_FIELDS = tuple(
    Field(id_, name, {"type": kind, **({"items": items} if items else {}), "system": id_})
    for id_, name, kind, items in (
        ("summary", "Summary", "string", ""),
        ("description", "Description", "string", ""),
        ("issuetype", "Issue Type", "issuetype", ""),
        ("project", "Project", "project", ""),
        ("status", "Status", "status", ""),
        ("statuscategorychangedate", "Status Category Changed", "datetime", ""),
        ("resolution", "Resolution", "resolution", ""),
        ("resolutiondate", "Resolved", "datetime", ""),
        ("priority", "Priority", "priority", ""),
        ("assignee", "Assignee", "user", ""),
        ("reporter", "Reporter", "user", ""),
        ("labels", "Labels", "array", "string"),
        ("components", "Components", "array", "component"),
        ("fixVersions", "Fix versions", "array", "version"),
        ("created", "Created", "datetime", ""),
        ("updated", "Updated", "datetime", ""),
        ("duedate", "Due date", "date", ""),
        ("parent", "Parent", "issuelink", ""),
        ("subtasks", "Sub-tasks", "array", "issuelinks"),
        ("issuelinks", "Linked Issues", "array", "issuelinks"),
        ("comment", "Comment", "comments-page", ""),
        ("worklog", "Log Work", "array", "worklog"),
        ("attachment", "Attachment", "array", "attachment"),
    )
)
CUSTOM_FIELDS = (TEAM, EPIC_LINK, POINTS, PARENT_LINK, SPRINT, FLOAT_POINTS, OUTCOME, ACTUAL)
