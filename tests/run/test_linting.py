"""The whole road: exports in, verdict out, for every kind of export that people have."""

import json
import random
from datetime import date
from pathlib import Path

import pytest

from flowlint.errors import FileFaults, SourceError, UsageError
from flowlint.reports.json_report import render
from flowlint.run.linting import Clock, Request, execute

DATA = Path(__file__).resolve().parents[1] / "data" / "exports"
EXPORTS = sorted(folder.name for folder in DATA.iterdir())
MAPPING = """\
version: 1
hierarchy: {levels: [epic, story, task], flow_item_level: story}
issue_types:
  Epic: {level: epic}
  Story: {level: story, flow_item: feature}
  Task: {level: task}
"""


def lint(*paths, **more):
    """Return the verdict on some paths, without looking for a mapping around the tests."""
    return execute(Request(paths=tuple(map(str, paths)), **{"use_config": False, **more}))


def text(verdict):
    """Return the JSON report of a verdict."""
    return "".join(render(verdict))


def issue(key, type_="Story", **fields):
    """Return one record as the REST API gives it."""
    named = {
        "issuetype": {"name": type_, "subtask": False},
        "project": {"key": key.split("-")[0]},
        "summary": f"Summary of {key}",
    }
    status = {"name": "To Do", "statusCategory": {"key": "new"}}
    stamps = {"created": "2025-11-01T08:00:00.000+0000", "updated": "2026-01-10T08:00:00.000+0000"}
    return {"id": key.replace("-", ""), "key": key, "fields": {**named, "status": status, **stamps, **fields}}


def write(folder, *records, name="issues.ndjson"):
    """Write records as NDJSON and return the file."""
    path = folder / name
    path.write_text("".join(json.dumps(record) + "\n" for record in records), encoding="utf-8")
    return path


@pytest.mark.parametrize("name", EXPORTS)
def test_every_kind_of_export_is_linted_to_the_end(name):
    """No mapping, no fault but what the export itself has: every rule runs, and says what it could not judge."""
    verdict = lint(DATA / name)
    assert verdict.issues > 0
    assert verdict.rule_faults == ()
    assert verdict.inferred
    assert len(verdict.judged) > 40
    for code, judged in verdict.judged.items():
        assert judged.not_judged == sum(judged.reasons.values()), code
        assert judged.not_judged <= judged.applies, code


@pytest.mark.parametrize("name", ["classic", pytest.param("server-agile", marks=pytest.mark.slow)])
def test_the_order_of_the_lines_changes_nothing(name, tmp_path):
    """Shuffled lines give the same report, byte for byte."""
    source = DATA / name
    for path in source.iterdir():
        lines = path.read_bytes().splitlines(keepends=True)
        if path.suffix == ".ndjson":
            random.Random(7).shuffle(lines)
        (tmp_path / path.name).write_bytes(b"".join(lines))
    one, other = json.loads(text(lint(source))), json.loads(text(lint(tmp_path)))
    for report in (one, other):
        report["run"]["notes"] = [
            note.replace(str(source), "").replace(str(tmp_path), "") for note in report["run"]["notes"]
        ]
    assert one["findings"]
    assert one == other


def test_two_runs_are_byte_identical():
    """The same request on the same data gives the same bytes."""
    assert text(lint(DATA / "cloud")) == text(lint(DATA / "cloud"))


def test_the_mapping_is_found_upwards_and_its_places_are_given(tmp_path):
    """A finding about an issue points to the line of the mapping that speaks of its type."""
    (tmp_path / "flowlint.yaml").write_text(MAPPING, encoding="utf-8")
    folder = tmp_path / "deep" / "down"
    folder.mkdir(parents=True)
    export = write(folder, issue("A-1"), issue("A-2", "Nobody's"))
    verdict = execute(Request(paths=(str(export),), folder=folder, select=("H103", "H114")))
    orphan = next(finding for finding in verdict.findings if finding.rule == "H103")
    assert (Path(orphan.location.file).resolve(), orphan.location.line) == (tmp_path / "flowlint.yaml", 5)
    unmapped = next(finding for finding in verdict.findings if finding.rule == "H114")
    assert (unmapped.project, unmapped.key, verdict.status) == ("A", None, 1)
    assert not any("flow items" in sentence for sentence in verdict.inferred)


def test_guessed_flow_items_are_said_and_not_judged(tmp_path):
    """Without a mapping H101 and D201 to D203 do not judge."""
    verdict = lint(write(tmp_path, issue("A-1"), issue("A-2", "Bug")), select=("H101", "D201", "D202", "D203"))
    assert verdict.findings == ()
    assert all(judged.not_judged == judged.applies for judged in verdict.judged.values())


def test_scope_and_selection(tmp_path):
    """--project limits what is judged, --select what runs; a project that is not there is an error with a reason."""
    export = write(tmp_path, issue("A-1"), issue("B-1"), issue("A-9", "Epic"))
    verdict = lint(export, projects=("b",), select=("orphan-story",))
    assert ([finding.key for finding in verdict.findings], verdict.issues, verdict.rules) == (["B-1"], 1, ("H103",))
    with pytest.raises(SourceError, match="none belongs to NOPE"):
        lint(export, projects=("NOPE",))
    with pytest.raises(UsageError, match="H999"):
        lint(export, select=("H999",))


def test_a_project_or_team_that_nothing_belongs_to_is_noted(tmp_path):
    """A misspelt name beside a right one must not pass for a clean project."""
    verdict = lint(write(tmp_path, issue("A-1"), issue("B-1")), projects=("a", "NOPE"))
    assert verdict.issues == 1
    assert "No issue belongs to NOPE, which --project names." in verdict.notes


