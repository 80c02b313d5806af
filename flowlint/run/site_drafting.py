"""A drafted mapping straight from a live site: a pull into a folder of its own, and a draft as from an export."""

import shlex
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from flowlint.config.load import load
from flowlint.config.mapping import Mapping as WholeMapping
from flowlint.run.drafting import Drafted, Origin, draft_mapping, named
from flowlint.run.needs import needs_of_draft
from flowlint.run.pulling import wanted_by
from flowlint.run.validation import GROUP, catalogue_of
from flowlint.snapshot.site_snapshot import FOLDER, Home
from flowlint.sources.jira_access import access_to
from flowlint.sources.jira_client import JiraClient, Patience
from flowlint.sources.jira_fields import seen_field
from flowlint.sources.jira_metadata import Metadata
from flowlint.sources.jira_pull import Question, Wanted, pull
from flowlint.sources.source import Progress, no_progress


@dataclass(frozen=True, slots=True)
class SiteDraft:
    """What is asked for; the environment is part of it."""

    environment: Mapping[str, str]
    url: str
    """Address of the site; the environment must name the same."""
    projects: tuple[str, ...] = ()
    """Keys; none means all that the account may see."""
    longest_wait: float = Patience().longest


def draft_from_site(
    request: SiteDraft, file: Path, today: date, tell: Callable[[str], None], progress: Progress = no_progress
) -> Drafted:
    """Return a first mapping for what a site shows, or what such a draft adds to the one in ``file``.

    No snapshot of the user's is touched. Raises UsageError for credentials that are missing or meant for another host,
    before any request, and what a pull and :func:`flowlint.run.drafting.draft_mapping` do.
    """
    access = access_to(request.environment, request.url, "--jira")
    written = load(file) if file.exists() else WholeMapping()
    with tempfile.TemporaryDirectory(prefix="flowlint-") as folder:
        home = Home(Path(folder) / FOLDER)
        question = Question(wanted=lambda metadata: _wanted(metadata, written), projects=request.projects)
        pull(JiraClient(access, Patience(longest=request.longest_wait), progress), home, question, tell, progress)
        return draft_mapping([str(home.snapshot)], file, today, progress, Origin(_commands(file), access.url))


def _wanted(metadata: Metadata, written: WholeMapping) -> Wanted:
    catalogue = catalogue_of(written, site=True)
    rules = [rule for rule in catalogue.rules if rule.group == GROUP]
    return wanted_by(
        needs_of_draft(rules, written, [seen_field(entry) for entry in metadata.fields]), metadata, written
    )


def _commands(file: Path) -> tuple[str, ...]:
    """Return how the draft is held against the site's snapshot, from the folder that the command was given in."""
    name = named(file)
    snapshot = shlex.quote(str(Home(file.parent / FOLDER).snapshot))
    return f"flowlint pull{' --config' if name else ''}{name}", f"flowlint validate{name} --against {snapshot}"
