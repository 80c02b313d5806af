"""Sites to pull from: a small believable one, and a big one that is made in seconds."""

from datetime import datetime, timedelta
from typing import Any

from fakes.jira_catalogue import NOW, milliseconds
from fakes.jira_store import JiraSite
from fakes.jira_things import ACTUAL, OUTCOME, TEAM, Issue, IssueType, Project, Status

__all__ = ["JiraSite", "many", "organisation"]

DAY = 86_400_000
OUTCOME_TEXT = "Half as many customers give up while they pay, by the end of the quarter."
STORY_TEXT = """h2. Why

Customers ask for it every week.

* the form keeps what was typed
* errors stand beside their field"""


def organisation(now: datetime = NOW, **zones: str) -> JiraSite:
    """Return a site of three projects and some sixty issues, with a few things that a linter finds.

    PAY and SHOP are company-managed, OPS is team-managed and has a Story and a Done of its own.
    """
    site = JiraSite(now, **zones)
    _Organisation(site).build()
    return site


class _Organisation:
    """The small site, in the order in which people would have written it."""

    def __init__(self, site: JiraSite) -> None:
        self.site = site
        self.dev = site.add_user("dev", "Dee Veloper")
        self.pay = site.add_project("PAY", "Payments")
        self.shop = site.add_project("SHOP", "Shop")
        self.ops = site.add_project("OPS", "Operations", simplified=True)
        site.add_project("OLD", "Old things", archived=True)
        self.begun = site.now - timedelta(days=200)

    def build(self) -> None:
        """Fill the site."""
        site = self.site
        for name, level in (("Epic", 1), ("Story", 0), ("Task", 0), ("Sub-task", -1)):
            site.add_type(name, level, self.ops)
        site.add_type("Theme", 3)
        site.add_status("Done", "done", self.ops)
        self._plans()
        theme = self._add(self.pay, "Theme", "Grow the shop", 0)
        checkout = self._add(
            self.pay, "Initiative", "Checkout without detours", 1, parent=theme, values=self._outcome()
        )
        returns = self._add(self.shop, "Initiative", "Returns that cost less", 2, parent=theme)
        self._add(self.shop, "Initiative", "An idea without anything below", 3)
        cards = self._epic(self.pay, checkout, "Pay by card", 10, stories=8)
        self._epic(self.shop, checkout, "Basket survives a login", 30, stories=7)
        labels = self._epic(self.shop, returns, "Print return labels", 50, stories=7)
        self._epic(self.ops, None, "Keep the lights on", 70, stories=6)
        self._faults(cards, labels)
        old = self._add(site.project("OLD"), "Story", "Left behind", 5)
        site.edit(old, summary="Left behind for good", by=self.dev)
        self._later()

    def _plans(self) -> None:
        site, now = self.site, self.site.now
        self.version = site.add_version(self.pay, "1.0", released=True, start="2026-05-01", release="2026-06-30")
        self.next = site.add_version(self.pay, "1.1", release="2026-12-01")
        self.shop_next = site.add_version(self.shop, "Autumn")
        board = site.add_board(self.pay, "PAY board")
        shop_board = site.add_board(self.shop, "SHOP board")
        site.add_board(self.ops, "OPS board", "kanban")
        fortnight = timedelta(days=14)
        times = {"start": now - 3 * fortnight, "end": now - 2 * fortnight, "complete": now - 2 * fortnight}
        self.past = site.add_sprint(board, "PAY sprint 1", "closed", goal="Cards work in the test shop", **times)
        self.current = site.add_sprint(
            board, "PAY sprint 2", "active", goal="Cards work", start=now - fortnight / 2, end=now + fortnight / 2
        )
        site.add_sprint(board, "PAY sprint 3", "future")
        self.shop_sprint = site.add_sprint(
            shop_board, "SHOP sprint 1", start=now - fortnight / 2, end=now + fortnight / 2
        )

    def _outcome(self) -> dict[str, Any]:
        return {OUTCOME.id: OUTCOME_TEXT, TEAM.id: {"id": "team-1", "name": "Payments team"}}

    def _add(self, project: Project, kind: str, summary: str, day: int, **values: Any) -> Issue:
        return self.site.add(project, kind, summary, created=self.begun + timedelta(days=day, hours=day % 7), **values)

    def _epic(self, project: Project, above: Issue | None, summary: str, day: int, *, stories: int) -> Issue:
        """Add an epic with stories, a bug, a task and sub-tasks, about half of them done."""
        epic = self._add(project, "Epic", summary, day, parent=above, values=self._outcome(), assignee=self.dev)
        self._later(epic, day + 10, status="In Progress")
        for number in range(stories):
            story = self._add(
                project,
                "Story",
                f"{summary}: step {number + 1}",
                day + number,
                parent=epic,
                description=STORY_TEXT if number % 3 != 1 else None,
                assignee=self.dev if number % 3 else None,
                labels=("checkout", "ux") if number % 2 else (),
                points=float(number + 1) if number != 3 else None,
            )
            if number % 2 == 0:
                self._finish(story, day + number + 20)
            if number < 2:
                self._add(project, "Sub-task", f"Test step {number + 1}", day + number + 1, parent=story)
        self._later(
            self._add(project, "Task", f"{summary}: clean up", day + 9, parent=epic), day + 40, status="In Progress"
        )
        if project is not self.ops:
            self._finish(self._add(project, "Bug", f"{summary}: wrong total", day + 12, parent=epic), day + 30)
        return epic

    def _finish(self, issue: Issue, day: int) -> None:
        versions = {self.pay: (self.version,), self.shop: (self.shop_next,)}.get(issue.project, ())
        self._later(issue, day, status="In Progress")
        self._later(issue, day + 3, status="Done", resolution="Done", versions=versions)

    def _later(self, issue: Issue | None = None, day: int | None = None, **values: Any) -> None:
        """Edit an issue on another day; without one the clock is back where the test wants it."""
        self.site.now = self.begun + timedelta(days=day if day is not None else 200)
        if issue is not None:
            self.site.edit(issue, by=self.dev, **values)

    def _faults(self, cards: Issue, labels: Issue) -> None:
        """Add what a linter finds: orphans, a done epic with open work, a parent in another project, a copied outcome."""
        site, current = self.site, (self.current,)
        for number in range(4):
            self._later(
                self._add(self.pay, "Story", f"Story of nobody {number + 1}", 100 + number), 120, sprints=current
            )
        self._add(self.shop, "Epic", "Epic of nobody", 104)
        away = self._add(self.shop, "Story", "Card payment in the shop", 105, parent=cards)
        self._later(away, 125, sprints=(self.shop_sprint,), points=5.0)
        self._later(labels, 160, status="Done", resolution="Done", values={ACTUAL.id: "TBD"})
        stories = [one for one in site.children(cards) if one.type.name == "Story"]
        self._later(stories[0], 150, sprints=(self.past,))
        self._later(stories[1], 170, sprints=(self.past, self.current), versions=(self.next,), priority="High")
        self._later(stories[1], 171, parent=labels)
        self._later(stories[1], 172, parent=cards)
        site.link(stories[1], away, "Blocks")
        site.link(stories[2], stories[3], "Relates")


