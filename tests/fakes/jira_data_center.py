"""A stand-in for Jira Data Center: REST API version 2 and the Agile API, with its limits, and with faults that a test turns on."""

import binascii
from collections.abc import Callable
from dataclasses import dataclass

from fakes.jira_data_center_shapes import DataCenterShapes
from fakes.jira_shapes import Json
from fakes.jira_things import Issue
from fakes.jira_web import AGILE, JiraWeb, Problem, Visit, checked
from fakes.jql import COMPARES
from fakes.jql_parser import Clause, Condition, Group, Query
from fakes.server import Answer, Asked

V2 = "/rest/api/2"
SEARCH_BODY = {
    "jql": str,
    "startAt": int,
    "maxResults": int,
    "fields": list,
    "expand": list,
    "validateQuery": object,
    "fieldsByKeys": bool,
    "properties": list,
}


@dataclass(frozen=True)
class _Wish:
    """A search, however it was asked for."""

    jql: str
    start: int
    most: int
    fields: tuple[str, ...]
    expand: tuple[str, ...]


@dataclass(eq=False)
class DataCenter(JiraWeb):
    """Jira Data Center, below ``context`` (``/jira``) if it has one. Every field is a switch."""

    credentials: tuple[str, str] = ("lead", "s3cr3t-t0ken")
    context: str = ""
    version: str = "9.12.4"
    post_405: bool = False
    """Searches by POST are answered with 405."""
    window: int = 10_000
    """A page that reaches past this row is a 500."""
    unsorted: bool = False
    """Searches do not sort by id, nor heed a bound on it: only offsets lead through them."""
    page_cap: int = 1000
    """Issues on a page at most, which ``maxResults`` echoes."""
    sprint_strings: bool = False
    """Sprints are the texts that old versions wrote."""

    cloud = False
    routes = (
        ("GET", f"{V2}/serverInfo", "server_info"),
        ("GET", f"{V2}/myself", "myself"),
        ("GET", f"{V2}/field", "fields"),
        ("GET", f"{V2}/issuetype", "types"),
        ("GET", f"{V2}/status", "statuses"),
        ("GET", f"{V2}/project", "projects"),
        ("GET", f"{V2}/project/([^/]+)", "project"),
        ("GET", f"{V2}/project/([^/]+)/versions", "versions"),
        ("GET", f"{V2}/search", "search_by_get"),
        ("POST", f"{V2}/search", "search_by_post"),
        ("GET", f"{V2}/issue/([^/]+)", "issue"),
        ("GET", f"{AGILE}/board", "boards"),
        ("GET", rf"{AGILE}/board/(\d+)/configuration", "board_configuration"),
        ("GET", rf"{AGILE}/board/(\d+)/sprint", "sprints"),
    )

    def place(self, asked: Asked) -> tuple[str, str]:
        """Return the site's address, and the path after it."""
        if not asked.path.startswith(f"{self.context}/rest/"):
            raise Problem(404, f"null for uri: {asked.path}")
        return self.url or f"http://{asked.headers['host']}{self.context}", asked.path.removeprefix(self.context)

    def shapes(self, base: str) -> DataCenterShapes:
        """Return what makes JSON."""
        return DataCenterShapes(self.site, base, sprint_strings=self.sprint_strings)

    def server_info(self, visit: Visit) -> Answer:
        """Answer which Jira this is."""
        return Answer(
            {
                "baseUrl": visit.base,
                "version": self.version,
                "versionNumbers": [int(part) for part in self.version.split(".")],
                "deploymentType": "DataCenter",
                "buildNumber": 912_004,
                "serverTime": self.shapes(visit.base).stamp(self.site.moment),
                "serverTitle": self.site.title,
            }
        )

    def projects(self, visit: Visit) -> Answer:
        """Answer all projects; the archived ones where they are asked for."""
        archived = visit.asked.query.get("includeArchived") == "true"
        found = [one for one in self.site.projects if visit.known and (archived or not one.archived)]
        shapes = self.shapes(visit.base)
        return Answer([{**shapes.project_stub(one), "archived": one.archived} for one in found])

    def versions(self, visit: Visit, named: str) -> Answer:
        """Answer the versions of a project."""
        return Answer(self.shapes(visit.base).versions(self.find_project(visit, named)))

    def issue(self, visit: Visit, named: str) -> Answer:
        """Answer one issue, with its whole changelog where that is asked for."""
        found = self.site.readable(self.site.find(named))
        if found is None or not visit.known or self.no_issues:
            raise Problem(404, "Issue Does Not Exist")
        return Answer(self._shape(visit, tuple(visit.words("fields")), tuple(visit.words("expand")))(found))

    # Searches

    def search_by_get(self, visit: Visit) -> Answer:
        """Answer a page of a search."""
        return self._search(
            visit,
            _Wish(
                visit.asked.query.get("jql", ""),
                visit.number("startAt", 0),
                visit.number("maxResults", 50),
                tuple(visit.words("fields")),
                tuple(visit.words("expand")),
            ),
        )

    def search_by_post(self, visit: Visit) -> Answer:
        """Answer a page of a search."""
        if self.post_405:
            raise Problem(405, "Method Not Allowed")
        body = checked(visit.asked.body, SEARCH_BODY)
        return self._search(
            visit,
            _Wish(
                body.get("jql", ""),
                body.get("startAt", 0),
                body.get("maxResults", 50),
                tuple(body.get("fields", ())),
                tuple(body.get("expand", ())),
            ),
        )

    def _search(self, visit: Visit, wish: _Wish) -> Answer:
        query = self.read_query(wish.jql)
        most = min(wish.most, self.page_cap, 1000)
        if wish.start < 0 or most < 0:
            raise Problem(400, "startAt and maxResults must not be negative.")
        if wish.start + most > self.window:
            raise Problem(
                500, f"Result window is too large: at most {self.window} rows (jira.search.platform.max.result.window)."
            )
        ids = self._disordered(visit, wish, query) if self.unsorted else self.find(visit, wish.jql, query)
        page = ids[wish.start : wish.start + most]
        found = [issue for one in page if (issue := self.site.indexed(one)) is not None]
        return self.with_issues(
            visit,
            {"startAt": wish.start, "maxResults": most, "total": len(ids)},
            found,
            self._shape(visit, wish.fields, wish.expand),
            (wish.fields, wish.expand, self.sprint_strings),
        )

    def _disordered(self, visit: Visit, wish: _Wish, query: Query) -> list[int]:
        """Return what a broken index finds: bounds on the id count for nothing, and the order is always the same wrong one."""
        loose = Query(_without_bounds(query.where), ())
        ids = self.find(visit, f"{wish.jql} without bounds", loose)
        return sorted(ids, key=lambda one: binascii.crc32(str(one).encode()))

    def _shape(self, visit: Visit, fields: tuple[str, ...], expand: tuple[str, ...]) -> Callable[[Issue], Json]:
        """Return what makes the JSON of an issue."""
        shapes = self.shapes(visit.base)
        readers = shapes.readers(fields)

        def shape(issue: Issue) -> Json:
            told = shapes.issue(issue, readers)
            if "changelog" in expand:
                histories = [shapes.history(issue, one) for one in issue.history]
                count = len(histories)
                told["changelog"] = {"startAt": 0, "maxResults": count, "total": count, "histories": histories}
            return told

        return shape


def _without_bounds(where: Condition | None) -> Condition | None:
    """Return a condition without the bounds on the id that hold for all of it."""
    if isinstance(where, Clause):
        return None if where.field == "id" and where.operator in COMPARES else where
    if where is None or where.word != "and":
        return where
    kept = [part for part in map(_without_bounds, where.parts) if part is not None]
    return Group("and", tuple(kept)) if len(kept) > 1 else kept[0] if kept else None
