"""A mapping held against the site that an export is of: what each names and the other lacks."""

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

from flowlint.config.infer import infer
from flowlint.config.mapping import Mapping
from flowlint.engine.catalogue_view import write_catalogue
from flowlint.engine.evaluate import evaluate
from flowlint.engine.outcome import Outcome
from flowlint.engine.plan import Plan
from flowlint.engine.rule import Rule
from flowlint.engine.supply import supply_of
from flowlint.model.build import build, moment_of
from flowlint.model.observe import observe
from flowlint.snapshot.database import lock, open_database
from flowlint.sources.files import load_exports
from flowlint.sources.source import Loaded, Progress
from flowlint.verdict.judge import Facts

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


def drift(
    mapping: Mapping,
    plans: Sequence[Plan],
    rules: Sequence[Rule],
    exports: Sequence[str],
    today: date,
    progress: Progress,
) -> tuple[list[Outcome], Facts]:
    """Return what the planned rules say of a mapping with the site before their eyes, and facts of the exports.

    ``rules`` is the catalogue that rules may ask of; ``today`` the day that exceptions are counted from. Raises
    UsageError for a path that is not there, and SourceError where nothing tells of a site.
    """
    db = open_database()
    try:
        loaded = load_exports(db, exports, mapping, progress, site_alone=True)
        return judge_drift(db, mapping, loaded, plans, rules, today)
    finally:
        db.close()


def statuses_of(exports: Sequence[str], progress: Progress) -> tuple[str, ...]:
    """Return the statuses of the sites that exports are of, as these spell them. Raises what :func:`drift` does."""
    db = open_database()
    try:
        load_exports(db, exports, Mapping(), progress, site_alone=True)
        rows = db.execute(
            """SELECT name FROM raw_site_status UNION
               SELECT status_name FROM raw_issue WHERE status_name IS NOT NULL ORDER BY 1"""
        ).fetchall()
    finally:
        db.close()
    return tuple(name for (name,) in rows)


def judge_drift(
    db: "DuckDBPyConnection",
    mapping: Mapping,
    loaded: Loaded,
    plans: Sequence[Plan],
    rules: Sequence[Rule],
    today: date,
) -> tuple[list[Outcome], Facts]:
    """Return what :func:`drift` does, with exports that are loaded already; the database is locked afterwards."""
    whole, _ = infer(mapping, observe(db))
    build(db, whole, loaded.fields, moment_of(db, today), wanted=frozenset())
    write_catalogue(db, rules)
    supply = supply_of(db, whole, loaded.fields)
    sources = db.execute("SELECT source FROM raw_source UNION SELECT source FROM raw_site_list ORDER BY 1").fetchall()
    issues = db.execute("SELECT count(*) FROM issue").fetchone()
    lock(db)
    return evaluate(db, plans, supply), Facts(
        as_of=today,
        sources=tuple(source for (source,) in sources),
        issues=int(issues[0]) if issues else 0,
        complete=not (loaded.bounds or loaded.faults),
        reasons=(*loaded.bounds, *(fault.message for fault in loaded.faults)),
        faults=loaded.faults,
    )
