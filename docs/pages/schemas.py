"""docs/schemas/: published copies of the JSON Schemas, for editors to refer to."""

from collections.abc import Mapping
from pathlib import Path


def pages(package: Path, schemas: Mapping[str, str]) -> dict[str, str]:
    """Return each schema's text by its path under docs/; ``schemas`` are their files in the package, by name."""
    return {f"schemas/{name}.schema.json": (package / file).read_text("utf-8") for name, file in schemas.items()}
