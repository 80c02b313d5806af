"""The DuckDB database that a run works in: opened with limits, filled through the raw tables, then locked."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

SCHEMA = Path(__file__).with_name("schema.sql")
BATCH = 2000


def open_database(path: Path | None = None) -> "DuckDBPyConnection":
    """Return a connection with the raw tables created, in memory or in the file ``path`` (which must be new)."""
    db = connect(path)
    db.execute(SCHEMA.read_text(encoding="utf-8"))
    return db


def connect(path: Path | None = None) -> "DuckDBPyConnection":
    """Return a connection to an empty database, in memory or in the file ``path`` (which must be new)."""
    import duckdb

    db = duckdb.connect(str(path) if path else ":memory:")
    settle(db)
    return db


def settle(db: "DuckDBPyConnection") -> None:
    """Make times UTC, keep Python's variables out of queries, and have errors tell their places."""
    db.execute("SET TimeZone='UTC'; SET python_enable_replacements=false; SET errors_as_json=true")


def lock(db: "DuckDBPyConnection") -> None:
    """Shut the database off from files, network and settings; from here on rules may run in it."""
    db.execute("SET enable_external_access=false")
    db.execute("SET lock_configuration=true")


def has_rows(db: "DuckDBPyConnection", relation: str) -> bool:
    """Tell whether a relation of flowlint's own has any row; planning a query over nothing takes longer than to ask."""
    row = db.execute(f"SELECT EXISTS (SELECT 1 FROM {relation})").fetchone()
    return bool(row and row[0])


def insert(db: "DuckDBPyConnection", table: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Append ``rows`` to a table of flowlint's own (``table`` and ``columns`` are never user input)."""
    batch: list[Sequence[object]] = []
    for row in rows:
        batch.append(row)
        if len(batch) == BATCH:
            _insert_batch(db, table, columns, batch)
            batch = []
    if batch:
        _insert_batch(db, table, columns, batch)


def _insert_batch(db: "DuckDBPyConnection", table: str, columns: Sequence[str], batch: list[Sequence[object]]) -> None:
    # Bare DuckDB has no quick way in for Python rows but lists as parameters; executemany is 50 times slower.
    unnested = ", ".join(f"unnest(${position})" for position in range(1, len(columns) + 1))
    quoted = (f'"{column}"' for column in columns)
    db.execute(
        f"INSERT INTO {table} ({', '.join(quoted)}) SELECT {unnested}",
        [[row[position] for row in batch] for position in range(len(columns))],
    )