def many(n: int, projects: int = 20, now: datetime = NOW) -> JiraSite:
    """Return a site with ``n`` issues in ``projects`` projects, made without changelogs, about 100 000 in a second.

    Of a thousand issues in a row one is an initiative, twenty are epics, the rest stories with every fourth a sub-task.
    Their ``updated`` is spread over 600 days up to a day before ``now``.
    """
    site = JiraSite(now)
    dev = site.add_user("dev", "Dee Veloper")
    homes = [site.add_project(f"P{number:02}", f"Project {number}") for number in range(1, projects + 1)]
    sprints = [
        (site.add_sprint(site.add_board(home, f"{home.key} board"), f"{home.key} sprint 1", goal="Ship it"),)
        for home in homes
    ]
    kinds = {kind.name: kind for kind in site.types}
    statuses = [site.status(name, homes[0]) for name in ("To Do", "In Progress", "Done")]
    end, size = milliseconds(now) - DAY, -(-n // projects)
    for index in range(n):
        number, place = index // size, index % size
        made = end - 600 * DAY + index * (599 * DAY // n)
        issue = _one_of_many(10_001 + index, homes[number], place, kinds, statuses, made)
        issue.updated = issue.category_since = made + (index * 7919 % 997) * (end - made) // 997
        issue.reporter = dev
        if issue.type.level == 0:
            issue.assignee, issue.points, issue.sprints = dev, float(index % 8 + 1), sprints[number]
        if issue.status.category == "done":
            issue.resolution, issue.resolved = "Done", issue.updated
        site.put(issue)
    site.set(homes[0])
    return site


def _one_of_many(
    id: int, home: Project, place: int, kinds: dict[str, IssueType], statuses: list[Status], made: int
) -> Issue:
    """Return the issue at a place of its project, counted from 0; those above it stand before it."""
    block = place - place % 1000
    if place % 1000 == 0:
        name, above = "Initiative", None
    elif place % 50 == 1:
        name, above = "Epic", block
    elif place % 4 == 3 and place % 50 > 2:
        name, above = "Sub-task", place - 1
    else:
        name, above = "Story", place - place % 50 + 1 if place % 50 > 1 else place - 49
    parent = id - place + above if above is not None else None
    status = statuses[id % 3]
    return Issue(id, home, place + 1, kinds[name], status, f"{name} {place + 1}", made, made, made, STORY_TEXT, parent)
