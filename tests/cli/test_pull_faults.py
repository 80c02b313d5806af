"""What goes wrong on the way to a site: each fault with its exit status, its words, what is left of the snapshot, and its price.

All of them strike the second pull, so that there is an old snapshot to lose.
"""

import shutil
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from fakes.jira_cloud import Cloud
from fakes.jira_data_center import DataCenter
from fakes.jira_site import organisation
from fakes.program import Stable, program
from fakes.pulls import TOKEN
from fakes.server import Answer, Fault

pytestmark = pytest.mark.slow  # a minute of processes
KINDS = {"cloud": Cloud, "dc": DataCenter}
DETAILS = {"cloud": "bulkfetch", "dc": "/search"}
HOME = "https://acme.example"
"""What the site calls itself, at whichever port it is asked."""
MANY = 60
"""As often as a fault that lasts can strike."""
LEAST = 22
"""Requests at most: some ten of metadata, and three of each of four workers, or a whole pull that nothing disturbs."""
LOGIN = Answer(raw=b"<!DOCTYPE html><html><body>Sign in</body></html>", headers={"Content-Type": "text/html"})


@pytest.fixture(autouse=True)
def no_network():
    """Allow connections: the servers here are on loopback."""


@dataclass(frozen=True)
class Case:
    """A fault: how it is brought about, and what has to become of a pull."""

    name: str
    inject: Callable
    """Gets the program; changes its site or its server."""
    status: int = 0
    said: str = ""
    """Words on standard error or in the report; empty: nothing is said of it."""
    requests: int = LEAST
    """More than so many are too many."""
    kinds: tuple[str, ...] = ("cloud", "dc")
    arguments: tuple[str, ...] = ("--full",)

    @property
    def stands(self) -> bool:
        """Whether the old snapshot stands."""
        return self.status != 0


def once(fault):
    """Let a fault strike the first request for issues."""
    return lambda one: one.server.fail(DETAILS[_kind(one)], fault)


def lasting(fault, path=""):
    """Let a fault strike every request for issues, or for a path."""
    return lambda one: one.server.fail(path or DETAILS[_kind(one)], *[fault] * MANY)


def switch(**values):
    """Turn a fault of the stand-in on."""

    def inject(one):
        for name, value in values.items():
            setattr(one.app, name, value)

    return inject


def busy(after=None, *, times=1, **headers):
    """Answer with 429, and with when to come back."""
    told = {"Retry-After": after, **headers} if after is not None else headers
    return lambda one: one.server.fail(
        DETAILS[_kind(one)],
        *[Fault(Answer(status=429, headers={name: _now(text) for name, text in told.items()}))] * times,
    )


def hide_a_parent(one):
    """Hide an epic that stories name."""
    site = one.app.site
    story = next(issue for issue in site.issues.values() if issue.type.name == "Story" and issue.parent)
    site.hide(site.find(story.parent))


def _now(text):
    """Return a header's text; ``+2`` is the moment in two seconds, as HTTP writes it."""
    if not text.startswith("+"):
        return text
    return format_datetime(datetime.now(UTC) + timedelta(seconds=int(text)), usegmt=True)


def _kind(one):
    return "cloud" if one.app.cloud else "dc"


CASES = [
    # What passes
    Case("a body that is cut, once", once(Fault(cut=True))),
    Case("a reset, once", once(Fault(reset=True))),
    Case("a login page, once", once(Fault(LOGIN))),
    *(Case(f"{status}, once", once(Fault(Answer(status=status, raw=b"oops")))) for status in (500, 502, 503, 504)),
    Case("a read timeout, once", once(Fault(silent=2.0))),
    Case("429 for an instant", busy("0")),
    Case("429 for a part of a second", busy("0.25")),
    Case("429 until a date", busy("+2")),
    Case("429 until a date that is past", busy("-1")),
    Case("429 without a word", busy()),
    Case("429 with a word that is none", busy("soon")),
    Case("a gateway's 429", busy(**{"X-RateLimit-Reset": "2020-01-01T00:00:00Z"})),
    # What lasts
    Case("bodies that are cut", lasting(Fault(cut=True)), 3, "the connection failed"),
    Case("resets", lasting(Fault(reset=True)), 3, "the connection failed"),
    Case("a login page", lasting(Fault(LOGIN)), 3, "a page for people stands in place of JSON"),
    Case("a login page before anything", lasting(Fault(LOGIN), "serverInfo"), 3, "a page for people", 3),
    *(
        Case(f"{status}", lasting(Fault(Answer(status=status, raw=b"oops"))), 3, f"an error of the site ({status})")
        for status in (500, 502, 503, 504)
    ),
    Case("a site that is silent", lasting(Fault(silent=1.0)), 3, "nothing came within 0.5 seconds"),
    Case("429 again and again", busy("0", times=MANY), 3, "put off"),
    Case("429 for half an hour", busy("1800"), 3, "30 minutes", arguments=("--full", "--max-wait", "1")),
    Case("429 for longer than --max-wait", busy("100"), 3, "--max-wait", arguments=("--full", "--max-wait", "1")),
    # What the site says of itself
    Case("refused credentials", switch(credentials=("nobody", "other")), 3, "refused the credentials (401)", 2),
    Case("an account that is nobody", switch(anonymous=True), 3, "refused the credentials (401)", 2),
    Case("a forbidden account", switch(forbidden=["/myself"]), 3, "refused the account", 2),
    Case("no issues", switch(no_issues=True), 3, "gave no issues"),
    Case("no issues later", switch(no_issues=True), 3, "gave no issues", arguments=()),
    Case("forbidden boards", switch(forbidden=["/rest/agile"]), 0, "does not show its boards to this account (403)"),
    Case("missing boards", switch(missing=["/rest/agile"]), 0, "does not show its boards to this account (404)"),
    Case("forbidden types", switch(forbidden=["/rest/api/./issuetype"]), 0, "does not show its types"),
    Case("missing statuses", switch(missing=["/rest/api/./status"]), 0, "does not show its statuses"),
    Case("a hidden parent", hide_a_parent, requests=LEAST + 5),
    # Searches
    Case("no isLast and no token", switch(short_pages=True, no_is_last=True), kinds=("cloud",)),
    Case("empty pages", switch(empty_pages=True), kinds=("cloud",)),
    Case("a token again", switch(short_pages=True, repeat_token=True), 3, "round in circles", kinds=("cloud",)),
    Case("a page again", switch(short_pages=True, repeat_page=True), 3, "round in circles", kinds=("cloud",)),
    Case(
        "a page again, by pages",
        switch(repeat_page=True, field_page=10),
        3,
        "round in circles",
        30,
        ("cloud",),
        ("--full", "--mode", "pages"),
    ),
    Case("no order", switch(unsorted=True, page_cap=20), 0, "does not order issues by id", 40, ("dc",)),
    Case(
        "no order and no offsets",
        switch(unsorted=True, page_cap=5, window=20),
        3,
        "an error of the site (500)",
        40,
        ("dc",),
    ),
    Case("no search by POST", switch(post_405=True), requests=LEAST + 4, kinds=("dc",)),
    # Bulk reads
    Case("a hundred at once", switch(bulk_limit=100), kinds=("cloud",)),
    Case("not even a hundred", switch(bulk_limit=0), 3, "--mode pages", kinds=("cloud",)),
]
FAULTS = [pytest.param(case, kind, id=f"{case.name} ({kind})") for case in CASES for kind in case.kinds]


