"""The published JSON Schema of rule files."""

import json
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from jsonschema.protocols import Validator

SCHEMA = Path(__file__).with_name("rule.schema.json")


@cache
def rule_schema() -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of rule files; do not change what is returned."""
    schema: dict[str, Any] = json.loads(SCHEMA.read_text(encoding="utf-8"))
    return schema


@cache
def rule_validator() -> "Validator":
    """Return what holds a rule file against the schema."""
    from jsonschema import Draft202012Validator

    return Draft202012Validator(rule_schema())
