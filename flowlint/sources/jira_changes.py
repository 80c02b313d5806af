"""Changelogs: those inside the records, and those of a file beside the export, into ``raw_change``."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from flowlint.snapshot.database import has_rows, insert
from flowlint.sources.jira_metadata import Entry
from flowlint.sources.jira_sql import utc

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

HISTORIES = """[{"id":"VARCHAR","created":"VARCHAR","items":[{"field":"VARCHAR","fieldId":"VARCHAR",
    "from":"VARCHAR","fromString":"VARCHAR","to":"VARCHAR","toString":"VARCHAR"}]}]"""


def fill_changes(db: "DuckDBPyConnection", beside: Mapping[str, Sequence[Entry]]) -> int:
    """Fill ``raw_change``; ``beside`` holds per source the entries of changelog files. Returns how many have no time.

    An issue whose changes came from a file beside the export counts as fetched with its changelog.
    """
    db.execute("CREATE OR REPLACE TEMP TABLE load_history (source VARCHAR, issue VARCHAR, histories JSON)")
    insert(db, "load_history", ["source", "issue", "histories"], _rows(beside))
    if not has_rows(db, "load_history") and not has_rows(db, "load_issue WHERE changelog IS NOT NULL"):
        return 0
    db.execute(
        f"""CREATE OR REPLACE TEMP TABLE load_change AS
            WITH held AS (
                SELECT key, CASE json_type(changelog) WHEN 'OBJECT' THEN json_extract(changelog, '$.histories') ELSE changelog END AS histories
                FROM load_issue WHERE changelog IS NOT NULL
                UNION ALL
                SELECT i.key, h.histories FROM load_history h JOIN load_issue i ON i.source = h.source AND h.issue IN (i.id, i.native_key)
            ),
            apart AS (SELECT key, unnest(from_json(histories, '{HISTORIES}')) AS h FROM held),
            items AS (SELECT key, h.id AS id, h.created AS created, unnest(h.items) AS i, generate_subscripts(h.items, 1) AS nth FROM apart)
            SELECT DISTINCT key, id, nth, created, {utc("created")} AS "at", coalesce(i.fieldId, i.field) AS field,
                   i."from" AS from_id, i.fromString AS from_text, i."to" AS to_id, i."toString" AS to_text
            FROM items WHERE coalesce(i.fieldId, i.field) IS NOT NULL"""
    )
    db.execute(
        """INSERT INTO raw_change BY NAME
           SELECT key, "at", row_number() OVER (PARTITION BY key ORDER BY "at", try_cast(id AS BIGINT), id, nth, field, from_id, to_id, from_text, to_text)::INTEGER AS seq,
                  field, from_id, from_text, to_id, to_text
           FROM load_change WHERE "at" IS NOT NULL"""
    )
    db.execute(
        """INSERT INTO raw_fetched
           SELECT -fetched_set, list_sort(list_distinct(list_append(field_ids, 'changelog'))) FROM raw_fetched
           WHERE EXISTS (SELECT 1 FROM load_history)"""
    )
    db.execute(
        """UPDATE raw_issue SET fetched_set = -fetched_set
           WHERE (source, id) IN (SELECT source, issue FROM load_history) OR (source, native_key) IN (SELECT source, issue FROM load_history)"""
    )
    row = db.execute('SELECT count(*) FROM load_change WHERE "at" IS NULL').fetchone()
    return int(row[0]) if row else 0


def _rows(beside: Mapping[str, Sequence[Entry]]) -> Iterator[tuple[str, str, str]]:
    for source, entries in beside.items():
        for entry in entries:
            issue = next((entry[name] for name in ("issue_id", "issueId", "issue_key", "key") if name in entry), None)
            for histories in _histories(entry):
                yield source, str(issue), json.dumps(histories)


def _histories(entry: Entry) -> Iterable[list[Any]]:
    """Yield lists of histories: ``history`` holds one, ``histories``, ``changeHistories`` and ``changelog`` hold several."""
    for name in ("history", "histories", "changeHistories", "changelog"):
        value = entry.get(name)
        if name == "changelog" and isinstance(value, dict):
            value = value.get("histories")
        if isinstance(value, dict):
            yield [value]
        elif isinstance(value, list):
            yield value
