"""docs/schemas/: published copies of the JSON Schemas, for editors to refer to."""

from collections.abc import Mapping


def pages(schemas: Mapping[str, str]) -> dict[str, str]:
    """Return each schema's text by its path under docs/; ``schemas`` are their texts by name."""
    return {f"schemas/{name}.schema.json": text for name, text in schemas.items()}
