"""Changes to a YAML text that leave everything else as it stands: comments, order, quotes, line ends.

Positions come from PyYAML's splitter; the text itself is cut and joined, never written anew. A change that cannot
be made without touching something else (an alias, a comment inside of a list) is not made.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import yaml

from flowlint.config.mapping import fold
from flowlint.config.node import KeyPath
from flowlint.config.text import LINE_END
from flowlint.config.yaml_text import quote
from flowlint.errors import Place

_COMMENT = re.compile(r"(?:^|\s)#")
_BOM = "\ufeff"
_NULL = "tag:yaml.org,2002:null"
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True, slots=True)
class _Change:
    """Text that goes in place of what stands from ``start`` to ``end``."""

    start: int
    end: int
    text: str


class Editor:
    """Collects changes to one text; :meth:`text` makes them all. Raises ValueError for a text that is no YAML."""

    def __init__(self, text: str) -> None:
        self._bom = _BOM if text.startswith(_BOM) else ""
        self._text = text.removeprefix(_BOM)
        self._changes: list[_Change] = []
        try:
            root = yaml.compose(self._text, Loader=_LOADER)
        except yaml.YAMLError as error:
            message = "the text cannot be read as YAML"
            raise ValueError(message) from error
        self._root = root
        self._shared = _shared(root)

    @cached_property
    def _lines(self) -> list[int]:
        """Where each line begins."""
        return [0, *(match.end() for match in LINE_END.finditer(self._text))]

    @property
    def _line_end(self) -> str:
        found = LINE_END.search(self._text)
        return found[0] if found else "\n"

    def text(self) -> str:
        """Return the text with all changes; of two that overlap the first one asked for is made."""
        made: list[_Change] = []
        for change in self._changes:
            if all(change.start >= other.end or change.end <= other.start for other in made if _overlap(change, other)):
                made.append(change)
        text = self._text
        for _, change in sorted(enumerate(made), key=lambda pair: (pair[1].start, pair[0]), reverse=True):
            text = text[: change.start] + change.text + text[change.end :]
        return self._bom + text

    def has(self, path: KeyPath) -> bool:
        """Tell whether something stands at ``path``, and no alias."""
        return self._at(path) is not None

    def rename(self, place: Place, new: str) -> bool:
        """Put ``new`` in place of the key or text that begins at ``place``; tell whether that can be done."""
        node = self._scalars.get((place.line - 1, place.column - 1))
        if node is None or node.style in ("|", ">") or node.value == new:
            return False
        start, end = self._span(node)
        text = quote(new)
        if node.style in ("'", '"') and not text.startswith('"'):
            inner = text.replace("'", "''") if node.style == "'" else text
            text = f"{node.style}{inner}{node.style}"
        self._changes.append(_Change(start, end, text))
        return True

    def remove_item(self, path: KeyPath, index: int) -> bool:
        """Remove an item that is not the first from the list at ``path``; tell whether that can be done."""
        node = self._at(path)
        if not isinstance(node, yaml.SequenceNode) or id(node) in self._shared or not 0 < index < len(node.value):
            return False
        before, item = node.value[index - 1], node.value[index]
        start, end = self._end(before), self._end(item)
        if node.flow_style:
            if "#" in self._text[start : self._offset(item.start_mark)]:
                return False
            self._changes.append(_Change(start, end, ""))
            return True
        first = self._lines[item.start_mark.line]
        stop = self._line_stop(end)
        if _COMMENT.search(self._text[end:stop]) or self._text[first : self._offset(item.start_mark)].strip() != "-":
            return False
        self._changes.append(_Change(first, stop, ""))
        return True

    def add_item(self, path: KeyPath, item: str, comment: str = "") -> bool:
        """Add an item, as YAML on one line, to the end of the list at ``path``; tell whether that can be done."""
        node = self._at(path)
        if isinstance(node, yaml.ScalarNode) and node.value and node.tag != _NULL and node.style not in ("|", ">"):
            start, end = self._span(node)  # one text where a list may stand
            if not self._say(end, comment):
                return False
            begun = next((one for one in self._changes if (one.start, one.end) == (start, end)), None)
            if begun is not None:
                self._changes.remove(begun)
            listed = begun.text[:-1] if begun is not None else f"[{_in_brackets(self._text[start:end], node.value)}"
            self._changes.append(_Change(start, end, f"{listed}, {item}]"))
            return True
        if not isinstance(node, yaml.SequenceNode) or id(node) in self._shared:
            return False
        if node.flow_style and not self._say(self._offset(node.end_mark), comment):
            return False
        return self._add(node, [*node.value], item, [_said(f"- {item}", comment)])

    def add_entry(self, path: KeyPath, entry: str, comment: str = "", *, begin: bool = False) -> bool:
        """Add a ``key: value`` on one line to the end of the mapping at ``path``; tell whether that can be done.

        With ``begin``, mappings on the way that are not there are begun.
        """
        return self._enter(path, entry, [_said(entry, comment)], begin=begin)

    def _enter(self, path: KeyPath, entry: str, lines: Sequence[str], *, begin: bool) -> bool:
        node = self._at(path)
        if node is None and begin and not self._is_key(path):
            key = quote(str(path[-1]))
            below = [f"{key}:", *(f"  {line}" for line in lines)]
            return self._enter(path[:-1], f"{key}: {{{entry}}}", below, begin=True)
        if not isinstance(node, yaml.MappingNode) or id(node) in self._shared:
            return False
        if node is self._root and not node.flow_style:
            return self.add_section("".join(f"{line}\n" for line in lines))
        return self._add(node, [value for _, value in node.value], entry, lines)

    def add_section(self, lines: str) -> bool:
        """Add whole lines at the end of the text, behind an empty line; tell whether they can stand there."""
        if not isinstance(self._root, yaml.MappingNode) or self._root.flow_style or self._root.start_mark.column:
            return False
        begun = self._line_end if self._text and not self._text.endswith(("\n", "\r")) else ""
        text = (begun + "\n" + lines).replace("\n", self._line_end)
        self._changes.append(_Change(len(self._text), len(self._text), text))
        return True

    def lists(self) -> list[tuple[KeyPath, list[str]]]:
        """Return every list that holds nothing but texts, with its path and the texts."""
        return [
            (path, [str(item.value) for item in node.value])
            for path, node in _walk(self._root)
            if isinstance(node, yaml.SequenceNode)
            and all(isinstance(item, yaml.ScalarNode) and item.style not in ("|", ">") for item in node.value)
        ]

    def _add(self, node: yaml.CollectionNode, values: list[yaml.Node], inside: str, lines: Sequence[str]) -> bool:
        """Add to the end of a collection: ``inside`` between brackets or braces, else ``lines``."""
        if node.flow_style:
            end = self._offset(node.end_mark) - 1
            at = self._end(values[-1]) if values else end
            self._changes.append(_Change(at, at, f", {inside}" if values else inside))
            return True
        if not values:
            return False
        stop = self._line_stop(self._end(values[-1]))
        begun = "" if self._text[:stop].endswith(("\n", "\r")) else self._line_end
        indent = " " * node.start_mark.column
        self._changes.append(_Change(stop, stop, begun + "".join(f"{indent}{line}{self._line_end}" for line in lines)))
        return True

    def _say(self, position: int, comment: str) -> bool:
        """Put a comment at the end of a line, also behind another one; tell whether it can stand there."""
        if not comment:
            return True
        found = LINE_END.search(self._text, position)
        stop = found.start() if found else len(self._text)
        texts = (node for _, node in _walk(self._root, keys=True) if isinstance(node, yaml.ScalarNode))
        if any(start < stop < end for start, end in map(self._span, texts)):
            return False  # a text goes on in the next line
        self._changes.append(_Change(stop, stop, f"  # {comment}"))
        return True

    @cached_property
    def _scalars(self) -> dict[tuple[int, int], yaml.ScalarNode]:
        """Every key and text by where it begins: with its quote, and behind it."""
        found: dict[tuple[int, int], yaml.ScalarNode] = {}
        for _, node in _walk(self._root, keys=True):
            if isinstance(node, yaml.ScalarNode) and id(node) not in self._shared:
                line, column = node.start_mark.line, node.start_mark.column
                found[line, column] = node
                if node.style in ("'", '"'):
                    found[line, column + 1] = node
        return found

    def _at(self, path: KeyPath) -> yaml.Node | None:
        node: yaml.Node | None = self._root
        for part in path:
            if isinstance(node, yaml.MappingNode):
                node = next((value for key, value in node.value if fold(key.value) == fold(str(part))), None)
            elif isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
                node = node.value[part]
            else:
                return None
            if id(node) in self._shared:
                return None
        return node

    def _is_key(self, path: KeyPath) -> bool:
        """Tell whether the last key of a path is written, whatever stands behind it."""
        above = self._at(path[:-1])
        return isinstance(above, yaml.MappingNode) and any(
            fold(key.value) == fold(str(path[-1])) for key, _ in above.value
        )

    def _offset(self, mark: yaml.Mark) -> int:
        return self._lines[mark.line] + mark.column if mark.line < len(self._lines) else len(self._text)

    def _span(self, node: yaml.ScalarNode) -> tuple[int, int]:
        return self._offset(node.start_mark), self._end(node)

    def _end(self, node: yaml.Node) -> int:
        """Return where a value's text ends: a block goes as far as its last value, not to what follows it."""
        while isinstance(node, yaml.CollectionNode) and not node.flow_style and node.value:
            node = node.value[-1][1] if isinstance(node, yaml.MappingNode) else node.value[-1]
        end = self._offset(node.end_mark)
        return len(self._text[:end].rstrip()) if isinstance(node, yaml.ScalarNode) and not node.style else end

    def _line_stop(self, position: int) -> int:
        """Return where the line after the one of ``position`` begins."""
        if position and self._text[position - 1 : position] in ("\n", "\r"):
            return position  # behind a block text
        found = LINE_END.search(self._text, position)
        return found.end() if found else len(self._text)


