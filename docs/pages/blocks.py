"""Pages written by hand with generated blocks in them, each between two comments that a reader does not see."""

import re
from collections.abc import Mapping

MARKED = re.compile(
    r"^<!-- begin (?P<name>[a-z0-9 _-]+): generated from (?P<source>[^>\n]+) -->\n.*?^<!-- end (?P=name) -->$",
    re.MULTILINE | re.DOTALL,
)
MARK = re.compile(r"^<!-- (?:begin|end) .*$", re.MULTILINE)


def fill(page: str, text: str, blocks: Mapping[str, str]) -> str:
    """Return ``text`` with every marked block replaced by the one of its name.

    Raises ValueError where a mark is not one of a pair, names no block, or a block has no place; ``page`` names the text.
    """
    placed = [match["name"] for match in MARKED.finditer(text)]
    torn = len(MARK.findall(text)) != 2 * len(placed)
    if torn or sorted(placed) != sorted(blocks):
        odd = ", ".join(sorted({*placed} ^ blocks.keys())) or "a mark without its other end, or one twice"
        raise ValueError(f"docs/{page}: blocks and marks do not agree: {odd}")
    return MARKED.sub(lambda match: _block(match["name"], match["source"], blocks[match["name"]]), text)


def _block(name: str, source: str, content: str) -> str:
    return f"<!-- begin {name}: generated from {source} -->\n\n{content}\n\n<!-- end {name} -->"
