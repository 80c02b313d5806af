"""The order of the input changes nothing, and what occurs twice is settled."""

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from depth import examples

UPDATED = ("2025-01-01T10:00:00.000+0000", "2025-01-01T12:00:00.000+0200", "2025-03-01T10:00:00.000+0000", None)
QUICK = settings(max_examples=examples(12), suppress_health_check=[HealthCheck.function_scoped_fixture])


def shuffled(value, random):
    """Return a JSON value with the keys of all objects in another order."""
    if isinstance(value, dict):
        pairs = [(key, shuffled(inner, random)) for key, inner in value.items()]
        random.shuffle(pairs)
        return dict(pairs)
    return [shuffled(inner, random) for inner in value] if isinstance(value, list) else value


@QUICK
@given(random=st.randoms(use_true_random=False), folder=st.sampled_from(["classic", "server-agile", "parent-link"]))
def test_order_of_lines_and_keys(load, exports, tmp_path, random, folder):
    """Lines in another order, keys in another order, spread over files: the same rows."""
    lines = (exports / folder / "issues.ndjson").read_text(encoding="utf-8").splitlines()
    found = [shuffled(json.loads(line), random) for line in lines]
    random.shuffle(found)
    cut = random.randrange(1, len(found))
    for path in tmp_path.iterdir():
        path.unlink()
    for path in (exports / folder).glob("*.json"):
        (tmp_path / path.name).write_bytes(path.read_bytes())
    for name, part in (("one.ndjson", found[:cut]), ("two.ndjson", found[cut:])):
        (tmp_path / name).write_text("".join(json.dumps(record) + "\n" for record in part))
    assert load(tmp_path).everything() == load(exports / folder).everything()


VERSION = st.fixed_dictionaries(
    {
        "updated": st.sampled_from(UPDATED),
        "summary": st.sampled_from("ab"),
        "labels": st.lists(st.sampled_from("xy"), max_size=2),
        "parent": st.sampled_from([None, {"key": "A-7", "id": "7"}, {"id": "7", "key": "A-7"}]),
    }
)


@QUICK
@given(versions=st.lists(VERSION, min_size=2, max_size=6), random=st.randoms(use_true_random=False))
def test_several_versions_of_one_issue(load, write, record, versions, random):
    """One stays: of the newest update, and always the same of equally new ones."""
    records = [record("A-1", **version) for version in versions]
    first = load(write(*records, name="first.ndjson"))
    random.shuffle(records)
    second = load(write(*records, name="second.ndjson"))
    assert first.everything() == second.everything()
    assert first.one("SELECT count(*) FROM raw_issue") == 1
    order = ["2025-01-01 10:00:00", "2025-01-01 10:00:00", "2025-03-01 10:00:00", ""]
    newest = max(order[UPDATED.index(version["updated"])] for version in versions)
    assert str(first.issue("A-1", "updated") or "") == newest


def test_the_newest_of_two_files_counts(load, exports):
    """An older export beside a newer one adds nothing, and the run says so."""
    world = load(exports / "twice")
    assert world.issue("DECK-2", "status_name") == "Closed"
    assert world.one("SELECT count(*) FROM raw_parent") == 0, "no field of the newer export is known as an epic link"
    assert any("repeats an issue" in note for note in world.loaded.notes)


def test_a_moved_issue(load, write, record):
    """The id is the issue; its newer key counts, also for those who name it by the older one."""
    old = record("OLD-1", id="1", updated=UPDATED[0])
    new = record("NEW-8", id="1", updated=UPDATED[2])
    child = record("NEW-9", id="9", parent={"id": "1", "key": "OLD-1"})
    world = load(write(old, new, child))
    assert world.rows("SELECT key FROM raw_issue ORDER BY key") == [("NEW-8",), ("NEW-9",)]
    assert world.rows("SELECT parent_key FROM raw_parent") == [("NEW-8",)]


def test_two_sites_with_the_same_key(load, write, record):
    """Keys that both hold carry the site, and so does everything that refers to them."""
    link = {"type": {"name": "Blocks", "inward": "is blocked by", "outward": "blocks"}, "outwardIssue": {"key": "A-1"}}
    world = load(
        write(
            record("A-1", site="https://one.example"),
            record(
                "A-2",
                site="https://one.example",
                parent={"key": "A-1", "id": "1"},
                subtasks=[{"key": "A-1"}],
                issuelinks=[link],
            ),
            record("A-1", site="https://two.example"),
            record("B-2", site="https://two.example", parent={"key": "A-2", "id": "55"}),
        )
    )
    assert world.rows("SELECT key, native_key, source FROM raw_issue ORDER BY key") == [
        ("A-2", "A-2", "one.example"),
        ("B-2", "B-2", "two.example"),
        ("one.example:A-1", "A-1", "one.example"),
        ("two.example:A-1", "A-1", "two.example"),
    ]
    assert world.rows("SELECT key, parent_key FROM raw_parent ORDER BY key") == [
        ("A-2", "one.example:A-1"),
        ("B-2", "two.example:A-2"),
    ], "A-2 of the other site is no parent of an issue of this one"
    assert world.rows("SELECT other_key FROM raw_link") == [("one.example:A-1",)]
    assert world.issue("A-2", "subtask_keys") == ["one.example:A-1"]


def test_ids_of_nameless_files_of_several_sites(load, tmp_path):
    """Tables that share no project may be of several sites: an id in one is no issue of the other, within one it is."""
    (tmp_path / "a.csv").write_text("Issue key,Issue id,Summary,Parent\nA-1,10,One,\nA-2,11,Two,10\n")
    (tmp_path / "a2.csv").write_text("Issue key,Issue id,Summary,Parent\nA-3,12,Three,10\n")
    (tmp_path / "b.csv").write_text("Issue key,Issue id,Summary,Parent\nB-1,10,Other,\nB-2,13,Another,11\n")
    world = load(tmp_path)
    assert {key for (key,) in world.rows("SELECT key FROM raw_issue")} == {"A-1", "A-2", "A-3", "B-1", "B-2"}
    assert set(world.rows("SELECT key, parent_key, parent_id FROM raw_parent")) == {
        ("A-2", "A-1", None),
        ("A-3", "A-1", None),
        ("B-2", None, "11"),
    }


@pytest.mark.parametrize(
    ("site", "alias", "url"),
    [
        ("https://One.Example", "one.example", "https://one.example/browse/A-1"),
        (
            "http://user:secret@one.example:8080/tracker",
            "one.example:8080",
            "http://one.example:8080/tracker/browse/A-1",
        ),
        ("https://api.atlassian.com/ex/jira/0AB-1", "api.atlassian.com/0ab-1", None),
        ("javascript:alert(1)//", "export", None),
        ("file:///etc", "export", None),
    ],
)
def test_where_an_issue_comes_from(load, write, record, site, alias, url):
    """The host is the alias; pages are http(s) only, and nobody's password is kept."""
    world = load(write(record("A-1", site=site)))
    assert world.issue("A-1", "source", "url") == (alias, url)
