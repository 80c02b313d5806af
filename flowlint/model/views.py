"""The documented views as data: their names, columns and types, out of ``views.yaml``."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal, cast

from flowlint.config.yaml12 import parse

ColumnType = Literal["text", "integer", "number", "boolean", "date", "time", "list"]
DESCRIPTION = Path(__file__).with_name("views.yaml")


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a view. ``source`` says where its value comes from; empty for what is plain."""

    type: ColumnType
    about: str
    source: str = ""
    never_null: bool = False


@dataclass(frozen=True, slots=True)
class View:
    """One view that rules may read; ``columns`` stand in the order of the description."""

    name: str
    about: str
    columns: Mapping[str, Column]


@cache
def views() -> dict[str, View]:
    """Return every documented view by its name."""
    described = cast("dict[str, Any]", parse(DESCRIPTION.read_text(encoding="utf-8"), DESCRIPTION.name).value)
    return {
        name: View(
            name=name,
            about=view["about"],
            columns={column: Column(**details) for column, details in view["columns"].items()},
        )
        for name, view in described.items()
    }
