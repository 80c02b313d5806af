"""Damaged CSV exports: each fault with its file and true line, the rest judged."""

import gzip

import pytest

HEADER = "Issue key,Summary,Issue Type,Parent\n"
SOUND = "A-1,one,Epic,\nA-2,two,Story,A-1\n"


@pytest.fixture
def world(load, tmp_path):
    """Return a function that loads a CSV file of these bytes."""

    def world_(data, name="jira.csv"):
        path = tmp_path / name
        path.write_bytes(data if isinstance(data, bytes) else data.encode())
        return load(path)

    return world_


def keys(world):
    """Return the keys that were read."""
    return [key for (key,) in world.rows("SELECT key FROM raw_issue ORDER BY key")]


def faults(world):
    """Return line and message of each fault."""
    return [(fault.place.line, fault.message) for fault in world.loaded.faults]


@pytest.mark.parametrize(
    ("rows", "line", "message", "read"),
    [
        ('A-3,"a\nb\n\nc",Story,A-1\nA-4,x\n', 8, "this row has 2 cells, the header 4: cut off or damaged", ["A-3", "A-4"]),
        ("A-3,x,Story,A-1,more\n", 4, "this row has 5 cells, the header 4: its cells are out of place", []),
        ('A-3,"cut off', 4, "a quote is opened in this row and never closed: cut off or damaged", []),
        ('A-3,"cut off\nin a\nlong text', 4, "a quote is opened in this row and never closed: cut off or damaged", []),
        ('A-3,"stray,Story,\nA-4,x,Story,\nA-5,y,Story,\n', 4, "a quote is opened in this row and never closed: cut off or damaged", ["A-4", "A-5"]),
        (",no key,Story,\nA-4,x,Story,\n", 4, "this row has no issue key", ["A-4"]),
        ("A-3,x\0y,Story,\n", 4, "zero bytes stand in the text; they were left out", ["A-3"]),
        ("A-3,é,Story,\nA-4,x".encode() + b"\xff,Story,\n", 5, "some bytes are no text; they were replaced", ["A-3", "A-4"]),
    ],
)  # fmt: skip
def test_one_fault(world, rows, line, message, read):
    """It is named with its line, and every whole row before and behind it is read."""
    found = world((HEADER + SOUND).encode() + (rows if isinstance(rows, bytes) else rows.encode()))
    assert faults(found) == [(line, message)]
    assert keys(found) == ["A-1", "A-2", *read]


def test_what_a_short_row_lacks_is_unknown(world):
    """Cells that are cut off were not fetched; they are not empty."""
    found = world(HEADER + SOUND + "A-3,x\n")
    assert "issuetype" not in found.issue("A-3", "fetched")
    assert found.rows("SELECT state FROM raw_parent WHERE key = 'A-3'") == [("hidden",)]
    assert found.issue("A-3", "type_name") is None


@pytest.mark.parametrize(
    "rows",
    ["\n\n", " \n", ",,,\n", ",,,,,,\n", "A-3,x,Story,,,,\n", 'A-3,5" screen,Story,A-1\n', 'A-3,"x""y",Story,\n', HEADER, "A-3,x,Story,A-1"],
)  # fmt: skip
def test_what_is_no_damage(world, rows):
    """Blank rows, empty cells behind the last column, quotes inside a cell, the header once more, no last line end."""
    found = world(HEADER + SOUND + rows)
    assert faults(found) == []
    assert keys(found) == ["A-1", "A-2"] + ["A-3"] * rows.startswith("A-3")


def test_exports_one_behind_the_other(world):
    """A header in the middle begins a table with columns of its own."""
    found = world(HEADER + SOUND + "\ufeffIssue id,Issue key,Parent,Issue Type,Status\n7,B-1,,Story,To Do\n8,B-2,7,Story,Done\n" + HEADER + "A-9,x,Story,A-1\n")  # fmt: skip
    assert faults(found) == []
    assert found.rows("SELECT key, id, type_name, status_name FROM raw_issue ORDER BY key") == [
        ("A-1", "A-1", "Epic", None),
        ("A-2", "A-2", "Story", None),
        ("A-9", "A-9", "Story", None),
        ("B-1", "7", "Story", "To Do"),
        ("B-2", "8", "Story", "Done"),
    ]
    assert found.rows("SELECT key, parent_key FROM raw_parent ORDER BY key") == [
        ("A-2", "A-1"),
        ("A-9", "A-1"),
        ("B-2", "B-1"),
    ]


def test_many_faults_are_counted(world):
    """Fifty are named, the others counted."""
    found = world(HEADER + SOUND + "".join(f"A-{number},x\n" for number in range(10, 80)))
    assert len(found.loaded.faults) == 51
    assert "20 more rows of this file are damaged" in {message for _, message in faults(found)}
    assert len(keys(found)) == 72


def test_quotes_that_never_close(world):
    """A file full of them is given up with a word, and does not take forever."""
    found = world(HEADER + SOUND + "".join(f'A-{number},"{"x" * 99}' + "\n" for number in range(10, 1001)))
    assert {"A-1", "A-2"} <= set(keys(found))
    assert len(faults(found)) == 51


def test_a_large_cell_and_an_endless_row(world, monkeypatch):
    """Cells beyond Python's default limit are read; a row without end is named."""
    assert world(HEADER + f'A-1,"{"x" * 300_000}",Story,\n').one("SELECT length(summary) FROM raw_issue") == 300_000
    monkeypatch.setattr("flowlint.sources.csv_lines.LONGEST", 1000)
    found = world(HEADER + "A-1,one,Epic,\nA-2," + "x" * 5000 + ",Story,\nA-3,y,Story,\n")
    assert faults(found) == [(3, "a quote is opened in this row and never closed: cut off or damaged")]
    assert keys(found) == ["A-1", "A-3"]


def test_a_torn_archive(world):
    """What stands before the tear is read, and the tear is named."""
    text = HEADER + SOUND + "".join(f"A-{number},summary {number * 7919},Story,A-1\n" for number in range(10, 3000))
    packed = gzip.compress(text.encode())
    found = world(packed[: len(packed) // 2], name="jira.csv.gz")
    assert any("the archive is torn" in message for _, message in faults(found))
    assert len(keys(found)) > 100


@pytest.mark.parametrize("repeat", [1, 3])
def test_wide_and_long(world, repeat):
    """Thousands of columns are read; more than any table has are refused with a reason."""
    wide = ",".join(["Issue key", "Summary", *(f"Custom field (F{number})" for number in range(2000 * repeat))])
    assert keys(world(f"{wide}\nA-1,x{',' * 2000 * repeat}\n")) == ["A-1"]
