"""Parents that are not in the data, said once per project they are in (RULES.md, H108)."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

SHOWN = 5
QUERY = """
SELECT coalesce(nullif(regexp_extract(parent_key, '^(.*)-[0-9]+$', 1), ''), 'an unknown project') AS target,
       count(*) AS issues, count(DISTINCT parent_key) AS parents
FROM issue WHERE in_scope AND parent_state IN ('outside', 'hidden') AND parent_key IS NOT NULL
GROUP BY target ORDER BY issues DESC, target
"""


def outside_parents(db: "DuckDBPyConnection") -> tuple[str, ...]:
    """Return a sentence on parents outside the data, by project; nothing where there are none."""
    rows = db.execute(QUERY).fetchall()
    if not rows:
        return ()
    named = [
        f"{issues} below {parents} parent{'s' if parents > 1 else ''} in {target}"
        for target, issues, parents in rows[:SHOWN]
    ]
    if len(rows) > SHOWN:
        named.append(f"{sum(row[1] for row in rows[SHOWN:])} below others")
    total = sum(row[1] for row in rows)
    whose = "issue has its parent" if total == 1 else "issues have their parents"
    return (f"{total} {whose} outside the data, so what depends on it is not judged: {', '.join(named)}.",)
