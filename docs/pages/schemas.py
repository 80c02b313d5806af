"""docs/schemas/: published copies of the JSON Schemas, for editors to refer to."""

import click
from click.testing import CliRunner

NAMES = ("config", "rule", "findings")


def pages(program: click.Group) -> dict[str, str]:
    """Return what ``flowlint schema NAME`` prints, by its path under docs/."""
    return {f"schemas/{name}.schema.json": _printed(program, name) for name in NAMES}


def _printed(program: click.Group, name: str) -> str:
    result = CliRunner().invoke(program, ["schema", name], prog_name="flowlint", catch_exceptions=False)
    if result.exit_code:
        message = f"flowlint schema {name} ended with status {result.exit_code}: {result.output}"
        raise ValueError(message)
    return result.stdout
