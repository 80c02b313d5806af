"""The JQL of the stand-ins: what is sent means what it means in Jira, and the rest is a fault."""

from datetime import UTC, datetime, timedelta

import pytest

from fakes.jira_catalogue import milliseconds
from fakes.jira_site import JiraSite, organisation
from fakes.jql import Dialect, search
from fakes.jql_parser import BadJqlError, parse

CLOUD = Dialect(cloud=True)
DATA_CENTER = Dialect(cloud=False)
SITE = organisation()


def found(jql, dialect=CLOUD, site=SITE):
    """Return the keys that a query finds, in its order."""
    return [site.issues[one].key for one in search(site, parse(jql), dialect)]


def expected(test, site=SITE):
    """Return the keys of the issues that pass a plain test, by id."""
    return [issue.key for issue in site.issues.values() if not issue.project.archived and test(issue)]


@pytest.mark.parametrize(
    ("jql", "test"),
    [
        ("project = PAY", lambda one: one.project.key == "PAY"),
        ('project in ("PAY", 10002) AND issuetype != Story', lambda one: one.project.key in ("PAY", "OPS") and one.type.name != "Story"),
        ("project NOT IN (PAY, SHOP)", lambda one: one.project.key == "OPS"),
        ('project = "Payments"', lambda one: one.project.key == "PAY"),
        ("issuetype in (Epic, Initiative)", lambda one: one.type.name in ("Epic", "Initiative")),
        ("type = 10003", lambda one: one.type.id == "10003"),
        ("statusCategory = Done", lambda one: one.status.category == "done"),
        ('statusCategory != "In Progress" and statusCategory not in (new)', lambda one: one.status.category == "done"),
        ("id > 10010 AND id <= 10020", lambda one: 10010 < one.id <= 10020),
        ("id >= 10010 AND id < 10020 AND project = PAY", lambda one: 10010 <= one.id < 10020 and one.project.key == "PAY"),
        ("key in (PAY-1, shop-1, 10005)", lambda one: one.key in ("PAY-1", "SHOP-1") or one.id == 10005),
        ("key != PAY-1", lambda one: one.key != "PAY-1"),
        ("id in (10001, 10002)", lambda one: one.id in (10001, 10002)),
        ("parent = PAY-3", lambda one: one.parent == 10005),
        ("parent in (PAY-3, 10001)", lambda one: one.parent in (10005, 10001)),
        ("parent not in (PAY-3)", lambda one: one.parent not in (None, 10005)),
        ("parent is EMPTY", lambda one: one.parent is None),
        ("parent is not empty", lambda one: one.parent is not None),
        ("parent IS NULL AND NOT project = PAY", lambda one: one.parent is None and one.project.key != "PAY"),
        ('"Epic Link" in (PAY-3)', lambda one: one.parent == 10005 and one.type.level == 0),
        ("cf[10014] in (PAY-3)", lambda one: one.parent == 10005 and one.type.level == 0),
        ('"Epic Link" is EMPTY', lambda one: one.parent is None or one.type.level != 0),
        ('"Parent Link" in (PAY-1)', lambda one: one.parent == 10001),
        ("cf[10018] is not EMPTY", lambda one: one.parent is not None and one.type.level > 0),
        ("cf[10031] is not EMPTY", lambda one: "customfield_10031" in one.values),
        ("labels = ux", lambda one: "ux" in one.labels),
        ("labels in (ux, other)", lambda one: "ux" in one.labels),
        ("project = PAY OR project = OPS AND issuetype = Epic", lambda one: one.project.key == "PAY" or one.key == "OPS-1"),
        ("(project = PAY OR project = OPS) AND issuetype = Epic", lambda one: one.key in ("PAY-3", "OPS-1")),
        ("not (project = PAY or project = SHOP)", lambda one: one.project.key == "OPS"),
        ("updated >= -60d", lambda one: one.updated >= milliseconds(SITE.now - timedelta(days=60))),
        ("created < -26w", lambda one: one.created < milliseconds(SITE.now - timedelta(weeks=26))),
    ],
)  # fmt: skip
def test_conditions(jql, test):
    """Each finds what a plain reading of it finds, also when the quick way to it is closed."""
    assert found(f"{jql} ORDER BY id ASC") == expected(test)
    assert 0 < len(expected(test)) < len(expected(lambda _: True))
    lagging = organisation()
    lagging.lag()
    lagging.edit(lagging.find("PAY-1"), summary="Touched")
    assert found(f"{jql} ORDER BY id ASC", site=lagging) == expected(test)


@pytest.mark.parametrize(
    ("order", "key"),
    [
        ("id", lambda one: one.id),
        ("id DESC", lambda one: -one.id),
        ("key", lambda one: (one.project.key, one.number)),
        ("created ASC, id DESC", lambda one: (one.created, -one.id)),
        ("updated desc, key asc", lambda one: (-one.updated, one.project.key, one.number)),
    ],
)
def test_orders(order, key):
    """Several, each up or down."""
    issues = [issue for issue in SITE.issues.values() if not issue.project.archived]
    assert found(f"id > 0 ORDER BY {order}") == [issue.key for issue in sorted(issues, key=key)]


