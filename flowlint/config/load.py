"""Loads ``flowlint.yaml``: found, read with all that it extends, checked, and built; every fault in one go."""

from collections.abc import Collection, Iterable
from collections.abc import Mapping as MappingABC
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

from flowlint.config.build import build, values_of
from flowlint.config.check import config_faults
from flowlint.config.layers import Layers
from flowlint.config.mapping import Mapping, fold
from flowlint.config.merge import merge_files, merge_project, nulls, without_nulls, without_removals
from flowlint.config.node import KeyPath, Node, node_of
from flowlint.config.structure import UNKNOWN_LEVEL, entry_faults, structure_faults
from flowlint.config.suggest import quoted
from flowlint.config.text import INVALID, read_text
from flowlint.errors import Fault, FileFaults, Place

FILE_NAME = "flowlint.yaml"


def find(folder: Path) -> Path | None:
    """Return the ``flowlint.yaml`` of a folder or of the nearest one above it; None if there is none."""
    above = folder.resolve()
    found = folder / FILE_NAME
    for parent in (above, *above.parents):
        if (parent / FILE_NAME).is_file():
            return found
        found = found.parent / ".." / FILE_NAME
    return None


def load(path: Path) -> Mapping:
    """Return the mapping that a file holds. Raises FileFaults with all that is wrong with it and what it extends."""
    return load_nodes(path)[1]


def load_nodes(path: Path) -> tuple[Node, Mapping]:
    """Return a file merged with all that it extends, as values with their places, and as a mapping. Raises FileFaults."""
    layers = Layers()
    root = layers.read(read_text(path), str(path), path.parent, (path.resolve(),))
    mapping = _mapping(root, layers, str(path))
    return without_nulls(root), mapping


def load_partial(path: Path) -> tuple[Mapping, tuple[Fault, ...]]:
    """Return what of a mapping can be understood, with everything that is wrong with it and what it extends.

    Parts with faults are left out, and the mapping says that it is not ``complete``. A level that is not listed hides
    nothing. Never raises FileFaults.
    """
    try:
        text = read_text(path)
    except FileFaults as unreadable:
        return Mapping(file=str(path), complete=False), unreadable.faults
    return load_partial_text(text, path)


def load_partial_text(text: str, path: Path) -> tuple[Mapping, tuple[Fault, ...]]:
    """Return what :func:`load_partial` does, of a text that stands in the file ``path``, or is to."""
    layers = Layers()
    try:
        root = layers.read(text, str(path), path.parent, (path.resolve(),))
    except FileFaults as unreadable:
        return Mapping(file=str(path), complete=False), unreadable.faults
    faults = _sorted((*layers.faults, *_all_faults(root, complete=layers.complete)))
    whole = _without_left_over(root)
    hidden = any(fault.code != UNKNOWN_LEVEL for fault in faults)
    mapping = build(_sound(whole) if faults else whole, str(path))
    # A password under a key that nobody knows is a password all the same.
    return replace(
        mapping, values=tuple(values_of(without_nulls(root))), complete=layers.complete and not hidden
    ), faults


def _without_left_over(root: Node) -> Node:
    """Return a tree without the nulls of its common part; those of projects remove what they take over from there."""
    whole, projects = without_nulls(root), root.entries.get("projects")
    if projects is None or not projects.entries:
        return whole
    own = {key: node for key, node in projects.entries.items() if node.value is not None}
    return replace(whole, value={**whole.entries, "projects": replace(projects, value=own)})


def _sound(root: Node) -> Node:
    """Return a tree without the entries that the schema or the structure refuses."""
    while True:
        faults = [
            *config_faults(without_removals(root)),
            *structure_faults(without_nulls(root)),
            *entry_faults(without_nulls(root).entries.get("issue_types"), ("issue_types",)),
        ]
        places = {fault.place for fault in faults if fault.key and fault.code != UNKNOWN_LEVEL}
        rest = _without_places(root, places)
        if rest == root:
            return root
        root = rest


