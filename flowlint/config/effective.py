"""The mapping in effect: what is written in all files, what was inferred, and defaults, each value with its origin."""

from collections.abc import Iterator, Sequence
from collections.abc import Mapping as MappingABC
from dataclasses import dataclass
from typing import Final

from flowlint.config.fields import STRUCTURAL
from flowlint.config.grounds import CATEGORIES, RESOLUTIONS, Grounds, field_ground
from flowlint.config.headings import heading_of
from flowlint.config.infer import INFERRED
from flowlint.config.known import means_cancelled
from flowlint.config.mapping import (
    DEFAULT_PARENTS,
    LOGICAL_FIELDS,
    IssueTypeEntry,
    Mapping,
    ProjectMapping,
    RuleSettings,
    fold,
)
from flowlint.config.node import KeyPath, Node
from flowlint.config.observed import Observed
from flowlint.config.origin import Origin
from flowlint.config.scalars import Scalar

ORDER: Final = (
    "version",
    "required_version",
    "preview",
    "source",
    "sources",
    "hierarchy",
    "issue_types",
    "flow_items",
    "workflow",
    "value_streams",
    "parents",
    "fields",
    "teams",
    "projects",
    "rules",
    "report",
    "targets",
    "exceptions",
)
"""Sections in the order in which the documentation goes through them."""
Ids = MappingABC[str, tuple[str, ...]]
Described = MappingABC[str, tuple[str | None, str | None]]
"""Display name and schema type of fields, by id."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A value of the mapping. Mappings and lists of mappings hold others; a list of scalars is one value."""

    value: "Scalar | tuple[Scalar, ...] | tuple[Shown, ...] | MappingABC[str, Shown]"
    origin: Origin
    written: str | tuple[str, ...] = ""
    """Scalars as they were written, where that is not their text (``010``)."""
    valid: bool = True
    """False for what inference says and no file can: it is shown, and stands in a comment."""

    @property
    def entries(self) -> "MappingABC[str, Shown]":
        """What the mapping holds; nothing where this is none."""
        return self.value if isinstance(self.value, MappingABC) else {}

    @property
    def items(self) -> "tuple[Shown, ...]":
        """The mappings that the list holds; nothing where this is none."""
        found = self.value if isinstance(self.value, tuple) else ()
        return tuple(item for item in found if isinstance(item, Shown))

    def plain(self) -> object:
        """Return the value of one that holds no others."""
        return list(self.value) if isinstance(self.value, tuple) else self.value

    def leaves(self, path: KeyPath = ()) -> "Iterator[tuple[KeyPath, Shown]]":
        """Yield every value that holds no others, with its path."""
        if not self.entries and not self.items:
            yield path, self
        for key, below in self.entries.items():
            yield from below.leaves((*path, key))
        for index, item in enumerate(self.items):
            yield from item.leaves((*path, index))


@dataclass(frozen=True, slots=True)
class Effective:
    """A whole mapping in effect, and what a reader should know besides."""

    file: str | None
    root: Shown
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Inferred:
    """What exports add: the filled mapping, its reasons, and the fields that were recognised by project (None: all)."""

    mapping: Mapping
    observed: Observed
    grounds: Grounds
    fields: MappingABC[str | None, Ids]
    described: Described


def effective(root: Node | None, written: Mapping, inferred: Inferred | None) -> Effective:
    """Return the mapping in effect. ``root`` is the merged file, if there is one; ``inferred`` None: without data."""
    sections = dict(_of_node(root).entries) if root is not None else {}
    sections.setdefault("version", Shown(1, Origin("default")))
    notes = []
    if inferred is not None:
        _add_inferred(sections, written, inferred)
        if inferred.mapping.flow_items_guessed:
            notes.append("Flow items are guessed from names: H101 and D201 to D203 judge once issue_types is written.")
        if "workflow" not in written.written:
            notes.append("Flow states are Jira's status categories, until workflow has stages.")
    else:
        absent = [name for name in (*INFERRED, "fields") if name not in written.written]
        if absent:
            notes.append(f"Not written, so inferred from the issues; --from EXPORT shows how: {', '.join(absent)}.")
    _add_defaults(sections)
    ordered = {name: sections[name] for name in (*ORDER, *sections) if name in sections}
    return Effective(written.file, Shown(ordered, Origin("computed")), tuple(notes))


def _of_node(node: Node) -> Shown:
    origin = Origin("mapping", place=node.key)
    if node.entries:
        return Shown({key: _of_node(below) for key, below in node.entries.items()}, origin)
    if isinstance(node.value, tuple):
        if any(isinstance(item.value, tuple) or item.entries for item in node.items):
            return Shown(tuple(_of_node(item) for item in node.items), origin)
        return Shown(tuple(_scalar(item) for item in node.items), origin, tuple(item.written for item in node.items))
    return Shown(_scalar(node) if not isinstance(node.value, MappingABC) else {}, origin, node.written)


def _scalar(node: Node) -> Scalar:
    assert not isinstance(node.value, tuple | MappingABC)
    return node.value


