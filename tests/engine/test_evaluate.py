"""Rules over views: three values, needs, parameters, project limits, evidence, errors."""

import pytest
from forests import Forest, standard

from flowlint.engine.evaluate import error_text, evaluate
from flowlint.engine.plan import Plan
from flowlint.engine.rule import Expression, Parameter, Rule
from flowlint.engine.runs import NOT_DECIDABLE
from flowlint.engine.supply import Supply, supply_of
from flowlint.errors import Place

PLACE = Place("rule.yaml")
SUPPLY = Supply(mapped=frozenset({"outcome", "links"}), scalars={"flow_item_level": "story"})


def sql(text):
    """Return an expression."""
    return Expression(text, PLACE)


def rule(**more):
    """Return a rule over issues; `where`, `applies` and the like are SQL texts."""
    expressions = {name: sql(more.pop(name)) for name in ("where", "applies", "query") if name in more}
    for name in ("unknown", "evidence"):
        if name in more:
            expressions[name] = tuple((key, sql(text)) for key, text in more.pop(name).items())
    said = dict.fromkeys(("summary", "why", "fix", "accept", "message"), "text")
    fixed = {
        "group": "hierarchy",
        "status": "stable",
        "severity": "warning",
        "confidence": "high",
        "fix_kind": "judgement",
    }
    about = {"id": "H199", "name": "a-rule", "scope": "issue", "place": PLACE}
    return Rule(**{**said, **fixed, **about, **expressions, **more})


def judge(issues, a_rule, *, supply=SUPPLY, **plan):
    """Return the outcome of one rule on a world of issues."""
    db = Forest(issues).database()
    try:
        return evaluate(db, [Plan(a_rule, **plan)], supply, name_unjudged=True)[0]
    finally:
        db.close()


ISSUES = [
    {"key": "A-1", "type": "Epic"},
    {"key": "A-2", "parent": "A-1", "points": 8, "links": [{"blocks": "B-3"}]},
    {"key": "B-3", "parent": "HID-1", "not_fetched": ["outcome", "links"]},
    {"key": "B-4", "type": "Support ticket"},
]


def test_every_row_that_applies_ends_as_one_of_three():
    """Findings, not judged and clean add up to what applies; rows out of scope are not spoken of."""
    found = judge(
        ISSUES,
        rule(
            applies="type <> 'Epic'",
            unknown={"parent not readable": "parent_state = 'outside'"},
            where="story_points > 5",
            evidence={"points": "story_points"},
        ),
    )
    assert (found.applies, found.not_judged, found.unjudged_keys) == (2, {"parent not readable": 1}, ("B-3",))
    (violation,) = found.violations
    assert (violation.key, violation.project, violation.subject.kind, violation.subject.id) == (
        "A-2",
        "A",
        "issue",
        "A-2",
    )
    assert violation.evidence == {"points": 8.0}
    assert violation.values["flow_item_level"] == "story"
    assert violation.values["parent_summary"] == "Summary of A-1"
    assert {"type_id", "status_id"} <= set(violation.values)


@pytest.mark.parametrize("part", [{"where": "story_points > 5"}, {"where": "true", "applies": "story_points > 5"}])
def test_null_is_never_clean_and_never_a_finding(part):
    """A condition that gives NULL leaves the row not judged, whether it stands in `where` or in `applies`."""
    found = judge(ISSUES, rule(**part))
    assert found.not_judged[NOT_DECIDABLE] == 2
    assert [violation.key for violation in found.violations] == ["A-2"]


def test_needs_are_held_against_each_row():
    """A field that no source maps judges nothing; one that a row lacks leaves that row out."""
    assert judge(ISSUES, rule(where="true", needs=("story_points",))).not_judged == {
        "story_points is not mapped to a field": 3
    }
    found = judge(ISSUES, rule(where="true", needs=("outcome",)))
    assert (found.not_judged, len(found.violations)) == ({"outcome was not fetched": 1}, 2)
    assert judge(ISSUES, rule(where="true", needs=("links",))).unjudged_keys == ("B-3",)


def test_guessed_flow_items_are_a_need_that_is_not_met():
    """Where nobody wrote which types are flow items, rules that need it judge nothing and say so."""
    db = Forest(ISSUES).database()
    guessed = supply_of(db, type(standard())(flow_items_guessed=True), {})
    assert "guessed" in guessed.lacking["flow_items"]
    assert "flow_items" not in supply_of(db, standard(), {}).lacking
    outcome = judge(ISSUES, rule(where="true", needs=("flow_items",)), supply=guessed)
    assert outcome.violations == ()
    assert sum(outcome.not_judged.values()) == outcome.applies == 3


