"""Rows of a CSV export as the records that Jira's REST search answers with, so that all that follows is one way.

A column that is not there leaves its field out: not fetched. An empty cell is null, or an empty list. A custom
field stands under the name that people see; its values are numbers, keys and ISO dates where the whole column
holds such, else lists of texts, which say nothing of their kind.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from flowlint.config.known import known_type, system_field
from flowlint.sources import csv_dates
from flowlint.sources.csv_columns import INTEGER, KEYISH, NUMBER, OTHER, PARENTS, Column, key_in, references
from flowlint.sources.csv_words import header_key, means_nothing, own_status, status_category
from flowlint.sources.jira_fields import OTHERS_OF_JIRA, STANDARD

Json = dict[str, Any]
LISTS = {"labels": "labels", "components": "components", "fixVersions": "fixVersions"}
PLAIN = ("summary", "description")


@dataclass(slots=True)
class Unread:
    """Cells of one column that could not be read: how many, and the first."""

    count: int = 0
    line: int = 0
    text: str = ""

    def see(self, line: int, text: str) -> None:
        """Count a cell."""
        self.count += 1
        if self.count == 1:
            self.line, self.text = line, text


@dataclass(slots=True)
class Reader:
    """Makes records of the rows of one table."""

    columns: Sequence[Column]
    order: str | None
    keys: Mapping[str, str]
    """Keys by what the cells of parents and sub-tasks name instead: ids, and folded summaries that occur once."""
    times: dict[str, Unread] = field(default_factory=dict)
    strangers: dict[str, Unread] = field(default_factory=dict)
    by_kind: dict[str, list[Column]] = field(init=False, default_factory=dict)
    places: dict[str, list[int]] = field(init=False, default_factory=dict)
    customs: list[tuple[int, str, Column]] = field(init=False, default_factory=list)
    nothing: dict[str, None] = field(init=False, default_factory=dict)
    """All custom fields, empty as most are."""

    def __post_init__(self) -> None:
        for column in self.columns:
            if column.kind in ("custom", OTHER):
                self.customs.append((column.index, _field_name(column), column))
            else:
                self.by_kind.setdefault(column.kind, []).append(column)
        self.places = {kind: [column.index for column in columns] for kind, columns in self.by_kind.items()}
        self.nothing = {name: None for _, name, _ in self.customs}

    def key(self, cells: Sequence[str]) -> str:
        """Return the issue's key, empty where the row has none."""
        return next((text for text in self._texts("key", cells) if KEYISH.fullmatch(text)), "")

    def record(self, cells: Sequence[str], line: int) -> Json:
        """Return the record of a row; ``cells`` may be fewer than there are columns."""
        fields: Json = {}
        fields.update(self._simple(cells))
        fields.update(self._lists(cells))
        fields.update(self._times(cells, line))
        fields.update(self._parents(cells, line))
        fields.update(self._links(cells))
        fields.update(self._customs(cells))
        record: Json = {"key": self.key(cells), "fields": fields}
        number = next(iter(self._texts("id", cells)), None)
        return {"id": number, **record} if number else record

    def _there(self, kind: str, cells: Sequence[str]) -> list[str]:
        """Return the cells of all columns of a kind that the row reaches."""
        width = len(cells)
        return [cells[index] for index in self.places.get(kind, ()) if index < width]

    def _texts(self, kind: str, cells: Sequence[str]) -> list[str]:
        return [text for cell in self._there(kind, cells) if cell and (text := cell.strip())]

    def _simple(self, cells: Sequence[str]) -> Iterator[tuple[str, Any]]:
        for kind in PLAIN:
            if there := self._there(kind, cells):
                yield kind, next((cell for cell in there if cell.strip()), None)
        for kind in ("issuetype", "resolution", "priority"):
            if self._there(kind, cells):
                name = next(iter(self._texts(kind, cells)), None)
                empty = name is None or (kind == "resolution" and means_nothing("unresolved", name))
                yield (
                    kind,
                    None if empty else {"name": name, **(place_of(name) if kind == "issuetype" and name else {})},
                )
        if self._there("status", cells):
            name = next(iter(self._texts("status", cells)), None)
            if "status_category" in self.by_kind:
                category = next((status_category(text) for text in self._texts("status_category", cells)), None)
            else:
                category = own_status(name) if name else None
            known: Json = {"statusCategory": {"key": category}} if category else {}
            yield "status", {"name": name, **known} if name else None
        for kind in ("assignee", "reporter"):
            if self._there(kind, cells):
                name = next(iter(self._texts(kind, cells)), None)
                account = next(iter(self._texts(f"{kind}_id", cells)), None)
                empty = name is None or means_nothing("nobody", name)
                yield kind, None if empty else {**({"accountId": account} if account else {}), "displayName": name}
        told = {name: next(iter(self._texts(f"project_{name}", cells)), None) for name in ("key", "name")}
        if any(told.values()):
            yield "project", {name: text for name, text in told.items() if text}

    def _lists(self, cells: Sequence[str]) -> Iterator[tuple[str, Any]]:
        for kind, name in LISTS.items():
            if self._there(kind, cells):
                texts = self._texts(kind, cells)
                if kind == "labels":
                    yield name, [part for text in texts for part in references(text)]
                else:
                    yield name, [{"name": text} for text in texts]
        if self._there("sprint", cells):
            yield "sprint", self._texts("sprint", cells)
        if self._there("subtasks", cells):
            found = [part for text in self._texts("subtasks", cells) for part in references(text)]
            yield "subtasks", [{"key": self.keys.get(part, part)} for part in found]

    def _times(self, cells: Sequence[str], line: int) -> Iterator[tuple[str, Any]]:
        for kind in ("created", "updated", "resolutiondate", "duedate"):
            there = self.by_kind.get(kind, [])
            texts = self._texts(kind, cells)
            if not texts:
                if there and there[0].index < len(cells):
                    yield kind, None
                continue
            moment = csv_dates.read(texts[0], self.order)
            if moment is not None:
                yield kind, moment
            else:  # left out, as if not fetched: there is a time, and nobody knows which
                self.times.setdefault(there[0].header, Unread()).see(line, texts[0])

    def _parents(self, cells: Sequence[str], line: int) -> Iterator[tuple[str, Any]]:
        if not any(self._there(kind, cells) for kind in PARENTS):  # no such column, or the row is cut off before it
            yield "parent", {"hidden": True}
            return
        if self._there("parent", cells) or self._there("parent_key", cells):
            yield "parent", self._parent(cells, line)
        if self._there("epic", cells):
            epics = [self._reference(column, text, line) for column, text in self._filled("epic", cells)]
            yield "epic", epics[0] if epics else None
        for kind in ("epic_link", "parent_link"):
            if there := self.by_kind.get(kind, []):
                named = [self._reference(column, text, line) for column, text in self._filled(kind, cells)]
                if named or there[0].index < len(cells):
                    yield there[0].name, next((told.get("key", told.get("id")) for told in named), None)

    def _parent(self, cells: Sequence[str], line: int) -> Json | None:
        """Return what the columns of one row tell of its parent: the key goes before an id, both before a name."""
        parent: Json = {}
        for kind in ("parent_key", "parent"):
            for column, text in self._filled(kind, cells):
                if not parent or INTEGER.fullmatch(text):
                    parent = {**self._reference(column, text, line), **parent}
        summary = next(iter(self._texts("parent_summary", cells)), None)
        if parent and summary:
            parent["fields"] = {"summary": summary}
        return parent or None

    def _filled(self, kind: str, cells: Sequence[str]) -> Iterator[tuple[Column, str]]:
        for column in self.by_kind.get(kind, ()):
            if column.index < len(cells) and (text := cells[column.index].strip()):
                yield column, text

    def _reference(self, column: Column, text: str, line: int) -> Json:
        """Return the key or the id of the issue that a cell names."""
        key = key_in(text)
        if key is None and INTEGER.fullmatch(text):
            return {"id": text}
        if key is None:
            key = self.keys.get(header_key(text))
        if key is None:
            self.strangers.setdefault(column.header, Unread()).see(line, text)
        return {"key": key or text}

    def _links(self, cells: Sequence[str]) -> Iterator[tuple[str, Any]]:
        if self.by_kind.keys().isdisjoint(("inward", "outward")):
            return
        found = []
        for way in ("inward", "outward"):
            for column, text in self._filled(way, cells):
                found += [{"type": {"name": column.name}, f"{way}Issue": {"key": key}} for key in references(text)]
        yield "issuelinks", found

    def _customs(self, cells: Sequence[str]) -> Iterator[tuple[str, Any]]:
        width = len(cells)
        if self.customs and self.customs[-1][0] < width:
            yield from self.nothing.items()
        else:
            yield from ((name, None) for index, name, _ in self.customs if index < width)
        found: dict[str, list[str | int | float]] = {}
        plain: set[str] = set()
        for index, name, column in self.customs:
            if index < width and (cell := cells[index]) and (text := cell.strip()):
                found.setdefault(name, []).append(self._value(column, text))
                if column.shape in ("key", "number"):
                    plain.add(name)
        for name, values in found.items():
            yield name, values[0] if len(values) == 1 and name in plain else values

    def _value(self, column: Column, text: str) -> str | int | float:
        if column.shape == "number" and NUMBER.fullmatch(text):
            plain = text.replace(",", ".")
            return float(plain) if "." in plain else int(plain)
        if column.shape == "date":
            return csv_dates.read(text, self.order) or text
        return text


@lru_cache(4096)
def place_of(name: str) -> Json:
    """Return what Jira itself says of the types that it comes with, where the name is one of theirs.

    A CSV has neither `subtask` nor `hierarchyLevel`, and without them a sub-task is no lower than a task.
    """
    known = known_type(name)
    if known is None or known.level not in ("epic", "story", "task"):
        return {}
    if known.meaning == "epic":
        return {"subtask": False, "hierarchyLevel": 1}
    return {"subtask": known.meaning == "subtask"}


def _field_name(column: Column) -> str:
    """Return the key of a field: the name that people see, in full where it would pass for one of Jira's own."""
    name = column.name
    own = name in STANDARD or name in OTHERS_OF_JIRA or system_field(name) in STANDARD
    if column.kind == "custom" and (own or name.startswith("customfield_")):
        return column.header
    return name
