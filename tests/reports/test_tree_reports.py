"""The tree and the account of an issue as people and programs read them."""

import json
import unicodedata
from typing import Any

import jsonschema
import pytest
from handmade import HOSTILE, full_verdict, outcome, rule, verdict, violation
from hypothesis import given, settings
from hypothesis import strategies as st
from syrupy.assertion import SnapshotAssertion

from depth import examples
from flowlint.config.origin import Origin
from flowlint.errors import Place
from flowlint.model.facts import Candidate, Fact, Reading
from flowlint.model.tree import TreeIssue
from flowlint.reports import tree_json, tree_text, why_json, why_text
from flowlint.reports.terminal import Paint, width
from flowlint.verdict.account import RULED, Account, Ruling
from flowlint.verdict.finding import Verdict
from flowlint.verdict.forest import Forest, Shape, grow


def issue(key: str, parent: str | None = None, **more: Any) -> TreeIssue:
    """Return an issue in scope."""
    usual = {"project": key.rpartition("-")[0], "type": "Story", "level": "story", "flow_item": "feature"}
    usual |= {"summary": f"Summary of {key}", "status": "To Do", "flow_state": "new"}
    return TreeIssue(key, **{"in_scope": True, **usual, "parent_key": parent, **more})  # type: ignore[arg-type]


def world() -> tuple[list[TreeIssue], Verdict]:
    """Return issues in every role, in every state, with hostile texts and a cycle, and a verdict on them."""
    epic = {"type": "Epic", "level": "epic", "flow_item": None}
    issues = [
        issue("PAY-3", **epic, flow_state="active", url="https://acme.example/browse/PAY-3"),
        issue("PAY-20", "PAY-3", summary=HOSTILE, type="Bug", flow_item="defect"),
        issue("PAY-21", "PAY-20", type="Sub-task", level="task", flow_item=None, flow_state=None, status=HOSTILE),
        issue("PAY-22", "PAY-3", type="Spike", flow_item="none", flow_state="done", is_done=True),
        *[issue(f"PAY-{n}", "PAY-3", is_done=n > 40) for n in range(30, 45)],
        issue("PAY-50", "PAY-30", type="Task", level="task", flow_item=None),
        issue("PAY-7", "HID-1"),
        TreeIssue("HID-1", "HID", "Epic", "epic", summary="Behind a door", state="hidden"),
        issue("WEB-1", type="Release", level=None, flow_item=None, container="release"),
        issue("WEB-2", "WEB-1", type=None, level=None, flow_item=None),
        issue("WEB-5", "WEB-6"),
        issue("WEB-6", "WEB-5"),
        issue("WEB-9", type="Support ticket", level=None, flow_item=None, in_scope=False),
        issue("WEB-10", "WEB-9"),
    ]
    return issues, full_verdict()


def forest(*keys: str, **shape: Any) -> tuple[Forest, Verdict]:
    """Return the forest of these issues."""
    issues, made = world()
    return grow(issues, made.findings, keys, Shape(**shape)), made


@pytest.mark.parametrize(
    ("keys", "shape", "options"),
    [
        ((), {}, {}),
        ((), {"depth": 1}, {"width": 72}),
        ((), {"findings_only": True}, {"paint": Paint(colour=True, links=True)}),
        (("PAY-20", "WEB-6"), {}, {"quiet": True}),
        ((), {"everything": True, "max_children": 3}, {"width": 140}),
    ],
    ids=["default", "depth", "findings-only-painted", "keys-quiet", "width"],
)
def test_the_tree_reads_like_this(
    keys: tuple[str, ...], shape: dict[str, Any], options: dict[str, Any], snapshot: SnapshotAssertion
) -> None:
    """Every role, state and fold, with hostile texts among them."""
    assert "".join(tree_text.render(*forest(*keys, **shape), tree_text.Options(**options))) == snapshot


@pytest.mark.parametrize("shape", [{}, {"depth": 1}, {"findings_only": True}], ids="-".join)
def test_the_json_is_as_published(shape: dict[str, Any], snapshot: SnapshotAssertion) -> None:
    """It is in the shape of the schema, and in ASCII."""
    text = "".join(tree_json.render(*forest(**shape)))
    assert text.isascii()
    document = json.loads(text)
    jsonschema.Draft202012Validator(json.loads(tree_json.SCHEMA.read_text())).validate(document)
    assert document["summary"] | {"folds": document["folds"]} == snapshot


