"""Holding requests and answers to the description: what breaks it is named, what its own examples do is let through."""

from pathlib import Path

import pytest

from fakes import described
from fakes.described import held_to_description
from fakes.server import Answer, Asked

SEARCH = "/rest/api/3/search/jql"
CHANGELOG = {"id": "1", "created": 1492070429, "items": [{"field": "status", "from": None, "fromString": None}]}


def broken(answer=None, method="GET", path="/rest/api/3/myself", query=None, body=None):
    """Return what is noted of one request and its answer."""
    held = held_to_description(lambda _: answer or Answer({}))
    held(Asked(method, path, query or {}, body, {}))
    return [one.partition(": ")[2] for one in held.violations]


@pytest.mark.parametrize(
    ("request_", "said"),
    [
        ({"query": {"fields": "all"}}, "no parameter 'fields' is described"),
        ({"path": SEARCH, "query": {"maxResults": "many"}}, "the parameter 'maxResults' is 'many'"),
        ({"path": SEARCH, "query": {"reconcileIssues": "1,x"}}, "the parameter 'reconcileIssues' is '1,x'"),
        ({"path": SEARCH, "query": {"failFast": "yes"}}, "the parameter 'failFast' is 'yes'"),
        (
            {"path": "/rest/api/3/project/search", "query": {"status": "live,gone"}},
            "the parameter 'status' is 'live,gone'",
        ),
        ({"path": "/rest/api/3/issuetype/project", "answer": Answer([])}, "the parameter 'projectId' is missing"),
        ({"path": "/rest/agile/1.0/board/x/sprint"}, "the parameter 'boardId' is 'x'"),
        ({"path": "/rest/api/3/nothing"}, "not described"),
        ({"path": SEARCH, "method": "DELETE"}, "not described"),
        ({"body": {}}, "no body is described"),
        ({"method": "POST", "path": SEARCH, "body": {"startAt": 0}}, "the body is wrong at $: Additional properties"),
        ({"method": "POST", "path": SEARCH, "body": {"expand": None}}, "the body is wrong at $.expand: None is not"),
        (
            {"method": "POST", "path": "/rest/api/3/issue/bulkfetch", "body": {}},
            "the body is wrong at $: 'issueIdsOrKeys'",
        ),
        ({"method": "POST", "path": "/rest/api/3/issue/bulkfetch"}, "the body is wrong at $: None is not of type"),
    ],
)
def test_requests_that_break_it(request_, said):
    """Parameters, paths and bodies: hard."""
    (fault,) = broken(**request_)
    assert fault.startswith(said)


@pytest.mark.parametrize(
    ("request_", "said"),
    [
        ({"answer": Answer({"accountID": "1"})}, "answer 200 at $: Additional properties"),
        ({"answer": Answer([])}, "answer 200 at $: [] is not of type 'object'"),
        ({"answer": Answer({"active": "yes"})}, "answer 200 at $.active: 'yes' is not of type 'boolean'"),
        ({"answer": Answer({}, 201)}, "no answer 201 is described"),
        ({"answer": Answer({"errorMessage": "No"}, 404)}, "answer 404 at $: Additional properties"),
        ({"path": SEARCH, "answer": Answer({"issues": [{"id": 1}]})}, "answer 200 at $.issues[0].id: 1 is not of type"),
    ],
)
def test_answers_that_break_it(request_, said):
    """Names and types, of refusals too."""
    (fault,) = broken(**request_)
    assert fault.startswith(said)


@pytest.mark.parametrize(
    "request_",
    [
        {},
        {"path": "/rest/api/2/serverInfo", "answer": Answer({"defaultLocale": {}})},
        {"path": "/ex/jira/some-id/rest/api/3/myself"},
        {"path": SEARCH, "query": {"jql": "key = A-1", "fields": "id,key", "maxResults": "5", "failFast": "true"}},
        {"path": "/rest/api/3/project/search", "answer": Answer({"total": 0})},
        {"path": "/rest/api/3/issue/A-1/changelog", "answer": Answer({"values": [CHANGELOG]})},
        {"path": "/rest/agile/1.0/board/1/configuration", "answer": Answer({"location": {"key": "A"}})},
        {"path": "/rest/agile/1.0/board/1/sprint", "answer": Answer({"anything": 1})},
        {"answer": Answer({"errorMessages": ["No"]}, 418)},
        {"answer": Answer({"errorMessages": ["No"]}, 401)},
    ],
)
def test_what_is_let_through(request_):
    """What is described, what the examples do, nulls, and refusals of any kind."""
    assert broken(**request_) == []


def test_violations_fail_at_the_end():
    """And not before; an error of the test's own comes first."""
    held = held_to_description(lambda _: Answer({}))
    with pytest.raises(AssertionError, match="GET /nothing: not described"), held:
        assert held(Asked("GET", "/nothing", {}, None, {})).status == 200
    with pytest.raises(KeyError), held:
        raise KeyError
    with held_to_description(lambda _: Answer({})) as clean:
        clean(Asked("GET", "/rest/api/3/myself", {}, None, {}))


def test_without_the_description_the_test_is_skipped(monkeypatch):
    """Visibly."""
    monkeypatch.setattr(described, "DESCRIPTION", Path("nowhere.json"))
    with pytest.raises(pytest.skip.Exception, match="no description of Jira's interface"):
        held_to_description(lambda _: Answer({}))
