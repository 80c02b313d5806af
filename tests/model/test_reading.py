"""How single issues were read: keys that are found, parents that won, conditions, states and fields."""

from pathlib import Path

import pytest
from forests import MOMENT

from flowlint.config.grounds import Grounds
from flowlint.config.load import load_text
from flowlint.config.observed import Observed
from flowlint.engine.trial import standard_text
from flowlint.engine.world import World
from flowlint.errors import UsageError
from flowlint.model.build import build
from flowlint.model.reading import Reader
from flowlint.model.tree import find_keys, read_tree
from flowlint.snapshot.database import open_database

MAPPING = """\
flow_items:
  - {match: {types: [Story], labels: [tech-debt]}, flow_item: debt}
  - {match: {types: [Task]}, flow_item: risk, level: story}
parents: [parent, {link: is part of}, epic_link]
projects:
  B:
    issue_types: {Story: {level: story, flow_item: defect}}
    parents: [epic_link]
"""


def world(*issues, config=MAPPING):
    """Return a database over these issues and a reader of it, under the standard mapping with changes."""
    mapping = load_text(config, "flowlint.yaml", folder=Path(), over=standard_text())
    made = World({"issues": list(issues)}, mapping)
    db = open_database()
    made.write(db)
    build(db, mapping, made.fields(), MOMENT)
    return db, Reader(db, mapping, Grounds(mapping, Observed()))


def facts(reader, key, section):
    """Return value and origin of each fact of a section, by its name."""
    return {one.name: (one.value, str(one.origin)) for one in reader.read(key).sections[section]}


def test_the_entry_of_the_type_is_named():
    """A project's own goes before the common one."""
    _, reader = world({"key": "A-1", "type": "Story"}, {"key": "B-1", "type": "Story"}, {"key": "A-2", "type": "Nope"})
    assert facts(reader, "A-1", "type")["flow item"][0] == "feature"
    assert facts(reader, "B-1", "type")["flow item"] == ("defect", "flowlint.yaml:7:19, issue_types.Story")
    assert facts(reader, "A-2", "type")["level"] == (None, "no entry of issue_types matches this type")


def test_the_condition_that_matched_is_named():
    """With the level that it sets, if it does."""
    _, reader = world({"key": "A-1", "type": "Story", "labels": ["tech-debt"]}, {"key": "A-2", "type": "Task"})
    story, task = facts(reader, "A-1", "type"), facts(reader, "A-2", "type")
    assert story["flow item"] == ("debt", "flowlint.yaml:2:5, flow_items matches types Story; labels tech-debt")
    assert story["level"][1].endswith("issue_types.Story")
    assert task["level"] == ("story", "flowlint.yaml:3:5, flow_items matches types Task")


def test_all_parents_that_are_named_are_told():
    """The first in the order wins; what the order does not list was not looked at."""
    named = {"parent": "A-9", "epic_link": "A-2", "links": [{"is part of": "A-2"}]}
    _, reader = world({"key": "A-1", "type": "Story", **named}, {"key": "A-2", "type": "Epic"}, {"key": "B-1", **named})
    one = reader.read("A-1")
    assert one.ways == ("parent", "is part of", "epic_link")
    assert str(one.parents) == "flowlint.yaml:4:1, parents"
    assert [(c.via, c.key, c.state, c.won) for c in one.candidates] == [
        ("parent", "A-9", "outside", True),
        ("is part of", "A-2", "known", False),
        ("epic_link", "A-2", "known", False),
    ]
    other = reader.read("B-1")
    assert str(other.parents) == "flowlint.yaml:8:5, projects.B.parents"
    assert [(c.via, c.won, c.why) for c in other.candidates] == [
        ("epic_link", True, "the only one named"),
        ("parent", False, "not listed in `parents`"),
    ]


def test_the_step_that_places_a_status_is_named():
    """A status that no step names says so, and counts by Jira's category."""
    _, reader = world(
        {"key": "A-1", "status": "In Progress"},
        {"key": "A-2", "status": "Elsewhere", "category": "done"},
        {"key": "A-3", "status": "Done", "resolution": "Won't Do"},
    )
    value, origin = facts(reader, "A-1", "state")["flow state"]
    assert value == "active"
    assert "step " in origin
    lost = facts(reader, "A-2", "state")
    assert (lost["flow state"][0], lost["counts as"][0]) == (None, "done")
    assert "no step of the workflow names this status" in lost["flow state"][1]
    assert "the resolution Won't Do means cancelled" in facts(reader, "A-3", "state")["flow state"][1]


def test_a_cycle_and_missing_children_are_told():
    """What the rules of the tree rest on."""
    _, reader = world(
        {"key": "A-1", "type": "Story", "parent": "A-2"}, {"key": "A-2", "type": "Story", "parent": "A-1"}
    )
    told = facts(reader, "A-1", "tree")
    assert told["cycle"] == (True, "of 2 issues")
    assert told["root"][0] is None


def test_keys_are_found_in_any_case_and_near_ones_named():
    """Several faults in one message; a stranger is told apart from a parent outside the data."""
    db, _ = world({"key": "PAY-17", "parent": "PRD-1"}, {"key": "PAY-18"})
    assert find_keys(db, ["pay-18", " PAY-17 ", "PAY-17", "prd-1"]) == ("PAY-18", "PAY-17", "PRD-1")
    with pytest.raises(UsageError, match='no issue "PAY-71" is in the data; near it are PAY-1') as caught:
        find_keys(db, ["PAY-71", "X' OR 1=1", "PRD-1"], absent=False)
    assert "is named as a parent, but is not in the data" in caught.value.message
    assert caught.value.message.count("\n") == 2


def test_reading_a_part_of_the_tree_reads_what_is_around_a_key():
    """Ancestors and descendants, in cycles too, and nothing beside them."""
    db, _ = world(
        {"key": "A-1", "type": "Epic", "parent": "HID-1"},
        {"key": "A-2", "parent": "A-1"},
        {"key": "A-3", "parent": "A-2"},
        {"key": "A-4", "parent": "A-1"},
        {"key": "A-5", "parent": "A-6"},
        {"key": "A-6", "parent": "A-5"},
    )
    assert {one.key for one in read_tree(db, ["A-2"])} == {"A-1", "A-2", "A-3", "HID-1"}
    assert {one.key for one in read_tree(db, ["A-5"])} == {"A-5", "A-6"}
    assert {one.key: one.state for one in read_tree(db)}["HID-1"] == "outside"
    assert len(read_tree(db)) == 7
