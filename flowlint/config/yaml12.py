"""Reads YAML by the 1.2 core rules, with limits, and remembers where everything stands.

PyYAML only splits the text into events here; what a scalar means is decided below, so ``NO``,
``12:30`` and ``2027-01-31`` stay text. No tag ever makes an object. Nothing recurses: nesting,
size and the expansion of aliases are limited, since such files come from strangers.
"""

import re
from dataclasses import dataclass, field, replace
from typing import Final

import yaml

from flowlint.config.node import Document, KeyPath, Node
from flowlint.config.scalars import OutOfRange, Scalar, resolve, resolve_tagged
from flowlint.config.suggest import quoted
from flowlint.config.text import FORBIDDEN, INVALID, LINE_END, MAX_SIZE, character_faults, decode, read_text, too_large
from flowlint.errors import Fault, FileFaults, Place

__all__ = ["Document", "KeyPath", "Node", "decode", "examine", "parse", "read_text"]

MAX_DEPTH: Final = 64
"""Levels of nesting, aliases expanded."""
MAX_VALUES: Final = 250_000
"""Values in one file, aliases expanded."""

DUPLICATE: Final = "M702"
HIDES_REST: Final = "what follows in this file was not checked"

_PROPERTIES = re.compile(r"(?:[&!]\S*[ \t]+)*")
_SURROGATE = re.compile("[\ud800-\udfff]")


def parse(text: str, name: str) -> Document:
    """Read one document; ``name`` is the file's name for places. Raises FileFaults with all faults."""
    document, faults = examine(text, name)
    if faults:
        raise FileFaults(faults)
    return document


def examine(text: str, name: str) -> tuple[Document, tuple[Fault, ...]]:
    """Read as much as can be read and return it with every fault, ordered by place."""
    text = text.removeprefix("\ufeff")
    if len(text) > MAX_SIZE:
        return _nothing(name), (too_large(name),)
    faults = list(character_faults(text, name))
    reader = _Reader(name, FORBIDDEN.sub("\ufffd", text) if faults else text)
    faults += reader.read()
    root = reader.root or _nothing(name).root
    return Document(name, text, root, complete=reader.complete), tuple(sorted(faults, key=lambda fault: fault.place))


@dataclass(slots=True)
class _Open:
    """A mapping or list whose end has not come yet."""

    mapping: bool
    key: Place
    start: Place
    anchor: str | None
    values_before: int
    entries: dict[str, Node] = field(default_factory=dict)
    items: list[Node] = field(default_factory=list)
    pending: tuple[str, Place] | None = None
    """The key that waits for its value."""
    height: int = 1

    def close(self) -> Node:
        return Node(self.entries if self.mapping else tuple(self.items), self.key, self.start)


@dataclass(frozen=True, slots=True)
class _Anchored:
    node: Node
    values: int
    height: int


class _StopReading(Exception):  # noqa: N818 - a signal within this module, never seen outside
    """What follows cannot be read any more; the fault is already noted."""


