"""Findings set aside on purpose: by an exception of the mapping, or by a label on the issue."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Literal

from flowlint.config.mapping import Mapping as Configuration
from flowlint.config.mapping import Match, RuleException, fold, name_matches
from flowlint.config.structure import UNBUILDABLE
from flowlint.engine.outcome import Violation
from flowlint.engine.rule import Rule
from flowlint.verdict.comments import NONE, Comments, is_set_aside
from flowlint.verdict.message import word
from flowlint.verdict.selection import explicit_names, names_rule

LABEL = "flowlint-ignore-"

Hiding = Literal["exceptions", "labels", "comments"]


class Muting:
    """Says of each violation whether the mapping, a comment in it or a label hides it on the day of the run."""

    def __init__(self, mapping: Configuration, as_of: date, comments: Comments = NONE) -> None:
        self._mapping = mapping
        self._comments = comments
        self._exceptions = tuple(exception for exception in mapping.exceptions if applies_on(exception, as_of))
        self._by_rule: dict[str, tuple[RuleException, ...]] = {}

    def hides(self, rule: Rule, violation: Violation) -> Hiding | None:
        """Return what hides the violation, an exception before a comment before a label; None if it is to be shown."""
        if rule.id in UNBUILDABLE:
            return None
        if rule.id not in self._by_rule:
            names = explicit_names(rule)
            self._by_rule[rule.id] = tuple(one for one in self._exceptions if fold(one.rule) in names)
        if any(holds(exception.match, violation) for exception in self._by_rule[rule.id]):
            return "exceptions"
        if violation.place is not None and is_set_aside(self._comments, rule, violation.place):
            return "comments"
        return "labels" if self._is_labelled(rule, violation) else None

    def _is_labelled(self, rule: Rule, violation: Violation) -> bool:
        given = violation.values.get("labels")
        if not given:
            return False
        labels = [label for label in map(fold, _texts(given)) if label.startswith(LABEL)]
        if not labels or not any(label.removeprefix(LABEL) in explicit_names(rule) for label in labels):
            return False
        settings = self._mapping.for_project(violation.project).rules
        return any(names_rule(token, rule) for token in settings.ignore_by_label)


def applies_on(exception: RuleException, day: date) -> bool:
    """Tell whether an exception holds on ``day``: until its last day, that one included; a malformed date never does."""
    if exception.until is None:
        return True
    return exception.last_day is not None and day <= exception.last_day


def holds(match: Match, violation: Violation) -> bool:
    """Tell whether a selector means the subject of this violation: every key given must hold, one value of it does."""
    values = violation.values
    subject = violation.subject
    keys = [key for key in (violation.key, values.get("native_key")) if isinstance(key, str)]
    named: tuple[tuple[tuple[str, ...], Iterable[str]], ...] = (
        (match.projects, _texts(violation.project)),
        (match.components, _texts(values.get("components"))),
        (match.labels, _texts(values.get("labels"))),
        (match.teams, _texts(subject.name if subject.kind == "team" else values.get("team"))),
        (match.keys, keys),
        (match.subjects, (subject.name, subject.id)),
        *((wanted, _field(name, violation)) for name, wanted in match.fields),
    )
    if not all(_any_matches(wanted, found) for wanted, found in named if wanted):
        return False
    for wanted, column in ((match.types, "type"), (match.statuses, "status")):
        if wanted and not _any_matches(wanted, _texts(values.get(column)), values.get(f"{column}_id")):
            return False
    return match.negated is None or not holds(match.negated, violation)


def _any_matches(patterns: Iterable[str], names: Iterable[str], id_: object = None) -> bool:
    found = tuple(names)
    known = str(id_) if id_ is not None else None
    return any(name_matches(pattern, name, known) for pattern in patterns for name in found)


def columns_read(mapping: Configuration) -> frozenset[str]:
    """Return the columns of ``issue`` that labels and the mapping's exceptions look at."""
    if not mapping.exceptions:
        return frozenset({"labels"})
    columns = {"native_key", "components", "labels", "team", "type", "type_id", "status", "status_id"}
    matches = [exception.match for exception in mapping.exceptions]
    while matches:
        match = matches.pop()
        columns.update(_column(name) for name, _ in match.fields)
        if match.negated is not None:
            matches.append(match.negated)
    return frozenset(columns)


def _column(field: str) -> str:
    return fold(field).replace(" ", "_")


def _field(name: str, violation: Violation) -> Iterable[str]:
    """Return the texts of a logical field; a field that no view holds has none."""
    facts: Mapping[str, object] = {**violation.evidence, **violation.values}
    return _texts(facts.get(_column(name)))


def _texts(value: object) -> Iterable[str]:
    if value is None:
        return ()
    if isinstance(value, list | tuple):
        return tuple(word(item) for item in value)
    return (word(value),)
