"""How values of Jira's are read in SQL: times, texts, names, people and categories, from JSON."""


def utc(expression: str) -> str:
    """Return SQL that reads a time: ISO text (without an offset it is UTC) or milliseconds; NULL where it is neither."""
    return f"""CASE WHEN {expression} LIKE '____-__-__%' AND left({expression}, 1) IN ('1', '2')
        THEN try_cast({expression} AS TIMESTAMPTZ) AT TIME ZONE 'UTC'
        WHEN regexp_full_match({expression}, '[0-9]{{11,13}}') THEN epoch_ms(try_cast({expression} AS BIGINT)) END"""


def text(expression: str) -> str:
    """Return SQL for the text of a JSON string; NULL for null and for what is no plain value."""
    return f"({expression}->>'$')"


def named(member: str) -> str:
    """Return SQL for the name of an object, or for a plain string in its place."""
    return f"CASE left({member}::VARCHAR, 1) WHEN '{{' THEN {member}->>'$.name' WHEN '\"' THEN {text(member)} END"


def person(member: str, source: str = "source") -> str:
    """Return SQL for a person's hashed identity: what stays the same when a name changes, if it is there."""
    names = ("accountId", "key", "name", "emailAddress", "displayName")
    told = ", ".join(f"nullif(json_extract_string({member}, '$.{name}'), '')" for name in names)
    identity = f"""CASE left({member}::VARCHAR, 1) WHEN '{{' THEN coalesce({told}) WHEN '"' THEN nullif({text(member)}, '') END"""
    return f"left(sha256({source} || ' ' || {identity}), 16)"


def names_of(member: str) -> str:
    """Return SQL for a sorted list of names, from strings or objects with a name; empty for anything else."""
    items = f"CASE json_type({member}) WHEN 'ARRAY' THEN from_json({member}, '[\"JSON\"]') WHEN 'VARCHAR' THEN [{member}] ELSE [] END"
    each = f"list_sort(list_distinct([x FOR x IN [{named('y')} FOR y IN {items}] IF x <> '']))"
    # Most lists are empty, and taking a list apart costs more than all else of an issue.
    return f"CASE WHEN {member} IS NULL OR {member} = '[]' THEN [] ELSE {each} END"


def category(member: str) -> str:
    """Return SQL for the key of a status category, from Jira's object or from the words of newer answers."""
    told = f"CASE json_type({member}) WHEN 'OBJECT' THEN {member}->>'$.key' WHEN 'VARCHAR' THEN {text(member)} END"
    return f"""CASE lower({told}) WHEN 'new' THEN 'new' WHEN 'todo' THEN 'new' WHEN 'indeterminate' THEN 'indeterminate'
        WHEN 'in_progress' THEN 'indeterminate' WHEN 'done' THEN 'done' END"""
