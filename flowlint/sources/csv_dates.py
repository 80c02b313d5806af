"""Dates as Jira's CSV exports write them: in the site's format and language, without a zone.

A column is seen as a whole before one of its dates is read, since ``03/05/2024`` says only beside others
whether the day or the month comes first. :class:`Order` collects what all dates of a table show.
"""

import re
import unicodedata
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache

from flowlint.sources.csv_words import is_filler, month, noon_words

CENTURY = 70
"""Years in two digits from here on belong to the 1900s."""
ISO = re.compile(r"\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}.*)?")
TIME = re.compile(r"(?<![\d.:])(\d{1,2})[:h](\d{2})(?:[:.](\d{2}))?(?:[.,]\d{1,9})?(?![\d:])")
DOTTED_TIME = re.compile(r"(?<=\s)(\d{1,2})\.(\d{2})(?:\.(\d{2}))?$")
TOKENS = re.compile(r"\d+|[^\W\d_]+(?:\u0307[^\W\d_]+)*\.?")
MARKED = re.compile(r"(\d{1,4})\s*([\u5e74\u6708\u65e5\ub144\uc6d4\uc77c])")
MARKS = {"\u5e74": "y", "\u6708": "m", "\u65e5": "d", "\ub144": "y", "\uc6d4": "m", "\uc77c": "d"}
LONGEST = 60
YEAR_FIRST, DAY_FIRST, MONTH_FIRST = "ymd", "dmy", "mdy"


@dataclass(frozen=True, slots=True)
class Written:
    """A date taken apart: its numbers in their order, which of them are told by words, and the time."""

    numbers: tuple[int, ...]
    widths: tuple[int, ...]
    month: int | None
    marks: tuple[tuple[str, int], ...]
    separator: str
    time: tuple[int, int, int]


@dataclass(slots=True)
class Order:
    """Which orders of day, month and year all dates of a table allow, where their numbers alone do not say."""

    possible: set[str] = field(default_factory=lambda: {DAY_FIRST, MONTH_FIRST, YEAR_FIRST})
    seen: bool = False
    differ: bool = False
    """A date was seen that day first and month first read differently."""

    def see(self, text: str) -> None:
        """Take a date into account."""
        written = _apart(text)
        if written is None or not _is_open(written):
            return
        valid = {order for order in (DAY_FIRST, MONTH_FIRST, YEAR_FIRST) if _by_order(written, order) is not None}
        if not valid:
            return
        self.seen = True
        self.possible &= valid
        self.differ = self.differ or written.numbers[0] != written.numbers[1]

    def settle(self, *, english: bool) -> str | None:
        """Return the order to read by; None where day first and month first are both possible.

        Only English sites write the month first.
        """
        if DAY_FIRST in self.possible and MONTH_FIRST in self.possible:
            return None if english and self.differ else DAY_FIRST
        return next((order for order in (DAY_FIRST, MONTH_FIRST, YEAR_FIRST) if order in self.possible), DAY_FIRST)


@lru_cache(1 << 16)
def is_date(text: str) -> bool:
    """Tell whether a text is surely written as a date: as ISO, with a name of a month or with a whole year."""
    written = _apart(text)
    if written is None:
        return ISO.fullmatch(text.strip()) is not None and read(text, DAY_FIRST) is not None
    sure = written.month is not None or "m" in dict(written.marks) or 4 in written.widths
    return sure and any(read(text, order) is not None for order in (DAY_FIRST, MONTH_FIRST))


@lru_cache(1 << 16)
def read(text: str, order: str | None) -> str | None:
    """Return a date as ISO text in UTC, None where it cannot be read.

    ``order`` is what :meth:`Order.settle` gave for its table. A date without a zone is read as UTC.
    """
    plain = text.strip()
    if ISO.fullmatch(plain):
        return _from_iso(plain)
    written = _apart(plain)
    if written is None:
        return None
    if not _is_open(written):
        date = _told(written)
    elif order is None and written.numbers[0] == written.numbers[1]:
        date = _by_order(written, DAY_FIRST)
    else:
        date = _by_order(written, order) if order else None
    if date is None:
        return None
    try:
        return datetime(*date, *written.time, tzinfo=UTC).strftime("%Y-%m-%dT%H:%M:%S")
    except ValueError:
        return None


