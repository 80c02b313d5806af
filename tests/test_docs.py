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
