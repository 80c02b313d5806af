"""How long `flowlint check` takes, beside merely parsing the same file and beside ten of its rules on plain objects.

    python benchmarks/compare.py [--sizes 300000,1000000] [--repeat 3] [--quick] [--keep FOLDER]

Seconds differ between machines, ratios hardly do: everything is measured in one run on one generated file. Each
measurement is a process of its own; the processes take turns, so that what else the machine does burdens them alike.
With several sizes the last table says how the times grow. `--quick` tries everything once, on 20,000 issues. Without
`orjson` the standard library's `json` stands in for it.
"""

import argparse
import importlib.util
import json
import platform
import sys
import tempfile
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from plain import RULES
from processes import Spent, run
from sites import write

HERE = Path(__file__).resolve().parent
FOUND = 1
"""Exit status of `flowlint check` that found something."""
PARSER = "orjson" if importlib.util.find_spec("orjson") else "json"
PARSING = f"parse with {PARSER}"
PLAIN = "ten rules on plain objects"
TEN = "flowlint check, the same ten rules"
DEFAULT = "flowlint check"
ALL = "flowlint check, all rules"
ALL_JSON = "flowlint check, all rules, to JSON"


@dataclass(frozen=True, slots=True)
class Result:
    """All tries of all commands on one file."""

    issues: int
    tries: dict[str, list[Spent]]

    def all(self, name: str, what: str) -> list[float]:
        """Return what the tries of a command took: `wall`, `cpu` or `peak`."""
        return [getattr(spent, what) for spent in self.tries[name]]

    def middle(self, name: str, what: str) -> float:
        """Return the median of the tries."""
        return median(self.all(name, what))


def commands(data: Path, scratch: Path) -> dict[str, list[str]]:
    """Return what is measured: name -> arguments of Python."""
    plain = [str(HERE / "plain.py"), str(data)]
    check = ["-m", "flowlint", "check", str(data), str(data.parent / "fields.json"), "--quiet", "--profile"]
    report = ["--output", str(scratch / "report")]
    return {
        PARSING: [*plain, "--parse", PARSER],
        "parse with json": [*plain, "--parse", "json"],
        PLAIN: [*plain, "--output", str(scratch / "plain.json")],
        TEN: [*check, "--select", ",".join(RULES), "--format", "json", "--output", str(scratch / "flowlint.json")],
        DEFAULT: [*check, *report],
        ALL: [*check, "--select", "ALL", *report],
        ALL_JSON: [*check, "--select", "ALL", "--format", "json", *report],
    }


def measure(issues: int, seed: int, repeat: int, folder: Path) -> Result:
    """Measure everything on a generated site, which is used again where it is in the folder already."""
    home = folder / f"site-{issues}-{seed}"
    home.mkdir(exist_ok=True)
    data = home / "issues.ndjson"
    if not data.exists():
        write(data, issues, seed, names=True)
    size = data.stat().st_size
    print(f"\n{issues:,} issues of {size / issues:.0f} bytes, {size / 2**20:.0f} MB; tries of each: {repeat}")
    tries: dict[str, list[Spent]] = defaultdict(list)
    with tempfile.TemporaryDirectory() as scratch:
        for _ in range(repeat):
            for name, arguments in commands(data, Path(scratch)).items():
                tries[name].append(run(arguments, Path(scratch), (0, FOUND)))
        result = Result(issues, dict(tries))
        show(result)
        print(agreement(Path(scratch)))
    return result


