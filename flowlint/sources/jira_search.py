"""What Cloud and Data Center have in common when they are searched, and what either promises to a pull.

A query is a part of JQL without an order. Both stop with an error where a site leads round in circles.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple, Protocol, TypeVar

from flowlint.errors import SourceError
from flowlint.sources.jira_client import Refused
from flowlint.sources.mend import shown

Record = dict[str, Any]
"""An issue as the site gives it: id, key, self, fields."""
ALL_CHANGES = "*"
"""Among the fields whose changes are asked for: those of every field."""
CIRCLES = "run again; if it stays, tell the site's administrators: its search is broken"
NOT_JIRA = "a proxy may stand between; open the address in a browser"


class Listed(NamedTuple):
    """What a search says of an issue of which nothing but its identity was asked for."""

    id: int
    key: str


class Kept(NamedTuple):
    """What is kept of an issue: a row of ``pulled_issue``."""

    id: int
    key: str
    updated: str
    refs: str
    """JSON: what the record refers to."""
    record: str
    """JSON."""


Keep = Callable[[Record], Kept]
Item = TypeVar("Item", Listed, Kept)


@dataclass(frozen=True, slots=True)
class Found:
    """Issues that were asked for by name."""

    issues: Sequence[Kept]
    absent: Sequence[str] = ()
    """Ids and keys that were asked for and that the site does not show."""


@dataclass(frozen=True, slots=True)
class Sample:
    """What one issue of a query, and as few requests as tell it, show of a site."""

    issue: Listed | None
    """None where the query finds nothing."""
    count: int | None
    """How many issues the query finds; None where the site does not tell."""
    exact: bool
    histories: bool | None
    """Whether the issue's history may be seen; None where there is no issue."""


@dataclass(slots=True)
class Notes:
    """What a pull learns on its way: reasons why something is bounded, faults that leave it incomplete."""

    reasons: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    def reason(self, text: str) -> None:
        """Add a reason, once."""
        if text not in self.reasons:
            self.reasons.append(text)

    def fault(self, text: str) -> None:
        """Add a fault, once."""
        if text not in self.faults:
            self.faults.append(text)


class Search(Protocol):
    """One site's way of being searched."""

    batch: int
    """How many issues :meth:`read` takes at once; it may shrink."""
    workers: int

    def ids(self, query: str, projects: Sequence[str]) -> Iterator[Sequence[Listed]]:
        """Yield all issues of a query in pages, nothing but their identity."""

    def shards(self, query: str, projects: Sequence[str]) -> Sequence[str] | None:
        """Return queries that together find what ``query`` does, to be read with :meth:`pages`; None: by ids."""

    def pages(self, query: str, fields: Sequence[str], keep: Keep) -> Iterator[Sequence[Kept]]:
        """Yield all issues of a query in pages, with what ``keep`` makes of them."""

    def read(self, names: Sequence[str], fields: Sequence[str], keep: Keep) -> Found:
        """Return issues by id or key, at most ``batch``."""

    def changes(self, ids: Sequence[int], fields: Sequence[str]) -> Iterator[tuple[int, Sequence[Record]]]:
        """Yield the histories of each issue, whole, with the changes of these fields."""

    def since(self, moment: datetime) -> str:
        """Return a query for what was updated at this moment or later."""

    def children(self, parents: Sequence[Listed]) -> str:
        """Return a query for the direct children of issues."""

    def has_parent(self) -> str:
        """Return a query for issues that may have a parent in another project; empty where none can."""

    def sample(self, query: str) -> Sample:
        """Return what one issue of a query shows. Raises SourceError where the site does not take the query."""


def joined(*queries: str) -> str:
    """Return the query that holds where all of these do."""
    given = [query for query in queries if query]
    return " AND ".join(f"({query})" for query in given) if len(given) > 1 else "".join(given)


def of_projects(projects: Sequence[str], query: str | None = None) -> str:
    """Return the query for projects, and what is asked for besides."""
    return joined(f"project in ({', '.join(quoted(key) for key in projects)})" if projects else "", query or "")


def quoted(text: str) -> str:
    """Return a text as JQL writes it."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def listed(answer: object, name: str, asked: str, host: str) -> list[Record]:
    """Return the list that an answer holds. Raises SourceError where it holds none: then it is no answer."""
    entries = answer.get(name) if isinstance(answer, dict) else None
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise SourceError(f"{host} answers {asked} without a list of {name}", help=NOT_JIRA)
    return entries


def identity(record: Record, host: str) -> Listed:
    """Return who a record is. Raises SourceError where it does not say."""
    id_, key = record.get("id"), record.get("key")
    if not (isinstance(id_, str | int) and str(id_).isascii() and str(id_).isdigit() and len(str(id_)) < 19):
        raise SourceError(f"{host} lists an issue without an id", help=NOT_JIRA)
    return Listed(int(id_), key if isinstance(key, str) else "")


def refused_query(host: str, query: str, refused: Refused) -> SourceError:
    """Return the error for a query that a site does not take."""
    return SourceError(
        f"{host} refused the query {shown(query, 200)} ({refused})",
        help="look at source.jira in the mapping: its projects and its jql",
    )


def circles(host: str, what: str) -> SourceError:
    """Return the error for a search without an end."""
    return SourceError(f"the search of {host} leads round in circles: {shown(what, 100)}", help=CIRCLES)
