"""Real exports of several sites, where they lie beside the checkout: counts that their authors and their JSON tell."""

import gzip
import json
import time

import pytest

# One process loads each of them once.
pytestmark = pytest.mark.xdist_group("real-exports")

ISSUES = {
    "eucalyptus": 12_843,
    "eucalyptus-small": 162,
    "bitovi-training": 53,
    "merico-devlake": 55,
    "titanium-small": 684,
    "actionableagile-ut": 25,
    "cloud-v3-fixtures": 13,
}
PARENTS = {  # way -> (issues that name a parent so, of them those whose parent is not in the data)
    "eucalyptus": {"parent": (1708, 0), "epic_link": (2118, 393)},
    "eucalyptus-small": {"parent": (54, 0), "epic_link": (90, 6)},
    "bitovi-training": {"parent": (53, 12)},
    "merico-devlake": {"parent": (15, 1), "epic": (2, 1), "epic_link": (2, 1)},
    "titanium-small": {"parent": (27, 0), "epic": (96, 33)},
    "actionableagile-ut": {},
    "cloud-v3-fixtures": {},
}


@pytest.fixture(scope="module")
def worlds(shared_data):
    """Return a function that loads a folder of real exports, once."""
    from flowlint.config.mapping import Mapping
    from flowlint.snapshot.database import open_database
    from flowlint.sources.files import load_exports
    from flowlint.sources.source import no_progress

    known = {}

    def world(name):
        if name not in known:
            db = open_database()
            known[name] = (db, load_exports(db, [str(shared_data / name)], Mapping(), no_progress))
        return known[name]

    return world


def records(path):
    """Return the records of a file with one a line."""
    data = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    return [json.loads(line) for line in data.splitlines()]


@pytest.mark.parametrize("name", ISSUES)
def test_every_issue_once(worlds, name):
    """No record is lost, none counts twice, none is damaged."""
    db, loaded = worlds(name)
    counts = db.execute(
        "SELECT count(*), count(DISTINCT key), count(type_name), count(summary) FROM raw_issue"
    ).fetchone()
    assert counts == (ISSUES[name],) * 4
    assert not loaded.faults
    assert not loaded.bounds


@pytest.mark.parametrize("name", PARENTS)
def test_parents(worlds, name):
    """Every way in which a parent is named is read, and what is not in the data stays apart."""
    db, _ = worlds(name)
    rows = db.execute(
        """SELECT via, count(*), count(*) FILTER (parent_key NOT IN (SELECT key FROM raw_issue)) FROM raw_parent GROUP BY via"""
    ).fetchall()
    assert {via: (count, outside) for via, count, outside in rows} == PARENTS[name]


@pytest.mark.parametrize("name", ["eucalyptus-small", "titanium-small", "cloud-v3-fixtures"])
def test_plain_reading(worlds, shared_data, name):
    """Plain members of each record, read by Python's own JSON, are what the table holds."""
    db, _ = worlds(name)
    file = next(path for path in sorted((shared_data / name).iterdir()) if path.name.startswith("issues.ndjson"))
    for record in records(file):
        fields = record["fields"]
        row = db.execute(
            "SELECT summary, type_id, status_id, labels, components, subtask_keys, id FROM raw_issue WHERE native_key = $1",
            [record["key"]],
        ).fetchone()
        assert row == (
            fields["summary"],
            fields["issuetype"]["id"],
            fields["status"]["id"],
            sorted(fields.get("labels", [])),
            sorted({component["name"] for component in fields.get("components", [])}),
            [child["key"] for child in fields.get("subtasks", [])],
            record["id"],
        )


