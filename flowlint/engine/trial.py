"""Rules on trial: what a rule says of an example's world, through the raw tables and views like any other data."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, time, timedelta
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flowlint.config.load import load_text
from flowlint.config.mapping import Mapping as Config
from flowlint.engine.bind import bind_rule
from flowlint.engine.catalogue_view import write_catalogue
from flowlint.engine.check import check_rule
from flowlint.engine.evaluate import evaluate
from flowlint.engine.mapping_alone import mapping_alone
from flowlint.engine.outcome import Outcome, Violation
from flowlint.engine.parameters import resolve
from flowlint.engine.plan import Plan
from flowlint.engine.rule import Rule
from flowlint.engine.rulefile import built_in_rules
from flowlint.engine.supply import Supply, supply_of
from flowlint.engine.world import World
from flowlint.errors import Fault
from flowlint.model.build import build
from flowlint.snapshot.database import lock, open_database

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

STANDARD = Path(__file__).with_name("standard.yaml")
Example = Mapping[str, Any]
Kind = tuple[str | None, bool, bool]
"""What worlds in one database have in common: the moment, and whether there are versions and sprints at all."""
_LOOKED_AT: dict[str, tuple[Rule, Sequence[Fault]]] = {}
"""Code -> the rule of that code that was looked at last, and its faults."""
ALONE = frozenset({"config", "team", "person"})
"""Scopes whose subjects belong to no project, and so to no world among several."""


@cache
def standard_text() -> str:
    """Return the standard organisation's mapping as text."""
    return STANDARD.read_text(encoding="utf-8")


@cache
def standard() -> Config:
    """Return the standard organisation's mapping."""
    return load_text(standard_text(), STANDARD.name, folder=STANDARD.parent)


def judge_world(rule: Rule, world: World) -> Outcome:
    """Return what the rule says of a world in a database of its own."""
    alone = rule.needs_mapping_alone and not world.issues and world.site is None
    db, supply = mapping_alone(world.config, world.as_of, ()) if alone else _database([world])
    try:
        return _judged(db, rule, supply, world.config)
    finally:
        db.close()


class SharedWorlds:
    """Examples that say nothing of the mapping but of its rules, side by side in one database.

    Building the views takes far longer than running a rule over them. Only flowlint's own rules are tried
    so: a house rule may look beyond the project of its subject, and would see its neighbours.
    """

    def __init__(self, examples: Sequence[tuple[Rule, Example]]) -> None:
        self._worlds: dict[Kind, dict[int, World]] = {}
        self._databases: dict[Kind, tuple[DuckDBPyConnection, Supply]] = {}
        self._outcomes: dict[tuple[str, Kind, str], Outcome] = {}
        for number, (rule, example) in enumerate(examples):
            # One that cannot be read is told of alone.
            with suppress(ValueError, KeyError, TypeError, AttributeError):
                if _shareable(rule, example):
                    world = World(example, standard(), f"W{number}x")
                    world.rows()
                    self._worlds.setdefault(_kind(example), {})[id(example)] = world

    def outcome(self, rule: Rule, example: Example, config: Config) -> Outcome | None:
        """Return what the rule says of an example's world under its mapping; None where the world needs a database of its own."""
        kind = next((kind for kind, worlds in self._worlds.items() if id(example) in worlds), None)
        if kind is None:
            return None
        asked = (rule.id, kind, repr(config.base.rules.options))
        if asked not in self._outcomes:
            if kind not in self._databases:
                self._databases[kind] = _database(list(self._worlds[kind].values()))
            db, supply = self._databases[kind]
            self._outcomes[asked] = _judged(db, rule, supply, config)
        return _part(self._outcomes[asked], self._worlds[kind][id(example)].prefix)

    def close(self) -> None:
        """Close the databases."""
        for db, _ in self._databases.values():
            db.close()


def _shareable(rule: Rule, example: Example) -> bool:
    own = example.get("config_text") or set(example.get("config") or ()) - {"rules"}
    return (
        not own
        and rule.scope not in ALONE
        and Path(rule.place.file).resolve().is_relative_to(built_in_rules().resolve())
    )


def _kind(example: Example) -> Kind:
    issues = example.get("issues") or ()
    as_of = None if example.get("as_of") is None else str(example["as_of"])
    return (
        as_of,
        bool(example.get("versions") or any(issue.get("fix_versions") for issue in issues)),
        bool(example.get("sprints") or any(issue.get("sprints") for issue in issues)),
    )


def _database(worlds: Sequence[World]) -> tuple["DuckDBPyConnection", Supply]:
    """Return a locked database with the views over worlds of one mapping and moment."""
    first = worlds[0]
    db = open_database()
    if len(worlds) == 1:
        # A world is small: to make its queries quick takes longer than to run them.
        db.execute("PRAGMA disable_optimizer")
        db.execute("SET threads = 1")
    for world in worlds:
        world.write(db)
    build(db, first.config, first.fields(), datetime.combine(first.as_of, time.min) + timedelta(days=1))
    write_catalogue(db, ())
    supply = supply_of(db, first.config, first.fields())
    lock(db)
    return db, supply


def _judged(db: "DuckDBPyConnection", rule: Rule, supply: Supply, config: Config) -> Outcome:
    faults = _sql_faults(db, rule)
    given = config.base.rules.options
    options, messages = resolve(rule, {**given.get(rule.name, {}), **given.get(rule.id, {})})
    if messages:
        return Outcome(rule=rule, error="; ".join(messages))
    faults = faults or bind_rule(db, rule, options)
    if faults:
        return Outcome(rule=rule, error="; ".join(str(fault) for fault in faults))
    return evaluate(db, [Plan(rule, options)], supply, name_unjudged=True)[0]


def _sql_faults(db: "DuckDBPyConnection", rule: Rule) -> Sequence[Fault]:
    """Return what is wrong with a rule's SQL, looked at once for all of its examples."""
    known = _LOOKED_AT.get(rule.id)
    if known is None or known[0] is not rule:
        known = _LOOKED_AT[rule.id] = (rule, check_rule(db, rule))
    return known[1]


def _part(outcome: Outcome, prefix: str) -> Outcome:
    """Return what an outcome says of one world among several."""
    return replace(
        outcome,
        violations=tuple(
            _without(violation, prefix)
            for violation in outcome.violations
            if (violation.project or violation.subject.id).startswith(prefix)
        ),
        unjudged=tuple((key.removeprefix(prefix), why) for key, why in outcome.unjudged if key.startswith(prefix)),
    )


def _without(violation: Violation, prefix: str) -> Violation:
    subject = violation.subject
    return replace(
        violation,
        subject=replace(subject, id=_plain(subject.id, prefix), name=_plain(subject.name, prefix)),
        key=_plain(violation.key, prefix),
        project=_plain(violation.project, prefix),
        evidence=_plain(violation.evidence, prefix),
        values=_plain(violation.values, prefix),
    )


def _plain(value: Any, prefix: str) -> Any:
    if isinstance(value, str):
        return value.replace(prefix, "")
    if isinstance(value, list):
        return [_plain(item, prefix) for item in value]
    if isinstance(value, Mapping):
        return {name: _plain(item, prefix) for name, item in value.items()}
    return value
