"""The mapping as tables: the documented ``config_…`` views, and the narrow ones that the model joins."""

from collections.abc import Iterator, Sequence
from collections.abc import Mapping as MappingABC
from datetime import date
from typing import TYPE_CHECKING, cast

from flowlint.config.counted import counted
from flowlint.config.mapping import Mapping, Match, ProjectMapping, Workflow, fold, place_of
from flowlint.config.secrets import secret_kind
from flowlint.config.suggest import nearest
from flowlint.errors import Place
from flowlint.snapshot.database import insert

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

Row = tuple[object, ...]
Fields = MappingABC[str | None, MappingABC[str, tuple[str, ...]]]

PLACE = "file VARCHAR, line INTEGER, col INTEGER"
OF_WORKFLOW = "project VARCHAR, value_stream VARCHAR, "
"""Whose workflow it is: a value stream's, a project's own, or (both NULL) the common one."""
TABLES = {
    "config_level": "name VARCHAR, rank INTEGER, is_flow_item_level BOOLEAN, " + PLACE,
    "config_issue_type": "project VARCHAR, name VARCHAR, level VARCHAR, level_rank INTEGER, level_near VARCHAR, flow_item VARCHAR, "
    "container VARCHAR, okr VARCHAR, ignored BOOLEAN, why VARCHAR, " + PLACE,
    "config_flow_item": "project VARCHAR, position INTEGER, flow_item VARCHAR, level VARCHAR, level_rank INTEGER, level_near VARCHAR, "
    + PLACE,
    "config_counted": "name VARCHAR, level VARCHAR, level_position VARCHAR, flow_item VARCHAR, " + PLACE,
    "config_workflow": OF_WORKFLOW + PLACE,
    "config_stage": OF_WORKFLOW + "position INTEGER, name VARCHAR, " + PLACE,
    "config_step": OF_WORKFLOW + "stage VARCHAR, position INTEGER, name VARCHAR, flow_state VARCHAR, " + PLACE,
    "config_status": OF_WORKFLOW
    + "stage VARCHAR, step VARCHAR, step_position INTEGER, status VARCHAR, flow_state VARCHAR, "
    + PLACE,
    "config_resolution": OF_WORKFLOW + "resolution VARCHAR, " + PLACE,
    "config_field": "project VARCHAR, name VARCHAR, position INTEGER, field VARCHAR, heading VARCHAR, " + PLACE,
    "config_value_stream": "name VARCHAR, position INTEGER, " + PLACE,
    "config_value_stream_team": "value_stream VARCHAR, team VARCHAR, " + PLACE,
    "config_team": "name VARCHAR, owner VARCHAR, wip_limit INTEGER, " + PLACE,
    "config_selector": "of VARCHAR, project VARCHAR, name VARCHAR, position INTEGER, key VARCHAR, value VARCHAR, negated BOOLEAN, "
    + PLACE,
    "config_project": "key VARCHAR, said_by VARCHAR, " + PLACE,
    "config_rule": "project VARCHAR, setting VARCHAR, rule VARCHAR, option VARCHAR, value VARCHAR, " + PLACE,
    "config_exception": "position INTEGER, rule VARCHAR, until VARCHAR, last_day DATE, days_left INTEGER, reason VARCHAR, owner VARCHAR, "
    + PLACE,
    "config_scalar": "name VARCHAR, value VARCHAR, " + PLACE,
    "config_value": "path VARCHAR, key VARCHAR, value VARCHAR, secret VARCHAR, " + PLACE,
}
SELECTOR_KEYS = ("types", "projects", "components", "labels", "teams", "statuses", "keys", "subjects")
"""Keys of a selector that hold lists of names."""
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


def _workflows(mapping: Mapping) -> Iterator[tuple[str | None, str | None, Workflow]]:
    """Yield each workflow with the project or the value stream whose own it is."""
    for project, own in _projects(mapping, "workflow"):
        if own.workflow is not None:
            yield project, None, own.workflow
    for stream in mapping.value_streams:
        if stream.workflow is not None:
            yield None, stream.name, stream.workflow


