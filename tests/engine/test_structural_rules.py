"""Every structural rule against a plain reading of its definition, issue by issue, on random forests.

The readings follow the catalogue and know no SQL. Each says of one issue: True (finding), False (clean),
None (not judged), or SILENT (the rule does not speak of it). Issues were created 31 days before the
run's moment and last changed 8 days before it.
"""

import random
from datetime import date

from forests import FLOW_ITEM_RANK, FLOW_ITEMS, NATIVE, RANKS, Forest, forests, standard
from hypothesis import given, settings

from depth import examples
from flowlint.engine.evaluate import evaluate
from flowlint.engine.parameters import resolve
from flowlint.engine.plan import Plan
from flowlint.engine.rulefile import load_rules
from flowlint.engine.supply import supply_of
from flowlint.engine.world import World
from flowlint.model.cycles import key_order

SILENT = "silent"
TODAY = date(2026, 2, 1)


def done_days(forest, key):
    """Return whole days since the issue was done."""
    resolved = forest.by_key[key].get("resolved")
    return (TODAY - date.fromisoformat(resolved)).days if resolved else 8


def recent(forest, key):
    """Tell whether rules look at the issue: open, or done in the last 90 days."""
    return forest.is_open(key) or (forest.state(key) == "done" and done_days(forest, key) <= 90)


def own_parent(forest, key):
    """Tell whether the issue names itself as parent."""
    return forest.by_key[key].get("parent") == key


def h102(forest, key):
    """A task whose parent is a portfolio item, or that has none."""
    if forest.rank(key) >= FLOW_ITEM_RANK or own_parent(forest, key) or not recent(forest, key):
        return SILENT
    if forest.parent_state(key) == "none":
        return True
    rank = forest.parent_rank(key)
    return None if rank is None else rank > FLOW_ITEM_RANK


def h103(forest, key):
    """An open flow item, no defect, whose chain never reaches a portfolio item."""
    if not forest.is_flow_item(key) or not forest.is_open(key) or own_parent(forest, key):
        return SILENT
    if forest.by_key[key]["type"] == "Bug" and "defect" in defaults("H103")["ignore_flow_items"]:
        return SILENT
    reaches = forest.reaches_portfolio(key)
    return None if reaches is None else not reaches


def with_parent(forest, key):
    """Return the parent's rank, or SILENT where the pair is none to speak of."""
    if forest.parent_state(key) == "none" or own_parent(forest, key) or not recent(forest, key):
        return SILENT
    return forest.parent_rank(key)


def h105(forest, key):
    """A child at the level of its parent or higher."""
    rank = with_parent(forest, key)
    if rank in (SILENT, None):
        return rank
    # Where one level holds both a type and its sub-tasks, Jira itself orders the two.
    parent = forest.parent(key)
    ordered = parent and NATIVE[forest.by_key[key]["type"]] < NATIVE[forest.by_key[parent]["type"]]
    return forest.rank(key) > rank or (forest.rank(key) == rank and not (ordered and rank < FLOW_ITEM_RANK))


def h106(forest, key):
    """A child two levels or more below its parent, unless Jira allows it no other."""
    rank = with_parent(forest, key)
    if rank in (SILENT, None):
        return rank
    parent = forest.parent(key)
    only_way = NATIVE[forest.by_key[key]["type"]] == 0 and parent and NATIVE[forest.by_key[parent]["type"]] == 1
    return rank - forest.rank(key) >= 2 and not only_way


def h107(forest, key):
    """The smallest key of a cycle."""
    members = [key, *forest.chain(key)]
    if not forest.in_cycle(key) or not any(recent(forest, member) for member in members):
        return False
    return key == min(members, key=key_order)


def h108(forest, key):
    """A parent that the source says does not exist."""
    state = forest.parent_state(key)
    if state == "none" or not recent(forest, key):
        return SILENT
    return {"known": False, "missing": True}.get(state)


def h109(forest, key):
    """A started or done portfolio item without children."""
    if not forest.is_portfolio(key) or forest.state(key) not in ("active", "done") or not recent(forest, key):
        return SILENT
    if own_parent(forest, key):
        return SILENT
    return not forest.children(key)


def h110(forest, key):
    """A portfolio item with one child, both open for 30 days."""
    if not forest.is_portfolio(key) or not forest.is_open(key):
        return SILENT
    children = forest.children(key)
    return len(children) == 1 and forest.is_open(children[0])


def h111(forest, key):
    """A portfolio item with more children at the flow item level than it may have."""
    if not forest.is_portfolio(key) or not recent(forest, key):
        return SILENT
    stories = [child for child in forest.children(key) if forest.rank(child) == FLOW_ITEM_RANK]
    return len(stories) > OPTIONS["H111"]["max_children"]


