"""flowlint/demo_organisation/: the export that ``flowlint demo`` lints, in the shape of Jira Cloud, from docs/demo.yaml."""

import json
from collections.abc import Iterator, Mapping
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

FOLDER = "../flowlint/demo_organisation"
Entry = dict[str, Any]

KEYS = frozenset((
    "key", "type", "summary", "status", "parent", "part_of", "epic_link", "blocks", "labels", "components", "versions",
    "sprints", "points", "who", "story", "criteria", "text", "outcome", "metric", "baseline", "target", "target_date",
    "actual", "key_results", "resolution", "age", "idle", "done", "retyped", "shows",
))  # fmt: skip
"""What an issue may say."""
LINKS = {
    "blocks": {"name": "Blocks", "inward": "is blocked by", "outward": "blocks"},
    "part_of": {"name": "Part", "inward": "is part of", "outward": "contains"},
}
SCHEMAS = {
    "float": {"type": "number", "custom": "com.atlassian.jira.plugin.system.customfieldtypes:float"},
    "textfield": {"type": "string", "custom": "com.atlassian.jira.plugin.system.customfieldtypes:textfield"},
    "textarea": {"type": "string", "custom": "com.atlassian.jira.plugin.system.customfieldtypes:textarea"},
    "datepicker": {"type": "date", "custom": "com.atlassian.jira.plugin.system.customfieldtypes:datepicker"},
    "gh-sprint": {"type": "array", "items": "json", "custom": "com.pyxis.greenhopper.jira:gh-sprint"},
    "gh-epic-link": {"type": "any", "custom": "com.pyxis.greenhopper.jira:gh-epic-link"},
}
LONG_AGO = 60
"""Days since an issue was created, where it does not say."""


def pages(root: Path) -> dict[str, str]:
    """Return the text of each file of the export by its path from docs/; raises ValueError for what cannot be meant."""
    from flowlint.config.yaml12 import parse

    text = (root / "docs" / "demo.yaml").read_text(encoding="utf-8")
    value: Any = parse(text, "docs/demo.yaml").value
    site = Site(value)
    metadata = {
        "fields": site.fields(),
        "issue-types": list(site.types.values()),
        "statuses": list(site.statuses.values()),
        "sprints": list(site.sprints.values()),
        "versions": list(site.versions.values()),
    }
    files = {f"{FOLDER}/{name}.json": f"{json.dumps(entries, indent=1)}\n" for name, entries in metadata.items()}
    return {f"{FOLDER}/issues.ndjson": "".join(site.lines()), **files}


