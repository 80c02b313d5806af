"""The snapshot of a live site: one file, replaced whole or not at all, and the folder that it lies in.

A pull works on a copy beside it (``snapshot.next.duckdb``) and on pages that it spools; whenever it is killed, the
old snapshot stands.
"""

import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, fields, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from flowlint.errors import SourceError, UsageError
from flowlint.snapshot.database import settle

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

FOLDER = ".flowlint"
VERSION = 2
"""Of the tables in ``pulled.sql`` and of what stands in them."""
STORAGE = "v1.2.0"
"""Format of the file: one that DuckDB 1.2 and all later versions read."""
ROW_GROUP = 4096
"""Rows that are compressed together, and kept in memory for it: issues with long texts take tens of KB each."""
TABLES = Path(__file__).with_name("pulled.sql")
MAGIC = b"DUCK"
REBUILD = "run `flowlint pull --full`, which reads the site anew"


@dataclass(frozen=True, slots=True)
class About:
    """What a snapshot holds, and what not: which site, which part of it, which fields, when."""

    site: str
    """Address of the site's pages."""
    alias: str
    """The site's host, which stands in fingerprints."""
    pulled: datetime
    """When the pull began, UTC, by the site's clock."""
    projects: tuple[str, ...] = ()
    """Keys, as configured; none means all that the account may see."""
    query: str | None = None
    fields: tuple[str, ...] = ()
    """Ids of the fields asked for; a field that is not among them is unknown."""
    changes: tuple[str, ...] = ()
    """Ids of the fields whose changes were asked for; none means no changelogs."""
    portfolio: tuple[str, ...] = ()
    """Ids of the types whose issues were asked for their children."""
    people: bool = False
    """Whether names of people are kept."""
    reasons: tuple[str, ...] = ()
    """Why this is less than the site holds, though nothing went wrong."""
    faults: tuple[str, ...] = ()
    """What the site did not give although it lists it."""
    version: int = VERSION

    def to_json(self) -> str:
        """Return it as a JSON object."""
        return json.dumps(asdict(self) | {"pulled": self.pulled.isoformat()})

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Return what :meth:`to_json` wrote. Raises ValueError, KeyError or TypeError for anything else."""
        told = json.loads(text)
        if not isinstance(told, dict):
            raise TypeError(text)
        lists = {one.name: tuple(told[one.name]) for one in fields(cls) if isinstance(told.get(one.name), list)}
        return cls(**{**told, **lists, "pulled": datetime.fromisoformat(told["pulled"]).astimezone(UTC)})

    def asks_what(self, other: "About") -> bool:
        """Tell whether both are the same question: then pages brought for one serve the other."""
        return replace(self, **_ANSWER) == replace(other, **_ANSWER)


_ANSWER: dict[str, Any] = {"pulled": datetime.min.replace(tzinfo=UTC), "reasons": (), "faults": ()}
"""What of an :class:`About` is no part of the question."""


@dataclass(frozen=True, slots=True)
class Home:
    """The folder ``.flowlint`` beside a mapping, and what lies in it."""

    folder: Path

    @property
    def snapshot(self) -> Path:
        """The last whole pull."""
        return self.folder / "snapshot.duckdb"

    @property
    def next(self) -> Path:
        """The copy that a pull works on."""
        return self.folder / "snapshot.next.duckdb"

    @property
    def spool(self) -> Path:
        """Pages that a pull brought and that are not in a snapshot yet."""
        return self.folder / "spool"

    def make(self) -> None:
        """Create the folder, for its owner alone, and keep it out of version control."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        ignore = self.folder / ".gitignore"
        if not ignore.exists():
            ignore.write_text("*\n", encoding="utf-8")

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Keep other pulls out. Raises UsageError where one is under way."""
        with (self.folder / "lock").open("w", encoding="utf-8") as file:
            if not _lock(file.fileno()):
                raise UsageError(
                    f"another pull into {self.folder} is under way",
                    help="wait for its end; a pull that was killed holds no lock",
                )
            yield


def _lock(descriptor: int) -> bool:
    """Take a lock that ends with the process; False where another process holds it."""
    try:
        if os.name == "nt":  # pragma: no cover - the other system's way
            import msvcrt

            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined,unused-ignore]
        else:
            import fcntl

            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def size_of(path: Path) -> int:
    """Return the bytes of a file; none where a pull that goes on took it away meanwhile."""
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0


def is_snapshot(path: Path) -> bool:
    """Tell whether a file is a database of the engine's, by its first bytes."""
    with path.open("rb") as file:
        return file.read(12)[8:] == MAGIC


