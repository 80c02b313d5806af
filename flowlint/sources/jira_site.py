"""What is known of the site itself: told by metadata, else by what the issues and the stubs of their parents carry."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from flowlint.config.observed import SeenField
from flowlint.snapshot.database import insert
from flowlint.sources.jira_fields import seen_field
from flowlint.sources.jira_metadata import Metadata
from flowlint.sources.jira_sql import category

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

KINDS = ("projects", "types", "statuses", "sprints", "versions")
SCOPED = """{"id":"VARCHAR","name":"VARCHAR","untranslatedName":"VARCHAR","subtask":"BOOLEAN","hierarchyLevel":"INTEGER",
    "statusCategory":"JSON","scope":{"project":{"id":"VARCHAR","key":"VARCHAR"}}}"""
PROJECT = '{"id":"VARCHAR","key":"VARCHAR","name":"VARCHAR","archived":"BOOLEAN"}'


def tell(db: "DuckDBPyConnection", told: Mapping[str, Metadata]) -> None:
    """Put the entries of metadata into ``load_told``, per source and kind, in their order."""
    db.execute("CREATE OR REPLACE TEMP TABLE load_told (source VARCHAR, kind VARCHAR, nth INTEGER, entry JSON)")
    insert(db, "load_told", ["source", "kind", "nth", "entry"], _entries(told))


def fill_site(
    db: "DuckDBPyConnection",
    told: Mapping[str, Metadata],
    seen: Mapping[str, Sequence[SeenField]],
    described: Mapping[str, Sequence[Mapping[str, Any]]],
) -> None:
    """Fill ``raw_site_project``, ``raw_site_type``, ``raw_site_status``, ``raw_site_field`` and ``raw_site_list``.

    Of several entries for one id the first that metadata tells counts, else the one that most issues carry.
    """
    _fill_projects(db)
    _fill_scoped(db, "types", "raw_site_type", "t.subtask, t.hierarchyLevel", _seen_in("issuetype"))
    _fill_scoped(db, "statuses", "raw_site_status", category("t.statusCategory"), _seen_in("status"))
    columns = ["source", "id", "name", "custom", "schema_type", "schema_items", "schema_custom"]
    insert(db, "raw_site_field", [*columns, "sample", "fetched", "filled"], _field_rows(seen, described))
    insert(db, "raw_site_list", ["source", "kind"], _whole(told))


def _entries(told: Mapping[str, Metadata]) -> Iterator[tuple[str, str, int, str]]:
    for source, metadata in sorted(told.items()):
        for kind in KINDS:
            for nth, entry in enumerate(getattr(metadata, kind)):
                yield source, kind, nth, json.dumps(entry)


def _field_rows(
    seen: Mapping[str, Sequence[SeenField]], described: Mapping[str, Sequence[Mapping[str, Any]]]
) -> Iterator[tuple[object, ...]]:
    for source, fields in sorted(seen.items()):
        told = [seen_field(entry) for entry in described.get(source, ())]
        by_id = {field.id: field for field in (*told, *fields)}
        for id_, field in sorted(by_id.items()):
            custom = id_.startswith("customfield_")
            schema = (field.schema_type, field.schema_items, field.schema_custom)
            yield source, id_, field.name, custom, *schema, field.sample, field.fetched, field.filled


def _whole(told: Mapping[str, Metadata]) -> Iterator[tuple[str, str]]:
    for source, metadata in sorted(told.items()):
        yield from ((source, kind) for kind in sorted(metadata.whole))


def _fill_projects(db: "DuckDBPyConnection") -> None:
    db.execute(
        f"""INSERT INTO raw_site_project BY NAME
            SELECT source, id, key, name, archived FROM (
                SELECT *, row_number() OVER (PARTITION BY source, key ORDER BY told DESC, nth, n DESC, id, name) AS nth_of_key FROM (
                    SELECT source, p.id AS id, p.key AS key, p.name AS name, p.archived AS archived, true AS told, nth, 0 AS n
                    FROM (SELECT source, nth, from_json(entry, '{PROJECT}') AS p FROM load_told WHERE kind = 'projects')
                    UNION ALL
                    SELECT source, p.id, project, p.name, NULL, false, 0, count(*)
                    FROM (SELECT source, project, CASE json_type(f_project) WHEN 'OBJECT' THEN from_json(f_project, '{PROJECT}') END AS p FROM load_issue)
                    GROUP BY ALL
                )
            ) WHERE nth_of_key = 1"""
    )


def _fill_scoped(db: "DuckDBPyConnection", kind: str, table: str, columns: str, seen: str) -> None:
    """Fill a table of types or statuses; ``columns`` reads those of its own from the entry ``t``.

    An entry without an id counts where none of its name has one.
    """
    db.execute(
        f"""INSERT INTO {table}
            SELECT e.source, t.id, t.name, t.untranslatedName, {columns}, coalesce(p.key, t.scope.project.key, t.scope.project.id)
            FROM (
                SELECT *, row_number() OVER (PARTITION BY source, t.id, CASE WHEN t.id IS NULL THEN t.name END
                                             ORDER BY told DESC, nth, n DESC, t) AS nth_of_id,
                       bool_or(t.id IS NOT NULL) OVER (PARTITION BY source, t.name) AS has_ids FROM (
                    SELECT source, nth, 0 AS n, true AS told, from_json(entry, '{SCOPED}') AS t FROM load_told WHERE kind = '{kind}'
                    UNION ALL {seen}
                ) WHERE t.name IS NOT NULL
            ) e LEFT JOIN raw_site_project p ON p.source = e.source AND p.id = t.scope.project.id
            WHERE nth_of_id = 1 AND (t.id IS NOT NULL OR NOT has_ids)"""
    )


def _seen_in(member: str) -> str:
    """Return a SELECT over what issues and their parents' stubs carry as ``member``."""
    return f"""
        SELECT source, 0, sum(n), false, from_json(entry, '{SCOPED}') AS t FROM (SELECT source, entry, count(*) AS n FROM (
            SELECT source, f_{member}::VARCHAR AS entry FROM load_issue
            UNION ALL SELECT source, json_extract(f_parent, '$.fields.{member}')::VARCHAR FROM load_issue
        ) WHERE starts_with(entry, '{{') GROUP BY source, entry) GROUP BY source, t"""
