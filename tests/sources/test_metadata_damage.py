"""Metadata files that are damaged, or no metadata: the export is read without them, and that is said."""

import json
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from wrecks import VALUES, misshapen, wrecked

from depth import examples
from flowlint.config.mapping import Mapping
from flowlint.snapshot.database import open_database
from flowlint.sources.files import load_exports
from flowlint.sources.jira_metadata import KINDS
from flowlint.sources.source import no_progress

FIELDS = [{"id": "customfield_1", "name": "Story Points", "custom": True, "schema": {"type": "number"}}]
CHANGES = {
    "issueChangeLogs": [
        {
            "issueId": "1",
            "changeHistories": [
                {
                    "id": "10",
                    "created": "2024-01-02T03:04:05.000+0000",
                    "items": [{"field": "status", "fieldId": "status", "fromString": "To Do", "toString": "Done"}],
                }
            ],
        }
    ],
    "nextPageToken": "more",
}
SITE = {
    "fields.json": FIELDS,
    "issue-types.json": [{"id": "1", "name": "Story", "subtask": False, "hierarchyLevel": 0}],
    "statuses.json": [{"id": "3", "name": "Open", "statusCategory": {"id": 2, "key": "new"}}],
    "sprints.json": {"values": [{"id": 5, "name": "Sprint 5", "state": "closed", "startDate": "2024-01-01T00:00:00Z"}]},
    "projects.json": [{"id": "1", "key": "A", "name": "Apples"}],
    "versions.json": [{"id": "9", "name": "1.0", "released": True, "releaseDate": "2024-02-01", "projectId": 1}],
    "changelogs.json": CHANGES,
    "server-info.json": {"baseUrl": "https://one.example", "version": "9.0"},
    "project-A.json": {
        "id": "1",
        "key": "A",
        "name": "Apples",
        "issueTypes": [],
        "versions": [{"id": "9", "name": "1.0"}],
    },
}
ISSUE = {
    "id": "1",
    "key": "A-1",
    "fields": {"summary": "one", "status": {"id": "3", "name": "Open"}, "issuetype": {"id": "1"}},
}


def test_site_has_a_file_of_each_kind():
    """The files that are damaged below are all that are read."""
    names = {name.removesuffix(".json").replace("-", "") for name in SITE}
    assert names - {"projectA"} == set(KINDS)


@pytest.fixture
def beside(load, tmp_path):
    """Return a function that loads an export with one metadata file beside it."""

    def beside_(name, content):
        (tmp_path / "issues.json").write_text(json.dumps(ISSUE))
        (tmp_path / name).write_bytes(content if isinstance(content, bytes) else content.encode())
        world = load(tmp_path)
        assert world.one("SELECT count(*) FROM raw_issue") == 1
        return world

    return beside_


@pytest.mark.parametrize(
    ("content", "line", "said"),
    [
        ('{"errorMessages": ["You are not logged in"]}', 1, "in place of the fields: You are not logged in"),
        ("<html>\n<p>Log in", 1, "a page for people"),
        ("", 1, "no JSON"),
        ('[\n{"id": "x",\n', 3, "no JSON"),
        (b'[{"id": "x",\n"name": "caf\xe9"}]', 2, "no UTF-8"),
        ("[" * 100_000, 1, "nested too deeply"),
        ('[{"id": "x", "name": "' + "y" * 10 + '"}] rubbish', 1, "no JSON"),
    ],
    ids=["error", "page", "empty", "cut", "latin", "deep", "rubbish"],
)
def test_a_damaged_file(beside, content, line, said):
    """It is named with its line."""
    (fault,) = beside("fields.json", content).loaded.faults
    assert fault.place.file.endswith("fields.json")
    assert fault.place.line == line
    assert said in fault.message


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-32"])
def test_any_encoding(beside, encoding):
    """What a shell's redirection makes of an answer is read."""
    world = beside("fields.json", json.dumps(FIELDS).encode(encoding))
    assert not world.loaded.faults
    assert world.one("SELECT name FROM raw_site_field WHERE id = 'customfield_1'") == "Story Points"


@pytest.mark.parametrize("answers", [1, 2])
def test_changelogs_as_they_come(beside, answers):
    """The answers to bulkfetch, one after the other, are what the page on exports says."""
    world = beside("changelogs.json", "\n".join([json.dumps(CHANGES)] * answers))
    assert not world.loaded.faults
    assert not world.loaded.passed_over
    assert world.rows("SELECT key, from_text, to_text FROM raw_change") == [("A-1", "To Do", "Done")]


def test_a_number_without_end(beside):
    """Python refuses to read numbers of so many digits; nobody misses this one."""
    assert not beside("fields.json", json.dumps([{**FIELDS[0], "x": 1}]).replace("1}", "9" * 5000 + "}")).loaded.faults


def must_load(name, content):
    """Load an export with a file beside it: it is whole, and what is no JSON is named."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "issues.json").write_text(json.dumps(ISSUE))
        (Path(folder) / name).write_bytes(content)
        db = open_database()
        try:
            loaded = load_exports(db, [folder], Mapping(), no_progress)
            assert db.execute("SELECT count(*) FROM raw_issue").fetchall() == [(1,)]
        finally:
            db.close()
    try:
        json.loads(content.decode("utf-8"))
    except (ValueError, RecursionError):
        lines = content.count(b"\n") + 1
        assert all(1 <= fault.place.line <= lines for fault in loaded.faults)


@st.composite
def odd_files(draw):
    """Return the name of a metadata file, and bytes that are nearly what it should hold, or anything."""
    name = draw(st.sampled_from(sorted(SITE)))
    value = draw(st.one_of(misshapen(SITE[name]), VALUES))
    content = json.dumps(value).encode()
    return name, draw(st.one_of(st.just(content), wrecked(content), st.binary(max_size=60)))


FUZZ = settings(
    max_examples=examples(15),
    suppress_health_check=list(HealthCheck),
    phases=[phase for phase in Phase if phase is not Phase.shrink],
)


@FUZZ
@given(odd_files())
def test_any_metadata(case):
    """Whatever lies beside an export, the export is read."""
    must_load(*case)


@pytest.mark.slow
@settings(FUZZ, max_examples=100)
@given(odd_files())
def test_any_metadata_at_length(case):
    """The same, for as long as patience lasts."""
    must_load(*case)
