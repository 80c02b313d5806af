"""Jira's XML export (``<rss><channel><item>``) as the records that its REST search answers with.

A document type is refused before anything is parsed: no export has one, and entities are declared nowhere else.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from xml.parsers import expat

from flowlint.sources import csv_dates
from flowlint.sources.csv_lines import BLOCK, Blame, Opener
from flowlint.sources.csv_records import place_of
from flowlint.sources.html_text import text_of
from flowlint.sources.told import Told

Json = dict[str, Any]
HEAD = 1 << 16
DEEPEST = 30
LONGEST_TEXT = 16 << 20
PROLOG = re.compile(rb"\s+|<\?.*?\?>|<!--.*?-->", re.DOTALL)
BROWSE = re.compile(r"(https?://[^\s\"<>]+?)/browse/[^/\s]+/?")
RFC_822 = re.compile(r"(?:\w{3}, )?(\d{1,2} \w{3} \d{4} \d{2}:\d{2}:\d{2} [+-]\d{4})")
TIMES = {"created": "created", "updated": "updated", "resolved": "resolutiondate", "due": "duedate"}
USUAL = frozenset({"type", "status", "created", "updated"})
"""Elements of every item, unless only some fields were asked for."""


@dataclass(slots=True)
class Element:
    """An element of an item, with all that is in it."""

    tag: str
    attributes: dict[str, str]
    texts: list[str] = field(default_factory=list)
    children: list["Element"] = field(default_factory=list)

    @property
    def text(self) -> str:
        """The text in it, without white space around."""
        return "".join(self.texts).strip()

    def all(self, *path: str) -> list["Element"]:
        """Return the elements below that are reached by these tags."""
        found = [self]
        for tag in path:
            found = [child for element in found for child in element.children if child.tag == tag]
        return found

    def first(self, *path: str) -> "Element | None":
        """Return the first of them."""
        return next(iter(self.all(*path)), None)


class _Refused(Exception):  # noqa: N818  ends the parser's work
    """The document holds what no export holds."""


def begins(head: bytes) -> bool:
    """Tell whether a file of this beginning (in UTF-8) may be Jira's XML export."""
    position = 0
    while match := PROLOG.match(head, position):
        position = match.end()
    return re.match(rb"<rss[\s>]", head[position : position + 5]) is not None


def convert(opener: Opener, label: str, target: Path, blame: Blame) -> Told:
    """Write the items of an XML export to ``target``, a record a line; return what is to be said of it.

    A break in the file is named in ``blame``; the items before it are written.
    """
    names: dict[str, str] = {}
    for item in _Items(opener, None).items():
        for custom in item.all("customfields", "customfield"):
            if id_ := custom.attributes.get("id"):
                name = custom.first("customfieldname")
                names.setdefault(id_, name.text if name else id_)
    found = _Items(opener, blame)
    unread = 0
    told: set[str] = set()
    with target.open("wb") as out:
        for item in found.items():
            record, lost = _record(item, names, told)
            unread += lost
            if record is not None:
                out.write(json.dumps(record, ensure_ascii=False).encode("utf-8", "replace") + b"\n")
    notes = (f"{label}: {unread:,} times could not be read and are unknown",) if unread else ()
    return Told(notes, found.total, found.start)


