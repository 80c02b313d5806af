"""JSON as Jira Cloud writes it: levels, scopes, documents, and a parent on every level."""

from collections.abc import Iterator
from typing import Any

from fakes.jira_shapes import ABSENT, Json, Shapes
from fakes.jira_things import Board, Field, Issue, IssueType, Project, Sprint, Status, User


class CloudShapes(Shapes):
    """JSON of the REST API version 3."""

    api = "/rest/api/3"
    tells_changed_ids = True

    def user(self, user: User) -> Json:
        """Return a person: rarely with an address."""
        return {
            "self": f"{self.link('user')}?accountId={user.id}",
            "accountId": user.id,
            **({"emailAddress": user.email} if user.email else {}),
            "displayName": user.display,
            "active": True,
            "timeZone": str(self.site.caller_zone),
            "accountType": "atlassian",
        }

    def rich(self, text: str | None) -> Any:
        """Return an ADF document."""
        return None if text is None else {"type": "doc", "version": 1, "content": list(_blocks(text))}

    def parent(self, issue: Issue) -> Any:
        """Return the parent on every level; without one the field is missing."""
        parent = self.site.parent_stub(issue)
        return ABSENT if parent is None else self.once(parent, self.stub)

    def parent_link(self, issue: Issue) -> Any:
        """Return the old field: an object."""
        parent = self.site.parent_stub(issue)
        if parent is None or issue.type.level < 1:
            return {
                "hasEpicLinkFieldDependency": False,
                "showField": False,
                "nonEditableReason": {
                    "reason": "PLUGIN_LICENSE_ERROR",
                    "message": "The Parent Link is only available to Jira Premium users.",
                },
            }
        return {
            "hasEpicLinkFieldDependency": False,
            "showField": True,
            "data": {"id": parent.id, "key": parent.key, "summary": parent.summary},
        }

    def sprint_value(self, sprint: Sprint) -> Any:
        """Return an object."""
        return {"id": sprint.id, **self.sprint_body(sprint), "boardId": sprint.board.id}

    def parent_change(self, issue: Issue) -> str:
        """Return one name for all levels."""
        return "IssueParentAssociation"

    def details(self, kind: IssueType) -> Json:
        """Return the level, and the project that a type is limited to."""
        return {"hierarchyLevel": kind.level, **self.scope(kind.project)}

    def scope(self, project: Project | None) -> Json:
        """Return what limits a thing to a team-managed project."""
        return {} if project is None else {"scope": {"type": "PROJECT", "project": {"id": str(project.id)}}}

    def status(self, status: Status) -> Json:
        """Return a status, with the project that it is limited to."""
        return {**super().status(status), **self.scope(status.project)}

    def field(self, field: Field) -> Json:
        """Return a field, with the project that it is limited to."""
        limited = {} if field.project is None else {"scope": {"type": "PROJECT", "project": {"id": str(field.project)}}}
        return {**super().field(field), "key": field.id, **limited}

    def project_stub(self, project: Project) -> Json:
        """Return a project as issues hold it, with whether it is team-managed."""
        return {**super().project_stub(project), "simplified": project.simplified}

    def project_row(self, project: Project) -> Json:
        """Return a project as the search for projects lists it."""
        kept = {"archived": True} if project.archived else {}
        return {
            **self.project_stub(project),
            **kept,
            "isPrivate": False,
            "style": "next-gen" if project.simplified else "classic",
        }

    def project(self, project: Project) -> Json:
        """Return a project with its versions and issue types."""
        return {**super().project(project), **self.project_row(project)}

    def board(self, board: Board) -> Json:
        """Return a board with its place."""
        home = board.project
        location = {
            "projectId": home.id,
            "displayName": f"{home.name} ({home.key})",
            "projectName": home.name,
            "projectKey": home.key,
            "projectTypeKey": "software",
            "name": f"{home.name} ({home.key})",
        }
        return {**super().board(board), "location": location, "isPrivate": False}

    def board_configuration(self, board: Board) -> Json:
        """Return columns and estimation of a board."""
        home = board.project
        shape = super().board_configuration(board)
        del shape["isPrivate"]
        return {
            **shape,
            "location": {
                "type": "project",
                "key": home.key,
                "id": str(home.id),
                "self": self.link("project", home.id),
                "name": home.name,
            },
        }


def _blocks(text: str) -> Iterator[Json]:
    """Yield the blocks of an ADF document: headings, lists and paragraphs, which stand apart by empty lines."""
    for block in text.split("\n\n"):
        lines = block.split("\n")
        if block.startswith("h2. "):
            yield {"type": "heading", "attrs": {"level": 2}, "content": [_words(block[4:])]}
        elif block.startswith("* "):
            items = [_paragraph(line.removeprefix("* ")) for line in lines]
            yield {"type": "bulletList", "content": [{"type": "listItem", "content": [item]} for item in items]}
        else:
            yield _paragraph(block)


def _paragraph(text: str) -> Json:
    parts: list[Json] = []
    for line in text.split("\n"):
        parts += [{"type": "hardBreak"}] * bool(parts) + [_words(line)] * bool(line)
    return {"type": "paragraph", "content": parts}


def _words(text: str) -> Json:
    return {"type": "text", "text": text}
