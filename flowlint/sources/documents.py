"""Export files into one table of records, whatever shape they came in: the first step of loading.

``load_document`` holds one row per record: ``file`` (position of the candidate), ``base`` (where the site
lies, from ``self``), id, key, fields, changelog, and the envelope's names and schema; ``load_keys`` which fields
the records hold, one row per order of them. Envelopes are unfolded
and remembered as :class:`.bounds.Page`. Sound files are read by the engine alone, which refuses what is not; a file
in which it refuses anything is read again by :class:`.salvage.Salvage`.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from flowlint.errors import Fault, Place
from flowlint.snapshot.site_snapshot import About, attached, is_snapshot
from flowlint.sources import sniff
from flowlint.sources.bounds import Page, circles_of, page_of
from flowlint.sources.jira_metadata import Metadata, kept_metadata
from flowlint.sources.paths import Candidate
from flowlint.sources.records import BASE, COLUMNS, IS_ISSUE, IS_PAGE, ISSUE, OBJECT_SIZE, UNREAL, refusals, repeats
from flowlint.sources.salvage import LOST, MOST_FAULTS, Salvage
from flowlint.sources.sniff import Part
from flowlint.sources.source import Progress

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

LARGEST_OBJECT = (1 << 32) - 1
SHELL = ("total", "startAt", "isLast", "nextPageToken", "warningMessages", "issueErrors")
NO_EXPORT = "holds no issues of Jira's (records with `key` and `fields`)"
AGAIN = "Pull again; if it stays, tell the site's administrators."
REMEDY = "Export the issues as JSON, or as CSV with all fields."
ODD = f"""
SELECT file, bool_or(NOT is_issue AND NOT is_page OR is_unreal) AS is_odd, bool_or(is_page) AS has_pages FROM (
    SELECT file, {IS_ISSUE} AS is_issue, {IS_PAGE} AS is_page, {UNREAL.format(text="fields::VARCHAR")} AS is_unreal FROM load_document)
GROUP BY file"""
KEYS = """
INSERT INTO load_keys
SELECT file, base, any_value(k), count(*)
FROM (SELECT file, base, json_keys(fields) AS k FROM load_document WHERE file IN (SELECT unnest($1)))
GROUP BY file, base, hash(k)"""
REPEATING_ELEMENTS = f"""
SELECT DISTINCT file FROM (
    SELECT file, any_value(k) AS k FROM (
        SELECT file, json_keys(unnest(from_json(coalesce(issues, "values"), '["JSON"]')), ['$', '$.fields']) AS k
        FROM load_document WHERE {IS_PAGE})
    GROUP BY file, hash(k))
