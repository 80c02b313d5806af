"""The package as a whole: what it loads at once, and what it says of itself."""

import json
import subprocess
import sys
import tomllib

import pytest

import flowlint

HEAVY = ["duckdb", "jira", "requests", "jinja2", "jsonschema"]
PROBE = """
import json, sys
sys.argv[1:] = {arguments!r}
from flowlint.cli import main
try:
    main()
except SystemExit as end:
    status = end.code
print(json.dumps([status, [name for name in {heavy!r} if name in sys.modules]]))
"""


def run(root, *arguments):
    """Run flowlint in a fresh interpreter; return its output, its status and the heavy modules it loaded."""
    code = PROBE.format(arguments=list(arguments), heavy=HEAVY)
    result = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True)
    *output, last = result.stdout.splitlines()
    return output, *json.loads(last)


@pytest.mark.parametrize("option", ["--version", "--help"])
def test_saying_what_it_is_loads_nothing_heavy(root, option):
    """Neither the engine nor an HTTP client is imported just to print a line."""
    output, status, loaded = run(root, option)
    assert (status or 0, loaded) == (0, [])
    assert output


def test_version_is_the_packages_own(root):
    """`flowlint --version` names the program and its version."""
    output, _, _ = run(root, "--version")
    assert "flowlint" in output[0]
    assert flowlint.__version__ in output[0]


def test_changelog_has_unreleased_on_top(root):
    """Changes since the last release come first."""
    headings = [line for line in (root / "CHANGELOG.md").read_text().splitlines() if line.startswith("## ")]
    assert headings[0] == "## Unreleased"


def test_dependencies_are_those_of_the_design(root):
    """A dependency more is a decision, not an accident."""
    project = tomllib.loads((root / "pyproject.toml").read_text())["project"]
    names = {requirement.partition(">=")[0] for requirement in project["dependencies"]}
    assert names == {"click", "duckdb", "jinja2", "jira", "jsonschema", "pyyaml", "tabulate"}
