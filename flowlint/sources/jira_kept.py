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
    parents: tuple[str, ...]
    """Those that name a parent beside ``parent``."""
    host: str

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
        type_id = _word(_member(told, "issuetype", "id"))
        return Kept(id_, key, _word(told.get("updated")), type_id, *self._parent(told), _json(kept))

    def _parent(self, told: Record) -> tuple[str, str]:
        """Return id and key of an issue's parent, as far as it names them."""
        id_, key = _word(_member(told, "parent", "id")), _word(_member(told, "parent", "key"))
        for name in self.parents:
            if not (id_ or key):
                value = told.get(name)
                data = _member(told, name, "data")
                key = _word(value) or _word(data.get("key") if isinstance(data, dict) else _member(told, name, "key"))
        return id_, key

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


def fields_of_people(described: Iterable[Mapping[str, Any]]) -> frozenset[str]:
    """Return the ids of the fields that hold people, as the site describes them."""
    schemas = ((str(entry.get("id")), entry.get("schema")) for entry in described)
    return PEOPLE | {
        id_
        for id_, schema in schemas
        if isinstance(schema, dict) and "user" in (schema.get("type"), schema.get("items"))
    }


def _member(record: Record, name: str, member: str) -> object:
    value = record.get(name)
    return value.get(member) if isinstance(value, dict) else None


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