def _config_rows(mapping: Mapping, today: date | None) -> Iterator[tuple[str, Row]]:
    levels = mapping.places.get("hierarchy.levels")
    for level in mapping.levels:
        chosen = fold(level) == fold(mapping.flow_item_level or "")
        yield "config_level", (level, mapping.rank(level), chosen, *_place(place_of(level) or levels))
    yield from _type_rows(mapping)
    yield from _field_rows(mapping)
    for project, stream, workflow in _workflows(mapping):
        yield from _workflow_rows((project, stream), workflow)
    for team in mapping.teams:
        yield "config_team", (team.name, team.owner, team.wip_limit, *_place(team.place))
        if team.match is not None:
            yield from _selector_rows(("teams", None, team.name, 1), team.match, team.place)
    yield from _stream_rows(mapping)
    yield from _project_rows(mapping)
    yield from _exception_rows(mapping, today)
    yield from _rule_rows(mapping)
    yield from _scalar_rows(mapping)


def _type_rows(mapping: Mapping) -> Iterator[tuple[str, Row]]:
    for project, own in _projects(mapping, "issue_types"):
        for entry in own.issue_types:
            meaning = (*_level(mapping, entry.level), entry.flow_item, entry.container, entry.okr)
            row = (project, entry.name, *meaning, entry.ignored, entry.why, *_place(entry.place))
            yield "config_issue_type", row
    for project, own in _projects(mapping, "flow_items"):
        for position, item in enumerate(own.flow_items, 1):
            makes = (item.flow_item, *_level(mapping, item.level))
            yield "config_flow_item", (project, position, *makes, *_place(item.place))
            yield from _selector_rows(("flow_items", project, None, position), item.match, item.place)
    for one in counted(mapping):
        yield "config_counted", (one.name, one.level, one.level_position, one.flow_item, *_place(one.place))


def _level(mapping: Mapping, level: str | None) -> Row:
    """Return a level, its rank, and where it is not listed the one that may be meant."""
    rank = mapping.rank(level)
    return level, rank, nearest(level, mapping.levels) if level is not None and rank is None else None


def _field_rows(mapping: Mapping) -> Iterator[tuple[str, Row]]:
    for project, own in _projects(mapping, "fields"):
        for name, sources in own.fields.items():
            for position, source in enumerate(sources, 1):
                for heading in source.headings or (None,):
                    yield "config_field", (project, name, position, source.field, heading, *_place(source.place))


def _stream_rows(mapping: Mapping) -> Iterator[tuple[str, Row]]:
    for position, stream in enumerate(mapping.value_streams, 1):
        yield "config_value_stream", (stream.name, position, *_place(stream.place))
        for team in stream.teams:
            yield "config_value_stream_team", (stream.name, team, *_place(place_of(team) or stream.place))
        yield from _selector_rows(("value_streams", None, stream.name, position), stream.scope, stream.place)


def _selector_rows(
    of: tuple[str, str | None, str | None, int], match: Match, place: Place | None, *, negated: bool = False
) -> Iterator[tuple[str, Row]]:
    """Yield one row per value that a selector asks for; all that stands below a ``not`` is ``negated``."""
    lists = {key: getattr(match, key) for key in SELECTOR_KEYS} | {
        f"fields.{name}": values for name, values in match.fields
    }
    for key, values in lists.items():
        for value in values:
            yield "config_selector", (*of, key, value, negated, *_place(place_of(value) or place))
    if match.negated is not None:
        yield from _selector_rows(of, match.negated, place, negated=True)


