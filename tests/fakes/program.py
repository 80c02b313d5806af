"""The program as people start it, signed in to a stand-in."""

import os
import subprocess
import sys
from pathlib import Path

from fakes.jira_cloud import Cloud
from fakes.jira_data_center import DataCenter
from fakes.pulls import environment

ROOT = Path(__file__).resolve().parents[2]


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
