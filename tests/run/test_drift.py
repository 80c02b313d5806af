"""A mapping held against a site: what is concluded from a whole list, from issues alone, and from no site at all."""

import json
from datetime import date

import pytest

from flowlint.errors import SourceError, UsageError
from flowlint.run.validation import NO_SITE_NAMED, Validation, validate

DAY = date(2026, 1, 31)
MAPPING = """\
version: 1
hierarchy: {levels: [epic, story], flow_item_level: story}
issue_types:
  Epic: {level: epic}
  Story: {level: story, flow_item: feature}
  Bugg: {level: story, flow_item: defect}
workflow:
  stages:
    - name: delivery
      steps:
        - {name: Backlog, flow_state: waiting, statuses: [To Do]}
        - {name: Work, flow_state: active, statuses: [In Progress]}
        - {name: Done, flow_state: done, statuses: [Done, Shipped]}
fields: {story_points: customfield_9}
"""
TYPES = [
    {"id": "1", "name": "Epic", "subtask": False, "hierarchyLevel": 1},
    {"id": "2", "name": "Story", "subtask": False, "hierarchyLevel": 0},
    {"id": "3", "name": "Bug", "subtask": False, "hierarchyLevel": 0},
]
STATUSES = [
    {"id": "11", "name": "To Do", "statusCategory": {"key": "new"}},
    {"id": "12", "name": "In Progress", "statusCategory": {"key": "indeterminate"}},
    {"id": "13", "name": "Done", "statusCategory": {"key": "done"}},
]
FIELDS = [{"id": "customfield_8", "name": "Story Points", "schema": {"type": "number"}}]


def issue(number, type_, status, **fields):
    """Return an issue as Jira's API gives it."""
    told = {"summary": "x", "issuetype": type_, "status": status, "updated": "2026-01-02T00:00:00.000+0000", **fields}
    return {"id": str(number), "key": f"PAY-{number}", "fields": told}


@pytest.fixture
def site(tmp_path):
    """Return a way to write a folder about a site, and what a mapping held against it gives."""

    def held(mapping=MAPPING, **files):
        folder = tmp_path / "site"
        folder.mkdir(exist_ok=True)
        for name, value in files.items():
            text = value if isinstance(value, str) else json.dumps(value)
            (folder / name.replace("__", ".").replace("_", "-")).write_text(text, encoding="utf-8")
        path = tmp_path / "flowlint.yaml"
        path.write_text(mapping, encoding="utf-8")
        return validate(Validation((path,), DAY, against=(str(folder),)))

    return held


def drift(verdict):
    """Return the rules that need a site and what they find, by line."""
    needing = ("M724", "M725", "M726", "M727", "M728", "M729", "M735")
    return {(one.rule, one.severity, one.location.line) for one in verdict.findings if one.rule in needing}


def lines(*issues):
    """Return issues as lines of an export."""
    return "".join(json.dumps(one) + "\n" for one in issues)


def test_without_a_site_it_is_said_once():
    """The rules that need one judge nothing."""
    from pathlib import Path

    path = Path(__file__).parents[1] / "data" / "mappings" / "good.yaml"
    verdict = validate(Validation((path,), DAY))
    unjudged = {code for code, judged in verdict.judged.items() if NO_SITE_NAMED in judged.reasons}
    assert unjudged == {"M724", "M725", "M726", "M727", "M728", "M729", "M735"}


def test_the_sites_own_lists_are_enough(site):
    """A folder without an issue: what is not in a whole list does not exist."""
    verdict = site(issue_types__json=TYPES, statuses__json=STATUSES, fields__json=FIELDS)
    assert drift(verdict) == {("M724", "error", 6), ("M725", "error", 13), ("M726", "error", 14)}
    (bug,) = [one for one in verdict.findings if one.rule == "M724"]
    assert "Bug" in bug.message
    assert verdict.issues == 0


def test_from_issues_alone_nothing_is_missing(site):
    """What no issue carries may exist all the same: not judged. What an issue carries exists."""
    export = lines(
        issue(1, TYPES[1], STATUSES[0]), issue(2, {"id": "7", "name": "Wish"}, {"id": "17", "name": "Waiting for Ops"})
    )
    verdict = site(issues__ndjson=export)
    assert drift(verdict) == {("M724", "error", 3), ("M725", "error", 7)}
    assert verdict.judged["M724"].not_judged == 2
    assert any("whole list of issue types" in reason for reason in verdict.judged["M724"].reasons)
    wish = next(one for one in verdict.findings if one.rule == "M724")
    assert "Wish" in wish.message


