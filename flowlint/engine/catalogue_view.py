"""The view ``rule``: the catalogue as rules themselves may read it."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from flowlint.engine.rule import Rule
from flowlint.snapshot.database import insert

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

COLUMNS = ("code", "name", "group", "severity", "confidence", "scope", "status")


def write_catalogue(db: "DuckDBPyConnection", rules: Sequence[Rule]) -> None:
    """Create and fill the view ``rule``."""
    db.execute("CREATE TABLE rule (" + ", ".join(f'"{column}" VARCHAR' for column in COLUMNS) + ")")
    rows = [(r.id, r.name, r.group, r.severity, r.confidence, r.scope, r.status) for r in rules]
    insert(db, "rule", COLUMNS, rows)
