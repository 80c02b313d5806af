"""Values of the fields that the mapping speaks of, times, people and what was fetched."""

import pytest

from flowlint.config.mapping import FieldSource, Mapping, Match, ProjectMapping, Source, Team
from flowlint.sources.jira_values import NUMBER

DOCUMENT = {
    "type": "doc",
    "version": 1,
    "content": [{"type": "paragraph", "content": [{"type": "text", "text": "rich"}]}],
}


def mapping(**fields):
    """Return a mapping that takes logical fields from Jira's."""
    sources = {logical: (FieldSource(field=field),) for logical, field in fields.items()}
    return Mapping(base=ProjectMapping(fields=sources), written=frozenset({"fields"}))


def values(world):
    """Return position, text and number of all values, in order."""
    return world.rows("SELECT position, text, number FROM raw_field_value ORDER BY position")


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("some text", [(1, "some text", None)]),
        ("13", [(1, "13", 13.0)]),
        (2.5, [(1, "2.5", 2.5)]),
        (True, [(1, "true", None)]),
        ({"self": "x", "value": "High", "id": "7"}, [(1, "High", None)]),
        ({"value": "North", "id": "1", "child": {"value": "Islands", "id": "2"}}, [(1, "North - Islands", None)]),
        ({"id": "t", "name": "Bridge", "title": "Bridge crew"}, [(1, "Bridge crew", None)]),
        ({"id": "t", "name": "Bridge"}, [(1, "Bridge", None)]),
        ({"key": "OKR-1", "id": "5"}, [(1, "OKR-1", None)]),
        (DOCUMENT, [(1, "rich", None)]),
        (["b", "a"], [(1, "b", None), (2, "a", None)]),
        ([{"value": "x"}, None, {"value": "y"}], [(1, "x", None), (3, "y", None)]),
        (None, []),
        ([], []),
        ("", []),
        ({}, []),
        ("nan", [(1, "nan", None)]),
        ("1e999", [(1, "1e999", None)]),
    ],
)
def test_values(load, write, record, value, expected):
    """Each kind of value gives plain text, and a number where it is one."""
    world = load(write(record("A-1", customfield_5=value)), mapping=mapping(outcome="customfield_5"))
    assert values(world) == expected
    assert "customfield_5" in world.issue("A-1", "fetched")


def test_absent_is_not_empty(load, write, record):
    """A field that was not fetched is not in the list; one that is null is."""
    world = load(write(record("A-1", customfield_5=None), record("A-2")), mapping=mapping(outcome="customfield_5"))
    assert world.issue("A-1", "fetched") == ["customfield_5", "summary"]
    assert world.issue("A-2", "fetched") == ["summary"]


@pytest.mark.parametrize(
    "person", [{"accountId": "acc-1", "displayName": "Ann"}, {"key": "k", "name": "n", "displayName": "Ann"}]
)
def test_people_are_hashed(load, write, record, person):
    """Nobody's name is kept unless reports may name people."""
    path = write(record("A-1", assignee=person, reporter=person, customfield_5=person))
    world = load(path, mapping=mapping(owner="customfield_5"))
    assignee, reporter = world.issue("A-1", "assignee", "reporter")
    assert len(assignee) == 16
    assert assignee == reporter == values(world)[0][1]
    assert world.issue("A-1", "assignee_name") is None
    assert "Ann" not in str(world.everything())
    assert load(path, people=True).issue("A-1", "assignee_name") == "Ann"


def test_one_person_on_two_sites_is_two(load, write, record):
    """An account id means something within its site only."""
    ann = {"accountId": "acc-1"}
    world = load(write(record("A-1", assignee=ann), record("B-1", site="https://two.example", assignee=ann)))
    assert world.issue("A-1", "assignee") != world.issue("B-1", "assignee")


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("2024-04-27T04:01:56.000+0200", "2024-04-27 02:01:56"),
        ("2024-04-27T04:01:56.123-0930", "2024-04-27 13:31:56.123"),
        ("2024-04-27T04:01:56Z", "2024-04-27 04:01:56"),
        ("2024-04-27T04:01:56", "2024-04-27 04:01:56"),
        (1714190516000, "2024-04-27 04:01:56"),
        ("27/Apr/24 4:01 AM", None),
        ("infinity", None),
        ("2024-13-45T00:00:00Z", None),
    ],
)
def test_times(load, write, record, written, expected):
    """All times are UTC; one that cannot be read is unknown, and counted."""
    world = load(write(record("A-1", created=written)))
    assert world.one("SELECT created::VARCHAR FROM raw_issue") == expected
    assert bool(world.loaded.notes) is (expected is None)


def test_the_newest_update_is_the_moment_of_an_export(load, write, record):
    """It is kept per source."""
    world = load(
        write(record("A-1", updated="2025-01-01T00:00:00Z"), record("A-2", updated="2025-02-01T01:00:00+01:00"))
    )
    assert world.one("SELECT newest::VARCHAR FROM raw_source") == "2025-02-01 00:00:00"


def test_fields_of_one_project(load, write, record):
    """A project's own fields are loaded beside the common ones."""
    own = ProjectMapping(fields={"outcome": (FieldSource(field="customfield_6"),)})
    base = mapping(outcome="customfield_5")
    world = load(
        write(record("A-1", customfield_5="a", customfield_6="x"), record("B-2", customfield_5="y", customfield_6="b")),
        mapping=Mapping(base=base.base, projects={"b": own}, written=base.written | {"projects"}),
    )
    assert world.loaded.fields[None]["outcome"] == ("customfield_5",)
    assert world.loaded.fields["b"]["outcome"] == ("customfield_6",)
    assert world.one("SELECT count(*) FROM raw_field_value") == 4


