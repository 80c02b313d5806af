"""What each observed issue type most likely means: the part of inference that looks at types one by one.

Jira's own answer goes first (`hierarchyLevel`, `subtask`), then how the type is used (what its issues are
parents of), then its name. Levels are named by the standard names here; a written hierarchy is met later.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from flowlint.config.known import KnownType, known_type
from flowlint.config.mapping import FlowItem, fold
from flowlint.config.observed import SeenType

STANDARD_LEVELS = ("theme", "initiative", "epic", "feature", "story", "task")
"""Top to bottom."""
POSITIONS = {"theme": 3.0, "initiative": 2.0, "epic": 1.0, "feature": 0.5, "story": 0.0, "task": -1.0}
"""Where the standard levels stand on Jira's scale of `hierarchyLevel`."""
OFTEN = 5
"""A type is used as a parent where it has at least one such child for every five of its issues."""


@dataclass(frozen=True, slots=True)
class Guess:
    """What one issue type of one project is taken to mean. ``known`` is what its name says, if anything."""

    seen: SeenType
    known: KnownType | None
    level: str | None = None
    flow_item: FlowItem | None = None
    container: str | None = None
    okr: str | None = None

    @property
    def meaning(self) -> str | None:
        """What the name means, in the words of ``known_names.yaml``."""
        return self.known.meaning if self.known else None

    @property
    def native(self) -> int | None:
        """Jira's own level: `hierarchyLevel`, else -1 for a sub-task; None where the record says neither."""
        return _native(self.seen)


@dataclass(frozen=True, slots=True)
class Guesses:
    """All guesses, one per project, type name and id, and where their levels stand, higher is further up."""

    types: tuple[Guess, ...]
    positions: Mapping[str, float]

    def levels(self) -> tuple[str, ...]:
        """Return the levels that occur, top to bottom; ``story``, the flow item level, always does."""
        return in_order({"story", *(guess.level for guess in self.types if guess.level)}, self.positions)


@dataclass(frozen=True, slots=True)
class _Usage:
    """How types are used on the whole, by folded name: one project alone shows too little."""

    issues: Mapping[str, int]
    epic_of: Mapping[str, int]
    children: Mapping[str, Counter[str]]
    below: frozenset[str]
    """Sub-tasks and types named like tasks: as children they say nothing about their parent's level."""
    initiatives: frozenset[str]
    """Types named like a level above the epic."""


def guess_types(seen: Iterable[SeenType]) -> Guesses:
    """Return what each type means; the order of ``seen`` does not matter."""
    types = _merge(seen)
    known = [known_type(seen.untranslated, seen.name) for seen in types]
    usage = _usage(types)
    names = _native_level_names(list(zip(types, known, strict=True)))
    epics = frozenset(fold(seen.name) for seen, name in zip(types, known, strict=True) if _is_epic(seen, name, usage))
    guesses = [_guess(seen, name, names, epics, usage) for seen, name in zip(types, known, strict=True)]
    positions = POSITIONS | {name: float(level) for level, name in names.items()}
    if "feature" not in names.values() and any(
        guess.level == "feature" and _has(usage, guess.seen, epics) for guess in guesses
    ):
        positions["feature"] = positions["epic"] + 0.5
    return Guesses(tuple(_place_tasks(guesses)), positions)


def in_order(levels: Iterable[str], positions: Mapping[str, float]) -> tuple[str, ...]:
    """Return levels top to bottom by position; of equals the standard order decides, then the name."""

    def place(level: str) -> tuple[float, int, str]:
        named = fold(level)
        standard = STANDARD_LEVELS.index(named) if named in STANDARD_LEVELS else len(STANDARD_LEVELS)
        return -positions.get(level, POSITIONS["task"]), standard, level

    return tuple(sorted(set(levels), key=place))


def _native(seen: SeenType) -> int | None:
    if seen.hierarchy_level is not None:
        return seen.hierarchy_level
    return -1 if seen.subtask else None


def _merge(seen: Iterable[SeenType]) -> list[SeenType]:
    """Return one row per project, name and id (as names compare), in a fixed order."""
    groups: dict[tuple[str, str, str], list[SeenType]] = defaultdict(list)
    for one in seen:
        groups[fold(one.project), fold(one.name), one.id or ""].append(one)
    return [_merge_one(groups[key]) for key in sorted(groups)]


def _merge_one(group: list[SeenType]) -> SeenType:
    group.sort(key=lambda one: (-one.issues, one.project, one.name, repr(one)))
    children: Counter[str] = Counter()
    for one in group:
        children.update(one.parent_of)
    return replace(
        group[0],
        untranslated=next((one.untranslated for one in group if one.untranslated), None),
        subtask=next((one.subtask for one in group if one.subtask is not None), None),
        hierarchy_level=next((one.hierarchy_level for one in group if one.hierarchy_level is not None), None),
        issues=sum(one.issues for one in group),
        epic_of=sum(one.epic_of for one in group),
        parent_of=dict(children),
    )


def _usage(types: Iterable[SeenType]) -> _Usage:
    issues: Counter[str] = Counter()
    epic_of: Counter[str] = Counter()
    children: dict[str, Counter[str]] = defaultdict(Counter)
    below, initiatives = set(), set()
    for seen in types:
        name = fold(seen.name)
        issues[name] += seen.issues
        epic_of[name] += seen.epic_of
        for child, count in seen.parent_of.items():
            children[name][fold(child)] += count
        known = known_type(seen.untranslated, seen.name)
        if seen.subtask or (known and known.level == "task"):
            below.add(name)
        elif known and known.meaning in ("theme", "initiative"):
            initiatives.add(name)
    return _Usage(issues, epic_of, children, frozenset(below), frozenset(initiatives))


