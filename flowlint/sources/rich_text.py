"""Rich texts of a temporary table to the plain form (:mod:`.layout`), in batches: the one part of sound input that Python reads.

Most texts hold no markup. What :mod:`.markup` could change is sought by SQL first, in the JSON as it stands, so that
no text is taken out of it in vain. It may find more than there is, never less.
"""

import json
from typing import TYPE_CHECKING

from flowlint.snapshot.database import has_rows, insert
from flowlint.sources import adf, markup
from flowlint.sources.markup_sql import easy_sql, rich_sql

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

WINDOW = 10_000
"""Rich texts that are taken out at once."""
_DECODER = json.JSONDecoder(strict=False)


def fill_plain(db: "DuckDBPyConnection", table: str, column: str, target: str) -> None:
    """Create the temporary table ``target`` (row, plain): the plain form of each text in ``table.column`` that is rich.

    A text that is not there is plain as it is, but for its line ends.
    """
    raw = f"{column}::VARCHAR"
    text = f"CASE WHEN starts_with({raw}, '\"') THEN {column}->>'$' END"
    rich = f"(SELECT rowid AS row, {text} AS text FROM {table} WHERE {rich_sql(raw)})"
    db.execute(f"CREATE OR REPLACE TEMP TABLE {target} (row BIGINT, plain VARCHAR)")
    if not has_rows(db, rich):
        return
    db.execute(f"INSERT INTO {target} {easy_sql(rich)}")
    rows = [row for (row,) in db.execute(f"SELECT row FROM {target} WHERE plain IS NULL ORDER BY row").fetchall()]
    db.execute(f"DELETE FROM {target} WHERE plain IS NULL")
    for start in range(0, len(rows), WINDOW):
        found = db.execute(
            f"SELECT rowid, {raw} FROM {table} WHERE rowid IN (SELECT unnest($1))", [rows[start : start + WINDOW]]
        ).fetchall()
        insert(db, target, ["row", "plain"], [(row, plain_text(value)) for row, value in found])


def plain_text(value: str) -> str:
    """Return the plain form of an ADF document or a text given as JSON; one that Python cannot parse gives no text."""
    try:
        found = _DECODER.decode(value)
        text = markup.to_text(found) if isinstance(found, str) else adf.to_text(found)
    except (ValueError, RecursionError):
        return ""
    return text.encode("utf-8", "replace").decode()
