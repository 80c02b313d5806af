"""The issues of a run as they hang below each other: what a drawing of the tree needs to know of each."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from flowlint.config.suggest import quoted
from flowlint.errors import UsageError

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

NEAR = 3
"""Keys that are named where one is not known, and letters in which they may differ."""
_PROJECT = re.compile(r"([^:]*)-[0-9]+")
_NAMED = ("key", "native_key")
_ISSUES = """
SELECT i.key, i.project, i.type, i.level, i.flow_item, i.container, i.okr, i.summary, i.status, i.flow_state,
       coalesce(i.is_done, false), i.url, i.in_scope, i.parent_key,
       i.parent_state, i.parent_type, i.parent_level, m.stub_summary
FROM issue i LEFT JOIN m_parent m ON m.key = i.key
"""
# UNION, not UNION ALL: what was met once is not followed again, so that cycles end.
_AROUND = """
WHERE i.key IN (
    WITH RECURSIVE below AS (
        SELECT unnest($1::VARCHAR[]) AS key UNION SELECT c.key FROM issue c JOIN below b ON c.parent_key = b.key
    ), above AS (
        SELECT unnest($1::VARCHAR[]) AS key UNION SELECT c.parent_key FROM issue c JOIN above a ON c.key = a.key
    )
    SELECT key FROM below UNION SELECT key FROM above
)
"""


@dataclass(frozen=True, slots=True)
class TreeIssue:
    """An issue in the tree. Of a parent that is not in the data only key, state and what its children tell are known."""

    key: str
    project: str
    type: str | None = None
    level: str | None = None
    flow_item: str | None = None
    container: str | None = None
    okr: str | None = None
    summary: str | None = None
    status: str | None = None
    flow_state: str | None = None
    is_done: bool = False
    url: str | None = None
    in_scope: bool = False
    parent_key: str | None = None
    state: str = "known"
    """known: it is in the data; else outside, hidden, moved or missing, as `issue.parent_state` has it."""


def read_tree(db: "DuckDBPyConnection", keys: Sequence[str] = ()) -> tuple[TreeIssue, ...]:
    """Return all issues and the parents that they name; with ``keys`` only what is above and below these."""
    sql, given = (_ISSUES + _AROUND, [list(keys)]) if keys else (_ISSUES, None)
    issues: list[TreeIssue] = []
    absent: dict[str, TreeIssue] = {}
    for row in db.execute(sql + " ORDER BY i.key", given).fetchall():
        issue = TreeIssue(*row[:14])
        issues.append(issue)
        parent_key, (parent_state, parent_type, parent_level, parent_summary) = issue.parent_key, row[14:]
        if parent_key is not None and parent_state != "known":
            told = TreeIssue(
                parent_key,
                project_of(parent_key),
                parent_type,
                parent_level,
                summary=parent_summary,
                state=parent_state,
            )
            # One child may tell more than another.
            known = absent.get(parent_key)
            absent[parent_key] = told if known is None or (known.summary is None and told.summary) else known
    return (*issues, *absent.values())


def project_of(key: str) -> str:
    """Return the project that a key speaks of; nothing where it is a bare number."""
    found = _PROJECT.fullmatch(key)
    return found[1] if found else ""


def find_keys(db: "DuckDBPyConnection", wanted: Iterable[str], *, absent: bool = True) -> tuple[str, ...]:
    """Return the keys in this run that are meant by ``wanted``, in whatever case and without a source's alias.

    ``absent`` admits parents that are not in the data. Raises UsageError with what is near, for all that is unknown.
    """
    found: dict[str, None] = {}
    faults: list[str] = []
    for name in dict.fromkeys(wanted):
        keys = _exact(db, name, absent=absent)
        if len(keys) == 1:
            found[keys[0]] = None
        else:
            faults.append(_unknown(db, name, keys, absent=absent))
    if faults:
        first, *more = faults
        message = "\n".join((first, *(f"  {one}" for one in more)))
        raise UsageError(message, help="keys are written as in Jira: PAY-17; `flowlint tree` shows all")
    return tuple(found)


def _exact(db: "DuckDBPyConnection", name: str, *, absent: bool) -> list[str]:
    for column in _NAMED:
        rows = db.execute(
            f"SELECT DISTINCT key FROM issue WHERE lower({column}) = lower($1) ORDER BY (key = $1) DESC, key",
            [name.strip()],
        ).fetchall()
        if rows:
            keys = [str(row[0]) for row in rows]
            return keys[:1] if column == "key" else keys
    outside = "SELECT DISTINCT parent_key FROM m_parent WHERE state <> 'known' AND lower(parent_key) = lower($1)"
    return [str(row[0]) for row in db.execute(outside, [name.strip()]).fetchall()][:1] if absent else []


def _unknown(db: "DuckDBPyConnection", name: str, keys: Sequence[str], *, absent: bool) -> str:
    if keys:
        return f"{quoted(name)} is the key of {len(keys)} issues: write {' or '.join(keys)}"
    if not absent and _exact(db, name, absent=True):
        return f"{quoted(name)} is named as a parent, but is not in the data: nothing was read of it"
    near = db.execute(
        "SELECT key FROM (SELECT key, levenshtein(lower(key), lower($1)) AS far FROM issue"
        f" WHERE abs(length(key) - length($1)) <= {NEAR}) WHERE far <= {NEAR} AND 2 * far < length($1)"
        f" ORDER BY far, length(key), key LIMIT {NEAR}",
        [name.strip()],
    ).fetchall()
    meant = f"; near it {'is' if len(near) == 1 else 'are'} {', '.join(row[0] for row in near)}" if near else ""
    return f"no issue {quoted(name)} is in the data{meant}"
