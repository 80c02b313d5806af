"""Whatever bytes come: issues, named damage or a clear error; never a traceback, never a clean run with something lost."""

import gzip
import json
import tempfile
from pathlib import Path

import duckdb
import pytest
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st
from wrecks import LAYOUTS, exports, laid_out, misshapen, records, strict_keys, wrecked

from depth import examples
from flowlint.config.mapping import Mapping
from flowlint.errors import SourceError
from flowlint.snapshot.database import open_database
from flowlint.sources.documents import Documents
from flowlint.sources.files import load_exports
from flowlint.sources.paths import expand
from flowlint.sources.source import no_progress

QUICK = settings(max_examples=examples(40), suppress_health_check=list(HealthCheck))
LONG = settings(max_examples=300, suppress_health_check=list(HealthCheck))
UNSHRUNK = [phase for phase in Phase if phase is not Phase.shrink]
"""Whole loads are too slow to look for the least example."""
ENCODINGS = ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be"]


@pytest.fixture(scope="module")
def db():
    """Return a database that all examples share."""
    with duckdb.connect() as db:
        yield db


def read(db, data, name="issues.json"):
    """Return the keys that a file gives, where its faults stand, and what was passed over; a file that one names."""
    with tempfile.TemporaryDirectory() as folder:
        spool = Path(folder) / "spool"
        spool.mkdir()
        path = Path(folder) / name
        path.write_bytes(data)
        candidates = expand([str(path)], spool).files
        documents = Documents(db, spool)
        documents.read(candidates, no_progress)
        faults, _ = documents.remarks(candidates)
        keys = [key for (key,) in db.execute("SELECT trim(key) FROM load_document").fetchall()]
    assert {fault.place.file for fault in faults} <= {str(path)}
    return keys, [(fault.place.line, fault.place.column) for fault in faults]


def must_account_for(db, export, data):
    """Read damaged bytes: all that a strict reader finds is there, and where it finds a fault, one is named."""
    keys, places = read(db, data)
    assert all(1 <= line <= data.count(b"\n") + 1 and column >= 1 for line, column in places)
    expected = strict_keys(data)
    if expected is not None and data.strip():
        assert sorted(keys) == sorted(expected)
    elif not places:
        assert len(keys) >= len(export.keys)


@st.composite
def damaged(draw):
    """Return an export, and its bytes once something has happened to them."""
    export = draw(exports())
    return export, draw(wrecked(export.data))


@st.composite
def damaged_lines(draw):
    """Return an export with a record a line, and which of its lines became what."""
    export = draw(exports(layouts=["lines"], least=3))
    lines = export.data.split(b"\n")
    at = draw(st.integers(0, len(export.keys) - 1))
    line = draw(wrecked(lines[at])).replace(b"\n", b" ")
    assume(at or not line.lstrip().startswith(b"["))  # that makes another layout of the whole
    return export, at, line


@QUICK
@given(damaged())
def test_nothing_is_lost_without_a_word(db, case):
    """Any layout, any damage: what is gone is named, at a place within the file."""
    must_account_for(db, *case)


@pytest.mark.slow
@LONG
@given(damaged())
def test_nothing_is_lost_without_a_word_at_length(db, case):
    """The same, for as long as patience lasts."""
    must_account_for(db, *case)


def must_keep_the_other_lines(db, export, at, line):
    """Read an export with one other line: the rest is read, and nothing but this line is named."""
    lines = export.data.split(b"\n")
    lines[at] = line
    keys, places = read(db, b"\n".join(lines), "issues.ndjson")
    assert {key for nth, key in enumerate(export.keys) if nth != at} <= set(keys)
    assert {place[0] for place in places} <= {at + 1}


@QUICK
@given(damaged_lines())
def test_a_damaged_line_costs_no_other_line(db, case):
    """Whatever stands on it, and wherever it stands."""
    must_keep_the_other_lines(db, *case)


@pytest.mark.slow
@LONG
@given(damaged_lines())
def test_a_damaged_line_costs_no_other_line_at_length(db, case):
    """The same, for as long as patience lasts."""
    must_keep_the_other_lines(db, *case)


@QUICK
@given(st.one_of(st.binary(max_size=200), st.text(max_size=100).map(str.encode)))
def test_any_bytes(db, data):
    """A file of anything gives issues or a reason."""
    keys, places = read(db, data)
    assert keys or places


@QUICK
@given(exports(layouts=["lines", "array", "pretty page"]), st.sampled_from(ENCODINGS), st.integers(0, 60))
def test_any_encoding_cut_anywhere(db, export, encoding, cut):
    """A file in another encoding is read; where its end is missing, that is named."""
    data = export.data.decode().encode(encoding)
    keys, places = read(db, data)
    assert (sorted(keys), places) == (sorted(export.keys), [])
    keys, places = read(db, data[: len(data) - cut])
    assert places or sorted(keys) == sorted(export.keys)


@QUICK
@given(exports(layouts=["lines", "page"]), st.integers(0, 10**6))
def test_an_archive_torn_anywhere(db, export, cut):
    """An archive that breaks off is named as torn, wherever it breaks off."""
    packed = gzip.compress(export.data)
    _, places = read(db, packed[: cut % (len(packed) - 4) + 4], "issues.json.gz")
    assert places


def load(folder):
    """Load a folder into a database of its own; return how many issues it gave and the faults, or none and the reasons."""
    db = open_database()
    try:
        loaded = load_exports(db, [str(folder)], Mapping(), no_progress)
    except SourceError as error:
        return 0, error.message.splitlines()[1:]
    else:
        (row,) = db.execute("SELECT count(*) FROM raw_issue").fetchall()
        return row[0], loaded.faults
    finally:
        db.close()


def must_take_any_shape(found, layout, data):
    """Load records of which any part is of another kind: those that are still issues are there."""
    with tempfile.TemporaryDirectory() as folder:
        whole = data.draw(misshapen(found))
        path = Path(folder) / "issues.json"
        text = laid_out(whole, layout) if isinstance(whole, list) else json.dumps(whole)
        path.write_text(text, encoding="utf-8")
        expected = strict_keys(path.read_bytes())
        count, faults = load(Path(folder))
    if expected:
        assert count == len(set(expected))
    else:
        assert faults, (count, expected, text)


@settings(QUICK, max_examples=examples(12), phases=UNSHRUNK)
@given(records(), st.sampled_from(LAYOUTS), st.data())
def test_any_value_anywhere(found, layout, data):
    """Jira's answers with another value, or none, at any place."""
    must_take_any_shape(found, layout, data)


@pytest.mark.slow
@settings(LONG, max_examples=60, phases=UNSHRUNK)
@given(records(), st.sampled_from(LAYOUTS), st.data())
def test_any_value_anywhere_at_length(found, layout, data):
    """The same, for as long as patience lasts."""
    must_take_any_shape(found, layout, data)
