"""``required_version``: which versions of flowlint may read a file."""

import re
from typing import Final

_COMPARISON: Final = re.compile(r"\s*(>=|<=|==|!=|>|<)\s*v?([0-9]+(?:\.[0-9]+)*)\s*")
_LEADING: Final = re.compile(r"[0-9]+(?:\.[0-9]+)*")


def admits(required: str, version: str) -> bool:
    """Tell whether ``version`` meets all comparisons (``>=1.2,<2``). Raises ValueError for what is none.

    Only the release numbers count: ``1.2.0rc1`` is compared as 1.2.0.
    """
    leading = _LEADING.match(version)
    own = _numbers(leading.group() if leading else "0")
    held = [_holds(comparison, own) for comparison in required.split(",")]
    return all(held)


def _holds(comparison: str, own: tuple[int, ...]) -> bool:
    match = _COMPARISON.fullmatch(comparison)
    if match is None:
        raise ValueError(comparison)
    wanted = _numbers(match.group(2))
    length = max(len(own), len(wanted))
    left, right = (numbers + (0,) * (length - len(numbers)) for numbers in (own, wanted))
    return {
        ">=": left >= right,
        "<=": left <= right,
        "==": left == right,
        "!=": left != right,
        ">": left > right,
        "<": left < right,
    }[match.group(1)]


def _numbers(text: str) -> tuple[int, ...]:
    return tuple(int(part[:18]) for part in text.split("."))
