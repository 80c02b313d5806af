"""Sprints and versions: from what issues carry and what metadata tells to the raw tables."""

from typing import TYPE_CHECKING

from flowlint.snapshot.database import has_rows
from flowlint.sources.jira_sql import text, utc

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

SPRINT = """{"id":"VARCHAR","name":"VARCHAR","state":"VARCHAR","goal":"JSON","boardId":"VARCHAR","originBoardId":"VARCHAR",
    "startDate":"VARCHAR","endDate":"VARCHAR","completeDate":"VARCHAR"}"""
VERSION = """[{"id":"VARCHAR","name":"VARCHAR","released":"BOOLEAN","archived":"BOOLEAN","startDate":"VARCHAR","releaseDate":"VARCHAR"}]"""
ATTRIBUTES = (
    "id|rapidViewId|state|name|goal|startDate|endDate|completeDate|activatedDate|sequence"
    "|incompleteIssuesDestinationId|autoStartStop|synced"
)
"""Attributes of the sprint strings that Jira Server writes, in whatever order; a value ends where the next begins."""
GOAL = "CASE WHEN o.goal IS NOT NULL THEN coalesce(o.goal->>'$', '') END AS goal, o.goal IS NOT NULL AS goal_known"
SPRINT_OBJECT = f"""o.id AS id, o.name AS name, lower(o.state) AS state, {GOAL}, coalesce(o.originBoardId, o.boardId) AS board_id,
    {utc("o.startDate")} AS started, {utc("o.endDate")} AS ends, {utc("o.completeDate")} AS completed"""


def fill_sprints(db: "DuckDBPyConnection") -> None:
    """Fill ``raw_sprint`` and ``raw_issue_sprint`` from sprint fields, in objects and strings."""
    # What stands before the bracket of a sprint string differs from issue to issue.
    plain = f"regexp_replace({text('item')}, '(?s)^com[.]atlassian[.]greenhopper[^\\[]*', '')"
    items = "CASE json_type(value) WHEN 'ARRAY' THEN from_json(value, '[\"JSON\"]') ELSE [value] END"
    db.execute(
        f"""CREATE OR REPLACE TEMP TABLE load_sprint_use AS
            SELECT DISTINCT source, key, CASE json_type(item) WHEN 'VARCHAR' THEN {plain} ELSE item::VARCHAR END AS item, json_type(item) AS kind
            FROM (SELECT source, key, unnest({items}) AS item FROM (
                SELECT v.source, v.key, v.value FROM load_value v JOIN load_use u USING (source, project, field_id) WHERE u.logical = 'sprint'
                UNION ALL SELECT source, key, f_sprint FROM load_issue
                UNION ALL SELECT source, key, "f_closedSprints" FROM load_issue
            ) WHERE value IS NOT NULL)
            WHERE json_type(item) IN ('OBJECT', 'VARCHAR', 'UBIGINT')"""
    )
    if has_rows(db, "load_sprint_use") or has_rows(db, "load_told WHERE kind = 'sprints'"):
        _tell_sprints(db)


