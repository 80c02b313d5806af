"""Finds where to go on behind a break: the end of a damaged record, or the start of the next that is whole."""

import re
from typing import Final

from flowlint.sources.window import WIDEST, Broken, Window

LISTS: Final = ("issues", "values")
"""Members of a page that hold its records."""
MOST_EFFORT: Final = 1 << 27
"""How many characters of a file are gone through in search of records behind breaks."""
STUB: Final = frozenset({"summary", "status", "priority", "issuetype"})
"""All that Jira tells of an issue within another one: a parent, a sub-task, the other end of a link."""
TOKEN: Final = re.compile(r'"(?:[^"\\]++|\\.)*+"|[{}\[\]]', re.DOTALL)

_START: Final = re.compile(r'\{\s*"')
_NESTED: Final = re.compile(r'(?:\{\s*"[^"\\]*+"\s*:|\[)\s*')
_DEPTH: Final = {"{": 1, "[": 1, "}": -1, "]": -1}


class Finder:
    """Looks ahead in a window; stops looking where a file is broken in so many places that it would take too long."""

    def __init__(self, window: Window) -> None:
        self.window = window
        self.indent: int | None = None
        """How far the last record that began a line was indented."""
        self._effort = MOST_EFFORT
        self._no_line: tuple[int, int, int | None] = (0, 0, None)
        """Between which places, counted from the text's start, no line indented so far begins with a record."""

    def begins_line(self, at: int) -> bool:
        """Tell whether a record at ``at`` begins a line, no further in than the one before did; remember how far."""
        before = self.window.text[max(0, at - 200) : at]
        blanks = len(before) - len(before.rstrip(" \t\ufeff"))
        is_first = blanks == at and self.window.before == 0
        if not is_first and before[: len(before) - blanks][-1:] != "\n":
            return False
        fits = self.indent is None or blanks <= self.indent
        self.indent = blanks
        return fits

    def until(self, start: int, most: int) -> int:
        """Return where what begins at ``start`` must have ended."""
        next_line = self.next_line(start)
        return min(start + most, start + most if next_line is None else next_line)

    def next_line(self, start: int) -> int | None:
        """Return where the next line begins with an object or a list, not further in than this one does."""
        begin = start
        since, until, indent = self._no_line
        if since <= start + self.window.before < until and indent == self.indent:
            begin = until - self.window.before
        while True:
            found = self.line_start(begin)
            if found is not None:
                return found
            begin = max(start, len(self.window.text) - 256)
            if len(self.window.text) - start > WIDEST or not self.window.more(1 << 20):
                self._no_line = (start + self.window.before, begin + self.window.before, self.indent)
                return None

    def line_start(self, begin: int) -> int | None:
        """Return where the next line in sight begins with an object or a list, not further in than the last record."""
        blanks = "*" if self.indent is None else f"{{0,{self.indent}}}"
        found = re.compile(rf"\n\ufeff?[ \t]{blanks}(?=[\[{{])").search(self.window.text, begin)
        return found.end() if found else None

    def next_record(self, begin: int, limit: int) -> tuple[int, bool] | None:
        """Return where on the way to ``limit`` a whole record begins, and whether it is a page of records.

        What a record says of another issue does not count.
        """
        position = begin
        while self._effort > 0 and (found := _START.search(self.window.text, position, limit)):
            start = found.start()
            self._effort -= 100 + start - position
            try:
                value, position = self.window.decode(start)
            except Broken as broken:
                self._effort -= broken.place - start
                position = self._inwards(start) if broken.deep else start + 1
                continue
            self._effort -= position - start
            if is_page(value) or is_record(value):
                return start, is_page(value)
        return None

    def _inwards(self, start: int) -> int:
        """Return where to look on in a value that is nested too deeply: half the way in, if nothing else stands there."""
        nested = [start]
        while found := _NESTED.match(self.window.text, nested[-1]):
            nested.append(found.end())
        return max(start + 1, nested[len(nested) // 2])

    def end(self, start: int, limit: int) -> int | None:
        """Return where the brackets that open at ``start`` are closed again."""
        depth = 0
        position = start
        while self._effort > 0:
            found = TOKEN.search(self.window.text, position, limit)
            if found is None:
                if len(self.window.text) >= limit or not self.window.more(1 << 20):
                    return None
                continue
            self._effort -= 50
            position = found.end()
            depth += _DEPTH.get(found[0], 0)
            if depth == 0:
                return position
        return None


def is_page(value: object) -> bool:
    """Tell whether a value is a page of records."""
    return isinstance(value, dict) and any(isinstance(value.get(name), list) for name in LISTS)


def is_record(value: object) -> bool:
    """Tell whether a value is an issue's record, and not what a record says of another issue."""
    if not isinstance(value, dict) or not isinstance(value.get("key"), str):
        return False
    fields = value.get("fields")
    return isinstance(fields, dict) and not fields.keys() <= STUB
