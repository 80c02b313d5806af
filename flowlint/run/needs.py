"""What a run needs from a live Jira site: the fields, changes and lists that its rules and its mapping read.

A site is asked for nothing else, since bytes and requests are what a nightly run waits for. The verdict on records
that hold only these fields is the verdict on whole ones, so everything that a rule reads by a detour counts too.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Mapping as MappingABC
from dataclasses import dataclass
from typing import Final

from flowlint.config.fields import every_candidate, possible_fields
from flowlint.config.headings import heading_of
from flowlint.config.mapping import LOGICAL_FIELDS, Mapping, Match, fold
from flowlint.config.observed import SeenField
from flowlint.config.suggest import nearest
from flowlint.engine.reads import CHANGED, CYCLE, FETCHED, Column, Reads, reads_of
from flowlint.engine.rule import Rule
from flowlint.engine.supply import NEED_COLUMN
from flowlint.model.settings import SYSTEM_FIELDS
from flowlint.verdict.exceptions import columns_read

ALL_CHANGES: Final = "*"
"""Stands in ``Needs.changes`` for every field: some rule does not say which changes it looks at."""
STATUS: Final = "status"
STRUCTURE: Final = frozenset(
    {
        "summary",
        "issuetype",
        "project",
        "status",
        "resolution",
        "resolutiondate",
        "created",
        "updated",
        "parent",
        "subtasks",
    }
)
"""Fields without which no issue has its place in the tree, its level and its state; they are small, and always asked for."""
ALWAYS: Final = ("epic", "epic_link", "parent_link", "team")
"""Names (as ``fetched`` lists them) of what is asked for besides: the tree stands on them, and a finding tells its team."""
OF_OTHER_APIS: Final = frozenset({"epic", "sprint", "closedSprints", "flagged"})
"""Fields of Jira's own that only some of its interfaces know: asked for where the site lists them."""

BOARDS: Final = frozenset({"goal", "goal_known", "state", "started", "ends", "completed", "board_id"})
"""Columns of ``sprint`` that the site's boards tell better than the issues in it."""
VALUES_OF_FIELDS: Final = frozenset({"field", "site_field"})
"""Views that tell of all fields what their values look like and how often they are filled."""
BEHIND: Final[MappingABC[str, tuple[str, ...]]] = {
    "sprint": ("sprint",),
    "sprint_issue": ("sprint",),
    "version": ("fix_versions",),
    "issue_version": ("fix_versions",),
    "link": ("links",),
    "person": ("assignee",),
}
"""View -> names of what it is made of, as ``fetched`` lists them; the other views are made of what is always there."""
SAID_OF_ISSUES: Final = (
    "description",
    "assignee",
    "reporter",
    "labels",
    "components",
    "fix_versions",
    "flagged",
    "team",
    "story_points",
    "due",
    "acceptance_criteria",
    "outcome",
    "outcome_metric",
    "outcome_baseline",
    "outcome_target",
    "outcome_due",
    "actual_outcome",
    "objective",
    "key_results",
    "owner",
)
"""Columns of ``issue`` that are called as ``fetched`` calls what they are made of."""
BEHIND_COLUMNS: Final[MappingABC[Column, tuple[str, ...]]] = {
    **{("issue", name): (name,) for name in SAID_OF_ISSUES},
    **{
        ("issue", name): ("description",)
        for name in ("description_norm", "description_words", "story_role", "story_goal", "story_benefit")
    },
    ("issue", "sprint_count"): ("sprint",),
    ("issue", "outcome_norm"): ("outcome",),
    ("issue", "reaches_outcome"): ("outcome",),
    ("issue", "outcome_overdue_days"): ("outcome_due",),
    ("issue", "actual_outcome_norm"): ("actual_outcome",),
    ("project", "estimated_count"): ("story_points",),
}
"""Column -> names of what it is made of, where that is more than the structure."""
BY_MOVES: Final = frozenset(
    {("issue", "started"), ("issue", "started_child_count"), ("issue", "resolved"), ("issue", "done_days")}
)
"""Columns that moves from status to status make better, and that have a value without them."""


@dataclass(frozen=True, slots=True)
class Needs:
    """What to ask a site for. Of two needs, ``|`` is what serves both."""

    fields: tuple[str, ...]
    """Ids of Jira's fields to ask for by name, sorted."""
    changes: tuple[str, ...]
    """Ids of the fields whose changes a rule reads, sorted; ``*`` for all, none at all without a changelog."""
    sprints: bool
    """Some rule reads what boards tell of sprints."""
    versions: bool
    """Some rule reads the versions of projects."""
    links: bool
    """Some rule, or the mapping's ``parents``, reads links between issues."""
    required_changes: tuple[str, ...] = ()
    """Those of ``changes`` without which some rule judges nothing. The others are moves that only better what columns
    (``BY_MOVES``) say without them: when an issue was started, and when done where it has no date of its resolution."""

    def includes(self, other: "Needs") -> bool:
        """Tell whether whoever has what these needs ask for lacks nothing of the other's."""
        return (self | other) == self

    def __or__(self, other: "Needs") -> "Needs":
        """Return what serves both."""
        return Needs(
            fields=_sorted((*self.fields, *other.fields)),
            changes=_changes((*self.changes, *other.changes)),
            sprints=self.sprints or other.sprints,
            versions=self.versions or other.versions,
            links=self.links or other.links,
            required_changes=_changes((*self.required_changes, *other.required_changes)),
        )


