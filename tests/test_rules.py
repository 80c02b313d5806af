"""The built-in catalogue: every rule's own examples, as `flowlint rules test` runs them."""

import pytest

from flowlint.engine.examples import config_of, run_examples
from flowlint.engine.rulechecks import missing_examples
from flowlint.engine.rulefile import load_rules
from flowlint.engine.trial import SharedWorlds, judge_world
from flowlint.engine.world import World

CATALOGUE = load_rules()
BUILT = {
    "H101", "H102", "H103", "H104", "H105", "H106", "H107", "H108", "H109", "H110", "H111",
    "H112", "H113", "H114", "H115", "H116", "H117", "H118", "H119", "H120", "H121", "D201",
    "D202", "D203", "D207", "D208", "D209", "R301", "R303", "R304", "R306", "R307", "R308",
    "R309", "R310", "S402", "S404", "S405", "S408", "S413", "O501", "O502", "O506", "O508",
    "S409", "S411", "S412", "S415", "S416", "S418",
    "M701", "M702", "M703", "M704", "M705", "M706", "M707", "M708", "M709", "M710", "M711",
    "M712", "M713", "M714", "M715", "M716", "M717", "M718", "M719", "M720", "M721", "M722",
    "M723", "M724", "M725", "M726", "M727", "M728", "M729", "M730", "M731", "M732", "M733", "M735",
    "O507", "O509", "O510", "O513", "O515", "O516", "O518", "O519", "O520",
}  # fmt: skip


def test_the_catalogue_is_whole():
    """Every rule that is promised is there, and no rule file is broken."""
    assert CATALOGUE.faults == ()
    assert {rule.id for rule in CATALOGUE.rules} == BUILT


@pytest.mark.parametrize("group", sorted({rule.group for rule in CATALOGUE.rules}))
def test_examples_hold(group):
    """Rules find what their examples say, leave the near misses alone, and do not judge what they cannot."""
    rules = [rule for rule in CATALOGUE.rules if rule.group == group]
    results = list(run_examples(rules))
    assert len(results) == sum(len(rule.examples) for rule in rules)
    assert [f"{one.rule.id} {one.title}: {one.message}" for one in results if not one.passed] == []
    assert [fault for rule in rules for fault in missing_examples(rule)] == []


def test_rules_share_what_they_call_a_placeholder():
    """A text is a placeholder for every rule that asks, or two of them speak of one."""
    rules = {rule.id: {one.name: one.default for one in rule.parameters} for rule in CATALOGUE.rules}
    for name in ("placeholders", "templates"):
        assert [rules[code][name] for code in ("O510", "O519", "O520")] == [rules["O502"][name]] * 3


def test_rules_share_what_they_take_for_given_up():
    """A resolution is one rule's or the other's, never both."""
    rules = {rule.id: {one.name: one.default for one in rule.parameters} for rule in CATALOGUE.rules}
    for name in ("given_up", "given_up_signs", "delivered"):
        assert rules["M735"][name] == rules["M715"][name]


@pytest.fixture(scope="module")
def shared():
    """Return the worlds of all examples that can share a database."""
    worlds = SharedWorlds([(rule, example) for rule in CATALOGUE.rules for example in rule.examples])
    yield worlds
    worlds.close()


@pytest.mark.slow
@pytest.mark.parametrize("rule", CATALOGUE.rules, ids=lambda rule: rule.id)
def test_examples_hold_alone(rule, shared):
    """Worlds that share a database say what they say in one of their own."""
    for example, place in zip(rule.examples, rule.example_places, strict=True):
        config = config_of(rule, example, place)
        together = shared.outcome(rule, example, config)
        if together is not None:
            alone = judge_world(rule, World(example, config))
            assert told(together) == told(alone), example.get("title")


def told(outcome):
    """Return what an outcome says, in an order of its own."""
    found = [
        (violation.key, violation.subject.name, violation.project, str(violation.evidence))
        for violation in outcome.violations
    ]
    return sorted(found, key=str), sorted(outcome.unjudged)
