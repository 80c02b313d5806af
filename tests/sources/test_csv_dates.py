# ruff: noqa: RUF001  words of many languages
"""Dates in the formats and languages of Jira's sites."""

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flowlint.sources.csv_dates import DAY_FIRST, MONTH_FIRST, YEAR_FIRST, Order, is_date, read

AFTERNOON = "2024-03-05T15:04:00"
DAY = "2024-03-05T00:00:00"


@pytest.mark.parametrize(
    "text",
    [
        "05/Mar/24 3:04 PM", "05/mar/24 3:04 PM", "5/mar/24 15:04", "2024-03-05 15:04", "2024/03/05 3:04 午後",
        "05.03.2024 15:04", "5.3.2024 15.04", "05/Mär/24 3:04 PM", "05/mrt/24 3:04 PM", "05/3月/24 3:04 午後",
        "5/三月/24 下午3:04", "2024年3月5日 15:04", "2024. 3. 5. 오후 3:04", "05/3월/24 3:04 오후",
        "Mar 5, 2024, 3:04\u202fPM", "5. mars 2024 kl. 15:04", "2024. márc. 5. 15:04", "5 Mart 2024 15:04",
        "05/бер/24 3:04 пп", "05/мар/24 3:04 PM", "5 maaliskuuta 2024 15.04", "05/mar/24 3:04 p. m.",
        "2024-03-05T15:04", "2024-03-05T16:04:00.000+0100", "2024-03-05T15:04:00Z", " 05/Mar/24  3:04 PM ",
    ],
)  # fmt: skip
def test_one_moment_in_many_forms(text):
    """The same afternoon, however a site writes it."""
    assert read(text, DAY_FIRST) == AFTERNOON


@pytest.mark.parametrize(
    "text", ["5 mars 2024", "5 de marzo de 2024", "05/Mar/2024", "2024-03-05", "05.03.24", "2024/3/5", "5. března 2024"]
)
def test_days(text):
    """A day without a time begins at midnight."""
    assert read(text, DAY_FIRST) == DAY


@pytest.mark.parametrize(
    "text",
    ["", "foo", "05/Mxr/24", "31/Feb/24", "99/99/99", "3", "2.4", "20240305", "12:30", "05/مارس/24", "0000-00-00", "2024-13-45",
     "05/Mar/24 25:04", "05/Mar/Apr/24", "1/2/3/4", "x" * 10_000, "5" * 61, "Sprint 3 (2024)", "05/Mar/99999"],
)  # fmt: skip
def test_no_dates(text):
    """What is no date is not made into one."""
    assert read(text, DAY_FIRST) is None
    assert not is_date(text)


def order(*texts, english=True):
    """Return the order that these dates of one table allow."""
    found = Order()
    for text in texts:
        found.see(text)
    return found.settle(english=english)


def test_order_of_day_and_month():
    """One date with a number above twelve decides for all of them; without any, nothing does on an English site."""
    assert order("03/05/2024", "13/05/2024") == DAY_FIRST
    assert order("03/05/2024", "05/13/2024") == MONTH_FIRST
    assert order("03/05/2024") is None
    assert order("03/05/2024", english=False) == DAY_FIRST
    assert order("45/03/05", "24/03/31") == YEAR_FIRST
    assert order("03.05.2024") == DAY_FIRST
    assert order("13/05/2024", "05/13/2024", "2024-01-01") == DAY_FIRST
    assert order("05/Mar/24") == order() == DAY_FIRST
    assert read("03/05/2024", MONTH_FIRST) == DAY
    assert read("03/05/2024", None) is None
    assert read("05/05/2024", None) == "2024-05-05T00:00:00"
    assert read("05/Mar/24", None) == DAY


@given(st.datetimes(datetime.fromisoformat("1970-01-01"), datetime.fromisoformat("2069-12-31")))
def test_round_trip(moment):
    """A date written in Jira's own format is read as it was."""
    text = moment.strftime("%d/%b/%y %I:%M %p")
    assert read(text, DAY_FIRST) == moment.strftime("%Y-%m-%dT%H:%M:00")
    assert read(moment.strftime("%d/%m/%Y"), DAY_FIRST) == read(moment.strftime("%m/%d/%Y"), MONTH_FIRST)


@given(st.text(max_size=80))
def test_any_text(text):
    """Whatever stands in a cell, it is a date or it is none."""
    order_ = Order()
    order_.see(text)
    for found in (read(text, order_.settle(english=True)), read(text, DAY_FIRST)):
        assert found is None or datetime.fromisoformat(found)
    is_date(text)
