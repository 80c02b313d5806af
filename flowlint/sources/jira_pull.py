"""Brings the issues of a live site into its snapshot: all of them, or what changed since the last time.

The way of an issue: a search names it, a worker reads it (:mod:`.jira_cloud`, :mod:`.jira_data_center`), what is kept of it
(:mod:`.jira_kept`) is spooled, and the spool goes into a copy of the snapshot, which takes the place of the old one
at the very end. Ids are compared in the database, so that memory stays flat however many issues there are.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Literal

from flowlint.errors import SourceError
from flowlint.snapshot.database import insert
from flowlint.snapshot.site_snapshot import About, Draft, Home, about
from flowlint.snapshot.spool import Spool
from flowlint.sources.jira_client import JiraClient, Refused
from flowlint.sources.jira_cloud import CloudSearch
from flowlint.sources.jira_context import Context
from flowlint.sources.jira_crew import Crew, batches
from flowlint.sources.jira_data_center import DataCenterSearch
from flowlint.sources.jira_describe import Describer
from flowlint.sources.jira_fields import seen_field
from flowlint.sources.jira_kept import Keeper, fields_of_people
from flowlint.sources.jira_metadata import Entry, Metadata
from flowlint.sources.jira_outdated import CARRIED, note_renamed, outdated
from flowlint.sources.jira_search import Listed, Notes, Search, joined, of_projects
from flowlint.sources.jira_visit import Visit, visit
from flowlint.sources.sites import host_of
from flowlint.sources.source import Progress, no_progress

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

Mode = Literal["auto", "bulk", "pages"]
OVERLAP = timedelta(minutes=30)
"""How far before the last pull the next one looks for changes: a site's search lags behind its data by minutes."""
NAMED = 5
"""How many issues a message names."""
SPRINT = "com.pyxis.greenhopper.jira:gh-sprint"
"""Schema of the field that holds sprints."""
KINDS = ("fields", "types", "statuses", "projects", "versions", "sprints", "server_info")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the rules and the mapping need of a site; ids as the site gives them."""

    fields: tuple[str, ...]
    changes: tuple[str, ...] = ()
    sprints: bool = False
    versions: bool = False
    portfolio: frozenset[str] = frozenset()
    """Types above the flow item level."""
    parents: tuple[str, ...] = ()
    """Fields beside ``parent`` that name one."""


@dataclass(frozen=True, slots=True)
class Question:
    """Which part of a site is to be pulled, and how."""

    wanted: Callable[[Metadata], Wanted]
    """Says what is needed of a site that describes itself so."""
    projects: tuple[str, ...] = ()
    query: str | None = None
    people: bool = False
    mode: Mode = "auto"
    full: bool = False


@dataclass(slots=True)
class Pulled:
    """What a pull did."""

    about: About
    issues: int = 0
    """In scope, in the snapshot."""
    context: int = 0
    read: int = 0
    """Issues read anew."""
    gone: dict[str, int] = field(default_factory=dict)
    """Why issues are no longer in scope, and how many."""
    requests: int = 0
    resumed: bool = False


def pull(
    client: JiraClient,
    home: Home,
    question: Question,
    tell: Callable[[str], None],
    progress: Progress = no_progress,
) -> Pulled:
    """Bring a site's issues into the snapshot in ``home``; ``tell`` gets sentences for the user.

    Raises SourceError where the site gives less than it lists, UsageError where another pull is under way; the old
    snapshot stands then.
    """
    home.make()
    with home.locked():
        try:
            return _Pull(client, home, question, tell, progress).run()
        except Refused as refused:
            raise SourceError(
                f"{client.access.host} refused a request that a pull needs ({refused})",
                help="`flowlint doctor` shows what the account may see",
            ) from None


class _Pull:
    """One pull, step by step; its attributes are what a later step needs to know of an earlier one."""

    def __init__(
        self, client: JiraClient, home: Home, question: Question, tell: Callable[[str], None], progress: Progress
    ) -> None:
        self.client = client
        self.home = home
        self.question = question
        self.tell = tell
        self.progress = progress
        self.notes = Notes()

    def run(self) -> Pulled:
        """Do everything, and put the new snapshot in its place."""
        site = visit(self.client)
        self.tell(
            f"{self.client.access.host} ({'Jira Cloud' if site.cloud else 'Jira Data Center'} {site.version}), as {site.who}"
        )
        describer = Describer(self.client, site, self.notes)
        self.progress("reading the site", 0, None)
        describer.read_lists()
        self.wanted = self.question.wanted(describer.metadata)
        self.projects = self._projects(describer.metadata)
        self.scope = of_projects(self.projects if self.question.projects else (), self.question.query)
        self.search = self._search(site)
        asked, before = self._asked(site)
        self.spool = Spool.open(self.home.spool, asked, before.pulled if before else None)
        described = describer.metadata.fields
        self.keeper = Keeper(
            asked.fields,
            fields_of_people(described),
            asked.people,
            asked.alias,
            self.wanted.parents,
            next((str(one["id"]) for one in described if seen_field(one).schema_custom == SPRINT), "sprint"),
        )
        draft = Draft(self.home, anew=before is None)
        try:
            with Crew(self.search.workers) as self.crew:
                pulled = self._fill(draft.db, asked, before, describer)
            draft.finish(pulled.about)
        finally:
            draft.close()
            draft.clear()
        self.spool.clear()
        pulled.requests = self.client.requests
        return pulled

    def _projects(self, metadata: Metadata) -> tuple[str, ...]:
        """Return the keys of the projects to read. Raises SourceError where none of those asked for can be seen."""
        visible = {str(entry["key"]).casefold(): str(entry["key"]) for entry in metadata.projects}
        if not self.question.projects or not visible:
            return self.question.projects or tuple(sorted(visible.values()))
        missing = [key for key in self.question.projects if key.casefold() not in visible]
        if missing:
            named = ", ".join(missing)
            if len(missing) == len(self.question.projects):
                raise SourceError(
                    f"{self.client.access.host} shows none of the projects {named} to this account",
                    help="check source.jira.projects in the mapping, and what the account may browse",
                )
            self.notes.reason(f"not there, or not to be seen by this account: {named}")
        return tuple(sorted({visible[key.casefold()] for key in self.question.projects if key.casefold() in visible}))

    def _search(self, site: Visit) -> Search:
        if not site.cloud:
            return DataCenterSearch(self.client, site, self.wanted.parents, self.notes)
        by_pages = self.question.mode == "pages" or (
            self.question.mode == "auto" and self.client.access.way == "bearer"
        )
        return CloudSearch(self.client, by_pages=by_pages)

    def _asked(self, site: Visit) -> tuple[About, About | None]:
        """Return what this pull asks for, and what the old snapshot that it builds on holds."""
        before = self._before()
        if before is not None and before.site != site.pages:
            self.tell(f"The snapshot is of {before.site}, not of {site.pages}: starting over.")
            before = None
        known = before or About(site.pages, "", site.now)
        asked = About(
            site=site.pages,
            alias=host_of(site.pages) or self.client.access.host,
            pulled=site.now,
            projects=self.question.projects,
            query=self.question.query,
            # A snapshot holds the same fields of all issues: what was once asked for is asked for on.
            fields=tuple(sorted({*self.wanted.fields, *known.fields})),
            changes=tuple(sorted({*self.wanted.changes, *known.changes})),
            portfolio=tuple(sorted(self.wanted.portfolio)),
            people=self.question.people,
        )
        return asked, before

    def _before(self) -> About | None:
        if self.question.full or not self.home.snapshot.exists():
            return None
        try:
            return about(self.home.snapshot)
        except SourceError as error:
            self.tell(f"{error.message}: starting over.")
            return None

    def _fill(self, db: "DuckDBPyConnection", asked: About, before: About | None, describer: Describer) -> Pulled:
        """Fill the tables of the next snapshot."""
        _make_tables(db)
        resumed = self.spool.take(db)
        if resumed:
            self.tell("Going on with what an interrupted pull brought.")
        again = before is not None and (set(before.fields) < set(asked.fields) or before.people != asked.people)
        if again:
            self.tell(
                "The rules and the mapping ask for more fields than the snapshot holds: reading all issues again."
            )
        _note_what_is_there(db, self.spool, whole=again)
        self._describe(describer)
        if before is not None and not again:
            self._find_changed(db, min(before.pulled, _newest(db) or before.pulled))
            read = [kind for kind in CARRIED if kind != "sprints" or self.wanted.sprints]
            note_renamed(db, asdict(describer.metadata), read)
        if resumed:  # what it brought counts from when it began
            db.execute("DELETE FROM pull_changed WHERE id IN (SELECT id FROM pull_resumed)")
            self._find_changed(db, self.spool.about.pulled)
        self._read_scope(db, anew=before is None and not resumed)
        self.spool.take(db)
        same = before is not None and (before.projects, before.query) == (asked.projects, asked.query)
        gone = self._take_out(db, describer.metadata) if same else _leave(db)
        context = Context(db, self.crew, self.search, self.spool, self.keeper, self.progress)
        context.begin(self.wanted.portfolio)
        if self.scope:
            asked_all = same and before and not again and set(asked.portfolio) <= set(before.portfolio)
            context.find_children(self.search.since(_back(before.pulled)) if before and asked_all else None)
        context.find_parents()
        if before is not None:
            self._read_outdated(db, context)
            context.find_parents()
        context.prune()
        db.execute("DELETE FROM pulled_change WHERE id NOT IN (SELECT id FROM pulled_issue WHERE in_scope)")
        if asked.changes:
            self._read_changes(db, asked, before)
        db.execute("DELETE FROM pulled_metadata")
        insert(db, "pulled_metadata", ["kind", "nth", "entry"], _entries(describer.metadata, self.keeper))
        reasons = [f"only what the query finds was read: {asked.query}"] if asked.query else []
        told = replace(
            asked,
            pulled=self.spool.about.pulled,
            reasons=(*reasons, *self.notes.reasons),
            faults=tuple(self.notes.faults),
        )
        issues, others = _count(db, "pulled_issue WHERE in_scope"), _count(db, "pulled_issue WHERE NOT in_scope")
        return Pulled(told, issues, others, _count(db, "pull_read"), gone, 0, resumed)

    def _find_changed(self, db: "DuckDBPyConnection", moment: datetime) -> None:
        """Note what was updated since a moment, or a little before."""
        query = joined(self.scope, self.search.since(_back(moment)))
        for page in self.search.ids(query, self.projects):
            insert(db, "pull_changed", ["id"], ([one.id] for one in page))

    def _read_scope(self, db: "DuckDBPyConnection", *, anew: bool) -> None:
        """List all issues in scope, and read those that are not there yet or changed."""
        shards = self.search.shards(self.scope, self.projects) if anew else None
        if shards is not None:
            read = 0
            for count in self.crew.each(self._read_shard, shards):
                read += count
                self.progress("reading issues", read, None)
            self.spool.take(db)
            for table in ("pull_listed", "pull_read"):
                self.spool.name_taken(db, table)
        else:
            lost = self._read_listed(db)
            self._settle_lost(db, lost)
        if not _count(db, "pull_listed"):
            raise SourceError(
                f"{self.client.access.host} gave no issues for {self.scope or 'anything'}",
                help="check source.jira in the mapping, and what the account may browse: an account without rights sees an empty site",
            )
        db.execute("UPDATE pulled_issue SET in_scope = true WHERE NOT in_scope AND id IN (SELECT id FROM pull_listed)")

    def _read_shard(self, shard: str) -> int:
        """Read a part of the scope by search pages; return how many issues it holds."""
        count = 0
        for page in self.search.pages(shard, self.keeper.fields, self.keeper.issue):
            self.spool.add("issues", page)
            count += len(page)
        return count

    def _read_listed(self, db: "DuckDBPyConnection") -> list[str]:
        """List the scope by ids, and read what is new or changed; return the ids that were not answered."""
        lost: list[str] = []
        for absent in self.crew.each(self._read_issues, self._to_read(db)):
            lost += absent
        return lost

    def _to_read(self, db: "DuckDBPyConnection") -> Iterator[Sequence[int]]:
        """Yield batches of ids to read while the list of all ids comes in."""
        waiting: list[int] = []
        listed = 0
        for page in self.search.ids(self.scope, self.projects):
            waiting += _note_listed(db, page)
            listed += len(page)
            self.progress("listing issues", listed, None)
            while len(waiting) >= self.search.batch:
                batch, waiting = waiting[: self.search.batch], waiting[self.search.batch :]
                yield batch
        yield from batches(waiting, self.search.batch)

    def _read_issues(self, ids: Sequence[int]) -> Sequence[str]:
        """Read issues by id and spool them; return the ids that were not answered."""
        found = self.search.read([str(id_) for id_ in ids], self.keeper.fields, self.keeper.issue)
        self.spool.add("issues", found.issues)
        return found.absent

    def _settle_lost(self, db: "DuckDBPyConnection", lost: Sequence[str]) -> None:
        """Ask once more for issues that are listed and were not given: one that is listed still is a fault of the site."""
        if not lost:
            return
        missing = {int(id_) for id_ in lost}
        still = [one for page in self.search.ids(self.scope, self.projects) for one in page if one.id in missing]
        given: set[str] = set()
        if still:
            given = {str(one.id) for one in still} - set(self._read_issues([one.id for one in still]))
        db.execute(
            "DELETE FROM pull_listed WHERE id IN (SELECT unnest($1))", [sorted(missing - {one.id for one in still})]
        )
        silent = [one.key or str(one.id) for one in still if str(one.id) not in given]
        if silent:
            self.notes.fault(
                f"{self.client.access.host} lists {len(silent):,} issues that it does not give: {_some(silent)}"
            )

    def _take_out(self, db: "DuckDBPyConnection", metadata: Metadata) -> dict[str, int]:
        """Find the issues that are no longer in scope, and say why; those that others may name stay as context."""
        rows = db.execute(
            "SELECT id, key FROM pulled_issue WHERE in_scope AND id NOT IN (SELECT id FROM pull_listed) ORDER BY id"
        ).fetchall()
        gone: dict[str, int] = {}
        for batch in batches([Listed(*row) for row in rows], self.search.batch):
            found = self.search.read([str(one.id) for one in batch], self.keeper.fields, self.keeper.issue)
            self.spool.add("context", found.issues)
            answered = {one.id: one.key for one in found.issues}
            for one in batch:
                why = self._why_gone(one, answered.get(one.id), metadata)
                gone[why] = gone.get(why, 0) + 1
            ids = [one.id for one in batch]
            db.execute("INSERT INTO pull_read SELECT unnest($1)", [[id_ for id_ in ids if id_ in answered]])
            db.execute("DELETE FROM pulled_issue WHERE id IN (SELECT unnest($1))", [ids])
        self.spool.take(db)
        return gone

    def _why_gone(self, one: Listed, key: str | None, metadata: Metadata) -> str:
        """Say why an issue is no longer found; ``key`` is the one it has now, None where the site does not show it."""
        if key is not None:
            inside = not self.question.projects or _project(key) in self.projects
            return "left the query" if inside else "moved to another project"
        archived = {entry.get("key"): entry.get("archived") is True for entry in metadata.projects}
        project = _project(one.key)
        if archived and project not in archived:
            return "in a project that is no longer visible"
        return "archived with their project" if archived.get(project) else "deleted, archived or hidden"

    def _read_outdated(self, db: "DuckDBPyConnection", context: Context) -> None:
        """Read again what speaks of other issues as they were."""
        ids = outdated(db, context.hidden)
        for _ in self.crew.each(self._read_issues, batches(ids, self.search.batch)):
            pass
        db.execute("INSERT INTO pull_read SELECT unnest($1)", [ids])
        self.spool.take(db)

    def _read_changes(self, db: "DuckDBPyConnection", asked: About, before: About | None) -> None:
        """Read the histories of the issues in scope that are new or changed, or of all where more is asked for than before."""
        db.execute("CREATE TEMP TABLE pull_changes_there (id BIGINT)")
        self.spool.name_taken(db, "pull_changes_there", "changes")
        if before is not None and set(before.changes) < set(asked.changes):
            db.execute("DELETE FROM pulled_change WHERE id NOT IN (SELECT id FROM pull_changes_there)")
        rows = db.execute(
            """SELECT id FROM pulled_issue WHERE in_scope AND (id NOT IN (SELECT id FROM pulled_change) OR id IN (SELECT id FROM pull_read)
               OR (id IN (SELECT id FROM pull_resumed) AND id NOT IN (SELECT id FROM pull_changes_there))) ORDER BY id"""
        ).fetchall()
        done = 0
        ids = [row[0] for row in rows]
        for count in self.crew.each(self._read_histories, batches(ids, self.search.batch)):
            done += count
            self.progress("reading changelogs", done, len(ids))
        self.spool.take(db)

    def _read_histories(self, ids: Sequence[int]) -> int:
        self.spool.add(
            "changes", (self.keeper.changes(*one) for one in self.search.changes(ids, self.spool.about.changes))
        )
        return len(ids)

    def _describe(self, describer: Describer) -> None:
        """Read versions and sprints as far as they are needed."""
        if self.wanted.versions:
            for _ in self.crew.each(describer.read_project, self.projects):
                pass
        if self.wanted.sprints:
            boards = describer.boards(self.projects if self.question.projects else ())
            for _ in self.crew.each(describer.read_sprints, boards):
                pass


def _make_tables(db: "DuckDBPyConnection") -> None:
    db.execute(
        """CREATE TEMP TABLE pull_there (id BIGINT, key VARCHAR); -- need not be read unless it changed
           CREATE TEMP TABLE pull_resumed (id BIGINT);
           CREATE TEMP TABLE pull_changed (id BIGINT);
           CREATE TEMP TABLE pull_listed (id BIGINT);
           CREATE TEMP TABLE pull_read (id BIGINT)"""
    )


def _note_what_is_there(db: "DuckDBPyConnection", spool: Spool, *, whole: bool) -> None:
    """Fill ``pull_there``; with ``whole`` only what an interrupted pull spooled counts, since the rest lacks fields."""
    spool.name_taken(db, "pull_resumed")
    only = "WHERE id IN (SELECT id FROM pull_resumed)" if whole else ""
    db.execute(f"INSERT INTO pull_there SELECT id, key FROM pulled_issue {only}")


def _note_listed(db: "DuckDBPyConnection", page: Iterable[Listed]) -> list[int]:
    """Add a page to ``pull_listed``; return the ids on it that are to be read."""
    rows = list(page)
    if not rows:
        return []
    ids, keys = [one.id for one in rows], [one.key for one in rows]
    found = db.execute(
        """SELECT DISTINCT p.id FROM (SELECT unnest($1) AS id, unnest($2) AS key) p LEFT JOIN pull_there t ON t.id = p.id
           WHERE (t.id IS NULL OR (t.key <> p.key AND p.key <> '') OR p.id IN (SELECT id FROM pull_changed))
             AND p.id NOT IN (SELECT id FROM pull_listed) ORDER BY p.id""",
        [ids, keys],
    ).fetchall()
    db.execute("INSERT INTO pull_listed SELECT unnest($1)", [ids])
    to_read = [row[0] for row in found]
    db.execute("INSERT INTO pull_read SELECT unnest($1)", [to_read])
    return to_read


def _leave(db: "DuckDBPyConnection") -> dict[str, int]:
    """Take out what is no longer asked for, since the question is another one."""
    db.execute("DELETE FROM pulled_issue WHERE in_scope AND id NOT IN (SELECT id FROM pull_listed)")
    return {}


def _newest(db: "DuckDBPyConnection") -> datetime | None:
    """Return the greatest ``updated`` of the issues in scope."""
    row = db.execute(
        "SELECT epoch_us(max(try_cast(updated AS TIMESTAMPTZ))) FROM pulled_issue WHERE in_scope"
    ).fetchone()
    return datetime.fromtimestamp(row[0] / 1e6, UTC) if row and row[0] is not None else None


def _back(moment: datetime) -> datetime:
    return moment - OVERLAP


def _count(db: "DuckDBPyConnection", table: str) -> int:
    row = db.execute(f"SELECT count(*) FROM {table}").fetchone()
    return int(row[0]) if row else 0


def _entries(metadata: Metadata, keeper: Keeper) -> Iterator[tuple[str, int, str]]:
    for kind in KINDS:
        entries: Sequence[Entry] = getattr(metadata, kind)
        for nth, entry in enumerate(entries):
            yield kind, nth, keeper.metadata(entry)


def _project(key: str) -> str:
    return key.rpartition("-")[0]


def _some(names: Sequence[str]) -> str:
    more = f" and {len(names) - NAMED:,} more" if len(names) > NAMED else ""
    return ", ".join(names[:NAMED]) + more
