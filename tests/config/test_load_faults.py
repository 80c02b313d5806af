"""What is wrong with a flowlint.yaml is said at its place, in words for people, all of it in one run."""

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from depth import examples
from flowlint.config.check import schema_faults
from flowlint.config.load import load_text
from flowlint.config.yaml12 import parse
from flowlint.errors import Fault, FileFaults

LEVELS = "version: 1\nhierarchy: {levels: [initiative, epic, story, task], flow_item_level: story}\n"


def faults_of(text: str) -> tuple[Fault, ...]:
    """Return the faults that a text is refused with."""
    with pytest.raises(FileFaults) as caught:
        load_text(text, "f.yaml", folder=Path())
    return caught.value.faults


CASES = [
    # text below `version: 1`, line and column, code, message, help
    ("isue_types: {}", (2, 1), "M701", 'unknown key "isue_types"', 'did you mean "issue_types"?'),
    ("xyzzy: 1", (2, 1), "M701", 'unknown key "xyzzy"', "known here: version, required_version"),
    ("issue_types:\n  S: {levl: a}", (3, 7), "M701", 'unknown key "levl" in "S"', 'did you mean "level"?'),
    ("issue_types:\n  S: {level: 3}", (3, 14), "M701", '"level" must be a text, not 3', "put quotes around it"),
    (
        "issue_types:\n  S: ignored",
        (3, 6),
        "M701",
        '"S" must be the word ignore or a mapping such as',
        'mean "ignore"?',
    ),
    ("issue_types:\n  S: {}", (3, 6), "M701", '"S" is empty', ""),
    ("issue_types:\n  S: {why: x}", (3, 3), "M701", 'the issue type "S" has no level', "or write the word ignore"),
    ("issue_types:\n  S:\n", (3, 3), "M701", '"S" has no value', "give it a value or delete it"),
    ("issue_types: [S]", (2, 14), "M701", '"issue_types" must be a mapping, not a list', "By name"),
    (
        "issue_types:\n  S: {level: a, flow_item: featur}",
        (3, 28),
        "M701",
        '"flow_item" must be feature, defect, risk, debt or none, not "featur"',
        'did you mean "feature"?',
    ),
    ("issue_types:\n  S: {container: relase}", (3, 18), "M701", '"container" must be', 'did you mean "release"?'),
    (
        "issue_types:\n  S: {level: a}\n  s : ignore",
        (4, 3),
        "M702",
        "in line 3 and in line 4",
        "compare without regard",
    ),
    ("hierarchy: {flow_item_level: a}", (2, 1), "M701", '"hierarchy" lacks the key "levels"', "from top to bottom"),
    ("hierarchy: {levels: [a]}", (2, 1), "M701", 'lacks the key "flow_item_level"', "one of the levels"),
    ("hierarchy: {levels: [], flow_item_level: a}", (2, 21), "M701", '"levels" is empty', ""),
    ("hierarchy: {levels: [a, b, A], flow_item_level: a}", (2, 28), "M701", 'the level "A" stands twice', "keep one"),
    ("hierarchy: {levels: [a, 1], flow_item_level: a}", (2, 25), "M701", 'item 2 of "levels" must be a text', "quotes"),
    ("hierarchy: {levels: [epic], flow_item_level: 'epik'}", (2, 47), "M701", '"epik" is not listed', 'mean "epic"?'),
    ("flow_items:\n  - {match: {}, flow_item: debt}", (3, 13), "M701", '"match" is empty', ""),
    ("flow_items:\n  - {match: {labels: [1]}, flow_item: debt}", (3, 23), "M701", 'item 1 of "labels"', "quotes"),
    ("flow_items:\n  - {match: {type: x}, flow_item: debt}", (3, 14), "M701", 'unknown key "type"', '"types"'),
    (
        "flow_items:\n  - {match: {types: x}}",
        (3, 5),
        "M701",
        'item 1 of "flow_items" lacks the key "flow_item"',
        "counted",
    ),
    (
        "flow_items:\n  - {match: {not: {lables: x}}, flow_item: risk}",
        (3, 20),
        "M701",
        'unknown key "lables"',
        '"labels"',
    ),
    ("workflow: {stages: [{name: delivery}]}", (2, 21), "M701", 'lacks the key "steps"', "in which work passes"),
    (
        "workflow: {stages: [{name: d, steps: [{name: x, flow_state: doing, statuses: []}]}]}",
        (2, 61),
        "M701",
        '"flow_state" must be new, waiting, active, done, cancelled or ignored, not "doing"',
        "",
    ),
    ("workflow: {cancelled: [x]}", (2, 23), "M701", '"cancelled" must be a mapping, not a list', "Statuses"),
    ("workflow: {ignored: {statuses: [1.5]}}", (2, 33), "M701", 'item 1 of "statuses" must be a status', "quotes"),
    ("value_streams: [{name: Pay}]", (2, 17), "M701", "neither a scope nor teams", "whose work"),
    (
        "value_streams: [{name: P, teams: [a]}, {name: p, teams: [b]}]",
        (2, 41),
        "M701",
        'the value stream "p" stands twice',
        "keep one",
    ),
    ("parents: [epiclink]", (2, 11), "M701", 'item 1 of "parents" must be one of parent', 'did you mean "epic_link"?'),
    ("parents: [{lnk: x}]", (2, 12), "M701", 'unknown key "lnk" in item 1 of "parents"', 'did you mean "link"?'),
    ("fields: {outcom: x}", (2, 10), "M701", 'unknown key "outcom" in "fields"', 'did you mean "outcome"?'),
    (
        "fields: {outcome: 10050}",
        (2, 19),
        "M701",
        '"outcome" must be a field\'s id or exact name, headings such as',
        "",
    ),
    ("fields: {outcome: []}", (2, 19), "M701", '"outcome" is empty', "write a value"),
    ("fields: {team: [a, {headings: x}]}", (2, 21), "M701", 'unknown key "headings"', 'did you mean "heading"?'),
    ("teams: {A: {wip_limit: 0}}", (2, 24), "M701", '"wip_limit" must be at least 1, not 0', "active at once"),
    ("teams: {A: {wip_limit: yes}}", (2, 24), "M701", '"wip_limit" must be a whole number, not "yes"', ""),
    ("teams: {Ä: {}, ä: {}}", (2, 16), "M702", 'the team "ä" stands twice', "compare without regard to case"),
    ("projects: {A: {teams: {}}}", (2, 16), "M701", 'unknown key "teams" in "A"', "known here: issue_types"),
    ("projects: {A: {rules: {paths: x}}}", (2, 24), "M701", 'unknown key "paths" in "rules"', ""),
    ("projects: {A: {fields: {team: null}}}", (2, 25), "M701", '"team" has no value, and there is nothing', ""),
    ("projects: {A: null}", (2, 12), "M701", '"A" has no value', ""),
    ("projects: null", (2, 1), "M701", '"projects" has no value', ""),
    ("projects: {A: {issue_types: {S: {why: x}}}}", (2, 30), "M701", '"S" has no level', ""),
    ("rules: {select: 3}", (2, 17), "M701", '"select" must be a name or a list of names, not 3', ""),
    ("rules: {severity: {S401: fatal}}", (2, 26), "M701", '"S401" must be error, warning or info, not "fatal"', ""),
    ("rules: {options: {S408: 3}}", (2, 25), "M701", '"S408" must be a mapping such as {max_points: 8}', ""),
    ("rules: {options: {S408: {x: {y: 1}}}}", (2, 29), "M701", '"x" must be a text, a number, true or false or', ""),
    ("rules: {fail_on: errors}", (2, 18), "M701", '"fail_on" must be error, warning, info or never', '"error"?'),
    ("rules: {paths: https://x/y}", (2, 16), "M701", '"https://x/y" is a URL', "copy the file"),
    ("rules: {paths: [3]}", (2, 17), "M701", '"rules.paths" must hold paths of files', "write a path"),
    ("report: {people: all}", (2, 18), "M701", '"people" must be counts or names, not "all"', "counts shows"),
    ("targets: {judged: 90}", (2, 19), "M701", '"judged" must be at most 1, not 90', "0.8 is 80 %"),
    ("targets: {judged: .nan}", (2, 19), "M701", ".nan is no number to calculate with", ""),
    ("exceptions: [{rule: H1}]", (2, 14), "M701", 'item 1 of "exceptions" lacks the key "match"', "Selector"),
    ("source: {jira: {project: A}}", (2, 17), "M701", 'unknown key "project" in "jira"', 'did you mean "projects"?'),
    ("source: {jira: {}, aha: {}}", (2, 20), "M701", "one source holds jira and aha", "under `sources`"),
    ("source: {}\nsources: [{}]", (3, 1), "M701", "both `source` and `sources`", "keep `sources`"),
    ("sources: [{name: a}, {name: A}]", (2, 23), "M701", 'the source "A" stands twice', "keep one"),
    ("required_version: '1.2'", (2, 20), "M701", '"1.2" is no condition on versions', ">=1.2,<2"),
    ("required_version: 1.2", (2, 19), "M701", '"required_version" must be a text, not 1.2', "put quotes around it"),
    ("required_version: '>=0.0.1, >=999'", (2, 20), "M701", 'the file asks for flowlint ">=0.0.1, >=999"', "install"),
    ("preview: yes", (2, 10), "M701", '"preview" must be true or false, not "yes"', ""),
]


