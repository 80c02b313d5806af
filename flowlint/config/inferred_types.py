"""Guesses turned into entries of the mapping: one per type name, and one per project where projects differ."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal, cast

from flowlint.config.guess import Guess, Guesses
from flowlint.config.mapping import FlowItem, IssueTypeEntry, fold, name_matches


@dataclass(frozen=True, slots=True)
class TypeEntries:
    """Entries for all projects, and those by which a project differs, by its key."""

    common: tuple[IssueTypeEntry, ...]
    by_project: Mapping[str, tuple[IssueTypeEntry, ...]]


def type_entries(guesses: Sequence[Guess]) -> TypeEntries:
    """Return an entry for every guess: what most issues of a name mean holds for all, exceptions per project.

    Where one project has two types of one name and they differ, each is named ``name:id``.
    """
    names: dict[str, list[Guess]] = defaultdict(list)
    for guess in guesses:
        names[fold(guess.seen.name)].append(guess)
    common: list[IssueTypeEntry] = []
    by_project: dict[str, list[IssueTypeEntry]] = defaultdict(list)
    keys = {fold(key): key for key in sorted({guess.seen.project for guess in guesses}, reverse=True)}
    for name in sorted(names):
        group = names[name]
        main = _heaviest(group)
        shown = main.seen.name
        common.append(_entry(main, shown))
        common.extend(_entry(guess, _by_id(guess)) for guess in group if not _matches(shown, guess))
        for project, own in _per_project(group).items():
            by_project[keys[project]].extend(_differences(own, main))
    return TypeEntries(
        _sorted(common), {project: _sorted(entries) for project, entries in by_project.items() if entries}
    )


def merge_entries(
    written: Sequence[IssueTypeEntry], own: Sequence[IssueTypeEntry], common: Sequence[IssueTypeEntry]
) -> tuple[IssueTypeEntry, ...]:
    """Return what holds in one project: what somebody wrote for it, what it differs in, and the rest."""
    told = [entry for entry in (*own, *common) if not any(_covers(mine.name, entry.name) for mine in written)]
    by_name: dict[str, IssueTypeEntry] = {}
    for entry in told:
        by_name.setdefault(fold(entry.name), entry)
    return (*written, *by_name.values())


def _covers(written: str, inferred: str) -> bool:
    name, _, id_ = inferred.rpartition(":")
    return name_matches(written, inferred) or (id_.isdigit() and name_matches(written, name, id_))


def fit_to_levels(guesses: Guesses, levels: Sequence[str], flow_item_level: str) -> tuple[Guess, ...]:
    """Move guesses onto levels that somebody wrote: by name, else by distance from the flow item level."""
    standard = guesses.levels()
    return tuple(_fit(guess, standard, levels, flow_item_level) for guess in guesses.types)


def _fit(guess: Guess, standard: Sequence[str], levels: Sequence[str], flow_item_level: str) -> Guess:
    if guess.level is None:
        return guess
    by_name = {fold(level): level for level in reversed(levels)}
    own_name = "feature" if guess.meaning == "feature" and guess.level == "story" else guess.level
    at = by_name.get(own_name) or by_name.get(guess.level)
    if at is None:
        distance = standard.index("story") - standard.index(guess.level)
        home = [fold(level) for level in levels].index(fold(flow_item_level))
        if not 0 <= home - distance < len(levels):
            # No level is left on its side, and on the last one it would pass for the equal of its parents or children.
            return replace(guess, level=None, flow_item="none")
        at = levels[home - distance]
    at_flow_items = fold(at) == fold(flow_item_level)
    return replace(guess, level=at, flow_item=guess.flow_item if at_flow_items else None)


def _meaning(guess: Guess) -> tuple[str, ...]:
    return (guess.level or "", guess.flow_item or "", guess.container or "", guess.okr or "")


def _heaviest(group: Iterable[Guess]) -> Guess:
    """Return the guess that stands for its group: the meaning of most issues, in the spelling of most issues."""
    weight: Counter[tuple[str, ...]] = Counter()
    for guess in group:
        weight[_meaning(guess)] += guess.seen.issues
    return min(
        group, key=lambda guess: (-weight[_meaning(guess)], _meaning(guess), -guess.seen.issues, guess.seen.name)
    )


def _per_project(group: Iterable[Guess]) -> dict[str, list[Guess]]:
    projects: dict[str, list[Guess]] = defaultdict(list)
    for guess in group:
        projects[fold(guess.seen.project)].append(guess)
    return projects


def _differences(own: Sequence[Guess], main: Guess) -> list[IssueTypeEntry]:
    """Return the entries one project needs for one type name besides the common one."""
    # A record without an id is found by the plain name alone, so the plain name is its.
    local = next((guess for guess in own if guess.seen.id is None), None) or _heaviest(own)
    entries = [] if _meaning(local) == _meaning(main) else [_entry(local, local.seen.name)]
    for guess in own:
        if _meaning(guess) != _meaning(local) or not _matches(local.seen.name, guess):
            entries.append(_entry(guess, _by_id(guess)))
    return entries


def _entry(guess: Guess, name: str) -> IssueTypeEntry:
    okr = cast(Literal["objective", "key_result"] | None, guess.okr)
    flow_item: FlowItem | None = guess.flow_item
    return IssueTypeEntry(name=name, level=guess.level, flow_item=flow_item, container=guess.container, okr=okr)


def _by_id(guess: Guess) -> str:
    return guess.seen.name if guess.seen.id is None else f"{guess.seen.name}:{guess.seen.id}"


def _matches(name: str, guess: Guess) -> bool:
    return name_matches(name, guess.seen.name, guess.seen.id)


def _sorted(entries: Iterable[IssueTypeEntry]) -> tuple[IssueTypeEntry, ...]:
    """Return entries once each, by name, those that a site's odd names make into wildcards last."""
    unique = {entry.name: entry for entry in entries}
    return tuple(
        sorted(
            unique.values(), key=lambda entry: ("*" in entry.name, -entry.name.count(":"), fold(entry.name), entry.name)
        )
    )
