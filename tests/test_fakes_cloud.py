"""The stand-in for Jira Cloud, asked over loopback: every limit and every switch shown by a request."""

import time
from datetime import timedelta

import pytest

from fakes.caller import Caller
from fakes.described import held_to_description
from fakes.jira_cloud import CLOUD_ID, Cloud
from fakes.jira_site import many, organisation
from fakes.jira_things import Field
from fakes.server import Server

ALL = {"jql": "project in (PAY, SHOP, OPS) ORDER BY id ASC"}
SEARCH = "/rest/api/3/search/jql"
BULK = "/rest/api/3/issue/bulkfetch"
CHANGES = "/rest/api/3/changelog/bulkfetch"
MYSELF = "/rest/api/3/myself"


@pytest.fixture(autouse=True)
def no_network():
    """Allow connections: the servers here are on loopback."""


@pytest.fixture
def site():
    """Return the small organisation."""
    return organisation()


@pytest.fixture
def cloud(site):
    """Return the stand-in, for its switches."""
    return Cloud(site)


@pytest.fixture
def server(cloud):
    """Return it as a server."""
    with Server(cloud) as server:
        yield server


@pytest.fixture
def caller(server, cloud):
    """Return somebody with the right credentials."""
    return Caller.basic(server, *cloud.credentials)


@pytest.fixture(scope="module")
def big():
    """Return somebody who asks a site of 5 100 issues."""
    cloud = Cloud(many(5_100))
    with Server(cloud) as server:
        yield Caller.basic(server, *cloud.credentials)


def pages(caller, most=20, **body):
    """Return the pages of a search to its end; fail where there is none."""
    found, token = [], {}
    for _ in range(40):
        status, page = caller.post(SEARCH, {**ALL, "maxResults": most, **body, **token})
        assert status == 200
        found.append(page)
        if page.get("isLast") or "nextPageToken" not in page:
            return found
        token = {"nextPageToken": page["nextPageToken"]}
    raise AssertionError("no end")


def ids(*several):
    """Return the ids on some pages."""
    return [int(issue["id"]) for page in several for issue in page["issues"]]


def messages(reply):
    """Return the status and what Jira says of it."""
    return reply.status, " ".join(reply.value["errorMessages"])


def everything(site):
    """Return the ids that a search of all finds."""
    return [issue.id for issue in site.issues.values() if not issue.project.archived]


def ask_everything(caller):
    """Ask for everything that is described."""
    caller.get("/rest/api/2/serverInfo")
    for path in (
        "serverInfo",
        "myself",
        "field",
        "issuetype",
        "status",
        "project/search",
        "project/PAY",
        "project/10002",
    ):
        caller.get(f"/rest/api/3/{path}")
    caller.get("/rest/api/3/project/search", startAt=1, maxResults=1, status="live,archived", keys="PAY,OLD")
    caller.get("/rest/api/3/mypermissions", permissions="BROWSE_PROJECTS,ADMINISTER", projectKey="PAY")
    caller.get("/rest/agile/1.0/board", type="scrum", projectKeyOrId="PAY", maxResults=50)
    for number in (1, 3, 9):
        caller.get(f"/rest/agile/1.0/board/{number}/configuration")
        caller.get(f"/rest/agile/1.0/board/{number}/sprint", state="active,closed", startAt=0)
    caller.get(SEARCH, **ALL, fields="summary,parent,status", maxResults=7, expand="names,schema", failFast="true")
    pages(caller, fields=["*all"], expand="changelog")
    caller.post(SEARCH, {"jql": "order by key"})
    caller.post("/rest/api/3/search/approximate-count", {"jql": "project = PAY"})
    caller.post(BULK, {"issueIdsOrKeys": ["PAY-3", "10002", "NO-1"], "fields": ["*all"]})
    caller.post(CHANGES, {"issueIdsOrKeys": ["PAY-3", "PAY-6", "PAY-4"], "maxResults": 2, "fieldIds": ["status"]})
    caller.get("/rest/api/3/issue/PAY-6/changelog", startAt=1, maxResults=2)
    caller.get("/rest/api/3/issue/NO-1/changelog")


