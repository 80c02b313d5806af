"""docs/rule-sql.md: the SQL that rules may use, from the guard's own lists; its pairs are held against the guard."""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from flowlint.engine import grammar, patterns
from flowlint.engine.functions import Function, functions
from flowlint.engine.guard import Piece, guard
from flowlint.engine.names import TYPES
from flowlint.engine.portability import check_portability
from flowlint.engine.rule import Expression, Parameter
from flowlint.errors import Fault, Place
from pages.markdown import block, code, line, page, table

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

SOURCE = "the lists in flowlint/engine/ (functions.yaml, grammar.py, patterns.py) and what its checks say"
PARAMETERS = (
    Parameter("max_days", "integer", 30, "Days."),
    Parameter("vague", "words", ["improve", "clean up"], "Words."),
)
INTRODUCTION = """\
Rules are written in plain SQL over the [views](views.md). They may come from strangers, run beside your data, and must \
mean the same on every engine and in every run; so what is listed here is allowed and everything else is refused, at \
its line and with what to write instead. `flowlint rules test` tells at once. \
[Writing a rule](writing-a-rule.md) shows how a rule comes to be."""
FORMS = """\
- **Conditions** (`applies`, `unknown`, `where`) and **evidence** run over the view named like the rule's `scope`, row by \
row. Its columns are written bare: `is_open AND age_days > $max_days`.
- **Subqueries** name every column with its table; the row that is judged is `me`.
- **Queries** are one SELECT: joins with ON or USING, WITH, GROUP BY, HAVING, QUALIFY, DISTINCT, UNION, EXCEPT, \
INTERSECT, CASE, EXISTS, IN, BETWEEN, window functions.
- **Comments** (`-- like this`) are fine."""
SUBQUERY = """\
EXISTS (SELECT 1 FROM issue AS child WHERE child.parent_key = me.key AND child.is_open)"""
TYPES_NOTE = """\
Casts go to {types}, as `CAST(x AS DATE)`; where a text may be no number, as `TRY_CAST`. What is compared must be of \
one kind: text with text, number with number, dates with `DATE '2026-01-31'`."""
PAIRS: tuple[tuple[str, str], ...] = (
    ("created < '2026-01-01'", "created < DATE '2026-01-01'"),
    ("date_diff('day', created, updated) > 30", "age_days - idle_days > 30"),
    ("child_count / subtask_count > 2", "child_count / nullif(subtask_count, 0) > 2"),
    ("summary ILIKE '%login%'", "summary_norm LIKE '%login%'"),
    ("regexp_matches(summary, '(?i)improve|clean up')", "regexp_matches(summary_words, $vague)"),
    (r"regexp_matches(summary_norm, '\bbug\b')", "contains(summary_words, ' bug ')"),
    (r"regexp_matches(summary_norm, 'v\d+')", "regexp_matches(summary_norm, 'v[0-9]+')"),
    ("contains(labels, 'debt')", "list_contains(labels, 'debt')"),
    ("concat(type, summary) = 'x'", "coalesce(type, '') || coalesce(summary, '') = 'x'"),
    ("CAST(story_points AS INTEGER) > 8", "floor(story_points) > 8"),
    ("created < now()", "age_days > 0"),
    ("due - created > 60", "(year(due) - year(created)) * 12 + month(due) - month(created) > 2"),
)
"""Conditions over ``issue`` that are refused, and what says the same and is allowed."""
QUERY_PAIRS: tuple[tuple[str, str], ...] = (
    (
        "SELECT i.project, list(i.key) AS keys FROM issue i GROUP BY i.project",
        "SELECT i.project, list(i.key ORDER BY i.key) AS keys FROM issue i GROUP BY i.project",
    ),
    ("SELECT avg(i.age_days) AS age FROM issue i", "SELECT sum(i.age_days) / nullif(count(*), 0) AS age FROM issue i"),
    ("SELECT sum(i.story_points) AS points FROM issue i", "SELECT fsum(i.story_points) AS points FROM issue i"),
    (
        "SELECT i.key FROM issue i ORDER BY i.age_days LIMIT 3",
        "SELECT i.key FROM issue i ORDER BY i.age_days, i.key LIMIT 3",
    ),
    (
        "SELECT summary FROM issue i JOIN link l ON l.key = i.key",
        "SELECT i.summary FROM issue i JOIN link l ON l.key = i.key",
    ),
    ("SELECT * FROM sprint s", "SELECT s.id, s.name FROM sprint s"),
)
"""Queries likewise."""
OPERATORS = {
    "||": "a || b", "~~": "a LIKE pattern", "!~~": "a NOT LIKE pattern", "+": "a + b", "-": "a - b", "*": "a * b",
    "/": "a / b", "%": "a % b", "count_star": "count(*)", "position": "position(b IN a)",
}  # fmt: skip
"""Functions that are written otherwise than by their name."""
SHORT = {"any": "x", "lambda": "lambda x: …", "pattern": "pattern"}
GIVES = {"first": "as the first", "second": "as the second", "whole": "a whole number", "item": "a row per item"}
KINDS = {"scalar": "Values", "aggregate": "Aggregates", "window": "Windows"}