def needs_of_draft(rules: Iterable[Rule], mapping: Mapping, described: Sequence[SeenField]) -> Needs:
    """Return what a draft needs of a site with these fields: what it is made of, and what these rules on mappings read.

    Whatever may turn out to carry a meaning is looked at, so that the draft can name it; the description for its headings,
    and moves for the order of statuses.
    """
    site = _Site(Mapping(), described)
    ids = site.with_rivals(set(STRUCTURE) | site.ids({*site.possible, "labels", "components", "description"}))
    made_of = Needs(_sorted(ids), (STATUS,), sprints=False, versions=False, links=False, required_changes=(STATUS,))
    return made_of | needs_of(rules, mapping, described)


def needs_of(rules: Iterable[Rule], mapping: Mapping, described: Sequence[SeenField]) -> Needs:
    """Return what a run of these rules under a complete mapping needs of a site with these fields.

    Nothing is known of values yet, so each field that may turn out to carry a wanted meaning is asked for.
    """
    rules = tuple(rules)
    site = _Site(mapping, described)
    names = {*ALWAYS, *_names_of_mapping(mapping)}
    ids = set(STRUCTURE) | site.named()
    changes: set[str] = set()
    required: set[str] = set()
    tables: set[str] = set()
    for rule, reads in zip(rules, reads_of(rules), strict=True):
        read = _names(rule, reads)
        names |= read
        ids |= _of_all_fields(rule, reads, site)
        looked_at = _looked_at(reads, site)
        if "changelog" in read and not looked_at:
            looked_at = {STATUS}
        ids |= site.of_changes(looked_at)
        required |= looked_at
        changes |= looked_at | ({STATUS} if reads.columns & BY_MOVES else set())
        tables |= _tables(rule, reads)
    ids = site.with_rivals(ids | site.ids(names))
    return Needs(
        fields=_sorted(ids),
        changes=_changes(changes),
        sprints="sprints" in tables,
        versions="versions" in tables,
        links="issuelinks" in ids,
        required_changes=_changes(required),
    )


class _Site:
    """The fields of a site, and which of them stand behind a name."""

    def __init__(self, mapping: Mapping, described: Sequence[SeenField]) -> None:
        self.mapping = mapping
        self.fields = tuple(described)
        self.listed = frozenset(field.id for field in described)
        self.possible = possible_fields(mapping, described)

    def ids(self, names: Iterable[str]) -> set[str]:
        """Return the ids behind names as ``fetched`` lists them, or as selectors write them: those of all that may be meant."""
        found: set[str] = set()
        for name in names:
            found.update(id_ for id_, known in SYSTEM_FIELDS.items() if known == name and self._may_be_asked(id_))
            found.update("description" if heading_of(id_) is not None else id_ for id_ in self.possible.get(name, ()))
        return found - {"changelog"}

    def named(self) -> set[str]:
        """Return the ids that the mapping's sections ``fields`` and its selectors name.

        All of them, read or not, so that nothing is said of a field that "is not in the data". Only the description is
        too big for that.
        """
        found: set[str] = set()
        for name in (*_written_fields(self.mapping), *_selected_fields(self.mapping)):
            found |= every_candidate(name, self.fields) | set(_written_id(name))
        return found - {"description"}

    def of_changes(self, changed: Iterable[str]) -> set[str]:
        """Return the fields that must be there for their changes to be told by the names of their meanings."""
        wanted = set(changed)
        if ALL_CHANGES in wanted:
            return self.ids(self.possible) - {"description"}
        return {id_ for id_ in wanted & self.listed if id_.startswith("customfield_")}

    def with_rivals(self, ids: set[str]) -> set[str]:
        """Return ids with all fields that may hold sprints, if one of them is there: one counts by its name where no other is."""
        sprints = self.possible.get("sprint", frozenset())
        return ids | sprints if ids & sprints else ids

    def changed(self, name: str) -> set[str]:
        """Return the ids of fields whose changes go by a name."""
        own = {id_ for id_, known in SYSTEM_FIELDS.items() if known == name and id_ not in OF_OTHER_APIS}
        ids = {id_ for id_ in self.possible.get(name, ()) if heading_of(id_) is None}
        return own | ids or {name}

    def _may_be_asked(self, id_: str) -> bool:
        return id_ not in OF_OTHER_APIS or id_ in self.listed


def _names(rule: Rule, reads: Reads) -> set[str]:
    """Return the names of what a rule reads, as ``fetched`` lists them."""
    known = {*LOGICAL_FIELDS, *SYSTEM_FIELDS.values()}
    names = {NEED_COLUMN.get(need, need) for need in rule.needs}
    names.update(name for view in reads.views for name in BEHIND.get(view, ()))
    names.update(name for column in reads.columns for name in BEHIND_COLUMNS.get(column, ()))
    asked = reads.words.get(FETCHED, frozenset())
    names |= known if asked is None else asked
    kinds = reads.words.get(CYCLE, frozenset())
    if kinds is None or kinds - {"parent"}:
        names.add("links")
    return names & known


