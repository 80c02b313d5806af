"""Running rules: outcomes of all plans, with what reports may say of each issue found."""

import contextlib
import json
from collections.abc import Callable, Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any

from flowlint.engine.message import placeholders
from flowlint.engine.outcome import Outcome, Subject, Violation
from flowlint.engine.plan import Plan
from flowlint.engine.runs import PredicateRun, QueryRun
from flowlint.engine.supply import Supply
from flowlint.engine.watchdog import Watchdog

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

UNNAMED = ("description", "description_norm", "description_words", "summary_norm", "summary_words")
"""Columns that no message names: they are long."""
ABOUT = {
    "parent_summary": "p.summary",
    "assignee_name": "r.assignee_name",
    "type_id": "r.type_id",
    "status_id": "r.status_id",
}
"""What reports may say of an issue that ``issue`` does not hold; the name is there only where reports name people."""
WORKERS = 2
"""How many rules run at a time."""
Around = Callable[[Plan], AbstractContextManager[None]]


def evaluate(
    db: "DuckDBPyConnection",
    plans: Sequence[Plan],
    supply: Supply,
    *,
    about: Collection[str] | None = None,
    name_unjudged: bool = False,
    around: Around = lambda plan: nullcontext(),  # noqa: ARG005
) -> list[Outcome]:
    """Return the outcome of each plan, in order; a rule that fails gives its error and the others go on.

    Rules must have passed the guard; the database must be locked. ``about`` names the columns of ``issue`` (and
    :data:`ABOUT`) that the caller wants among the values of a finding, beside those that messages name; None wants
    all. ``around`` is entered for each plan, to measure it or to tell of it, in the thread that runs it.
    """

    def run(plan: Plan) -> Outcome:
        cursor = cursors.get()
        try:
            with around(plan), Watchdog(cursor, plan.rule.id):
                return _outcome(cursor, plan, supply, name_unjudged=name_unjudged)
        finally:
            cursors.put(cursor)

    # The engine plans a query on one core, and small tables keep it on one: two rules at a time use two.
    workers = min(WORKERS, len(plans)) or 1
    all_cursors = [db.cursor() for _ in range(workers)]
    cursors: SimpleQueue[DuckDBPyConnection] = SimpleQueue()
    for cursor in all_cursors:
        cursors.put(cursor)
    with ThreadPoolExecutor(workers) as pool:
        futures = [pool.submit(run, plan) for plan in plans]
        try:
            outcomes = [future.result() for future in futures]
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            for cursor in all_cursors:
                cursor.interrupt()
            raise
    for cursor in all_cursors:
        cursor.close()
    return _described(db, outcomes, about)


def _outcome(db: "DuckDBPyConnection", plan: Plan, supply: Supply, *, name_unjudged: bool) -> Outcome:
    import duckdb

    run = QueryRun if plan.rule.query is not None else PredicateRun
    try:
        return run(db, plan, supply, name_unjudged).outcome()
    except duckdb.Error as error:
        return Outcome(rule=plan.rule, error=error_text(error))


def error_text(error: Exception) -> str:
    """Return the words of a DuckDB error, without the JSON it comes in or lines of SQL."""
    text = str(error)
    start = text.find("{")
    if start >= 0:
        with contextlib.suppress(ValueError, KeyError, TypeError):
            text = str(json.loads(text[start:])["exception_message"])
    return text.split("\n\nLINE", 1)[0].strip()


def _described(db: "DuckDBPyConnection", outcomes: Sequence[Outcome], about: Collection[str] | None) -> list[Outcome]:
    """Return the outcomes with what reports may say of each issue among the values."""
    found = [outcome for outcome in outcomes if outcome.violations]
    keys = {violation.key for outcome in found for violation in outcome.violations if violation.key is not None}
    if not keys:
        return list(outcomes)
    held = [f'me."{name}"' for name in _issue_columns(db) if about is None or name in _named(found, about)]
    more = [f"{sql} AS {name}" for name, sql in ABOUT.items() if about is None or name in _named(found, about)]
    result = db.execute(
        f"SELECT me.key, me.id, {', '.join((*held, *more))}"
        " FROM issue me LEFT JOIN issue p ON p.key = me.parent_key JOIN raw_issue r ON r.key = me.key WHERE me.key IN (SELECT unnest($1))",
        [sorted(keys)],
    )
    columns = [column[0] for column in result.description or ()]
    rows = {row[0]: row for row in result.fetchall()}
    return [
        replace(outcome, violations=tuple(_with_values(violation, columns, rows) for violation in outcome.violations))
        if outcome.violations
        else outcome
        for outcome in outcomes
    ]


def _issue_columns(db: "DuckDBPyConnection") -> list[str]:
    described = db.execute("SELECT * FROM issue LIMIT 0").description or ()
    return [column[0] for column in described if column[0] not in UNNAMED]


def _named(outcomes: Sequence[Outcome], about: Collection[str]) -> set[str]:
    return {*about, *(name for outcome in outcomes for name in placeholders(outcome.rule.message))}


def _with_values(violation: Violation, columns: Sequence[str], rows: Mapping[str, tuple[Any, ...]]) -> Violation:
    row = rows.get(violation.key or "")
    if row is None:
        return violation
    subject = violation.subject
    if subject.kind == "issue":
        # The tracker's own id: a fingerprint outlives a move to another project.
        subject = Subject("issue", row[1], subject.name)
    values = {**violation.values, **dict(zip(columns, row, strict=True))}
    return Violation(subject, violation.key, violation.project, violation.evidence, values, violation.place)
