"""What inference says about itself: short sentences for a team lead, the same for the same data."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from flowlint.config.guess import Guess, is_subtask, is_task_by_name
from flowlint.config.known import means_cancelled
from flowlint.config.mapping import IssueTypeEntry, Mapping, fold
from flowlint.config.observed import Observed

SHOWN = 8
"""So many names are spelled out; the others are counted."""
COUNTED = (("feature", "features"), ("defect", "defects"), ("risk", "risks"), ("debt", "debt"))


def hierarchy_sentence(mapping: Mapping, ground: str) -> str:
    """Say which levels there are and where they come from."""
    return f"Levels, {ground}: {', '.join(mapping.levels)}; flow items are at {mapping.flow_item_level}."


def type_sentences(mapping: Mapping, guesses: Sequence[Guess]) -> list[str]:
    """Say what each type was taken to mean, grouped by meaning."""
    names = {fold(guess.seen.name) for guess in guesses}
    entries = [entry for entry in mapping.base.issue_types if fold(entry.name) in names]  # not those by id
    tasks = {fold(guess.seen.name) for guess in guesses if is_task_by_name(guess)}
    return [
        *_placed_above(mapping, entries),
        *_counted(entries),
        *_supporting(guesses),
        *_tasks(guesses, mapping),
        *_unclassified(mapping, [entry for entry in entries if fold(entry.name) not in tasks]),
        *_no_work(entries),
        *_exceptions(guesses, entries, tasks),
    ]


def workflow_sentences(observed: Observed) -> list[str]:
    """Say where flow states come from, which statuses have none, and which resolutions mean given up."""
    bare = {status.name for status in observed.statuses if status.category not in ("new", "indeterminate", "done")}
    without = f", which {_listed(bare)} {_verb(bare, 'lacks', 'lack')}" if bare else ""
    given_up = {resolution.name for resolution in observed.resolutions if means_cancelled(resolution.name)}
    sentences = [f"Flow states are Jira's status categories{without}."]
    return [*sentences, f"Given up, by resolution: {_listed(given_up)}."] if given_up else sentences


def closing(sections: Sequence[str]) -> list[str]:
    """Say how to keep or change what was inferred."""
    if not sections:
        return []
    what, them = ("the section", "it") if len(sections) == 1 else ("the sections", "them")
    named = f"{what} {', '.join(sections)} in flowlint.yaml (`flowlint init` drafts {them})"
    return [f"Nobody wrote this down; to keep or change it, write {named}."]


def _placed_above(mapping: Mapping, entries: Iterable[IssueTypeEntry]) -> Iterator[str]:
    """Name the types above the flow items whose name is not that of their level."""
    at: dict[str, list[str]] = defaultdict(list)
    home = mapping.rank(mapping.flow_item_level) or 0
    for entry in entries:
        if (
            entry.level is not None
            and (mapping.rank(entry.level) or 0) > home
            and fold(entry.name) != fold(entry.level)
        ):
            at[entry.level].append(entry.name)
    placed = [f"{_listed(at[level])} at {level}" for level in mapping.levels if level in at]
    if placed:
        yield f"Above the flow items: {'; '.join(placed)}."


def _counted(entries: Sequence[IssueTypeEntry]) -> Iterator[str]:
    names = {kind: [entry.name for entry in entries if entry.flow_item == kind] for kind, _ in COUNTED}
    parts = [f"{_listed(names[kind])} as {plural}" for kind, plural in COUNTED if names[kind]]
    if parts:
        yield f"Counted, by their names: {'; '.join(parts)}."
    nowhere = [entry.name for entry in entries if entry.flow_item == "none"]
    if nowhere:
        yield f"Counted nowhere: {_listed(nowhere)}."


def _supporting(guesses: Iterable[Guess]) -> Iterator[str]:
    names = _spellings(guess for guess in guesses if is_subtask(guess))
    if names:
        yield f"Sub-tasks are supporting work: {_listed(names)}."


def _tasks(guesses: Sequence[Guess], mapping: Mapping) -> Iterator[str]:
    """Say of each type named like a task where it supports stories and where it stands in for them."""
    groups: dict[tuple[tuple[str, ...], tuple[str, ...]], list[Guess]] = defaultdict(list)
    for group in _by_name(guess for guess in guesses if is_task_by_name(guess)).values():
        at_home = {guess.seen.project for guess in group if guess.level == mapping.flow_item_level}
        others = {guess.seen.project for guess in group} - at_home
        groups[tuple(sorted(others)), tuple(sorted(at_home))].extend(group)
    for (helped, alone), group in sorted(groups.items()):
        below, lone = set(helped), set(alone)
        names = _spellings(group)
        is_, it = _verb(names, "is", "are"), _verb(names, "it is", "they are")
        stories = f"which {'also uses' if len(below) == 1 else 'also use'} stories"
        if below and lone:
            yield (
                f"{_listed(names)} {is_} supporting work in {_listed(below)}, {stories};"
                f" {it} at {mapping.flow_item_level} level in {_listed(lone)}."
            )
        elif below:
            yield f"{_listed(names)} {is_} supporting work in {_listed(below)}, {stories}."
        else:
            use = "uses" if len(lone) == 1 else "use"
            yield (
                f"{_listed(names)} {is_} at {mapping.flow_item_level} level in {_listed(lone)}, which {use} no stories."
            )


def _unclassified(mapping: Mapping, entries: Iterable[IssueTypeEntry]) -> Iterator[str]:
    names = [entry.name for entry in entries if entry.level == mapping.flow_item_level and entry.flow_item is None]
    if names:
        yield f"At {mapping.flow_item_level} level, and nothing says what they count as: {_listed(names)}."


def _no_work(entries: Sequence[IssueTypeEntry]) -> Iterator[str]:
    containers = [entry.name for entry in entries if entry.container]
    if containers:
        yield f"Containers, not work: {_listed(containers)}."
    strategy = [entry.name for entry in entries if entry.okr]
    if strategy:
        yield f"Objectives and key results, not work: {_listed(strategy)}."


def _exceptions(guesses: Iterable[Guess], entries: Iterable[IssueTypeEntry], tasks: set[str]) -> Iterator[str]:
    """Say which types stand elsewhere in some projects than in most (tasks have a sentence of their own)."""
    common = {fold(entry.name): entry for entry in entries}
    for name, group in _by_name(guesses).items():
        usual = common.get(name)
        if usual is None or name in tasks:
            continue
        elsewhere: dict[str, set[str]] = defaultdict(set)
        for guess in group:
            if guess.level != usual.level:
                elsewhere[guess.level or "no level"].add(guess.seen.project)
        parts = [f"at {level} in {_listed(elsewhere[level])}" for level in sorted(elsewhere)]
        if parts:
            yield f"{_tidy(usual.name)} is at {usual.level or 'no level'}, but {', '.join(parts)}: types of one name."


def _by_name(guesses: Iterable[Guess]) -> dict[str, list[Guess]]:
    names: dict[str, list[Guess]] = defaultdict(list)
    for guess in guesses:
        names[fold(guess.seen.name)].append(guess)
    return {name: names[name] for name in sorted(names)}


def _spellings(guesses: Iterable[Guess]) -> list[str]:
    """Return each name once, in the spelling of most issues."""
    return [
        min(group, key=lambda guess: (-guess.seen.issues, guess.seen.name)).seen.name
        for group in _by_name(guesses).values()
    ]


def _listed(names: Iterable[str]) -> str:
    ordered = sorted({_tidy(name) for name in names}, key=lambda name: (fold(name), name))
    more = len(ordered) - SHOWN
    return ", ".join(ordered) if more < 2 else f"{', '.join(ordered[:SHOWN])} and {more} more"


def _tidy(name: str) -> str:
    return " ".join(name.split())


def _verb(names: Sequence[str] | set[str], one: str, many: str) -> str:
    return one if len(names) == 1 else many
