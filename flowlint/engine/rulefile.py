"""Rule files: read, held against their schema, made into rules, and gathered into the catalogue."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any, Final, cast

import flowlint
from flowlint.config.check import schema_faults
from flowlint.config.mapping import fold, place_of
from flowlint.config.node import Document, Node
from flowlint.config.suggest import nearest, quoted
from flowlint.config.text import LINE_END, read_text
from flowlint.config.yaml12 import examine
from flowlint.engine.rule import Expression, Parameter, Rule
from flowlint.engine.rulechecks import rule_faults
from flowlint.engine.schema import rule_validator
from flowlint.errors import Fault, FileFaults, Place

SUFFIXES: Final = (".yaml", ".yml")
PATHS: Final = "rules.paths"
"""The key of a mapping that names rule files and folders."""
_BLANKS: Final = re.compile(r"\s+")


@dataclass(frozen=True)
class Catalogue:
    """The rules that are known, by code, and what is wrong with the files of the others."""

    rules: tuple[Rule, ...]
    faults: tuple[Fault, ...] = ()

    def find(self, name: str) -> Rule | None:
        """Return the rule with this code, name or alias, compared without regard to case."""
        return self._by_name.get(fold(name))

    def suggest(self, text: str) -> str | None:
        """Return the code or name that ``text`` most likely stands for."""
        return nearest(text, [*(rule.id for rule in self.rules), *(rule.name for rule in self.rules)])

    @cached_property
    def _by_name(self) -> dict[str, Rule]:
        aliases = {fold(alias): rule for rule in self.rules for alias in rule.aliases}
        return aliases | {fold(name): rule for rule in self.rules for name in (rule.name, rule.id)}


def load_rules(extra: Sequence[Path | str] = (), *, own: Callable[[str, str], Rule] | None = None) -> Catalogue:
    """Load flowlint's own rules and those in ``extra`` (files or folders).

    A path that is not there is a fault, at its own place where it is a Name.

    ``own`` reads flowlint's own files, :func:`parse_rule` unless given. A file that is broken, or whose code or
    name is taken, gives faults; the others load all the same.
    """
    rules: list[Rule] = []
    faults: list[Fault] = []
    taken: dict[str, Rule] = {}
    files = [(path, own or parse_rule) for path in rule_files(built_in_rules())]
    files += [(path, parse_rule) for one in extra for path in _extra_files(one, faults)]
    for path, parse in files:
        try:
            rule = parse(read_text(path), str(path))
        except FileFaults as broken:
            faults.extend(replace(fault, code="") for fault in broken.faults)
            continue
        clashes = list(_clashes(rule, taken))
        faults.extend(clashes)
        if not clashes:
            rules.append(rule)
            taken |= {fold(name): rule for name in (rule.id, rule.name, *rule.aliases)}
    return Catalogue(tuple(sorted(rules, key=lambda rule: rule.id)), tuple(faults))


def built_in_rules() -> Path:
    """Return the folder of flowlint's own rules: inside the wheel, or beside the package in a checkout."""
    package = Path(flowlint.__file__).parent
    packed = package / "_rules"
    return packed if packed.is_dir() else package.parent / "rules"


def rule_files(path: Path) -> list[Path]:
    """Return a rule file, or the rule files in a folder and those below it, in order."""
    if path.is_file():
        return [path]
    return sorted(file for file in path.rglob("*") if file.suffix in SUFFIXES and file.is_file())


def parse_rule(text: str, name: str) -> Rule:
    """Make a rule of the text of its file; ``name`` is the file's. Raises FileFaults with everything wrong with it.

    Its SQL is not looked at: see :func:`flowlint.engine.check.check_rule`.
    """
    document, faults = examine(text, name)
    faults = (*faults, *schema_faults(document.root, rule_validator(), complete=document.complete))
    if not faults:
        rule = _build(document)
        faults = tuple(rule_faults(rule, document))
    if faults:
        raise FileFaults(tuple(replace(fault, code="") for fault in sorted(faults, key=lambda fault: fault.place)))
    return rule


def trust_rule(text: str, name: str) -> Rule:
    """Make a rule of a file of flowlint's own, to run it: without its examples, and without checking what the tests check.

    That takes a fifth of the time of :func:`parse_rule`, on every run.
    """
    document, faults = examine(text.partition("\nexamples:")[0] + "\n", name)
    if faults:
        raise FileFaults(faults)
    return replace(_build(document), trusted=True)


def name_rule(text: str, name: str) -> Rule:
    """Make a rule of what stands at the head of a file of flowlint's own, to know it by name: code, group and the like.

    It cannot be run: it has neither conditions nor texts.
    """
    document, faults = examine(text.partition("\nsummary:")[0] + "\n", name)
    if faults:
        raise FileFaults(faults)
    entries = document.root.entries
    known = {key: entries[key].written for key in ("id", "name", "group", "severity", "confidence")}
    told = {key: entries[key].written for key in ("status", "scope") if key in entries}
    nothing = dict.fromkeys(("summary", "why", "fix", "accept", "message"), "")
    return Rule(
        **cast("dict[str, Any]", {"status": "stable", "scope": "issue", **known, **told, **nothing}),
        fix_kind="judgement",
        place=entries["id"].key,
        trusted=True,
    )


