"""Exports of Jira's that are no JSON: tables (CSV) and feeds (XML), written as records beside for the usual reader."""

from pathlib import Path
from typing import BinaryIO

from flowlint.errors import Fault
from flowlint.sources import csv_export, csv_lines, xml_export
from flowlint.sources.csv_lines import Blame, Opener
from flowlint.sources.told import Told

CONTROLS = [bytes([code]) for code in range(1, 32) if code not in b"\t\n\r\f\v"]
ZIP = b"PK\x03\x04"


class NotRead(Exception):  # noqa: N818  a word on the file
    """The file is no export of these kinds; ``reason`` says what it is, empty where nothing is known."""

    def __init__(self, reason: str = "") -> None:
        super().__init__(reason)
        self.reason = reason


def convert(path: Path, label: str, target: Path, faults: list[Fault]) -> Told:
    """Write the records of a CSV or XML export to ``target``; name its damage in ``faults``.

    Raises NotRead for any other file.
    """

    def opener() -> BinaryIO:
        return path.open("rb")

    with opener() as file:
        head = file.read(xml_export.HEAD)
    if xml_export.begins(_as_utf_8(head)):
        return _feed(opener, label, target, faults)
    if head.startswith(ZIP):
        raise NotRead("a workbook or another archive (zip); save the sheet as CSV, or unpack it")
    text = _as_utf_8(head).lstrip()
    if text.startswith(b"<") or (_is_binary(head) and not heads_table(text.partition(b"\n")[0])):
        raise NotRead
    try:
        return csv_export.convert(opener, label, target, faults)
    except csv_export.NoExport as word:
        is_table = word.is_table or Path(label).suffix.lower() in {".csv", ".tsv"}
        raise NotRead(word.reason if is_table else "") from word


def heads_table(line: bytes) -> bool:
    """Tell whether a line may be the header of a CSV export, whatever the line below it looks like."""
    text = line.decode("utf-8", "replace")
    return any(csv_lines.score(text, delimiter)[0] > 1 for delimiter in csv_lines.DELIMITERS)


def _feed(opener: Opener, label: str, target: Path, faults: list[Fault]) -> Told:
    blame = Blame(label)
    told = xml_export.convert(opener, label, target, blame)
    faults.extend(blame.told())
    if not target.stat().st_size and not blame.faults:
        raise NotRead("a feed (XML) without issues")
    return told


def _as_utf_8(head: bytes) -> bytes:
    for mark, name in ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be")):
        if head.startswith(mark):
            return head[len(mark) :].decode(name, "ignore").encode()
    return head


def _is_binary(head: bytes) -> bool:
    """Tell whether these bytes are no text: too many of them are signs that no text holds."""
    return sum(map(head.count, CONTROLS)) * 100 > len(head)
