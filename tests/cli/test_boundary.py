"""Faults become messages and statuses in one place."""

import io
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any

import click
import duckdb
import pytest

from flowlint import errors
from flowlint.cli import app, boundary
from flowlint.cli.console import columns, complain, in_ci, is_live, paint, write
from flowlint.cli.progress import counter
from flowlint.sources.source import no_progress


@pytest.fixture
def raising(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Return a function that runs a command which raises."""

    def run(error: BaseException) -> int:
        def main(*_: Any, **__: Any) -> Any:
            raise error

        monkeypatch.setattr(app.flowlint, "main", main)
        return boundary.run(["check"])

    return run


@pytest.mark.parametrize(
    ("error", "status", "said"),
    [
        (errors.UsageError("no such rule", help="look"), 2, "Error: no such rule\n  help: look\n"),
        (errors.SourceError("no issues"), 3, "Error: no issues\n"),
        (
            errors.FileFaults(
                (errors.Fault(errors.Place("a.yaml", 2, 3), "bad", "do"), errors.Fault(errors.Place("b"), "x"))
            ),
            2,
            "Error: a.yaml:2:3: bad\n  help: do\nb:1:1: x\n",
        ),
        (
            OSError(28, "No space left on device", "/tmp/x"),
            2,
            (
                "Error: the system refused to go on: /tmp/x: No space left on device\n"
                "  help: check its space, rights and limits\n"
            ),
        ),
        (click.UsageError("wrong"), 2, "Error: wrong\n"),
        (click.FileError("f", "gone"), 2, "Error: Could not open file 'f': gone\n"),
        (click.Abort(), 130, "Error: interrupted\n"),
        (RuntimeError("Query interrupted"), 130, "Error: interrupted\n"),
        (
            MemoryError(),
            2,
            (
                "Error: the memory does not suffice for this data\n"
                "  help: give it fewer projects at a time, or more memory\n"
            ),
        ),
        (
            duckdb.OutOfMemoryException("Out of Memory Error: failed to allocate"),
            2,
            (
                "Error: the memory does not suffice for this data\n"
                "  help: give it fewer projects at a time, or more memory\n"
            ),
        ),
        (KeyboardInterrupt(), 130, "Error: interrupted\n"),
    ],
)
def test_each_fault_has_its_status_and_message(
    raising: Any, capsys: pytest.CaptureFixture[str], error: BaseException, status: int, said: str
) -> None:
    """What a user can cause is never a traceback."""
    assert raising(error) == status
    assert capsys.readouterr() == ("", said)


def test_a_defect_is_told_with_a_log_file(
    raising: Any, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The message is short and holds nothing of the data; the traceback is in a file of its own."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    assert raising(ValueError("text of an issue")) == 70
    said = capsys.readouterr().err
    (log,) = tmp_path.iterdir()
    assert str(log) in said
    assert "ValueError" in said
    assert "text of an issue" not in said
    assert "Traceback" not in said
    assert "ValueError: text of an issue" in log.read_text(encoding="utf-8")


def test_a_defect_without_a_place_for_a_log_is_still_told(
    raising: Any, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A full disk must not hide the defect."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "nowhere"))
    assert raising(ValueError("x")) == 70
    assert "Traceback" in capsys.readouterr().err


def test_a_command_without_a_status_is_clean(monkeypatch: pytest.MonkeyPatch) -> None:
    """--help and --version return nothing."""
    monkeypatch.setattr(app.flowlint, "main", lambda *_, **__: None)
    assert boundary.run([]) == 0


def test_complaints_are_safe(capsys: pytest.CaptureFixture[str]) -> None:
    """A name out of a file cannot colour the message that names it."""
    complain("bad \x1b[31m name\nmore\n  help: \x07", "do\nthis")
    assert capsys.readouterr().err == "Error: bad \ufffd[31m name\nmore\n  help: \ufffd\n  help: do this\n"


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        """Pretend."""
        return True


@contextmanager
def watched(monkeypatch: pytest.MonkeyPatch) -> Iterator[Terminal]:
    """Put a terminal in the place of both streams."""
    monkeypatch.setenv("TERM", "xterm")
    stream = Terminal()
    with redirect_stdout(stream), redirect_stderr(stream):
        yield stream


@pytest.mark.parametrize(
    ("environment", "live"),
    [({}, True), ({"CI": "true"}, False), ({"CI": "false"}, True), ({"TERM": "dumb"}, False)],
)
def test_a_terminal_is_live_unless_a_job_or_a_dumb_one(
    monkeypatch: pytest.MonkeyPatch,
    environment: dict[str, str],
    live: bool,  # noqa: FBT001
) -> None:
    """Colours, links and progress are for people who watch."""
    with watched(monkeypatch) as terminal:
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        assert is_live(terminal) is live
        assert (paint().colour, paint().links) == (live, live)
        assert in_ci() == (environment.get("CI") == "true")
        with counter(quiet=False) as progress:
            assert (progress is not no_progress) is live


def test_no_color_forbids_links_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """NO_COLOR means plain text."""
    monkeypatch.setenv("NO_COLOR", "1")
    with watched(monkeypatch):
        assert (paint().colour, paint().links) == (False, False)


def test_the_width_is_the_terminals_within_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    """Very narrow and very wide terminals get what can be read; where nobody watches it is a hundred."""
    assert columns() == 100
    with watched(monkeypatch):
        for width, expected in (("20", 72), ("90", 90), ("400", 140)):
            monkeypatch.setenv("COLUMNS", width)
            assert columns() == expected


def test_progress_keeps_one_line_and_wipes_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """What was read so far is seen, safe, and gone in the end; not more than ten times a second."""
    with watched(monkeypatch) as terminal:
        with counter(quiet=False) as progress:
            progress("reading \x1b a", 5, 10)
            progress("reading \x1b a", 6, 10)
        assert terminal.getvalue() == "\r\x1b[Kreading \ufffd a 5 of 10\r\x1b[K"


def test_quiet_shows_no_progress(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who asks for quiet gets it."""
    with watched(monkeypatch) as terminal:
        with counter(quiet=True) as progress:
            progress("reading", 1, None)
        assert terminal.getvalue() == ""


def test_a_dash_means_standard_output(capsys: pytest.CaptureFixture[str]) -> None:
    """-o - is what other programs mean by it."""
    write(["a", "b"], Path("-"))
    assert capsys.readouterr().out == "ab"
