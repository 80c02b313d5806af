"""Unpacks archives, of torn ones what stands before the break.

What is lost on the way is named with the line at which it was lost.
"""

import gzip
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from flowlint.errors import Fault, Place
from flowlint.sources.zstd import zstd_blocks

BLOCK: Final = 1 << 20
GZIP_FORMAT: Final = 31
MOST_PACKED: Final = 200
"""How many times its size an archive may hold; beyond that it is no export, but made to fill the disk."""
LEAST_ROOM: Final = 1 << 30
"""What an archive may hold in any case."""
LONGEST_LINE: Final = 64 << 20
AGAIN: Final = "Export it again, or copy it again: the end of the file is missing or damaged."
TORN: Final = (EOFError, gzip.BadGzipFile, zlib.error)


class _TooMuch(Exception):  # noqa: N818  a limit that is reached, no error
    """An archive holds more than any export."""


def unpack(path: Path, target: Path, label: str, *, zstd: bool) -> list[Fault]:
    """Write what an archive holds to ``target``, of a torn one all whole lines before the break; return what is wrong."""
    faults: list[Fault] = []
    lines = 0
    rest = b""
    blocks = zstd_blocks(path, label, faults) if zstd else _gzip_blocks(path)
    with target.open("wb") as out:
        try:
            for block in _bounded(blocks, max(LEAST_ROOM, path.stat().st_size * MOST_PACKED)):
                lines += block.count(b"\n")
                whole = block.rfind(b"\n") + 1
                out.write(rest)
                out.write(block[:whole])
                rest = block[whole:]
        except TORN:
            whole_lines = (
                "1 whole line before the break was" if lines == 1 else f"{lines:,} whole lines before the break were"
            )
            message = f"the archive is torn; {whole_lines} read"
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
