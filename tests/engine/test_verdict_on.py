"""Of which issues a rule speaks, and which of its conditions keeps it from an issue."""

import pytest
from forests import Forest

from flowlint.engine.plan import Plan
from flowlint.engine.rulefile import parse_rule
from flowlint.engine.supply import Supply
from flowlint.engine.verdict_on import conjuncts, spoken_of, unmet
from flowlint.snapshot.database import lock

RULE = """
id: S901
name: a-rule
group: stories
status: stable
severity: info
confidence: high
scope: issue
summary: s
why: w
fix: f
fix_kind: judgement
accept: a
message: m
parameters:
  kinds: {type: list, default: [Bug], description: d}
examples: []
"""


@pytest.mark.parametrize(
    ("sql", "parts"),
    [
        ("is_open", ["is_open"]),
        ("is_open AND is_done", ["is_open", "is_done"]),
        ("is_open and (a AND b) AND [x AND y] = z", ["is_open", "(a AND b)", "[x AND y] = z"]),
        ("a BETWEEN 1 AND 2 AND b", ["a BETWEEN 1 AND 2", "b"]),
        ("CASE WHEN a AND b THEN c END AND d", ["CASE WHEN a AND b THEN c END", "d"]),
        ("s = 'this AND that''s' AND t", ["s = 'this AND that''s'", "t"]),
        ('"a AND b" AND c', ['"a AND b"', "c"]),
        ("a OR b AND c", ["a OR b AND c"]),
        ("a AND b OR c", ["a AND b OR c"]),
        ("(a OR b) AND c", ["(a OR b)", "c"]),
        ("a -- AND b\nAND c", ["a -- AND b", "c"]),
        ("band AND android", ["band", "android"]),
    ],
)
def test_conditions_are_told_apart(sql, parts):
    """Only where AND joins them at the top: a word in a text, in brackets or in BETWEEN is another matter."""
    assert conjuncts(sql) == parts


@pytest.fixture
def db():
    """Return views over an open story, an open bug and a done story."""
    issues = [
        {"key": "A-1", "type": "Story", "status": "To Do"},
        {"key": "A-2", "type": "Bug", "status": "To Do"},
        {"key": "B-1", "type": "Story", "status": "Done"},
    ]
    for issue in issues:
        issue.update(native_level=0, summary="s", links=[], team=None)
    database = Forest(issues).database()
    lock(database)
    return database


def plan(text, **more):
    """Return a plan of the rule with these conditions."""
    rule = parse_rule(RULE + text, "a-rule.yaml")
    return Plan(rule, {"kinds": ["Bug"]}, **more)


def test_a_condition_chooses_the_issues(db):
    """What is clean is spoken of like what is found; the first condition that fails is named."""
    one = plan("applies: is_open AND\n  list_contains($kinds, type)\nwhere: 'false'\n")
    keys = ("A-1", "A-2", "B-1")
    assert spoken_of(db, one, Supply(), keys) == {"A-2"}
    assert [unmet(db, one, Supply(), key) for key in keys] == ["list_contains($kinds, type)", None, "is_open"]


def test_what_is_not_known_is_spoken_of(db):
    """A rule that cannot tell whether it applies has not judged, which is no silence."""
    assert spoken_of(db, plan("applies: due < created::DATE\nwhere: is_open\n"), Supply(), ("A-1",)) == {"A-1"}


def test_a_query_speaks_of_the_rows_that_it_returns(db):
    """Clean rows included; there is no condition to name."""
    sql = "SELECT 'issue' AS subject_kind, i.key AS subject_id, i.key AS subject_name, i.key, i.project, 'clean' AS verdict FROM issue i WHERE i.is_done"
    one = plan(f'query: "{sql}"\n')
    assert spoken_of(db, one, Supply(), ("A-1", "B-1")) == {"B-1"}
    assert unmet(db, one, Supply(), "A-1") is None


def test_a_plan_speaks_of_its_projects(db):
    """Options that differ by project make several plans of a rule."""
    text = "applies: 'true'\nwhere: 'false'\n"
    assert spoken_of(db, plan(text, projects=("b",)), Supply(), ("A-1", "B-1")) == {"B-1"}
    assert spoken_of(db, plan(text, except_projects=("B",)), Supply(), ("A-1", "B-1")) == {"A-1"}


def test_rules_about_others_speak_of_no_issue(db):
    """A rule about versions has nothing to say of one."""
    text = RULE.replace("scope: issue", "scope: version") + "where: released\n"
    assert spoken_of(db, Plan(parse_rule(text, "a-rule.yaml"), {"kinds": []}), Supply(), ("A-1",)) == frozenset()


def test_a_rule_that_fails_speaks_of_none(db):
    """What it would have said nobody knows; the run names the failure."""
    assert spoken_of(db, plan("applies: (summary::INTEGER) > 1\nwhere: is_open\n"), Supply(), ("A-1",)) == frozenset()