@pytest.mark.parametrize("prefix", ["", f"/ex/jira/{CLOUD_ID}"])
def test_everything_is_as_described(cloud, site, prefix):
    """By Atlassian: requests, answers and refusals, at the root and at the gateway."""
    site.add_field(
        Field("customfield_10050", "Team-managed points", {"type": "number", "custom": "a:b"}, site.projects[2].id)
    )
    with held_to_description(cloud) as held, Server(held) as server:
        ask_everything(Caller.basic(server, *cloud.credentials, prefix=prefix))
        ask_everything(Caller(server, prefix=prefix))
        cloud.epoch_created = "milliseconds"
        ask_everything(Caller.bearer(server, cloud.credentials[1], prefix))


def test_which_jira_it_is(server, cloud):
    """Told to everybody; the gateway tells the site's own address."""
    told = Caller(server).get("/rest/api/2/serverInfo").value
    assert (told["deploymentType"], told["baseUrl"]) == ("Cloud", server.url)
    gateway = Caller(server, prefix=f"/ex/jira/{CLOUD_ID}")
    assert gateway.get("/rest/api/3/serverInfo").value["baseUrl"] == "https://acme.atlassian.net"
    cloud.url = "https://shop.example"
    assert gateway.get("/rest/api/3/serverInfo").value["baseUrl"] == "https://shop.example"


def test_links_to_itself_name_the_address_that_was_asked(server, cloud):
    """The gateway's at the gateway; or the public address of the site."""
    body = {"issueIdsOrKeys": ["PAY-1"], "fields": ["summary"]}
    for prefix in ("", f"/ex/jira/{CLOUD_ID}"):
        issue = Caller.basic(server, *cloud.credentials, prefix=prefix).post(BULK, body).value["issues"][0]
        assert issue["self"] == f"{server.url}{prefix}/rest/api/3/issue/10001"
    cloud.url = "https://acme.atlassian.net"
    issue = Caller.basic(server, *cloud.credentials).post(BULK, body).value["issues"][0]
    assert issue["self"] == "https://acme.atlassian.net/rest/api/3/issue/10001"
    assert Caller(server, prefix="/ex/jira/other").get(MYSELF).status == 404


def test_credentials(server, cloud):
    """Right ones by basic or as a token; wrong ones are refused everywhere, none at all make nobody."""
    user, secret = cloud.credentials
    for right in (Caller.basic(server, user, secret), Caller.bearer(server, secret)):
        assert right.get(MYSELF).value["timeZone"] == "Europe/Berlin"
    for wrong in (
        Caller.basic(server, user, "other"),
        Caller.basic(server, "you", secret),
        Caller.bearer(server, "other"),
    ):
        assert wrong.get(MYSELF).status == wrong.post(SEARCH, ALL).status == 401
    nobody = Caller(server)
    assert nobody.get(MYSELF).status == 401
    assert nobody.post(SEARCH, ALL).value == {"issues": [], "isLast": True}


def test_anonymous(caller, cloud):
    """Credentials get lost on the way: no error but at ``myself``, and nothing to see."""
    cloud.anonymous = True
    assert caller.get(MYSELF).status == 401
    assert caller.post(SEARCH, ALL) == (200, {"issues": [], "isLast": True})
    assert caller.post(BULK, {"issueIdsOrKeys": ["PAY-1"]}).value["issues"] == []
    assert caller.get("/rest/api/3/project/search").value["total"] == 0
    assert caller.get("/rest/api/3/project/PAY").status == 404
    assert caller.get("/rest/agile/1.0/board").value["values"] == []


def test_the_old_search_is_gone(caller):
    """By both ways, in both versions."""
    for version in (2, 3):
        path = f"/rest/api/{version}/search"
        assert caller.get(path, jql="project = PAY").status == caller.post(path, ALL).status == 410


def test_what_there_is_not(caller):
    """No such path, no such method."""
    assert caller.get("/rest/api/3/nothing").status == 404
    assert caller.get(BULK).status == 405


