"""The verdict: order, severities, what is hidden, counts, fingerprints and the exit status."""

import random
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from handmade import HOSTILE, outcome, rule, verdict, violation
from hypothesis import given
from hypothesis import strategies as st

from flowlint.config.mapping import (
    IssueTypeEntry,
    Mapping,
    Match,
    ProjectMapping,
    RuleException,
    RuleSettings,
    Team,
)
from flowlint.engine.outcome import Outcome, Subject
from flowlint.errors import Fault, Place
from flowlint.verdict.exceptions import applies_on, holds
from flowlint.verdict.finding import RuleFault
from flowlint.verdict.order import finding_order, key_order
from flowlint.verdict.stamp import safe_url


def only(made: Any) -> Any:
    """Return the only finding of a verdict."""
    (finding,) = made.findings
    return finding


def test_a_violation_becomes_a_finding() -> None:
    """The verdict adds message, team, owner, place and link to what SQL returned."""
    mapping = Mapping(
        file="flowlint.yaml",
        base=ProjectMapping(issue_types=(IssueTypeEntry("story", place=Place("flowlint.yaml", 9, 3)),)),
        teams=(Team("checkout", owner="checkout-leads"),),
    )
    finding = only(
        verdict(
            outcome(rule(), violation(parent_key="PAY-9", parent_summary="Cards", evidence={"n": 2.0})), mapping=mapping
        )
    )
    assert finding.message == "Story PAY-1 belongs to no epic"
    assert (finding.team, finding.owner) == ("Checkout", "checkout-leads")
    assert finding.location == Place("flowlint.yaml", 9, 3)
    assert finding.url == "https://acme.example/browse/PAY-1"
    assert finding.parent == ("PAY-9", "Cards")
    assert finding.evidence == {"n": 2}
    assert (finding.fix, finding.state, finding.since) == (
        "Put it under the epic it serves, or make it one.",
        "new",
        None,
    )


def test_evidence_goes_before_values_in_a_message() -> None:
    """A rule may name its evidence like a column and means the evidence then."""
    told = rule(message="{type}")
    assert only(verdict(outcome(told, violation(evidence={"type": "from evidence"})))).message == "from evidence"


def test_places_without_an_entry_are_the_first_line() -> None:
    """Every finding has a place in a file, since some machine formats refuse one without."""
    assert only(verdict(outcome(rule(), violation()))).location == Place("flowlint.yaml", 1, 1)
    config = violation(None, subject=Subject("config", "", "x"), place=Place("base.yaml", 4, 2))
    assert only(verdict(outcome(rule(scope="config"), config))).location == Place("base.yaml", 4, 2)


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "file:///etc/passwd",
        "//acme.example/x",
        "https://",
        "https://user:word@acme.example/",
        "https://acme.example/a b",
        "https://acme.example/\x1b]8",
        "http://[::1",
        "",
        7,
        None,
    ],
)
def test_only_web_pages_are_linked(url: object) -> None:
    """A link in an export may not lead anywhere but to a web page."""
    assert safe_url(url) is None


def test_severity_changes_by_code_name_and_project() -> None:
    """The mapping changes severities; a project's own change holds there alone."""
    mapping = Mapping(
        base=ProjectMapping(rules=RuleSettings(severity={"H103": "error"})),
        projects={"WEB": ProjectMapping(rules=RuleSettings(severity={"orphan-story": "info"}))},
    )
    made = verdict(outcome(rule(), violation("WEB-1"), violation("PAY-1")), mapping=mapping)
    assert [(one.key, one.severity) for one in made.findings] == [("PAY-1", "error"), ("WEB-1", "info")]
    assert made.severities == {"H103": "error"}


FINGERPRINT = only(verdict(outcome(rule(identity=("via",)), violation(evidence={"via": "link", "n": 1})))).fingerprint


