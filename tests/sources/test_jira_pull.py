"""A pull: what comes in, what a second one costs, what is told apart, and what a misbehaving site leads to."""

import json
from datetime import timedelta

import pytest

from fakes.described import held_to_description
from fakes.jira_cloud import Cloud
from fakes.jira_data_center import DataCenter
from fakes.jira_site import organisation
from fakes.pulls import TOKEN, everything, puller
from fakes.server import Answer, Fault
from flowlint.errors import SourceError, UsageError
from flowlint.sources import jira_cloud
from flowlint.sources.jira_client import Patience

SITES = {"cloud": Cloud, "data_center": DataCenter}
OUTSIDE = ("/rest/agile", "/project/")
"""Metadata that is asked for per project and board, and counted apart."""


@pytest.fixture(autouse=True)
def no_network():
    """Allow connections: the servers here are on loopback."""


@pytest.fixture
def site():
    """Return a site with three projects."""
    return organisation()


@pytest.fixture(params=SITES)
def one(request, site, tmp_path):
    """Return somebody who pulls from either kind of site."""
    with puller(SITES[request.param](site), tmp_path) as found:
        yield found


@pytest.fixture
def cloud(site, tmp_path):
    """Return somebody who pulls from Cloud."""
    with puller(Cloud(site), tmp_path) as found:
        yield found


@pytest.fixture
def data_center(site, tmp_path):
    """Return somebody who pulls from Data Center."""
    with puller(DataCenter(site), tmp_path) as found:
        yield found


def issue(site, key):
    """Return an issue of the site."""
    return site.find(key)


def changed_everything(metadata):
    """Return what a run wants that reads histories too."""
    return everything(metadata, changes=("status",))


def visible(site):
    """Return the keys of what a search of the whole site finds."""
    return {one.key for id_ in site.everything() if (one := site.indexed(id_)) and not one.project.archived}


def test_everything_that_may_be_seen(one, site):
    """Each issue once, with the fields asked for, null where the site leaves one out; metadata, sprints and versions."""
    pulled = one.pull()
    assert one.issues() == visible(site)
    assert (pulled.issues, pulled.read, pulled.context) == (len(visible(site)), len(visible(site)), 0)
    records = [json.loads(record) for (record,) in one.rows("SELECT record FROM snapshot.pulled_issue")]
    assert {tuple(sorted(record["fields"])) for record in records} == {one.about().fields}
    kinds = dict(one.rows("SELECT kind, count(*) FROM snapshot.pulled_metadata GROUP BY kind"))
    assert kinds["versions"] == 3
    assert kinds["sprints"] == 3  # of the open ones; PAY sprint 1 comes with its issues
    assert {"fields", "types", "statuses", "projects", "server_info"} <= kinds.keys()
    assert one.told[0].endswith("as Lea Lead")


def test_nothing_new_costs_little(one):
    """At most ten requests beside the id scan and what is counted per project and board; the content stays the same."""
    one.pull(wanted=changed_everything)
    before = one.content()
    one.asked()
    pulled = one.pull(wanted=changed_everything)
    asked = one.asked()
    assert one.content() == before
    assert len([line for line in asked if not any(part in line for part in OUTSIDE)]) <= 10 + 1
    assert pulled.read <= 1  # the one that was updated last lies within the overlap


def test_only_what_changed_is_read_again(one, site):
    """Edits, new issues, and an issue that moved between two projects that are both asked for."""
    one.pull()
    site.now += timedelta(days=1)
    edited, moved = issue(site, "PAY-5"), issue(site, "SHOP-9")
    site.edit(edited, summary="Another summary")
    new = site.add("PAY", "Story", "A new story")
    site.move(moved, "PAY")
    pulled = one.pull()
    assert one.issues() == visible(site)
    assert pulled.read <= 4
    summaries = dict(one.rows("SELECT key, record->>'$.fields.summary' FROM snapshot.pulled_issue"))
    assert summaries["PAY-5"] == "Another summary"
    assert summaries[new.key] == "A new story"
    assert moved.key in summaries
    assert "SHOP-9" not in summaries


