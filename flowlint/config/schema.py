"""The JSON Schema of ``flowlint.yaml``: of a whole mapping, and as it is published, of one file."""

import json
from functools import cache
from importlib.resources import files
from typing import Any, Final

_VERSION: Final = "version"
"""The one key of a file that nothing can remove."""


@cache
def config_schema() -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of a mapping in which all is merged; do not change what is returned."""
    text = (files("flowlint.config") / "config.schema.json").read_text(encoding="utf-8")
    schema: dict[str, Any] = json.loads(text)
    return schema


def file_schema() -> dict[str, Any]:
    """Return the JSON Schema that editors hold one file against: it may extend others.

    So what the mapping must have may stand elsewhere, and a null removes what stands there, under every key.
    """
    schema = _of_file(config_schema())
    del schema["properties"]["hierarchy"]["required"]
    return schema


def _of_file(schema: dict[str, Any]) -> dict[str, Any]:
    """Return a schema and all in it that stand under keys with null besides."""
    made = dict(schema)
    for word in ("properties", "$defs"):
        if word in made:
            below = {name: _of_file(own) for name, own in made[word].items()}
            if word == "properties":
                below = {name: own if name == _VERSION else _or_null(own) for name, own in below.items()}
            made[word] = below
    if isinstance(made.get("items"), dict):
        made["items"] = _of_file(made["items"])
    if isinstance(made.get("additionalProperties"), dict):
        made["additionalProperties"] = _or_null(_of_file(made["additionalProperties"]))
    if "anyOf" in made:
        made["anyOf"] = [_of_file(branch) for branch in made["anyOf"]]
    return made


def _or_null(schema: dict[str, Any]) -> dict[str, Any]:
    """Return a schema that also takes null; editors propose and explain what they did before."""
    null = {"title": "null (removes what is inherited)", "type": "null"}
    if "$ref" in schema:
        own = {word: said for word, said in schema.items() if word != "$ref"}
        return {**own, "anyOf": [{"$ref": schema["$ref"]}, null]}
    if "anyOf" in schema:
        return {**schema, "anyOf": [*schema["anyOf"], null]}
    made = dict(schema)
    if "type" in made:
        kinds = made["type"] if isinstance(made["type"], list) else [made["type"]]
        made["type"] = [*kinds, "null"]
    if "enum" in made:
        made["enum"] = [*made["enum"], None]
    return made
