"""Sections of a text in the plain form: what stands below a heading, behind ``Outcome:``, or in a table's row."""

import re

from flowlint.sources.text import words

BLANKS = " \t\n"
LONGEST = 20_000
"""Characters of a section that are kept: nobody writes an outcome as long as that."""
LONGEST_TITLE = 200
MOST_COLUMNS = 50
LABEL = 7
"""Level of ``Outcome: …`` at a line's start: below every heading."""

_HEADING = re.compile(r"(#{1,6}) (.*)")
_LABELLED = re.compile(r"(?P<bullet>[-\u2022*\u2013] )?(?P<title>[^:\uff1a|]{1,100})[:\uff1a](?!//)(?P<text>.*)")
_OTHER_LABEL = re.compile(r"[^\W\d_][\w '/&()-]{0,50}[:\uff1a](?!//|\S)")
_ITEM = re.compile(r"( *)- ")
_SIGNS = re.compile("[\u200b-\u200d\ufe00-\ufe0f\u20e3]")
"""Signs that join or colour emoji, and would pass for parts of a word."""
_NUMBER = re.compile(r"^(?:[0-9]+ )+(?=\D)")


def title_key(title: str) -> str:
    """Return what is compared of a heading: its words, without emoji, and without a number before them."""
    return _NUMBER.sub("", words(_SIGNS.sub("", title)).strip())


def sections(text: str, wanted: frozenset[str]) -> dict[str, str]:
    """Return the text of each wanted section (by :func:`title_key`) of a text in the plain form.

    A section begins at its heading, at ``Outcome: …`` or in a table's row. It ends at a heading of its own level or a
    higher one, or where another wanted section begins. The first with text counts; one without any is ''.
    """
    reader = _Reader(wanted)
    for line in text.split("\n"):
        reader.read(line)
    reader.close()
    return reader.found


class _Reader:
    """Goes through the lines of one text; ``found`` holds the sections so far."""

    def __init__(self, wanted: frozenset[str]) -> None:
        self.found: dict[str, str] = {}
        self._wanted = wanted
        self._title: str | None = None
        self._level = 0
        self._depth = -1
        self._on_line = False
        self._lines: list[str] = []
        self._columns: list[str] = []

    def read(self, line: str) -> None:
        """Take the next line."""
        heading = _HEADING.match(line)
        is_code = line.startswith("\t")
        if not is_code and (self._starts(line, heading) or self._is_row(line)):
            return
        if self._title is None:
            return
        ends = len(heading[1]) <= self._level if heading else self._level == LABEL and self._ends_label(line)
        if ends:
            self.close()
        else:
            self._lines.append(heading[2] if heading else line)

    def close(self) -> None:
        """End the section that is open."""
        if self._title is not None:
            self._keep(self._title, "\n".join(self._lines))
        self._title = None
        self._lines = []

    def _keep(self, title: str, text: str) -> None:
        if not self.found.get(title):
            self.found[title] = text.strip(BLANKS)[:LONGEST]

    def _starts(self, line: str, heading: "re.Match[str] | None") -> bool:
        """Begin a section where the line is its heading, or has its name before a colon."""
        shown = heading[2] if heading else line
        if heading and len(shown) <= LONGEST_TITLE and (title := title_key(shown)) in self._wanted:
            self._open(title, len(heading[1]), "")
            return True
        found = _LABELLED.match(shown.lstrip(" "))
        if not found or (title := title_key(found["title"])) not in self._wanted:
            return False
        self._open(title, len(heading[1]) if heading else LABEL, found["text"].lstrip(" *_").rstrip())
        if not heading and found["bullet"]:
            self._depth = len(line) - len(line.lstrip(" "))
        return True

    def _open(self, title: str, level: int, text: str) -> None:
        self.close()
        self._title, self._level, self._depth = title, level, -1
        self._on_line = bool(text)
        self._lines = [text] if text else []

    def _ends_label(self, line: str) -> bool:
        """Tell whether a line ends a section that began with ``Outcome:``.

        With text behind the colon it is a paragraph, or an item with what is below it; without, it goes on up to a
        line that has a label of its own.
        """
        if not line.strip():
            return self._on_line and self._depth < 0
        item = _ITEM.match(line)
        if self._depth >= 0:
            return bool(self._lines or _OTHER_LABEL.match(line.lstrip(" -"))) and (
                len(item[1]) <= self._depth if item else not line.startswith(" " * (self._depth + 1))
            )
        return bool(_OTHER_LABEL.match(line)) and (line.rstrip().endswith((":", "\uff1a")) or bool(self._lines))

    def _is_row(self, line: str) -> bool:
        """Read a row of a table: a heading with its text beside it, or headings with their texts in the next row."""
        cells = line.split(" | ")
        if not 1 < len(cells) <= MOST_COLUMNS:
            self._columns = []
            return False
        titles = [title_key(cell[:LONGEST_TITLE]) for cell in cells]
        if self._columns:
            for title, cell in zip(self._columns, cells, strict=False):
                if title in self._wanted:
                    self._keep(title, cell)
            self._columns = []
            return True
        if titles[0] not in self._wanted and len(self._wanted.intersection(titles)) < 2:
            return False
        self.close()
        if len(self._wanted.intersection(titles)) > 1:
            self._columns = titles
        else:
            self._keep(titles[0], " | ".join(cells[1:]))
        return True