class _Reader:
    """Makes nodes of the events of one text."""

    def __init__(self, name: str, text: str) -> None:
        self.name = name
        self.text = text
        self.lines = LINE_END.split(text)
        self.root: Node | None = None
        self.complete = True
        self.faults: list[Fault] = []
        self.stack: list[_Open] = []
        self.anchors: dict[str, _Anchored | None] = {}
        self.values = 0
        self.documents = 0

    def read(self) -> list[Fault]:
        """Read the text; afterwards ``root`` is what could be read."""
        try:
            for event in yaml.parse(self.text, Loader=_loader()):
                self._take(event)
        except yaml.MarkedYAMLError as error:
            self.faults.append(_syntax_fault(error, self.name))
            self.complete = False
        except _StopReading:
            self.complete = False
        except (ValueError, OverflowError, yaml.YAMLError) as error:
            # PyYAML's own scanner lets these out, "\UFFFFFFFF" for one.
            self._fault(Place(self.name), f"the file is not valid YAML: {error}", HIDES_REST)
            self.complete = False
        while self.stack:
            self._end()
        if self.complete and (self.root is None or self.root.value is None):
            self._fault(Place(self.name), "the file is empty", "it must hold keys and values")
        return self.faults

    def _take(self, event: yaml.Event) -> None:
        if isinstance(event, yaml.ScalarEvent):
            self._scalar(event)
        elif isinstance(event, yaml.CollectionStartEvent):
            self._begin(event)
        elif isinstance(event, yaml.CollectionEndEvent):
            self._end()
        elif isinstance(event, yaml.AliasEvent):
            self._alias(event)
        elif isinstance(event, yaml.DocumentStartEvent):
            self.documents += 1
            if self.documents > 1:
                message = f"a second document begins here; {HIDES_REST}"
                self._stop(self._place(event), message, "one file holds one document: remove the line with ---")

    def _place(self, event: yaml.Event) -> Place:
        mark = event.start_mark
        return Place(self.name, mark.line + 1, mark.column + 1) if mark else Place(self.name)

    def _fault(self, place: Place, message: str, help: str = "", code: str = INVALID) -> None:
        self.faults.append(Fault(place, message, help, self._path(), code))

    def _stop(self, place: Place, message: str, help: str) -> None:
        self._fault(place, message, help)
        raise _StopReading

    def _path(self) -> str:
        parts = [frame.pending[0] if frame.pending else str(len(frame.items)) for frame in self.stack]
        return ".".join(parts)

    @property
    def _wants_key(self) -> bool:
        return bool(self.stack) and self.stack[-1].mapping and self.stack[-1].pending is None

    def _count(self, place: Place, values: int = 1, height: int = 1) -> None:
        self.values += values
        if self.values > MAX_VALUES:
            self._stop(place, f"more than {MAX_VALUES} values; {HIDES_REST}", "use fewer aliases, or split the file")
        if len(self.stack) + height > MAX_DEPTH:
            self._stop(place, f"nested more than {MAX_DEPTH} deep; {HIDES_REST}", "flatten it")

    def _scalar(self, event: yaml.ScalarEvent) -> None:
        place = self._place(event)
        self._count(place)
        if self._wants_key:
            self._key(event, place)
            return
        node = Node(self._meaning(event, place), self._own_key(place), self._text_start(event, place), event.value)
        if event.anchor is not None:
            self.anchors[event.anchor] = _Anchored(node, 1, 1)
        self._add(node)

    def _key(self, event: yaml.ScalarEvent, place: Place) -> None:
        frame = self.stack[-1]
        key = event.value
        if event.anchor is not None or event.tag is not None:
            self._fault(place, "a key has no anchor and no tag", "remove what begins with & or !")
        elif key == "<<" and event.implicit[0]:
            self._fault(place, "merge keys (<<) are not read", "write the values out, or use `extends`")
        elif _SURROGATE.search(key):
            self._fault(place, "the key holds half a character", "write the character itself")
        elif key in frame.entries:
            first = frame.entries[key].key
            message = f"the key {quoted(key)} stands twice: in line {first.line} and in line {place.line}"
            frame.pending = (key, place)
            self._fault(place, message, "keep one of the two", DUPLICATE)
        frame.pending = (key, place)

    def _meaning(self, event: yaml.ScalarEvent, place: Place) -> Scalar:
        try:
            value = resolve(event.value) if event.tag is None and event.implicit[0] else event.value
            if event.tag is not None:
                value = resolve_tagged(event.value, event.tag)
        # What cannot be read stands as text, so that nothing is said to be missing besides.
        except OutOfRange as error:
            self._fault(place, str(error), "write it in quotes if it is a text")
            return event.value
        except LookupError:
            self._fault(
                place, f"the tag {quoted(event.tag)} is not known here", "remove the tag: values are plain YAML"
            )
            return event.value
        if isinstance(value, str) and _SURROGATE.search(value):
            self._fault(place, "the text holds half a character (a lone surrogate)", "write the character itself")
            return _SURROGATE.sub("\ufffd", value)
        return value

    def _own_key(self, place: Place) -> Place:
        frame = self.stack[-1] if self.stack else None
        return frame.pending[1] if frame and frame.pending else place

    def _begin(self, event: yaml.CollectionStartEvent) -> None:
        place = self._place(event)
        self._count(place)
        mapping = isinstance(event, yaml.MappingStartEvent)
        if event.tag not in (None, "!", "tag:yaml.org,2002:map" if mapping else "tag:yaml.org,2002:seq"):
            self._fault(
                place, f"the tag {quoted(event.tag)} is not known here", "remove the tag: values are plain YAML"
            )
        if self._wants_key:
            self._refuse_key(place)
        if event.anchor is not None:
            self.anchors[event.anchor] = None
        self.stack.append(_Open(mapping, self._own_key(place), place, event.anchor, self.values))

    def _refuse_key(self, place: Place) -> None:
        self._stop(place, f"a key must be a text; {HIDES_REST}", "put quotes around a text that begins with {, [ or *")

    def _end(self) -> None:
        frame = self.stack.pop()
        node = frame.close()
        if frame.anchor is not None:
            self.anchors[frame.anchor] = _Anchored(node, self.values - frame.values_before + 1, frame.height)
        self._add(node, frame.height)

    def _alias(self, event: yaml.AliasEvent) -> None:
        place = self._place(event)
        if self._wants_key:
            self._refuse_key(place)
        name = event.anchor or ""
        anchored = self.anchors.get(name)
        if anchored is not None:
            self._count(place, anchored.values, anchored.height)
            self._add(replace(anchored.node, key=self._own_key(place)), anchored.height)
            return
        if name in self.anchors:
            self._fault(place, f"{quoted('*' + name)} stands inside of what it refers to", "write the value out")
        else:
            message = f"no anchor {quoted('&' + name)} stands above"
            self._fault(place, message, "put quotes around a text that begins with *")
        self._add(Node(None, self._own_key(place), place))

    def _add(self, node: Node, height: int = 1) -> None:
        if not self.stack:
            self.root = node
            return
        frame = self.stack[-1]
        frame.height = max(frame.height, height + 1)
        if not frame.mapping:
            frame.items.append(node)
        elif frame.pending is not None:
            frame.entries.setdefault(frame.pending[0], node)
            frame.pending = None

    def _text_start(self, event: yaml.ScalarEvent, place: Place) -> Place:
        """Return where a scalar's text begins, behind anchor, tag and quote, or below ``|`` and ``>``."""
        if event.style in ("|", ">"):
            return self._block_start(event, place)
        column = place.column
        if event.anchor is not None or event.tag is not None:
            properties = _PROPERTIES.match(self.lines[place.line - 1], column - 1)
            column = properties.end() + 1 if properties else column
        column += event.style in ("'", '"')
        return place if column == place.column else replace(place, column=column)

    def _block_start(self, event: yaml.ScalarEvent, place: Place) -> Place:
        below = self.lines[place.line : event.end_mark.line + 1] if event.end_mark else []
        first = next((line for line in below if line.strip(" \t")), "")
        kept = next((line for line in event.value.split("\n") if line.strip(" \t")), "")
        return Place(self.name, place.line + 1, _indent(first) - _indent(kept) + 1)


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" "))


