"""A pull, from a mapping to a snapshot: which site, which part of it, and what the rules need to know of its issues."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from flowlint.config.infer import infer
from flowlint.config.known import known_type
from flowlint.config.load import find, load
from flowlint.config.mapping import Mapping as WholeMapping
from flowlint.config.mapping import Source, fold
from flowlint.config.observed import Observed
from flowlint.engine.rule import Rule
from flowlint.engine.rulefile import load_rules, trust_rule
from flowlint.errors import UsageError
from flowlint.run.needs import Needs, needs_of
from flowlint.snapshot.site_snapshot import FOLDER, Home
from flowlint.sources.jira_access import Access, access_to
from flowlint.sources.jira_client import JiraClient, Patience
from flowlint.sources.jira_fields import seen_field
from flowlint.sources.jira_metadata import Entry, Metadata
from flowlint.sources.jira_pull import Mode, Pulled, Question, Wanted, pull
from flowlint.sources.source import Progress, no_progress
from flowlint.verdict.selection import plan

PARENT_FIELDS = ("com.pyxis.greenhopper.jira:gh-epic-link", "com.atlassian.jpo:jpo-custom-field-parent")
"""Schemas of the fields Epic Link and Parent Link."""
ORDER = re.compile(r"\border\s+by\b", re.IGNORECASE)
QUOTED = re.compile(r"\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*'")


@dataclass(frozen=True, slots=True)
class PullRequest:
    """What is asked for; the environment is part of it."""

    environment: Mapping[str, str]
    config: Path | None = None
    """Mapping file; None: found upwards from ``folder``."""
    folder: Path = Path()
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    full: bool = False
    mode: Mode = "auto"
    longest_wait: float = Patience().longest


def home_of(request: PullRequest) -> Home:
    """Return where the snapshot lies: beside the mapping, else in the folder itself."""
    path = mapping_file(request)
    return Home((path.parent if path is not None else request.folder) / FOLDER)


def has_site(config: Path | None, folder: Path = Path()) -> bool:
    """Tell whether the mapping names a Jira site to read."""
    path = config or find(folder)
    return path is not None and _site(load(path)) is not None


def pull_site(request: PullRequest, tell: Callable[[str], None], progress: Progress = no_progress) -> Pulled:
    """Bring the site of the mapping, or of ``JIRA_URL`` alone, into its snapshot; ``tell`` gets sentences for the user.

    Raises UsageError for credentials that are missing or meant for another host, before any request, and what
    :func:`flowlint.sources.jira_pull.pull` does.
    """
    path = mapping_file(request)
    mapping = load(path) if path is not None else WholeMapping()
    access = access_of(mapping, request)
    projects, query = scope_of(mapping)
    question = Question(
        wanted=lambda metadata: wanted_of(metadata, mapping, request),
        projects=projects,
        query=query,
        people=mapping.people == "names",
        mode=request.mode,
        full=request.full,
    )
    client = JiraClient(access, Patience(longest=request.longest_wait), progress)
    return pull(client, home_of(request), question, tell, progress)


def access_of(mapping: WholeMapping, request: PullRequest) -> Access:
    """Return the site of the mapping, or of ``JIRA_URL`` alone, with its credentials. Raises UsageError as :func:`pull_site`."""
    source = _site(mapping)
    if source is None and mapping.sources:
        raise UsageError(
            f"the mapping names no Jira site, but {mapping.sources[0].tracker}",
            help="add source.jira, with the site's url",
        )
    settings = source.settings if source is not None else {}
    return access_to(request.environment, cast("str | None", settings.get("url")))


def scope_of(mapping: WholeMapping) -> tuple[tuple[str, ...], str | None]:
    """Return the keys of the projects to read, none for all, and the query. Raises UsageError for one with an order."""
    source = _site(mapping)
    settings = source.settings if source is not None else {}
    projects = tuple(str(key) for key in cast("list[str]", settings.get("projects") or []))
    return projects, _query(cast("str | None", settings.get("jql")))


def rules_of(mapping: WholeMapping, request: PullRequest) -> tuple[tuple[Rule, ...], WholeMapping]:
    """Return the rules that will run, and the mapping as complete as it can be without having seen an issue."""
    catalogue = load_rules([Path(path) for path in mapping.base.rules.paths], own=trust_rule)
    filled, _ = infer(mapping, Observed())
    plans, _ = plan(catalogue.rules, filled, request.select, request.ignore)
    return tuple({one.rule.id: one.rule for one in plans}.values()), filled


def wanted_of(metadata: Metadata, mapping: WholeMapping, request: PullRequest) -> Wanted:
    """Return what the rules that will run need of a site that describes itself so."""
    rules, filled = rules_of(mapping, request)
    return wanted_by(needs_of(rules, filled, [seen_field(entry) for entry in metadata.fields]), metadata, mapping)


def wanted_by(needs: Needs, metadata: Metadata, mapping: WholeMapping) -> Wanted:
    """Return needs as a pull takes them, under a mapping that may say which types are above the flow item level."""
    return Wanted(
        fields=needs.fields,
        changes=needs.changes if needs.required_changes else (),
        sprints=needs.sprints,
        versions=needs.versions,
        portfolio=frozenset(str(entry["id"]) for entry in metadata.types if _is_portfolio(entry, mapping)),
        parents=_parent_fields(metadata, needs),
    )


def _parent_fields(metadata: Metadata, needs: Needs) -> tuple[str, ...]:
    fields = [seen_field(entry) for entry in metadata.fields]
    return tuple(field.id for field in fields if field.schema_custom in PARENT_FIELDS and field.id in needs.fields)


def _is_portfolio(entry: Entry, mapping: WholeMapping) -> bool:
    """Tell whether issues of a type are above the flow item level, in any project, as far as that can be known beforehand."""
    name, id_ = fold(str(entry.get("name"))), str(entry.get("id"))
    named = {name, id_, f"{name}:{id_}"}
    sections = (mapping.base, *mapping.projects.values())
    entries = [one for section in sections for one in section.issue_types if fold(one.name) in named]
    if entries and "hierarchy" in mapping.written:
        rank = mapping.rank(mapping.flow_item_level) or 0
        return any((mapping.rank(one.level) or 0) > rank for one in entries)
    level = entry.get("hierarchyLevel")
    known = known_type(str(entry.get("name")))
    return level > 0 if isinstance(level, int) else known is not None and known.level in {"theme", "initiative", "epic"}


def mapping_file(request: PullRequest) -> Path | None:
    """Return the mapping file; None where there is none."""
    return request.config if request.config is not None else find(request.folder)


def _site(mapping: WholeMapping) -> Source | None:
    return next((source for source in mapping.sources if source.tracker == "jira"), None)


def _query(written: str | None) -> str | None:
    """Return the query that limits what is read. Raises UsageError for one with an order: a pull has its own."""
    query = (written or "").strip()
    if ORDER.search(QUOTED.sub("", query)):
        raise UsageError("source.jira.jql has an ORDER BY", help="leave it out: a pull reads in an order of its own")
    return query or None
