"""`flowlint validate` as people and hooks start it."""

import json
import os
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest
from syrupy.assertion import SnapshotAssertion

MAPPINGS = "tests/data/mappings"


def validate(root: Path, *arguments: str, folder: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Run the command in the checkout, or in another folder."""
    return subprocess.run(
        [sys.executable, "-m", "flowlint", "validate", "--as-of", "2026-01-31", *arguments],
        cwd=folder or root,
        env={**os.environ, "PYTHONPATH": str(root)},
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=120,
        check=False,
    )


def test_the_report_reads_like_this(root: Path, snapshot: SnapshotAssertion) -> None:
    """Place, what is wrong, the line with a caret, and what to write instead."""
    names = ("misspelled-key", "task-counted", "status-twice", "set-aside", "secret")
    done = validate(root, *(f"{MAPPINGS}/{name}.yaml" for name in names))
    assert done.returncode == 1
    assert done.stdout == snapshot
    assert "hunter2" not in done.stdout


def test_a_sound_mapping(root: Path) -> None:
    """Status 0, and a line that says so."""
    done = validate(root, f"{MAPPINGS}/good.yaml")
    assert done.returncode == 0
    assert done.stdout.endswith("nothing found in 1 mapping\n")
    assert done.stderr == ""


def test_it_is_found_above(root: Path, tmp_path: Path) -> None:
    """Like `check` finds it."""
    (tmp_path / "flowlint.yaml").write_text((root / MAPPINGS / "task-counted.yaml").read_text(encoding="utf-8"))
    below = tmp_path / "below"
    below.mkdir()
    done = validate(root, folder=below)
    assert done.returncode == 1
    assert "../flowlint.yaml:" in done.stdout


def test_json_is_what_the_schema_says(root: Path) -> None:
    """The same document as of `check`."""
    schema = json.loads((root / "flowlint/reports/findings.schema.json").read_text(encoding="utf-8"))
    document = json.loads(validate(root, f"{MAPPINGS}/task-counted.yaml", "--format", "json").stdout)
    jsonschema.Draft202012Validator(schema).validate(document)
    assert [finding["rule"] for finding in document["findings"]] == ["M704"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["nowhere.yaml"], "there is no file nowhere.yaml"),
        (["."], "is a folder"),
        ([], "there is no flowlint.yaml in this folder or above it"),
    ],
)
def test_wrong_use_is_status_2(root: Path, tmp_path: Path, arguments: list[str], said: str) -> None:
    """One sentence, and what to do."""
    done = validate(root, *arguments, folder=tmp_path)
    assert done.returncode == 2
    assert said in done.stderr
    assert "help:" in done.stderr
    assert done.stdout == ""


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() == 0, reason="whoever may read everything reads this too")
def test_no_right_to_read(root: Path, tmp_path: Path) -> None:
    """A finding at the file, no traceback."""
    path = tmp_path / "flowlint.yaml"
    path.write_text("version: 1\n")
    path.chmod(0)
    done = validate(root, str(path))
    assert done.returncode == 1
    assert "cannot be read" in done.stdout


def test_fail_on_decides_the_status(root: Path) -> None:
    """A warning fails only who asks for that."""
    path = f"{MAPPINGS}/exception-without-reason.yaml"
    assert [
        validate(root, path, *more).returncode for more in ((), ("--fail-on", "warning"), ("--fail-on", "never"))
    ] == [0, 1, 0]


def test_no_network_and_no_credentials(root: Path) -> None:
    """Nothing that speaks HTTP is even imported."""
    code = (
        "import sys; from flowlint.cli.boundary import run; "
        f"status = run(['validate', '{MAPPINGS}/good.yaml']); "
        "banned = {'jira', 'requests', 'urllib3', 'http.client', 'ssl', 'httpx'} & set(sys.modules); "
        "sys.exit(f'imported: {sorted(banned)}' if banned else status)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=root, capture_output=True, text=True, timeout=120, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
