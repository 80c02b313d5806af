"""A watch over running rules: DuckDB's interrupt is best effort, so a run whose rule overstays is ended."""

import os
import sys
import threading
from types import TracebackType
from typing import TYPE_CHECKING, Self

from flowlint.errors import EXIT_USAGE

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

LIMIT = 60.0
"""Seconds that one rule may take; a million issues take the dearest built-in rule about one."""
GRACE = 30.0
"""Seconds between the interrupt and the end of the whole run."""


class Watchdog:
    """Interrupts the rule that runs inside it after ``limit`` seconds, and ends the process ``grace`` later."""

    def __init__(self, db: "DuckDBPyConnection", rule: str, limit: float = LIMIT, grace: float = GRACE) -> None:
        self._db = db
        self._rule = rule
        self._grace = grace
        self._timer = threading.Timer(limit, self._interrupt)
        self._timer.daemon = True

    def __enter__(self) -> Self:
        self._timer.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._timer.cancel()

    def _interrupt(self) -> None:
        self._db.interrupt()
        self._timer = threading.Timer(self._grace, self._end)
        self._timer.daemon = True
        self._timer.start()

    def _end(self) -> None:
        sys.stderr.write(f"Error: rule {self._rule} does not end, even when interrupted; the run is given up.\n")
        sys.stderr.flush()
        # Nothing short of this stops a query that does not look for interrupts.
        os._exit(EXIT_USAGE)
