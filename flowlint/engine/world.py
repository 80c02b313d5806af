"""A rule's example as raw rows: short forms of issues, sprints and versions written into the raw tables."""

import re
import zlib
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from flowlint.config.headings import heading_ids, heading_of, with_default_headings
from flowlint.config.mapping import Mapping as Config
from flowlint.model.readings import place_status
from flowlint.model.settings import SYSTEM_FIELDS
from flowlint.snapshot.database import insert
from flowlint.sources import adf, markup
from flowlint.sources.text import norm, words

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

SOURCE = "example"
DEFAULT_AS_OF = date(2026, 1, 31)
ISSUE_KEYS = (
    "key", "type", "summary", "description", "status", "category", "parent", "epic_link", "parent_link", "labels",
    "components", "fix_versions", "sprints", "links", "points", "assignee", "reporter", "team", "created", "updated", "resolved",
    "resolution", "due", "changes", "fields", "native_level", "subtask", "parent_type", "parent_state", "not_fetched",
)  # fmt: skip
"""What an issue of an example may say."""
STANDARD_FETCHED = (
    "assignee", "changelog", "components", "created", "description", "duedate", "fixVersions", "issuelinks",
    "issuetype", "labels", "parent", "reporter", "resolution", "resolutiondate", "status", "subtasks", "summary", "updated",
)  # fmt: skip
SITE_KINDS = ("types", "statuses", "fields")
"""What the site of an example may tell of itself; in full, unless ``whole`` says otherwise."""
STATUS_OF_CATEGORY = {"new": "To Do", "indeterminate": "In Progress", "done": "Done"}
CATEGORY_OF_STATE = {"new": "new", "waiting": "new", "active": "indeterminate", "done": "done", "cancelled": "done"}
OPPOSITE = {
    "blocks": "is blocked by",
    "is blocked by": "blocks",
    "duplicates": "is duplicated by",
    "clones": "is cloned by",
}
SYSTEM_IDS = {name: tuple(id_ for id_, own in SYSTEM_FIELDS.items() if own == name) for name in SYSTEM_FIELDS.values()}
LINK_TYPES = {
    "blocks": ("Blocks", "outward"),
    "is blocked by": ("Blocks", "inward"),
    "blocked_by": ("Blocks", "inward"),
    "duplicates": ("Duplicate", "outward"),
    "is duplicated by": ("Duplicate", "inward"),
    "clones": ("Cloners", "outward"),
    "is cloned by": ("Cloners", "inward"),
    "relates to": ("Relates", "outward"),
    "relates": ("Relates", "outward"),
}


PREFIXED = frozenset(("id", "key", "native_key", "project", "parent_key", "other_key", "sprint_id", "version_id"))
"""Columns by which worlds in one database are kept apart."""


