"""What an account may see of a site: asked in about ten requests, whatever the size of the site.

Nothing is scanned: of each list one page is read, of the issues one.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from flowlint.errors import SourceError
from flowlint.sources.jira_client import JiraClient, Refused
from flowlint.sources.jira_cloud import CloudSearch
from flowlint.sources.jira_data_center import DataCenterSearch
from flowlint.sources.jira_describe import CLOSED_TO_US, LISTS, PAGE
from flowlint.sources.jira_metadata import Metadata, take
from flowlint.sources.jira_search import Notes, Sample, of_projects
from flowlint.sources.jira_visit import Visit, visit
from flowlint.sources.source import Progress, no_progress


@dataclass(slots=True)
class View:
    """What was found out before the site gave no more answers; None and nothing stand for what was not."""

    visit: Visit | None = None
    metadata: Metadata = field(default_factory=Metadata)
    """Fields, types and statuses; of projects a page."""
    projects: int | None = None
    unseen: tuple[str, ...] = ()
    """Keys of projects that were asked for and are not shown."""
    boards: int | None = None
    """Scrum boards: what sprints are read from."""
    sample: Sample | None = None
    closed: list[str] = field(default_factory=list)
    """What the site does not show to this account, in words."""
    problem: SourceError | None = None
    """Why it gave no more answers."""


def view(
    client: JiraClient, projects: Sequence[str] = (), query: str | None = None, progress: Progress = no_progress
) -> View:
    """Return what may be seen of a site, and of the issues of these projects (none: of all) and this query.

    Raises UsageError where the site is elsewhere.
    """
    seen = View()
    try:
        _Looker(client, seen, progress).look(projects, query)
    except SourceError as error:
        seen.problem = error
    except Refused as refused:
        seen.problem = SourceError(
            f"{client.access.host} refused a question ({refused})", help="check JIRA_URL, and what the account may do"
        )
    return seen


class _Looker:
    """Asks, and writes down what it learns at once."""

    def __init__(self, client: JiraClient, seen: View, progress: Progress) -> None:
        self._client = client
        self._seen = seen
        self._progress = progress

    def look(self, projects: Sequence[str], query: str | None) -> None:
        """Ask everything, the account first."""
        self._progress("asking the site", 0, None)
        site = self._seen.visit = visit(self._client)
        self._api = f"/rest/api/{3 if site.cloud else 2}"
        for kind, name in LISTS:
            value = self._asked(f"{self._api}/{name}", f"its {kind}")
            if value is not None:
                take(self._seen.metadata, kind, value)
        shown = self._look_at_projects(projects, cloud=site.cloud)
        self._look_at_boards()
        if shown or not projects:
            self._progress("asking for an issue", 0, None)
            self._seen.sample = self._search(site).sample(of_projects(shown, query))

    def _search(self, site: Visit) -> CloudSearch | DataCenterSearch:
        return CloudSearch(self._client) if site.cloud else DataCenterSearch(self._client, site, (), Notes())

    def _look_at_projects(self, wanted: Sequence[str], *, cloud: bool) -> tuple[str, ...]:
        """Count the projects; return those of the wanted ones that are shown."""
        metadata = self._seen.metadata
        if cloud:
            answer = self._asked(f"{self._api}/project/search", "its projects", maxResults=PAGE)
        else:
            answer = self._asked(f"{self._api}/project", "its projects")
        if answer is None:
            return tuple(wanted)
        take(metadata, "projects", answer)
        total = answer.get("total") if isinstance(answer, dict) else None
        self._seen.projects = total if isinstance(total, int) else len(metadata.projects)
        missing = self._missing(wanted)
        if missing and self._seen.projects > len(metadata.projects):
            keys = "&".join(f"keys={quote(key, safe='')}" for key in missing[:PAGE])
            more = self._asked(f"{self._api}/project/search?{keys}", "its projects")
            take(metadata, "projects", more if more is not None else [])
            missing = self._missing(wanted)
        self._seen.unseen = missing
        if missing and len(missing) == len(wanted):
            raise SourceError(
                f"{self._client.access.host} shows none of the projects {', '.join(missing)} to this account",
                help="check source.jira.projects in the mapping, and what the account may browse",
            )
        return tuple(key for key in wanted if key not in missing)

    def _missing(self, wanted: Sequence[str]) -> tuple[str, ...]:
        visible = {str(entry["key"]).casefold() for entry in self._seen.metadata.projects}
        return tuple(key for key in wanted if key.casefold() not in visible)

    def _look_at_boards(self) -> None:
        answer = self._asked("/rest/agile/1.0/board", "its boards", type="scrum", maxResults=PAGE)
        if isinstance(answer, dict) and isinstance(answer.get("values"), list):
            total = answer.get("total")
            self._seen.boards = total if isinstance(total, int) else len(answer["values"])

    def _asked(self, path: str, what: str, **parameters: str | int) -> Any:
        """Return an answer; None where it is closed to the account."""
        try:
            return self._client.get(path, **parameters)
        except Refused as refused:
            if refused.status not in CLOSED_TO_US:
                raise
            self._seen.closed.append(f"{what} ({refused.status})")
            return None
