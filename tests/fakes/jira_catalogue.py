"""What a Jira site has besides issues: projects, people, types, statuses, fields, versions, boards and sprints."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from fakes.jira_things import (
    CUSTOM_FIELDS,
    SYSTEM_FIELDS,
    Board,
    Field,
    IssueType,
    Project,
    Sprint,
    Status,
    User,
    Version,
)

NOW = datetime(2026, 10, 5, 9, 0, 0, 123000, tzinfo=UTC)
TYPES = (("Initiative", 2), ("Epic", 1), ("Story", 0), ("Bug", 0), ("Task", 0), ("Sub-task", -1))
STATUSES = (("To Do", "new"), ("In Progress", "indeterminate"), ("In Review", "indeterminate"), ("Done", "done"))


def milliseconds(moment: datetime) -> int:
    """Return an aware moment as milliseconds since 1970."""
    return round(moment.timestamp() * 1000)


class Catalogue:
    """What administrators set up. ``now`` is the site's clock, which stands still until a test sets it.

    ``caller_zone`` is the zone of whoever asks, ``site_zone`` that of the stamps. Everything is changed by methods, so that
    ``revision`` tells one state from another.
    """

    def __init__(
        self,
        now: datetime = NOW,
        caller_zone: str = "Europe/Berlin",
        site_zone: str = "America/Los_Angeles",
    ) -> None:
        self.now = now
        self.caller_zone = ZoneInfo(caller_zone)
        self.site_zone = ZoneInfo(site_zone)
        self.title = "Acme"
        self.projects: list[Project] = []
        self.types: list[IssueType] = []
        self.statuses: list[Status] = []
        self.fields: list[Field] = [*SYSTEM_FIELDS, *CUSTOM_FIELDS]
        self.users: list[User] = []
        self.versions: list[Version] = []
        self.boards: list[Board] = []
        self.sprints: list[Sprint] = []
        self._keys: dict[str, Project] = {}
        self._next = {"project": 10_000, "type": 10_001, "status": 10_001, "issue": 10_001}
        self._changes = 0
        self.caller = self.add_user("lead", "Lea Lead", "lead@acme.example")
        for name, level in TYPES:
            self.add_type(name, level)
        for name, category in STATUSES:
            self.add_status(name, category)

    @property
    def revision(self) -> tuple[int, datetime]:
        """What is equal as long as every question gets the same answer."""
        return self._changes, self.now

    @property
    def moment(self) -> int:
        """The clock in milliseconds."""
        return milliseconds(self.now)

    def add_user(self, name: str, display: str, email: str = "") -> User:
        """Add a person."""
        self.users.append(user := User(f"712020:{name}", name, display, email))
        self._changed()
        return user

    def add_project(self, key: str, name: str, *, simplified: bool = False, archived: bool = False) -> Project:
        """Add a project; ``simplified`` makes it team-managed."""
        self.projects.append(project := Project(self._id("project"), key, name, simplified, archived))
        self._keys[key] = project
        self._changed()
        return project

    def add_type(self, name: str, level: int, project: Project | None = None) -> IssueType:
        """Add an issue type, of all projects or of a team-managed one."""
        self.types.append(kind := IssueType(str(self._id("type")), name, level, project))
        self._changed()
        return kind

    def add_status(self, name: str, category: str, project: Project | None = None) -> Status:
        """Add a status, of all projects or of a team-managed one."""
        self.statuses.append(status := Status(str(self._id("status")), name, category, project))
        self._changed()
        return status

    def add_field(self, field: Field) -> Field:
        """Add a field."""
        self.fields.append(field)
        self._changed()
        return field

    def add_version(
        self,
        project: Project,
        name: str,
        *,
        released: bool = False,
        start: str | None = None,
        release: str | None = None,
    ) -> Version:
        """Add a version to a project."""
        version = Version(10_000 + len(self.versions), project, name, released, False, start, release)  # noqa: FBT003
        self.versions.append(version)
        self._changed()
        return version

    def add_board(self, project: Project, name: str, kind: str = "scrum") -> Board:
        """Add a board."""
        self.boards.append(board := Board(len(self.boards) + 1, name, kind, project))
        self._changed()
        return board

    def add_sprint(
        self,
        board: Board,
        name: str,
        state: str = "active",
        *,
        goal: str = "",
        start: datetime | None = None,
        end: datetime | None = None,
        complete: datetime | None = None,
    ) -> Sprint:
        """Add a sprint to a scrum board."""
        times = [milliseconds(one) if one is not None else None for one in (start, end, complete)]
        self.sprints.append(sprint := Sprint(len(self.sprints) + 1, name, board, state, goal, *times))
        self._changed()
        return sprint

    def rename(self, thing: Project | IssueType | Status | Sprint | Version, name: str) -> None:
        """Rename something, as an administrator does: no issue's ``updated`` moves."""
        thing.name = name
        self._changed()

    def set(self, thing: Project | IssueType | Status | Sprint | Version | User, **values: Any) -> None:
        """Change something about a thing that is no issue: no issue's ``updated`` moves."""
        for name, value in values.items():
            getattr(thing, name)
            setattr(thing, name, value)
        self._changed()

    def rekey(self, project: Project, key: str) -> None:
        """Give a project another key: its issues' keys change, the old ones resolve, no ``updated`` moves."""
        project.key = key
        self._keys[key] = project
        self._changed()

    def project(self, named: Project | str) -> Project:
        """Return a project by id or by any key it ever had. Raises KeyError."""
        if isinstance(named, Project):
            return named
        found = self._keys.get(named.upper())
        if found is None:
            found = next((one for one in self.projects if str(one.id) == named), None)
        if found is None:
            raise KeyError(named)
        return found

    def type(self, named: IssueType | str, project: Project) -> IssueType:
        """Return a type by name: the project's own before that of all."""
        return named if isinstance(named, IssueType) else _own(self.types, named, project)

    def status(self, named: Status | str, project: Project) -> Status:
        """Return a status by name: the project's own before that of all."""
        return named if isinstance(named, Status) else _own(self.statuses, named, project)

    def field(self, id: str) -> Field:
        """Return a field by id. Raises StopIteration for one that the site has not."""
        return next(one for one in self.fields if one.id == id)

    def _id(self, kind: str) -> int:
        number = self._next.setdefault(kind, 20_000)
        self._next[kind] = number + 1
        return number

    def _changed(self) -> None:
        self._changes += 1


def _own(known: Iterable[Any], name: str, project: Project) -> Any:
    """Return what has this name: a project's own first. Raises KeyError."""
    for home in (project, None):
        for one in known:
            if one.name == name and one.project is home:
                return one
    raise KeyError(name)
