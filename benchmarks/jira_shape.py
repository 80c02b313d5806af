"""The form in which Jira's REST API gives an issue: what `sites.py` made up becomes fields, objects and dates here."""

from dataclasses import dataclass, field
from datetime import date, timedelta

from phrases import WORDS

Json = dict[str, object]

SITE = "https://shops.example"
SPAN = 1826.0
"""Days from the first issue to the export."""
FIRST_DAY = date(2021, 3, 1)
DAYS = [(FIRST_DAY + timedelta(days=number)).isoformat() for number in range(2400)]
LEVELS = {"Initiative": 2, "Epic": 1, "Sub-task": -1}
"""Jira's hierarchy level of a type; the others are at 0."""
STATES = {
    "new": ("Backlog", "To Do", "Ready"),
    "active": ("In Progress", "In Review", "Testing"),
    "done": ("Done", "Done", "Closed"),
    "cancelled": ("Closed", "Closed", "Closed"),
}
CATEGORIES = {"new": (2, "new"), "active": (4, "indeterminate")}
KIND = "com.atlassian.jira.plugin.system.customfieldtypes:"
AGILE = "com.pyxis.greenhopper.jira:"
FIELDS = {
    "team": ("customfield_10001", "Team", "team", f"{KIND}atlassian-team"),
    "epic_link": ("customfield_10014", "Epic Link", "any", f"{AGILE}gh-epic-link"),
    "points": ("customfield_10016", "Story point estimate", "number", f"{AGILE}jsw-story-points"),
    "parent_link": ("customfield_10018", "Parent Link", "any", "com.atlassian.jpo:jpo-custom-field-parent"),
    "rank": ("customfield_10019", "Rank", "any", f"{AGILE}gh-lexo-rank"),
    "sprint": ("customfield_10020", "Sprint", "array", f"{AGILE}gh-sprint"),
    "flagged": ("customfield_10021", "Flagged", "array", f"{KIND}multicheckboxes"),
    "outcome": ("customfield_10031", "Expected outcome", "string", f"{KIND}textarea"),
    "actual_outcome": ("customfield_10032", "Actual outcome", "string", f"{KIND}textarea"),
    "severity": ("customfield_10035", "Severity", "option", f"{KIND}select"),
    "channel": ("customfield_10041", "Sales channel", "string", f"{KIND}textfield"),
}
"""What it holds -> id, name, type and kind of a custom field of the site."""
EMPTY: Json = {place: None for place, *_ in FIELDS.values()}
PLACE = {name: place for name, (place, *_) in FIELDS.items()}
PRIORITIES = [{"id": str(number), "name": name} for number, name in enumerate(("High", "Medium", "Low"), 2)]
SEVERITIES = [{"id": str(10_100 + number), "value": value} for number, value in enumerate(("Minor", "Major", "Severe"))]
LINKS = {
    "Blocks": {"id": "10000", "name": "Blocks", "inward": "is blocked by", "outward": "blocks"},
    "Relates": {"id": "10003", "name": "Relates", "inward": "relates to", "outward": "relates to"},
}
TYPES: dict[str, Json] = {
    name: {
        "id": str(10_001 + number),
        "name": name,
        "subtask": name == "Sub-task",
        "hierarchyLevel": LEVELS.get(name, 0),
    }
    for number, name in enumerate(("Initiative", "Epic", "Story", "Improvement", "Bug", "Spike", "Task", "Sub-task"))
}
STATUSES: dict[str, Json] = {}
for state, names in STATES.items():
    number, key = CATEGORIES.get(state, (3, "done"))
    for name in names:
        category = {"id": number, "key": key}
        STATUSES.setdefault(name, {"id": str(10_001 + len(STATUSES)), "name": name, "statusCategory": category})


class Project:
    """A project, with the objects that its issues share."""

    def __init__(self, index: int, key: str, *, link_to_epic: bool = False) -> None:
        self.index = index
        self.key = key
        self.link_to_epic = link_to_epic
        """Children name their epic by Epic Link, as in projects from before `parent` did it."""
        self.last = 0
        self.written: Json = {"id": str(10_000 + index), "key": key}
        self.teams = [
            {"id": f"t-{index}-{number}", "name": f"{key.capitalize()} team {number}"} for number in range(1, 4)
        ]
        self.components = {
            name: {"id": str(10_000 + 20 * index + number), "name": name}
            for number, name in enumerate(WORDS["components"])
        }
        self.sprints: dict[int, Json] = {}
        self.versions: dict[int, Json] = {}

    def sprint(self, number: int) -> Json:
        """Return the sprint of that fortnight."""
        if number not in self.sprints:
            state = "closed" if 14 * (number + 1) < SPAN else "active"
            sprint: Json = {"id": 1000 * self.index + number, "name": f"{self.key} Sprint {number}", "state": state}
            sprint |= {
                "boardId": self.index + 1,
                "startDate": moment(14 * number),
                "endDate": moment(14 * number + 13.9),
            }
            if state == "closed":
                sprint["completeDate"] = moment(14 * number + 13.95)
            lost = WORDS["measures"][number % len(WORDS["measures"])]
            self.sprints[number] = sprint | {
                "goal": f"{lost} returns fall by {5 + number % 20} %" if number % 10 else ""
            }
        return self.sprints[number]

    def version(self, number: int) -> Json:
        """Return the version of that quarter; three projects forget to release."""
        if number not in self.versions:
            end = 91.3 * (number + 1)
            released = end < SPAN - (100 if self.index % 7 == 5 else 0)
            name = f"{self.key.lower()} {21 + number // 4}.{1 + number % 4}"
            version: Json = {"id": str(10_000 + 100 * self.index + number), "name": name, "archived": False}
            self.versions[number] = version | {"released": released, "releaseDate": moment(end)[:10]}
        return self.versions[number]


