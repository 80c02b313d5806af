"""Which Jira fields carry which meaning: recognised from the data, or resolved from the section ``fields``.

Recognition goes from sure to likely: Jira's own schema type, then a well-known name whose values fit,
then the shape of the values. A field's id says nothing, and a name alone little: sites have label fields
called "Epic/Theme" and several fields called "Story Points".
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from flowlint.config.headings import DEFAULT_HEADINGS, NEVER_HEADINGS, heading_ids, with_default_headings
from flowlint.config.known import Kind, KnownField, known_fields, plain, system_field
from flowlint.config.mapping import FieldSource, fold
from flowlint.config.mapping import Mapping as WholeMapping
from flowlint.config.observed import SeenField

FieldIds = dict[str, tuple[str, ...]]
"""Logical field -> ids of the Jira fields that carry it (or of headings), in the order in which they are tried."""

STRUCTURAL = ("sprint", "epic_link", "parent_link", "flagged", "due")
"""Recognised even beside a written section ``fields`` that leaves them out.

Every other logical field is either written or inferred. But these are how Jira itself keeps the tree and
the plan: without them a mapping that names only its outcome field would take the tree apart.
"""

ONE_FIELD = frozenset({"epic_link", "parent_link"})
"""Where the surest kind of evidence is enough: a field that only has the name would add another's keys."""

PARENT_IDS = frozenset({"parent", "epic"})
NOT_ITS_VALUES: dict[str, frozenset[str]] = {
    "key": frozenset({"greenhopper", "sprint", "number", "text"}),
    "sprint": frozenset({"number", "key", "epic_key"}),
}
"""Samples that rule a kind out where the schema says nothing."""


def recognise_fields(seen: Iterable[SeenField]) -> FieldIds:
    """Return the logical fields that the data shows, each with its ids: surest first, then most often filled."""
    fields = _ordered(seen)
    found: FieldIds = {}
    for known in known_fields():
        ids = _recognise(known, fields)
        if ids:
            found[known.logical] = ids
    return found | _recognise_common_names(fields, found)


def resolve_fields(
    mapping: WholeMapping, seen: Iterable[SeenField]
) -> tuple[dict[str | None, FieldIds], tuple[str, ...]]:
    """Return the fields to read per project (None: all projects without an entry), and notes for the user.

    Every logical field that is written has an entry, empty where none of its sources is in the data, and
    so has every field that a selector names.
    Only projects with ``fields`` of their own have an entry.
    """
    fields = _ordered(seen)
    recognised = recognise_fields(fields)
    if "fields" in mapping.written:
        recognised = {logical: ids for logical, ids in recognised.items() if logical in STRUCTURAL}
    notes: list[str] = []
    described = any(field.id == "description" for field in fields)

    def resolved(written: Mapping[str, Sequence[FieldSource]], where: str) -> FieldIds:
        found = recognised | _resolve_section(written, fields, where, notes)
        return with_default_headings(found, written) if described else found

    result: dict[str | None, FieldIds] = {None: resolved(mapping.base.fields, "fields")}
    for name, where in sorted(_selected(mapping)):
        if name not in result[None]:
            result[None][name] = tuple(dict.fromkeys(_resolve_source(name, fields, where, notes)))
    for project in sorted(mapping.projects):
        own = mapping.projects[project].fields
        if own != mapping.base.fields:
            where = f"projects.{project}.fields"
            result[project] = resolved(own, where)
    if described:
        notes.extend(_about_default_headings(mapping.base.fields, recognised))
    return result, tuple(dict.fromkeys(notes))


def possible_fields(mapping: WholeMapping, described: Iterable[SeenField]) -> dict[str, frozenset[str]]:
    """Return all ids, of headings too, that may carry each meaning in any project once values are seen.

    :func:`resolve_fields` on records that hold these fields finds in them what it finds among all, whatever the values
    turn out to be: a name that another field is taken before, and the fields that a common name is believed beside, count.
    """
    fields = _ordered(described)
    known = {one.logical: one for one in known_fields()}
    recognised = {logical: _may_be_recognised(one, fields) for logical, one in known.items()}
    for logical, one in known.items():
        if any(_has_name(one.beside, field) for field in fields):
            recognised[logical] = recognised[logical].union(*(recognised[witness] for witness in one.witnesses))
    if "fields" in mapping.written:
        recognised = {logical: ids for logical, ids in recognised.items() if logical in STRUCTURAL}
    found = {logical: set(ids) for logical, ids in recognised.items()}
    for section in (mapping.base.fields, *(own.fields for own in mapping.projects.values())):
        for logical, sources in section.items():
            for source in sources:
                headings = () if logical in NEVER_HEADINGS else heading_ids(source.headings)
                ids = every_candidate(source.field, fields) if source.field else headings
                found.setdefault(logical, set()).update(ids)
        for logical, ids in with_default_headings({}, section).items():
            found.setdefault(logical, set()).update(ids)
    return {logical: frozenset(ids) for logical, ids in found.items() if ids}