@pytest.mark.parametrize(
    ("rule_changes", "values"),
    [
        ({"message": "other words", "severity": "error", "fix": "x", "name": "renamed"}, {}),
        ({"id": "H199", "aliases": ("H103",)}, {}),
        ({}, {"summary": HOSTILE, "type": "Bug", "level": "task", "url": None}),
        ({}, {"key": "WEB-9"}),
        ({}, {"evidence": {"via": "link", "n": 99}}),
        ({}, {"place": Place("other.yaml", 99)}),
    ],
)
def test_a_fingerprint_outlives_what_may_change(rule_changes: dict[str, Any], values: dict[str, Any]) -> None:
    """New key, texts, type, level, line, code or wording: it is still the same finding."""
    key = values.pop("key", "PAY-1")
    given = {"evidence": {"via": "link", "n": 1}, **values, "id": "1PAY-1"}
    changed = replace(rule(identity=("via",)), **rule_changes)
    assert only(verdict(outcome(changed, violation(key, **given)))).fingerprint == FINGERPRINT


@pytest.mark.parametrize(
    ("code", "values"),
    [("H104", {}), ("H103", {"source": "other"}), ("H103", {"id": "2"}), ("H103", {"evidence": {"via": "parent"}})],
)
def test_a_fingerprint_tells_findings_apart(code: str, values: dict[str, Any]) -> None:
    """Another rule, source, subject or identity is another finding."""
    given = {"evidence": {"via": "link", "n": 1}, **values}
    assert only(verdict(outcome(rule(code, identity=("via",)), violation(**given)))).fingerprint != FINGERPRINT


@pytest.mark.parametrize(
    "keys",
    [["A-2", "A-10", "B-1"], ["A-9", "A-" + "9" * 5000], ["-1", "A", "A-1", "A-x"], ["a:PAY-2", "a:PAY-10"]],
)
def test_keys_sort_by_project_then_number(keys: list[str]) -> None:
    """A-10 comes after A-2, however long the number is."""
    backwards = keys[::-1]
    assert sorted(backwards, key=key_order) == keys


def test_findings_are_ordered_by_severity_rule_project_and_number() -> None:
    """The gravest come first; what is no issue comes before the issues of its project."""
    grave, light = rule("S409", "b", severity="error"), rule("H101", "a", severity="info")
    version = violation(None, subject=Subject("version", "5", "1.0"), project="A")
    made = verdict(
        outcome(light, violation("A-1")), outcome(grave, violation("B-2"), violation("A-10"), violation("A-9"), version)
    )
    assert [(one.rule, one.key) for one in made.findings] == [
        ("S409", None),
        ("S409", "A-9"),
        ("S409", "A-10"),
        ("S409", "B-2"),
        ("H101", "A-1"),
    ]


_KEYS = st.sampled_from(["A-1", "A-2", "A-10", "B-1", "A-x"])
_VIOLATIONS = st.lists(
    st.builds(
        violation, _KEYS, evidence=st.fixed_dictionaries({"n": st.integers(0, 3)}), project=st.sampled_from(["A", "B"])
    )
)


@given(_VIOLATIONS, _VIOLATIONS, st.randoms())
def test_the_order_of_the_data_changes_nothing(one: list[Any], other: list[Any], chance: random.Random) -> None:
    """The same findings in any order give the same verdict."""
    first, second = rule("H101", "a", cause=("n",)), rule("H102", "b", severity="error", identity=("n",))
    straight = verdict(outcome(first, *one), outcome(second, *other))
    chance.shuffle(one)
    chance.shuffle(other)
    assert verdict(outcome(second, *other), outcome(first, *one)) == straight
    assert list(straight.findings) == sorted(straight.findings, key=finding_order)


