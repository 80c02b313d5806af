"""The mapping as tables: the documented ``config_…`` views, and the narrow ones that the model joins."""

from collections.abc import Iterator
from collections.abc import Mapping as MappingABC
from typing import TYPE_CHECKING

from flowlint.config.mapping import Mapping, ProjectMapping, Workflow, fold
from flowlint.errors import Place
from flowlint.snapshot.database import insert

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

Row = tuple[object, ...]
Fields = MappingABC[str | None, MappingABC[str, tuple[str, ...]]]

PLACE = "file VARCHAR, line INTEGER, col INTEGER"
TABLES = {
    "config_level": "name VARCHAR, rank INTEGER, is_flow_item_level BOOLEAN, " + PLACE,
    "config_issue_type": "project VARCHAR, name VARCHAR, level VARCHAR, level_rank INTEGER, flow_item VARCHAR, "
    "container VARCHAR, okr VARCHAR, ignored BOOLEAN, why VARCHAR, " + PLACE,
    "config_flow_item": "project VARCHAR, position INTEGER, flow_item VARCHAR, level VARCHAR, " + PLACE,
    "config_stage": "value_stream VARCHAR, position INTEGER, name VARCHAR, " + PLACE,
    "config_step": "value_stream VARCHAR, stage VARCHAR, position INTEGER, name VARCHAR, flow_state VARCHAR, " + PLACE,
    "config_status": "value_stream VARCHAR, stage VARCHAR, step VARCHAR, status VARCHAR, flow_state VARCHAR, " + PLACE,
    "config_field": "project VARCHAR, name VARCHAR, position INTEGER, field VARCHAR, heading VARCHAR, " + PLACE,
    "config_value_stream": "name VARCHAR, position INTEGER, " + PLACE,
    "config_team": "name VARCHAR, owner VARCHAR, wip_limit INTEGER, " + PLACE,
    "config_rule": "setting VARCHAR, rule VARCHAR, value VARCHAR",
    "config_exception": "rule VARCHAR, until VARCHAR, reason VARCHAR, owner VARCHAR, " + PLACE,
    "config_scalar": "name VARCHAR, value VARCHAR, " + PLACE,
}
SYSTEM_FIELDS = {
    "summary": "summary",
    "description": "description",
    "assignee": "assignee",
    "reporter": "reporter",
    "labels": "labels",
    "components": "components",
    "fixVersions": "fix_versions",
    "issuelinks": "links",
    "resolution": "resolution",
    "resolutiondate": "resolved",
    "duedate": "due",
    "parent": "parent",
    "subtasks": "subtasks",
    "status": "status",
    "created": "created",
    "updated": "updated",
    "changelog": "changelog",
    "issuetype": "type",
    "sprint": "sprint",
    "closedSprints": "sprint",
    "epic": "epic",
    "flagged": "flagged",
}
"""Jira's own field ids and the names under which ``issue.fetched`` lists them."""


def _place(place: Place | None) -> Row:
    return (place.file, place.line, place.column) if place else (None, None, None)


def _projects(mapping: Mapping, of: str) -> Iterator[tuple[str | None, ProjectMapping]]:
    """Yield the common mapping, and each project's where it says something of its own about ``of``."""
    yield None, mapping.base
    for key, project in sorted(mapping.projects.items()):
        if getattr(project, of) != getattr(mapping.base, of):
            yield key, project


def _workflows(mapping: Mapping) -> Iterator[tuple[str | None, Workflow]]:
    if mapping.base.workflow is not None:
        yield None, mapping.base.workflow
    for stream in mapping.value_streams:
        if stream.workflow is not None:
            yield stream.name, stream.workflow


def _config_rows(mapping: Mapping) -> Iterator[tuple[str, Row]]:
    levels = mapping.places.get("hierarchy.levels")
    for level in mapping.levels:
        lowest = fold(level) == fold(mapping.flow_item_level or "")
        yield "config_level", (level, mapping.rank(level), lowest, *_place(levels))
    yield from _type_rows(mapping)
    yield from _field_rows(mapping)
    for name, workflow in _workflows(mapping):
        yield from _workflow_rows(name, workflow)
    for position, stream in enumerate(mapping.value_streams, 1):
        yield "config_value_stream", (stream.name, position, *_place(stream.place))
    for team in mapping.teams:
        yield "config_team", (team.name, team.owner, team.wip_limit, *_place(team.place))
    for exception in mapping.exceptions:
        about = (exception.rule, exception.until, exception.reason, exception.owner)
        yield "config_exception", (*about, *_place(exception.place))
    yield from _rule_rows(mapping)
    yield from _scalar_rows(mapping)


