"""`flowlint pull`, and `flowlint check` on a site, as processes against both kinds of Jira."""

import json
import re
from contextlib import closing

import pytest

from fakes.described import held_to_description
from fakes.jira_cloud import CLOUD_ID, Cloud
from fakes.jira_data_center import DataCenter
from fakes.jira_site import organisation
from fakes.program import Stable, program
from fakes.pulls import TOKEN
from fakes.server import Answer, Fault, Server

pytestmark = pytest.mark.slow  # each starts the program, some of them several times

SITES = {"cloud": Cloud, "data_center": DataCenter}
BARE = "version: 1\nsource: {jira: {url: '{url}'}}\n"
MAPPED = """
version: 1
source: {jira: {url: '{url}'}}
hierarchy: {levels: [theme, initiative, epic, story, task], flow_item_level: story}
issue_types:
  Theme: {level: theme}
  Initiative: {level: initiative}
  Epic: {level: epic}
  Story: {level: story, flow_item: feature}
  Bug: {level: story, flow_item: defect}
  Task: {level: task}
  Sub-task: {level: task}
workflow:
  stages:
    - name: delivery
      steps:
        - {name: Backlog, flow_state: waiting, statuses: [To Do]}
        - {name: Development, flow_state: active, statuses: [In Progress, In Review]}
        - {name: Done, flow_state: done, statuses: [Done]}
fields: {outcome: Anticipated outcome, actual_outcome: Actual outcome}
"""


@pytest.fixture(autouse=True)
def no_network():
    """Allow connections: the servers here are on loopback."""


@pytest.fixture(scope="module")
def stable():
    """Return what runs commands."""
    with closing(Stable()) as found:
        yield found


@pytest.fixture(params=SITES)
def one(request, stable, tmp_path):
    """Return the program with the credentials for either kind of site."""
    with program(SITES[request.param](organisation()), tmp_path, stable) as found:
        yield found


@pytest.fixture
def cloud(stable, tmp_path):
    """Return the program with the credentials for a Cloud site."""
    with program(Cloud(organisation()), tmp_path, stable) as found:
        yield found


def plain(text):
    """Return a text without what differs from run to run."""
    return re.sub(r"127\.0\.0\.1:\d+", "SITE", text)


def findings(done):
    """Return the findings of a report, without what tells one site from another."""
    return [
        {name: value for name, value in one.items() if name not in ("url", "fingerprint")}
        for one in json.loads(done.out)["findings"]
    ]


def test_what_is_said(one, snapshot):
    """Who was met and what came; later what is gone; with --quiet nothing but the result."""
    one.write(BARE)
    said = [one.run("pull")]
    site = one.app.site
    site.delete(site.find("OPS-9"))
    site.move(site.find("SHOP-12"), "PAY")
    said += [one.run("pull"), one.run("pull", "--full", "--quiet")]
    assert [done.status for done in said] == [0, 0, 0]
    assert said[2].err == ""
    assert [plain(done.out + done.err) for done in said] == snapshot


def test_check_pulls_first(one):
    """And offline it asks nothing and says the same."""
    one.write(BARE)
    online = one.run("check", "--format", "json")
    assert online.status == 1
    assert online.asked
    offline = one.run("check", "--offline", "--format", "json", JIRA_URL=None, JIRA_PAT=None, JIRA_API_TOKEN=None)
    assert (offline.status, offline.asked) == (1, [])
    assert offline.out == online.out
    key = next(finding["key"] for finding in findings(online) if finding["key"])
    one.app.site.edit(one.app.site.find(key), summary="Said in other words")
    assert "Said in other words" in one.run("check", "--format", "json").out


def test_offline_without_a_snapshot(one):
    """Status 2, and what to do."""
    one.write(BARE)
    done = one.run("check", "--offline")
    assert (done.status, done.out, done.asked) == (2, "", [])
    assert "there is no snapshot" in done.err
    assert "flowlint pull" in done.err


@pytest.mark.parametrize("arguments", [("pull",), ("check",)])
def test_held_to_the_description(cloud, arguments):
    """Each command asks only for what Atlassian describes, the first time and later."""
    cloud.write(BARE)
    with held_to_description(cloud.app) as held:
        cloud.server.answer = held
        for _ in range(2):
            assert cloud.run(*arguments).status == {"pull": 0, "check": 1}[arguments[0]]


@pytest.mark.parametrize(
    "mapping",
    [
        BARE,
        MAPPED,
        BARE.replace("}}", ", projects: [PAY, SHOP]}}"),
        MAPPED.replace("}}\nhierarchy", ", projects: [PAY]}}\nhierarchy"),
        BARE.replace("}}", ", jql: 'labels = checkout or type = Epic'}}"),
    ],
    ids=["inferred", "mapped", "projects", "one project, mapped", "jql"],
)
def test_one_site_in_two_shapes(stable, tmp_path, mapping):
    """Cloud and Data Center tell the same of the same issues, and the findings are the same."""
    found = {}
    for name, kind in SITES.items():
        with program(kind(organisation()), tmp_path / name, stable) as one:
            one.write(mapping)
            done = one.run("check", "--format", "json")
            assert done.status == 1, done.err
            found[name] = findings(done)
    assert found["cloud"] == found["data_center"]
    assert len(found["cloud"]) > 10