class _Items:
    """Reads the items of a feed one by one; knows in the end what the feed says of its search."""

    def __init__(self, opener: Opener, blame: Blame | None) -> None:
        self.opener = opener
        self.blame = blame
        self.total: int | None = None
        self.start: int | None = None
        self._stack: list[Element] = []
        self._ready: list[Element] = []
        self._depth = 0
        self._size = 0

    def items(self) -> Iterator[Element]:
        """Yield every whole item."""
        parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.StartElementHandler = self._opened
        parser.EndElementHandler = self._closed
        parser.CharacterDataHandler = self._text
        parser.StartDoctypeDeclHandler = self._doctype
        parser.EntityDeclHandler = self._doctype
        try:
            with self.opener() as file:
                while block := file.read(BLOCK):
                    parser.Parse(block, False)  # noqa: FBT003  its only form
                    yield from self._taken()
                parser.Parse(b"", True)  # noqa: FBT003
        except expat.ExpatError as error:
            yield from self._taken()
            self._blame(error.lineno, f"the XML breaks off or is damaged here ({expat.ErrorString(error.code)})")
        except _Refused as refused:
            yield from self._taken()
            self._blame(parser.CurrentLineNumber, str(refused))
        yield from self._taken()

    def _taken(self) -> list[Element]:
        ready, self._ready = self._ready, []
        return ready

    def _blame(self, line: int, message: str) -> None:
        if self.blame is not None:
            self.blame.at(line, message)

    def _opened(self, tag: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        if not self._stack and tag == "issue":
            self.total = _number(attributes.get("total"))
            self.start = _number(attributes.get("start"))
        if self._stack or tag == "item":
            if len(self._stack) > DEEPEST:
                raise _Refused(f"elements are nested more than {DEEPEST} deep, as in no export of Jira's")
            self._size = self._size if self._stack else 0
            element = Element(tag, attributes)
            if self._stack:
                self._stack[-1].children.append(element)
            self._stack.append(element)

    def _closed(self, _tag: str) -> None:
        self._depth -= 1
        if self._stack:
            element = self._stack.pop()
            if not self._stack:
                self._ready.append(element)

    def _text(self, text: str) -> None:
        if self._stack:
            self._size += len(text)
            if self._size > LONGEST_TEXT:
                raise _Refused("an item holds more text than any issue of Jira's")
            self._stack[-1].texts.append(text)

    def _doctype(self, *_: object) -> None:
        raise _Refused("a document type or an entity is declared here, as in no export of Jira's")


def _record(item: Element, names: dict[str, str], told: set[str]) -> tuple[Json | None, int]:
    """Return the record of an item, and how many of its times could not be read."""
    key = item.first("key")
    if key is None or not key.text:
        return None, 0
    fields: Json = dict(_plain(item))
    times, unread = _times(item)
    fields |= times
    fields |= dict(_relations(item))
    customs, schema = _customs(item, names, told)
    fields |= customs
    record: Json = {"id": key.attributes.get("id") or None, "key": key.text, "fields": fields}
    site = BROWSE.fullmatch(link.text) if (link := item.first("link")) else None
    if site:
        record["self"] = f"{site[1]}/rest/api/2/issue/{record['id'] or key.text}"
    if schema:
        record["names"] = {id_: names[id_] for id_ in schema}
        record["schema"] = {id_: {"custom": kind} for id_, kind in schema.items()}
    return record, unread


def _plain(item: Element) -> Iterator[tuple[str, Any]]:
    for tag in ("summary", "description"):
        if element := item.first(tag):
            yield tag, (text_of(element.text) if tag == "description" else element.text) or None
    for tag, name in (("type", "issuetype"), ("priority", "priority"), ("resolution", "resolution")):
        if element := item.first(tag):
            id_ = element.attributes.get("id")
            place = place_of(element.text) if tag == "type" else {}
            yield name, None if id_ == "-1" or not element.text else {"id": id_, "name": element.text, **place}
    if status := item.first("status"):
        category = item.first("statusCategory")
        known = {"statusCategory": {"key": category.attributes.get("key", "")}} if category else {}
        yield "status", {"id": status.attributes.get("id"), "name": status.text, **known}
    if project := item.first("project"):
        yield (
            "project",
            {"id": project.attributes.get("id"), "key": project.attributes.get("key"), "name": project.text},
        )
    for tag in ("assignee", "reporter"):
        if element := item.first(tag):
            account = element.attributes.get("accountid") or element.attributes.get("username")
            yield tag, None if account in (None, "-1") else {"accountId": account, "displayName": element.text}


def _times(item: Element) -> tuple[Json, int]:
    found: Json = {}
    unread = 0
    usual = _is_whole(item)
    for tag, name in TIMES.items():
        element = item.first(tag)
        if element is None or not element.text:
            if element is not None or usual:
                found[name] = None
            continue
        match = RFC_822.fullmatch(element.text)
        moment = _moment(match[1]) if match else csv_dates.read(element.text, None)
        if moment is None:
            unread += 1
        else:
            found[name] = moment
    return found, unread


def _moment(text: str) -> str | None:
    from datetime import UTC
    from email.utils import parsedate_to_datetime

    try:
        return parsedate_to_datetime(text).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S")
    except (ValueError, OverflowError):
        return None


def _relations(item: Element) -> Iterator[tuple[str, Any]]:
    """Yield parent, sub-tasks, links, labels, components and versions; what is empty Jira leaves out."""
    usual = _is_whole(item)
    parent = item.first("parent")
    if parent is not None or usual:
        yield "parent", {"id": parent.attributes.get("id"), "key": parent.text} if parent and parent.text else None
    for name, path in {"labels": ("labels", "label"), "subtasks": ("subtasks", "subtask")}.items():
        found = [element.text for element in item.all(*path) if element.text]
        if found or usual:
            yield name, found if name == "labels" else [{"key": text} for text in found]
    for name, tag in {"components": "component", "fixVersions": "fixVersion"}.items():
        found = [element.text for element in item.all(tag) if element.text]
        if found or usual:
            yield name, [{"name": text} for text in found]
    links = list(_links(item))
    if links or usual:
        yield "issuelinks", links


def _links(item: Element) -> Iterator[Json]:
    for kind in item.all("issuelinks", "issuelinktype"):
        name = element.text if (element := kind.first("name")) else None
        for way in ("inward", "outward"):
            for side in kind.all(f"{way}links"):
                words = side.attributes.get("description")
                for key in side.all("issuelink", "issuekey"):
                    yield {"type": {"name": name, way: words}, f"{way}Issue": {"key": key.text}}


def _customs(item: Element, names: dict[str, str], told: set[str]) -> tuple[Json, dict[str, str]]:
    """Return the custom fields of an item, and the kinds of those that were not described before."""
    found: Json = dict.fromkeys(names) if _is_whole(item) else {}
    schema: dict[str, str] = {}
    for custom in item.all("customfields", "customfield"):
        id_ = custom.attributes.get("id")
        if not id_:
            continue
        values = [text_of(element.text) for element in custom.all("customfieldvalues", "customfieldvalue")]
        values += [element.text for element in custom.all("customfieldvalues", "label")]
        filled = [value for value in values if value]
        kind = custom.attributes.get("key", "")
        if id_ not in told:
            told.add(id_)
            schema[id_] = kind
        found[id_] = filled[0] if len(filled) == 1 and not kind.endswith("gh-sprint") else filled or None
    return found, schema


def _is_whole(item: Element) -> bool:
    """Tell whether an item holds all that Jira tells of an issue, so that what is missing is empty."""
    return {child.tag for child in item.children} >= USUAL


def _number(text: str | None) -> int | None:
    return int(text) if text and re.fullmatch(r"[0-9]{1,15}", text) else None
