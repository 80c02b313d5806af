"""Text in other encodings than plain UTF-8: what it is by its first bytes, and rewriting it."""

import codecs
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from flowlint.errors import Fault, Place

BOMS: Final = {
    b"\xef\xbb\xbf": "utf-8",
    b"\xff\xfe\0\0": "utf-32",
    b"\0\0\xfe\xff": "utf-32",
    b"\xff\xfe": "utf-16",
    b"\xfe\xff": "utf-16",
}
UNMARKED: Final[dict[tuple[int, ...], str]] = {
    (1, 0, 0, 0): "utf-32-le",
    (0, 0, 0, 1): "utf-32-be",
    (1, 0, 1, 0): "utf-16-le",
    (0, 1, 0, 1): "utf-16-be",
}
"""Which of the first four bytes are zero (0) where the text begins with signs of ASCII."""


HEAD: Final = 64
"""How many bytes tell an encoding."""


def encoding_of(head: bytes) -> str | None:
    """Return the encoding of a text that is not plain UTF-8, by its mark or by the zeros among its first HEAD bytes."""
    marked = next((name for bom, name in BOMS.items() if head.startswith(bom)), None)
    if marked or head.count(0) * 3 < len(head):  # a few zeros are damage
        return marked
    return UNMARKED.get(tuple(int(byte != 0) for byte in head[:4]))


def recode(blocks: Iterator[bytes], target: Path, encoding: str, label: str) -> list[Fault]:
    """Write text in another encoding as UTF-8, without a mark; name the first place that is no text in it."""
    if encoding == "utf-8":
        with target.open("wb") as out:
            out.writelines(_unmarked(blocks))
        return []
    decoder = codecs.getincrementaldecoder(encoding)("replace")
    lines = 1
    odd: int | None = None
    count = 0
    ended = False
    with target.open("wb") as out:
        while not ended:
            block = next(blocks, b"")
            ended = not block
            text = decoder.decode(block, final=ended)
            if "\ufffd" in text:
                odd = odd or lines + text.count("\n", 0, text.index("\ufffd"))
                count += text.count("\ufffd")
            lines += text.count("\n")
            out.write(text.removeprefix("\ufeff").encode("utf-8", "replace"))
    if odd is None:
        return []
    places = "1 place is" if count == 1 else f"{count:,} places are"
    message = f"{places} no text in {encoding.upper()}, the first of them here; replaced by \ufffd"
    return [Fault(Place(label, odd), message, "Export the file again, as UTF-8.")]


def _unmarked(blocks: Iterator[bytes]) -> Iterator[bytes]:
    yield next(blocks, b"").removeprefix(codecs.BOM_UTF8)
    yield from blocks
