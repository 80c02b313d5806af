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


def paragraph(*values):
    """Return a paragraph of texts and nodes."""
    return node("paragraph", *(text(value) if isinstance(value, str) else value for value in values))


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ([node("heading", text("Outcome"), level=2), paragraph("Shorter queues")], "Outcome\nShorter queues"),
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
        ([node("codeBlock", text("a\n  b"))], "a\n  b"),
        ([node("panel", node("heading", text("Why"), level=3), paragraph("because"))], "Why\nbecause"),
        ([node("expand", paragraph("inside"), title="More")], "More\ninside"),
        (
            [node("table", node("tableRow", node("tableHeader", paragraph("k")), node("tableCell", paragraph("v"))))],
            "k | v",
        ),
        ([{"type": "blockCard", "attrs": {"url": "https://one.example"}}], "https://one.example"),
        ([paragraph(text("bold") | {"marks": [{"type": "strong"}]}, " plain")], "bold plain"),
    ],
)
def test_layout(content, expected):
    """Headings and items stand on lines of their own."""
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
