"""From the paths that a user gave to the files that may be exports, in an order of their own."""

import errno
import glob
import shutil
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from flowlint.errors import UsageError

STANDARD_INPUT = "-"


@dataclass(frozen=True, slots=True)
class Candidate:
    """A file that may be an export. ``label`` is what messages call it; ``named``: the user asked for this very file."""

    path: Path
    label: str
    named: bool

    @property
    def folder(self) -> Path:
        """The folder whose metadata files speak of this export."""
        return self.path.parent


@dataclass(frozen=True, slots=True)
class Candidates:
    """The files to look at, and what was passed over because nobody would take it for a file of Jira's."""

    files: tuple[Candidate, ...]
    passed_over: tuple[str, ...] = ()


def expand(paths: Sequence[str], spool: Path) -> Candidates:
    """Return the files that ``paths`` (files, folders, globs, ``-``) mean, each once, sorted by label.

    Of a folder its own level is read. Standard input and pipes, which can be read only once, are written into the
    folder ``spool`` first.
    Raises UsageError for a path that is not there or cannot be opened.
    """
    found: dict[Path, Candidate] = {}
    passed_over: list[str] = []
    for given in dict.fromkeys(paths):
        for candidate in _candidates(given, spool, passed_over):
            real = candidate.path.resolve()
            known = found.get(real)
            if known is None or (candidate.named, known.label) > (known.named, candidate.label):
                found[real] = candidate
    for candidate in found.values():
        _must_open(candidate)
    ordered = sorted(found.values(), key=lambda candidate: (candidate.label, str(candidate.path)))
    return Candidates(tuple(ordered), tuple(sorted(set(passed_over))))


def _candidates(given: str, spool: Path, passed_over: list[str]) -> Iterator[Candidate]:
    if given == STANDARD_INPUT:
        yield Candidate(_standard_input(spool), "standard input", named=True)
        return
    if not given:
        raise UsageError("one of the paths is empty", help="Check the variable that it comes from; . is this folder.")
    path = Path(given)
    try:
        there = path.exists()
    except (OSError, ValueError) as error:
        raise UsageError(f"{given} is not there", help="Check the path's spelling.") from error
    if there and path.is_fifo():
        with path.open("rb") as pipe:
            yield Candidate(_spooled(pipe, spool / f"pipe-{len(list(spool.iterdir()))}"), given, named=True)
    elif there:
        yield from _one(path, passed_over)
    elif glob.has_magic(given):
        matches = sorted(glob.glob(given, recursive=True))  # noqa: PTH207  Path.glob takes no absolute pattern
        if not matches:
            raise UsageError(f"no file matches {given}", help="Check the pattern and the folder it starts in.")
        for match in matches:
            if Path(match).is_file():
                yield Candidate(Path(match), match, named=False)
    else:
        raise UsageError(
            f"{given} is not there", help="Give an export file, a folder of exports or a pattern in quotes."
        )


def _one(path: Path, passed_over: list[str]) -> Iterator[Candidate]:
    if not path.is_dir():
        yield Candidate(path, str(path), named=True)
        return
    try:
        entries = sorted(path.iterdir())
    except OSError as error:
        raise UsageError(
            f"{path} cannot be opened: {error.strerror}", help="Check who may read this folder."
        ) from error
    for entry in entries:
        if entry.name.startswith("."):
            continue
        if entry.is_dir():
            passed_over.append(f"{entry}: a folder in a folder; name it to have it read")
        elif entry.exists() and not entry.is_file():
            passed_over.append(f"{entry}: no plain file")
        else:
            yield Candidate(entry, str(entry), named=False)


def _standard_input(spool: Path) -> Path:
    try:
        return _spooled(sys.stdin.buffer, spool / "standard-input")
    except (OSError, ValueError, AttributeError) as error:
        if isinstance(error, OSError) and error.errno not in (errno.EISDIR, errno.EBADF, errno.EIO):
            raise  # not the stream's fault: a full disk, say
        raise UsageError(
            "standard input cannot be read", help="Pipe an export into it: … | flowlint check -"
        ) from error


def _spooled(source: BinaryIO, path: Path) -> Path:
    with path.open("wb") as out:
        shutil.copyfileobj(source, out, 1 << 20)
    return path


def _must_open(candidate: Candidate) -> None:
    try:
        with candidate.path.open("rb"):
            pass
    except OSError as error:
        raise UsageError(
            f"{candidate.label} cannot be opened: {error.strerror}", help="Check who may read this file."
        ) from error
