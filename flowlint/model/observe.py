"""What the raw rows show of types, statuses and resolutions: the ground that inference stands on."""

from typing import TYPE_CHECKING

from flowlint.config.observed import Observed, SeenResolution, SeenStatus, SeenType

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

TYPES = """
WITH epics AS (
    SELECT p.project, p.type_id, p.type_name, count(*) AS epic_of
    FROM raw_parent c JOIN raw_issue p ON p.key = c.parent_key
    WHERE c.via IN ('epic_link', 'epic') GROUP BY ALL
),
parents AS (
    SELECT project, type_id, type_name, list(child ORDER BY child) AS children, list(n ORDER BY child) AS counts FROM (
        SELECT p.project, p.type_id, p.type_name, i.type_name AS child, count(*) AS n
        FROM raw_parent c JOIN raw_issue p ON p.key = c.parent_key JOIN raw_issue i ON i.key = c.key
        WHERE c.via IN ('parent', 'parent_link') AND i.type_name IS NOT NULL GROUP BY ALL
    ) GROUP BY project, type_id, type_name
),
seen AS (
    SELECT project, type_id, type_name, bool_or(subtask) AS subtask, max(hierarchy_level) AS hierarchy_level, count(*) AS issues, min(source) AS source
    FROM raw_issue WHERE type_name IS NOT NULL GROUP BY project, type_id, type_name
    UNION ALL
    -- Parents that are not in the data are known by their type alone.
    SELECT regexp_extract(c.parent_key, '([^:]*)-[0-9]+$', 1), c.stub_type_id, c.stub_type_name,
           bool_or(c.stub_subtask), max(c.stub_level), 0, min(i.source)
    FROM raw_parent c JOIN raw_issue i ON i.key = c.key
    WHERE c.stub_type_name IS NOT NULL AND c.parent_key NOT IN (SELECT key FROM raw_issue)
    GROUP BY ALL
)
SELECT s.project, s.type_id, s.type_name,
       (SELECT min(t.untranslated) FROM raw_site_type t WHERE t.source = min(s.source) AND t.id = s.type_id),
       bool_or(s.subtask), max(s.hierarchy_level), sum(s.issues)::INTEGER, coalesce(max(e.epic_of), 0),
       max(p.children), max(p.counts)
FROM seen s
LEFT JOIN epics e ON e.project = s.project AND e.type_id IS NOT DISTINCT FROM s.type_id AND e.type_name = s.type_name
LEFT JOIN parents p ON p.project = s.project AND p.type_id IS NOT DISTINCT FROM s.type_id AND p.type_name = s.type_name
GROUP BY s.project, s.type_id, s.type_name
ORDER BY ALL
"""
STATUSES = """
SELECT project, status_id, status_name, min(status_category), count(*)
FROM raw_issue WHERE status_name IS NOT NULL GROUP BY project, status_id, status_name ORDER BY ALL
"""
RESOLUTIONS = """
SELECT resolution, count(*) FROM raw_issue WHERE resolution IS NOT NULL AND status_category = 'done'
GROUP BY resolution ORDER BY ALL
"""


def observe(db: "DuckDBPyConnection") -> Observed:
    """Return what the loaded issues show; the same rows in any order give the same answer."""
    types = [
        SeenType(
            project=project,
            id=id_,
            name=name,
            untranslated=untranslated,
            subtask=subtask,
            hierarchy_level=level,
            issues=issues,
            epic_of=epic_of,
            parent_of=dict(zip(children or (), counts or (), strict=True)),
        )
        for project, id_, name, untranslated, subtask, level, issues, epic_of, children, counts in db.execute(
            TYPES
        ).fetchall()
    ]
    return Observed(
        types=tuple(types),
        statuses=tuple(SeenStatus(*row) for row in db.execute(STATUSES).fetchall()),
        resolutions=tuple(SeenResolution(*row) for row in db.execute(RESOLUTIONS).fetchall()),
    )


def described_fields(db: "DuckDBPyConnection") -> dict[str, tuple[str | None, str | None]]:
    """Return display name and schema type of every field that the data describes, by id."""
    rows = db.execute("SELECT id, min(name), min(schema_custom) FROM raw_site_field GROUP BY id ORDER BY id").fetchall()
    return {id_: (name, custom) for id_, name, custom in rows}
