"""Changes to a YAML text: they mean what was asked for, and all else stays as it stands."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flowlint.config.edit import Editor
from flowlint.config.yaml12 import parse
from flowlint.config.yaml_text import one_line, quote
from flowlint.errors import Place

TEXT = """\
# a mapping
version: 1   # the format
issue_types: # agreed
  Epic: {level: epic}
  'Old''s': {level: "story"}  # quoted

  # at the end
workflow:
  statuses:
    - Open   # first
    - Done
  cancelled: {resolutions: [Won't Do, Duplicate], statuses: []}
one: Open
block: |
  text
  more
shared: &list [A, B]
again: *list
nothing: ~
"""


def value(text):
    """Return what a text says."""
    return parse(text, "x.yaml").value


def lines_changed(before, after):
    """Return the lines that came and those that went."""
    old, new = before.splitlines(), after.splitlines()
    return [line for line in new if line not in old], [line for line in old if line not in new]


def edited(change, text=TEXT):
    """Return a text after one change, which must have been possible."""
    editor = Editor(text)
    assert change(editor) is not False
    return editor.text()


@pytest.mark.parametrize(
    ("change", "came", "gone"),
    [
        (
            lambda e: e.rename(Place("x", 2, 1), "versions"),
            ["versions: 1   # the format"],
            ["version: 1   # the format"],
        ),
        (
            lambda e: e.rename(Place("x", 5, 21), "task"),
            ["""  'Old''s': {level: "task"}  # quoted"""],
            ["""  'Old''s': {level: "story"}  # quoted"""],
        ),
        (
            lambda e: e.rename(Place("x", 5, 4), "New's"),
            ["""  'New''s': {level: "story"}  # quoted"""],
            ["""  'Old''s': {level: "story"}  # quoted"""],
        ),
        (lambda e: e.rename(Place("x", 13, 6), "a: b"), ['one: "a: b"'], ["one: Open"]),
        (lambda e: e.remove_item(("workflow", "statuses"), 1), [], ["    - Done"]),
        (
            lambda e: e.remove_item(("workflow", "cancelled", "resolutions"), 1),
            ["  cancelled: {resolutions: [Won't Do], statuses: []}"],
            ["  cancelled: {resolutions: [Won't Do, Duplicate], statuses: []}"],
        ),
        (lambda e: e.add_item(("workflow", "statuses"), "New"), ["    - New"], []),
        (
            lambda e: e.add_item(("workflow", "cancelled", "statuses"), "Rejected"),
            ["  cancelled: {resolutions: [Won't Do, Duplicate], statuses: [Rejected]}"],
            ["  cancelled: {resolutions: [Won't Do, Duplicate], statuses: []}"],
        ),
        (lambda e: e.add_item(("one",), "New"), ["one: [Open, New]"], ["one: Open"]),
        (
            lambda e: e.add_entry(("issue_types",), "Bug: {level: story}", "new"),
            ["  Bug: {level: story}  # new"],
            [],
        ),
        (
            lambda e: e.add_entry(("issue_types", "Epic"), "why: because"),
            ["  Epic: {level: epic, why: because}"],
            ["  Epic: {level: epic}"],
        ),
        (
            lambda e: e.add_entry(("projects", "A", "issue_types"), "Bug: {level: story}", "new", begin=True),
            ["projects:", "  A:", "    issue_types:", "      Bug: {level: story}  # new"],
            [],
        ),
        (
            lambda e: e.add_entry(("issue_types", "Epic", "more"), "why: because", begin=True),
            ["  Epic: {level: epic, more: {why: because}}"],
            ["  Epic: {level: epic}"],
        ),
        (lambda e: e.add_item(("workflow", "statuses"), "New", "why"), ["    - New  # why"], []),
        (lambda e: e.add_item(("one",), "New", "why"), ["one: [Open, New]  # why"], ["one: Open"]),
        (
            lambda e: e.add_item(("workflow", "cancelled", "statuses"), "Rejected", "why"),
            ["  cancelled: {resolutions: [Won't Do, Duplicate], statuses: [Rejected]}  # why"],
            ["  cancelled: {resolutions: [Won't Do, Duplicate], statuses: []}"],
        ),
        (lambda e: e.add_section("rules: {ignore: [S402]}\n"), ["rules: {ignore: [S402]}"], []),
    ],
)
def test_one_change_touches_one_line(change, came, gone):
    """And the text can still be read."""
    after = edited(change)
    assert lines_changed(TEXT, after) == (came, gone)
    value(after)


