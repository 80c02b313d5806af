"""How names of types, statuses and resolutions are read under a mapping.

The distinct names of a site are few. They are resolved here, once each, into tables that the model's
SQL joins; so one place knows how a name in the mapping is compared with a name of the site.
"""

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from flowlint.config.mapping import (
    FlowState,
    Mapping,
    Workflow,
    name_matches,
)
from flowlint.snapshot.database import insert

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

CATEGORY_STATES: dict[str, FlowState] = {"new": "new", "indeterminate": "active", "done": "done"}
"""Flow states where no stages are written (DESIGN section 3)."""


def workflow_of(mapping: Mapping, project: str, value_stream: str | None) -> Workflow | None:
    """Return the workflow that holds for issues of a project in a value stream, if one is known.

    A value stream without stages of its own goes by the common ones, with what it says itself of being cancelled or ignored.
    """
    common = mapping.for_project(project).workflow
    own = next((one.workflow for one in mapping.value_streams if one.name == value_stream and one.workflow), None)
    if own is None or own.stages or common is None:
        return own or common
    return replace(
        common,
        cancelled_statuses=own.cancelled_statuses or common.cancelled_statuses,
        cancelled_resolutions=own.cancelled_resolutions or common.cancelled_resolutions,
        ignored_statuses=own.ignored_statuses or common.ignored_statuses,
    )


def place_status(
    workflow: Workflow | None, name: str | None, id_: str | None, category: str | None
) -> tuple[str | None, str | None, FlowState | None]:
    """Return stage, step and flow state of a status; all None where the workflow does not place it."""
    if workflow is not None:
        if any(name_matches(written, name, id_) for written in workflow.cancelled_statuses):
            return None, None, "cancelled"
        if any(name_matches(written, name, id_) for written in workflow.ignored_statuses):
            return None, None, "ignored"
        for stage in workflow.stages:
            for step in stage.steps:
                if any(name_matches(written, name, id_) for written in step.statuses):
                    return stage.name, step.name, step.flow_state
        if workflow.stages:
            return None, None, None
    return None, None, CATEGORY_STATES.get(category or "")


def read_types(db: "DuckDBPyConnection", mapping: Mapping) -> None:
    """Fill ``m_type``: what each issue type means in each project that has it, stubs of parents included."""
    db.execute(
        """CREATE TABLE m_type (project VARCHAR, type_id VARCHAR, type_name VARCHAR, mapped BOOLEAN, level VARCHAR,
           level_rank INTEGER, flow_item VARCHAR, container VARCHAR, okr VARCHAR, left_out BOOLEAN)"""
    )
    seen = db.execute(
        """SELECT DISTINCT project, type_id, type_name FROM raw_issue
           UNION SELECT DISTINCT regexp_extract(parent_key, '([^:]*)-[0-9]+$', 1), stub_type_id, stub_type_name
           FROM raw_parent WHERE stub_type_name IS NOT NULL OR stub_type_id IS NOT NULL ORDER BY ALL"""
    ).fetchall()
    rows: list[tuple[object, ...]] = []
    for project, type_id, type_name in seen:
        entry = mapping.for_project(project).issue_type(type_name, type_id)
        if entry is None:
            rows.append((project, type_id, type_name, False, None, None, None, None, None, False))
            continue
        level = None if entry.ignored or entry.okr else entry.level
        meaning = (level, mapping.rank(level), entry.flow_item, entry.container, entry.okr, entry.ignored)
        rows.append((project, type_id, type_name, True, *meaning))
    columns = ("project", "type_id", "type_name", "mapped", "level", "level_rank", "flow_item", "container", "okr")
    insert(db, "m_type", (*columns, "left_out"), rows)


def read_statuses(
    db: "DuckDBPyConnection", mapping: Mapping, seen: Iterable[tuple[str | None, ...]], table: str
) -> None:
    """Fill ``table`` with where (value stream, project, status id, name, category) are placed."""
    db.execute(
        f"""CREATE TABLE {table} (value_stream VARCHAR, project VARCHAR, status_id VARCHAR, status_name VARCHAR,
           status_category VARCHAR, stage VARCHAR, step VARCHAR, flow_state VARCHAR)"""
    )
    rows = []
    for row in seen:
        stream, project, id_, name, category = row
        placed = place_status(workflow_of(mapping, project or "", stream), name, id_, category)
        rows.append((*row, *placed))
    columns = ("value_stream", "project", "status_id", "status_name", "status_category", "stage", "step", "flow_state")
    insert(db, table, columns, rows)


def read_resolutions(db: "DuckDBPyConnection", mapping: Mapping, seen: Iterable[tuple[str | None, ...]]) -> None:
    """Fill ``m_given_up``: (value stream, project, resolution) of those that mean the work was given up."""
    db.execute("CREATE TABLE m_given_up (value_stream VARCHAR, project VARCHAR, resolution VARCHAR)")
    rows = []
    for stream, project, resolution in seen:
        workflow = workflow_of(mapping, project or "", stream)
        common = mapping.for_project(project).workflow
        written = (workflow.cancelled_resolutions if workflow else ()) or (
            common.cancelled_resolutions if common else ()
        )
        if any(name_matches(name, resolution) for name in written):
            rows.append((stream, project, resolution))
    insert(db, "m_given_up", ("value_stream", "project", "resolution"), rows)
