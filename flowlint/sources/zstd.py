"""Archives in zstd, which Python cannot unpack, but the engine can; it does not tell where one is torn."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO, Final

from flowlint.errors import Fault, Place
from flowlint.sources.records import refusals

MAGIC: Final = b"\x28\xb5\x2f\xfd"
SKIPPABLE: Final = b"\x2a\x4d\x18"
LONGEST_PACKED_LINE: Final = 512 << 20
UNREADABLE: Final = "a packed file with lines that are no text in UTF-8, or longer than 512 MB"
ZSTD_TABLE: Final = f"""read_csv($path, columns={{'l': 'VARCHAR'}}, delim=chr(1), quote='', escape='', header=false, auto_detect=false,
    compression='zstd', max_line_size={LONGEST_PACKED_LINE}, parallel=false, strict_mode=false, ignore_errors=true, store_rejects=true)"""
"""The lines of an archive as a table: Python has no reader for zstd, but the engine has."""


def must_be_whole(path: Path) -> None:
    """Go from block to block through an archive without unpacking it; raises EOFError where it breaks off."""
    size = path.stat().st_size
    with path.open("rb") as file:
        while magic := file.read(4):
            if magic == MAGIC:
                _pass_frame(file)
            elif magic[1:] == SKIPPABLE:
                file.seek(_number(file, 4), 1)
            else:
                raise EOFError
        if file.tell() > size:
            raise EOFError


def _pass_frame(file: IO[bytes]) -> None:
    """Step over one frame: a header, blocks that tell their size, and a checksum (RFC 8878)."""
    described = _number(file, 1)
    is_single, has_checksum = described >> 5 & 1, described >> 2 & 1
    dictionary = (0, 1, 2, 4)[described & 3]
    content = (is_single, 2, 4, 8)[described >> 6]
    file.seek((1 - is_single) + dictionary + content, 1)
    is_last = False
    while not is_last:
        block = _number(file, 3)
        is_last, kind, length = bool(block & 1), block >> 1 & 3, block >> 3
        file.seek(1 if kind == 1 else length, 1)
    file.seek(4 * has_checksum, 1)


def _number(file: IO[bytes], length: int) -> int:
    data = file.read(length)
    if len(data) < length:
        raise EOFError
    return int.from_bytes(data, "little")


def zstd_blocks(path: Path, label: str, faults: list[Fault]) -> Iterator[bytes]:
    """Yield the lines of an archive that only the engine can unpack, as lines of a table; those that are no text are blank."""
    rejected = rejected_lines(path)
    message = "this line of a packed file is no text in UTF-8, or longer than 512 MB"
    remedy = "Unpack the file (zstd -d) and check that; then what can be mended is."
    faults.extend(Fault(Place(label, line), message, remedy) for line in rejected[:50])
    if len(rejected) > 50:
        faults.append(Fault(Place(label), f"{len(rejected) - 50:,} more lines of this file are damaged", remedy))
    blank = set(rejected)
    number = 0
    held: bytes | None = None
    try:
        for line in zstd_lines(path):
            if held is not None:
                yield held + b"\n"
            number += 1
            while number in blank:
                yield b"\n"
                number += 1
            held = line
        must_be_whole(path)
    except EOFError:
        yield held or b""  # the last line before the break may be a piece of one
        raise
    if held is not None:
        yield held + b"\n"


def rejected_lines(path: Path) -> Sequence[int]:
    """Return the numbers of the lines that the engine does not take for text."""
    import duckdb

    with duckdb.connect() as db:
        try:
            db.execute(f"SELECT count(l) FROM {ZSTD_TABLE}", {"path": str(path)}).fetchall()
        except refusals():
            return ()  # torn: what is lost is named there
        rows = db.execute("SELECT DISTINCT line FROM reject_errors ORDER BY line").fetchall()
    return [int(line) for (line,) in rows]


def zstd_lines(path: Path) -> Iterator[bytes]:
    """Yield the lines of a zstd archive, without their ends; raises EOFError where it is torn."""
    import duckdb

    with duckdb.connect() as db:
        try:
            rows = db.execute(f"SELECT l FROM {ZSTD_TABLE}", {"path": str(path)})
            while batch := rows.fetchmany(500):
                yield from ((line or "").encode() for (line,) in batch)
        except refusals() as error:
            raise EOFError from error
