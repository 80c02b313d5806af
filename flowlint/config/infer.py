"""Inference: the sections of the mapping that nobody wrote, filled from what the data shows.

A section is either written or inferred, never mixed (DESIGN section 3): a written ``issue_types`` is not
added to, a written ``hierarchy`` only met. Fields are :mod:`flowlint.config.fields`' business.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from flowlint.config.guess import POSITIONS, Guess, Guesses, guess_types, in_order
from flowlint.config.inferred_types import TypeEntries, fit_to_levels, merge_entries, type_entries
from flowlint.config.known import cancelled_resolutions, means_cancelled
from flowlint.config.mapping import IssueTypeEntry, Mapping, ProjectMapping, Workflow, fold, name_matches
from flowlint.config.observed import Observed, SeenResolution, SeenType
from flowlint.config.sentences import closing, hierarchy_sentence, type_sentences, workflow_sentences

INFERRED = ("hierarchy", "issue_types", "workflow")
FLOW_ITEM_LEVEL = "story"


def infer(mapping: Mapping, observed: Observed) -> tuple[Mapping, tuple[str, ...]]:
    """Return the mapping with its absent sections filled, and what was inferred, for a team lead.

    The answer depends on what was observed, not on its order, and never fails: what nothing tells about
    stays open (a type at the flow item level without a flow item) and is said to be.
    """
    guesses = guess_types(observed.types)
    sentences: list[str] = []
    if "issue_types" in mapping.written:
        filled = mapping if _levels_written(mapping) else _with_levels_of_entries(mapping, observed.types)
        if filled is not mapping:
            sentences.append(hierarchy_sentence(filled, "from the section issue_types"))
    elif _levels_written(mapping):
        flow_item_level = _known_flow_item_level(mapping, mapping.levels)
        fitted = fit_to_levels(guesses, mapping.levels, flow_item_level)
        filled = _with_types(replace(mapping, flow_item_level=flow_item_level), type_entries(fitted))
        sentences += type_sentences(filled, _told(mapping, fitted))
    else:
        filled = _with_types(_with_guessed_levels(mapping, guesses), type_entries(guesses.types))
        sentences.append(hierarchy_sentence(filled, _ground(guesses.types)))
        sentences += type_sentences(filled, _told(mapping, guesses.types))
    if filled.flow_item_level is None:
        filled = replace(filled, flow_item_level=_known_flow_item_level(filled, filled.levels))
    if "workflow" not in mapping.written:
        filled = _with_workflow(filled, observed.resolutions)
        sentences += workflow_sentences(observed)
    absent = [section for section in INFERRED if section not in mapping.written]
    return filled, (*sentences, *closing(absent))


def _levels_written(mapping: Mapping) -> bool:
    return "hierarchy" in mapping.written and bool(mapping.levels)


def _with_guessed_levels(mapping: Mapping, guesses: Guesses) -> Mapping:
    """Add the levels that types were guessed to be at, and those that written parts speak of."""
    used = {*guesses.levels(), *_entry_levels(mapping), *_condition_levels(mapping)}
    levels = _distinct(in_order(used, guesses.positions))
    return replace(mapping, levels=levels, flow_item_level=_spelled(FLOW_ITEM_LEVEL, levels))


def _with_levels_of_entries(mapping: Mapping, seen: Sequence[SeenType]) -> Mapping:
    """Order the levels that written types are at: the standard way, else by Jira's own, else as written."""
    positions: dict[str, float] = {}
    before = max(POSITIONS.values()) + 1
    for name in dict.fromkeys(_entry_levels(mapping)):
        before = positions[name] = _position(name, list(_entries(mapping)), seen, before)
    for name in _condition_levels(mapping):
        positions.setdefault(name, POSITIONS.get(fold(name), before))
    flow_item_level = _lowest_with_flow_items(mapping, positions)
    if flow_item_level is None:
        flow_item_level = _spelled(FLOW_ITEM_LEVEL, tuple(positions))
        positions.setdefault(flow_item_level, POSITIONS[FLOW_ITEM_LEVEL])
    levels = _distinct(in_order(positions, positions))
    return replace(mapping, levels=levels, flow_item_level=_spelled(flow_item_level, levels))


def _position(name: str, entries: Iterable[IssueTypeEntry], seen: Sequence[SeenType], before: float) -> float:
    """Return where a level stands on Jira's scale; one that nothing tells about goes right below ``before``."""
    standard = POSITIONS.get(fold(name))
    if standard is not None and standard <= POSITIONS[FLOW_ITEM_LEVEL]:
        return standard  # Story and Task share Jira's level 0, so Jira's word does not part them
    written = [entry.name for entry in entries if entry.level is not None and fold(entry.level) == fold(name)]
    native = [
        one.hierarchy_level
        for one in seen
        if one.hierarchy_level is not None and any(name_matches(entry, one.name, one.id) for entry in written)
    ]
    if native:
        return float(max(native))
    return before - 0.01 if standard is None else standard


