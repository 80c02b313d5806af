"""One run, from a request to a verdict: the only place that knows every stage."""

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from threading import Lock
from time import perf_counter
from typing import TYPE_CHECKING, Literal

from flowlint.config.effective import Effective, Inferred, effective
from flowlint.config.grounds import Grounds
from flowlint.config.infer import infer
from flowlint.config.load import find, load, load_nodes
from flowlint.config.mapping import Mapping, fold
from flowlint.config.observed import Observed
from flowlint.engine.bind import bind_rule
from flowlint.engine.catalogue_view import write_catalogue
from flowlint.engine.check import check_rules, pieces
from flowlint.engine.evaluate import evaluate
from flowlint.engine.outcome import Outcome
from flowlint.engine.plan import Plan
from flowlint.engine.rulefile import PATHS, Catalogue, load_rules, trust_rule
from flowlint.engine.supply import Supply, supply_of
from flowlint.engine.verdict_on import spoken_of, unmet
from flowlint.errors import Fault, FileFaults, SourceError, UsageError
from flowlint.model.build import COSTLY, Scope, build, moment_of
from flowlint.model.observe import described_fields, observe
from flowlint.model.outside import outside_parents
from flowlint.model.reading import Reader
from flowlint.model.tree import find_keys, read_tree
from flowlint.run.ages import ages, sites_pulled, stale
from flowlint.run.house_rules import house_rules
from flowlint.run.lines import places_of, texts_of
from flowlint.snapshot.database import lock, open_database
from flowlint.sources.files import load_exports
from flowlint.sources.source import Loaded, Progress, no_progress
from flowlint.verdict.account import Account, Book, Ran
from flowlint.verdict.comments import comments_of
from flowlint.verdict.exceptions import columns_read
from flowlint.verdict.finding import RuleFault, Verdict
from flowlint.verdict.forest import WHOLE, Forest, Shape, grow
from flowlint.verdict.judge import Facts, judge
from flowlint.verdict.selection import option_faults, plan
from flowlint.verdict.stamp import COLUMNS
from flowlint.verdict.unselected import Unselected

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked for. Equal requests on equal data give equal verdicts, byte for byte."""

    paths: tuple[str, ...]
    """Files, folders and globs, as given."""
    config: Path | None = None
    """Mapping file; None: found upwards from ``folder``."""
    folder: Path = Path()
    use_config: bool = True
    """False: do not even look for one."""
    as_of: date | None = None
    """The run's moment is the end of this day, UTC; None: the newest update in the data."""
    select: tuple[str, ...] = ()
    """Replaces the mapping's selection where not empty."""
    ignore: tuple[str, ...] = ()
    """Adds to the mapping's."""
    projects: tuple[str, ...] = ()
    teams: tuple[str, ...] = ()
    fail_on: Literal["error", "warning", "info", "never"] | None = None
    """None: the mapping's."""
    now: datetime | None = None
    """The moment of the run, UTC: how old a snapshot is. None: nothing is said of that."""
    max_age: timedelta | None = None
    """A snapshot that is older is a fault of the source."""


class Clock:
    """Seconds spent per stage and rule, for ``--profile``; no part of the verdict."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Add the time spent inside to the stage ``name``."""
        start = perf_counter()
        try:
            yield
        finally:
            self.seconds[name] = self.seconds.get(name, 0.0) + perf_counter() - start


def execute(request: Request, progress: Progress = no_progress, clock: Clock | None = None) -> Verdict:
    """Run the request and return everything that reports may say about it.

    Raises :class:`flowlint.errors.FlowlintError` where nothing can be judged: a path that cannot be
    opened, a mapping or rule file that cannot be used, a source without issues.
    """
    clock = clock or Clock()
    with _ready(request, progress, clock) as run:
        outcomes = _outcomes(run, progress, clock)
    with clock.stage("verdict"):
        return _judge(outcomes, run, request)


def draw(
    request: Request, keys: Sequence[str] = (), shape: Shape = WHOLE, progress: Progress = no_progress
) -> tuple[Forest, Verdict]:
    """Return the issue tree with findings in place, below ``keys`` or all of it, and the verdict they are part of.

    Raises what :func:`execute` does, and UsageError for a key that is not known.
    """
    clock = Clock()
    with _ready(request, progress, clock) as run:
        found = find_keys(run.db, keys)
        outcomes = _outcomes(run, progress, clock)
        issues = read_tree(run.db, found)
    verdict = _judge(outcomes, run, request)
    return grow(issues, verdict.findings, found, shape), verdict


