"""The stand-in for Jira Data Center, asked over loopback: every limit and every switch shown by a request."""

import pytest

from fakes.caller import Caller
from fakes.jira_data_center import DataCenter
from fakes.jira_site import many, organisation
from fakes.server import Server

ALL = {"jql": "project in (PAY, SHOP, OPS) ORDER BY id ASC"}
SEARCH = "/rest/api/2/search"
MYSELF = "/rest/api/2/myself"
EPIC_LINK, PARENT_LINK, SPRINT = "customfield_10014", "customfield_10018", "customfield_10020"


@pytest.fixture(autouse=True)
def no_network():
    """Allow connections: the servers here are on loopback."""


@pytest.fixture
def site():
    """Return the small organisation."""
    return organisation()


@pytest.fixture
def center(site):
    """Return the stand-in, for its switches."""
    return DataCenter(site)


@pytest.fixture
def server(center):
    """Return it as a server."""
    with Server(center) as server:
        yield server


@pytest.fixture
def caller(server, center):
    """Return somebody with the right token."""
    return Caller.bearer(server, center.credentials[1])


@pytest.fixture
def big():
    """Return a stand-in of 10 100 issues, and somebody who asks it."""
    center = DataCenter(many(10_100, projects=2))
    with Server(center) as server:
        yield center, Caller.bearer(server, center.credentials[1])


def ids(reply):
    """Return the ids of a page."""
    assert reply.status == 200
    return [int(issue["id"]) for issue in reply.value["issues"]]


def everything(site):
    """Return the ids that a search of all finds."""
    return [issue.id for issue in site.issues.values() if not issue.project.archived]


def test_which_jira_it_is(server):
    """Told to everybody."""
    told = Caller(server).get("/rest/api/2/serverInfo").value
    assert (told["deploymentType"], told["version"], told["baseUrl"]) == ("DataCenter", "9.12.4", server.url)


def test_below_a_path(server, center):
    """All of it, and nothing beside."""
    center.context = "/jira"
    secret = center.credentials[1]
    assert Caller.bearer(server, secret).get(MYSELF).status == 404
    below = Caller.bearer(server, secret, "/jira")
    assert below.get(MYSELF).value["self"].startswith(f"{server.url}/jira/rest/")
    assert below.get("/rest/api/2/serverInfo").value["baseUrl"] == f"{server.url}/jira"
    assert below.get("/rest/agile/1.0/board").status == 200
    center.url = "https://jira.acme.example/jira"
    assert below.get("/rest/api/2/serverInfo").value["baseUrl"] == center.url


def test_credentials(server, center):
    """A personal token or name and password; wrong ones are refused, none at all make nobody."""
    user, secret = center.credentials
    for right in (Caller.basic(server, user, secret), Caller.bearer(server, secret)):
        told = right.get(MYSELF).value
        assert (told["name"], told["key"], told["timeZone"]) == ("lead", "JIRAUSER-lead", "Europe/Berlin")
        assert "accountId" not in told
    for wrong in (Caller.basic(server, user, "other"), Caller.bearer(server, "other")):
        assert wrong.get(MYSELF).status == wrong.post(SEARCH, ALL).status == 401
    assert Caller(server).get(MYSELF).status == 401
    assert Caller(server).post(SEARCH, ALL).value["total"] == 0


def test_anonymous(caller, center):
    """Credentials get lost on the way: no error but at ``myself``, and nothing to see."""
    center.anonymous = True
    assert caller.get(MYSELF).status == 401
    assert caller.post(SEARCH, ALL).value == {"startAt": 0, "maxResults": 50, "total": 0, "issues": []}
    assert caller.get("/rest/api/2/project").value == []
    assert caller.get("/rest/api/2/issue/PAY-1").status == 404


def test_no_issues(caller, center):
    """All credentials are right, and there is nothing."""
    center.no_issues = True
    assert caller.get(MYSELF).status == 200
    assert caller.post(SEARCH, ALL).value["total"] == 0


def test_metadata(caller, site):
    """No levels, no scopes; projects in one list, their versions apart."""
    types = caller.get("/rest/api/2/issuetype").value
    assert {one["subtask"] for one in types} == {False, True}
    assert not any("hierarchyLevel" in one or "scope" in one for one in types)
    assert [one["key"] for one in caller.get("/rest/api/2/project").value] == ["PAY", "SHOP", "OPS"]
    assert len(caller.get("/rest/api/2/project", includeArchived="true").value) == 4
    assert [one["name"] for one in caller.get("/rest/api/2/project/PAY/versions").value] == ["1.0", "1.1"]
    project = caller.get("/rest/api/2/project/PAY").value
    assert {"versions", "issueTypes", "archived"} <= set(project)
    fields = {one["id"]: one for one in caller.get("/rest/api/2/field").value}
    assert fields[EPIC_LINK]["schema"]["custom"] == "com.pyxis.greenhopper.jira:gh-epic-link"
    assert fields[SPRINT]["clauseNames"] == ["cf[10020]", "Sprint"]
    assert "statuscategorychangedate" not in fields
    assert len(caller.get("/rest/api/2/status").value) == len(site.statuses)
    for path in ("project/NOPE", "project/NOPE/versions", "search/jql", "issue/PAY-1/changelog"):
        assert caller.get(f"/rest/api/2/{path}").status == 404


