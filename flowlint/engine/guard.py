"""The guard: no SQL of a rule reaches the database before its syntax tree was held against the allow-lists.

A rule file may come from a stranger. What passes here reads documented views by functions that give
the same answer each time, and nothing else; :mod:`flowlint.snapshot.database` locks the database besides.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from flowlint.engine.grammar import check_grammar
from flowlint.engine.names import resolve_names
from flowlint.engine.rule import Expression, Parameter
from flowlint.engine.scope import Resolved
from flowlint.engine.sqltext import Kind
from flowlint.engine.syntax import Parsed, Tree, parse
from flowlint.errors import Fault

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


@dataclass(frozen=True, slots=True)
class Piece:
    """One expression to be guarded: a predicate over the view that ``me`` stands for, or a query (no view)."""

    expression: Expression
    view: str | None
    key: str = ""
    """Where it stands in the rule file: ``where``, ``evidence.parent``."""

    @property
    def kind(self) -> Kind:
        """How it is parsed."""
        return "query" if self.view is None else "predicate"


@dataclass(frozen=True, slots=True)
class Guarded:
    """What the guard found in a piece; ``tree`` and ``resolved`` are there where it could be read."""

    piece: Piece
    faults: list[Fault] = field(default_factory=list)
    tree: Tree | None = None
    resolved: Resolved | None = None


def check_predicate(
    db: "DuckDBPyConnection", expression: Expression, view: str, parameters: Sequence[Parameter] = ()
) -> list[Fault]:
    """Return the faults of a condition (or evidence expression) over a view; empty where it may be run."""
    return guard(db, [Piece(expression, view)], parameters)[0].faults


def check_query(db: "DuckDBPyConnection", expression: Expression, parameters: Sequence[Parameter] = ()) -> list[Fault]:
    """Return the faults of a whole SELECT; empty where it may be run."""
    return guard(db, [Piece(expression, None)], parameters)[0].faults


def guard(db: "DuckDBPyConnection", pieces: Sequence[Piece], parameters: Sequence[Parameter]) -> list[Guarded]:
    """Guard several pieces of one rule. The database only parses: nothing is bound, nothing is run."""
    return [guard_parsed(piece, one, parameters) for piece, one in zip(pieces, parse_pieces(db, pieces), strict=True)]


def parse_pieces(db: "DuckDBPyConnection", pieces: Sequence[Piece]) -> list[Parsed]:
    """Parse pieces, of several rules as well: one call of the database is cheaper than many."""
    return parse(db, [(piece.kind, piece.expression) for piece in pieces])


def guard_parsed(piece: Piece, parsed: Parsed, parameters: Sequence[Parameter]) -> Guarded:
    """Hold a parsed piece against the grammar and the documented names."""
    if parsed.tree is None:
        return Guarded(piece, parsed.faults)
    faults = check_grammar(parsed.tree)
    if faults:
        return Guarded(piece, faults)
    resolved = resolve_names(parsed.tree, piece.view, parameters)
    return Guarded(piece, resolved.faults, parsed.tree, resolved)
