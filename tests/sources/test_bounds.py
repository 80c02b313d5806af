"""What pages say of a search that is not here whole: no fault, but a reason; and one that went round in circles."""

import json

import pytest


@pytest.fixture
def pages(load, tmp_path, record):
    """Return a function that loads pages, each with an issue of its own, one a file or all in one."""

    def pages_(*shells, in_one=False, indent=None):
        texts = [
            json.dumps({**shell, "issues": [record(f"A-{number}")]}, indent=indent)
            for number, shell in enumerate(shells, 1)
        ]
        for number, text in enumerate(["\n".join(texts)] if in_one else texts):
            (tmp_path / f"page-{number}.json").write_text(text)
        return load(tmp_path).loaded

    return pages_


@pytest.mark.parametrize(
    ("shell", "reason"),
    [
        ({"startAt": 0, "total": 262}, "the search found 262 issues, 1 of them are here"),
        ({"nextPageToken": "abc"}, "the last page of the search is not here; 1 issues are"),
        (
            {"warningMessages": ["The value 'PRD' does not exist for the field 'project'."]},
            "Jira warned: The value 'PRD' does not exist for the field 'project'.",
        ),
        (
            {"issueErrors": [{"id": "3"}]},
            "1 issue was asked for that the exporting account may not read, or that are not there",
        ),
    ],
)
def test_a_bounded_search(pages, shell, reason):
    """The reason is told, and nothing is called damaged."""
    loaded = pages(shell)
    assert not loaded.faults
    assert [bound.partition(": ")[2] for bound in loaded.bounds] == [reason]


@pytest.mark.parametrize(("in_one", "indent", "line"), [(False, None, 1), (True, None, 2), (True, 1, 14)])
def test_a_search_that_went_round_in_circles(pages, in_one, indent, line):
    """The page that leads where another led is named, at the line where it begins: what follows is missing."""
    loaded = pages({"nextPageToken": "abc"}, {"nextPageToken": "abc"}, in_one=in_one, indent=indent)
    (fault,) = loaded.faults
    assert "same nextPageToken" in fault.message
    assert fault.place.line == line


def test_a_search_saved_twice(pages):
    """Each has its end: nothing is missing."""
    assert not pages({"nextPageToken": "abc"}, {}, {"nextPageToken": "abc"}, {}).faults


@pytest.mark.parametrize("total", [-1, 1.5, "1", "x", [], {}, None, True, 10**30, "9" * 40])
def test_a_total_of_any_kind(pages, total):
    """What is no number says nothing."""
    assert not pages(
        {"total": total, "startAt": total, "isLast": total, "nextPageToken": [], "warningMessages": {}}
    ).faults
