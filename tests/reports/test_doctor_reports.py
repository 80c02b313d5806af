"""What the doctor found as text and JSON: hostile names stay harmless, and whatever is not known is said to be so."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from jsonschema import Draft202012Validator

from flowlint.reports import doctor_json, doctor_text
from flowlint.reports.terminal import Paint
from flowlint.verdict.diagnosis import Absent, Answering, Diagnosis, Kept, Left, Problem, Sight, Unjudged

EVIL = "\x1b]0;owned\x07\u202eevil\r\nName"
NOW = datetime(2026, 10, 7, 9, 0, tzinfo=UTC)
NOTHING = Diagnosis(
    moment=NOW,
    by_site=False,
    variables={"JIRA_URL": False, "JIRA_EMAIL": False, "JIRA_API_TOKEN": False, "JIRA_PAT": False},
    mapping=None,
    site=None,
    sight=None,
    told_by=None,
    absent=(),
    rules=80,
    unjudged=(),
    kept=Kept("snapshot.duckdb", exists=False),
    problems=(),
    requests=0,
    tool_version="1.0",
)
HOSTILE = Diagnosis(
    moment=NOW,
    by_site=True,
    variables={"JIRA_URL": True, "JIRA_EMAIL": True, "JIRA_API_TOKEN": True, "JIRA_PAT": False},
    mapping=EVIL,
    site=Answering(EVIL, "cloud", EVIL, EVIL, EVIL, EVIL),
    sight=Sight(1, (EVIL,) * 20, 1, 1, 1, 1, 1, exact=False, histories=False, closed=(EVIL,)),
    told_by="site",
    absent=(Absent(EVIL, None), Absent(EVIL, "outcome")),
    rules=1,
    unjudged=(Unjudged(EVIL, ("H101",) * 30),),
    kept=Kept(
        EVIL,
        exists=True,
        readable=True,
        bytes=2_500_000_000,
        site=EVIL,
        pulled=NOW,
        age=timedelta(hours=3),
        projects=(EVIL,) * 20,
        query=EVIL,
        other_scope=True,
        issues=1,
        around=2,
        fields=3,
        changes=(EVIL,),
        reasons=(EVIL,),
        faults=(EVIL,),
        anew=(EVIL,),
        left=Left(1, 999),
    ),
    problems=(Problem(EVIL, EVIL, 3), Problem("a\n  help: b", "", 2)),
    requests=10,
    tool_version="1.0",
)


@pytest.mark.parametrize("width", [72, 100])
def test_hostile_names_stay_text(width):
    """Nothing that a terminal obeys, no line that a name began, none that is too wide."""
    text = "".join(doctor_text.render(HOSTILE, doctor_text.Options(width, Paint())))
    assert all(line.isprintable() for line in text.splitlines())
    assert not any(line.startswith("Name") for line in text.splitlines())
    assert max(map(len, text.splitlines())) <= width
    text = " ".join(text.split())
    assert "2.5 GB" in text
    assert "3 hours ago by the site's clock" in text
    assert "999 bytes" in text
    assert "and 12 more" in text


@pytest.mark.parametrize("diagnosis", [NOTHING, HOSTILE])
def test_json_by_its_schema(diagnosis):
    """ASCII, and closed objects."""
    text = "".join(doctor_json.render(diagnosis))
    assert text.isascii()
    Draft202012Validator(json.loads(doctor_json.SCHEMA.read_text(encoding="utf-8"))).validate(json.loads(text))


def test_the_highest_status_wins():
    """Wrong use and a site that cannot be read: 3."""
    assert (NOTHING.status, HOSTILE.status) == (0, 3)


def test_what_is_not_known_is_said_to_be_so():
    """No site, no snapshot, no mapping."""
    text = "".join(doctor_text.render(NOTHING, doctor_text.Options(100, Paint())))
    assert "not asked" in text
    assert "is not known" in text
    assert "none yet" in text
    assert "None" not in text
