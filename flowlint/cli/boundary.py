"""The one place where faults become messages and exit statuses."""

import contextlib
import errno
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

import click

from flowlint import __version__
from flowlint.cli.app import flowlint
from flowlint.cli.console import complain, forget_stdout
from flowlint.errors import EXIT_CLEAN, EXIT_DEFECT, EXIT_INTERRUPTED, EXIT_USAGE, FlowlintError


def main() -> NoReturn:
    """Run the command line of this process and end with its status."""
    _open_closed_streams()
    for stream in (sys.stdout, sys.stderr):
        # A terminal that cannot show a letter shows a question mark; it is no reason to fail.
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    status = run(sys.argv[1:])
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError):  # a reader that went away
            stream.flush()
    # To take all modules and the database apart, object by object, takes a tenth of a short run; the system does it at once.
    os._exit(status)


def run(arguments: Sequence[str]) -> int:
    """Run a command and return its exit status; every fault ends here with a message on standard error."""
    try:
        status = flowlint.main(list(arguments), prog_name="flowlint", standalone_mode=False)
    except FlowlintError as error:
        complain(error.message, error.help)
        return error.status
    except click.ClickException as error:
        error.show(sys.stderr)
        return EXIT_USAGE
    except (click.Abort, KeyboardInterrupt):
        complain("interrupted")
        return EXIT_INTERRUPTED
    except OSError as error:
        return _refused(error)
    except Exception as error:  # noqa: BLE001 - whatever it is, the user gets a sentence and a log file
        return _unforeseen(error)
    return status if isinstance(status, int) else EXIT_CLEAN


def _refused(error: OSError) -> int:
    """Say what the system would not do: a full disk, missing rights, too many open files. No defect of ours.

    A reader that goes away (``| head``) is no fault at all.
    """
    if isinstance(error, BrokenPipeError):
        forget_stdout()
        return EXIT_CLEAN
    where = f"{error.filename}: " if error.filename else ""
    complain(f"the system refused to go on: {where}{error.strerror or error}", "check its space, rights and limits")
    if error.filename is None and error.errno in (errno.ENOSPC, errno.EIO):
        forget_stdout()
    return EXIT_USAGE


def _unforeseen(error: Exception) -> int:
    """Tell what the engine says of the user and the machine from what is a defect."""
    # DuckDB swallows the KeyboardInterrupt that stops a query.
    if isinstance(error, RuntimeError) and str(error) == "Query interrupted":
        complain("interrupted")
        return EXIT_INTERRUPTED
    if isinstance(error, MemoryError) or type(error).__name__ == "OutOfMemoryException":
        complain("the memory does not suffice for this data", "give it fewer projects at a time, or more memory")
        return EXIT_USAGE
    return _defect(error)


def _open_closed_streams() -> None:
    """Give a process that was started without a stream (``>&-``) one that holds nothing and keeps nothing."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: PTH123, SIM115 - open to the end


def _defect(error: Exception) -> int:
    """Write the traceback to a file of its own and say where it is."""
    import platform
    import tempfile
    import traceback

    complain(f"flowlint failed on {type(error).__name__}; this is a defect in flowlint, not in your data")
    text = f"flowlint {__version__}, Python {platform.python_version()}, {platform.system()}\n\n"
    text += "".join(traceback.format_exception(error))
    try:
        with tempfile.NamedTemporaryFile(
            "w", prefix="flowlint-", suffix=".log", delete=False, encoding="utf-8", errors="replace"
        ) as log:
            log.write(text)
    except OSError:
        click.echo(text, err=True)
    else:
        click.echo(f"  help: report it with {Path(log.name)}, once you have read what it tells of your data", err=True)
    return EXIT_DEFECT
