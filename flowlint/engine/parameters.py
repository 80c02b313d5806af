"""Values of a rule's parameters: checked, completed with defaults, and made into what SQL gets."""

from collections.abc import Callable, Iterable, Mapping
from typing import Final

from flowlint.config.suggest import did_you_mean, quoted
from flowlint.engine.rule import Parameter, Rule
from flowlint.sources.text import words

NOTHING: Final = "x^"
"""A pattern that no text matches: a letter before the beginning."""

_IS: Final[Mapping[str, tuple[str, Callable[[object], bool]]]] = {
    "integer": ("a whole number", lambda value: type(value) is int),
    "number": ("a number", lambda value: type(value) in (int, float)),
    "boolean": ("true or false", lambda value: type(value) is bool),
    "text": ("a text", lambda value: isinstance(value, str)),
    "list": ("a list of texts", lambda value: _is_list(value, str | int | float)),
    "words": ("a list of words and phrases", lambda value: _is_list(value, str)),
}


def resolve(rule: Rule, given: Mapping[str, object]) -> tuple[dict[str, object], list[str]]:
    """Return a value for every parameter of the rule, and a message for each option that cannot be used.

    An option that cannot be used leaves the default in place.
    """
    known = {parameter.name: parameter for parameter in rule.parameters}
    messages = [_unknown(rule, name, known) for name in given if name not in known]
    values = {}
    for name, parameter in known.items():
        value = given.get(name, parameter.default)
        problem = mismatch(parameter, value)
        if problem is not None:
            messages.append(f"{rule.id}.{name} must be {problem}")
            value = parameter.default
        values[name] = value
    return values, messages


def mismatch(parameter: Parameter, value: object) -> str | None:
    """Return what a value should have been and what it is, or None where it fits the parameter."""
    expected, fits = _IS[parameter.type]
    return None if fits(value) else f"{expected}, not {quoted(value)}"


def sql_value(parameter: Parameter, value: object) -> object:
    """Return what a fitting value becomes in SQL: words one pattern over a `_words` column, lists lists of texts."""
    if parameter.type == "words":
        assert isinstance(value, list | tuple)
        return words_pattern(value)
    if parameter.type == "list":
        assert isinstance(value, list | tuple)
        return [_plain(item) for item in value]
    if parameter.type == "number":
        assert isinstance(value, int | float)
        return float(value)
    return value


def sql_values(rule: Rule, options: Mapping[str, object]) -> dict[str, object]:
    """Return what SQL gets for every parameter of the rule; ``options`` holds a fitting value for each."""
    return {parameter.name: sql_value(parameter, options[parameter.name]) for parameter in rule.parameters}


def words_pattern(phrases: Iterable[object]) -> str:
    """Return one pattern that finds any of the words or phrases in a `_words` column: `` (word|two words) ``."""
    normalised = dict.fromkeys(filter(None, (words(str(word)).strip() for word in phrases)))
    return f" ({'|'.join(normalised)}) " if normalised else NOTHING


def _is_list(value: object, items: type | object) -> bool:
    return isinstance(value, list | tuple) and all(
        isinstance(item, items) and not isinstance(item, bool)  # type: ignore[arg-type]
        for item in value
    )


def _plain(item: object) -> str:
    return str(int(item)) if isinstance(item, float) and item.is_integer() else str(item)


def _unknown(rule: Rule, name: str, known: Iterable[str]) -> str:
    names = list(known)
    remedy = did_you_mean(name, names) if names else "it has none"
    return f"{rule.id} ({rule.name}) has no option {quoted(name)}; {remedy}"