def test_an_issue_without_a_project_is_judged_by_the_common_part(tmp_path):
    """A record may lack its project and have a key that names none; it belongs to none of the mapping's then."""
    record = issue("A-1") | {"key": "odd"}
    del record["fields"]["project"]
    config = tmp_path / "flowlint.yaml"
    config.write_text(MAPPING + "projects: {A: {issue_types: {Story: {level: task}}}}\n", encoding="utf-8")
    assert lint(write(tmp_path, record), config=config, select=("H103",)).judged["H103"].applies == 1


def test_people_are_named_only_where_the_mapping_says_so(tmp_path):
    """`report: {people: names}` makes the assignee the owner of a finding; otherwise nobody's name is read."""
    export = write(
        tmp_path, issue("A-1", assignee={"accountId": "u1", "displayName": "Developer One"}), issue("A-9", "Epic")
    )
    config = tmp_path / "flowlint.yaml"
    for people, owner in (("counts", None), ("names", "Developer One")):
        config.write_text(MAPPING + f"report: {{people: {people}}}\n", encoding="utf-8")
        (finding,) = lint(export, config=config, select=("H103",)).findings
        assert finding.owner == owner
        assert ("Developer One" in text(lint(export, config=config))) == (people == "names")


def test_the_moment_decides(tmp_path):
    """A bound of days counts to --as-of, by default to the newest update of the data."""
    old = issue("A-1", "Epic", created="2024-12-01T08:00:00.000+0000")
    export = write(tmp_path, old)
    assert [finding.rule for finding in lint(export, select=("H121",)).findings] == ["H121"]
    assert lint(export, select=("H121",)).as_of == "2026-01-10"
    earlier = lint(export, select=("H121",), as_of=date(2025, 3, 1))
    assert (earlier.findings, earlier.as_of) == ((), "2025-03-01")


def test_what_cannot_be_read_is_status_3_and_the_rest_is_judged(tmp_path):
    """A damaged line is named with its number, and its neighbours have their findings."""
    export = write(tmp_path, issue("A-1"), issue("A-2"), issue("A-9", "Epic"))
    lines = export.read_text(encoding="utf-8").splitlines()
    export.write_text("\n".join([lines[0], lines[1][:40], *lines[1:]]), encoding="utf-8")
    verdict = lint(export, select=("H103",))
    assert [finding.key for finding in verdict.findings] == ["A-1", "A-2"]
    assert (verdict.status, verdict.complete, [fault.place.line for fault in verdict.faults]) == (3, False, [2])


def test_a_broken_rule_is_its_own_fault_and_the_others_run(tmp_path):
    """A house rule with hostile SQL, one with a typing error and a sound one: two faults, one finding, status 2."""
    house = tmp_path / "house"
    house.mkdir()
    for number, where in (
        (901, "EXISTS (SELECT 1 FROM read_csv('/etc/hosts') f)"),
        (902, "story_points"),
        (903, "true"),
    ):
        (house / f"rule-{number}.yaml").write_text(RULE.format(number=number, where=where), encoding="utf-8")
    (tmp_path / "flowlint.yaml").write_text(MAPPING + "rules: {paths: [house]}\n", encoding="utf-8")
    export = write(tmp_path, issue("A-1"))
    verdict = lint(export, use_config=True, folder=tmp_path, select=("H901", "H902", "H903"))
    assert [fault.rule for fault in verdict.rule_faults] == ["H901", "H902"]
    assert "functions cannot stand for tables" in verdict.rule_faults[0].message
    assert str(verdict.rule_faults[0].place).startswith(str(house / "rule-901.yaml") + ":13")
    assert ([finding.rule for finding in verdict.findings], verdict.status) == (["H903"], 2)


def test_a_mapping_that_cannot_be_used_stops_the_run(tmp_path):
    """All its faults are told at once."""
    config = tmp_path / "flowlint.yaml"
    config.write_text("version: 1\nhierarchies: {}\nrules: {fail_on: sometimes}\n", encoding="utf-8")
    with pytest.raises(FileFaults) as caught:
        lint(write(tmp_path, issue("A-1")), config=config)
    assert [fault.place.line for fault in caught.value.faults] == [2, 3]


def test_an_option_that_cannot_be_used_stops_the_run(tmp_path):
    """With its place, before any data is read."""
    config = tmp_path / "flowlint.yaml"
    config.write_text(MAPPING + "rules: {options: {H103: {no_such: 1}}}\n", encoding="utf-8")
    with pytest.raises(FileFaults) as caught:
        lint(tmp_path / "nothing.ndjson", config=config)
    assert [fault.key for fault in caught.value.faults] == ["rules.options.H103.no_such"]


def test_the_clock_knows_every_stage():
    """--profile has something to show."""
    clock = Clock()
    execute(Request(paths=(str(DATA / "classic"),), use_config=False, select=("H103",)), clock=clock)
    assert {"read the data", "build the views", "H103"} <= set(clock.seconds)


RULE = """\
id: H{number}
name: rule-{number}
group: hierarchy
status: stable
severity: error
confidence: high
scope: issue
summary: A house rule
why: Because.
fix: Do it.
fix_kind: judgement
accept: Never.
where: {where}
message: "{{type}} {{key}}"
examples:
  - {{title: finds, issues: [{{key: A-1}}], finds: [A-1]}}
  - {{title: does not, issues: [{{key: A-1}}], finds: []}}
"""
