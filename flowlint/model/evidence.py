"""What the raw rows show to a person who decides on a mapping: how types, statuses and fields are used."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from flowlint.config.mapping import fold
from flowlint.config.observed import Evidence, StatusUse

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

SITES = """
SELECT i.source, min(regexp_extract(i.url, '^(https?://.+)/browse/', 1)), list(DISTINCT i.project ORDER BY i.project)
    FILTER (WHERE i.in_scope)
FROM raw_issue i GROUP BY i.source ORDER BY i.source
"""
CHILDLESS = """
SELECT type_name, type_id, count(*), count(*) FILTER (WHERE key NOT IN (SELECT parent_key FROM raw_parent WHERE parent_key IS NOT NULL))
FROM raw_issue WHERE type_name IS NOT NULL GROUP BY type_name, type_id ORDER BY ALL
"""
STATUSES = """
WITH moves AS (
    SELECT name, sum(away) AS away, sum(here) AS here FROM (
        SELECT from_text AS name, count(*) AS away, 0 AS here FROM raw_change WHERE field = 'status' GROUP BY from_text
        UNION ALL SELECT to_text, 0, count(*) FROM raw_change WHERE field = 'status' GROUP BY to_text
    ) GROUP BY name
),
used AS (
    SELECT source, status_id AS id, status_name AS name, min(status_category) AS category, count(*) AS issues, count(resolution) AS resolved
    FROM raw_issue WHERE status_name IS NOT NULL GROUP BY ALL
    UNION ALL
    -- What issues were in once, where the site still has it.
    SELECT s.source, s.id, s.name, s.category, 0, 0 FROM raw_site_status s
    WHERE s.name IN (SELECT name FROM moves) AND (s.project IS NULL OR s.project IN (SELECT project FROM raw_issue))
)
SELECT min(u.name), u.category, list(DISTINCT u.id ORDER BY u.id) FILTER (WHERE u.id IS NOT NULL),
       sum(u.issues), sum(u.resolved), coalesce((min(m.away) - min(m.here)) / (min(m.away) + min(m.here)), 0)
FROM used u LEFT JOIN moves m ON m.name = u.name
GROUP BY lower(nfc_normalize(trim(u.name))), u.category ORDER BY ALL
"""
AMBIGUOUS = """
SELECT DISTINCT lower(nfc_normalize(trim(name))) FROM raw_site_type
WHERE project IS NULL OR project IN (SELECT project FROM raw_issue)
GROUP BY source, lower(nfc_normalize(trim(name)))
HAVING count(DISTINCT id) > 1 AND (count(DISTINCT hierarchy_level) > 1 OR count(DISTINCT subtask) > 1)
"""
LABELS = """
SELECT label, count(*) AS n FROM (SELECT unnest(labels) AS label FROM raw_issue) GROUP BY label ORDER BY n DESC, label
"""
HEADINGS = """
SELECT heading, count(*) FROM (
    SELECT DISTINCT key, lower(trim(regexp_replace(line, '^#{1,6} +|:.*$|[*_]', '', 'g'))) AS heading
    FROM (SELECT key, unnest(string_split(description, chr(10))) AS line FROM raw_issue WHERE description IS NOT NULL)
    WHERE starts_with(line, '#') OR contains(line, ':')
) WHERE list_contains($wanted, heading) GROUP BY heading ORDER BY heading
"""
FIELDS = "SELECT id, sum(filled), sum(fetched) FROM raw_site_field GROUP BY id ORDER BY id"


def gather(db: "DuckDBPyConnection", headings: Iterable[str]) -> Evidence:
    """Return how the loaded issues use what a mapping speaks of; ``headings`` are those to count in descriptions."""
    issues, since, until = db.execute(
        "SELECT count(*) FILTER (WHERE in_scope), min(created)::DATE::VARCHAR, max(updated)::DATE::VARCHAR FROM raw_issue"
    ).fetchall()[0]
    wanted = sorted({fold(heading) for heading in headings})
    return Evidence(
        issues=issues,
        sites=tuple((alias, url or None, tuple(projects)) for alias, url, projects in db.execute(SITES).fetchall()),
        since=since,
        until=until,
        childless={(name, id_): (n, bare) for name, id_, n, bare in db.execute(CHILDLESS).fetchall()},
        statuses=tuple(_statuses(db)),
        # SQL leaves blanks at the ends that are no spaces.
        ambiguous=frozenset(fold(name) for (name,) in db.execute(AMBIGUOUS).fetchall()),
        labels=tuple(db.execute(LABELS).fetchall()),
        headings=dict(db.execute(HEADINGS, {"wanted": wanted}).fetchall()),
        filled={id_: (filled, fetched) for id_, filled, fetched in db.execute(FIELDS).fetchall()},
    )


def _statuses(db: "DuckDBPyConnection") -> Iterable[StatusUse]:
    """Yield statuses by name, those of most issues first."""
    by_name: dict[str, list[tuple[str, str | None, list[str] | None, int, int, float]]] = {}
    for row in db.execute(STATUSES).fetchall():
        by_name.setdefault(fold(row[0]), []).append(row)
    found = [
        StatusUse(
            name=min(rows, key=lambda row: (-row[3], row[0]))[0],
            ids={category: tuple(ids or ()) for _, category, ids, *_ in rows},
            issues=sum(row[3] for row in rows),
            resolved=sum(row[4] for row in rows),
            lead=float(rows[0][5]),
        )
        for rows in by_name.values()
    ]
    return sorted(found, key=lambda one: (-one.issues, one.name))
