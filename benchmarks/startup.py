"""How long `flowlint --version` takes, beside Python that does nothing but import click.

    python benchmarks/startup.py [--repeat 60]

The two take turns, in an order that alternates; medians are compared, on the clock and of the processors.
"""

import argparse
import sys
import tempfile
from pathlib import Path
from statistics import median

from processes import Spent, run

COMMANDS = {
    "python -c pass": ["-c", "pass"],
    "python -c 'import click'": ["-c", "import click"],
    "flowlint --version": ["-m", "flowlint", "--version"],
}
BASE = "python -c 'import click'"


def middle(tries: list[Spent]) -> tuple[float, float]:
    """Return the medians: seconds on the clock, and of the processors."""
    return median(spent.wall for spent in tries), median(spent.cpu for spent in tries)


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--repeat", type=int, default=60, help="tries of each")
    options = parser.parse_args()
    tries: dict[str, list[Spent]] = {name: [] for name in COMMANDS}
    with tempfile.TemporaryDirectory() as folder:
        for number in range(options.repeat + 1):
            for name in list(COMMANDS)[:: -1 if number % 2 else 1]:
                spent = run(COMMANDS[name], Path(folder))
                if number:  # the first time, files are read and compiled
                    tries[name].append(spent)
    print(f"{'':28}{'wall ms':>9}{'ratio':>7}{'CPU ms':>9}{'ratio':>7}   medians of {options.repeat}")
    base = middle(tries[BASE])
    for name, all_tries in tries.items():
        pairs = zip(middle(all_tries), base, strict=True)
        print(f"{name:28}" + "".join(f"{1000 * took:9.1f}{took / of_base:7.2f}" for took, of_base in pairs))
    return 0


if __name__ == "__main__":
    sys.exit(main())
