"""Findings in a mapping set aside on their own line: ``# flowlint: ignore M711 the team asked for it``."""

import re
from collections.abc import Mapping
from typing import Final

from flowlint.config.mapping import fold
from flowlint.config.spans import Spans
from flowlint.engine.rule import Rule
from flowlint.errors import Place
from flowlint.verdict.selection import explicit_names

Comments = Mapping[tuple[str, int], frozenset[str]]
"""File and line -> codes and names, folded, that are set aside there."""
NONE: Final[Comments] = {}
_SIGN: Final = "flowlint:"
_COMMENT = re.compile(r"#\s*flowlint:\s*ignore\s+([\w-]+(?:\s*,\s*[\w-]+)*)(?:\s*:)?\s+\S")
"""Codes or names with commas between them, and a reason: without one the comment sets nothing aside."""


def comments_of(texts: Mapping[str, str]) -> dict[tuple[str, int], frozenset[str]]:
    """Return what the comments of each file set aside; a text in quotes is none."""
    return {
        (file, number): frozenset(fold(name) for name in found[1].split(","))
        for file, text in texts.items()
        if _SIGN in text
        for number, comment in Spans(text).comments()
        if (found := _COMMENT.match(comment))
    }


def is_set_aside(comments: Comments, rule: Rule, place: Place) -> bool:
    """Tell whether a comment on the line sets the rule aside there."""
    return bool(comments.get((place.file, place.line), frozenset()) & explicit_names(rule))
