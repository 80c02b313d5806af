"""Block of docs/exports.md: the metadata files that are read beside an export."""

from flowlint.sources.jira_metadata import KINDS
from pages.markdown import code, table

FILES = {
    "fields": ("fields.json", "/rest/api/2/field", "names and kinds of custom fields: Epic Link, sprint, story points, team …"),
    "types": ("issue-types.json", "/rest/api/2/issuetype", "the levels that Jira gives its types, and which are sub-tasks"),
    "statuses": ("statuses.json", "/rest/api/2/status", "the category of each status"),
    "sprints": ("sprints.json", "/rest/agile/1.0/board/ID/sprint", "states, dates and goals of sprints"),
    "projects": ("projects.json", "/rest/api/2/project", "names of projects"),
    "versions": ("versions.json", "/rest/api/2/project/KEY/versions", "dates of versions, also of those without issues"),
    "changelogs": ("changelogs.json", "/rest/api/3/changelog/bulkfetch", "changelogs, where issues hold none or only the end; several answers may stand one after the other"),
    "server_info": ("server-info.json", "/rest/api/2/serverInfo", "the site's address, for links"),
}  # fmt: skip
"""What each kind of metadata is called, where Jira gives it, and what it is good for."""


def blocks() -> dict[str, str]:
    """Return the block of the page; raises ValueError where the code knows other files than the page."""
    known = {kind: stem for stem, kind in KINDS.items()}
    told = {kind: name.removesuffix(".json").replace("-", "") for kind, (name, _, _) in FILES.items()}
    if known != told:
        raise ValueError(f"docs/pages/exports.py: metadata files that the code does not share: {known} {told}")
    rows = [[code(name), code(path), meaning] for name, path, meaning in FILES.values()]
    rows.append(
        [code("project-KEY.json"), code("/rest/api/2/project/KEY"), "one project with its issue types and versions"]
    )
    return {"metadata": table(["File", "Jira's answer to", "Good for"], rows)}
