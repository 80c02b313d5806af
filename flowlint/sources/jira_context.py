"""Issues that are not asked for and yet must be known: parents up to the root, and children of portfolio items.

Without them a tree that reaches over the edge of the scope would be guessed at. They are read anew by each pull.
"""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from flowlint.snapshot.spool import Spool
from flowlint.sources.jira_crew import Crew, batches
from flowlint.sources.jira_kept import Keeper
from flowlint.sources.jira_search import Listed, Search, joined
from flowlint.sources.source import Progress

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

PARENTS_A_QUERY = 200
HIGHEST = 50
"""Levels that a tree is followed upwards; one that is higher goes round in a circle."""


class Context:
    """Finds and reads what surrounds the issues in scope."""

    def __init__(
        self,
        db: "DuckDBPyConnection",
        crew: Crew,
        search: Search,
        spool: Spool,
        keeper: Keeper,
        progress: Progress,
    ) -> None:
        self._db = db
        self._crew = crew
        self._search = search
        self._spool = spool
        self._keeper = keeper
        self._progress = progress
        self.hidden: set[str] = set()
        """Ids and keys of parents that the site does not show."""

    def begin(self, portfolio: frozenset[str]) -> None:
        """Read anew what the last pull brought as context; ``portfolio`` are ids of types above the flow item level."""
        self._write_refs(portfolio)
        self._read_again()

    def find_children(self, outside_changed: str | None) -> None:
        """Read the direct children of the portfolio items in scope, wherever they are.

        ``outside_changed`` is a query for what changed anywhere since the last pull: with it only new and changed
        portfolio items are asked for their children.
        """
        which = "" if outside_changed is None else "AND id IN (FROM pull_read UNION FROM pull_resumed)"
        rows = self._db.execute(f"SELECT id, key FROM portfolio_items WHERE in_scope {which} ORDER BY id").fetchall()
        parents = [Listed(*row) for row in rows]
        size = min(PARENTS_A_QUERY, self._search.batch)
        found: list[str] = []
        for ids in self._crew.each(self._children_of, batches(parents, size)):
            found += ids
        if outside_changed is not None and (has_parent := self._search.has_parent()):
            query = joined(has_parent, outside_changed)
            found += [str(one.id) for page in self._search.ids(query, ()) for one in page]
        self._read(self._unknown(found))

    def find_parents(self) -> None:
        """Read the parents of all that is there, and theirs, up to the roots."""
        for _ in range(HIGHEST):
            # One join after the other: memory is short, and each holds a table of all issues.
            self._db.execute(
                "CREATE OR REPLACE TEMP TABLE pull_parents AS SELECT DISTINCT parent_id AS id, parent_key AS key,"
                " coalesce(parent_id::VARCHAR, parent_key) AS name FROM parent_refs"
            )
            for column in ("id", "key"):
                self._db.execute(f"DELETE FROM pull_parents WHERE {column} IN (SELECT {column} FROM pulled_issue)")
            rows = self._db.execute("SELECT DISTINCT name FROM pull_parents ORDER BY name").fetchall()
            unknown = [name for (name,) in rows if name not in self.hidden]
            if not unknown:
                return
            self.hidden |= self._read(unknown)

    def prune(self) -> None:
        """Take out what surrounds nothing any more, and note which parents the site does not show."""
        self._db.execute(
            """CREATE TEMP TABLE kept_context AS
               WITH RECURSIVE edge AS (
                   SELECT r.id, p.id AS parent FROM parent_refs r JOIN pulled_issue p ON p.id = r.parent_id
                   UNION ALL
                   SELECT r.id, p.id FROM parent_refs r JOIN pulled_issue p ON p.key = r.parent_key
               ),
               above AS (
                   SELECT id FROM pulled_issue WHERE in_scope
                   UNION
                   SELECT e.parent FROM above a JOIN edge e ON e.id = a.id
               )
               SELECT id FROM above
               UNION
               SELECT e.id FROM edge e JOIN portfolio_items p ON p.id = e.parent AND p.in_scope"""
        )
        self._db.execute("DELETE FROM pulled_issue WHERE NOT in_scope AND id NOT IN (SELECT id FROM kept_context)")
        self._db.execute("DELETE FROM pulled_hidden")
        if self.hidden:
            # An issue that was read again may name another parent now.
            self._db.execute(
                "INSERT INTO pulled_hidden SELECT DISTINCT name FROM (SELECT coalesce(parent_id::VARCHAR, parent_key) AS name FROM parent_refs)"
                " WHERE name IN (SELECT unnest($1)) ORDER BY name",
                [sorted(self.hidden)],
            )

    def _read_again(self) -> None:
        """Read anew what the last pull brought as context; what the site no longer shows is taken out."""
        rows = self._db.execute(
            "SELECT id FROM pulled_issue WHERE NOT in_scope AND id NOT IN (SELECT id FROM pull_read) ORDER BY id"
        ).fetchall()
        absent = self._read([str(id_) for (id_,) in rows])
        ids = [int(name) for name in absent]
        self._db.execute("DELETE FROM pulled_issue WHERE NOT in_scope AND id IN (SELECT unnest($1))", [ids])

    def _children_of(self, parents: Sequence[Listed]) -> list[str]:
        return [str(one.id) for page in self._search.ids(self._search.children(parents), ()) for one in page]

    def _unknown(self, ids: Iterable[str]) -> list[str]:
        rows = self._db.execute(
            """SELECT DISTINCT i.id FROM (SELECT unnest($1)::BIGINT AS id) i
               WHERE NOT EXISTS (SELECT 1 FROM pulled_issue p WHERE p.id = i.id) ORDER BY ALL""",
            [list(ids)],
        ).fetchall()
        return [str(id_) for (id_,) in rows]

    def _read(self, names: Sequence[str]) -> set[str]:
        """Read issues by id or key into the snapshot; return the names that the site does not show."""
        absent: set[str] = set()
        for missing in self._crew.each(self._read_batch, batches(names, self._search.batch)):
            absent |= missing
            self._progress("reading parents and children", len(names), None)
        self._spool.take(self._db)
        return absent

    def _read_batch(self, names: Sequence[str]) -> set[str]:
        found = self._search.read(names, self._keeper.fields, self._keeper.issue)
        self._spool.add("context", found.issues)
        return set(found.absent)

    def _write_refs(self, portfolio: frozenset[str]) -> None:
        """Make ``parent_refs`` (id, parent_id, parent_key) and ``portfolio_items`` (id, key, in_scope)."""
        self._db.execute(
            """CREATE TEMP VIEW parent_refs AS SELECT id, try_cast(v[1] AS BIGINT) AS parent_id, v[2] AS parent_key
               FROM (SELECT id, json_extract_string(refs, ['$.parent[0]', '$.parent[1]']) AS v FROM pulled_issue)
               WHERE coalesce(v[1], v[2]) IS NOT NULL"""
        )
        types = ", ".join(f"'{id_}'" for id_ in sorted(portfolio) if id_.isalnum()) or "NULL"
        self._db.execute(
            f"""CREATE TEMP VIEW portfolio_items AS SELECT id, key, in_scope FROM pulled_issue
                WHERE json_extract_string(refs, '$.type') IN ({types})"""
        )
