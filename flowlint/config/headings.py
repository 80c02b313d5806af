"""Headings of the description as sources of logical fields, and those that count where nobody mapped a field.

A heading goes where a field's id goes: as ``heading:`` and its text as names are compared.
"""

from collections.abc import Collection, Iterable, Mapping

from flowlint.config.mapping import fold

PREFIX = "heading:"
"""Marks the id of a heading; no tracker has fields with such ids."""

DEFAULT_HEADINGS: Mapping[str, tuple[str, ...]] = {
    "outcome": ("Anticipated outcome", "Expected outcome", "Outcome"),
    "outcome_metric": ("Metric",),
    "outcome_baseline": ("Baseline",),
    "outcome_target": ("Target",),
    "outcome_due": ("Target date",),
    "actual_outcome": ("Actual outcome",),
    "acceptance_criteria": ("Acceptance criteria",),
    "key_results": ("Key results",),
}
"""Logical field -> headings that are read where ``fields`` does not write it (DESIGN section 3)."""

NEVER_HEADINGS = frozenset({"sprint", "epic_link", "parent_link"})
"""Logical fields that no text can hold."""


def heading_ids(headings: Iterable[str]) -> tuple[str, ...]:
    """Return the ids of headings, in their order."""
    return tuple(PREFIX + " ".join(fold(heading).split()) for heading in headings)


def heading_of(id_: str) -> str | None:
    """Return the heading that an id means; None for a field's."""
    return id_.removeprefix(PREFIX) if id_.startswith(PREFIX) else None


def with_default_headings(found: Mapping[str, tuple[str, ...]], written: Collection[str]) -> dict[str, tuple[str, ...]]:
    """Return fields with the default headings after the fields of each meaning that is not written."""
    defaults = {
        logical: (*found.get(logical, ()), *heading_ids(headings))
        for logical, headings in DEFAULT_HEADINGS.items()
        if logical not in written
    }
    return {**found, **defaults}
