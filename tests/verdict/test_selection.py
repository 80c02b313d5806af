"""Which rules run, with which options."""

from typing import Any

import pytest
from handmade import rule

from flowlint.config.mapping import Mapping, Match, ProjectMapping, RuleException, RuleSettings
from flowlint.engine.plan import Plan
from flowlint.engine.rule import Parameter
from flowlint.errors import Place, UsageError
from flowlint.verdict.selection import find_rule, names_rule, option_faults, plan

DAYS = Parameter("days", "integer", 30, "days")
RULES = (
    rule("H101", "task-as-deliverable"),
    rule("H103", "orphan-story", aliases=("H003",), parameters=(DAYS,)),
    rule("H190", "new-idea", status="preview"),
    rule("H191", "old-idea", status="retired", replaced_by="H101"),
    rule("I801", "unused-type", group="site"),
    rule("M701", "invalid-file", group="mapping", scope="config", raised_by="loader"),
    rule("M711", "twice", group="mapping", scope="config"),
    rule("S401", "technical-slice", group="stories", confidence="low"),
)


def mapping(projects: dict[str, RuleSettings] | None = None, *, preview: bool = False, **rules: Any) -> Mapping:
    """Return a mapping with these settings of rules."""
    return Mapping(
        base=ProjectMapping(rules=RuleSettings(**rules)),
        projects={name: ProjectMapping(rules=settings) for name, settings in (projects or {}).items()},
        preview=preview,
    )


def codes(plans: list[Plan]) -> list[str]:
    """Return the codes of the rules planned."""
    return [one.rule.id for one in plans]


@pytest.mark.parametrize(
    ("select", "ignore", "expected"),
    [
        (("DEFAULT",), (), ["H101", "H103", "M711"]),
        (("default",), ("h103",), ["H101", "M711"]),
        (("ALL",), (), ["H101", "H103", "I801", "M711", "S401"]),
        (("H",), (), ["H101", "H103"]),
        (("hierarchy", "I"), (), ["H101", "H103", "I801"]),
        (("H", "H190"), (), ["H101", "H103", "H190"]),
        (("new-idea",), (), ["H190"]),
        (("H003",), (), ["H103"]),
        (("H191",), (), ["H101"]),
        (("ALL",), ("H191", "M", "site", "technical-slice"), ["H103"]),
        (("M701",), (), []),
        (("H103",), ("ALL",), []),
    ],
)
def test_names_mean_rules(select: tuple[str, ...], ignore: tuple[str, ...], expected: list[str]) -> None:
    """Codes, names, earlier codes, groups, DEFAULT and ALL mean the same in the mapping and on the command line."""
    assert codes(plan(RULES, mapping(select=select, ignore=ignore))[0]) == expected
    assert codes(plan(RULES, mapping(), select, ignore)[0]) == expected


def test_preview_lets_rules_on_trial_in() -> None:
    """With `preview: true`, groups and DEFAULT hold rules on trial; retired ones never."""
    assert codes(plan(RULES, mapping(preview=True))[0]) == ["H101", "H103", "H190", "M711"]


def test_the_command_line_replaces_selection_and_adds_to_what_is_ignored() -> None:
    """--select drops the mapping's selection, not what it ignores; --ignore adds."""
    written = mapping(select=("M",), ignore=("H101",))
    assert codes(plan(RULES, written, ("H",), ())[0]) == ["H103"]
    assert codes(plan(RULES, written, (), ("M711",))[0]) == []


def test_a_rule_asked_for_and_ignored_is_told() -> None:
    """Who names a rule that the mapping ignores learns why it did not run."""
    plans, notes = plan(RULES, mapping(ignore=("H",)), ("H103",), ())
    assert plans == []
    assert notes == ("H103 is selected on the command line, but the mapping ignores it: it did not run",)


def test_a_retired_rule_points_to_its_successor() -> None:
    """A retired code stays known, runs what took its place, and says so."""
    plans, notes = plan(RULES, mapping(select=("H191",)))
    assert codes(plans) == ["H101"]
    assert notes == ("H191 old-idea is retired: H101 takes its place",)


@pytest.mark.parametrize("option", ["--select", "--ignore"])
def test_an_unknown_name_on_the_command_line_is_wrong_use(option: str) -> None:
    """A mistyped code ends the run with the nearest known one: an empty selection would look clean."""
    given = {"--select": (("orphan-storys",), ()), "--ignore": ((), ("orphan-storys",))}[option]
    with pytest.raises(UsageError) as caught:
        plan(RULES, mapping(), *given)
    assert caught.value.message == f'{option} names "orphan-storys", which is no rule and no group'
    assert caught.value.help.startswith('did you mean "orphan-story"?')


