"""From raw rows and a mapping to the documented views (``views.yaml``).

The model is built in stages, narrow tables first: texts join last, since dragging them through every
join costs several times as much. All SQL is in ``sql/``, in the order of its numbers.
"""

from collections.abc import Iterator
from collections.abc import Mapping as MappingABC
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from flowlint.config.mapping import FlowItemCondition, Mapping, fold
from flowlint.model.cycles import key_order, parent_cycles, strongly_connected
from flowlint.model.headings import write_sections
from flowlint.model.readings import read_resolutions, read_statuses, read_types
from flowlint.model.selector import condition, literal
from flowlint.model.settings import Fields, write_config, write_joins
from flowlint.model.site import write_site
from flowlint.snapshot.database import insert
from flowlint.sources.text import norm_sql, words_sql

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

COSTLY = frozenset({"story_role", "story_goal", "story_benefit"})
"""Columns of ``issue`` that take a walk through all descriptions: made only where a rule reads one of them."""
SQL = Path(__file__).with_name("sql")


@dataclass(frozen=True, slots=True)
class Scope:
    """What is judged: projects and teams by name, all where empty."""

    projects: tuple[str, ...] = ()
    teams: tuple[str, ...] = ()


def moment_of(db: "DuckDBPyConnection", as_of: date | None) -> datetime:
    """Return the run's moment, UTC: the end of ``as_of``, else the data's: of a pull, or the newest update of an export."""
    if as_of is not None:
        return datetime.combine(as_of, time.min) + timedelta(days=1)
    row = db.execute(
        """SELECT coalesce((SELECT max(newest) FROM raw_source), max(updated), max(created), max(resolved)) FROM raw_issue"""
    ).fetchone()
    return row[0] if row and row[0] else datetime(1970, 1, 1)  # noqa: DTZ001  # no time in the data at all


def build(
    db: "DuckDBPyConnection",
    mapping: Mapping,
    fields: Fields,
    moment: datetime,
    scope: Scope = Scope(),
    wanted: frozenset[str] = COSTLY,
) -> None:
    """Create every view of the contract but ``rule``, from the raw tables and a complete mapping.

    The ``COSTLY`` columns of ``issue`` stay NULL where none of them is in ``wanted``.
    """
    write_config(db, mapping, (moment - timedelta(microseconds=1)).date())
    write_joins(db, mapping, fields)
    db.execute("CREATE TABLE m_run (moment TIMESTAMP, flow_item_rank INTEGER)")
    insert(db, "m_run", ("moment", "flow_item_rank"), [(moment, mapping.rank(mapping.flow_item_level))])
    read_types(db, mapping)
    write_sections(db)
    _script(db, "1_facts.sql")
    _write_conditions(db, mapping)
    _script(db, "2_base.sql", **_selectors(mapping, fields.get(None, {})))
    _read_states(db, mapping)
    _script(db, "3_changes.sql")
    _script(db, "4_tree.sql")
    _write_cycles(db)
    _script(db, "5_dates.sql", due=norm_sql("v.outcome_due_text"))
    _script(
        db,
        "5_issue.sql",
        asked_for=_asked_for(scope),
        outcome_norm=norm_sql("v.outcome_text"),
        description_norm=norm_sql("description"),
        description_words=words_sql("description_norm"),
        stories=str(bool(wanted)).lower(),
        actual_norm=norm_sql("v.actual_outcome_text"),
    )
    _script(db, "6_views.sql", name_norm=norm_sql("r.name"))
    write_site(db, mapping)


def _script(db: "DuckDBPyConnection", name: str, **parts: str) -> None:
    text = (SQL / name).read_text(encoding="utf-8")
    for part, sql in parts.items():
        text = text.replace("{" + part + "}", sql)
    db.execute(text)


def _write_conditions(db: "DuckDBPyConnection", mapping: Mapping) -> None:
    db.execute(
        """CREATE TABLE m_condition (number INTEGER, project VARCHAR, position INTEGER, level VARCHAR, level_rank INTEGER,
           flow_item VARCHAR)"""
    )
    rows = [
        (number, project, position, item.level, mapping.rank(item.level), item.flow_item)
        for number, (project, position, item) in enumerate(conditions(mapping), 1)
    ]
    insert(db, "m_condition", ("number", "project", "position", "level", "level_rank", "flow_item"), rows)


def conditions(mapping: Mapping) -> Iterator[tuple[str | None, int, FlowItemCondition]]:
    """Yield the conditions of ``flow_items`` with the project whose own they are and their position, in the order of their numbers."""
    for position, item in enumerate(mapping.base.flow_items, 1):
        yield None, position, item
    for project, own in sorted(mapping.projects.items()):
        if own.flow_items != mapping.base.flow_items:
            for position, item in enumerate(own.flow_items, 1):
                yield project, position, item


