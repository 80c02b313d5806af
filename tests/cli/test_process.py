"""The program as people start it."""

import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from flowlint import __version__

HEAVY = ("duckdb", "flowlint.config", "flowlint.run", "jira", "jinja2", "jsonschema", "requests", "yaml", "tabulate")
PEEK = f"""
import sys
from flowlint.cli.boundary import run
status = run(sys.argv[1:])
print("loaded:", *[name for name in {HEAVY!r} if name in sys.modules], file=sys.stderr)
sys.exit(status)
"""


def start(root: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a program of this Python in the checkout and return what became of it."""
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=root,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
        timeout=60,
    )


def test_the_version_is_told_without_loading_anything_heavy(root: Path) -> None:
    """`flowlint --version` is what hooks and bug reports call: it must be quick."""
    done = start(root, "-c", PEEK, "--version")
    assert (done.returncode, done.stdout) == (0, f"flowlint {__version__}\n")
    assert done.stderr == "loaded:\n"


def test_help_opens_no_database_and_no_network_stack(root: Path) -> None:
    """Help of all commands needs neither the engine nor HTTP."""
    done = start(root, "-c", PEEK, "--help")
    assert (done.returncode, done.stderr.split()[0]) == (0, "loaded:")
    assert not {"duckdb", "jira", "requests", "jinja2"} & set(done.stderr.split())


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("chek",), 'There is no command "chek". Did you mean "check"?'),
        (("check", "--nope"), "No such option"),
        (("check",), "check has no issues to read"),
        (("check", "x", "--max-findings", "-1"), "--max-findings"),
        (("check", "x", "--as-of", "today"), "--as-of"),
        (("schema", "x"), "is not one of"),
        (("explain",), "Missing argument"),
    ],
    ids=lambda value: "-".join(value) if isinstance(value, tuple) else "",
)
def test_wrong_use_is_status_2_and_no_traceback(root: Path, arguments: tuple[str, ...], said: str) -> None:
    """What is wrong is told on standard error."""
    done = start(root, "-m", "flowlint", *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_a_reader_that_goes_away_is_no_fault(root: Path) -> None:
    """`flowlint schema config | head -1` ends quietly."""
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "wb") as nobody:
        done = subprocess.run(
            [sys.executable, "-m", "flowlint", "schema", "findings"],
            cwd=root,
            stdout=nobody,
            stderr=subprocess.PIPE,
            check=False,
            timeout=60,
        )
    assert (done.returncode, done.stderr) == (0, b"")


def test_a_terminal_without_unicode_is_no_fault(root: Path) -> None:
    """Letters that the terminal lacks become question marks."""
    done = start(root, "-m", "flowlint", "schema", "findings", PYTHONIOENCODING="ascii", PYTHONUTF8="0")
    assert done.returncode == 0
    assert done.stdout.isascii()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is full")
@pytest.mark.parametrize("arguments", [("rules",), ("--help",)])
def test_a_full_disk_is_no_defect(root: Path, arguments: tuple[str, ...]) -> None:
    """Nor is it a clean run."""
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "flowlint", *arguments],
            cwd=root,
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
            timeout=60,
        )
    assert done.returncode == 2
    assert "No space left on device" in done.stderr


@pytest.mark.skipif(os.name == "nt", reason="a shell closes the streams")
@pytest.mark.parametrize(("arguments", "status"), [("rules >&-", 0), ("check - <&-", 3), ("check 2>&-", 2)])
def test_streams_may_be_closed(root: Path, arguments: str, status: int) -> None:
    """A job may start the program without one of its streams."""
    done = subprocess.run(
        ["/bin/sh", "-c", f"{shlex.quote(sys.executable)} -m flowlint {arguments}"],
        cwd=root,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == status
    assert "Traceback" not in done.stderr