def pages() -> dict[str, str]:
    """Return the page by its path under docs/; raises ValueError where a pair is not what it says."""
    import duckdb

    with duckdb.connect() as db:
        pairs = [*_pairs(db, PAIRS, "issue"), *_pairs(db, QUERY_PAIRS, None)]
    types = TYPES_NOTE.format(types=", ".join(code(name) for name in TYPES))
    instead = table(["Refused", "Why", "Write instead"], pairs)
    parts = [
        f"## Where SQL stands\n\n{FORMS}\n\n{block(SUBQUERY, 'sql')}\n\n{types}",
        f"## Instead of this, write that\n\nWith the parameters `$max_days` and `$vague` (type `words`):\n\n{instead}",
        f"## Functions and operators\n\n{_allowed()}",
        f"## Functions that are refused\n\n{_refused()}\n\nEvery other function is refused as well.",
        f"## Forms of SQL that are refused\n\n{_forms()}",
        f"## Patterns\n\n{_patterns()}",
    ]
    return {"rule-sql.md": page("SQL in rules", SOURCE, INTRODUCTION, *parts)}


def _pairs(db: "DuckDBPyConnection", pairs: Iterable[tuple[str, str]], view: str | None) -> Iterator[list[str]]:
    for wrong, right in pairs:
        faults = _faults(db, wrong, view)
        if not faults or (unexpected := _faults(db, right, view)):
            what = f"{wrong} is allowed" if not faults else f"{right} is refused: {unexpected[0].message}"
            raise ValueError(f"docs/pages/rule_sql.py: {what}")
        yield [code(wrong), line(faults[0].message), code(right)]


def _faults(db: "DuckDBPyConnection", sql: str, view: str | None) -> list[Fault]:
    guarded = guard(db, [Piece(Expression(sql, Place("docs")), view)], PARAMETERS)[0]
    if guarded.faults or guarded.tree is None or guarded.resolved is None:
        return guarded.faults
    return check_portability(guarded.tree, guarded.resolved, PARAMETERS)


def _allowed() -> str:
    parts = [
        (
            "Besides comparisons, `AND`, `OR`, `NOT`, `IS NULL`, `IS DISTINCT FROM`, `BETWEEN`, `IN`, `CASE` and `coalesce`. "
            "In brackets stands what may be left out. A pattern is a constant or a parameter, never made of data. A total ORDER BY ends with what tells the "
            "rows apart, `key` for one."
        )
    ]
    for kind, title in KINDS.items():
        listed = [one for one in functions().allowed.values() if one.kind == kind]
        rows = [[code(_call(one)), GIVES.get(one.gives, one.gives), _note(one)] for one in listed]
        filled = 3 if any(row[2] for row in rows) else 2
        parts.append(f"### {title}\n\n{table(['Call', 'Gives', 'Mind'][:filled], [row[:filled] for row in rows])}")
    return "\n\n".join(parts)


def _call(function: Function) -> str:
    if function.name in OPERATORS:
        return OPERATORS[function.name]
    given = [
        SHORT.get(kind, kind) if number < function.required else f"[{SHORT.get(kind, kind)}]"
        for number, kind in enumerate(function.takes)
    ]
    return f"{function.name}({', '.join(given)}{', …' if function.repeats else ''})"


def _note(function: Function) -> str:
    if function.order == "none":
        return ""
    return f"{'a total' if function.order == 'total' else 'an'} ORDER BY in the brackets"


def _refused() -> str:
    rows = [[code(name), line(one.why), line(one.instead)] for name, one in functions().refused.items()]
    return table(["Function", "It …", "Write instead"], rows)


def _forms() -> str:
    told = dict.fromkeys(grammar._REFUSED.values())  # noqa: SLF001 - the page tells what the guard tells
    rows = [[line(message), line(remedy).replace("(docs/views.md)", "([views](views.md))")] for message, remedy in told]
    return table(["Why", "What to do"], rows)


def _patterns() -> str:
    escapes = [[code(f"\\{sign}"), line(remedy)] for sign, remedy in patterns._ESCAPES.items()]  # noqa: SLF001
    groups = [[code(sign), line(remedy)] for sign, (_, remedy) in patterns._GROUPS.items()]  # noqa: SLF001
    return (
        "`regexp_matches(text, pattern)` finds the pattern anywhere in the text; `^` and `$` hold it to the ends. "
        "Match lower case over a `_norm` column, and words over a `_words` column, where one blank stands before and "
        "after each word. Classes (`[a-z0-9]`), groups, `|`, `*`, `+`, `?` and `{2,3}` mean the same everywhere; these "
        f"do not:\n\n{table(['Refused', 'Write instead'], [*escapes, *groups])}"
    )