def _selectors(mapping: Mapping, fields: MappingABC[str, tuple[str, ...]]) -> dict[str, str]:
    """Return the SQL of what the mapping's selectors choose: the first match wins, of conditions all are kept."""
    known = dict(fields)
    own = {fold(project) for project, _, _ in conditions(mapping) if project is not None}
    others = f"lower(i.project) NOT IN ({', '.join(literal(key) for key in sorted(own))})" if own else "true"
    flow_items = []
    for number, (project, _, item) in enumerate(conditions(mapping), 1):
        where = others if project is None else f"lower(i.project) = {literal(fold(project))}"
        flow_items.append((f"{where} AND {condition(item.match, known)}", str(number)))
    streams = [(condition(stream.scope, known), literal(stream.name)) for stream in mapping.value_streams]
    teams = [(condition(team.match, known), literal(team.name)) for team in mapping.teams if team.match is not None]
    return {
        "team": _case(teams, "VARCHAR"),
        "flow_item_conditions": _all(flow_items),
        "value_stream": _case(streams, "VARCHAR"),
    }


def _all(choices: list[tuple[str, str]]) -> str:
    """Return the SQL of the list of all choices that hold, in their order; the first of them is the one that wins."""
    each = ", ".join(f"CASE WHEN {when} THEN {then} END" for when, then in choices)
    return f"list_filter([{each}], lambda number: number IS NOT NULL)" if choices else "[]::INTEGER[]"


def _case(choices: list[tuple[str, str]], type_: str) -> str:
    if not choices:
        return f"NULL::{type_}"
    return "CASE " + " ".join(f"WHEN {when} THEN {then}" for when, then in choices) + " END"


def _read_states(db: "DuckDBPyConnection", mapping: Mapping) -> None:
    read_statuses(
        db,
        mapping,
        db.execute(
            """SELECT DISTINCT value_stream, project, status_id, status_name, status_category FROM m_narrow ORDER BY ALL"""
        ).fetchall(),
        "m_status",
    )
    # A changelog names a status without its category: the site's, or that of issues now in it, is its category too.
    read_statuses(
        db,
        mapping,
        db.execute(
            """WITH known AS (
                   SELECT status_id, status_name, min(status_category) AS category FROM raw_issue GROUP BY ALL
                   UNION ALL SELECT id, name, min(category) FROM raw_site_status GROUP BY id, name
               ), moved AS (
                   SELECT key, from_id AS id, from_text AS name FROM raw_change WHERE field = 'status'
                   UNION SELECT key, to_id, to_text FROM raw_change WHERE field = 'status'
               )
               SELECT DISTINCT n.value_stream, n.project, m.id, m.name, coalesce(
                   (SELECT min(k.category) FROM known k WHERE k.status_id = m.id),
                   (SELECT min(k.category) FROM known k WHERE k.status_name = m.name)) AS category
               FROM moved m JOIN m_narrow n USING (key) ORDER BY ALL"""
        ).fetchall(),
        "m_change_status",
    )
    read_resolutions(
        db,
        mapping,
        db.execute(
            """SELECT DISTINCT value_stream, project, resolution FROM m_narrow WHERE resolution IS NOT NULL ORDER BY ALL"""
        ).fetchall(),
    )


def _write_cycles(db: "DuckDBPyConnection") -> None:
    db.execute("CREATE TABLE m_cycle (kind VARCHAR, cycle_key VARCHAR, key VARCHAR, length INTEGER)")
    rest = db.execute(
        "SELECT key, parent_key FROM m_own WHERE parent_n IS NOT NULL AND n NOT IN (SELECT n FROM m_walk)"
    ).fetchall()
    blocking = db.execute(
        """SELECT DISTINCT l.key, l.other_key FROM m_link l
           JOIN m_base a ON a.key = l.key AND a.is_open JOIN m_base b ON b.key = l.other_key AND b.is_open
           WHERE l.kind = 'blocks'"""
    ).fetchall()
    rows: list[tuple[object, ...]] = []
    for kind, sets in (("parent", parent_cycles(rest)), ("blocks", strongly_connected(blocking))):
        for members in sets:
            smallest = min(members, key=key_order)
            rows.extend((kind, smallest, key, len(members)) for key in members)
    insert(db, "m_cycle", ("kind", "cycle_key", "key", "length"), rows)
    db.execute("CREATE TABLE cycle AS SELECT kind, cycle_key, key, length FROM m_cycle")


def _asked_for(scope: Scope) -> str:
    parts = ["true"]
    if scope.projects:
        wanted = ", ".join(literal(fold(name)) for name in scope.projects)
        parts.append(f"lower(r.project) IN ({wanted})")
    if scope.teams:
        wanted = ", ".join(literal(fold(name)) for name in scope.teams)
        parts.append(f"coalesce(lower(nfc_normalize(trim(b.team))) IN ({wanted}), false)")
    return " AND ".join(parts)
