"""Rich text to plain text."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flowlint.sources.adf import is_document, to_text
from flowlint.sources.rich_text import plain_text


def node(kind, *content, **attrs):
    """Return a node."""
    return {"type": kind, "content": list(content), **({"attrs": attrs} if attrs else {})}


def text(value):
    """Return a text node."""
    return {"type": "text", "text": value}


def strong(value):
    """Return a bold text node."""
    return text(value) | {"marks": [{"type": "strong"}]}


def paragraph(*values):
    """Return a paragraph of texts and nodes."""
    return node("paragraph", *(text(value) if isinstance(value, str) else value for value in values))


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ([node("heading", text("Outcome"), level=2), paragraph("Shorter queues")], "## Outcome\nShorter queues"),
        ([node("bulletList", node("listItem", paragraph("a")), node("listItem", paragraph("b")))], "- a\n- b"),
        (
            [
                node(
                    "orderedList",
                    node("listItem", paragraph("a"), node("bulletList", node("listItem", paragraph("b")))),
                )
            ],
            "- a\n  - b",
        ),
        ([node("taskList", node("taskItem", text("a"), state="TODO"))], "- a"),
        ([paragraph("one", {"type": "hardBreak"}, "two")], "one\ntwo"),
        ([paragraph("by ", {"type": "date", "attrs": {"timestamp": "1767225600000"}})], "by 2026-01-01"),
        ([paragraph("ask ", {"type": "mention", "attrs": {"id": "1", "text": "@Crew"}})], "ask @Crew"),
        ([paragraph({"type": "placeholder", "attrs": {"text": "What will change?"}})], ""),
        ([node("codeBlock", text("a\n  b"))], "\ta\n\t  b"),
        ([node("panel", node("heading", text("Why"), level=3), paragraph("because"))], "### Why\nbecause"),
        ([node("expand", paragraph("inside"), title="More")], "###### More\ninside"),
        (
            [node("table", node("tableRow", node("tableHeader", paragraph("k")), node("tableCell", paragraph("v"))))],
            "k | v",
        ),
        ([{"type": "blockCard", "attrs": {"url": "https://one.example"}}], "https://one.example"),
        ([paragraph(strong("bold"), " plain")], "bold plain"),
        ([paragraph(strong("Outcome"), text(": ")), paragraph("Shorter queues")], "###### Outcome:\nShorter queues"),
        ([paragraph(strong("Outcome"), {"type": "hardBreak"}, "Shorter")], "###### Outcome\nShorter"),
        ([paragraph(strong("30 % fewer calls.")), paragraph("by July")], "30 % fewer calls.\n\nby July"),
        ([paragraph("why"), paragraph(strong("End"))], "why\n\nEnd"),
        ([paragraph("one"), paragraph("two"), node("bulletList", node("listItem", paragraph("a")))], "one\n\ntwo\n- a"),
        ([node("bulletList", node("listItem", paragraph(strong("a"))))], "- a"),
        ([node("bulletList", node("listItem", paragraph(strong("a")), paragraph(strong("B"))))], "- a\n  B"),
        ([paragraph("# rm -r"), paragraph("## Outcome"), paragraph("- x")], " # rm -r\n\n## Outcome\n- x"),
        ([node("codeBlock", text("# Outcome\n- x"))], "\t# Outcome\n\t- x"),
        (
            [paragraph("see ", {"type": "inlineCard", "attrs": {"url": "https://one.example"}})],
            "see https://one.example",
        ),
        ([paragraph("now ", {"type": "status", "attrs": {"text": "LATE", "color": "red"}})], "now LATE"),
        (
            [paragraph("good ", {"type": "emoji", "attrs": {"shortName": ":tada:", "text": "\U0001f389"}})],
            "good \U0001f389",
        ),
        ([{"type": "futureBlock", "attrs": {"text": "odd"}}, node("futureBox", paragraph("in"))], "odd\n\nin"),
        ([node("heading", text("Too"), level=9), paragraph("deep")], "###### Too\ndeep"),
        ([node("heading"), paragraph("x"), {"type": "rule"}, paragraph("y")], "x\n\ny"),
    ],
)
def test_layout(content, expected):
    """Headings, items and paragraphs are told apart; what only looks like a heading is none."""
    assert to_text({"type": "doc", "version": 1, "content": content}) == expected


def test_deep_nesting_keeps_its_text():
    """What is nested deeper than anyone writes is flattened, not lost."""
    inner = paragraph("deep down")
    for _ in range(300):
        inner = node("blockquote", inner)
    assert to_text(node("doc", inner)) == "deep down"


def test_absurd_nesting_gives_no_text():
    """A document that Python cannot parse does not stop the load."""
    assert plain_text('{"type":"doc","content":[' * 100_000) == ""


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["type", "content", "attrs", "text", "timestamp"]), inner, max_size=4)
        | st.fixed_dictionaries(
            {"type": st.sampled_from(["doc", "listItem", "bulletList", "tableRow", "date", "text"]), "content": inner}
        )
    ),
    max_leaves=20,
)


@given(JSON)
def test_anything_gives_text(value):
    """Documents come from strangers."""
    assert isinstance(to_text(value), str)
    assert isinstance(plain_text(json.dumps(value)), str)


def test_a_document_is_told_from_other_objects():
    """An object is rich text only where it says so."""
    assert is_document({"type": "doc", "content": []})
    assert not is_document({"type": "option", "value": "doc"})
    assert not is_document("doc")
