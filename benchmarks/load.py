"""How long a whole run takes, beside merely parsing the same file with Python's `json`.

    python benchmarks/load.py [--issues 50000] [--wide 0] [--repeat 3] [--keep FILE]

Seconds differ between machines, the ratio hardly does: both are measured in one run, on one generated NDJSON file, the
best of several tries each; a run is shown with its parts. `--wide` adds custom fields to every issue, as sites have
them. Where `orjson` is installed, it is measured too.
"""

import argparse
import importlib
import json
import platform
import random
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
WORDS = ("pay", "card", "refund", "ledger", "invoice", "search", "export", "login", "report", "queue", "limit", "order")
STATUSES = (("To Do", "new"), ("In Progress", "indeterminate"), ("In Review", "indeterminate"), ("Done", "done"))
MEMORY_UNIT = 2**20 if sys.platform == "darwin" else 2**10
"""Bytes or kilobytes to the megabyte, as `ru_maxrss` counts on this system."""


def issues(count: int, wide: int, seed: int = 1) -> Iterator[dict[str, object]]:
    """Generate a believable tree: one epic to nine stories, bugs and sub-tasks, in the shape of the REST search."""
    chance = random.Random(seed)
    epic = story = ""
    for number in range(1, count + 1):
        key = f"P{number % 7}-{number}"
        place = number % 10
        kind, level, parent = ("Story", 0, epic) if place in {1, 4, 7} else ("Sub-task", -1, story)
        if place == 0 or not epic:
            kind, level, parent, epic = "Epic", 1, "", key
        elif place == 9:
            kind, level, parent = "Bug", 0, epic if chance.random() < 0.8 else ""
        if kind == "Story" or not story:
            story = key
        yield issue(chance, number, key, kind, level, parent, wide)


def issue(
    chance: random.Random, number: int, key: str, kind: str, level: int, parent: str, wide: int
) -> dict[str, object]:
    """Write one issue as Jira would."""
    status, category = chance.choice(STATUSES)
    day = f"2025-{chance.randint(1, 12):02}-{chance.randint(1, 28):02}T10:00:00.000+0000"
    fields: dict[str, object] = {
        "summary": " ".join(chance.choices(WORDS, k=6)),
        "description": " ".join(chance.choices(WORDS, k=120)),
        "issuetype": {"id": kind, "name": kind, "subtask": level < 0, "hierarchyLevel": level},
        "project": {"id": key.partition("-")[0], "key": key.partition("-")[0]},
        "status": {"id": status, "name": status, "statusCategory": {"key": category}},
        "parent": {"id": parent, "key": parent} if parent else None,
        "created": "2024-11-05T09:00:00.000+0000",
        "updated": day,
        "resolutiondate": day if category == "done" else None,
        "resolution": {"name": "Done"} if category == "done" else None,
        "labels": chance.sample(WORDS, k=chance.randint(0, 2)),
        "fixVersions": [],
        "components": [{"name": chance.choice(WORDS)}],
        "issuelinks": [],
        "subtasks": [],
    }
    fields |= {f"customfield_{10_000 + field}": None if field % 3 else chance.random() for field in range(wide)}
    return {
        "id": str(number),
        "key": key,
        "self": f"https://jira.example.com/rest/api/2/issue/{number}",
        "fields": fields,
    }


def best(repeat: int, action: Callable[[], object]) -> float:
    """Return the seconds of the fastest of several tries."""
    times = []
    for _ in range(repeat):
        begun = time.perf_counter()
        action()
        times.append(time.perf_counter() - begun)
    return min(times)


def parse(path: Path, loads: Callable[[bytes], object]) -> int:
    """Parse a file line by line and keep nothing."""
    count = 0
    with path.open("rb") as lines:
        for line in lines:
            loads(line)
            count += 1
    return count


def lint(path: Path) -> tuple[dict[str, float], int]:
    """Run flowlint over a file, to the verdict; returns the seconds of the whole and its parts, and the findings."""
    from flowlint.run import Clock, Request, execute

    clock = Clock()
    begun = time.perf_counter()
    verdict = execute(Request(paths=(str(path),), folder=path.parent, use_config=False), clock=clock)
    spent = {"flowlint, whole run": time.perf_counter() - begun}
    rules = set(verdict.rules)
    spent |= {f"  {stage}": taken for stage, taken in clock.seconds.items() if stage not in rules}
    spent["  the rules"] = sum(taken for stage, taken in clock.seconds.items() if stage in rules)
    return spent, len(verdict.findings)


def measure(path: Path, repeat: int) -> None:
    """Measure and print the comparison."""
    parsers: dict[str, Callable[[bytes], object]] = {"json": json.loads}
    try:
        parsers["orjson"] = importlib.import_module("orjson").loads
    except ModuleNotFoundError:
        print("orjson is not installed: compared with json only")
    parsed = {f"parse with {name}": best(repeat, partial(parse, path, loads)) for name, loads in parsers.items()}
    lint(path)  # the first run also imports
    runs = [lint(path) for _ in range(repeat)]
    spent, findings = min(runs, key=lambda run: run[0]["flowlint, whole run"])
    print(f"{'':36}{'seconds':>9}" + "".join(f"{'/ ' + name:>10}" for name in parsers))
    for name, taken in (parsed | spent).items():
        print(f"{name:36}{taken:9.2f}" + "".join(f"{taken / other:10.2f}" for other in parsed.values()))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / MEMORY_UNIT
    print(f"peak memory {peak:.0f} MB, findings {findings}")


def main() -> int:
    """Generate the file, measure, print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--issues", type=int, default=50_000, help="how many to generate")
    parser.add_argument("--wide", type=int, default=0, help="custom fields on each issue")
    parser.add_argument("--repeat", type=int, default=3, help="tries of each; the fastest counts")
    parser.add_argument("--keep", type=Path, help="write the generated file here and leave it")
    options = parser.parse_args()
    sys.path.insert(0, str(ROOT))
    with tempfile.TemporaryDirectory() as folder:
        path = options.keep or Path(folder) / "issues.ndjson"
        with path.open("w", encoding="utf-8") as lines:
            lines.writelines(json.dumps(entry) + "\n" for entry in issues(options.issues, options.wide))
        size = path.stat().st_size / 2**20
        print(f"{options.issues} issues, {size:.0f} MB; Python {platform.python_version()}")
        measure(path, options.repeat)
    return 0


if __name__ == "__main__":
    sys.exit(main())