def test_fields_that_only_selectors_name(load, write, record):
    """A selector over a field's value needs that field."""
    team = Team("Crew", match=Match(fields=(("customfield_7", ("deck",)),)))
    world = load(write(record("A-1", customfield_7={"value": "deck"})), mapping=Mapping(teams=(team,)))
    assert world.rows("SELECT field_id, text FROM raw_field_value") == [("customfield_7", "deck")]


def test_same_id_on_two_sites_means_two_fields(load, write, record, tmp_path):
    """An id says something within its site only, so each project gets the fields of its site."""
    for name, site, field in (("one", "https://one.example", "Epic Link"), ("two", "https://two.example", "Nickname")):
        (tmp_path / name).mkdir()
        key = f"{name[0].upper()}-1"
        write(record(key, site=site, customfield_1="O-9"), name=f"{name}/issues.ndjson")
        (tmp_path / name / "fields.json").write_text(
            f'[{{"id": "customfield_1", "name": "{field}", "schema": {{"type": "any"}}}}]'
        )
    world = load(tmp_path / "one", tmp_path / "two")
    assert world.rows("SELECT key, via, parent_key FROM raw_parent") == [("O-1", "epic_link", "O-9")]
    assert "epic_link" in world.loaded.fields["O"]
    assert "epic_link" not in world.loaded.fields["T"]


def test_the_source_is_named_where_the_export_says_nothing(load, tmp_path):
    """The mapping's name for the source stands in."""
    path = tmp_path / "issues.ndjson"
    path.write_text('{"id": "1", "key": "A-1", "fields": {}}')
    assert load(path).issue("A-1", "source", "url") == ("export", None)
    assert load(path, mapping=Mapping(sources=(Source(name="acme"),))).issue("A-1", "source") == "acme"


def test_types_and_statuses_are_completed(load, write, record, tmp_path):
    """What a record leaves out of its type and status, metadata or other issues tell."""
    (tmp_path / "issue-types.json").write_text('[{"id": "1", "name": "Story", "subtask": false, "hierarchyLevel": 0}]')
    done = {"name": "Done", "id": "8", "statusCategory": {"key": "done"}}
    world = load(
        write(
            record("A-1", issuetype={"id": "1"}, status=done),
            record(
                "A-2",
                issuetype="Bug",
                status="Done",
                resolution="Fixed",
                labels="one",
                components=["c"],
                fixVersions=["1.0"],
            ),
        )
    )
    assert world.issue("A-1", "type_name", "subtask", "hierarchy_level") == ("Story", False, 0)
    assert world.issue("A-2", "type_name", "status_name", "status_category", "resolution", "labels", "components") == (
        "Bug",
        "Done",
        "done",
        "Fixed",
        ["one"],
        ["c"],
    )
    assert world.rows("SELECT version_id, name FROM raw_issue_version") == [("1.0", "1.0")]


@pytest.mark.parametrize(
    ("text", "name", "goal", "state"),
    [
        ("id=5,rapidViewId=2,state=ACTIVE,name=A, b=c,startDate=<null>,sequence=5", "A, b=c", None, "active"),
        ("id=5,state=FUTURE,name=N,startDate=<null>,endDate=<null>,goal=sell, ship", "N", "sell, ship", "future"),
        ("id=5,name=N,goal=,state=CLOSED,completeDate=2025-01-01T00:00:00.000Z", "N", "", "closed"),
        ("id=5,name=Two\nlines,goal=a\nb,state=CLOSED", "Two\nlines", "a\nb", "closed"),
    ],
)
def test_sprint_strings(load, write, record, text, name, goal, state):
    """Their attributes come in any order, and hold commas, signs and line breaks."""
    sprint = f"com.atlassian.greenhopper.service.sprint.Sprint@1f[{text}]"
    world = load(write(record("A-1", customfield_3=[sprint])))
    assert world.rows("SELECT id, name, goal, goal_known, state FROM raw_sprint") == [
        ("5", name, goal, goal is not None, state)
    ]


def test_a_sprint_seen_at_several_times_is_what_it_was_last(load, write, record):
    """Issues were updated at several times; a goal that one tells is known."""
    early = {"id": 3, "name": "S", "state": "active", "boardId": 1, "goal": "ship"}
    late = {"id": 3, "name": "S", "state": "closed", "boardId": 1, "completeDate": "2025-01-01T00:00:00Z"}
    world = load(write(record("A-1", customfield_3=[early]), record("A-2", customfield_3=[late])))
    assert world.rows("SELECT state, goal, goal_known FROM raw_sprint") == [("closed", "ship", True)]
    assert world.one("SELECT count(*) FROM raw_issue_sprint") == 2


def test_numbers_are_plain():
    """The pattern takes no words for numbers."""
    assert "[a-z]" not in NUMBER.lower()


def test_progress_is_told(exports):
    """Each file is named before it is read."""
    from flowlint.snapshot.database import open_database
    from flowlint.sources.files import load_exports

    told = []
    load_exports(open_database(), [str(exports / "twice")], Mapping(), lambda *said: told.append(said))
    assert any("february.ndjson" in what and total == 2 for what, _, total in told)


def test_nothing_temporary_is_left(load, exports):
    """Only the raw tables remain."""
    world = load(exports / "cloud")
    assert world.rows("SELECT table_name FROM duckdb_tables() WHERE table_name NOT LIKE 'raw_%'") == []
