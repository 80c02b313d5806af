"""How long `flowlint validate` takes, beside checking the same mapping against its JSON Schema alone.

    pip install check-jsonschema
    python benchmarks/validating.py [--repeat 20]

The mapping has 60 issue types, 120 statuses and 12 value streams. `check-jsonschema` says whether it has the right form,
without lines and without meaning. Each measurement is a process of its own; the processes take turns.
"""

import argparse
import json
import shutil
import sysconfig
import tempfile
from collections import defaultdict
from pathlib import Path
from statistics import median

from processes import Spent, run

TYPES, STATUSES, STREAMS = 60, 120, 12
KINDS = ("feature", "defect", "risk", "debt")


def mapping() -> str:
    """Return a mapping of a large organisation, without a fault."""
    lines = [
        "version: 1",
        "hierarchy: {levels: [initiative, epic, story, task], flow_item_level: story}",
        "issue_types:",
    ]
    lines += ["  Initiative: {level: initiative}", "  Epic: {level: epic}", "  Sub-task: {level: task}"]
    lines += [
        f"  Kind of work {number}: {{level: story, flow_item: {KINDS[number % len(KINDS)]}}}"
        for number in range(TYPES - 3)
    ]
    lines += ["fields: {outcome: Expected outcome}", "value_streams:"]
    of_each = STATUSES // STREAMS
    for stream in range(STREAMS):
        names = [f"Status {stream} {number}" for number in range(of_each)]
        lines += [f"  - name: Product {stream}", f"    scope: {{projects: [P{stream}]}}", f"    teams: [Team {stream}]"]
        lines += ["    stages:", "      - name: discovery"]
        lines += [f"        steps: [{{name: Shaping, flow_state: new, statuses: [{names[0]}]}}]"]
        lines += ["      - name: delivery", "        steps:"]
        for number, state in ((1, "waiting"), (2, "active"), (3, "waiting"), (4, "active"), (5, "active"), (6, "done")):
            lines += [f"          - {{name: Step {number}, flow_state: {state}, statuses: [{names[number]}]}}"]
        lines += [
            "      - name: operation",
            f"        steps: [{{name: Watched, flow_state: done, statuses: [{names[7]}]}}]",
        ]
        lines += [
            "      - name: support",
            f"        steps: [{{name: Answered, flow_state: done, statuses: [{names[8]}]}}]",
        ]
        lines += [f"    cancelled: {{statuses: [{names[9]}]}}"]
    return "\n".join(lines) + "\n"


def commands(folder: Path) -> dict[str, list[str]]:
    """Return what is measured: name -> arguments of Python."""
    found = shutil.which("check-jsonschema", path=sysconfig.get_path("scripts"))
    if found is None:
        raise SystemExit("check-jsonschema is not installed: pip install check-jsonschema")
    file, schema = folder / "flowlint.yaml", folder / "schema.json"
    return {
        "check-jsonschema": [found, "--schemafile", str(schema), str(file)],
        "flowlint validate": ["-m", "flowlint", "validate", str(file)],
    }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--repeat", type=int, default=20, help="tries of each")
    options = parser.parse_args()
    from flowlint.config.schema import config_schema

    tries: dict[str, list[Spent]] = defaultdict(list)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "flowlint.yaml").write_text(mapping(), encoding="utf-8")
        (folder / "schema.json").write_text(json.dumps(config_schema()), encoding="utf-8")
        for _ in range(options.repeat):
            for what, arguments in commands(folder).items():
                tries[what].append(run(arguments, folder))
    usual = {what: median(one.wall for one in spent) for what, spent in tries.items()}
    first = next(iter(usual.values()))
    for what, seconds in usual.items():
        print(f"{what:20} {seconds * 1000:7.0f} ms {seconds / first:6.2f}")


if __name__ == "__main__":
    main()