def _tell_sprints(db: "DuckDBPyConnection") -> None:
    each = {
        name: f"nullif(regexp_extract(item, '(?s)[\\[,]{name}=(.*?)(?:,(?:{ATTRIBUTES})=|\\]$)', 1), '<null>')"
        for name in ATTRIBUTES.split("|")
    }
    goal_known = "regexp_matches(item, '[\\[,]goal=')"
    db.execute(
        f"""CREATE OR REPLACE TEMP TABLE load_sprint_item AS
            SELECT source, item, {SPRINT_OBJECT}
            FROM (SELECT source, item, from_json(item::JSON, '{SPRINT}') AS o FROM (SELECT DISTINCT source, item FROM load_sprint_use WHERE kind = 'OBJECT'))
            UNION ALL
            SELECT source, item, {each["id"]}, {each["name"]}, lower({each["state"]}), CASE WHEN {goal_known} THEN coalesce({each["goal"]}, '') END,
                   {goal_known}, {each["rapidViewId"]}, {utc(each["startDate"])}, {utc(each["endDate"])}, {utc(each["completeDate"])}
            FROM (SELECT DISTINCT source, item FROM load_sprint_use WHERE kind = 'VARCHAR' AND starts_with(item, '['))
            UNION ALL
            SELECT DISTINCT source, item, item, CASE kind WHEN 'VARCHAR' THEN item END, NULL, NULL, false, NULL, NULL, NULL, NULL
            FROM load_sprint_use WHERE kind <> 'OBJECT' AND NOT starts_with(item, '[') AND item <> ''"""
    )
    db.execute("UPDATE load_sprint_item SET id = name WHERE id IS NULL OR id = ''")
    db.execute("DELETE FROM load_sprint_item WHERE id IS NULL OR id = ''")
    db.execute(
        """INSERT INTO raw_issue_sprint SELECT DISTINCT u.key, u.source, i.id
           FROM load_sprint_use u JOIN load_sprint_item i USING (source, item)"""
    )
    # Seen at several times, a sprint is what it was last; a goal that one of them tells is known.
    db.execute(
        f"""INSERT INTO raw_sprint BY NAME
           WITH load_sprint AS (
               SELECT * EXCLUDE (item), false AS told FROM load_sprint_item
               UNION ALL BY NAME
               SELECT source, {SPRINT_OBJECT}, true AS told
               FROM (SELECT source, from_json(entry, '{SPRINT}') AS o FROM load_told WHERE kind = 'sprints')
           )
           SELECT source, id, name, state, coalesce(goal, any_goal) AS goal, goal_known OR any_goal IS NOT NULL AS goal_known,
                  board_id, started, ends, completed
           FROM (SELECT *, max(goal) OVER (PARTITION BY source, id) AS any_goal, row_number() OVER (PARTITION BY source, id
                    ORDER BY told DESC, CASE state WHEN 'closed' THEN 0 WHEN 'active' THEN 1 ELSE 2 END, completed DESC NULLS LAST,
                    ends DESC NULLS LAST, started DESC NULLS LAST, goal DESC NULLS LAST, name DESC NULLS LAST, board_id NULLS LAST) AS nth
                 FROM load_sprint) WHERE nth = 1"""
    )


def fill_versions(db: "DuckDBPyConnection") -> None:
    """Fill ``raw_version`` and ``raw_issue_version`` from fixVersions, in objects or names."""
    objects = f"""from_json(CASE WHEN json_type(f_fixVersions) = 'ARRAY' AND json_type(f_fixVersions, '$[0]') = 'VARCHAR'
        THEN to_json([{{'name': x}} FOR x IN from_json(f_fixVersions, '["VARCHAR"]')]) ELSE "f_fixVersions" END, '{VERSION}')"""
    db.execute(
        f"""CREATE OR REPLACE TEMP TABLE load_version_use AS
            SELECT source, key, project, coalesce(v.id, v.name) AS id, coalesce(v.name, v.id) AS name, v.released, v.archived,
                   try_cast(left(v.startDate, 10) AS DATE) AS start_date, try_cast(left(v.releaseDate, 10) AS DATE) AS release_date
            FROM (SELECT source, key, project, unnest({objects}) AS v FROM load_issue) WHERE coalesce(v.id, v.name) <> ''"""
    )
    if has_rows(db, "load_version_use") or has_rows(db, "load_told WHERE kind = 'versions'"):
        _tell_versions(db)


def _tell_versions(db: "DuckDBPyConnection") -> None:
    db.execute("INSERT INTO raw_issue_version SELECT DISTINCT key, source, id, name FROM load_version_use")
    # Of several descriptions of one version the commonest counts; metadata goes before them all.
    db.execute(
        f"""INSERT INTO raw_version BY NAME
            WITH said AS (
                SELECT source, project, id, name, released, archived, start_date, release_date, false AS told, count(*) AS n
                FROM load_version_use GROUP BY ALL
                UNION ALL
                SELECT t.source, coalesce(t.project, p.key), v.id, v.name, v.released, v.archived,
                       try_cast(left(v.startDate, 10) AS DATE), try_cast(left(v.releaseDate, 10) AS DATE), true, 0
                FROM (SELECT source, entry->>'$.project' AS project, entry->>'$.projectId' AS project_id, from_json(entry, '{VERSION[1:-1]}') AS v
                      FROM load_told WHERE kind = 'versions') t
                LEFT JOIN raw_site_project p ON p.source = t.source AND p.id = t.project_id
            ),
            ranked AS (
                SELECT * REPLACE (coalesce(project, min(project) OVER (PARTITION BY source, id)) AS project), row_number() OVER (
                    PARTITION BY source, id ORDER BY told DESC, n DESC, released DESC, release_date DESC, archived DESC, start_date, name, project) AS nth
                FROM said WHERE id IS NOT NULL AND name IS NOT NULL
            )
            SELECT * EXCLUDE (told, n, nth) FROM ranked WHERE nth = 1 AND project IS NOT NULL"""
    )