def show(result: Result) -> None:
    """Print the times of one size, and where those of a whole run go."""
    print(f"\n{'':36}{'wall s':>14}{'/ ' + PARSER:>10}{'CPU s':>14}{'/ ' + PARSER:>10}{'peak MB':>9}")
    print(f"{'':36}" + f"{'least median':>14}{'':>10}" * 2)
    for name in result.tries:
        cells = "".join(
            f"{min(result.all(name, what)):7.2f}{result.middle(name, what):7.2f}"
            f"{result.middle(name, what) / result.middle(PARSING, what):10.2f}"
            for what in ("wall", "cpu")
        )
        print(f"{name:36}{cells}{result.middle(name, 'peak'):9.0f}")
    print(f"\n{ALL}, by stage (seconds on the clock, of the fastest try)")
    fastest = min(result.tries[ALL], key=lambda spent: spent.wall)
    spent = stages(fastest.said)
    spent["start, report, end"] = fastest.wall - sum(spent.values())
    for stage, seconds in spent.items():
        print(f"  {stage:34}{seconds:7.2f}{seconds / min(result.all(PARSING, 'wall')):17.2f}")


def stages(lines: Sequence[str]) -> dict[str, float]:
    """Return the seconds per stage that `--profile` tells of, those of all rules as one."""
    spent: dict[str, float] = defaultdict(float)
    for line in lines:
        seconds, unit, name = [*line.split(maxsplit=2), "", "", ""][:3]
        if unit == "s" and name != "in all":
            spent["the rules" if name[1:].isdigit() else name] += float(seconds)
    return dict(spent)


def agreement(scratch: Path) -> str:
    """Return a sentence that says whether flowlint and the plain rules found the same."""
    plain = json.loads((scratch / "plain.json").read_text(encoding="utf-8"))
    found = json.loads((scratch / "flowlint.json").read_text(encoding="utf-8"))["findings"]
    ours = {(finding["rule"], finding["key"]) for finding in found}
    theirs = {(code, key) for code, keys in plain.items() for key in keys}
    if ours == theirs:
        none = [code for code in RULES if not plain[code]]
        silent = f"; none of {', '.join(none)}" if none else ""
        return f"\nThe ten rules: both ways find the same {len(ours)} issues{silent}."
    examples = ", ".join(" ".join(one) for one in sorted(ours ^ theirs)[:10])
    return f"\nThe ten rules DIFFER: {len(ours - theirs)} by flowlint only, {len(theirs - ours)} without it only: {examples}"


def show_growth(small: Result, large: Result) -> None:
    """Print how the times grow from one size to another, beside the number of issues."""
    factor = large.issues / small.issues
    print(
        f"\nFrom {small.issues:,} to {large.issues:,} issues ({factor:.2f} times; 1.00 in the last columns is linear)\n"
    )
    print(f"{'':36}{'wall':>8}{'CPU':>8}{'peak':>8}{'wall':>10}{'CPU':>8}")
    for name in small.tries:
        wall, cpu, peak = (large.middle(name, what) / small.middle(name, what) for what in ("wall", "cpu", "peak"))
        print(f"{name:36}{wall:8.2f}{cpu:8.2f}{peak:8.2f}{wall / factor:10.2f}{cpu / factor:8.2f}")


def main() -> int:
    """Generate, measure, print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--sizes", default="300000,1000000", help="numbers of issues, parted by commas")
    parser.add_argument("--repeat", type=int, default=3, help="tries of each")
    parser.add_argument("--seed", type=int, default=1, help="of the generated sites")
    parser.add_argument("--quick", action="store_true", help="everything once, on 20,000 issues")
    parser.add_argument(
        "--keep", type=Path, help="leave the generated sites in this folder, and use those that are there"
    )
    options = parser.parse_args()
    sizes = [20_000] if options.quick else sorted(int(size) for size in options.sizes.split(","))
    print(f"Python {platform.python_version()}")
    with tempfile.TemporaryDirectory() as folder:
        kept = options.keep.resolve() if options.keep else Path(folder)
        kept.mkdir(parents=True, exist_ok=True)
        results = [measure(size, options.seed, 1 if options.quick else options.repeat, kept) for size in sizes]
    for large in results[1:]:
        show_growth(results[0], large)
    return 0


if __name__ == "__main__":
    sys.exit(main())
