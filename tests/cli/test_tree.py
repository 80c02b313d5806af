"""`flowlint tree` as people start it."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from syrupy.assertion import SnapshotAssertion

DEMO = "flowlint/demo_organisation"
MAPPED = ("--from", DEMO, "--config", f"{DEMO}/flowlint.yaml")


def tree(root: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run `flowlint tree` in the checkout."""
    return subprocess.run(
        [sys.executable, "-m", "flowlint", "tree", *arguments],
        cwd=root,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
        timeout=120,
    )


def test_the_tree_of_the_demo(root: Path, snapshot: SnapshotAssertion) -> None:
    """Findings do not change the status."""
    done = tree(root, *MAPPED, "--findings-only", "--project", "PLAT", "--select", "H103,H106,H110,S405,S408")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == snapshot


def test_one_key_with_the_path_above(root: Path, snapshot: SnapshotAssertion) -> None:
    """A key is found in whatever case."""
    done = tree(root, "pay-20", *MAPPED, "--select", "H101,H102,D201,O508")
    assert done.returncode == 0
    assert done.stdout == snapshot


def test_how_one_issue_was_read(root: Path, snapshot: SnapshotAssertion) -> None:
    """Each value with the line of the mapping that gives it, then every rule."""
    done = tree(root, *MAPPED, "--why", "PAY-24", "--ignore", "S413", "--select", "H101,D201,H103,H107,R308,S408,S413")
    assert done.returncode == 0
    # Every rule that is not selected is listed behind it.
    told, _, rest = done.stdout.partition("Rules: 2 findings")
    assert told + rest.partition("  Not run")[0].partition("\n")[2] == snapshot
    assert "S413: --ignore leaves it out" in rest


def test_all_rules_are_in_the_account(root: Path) -> None:
    """One ruling each, a finding that an exception sets aside with its place."""
    done = tree(root, *MAPPED, "--why", "PLAT-17", "--format", "json")
    (issue,) = json.loads(done.stdout)["issues"]
    listed = json.loads(
        subprocess.run(
            [sys.executable, "-m", "flowlint", "rules", "--format", "json"],
            cwd=root,
            capture_output=True,
            check=True,
            timeout=60,
        ).stdout
    )
    assert sorted(one["rule"] for one in issue["rules"]) == sorted(one["code"] for one in listed)
    muted = next(one for one in issue["rules"] if one["verdict"] == "muted")
    assert (muted["rule"], muted["origin"]["location"]["file"]) == ("S408", f"{DEMO}/flowlint.yaml")
    facts = {fact["name"]: fact for fact in issue["facts"]["type"]}
    assert facts["level"]["value"] == "story"
    assert facts["level"]["origin"]["text"] == "issue_types.Story"


@pytest.mark.slow
def test_accounts_agree_with_check(root: Path) -> None:
    """What check finds in the issues of a project their accounts find, and nothing else."""
    wanted = ("PAY-20", "PAY-21", "PAY-23", "PAY-24", "PAY-25", "PAY-41", "PAY-57")
    accounts = json.loads(tree(root, *MAPPED, "--why", ",".join(wanted), "--format", "json").stdout)["issues"]
    drawn = json.loads(tree(root, *MAPPED, "--all", "--format", "json").stdout)["issues"]
    found = {one["key"]: {finding["rule"] for finding in one["findings"]} for one in drawn if one["key"] in wanted}
    ruled = {one["key"]: {rule["rule"] for rule in one["rules"] if rule["verdict"] == "finding"} for one in accounts}
    assert found == ruled
    assert any(found.values())


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("PAY-1",), "tree has no issues to read"),
        (("nowhere.ndjson",), "nowhere.ndjson"),
        (("PAY-999", "--from", DEMO), 'no issue "PAY-999" is in the data; near it are PAY-'),
        (("--from", DEMO, "--why", "LEGAL-3"), "is named as a parent, but is not in the data"),
        (("PAY-1", "--from", DEMO, "--why", "PAY-2"), "--why takes its keys itself"),
        (("--from", DEMO, "--all", "--findings-only"), "opposites"),
        (("--from", DEMO, "--depth", "0"), "--depth"),
        (("--from", DEMO, "--config", "nowhere.yaml"), "there is no mapping nowhere.yaml"),
    ],
    ids=lambda value: "-".join(value) if isinstance(value, tuple) else "",
)
def test_wrong_use_is_status_2(root: Path, arguments: tuple[str, ...], said: str) -> None:
    """And says what to do."""
    done = tree(root, *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr
    assert "help:" in done.stderr or "Usage:" in done.stderr


def test_an_export_without_from_is_understood(root: Path) -> None:
    """What is a file and no key is an export, as for check."""
    done = tree(root, "PLAN-1", f"{DEMO}/issues.ndjson", "--depth", "1", "--quiet")
    assert done.returncode == 0
    assert done.stdout.startswith("PLAN-1 Initiative")


def test_a_parent_outside_the_data_can_be_asked_for(root: Path) -> None:
    """What hangs below it is known, though it is not."""
    done = tree(root, "LEGAL-3", "--from", DEMO, "--quiet")
    assert done.returncode == 0
    assert done.stdout.startswith("LEGAL-3 (outside the data)\n└─ PLAT-32 Risk")


def test_damage_is_status_3_and_the_rest_is_drawn(root: Path, tmp_path: Path) -> None:
    """The damage is named after the tree, and goes before findings."""
    lines = (root / DEMO / "issues.ndjson").read_text(encoding="utf-8").splitlines()
    broken = tmp_path / "broken.ndjson"
    broken.write_text("\n".join([*lines[:20], lines[20][:50], *lines[21:]]) + "\n", encoding="utf-8")
    done = tree(root, "--from", str(broken))
    assert done.returncode == 3
    assert "broken.ndjson:21" in done.stdout
    assert "Damaged input in 1 place" in done.stderr


def test_the_tree_goes_to_a_file(root: Path, tmp_path: Path) -> None:
    """Without colours, whatever the environment says."""
    target = tmp_path / "tree.txt"
    done = tree(root, *MAPPED, "-o", str(target), FORCE_COLOR="1")
    assert (done.returncode, done.stdout) == (0, "")
    text = target.read_text(encoding="utf-8")
    assert "\x1b" not in text
    assert "PAY-20 Epic" in text


@pytest.mark.slow
@pytest.mark.parametrize(
    "export", ["merico-devlake/issues.ndjson.gz", "bitovi-training/issues.ndjson.gz", "eucalyptus-small"]
)
def test_real_exports_are_drawn(root: Path, shared_data: Path, export: str) -> None:
    """Every issue in scope is drawn or counted, each line fits, and any issue can be explained."""
    document = json.loads(tree(root, "--from", str(shared_data / export), "--format", "json").stdout)
    folded = sum(fold["issues"] for fold in document["folds"])
    drawn = [one["key"] for one in document["issues"] if one["role"] == "issue"]
    assert len(drawn) + folded == document["run"]["issues"] == document["summary"]["issues"]
    assert len(set(drawn)) == len(drawn)
    assert tree(root, "--from", str(shared_data / export), "--why", ",".join(drawn[:5])).returncode == 0
