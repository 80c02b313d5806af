"""The pages under docs/ are in step with what they are derived from, and hostile text stays text."""

import importlib
import json
import re
import subprocess
import sys
from dataclasses import replace

import click
import pytest
from hypothesis import given
from hypothesis import strategies as st


@pytest.fixture(scope="module", autouse=True)
def importable(root):
    """Let the generator's own modules be imported."""
    sys.path.insert(0, str(root / "docs"))
    yield
    sys.path.remove(str(root / "docs"))


@pytest.fixture(scope="module")
def generate(root):
    """Return the generator as a module."""
    return importlib.import_module("generate")


def test_nothing_is_stale(root):
    """The command that CI runs finds every derived page as it should be."""
    command = [sys.executable, root / "docs" / "generate.py", "--check"]
    result = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout + result.stderr


def test_stale_missing_and_left_over_pages_are_named(generate, tmp_path):
    """A page that differs, one that is missing and one that nothing derives any more are all found, then mended."""
    (tmp_path / "rules").mkdir()
    (tmp_path / "same.md").write_text("as it should be\n")
    (tmp_path / "differs.md").write_text("old\n")
    (tmp_path / "rules" / "Z999.md").write_text("retired\n")
    (tmp_path / "by-hand.md").write_text("left alone\n")
    texts = {"same.md": "as it should be\n", "differs.md": "new\n", "rules/H101.md": "missing\n"}
    found = [path.relative_to(tmp_path).as_posix() for path in generate.stale(texts, tmp_path)]
    assert found == ["differs.md", "rules/H101.md", "rules/Z999.md"]
    assert len(generate.write(texts, tmp_path)) == 3
    assert generate.stale(texts, tmp_path) == []
    assert (tmp_path / "by-hand.md").read_text() == "left alone\n"


def test_wrong_option_is_refused(generate, capsys):
    """An option that does not exist writes nothing."""
    assert generate.main(["--chekc"]) == 2
    assert "--check" in capsys.readouterr().err


def test_every_command_and_option_has_help():
    """What a user can type is explained where it is listed."""
    from flowlint.cli.app import flowlint
    from pages.commands import walk

    silent = []
    for path, command in walk(flowlint, ("flowlint",)):
        silent += [" ".join(path)] if not command.help else []
        silent += [
            f"{' '.join(path)} {option.opts[0]}"
            for option in command.params
            if isinstance(option, click.Option) and not option.help
        ]
    assert silent == []


def test_every_rule_has_its_page_in_the_fixed_order():
    """A rule's page tells what, why, examples, fix and exceptions, in this order."""
    from flowlint.engine.rulefile import load_rules
    from pages.rules import pages

    rules = load_rules().rules
    made = pages(rules)
    assert len(made) == len(rules) + 1
    expected = ["What it finds", "Why it matters", "Example", "Not found", "How to fix it", "When it is legitimate"]
    expected += ["Parameters", "Needs", "The condition"]
    for rule in rules:
        headings = re.findall(r"^## (.+)$", made[f"rules/{rule.id}.md"], re.MULTILINE)
        asked = [heading for heading in headings if heading != "See also"]
        assert asked == (expected if rule.examples else [h for h in expected if h not in ("Example", "Not found")])


def test_readme_and_commands_page_agree_on_statuses(root):
    """The table of exit statuses in the README is the generated one."""
    generated = (root / "docs" / "commands.md").read_text()
    rows = re.findall(r"^\| \d+ \| .* \|$", (root / "README.md").read_text(), re.MULTILINE)
    assert [row for row in rows if row.replace(", default `error`", "") not in generated] == []
    assert len(rows) == 6


def test_hostile_rule_text_stays_text():
    """Markup, links and HTML in a rule file reach its page as the characters they are."""
    from flowlint.engine.rulefile import load_rules
    from pages.rules import pages

    hostile = "<script>x</script> [a](javascript:b) ![i](http://c) | # no *bold* \u202e"
    rule = replace(
        load_rules().rules[0],
        summary=hostile,
        why=f"# {hostile}",
        fix=f"```\n{hostile}",
        accept=f"- {hostile}",
        references=(("read [me]", "javascript:alert(1)"),),
        examples=({"title": hostile, "issues": [{"key": "A-1", "summary": "```\n# out"}], "finds": ["A-1"]},),
    )
    page = pages([rule])[f"rules/{rule.id}.md"]
    assert "\\<script\\>" in page
    assert not re.search(r"[^\\]\]\((javascript|http:)", page)
    assert "\u202e" not in page
    assert not re.search(r"^# \\?<", page, re.MULTILINE)


