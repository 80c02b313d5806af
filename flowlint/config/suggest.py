"""Words for messages about what somebody wrote: quoted safely, with the nearest known spelling."""

from collections.abc import Iterable
from difflib import get_close_matches

from flowlint.config.mapping import fold

LONGEST_QUOTE = 60
NEAR = 0.7
"""Likeness from which on one word may stand for another."""


def quoted(value: object) -> str:
    """Return a written value for use in a message: one line, at most 60 characters, nothing that a terminal obeys."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return str(value)
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list | tuple):
        return "a list"
    text = str(value)
    if len(text) > LONGEST_QUOTE:
        text = text[: LONGEST_QUOTE - 1] + "…"
    return '"' + "".join(letter if letter.isprintable() else _escaped(letter) for letter in text) + '"'


def nearest(word: str, known: Iterable[str]) -> str | None:
    """Return the known word that ``word`` most likely stands for, compared as names are; None if none is near."""
    by_fold = {fold(choice): choice for choice in known}
    found = get_close_matches(fold(word)[:200], by_fold, n=1, cutoff=NEAR)
    return by_fold[found[0]] if found else None


def only_near(word: str, known: Iterable[str]) -> str:
    """Return the one known word that is near; nothing where none is, or several are."""
    by_fold = {fold(choice): choice for choice in known}
    found = get_close_matches(fold(word)[:200], by_fold, n=2, cutoff=NEAR)
    return by_fold[found[0]] if len(found) == 1 or (found and found[0] == fold(word)) else ""


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return a help line for an unknown word: the nearest known one, else all that are known."""
    choices = list(known)
    close = nearest(word, choices)
    if close is not None:
        return f"did you mean {quoted(close)}?"
    return "known here: " + ", ".join(choices) if choices else ""


def _escaped(letter: str) -> str:
    code = ord(letter)
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"
