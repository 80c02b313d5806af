"""What flowlint is measured against: merely parsing a file, and ten of the rules on plain Python objects.

    python benchmarks/plain.py site.ndjson [--parse json|orjson] [--output found.json]

The rules are written as one would in a script: a list of objects, dictionaries of parents and children, a loop for each
rule. They define what the rule files define, for the types, fields and statuses that `sites.py` generates;
`compare.py` checks that both find the same issues.
"""

import argparse
import json
import re
import sys
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from importlib import import_module
from pathlib import Path
from typing import Any

from jira_shape import PLACE

RANKS = {"Initiative": 4, "Epic": 3, "Story": 2, "Improvement": 2, "Bug": 2, "Spike": 2, "Task": 1, "Sub-task": 1}
FLOW = 2
"""Rank of the level at which flow items are counted."""
NO_FLOW_ITEM = "Spike"
NATIVE = {"Initiative": 2, "Epic": 1, "Sub-task": -1}
RECENT, GRACE, MAX_POINTS = 90, 2, 5
PREFIX = re.compile(
    r"^(?:(?:clone|copy|duplicate) of |user story |story |bug |task |feature |improvement |epic |spike )+"
)
SIGN = re.compile(r"[a-z0-9][+#]+|[<>=]+|-[0-9]")
Loads = Callable[[bytes], Any]


@dataclass(slots=True)
class Issue:
    """What the rules need of an issue."""

    key: str
    project: str
    number: int
    kind: str
    rank: int
    native: int
    summary: str
    category: str
    is_open: bool
    is_done: bool
    created: datetime
    updated: datetime
    ended: datetime | None
    points: float | None
    released: bool
    parent_key: str | None
    stub_rank: int | None
    """Rank of a parent by what the issue itself says of it."""
    stub_native: int | None
    parent: "Issue | None" = None
    children: list["Issue"] = field(default_factory=list)
    age_days: int = 0
    recent: bool = False
    """Open, or done a short while ago."""
    reaches_portfolio: bool | None = None

    @property
    def is_flow_item(self) -> bool:
        """Whether it is counted."""
        return self.rank == FLOW and self.kind != NO_FLOW_ITEM

    @property
    def parent_rank(self) -> int | None:
        """Rank of the parent, of itself or by what is said of it."""
        return self.parent.rank if self.parent else self.stub_rank

    @property
    def parent_native(self) -> int | None:
        """Jira's level of the parent."""
        return self.parent.native if self.parent else self.stub_native


def loader(name: str | None = None) -> Loads:
    """Return the parser of that name, by default the fastest there is."""
    if name != "json":
        try:
            loads: Loads = import_module("orjson").loads
        except ModuleNotFoundError:
            if name is not None:
                raise
        else:
            return loads
    return json.loads


def parse(path: Path, loads: Loads) -> int:
    """Parse a file line by line and keep nothing."""
    count = 0
    with path.open("rb") as lines:
        for line in lines:
            loads(line)
            count += 1
    return count


def read(path: Path, loads: Loads) -> list[Issue]:
    """Return the issues of a file, with parents, children and ages."""
    with path.open("rb") as lines:
        issues = [read_issue(loads(line)) for line in lines]
    by_key = {one.key: one for one in issues}
    moment = max(one.updated for one in issues)
    for one in issues:
        one.parent = by_key.get(one.parent_key or "")
        if one.parent is not None and one.parent is not one:
            one.parent.children.append(one)
        one.age_days = (moment - one.created) // timedelta(days=1)
        one.recent = one.is_open or (
            one.is_done and one.ended is not None and moment - one.ended < timedelta(days=RECENT + 1)
        )
    for one in issues:
        one.reaches_portfolio = reaches(one)
    return issues


def read_issue(record: dict[str, Any]) -> Issue:
    """Return one issue of a REST answer."""
    fields = record["fields"]
    key, kind = record["key"], fields["issuetype"]["name"]
    project, _, number = key.rpartition("-")
    category = fields["status"]["statusCategory"]["key"]
    given_up = (fields["resolution"] or {}).get("name") == "Won't Do"
    parent = fields["parent"]
    stub = parent["fields"]["issuetype"] if parent else None
    ended = fields["resolutiondate"]
    return Issue(
        key=key,
        project=project,
        number=int(number),
        kind=kind,
        rank=RANKS[kind],
        native=NATIVE.get(kind, 0),
        summary=fields["summary"] or "",
        category=category,
        is_open=category != "done",
        is_done=category == "done" and not given_up,
        created=datetime.fromisoformat(fields["created"]),
        updated=datetime.fromisoformat(fields["updated"]),
        ended=datetime.fromisoformat(ended) if ended else None,
        points=fields[PLACE["points"]],
        released=any(version["released"] for version in fields["fixVersions"]),
        parent_key=parent["key"] if parent else fields[PLACE["epic_link"]] or fields[PLACE["parent_link"]],
        stub_rank=RANKS.get(stub["name"]) if stub else None,
        stub_native=stub["hierarchyLevel"] if stub else None,
    )


