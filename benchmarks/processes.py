"""Running Python processes and taking their time, for the measurements."""

import os
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
MEMORY_UNIT = 2**20 if sys.platform == "darwin" else 2**10
"""Bytes or kilobytes to the megabyte, as `ru_maxrss` counts on this system."""


@dataclass(frozen=True, slots=True)
class Spent:
    """What a process took."""

    wall: float
    """Seconds on the clock."""
    cpu: float
    """Seconds of all its threads, in the program and in the system."""
    peak: float
    """Megabytes of memory."""
    said: tuple[str, ...]
    """Lines of its standard error."""


def run(arguments: Sequence[str], folder: Path, expected: Sequence[int] = (0,)) -> Spent:
    """Run Python in the folder, with flowlint as it stands in this checkout.

    Raises SystemExit with what the process said where it ends with another status than the expected ones.
    """
    paths = [str(ROOT), os.environ.get("PYTHONPATH", "")]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, paths))}
    with (folder / "stderr.txt").open("w+", encoding="utf-8") as errors:
        begun = time.perf_counter()
        process = subprocess.Popen(
            [sys.executable, *arguments], stdout=subprocess.DEVNULL, stderr=errors, cwd=folder, env=environment
        )
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - begun
        process.returncode = os.waitstatus_to_exitcode(status)
        errors.seek(0)
        said = tuple(errors.read().splitlines())
    if process.returncode not in expected:
        raise SystemExit("\n".join([f"exit status {process.returncode}: python {' '.join(arguments)}", *said]))
    return Spent(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / MEMORY_UNIT, said)