class World:
    """One example's issues, sprints and versions, under a mapping; :meth:`write` puts them into the raw tables.

    Worlds with prefixes of their own may share a database: they have no source, project or key in common.
    """

    def __init__(self, example: Mapping[str, Any], config: Config, prefix: str = "") -> None:
        self.config = config
        self.prefix = prefix
        self.as_of = _date(example.get("as_of")) or DEFAULT_AS_OF
        self.issues: Sequence[Mapping[str, Any]] = example.get("issues") or ()
        self.sprints: Sequence[Mapping[str, Any]] = example.get("sprints") or ()
        self.versions: Sequence[Mapping[str, Any]] = example.get("versions") or ()
        self.site: Mapping[str, Any] | None = example.get("site")
        self.keys = {str(issue["key"]) for issue in self.issues}
        self.fetched: dict[tuple[str, ...], int] = {}

    def fields(self) -> dict[str | None, dict[str, tuple[str, ...]]]:
        """Return the field ids of each logical name; in an example a field's name is its id."""

        def ids(project: Any) -> dict[str, tuple[str, ...]]:
            named = {
                meaning: tuple(
                    id_
                    for source in sources
                    for id_ in ((source.field,) if source.field else heading_ids(source.headings))
                )
                for meaning, sources in project.fields.items()
            }
            return with_default_headings({meaning: ids for meaning, ids in named.items() if ids}, project.fields)

        return {None: ids(self.config.base)} | {
            key: ids(project)
            for key, project in self.config.projects.items()
            if project.fields != self.config.base.fields
        }

    def field_id(self, project: str, name: str) -> str:
        """Return the id under which a value for ``name`` (logical or a field's own) is stored."""
        sources = self.config.for_project(project).fields.get(name, ())
        return next((source.field for source in sources if source.field), name)

    def write(self, db: "DuckDBPyConnection") -> None:
        """Fill the raw tables."""
        columns = ("source", "tracker", "newest", "restricted")
        insert(db, "raw_source", columns, [(SOURCE + self.prefix, "jira", None, False)])
        for table, rows in self.rows().items():
            if rows:
                insert(db, table, list(rows[0]), [tuple(self._apart(row)) for row in rows])

    def rows(self) -> dict[str, list[dict[str, Any]]]:
        """Return the rows of each raw table, without the prefix.

        Raises ValueError, KeyError, TypeError or AttributeError for an example that cannot be read.
        """
        rows: dict[str, list[dict[str, Any]]] = {}
        for issue in self.issues:
            for table, row in self._issue(issue):
                rows.setdefault(table, []).append(row)
        rows["raw_fetched"] = [{"fetched_set": number, "field_ids": list(ids)} for ids, number in self.fetched.items()]
        rows["raw_sprint"] = list(self._sprints())
        rows["raw_version"] = list(self._versions())
        if self.site is not None:
            rows |= self._site_rows(self.site, rows.get("raw_issue", ()))
        return rows

    def _site_rows(
        self, site: Mapping[str, Any], issues: Sequence[Mapping[str, Any]]
    ) -> dict[str, list[dict[str, Any]]]:
        """Return what the site tells of itself, and the types and statuses that only its issues tell of."""
        rows: dict[str, list[dict[str, Any]]] = {}
        for kind, table, level, of_issues in (
            ("types", "raw_site_type", "hierarchy_level", "type_name"),
            ("statuses", "raw_site_status", "category", "status_name"),
        ):
            told = [entry if isinstance(entry, Mapping) else {"name": entry} for entry in site.get(kind) or ()]
            known = {str(entry["name"]) for entry in told}
            others = sorted({str(issue[of_issues]) for issue in issues if issue[of_issues] is not None} - known)
            listed = [(entry, None) for entry in told] + [({"name": name}, name) for name in others]
            rows[table] = [
                {
                    "source": SOURCE, "id": _text(entry.get("id")), "name": str(entry["name"]), "project": _text(entry.get("project")),
                    level: entry.get("native_level" if kind == "types" else "category") if seen is None
                    else _said(issues, of_issues, seen, level if kind == "types" else "status_category"),
                    **({"subtask": entry.get("subtask")} if kind == "types" else {}),
                }
                for entry, seen in listed
            ]  # fmt: skip
        rows["raw_site_field"] = [
            {
                "source": SOURCE, "id": str(entry["id"]), "name": _text(entry.get("name")), "custom": str(entry["id"]).startswith("customfield_"),
                "schema_type": entry.get("schema_type"), "schema_items": entry.get("schema_items"), "schema_custom": entry.get("schema_custom"),
                "sample": entry.get("sample"), "fetched": int(entry.get("fetched", 0)), "filled": int(entry.get("filled", 0)),
            }
            for entry in site.get("fields") or ()
        ]  # fmt: skip
        whole = site.get("whole", [kind for kind in SITE_KINDS if kind in site])
        rows["raw_site_list"] = [{"source": SOURCE, "kind": str(kind)} for kind in whole]
        return rows

    def _apart(self, row: Mapping[str, Any]) -> Iterator[Any]:
        """Yield a row's values, with this world's prefix on everything that tells issues and projects apart."""
        for column, value in row.items():
            if column == "source":
                yield f"{value}{self.prefix}"
            elif column in PREFIXED and value is not None and not (column == "parent_key" and value.isdigit()):
                yield f"{self.prefix}{value}"
            else:
                # A parent known by its number alone stays a number.
                yield value

    def _issue(self, issue: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
        key = str(issue["key"])
        project = key.rpartition("-")[0] or key
        status, category = self._status(project, issue)
        created = _time(issue.get("created")) or datetime.combine(self.as_of - timedelta(days=30), time.min)
        updated = _time(issue.get("updated")) or max(
            created, datetime.combine(self.as_of - timedelta(days=7), time.min)
        )
        values = dict(issue.get("fields") or {})
        for short, meaning in (("points", "story_points"), ("team", "team")):
            if issue.get(short) is not None:
                values[meaning] = issue[short]
        missing = {
            id_
            for name in issue.get("not_fetched") or ()
            for id_ in (self.field_id(project, str(name)), *SYSTEM_IDS.get(str(name), ()))
        }
        of_project = self.fields().get(project) or self.fields()[None]
        known = {id_ for ids in of_project.values() for id_ in ids if heading_of(id_) is None}
        row: dict[str, Any] = {
            "source": SOURCE, "id": key, "key": key, "native_key": key, "project": project, "url": None,
            **_texts("summary", issue.get("summary", f"Summary of {key}")), "description": _plain(issue.get("description")),
            "type_id": None, "type_name": str(issue.get("type", "Story")), "subtask": issue.get("subtask"),
            "hierarchy_level": issue.get("native_level"), "status_id": None, "status_name": status, "status_category": category,
            "resolution": issue.get("resolution"), "assignee": issue.get("assignee"), "reporter": issue.get("reporter"),
            "labels": sorted({*_list(issue.get("labels"))}), "components": sorted({*_list(issue.get("components"))}),
            "created": created, "updated": updated, "resolved": _time(issue.get("resolved")), "due": _date(issue.get("due")),
            "subtask_keys": [], "fetched_set": self._fetched(({*STANDARD_FETCHED} | known) - missing),
        }  # fmt: skip
        yield "raw_issue", row
        yield from self._parents(key, issue)
        for name, value in values.items():
            yield from self._values(key, self.field_id(project, str(name)), value)
        for sprint in _list(issue.get("sprints")):
            yield "raw_issue_sprint", {"key": key, "source": SOURCE, "sprint_id": self._sprint_id(sprint)}
        for name in _list(issue.get("fix_versions")):
            id_ = f"{project}/{name}"
            yield "raw_issue_version", {"key": key, "source": SOURCE, "version_id": id_, "name": name}
        for link in issue.get("links") or ():
            yield from self._link(key, link)
        for seq, change in enumerate(issue.get("changes") or (), 1):
            yield "raw_change", {
                "key": key, "at": _time(change["at"]), "seq": seq, "field": str(change.get("field", "status")),
                "from_id": None, "from_text": _text(change.get("from")), "to_id": None, "to_text": _text(change.get("to")),
            }  # fmt: skip

    def _fetched(self, ids: set[str]) -> int:
        """Return the number of a set of fetched fields: the same in every world, since worlds may share a database."""
        listed = tuple(sorted(ids))
        return self.fetched.setdefault(listed, zlib.crc32("\n".join(listed).encode()))

    def _status(self, project: str, issue: Mapping[str, Any]) -> tuple[str, str | None]:
        category = issue.get("category")
        status = issue.get("status") or STATUS_OF_CATEGORY.get(str(category), "To Do")
        if category is None:
            state = place_status(self.config.for_project(project).workflow, str(status), None, None)[2]
            by_name = {name.casefold(): own for own, name in STATUS_OF_CATEGORY.items()}
            category = CATEGORY_OF_STATE.get(state or "") or by_name.get(str(status).casefold(), "indeterminate")
        return str(status), str(category)

    def _parents(self, key: str, issue: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
        for via in ("parent", "epic_link", "parent_link"):
            if issue.get(via) is not None:
                absent = str(issue[via]) not in self.keys
                yield "raw_parent", {
                    "key": key, "via": via, "parent_key": str(issue[via]),
                    "stub_type_name": issue.get("parent_type") if absent else None,
                    "state": issue.get("parent_state") if absent else None,
                }  # fmt: skip

    def _values(self, key: str, field_id: str, value: Any) -> Iterator[tuple[str, dict[str, Any]]]:
        for position, one in enumerate(value if isinstance(value, list) else [value]):
            if one is None:
                continue
            number = float(one) if isinstance(one, (int, float)) and not isinstance(one, bool) else None
            yield "raw_field_value", {
                "key": key, "field_id": field_id, "position": position, "text": _plain(one), "number": number,
            }  # fmt: skip

    def _link(self, key: str, link: Any) -> Iterator[tuple[str, dict[str, Any]]]:
        for name, others in _links(link):
            type_, direction = LINK_TYPES.get(name.casefold(), (name, "outward"))
            shown = "is blocked by" if name == "blocked_by" else name
            for other in others:
                yield "raw_link", {
                    "key": key, "other_key": other, "link_type": type_, "direction": direction, "name": shown,
                }  # fmt: skip

    def _sprint_id(self, name: str) -> str:
        return next((str(s["id"]) for s in self.sprints if name in (str(s.get("id")), s.get("name"))), name)

    def _sprints(self) -> Iterator[dict[str, Any]]:
        named = {self._sprint_id(name) for issue in self.issues for name in _list(issue.get("sprints"))}
        defined = {str(sprint["id"]): sprint for sprint in self.sprints}
        for id_ in sorted(named | set(defined)):
            sprint = defined.get(id_, {})
            yield {
                "source": SOURCE, "id": id_, "name": str(sprint.get("name", f"Sprint {id_}")), "state": sprint.get("state", "active"),
                "goal": sprint.get("goal", "") if sprint.get("goal_known", True) else None,
                "goal_known": bool(sprint.get("goal_known", True)), "board_id": _text(sprint.get("board")), "started": _time(sprint.get("started")),
                "ends": _time(sprint.get("ends")), "completed": _time(sprint.get("completed")),
            }  # fmt: skip

    def _versions(self) -> Iterator[dict[str, Any]]:
        used = {
            (str(issue["key"]).rpartition("-")[0], name)
            for issue in self.issues
            for name in _list(issue.get("fix_versions"))
        }
        projects = sorted({key.rpartition("-")[0] for key in self.keys})
        defined: dict[tuple[str, str], Mapping[str, Any]] = {}
        for version in self.versions:
            name = str(version["name"])
            of = (
                [str(version["project"])]
                if version.get("project")
                else [p for p, n in sorted(used) if n == name] or projects[:1]
            )
            for project in of:
                defined[project, name] = version
        for project, name in sorted(used | set(defined)):
            version = defined.get((project, name), {})
            yield {
                "source": SOURCE, "project": project, "id": f"{project}/{name}", "name": name,
                "released": version.get("released", False), "archived": bool(version.get("archived", False)),
                "start_date": _date(version.get("start_date")), "release_date": _date(version.get("release_date")),
            }  # fmt: skip


def _said(issues: Sequence[Mapping[str, Any]], column: str, name: str, wanted: str) -> Any:
    """Return what the first issue of this type or status that says it has as ``wanted``."""
    return next((row[wanted] for row in issues if row[column] == name and row[wanted] is not None), None)


def _links(link: Any) -> Iterator[tuple[str, list[str]]]:
    """Read ``{blocks: A-2}``, ``{name: blocks, key: A-2}`` or ``blocks A-2``."""
    if isinstance(link, str):
        name, _, other = link.rpartition(" ")
        yield name, [other]
    elif "key" in link or "other_key" in link:
        name = link.get("name") or link.get("kind") or link.get("type") or "relates to"
        yield str(name), [str(link.get("key") or link.get("other_key"))]
    else:
        for name, others in link.items():
            yield str(name), _list(others)


def _list(value: Any) -> list[str]:
    if value is None:
        return []
    return [str(item) for item in value] if isinstance(value, list) else [str(value)]


def _text(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    return str(value).lower() if isinstance(value, bool) else f"{value:g}" if isinstance(value, float) else str(value)


def _plain(value: Any) -> str | None:
    """Return a text in the plain form: wiki markup and Markdown as in a file, ADF where it is given as an object."""
    if adf.is_document(value):
        return adf.to_text(value)
    text = _text(value)
    return text if text is None else markup.to_text(text)


def _texts(column: str, value: Any) -> dict[str, str | None]:
    text = _text(value)
    return {
        column: text,
        f"{column}_norm": None if text is None else norm(text),
        f"{column}_words": None if text is None else words(text),
    }


def _time(value: Any) -> datetime | None:
    if value is None:
        return None
    found = datetime.fromisoformat(re.sub(r"Z$", "+00:00", str(value)))
    return (found - (found.utcoffset() or timedelta())).replace(tzinfo=None)


def _date(value: Any) -> date | None:
    return None if value is None else date.fromisoformat(str(value)[:10])
