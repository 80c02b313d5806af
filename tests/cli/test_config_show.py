"""`flowlint config show` as people start it: what it prints is valid, complete, and says where it comes from."""

import json
import os
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest
from syrupy.assertion import SnapshotAssertion

from flowlint.config.load import load
from flowlint.config.mapping import Mapping

DEMO = "flowlint/demo_organisation"
BASE = """\
version: 1
hierarchy: {levels: [epic, story, task], flow_item_level: story}
issue_types:
  Epic: {level: epic}
  Story: {level: story, flow_item: feature}
  Bug: {level: story, flow_item: defect}
rules: {severity: {S401: error}}
exceptions:
  - {rule: H102, match: {keys: [PAY-17]}, until: 2027-01-31, reason: "moves: soon # really"}
"""
OVER = """\
version: 1
extends: base.yaml
issue_types:
  Bug: null
  "Won't do, 支払い": ignore
  "yes": {level: task, why: 'a "quoted" reason'}
workflow:
  stages:
    - name: delivery
      steps:
        - {name: Do, flow_state: active, statuses: [10021, "In Progress:3", "on"]}
projects:
  "NO":
    issue_types: {Story: {flow_item: debt}}
    rules: {ignore: [H103]}
teams:
  Ledger: {wip_limit: 6, match: {labels: ["010", 'a: b'], not: {projects: [X]}}}
targets: {judged: 0.8}
exceptions:
  - rule: S413
    match: {fields: {Team: [Ledger]}}
"""


def show(root: Path, *arguments: str, folder: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Run `flowlint config show`, in the checkout or in a folder."""
    return subprocess.run(
        [sys.executable, "-m", "flowlint", "config", "show", *arguments],
        cwd=folder or root,
        env={**os.environ, "PYTHONPATH": str(root)},
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
        timeout=120,
    )


def meaning(mapping: Mapping) -> str:
    """Return all that a mapping says, without the places where it says it."""

    def bare(value: object) -> object:
        if isinstance(value, dict):
            return {key: bare(below) for key, below in value.items()}
        if isinstance(value, tuple | list):
            return [bare(one) for one in value]
        if hasattr(value, "__dataclass_fields__"):
            names = set(value.__dataclass_fields__) - {"place", "places", "file", "values", "written"}
            return {name: bare(getattr(value, name)) for name in sorted(names)}
        return value

    return json.dumps(bare(mapping), default=sorted, indent=1)


@pytest.fixture
def layers(tmp_path: Path) -> Path:
    """Return a folder with a mapping that extends another."""
    (tmp_path / "base.yaml").write_text(BASE, encoding="utf-8")
    (tmp_path / "flowlint.yaml").write_text(OVER, encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize("format_", ["yaml", "text"])
def test_merged_files_read_like_this(root: Path, layers: Path, format_: str, snapshot: SnapshotAssertion) -> None:
    """Every value has the file and line that it comes from."""
    done = show(root, "--format", format_, folder=layers)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == snapshot


def test_what_is_shown_means_the_same(root: Path, layers: Path) -> None:
    """Kept as a file it is the same mapping, whatever names need quotes."""
    kept = layers / "kept.yaml"
    assert show(root, "-o", str(kept), folder=layers).returncode == 0
    assert meaning(load(kept)) == meaning(load(layers / "flowlint.yaml"))


def test_the_demos_mapping_means_the_same(root: Path, tmp_path: Path) -> None:
    """A large mapping with every section."""
    kept = tmp_path / "kept.yaml"
    assert show(root, "--config", f"{DEMO}/flowlint.yaml", "-o", str(kept)).returncode == 0
    assert meaning(load(kept)) == meaning(load(root / DEMO / "flowlint.yaml"))


def test_what_was_inferred_is_shown_with_its_reasons(root: Path, tmp_path: Path, snapshot: SnapshotAssertion) -> None:
    """A draft that says why, and that a run takes."""
    kept = tmp_path / "flowlint.yaml"
    done = show(root, "--from", f"{root / DEMO}/issues.ndjson", "-o", str(kept), folder=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert kept.read_text(encoding="utf-8") == snapshot
    assert load(kept).levels == ("initiative", "epic", "story", "task")


def test_the_json_is_as_published(root: Path, layers: Path) -> None:
    """Path, value and origin of everything, merged and default."""
    document = json.loads(show(root, "--format", "json", folder=layers).stdout)
    schema = json.loads((root / "flowlint" / "reports" / "effective.schema.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator(schema).validate(document)
    values = {".".join(map(str, one["path"])): one for one in document["values"]}
    assert values["issue_types.Story.level"]["origin"]["location"] == {"file": "base.yaml", "line": 5, "column": 11}
    assert values["teams.Ledger.wip_limit"]["value"] == 6
    assert values["rules.fail_on"]["origin"]["kind"] == "default"
    assert "issue_types.Bug.level" not in values


def test_nothing_to_show_is_said(root: Path, tmp_path: Path) -> None:
    """Without a mapping and without issues."""
    done = show(root, folder=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert "no flowlint.yaml is in this folder or above it" in done.stderr
    assert "--from export.ndjson" in done.stderr


def test_a_broken_mapping_is_named(root: Path, tmp_path: Path) -> None:
    """With its place."""
    (tmp_path / "flowlint.yaml").write_text("version: 1\nhierachy: {}\n", encoding="utf-8")
    done = show(root, folder=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert "flowlint.yaml:2:1" in done.stderr


def test_damage_is_status_3(root: Path, tmp_path: Path) -> None:
    """The mapping is inferred from the rest."""
    line = (root / DEMO / "issues.ndjson").read_text(encoding="utf-8").splitlines()[0]
    (tmp_path / "cut.ndjson").write_text(f"{line}\n{line[:40]}\n", encoding="utf-8")
    done = show(root, "--from", "cut.ndjson", folder=tmp_path)
    assert done.returncode == 3
    assert "cut.ndjson:2" in done.stderr
    assert "hierarchy:" in done.stdout


@pytest.mark.slow
@pytest.mark.parametrize("export", ["eucalyptus-small", "merico-devlake/issues.ndjson.gz"])
def test_a_kept_draft_finds_the_same(root: Path, shared_data: Path, tmp_path: Path, export: str) -> None:
    """Inference written down changes no level, parent or state."""
    kept = tmp_path / "flowlint.yaml"
    assert show(root, "--from", str(shared_data / export), "-o", str(kept), folder=tmp_path).returncode == 0
    rows = []
    for more in ((), ("--config", str(kept))):
        done = subprocess.run(
            [
                sys.executable,
                "-m",
                "flowlint",
                "tree",
                "--from",
                str(shared_data / export),
                "--all",
                "--format",
                "json",
                *more,
            ],
            cwd=root,
            capture_output=True,
            check=True,
            timeout=120,
        )
        issues = json.loads(done.stdout)["issues"]
        rows.append([(one["key"], one["parent"], one["level"], one["flow_item"], one["flow_state"]) for one in issues])
    assert rows[0] == rows[1]