def test_pages_of_ids_and_of_more(big):
    """Five thousand where only ids and keys are asked for, else a hundred; fifty where nothing is said."""
    query = {"jql": "id > 0 ORDER BY id"}
    assert len(big.post(SEARCH, query).value["issues"]) == 50
    for fields, size in (
        ([], 5_000),
        (["id"], 5_000),
        (["id", "key"], 5_000),
        (["key", "summary"], 100),
        (["*all"], 100),
    ):
        page = big.post(SEARCH, {**query, "maxResults": 9_999, "fields": fields}).value
        assert len(page["issues"]) == size
        assert page["isLast"] is False
        assert "total" not in page
    assert big.get(SEARCH, **query, maxResults=5_000, fields="id").value["issues"][0] == {"id": "10001"}
    assert set(big.post(SEARCH, {**query, "fields": ["key"]}).value["issues"][0]) == {"expand", "id", "key", "self"}


def test_fields_come_as_one_text_or_several(caller):
    """Both work in GET."""
    for fields in ("summary,status", ["summary", "status"]):
        issue = caller.get(SEARCH, jql="key = PAY-3", fields=fields).value["issues"][0]
        assert list(issue["fields"]) == ["summary", "status"]
    issue = caller.get(SEARCH, jql="key = PAY-3", fields="*all,-summary,-nonsense").value["issues"][0]
    assert "summary" not in issue["fields"]
    assert "status" in issue["fields"]


@pytest.mark.parametrize(
    "body",
    [
        {"jql": ""},
        {"jql": "ORDER BY key"},
        {},
        {**ALL, "expand": None},
        {**ALL, "properties": None},
        {**ALL, "fields": "summary"},
        {**ALL, "startAt": 0},
        {**ALL, "maxResults": "50"},
        {**ALL, "maxResults": True},
        {**ALL, "maxResults": 0},
        {**ALL, "nextPageToken": "made-up"},
        {**ALL, "nextPageToken": "WzksIDAsIGZhbHNlLCAwXQ=="},
        {**ALL, "reconcileIssues": list(range(51))},
        {**ALL, "reconcileIssues": ["PAY-1"]},
        {"jql": "project = PAY ORDER BY id, key, created, updated, id, key, created, updated"},
        {"jql": "summary ~ card"},
        [],
    ],
)
def test_searches_that_are_refused(caller, body):
    """With a message."""
    status, said = messages(caller.post(SEARCH, body))
    assert status == 400
    assert said


def test_unbounded_queries_are_named(caller):
    """By GET and when counting, too."""
    for reply in (
        caller.get(SEARCH, jql="order by key"),
        caller.get(SEARCH),
        caller.post("/rest/api/3/search/approximate-count", {"jql": "order by key"}),
    ):
        assert "Unbounded JQL" in messages(reply)[1]
    assert caller.get(SEARCH, **ALL, maxResults="many").status == 400


def test_tokens_lead_to_the_end_and_belong_to_their_query(caller, site):
    """One can be used twice; with another query it is refused."""
    first, second, *_ = pages(caller)
    assert ids(*pages(caller)) == everything(site)
    again = {**ALL, "maxResults": 20, "nextPageToken": first["nextPageToken"]}
    assert ids(caller.post(SEARCH, again).value) == ids(caller.post(SEARCH, again).value) == ids(second)
    other = {"jql": "project = PAY", "nextPageToken": first["nextPageToken"]}
    assert messages(caller.post(SEARCH, other))[0] == 400
    by_get = caller.get(SEARCH, **ALL, maxResults=20, nextPageToken=first["nextPageToken"])
    assert ids(by_get.value) == ids(second)


def test_what_goes_while_pages_are_read_is_missing(caller, site):
    """The page is short, and the rest comes."""
    first = caller.post(SEARCH, {**ALL, "maxResults": 20}).value
    gone = site.find(10025)
    site.delete(gone)
    second = caller.post(SEARCH, {**ALL, "maxResults": 20, "nextPageToken": first["nextPageToken"]}).value
    assert len(second["issues"]) == 19


