"""How long `flowlint pull` takes, beside reading the same issues with the search of the library `jira`.

    python benchmarks/pulling.py [--issues 100000] [--delay 150] [--large 1000000]

The site is the stand-in of the tests, a process of its own, which waits `--delay` milliseconds before each answer and has
every answer at hand before anything is measured. Each measurement is a process of its own.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from processes import ROOT, Spent, run

TOKEN = "no-secret"
LIBRARY = """
import sys
from jira import JIRA
url, fields = sys.argv[1], sys.argv[2].split(",")
client = JIRA(server=url, basic_auth=("lead", "no-secret"), options={"rest_api_version": "3"})
issues = client.enhanced_search_issues('created >= "1970-01-01" ORDER BY id ASC', maxResults=False, fields=fields)
print(len(issues), file=sys.stderr)
"""
PULL = ["-m", "flowlint", "pull"]


def serve(kind: str, issues: int) -> None:
    """Answer as a site with so many issues until standard input ends."""
    sys.path.insert(0, str(ROOT / "tests"))
    from fakes.jira_cloud import Cloud
    from fakes.jira_data_center import DataCenter
    from fakes.jira_site import many
    from fakes.server import Answer, Asked, Server

    site = many(issues)
    app = (Cloud if kind == "cloud" else DataCenter)(site, credentials=("lead", TOKEN), remember=True)

    def answer(asked: Asked) -> Answer:
        if asked.path == "/delay":
            app.delay = float(asked.query["seconds"])
        elif asked.path == "/change":
            every = int(asked.query["every"])
            for id_ in list(site.everything())[::every]:
                issue = site.find(id_)
                if issue is not None:
                    site.edit(issue, summary=f"{issue.summary}, changed")
        elif asked.path != "/count":
            return app(asked)
        return Answer({"count": server.count})

    with Server(answer, log=False) as server:
        print(server.url, flush=True)
        sys.stdin.read()


class Site:
    """A stand-in in a process of its own."""

    def __init__(self, url: str) -> None:
        self.url = url

    def tell(self, path: str) -> Any:
        """Ask for something that no Jira knows."""
        with urllib.request.urlopen(self.url + path) as answer:
            return json.load(answer)

    def count(self) -> int:
        """Return how many requests came so far, this one included."""
        return int(self.tell("/count")["count"])


@contextmanager
def site(kind: str, issues: int) -> Iterator[Site]:
    """Give a stand-in with so many issues."""
    process = subprocess.Popen(
        [sys.executable, __file__, "--serve", kind, "--issues", str(issues)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        if process.stdin is None or process.stdout is None:
            raise SystemExit("no pipes")
        yield Site(process.stdout.readline().strip())
        process.stdin.close()


def measured(what: str, arguments: list[str], folder: Path, of: Site) -> Spent:
    """Run, and print what it took."""
    before = of.count()
    spent = run(arguments, folder)
    requests = of.count() - before - 1
    print(
        f"{what:44} {requests:6,} requests {spent.wall:8.1f} s {spent.cpu:7.1f} s of the processors {spent.peak:7.0f} MB",
        flush=True,
    )
    return spent


def compare(issues: int, delay: float) -> None:
    """Pull a Cloud site by flowlint and by the library, then what changed in it."""
    with tempfile.TemporaryDirectory() as name, site("cloud", issues) as here:
        folder = Path(name)
        os.environ.update({"JIRA_URL": here.url, "JIRA_EMAIL": "lead", "JIRA_API_TOKEN": TOKEN})
        run(PULL, folder)  # now the site has its answers at hand
        from flowlint.snapshot.site_snapshot import about

        fields = about(folder / ".flowlint" / "snapshot.duckdb").fields
        by_library = ["-c", LIBRARY, here.url, ",".join(fields)]
        run(by_library, folder)
        here.tell(f"/delay?seconds={delay}")
        print(
            f"{issues:,} issues of a Cloud site, {delay * 1000:.0f} ms each request, {len(fields)} fields", flush=True
        )
        ours = measured("flowlint pull, everything", [*PULL, "--full"], folder, here)
        theirs = measured("jira: enhanced_search_issues", by_library, folder, here)
        print(f"{theirs.wall / ours.wall:.1f} times as fast, with {ours.cpu / theirs.cpu:.2f} of the processors' time")
        measured("flowlint pull, nothing new", PULL, folder, here)
        here.tell("/change?every=100")
        measured("flowlint pull, 1 % changed", PULL, folder, here)


def grow(issues: int) -> None:
    """Pull Data Center sites of two sizes: memory must not grow with them."""
    for size in (issues // 10, issues):
        with tempfile.TemporaryDirectory() as name, site("data-center", size) as here:
            os.environ.update({"JIRA_URL": here.url, "JIRA_EMAIL": "lead", "JIRA_API_TOKEN": TOKEN})
            measured(f"flowlint pull, {size:,} of a Data Center", PULL, Path(name), here)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--issues", type=int, default=100_000, help="size of the Cloud site")
    parser.add_argument("--delay", type=float, default=150, help="milliseconds before each answer")
    parser.add_argument("--large", type=int, default=0, help="size of a Data Center site to pull besides")
    parser.add_argument("--serve", choices=["cloud", "data-center"], help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.serve:
        serve(options.serve, options.issues)
        return
    compare(options.issues, options.delay / 1000)
    if options.large:
        grow(options.large)


if __name__ == "__main__":
    main()
