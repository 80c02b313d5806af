"""Regular expressions in rules: known before the data is read, and meaning the same in RE2 and in Java."""

import re
import warnings
from collections.abc import Iterator, Mapping
from typing import Final

from flowlint.engine.parameters import sql_value
from flowlint.engine.rule import Parameter
from flowlint.engine.syntax import Node, arguments

MAX_REPETITION: Final = 1000
"""RE2 counts no further."""

_ESCAPES: Final = {
    "b": "look at `_words` columns, where a blank stands on both sides of each word",
    "B": "look at `_words` columns, where a blank stands on both sides of each word",
    "w": "write the class out: [a-z0-9], over a `_norm` column",
    "W": "write the class out: [^a-z0-9], over a `_norm` column",
    "d": "write [0-9]",
    "D": "write [^0-9]",
    "s": "write a blank, over a `_norm` column",
    "S": "write [^ ], over a `_norm` column",
    "p": "look at `_words` columns, or write the class out",
    "P": "look at `_words` columns, or write the class out",
}
_GROUPS: Final = {
    "(?i": ("(?i) folds case differently from engine to engine", "match lower case, over a `_norm` column"),
    "(?=": ("look-around is not known everywhere", "write a second condition"),
    "(?!": ("look-around is not known everywhere", "write a second condition with NOT"),
    "(?<": ("look-around and named groups are not known everywhere", "write a second condition"),
    "(?P": ("named groups are not known everywhere", "number the groups"),
}
_TOKEN: Final = re.compile(r"\\.?|\(\?.?|\[\^?\]?|[*+?}]\+|\{\d+|.", re.DOTALL)
_IN_CLASS: Final = re.compile(r"\\.?|&&|.", re.DOTALL)


def fold(node: Node, parameters: Mapping[str, Parameter]) -> str | None:
    """Return the text of a pattern made of constants and parameters (at their defaults); None for any other."""
    if node["class"] == "CONSTANT" and node["literal"]["kind"] == "STRING":
        return str(node["literal"].get("text", ""))
    if node["class"] == "PARAMETER":
        return _default(node, parameters)
    if node["class"] == "CAST":
        return fold(node["child"], parameters)
    name, given = node.get("function_name"), arguments(node)
    if name == "||":
        parts = [fold(one, parameters) for one in given]
        return "".join(part for part in parts if part is not None) if None not in parts else None
    if name == "array_to_string" and given[0]["class"] == "PARAMETER":
        parameter, between = parameters.get(given[0]["identifier"]), fold(given[1], parameters)
        if parameter and parameter.type == "list" and isinstance(parameter.default, list) and between is not None:
            return between.join(map(str, parameter.default))
    return None


def pattern_faults(pattern: str) -> Iterator[tuple[str, str]]:
    """Yield a message and a remedy for everything in a pattern that is not the same everywhere."""
    yield from _token_faults(pattern)
    try:
        with warnings.catch_warnings():
            # Python warns of signs inside of [ ] that may get a meaning there one day.
            warnings.simplefilter("ignore", FutureWarning)
            re.compile(pattern)
    except (re.error, OverflowError, RecursionError) as error:
        yield f"the pattern is not valid: {error}", "put \\ before a sign that stands for itself"


def like_faults(pattern: str) -> Iterator[tuple[str, str]]:
    """Yield a message and a remedy for what is not the same everywhere in a LIKE pattern."""
    if "\\" in pattern:
        yield "\\ in LIKE stands for itself in one engine only", "use `contains`, `starts_with` or `ends_with`"


def _token_faults(pattern: str) -> Iterator[tuple[str, str]]:
    position = 0
    while match := _TOKEN.match(pattern, position):
        part, position = match.group(), match.end()
        if part.startswith("["):
            end = _class_end(pattern, position)
            yield from _class_faults(pattern[position:end])
            position = end + 1
        elif part.startswith("\\"):
            yield from _escape_faults(part)
        elif part.startswith("(?") and part != "(?:":
            default = (f"{part} is not known everywhere", "write ( or (?:")
            yield _GROUPS.get(part[:3], default)
        elif len(part) == 2 and part[1] == "+" and part[0] in "*+?}":
            yield f"{part} is not known everywhere", "write the repetition once"
        elif part.startswith("{") and int(part[1:] or 0) > MAX_REPETITION:
            yield f"repetitions count to {MAX_REPETITION} at most", "write * or +"


def _class_end(pattern: str, position: int) -> int:
    while (match := _IN_CLASS.match(pattern, position)) and match.group() != "]":
        position = match.end()
    return position


def _class_faults(inside: str) -> Iterator[tuple[str, str]]:
    for match in _IN_CLASS.finditer(inside):
        token = match.group()
        if token.startswith("\\"):
            yield from _escape_faults(token)
        elif token in ("[", "&&"):
            yield f"{token} inside of [ ] is not the same everywhere", "write the class out, \\[ for the sign itself"


def _escape_faults(token: str) -> Iterator[tuple[str, str]]:
    sign = token[1:]
    if sign.isalnum():
        yield f"\\{sign} is not the same everywhere", _ESCAPES.get(sign, "write the characters themselves")


def _default(node: Node, parameters: Mapping[str, Parameter]) -> str | None:
    parameter = parameters.get(node["identifier"])
    if parameter is None or parameter.type not in ("words", "text"):
        return None
    return str(sql_value(parameter, parameter.default))
