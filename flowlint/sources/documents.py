"""Export files into one table of records, whatever shape they came in: the first step of loading.

``load_document`` holds one row per record: ``file`` (position of the candidate), ``base`` (where the site
lies, from ``self``), id, key, fields, changelog, and the envelope's names and schema. Envelopes are unfolded
and remembered as :class:`Page`; records that are no issues are counted in :class:`Held`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from flowlint.errors import Fault, Place
from flowlint.sources import salvage, sniff
from flowlint.sources.paths import Candidate
from flowlint.sources.sniff import Part, Shape
from flowlint.sources.source import Progress

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

OBJECT_SIZE = 64 << 20
MOST_PACKED = 40
"""How many times its size an archive may hold, where that cannot be looked up."""
LARGEST_OBJECT = (1 << 32) - 1
COLUMNS = {
    "id": "VARCHAR",
    "key": "VARCHAR",
    "self": "VARCHAR",
    "fields": "JSON",
    "changelog": "JSON",
    "names": "JSON",
    "schema": "JSON",
    "issues": "JSON",
    "values": "JSON",
    "errorMessages": "JSON",
    "total": "JSON",
    "startAt": "JSON",
    "isLast": "JSON",
    "nextPageToken": "JSON",
}
ISSUE = '{"id":"VARCHAR","key":"VARCHAR","self":"VARCHAR","fields":"JSON","changelog":"JSON","names":"JSON","schema":"JSON"}'
IS_ISSUE = "(key IS NOT NULL AND coalesce(starts_with(fields::VARCHAR, '{'), false))"  # json_type would parse it all
NOTHING = " AND ".join(f'"{name}" IS NULL' for name in COLUMNS)
BASE = """coalesce(
    nullif(regexp_extract(self, '(?i)^(https?://[^\\s?#"<>]+?)/rest/(?:api|agile|greenhopper|servicedeskapi)/', 1), ''),
    nullif(regexp_extract(self, '(?i)^(https?://[^\\s?#"<>/]+)', 1), ''))"""


@dataclass(frozen=True, slots=True)
class Page:
    """One envelope of a search: what it says of the whole, and how many issues it held."""

    file: int
    issues: int
    total: int | None
    start: int | None
    last: bool | None
    """False: the search has further pages; None: the envelope does not say."""
    capped: bool = False
    """A file with exactly as many issues as Jira puts into one."""


@dataclass(frozen=True, slots=True)
class Held:
    """What one file turned out to hold."""

    issues: int = 0
    others: int = 0
    """Records that are no issues with fields."""
    errors: tuple[str, ...] = ()
    """Messages of Jira's that stood where issues should."""