@contextmanager
def attached(db: "DuckDBPyConnection", path: Path) -> Iterator[About]:
    """Make the tables of a snapshot readable in ``db`` as ``snapshot.pulled_…``, and give what it says of itself.

    Raises SourceError where it cannot be read.
    """
    import duckdb

    quoted = str(path).replace("'", "''")
    try:
        db.execute(f"ATTACH '{quoted}' AS snapshot (READ_ONLY)")
    except duckdb.Error as error:
        raise unreadable(path, error) from error
    try:
        yield _about(db, path)
    finally:
        db.execute("DETACH snapshot")


def _about(db: "DuckDBPyConnection", path: Path) -> About:
    import duckdb

    try:
        row = db.execute("SELECT about FROM snapshot.pulled_about").fetchone()
        about = About.from_json(row[0] if row else "")
    except (duckdb.Error, ValueError, KeyError, TypeError) as error:
        raise unreadable(path, error) from error
    if about.version != VERSION:
        raise unreadable(path, None)
    return about


def about(path: Path) -> About:
    """Return what a snapshot says of itself. Raises SourceError where it cannot be read."""
    import duckdb

    db = duckdb.connect(":memory:")
    try:
        with attached(db, path) as told:
            return told
    finally:
        db.close()


def unreadable(path: Path, error: Exception | None) -> SourceError:
    """Return the error for a snapshot that another version wrote, or that is damaged."""
    why = "another version of flowlint wrote it" if error is None else "it is damaged, or no snapshot of flowlint's"
    return SourceError(f"the snapshot {path} cannot be read: {why}", help=REBUILD)


class Draft:
    """The next snapshot while a pull fills it: a copy of the last one, or empty."""

    def __init__(self, home: Home, *, anew: bool) -> None:
        """Make the copy. Raises SourceError where the old snapshot cannot be read."""
        import duckdb

        self._home = home
        self.clear()
        if not anew:
            shutil.copyfile(home.snapshot, home.next)
        self.db = duckdb.connect(":memory:")
        settle(self.db)
        quoted = str(home.next).replace("'", "''")
        # A pull is to fit beside what else a small machine does; all of its queries stream.
        self.db.execute("SET threads=1; SET memory_limit='64MB'; SET preserve_insertion_order=false")
        self.db.execute(f"SET temp_directory='{quoted}.tmp'")
        try:
            self.db.execute(f"ATTACH '{quoted}' AS next (STORAGE_VERSION '{STORAGE}', ROW_GROUP_SIZE {ROW_GROUP})")
        except duckdb.Error as error:
            self.db.close()
            raise unreadable(home.snapshot, error) from error
        self.db.execute("USE next")
        if anew:
            self.db.execute(TABLES.read_text(encoding="utf-8"))

    def finish(self, about: About) -> None:
        """Write what the snapshot is, and put it in the place of the old one."""
        self.db.execute("DELETE FROM pulled_about")
        self.db.execute("INSERT INTO pulled_about VALUES ($1)", [about.to_json()])
        self.db.execute("CHECKPOINT next")
        self.close()
        with self._home.next.open("rb+") as file:
            os.fsync(file.fileno())
        self._home.next.replace(self._home.snapshot)

    def close(self) -> None:
        """Let go of the file."""
        self.db.close()

    def clear(self) -> None:
        """Remove what an earlier pull left of its copy."""
        for path in (self._home.next, self._home.next.with_name(self._home.next.name + ".wal")):
            path.unlink(missing_ok=True)
        shutil.rmtree(f"{self._home.next}.tmp", ignore_errors=True)