def _extra_files(one: Path | str, faults: list[Fault]) -> list[Path]:
    path = Path(one)
    if not path.exists():
        place = (place_of(one) if isinstance(one, str) else None) or Place(str(path))
        message = f"there is no rule file or folder {quoted(path)}"
        faults.append(Fault(place, message, "paths are relative to the file that names them", PATHS))
        return []
    return rule_files(path)


def _clashes(rule: Rule, taken: Mapping[str, Rule]) -> Iterator[Fault]:
    for what, name in (("code", rule.id), ("name", rule.name), *(("alias", alias) for alias in rule.aliases)):
        other = taken.get(fold(name))
        if other is not None:
            message = f"the {what} {quoted(name)} is taken by {other.id} ({other.name}), {other.place.file}"
            yield Fault(rule.place, message, "take another one; from 901 on codes are left to you", "id")


def _build(document: Document) -> Rule:
    """Make a rule of a document that the schema accepts."""
    keys = document.root.entries
    value = cast("dict[str, Any]", document.value)
    sql = _Expressions(document)
    return Rule(
        **{key: value[key] for key in ("id", "name", "group", "severity", "confidence", "summary", "message")},
        why=value["why"].strip(),
        fix=value["fix"].strip(),
        accept=value.get("accept", "").strip(),
        status=value.get("status", "stable"),
        scope=value.get("scope", "issue"),
        fix_kind=value.get("fix_kind", "judgement"),
        place=keys["id"].key,
        aliases=tuple(value.get("aliases", ())),
        replaced_by=value.get("replaced_by"),
        since=keys["since"].written or str(value["since"]) if "since" in keys else None,
        raised_by=value.get("raised_by"),
        from_=value.get("from"),
        applies=sql.one("applies"),
        unknown=sql.named("unknown"),
        where=sql.one("where"),
        query=sql.one("query"),
        evidence=sql.named("evidence"),
        identity=tuple(value.get("identity", ())),
        cause=tuple(value.get("cause", ())),
        needs=tuple(value.get("needs", ())),
        parameters=tuple(Parameter(name, **details) for name, details in value.get("parameters", {}).items()),
        related=tuple(value.get("related", ())),
        references=tuple((one["title"], one["url"]) for one in value.get("references", ())),
        examples=tuple(value.get("examples", ())),
        example_places=tuple(
            document.place(("examples", number, "config")) for number, _ in enumerate(value.get("examples", ()))
        ),
    )


class _Expressions:
    """Finds the SQL of a document, with its lines as they stand in the file."""

    def __init__(self, document: Document) -> None:
        self.keys = document.root.entries
        self.lines = LINE_END.split(document.text)

    def one(self, key: str) -> Expression | None:
        return self._expression(self.keys[key]) if key in self.keys else None

    def named(self, key: str) -> tuple[tuple[str, Expression], ...]:
        section = self.keys.get(key)
        return tuple((name, self._expression(node)) for name, node in section.entries.items()) if section else ()

    def _expression(self, node: Node) -> Expression:
        sql = node.value if isinstance(node.value, str) else node.written
        if not self._stands_as_is(sql, node.start):
            unfolded = self._unfold(sql, node.start)
            if unfolded is not None:
                return Expression(unfolded, replace(node.start, column=1))
        return Expression(sql, node.start)

    def _stands_as_is(self, sql: str, start: Place) -> bool:
        rows = sql.rstrip("\n").split("\n")
        below = self.lines[start.line - 1 : start.line - 1 + len(rows)]
        return len(below) == len(rows) and all(
            line[start.column - 1 :].startswith(row) for line, row in zip(below, rows, strict=True)
        )

    def _unfold(self, sql: str, start: Place) -> str | None:
        """Return folded text with the line ends it has in the file, so that places in it are true.

        None where that would not be the same SQL: blanks inside of quoted text count.
        """
        wanted = _flat(sql)
        first = self.lines[start.line - 1]
        raw = [" " * (start.column - 1) + first[start.column - 1 :]]
        below = iter(self.lines[start.line :])
        while len(_flat("\n".join(raw))) < len(wanted) and (line := next(below, None)) is not None:
            raw.append(line)
        quote = first[start.column - 2 : start.column - 1]
        if quote and quote in "'\"" and raw[-1].rstrip().endswith(quote):
            raw[-1] = raw[-1].rstrip()[:-1]
        whole_quotes = all(line.count("'") % 2 == 0 and line.count('"') % 2 == 0 for line in raw)
        return "\n".join(raw) if whole_quotes and _flat("\n".join(raw)) == wanted else None


def _flat(text: str) -> str:
    return _BLANKS.sub(" ", text).strip()
