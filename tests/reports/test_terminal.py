"""Text as a terminal shows it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flowlint.reports.terminal import Paint, clip, clip_head, count, paragraph, safe, width, wrap

WIDE = "支払い"


@pytest.mark.parametrize(("text", "columns"), [("abc", 3), (WIDE, 6), ("e\u0301", 1), ("", 0), ("ａ", 2)])  # noqa: RUF001
def test_width_is_in_columns(text: str, columns: int) -> None:
    """East Asian wide letters take two columns, combining marks none."""
    assert width(text) == columns


@pytest.mark.parametrize(
    ("text", "limit", "expected"),
    [("abc", 3, "abc"), ("abcd", 3, "ab…"), (WIDE, 5, "支払…"), (WIDE, 4, "支…"), ("abc", 1, "…")],
)
def test_clipped_text_fits(text: str, limit: int, expected: str) -> None:
    """A cut shows, and never leaves half of a wide letter."""
    assert clip(text, limit) == expected


@pytest.mark.parametrize(
    ("text", "limit", "used", "expected"),
    [
        ("", 10, 0, [""]),
        ("one two", 10, 0, ["one two"]),
        ("one two", 5, 0, ["one", "two"]),
        ("one two", 10, 6, ["one", "two"]),
        ("long", 6, 5, ["", "long"]),
        ("one", 10, 40, ["", "one"]),
        ("abcdefgh i", 3, 0, ["abc", "def", "gh", "i"]),
        ("a bcdefgh", 3, 0, ["a", "bcd", "efg", "h"]),
        (WIDE, 3, 0, ["支", "払", "い"]),
    ],
)
def test_text_is_wrapped_at_words(text: str, limit: int, used: int, expected: list[str]) -> None:
    """Words stay whole where they fit into a line; the first line may have less room."""
    assert wrap(text, limit, used=used) == expected


def test_the_end_of_a_place_is_what_is_kept() -> None:
    """Of a long path the file's name and the line stay."""
    assert clip_head("/a/long/path/flowlint.yaml:3:1", 18) == "…flowlint.yaml:3:1"
    assert clip_head("flowlint.yaml:3:1", 18) == "flowlint.yaml:3:1"
    assert width(clip_head(WIDE * 3, 5)) <= 5


_TEXTS = st.text(st.characters(exclude_categories=[])).map(safe)


@given(_TEXTS, st.integers(2, 30), st.integers(0, 40))
def test_wrapping_loses_nothing_and_fits(text: str, limit: int, used: int) -> None:
    """No line is wider than asked for, and all letters are there in their order."""
    lines = wrap(text, limit, used=used)
    assert "".join("".join(lines).split()) == "".join(text.split())
    assert all(width(line) <= limit for line in lines)
    assert width(lines[0]) <= max(limit - used, 0)


@given(_TEXTS, st.integers(1, 30))
def test_clipping_fits(text: str, limit: int) -> None:
    """Clipped text is never wider than asked for."""
    assert width(clip(text, limit)) <= limit


def test_a_paragraph_hangs() -> None:
    """Later lines are indented on their own."""
    assert list(paragraph("one two three", 12, "- fix: ", hanging="  ")) == ["- fix: one", "  two three"]


def test_paint_is_off_by_default() -> None:
    """Without colours and links only the text is left."""
    paint = Paint()
    assert (paint.severity("error"), paint.strong("x"), paint.faint("x"), paint.link("x", "https://a.example")) == (
        "error",
        "x",
        "x",
        "x",
    )


def test_paint_colours_and_links() -> None:
    """Severities have colours; a link is an OSC 8 sequence around its text."""
    paint = Paint(colour=True, links=True)
    assert paint.severity("error") == "\x1b[31merror\x1b[0m"
    assert paint.strong("x") == "\x1b[1mx\x1b[0m"
    assert paint.link("A-1", "https://a.example/A-1") == "\x1b]8;;https://a.example/A-1\x1b\\A-1\x1b]8;;\x1b\\"


@pytest.mark.parametrize("url", [None, "https://a.example/\x1b\\", "https://ä.example"])
def test_a_link_cannot_leave_its_sequence(url: str | None) -> None:
    """A URL with anything but printable ASCII is not linked."""
    assert Paint(links=True).link("A-1", url) == "A-1"


@pytest.mark.parametrize(
    ("number", "words", "expected"),
    [(1, ("finding",), "1 finding"), (0, ("finding",), "0 findings"), (2, ("entry", "entries"), "2 entries")],
)
def test_counts_have_a_plural(number: int, words: tuple[str, ...], expected: str) -> None:
    """One is singular, everything else plural."""
    assert count(number, *words) == expected
