"""The published JSON Schema: sound by itself, worth reading in an editor, and in step with the pages and the loader."""

import json
import re
from functools import cache
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from flowlint.config.headings import DEFAULT_HEADINGS
from flowlint.config.load import load_text
from flowlint.config.mapping import DEFAULT_PARENTS, RuleSettings
from flowlint.config.schema import config_schema, file_schema
from flowlint.config.yaml12 import parse, read_text
from flowlint.engine.rulefile import load_rules
from flowlint.engine.schema import rule_schema
from flowlint.errors import FileFaults
from flowlint.verdict.selection import names_rule

ROOT = Path(__file__).resolve().parents[2]
MAPPINGS = ROOT / "tests" / "data" / "mappings"
STANDARD = ROOT / "flowlint" / "engine" / "standard.yaml"
SCHEMA = config_schema()
LEAST = "version: 1\n"

WORDS = {
    *("$schema", "$id", "$defs", "$ref", "title", "description", "default", "examples"),
    *("type", "enum", "const", "anyOf", "required", "properties", "additionalProperties", "items"),
    *("minItems", "minLength", "minProperties", "minimum", "maximum"),
}
"""The words of JSON Schema that :func:`schemas_in` goes through or may pass over."""


def schemas_in(schema, path="#"):
    """Yield a schema and all that are written inside of it, each with its path."""
    yield path, schema
    for word in ("properties", "$defs"):
        for name, below in schema.get(word, {}).items():
            yield from schemas_in(below, f"{path}/{word}/{name}")
    for word in ("additionalProperties", "items"):
        if isinstance(schema.get(word), dict):
            yield from schemas_in(schema[word], f"{path}/{word}")
    for number, below in enumerate(schema.get("anyOf", ())):
        yield from schemas_in(below, f"{path}/anyOf/{number}")


ALL = dict(schemas_in(SCHEMA))


def resolved(schema):
    """Return a schema with what it refers to; its own words win."""
    if "$ref" not in schema:
        return schema
    return resolved(ALL[schema["$ref"]]) | {word: said for word, said in schema.items() if word != "$ref"}


def keys():
    """Yield what may stand under each key, one of the user's own included, and as a mapping in a list, with its path."""
    for path, schema in ALL.items():
        word = path.split("/")[-2:]
        entry = word[-1] == "items" and "properties" in resolved(schema)
        if word[0] == "properties" or word[-1] == "additionalProperties" or entry:
            yield path, resolved(schema)


def values():
    """Yield every example and default with the path and the schema that it stands in."""
    for path, schema in ALL.items():
        for number, value in enumerate(schema.get("examples", ())):
            yield f"{path}/examples/{number}", schema, value
        if "default" in schema:
            yield f"{path}/default", schema, schema["default"]


def marked(value):
    """Return what an editor that knows nothing but the schema marks in a file."""
    return [error.message for error in Draft202012Validator(file_schema()).iter_errors(value)]


def test_the_schema_is_one_of_its_draft():
    """The meta-schema admits it, under an address of its own, and every reference leads to a definition."""
    Draft202012Validator.check_schema(SCHEMA)
    assert SCHEMA["$schema"] == Draft202012Validator.META_SCHEMA["$id"]
    assert re.fullmatch(r"https://[a-z.]+/[a-z./]+\.json", SCHEMA["$id"])
    assert SCHEMA["title"]
    assert SCHEMA["description"]
    references = {schema["$ref"] for schema in ALL.values() if "$ref" in schema}
    assert references == {f"#/$defs/{name}" for name in SCHEMA["$defs"]}
    Draft202012Validator.check_schema(file_schema())


def test_the_schema_is_written_in_words_that_these_tests_know():
    """A word that they would pass over is noticed."""
    assert {word for schema in ALL.values() for word in schema} <= WORDS


def test_no_mapping_with_known_keys_admits_others():
    """A misspelled key is marked where it is written."""
    with_keys = {path: schema for path, schema in ALL.items() if "properties" in schema}
    assert len(with_keys) > 20
    assert [path for path, schema in with_keys.items() if schema.get("additionalProperties") is not False] == []


def test_every_key_explains_itself():
    """Every key and entry has a title, a description and an example, unless its few values can be listed."""
    silent = [
        f"{path}: {word}"
        for path, told in keys()
        for word in ("title", "description", "examples")
        if not told.get(word)
        and not (word == "examples" and ("enum" in told or "const" in told or told.get("type") == "boolean"))
    ]
    assert silent == []
    assert len(dict(keys())) > 120


def test_titles_in_small_letters_name_a_kind_of_value():
    """Messages say "must be" and such a title, so no key that has a name of its own is called like that."""
    titles = {path: told["title"] for path, told in keys() if path.split("/")[-2] == "properties"}
    assert {path: title for path, title in titles.items() if title[0].islower()} == {}


