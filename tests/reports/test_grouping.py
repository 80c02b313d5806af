"""Findings arranged by project, cause and parent."""

from typing import Any

from handmade import outcome, rule, verdict, violation
from hypothesis import given
from hypothesis import strategies as st

from flowlint.engine.outcome import Subject
from flowlint.reports.grouping import sections
from flowlint.verdict.finding import Verdict

_ISSUES = st.builds(
    lambda project, number, parent, kind: violation(
        f"{project}-{number}", parent_key=parent, evidence={"type": kind}, parent_summary="Cards"
    ),
    st.sampled_from(["PAY", "WEB"]),
    st.integers(1, 40),
    st.sampled_from([None, "PAY-2", "PAY-10"]),
    st.sampled_from(["Story", "Bug"]),
)
_OTHERS = st.builds(
    lambda project: violation(None, subject=Subject("version", "1", "1.0"), project=project),
    st.sampled_from(["PAY", None]),
)


def verdict_on(violations: list[Any]) -> Verdict:
    """Return the verdict on violations of one rule with causes."""
    return verdict(outcome(rule(cause=("type",)), *violations))


@given(st.lists(_ISSUES | _OTHERS, max_size=60), st.booleans())
def test_every_finding_is_in_one_place(violations: list[Any], expand: bool) -> None:  # noqa: FBT001
    """Nothing is lost and nothing told twice, grouped or not."""
    findings = verdict_on(violations).findings
    arranged = sections(findings, expand=expand)
    told = [
        finding
        for section in arranged
        for part in (*section.causes, *(part for family in section.families for part in family.subjects))
        for finding in part
    ]
    assert sorted(map(id, told)) == sorted(map(id, findings))
    assert sum(len(section.findings) for section in arranged) == len(findings)


@given(st.lists(_ISSUES, max_size=60))
def test_causes_are_alike_and_many(violations: list[Any]) -> None:
    """What is shown as one is of one project, rule and cause, and at least ten."""
    for section in sections(verdict_on(violations).findings):
        for findings in section.causes:
            assert len(findings) >= 10
            assert len({(one.rule, one.project, one.cause) for one in findings}) == 1
        assert all(one.group_id is None for family in section.families for part in family.subjects for one in part)


def test_expanding_leaves_no_causes() -> None:
    """Each finding stands under its parent then."""
    findings = verdict_on([violation(f"PAY-{number}") for number in range(12)]).findings
    assert [len(section.causes) for section in sections(findings)] == [1]
    assert [len(section.causes) for section in sections(findings, expand=True)] == [0]


def test_what_is_no_issue_comes_first_then_families_by_number_then_roots() -> None:
    """A reader meets the project as a whole, then its tree in the order of its keys."""
    version = violation(None, subject=Subject("version", "1", "1.0"), project="PAY")
    made = verdict_on(
        [
            violation("PAY-1"),
            violation("PAY-5", parent_key="PAY-10"),
            violation("PAY-6", parent_key="PAY-2"),
            version,
            violation(None, subject=Subject("team", "T", "T")),
        ]
    )
    common, section = sections(made.findings)
    assert (common.project, section.project) == (None, "PAY")
    assert [family.parent for family in section.families] == [None, ("PAY-2", None), ("PAY-10", None), None]
    assert [family.of_issues for family in section.families] == [False, True, True, True]