def test_counting(caller, site, cloud):
    """About; here exactly."""
    path = "/rest/api/3/search/approximate-count"
    assert caller.post(path, ALL).value == {"count": len(everything(site))}
    assert caller.post(path, {"query": "project = PAY"}).status == 400
    cloud.no_issues = True
    assert caller.post(path, ALL).value == {"count": 0}


def test_short_pages(caller, site, cloud):
    """They end before what was asked for, and nothing is lost."""
    cloud.short_pages = True
    found = pages(caller, 5_000)
    assert len(found) > 3
    assert ids(*found) == everything(site)
    assert all(len(page["issues"]) < 20 for page in pages(caller, 20)[:-1])


def test_empty_pages(caller, site, cloud):
    """Between two others, with a token."""
    cloud.empty_pages = True
    found = pages(caller, 5_000)
    assert [bool(page["issues"]) for page in found] == [True, False, True]
    assert [page["isLast"] for page in found] == [False, False, True]
    assert ids(*found) == everything(site)


def test_no_is_last(caller, site, cloud):
    """The end is where no token is; with short and empty pages, too."""
    cloud.no_is_last = cloud.short_pages = cloud.empty_pages = True
    found = pages(caller, 5_000)
    assert not any("isLast" in page for page in found)
    assert "nextPageToken" not in found[-1]
    assert ids(*found) == everything(site)


@pytest.mark.parametrize("most", [20, 5_000])
def test_a_token_that_repeats(caller, cloud, most):
    """The page it leads to names it again."""
    cloud.repeat_token = True
    first = caller.post(SEARCH, {**ALL, "maxResults": most}).value
    again = {**ALL, "maxResults": most, "nextPageToken": first["nextPageToken"]}
    assert caller.post(SEARCH, again).value["nextPageToken"] == first["nextPageToken"]
    assert first["isLast"] is False
    with pytest.raises(AssertionError, match="no end"):
        pages(caller, most)


@pytest.mark.parametrize("most", [20, 5_000])
def test_a_page_that_repeats(caller, cloud, most):
    """The same ids under new tokens, without end."""
    cloud.repeat_page = True
    seen, token = set(), {}
    for _ in range(5):
        page = caller.post(SEARCH, {**ALL, "maxResults": most, **token}).value
        seen.add(page["nextPageToken"])
        token = {"nextPageToken": page["nextPageToken"]}
        assert ids(page)[:2] == [10001, 10002]
    assert len(seen) == 5


def test_no_issues(caller, cloud):
    """All credentials are right, and there is nothing."""
    cloud.no_issues = True
    assert caller.get(MYSELF).status == 200
    assert caller.post(SEARCH, ALL) == (200, {"issues": [], "isLast": True})
    assert caller.post(BULK, {"issueIdsOrKeys": ["PAY-1"]}).value["issues"] == []


NAMED = [f"customfield_{number}" for number in range(20_000, 20_099)]


@pytest.mark.parametrize(
    ("more", "limit"),
    [
        ({"fields": ["summary"]}, 1_000),
        ({"fields": ["summary", *NAMED]}, 1_000),
        ({"fields": ["summary", "status", *NAMED]}, 100),
        ({"fields": ["summary", "comment"]}, 100),
        ({"fields": ["*all"]}, 100),
        ({"fields": ["*navigable", "-summary"]}, 100),
        ({"fields": ["summary"], "expand": ["changelog"]}, 100),
        ({"fields": ["summary"], "expand": ["names"]}, 1_000),
        ({}, 100),
    ],
)
def test_the_limit_of_bulk_reads(big, more, limit):
    """A thousand with few named fields of one value, else a hundred."""
    named = [str(10_001 + number) for number in range(limit + 1)]
    assert messages(big.post(BULK, {"issueIdsOrKeys": named, **more}))[0] == 400
    assert len(big.post(BULK, {"issueIdsOrKeys": named[:-1], **more}).value["issues"]) == limit


