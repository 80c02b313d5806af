"""The faults a user can cause, and the exit statuses they lead to (DESIGN section 6).

Everything that flowlint raises on purpose is a :class:`FlowlintError`. The command line turns it
into one message and a status; nothing else in the package exits the program.
"""

from dataclasses import dataclass

EXIT_CLEAN = 0
EXIT_FINDINGS = 1
EXIT_USAGE = 2
EXIT_SOURCE = 3
EXIT_DEFECT = 70
EXIT_INTERRUPTED = 130


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Where in a text file something stands; line and column count from 1, in characters."""

    file: str
    line: int = 1
    column: int = 1

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong with a file: where, what, and what to do about it."""

    place: Place
    message: str
    help: str = ""
    key: str = ""
    """Path to the YAML key concerned, e.g. ``issue_types.Story.level``; empty if there is none."""
    code: str = ""
    """Catalogue code of the rule that speaks of such faults (``M701``, ``M702``), if there is one."""
    instead: str = ""
    """What must have been meant by the key or text at ``place``, where it can only be one thing."""

    def __str__(self) -> str:
        text = f"{self.place}: {self.message}"
        return f"{text}\n  help: {self.help}" if self.help else text


class FlowlintError(Exception):
    """A fault with a message for the user; ``status`` is the exit status it leads to."""

    status = EXIT_USAGE

    def __init__(self, message: str, *, help: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.help = help

    def __str__(self) -> str:
        return f"{self.message}\n  help: {self.help}" if self.help else self.message


class UsageError(FlowlintError):
    """An option, a path or a name that cannot be used."""


class SourceError(FlowlintError):
    """A source that gave no issues, or none that could be read."""

    status = EXIT_SOURCE


class FileFaults(FlowlintError):  # noqa: N818  # it carries faults, each with its place
    """A configuration or a rule file that cannot be used; holds every fault found in one go."""

    def __init__(self, faults: tuple[Fault, ...]) -> None:
        super().__init__("\n".join(str(fault) for fault in faults))
        self.faults = faults