def _project_rows(mapping: Mapping) -> Iterator[tuple[str, Row]]:
    """Yield the projects that the mapping names as its own: read from a tracker, or written of apart."""
    for source in mapping.sources:
        for key in cast("Sequence[str]", source.settings.get("projects") or ()):
            yield "config_project", (key, "source", *_place(place_of(key) or source.place))
    for key in mapping.projects:
        yield "config_project", (key, "projects", *_place(mapping.places.get(f"projects.{key}")))


def _exception_rows(mapping: Mapping, today: date | None) -> Iterator[tuple[str, Row]]:
    for position, exception in enumerate(mapping.exceptions, 1):
        last = exception.last_day
        left = (last - today).days if last is not None and today is not None else None
        about = (exception.rule, exception.until, last, left, exception.reason, exception.owner)
        yield "config_exception", (position, *about, *_place(exception.place))
        yield from _selector_rows(("exceptions", None, exception.rule, position), exception.match, exception.place)


def _scalar_rows(mapping: Mapping) -> Iterator[tuple[str, Row]]:
    scalars = {
        "hierarchy.flow_item_level": mapping.flow_item_level,
        "portfolio_level": mapping.portfolio_level,
        "rules.fail_on": mapping.base.rules.fail_on,
        "preview": str(mapping.preview).lower(),
        "report.people": mapping.people,
        "complete": str(mapping.complete).lower(),
    }
    for name, value in scalars.items():
        yield "config_scalar", (name, value, *_place(mapping.places.get(name)))
    for section in sorted(mapping.written):
        yield "config_scalar", (f"written.{section}", "true", *_place(mapping.places.get(section)))
    for path, value in mapping.values:
        yield "config_value", (path, path.rpartition(".")[2], value, secret_kind(path, value), *_place(value.place))


def _workflow_rows(of: tuple[str | None, str | None], workflow: Workflow) -> Iterator[tuple[str, Row]]:
    number = 0
    yield "config_workflow", (*of, *_place(workflow.place))
    for position, stage in enumerate(workflow.stages, 1):
        yield "config_stage", (*of, position, stage.name, *_place(stage.place))
        for step in stage.steps:
            number += 1
            yield "config_step", (*of, stage.name, number, step.name, step.flow_state, *_place(step.place))
            for status in step.statuses:
                at = _place(place_of(status) or step.place)
                yield "config_status", (*of, stage.name, step.name, number, status, step.flow_state, *at)
    for flow_state, statuses in (("cancelled", workflow.cancelled_statuses), ("ignored", workflow.ignored_statuses)):
        for status in statuses:
            at = _place(place_of(status) or workflow.place)
            yield "config_status", (*of, None, None, None, status, flow_state, *at)
    for resolution in workflow.cancelled_resolutions:
        yield "config_resolution", (*of, resolution, *_place(place_of(resolution) or workflow.place))


def _rule_rows(mapping: Mapping) -> Iterator[tuple[str, Row]]:
    for project, own in _projects(mapping, "rules"):
        rules = own.rules
        for setting in ("select", "ignore", "ignore_by_label"):
            for rule in getattr(rules, setting):
                yield "config_rule", (project, setting, rule, None, None, *_place(place_of(rule)))
        for rule, severity in rules.severity.items():
            yield "config_rule", (project, "severity", rule, None, severity, *_place(place_of(rule)))
        for rule, options in rules.options.items():
            yield "config_rule", (project, "options", rule, None, None, *_place(place_of(rule)))
            for name, value in options.items():
                yield "config_rule", (project, "option", rule, name, str(value), *_place(place_of(name)))


def write_config(db: "DuckDBPyConnection", mapping: Mapping, today: date | None = None) -> None:
    """Create and fill the ``config_…`` views; ``today`` is the day that exceptions are counted from."""
    rows: dict[str, list[Row]] = {table: [] for table in TABLES}
    for table, row in _config_rows(mapping, today):
        rows[table].append(row)
    db.execute("".join(f"CREATE TABLE {table} ({columns});" for table, columns in TABLES.items()))
    for table, columns in TABLES.items():
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