def _may_be_recognised(known: KnownField, fields: Sequence[SeenField]) -> frozenset[str]:
    return frozenset(
        field.id
        for field in fields
        if field.schema_custom in known.custom
        or _has_shape(known.logical, field)
        or _has_name(known.names | known.beside, field)
        or (known.logical == "due" and field.id == "duedate")
    )


def _has_name(names: frozenset[str], field: SeenField) -> bool:
    return field.name is not None and plain(field.name) in names


def _about_default_headings(written: Mapping[str, object], recognised: FieldIds) -> Iterator[str]:
    """Say which headings are read where nobody mapped the outcome, and no field of the data looks like one."""
    if "outcome" in written or "outcome" in recognised:
        return
    listed = [
        heading
        for logical, headings in DEFAULT_HEADINGS.items()
        if logical not in written and logical not in recognised
        for heading in headings
    ]
    yield f"Not mapped to any field, and so read below headings of the descriptions: {', '.join(listed)}."


def _selected(mapping: WholeMapping) -> set[tuple[str, str]]:
    """Return the fields that selectors look at, under their names as written, and where."""
    conditions = [*mapping.base.flow_items, *(item for own in mapping.projects.values() for item in own.flow_items)]
    selectors = [("flow_items", item.match) for item in conditions]
    selectors += [("value_streams", stream.scope) for stream in mapping.value_streams]
    selectors += [("teams", team.match) for team in mapping.teams if team.match is not None]
    found: set[tuple[str, str]] = set()
    while selectors:
        where, match = selectors.pop()
        found |= {(name, where) for name, _ in match.fields}
        if match.negated is not None:
            selectors.append((where, match.negated))
    return found


def _ordered(seen: Iterable[SeenField]) -> list[SeenField]:
    """Return each field once, most often filled first, then by id; a field that two sources hold is one."""
    by_id: dict[str, SeenField] = {}
    for field in sorted(seen, key=lambda field: (field.id, -field.filled, repr(field))):
        first = by_id.get(field.id)
        by_id[field.id] = field if first is None else _merged(first, field)
    return sorted(by_id.values(), key=lambda field: (-field.filled, field.id))


def _merged(first: SeenField, other: SeenField) -> SeenField:
    return replace(
        first,
        name=first.name or other.name,
        schema_type=first.schema_type or other.schema_type,
        schema_items=first.schema_items or other.schema_items,
        schema_custom=first.schema_custom or other.schema_custom,
        fetched=first.fetched + other.fetched,
        filled=first.filled + other.filled,
        sample=first.sample or other.sample,
    )


def _recognise(known: KnownField, fields: Sequence[SeenField]) -> tuple[str, ...]:
    by_schema = [field.id for field in fields if field.schema_custom in known.custom]
    by_shape = [field.id for field in fields if _has_shape(known.logical, field)]
    by_name = [field.id for field in fields if _is_named(known.names, known.kinds, field)]
    if known.logical == "story_points":  # both of Jira's own fields are alive on one site; the fuller one is the team's
        either = {*by_schema, *by_name}
        return tuple(field.id for field in fields if field.id in either)
    if known.logical == "due":
        system = [field.id for field in fields if field.id == "duedate"]
        return tuple(dict.fromkeys(system + by_schema + by_name))
    if known.logical == "sprint":
        return tuple(dict.fromkeys(by_schema + by_shape or by_name))
    if known.logical in ONE_FIELD:
        return tuple(by_schema or by_name or by_shape)
    return tuple(dict.fromkeys(by_schema + by_name))