def reaches(one: Issue) -> bool | None:
    """Tell whether a portfolio item is above the issue; None where the chain leaves the data."""
    met = {one.key}
    here = one
    while here.parent is not None and here.parent.key not in met:
        here = here.parent
        met.add(here.key)
        if here.rank > FLOW:
            return True
    if here.parent is not None:
        return here.parent.rank > FLOW
    if here.parent_key is None:
        return False
    return True if here.stub_rank is not None and here.stub_rank > FLOW else None


def task_without_story(issues: list[Issue]) -> Iterator[Issue]:
    """H102."""
    for one in issues:
        if one.rank < FLOW and one.recent:
            rank = one.parent_rank
            if (one.parent_key is None and one.age_days >= GRACE) or (rank is not None and rank > FLOW):
                yield one


def orphan_story(issues: list[Issue]) -> Iterator[Issue]:
    """H103."""
    for one in issues:
        counted = one.is_flow_item and one.kind != "Bug"
        if counted and one.is_open and one.age_days >= GRACE and one.reaches_portfolio is False:
            yield one


def level_inversion(issues: list[Issue]) -> Iterator[Issue]:
    """H105."""
    for one in issues:
        rank = one.parent_rank
        if rank is None or not one.recent or one.rank < rank or one.parent is one:
            continue
        native = one.parent_native
        if not (one.rank == rank < FLOW and native is not None and one.native < native):
            yield one


def level_skipped(issues: list[Issue]) -> Iterator[Issue]:
    """H106."""
    for one in issues:
        rank = one.parent_rank
        if (
            rank is not None
            and one.recent
            and rank - one.rank >= 2
            and not (one.native == 0 and one.parent_native == 1)
        ):
            yield one


def parent_cycle(issues: list[Issue]) -> Iterator[Issue]:
    """H107."""
    seen: set[str] = set()
    for one in issues:
        way: dict[str, Issue] = {}
        here: Issue | None = one
        while here is not None and here.key not in seen and here.key not in way:
            way[here.key] = here
            here = here.parent
        if here is not None and here.key in way:
            keys = list(way)
            members = [way[key] for key in keys[keys.index(here.key) :]]
            if any(member.recent for member in members):
                yield min(members, key=lambda member: (member.project, member.number))
        seen.update(way)


def childless_portfolio_item(issues: list[Issue]) -> Iterator[Issue]:
    """H109."""
    for one in issues:
        started = one.is_done or one.category == "indeterminate"
        if one.rank > FLOW and started and one.recent and one.age_days >= GRACE and not one.children:
            yield one


def done_parent_open_children(issues: list[Issue]) -> Iterator[Issue]:
    """H115."""
    for one in issues:
        if one.is_done and one.recent and any(child.is_open for child in one.children):
            yield one


def oversized_story(issues: list[Issue]) -> Iterator[Issue]:
    """S408."""
    for one in issues:
        if one.is_flow_item and one.recent and one.points is not None and one.points > MAX_POINTS:
            yield one


def duplicate_summary(issues: list[Issue]) -> Iterator[Issue]:
    """S413, but for tags in brackets and links between clones, of which the generated sites have none."""
    alike: dict[tuple[str, str, str], list[Issue]] = defaultdict(list)
    for one in issues:
        if one.is_flow_item and one.is_open:
            text = one.summary.lower()
            words = re.sub(r"[\W_]+", " ", text).strip()
            sign = SIGN.search(text)
            if words:
                alike[one.project, PREFIX.sub("", words), sign[0] if sign else ""].append(one)
    for copies in alike.values():
        yield from sorted(copies, key=lambda one: one.number)[1:]


def open_in_released_version(issues: list[Issue]) -> Iterator[Issue]:
    """R307."""
    for one in issues:
        if one.is_open and one.released:
            yield one


RULES: dict[str, Callable[[list[Issue]], Iterable[Issue]]] = {
    "H102": task_without_story,
    "H103": orphan_story,
    "H105": level_inversion,
    "H106": level_skipped,
    "H107": parent_cycle,
    "H109": childless_portfolio_item,
    "H115": done_parent_open_children,
    "R307": open_in_released_version,
    "S408": oversized_story,
    "S413": duplicate_summary,
}


def main() -> int:
    """Parse, or judge and write what was found."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("file", type=Path, help="issues, one per line, as sites.py writes them")
    parser.add_argument("--parse", choices=("json", "orjson"), help="parse with this and do nothing else")
    parser.add_argument("--output", type=Path, help="write the findings here, as JSON")
    options = parser.parse_args()
    if options.parse:
        print(parse(options.file, loader(options.parse)))
        return 0
    issues = read(options.file, loader())
    found = {code: sorted(one.key for one in rule(issues)) for code, rule in RULES.items()}
    if options.output:
        options.output.write_text(json.dumps(found), encoding="utf-8")
    print(sum(map(len, found.values())))
    return 0


if __name__ == "__main__":
    sys.exit(main())
