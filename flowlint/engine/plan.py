"""What is to be run: a rule with its parameters' values, for all projects or for some of them."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from flowlint.engine.rule import Rule


@dataclass(frozen=True, slots=True)
class Plan:
    """One run of one rule. A rule whose options differ by project has one plan per option set.

    ``options`` holds a value for every parameter of the rule. Project keys are as the mapping writes
    them; they compare without regard to case.
    """

    rule: Rule
    options: Mapping[str, object] = field(default_factory=dict)
    projects: tuple[str, ...] | None = None
    """Only these; None for all."""
    except_projects: tuple[str, ...] = ()