@pytest.mark.parametrize(("text", "place", "code", "message", "help"), CASES, ids=[case[0] for case in CASES])
def test_one_fault_at_its_place(text, place, code, message, help):
    """Each mistake is one fault: at the key if the key is wrong, else at the value."""
    (fault,) = faults_of(f"version: 1\n{text}\n")
    assert (fault.place.line, fault.place.column) == place
    assert fault.code == code
    assert message in fault.message
    assert help in fault.help


def test_a_number_in_quotes_is_not_suggested_to_itself():
    """The spelling is right, the kind is not."""
    assert faults_of("version: '1'\n")[0].help == "remove the quotes"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("rules: {}\n", 'the file lacks the key "version"'),
        ("version: 2\n", '"version" must be 1, not 2'),
        ("version: true\n", '"version" must be 1, not true'),
        ("- a\n", "the file must be a mapping"),
        ("just text\n", "the file must be a mapping"),
        ("", "the file is empty"),
    ],
)
def test_what_is_no_mapping_file(text, message):
    """A file that is something else says so first."""
    assert message in faults_of(text)[0].message


@pytest.mark.parametrize(
    ("text", "place", "key"),
    [
        ("issue_types:\n  Story: {level: storry}", (4, 18), "issue_types.Story.level"),
        ("flow_items: [{match: {types: x}, flow_item: debt, level: storry}]", (3, 58), "flow_items.0.level"),
        ("projects: {A: {issue_types: {B: {level: storry}}}}", (3, 41), "projects.A.issue_types.B.level"),
        (
            "projects: {A: {flow_items: [{match: {types: x}, flow_item: debt, level: storry}]}}",
            (3, 73),
            "projects.A.flow_items.0.level",
        ),
    ],
)
def test_levels_that_are_not_listed(text, place, key):
    """A type can only stand at a level in use; names compare without regard to case."""
    (fault,) = faults_of(LEVELS + text)
    assert ((fault.place.line, fault.place.column), fault.key, fault.code) == (place, key, "M703")
    assert fault.help == 'did you mean "story"?'
    load_text(LEVELS + text.replace("storry", '"STORY "'), "f.yaml", folder=Path())


