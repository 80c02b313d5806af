"""What a scalar means by the core schema of YAML 1.2: null, truth values and numbers; all else is text."""

import re
from typing import Final

CORE: Final = "tag:yaml.org,2002:"
_WORDS: Final[dict[str, bool | None]] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_INTEGER = re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_INFINITE = re.compile(r"([-+]?)\.(?:inf|Inf|INF)")
_NOT_A_NUMBER = (".nan", ".NaN", ".NAN")
_LONGEST = 64
"""Characters of the longest integer looked at; 64 bits need fewer."""

Scalar = str | int | float | bool | None


class OutOfRange(Exception):  # noqa: N818 - names the fault
    """A number that has no place in 64 bits, or a text that is not what its tag says."""


def resolve(text: str) -> Scalar:
    """Return what a plain (unquoted) scalar means. Raises OutOfRange."""
    if text in _WORDS:
        return _WORDS[text]
    if text[0] not in "+-.0123456789":
        return text
    if _INTEGER.fullmatch(text):
        return _integer(text)
    if _FLOAT.fullmatch(text):
        return float(text)
    infinite = _INFINITE.fullmatch(text)
    if infinite:
        return float(infinite.group(1) + "inf")
    return float("nan") if text in _NOT_A_NUMBER else text


def resolve_tagged(text: str, tag: str) -> Scalar:
    """Return what a scalar with a tag means. Raises LookupError for a tag outside of the core, and OutOfRange."""
    if tag in ("!", CORE + "str"):
        return text
    kinds = {"int": int, "float": float, "bool": bool, "null": type(None)}
    kind = kinds[tag.removeprefix(CORE)] if tag.startswith(CORE) else kinds[tag]
    value = resolve(text)
    if kind is float and type(value) is int:
        return float(value)
    if type(value) is not kind:
        raise OutOfRange(f"the value is not what its tag !!{tag.removeprefix(CORE)} says")
    return value


def _integer(text: str) -> int:
    if len(text) <= _LONGEST:
        base = {"0o": 8, "0x": 16}.get(text[:2], 10)
        number = int(text[2:] if base != 10 else text, base)
        if -(2**63) <= number < 2**63:
            return number
    raise OutOfRange("the number is too large")
