"""Files as a source: exports in whatever shape people have them, and snapshots of live sites, into the raw tables.

The way of a record: file -> ``load_document`` (:mod:`.documents`) -> ``load_issue`` (:mod:`.jira_stage`) -> raw
tables (``jira_*``). What lies between is in temporary tables named ``load_…``, gone when :func:`load_exports` returns.
"""

import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from flowlint.config.mapping import Mapping as WholeMapping
from flowlint.errors import Fault, SourceError
from flowlint.snapshot.database import insert
from flowlint.sources import jira_changes, jira_fields, jira_issues, jira_plans, jira_site, jira_stage, jira_values
from flowlint.sources.bounds import bounds_of
from flowlint.sources.documents import Documents
from flowlint.sources.jira_fields import ByProject, FieldIds
from flowlint.sources.jira_metadata import Metadata, kind_of, read_metadata
from flowlint.sources.paths import Candidate, Candidates, expand
from flowlint.sources.sites import tell_sites
from flowlint.sources.source import Loaded, Progress

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


def load_exports(
    db: "DuckDBPyConnection",
    paths: Sequence[str],
    mapping: WholeMapping,
    progress: Progress,
    *,
    people: bool = False,
    site_alone: bool = False,
) -> Loaded:
    """Fill the raw tables of ``db`` from the export files, folders and globs in ``paths``.

    Damage is named in ``Loaded.faults`` and the rest is loaded. The order of paths, files and records changes
    nothing. With ``people`` the names of assignees are kept. Raises UsageError for a path that is not there
    and SourceError where no issue could be read, or with ``site_alone`` where the site is not described either.
    """
    with tempfile.TemporaryDirectory(prefix="flowlint-") as folder:
        spool = Path(folder)
        load = _Load(db, mapping, progress, expand(paths, spool), site_alone=site_alone)
        try:
            load.read(spool, paths)
            load.fill(people=people)
            return load.told()
        finally:
            load.clean()