@dataclass(slots=True)
class Issue:
    """One issue; days are counted from the first, states are `STATES`."""

    number: int
    key: str
    project: Project
    kind: str
    summary: str
    born: float
    parent: "Issue | None"
    state: str = "new"
    shade: int = 0
    """Which of the state's statuses, of the three priorities."""
    team: int = 0
    ended: float = 0.0
    """When it was done or cancelled, or would be."""
    updated: float = 0.0
    description: str | None = None
    by_link: bool = False
    """Names its parent by Parent Link, which lets circles happen."""
    assignee: int | None = None
    points: int | None = None
    version: int | None = None
    component: str | None = None
    rank: str = ""
    sprints: list[int] = field(default_factory=list)
    labels: list[str] = field(default_factory=list)
    links: list[tuple[str, str, "Issue"]] = field(default_factory=list)
    below: list["Issue"] = field(default_factory=list)
    """Its sub-tasks."""
    custom: dict[str, object] = field(default_factory=dict)
    """More custom fields, by the names of `FIELDS`."""

    def stub(self) -> Json:
        """Return the issue as others show it."""
        fields = {
            "summary": self.summary,
            "status": STATUSES[STATES[self.state][self.shade]],
            "issuetype": TYPES[self.kind],
        }
        return {"id": str(self.number), "key": self.key, "fields": fields}


def moment(day: float) -> str:
    """Return a day and its fraction as Jira writes times."""
    whole = int(day)
    seconds = int((day - whole) * 86_400)
    return f"{DAYS[whole]}T{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}.000+0000"


def written(one: Issue) -> Json:
    """Return the issue as Jira gives it."""
    project, ended, parent = one.project, one.state in {"done", "cancelled"}, one.parent
    above = _above(one)
    fields: Json = {
        "summary": one.summary,
        "issuetype": TYPES[one.kind],
        "project": project.written,
        "status": STATUSES[STATES[one.state][one.shade]],
        "priority": PRIORITIES[one.shade],
        "parent": parent.stub() if parent is not None and "parent" in above else None,
        "created": moment(one.born),
        "updated": moment(one.updated),
        "resolutiondate": moment(one.ended) if ended else None,
        "resolution": {"name": "Done" if one.state == "done" else "Won't Do"} if ended else None,
        "duedate": None,
        "labels": one.labels,
        "components": [project.components[one.component]] if one.component else [],
        "fixVersions": [project.version(one.version)] if one.version is not None else [],
        "issuelinks": [
            {"id": str(10_000 + one.number), "type": LINKS[kind], side: other.stub()} for kind, side, other in one.links
        ],
        "subtasks": [child.stub() for child in one.below],
        "assignee": {"accountId": f"a{one.assignee:05}"} if one.assignee else None,
        "description": one.description,
    }
    fields |= EMPTY
    if parent is not None:
        fields |= {PLACE[name]: parent.key for name in above if name != "parent"}
    fields[PLACE["team"]] = project.teams[one.team]
    fields[PLACE["rank"]] = one.rank
    fields[PLACE["points"]] = one.points
    if one.sprints:
        fields[PLACE["sprint"]] = [project.sprint(number) for number in one.sprints]
    if one.kind == "Bug":
        fields[PLACE["severity"]] = SEVERITIES[one.shade]
    fields |= {PLACE[name]: value for name, value in one.custom.items()}
    return {"id": str(one.number), "self": f"{SITE}/rest/api/2/issue/{one.number}", "key": one.key, "fields": fields}


def _above(one: Issue) -> tuple[str, ...]:
    """Return the fields that name the parent."""
    if one.by_link:
        return ("parent_link",)
    if one.project.link_to_epic and one.kind != "Sub-task":
        return ("parent_link",) if one.kind == "Epic" else ("epic_link",)
    return ("parent",)


def named() -> list[Json]:
    """Return what `/rest/api/2/field` says of the custom fields."""
    return [
        {"id": place, "key": place, "name": name, "custom": True, "schema": {"type": kind, "custom": custom}}
        for place, name, kind, custom in FIELDS.values()
    ]
