"""Issues, their parents and their links: from ``load_issue`` to the raw tables."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from flowlint.snapshot.database import has_rows
from flowlint.sources.jira_sql import category, text
from flowlint.sources.rich_text import fill_plain
from flowlint.sources.text import normalised_sql

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

TYPE = '{"id":"VARCHAR","name":"VARCHAR","subtask":"BOOLEAN","hierarchyLevel":"INTEGER"}'
STATUS = '{"id":"VARCHAR","name":"VARCHAR","statusCategory":"JSON"}'
LINKS = """[{"type":{"name":"VARCHAR","inward":"VARCHAR","outward":"VARCHAR"},"inwardIssue":{"key":"VARCHAR"},"outwardIssue":{"key":"VARCHAR"}}]"""


def fill_issues(db: "DuckDBPyConnection") -> None:
    """Fill ``raw_issue`` from ``load_issue``; what a record leaves out of its type and status the ``raw_site_…`` tables tell."""
    fill_plain(db, "load_issue", "f_description", "load_description")
    db.execute(
        """CREATE OR REPLACE TEMP TABLE load_subtasks AS
           SELECT s.key, list(coalesce(k.key, s.child) ORDER BY s.nth) AS subtask_keys
           FROM (SELECT key, source, unnest(subtask_keys) AS child, generate_subscripts(subtask_keys, 1) AS nth FROM load_issue
                 WHERE source IN (SELECT source FROM load_key)) s
           LEFT JOIN load_key k ON k.source = s.source AND k.native_key = s.child GROUP BY s.key"""
    )
    taken_apart = f"""(
        SELECT l.*, l.rowid AS row,
               CASE WHEN json_type(f_description) = 'VARCHAR' THEN replace({text("f_description")}, chr(13) || chr(10), chr(10)) END AS wiki,
               CASE json_type(f_issuetype) WHEN 'OBJECT' THEN from_json(f_issuetype, '{TYPE}')
                    WHEN 'VARCHAR' THEN {{'id': NULL, 'name': {text("f_issuetype")}, 'subtask': NULL, 'hierarchyLevel': NULL}} END AS type,
               CASE json_type(f_status) WHEN 'OBJECT' THEN from_json(f_status, '{STATUS}')
                    WHEN 'VARCHAR' THEN {{'id': NULL, 'name': {text("f_status")}, 'statusCategory': NULL}} END AS status
        FROM load_issue l)"""
    by_name = """(SELECT source, name, min(category) AS category FROM raw_site_status
                  WHERE category IS NOT NULL GROUP BY source, name HAVING count(DISTINCT category) = 1)"""
    db.execute(
        f"""INSERT INTO raw_issue BY NAME
            SELECT i.source, i.id, i.key, i.native_key, i.project, i.url,
                   i.summary, i.summary_norm, i.summary_words, coalesce(d.plain, i.wiki) AS description,
                   i.type.id AS type_id, coalesce(i.type.name, t.name) AS type_name,
                   coalesce(i.type.subtask, t.subtask) AS subtask, coalesce(i.type.hierarchyLevel, t.hierarchy_level) AS hierarchy_level,
                   i.status.id AS status_id, coalesce(i.status.name, s.name) AS status_name,
                   coalesce({category("i.status.statusCategory")}, s.category, n.category) AS status_category,
                   i.resolution, i.assignee, i.reporter, i.assignee_name, i.labels, i.components,
                   i.created, i.updated, i.resolved, i.due,
                   coalesce(k.subtask_keys, i.subtask_keys) AS subtask_keys, h.fetched_set
            FROM ({normalised_sql(taken_apart, ("summary",))}) i
            JOIN load_held h ON h.source = i.source AND h.held = i.held
            LEFT JOIN load_description d ON d.row = i.row
            LEFT JOIN raw_site_type t ON t.source = i.source AND t.id = i.type.id
            LEFT JOIN raw_site_status s ON s.source = i.source AND s.id = i.status.id
            LEFT JOIN {by_name} n ON n.source = i.source AND n.name = i.status.name
            LEFT JOIN load_subtasks k ON k.key = i.key"""
    )


def fill_parents(db: "DuckDBPyConnection") -> None:
    """Fill ``raw_parent`` from parent, epic, and the fields that ``load_use`` gives as epic_link and parent_link.

    A record whose export tells no parents at all says ``hidden``: it may have one, and nobody knows which.
    """
    paths = [
        "key",
        "id",
        "data.key",
        "data.id",
        "fields.issuetype.id",
        "fields.issuetype.name",
        "fields.issuetype.subtask",
    ]
    paths += ["fields.issuetype.hierarchyLevel", "fields.summary", "summary", "name"]
    listed = ", ".join(f"'$.{path}'" for path in paths)
    apart = f"""CASE WHEN json_type(value) = 'OBJECT' THEN json_extract_string(value, [{listed}])
        WHEN json_type(value) IN ('VARCHAR', 'UBIGINT') THEN CASE WHEN regexp_full_match({text("value")}, '[0-9]+')
            THEN [NULL, {text("value")}] ELSE [trim({text("value")})] END END AS p"""
    db.execute(
        f"""INSERT INTO raw_parent BY NAME
            WITH told AS (
                SELECT source, island, key, via, {apart} FROM (
                    SELECT source, island, key, 'parent' AS via, f_parent AS value FROM load_issue WHERE f_parent IS NOT NULL
                    UNION ALL SELECT source, island, key, 'epic', f_epic FROM load_issue WHERE f_epic IS NOT NULL)
                UNION ALL
                SELECT source, island, key, via, {apart} FROM (
                    SELECT DISTINCT v.source, v.island, v.key, u.logical AS via, v.value
                    FROM load_value v JOIN load_use u USING (source, project, field_id)
                    WHERE u.logical IN ('epic_link', 'parent_link'))
            ),
            named AS MATERIALIZED (
                SELECT source, island, key, via, coalesce(nullif(p[1], ''), nullif(p[3], '')) AS native_key, coalesce(p[2], p[4]) AS id,
                       p[5] AS stub_type_id, p[6] AS stub_type_name, try_cast(p[7] AS BOOLEAN) AS stub_subtask,
                       try_cast(p[8] AS INTEGER) AS stub_level, coalesce(p[9], p[10], p[11]) AS stub_summary
                FROM told WHERE coalesce(nullif(p[1], ''), nullif(p[3], ''), p[2], p[4]) IS NOT NULL
            ),
            -- An issue that moved is known by its id; most are known by their key.
            by_id AS (
                SELECT i.source, i.island, i.id, min(i.key) AS key FROM load_issue i
                WHERE i.id IN (SELECT id FROM named WHERE native_key IS NULL OR native_key NOT IN (SELECT native_key FROM load_issue))
                GROUP BY i.source, i.island, i.id
            )
            SELECT n.key, n.via, coalesce(own.key, by_id.key, elsewhere.key, n.native_key) AS parent_key,
                   CASE WHEN coalesce(by_id.key, n.native_key) IS NULL THEN n.id END AS parent_id,
                   n.stub_type_id, n.stub_type_name, n.stub_subtask, n.stub_level, n.stub_summary
            FROM named n
            LEFT JOIN load_issue own ON own.source = n.source AND own.native_key = n.native_key
            LEFT JOIN by_id ON by_id.source = n.source AND by_id.island = n.island AND by_id.id = n.id
            LEFT JOIN load_key elsewhere ON elsewhere.source = n.source AND elsewhere.native_key = n.native_key"""
    )
    db.execute(
        """INSERT INTO raw_parent BY NAME SELECT key, 'parent' AS via, 'hidden' AS state FROM load_issue
           WHERE json_type(f_parent) = 'OBJECT' AND f_parent->>'$.hidden' = 'true'"""
    )


def tell_context(db: "DuckDBPyConnection", hidden: Sequence[str]) -> None:
    """Set apart what was read only as parent or child of others; ``hidden`` are ids and keys of parents that a site does not show."""
    if has_rows(db, "load_context"):
        db.execute(
            """UPDATE raw_issue SET in_scope = false WHERE (source, id) IN (
                   SELECT s.source, c.id FROM load_context c JOIN load_site s ON s.file = c.file AND s.base IS NOT DISTINCT FROM c.base)"""
        )
    if hidden:
        db.execute(
            """UPDATE raw_parent SET state = 'hidden'
               WHERE parent_key IN (SELECT unnest($1)) OR parent_id IN (SELECT unnest($1))
                  OR (key, parent_key) IN (SELECT key, f_parent->>'$.key' FROM load_issue WHERE f_parent->>'$.id' IN (SELECT unnest($1)))""",
            [list(hidden)],
        )


def fill_links(db: "DuckDBPyConnection") -> None:
    """Fill ``raw_link``: each link as seen from the issue that was read."""
    db.execute(
        f"""INSERT INTO raw_link BY NAME
            WITH told AS (SELECT source, key, unnest(from_json(f_issuelinks, '{LINKS}')) AS l FROM load_issue),
            ends AS (
                SELECT source, key, l.type.name AS name, l.outwardIssue.key AS other, 'outward' AS direction, l.type.outward AS words FROM told
                UNION ALL
                SELECT source, key, l.type.name, l.inwardIssue.key, 'inward', l.type.inward FROM told
            )
            SELECT DISTINCT e.key, coalesce(k.key, e.other) AS other_key, coalesce(e.name, e.words, 'link') AS link_type,
                   e.direction, coalesce(e.words, e.name, 'link') AS name
            FROM ends e LEFT JOIN load_key k ON k.source = e.source AND k.native_key = e.other
            WHERE e.other <> ''"""
    )
