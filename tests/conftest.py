"""What all tests share: a scrubbed environment, no network, and the way to real exports where there are any."""

import os
import socket
from pathlib import Path

import pytest
from hypothesis import settings

from depth import examples

ROOT = Path(__file__).resolve().parents[1]
SHARED = ROOT.parent / "shared" / "data"
BEFORE = dict(os.environ)
SCRUBBED = ("CI", "NO_COLOR", "FORCE_COLOR", "CLICOLOR_FORCE", "COLUMNS", "LINES", "PYTHONPATH")
PREFIXES = ("FLOWLINT_", "JIRA_", "RALLY_", "AHA_", "XDG_", "GIT_")

# Machines differ in speed; a slow example is no fault.
settings.register_profile("flowlint", deadline=None, print_blob=True, max_examples=examples(100))
settings.load_profile("flowlint")


@pytest.fixture(scope="session")
def home(tmp_path_factory):
    """Return an empty home folder."""
    return tmp_path_factory.mktemp("home")


@pytest.fixture(autouse=True)
def scrubbed_environment(monkeypatch, home):
    """Hide who runs the tests and where: no variable of theirs decides a result."""
    for name in os.environ:
        if name in SCRUBBED or name.startswith(PREFIXES):
            monkeypatch.delenv(name)
    for name, value in {"HOME": str(home), "USERPROFILE": str(home), "TZ": "UTC", "TERM": "dumb"}.items():
        monkeypatch.setenv(name, value)


@pytest.fixture(autouse=True)
def no_network(monkeypatch):
    """Fail a test that reaches for the network."""

    def refuse(self, address, *rest):
        message = f"a test reached for the network: {address}"
        raise AssertionError(message)

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket.socket, "connect_ex", refuse)


@pytest.fixture(scope="session")
def real_environment():
    """Return the environment as it was outside the tests, for programs that need a package index."""
    return {name: value for name, value in BEFORE.items() if name not in SCRUBBED and not name.startswith("PYTEST_")}


@pytest.fixture(scope="session")
def root():
    """Return the checkout's folder."""
    return ROOT


@pytest.fixture(scope="session")
def shared_data():
    """Return the folder of real exports beside the checkout, or skip where there is none."""
    if not SHARED.is_dir():
        pytest.skip("no real exports: ../shared/data is not beside this checkout")
    return SHARED