def test_what_bulk_reads_leave_out(caller, site, cloud):
    """What is not there, deleted, hidden, archived or lost; a moved key resolves, the order is that of ids."""
    gone, hidden, archived, moved, lost = (site.find(f"PAY-{number}") for number in (5, 6, 8, 9, 10))
    site.delete(gone)
    site.hide(hidden)
    site.archive(archived)
    site.move(moved, "SHOP")
    cloud.lose = {lost.id, "99"}
    named = [
        "SHOP-1",
        "PAY-9",
        "NO-1",
        "99",
        "pay-1",
        "PAY-1",
        "OLD-1",
        *(str(one.id) for one in (gone, hidden, archived, lost)),
    ]
    answer = caller.post(BULK, {"issueIdsOrKeys": named, "fields": ["project"]}).value
    assert ids(answer) == [10001, 10003, moved.id]
    assert answer["issueErrors"] == []
    assert answer["issues"][2]["key"] == moved.key
    assert answer["issues"][2]["fields"]["project"]["key"] == "SHOP"
    assert lost.id in ids(*pages(caller))
    assert hidden.id not in ids(*pages(caller))


@pytest.mark.parametrize("body", [{}, {"issueIdsOrKeys": "PAY-1"}, {"issueIdsOrKeys": ["PAY-1"], "expand": None}, None])
def test_bulk_reads_that_are_refused(caller, body):
    """Wrong bodies."""
    assert caller.post(BULK, body).status == 400


def test_a_limit_of_ones_own(caller, cloud):
    """Above it a bulk read is a 400; with none left every one is."""
    cloud.bulk_limit = 2
    assert caller.post(BULK, {"issueIdsOrKeys": ["PAY-1", "PAY-2"]}).status == 200
    assert caller.post(BULK, {"issueIdsOrKeys": ["PAY-1", "PAY-2", "PAY-3"]}).status == 400
    cloud.bulk_limit = 0
    assert caller.post(BULK, {"issueIdsOrKeys": ["PAY-1"]}).status == 400


def test_what_issues_hold(caller, site):
    """A parent on every level and none where there is none; texts as documents; old links; sprints with goals."""
    site.edit(site.find("PAY-6"), description="h2. Why\n\nOne\ntwo\n\n* three\n* four")
    fields = [
        "parent",
        "description",
        "customfield_10014",
        "customfield_10018",
        "customfield_10020",
        "customfield_10031",
        "issuelinks",
        "subtasks",
    ]
    answer = caller.post(BULK, {"issueIdsOrKeys": ["PAY-1", "PAY-2", "PAY-6"], "fields": fields}).value
    theme, initiative, story = (issue["fields"] for issue in answer["issues"])
    assert "parent" not in theme
    assert theme["customfield_10018"]["nonEditableReason"]
    assert initiative["parent"]["key"] == initiative["customfield_10018"]["data"]["key"] == "PAY-1"
    assert initiative["parent"]["fields"]["issuetype"]["hierarchyLevel"] == 3
    assert initiative["customfield_10031"]["type"] == "doc"
    assert [block["type"] for block in story["description"]["content"]] == ["heading", "paragraph", "bulletList"]
    assert story["customfield_10014"] == "PAY-3"
    assert [(one["state"], one["goal"]) for one in story["customfield_10020"]][1] == ("active", "Cards work")
    assert story["issuelinks"][0]["outwardIssue"]["key"] == "SHOP-28"
    assert [one["key"] for one in story["subtasks"]] == ["PAY-7"]
    site.hide(site.find("SHOP-28"))
    site.hide(site.find("PAY-3"), stub=False)
    story = caller.post(BULK, {"issueIdsOrKeys": ["PAY-6"], "fields": fields}).value["issues"][0]["fields"]
    assert "parent" not in story
    assert story["issuelinks"] == []


def test_stamps_and_times(caller, site):
    """Stamps are in the site's zone, with milliseconds; queries in the caller's or in milliseconds."""
    site.edit(site.find("PAY-1"), summary="Touched")
    query = {"jql": 'updated >= "2026-10-05 11:00"', "fields": ["updated"]}
    found = caller.post(SEARCH, query).value["issues"]
    assert [(one["key"], one["fields"]["updated"]) for one in found] == [("PAY-1", "2026-10-05T02:00:00.123-0700")]
    assert ids(caller.post(SEARCH, {"jql": f"updated >= {site.moment}"}).value) == [10001]


