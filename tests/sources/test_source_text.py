"""One definition of comparable text, in SQL and in Python."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flowlint.snapshot.database import open_database
from flowlint.sources.text import norm, normalised_sql, words

DB = open_database()
# The engine may know characters that Python does not know yet, and the other way round.
KNOWN = st.characters(exclude_categories=("Cs", "Cn", "Co"), exclude_characters="\0")


def in_sql(text):
    """Return norm and words as SQL makes them."""
    return DB.execute(
        f"SELECT t_norm, t_words FROM ({normalised_sql('(SELECT $1::VARCHAR AS t)', ['t'])})", [text]
    ).fetchone()


@given(st.text(KNOWN))
def test_sql_and_python_agree(text):
    """Whatever is written, both ways give the same."""
    assert in_sql(text) == (norm(text), words(text))


@given(st.text(st.sampled_from(" \t\n\r\u00a0\u3000\u2028\x85\x1fa-é.İΣẞJ\u030c")))
def test_sql_and_python_agree_on_odd_signs(text):
    """White space of all kinds, signs that grow or compose when made small, and runs of them."""
    assert in_sql(text) == (norm(text), words(text))


@given(st.text(KNOWN))
def test_both_are_stable(text):
    """Norm of a norm is itself, composed and lower; words begin and end with one blank."""
    once = norm(text)
    assert norm(once) == once
    assert unicodedata.is_normalized("NFC", once)
    assert words(text)[0] == words(text)[-1] == " "
    assert "  " not in words(text)


@pytest.mark.parametrize(
    ("text", "normed", "worded"),
    [
        ("  Pay  by\r\n\tCARD ", "pay by card", " pay by card "),
        ("FE: front-end (web)", "fe: front-end (web)", " fe front end web "),
        ("Cafe\u0301", "café", " café "),
        ("支付 — 登录", "支付 — 登录", " 支付 登录 "),
        ("…", "…", " "),
        ("", "", " "),
    ],
)
def test_examples(text, normed, worded):
    """What rules rely on."""
    assert (norm(text), words(text)) == (normed, worded)
    assert in_sql(text) == (normed, worded)


def test_null_stays_null():
    """A text that is not there gets no words."""
    assert in_sql(None) == (None, None)
