"""Where a value comes from: a line of the mapping, the data, inference with its reason, or a default."""

from dataclasses import dataclass
from typing import Literal

from flowlint.errors import Place


@dataclass(frozen=True, slots=True)
class Origin:
    """What a value rests on. ``text`` is what was read there, or the reason; ``place`` is where it is written."""

    kind: Literal["mapping", "inferred", "default", "data", "computed"]
    text: str = ""
    place: Place | None = None

    def __str__(self) -> str:
        if self.place is not None:
            return f"{self.place}, {self.text}" if self.text else str(self.place)
        if self.kind in ("inferred", "default"):
            return f"{self.kind}: {self.text}" if self.text else self.kind
        return self.text
