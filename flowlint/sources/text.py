"""How texts are made comparable: one definition, as SQL for loading and as Python for everybody else.

``norm`` is lower case and NFC, with every run of white space one blank and none at the ends; ``words`` is
``norm`` with every run of other than letters, digits and marks one blank, and a blank at both ends, so that
a word is found by ``' word '``. Both keep NULL as NULL. SQL and Python agree on every character that both
know; newer Unicode versions than the engine's may differ.
"""

import unicodedata
from collections.abc import Sequence

_SPACE = r"[\t-\r\x{1c}-\x{1f}\x{85}\p{Z}]"
_ODD_SPACE = r"[\t-\r\x{1c}-\x{1f}\x{85}\x{a0}\x{1680}\x{2000}-\x{200a}\p{Zl}\p{Zp}\x{202f}\x{205f}\x{3000}]"
# Replacing single blanks by single blanks costs three times as much as leaving them alone.
_UNEVEN = rf" *{_ODD_SPACE}{_SPACE}*|  +"
_NO_WORD = r" ?[^\p{L}\p{N}\p{M} ][^\p{L}\p{N}\p{M}]*|  "


def normalised_sql(relation: str, columns: Sequence[str]) -> str:
    """Return a SELECT over ``relation`` that adds ``<column>_norm`` and ``<column>_words`` for each text column."""
    evened = "".join(f", {_evened(name)} AS {name}_norm" for name in columns)
    # trim() walks through the whole text, so only those that need it get there.
    trimmed = ", ".join(
        f"CASE WHEN starts_with({name}_norm, ' ') OR ends_with({name}_norm, ' ') THEN trim({name}_norm) ELSE {name}_norm END"
        f" AS {name}_norm"
        for name in columns
    )
    words = "".join(f", {_words(f'{name}_norm')} AS {name}_words" for name in columns)
    return f"SELECT *{words} FROM (SELECT * REPLACE ({trimmed}) FROM (SELECT *{evened} FROM {relation}))"


def norm_sql(expression: str) -> str:
    """Return the SQL of what :func:`norm` gives for an expression."""
    return f"trim({_evened(expression)})"


def words_sql(norm: str) -> str:
    """Return the SQL of what :func:`words` gives, for the SQL of what :func:`norm` gives."""
    return _words(norm)


def norm(text: str) -> str:
    """Return what ``<column>_norm`` holds for ``text``."""
    return " ".join(_nfc(_lower(_nfc(text))).split())


def words(text: str) -> str:
    """Return what ``<column>_words`` holds for ``text``."""
    kept = "".join(char if unicodedata.category(char)[0] in "LNM" else " " for char in norm(text))
    found = " ".join(part for part in kept.split(" ") if part)
    return f" {found} " if found else " "


def _lower(text: str) -> str:
    # Character by character, as SQL does: str.lower() looks at the neighbours of a sigma, and makes two of İ.
    return "".join("i" if char == "\u0130" else char.lower() for char in text)


def _nfc(text: str) -> str:
    return unicodedata.normalize("NFC", text)


def _evened(expression: str) -> str:
    return f"regexp_replace(nfc_normalize(lower(nfc_normalize({expression}))), '{_UNEVEN}', ' ', 'g')"


def _words(norm: str) -> str:
    return f"regexp_replace(' ' || {norm} || ' ', '{_NO_WORD}', ' ', 'g')"
