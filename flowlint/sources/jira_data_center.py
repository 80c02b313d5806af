"""Searching Jira Data Center: project by project, each page asked for by the id that the last one ended with.

Offsets are no way through: newer versions answer with an error past row 10 000, and issues that change meanwhile are
skipped or come twice.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple, TypeVar

from flowlint.errors import SourceError
from flowlint.sources.jira_client import JiraClient, Refused
from flowlint.sources.jira_search import (
    ALL_CHANGES,
    Found,
    Item,
    Keep,
    Kept,
    Listed,
    Notes,
    Record,
    Sample,
    circles,
    identity,
    joined,
    listed,
    of_projects,
    quoted,
    refused_query,
)
from flowlint.sources.jira_visit import Visit

SEARCH = "/rest/api/2/search"
PAGE = 1000
WINDOW = 10_000
"""Rows that a search may be paged through by offsets."""
NAMES_A_QUERY = 200
NAMES_AN_ADDRESS = 40
"""Issues in a query that has to fit into an address."""
CHANGES_A_PAGE = 100
WEST = timedelta(hours=14)
"""How far behind UTC no place on earth is, and a little more: for accounts whose zone is not known."""


class _Told(NamedTuple):
    """An issue with its changelog, or a part of it."""

    id: int
    key: str
    changelog: object


Named = TypeVar("Named", Listed, Kept, _Told)


class DataCenterSearch:
    """A Data Center site; one for all threads."""

    workers = 4

    def __init__(self, client: JiraClient, visit: Visit, parent_fields: Sequence[str], notes: Notes) -> None:
        """``parent_fields`` are the ids of the custom fields Epic Link and Parent Link, as far as the site has them."""
        self._client = client
        self._host = client.access.host
        self._zone = visit.zone
        self._parent_fields = parent_fields
        self._notes = notes
        self._by_get = False
        self._keys: dict[str, str] = {}
        """Keys of issues by id, at a site that was read by offsets: it does not find them by id, and has few."""
        self.batch = NAMES_A_QUERY

    def ids(self, query: str, projects: Sequence[str]) -> Iterator[Sequence[Listed]]:
        """Yield all issues of a query in pages, nothing but their identity."""
        first, total = self._page(f"{query} ORDER BY id ASC", ["key"], self._identity)
        if len(first) >= total:
            yield first
            return
        for shard in self.shards(query, projects) if projects else [query]:
            yield from self._pages(shard, ["key"], self._identity)

    def shards(self, query: str, projects: Sequence[str]) -> Sequence[str]:
        """Return a query for each project: ids order the issues of one, not of several."""
        return [of_projects([project], query) for project in projects]

    def pages(self, query: str, fields: Sequence[str], keep: Keep) -> Iterator[Sequence[Kept]]:
        """Yield all issues of a query in pages, with what ``keep`` makes of them."""
        return self._pages(query, fields, keep)

    def _pages(self, query: str, fields: Sequence[str], keep: Callable[[Record], Item]) -> Iterator[Sequence[Item]]:
        last = -1
        while True:
            sought = joined(query, f"id > {last}") if last >= 0 else query
            page, total = self._page(f"{sought} ORDER BY id ASC", fields, keep)
            ids = [one.id for one in page]
            if ids != sorted(ids) or (ids and ids[0] <= last):
                yield from self._by_offset(query, fields, keep, last)
                return
            yield page
            if len(page) >= total:
                return
            if not page:
                raise SourceError(
                    f"{self._host} says that {total:,} issues are to come, and gives none",
                    help="run again; if it stays, its search index is damaged",
                )
            last = ids[-1]

    def read(self, names: Sequence[str], fields: Sequence[str], keep: Keep) -> Found:
        """Return issues by id or key; one that the site does not show makes it refuse all, and is found by halving."""
        issues, absent = self._read_named(names, fields, keep)
        return Found(issues, absent)

    def _read_named(
        self, names: Sequence[str], fields: Sequence[str], keep: Callable[[Record], Named], expand: str | None = None
    ) -> tuple[list[Named], list[str]]:
        asked = {self._keys.get(name, name): name for name in names}
        issues: list[Named] = []
        absent: list[str] = []
        for name in ("id", "key"):
            group = [one for one in asked if one.isdigit() is (name == "id")]
            found, missing = self._read(name, group, fields, keep, expand)
            issues += found
            absent += [asked[one] for one in missing]
        return issues, absent

    def _read(
        self,
        name: str,
        group: Sequence[str],
        fields: Sequence[str],
        keep: Callable[[Record], Named],
        expand: str | None = None,
    ) -> tuple[list[Named], list[str]]:
        if not group:
            return [], []
        values = ", ".join(group if name == "id" else (quoted(key) for key in group))
        try:
            told, total = self._search(f"{name} in ({values})", fields, keep, expand=expand)
        except Refused as refused:
            if refused.status != 400:
                raise
            if len(group) == 1:
                return [], list(group)
            half = len(group) // 2
            halves = [self._read(name, part, fields, keep, expand) for part in (group[:half], group[half:])]
            return halves[0][0] + halves[1][0], halves[0][1] + halves[1][1]
        # A site that passes over what it does not understand answers with issues that nobody asked for. A key, on the other
        # hand, may be one that an issue had before a move.
        strict = name == "id" or len(told) > len(group)
        page = [one for one in told if not strict or str(getattr(one, name)) in group]
        known = {str(getattr(one, name)) for one in page}
        missing = [one for one in group if one not in known]
        if page and missing and len(told) < total:  # a site's pages may be smaller than what it is asked for
            rest, missing = self._read(name, missing, fields, keep, expand)
            page += rest
        return page, missing if len(page) < len(group) else []

    def changes(self, ids: Sequence[int], fields: Sequence[str]) -> Iterator[tuple[int, Sequence[Record]]]:
        """Yield the histories of each issue, whole: with the search, and one by one where it cuts them."""
        wanted = set(fields)
        for first in range(0, len(ids), CHANGES_A_PAGE):
            group = [str(id_) for id_ in ids[first : first + CHANGES_A_PAGE]]
            for id_, key, changelog in self._read_named(group, ["key"], self._told, expand="changelog")[0]:
                told = listed(self._whole(key, changelog), "histories", "a request for changes", self._host)
                yield id_, [history for history in told if ALL_CHANGES in wanted or _changed(history) & wanted]

    def _whole(self, key: str, changelog: object) -> object:
        """Return all of a changelog of which a search gave some."""
        if _is_whole(changelog):
            return changelog
        issue = self._client.get(f"/rest/api/2/issue/{key}", fields="key", expand="changelog")
        return issue.get("changelog") if isinstance(issue, dict) else None

    def since(self, moment: datetime) -> str:
        """Return a query for what was updated at this moment or later: whole minutes, in the account's zone."""
        local = moment.astimezone(self._zone) if self._zone is not None else moment.astimezone(UTC) - WEST
        return f'updated >= "{local:%Y-%m-%d %H:%M}"'

    def children(self, parents: Sequence[Listed]) -> str:
        """Return a query for the direct children of issues."""
        keys = ", ".join(quoted(parent.key) for parent in parents)
        ways = ["parent", *(_clause(field) for field in self._parent_fields)]
        return " OR ".join(f"{way} in ({keys})" for way in ways)

    def has_parent(self) -> str:
        """Return a query for issues that have an epic or a parent above it; those of sub-tasks are in their own project."""
        return " OR ".join(f"{_clause(field)} is not EMPTY" for field in self._parent_fields)

    def sample(self, query: str) -> Sample:
        """Return what one issue of a query shows, in one request; the search counts, and gives the history too."""
        try:
            page, total = self._search(f"{query} ORDER BY id ASC", ["key"], _whole, expand="changelog", most=1)
        except Refused as refused:
            raise refused_query(self._host, query, refused) from None
        issue = identity(page[0], self._host) if page else None
        histories = isinstance(page[0].get("changelog"), dict) if page else None
        return Sample(issue, total, exact=True, histories=histories)

    def _told(self, record: Record) -> _Told:
        return _Told(*identity(record, self._host), record.get("changelog"))

    def _identity(self, record: Record) -> Listed:
        return identity(record, self._host)

    def _by_offset(
        self, query: str, fields: Sequence[str], keep: Callable[[Record], Item], last: int
    ) -> Iterator[Sequence[Item]]:
        """Yield what stands above the id ``last`` at a site that does not seek by id.

        Raises SourceError where the offsets end before the issues do.
        """
        self._notes.reason(
            f"{self._host} does not order issues by id: they were read by offsets, which misses what moves"
        )
        seen: set[int] = set()
        start = 0
        while True:
            page, total = self._page(f"{query} ORDER BY key ASC", fields, keep, start)
            if total > WINDOW:
                raise SourceError(
                    f"{self._host} holds {total:,} issues for {query}, and neither orders them by id nor gives more than {WINDOW:,}",
                    help="narrow source.jira.jql, or have the site's search index rebuilt",
                )
            if page and all(one.id in seen for one in page):
                raise circles(self._host, f"row {start:,} and after are issues that came before")
            yield [one for one in page if one.id > last and one.id not in seen]
            seen.update(one.id for one in page)
            self._keys |= {str(one.id): one.key for one in page}
            start += len(page)
            if not page or start >= total:
                return

    def _page(
        self, jql: str, fields: Sequence[str], keep: Callable[[Record], Item], start: int = 0
    ) -> tuple[list[Item], int]:
        """Return one page and how many issues the query finds in all. Raises SourceError where the site refuses the query."""
        try:
            return self._search(jql, fields, keep, start)
        except Refused as refused:
            raise refused_query(self._host, jql, refused) from None

    def _search(
        self,
        jql: str,
        fields: Sequence[str],
        keep: Callable[[Record], Any],
        start: int = 0,
        expand: str | None = None,
        most: int = PAGE,
    ) -> tuple[list[Any], int]:
        """Return one page and how many issues the query finds in all."""
        body: dict[str, Any] = {"jql": jql, "startAt": start, "maxResults": most, "fields": list(fields)}
        if expand is not None:
            body["expand"] = [expand]

        def taken(answer: Any) -> tuple[list[Any], int]:
            records = listed(answer, "issues", SEARCH, self._host)
            total = answer.get("total")
            if not isinstance(total, int) or total < 0:
                raise SourceError(f"{self._host} answers a search without its total", help="a proxy may stand between")
            return [keep(record) for record in records], total

        if not self._by_get:
            try:
                return self._client.take(SEARCH, body, taken)
            except Refused as refused:
                if refused.status != 405:
                    raise
                self._by_get = True
                self.batch = NAMES_AN_ADDRESS
        return self._client.take(SEARCH, body, taken, by_get=True)


def _whole(record: Record) -> Record:
    return record


def _is_whole(changelog: object) -> bool:
    """Tell whether a search gave all of a changelog."""
    told = changelog.get("histories") if isinstance(changelog, dict) else None
    total = changelog.get("total") if isinstance(changelog, dict) else None
    return isinstance(told, list) and not (isinstance(total, int) and total > len(told))


def _changed(history: Record) -> set[str]:
    items = history.get("items")
    changed = [item for item in items if isinstance(item, dict)] if isinstance(items, list) else []
    return {str(item.get(name)) for item in changed for name in ("fieldId", "field") if item.get(name) is not None}


def _clause(field: str) -> str:
    """Return how JQL names a custom field."""
    return f"cf[{field.removeprefix('customfield_')}]"
