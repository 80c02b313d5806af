"""Selectors of the mapping (``match``, ``scope``) as SQL over the narrow issue rows of the model."""

from flowlint.config.mapping import Match, fold


def literal(text: str) -> str:
    """Return ``text`` as an SQL string literal."""
    return "'" + text.replace("\x00", "").replace("'", "''") + "'"


def folded(column: str) -> str:
    """Return the SQL of a column as names are compared."""
    return f"lower(nfc_normalize(trim({column})))"


def _name(column: str, id_column: str | None, pattern: str) -> str:
    """Return the condition that a name, ``name:id`` or id written in the mapping means this row."""
    conditions = []
    if "*" in pattern:
        like = "".join("%" if c == "*" else "\\" + c if c in "%_\\" else c for c in fold(pattern))
        conditions.append(f"{folded(column)} LIKE {literal(like)} ESCAPE '\\'")
    else:
        conditions.append(f"{folded(column)} = {literal(fold(pattern))}")
    if id_column is not None:
        conditions.append(f"{id_column} = {literal(pattern.strip())}")
        conditions.append(f"concat({folded(column)}, ':', {id_column}) = {literal(fold(pattern))}")
    return f"coalesce({' OR '.join(conditions)}, false)"


def _any(conditions: list[str]) -> str:
    return f"({' OR '.join(conditions)})"


def _in_list(column: str, patterns: tuple[str, ...]) -> str:
    each = _any([_name("x", None, pattern) for pattern in patterns])
    return f"(len(list_filter({column}, lambda x: {each})) > 0)"


def _field(name: str, values: tuple[str, ...], fields: dict[str, tuple[str, ...]]) -> str:
    ids = fields.get(name) or (name,)
    wanted = _any([_name("v.text", None, value) for value in values])
    return (
        f"EXISTS (SELECT 1 FROM m_said v WHERE v.key = i.key"
        f" AND v.field_id IN ({', '.join(literal(id_) for id_ in ids)}) AND {wanted})"
    )


def condition(match: Match, fields: dict[str, tuple[str, ...]]) -> str:
    """Return the SQL condition over ``i`` that holds where the selector does; never NULL.

    ``i`` offers key, project, type_id, type_name, status_id, status_name, components, labels and team;
    ``fields`` gives the field ids of logical names.
    """
    # Subjects are versions, sprints and projects: no issue is one.
    parts: list[str] = ["false"] if match.subjects else []
    if match.types:
        parts.append(_any([_name("i.type_name", "i.type_id", name) for name in match.types]))
    if match.statuses:
        parts.append(_any([_name("i.status_name", "i.status_id", name) for name in match.statuses]))
    if match.projects:
        parts.append(_any([_name("i.project", None, name) for name in match.projects]))
    if match.keys:
        parts.append(_any([_name("i.key", None, name) for name in match.keys]))
    if match.teams:
        parts.append(_any([_name("i.team", None, name) for name in match.teams]))
    if match.components:
        parts.append(_in_list("i.components", match.components))
    if match.labels:
        parts.append(_in_list("i.labels", match.labels))
    parts.extend(_field(name, values, fields) for name, values in match.fields)
    if match.negated is not None:
        parts.append(f"NOT {condition(match.negated, fields)}")
    return f"({' AND '.join(parts)})" if parts else "true"
