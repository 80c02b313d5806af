"""Merging of files and projects: mappings by key, scalars and lists replace, null removes, exceptions add up."""

from collections.abc import Iterator
from dataclasses import replace

from flowlint.config.mapping import fold
from flowlint.config.node import KeyPath, Node

PROJECT_SECTIONS = ("issue_types", "flow_items", "fields", "parents", "workflow", "rules")
"""What a project may write of its own."""


def merge(under: Node, over: Node) -> Node:
    """Return ``over`` merged over ``under``; every value keeps the place of the file that it comes from.

    Keys compare as names do, and the later spelling stays. A null that removes nothing is kept, so
    that a later merge, or :func:`nulls`, may speak of it.
    """
    if not isinstance(under.value, dict) or not isinstance(over.value, dict):
        return over
    spelled = {fold(key): key for key in reversed(under.value)}
    replaced: dict[str, tuple[str, Node | None]] = {}
    added: dict[str, Node] = {}
    for key, node in over.value.items():
        below = key if key in under.value else spelled.get(fold(key))
        if below is None or below in replaced:
            added[key] = node
        else:
            replaced[below] = (key, _over(under.value[below], node))
    merged: dict[str, Node] = {}
    for key, node in under.value.items():
        name, value = replaced.get(key, (key, node))
        if value is not None:
            merged[name] = value
    return replace(over, value=merged | added)


def merge_files(under: Node, over: Node) -> Node:
    """Merge one whole file over another: ``exceptions`` add up, ``source`` and ``sources`` replace each other."""
    for mine, other in (("source", "sources"), ("sources", "source")):
        if mine in over.entries and other not in over.entries:
            under = without(under, other)
    merged = merge(under, over)
    below, above = under.entries.get("exceptions"), over.entries.get("exceptions")
    if below is None or above is None or not isinstance(above.value, tuple):
        return merged
    known = {node.start for node in below.items}
    added = below.items + tuple(node for node in above.items if node.start not in known)
    return replace(merged, value={**merged.entries, "exceptions": replace(above, value=added)})


def merge_project(root: Node, project: Node) -> Node:
    """Return the sections that a project may write, its own merged over the common ones."""
    common = {key: node for key, node in root.entries.items() if key in PROJECT_SECTIONS}
    return merge(replace(root, value=common), project)


def without(node: Node, *keys: str) -> Node:
    """Return a mapping without some of its keys."""
    return replace(node, value={key: below for key, below in node.entries.items() if key not in keys})


def nulls(node: Node, path: KeyPath = ()) -> Iterator[tuple[KeyPath, Node]]:
    """Yield every mapping's value that is null: it would remove something, and there is nothing left to remove."""
    for key, below in node.entries.items():
        if below.value is None:
            yield (*path, key), below
        yield from nulls(below, (*path, key))
    for index, item in enumerate(node.items):
        yield from nulls(item, (*path, index))


def without_nulls(node: Node) -> Node:
    """Return the node without the keys whose value is null, at any depth."""
    if isinstance(node.value, dict):
        kept = {key: without_nulls(below) for key, below in node.value.items() if below.value is not None}
        return replace(node, value=kept)
    return replace(node, value=tuple(without_nulls(item) for item in node.items)) if node.items else node


def without_removals(node: Node) -> Node:
    """Return the node without the keys whose value is null, and without the mappings that held nothing else.

    What those say they say of what they are merged over.
    """
    if not isinstance(node.value, dict):
        return without_nulls(node)
    kept = {key: without_removals(below) for key, below in node.value.items() if below.value is not None}
    return replace(node, value={key: below for key, below in kept.items() if below.value or not node.value[key].value})


def _over(below: Node, node: Node) -> Node | None:
    if node.value is None:
        return node if below.value is None else None
    return merge(below, node)
