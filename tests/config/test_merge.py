"""Properties of merging: by key, null removes, the later spelling and place stay."""

from hypothesis import given
from hypothesis import strategies as st

from flowlint.config.mapping import fold
from flowlint.config.merge import merge, merge_files, nulls, without_nulls
from flowlint.config.node import Node, node_of
from flowlint.config.yaml12 import parse
from flowlint.errors import Place

names = st.text("abcDE ", min_size=1, max_size=3)
scalars = st.integers(0, 9) | st.text("xyz", max_size=2) | st.booleans()
trees = st.recursive(
    scalars | st.lists(scalars, max_size=2),
    lambda inner: st.dictionaries(names, inner, max_size=3),
    max_leaves=8,
)
mappings = st.dictionaries(
    names,
    trees,
    max_size=4,
).filter(lambda value: len({fold(key) for key in value}) == len(value))


def node(value: object, file: str = "f") -> Node:
    """Return a tree that stands in one file."""
    return node_of(value, Place(file))


@given(mappings)
def test_merging_over_itself_changes_nothing(value):
    """Extending a file twice is extending it once."""
    assert merge(node(value), node(value)).plain() == value
    assert merge_files(node(value), node(value)).plain() == value


@given(mappings)
def test_nothing_is_neutral(value):
    """An empty file adds nothing and removes nothing."""
    assert merge(node({}), node(value)).plain() == value
    assert merge(node(value), node({})).plain() == value


@given(mappings, mappings, mappings)
def test_disjoint_keys_merge_in_any_grouping(one, two, three):
    """A chain of files means the same however it is grouped."""
    first, second, third = (
        {f"{number}{key}": below for key, below in part.items()} for number, part in enumerate((one, two, three))
    )
    left = merge(merge(node(first), node(second)), node(third)).plain()
    assert left == merge(node(first), merge(node(second), node(third))).plain() == first | second | third


def shaped(depth: int):
    """Return mappings in which a key always holds the same kind of value, as a schema makes sure of."""
    plain = {"a": scalars, "B": st.lists(scalars, max_size=2)}
    deeper = {"m": shaped(depth - 1), "N": shaped(depth - 1)} if depth else {}
    return st.fixed_dictionaries({}, optional=plain | deeper)


@given(shaped(2), shaped(2), shaped(2))
def test_grouping_does_not_matter_without_nulls(one, two, three):
    """Replacing and adding are associative where a key keeps its kind; only removal looks at what lies below."""
    left = merge(merge(node(one), node(two)), node(three)).plain()
    right = merge(node(one), merge(node(two), node(three))).plain()
    assert left == right


@given(mappings.filter(bool), st.data())
def test_null_removes(value, data):
    """A key that the upper file sets to null is gone, in whatever case it is written; the others stay."""
    key = data.draw(st.sampled_from(sorted(value)))
    merged = merge(node(value), node({key.swapcase(): None})).plain()
    assert merged == {name: below for name, below in value.items() if name != key}


@given(mappings, mappings)
def test_every_key_of_both_is_there_once(one, two):
    """Names compare as names do, and the upper spelling stays."""
    merged = merge(node(one), node(two)).entries
    assert {fold(key) for key in merged} == {fold(key) for key in (*one, *two)}
    assert len(merged) == len({fold(key) for key in merged})
    assert set(two) <= set(merged)


@given(mappings, mappings)
def test_each_value_keeps_its_file(one, two):
    """What the upper file does not write stands in the lower one."""
    written = {fold(key) for key in two}
    for key, below in merge(node(one, "low"), node(two, "high")).entries.items():
        assert below.key.file == ("high" if fold(key) in written else "low")


def test_null_that_removes_nothing_is_kept_and_found():
    """Somebody forgot a value, or speaks of a key that is not there."""
    merged = merge(node({"a": {"b": 1}}), node({"a": {"c": None}, "d": None, "e": [{"f": None}]}))
    assert [path for path, _ in nulls(merged)] == [("a", "c"), ("d",), ("e", 0, "f")]
    assert without_nulls(merged).plain() == {"a": {"b": 1}, "e": [{}]}
    assert merge(merged, merged).plain() == merged.plain()


def test_kinds_replace_each_other():
    """A list over a mapping, or a mapping over a word, replaces it whole."""
    assert merge(node({"a": {"b": 1}, "c": "ignore"}), node({"a": [1], "c": {"d": 2}})).plain() == {
        "a": [1],
        "c": {"d": 2},
    }


def test_two_spellings_of_one_name_are_not_lost():
    """A file that writes a name twice keeps both, so that the fault can be told."""
    assert list(merge(node({"Story": 1}), node({"story": 2, "STORY": 3})).entries) == ["story", "STORY"]
    assert list(merge(node({"Story": 1, "story": 2}), node({"story": 3})).entries) == ["Story", "story"]


def test_exceptions_add_up_at_the_top_only():
    """Each exception counts once, whatever way its file was reached; other lists replace."""
    low = parse("exceptions: [{rule: A}, {rule: A}]\nlist: [1]\nprojects: {P: {exceptions: [1]}}", "low").root
    high = parse("exceptions: [{rule: B}]\nlist: [2]\nprojects: {P: {exceptions: [2]}}", "high").root
    merged = merge_files(low, high)
    assert merged.plain() == {
        "exceptions": [{"rule": "A"}, {"rule": "A"}, {"rule": "B"}],
        "list": [2],
        "projects": {"P": {"exceptions": [2]}},
    }
    assert merge_files(low, merged).plain() == merged.plain()
    assert "exceptions" not in merge_files(low, node({"exceptions": None})).entries
