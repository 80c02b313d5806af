"""Gets the text of a YAML file: UTF-8, of a bearable size, without characters that YAML forbids."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from flowlint.errors import Fault, FileFaults, Place

INVALID: Final = "M701"
MAX_SIZE: Final = 4 * 1024 * 1024
"""Characters (bytes, for a file) that a text may have."""
MAX_CHARACTER_FAULTS: Final = 10

# Beside what YAML forbids: NEL, LS and PS, which YAML 1.1 takes for line ends and editors do not, and stray BOMs.
FORBIDDEN: Final = re.compile(
    "[^\t\n\r\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]"
)
LINE_END: Final = re.compile(r"\r\n|\r|\n")


def read_text(path: Path, name: str | None = None) -> str:
    """Return the text of a UTF-8 file. Raises FileFaults where it cannot be opened, is too large or not UTF-8."""
    name = name if name is not None else str(path)
    try:
        with path.open("rb") as file:
            data = file.read(MAX_SIZE + 1)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        fault = Fault(Place(name), f"the file cannot be read: {reason}", "check its path and its rights", code=INVALID)
        raise FileFaults((fault,)) from error
    if len(data) > MAX_SIZE:
        raise FileFaults((too_large(name),))
    return decode(data, name)


def decode(data: bytes, name: str) -> str:
    """Return the text of UTF-8 bytes. Raises FileFaults at the first byte that is not UTF-8."""
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        before = LINE_END.split(data[: error.start].decode("utf-8").removeprefix("\ufeff"))
        place = Place(name, len(before), len(before[-1]) + 1)
        what = "UTF-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else f"byte 0x{data[error.start]:02x}"
        fault = Fault(place, f"the file is not UTF-8 text: {what}", "save it as UTF-8", code=INVALID)
        raise FileFaults((fault,)) from error


def too_large(name: str) -> Fault:
    """Return the fault of a file above the size limit."""
    return Fault(
        Place(name), f"the file is larger than {MAX_SIZE // 1024**2} MiB and was not read", "split it", code=INVALID
    )


def character_faults(text: str, name: str) -> Iterator[Fault]:
    """Yield a fault for each of the first characters that must not stand in YAML."""
    found = 0
    for match in FORBIDDEN.finditer(text):
        found += 1
        if found > MAX_CHARACTER_FAULTS:
            continue
        before = LINE_END.split(text[: match.start()])
        code = ord(match.group())
        yield Fault(
            Place(name, len(before), len(before[-1]) + 1),
            f"the invisible or damaged character U+{code:04X} cannot stand in the file",
            f'delete it, or write it in double quotes as "\\u{code:04x}"'
            if not 0xD800 <= code <= 0xDFFF
            else "delete it",
            code=INVALID,
        )
    if found > MAX_CHARACTER_FAULTS:
        message = f"{found - MAX_CHARACTER_FAULTS} more characters like those named above cannot stand in the file"
        yield Fault(Place(name), message, "is this a text file?", code=INVALID)
