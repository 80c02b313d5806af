"""The hooks of `.pre-commit-hooks.yaml`, run by pre-commit itself on repositories made here."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

MAPPINGS = Path(__file__).parent / "data" / "mappings"
HOUSE_RULE = """\
id: S901
name: {name}
group: stories
severity: warning
confidence: high
summary: A story has no summary
why: Nobody can find it.
fix: Write one.
where: summary IS NULL
message: "{{type}} {{key}} has no summary"
examples:
  - {{title: nothing written, issues: [{{key: A-1, type: Story, summary: null}}], finds: [{found}]}}
  - {{title: something written, issues: [{{key: A-2, type: Story, summary: Pay by card}}], finds: []}}
"""


@pytest.fixture
def commit(root, tmp_path):
    """Return a function that commits files (path -> text) with both hooks, and gives status and output of the hooks."""
    folder = tmp_path / "repository"
    folder.mkdir()
    environment = {
        **os.environ,
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]),
        "PYTHONPATH": str(root),
        "HOME": str(tmp_path),
        "GIT_CONFIG_GLOBAL": os.devnull,
        "PRE_COMMIT_HOME": str(tmp_path / "cache"),
    }

    def run(*words):
        return subprocess.run(
            words,
            cwd=folder,
            env=environment,
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=300,
            check=False,
        )

    hooks = yaml.safe_load((root / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
    for hook in hooks:
        # As pre-commit would run them in an environment of its own: it would install flowlint first, from an index.
        program, _, words = hook["entry"].partition(" ")
        assert program == "flowlint"
        hook |= {"language": "system", "entry": f"{sys.executable} -m flowlint {words}"}
    (folder / ".pre-commit-config.yaml").write_text(yaml.safe_dump({"repos": [{"repo": "local", "hooks": hooks}]}))
    assert run("git", "init", "--quiet").returncode == 0

    def commit_(files):
        for name, text in files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        assert run("git", "add", "--all").returncode == 0
        done = run("pre-commit", "run")
        return done.returncode, done.stdout + done.stderr

    return commit_


def mapping(name):
    """Return a mapping of those that the validator is tested with."""
    return (MAPPINGS / f"{name}.yaml").read_text(encoding="utf-8")


pytestmark = [
    pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed"),
    pytest.mark.xdist_group("hooks"),
]


def test_a_good_mapping_passes(commit):
    """And files that are no mapping are not looked at."""
    status, said = commit({"flowlint.yaml": mapping("good"), "notes.yaml": "a: [", "README.md": "flowlint"})
    assert status == 0, said
    assert "flowlint validate" in said
    assert "Skipped" in said  # no house rules are in it


@pytest.mark.parametrize(
    ("name", "rule", "place"),
    [
        ("misspelled-key", "M701", "5:1"),
        ("key-twice", "M702", "8:3"),
        ("unknown-level", "M703", "9:16"),
        ("task-counted", "M704", "12:3"),
        ("status-twice", "M710", "21:59"),
    ],
)
def test_a_bad_mapping_stops_the_commit(commit, name, rule, place):
    """With the place, wherever the file stands."""
    status, said = commit({"flowlint.yaml": mapping("good"), "teams/checkout/flowlint.yml": mapping(name)})
    assert status == 1
    assert f"teams/checkout/flowlint.yml:{place}: error {rule}" in said


def test_several_mappings_are_one_run(commit):
    """Findings of all of them, and one last line."""
    status, said = commit({"a/flowlint.yaml": mapping("task-counted"), "b/flowlint.yaml": mapping("two-levels")})
    assert status == 1
    assert said.count(" in 2 mappings") == 1
    assert "M704" in said
    assert "M706" in said


def test_house_rules_are_tried(commit):
    """A rule whose example does not hold stops the commit."""
    good = {"house-rules/no-summary.yaml": HOUSE_RULE.format(name="no-summary", found="A-1")}
    status, said = commit(good)
    assert status == 0, said
    status, said = commit({"house-rules/no-summary.yaml": HOUSE_RULE.format(name="no-summary", found="A-7")})
    assert status == 1
    assert "A-7" in said