def test_without_an_order_the_newest_come_first():
    """Whoever counts on another order has to say so."""
    assert found("project = OPS") == found("project = OPS ORDER BY id DESC")


def test_times_are_the_callers_and_whole_minutes():
    """A moment after ten in Berlin is before two in California."""
    site = JiraSite(datetime(2026, 9, 27, 8, 3, 11, 123000, tzinfo=UTC))
    site.add_project("A", "Alpha")
    issue = site.add("A", "Story", "One")
    here = {"site": site}
    assert found('updated >= "2026-09-27 10:03"', **here) == [issue.key]
    assert found('updated >= "2026-09-27 10:04"', **here) == []
    assert found('updated < "2026/09/27 10:04"', **here) == [issue.key]
    assert found('updated <= "2026-09-27 10:03"', **here) == []
    assert found("updated >= 2026-09-27", **here) == [issue.key]
    assert found('updated >= "2026-09-28"', **here) == []
    assert found("created > -2h", **here) == [issue.key]
    assert found(f"updated >= {issue.updated}", **here) == [issue.key]
    assert found(f"updated > {issue.updated}", **here) == []
    with pytest.raises(BadJqlError, match="Date value"):
        found(f"updated >= {issue.updated}", DATA_CENTER, **here)


def test_data_center_knows_parents_of_sub_tasks_alone():
    """Epic Link and Parent Link tell the others; that there is no parent cannot be asked."""
    assert found("parent in (PAY-3)", DATA_CENTER) == []
    assert found("parent in (PAY-4)", DATA_CENTER) == ["PAY-5"]
    assert found('"Epic Link" in (PAY-3) ORDER BY id', DATA_CENTER)[0] == "PAY-4"
    with pytest.raises(BadJqlError, match="operator 'is' is not supported"):
        found("parent is EMPTY", DATA_CENTER)


@pytest.mark.parametrize(
    ("jql", "said"),
    [
        ("key = NO-1", "An issue with key 'NO-1' does not exist for field 'key'."),
        ("parent in (PAY-1, PAY-999)", "An issue with key 'PAY-999' does not exist for field 'parent'."),
        ("id in (10001, 99)", "A value with ID '99' does not exist for the field 'id'."),
        ('"Epic Link" in (NO-1)', "An issue with key 'NO-1' does not exist for field 'epic link'."),
    ],
)
def test_issues_that_are_not_there(jql, said):
    """They are a fault; where the site is not strict they match nothing."""
    with pytest.raises(BadJqlError) as failed:
        found(jql)
    assert str(failed.value) == said
    assert isinstance(found(jql, Dialect(cloud=True, strict_keys=False)), list)


def test_hidden_and_deleted_issues_are_not_there_either():
    """A moved one is, by its old key."""
    site = organisation()
    site.hide(site.find("PAY-2"))
    site.delete(site.find("SHOP-2"))
    site.move(site.find("PAY-14"), "SHOP")
    for key in ("PAY-2", "SHOP-2"):
        with pytest.raises(BadJqlError, match=f"'{key}' does not exist"):
            found(f"key = {key}", site=site)
    assert found("key = PAY-14", site=site) == [site.find("PAY-14").key]


@pytest.mark.parametrize(
    "jql",
    [
        "project = NOPE",
        "project in (PAY, NOPE)",
        "issuetype = Nope",
        "statusCategory = Nope",
        "id > PAY-1",
        "summary ~ card",
        "assignee = currentUser()",
        "project = PAY AND",
        "project PAY",
        "project in PAY",
        "project in ()",
        "project not = PAY",
        "project is EMPTY",
        "labels is EMPTY",
        "labels != ux",
        "labels not in (ux)",
        "nonsense = 1",
        '"Story Points" = 3',
        "cf[99999] is EMPTY",
        "cf[10031] = 3",
        "updated = -1d",
        "updated >= yesterday",
        'updated >= "2026-13-01"',
        "updated >= startOfDay()",
        "project = PAY ORDER BY summary",
        "project = PAY ORDER id",
        "project = PAY ORDER BY",
        "project = PAY ORDER BY id, key, created, updated, id, key, created, updated",
        "project = PAY project = SHOP",
        "project = ALL",
        "order = 1",
        "(project = PAY",
        'project = "PAY',
        "project = PAY; drop",
        "parent is PAY-1",
        "parent is not",
    ],
)
def test_what_is_not_known_is_a_fault(jql):
    """And never matches everything."""
    with pytest.raises(BadJqlError):
        found(jql)


def test_words_and_quotes():
    """Reserved words stand in quotes; what is escaped in them is meant as it is."""
    site = JiraSite()
    site.add_project("IN", 'The "in" crowd')
    issue = site.add("IN", "Story", "One", labels=("it's",))
    for jql in ('project = "IN"', "project = 'IN'", r'project = "The \"in\" crowd"', r"labels = 'it\'s'"):
        assert found(jql, site=site) == [issue.key]
    with pytest.raises(BadJqlError, match="'IN' is a reserved JQL word"):
        found("project = IN", site=site)


def test_archived_projects_are_found_where_they_are_asked_for():
    """Otherwise their issues are in no search."""
    assert found("project = OLD") == []
    assert len(search(SITE, parse("project = OLD"), CLOUD, archived_projects=True)) == 1