@given(_VIOLATIONS)
def test_groups_are_findings_of_one_cause_from_ten_on(violations: list[Any]) -> None:
    """Whoever shares rule, project and cause with nine others has the group's name, nobody else has one."""
    made = verdict(outcome(rule(cause=("n",)), *violations * 4))
    for finding in made.findings:
        alike = [one for one in made.findings if (one.project, one.cause) == (finding.project, finding.cause)]
        assert (finding.group_id is not None) == (len(alike) >= 10)
        assert {one.group_id for one in alike} == {finding.group_id}
        assert not any(
            one.group_id == finding.group_id for one in made.findings if one not in alike and finding.group_id
        )


def test_counts_add_up_over_the_runs_of_one_rule() -> None:
    """A rule that ran once per set of options is counted as one."""
    made = verdict(
        outcome(rule(), violation(), applies=10, not_judged={"hidden": 2, "outside": 1}),
        outcome(rule(), violation("WEB-1"), applies=5, not_judged={"hidden": 1}),
    )
    judged = made.judged["H103"]
    assert (judged.applies, judged.findings, judged.not_judged, judged.reasons) == (
        15,
        2,
        4,
        {"hidden": 3, "outside": 1},
    )
    assert (made.rules, made.catalogue) == (("H103",), {"H103": ("orphan-story", "A story belongs to no epic")})


def test_a_failed_rule_is_named_and_judged_nothing() -> None:
    """It does not stand among the judged, where it would look clean."""
    made = verdict(Outcome(rule(), error="no such column"), Outcome(rule(), error="no such column"))
    assert made.rule_faults == (RuleFault("H103", "no such column"),)
    assert made.judged == {}
    assert made.status == 2


DAMAGED = (Fault(Place("a.json", 2), "cut off"),)
FAILED = Outcome(rule("H109", "failing"), error="broken")


@pytest.mark.parametrize(
    ("severity", "fail_on", "failed", "faults", "status"),
    [
        ("error", "error", False, (), 1),
        ("warning", "error", False, (), 0),
        ("warning", "warning", False, (), 1),
        ("info", "info", False, (), 1),
        ("error", "never", False, (), 0),
        ("error", None, False, (), 1),
        ("error", "error", True, (), 2),
        ("error", "error", True, DAMAGED, 3),
        ("info", "never", False, DAMAGED, 3),
    ],
)
def test_the_highest_status_wins(severity: str, fail_on: str | None, failed: bool, faults: Any, status: int) -> None:  # noqa: FBT001
    """Findings at or above the threshold are 1, a failed rule 2, damaged input 3."""
    outcomes = [outcome(rule(severity=severity), violation()), *([FAILED] if failed else [])]
    assert verdict(*outcomes, fail_on=fail_on, faults=faults).status == status


def test_a_rule_file_that_cannot_be_read_is_status_2() -> None:
    """A rule that could not even start counts like one that failed."""
    assert verdict(outcome(rule(), applies=3), rule_faults=(RuleFault("x", "no id"),)).status == 2


def excepted(match: Match, **changes: Any) -> Mapping:
    """Return a mapping with one exception for H103."""
    return Mapping(exceptions=(RuleException("H103", match, **changes),))


@pytest.mark.parametrize("name", ["H103", "h103", "Orphan-Story", "H003"])
def test_an_exception_hides_findings_of_its_rule(name: str) -> None:
    """An exception names a rule by any of its names; hidden findings are counted and do not fail a run."""
    mapping = Mapping(exceptions=(RuleException(name, Match(keys=("PAY-1",))),))
    made = verdict(
        outcome(rule(aliases=("H003",), severity="error"), violation("PAY-1"), violation("PAY-2")),
        outcome(rule("H105", "level-inversion"), violation("PAY-1")),
        mapping=mapping,
    )
    assert [(one.rule, one.key) for one in made.findings] == [("H103", "PAY-2"), ("H105", "PAY-1")]
    assert made.hidden == {"exceptions": 1, "baseline": 0, "labels": 0, "comments": 0}
    assert made.judged["H103"].findings == 2


