"""What a mapping counts as a flow item, and at which level: by its types, and by its conditions for the types they name."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from flowlint.config.mapping import (
    FlowItemCondition,
    IssueTypeEntry,
    Mapping,
    Match,
    ProjectMapping,
    fold,
    name_matches,
)
from flowlint.errors import Place


@dataclass(frozen=True, slots=True)
class Counted:
    """A type or a condition that makes a flow item of an issue, at a level that is listed."""

    name: str
    level: str
    level_position: Literal["above", "at", "below"]
    """Against the flow item level."""
    flow_item: str
    place: Place | None


def counted(mapping: Mapping) -> tuple[Counted, ...]:
    """Return all that a mapping counts. What a project takes over from the common part is there once.

    A condition without a level leaves an issue at that of its type; one that names no type says nothing of levels.
    """
    found = [_counted(mapping, *one) for one in (*_types(mapping), *_conditions(mapping))]
    return tuple(dict.fromkeys(one for one in found if one is not None))


def _counted(
    mapping: Mapping, name: str, level: str | None, flow_item: str | None, place: Place | None
) -> Counted | None:
    rank, chosen = mapping.rank(level), mapping.rank(mapping.flow_item_level)
    if level is None or rank is None or chosen is None or flow_item in (None, "none"):
        return None
    position: Literal["above", "at", "below"] = "above" if rank > chosen else "at" if rank == chosen else "below"
    return Counted(name, level, position, str(flow_item), place)


_Row = tuple[str, str | None, str | None, Place | None]


def _types(mapping: Mapping) -> Iterator[_Row]:
    for own in (mapping.base, *mapping.projects.values()):
        yield from ((entry.name, entry.level, entry.flow_item, entry.place) for entry in own.issue_types)


def _conditions(mapping: Mapping) -> Iterator[_Row]:
    parts: list[tuple[str | None, ProjectMapping]] = [(None, mapping.base), *mapping.projects.items()]
    for project, own in parts:
        for position, item in enumerate(own.flow_items, 1):
            if not _may_hold_in(item.match, project, mapping):
                continue
            if item.level is not None:
                yield f"Condition {position}", item.level, item.flow_item, item.place
                continue
            for entry in _types_of(item, own.issue_types):
                yield f"Condition {position} for {entry.name.strip()}", entry.level, item.flow_item, item.place


def _may_hold_in(match: Match, project: str | None, mapping: Mapping) -> bool:
    """Tell whether a selector may take issues of a project; None is one that the mapping says nothing of its own about."""
    if project is None:
        known = {fold(name) for name in mapping.projects}
        return not match.projects or any("*" in wanted or fold(wanted) not in known for wanted in match.projects)
    left_out = match.negated.projects if match.negated is not None else ()
    asked = not match.projects or any(name_matches(wanted, project) for wanted in match.projects)
    return asked and not any(name_matches(wanted, project) for wanted in left_out)


def _types_of(item: FlowItemCondition, entries: Iterable[IssueTypeEntry]) -> Iterator[IssueTypeEntry]:
    entries = tuple(entries)
    left_out = item.match.negated.types if item.match.negated is not None else ()
    without = {entry.name for wanted in left_out for entry in _named(wanted, entries)}
    named = (entry for wanted in item.match.types if wanted.strip("* ") for entry in _named(wanted, entries))
    yield from (entry for entry in named if entry.name not in without)


def _named(wanted: str, entries: Iterable[IssueTypeEntry]) -> list[IssueTypeEntry]:
    """Return the entries of the types that a selector means; an id decides where an entry has it."""
    name, id_ = _name_and_id(wanted)
    parts = [(entry, *_name_and_id(entry.name)) for entry in entries]
    same_id = [entry for entry, _, its_id in parts if id_ is not None and its_id == id_]
    same_name = [
        entry
        for entry, its_name, its_id in parts
        if name is not None and (id_ is None or its_id is None) and name_matches(name, its_name)
    ]
    return same_id or same_name


def _name_and_id(written: str) -> tuple[str | None, str | None]:
    head, _, tail = written.strip().rpartition(":")
    return (head or None, tail) if tail.isdigit() else (written, None)
