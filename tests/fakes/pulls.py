"""Pulls from a stand-in as a run does it, and what is in the snapshot then."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from fakes.jira_cloud import Cloud
from fakes.jira_data_center import DataCenter
from fakes.server import Server
from flowlint.snapshot.database import connect
from flowlint.snapshot.site_snapshot import About, Home, attached
from flowlint.sources.jira_access import access_to
from flowlint.sources.jira_client import JiraClient, Patience
from flowlint.sources.jira_fields import STANDARD, seen_field
from flowlint.sources.jira_metadata import Metadata
from flowlint.sources.jira_pull import Pulled, Question, Wanted, pull

TOKEN = "s3cr3t-t0ken"
QUICK = Patience(longest=5.0, tries=4, first_pause=0.01, longest_pause=0.05)
NOT_ASKED = {"attachment", "comment", "worklog", "epic", "sprint", "closedSprints", "flagged"}
PARENTS = ("com.pyxis.greenhopper.jira:gh-epic-link", "com.atlassian.jpo:jpo-custom-field-parent")


def environment(app: Cloud | DataCenter, url: str) -> dict[str, str]:
    """Return the variables that sign in to a stand-in."""
    if app.cloud:
        return {"JIRA_URL": url, "JIRA_EMAIL": "lead@acme.example", "JIRA_API_TOKEN": TOKEN}
    return {"JIRA_URL": url, "JIRA_PAT": TOKEN}


def everything(metadata: Metadata, changes: tuple[str, ...] = ()) -> Wanted:
    """Return what a run would want that reads all that a linter can use."""
    fields = [seen_field(entry) for entry in metadata.fields]
    known = {field.id for field in fields} | {"parent", "subtasks"}
    custom = {id_ for id_ in known if id_.startswith("customfield_")}
    portfolio = (entry for entry in metadata.types if entry["name"] in {"Theme", "Initiative", "Epic"})
    return Wanted(
        fields=tuple(sorted((set(STANDARD) & known | custom) - NOT_ASKED)),
        changes=changes,
        sprints=True,
        versions=True,
        portfolio=frozenset(str(entry["id"]) for entry in portfolio),
        parents=tuple(field.id for field in fields if field.schema_custom in PARENTS),
    )


@dataclass
class Puller:
    """Somebody who pulls from one stand-in into one folder, again and again."""

    app: Cloud | DataCenter
    server: Server
    home: Home
    told: list[str] = field(default_factory=list)

    def pull(self, patience: Patience = QUICK, timeout: tuple[float, float] = (5.0, 5.0), **question: Any) -> Pulled:
        """Pull, and remember what was told."""
        client = JiraClient(
            access_to(environment(self.app, self.server.url + getattr(self.app, "context", ""))),
            patience,
            timeout=timeout,
        )
        return pull(client, self.home, Question(**{"wanted": everything, **question}), self.told.append)

    def asked(self, path: str = "") -> list[str]:
        """Return the queries and paths that were asked for, and forget them."""
        found = [
            f"{one.method} {one.path}" + (f" {one.body['jql']}" if one.body and "jql" in one.body else "")
            for one in self.server.asked
            if path in one.path
        ]
        self.server.asked.clear()
        return found

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """Return what a query finds in the snapshot; its tables are snapshot.pulled_…."""
        db = connect()
        try:
            with attached(db, self.home.snapshot):
                return db.execute(query).fetchall()
        finally:
            db.close()

    def about(self) -> About:
        """Return what the snapshot says of itself."""
        db = connect()
        try:
            with attached(db, self.home.snapshot) as about:
                return about
        finally:
            db.close()

    def issues(self, *, in_scope: bool = True) -> set[str]:
        """Return the keys of the issues in the snapshot, in scope or around it."""
        query = f"SELECT key FROM snapshot.pulled_issue WHERE in_scope = {in_scope}"
        return {key for (key,) in self.rows(query)}

    def content(self) -> list[tuple[Any, ...]]:
        """Return all that is in the snapshot but the moment of the pull."""
        return [
            *self.rows("SELECT id, key, in_scope, updated, record FROM snapshot.pulled_issue ORDER BY id"),
            *self.rows("SELECT id, histories FROM snapshot.pulled_change ORDER BY id"),
            *self.rows("SELECT name FROM snapshot.pulled_hidden ORDER BY name"),
            *self.rows("SELECT kind, entry FROM snapshot.pulled_metadata WHERE kind <> 'server_info' ORDER BY ALL"),
        ]


@contextmanager
def puller(app: Cloud | DataCenter, folder: Path) -> Iterator[Puller]:
    """Give somebody who pulls from ``app`` into ``folder``."""
    with Server(app) as server:
        yield Puller(app, server, Home(folder / ".flowlint"))
