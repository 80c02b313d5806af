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
LINK = re.compile(r"\]\((?!https?://)(?P<path>[^)#]*)(?:#(?P<anchor>[^)]*))?\)")
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
NAMED = re.compile(r"(?:^|[/`])flowlint ([a-z]+)", re.MULTILINE)
OPTION = re.compile(r"`(--[a-z-]+)")


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


@pytest.fixture(scope="module")
def pages(root):
    """Return the text of every page for readers, by its path."""
    paths = [root / "README.md", root / "CHANGELOG.md", *sorted((root / "docs").rglob("*.md"))]
    return {path: path.read_text(encoding="utf-8") for path in paths}


def anchors(text):
    """Return what links may name in a page: its headings, as GitHub and others spell them."""
    headings = HEADING.findall(re.sub(r"^```.*?^```$", "", text, flags=re.MULTILINE | re.DOTALL))
    return {re.sub(r"[^\w\- ]", "", heading.replace("`", "").lower()).replace(" ", "-") for heading in headings}


def test_links_lead_somewhere(root, pages):
    """Every relative link names a file that is there, and a heading that is in it."""
    broken = []
    for page, text in pages.items():
        for match in LINK.finditer(CODE.sub("", text)):
            path = (page.parent / match["path"]).resolve() if match["path"] else page
            there = path.exists() and (match["anchor"] is None or match["anchor"] in anchors(pages[path]))
            broken += [] if there else [f"{page.relative_to(root)}: {match[0]}"]
    assert broken == []


def test_every_page_is_reached_from_the_readme(root, pages):
    """Following links from the README, a reader comes to every page."""
    reached, open_ = set(), {root / "README.md"}
    while open_:
        page = open_.pop()
        reached.add(page)
        paths = {(page.parent / match["path"]).resolve() for match in LINK.finditer(pages[page]) if match["path"]}
        open_ |= {path for path in paths & pages.keys() if path not in reached}
    assert reached == pages.keys()


def test_example_mapping_can_be_loaded(root, readme):
    """Each `flowlint.yaml` of the README is one that flowlint accepts."""
    from flowlint.config.load import load_text

    texts = re.findall(r"^```yaml\n(version: .*?)^```", readme, re.MULTILINE | re.DOTALL)
    assert len(texts) == 2
    assert all(load_text(text, "flowlint.yaml", folder=root) for text in texts)


def test_example_rule_is_a_rule(readme):
    """The rule file of the README is one that flowlint accepts, and its examples hold."""
    from flowlint.engine.examples import run_examples
    from flowlint.engine.rulefile import parse_rule

    (text,) = re.findall(r"^```yaml\n(id: .*?)^```", readme, re.MULTILINE | re.DOTALL)
    rule = parse_rule(text, "house-rules/stories/story-across-components.yaml")
    results = list(run_examples([rule]))
    assert len(results) == 2
    assert [result.message for result in results if not result.passed] == []


def test_only_commands_and_options_that_exist_are_named(root, pages):
    """No page promises a command or an option that is not built."""
    import click

    from flowlint.cli.app import COMMANDS, flowlint

    commands = [flowlint.get_command(click.Context(flowlint), name) for name in COMMANDS]
    options = {name for command in commands for parameter in command.params for name in parameter.opts}
    own = {"--version", "--check"}  # of the program itself, and of docs/generate.py
    unknown = [
        f"{page.relative_to(root)}: {name}"
        for page, text in pages.items()
        for name in {*NAMED.findall("\n".join(CODE.findall(text))), *OPTION.findall(text)} - {*COMMANDS, *options, *own}
    ]
    assert unknown == []


MEANT = {
    "flowlint-validate": (
        ["flowlint.yaml", "teams/checkout/flowlint.yml"],
        ["flowlint.schema.json", "my-flowlint.yaml"],
    ),
    "flowlint-rules-test": (["house-rules/stories/vague-story.yaml"], ["rules.yaml", "flowlint.yaml"]),
}
"""Files that each hook is for, and others that it is not."""


def test_hooks_call_what_exists_on_the_files_they_are_for(root):
    """The command of each pre-commit hook is one of flowlint's, and it runs for its files and nothing else."""
    import click
    import yaml

    from flowlint.cli.app import flowlint

    hooks = yaml.safe_load((root / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
    assert {hook["id"] for hook in hooks} == MEANT.keys()
    for hook in hooks:
        program, *words = hook["entry"].split()
        assert program == "flowlint"
        command = flowlint
        for word in words:
            command = command.get_command(click.Context(command), word)
        assert any(isinstance(parameter, click.Argument) and parameter.nargs == -1 for parameter in command.params)
        files, others = MEANT[hook["id"]]
        assert all(re.search(hook["files"], name) for name in files)
        assert not any(re.search(hook["files"], name) for name in others)