def _from_iso(text: str) -> str | None:
    try:
        moment = datetime.fromisoformat(text)
        return (moment.astimezone(UTC) if moment.tzinfo else moment).strftime("%Y-%m-%dT%H:%M:%S")
    except (ValueError, OverflowError):
        return None


@lru_cache(1 << 16)
def _apart(text: str) -> Written | None:
    """Take a date apart; None where it holds anything that belongs to no date."""
    if len(text) > LONGEST or ISO.fullmatch(text.strip()):
        return None
    rest = " ".join(unicodedata.normalize("NFKC", text).casefold().split())
    rest, after_noon = _without_noon(rest)
    rest, time = _without_time(rest, after_noon=after_noon)
    marks: list[tuple[str, int]] = []
    for number, mark in MARKED.findall(rest):
        marks.append((MARKS[mark], int(number)))
    rest = MARKED.sub(" ", rest).strip(" ,.")
    told: int | None = None
    numbers: list[str] = []
    for token in TOKENS.findall(rest):
        if token.isdigit():
            numbers.append(token)
        elif (found := month(token)) is not None and told is None:
            told = found
        elif not is_filler(token):
            return None
    if len(numbers) > 3 or any(len(number) > 4 for number in numbers):
        return None
    separator = next((char for char in rest if char in "./-"), " ")
    return Written(tuple(map(int, numbers)), tuple(map(len, numbers)), told, tuple(marks), separator, time)


def _without_noon(text: str) -> tuple[str, bool | None]:
    for word, after in noon_words():
        position = text.find(word)
        if position < 0:
            continue
        before, behind = text[:position], text[position + len(word) :]
        apart = not (before[-1:].isalpha() or behind[:1].isalpha()) or not word[0].isascii()
        if apart and (":" in text or "." in before + behind) and (before.strip() or behind.strip()):
            return f"{before} {behind}".strip(), after
    return text, None


def _without_time(text: str, *, after_noon: bool | None) -> tuple[str, tuple[int, int, int]]:
    match = TIME.search(text) or DOTTED_TIME.search(text)
    if match is None:
        return text, (0, 0, 0)
    hour = int(match[1])
    if after_noon is not None and hour <= 12:
        hour = hour % 12 + (12 if after_noon else 0)
    rest = f"{text[: match.start()]} {text[match.end() :]}".strip()
    return rest, (hour, int(match[2]), int(match[3] or 0))


def _is_open(written: Written) -> bool:
    """Tell whether only the order of three numbers says what they are."""
    return written.month is None and not written.marks and len(written.numbers) == 3


def _told(written: Written) -> tuple[int, int, int] | None:
    """Return year, month and day of a date that tells its month in words, or all by marks."""
    marked = dict(written.marks)
    months = [number for number in (written.month, marked.get("m")) if number is not None]
    if len(months) != 1 or len(marked) != len(written.marks):
        return None
    left = list(zip(written.numbers, written.widths, strict=True))
    year, day = marked.get("y"), marked.get("d")
    if len(left) != (year is None) + (day is None):
        return None
    if year is None:
        whole = next((pair for pair in left if pair[1] == 4 or pair[0] > 31), left[-1])
        left.remove(whole)
        year = _year(*whole)
    if day is None:
        day = left[0][0]
    return (year, months[0], day) if _is_real(year, months[0], day) else None


def _by_order(written: Written, order: str) -> tuple[int, int, int] | None:
    """Return year, month and day by the order of the numbers, where that gives a date."""
    first, second, third = zip(written.numbers, written.widths, strict=True)
    if first[1] > 2:
        order = YEAR_FIRST
    elif order == YEAR_FIRST and third[1] > 2:
        return None
    elif written.separator == "." and third[1] in (2, 4) and order == MONTH_FIRST:
        return None  # nobody writes the month first with dots
    year, middle, last = {
        YEAR_FIRST: (first, second, third),
        DAY_FIRST: (third, second, first),
        MONTH_FIRST: (third, first, second),
    }[order]
    date = (_year(*year), middle[0], last[0])
    return date if _is_real(*date) else None


def _year(number: int, width: int) -> int:
    return number if width > 2 else number + (2000 if number < CENTURY else 1900)


def _is_real(year: int, month_: int, day: int) -> bool:
    try:
        datetime(year, month_, day, tzinfo=UTC)
    except ValueError:
        return False
    return 1900 <= year <= 2200
