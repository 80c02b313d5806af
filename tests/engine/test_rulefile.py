"""Rule files: every key, every fault at its place, and a catalogue that survives broken files."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from flowlint.engine.check import check_rule, check_rules
from flowlint.engine.examples import run_examples
from flowlint.engine.rule import GROUPS
from flowlint.engine.rulechecks import NEEDS, missing_examples
from flowlint.engine.rulefile import Catalogue, built_in_rules, load_rules, name_rule, parse_rule, rule_files
from flowlint.engine.schema import SCHEMA, rule_schema
from flowlint.engine.world import ISSUE_KEYS
from flowlint.errors import FileFaults, Place
from flowlint.snapshot.database import open_database

NAME = "rules/hierarchy/orphan-story.yaml"
WHOLE = """\
id: H103
name: orphan-story
aliases: [H003]
group: hierarchy
status: stable
since: 1.0
severity: warning
confidence: high
scope: issue
summary: A story belongs to no epic
why: >
  Nobody can say what it is for,
  and reports by epic miss it.
fix: Give it a parent.
fix_kind: judgement
accept: Defects may stand alone.
related: [H104, O518]
references: [{title: Slicing, url: "https://example.org/slicing"}]
parameters:
  ignore_flow_items: {type: list, default: [defect], description: Flow items that may stand alone}
needs: [flow_items]
applies: is_flow_item AND is_open AND NOT list_contains($ignore_flow_items, flow_item)
unknown:
  parent not readable: parent_state IN ('outside', 'hidden')
  chain leaves the data: |
    reaches_portfolio IS NULL
where: NOT reaches_portfolio
evidence: {parent: parent_key, points: story_points}
identity: [parent]
cause: [parent]
message: "{type} {key} belongs to no {portfolio_level} ({parent}, {ignore_flow_items})"
examples:
  - title: a story at the root
    issues: [{key: A-1, type: Story, summary: Pay by card}]
    finds: [A-1]
  - title: its epic is in a project we may not read
    issues: [{key: A-1, type: Story, parent: HID-3}]
    finds: []
    not_judged: [A-1]
