"""Write the issues of a Jira site of any size, as its REST API gives them, one per line.

    python benchmarks/sites.py --issues 300000 --seed 1 --output site.ndjson --names

Equal arguments write equal bytes. Twenty projects grow over five years: initiatives in a project of their own, epics
with stories, bugs, tasks and spikes, sub-tasks below these, bugs under nothing. Half of the issues are done. What rules
object to is as rare as on real sites. Parents stand before and after their children; some lie outside. `--names` writes
`fields.json`, the names of the custom fields, beside the file; `--format envelope` writes one search page.
"""

import argparse
import json
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import import_module
from itertools import islice
from pathlib import Path
from random import Random

from jira_shape import SPAN, Issue, Project, named, written
from phrases import Phrases

_BRANCHES = "SHOP TILL STORE COUR PICK RETURN PRICE MAIL HELP CLUB BUY STOCK LABEL MAP ACCT CALL GIFT APP REP"
KEYS = [*_BRANCHES.split(), "ROAD"]
"""The last one holds the initiatives."""
OUTSIDE = "HQ"
"""A project that the export may not read: some epics are there."""
HELD_BACK = 0.1
"""Share of epics and initiatives that are written after everything else."""
WINDOW = 500
"""Issues among which the order is left to chance."""
KINDS = (("Story", 0.5), ("Bug", 0.84), ("Improvement", 0.93), ("Spike", 0.97), ("Task", 1.0))
POINTS = (1, 1, 2, 2, 2, 3, 3, 3, 5, 5)


@dataclass(slots=True)
class Branch:
    """A project's growing: what the next epic there hangs under."""

    project: Project
    initiative: Issue | None = None
    epics: int = 0
    """Under this initiative so far."""


