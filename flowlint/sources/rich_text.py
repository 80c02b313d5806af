"""Rich texts (ADF) of a temporary table to plain text, in batches: the one part of sound input that Python reads."""

import json
from typing import TYPE_CHECKING

from flowlint.snapshot.database import insert
from flowlint.sources import adf

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

WINDOW = 10_000
"""Rows of the table that one query looks at."""


def fill_plain(db: "DuckDBPyConnection", table: str, column: str, target: str) -> None:
    """Create the temporary table ``target`` (row, plain): the plain text of each ADF document in ``table.column``."""
    db.execute(f"CREATE OR REPLACE TEMP TABLE {target} (row BIGINT, plain VARCHAR)")
    is_document = f"starts_with({column}::VARCHAR, '{{') AND {column}->>'$.type' = 'doc'"
    found = db.execute(f"SELECT count(*), min(rowid), max(rowid) FROM {table} WHERE {is_document}").fetchone()
    count, first, last = found or (0, 0, 0)
    for start in range(first, last + 1, WINDOW) if count else ():
        rows = db.execute(
            f"SELECT rowid, {column}::VARCHAR FROM {table} WHERE rowid BETWEEN {start} AND {start + WINDOW - 1} AND {is_document}"
        ).fetchall()
        insert(db, target, ["row", "plain"], [(row, plain_text(document)) for row, document in rows])


def plain_text(document: str) -> str:
    """Return the plain text of an ADF document given as JSON; one that Python cannot parse gives no text."""
    try:
        return adf.to_text(json.loads(document, strict=False)).encode("utf-8", "replace").decode()
    except (ValueError, RecursionError):
        return ""
