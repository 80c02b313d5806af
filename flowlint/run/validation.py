"""The validator of mappings: from files to a verdict, alone or held against what an export tells of its site."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import Literal

from flowlint.config.discreet import discreet
from flowlint.config.load import load_partial
from flowlint.config.mapping import Mapping, Name, fold, place_of
from flowlint.config.text import INVALID, LINE_END
from flowlint.engine.check import check_rules
from flowlint.engine.evaluate import evaluate
from flowlint.engine.mapping_alone import mapping_alone
from flowlint.engine.outcome import Outcome, Subject, Violation
from flowlint.engine.rule import Rule
from flowlint.engine.rulefile import Catalogue, load_rules, name_rule, trust_rule
from flowlint.errors import Fault, Place
from flowlint.run.house_rules import house_rules
from flowlint.run.lines import places_of, texts_of
from flowlint.snapshot.database import connect
from flowlint.sources.source import Progress, no_progress
from flowlint.verdict.comments import comments_of
from flowlint.verdict.finding import Verdict
from flowlint.verdict.judge import Facts, judge, together
from flowlint.verdict.selection import explicit_names, option_faults, plan

GROUP = "mapping"
NO_SITE_NAMED = "no site was named (--against)"


@dataclass(frozen=True, slots=True)
class Validation:
    """What is asked for. Equal requests on equal files give equal verdicts, byte for byte."""

    files: tuple[Path, ...]
    as_of: date
    """The day that exceptions are counted from."""
    fail_on: Literal["error", "warning", "info", "never"] | None = None
    """None: the mapping's."""
    against: tuple[str, ...] = ()
    """Exports, folders and globs that tell what the site has; none: the mapping is checked alone."""


def validate(request: Validation, progress: Progress = no_progress) -> Verdict:
    """Return what is wrong with each mapping file, all of it in one go; never raises for what a file holds.

    Raises UsageError and SourceError where ``against`` names nothing that tells of a site.
    """
    return together([_verdict(path, request, progress) for path in request.files])


def _verdict(path: Path, request: Validation, progress: Progress) -> Verdict:
    mapping, faults = load_partial(path)
    catalogue = catalogue_of(mapping, site=bool(request.against))
    faults = (*faults, *catalogue.faults, *option_faults(catalogue.rules, mapping))
    if request.against:
        from flowlint.run.drift import drift  # a check of a mapping alone reads no exports, and is not to wait for that

        plans, _ = plan([rule for rule in catalogue.rules if rule.group == GROUP], mapping, ("ALL",))
        found, facts = drift(mapping, plans, catalogue.rules, request.against, request.as_of, progress)
    else:
        found, facts = _alone(mapping, catalogue, request), Facts(as_of=request.as_of)
    asked = {outcome.rule.id for outcome in found}
    # A rule that was asked finds those of its code among all others; one that the mapping ignores was not.
    outcomes = [*_loader_outcomes([fault for fault in faults if fault.code not in asked], catalogue), *found]
    places = places_of(outcomes)
    texts = texts_of(places)
    verdict = judge(outcomes, mapping, replace(facts, comments=comments_of(texts)), request.fail_on)
    # A report goes into the log of a CI job, and a secret must not go with it.
    lines = {file: LINE_END.split(discreet(text)) for file, text in texts.items()}
    shown = {place: lines[place.file][place.line - 1 :][:1] for place in places if place.file in lines}
    return replace(verdict, lines={place: line for place, of_place in shown.items() for line in of_place})


def catalogue_of(mapping: Mapping, *, site: bool) -> Catalogue:
    """Return the rules on mappings, whole, those that the mapping sets options for, and of all others the heads.

    Rules that need a site are whole only where there is one. A house rule whose SQL does not pass the guard is among
    the faults, and not among the rules.
    """
    settings = (mapping.base.rules, *(project.rules for project in mapping.projects.values()))
    with_options = frozenset(fold(name) for one in settings for name in one.options)
    return _catalogue(tuple((path, place_of(path)) for path in house_rules(mapping)), with_options, site=site)


@cache
def _catalogue(extra: tuple[tuple[str, Place | None], ...], with_options: frozenset[str], *, site: bool) -> Catalogue:
    def read(text: str, name: str) -> Rule:
        head = name_rule(text, name)
        if explicit_names(head) & with_options:
            return trust_rule(text, name)
        if head.group != GROUP:
            return head
        needs_site = "\nneeds: [site]\n" in text
        return replace(head, needs=("site",)) if needs_site and not site else trust_rule(text, name)

    read_all = load_rules([path if place is None else Name(path, place) for path, place in extra], own=read)
    return _guarded(read_all) if extra else read_all


def _guarded(catalogue: Catalogue) -> Catalogue:
    """Return a catalogue without the rules that must not run, and with what is wrong with them."""
    house = [rule for rule in catalogue.rules if not rule.trusted]
    db = connect()
    try:
        found = {rule.id: faults for rule, faults in zip(house, check_rules(db, house), strict=True)}
    finally:
        db.close()
    refused = tuple(fault for faults in found.values() for fault in faults)
    return Catalogue(tuple(rule for rule in catalogue.rules if not found.get(rule.id)), (*catalogue.faults, *refused))


def _loader_outcomes(faults: Sequence[Fault], catalogue: Catalogue) -> Iterator[Outcome]:
    """Yield what reading the file found, as outcomes of the rules that speak of it."""

    def code(fault: Fault) -> str:
        return fault.code or INVALID

    for rule_code, group in groupby(sorted(faults, key=code), key=code):
        rule = catalogue.find(rule_code)
        assert rule is not None
        violations = tuple(_violation(fault) for fault in group)
        yield Outcome(rule=rule, applies=len(violations), violations=violations)


def _violation(fault: Fault) -> Violation:
    subject = Subject("config", fault.key or fault.place.file, fault.key or fault.place.file)
    said = fault.message
    if fault.help:
        said += ("" if said.endswith("?") else ";") + f" {fault.help}"
    return Violation(
        subject, None, None, {"says": fault.message, "remedy": fault.help or None}, {}, fault.place, said=said
    )


def _alone(mapping: Mapping, catalogue: Catalogue, request: Validation) -> list[Outcome]:
    """Return what the rules say that need no site; the others say that they judged nothing."""
    plans, _ = plan([rule for rule in catalogue.rules if rule.needs_mapping_alone], mapping, ("ALL",))
    db, supply = mapping_alone(mapping, request.as_of, catalogue.rules)
    try:
        found = evaluate(db, plans, supply)
    finally:
        db.close()
    others, _ = plan([rule for rule in catalogue.rules if rule.needs_mapping_and_site], mapping, ("ALL",))
    return [*found, *(Outcome(rule=one.rule, applies=1, not_judged={NO_SITE_NAMED: 1}) for one in others)]
