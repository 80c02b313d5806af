"""Of which of a few issues a rule speaks at all: what an outcome, which counts, does not tell of a clean one."""

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from flowlint.engine.plan import Plan
from flowlint.engine.runs import Run
from flowlint.engine.supply import Supply

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


_TOKEN = re.compile(r"'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"|--[^\n]*|[A-Za-z_][A-Za-z0-9_]*|[()\[\]]")
_OPENS, _CLOSES = ("(", "[", "CASE"), (")", "]", "END")


def spoken_of(db: "DuckDBPyConnection", plan: Plan, supply: Supply, keys: Sequence[str]) -> frozenset[str]:
    """Return those of ``keys`` that the rule finds, finds clean or cannot judge; the others are not its business.

    Empty for rules about other subjects than issues, and for one that fails. Rules must have passed the guard.
    """
    import duckdb

    run = Run(db, plan, supply, name_unjudged=False)
    rule = plan.rule
    asked = "(SELECT unnest($asked_keys))"
    if rule.query is not None:
        sql = f"SELECT DISTINCT q.key FROM (\n{rule.query.sql}\n) q WHERE q.key IN {asked} AND {run.projects('q.project')}"
    elif rule.view == "issue":
        applies = f"(\n{rule.applies.sql}\n) IS NOT FALSE" if rule.applies else "true"
        sql = f"SELECT me.key FROM issue me WHERE me.key IN {asked} AND {run.projects('me.project')} AND {applies}"
    else:
        return frozenset()
    try:
        return frozenset(str(row[0]) for row in run.rows(sql, asked_keys=list(keys))[1])
    except duckdb.Error:
        return frozenset()


def unmet(db: "DuckDBPyConnection", plan: Plan, supply: Supply, key: str) -> str | None:
    """Return the first condition of the rule's ``applies`` that does not hold for an issue; None where all do.

    That is one of those that AND joins, or the whole where they cannot be told apart.
    """
    import duckdb

    rule = plan.rule
    if rule.applies is None or rule.view != "issue":
        return None
    run = Run(db, plan, supply, name_unjudged=False)
    whole = " ".join(rule.applies.sql.split())
    for parts in (conjuncts(rule.applies.sql), [rule.applies.sql]):
        columns = ", ".join(f"(\n{part}\n) IS NOT FALSE" for part in parts)
        try:
            rows = run.rows(f"SELECT {columns} FROM issue me WHERE me.key = $asked_key", asked_key=key)[1]
        except duckdb.Error:
            continue
        unmet = [part for row in rows for part, holds in zip(parts, row, strict=True) if not holds]
        return " ".join(unmet[0].split()) if unmet else None
    return whole


def conjuncts(sql: str) -> list[str]:
    """Return the conditions that AND joins at the top of an expression; the whole where OR stands there too."""
    depth, between, start = 0, 0, 0
    parts: list[str] = []
    for token in _TOKEN.finditer(sql):
        word = token.group().upper()
        if word in _OPENS:
            depth += 1
        elif word in _CLOSES:
            depth -= 1
        elif depth == 0 and word == "OR":
            return [sql.strip()]
        elif depth == 0 and word == "BETWEEN":
            between += 1
        elif depth == 0 and word == "AND" and between:
            between -= 1
        elif depth == 0 and word == "AND":
            parts.append(sql[start : token.start()].strip())
            start = token.end()
    return [*parts, sql[start:].strip()]
