"""A stand-in for Jira Cloud: REST API version 3 and the Agile API, with its limits, and with faults that a test turns on."""

import base64
import binascii
import itertools
import json
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from typing import Any, Literal

from fakes.jira_cloud_shapes import CloudShapes
from fakes.jira_shapes import Json
from fakes.jira_things import Change, Issue
from fakes.jira_web import AGILE, PERMISSIONS, JiraWeb, Problem, Visit, checked
from fakes.server import Answer, Asked

V3 = "/rest/api/3"
CLOUD_ID = "1324a887-45db-1bf4-1e99-ef0ff456d421"
HOME = "https://acme.atlassian.net"
BARE = {"id", "key"}
MANY_VALUED = {"comment", "worklog", "attachment"}
"""Fields that make a bulk read small."""
SEARCH_BODY = {
    "jql": str,
    "nextPageToken": str,
    "maxResults": int,
    "fields": list,
    "expand": str,
    "properties": list,
    "fieldsByKeys": bool,
    "reconcileIssues": list,
}
BULK_BODY = {"issueIdsOrKeys": list, "fields": list, "expand": list, "properties": list, "fieldsByKeys": bool}
CHANGELOG_BODY = {"issueIdsOrKeys": list, "fieldIds": list, "maxResults": int, "nextPageToken": str}
NEWEST = 40
"""Entries of a changelog that a search gives."""


@dataclass(frozen=True)
class _Wish:
    """A search, however it was asked for."""

    jql: str | None
    token: str
    most: int
    fields: tuple[str, ...]
    expand: tuple[str, ...]
    fresh: frozenset[int]
    archived: bool


@dataclass(frozen=True)
class _Chain:
    """A search that goes on over pages: what its tokens are bound to."""

    jql: str
    fresh: frozenset[int]
    ids: list[int]