def _lowest_with_flow_items(mapping: Mapping, positions: dict[str, float]) -> str | None:
    counted = [
        entry.level for entry in (*_entries(mapping), *_conditions(mapping)) if entry.flow_item not in (None, "none")
    ]
    ordered = in_order((level for level in counted if level is not None), positions)
    return ordered[-1] if ordered else None


def _known_flow_item_level(mapping: Mapping, levels: Sequence[str]) -> str:
    """Return the written flow item level if it is one of ``levels``, else the likeliest of them."""
    for wanted in (mapping.flow_item_level, FLOW_ITEM_LEVEL):
        for level in levels:
            if wanted is not None and fold(level) == fold(wanted):
                return level
    positions = {level: float(-place) for place, level in enumerate(levels)}
    listed = _lowest_with_flow_items(mapping, positions)
    return listed or (levels[-1] if levels else FLOW_ITEM_LEVEL)


def _with_types(mapping: Mapping, entries: TypeEntries) -> Mapping:
    """Put inferred types into the base and into every project, beside what was written for the project."""
    base = replace(mapping.base, issue_types=entries.common)
    projects: dict[str, ProjectMapping] = {}
    by_project = {fold(key): own for key, own in entries.by_project.items()}
    for key, project in mapping.projects.items():
        own = by_project.get(fold(key), ())
        projects[key] = replace(project, issue_types=merge_entries(project.issue_types, own, entries.common))
    named = {fold(key) for key in projects}
    for key, own in sorted(entries.by_project.items()):
        if fold(key) not in named:
            projects[key] = replace(base, issue_types=merge_entries((), own, entries.common))
    return replace(mapping, base=base, projects=projects, flow_items_guessed=True)


def _with_workflow(mapping: Mapping, resolutions: Iterable[SeenResolution]) -> Mapping:
    """Add what means given up. Without stages the model reads flow states from the status categories."""
    observed = {resolution.name for resolution in resolutions if means_cancelled(resolution.name)}
    workflow = Workflow(cancelled_resolutions=tuple(sorted({*observed, *cancelled_resolutions()})))
    projects = {
        key: project if project.workflow is not None else replace(project, workflow=workflow)
        for key, project in mapping.projects.items()
    }
    return replace(mapping, base=replace(mapping.base, workflow=workflow), projects=projects)


def _told(mapping: Mapping, guesses: Iterable[Guess]) -> tuple[Guess, ...]:
    """Return the guesses that hold: those for types that nobody wrote an entry for in their project."""
    return tuple(
        guess
        for guess in guesses
        if not any(
            name_matches(entry.name, guess.seen.name, guess.seen.id)
            for entry in mapping.for_project(guess.seen.project).issue_types
        )
    )


def _ground(types: Sequence[Guess]) -> str:
    """Say what the levels were read from."""
    told = [guess.seen.hierarchy_level is not None for guess in types if guess.level is not None]
    if told and all(told):
        return "from Jira's own"
    others = "sub-task flags, epic links and the names of the types"
    return f"from Jira's own where it gives them, else from {others}" if any(told) else f"from {others}"


def _entries(mapping: Mapping) -> Iterator[IssueTypeEntry]:
    yield from mapping.base.issue_types
    for key in sorted(mapping.projects):
        yield from mapping.projects[key].issue_types


def _entry_levels(mapping: Mapping) -> list[str]:
    return [entry.level for entry in _entries(mapping) if entry.level is not None]


def _conditions(mapping: Mapping) -> Iterator[IssueTypeEntry]:
    """Yield the level and flow item of each condition under ``flow_items``, as an entry without a name."""
    for section in (mapping.base, *(mapping.projects[key] for key in sorted(mapping.projects))):
        for condition in section.flow_items:
            yield IssueTypeEntry("", level=condition.level, flow_item=condition.flow_item)


def _condition_levels(mapping: Mapping) -> list[str]:
    return [condition.level for condition in _conditions(mapping) if condition.level is not None]


def _distinct(levels: Iterable[str]) -> tuple[str, ...]:
    """Return levels once each, as names compare."""
    return tuple({fold(level): level for level in reversed(tuple(levels))}.values())[::-1]


def _spelled(level: str, levels: Sequence[str]) -> str:
    """Return a level in the spelling that ``levels`` has for it."""
    return next((one for one in levels if fold(one) == fold(level)), level)
