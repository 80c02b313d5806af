"""Takes a text that holds records apart, whatever of it is damaged: arrays, pages, records one after the other.

Slow, in Python, and only for files in which something is wrong. What is whole goes to a :class:`Sink` record by
record; what is not is named there with its line, and the walk goes on behind it.
"""

import re
from dataclasses import dataclass, field
from typing import Any, Final, Protocol

from flowlint.sources.find import LISTS, Finder, is_page, is_record
from flowlint.sources.window import WIDEST, Broken, Window

DEEPEST: Final = 50
"""How many arrays a record may stand in."""
PREAMBLE: Final = 1 << 20
"""How far into a broken page its list of records is looked for."""

_BETWEEN: Final = re.compile("[ \t\r\n\v\f,\x1e\ufeff]+")
_ZEROS: Final = re.compile("\0+")
_LISTED: Final = re.compile(r'"(?:issues|values)"\s*:\s*\[')


class Sink(Protocol):
    """Takes what a walk finds."""

    def record(self, line: int, text: str) -> None:
        """Take the text of a whole object, which begins at ``line``."""

    def suspect(self, line: int, text: str, fault: str, column: int) -> bool:
        """Take the text of an object that has its end, but breaks at a place for a strict reader, who says ``fault``.

        Tell whether a lenient one reads it.
        """
        ...

    def open_page(self) -> None:
        """Take notice that the records that follow are of one page."""

    def page(self, line: int, shell: dict[str, Any]) -> None:
        """Take what a page says beside its records, after all of them."""

    def blame(self, line: int, message: str, column: int = 1) -> None:
        """Take what is wrong at a place."""


@dataclass(slots=True)
class _Object:
    """An object of the outermost kind while it is walked through: a record, or a page with a list of them."""

    start: int | None
    """Where it begins; None once a list was stepped into."""
    line: int
    shell: dict[str, Any] = field(default_factory=dict)