def test_boards_and_sprints(caller):
    """As on Cloud, without places."""
    boards = caller.get("/rest/agile/1.0/board").value
    assert [one["type"] for one in boards["values"]] == ["scrum", "scrum", "kanban"]
    assert "location" not in boards["values"][0]
    assert caller.get("/rest/agile/1.0/board/1/configuration").value["estimation"]["field"]["fieldId"]
    sprints = caller.get("/rest/agile/1.0/board/1/sprint", maxResults=2).value
    assert [one["goal"] for one in sprints["values"]] == ["Cards work in the test shop", "Cards work"]
    assert sprints["isLast"] is False
    assert caller.get("/rest/agile/1.0/board/3/sprint").status == 400


def test_what_issues_hold(caller):
    """Parents of sub-tasks alone, links as keys, wiki text, people by name."""
    fields = f"parent,description,assignee,issuetype,{EPIC_LINK},{PARENT_LINK},customfield_10031"
    page = caller.get(SEARCH, jql="key in (PAY-2, PAY-3, PAY-4, PAY-5) ORDER BY id", fields=fields).value
    initiative, epic, story, task = (issue["fields"] for issue in page["issues"])
    assert ["parent" in one for one in (initiative, epic, story, task)] == [False, False, False, True]
    assert task["parent"]["key"] == "PAY-4"
    assert [one[EPIC_LINK] for one in (initiative, epic, story, task)] == [None, None, "PAY-3", None]
    assert [one[PARENT_LINK] for one in (initiative, epic, story, task)] == ["PAY-1", "PAY-2", None, None]
    assert story["description"].startswith("h2. Why\n\n")
    assert epic["customfield_10031"].startswith("Half as many")
    assert (epic["assignee"]["name"], epic["assignee"]["emailAddress"]) == ("dev", "dev@acme.example")
    assert "hierarchyLevel" not in epic["issuetype"]


def test_sprints_of_issues(caller, center):
    """Objects; or the texts of old versions."""
    query = {"jql": "key = PAY-6", "fields": SPRINT}
    objects = caller.get(SEARCH, **query).value["issues"][0]["fields"][SPRINT]
    assert [(one["name"], one["state"]) for one in objects] == [("PAY sprint 1", "CLOSED"), ("PAY sprint 2", "ACTIVE")]
    center.sprint_strings = True
    texts = caller.get(SEARCH, **query).value["issues"][0]["fields"][SPRINT]
    assert texts[1].startswith("com.atlassian.greenhopper.service.sprint.Sprint@5a6d[id=2,rapidViewId=1,state=ACTIVE,")
    assert texts[1].endswith(",completeDate=<null>,sequence=2,goal=Cards work]")


def test_changelogs_are_whole(caller, site):
    """With searches and with single issues; parents by the name of the link, people by key, no ids of fields."""
    issue = site.find("PAY-6")
    for number in range(60):
        site.edit(issue, summary=f"Name {number}")
    site.edit(issue, assignee=site.caller)
    for whole in (
        caller.post(SEARCH, {"jql": "key = PAY-6", "fields": ["summary"], "expand": ["changelog"]}).value["issues"][0],
        caller.get(SEARCH, jql="key = PAY-6", fields="summary", expand="changelog").value["issues"][0],
        caller.get("/rest/api/2/issue/PAY-6", expand="changelog", fields="summary").value,
    ):
        assert list(whole["fields"]) == ["summary"]
        assert whole["changelog"]["total"] == len(whole["changelog"]["histories"]) == len(issue.history)
        items = [item for history in whole["changelog"]["histories"] for item in history["items"]]
        assert not any("fieldId" in item for item in items)
        assert {"Epic Link", "Sprint", "Fix Version", "summary"} <= {item["field"] for item in items}
        assert items[-1]["to"] == "JIRAUSER-lead"
    assert "changelog" not in caller.get("/rest/api/2/issue/PAY-6").value
    story, epic = site.find("PAY-5"), site.find("PAY-3")
    site.edit(story, parent=issue)
    site.edit(epic, parent=None)
    for key, name in ("PAY-5", "Parent"), ("PAY-3", "Parent Link"):
        history = caller.get(f"/rest/api/2/issue/{key}", expand="changelog").value["changelog"]["histories"][-1]
        assert history["items"][0]["field"] == name


def test_one_issue(caller, site):
    """By id, key and old key; what the caller may not see is not there."""
    site.move(site.find("PAY-14"), "SHOP")
    key = site.find("PAY-14").key
    assert caller.get("/rest/api/2/issue/PAY-14").value["key"] == key
    assert caller.get("/rest/api/2/issue/10001").value["key"] == "PAY-1"
    site.hide(site.find("PAY-1"))
    assert caller.get("/rest/api/2/issue/10001").status == 404


