"""`flowlint validate --against` a snapshot: what an administrator renamed on the site is found after a pull."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from syrupy.assertion import SnapshotAssertion

from fakes.jira_cloud import Cloud
from fakes.jira_data_center import DataCenter
from fakes.jira_site import JiraSite, organisation
from fakes.program import flowlint
from fakes.server import Server

pytestmark = pytest.mark.slow  # each starts the program, some of them several times

SNAPSHOT = ".flowlint/snapshot.duckdb"
RENAMED = {"M724", "M725", "M726", "M727", "M728"}
"""What finds the changes below; a site without levels of its own, as Data Center is, leaves out M727."""
MAPPING = """\
version: 1
source: {jira: {url: URL, projects: [PAY, SHOP]}}
hierarchy: {levels: [theme, initiative, epic, story, task], flow_item_level: story}
issue_types:
  Theme: {level: theme}
  Initiative: {level: initiative}
  Epic: {level: epic}
  Story: {level: story, flow_item: feature}
  Bug: {level: story, flow_item: defect}
  Task: {level: task}
  Sub-task: {level: task}
workflow:
  stages:
    - name: delivery
      steps:
        - {name: Backlog, flow_state: waiting, statuses: [To Do]}
        - {name: Development, flow_state: active, statuses: [In Progress]}
        - {name: Review, flow_state: active, statuses: [In Review]}
        - {name: Done, flow_state: done, statuses: [Done]}
fields:
  outcome: Anticipated outcome
  story_points: Story Points
"""


@pytest.fixture(autouse=True)
def no_network() -> None:
    """Allow connections: the servers here are on loopback."""


@pytest.fixture
def site() -> JiraSite:
    """Return a site with three projects."""
    return organisation()


@pytest.fixture(params=[Cloud, DataCenter], ids=["cloud", "data_center"])
def server(request: pytest.FixtureRequest, site: JiraSite) -> Iterator[Server]:
    """Return the site as either kind of Jira."""
    with Server(request.param(site)) as server:
        yield server


def rename(site: JiraSite) -> None:
    """Do what administrators do on a Friday afternoon: no issue's `updated` moves."""
    pay = site.project("PAY")
    site.rename(site.type("Bug", pay), "Defect")
    site.rename(site.status("In Progress", pay), "Doing")
    site.set(site.status("To Do", pay), category="done")
    site.set(site.type("Initiative", pay), level=1)
    site.set(site.type("Epic", pay), level=2)
    site.add_type("Task", 1)
    site.fields.remove(next(one for one in site.fields if one.name == "Story Points"))


def test_drift_after_a_renaming(server: Server, site: JiraSite, tmp_path: Path, snapshot: SnapshotAssertion) -> None:
    """Nothing is wrong before; afterwards each change has its finding, at the line to mend."""
    app = server.answer
    assert isinstance(app, Cloud | DataCenter)
    (tmp_path / "flowlint.yaml").write_text(MAPPING.replace("URL", server.url), encoding="utf-8")
    signed_in = (app, server.url)
    assert flowlint(tmp_path, "pull", "-q", site=signed_in).returncode == 0
    before = flowlint(tmp_path, "validate", "--against", SNAPSHOT)
    assert before.returncode == 0
    assert not RENAMED & set(before.stdout.split()), before.stdout
    rename(site)
    assert flowlint(tmp_path, "pull", "-q", site=signed_in).returncode == 0
    after = flowlint(tmp_path, "validate", "--against", SNAPSHOT)
    assert after.returncode == 1
    assert set(after.stdout.split()) >= (RENAMED if app.cloud else RENAMED - {"M727"})
    assert "error M729" in after.stdout or not app.cloud
    assert after.stdout.replace(server.url.removeprefix("http://"), "acme.example") == snapshot