def test_levels_are_not_checked_where_none_are_written():
    """Inference finds them in the data."""
    mapping = load_text("version: 1\nissue_types: {Story: {level: anything}}\n", "f.yaml", folder=Path())
    assert mapping.base.issue_types[0].level == "anything"


def test_another_schema_is_told_in_the_same_words():
    """Rule files have a schema of their own; what has no words of its own is named with the key's description."""
    schema = {"properties": {"id": {"pattern": "^[A-Z]$", "description": "One letter."}}}
    (fault,) = schema_faults(parse("id: hx\n", "r.yaml").root, Draft202012Validator(schema))
    assert (fault.message, fault.help, fault.key) == ('"id" cannot be "hx"', "One letter.", "id")


def test_all_faults_in_one_run_by_place():
    """Syntax, duplicates, schema and meaning are reported together, in the order of the file."""
    faults = faults_of(
        "version: 1\nhierarchy: {levels: [a, a], flow_item_level: b}\nissue_types:\n  S: {level: c}\n  S: ignore\n"
        "isue: x\nrules: {fail_on: x}\nteams: {T: !x {}}\nreport: {people: '\x07'}\n"
    )
    assert [fault.place.line for fault in faults] == [2, 2, 4, 5, 6, 7, 8, 9, 9]
    assert {fault.code for fault in faults} == {"M701", "M702", "M703"}


def test_a_syntax_error_hides_only_what_follows():
    """What stands above is reported; nothing is said to be missing that may stand below."""
    faults = faults_of("isue: 1\nissue_types:\n  S: {why: x}\nhierarchy: {levels: [a]\nrules: x\n")
    assert [fault.place.line for fault in faults] == [1, 5]
    assert "what follows in this file was not checked" in faults[1].message


def test_hostile_texts_cannot_reach_the_terminal():
    """Messages quote what was written in one line, shortened, without control characters."""
    faults = faults_of('version: 1\n"\\e[31m\\n": 1\nrules: {fail_on: "\\e]0;x\\a\\u202e' + "y" * 500 + '"}\n')
    assert len(faults) == 2
    for fault in faults:
        assert (fault.message + fault.help).isprintable()
        assert len(fault.message) < 200


keys = st.sampled_from([
    *("version", "extends", "hierarchy", "levels", "flow_item_level", "issue_types", "Story", "level", "flow_item", "match"),
    *("flow_items", "workflow", "stages", "steps", "statuses", "name", "value_streams", "scope", "parents", "link"),
    *("fields", "outcome", "heading", "teams", "projects", "PAY", "rules", "options", "S408", "paths", "report"),
    *("targets", "judged", "exceptions", "rule", "until", "source", "sources", "jira", "not", "required_version"),
])  # fmt: skip
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=6) | keys,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=4),
    max_leaves=25,
)


@settings(max_examples=examples(300))
@given(st.dictionaries(keys, values, max_size=6))
def test_any_values_are_a_mapping_or_faults(tmp_path_factory, value):
    """Known keys with values of any shape never make anything but a mapping or faults with a message."""
    text = json.dumps({"version": 1} | value, ensure_ascii=True)
    faults: tuple[Fault, ...] = ()
    try:
        load_text(text, "f.yaml", folder=tmp_path_factory.getbasetemp())
    except FileFaults as refused:
        faults = refused.faults
    for fault in faults:
        assert fault.message.isprintable()
        assert fault.code


@given(st.text(max_size=200))
def test_any_text_is_a_mapping_or_faults(text):
    """No text makes anything but faults."""
    with pytest.raises(FileFaults):
        load_text(text + "\nunknown: 1\n", "f.yaml", folder=Path())