def test_a_part_of_the_site(one):
    """Projects and queries limit what is judged; what is around it is read, and not judged."""
    one.write(BARE.replace("}}", ", projects: [PAY]}}"))
    judged = json.loads(one.run("check", "--format", "json").out)
    assert {finding["project"] for finding in judged["findings"]} == {"PAY"}
    assert judged["run"]["issues"] == len(one.app.site.project("PAY").members)
    assert len(one.tables()["issue"]) > judged["run"]["issues"]
    one.write(BARE.replace("}}", ", jql: 'labels = checkout'}}"))
    narrowed = json.loads(one.run("check", "--format", "json").out)
    assert any("labels = checkout" in reason for reason in narrowed["run"]["reasons"])


def test_the_whole_site_without_a_mapping(one):
    """JIRA_URL names it."""
    done = one.run("pull")
    assert done.status == 0
    assert one.about().projects == ()
    assert done.out.startswith(f"{len(one.tables()['issue'])} issues")


def test_a_scoped_token(cloud):
    """Goes through the gateway; links and names are the site's own."""
    cloud.variables["JIRA_URL"] += f"/ex/jira/{CLOUD_ID}"
    for account in ({}, {"JIRA_EMAIL": None, "JIRA_API_TOKEN": None, "JIRA_PAT": TOKEN}):
        done = cloud.run("pull", "--full", **account)
        assert done.status == 0, done.err
        assert all(asked.path.startswith(f"/ex/jira/{CLOUD_ID}/") for asked in done.asked)
        assert (cloud.about().site, cloud.about().alias) == ("https://acme.atlassian.net", "acme.atlassian.net")
    judged = json.loads(cloud.run("check", ".flowlint/snapshot.duckdb", "--format", "json").out)
    links = {finding["url"] for finding in judged["findings"] if finding["key"]}
    assert all(link.startswith("https://acme.atlassian.net/browse/") for link in links)
    assert "api.atlassian.com" not in json.dumps(judged)


@pytest.mark.parametrize(
    ("variables", "said"),
    [
        ({"JIRA_URL": "https://elsewhere.example"}, "https://elsewhere.example"),
        ({"JIRA_URL": "http://jira.example"}, "http://"),
        ({"JIRA_URL": None}, "JIRA_URL is not set"),
        ({"JIRA_EMAIL": None, "JIRA_API_TOKEN": None, "JIRA_PAT": None}, "credentials"),
        ({"JIRA_EMAIL": "lead@acme.example", "JIRA_API_TOKEN": None, "JIRA_PAT": None}, "JIRA_API_TOKEN is not set"),
        ({"JIRA_EMAIL": "lead@acme.example", "JIRA_PAT": TOKEN}, "JIRA_PAT is set, and JIRA_EMAIL"),
        ({"JIRA_URL": f"https://lead:{TOKEN}@acme.example"}, "credentials in front of the host"),
    ],
    ids=["another site", "http", "no address", "nothing", "half", "both", "in the address"],
)
@pytest.mark.parametrize("command", ["pull", "check"])
def test_credentials_that_go_nowhere(one, command, variables, said):
    """Status 2, before any request."""
    one.write(BARE)
    done = one.run(command, **variables)
    assert (done.status, done.out, done.asked) == (2, "", [])
    assert said in done.err
    assert "help: " in done.err
    assert not one.home.snapshot.exists()


@pytest.mark.parametrize("command", ["pull", "check"])
def test_a_redirect_to_another_host(one, command):
    """It gets no credentials, and no request."""
    one.write(BARE)
    with Server(lambda _: Answer({})) as other:
        one.server.fail("myself", Fault(Answer(status=302, headers={"Location": f"{other.url}/rest/api/2/myself"})))
        done = one.run(command)
        assert (done.status, other.asked) == (2, [])
    assert "gets no credentials" in done.err


def test_wrong_credentials(one):
    """Status 3, and not tried twice."""
    wrong = {"JIRA_API_TOKEN": "wrong"} if one.app.cloud else {"JIRA_PAT": "wrong"}
    one.write(BARE)
    done = one.run("check", **wrong)
    assert done.status == 3
    assert "refused the credentials (401)" in done.err
    assert len(done.asked) <= 2


def test_two_pulls_at_once(one):
    """The second is sent away, and the first ends well."""
    one.app.delay = 0.3
    first = one.start("pull")
    while not one.server.asked:
        assert first.poll() is None
    done = one.run("pull")
    assert (done.status, done.asked) != (0, [])
    assert "another pull" in done.err
    first.communicate(timeout=60)
    assert first.returncode == 0