def test_examples_and_defaults_are_valid():
    """Each is admitted by the schema that it stands in."""
    wrong = [
        f"{path}: {error.message}"
        for path, schema, value in values()
        for error in Draft202012Validator({**schema, "$defs": SCHEMA["$defs"]}).iter_errors(value)
    ]
    assert wrong == []
    assert len(list(values())) > 120


def test_defaults_are_those_in_effect():
    """What the schema calls a default is what holds where nothing is written."""
    mapping = load_text(LEAST, "f.yaml", folder=Path())
    usual = RuleSettings()
    assert {path.removesuffix("/default"): value for path, _, value in values() if path.endswith("/default")} == {
        "#/properties/preview": mapping.preview,
        "#/properties/parents": [way.via for way in DEFAULT_PARENTS],
        "#/properties/rules/properties/select": list(usual.select),
        "#/properties/rules/properties/fail_on": usual.fail_on,
        "#/properties/report/properties/people": mapping.people,
        "#/$defs/source/properties/rally/properties/url": "https://rally1.rallydev.com",
        **{
            f"#/$defs/fields/properties/{logical}": {"heading": list(headings)}
            for logical, headings in DEFAULT_HEADINGS.items()
        },
    }


def blocks():
    """Yield the YAML blocks of the pages that are written for users, each with where it stands."""
    for page in (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))):
        text = page.read_text(encoding="utf-8")
        for block in re.finditer(r"^```ya?ml\n(.*?)^```$", text, re.MULTILINE | re.DOTALL):
            yield f"{page.name}:{text.count(chr(10), 0, block.start()) + 2}", block[1]


BLOCKS = dict(blocks())


def top_level(text):
    """Return the keys of a YAML text, of the entries where it is a list."""
    value = parse(text, "block.yaml").value
    return set(value) if isinstance(value, dict) else {key for entry in value for key in entry}


OF_CI = {"name", "on", "permissions", "concurrency", "jobs"}
"""Keys of a workflow; tests/test_nightly.py runs those on the pages."""
MAPPING_BLOCKS = {place: text for place, text in BLOCKS.items() if top_level(text) <= SCHEMA["properties"].keys()}


def test_every_block_is_a_mapping_or_of_a_rule():
    """A block with a key that neither knows is misspelled, and no block is overlooked."""
    of_rules = rule_schema()["properties"].keys()
    of_examples = rule_schema()["$defs"]["example"]["properties"].keys()
    assert not SCHEMA["properties"].keys() & (of_rules | of_examples)
    others = {place: top_level(text) for place, text in BLOCKS.items() if place not in MAPPING_BLOCKS}
    known = (of_rules, of_examples, OF_CI, {"flowlint"})
    assert {place: found for place, found in others.items() if not any(found <= keys for keys in known)} == {}
    pages = (ROOT / "README.md", *(ROOT / "docs").glob("*.md"))
    assert len(BLOCKS) == sum(len(re.findall("``` *ya?ml", page.read_text(encoding="utf-8"))) for page in pages)
    assert len(MAPPING_BLOCKS) >= 20


def load_block(text, tmp_path):
    """Return the mapping that a block is, over the least one where it is a part; it extends the standard organisation."""
    value = parse(text, "block.yaml").value
    folder = tmp_path / "team"
    folder.mkdir(exist_ok=True)
    for path in value.get("extends", ()):
        (folder / path).write_bytes(STANDARD.read_bytes())
    return load_text(text, "flowlint.yaml", folder=folder, over=None if "version" in value else LEAST)


@pytest.mark.parametrize("text", MAPPING_BLOCKS.values(), ids=MAPPING_BLOCKS.keys())
def test_a_mapping_on_a_page_is_one(text, tmp_path):
    """An editor marks nothing in it, flowlint loads it, and the rules and parameters that it names exist."""
    assert marked({"version": 1} | parse(text, "block.yaml").value) == []
    mapping = load_block(text, tmp_path)
    assert unknown_rules(mapping) == []


@cache
def catalogue():
    """Return the rules that flowlint brings along."""
    return load_rules().rules


def unknown_rules(mapping):
    """Return what a mapping says of rules and parameters that do not exist."""
    sections = [mapping.base.rules, *(project.rules for project in mapping.projects.values())]
    parameters = {(rule, name) for one in sections for rule, own in one.options.items() for name in own}
    named = {rule for one in sections for rule in (*one.select, *one.ignore, *one.severity, *one.ignore_by_label)}
    named |= {rule for rule, _ in parameters} | {exception.rule for exception in mapping.exceptions}
    known = {
        (rule, parameter.name)
        for rule, _ in parameters
        for one in catalogue()
        if names_rule(rule, one)
        for parameter in one.parameters
    }
    unknown = {name for name in named if not any(names_rule(name, rule) for rule in catalogue())}
    return sorted(unknown | {f"{name} of {rule}" for rule, name in parameters - known})