def _without_places(node: Node, places: Collection[Place]) -> Node:
    """Return a node without what begins at one of the places, at any depth."""
    if node.entries:
        kept = {key: below for key, below in node.entries.items() if not {below.key, below.start} & set(places)}
        return replace(node, value={key: _without_places(below, places) for key, below in kept.items()})
    items = tuple(_without_places(item, places) for item in node.items if item.start not in places)
    return replace(node, value=items) if node.items else node


def _sorted(faults: Iterable[Fault]) -> tuple[Fault, ...]:
    return tuple(dict.fromkeys(sorted(faults, key=lambda fault: (fault.place, fault.message))))


def load_text(text: str, name: str, *, folder: Path, over: str | None = None, any_level: bool = False) -> Mapping:
    """Return the mapping that a text holds. Raises FileFaults.

    ``name`` stands in places; paths in the text are relative to ``folder``; ``over`` is another YAML
    text that this one is merged over, as if it extended it. ``any_level``: levels need not be listed.
    """
    layers = Layers()
    root = layers.read(text, name, folder)
    return _mapping(merge_files(_standard(over), root) if over is not None else root, layers, name, any_level=any_level)


def load_value(value: MappingABC[str, object], name: str, *, over: str, place: Place | None = None) -> Mapping:
    """Return the mapping that plain values, merged over the YAML text ``over``, hold. Raises FileFaults.

    All places of the values are ``place``, by default line 1 of ``name``.
    """
    layers = Layers()
    root = layers.extended(node_of(value, place or Place(name)), name, Path())
    return _mapping(merge_files(_standard(over), root), layers, name)


@lru_cache(maxsize=4)
def _standard(text: str) -> Node:
    """Return what a text holds that many others are merged over. Raises FileFaults."""
    layers = Layers()
    root = layers.read(text, "standard.yaml", Path())
    if layers.faults:
        raise FileFaults(tuple(layers.faults))
    return root


def _mapping(root: Node, layers: Layers, name: str, *, any_level: bool = False) -> Mapping:
    faults = [*layers.faults, *_all_faults(root, complete=layers.complete)]
    if any_level:  # a rule speaks of these
        faults = [fault for fault in faults if fault.code != UNKNOWN_LEVEL]
    if faults:
        raise FileFaults(_sorted(faults))
    return build(root, name)


def _all_faults(root: Node, *, complete: bool) -> Iterable[Fault]:
    clean = without_nulls(root)
    yield from config_faults(without_removals(root), complete=complete)
    if complete:  # else what seems to be missing may stand behind the cut
        yield from structure_faults(clean)
        yield from _left_over(root)


def _left_over(root: Node) -> Iterable[Fault]:
    """Yield the nulls that removed nothing, and the types that mean nothing, in the common part and each project."""
    projects = root.entries.get("projects")
    common = Node({key: node for key, node in root.entries.items() if key != "projects"}, root.key, root.start)
    yield from (_nothing_to_remove(path, node) for path, node in nulls(common))
    yield from entry_faults(without_nulls(common).entries.get("issue_types"), ("issue_types",))
    if projects is None:
        return
    if projects.value is None:
        yield _nothing_to_remove(("projects",), projects)
    for key, own in projects.entries.items():
        if own.value is None:
            yield _nothing_to_remove(("projects", key), own)
            continue
        merged = merge_project(without_nulls(common), own)
        yield from (_nothing_to_remove(("projects", key, *path), node) for path, node in nulls(merged))
        types = without_nulls(merged).entries.get("issue_types")
        if types and "issue_types" in own.entries:
            own_names = {fold(name) for name in own.entries["issue_types"].entries}
            differing = {name: entry for name, entry in types.entries.items() if fold(name) in own_names}
            yield from entry_faults(replace(types, value=differing), ("projects", key, "issue_types"))


def _nothing_to_remove(path: KeyPath, node: Node) -> Fault:
    message = f"{quoted(path[-1])} has no value, and there is nothing to remove"
    remedy = "give it a value or delete it; null removes what an extended file or the common part says"
    return Fault(node.key, message, remedy, ".".join(map(str, path)), INVALID)
