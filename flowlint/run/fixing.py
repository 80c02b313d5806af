"""Mends a mapping's file where that cannot change what it means: misspelled words, repeated names, other capitals."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

from flowlint.config.edit import Editor
from flowlint.config.load import load_partial_text
from flowlint.config.mapping import Mapping, fold, place_of
from flowlint.config.text import read_text
from flowlint.errors import FileFaults, Place

ROUNDS = 8
"""A word that was mended may show others below it; more than this deep nothing is nested."""

_NO_NAMES = frozenset({"extends", "paths", "options"})
"""Keys whose lists do not compare as names do: of files the order counts and the capitals, of options the rule decides."""


@dataclass(frozen=True, slots=True)
class Mended:
    """A file before and after."""

    path: Path
    before: str
    after: str


def mend(path: Path, site_statuses: Collection[str] = ()) -> Mended | None:
    """Return a mapping's file with what can be mended mended; None where there is nothing, or no YAML to be read.

    ``site_statuses`` are the statuses of a site as it spells them.
    """
    try:
        before = read_text(path)
    except FileFaults:
        return None
    text = before
    for _ in range(ROUNDS):
        mended = _once(text, path, site_statuses)
        if mended is None or mended == text:
            break
        text = mended
    return Mended(path, before, text) if text != before else None


def _once(text: str, path: Path, site_statuses: Collection[str]) -> str | None:
    mapping, faults = load_partial_text(text, path)
    try:
        editor = Editor(text)
    except ValueError:
        return None
    here = str(path)
    for fault in faults:
        if fault.instead and fault.place.file == here:
            editor.rename(fault.place, fault.instead)
    for place, name in _respelled(mapping, site_statuses):
        if place.file == here:
            editor.rename(place, name)
    for items_path, items in editor.lists():
        if _NO_NAMES & set(items_path):
            continue
        seen: set[str] = set()
        for index, item in enumerate(items):
            if fold(item) in seen:
                editor.remove_item(items_path, index)
            seen.add(fold(item))
    return editor.text()


def _respelled(mapping: Mapping, site_statuses: Collection[str]) -> Iterator[tuple[Place, str]]:
    """Yield each status that the site spells with other capitals, and how; not where it spells it in several ways."""
    spellings: dict[str, set[str]] = {}
    for name in site_statuses:
        spellings.setdefault(fold(name), set()).add(name)
    sections = (mapping.base, *mapping.projects.values())
    workflows = [own.workflow for own in sections] + [stream.workflow for stream in mapping.value_streams]
    for workflow in workflows:
        written = () if workflow is None else workflow.statuses
        for status in written:
            name, colon, id_ = (
                status.rpartition(":") if status.strip().rpartition(":")[2].isdigit() else (status, "", "")
            )
            known = spellings.get(fold(name), set())
            place = place_of(status)
            if place is not None and len(known) == 1 and name not in known:
                yield place, f"{next(iter(known))}{colon}{id_}"