class Walker:
    """One walk through one text."""

    def __init__(self, window: Window, sink: Sink, *, by_line: bool = False) -> None:
        """Walk through what ``window`` shows; ``by_line``: each record should have a line of its own."""
        self.window = window
        self.find = Finder(window)
        self.sink = sink
        self.last_line = 0 if by_line else -1
        """The line on which the last object ended; -1: it does not matter."""
        self.at = 0
        self.within: list[_Object | None] = []
        """What the walk is inside of: a page's list, or (None) a plain array."""
        self.broken = False
        """Something broke before: lists may close that were never seen to open."""
        self.unsure = False
        """It may be the inside of a broken record that comes next, with all that it says of other issues."""

    def walk(self) -> None:
        """Walk to the end."""
        last = ""
        bare = self.last_line >= 0
        empty: list[tuple[int, tuple[int, int]]] = []
        while sign := self._next():
            if last + sign == "[]":
                empty.append((len(self.within), self.window.place_of(self.at)))
            bare = bare or (sign == "{" and not self.within)
            last = sign
            self._step(sign)
        for depth, (line, column) in empty:
            if depth > 1 or bare:  # among arrays, it is the last page
                self.sink.blame(line, "an empty list stands here, where a record should", column)
        if self.within and not self.broken:
            self._blame(len(self.window.text.rstrip()), "the JSON breaks off here: the end of its list is missing")
        for page in reversed(self.within):
            if page is not None:
                self.sink.page(page.line, page.shell)

    def _step(self, sign: str) -> None:
        """Take the next value, or the end of a list."""
        if self.unsure and sign not in "]}:" and self._pass_fragment(sign):
            return
        if sign == "{":
            self._object()
        elif sign == "[" and len(self.within) < DEEPEST and self._may_hold_lists():
            self.within.append(None)
            self.at += 1
        elif sign == "]" and self.within:
            self._leave()
        elif sign in "]}:" and self.broken:
            self.at += 1  # closes what broke off before
        else:
            self._rubbish(sign)

    def _may_hold_lists(self) -> bool:
        return all(inside is None for inside in self.within)

    def _next(self) -> str:
        """Step to the next sign that is not between values; empty at the end."""
        return self._step_over(_BETWEEN)

    def _step_over(self, signs: re.Pattern[str]) -> str:
        """Step over all of these signs; return what comes then."""
        while self.window.has(self.at):
            match = signs.match(self.window.text, self.at)
            self.at = match.end() if match else self.at
            if self.at < len(self.window.text):
                self.at = self.window.forget(self.at)
                return self.window.text[self.at]
            self.at = self.window.forget(self.at)
        return ""

    def _leave(self) -> None:
        self.at += 1
        page = self.within.pop()
        if page is not None:
            self._members(page)

    def _pass_fragment(self, sign: str) -> bool:
        """Step over what may be a part of a broken record; False where it is a record, or begins a line like one."""
        if sign in "{[" and self.find.begins_line(self.at):
            self.unsure = False
            return False
        start = self.at
        try:
            value, end = self.window.decode(start)
        except Broken:
            if sign in "{[":
                return False
            self._resync(start)
            return True
        if any(is_record(one) or is_page(one) for one in (value if isinstance(value, list) else [value])):
            return False
        if isinstance(value, dict) and self.window.text[max(0, start - 20) : start].rstrip()[-1:] != ":":
            self._blame(start, "a part of a damaged record stands here")
        self.at = end
        return True

    def _object(self) -> None:
        if not self.unsure:
            self.find.begins_line(self.at)
        if self.within and self.within[-1] is not None:
            self._element()
        else:
            start = self.at
            line = self.window.place_of(start)[0]
            if line == self.last_line and not self.within:
                self._blame(start, "a second record stands on this line")
            self.at += 1
            self._members(_Object(start, line))

    def _element(self) -> None:
        """Take a record of a page's list."""
        start = self.at
        line = self.window.place_of(start)[0]
        try:
            _, self.at = self.window.decode(start)
        except Broken as broken:
            self._mend(start, broken)
        else:
            self.sink.record(line, self.window.text[start : self.at])

    def _members(self, page: _Object) -> None:
        """Go through the members of an object, up to its end or into a list of records."""
        while True:
            sign = self._sign(page)
            if sign == "}":
                self.at += 1
                return self._finish(page)
            try:
                name = self._name(page, sign)
                if name in LISTS and self.window.text[self.at] == "[":
                    return self._enter(page, name)
                value, self.at = self.window.decode(self.at)
            except Broken as broken:
                return self._break(page, broken)
            if name in page.shell and page.start is None:
                self._blame(self.at, f"`{name}` stands twice in this page; the last of them counts")
            page.shell[name] = value

    def _sign(self, page: _Object) -> str:
        """Step to the next member; what is still needed stays in sight."""
        if page.start is None:
            return self._next()
        while self.window.has(self.at) and self.window.text[self.at] in " \t\r\n,":
            self.at += 1
        return self.window.text[self.at : self.at + 1]

    def _name(self, page: _Object, sign: str) -> str:
        if sign != '"':
            raise self._broken_here()
        name, self.at = self.window.decode(self.at)
        if self._sign(page) != ":":
            raise self._broken_here()
        self.at += 1
        if not self._sign(page):
            raise self._broken_here()
        return str(name)

    def _broken_here(self) -> Broken:
        return Broken(self.at, cut=not self.window.has(self.at))

    def _enter(self, page: _Object, name: str) -> None:
        if name in page.shell:
            self._blame(self.at, f"`{name}` stands twice in this page; both were read")
        page.shell[name] = None
        self._step_into(page, self.at + 1)

    def _step_into(self, page: _Object, position: int) -> None:
        if page.start is not None:
            self.sink.open_page()
        page.start = None
        self.within.append(page)
        self.at = position

    def _finish(self, page: _Object) -> None:
        if self.last_line >= 0 and not self.within:
            self.last_line = self.window.place_of(self.at)[0]
        if page.start is None:
            self.sink.page(page.line, page.shell)
        else:
            self.sink.record(page.line, self.window.text[page.start : self.at])

    def _break(self, page: _Object, broken: Broken) -> None:
        """Go on behind the place where an object breaks."""
        if page.start is None:
            self.sink.page(page.line, page.shell)
            self._blame_break(self.at, broken)
            self._resync(self.at)
            return
        listed = None
        if page.shell.keys().isdisjoint({"key", "fields", *LISTS}):
            listed = _LISTED.search(self.window.text, page.start, self.find.until(page.start, PREAMBLE))
        if listed is None or '"fields"' in self.window.text[page.start : listed.start()]:
            self._mend(page.start, broken)
            return
        self._blame_break(page.start, broken)
        page.shell["issues"] = None
        self._step_into(page, listed.end())

    def _mend(self, start: int, broken: Broken) -> None:
        """Step over a record that is no JSON: to its end where brackets tell it, else to where another begins."""
        end = self.find.end(start, self.find.until(start, WIDEST))
        if end is None or self.find.next_record(start + 1, end) is not None:
            self._blame_break(start, broken)
            self._resync(start)
            return
        line, column = self.window.place_of(self._place_of_break(start, broken))
        if not self.sink.suspect(line, self.window.text[start:end], _told(broken), column):
            self.broken = self.unsure = True  # the end is a guess
        self.at = end

    def _rubbish(self, sign: str) -> None:
        """Name what is neither a record nor part of a list, and step over it."""
        start = self.at
        if sign == "\0":
            self._blame(start, "bytes of zero stand here, as after a crash or on a full disk")
            self._step_over(_ZEROS)
            return
        self._blame(start, "lists are nested too deeply here" if len(self.within) == DEEPEST else _name_of(sign))
        try:
            _, self.at = self.window.decode(start)
        except Broken:
            self._resync(start)

    def _resync(self, start: int) -> None:
        """Go on at the next record behind a break: on the same line, else where a line begins with one."""
        self.broken = True
        next_line = self.find.next_line(start)
        found = self.find.next_record(start + 1, len(self.window.text) if next_line is None else next_line)
        self.unsure = found is not None
        if found is not None:
            self.at, ends_list = found
            if ends_list:
                self.within.clear()
        elif next_line is not None:
            self.at = next_line
        else:
            self._skip()

    def _skip(self) -> None:
        """Step to the next line that begins with an object, however far it is; to the end where there is none."""
        found = None
        while found is None:
            self.at = self.window.forget(max(self.at, len(self.window.text) - 256))
            if not self.window.more(1 << 20):
                self.at = len(self.window.text)
                return
            found = self.find.line_start(self.at)
        self.at = found

    def _blame_break(self, start: int, broken: Broken) -> None:
        self.broken = True
        self._blame(self._place_of_break(start, broken), _told(broken))

    def _place_of_break(self, start: int, broken: Broken) -> int:
        """Return where a record breaks: before the line that a reader only stumbled over."""
        if broken.deep:
            return start
        next_line = self.find.next_line(start)
        place = min(max(start, broken.place), len(self.window.text) if next_line is None else next_line)
        before = start + len(self.window.text[start:place].rstrip())
        stumbled = self.window.text[place : place + 1] in ("", "{", "[", "\n", "\r")
        return max(start, before - 1) if stumbled else place

    def _blame(self, position: int, message: str) -> None:
        line, column = self.window.place_of(position)
        self.sink.blame(line, message, column)


def _name_of(sign: str) -> str:
    if sign == "<":
        return "a page for people (HTML or XML) stands here: a login or an error page"
    what = {"[": "a list", '"': "a text", "t": "a word", "f": "a word", "n": "a word"}.get(sign)
    if what is None:
        what = "a number" if sign.isdigit() or sign == "-" else "what is no JSON"
    return f"{what} stands here, where a record should"


def _told(broken: Broken) -> str:
    if broken.deep:
        return "this record is nested too deeply to be read"
    return "the JSON breaks off here, within a record" if broken.cut else "this is no JSON record: cut off or damaged"
