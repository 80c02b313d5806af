"""The program as people start it, against a stand-in: what it ended with, what it asked for, and whether it kept a secret to itself."""

import base64
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from fakes.jira_cloud import Cloud
from fakes.jira_data_center import DataCenter
from fakes.pulls import TOKEN, environment
from fakes.server import Asked, Server
from flowlint.snapshot.database import connect
from flowlint.snapshot.site_snapshot import About, Home, about, attached

ROOT = Path(__file__).resolve().parents[2]
SECRETS = (TOKEN.encode(), base64.b64encode(f"lead@acme.example:{TOKEN}".encode()))
IN_A_HURRY = """
import json, os, sys
from functools import partial
from flowlint.run import pulling
pulling.Patience = partial(pulling.Patience, tries=3, first_pause=0.01, longest_pause=0.05)
pulling.JiraClient = partial(pulling.JiraClient, timeout=(0.5, 0.5))
from flowlint.cli.boundary import run
"""
"""The program, with pauses and timeouts that a test can wait for; nobody but a test may want them."""
ALONE = f"{IN_A_HURRY}sys.exit(run(sys.argv[1:]))"
AGAIN_AND_AGAIN = f"""{IN_A_HURRY}
import duckdb, jira, jsonschema, requests, yaml
import flowlint.cli.check, flowlint.cli.pull, flowlint.run.linting, flowlint.sources.files, flowlint.sources.jira_pull
for line in sys.stdin:
    arguments, folder, variables, out, err = json.loads(line)
    child = os.fork()
    if not child:
        for stream, path in ((1, out), (2, err)):
            os.dup2(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), stream)
        os.chdir(folder)
        os.environ.clear()
        os.environ.update(variables)
        status = run(arguments)
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
"""
"""The same, loaded once and forked for each run: to load it takes far longer than a pull of a small site."""


class Stable:
    """Runs commands, each in a process of its own."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-c", AGAIN_AND_AGAIN],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            encoding="utf-8",
        )

    def run(self, arguments: Sequence[str], folder: Path, variables: Mapping[str, str]) -> tuple[int, str, str]:
        """Return status, standard output and standard error of a command."""
        with tempfile.TemporaryDirectory() as aside:
            paths = [Path(aside) / name for name in ("out", "err")]
            told = json.dumps([arguments, str(folder), variables, *map(str, paths)])
            assert self._process.stdin is not None
            assert self._process.stdout is not None
            self._process.stdin.write(f"{told}\n")
            self._process.stdin.flush()
            status = int(self._process.stdout.readline())
            out, err = (path.read_text(encoding="utf-8") for path in paths)
        return status, out, err

    def close(self) -> None:
        """End."""
        with self._process:
            assert self._process.stdin is not None
            self._process.stdin.close()


@dataclass(frozen=True)
class Done:
    """What became of a run."""

    status: int
    out: str
    err: str
    asked: list[Asked]
    """The requests that came in meanwhile."""


@dataclass
class Program:
    """The program in a folder of its own, with the credentials for one stand-in."""

    app: Cloud | DataCenter
    server: Server
    folder: Path
    stable: Stable | None = None
    """Runs the commands; without it each is loaded anew."""
    variables: dict[str, str] = field(default_factory=dict)

    def start(self, *arguments: str, **variables: str | None) -> "subprocess.Popen[str]":
        """Start a command; ``variables`` are set besides, or taken out where they are None."""
        return subprocess.Popen(
            [sys.executable, "-c", ALONE, *arguments],
            cwd=self.folder,
            env=self._environment(variables),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
        )

    def run(self, *arguments: str, **variables: str | None) -> Done:
        """Run a command to its end; no secret may be left of it anywhere."""
        before = len(self.server.asked)
        if self.stable is not None:
            status, out, err = self.stable.run(arguments, self.folder, self._environment(variables))
        else:
            with self.start(*arguments, **variables) as process:
                out, err = process.communicate(timeout=120)
            status = process.returncode
        assert "Traceback" not in err, err
        self.hold_no_secret(out, err)
        return Done(status, out, err, self.server.asked[before:])

    def hold_no_secret(self, *said: str) -> None:
        """Fail where the token, also as it is sent, stands in what was said or in any file that is left."""
        kept = {path: path.read_bytes() for path in self.folder.rglob("*") if path.is_file()}
        if self.home.snapshot.is_file():
            kept[Path("tables")] = repr(self.tables()).encode()  # a database packs its texts
        kept[Path("said")] = "\n".join(said).encode()
        found = [(path, secret) for path, data in kept.items() for secret in SECRETS if secret in data]
        assert not found, f"a secret is left in {found[0][0]}"

    def tables(self) -> dict[str, list[tuple[Any, ...]]]:
        """Return all that is in the snapshot."""
        tables = ("about", "issue", "change", "hidden", "metadata")
        db = connect()
        try:
            with attached(db, self.home.snapshot):
                return {name: db.execute(f"FROM snapshot.pulled_{name} ORDER BY ALL").fetchall() for name in tables}
        except Exception:  # noqa: BLE001 - a damaged one holds nothing that could be read
            return {}
        finally:
            db.close()

    def write(self, mapping: str) -> None:
        """Write the mapping; ``{url}`` in it is the site's address."""
        (self.folder / "flowlint.yaml").write_text(
            mapping.replace("{url}", self.variables["JIRA_URL"]), encoding="utf-8"
        )

    def _environment(self, variables: Mapping[str, str | None]) -> dict[str, str]:
        known = {**os.environ, **self.variables, "PYTHONPATH": str(ROOT), "TMPDIR": str(self.temporary), **variables}
        return {name: value for name, value in known.items() if value is not None}

    @property
    def temporary(self) -> Path:
        """The folder for temporary files."""
        path = self.folder / "tmp"
        path.mkdir(exist_ok=True)
        return path

    @property
    def home(self) -> Home:
        """Where the snapshot lies."""
        return Home(self.folder / ".flowlint")

    def about(self) -> About:
        """Return what the snapshot says of itself."""
        return about(self.home.snapshot)


@contextmanager
def program(app: Cloud | DataCenter, folder: Path, stable: Stable | None = None) -> Iterator[Program]:
    """Give the program in a folder, with the credentials for ``app``, which runs as long."""
    folder.mkdir(exist_ok=True)
    with Server(app) as server:
        url = server.url + getattr(app, "context", "")
        yield Program(app, server, folder, stable, environment(app, url))


def flowlint(
    folder: Path, *arguments: str, site: tuple[Cloud | DataCenter, str] | None = None, **variables: str
) -> "subprocess.CompletedProcess[str]":
    """Run a command in a folder, with the credentials for a stand-in at an address, and with variables instead of them."""
    signed_in = environment(*site) if site is not None else {}
    return subprocess.run(
        [sys.executable, "-m", "flowlint", *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), **signed_in, **variables},
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=120,
        check=False,
    )
