"""``flowlint schema``: the published JSON Schemas."""

import json
from pathlib import Path

import click

import flowlint
from flowlint.cli.console import write
from flowlint.errors import EXIT_CLEAN

SCHEMAS = {
    "config": "config/config.schema.json",
    "doctor": "reports/doctor.schema.json",
    "effective": "reports/effective.schema.json",
    "findings": "reports/findings.schema.json",
    "rule": "engine/rule.schema.json",
    "tree": "reports/tree.schema.json",
    "why": "reports/why.schema.json",
}


@click.command(
    "schema",
    short_help="Print a JSON Schema.",
    epilog="\b\nExample:\n  flowlint schema config -o flowlint.schema.json\n",
)
@click.argument("name", type=click.Choice(sorted(SCHEMAS)))
@click.option(
    "--output",
    "-o",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write to this file instead of standard output.",
)
def command(name: str, output: Path | None) -> int:
    """Print a JSON Schema: of flowlint.yaml, of a rule file, or of what commands print as JSON."""
    write([schema_text(name)], output)
    return EXIT_CLEAN


def schema_text(name: str) -> str:
    """Return the schema of this name as it is published."""
    if name == "config":
        from flowlint.config.schema import file_schema

        return json.dumps(file_schema(), indent=2, ensure_ascii=False) + "\n"
    return (Path(flowlint.__file__).parent / SCHEMAS[name]).read_text(encoding="utf-8")