def test_what_a_search_can_expand(caller, site):
    """Names, schemas, and the newest forty changes, the latest first."""
    issue = site.find("PAY-1")
    for number in range(50):
        site.edit(issue, summary=f"Name {number}")
    page = caller.post(SEARCH, {"jql": "key = PAY-1", "fields": ["summary"], "expand": "names,schema,changelog"}).value
    changelog = page["issues"][0]["changelog"]
    assert (changelog["total"], len(changelog["histories"])) == (50, 40)
    assert changelog["histories"][0]["items"][0]["toString"] == "Name 49"
    assert page["names"] == {"summary": "Summary"}
    assert page["schema"] == {"summary": {"type": "string", "system": "summary"}}


def test_the_changelog_of_one_issue(caller, site):
    """A hundred on a page, the oldest first."""
    issue = site.find("PAY-1")
    for number in range(120):
        site.edit(issue, summary=f"Name {number}")
    path = "/rest/api/3/issue/PAY-1/changelog"
    first, second = caller.get(path, maxResults=500).value, caller.get(path, startAt=100).value
    assert (first["total"], first["isLast"], second["isLast"]) == (120, False, True)
    shown = [one["items"][0]["toString"] for one in first["values"] + second["values"]]
    assert shown == [f"Name {number}" for number in range(120)]
    site.hide(issue)
    assert caller.get(path).status == 404


def changes(caller, **body):
    """Return the bulk changelog as (issue, id of the change, what it is of), page by page."""
    named, token, found = [f"PAY-{number}" for number in range(1, 18)], {}, []
    while True:
        answer = caller.post(CHANGES, {"issueIdsOrKeys": named, **body, **token}).value
        found.append(
            [
                (log["issueId"], history["id"], item["field"])
                for log in answer["issueChangeLogs"]
                for history in log["changeHistories"]
                for item in history["items"]
            ]
        )
        if "nextPageToken" not in answer:
            return found
        token = {"nextPageToken": answer["nextPageToken"]}


def test_changelogs_of_many(caller):
    """By date over all issues, so that one may come on several pages; all of them once."""
    (whole,) = changes(caller)
    several = changes(caller, maxResults=3)
    assert len(several) > 5
    assert sorted(one for page in several for one in page) == sorted(whole)
    assert max(sum(any(one[0] == id_ for one in page) for page in several) for id_ in {one[0] for one in whole}) > 1
    assert {one[2] for one in whole} >= {"status", "resolution", "Sprint", "Fix Version", "IssueParentAssociation"}


def test_changelogs_of_some_fields(caller):
    """Changes are whole; one of a field without an id goes by its name."""
    (status,) = changes(caller, fieldIds=["status"])
    assert {one[2] for one in status} >= {"status", "resolution"}
    (parents,) = changes(caller, fieldIds=["IssueParentAssociation"])
    assert {one[2] for one in parents} == {"IssueParentAssociation"}
    (sprints,) = changes(caller, fieldIds=["customfield_10020"])
    assert "Sprint" in {one[2] for one in sprints}


@pytest.mark.parametrize(
    "body",
    [
        {"issueIdsOrKeys": []},
        {"issueIdsOrKeys": ["1"] * 1_001},
        {"issueIdsOrKeys": ["1"], "fieldIds": ["status"] * 11},
        {"issueIdsOrKeys": ["1"], "maxResults": 10_001},
        {"issueIdsOrKeys": ["1"], "nextPageToken": None},
        {"issueIdsOrKeys": ["1"], "nextPageToken": "3-00000000"},
        {"issueIdsOrKeys": ["1"], "nextPageToken": "x"},
        {},
    ],
)
def test_changelogs_that_are_refused(caller, body):
    """Too much, or not as described."""
    assert caller.post(CHANGES, body).status == 400


