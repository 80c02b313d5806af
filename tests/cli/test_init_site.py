"""`flowlint init --jira` as people start it: from a site to a mapping that holds against what is pulled then."""

from collections.abc import Callable, Iterator
from pathlib import Path
from subprocess import CompletedProcess

import pytest
from syrupy.assertion import SnapshotAssertion

from fakes.jira_cloud import Cloud
from fakes.jira_data_center import DataCenter
from fakes.jira_site import organisation
from fakes.program import flowlint
from fakes.pulls import TOKEN
from fakes.server import Server

pytestmark = pytest.mark.slow  # each starts the program, some of them several times

SNAPSHOT = Path(".flowlint/snapshot.duckdb")
Run = Callable[..., "CompletedProcess[str]"]


@pytest.fixture(autouse=True)
def no_network() -> None:
    """Allow connections: the servers here are on loopback."""


@pytest.fixture
def site() -> Iterator[Server]:
    """Return a Cloud site with three projects."""
    with Server(Cloud(organisation())) as server:
        yield server


@pytest.fixture
def run(site: Server, tmp_path: Path) -> Run:
    """Return the program, signed in to the site, in an empty folder, with a folder of its own for temporary files."""
    (tmp_path / "here").mkdir()
    (tmp_path / "tmp").mkdir()

    def start(*arguments: str, **variables: str) -> "CompletedProcess[str]":
        app = site.answer
        assert isinstance(app, Cloud | DataCenter)
        told = {"TMPDIR": str(tmp_path / "tmp"), **variables}
        done = flowlint(tmp_path / "here", *arguments, site=(app, site.url), **told)
        assert TOKEN not in done.stdout + done.stderr
        assert list((tmp_path / "tmp").iterdir()) == []
        return done

    return start


def readable(text: str, site: Server) -> str:
    """Return a text with the address that a site has outside tests."""
    return text.replace(site.url, "https://acme.example").replace(site.url.removeprefix("http://"), "acme.example")


def test_from_a_site_to_a_passing_mapping(site: Server, run: Run, tmp_path: Path, snapshot: SnapshotAssertion) -> None:
    """Host and account first; then the draft, the pull and the check that it names; nothing is kept but the draft."""
    done = run("init", "--jira", site.url, "--project", "PAY,SHOP")
    assert (done.returncode, done.stdout) == (0, "")
    assert readable(done.stderr, site) == snapshot(name="told")
    path = tmp_path / "here" / "flowlint.yaml"
    assert readable(path.read_text(encoding="utf-8"), site) == snapshot(name="draft")
    assert [one.name for one in (tmp_path / "here").iterdir()] == ["flowlint.yaml"]
    assert run("pull").returncode == 0
    held = run("validate", "--against", str(SNAPSHOT))
    assert held.returncode == 0, held.stdout
    assert "held against" in held.stdout


def test_a_data_center_read_whole(run: Run, site: Server, tmp_path: Path) -> None:
    """Without --project all that may be seen is read, and written down."""
    site.answer = DataCenter(organisation())
    assert run("init", "--jira", site.url).returncode == 0
    assert "projects: [OPS, PAY, SHOP]" in (tmp_path / "here" / "flowlint.yaml").read_text(encoding="utf-8")
    assert run("pull").returncode == 0
    held = run("validate", "--against", str(SNAPSHOT))
    assert held.returncode == 0, held.stdout


def test_headings_and_the_order_of_statuses_are_looked_at(run: Run, site: Server, tmp_path: Path) -> None:
    """Descriptions and histories are read too: the draft rests on them."""
    app = site.answer
    assert isinstance(app, Cloud)
    for number in range(1, 10):
        issue = app.site.find(f"PAY-{number}")
        assert issue is not None
        app.site.edit(issue, description="h2. Acceptance criteria\n\nIt works.")
    assert run("init", "--jira", site.url).returncode == 0
    draft = (tmp_path / "here" / "flowlint.yaml").read_text(encoding="utf-8")
    assert "such a heading is in 9 descriptions" in draft
    assert any("changelog" in path for path in site.paths())


def test_a_mapping_that_is_there(run: Run, site: Server, tmp_path: Path) -> None:
    """It is left alone before anything is asked; --diff shows, --force adds."""
    path = tmp_path / "here" / "flowlint.yaml"
    path.write_text("version: 1  # ours\n", encoding="utf-8")
    refused = run("init", "--jira", site.url)
    assert (refused.returncode, site.count) == (2, 0)
    assert "flowlint.yaml is there already" in refused.stderr
    shown = run("init", "--jira", site.url, "--diff")
    assert shown.returncode == 0
    assert "+issue_types:" in shown.stdout
    assert path.read_text(encoding="utf-8") == "version: 1  # ours\n"
    assert run("init", "--jira", site.url, "--force").returncode == 0
    assert path.read_text(encoding="utf-8").startswith("version: 1  # ours\n")
    again = run("init", "--jira", site.url, "--diff")
    assert again.stdout == ""
    assert "lacks nothing that the site shows" in again.stderr


def test_the_snapshot_is_left_alone(run: Run, site: Server, tmp_path: Path) -> None:
    """What a pull keeps has nothing to do with it."""
    assert run("pull").returncode == 0
    before = (tmp_path / "here" / SNAPSHOT).read_bytes()
    assert run("init", "--jira", site.url, "--project", "OPS").returncode == 0
    assert (tmp_path / "here" / SNAPSHOT).read_bytes() == before


@pytest.mark.parametrize(
    ("arguments", "variables", "said"),
    [
        (("--jira", "https://elsewhere.example"), {}, "--jira is https://elsewhere.example"),
        (("--jira", "URL"), {"JIRA_URL": ""}, "JIRA_URL is not set"),
        (("--jira", "URL"), {"JIRA_API_TOKEN": ""}, "JIRA_API_TOKEN is not set"),
        (("--jira", "URL", "export.ndjson"), {}, "not from both"),
        (("export.ndjson", "--project", "PAY"), {}, "--project limits what is read from a site"),
        (("--jira", ""), {}, "--jira is no web address"),
    ],
)
def test_wrong_use_is_status_2_before_any_request(
    run: Run, site: Server, arguments: tuple[str, ...], variables: dict[str, str], said: str
) -> None:
    """One sentence, and what to do."""
    done = run("init", *(site.url if one == "URL" else one for one in arguments), **variables)
    assert (done.returncode, site.count) == (2, 0)
    assert said in done.stderr
    assert "help: " in done.stderr


def test_projects_that_are_not_there(run: Run, site: Server, tmp_path: Path) -> None:
    """No issues: no draft."""
    done = run("init", "--jira", site.url, "--project", "NOPE")
    assert done.returncode == 3
    assert "none of the projects NOPE" in done.stderr
    assert list((tmp_path / "here").iterdir()) == []


def test_a_site_that_gives_less_than_it_lists(run: Run, site: Server, tmp_path: Path) -> None:
    """The draft is made of the rest; the fault names no folder that is gone by then."""
    app = site.answer
    assert isinstance(app, Cloud)
    app.lose = [app.site.find("PAY-5").id]  # type: ignore[union-attr]
    done = run("init", "--jira", site.url)
    assert done.returncode == 3
    assert "lists 1 issues that it does not give: PAY-5" in done.stderr
    assert str(tmp_path) not in done.stderr
    assert (tmp_path / "here" / "flowlint.yaml").is_file()
