"""The JQL that flowlint sends, and no more: what is not known here is answered as Jira answers a fault, never with everything."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain
from typing import Any

from fakes.jira_store import JiraSite, milliseconds
from fakes.jira_things import CATEGORIES, EPIC_LINK, PARENT_LINK, Issue

Test = Callable[[Issue], bool]
LONGEST_ORDER = 7
TOKEN = re.compile(
    r"""\s*(?:
        (?P<quoted>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')
      | (?P<sign><=|>=|!=|=|<|>|\(|\)|,)
      | (?P<word>cf\[\d+\]|[^\s"'()=<>!~,&|^*%+\[\]{}?;/\\#$@`]+)
    )""",
    re.VERBOSE,
)
RELATIVE = re.compile(r"([-+]?\d+)([wdhm])")
UNITS = {"w": "weeks", "d": "days", "h": "hours", "m": "minutes"}
DAY_FORMATS = ("%Y-%m-%d %H:%M", "%Y/%m/%d %H:%M", "%Y-%m-%d", "%Y/%m/%d")
RESERVED_WORDS = (
    "abort access add after alias all alter and any as asc audit avg before begin between boolean break by byte "
    "catch cf char character check checkpoint collate collation column commit connect continue count create current "
    "date decimal declare decrement default defaults define delete delimiter desc difference distinct divide do "
    "double drop else empty encoding end equals escape exclusive exec execute exists explain false fetch field file "
    "first float for from function go goto grant greater group having identified if immediate in increment index "
    "initial inner inout input insert int integer intersect intersection into is isempty isnull join last left less "
    "like limit lock long max min minus mode modify modulo more multiply next noaudit not notin nowait null number "
    "object of on option or order outer output power previous prior privileges public raise raw remainder rename "
    "resource return returns revoke right row rowid rownum rows select session set share size sqrt start strict "
    "string subtract sum synonym table then to trans transaction trigger true uid union unique update user validate "
    "values view was when whenever where while with"
)
RESERVED = frozenset(RESERVED_WORDS.split())
"""Words that stand in JQL only within quotes."""
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
NAMES = {"issuekey": "key", "issue": "key", "type": "issuetype"}
LINK_LEVELS = {"epic link": (0, 0), "parent link": (1, 9)}
"""The levels of issues that name their parent by such a field."""
SORTS: dict[str, Callable[[Issue], Any]] = {
    "id": lambda issue: issue.id,
    "key": lambda issue: (issue.project.key, issue.number),
    "created": lambda issue: issue.created,
    "updated": lambda issue: issue.updated,
}


class BadJqlError(Exception):
    """What Jira answers with 400; the text is its message."""


@dataclass(frozen=True, slots=True)
class Dialect:
    """What differs between sites."""

    cloud: bool
    """Epoch milliseconds are moments, and ``parent`` is there on every level; otherwise for sub-tasks alone."""
    strict_keys: bool = True
    """A key or id of an issue that the caller cannot find is a fault."""


@dataclass(frozen=True, slots=True)
class Clause:
    """A field, an operator, and values."""

    field: str
    operator: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """Several conditions: ``and``, ``or``, or one after ``not``."""

    word: str
    parts: tuple["Clause | Group", ...]


Condition = Clause | Group


@dataclass(frozen=True, slots=True)
class Query:
    """A parsed query: a condition, if there is one, and what to sort by, with whether downwards."""

    where: Condition | None
    order: tuple[tuple[str, bool], ...]


def parse(text: str) -> Query:
    """Return a query. Raises BadJqlError."""
    return _Parser(text).query()


class _Parser:
    def __init__(self, text: str) -> None:
        self._tokens = list(_tokens(text))
        self._at = 0

    def query(self) -> Query:
        where = None if self._is("order") or self._kind() == "end" else self._either()
        order = tuple(self._order()) if self._take("order") else ()
        if self._kind() != "end":
            raise BadJqlError(
                f"Error in the JQL Query: Expecting either 'OR' or 'AND' but got '{self._tokens[self._at][1]}'."
            )
        return Query(where, order)

    def _either(self) -> Condition:
        parts = [self._both()]
        while self._take("or"):
            parts.append(self._both())
        return parts[0] if len(parts) == 1 else Group("or", tuple(parts))

    def _both(self) -> Condition:
        parts = [self._single()]
        while self._take("and"):
            parts.append(self._single())
        return parts[0] if len(parts) == 1 else Group("and", tuple(parts))

    def _single(self) -> Condition:
        if self._take("not"):
            return Group("not", (self._single(),))
        if self._take("("):
            inner = self._either()
            self._expect(")")
            return inner
        return self._clause()

    def _clause(self) -> Clause:
        name = self._name()
        negated = self._take("not")
        if self._take("in"):
            self._expect("(")
            values = [self._value()]
            while self._take(","):
                values.append(self._value())
            self._expect(")")
            return Clause(name, "not in" if negated else "in", tuple(values))
        if negated:
            raise BadJqlError("Error in the JQL Query: Expecting 'IN' after 'NOT'.")
        if self._take("is"):
            operator = "is not" if self._take("not") else "is"
            if not (self._take("empty") or self._take("null")):
                raise BadJqlError(f"The operator '{operator}' only supports the operands 'EMPTY' and 'NULL'.")
            return Clause(name, operator, ())
        kind, sign = self._next()
        if kind != "sign" or sign in "(),":
            raise BadJqlError(f"Error in the JQL Query: Expecting operator but got '{sign}'.")
        return Clause(name, sign, (self._value(),))

    def _order(self) -> Iterator[tuple[str, bool]]:
        self._expect("by")
        while True:
            yield self._name(), self._down()
            if not self._take(","):
                return

    def _down(self) -> bool:
        return self._take("desc") if not self._take("asc") else False

    def _name(self) -> str:
        kind, text = self._next()
        name = text.lower()
        if kind in ("sign", "end") or (kind == "word" and name in RESERVED):
            raise BadJqlError(f"Error in the JQL Query: Expecting a field name but got '{text}'.")
        return NAMES.get(name, name)

    def _value(self) -> str:
        kind, text = self._next()
        if kind in ("sign", "end"):
            raise BadJqlError(f"Error in the JQL Query: Expecting a value but got '{text}'.")
        if kind == "word" and text.lower() in RESERVED:
            raise BadJqlError(
                f"Error in the JQL Query: '{text}' is a reserved JQL word. You must surround it in quotation marks."
            )
        return text

    def _kind(self) -> str:
        return self._tokens[self._at][0]

    def _next(self) -> tuple[str, str]:
        token = self._tokens[self._at]
        self._at = min(self._at + 1, len(self._tokens) - 1)
        return token

    def _is(self, text: str) -> bool:
        kind, here = self._tokens[self._at]
        return kind in ("word", "sign") and here.lower() == text

    def _take(self, text: str) -> bool:
        if not self._is(text):
            return False
        self._at += 1
        return True

    def _expect(self, text: str) -> None:
        if not self._take(text):
            raise BadJqlError(f"Error in the JQL Query: Expecting '{text}' but got '{self._tokens[self._at][1]}'.")


def _tokens(text: str) -> Iterator[tuple[str, str]]:
    at = 0
    while at < len(text.rstrip()):
        found = TOKEN.match(text, at)
        if found is None:
            raise BadJqlError(
                f"Error in the JQL Query: The character '{text[at:].lstrip()[:1]}' is a reserved JQL character."
            )
        at = found.end()
        kind, value = found.lastgroup or "", found[found.lastgroup or 0]
        yield kind, re.sub(r"\\(.)", r"\1", value[1:-1]) if kind == "quoted" else value
    yield "end", "the end"


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
