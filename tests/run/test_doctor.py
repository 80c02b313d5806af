"""What the doctor finds, and that it is so: in few requests, without changing anything, whatever is wrong."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from fakes.described import held_to_description
from fakes.jira_cloud import Cloud
from fakes.jira_data_center import DataCenter
from fakes.jira_site import many, organisation
from fakes.pulls import TOKEN, environment
from fakes.server import Server
from flowlint.run import doctor
from flowlint.run.doctor import examine
from flowlint.run.linting import Request, execute
from flowlint.run.pulling import PullRequest, home_of, pull_site

pytestmark = pytest.mark.slow

NOW = datetime(2026, 10, 7, 9, 0, tzinfo=UTC)
SITES = {"cloud": Cloud, "data_center": DataCenter}
HEAD = """\
version: 1
hierarchy: {levels: [theme, initiative, epic, story, task], flow_item_level: story}
issue_types:
  Theme: {level: theme}
  Initiative: {level: initiative}
  Epic: {level: epic}
  Story: {level: story, flow_item: feature}
  Bug: {level: story, flow_item: defect}
  Task: {level: task}
  Sub-task: {level: task}
"""


@pytest.fixture(autouse=True)
def no_network():
    """Allow connections: the servers here are on loopback."""


@pytest.fixture(autouse=True)
def no_patience(monkeypatch):
    """Do not wait long for a site that is not there."""
    monkeypatch.setattr(doctor, "FIRST_PAUSE", 0.01)


class Patient:
    """A folder with a mapping, beside a site."""

    def __init__(self, app, server, folder):
        self.app = app
        self.server = server
        self.folder = folder
        self.request = PullRequest(environment(app, server.url), folder=folder)

    def map(self, more="", head=HEAD):
        """Write the mapping."""
        (self.folder / "flowlint.yaml").write_text(head + more, encoding="utf-8")

    def map_site(self, scope):
        """Write a mapping that names the site and what of it is asked for."""
        self.map(f"source: {{jira: {{url: {self.server.url}, {scope}}}}}\n")

    def examine(self, **changes):
        """Return the diagnosis, which never holds a secret, and leaves no trace."""
        before = self.files()
        self.server.asked.clear()
        found = examine(replace(self.request, **changes), NOW)
        assert self.files() == before
        assert found.requests == len(self.server.asked)
        assert TOKEN not in repr(found)
        return found

    def pull(self):
        """Pull, and return what was told."""
        return pull_site(self.request, lambda _: None)

    def files(self):
        """Return what lies in the folder."""
        return {path: path.read_bytes() for path in self.folder.rglob("*") if path.is_file()}


@pytest.fixture(params=SITES)
def patient(request, tmp_path):
    """Return a folder without a mapping, beside either kind of site."""
    app = SITES[request.param](organisation())
    with Server(app) as server:
        yield Patient(app, server, tmp_path)


def unjudged(found):
    """Return why rules will not be judged, by code."""
    return {code: one.reason for one in found.unjudged for code in one.rules}


def test_all_well(patient):
    """Who, where, what; a snapshot that the next pull builds on."""
    patient.map_site("projects: [pay, SHOP]")
    patient.pull()
    found = patient.examine()
    assert (found.status, found.problems, found.told_by) == (0, (), "site")
    assert found.site.account == "Lea Lead"
    assert found.site.kind == ("cloud" if patient.app.cloud else "data_center")
    assert (found.sight.projects, found.sight.unseen, found.sight.issues) == (3, (), 47)
    assert (found.sight.histories, found.sight.boards, found.sight.closed) == (True, 2, ())
    assert (found.kept.issues, found.kept.anew, found.kept.left) == (47, (), None)
    assert (found.by_site, found.kept.age) == (True, timedelta(0))
    assert found.kept.bytes > 100_000


@pytest.mark.parametrize("issues", [60, 3000])
@pytest.mark.parametrize("kind", SITES)
def test_few_requests_whatever_the_size(kind, issues, tmp_path):
    """One page each; projects beyond the first page are asked for by name."""
    app = SITES[kind](many(issues, projects=60))
    with Server(app) as server:
        patient = Patient(app, server, tmp_path)
        assert patient.examine().sight.projects == 60
        assert len(server.asked) == (10 if app.cloud else 8)
        patient.map_site("projects: [P59, P60, NOPE]")
        found = patient.examine()
        assert (found.sight.unseen, found.status) == (("NOPE",), 0)
        assert found.sight.issues == issues // 60 * 2
        assert len(server.asked) == (11 if app.cloud else 8)


def test_questions_as_the_description_has_them(tmp_path):
    """Each request to Jira Cloud is one that Atlassian describes."""
    app = Cloud(many(60, projects=60))
    with held_to_description(app) as held, Server(held) as server:
        patient = Patient(app, server, tmp_path)
        patient.map_site("projects: [P59, P60]")
        assert patient.examine().status == 0


def test_a_scope_that_is_not_shown_at_all(patient):
    """A pull would end with status 3."""
    patient.map_site("projects: [NOPE]")
    found = patient.examine()
    assert found.status == 3
    assert found.sight.unseen == ("NOPE",)
    assert "none of the projects NOPE" in found.problems[0].message


def test_a_query_that_the_site_refuses(patient):
    """So it is told before a pull is tried."""
    patient.map_site("jql: nonsense ~ 1")
    found = patient.examine()
    assert found.status == 3
    assert "refused the query" in found.problems[0].message


def test_what_is_closed(patient):
    """Boards, a list and histories: each is named, and no fault."""
    patient.app.forbidden = ["/rest/agile", "changelog"]
    patient.app.missing = ["/rest/api/./status"]
    found = patient.examine(select=("ALL",))
    assert found.status == 0
    assert (found.sight.boards, found.sight.statuses) == (None, None)
    assert [text.split(" (")[0] for text in found.sight.closed] == ["its statuses", "its boards"]
    if patient.app.cloud:  # on Data Center histories come with the search
        assert found.sight.histories is False
        assert doctor.NO_HISTORIES in unjudged(found).values()


def test_what_will_not_be_judged_is_not(patient):
    """Every rule that is named judges nothing once the site is pulled; its reason is the check's where it knows one."""
    sprints = [one for one in patient.app.site.fields if "gh-sprint" in one.schema.get("custom", "")]
    for one in sprints:
        patient.app.site.fields.remove(one)
    patient.map("fields: {outcome: Wished outcome}\nteams: {A: {match: {fields: {Colour: [red]}}}}\n")
    found = patient.examine(select=("ALL",))
    assert {(one.written, one.meaning) for one in found.absent} == {("Wished outcome", "outcome"), ("Colour", None)}
    told = unjudged(found)
    assert told["O501"] == "outcome is not mapped to a field"
    assert doctor.NO_SPRINTS in told.values()
    pull_site(replace(patient.request, select=("ALL",)), lambda _: None)
    verdict = execute(Request((str(home_of(patient.request).snapshot),), folder=patient.folder, select=("ALL",)))
    for code, reason in told.items():
        judged = verdict.judged[code]
        assert (judged.not_judged, judged.findings) == (judged.applies, 0), code
        if reason != doctor.NO_SPRINTS:
            assert set(judged.reasons) <= {reason}, code
    assert any(verdict.judged[code].applies for code in told)


