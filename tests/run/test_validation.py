"""The validator of mappings: broken ones give exactly the findings written beside them."""

from datetime import date
from pathlib import Path

import pytest

from flowlint.run.validation import Validation, validate
from flowlint.verdict.order import finding_order

MAPPINGS = Path(__file__).resolve().parents[1] / "data" / "mappings"
DAY = date(2026, 1, 31)


def found(path):
    """Return what is found in a file, one line each as the files beside the mappings have it."""
    verdict = validate(Validation((path,), DAY))
    return sorted(f"{one.location.line}:{one.location.column} {one.rule}" for one in verdict.findings), verdict


@pytest.mark.parametrize("path", sorted(MAPPINGS.glob("*.yaml")), ids=lambda path: path.stem)
def test_exactly_what_is_written_beside_it(path):
    """No more, no less, each at its line and column."""
    findings, verdict = found(path)
    assert findings == sorted(path.with_suffix(".finds").read_text(encoding="utf-8").splitlines())
    severe = any(one.severity == "error" for one in verdict.findings)
    assert verdict.status == (1 if severe else 0)
    for finding in verdict.findings:
        assert finding.rule == "M701" or "{" not in finding.message
        assert finding.fix


def test_there_are_enough_of_them():
    """Forty broken ones at least, and a sound one."""
    broken = [path for path in MAPPINGS.glob("*.finds") if path.read_text(encoding="utf-8")]
    assert len(broken) >= 40
    assert (MAPPINGS / "good.finds").read_text(encoding="utf-8") == ""


def test_a_finding_points_into_the_file_that_holds_the_key(tmp_path):
    """Of a chain of three files the one in the middle is wrong."""
    (tmp_path / "base.yaml").write_text(
        "version: 1\nhierarchy: {levels: [epic, story, task], flow_item_level: story}\n"
    )
    (tmp_path / "middle.yaml").write_text(
        "version: 1\nextends: base.yaml\nissue_types:\n  Story: {level: story, flow_item: feature}\n"
        "  Task: {level: task, flow_item: feature}\n"
    )
    top = tmp_path / "flowlint.yaml"
    top.write_text("version: 1\nextends: middle.yaml\n")
    _, verdict = found(top)
    (finding,) = [one for one in verdict.findings if one.rule == "M704"]
    assert finding.location.file == str(tmp_path / "middle.yaml")
    assert (finding.location.line, finding.location.column) == (5, 3)
    assert verdict.lines[finding.location] == "  Task: {level: task, flow_item: feature}"


def test_several_mappings_are_one_verdict(tmp_path):
    """Findings of all, the worst status, and counts added up."""
    good, bad = MAPPINGS / "good.yaml", MAPPINGS / "task-counted.yaml"
    both = validate(Validation((good, bad), DAY))
    alone = [validate(Validation((path,), DAY)) for path in (good, bad)]
    assert both.status == 1
    assert both.findings == alone[1].findings
    assert both.judged["M704"].applies == sum(one.judged["M704"].applies for one in alone)


def test_what_faults_hide_is_not_concluded_from():
    """The only type of defects is misspelled, which does not mean that there is none."""
    _, verdict = found(MAPPINGS / "misspelled-enum.yaml")
    assert {one.rule for one in verdict.findings} == {"M701"}
    assert verdict.judged["M708"].not_judged == 1


def test_files_that_cannot_be_read(tmp_path):
    """Each is one finding, and never an exception."""
    large = tmp_path / "large.yaml"
    large.write_text("version: 1\n# " + "x" * (50 << 20))
    latin = tmp_path / "latin.yaml"
    latin.write_bytes("version: 1\nteams: {Prüfung: {owner: x}}\n".encode("latin-1"))
    for path in (large, latin):
        findings, verdict = found(path)
        assert [one.split()[1] for one in findings] == ["M701"]
        assert verdict.status == 1


