"""Which rules run, and with which options: the section ``rules``, its differences by project, the command line."""

from collections.abc import Iterable, Mapping, Sequence

from flowlint.config.mapping import Mapping as Configuration
from flowlint.config.mapping import RuleSettings, fold
from flowlint.config.suggest import nearest, quoted
from flowlint.engine.parameters import resolve
from flowlint.engine.plan import Plan
from flowlint.engine.rule import GROUPS, Rule
from flowlint.errors import Fault, Place, UsageError
from flowlint.verdict.message import encode, plain

_WHOLE = frozenset({"default", "all"})
_GROUP_NAMES = frozenset(GROUPS) | {letter.casefold() for letter in GROUPS.values()}
_TAKES_GROUPS = frozenset({"select", "ignore", "ignore_by_label"})
"""Settings in which a group stands for its rules."""
_BY_PROJECT = frozenset({"issue", "sprint", "version", "project"})
"""Scopes whose subjects belong to a project, so that a project's own settings can hold for them."""

Options = Mapping[str, object]


def plan(
    rules: Sequence[Rule], mapping: Configuration, select: Sequence[str] = (), ignore: Sequence[str] = ()
) -> tuple[list[Plan], tuple[str, ...]]:
    """Return what is to be run, in the order of ``rules``, and notes on what the mapping says of rules in vain.

    ``select`` replaces the mapping's selection, ``ignore`` adds to it; a name in them that means no rule
    raises UsageError. An option that cannot be used leaves its default in place; :func:`option_faults` names it.
    """
    for option, tokens in (("--select", select), ("--ignore", ignore)):
        _require_known(option, tokens, rules)
    chooser = _Chooser(rules, mapping, tuple(select), tuple(ignore))
    plans = [one for rule in rules if rule.raised_by is None for one in chooser.plans(rule)]
    return plans, (
        *_retired(rules, (*select, *mapping.base.rules.select)),
        *_unknown_names(rules, mapping),
        *_dateless(mapping),
        *chooser.overruled(),
    )


def option_faults(rules: Sequence[Rule], mapping: Configuration) -> tuple[Fault, ...]:
    """Return what is wrong with the options that the mapping sets for rules, each at its place."""
    faults = {
        fault: None
        for project, settings in _settings(mapping)
        for rule in rules
        for fault in _option_faults(rule, mapping, project, _written(rule, settings))
    }
    return tuple(sorted(faults, key=lambda fault: (fault.place, fault.message)))


def explicit_names(rule: Rule) -> frozenset[str]:
    """Return the names, folded, that mean this rule alone: code, earlier codes and name."""
    return frozenset(fold(name) for name in (rule.id, *rule.aliases, rule.name))


def names_rule(token: str, rule: Rule, *, preview: bool = True) -> bool:
    """Tell whether a code, name, group, DEFAULT or ALL means this rule.

    A rule on trial (``status: preview``) is meant by a group only where ``preview`` is true, a retired one never.
    """
    wanted = fold(token)
    if rule.status == "retired":
        return False
    if wanted in explicit_names(rule):
        return True
    if rule.status == "preview" and not preview:
        return False
    if wanted == "default":
        return rule.confidence != "low" and rule.group != "site" and not rule.needs_mapping_and_site
    return wanted in ("all", fold(rule.group), fold(GROUPS.get(rule.group, rule.group)))


def find_rule(rules: Sequence[Rule], name: str) -> Rule:
    """Return the rule with this code or name, retired ones included. Raises UsageError with the nearest name."""
    for rule in rules:
        if fold(name) in explicit_names(rule):
            return rule
    raise UsageError(f"there is no rule {quoted(name)}", help=_help(name, rules))


class _Chooser:
    """Selection and options of each rule, in common and by project."""

    def __init__(
        self, rules: Sequence[Rule], mapping: Configuration, select: tuple[str, ...], ignore: tuple[str, ...]
    ) -> None:
        self._mapping, self._select, self._ignore = mapping, select, ignore
        self._options = _options(rules, mapping)
        self._successors = {
            name: rule.replaced_by for rule in rules if rule.replaced_by for name in explicit_names(rule)
        }
        self._rules = rules

    def plans(self, rule: Rule) -> Iterable[Plan]:
        """Yield one plan per set of options with which the rule is to run."""
        common = self._chosen(rule, None)
        by_project: dict[str, tuple[Options, list[str]]] = {}
        differing = []
        for project in self._mapping.projects if rule.scope in _BY_PROJECT else ():
            own = self._chosen(rule, project)
            if own == common or (own is not None and common is not None and _same(own, common)):
                continue
            differing.append(project)
            if own is not None:
                by_project.setdefault(encode(plain(own)), (own, []))[1].append(project)
        if common is not None:
            yield Plan(rule, common, except_projects=tuple(differing))
        for options, projects in by_project.values():
            yield Plan(rule, options, projects=tuple(projects))

    def overruled(self) -> Iterable[str]:
        """Yield a note for each rule that is named on the command line and ignored by the mapping."""
        for token in self._select:
            for rule in self._rules:
                if fold(token) in explicit_names(rule) and self._is_named(rule, self._mapping.base.rules.ignore):
                    yield f"{rule.id} is selected on the command line, but the mapping ignores it: it did not run"

    def _chosen(self, rule: Rule, project: str | None) -> Options | None:
        """Return the rule's options where it is to run, in one project or in all without settings of their own."""
        settings = self._mapping.base.rules if project is None else self._mapping.projects[project].rules
        selected = self._select or settings.select
        if not self._is_named(rule, selected, preview=self._mapping.preview):
            return None
        if self._is_named(rule, (*settings.ignore, *self._ignore)):
            return None
        return self._options[project][rule.id]

    def _is_named(self, rule: Rule, tokens: Iterable[str], *, preview: bool = True) -> bool:
        current = (self._successors.get(fold(token), token) for token in tokens)
        return any(names_rule(token, rule, preview=preview) for token in current)


