"""Searching Jira Data Center: project by project, each page asked for by the id that the last one ended with.

Offsets are no way through: newer versions answer with an error past row 10 000, and issues that change meanwhile are
skipped or come twice.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from flowlint.errors import SourceError
from flowlint.sources.jira_client import JiraClient, Refused
from flowlint.sources.jira_search import (
    ALL_CHANGES,
    Found,
    Listed,
    Notes,
    Record,
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
        first, total = self._page(f"{query} ORDER BY id ASC", ["key"])
        pages: Iterable[Sequence[Record]] = [first]
        if len(first) < total:
            shards = self.shards(query, projects) if projects else [query]
            pages = (page for shard in shards for page in self.pages(shard, ["key"]))
        for page in pages:
            yield [identity(record, self._host) for record in page]

    def shards(self, query: str, projects: Sequence[str]) -> Sequence[str]:
        """Return a query for each project: ids order the issues of one, not of several."""
        return [of_projects([project], query) for project in projects]

    def pages(self, query: str, fields: Sequence[str]) -> Iterator[Sequence[Record]]:
        """Yield all issues of a query in pages, with their fields."""
        last = -1
        while True:
            sought = joined(query, f"id > {last}") if last >= 0 else query
            page, total = self._page(f"{sought} ORDER BY id ASC", fields)
            ids = [identity(record, self._host).id for record in page]
            if ids != sorted(ids) or (ids and ids[0] <= last):
                yield from self._by_offset(query, fields, last)
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

    def read(self, names: Sequence[str], fields: Sequence[str]) -> Found:
        """Return issues by id or key; one that the site does not show makes it refuse all, and is found by halving."""
        return self._read_named(names, fields)

    def _read_named(self, names: Sequence[str], fields: Sequence[str], expand: str | None = None) -> Found:
        asked = {self._keys.get(name, name): name for name in names}
        ids = [name for name in asked if name.isdigit()]
        keys = [name for name in asked if not name.isdigit()]
        records: list[Record] = []
        absent: list[str] = []
        for name, group in (("id", ids), ("key", keys)):
            found, missing = self._read(name, group, fields, expand)
            records += found
            absent += [asked[one] for one in missing]
        return Found(records, absent)

    def _read(
        self, name: str, group: Sequence[str], fields: Sequence[str], expand: str | None = None
    ) -> tuple[list[Record], list[str]]:
        if not group:
            return [], []
        values = ", ".join(group if name == "id" else (quoted(key) for key in group))
        try:
            told, total = self._search(f"{name} in ({values})", fields, expand=expand)
        except Refused as refused:
            if refused.status != 400:
                raise
            if len(group) == 1:
                return [], list(group)
            half = len(group) // 2
            halves = [self._read(name, part, fields, expand) for part in (group[:half], group[half:])]
            return halves[0][0] + halves[1][0], halves[0][1] + halves[1][1]
        # A site that passes over what it does not understand answers with issues that nobody asked for. A key, on the other
        # hand, may be one that an issue had before a move.
        strict = name == "id" or len(told) > len(group)
        page = [record for record in told if not strict or str(record.get(name)) in group]
        known = {str(record.get(name)) for record in page}
        missing = [one for one in group if one not in known]
        if page and missing and len(told) < total:  # a site's pages may be smaller than what it is asked for
            rest, missing = self._read(name, missing, fields, expand)
            page += rest
        return page, missing if len(page) < len(group) else []

    def changes(self, ids: Sequence[int], fields: Sequence[str]) -> Iterator[tuple[int, Sequence[Record]]]:
        """Yield the histories of each issue, whole: with the search, and one by one where it cuts them."""
        wanted = set(fields)
        for first in range(0, len(ids), CHANGES_A_PAGE):
            group = [str(id_) for id_ in ids[first : first + CHANGES_A_PAGE]]
            for record in self._read_named(group, ["key"], expand="changelog").records:
                id_, key = identity(record, self._host)
                changelog = record.get("changelog")
                if not _is_whole(changelog):
                    whole = self._client.get(f"/rest/api/2/issue/{key}", fields="key", expand="changelog")
                    changelog = whole.get("changelog") if isinstance(whole, dict) else None
                told = listed(changelog, "histories", "a request for changes", self._host)
                yield id_, [history for history in told if ALL_CHANGES in wanted or _changed(history) & wanted]

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

    def _by_offset(self, query: str, fields: Sequence[str], last: int) -> Iterator[Sequence[Record]]:
        """Yield what stands above the id ``last`` at a site that does not seek by id.

        Raises SourceError where the offsets end before the issues do.
        """
        self._notes.reason(
            f"{self._host} does not order issues by id: they were read by offsets, which misses what moves"
        )
        seen: set[int] = set()
        start = 0
        while True:
            page, total = self._page(f"{query} ORDER BY key ASC", fields, start)
            if total > WINDOW:
                raise SourceError(
                    f"{self._host} holds {total:,} issues for {query}, and neither orders them by id nor gives more than {WINDOW:,}",
                    help="narrow source.jira.jql, or have the site's search index rebuilt",
                )
            known = [(identity(record, self._host).id, record) for record in page]
            if page and all(id_ in seen for id_, _ in known):
                raise circles(self._host, f"row {start:,} and after are issues that came before")
            yield [record for id_, record in known if id_ > last and id_ not in seen]
            seen.update(id_ for id_, _ in known)
            self._keys |= {str(id_): str(record.get("key")) for id_, record in known}
            start += len(page)
            if not page or start >= total:
                return

    def _page(self, jql: str, fields: Sequence[str], start: int = 0) -> tuple[list[Record], int]:
        """Return one page and how many issues the query finds in all. Raises SourceError where the site refuses the query."""
        try:
            return self._search(jql, fields, start)
        except Refused as refused:
            raise refused_query(self._host, jql, refused) from None

    def _search(
        self, jql: str, fields: Sequence[str], start: int = 0, expand: str | None = None
    ) -> tuple[list[Record], int]:
        """Return one page and how many issues the query finds in all."""
        body: dict[str, Any] = {"jql": jql, "startAt": start, "maxResults": PAGE, "fields": list(fields)}
        if expand is not None:
            body["expand"] = [expand]
        answer = self._asked(body)
        records = listed(answer, "issues", SEARCH, self._host)
        total = answer.get("total")
        if not isinstance(total, int) or total < 0:
            raise SourceError(f"{self._host} answers a search without its total", help="a proxy may stand between")
        return records, total

    def _asked(self, body: dict[str, Any]) -> Any:
        if not self._by_get:
            try:
                return self._client.post(SEARCH, body)
            except Refused as refused:
                if refused.status != 405:
                    raise
                self._by_get = True
                self.batch = NAMES_AN_ADDRESS
        parameters = {name: ",".join(value) if isinstance(value, list) else value for name, value in body.items()}
        return self._client.get(SEARCH, **parameters)


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
