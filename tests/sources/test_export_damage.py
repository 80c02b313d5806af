"""Damaged exports: the place is named, the rest is read, and nothing ends in a traceback."""

import gzip
import json

import pytest

from flowlint.errors import SourceError
from flowlint.sources.jira_fields import STANDARD
from flowlint.sources.salvage import MOST_FAULTS


def line(key, **fields):
    """Return a record as one line."""
    number = key.rpartition("-")[2]
    return json.dumps({"id": number, "key": key, "fields": {"summary": f"Issue {key}", **fields}}).encode()


def keys(world):
    """Return the keys that were loaded."""
    return [key for (key,) in world.rows("SELECT key FROM raw_issue ORDER BY length(key), key")]


def places(world):
    """Return the lines that faults name."""
    return [fault.place.line for fault in world.loaded.faults]


@pytest.mark.parametrize(
    ("bad", "readable"),
    [
        (b'{"id":"9","key":"A-9","fields":{"summary":"cut', False),
        (b"<html>login</html>", False),
        (b'"text"', False),
        (b"[1]", False),
        (b"null", False),
        (b'{"id":"9","key":"A-9","fields":{"summary":"half \\ud800 sign"}}', True),
        (b'{"id":"9","key":"A-9","fields":{"summary":"caf\xe9"}}', True),
        (b'{"id":"9","key":"A-9","fields":{"summary":"bell \x07"}}', True),
        (line("A-9") + b" " + line("A-10"), True),
    ],
)
def test_a_damaged_line_is_named_and_the_rest_is_read(load, tmp_path, bad, readable):
    """Its true line counts blank lines; what can be mended is read."""
    path = tmp_path / "issues.ndjson"
    path.write_bytes(b"\n".join([line("A-1"), b"", bad, line("A-2"), b""]))
    world = load(path)
    assert places(world) == [3]
    assert {"A-1", "A-2"} <= set(keys(world))
    assert ("A-9" in keys(world)) is readable


def test_a_first_line_that_is_cut(load, tmp_path):
    """The shape is still seen."""
    path = tmp_path / "issues.ndjson"
    path.write_bytes(line("A-1")[:40] + b"\n" + line("A-2") + b"\n")
    world = load(path)
    assert keys(world) == ["A-2"]
    assert places(world) == [1]


def test_many_damaged_lines_are_counted(load, tmp_path):
    """Nobody reads a thousand faults of one file."""
    path = tmp_path / "issues.ndjson"
    path.write_bytes(b"\n".join([line("A-1"), *[b"{"] * 200]))
    faults = load(path).loaded.faults
    assert len(faults) == MOST_FAULTS + 1
    assert any("150 more places" in fault.message for fault in faults)


def test_records_of_another_kind(load, tmp_path):
    """They are named, since the file was meant as an export of issues."""
    path = tmp_path / "issues.ndjson"
    path.write_bytes(line("A-1") + b'\n{"hello": 1}\n{"id": "5", "key": "A-5"}\n')
    world = load(path)
    assert keys(world) == ["A-1"]
    assert [(fault.place.line, fault.message) for fault in world.loaded.faults] == [
        (2, "this record is no issue: it has neither `key` nor `fields`"),
        (3, "the record of A-5 has no `fields`"),
    ]


def test_a_torn_archive(load, tmp_path):
    """The lines before the break are read."""
    path = tmp_path / "issues.ndjson.gz"
    lines = [line(f"A-{number}", description=str(hash(number) * 7919)) for number in range(2000)]
    packed = gzip.compress(b"\n".join(lines))
    path.write_bytes(packed[: len(packed) * 2 // 3])
    world = load(path)
    (fault,) = world.loaded.faults
    assert "torn" in fault.message
    assert 500 < len(keys(world)) < 2000
    assert keys(world) == [f"A-{number}" for number in range(len(keys(world)))]
    assert fault.place.line == len(keys(world)) + 1


@pytest.mark.parametrize("pretty", [None, 1])
@pytest.mark.parametrize("envelope", [False, True])
def test_a_cut_array_or_envelope(load, tmp_path, pretty, envelope):
    """The issues before the cut are read, and no stub of a parent is taken for an issue."""
    found = [json.loads(line(f"A-{number}", parent={"id": "0", "key": "A-0", "fields": {}})) for number in range(1, 20)]
    text = json.dumps({"total": 19, "issues": found} if envelope else found, indent=pretty)
    path = tmp_path / "issues.json"
    path.write_text(text[: text.index("Issue A-7")])
    world = load(path)
    assert keys(world) == [f"A-{number}" for number in range(1, 7)]
    (fault,) = world.loaded.faults
    assert "breaks off" in fault.message
    assert fault.place.line == (1 if pretty is None else text[: text.index("Issue A-7")].count("\n") + 1)


def test_half_signs_in_an_array(load, tmp_path):
    """An array that only Python reads is read by Python."""
    path = tmp_path / "issues.json"
    path.write_bytes(b"[" + line("A-1") + b', {"id":"2","key":"A-2","fields":{"summary":"\\ud800"}}]')
    assert keys(load(path)) == ["A-1", "A-2"]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "empty"),
        (b" \n\n", "empty"),
        (b"<!doctype html><title>Log in</title>", "page for people"),
        (
            b'{"errorMessages":["The value does not exist for the field project."],"errors":{}}',
            "The value does not exist",
        ),
        (b'{"issues":[],"total":0}', "no issues in"),
        (b"Key,Summary\n", "no JSON"),
        (b'{"id": "1"', "breaks off"),
        (b"\x28\xb5\x2f\xfd nonsense", "torn"),
        (b"\x1f\x8b\x08 nonsense", "torn"),
    ],
)
def test_what_is_no_export(load, tmp_path, content, told):
    """The reason is told in one message."""
    path = tmp_path / "issues.json"
    path.write_bytes(content)
    with pytest.raises(SourceError, match="no issues in") as raised:
        load(path)
    assert told in str(raised.value)


