"""`flowlint init` as people start it: from an export to a mapping that passes."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from syrupy.assertion import SnapshotAssertion


def flowlint(root: Path, folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a command in a folder."""
    return subprocess.run(
        [sys.executable, "-m", "flowlint", *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(root)},
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=120,
        check=False,
    )


@pytest.fixture
def organisation(root: Path, tmp_path: Path) -> Path:
    """Return a folder with the export of the organisation that flowlint ships, and no mapping."""
    demo = root / "flowlint" / "demo_organisation"
    (tmp_path / "export").mkdir()
    for name in ("issues.ndjson", "issue-types.json", "statuses.json", "fields.json", "sprints.json", "versions.json"):
        (tmp_path / "export" / name).write_bytes((demo / name).read_bytes())
    return tmp_path


def test_from_an_export_to_a_passing_mapping(root: Path, organisation: Path, snapshot: SnapshotAssertion) -> None:
    """The three commands of the README; the draft reads like this."""
    done = flowlint(root, organisation, "init", "export")
    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr == snapshot(name="told")
    assert (organisation / "flowlint.yaml").read_text(encoding="utf-8") == snapshot(name="draft")
    held = flowlint(root, organisation, "validate", "--against", "export")
    assert held.returncode == 0, held.stdout
    assert "held against" in held.stdout
    assert flowlint(root, organisation, "check", "export", "-q").returncode in (0, 1)


def test_a_mapping_that_is_there_is_left_alone(root: Path, organisation: Path) -> None:
    """Without --force nothing is written; with it only what is lacking."""
    path = organisation / "flowlint.yaml"
    path.write_text("version: 1  # ours\n", encoding="utf-8")
    refused = flowlint(root, organisation, "init", "export")
    assert refused.returncode == 2
    assert "flowlint.yaml is there already" in refused.stderr
    assert "--force" in refused.stderr
    shown = flowlint(root, organisation, "init", "export", "--diff")
    assert shown.returncode == 0
    assert "+issue_types:" in shown.stdout
    assert path.read_text(encoding="utf-8") == "version: 1  # ours\n"
    forced = flowlint(root, organisation, "init", "export", "--force")
    assert forced.returncode == 0
    assert "was added to" in forced.stderr
    assert path.read_text(encoding="utf-8").startswith("version: 1  # ours\n")
    again = flowlint(root, organisation, "init", "export", "--diff")
    assert again.stdout == ""
    assert "lacks nothing" in again.stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "nothing to draft from"),
        (("nowhere.ndjson",), "nowhere.ndjson"),
        (("export", "-o", "export"), "is a directory"),
    ],
)
def test_wrong_use_is_status_2(root: Path, organisation: Path, arguments: tuple[str, ...], said: str) -> None:
    """One sentence, and what to do."""
    done = flowlint(root, organisation, "init", *arguments)
    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_a_broken_mapping_is_not_added_to(root: Path, organisation: Path) -> None:
    """What is wrong with it is said, and it stays as it is."""
    path = organisation / "flowlint.yaml"
    path.write_text("version: 1\nissue_types: [\n", encoding="utf-8")
    done = flowlint(root, organisation, "init", "export", "--force")
    assert done.returncode == 2
    assert "flowlint.yaml:3" in done.stderr
    assert path.read_text(encoding="utf-8") == "version: 1\nissue_types: [\n"


def test_damaged_exports_are_said(root: Path, organisation: Path) -> None:
    """The draft is made of the rest, and the status is 3."""
    with (organisation / "export" / "issues.ndjson").open("a", encoding="utf-8") as file:
        file.write('{"key": "CUT-1", "fiel\n')
    done = flowlint(root, organisation, "init", "export")
    assert done.returncode == 3
    assert "issues.ndjson:" in done.stderr
    assert (organisation / "flowlint.yaml").is_file()
