"""Rule files from strangers: each of the list gives a fault at its line, and no database and no file is touched."""

import os
from pathlib import Path

import duckdb
import pytest

from flowlint.config.yaml12 import parse
from flowlint.engine.check import check_rule
from flowlint.engine.rulefile import parse_rule
from flowlint.snapshot.database import lock

LIST = Path(__file__).with_name("hostile.yaml")
HOSTILE = parse(LIST.read_text(encoding="utf-8"), LIST.name).value
ENTRIES = [
    pytest.param(kind, entry, id=entry["name"].replace(" ", "-"))
    for kind in ("predicates", "queries")
    for entry in HOSTILE[kind]
]
HEAD = """\
id: S999
name: hostile-rule
group: stories
severity: error
confidence: high
summary: It wants what is not its business
why: To see whether it can
fix: Throw the file away
message: "{key}"
"""
TABLES = """
CREATE TABLE raw_issue (key VARCHAR, summary VARCHAR);
CREATE TABLE issue (key VARCHAR, summary VARCHAR, labels VARCHAR[]);
CREATE TABLE link (key VARCHAR, other_key VARCHAR);
CREATE SEQUENCE s;
INSERT INTO raw_issue VALUES ('A-1', 'secret');
INSERT INTO issue VALUES ('A-1', 'secret', []), ('A-2', 'more', ['x']);
"""
ESCAPES = (
    "SELECT * FROM read_csv('{file}')",
    "SELECT * FROM read_text('{file}')",
    "SELECT * FROM read_json('{file}')",
    "SELECT * FROM glob('{folder}/*')",
    "SELECT * FROM '{file}'",
    "COPY issue TO '{folder}/stolen.csv'",
    "COPY issue FROM '{file}'",
    "EXPORT DATABASE '{folder}/stolen'",
    "ATTACH '{folder}/other.db' AS other",
    "INSTALL httpfs",
    "LOAD httpfs",
    "LOAD '{folder}/evil.duckdb_extension'",
    "SET enable_external_access = true",
    "SET lock_configuration = false",
    "RESET lock_configuration",
    "SET memory_limit = '100GB'",
    "SET temp_directory = '{folder}'",
    "PRAGMA threads = 64",
    "CREATE SECRET s (TYPE http, BEARER_TOKEN 'x')",
)
"""What the lock alone must refuse, should a rule ever get past the guard."""
CHANGES = (
    "DROP TABLE issue",
    "DELETE FROM issue",
    "UPDATE issue SET summary = 'x'",
    "INSERT INTO issue (key) VALUES ('A-3')",
    "CREATE TABLE t (a INTEGER)",
    "ALTER TABLE issue ADD COLUMN a INTEGER",
    "SELECT nextval('s')",
    "CREATE MACRO lower(x) AS 'owned'",
)
"""What a database opened read-only refuses besides."""


def memory(folder):
    """Return a locked database in memory."""
    db = duckdb.connect(":memory:")
    db.execute("SET python_enable_replacements = false")
    db.execute(TABLES)
    lock(db)
    return db


def disk(folder):
    """Return a database file, opened read-only and locked."""
    with duckdb.connect(str(folder / "snapshot.duckdb")) as db:
        db.execute(TABLES)
    db = duckdb.connect(str(folder / "snapshot.duckdb"), read_only=True)
    db.execute("SET python_enable_replacements = false")
    lock(db)
    return db


@pytest.fixture(scope="module", params=[memory, disk])
def database(request, tmp_path_factory):
    """Return a folder with a database in each of its two forms; the folder is the working directory meanwhile."""
    folder = tmp_path_factory.mktemp("hostile")
    (folder / "secret.csv").write_text("password\nhunter2\n", encoding="utf-8")
    db = request.param(folder)
    before = Path.cwd()
    os.chdir(folder)
    yield db, folder
    os.chdir(before)
    db.close()


