"""The report for people."""

import unicodedata
from dataclasses import replace
from typing import Any

import pytest
from handmade import HOSTILE, full_verdict, outcome, rule, verdict, violation
from hypothesis import given, settings
from hypothesis import strategies as st
from syrupy.assertion import SnapshotAssertion

from depth import examples
from flowlint.engine.outcome import Subject
from flowlint.errors import Fault, Place
from flowlint.reports.terminal import Paint, width
from flowlint.reports.text import Options, render
from flowlint.verdict.finding import Verdict


def text(made: Verdict, **options: Any) -> str:
    """Return the report as one text."""
    return "".join(render(made, Options(**options)))


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"expand": True, "width": 72},
        {"statistics": True},
        {"quiet": True},
        {"max_findings": 3},
        {"paint": Paint(colour=True, links=True)},
    ],
    ids=lambda options: "-".join(options) or "default",
)
def test_the_report_reads_like_this(options: dict[str, Any], snapshot: SnapshotAssertion) -> None:
    """The whole report, with hostile texts in every part."""
    assert text(full_verdict(), **options) == snapshot


_HOSTILE = st.text(st.characters(exclude_categories=[]), max_size=40)


@settings(max_examples=examples(50))
@given(_HOSTILE, _HOSTILE, _HOSTILE, st.integers(72, 120))
def test_no_text_reaches_the_terminal_as_a_command(one: str, other: str, third: str, columns: int) -> None:
    """Whatever stands in issues, notes and mapping: lines fit, and hold no control character."""
    made = verdict(
        outcome(
            rule(message="{summary} {what}", cause=("what",)),
            *[violation(f"PAY-{n}", summary=one, evidence={"what": other}) for n in range(10)],
            violation(third, project="PAY", summary=one, parent_key=other or "A-1", parent_summary=third),
            violation(None, subject=Subject("sprint", one, third), project=other),
        ),
        notes=(one,),
        inferred=(other,),
        faults=(Fault(Place(third), one, other),),
    )
    report = text(made, width=columns)
    report.encode()
    assert all(width(line) <= columns for line in report.split("\n"))
    assert not any(
        unicodedata.category(letter) in ("Cc", "Cs") or letter in "\u202e\u2066\u2028"
        for letter in report
        if letter != "\n"
    )


def test_one_query_lists_all_up_to_a_thousand() -> None:
    """A query holds all issues of its cause; one that Jira would not take is cut, and says so."""
    report = text(verdict(outcome(rule(), *[violation(f"PAY-{n}") for n in range(1, 131)])))
    assert "PAY-130)" in report
    report = text(verdict(outcome(rule(), *[violation(f"PAY-{n}") for n in range(1, 1003)])))
    query = " ".join(report.partition("JQL: ")[2].partition("fix:")[0].split())
    assert query.startswith("key in (PAY-1, PAY-2, ")
    assert query.endswith("PAY-1000) (the first 1000 of 1002)")


@pytest.mark.parametrize(
    ("key", "quoted"),
    [("PAY-1", "PAY-1"), ("acme:PAY-1", "PAY-1"), ('A") OR 1=1 -1', '"A\\") OR 1=1 -1"'), ("Ä\\-1", '"Ä\\\\-1"')],
)
def test_a_key_cannot_change_the_query(key: str, quoted: str) -> None:
    """Keys that are no plain ones are quoted as JQL wants it, aliases of sources left out."""
    report = text(verdict(outcome(rule(), *[violation(key, project="A", id=str(n)) for n in range(10)])), width=1000)
    assert f"JQL: key in ({', '.join([quoted] * 10)})\n" in report


def test_a_remedy_is_told_once_per_project() -> None:
    """Twenty findings of one rule do not repeat its fix."""
    findings = [violation(f"PAY-{n}", parent_key=f"PAY-{n % 3 + 90}", evidence={"n": n}) for n in range(20)]
    report = text(verdict(outcome(rule(cause=("n",)), *findings, violation("WEB-1"))))
    assert report.count("fix: Put it under the epic") == 2


def test_a_limit_cuts_what_is_shown_and_says_so() -> None:
    """Counts stay those of all findings."""
    made = verdict(outcome(rule(cause=("n",)), *[violation(f"PAY-{n}", evidence={"n": n}) for n in range(1, 6)]))
    report = text(made, max_findings=2)
    assert "PAY-2" in report
    assert "PAY-3" not in report
    assert "Only the first 2 of 5 findings are shown" in report
    assert report.endswith("0 errors, 5 warnings, 0 infos in 40 issues of 2 projects\n")


def test_a_cause_that_is_cut_keeps_its_count() -> None:
    """A limit does not make a cause look smaller."""
    report = text(verdict(outcome(rule(), *[violation(f"PAY-{n}") for n in range(1, 15)])), max_findings=3, width=200)
    assert "orphan-story, 14 findings: " in report
    assert "JQL: key in (PAY-1, PAY-2, PAY-3) (the first 3 of 14)" in report


@pytest.mark.parametrize(
    ("made", "expected"),
    [
        (
            verdict(outcome(rule(), applies=5)),
            "No findings: 1 rule made 5 judgements on 40 issues of 2 projects",
        ),
        (
            verdict(outcome(rule(), applies=5, not_judged={"outside": 2}), projects=0),
            "No findings: 1 rule made 3 judgements on 40 issues, 2 could not be made",
        ),
        (
            verdict(outcome(rule(), not_judged={"outside": 2}), issues=1, projects=1),
            "Nothing was judged: no rule could say anything about 1 issue of 1 project",
        ),
        (
            replace(verdict(outcome(rule(), applies=5)), hidden={"exceptions": 2, "baseline": 0, "labels": 1}),
            "No findings: 1 rule made 5 judgements on 40 issues of 2 projects; 3 hidden (2 by exceptions, 1 by labels)",
        ),
    ],
)
def test_a_run_without_findings_says_how_much_that_means(made: Verdict, expected: str) -> None:
    """Clean, hidden and not judged are told apart."""
    assert text(made, width=200).splitlines()[-1] == expected


def test_quiet_keeps_findings_and_faults() -> None:
    """Quiet leaves out the table and the remarks, never what raises the status."""
    report = text(full_verdict(), quiet=True)
    assert "PAY-20" in report
    assert "export.ndjson:17:1" in report
    assert "no such column" in report
    assert "Notes" not in report
    assert "severity  " not in report


def test_one_time_is_no_times() -> None:
    """Counts agree with their words."""
    assert "  1 time: outside (H103)\n" in text(verdict(outcome(rule(), not_judged={"outside": 1})))


def test_many_sentences_are_cut() -> None:
    """A site with hundreds of notes does not bury its findings."""
    report = text(verdict(outcome(rule(), applies=1), notes=tuple(f"note {n}" for n in range(20))))
    assert "note 11\n" in report
    assert "note 12\n" not in report
    assert "… and 8 more (--format json lists all)" in report


def test_links_lead_to_issues_only_where_the_terminal_follows_them() -> None:
    """The link is the tracker's page of the issue."""
    made = verdict(outcome(rule(), violation("PAY-1")))
    assert "\x1b" not in text(made)
    assert "\x1b]8;;https://acme.example/browse/PAY-1\x1b\\PAY-1\x1b]8;;\x1b\\ " in text(made, paint=Paint(links=True))


def test_hostile_team_names_and_projects_are_safe_in_headings() -> None:
    """A project's key is text from outside like any other."""
    assert "\x1b" not in text(verdict(outcome(rule(), violation("PAY-1", project=HOSTILE))))
