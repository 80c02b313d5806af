"""Markdown out of text that may come from anybody: nothing in it can become markup, a link or HTML."""

import re
import unicodedata
from collections.abc import Iterable, Sequence

CODE_SPAN = re.compile(r"`([^`\n]+)`")
SPECIAL = re.compile(r"[\\`*\[\]<>|~&$]|(?<![^\W_])_|_(?![^\W_])|(?<=[A-Za-z]):(?=//)")
BLOCK_START = re.compile(r"^ *(?:(?P<number>\d+)(?=[.)])|(?=[#+=-]))", re.MULTILINE)
PIPE = re.compile(r"(?<!\\)\|")
NOT_TEXT = frozenset({"Cc", "Cf", "Cs"})


def visible(text: str) -> str:
    """Drop control characters, direction marks and surrogates; line breaks stay, tabs become blanks."""
    kept = text.replace("\t", " ")
    return "".join(sign for sign in kept if sign == "\n" or unicodedata.category(sign) not in NOT_TEXT)


def prose(text: str) -> str:
    """Escape text so that it reads as written; `code spans` are kept, nothing else is markup."""
    pieces = CODE_SPAN.split(visible(text).strip())
    escaped = [code(piece) if position % 2 else SPECIAL.sub(r"\\\g<0>", piece) for position, piece in enumerate(pieces)]
    # A leading number is escaped behind it: only punctuation takes a backslash. Indentation would make code.
    return BLOCK_START.sub(lambda start: f"{start['number'] or ''}\\", "".join(escaped))


def line(text: str) -> str:
    """Escape text that must stay on one line: a heading, a table cell, a list item."""
    return prose(" ".join(text.split()))


def code(text: str) -> str:
    """Show text as a code span on one line."""
    flat = " ".join(visible(text).split())
    longest = max((len(run) for run in re.findall(r"`+", flat)), default=0)
    fence = "`" * (longest + 1)
    blank = " " if longest or not flat else ""
    return f"{fence}{blank}{flat}{blank}{fence}"


def block(text: str, language: str = "") -> str:
    """Show text as a fenced block that nothing inside it can close."""
    shown = visible(text).strip("\n")
    longest = max((len(run) for run in re.findall(r"`+", shown)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}{language}\n{shown}\n{fence}"


def link(title: str, url: str) -> str:
    """Return a link to a web page; any other kind of address is shown as text and leads nowhere."""
    if not re.fullmatch(r"https?://[^\s<>()\[\]\\]+", url):
        return f"{line(title)} ({code(url)})"
    return f"[{line(title)}]({url})"


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Lay out a table; the cells are Markdown already, pipes in their code spans apart."""
    lines = [head, ["---"] * len(head), *([PIPE.sub(r"\|", cell) for cell in row] for row in rows)]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def page(title: str, source: str, *parts: str) -> str:
    """Put a page together: title, where it comes from, then the parts that are not empty."""
    note = f"<!-- Generated from {source} by docs/generate.py; change it there. -->"
    return "\n\n".join([f"# {line(title)}", note, *(part for part in parts if part)]) + "\n"