@given(st.text())
def test_prose_has_no_live_markup(text):
    """Whatever the text, outside code spans no angle bracket, square bracket or asterisk is left unescaped."""
    from pages.markdown import CODE_SPAN, line

    outside = CODE_SPAN.sub("", re.sub(r"\\.", "", line(text)))
    assert not re.search(r"[<>\[\]*|]", outside)


@given(st.text(alphabet="`|a \n\\"))
def test_fences_cannot_be_closed_from_inside(text):
    """The fence around a text is longer than any run of backticks in it."""
    from pages.markdown import block

    first, *_, last = block(text).splitlines()
    assert set(first) == {"`"}
    assert first == last
    assert first not in text


@pytest.fixture
def judgements(tmp_path):
    """Return a function that writes a checkout's judgements of one rule."""

    def write(*lines, rule="H103"):
        folder = tmp_path / "benchmarks" / "precision"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{rule}.ndjson").write_text("\n".join(lines) + "\n")
        return tmp_path

    return write


def judgement(**changes):
    """Write one judgement."""
    entry = {"rule": "H103", "source": "site", "key": "A-1", "verdict": "right", "reason": "stands alone"}
    return json.dumps(entry | changes)


def test_precision_counts_what_was_read(judgements):
    """The share leaves out the unsure; reasons of what was not right are told with their count."""
    from pages.precision import pages

    root = judgements(
        judgement(),
        judgement(key="A-2"),
        judgement(key="A-3", verdict="wrong", reason="a defect"),
        judgement(key="A-4", verdict="unsure", reason="no text"),
    )
    page = pages(root, {"H103": "orphan-story", "H104": "orphan-epic"})["precision.md"]
    assert "| [H103](rules/H103.md) | `orphan-story` | 4 | 2 | 1 | 1 | 67 % | site |" in page
    assert "wrong, 1 \u00d7: a defect" in page
    assert "`H104`" in page


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("{", "Expecting"),
        ("[]", "expected an object"),
        (judgement(text="a summary"), "expected an object"),
        (judgement(reason=" "), "not empty"),
        (judgement(rule="H104"), "file of H103"),
        (judgement(verdict="maybe"), "'maybe'"),
    ],
)
def test_faulty_judgement_is_named_with_its_line(judgements, line, told):
    """A judgement that cannot be used stops the generator at its place."""
    from pages.precision import pages

    root = judgements(judgement(), line)
    with pytest.raises(ValueError, match=rf"H103\.ndjson:2: .*{re.escape(told)}"):
        pages(root, {"H103": "orphan-story"})


def test_too_many_judgements_are_refused(judgements):
    """Twenty per rule are read with care; more are not."""
    from pages.precision import pages

    root = judgements(*[judgement(key=f"A-{number}") for number in range(21)])
    with pytest.raises(ValueError, match="expected 1 to 20"):
        pages(root, {"H103": "orphan-story"})


def test_judgements_of_a_rule_that_does_not_exist_are_refused(judgements):
    """A file named after no rule is noticed."""
    from pages.precision import pages

    with pytest.raises(ValueError, match="H999"):
        pages(judgements(judgement(rule="H999"), rule="H999"), {"H103": "orphan-story"})


MARKS = "<!-- begin keys: generated from a schema -->\nold\n<!-- end keys -->"


def test_block_is_replaced_and_what_stands_around_it_stays():
    """A page written by hand keeps its words; only what is between the marks is derived."""
    from pages.blocks import fill

    filled = fill("a.md", f"before\n{MARKS}\nafter\n", {"keys": "new \\1"})
    assert filled.startswith("before\n<!-- begin keys: generated from a schema -->\n\nnew \\1\n\n<!-- end keys -->")
    assert filled.endswith("\nafter\n")
    assert fill("a.md", filled, {"keys": "new \\1"}) == filled


