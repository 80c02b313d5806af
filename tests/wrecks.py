"""Sound exports and ways to damage them, for tests that hold the readers to their word.

What must come out is worked out here on its own: by Python's strict reader of JSON over the damaged bytes, never by
the readers under test.
"""

import json
from dataclasses import dataclass

from hypothesis import strategies as st

WORDS = st.text(
    st.one_of(st.sampled_from('"\\{}[]:,\n\r\t é🙂\u2028'), st.characters(codec="utf-8", exclude_characters="\ufffd")),
    max_size=12,
)
VALUES = st.recursive(
    st.one_of(
        st.none(), st.booleans(), st.integers(-5, 10**12), st.floats(allow_nan=False, allow_infinity=False), WORDS
    ),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(WORDS, inner, max_size=3)),
    max_leaves=6,
)
NAMES = ("description", "labels", "status", "issuetype", "duedate", "customfield_10001", "customfield_10002")
LAYOUTS = ("lines", "array", "pretty array", "page", "pretty page", "pages by line", "pretty pages", "pretty records")
SPLIT = 3
"""How many records a page holds where there are several pages."""


@dataclass(frozen=True)
class Export:
    """An export: its bytes, its layout, and the keys of its issues in order."""

    data: bytes
    layout: str
    keys: tuple[str, ...]


def stub(number):
    """Return what an issue says of its parent: enough to be taken for an issue by mistake."""
    return {"id": str(number), "key": f"UP-{number}", "fields": {"summary": "above", "status": {"name": "Open"}}}


@st.composite
def records(draw, least=1, most=7):
    """Return records of issues with keys of their own."""
    count = draw(st.integers(least, most))
    return [
        {
            "id": str(number),
            "key": f"A-{number}",
            "self": f"https://one.example/rest/api/2/issue/{number}",
            "fields": {
                "summary": draw(WORDS),
                "created": "2024-01-01T00:00:00.000+0000",
                "project": {"id": "1", "key": "A"},
                "parent": stub(number),
                **draw(st.dictionaries(st.sampled_from(NAMES), VALUES, max_size=3)),
            },
        }
        for number in range(1, count + 1)
    ]


def laid_out(found, layout, line_end="\n"):
    """Return the text of records in a layout."""
    indent = 2 if layout.startswith("pretty") else None

    def text(value):
        return json.dumps(value, indent=indent, ensure_ascii=False)

    pages = [found[begin : begin + SPLIT] for begin in range(0, len(found), SPLIT)]
    whole = {
        "lines": lambda: "\n".join(map(text, found)) + "\n",
        "array": lambda: text(found),
        "page": lambda: text({"startAt": 0, "total": len(found), "issues": found, "names": {"summary": "Summary"}}),
        "pages by line": lambda: "\n".join(text({"issues": page}) for page in pages),
        "pages": lambda: "\n".join(text({"issues": page}) for page in pages),
        "records": lambda: "\n".join(map(text, found)),
    }[layout.removeprefix("pretty ")]()
    return whole.replace("\n", line_end)


@st.composite
def exports(draw, layouts=LAYOUTS, least=1, most=7):
    """Return sound exports."""
    found = draw(records(least, most))
    layout = draw(st.sampled_from(layouts))
    text = laid_out(found, layout, draw(st.sampled_from(["\n", "\r\n"])))
    return Export(text.encode(), layout, tuple(record["key"] for record in found))


SIGNS = [b'"', b"\\", b"{", b"}", b"[", b"]", b",", b":", b"\0", b"\n", b"<", b"\xff"]
LUMPS = [b"\n<html>\n", b"\0" * 9, b"NaN", b"\\ud800", b"\xef\xbb\xbf", b'{"errorMessages":["No"]}', b'"key":"A-1",']


@st.composite
def wrecked(draw, data):
    """Return the bytes with a thing or two done to them that happen to files."""
    for _ in range(draw(st.integers(1, 2))):
        if not data:
            break
        at = draw(st.integers(0, len(data) - 1))
        how = draw(st.sampled_from(["put", "insert", "cut", "behead", "drop", "double", "swap", "join"]))
        if how in {"double", "swap", "join"}:
            lines = data.split(b"\n")
            one, other = (draw(st.integers(0, len(lines) - 1)) for _ in range(2))
            lines[one : one + 1], lines[other] = {
                "double": ([lines[one], lines[one]], lines[other]),
                "swap": ([lines[other]], lines[one]),
                "join": ([lines[one] + lines[other]], lines[other]),
            }[how]
            data = b"\n".join(lines)
        else:
            end = draw(st.integers(at, min(len(data), at + 80)))
            sign = draw(st.one_of(st.binary(min_size=1, max_size=1), st.sampled_from(SIGNS)))
            lump = draw(st.one_of(st.binary(max_size=6), st.sampled_from(LUMPS)))
            data = {
                "put": data[:at] + sign + data[at + 1 :],
                "insert": data[:at] + lump + data[at:],
                "cut": data[:at],
                "behead": data[at:],
                "drop": data[:at] + data[end:],
            }[how]
    return data


@st.composite
def misshapen(draw, value):
    """Return a JSON value in which, somewhere, another one stands, or a member is missing or has another name."""
    if not isinstance(value, (dict, list)) or not value or draw(st.integers(0, 3)) == 0:
        return draw(VALUES)
    places = list(value) if isinstance(value, dict) else list(range(len(value)))
    place = draw(st.sampled_from(places))
    copy = value.copy()
    how = draw(st.integers(0, 5))
    if how == 0:
        del copy[place]
    elif how == 1 and isinstance(copy, dict):
        copy[draw(WORDS)] = copy.pop(place)
    else:
        copy[place] = draw(misshapen(value[place]))
    return copy


def _object(members):
    value = dict(members)
    if len(value) < len(members):
        raise ValueError(members)
    return value


def _constant(name):
    raise ValueError(name)


STRICT = json.JSONDecoder(object_pairs_hook=_object, parse_constant=_constant)


def strict_values(data):
    """Return the JSON values that stand one after the other in the bytes; None where they are no sound JSON."""
    try:
        text = data.decode("utf-8")
        values = []
        position = 0
        while position < len(text):
            if text[position] in " \t\r\n":
                position += 1
                continue
            value, position = STRICT.raw_decode(text, position)
            values.append(value)
            json.dumps(value, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        return None
    return values


def _is_key(value):
    return isinstance(value, str) and value.strip()[:1].isalpha() and value.strip() not in {"true", "false"}


def strict_keys(data):
    """Return the keys of the issues that bytes hold, where all of it is sound; None where any of it is not."""
    values = strict_values(data)
    if values is None:
        return None
    if len(values) == 1 and isinstance(values[0], list):
        values = values[0]
    keys = []
    for value in values:
        if not isinstance(value, dict):
            return None
        listed = value["issues"] if isinstance(value.get("issues"), list) and "key" not in value else [value]
        for record in listed:
            if not (isinstance(record, dict) and _is_key(record.get("key")) and isinstance(record.get("fields"), dict)):
                return None
            keys.append(record["key"].strip())
    return keys