@pytest.mark.parametrize(("unit", "size"), [("", str), ("seconds", 10), ("milliseconds", 13)])
def test_moments_of_changes(caller, cloud, unit, size):
    """Texts or numbers."""
    cloud.epoch_created = unit
    answer = caller.post(CHANGES, {"issueIdsOrKeys": ["PAY-3"]}).value
    created = answer["issueChangeLogs"][0]["changeHistories"][0]["created"]
    assert isinstance(created, str) if size is str else len(str(created)) == size


def test_searches_lag(caller, site):
    """Bulk reads do not; issues that are to be reconciled do not, either."""
    site.lag()
    site.edit(site.find("PAY-1"), labels=("new",))
    site.delete(site.find("PAY-17"))
    body = {"jql": "labels = new", "fields": ["labels"]}
    assert caller.post(SEARCH, body).value["issues"] == []
    fresh = caller.post(SEARCH, {**body, "reconcileIssues": [10001]}).value["issues"]
    assert fresh[0]["fields"]["labels"] == ["new"]
    read = caller.post(BULK, {"issueIdsOrKeys": ["PAY-1", "PAY-17"], "fields": ["labels"]}).value["issues"]
    assert [one["fields"]["labels"] for one in read] == [["new"]]
    assert len(ids(*pages(caller))) == len(everything(site)) + 1
    token = {"nextPageToken": pages(caller)[0]["nextPageToken"]}
    assert caller.post(SEARCH, {**ALL, **token, "reconcileIssues": [10001]}).status == 400
    site.catch_up()
    assert ids(caller.post(SEARCH, body).value) == [10001]


def test_projects(caller, site):
    """In pages of fifty; the archived ones where they are asked for."""
    for number in range(60):
        site.add_project(f"X{number:02}", f"Project {number}")
    path = "/rest/api/3/project/search"
    first, second = caller.get(path, maxResults=100).value, caller.get(path, startAt=50).value
    assert (len(first["values"]), first["isLast"], len(second["values"]), second["isLast"]) == (50, False, 13, True)
    assert [one["key"] for one in caller.get(path, status="archived").value["values"]] == ["OLD"]
    assert [one["key"] for one in caller.get(path, keys="PAY,OPS").value["values"]] == ["OPS", "PAY"]
    assert [one["key"] for one in caller.get(path, id="10000").value["values"]] == ["PAY"]
    pay, ops = (caller.get(f"/rest/api/3/project/{named}").value for named in ("PAY", "10002"))
    assert [one["name"] for one in pay["versions"]] == ["1.0", "1.1"]
    assert ops["simplified"]
    assert {one["scope"]["project"]["id"] for one in ops["issueTypes"]} == {"10002"}
    assert caller.get("/rest/api/3/project/NOPE").status == 404


def test_issues_of_archived_projects(caller):
    """They are found where that is asked for, by GET."""
    assert caller.get(SEARCH, jql="project = OLD").value["issues"] == []
    assert len(caller.get(SEARCH, jql="project = OLD", includeArchivedProjects="true").value["issues"]) == 1


def test_types_and_statuses_of_one_name(caller):
    """A team-managed project has its own."""
    for path, name in ("issuetype", "Story"), ("status", "Done"):
        found = [one for one in caller.get(f"/rest/api/3/{path}").value if one["name"] == name]
        assert ["scope" in one for one in found] == [False, True]


def test_boards_and_sprints(caller):
    """A kanban board has no sprints."""
    listed = caller.get("/rest/agile/1.0/board").value
    assert [(one["id"], one["type"]) for one in listed["values"]] == [(1, "scrum"), (2, "scrum"), (3, "kanban")]
    assert caller.get("/rest/agile/1.0/board", type="kanban").value["total"] == 1
    assert caller.get("/rest/agile/1.0/board", projectKeyOrId="PAY").value["total"] == 1
    assert caller.get("/rest/agile/1.0/board", projectKeyOrId="NOPE").status == 400
    configured = caller.get("/rest/agile/1.0/board/1/configuration").value
    assert configured["estimation"]["field"]["fieldId"] == "customfield_10016"
    sprints = caller.get("/rest/agile/1.0/board/1/sprint", state="closed,active").value["values"]
    assert [one["state"] for one in sprints] == ["closed", "active"]
    assert sprints[0]["endDate"].endswith("Z")
    assert messages(caller.get("/rest/agile/1.0/board/3/sprint"))[0] == 400
    assert caller.get("/rest/agile/1.0/board/9/sprint").status == 404