def test_the_zone_of_the_account(tmp_path):
    """A caller far from the site's zone loses no change: Data Center reads times in the caller's zone."""
    for number, zone in enumerate(("Pacific/Auckland", "America/Los_Angeles", "Nowhere/Known")):
        far = organisation(caller_zone=zone) if zone != "Nowhere/Known" else organisation()
        with puller(DataCenter(far), tmp_path / str(number)) as one:
            if zone == "Nowhere/Known":
                one.server.fail("/myself", *[Fault(Answer({"name": "lead", "displayName": "L", "timeZone": zone}))] * 2)
            one.pull()
            far.now += timedelta(minutes=40)
            far.edit(far.find("PAY-5"), summary="Changed meanwhile")
            one.pull()
            assert one.rows(
                "SELECT count(*) FROM snapshot.pulled_issue WHERE contains(record, 'Changed meanwhile')"
            ) == [(1,)]


def test_what_is_gone_is_told_apart(one, site):
    """Deleted, hidden, archived, moved out of the scope, left the query: each is named, and none stays."""
    scope = {"projects": ("PAY", "SHOP")}
    one.pull(**scope)
    stories = [key for key in sorted(one.issues()) if key.startswith("PAY") and issue(site, key).type.name == "Story"]
    childless = [key for key in stories if not site.children(issue(site, key))][-4:]
    site.now += timedelta(days=1)
    site.delete(issue(site, childless[0]))
    site.hide(issue(site, childless[1]))
    site.archive(issue(site, childless[2]))
    site.move(issue(site, childless[3]), "OPS")
    pulled = one.pull(**scope)
    assert pulled.gone == {"deleted, archived or hidden": 3, "moved to another project": 1}
    assert not one.issues() & set(childless)


def test_a_project_that_is_no_longer_visible(one, site):
    """Its issues go, and the reason is that the project is not to be seen."""
    one.pull()
    site.set(site.project("OPS"), archived=True)
    pulled = one.pull()
    assert not {key for key in one.issues() if key.startswith("OPS")}
    assert set(pulled.gone) <= {"archived with their project", "in a project that is no longer visible"}
    assert sum(pulled.gone.values()) > 5


def test_what_surrounds_the_scope_is_known(one, site):
    """Parents up to the root and the children of portfolio items, wherever they are; nothing else."""
    pulled = one.pull(projects=("PAY",))
    around = one.issues(in_scope=False)
    assert all(key.startswith("PAY-") for key in one.issues())
    assert around == _surroundings(site, "PAY")
    assert pulled.context == len(around) > 2
    site.now += timedelta(days=1)
    epic = next(site.find(key) for key in sorted(one.issues()) if site.find(key).type.name == "Epic")
    far = site.add("OPS", "Story", "A child in another project", parent=epic)
    one.asked()
    one.pull(projects=("PAY",))
    assert one.issues(in_scope=False) == around | {far.key}
    site.delete(far)
    one.pull(projects=("PAY",))
    assert one.issues(in_scope=False) == around


def _surroundings(site, project):
    inside = [one for id_ in site.everything() if (one := site.indexed(id_)).project.key == project]
    found = set()
    for one in inside:
        above = site.find(one.parent) if one.parent else None
        while above is not None:
            found.add(above.key)
            above = site.find(above.parent) if above.parent else None
        if one.type.name in {"Theme", "Initiative", "Epic"}:
            found |= {child.key for child in site.children(one)}
    return {key for key in found if not key.startswith(f"{project}-")}


def test_a_parent_that_is_hidden(one, site):
    """It is no fault: the snapshot says that there is one, and nothing of it."""
    story = next(site.find(key) for key in ("PAY-5", "PAY-6", "PAY-7") if site.find(key).type.name == "Story")
    epic = site.find(story.parent)
    site.hide(epic)
    pulled = one.pull()
    assert pulled.about.faults == ()
    assert {name for (name,) in one.rows("SELECT name FROM snapshot.pulled_hidden")} & {epic.key, str(epic.id)}


