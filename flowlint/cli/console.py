"""What the streams can do, and writing to them: results to standard output, everything else to standard error."""

import os
import shutil
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TextIO

import click

from flowlint.errors import UsageError
from flowlint.reports.terminal import Paint, safe

PLAIN_WIDTH = 100
"""Columns where nobody watches."""
_NARROWEST, _WIDEST = 72, 140
_STDOUT = ("-", "/dev/stdout")
"""Names of standard output as a file to write to."""
_DEVICES = (Path("/dev"), Path("/dev/fd"), Path("/proc/self/fd"))


def in_ci() -> bool:
    """Tell whether a CI job runs this."""
    return os.environ.get("CI", "").casefold() not in ("", "0", "false")


def is_live(stream: TextIO) -> bool:
    """Tell whether somebody watches the stream on a terminal that can move its cursor."""
    return stream.isatty() and os.environ.get("TERM") != "dumb" and not in_ci()


def paint(*, no_color: bool = False) -> Paint:
    """Return how standard output is coloured: never against NO_COLOR, always with FORCE_COLOR, else on terminals."""
    if no_color or os.environ.get("NO_COLOR"):
        return Paint()
    live = is_live(sys.stdout)
    return Paint(colour=live or os.environ.get("FORCE_COLOR", "") not in ("", "0"), links=live)


def columns() -> int:
    """Return the width that text on standard output is laid out for."""
    if not sys.stdout.isatty():
        return PLAIN_WIDTH
    return max(_NARROWEST, min(shutil.get_terminal_size((PLAIN_WIDTH, 24)).columns, _WIDEST))


def write(pieces: Iterable[str], output: Path | None = None) -> None:
    """Write a result to standard output or, whole or not at all, to a file. Raises UsageError where that fails.

    A reader that goes away (``| head``) is no fault: the run's status stands.
    """
    if output is not None and str(output) not in _STDOUT:
        _replace(output, pieces)
        return
    try:
        for piece in pieces:
            sys.stdout.write(piece)
        sys.stdout.flush()
    except BrokenPipeError:
        forget_stdout()
    except OSError as error:
        forget_stdout()
        raise UsageError(f"standard output cannot be written: {error.strerror or error}") from error


def forget_stdout() -> None:
    """Let what is still buffered for a reader that went away vanish, or Python complains of it when it ends."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)


def complain(message: str, help: str = "") -> None:
    """Say on standard error what went wrong and what to do about it."""
    lines = message.splitlines() or [""]
    click.echo(f"Error: {safe(lines[0])}", err=True)
    # A message of several lines names several faults, each with its help below it.
    for line in lines[1:]:
        indent = "  " if line.startswith("  ") else ""
        click.echo(indent + safe(line), err=True)
    if help:
        click.echo(f"  help: {safe(help)}", err=True)


def remark(message: str) -> None:
    """Say something on standard error that is no fault."""
    click.echo(safe(message), err=True)


def _replace(path: Path, pieces: Iterable[str]) -> None:
    # A link stays, and what it points to is replaced.
    real = Path(os.path.realpath(path))
    aside = real.with_name(f".{real.name}.{os.getpid()}.tmp")
    # A device or a pipe cannot be replaced, only written to; /dev/fd/3 is a link to whatever is open there.
    direct = path.parent in _DEVICES or (real.exists() and not real.is_file())
    target = path if direct else aside
    try:
        with target.open("w" if direct else "x", encoding="utf-8", newline="\n") as file:
            file.writelines(pieces)
        if not direct:
            if real.exists():
                shutil.copymode(real, aside)
            aside.replace(real)
    except OSError as error:
        raise UsageError(
            f"{path} cannot be written: {error.strerror or error}", help="check the folder, its rights and its space"
        ) from error
    finally:
        if not direct:
            aside.unlink(missing_ok=True)
