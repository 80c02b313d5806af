"""Pages that wait to go into a snapshot: whole or not there, for one question only, however long their texts are."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from flowlint.snapshot.site_snapshot import About, Draft, Home
from flowlint.snapshot.spool import Spool

NOW = datetime(2026, 10, 5, 9, tzinfo=UTC)
ABOUT = About("https://acme.example", "acme.example", NOW, fields=("summary",))


@pytest.fixture
def home(tmp_path):
    """Return a folder for a snapshot."""
    home = Home(tmp_path / ".flowlint")
    home.make()
    return home


@pytest.fixture
def draft(home):
    """Return an empty snapshot."""
    draft = Draft(home, anew=True)
    yield draft
    draft.close()


def row(id_, text="{}"):
    """Return an issue as a keeper makes it."""
    return id_, f"PAY-{id_}", "2026-10-05T09:00:00.000+0000", "{}", text


def records(draft):
    """Return what is in a snapshot."""
    return draft.db.execute("SELECT id, in_scope, record FROM pulled_issue ORDER BY id").fetchall()


def test_pages_go_in_once(home, draft):
    """A later page goes before an earlier one; what was taken is not taken again."""
    spool = Spool.open(home.spool, ABOUT, None)
    spool.add("issues", [row(1), row(2)])
    assert spool.take(draft.db)
    spool.add("context", [row(2, '{"again":1}')])
    spool.add("issues", [])
    assert spool.take(draft.db)
    assert records(draft) == [(1, True, "{}"), (2, False, '{"again":1}')]
    assert not spool.take(draft.db)


def test_an_interrupted_pull_is_gone_on_with(home, draft):
    """By one that asks the same of the same snapshot, from the moment at which the first began."""
    Spool.open(home.spool, ABOUT, None).add("issues", [row(1)])
    later = replace(ABOUT, pulled=NOW.replace(hour=12))
    spool = Spool.open(home.spool, later, None)
    assert spool.about.pulled == NOW
    spool.add("issues", [row(2)])
    spool.take(draft.db)
    assert [id_ for id_, *_ in records(draft)] == [1, 2]


@pytest.mark.parametrize(
    ("about", "base"),
    [
        (replace(ABOUT, fields=("summary", "labels")), None),
        (replace(ABOUT, projects=("PAY",)), None),
        (replace(ABOUT, site="https://other.example"), None),
        (ABOUT, NOW),
    ],
    ids=["fields", "projects", "site", "snapshot"],
)
def test_another_question_begins_anew(home, draft, about, base):
    """Its pages would answer what was not asked."""
    Spool.open(home.spool, ABOUT, None).add("issues", [row(1)])
    assert not Spool.open(home.spool, about, base).take(draft.db)


@pytest.mark.parametrize("rubbish", [b"", b"{", b"[]", b"\xff", b'{"about": "{}", "base": null}'])
def test_a_spool_that_makes_no_sense_is_thrown_away(home, draft, rubbish):
    """Rather than believed."""
    Spool.open(home.spool, ABOUT, None).add("issues", [row(1)])
    (home.spool / "about.json").write_bytes(rubbish)
    assert not Spool.open(home.spool, ABOUT, None).take(draft.db)


def test_half_a_page_is_none(home, draft):
    """A process that was killed while it wrote leaves a part, which nobody reads."""
    spool = Spool.open(home.spool, ABOUT, None)
    spool.add("issues", [row(1)])
    (home.spool / "000002-issues.tsv.part").write_text("2\tPAY-2\t", encoding="utf-8")
    Spool.open(home.spool, ABOUT, None).take(draft.db)
    assert [id_ for id_, *_ in records(draft)] == [1]


@pytest.mark.parametrize(("issues", "size"), [(5000, 20_000), (300, 400_000), (2, 9_000_000)])
def test_long_texts_fit(home, draft, issues, size):
    """Issues with descriptions of tens of kilobytes, a few of hundreds, one that holds a log file."""
    spool = Spool.open(home.spool, ABOUT, None)
    for first in range(0, issues, 500):
        text = f'{{"text":"{"x" * size}"}}'
        spool.add("issues", (row(id_, text) for id_ in range(first, min(first + 500, issues))))
    spool.take(draft.db)
    draft.finish(ABOUT)
    assert home.snapshot.is_file()