def _same(one: Options, other: Options) -> bool:
    return encode(plain(one)) == encode(plain(other))


def _options(rules: Sequence[Rule], mapping: Configuration) -> dict[str | None, dict[str, Options]]:
    """Return the values of every parameter, by project (None: in common) and code."""
    values: dict[str | None, dict[str, Options]] = {}
    for project, settings in _settings(mapping):
        values[project] = {}
        for rule in rules:
            written = _written(rule, settings).values()
            values[project][rule.id], _ = resolve(
                rule, {name: value for given in written for name, value in given.items()}
            )
    return values


def _settings(mapping: Configuration) -> list[tuple[str | None, RuleSettings]]:
    """Return the common settings (project None), and those in each project with sections of its own."""
    return [(None, mapping.base.rules), *((name, project.rules) for name, project in mapping.projects.items())]


def _written(rule: Rule, settings: RuleSettings) -> dict[str, Options]:
    """Return the options given for a rule, under each of its names that is used."""
    return {key: given for key, given in settings.options.items() if fold(key) in explicit_names(rule)}


def _option_faults(
    rule: Rule, mapping: Configuration, project: str | None, written: Mapping[str, Options]
) -> Iterable[Fault]:
    """Yield what is wrong with each option given for a rule, at its place. An inherited one is said of the common section."""
    for key, given in written.items():
        for name, value in given.items():
            common = mapping.base.rules.options.get(key, {})
            inherited = project is None or (name in common and common[name] == value)
            path = f"rules.options.{key}.{name}"
            path = path if inherited else f"projects.{project}.{path}"
            for message in resolve(rule, {name: value})[1]:
                yield Fault(_place(mapping, path), message, f"flowlint explain {rule.id} lists its options", path)


def _place(mapping: Configuration, path: str) -> Place:
    """Return where a key path stands, or the nearest one above it that is known."""
    known = path
    while known:
        if known in mapping.places:
            return mapping.places[known]
        known = known.rpartition(".")[0]
    return Place(mapping.file or "flowlint.yaml")


def _require_known(option: str, tokens: Iterable[str], rules: Sequence[Rule]) -> None:
    for token in tokens:
        if not _is_known(token, rules):
            raise UsageError(f"{option} names {quoted(token)}, which is no rule and no group", help=_help(token, rules))


def _is_known(token: str, rules: Iterable[Rule]) -> bool:
    wanted = fold(token)
    return wanted in _WHOLE or wanted in _GROUP_NAMES or any(wanted in explicit_names(rule) for rule in rules)


def _help(token: str, rules: Iterable[Rule]) -> str:
    names = [name for rule in rules for name in (rule.id, rule.name)]
    close = nearest(token, [*names, *GROUPS, "DEFAULT", "ALL"])
    meant = f"did you mean {quoted(close)}? " if close else ""
    return f"{meant}`flowlint rules` lists all codes, names and groups"


def _retired(rules: Sequence[Rule], tokens: Iterable[str]) -> Iterable[str]:
    for token in tokens:
        for rule in rules:
            if rule.status == "retired" and fold(token) in explicit_names(rule):
                instead = f"{rule.replaced_by} takes its place" if rule.replaced_by else "nothing takes its place"
                yield f"{rule.id} {rule.name} is retired: {instead}"


def _unknown_names(rules: Sequence[Rule], mapping: Configuration) -> Iterable[str]:
    """Yield a note for each name in the mapping's rule settings and exceptions that means no rule."""
    said: dict[tuple[str, str], tuple[str, str]] = {}
    sections = [("rules", mapping.base.rules)]
    sections += [(f"projects.{name}.rules", project.rules) for name, project in mapping.projects.items()]
    for prefix, settings in sections:
        for part in ("select", "ignore", "severity", "options", "ignore_by_label"):
            path = f"{prefix}.{part}"
            for token in getattr(settings, part):
                said.setdefault((part, fold(token)), (f"{_place(mapping, path)}: {path}", token))
    for exception in mapping.exceptions:
        place = exception.place or _place(mapping, "exceptions")
        said.setdefault(("exceptions", fold(exception.rule)), (f"{place}: exceptions", exception.rule))
    for (part, _), (where, token) in said.items():
        if not _is_known(token, rules):
            yield f"{where} names {quoted(token)}, which is no rule and no group; {_help(token, rules)}"
        elif part not in _TAKES_GROUPS and not any(fold(token) in explicit_names(rule) for rule in rules):
            yield f"{where} names {quoted(token)}, which is no rule; name each of its rules there"


def _dateless(mapping: Configuration) -> Iterable[str]:
    """Yield a note for each exception that never holds, since its last day is none."""
    for exception in mapping.exceptions:
        if exception.until is not None and exception.last_day is None:
            place = exception.place or _place(mapping, "exceptions")
            yield (
                f"{place}: the exception for {quoted(exception.rule)} hides nothing: {quoted(exception.until)} is no date;"
                " write it like 2026-01-31"
            )
