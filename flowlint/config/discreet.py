"""A YAML text as it may be shown to others: as it is written, but for its secrets."""

import re
from collections.abc import Iterator
from typing import Final

from flowlint.config.secrets import blotted, secret_kind, without_secrets
from flowlint.config.spans import Spans

_SAYS: Final = re.compile(r"(?<![\w-])([\w-]{1,60})[\"']?[ \t]*:[ \t]+([^\s,}#][^,}#\r\n]*)")
"""A key, or its last word, and its value on one line."""


def discreet(text: str) -> str:
    """Return a YAML text with an ellipsis in place of every secret; its lines stay where they are.

    In comments only what can be told by itself is a secret. What is no YAML is read line by line.
    """
    for start, end in sorted(_under_secret_keys(text), reverse=True):
        text = blotted(text, start, end)
    return without_secrets(text)


def _under_secret_keys(text: str) -> Iterator[tuple[int, int]]:
    """Yield where the values stand that are secret because of their keys."""
    spans, behind = Spans(text), 0
    for span in spans.all:
        if span.keys and secret_kind(".".join(span.keys), span.value):
            yield span.start, span.end
            behind = span.end
    if spans.whole < len(text):
        behind = max(behind, text.rfind("\n", 0, spans.whole) + 1)
        yield from (said.span(2) for said in _SAYS.finditer(text, behind) if secret_kind(said[1], said[2]))
