"""What a file holds, by its first bytes: how it is packed, and in which shape its JSON comes.

:func:`prepare` turns a candidate into a :class:`Part` that DuckDB can read, rewriting it into a temporary
file only where it must: another encoding, a byte order mark, a torn archive, a name that reads as a pattern.
"""

import glob
import gzip
import shutil
import zlib
from dataclasses import dataclass
from io import BufferedIOBase
from pathlib import Path
from typing import IO, Literal, cast

from flowlint.errors import Fault, Place
from flowlint.sources.paths import Candidate
from flowlint.sources.told import Told

Shape = Literal["newline_delimited", "array", "unstructured"]
"""DuckDB's words: a record a line, one array, or objects one after the other, however they are laid out."""
Compression = Literal["none", "gzip", "zstd"]

GZIP = b"\x1f\x8b"
ZSTD = b"\x28\xb5\x2f\xfd"
BOMS = {b"\xef\xbb\xbf": "utf-8-sig", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
BLOCK = 1 << 20
GZIP_FORMAT = 31
TORN = (EOFError, gzip.BadGzipFile, zlib.error)
SPACE = b" \t\r\n"


@dataclass(frozen=True, slots=True)
class Part:
    """One readable piece of an export: where it lies, and how to read it. ``shape`` None: to be tried out."""

    candidate: Candidate
    path: Path
    shape: Shape | None
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
    if compression == "zstd":
        return Part(candidate, _plain_name(candidate.path, spool), None, "zstd")
    path = candidate.path
    try:
        try:
            return _prepared(candidate, path, compression, spool)
        except TORN:
            path = mend(candidate, spool, faults)
            return _prepared(candidate, path, "none", spool)
    except Refused as refused:
        return _other_export(candidate, path, spool, faults, refused)


def _other_export(candidate: Candidate, path: Path, spool: Path, faults: list[Fault], refused: Refused) -> Part:
    """Return the part with the records of an export that is no JSON; raises Refused for any other file."""
    from flowlint.sources.other_exports import NotRead, convert

    target = spooled(spool)
    try:
        try:
            told = convert(path, candidate.label, target, faults)
        except TORN:
            path = mend(candidate, spool, faults)
            target = spooled(spool)
            told = convert(path, candidate.label, target, faults)
    except NotRead as word:
        raise (Refused(word.reason, damaged=False) if word.reason else refused) from word
    return Part(candidate, target, "newline_delimited", told=told)


def _prepared(candidate: Candidate, path: Path, compression: Compression, spool: Path) -> Part:
    with _opened(path, compression) as file:
        head = file.read(4)
    encoding = next((name for bom, name in BOMS.items() if head.startswith(bom)), None)
    if encoding is None and b"\0" in head and head.strip(SPACE + b"\0"):
        encoding = "utf-16-le" if head[1:2] == b"\0" else "utf-16-be"
    if encoding:
        path, compression = _recoded(path, compression, encoding, spool), "none"
    shape = _shape(path, compression)
    if shape == "unstructured" and compression != "none":
        path, compression = _unpacked(path, spool), "none"  # its size must be known
    return Part(candidate, _plain_name(path, spool), shape, compression)


def mend(candidate: Candidate, spool: Path, faults: list[Fault]) -> Path:
    """Write what a torn archive holds before the break to a file of its own, name the tear, return the path."""
    target = spooled(spool)
    lines = _rescued(candidate.path, target)
    faults.append(
        Fault(
            Place(candidate.label, lines + 1),
            f"the archive is torn; {lines:,} whole lines before the break were read",
            "Export it again, or copy it again: the end of the file is missing or damaged.",
        )
    )
    return target


def spooled(spool: Path, suffix: str = ".json") -> Path:
    """Return the path of a new file in the folder for temporary ones."""
    return spool / f"part-{sum(1 for _ in spool.iterdir())}{suffix}"


def opened(part: Part) -> IO[bytes]:
    """Open a part that is not zstd for reading its plain bytes."""
    return _opened(part.path, part.compression)


def _opened(path: Path, compression: Compression) -> IO[bytes]:
    return cast("IO[bytes]", gzip.open(path, "rb") if compression == "gzip" else path.open("rb"))


def _compression(path: Path) -> Compression:
    with path.open("rb") as file:
        head = file.read(4)
    if head.startswith(GZIP):
        return "gzip"
    return "zstd" if head == ZSTD else "none"


def _shape(path: Path, compression: Compression) -> Shape:
    with _opened(path, compression) as file:
        first = _next_line(file)
        following = _next_line(file)
    start = first[:1]
    if not first:
        raise Refused("the file is empty", damaged=True)
    if start == b"[":
        return "array"
    if start == b"<":
        raise Refused("this is a page for people (HTML or XML), no export: a login or an error page", damaged=True)
    if start != b"{":
        if following[:1] in (b"{", b"[") and not _heads_table(first):
            return "newline_delimited"
        raise Refused("no JSON", damaged=False)
    if not following or first[-1:] in b"{[,:":
        return "unstructured"
    return "newline_delimited" if first[-1:] == b"}" or following[:1] == b"{" else "unstructured"


def _heads_table(line: bytes) -> bool:
    """Tell whether a line heads a table, whose first cell below may well begin with a bracket."""
    from flowlint.sources.other_exports import heads_table

    return heads_table(line)


def _next_line(file: IO[bytes]) -> bytes:
    """Return the next line that is not blank, without white space around it; empty at the end."""
    for line in file:
        if stripped := line.strip(SPACE):
            return stripped
    return b""


def _rescued(path: Path, target: Path) -> int:
    """Write the whole lines before the break of a torn archive to ``target``; return their number."""
    inflate = zlib.decompressobj(wbits=GZIP_FORMAT)
    lines = 0
    rest = b""
    with path.open("rb") as packed, target.open("wb") as out:
        block = packed.read(BLOCK)
        while block:
            try:
                plain = inflate.decompress(block)
            except zlib.error:
                break
            *whole, rest = (rest + plain).split(b"\n")
            lines += len(whole)
            out.writelines(line + b"\n" for line in whole)
            block = inflate.unused_data
            if inflate.eof:  # an archive may be several, one after the other
                inflate = zlib.decompressobj(wbits=GZIP_FORMAT)
            block = block or packed.read(BLOCK)
        if rest.startswith((b"[", b"{")) and (not lines or rest.endswith(b"}")):
            out.write(rest)  # one long line, or a last one that may be whole
    return lines


def _unpacked(path: Path, spool: Path) -> Path:
    target = spooled(spool)
    with gzip.open(path, "rb") as file, target.open("wb") as out:
        shutil.copyfileobj(cast("BufferedIOBase", file), out, BLOCK)
    return target


def _recoded(path: Path, compression: Compression, encoding: str, spool: Path) -> Path:
    """Write the file as UTF-8 without a mark; returns its path."""
    target = spooled(spool)
    with _opened(path, compression) as file, target.open("wb") as out:
        if encoding == "utf-8-sig":
            file.seek(3)
            shutil.copyfileobj(file, out, BLOCK)
        else:
            out.write(file.read().decode(encoding, "replace").lstrip("\ufeff").encode())
    return target


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
