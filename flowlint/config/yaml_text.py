"""Values as YAML text: what flowlint writes, every reader of YAML takes for the same."""

import re
from collections.abc import Mapping

from flowlint.config.scalars import OutOfRange, resolve

_PLAIN = re.compile(r"[^\W\d](?:[\w./' -]*\w)?")
_WORDS = frozenset({"y", "n", "yes", "no", "on", "off", "true", "false", "null"})
"""Words that other readers of YAML take for something else than text."""


def quote(text: str) -> str:
    """Return a text as YAML: plain where every reader takes it for this text, else in double quotes."""
    if _PLAIN.fullmatch(text) and text.casefold() not in _WORDS and _is_text(text):
        return text
    return '"' + "".join(_escaped(letter) for letter in text) + '"'


def one_line(value: object) -> str:
    """Return texts, numbers, lists and mappings of them on one line."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{quote(str(key))}: {one_line(below)}" for key, below in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(one_line(item) for item in value) + "]"
    if isinstance(value, bool):
        return "true" if value else "false"
    return "null" if value is None else quote(value) if isinstance(value, str) else str(value)


def _is_text(text: str) -> bool:
    try:
        return resolve(text) == text
    except OutOfRange:
        return False


def _escaped(letter: str) -> str:
    if letter in ('"', "\\"):
        return "\\" + letter
    if letter.isprintable():
        return letter
    return f"\\u{ord(letter):04x}" if ord(letter) <= 0xFFFF else f"\\U{ord(letter):08x}"
