"""Where the texts of a YAML file stand, and the comments between them: for what looks at a file as it is written."""

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import yaml

from flowlint.config.text import FORBIDDEN, LINE_END
from flowlint.config.yaml12 import MAX_DEPTH

_COMMENT: Final = re.compile(r"(?:(?<=\s)|^)#[^\r\n]*", re.MULTILINE)
_OF_LIST: Final = ""


@dataclass(frozen=True, slots=True)
class Span:
    """A key or value of one text, from ``start`` to ``end``, quotes included; of a block text without its first line."""

    keys: tuple[str, ...]
    """The keys that lead to a value; none for a key."""
    value: str
    start: int
    end: int


class Spans:
    """The keys and values of a text, as far as it is YAML: up to ``whole``."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._begins = [0, *(match.end() for match in LINE_END.finditer(text))]
        self.whole = 0
        self.all = tuple(self._read())

    def comments(self) -> Iterator[tuple[int, str]]:
        """Yield each comment with the number of its line, from 1."""
        for found in _COMMENT.finditer(self._text):
            before = bisect_right(self._starts, found.start()) - 1
            if before < 0 or self.all[before].end <= found.start():
                yield bisect_right(self._begins, found.start()), found[0]

    @cached_property
    def _starts(self) -> list[int]:
        return [span.start for span in self.all]

    def _read(self) -> Iterator[Span]:
        keys: list[str | None] = []  # of each mapping that is open the key whose value is due, None where a key is
        try:
            for event in yaml.parse(FORBIDDEN.sub("\ufffd", self._text), Loader=_LOADER):
                if isinstance(event, yaml.ScalarEvent):
                    span = self._span(event, tuple(key for key in keys if key))
                    if keys and keys[-1] is None:
                        keys[-1] = event.value or " "
                        yield Span((), event.value, span.start, span.end)
                        continue
                    yield span
                elif isinstance(event, yaml.CollectionStartEvent):
                    if len(keys) > MAX_DEPTH:
                        return
                    keys.append(None if isinstance(event, yaml.MappingStartEvent) else _OF_LIST)
                    continue
                elif isinstance(event, yaml.CollectionEndEvent):
                    keys.pop()
                if keys and keys[-1] != _OF_LIST:
                    keys[-1] = None
            self.whole = len(self._text)
        except (yaml.YAMLError, ValueError, IndexError):
            return

    def _span(self, event: yaml.ScalarEvent, keys: tuple[str, ...]) -> Span:
        first, last = event.start_mark, event.end_mark
        assert first is not None
        assert last is not None
        end = self._begins[last.line] + last.column
        start = self._begins[first.line] + first.column
        if event.style in ("|", ">"):
            start = min(self._begins[first.line + 1], end)
        self.whole = max(self.whole, start)
        return Span(keys, event.value, start, end)


_LOADER: Final = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