def _native_level_names(types: Sequence[tuple[SeenType, KnownType | None]]) -> dict[int, str]:
    """Name Jira's levels from 1 upwards: by the well-known names of the types there, else the standard way."""
    votes: dict[int, Counter[str]] = defaultdict(Counter)
    for seen, known in types:
        level = seen.hierarchy_level
        if level is not None and level >= 1 and not (known and (known.container or known.okr)):
            portfolio = known.level if known and known.level in POSITIONS and POSITIONS[known.level] > 0 else ""
            votes[level][portfolio or ""] += max(seen.issues, 1)
    preferred = {
        level: min(named, key=lambda name: (-count[name], name))
        for level, count in votes.items()
        if (named := [name for name in count if name])
    }
    # Jira's level 1 is the epic, whatever it was renamed to, unless the epics were put above it.
    renamed = preferred.get(1) == "feature" and "epic" in [preferred.get(level) for level in votes if level > 1]
    names = {1: "feature" if renamed else "epic"} if 1 in votes else {}
    for level in sorted(preferred):
        if preferred[level] not in names.values() and level > 1:
            names[level] = preferred[level]
    for level in sorted(votes):
        if level not in names:
            usual = {2: "initiative", 3: "theme"}.get(level)
            names[level] = usual if usual and usual not in names.values() else f"level {level}"
    return names


def _is_epic(seen: SeenType, known: KnownType | None, usage: _Usage) -> bool:
    native = _native(seen)
    if native is not None:
        return native == 1
    if known is not None and known.meaning in ("epic", "subtask"):
        return known.meaning == "epic"
    name = fold(seen.name)
    return usage.epic_of[name] > 0 and usage.epic_of[name] * OFTEN >= usage.issues[name]


def _has(usage: _Usage, seen: SeenType, kinds: frozenset[str]) -> bool:
    """Tell whether the type is used as a parent of types with these folded names."""
    name = fold(seen.name)
    count = sum(n for child, n in usage.children.get(name, Counter()).items() if child in kinds and child != name)
    return count > 0 and count * OFTEN >= usage.issues[name]


def _guess(
    seen: SeenType, known: KnownType | None, names: Mapping[int, str], epics: frozenset[str], usage: _Usage
) -> Guess:
    native = _native(seen)
    guess = Guess(seen, known)
    if is_subtask(guess):
        return replace(guess, level="task")
    if known is not None and (known.container or known.okr):
        return replace(guess, container=known.container, okr=known.okr)
    if native is not None and native > 0:
        return replace(guess, level=names[native])
    above = _above_by_use(guess, epics, usage) if native is None else None
    return replace(guess, level=above) if above else _at_base_level(guess)


def _above_by_use(guess: Guess, epics: frozenset[str], usage: _Usage) -> str | None:
    """Return the portfolio level of a type whose native level nobody told, or None where it has none."""
    name = fold(guess.seen.name)
    if name in epics:
        return "epic"
    has_epics = _has(usage, guess.seen, epics)
    has_flow_items = _has(usage, guess.seen, frozenset(usage.issues) - usage.below - usage.initiatives - epics)
    under_epics = any(name in usage.children.get(epic, ()) for epic in epics)
    if guess.meaning in ("theme", "initiative"):
        return None if under_epics and not has_epics else guess.meaning
    if guess.meaning == "feature":
        return "feature" if has_epics or has_flow_items else None
    if guess.known is None and not under_epics:
        has_initiatives = _has(usage, guess.seen, usage.initiatives)
        return "theme" if has_initiatives else "initiative" if has_epics else "epic" if has_flow_items else None
    return None


def _at_base_level(guess: Guess) -> Guess:
    """Return the guess for a type at Jira's level 0; tasks are looked at again once the project is known."""
    known = guess.known
    if known is None or known.meaning in ("theme", "initiative", "epic"):
        return replace(guess, level="story")  # a portfolio name without portfolio use says nothing
    if known.level == "task":
        return replace(guess, level="task")
    return replace(guess, level="story", flow_item=known.flow_item)


def is_subtask(guess: Guess) -> bool:
    """Tell whether a type is a sub-task: by Jira's word, or by its name where Jira's word is not there."""
    if guess.native is not None:
        return guess.native < 0
    return guess.seen.subtask is None and guess.meaning == "subtask"


def is_task_by_name(guess: Guess) -> bool:
    """Tell whether a type is no sub-task but is named like work that supports other work."""
    known = guess.known
    return known is not None and known.level == "task" and guess.native in (None, 0) and not is_subtask(guess)


def _place_tasks(guesses: Sequence[Guess]) -> Iterable[Guess]:
    """Yield the guesses; tasks of projects without a story-like type are the deliverables there."""
    with_stories = {
        fold(guess.seen.project) for guess in guesses if guess.level == "story" and guess.flow_item == "feature"
    }
    for guess in guesses:
        lone = is_task_by_name(guess) and guess.level == "task" and fold(guess.seen.project) not in with_stories
        yield replace(guess, level="story") if lone else guess
