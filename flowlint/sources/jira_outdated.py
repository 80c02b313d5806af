"""Issues whose records say what is no longer so although their ``updated`` did not move.

A record speaks of other things too: its status and type, versions and sprints, its parent, sub-tasks and links. When one of
these is renamed, moved, deleted or hidden, nothing tells so at the issue itself, and it has to be read again.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

CARRIED = {
    "types": ("name", "subtask", "hierarchyLevel"),
    "statuses": ("name", "statusCategory"),
    "versions": ("name", "archived", "released", "startDate", "releaseDate"),
    "sprints": ("name", "state", "goal", "startDate", "endDate", "completeDate"),
}
"""Kinds of metadata, and what issues carry of an entry."""
HELD = {
    "types": "[refs->>'$.type']",
    "statuses": "[refs->>'$.status']",
    "versions": "json_extract_string(refs, '$.versions[*]')",
    "sprints": "json_extract_string(refs, '$.sprints[*]')",
}
"""The ids of the entries that an issue carries."""


def note_renamed(
    db: "DuckDBPyConnection", metadata: Mapping[str, Sequence[Mapping[str, Any]]], kinds: Iterable[str]
) -> None:
    """Add issues to ``pull_changed`` that carry metadata, of these kinds, which is no longer what the snapshot holds of it."""
    for kind in kinds:
        rows = db.execute("SELECT entry::VARCHAR FROM pulled_metadata WHERE kind = $1", [kind]).fetchall()
        before, now = _carried(kind, (json.loads(row[0]) for row in rows)), _carried(kind, metadata[kind])
        # Open sprints are listed, and one that is missing was closed; of the others a missing one may be closed to the account.
        others = [id_ for id_, told in before.items() if now.get(id_, None if kind == "sprints" else told) != told]
        if others:
            db.execute(
                f"INSERT INTO pull_changed SELECT id FROM pulled_issue WHERE list_has_any({HELD[kind]}, $1)", [others]
            )


def outdated(db: "DuckDBPyConnection", hidden: Iterable[str]) -> list[int]:
    """Return the ids of issues in scope that were not read by this pull and speak of others as they were.

    They name one that is not shown (of which they alone speak), is no longer there, or has another key now; or one
    that was read tells of a link or sub-task that they do not tell of, or the other way round.
    """
    db.execute(
        """CREATE TEMP TABLE pull_related AS
           SELECT id, try_cast(unnest(json_extract_string(refs, '$.related[*]')) AS BIGINT) AS other FROM pulled_issue"""
    )
    db.execute("CREATE TEMP TABLE pull_stirred (name VARCHAR)")
    db.execute("INSERT INTO pull_stirred SELECT unnest($1::VARCHAR[])", [sorted(hidden)])
    db.execute(
        """INSERT INTO pull_stirred SELECT unnest([t.id::VARCHAR, t.key]) FROM pull_there t
           WHERE NOT EXISTS (SELECT 1 FROM pulled_issue p WHERE p.id = t.id AND p.key = t.key)"""
    )
    rows = db.execute(
        """WITH one_sided AS (
               SELECT id, other FROM pull_related r WHERE NOT EXISTS (
                   SELECT 1 FROM pull_related o WHERE o.id = r.other AND o.other = r.id)
           ), found AS (
               SELECT id FROM (SELECT id, unnest(json_extract_string(refs, '$.names[*]')) AS name FROM pulled_issue) WHERE name IN (SELECT name FROM pull_stirred)
               UNION SELECT id FROM one_sided WHERE other IN (SELECT id FROM pull_read)
               UNION SELECT other FROM one_sided WHERE id IN (SELECT id FROM pull_read)
           )
           SELECT id FROM pulled_issue
           WHERE in_scope AND id IN (SELECT id FROM found) AND id NOT IN (SELECT id FROM pull_read) ORDER BY id"""
    ).fetchall()
    return [id_ for (id_,) in rows]


def _carried(kind: str, entries: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    return {
        str(entry.get("id")): json.dumps([entry.get(name) for name in CARRIED[kind]], sort_keys=True)
        for entry in entries
    }