def _loader() -> type:
    """Return PyYAML's fast splitter where it was built, else the one in Python, which refuses a plain text with `?` in braces."""
    return getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def _nothing(name: str) -> Document:
    place = Place(name)
    return Document(name, "", Node(None, place, place), complete=False)


_SYNTAX: Final = (
    ("mapping values", "a colon with a blank behind it cannot stand here", "put quotes around the text that holds it"),
    ("sequence entries", "a list cannot begin here", "begin it in a line of its own, below its key"),
    (
        "any token",
        "a value cannot begin with this character",
        "put quotes around the text; indent with blanks, not tabs",
    ),
    ("<block end>", "this line fits none of those above", "check its indentation and the quotes around it"),
    ("expected key", "this line fits none of those above", "check its indentation and the quotes around it"),
    ("'-' indicator", "this line fits none of those above", "check its indentation and the quotes around it"),
    ("expected ':'", "a key without a colon", "write a colon and a blank behind the key"),
    ("end of stream", "a quote is opened and never closed", "close it at the end of its text"),
    ("',' or", "a bracket or brace is not closed, or a comma is missing", "close it, or write the comma"),
)
"""Words of both of PyYAML's splitters, and what they mean: message and help."""


def _syntax_fault(error: yaml.MarkedYAMLError, name: str) -> Fault:
    mark = error.problem_mark or error.context_mark
    place = Place(name, mark.line + 1, mark.column + 1) if mark else Place(name)
    problem = error.problem or str(error.context)
    known = ((message, remedy) for part, message, remedy in _SYNTAX if part in problem)
    message, remedy = next(known, (problem, "put quotes around texts that hold signs"))
    return Fault(place, f"not valid YAML: {message}; {HIDES_REST}", remedy, code=INVALID)
