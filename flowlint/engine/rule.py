"""A rule as data: the typed form of one file under ``rules/`` (DESIGN section 4)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from flowlint.config.mapping import Severity
from flowlint.errors import Place

Scope = Literal["issue", "sprint", "version", "project", "team", "person", "config"]
GROUPS = {
    "hierarchy": "H",
    "deliverables": "D",
    "releases": "R",
    "stories": "S",
    "outcomes": "O",
    "flow": "V",
    "mapping": "M",
    "site": "I",
    "seams": "X",
    "coverage": "C",
}
"""Groups and the letter their codes begin with."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """A value that a team may set: ``rules.options.<code>.<name>``; in SQL it is ``$name``."""

    name: str
    type: Literal["integer", "number", "boolean", "text", "list", "words"]
    default: object
    description: str
    # ``words`` is a list of words and phrases that reaches SQL as one pattern over a `_words` column.


@dataclass(frozen=True, slots=True)
class Expression:
    """A piece of SQL and where its text begins in the rule file."""

    sql: str
    place: Place


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule. Exactly one of ``where``, ``query`` and ``raised_by`` is set."""

    id: str
    name: str
    group: str
    status: Literal["stable", "preview", "retired"]
    severity: Severity
    confidence: Literal["high", "medium", "low"]
    scope: Scope
    summary: str
    why: str
    fix: str
    fix_kind: Literal["mechanical", "judgement", "conversation"]
    accept: str
    message: str
    place: Place
    aliases: tuple[str, ...] = ()
    """Earlier codes; the first code ever is what fingerprints are made of."""
    replaced_by: str | None = None
    since: str | None = None
    raised_by: Literal["loader", "verdict"] | None = None
    from_: str | None = None
    """View that a config rule runs over; for the others it is named like the scope."""
    applies: Expression | None = None
    unknown: tuple[tuple[str, Expression], ...] = ()
    where: Expression | None = None
    query: Expression | None = None
    evidence: tuple[tuple[str, Expression], ...] = ()
    identity: tuple[str, ...] = ()
    cause: tuple[str, ...] = ()
    """Evidence names that tell causes apart when reports group many findings of one project."""
    needs: tuple[str, ...] = ()
    parameters: tuple[Parameter, ...] = ()
    related: tuple[str, ...] = ()
    references: tuple[tuple[str, str], ...] = ()
    examples: tuple[Mapping[str, object], ...] = ()
    example_places: tuple[Place, ...] = ()
    """Where the config of each example stands; the example itself where it has none."""
    trusted: bool = False
    """One of flowlint's own, loaded to be run: its SQL has passed the guard long ago."""

    @property
    def view(self) -> str:
        """The view that ``me`` stands for."""
        return self.from_ or self.scope

    @property
    def needs_mapping_alone(self) -> bool:
        """Whether it can be asked without issues and without a site, as `flowlint validate` does."""
        return self.group == "mapping" and "site" not in self.needs

    @property
    def needs_mapping_and_site(self) -> bool:
        """Whether it holds a mapping against a site, as `flowlint validate --against` does."""
        return self.group == "mapping" and "site" in self.needs