def _add_inferred(sections: dict[str, Shown], written: Mapping, inferred: Inferred) -> None:
    """Add the sections that nobody wrote, as inference filled them."""
    mapping, grounds = inferred.mapping, inferred.grounds
    if not (written.levels and "hierarchy" in written.written):
        level = Shown(mapping.flow_item_level, Origin("inferred", grounds.flow_item_level()))
        listed = Shown(mapping.levels, Origin("inferred", grounds.levels()))
        sections["hierarchy"] = Shown({"levels": listed, "flow_item_level": level}, listed.origin)
    if "issue_types" not in written.written:
        types = {entry.name: _type(entry, grounds) for entry in mapping.base.issue_types if entry.place is None}
        sections["issue_types"] = Shown(types, Origin("inferred"))
    given_up = tuple(sorted({one.name for one in inferred.observed.resolutions if means_cancelled(one.name)}))
    if "workflow" not in written.written and given_up:
        # Many more are known, but the others are not in the data.
        names = Shown(given_up, Origin("inferred", RESOLUTIONS))
        cancelled = Shown({"resolutions": names}, names.origin)
        sections["workflow"] = Shown({"cancelled": cancelled}, Origin("inferred", CATEGORIES))
    _add_fields(sections, written, inferred)
    projects = dict(sections["projects"].entries) if "projects" in sections else {}
    known = {fold(key): key for key in projects}
    for key, own in sorted(mapping.projects.items()):
        added = _project(key, own, written, inferred)
        if added:
            name = known.get(fold(key), key)
            mine = projects[name].entries if name in projects else {}
            joined = {
                section: Shown({**(mine[section].entries if section in mine else {}), **below.entries}, below.origin)
                for section, below in added.items()
            }
            projects[name] = Shown({**mine, **joined}, Origin("inferred"))
    if projects:
        sections["projects"] = Shown(projects, Origin("computed"))


def _project(key: str, own: ProjectMapping, written: Mapping, inferred: Inferred) -> dict[str, Shown]:
    """Return what was inferred for one project and differs from what holds for all."""
    if "issue_types" in written.written:
        return {}
    common = {fold(entry.name): entry for entry in inferred.mapping.base.issue_types}
    differing = {
        entry.name: _type(entry, inferred.grounds, key)
        for entry in own.issue_types
        if entry.place is None and common.get(fold(entry.name)) != entry
    }
    return {"issue_types": Shown(differing, Origin("inferred"))} if differing else {}


def _type(entry: IssueTypeEntry, grounds: Grounds, project: str | None = None) -> Shown:
    origin = Origin("inferred", grounds.entry(entry, project))
    says: dict[str, str | None] = {
        "level": entry.level,
        "flow_item": entry.flow_item,
        "container": entry.container,
        "okr": entry.okr,
    }
    facts = {name: Shown(value, origin) for name, value in says.items() if value is not None}
    return Shown(facts, origin, valid=bool(set(facts) - {"flow_item"}))


def _add_fields(sections: dict[str, Shown], written: Mapping, inferred: Inferred) -> None:
    """Add the fields that were recognised: all where nobody wrote the section, else those of Jira's own plan."""
    mine = dict(sections["fields"].entries) if "fields" in sections else {}
    wanted = STRUCTURAL if "fields" in written.written else LOGICAL_FIELDS
    for logical in wanted:
        ids = inferred.fields.get(None, {}).get(logical, ())
        if ids and logical not in mine:
            mine[logical] = _field(logical, ids, inferred.described)
    if mine:
        sections["fields"] = Shown(mine, Origin("computed"))


def _field(logical: str, ids: Sequence[str], described: Described) -> Shown:
    reasons = []
    headings = tuple(heading for id_ in ids if (heading := heading_of(id_)) is not None)
    fields = tuple(id_ for id_ in ids if heading_of(id_) is None)
    for id_ in fields:
        name, custom = described.get(id_, (None, None))
        shown = f"{name}, " if name and name != id_ else ""
        reasons.append(f"{shown}{field_ground(logical, id_, name, custom)}")
    found = Origin("inferred", "; ".join(reasons))
    if not headings:
        return Shown(fields if len(fields) > 1 else fields[0], found)
    default = Origin("default", "headings that are read where no field is mapped")
    below = Shown({"heading": Shown(headings if len(headings) > 1 else headings[0], default)}, default)
    return Shown((*(Shown(id_, found) for id_ in fields), below), found) if fields else below


def _add_defaults(sections: dict[str, Shown]) -> None:
    """Add what holds where nothing is written."""
    default = Origin("default")
    sections.setdefault("preview", Shown(value=False, origin=default))
    sections.setdefault("parents", Shown(tuple(way.via for way in DEFAULT_PARENTS), default))
    usual = RuleSettings()
    _complete(sections, "rules", {"select": Shown(usual.select, default), "fail_on": Shown(usual.fail_on, default)})
    _complete(sections, "report", {"people": Shown("counts", default)})


def _complete(sections: dict[str, Shown], name: str, defaults: dict[str, Shown]) -> None:
    mine = sections[name].entries if name in sections else {}
    sections[name] = Shown(
        {**{key: value for key, value in defaults.items() if key not in mine}, **mine}, Origin("computed")
    )
