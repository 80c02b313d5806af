"""Values as words, and messages made of them: one line, nothing in it that a terminal or a reader obeys."""

import json
import math
import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache

NOTHING = "\N{EN DASH}"
"""What stands for a value that is not there."""
LISTED = 5
LONGEST = 200

_PLACEHOLDER = re.compile(r"\{([A-Za-z_][A-Za-z0-9_]*)\}")
_BLANKS = re.compile(r"\s+")
_MARKS = re.compile("[\u061c\u200b\u200e\u200f\u2060\ufeff]")
# Control characters, halves of surrogates, overrides of the writing direction and invisible tags.
_HOSTILE = re.compile("[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufff9-\ufffb\U000e0000-\U000e007f]")
_SURROGATES = re.compile("[\ud800-\udfff]")
_ENCODER = json.JSONEncoder(ensure_ascii=True, sort_keys=True, separators=(",", ":"), allow_nan=False)


def clean(text: str) -> str:
    """Return ``text`` on one line; hostile characters become U+FFFD, so that a reader sees that one was there."""
    if text.isprintable() and "  " not in text:
        return text.strip()
    return _HOSTILE.sub("\ufffd", _BLANKS.sub(" ", _MARKS.sub("", text))).strip()


def render(template: str, values: Mapping[str, object]) -> str:
    """Return the message with each ``{name}`` replaced by the word for its value; unknown names count as no value."""
    return clean("".join(word(values.get(part)) if nth % 2 else part for nth, part in enumerate(_parts(template))))


@cache
def _parts(template: str) -> tuple[str, ...]:
    """Return text and names in turn: a rule has many findings and one message."""
    return tuple(_PLACEHOLDER.split(template))


def word(value: object) -> str:
    """Return a value as a reader would write it: lists joined, whole numbers without a fraction, times as dates."""
    if isinstance(value, str):  # first, since most are
        return _short(value)
    if isinstance(value, list | tuple):
        return _joined([word(item) for item in value])
    if isinstance(value, Mapping):
        return _joined([f"{clean(str(name))}: {word(item)}" for name, item in value.items()])
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float | Decimal):
        return _number(value)
    return NOTHING if value is None else _short(str(value.date() if isinstance(value, datetime) else value))


def plain(value: object) -> object:
    """Return a value in terms of JSON, alike for every engine: whole numbers as integers, times in ISO 8601 (UTC)."""
    if isinstance(value, str):
        return _sound(value)
    if value is None or isinstance(value, int):
        return value
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, Mapping):
        return {_sound(str(name)): plain(item) for name, item in value.items()}
    if isinstance(value, float | Decimal):
        whole = math.isfinite(value) and value == int(value)
        return int(value) if whole else float(value) if math.isfinite(value) else None
    return _moment(value) if isinstance(value, date) else _sound(str(value))


def encode(value: object) -> str:
    """Return the one JSON text of a plain value, for hashing and for comparing."""
    if isinstance(value, list):  # the encoder is quick with a text, and slow to begin with anything else
        return f"[{','.join(map(encode, value))}]"
    return _ENCODER.encode(value)


def _moment(value: date) -> str:
    if not isinstance(value, datetime):
        return value.isoformat()
    return (value.astimezone(UTC) if value.tzinfo else value).replace(tzinfo=None).isoformat() + "Z"


def _sound(text: str) -> str:
    return text if text.isascii() else _SURROGATES.sub("\ufffd", text)


def _short(text: str) -> str:
    text = clean(text)
    return (text if len(text) <= LONGEST else text[: LONGEST - 1] + "…") or NOTHING


def _joined(words: list[str]) -> str:
    if len(words) <= LISTED:
        return ", ".join(words) or NOTHING
    return f"{', '.join(words[:LISTED])} and {len(words) - LISTED} more"


def _number(value: float | Decimal) -> str:
    if not math.isfinite(value):
        return NOTHING
    return str(int(value)) if value == int(value) else f"{value:.10g}"
