"""What the words of a CSV export mean, in the languages of Jira's sites: headers, months, status categories.

The words are data, in ``csv_words.yaml`` beside this module; it is read once, when first asked.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any

from flowlint.config.known import known_fields, plain

MONTHS = 12
SHORTEST_MONTH = 3
BRACKETED = re.compile(r"(?s)(.*?)\s*[(\uff08](.*)[)\uff09]\s*")
AGAIN = re.compile(r"(?s)(.+?)[._ ]\d{1,3}")
"""How tools that want each header once rename the second of two alike."""


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a column is: its kind, and the name of the custom field or link type that stands in brackets."""

    kind: str
    name: str = ""
    english: bool = True


def header_key(header: str) -> str:
    """Return a header as the words are compared: folded, without a byte order mark or a colon at its end."""
    composed = unicodedata.normalize("NFC", header.replace("\ufeff", "")).strip().removesuffix(":")
    return plain(composed).replace("\u0131", "i")  # capitals of a Turkish header lost the difference


def meaning_of(header: str) -> Meaning | None:
    """Return what a header means, None where its words are not known."""
    key = header_key(header)
    found = _columns().get(key)
    if found is not None:
        return found
    if key in _parent_fields():
        return Meaning(_parent_fields()[key], header.strip(), english=key in ("epic link", "parent link"))
    bracketed = split(header)
    if bracketed is None:
        return None
    prefix, name = bracketed
    if prefix in _custom_prefixes():
        return of_custom(name, english=prefix == "custom field")
    link = direction(prefix)
    return Meaning(link, name, english="ward" in prefix) if link else None


def of_custom(name: str, *, english: bool = False) -> Meaning:
    """Return what the column of a custom field is: a few of them are Jira's own in disguise."""
    key = header_key(name)
    if key in _parent_fields():
        return Meaning(_parent_fields()[key], name, english=english)
    own = _columns().get(key)
    if own is not None and own.kind in {"sprint", "epic_name"}:
        return Meaning(own.kind, name, english=english)
    return Meaning("custom", name, english=english)


def split(header: str) -> tuple[str, str] | None:
    """Return prefix and name of a header like ``Custom field (Team)``, None for another one."""
    match = BRACKETED.fullmatch(header.replace("\ufeff", "").strip())
    if match is None or not match[1].strip() or not match[2].strip():
        return None
    return plain(unicodedata.normalize("NFC", match[1])), match[2].strip()


def direction(prefix: str) -> str | None:
    """Return ``inward`` or ``outward`` for what stands before a link type, None for other words."""
    data = _data()
    for name in ("outward", "inward"):
        if any(plain(part) in prefix for part in data[name]):
            return name
    return None


def base_of(header: str) -> str | None:
    """Return the header that one like ``Labels_1`` or ``Sprint.2`` may repeat."""
    match = AGAIN.fullmatch(header.strip())
    return match[1] if match else None


@lru_cache(4096)
def status_category(name: str) -> str | None:
    """Return Jira's key of a status category that is written in some language."""
    return _categories("status_categories").get(plain(name))


@lru_cache(4096)
def own_status(name: str) -> str | None:
    """Return the key of the category that a status of Jira's own has, None for any other status."""
    return status_category(name) or _categories("statuses").get(plain(name))


@lru_cache(4096)
def means_nothing(list_name: str, text: str) -> bool:
    """Tell whether a text of the list ``unresolved`` or ``nobody`` stands in place of nothing."""
    return plain(text) in _set(list_name)


def is_filler(word: str) -> bool:
    """Tell whether a small word may stand between the parts of a date."""
    return bare(word) in _set("in_dates")


def month(word: str) -> int | None:
    """Return the number of a month by its name or a beginning of it that no other month shares."""
    wanted = bare(word)
    whole, beginnings = _month_names()
    return whole.get(wanted) or (beginnings.get(wanted) if len(wanted) >= SHORTEST_MONTH else None)


def bare(word: str) -> str:
    """Return a word in lower case without accents and dots."""
    apart = unicodedata.normalize("NFKD", word.casefold().replace("\u0131", "i"))
    return "".join(char for char in apart if not unicodedata.combining(char) and char != ".")


@cache
def noon_words() -> tuple[tuple[str, bool], ...]:
    """Return what is written beside an hour from 1 to 12, and whether it means after noon; longest first."""
    data = _data()
    words = [(word, False) for word in data["before_noon"]] + [(word, True) for word in data["after_noon"]]
    return tuple(sorted(words, key=lambda pair: (-len(pair[0]), pair[0])))


def languages(kind: str) -> Iterator[tuple[str, str]]:
    """Yield each name of a kind of column with its languages."""
    for language, names in _data()["columns"][kind].items():
        for name in names:
            yield language, name


def kinds() -> tuple[str, ...]:
    """Return all kinds of columns that have names of their own."""
    return tuple(_data()["columns"])


@cache
def _data() -> dict[str, Any]:
    import yaml

    text = files("flowlint.sources").joinpath("csv_words.yaml").read_text(encoding="utf-8")
    # Our own file: the C reader, where there is one, is ten times as fast.
    data: dict[str, Any] = yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506
    return data


@cache
def _columns() -> dict[str, Meaning]:
    found: dict[str, Meaning] = {}
    english: set[str] = set()
    for kind, by_language in _data()["columns"].items():
        english.update(header_key(name) for name in by_language.get("en", ()))
        for name in _each(by_language):
            key = header_key(name)
            found.setdefault(key, Meaning(kind, english=key in english))
    return found


@cache
def _custom_prefixes() -> frozenset[str]:
    return frozenset(plain(name) for name in _each(_data()["custom_field"]))


@cache
def _parent_fields() -> dict[str, str]:
    """Return the names of the two custom fields that name parents, with what they are."""
    fields = [field for field in known_fields() if field.logical in ("epic_link", "parent_link")]
    return {header_key(name): field.logical for field in fields for name in field.names}


@cache
def _set(name: str) -> frozenset[str]:
    return frozenset(plain(word) for word in _data()[name]) | frozenset(map(bare, _data()[name]))


@cache
def _categories(list_name: str) -> dict[str, str]:
    return {plain(name): key for key, names in _data()[list_name].items() for name in names}


@cache
def _month_names() -> tuple[dict[str, int], dict[str, int]]:
    """Return whole names, and the beginnings of names that belong to one month only."""
    whole: dict[str, int] = {}
    beginnings: dict[str, set[int]] = {}
    for names in _data()["months"].values():
        for number, name in enumerate(names, 1):
            plain_name = bare(name)
            whole[plain_name] = number
            for length in range(SHORTEST_MONTH, len(plain_name)):
                beginnings.setdefault(plain_name[:length], set()).add(number)
    return whole, {name: numbers.pop() for name, numbers in beginnings.items() if len(numbers) == 1}


def _each(by_language: Mapping[str, Iterable[str]]) -> Iterator[str]:
    for names in by_language.values():
        yield from names
