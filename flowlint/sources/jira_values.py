"""Values of the fields that the mapping speaks of: ``load_value`` as they came, ``raw_field_value`` as rules read them."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from flowlint.snapshot.database import has_rows, insert
from flowlint.sources.jira_fields import OWN_TABLES, ByProject, of_project
from flowlint.sources.jira_sql import person, text
from flowlint.sources.rich_text import fill_plain

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

NUMBER = r"\s*[-+]?[0-9]{1,15}([.][0-9]{1,15})?\s*"
EMPTY = "('null', '[]', '\"\"', '{}')"


def spread_values(db: "DuckDBPyConnection", by_source: Mapping[str, ByProject]) -> None:
    """Fill ``load_value`` with one row per issue and filled field, and ``load_use`` with what each field means where."""
    db.execute(
        f"""CREATE OR REPLACE TEMP TABLE load_value AS
            SELECT * FROM (
                SELECT i.source, i.island, i.key, i.project, unnest(c.ids) AS field_id, unnest(i.custom) AS value
                FROM load_issue i JOIN load_custom c USING (source) WHERE len(c.ids) > 0
            ) WHERE value IS NOT NULL AND value::VARCHAR NOT IN {EMPTY}"""
    )
    db.execute(
        "CREATE OR REPLACE TEMP TABLE load_use (source VARCHAR, project VARCHAR, logical VARCHAR, field_id VARCHAR)"
    )
    rows = []
    for source, project in db.execute("SELECT DISTINCT source, project FROM load_issue ORDER BY ALL").fetchall():
        found = of_project(by_source[source], project)
        rows += [(source, project, logical, id_) for logical, ids in found.items() for id_ in ids]
    insert(db, "load_use", ["source", "project", "logical", "field_id"], rows)


def fill_field_values(db: "DuckDBPyConnection") -> None:
    """Fill ``raw_field_value``, one row per value; fields that have a table of their own are left to it."""
    if not has_rows(db, "load_value"):
        return
    own = ", ".join(f"'{logical}'" for logical in sorted(OWN_TABLES))
    db.execute(
        f"""CREATE OR REPLACE TEMP TABLE load_single AS
            SELECT source, key, field_id, position, value, json_type(value) AS kind FROM (
                SELECT source, key, field_id, unnest(items) AS value, generate_subscripts(items, 1) AS position FROM (
                    SELECT *, CASE json_type(value) WHEN 'ARRAY' THEN from_json(value, '["JSON"]') ELSE [value] END AS items
                    FROM load_value v
                    WHERE NOT EXISTS (SELECT 1 FROM load_use u WHERE u.source = v.source AND u.project = v.project
                                      AND u.field_id = v.field_id AND u.logical IN ({own}))
                )
            ) WHERE value IS NOT NULL AND value::VARCHAR NOT IN {EMPTY}"""
    )
    fill_plain(db, "load_single", "value", "load_plain")
    paths = ["value", "child.value", "accountId", "displayName", "key", "title", "name"]
    listed = ", ".join(f"'$.{path}'" for path in paths)
    db.execute(
        f"""INSERT INTO raw_field_value BY NAME
            WITH apart AS (
                SELECT s.*, d.plain, CASE WHEN s.kind = 'OBJECT' AND d.row IS NULL THEN json_extract_string(s.value, [{listed}]) END AS o
                FROM load_single s LEFT JOIN load_plain d ON d.row = s.rowid
            ),
            said AS (
                SELECT key, field_id, position, CASE
                    WHEN plain IS NOT NULL THEN plain
                    WHEN kind <> 'OBJECT' THEN {text("value")}
                    WHEN o[1] IS NOT NULL THEN concat_ws(' - ', o[1], o[2])
                    WHEN o[3] IS NOT NULL OR (o[4] IS NOT NULL AND (o[5] IS NOT NULL OR o[7] IS NOT NULL)) THEN {person("value")}
                    ELSE coalesce(o[6], o[7], o[4], o[5], value::VARCHAR) END AS text
                FROM apart
            )
            SELECT key, field_id, position::INTEGER AS position, text,
                   CASE WHEN regexp_full_match(text, '{NUMBER}') OR regexp_full_match(text, '-?[0-9]+([.][0-9]+)?[eE][-+]?[0-9]{{1,2}}')
                        THEN try_cast(trim(text) AS DOUBLE) END AS number
            FROM said WHERE text <> ''"""
    )