def state(db, folder):
    """Return all that a rule could have changed: rows, tables, settings, files."""
    return (
        db.execute("SELECT * FROM issue ORDER BY key").fetchall(),
        db.execute("SELECT * FROM raw_issue").fetchall(),
        db.execute("SELECT table_name FROM duckdb_tables() ORDER BY 1").fetchall(),
        db.execute("SELECT database_name FROM duckdb_databases() ORDER BY 1").fetchall(),
        db.execute("SELECT last_value FROM duckdb_sequences()").fetchall(),
        db.execute("SELECT name, value FROM duckdb_settings() ORDER BY 1").fetchall(),
        sorted((path.name, path.stat().st_mtime_ns, path.read_bytes()) for path in folder.iterdir()),
    )


def rule_of(kind, sql):
    """Return a rule file with this SQL, as text, and the line its SQL begins at."""
    key = "where" if kind == "predicates" else "query"
    text = f"{HEAD}{key}: |\n" + "".join(f"  {line}\n" for line in sql.split("\n"))
    return text, HEAD.count("\n") + 2


def test_the_list_is_long_enough():
    """Thirty are asked for; the ways in are many more."""
    assert len(ENTRIES) >= 45


@pytest.mark.parametrize(("kind", "entry"), ENTRIES)
def test_hostile_rules_are_refused_at_their_place(database, kind, entry):
    """Each hostile rule is a fault with a remedy, in the line where it misbehaves, under the key it stands at."""
    text, first = rule_of(kind, entry["sql"])
    faults = check_rule(database[0], parse_rule(text, "rules/stories/hostile-rule.yaml"))
    assert faults
    assert faults[0].place.line == first + entry.get("line", 1) - 1
    assert faults[0].key == ("where" if kind == "predicates" else "query")
    assert all("\n" not in fault.message for fault in faults)


@pytest.mark.parametrize("key", ["applies", "unknown", "evidence"])
def test_no_key_is_a_way_around(database, key):
    """Every key that holds SQL goes through the guard."""
    named = f"{key}: random() < 0.5" if key == "applies" else f"{key}: {{reason: random() < 0.5}}"
    text = f"{HEAD}where: is_open\n{named}\n"
    (fault,) = check_rule(database[0], parse_rule(text, "hostile-rule.yaml"))
    assert "random" in fault.message
    assert fault.place.line == HEAD.count("\n") + 2


def test_hostile_rules_touch_nothing(database):
    """After the whole list neither rows, tables, settings nor files differ."""
    db, folder = database
    before = state(db, folder)
    for kind in ("predicates", "queries"):
        for entry in HOSTILE[kind]:
            text, _ = rule_of(kind, entry["sql"])
            assert check_rule(db, parse_rule(text, "hostile-rule.yaml"))
    assert state(db, folder) == before


@pytest.mark.parametrize("sql", ESCAPES)
def test_the_lock_holds_without_the_guard(database, sql):
    """Files, network and settings are out of reach of the locked database itself."""
    db, folder = database
    before = state(db, folder)
    with pytest.raises(duckdb.Error):
        db.execute(sql.format(file=folder / "secret.csv", folder=folder)).fetchall()
    assert state(db, folder) == before


@pytest.mark.parametrize("sql", CHANGES)
def test_a_database_on_disk_is_read_only(tmp_path, sql):
    """On disk nothing can be changed even by SQL that was never guarded."""
    db = disk(tmp_path)
    before = state(db, tmp_path)
    with pytest.raises(duckdb.Error):
        db.execute(sql).fetchall()
    assert state(db, tmp_path) == before
    db.close()


def test_what_python_holds_is_no_table(database):
    """A variable of the program is not found under its name."""
    stolen = duckdb.connect().sql("SELECT 42 AS answer")
    assert stolen is not None
    with pytest.raises(duckdb.CatalogException):
        database[0].execute("SELECT * FROM stolen")
