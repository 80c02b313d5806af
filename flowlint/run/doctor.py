"""What is in the way of a good run, from credentials to snapshot: each part as far as it can be found out without the others."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Literal

from flowlint import __version__
from flowlint.config.fields import possible_fields
from flowlint.config.load import load
from flowlint.config.mapping import LOGICAL_FIELDS, Mapping
from flowlint.config.observed import SeenField
from flowlint.engine.rule import Rule
from flowlint.engine.supply import GUESSED, NO_SITE, Supply
from flowlint.errors import FlowlintError, SourceError
from flowlint.model.settings import SYSTEM_FIELDS
from flowlint.run.needs import absent_fields, needs_of
from flowlint.run.pulling import PullRequest, access_of, home_of, mapping_file, rules_of, scope_of, wanted_by
from flowlint.snapshot.database import connect
from flowlint.snapshot.site_snapshot import About, Home, attached, size_of, unreadable
from flowlint.snapshot.spool import left_in
from flowlint.sources.jira_access import VARIABLES
from flowlint.sources.jira_client import JiraClient, Patience
from flowlint.sources.jira_fields import seen_field
from flowlint.sources.jira_metadata import Metadata, kept_metadata
from flowlint.sources.jira_pull import Wanted
from flowlint.sources.jira_view import View, view
from flowlint.sources.mend import shown
from flowlint.sources.source import Progress, no_progress
from flowlint.verdict.diagnosis import Absent, Answering, Diagnosis, Kept, Left, Problem, Sight, Unjudged

TRIES, FIRST_PAUSE = 3, 1.0
"""Whoever asks what is wrong does not want to wait half a minute for a network that is not there."""
NO_HISTORIES = "the site shows no history of an issue to this account"
NAMED = 5
"""How many fields a sentence names."""
NO_SPRINTS = "no field of the site holds sprints"


def examine(request: PullRequest, now: datetime, progress: Progress = no_progress) -> Diagnosis:
    """Return what can be found out of credentials, site, mapping and snapshot; ``now`` is this machine's clock, UTC.

    Never raises for what is wrong with them: that is what it tells.
    """
    return _Doctor(request, now, progress).examine()


@dataclass(slots=True)
class _Read:
    """A snapshot that could be read."""

    about: About
    metadata: Metadata
    issues: int
    around: int


@dataclass(slots=True)
class _Doctor:
    request: PullRequest
    now: datetime
    progress: Progress
    problems: list[Problem] = field(default_factory=list)
    requests: int = 0

    def examine(self) -> Diagnosis:
        path = mapping_file(self.request)
        mapping = self._mapping(path)
        seen, host = self._site(mapping)
        moment = seen.visit.now if seen is not None and seen.visit is not None else self.now
        home = home_of(self.request)
        read = self._snapshot(home)
        told_by, metadata = _described(seen, read)
        described = [seen_field(entry) for entry in metadata.fields]
        wanted: Wanted | None = None
        rules: tuple[Rule, ...] | None = None
        unjudged: tuple[Unjudged, ...] = ()
        if mapping is not None:
            try:
                rules, filled = rules_of(mapping, self.request)
                if told_by is not None:
                    wanted = wanted_by(needs_of(rules, filled, described), metadata, mapping)
                unjudged = _unjudged(rules, _supply(filled, described, metadata, seen, told_by))
            except FlowlintError as error:
                self.problems.append(Problem.of(error))
        absent = absent_fields(mapping, described) if mapping is not None and described else ()
        return Diagnosis(
            moment=moment,
            by_site=moment is not self.now,
            variables={name: bool(self.request.environment.get(name, "").strip()) for name in VARIABLES},
            mapping=str(path) if path is not None else None,
            site=_answering(seen, host),
            sight=_sight(seen),
            told_by=told_by,
            absent=tuple(Absent(written, meaning) for meaning, written in absent),
            rules=len(rules) if rules is not None else None,
            unjudged=unjudged,
            kept=_kept(home, read, moment, mapping, tuple(self._anew(mapping, seen, read, wanted))),
            problems=tuple(self.problems),
            requests=self.requests,
            tool_version=__version__,
        )

    def _mapping(self, path: Path | None) -> Mapping | None:
        """Return the mapping, an empty one where there is none; None where it cannot be used."""
        try:
            return load(path) if path is not None else Mapping()
        except FlowlintError as error:
            self.problems.append(Problem.of(error))
            return None

    def _site(self, mapping: Mapping | None) -> tuple[View | None, str]:
        """Return what may be seen of the site, and its host; None where nothing can be asked.

        Without a usable mapping the site in ``JIRA_URL`` is asked as a whole.
        """
        try:
            access = access_of(mapping or Mapping(), self.request)
            projects, query = scope_of(mapping or Mapping())
        except FlowlintError as error:
            self.problems.append(Problem.of(error))
            return None, ""
        patience = Patience(longest=self.request.longest_wait, tries=TRIES, first_pause=FIRST_PAUSE)
        client = JiraClient(access, patience, self.progress)
        try:
            seen = view(client, projects, query, self.progress)
        except FlowlintError as error:
            self.problems.append(Problem.of(error))
            return None, access.host
        finally:
            self.requests = client.requests
        if seen.problem is not None:
            self.problems.append(Problem.of(seen.problem))
        return seen, access.host

    def _snapshot(self, home: Home) -> _Read | None:
        import duckdb

        if not home.snapshot.exists():
            return None
        db = connect()
        try:
            with attached(db, home.snapshot) as about:
                rows = dict(
                    db.execute("SELECT in_scope, count(*) FROM snapshot.pulled_issue GROUP BY in_scope").fetchall()
                )
                return _Read(about, kept_metadata(db), rows.get(True, 0), rows.get(False, 0))
        except SourceError as error:
            self.problems.append(Problem.of(error))
        except duckdb.Error as error:
            self.problems.append(Problem.of(unreadable(home.snapshot, error)))
        finally:
            db.close()
        return None

    def _anew(
        self, mapping: Mapping | None, seen: View | None, read: _Read | None, wanted: Wanted | None
    ) -> Iterator[str]:
        """Yield why the next pull reads all issues again, as far as it builds on a snapshot at all."""
        if read is None:
            return
        about = read.about
        if seen is not None and seen.visit is not None and seen.visit.pages != about.site:
            yield f"it is of {shown(about.site, 100)}, another site"
        if wanted is not None and (lacking := sorted(set(wanted.fields) - set(about.fields))):
            yield f"the rules and the mapping ask for {_fields(lacking, read.metadata)} besides"
        if wanted is not None and set(about.changes) < {*about.changes, *wanted.changes}:
            yield "the rules ask for changes that it does not hold"
        if mapping is not None and about.people != (mapping.people == "names"):
            yield f"report.people is now {mapping.people}"


def _described(seen: View | None, read: _Read | None) -> tuple[Literal["site", "snapshot"] | None, Metadata]:
    """Return who tells which fields there are, and what is told."""
    if seen is not None and seen.metadata.fields:
        return "site", seen.metadata
    if read is not None and read.metadata.fields:
        return "snapshot", read.metadata
    return None, Metadata()


def _supply(
    filled: Mapping, described: Sequence[SeenField], metadata: Metadata, seen: View | None, told_by: str | None
) -> Supply:
    """Return what a run can offer to rules once the site is pulled; what nobody tells is taken to be there."""
    lacking: dict[str, str] = {"tracker:rally": "no source is rally", "tracker:aha": "no source is aha"}
    if filled.flow_items_guessed:
        lacking["flow_items"] = GUESSED
    if seen is not None and seen.sample is not None and seen.sample.histories is False:
        lacking["changelog"] = NO_HISTORIES
    possible = frozenset(possible_fields(filled, described)) if told_by is not None else frozenset(LOGICAL_FIELDS)
    if told_by is not None:
        if "sprint" not in possible:
            lacking["sprints"] = NO_SPRINTS
        if not (metadata.types or metadata.statuses or metadata.fields):
            lacking["site"] = NO_SITE
    return Supply(mapped=possible | frozenset(SYSTEM_FIELDS.values()), lacking=lacking)


def _unjudged(rules: Sequence[Rule], supply: Supply) -> tuple[Unjudged, ...]:
    """Return the rules with a need that nothing meets, by the first of their reasons."""
    by_reason: dict[str, list[str]] = defaultdict(list)
    for rule in rules:
        reason = next((reason for need in rule.needs if (reason := supply.unmet(need)) is not None), None)
        if reason is not None:
            by_reason[reason].append(rule.id)
    return tuple(Unjudged(reason, tuple(codes)) for reason, codes in by_reason.items())


def _answering(seen: View | None, host: str) -> Answering | None:
    if seen is None or seen.visit is None:
        return None
    site = seen.visit
    kind: Literal["cloud", "data_center"] = "cloud" if site.cloud else "data_center"
    zone = str(site.zone) if site.zone is not None else None
    return Answering(host, kind, site.version, site.pages, site.who, zone)


def _sight(seen: View | None) -> Sight | None:
    if seen is None or seen.visit is None:
        return None
    counts = {kind: len(getattr(seen.metadata, kind)) or None for kind in ("fields", "types", "statuses")}
    sample = seen.sample
    return Sight(
        projects=seen.projects,
        unseen=seen.unseen,
        **counts,
        boards=seen.boards,
        issues=sample.count if sample is not None else None,
        exact=sample is not None and sample.exact,
        histories=sample.histories if sample is not None else None,
        closed=tuple(seen.closed),
    )


def _kept(home: Home, read: _Read | None, moment: datetime, mapping: Mapping | None, anew: tuple[str, ...]) -> Kept:
    pages, size = left_in(home.spool)
    kept = Kept(
        path=str(home.snapshot),
        exists=home.snapshot.exists(),
        bytes=sum(size_of(path) for path in home.folder.rglob("*") if path.is_file()),
        left=Left(pages, size) if pages else None,
    )
    if read is None:
        return kept
    about = read.about
    return replace(
        kept,
        readable=True,
        site=about.site,
        pulled=about.pulled,
        age=moment - about.pulled,
        projects=about.projects,
        query=about.query,
        other_scope=mapping is not None and _is_other_scope(mapping, about),
        issues=read.issues,
        around=read.around,
        fields=len(about.fields),
        changes=about.changes,
        reasons=about.reasons,
        faults=about.faults,
        anew=anew,
    )


def _is_other_scope(mapping: Mapping, about: About) -> bool:
    try:
        return scope_of(mapping) != (about.projects, about.query)
    except FlowlintError:  # told where the site would have been asked
        return False


def _fields(ids: Sequence[str], metadata: Metadata) -> str:
    """Return fields by name, or by id where that says as much; a few of many."""
    names = {str(entry.get("id")): str(entry.get("name")) for entry in metadata.fields}
    listed = [shown(names.get(id_, id_), 60) for id_ in ids[:NAMED]]
    return ", ".join(listed) + (f" and {len(ids) - NAMED} more fields" if len(ids) > NAMED else "")
