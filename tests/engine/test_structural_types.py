"""Rules on what types mean, and those that speak of projects, against a plain reading on random forests.

The types here are those a mapping gets wrong: releases among the parents, epics and tasks that are counted,
stories that nothing classifies. Issues were created 31 days before the run's moment.
"""

from datetime import date

from forests import FLOW_ITEM_RANK, Forest, forests, standard
from hypothesis import given, settings
from hypothesis import strategies as st

from depth import examples
from flowlint.config.load import load_value
from flowlint.engine.evaluate import evaluate
from flowlint.engine.parameters import resolve
from flowlint.engine.plan import Plan
from flowlint.engine.rulefile import load_rules
from flowlint.engine.supply import supply_of
from flowlint.engine.trial import STANDARD
from flowlint.engine.world import World

RULES = {rule.id: rule for rule in load_rules().rules}
KINDS = {
    "Story": {"level": "story", "flow_item": "feature"},
    "Spike": {"level": "story", "flow_item": "none"},
    "Wish": {"level": "story"},
    "Capability": {"level": "epic", "flow_item": "feature"},
    "Epic": {"level": "epic"},
    "Chore": {"level": "task", "flow_item": "debt"},
    "Task": {"level": "task"},
    "Release": {"container": "release"},
    "Deployment": {"level": "epic"},
    "Ticket": "ignore",
}
"""Types and what the mapping says of them; a deployment is a release by its name."""
RANK = {"epic": 3, "story": 2, "task": 1}


def meaning(kind):
    """Return the rank of a type's level and its flow item, each None where the mapping gives none."""
    entry = KINDS[kind] if isinstance(KINDS[kind], dict) else {}
    return RANK.get(entry.get("level")), entry.get("flow_item")


def judged(issue):
    """Tell whether rules look at the issue: of a type not left out, open, or done in the last 90 days."""
    if issue["type"] == "Ticket" or issue["status"] == "Rejected":
        return False
    resolved = issue.get("resolved")
    return issue["status"] != "Done" or (date(2026, 2, 1) - date.fromisoformat(resolved)).days <= 90


def counted(kind):
    """Tell whether issues of the type are counted as flow items."""
    return meaning(kind)[1] not in (None, "none")


def h101(issue, kinds):
    """An issue below the flow item level that is counted."""
    return (meaning(issue["type"])[0] or 9) < FLOW_ITEM_RANK and counted(issue["type"])


def d201(issue, kinds):
    """Parent and child both counted."""
    parent = kinds.get(issue["parent"])
    return counted(issue["type"]) and issue["parent"] != issue["key"] and parent is not None and counted(parent)


def d202(issue, kinds):
    """An issue at the flow item level that nothing classifies."""
    return meaning(issue["type"]) == (FLOW_ITEM_RANK, None)


def d203(issue, kinds):
    """An issue above the flow item level that is counted."""
    return (meaning(issue["type"])[0] or 0) > FLOW_ITEM_RANK and counted(issue["type"])


def r303(issue, kinds):
    """Work whose parent is a release."""
    releases = ("Release", "Deployment")
    is_work = issue["type"] not in releases and issue["parent"] != issue["key"]
    return is_work and kinds.get(issue["parent"]) in releases


READINGS = {"H101": h101, "D201": d201, "D202": d202, "D203": d203, "R303": r303}


@st.composite
def worlds(draw):
    """Draw issues of all types, each with a parent in the data, outside of it (its type known or not), or none."""
    keys = [f"A-{number}" for number in range(1, draw(st.integers(2, 14)) + 1)]
    issues = []
    for key in keys:
        issue = {
            "key": key,
            "type": draw(st.sampled_from(sorted(KINDS))),
            "parent": draw(st.sampled_from([*keys, "X-1", None])),
            "status": draw(st.sampled_from(["To Do", "In Progress", "Done", "Rejected"])),
        }
        if issue["parent"] == "X-1":
            issue["parent_type"] = draw(st.sampled_from([None, "Release", "Story"]))
        if issue["status"] == "Done":
            issue["resolved"] = draw(st.sampled_from(["2026-01-05", "2025-11-03", "2025-11-02"]))
        issues.append(issue)
    return issues


def run(codes, database, mapping):
    """Return the outcomes of rules over a database by their codes."""
    supply = supply_of(database, mapping, World({"issues": []}, mapping).fields())
    plans = [Plan(RULES[code], resolve(RULES[code], {})[0]) for code in codes]
    outcomes = {outcome.rule.id: outcome for outcome in evaluate(database, plans, supply, name_unjudged=True)}
    assert all(outcome.error is None for outcome in outcomes.values())
    return outcomes


@settings(max_examples=examples(20))
@given(worlds())
def test_rules_on_types_say_what_a_plain_reading_says(issues):
    """Each finding follows from what the mapping says of the types, and none is missing."""
    mapping = load_value({"issue_types": KINDS}, "types", over=STANDARD.read_text(encoding="utf-8"))
    kinds = {issue["key"]: issue["type"] for issue in issues}
    outcomes = run(READINGS, Forest(issues).database(mapping), mapping)
    for code, reading in READINGS.items():
        # What an issue says of a parent outside the data is read like a parent in it.
        wanted = {one["key"] for one in issues if judged(one) and reading(one, kinds | {"X-1": one.get("parent_type")})}
        assert {violation.key for violation in outcomes[code].violations} == wanted, code


def orphan_epics(forest):
    """Return the epics and the projects of which H104 speaks: findings, and what is not judged."""
    found, unjudged = set(), set()
    for project in {key.split("-")[0] for key in forest.by_key}:
        keys = [key for key in forest.by_key if key.startswith(f"{project}-")]
        reached = {one for key in keys for one in forest.chain(key) if not forest.in_cycle(one)} | set(keys)
        if not any(forest.rank(key) > 3 for key in reached):
            continue  # No initiative is in use here.
        epics = [key for key in keys if forest.rank(key) == 3 and forest.by_key[key].get("parent") != key]
        having = {key for key in epics if initiative_above(forest, key)}
        unclear = {key for key in epics if key not in having and leaves_the_data(forest, key)}
        looked_at = {key for key in epics if forest.is_open(key) or recently_done(forest, key)}
        if having:
            found |= looked_at - having - unclear
            unjudged |= looked_at & unclear
        elif looked_at:
            (unjudged if unclear else found).add(project)
    return found, unjudged


def initiative_above(forest, key):
    """Tell whether an initiative is the parent, or somewhere above."""
    parent = forest.parent(key)
    far = [one for one in forest.chain(key) if not forest.in_cycle(one)]
    return any(forest.rank(one) > 3 for one in [*([parent] if parent else []), *far])


def leaves_the_data(forest, key):
    """Tell whether the chain ends at a parent that cannot be read."""
    top = forest.top(key)
    return top is not None and forest.parent_state(top) in ("outside", "hidden")


def recently_done(forest, key):
    """Tell whether the issue was done in the last 90 days."""
    resolved = forest.by_key[key].get("resolved")
    return forest.state(key) == "done" and (date(2026, 2, 1) - date.fromisoformat(resolved)).days <= 90


@settings(max_examples=examples(30))
@given(forests())
def test_orphan_epics_are_told_one_by_one_or_for_the_project(forest):
    """Where some epic of a project has an initiative each one without is found, else the project is, once."""
    outcome = run(["H104"], forest.database(), standard())["H104"]
    found, unjudged = orphan_epics(forest)
    assert {violation.key or violation.project for violation in outcome.violations} == found
    assert set(outcome.unjudged_keys) == unjudged
