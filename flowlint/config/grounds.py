"""Why inference took a type or a field for what it did: one sentence each, for a team lead.

This reads the guesses that :mod:`flowlint.config.guess` made; it decides nothing.
"""

from collections.abc import Iterable

from flowlint.config.guess import POSITIONS, Guess, guess_types, is_subtask, is_task_by_name
from flowlint.config.known import known_fields, plain
from flowlint.config.mapping import IssueTypeEntry, Mapping, fold, name_matches
from flowlint.config.observed import Observed, SeenType

CATEGORIES = "no stages are written, so Jira's status category decides"
JIRAS_OWN = frozenset({"sprint", "epic", "parent", "flagged", "duedate"})
RESOLUTIONS = "a resolution well known to mean that work was given up"


class Grounds:
    """The reasons of inference for one run; ``written`` is the mapping before it was filled."""

    def __init__(self, written: Mapping, observed: Observed) -> None:
        self._written = written
        self._guesses = guess_types(observed.types).types

    def level(self, project: str, name: str | None, id_: str | None) -> str:
        """Return why a type of a project is at its level."""
        guess = self._guess(project, name, id_)
        return self._fitted(level_ground(guess)) if guess else "nothing was seen of this type"

    def flow_item(self, project: str, name: str | None, id_: str | None) -> str:
        """Return why a type of a project counts as what it does."""
        guess = self._guess(project, name, id_)
        return flow_item_ground(guess) if guess else "nothing was seen of this type"

    def entry(self, entry: IssueTypeEntry, project: str | None = None) -> str:
        """Return why an inferred entry says what it says, by the type of most issues that it was made for."""
        meant = [
            guess
            for guess in self._guesses
            if name_matches(entry.name, guess.seen.name, guess.seen.id)
            and (project is None or fold(guess.seen.project) == fold(project))
        ]
        alike = [guess for guess in meant if _says(entry, guess)] or meant
        if not alike:
            return "nothing was seen of this type"
        guess = max(alike, key=lambda one: (one.seen.issues, one.seen.project))
        level, item = level_ground(guess), flow_item_ground(guess)
        return self._fitted(level if entry.flow_item is None or item in level else f"{level}; {item}")

    def levels(self) -> str:
        """Return what the levels were read from."""
        if "issue_types" in self._written.written:
            return "the levels that issue_types speaks of"
        if any(guess.native is not None for guess in self._guesses):
            return "Jira's own levels of the types, and the names of the types"
        return "epic links and the names of the types: the data does not hold Jira's own levels"

    def flow_item_level(self) -> str:
        """Return why this level is the one of flow items."""
        if "issue_types" in self._written.written:
            return "the lowest level with types that are flow items"
        return "the level of stories, where most teams deliver"

    def _guess(self, project: str, name: str | None, id_: str | None) -> Guess | None:
        of_project = [guess for guess in self._guesses if fold(guess.seen.project) == fold(project)]
        same = [guess for guess in of_project if guess.seen.id == id_ and fold(guess.seen.name) == fold(name or "")]
        return next(iter(same), None)

    def _fitted(self, reason: str) -> str:
        return f"{reason}, at what hierarchy.levels has for it" if self._written.levels else reason


def level_ground(guess: Guess) -> str:
    """Return why a type was put at its level, or taken for no work."""
    native = guess.seen.hierarchy_level
    if is_subtask(guess):
        return "a sub-task, as Jira says" if guess.native is not None else f"named like a {guess.meaning}"
    if guess.known is not None and (guess.container or guess.okr):
        return f"named like {_a(guess.meaning)}, which is no work"
    if native is not None and native > 0:
        return f"Jira's hierarchyLevel {native}"
    if guess.level is not None and POSITIONS.get(guess.level, 0.0) > 0:
        return _used_as(guess, guess.level)
    if is_task_by_name(guess):
        others = "also uses stories" if guess.level == "task" else "uses no stories"
        return f"named like {_a(guess.meaning)}, in a project that {others}"
    own = "Jira's hierarchyLevel 0" if native == 0 else "no sub-task, and nothing places it higher"
    return own if guess.known is None or native == 0 else f"named like {_a(guess.meaning)}; {own}"


def flow_item_ground(guess: Guess) -> str:
    """Return why a type counts as a flow item, or why nothing says so."""
    if guess.flow_item is not None and guess.known is not None:
        return f"named like {_a(guess.meaning)}"
    return "its name does not say what it counts as"


def field_ground(logical: str, id_: str, name: str | None, custom: str | None) -> str:
    """Return what a field was recognised by."""
    known = next((one for one in known_fields() if one.logical == logical), None)
    if known is not None and plain(id_) in known.names | known.beside and id_ not in JIRAS_OWN:
        return "by its name"  # in an export that tells fields by name alone
    if not id_.startswith("customfield_") and custom is None:
        return "a field of Jira's own"
    if known is not None and custom is not None and custom in known.custom:
        return f"by its type {custom.rpartition(':')[2]}"
    if name is not None and known is not None and plain(name) in known.names | known.beside:
        return "by its name"
    return "by the shape of its values"


def _used_as(guess: Guess, level: str) -> str:
    if guess.meaning == level:
        return f"named like {_a(level)}"
    if level == "epic" and guess.seen.epic_of:
        return f"{_issues(guess.seen)} name it as their epic"
    below = ", ".join(sorted(guess.seen.parent_of)[:3])
    return f"what hangs below it: {below}" if below else "how other projects use types of this name"


def _issues(seen: SeenType) -> str:
    return "1 issue" if seen.epic_of == 1 else f"{seen.epic_of} issues"


def _says(entry: IssueTypeEntry, guess: Guess) -> bool:
    facts: Iterable[tuple[str | None, str | None]] = (
        (entry.flow_item, guess.flow_item),
        (entry.container, guess.container),
        (entry.okr, guess.okr),
    )
    return all(one == other for one, other in facts)


def _a(meaning: str | None) -> str:
    word = meaning or "something known"
    return f"an {word}" if word[0] in "aeiou" else f"a {word}"
