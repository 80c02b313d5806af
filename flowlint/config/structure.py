"""What the schema cannot say: levels that exist, names that are unique, entries that mean something."""

import math
from collections.abc import Iterable, Iterator
from typing import Final

from flowlint.config.mapping import fold
from flowlint.config.node import KeyPath, Node
from flowlint.config.suggest import did_you_mean, quoted
from flowlint.config.text import INVALID
from flowlint.errors import Fault

UNKNOWN_LEVEL: Final = "M703"
DUPLICATE: Final = "M702"
UNBUILDABLE: Final = frozenset({INVALID, DUPLICATE, UNKNOWN_LEVEL})
"""Rules on what no mapping can be made of: no run starts with it, so nothing sets it aside or makes little of it."""
TRACKERS: Final = ("jira", "rally", "aha")


def structure_faults(root: Node) -> Iterator[Fault]:
    """Yield what makes a mapping unbuildable though the schema admits it. Values of a wrong type are passed over."""
    yield from _levels(root)
    yield from _names(root)
    yield from _sources(root)
    for index, stream in enumerate(_at(root, "value_streams").items):
        if stream.entries and not {"scope", "teams"} & set(stream.entries):
            message = "the value stream has neither a scope nor teams"
            yield _fault(stream, message, "say whose work it is", ("value_streams", index))
    yield from _numbers(root)


def entry_faults(issue_types: Node | None, path: KeyPath) -> Iterator[Fault]:
    """Yield the issue types that mean nothing, once all that is merged into them is known."""
    for name, entry in issue_types.entries.items() if issue_types else ():
        # An unknown key may be the misspelled one; the schema speaks of it.
        if entry.entries and set(entry.entries) <= {"flow_item", "why"}:
            message = f"the issue type {quoted(name)} has no level"
            remedy = "give it a level, a container or an okr, or write the word ignore"
            yield _fault(entry, message, remedy, (*path, name))


def _at(node: Node, *path: str) -> Node:
    for key in path:
        node = node.entries.get(key, Node(None, node.key, node.start))
    return node


def _fault(node: Node, message: str, help: str, path: KeyPath, code: str = INVALID) -> Fault:
    return Fault(node.key, message, help, ".".join(str(part) for part in path), code)


def _levels(root: Node) -> Iterator[Fault]:
    listed = [item for item in _at(root, "hierarchy", "levels").items if isinstance(item.value, str)]
    yield from _repeated(((item.written, item) for item in listed), "level", ("hierarchy", "levels"), INVALID)
    levels = [item.written for item in listed]
    if not levels:
        return
    chosen = _at(root, "hierarchy", "flow_item_level")
    yield from _unlisted(chosen, levels, ("hierarchy", "flow_item_level"), INVALID)
    sections: list[tuple[Node, KeyPath]] = [(root, ())]
    sections += [(project, ("projects", key)) for key, project in _at(root, "projects").entries.items()]
    for section, path in sections:
        for name, entry in _at(section, "issue_types").entries.items():
            yield from _unlisted(_at(entry, "level"), levels, (*path, "issue_types", name, "level"))
        for index, entry in enumerate(_at(section, "flow_items").items):
            yield from _unlisted(_at(entry, "level"), levels, (*path, "flow_items", index, "level"))


def _unlisted(node: Node, levels: list[str], path: KeyPath, code: str = UNKNOWN_LEVEL) -> Iterator[Fault]:
    if isinstance(node.value, str) and fold(node.value) not in {fold(level) for level in levels}:
        message = f"the level {quoted(node.value)} is not listed in hierarchy.levels"
        yield Fault(node.start, message, did_you_mean(node.value, levels), ".".join(map(str, path)), code)


def _names(root: Node) -> Iterator[Fault]:
    """Yield names that compare as equal in one section: nobody could say which one holds."""
    yield from _repeated(_at(root, "issue_types").entries.items(), "issue type", ("issue_types",))
    yield from _repeated(_at(root, "teams").entries.items(), "team", ("teams",))
    projects = _at(root, "projects").entries
    yield from _repeated(projects.items(), "project", ("projects",))
    for key, project in projects.items():
        types = _at(project, "issue_types").entries
        yield from _repeated(types.items(), "issue type", ("projects", key, "issue_types"))
    for section, what in (("value_streams", "value stream"), ("sources", "source")):
        named = [_at(item, "name") for item in _at(root, section).items]
        texts = ((node.written, node) for node in named if isinstance(node.value, str))
        yield from _repeated(texts, what, (section,), INVALID)


def _repeated(named: Iterable[tuple[str, Node]], what: str, path: KeyPath, code: str = DUPLICATE) -> Iterator[Fault]:
    seen: dict[str, Node] = {}
    for name, node in named:
        first = seen.setdefault(fold(name), node)
        if first is not node:
            message = f"the {what} {quoted(name)} stands twice: in line {first.key.line} and in line {node.key.line}"
            yield _fault(node, message, "keep one; names compare without regard to case", (*path, name), code)


def _sources(root: Node) -> Iterator[Fault]:
    both = [root.entries[key] for key in ("source", "sources") if key in root.entries]
    if len(both) == 2:
        later = max(both, key=lambda node: node.key)
        yield _fault(
            later, "both `source` and `sources` are written", "keep `sources` for several trackers", ("sources",)
        )
    named: list[tuple[KeyPath, Node]] = [(("source",), _at(root, "source"))]
    named += [(("sources", index), item) for index, item in enumerate(_at(root, "sources").items)]
    for path, source in named:
        used = [key for key in TRACKERS if key in source.entries]
        if len(used) > 1:
            message = f"one source holds {' and '.join(used)}"
            yield _fault(source.entries[used[1]], message, "write one entry for each under `sources`", path)


def _numbers(node: Node, path: KeyPath = ()) -> Iterator[Fault]:
    if isinstance(node.value, float) and not math.isfinite(node.value):
        yield Fault(node.start, f"{node.written} is no number to calculate with", "", ".".join(map(str, path)), INVALID)
    for key, below in node.entries.items():
        yield from _numbers(below, (*path, key))
    for index, item in enumerate(node.items):
        yield from _numbers(item, (*path, index))