def test_more_fields_are_fetched_for_all(one):
    """A wider question is asked of all issues before anything is judged; a narrower one keeps what is there."""

    def few(metadata):
        wanted = everything(metadata)
        return type(wanted)(tuple(name for name in wanted.fields if name != "description"))

    first = one.pull(wanted=few)
    assert "description" not in one.about().fields
    second = one.pull()
    assert (first.read, second.read) == (second.issues, second.issues)
    assert one.rows("SELECT count(*) FROM snapshot.pulled_issue WHERE json_exists(record, '$.fields.description')") == [
        (second.issues,)
    ]
    third = one.pull(wanted=few)
    assert third.read <= 1
    assert "description" in one.about().fields
    one.pull(wanted=few, full=True)
    assert "description" not in one.about().fields


def test_histories_come_when_they_are_wanted(one, site):
    """Whole, of the fields asked for, without who made them; later only of what changed."""
    one.pull(wanted=changed_everything)
    histories = {id_: json.loads(text) for id_, text in one.rows("SELECT id, histories FROM snapshot.pulled_change")}
    assert len(histories) == len(one.issues())
    moved = [history for told in histories.values() for history in told]
    assert len(moved) > 20
    assert all(history.keys() == {"id", "created", "items"} for history in moved)
    site.now += timedelta(days=1)
    site.edit(site.find("PAY-9"), status="In Progress" if site.find("PAY-9").status.name == "Done" else "Done")
    one.asked()
    one.pull(wanted=changed_everything)
    again = {id_: json.loads(text) for id_, text in one.rows("SELECT id, histories FROM snapshot.pulled_change")}
    assert [id_ for id_ in again if again[id_] != histories[id_]] == [site.find("PAY-9").id]


def test_no_person_by_name(one):
    """Neither in issues nor in histories nor in metadata, unless reports may name them."""
    one.pull(wanted=changed_everything)
    text = json.dumps(one.content(), default=str)
    assert not any(name in text for name in ("Dee Veloper", "Lea Lead", "lead@acme.example"))
    one.pull(people=True)
    assert "Dee Veloper" in json.dumps(one.content(), default=str)


def test_held_to_the_description(site, tmp_path):
    """Every request to Cloud is one that Atlassian describes, first and second time, for a part and for all."""
    held = held_to_description(Cloud(site))
    with puller(Cloud(site), tmp_path) as one, held:
        one.server.answer = held
        one.pull(wanted=changed_everything, projects=("PAY",))
        one.pull(wanted=changed_everything)
        one.pull(mode="pages", full=True)
        assert len(one.server.asked) > 30


def test_by_pages_as_in_bulk(cloud):
    """A token that may not read in bulk brings the same."""
    cloud.pull()
    in_bulk = cloud.content()
    cloud.pull(mode="pages", full=True)
    assert cloud.content() == in_bulk


@pytest.mark.parametrize("switch", ["short_pages", "empty_pages", "no_is_last"])
def test_odd_pages_are_normal(cloud, site, switch):
    """Pages that are short or empty, and an end that is only told by a missing token."""
    setattr(cloud.app, switch, True)
    for mode in ("bulk", "pages"):
        assert cloud.pull(mode=mode, full=True).about.faults == ()
        assert cloud.issues() == visible(site)


@pytest.mark.parametrize("switch", ["repeat_token", "repeat_page"])
@pytest.mark.parametrize("mode", ["bulk", "pages"])
def test_a_search_in_circles(cloud, switch, mode):
    """It is noticed after few requests, named, and the old snapshot stands."""
    cloud.pull()
    before = cloud.content()
    cloud.asked()
    cloud.app.short_pages = True
    setattr(cloud.app, switch, True)
    with pytest.raises(SourceError, match="round in circles"):
        cloud.pull(mode=mode, full=True)
    assert len(cloud.asked()) < 40
    assert cloud.content() == before


def test_smaller_bulk_reads(cloud, site):
    """A site that takes a hundred at once is asked for a hundred, for the rest of the run; one that takes none is a fault."""
    for number in range(120):
        site.add("PAY", "Story", f"Story {number}")
    cloud.app.bulk_limit = 100
    cloud.pull()
    assert cloud.issues() == visible(site)
    sizes = [len(one.body["issueIdsOrKeys"]) for one in cloud.server.asked if "bulkfetch" in one.path]
    assert sizes[0] > 100
    assert max(sizes[1:]) == 100
    cloud.app.bulk_limit = 0
    with pytest.raises(SourceError, match="refused to give 100 issues"):
        cloud.pull(full=True)


