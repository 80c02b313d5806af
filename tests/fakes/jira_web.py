"""What Cloud and Data Center share as servers: credentials, paths, searches, and the switches that both know."""

import base64
import json
import re
import time
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from fakes.jira_shapes import Json, Shapes
from fakes.jira_store import JiraSite
from fakes.jira_things import Board, Issue, Project
from fakes.jql import Dialect, search
from fakes.jql_parser import BadJqlError, Query, parse
from fakes.server import Answer, Asked

AGILE = "/rest/agile/1.0"
PERMISSIONS = ("BROWSE_PROJECTS", "ADMINISTER", "ADMINISTER_PROJECTS", "EDIT_ISSUES")
REMEMBERED_SEARCHES = 32


class Problem(Exception):  # noqa: N818 - an answer
    """An answer that is a no."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.answer = Answer({"errorMessages": [message], "errors": {}}, status)


@dataclass(frozen=True)
class Visit:
    """A request, and what is known of it before it is answered."""

    asked: Asked
    base: str
    """The address that ``self`` links begin with."""
    known: bool
    """Whether somebody signed in: others see no projects and no issues."""

    def number(self, name: str, default: int) -> int:
        """Return a parameter that is a number. Raises Problem."""
        text = self.asked.query.get(name, str(default))
        if not re.fullmatch(r"-?\d+", text):
            raise Problem(400, f"The value '{text}' for parameter '{name}' is not a number.")
        return int(text)

    def words(self, name: str) -> list[str]:
        """Return a parameter that is a list."""
        return [word for word in self.asked.query.get(name, "").split(",") if word]


Handler = Callable[..., Answer]


@dataclass(eq=False)
class JiraWeb:
    """Answers requests for a site. Every field but the first is a switch, which a test may change at any moment."""

    site: JiraSite
    credentials: tuple[str, str] = ("", "")
    """Who may ask by basic authentication; the second alone is the Bearer token."""
    url: str = ""
    """The public address, which ``self`` links and ``baseUrl`` name; empty: the address that was asked."""
    delay: float = 0.0
    """Seconds that each answer takes."""
    anonymous: bool = False
    """Credentials are ignored: ``myself`` is 401, and searches find nothing."""
    no_issues: bool = False
    """Searches and bulk reads find nothing, whoever asks."""
    forbidden: Collection[str] = ()
    """Patterns of paths that are answered with 403."""
    missing: Collection[str] = ()
    """Patterns of paths that are answered with 404."""
    strict_keys: bool = True
    """A key in JQL that the caller cannot find is a 400; otherwise it matches nothing."""
    remember: bool = False
    """Keep the text of every issue once written: for benchmarks, which then measure the client."""
    _found: dict[Any, tuple[Any, list[int]]] = field(default_factory=dict, init=False, repr=False)
    _texts: dict[Any, dict[int, str]] = field(default_factory=dict, init=False, repr=False)
    _texts_of: Any = field(default=None, init=False, repr=False)

    cloud: ClassVar[bool]
    routes: ClassVar[tuple[tuple[str, str, str], ...]]
    """Method, pattern of the path, and name of the method that answers."""

    def __call__(self, asked: Asked) -> Answer:
        """Answer one request."""
        if self.delay:
            time.sleep(self.delay)
        try:
            base, path = self.place(asked)
            visit = Visit(asked, base, self._signed_in(asked))
            return self._handler(asked.method, path)(visit)
        except Problem as problem:
            return problem.answer
        except BadJqlError as error:
            return Problem(400, str(error)).answer

    # What differs

    def place(self, asked: Asked) -> tuple[str, str]:
        """Return the address that ``self`` links begin with, and the path after it. Raises Problem."""
        raise NotImplementedError

    def shapes(self, base: str) -> Shapes:
        """Return what makes JSON."""
        raise NotImplementedError

    # What both answer

    def myself(self, visit: Visit) -> Answer:
        """Answer who asks."""
        if not visit.known:
            raise Problem(401, "Client must be authenticated to access this resource.")
        return Answer(self.shapes(visit.base).user(self.site.caller))

    def fields(self, visit: Visit) -> Answer:
        """Answer all fields."""
        shapes = self.shapes(visit.base)
        return Answer([shapes.field(one) for one in shapes.fields()])

    def types(self, visit: Visit) -> Answer:
        """Answer all issue types."""
        shapes = self.shapes(visit.base)
        return Answer([shapes.type(one) for one in self.site.types])

    def statuses(self, visit: Visit) -> Answer:
        """Answer all statuses."""
        shapes = self.shapes(visit.base)
        return Answer([shapes.status(one) for one in self.site.statuses])

    def project(self, visit: Visit, named: str) -> Answer:
        """Answer one project."""
        return Answer(self.shapes(visit.base).project(self.find_project(visit, named)))

    def boards(self, visit: Visit) -> Answer:
        """Answer a page of boards."""
        shapes = self.shapes(visit.base)
        found = [one for one in self.site.boards if visit.known]
        kinds, home = visit.words("type"), visit.asked.query.get("projectKeyOrId")
        if kinds:
            found = [one for one in found if one.kind in kinds]
        if home is not None:
            found = [one for one in found if one.project is self.find_project(visit, home, 400)]
        return Answer(self.page(visit, [shapes.board(one) for one in found]))

    def board_configuration(self, visit: Visit, number: str) -> Answer:
        """Answer the configuration of a board."""
        return Answer(self.shapes(visit.base).board_configuration(self._board(visit, number)))

    def sprints(self, visit: Visit, number: str) -> Answer:
        """Answer a page of the sprints of a board."""
        board = self._board(visit, number)
        if board.kind != "scrum":
            raise Problem(400, "The board does not support sprints")
        shapes, states = self.shapes(visit.base), visit.words("state")
        found = [one for one in self.site.sprints if one.board is board and (not states or one.state in states)]
        return Answer(self.page(visit, [shapes.sprint(one) for one in found]))

    # How

    def page(self, visit: Visit, values: list[Any], most: int = 50) -> Json:
        """Return a page of a list."""
        start, size = visit.number("startAt", 0), min(visit.number("maxResults", most), most)
        shown = values[start : start + size]
        last = start + len(shown) >= len(values)
        return {"maxResults": size, "startAt": start, "total": len(values), "isLast": last, "values": shown}

    def find_project(self, visit: Visit, named: str, status: int = 404) -> Project:
        """Return a project by id or key. Raises Problem."""
        try:
            if visit.known:
                return self.site.project(named)
        except KeyError:
            pass
        raise Problem(status, f"No project could be found with key '{named}'.")

    def find(
        self, visit: Visit, jql: str, query: Query, fresh: frozenset[int] = frozenset(), *, archived: bool = False
    ) -> list[int]:
        """Return the ids that a query finds; equal questions at equal times are searched for once. Raises BadJqlError."""
        if self.no_issues or not visit.known:
            return []
        key, state = (jql, fresh, archived, self.strict_keys), self.site.revision
        kept = self._found.get(key)
        if kept is not None and kept[0] == state:
            return kept[1]
        dialect = Dialect(self.cloud, self.strict_keys)
        ids = search(self.site, query, dialect, fresh=fresh, archived_projects=archived)
        if len(self._found) >= REMEMBERED_SEARCHES:
            self._found.clear()
        self._found[key] = (state, ids)
        return ids

    def read_query(self, jql: str | None) -> Query:
        """Return a parsed query. Raises Problem for one that has no restriction, where the site wants one."""
        query = parse(jql or "")
        if query.where is None and self.cloud:
            raise Problem(
                400, "Unbounded JQL queries are not allowed here. Please add a search restriction to your query."
            )
        return query

    def with_issues(
        self, visit: Visit, rest: Json, issues: Iterable[Issue], shape: Callable[[Issue], Json], asked: object
    ) -> Answer:
        """Return an answer with issues in it; ``asked`` tells one way of writing them from another."""
        if not self.remember:
            return Answer({**rest, "issues": [shape(issue) for issue in issues]})
        if self._texts_of != self.site.revision:
            self._texts.clear()
            self._texts_of = self.site.revision
        texts = self._texts.setdefault((visit.base, asked), {})
        written = []
        for issue in issues:
            text = texts.get(issue.id)
            if text is None:
                text = texts[issue.id] = json.dumps(shape(issue))
            written.append(text)
        begun = json.dumps({**rest, "issues": []})[:-2]
        return Answer(raw=f"{begun}{', '.join(written)}]}}".encode())

    def _board(self, visit: Visit, number: str) -> Board:
        for board in self.site.boards:
            if str(board.id) == number and visit.known:
                return board
        raise Problem(
            404,
            "The requested board cannot be viewed because it either does not exist or you do not have permission to view it.",
        )

    def _signed_in(self, asked: Asked) -> bool:
        """Tell whether credentials came along. Raises Problem for wrong ones."""
        sent = asked.headers.get("authorization")
        if self.anonymous or sent is None:
            return False
        if sent not in self.accepted():
            raise Problem(401, "Client must be authenticated to access this resource.")
        return True

    def accepted(self) -> tuple[str, str]:
        """Return the headers that sign in."""
        user, secret = self.credentials
        return f"Basic {base64.b64encode(f'{user}:{secret}'.encode()).decode()}", f"Bearer {secret}"

    def _handler(self, method: str, path: str) -> Callable[[Visit], Answer]:
        for patterns, status in ((self.forbidden, 403), (self.missing, 404)):
            if any(re.search(pattern, path) for pattern in patterns):
                raise Problem(status, "You do not have permission to view this.")
        there = False
        for methods, pattern, name in self.routes:
            match = re.fullmatch(pattern, path)
            if match is None:
                continue
            there = True
            if method in methods.split():
                handler: Handler = getattr(self, name)
                return lambda visit: handler(visit, *match.groups())
        raise Problem(405 if there else 404, f"{'Method not allowed' if there else 'null'} for uri: {path}")


def checked(body: Any, allowed: Mapping[str, type], required: str | None = None) -> Json:
    """Return the body of a request. Raises Problem for a key that is not known, a value of another type, null among them."""
    if isinstance(body, dict) and (required is None or required in body):
        wrong = [
            name
            for name, value in body.items()
            if name not in allowed
            or not isinstance(value, allowed[name])
            or (isinstance(value, bool) and allowed[name] is int)
        ]
        if not wrong:
            return body
    raise Problem(400, "Invalid request payload. Refer to the REST API documentation and try again.")
