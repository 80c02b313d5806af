"""Text as a terminal shows it: safe, measured in columns, wrapped, coloured and linked where that is wanted."""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from flowlint.verdict.message import clean

_COLOURS = {"error": "red", "warning": "yellow", "info": "cyan"}
_WIDE = ("W", "F")
_ZERO = ("Mn", "Me", "Cf")


def safe(text: str) -> str:
    """Return text that came from outside as one line that no terminal obeys."""
    return clean(text)


def flat(text: str) -> str:
    """Return a piece of a line with its blanks as they are, and without anything that a terminal obeys."""
    return "".join(letter if letter.isprintable() else " " if letter == "\t" else "\ufffd" for letter in text)


def width(text: str) -> int:
    """Return the columns that safe text takes: two for East Asian wide letters, none for combining marks."""
    if text.isascii():
        return len(text)
    return sum(_columns(letter) for letter in text)


def clip(text: str, limit: int) -> str:
    """Return the text cut to ``limit`` columns (at least 1), with an ellipsis where something is gone."""
    if width(text) <= limit:
        return text
    head, _ = _split(text, max(limit - 1, 0))
    return head + "…"


def clip_head(text: str, limit: int) -> str:
    """Return the end of the text in ``limit`` columns: of a place in a file, name and line tell more than folders."""
    while width(text) > limit:
        text = "…" + text[2 if text.startswith("…") else 1 :]
    return text


def wrap(text: str, limit: int, *, used: int = 0) -> list[str]:
    """Return the words of the text in lines of at most ``limit`` columns; longer words are broken.

    ``used`` columns of the first line are taken already. There is always a first line, empty if need be.
    """
    limit = max(limit, 2)
    lines, room = [""], limit - used
    for word in text.split():
        joined = f"{lines[-1]} {word}" if lines[-1] else word
        if width(joined) <= room:
            lines[-1] = joined
            continue
        if lines[-1] or used > 0:
            lines.append("")
        used, room, rest = 0, limit, word
        while width(rest) > limit:
            lines[-1], rest = _split(rest, limit)
            lines.append("")
        lines[-1] = rest
    return lines


@dataclass(frozen=True, slots=True)
class Paint:
    """How words are set off. Text given to it is safe already."""

    colour: bool = False
    links: bool = False

    def severity(self, severity: str, text: str | None = None) -> str:
        """Return the severity's name, or ``text``, in the severity's colour."""
        return self._style(text if text is not None else severity, fg=_COLOURS.get(severity))

    def strong(self, text: str) -> str:
        """Return a heading or a code."""
        return self._style(text, bold=True)

    def faint(self, text: str) -> str:
        """Return what is said besides."""
        return self._style(text, dim=True)

    def added(self, text: str) -> str:
        """Return a line that comes."""
        return self._style(text, fg="green")

    def removed(self, text: str) -> str:
        """Return a line that goes."""
        return self._style(text, fg="red")

    def link(self, text: str, url: str | None) -> str:
        """Return text that leads to ``url`` (OSC 8) where the terminal follows links."""
        if not self.links or url is None or not url.isascii() or not url.isprintable():
            return text
        return f"\x1b]8;;{url}\x1b\\{text}\x1b]8;;\x1b\\"

    def _style(self, text: str, *, fg: str | None = None, bold: bool | None = None, dim: bool | None = None) -> str:
        if not self.colour:
            return text
        import click

        return click.style(text, fg=fg, bold=bold, dim=dim)


def paragraph(text: str, limit: int, indent: str = "", *, hanging: str | None = None) -> Iterable[str]:
    """Yield safe text wrapped to ``limit`` columns, every line after ``indent`` (later ones after ``hanging``)."""
    hanging = indent if hanging is None else hanging
    first, *later = wrap(safe(text), limit - len(hanging), used=len(indent) - len(hanging))
    yield indent + first
    yield from (hanging + line for line in later)


def count(number: int, noun: str, plural: str | None = None) -> str:
    """Return a number with its noun: "1 finding", "2 findings"."""
    return f"{number} {noun if number == 1 else plural or noun + 's'}"


def _columns(letter: str) -> int:
    if unicodedata.category(letter) in _ZERO:
        return 0
    return 2 if unicodedata.east_asian_width(letter) in _WIDE else 1


def _split(text: str, limit: int) -> tuple[str, str]:
    """Split text after as many letters as fit into ``limit`` columns; two columns hold any letter."""
    columns = 0
    for position, letter in enumerate(text):
        columns += _columns(letter)
        if columns > limit:
            return text[:position], text[position:]
    return text, ""
