"""What can be understood of a mapping that has faults."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flowlint.config.load import load, load_partial
from flowlint.errors import FileFaults

HEAD = "version: 1\nhierarchy: {levels: [epic, story, task], flow_item_level: story}\n"


@pytest.fixture
def partial(tmp_path):
    """Return a function that loads a text as far as that goes."""

    def partial_(text):
        path = tmp_path / "flowlint.yaml"
        path.write_text(text, encoding="utf-8")
        return load_partial(path)

    return partial_


def types(mapping):
    """Return names and levels of the types."""
    return {entry.name: entry.level for entry in mapping.base.issue_types}


def test_a_sound_mapping_is_whole(partial, tmp_path):
    """As `load` reads it."""
    mapping, faults = partial(HEAD + "issue_types: {Story: {level: story}}\n")
    assert faults == ()
    assert mapping.complete
    assert mapping == load(tmp_path / "flowlint.yaml")


def test_what_has_a_fault_is_left_out(partial):
    """The entry, and nothing beside it."""
    mapping, faults = partial(
        HEAD
        + "issue_types:\n  Story: {levl: story}\n  Bug: {level: story, flow_item: wrong}\n  Epic: {level: epic}\nteams: {A: {wip_limit: many}}\n"
    )
    assert len(faults) == 3
    assert not mapping.complete
    assert types(mapping) == {"Bug": "story", "Epic": "epic"}
    assert [(team.name, team.wip_limit) for team in mapping.teams] == [("A", None)]


def test_an_unknown_level_hides_nothing(partial):
    """A rule speaks of it."""
    mapping, faults = partial(HEAD + "issue_types: {Story: {level: stroy}}\n")
    assert [fault.code for fault in faults] == ["M703"]
    assert mapping.complete
    assert types(mapping) == {"Story": "stroy"}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "- 1\n",
        "version: 1\na: [\n",
        "\0",
        "version: 7\n",
        "a: &a [*a]\n",
        "issue_types: 7\n",
        "projects: {PAY: 3}\n",
    ],
)
def test_it_never_fails(partial, text):
    """Whatever the file holds, there is a mapping and a fault."""
    mapping, faults = partial(text)
    assert faults
    assert not mapping.complete


KEYS = st.sampled_from(
    [
        "version",
        "hierarchy",
        "levels",
        "flow_item_level",
        "issue_types",
        "Story",
        "level",
        "workflow",
        "stages",
        "name",
        "steps",
        "statuses",
        "flow_state",
        "match",
        "flow_items",
        "projects",
        "rules",
        "options",
        "exceptions",
        "rule",
    ]
)
LEAVES = st.sampled_from(["1", "story", "null", "[]", "{}", "true", "x", "[story]", "2.5"])


@given(
    st.recursive(
        LEAVES,
        lambda below: (
            st.dictionaries(KEYS, below, max_size=4).map(
                lambda one: "{" + ", ".join(f"{key}: {value}" for key, value in one.items()) + "}"
            )
            | st.lists(below, max_size=3).map(lambda items: f"[{', '.join(items)}]")
        ),
        max_leaves=12,
    )
)
def test_any_values_give_a_mapping(tmp_path_factory, text):
    """Where `load` finds no fault the two agree; where it does, something is understood all the same."""
    path = tmp_path_factory.mktemp("any") / "flowlint.yaml"
    path.write_text(text, encoding="utf-8")
    mapping, faults = load_partial(path)
    try:
        whole = load(path)
    except FileFaults:
        assert faults
    else:
        assert (mapping, faults) == (whole, ())


def test_a_null_in_a_project_removes_what_it_takes_over(tmp_path):
    """For a check and for a run alike, one key of an entry, an entry, and beside faults elsewhere."""
    path = tmp_path / "flowlint.yaml"
    text = (
        "version: 1\nhierarchy: {levels: [epic, story], flow_item_level: story}\n"
        "issue_types: {A: {level: story, flow_item: debt}, B: {level: story, flow_item: risk}}\nrules: {ignore: [H110]}\n"
        "projects: {P: {issue_types: {A: {flow_item: null}, B: null}, rules: {ignore: null}}}\n"
    )
    for more, number in (("", 0), ("preview: perhaps\n", 1)):
        path.write_text(text + more, encoding="utf-8")
        mapping, faults = load_partial(path)
        own = mapping.projects["P"]
        assert len(faults) == number
        assert [(one.name, one.flow_item) for one in own.issue_types] == [("A", None)]
        assert own.rules.ignore == ()
    path.write_text(text, encoding="utf-8")
    assert load(path).projects == load_partial(path)[0].projects
