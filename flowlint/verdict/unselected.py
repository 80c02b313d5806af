"""Why a rule did not run on the issues of a project: retired, ignored, on trial, or not selected."""

from collections.abc import Iterable, Sequence

from flowlint.config.mapping import Mapping as Configuration
from flowlint.config.mapping import fold
from flowlint.config.origin import Origin
from flowlint.engine.rule import Rule
from flowlint.errors import Place
from flowlint.verdict.selection import explicit_names, names_rule


class Unselected:
    """Knows what the mapping and the command line say of rules; ``select`` and ``ignore`` are the command line's."""

    def __init__(
        self, rules: Sequence[Rule], mapping: Configuration, select: Sequence[str], ignore: Sequence[str]
    ) -> None:
        self._mapping, self._select, self._ignore = mapping, tuple(select), tuple(ignore)
        self._successors = {
            name: rule.replaced_by for rule in rules if rule.replaced_by for name in explicit_names(rule)
        }

    def why(self, rule: Rule, project: str) -> Origin:
        """Return why the rule, which has no plan for the project, did not run there."""
        if rule.status == "retired":
            return Origin("computed", f"retired; {rule.replaced_by or 'nothing'} takes its place")
        if self._names(self._ignore, rule):
            return Origin("computed", "--ignore leaves it out")
        if self._names(self._mapping.for_project(project).rules.ignore, rule):
            return self._written(project, "rules.ignore") or Origin("computed", "rules.ignore names it")
        return self._unselected(rule, project)

    def _unselected(self, rule: Rule, project: str) -> Origin:
        if rule.status == "preview" and not self._mapping.preview:
            text = f"in preview: `preview: true` in the mapping runs it, or --select {rule.id}"
            return Origin("computed", text)
        if self._select:
            return Origin("computed", "--select does not name it")
        selected = self._written(project, "rules.select")
        if selected is not None:
            return selected
        reason = "its confidence is low" if rule.confidence == "low" else "it speaks of the site's settings"
        return Origin("default", f"not in DEFAULT, since {reason}; --select {rule.id} runs it")

    def _names(self, tokens: Iterable[str], rule: Rule) -> bool:
        return any(names_rule(self._successors.get(fold(token)) or token, rule) for token in tokens)

    def _written(self, project: str, path: str) -> Origin | None:
        own = next((name for name in self._mapping.projects if fold(name) == fold(project)), None)
        for full in (f"projects.{own}.{path}", path):
            place: Place | None = self._mapping.places.get(full)
            if place is not None:
                return Origin("mapping", full, place)
        return None
