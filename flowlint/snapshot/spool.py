"""Pages that a pull brought, each a file, until they are in a snapshot: a pull that was killed goes on with them."""

import json
import re
import shutil
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Literal, Self

from flowlint.snapshot.site_snapshot import About, size_of

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

Kind = Literal["issues", "context", "changes"]
COLUMNS = {
    "issues": "{'id': 'BIGINT', 'key': 'VARCHAR', 'updated': 'VARCHAR', 'refs': 'VARCHAR', 'record': 'VARCHAR'}",
    "changes": "{'id': 'BIGINT', 'histories': 'VARCHAR'}",
}
LEAST_MEMORY = 40
ROWS_AT_ONCE = 4096
LONGEST_LINE = 1 << 20
"""Bytes; longer ones make their file's reader take more."""


class Spool:
    """The pages of one question to one state of the snapshot. Any thread may add."""

    def __init__(self, folder: Path, about: About, pages: Sequence[Path]) -> None:
        self._folder = folder
        self.about = about
        """The question, with the moment at which the first of the pulls that asked it began."""
        self._pages = max(map(_number, pages), default=0)
        self._longest = self._rows = self._size = 0
        for path in pages:
            with path.open("rb") as file:
                self._count(list(map(len, file)))
        self._taken = 0
        self._lock = Lock()

    @classmethod
    def open(cls, folder: Path, about: About, base: datetime | None) -> Self:
        """Return what an interrupted pull left, where it asked the same of the same snapshot (``base``: when that was pulled), else an empty spool."""
        try:
            told = json.loads((folder / "about.json").read_text(encoding="utf-8"))
            before = About.from_json(told["about"])
            same = before.asks_what(about) and told["base"] == _text(base)
        except (OSError, ValueError, KeyError, TypeError):
            same = False
        if same:
            return cls(folder, before, [path for path in folder.iterdir() if _number(path)])
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        told = {"about": about.to_json(), "base": _text(base)}
        _write(folder / "about.json", json.dumps(told))
        return cls(folder, about, ())

    def add(self, kind: Kind, rows: Iterable[Sequence[str | int]]) -> None:
        """Keep a page: rows as the tables ``pulled_issue`` and ``pulled_change`` have them, the JSON last."""
        lines = ["\t".join(map(str, row)) + "\n" for row in rows]
        if not lines:
            return
        with self._lock:
            self._pages += 1
            number = self._pages
            self._count([len(line) for line in lines])
        _write(self._folder / f"{number:06}-{kind}.tsv", "".join(lines))

    def take(self, db: "DuckDBPyConnection") -> bool:
        """Put the pages that were added since the last time into the tables of a snapshot; tell whether there were any."""
        db.execute(f"SET memory_limit='{self._memory()}MB'")
        pages = [path for path in sorted(self._folder.iterdir()) if _number(path) > self._taken]
        for kind in ("issues", "context", "changes"):
            files = [str(path) for path in pages if path.stem.endswith(f"-{kind}")]
            if files:
                self._take(db, kind, files)
        self._taken = max([self._taken, *map(_number, pages)])
        return bool(pages)

    def _take(self, db: "DuckDBPyConnection", kind: Kind, files: list[str]) -> None:
        table, columns = ("pulled_change", "changes") if kind == "changes" else ("pulled_issue", "issues")
        read = self._reading(columns)
        scope = "" if kind == "changes" else f", {str(kind == 'issues').lower()} AS in_scope"
        db.execute("BEGIN")
        db.execute(f"DELETE FROM {table} WHERE id IN (SELECT id FROM {read})", {"files": files})
        db.execute(f"INSERT INTO {table} BY NAME SELECT *{scope} FROM {read}", {"files": files})
        db.execute("COMMIT")

    def _reading(self, columns: str) -> str:
        return f"""read_csv($files, columns={COLUMNS[columns]}, delim='\t', quote='', escape='', header=false, auto_detect=false,
            nullstr='', max_line_size={max(self._longest + 1, LONGEST_LINE)})"""

    def name_taken(self, db: "DuckDBPyConnection", table: str, kind: Kind = "issues") -> None:
        """Write the ids of what was taken so far into a table (``id``)."""
        pages = (path for path in sorted(self._folder.iterdir()) if 0 < _number(path) <= self._taken)
        files = [str(path) for path in pages if path.stem.endswith(f"-{kind}")]
        if files:
            columns = "changes" if kind == "changes" else "issues"
            db.execute(f"INSERT INTO {table} SELECT DISTINCT id FROM {self._reading(columns)}", {"files": files})

    def _count(self, lengths: Sequence[int]) -> None:
        self._longest = max(self._longest, *lengths)
        self._rows += len(lengths)
        self._size += sum(lengths)

    def _memory(self) -> int:
        """Return how many megabytes the database may take: it works on some thousands of rows at a time."""
        usual = self._size / max(self._rows, 1)
        return LEAST_MEMORY + round((ROWS_AT_ONCE * usual + 8 * self._longest) / (1 << 20))

    def clear(self) -> None:
        """Remove the pages: they are in a snapshot."""
        shutil.rmtree(self._folder, ignore_errors=True)


def left_in(folder: Path) -> tuple[int, int]:
    """Return how many pages lie in the folder of a spool, and their bytes: none after a pull that came to its end."""
    pages = [path for path in folder.iterdir() if _number(path)] if folder.is_dir() else []
    return len(pages), sum(map(size_of, pages))


def _number(path: Path) -> int:
    match = re.fullmatch(r"(\d+)-[a-z]+\.tsv", path.name)
    return int(match[1]) if match else 0


def _text(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment is not None else None


def _write(path: Path, text: str) -> None:
    """Write a file that is there whole or not at all, whenever the process is killed."""
    part = path.with_name(f"{path.name}.part")
    part.write_text(text, encoding="utf-8")
    part.replace(path)