def test_pages(big):
    """A thousand at most, which is told; with the total, from any row on."""
    _, caller = big
    page = caller.post(SEARCH, {"jql": "id > 0 ORDER BY id", "maxResults": 5_000, "fields": ["summary"]}).value
    assert (page["startAt"], page["maxResults"], page["total"], len(page["issues"])) == (0, 1_000, 10_100, 1_000)
    assert len(ids(caller.post(SEARCH, {"jql": ""}))) == 50
    assert ids(caller.get(SEARCH, jql="id > 0 ORDER BY id", startAt=5, maxResults=2)) == [10_006, 10_007]
    assert ids(caller.get(SEARCH, jql="project = P02 AND id > 15100 ORDER BY id", maxResults=2)) == [15_101, 15_102]


def test_the_window(big):
    """A page that reaches past it is an error of the site; by ids one gets through."""
    center, caller = big
    query = {"jql": "id > 0 ORDER BY id", "fields": ["summary"]}
    assert len(ids(caller.post(SEARCH, {**query, "startAt": 9_000, "maxResults": 1_000}))) == 1_000
    assert caller.post(SEARCH, {**query, "startAt": 9_001, "maxResults": 1_000}).status == 500
    center.window = 20
    assert caller.post(SEARCH, {**query, "startAt": 20, "maxResults": 1}).status == 500
    assert ids(caller.post(SEARCH, {**query, "jql": "id > 20090 ORDER BY id", "maxResults": 20}))[-1] == 20_100


def test_smaller_pages(caller, site, center):
    """The site has its own limit, and tells it."""
    center.page_cap = 7
    page = caller.post(SEARCH, {**ALL, "maxResults": 1_000}).value
    assert (page["maxResults"], len(page["issues"]), page["total"]) == (7, 7, len(everything(site)))


def test_no_search_by_post(caller, center):
    """Some sites want GET."""
    center.post_405 = True
    assert caller.post(SEARCH, ALL).status == 405
    assert ids(caller.get(SEARCH, **ALL))[0] == 10_001


def test_an_index_that_does_not_sort(caller, site, center):
    """Bounds and order are not heeded; by offsets all comes once."""
    center.unsorted = True
    sought = ids(caller.post(SEARCH, {"jql": "project = PAY AND id > 10020 ORDER BY id ASC", "maxResults": 10}))
    assert min(sought) <= 10_020
    assert sought != sorted(sought)
    found = [
        one
        for start in range(0, 80, 10)
        for one in ids(caller.post(SEARCH, {**ALL, "startAt": start, "maxResults": 10}))
    ]
    assert sorted(found) == everything(site)
    assert found != sorted(found)
    only = caller.post(SEARCH, {"jql": "id > 10020 ORDER BY id", "maxResults": 100})
    assert sorted(ids(only)) == everything(site)
    either = caller.post(SEARCH, {"jql": "project = OPS OR id > 10056", "maxResults": 100})
    assert len(ids(either)) < len(everything(site))


@pytest.mark.parametrize(
    "body",
    [
        {"jql": "updated >= 1790000000000"},
        {"jql": "parent is EMPTY"},
        {"jql": "key = NO-1"},
        {"jql": "summary ~ card"},
        {**ALL, "startAt": -1},
        {**ALL, "maxResults": "10"},
        {**ALL, "nextPageToken": "x"},
        {**ALL, "fields": "summary"},
        {**ALL, "expand": None},
    ],
)
def test_searches_that_are_refused(caller, body):
    """With a message."""
    reply = caller.post(SEARCH, body)
    assert reply.status == 400
    assert reply.value["errorMessages"][0]


def test_queries_without_a_restriction(caller, site):
    """Allowed here."""
    assert caller.post(SEARCH, {"jql": "ORDER BY key", "maxResults": 100}).value["total"] == len(everything(site))


def test_times_are_the_callers(caller, site):
    """Whole minutes, in the zone of ``myself``."""
    site.edit(site.find("PAY-1"), summary="Touched")
    assert ids(caller.post(SEARCH, {"jql": 'updated >= "2026-10-05 11:00"'})) == [10_001]
    assert ids(caller.post(SEARCH, {"jql": 'updated >= "2026-10-05 11:01"'})) == []


def test_searches_lag(caller, site):
    """Single issues do not."""
    site.lag()
    site.edit(site.find("PAY-1"), summary="New")
    assert caller.post(SEARCH, {"jql": "key = PAY-1"}).value["issues"][0]["fields"]["summary"] == "Grow the shop"
    assert caller.get("/rest/api/2/issue/PAY-1").value["fields"]["summary"] == "New"


def test_forbidden_and_missing_paths(caller, center):
    """By pattern."""
    center.forbidden, center.missing = {"/field"}, {"/agile/"}
    assert caller.get("/rest/api/2/field").status == 403
    assert caller.get("/rest/agile/1.0/board").status == 404
    assert caller.post(SEARCH, ALL).status == 200