def test_an_empty_tree_is_sound_json() -> None:
    """Keys that nothing in scope hangs below give empty lists."""
    text = "".join(tree_json.render(grow([], ()), verdict()))
    assert (json.loads(text)["issues"], json.loads(text)["folds"]) == ([], [])


def account() -> Account:
    """Return an account with every kind of fact and ruling."""
    line = Place("flowlint.yaml", 12, 3)
    facts = (
        Fact("type", HOSTILE, Origin("data", "the issue itself")),
        Fact("level", "story", Origin("mapping", "issue_types.Story", line)),
        Fact("flow item", None, Origin("inferred", "its name does not say what it counts as")),
        Fact("counted", value=False, origin=None),
        Fact("labels", [HOSTILE, "b"], Origin("default")),
    )
    missing = (Fact("outcome", None, Origin("computed", "mapped to no field, and none is recognised")),)
    candidates = (
        Candidate("parent", "PAY-3", "known", won=True, why="first in the order"),
        Candidate(HOSTILE, "PRD-1", "outside", won=False, why="comes later in the order"),
    )
    rulings = [
        Ruling(f"H10{n}", "orphan-story", "issue", "warning", said, f"because {said}", "Put it right.\n", None)
        for n, said in enumerate(RULED)
    ]
    rulings.append(Ruling("R308", "overdue-version", "version", "info", "does_not_apply", "speaks of versions"))
    rulings[1] = Ruling("H102", "x", "issue", "info", "muted", HOSTILE, origin=Origin("mapping", "exceptions", line))
    reading = Reading(
        *("PAY-20", "PAY", HOSTILE, "https://acme.example/browse/PAY-20"),
        in_scope=True,
        scope="in scope: the rules judge it",
        sections={"type": facts, "fields": missing},
        candidates=candidates,
        ways=("parent", "is part of"),
        parents=Origin("default", "the mapping does not write parents"),
    )
    return Account(reading, tuple(rulings))


@pytest.mark.parametrize("columns", [80, 100])
def test_the_account_reads_like_this(columns: int, snapshot: SnapshotAssertion) -> None:
    """Values, origins and rulings, with hostile texts among them."""
    assert "".join(why_text.render([account()], full_verdict(), columns)) == snapshot


def test_the_account_is_json_as_published() -> None:
    """It is in the shape of the schema, and in ASCII."""
    text = "".join(why_json.render([account()], full_verdict()))
    assert text.isascii()
    jsonschema.Draft202012Validator(json.loads(why_json.SCHEMA.read_text())).validate(json.loads(text))


def test_all_schemas_tell_of_the_run_alike() -> None:
    """What was read and asked has one shape."""
    from flowlint.reports.json_report import SCHEMA

    shapes = [json.loads(path.read_text())["properties"]["run"] for path in (SCHEMA, tree_json.SCHEMA, why_json.SCHEMA)]
    assert shapes[0] == shapes[1] == shapes[2]


_HOSTILE = st.text(st.characters(exclude_categories=[]), max_size=40)


@settings(max_examples=examples(40))
@given(_HOSTILE, _HOSTILE, st.integers(72, 140), st.integers(1, 30), st.booleans())
def test_no_text_reaches_the_terminal_as_a_command(one: str, other: str, columns: int, deep: int, only: bool) -> None:  # noqa: FBT001
    """Whatever stands in keys, types, statuses and summaries: no control character, and lines that fit."""
    hostile = {"summary": one, "type": other, "status": one, "flow_state": None, "level": other}
    issues = [issue("PAY-1", **hostile), *[issue(f"PAY-{n}", f"PAY-{n - 1}", **hostile) for n in range(2, deep + 2)]]
    issues += [TreeIssue(one or "X", other, other, state="outside"), issue("WEB-1", one or "X", **hostile)]
    found = verdict(outcome(rule(message="{summary}"), violation(f"PAY-{deep}", summary=one)))
    drawn = grow(issues, found.findings, shape=Shape(findings_only=only))
    text = "".join(tree_text.render(drawn, found, tree_text.Options(width=columns)))
    reading = Reading(
        *(one, other, one, None, 1, other), {"type": (Fact(one, other),)}, (), (other,), Origin("data", one)
    )
    rulings = [Ruling(f"H10{n}", one, other, "info", said, one, other) for n, said in enumerate(RULED)]
    text += "".join(why_text.render([Account(reading, tuple(rulings))], found, columns))
    for line in text.split("\n"):
        assert all(unicodedata.category(letter) not in ("Cc", "Cs", "Zl", "Zp") for letter in line)
        assert width(line) <= columns
