"""Words for messages about what somebody wrote: quoted safely, with the nearest known spelling."""

import re
from collections.abc import Iterable
from difflib import get_close_matches

from flowlint.config.mapping import fold
from flowlint.config.secrets import without_secrets

LONGEST_QUOTE = 60
NEAR = 0.7
"""Likeness from which on one word may stand for another: enough to ask whether it was meant."""
SHORTEST_SLIP = 4
"""Letters that a word has at least for a slip in it to be told from another word."""
_SEPARATORS = re.compile(r"[\s_-]+")


def quoted(value: object) -> str:
    """Return a written value for use in a message: one line, at most 60 characters, no secret, nothing that a terminal obeys."""
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
    text = without_secrets(str(value))
    if len(text) > LONGEST_QUOTE:
        text = text[: LONGEST_QUOTE - 1] + "…"
    return '"' + "".join(letter if letter.isprintable() else _escaped(letter) for letter in text) + '"'


def nearest(word: str, known: Iterable[str]) -> str | None:
    """Return the known word that ``word`` most likely stands for, compared as names are; None if none is near."""
    by_fold = {fold(choice): choice for choice in known}
    found = get_close_matches(fold(word)[:200], by_fold, n=1, cutoff=NEAR)
    return by_fold[found[0]] if found else None


def misspelled(word: str, known: Iterable[str]) -> str:
    """Return the one known word that ``word`` is a slip of the hand from; nothing where none is, or several are.

    A slip leaves the word what it is: other capitals, blanks, hyphens or underscores, or behind the first letter one letter
    too few, too many or wrong, or two that changed places. What more stands apart may say something else (``inactive``).
    """
    folded = {choice: _letters(choice) for choice in known}
    written = _letters(word)
    found = [choice for choice, letters in folded.items() if letters == written]
    found = found or [choice for choice, letters in folded.items() if _is_slip(written, letters)]
    return found[0] if len(found) == 1 else ""


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return a help line for an unknown word: the nearest known one, else all that are known."""
    choices = list(known)
    close = nearest(word, choices)
    if close is not None:
        return f"did you mean {quoted(close)}?"
    return "known here: " + ", ".join(choices) if choices else ""


def _letters(word: str) -> str:
    return _SEPARATORS.sub("", fold(word))


def _is_slip(written: str, meant: str) -> bool:
    """Tell whether two words differ by one letter, or by two that changed places; of short ones nobody can say."""
    if min(len(written), len(meant)) < SHORTEST_SLIP or written[0] != meant[0] or abs(len(written) - len(meant)) > 1:
        return False
    begins = _common(written, meant)
    one, other = written[begins:], meant[begins:]
    ends = _common(one[::-1], other[::-1])
    one, other = one[: len(one) - ends], other[: len(other) - ends]
    return max(len(one), len(other)) == 1 or (len(one) == 2 and one == other[::-1])


def _common(one: str, other: str) -> int:
    """Return how many letters two words begin with in common."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((at for at, (letter, its) in pairs if letter != its), min(len(one), len(other)))


def _escaped(letter: str) -> str:
    code = ord(letter)
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"