class Site:
    """The organisation as its Jira would tell it."""

    def __init__(self, value: Mapping[str, Any]) -> None:
        self.value = value
        self.today = date.fromisoformat(value["today"])
        self.api = f"{value['site']}/rest/api/3"
        self.issues: dict[str, Entry] = {issue["key"]: issue for issue in value["issues"]}
        self.types = {
            name: {"id": str(10000 + number), "name": name, "subtask": level < 0, "hierarchyLevel": level}
            for number, (name, level) in enumerate(value["types"].items(), 1)
        }
        self.statuses = {
            name: {"id": str(10100 + number), "name": name, "statusCategory": {"key": category}}
            for number, (name, category) in enumerate(value["statuses"].items(), 1)
        }
        self.versions = {(one["project"], one["name"]): _version(n, one) for n, one in enumerate(value["versions"], 1)}
        self.sprints = {sprint["name"]: _sprint(sprint) for sprint in value["sprints"]}
        self._refuse(len(value["issues"]))

    def _refuse(self, written: int) -> None:
        if written != len(self.issues):
            raise ValueError("docs/demo.yaml: two issues have the same key")
        for key, issue in self.issues.items():
            if unknown := sorted(issue.keys() - KEYS):
                raise ValueError(f"docs/demo.yaml: {key} says {', '.join(unknown)}, which means nothing here")

    def lines(self) -> Iterator[str]:
        """Yield each issue as a line of NDJSON."""
        for key, issue in self.issues.items():
            try:
                yield json.dumps(self.record(issue), separators=(",", ":")) + "\n"
            except (KeyError, ValueError) as fault:
                raise ValueError(
                    f"docs/demo.yaml: {key}: {fault}: not defined above, or not of the right shape"
                ) from fault

    def fields(self) -> list[Entry]:
        """Return what ``/rest/api/3/field`` says of the custom fields."""
        return [
            {"id": field["id"], "name": field["name"], "custom": True, "schema": SCHEMAS[field["kind"]]}
            for field in self.value["fields"].values()
        ]

    def record(self, issue: Entry) -> Entry:
        """Return an issue as the search of REST API 3 gives it."""
        key = issue["key"]
        project = key.rpartition("-")[0]
        status = issue.get("status", "To Do")
        finished = self.statuses[status]["statusCategory"]["key"] == "done"
        done = self._moment(issue, issue.get("done", 10)) if finished else None
        fields: Entry = {
            "summary": issue["summary"],
            "description": _document(issue),
            "issuetype": self.types[issue.get("type", "Story")],
            "project": {"key": project, "name": self.value["projects"][project]},
            "status": self.statuses[status],
            "resolution": {"name": issue.get("resolution", "Done")} if finished else None,
            "resolutiondate": done,
            "assignee": self._person(issue["who"]) if "who" in issue else None,
            "labels": _listed(issue.get("labels")),
            "components": [{"name": name} for name in _listed(issue.get("components"))],
            "fixVersions": [self.versions[project, name] for name in _listed(issue.get("versions"))],
            "created": self._moment(issue, issue.get("age", LONG_AGO)),
            "updated": self._moment(issue, min(issue.get(name, 5) for name in ("idle", "done", "age")), hour=16),
            "parent": self._stub(issue["parent"]) if "parent" in issue else None,
            "subtasks": [
                {"key": child["key"]}
                for child in self.issues.values()
                if child.get("parent") == key and child.get("type") == "Sub-task"
            ],
            "issuelinks": list(self._links(issue)),
            **{field["id"]: self._value(name, issue.get(name)) for name, field in self.value["fields"].items()},
        }
        return {"id": self._id(key), "key": key, "self": f"{self.api}/issue/{self._id(key)}", "fields": fields} | (
            {"changelog": {"histories": [self._retyped(issue)]}} if "retyped" in issue else {}
        )

    def _id(self, key: str) -> str:
        project, _, number = key.rpartition("-")
        return str(20000 + 1000 * list(self.value["projects"]).index(project) + int(number))

    def _moment(self, issue: Entry, days: int, hour: int = 9) -> str:
        """Return the time so many days ago. The last change comes late in the day, so that days are whole ones."""
        minute = int(issue["key"].rpartition("-")[2]) % 60
        return f"{datetime.combine(self.today - timedelta(days=days), time(hour, minute)).isoformat()}.000+0000"

    def _person(self, role: str) -> Entry:
        number = self.value["people"].index(role) + 1
        return {"accountId": f"demo-{number}", "displayName": role, "accountType": "atlassian"}

    def _stub(self, key: str) -> Entry:
        """Return what Jira tells of a parent: only the key where it is not in the export."""
        parent = self.issues.get(key)
        if parent is None:
            return {"key": key}
        kind = self.types[parent.get("type", "Story")]
        return {"id": self._id(key), "key": key, "fields": {"summary": parent["summary"], "issuetype": kind}}

    def _links(self, issue: Entry) -> Iterator[Entry]:
        """Yield the links of an issue, from both ends."""
        key = issue["key"]
        for kind, type_ in LINKS.items():
            mine, theirs = ("outwardIssue", "inwardIssue") if kind == "blocks" else ("inwardIssue", "outwardIssue")
            for named in _listed(issue.get(kind)):
                yield {"type": type_, mine: {"key": named}}
            for other in self.issues.values():
                if key in _listed(other.get(kind)):
                    yield {"type": type_, theirs: {"key": other["key"]}}

    def _value(self, name: str, value: Any) -> Any:
        if name == "sprints":
            return [self.sprints[sprint] for sprint in _listed(value)] or None
        if self.value["fields"][name]["kind"] != "textarea" or value is None:
            return value
        return (
            {"type": "doc", "version": 1, "content": [_bullets(value)]}
            if isinstance(value, list)
            else _paragraphs([value])
        )

    def _retyped(self, issue: Entry) -> Entry:
        change = issue["retyped"]
        item = {"field": "issuetype", "fieldId": "issuetype", "fromString": change["from"], "toString": change["to"]}
        return {"id": self._id(issue["key"]), "created": self._moment(issue, change["days"]), "items": [item]}


def _version(number: int, version: Mapping[str, Any]) -> Entry:
    day = version.get("released", version.get("due"))
    return {
        "id": str(10200 + number),
        "name": version["name"],
        "project": version["project"],
        "released": "released" in version,
        "archived": False,
        **({"releaseDate": day} if day else {}),
    }


def _sprint(sprint: Mapping[str, Any]) -> Entry:
    ends = {"completeDate": f"{sprint['ends']}T15:00:00.000Z"} if sprint["state"] == "closed" else {}
    return {
        "id": sprint["id"],
        "name": sprint["name"],
        "state": sprint["state"],
        "startDate": f"{sprint['starts']}T08:00:00.000Z",
        "endDate": f"{sprint['ends']}T15:00:00.000Z",
        **ends,
        "goal": sprint["goal"],
    }


def _document(issue: Entry) -> Entry | None:
    """Return the description in Atlassian's document format: the story, the text, the acceptance criteria."""
    lines = []
    if "story" in issue:
        role, goal, benefit = issue["story"]
        lines.append(f"As a {role}, I want to {goal}, so that {benefit}.")
    if "text" in issue:
        lines.append(issue["text"])
    document = _paragraphs(lines)
    if "criteria" in issue:
        heading = {"type": "heading", "attrs": {"level": 3}, "content": [_text("Acceptance criteria")]}
        document["content"] += [heading, _bullets(issue["criteria"])]
    return document if document["content"] else None


def _bullets(lines: list[str]) -> Entry:
    return {"type": "bulletList", "content": [{"type": "listItem", "content": [_paragraph(line)]} for line in lines]}


def _paragraphs(lines: list[str]) -> Entry:
    return {"type": "doc", "version": 1, "content": [_paragraph(line) for line in lines]}


def _paragraph(line: str) -> Entry:
    return {"type": "paragraph", "content": [_text(line)]}


def _text(text: str) -> Entry:
    return {"type": "text", "text": text}


def _listed(value: Any) -> list[str]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]
