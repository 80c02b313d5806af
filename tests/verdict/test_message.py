"""Values as words, and messages made of them."""

import json
import unicodedata
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from handmade import HOSTILE
from hypothesis import given
from hypothesis import strategies as st

from flowlint.verdict.message import LONGEST, NOTHING, clean, encode, plain, render, word


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, NOTHING),
        ("", NOTHING),
        ([], NOTHING),
        (3, "3"),
        (3.0, "3"),
        (0.25, "0.25"),
        (0.1 + 0.2, "0.3"),
        (Decimal("8.00"), "8"),
        (float("nan"), NOTHING),
        (True, "yes"),
        (False, "no"),
        (date(2026, 1, 31), "2026-01-31"),
        (datetime(2026, 1, 31, 23, 5, tzinfo=UTC), "2026-01-31"),
        (["A-1", "A-2"], "A-1, A-2"),
        (list(range(8)), "0, 1, 2, 3, 4 and 3 more"),
        ({"done": 2, "open": None}, f"done: 2, open: {NOTHING}"),
        ("a\n\tb", "a b"),
        ("x" * 300, "x" * (LONGEST - 1) + "…"),
    ],
)
def test_values_read_as_somebody_would_write_them(value: object, expected: str) -> None:
    """Each kind of value has one form in a message."""
    assert word(value) == expected


def test_a_message_takes_values_by_name() -> None:
    """Placeholders become words; one without a value is a dash, other braces stay."""
    assert (
        render("{type} {key}: {nothing} {} {0}", {"type": "Story", "key": "A-1"}) == f"Story A-1: {NOTHING} {{}} {{0}}"
    )


def test_a_value_cannot_bring_a_placeholder() -> None:
    """Text from an issue that looks like a placeholder stays text."""
    assert render("{summary}", {"summary": "{key}", "key": "A-1"}) == "{key}"


def test_hostile_characters_are_gone_and_seen_to_be() -> None:
    """Control characters, overrides and half letters become a sign that something was there."""
    cleaned = clean(HOSTILE)
    assert "\ufffd" in cleaned
    assert "支払いを行う" in cleaned
    assert not set(cleaned) & set("\x1b\x07\r\n\u202e\x9b\ud800\U000e0041")


@given(st.text(st.characters(exclude_categories=[])))
def test_no_control_character_survives(text: str) -> None:
    """Whatever a text holds, its clean form is one line that encodes as UTF-8 and that no terminal obeys."""
    cleaned = clean(text)
    cleaned.encode()
    assert not any(unicodedata.category(letter) in ("Cc", "Cs", "Zl", "Zp") for letter in cleaned)
    assert clean(cleaned) == cleaned


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (3.0, 3),
        (0.5, 0.5),
        (Decimal("2.50"), 2.5),
        (float("inf"), None),
        (date(2026, 1, 31), "2026-01-31"),
        (datetime(2026, 1, 31, 12, 0), "2026-01-31T12:00:00Z"),  # noqa: DTZ001 - the database gives UTC without saying so
        ("a\ud800", "a\ufffd"),
        (("a", [None, {"b": 1.0}]), ["a", [None, {"b": 1}]]),
        (True, True),
    ],
)
def test_plain_values_are_alike_for_every_engine(value: object, expected: object) -> None:
    """Whole numbers are integers and times text, so that two engines give the same bytes."""
    assert plain(value) == expected
    assert type(plain(value)) is type(expected)


_VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.decimals(-(10**30), 10**30, places=3)
    | st.dates()
    | st.datetimes()
    | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(_VALUES)
def test_every_value_becomes_sound_json(value: object) -> None:
    """No value that a query may return breaks the JSON it is written into."""
    assert json.loads(encode(plain(value))) == plain(value)


@given(_VALUES)
def test_every_value_has_a_word(value: object) -> None:
    """A word is never empty: a gap in a sentence reads like a mistake."""
    assert word(value)