@pytest.mark.parametrize(
    ("text", "blocks"),
    [
        (MARKS, {}),
        ("", {"keys": "new"}),
        (f"{MARKS}\n{MARKS}", {"keys": "new"}),
        (MARKS.replace("<!-- end keys -->", ""), {"keys": "new"}),
        (MARKS.replace("end keys", "end kyes"), {"keys": "new"}),
        (MARKS + "\n<!-- end keys -->", {"keys": "new"}),
    ],
)
def test_marks_that_do_not_fit_the_blocks_are_refused(text, blocks):
    """A block without a place, or a place without a block, stops the generator instead of leaving old text."""
    from pages.blocks import fill

    with pytest.raises(ValueError, match=r"docs/a\.md: blocks and marks do not agree"):
        fill("a.md", text, blocks)


SCHEMA = {
    "required": ["version"],
    "properties": {
        "version": {"title": "Version", "description": "Always 1.", "const": 1},
        "types": {
            "title": "Issue types",
            "description": "By <name>.",
            "type": ["object", "null"],
            "additionalProperties": {
                "anyOf": [
                    {"title": "the word ignore", "const": "ignore"},
                    {"title": "a mapping", "properties": {"level": {"description": "A level.", "type": "string"}}},
                ]
            },
        },
        "match": {"$ref": "#/$defs/match"},
        "kinds": {"$ref": "#/$defs/kinds"},
    },
    "$defs": {
        "match": {"title": "Selector", "description": "Told elsewhere.", "type": "object", "properties": {"x": {}}},
        "kinds": {"description": "Kinds", "type": "array", "items": {"enum": ["a", "b"]}, "default": ["a"]},
    },
}


def test_keys_of_a_schema_are_laid_out():
    """Each key says what it takes, its default and its meaning; what is told elsewhere is linked and not repeated."""
    from pages.keys import Keys

    assert Keys(SCHEMA, {"match": "[selector](#s)"}).table().splitlines() == [
        "| Key | Takes | Default | Meaning |",
        "| --- | --- | --- | --- |",
        "| `version` | `1` | required | Always 1. |",
        "| `types` | a mapping |  | Issue types. By \\<name\\>. |",
        "| `types.NAME.level` | a text |  | A level. |",
        "| `match` | [selector](#s) |  | Selector. |",
        "| `kinds` | a list | `[a]` | Kinds. |",
    ]


def test_examples_are_written_in_yaml():
    """The first example given is shown, else the first value that may stand there, else the default."""
    from pages.keys import Keys

    properties = {
        "a": {"title": "A", "type": "array", "examples": [["x", "Won't Do", "a:1"], ["y"]], "default": ["z"]},
        "b": {"title": "B", "enum": ["first", "second"], "default": "second"},
        "c": {"title": "C", "$ref": "#/$defs/c"},
        "d": {"title": "D", "type": "boolean", "default": False},
        "e": {"title": "E", "const": 1},
    }
    schema = {"properties": properties, "$defs": {"c": {"examples": [{"link": "is part of"}]}}}
    assert Keys(schema).table(head=("Key", "", "", "Example", "")).splitlines() == [
        "| Key | Example |",
        "| --- | --- |",
        '| `a` | `[x, Won\'t Do, "a:1"]` |',
        "| `b` | `first` |",
        "| `c` | `{link: is part of}` |",
        "| `d` | `false` |",
        "| `e` | `1` |",
    ]


def test_empty_and_unwanted_columns_are_left_out():
    """A table without defaults has no column for them."""
    from pages.keys import Keys

    assert Keys(SCHEMA).table("kinds", head=("Key", "Holds", "", "")).splitlines()[-1] == "| `kinds` | a list |"
    assert "Default" not in Keys(SCHEMA).table("match", deep=False)


def test_every_section_of_the_mapping_has_a_place(monkeypatch, root):
    """A section that is added to the schema and forgotten on the page stops the generator."""
    from pages import mapping

    assert mapping.blocks(root / "flowlint").keys() == {*mapping.SECTIONS, "selector"}
    monkeypatch.delitem(mapping.SECTIONS, "teams")
    with pytest.raises(ValueError, match="teams"):
        mapping.blocks(root / "flowlint")