"""
LEAST = """\
id: H903
name: orphan-story
group: hierarchy
severity: warning
confidence: high
summary: A story belongs to no epic
why: Nobody can say what it is for.
fix: Give it a parent.
message: "{type} {key} belongs to nothing"
where: NOT reaches_portfolio
"""


def line_of(text, part):
    """Return the number of the line that a part of a text begins in."""
    return text[: text.index(part)].count("\n") + 1


def faults_of(text, name=NAME):
    """Return the faults of a rule file."""
    with pytest.raises(FileFaults) as caught:
        parse_rule(text, name)
    assert all(fault.place.file == name and fault.code == "" for fault in caught.value.faults)
    assert list(caught.value.faults) == sorted(caught.value.faults, key=lambda fault: fault.place)
    return caught.value.faults


@pytest.fixture(scope="module")
def db():
    """Return a database to parse SQL with."""
    with open_database() as connection:
        yield connection


def test_every_key_arrives(db):
    """The example of the design becomes a rule with all that it says."""
    rule = parse_rule(WHOLE, NAME)
    assert (rule.id, rule.name, rule.aliases, rule.since) == ("H103", "orphan-story", ("H003",), "1.0")
    assert rule.why == "Nobody can say what it is for, and reports by epic miss it."
    assert rule.references == (("Slicing", "https://example.org/slicing"),)
    assert [one.name for one in rule.parameters] == ["ignore_flow_items"]
    assert [reason for reason, _ in rule.unknown] == ["parent not readable", "chain leaves the data"]
    assert [name for name, _ in rule.evidence] == ["parent", "points"]
    assert rule.view == "issue"
    assert len(rule.examples) == 2
    assert missing_examples(rule) == []
    assert check_rule(db, rule) == []


def test_most_keys_may_be_left_out(db):
    """A rule needs little; the rest has defaults."""
    rule = parse_rule(LEAST, NAME)
    assert (rule.status, rule.scope, rule.fix_kind, rule.accept) == ("stable", "issue", "judgement", "")
    assert rule.applies is None
    assert check_rule(db, rule) == []


def test_places_are_those_of_the_sql():
    """Each expression knows the line and column its text begins at, in every way of writing it."""
    rule = parse_rule(WHOLE, NAME)
    reasons = dict(rule.unknown)
    assert rule.where is not None
    assert rule.where.place == Place(NAME, line_of(WHOLE, "where:"), len("where: ") + 1)
    assert reasons["chain leaves the data"].place == Place(NAME, line_of(WHOLE, "reaches_portfolio IS NULL"), 5)
    assert rule.evidence[0][1].place.column == WHOLE.split("evidence: ")[1].index("parent_key") + len("evidence: ") + 1


@pytest.mark.parametrize(
    "where",
    [
        "is_open\n  AND nope = 1",
        ">\n  is_open\n  AND nope = 1",
        ">-\n  is_open\n\n  AND nope = 1\n",
        "|\n  is_open\n  AND nope = 1",
        "|\n  is_open -- and a comment\n  AND nope = 1",
        "'is_open\n  AND nope = 1'",
    ],
    ids=["plain", "folded", "folded with a blank line", "literal", "comment", "quoted"],
)
def test_faults_stand_in_their_line_however_it_is_folded(db, where):
    """YAML folds lines, and a fault is still shown in the line where it was written."""
    text = LEAST.replace("NOT reaches_portfolio", where)
    (fault,) = check_rule(db, parse_rule(text, NAME))
    assert fault.place.line == line_of(text, "AND nope")
    assert fault.key == "where"


def test_folding_never_changes_a_text_in_quotes(db):
    """Where a quoted text goes over two lines, what YAML makes of it is run, and the place is the first line."""
    rule = parse_rule(LEAST.replace("NOT reaches_portfolio", "summary = 'a\n  b'"), NAME)
    assert rule.where is not None
    assert rule.where.sql == "summary = 'a b'"


def test_plain_values_are_sql_too():
    """`applies: true` is the condition true."""
    rule = parse_rule(LEAST + "applies: true\nevidence: {limit: 30}\n", NAME)
    assert rule.applies is not None
    assert rule.applies.sql == "true"
    assert rule.evidence[0][1].sql == "30"


@pytest.mark.parametrize(
    ("old", "new", "message", "at"),
    [
        ("id: H903", "id: H9", '"id" cannot be', "id:"),
        ("id: H903", "id: S903", "not of the group hierarchy, whose codes begin with H", "id:"),
        ("name: orphan-story", "name: Orphan", '"name" cannot be', "name:"),
        ("name: orphan-story", "name: other-name", 'its file "orphan-story"', "name:"),
        ("group: hierarchy", "group: hierarchie", '"group" must be', "group:"),
        ("severity: warning", "severity: warn", '"severity" must be', "severity:"),
        ("severity: warning", "severty: warning", 'unknown key "severty"', "severty:"),
        ("why: Nobody can say what it is for.\n", "", 'lacks the key "why"', "id:"),
        ("where: NOT reaches_portfolio\n", "", "says nowhere what it finds", "id:"),
        ("where:", "query: SELECT 1\nwhere:", "one of where, query", "where:"),
        ("where:", "raised_by: loader\nwhere:", "one of where, raised_by", "where:"),
        ("where:", "status: retired\nwhere:", "names the one that took over", "status:"),
        ("where:", "replaced_by: H904\nwhere:", "only a retired rule", "replaced_by:"),
        ("where: NOT", "applies: is_open\nquery: SELECT", "with `query` it has no effect", "applies:"),
        ("where:", "from: issue\nwhere:", "`from` is for rules with scope `config`", "from:"),
        ("where:", "scope: config\nwhere:", "which view it runs over", "scope:"),
        ("where:", "scope: config\nfrom: config_levl\nwhere:", 'no view "config_levl"', "from:"),
        ("where:", "aliases: [H903]\nwhere:", "no alias of itself", "aliases:"),
        ("where:", "needs: [outcom]\nwhere:", '"outcom" is nothing', "needs:"),
        ("where:", "identity: [parent]\nwhere:", "which is no evidence", "identity:"),
        ("where:", "evidence: {parent: parent_key}\ncause: [parents]\nwhere:", "which is no evidence", "cause:"),
        ("{key}", "{kee}", 'names "kee"', "message:"),
        ("{key}", "{description}", 'names "description"', "message:"),
        ("where:", "parameters: {days: {type: integer, default: x, description: d}}\nwhere:", "a whole number", "parameters:"),
        ("where:", "parameters: {days: {type: integr, default: 1, description: d}}\nwhere:", '"type" must be', "parameters:"),
        ("where:", "parameters: {Days: {type: integer, default: 1, description: d}}\nwhere:", "cannot be", "parameters:"),
        ("where:", "examples: [{title: t, finds: [], issues: [{key: A-1, sumary: x}]}]\nwhere:", '"sumary"', "examples:"),
        ("where:", "references: [{title: t, url: 'javascript:x'}]\nwhere:", '"url" cannot be', "references:"),
        ("where:", "where: is_open\nwhere:", "stands twice", "where: NOT"),
        ("where: NOT", "where: [NOT", "not valid YAML", ""),
    ],
)  # fmt: skip
def test_faults_of_the_file(old, new, message, at):
    """What is wrong with a rule file is told with its line and in words."""
    text = LEAST.replace(old, new)
    found = next(fault for fault in faults_of(text) if message in fault.message)
    if at:
        assert found.place.line == line_of(text, at)


def test_all_faults_come_at_once():
    """One bad key does not hide the next."""
    text = LEAST.replace("H903", "S903").replace("{key}", "{kee}") + "needs: [nothing]\n"
    assert len(faults_of(text)) == 3


def test_a_near_miss_gets_a_suggestion():
    """Unknown words name the nearest that is known."""
    texts = [fault.help for fault in faults_of(LEAST.replace("{key}", "{keyy}") + "needs: [changelogs]\n")]
    assert any('"key"' in text for text in texts)
    assert any('"changelog"' in text for text in texts)


def test_a_retired_rule_needs_no_condition():
    """A code stays known after its rule is gone."""
    text = LEAST.replace("where: NOT reaches_portfolio", "status: retired\nreplaced_by: H904")
    rule = parse_rule(text, NAME)
    assert rule.replaced_by == "H904"
    assert missing_examples(rule) == []


def test_missing_examples_are_told():
    """A rule without examples loads; its test says which kinds are missing."""
    rule = parse_rule(LEAST, NAME)
    assert [fault.place.line for fault in missing_examples(rule)] == [1, 1]
    finds = "examples: [{title: t, issues: [{key: A-1}], finds: [A-1]}]\n"
    (fault,) = missing_examples(parse_rule(LEAST + finds, NAME))
    assert "finds nothing" in fault.message


QUERY = (
    "SELECT 'issue' AS subject_kind, i.id AS subject_id, i.key AS subject_name, i.key, i.project, "
    "'finding' AS verdict, i.type AS kind FROM issue i"
)


def as_query(sql, more=""):
    """Return the text of a rule with a whole query."""
    return LEAST.replace("where: NOT reaches_portfolio", f"query: {sql}") + more


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (as_query(QUERY), None),
        (as_query(QUERY, "identity: [kind]\ncause: [kind]\n"), None),
        (as_query(QUERY.replace("AS verdict", "AS judgement")), 'returns no column "verdict"'),
        (as_query(QUERY, "identity: [sort]\n"), 'identity names "sort"'),
        (as_query(QUERY).replace("{key}", "{sort}"), 'names "sort"'),
        (as_query(QUERY, "scope: config\n"), 'returns no column "file"'),
    ],
)  # fmt: skip
def test_queries_return_what_is_promised(db, text, message):
    """A query returns its subject, a verdict, and every name that the rule uses."""
    told = [fault.message for fault in check_rule(db, parse_rule(text, NAME))]
    assert (told == []) if message is None else any(message in one for one in told)


def test_many_rules_are_checked_like_one(db):
    """Checking the catalogue at once gives each rule its own faults."""
    rules = [parse_rule(text, NAME) for text in (LEAST, LEAST.replace("NOT reaches", "NOT reach"), WHOLE)]
    assert check_rules(db, rules) == [check_rule(db, rule) for rule in rules]
    assert [len(faults) for faults in check_rules(db, rules)] == [0, 1, 0]


def write(folder, name, text):
    """Write a rule file and return its path."""
    path = folder / f"{name}.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_broken_file_is_that_rules_fault(tmp_path):
    """A house rule that cannot be read is named; flowlint's own and the other house rules load."""
    write(tmp_path, "orphan-story-of-ours", LEAST.replace("orphan-story", "orphan-story-of-ours"))
    write(tmp_path, "broken", "id: [")
    (tmp_path / "latin.yaml").write_bytes(b"id: H904 # \xe4\n")
    catalogue = load_rules([tmp_path])
    assert catalogue.find("H903") is not None
    assert sorted({Path(fault.place.file).name for fault in catalogue.faults}) == ["broken.yaml", "latin.yaml"]


