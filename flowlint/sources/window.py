"""A long text seen through a window: read block by block, with the true line of every place in it."""

import codecs
import json
from collections.abc import Iterable, Iterator
from typing import Any, Final

WIDEST: Final = 64 << 20
"""How many characters one record may have; beyond that it is not looked at."""
NEVER_TEXT: Final = "surrogateescape"
"""How bytes that are no UTF-8 are carried along: as half signs, which no text has, and which give the bytes back."""


DECODER: Final = json.JSONDecoder(parse_int=float)


class Broken(Exception):  # noqa: N818  said of the text, not of the program
    """A text is no JSON from ``place`` on; ``cut``: it just ends there."""

    def __init__(self, place: int, *, cut: bool = False, deep: bool = False) -> None:
        super().__init__(place)
        self.place = place
        self.cut = cut
        self.deep = deep
        """It is nested too deeply to tell."""


class Window:
    """``text`` is what is in sight; positions are indices into it."""

    def __init__(self, blocks: Iterable[bytes], line: int = 1) -> None:
        """Look at the text of ``blocks``, of which the first begins at ``line``."""
        self._blocks = _decoded(blocks)
        self.text = ""
        self.before = 0
        """How many characters have left the window."""
        self._line = line
        self._counted = 0
        self._line_start = 0
        """Up to which place lines are counted, and where the last of them begins; both from the start of the text."""

    def more(self, at_least: int = 1 << 16) -> bool:
        """Bring more into sight, ``at_least`` so many characters if there are; False where nothing is left."""
        pieces = []
        wanted = at_least
        while wanted > 0 and (piece := next(self._blocks, None)):
            pieces.append(piece)
            wanted -= len(piece)
        if pieces:
            self.text += "".join(pieces)
        return bool(pieces)

    def has(self, position: int) -> bool:
        """Tell whether there is a character at ``position``, bringing it into sight if need be."""
        while position >= len(self.text):
            if not self.more():
                return False
        return True

    def forget(self, position: int) -> int:
        """Let go of all before ``position`` where that is much; return where ``position`` is now."""
        if position < (1 << 20) or position < len(self.text) // 2:
            return position
        self.place_of(position)
        self.text = self.text[position:]
        self.before += position
        return 0

    def place_of(self, position: int) -> tuple[int, int]:
        """Return line and column of ``position``."""
        counted = self._counted - self.before
        if position < counted:  # seldom, and never far back
            line = self._line - self.text.count("\n", position, counted)
            start = self.text.rfind("\n", 0, position) + 1
            return line, position - start + 1
        self._line += self.text.count("\n", counted, position)
        start = self.text.rfind("\n", counted, position) + 1
        self._line_start = start + self.before if start else self._line_start
        self._counted = position + self.before
        return self._line, self._counted - self._line_start + 1

    def decode(self, start: int) -> tuple[Any, int]:
        """Return the JSON value at ``start`` and where it ends, bringing in what it takes; raises Broken."""
        size = 1 << 14
        while True:
            # A slice, since an error counts the lines of the whole text it is given.
            piece = self.text[start : start + size]
            is_all = start + size >= len(self.text) and (len(piece) > WIDEST or not self.more(size))
            try:
                value, end = DECODER.raw_decode(piece)
            except RecursionError:
                raise Broken(start, deep=True) from None
            except json.JSONDecodeError as error:
                cut = error.msg.startswith("Unterminated") or error.pos > len(piece) - 16
                if is_all or not cut:
                    cut = cut and (error.msg.startswith("Unterminated") or not piece[error.pos :].strip())
                    raise Broken(start + error.pos, cut=cut) from None
            else:
                if is_all or end < len(piece):
                    return value, start + end
            size *= 4


def _decoded(blocks: Iterable[bytes]) -> Iterator[str]:
    decoder = codecs.getincrementaldecoder("utf-8")(NEVER_TEXT)
    for block in blocks:
        if text := decoder.decode(block):
            yield text
    if text := decoder.decode(b"", final=True):
        yield text
