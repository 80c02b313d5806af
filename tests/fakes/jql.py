"""What JQL means on a site for its caller: a field, operator or value that is not known is a fault, and never matches everything."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain
from typing import Any

from fakes.jira_catalogue import milliseconds
from fakes.jira_store import JiraSite
from fakes.jira_things import CATEGORIES, EPIC_LINK, PARENT_LINK, Issue
from fakes.jql_parser import BadJqlError, Clause, Condition, Group, Query

Test = Callable[[Issue], bool]
LONGEST_ORDER = 7
RELATIVE = re.compile(r"([-+]?\d+)([wdhm])")
UNITS = {"w": "weeks", "d": "days", "h": "hours", "m": "minutes"}
DAY_FORMATS = ("%Y-%m-%d %H:%M", "%Y/%m/%d %H:%M", "%Y-%m-%d", "%Y/%m/%d")
EQUALS = frozenset({"=", "!=", "in", "not in"})
COMPARES = frozenset({">", ">=", "<", "<="})
EMPTINESS = frozenset({"is", "is not"})
OPERATORS = {
    "project": EQUALS,
    "key": EQUALS,
    "issuetype": EQUALS,
    "statuscategory": EQUALS,
    "id": EQUALS | COMPARES,
    "parent": EQUALS | EMPTINESS,
    "labels": frozenset({"=", "in"}),
    "updated": COMPARES,
    "created": COMPARES,
    "epic link": EQUALS | EMPTINESS,
    "parent link": EQUALS | EMPTINESS,
}
"""Which operators each field takes; custom fields by number can be empty or not."""
LINK_LEVELS = {"epic link": (0, 0), "parent link": (1, 9)}
"""The levels of issues that name their parent by such a field."""
SORTS: dict[str, Callable[[Issue], Any]] = {
    "id": lambda issue: issue.id,
    "key": lambda issue: (issue.project.key, issue.number),
    "created": lambda issue: issue.created,
    "updated": lambda issue: issue.updated,
}


@dataclass(frozen=True, slots=True)
class Dialect:
    """What differs between sites."""

    cloud: bool
    """Epoch milliseconds are moments, and ``parent`` is there on every level; otherwise for sub-tasks alone."""
    strict_keys: bool = True
    """A key or id of an issue that the caller cannot find is a fault."""


def search(
    site: JiraSite,
    query: Query,
    dialect: Dialect,
    *,
    fresh: frozenset[int] = frozenset(),
    archived_projects: bool = False,
) -> list[int]:
    """Return the ids of the issues that a query finds, in its order; without one, the newest first.

    ``fresh`` are ids of issues that are looked at as they are, not as the index knows them. Raises BadJqlError.
    """
    meaning = _Meaning(site, dialect)
    test = meaning.test(query.where) if query.where is not None else _always
    order = meaning.order(query.order)
    ids = site.everything() if site.lagging or query.where is None else meaning.candidates(query.where)
    found = site.searched(ids, fresh, archived_projects=archived_projects)
    if order in ([("id", False)], [("id", True)]):
        kept = [issue.id for issue in found if test(issue)]
        return kept[::-1] if order[0][1] else kept
    issues = [issue for issue in found if test(issue)]
    for name, down in reversed(order):
        issues.sort(key=SORTS[name], reverse=down)
    return [issue.id for issue in issues]


def _always(issue: Issue) -> bool:
    return True


class _Meaning:
    """What conditions mean on a site for its caller."""

    def __init__(self, site: JiraSite, dialect: Dialect) -> None:
        self.site = site
        self.dialect = dialect

    def order(self, named: Sequence[tuple[str, bool]]) -> list[tuple[str, bool]]:
        """Return what to sort by."""
        if len(named) > LONGEST_ORDER:
            raise BadJqlError(f"The maximum number of fields allowed in the ORDER BY clause is {LONGEST_ORDER}.")
        for name, _ in named:
            if name not in SORTS:
                raise BadJqlError(f"Not able to sort using field '{name}'.")
        return list(named) or [("id", True)]

    def test(self, where: Condition) -> Test:
        """Return what an issue must pass."""
        if isinstance(where, Clause):
            return self._clause(where)
        tests = [self.test(part) for part in where.parts]
        if where.word == "not":
            return lambda issue: not tests[0](issue)
        if where.word == "and":
            return lambda issue: all(test(issue) for test in tests)
        return lambda issue: any(test(issue) for test in tests)

    def candidates(self, where: Condition) -> Sequence[int]:
        """Return ids, ascending, among which all are that can pass: quicker than to try every issue."""
        clauses = where.parts if isinstance(where, Group) and where.word == "and" else (where,)
        known = [clause for clause in clauses if isinstance(clause, Clause)]
        ids: Sequence[int] = self.site.order
        for clause in known:
            if clause.operator in ("=", "in") and clause.field in ("project", "key", "id", "parent"):
                fewer = self._named_ids(clause)
                ids = fewer if len(fewer) < len(ids) else ids
        for clause in known:
            if clause.field == "id" and clause.operator in (">", ">="):
                bound = self._bound(clause)
                ids = ids[(bisect_right if clause.operator == ">" else bisect_left)(ids, bound) :]
        return ids

    def _named_ids(self, clause: Clause) -> Sequence[int]:
        if clause.field == "project":
            homes = [one for one in self.site.projects if one.id in self._projects(clause.values)]
            return homes[0].members if len(homes) == 1 else sorted(chain.from_iterable(home.members for home in homes))
        ids = self._issues(clause)
        if clause.field == "parent":
            return sorted({child for above in ids for child in self.site.children_ids(above)})
        return sorted(ids)

    def _clause(self, clause: Clause) -> Test:
        name, operator = clause.field, clause.operator
        custom = re.fullmatch(r"cf\[(\d+)\]", name)
        if custom is not None:
            return self._custom(clause, int(custom[1]))
        allowed = OPERATORS.get(name)
        if allowed is None:
            raise BadJqlError(f"Field '{name}' does not exist or you do not have permission to view it.")
        if operator not in allowed or (name == "parent" and operator in EMPTINESS and not self.dialect.cloud):
            raise BadJqlError(f"The operator '{operator}' is not supported by the '{name}' field.")
        if operator in EMPTINESS:
            return _negated(self._has_parent(name), operator == "is")
        if name in ("updated", "created"):
            return _compare(name, operator, self._moment(name, clause.values[0]))
        if operator in COMPARES:
            return _compare(name, operator, self._bound(clause))
        return self._equals(clause)

    def _custom(self, clause: Clause, number: int) -> Test:
        found = next((one for one in self.site.fields if one.number == number), None)
        if found is None:
            raise BadJqlError(f"Field '{clause.field}' does not exist or you do not have permission to view it.")
        link = {EPIC_LINK.id: "epic link", PARENT_LINK.id: "parent link"}.get(found.id)
        if link is not None:
            return self._clause(Clause(link, clause.operator, clause.values))
        if clause.operator not in EMPTINESS:
            raise BadJqlError(f"The operator '{clause.operator}' is not supported by the '{clause.field}' field.")
        return _negated(lambda issue: issue.values.get(found.id) is not None, clause.operator == "is")

    def _equals(self, clause: Clause) -> Test:
        name, negative = clause.field, clause.operator in ("!=", "not in")
        if name == "labels":
            wanted = frozenset(clause.values)
            return lambda issue: not wanted.isdisjoint(issue.labels)
        if name == "project":
            projects = self._projects(clause.values)
            return _negated(lambda issue: issue.project.id in projects, negative)
        if name == "issuetype":
            types = self._types(clause.values)
            return _negated(lambda issue: issue.type.id in types, negative)
        if name == "statuscategory":
            categories = self._categories(clause.values)
            return _negated(lambda issue: issue.status.category in categories, negative)
        ids = self._issues(clause)
        if name in ("key", "id"):
            return _negated(lambda issue: issue.id in ids, negative)
        # An issue without a parent is in neither the one nor the other.
        has = self._has_parent(name)
        return lambda issue: has(issue) and (issue.parent in ids) is not negative

    def _has_parent(self, name: str) -> Test:
        if name == "parent":
            lowest, highest = (-1, 9) if self.dialect.cloud else (-1, -1)
        else:
            lowest, highest = LINK_LEVELS[name]
        return lambda issue: issue.parent is not None and lowest <= issue.type.level <= highest

    def _projects(self, values: Iterable[str]) -> frozenset[int]:
        found = set()
        for value in values:
            named = [one.id for one in self.site.projects if one.name.lower() == value.lower()]
            try:
                named.append(self.site.project(value).id)
            except KeyError:
                if not named:
                    raise _no_value(value, "project") from None
            found.update(named)
        return frozenset(found)

    def _types(self, values: Iterable[str]) -> frozenset[str]:
        found = set()
        for value in values:
            named = {one.id for one in self.site.types if value.lower() in (one.name.lower(), one.id)}
            if not named:
                raise _no_value(value, "issuetype")
            found |= named
        return frozenset(found)

    def _categories(self, values: Iterable[str]) -> frozenset[str]:
        names = {text.lower(): key for key, (id_, name, _) in CATEGORIES.items() for text in (key, name, str(id_))}
        for value in values:
            if value.lower() not in names:
                raise _no_value(value, "statusCategory")
        return frozenset(names[value.lower()] for value in values)

    def _issues(self, clause: Clause) -> frozenset[int]:
        found = set()
        for value in clause.values:
            issue = self.site.readable(self.site.find(value))
            if issue is not None:
                found.add(issue.id)
            elif self.dialect.strict_keys:
                if value.isdecimal():
                    raise BadJqlError(f"A value with ID '{value}' does not exist for the field '{clause.field}'.")
                raise BadJqlError(f"An issue with key '{value}' does not exist for field '{clause.field}'.")
        return frozenset(found)

    def _bound(self, clause: Clause) -> int:
        if not clause.values[0].isdecimal():
            raise _no_value(clause.values[0], clause.field)
        return int(clause.values[0])

    def _moment(self, name: str, text: str) -> int:
        relative = RELATIVE.fullmatch(text)
        if relative is not None:
            return milliseconds(self.site.now + timedelta(**{UNITS[relative[2]]: int(relative[1])}))
        if text.isdecimal() and self.dialect.cloud:
            return int(text)
        for form in DAY_FORMATS:
            try:
                return milliseconds(datetime.strptime(text, form).replace(tzinfo=self.site.caller_zone))
            except ValueError:
                continue
        raise BadJqlError(
            f"Date value '{text}' for field '{name}' is invalid. Valid formats include: 'yyyy/MM/dd HH:mm',"
            " 'yyyy-MM-dd HH:mm', 'yyyy/MM/dd', 'yyyy-MM-dd', or a period format e.g. '-5d', '4w 2d'."
        )


def _no_value(value: str, name: str) -> BadJqlError:
    return BadJqlError(f"The value '{value}' does not exist for the field '{name}'.")


def _negated(test: Test, negative: bool) -> Test:  # noqa: FBT001 - which of two
    return (lambda issue: not test(issue)) if negative else test


def _compare(name: str, operator: str, bound: int) -> Test:
    read = SORTS[name]
    return {
        ">": lambda issue: read(issue) > bound,
        ">=": lambda issue: read(issue) >= bound,
        "<": lambda issue: read(issue) < bound,
        "<=": lambda issue: read(issue) <= bound,
    }[operator]
