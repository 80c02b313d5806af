"""The site that the stand-ins for Jira serve: what people do to it, and what is left to see."""

import random
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from fakes.jira_site import JiraSite, many, organisation
from fakes.jql import Dialect, search
from fakes.jql_parser import parse

LATER = datetime(2026, 10, 6, tzinfo=UTC)


@pytest.fixture
def site():
    """Return a site of two projects."""
    site = JiraSite()
    site.add_project("A", "Alpha")
    site.add_project("B", "Beta")
    return site


def found(site, jql):
    """Return the ids that a query finds."""
    return search(site, parse(jql), Dialect(cloud=True))


def told(issue):
    """Return what the changelog of an issue says, without ids."""
    return [(item.field, item.old_text, item.new_text) for change in issue.history for item in change.items]


def test_an_edit_moves_updated_and_is_told(site):
    """By whom and when; equal values are no change."""
    issue = site.add("A", "Story", "One")
    dev = site.add_user("dev", "Dee Veloper")
    site.now = LATER
    site.edit(issue, by=dev, summary="Two", priority="Medium", status="In Progress")
    assert issue.updated > issue.created
    assert [change.author for change in issue.history] == [dev]
    assert told(issue) == [("summary", "One", "Two"), ("status", "To Do", "In Progress")]
    assert issue.category_since == issue.updated
    site.now += timedelta(days=1)
    site.edit(issue, status="In Review")
    assert issue.category_since < issue.updated
    site.now += timedelta(days=1)
    site.edit(issue)
    assert issue.updated == site.moment
    assert len(issue.history) == 2


def test_edits_of_all_kinds_are_told(site):
    """Parents, people, sprints, versions, labels, points and custom fields."""
    epic, issue = site.add("A", "Epic", "Above"), site.add("A", "Story", "One")
    version = site.add_version(site.project("A"), "1.0")
    sprint = site.add_sprint(site.add_board(site.project("A"), "Board"), "Sprint 1")
    site.edit(issue, parent=epic, assignee=site.caller, sprints=(sprint,), versions=(version,), labels=("a", "b"))
    site.edit(
        issue, points=3.0, due="2026-12-01", values={"customfield_10031": "More", "customfield_10001": {"name": "T"}}
    )
    site.edit(issue, versions=(), type="Bug", resolution="Done", parent=None)
    assert told(issue) == [
        ("parent", None, "A-1"),
        ("assignee", None, "Lea Lead"),
        ("sprints", "", "Sprint 1"),
        ("versions", None, "1.0"),
        ("labels", "", "a b"),
        ("points", None, "3"),
        ("due", None, "2026-12-01"),
        ("customfield_10031", None, "More"),
        ("customfield_10001", None, "T"),
        ("versions", "1.0", None),
        ("type", "Story", "Bug"),
        ("resolution", None, "Done"),
        ("parent", "A-1", None),
    ]
    assert issue.resolved == issue.updated
    site.edit(issue, resolution=None)
    assert issue.resolved is None
    assert site.children(epic) == []


def test_what_issues_do_not_have_cannot_be_edited(site):
    """A misspelt test fails."""
    with pytest.raises(AttributeError):
        site.edit(site.add("A", "Story", "One"), sumary="Two")
    with pytest.raises(KeyError):
        site.add("A", "Stroy", "One")


def test_a_move_keeps_the_id_and_the_old_key(site):
    """The key is new; the changelog tells both."""
    issue = site.add("A", "Story", "One")
    site.add("B", "Story", "There already")
    site.move(issue, "B", "Task")
    assert (issue.id, issue.key, issue.type.name) == (10001, "B-2", "Task")
    assert site.find("A-1") is site.find("b-2") is site.find(10001) is issue
    assert told(issue) == [("key", "A-1", "B-2"), ("project", "Alpha", "Beta"), ("type", "Story", "Task")]
    assert found(site, "project = A") == []
    assert found(site, "project = B ORDER BY id") == [10001, 10002]
    assert site.add("A", "Story", "Next").key == "A-2"


def test_a_project_gets_another_key(site):
    """All keys change, no updated moves, and the old keys resolve."""
    issue = site.add("A", "Story", "One")
    before = issue.updated
    site.now = LATER
    site.rekey(site.project("A"), "AA")
    assert issue.key == "AA-1"
    assert issue.updated == before
    assert site.find("A-1") is issue
    assert found(site, "project = A") == found(site, "project = AA") == [issue.id]


def test_deleting_takes_sub_tasks_and_leaves_orphans(site):
    """Nothing is left: no key, no link, no child."""
    epic, other = site.add("A", "Epic", "Above"), site.add("A", "Story", "Other")
    story = site.add("A", "Story", "One", parent=epic)
    task = site.add("A", "Sub-task", "Below", parent=story)
    site.link(story, other)
    site.delete(story)
    assert [site.find(one.id) for one in (story, task)] == [None, None]
    assert site.find("A-3") is None
    assert site.links(other) == ()
    assert site.children(epic) == []
    kept = site.add("A", "Story", "Kept", parent=epic)
    site.delete(epic)
    assert kept.parent is None
    assert found(site, "project = A ORDER BY id") == [other.id, kept.id]


def test_archived_and_hidden_issues_are_not_found(site):
    """Nor read; shown again they are."""
    one, two, three = (site.add("A", "Story", name) for name in "123")
    site.archive(one)
    site.hide(two)
    assert found(site, "project = A") == [three.id]
    assert [site.readable(issue) for issue in (one, two, three)] == [None, None, three]
    site.show(two)
    assert found(site, "project = A ORDER BY id") == [two.id, three.id]