def test_issues_that_are_listed_and_never_given(cloud, site):
    """They are asked for twice and named; the rest is there."""
    lost = site.find("PAY-5")
    cloud.app.lose = {lost.id}
    pulled = cloud.pull()
    assert [fault for fault in pulled.about.faults if "PAY-5" in fault and "does not give" in fault]
    assert cloud.issues() == visible(site) - {"PAY-5"}
    cloud.app.lose = ()
    assert cloud.pull().about.faults == ()
    assert cloud.issues() == visible(site)


def test_no_issues_at_all(one):
    """An empty answer is never a clean site."""
    one.pull()
    before = one.content()
    one.app.no_issues = True
    with pytest.raises(SourceError, match="gave no issues"):
        one.pull()
    assert one.content() == before


def test_nobody(one):
    """A site that forgets who asks is noticed before it is searched."""
    one.app.anonymous = True
    with pytest.raises(SourceError, match=r"refused the credentials|refused the account|does not know who asks"):
        one.pull()
    assert not [line for line in one.asked() if "search" in line]


def test_projects_that_are_not_there(one):
    """One of several is a reason, all of them an error; no query names them."""
    pulled = one.pull(projects=("PAY", "NOPE"))
    assert [reason for reason in pulled.about.reasons if "NOPE" in reason]
    assert not [line for line in one.asked() if "NOPE" in line]
    with pytest.raises(SourceError, match="none of the projects NOPE"):
        one.pull(projects=("NOPE",))


def test_metadata_that_is_closed(one, site):
    """403 and 404 are reasons, and the issues come all the same."""
    one.app.forbidden = ["/rest/agile", "/rest/api/./status"]
    one.app.missing = ["/rest/api/./issuetype"]
    pulled = one.pull()
    assert one.issues() == visible(site)
    assert len(pulled.about.reasons) == 3
    assert pulled.about.faults == ()


def test_a_query_limits_what_is_read(one, site):
    """Its issues are in scope, and the report says that there may be more."""
    pulled = one.pull(query="labels = checkout")
    assert one.issues() == {key for key in visible(site) if "checkout" in site.find(key).labels}
    assert [reason for reason in pulled.about.reasons if "labels = checkout" in reason]
    assert one.issues(in_scope=False)
    labelled = min(one.issues())
    site.now += timedelta(days=1)
    site.edit(site.find(labelled), labels=())
    assert one.pull(query="labels = checkout").gone == {"left the query": 1}


def test_a_query_that_the_site_refuses(one):
    """Its words are named."""
    with pytest.raises(SourceError, match="refused the query"):
        one.pull(query="nonsense ~ 1")


def test_another_site_starts_over(one, tmp_path):
    """A snapshot of one site is no ground for another."""
    one.pull()
    with puller(Cloud(organisation()), tmp_path) as other:
        pulled = other.pull()
        assert pulled.read == pulled.issues
        assert "starting over" in other.told[1]


def test_a_snapshot_that_cannot_be_read_is_made_anew(one):
    """With a message."""
    one.pull()
    one.home.snapshot.write_bytes(b"12345678DUCK" + b"rubbish" * 1000)
    pulled = one.pull()
    assert pulled.read == pulled.issues
    assert any("cannot be read" in told for told in one.told)


def test_one_pull_at_a_time(one):
    """The second is refused before it asks anything."""
    one.home.make()
    with one.home.locked(), pytest.raises(UsageError, match="another pull"):
        one.pull()
    assert one.asked() == []


def test_the_folder_is_its_owners(one):
    """Mode 0700, kept out of version control, and nothing left but snapshot and lock."""
    one.pull()
    assert one.home.folder.stat().st_mode & 0o777 == 0o700
    assert {path.name for path in one.home.folder.iterdir()} == {".gitignore", "lock", "snapshot.duckdb"}


@pytest.mark.parametrize("fault", [Fault(cut=True), Fault(reset=True), Fault(Answer(raw=b"<html>Sign in</html>"))])
def test_a_fault_that_lasts_leaves_the_old_snapshot(one, fault):
    """Retried, then named; what came before is spooled, and the next pull goes on from there."""
    one.pull()
    before = one.content()
    details = "bulkfetch" if one.app.cloud else "search"
    one.server.fail(details, *[fault] * 20)
    with pytest.raises(SourceError):
        one.pull(full=True)
    assert one.content() == before