def test_eucalyptus(worlds, shared_data):
    """Fields by schema, sprint strings, versions and links, in the numbers of its JSON."""
    db, loaded = worlds("eucalyptus")
    assert loaded.fields[None]["epic_link"] == ("customfield_11300",)
    assert loaded.fields[None]["sprint"] == ("customfield_10104",)
    assert loaded.fields[None]["story_points"] == ("customfield_10004",)
    found = records(shared_data / "eucalyptus" / "issues.ndjson.gz")
    uses = {
        (record["key"], text.split("[id=")[1].split(",")[0])
        for record in found
        for text in record["fields"].get("customfield_10104") or []
    }
    assert set(db.execute("SELECT key, sprint_id FROM raw_issue_sprint").fetchall()) == uses
    assert db.execute("SELECT count(*) FROM raw_sprint").fetchone() == (len({sprint for _, sprint in uses}),)
    assert db.execute(
        "SELECT count(*) FROM raw_sprint WHERE goal <> '' OR NOT goal_known OR state IS NULL OR name IS NULL"
    ).fetchone() == (0,)
    versions = sum(len(record["fields"].get("fixVersions") or []) for record in found)
    assert db.execute("SELECT count(*) FROM raw_issue_version").fetchone() == (versions,)
    links = sum(len(record["fields"].get("issuelinks") or []) for record in found)
    assert db.execute("SELECT count(*) FROM raw_link").fetchone()[0] >= links * 0.99
    points = sum(record["fields"].get("customfield_10004") is not None for record in found)
    assert db.execute("SELECT count(number) FROM raw_field_value WHERE field_id = 'customfield_10004'").fetchone() == (
        points,
    )
    assert db.execute(
        "SELECT count(*) FROM raw_issue WHERE status_category IS NULL OR created IS NULL OR updated IS NULL"
    ).fetchone() == (0,)


def test_bitovi_by_id_and_by_name(worlds, shared_data, load):
    """The same issues keyed by id and keyed by name give the same rows."""
    _, loaded = worlds("bitovi-training")
    assert loaded.notes
    by_id = load(shared_data / "bitovi-training" / "issues.ndjson.gz").everything()
    by_name = load(shared_data / "bitovi-training" / "issues-by-field-name.json").everything()
    assert by_id["raw_parent"] == by_name["raw_parent"]
    assert by_id["raw_change"] == by_name["raw_change"]
    assert by_id["raw_issue"] == by_name["raw_issue"]


def test_merico_metadata(worlds):
    """Names in one language, their originals in metadata; two sites in one folder."""
    db, _ = worlds("merico-devlake")
    assert db.execute("SELECT source FROM raw_source ORDER BY source").fetchall() == [
        ("jira.example.invalid",),
        ("merico.atlassian.net",),
    ]
    assert db.execute("SELECT untranslated, hierarchy_level FROM raw_site_type WHERE name = '子任务'").fetchall() == [
        ("Sub-task", -1)
    ]
    assert db.execute("SELECT count(*) FROM raw_sprint WHERE goal_known").fetchone()[0] >= 30
    assert (
        db.execute(
            "SELECT count(*) FROM raw_issue JOIN raw_fetched USING (fetched_set) WHERE NOT list_contains(field_ids, 'changelog')"
        ).fetchone()[0]
        < 33
    )


def test_rich_text(worlds):
    """Documents of version 3 become lines of text."""
    db, _ = worlds("cloud-v3-fixtures")
    texts = [
        text for (text,) in db.execute("SELECT description FROM raw_issue WHERE description IS NOT NULL").fetchall()
    ]
    assert texts
    assert not any('"type"' in text for text in texts)


@pytest.mark.parametrize("name", ["jira-metadata-16", "rally-aha-samples"])
def test_folders_without_issues_of_jira(shared_data, load, name):
    """Each file is named with the reason."""
    from flowlint.errors import SourceError

    with pytest.raises(SourceError, match="no issues in") as raised:
        load(shared_data / name)
    for path in (shared_data / name).iterdir():
        assert path.name in str(raised.value)


@pytest.mark.slow
def test_eucalyptus_loads_quickly(shared_data, load):
    """122 MB of JSON take seconds of work, not minutes; the bound is generous, for busy machines."""
    began = time.process_time()
    load(shared_data / "eucalyptus")
    assert time.process_time() - began < 15