def test_one_file_is_enough(tmp_path):
    """`rules.paths` may name a file as well as a folder."""
    path = write(tmp_path, "orphan-story-of-ours", LEAST.replace("orphan-story", "orphan-story-of-ours"))
    assert load_rules([path]).find("orphan-story-of-ours") is not None


def test_taken_codes_and_names_are_faults(tmp_path):
    """Two rules with one code, one name or one alias: the later file is the fault."""
    write(tmp_path, "first-rule", LEAST.replace("orphan-story", "first-rule").replace("H903", "H991"))
    write(tmp_path, "second-rule", LEAST.replace("orphan-story", "second-rule").replace("H903", "H991"))
    other = tmp_path / "more"
    other.mkdir()
    write(other, "first-rule", LEAST.replace("orphan-story", "first-rule").replace("H903", "H992"))
    write(
        other, "third-rule", LEAST.replace("orphan-story", "third-rule").replace("H903", "H993") + "aliases: [h991]\n"
    )
    catalogue = load_rules([tmp_path])
    assert [rule.name for rule in catalogue.rules if rule.id.startswith("H99")] == ["first-rule"]
    assert all("is taken by H991 (first-rule)" in fault.message for fault in catalogue.faults)
    assert [Path(fault.place.file).stem for fault in catalogue.faults] == ["first-rule", "third-rule", "second-rule"]