def test_without_a_mapping(patient):
    """Flow items are guessed then, and what counts them is not judged."""
    found = patient.examine()
    assert (found.mapping, found.status) == (None, 0)
    assert unjudged(found)["H101"].startswith("flow items are guessed")


def test_a_mapping_that_cannot_be_used(patient):
    """The site is asked all the same."""
    patient.map("issue_typs: {}\n")
    found = patient.examine()
    assert (found.status, found.rules, found.unjudged) == (2, None, ())
    assert "issue_typs" in found.problems[0].message
    assert found.site.account == "Lea Lead"


@pytest.mark.parametrize(
    ("variables", "said"),
    [
        ({}, "JIRA_URL is not set"),
        ({"JIRA_URL": "https://jira.example"}, "JIRA_EMAIL and JIRA_API_TOKEN are not set"),
        ({"JIRA_URL": "http://jira.example", "JIRA_PAT": TOKEN}, "begins with http://"),
        ({"JIRA_URL": "https://u:p@jira.example", "JIRA_PAT": TOKEN}, "holds credentials"),
    ],
)
def test_credentials_that_are_not_complete(patient, variables, said):
    """Nothing is asked; the snapshot tells of the site, by this machine's clock."""
    patient.map("fields: {outcome: Wished outcome}\n")
    patient.pull()
    found = patient.examine(environment=variables)
    assert (found.status, found.requests, found.site, found.sight) == (2, 0, None, None)
    assert said in found.problems[0].message
    assert found.variables == {
        name: bool(variables.get(name)) for name in ("JIRA_URL", "JIRA_EMAIL", "JIRA_API_TOKEN", "JIRA_PAT")
    }
    assert found.told_by == "snapshot"
    assert [one.written for one in found.absent] == ["Wished outcome"]
    assert unjudged(found)["O501"] == "outcome is not mapped to a field"
    assert (found.by_site, found.kept.age.days) == (False, 1)


