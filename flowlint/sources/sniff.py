"""What a file holds, by its first bytes: how it is packed, and in which shape its JSON comes.

:func:`prepare` turns a candidate into a :class:`Part` that DuckDB can read, rewriting it into a temporary
file only where it must: another encoding, a byte order mark, a name that reads as a pattern.
"""

import glob
import gzip
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final, Literal, cast

from flowlint.errors import Fault
from flowlint.sources.encoding import HEAD, encoding_of, recode
from flowlint.sources.paths import Candidate
from flowlint.sources.told import Told
from flowlint.sources.unpack import BLOCK, LONGEST_LINE, TORN, unpack
from flowlint.sources.zstd import MAGIC, UNREADABLE, must_be_whole, rejected_lines, zstd_lines

Shape = Literal["newline_delimited", "array", "unstructured"]
"""DuckDB's words: a record a line, one array, or objects one after the other, however they are laid out."""
Compression = Literal["none", "gzip", "zstd"]

GZIP: Final = b"\x1f\x8b"
SPACE: Final = b" \t\r\n\0\x1e"
"""What may stand around a line; files of a crashed system begin with zeros, and each record of a JSON sequence with 1E."""
MOST_LINES_BEFORE: Final = 100
"""After how many lines that are no JSON none is expected any more."""
TAIL: Final = 4096
MOST_BLANK: Final = 64 << 20
"""After how much white space nothing more is expected."""


@dataclass(frozen=True, slots=True)
class Part:
    """One readable piece of an export: where it lies, and how to read it."""

    candidate: Candidate
    path: Path
    shape: Shape
    compression: Compression = "none"
    told: Told | None = None
    """What a file says that was no JSON, and was turned into records."""

    @property
    def label(self) -> str:
        """What messages call the file."""
        return self.candidate.label


class Refused(Exception):  # noqa: N818  not a fault of flowlint's, but a word on the file
    """The file is no JSON at all; the message says what it is."""

    def __init__(self, reason: str, *, damaged: bool) -> None:
        super().__init__(reason)
        self.reason = reason
        self.damaged = damaged
        """True where an export must have been meant: an error page, an empty or unreadable file."""


def prepare(candidate: Candidate, spool: Path, faults: list[Fault]) -> Part:
    """Return the part to read; adds to ``faults`` what is wrong with the packing. Raises Refused for other files."""
    compression = _compression(candidate.path)
    try:
        try:
            if compression == "zstd":
                must_be_whole(candidate.path)
            return _prepared(candidate, candidate.path, compression, spool, faults)
        except TORN:
            return _prepared(candidate, unpacked(candidate, compression, spool, faults), "none", spool, faults)
    except Refused as refused:
        return _other_export(candidate, compression, spool, faults, refused)


def _other_export(
    candidate: Candidate, compression: Compression, spool: Path, faults: list[Fault], refused: Refused
) -> Part:
    """Return the part with the records of an export that is no JSON; raises Refused for any other file."""
    from flowlint.sources.other_exports import NotRead, convert

    found: list[Fault] = []
    path = candidate.path if compression == "none" else unpacked(candidate, compression, spool, found)
    target = spooled(spool)
    try:
        told = convert(path, candidate.label, target, found)
    except NotRead as word:
        raise (Refused(word.reason, damaged=False) if word.reason else refused) from word
    faults.extend(found)
    return Part(candidate, target, "newline_delimited", told=told)


def unpacked(candidate: Candidate, compression: Compression, spool: Path, faults: list[Fault]) -> Path:
    """Return a file with what a packed candidate holds, of a torn one what stands before the break; adds to ``faults``."""
    target = spooled(spool)
    faults.extend(unpack(candidate.path, target, candidate.label, zstd=compression == "zstd"))
    return target


def plain(part: Part, spool: Path, faults: list[Fault]) -> Path:
    """Return where the plain bytes of a part lie, unpacking it if need be; adds to ``faults`` what is wrong with it."""
    return part.path if part.compression == "none" else unpacked(part.candidate, part.compression, spool, faults)


def spooled(spool: Path, suffix: str = ".json") -> Path:
    """Return the path of a new file in the folder for temporary ones."""
    return spool / f"part-{sum(1 for _ in spool.iterdir())}{suffix}"