class Documents:
    """Fills ``load_document`` file by file."""

    def __init__(self, db: "DuckDBPyConnection", spool: Path) -> None:
        """Create the table in ``db``; temporary files go to ``spool``."""
        self.db = db
        self.spool = spool
        self.faults: list[Fault] = []
        self.pages: list[Page] = []
        self.notes: list[str] = []
        self.held: dict[int, Held] = {}
        self.refused: dict[int, sniff.Refused] = {}
        columns = ", ".join(f'"{name}" {kind}' for name, kind in COLUMNS.items())
        db.execute(f"CREATE OR REPLACE TEMP TABLE load_document (file INTEGER, base VARCHAR, {columns})")

    def read(self, candidates: Sequence[Candidate], progress: Progress) -> None:
        """Read all candidates in order."""
        for number, candidate in enumerate(candidates):
            progress(f"reading {candidate.label}", number, len(candidates))
            try:
                part = sniff.prepare(candidate, self.spool, self.faults)
                self._read(number, part)
            except sniff.Refused as refused:
                self.refused[number] = refused
            else:
                self.held[number] = self._unfold(number)
                self._hear(number, part)
        progress("reading exports", len(candidates), len(candidates))

    def remarks(self, candidates: Sequence[Candidate]) -> tuple[list[Fault], list[str]]:
        """Return the faults of all files, and what was passed over because it is no export and nobody named it."""
        faults = list(self.faults)
        passed_over: list[str] = []
        for number, candidate in enumerate(candidates):
            remark = self._remark(number)
            if remark is None:
                continue
            text, damaged = remark
            if damaged or candidate.named:
                faults.append(
                    Fault(Place(candidate.label), text, "Export the issues as JSON, or as CSV with all fields.")
                )
            else:
                passed_over.append(f"{candidate.label}: {text}")
        return faults, passed_over

    def _remark(self, number: int) -> tuple[str, bool] | None:
        """Return what is to be said of a file as a whole, and whether it was meant as an export and is none."""
        refused = self.refused.get(number)
        if refused is not None:
            return refused.reason, refused.damaged
        held = self.held[number]
        if held.errors:
            return f"an error message of Jira's stands in place of issues: {'; '.join(held.errors)}", True
        if held.others and held.issues:
            records = "1 record is no issue" if held.others == 1 else f"{held.others:,} records are no issues"
            return f"{records} with fields; left out", True
        if held.others:
            return "holds no issues of Jira's (records with `key` and `fields`)", False
        return None

    def _hear(self, number: int, part: Part) -> None:
        """Take in what a file that was no JSON says of its search."""
        if part.told is not None:
            self.notes += part.told.notes
            last = False if part.told.capped else None
            self.pages.append(
                Page(number, self.held[number].issues, part.told.total, part.told.start, last, part.told.capped)
            )

    def drop(self) -> None:
        """Free the records once they are read."""
        self.db.execute("DROP TABLE IF EXISTS load_document")

    def _read(self, number: int, part: Part) -> None:
        import duckdb

        try:
            shape = self._insert_tried(number, part) if part.shape is None else part.shape
            if part.shape is not None:
                self._insert(number, part, part.shape)
        except duckdb.Error:
            self._clear(number)
            self._rescue(number, part)
            return
        if shape == "newline_delimited" and self._damaged(number):
            self._mend_lines(number, part)

    def _insert(self, number: int, part: Part, shape: Shape) -> None:
        columns = ", ".join(f"'{name}': '{kind}'" for name, kind in COLUMNS.items())
        unpacked = part.path.stat().st_size * (MOST_PACKED if part.compression == "zstd" else 1) + 1
        size = min(max(OBJECT_SIZE, unpacked if shape == "unstructured" else 0), LARGEST_OBJECT)
        self.db.execute(
            f"""INSERT INTO load_document
                SELECT {number}, {BASE}, * FROM read_json($path, format='{shape}', compression='{part.compression}',
                    ignore_errors={str(shape != "unstructured").lower()}, maximum_object_size={size}, columns={{{columns}}})""",
            {"path": str(part.path)},
        )

    def _insert_tried(self, number: int, part: Part) -> Shape:
        """Read a file that cannot be looked into beforehand: the first shape that gives records is its shape."""
        import duckdb

        shapes: tuple[Shape, ...] = ("newline_delimited", "array", "unstructured")
        failure: duckdb.Error | None = None
        for shape in shapes:
            try:
                self._insert(number, part, shape)
            except duckdb.Error as error:
                failure = error
            if self._count(number, "true") > self._damaged(number):
                return shape
            self._clear(number)
        raise failure or sniff.Refused("no JSON", damaged=False)

    def _damaged(self, number: int) -> int:
        """Count the rows in which nothing was recognised: damaged lines, and records of some other kind."""
        return self._count(number, NOTHING)

    def _count(self, number: int, condition: str) -> int:
        row = self.db.execute(f"SELECT count(*) FROM load_document WHERE file = {number} AND {condition}").fetchone()
        return int(row[0]) if row else 0

    def _clear(self, number: int) -> None:
        self.db.execute(f"DELETE FROM load_document WHERE file = {number}")

    def _rescue(self, number: int, part: Part) -> None:
        """Read a file that the engine gave up on: a torn archive, a cut array, a damaged envelope."""
        if part.compression == "zstd":
            fault = Fault(
                Place(part.label), "the archive is torn or damaged; nothing of it could be read", salvage.LOST
            )
            self.faults.append(fault)
            return
        try:
            with sniff.opened(part) as file:
                data = file.read()
        except sniff.TORN:
            mended = sniff.mend(part.candidate, self.spool, self.faults)
            self._read(number, Part(part.candidate, mended, part.shape))
            return
        target = sniff.spooled(self.spool)
        self._keep(number, part, salvage.salvage_values(data, part.label, target), target)

    def _mend_lines(self, number: int, part: Part) -> None:
        if part.compression == "zstd":
            message = f"{self._damaged(number):,} lines are no JSON records of Jira's; they were not judged"
            self.faults.append(Fault(Place(part.label), message, "Unpack the file to learn which lines they are."))
            return
        target = sniff.spooled(self.spool)
        with sniff.opened(part) as lines:
            rescued = salvage.salvage_lines(lines, part.label, target)
        self._keep(number, part, rescued, target)

    def _keep(self, number: int, part: Part, rescued: salvage.Rescued, target: Path) -> None:
        """Take in what was mended, and take out the empty rows that its faults speak of."""
        self.faults.extend(rescued.faults)
        self.db.execute(
            f"""DELETE FROM load_document WHERE rowid IN (
                    SELECT rowid FROM load_document WHERE file = {number} AND {NOTHING} LIMIT {rescued.damaged})"""
        )
        if rescued.records:
            self._insert(number, Part(part.candidate, target, "newline_delimited"), "newline_delimited")

    def _unfold(self, number: int) -> Held:
        """Put the issues of envelopes beside the others, and take out what is no issue; say what was there."""
        self.pages.extend(self._pages(number))
        own = ", ".join(f'i."{name}"' for name in ("id", "key", "self", "fields", "changelog"))
        self.db.execute(
            f"""INSERT INTO load_document BY NAME
                SELECT file, {BASE.replace("self", "i.self")} AS base, {own},
                       coalesce(i.names, names) AS names, coalesce(i."schema", "schema") AS "schema"
                FROM (SELECT file, names, "schema", from_json(unnest(from_json(coalesce(issues, "values"), '["JSON"]')), '{ISSUE}') AS i
                      FROM load_document WHERE file = {number} AND key IS NULL AND coalesce(issues, "values") IS NOT NULL)"""
        )
        envelope = 'key IS NULL AND coalesce(issues, "values") IS NOT NULL'
        others = self._count(number, f"NOT {IS_ISSUE} AND NOT ({envelope})")
        errors = self.db.execute(
            f"""SELECT DISTINCT unnest(from_json("errorMessages", '["VARCHAR"]')) AS message
                FROM load_document WHERE file = {number} AND NOT {IS_ISSUE} ORDER BY message"""
        ).fetchall()
        self.db.execute(f"DELETE FROM load_document WHERE file = {number} AND NOT {IS_ISSUE}")
        return Held(self._count(number, "true"), others, tuple(str(row[0]) for row in errors))

    def _pages(self, number: int) -> list[Page]:
        rows = self.db.execute(
            f"""SELECT json_array_length(issues), try_cast("total"->>'$' AS BIGINT), try_cast("startAt"->>'$' AS BIGINT),
                       try_cast("isLast"->>'$' AS BOOLEAN), coalesce("nextPageToken"->>'$', '') <> ''
                FROM load_document WHERE file = {number} AND key IS NULL AND json_type(issues) = 'ARRAY'"""
        ).fetchall()
        return [
            Page(number, int(held or 0), total, start, False if more else last)
            for held, total, start, last, more in rows
        ]
