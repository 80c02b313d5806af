"""From what a user types to the files that are read."""

import io
import json
import os
import sys
import threading
from types import SimpleNamespace

import pytest

from flowlint.errors import SourceError, UsageError


def test_a_folder_is_read_on_its_own_level(load, exports):
    """Exports and metadata are used, other files are named."""
    world = load(exports / "classic")
    assert world.one("SELECT count(*) FROM raw_issue") == 8
    assert any("notes.txt" in text for text in world.loaded.passed_over)


def test_a_file_gets_the_metadata_of_its_folder(load, exports):
    """Naming the file alone changes nothing in what is known of its fields."""
    alone, folder = load(exports / "classic" / "issues.ndjson"), load(exports / "classic")
    assert alone.everything() == folder.everything()
    assert alone.loaded.fields == folder.loaded.fields


def test_a_pattern_is_expanded(load, exports):
    """The shell need not have done it."""
    world = load(exports / "cloud" / "page-*.json")
    assert world.one("SELECT count(*) FROM raw_issue") == 4


def test_a_file_named_twice_is_read_once(load, exports):
    """By name and by folder it is the same file, and nothing is said of duplicates."""
    world = load(exports / "classic", exports / "classic" / "issues.ndjson")
    assert world.loaded.notes == load(exports / "classic").loaded.notes


@pytest.mark.parametrize("name", ['it\'s "odd" [1]*?.json', "ünï {a,b}.ndjson", "a;b --.json", "[ab].ndjson"])
def test_odd_file_names(load, write, record, name):
    """Names that mean something to a shell, to SQL or to a pattern are names."""
    path = write(record("A-1"), name=name)
    write(record("A-2"), name="a.ndjson")
    assert load(path).rows("SELECT key FROM raw_issue") == [("A-1",)]


def test_standard_input(load, record, monkeypatch):
    """A dash reads what is piped in."""
    data = json.dumps(record("A-1")).encode()
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(data)))
    assert load("-", "-").rows("SELECT key FROM raw_issue") == [("A-1",)]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes")
def test_a_pipe_is_read_once(load, record, tmp_path):
    """A shell gives the output of a program as the name of a pipe; in a folder, a pipe would be waited for."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    writer = threading.Thread(target=lambda: pipe.write_text(json.dumps(record("A-1"))), daemon=True)
    writer.start()
    assert load(pipe).rows("SELECT key FROM raw_issue") == [("A-1",)]
    (tmp_path / "a.ndjson").write_text(json.dumps(record("A-2")))
    assert load(tmp_path).loaded.passed_over == (f"{pipe}: no plain file",)


def test_an_empty_path_is_not_the_working_folder(load):
    """A variable that a job forgot to set must not lint whatever lies around."""
    with pytest.raises(UsageError, match="one of the paths is empty"):
        load("")


@pytest.mark.parametrize("path", ["nowhere.json", "nowhere-*.json", "a\0b"])
def test_a_path_that_is_not_there(load, tmp_path, path):
    """It is wrong use, and the message names it."""
    with pytest.raises(UsageError, match=r"is not there|no file matches"):
        load(tmp_path / path)


def test_a_folder_without_issues_says_what_it_holds(load, exports, tmp_path):
    """Metadata alone is nothing to judge."""
    (tmp_path / "fields.json").write_bytes((exports / "classic" / "fields.json").read_bytes())
    (tmp_path / "other.json").write_text('{"QueryResult": {"Results": []}}')
    (tmp_path / "list.csv").write_text("Key,Summary\ncolour,blue\nsize,12\n")
    with pytest.raises(SourceError) as raised:
        load(tmp_path)
    text = str(raised.value)
    assert "no issues in" in text
    assert "fields.json: describes the site" in text
    assert "other.json: holds no issues" in text
    assert 'list.csv: a table, but no export of issues: most cells of its column "Key" are no keys' in text


def test_an_empty_folder(load, tmp_path):
    """It is a source without issues."""
    with pytest.raises(SourceError, match="no issues in"):
        load(tmp_path)
