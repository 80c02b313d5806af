"""A file and all that it ``extends``, read and merged into one tree of values."""

import os
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Final

from flowlint import __version__
from flowlint.config.merge import merge_files, without
from flowlint.config.node import Node
from flowlint.config.suggest import quoted
from flowlint.config.text import INVALID, read_text
from flowlint.config.version import admits
from flowlint.config.yaml12 import examine
from flowlint.errors import Fault, FileFaults, Place

MAX_FILES: Final = 50
_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+://")


class Layers:
    """Reads files with what they extend. Faults are gathered, so that one run names them all."""

    def __init__(self) -> None:
        self.faults: list[Fault] = []
        self.complete = True
        """False where a fault cut a file short, so that what is missing may stand behind it."""
        self._merged: dict[Path, Node] = {}

    def read(self, text: str, name: str, folder: Path, above: tuple[Path, ...] = ()) -> Node:
        """Return a text merged over the files that it extends; paths in it are relative to ``folder``.

        ``above`` are the files that led here, for the detection of cycles.
        """
        document, faults = examine(text, name)
        self.faults += faults
        self.complete &= document.complete
        return self.extended(document.root, name, folder, above)

    def extended(self, root: Node, name: str, folder: Path, above: tuple[Path, ...] = ()) -> Node:
        """Return a file's values merged over those of the files that it extends."""
        if not isinstance(root.value, dict):
            if root.value is not None:
                self._fault(root.start, "the file must be a mapping", "begin it with `version: 1`")
            self.complete = False
            root = replace(root, value={})
        self._check_version(root.entries.get("required_version"))
        under = replace(root, value={})
        for item in self._paths(root.entries.get("extends"), "extends"):
            under = merge_files(under, self._file(item, name, folder, above))
        return merge_files(under, self._with_absolute_paths(without(root, "extends"), folder))

    def _fault(self, place: Place, message: str, help: str, key: str = "") -> None:
        self.faults.append(Fault(place, message, help, key, INVALID))

    def _check_version(self, node: Node | None) -> None:
        if node is None or not isinstance(node.value, str):
            return
        try:
            admitted = admits(node.value, __version__)
        except ValueError:
            message = f"{quoted(node.value)} is no condition on versions"
            self._fault(node.start, message, 'write comparisons joined by commas: ">=1.2,<2"', "required_version")
            return
        if not admitted:
            message = f"the file asks for flowlint {quoted(node.value)}, this is {__version__}"
            self._fault(node.start, message, "install a version that it admits", "required_version")

    def _paths(self, node: Node | None, key: str) -> Iterator[Node]:
        """Yield the usable paths of a key that holds one or a list of them; the others are faults."""
        if node is None or node.value is None:
            return
        for item in node.items if isinstance(node.value, tuple) else (node,):
            if not isinstance(item.value, str) or not item.value.strip() or "\0" in item.value:
                self._fault(item.start, f"{quoted(key)} must hold paths of files", "write a path as text", key)
            elif _URL.match(item.value):
                self._fault(item.start, f"{quoted(item.value)} is a URL", "copy the file, and write its path", key)
            else:
                yield item

    def _file(self, item: Node, name: str, folder: Path, above: tuple[Path, ...]) -> Node:
        """Return what a file named in ``extends`` holds, with all that it extends itself."""
        nothing = replace(item, value={})
        path = Path(os.path.realpath(folder / item.written))
        shown = os.path.normpath(Path(name).parent / item.written)
        if path in above:
            self._fault(item.start, f"{quoted(shown)} extends itself in the end", "remove one of the two", "extends")
        elif path in self._merged:
            return self._merged[path]
        elif not path.is_file():
            self._fault(item.start, f"there is no file {quoted(shown)}", "paths are relative to this file", "extends")
        elif len(self._merged) >= MAX_FILES or len(above) >= MAX_FILES:
            self._fault(item.start, f"more than {MAX_FILES} files extend each other", "merge some of them", "extends")
        else:
            self._merged[path] = self._read_file(path, shown, above) or nothing
            return self._merged[path]
        return nothing

    def _read_file(self, path: Path, shown: str, above: tuple[Path, ...]) -> Node | None:
        try:
            text = read_text(path, shown)
        except FileFaults as unreadable:
            self.faults += unreadable.faults
            self.complete = False
            return None
        return self.read(text, shown, path.parent, (*above, path))

    def _with_absolute_paths(self, root: Node, folder: Path) -> Node:
        """Make ``rules.paths`` absolute: after merging no one knows which file they came from."""
        rules = root.entries.get("rules")
        paths = rules.entries.get("paths") if rules else None
        if rules is None or paths is None or paths.value is None:
            return root
        found = tuple(_absolute(item, folder) for item in self._paths(paths, "rules.paths"))
        rules = replace(rules, value={**rules.entries, "paths": replace(paths, value=found)})
        return replace(root, value={**root.entries, "rules": rules})


def _absolute(item: Node, folder: Path) -> Node:
    path = os.path.normpath(Path(os.path.abspath(folder)) / item.written)  # noqa: PTH100 - links are kept as written
    return replace(item, value=path, written=path)