def _prepared(candidate: Candidate, path: Path, compression: Compression, spool: Path, faults: list[Fault]) -> Part:
    encoding = encoding_of(next(_blocks(path, compression, HEAD), b"")[:HEAD])
    if encoding:
        target = spooled(spool)
        faults.extend(recode(_blocks(path, compression), target, encoding, candidate.label))
        path, compression = target, "none"
    shape = _shape(path, compression)
    if shape != "newline_delimited" and compression != "none":  # its size and its end must be known
        path, compression = unpacked(candidate, compression, spool, faults), "none"
    return Part(candidate, _plain_name(path, spool), shape, compression)


def _compression(path: Path) -> Compression:
    with path.open("rb") as file:
        head = file.read(4)
    if head.startswith(GZIP):
        return "gzip"
    return "zstd" if head == MAGIC else "none"


def _blocks(path: Path, compression: Compression, size: int = BLOCK) -> Iterator[bytes]:
    if compression == "zstd":
        yield from (line + b"\n" for line in zstd_lines(path))
        return
    with _opened(path, compression) as file:
        yield from iter(lambda: file.read(size), b"")


def _opened(path: Path, compression: Compression) -> IO[bytes]:
    return cast("IO[bytes]", gzip.open(path, "rb") if compression == "gzip" else path.open("rb"))


def _shape(path: Path, compression: Compression) -> Shape:
    if compression == "zstd":
        if next(zstd_lines(path), None) is None and rejected_lines(path):
            raise Refused(f"{UNREADABLE}; unpack it (zstd -d) and give that", damaged=True)
        return _shape_of(zstd_lines(path))
    with _opened(path, compression) as file:
        return _shape_of(iter(lambda: file.readline(LONGEST_LINE), b""))


def _shape_of(lines: Iterator[bytes]) -> Shape:
    first = _next_line(lines).lstrip(SPACE)
    start = first[:1]
    if not first:
        raise Refused("the file is empty", damaged=True)
    if start not in (b"[", b"{"):
        beginnings = (_next_line(lines).lstrip(SPACE)[:2] for _ in range(MOST_LINES_BEFORE))
        is_other = first.startswith((b"<?xml", b"<rss")) or _heads_table(first)
        if not is_other and any(begins in (b'{"', b"[{") for begins in beginnings):
            return "newline_delimited"
        if start == b"<":
            raise Refused("this is a page for people (HTML or XML), no export: a login or an error page", damaged=True)
        raise Refused("no JSON", damaged=False)
    following = _next_line(lines)
    if start == b"[":
        return "newline_delimited" if following[:1] == b"{" and first[-1:] not in b",[" else "array"
    if following[:1] == b"{":
        return "newline_delimited"
    return "newline_delimited" if following and first[-1:] == b"}" else "unstructured"


def _heads_table(line: bytes) -> bool:
    """Tell whether a line heads a table, whose first cell below may well begin with a bracket."""
    from flowlint.sources.other_exports import heads_table

    return heads_table(line)


def _next_line(lines: Iterator[bytes]) -> bytes:
    """Return the next line that is not blank, without white space behind it; empty at the end."""
    blank = 0
    for line in lines:
        if stripped := line.rstrip(SPACE):
            return stripped
        blank += len(line)
        if blank > MOST_BLANK:
            break
    return b""


def is_closed(part: Part) -> bool:
    """Tell whether a part has the end that its shape asks for; the engine takes an array cut behind a comma for whole."""
    if part.shape != "array":
        return True
    with part.path.open("rb") as file:
        file.seek(-min(TAIL, part.path.stat().st_size), 2)
        return file.read().rstrip(SPACE).endswith(b"]")


def _plain_name(path: Path, spool: Path) -> Path:
    """Return a path that no engine takes for a pattern: a link where the name has signs that mean something."""
    absolute = path.resolve()
    text = str(absolute)
    if not glob.has_magic(text) and text.isascii() and "{" not in text and "'" not in text:
        return absolute
    link = spooled(spool, ".link")
    try:
        link.symlink_to(absolute)
    except OSError:
        shutil.copyfile(absolute, link)
    return link
