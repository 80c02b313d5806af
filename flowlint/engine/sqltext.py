"""The text of an SQL expression before it is parsed: limits that keep the parser quick, and places in it."""

import re
from collections.abc import Iterator
from typing import Final, Literal

from flowlint.engine.rule import Expression
from flowlint.errors import Fault, Place

Kind = Literal["predicate", "query"]
"""A condition (or one value), or a whole SELECT."""

MAX_LENGTH: Final = 16_384
"""Characters that one expression may have: parsers take long lists without a word, and take long over them."""
MAX_OPEN: Final = 60
"""Brackets that may be open at once, and signs in a row: 5000 of them kept the parser busy for a minute."""
READS: Final = "rules read the documented views, and do nothing else"

_SELECT: Final = re.compile(r"(?:[\s(]|--[^\n]*+|(?>/\*.*?\*/))*+(?:SELECT|WITH)\b", re.DOTALL | re.IGNORECASE)
_CONTROL: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


def text_faults(kind: Kind, expression: Expression) -> list[Fault]:
    """Return why a text must not even be parsed; empty for most."""
    sql = expression.sql
    if not sql.strip():
        return [Fault(expression.place, "the expression is empty", "write a condition, or leave the key out")]
    if len(sql) > MAX_LENGTH:
        message = f"the expression is longer than {MAX_LENGTH} characters"
        return [Fault(expression.place, message, "put word lists into parameters")]
    control = _CONTROL.search(sql)
    if control is not None:
        place = place_in(expression, len(sql[: control.start()].encode()))
        return [Fault(place, f"the control character U+{ord(control[0]):04X} cannot stand in SQL", "delete it")]
    if kind == "query" and not _SELECT.match(sql):
        return [Fault(expression.place, "a query begins with SELECT or WITH", READS)]
    tangle = _tangle(sql)
    if tangle is not None:
        return [Fault(place_in(expression, tangle), "the expression is nested too deeply", "simplify it")]
    return []


def place_in(expression: Expression, position: int) -> Place:
    """Return where in the rule file a position in an expression stands, counted in bytes of UTF-8."""
    start = expression.place
    lines = expression.sql.encode()[:position].decode(errors="ignore").split("\n")
    return Place(start.file, start.line + len(lines) - 1, start.column + len(lines[-1]))


def way_out(expression: Expression) -> Place | None:
    """Return where a text leaves its parentheses, or goes on behind its end; None where it does neither."""
    depth = 0
    for position, sign in _signs(expression.sql):
        depth += (sign in b"([{") - (sign in b")]}")
        if depth < 0 or (depth == 0 and sign in b",;"):
            return place_in(expression, position)
    return None


def _tangle(sql: str) -> int | None:
    """Return where more brackets are open, or more signs stand in a row, than the parser takes quickly."""
    if sum(map(sql.count, "([{")) <= MAX_OPEN and sql.count("-") + sql.count("+") <= MAX_OPEN:
        return None
    depth = row = 0
    for position, sign in _signs(sql):
        depth += (sign in b"([{") - (sign in b")]}")
        row = row + 1 if sign in b"+-" else 0
        if depth > MAX_OPEN or row > MAX_OPEN:
            return position
    return None


def _signs(sql: str) -> Iterator[tuple[int, bytes]]:
    """Yield each token's position in bytes and its first byte; what stands in quotes or comments is one token or none."""
    from duckdb import token_type, tokenize

    text = sql.encode()
    for position, kind in tokenize(sql):
        if kind != token_type.comment:
            yield position, text[position : position + 1] if kind == token_type.operator else b"_"