class _Load:
    """One load, step by step; its attributes are what a later step needs to know of an earlier one."""

    def __init__(
        self,
        db: "DuckDBPyConnection",
        mapping: WholeMapping,
        progress: Progress,
        found: Candidates,
        *,
        site_alone: bool,
    ) -> None:
        self.db = db
        self.site_alone = site_alone
        self.mapping = mapping
        self.progress = progress
        self.described = [file for file in found.files if kind_of(file.path)]
        self.exports = [file for file in found.files if not kind_of(file.path)]
        self.faults: list[Fault] = []
        self.passed_over = list(found.passed_over)
        self.notes: list[str] = []
        self.by_source: dict[str, ByProject] = {}

    def read(self, spool: Path, paths: Sequence[str]) -> None:
        """Read all records and the metadata beside them; raises SourceError where there are no issues."""
        folders = sorted({file.folder for file in (*self.exports, *self.described)})
        self.metadata = {
            folder: read_metadata(folder, self.described, self.faults, self.passed_over) for folder in folders
        }
        self.documents = Documents(self.db, spool)
        self.documents.read(self.exports, self.progress)
        faults, passed_over = self.documents.remarks(self.exports)
        self.faults += faults
        self.passed_over += passed_over
        described = self.site_alone and any(known.whole for known in self.metadata.values())
        if not described and not any(held.issues for held in self.documents.held.values()):
            raise self._nothing(paths)

    def fill(self, *, people: bool) -> None:
        """Fill every raw table."""
        name = next((source.name for source in self.mapping.sources if source.name), None)
        beside = {file.folder for file in self.exports}
        alone = [known for folder, known in sorted(self.metadata.items()) if self.site_alone and folder not in beside]
        beside_each = [self._beside(number, file) for number, file in enumerate(self.exports)]
        told = tell_sites(self.db, beside_each, name, alone)
        self._stage(told, people=people)
        self.progress("filling tables", 0, None)
        jira_site.tell(self.db, told)
        jira_site.fill_site(self.db, told, self.seen, self.described_fields)
        jira_values.spread_values(self.db, self.by_source)
        jira_issues.fill_issues(self.db)
        jira_issues.fill_parents(self.db)
        jira_issues.tell_context(self.db, [name for site in self.documents.sites.values() for name in site.hidden])
        jira_issues.fill_links(self.db)
        jira_values.fill_field_values(self.db)
        jira_plans.fill_sprints(self.db)
        jira_plans.fill_versions(self.db)
        timeless = jira_changes.fill_changes(self.db, {source: known.changelogs for source, known in told.items()})
        self._note_times(timeless)
        self._fill_sources()
        self.progress("filling tables", 1, 1)

    def _beside(self, number: int, file: Candidate) -> Metadata:
        """Return the metadata that speaks of a file's issues: its own, or that of the files in its folder."""
        site = self.documents.sites.get(number)
        return site.metadata if site is not None else self.metadata[file.folder]

    def _stage(self, told: Mapping[str, Metadata], *, people: bool) -> None:
        """Fill ``load_issue``: find out which fields there are and which are wanted, then take the records apart."""
        self.described_fields = jira_fields.described(self.db, {source: known.fields for source, known in told.items()})
        self.progress("looking at fields", 0, None)
        self.seen, keys = jira_fields.census(self.db, self.described_fields)
        self.by_source, notes = jira_fields.resolve(self.mapping, self.seen)
        self.notes += notes
        loaded = {
            source: jira_fields.loaded_ids(self.by_source[source], self.mapping, seen)
            for source, seen in self.seen.items()
        }
        self.progress("taking issues apart", 0, None)
        jira_stage.stage(self.db, keys, loaded, people=people)
        self.notes += self.documents.notes
        self.bounds, self.restricted = bounds_of(self.documents.pages, [file.label for file in self.exports])
        self.bounds += tuple(reason for site in self.documents.sites.values() for reason in site.about.reasons)
        self._note_restricted()
        self.documents.drop()
        again = jira_stage.settle_duplicates(self.db)
        if again:
            repeat = "1 record repeats an issue" if again == 1 else f"{again:,} records repeat issues"
            self.notes.append(f"{repeat} that the data holds elsewhere; the newest of each counts")
        jira_stage.tell_sources_apart(self.db)

    def told(self) -> Loaded:
        """Return what there is to say beside the rows."""
        return Loaded(
            fields=self._fields(),
            faults=tuple(sorted(set(self.faults), key=lambda fault: (fault.place, fault.message))),
            bounds=self.bounds,
            passed_over=tuple(sorted(set(self.passed_over))),
            notes=tuple(dict.fromkeys(self.notes)),
            pulled={
                self.exports[number].label: (site.about.alias, site.about.pulled)
                for number, site in self.documents.sites.items()
            },
        )

    def clean(self) -> None:
        """Drop all temporary tables."""
        tables = [name for (name,) in self.db.execute("SHOW TABLES").fetchall() if name.startswith("load_")]
        if tables:
            self.db.execute("".join(f"DROP TABLE {name};" for name in tables))

    def _nothing(self, paths: Sequence[str]) -> SourceError:
        reasons = [str(fault) for fault in self.faults] + self.passed_over
        reasons += [f"{file.label}: describes the site, holds no issues" for file in self.described]
        reasons += [
            f"{file.label}: holds no issues at all"
            for file in self.exports
            if not any(reason.startswith(f"{file.label}:") for reason in reasons)
        ]
        listed = "".join(f"\n  {reason}" for reason in dict.fromkeys(reasons))
        return SourceError(
            f"no issues in {', '.join('standard input' if path == '-' else path for path in paths)}{listed}",
            help="Give an export of Jira issues: the answers of a search as JSON, or a CSV or XML export.",
        )

    def _note_restricted(self) -> None:
        """Remember which sources the files of bounded searches are of."""
        rows = self.db.execute("SELECT file, source FROM load_site").fetchall()
        self.bounded_sources = {source for file, source in rows if file in self.restricted}

    def _note_times(self, timeless_changes: int) -> None:
        """Say how many times could not be read."""
        row = self.db.execute("SELECT coalesce(sum(unread_times), 0) FROM load_issue").fetchone()
        count = timeless_changes + (int(row[0]) if row else 0)
        if count:
            times = "1 time is" if count == 1 else f"{count:,} times are"
            self.notes.append(f"{times} written in a way that Jira does not use, and unknown for that")

    def _fill_sources(self) -> None:
        rows = self.db.execute("SELECT source, max(updated) FROM load_issue GROUP BY source ORDER BY source").fetchall()
        pulled = {site.about.alias: site.about.pulled.replace(tzinfo=None) for site in self.documents.sites.values()}
        columns = ["source", "tracker", "newest", "restricted"]
        insert(
            self.db,
            "raw_source",
            columns,
            ((source, "jira", pulled.get(source, newest), source in self.bounded_sources) for source, newest in rows),
        )

    def _fields(self) -> ByProject:
        """Return one answer for all sources; where they differ, each project gets the fields of its source."""
        answers = list(self.by_source.values())
        if all(answer == answers[0] for answer in answers):
            return answers[0]
        merged: dict[str | None, FieldIds] = {}
        rows = self.db.execute("SELECT DISTINCT source, project FROM load_issue ORDER BY ALL").fetchall()
        for source, project in rows:
            own = jira_fields.of_project(self.by_source[source], project)
            for place in (None, project):
                known = merged.setdefault(place, {})
                for logical, ids in own.items():
                    known[logical] = tuple(dict.fromkeys((*known.get(logical, ()), *ids)))
        return merged