def _recognise_common_names(fields: Sequence[SeenField], found: Mapping[str, tuple[str, ...]]) -> FieldIds:
    """Return what names like "Target" add, which count only beside a field that is surely about outcomes."""
    taken = {id_ for ids in found.values() for id_ in ids}
    more: FieldIds = {}
    for known in known_fields():
        if not any(witness in found or witness in more for witness in known.witnesses):
            continue
        named = [field for field in fields if _is_named(known.beside, known.kinds, field)]
        ids = tuple(field.id for field in named if field.id not in taken)
        if ids:
            more[known.logical] = found.get(known.logical, ()) + ids
    return more


def _is_named(names: frozenset[str], kinds: frozenset[Kind], field: SeenField) -> bool:
    if not _has_name(names, field):
        return False
    kind = kind_of_field(field)
    if kind == "any":
        return not any(field.sample in NOT_ITS_VALUES.get(wanted, ()) for wanted in kinds)
    return kind in kinds


def _has_shape(logical: str, field: SeenField) -> bool:
    if logical == "sprint":
        return field.sample in ("greenhopper", "sprint")
    return logical == "epic_link" and field.sample == "epic_key" and field.id not in PARENT_IDS


def kind_of_field(field: SeenField) -> Kind:
    """Return what the values of a field are, by its schema, else by the values that were seen."""
    by_sample: dict[str | None, Kind] = {
        "greenhopper": "sprint",
        "sprint": "sprint",
        "key": "key",
        "epic_key": "key",
        "number": "number",
        "text": "text",
    }
    if field.schema_type is None:
        return by_sample.get(field.sample, "any")
    told = (field.schema_items if field.schema_type == "array" else field.schema_type) or "any"
    by_schema: dict[str, Kind] = {
        "number": "number",
        "date": "date",
        "datetime": "date",
        "user": "user",
        "string": "option" if field.schema_type == "array" else "text",
        "any": "any",
    }
    kind = by_schema.get(told, "option")
    # Links between issues are declared as text or anything: only the values show that they are keys.
    return by_sample[field.sample] if kind in ("any", "text") and field.sample in ("key", "epic_key") else kind


def _resolve_section(
    written: Mapping[str, Sequence[FieldSource]], fields: Sequence[SeenField], where: str, notes: list[str]
) -> FieldIds:
    """Return the ids of every logical field in one ``fields`` section; append what the user should know."""
    resolved: FieldIds = {}
    for logical in sorted(written):
        ids: list[str] = []
        for source in written[logical]:
            if source.field is not None:
                ids.extend(_resolve_source(source.field, fields, f"{where}.{logical}", notes))
            elif logical in NEVER_HEADINGS:
                notes.append(f"{where}.{logical}: no heading of the description can hold it; only fields are read")
            else:
                ids.extend(heading_ids(source.headings))
        resolved[logical] = tuple(dict.fromkeys(ids))
    return resolved


def _resolve_source(written: str, fields: Sequence[SeenField], where: str, notes: list[str]) -> tuple[str, ...]:
    ids = tuple(candidates(written, fields))
    if not ids:
        nameless = all(field.name is None for field in fields)
        by_name = nameless and fields and not fold(written).startswith("customfield_")
        hint = ": the data holds no field names; write the field's id" if by_name else ""
        notes.append(f'field "{written}" of {where} is not in the data{hint}')
    elif len(ids) > 1:
        notes.append(
            f'field "{written}" of {where} is the name of {len(ids)} fields, tried in the order of how often they'
            f" are filled: {', '.join(ids)}; write the id of the one you mean"
        )
    return ids


def candidates(written: str, fields: Sequence[SeenField]) -> Iterator[str]:
    """Yield the ids that a field as written means: an id, else a name, else ``name:id``, else a name of Jira's own."""
    yield from next((ids for ids in _readings(written, fields) if ids), [])


def every_candidate(written: str, fields: Sequence[SeenField]) -> set[str]:
    """Return the ids that a field as written may mean in data that holds only some of these fields."""
    return {id_ for ids in _readings(written, fields) for id_ in ids}


def _readings(written: str, fields: Sequence[SeenField]) -> Iterator[list[str]]:
    wanted = fold(written)
    yield [field.id for field in fields if fold(field.id) == wanted]
    yield [field.id for field in fields if field.name is not None and fold(field.name) == wanted]
    name, _, id_ = wanted.rpartition(":")
    yield [
        field.id
        for field in fields
        if name and fold(field.id) == id_.strip() and (field.name is None or fold(field.name) == name.strip())
    ]
    own = system_field(written)
    yield [field.id for field in fields if field.id == own]