@pytest.mark.parametrize(
    "partial",
    [
        {"project_PAY__json": {"id": "1", "key": "PAY", "name": "Payments", "issueTypes": TYPES}},
        {"issue_types__json": {"values": TYPES, "isLast": False}},
        {"issue_types__json": {"values": TYPES, "total": 60, "startAt": 0}},
    ],
)
def test_a_part_of_a_list_is_no_list(site, partial):
    """One project's types, or the first page of several."""
    verdict = site(issues__ndjson=lines(issue(1, TYPES[1], STATUSES[0])), **partial)
    assert ("M724", "error", 6) not in drift(verdict)
    assert verdict.judged["M724"].not_judged


def test_statuses_of_a_project_are_no_whole_list(site):
    """`/project/KEY/statuses` tells those of one project."""
    of_project = [{"id": "2", "name": "Story", "statuses": STATUSES}]
    verdict = site(issues__ndjson=lines(issue(1, TYPES[1], STATUSES[0])), statuses__json=of_project)
    assert ("M725", "error", 13) not in drift(verdict)


def test_a_csv_export_tells_names_alone(site):
    """No ids, and so nothing that is ambiguous; types and statuses are known all the same."""
    export = "Issue key,Issue id,Issue Type,Status,Summary\nPAY-1,1,Story,To Do,x\nPAY-2,2,Wish,Parked,y\n"
    verdict = site(issues__csv=export)
    assert drift(verdict) == {("M724", "error", 3), ("M725", "error", 7)}


def test_contradictions_of_the_site(site):
    """Levels the wrong way round, a category that says otherwise, a name with two meanings, a resolution nobody placed."""
    mapping = """\
version: 1
hierarchy: {levels: [story, epic], flow_item_level: epic}
issue_types:
  Story: {level: story}
  Epic: {level: epic, flow_item: feature}
workflow:
  stages:
    - name: delivery
      steps:
        - {name: Work, flow_state: active, statuses: [To Do, Review]}
        - {name: Done, flow_state: done, statuses: [Done]}
"""
    reviews = [
        {"id": "14", "name": "Review", "statusCategory": {"key": "indeterminate"}},
        {"id": "15", "name": "Review", "statusCategory": {"key": "new"}},
    ]
    parked = issue(1, TYPES[1], STATUSES[2], resolution={"name": "Parked"})
    verdict = site(
        mapping, issues__ndjson=lines(parked), issue_types__json=TYPES[:2], statuses__json=[*STATUSES, *reviews]
    )
    assert {
        ("M727", "error", 5),
        ("M728", "warning", 10),
        ("M729", "error", 10),
        ("M735", "warning", 6),
    } <= drift(verdict)
    ambiguous = next(one for one in verdict.findings if one.rule == "M729")
    assert "Review:14" in str(ambiguous.evidence) + ambiguous.message
    assert "Review:15" in str(ambiguous.evidence) + ambiguous.message


def test_a_severity_of_the_mapping_goes_before_that_of_a_finding(site):
    """A rule may tell its findings apart; the team has the last word."""
    unused = [*TYPES, {"id": "4", "name": "Spike", "subtask": False}]
    changed = MAPPING.replace("Bugg", "Bug") + "rules: {severity: {M724: warning}}\n"
    found = drift(site(MAPPING.replace("Bugg", "Bug"), issue_types__json=unused, statuses__json=STATUSES))
    assert ("M724", "info", 3) in found
    assert ("M724", "warning", 3) in drift(site(changed))


def test_what_tells_of_no_site_is_refused(tmp_path, site):
    """A path that is not there, and a folder that holds nothing."""
    with pytest.raises(SourceError, match="no issues"):
        site(server_info__json={"baseUrl": "https://acme.example"})
    path = tmp_path / "flowlint.yaml"
    with pytest.raises(UsageError, match="nowhere"):
        validate(Validation((path,), DAY, against=("nowhere",)))


def test_damage_is_status_3(site):
    """The rest is judged, and the damage is said."""
    verdict = site(issues__ndjson=lines(issue(1, TYPES[1], STATUSES[0])) + '{"key": "PAY-2", "fie\n')
    assert verdict.status == 3
    assert verdict.faults
