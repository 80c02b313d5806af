"""Lines of wiki markup and Markdown: headings, lists, tables, rules, each decided by the lines around it."""

import re

from flowlint.sources import layout

_WIKI_HEADING = re.compile(r"[ \t]*h([1-6])\.[ \t]+(\S.*)")
_HASHES = re.compile(r"([ \t]*)(#{1,6})[ \t]+(\S.*)")
_CLOSING = re.compile(r"(?<=[^ \t])[ \t]+#+[ \t]*\Z")
_ITEM = re.compile(r"([ \t]*)([*#+-]+)[ \t]+(?:\[[ xX]?\][ \t]+)?(\S.*)")
_NUMBERED = re.compile(r"([ \t]*)([0-9]{1,3})[.)][ \t]+(?:\[[ xX]?\][ \t]+)?(\S.*)")
_BOLD = re.compile(r"[ \t]*[_+]{0,2}(\*{1,3})([^*\n]+)\1[_+]{0,2}[ \t]*(:?)[ \t]*$")
_UNDERLINED_BOLD = re.compile(r"[ \t]*(__)([^_\n]+)\1[ \t]*(:?)[ \t]*$")
_QUOTE = re.compile(r"[ \t]*bq\.[ \t]+(\S.*)")
_RULE = re.compile(r"[ \t]*(?:-{3,}|\*{3,}|_{3,})[ \t]*$")
_UNDERLINE = re.compile(r"[ \t]{0,3}(={3,}|-{3,})[ \t]*$")
_DIVIDER = re.compile(r"[ \t|:-]*-[ \t|:-]*$")
_CELLS = re.compile(r"\|\|?")
_SPECIAL = frozenset("#*+-|=_hb0123456789")


def arranged(text: str) -> str:
    """Return a text with its lines in the plain form; signs within a line are left alone."""
    lines = text.split("\n")
    if not any(line.lstrip()[:1] in _SPECIAL for line in lines if line):
        return text
    return "\n".join(_Arrangement(lines).lines())