@pytest.mark.parametrize("stub", [True, False])
def test_a_hidden_parent_is_named_or_not(site, stub):
    """As the site's permissions have it."""
    epic = site.add("A", "Epic", "Above")
    story = site.add("A", "Story", "One", parent=epic)
    site.hide(epic, stub=stub)
    assert site.parent_stub(story) is (epic if stub else None)


def test_the_index_lags(site):
    """Searches show what was, readers what is, until it has caught up."""
    old, gone = site.add("A", "Story", "Old"), site.add("A", "Story", "Gone")
    site.lag()
    site.edit(old, summary="New", labels=("x",))
    site.delete(gone)
    new = site.add("A", "Story", "Added")
    assert found(site, "project = A ORDER BY id") == [old.id, gone.id]
    assert found(site, "labels = x") == []
    assert site.indexed(old.id).summary == "Old"
    assert site.find(old.id).summary == "New"
    fresh = search(site, parse("project = A ORDER BY id"), Dialect(cloud=True), fresh=frozenset({old.id, new.id}))
    assert fresh == [old.id, gone.id, new.id]
    site.catch_up()
    assert found(site, "project = A ORDER BY id") == [old.id, new.id]
    assert found(site, "labels = x") == [old.id]


def test_administrators_move_no_updated(site):
    """Names, categories and states change beneath the issues."""
    issue = site.add("A", "Story", "One")
    before, revision = issue.updated, site.revision
    site.now = LATER
    site.rename(issue.type, "User story")
    site.set(issue.status, category="done")
    assert issue.updated == before
    assert site.revision != revision
    assert found(site, 'issuetype = "User story" AND statusCategory = Done') == [issue.id]
    with pytest.raises(AttributeError):
        site.set(issue.status, colour="red")


def do_something(site, dice):
    """Do one of the things that people do."""
    issue, other = (site.issues[one] for one in dice.sample(sorted(site.issues), 2))
    project = dice.choice(("PAY", "SHOP", "OPS"))
    what = dice.choice(("move", "parent", "no parent", "link", "add", "add below", "delete"))
    if what == "move":
        site.move(issue, project)
    elif what == "link":
        site.link(issue, other)
    elif what == "delete" and issue.type.level >= 0:
        site.delete(issue)
    elif what.startswith("add"):
        site.add(project, "Story", "One more", parent=issue if what == "add below" else None)
    else:
        site.edit(issue, parent=other if what == "parent" else None)


def test_whatever_is_done_fits_together():
    """Ids, keys, projects, parents and links: after hundreds of doings none points nowhere."""
    site, dice = organisation(), random.Random(5)
    for _ in range(400):
        do_something(site, dice)
    assert site.order == sorted(site.issues)
    assert sorted(one for project in site.projects for one in project.members) == site.order
    for id_, issue in site.issues.items():
        assert site.find(issue.key) is site.find(id_) is issue
        assert id_ in issue.project.members
        assert issue.parent is None or issue in site.children(site.issues[issue.parent])
        assert all(one.parent == id_ for one in site.children(issue))
        assert all({link.source, link.target} <= set(site.issues) for link in site.links(issue))


def test_the_small_organisation():
    """What tests count on: all levels, two kinds of projects, parents across, and every kind of thing."""
    site = organisation()
    issues = site.issues.values()
    assert 50 <= len(issues) <= 70
    assert {issue.type.level for issue in issues} == {-1, 0, 1, 2, 3}
    assert Counter(kind.name for kind in site.types)["Story"] == 2
    above = [(issue, site.issues[issue.parent]) for issue in issues if issue.parent is not None]
    assert all(parent.type.level == issue.type.level + 1 for issue, parent in above)
    assert any(parent.project is not issue.project for issue, parent in above)
    assert any(issue.type.name == "Story" and issue.parent is None for issue in issues)
    assert any(issue.history for issue in issues)
    assert any(issue.sprints and issue.versions for issue in issues)
    assert any(site.links(issue) for issue in issues)
    assert [project.key for project in site.projects if project.archived] == ["OLD"]
    assert {board.kind for board in site.boards} == {"scrum", "kanban"}
    assert {sprint.state for sprint in site.sprints} == {"closed", "active", "future"}
    assert max(issue.updated for issue in issues) <= site.moment
    assert all(
        sorted(change.at for change in issue.history) == [change.at for change in issue.history] for issue in issues
    )
    zoned = organisation(site.now - timedelta(days=1), caller_zone="Asia/Kolkata")
    assert str(zoned.caller_zone) == "Asia/Kolkata"


def test_a_big_site_is_made_quickly():
    """And is as believable: each parent is one level higher, in the same project, and known."""
    site = many(5_000, projects=4)
    assert len(site.order) == 5_000
    assert [len(project.members) for project in site.projects] == [1_250] * 4
    for issue in site.issues.values():
        assert site.find(issue.key) is issue
        parent = site.issues[issue.parent] if issue.parent is not None else None
        assert issue.type.level == 2 if parent is None else parent.type.level == issue.type.level + 1
        assert issue.created <= issue.updated < site.moment
    recent = found(site, "updated >= -2w")
    assert 0 < len(recent) < 1_000
    site.edit(site.issues[recent[0]], summary="Touched")
    assert found(site, "updated >= -1h") == recent[:1]
    assert site.add("P01", "Story", "Next").id == 15_001
