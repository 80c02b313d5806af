"""Holds a tree of values against a JSON Schema and says what is wrong in words for people, at its place."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, Any, Final, cast

from flowlint.config.node import KeyPath, Node
from flowlint.config.schema import config_schema
from flowlint.config.suggest import did_you_mean, misspelled, nearest, quoted
from flowlint.config.text import INVALID
from flowlint.errors import Fault

if TYPE_CHECKING:
    from jsonschema.exceptions import ValidationError
    from jsonschema.protocols import Validator

_TYPES: Final = {
    "string": "a text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "array": "a list",
    "object": "a mapping",
}
_MISSING: Final = ("required", "minItems", "minLength", "minProperties")
_SHAPE: Final = ("type", "const", "enum")


def config_faults(root: Node, *, complete: bool = True) -> list[Fault]:
    """Return what the schema of ``flowlint.yaml`` rejects.

    ``complete`` is false where a file was cut short: then nothing is said of what may stand behind the cut.
    """
    return schema_faults(root, _config_validator(), complete=complete)


def schema_faults(root: Node, validator: "Validator", *, complete: bool = True) -> list[Fault]:
    """Return what a validator rejects in a tree, one fault each, at the key or value that is wrong."""
    errors: list[ValidationError] = []
    for error in validator.iter_errors(cast("Any", root.plain())):
        errors += _leaves(error)
    told = [error for error in errors if complete or error.validator not in _MISSING]
    definitions = cast("Mapping[str, Any]", validator.schema).get("$defs", {})
    faults = [fault for error in told for fault in _faults(error, root, definitions)]
    return list(dict.fromkeys(faults))


@cache
def _config_validator() -> "Validator":
    from jsonschema import Draft202012Validator

    return Draft202012Validator(config_schema())


def _leaves(error: "ValidationError") -> "Iterator[ValidationError]":
    """Yield the errors that a person would name: of alternatives, those of the one that was meant."""
    if error.validator != "anyOf" or not error.context:
        yield error
        return
    branches: dict[Any, list[ValidationError]] = {}
    for below in error.context:
        branches.setdefault(below.relative_schema_path[0], []).append(below)
    meant = [errors for errors in branches.values() if not any(_refuses_shape(below) for below in errors)]
    if not meant:
        yield error
        return
    for below in meant[0]:
        yield from _leaves(below)


def _refuses_shape(error: "ValidationError") -> bool:
    return not error.relative_path and error.validator in _SHAPE


def _faults(error: "ValidationError", root: Node, definitions: Mapping[str, Any]) -> Iterator[Fault]:
    path = tuple(error.absolute_path)
    node = root.nearest(path)
    schema = _schema(error)
    label = _label(path)
    if error.validator == "additionalProperties":
        known = list(schema.get("properties", ()))
        unknown = sorted(set(node.entries) - set(known))
        meant = Counter(misspelled(key, known) for key in unknown)
        for key in unknown:
            message = f"unknown key {quoted(key)}" + (f" in {label}" if path else "")
            fault = _fault(node.entries[key].key, message, did_you_mean(key, known), (*path, key))
            word = misspelled(key, known)
            # What stands there already, under its own or another wrong name, cannot have been meant.
            yield replace(fault, instead=word if word not in node.entries and meant[word] == 1 else "")
    elif error.validator == "required":
        properties = schema.get("properties", {})
        told = {nearest(key, properties) for key in node.entries if key not in properties}
        for key in schema.get("required", ()):
            if key not in node.entries and key not in told:
                yield _fault(
                    node.key,
                    f"{label} lacks the key {quoted(key)}",
                    _about(properties[key], definitions),
                    path,
                )
    else:
        message, remedy = _value_fault(error, label)
        fault = _fault(node.start, message, remedy or str(schema.get("description", "")), path)
        choices = _choices(schema) if error.validator in ("enum", "const") else _refused_choices(error)
        yield replace(fault, instead=misspelled(error.instance, choices) if isinstance(error.instance, str) else "")


def _value_fault(error: "ValidationError", label: str) -> tuple[str, str]:
    """Return message and help for a value that is not as it must be."""
    schema, value = _schema(error), error.instance
    match error.validator:
        case "enum" | "const":
            choices = _choices(schema)
            return f"{label} must be {_alternatives(choices)}, not {quoted(value)}", _suggestion(value, choices)
        case "type":
            return f"{label} must be {_title(schema)}, not {quoted(value)}", _quotes(value, schema)
        case "anyOf":
            titles = dict.fromkeys(_title(branch) for branch in _refused(error))
            choices = _refused_choices(error)
            return f"{label} must be {_alternatives(titles)}, not {quoted(value)}", _suggestion(value, choices)
        case "minItems" | "minLength" | "minProperties":
            return f"{label} is empty", "" if "description" in schema else "write a value, or delete the key"
        case "minimum" | "maximum":
            bound = "at least" if error.validator == "minimum" else "at most"
            return f"{label} must be {bound} {error.validator_value}, not {quoted(value)}", ""
        case _:
            return f"{label} cannot be {quoted(value)}", ""


def _refused(error: "ValidationError") -> list[Mapping[str, Any]]:
    return [_schema(below) for below in error.context or () if _refuses_shape(below)]


def _refused_choices(error: "ValidationError") -> list[str]:
    """Return the words that the alternatives of an ``anyOf`` would have taken."""
    return [choice for branch in _refused(error) for choice in _choices(branch)]


def _fault(place: Any, message: str, help: str, path: KeyPath) -> Fault:
    return Fault(place, message, help, ".".join(str(part) for part in path), INVALID)


def _label(path: KeyPath) -> str:
    """Return how a message calls the value at ``path``."""
    if not path:
        return "the file"
    if isinstance(path[-1], str):
        return quoted(path[-1])
    names = [part for part in path if isinstance(part, str)]
    return f"item {path[-1] + 1} of {quoted(names[-1])}" if names else f"item {path[-1] + 1}"


def _wanted(schema: Mapping[str, Any]) -> str:
    types = schema.get("type", ())
    return _alternatives([_TYPES[name] for name in ([types] if isinstance(types, str) else types) if name in _TYPES])


def _alternatives(words: Iterable[str]) -> str:
    *most, last = list(words) or ["something else"]
    return f"{', '.join(most)} or {last}" if most else last


def _title(schema: Mapping[str, Any]) -> str:
    """Return what a message calls a value of this kind: the title where it is written for that, in small letters."""
    title = str(schema.get("title", ""))
    return title if title[:1].islower() else _wanted(schema)


def _choices(schema: Mapping[str, Any]) -> list[str]:
    fixed = schema.get("enum", [schema["const"]] if "const" in schema else [])
    return [str(choice) for choice in fixed]


def _schema(error: "ValidationError") -> Mapping[str, Any]:
    return error.schema if isinstance(error.schema, Mapping) else {}


def _suggestion(value: object, choices: list[str]) -> str:
    close = nearest(value, choices) if isinstance(value, str) else None
    if close == value:
        return "remove the quotes"
    return f"did you mean {quoted(close)}?" if close else ""


def _quotes(value: object, schema: Mapping[str, Any]) -> str:
    wants_text = "string" in ([schema["type"]] if isinstance(schema["type"], str) else schema["type"])
    return "put quotes around it" if wants_text and isinstance(value, int | float) else ""


def _about(schema: Mapping[str, Any], definitions: Mapping[str, Any]) -> str:
    """Return what a key is for, by its title and description or by those of what it refers to."""
    schema = definitions.get(schema.get("$ref", "").rpartition("/")[2], {}) | schema
    return ": ".join(schema[key] for key in ("title", "description") if key in schema)
