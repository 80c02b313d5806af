"""The one plain form of rich text, whatever it was written in: Atlassian's document format, wiki markup, Markdown.

``# Title`` to ``###### Title``
    A heading. The lowest also stands for a line that is nothing but bold, and for the title of a panel.
``- item``
    An item of a list, numbered or not, with two blanks before it for each level of nesting.
a tab, then a line
    A line of code, which is neither heading nor item whatever it looks like.
``a | b``
    A row of a table.

All other lines are text as people read it.
"""

import re

LOWEST = 6
"""Level of headings that are none by their own kind."""
LONGEST_TITLE = 80

_MARKED = re.compile(r"^#{1,6} ")
_NO_END = (".", ",", ";", "!", "\u2026", "\u3002")


def heading(level: int, title: str) -> str:
    """Return a heading's line."""
    return f"{'#' * level} {title}"


def item(depth: int, text: str) -> str:
    """Return an item's line; the outermost depth is 0."""
    return f"{'  ' * depth}- {text}"


def code(text: str) -> str:
    """Return lines of code."""
    return "\n".join(f"\t{line}" if line.strip() else "" for line in text.strip("\n").split("\n"))


def is_title(text: str) -> bool:
    """Tell whether a line that stands out is a title, and not a sentence or a figure that somebody stresses."""
    title = text.strip(" \t*_+").rstrip()
    return (
        0 < len(title) <= LONGEST_TITLE
        and not title.endswith(_NO_END)
        and "%" not in title
        and any(char.isalpha() for char in title)
    )


def is_marked_title(text: str) -> bool:
    """Tell whether what follows ``#`` is a title: at a prompt it is a command, in a list it may be anything."""
    return is_title(text) and not text.strip(" \t*_")[:1].islower()


def typed(line: str) -> str:
    """Return a line that somebody typed where ``#`` means nothing: a title stays a heading, all else becomes none."""
    return line if not _MARKED.match(line) or is_marked_title(line.lstrip("#")) else f" {line}"


def unheaded(line: str) -> str:
    """Return a line without the mark of a heading, for where there can be none: in items and in cells."""
    return _MARKED.sub("", line)


def finished(text: str) -> str:
    """Return a text without blank lines at its ends; a heading of the lowest level at its very end heads nothing."""
    text = text.strip("\n").rstrip(" \t\n")
    before, _, last = text.rpartition("\n")
    mark = heading(LOWEST, "")
    return text if not last.startswith(mark) else f"{before}\n{last[len(mark) :]}".lstrip("\n")
