"""A long text seen through a window: read block by block, with the true line of every place in it."""

import codecs
from collections.abc import Iterable, Iterator

WIDEST = 64 << 20
"""How many characters one record may have; beyond that it is not looked at."""
NEVER_TEXT = "surrogateescape"
"""How bytes that are no UTF-8 are carried along: as half signs, which no text has, and which give the bytes back."""


class Window:
    """``text`` is what is in sight, ``line`` the number of its first line; positions are indices into ``text``."""

    def __init__(self, blocks: Iterable[bytes], line: int = 1) -> None:
        """Look at the text of ``blocks``, of which the first begins at ``line``."""
        self._blocks = _decoded(blocks)
        self.text = ""
        self.before = 0
        """How many characters have left the window."""
        self.line = line
        self._counted = 0
        self._lines_counted = 0

    def more(self, at_least: int = 1) -> bool:
        """Bring more into sight, ``at_least`` so many characters if there are; False where nothing is left."""
        pieces = []
        wanted = at_least
        while wanted > 0:
            piece = next(self._blocks, None)
            if piece is None:
                break
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
        self.line = self.line_of(position)
        self.before += position
        self.text = self.text[position:]
        self._counted = self._lines_counted = 0
        return 0

    def line_of(self, position: int) -> int:
        """Return the number of the line in which ``position`` is."""
        if position < self._counted:
            return self.line + self.text.count("\n", 0, position)
        self._lines_counted += self.text.count("\n", self._counted, position)
        self._counted = position
        return self.line + self._lines_counted

    def column_of(self, position: int) -> int:
        """Return the column of ``position``, counted from 1; right where the line's start is in sight."""
        return position - self.text.rfind("\n", 0, position)


def _decoded(blocks: Iterable[bytes]) -> Iterator[str]:
    decoder = codecs.getincrementaldecoder("utf-8")(NEVER_TEXT)
    for block in blocks:
        if text := decoder.decode(block):
            yield text
    if text := decoder.decode(b"", final=True):
        yield text
