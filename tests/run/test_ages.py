"""How old a snapshot is: said in every output, and a fault where it is more than allowed."""

from datetime import UTC, datetime, timedelta

import pytest

from fakes.jira_cloud import Cloud
from fakes.jira_site import organisation
from fakes.pulls import puller
from flowlint.run.ages import duration
from flowlint.run.linting import Request, execute


@pytest.fixture(autouse=True)
def no_network():
    """Allow connections: the servers here are on loopback."""


@pytest.mark.parametrize(
    ("hours", "said"),
    [
        (0, "0 minutes"),
        (1 / 60, "1 minute"),
        (1, "60 minutes"),
        (2, "2 hours"),
        (47, "47 hours"),
        (49, "2 days"),
        (-5, "0 minutes"),
    ],
)
def test_durations_as_people_say_them(hours, said):
    """In one unit, in whole numbers; a clock that is ahead counts as now."""
    assert duration(timedelta(hours=hours)) == said


def test_the_age_is_told_and_bounded(tmp_path):
    """The verdict says from when the issues are; one that is too old is judged and ends with 3."""
    with puller(Cloud(organisation()), tmp_path) as one:
        pulled = one.pull().about.pulled
    path = str(one.home.snapshot)

    def run(now, max_age=None):
        return execute(Request((path,), use_config=False, now=now, max_age=max_age, fail_on="never"))

    later = run(pulled + timedelta(hours=30))
    assert [(site.pulled, site.age_hours) for site in later.pulled] == [(f"{pulled:%Y-%m-%dT%H:%M:%SZ}", 30.0)]
    assert any("30 hours before this run" in note for note in later.notes)
    assert (later.status, later.complete) == (0, True)
    assert run(pulled + timedelta(hours=30), timedelta(hours=36)).status == 0
    old = run(pulled + timedelta(days=3), timedelta(hours=36))
    assert (old.status, old.complete) == (3, False)
    assert old.findings == later.findings
    assert ["3 days old" in fault.message for fault in old.faults] == [True]
    unknown = run(None, timedelta(hours=36))
    assert (unknown.status, unknown.pulled) == (0, ())
    assert run(datetime(2000, 1, 1, tzinfo=UTC), timedelta(hours=1)).status == 0
