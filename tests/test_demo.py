"""The demo's organisation shows every rule, and is sound where it should be."""

import importlib
import subprocess
import sys

import pytest

SHOWS_NOTHING = {
    "H108": "only a live site can say that a parent was deleted or moved; an export just does not hold it",
}
"""Rules that find nothing in the demo, and why they cannot."""

SOUND = (
    *("PLAN-1", "PLAN-2", "PLAN-4", "PAY-1", "PAY-2", "PAY-3", "PAY-4", "PAY-5", "PAY-6", "PAY-7", "PAY-8", "PAY-31"),
    *(
        "WEB-1",
        "WEB-2",
        "WEB-3",
        "WEB-4",
        "WEB-5",
        "WEB-10",
        "WEB-11",
        "WEB-12",
        "WEB-14",
        "WEB-15",
        "WEB-21",
        "WEB-24",
    ),
    *(
        "WEB-31",
        "WEB-33",
        "WEB-35",
        "PLAT-10",
        "PLAT-11",
        "PLAT-13",
        "PLAT-14",
        "PLAT-15",
        "PLAT-16",
        "PLAT-2",
        "PAY-46",
    ),
)
"""Issues as they should be: a reader sees what good looks like."""


@pytest.fixture(scope="module")
def rules():
    """Return the rules that speak of a tracker's data: a mapping with every fault would be no example to copy."""
    from flowlint.engine.rulefile import load_rules

    loaded = load_rules().rules
    return {one.id: one for one in loaded if one.status == "stable" and not one.raised_by and one.scope != "config"}


@pytest.fixture(scope="module")
def verdict():
    """Lint the organisation once."""
    from flowlint.cli.demo import EXPORT, MAPPING, ORGANISATION
    from flowlint.run.linting import Request, execute

    return execute(Request(paths=(str(ORGANISATION / EXPORT),), config=ORGANISATION / MAPPING))


@pytest.fixture(scope="module")
def found(verdict):
    """Return the findings as pairs of a rule and a subject: its key, else its name."""
    return {(finding.rule, finding.key or finding.subject.name) for finding in verdict.findings}


@pytest.fixture(scope="module")
def defined(root):
    """Return the organisation as docs/demo.yaml writes it."""
    from flowlint.config.yaml12 import parse

    return parse((root / "docs" / "demo.yaml").read_text(encoding="utf-8"), "docs/demo.yaml").value


@pytest.fixture(scope="module")
def generator(root):
    """Return the module that writes the export."""
    sys.path.insert(0, str(root / "docs"))
    yield importlib.import_module("pages.demo")
    sys.path.remove(str(root / "docs"))


def test_every_rule_finds_something(verdict, rules):
    """A newcomer sees each rule on issues at work; a new one needs a case in docs/demo.yaml. The mapping has no faults."""
    rules = {code: rule for code, rule in rules.items() if rule.group != "mapping"}
    at_work = {finding.rule for finding in verdict.findings}
    assert sorted(set(verdict.rules) & rules.keys() - at_work - SHOWS_NOTHING.keys()) == []


def test_exceptions_are_still_needed(verdict):
    """A rule that is said to show nothing shows nothing."""
    assert sorted({finding.rule for finding in verdict.findings} & SHOWS_NOTHING.keys()) == []


def test_issues_show_what_they_are_there_for(defined, found):
    """Each `shows` in docs/demo.yaml is a finding about that very issue, version or sprint."""
    due = {
        (rule, entry.get("key") or entry["name"])
        for entry in (*defined["issues"], *defined["versions"], *defined["sprints"])
        for rule in ([entry["shows"]] if isinstance(entry.get("shows"), str) else entry.get("shows", ()))
    }
    assert len(due) > 40
    assert sorted(due - found) == []


def test_sound_issues_have_no_finding(verdict, defined):
    """What is meant as a good example is one in the eyes of every rule."""
    assert set(SOUND) <= {issue["key"] for issue in defined["issues"]}
    assert [f"{one.rule}: {one.message}" for one in verdict.findings if one.key in SOUND] == []


def test_one_cause_is_grouped(verdict):
    """Ten or more findings with one cause show what grouping does."""
    assert {finding.rule for finding in verdict.findings if finding.group_id is not None} >= {"H103"}


def test_everything_is_read_and_mapped(verdict):
    """Nothing is damaged, guessed or failed; parents outside the data and an exception show what reports say of them."""
    assert (verdict.faults, verdict.rule_faults, verdict.inferred, verdict.complete) == ((), (), (), True)
    assert len(verdict.notes) == 1
    assert "parents outside the data" in verdict.notes[0]
    assert verdict.hidden["exceptions"] == 1


def test_time_does_not_change_it(verdict, defined):
    """The newest change in the data is the run's moment, not today."""
    assert verdict.as_of == defined["today"]


def test_demo_is_one_page_in_every_process(root, tmp_path, verdict):
    """From any folder the command ends with 0 and prints what this process finds, byte for byte."""
    from flowlint.reports.text import render

    command = [sys.executable, "-c", "import sys; from flowlint.cli import main; sys.exit(main())", "demo"]
    environment = {"PYTHONPATH": str(root), "PYTHONHASHSEED": "1", "TZ": "Pacific/Auckland"}
    result = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert (result.returncode, result.stderr) == (0, "")
    assert "".join(render(verdict)) in result.stdout
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("age: 20\n", "aeg: 20\n", "PLAN-4 says aeg"),
        ("status: Idea\n  age: 20", "status: Thought\n  age: 20", "PLAN-4: 'Thought'"),
        ("who: Head of Product", "who: Head of Nothing", "PLAN-1: 'Head of Nothing' is not in list"),
        ("key: PAY-2\n", "key: PAY-1\n", "two issues have the same key"),
        ("story: [guest, pay", "story: [guest, please, pay", "PAY-2: "),
    ],
)
def test_slips_in_the_definition_are_named(generator, root, tmp_path, old, new, told):
    """Whoever edits docs/demo.yaml learns which issue cannot be read."""
    text = (root / "docs" / "demo.yaml").read_text(encoding="utf-8")
    assert old in text
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "demo.yaml").write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(ValueError, match=f"docs/demo.yaml: .*{told}"):
        generator.pages(tmp_path)