@pytest.fixture(scope="module")
def stable():
    """Return what runs commands."""
    with closing(Stable()) as found:
        yield found


@pytest.fixture(scope="module")
def pulled(stable, tmp_path_factory):
    """Return for each kind of site a folder with the snapshot of a first pull."""
    found = {}
    for kind, app in KINDS.items():
        found[kind] = tmp_path_factory.mktemp(kind)
        with program(app(organisation(), url=HOME), found[kind], stable) as one:
            assert one.run("pull").status == 0
    return found


@pytest.mark.parametrize(("case", "kind"), FAULTS)
def test_a_fault(case, kind, pulled, stable, tmp_path):
    """Status, words, snapshot and requests; no secret is left (the program's own runner looks for it)."""
    shutil.copytree(pulled[kind], tmp_path, dirs_exist_ok=True)
    with program(KINDS[kind](organisation(), url=HOME), tmp_path, stable) as one:
        before, tables = one.home.snapshot.read_bytes(), one.tables()
        one.app.site.now += timedelta(days=1)
        case.inject(one)
        done = one.run("pull", *case.arguments)
        said = done.out + done.err
        assert (done.status, case.said in said) == (case.status, True), said
        assert len(done.asked) <= case.requests
        if case.stands:
            assert done.out == ""
            assert "help: " in done.err
            assert one.home.snapshot.read_bytes() == before
        else:
            assert "Error" not in done.err
            assert [row[0] for row in one.tables()["issue"]] == [
                row[0] for row in tables["issue"] if row[0] not in one.app.site.hidden
            ]
            assert one.home.snapshot.read_bytes() != before
        assert {path.name for path in one.home.folder.iterdir()} - {"spool"} == {
            ".gitignore",
            "lock",
            "snapshot.duckdb",
        }
        assert list(one.temporary.iterdir()) == []


def test_issues_that_are_listed_and_never_given(stable, tmp_path):
    """They are named, the rest is new, and the status is 3 until they come; `check` says so too, and judges what there is."""
    with program(Cloud(organisation()), tmp_path, stable) as one:
        one.write("version: 1\nsource: {jira: {url: '{url}'}}\n")
        one.app.lose = {one.app.site.find("PAY-5").id}
        done = one.run("pull")
        assert done.status == 3
        assert "lists 1 issues that it does not give: PAY-5" in done.err
        assert len(done.asked) <= LEAST + 3
        assert len(one.tables()["issue"]) == len(one.app.site.order) - 2  # and the one in an archived project
        checked = one.run("check", "--offline")
        assert checked.status == 3
        assert "PAY-5" in checked.err + checked.out
        one.app.lose = ()
        assert one.run("pull").status == 0
        assert len(one.tables()["issue"]) == len(one.app.site.order) - 1


def test_an_address_where_nobody_listens(stable, tmp_path):
    """Refused at once, three times; a connection that hangs is tried as often, for half a second each."""
    with program(Cloud(organisation()), tmp_path, stable) as one:
        for address in ("http://127.0.0.1:9", "https://127.0.0.1:9"):
            done = one.run("pull", JIRA_URL=address)
            assert done.status == 3
            assert "the connection failed" in done.err
            assert "HTTPS_PROXY" in done.err
        assert not one.home.snapshot.exists()


def test_a_message_that_repeats_the_secret(stable, tmp_path):
    """A site that echoes what it was sent does not make flowlint repeat it."""
    with program(Cloud(organisation()), tmp_path, stable) as one:
        one.server.fail("search/jql", *[Fault(Answer({"errorMessages": [f"bad token {TOKEN}"]}, 400))] * MANY)
        done = one.run("pull")
        assert done.status == 3
        assert "refused the query" in done.err
