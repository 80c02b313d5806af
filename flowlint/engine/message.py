"""Messages of rules: texts with ``{names}`` of columns, evidence and parameters."""

import re
from typing import Final

PLACEHOLDER: Final = re.compile(r"\{\{|\}\}|\{([^{}]*)\}|[{}]")
MESSAGE_NAMES: Final = ("flow_item_level", "portfolio_level", "key", "project", "subject_name")
"""Names that every message may use besides the columns of its view, evidence and parameters."""


def placeholders(message: str) -> list[str]:
    """Return the names in a message, each once; a brace that stands alone is a name without letters."""
    names = (match.group(1) or "" for match in PLACEHOLDER.finditer(message) if match.group() not in ("{{", "}}"))
    return list(dict.fromkeys(names))
