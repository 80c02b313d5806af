"""JSON as Jira Data Center writes it: people by name, links to parents as keys, wiki text."""

from typing import Any

from fakes.jira_shapes import ABSENT, Json, Shapes
from fakes.jira_store import JiraSite
from fakes.jira_things import EPIC_LINK, PARENT_LINK, Field, Issue, IssueType, Sprint, User


class DataCenterShapes(Shapes):
    """JSON of the REST API version 2; ``sprint_strings`` writes sprints as old versions did."""

    api = "/rest/api/2"
    tells_changed_ids = False

    def __init__(self, site: JiraSite, base: str, *, sprint_strings: bool = False) -> None:
        super().__init__(site, base)
        self._sprint_strings = sprint_strings

    def user(self, user: User) -> Json:
        """Return a person by name and key."""
        return {
            "self": f"{self.link('user')}?username={user.name}",
            "name": user.name,
            "key": user.key,
            "emailAddress": user.email or f"{user.name}@acme.example",
            "displayName": user.display,
            "active": True,
            "timeZone": str(self.site.caller_zone),
        }

    def rich(self, text: str | None) -> Any:
        """Return wiki text, which is what the site holds."""
        return text

    def parent(self, issue: Issue) -> Any:
        """Return the parent of a sub-task; other issues have no such field."""
        parent = self.site.parent_stub(issue) if issue.type.level < 0 else None
        return ABSENT if parent is None else self.once(parent, self.stub)

    def parent_link(self, issue: Issue) -> Any:
        """Return the key of the parent of epics and of what is above."""
        parent = self.site.parent_stub(issue)
        return parent.key if parent is not None and issue.type.level >= 1 else None

    def sprint_value(self, sprint: Sprint) -> Any:
        """Return an object, or the text that old versions made of one."""
        if not self._sprint_strings:
            return {
                "id": sprint.id,
                "rapidViewId": sprint.board.id,
                **self.sprint_body(sprint),
                "state": sprint.state.upper(),
            }
        times = {"startDate": sprint.start, "endDate": sprint.end, "completeDate": sprint.complete}
        told = {
            "id": sprint.id,
            "rapidViewId": sprint.board.id,
            "state": sprint.state.upper(),
            "name": sprint.name,
            **{name: "<null>" if moment is None else self.stamp(moment) for name, moment in times.items()},
            "sequence": sprint.id,
            "goal": sprint.goal,
        }
        listed = ",".join(f"{name}={value}" for name, value in told.items())
        return f"com.atlassian.greenhopper.service.sprint.Sprint@{sprint.id + 0x5A6B:x}[{listed}]"

    def parent_change(self, issue: Issue) -> str:
        """Return the name that the level gives."""
        level = issue.type.level
        return "Parent" if level < 0 else EPIC_LINK.name if level == 0 else PARENT_LINK.name

    def changed_id(self, field: str, id: str | None) -> str | None:
        """Return the id that stands in a changelog: of a person the key."""
        if field not in ("assignee", "reporter") or id is None:
            return id
        return next((user.key for user in self.site.users if user.id == id), None)

    def details(self, kind: IssueType) -> Json:
        """Return nothing more: Data Center tells no level."""
        return {}

    def fields(self) -> list[Field]:
        """Return the fields that the site knows: it does not tell since when a status category holds."""
        return [one for one in super().fields() if one.id != "statuscategorychangedate"]
