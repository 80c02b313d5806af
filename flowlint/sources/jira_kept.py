"""What of an issue, and of its history, is kept in a snapshot: what was asked for, and no person by name unless reports may."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from flowlint.errors import SourceError
from flowlint.sources.jira_search import Kept, Record, identity

IDENTITIES = ("accountId", "key", "name", "emailAddress", "displayName")
"""What tells a person apart, the surest first."""
PEOPLE = frozenset({"assignee", "reporter", "creator"})


@dataclass(frozen=True, slots=True)
class Keeper:
    """Turns what a site answers into rows of a spool."""

    fields: tuple[str, ...]
    """Ids of the fields that were asked for."""
    people: frozenset[str]
    """Those that hold people."""
    names: bool
    """Whether names of people may be kept."""
    host: str
    parents: tuple[str, ...] = ()
    """Ids of the fields that name a parent beside ``parent``."""
    sprint: str = "sprint"
    """Id of the field that holds sprints."""

    def issue(self, record: Record) -> Kept:
        """Return what is kept of an issue; a field that was asked for and is not there is null in its record.

        Raises SourceError for a record that is no issue.
        """
        id_, key = identity(record, self.host)
        told = record.get("fields")
        if not isinstance(told, dict) or not key or key != "".join(key.split()):
            raise SourceError(
                f"{self.host} gives issue {id_} without a key and fields", help="a proxy may stand between"
            )
        fields = {name: told.get(name) for name in self.fields}
        for name in self.people & fields.keys():
            fields[name] = self._without_names(fields[name])
        kept = {"id": str(id_), "key": key, "self": record.get("self"), "fields": fields}
        return Kept(id_, key, _word(told.get("updated")), _json(self._refs(fields)), _json(kept))

    def _refs(self, fields: Record) -> dict[str, Any]:
        """Return what an issue refers to.

        ``parent``: id and key; ``type`` and ``status``: ids; ``versions`` and ``sprints``: lists of ids; ``names``: ids and keys of
        other issues; ``related``: ids of those that tell the same from their side: sub-tasks and ends of links.
        """
        parent, kind = _who(fields.get("parent")), fields.get("issuetype")
        beside = [who for name in self.parents if (who := _who(fields.get(name))) is not None]
        links = _entries(fields.get("issuelinks"))
        ends = (_who(link.get(end)) for link in links for end in ("inwardIssue", "outwardIssue"))
        subtasks = map(_who, _entries(fields.get("subtasks")))
        related = [who for who in (*subtasks, *ends) if who is not None]
        key = next((who[1] for who in (parent, *beside) if who is not None and who[1] is not None), None)
        above = [parent] if parent is not None else []
        mutual = [*above, *related] if isinstance(kind, dict) and kind.get("subtask") is True else related
        return {
            "parent": [parent[0] if parent is not None else None, key],
            "type": _id(kind),
            "status": _id(fields.get("status")),
            "versions": [_id(entry) for entry in _entries(fields.get("fixVersions"))],
            "sprints": [_id(entry) for entry in _entries(fields.get(self.sprint))],
            "names": sorted({name for who in (*above, *beside, *related) for name in who if name is not None}),
            "related": [who[0] for who in mutual],
        }

    def changes(self, id_: int, histories: Iterable[Record]) -> tuple[int, str]:
        """Return an issue's id and its histories, without who made them."""
        kept = [
            {"id": history.get("id"), "created": history.get("created"), "items": self._items(history.get("items"))}
            for history in histories
        ]
        return id_, _json(kept)

    def metadata(self, entry: Record) -> str:
        """Return an entry of metadata without the people that it names: leads, and who wrote a version."""
        return _json(entry if self.names else _without_people(entry))

    def _items(self, items: object) -> list[Record]:
        found: list[Record] = []
        for item in items if isinstance(items, list) else ():
            if isinstance(item, dict):
                people = str(item.get("fieldId") or item.get("field")) in self.people
                found.append(self._hashed_change(item) if people and not self.names else item)
        return found

    def _hashed_change(self, item: Record) -> Record:
        hidden = {name: _hash(self.host, item[name]) for name in ("from", "to") if item.get(name)}
        return {name: item.get(name) for name in ("field", "fieldId")} | hidden

    def _without_names(self, value: object) -> object:
        if isinstance(value, list):
            return [self._without_names(each) for each in value]
        if isinstance(value, str):
            return value if self.names else _hash(self.host, value)
        if not isinstance(value, dict):
            return value
        who = next((value[name] for name in IDENTITIES if isinstance(value.get(name), str) and value[name]), None)
        kept = {"accountId": _hash(self.host, who)} if who is not None else {}
        return kept | ({"displayName": value.get("displayName")} if self.names else {})


def _entries(value: object) -> list[Record]:
    return [entry for entry in value if isinstance(entry, dict)] if isinstance(value, list) else []


def _id(value: object) -> str | None:
    told = value.get("id") if isinstance(value, dict) else None
    return str(told) if isinstance(told, str | int) else None


def _who(value: object) -> tuple[str | None, str | None] | None:
    """Return id and key of an issue that a field holds: as its key alone, as an object, or as the ``data`` of one."""
    if isinstance(value, str):
        return None, value
    if not isinstance(value, dict):
        return None
    told = value["data"] if isinstance(value.get("data"), dict) else value
    key = told.get("key")
    found = _id(told), key if isinstance(key, str) else None
    return found if found != (None, None) else None


def fields_of_people(described: Iterable[Mapping[str, Any]]) -> frozenset[str]:
    """Return the ids of the fields that hold people, as the site describes them."""
    schemas = ((str(entry.get("id")), entry.get("schema")) for entry in described)
    return PEOPLE | {
        id_
        for id_, schema in schemas
        if isinstance(schema, dict) and "user" in (schema.get("type"), schema.get("items"))
    }


def _word(value: object) -> str:
    """Return a text or a number that is one word; empty for anything else."""
    text = str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""
    return text if text.isascii() and text.isprintable() and " " not in text else ""


def _without_people(value: object) -> object:
    if isinstance(value, list):
        return [_without_people(each) for each in value]
    if isinstance(value, dict):
        return {name: _without_people(each) for name, each in value.items() if not _is_person(each)}
    return value


def _is_person(value: object) -> bool:
    return isinstance(value, dict) and (
        "accountId" in value or "emailAddress" in value or {"name", "displayName"} <= value.keys()
    )


def _hash(host: str, text: object) -> str:
    return hashlib.sha256(f"{host} {text}".encode("utf-8", "replace")).hexdigest()[:16]


def _json(value: object) -> str:
    """Return JSON in plain ASCII: no tab and no line break, and a half of a character is no longer one."""
    text = json.dumps(value, separators=(",", ":"))
    return text if "\\ud" not in text else json.dumps(_whole(value), separators=(",", ":"))


def _whole(value: object) -> object:
    return json.loads(json.dumps(value, ensure_ascii=False).encode("utf-8", "replace"))
