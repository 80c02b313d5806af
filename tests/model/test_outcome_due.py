"""Outcome dates as people write them: the last day of what is named, or none."""

import calendar
from datetime import date

import pytest
from forests import MOMENT, Forest
from hypothesis import given, settings
from hypothesis import strategies as st

from depth import examples

LAST_DAY = {
    "2026-03-31": "2026-03-31",
    "2026-03-31T10:00:00.000+0000": "2026-03-31",
    "2026/3/1": "2026-03-01",
    "31.12.2025": "2025-12-31",
    "1. 2. 25": "2025-02-01",
    "31/Mar/26": "2026-03-31",
    "March 31st, 2026": "2026-03-31",
    "31. März 2026": "2026-03-31",
    "31 de marzo de 2026": "2026-03-31",
    "31 мая 2026 г.": "2026-05-31",  # noqa: RUF001
    "2026年3月31日": "2026-03-31",
    "2026年3月": "2026-03-31",
    "25/04/2025": "2025-04-25",
    "04/25/2025": "2025-04-25",
    "03/04/2025": "2025-04-03",
    "2024-02": "2024-02-29",
    "12/2025": "2025-12-31",
    "June 2025": "2025-06-30",
    "By the end of June 2025.": "2025-06-30",
    "Ende Juni 2025": "2025-06-30",
    "Dec 2025 at the latest": "2025-12-31",
    "Q3 2025": "2025-09-30",
    "2025-Q3": "2025-09-30",
    "Q3 '25": "2025-09-30",
    "3Q25": "2025-09-30",
    "3. Quartal 2025": "2025-09-30",
    "third quarter of 2025": "2025-09-30",
    "H1 2025": "2025-06-30",
    "1H25": "2025-06-30",
    "до конца 2025": "2025-12-31",
    "2025": "2025-12-31",
    '{"start":"2025-04-01","end":"2025-06-30"}': "2025-06-30",
}
NO_DAY = (
    "2026-02-31", "2026-13", "Q5 2025", "FY25 Q3", "Q3 FY25", "Q3 2025 - Q1 2026", "2025-06-30 or 2025-12-31", "after June 2025",
    "June", "25", "TBD", "Sprint 14", "v2025.2", "3.1", "0000", "1751328000000", '{"start":"2025-04-01"}', "when the bank agrees", "é" * 5000,
)  # fmt: skip


def last_days(texts):
    """Return for each text the last day of what it names, as the model reads it."""
    db = Forest(
        [{"key": f"A-{n}", "type": "Epic", "fields": {"outcome_due": text}} for n, text in enumerate(texts)]
    ).database()
    rows = dict(db.execute("SELECT i.key, o.last_day FROM m_base i LEFT JOIN m_outcome_due o USING (n)").fetchall())
    assert len(rows) == len(texts)
    return [rows[f"A-{n}"] for n in range(len(texts))]


def test_dates_and_periods_are_read():
    """A day is itself, a period its last day; of two possible days the later one."""
    assert [str(day) for day in last_days(list(LAST_DAY))] == list(LAST_DAY.values())


def test_what_names_no_day_is_not_guessed():
    """Fiscal years, two dates, impossible days and words give nothing."""
    assert last_days(NO_DAY) == [None] * len(NO_DAY)


@settings(max_examples=examples(5), deadline=None)
@given(days=st.lists(st.dates(date(2000, 1, 1), date(2099, 12, 31)), min_size=1, max_size=30))
def test_every_day_reads_as_itself(days):
    """Each way to write a day is read back, for any day."""
    ways = ("%Y-%m-%d", "%d.%m.%Y", "%d %B %Y", "%B %d, %Y", "%d/%b/%y", "%Y/%m/%d", "due %Y-%m-%d")
    texts = [day.strftime(way) for day in days for way in ways]
    assert last_days(texts) == [day for day in days for _ in ways]


@pytest.mark.parametrize("days", [-400, -1, 0, 1, 31, 400])
def test_days_are_counted_to_the_end_of_the_day(days):
    """What is due today is not overdue."""
    due = date.fromordinal(MOMENT.date().toordinal() - 1 - days)
    db = Forest([{"key": "A-1", "type": "Epic", "fields": {"outcome_due": str(due)}}]).database()
    assert db.execute("SELECT outcome_overdue_days FROM issue").fetchone() == (days,)


def test_no_month_is_two():
    """A name that meant two months would double the issue; each month has its English names."""
    db = Forest([{"key": "A-1"}]).database()
    months = dict(db.execute("SELECT name, month FROM m_month").fetchall())
    assert len(months) == db.execute("SELECT count(*) FROM m_month").fetchone()[0]
    for number in range(1, 13):
        assert months[calendar.month_name[number].lower()] == months[calendar.month_abbr[number].lower()] == number
