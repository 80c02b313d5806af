"""A CSV file as rows with their true lines: how it is encoded, what separates its cells, where a row is broken.

Nothing is held but the row at hand. A quote that is never closed does not swallow what follows it: the row it
stands in is given as broken, and reading goes on behind its first line.
"""

import codecs
import csv
import io
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import BinaryIO, TextIO

from flowlint.errors import Fault, Place
from flowlint.sources.csv_words import meaning_of

Opener = Callable[[], BinaryIO]
"""Opens the plain bytes of a file, from their start."""

MOST_FAULTS = 50
"""How many faults of one file are named one by one."""
LOST = "Export the file again; what stands here was not judged."
BLOCK = 1 << 20
LONGEST = 16 << 20
"""Characters of the longest row that is read."""
MOST_BROKEN = 50
"""Rows with an open quote after which a file is given up: each is read twice."""
DELIMITERS = ",;\t|^"
UTF_16 = {b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}
UTF_8_MARK = b"\xef\xbb\xbf"
LEGACY = ("cp1252", "cp1250", "cp1251", "cp1254", "cp932", "gb18030", "cp949", "big5")
"""Encodings that spreadsheets save in; of those that explain the header equally well, the first."""
NAMES = {"cp1252": "Windows-1252 (Western European)"}
UNDECODED = range(0xDC80, 0xDD00)
"""What bytes that are no text are decoded to, until they are named and replaced."""


@dataclass(slots=True)
class Blame:
    """The faults of one file; what is beyond :data:`MOST_FAULTS` is counted."""

    label: str
    faults: list[Fault] = field(default_factory=list)
    unnamed: int = 0

    def at(self, line: int, message: str, help: str = LOST) -> None:
        """Name a fault at a line."""
        fault = Fault(Place(self.label, line), message, help)
        if fault in self.faults:
            return
        if len(self.faults) < MOST_FAULTS:
            self.faults.append(fault)
        else:
            self.unnamed += 1

    def told(self) -> list[Fault]:
        """Return the faults, the last of which counts those that were too many to name."""
        if not self.unnamed:
            return self.faults
        return [*self.faults, Fault(Place(self.label), f"{self.unnamed:,} more rows of this file are damaged", LOST)]


@dataclass(frozen=True, slots=True)
class Row:
    """A row and the physical line it starts on; ``broken``: a quote in it is never closed, its cells are lost."""

    line: int
    cells: list[str]
    broken: bool = False


class _Runaway(Exception):  # noqa: N818  no fault, but a way out of the csv module
    """The row at hand has no end."""


@dataclass(frozen=True, slots=True)
class Encoding:
    """How the bytes of a file are text; ``note`` says what was guessed, empty where nothing was."""

    name: str
    note: str = ""

    def opened(self, opener: Opener) -> TextIO:
        """Open the file as text, its line ends as they are."""
        errors = "surrogateescape" if self.name.startswith("utf-8") else "replace"
        return io.TextIOWrapper(opener(), encoding=self.name, errors=errors, newline="")


def encoding_of(opener: Opener) -> Encoding:
    """Return the encoding of a file: by its mark, its zero bytes, as UTF-8, else the one that explains its header."""
    with opener() as file:
        head = file.read(4)
    if head.startswith(UTF_8_MARK):
        return Encoding("utf-8-sig")
    for mark, name in UTF_16.items():
        if head.startswith(mark):
            return Encoding(name)
    if b"\0" in head[:2] and head.strip(b"\0"):
        return Encoding("utf-16-be" if head[:1] == b"\0" else "utf-16-le")
    if _is_mostly_utf_8(opener):
        return Encoding("utf-8")
    name = _legacy(opener)
    return Encoding(name, f"its bytes are no UTF-8; it was read as {NAMES.get(name, name)}")


def delimiter_of(text: TextIO) -> tuple[str, bool]:
    """Return what separates the cells of the first row, and whether a first line ``sep=;`` says so."""
    line = _first_line(text)
    told = line.strip().strip('"').casefold()
    if len(told) == 5 and told.startswith("sep="):
        return told[-1], True
    head = line + text.read(BLOCK)
    return max(DELIMITERS, key=lambda delimiter: score(head, delimiter)), False