def test_unknown_names_in_the_mapping_are_notes() -> None:
    """A name that means no rule is told with its place, once, and the run goes on."""
    written = Mapping(
        file="flowlint.yaml",
        base=ProjectMapping(rules=RuleSettings(ignore=("H1O3",), severity={"nope": "info"})),
        projects={"WEB": ProjectMapping(rules=RuleSettings(ignore=("H1O3",), severity={"nope": "info"}))},
        exceptions=(RuleException("Z1", Match(), place=Place("flowlint.yaml", 40, 3)),),
        places={"rules.ignore": Place("flowlint.yaml", 9, 3)},
    )
    plans, notes = plan(RULES, written)
    assert codes(plans) == ["H101", "H103", "M711"]
    assert len(notes) == 3
    assert notes[0].startswith('flowlint.yaml:9:3: rules.ignore names "H1O3", which is no rule and no group; did you')
    assert notes[1].startswith('flowlint.yaml:1:1: rules.severity names "nope"')
    assert notes[2].startswith('flowlint.yaml:40:3: exceptions names "Z1"')


def test_a_group_where_only_a_rule_can_stand_is_a_note() -> None:
    """It would do nothing there."""
    written = mapping(ignore=("S",), severity={"hierarchy": "info", "only-child": "info", "H103": "info"})
    (known, group) = plan((*RULES, rule("H110", "only-child")), written)
    assert known
    assert group == (
        'flowlint.yaml:1:1: rules.severity names "hierarchy", which is no rule; name each of its rules there',
    )


def test_options_have_defaults_without_a_real_last_day_is_told() -> None:
    """It hides nothing, which nobody would notice who reads the mapping."""
    exceptions = tuple(
        RuleException("H103", Match(), until=until, place=Place("flowlint.yaml", 4, 5))
        for until in (None, "2027-01-31", "2027-13-01")
    )
    notes = plan(RULES, Mapping(exceptions=exceptions))[1]
    assert notes == (
        'flowlint.yaml:4:5: the exception for "H103" hides nothing: "2027-13-01" is no date; write it like 2026-01-31',
    )


def test_options_have_defaults_and_are_given_by_code_or_name() -> None:
    """A plan holds a value for every parameter."""
    assert plan(RULES, mapping(), ("H103",))[0][0].options == {"days": 30}
    assert plan(RULES, mapping(options={"orphan-story": {"days": 5}}), ("H103",))[0][0].options == {"days": 5}


def test_wrong_options_are_told_all_at_once_with_their_places() -> None:
    """One wrong option does not hide the next, and an inherited one is told once."""
    options = {"H103": {"days": "many", "dayz": 3}}
    written = Mapping(
        file="flowlint.yaml",
        base=ProjectMapping(rules=RuleSettings(options=options)),
        projects={"WEB": ProjectMapping(rules=RuleSettings(options=options))},
        places={"rules.options.H103.days": Place("flowlint.yaml", 7, 9), "rules": Place("flowlint.yaml", 5, 1)},
    )
    assert [(fault.place.line, fault.key) for fault in option_faults(RULES, written)] == [
        (5, "rules.options.H103.dayz"),
        (7, "rules.options.H103.days"),
    ]
    assert plan(RULES, written, ("H103",))[0][0].options == {"days": 30}


def test_a_project_may_ignore_a_rule_or_set_other_options() -> None:
    """One plan per set of options; together the plans speak of each project once."""
    projects = {
        "OFF": RuleSettings(ignore=("H103",)),
        "TEN": RuleSettings(options={"H103": {"days": 10}}),
        "TOO": RuleSettings(options={"orphan-story": {"days": 10}}),
        "SAME": RuleSettings(options={"H103": {"days": 30}}),
    }
    plans = plan(RULES, mapping(projects), ("H103",))[0]
    assert [(one.projects, one.except_projects, one.options["days"]) for one in plans] == [
        (None, ("OFF", "TEN", "TOO"), 30),
        (("TEN", "TOO"), (), 10),
    ]


def test_a_project_may_run_a_rule_that_the_others_do_not() -> None:
    """A selection of one project's own gives a plan for that project only."""
    plans = plan(RULES, mapping({"WEB": RuleSettings(select=("S401",))}, select=("H101",)))[0]
    assert [(one.rule.id, one.projects, one.except_projects) for one in plans] == [
        ("H101", None, ("WEB",)),
        ("S401", ("WEB",), ()),
    ]


def test_rules_about_the_mapping_know_no_projects() -> None:
    """What speaks about the mapping runs once, whatever a project says."""
    plans = plan(RULES, mapping({"WEB": RuleSettings(select=("M711",), ignore=("M711",))}, select=("M711",)))[0]
    assert [(one.projects, one.except_projects) for one in plans] == [(None, ())]


def test_a_rule_is_found_by_code_and_name_retired_ones_too() -> None:
    """`explain` must answer for any code that ever was."""
    assert find_rule(RULES, "h103").id == find_rule(RULES, "Orphan-Story").id == find_rule(RULES, "H003").id
    assert find_rule(RULES, "H191").name == "old-idea"
    with pytest.raises(UsageError, match="there is no rule") as caught:
        find_rule(RULES, "H104")
    assert "did you mean" in caught.value.help


def test_retired_rules_are_meant_by_no_name() -> None:
    """A retired rule can never be run by accident."""
    assert not any(names_rule(token, RULES[3]) for token in ("H191", "old-idea", "H", "ALL", "DEFAULT"))
