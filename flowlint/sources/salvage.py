"""Reading what the engine refuses: damaged lines, cut arrays, texts that are no text.

Slow, in Python, and only for files in which damage was seen. Every fault is named with its true line;
whatever is whole is written as one record a line, and judged.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

from flowlint.errors import Fault, Place

MOST_FAULTS = 50
"""How many faults of one file are named one by one."""
LOST = "Export the file again; what stands here was not judged."


@dataclass(frozen=True, slots=True)
class Rescued:
    """What was got out of a damaged file: its faults, how many places were damaged, how many records were written."""

    faults: tuple[Fault, ...]
    damaged: int
    records: int


@dataclass(slots=True)
class _Salvage:
    """Collects the faults of one file, and the records rescued from it."""

    label: str
    out: BinaryIO
    records: int = 0
    damaged: int = 0
    faults: list[Fault] = field(default_factory=list)

    def keep(self, record: object) -> bool:
        """Write a record that was whole after all; tell whether all of its signs are text."""
        text = json.dumps(record, ensure_ascii=False)
        encoded = text.encode("utf-8", "replace")
        self.out.write(encoded + b"\n")
        self.records += 1
        return encoded.count(b"?") == text.count("?")

    def blame(self, line: int, message: str, help: str = LOST) -> None:
        """Name a fault at a line."""
        self.damaged += 1
        if self.damaged <= MOST_FAULTS:
            self.faults.append(Fault(Place(self.label, line), message, help))

    def rescued(self) -> Rescued:
        """Return what came out; the last fault counts those that were too many to name."""
        unnamed = self.damaged - len(self.faults)
        if unnamed:
            self.faults.append(Fault(Place(self.label), f"{unnamed:,} more lines of this file are damaged", LOST))
        return Rescued(tuple(self.faults), self.damaged, self.records)


def salvage_lines(lines: Iterable[bytes], label: str, target: Path) -> Rescued:
    """Look at every line of a file with a record a line; write those that need mending, mended, to ``target``.

    Lines that the engine has read are left alone.
    """
    with target.open("wb") as out:
        salvage = _Salvage(label, out)
        for number, line in enumerate(lines, 1):
            if line.strip():
                _look_at(line, number, salvage)
    return salvage.rescued()


def salvage_values(data: bytes, label: str, target: Path) -> Rescued:
    """Read JSON values one after the other, into arrays and envelopes, up to the place where they break.

    Writes each record to ``target``.
    """
    text = _decoded(data)
    with target.open("wb") as out:
        salvage = _Salvage(label, out)
        if "\ufffd" in text and "\ufffd".encode() not in data:
            line = text.count("\n", 0, text.index("\ufffd")) + 1
            salvage.blame(line, "some bytes are no text; they were replaced", "Export the file as UTF-8.")
        _walk(text, salvage)
    return salvage.rescued()


def _look_at(line: bytes, number: int, salvage: _Salvage) -> None:
    try:
        value = json.loads(line)
        sound = isinstance(value, dict) and not _has_lone_surrogate(line, value)
    except RecursionError:
        return  # nested too deeply for Python, not for the engine
    except ValueError:
        value, sound = None, False
    if sound:
        return
    records = [value] if value is not None else list(_records_of(line))
    whole = [record for record in records if isinstance(record, dict)]
    for record in whole:
        salvage.keep(record)
    if whole:
        salvage.blame(
            number,
            "this line had to be mended before it could be read",
            "Export the file again as UTF-8 JSON, one record a line.",
        )
    else:
        salvage.blame(number, "this line is no JSON record: cut off or damaged")


def _records_of(line: bytes) -> Iterator[object]:
    """Yield the records of a line that is no JSON: with bytes that are no text, raw control signs, or several in one."""
    decoder = json.JSONDecoder(strict=False)
    text = _decoded(line).strip()
    position = 0
    found: list[object] = []
    while position < len(text):
        try:
            value, position = decoder.raw_decode(text, position)
        except (ValueError, RecursionError):
            return
        found.append(value)
        position += len(text[position:]) - len(text[position:].lstrip(" \t\r\n,"))
    yield from found


def _walk(text: str, salvage: _Salvage) -> None:
    decoder = json.JSONDecoder(strict=False)
    position = 0
    while (position := _skipped(text, position)) < len(text):
        if text[position] == "[":
            position += 1
            continue
        try:
            value, position = decoder.raw_decode(text, position)
        except (ValueError, RecursionError) as error:
            inside = _into(text, position)
            if inside is None:
                broken = position if isinstance(error, RecursionError) else error.pos  # type: ignore[attr-defined]
                line = text.count("\n", 0, broken) + 1
                salvage.blame(
                    line, f"the JSON breaks off or is damaged here; {salvage.records:,} records before it were read"
                )
                return
            position = inside
            continue
        is_record = isinstance(value, dict) and not value.keys().isdisjoint({"fields", "issues", "values"})
        if is_record and not salvage.keep(value):
            salvage.blame(text.count("\n", 0, position) + 1, "half signs that are no text were replaced by ?")


def _skipped(text: str, position: int) -> int:
    """Step over white space and what separates or closes values."""
    while position < len(text) and text[position] in " \t\r\n,:]}\x1e":
        position += 1
    return position


def _into(text: str, position: int) -> int | None:
    """Step into an envelope's list of issues; None where there is none."""
    opening = text.find('"issues"', position)
    if text[position] != "{" or opening < 0 or '"fields"' in text[position:opening]:
        return None
    bracket = text.find("[", opening)
    return bracket + 1 if bracket >= 0 and text[opening + 8 : bracket].strip() == ":" else None


def _decoded(data: bytes) -> str:
    return data.decode("utf-8", "replace")


def _has_lone_surrogate(line: bytes, value: Any) -> bool:
    if b"\\ud" not in line and b"\\uD" not in line:
        return False
    try:
        json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return True
    return False
