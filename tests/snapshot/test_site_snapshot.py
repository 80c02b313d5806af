"""The snapshot of a live site: put in its place whole, read with what it says of itself, refused where it is damaged."""

import os
import subprocess
import sys
from datetime import UTC, datetime

import duckdb
import pytest

from flowlint.errors import SourceError, UsageError
from flowlint.snapshot.site_snapshot import About, Draft, Home, about, attached, is_snapshot

NOW = datetime(2026, 10, 5, 9, tzinfo=UTC)
ABOUT = About("https://acme.example", "acme.example", NOW, ("PAY",), "labels = x", ("summary",), reasons=("why",))


@pytest.fixture
def home(tmp_path):
    """Return a folder for a snapshot; its name is one that SQL has to quote."""
    home = Home(tmp_path / "it's here" / ".flowlint")
    home.make()
    return home


@pytest.fixture
def pulled(home):
    """Return the folder with a snapshot in it."""
    Draft(home, anew=True).finish(ABOUT)
    return home


def test_what_it_says_of_itself(pulled):
    """Comes back as it was."""
    assert is_snapshot(pulled.snapshot)
    assert about(pulled.snapshot) == ABOUT


def test_a_copy_is_worked_on(pulled):
    """The old one stands, byte for byte, until the new one takes its place."""
    before = pulled.snapshot.read_bytes()
    draft = Draft(pulled, anew=False)
    draft.db.execute("INSERT INTO pulled_hidden VALUES ('PAY-1')")
    draft.db.execute("CHECKPOINT next")
    assert pulled.snapshot.read_bytes() == before
    draft.close()
    draft.clear()
    assert {path.name for path in pulled.folder.iterdir()} == {".gitignore", "snapshot.duckdb"}
    draft = Draft(pulled, anew=False)
    draft.db.execute("INSERT INTO pulled_hidden VALUES ('PAY-1')")
    draft.finish(ABOUT)
    with duckdb.connect(":memory:") as db, attached(db, pulled.snapshot):
        assert db.execute("SELECT name FROM snapshot.pulled_hidden").fetchall() == [("PAY-1",)]


def test_what_a_killed_pull_left_is_taken_away(pulled):
    """The copy, its log and its temporary files."""
    for name in ("snapshot.next.duckdb", "snapshot.next.duckdb.wal"):
        (pulled.folder / name).write_bytes(b"rubbish")
    (pulled.folder / "snapshot.next.duckdb.tmp").mkdir()
    draft = Draft(pulled, anew=False)
    draft.finish(ABOUT)
    assert {path.name for path in pulled.folder.iterdir()} == {".gitignore", "snapshot.duckdb"}


@pytest.mark.parametrize(
    "damage",
    [
        lambda data: b"",
        lambda data: data[:5000],
        lambda data: data[:8] + b"DUCK" + b"x" * 9000,
        lambda data: b"x" * 9000,
    ],
    ids=["empty", "cut", "rubbish behind the mark", "rubbish"],
)
def test_a_damaged_one_is_refused(pulled, damage):
    """With what to do."""
    pulled.snapshot.write_bytes(damage(pulled.snapshot.read_bytes()))
    with pytest.raises(SourceError, match="cannot be read") as failed:
        about(pulled.snapshot)
    assert "--full" in failed.value.help


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("DELETE FROM pulled_about", "no snapshot of flowlint's"),
        ("UPDATE pulled_about SET about = '[]'", "no snapshot of flowlint's"),
        ("UPDATE pulled_about SET about = json_merge_patch(about, '{\"version\": 1}')", "another version"),
        ("DROP TABLE pulled_about", "no snapshot of flowlint's"),
    ],
)
def test_another_one_is_refused(pulled, statement, said):
    """A database of somebody else's, or of another version of flowlint."""
    with duckdb.connect(str(pulled.snapshot)) as db:
        db.execute(statement)
    with pytest.raises(SourceError, match=said):
        about(pulled.snapshot)


def test_one_at_a_time(home):
    """A second process is kept out, and one that was killed leaves no lock."""
    waits = "import sys; from pathlib import Path; from flowlint.snapshot.site_snapshot import Home\n"
    waits += "with Home(Path(sys.argv[1])).locked(): print('locked', flush=True); sys.stdin.read()"
    holder = subprocess.Popen(
        [sys.executable, "-c", waits, str(home.folder)],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    with holder:
        assert holder.stdout.readline() == b"locked\n"
        with pytest.raises(UsageError, match="another pull"), home.locked():
            pass
        holder.kill()
        holder.wait()
    with home.locked():
        pass
