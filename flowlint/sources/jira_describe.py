"""What a site tells of itself: fields, types, statuses, projects with their versions, and open sprints.

An answer of 403 or 404 bounds what is known, and is no fault: an account need not see boards.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from flowlint.sources.jira_client import JiraClient, Refused
from flowlint.sources.jira_metadata import Entry, Metadata, take
from flowlint.sources.jira_search import Notes, listed
from flowlint.sources.jira_visit import Visit

PAGE = 50
PAGES = 10_000
CLOSED_TO_US = frozenset({403, 404})
LISTS = (("fields", "field"), ("types", "issuetype"), ("statuses", "status"))
"""Kinds of metadata, and where a site lists all of one."""
OPEN_SPRINTS = "active,future"
"""The others come with the issues that were in them, and stay what they are."""


class Describer:
    """Reads one site's metadata; what may not be read becomes a reason."""

    def __init__(self, client: JiraClient, visit: Visit, notes: Notes) -> None:
        self._client = client
        self._cloud = visit.cloud
        self._api = f"/rest/api/{3 if visit.cloud else 2}"
        self._notes = notes
        self.metadata = Metadata(server_info=[visit.server_info])

    def read_lists(self) -> None:
        """Read fields, types, statuses and projects."""
        for kind, name in LISTS:
            value = self._asked(f"{self._api}/{name}", f"its {kind}")
            if value is not None:
                take(self.metadata, kind, value)
        if self._cloud:
            self.metadata.projects += self._paged(f"{self._api}/project/search", "values", "its projects")
        else:
            value = self._asked(f"{self._api}/project", "its projects")
            take(self.metadata, "projects", value if value is not None else [])

    def read_project(self, key: str) -> None:
        """Read the versions and issue types of a project."""
        value = self._asked(f"{self._api}/project/{key}", f"project {key}")
        if isinstance(value, dict) and isinstance(value.get("key"), str):
            known = {entry.get("key") for entry in self.metadata.projects}
            types = {entry.get("id") for entry in self.metadata.types}
            whole = Metadata()
            take(whole, "project", value)
            self.metadata.versions += whole.versions
            self.metadata.types += [entry for entry in whole.types if entry.get("id") not in types]
            self.metadata.projects += [entry for entry in whole.projects if entry.get("key") not in known]

    def boards(self, projects: Sequence[str]) -> list[Entry]:
        """Return the scrum boards of projects, of all where none is named."""
        found: dict[object, Entry] = {}
        asked: list[dict[str, str | int]] = [{"projectKeyOrId": key} for key in projects] or [{}]
        for parameters in asked:
            for board in self._paged("/rest/agile/1.0/board", "values", "its boards", type="scrum", **parameters):
                found[board.get("id")] = board
        return [board for id_, board in sorted(found.items(), key=lambda item: str(item[0])) if isinstance(id_, int)]

    def read_sprints(self, board: Entry) -> None:
        """Read the open sprints of a board."""
        path = f"/rest/agile/1.0/board/{board['id']}/sprint"
        self.metadata.sprints += self._paged(path, "values", "sprints of some boards", state=OPEN_SPRINTS)

    def _asked(self, path: str, what: str, **parameters: str | int) -> Any:
        """Return an answer; None where it is closed to the account."""
        try:
            return self._client.get(path, **parameters)
        except Refused as refused:
            # A board without sprints answers 400: it looked like a scrum board, and is none.
            if refused.status not in CLOSED_TO_US and "/sprint" not in path:
                raise
            if refused.status in CLOSED_TO_US:
                self._notes.reason(
                    f"{self._client.access.host} does not show {what} to this account ({refused.status})"
                )
            return None

    def _paged(self, path: str, name: str, what: str, **parameters: str | int) -> Iterator[Entry]:
        start = 0
        for _ in range(PAGES):
            answer = self._asked(path, what, startAt=start, maxResults=PAGE, **parameters)
            if answer is None:
                return
            page = listed(answer, name, path, self._client.access.host)
            yield from page
            start += len(page)
            total = answer.get("total")
            if not page or answer.get("isLast") is True or (isinstance(total, int) and start >= total):
                return