def test_an_interrupted_pull_goes_on(one, site, monkeypatch):
    """With the pages that it brought; what changed meanwhile is read again."""
    monkeypatch.setattr(jira_cloud, "BULK_MOST", 20)
    one.app.page_cap = 20
    path, count = ("bulkfetch", 2) if one.app.cloud else ("search", 2)
    one.server.fail(path, *[Fault(answer=None)] * count, *[Fault(reset=True)] * 30)
    with pytest.raises(SourceError):
        one.pull(patience=Patience(longest=5.0, tries=1, first_pause=0.01))
    assert list(one.home.spool.iterdir())
    assert not one.home.snapshot.exists()
    one.server._faults.clear()
    site.now += timedelta(minutes=5)
    site.edit(site.find("PAY-2"), summary="Changed while nobody pulled")
    site.delete(site.find("SHOP-9"))
    pulled = one.pull()
    assert pulled.resumed
    assert pulled.read < pulled.issues
    assert one.issues() == visible(site)
    changed = "record->>'$.fields.summary' = 'Changed while nobody pulled'"
    assert one.rows(f"SELECT key FROM snapshot.pulled_issue WHERE {changed}") == [("PAY-2",)]


def test_no_secret_anywhere(one):
    """Not in the snapshot, the spool, nor in what is said."""
    one.pull(full=True)
    one.server.fail("search", *[Fault(Answer({"errorMessages": [f"no, {TOKEN}"]}, 500))] * 30)
    with pytest.raises(SourceError) as error:
        one.pull(full=True)
    said = f"{error.value} {error.value.help} {one.told}"
    left = b"".join(path.read_bytes() for path in one.home.folder.rglob("*") if path.is_file())
    assert TOKEN not in said
    assert TOKEN.encode() not in left


def test_post_not_allowed(data_center, site):
    """A site that takes searches by GET only is asked by GET."""
    data_center.app.post_405 = True
    data_center.pull(wanted=changed_everything, projects=("PAY",))
    assert data_center.issues() == {key for key in visible(site) if key.startswith("PAY-")}
    posts = [one for one in data_center.server.asked if one.method == "POST"]
    assert len(posts) <= 4  # one for each worker that had not heard of it


def test_pages_as_small_as_the_site_likes(data_center, site):
    """The echoed size counts, and no offset is used."""
    data_center.app.page_cap = 7
    data_center.app.window = 10
    data_center.pull(wanted=changed_everything)
    assert data_center.issues() == visible(site)
    assert all(not one.body["startAt"] for one in data_center.server.asked if one.body)


def test_small_pages_later_on(data_center, site):
    """What changed is read whole, and nothing is taken for lost or deleted, where a page holds less than is asked for."""
    data_center.app.page_cap = 7
    data_center.pull(wanted=changed_everything, projects=("PAY", "SHOP"))
    site.now += timedelta(days=1)
    for id_ in site.order:
        site.edit(site.issues[id_], status="In Review")
    for number in range(5, 25):
        site.move(site.find(f"SHOP-{number}"), "OPS")
    pulled = data_center.pull(wanted=changed_everything, projects=("PAY", "SHOP"))
    assert pulled.about.faults == ()
    assert pulled.gone == {"moved to another project": 20}
    before = data_center.content()
    data_center.pull(wanted=changed_everything, projects=("PAY", "SHOP"), full=True)
    assert data_center.content() == before


def test_a_site_that_does_not_order(data_center, site):
    """It is read by offsets, which is said; where offsets do not reach the end, it is an error."""
    data_center.app.unsorted = True
    data_center.app.page_cap = 10
    pulled = data_center.pull()
    assert data_center.issues() == visible(site)
    assert [reason for reason in pulled.about.reasons if "offsets" in reason]


def test_below_a_path(site, tmp_path):
    """A Data Center may live below a path."""
    with puller(DataCenter(site, context="/jira"), tmp_path) as one:
        assert one.pull().about.site.endswith("/jira")
        assert one.issues() == visible(site)