def test_metadata_files_are_those_that_are_read(monkeypatch):
    """A kind of metadata that is added to the loader and forgotten on the page stops the generator."""
    from pages import exports

    monkeypatch.delitem(exports.FILES, "sprints")
    with pytest.raises(ValueError, match="sprints"):
        exports.blocks()


@pytest.mark.parametrize(
    ("pair", "told"),
    [(("age_days > 1", "age_days > 2"), "is allowed"), (("created < now()", "agedays > 2"), "is refused")],
)
def test_pairs_of_sql_are_held_against_the_guard(monkeypatch, pair, told):
    """The page cannot call a condition refused that is allowed, nor the other way round."""
    from pages import rule_sql

    monkeypatch.setattr(rule_sql, "PAIRS", (pair,))
    with pytest.raises(ValueError, match=told):
        rule_sql.pages()


def fenced(root, page):
    """Return the YAML blocks of a page."""
    return re.findall(
        r"^```yaml\n(.*?)^```$", (root / "docs" / page).read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL
    )


def test_example_of_the_mapping_is_complete(root, tmp_path):
    """The example on the mapping's page loads and shows every section but those that do nothing yet."""
    from flowlint.config.load import load_text

    (tmp_path / "flowlint-base.yaml").write_text("version: 1\n")
    (tmp_path / "team").mkdir()
    example = fenced(root, "mapping.md")[0]
    mapping = load_text(example, "flowlint.yaml", folder=tmp_path / "team")
    sections = json.loads((root / "flowlint" / "config" / "config.schema.json").read_text())["properties"]
    assert {"sources", "targets", "preview", "required_version"} == {
        name for name in sections if not re.search(rf"^{name}:", example, re.MULTILINE)
    }
    assert mapping.portfolio_level == "epic"
    assert mapping.for_project("WEB").rules.ignore == ("H103",)


def test_example_of_merging_merges_as_told(root, tmp_path):
    """The example on merging does what its comments say."""
    from flowlint.config.load import load_text

    base = "version: 1\nhierarchy: {levels: [epic, story], flow_item_level: story}\nissue_types: {Bug: {level: story}, Spike: {level: story}}\n"
    (tmp_path / "flowlint-base.yaml").write_text(f"{base}rules: {{ignore: [H110]}}\n")
    (tmp_path / "team").mkdir()
    (example,) = (block for block in fenced(root, "mapping.md") if "replaces [H110]" in block)
    merged = load_text(f"version: 1\n{example}", "flowlint.yaml", folder=tmp_path / "team").base
    assert [(one.name, one.level, one.flow_item) for one in merged.issue_types] == [("Bug", "story", "defect")]
    assert merged.rules.ignore == ("H119",)


def test_first_rule_grows_as_told(root):
    """The rule of "Writing a rule" passes, then fails for the near miss as shown, then passes with its parameters."""
    from flowlint.engine.examples import run_examples
    from flowlint.engine.rulefile import parse_rule

    def run(text):
        return [result.message for result in run_examples([parse_rule(text, "vague-story.yaml")])]

    first, near_miss, _, parameters, facts, _ = fenced(root, "writing-a-rule.md")
    assert run(first) == ["", ""]
    told = (root / "docs" / "writing-a-rule.md").read_text(encoding="utf-8")
    assert run(first + near_miss)[2] in told
    condition = re.search(r"^where: .*\n", first, re.MULTILINE)[0]
    assert run((first + near_miss).replace(condition, parameters + facts)) == ["", "", ""]


def test_reasons_for_not_judging_are_those_that_are_given(root):
    """The reasons that the page on the output explains stand in the code or in the rules."""
    said = [
        path
        for folder in ("flowlint", "rules")
        for path in sorted((root / folder).rglob("*"))
        if path.suffix in (".py", ".yaml")
    ]
    text = "\n".join(path.read_text(encoding="utf-8") for path in said)
    told = (root / "docs" / "output.md").read_text(encoding="utf-8")
    for reason in ("parent not readable", "is not mapped to a field", "was not fetched", "flow items are guessed"):
        assert reason in told
        assert reason in text
