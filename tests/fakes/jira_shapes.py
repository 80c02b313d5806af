"""The JSON that Jira makes of what a site consists of, as far as Cloud and Data Center have it in common."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any, ClassVar

from fakes.jira_store import JiraSite
from fakes.jira_things import (
    CATEGORIES,
    EPIC_LINK,
    PARENT_LINK,
    POINTS,
    SPRINT,
    Board,
    Change,
    Field,
    Issue,
    IssueType,
    Item,
    Project,
    Sprint,
    Status,
    User,
    Version,
)

Json = dict[str, Any]
Reader = Callable[[Issue], Any]
PRIORITIES = ("Highest", "High", "Medium", "Low", "Lowest")
RESOLUTIONS = ("Done", "Won't Do", "Duplicate", "Cannot Reproduce")
LINK_KINDS = {
    "Blocks": ("10000", "is blocked by", "blocks"),
    "Cloners": ("10001", "is cloned by", "clones"),
    "Duplicate": ("10002", "is duplicated by", "duplicates"),
    "Relates": ("10003", "relates to", "relates to"),
}
ABSENT = object()
"""In place of a value: the field is not in the answer."""
CHANGED = {
    "type": ("issuetype", "issuetype"),
    "due": ("duedate", "duedate"),
    "versions": ("Fix Version", "fixVersions"),
    "points": (POINTS.name, POINTS.id),
    "sprints": (SPRINT.name, SPRINT.id),
    "key": ("Key", ""),
}
"""What a changelog calls an attribute: name and id of the field. The others are called as they are."""


class Shapes:
    """JSON as one kind of Jira writes it; ``base`` is the address that ``self`` links begin with."""

    api: ClassVar[str]
    """The part of the path before the resource."""
    tells_changed_ids: ClassVar[bool]
    """Whether a changelog tells the ids of fields beside their names."""

    def __init__(self, site: JiraSite, base: str) -> None:
        self.site = site
        self.base = base
        self._known: dict[int, Any] = {}
        self._kept: list[Any] = []
        self._named: dict[tuple[str, str], Json] = {}
        self._readers: dict[str, Reader] = {
            "summary": lambda issue: issue.summary,
            "description": lambda issue: self.rich(issue.description),
            "issuetype": lambda issue: self.once(issue.type, self.type),
            "project": lambda issue: self.once(issue.project, self.project_stub),
            "status": lambda issue: self.once(issue.status, self.status),
            "resolution": lambda issue: self.named("resolution", RESOLUTIONS, issue.resolution),
            "resolutiondate": lambda issue: self.stamp(issue.resolved),
            "priority": lambda issue: self.named("priority", PRIORITIES, issue.priority),
            "assignee": lambda issue: self.once(issue.assignee, self.user),
            "reporter": lambda issue: self.once(issue.reporter, self.user),
            "labels": lambda issue: list(issue.labels),
            "components": lambda issue: [],
            "fixVersions": lambda issue: [self.once(one, self.version_stub) for one in issue.versions],
            "statuscategorychangedate": lambda issue: self.stamp(issue.category_since),
            "created": lambda issue: self.stamp(issue.created),
            "updated": lambda issue: self.stamp(issue.updated),
            "duedate": lambda issue: issue.due,
            "parent": self.parent,
            "subtasks": lambda issue: [
                self.stub(one) for one in site.children(issue) if one.type.level < 0 and site.readable(one)
            ],
            "issuelinks": lambda issue: list(self.links(issue)),
            "comment": lambda issue: {"comments": [], "maxResults": 0, "total": 0, "startAt": 0},
            "worklog": lambda issue: {"startAt": 0, "maxResults": 20, "total": 0, "worklogs": []},
            "attachment": lambda issue: [],
            EPIC_LINK.id: self.epic_link,
            PARENT_LINK.id: self.parent_link,
            POINTS.id: lambda issue: issue.points,
            SPRINT.id: lambda issue: [self.once(one, self.sprint_value) for one in issue.sprints] or None,
        }

    # What differs

    def user(self, user: User) -> Json:
        """Return a person."""
        raise NotImplementedError

    def rich(self, text: str | None) -> Any:
        """Return a formatted text."""
        raise NotImplementedError

    def parent(self, issue: Issue) -> Any:
        """Return the field ``parent``."""
        raise NotImplementedError

    def parent_link(self, issue: Issue) -> Any:
        """Return the field Parent Link."""
        raise NotImplementedError

    def sprint_value(self, sprint: Sprint) -> Any:
        """Return a sprint as an issue holds it."""
        raise NotImplementedError

    def parent_change(self, issue: Issue) -> str:
        """Return how a changelog calls a new parent; it tells no id of that field."""
        raise NotImplementedError

    def details(self, kind: IssueType) -> Json:
        """Return what an issue type has besides."""
        raise NotImplementedError

    def fields(self) -> list[Field]:
        """Return the fields that the site knows."""
        return self.site.fields

    # Small things

    def once(self, thing: Any, shape: Callable[[Any], Any]) -> Any:
        """Return the shape of a thing, made once: thousands of issues share it."""
        if thing is None:
            return None
        known = self._known.get(id(thing))
        if known is None:
            self._kept.append(thing)
            known = self._known[id(thing)] = shape(thing)
        return known

    def link(self, *parts: object) -> str:
        """Return a ``self`` link."""
        return "/".join([self.base + self.api, *map(str, parts)])

    def agile(self, *parts: object) -> str:
        """Return a ``self`` link of the Agile API."""
        return "/".join([f"{self.base}/rest/agile/1.0", *map(str, parts)])

    def stamp(self, moment: int | None) -> str | None:
        """Return a moment as issues tell it: in the site's zone, the offset without a colon."""
        if moment is None:
            return None
        text = datetime.fromtimestamp(moment // 1000, self.site.site_zone).isoformat()
        return f"{text[:19]}.{moment % 1000:03}{text[19:22]}{text[23:]}"

    def named(self, kind: str, names: Sequence[str], name: str | None) -> Json | None:
        """Return a priority or a resolution."""
        if name is None:
            return None
        known = self._named.get((kind, name))
        if known is None:
            number = str(names.index(name) + 1)
            known = self._named[kind, name] = {"self": self.link(kind, number), "id": number, "name": name}
        return known

    def type(self, kind: IssueType) -> Json:
        """Return an issue type."""
        return {
            "self": self.link("issuetype", kind.id),
            "id": kind.id,
            "description": "",
            "iconUrl": f"{self.base}/images/{kind.id}.svg",
            "name": kind.name,
            "subtask": kind.level < 0,
            **self.details(kind),
        }

    def status(self, status: Status) -> Json:
        """Return a status with its category."""
        number, name, colour = CATEGORIES[status.category]
        return {
            "self": self.link("status", status.id),
            "description": "",
            "iconUrl": f"{self.base}/images/status.png",
            "name": status.name,
            "id": status.id,
            "statusCategory": {
                "self": self.link("statuscategory", number),
                "id": number,
                "key": status.category,
                "colorName": colour,
                "name": name,
            },
        }

    def project_stub(self, project: Project) -> Json:
        """Return a project as issues hold it."""
        return {
            "self": self.link("project", project.id),
            "id": str(project.id),
            "key": project.key,
            "name": project.name,
            "projectTypeKey": "software",
        }

    def version_stub(self, version: Version) -> Json:
        """Return a version as issues hold it."""
        dates = {"startDate": version.start, "releaseDate": version.release}
        return {
            "self": self.link("version", version.id),
            "id": str(version.id),
            "name": version.name,
            "archived": version.archived,
            "released": version.released,
            **{name: day for name, day in dates.items() if day is not None},
        }

    def version(self, version: Version) -> Json:
        """Return a version as projects list it."""
        return {**self.version_stub(version), "projectId": version.project.id}

    def versions(self, project: Project) -> list[Json]:
        """Return the versions of a project."""
        return [self.version(one) for one in self.site.versions if one.project is project]

    def types_of(self, project: Project) -> list[Json]:
        """Return the issue types of a project: a team-managed one has its own alone."""
        home = project if project.simplified else None
        return [self.type(one) for one in self.site.types if one.project is home]

    def project(self, project: Project) -> Json:
        """Return a project with its versions and issue types."""
        return {
            **self.project_stub(project),
            "description": "",
            "lead": self.user(self.site.caller),
            "components": [],
            "issueTypes": self.types_of(project),
            "versions": self.versions(project),
            "archived": project.archived,
        }

    def field(self, field: Field) -> Json:
        """Return a field."""
        custom = bool(field.custom)
        names = [f"cf[{field.number}]", field.name] if custom else [field.id]
        return {
            "id": field.id,
            "name": field.name,
            "custom": custom,
            "orderable": True,
            "navigable": True,
            "searchable": True,
            "clauseNames": names,
            "schema": {**field.schema, **({"customId": field.number} if custom else {})},
        }

    def board(self, board: Board) -> Json:
        """Return a board."""
        return {"id": board.id, "self": self.agile("board", board.id), "name": board.name, "type": board.kind}

    def board_configuration(self, board: Board) -> Json:
        """Return columns and estimation of a board."""
        columns = [
            {
                "name": name,
                "statuses": [
                    {"id": one.id, "self": self.link("status", one.id)}
                    for one in self.site.statuses
                    if one.category == key
                ],
            }
            for key, (_, name, _) in CATEGORIES.items()
        ]
        estimated = {"estimation": {"type": "field", "field": {"fieldId": POINTS.id, "displayName": POINTS.name}}}
        return {
            **self.board(board),
            "self": self.agile("board", board.id, "configuration"),
            "filter": {"id": str(1000 + board.id), "self": self.link("filter", 1000 + board.id)},
            "columnConfig": {"columns": columns, "constraintType": "issueCount"},
            **(estimated if board.kind == "scrum" else {}),
            "ranking": {"rankCustomFieldId": 10_019},
        }

    def sprint(self, sprint: Sprint) -> Json:
        """Return a sprint as boards list it."""
        return {
            "id": sprint.id,
            "self": self.agile("sprint", sprint.id),
            **self.sprint_body(sprint),
            "originBoardId": sprint.board.id,
        }

    def sprint_body(self, sprint: Sprint) -> Json:
        """Return what boards and issues tell of a sprint alike."""
        times = {"startDate": sprint.start, "endDate": sprint.end, "completeDate": sprint.complete}
        return {
            "state": sprint.state,
            "name": sprint.name,
            **{name: zulu(moment) for name, moment in times.items() if moment is not None},
            "goal": sprint.goal,
        }

    # Issues

    def readers(self, asked: Iterable[str]) -> list[tuple[str, Reader]]:
        """Return how to read the fields that are asked for; names that the site does not know are passed over."""
        wanted = list(asked)
        known = {field.id: field for field in self.fields()}
        if any(one in ("*all", "*navigable") for one in wanted) or all(one.startswith("-") for one in wanted):
            chosen = [id_ for id_ in known if id_ in wanted or "*all" in wanted or id_ not in ("comment", "worklog")]
        else:
            chosen = [id_ for id_ in dict.fromkeys(wanted) if id_ in known]
        return [(id_, self._reader(known[id_])) for id_ in chosen if f"-{id_}" not in wanted]

    def _reader(self, field: Field) -> Reader:
        found = self._readers.get(field.id)
        if found is not None:
            return found
        if field.custom.endswith(":textarea"):
            return lambda issue: self.rich(issue.values.get(field.id))
        return lambda issue: issue.values.get(field.id)

    def issue(self, issue: Issue, readers: Iterable[tuple[str, Reader]]) -> Json:
        """Return an issue with the fields that are asked for."""
        read = ((id_, reader(issue)) for id_, reader in readers)
        return {**self.bare(issue), "fields": {id_: value for id_, value in read if value is not ABSENT}}

    def bare(self, issue: Issue) -> Json:
        """Return an issue without fields."""
        return {"expand": "", "id": str(issue.id), "self": self.link("issue", issue.id), "key": issue.key}

    def stub(self, issue: Issue) -> Json:
        """Return an issue as others hold it: as parent, sub-task or end of a link."""
        fields = [(id_, self._readers[id_]) for id_ in ("summary", "status", "priority", "issuetype")]
        shape = self.issue(issue, fields)
        del shape["expand"]
        return shape

    def links(self, issue: Issue) -> Iterator[Json]:
        """Yield the links of an issue, seen from it; those to issues that the caller may not see are left out."""
        for link in self.site.links(issue):
            outward = link.source == issue.id
            other = self.site.find(link.target if outward else link.source)
            if self.site.readable(other) is None or other is None:
                continue
            number, inwards, outwards = LINK_KINDS[link.kind]
            kind = {"id": number, "name": link.kind, "inward": inwards, "outward": outwards}
            yield {
                "id": str(link.id),
                "self": self.link("issueLink", link.id),
                "type": {**kind, "self": self.link("issueLinkType", number)},
                "outwardIssue" if outward else "inwardIssue": self.stub(other),
            }

    def epic_link(self, issue: Issue) -> Any:
        """Return the field Epic Link: a key."""
        parent = self.site.parent_stub(issue)
        return parent.key if parent is not None and issue.type.level == 0 else None

    # Changelogs

    def history(self, issue: Issue, change: Change) -> Json:
        """Return an entry of a changelog."""
        return {
            "id": str(change.id),
            "author": self.once(change.author, self.user),
            "created": self.stamp(change.at),
            "items": [self._item(issue, item) for item in change.items],
        }

    def _item(self, issue: Issue, item: Item) -> Json:
        name, id_ = self.changed_field(issue, item)
        custom = id_.startswith("customfield_") or name in (EPIC_LINK.name, PARENT_LINK.name)
        return {
            "field": name,
            "fieldtype": "custom" if custom else "jira",
            **({"fieldId": id_} if id_ and self.tells_changed_ids else {}),
            "from": self.changed_id(item.field, item.old),
            "fromString": item.old_text,
            "to": self.changed_id(item.field, item.new),
            "toString": item.new_text,
        }

    def changed_field(self, issue: Issue, item: Item) -> tuple[str, str]:
        """Return name and id of the field that changed; the id is empty where Jira tells none."""
        if item.field == "parent":
            return self.parent_change(issue), ""
        if item.field.startswith("customfield_"):
            return self.site.field(item.field).name, item.field
        return CHANGED.get(item.field, (item.field, item.field))

    def changed_id(self, field: str, id: str | None) -> str | None:
        """Return the id that stands in a changelog."""
        return id


def zulu(moment: int) -> str:
    """Return a moment as sprints tell it."""
    return f"{datetime.fromtimestamp(moment // 1000, UTC):%Y-%m-%dT%H:%M:%S}.{moment % 1000:03}Z"