@pytest.mark.parametrize("section", SCHEMA["properties"])
def test_an_example_of_a_section_is_a_mapping(section, tmp_path):
    """What the schema proposes for a section means something to flowlint, too."""
    told = resolved(SCHEMA["properties"][section])
    for value in told.get("examples", [told.get("const")]):
        mapping = load_block(json.dumps({"version": 1, section: value}), tmp_path)
        assert unknown_rules(mapping) == []


def test_codes_in_examples_are_those_of_rules():
    """Whoever takes an example over names a rule that exists."""
    codes = set(re.findall(r'"([A-Z][0-9]{3})"', json.dumps([value for _, _, value in values()])))
    assert codes
    assert codes <= {rule.id for rule in catalogue()}


def test_every_section_is_shown_on_the_page():
    """The page on the mapping has each top-level key in a YAML block."""
    shown = {
        key for place, text in MAPPING_BLOCKS.items() if place.startswith("mapping.md:") for key in top_level(text)
    }
    assert shown == SCHEMA["properties"].keys()


def test_every_key_on_the_page_has_an_example():
    """No row of the tables is without one, and each is YAML."""
    page = (ROOT / "docs" / "mapping.md").read_text(encoding="utf-8")
    tables = re.findall(r"^\| Key \|.*\n(?:\|.*\n)+", page, re.MULTILINE)
    rows = 0
    for table in tables:
        head, _, *lines = [re.split(r"(?<!\\)\|", line)[1:-1] for line in table.splitlines()]
        column = [name.strip() for name in head].index("Example")
        for line in lines:
            example = re.fullmatch(r" `(.+)` ", line[column])
            assert example, line
            assert parse(f"value: {example[1]}", "example.yaml").value["value"] not in (None, "")
            rows += 1
    assert rows > 100


SOUND = [
    *(path.with_suffix(".yaml") for path in sorted(MAPPINGS.glob("*.finds")) if not path.read_bytes()),
    ROOT / "flowlint" / "demo_organisation" / "flowlint.yaml",
    STANDARD,
]


@pytest.mark.parametrize("path", SOUND, ids=lambda path: path.stem)
def test_an_editor_marks_nothing_in_a_sound_file(path):
    """The schema alone admits what flowlint finds nothing in, and what it brings along."""
    assert marked(parse(read_text(path), path.name).value) == []


def test_an_editor_marks_nothing_that_another_file_may_answer_for():
    """What an extended file brings along, and null under every key that may stand there."""
    child = """
version: 1
extends: base.yaml
hierarchy: {flow_item_level: epic}
issue_types: {A: {flow_item: null}, B: null}
workflow: {stages: null, cancelled: {statuses: null}}
fields: {outcome: null}
teams: {One: {owner: null, match: {labels: null}}}
projects: {P: {issue_types: {C: {why: null}}, rules: {select: null}}, Q: null}
rules: {severity: {H103: null}, options: {S408: {max_points: null}}, ignore: null, fail_on: null}
report: {people: null}
value_streams: null
"""
    assert marked(parse(child, "child.yaml").value) == []
    assert marked({"version": 1, "hierarchy": {"levels": [None]}}) != []
    assert marked({"version": 1, "rules": {"fail_on": "sometimes"}}) != []


def test_an_editor_explains_what_the_page_does():
    """Titles, descriptions, examples and defaults are those of the whole mapping's schema, at every key."""

    def told(schema):
        below = dict(schemas_in(schema))
        return {
            path.replace("/anyOf/0", ""): {
                word: said[word] for word in ("title", "description", "default") if word in said
            }
            for path, said in below.items()
            if "/properties/" in path and "/anyOf/" not in path
        }

    assert told(file_schema()) == told(SCHEMA)


def test_there_are_sound_files():
    """A folder that was moved does not leave the test above without files."""
    assert {path.stem for path in SOUND} >= {"good", "bom", "key-no", "key-number", "flowlint", "standard"}


@pytest.mark.parametrize("name", ["misspelled-key", "misspelled-enum", "other-version", "no-version", "a-list"])
def test_an_editor_marks_what_the_schema_can_tell(name):
    """A file that flowlint refuses for its form is marked while it is written."""
    path = MAPPINGS / f"{name}.yaml"
    assert marked(parse(read_text(path), path.name).value) != []
    with pytest.raises(FileFaults):
        load_text(read_text(path), path.name, folder=MAPPINGS)
