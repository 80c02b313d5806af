"""The README tells the truth."""

import re
import subprocess
import sys

import pytest

PROMISED = [
    "python3 -m venv .venv && .venv/bin/pip install . && .venv/bin/flowlint demo",
    "python3 -m venv .venv && .venv/bin/pip install -e '.[dev]' && .venv/bin/pytest",
]
CODE = re.compile(r"^```.*?^```$|`[^`\n]+`", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\((?!https?://)(?P<path>[^)#]+)(?:#[^)]*)?\)")


@pytest.fixture(scope="module")
def readme(root):
    """Return the text of the README."""
    return (root / "README.md").read_text(encoding="utf-8")


def test_promised_commands_stand_alone_on_their_lines(readme):
    """Both commands can be copied as they stand, and come first of all commands."""
    fenced = re.findall(r"^```[a-z]*\n(.*?)\n```$", readme, re.MULTILINE | re.DOTALL)
    assert fenced[:2] == PROMISED


def test_ci_runs_the_promised_commands(root):
    """What CI takes out of the README is exactly what the README promises."""
    script = [sys.executable, root / ".ci" / "readme_commands.py", root / "README.md"]
    assert subprocess.run(script, capture_output=True, text=True, check=True).stdout.splitlines() == PROMISED


def test_links_lead_somewhere(root):
    """Every relative link of the pages written by hand and of those generated names a file that is there."""
    pages = [root / "README.md", root / "CHANGELOG.md", *(root / "docs").rglob("*.md")]
    broken = [
        f"{page.relative_to(root)}: {match['path']}"
        for page in pages
        for match in LINK.finditer(CODE.sub("", page.read_text(encoding="utf-8")))
        if not (page.parent / match["path"]).exists()
    ]
    assert broken == []


def test_example_mapping_can_be_loaded(root, readme):
    """The `flowlint.yaml` of the README is one that flowlint accepts."""
    from flowlint.config.load import load_text

    (text,) = re.findall(r"^```yaml\n(version: .*?)^```", readme, re.MULTILINE | re.DOTALL)
    assert load_text(text, "flowlint.yaml", folder=root)


def test_example_rule_is_a_rule(readme):
    """The rule file of the README is one that flowlint accepts, and its examples hold."""
    from flowlint.engine.examples import run_examples
    from flowlint.engine.rulefile import parse_rule

    (text,) = re.findall(r"^```yaml\n(id: .*?)^```", readme, re.MULTILINE | re.DOTALL)
    rule = parse_rule(text, "house-rules/stories/story-across-components.yaml")
    results = list(run_examples([rule]))
    assert len(results) == 2
    assert [result.message for result in results if not result.passed] == []


def test_only_commands_that_exist_are_named(readme):
    """No command is promised that is not built."""
    from flowlint.cli.app import COMMANDS

    named = set(re.findall(r"[/`]flowlint ([a-z]+)", readme))
    assert named
    assert named <= set(COMMANDS)
