"""Issues whose records say what is no longer so although their ``updated`` did not move.

A record speaks of other things too: its status and type, versions and sprints, its parent, sub-tasks and links. When one of
these is renamed, moved, deleted or hidden, nothing tells so at the issue itself, and it has to be read again.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

SPRINT = "com.pyxis.greenhopper.jira:gh-sprint"
CARRIED = {
    "types": ("name", "subtask", "hierarchyLevel"),
    "statuses": ("name", "statusCategory"),
    "versions": ("name", "archived", "released", "startDate", "releaseDate"),
    "sprints": ("name", "state", "goal", "startDate", "endDate", "completeDate"),
}
"""Kinds of metadata, and what issues carry of an entry."""


def note_renamed(
    db: "DuckDBPyConnection", metadata: Mapping[str, Sequence[Mapping[str, Any]]], kinds: Iterable[str]
) -> None:
    """Add issues to ``pull_changed`` that carry metadata, of these kinds, which is no longer what the snapshot holds of it."""
    sprint = next((str(one["id"]) for one in metadata["fields"] if _custom(one) == SPRINT), "sprint")
    held = {
        "types": "[json_extract_string(record, '$.fields.issuetype.id')]",
        "statuses": "[json_extract_string(record, '$.fields.status.id')]",
        "versions": "json_extract_string(record, '$.fields.fixVersions[*].id')",
        "sprints": f"json_extract_string(record, '$.fields.{sprint}[*].id')",
    }
    for kind in kinds:
        rows = db.execute("SELECT entry::VARCHAR FROM pulled_metadata WHERE kind = $1", [kind]).fetchall()
        before, now = _carried(kind, (json.loads(row[0]) for row in rows)), _carried(kind, metadata[kind])
        # Open sprints are listed, and one that is missing was closed; of the others a missing one may be closed to the account.
        others = [id_ for id_, told in before.items() if now.get(id_, None if kind == "sprints" else told) != told]
        if others:
            db.execute(
                f"INSERT INTO pull_changed SELECT id FROM pulled_issue WHERE list_has_any({held[kind]}, $1)", [others]
            )


def outdated(db: "DuckDBPyConnection", hidden: Iterable[str], parent_fields: Sequence[str]) -> list[int]:
    """Return the ids of issues in scope that were not read by this pull and speak of others as they were.

    They name one that is not shown (of which they alone speak), is no longer there, or has another key now; or one
    that was read tells of a link or sub-task that they do not tell of, or the other way round. ``parent_fields`` name
    parents beside ``parent``.
    """
    _note_relations(db, parent_fields)
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
               SELECT id FROM pull_named WHERE name IN (SELECT name FROM pull_stirred)
               UNION SELECT id FROM one_sided WHERE other IN (SELECT id FROM pull_read)
               UNION SELECT other FROM one_sided WHERE id IN (SELECT id FROM pull_read)
           )
           SELECT id FROM pulled_issue
           WHERE in_scope AND id IN (SELECT id FROM found) AND id NOT IN (SELECT id FROM pull_read) ORDER BY id"""
    ).fetchall()
    return [id_ for (id_,) in rows]


def _note_relations(db: "DuckDBPyConnection", parent_fields: Sequence[str]) -> None:
    """Make ``pull_named`` (id, name): whom issues name, by id or key; and ``pull_related`` (id, other): what both sides tell."""
    beside = [f"$.fields.{name}{member}" for name in parent_fields for member in ("", ".data.key")]
    members = ["issuetype.subtask", "parent", "subtasks", "issuelinks"]
    paths = ", ".join(f"'{path}'" for path in [*(f"$.fields.{member}" for member in members), *beside])
    ends = ["v[3], '$[*]", "v[4], '$[*].inwardIssue", "v[4], '$[*].outwardIssue"]
    ids, keys = ([f"json_extract_string({end}.{name}')" for end in ends] for name in ("id", "key"))
    parents = ", ".join(["v[2]->>'$.id'", "v[2]->>'$.key'", *(f"v[{nth}]->>'$'" for nth in range(5, 5 + len(beside)))])
    # A record is parsed once.
    db.execute(
        f"""CREATE TEMP TABLE pull_relations AS
            SELECT id, list_distinct(list_concat([{parents}], {", ".join([*ids, *keys])})) AS names,
                   list_concat(CASE WHEN v[1] = 'true' THEN [v[2]->>'$.id'] END, {", ".join(ids)}) AS others
            FROM (SELECT id, json_extract(record, [{paths}]) AS v FROM pulled_issue);
            CREATE TEMP VIEW pull_named AS SELECT id, unnest(names) AS name FROM pull_relations;
            CREATE TEMP VIEW pull_related AS SELECT id, try_cast(unnest(others) AS BIGINT) AS other FROM pull_relations"""
    )


def _carried(kind: str, entries: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    return {
        str(entry.get("id")): json.dumps([entry.get(name) for name in CARRIED[kind]], sort_keys=True)
        for entry in entries
    }


def _custom(entry: Mapping[str, Any]) -> object:
    schema = entry.get("schema")
    return schema.get("custom") if isinstance(schema, dict) else None
