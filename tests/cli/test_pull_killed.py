"""A pull that is killed: whenever that is, the old snapshot stands or the new one is whole, and the next pull makes up for it."""

import random
import time
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta

import pytest

from fakes.jira_cloud import Cloud
from fakes.jira_data_center import DataCenter
from fakes.jira_site import organisation
from fakes.program import Stable, program
from flowlint.snapshot.site_snapshot import Home

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("killed")]
HOME = "https://acme.example"
STORIES = 250
DELAY = 0.01
WAYS = {
    "cloud": (Cloud, {"field_page": 10, "id_page": 20}, ("--mode", "pages")),
    "dc": (DataCenter, {"page_cap": 10}, ()),
}
WATCHED = {
    "the spool begins": lambda home: (home.spool / "about.json").exists(),
    "a page is there": lambda home: any(home.spool.glob("*-issues.tsv")),
    "the copy is made": lambda home: home.next.exists(),
    "the spool goes into the copy": lambda home: home.next.exists() and home.next.stat().st_size > 300_000,
    "the copy has a log": lambda home: home.next.with_name(f"{home.next.name}.wal").exists(),
    "changelogs are there": lambda home: any(home.spool.glob("*-changes.tsv")),
}


@pytest.fixture(autouse=True)
def no_network():
    """Allow connections: the servers here are on loopback."""


@pytest.fixture(scope="module")
def stable():
    """Return what runs commands."""
    with closing(Stable()) as found:
        yield found


@dataclass(frozen=True)
class Moment:
    """When a pull is killed."""

    way: str
    later: bool
    """Whether there is a snapshot already."""
    part: float = 0.0
    """Of the requests that an undisturbed pull makes; beyond all of them: that many seconds after the last one."""
    seen: str = ""
    """What is seen at that moment."""


def moments():
    """Yield twenty moments: spread over all of a pull, just behind its last request, and where files appear."""
    chance = random.Random(20261124)
    for number, way in enumerate(list(WAYS) * 5):
        yield Moment(way, number % 4 > 1, part=(number + chance.random()) / 10)
    for number, way in enumerate(list(WAYS) * 2):
        yield Moment(way, number > 1, part=1 + chance.random() / 10)
    for number, seen in enumerate(WATCHED):
        yield Moment(list(WAYS)[number % 2], number % 3 > 0, seen=seen)


def grown():
    """Return a site with some hundred issues."""
    site = organisation()
    for number in range(STORIES):
        site.add("PAY" if number % 3 else "SHOP", "Story", f"Story {number}", description="All of it. " * 40)
    return site


def live(site):
    """Edit, add, delete and move."""
    site.now += timedelta(days=1)
    for key in range(20, 90):
        if (issue := site.find(f"PAY-{key}")) is not None:
            site.edit(issue, summary=f"Edited {key}", status="In Progress")
    site.delete(site.find("SHOP-60"))
    site.move(site.find("SHOP-61"), "PAY")
    site.add("OPS", "Task", "New")


def content(tables):
    """Return what of a snapshot does not tell one pull from another."""
    told = [row for row in tables["metadata"] if row[0] != "server_info"]
    return tables["issue"], tables["change"], tables["hidden"], sorted((kind, entry) for kind, _, entry in told)


@pytest.fixture(scope="module")
def requests(stable, tmp_path_factory):
    """Return how many requests pulls make that nobody disturbs: the first ones, and later ones."""
    found = {}
    for way, (kind, switches, arguments) in WAYS.items():
        site = grown()
        with program(kind(site, url=HOME, **switches), tmp_path_factory.mktemp(way), stable) as one:
            found[way, False] = len(one.run("pull", *arguments).asked)
            live(site)
            found[way, True] = len(one.run("pull", *arguments).asked)
    return found


@pytest.mark.parametrize(
    "moment",
    list(moments()),
    ids=lambda one: f"{one.way} {'later' if one.later else 'first'} {one.seen or round(one.part, 2)}",
)
def test_killed(moment, requests, stable, tmp_path):
    """Killed, judged, pulled again."""
    kind, switches, arguments = WAYS[moment.way]
    site = grown()
    with program(kind(site, url=HOME, **switches), tmp_path, stable) as one:
        if moment.later:
            assert one.run("pull", *arguments).status == 0
            live(site)
        before = one.home.snapshot.read_bytes() if moment.later else None
        pulled = one.about().pulled if moment.later else None
        _kill(one, moment, requests[moment.way, moment.later], arguments)
        one.hold_no_secret()
        now = one.home.snapshot.read_bytes() if one.home.snapshot.exists() else None
        changed = now is not None and one.about().pulled != pulled
        assert changed or now == before
        if now is not None:
            assert one.run("check", "--offline", "--format", "json").status == 1
        spooled = not changed and any(one.home.spool.glob("*-issues.tsv"))
        again = one.run("pull", *arguments)
        assert again.status == 0, again.err
        assert ("Going on with" in again.err) == spooled
        total, read = (int(again.out.split(mark)[at].split()[0].replace(",", "")) for mark, at in ((" ", 0), (": ", 1)))
        assert total == len(one.tables()["issue"])
        if spooled or changed:
            assert read < total
        assert {path.name for path in one.home.folder.iterdir()} == {".gitignore", "lock", "snapshot.duckdb"}
        resumed = content(one.tables())
        assert one.run("pull", "--full", *arguments).status == 0
        assert resumed == content(one.tables())


def _kill(one, moment, requests, arguments):
    """Start a pull and kill it at its moment, if it has not ended before."""
    one.app.delay = DELAY
    begun = one.server.count
    with one.start("pull", *arguments) as process:
        end = time.monotonic() + 60
        while (
            process.poll() is None
            and time.monotonic() < end
            and not _is_there(one, moment, one.server.count - begun, requests)
        ):
            time.sleep(0.001)
        if moment.part > 1:
            time.sleep(moment.part - 1)
        process.kill()
        process.communicate()
    one.app.delay = 0.0


def _is_there(one, moment, asked, requests):
    if moment.seen:
        home: Home = one.home
        return asked > 2 and WATCHED[moment.seen](home)
    return asked >= min(moment.part, 1) * requests