def account(
    request: Request, keys: Sequence[str], progress: Progress = no_progress
) -> tuple[tuple[Account, ...], Verdict]:
    """Return how each of these issues was read and what every rule says of it, and the verdict that is part of.

    Raises what :func:`execute` does, and UsageError for a key that is not known.
    """
    clock = Clock()
    with _ready(request, progress, clock) as run:
        found = find_keys(run.db, keys, absent=False)
        outcomes = _outcomes(run, progress, clock, name_unjudged=True)
        ran = [_with_issues(run, one, outcome, found) for one, outcome in zip(run.plans, outcomes, strict=True)]
        reader = Reader(run.db, run.mapping, Grounds(run.written, run.observed))
        readings = [reader.read(key) for key in found]
    verdict = _judge(outcomes, run, request)
    rules = run.catalogue.rules
    book = Book(rules, ran, verdict, run.mapping, Unselected(rules, run.mapping, request.select, request.ignore))
    return tuple(book.account(reading) for reading in readings), verdict


def effective_mapping(request: Request, progress: Progress = no_progress) -> tuple[Effective, tuple[Fault, ...]]:
    """Return the mapping in effect with the origin of each value, and what was damaged in the data, if any was given.

    Raises UsageError where there is neither a mapping nor data, and what reading them raises.
    """
    path = _mapping_file(request)
    if path is None and not request.paths:
        raise UsageError(
            "there is nothing to show: no flowlint.yaml is in this folder or above it",
            help="name a mapping with --config, or issues to infer one from: --from export.ndjson",
        )
    root, written = load_nodes(path) if path is not None else (None, Mapping())
    if not request.paths:
        return effective(root, written, None), ()
    db = open_database()
    try:
        loaded = load_exports(db, request.paths, written, progress)
        observed = observe(db)
        mapping, _ = infer(written, observed)
        inferred = Inferred(mapping, observed, Grounds(written, observed), loaded.fields, described_fields(db))
    finally:
        db.close()
    return effective(root, written, inferred), loaded.faults


@dataclass(frozen=True, slots=True)
class _Run:
    """A run whose views stand and whose rules are checked: all that is left to do is to ask."""

    db: "DuckDBPyConnection"
    written: Mapping
    """The mapping before inference."""
    mapping: Mapping
    observed: Observed
    loaded: Loaded
    catalogue: Catalogue
    plans: list[Plan]
    supply: Supply
    facts: Facts


@contextmanager
def _ready(request: Request, progress: Progress, clock: Clock) -> Iterator[_Run]:
    """Give a run in which the rules can be evaluated; its database is closed afterwards."""
    with clock.stage("read the mapping and the rules"):
        written = _mapping(request)
        catalogue = load_rules(house_rules(written), own=trust_rule)
        wrong = option_faults(catalogue.rules, written)
        if wrong:
            raise FileFaults(wrong)
    db = open_database()
    try:
        with clock.stage("read the data"):
            loaded = load_exports(db, request.paths, written, progress, people=written.people == "names")
        with clock.stage("build the views"):
            observed = observe(db)
            mapping, inferred = infer(written, observed)
            plans, unknown = plan(catalogue.rules, mapping, request.select, request.ignore)
            moment = moment_of(db, request.as_of)
            build(db, mapping, loaded.fields, moment, Scope(request.projects, request.teams), _costly(plans))
            write_catalogue(db, catalogue.rules)
            supply = supply_of(db, mapping, loaded.fields)
            issues, projects = _counted(db, request)
            unmet = _unmet(db, request)
            lock(db)
        plans, faults = _guarded(db, plans, catalogue, clock)
        old = stale(loaded.pulled, request.now, request.max_age)
        facts = Facts(
            as_of=(moment - timedelta(microseconds=1)).date() if request.as_of else moment.date(),
            sources=tuple(row[0] for row in db.execute("SELECT source FROM raw_source ORDER BY source").fetchall()),
            issues=issues,
            projects=projects,
            complete=not (loaded.bounds or loaded.faults or old),
            reasons=(*loaded.bounds, *(fault.message for fault in (*loaded.faults, *old))),
            inferred=inferred,
            pulled=sites_pulled(loaded.pulled, request.now),
            notes=(
                *ages(loaded.pulled, request.now),
                *_passed_over(loaded),
                *loaded.notes,
                *outside_parents(db),
                *unknown,
                *unmet,
            ),
            faults=(*loaded.faults, *old),
            rule_faults=faults,
        )
        yield _Run(db, written, mapping, observed, loaded, catalogue, plans, supply, facts)
    finally:
        db.close()