def test_neither_site_nor_snapshot(patient):
    """What follows from the site's fields is not guessed."""
    patient.map("fields: {outcome: Wished outcome}\n")
    found = patient.examine(environment={})
    assert (found.told_by, found.absent, found.unjudged, found.kept.exists) == (None, (), (), False)


def test_a_site_that_is_not_there(patient):
    """Status 3; the rest is told."""
    patient.map()
    patient.pull()
    with Server(patient.app) as gone:
        url = gone.url
    found = examine(replace(patient.request, environment=environment(patient.app, url)), NOW)
    assert (found.status, found.site) == (3, None)
    assert "the connection failed" in found.problems[0].message
    assert found.kept.issues


def test_credentials_that_the_site_refuses(patient):
    """Status 3, and what to look at."""
    patient.app.anonymous = True
    found = patient.examine()
    assert (found.status, found.site) == (3, None)
    assert "refused the credentials" in found.problems[0].message


def test_a_site_that_stops_answering(patient):
    """What it said before is told."""
    patient.app.forbidden = ["/search"]
    found = patient.examine()
    assert found.site.account == "Lea Lead"
    assert found.sight.fields
    assert (found.sight.issues, found.status) == (None, 3)


def test_a_snapshot_that_is_too_narrow(patient):
    """The doctor says that the next pull reads everything again, and why; and so it does."""
    patient.map("rules: {select: [H102]}\n")
    patient.pull()
    assert patient.examine().kept.anew == ()
    patient.map("rules: {select: [H102, S409]}\n")
    for found in (patient.examine(), patient.examine(environment={})):
        assert len(found.kept.anew) == 1
        assert "Story Points" in found.kept.anew[0]
    pulled = patient.pull()
    assert pulled.read == pulled.issues
    assert patient.examine().kept.anew == ()
    assert patient.pull().read <= 1
    patient.map("rules: {select: [H102]}\nreport: {people: names}\n")
    assert patient.examine().kept.anew[-1] == "report.people is now names"


def test_another_scope_and_another_site(patient):
    """The one is brought by the next pull, the other starts over."""
    patient.map_site("projects: [PAY]")
    patient.pull()
    assert not patient.examine().kept.other_scope
    patient.map_site("projects: [PAY, SHOP]")
    assert patient.examine().kept.other_scope
    with Server(patient.app) as other:
        patient.map()
        found = examine(replace(patient.request, environment=environment(patient.app, other.url)), NOW)
    assert any("another site" in why for why in found.kept.anew)


def test_a_snapshot_that_cannot_be_read(patient):
    """Status 3, since a check of it would end so."""
    patient.map()
    home = home_of(patient.request)
    home.make()
    for content in (b"rubbish", b"12345678DUCK" + b"rubbish" * 1000):
        home.snapshot.write_bytes(content)
        found = patient.examine()
        assert (found.status, found.kept.exists, found.kept.readable) == (3, True, False)
        assert "cannot be read" in found.problems[0].message


def test_what_an_interrupted_pull_left(patient):
    """Its pages are counted."""
    patient.map()
    home = home_of(patient.request)
    home.make()
    home.spool.mkdir()
    (home.spool / "about.json").write_text("{}")
    (home.spool / "000001-issues.tsv").write_text("1\tPAY-1\t\t{}\n")
    found = patient.examine()
    assert (found.kept.left.pages, found.kept.left.bytes) == (1, 12)
    assert not found.kept.exists


def test_reasons_and_faults_of_the_last_pull(patient):
    """What it could not bring is told for as long as nothing better was pulled."""
    patient.map_site("jql: labels = checkout")
    patient.pull()
    found = patient.examine()
    assert any("labels = checkout" in reason for reason in found.kept.reasons)
    assert found.kept.around
