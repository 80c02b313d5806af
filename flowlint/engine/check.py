"""Everything that can be said of a rule's SQL without data: guard, portability lint, and the names it promises."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from flowlint.config.suggest import did_you_mean, quoted
from flowlint.engine.guard import Guarded, Piece, guard_parsed, parse_pieces
from flowlint.engine.message import unknown_names
from flowlint.engine.portability import check_portability
from flowlint.engine.rule import Rule
from flowlint.errors import Fault

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

REQUIRED: Final = ("subject_kind", "subject_id", "subject_name", "key", "project", "verdict")
"""Columns that every query returns."""
CONFIG_REQUIRED: Final = ("file", "line", "col")
"""Columns that a query about the mapping returns besides."""
OPTIONAL: Final = ("reason", "severity", *CONFIG_REQUIRED)


def check_rule(db: "DuckDBPyConnection", rule: Rule) -> list[Fault]:
    """Return every fault of the rule's SQL, at its place; empty where the rule may be run.

    ``db`` is any connection: it parses, and neither binds nor runs.
    """
    return check_rules(db, [rule])[0]


def check_rules(db: "DuckDBPyConnection", rules: Sequence[Rule]) -> list[list[Fault]]:
    """Return for each rule what :func:`check_rule` does, quicker: all SQL is parsed at once."""
    listed = [(rule, piece) for rule in rules for piece in pieces(rule)]
    faults: dict[int, list[Fault]] = {id(rule): [] for rule in rules}
    for (rule, piece), parsed in zip(listed, parse_pieces(db, [piece for _, piece in listed]), strict=True):
        checked = guard_parsed(piece, parsed, rule.parameters)
        faults[id(rule)] += [replace(fault, key=piece.key) for fault in _faults(checked, rule)]
    return [faults[id(rule)] for rule in rules]


def pieces(rule: Rule) -> Iterator[Piece]:
    """Yield every SQL expression of a rule."""
    for key, expression in (("applies", rule.applies), ("where", rule.where)):
        if expression is not None:
            yield Piece(expression, rule.view, key)
    for section, named in (("unknown", rule.unknown), ("evidence", rule.evidence)):
        for name, expression in named:
            yield Piece(expression, rule.view, f"{section}.{name}")
    if rule.query is not None:
        yield Piece(rule.query, None, "query")


def _faults(checked: Guarded, rule: Rule) -> list[Fault]:
    if checked.faults or checked.tree is None or checked.resolved is None:
        return checked.faults
    faults = check_portability(checked.tree, checked.resolved, rule.parameters)
    if checked.piece.kind == "query":
        faults += _promised(rule, checked.resolved.outputs)
    return faults


def _promised(rule: Rule, outputs: tuple[str, ...]) -> Iterator[Fault]:
    """Yield a fault for each column that a query should return and does not."""
    assert rule.query is not None
    required = REQUIRED + (CONFIG_REQUIRED if rule.scope == "config" else ())
    for name in required:
        if name not in outputs:
            yield Fault(rule.query.place, f"the query returns no column {quoted(name)}", f"select it: … AS {name}")
    evidence = [name for name in outputs if name not in (*required, *OPTIONAL)]
    for section, names in (("identity", rule.identity), ("cause", rule.cause)):
        for name in names:
            if name not in evidence:
                message = f"{section} names {quoted(name)}, which the query does not return"
                yield Fault(rule.query.place, message, did_you_mean(name, evidence) if evidence else "select it")
    for name, remedy in unknown_names(rule, outputs):
        yield Fault(rule.query.place, f"the message names {quoted(name)}, which the query does not return", remedy)
