"""Every shape in which Jira's JSON is kept, from our own exports of an imaginary ferry company."""

import gzip
import json
from datetime import date

import pytest

zstandard = pytest.importorskip("zstandard")

ISSUES = "SELECT * EXCLUDE (url) FROM raw_issue ORDER BY key"


def records(path):
    """Return the records of a file with one a line."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def packings(lines):
    """Return the same records in every wrapping, by file name."""
    found = [json.loads(line) for line in lines.splitlines()]
    plain = lines.encode()
    return {
        "plain.ndjson": plain,
        "crlf-and-blank-lines": lines.replace("\n", "\r\n\r\n").encode(),
        "mark.ndjson": b"\xef\xbb\xbf" + plain,
        "sixteen.ndjson": lines.encode("utf-16"),
        "sixteen-without-a-mark": lines.encode("utf-16-le"),
        "packed.ndjson.gz": gzip.compress(plain),
        "packed-without-its-suffix": gzip.compress(plain),
        "twice-packed.gz": gzip.compress(plain[:-1] + b"\n") + gzip.compress(b""),
        "zst.ndjson.zst": zstandard.compress(plain),
        "zst-without-its-suffix": zstandard.compress(plain),
        "array.json": json.dumps(found).encode(),
        "pretty-array.json": json.dumps(found, indent=2).encode(),
        "array.json.gz": gzip.compress(json.dumps(found).encode()),
        "array.json.zst": zstandard.compress(json.dumps(found).encode()),
        "envelope.json": json.dumps({"total": len(found), "issues": found}).encode(),
        "pretty-envelope.json": json.dumps({"issues": found, "total": len(found)}, indent="\t").encode(),
        "envelope.json.gz": gzip.compress(json.dumps({"issues": found}).encode()),
        "envelope.json.zst": zstandard.compress(json.dumps({"issues": found}, indent=1).encode()),
        "pages.ndjson": "\n".join(json.dumps({"issues": [one]}) for one in found).encode(),
        "one-after-the-other.json": "\n".join(json.dumps(one, indent=1) for one in found).encode(),
        "array-of-pages.json": json.dumps([{"issues": found[:3]}, {"issues": found[3:]}]).encode(),
    }


@pytest.mark.parametrize("name", packings("{}\n"))
def test_the_wrapping_makes_no_difference(load, exports, tmp_path, name):
    """One set of records gives one set of rows, however it is wrapped and packed."""
    lines = (exports / "classic" / "issues.ndjson").read_text(encoding="utf-8")
    (tmp_path / name).write_bytes(packings(lines)[name])
    (tmp_path / "fields.json").write_bytes((exports / "classic" / "fields.json").read_bytes())
    world = load(tmp_path / name)
    assert not world.loaded.faults
    assert not world.loaded.bounds
    assert world.everything() == load(exports / "classic").everything()


def test_single_issue(load, tmp_path, record):
    """The answer to one issue is an export, pretty-printed or not."""
    (tmp_path / "a.json").write_text(json.dumps(record("A-1")))
    (tmp_path / "b.json").write_text(json.dumps(record("A-2"), indent=2))
    assert load(tmp_path).rows("SELECT key FROM raw_issue ORDER BY key") == [("A-1",), ("A-2",)]


def test_classic_cloud(load, exports):
    """Version 2 with Epic Link, sprint strings and options."""
    world = load(exports / "classic")
    assert world.rows("SELECT key, via, parent_key FROM raw_parent ORDER BY ALL") == [
        ("DECK-2", "epic_link", "DECK-1"),
        ("DECK-3", "epic_link", "DECK-1"),
        ("DECK-4", "parent", "DECK-2"),
        ("DECK-5", "epic_link", "HULL-7"),
        ("DECK-6", "epic_link", "HULL-7"),
        ("FARE-1", "epic_link", "DECK-1"),
    ]
    assert world.rows(
        "SELECT id, name, state, goal, goal_known, board_id, completed::VARCHAR FROM raw_sprint ORDER BY id"
    ) == [
        ("1", "Pier 1", "closed", "", True, "4", "2025-03-21 09:00:00"),
        ("2", "Pier 2", "active", "Gates open, queues short", True, "4", None),
    ]
    assert world.rows("SELECT key, sprint_id FROM raw_issue_sprint ORDER BY ALL") == [
        ("DECK-2", "1"),
        ("DECK-2", "2"),
        ("DECK-3", "2"),
    ]
    assert world.rows("SELECT key, field_id, text, number FROM raw_field_value ORDER BY ALL") == [
        ("DECK-1", "customfield_10105", "Boarding of a full ferry takes 12 minutes instead of 25", None),
        ("DECK-2", "customfield_10102", "5.0", 5.0),
        ("DECK-3", "customfield_10103", "Impediment", None),
        ("FARE-1", "customfield_10102", "3", 3.0),
    ]
    assert world.rows("SELECT * FROM raw_link ORDER BY key") == [
        ("DECK-2", "DECK-3", "Blocks", "outward", "blocks"),
        ("DECK-3", "DECK-2", "Blocks", "inward", "is blocked by"),
    ]
    assert world.rows("SELECT id, project, name, released, release_date FROM raw_version ORDER BY id") == [
        ("500", "DECK", "Spring timetable", True, date(2025, 3, 28)),
        ("501", "DECK", "Summer timetable", False, None),
    ]
    assert world.issue("DECK-2", "url", "project", "resolved::VARCHAR", "subtask_keys", "labels") == (
        "https://ferries.example/browse/DECK-2",
        "DECK",
        "2025-02-28 22:00:00",
        ["DECK-4", "DECK-99"],
        [],
    )
    assert world.issue("DECK-2", "description").startswith("### Why\nQueues")
    assert world.issue("DECK-3", "labels", "status_category", "type_name", "subtask") == (
        ["gate", "wet"],
        "new",
        "Bug",
        False,
    )
    assert "customfield_10100" not in world.issue("DECK-4", "fetched")
    assert "customfield_10100" in world.issue("DECK-1", "fetched")
    assert world.one("SELECT schema_custom FROM raw_site_field WHERE id = 'customfield_10199'") is not None
    assert world.loaded.fields[None]["epic_link"] == ("customfield_10100",)


def test_cloud(load, exports):
    """Version 3 in pages: levels, rich text, changelogs, sprint objects, teams and people."""
    world = load(exports / "cloud")
    assert not world.loaded.bounds
    assert world.one("SELECT source FROM raw_source") == "fleet.example"
    assert world.issue("SAIL-3", "url") == "https://fleet.example/browse/SAIL-3"
    assert world.issue("SAIL-3", "description") == (
        "## Acceptance criteria\n- shows high tide\n- works offline\n  - for a day\n\nAsk @Harbour Master by 2026-01-01\nor radio."
    )
    assert world.rows("SELECT key, hierarchy_level FROM raw_issue ORDER BY key") == [
        ("SAIL-2", 1),
        ("SAIL-3", 0),
        ("SAIL-4", -1),
        ("SAIL-5", 0),
    ]
    assert world.rows(
        "SELECT key, parent_key, stub_type_name, stub_level, stub_summary FROM raw_parent ORDER BY key"
    ) == [
        ("SAIL-2", "GOAL-1", "Goal", 2, "Fewer cancelled trips"),
        ("SAIL-3", "SAIL-2", "Epic", 1, "Skippers plan a voyage on board"),
        ("SAIL-4", "SAIL-3", "Story", 0, "See the tide at the berth"),
        ("SAIL-5", "SAIL-2", None, None, None),
    ]
    assert world.rows(
        "SELECT seq, \"at\"::VARCHAR, field, from_id, to_text FROM raw_change WHERE key = 'SAIL-3' ORDER BY seq"
    ) == [
        (1, "2026-01-05 08:00:00", "IssueParentAssociation", None, "SAIL-2"),
        (2, "2026-01-10 06:00:00", "status", "30", "Sailing"),
        (3, "2026-01-15 08:00:00", "status", "31", "Moored"),
        (4, "2026-01-15 08:00:00", "resolution", None, "Done"),
    ]
    assert "changelog" in world.issue("SAIL-3", "fetched")
    assert "changelog" not in world.issue("SAIL-4", "fetched"), "only a part of its changes came along"
    values = dict(world.rows("SELECT field_id, text FROM raw_field_value WHERE key = 'SAIL-2'"))
    assert values["customfield_10030"] == "### Outcome\nNine of ten trips leave on time"
    assert values["customfield_10001"] == "Bridge"
    assert len(values["customfield_10032"]) == 16
    types = world.rows(
        "SELECT id, name, hierarchy_level, project FROM raw_site_type WHERE name IN ('Goal', 'Story') ORDER BY id"
    )
    assert types == [
        ("20", "Goal", 2, None),
        ("22", "Story", 0, None),
        ("40", "Goal", 0, "SAIL"),
        ("41", "Story", 0, "SAIL"),
    ]
    assert world.rows("SELECT key, archived FROM raw_site_project ORDER BY key") == [("GOAL", True), ("SAIL", None)]


def test_server_through_the_agile_api(load, exports):
    """Epic and sprint objects, a path before the pages, names of another language, metadata that knows more."""
    world = load(exports / "server-agile")
    assert world.rows("SELECT key, via, parent_key, stub_summary FROM raw_parent ORDER BY key") == [
        ("MOLE-2", "epic", "MOLE-1", "Kaimauer sanieren"),
        ("MOLE-3", "parent", "MOLE-2", "Poller erneuern"),
        ("MOLE-4", "epic", "DOCK-5", "Trockendock"),
    ]
    assert world.issue("MOLE-1", "url") == "http://tracker.ferries.example:8080/jira/browse/MOLE-1"
    assert world.rows("SELECT key, status_category FROM raw_issue ORDER BY key") == [
        ("MOLE-1", "indeterminate"),
        ("MOLE-2", "done"),
        ("MOLE-3", "new"),
        ("MOLE-4", None),
    ]
    assert world.rows("SELECT id, state, goal, goal_known, board_id FROM raw_sprint ORDER BY id") == [
        ("581", "closed", "Kai gesperrt", True, "12"),
        ("582", "active", "Kai frei", True, "12"),
    ]
    assert world.rows("SELECT id, project, release_date FROM raw_version ORDER BY id") == [
        ("700", "MOLE", date(2024, 4, 1)),
        ("701", "MOLE", None),
    ]
    assert world.rows("SELECT key, field, to_text FROM raw_change") == [("MOLE-2", "status", "Fertig")]
    assert "changelog" in world.issue("MOLE-2", "fetched")
    assert "changelog" not in world.issue("MOLE-1", "fetched")
    assert world.loaded.fields[None]["sprint"] == ("sprint", "closedSprints")
    assert world.rows("SELECT text FROM raw_field_value WHERE key = 'MOLE-3' AND field_id = 'flagged'") == [("true",)]
    assert world.one("SELECT untranslated FROM raw_site_status WHERE id = '1'") == "Open"


def test_fields_keyed_by_name(load, exports):
    """Names become ids again, and two that differ in case stay two."""
    world = load(exports / "by-name")
    assert world.issue("SAIL-3", "summary", "type_name", "status_category") == (
        "See the tide at the berth",
        "Story",
        "done",
    )
    assert world.rows("SELECT key, parent_key FROM raw_parent ORDER BY key") == [
        ("SAIL-3", "SAIL-2"),
        ("SAIL-4", "SAIL-3"),
    ]
    assert world.rows("SELECT DISTINCT field_id, number FROM raw_field_value") == [("customfield_10034", 8.0)]
    assert world.one("SELECT count(*) FROM raw_issue_sprint") == 1
    assert world.one("SELECT count(*) FROM raw_change WHERE key = 'SAIL-3'") == 4
    assert {"parent", "customfield_10020", "changelog"} <= set(world.issue("SAIL-3", "fetched"))


def test_fields_keyed_by_name_without_metadata(load, exports, tmp_path):
    """The English names of Jira's own fields are known."""
    (tmp_path / "issues.json").write_bytes((exports / "by-name" / "issues.json").read_bytes())
    world = load(tmp_path)
    assert world.issue("SAIL-3", "summary", "type_name") == ("See the tide at the berth", "Story")
    assert world.one("SELECT count(*) FROM raw_issue_sprint") == 1


