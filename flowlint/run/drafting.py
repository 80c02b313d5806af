"""A drafted mapping, from exports to text: what was seen, what the rules make of its names, and whether it holds."""

import shlex
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, cast

from flowlint.config.draft import STAGES, Advice, Draft, make_draft
from flowlint.config.draft_text import draft_text
from flowlint.config.draft_update import updated
from flowlint.config.fields import recognise_fields
from flowlint.config.headings import DEFAULT_HEADINGS
from flowlint.config.infer import infer
from flowlint.config.load import FILE_NAME, load, load_text
from flowlint.config.mapping import IssueTypeEntry, Mapping, Name, ProjectMapping, Stage, Step, Workflow, fold
from flowlint.config.observed import Evidence, Observed
from flowlint.config.text import read_text
from flowlint.engine.evaluate import evaluate
from flowlint.engine.mapping_alone import mapping_alone
from flowlint.engine.outcome import Outcome
from flowlint.engine.rule import Rule
from flowlint.engine.rulefile import Catalogue
from flowlint.errors import Place
from flowlint.model.evidence import gather
from flowlint.model.observe import described_fields, observe
from flowlint.model.site import fields_of_site
from flowlint.run.drift import judge_drift
from flowlint.run.validation import GROUP, catalogue_of
from flowlint.snapshot.database import open_database
from flowlint.sources.files import load_exports
from flowlint.sources.source import Loaded, Progress, no_progress
from flowlint.verdict.finding import Verdict
from flowlint.verdict.judge import judge
from flowlint.verdict.selection import plan

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

GIVEN_UP, WAITS, DETAIL, STAGE, CONTAINER = "M715", "M716", "M711", "M712", "M705"
"""The rules that know what a name means, and are asked before a draft is written instead of after."""


@dataclass(frozen=True, slots=True)
class Drafted:
    """A drafted mapping as text, how it holds against the site that it was drafted from, and what else to say."""

    before: str | None
    """The text that stood in the file; None where there was no file."""
    text: str
    verdict: Verdict
    commands: tuple[str, ...] = ()
    """Those that hold it against the same once more."""
    remarks: tuple[str, ...] = ()
    """What could not be put into an existing file."""


@dataclass(frozen=True, slots=True)
class Origin:
    """What a draft says of where it comes from."""

    commands: tuple[str, ...]
    """Those that hold it against that once more."""
    url: str | None = None
    """Address of the site that is to be read from now on; None: the one that the issues name, if any."""


def draft_mapping(
    paths: Sequence[str],
    file: Path,
    today: date,
    progress: Progress = no_progress,
    origin: Origin | None = None,
) -> Drafted:
    """Return a first mapping for what the exports show, or what such a draft adds to the one in ``file``.

    What people wrote there stays as it is; without ``origin`` the draft names the exports. Raises FileFaults where the
    file cannot be used, UsageError and SourceError as reading exports does.
    """
    origin = origin or Origin((f"flowlint validate{named(file)} --against {shlex.join(paths)}",))
    before = read_text(file) if file.exists() else None
    written = load(file) if before is not None else Mapping()
    db = open_database()
    try:
        loaded = load_exports(db, paths, written, progress)
        observed = observe(db)
        draft = _draft(db, _without_types(written), observed, origin, today)
        text, remarks = (
            (draft_text(draft, origin.commands), ()) if before is None else updated(before, written, draft, observed)
        )
        verdict = _held_against(db, text, file, loaded, today)
    finally:
        db.close()
    return Drafted(before, text, verdict, origin.commands, remarks)


def named(file: Path) -> str:
    """Return how a command line names a mapping; it is looked for under its usual name."""
    return "" if str(file) == FILE_NAME else f" {shlex.quote(str(file))}"


def _without_types(mapping: Mapping) -> Mapping:
    """Return a mapping as if nobody had written of issue types, so that inference speaks of all of them."""
    projects = {key: replace(own, issue_types=()) for key, own in mapping.projects.items()}
    base = replace(mapping.base, issue_types=())
    return replace(mapping, base=base, projects=projects, written=mapping.written - {"issue_types"})


