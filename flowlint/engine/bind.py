"""Binding: what the database itself says of a rule's SQL once the views are there, at the place in the file."""

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from flowlint.config.suggest import quoted
from flowlint.engine.check import pieces
from flowlint.engine.guard import Piece
from flowlint.engine.parameters import sql_values
from flowlint.engine.rule import Expression, Rule
from flowlint.engine.syntax import place_at
from flowlint.errors import Fault

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

LONGEST: Final = 300
_PREDICATE: Final = "DESCRIBE SELECT (\n"
_QUERY: Final = "DESCRIBE FROM (\n"


def bind_predicate(
    db: "DuckDBPyConnection",
    expression: Expression,
    view: str,
    values: Mapping[str, object],
    *,
    boolean: bool = True,
) -> list[Fault]:
    """Return why a guarded condition cannot run over its view; ``boolean=False`` takes evidence of any type.

    ``values`` holds what SQL gets for the rule's parameters. Nothing is run.
    """
    described = _describe(db, expression, _PREDICATE, f"\n) AS v FROM {view} AS me", values)
    if isinstance(described, Fault):
        return [described]
    type_ = described[0][1]
    if boolean and type_ != "BOOLEAN":
        message = f"this gives a value of type {type_}, where a condition is wanted"
        return [Fault(expression.place, message, "compare it with something, or write IS NOT NULL")]
    return []


def bind_query(db: "DuckDBPyConnection", expression: Expression, values: Mapping[str, object]) -> list[Fault]:
    """Return why a guarded query cannot run. ``values`` holds what SQL gets for the rule's parameters."""
    described = _describe(db, expression, _QUERY, "\n) AS q", values)
    return [described] if isinstance(described, Fault) else []


def _describe(
    db: "DuckDBPyConnection", expression: Expression, before: str, behind: str, values: Mapping[str, object]
) -> list[tuple[str, str]] | Fault:
    """Return names and types of what an expression yields, or the fault that the database finds in it."""
    import duckdb

    try:
        return _rows(db, f"{before}{expression.sql}{behind}", values)
    except duckdb.Error as error:
        message, position = _words(str(error))
        place = expression.place if position is None else place_at(expression, len(before.encode()), position)
        return Fault(place, f"the database refuses this: {quoted(message)[1:-1]}")


def _words(error: str) -> tuple[str, int | None]:
    """Return message and position (in bytes) of an error that comes as JSON, or the error as it is."""
    start = error.find("{")
    try:
        details = json.loads(error[start:])
        position = details.get("position")
        return _line(str(details["exception_message"])), None if position is None else int(position)
    except (ValueError, KeyError, TypeError):
        return _line(error), None


def _line(message: str) -> str:
    first = message.split("\n", 1)[0][:LONGEST]
    return "".join(letter if letter.isprintable() else "\ufffd" for letter in first)


def bind_rule(db: "DuckDBPyConnection", rule: Rule, options: Mapping[str, object]) -> list[Fault]:
    """Return what of a rule that passed the guard does not fit the views; ``options`` has a value per parameter."""
    values = sql_values(rule, options)
    if rule.query is None and _all_fit(db, rule, values):
        return []
    faults: list[Fault] = []
    for piece in pieces(rule):
        if piece.view is None:
            found = bind_query(db, piece.expression, values)
        else:
            condition = not _is_evidence(piece)
            found = bind_predicate(db, piece.expression, piece.view, values, boolean=condition)
        faults += [replace(fault, key=piece.key) for fault in found]
    return faults


def _all_fit(db: "DuckDBPyConnection", rule: Rule, values: Mapping[str, object]) -> bool:
    """Tell whether all expressions bind, asked in one go: the engine's time goes into the wide view, not into them."""
    import duckdb

    asked = list(pieces(rule))
    columns = ", ".join(f"(\n{piece.expression.sql}\n) AS v{n}" for n, piece in enumerate(asked))
    try:
        described = _rows(db, f'DESCRIBE SELECT {columns} FROM "{rule.view}" AS me', values)
    except duckdb.Error:
        return False
    return all(_is_evidence(piece) or row[1] == "BOOLEAN" for piece, row in zip(asked, described, strict=True))


def _is_evidence(piece: Piece) -> bool:
    return piece.key.startswith("evidence")


def _rows(db: "DuckDBPyConnection", sql: str, values: Mapping[str, object]) -> list[tuple[str, str]]:
    cursor = db.cursor()
    try:
        named = cursor.extract_statements(sql)[0].named_parameters
        given = {name: value for name, value in values.items() if name in named}
        return [(row[0], row[1]) for row in cursor.execute(sql, given or None).fetchall()]
    finally:
        cursor.close()