def test_a_login_page_beside_an_export(load, tmp_path):
    """It was meant as a page of issues: a fault, and the export is read."""
    (tmp_path / "page-1.json").write_bytes(line("A-1"))
    (tmp_path / "page-2.json").write_bytes(b"<html>")
    world = load(tmp_path)
    assert keys(world) == ["A-1"]
    assert "page for people" in world.loaded.faults[0].message


def test_metadata_that_is_no_json(load, tmp_path):
    """The file, line and column are named, and the export is read without it."""
    (tmp_path / "issues.ndjson").write_bytes(line("A-1"))
    (tmp_path / "fields.json").write_text('[{"id": "summary",\n  nonsense}]')
    world = load(tmp_path)
    (fault,) = world.loaded.faults
    assert (fault.place.line, fault.place.column) == (2, 3)
    assert keys(world) == ["A-1"]


@pytest.mark.parametrize(
    "content",
    [
        "17",
        '{"Site": [{"id": "summary", "name": "Summary"}]}',
        '[{"name": "no id"}]',
        '{"a": {"b": {"id": "1", "name": "c"}}}',
    ],
)
def test_metadata_of_another_shape(load, tmp_path, content):
    """It is passed over by name, whatever it holds."""
    (tmp_path / "issues.ndjson").write_bytes(line("A-1"))
    for name in (
        "fields",
        "issue-types",
        "statuses",
        "sprints",
        "projects",
        "versions",
        "changelogs",
        "server-info",
        "project-A",
    ):
        (tmp_path / f"{name}.json").write_text(content)
    world = load(tmp_path)
    assert keys(world) == ["A-1"]
    assert any("fields.json" in text for text in world.loaded.passed_over)


def test_half_a_character_in_metadata(load, tmp_path):
    """What is no text in a database does not cost the rest of the file."""
    (tmp_path / "issues.ndjson").write_bytes(line("A-1"))
    (tmp_path / "sprints.json").write_text('[{"id": 1, "name": "Sprint \\ud800", "state": "closed"}]')
    (tmp_path / "fields.json").write_text('[{"id": "customfield_1", "name": "\\ud800", "custom": true}]')
    world = load(tmp_path)
    assert keys(world) == ["A-1"]
    assert world.rows("SELECT name FROM raw_sprint") == [("Sprint ?",)]


def test_absurd_nesting(load, tmp_path):
    """JSON nested 200,000 deep is a value like any other."""
    deep = b'[{"a":' * 100_000 + b"1" + b"}]" * 100_000
    path = tmp_path / "issues.ndjson"
    path.write_bytes(
        line("A-1")[:-2]
        + b', "parent": '
        + deep
        + b', "description": {"type": "doc", "content": '
        + deep
        + b"}}}\n"
        + line("A-2")
    )
    assert keys(load(path)) == ["A-1", "A-2"]


HOSTILE = [
    None,
    True,
    7,
    -1.5,
    "",
    "x",
    "A-1",
    [],
    {},
    [None],
    ["x", 3],
    [[]],
    [{}],
    {"key": 5},
    {"id": None},
    {"name": ["x"]},
    {"value": {}},
]


@pytest.mark.parametrize("value", HOSTILE, ids=repr)
def test_any_value_in_any_field(load, write, record, value):
    """A field of another kind than Jira's costs that field, not the load."""
    names = [*STANDARD, "customfield_1"]
    odd = [record(f"A-{number}", **{name: value}) for number, name in enumerate(names, 2)]
    whole = record("A-99", **dict.fromkeys(names, value))
    whole["changelog"] = value
    world = load(
        write(record("A-1"), *odd, whole, {**record("A-100"), "changelog": {"histories": value, "total": value}})
    )
    assert world.one("SELECT count(*) FROM raw_issue") == len(names) + 3
    assert not world.loaded.faults