def _draft(db: "DuckDBPyConnection", written: Mapping, observed: Observed, origin: Origin, today: date) -> Draft:
    filled, _ = infer(written, observed)
    evidence = gather(db, (heading for headings in DEFAULT_HEADINGS.values() for heading in headings))
    if origin.url is not None:
        evidence = replace(evidence, sites=tuple((alias, origin.url, keys) for alias, _, keys in evidence.sites))
    advice = advise(evidence, observed, today)
    fields = recognise_fields(field for of_source in fields_of_site(db).values() for field in of_source)
    return make_draft(observed, filled, fields, described_fields(db), evidence, advice)


def _held_against(db: "DuckDBPyConnection", text: str, file: Path, loaded: Loaded, today: date) -> Verdict:
    """Return what the rules on mappings say of the draft, with the data that it was drafted from."""
    mapping = load_text(text, str(file), folder=file.parent)
    catalogue = catalogue_of(mapping, site=True)
    plans, _ = plan([rule for rule in catalogue.rules if rule.group == GROUP], mapping, ("ALL",))
    outcomes, facts = judge_drift(db, mapping, loaded, plans, catalogue.rules, today)
    return judge(outcomes, mapping, facts)


def advise(evidence: Evidence, observed: Observed, today: date) -> Advice:
    """Return what the rules on mappings say of the names of types, statuses and resolutions.

    They stand in a mapping made for the question: a type at a level, all else as a stage, a step, a done and an active
    status.
    """
    names = dict.fromkeys((*(one.name for one in evidence.statuses), *(one.name for one in observed.resolutions)))
    stages = tuple(_asked(name, line) for line, name in enumerate(names, 1))
    place = Place("draft")
    workflow = Workflow(stages=stages, place=place)
    types = sorted({name for known, id_ in evidence.childless for name in (known, f"{known}:{id_}")})
    entries = tuple(
        IssueTypeEntry(name, level="work", place=Place("draft", line)) for line, name in enumerate(types, 1)
    )
    mapping = Mapping(
        file="draft",
        levels=("work",),
        flow_item_level="work",
        base=ProjectMapping(issue_types=entries, workflow=workflow),
        written=frozenset({"hierarchy", "issue_types", "workflow"}),
    )
    catalogue = catalogue_of(mapping, site=True)
    found = {outcome.rule.id: outcome for outcome in _judged(mapping, catalogue, today)}
    delivered = {fold(word) for word in _words(found[GIVEN_UP].rule, "delivered")}
    return Advice(
        containers={str(one.evidence["type"]): str(one.evidence["container"]) for one in found[CONTAINER].violations},
        given_up=frozenset(_said(found[GIVEN_UP], "status")),
        waiting=frozenset(_said(found[WAITS], "status")),
        delivered=frozenset(name for name in names if fold(name) in delivered),
        details=frozenset(_said(found[DETAIL], "step")),
        # A stage by its own name is no fault, and so not among what was found.
        stages={name: fold(name) for name in names if fold(name) in STAGES}
        | {
            str(one.evidence["stage"]): str(one.evidence["proposed"])
            for one in found[STAGE].violations
            if one.evidence.get("proposed") is not None
        },
    )


def _asked(name: str, line: int) -> Stage:
    place = Place("draft", line)
    done = Step(name, "done", (Name(name, Place("draft", line, 2)),), place)
    active = Step(name, "active", (Name(name, Place("draft", line, 3)),), place)
    return Stage(name, (done, active), place)


def _judged(mapping: Mapping, catalogue: Catalogue, today: date) -> Iterable[Outcome]:
    asked = [rule for rule in catalogue.rules if rule.id in (GIVEN_UP, WAITS, DETAIL, STAGE, CONTAINER)]
    plans, _ = plan(asked, mapping, ("ALL",))
    db, supply = mapping_alone(mapping, today, ())
    try:
        return evaluate(db, plans, supply)
    finally:
        db.close()


def _words(rule: Rule, parameter: str) -> list[str]:
    return cast("list[str]", next(one.default for one in rule.parameters if one.name == parameter))


def _said(outcome: Outcome, evidence: str) -> Iterable[str]:
    return (str(one.evidence[evidence]) for one in outcome.violations if one.evidence.get(evidence) is not None)
