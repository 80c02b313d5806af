"""Searching Jira Cloud: ids in pages of thousands, details in bulk (or in pages of a hundred), changelogs in bulk."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Any

from flowlint.errors import SourceError
from flowlint.sources.jira_client import JiraClient, Refused
from flowlint.sources.jira_crew import batches
from flowlint.sources.jira_search import (
    ALL_CHANGES,
    Found,
    Item,
    Keep,
    Kept,
    Listed,
    Record,
    Sample,
    circles,
    identity,
    listed,
    of_projects,
    quoted,
    refused_query,
)

SEARCH = "/rest/api/3/search/jql"
BULK = "/rest/api/3/issue/bulkfetch"
CHANGES = "/rest/api/3/changelog/bulkfetch"
COUNT = "/rest/api/3/search/approximate-count"
IDS_A_PAGE, ISSUES_A_PAGE = 5000, 100
BULK_MOST, BULK_LESS = 1000, 100
"""Issues a request: where at most 100 fields are named, and where that is refused."""
FIELDS_MOST = 100
CHANGED_FIELDS = 10
CHANGES_A_PAGE = 1000
EMPTY_MOST = 100
"""Pages without an issue, one after the other, after which a search is thought to have no end."""


class CloudSearch:
    """A Cloud site; one for all threads."""

    workers = 4

    def __init__(self, client: JiraClient, *, by_pages: bool = False) -> None:
        """``by_pages`` reads issues in search pages: bulk calls are not open to every kind of access."""
        self._client = client
        self._host = client.access.host
        self._by_pages = by_pages
        self.batch = BULK_MOST

    def ids(self, query: str, projects: Sequence[str]) -> Iterator[Sequence[Listed]]:  # noqa: ARG002 - of the promise
        """Yield all issues of a query in pages, nothing but their identity."""
        return self._pages(query, ["key"], IDS_A_PAGE, lambda record: identity(record, self._host))

    def shards(self, query: str, projects: Sequence[str]) -> Sequence[str] | None:
        """Return a query for each project where issues are read by pages."""
        return [of_projects([project], query) for project in projects] if self._by_pages else None

    def pages(self, query: str, fields: Sequence[str], keep: Keep) -> Iterator[Sequence[Kept]]:
        """Yield all issues of a query in pages, with what ``keep`` makes of them."""
        return self._pages(query, list(fields), ISSUES_A_PAGE, keep)

    def read(self, names: Sequence[str], fields: Sequence[str], keep: Keep) -> Found:
        """Return issues by id or key, in requests as large as the site takes."""
        issues: list[Kept] = []
        rest = list(names)
        while rest:
            size = self.batch if len(fields) <= FIELDS_MOST else BULK_LESS
            body = {"issueIdsOrKeys": rest[:size], "fields": list(fields)}
            try:
                issues += self._client.take(BULK, body, lambda answer: self._kept(answer, "issues", BULK, keep))
            except Refused as refused:
                if refused.status == 400 and size > BULK_LESS:
                    self.batch = BULK_LESS  # for the rest of the run: the site knows no more
                    continue
                raise SourceError(
                    f"{self._host} refused to give {len(body['issueIdsOrKeys'])} issues ({refused})",
                    help="try `flowlint pull --mode pages`, which reads them by search",
                ) from None
            rest = rest[size:]
        known = {str(one.id) for one in issues} | {one.key for one in issues}
        # A key that an issue had before a move is answered with the key that it has now.
        missing = [name for name in names if name not in known]
        return Found(issues, missing if len(issues) < len(set(names)) else ())

    def changes(self, ids: Sequence[int], fields: Sequence[str]) -> Iterator[tuple[int, Sequence[Record]]]:
        """Yield the histories of each issue, whole, with the changes of these fields."""
        histories: dict[int, list[Record]] = {id_: [] for id_ in ids}
        groups = [()] if ALL_CHANGES in fields else batches(fields, CHANGED_FIELDS)
        for group in groups:
            body: dict[str, Any] = {"issueIdsOrKeys": [str(id_) for id_ in ids], "maxResults": CHANGES_A_PAGE}
            if group:
                body["fieldIds"] = list(group)
            for page in self._chain(CHANGES, body, "issueChangeLogs", lambda entry: entry):
                for entry in page:
                    id_ = identity({"id": entry.get("issueId")}, self._host).id
                    if id_ in histories:
                        histories[id_] += listed(entry, "changeHistories", "a request for changes", self._host)
        yield from histories.items()

    def since(self, moment: datetime) -> str:
        """Return a query for what was updated at this moment or later; a number of milliseconds has no zone."""
        return f"updated >= {int(moment.timestamp() * 1000)}"

    def children(self, parents: Sequence[Listed]) -> str:
        """Return a query for the direct children of issues."""
        return f"parent in ({', '.join(quoted(parent.key) for parent in parents)})"

    def has_parent(self) -> str:
        """Return a query for issues that have a parent."""
        return "parent is not EMPTY"

    def sample(self, query: str) -> Sample:
        """Return what one issue of a query shows, in three requests; its count is about right."""
        pages = self._pages(query, ["key"], 1, lambda record: identity(record, self._host))
        issue = next((one for page in pages for one in page), None)
        counted = self._shown(COUNT, {"jql": _restricted(query)})
        count = counted.get("count") if isinstance(counted, dict) else None
        histories = None
        if issue is not None:
            asked = {"issueIdsOrKeys": [str(issue.id)], "maxResults": 1}
            histories = self._shown(CHANGES, asked) is not None
        return Sample(issue, count if isinstance(count, int) else None, exact=False, histories=histories)

    def _shown(self, path: str, body: dict[str, Any]) -> Any:
        """Return an answer; None where the site refuses it."""
        try:
            return self._client.post(path, body)
        except Refused:
            return None

    def _pages(
        self, query: str, fields: list[str], size: int, keep: Callable[[Record], Item]
    ) -> Iterator[Sequence[Item]]:
        seen: set[int] = set()
        body: dict[str, Any] = {"jql": f"{_restricted(query)} ORDER BY id ASC", "fields": fields, "maxResults": size}
        for page in self._chain(SEARCH, body, "issues", keep):
            if page and all(one.id in seen for one in page):
                raise circles(self._host, f"a page of {len(page)} issues that were all on earlier ones")
            yield [one for one in page if one.id not in seen]
            seen.update(one.id for one in page)

    def _kept(self, answer: Any, name: str, path: str, keep: Callable[[Record], Any]) -> list[Any]:
        return [keep(record) for record in listed(answer, name, path, self._host)]

    def _chain(self, path: str, body: dict[str, Any], name: str, keep: Callable[[Record], Any]) -> Iterator[list[Any]]:
        """Yield the pages that lead from one to the next. Raises SourceError where they do not come to an end."""

        def taken(answer: Any) -> tuple[list[Any], object, object]:
            return self._kept(answer, name, path, keep), answer.get("nextPageToken"), answer.get("isLast")

        tokens: set[str] = set()
        empty = 0
        asked = dict(body)
        while True:
            try:
                page, token, last = self._client.take(path, asked, taken)
            except Refused as refused:
                raise refused_query(self._host, str(body.get("jql", "for changes")), refused) from None
            yield page
            if last is True or not isinstance(token, str) or not token:
                return
            empty = 0 if page else empty + 1
            if token in tokens or empty > EMPTY_MOST:
                raise circles(
                    self._host, "a page leads to where an earlier one led" if token in tokens else "empty pages"
                )
            tokens.add(token)
            asked = body | {"nextPageToken": token}


def _restricted(query: str) -> str:
    """Return a query that says something: the site refuses one that would find everything."""
    return query or 'created >= "1970-01-01"'