class _Arrangement:
    """The lines of one text and, while they are gone through, the lists that are open."""

    def __init__(self, lines: list[str]) -> None:
        self._lines = lines
        self._numbered = _numbered(lines) if any(line.lstrip()[:1] in "01" for line in lines if line) else set()
        self._indents: list[int] = []

    def lines(self) -> list[str]:
        """Return the lines in the plain form."""
        done: list[str] = []
        for position, line in enumerate(self._lines):
            stripped = line.lstrip()
            if not stripped or stripped[0] not in _SPECIAL:
                if stripped and stripped is line:
                    self._indents = []
                done.append(line)
            elif self._is_underline(position, done):
                level = 1 if stripped[0] == "=" else 2
                done[-1] = layout.heading(level, done[-1].strip())
            else:
                made = self._made(position, line)
                if made is not None:
                    done.append(made)
        return done

    def _made(self, position: int, line: str) -> str | None:
        """Return one line in the plain form; None where it only divides."""
        sign = line.lstrip()[0]
        if sign == "|":
            return _row(line)
        if sign in "-*_" and _RULE.match(line):
            return ""
        if sign == "b" and (found := _QUOTE.match(line)):
            return found[1]
        return self._heading(position, line, sign) or self._item(position, line)

    def _heading(self, position: int, line: str, sign: str) -> str | None:
        """Return the heading that a line is by itself, if it is one."""
        if sign == "h" and (found := _WIKI_HEADING.match(line)):
            return layout.heading(int(found[1]), found[2])
        if sign == "#" and (found := _HASHES.match(line)) and self._is_heading(position, found):
            return layout.heading(len(found[2]), _CLOSING.sub("", found[3]))
        if sign in "*+_" and (found := _BOLD.match(line) or _UNDERLINED_BOLD.match(line)):
            title = found[2]
            if title == title.strip() and layout.is_title(title):
                return layout.heading(layout.LOWEST, title + found[3])
        return None

    def _item(self, position: int, line: str) -> str:
        if position in self._numbered and (found := _NUMBERED.match(line)):
            return layout.item(self._depth(_width(found[1])), found[3])
        found = _ITEM.match(line)
        if not found or not _is_marker(found[2]) or (found[2] == "+" and not self._beside(position, "+")):
            return line
        if line.startswith("-") and found[2] == "-" and not line[1:].lstrip().startswith("["):
            self._indents = [0]
            return line
        if len(found[2]) > 1:
            self._indents = list(range(len(found[2])))
            return layout.item(len(found[2]) - 1, found[3])
        return layout.item(self._depth(_width(found[1])), found[3])

    def _depth(self, indent: int) -> int:
        """Return how deep an item with this indent is in the lists that are open."""
        while self._indents and indent < self._indents[-1]:
            self._indents.pop()
        if not self._indents or indent > self._indents[-1] + 1:
            self._indents.append(indent)
        return len(self._indents) - 1

    def _is_heading(self, position: int, found: re.Match[str]) -> bool:
        """Tell a heading of Markdown from an item of a numbered list in wiki markup.

        A heading stands apart from other lines with ``#``; the next such line, after nothing but blank ones, is not
        of its level.
        """
        hashes = found[2]
        if len(found[1]) > 3 or not layout.is_marked_title(found[3]):
            return False
        before, after = self._near(position, -1), self._near(position, 1)
        if after.startswith("#"):
            return self._opens(position, len(hashes))
        if before.startswith("#") and not self._opens(position - 1, len(hashes) - 1):
            return False
        if len(hashes) > 1:
            return True
        following = (self._lines[after] for after in range(position + 1, len(self._lines)))
        again = _HASHES.match(next((line for line in following if line.strip()), ""))
        return (not before.strip() or before.startswith("#")) and (again is None or again[2] != "#")

    def _opens(self, position: int, level: int) -> bool:
        """Tell whether a line is a heading with a heading of the next level right below it, and no list."""
        pair = [_HASHES.match(self._near(position, step)) for step in (0, 1)]
        alone = not self._near(position, -1).strip() and not self._near(position, 2).startswith("#")
        levels = [len(found[2]) for found in pair if found and layout.is_marked_title(found[3])]
        return alone and levels == [level, level + 1]

    def _near(self, position: int, step: int) -> str:
        """Return the line that many lines on; nothing beyond the ends."""
        there = position + step
        return self._lines[there] if 0 <= there < len(self._lines) else ""

    def _beside(self, position: int, sign: str) -> bool:
        return any(self._near(position, step).lstrip().startswith(f"{sign} ") for step in (-1, 1))

    def _is_underline(self, position: int, done: list[str]) -> bool:
        """Tell whether a line makes a heading of the one above it, as Markdown has it."""
        found = _UNDERLINE.match(self._lines[position])
        above = self._near(position, -1)
        if (
            not found
            or not done
            or done[-1] != above
            or not layout.is_title(above)
            or above.startswith(("\t", "#", "|"))
        ):
            return False
        if self._near(position, -2).strip():
            return False
        # Four dashes are a rule in wiki markup, which people also write right below a text.
        return found[1] != "----" or len(above.strip()) < 7


def _numbered(lines: list[str]) -> set[int]:
    """Return the positions of lines that are items of a numbered list: those of at least two that go on from 1."""
    found: set[int] = set()
    lists: dict[int, tuple[int, list[int]]] = {}
    for position, line in enumerate(lines):
        match = _NUMBERED.match(line) if line.lstrip()[:1].isdigit() else None
        if match is None:
            continue
        indent, number = _width(match[1]), int(match[2])
        last, items = lists.get(indent, (0, []))
        if number == 1 and last != 1:
            items = []
        elif not items or number not in (last, last + 1):
            lists.pop(indent, None)
            continue
        items.append(position)
        lists[indent] = (number, items)
        if len(items) > 1:
            found.update(items[-2:])
    return found


def _is_marker(marker: str) -> bool:
    """Tell whether signs begin an item: one of ``*#+-``, or several in wiki markup, which are not all dashes."""
    return len(marker) == 1 or (not set(marker) <= set("+-") and "+" not in marker and len(marker) <= 6)


def _width(indent: str) -> int:
    return len(indent.expandtabs(4))


def _row(line: str) -> str | None:
    """Return a row of a table; the line between head and body of a table says nothing."""
    row = line.strip()
    if not row.startswith("||") and not (row.endswith("|") and len(row) > 2):
        return line
    if _DIVIDER.fullmatch(row):
        return None
    cells = [cell.strip() for cell in _CELLS.split(row.strip("|"))]
    return " | ".join(cells) if any(cells) else ""
