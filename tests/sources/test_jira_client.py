"""Asking a site: tried again where that helps, named where it does not, and never with a secret in what is said."""

import threading
import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from fakes.server import Answer, Fault, Server
from flowlint.errors import SourceError, UsageError
from flowlint.sources.jira_access import access_to
from flowlint.sources.jira_client import JiraClient, Patience, Refused

QUICK = Patience(longest=5.0, tries=4, first_pause=0.01, longest_pause=0.05)
TOKEN = "s3cr3t-t0ken"
PATH = "/rest/api/2/myself"


@pytest.fixture(autouse=True)
def no_network():
    """Allow connections: the servers here are on loopback."""


@pytest.fixture
def site():
    """Return a site that answers everything with its path."""
    with Server(lambda asked: Answer({"path": asked.path, "query": asked.query, "body": asked.body})) as server:
        yield server


def client(server, patience=QUICK, *, bearer=False, told=None, **more):
    """Return a client of a server."""
    account = {"JIRA_PAT": TOKEN} if bearer else {"JIRA_EMAIL": "lead@acme.example", "JIRA_API_TOKEN": TOKEN}
    progress = (lambda what, done, total: told.append(what)) if told is not None else (lambda *_: None)
    return JiraClient(access_to({"JIRA_URL": server.url, **account}), patience, progress, **more)


def test_questions_and_answers(site):
    """By GET and by POST, with the credentials that the environment gave."""
    asking = client(site)
    assert asking.get(PATH, maxResults=50)["query"] == {"maxResults": "50"}
    assert asking.post("/rest/api/3/search/jql", {"jql": "project = PAY"})["body"] == {"jql": "project = PAY"}
    assert asking.requests == 2
    assert [one.headers["authorization"][:6] for one in site.asked] == ["Basic ", "Basic "]
    client(site, bearer=True).get(PATH)
    assert site.asked[-1].headers["authorization"] == f"Bearer {TOKEN}"


@pytest.mark.parametrize(
    "fault",
    [
        Fault(Answer(status=500)),
        Fault(Answer(status=502, raw=b"<html>Bad gateway</html>")),
        Fault(Answer(status=503, headers={"Retry-After": "0"})),
        Fault(Answer(status=504)),
        Fault(Answer(status=429)),
        Fault(Answer(status=429, headers={"Retry-After": "0.05"})),
        Fault(Answer(status=429, headers={"Retry-After": "soon"})),
        Fault(Answer(raw=b"<html>Log in</html>")),
        Fault(Answer(raw=b"")),
        Fault(cut=True),
        Fault(reset=True),
        Fault(silent=1.0),
    ],
)
def test_what_passes_is_tried_again(site, fault):
    """Twice in a row, and then the answer counts."""
    site.fail("myself", fault, fault)
    asking = client(site, timeout=(1.0, 0.3))
    assert asking.get(PATH)["path"] == PATH
    assert len(site.asked) == asking.requests == 3


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (Fault(Answer(status=500)), "an error of the site (500)"),
        (Fault(Answer(raw=b"<html>Log in</html>")), "a page for people"),
        (Fault(Answer(raw=b'{"a": [1')), "ends in the middle"),
        (Fault(cut=True), "the connection failed"),
        (Fault(reset=True), "the connection failed"),
        (Fault(Answer(status=429, headers={"Retry-After": "0"})), "put off"),
    ],
)
def test_what_lasts_is_named(site, fault, said):
    """After as many tries as the patience allows; status 3."""
    site.fail("myself", *[fault] * 9)
    with pytest.raises(SourceError) as failed:
        client(site).get(PATH)
    assert said in failed.value.message
    assert failed.value.help
    assert len(site.asked) == 4
    assert TOKEN not in str(failed.value)


@pytest.mark.parametrize("status", [400, 403, 404, 410])
def test_a_no_stays_a_no(site, status):
    """Asked once; what Jira says of it is kept for whoever expected it."""
    site.fail("myself", Fault(Answer({"errorMessages": ["The value 'X' does not exist.\x1b[31m"]}, status=status)))
    with pytest.raises(Refused) as refused:
        client(site).get(PATH)
    assert refused.value.status == status
    assert "does not exist" in refused.value.message
    assert "\x1b" not in refused.value.message
    assert len(site.asked) == 1


def test_refused_credentials_are_said_at_once(site):
    """Status 3, and no second try that could lock the account."""
    site.fail("myself", Fault(Answer(status=401)))
    with pytest.raises(SourceError, match="refused the credentials"):
        client(site).get(PATH)
    assert len(site.asked) == 1


def test_a_redirect_within_the_site_is_followed(site):
    """A trailing slash, say."""
    site.fail("myself", Fault(Answer(status=302, headers={"Location": "/rest/api/2/me"})))
    assert client(site).get(PATH)["path"] == "/rest/api/2/me"


def test_credentials_follow_no_redirect_to_another_host(site):
    """It would hand them over."""
    with Server(lambda _: Answer({})) as other:
        site.fail("myself", Fault(Answer(status=302, headers={"Location": other.url + PATH})))
        with pytest.raises(UsageError, match="gets no credentials"):
            client(site).get(PATH)
        assert other.asked == []


def test_a_circle_of_redirects_ends(site):
    """With a sentence."""
    site.fail("myself", *[Fault(Answer(status=302, headers={"Location": PATH}))] * 9)
    with pytest.raises(SourceError, match="sends every request on"):
        client(site).get(PATH)


@pytest.mark.parametrize(
    "header",
    [
        {"Retry-After": "1800"},
        {"Retry-After": "1800.5"},
        {"Retry-After": format_datetime(datetime.now(UTC) + timedelta(minutes=40), usegmt=True)},
        {"X-RateLimit-Reset": (datetime.now(UTC) + timedelta(minutes=40)).isoformat()},
    ],
)
def test_a_wait_beyond_the_limit_is_not_begun(site, header):
    """Half an hour is said, not sat out."""
    site.fail("myself", Fault(Answer(status=429, headers=header)))
    begun = time.monotonic()
    with pytest.raises(SourceError) as failed:
        client(site).get(PATH)
    assert time.monotonic() - begun < 3
    assert "minutes" in failed.value.message
    assert "--max-wait" in failed.value.help


def test_one_pause_is_for_all_workers(site):
    """While one was told to wait, nobody asks."""
    asking = client(site, told=(told := []))
    site.fail("first", Fault(Answer(status=429, headers={"Retry-After": "0.4"})))
    worker = threading.Thread(target=asking.get, args=("/first",))
    worker.start()
    while not site.asked:
        time.sleep(0.01)
    time.sleep(0.1)
    begun = time.monotonic()
    asking.get("/second")
    assert time.monotonic() - begun > 0.1
    worker.join()
    assert sorted(site.paths()) == ["/first", "/first", "/second"]
    assert any("waiting for 127.0.0.1" in one for one in told)
