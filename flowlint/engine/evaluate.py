"""Running rules: outcomes of all plans, with what reports may say of each issue found."""

import contextlib
import json
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any

from flowlint.engine.outcome import Outcome, Violation
from flowlint.engine.plan import Plan
from flowlint.engine.runs import PredicateRun, QueryRun
from flowlint.engine.supply import Supply
from flowlint.engine.watchdog import Watchdog

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

UNNAMED = ("rowid", "description", "description_norm", "description_words", "summary_norm", "summary_words")
"""Columns that no message names; all but the first are long."""
WORKERS = 2
"""How many rules run at a time."""
Around = Callable[[Plan], AbstractContextManager[None]]


def evaluate(
    db: "DuckDBPyConnection",
    plans: Sequence[Plan],
    supply: Supply,
    *,
    name_unjudged: bool = False,
    around: Around = lambda plan: nullcontext(),  # noqa: ARG005
) -> list[Outcome]:
    """Return the outcome of each plan, in order; a rule that fails gives its error and the others go on.

    Rules must have passed the guard; the database must be locked. ``around`` is entered for each plan,
    to measure it or to tell of it, in the thread that runs it.
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
    return _described(db, outcomes)


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


def _described(db: "DuckDBPyConnection", outcomes: Sequence[Outcome]) -> list[Outcome]:
    """Return the outcomes with what reports may say of each issue among the values.

    That is the columns of ``issue``, the ids of type and status, the parent's summary, and the assignee's name,
    which is there only where reports name people.
    """
    keys = {violation.key for outcome in outcomes for violation in outcome.violations if violation.key is not None}
    if not keys:
        return list(outcomes)
    result = db.execute(
        f"SELECT me.* EXCLUDE ({', '.join(UNNAMED)}), p.summary AS parent_summary, r.assignee_name, r.type_id, r.status_id"
        " FROM issue me LEFT JOIN issue p ON p.key = me.parent_key JOIN raw_issue r ON r.key = me.key WHERE me.key IN (SELECT unnest($1))",
        [sorted(keys)],
    )
    columns = [column[0] for column in result.description or ()]
    about = {row["key"]: row for row in (dict(zip(columns, values, strict=True)) for values in result.fetchall())}
    return [
        replace(outcome, violations=tuple(_with_values(violation, about) for violation in outcome.violations))
        for outcome in outcomes
    ]


def _with_values(violation: Violation, about: dict[str, dict[str, Any]]) -> Violation:
    row = about.get(violation.key or "")
    if row is None:
        return violation
    subject = violation.subject
    if subject.kind == "issue":
        # The tracker's own id: a fingerprint outlives a move to another project.
        subject = replace(subject, id=str(row["id"]))
    return replace(violation, subject=subject, values={**violation.values, **row})