@pytest.mark.parametrize(
    "change",
    [
        lambda e: e.rename(Place("x", 9, 1), "nothing begins here"),
        lambda e: e.rename(Place("x", 14, 8), "a block text"),
        lambda e: e.rename(Place("x", 17, 16), "what an alias refers to"),
        lambda e: e.remove_item(("workflow", "statuses"), 0),
        lambda e: e.remove_item(("workflow", "statuses"), 7),
        lambda e: e.remove_item(("again",), 1),
        lambda e: e.add_item(("issue_types",), "no list"),
        lambda e: e.add_item(("again",), "C"),
        lambda e: e.add_item(("nothing",), "New"),
        lambda e: e.add_entry(("one",), "no: mapping"),
        lambda e: e.add_entry(("nowhere",), "a: b"),
        lambda e: e.add_entry(("again",), "a: b", begin=True),
        lambda e: e.add_entry(("one", "below"), "a: b", begin=True),
    ],
)
def test_what_cannot_be_done_changes_nothing(change):
    """It is said, and the text stays as it was."""
    editor = Editor(TEXT)
    assert change(editor) is False
    assert editor.text() == TEXT


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("Done, live", '["Done, live", New]'),
        ("To [do]", '["To [do]", New]'),
        ("a}", '["a}", New]'),
        ("Ready {QA}, say", '["Ready {QA}, say", New]'),
        ("Won't Do", "[Won't Do, New]"),
        ("'it''s, so'", "['it''s, so', New]"),
        ('"a, b"', '["a, b", New]'),
        ("C#", "[C#, New]"),
        ("a:b", "[a:b, New]"),
        ('say "hi"', '[say "hi", New]'),
        ("10044", "[10044, New]"),
    ],
)
def test_a_text_that_becomes_a_list_stays_one_text(written, kept):
    """Whatever signs it holds that mean something in brackets; one that means the same there stays as written."""
    before = f"statuses: {written}  # one\n"
    after = edited(lambda e: e.add_item(("statuses",), "New"), before)
    assert after == f"statuses: {kept}  # one\n"
    assert value(after)["statuses"] == [value(before)["statuses"], "New"]


@pytest.mark.parametrize("text", ["{a: [x]}", "  a: x\n  b: y\n", "- a\n"])
def test_a_section_stands_only_behind_others(text):
    """At the left edge, below a mapping without braces."""
    editor = Editor(text)
    assert not editor.add_section("c: z\n")
    assert editor.text() == text


@pytest.mark.parametrize("text", ['a: {b: [x], c: "y\n  z"}\n', "a: {b: x, c: y\n  z}\n"])
def test_no_comment_goes_into_a_text(text):
    """What goes on in the next line would swallow it."""
    editor = Editor(text)
    assert not editor.add_item(("a", "b"), "New", "why")
    assert editor.text() == text
    assert editor.add_item(("a", "b"), "New")
    assert value(editor.text())["a"] == {"b": ["x", "New"], "c": "y z"}


def test_an_item_with_a_comment_stays():
    """The comment is somebody's."""
    text = "a:\n  - x\n  - x # twice on purpose\nb: [x,\n  # why\n  x]\n"
    editor = Editor(text)
    assert not editor.remove_item(("a",), 1)
    assert not editor.remove_item(("b",), 1)
    assert editor.text() == text


def test_no_yaml_is_said():
    """Whoever edits must know."""
    with pytest.raises(ValueError, match="cannot be read"):
        Editor("a: [")


def test_several_changes_at_once():
    """In the order in which they were asked for, also at one place."""
    editor = Editor(TEXT)
    assert editor.add_item(("one",), "New")
    assert editor.add_item(("one",), "Other")
    assert editor.add_item(("workflow", "statuses"), "New")
    assert editor.add_item(("workflow", "statuses"), "Other")
    assert editor.add_item(("workflow", "cancelled", "resolutions"), "Later")
    assert editor.remove_item(("workflow", "cancelled", "resolutions"), 1)
    assert value(editor.text())["one"] == ["Open", "New", "Other"]
    assert value(editor.text())["workflow"] == {
        "statuses": ["Open", "Done", "New", "Other"],
        "cancelled": {"resolutions": ["Won't Do", "Later"], "statuses": []},
    }


WORDS = st.one_of(
    st.sampled_from(["Open", "In Progress", "no", "a: b", "# x", "- y", "Won't Do", '"', "'", "1", "*", "故事", "\\"]),
    st.text(st.characters(exclude_categories=("C", "Z"), max_codepoint=0xFFFD), min_size=1, max_size=6),
)
TREES = st.dictionaries(
    WORDS,
    st.one_of(WORDS, st.lists(WORDS, max_size=4), st.dictionaries(WORDS, WORDS, max_size=3)),
    min_size=1,
    max_size=4,
)


def written(tree, *, flow):
    """Return a tree as YAML, each mapping and list on one line or with a line for each of its parts."""
    lines = []
    for key, below in tree.items():
        if flow or isinstance(below, str) or not below:
            lines.append(f"{quote(key)}: {one_line(below)}  # of {len(lines)}")
        elif isinstance(below, list):
            lines += [f"{quote(key)}:", *(f"  - {quote(item)}  # item" for item in below)]
        else:
            lines += [f"{quote(key)}:", *(f"  {quote(name)}: {quote(item)}" for name, item in below.items())]
    return "\n".join(lines) + "\n"


@given(TREES, st.booleans(), WORDS, st.sampled_from(["\n", "\r\n"]), st.data())
def test_a_change_means_what_was_asked_for(tree, flow, word, line_end, data):
    """Whatever the words: the tree differs by the change alone, and no comment is lost."""
    text = written(tree, flow=flow).replace("\n", line_end)
    path = data.draw(st.sampled_from(list(tree)))
    editor = Editor(text)
    wanted = {key: below.copy() if not isinstance(below, str) else below for key, below in tree.items()}
    if isinstance(tree[path], dict):
        if word in tree[path]:
            return
        possible = editor.add_entry((path,), f"{quote(word)}: {quote(word)}", "added")
        wanted[path][word] = word
    else:
        possible = editor.add_item((path,), quote(word))
        wanted[path] = [*([tree[path]] if isinstance(tree[path], str) else tree[path]), word]
    after = editor.text()
    if possible:
        assert value(after) == wanted
        assert after.count("# ") >= text.count("# ")
    else:
        assert after == text
