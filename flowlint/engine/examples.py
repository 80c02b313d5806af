"""The examples of rules: small worlds in which a rule must find some subjects and must not find others."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flowlint.config.load import load_text, load_value
from flowlint.config.mapping import Mapping as Config
from flowlint.engine.outcome import Outcome, Violation
from flowlint.engine.rule import Rule
from flowlint.engine.runs import NOT_DECIDABLE
from flowlint.engine.trial import STANDARD, SharedWorlds, judge_world, standard_text
from flowlint.engine.world import World
from flowlint.errors import FileFaults, Place


@dataclass(frozen=True, slots=True)
class ExampleResult:
    """Whether one example of a rule holds, and in words what differs where it does not."""

    rule: Rule
    title: str
    passed: bool
    message: str = ""


def run_examples(rules: Sequence[Rule]) -> Iterator[ExampleResult]:
    """Run every example of every rule, in order. Rules that speak through the loader or the verdict have none here."""
    tested = [rule for rule in rules if rule.raised_by is None and rule.status != "retired"]
    shared = SharedWorlds([(rule, example) for rule in tested for example in rule.examples])
    try:
        yield from _results(tested, shared)
    finally:
        shared.close()


def _results(rules: Sequence[Rule], shared: SharedWorlds) -> Iterator[ExampleResult]:
    for rule in rules:
        for number, (example, place) in enumerate(zip(rule.examples, rule.example_places, strict=True), 1):
            title = str(example.get("title") or f"example {number}")
            message = _differences(rule, example, place, shared)
            yield ExampleResult(rule, title, not message, message)


def _differences(rule: Rule, example: Mapping[str, Any], place: Place, shared: SharedWorlds) -> str:
    try:
        config = config_of(rule, example, place)
    except FileFaults as faults:
        return f"its config cannot be used: {faults}"
    try:
        outcome = shared.outcome(rule, example, config) or judge_world(rule, World(example, config))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        return f"its issues cannot be read: {type(error).__name__}: {error}"
    if outcome.error:
        return outcome.error
    return "; ".join(_complaints(outcome, example))


def config_of(rule: Rule, example: Mapping[str, Any], place: Place) -> Config:
    """Return the mapping that an example stands under; raises FileFaults where it cannot be used."""
    name = f"{rule.place.file} ({example.get('title')})"
    if example.get("config_text") is not None:
        return load_text(str(example["config_text"]), name, folder=STANDARD.parent, any_level=rule.scope == "config")
    return load_value(dict(example.get("config") or {}), name, over=standard_text(), place=place)


def _complaints(outcome: Outcome, example: Mapping[str, Any]) -> Iterator[str]:
    undecided = sorted(key for key, reason in outcome.unjudged if reason == NOT_DECIDABLE)
    if undecided:
        yield f"a condition gave NULL for {', '.join(undecided)}: handle the missing value, or name it under unknown"
    wanted = list(example.get("finds") or ())
    found = list(outcome.violations)
    for expected in wanted:
        match = next((violation for violation in found if _is(violation, expected)), None)
        if match is None:
            yield f"should find {_shown(expected)} and does not"
        else:
            found.remove(match)
    for violation in found:
        yield f"should not find {violation.key or violation.subject.name} and does"
    if "not_judged" in example:
        expected_keys = sorted(str(key) for key in example.get("not_judged") or ())
        if expected_keys != sorted(outcome.unjudged_keys):
            yield f"should not judge {expected_keys or 'nothing'}, does not judge {sorted(outcome.unjudged_keys) or 'nothing'}"


def _is(violation: Violation, expected: object) -> bool:
    """Tell whether a violation is the one that ``finds`` means: a key, or names of the subject and evidence."""
    if not isinstance(expected, Mapping):
        return violation.key == str(expected)
    known = {**violation.values, **violation.evidence, "project": violation.project, "key": violation.key}
    known[violation.subject.kind] = violation.subject.name
    if violation.place is not None:
        known |= {"line": violation.place.line, "file": violation.place.file}
    return all(
        str(known.get(name)) == str(value)
        or (name == violation.subject.kind and violation.subject.id in (str(value), f"{violation.project}/{value}"))
        for name, value in expected.items()
    ) and (violation.key is None or "key" in expected or violation.subject.kind in expected)


def _shown(expected: object) -> str:
    if isinstance(expected, Mapping):
        return ", ".join(f"{name} {value}" for name, value in expected.items())
    return str(expected)
