"""`flowlint doctor` as people start it: one screen, JSON by its schema, a status, and no secret."""

import base64
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from subprocess import CompletedProcess

import pytest
from jsonschema import Draft202012Validator
from syrupy.assertion import SnapshotAssertion

from fakes.jira_cloud import Cloud
from fakes.jira_data_center import DataCenter
from fakes.jira_site import organisation
from fakes.program import flowlint
from fakes.pulls import TOKEN
from fakes.server import Server
from flowlint.reports.doctor_json import SCHEMA

pytestmark = pytest.mark.slow  # each starts the program, some of them several times

MAPPING = """\
version: 1
source: {jira: {url: URL, projects: [PAY, SHOP, LEGACY]}}
hierarchy: {levels: [theme, initiative, epic, story, task], flow_item_level: story}
issue_types:
  Theme: {level: theme}
  Initiative: {level: initiative}
  Epic: {level: epic}
  Story: {level: story, flow_item: feature}
  Bug: {level: story, flow_item: defect}
  Task: {level: task}
  Sub-task: {level: task}
fields:
  outcome: Expected result
  story_points: Story Points
"""
SECRETS = (TOKEN, base64.b64encode(f"lead@acme.example:{TOKEN}".encode()).decode(), "lead@acme.example")
Run = Callable[..., "CompletedProcess[str]"]


@pytest.fixture(autouse=True)
def no_network() -> None:
    """Allow connections: the servers here are on loopback."""


@pytest.fixture(params=[Cloud, DataCenter], ids=["cloud", "data_center"])
def site(request: pytest.FixtureRequest) -> Iterator[Server]:
    """Return a site with three projects, of either kind."""
    with Server(request.param(organisation())) as server:
        yield server


@pytest.fixture
def run(site: Server, tmp_path: Path) -> Run:
    """Return the program, signed in to the site, in a folder with a mapping."""
    (tmp_path / "flowlint.yaml").write_text(MAPPING.replace("URL", site.url), encoding="utf-8")

    def start(*arguments: str, **variables: str) -> "CompletedProcess[str]":
        app = site.answer
        assert isinstance(app, Cloud | DataCenter)
        done = flowlint(tmp_path, *arguments, site=(app, site.url), **variables)
        assert not [secret for secret in SECRETS if secret in done.stdout + done.stderr]
        assert "Traceback" not in done.stderr
        return done

    return start


def readable(text: str, site: Server) -> str:
    """Return a text with what differs from run to run as a reader would see it."""
    text = text.replace(site.url, "https://acme.example").replace(site.url.removeprefix("http://"), "acme.example")
    return re.sub(r"\d+ days ago", "3 days ago", re.sub(r"\d+(\.\d)? ([kM]?B)\b", r"1.0 \2", text))


def test_one_screen(site: Server, run: Run, snapshot: SnapshotAssertion) -> None:
    """After a pull: who, where, what, what not, and the snapshot; at most ten requests, 24 lines of 100 columns."""
    assert run("pull", "-q").returncode == 0
    site.asked.clear()
    done = run("doctor")
    assert (done.returncode, done.stderr) == (0, "")
    assert readable(done.stdout, site) == snapshot
    assert len(site.asked) <= 10
    assert len(done.stdout.splitlines()) <= 24
    assert max(map(len, done.stdout.splitlines())) <= 100


def test_without_credentials(site: Server, run: Run, snapshot: SnapshotAssertion) -> None:
    """Status 2; mapping and snapshot are told of all the same."""
    assert run("pull", "-q").returncode == 0
    site.asked.clear()
    done = run("doctor", JIRA_EMAIL="", JIRA_API_TOKEN="", JIRA_PAT="")
    assert (done.returncode, done.stderr, site.asked) == (2, "", [])
    assert readable(done.stdout, site) == snapshot


def test_json_by_its_schema(site: Server, run: Run, tmp_path: Path) -> None:
    """With a site and without one; what is wrong is said on standard error too."""
    validator = Draft202012Validator(json.loads(SCHEMA.read_text(encoding="utf-8")))
    told = json.loads(run("doctor", "--format", "json").stdout)
    validator.validate(told)
    assert (told["status"], told["site"]["account"], told["clock"]) == (0, "Lea Lead", "site")
    assert told["sight"]["unseen_projects"] == ["LEGACY"]
    assert told["mapping"]["absent_fields"] == [{"field": "Expected result", "meaning": "outcome"}]
    assert told["credentials"]["JIRA_URL"] is True
    assert told["snapshot"]["exists"] is False
    run("pull", "-q")
    assert isinstance(site.answer, Cloud | DataCenter)
    site.answer.anonymous = True
    done = run("doctor", "--format", "json", "-o", "doctor.json")
    assert (done.returncode, done.stdout) == (3, "")
    assert "refused the credentials" in done.stderr
    told = json.loads((tmp_path / "doctor.json").read_text(encoding="utf-8"))
    validator.validate(told)
    assert (told["status"], told["site"], told["mapping"]["told_by"]) == (3, None, "snapshot")
    assert told["snapshot"]["issues"] == 47


def test_the_schema_is_published(run: Run) -> None:
    """Its objects are closed, so the test above finds what is not described."""
    told = json.loads(run("schema", "doctor").stdout)
    Draft202012Validator.check_schema(told)
    assert told["additionalProperties"] is False
