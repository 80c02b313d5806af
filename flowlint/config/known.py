"""Names that Jira sites use, and what they are taken to mean where nobody wrote a mapping.

The names are data, in ``known_names.yaml`` beside this module; it is read once, when first asked.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Literal

from flowlint.config.mapping import FlowItem, fold

Kind = Literal["key", "number", "text", "date", "option", "user", "sprint", "any"]
"""What a field's values are; ``any`` where nothing tells."""


@dataclass(frozen=True, slots=True)
class KnownType:
    """What a well-known type name means: a standard level and a flow item, a container, or OKR."""

    meaning: str
    level: str | None = None
    flow_item: FlowItem | None = None
    container: str | None = None
    okr: Literal["objective", "key_result"] | None = None


@dataclass(frozen=True, slots=True)
class KnownField:
    """How a logical field is recognised: by Jira's schema types, or by a name that holds values of these kinds.

    ``beside`` holds names too common to be believed unless one of the logical fields in ``witnesses``
    was recognised too. Names are in the form that :func:`plain` gives.
    """

    logical: str
    custom: frozenset[str] = frozenset()
    kinds: frozenset[Kind] = frozenset()
    names: frozenset[str] = frozenset()
    beside: frozenset[str] = frozenset()
    witnesses: tuple[str, ...] = ()


_ALIKE = str.maketrans({"\u2019": "'", "\u2018": "'", "-": " ", "\u2010": " ", "_": " ", "\u0307": None})
"""Typographic apostrophes, hyphens, and the dot that a Turkish capital leaves when it is folded."""


def plain(name: str) -> str:
    """Return a name as well-known names are compared: folded, with plain apostrophes, hyphens as blanks."""
    return " ".join(fold(name).translate(_ALIKE).split())


def known_type(*names: str | None) -> KnownType | None:
    """Return what the first of ``names`` that is well known means.

    A whole name goes before its last word ("Dev Task", "Story Bug"), the untranslated name before the
    shown one where it is given first.
    """
    whole, heads = _types()
    for name in names:
        if name is None:
            continue
        found = whole.get(plain(name)) or _by_head(plain(name), heads)
        if found is not None:
            return found
    return None


def known_fields() -> tuple[KnownField, ...]:
    """Return how each logical field is recognised, in the order of the file."""
    return _fields()


def system_field(name: str) -> str | None:
    """Return the id of the field of Jira's own that is shown under this name (in English)."""
    return _system_fields().get(plain(name))


def cancelled_resolutions() -> tuple[str, ...]:
    """Return the well-known resolutions that mean work was given up, each spelling once, sorted."""
    return tuple(sorted(set(_each_name(_data()["cancelled_resolutions"]))))


def means_cancelled(resolution: str) -> bool:
    """Tell whether a resolution is well known to mean that work was given up."""
    return plain(resolution) in _given_up()


@cache
def _data() -> dict[str, Any]:
    import yaml

    text = files("flowlint.config").joinpath("known_names.yaml").read_text(encoding="utf-8")
    # Our own file: the C reader, where there is one, is ten times as fast.
    data: dict[str, Any] = yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506
    return data


@cache
def _types() -> tuple[dict[str, KnownType], dict[str, KnownType]]:
    whole: dict[str, KnownType] = {}
    heads: dict[str, KnownType] = {}
    for entry in _data()["issue_types"]:
        known = KnownType(
            entry["meaning"], entry.get("level"), entry.get("flow_item"), entry.get("container"), entry.get("okr")
        )
        whole.update((plain(name), known) for name in _each_name(entry["names"]))
        heads.update((plain(name), known) for name in entry.get("heads", ()))
    return whole, heads


@cache
def _fields() -> tuple[KnownField, ...]:
    common = _data()["fields_beside"]
    return tuple(
        KnownField(
            logical,
            frozenset(entry.get("custom", ())),
            frozenset(entry["kinds"]),
            frozenset(map(plain, entry["names"])),
            frozenset(map(plain, common.get(logical, {}).get("names", ()))),
            tuple(common.get(logical, {}).get("beside", ())),
        )
        for logical, entry in _data()["fields"].items()
    )


@cache
def _system_fields() -> dict[str, str]:
    return {plain(name): id_ for name, id_ in _data()["system_fields"].items()}


@cache
def _given_up() -> frozenset[str]:
    return frozenset(map(plain, cancelled_resolutions()))


def _each_name(by_language: Mapping[str, Iterable[str]]) -> Iterator[str]:
    for names in by_language.values():
        yield from names


def _by_head(name: str, heads: Mapping[str, KnownType]) -> KnownType | None:
    words = name.split(" ")
    for length in (2, 1):  # "dev sub task" is a sub-task before it is a task
        if len(words) > length and (found := heads.get(" ".join(words[-length:]))):
            return found
    return None