@dataclass(eq=False)
class Cloud(JiraWeb):
    """Jira Cloud, at the root and below ``/ex/jira/{cloud_id}``. Every field is a switch."""

    credentials: tuple[str, str] = ("lead@acme.example", "s3cr3t-t0ken")
    cloud_id: str = CLOUD_ID
    id_page: int = 5000
    """Issues on a page at most, where only ids and keys are asked for."""
    field_page: int = 100
    """Issues on a page at most, where anything else is asked for."""
    short_pages: bool = False
    """Pages end before ``maxResults``, so that there are several."""
    empty_pages: bool = False
    """After each page but the last comes an empty one, and there are at least two."""
    no_is_last: bool = False
    """``isLast`` is missing; the end is where no token is."""
    repeat_token: bool = False
    """Every page but the first gives the token that it was asked for with; the last one does not end it."""
    repeat_page: bool = False
    """Every page holds the ids of the first, under a new token, without end."""
    bulk_limit: int | None = None
    """A bulk read of more issues is a 400; 0: every bulk read is."""
    lose: Collection[int | str] = ()
    """Ids that no bulk read answers, though searches list them."""
    epoch_created: Literal["", "seconds", "milliseconds"] = ""
    """Bulk changelogs tell moments as numbers."""
    _chains: dict[int, _Chain] = field(default_factory=dict, init=False, repr=False)
    _serial: Iterator[int] = field(default_factory=itertools.count, init=False, repr=False)

    cloud = True
    routes = (
        ("GET", "/rest/api/[23]/serverInfo", "server_info"),
        ("GET", "/rest/api/[23]/myself", "myself"),
        ("GET", "/rest/api/[23]/field", "fields"),
        ("GET", f"{V3}/issuetype", "types"),
        ("GET", f"{V3}/status", "statuses"),
        ("GET", f"{V3}/mypermissions", "permissions"),
        ("GET", f"{V3}/project/search", "projects"),
        ("GET", f"{V3}/project/([^/]+)", "project"),
        ("GET", f"{V3}/search/jql", "search_by_get"),
        ("POST", f"{V3}/search/jql", "search_by_post"),
        ("POST", f"{V3}/search/approximate-count", "count"),
        ("POST", f"{V3}/issue/bulkfetch", "bulk_issues"),
        ("POST", f"{V3}/changelog/bulkfetch", "bulk_changelogs"),
        ("GET", f"{V3}/issue/([^/]+)/changelog", "changelog"),
        ("GET POST", "/rest/api/[23]/search", "removed"),
        ("GET", f"{AGILE}/board", "boards"),
        ("GET", rf"{AGILE}/board/(\d+)/configuration", "board_configuration"),
        ("GET", rf"{AGILE}/board/(\d+)/sprint", "sprints"),
    )

    def place(self, asked: Asked) -> tuple[str, str]:
        """Return the site's address or the gateway's, and the path after it."""
        host, gateway = f"http://{asked.headers['host']}", f"/ex/jira/{self.cloud_id}"
        if asked.path.startswith(f"{gateway}/"):
            outside = "https://api.atlassian.com" if self.url else host
            return outside + gateway, asked.path.removeprefix(gateway)
        return self.url or host, asked.path

    def shapes(self, base: str) -> CloudShapes:
        """Return what makes JSON."""
        return CloudShapes(self.site, base)

    # Metadata

    def server_info(self, visit: Visit) -> Answer:
        """Answer which Jira this is; the address is the site's own, also at the gateway."""
        home = self.url or (HOME if "/ex/jira/" in visit.base else visit.base)
        return Answer(
            {
                "baseUrl": home,
                "displayUrl": home,
                "version": "1001.0.0-SNAPSHOT",
                "versionNumbers": [1001, 0, 0],
                "deploymentType": "Cloud",
                "buildNumber": 100_300,
                "serverTime": self.shapes(visit.base).stamp(self.site.moment),
                "serverTimeZone": str(self.site.site_zone),
                "serverTitle": self.site.title,
            }
        )

    def permissions(self, visit: Visit) -> Answer:
        """Answer what the caller may do."""
        asked = visit.words("permissions")
        if not asked or not set(asked) <= set(PERMISSIONS):
            raise Problem(
                400, "The 'permissions' query parameter is required." if not asked else "Unrecognised permission."
            )
        if "projectKey" in visit.asked.query:
            self.find_project(visit, visit.asked.query["projectKey"])
        held = {name: visit.known and name == "BROWSE_PROJECTS" for name in asked}
        shapes = {
            name: {
                "id": str(PERMISSIONS.index(name)),
                "key": name,
                "name": name.replace("_", " ").capitalize(),
                "type": "GLOBAL" if name == "ADMINISTER" else "PROJECT",
                "description": "",
                "havePermission": have,
            }
            for name, have in held.items()
        }
        return Answer({"permissions": shapes})

    def projects(self, visit: Visit) -> Answer:
        """Answer a page of projects, by key; archived ones where their status is asked for."""
        states, keys, ids = visit.words("status") or ["live"], visit.words("keys"), visit.words("id")
        found = [
            one
            for one in sorted(self.site.projects, key=lambda one: one.key)
            if visit.known
            and ("archived" if one.archived else "live") in states
            and (not keys or one.key in keys)
            and (not ids or str(one.id) in ids)
        ]
        shapes = self.shapes(visit.base)
        link = shapes.link("project", "search")
        return Answer({"self": link, **self.page(visit, [shapes.project_row(one) for one in found])})

    # Searches

    def removed(self, visit: Visit) -> Answer:
        """Answer that the old search is gone."""
        raise Problem(410, f"The requested API has been removed. Please migrate to the {V3}/search/jql API.")

    def search_by_get(self, visit: Visit) -> Answer:
        """Answer a page of a search."""
        asked = visit.asked.query
        return self._search(
            visit,
            _Wish(
                asked.get("jql"),
                asked.get("nextPageToken", ""),
                visit.number("maxResults", 50),
                tuple(visit.words("fields")),
                tuple(visit.words("expand")),
                _fresh(visit.words("reconcileIssues")),
                asked.get("includeArchivedProjects") == "true",
            ),
        )

    def search_by_post(self, visit: Visit) -> Answer:
        """Answer a page of a search."""
        body = checked(visit.asked.body, SEARCH_BODY)
        return self._search(
            visit,
            _Wish(
                body.get("jql"),
                body.get("nextPageToken", ""),
                body.get("maxResults", 50),
                tuple(body.get("fields", ())),
                tuple(filter(None, body.get("expand", "").split(","))),
                _fresh(body.get("reconcileIssues", [])),
                archived=False,
            ),
        )

    def count(self, visit: Visit) -> Answer:
        """Answer about how many issues a query finds."""
        jql = checked(visit.asked.body, {"jql": str}).get("jql")
        return Answer({"count": len(self.find(visit, jql or "", self.read_query(jql)))})

    def _search(self, visit: Visit, wish: _Wish) -> Answer:
        query = self.read_query(wish.jql)
        if wish.most < 1:
            raise Problem(400, "maxResults must be greater than 0.")
        if wish.token:
            number, start, blank = self._known_token(wish)
        else:
            ids = self.find(visit, wish.jql or "", query, wish.fresh, archived=wish.archived)
            number, start, blank = next(self._serial), 0, False
            self._chains[number] = _Chain(wish.jql or "", wish.fresh, ids)
        bare = set(wish.fields) <= BARE and not wish.expand
        most = min(wish.most, self.id_page if bare else self.field_page)
        shown, token = self._page(number, start, most, blank=blank)
        if self.repeat_token:
            token = wish.token or token or self._token(number, start + len(shown))
        rest: Json = {} if self.no_is_last else {"isLast": token is None}
        if token is not None:
            rest["nextPageToken"] = token
        return self._with_found(visit, wish, rest, shown)

    def _page(self, number: int, start: int, most: int, *, blank: bool) -> tuple[list[int], str | None]:
        """Return the ids of a page, and the token for the next."""
        ids = self._chains[number].ids
        if self.repeat_page:
            return ids[:most], self._token(number, 0)
        if blank:
            return [], self._token(number, start)
        left = len(ids) - start
        if self.short_pages and left > 1:
            most = max(min(most - 1, (left + 1) // 2), 1)
        if self.empty_pages and start == 0 and left > 1:
            most = min(most, left - 1)
        if most >= left:
            return ids[start:], None
        return ids[start : start + most], self._token(number, start + most, blank=self.empty_pages)

    def _token(self, number: int, start: int, *, blank: bool = False) -> str:
        return base64.urlsafe_b64encode(json.dumps([number, start, blank, next(self._serial)]).encode()).decode()

    def _known_token(self, wish: _Wish) -> tuple[int, int, bool]:
        """Return chain, offset, and whether the page is to be empty. Raises Problem for a token of another search."""
        try:
            number, start, blank, _ = json.loads(base64.urlsafe_b64decode(wish.token))
            chain = self._chains[number]
        except (binascii.Error, ValueError, KeyError):
            chain = None
        if chain is None or (chain.jql, chain.fresh) != (wish.jql, wish.fresh):
            raise Problem(400, "The provided next page token is invalid or expired.")
        return number, start, blank

    def _with_found(self, visit: Visit, wish: _Wish, rest: Json, ids: list[int]) -> Answer:
        shapes = self.shapes(visit.base)
        found = [issue for one in ids if (issue := self.site.indexed(one, wish.fresh)) is not None]
        if set(wish.fields) <= BARE and not wish.expand:
            with_key = "key" in wish.fields
            return Answer({"issues": [shapes.bare(one) if with_key else {"id": str(one.id)} for one in found], **rest})
        readers = shapes.readers([one for one in wish.fields if one not in BARE] or ["-"])
        known = {one.id: one for one in shapes.fields()}
        if "names" in wish.expand:
            rest["names"] = {id_: known[id_].name for id_, _ in readers}
        if "schema" in wish.expand:
            rest["schema"] = {id_: shapes.field(known[id_])["schema"] for id_, _ in readers}

        def shape(issue: Issue) -> Json:
            told = shapes.issue(issue, readers)
            if "changelog" in wish.expand:
                newest = [shapes.history(issue, one) for one in issue.history[: -NEWEST - 1 : -1]]
                told["changelog"] = {
                    "startAt": 0,
                    "maxResults": NEWEST,
                    "total": len(issue.history),
                    "histories": newest,
                }
            return told

        return self.with_issues(visit, rest, found, shape, (wish.fields, wish.expand, wish.fresh, self.site.lagging))

    # Bulk reads

    def bulk_issues(self, visit: Visit) -> Answer:
        """Answer the issues that are asked for, by id; those that the caller cannot read are left out."""
        body = checked(visit.asked.body, BULK_BODY, "issueIdsOrKeys")
        named, fields = body["issueIdsOrKeys"], body.get("fields", [])
        limit = self._bulk_limit(fields, body.get("expand", []))
        if len(named) > limit:
            raise Problem(400, f"The maximum number of issues that can be fetched is {limit}.")
        shapes = self.shapes(visit.base)
        readers = shapes.readers(fields)
        lost = {str(one) for one in self.lose}
        found = {issue.id: issue for issue in self._readable(visit, named) if str(issue.id) not in lost}
        ordered = [found[number] for number in sorted(found)]
        return self.with_issues(
            visit, {"issueErrors": []}, ordered, lambda issue: shapes.issue(issue, readers), tuple(fields)
        )

    def _bulk_limit(self, fields: list[str], expand: list[str]) -> int:
        if self.bulk_limit is not None:
            return self.bulk_limit
        named = fields and not any(one.startswith(("*", "-")) or one in MANY_VALUED for one in fields)
        heavy = {"changelog", "transitions", "renderedFields"} & set(expand)
        return 1000 if named and len(fields) <= 100 and not heavy else 100

    def _readable(self, visit: Visit, named: list[str]) -> list[Issue]:
        if self.no_issues or not visit.known:
            return []
        found = (self.site.readable(self.site.find(one)) for one in named)
        return [issue for issue in found if issue is not None and not issue.project.archived]

    def bulk_changelogs(self, visit: Visit) -> Answer:
        """Answer a page of the changes of several issues, the oldest first; an issue may be on several pages."""
        body = checked(visit.asked.body, CHANGELOG_BODY, "issueIdsOrKeys")
        named, fields, most = body["issueIdsOrKeys"], body.get("fieldIds", []), body.get("maxResults", 1000)
        if not 1 <= len(named) <= 1000 or len(fields) > 10 or not 1 <= most <= 10_000:
            raise Problem(400, "At most 1000 issues, 10 fields and 10000 results can be asked for.")
        shapes = self.shapes(visit.base)
        issues = {issue.id: issue for issue in self._readable(visit, named)}.values()
        changes = [
            (one.at, issue.id, one, issue)
            for issue in issues
            for one in issue.history
            if _touches(shapes, issue, one, fields)
        ]
        changes.sort(key=lambda row: row[:2])
        start = self._changelog_start(body.get("nextPageToken"), named, fields)
        grouped: dict[int, list[Json]] = {}
        for _, number, change, issue in changes[start : start + most]:
            grouped.setdefault(number, []).append(self._bulk_change(shapes, issue, change))
        logs = [{"issueId": str(number), "changeHistories": histories} for number, histories in grouped.items()]
        if start + most >= len(changes):
            return Answer({"issueChangeLogs": logs})
        return Answer({"issueChangeLogs": logs, "nextPageToken": _changelog_token(start + most, named, fields)})

    def _bulk_change(self, shapes: CloudShapes, issue: Issue, change: Change) -> Json:
        told = shapes.history(issue, change)
        if self.epoch_created:
            told["created"] = change.at if self.epoch_created == "milliseconds" else change.at // 1000
        return told

    @staticmethod
    def _changelog_start(token: str | None, named: list[str], fields: list[str]) -> int:
        if token is None:
            return 0
        start = token.partition("-")[0]
        if not start.isdecimal() or token != _changelog_token(int(start), named, fields):
            raise Problem(400, "The provided next page token is invalid or expired.")
        return int(start)

    def changelog(self, visit: Visit, named: str) -> Answer:
        """Answer a page of the changes of one issue, the oldest first."""
        found = self._readable(visit, [named])
        if not found:
            raise Problem(404, "Issue does not exist or you do not have permission to see it.")
        shapes = self.shapes(visit.base)
        link = shapes.link("issue", named, "changelog")
        changes = [shapes.history(found[0], one) for one in found[0].history]
        return Answer({"self": link, **self.page(visit, changes, 100)})


def _fresh(ids: list[Any]) -> frozenset[int]:
    """Return the ids of issues that a search must know as they are. Raises Problem."""
    if len(ids) > 50 or not all(str(one).isdecimal() for one in ids):
        raise Problem(400, "At most 50 numeric ids can be reconciled.")
    return frozenset(int(one) for one in ids)


def _touches(shapes: CloudShapes, issue: Issue, change: Change, fields: list[str]) -> bool:
    """Tell whether a change is about one of these fields; one without an id goes by its name."""
    named = [shapes.changed_field(issue, item) for item in change.items]
    return not fields or any((id_ or name) in fields for name, id_ in named)


def _changelog_token(start: int, named: list[str], fields: list[str]) -> str:
    return f"{start}-{binascii.crc32(json.dumps([named, fields]).encode()):08x}"
