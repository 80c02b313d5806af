"""Pulls from jira820, a stand-in for Data Center 8.20 that others wrote.

It takes searches by GET only, passes over bounds and lists of ids, orders nothing by id, and knows days, no minutes.
"""

import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import closing

import pytest

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("jira820")]
DATASET = {
    "modules": [f"Part {number}" for number in range(25)],
    "epics_per_module": 13,
    "children_per_epic": [9, 10],
    "standalone_per_module": 5,
    "history_per_module": 5,
    "date": "2025-12-31",  # the server's clock stands still at the day after
}


@pytest.fixture(autouse=True)
def no_network():
    """Allow connections: the server is on loopback."""


@pytest.fixture(scope="module")
def url(tmp_path_factory):
    """Return the address of a server with some 5 000 issues."""
    config = tmp_path_factory.mktemp("jira820") / "dataset.yaml"
    config.write_text(json.dumps(DATASET), encoding="utf-8")
    with closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = subprocess.Popen(
        [sys.executable, "-m", "jira820"],
        env={**os.environ, "JIRA820_CONFIG": str(config), "JIRA820_HOST": "127.0.0.1", "JIRA820_PORT": str(port)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    address = f"http://127.0.0.1:{port}"
    try:
        _wait_for(address, server)
        yield address
    finally:
        server.kill()
        server.wait()


def _wait_for(address, server):
    for _ in range(300):
        assert server.poll() is None, "jira820 did not start"
        try:
            ask(f"{address}/rest/api/2/serverInfo")
        except OSError:
            time.sleep(0.1)
        else:
            return
    pytest.fail("jira820 does not answer")


def ask(address, body=None):
    """Ask the server; with a body by PUT."""
    data = json.dumps(body).encode() if body is not None else None
    request = urllib.request.Request(
        address, data, {"Content-Type": "application/json"}, method="PUT" if data else "GET"
    )
    with urllib.request.urlopen(request, timeout=30) as answer:
        text = answer.read()
    return json.loads(text) if text else None


def test_five_thousand_issues(url, root, tmp_path):
    """Pull, lint, pull again: each issue once, an edit is seen, and what the site cannot do is said."""
    (tmp_path / "flowlint.yaml").write_text(f"version: 1\nsource: {{jira: {{url: '{url}'}}}}\n", encoding="utf-8")
    total = ask(f"{url}/rest/api/2/search?maxResults=0")["total"]
    assert total >= 5000

    def flowlint(*arguments):
        done = subprocess.run(
            [sys.executable, "-m", "flowlint", *arguments],
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": str(root), "JIRA_URL": url, "JIRA_PAT": "any"},
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
        )
        assert "Traceback" not in done.stderr
        return done

    first = flowlint("pull")
    assert first.returncode == 0, first.stderr
    assert f"{total:,} issues" in first.stdout
    assert "does not order issues by id" in first.stdout
    judged = flowlint("check", "--offline", "--format", "json")
    assert judged.returncode in (0, 1), judged.stderr
    assert json.loads(judged.stdout)["run"]["issues"] == total
    key = ask(f"{url}/rest/api/2/search?maxResults=1&jql=type%20%3D%20Story%20AND%20statusCategory%20!%3D%20Done")[
        "issues"
    ][0]["key"]
    ask(f"{url}/rest/api/2/issue/{key}", {"fields": {"summary": "Edited while nobody pulled"}})
    second = flowlint("pull")
    assert second.returncode == 0, second.stderr
    assert f"{total:,} issues" in second.stdout
    read = int(second.stdout.split(": ")[1].split()[0].replace(",", ""))
    assert 0 < read < total
    shown = flowlint("tree", key, "--from", ".flowlint/snapshot.duckdb")
    assert "Edited while nobody pulled" in shown.stdout
