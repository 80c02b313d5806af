"""Reads a file in which something is wrong: what is whole is judged, what is mended or lost is named with its line.

Lines that the engine reads are left to it. Everything else is taken apart by a :class:`.walk.Walker` into a file
with a record a line, of which is known at which line of the export each stood; then the engine has the last word
on every record, and what it refuses is mended (:mod:`.mend`) or named.
"""

import json
from array import array
from collections.abc import Iterable, Iterator
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Final

from flowlint.errors import Fault, Place
from flowlint.sources.bounds import Page, page_of
from flowlint.sources.find import TOKEN
from flowlint.sources.mend import look_at, message_of
from flowlint.sources.records import GOOD_RECORD, OBJECT_SIZE, insert_records, refusals
from flowlint.sources.walk import Walker
from flowlint.sources.window import NEVER_TEXT, Window

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

MOST_FAULTS: Final = 50
"""How many faults of one file are named one by one."""
LOST: Final = "Export the file again; what stands here was not judged."
MENDED: Final = "Export the file again as UTF-8 JSON; what could be read was judged."
BLOCK: Final = 1 << 20
LINE_ENDS: Final = str.maketrans("\r\n", "  ")


class Salvage:
    """The salvage of one file, from its plain bytes at a path into ``load_document``."""

    def __init__(self, db: "DuckDBPyConnection", file: int, label: str) -> None:
        """Read for the candidate at position ``file``, which messages call ``label``."""
        self.db = db
        self.file = file
        self.label = label
        self.faults: list[Fault] = []
        self.named = 0
        self.pages: list[Page] = []
        self.others: list[tuple[int, str]] = []
        """Records that were not even meant as issues: at which line, and what they are."""
        self._out: BinaryIO
        self._lines = array("Q")
        self._breaks: dict[int, tuple[str, int]] = {}
        self._mended: list[dict[str, Any]] = []
        self._spans: list[tuple[int, int, object, object]] = []
        self._first = 0
        self._longest = 0

    def read(self, path: Path, spool: Path, *, by_line: bool) -> None:
        """Read the file at ``path``; ``by_line``: it has a record a line. Temporary files go to the folder ``spool``."""
        rescued = spool / f"rescued-{self.file}.json"
        with rescued.open("wb") as self._out:
            if not by_line or not self._read_lines(path):
                with path.open("rb") as file:
                    Walker(Window(iter(lambda: file.read(BLOCK), b"")), self).walk()
        self._take(rescued)
        rescued.unlink()
        if self._mended:
            self._take_mended(rescued)
        if self.named > MOST_FAULTS:
            more = f"{self.named - MOST_FAULTS:,} more places of this file are damaged"
            self.faults.append(Fault(Place(self.label), more, LOST))

    def record(self, line: int, text: str) -> None:
        """Take a whole object."""
        self._write(line, text.translate(LINE_ENDS))

    def suspect(self, line: int, text: str, fault: str, column: int) -> bool:
        """Take an object that a strict reader does not read; tell whether a lenient one does."""
        looked = look_at(text)
        if looked.record is not None:
            self._keep(looked.record, line, looked.faults)
        elif any("\n" in token or "\r" in token for token in TOKEN.findall(text)):
            self.blame(line, fault, column)
        else:
            self._breaks[len(self._lines)] = (looked.faults[0], column)
            self.record(line, text)
        return looked.record is not None

    def open_page(self) -> None:
        """Take notice that the records that follow are of one page."""
        self._first = len(self._lines)

    def page(self, line: int, shell: dict[str, Any]) -> None:
        """Take what a page says beside its records."""
        held = len(self._lines) - self._first
        if "names" in shell or "schema" in shell:
            self._spans.append((self._first, len(self._lines), shell.get("names"), shell.get("schema")))
        if "issues" in shell:
            self.pages.append(page_of(self.file, held, shell, line))
        said = message_of({name: shell[name] for name in ("errorMessages", "errors") if name in shell})
        if said:
            self.blame(line, f"an error message stands beside the issues: {said}")

    def blame(self, line: int, message: str, column: int = 1, help: str = LOST) -> None:
        """Name a fault at a place."""
        self.named += 1
        if self.named <= MOST_FAULTS:
            self.faults.append(Fault(Place(self.label, line, column), message, help))

    def _write(self, line: int, text: str) -> None:
        data = text.encode("utf-8", NEVER_TEXT)
        self._longest = max(self._longest, len(data))
        self._out.write(data + b"\n")
        self._lines.append(line)

    def _keep(self, record: dict[str, Any], line: int, faults: Iterable[str]) -> None:
        self._mended.append(record)
        if told := "; ".join(faults):
            self.blame(line, told, help=MENDED)

    def _read_lines(self, path: Path) -> bool:
        """Leave the good lines to the engine and walk through the others; False where it cannot tell lines apart."""
        try:
            self._load(path, OBJECT_SIZE)
        except refusals():
            return False
        with path.open("rb") as file:
            count = sum(1 for line in file if line.strip())
        if count != self._count():
            return False
        bad = self._bad()
        insert_records(self.db, self.file)
        with path.open("rb") as file:
            for is_bad, run in groupby(_told_apart(file, bad), key=lambda line: line[0]):
                if is_bad:
                    lines = ((number, line) for _, number, line in run)
                    number, first = next(lines)
                    Walker(Window(_chained(first, lines), number), self, by_line=True).walk()
        return True

    def _load(self, path: Path, size: int) -> None:
        self.db.execute(
            """CREATE OR REPLACE TEMP TABLE load_record AS
               SELECT row_number() OVER () - 1 AS nth, record, coalesce(GOOD, false) AS good FROM (
                   SELECT record, from_json(record, '{"key":"VARCHAR","fields":"JSON","issues":"JSON"}') AS r,
                          json_keys(record, ['$', '$.fields']) AS k
                   FROM (SELECT json AS record FROM read_json_objects($path, format='newline_delimited', compression='none',
                         ignore_errors=true, maximum_object_size=SIZE)))""".replace("GOOD", GOOD_RECORD).replace(
                "SIZE", str(size)
            ),
            {"path": str(path)},
        )

    def _count(self) -> int:
        row = self.db.execute("SELECT count(*) FROM load_record").fetchone()
        return int(row[0]) if row else 0

    def _bad(self) -> set[int]:
        return {nth for (nth,) in self.db.execute("SELECT nth FROM load_record WHERE NOT good").fetchall()}

    def _take(self, rescued: Path) -> None:
        """Take in what the walk wrote; look at what the engine refuses of it."""
        if not self._lines:
            return
        self._load(rescued, max(OBJECT_SIZE, self._longest + 1))
        bad = self._bad()
        self.db.execute("CREATE OR REPLACE TEMP TABLE load_span (first BIGINT, until BIGINT, names JSON, schema JSON)")
        for first, until, names, schema in self._spans:
            told = [None if one is None else _plain_json(one) for one in (names, schema)]
            self.db.execute("INSERT INTO load_span VALUES ($1, $2, $3, $4)", [first, until, *told])
        insert_records(self.db, self.file, spans=True)
        with rescued.open("rb") as file:
            for nth, line in enumerate(file):
                if nth in bad:
                    self._look_again(nth, line.decode("utf-8", NEVER_TEXT))

    def _look_again(self, nth: int, text: str) -> None:
        line = self._lines[nth]
        looked = look_at(text)
        if looked.record is not None:
            for first, until, names, schema in self._spans:
                if first <= nth < until:
                    looked.record.update(names=names, schema=schema)
            self._keep(looked.record, line, looked.faults)
        elif looked.meant:
            self.blame(line, *self._breaks.get(nth, (looked.faults[0], 1)))
        else:
            self.others.append((line, looked.faults[0]))

    def _take_mended(self, path: Path) -> None:
        with path.open("wb") as out:
            for record in self._mended:
                data = _plain_json(record).encode()
                self._longest = max(self._longest, len(data))
                out.write(data + b"\n")
        self._load(path, max(OBJECT_SIZE, self._longest + 1))
        refused = len(self._mended) - self._count() + len(self._bad())
        insert_records(self.db, self.file)
        path.unlink()
        if refused:
            self.blame(1, f"{refused:,} records of this file could not be mended")


def _plain_json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False).encode("utf-8", "replace").decode()


def _told_apart(lines: Iterable[bytes], bad: set[int]) -> Iterator[tuple[bool, int, bytes]]:
    """Yield each line with its number, and whether it is among the ``bad`` of those that are not blank."""
    nth = -1
    is_bad = False
    for number, line in enumerate(lines, 1):
        if line.strip():
            nth += 1
            is_bad = nth in bad
        yield is_bad, number, line


def _chained(first: bytes, lines: Iterable[tuple[int, bytes]]) -> Iterator[bytes]:
    yield first
    for _, line in lines:
        yield line
