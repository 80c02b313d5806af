"""The published JSON Schema of ``flowlint.yaml``."""

import json
from functools import cache
from importlib.resources import files
from typing import Any


@cache
def config_schema() -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of ``flowlint.yaml``; do not change what is returned."""
    text = (files("flowlint.config") / "config.schema.json").read_text(encoding="utf-8")
    schema: dict[str, Any] = json.loads(text)
    return schema