def _outcomes(run: _Run, progress: Progress, clock: Clock, *, name_unjudged: bool = False) -> list[Outcome]:
    return evaluate(
        run.db,
        run.plans,
        run.supply,
        about=columns_read(run.mapping) | set(COLUMNS),
        name_unjudged=name_unjudged,
        around=_Watch(len(run.plans), progress, clock),
    )


def _judge(outcomes: Sequence[Outcome], run: _Run, request: Request) -> Verdict:
    facts = replace(run.facts, comments=comments_of(texts_of(places_of(outcomes))))
    return judge(outcomes, run.mapping, facts, request.fail_on)


def _with_issues(run: _Run, plan: Plan, outcome: Outcome, keys: Sequence[str]) -> Ran:
    speaks_of = spoken_of(run.db, plan, run.supply, keys)
    unspoken = {key: unmet(run.db, plan, run.supply, key) for key in keys if key not in speaks_of}
    return Ran(plan, outcome, speaks_of, unspoken)


def _costly(plans: Sequence[Plan]) -> frozenset[str]:
    """Return which of the costly columns some rule may read; one that only a comment names is made for nothing."""
    texts = [
        piece.expression.sql for rule in {one.rule.id: one.rule for one in plans}.values() for piece in pieces(rule)
    ]
    return frozenset(name for name in COSTLY if any(name in text for text in texts))


class _Watch:
    """Tells of each rule that runs, and takes its time."""

    def __init__(self, plans: int, progress: Progress, clock: Clock) -> None:
        self.done = 0
        self.lock = Lock()
        self.plans = plans
        self.progress = progress
        self.clock = clock

    def __call__(self, plan: Plan) -> AbstractContextManager[None]:
        with self.lock:
            self.progress("Judging", self.done, self.plans)
            self.done += 1
        return self.clock.stage(plan.rule.id)


def _mapping_file(request: Request) -> Path | None:
    if request.config is not None:
        return request.config
    return find(request.folder) if request.use_config else None


def _mapping(request: Request) -> Mapping:
    path = _mapping_file(request)
    return load(path) if path is not None else Mapping()


def _counted(db: "DuckDBPyConnection", request: Request) -> tuple[int, int]:
    """Return how many issues and projects are in scope; none at all is an error with its reason."""
    row = db.execute("SELECT count(*), count(DISTINCT project) FROM issue WHERE in_scope").fetchone()
    issues, projects = row or (0, 0)
    if issues == 0:
        wanted = ", ".join((*request.projects, *request.teams))
        why = f"none belongs to {wanted}" if wanted else "the mapping leaves out all their types"
        raise SourceError(
            f"The data holds issues, but {why}.",
            help="Look at --project and --team, and at issue_types in the mapping.",
        )
    return issues, projects


def _unmet(db: "DuckDBPyConnection", request: Request) -> tuple[str, ...]:
    """Return a note where a project or team was asked for that no issue belongs to."""
    notes: list[str] = []
    for column, names in (("project", request.projects), ("team", request.teams)):
        rows = db.execute(f"SELECT DISTINCT {column} FROM issue WHERE in_scope AND {column} IS NOT NULL").fetchall()
        met = {fold(row[0]) for row in rows}
        lacking = ", ".join(name for name in names if fold(name) not in met)
        if lacking:
            notes.append(f"No issue belongs to {lacking}, which --{column} names.")
    return tuple(notes)


def _guarded(
    db: "DuckDBPyConnection", plans: list[Plan], catalogue: Catalogue, clock: Clock
) -> tuple[list[Plan], tuple[RuleFault, ...]]:
    """Return the plans whose rules may run, and what is wrong with the others."""
    faults = [
        _of_rule(PATHS if fault.key == PATHS else Path(fault.place.file).stem, fault) for fault in catalogue.faults
    ]
    broken: set[str] = set()
    with clock.stage("check the rules"):
        rules = {one.rule.id: one for one in plans if not one.rule.trusted}
        for one, found in zip(rules.values(), check_rules(db, [one.rule for one in rules.values()]), strict=True):
            wrong = found or bind_rule(db, one.rule, one.options)
            faults.extend(_of_rule(one.rule.id, fault) for fault in wrong)
            if wrong:
                broken.add(one.rule.id)
    return [one for one in plans if one.rule.id not in broken], tuple(faults)


def _of_rule(name: str, fault: Fault) -> RuleFault:
    return RuleFault(name, fault.message, fault.help, fault.place)


def _passed_over(loaded: Loaded) -> tuple[str, ...]:
    if not loaded.passed_over:
        return ()
    return (f"Passed over, no export: {', '.join(loaded.passed_over)}.",)
