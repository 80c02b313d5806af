"""The functions that rule SQL may use, out of ``functions.yaml``."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal, cast

from flowlint.config.yaml12 import parse

LIST = Path(__file__).with_name("functions.yaml")


@dataclass(frozen=True, slots=True)
class Function:
    """A function as rules may call it; ``takes`` holds the type of each argument, the last may repeat."""

    name: str
    takes: tuple[str, ...]
    required: int
    repeats: bool
    gives: str
    kind: Literal["scalar", "aggregate", "window"] = "scalar"
    order: Literal["none", "any", "total"] = "none"

    def accepts(self, count: int) -> bool:
        """Tell whether it can be called with so many arguments."""
        return self.required <= count and (self.repeats or count <= len(self.takes))

    def type_of(self, position: int) -> str:
        """Return what the argument at ``position``, from 0, is."""
        return self.takes[min(position, len(self.takes) - 1)]

    @property
    def arity(self) -> str:
        """How many arguments it takes, in words."""
        if self.repeats:
            return f"{self.required} or more"
        return str(self.required) if self.required == len(self.takes) else f"{self.required} to {len(self.takes)}"


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a function is not for rules, and what to write instead."""

    why: str
    instead: str


@dataclass(frozen=True, slots=True)
class Functions:
    """Every function flowlint knows about; all others are refused."""

    allowed: Mapping[str, Function]
    refused: Mapping[str, Refusal]


@cache
def functions() -> Functions:
    """Return the functions that rules may use, and the refused ones that have a remedy of their own."""
    listed = cast("dict[str, Any]", parse(LIST.read_text(encoding="utf-8"), LIST.name).value)
    return Functions(
        allowed={name: _function(name, details) for name, details in listed["allowed"].items()},
        refused={name: Refusal(**details) for name, details in listed["refused"].items()},
    )


def _function(name: str, details: dict[str, Any]) -> Function:
    takes = details.pop("takes").split()
    repeats = bool(takes) and takes[-1].endswith("*")
    required = [one for one in takes if one[-1] not in "?*"]
    return Function(name, tuple(one.rstrip("?*") for one in takes), len(required), repeats, **details)