def _type_rows(mapping: Mapping) -> Iterator[tuple[str, Row]]:
    for project, own in _projects(mapping, "issue_types"):
        for entry in own.issue_types:
            meaning = (entry.level, mapping.rank(entry.level), entry.flow_item, entry.container, entry.okr)
            row = (project, entry.name, *meaning, entry.ignored, entry.why, *_place(entry.place))
            yield "config_issue_type", row
    for project, own in _projects(mapping, "flow_items"):
        for position, item in enumerate(own.flow_items, 1):
            yield "config_flow_item", (project, position, item.flow_item, item.level, *_place(item.place))


def _field_rows(mapping: Mapping) -> Iterator[tuple[str, Row]]:
    for project, own in _projects(mapping, "fields"):
        for name, sources in own.fields.items():
            for position, source in enumerate(sources, 1):
                for heading in source.headings or (None,):
                    yield "config_field", (project, name, position, source.field, heading, *_place(source.place))


def _scalar_rows(mapping: Mapping) -> Iterator[tuple[str, Row]]:
    scalars = {
        "hierarchy.flow_item_level": mapping.flow_item_level,
        "portfolio_level": mapping.portfolio_level,
        "rules.fail_on": mapping.base.rules.fail_on,
        "preview": str(mapping.preview).lower(),
        "report.people": mapping.people,
    }
    for name, value in scalars.items():
        yield "config_scalar", (name, value, *_place(mapping.places.get(name)))


def _workflow_rows(value_stream: str | None, workflow: Workflow) -> Iterator[tuple[str, Row]]:
    number = 0
    for position, stage in enumerate(workflow.stages, 1):
        yield "config_stage", (value_stream, position, stage.name, *_place(stage.place))
        for step in stage.steps:
            number += 1
            at = _place(step.place)
            yield "config_step", (value_stream, stage.name, number, step.name, step.flow_state, *at)
            for status in step.statuses:
                yield "config_status", (value_stream, stage.name, step.name, status, step.flow_state, *at)
    at = _place(workflow.place)
    for status in workflow.cancelled_statuses:
        yield "config_status", (value_stream, None, None, status, "cancelled", *at)
    for status in workflow.ignored_statuses:
        yield "config_status", (value_stream, None, None, status, "ignored", *at)


def _rule_rows(mapping: Mapping) -> Iterator[tuple[str, Row]]:
    rules = mapping.base.rules
    for rule in rules.select:
        yield "config_rule", ("select", rule, None)
    for rule in rules.ignore:
        yield "config_rule", ("ignore", rule, None)
    for rule, severity in rules.severity.items():
        yield "config_rule", ("severity", rule, severity)
    for rule, options in rules.options.items():
        for name, value in options.items():
            yield "config_rule", ("option", f"{rule}.{name}", str(value))


def write_config(db: "DuckDBPyConnection", mapping: Mapping) -> None:
    """Create and fill the ``config_…`` views."""
    rows: dict[str, list[Row]] = {table: [] for table in TABLES}
    for table, row in _config_rows(mapping):
        rows[table].append(row)
    for table, columns in TABLES.items():
        db.execute(f"CREATE TABLE {table} ({columns})")
        names = [column.split()[0] for column in columns.split(", ")]
        insert(db, table, names, rows[table])


def write_joins(db: "DuckDBPyConnection", mapping: Mapping, fields: Fields) -> None:
    """Create what the model's SQL joins: ``m_field``, ``m_system_field`` and ``m_parent_way``.

    Project keys are written as the data has them; where a project says nothing of its own its rows have NULL.
    """
    keys = {fold(row[0]): row[0] for row in db.execute("SELECT DISTINCT project FROM raw_issue").fetchall()}
    db.execute("CREATE TABLE m_field (project VARCHAR, meaning VARCHAR, field_id VARCHAR, position INTEGER)")
    rows: list[Row] = []
    for project, meanings in fields.items():
        name = None if project is None else keys.get(fold(project), project)
        for meaning, ids in meanings.items():
            rows.extend((name, meaning, id_, position) for position, id_ in enumerate(ids, 1))
    insert(db, "m_field", ("project", "meaning", "field_id", "position"), rows)
    db.execute("CREATE TABLE m_system_field (field_id VARCHAR, meaning VARCHAR)")
    insert(db, "m_system_field", ("field_id", "meaning"), list(SYSTEM_FIELDS.items()))
    db.execute("CREATE TABLE m_parent_way (project VARCHAR, via VARCHAR, link VARCHAR, position INTEGER)")
    ways: list[Row] = []
    for project, own in _projects(mapping, "parents"):
        name = None if project is None else keys.get(fold(project), project)
        for position, way in enumerate(own.parents, 1):
            ways.append((name, way.via, fold(way.link) if way.link else None, position))
    insert(db, "m_parent_way", ("project", "via", "link", "position"), ways)