def test_permissions(caller, cloud):
    """They have to be named."""
    path = "/rest/api/3/mypermissions"
    held = caller.get(path, permissions="BROWSE_PROJECTS,ADMINISTER").value["permissions"]
    assert {name: one["havePermission"] for name, one in held.items()} == {"BROWSE_PROJECTS": True, "ADMINISTER": False}
    assert caller.get(path).status == caller.get(path, permissions="FLY").status == 400
    assert caller.get(path, permissions="BROWSE_PROJECTS", projectKey="NOPE").status == 404
    cloud.anonymous = True
    assert (
        caller.get(path, permissions="BROWSE_PROJECTS").value["permissions"]["BROWSE_PROJECTS"]["havePermission"]
        is False
    )


def test_forbidden_and_missing_paths(caller, cloud):
    """By pattern."""
    cloud.forbidden, cloud.missing = {"/board$"}, {"/project/PAY"}
    assert caller.get("/rest/agile/1.0/board").status == 403
    assert caller.get("/rest/agile/1.0/board/1/configuration").status == 200
    assert caller.get("/rest/api/3/project/PAY").status == 404
    assert caller.get("/rest/api/3/project/SHOP").status == 200


def test_keys_that_are_not_there(caller, cloud):
    """A 400 that names the key; or nothing."""
    body = {"jql": "parent in (PAY-3, NO-1)"}
    assert messages(caller.post(SEARCH, body)) == (400, "An issue with key 'NO-1' does not exist for field 'parent'.")
    cloud.strict_keys = False
    assert caller.post(SEARCH, body).value["issues"]


def test_latency(caller, cloud):
    """Each answer takes its time."""
    cloud.delay = 0.1
    begun = time.monotonic()
    caller.get(MYSELF)
    assert time.monotonic() - begun >= 0.1


def test_texts_that_are_remembered_are_the_same(caller, site, cloud):
    """Until something changes, the clock among it."""
    body = {"issueIdsOrKeys": ["PAY-1", "PAY-3"], "fields": ["summary", "parent"]}
    plain, page = caller.post(BULK, body).value, pages(caller, fields=["summary"])
    cloud.remember = True
    for _ in range(2):
        assert caller.post(BULK, body).value == plain
        assert [one["issues"] for one in pages(caller, fields=["summary"])] == [one["issues"] for one in page]
    site.now += timedelta(hours=1)
    site.edit(site.find("PAY-1"), summary="Touched")
    assert caller.post(BULK, body).value["issues"][0]["fields"]["summary"] == "Touched"
    site.lag()
    site.edit(site.find("PAY-1"), summary="Again")
    assert (
        caller.post(SEARCH, {"jql": "key = PAY-1", "fields": ["summary"]}).value["issues"][0]["fields"]["summary"]
        == "Touched"
    )
    assert caller.post(BULK, body).value["issues"][0]["fields"]["summary"] == "Again"
    assert caller.post(BULK, {"issueIdsOrKeys": [], "fields": ["summary"]}).value["issues"] == []


def test_many_questions_are_answered(caller, site, cloud):
    """What was found for each is not kept for ever."""
    path = "/rest/api/3/search/approximate-count"
    counts = [caller.post(path, {"jql": f"id > {number}"}).value["count"] for number in range(10_000, 10_040)]
    assert counts[0] == len(everything(site))
    assert counts == sorted(counts, reverse=True)
    assert len(cloud._found) < 40


def test_a_server_that_only_counts(cloud):
    """So that long runs keep no requests."""
    with Server(cloud, log=False) as server:
        Caller.basic(server, *cloud.credentials).get(MYSELF)
        assert (server.count, server.asked) == (1, [])