def test_parameters_and_projects():
    """A parameter reaches the SQL as its option; a plan may be for some projects only."""
    limit = Parameter("limit", "number", 10, "a limit")
    by_points = rule(where="coalesce(story_points, 0) > $limit", parameters=(limit,))
    assert judge(ISSUES, by_points).violations == ()
    assert [v.key for v in judge(ISSUES, by_points, options={"limit": 5}).violations] == ["A-2"]
    everything = rule(where="true")
    assert [v.key for v in judge(ISSUES, everything, projects=("b",)).violations] == ["B-3"]
    assert {v.key for v in judge(ISSUES, everything, except_projects=("b",)).violations} == {"A-1", "A-2"}


def test_a_parameter_in_quotes_is_text():
    """`'$limit'` is five letters and a sign, not a parameter."""
    limit = Parameter("limit", "integer", 1, "a limit")
    assert judge(ISSUES, rule(where="summary = '$limit'", parameters=(limit,))).error is None


def test_other_scopes_name_their_subjects():
    """A rule over versions, sprints or projects gives findings without a key."""
    issues = [{"key": "A-1", "fix_versions": ["1.0"], "sprints": [7]}]
    version = judge(issues, rule(scope="version", where="issue_count = 1")).violations[0]
    assert (version.subject.kind, version.subject.name, version.key, version.project) == ("version", "1.0", None, "A")
    assert judge(issues, rule(scope="sprint", where="true")).violations[0].subject.name == "Sprint 7"
    assert judge(issues, rule(scope="project", where="true")).violations[0].project == "A"
    config = judge(issues, rule(scope="config", from_="config_level", where="rank = 4")).violations[0]
    assert (config.subject.name, config.place.file) == ("initiative", "standard.yaml")


def test_a_query_says_whom_it_judged():
    """Verdicts finding, clean and unknown are counted; other columns are evidence; needs hold by key."""
    query = """SELECT 'issue' AS subject_kind, i.key AS subject_id, i.key AS subject_name, i.key AS key, i.project AS project,
        CASE WHEN i.type = 'Epic' THEN 'clean' WHEN i.parent_state = 'outside' THEN 'unknown' ELSE 'finding' END AS verdict,
        i.depth AS depth FROM issue i"""
    found = judge(ISSUES, rule(query=query, unknown={}))
    assert (found.applies, len(found.violations), sum(found.not_judged.values())) == (3, 1, 1)
    assert found.violations[0].evidence == {"depth": 2}
    assert found.violations[0].values["summary"] == "Summary of A-2"
    assert judge(ISSUES, rule(query=query, needs=("outcome",))).not_judged == {"outcome was not fetched": 1}
    assert judge(ISSUES, rule(query=query, needs=("owner",))).not_judged == {"owner is not mapped to a field": 3}


def test_a_rule_that_fails_is_its_own_error():
    """The next rule still runs, and the message is words, not JSON."""
    db = Forest(ISSUES).database()
    failing = rule(id="H198", where="CAST(summary AS INTEGER) > 1")
    first, second = evaluate(db, [Plan(failing), Plan(rule(where="true"))], SUPPLY)
    assert "Could not convert string" in first.error
    assert "{" not in first.error
    assert (first.violations, second.error, len(second.violations)) == ((), None, 3)


def test_errors_without_json_stay_as_they_are():
    """Not every error of the engine comes as JSON."""
    assert error_text(ValueError("plain {words}")) == "plain {words}"


def test_values_are_those_that_somebody_asked_for():
    """Findings are many and columns too: without `about` all are there, with it those it names and the message's."""
    db = Forest([{"key": "A-1", "type": "Epic"}, {"key": "A-2", "parent": "A-1"}]).database()
    named = rule(where="key = 'A-2'", message="{type} below {parent_level}")
    try:
        (everything,) = evaluate(db, [Plan(named)], SUPPLY)[0].violations
        (some,) = evaluate(db, [Plan(named)], SUPPLY, about={"parent_summary", "no_such_column"})[0].violations
    finally:
        db.close()
    assert {"type", "parent_level", "parent_summary", "source", "status"} <= set(everything.values)
    assert {"type", "parent_level", "parent_summary"} <= set(some.values)
    assert not {"source", "status", "no_such_column"} & set(some.values)
    assert all(some.values[name] == everything.values[name] for name in some.values)


def test_what_every_issue_holds_is_not_looked_for():
    """Two issues of which one lacks a field: the need is asked of each; where none lacks it, of none."""
    a_rule = rule(where="true", needs=("outcome",))
    for issues, judged in (
        ([{"key": "A-1"}, {"key": "A-2"}], 2),
        ([{"key": "A-1"}, {"key": "A-2", "not_fetched": ["outcome"]}], 1),
    ):
        forest = Forest(issues)
        db = forest.database()
        try:
            supply = supply_of(db, standard(), {None: {"outcome": ("outcome",)}})
            assert ("outcome" in supply.everywhere) is (judged == 2)
            found = evaluate(db, [Plan(a_rule)], supply)[0]
        finally:
            db.close()
        assert (found.applies, len(found.violations)) == (2, judged)