def test_a_path_that_is_not_there_is_a_fault(tmp_path):
    """`rules.paths` that lead nowhere are told."""
    (fault,) = load_rules([tmp_path / "nowhere"]).faults
    assert "no rule file or folder" in fault.message


def test_rules_are_found_by_any_of_their_names():
    """Codes, names and aliases find a rule whatever their case; others get a suggestion."""
    rule = parse_rule(WHOLE, NAME)
    catalogue = Catalogue((rule,))
    assert all(catalogue.find(name) is rule for name in ("h103", "Orphan-Story", "H003", " H103 "))
    assert catalogue.find("H104") is None
    assert catalogue.suggest("orphan-storry") == "orphan-story"


def test_flowlints_own_rules_are_sound(db):
    """Every rule of the catalogue loads, passes guard and lint, and has both kinds of examples."""
    catalogue = load_rules()
    assert catalogue.faults == ()
    assert [rule.id for rule in catalogue.rules] == sorted(rule.id for rule in catalogue.rules)
    assert len(catalogue.rules) == len(rule_files(built_in_rules()))
    found = [fault for faults in check_rules(db, catalogue.rules) for fault in faults]
    assert found == []
    assert [fault for rule in catalogue.rules for fault in missing_examples(rule)] == []


def test_related_rules_are_codes_of_the_right_form():
    """No rule points to itself, and every group has a folder of its own name."""
    for path in rule_files(built_in_rules()):
        assert path.parent.name in GROUPS
    for rule in load_rules().rules:
        assert rule.id not in rule.related


def test_the_schema_is_one():
    """The published schema is valid, and explains every key."""
    Draft202012Validator.check_schema(rule_schema())
    assert json.loads(SCHEMA.read_text(encoding="utf-8")) == rule_schema()
    for key, about in rule_schema()["properties"].items():
        assert about["title"], key
        assert about["description"], key


def test_the_schema_knows_the_words_of_examples():
    """What an example's issue may say is what the program reads."""
    world = rule_schema()["$defs"]["example"]["properties"]["issues"]["items"]
    assert set(world["properties"]) == set(ISSUE_KEYS)
    assert "changelog" in NEEDS


@given(st.text(max_size=80))
def test_any_text_gives_faults(text):
    """Whatever a file holds, the answer is faults with places."""
    assert all(fault.place.line >= 1 for fault in faults_of(text))


@given(st.sampled_from(WHOLE.split("\n")), st.text(max_size=10), st.integers(0, 60))
def test_any_damage_gives_a_rule_or_faults(line, noise, position):
    """A rule file damaged anywhere is still a rule, or gives faults."""
    damaged = WHOLE.replace(line, line[:position] + noise + line[position:], 1)
    try:
        answer = (parse_rule(damaged, NAME).id,)
    except FileFaults as caught:
        answer = caught.faults
    assert answer


def test_an_address_may_be_still_to_be_written():
    """A draft may leave an ellipsis for an address, as it may for a title; anything else must be one."""
    draft = WHOLE.replace("https://example.org/slicing", "…")
    assert parse_rule(draft, NAME).references == (("Slicing", "…"),)
    (fault,) = faults_of(WHOLE.replace("https://example.org/slicing", "javascript:alert(1)"))
    assert '"url" cannot be "javascript:alert(1)"' in fault.message


def test_a_fault_in_the_config_of_an_example_stands_at_its_line():
    """The mapping of an example is checked when it runs, and what is wrong with it is found in the rule file."""
    text = (
        WHOLE
        + "  - title: a slip\n    config: {hierarchy: {levles: [epic]}}\n    issues: [{key: A-1}]\n    finds: []\n"
    )
    *_, slip = run_examples([parse_rule(text, NAME)])
    assert not slip.passed
    assert f"{NAME}:{line_of(text, 'levles')}:" in slip.message
    assert 'unknown key "levles"' in slip.message


def test_a_rule_is_known_by_its_head():
    """What the head of each file of flowlint's own says is what the whole file says."""
    for path in rule_files(built_in_rules()):
        text = path.read_text(encoding="utf-8")
        whole, head = parse_rule(text, path.name), name_rule(text, path.name)
        for name in ("id", "name", "group", "severity", "confidence", "scope", "status", "place"):
            assert getattr(head, name) == getattr(whole, name), (path, name)
