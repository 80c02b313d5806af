"""What a rule file must be besides well-formed: names that agree, keys that go together, examples."""

from collections.abc import Callable, Iterator
from pathlib import PurePath
from typing import Final

from flowlint.config.mapping import LOGICAL_FIELDS
from flowlint.config.node import Document
from flowlint.config.suggest import did_you_mean, quoted
from flowlint.engine.message import unknown_names
from flowlint.engine.parameters import mismatch
from flowlint.engine.rule import GROUPS, Rule
from flowlint.errors import Fault, Place
from flowlint.model.settings import SYSTEM_FIELDS
from flowlint.model.views import views

TABLES: Final = ("changelog", "sprints", "versions", "links", "site", "flow_items")
TRACKERS: Final = ("tracker:jira", "tracker:rally", "tracker:aha")
NEEDS: Final = tuple(dict.fromkeys((*LOGICAL_FIELDS, *TABLES, *TRACKERS, *SYSTEM_FIELDS.values())))
"""What ``needs`` may name."""


def rule_faults(rule: Rule, document: Document) -> list[Fault]:
    """Return what is wrong with a rule whose file has the right form; its SQL is checked apart."""
    checks: tuple[Callable[[Rule, Document], Iterator[Fault]], ...] = (
        _name_faults,
        _source_faults,
        _view_faults,
        _parameter_faults,
        _evidence_faults,
        _need_faults,
    )
    return sorted((fault for check in checks for fault in check(rule, document)), key=lambda fault: fault.place)


def missing_examples(rule: Rule) -> list[Fault]:
    """Return a fault for each kind of example the rule lacks: one that finds, and one that does not."""
    if rule.raised_by is not None or rule.status == "retired":
        return []
    faults = []
    if not any(example.get("finds") for example in rule.examples):
        faults.append(_no_example(rule, "finds something", "say under `finds` what must be found"))
    if not any(not example.get("finds") for example in rule.examples):
        faults.append(_no_example(rule, "finds nothing", "add a near miss, with `finds: []`"))
    return faults


def _no_example(rule: Rule, what: str, remedy: str) -> Fault:
    return Fault(rule.place, f"{rule.id} has no example that {what}", remedy, "examples")


def _name_faults(rule: Rule, document: Document) -> Iterator[Fault]:
    stem = PurePath(document.name.replace("\\", "/")).stem
    if rule.name != stem:
        message = f"the rule is named {quoted(rule.name)}, its file {quoted(stem)}"
        yield Fault(document.value_place(("name",)), message, f"name the file {rule.name}.yaml", "name")
    letter = GROUPS[rule.group]
    if not rule.id.startswith(letter):
        message = f"the code {rule.id} is not of the group {rule.group}, whose codes begin with {letter}"
        yield Fault(document.value_place(("id",)), message, f"take a free code {letter}…, or another group", "id")
    for index, alias in enumerate(rule.aliases):
        if alias.casefold() in (rule.id.casefold(), rule.name):
            yield Fault(document.place(("aliases", index)), "a rule is no alias of itself", "remove it", "aliases")


def _source_faults(rule: Rule, document: Document) -> Iterator[Fault]:
    """Yield what is wrong with where a rule's findings come from."""
    given = [key for key in ("where", "query", "raised_by") if key in document.root.entries]
    retired = rule.status == "retired"
    if len(given) > 1:
        place = max(document.place((key,)) for key in given)
        yield Fault(place, f"a rule has one of {', '.join(given)}, not several", "keep one", given[-1])
    elif not given and not retired:
        message = "the rule says nowhere what it finds"
        yield Fault(document.place(("id",)), message, "add `where`, or a whole `query`", "where")
    if retired and rule.replaced_by is None:
        message = "a retired rule names the one that took over"
        yield Fault(document.place(("status",)), message, "add `replaced_by`", "replaced_by")
    if not retired and rule.replaced_by is not None:
        message = "only a retired rule is replaced"
        yield Fault(document.place(("replaced_by",)), message, "write `status: retired`, or remove it", "replaced_by")
    for key in ("applies", "evidence"):
        if key in document.root.entries and "where" not in given and given:
            message = f"{quoted(key)} goes with `where`; with `{given[0]}` it has no effect"
            remedy = "let the query select it" if given[0] == "query" else "remove it"
            yield Fault(document.place((key,)), message, remedy, key)


def _view_faults(rule: Rule, document: Document) -> Iterator[Fault]:
    if rule.from_ is not None and rule.scope != "config":
        message = "`from` is for rules with scope `config`; the others run over the view of their scope"
        yield Fault(document.place(("from",)), message, "remove it, or write a query", "from")
    if rule.scope == "config" and rule.where is not None and rule.from_ is None:
        message = "a rule about the mapping says which view it runs over"
        yield Fault(document.place(("scope",)), message, "add `from: config_issue_type`, for one", "from")
    if rule.from_ is not None and rule.from_ not in views():
        message = f"there is no view {quoted(rule.from_)}"
        yield Fault(document.value_place(("from",)), message, did_you_mean(rule.from_, views()), "from")


def _parameter_faults(rule: Rule, document: Document) -> Iterator[Fault]:
    for parameter in rule.parameters:
        problem = mismatch(parameter, parameter.default)
        if problem is not None:
            path = ("parameters", parameter.name, "default")
            message = f"the default of {quoted(parameter.name)} must be {problem}"
            yield Fault(document.value_place(path), message, f"its type is {parameter.type}", ".".join(path))


def _evidence_faults(rule: Rule, document: Document) -> Iterator[Fault]:
    """Yield names that the rule uses and does not define. What a query returns is known only to its parser."""
    if rule.query is not None or rule.status == "retired":
        return
    evidence = [name for name, _ in rule.evidence]
    for key, names in (("identity", rule.identity), ("cause", rule.cause)):
        for index, name in enumerate(names):
            if name not in evidence:
                message = f"{quoted(key)} names {quoted(name)}, which is no evidence"
                remedy = did_you_mean(name, evidence) if evidence else "add it to `evidence`"
                yield Fault(document.value_place((key, index)), message, remedy, key)
    if rule.raised_by is None:
        place = document.value_place(("message",))
        for name, remedy in unknown_names(rule, evidence):
            yield Fault(place, f"the message names {quoted(name)}, which is not known", remedy, "message")


def _need_faults(rule: Rule, document: Document) -> Iterator[Fault]:
    for index, need in enumerate(rule.needs):
        if need not in NEEDS:
            place: Place = document.value_place(("needs", index))
            yield Fault(place, f"{quoted(need)} is nothing that a rule can need", did_you_mean(need, NEEDS), "needs")