def test_options_and_rule_files_that_cannot_be_used(tmp_path):
    """What `check` ends with 2 for are findings here, beside all others and each at its own place."""
    (tmp_path / "house").mkdir()
    (tmp_path / "house" / "broken.yaml").write_text("id: M901\nname: broken\n", encoding="utf-8")
    (tmp_path / "house" / "hostile.yaml").write_text(
        "id: M902\nname: hostile\ngroup: mapping\nscope: config\nfrom: config_level\nseverity: error\n"
        "confidence: high\nsummary: s\nwhy: w\nfix: f\nmessage: m\napplies: 'true'\n"
        "where: EXISTS (SELECT 1 FROM read_csv('/etc/hosts') f)\n",
        encoding="utf-8",
    )
    path = tmp_path / "flowlint.yaml"
    path.write_text(
        (MAPPINGS / "task-counted.yaml").read_text(encoding="utf-8")
        + "rules:\n  paths: [house/, nowhere/]\n"
        + "  options: {H111: {max_childrn: 8}, only-child: {open_days: [x]}, M711: {detail: [x]}}\n",
        encoding="utf-8",
    )
    _, verdict = found(path)
    told = {(Path(one.location.file).name, one.rule) for one in verdict.findings}
    assert told == {
        ("flowlint.yaml", "M704"),
        ("flowlint.yaml", "M701"),
        ("broken.yaml", "M701"),
        ("hostile.yaml", "M701"),
    }
    said = " ".join(one.message for one in verdict.findings)
    for words in (
        "there is no rule file",
        'did you mean "max_children"? ',
        "H110.open_days must be",
        '"detail"',
        "functions cannot stand for tables",
    ):
        assert words in said
    assert verdict.status == 1


@pytest.mark.parametrize(
    "aside",
    [
        "rules: {ignore: [mapping, M703]}",
        "rules: {severity: {M701: info, M702: info, unknown-level: info}}",
        "exceptions: [{rule: M701, match: {}, reason: so}, {rule: M702, match: {}, reason: so}, {rule: M703, match: {}, reason: so}]",
        "",
    ],
)
def test_what_no_mapping_can_be_made_of_stays(tmp_path, aside):
    """No comment, exception or setting makes a file pass that no run takes."""
    path = tmp_path / "flowlint.yaml"
    comment = "  # flowlint: ignore M701, M702, M703 tried"
    path.write_text(
        f"version: 1\nhierarchy: {{levels: [epic, story], flow_item_level: story}}\nissue_types:\n  Foo: {{lvl: story}}{comment}\n"
        f"  Bar: {{level: top}}{comment}\n  Story: {{level: story}}\n  story: {{level: story}}{comment}\n{aside}\n",
        encoding="utf-8",
    )
    _, verdict = found(path)
    errors = {one.rule for one in verdict.findings if one.severity == "error"}
    assert {"M701", "M702", "M703"} <= errors
    assert verdict.status == 1


def test_rules_are_named_by_code_or_name(tmp_path):
    """A group has no severity of its own; both names of a rule do."""
    path = tmp_path / "flowlint.yaml"
    path.write_text(
        "version: 1\nrules: {severity: {H103: info, only-child: info, hierarchy: info}}\n", encoding="utf-8"
    )
    _, verdict = found(path)
    assert [one.evidence["rule"] for one in verdict.findings if one.rule == "M722"] == ["hierarchy"]


def test_what_a_base_holds_is_told_once(tmp_path):
    """However many of the files extend it; the gravest severity that one of them gives it stays."""
    (tmp_path / "base.yaml").write_text(
        "version: 1\nhierarchy: {levels: [epic, story, task], flow_item_level: story}\n"
        "issue_types: {Story: {level: story, flow_item: feature}, Task: {level: task, flow_item: debt}}\n"
    )
    for name, severity in (("one", "warning"), ("two", "info"), ("three", "error")):
        text = f"version: 1\nextends: base.yaml\nrules: {{severity: {{M704: {severity}}}}}\n"
        (tmp_path / f"{name}.yaml").write_text(text)
    files = tuple(tmp_path / f"{name}.yaml" for name in ("one", "two", "three", "base"))
    verdict = validate(Validation(files, DAY))
    assert [one.severity for one in verdict.findings if one.rule == "M704"] == ["error"]
    assert list(verdict.findings) == sorted(verdict.findings, key=finding_order)


def test_a_fault_without_a_remedy_ends_with_its_last_word(tmp_path):
    """No sign stands for the help that there is none of."""
    path = tmp_path / "flowlint.yaml"
    path.write_text("version: 1\nrules: {ignore: [null]}\n", encoding="utf-8")
    _, verdict = found(path)
    (message,) = [one.message for one in verdict.findings if one.rule == "M701"]
    assert message.endswith(", not null")
