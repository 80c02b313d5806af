"""`flowlint validate` as people and hooks start it."""

import json
import os
import subprocess
import sys
import tempfile
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


@pytest.mark.skipif(sys.platform == "win32", reason="rights of files are others there")
def test_no_right_to_read(root: Path) -> None:
    """A finding at the file, no traceback."""
    with tempfile.TemporaryDirectory() as folder:  # where nobody else may look, the file would not be there at all
        Path(folder).chmod(0o755)
        path = Path(folder) / "flowlint.yaml"
        path.write_text("version: 1\n")
        path.chmod(0)
        # Whoever may read everything gives that up for the run, with all modules at hand.
        code = (
            "import os, sys; from flowlint.cli.boundary import run; "
            f"run(['validate', '{MAPPINGS}/good.yaml', '--output', os.devnull]); "
            "os.geteuid() or os.seteuid(65534); "
            f"status = run(['validate', {str(path)!r}]); "
            "os.seteuid(os.getuid()); sys.exit(status)"
        )
        done = subprocess.run(
            [sys.executable, "-c", code], cwd=root, capture_output=True, text=True, timeout=120, check=False
        )
    assert (done.returncode, done.stderr) == (1, "")
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


BROKEN = """\
version: 1
issue_typs:   # ours
  Story: {level: story, flow_itm: feature}
rules: {ignore: [S402, S402]}
"""


def test_diff_only_shows_and_fix_writes(root: Path, tmp_path: Path) -> None:
    """What can mean one thing alone; the rest is found."""
    path = tmp_path / "flowlint.yaml"
    path.write_text(BROKEN, encoding="utf-8")
    shown = validate(root, "--diff", folder=tmp_path)
    assert shown.returncode == 1
    assert path.read_text(encoding="utf-8") == BROKEN
    changes = [line for line in shown.stdout.splitlines() if line[:1] in "+-"]
    assert changes == [
        "--- flowlint.yaml",
        "+++ flowlint.yaml",
        "-issue_typs:   # ours",
        "-  Story: {level: story, flow_itm: feature}",
        "-rules: {ignore: [S402, S402]}",
        "+issue_types:   # ours",
        "+  Story: {level: story, flow_item: feature}",
        "+rules: {ignore: [S402]}",
    ]
    fixed = validate(root, "--fix", folder=tmp_path)
    assert fixed.stdout.startswith(shown.stdout)
    assert "M701" not in fixed.stdout
    assert path.read_text(encoding="utf-8").startswith("version: 1\nissue_types:   # ours\n")
    nothing = validate(root, "--diff", folder=tmp_path)
    assert (nothing.returncode, nothing.stdout) == (0, "")


def test_a_change_leaves_findings_for_machines_alone(root: Path, tmp_path: Path) -> None:
    """JSON on one stream, the change on the other."""
    path = tmp_path / "flowlint.yaml"
    path.write_text(BROKEN, encoding="utf-8")
    done = validate(root, "--fix", "--format", "json", folder=tmp_path)
    assert json.loads(done.stdout)["findings"] is not None
    assert "+issue_types:" in done.stderr


def test_statuses_are_spelled_as_the_site_does(root: Path, tmp_path: Path) -> None:
    """With --against, where the site has the name in other capitals."""
    demo = root / "flowlint" / "demo_organisation"
    mapping = (demo / "flowlint.yaml").read_text(encoding="utf-8")
    assert "In Progress" in mapping
    path = tmp_path / "flowlint.yaml"
    path.write_text(mapping.replace("In Progress", "in PROGRESS"), encoding="utf-8")
    assert validate(root, "--fix", "--against", str(demo), folder=tmp_path).stderr == ""
    assert path.read_text(encoding="utf-8") == mapping


def test_against_says_what_it_was_held_against(root: Path) -> None:
    """The rules that need a site judge, and the last line names it."""
    done = validate(root, "flowlint/demo_organisation/flowlint.yaml", "--against", "flowlint/demo_organisation")
    assert "no site was named" not in done.stdout
    assert "held against jira.lantern.example (134 issues)" in done.stdout
    assert done.stderr == ""


def test_no_secret_is_printed(root: Path, tmp_path: Path) -> None:
    """Wherever one was written, in the report, in the document for machines and in the change that is shown."""
    token = "ATATT3xEXAMPLEexampleEXAMPLE"
    (tmp_path / "flowlint.yaml").write_text(
        f'version: 1\nsource: {{jira: "https://bot:{token}@acme.example"}}\nrules: {{ignore: [{token}, M723]}}\n'
        "report: {peoples: names}\nhierarchi: {levels: [story]}\n"
        f"issue_types:\n  Story: {{level: story, flow_item: {token}}}  # flowlint: ignore M723 known\n"
        f"  Bug: {{level: {token}, password: hunter2}}\n# before: {token}\n",
        encoding="utf-8",
    )
    for arguments in ((), ("--format", "json"), ("--diff",), ("--fix",)):
        done = validate(root, *arguments, folder=tmp_path)
        said = done.stdout + done.stderr
        assert done.returncode == 1
        assert "ATATT" not in said
        assert "hunter2" not in said