def _looked_at(reads: Reads, site: _Site) -> set[str]:
    """Return the ids of the fields whose changes a rule looks at, and cannot do without."""
    changed: set[str] = {STATUS} if "status_change" in reads.views else set()
    words = reads.words.get(CHANGED, frozenset())
    if words is None:
        return {ALL_CHANGES}
    changed.update(id_ for word in words for id_ in site.changed(word))
    return changed


def _tables(rule: Rule, reads: Reads) -> set[str]:
    """Return which of the site's lists a rule reads."""
    found = {need for need in rule.needs if need == "versions"}
    if reads.views & {"version", "issue_version"}:
        found.add("versions")
    if any(view == "sprint" and name in BOARDS for view, name in reads.columns):
        found.add("sprints")
    return found


def _of_all_fields(rule: Rule, reads: Reads, site: _Site) -> set[str]:
    """Return the fields whose values a rule asks about beyond what they mean to the mapping.

    A rule that holds a mapping against a site speaks of what the mapping names, of what it may mean by that, and of what
    looks as if it carried a meaning. Any other may speak of every field there is.
    """
    if not reads.views & VALUES_OF_FIELDS:
        return set()
    if not rule.needs_mapping_and_site:
        return {field.id for field in site.fields if field.id.startswith("customfield_")} | site.ids(
            SYSTEM_FIELDS.values()
        )
    likely = {id_ for ids in possible_fields(Mapping(), site.fields).values() for id_ in ids if heading_of(id_) is None}
    names = sorted({field.name for field in site.fields if field.name is not None})
    for written in (*_written_fields(site.mapping), *_selected_fields(site.mapping)):
        near = nearest(written, names)
        likely.update(field.id for field in site.fields if near is not None and field.name == near)
    return likely


def _names_of_mapping(mapping: Mapping) -> set[str]:
    """Return the names of what the mapping itself reads to place issues and to set findings aside."""
    sections = (mapping.base, *mapping.projects.values())
    names = set(_selected_fields(mapping))
    for match in _selectors(mapping):
        names.update(name for name in ("labels", "components") if getattr(match, name))
    # What an exception calls a field is a column of the finding's issue.
    for column in columns_read(mapping) - {"labels", "components"}:
        names.update(BEHIND_COLUMNS.get(("issue", column), ()))
    names.discard("description")  # too long for a selector: none looks at it
    if any(section.rules.ignore_by_label for section in sections):
        names.add("labels")
    if mapping.people == "names":
        names.add("assignee")
    if any(way.via == "link" for section in sections for way in section.parents):
        names.add("links")
    return names


def absent_fields(mapping: Mapping, described: Sequence[SeenField]) -> tuple[tuple[str | None, str], ...]:
    """Return the fields that the mapping names and that these are not, as written, each with the meaning it was given.

    None is the meaning of one that a selector names.
    """
    sections = (mapping.base, *mapping.projects.values())
    named: list[tuple[str | None, str]] = [
        (meaning, source.field)
        for section in sections
        for meaning, sources in section.fields.items()
        for source in sources
        if source.field is not None
    ]
    meanings = {fold(meaning) for section in sections for meaning in section.fields} | set(LOGICAL_FIELDS)
    named += [(None, name) for name in _selected_fields(mapping) if fold(name) not in meanings]
    return tuple(dict.fromkeys((meaning, name) for meaning, name in named if not every_candidate(name, described)))


def _selectors(mapping: Mapping) -> Iterator[Match]:
    """Yield every selector of the mapping, and what stands below a ``not`` in it."""
    found = [exception.match for exception in mapping.exceptions]
    found += [team.match for team in mapping.teams if team.match is not None]
    found += [stream.scope for stream in mapping.value_streams]
    for section in (mapping.base, *mapping.projects.values()):
        found += [condition.match for condition in section.flow_items]
    while found:
        match = found.pop()
        yield match
        if match.negated is not None:
            found.append(match.negated)


def _selected_fields(mapping: Mapping) -> tuple[str, ...]:
    return tuple(name for match in _selectors(mapping) for name, _ in match.fields)


def _written_fields(mapping: Mapping) -> tuple[str, ...]:
    sections = (mapping.base, *mapping.projects.values())
    sources = (source for section in sections for written in section.fields.values() for source in written)
    return tuple(source.field for source in sources if source.field is not None)


def _written_id(name: str) -> Iterator[str]:
    """Yield the id that a field is written by, though the site's list may not hold it."""
    found = re.search(r"(?:^|:)\s*(customfield_[0-9]+)$", fold(name))
    if found:
        yield found[1]


def _sorted(ids: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(set(ids)))


def _changes(ids: Iterable[str]) -> tuple[str, ...]:
    found = _sorted(ids)
    return (ALL_CHANGES,) if ALL_CHANGES in found else found
