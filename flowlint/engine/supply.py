"""What a run can offer to rules that need something: mapped fields, changelogs, metadata."""

from collections.abc import Mapping as MappingABC
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from flowlint.config.mapping import Mapping
from flowlint.model.settings import SYSTEM_FIELDS, Fields
from flowlint.snapshot.database import has_rows

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


NO_SITE = "the site's metadata was not fetched"
GUESSED = "flow items are guessed: no mapping says which issue types deliver value"
NEED_COLUMN = {"changelog": "changelog", "sprints": "sprint", "versions": "fix_versions", "links": "links"}
"""Needs that are no mapped field, and the name under which ``issue.fetched`` has them."""


@dataclass(frozen=True, slots=True)
class Supply:
    """What the run can offer to rules that need something.

    ``mapped`` holds the logical fields that some field of the data carries; ``lacking`` the needs that
    nothing in this run can meet, with the reason in words.
    """

    mapped: frozenset[str] = frozenset()
    lacking: MappingABC[str, str] = field(default_factory=dict)
    everywhere: frozenset[str] = frozenset()
    """Names that ``fetched`` of every issue holds: looking for them issue by issue is spared."""
    scalars: MappingABC[str, str | None] = field(default_factory=dict)
    """Names for messages: flow_item_level, portfolio_level."""

    def unmet(self, need: str) -> str | None:
        """Return why nothing in this run can meet a need; None where something may."""
        if need in self.lacking:
            return self.lacking[need]
        if ":" in need or need in ("site", "flow_items", *NEED_COLUMN) or need in self.mapped:
            return None
        return f"{need} is not mapped to a field"


def supply_of(db: "DuckDBPyConnection", mapping: Mapping, fields: Fields) -> Supply:
    """Return what the data and the mapping offer, and in words what they lack altogether."""
    mapped = {meaning for project in fields.values() for meaning, ids in project.items() if ids}
    lacking: dict[str, str] = {}
    if mapping.flow_items_guessed:
        lacking["flow_items"] = GUESSED
    changelogs = "raw_issue JOIN raw_fetched USING (fetched_set) WHERE list_contains(field_ids, 'changelog')"
    if not has_rows(db, changelogs):
        lacking["changelog"] = "the changelog was not fetched"
    if not any(has_rows(db, table) for table in ("raw_site_type", "raw_site_status", "raw_site_field")):
        lacking["site"] = NO_SITE
    if not has_rows(db, "raw_version"):
        lacking["versions"] = "no version is in the data"
    if not has_rows(db, "raw_sprint"):
        lacking["sprints"] = "no sprint is in the data"
    trackers = {row[0] for row in db.execute("SELECT tracker FROM raw_source").fetchall()}
    for tracker in ("jira", "rally", "aha"):
        if tracker not in trackers:
            lacking[f"tracker:{tracker}"] = f"no source is {tracker}"
    return Supply(
        mapped=frozenset(mapped | set(SYSTEM_FIELDS.values())),
        lacking=lacking,
        everywhere=_everywhere(db),
        scalars={"flow_item_level": mapping.flow_item_level, "portfolio_level": mapping.portfolio_level},
    )


def _everywhere(db: "DuckDBPyConnection") -> frozenset[str]:
    sets = [frozenset(names) for (names,) in db.execute("SELECT DISTINCT names FROM m_fetched").fetchall()]
    return frozenset.intersection(*sets) if sets else frozenset()