def _said(line: str, comment: str) -> str:
    return f"{line}  # {comment}" if comment else line


def _in_brackets(written: str, value: str) -> str:
    """Return a text as written where it means the same inside of brackets, where a comma parts items, else in quotes."""
    try:
        root = yaml.compose(f"[{written}]", Loader=_LOADER)
    except yaml.YAMLError:
        return quote(value)
    items = [item.value for item in root.value] if isinstance(root, yaml.SequenceNode) else []
    return written if items == [value] else quote(value)


def _overlap(one: _Change, other: _Change) -> bool:
    """Tell whether two changes touch the same text; two insertions never do."""
    return one.start < one.end or other.start < other.end


def _walk(root: yaml.Node | None, *, keys: bool = False) -> list[tuple[KeyPath, yaml.Node]]:
    found: list[tuple[KeyPath, yaml.Node]] = []
    open_: list[tuple[KeyPath, yaml.Node]] = [] if root is None else [((), root)]
    seen: set[int] = set()
    while open_:
        path, node = open_.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        found.append((path, node))
        if isinstance(node, yaml.MappingNode):
            for key, value in node.value:
                if keys:
                    found.append((path, key))
                open_.append(((*path, str(key.value)), value))
        elif isinstance(node, yaml.SequenceNode):
            open_.extend(((*path, index), item) for index, item in enumerate(node.value))
    return found


def _shared(root: yaml.Node | None) -> set[int]:
    """Return the nodes that aliases refer to, with all below them: a change in one place would be one in several."""
    seen: set[int] = set()
    shared: list[yaml.Node] = []
    open_ = [] if root is None else [root]
    while open_:
        node = open_.pop()
        if id(node) in seen:
            shared.append(node)
            continue
        seen.add(id(node))
        open_ += _below(node)
    found: set[int] = set()
    while shared:
        node = shared.pop()
        if id(node) not in found:
            found.add(id(node))
            shared += _below(node)
    return found


def _below(node: yaml.Node) -> list[yaml.Node]:
    """Return the keys and values, or the items, of a node."""
    if isinstance(node, yaml.MappingNode):
        return [part for entry in node.value for part in entry]
    return list(node.value) if isinstance(node, yaml.SequenceNode) else []