def h112(forest, key):
    """A chain longer than there are levels, as far as it is known."""
    if not recent(forest, key) or forest.cycle_above(key):
        return SILENT
    if len(forest.chain(key)) + 1 > 4:
        return True
    return False if forest.parent_state(forest.top(key)) == "none" else None


def h113(forest, key):
    """A portfolio item split into flow items and into tasks that Jira could put elsewhere."""
    children = forest.children(key)
    if not forest.is_portfolio(key) or not children or not recent(forest, key):
        return SILENT
    native = NATIVE[forest.by_key[key]["type"]]
    tasks = [
        child
        for child in children
        if forest.rank(child) < FLOW_ITEM_RANK and not (NATIVE[forest.by_key[child]["type"]] == 0 and native == 1)
    ]
    return any(map(forest.is_flow_item, children)) and bool(tasks)


def h115(forest, key):
    """A done parent with an open child."""
    children = forest.children(key)
    if forest.state(key) != "done" or not children or done_days(forest, key) > 90:
        return SILENT
    return any(map(forest.is_open, children))


def h116(forest, key):
    """An open parent whose children are all done, for 14 days and more."""
    children = forest.children(key)
    if not forest.is_open(key) or not children or own_parent(forest, key):
        return SILENT
    states = {forest.state(child) for child in children}
    finished = states <= {"done", "cancelled"} and "done" in states
    return finished and all(done_days(forest, child) >= 14 for child in children)


def h117(forest, key):
    """An active child of a parent that is new or cancelled."""
    parent = forest.parent(key)
    if forest.state(key) != "active" or forest.parent_state(key) == "none" or own_parent(forest, key):
        return SILENT
    return None if parent is None else forest.state(parent) in ("new", "cancelled")


def h118(forest, key):
    """Two parents named, the second no issue above the first."""
    if forest.parent_state(key) == "none" or not recent(forest, key):
        return SILENT
    parent, link = (forest.by_key[key].get(via) for via in ("parent", "epic_link"))
    above = [forest.by_key[one].get("parent") for one in forest.chain(key) if not forest.in_cycle(one)]
    return link not in (None, parent, *above)


def h119(forest, key):
    """A portfolio item whose children belong to more projects, or to more teams, than they may."""
    children = forest.children(key)
    if not forest.is_portfolio(key) or not children or not recent(forest, key):
        return SILENT
    projects = {child.split("-")[0] for child in children}
    teams = {forest.by_key[child].get("team") for child in children} - {None}
    return max(len(projects), len(teams)) > OPTIONS["H119"]["max_places"]


def h120(forest, key):
    """A portfolio item with story points whose children have them too."""
    children = forest.children(key)
    if not forest.is_portfolio(key) or not children or not recent(forest, key):
        return SILENT
    points = [forest.by_key[one].get("points") for one in (key, *children)]
    return points[0] is not None and any(points[1:])


def d201(forest, key):
    """A counted issue whose parent is counted too."""
    if (
        not forest.is_counted(key)
        or forest.parent_state(key) == "none"
        or own_parent(forest, key)
        or not recent(forest, key)
    ):
        return SILENT
    parent = forest.parent(key)
    if parent is not None:
        return forest.is_counted(parent)
    stub = forest.by_key[key].get("parent_type")
    return None if stub is None else FLOW_ITEMS.get(stub, "none") != "none"


def s404(forest, key):
    """A flow item blocked by an open sibling."""
    if not forest.is_flow_item(key) or not forest.is_open(key):
        return SILENT
    blockers = [one for one in forest.by_key if {"blocks": key} in forest.by_key[one]["links"]]
    parent = forest.by_key[key].get("parent")
    siblings = [one for one in blockers if parent is not None and forest.by_key[one].get("parent") == parent]
    # A spike first is how uncertainty is meant to be taken out.
    work = [one for one in siblings if forest.by_key[one]["type"] != "Spike"]
    return any(forest.is_open(one) and parent not in (one, key) for one in work)


def s405(forest, key):
    """The smallest key of a set of open issues that block each other."""
    if not forest.is_open(key):
        return False

    def reached(start):
        seen, todo = set(), [start]
        while todo:
            for link in forest.by_key[todo.pop()]["links"]:
                other = link["blocks"]
                if forest.is_open(other) and other not in seen:
                    seen.add(other)
                    todo.append(other)
        return seen

    circle = {other for other in reached(key) if key in reached(other)}
    return bool(circle) and key == min(circle, key=key_order)


