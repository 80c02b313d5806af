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
from flowlint.cli.boundary import run
status = run({arguments!r})
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
    assert (status, loaded) == (0, [])
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


def lowest(root, pyproject):
    """Run the script that CI takes the lowest versions from."""
    script = [sys.executable, root / ".ci" / "lowest.py", pyproject]
    return subprocess.run(script, capture_output=True, text=True, check=False)


def test_lowest_versions_are_exact(root):
    """Every dependency has a lower bound that CI can install."""
    lines = lowest(root, root / "pyproject.toml").stdout.splitlines()
    project = tomllib.loads((root / "pyproject.toml").read_text())["project"]
    assert len(lines) == len(project["dependencies"]) + len(project["optional-dependencies"]["dev"]) + 1
    assert "duckdb==2.0.0" in lines


@pytest.mark.parametrize("requirement", ["click", "click==8.1.7", "click<9", "click~=8.1", "click>=8; os_name=='nt'"])
def test_bounds_that_cannot_be_proven_are_refused(root, tmp_path, requirement):
    """A requirement without a plain lower bound is named."""
    pyproject = tmp_path / "pyproject.toml"
    text = (
        f'[project]\ndependencies = ["{requirement}"]\noptional-dependencies.dev = []\n[build-system]\nrequires = []\n'
    )
    pyproject.write_text(text)
    result = lowest(root, pyproject)
    assert result.returncode == 2
    assert "click" in result.stderr