WHERE {repeats("k[1]")} OR {repeats("k[2]")}"""


@dataclass(frozen=True, slots=True)
class Held:
    """What one file turned out to hold."""

    issues: int = 0
    others: tuple[tuple[int, str], ...] = ()
    """Records that were not even meant as issues: at which line, and what they are."""


@dataclass(frozen=True, slots=True)
class Site:
    """What a snapshot holds beside its issues."""

    about: About
    metadata: Metadata
    hidden: tuple[str, ...]
    """Ids and keys of parents that the site does not show."""


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
        self.sites: dict[int, Site] = {}
        """The snapshots among the candidates."""
        columns = ", ".join(f'"{name}" {kind}' for name, kind in COLUMNS.items())
        db.execute(f"CREATE OR REPLACE TEMP TABLE load_document (file INTEGER, base VARCHAR, {columns})")
        db.execute(
            """CREATE OR REPLACE TEMP TABLE load_keys
               (file INTEGER, base VARCHAR, names VARCHAR[], records BIGINT)"""
        )
        db.execute("CREATE OR REPLACE TEMP TABLE load_context (file INTEGER, base VARCHAR, id VARCHAR)")

    def read(self, candidates: Sequence[Candidate], progress: Progress) -> None:
        """Read all candidates in order."""
        parts: dict[int, Part] = {}
        unsound: set[int] = set()
        for number, candidate in enumerate(candidates):
            progress(f"reading {candidate.label}", number, len(candidates))
            if is_snapshot(candidate.path):
                self.sites[number] = self._insert_snapshot(number, candidate)
                continue
            try:
                parts[number] = sniff.prepare(candidate, self.spool, self.faults)
            except sniff.Refused as refused:
                self.refused[number] = refused
            else:
                if not self._insert(number, parts[number]):
                    unsound.add(number)
        progress("reading exports", len(candidates), len(candidates))
        self._unfold(unsound)
        others = {number: self._salvage(number, parts[number]) for number in sorted(unsound)}
        self._find_circles(parts, [candidate.label for candidate in candidates], others)
        self.db.execute(KEYS, [sorted(others)])
        counts = dict(self.db.execute("SELECT file, count(*) FROM load_document GROUP BY file").fetchall())
        self.held = {number: Held(counts.get(number, 0), others.get(number, ())) for number in (*parts, *self.sites)}
        self._hear(parts)

    def remarks(self, candidates: Sequence[Candidate]) -> tuple[list[Fault], list[str]]:
        """Return the faults of all files, and what was passed over because it is no export and nobody named it."""
        faults = list(self.faults)
        damaged = {fault.place.file for fault in faults}
        for number, site in self.sites.items():
            faults += [Fault(Place(candidates[number].label), told, AGAIN) for told in site.about.faults]
        passed_over: list[str] = []
        for number, candidate in enumerate(candidates):
            refused, held = self.refused.get(number), self.held.get(number)
            if refused is not None and (refused.damaged or candidate.named):
                faults.append(Fault(Place(candidate.label), refused.reason, REMEDY))
            elif refused is not None:
                passed_over.append(f"{candidate.label}: {refused.reason}")
            elif held is not None and held.others:
                if held.issues or candidate.named or candidate.label in damaged:
                    faults.extend(_faults_of(candidate.label, held.others))
                else:
                    passed_over.append(f"{candidate.label}: {NO_EXPORT}")
        return faults, passed_over

    def _hear(self, parts: dict[int, Part]) -> None:
        """Take in what files that were no JSON say of their search."""
        for number, part in parts.items():
            if part.told is not None:
                self.notes += part.told.notes
                page = Page(number, self.held[number].issues, part.told.total, part.told.start)
                capped = part.told.capped
                self.pages.append(replace(page, capped=capped, last=False if capped else None))

    def drop(self) -> None:
        """Free the records once they are read."""
        self.db.execute("DROP TABLE IF EXISTS load_document")

    def _insert(self, number: int, part: Part) -> bool:
        """Read a file in which everything is sound; False where anything is not, and nothing of it was read."""
        if not sniff.is_closed(part):
            return False
        columns = ", ".join(f"'{name}': '{kind}'" for name, kind in COLUMNS.items())
        whole = part.path.stat().st_size + 1 if part.shape == "unstructured" else 0
        try:
            self.db.execute(
                f"""INSERT INTO load_document
                    SELECT {number}, {BASE.format(self="self")}, * FROM read_json($path, format='{part.shape}',
                        compression='{part.compression}', maximum_object_size={min(max(OBJECT_SIZE, whole), LARGEST_OBJECT)},
                        columns={{{columns}}})""",
                {"path": str(part.path)},
            )
        except refusals():
            return False
        return True

    def _insert_snapshot(self, number: int, candidate: Candidate) -> Site:
        """Read a snapshot; what it says of itself is what a folder's metadata files say of an export."""
        with attached(self.db, candidate.path) as about:
            self.db.execute(
                f"""INSERT INTO load_document BY NAME
                    SELECT {number} AS file, $site AS base, r.id, r.key, r.self, r.fields, changelog FROM (
                        SELECT from_json(i.record, '{ISSUE}') AS r,
                               CASE WHEN c.histories IS NOT NULL THEN concat('{{"histories":', c.histories, '}}')::JSON END AS changelog
                        FROM snapshot.pulled_issue i LEFT JOIN snapshot.pulled_change c ON c.id = i.id)""",
                {"site": about.site},  # links in records may be those of a gateway
            )
            self.db.execute(
                f"""INSERT INTO load_context SELECT {number}, d.base, d.id FROM load_document d
                    JOIN snapshot.pulled_issue i ON i.id = d.id::BIGINT AND NOT i.in_scope WHERE d.file = {number}"""
            )
            metadata = kept_metadata(self.db)
            hidden = self.db.execute("SELECT name FROM snapshot.pulled_hidden ORDER BY name").fetchall()
            return Site(about, metadata, tuple(name for (name,) in hidden))

    def _unfold(self, unsound: set[int]) -> None:
        """Put the issues of envelopes beside the others; take out the files in which something is wrong after all."""
        has_pages = self._take_out_odd(unsound)
        if has_pages:
            self._take_out(unsound, self._found(REPEATING_ELEMENTS))
            self.pages.extend(self._pages())
            own = ", ".join(f'i."{name}"' for name in ("id", "key", "self", "fields", "changelog"))
            self.db.execute(
                f"""INSERT INTO load_document BY NAME
                    SELECT file, {BASE.format(self="i.self")} AS base, {own},
                           coalesce(i.names, names) AS names, coalesce(i."schema", "schema") AS "schema"
                    FROM (SELECT file, names, "schema", from_json(unnest(from_json(coalesce(issues, "values"), '["JSON"]')), '{ISSUE}') AS i
                          FROM load_document WHERE {IS_PAGE})"""
            )
            self.db.execute(f"DELETE FROM load_document WHERE {IS_PAGE}")
            self._take_out_odd(unsound)
        self.db.execute(KEYS, [self._found("SELECT DISTINCT file FROM load_document ORDER BY file")])
        self._take_out(unsound, self._found(f"SELECT DISTINCT file FROM load_keys WHERE {repeats('names')}"))
        self.pages = [page for page in self.pages if page.file not in unsound]

    def _take_out_odd(self, unsound: set[int]) -> bool:
        """Take out the files in which records are neither issues nor pages, or hold NaN; tell whether there are pages."""
        rows = self.db.execute(ODD).fetchall()
        self._take_out(unsound, [file for file, is_odd, _ in rows if is_odd])
        return any(has_pages for file, _, has_pages in rows if file not in unsound)

    def _found(self, query: str) -> list[int]:
        return [file for (file,) in self.db.execute(query).fetchall()]

    def _take_out(self, unsound: set[int], files: list[int]) -> None:
        """Take files out of the table, to be read again."""
        if files:
            for table in ("load_document", "load_keys"):
                self.db.execute(f"DELETE FROM {table} WHERE file IN (SELECT unnest($1))", [files])
            unsound.update(files)

    def _pages(self) -> Iterable[Page]:
        members = ", ".join(f'"{name}"::VARCHAR' for name in SHELL)
        rows = self.db.execute(
            f"""SELECT file, json_array_length(issues), {members}
                FROM load_document WHERE {IS_PAGE} AND issues IS NOT NULL ORDER BY rowid"""
        ).fetchall()
        for file, held, *texts in rows:
            told = {name: _value(text) for name, text in zip(SHELL, texts, strict=True)}
            yield page_of(file, int(held), told)

    def _salvage(self, number: int, part: Part) -> tuple[tuple[int, str], ...]:
        """Read a file in which something is wrong; return its records that were not meant as issues."""
        path = sniff.plain(part, self.spool, self.faults)
        salvage = Salvage(self.db, number, part.label)
        salvage.read(path, self.spool, by_line=part.shape == "newline_delimited")
        self.faults.extend(salvage.faults)
        self.pages.extend(salvage.pages)
        return tuple(salvage.others)

    def _find_circles(
        self, parts: dict[int, Part], labels: Sequence[str], others: dict[int, tuple[tuple[int, str], ...]]
    ) -> None:
        """Name searches that went round in circles, at the line where the page begins that repeats another."""
        circles = circles_of(self.pages, labels)
        again = {page.file for page, _ in circles if page.line is None and _count(self.pages, page.file) > 1}
        if again:
            for number in sorted(again):
                for table in ("load_document", "load_keys"):
                    self.db.execute(f"DELETE FROM {table} WHERE file = {number}")
                self.pages = [page for page in self.pages if page.file != number]
                others[number] = self._salvage(number, parts[number])
            circles = circles_of(self.pages, labels)
        self.faults.extend(fault for _, fault in circles)


def _count(pages: Iterable[Page], file: int) -> int:
    return sum(1 for page in pages if page.file == file)


def _value(text: str | None) -> object:
    try:
        return json.loads(text) if text is not None else None
    except (ValueError, RecursionError):
        return None


def _faults_of(label: str, others: Sequence[tuple[int, str]]) -> Iterable[Fault]:
    yield from (Fault(Place(label, line), told, LOST) for line, told in others[:MOST_FAULTS])
    if len(others) > MOST_FAULTS:
        yield Fault(Place(label), f"{len(others) - MOST_FAULTS:,} more records of this file are no issues", LOST)
