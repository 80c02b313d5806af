"""A YAML document that was read: its values, and where each of them stands."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from flowlint.config.scalars import Scalar
from flowlint.errors import Place

KeyPath = tuple[str | int, ...]
"""Keys and list indexes from the root down to a value."""


@dataclass(frozen=True, slots=True)
class Node:
    """A value and where it stands. Mappings hold nodes by key, lists are tuples of nodes."""

    value: "Scalar | tuple[Node, ...] | Mapping[str, Node]"
    key: Place
    """Its key, in a mapping; else where the value begins."""
    start: Place
    """Where the value's text begins: behind a quote, and in the first line of a block scalar."""
    written: str = ""
    """A scalar as it was written (``010``); empty for mappings and lists."""

    def plain(self) -> object:
        """Return the value as dict, list, str, int, float, bool or None."""
        if isinstance(self.value, Mapping):
            return {key: node.plain() for key, node in self.value.items()}
        if isinstance(self.value, tuple):
            return [node.plain() for node in self.value]
        return self.value

    @property
    def entries(self) -> "Mapping[str, Node]":
        """Return what the mapping holds; nothing where the value is no mapping."""
        return self.value if isinstance(self.value, Mapping) else {}

    @property
    def items(self) -> "tuple[Node, ...]":
        """Return what the list holds; nothing where the value is no list."""
        return self.value if isinstance(self.value, tuple) else ()

    def step(self, part: str | int) -> "Node | None":
        """Return the node under a key or at an index; None if there is none."""
        if isinstance(self.value, Mapping):
            return self.value.get(str(part))
        if isinstance(self.value, tuple) and isinstance(part, int) and 0 <= part < len(self.value):
            return self.value[part]
        return None

    def nearest(self, path: KeyPath) -> "Node":
        """Return the node at ``path``, or its nearest ancestor that exists."""
        node = self
        for part in path:
            below = node.step(part)
            if below is None:
                return node
            node = below
        return node


def node_of(value: object, place: Place) -> Node:
    """Return plain Python values as nodes that all stand at one place."""
    if isinstance(value, Mapping):
        return Node({str(key): node_of(below, place) for key, below in value.items()}, place, place)
    if isinstance(value, list | tuple):
        return Node(tuple(node_of(item, place) for item in value), place, place)
    if value is None or isinstance(value, str | int | float):
        return Node(value, place, place, str(value))
    return Node(str(value), place, place, str(value))


@dataclass(frozen=True)
class Document:
    """A YAML text that was read. ``complete`` is false where a fault cut it short."""

    name: str
    text: str
    root: Node
    complete: bool = True

    @cached_property
    def value(self) -> object:
        """The whole document as plain Python values; keys are text as written."""
        return self.root.plain()

    def place(self, path: KeyPath) -> Place:
        """Return where the key (or list item) at ``path`` stands, else its nearest ancestor."""
        return self.root.nearest(path).key

    def value_place(self, path: KeyPath) -> Place:
        """Return where the text of the value at ``path`` begins, else that of its nearest ancestor."""
        return self.root.nearest(path).start
