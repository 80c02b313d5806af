"""Unpacks archives, of torn ones what stands before the break.

What is lost on the way is named with the line at which it was lost.
"""

import gzip
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from flowlint.errors import Fault, Place

BLOCK: Final = 1 << 20
GZIP_FORMAT: Final = 31
MOST_PACKED: Final = 200
"""How many times its size an archive may hold; beyond that it is no export, but made to fill the disk."""
LEAST_ROOM: Final = 1 << 30
"""What an archive may hold in any case."""
LONGEST_LINE: Final = 64 << 20
LONGEST_PACKED_LINE: Final = 512 << 20
UNREADABLE: Final = "a packed file with lines that are no text in UTF-8, or longer than 512 MB"
AGAIN: Final = "Export it again, or copy it again: the end of the file is missing or damaged."
TORN: Final = (EOFError, gzip.BadGzipFile, zlib.error)
ZSTD_TABLE: Final = f"""read_csv($path, columns={{'l': 'VARCHAR'}}, delim=chr(1), quote='', escape='', header=false, auto_detect=false,
    compression='zstd', max_line_size={LONGEST_PACKED_LINE}, parallel=false, strict_mode=false, ignore_errors=true, store_rejects=true)"""
"""The lines of an archive as a table: Python has no reader for zstd, but the engine has."""


class _TooMuch(Exception):  # noqa: N818  a limit that is reached, no error
    """An archive holds more than any export."""


def unpack(path: Path, target: Path, label: str, *, zstd: bool) -> list[Fault]:
    """Write what an archive holds to ``target``, of a torn one all whole lines before the break; return what is wrong."""
    faults: list[Fault] = []
    lines = 0
    rest = b""
    blocks = _zstd_blocks(path, label, faults) if zstd else _gzip_blocks(path)
    with target.open("wb") as out:
        try:
            for block in _bounded(blocks, max(LEAST_ROOM, path.stat().st_size * MOST_PACKED)):
                lines += block.count(b"\n")
                whole = block.rfind(b"\n") + 1
                out.write(rest)
                out.write(block[:whole])
                rest = block[whole:]
        except TORN:
            message = f"the archive is torn; {lines:,} whole lines before the break were read"
            faults.append(Fault(Place(label, lines + 1), message, AGAIN))
            if lines and not rest.rstrip().endswith(b"}"):
                return faults  # unless it is one long line, or a last one that may be whole
        except _TooMuch:
            message = f"the archive holds over {MOST_PACKED} times its size; what follows here was not read"
            faults.append(Fault(Place(label, lines + 1), message, "Unpack it yourself if it is a genuine export."))
            return faults
        out.write(rest)
    return faults


def _bounded(blocks: Iterator[bytes], room: int) -> Iterator[bytes]:
    for block in blocks:
        room -= len(block)
        if room < 0:
            raise _TooMuch
        yield block


def _gzip_blocks(path: Path) -> Iterator[bytes]:
    """Yield what is packed, up to the break of a torn archive, where one of TORN is raised."""
    inflate = zlib.decompressobj(wbits=GZIP_FORMAT)
    with path.open("rb") as packed:
        block = packed.read(BLOCK)
        while block:
            if plain := inflate.decompress(block, BLOCK):
                yield plain
            block = inflate.unconsumed_tail
            if inflate.eof:  # an archive may be several, one after the other, and zeros behind them
                block = (inflate.unused_data or packed.read(BLOCK)).lstrip(b"\0")
                while not block and (more := packed.read(BLOCK)):
                    block = more.lstrip(b"\0")
                if block:
                    inflate = zlib.decompressobj(wbits=GZIP_FORMAT)
            block = block or packed.read(BLOCK)
        if not inflate.eof:
            raise EOFError


def _zstd_blocks(path: Path, label: str, faults: list[Fault]) -> Iterator[bytes]:
    """Yield the lines of an archive that only the engine can unpack, as lines of a table; those that are no text are blank."""
    rejected = rejected_lines(path)
    message = "this line of a packed file is no text in UTF-8, or longer than 512 MB"
    remedy = "Unpack the file (zstd -d) and check that; then what can be mended is."
    faults.extend(Fault(Place(label, line), message, remedy) for line in rejected[:50])
    if len(rejected) > 50:
        faults.append(Fault(Place(label), f"{len(rejected) - 50:,} more lines of this file are damaged", remedy))
    blank = set(rejected)
    number = 1
    for line in zstd_lines(path):
        while number in blank:
            yield b"\n"
            number += 1
        yield line + b"\n"
        number += 1


def rejected_lines(path: Path) -> Sequence[int]:
    """Return the numbers of the lines that the engine does not take for text."""
    import duckdb

    with duckdb.connect() as db:
        try:
            db.execute(f"SELECT count(l) FROM {ZSTD_TABLE}", {"path": str(path)}).fetchall()
        except duckdb.Error:
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
        except duckdb.Error as error:
            raise EOFError from error
