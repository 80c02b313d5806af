"""Reads the JQL that flowlint sends, and no more: what is not known here is a fault."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

TOKEN = re.compile(
    r"""\s*(?:
        (?P<quoted>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')
      | (?P<sign><=|>=|!=|=|<|>|\(|\)|,)
      | (?P<word>cf\[\d+\]|[^\s"'()=<>!~,&|^*%+\[\]{}?;/\\#$@`]+)
    )""",
    re.VERBOSE,
)
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
NAMES = {"issuekey": "key", "issue": "key", "type": "issuetype"}


class BadJqlError(Exception):
    """What Jira answers with 400; the text is its message."""


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