def test_a_page_of_a_larger_search(load, exports):
    """What is known to be a part says so; names and schema inside the answer are used."""
    world = load(exports / "partial")
    (sentence,) = world.loaded.bounds
    assert sentence.endswith("the search found 7 issues, 2 of them are here")
    assert world.one("SELECT restricted FROM raw_source") is True
    assert not world.loaded.faults
    assert world.rows("SELECT key, via, parent_key FROM raw_parent") == [("CREW-1", "epic_link", "CREW-9")]
    assert world.loaded.fields[None]["story_points"] == ("customfield_10778",)
    assert world.issue("CREW-2", "summary") is None


def test_parent_link_in_every_form(load, exports):
    """Strings, objects, ids alone, refusals of a licence, and several ways at once."""
    world = load(exports / "parent-link")
    assert world.rows("SELECT key, via, parent_key, parent_id FROM raw_parent ORDER BY ALL") == [
        ("YARD-11", "parent", "YARD-2", None),
        ("YARD-12", "parent", None, "999"),
        ("YARD-13", "parent", "YARD-2", None),
        ("YARD-14", "epic_link", "YARD-3", None),
        ("YARD-15", "epic", "YARD-2", None),
        ("YARD-15", "epic_link", "YARD-2", None),
        ("YARD-15", "parent", "YARD-2", None),
        ("YARD-2", "parent_link", "YARD-1", None),
        ("YARD-3", "parent_link", "YARD-1", None),
        ("YARD-5", "parent_link", "YARD-1", None),
    ]


def test_search_pages_in_one_folder(load, tmp_path, record):
    """Pages count together; two searches of one folder are told apart by their totals."""
    for number, (start, total) in enumerate([(0, 3), (2, 3), (0, 9)]):
        page = {
            "startAt": start,
            "total": total,
            "issues": [record(f"A-{number}{nth}") for nth in range(2 - number % 2)],
        }
        (tmp_path / f"page-{number}.json").write_text(json.dumps(page))
    world = load(tmp_path)
    (sentence,) = world.loaded.bounds
    assert "9 issues, 2 of them" in sentence


def test_a_search_without_its_last_page(load, tmp_path, record):
    """The newer search tells no total, but whether a page is the last."""
    (tmp_path / "page.json").write_text(json.dumps({"issues": [record("A-1")], "nextPageToken": "x"}))
    (sentence,) = load(tmp_path).loaded.bounds
    assert "last page" in sentence
