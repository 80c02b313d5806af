"""Messages of rules: texts with ``{names}`` of columns, evidence and parameters."""

import re
from collections.abc import Iterable
from typing import Final

from flowlint.config.suggest import nearest, quoted
from flowlint.engine.rule import Rule
from flowlint.model.views import views

PLACEHOLDER: Final = re.compile(r"\{([^{}]*)\}")
ALWAYS: Final = ("flow_item_level", "portfolio_level")
"""Names that every message may use."""
NOT_FOR_MESSAGES: Final = ("description", "description_norm", "description_words", "summary_norm", "summary_words")


def placeholders(message: str) -> list[str]:
    """Return the names that stand in braces in a message, each once."""
    return list(dict.fromkeys(PLACEHOLDER.findall(message)))


def unknown_names(rule: Rule, evidence: Iterable[str]) -> list[tuple[str, str]]:
    """Return the names of a rule's message that mean nothing, each with a help line.

    ``evidence`` holds what the rule's SQL yields: names of evidence, or a query's columns.
    """
    known = {*ALWAYS, *evidence, *(parameter.name for parameter in rule.parameters), *_columns(rule)}
    return [(name, _help(name, known)) for name in placeholders(rule.message) if name not in known]


def _columns(rule: Rule) -> set[str]:
    view = views().get(rule.view)
    columns = set(view.columns) - set(NOT_FOR_MESSAGES) if view else set()
    if rule.scope == "issue":
        columns.add("parent_summary")
    return columns | ({"key", "project", "name"} if rule.query is not None else set())


def _help(name: str, known: set[str]) -> str:
    if name in NOT_FOR_MESSAGES:
        return f"{quoted(name)} is too long for a message; name `summary`, or evidence"
    close = nearest(name, sorted(known))
    return f"did you mean {quoted(close)}?" if close else "write the name of a column, of evidence or of a parameter"
