"""The measurements measure what they say: generated sites are sound, and the plain rules find what flowlint finds."""

import json
import re
import subprocess
import sys
from collections import Counter
from datetime import date

import pytest

from flowlint.config.mapping import Mapping
from flowlint.snapshot.database import open_database
from flowlint.sources.files import load_exports
from flowlint.sources.source import no_progress

ISSUES = 5_000


def start(root, *arguments):
    """Run one of the scripts and return what it printed."""
    script, *others = map(str, arguments)
    command = [sys.executable, root / "benchmarks" / script, *others]
    return subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=True).stdout


def generate(root, output, **options):
    """Generate a site and return the file."""
    words = [word for name, value in options.items() for word in (f"--{name}", value)]
    start(root, "sites.py", "--output", output, *words)
    return output


@pytest.fixture(scope="module")
def site(root, tmp_path_factory):
    """Return a generated file with the names of its fields beside it."""
    file = tmp_path_factory.mktemp("site") / "issues.ndjson"
    start(root, "sites.py", "--issues", ISSUES, "--seed", 7, "--output", file, "--names")
    return file


@pytest.fixture(scope="module")
def issues(site):
    """Return the issues of the file."""
    return [json.loads(line) for line in site.read_text(encoding="utf-8").splitlines()]


def test_equal_seeds_write_equal_bytes(root, site, tmp_path):
    """A figure can be measured again, with or without the faster way of writing; another seed is another site."""
    again = generate(root, tmp_path / "again", issues=ISSUES, seed=7)
    other = generate(root, tmp_path / "other", issues=ISSUES, seed=8)
    assert again.read_bytes() == site.read_bytes()
    assert other.read_bytes() != site.read_bytes()
    text = site.read_text(encoding="utf-8")
    compact = [json.dumps(json.loads(line), ensure_ascii=False, separators=(",", ":")) for line in text.splitlines()]
    assert "\n".join(compact) + "\n" == text


def test_keys_and_ids_are_unique(issues):
    """As many issues as asked for, in twenty projects, none twice."""
    assert len(issues) == ISSUES == len({issue["key"] for issue in issues}) == len({issue["id"] for issue in issues})
    assert len({issue["fields"]["project"]["key"] for issue in issues}) == 20


def test_parents_are_there_or_in_the_project_outside(issues):
    """Whoever names a parent names an issue of the file, before or after itself, or one that is outside on purpose."""
    place = {issue["key"]: number for number, issue in enumerate(issues)}
    named = [
        (number, parent)
        for number, fields in enumerate(issue["fields"] for issue in issues)
        for parent in (
            (fields["parent"] or {}).get("key"),
            fields["customfield_10014"],  # Epic Link
            fields["customfield_10018"],  # Parent Link
        )
        if parent
    ]
    assert {parent.partition("-")[0] for _, parent in named if parent not in place} == {"HQ"}
    before = Counter(place[parent] < number for number, parent in named if parent in place)
    assert min(before[True], before[False]) > 0.1 * before.total()


def test_stubs_tell_what_the_issues_tell(issues):
    """What an issue says of its parent, links and sub-tasks agrees with these."""
    by_key = {issue["key"]: issue["fields"] for issue in issues}
    for issue in issues:
        fields = issue["fields"]
        links = [link.get("inwardIssue") or link.get("outwardIssue") for link in fields["issuelinks"]]
        for stub in (fields["parent"], *fields["subtasks"], *links):
            if stub and stub["key"] in by_key:
                told = stub["fields"]
                assert told == {name: by_key[stub["key"]][name] for name in told}


def test_times_are_in_order_and_agree_with_the_status(issues):
    """Created, resolved, updated, in this order; who has a resolution is in a status of category done."""
    for issue in issues:
        fields = issue["fields"]
        done = fields["status"]["statusCategory"]["key"] == "done"
        assert (fields["resolutiondate"] is not None) == (fields["resolution"] is not None) == done
        times = [fields["created"], fields["resolutiondate"] or fields["created"], fields["updated"]]
        assert times == sorted(times)


def test_a_site_looks_like_one(issues):
    """Shares of types and states, and the size of an issue, are those of real sites."""
    types = Counter(issue["fields"]["issuetype"]["name"] for issue in issues)
    ended = sum(issue["fields"]["resolution"] is not None for issue in issues)
    assert set(types) == {"Initiative", "Epic", "Story", "Improvement", "Bug", "Spike", "Task", "Sub-task"}
    assert types["Initiative"] < types["Epic"] < types["Sub-task"]
    assert 0.4 < ended / ISSUES < 0.7


@pytest.mark.parametrize("form", ["ndjson", "envelope"])
def test_sites_load_without_faults(root, tmp_path, form):
    """Both forms are read whole, with nothing to remark."""
    file = generate(root, tmp_path / "site.json", issues=500, format=form)
    with open_database() as db:
        loaded = load_exports(db, [str(file)], Mapping(), no_progress)
        assert (loaded.faults, loaded.bounds, loaded.passed_over) == ((), (), ())
        assert db.execute("SELECT count(*) FROM raw_issue").fetchone() == (500,)


def test_the_readme_names_every_script_and_its_options(root):
    """Each command in the README is one that its script takes."""
    text = (root / "benchmarks" / "README.md").read_text(encoding="utf-8")
    commands = re.findall(r"^python benchmarks/(\S+)(.*)$", text, re.MULTILINE)
    assert {script for script, _ in commands} == {"sites.py", "compare.py", "startup.py", "validating.py"}
    for script, options in commands:
        known = start(root, script, "--help")
        assert not set(re.findall(r"--[a-z]+", options)) - set(re.findall(r"--[a-z]+", known))


def test_startup_is_measured(root):
    """The measurement of the start runs, and compares with click."""
    assert re.search(r"^flowlint --version( +[\d.]+){4}$", start(root, "startup.py", "--repeat", 1), re.MULTILINE)


@pytest.mark.slow
def test_comparison_runs_and_both_ways_agree(root):
    """The comparison runs to its end, and ten rules on plain objects find what flowlint finds."""
    printed = start(root, "compare.py", "--quick")
    assert re.search(r"^The ten rules: both ways find the same \d+ issues", printed, re.MULTILINE)
    assert re.search(r"^flowlint check, all rules  .*\d$", printed, re.MULTILINE)


def test_the_measured_mapping_has_no_fault(root, tmp_path, monkeypatch):
    """What is measured is the whole road: 60 types, 120 statuses, 12 value streams, and no early end."""
    monkeypatch.syspath_prepend(root / "benchmarks")
    from flowlint.config.load import load
    from flowlint.run.validation import Validation, validate
    from validating import STATUSES, STREAMS, TYPES, mapping

    path = tmp_path / "flowlint.yaml"
    path.write_text(mapping(), encoding="utf-8")
    read = load(path)
    statuses = {
        name
        for stream in read.value_streams
        for name in (
            *(name for stage in stream.workflow.stages for step in stage.steps for name in step.statuses),
            *stream.workflow.cancelled_statuses,
        )
    }
    assert (len(read.base.issue_types), len(statuses), len(read.value_streams)) == (TYPES, STATUSES, STREAMS)
    assert validate(Validation((path,), date(2026, 1, 31))).findings == ()
