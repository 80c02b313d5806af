"""`check -`, as a process: what comes through a pipe is judged like a file, damage and all."""

import gzip
import json
import re
import subprocess
import sys

import pytest
from hypothesis import HealthCheck, given, settings
from wrecks import exports, strict_keys, wrecked

from flowlint.errors import EXIT_CLEAN, EXIT_FINDINGS, EXIT_SOURCE


@pytest.fixture(scope="module")
def lines(root):
    """Return one of our own exports."""
    return (root / "tests" / "data" / "exports" / "classic" / "issues.ndjson").read_bytes()


def piped(root, data):
    """Run `check -` on bytes; return status, report and what went to standard error."""
    done = subprocess.run(
        [sys.executable, "-m", "flowlint", "check", "-", "--format", "json", "--quiet"],
        cwd=root,
        input=data,
        capture_output=True,
        check=False,
        timeout=120,
    )
    assert b"Traceback" not in done.stderr
    return done.returncode, json.loads(done.stdout)["run"] if done.stdout else None, done.stderr.decode()


def test_a_sound_export(root, lines):
    """It is read, and nothing is called damaged."""
    status, run, _ = piped(root, lines)
    assert status in (EXIT_CLEAN, EXIT_FINDINGS)
    assert run["issues"] == len(lines.splitlines())
    assert not run["faults"]


@pytest.mark.parametrize("pack", [bytes, gzip.compress], ids=["plain", "gzip"])
def test_a_damaged_export(root, lines, pack):
    """The place is named, the rest is judged, and the status is 3."""
    status, run, _ = piped(root, pack(lines + b'{"key": "CUT-1", "fie'))
    assert status == EXIT_SOURCE
    assert run["issues"] == len(lines.splitlines())
    assert not run["complete"]
    (fault,) = run["faults"]
    assert fault["location"]["file"] == "standard input"
    assert fault["location"]["line"] == len(lines.splitlines()) + 1


@pytest.mark.parametrize(
    ("data", "said"),
    [(b"", "empty"), (b"<html>", "a page for people"), (b"\x80\x81", "no JSON"), (b'{"message":"No"}', "No")],
)
def test_no_export(root, data, said):
    """There is a reason, and no report."""
    status, run, error = piped(root, data)
    assert (status, run) == (EXIT_SOURCE, None)
    assert said in error


@pytest.mark.slow
@settings(max_examples=12, suppress_health_check=list(HealthCheck))
@given(exports().flatmap(lambda export: wrecked(export.data)))
def test_any_bytes(root, data):
    """Findings, damage or a reason, never a defect; a sound export is never called damaged."""
    status, _, _ = piped(root, data)
    assert status in (EXIT_CLEAN, EXIT_FINDINGS, EXIT_SOURCE)
    keys = strict_keys(data)
    if keys and all(re.fullmatch(r"A-[0-9]+", key) for key in keys):
        assert status != EXIT_SOURCE