def test_a_hidden_finding_does_not_fail_the_run() -> None:
    """What is set aside on purpose cannot be what makes the status 1."""
    made = verdict(outcome(rule(severity="error"), violation()), mapping=excepted(Match()))
    assert (made.status, made.findings) == (0, ())


@pytest.mark.parametrize(
    ("until", "holds_on_that_day"),
    [
        (None, True),
        ("2026-01-31", True),
        ("2026-02-01", True),
        (" 2026-01-31 ", True),
        ("2026-01-30", False),
        ("soon", False),
    ],
)
def test_an_exception_holds_until_its_last_day(until: str | None, holds_on_that_day: bool) -> None:  # noqa: FBT001
    """The last day is included; a date that is none does not hide anything."""
    assert applies_on(RuleException("H103", Match(), until=until), date(2026, 1, 31)) is holds_on_that_day


@pytest.mark.parametrize(
    ("match", "expected"),
    [
        (Match(), True),
        (Match(types=("bug", "STORY ")), True),
        (Match(types=("Bug",)), False),
        (Match(types=("Story",), projects=("WEB",)), False),
        (Match(projects=("p*",)), True),
        (Match(components=("api",)), True),
        (Match(labels=("later",)), False),
        (Match(teams=("check*",)), True),
        (Match(types=("Story:7",)), True),
        (Match(types=("7",)), True),
        (Match(types=("Story:8", "8", "Bug:7")), False),
        (Match(statuses=("To Do",)), True),
        (Match(statuses=("To Do:10001", "10002")), True),
        (Match(statuses=("10003",)), False),
        (Match(keys=("PAY-*",)), True),
        (Match(keys=("PAY-17",)), True),
        (Match(fields=(("Story points", ("8",)),)), True),
        (Match(fields=(("customfield_1", ("8",)),)), False),
        (Match(negated=Match(types=("Bug",))), True),
        (Match(types=("Story",), negated=Match(labels=("now",))), False),
    ],
)
def test_a_selector_means_issues_by_what_they_are(match: Match, expected: bool) -> None:  # noqa: FBT001
    """Values in a key are alternatives, all keys must hold, names compare as names, `not` negates."""
    one = violation(
        "acme:PAY-17",
        native_key="PAY-17",
        project="PAY",
        components=["API", "UI"],
        labels=["now"],
        status="to do",
        type_id="7",
        status_id="10002",
        story_points=8.0,
    )
    one = replace(one, key="PAY-170") if match.keys == ("PAY-*",) else one
    assert holds(match, one) is expected


def test_a_selector_means_other_subjects_by_name() -> None:
    """Versions, sprints and teams are meant by `subjects`; a team also by `teams`."""
    assert holds(Match(subjects=("2.*",)), violation(None, subject=Subject("version", "7", "2.4")))
    assert not holds(Match(subjects=("3.*",)), violation(None, subject=Subject("version", "7", "2.4")))
    assert holds(Match(teams=("Ledger",)), violation(None, subject=Subject("team", "Ledger", "Ledger")))


@pytest.mark.parametrize(
    ("allowed", "labels", "hidden"),
    [
        (("H103",), ["flowlint-ignore-h103"], 1),
        (("hierarchy",), ["FLOWLINT-IGNORE-Orphan-Story"], 1),
        (("H105",), ["flowlint-ignore-h103"], 0),
        ((), ["flowlint-ignore-h103"], 0),
        (("ALL",), ["flowlint-ignore-h105", "flowlint-ignore"], 0),
        (("ALL",), None, 0),
    ],
)
def test_a_label_hides_findings_where_the_mapping_lets_it(allowed: tuple[str, ...], labels: Any, hidden: int) -> None:
    """Anybody can set a label, so it hides only what `ignore_by_label` names."""
    mapping = Mapping(base=ProjectMapping(rules=RuleSettings(ignore_by_label=allowed)))
    made = verdict(outcome(rule(), violation(labels=labels)), mapping=mapping)
    assert made.hidden["labels"] == hidden
    assert len(made.findings) == 1 - hidden