def has_outcome(forest, key):
    """Tell whether an outcome is written down."""
    return bool(forest.by_key[key].get("fields"))


def running(forest, key):
    """Tell whether the portfolio item has active or done children."""
    return any(forest.state(child) in ("active", "done") for child in forest.children(key))


def o501(forest, key):
    """A portfolio item without outcome whose work does not run yet."""
    if not forest.is_portfolio(key) or not recent(forest, key):
        return SILENT
    return not has_outcome(forest, key) and not running(forest, key)


def o508(forest, key):
    """A portfolio item without outcome whose work runs."""
    if not forest.is_portfolio(key) or not recent(forest, key):
        return SILENT
    return not has_outcome(forest, key) and running(forest, key)


def defaults(code):
    """Return a rule's parameters: the defaults, but for limits that forests of this size do not reach."""
    return resolve(RULES[code], OPTIONS.get(code, {}))[0]


OPTIONS = {"H111": {"max_children": 1}, "H119": {"max_places": 1}}


RULES = {rule.id: rule for rule in load_rules().rules}
READINGS = {
    name.upper(): reading
    for name, reading in globals().items()
    if name[1:].isdigit() and name[0] in "hdrso" and callable(reading)
}
FINDINGS_ONLY = {"H107", "S405", "O501", "O508", "S404", "H117", "H110"}
"""Here only the findings are compared: what else such a rule counts as looked at is its own choice."""


@settings(max_examples=examples(20))
@given(forests())
def test_structural_rules_say_what_a_plain_reading_says(forest):
    """Findings and what is not judged are the same, whatever the shape of the forest."""
    compare(forest)


def test_every_reading_meets_findings():
    """In a large forest each rule finds something, so that agreement means something."""
    pick = random.Random(11)
    issues = [
        {
            "key": f"{pick.choice('AB')}-{number}",
            "type": pick.choice(sorted(RANKS)),
            "status": pick.choice(["Idea", "To Do", "In Progress", "In Progress", "Done"]),
            "summary": f"Summary of {number}",
            "links": [],
        }
        for number in range(1, 161)
    ]
    keys = [issue["key"] for issue in issues]
    for issue in issues:
        issue["native_level"] = NATIVE[issue["type"]]
        issue["parent"] = pick.choice([*pick.sample(keys, 6), "HID-1", None])
        issue["parent_state"] = pick.choice([None, "missing"])
        issue["links"] = [{"blocks": key} for key in pick.sample(keys, 2) if key != issue["key"]]
        siblings = [other["key"] for other in issues if other.get("parent") == issue["parent"] and other is not issue]
        issue["links"] += [{"blocks": key} for key in siblings[:1] if {"blocks": key} not in issue["links"]]
        issue["epic_link"] = pick.choice([*pick.sample(keys, 2), "HID-1", None]) if issue["parent"] else None
        issue["team"] = pick.choice(["Checkout", "Ledger", None])
        if pick.random() < 0.5:
            issue["points"] = 3
        if issue["status"] == "Done":
            issue["resolved"] = "2026-01-05"
    # A chain longer than there are levels is rare by chance, and so is a cycle.
    issues += [
        {"key": key, "type": "Epic", "status": "To Do", "native_level": 1, "links": [], "parent": other}
        for key, other in (("D-1", "D-2"), ("D-2", "D-1"))
    ]
    issues += [
        {"key": f"C-{n}", "type": "Story", "status": "To Do", "native_level": 0, "links": []}
        | ({"parent": f"C-{n - 1}"} if n > 1 else {})
        for n in range(1, 7)
    ]
    found = compare(Forest(issues))
    assert {code for code in READINGS if not found[code]} == set()


def compare(forest):
    """Hold every rule against its reading; return the findings by rule."""
    db = forest.database()
    supply = supply_of(db, standard(), World({"issues": []}, standard()).fields())
    plans = [Plan(RULES[code], defaults(code)) for code in sorted(READINGS)]
    found = {}
    for outcome in evaluate(db, plans, supply, name_unjudged=True):
        code = outcome.rule.id
        said = {key: READINGS[code](forest, key) for key in forest.by_key}
        found[code] = sorted(violation.key for violation in outcome.violations)
        assert outcome.error is None, code
        assert found[code] == sorted(key for key, is_ in said.items() if is_ is True), code
        if code not in FINDINGS_ONLY:
            assert sorted(outcome.unjudged_keys) == sorted(key for key, is_ in said.items() if is_ is None), code
            assert outcome.applies == sum(is_ != SILENT for is_ in said.values()), code
    db.close()
    return found