class Site:
    """Generates issues, family after family, from the oldest to the newest."""

    def __init__(self, count: int, seed: int) -> None:
        self.count = count
        self.random = Random(seed)
        self.chance = self.random.random
        self.phrases = Phrases(self.chance)
        self.projects = [Project(index, key, link_to_epic=index % 5 < 3) for index, key in enumerate(KEYS)]
        self.branches = [Branch(project) for project in self.projects[:-1]]
        self.outside = Project(len(KEYS), OUTSIDE)
        self.per_initiative = max(6, count // 10_000)
        self.made = 0

    def issues(self) -> Iterator[Issue]:
        """Give the issues in the order of the file: nearly by age, and some parents last of all."""
        window: list[Issue] = []
        late: list[Issue] = []
        for one in islice(self.families(), self.count):
            rare = one.kind in {"Epic", "Initiative"} and self.chance() < HELD_BACK
            (late if rare else window).append(one)
            if len(window) >= WINDOW:
                self.random.shuffle(window)
                yield from window
                window.clear()
        yield from window
        yield from late

    def families(self) -> Iterator[Issue]:
        """Give issues without end, parents first; the nearer the count, the newer."""
        while True:
            age = max(2.0, SPAN * max(0.0, 1 - self.made / self.count) ** 2.5)
            branch = self.branches[int(self.chance() * len(self.branches))]
            family = list(self.family(branch, SPAN - age))
            self.link(family)
            yield from family

    def family(self, branch: Branch, born: float) -> Iterator[Issue]:
        """Give an epic with all below it, its initiative if that is new, and bugs that came in meanwhile."""
        project = branch.project
        if project.index % 5 and (branch.initiative is None or branch.epics >= self.per_initiative):
            branch.initiative, branch.epics = self.initiative(born), 0
            yield branch.initiative
        epic = self.epic(project, born)
        if branch.initiative is not None and self.chance() > 0.02:
            epic.parent = branch.initiative
            branch.epics += 1
        yield epic
        if self.chance() < 0.001:
            twin = self.epic(project, born)
            twin.parent, epic.parent, twin.by_link, epic.by_link = epic, twin, True, True
            yield twin
        children = self.children(epic)
        for child in children:
            yield child
            yield from self.below(child)
        for _ in range(int(self.chance() * (2 + len(children)))):
            loose = self.loose(project, born)
            yield loose
            yield from self.below(loose)

    def new(self, project: Project, kind: str, summary: str, born: float, parent: Issue | None = None) -> Issue:
        """Return an issue of the next key, not started."""
        self.made += 1
        project.last += 1
        key = f"{project.key}-{project.last}"
        return Issue(10_000 + self.made, key, project, kind, summary, min(born, SPAN - 0.1), parent)

    def initiative(self, born: float) -> Issue:
        """Return an initiative, done where it is old."""
        one = self.new(self.projects[-1], "Initiative", self.phrases.initiative(), born)
        self.settle(one, "done" if SPAN - born > 900 else "active", min(born + 600, SPAN))
        self.purpose(one)
        return one

    def epic(self, project: Project, born: float) -> Issue:
        """Return an epic, done if it is old and mostly open if it is young."""
        one = self.new(project, "Epic", self.phrases.epic(), born)
        age, drawn = SPAN - born, self.chance()
        done = 0.92 if age > 350 else 0.5 * age / 350
        state = "done" if drawn < done else "cancelled" if age > 350 and drawn < 0.99 else "active"
        if state == "active" and self.chance() > age / 40:
            state = "new"
        self.settle(one, state, born + age * (0.3 + 0.6 * self.chance()))
        self.purpose(one)
        one.team = one.shade
        return one

    def purpose(self, one: Issue) -> None:
        """Give an epic or initiative an owner and an outcome, nearly always."""
        one.assignee = one.assignee or self.person(one.project)
        if self.chance() < 0.97:
            one.custom["outcome"] = self.phrases.outcome()
        if one.state == "done" and self.chance() < 0.9:
            one.custom["actual_outcome"] = self.phrases.actual_outcome()

    def children(self, epic: Issue) -> list[Issue]:
        """Return an epic's children."""
        drawn = self.chance()
        wanted = 2 + int(14 * self.chance()) if drawn < 0.985 else self.random.choice((0, 0, 1, 33))
        children = [self.child(epic, first=not number) for number in range(wanted)]
        for child in children[1:]:
            if self.chance() < 0.0003:
                child.parent = children[0]
            if self.chance() < 0.002:
                child.summary = children[0].summary
        return children

    def child(self, epic: Issue, *, first: bool) -> Issue:
        """Return one child; the first of an open epic is open, so that not all are done."""
        drawn = self.chance()
        kind = next(kind for kind, below in KINDS if drawn <= below)
        home = epic.project if self.chance() > 0.03 else self.random.choice(self.projects[:-1])
        until = epic.ended if epic.state in {"done", "cancelled"} else SPAN
        born = epic.born + 0.8 * self.chance() * (until - epic.born)
        one = self.new(home, kind, self.summary(kind), born, epic)
        state, drawn = epic.state, self.chance()
        if state == "active":
            state = "new" if drawn < 0.5 or (first and drawn < 0.97) else "active" if drawn < 0.65 else "done"
        elif drawn < 0.002:
            state = "active"
        self.settle(one, state, born + (until - born) * self.chance())
        self.plan(one)
        one.team = epic.team
        if self.chance() < 0.001 and epic.parent is not None:
            one.custom["epic_link"] = f"{home.key}-{1 + int(self.chance() * home.last)}"
        return one

    def loose(self, project: Project, born: float) -> Issue:
        """Return a bug under no epic, rarely a story, rarely under an epic outside the data."""
        drawn = self.chance()
        kind = "Bug" if drawn < 0.75 else "Story"
        one = self.new(project, kind, self.summary(kind), born + 10 * self.chance())
        if drawn > 0.86:
            title = self.phrases.epic()
            one.parent = Issue(1, f"{OUTSIDE}-{1 + int(self.chance() * 300)}", self.outside, "Epic", title, born, None)
            one.parent.state = "active"
        age, drawn = SPAN - one.born, self.chance()
        state = "done" if drawn < min(0.5, age / 200) else "cancelled" if drawn < 0.55 else "new"
        self.settle(one, "active" if state == "new" and age < 60 and drawn > 0.9 else state, one.born + 40 * drawn)
        self.plan(one)
        return one

    def below(self, parent: Issue) -> Iterator[Issue]:
        """Give an issue's sub-tasks, which end with it."""
        often, most = {"Story": (0.25, 4), "Improvement": (0.2, 3), "Bug": (0.05, 2)}.get(parent.kind, (0.0, 0))
        if self.chance() >= often:
            return
        for _ in range(1 + int(self.chance() * most)):
            one = self.new(parent.project, "Sub-task", self.phrases.subtask(), parent.born + self.chance(), parent)
            if self.chance() < 0.002 and parent.parent is not None:
                one.parent = parent.parent
            state, drawn = parent.state, self.chance()
            if state == "active":
                state = "done" if drawn < 0.4 else "active" if drawn < 0.7 else "new"
            elif drawn < 0.002:
                state = "new"
            until = parent.ended if parent.state in {"done", "cancelled"} else SPAN
            self.settle(one, state, one.born + (until - one.born) * self.chance())
            one.version, one.team = parent.version, parent.team
            if one.parent is parent:
                parent.below.append(one)
            yield one

    def summary(self, kind: str) -> str:
        """Return a summary for an issue of that type."""
        phrases = self.phrases
        makers = {"Bug": phrases.bug, "Task": phrases.task, "Spike": phrases.spike}
        if self.chance() < 0.0005:
            return "Later"
        return makers.get(kind, phrases.story)()

    def settle(self, one: Issue, state: str, ended: float) -> None:
        """Set how far the issue is and when it was last touched, and write its text."""
        one.state, drawn = state, self.chance()
        one.shade = int(3 * drawn)
        one.ended = max(one.born + 0.05, min(ended, SPAN - 0.02))
        if state in {"done", "cancelled"}:
            one.updated = min(SPAN - 0.01, one.ended + (30 * drawn if drawn < 0.2 else 0.0))
        elif state == "active":
            one.updated = max(one.born, SPAN - 0.01 - 25 * drawn)
        else:
            one.updated = one.born + (SPAN - 0.01 - one.born) * drawn
        one.description = self.phrases.description(one.kind)
        if state == "active" or drawn < 0.7:
            one.assignee = self.person(one.project)
        if self.chance() < 0.2:
            one.labels = sorted({self.phrases.one("labels") for _ in range(1 + int(2 * drawn))})
        if self.chance() < 0.5:
            one.component = self.phrases.one("components")
        one.rank = f"0|i{int(self.chance() * 2_000_000):06x}:"

    def plan(self, one: Issue) -> None:
        """Give a child of an epic its sprints, points and version."""
        day = one.ended if one.state == "done" else SPAN - 0.02
        if one.state in {"done", "active"} and self.chance() < 0.4:
            last = int(day / 14)
            one.sprints = [last - 1, last] if self.chance() < 0.15 else [last]
        if one.kind in {"Story", "Improvement"} and self.chance() < 0.6:
            one.points = self.random.choice(POINTS) if self.chance() < 0.92 else 8
        drawn = self.chance()
        if one.state == "done" and drawn < 0.35:
            one.version = int(day / 91.3)
        elif drawn < 0.05:
            one.version = int(SPAN / 91.3) - (drawn < 0.008)

    def link(self, family: list[Issue]) -> None:
        """Link some of a family to another of it, mostly harmlessly."""
        for one in family[2:]:
            if self.chance() < 0.04:
                other = family[1 + int(self.chance() * (len(family) - 1))]
                if other is one:
                    continue
                harmless = other.state == "done" or other.parent is not one.parent or self.chance() < 0.02
                kind = "Blocks" if harmless and self.chance() < 0.4 else "Relates"
                other.links.append((kind, "outwardIssue", one))
                one.links.append((kind, "inwardIssue", other))

    def person(self, project: Project) -> int:
        """Return the number of somebody who works in the project."""
        return project.index * 25 + int(self.chance() * 40)


def encoder() -> Callable[[object], bytes]:
    """Return the fastest way there is to write JSON; both write the same bytes."""
    try:
        fast: Callable[[object], bytes] = import_module("orjson").dumps
    except ModuleNotFoundError:
        return lambda value: json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
    return fast


def write(path: Path, count: int, seed: int = 1, *, envelope: bool = False, names: bool = False) -> None:
    """Write a site to a file."""
    dumps = encoder()
    before, between, after = (b'{"issues":[', b",\n", b"]}\n") if envelope else (b"", b"\n", b"\n")
    with path.open("wb") as file:
        file.write(before)
        for number, one in enumerate(Site(count, seed).issues()):
            file.write(between + dumps(written(one)) if number else dumps(written(one)))
        file.write(after)
    if names:
        (path.parent / "fields.json").write_bytes(dumps(named()) + b"\n")


def main() -> int:
    """Write the file that the arguments ask for."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--issues", type=int, default=300_000, help="how many")
    parser.add_argument("--seed", type=int, default=1, help="another seed, another site")
    parser.add_argument("--output", type=Path, required=True, help="the file to write")
    parser.add_argument("--format", choices=("ndjson", "envelope"), default="ndjson", help="lines, or one search page")
    parser.add_argument("--names", action="store_true", help="write fields.json beside it")
    options = parser.parse_args()
    write(options.output, options.issues, options.seed, envelope=options.format == "envelope", names=options.names)
    return 0


if __name__ == "__main__":
    sys.exit(main())
