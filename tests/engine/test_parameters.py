"""Options of rules: checked against the rule's parameters, completed, and made into what SQL gets."""

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from flowlint.engine.parameters import mismatch, resolve, sql_value, sql_values, words_pattern
from flowlint.engine.patterns import pattern_faults
from flowlint.engine.rule import Parameter, Rule
from flowlint.errors import Place
from flowlint.sources.text import words

PARAMETERS = (
    Parameter("max_points", "integer", 5, "Points"),
    Parameter("share", "number", 0.8, "Share"),
    Parameter("strict", "boolean", default=False, description="Whether"),
    Parameter("prefix", "text", "as a", "Prefix"),
    Parameter("ignore", "list", ["defect"], "Flow items"),
    Parameter("layers", "words", ["API", "front-end"], "Layers"),
)


@pytest.fixture
def rule():
    """Return a rule with a parameter of each type."""
    return Rule(
        id="S408", name="oversized-story", group="stories", status="stable", severity="warning", confidence="high",
        scope="issue", summary="s", why="w", fix="f", fix_kind="judgement", accept="", message="m",
        place=Place("oversized-story.yaml"), parameters=PARAMETERS,
    )  # fmt: skip


def test_defaults_fill_what_nobody_set(rule):
    """Every parameter has a value, the team's own where there is one."""
    values, messages = resolve(rule, {"max_points": 8})
    assert messages == []
    assert values == {one.name: one.default for one in PARAMETERS} | {"max_points": 8}


def test_unknown_options_get_a_suggestion(rule):
    """A misspelt option names the one that was meant, and sets nothing."""
    values, (message,) = resolve(rule, {"max_point": 8})
    assert values["max_points"] == 5
    assert "S408 (oversized-story)" in message
    assert '"max_points"' in message


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("max_points", "8"), ("max_points", 8.5), ("max_points", True), ("max_points", None),
        ("share", "much"), ("share", True), ("strict", "yes"), ("strict", 1), ("prefix", 3), ("prefix", ["a"]),
        ("ignore", "defect"), ("ignore", [["defect"]]), ("ignore", [True]), ("layers", "api"), ("layers", [1]),
    ],
)  # fmt: skip
def test_wrong_types_leave_the_default(rule, name, wrong):
    """An option of the wrong type is named with what it should have been; the rule runs with its default."""
    values, (message,) = resolve(rule, {name: wrong})
    assert message.startswith(f"S408.{name} must be ")
    assert values[name] == next(one.default for one in PARAMETERS if one.name == name)


def test_whole_numbers_are_numbers():
    """A share of 1 need not be written 1.0."""
    share = PARAMETERS[1]
    assert mismatch(share, 1) is None
    assert sql_value(share, 1) == 1.0
    assert isinstance(sql_value(share, 1), float)


def test_values_reach_sql_by_name(rule):
    """SQL gets texts in lists, one pattern for words, and plain values else."""
    values, _ = resolve(rule, {"ignore": ["defect", 3, 2.5, 4.0]})
    assert sql_values(rule, values) == {
        "max_points": 5,
        "share": 0.8,
        "strict": False,
        "prefix": "as a",
        "ignore": ["defect", "3", "2.5", "4"],
        "layers": " (api|front end) ",
    }


def test_words_are_normalised_like_the_columns():
    """Case, hyphens and composed letters are no difference; what repeats or is empty falls away."""
    assert words_pattern(["Front-End", "front end", "  ", "?!", "U\u0308ber", "C++"]) == " (front end|\u00fcber|c) "


@pytest.mark.parametrize("listed", [[], [""], ["--", "!"]])
def test_no_words_match_nothing(listed):
    """An emptied list switches the pattern off, also as a part of a longer one."""
    pattern = words_pattern(listed)
    for subject in ("", " ", " x ", " api "):
        for whole in (pattern, f"^ (a|b)?{pattern}", f"{pattern}(for|of) "):
            assert duckdb.execute("SELECT regexp_matches($1, $2)", [subject, whole]).fetchone() == (False,)


@given(st.lists(st.text(max_size=12), max_size=4), st.text(max_size=20))
def test_words_find_whole_words_only(listed, subject):
    """The pattern compiles everywhere and finds exactly the phrases that stand in the words of a text."""
    pattern = words_pattern(listed)
    assert list(pattern_faults(pattern)) == []
    text = words(subject)
    wanted = any(words(phrase).strip() and words(phrase) in text for phrase in listed)
    assert duckdb.execute("SELECT regexp_matches($1, $2)", [text, pattern]).fetchone() == (wanted,)
