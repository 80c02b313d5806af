"""Mends one record that the engine refuses, or says why it is none.

Signs that are no text, numbers that are none, a key twice: what can be read is, and everything is named.
"""

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from flowlint.sources.window import NEVER_TEXT

LONGEST_KEY: Final = 40


@dataclass(frozen=True, slots=True)
class Looked:
    """What came of a look at one record: itself, mended, or why it is none; and what was wrong with it."""

    record: dict[str, Any] | None
    faults: tuple[str, ...] = ()
    meant: bool = True
    """False: not even meant as an issue, like a user or a board."""


@dataclass(slots=True)
class _Hooks:
    """What a lenient reader notices while it reads."""

    repeated: dict[str, None] = field(default_factory=dict)
    unreal: dict[str, None] = field(default_factory=dict)

    def pairs(self, members: list[tuple[str, Any]]) -> dict[str, Any]:
        """Return an object; remember names that occur in it twice."""
        value = dict(members)
        if len(value) < len(members):
            seen: set[str] = set()
            for name, _ in members:
                if name in seen:
                    self.repeated[name] = None
                seen.add(name)
        return value

    def constant(self, name: str) -> None:
        """Take NaN and Infinity for null."""
        self.unreal[name] = None

    def faults(self) -> Iterable[str]:
        """Yield a sentence for each thing that was noticed."""
        for name in self.repeated:
            yield f"`{shown(name)}` stands twice in one object; the last of them counts"
        for name in self.unreal:
            yield f"{name} is no number that JSON knows; taken for empty"


def look_at(text: str) -> Looked:
    """Read one record as leniently as possible; ``text`` holds bytes that are no UTF-8 as half signs."""
    faults: list[str] = []
    hooks = _Hooks()
    plain = text.encode("utf-8", NEVER_TEXT).decode("utf-8", "replace")
    if plain != text:
        faults.append("bytes that are no UTF-8 stand here, and were replaced")
    decoder = json.JSONDecoder(
        strict=False, object_pairs_hook=hooks.pairs, parse_constant=hooks.constant, parse_int=_whole_number
    )
    try:
        value = decoder.decode(plain.strip())
    except RecursionError:
        return Looked(None, ("this record is nested too deeply to be read",))
    except ValueError:
        return Looked(None, ("this is no JSON record: cut off or damaged",))
    if not isinstance(value, dict):
        return Looked(None, (f"{_kind(value)} stands here, where a record should",))
    faults += hooks.faults()
    if _has_control_signs(plain):
        faults.append("control characters stand in a text, where JSON allows none")
    whole, halves = _without_halves(value)
    if halves:
        faults.append("half a character (\\ud800 to \\udfff alone) was replaced by ?")
    lack = _lack(whole)
    if lack is not None:
        return Looked(None, (lack,), meant=_is_meant(whole))
    return Looked(whole, tuple(faults))


def _has_control_signs(text: str) -> bool:
    try:
        json.JSONDecoder(parse_int=float).decode(text.strip())
    except ValueError:
        return True
    return False


def _whole_number(digits: str) -> int | float:
    return int(digits) if len(digits) < 4000 else float(digits)


def _without_halves(value: dict[str, Any]) -> tuple[dict[str, Any], bool]:
    try:
        text = json.dumps(value, ensure_ascii=False)
        encoded = text.encode("utf-8", "replace")
    except RecursionError:
        return value, False
    if encoded.count(b"?") == text.count("?"):
        return value, False
    return json.loads(encoded), True


def _lack(record: dict[str, Any]) -> str | None:
    """Return why a record is no issue; None where it is one."""
    if "fields" in record:
        return _lack_of_issue(record.get("key"), record["fields"])
    key = record.get("key")
    if isinstance(key, str) and key.strip():
        return f"the record of {shown(key)} has no `fields`"
    said = message_of(record)
    if said is not None:
        return f"an error message stands in place of issues: {said}"
    listed = next((name for name, value in record.items() if _holds_issues(value)), None)
    if listed is not None:
        return f"issues stand under `{shown(listed)}`, where no answer of Jira's has them"
    return "this record is no issue: it has neither `key` nor `fields`"


def _lack_of_issue(key: object, fields: object) -> str | None:
    if not isinstance(fields, dict):
        return f"the `fields` of {shown(key) if isinstance(key, str) else 'this record'} are {_kind(fields)}, not an object"
    if key is None:
        return "this record has no `key`"
    if not isinstance(key, str):
        return f"the `key` of this record is {_kind(key)}, not a text"
    if not key.strip():
        return "the `key` of this record is empty"
    return None if is_key(key) else f"{shown(key)!r}, the `key` of this record, is none of an issue"


def is_key(key: str) -> bool:
    """Tell whether a text can be an issue's key: not empty, and no number, word of JSON, list or object."""
    return re.fullmatch(KEYLESS, key) is None


KEYLESS: Final = r"\s*|[\[{](?s:.*)|true|false|-?[0-9.]+(?:[eE][-+]?[0-9]+)?"
"""What the engine makes a text of where a key is of another kind."""


def _is_meant(record: dict[str, Any]) -> bool:
    key, own = record.get("key"), record.get("self")
    return (
        "fields" in record
        or message_of(record) is not None
        or (isinstance(own, str) and "/issue/" in own)
        or (isinstance(key, str) and re.fullmatch(r"[A-Z][A-Z0-9_]*-[0-9]+", key.strip()) is not None)
        or any(_holds_issues(value) for value in record.values())
    )


def _holds_issues(value: object, depth: int = 3) -> bool:
    if depth == 0 or not isinstance(value, (dict, list)):
        return False
    inside: Iterable[object] = list(value.values()) if isinstance(value, dict) else value[:100]
    return any(
        (isinstance(one, dict) and "key" in one and "fields" in one) or _holds_issues(one, depth - 1) for one in inside
    )


def message_of(record: dict[str, Any]) -> str | None:
    """Return what an error body says: Jira's, its gateway's, or a proxy's; None for anything else."""
    said: list[object] = []
    for name in ("errorMessages", "errors", "message", "error", "errorMessage"):
        value = record.get(name)
        if isinstance(value, dict):
            said += [f"{field}: {text}" for field, text in value.items()]
        elif isinstance(value, list):
            said += value
        elif isinstance(value, str) and "id" not in record:
            said.append(value)
    texts = [shown(text, 200) for text in said if isinstance(text, str) and text.strip()]
    return "; ".join(texts[:5]) if texts else None


def shown(text: str, longest: int = LONGEST_KEY) -> str:
    """Return a stranger's text as it may stand in a sentence."""
    plain = " ".join(re.sub(r"[^\S ]|[\x00-\x1f\x7f]", " ", text).split())
    return plain if len(plain) <= longest else plain[: longest - 1] + "…"


def _kind(value: object) -> str:
    kinds: Sequence[tuple[type | tuple[type, ...], str]] = (
        (bool, "true or false"),
        ((int, float), "a number"),
        (str, "a text"),
        (list, "a list"),
        (dict, "an object"),
    )
    return next((name for type_, name in kinds if isinstance(value, type_)), "nothing (null)")
