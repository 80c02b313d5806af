"""A first mapping for a site: what the data and the names in it suggest, with the evidence for whoever decides.

Types and levels are those of inference; where it stays open, the draft says what is to be decided. What the names
of statuses mean is asked of the rules that judge them later (:class:`Advice`), so that one list of words is enough.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from flowlint.config.fields import STRUCTURAL
from flowlint.config.grounds import Grounds, field_ground
from flowlint.config.headings import DEFAULT_HEADINGS, heading_of
from flowlint.config.known import means_cancelled
from flowlint.config.mapping import FlowState, IssueTypeEntry, fold, means_itself, name_matches
from flowlint.config.mapping import Mapping as WholeMapping
from flowlint.config.observed import Evidence, Observed, SeenType, StatusUse

DECIDE = "decide: "
"""Begins the comment of a line that a person has to look at."""
STAGES = ("discovery", "delivery", "operation", "support")
"""The stages of a value stream, in order (DESIGN section 1)."""
HOME = "delivery"
"""The stage of a status whose name says nothing of another."""
KINDS = ("feature", "defect", "risk", "debt")
ORDER: tuple[FlowState, ...] = ("new", "waiting", "active", "done")
RESOLVED = 0.9
"""Share of issues with a resolution from which on a status without a category is taken for done."""
TELLING_LABELS = {
    "debt": ("tech debt", "technical debt", "techdebt", "debt", "refactoring", "refactor", "cleanup"),
    "risk": ("security", "compliance", "risk", "gdpr", "vulnerability", "audit"),
}
"""Labels that often tell debt and risk, which hardly a site has types for."""
NOTHING_ELSE = "; no sub-task, and nothing places it higher"
USUAL = 0.01
"""Share of descriptions with a heading from which on the heading is taken for a habit."""
FEW = 3
"""Labels that are named for one kind."""


@dataclass(frozen=True, slots=True)
class Advice:
    """What the rules on mappings make of the names of types, statuses and resolutions, each as written."""

    containers: Mapping[str, str] = field(default_factory=dict)
    """Name of a type -> what it groups work as, and so is no work."""

    given_up: frozenset[str] = frozenset()
    waiting: frozenset[str] = frozenset()
    delivered: frozenset[str] = frozenset()
    """Those that mean that work is done, as a whole name."""
    details: frozenset[str] = frozenset()
    """Details of how work is done (a code review), no steps of their own."""
    stages: Mapping[str, str] = field(default_factory=dict)
    """Name -> the stage that it is a step of."""


@dataclass(frozen=True, slots=True)
class TypeLine:
    """An entry of ``issue_types``, of one project or (None) of all."""

    name: str
    says: Mapping[str, str | None]
    """None takes away what the entry for all would say besides."""
    comment: str
    project: str | None = None


@dataclass(frozen=True, slots=True)
class Placed:
    """A status as the mapping writes it, and where it belongs."""

    name: str
    flow_state: FlowState
    stage: str
    issues: int
    doubt: str = ""
    detail: bool = False


@dataclass(frozen=True, slots=True)
class FieldLine:
    """An entry of ``fields``; ``found`` is false for one that no field and no heading of the data could be."""

    logical: str
    value: object
    comment: str
    found: bool = True


@dataclass(frozen=True, slots=True)
class Draft:
    """All that a drafted mapping says, before it is text."""

    evidence: Evidence
    levels: tuple[str, ...]
    flow_item_level: str
    levels_ground: str
    types: tuple[TypeLine, ...]
    statuses: tuple[Placed, ...]
    unwritable: tuple[str, ...]
    """Statuses that no mapping can name: a wildcard is in their names, and the data has no ids of them."""
    resolutions: tuple[tuple[str, int], ...]
    """Resolutions that mean given up, with the done issues that carry them."""
    fields: tuple[FieldLine, ...]
    labels: Mapping[str, tuple[tuple[str, int], ...]]
    """Kind of flow item -> labels that may tell it, with their issues."""

    @property
    def has_flow(self) -> bool:
        """Whether stages can be written at all: they need a state of work and a state of being done."""
        return {"active", "done"} <= {one.flow_state for one in self.statuses}


def make_draft(
    observed: Observed,
    filled: WholeMapping,
    fields: Mapping[str, Sequence[str]],
    described: Mapping[str, tuple[str | None, str | None]],
    evidence: Evidence,
    advice: Advice,
) -> Draft:
    """Return a draft of what ``observed`` shows; ``filled`` is the mapping that inference makes of it.

    ``fields`` are the fields that were recognised and ``described`` their names and schema types, by id.
    """
    grounds = Grounds(WholeMapping(), observed)
    flow_item_level = filled.flow_item_level or filled.levels[-1]
    types = tuple(_without_containers(_types(filled, observed, evidence, grounds), advice))
    used = {line.says["level"] for line in types if "level" in line.says}
    if flow_item_level not in used and used and "hierarchy" not in filled.written:
        flow_item_level = next(level for level in reversed(filled.levels) if level in used)
    return Draft(
        evidence=evidence,
        levels=filled.levels,
        flow_item_level=flow_item_level,
        levels_ground=grounds.levels(),
        types=tuple(_differing(_with_a_flow_item(types, flow_item_level, evidence))),
        statuses=tuple(_placed(evidence.statuses, advice)),
        unwritable=tuple(use.name for use in evidence.statuses if not any(_written(use))),
        resolutions=tuple(
            sorted(
                (one.name, one.issues)
                for one in observed.resolutions
                if one.name in advice.given_up or means_cancelled(one.name)
            )
        ),
        fields=tuple(_fields(fields, described, evidence)),
        labels={kind: tuple(_telling(kind, evidence)) for kind in TELLING_LABELS},
    )


def _types(filled: WholeMapping, observed: Observed, evidence: Evidence, grounds: Grounds) -> Iterator[TypeLine]:
    flow_item_level = filled.flow_item_level or filled.levels[-1]
    home = filled.rank(flow_item_level) or 0

    def place(line: tuple[str | None, IssueTypeEntry]) -> tuple[str, int, int, str]:
        project, entry = line
        return project or "", -(filled.rank(entry.level) or 0), -_use(entry.name, evidence)[0], entry.name

    for project, entry in sorted(_entries(filled, observed, evidence), key=place):
        above = (filled.rank(entry.level) or 0) > home
        line = _type(entry, flow_item_level, evidence, grounds.entry(entry, project), above=above)
        yield replace(line, project=project)


def _entries(
    filled: WholeMapping, observed: Observed, evidence: Evidence
) -> Iterator[tuple[str | None, IssueTypeEntry]]:
    """Yield the entries of inference: those for all (None), and those of projects that differ.

    An id goes before a name wherever it stands, so a type that goes by its id does so for all and in projects.
    """
    by_id: dict[tuple[str, str], list[SeenType]] = {}
    used: set[tuple[str | None, IssueTypeEntry]] = set()
    for one in observed.types:
        if one.id is not None and (fold(one.name) in evidence.ambiguous or not means_itself(one.name)):
            by_id.setdefault((fold(one.name), one.id), []).append(one)
        else:
            entry = _meaning(filled, one)
            used.add((None if entry in filled.base.issue_types else one.project, entry))
    yield from used
    for (_, id_), seen in sorted(by_id.items()):
        name = max(seen, key=lambda one: (one.issues, one.name)).name
        means = [(one, replace(_meaning(filled, one), name=f"{name}:{id_}")) for one in seen]
        weight: Counter[IssueTypeEntry] = Counter()
        for one, entry in means:
            weight[entry] += one.issues
        common = max(weight, key=lambda entry: (weight[entry], repr(entry)))
        yield None, common
        yield from {(one.project, entry) for one, entry in means if entry != common}


def _meaning(filled: WholeMapping, seen: SeenType) -> IssueTypeEntry:
    entry = filled.for_project(seen.project).issue_type(seen.name, seen.id)
    assert entry is not None, seen  # inference leaves no type out
    return entry


def _type(entry: IssueTypeEntry, flow_item_level: str, evidence: Evidence, ground: str, *, above: bool) -> TypeLine:
    facts = {"level": entry.level, "flow_item": entry.flow_item, "container": entry.container, "okr": entry.okr}
    says = {name: value for name, value in facts.items() if value is not None}
    if not set(says) - {"flow_item"}:
        says = {"level": flow_item_level} | says
    issues, childless = _use(entry.name, evidence)
    seen = [f"{issues:,} issue{'' if issues == 1 else 's'}" if issues else "only met as a parent outside the data"]
    undecided = says.get("level") == flow_item_level and "flow_item" not in says
    if issues and (above or undecided) and childless * 2 > issues:
        seen.append(f"{round(100 * childless / issues)} % without children")
    question = f"{DECIDE}add flow_item ({', '.join(KINDS)} or none), or another level; " if undecided else ""
    # What a name tells is ground enough; that nothing else spoke against it goes without saying.
    told = ground.removesuffix(NOTHING_ELSE) if ground != NOTHING_ELSE.removeprefix("; ") else ground
    return TypeLine(entry.name, says, f"{question}{', '.join(seen)}; {told}")


def _without_containers(types: Iterable[TypeLine], advice: Advice) -> Iterator[TypeLine]:
    """Yield the types, those that only group work as what they are, wherever Jira has them."""
    for line in types:
        if line.name in advice.containers and "level" in line.says:
            doubt = f"{DECIDE}its name says that it groups work, and Jira has it among the work; "
            comment = f"{doubt}{line.comment.removeprefix(DECIDE)}"
            yield replace(line, says={"container": advice.containers[line.name]}, comment=comment)
        else:
            yield line


def _use(name: str, evidence: Evidence) -> tuple[int, int]:
    meant = [counts for (known, id_), counts in evidence.childless.items() if name_matches(name, known, id_)]
    return sum(issues for issues, _ in meant), sum(bare for _, bare in meant)


def _with_a_flow_item(types: Sequence[TypeLine], flow_item_level: str, evidence: Evidence) -> tuple[TypeLine, ...]:
    """Return the types, one of them counted: without any flow item a mapping measures nothing."""
    at_level = [line for line in types if line.says.get("level") == flow_item_level]
    if not at_level or any(line.says.get("flow_item") in KINDS for line in at_level):
        return tuple(types)
    chosen = max(at_level, key=lambda line: (_use(line.name, evidence)[0], line.name))
    says = {**chosen.says, "flow_item": "feature"}
    comment = f"{DECIDE}counted since nothing else is; {chosen.comment.removeprefix(DECIDE)}"
    return tuple(replace(line, says=says, comment=comment) if line is chosen else line for line in types)


def _differing(types: Sequence[TypeLine]) -> Iterator[TypeLine]:
    """Yield the types, those of projects so that nothing but what they say holds: they are merged over those for all."""
    common = {fold(line.name): line.says for line in types if line.project is None}
    for line in types:
        beside = common.get(fold(line.name), {}) if line.project is not None else {}
        yield replace(line, says={**line.says, **dict.fromkeys(beside.keys() - line.says.keys())})


def _written(use: StatusUse) -> Iterator[tuple[str, str | None]]:
    """Yield how a mapping names a status, and its category; by ``name:id`` what its name alone would not mean.

    Nothing for a name with a wildcard of which no id is known.
    """
    told = sorted(category for category in use.ids if category is not None)
    categories = sorted(use.ids.items(), key=lambda pair: pair[0] or "")
    by_id = {id_: category for category, ids in categories for id_ in ids}
    if by_id and all(use.ids[category] for category in told) and (len(told) > 1 or not means_itself(use.name)):
        yield from ((f"{use.name}:{id_}", category) for id_, category in by_id.items())
    elif "*" not in use.name:
        yield use.name, next(iter(told), None)


def _placed(uses: Iterable[StatusUse], advice: Advice) -> Iterator[Placed]:
    placed = [_place(name, category, use, advice) for use in uses for name, category in _written(use)]
    lead = {name: use.lead for use in uses for name, _ in _written(use)}

    def order(one: Placed) -> tuple[int, int, float, int, str]:
        return STAGES.index(one.stage), ORDER.index(one.flow_state), -lead[one.name], -one.issues, one.name

    flow = [one for one in placed if one.flow_state in ORDER]
    yield from sorted(flow, key=order)
    yield from (one for one in placed if one.flow_state not in ORDER)


def _place(name: str, category: str | None, use: StatusUse, advice: Advice) -> Placed:
    waits = use.name in advice.waiting
    state: FlowState
    if category == "done" or (category is None and use.issues and use.resolved >= RESOLVED * use.issues):
        state = "cancelled" if use.name in advice.given_up else "done"
    elif category == "new":
        state = "waiting" if waits else "new"
    else:
        state = "waiting" if waits else "active"
    doubt = next(_doubts(use.name, category, state, advice), "")
    stage = advice.stages.get(use.name, HOME)
    return Placed(name, state, stage, use.issues, doubt, detail=state == "active" and use.name in advice.details)


def _doubts(name: str, category: str | None, state: FlowState, advice: Advice) -> Iterator[str]:
    """Yield what speaks against the place of a status, the weightiest first."""
    if state in ("done", "cancelled"):
        if state == "done" and name in advice.waiting:
            yield "its name says that work waits, and Jira calls it done"
        return
    if category is None:
        yield "the data does not say whether work has begun here"
    called = "Jira calls it not begun" if category == "new" else "Jira calls it in progress"
    if name in advice.given_up:
        yield f"its name says that work was given up, and {called}"
    if name in advice.delivered:
        yield f"its name may mean that work is done, and {called}"
    if state == "new" and advice.stages.get(name) == HOME:
        yield f"its name says that work goes on, and {called}"
    if state == "active" and name in advice.details:
        yield "its name tells of a detail of how work is done, and not which step it serves"


def _fields(
    fields: Mapping[str, Sequence[str]],
    described: Mapping[str, tuple[str | None, str | None]],
    evidence: Evidence,
) -> Iterator[FieldLine]:
    names = dict.fromkeys((*DEFAULT_HEADINGS, *fields))
    for logical in sorted(names, key=lambda one: (one in STRUCTURAL, list(names).index(one))):
        ids = [id_ for id_ in fields.get(logical, ()) if heading_of(id_) is None]
        headings = DEFAULT_HEADINGS.get(logical, ())
        told = sum(evidence.headings.get(fold(heading), 0) for heading in headings)
        seen = f"such a heading is in {told:,} description{'' if told == 1 else 's'}" if told else ""
        sources: list[object] = [*ids]
        comments = [_field_comment(logical, id_, described, evidence) for id_ in ids]
        below = {"heading": list(headings) if len(headings) > 1 else headings[0]} if headings else None
        if below and told >= USUAL * evidence.issues:
            sources.append(below)
            comments.append(seen)
        if sources:
            yield FieldLine(logical, sources if len(sources) > 1 else sources[0], "; ".join(comments))
        elif below:
            yield FieldLine(logical, below, seen, found=False)


def _field_comment(
    logical: str, id_: str, described: Mapping[str, tuple[str | None, str | None]], evidence: Evidence
) -> str:
    name, custom = described.get(id_, (None, None))
    filled, fetched = evidence.filled.get(id_, (0, 0))
    shown = f"{name}, " if name and name != id_ else ""
    share = f", filled in {round(100 * filled / fetched)} %" if fetched and id_.startswith("customfield_") else ""
    return f"{shown}{field_ground(logical, id_, name, custom)}{share}"


def _telling(kind: str, evidence: Evidence) -> Iterator[tuple[str, int]]:
    words = TELLING_LABELS[kind]
    found = [(label, number) for label, number in evidence.labels if _plain(label) in words]
    yield from found[:FEW]


def _plain(label: str) -> str:
    return " ".join(fold(label).replace("-", " ").replace("_", " ").split())