class Lines:
    """The physical lines of a text, counted from 1, which can be handed back."""

    def __init__(self, text: TextIO, blame: Blame | None = None) -> None:
        self.text = text
        self.blame = blame
        self._damaged = UNDECODED if text.errors == "surrogateescape" else range(0xFFFD, 0xFFFE)
        self.number = 0
        self.taken: list[str] = []
        self.first = 1
        self.ended = False
        """The text ended inside the row at hand."""
        self._back: deque[str] = deque()
        self._size = 0

    def begin(self) -> None:
        """Begin a new row."""
        self.taken = []
        self.first = self.number + 1
        self.ended = False
        self._size = 0

    def hand_back(self) -> None:
        """Give what follows the first line of the row at hand once more."""
        again = self.taken[1:]
        self._back.extendleft(reversed(again))
        self.number -= len(again)

    def __iter__(self) -> "Lines":
        return self

    def __next__(self) -> str:
        line = self._back.popleft() if self._back else self._read()
        if not line:
            self.ended = bool(self.taken)
            raise StopIteration
        self.number += 1
        self.taken.append(line)
        self._size += len(line)
        if self._size > LONGEST:
            raise _Runaway
        return line

    def _read(self) -> str:
        line = self.text.readline(LONGEST + 1)
        more = line
        while len(more) > LONGEST and not more.endswith(("\n", "\r")):
            more = self.text.readline(LONGEST + 1)
        if not line.isascii():
            line = self._decoded(line)
        if "\0" not in line:
            return line
        self._name("zero bytes stand in the text; they were left out", "Export the file again.")
        return line.replace("\0", "") or " "

    def _decoded(self, line: str) -> str:
        if not any(ord(char) in self._damaged for char in line):
            return line
        self._name("some bytes are no text; they were replaced", "Export the file again, or save it as UTF-8.")
        return "".join("\ufffd" if ord(char) in self._damaged else char for char in line)

    def _name(self, message: str, help: str) -> None:
        if self.blame is not None:
            self.blame.at(self.number + 1, message, help)


def rows(lines: Lines, delimiter: str, width: int = 0) -> Iterator[Row]:
    """Yield the rows of a text; ``width`` is the number of cells of a whole row, 0 where it is not known."""
    csv.field_size_limit(LONGEST)
    reader = csv.reader(lines, delimiter=delimiter)
    broken = 0
    while True:
        lines.begin()
        try:
            cells = next(reader)
        except StopIteration:
            return
        except (csv.Error, _Runaway):
            cells = []
        if cells and not lines.ended:
            yield Row(lines.first, cells)
            continue
        if not cells and not lines.ended and len(lines.taken) == 1 and not lines.taken[0].strip():
            continue  # an empty line
        broken += 1
        first = lines.first
        if not lines.ended or _has_whole_rows(lines.taken[1:], delimiter, width):
            lines.hand_back()
        yield Row(first, [], broken=True)
        if broken == MOST_BROKEN:
            if lines.blame is not None:
                lines.blame.at(first, f"{broken} quotes up to here are never closed; nothing behind was read")
            return
        reader = csv.reader(lines, delimiter=delimiter)


def _has_whole_rows(lines: Iterable[str], delimiter: str, width: int) -> bool:
    """Tell whether lines behind an open quote hold rows of their own, so that the file does not just end there."""
    try:
        return any(len(cells) == width and width > 1 for cells in csv.reader(lines, delimiter=delimiter))
    except csv.Error:
        return False


def _is_mostly_utf_8(opener: Opener) -> bool:
    """Tell whether a file is UTF-8, or was: what is no text in it is less than what is."""
    decoder = codecs.getincrementaldecoder("utf-8")("surrogateescape")
    sound = damaged = 0
    with opener() as file:
        while block := file.read(BLOCK):
            text = decoder.decode(block)
            if not text.isascii():
                bad = sum(1 for char in text if ord(char) in UNDECODED)
                damaged += bad
                sound += sum(1 for char in text if ord(char) > 127) - bad
    return sound >= damaged


def _legacy(opener: Opener) -> str:
    """Return the encoding in which most of the header's cells are known words."""
    with opener() as file:
        head = file.read(1 << 16)
    first = head.lstrip(b"\r\n").splitlines()[0] if head.strip() else b""
    scores: dict[str, int] = {}
    for name in LEGACY:
        try:
            text = first.decode(name)
        except UnicodeDecodeError:
            continue
        scores[name] = max(score(text, delimiter)[0] for delimiter in DELIMITERS)
    if not scores:
        return "latin-1"
    return max(scores, key=lambda name: (scores[name], -LEGACY.index(name)))


def score(head: str, delimiter: str) -> tuple[int, int]:
    """Return how many headers of a first row are known if this separates them, and how many cells there are."""
    try:
        cells = next(csv.reader(io.StringIO(head, newline=""), delimiter=delimiter), [])
    except csv.Error:
        return 0, 0
    return sum(1 for cell in cells if len(cell) < 200 and meaning_of(cell) is not None), len(cells)


def _first_line(text: TextIO) -> str:
    line = text.readline(BLOCK)
    while line and not line.strip():
        line = text.readline(BLOCK)
    return line
