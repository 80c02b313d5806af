"""The workflows of docs/nightly.md do what the page says: their commands are run, against a site on loopback."""

import json
import os
import re
import subprocess
import sys
from contextlib import contextmanager

import pytest
import yaml

from fakes.jira_cloud import Cloud
from fakes.jira_site import organisation
from fakes.server import Answer, Server

TOKEN = "s3cr3t-t0ken"
BLOCK = re.compile(r"<!-- tried: (?P<name>\w+) -->\n```\w+\n(?P<text>.*?)```", re.DOTALL)


@pytest.fixture(autouse=True)
def no_network():
    """Allow connections: the servers here are on loopback."""


@pytest.fixture
def blocks(root):
    """Return the tried blocks of the page by name."""
    page = (root / "docs" / "nightly.md").read_text(encoding="utf-8")
    return {match["name"]: match["text"] for match in BLOCK.finditer(page)}


class Job:
    """A folder with the page's mapping, and a `flowlint` on the path that is this checkout's."""

    def __init__(self, root, folder, server):
        self.folder = folder
        page = (root / "docs" / "nightly.md").read_text(encoding="utf-8")
        mapping = re.search(r"```yaml\n(version: 1\nsource:.*?)```", page, re.DOTALL)[1]
        told = mapping.replace("https://example.atlassian.net", server.url).replace("[PAY, WEB]", "[PAY, SHOP]")
        (folder / "flowlint.yaml").write_text(told)
        program = folder / "bin" / "flowlint"
        program.parent.mkdir()
        program.write_text(f'#!/bin/sh\nPYTHONPATH={root} exec {sys.executable} -m flowlint "$@"\n')
        program.chmod(0o755)
        self.environment = {
            "PATH": f"{program.parent}{os.pathsep}{os.environ['PATH']}",
            "HOME": str(folder),
            "CI": "true",
            "JIRA_URL": server.url,
            "JIRA_EMAIL": "lead@acme.example",
            "JIRA_API_TOKEN": TOKEN,
        }

    def run(self, script, **more):
        """Run a script of a CI job, which ends where a command fails."""
        return subprocess.run(
            ["bash", "-e", "-o", "pipefail", "-c", script],
            cwd=self.folder,
            env=self.environment | more,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )

    def left(self):
        """Return what the job leaves, as one text."""
        files = (path for path in self.folder.rglob("*") if path.is_file() and "bin" not in path.parts)
        return b"".join(path.read_bytes() for path in files)


@pytest.fixture
def job(root, tmp_path):
    """Return a job and the site that it reads."""
    with Server(Cloud(organisation())) as server:
        yield Job(root, tmp_path, server), server


def steps(text):
    """Return the `run` steps of the page's workflow, but the one that installs."""
    workflow = yaml.safe_load(text)
    (work,) = workflow["jobs"].values()
    assert {"JIRA_URL", "JIRA_EMAIL", "JIRA_API_TOKEN"} == work["env"].keys()
    return [step["run"] for step in work["steps"] if "run" in step and not step["run"].startswith("pip install")]


def test_github(job, blocks):
    """Findings end the job with 1, and the report is there; the site's bad night leaves the report of the last one."""
    one, server = job
    pull, check = steps(blocks["github"])
    assert one.run(pull).returncode == 0
    done = one.run(check.replace("36h", "9999d"))
    assert (done.returncode, done.stderr) == (1, "")
    first = json.loads((one.folder / "flowlint.json").read_text())
    assert first["summary"]["error"] > 0
    assert f"in {first['run']['issues']} issues of 2 projects" in (one.folder / "flowlint.txt").read_text()
    with failing(server):
        assert one.run(pull.replace("1800", "0.1")).returncode == 3
    done = one.run(check)  # the stand-in's clock stands weeks ago
    assert done.returncode == 3
    again = json.loads((one.folder / "flowlint.json").read_text())
    assert again["findings"] == first["findings"]
    assert ["--max-age allows 36 hours" in fault["message"] for fault in again["run"]["faults"]] == [True]
    assert TOKEN.encode() not in one.left()


@pytest.mark.slow
def test_gitlab(job, blocks):
    """The last status counts, and the artifacts are written whatever it is."""
    one, server = job
    work = yaml.safe_load(blocks["gitlab"])["flowlint"]
    script = "\n".join(work["script"]).replace("36h", "9999d")
    assert one.run(script).returncode == 1
    with failing(server):
        assert one.run(script.replace("1800", "0.1")).returncode == 3
    assert all((one.folder / name).stat().st_size for name in work["artifacts"]["paths"])


@pytest.mark.slow
def test_cron(job, blocks):
    """Nothing is said where all went well but findings: cron mails what is."""
    one, _ = job
    (one.folder / "credentials").write_text(
        "".join(f"export {name}={value}\n" for name, value in one.environment.items() if "JIRA" in name)
    )
    script = blocks["cron"].replace("/srv/flowlint", str(one.folder)).replace("36h", "9999d")
    done = one.run(script, **dict.fromkeys(("JIRA_URL", "JIRA_EMAIL", "JIRA_API_TOKEN"), ""))
    assert (done.returncode, done.stderr) == (1, "")
    assert json.loads((one.folder / "report.json").read_text())["run"]["pulled"]


@contextmanager
def failing(server):
    """Have the site answer every question with 503 for a while."""
    usual = server.answer
    server.answer = lambda _: Answer({}, 503, {"Retry-After": "1"})
    try:
        yield
    finally:
        server.answer = usual
