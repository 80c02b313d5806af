"""The built-in catalogue: every rule's own examples, as `flowlint rules test` runs them."""

import pytest

from flowlint.engine.examples import run_examples
from flowlint.engine.rulechecks import missing_examples
from flowlint.engine.rulefile import load_rules

CATALOGUE = load_rules()
BUILT = {
    "H101", "H102", "H103", "H104", "H105", "H106", "H107", "H108", "H109", "H110", "H111",
    "H112", "H113", "H114", "H115", "H116", "H117", "H118", "H119", "H120", "H121", "D201",
    "D202", "D203", "D207", "D208", "D209", "R301", "R303", "R304", "R306", "R307", "R308",
    "R309", "R310", "S402", "S404", "S405", "S408", "S413", "O501", "O502", "O506", "O508",
}  # fmt: skip


def test_the_catalogue_is_whole():
    """Every rule that is promised is there, and no rule file is broken."""
    assert CATALOGUE.faults == ()
    assert {rule.id for rule in CATALOGUE.rules} == BUILT


@pytest.mark.parametrize("rule", CATALOGUE.rules, ids=lambda rule: rule.id)
def test_examples_hold(rule):
    """A rule finds what its examples say, leaves its near misses alone, and does not judge what it cannot."""
    assert missing_examples(rule) == []
    results = list(run_examples([rule]))
    assert results
    assert [f"{result.title}: {result.message}" for result in results if not result.passed] == []
