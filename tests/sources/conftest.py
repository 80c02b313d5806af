"""Loading exports in tests: our own ones of ``tests/data/exports``, and records written on the spot."""

import json
from pathlib import Path

import pytest

from flowlint.config.mapping import Mapping
from flowlint.snapshot.database import open_database
from flowlint.sources.files import load_exports
from flowlint.sources.source import no_progress

EXPORTS = Path(__file__).resolve().parents[1] / "data" / "exports"


class World:
    """A database with exports loaded, and what the source said of them."""

    def __init__(self, paths, mapping=None, *, people=False):
        self.db = open_database()
        self.loaded = load_exports(
            self.db, [str(path) for path in paths], mapping or Mapping(), no_progress, people=people
        )

    def rows(self, query):
        """Return all rows of a query."""
        return self.db.execute(query).fetchall()

    def one(self, query):
        """Return the only value of a query."""
        ((value,),) = self.rows(query)
        return value

    def issue(self, key, *columns):
        """Return columns of one issue."""
        issues = "(SELECT i.*, f.field_ids AS fetched FROM raw_issue i JOIN raw_fetched f USING (fetched_set))"
        (row,) = self.rows(f"SELECT {', '.join(columns)} FROM {issues} WHERE key = '{key}'")
        return row[0] if len(columns) == 1 else row

    def everything(self):
        """Return the content of all raw tables, without regard to the order of rows."""
        names = [
            name
            for (name,) in self.rows("SELECT table_name FROM duckdb_tables() WHERE table_name LIKE 'raw_%' ORDER BY 1")
        ]
        return {name: sorted(map(repr, self.rows(f"SELECT * FROM {name}"))) for name in names}


@pytest.fixture(scope="session")
def exports():
    """Return the folder of our own exports."""
    return EXPORTS


@pytest.fixture
def load():
    """Return a function that loads paths into a new database."""

    def load_(*paths, mapping=None, people=False):
        return World(paths, mapping, people=people)

    return load_


@pytest.fixture
def write(tmp_path):
    """Return a function that writes records, one a line, into a file of the test's own folder."""

    def write_(*records, name="issues.ndjson"):
        path = tmp_path / name
        path.write_text("".join(json.dumps(record) + "\n" for record in records), encoding="utf-8")
        return path

    return write_


@pytest.fixture
def record():
    """Return a function that makes a record of an issue with these fields."""

    def record_(key, *, site="https://one.example", id=None, **fields):
        number = id or key.rpartition("-")[2]
        return {
            "id": number,
            "key": key,
            "self": f"{site}/rest/api/2/issue/{number}",
            "fields": {"summary": f"Issue {key}", **fields},
        }

    return record_
