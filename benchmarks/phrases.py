"""The words of a generated site: summaries, descriptions and outcomes put together from a few hundred words.

Every text is drawn from the random numbers given, so that equal seeds write equal texts. The phrases read like a shop's
backlog and are sound on purpose: what rules may object to is decided by `sites.py`, rarely, and not by chance wording.
"""

from collections.abc import Callable
from pathlib import Path

Chance = Callable[[], float]
"""Gives a number from 0 up to 1, as `random.Random.random`."""

WORDS = {
    name: tuple(phrase.strip() for phrase in " ".join(lines).split("|"))
    for name, *lines in (
        part.splitlines() for part in (Path(__file__).parent / "words.txt").read_text(encoding="utf-8").split("\n\n")
    )
}
"""Name -> phrases, of `words.txt`: paragraphs that begin with the name and part the phrases by `|`."""


class Phrases:
    """Puts phrases together, from one source of random numbers."""

    def __init__(self, chance: Chance) -> None:
        self.chance = chance

    def one(self, name: str) -> str:
        """Return one of the phrases of that name."""
        phrases = WORDS[name]
        return phrases[int(self.chance() * len(phrases))]

    def thing(self) -> str:
        """Return what a piece of work is about: `overdue gift cards`."""
        return f"{self.one('kinds')} {self.one('things')}"

    def story(self) -> str:
        """Return a story's summary: `Show overdue gift cards before checkout when the stock runs out`."""
        summary = f"{self.one('verbs').capitalize()} {self.thing()} {self.one('places')}"
        return f"{summary} when {self.one('moments')}" if self.chance() < 0.35 else summary

    def bug(self) -> str:
        """Return a defect's summary."""
        return f"{self.thing().capitalize()} {self.one('symptoms')} {self.one('places')} when {self.one('moments')}"

    def task(self) -> str:
        """Return the summary of supporting work."""
        return f"{self.one('chores').capitalize()} {self.thing()} {self.one('places')}"

    def subtask(self) -> str:
        """Return a sub-task's summary, which is as often as not one of the usual steps."""
        return f"{self.one('steps')}: {self.thing()} {self.one('places')}" if self.chance() < 0.4 else self.task()

    def spike(self) -> str:
        """Return the summary of an open question."""
        return f"Find out how {self.thing()} reach us {self.one('places')} when {self.one('moments')}"

    def epic(self) -> str:
        """Return an epic's summary."""
        return f"{self.one('aims').capitalize()} {self.thing()} {self.one('places')}"

    def initiative(self) -> str:
        """Return an initiative's summary."""
        return f"{self.one('aims').capitalize()} {self.thing()} in {self.one('markets')}"

    def outcome(self) -> str:
        """Return what an epic is to change, with a baseline, a target and a date."""
        before = 20 + int(self.chance() * 400)
        after = int(before * (0.3 + self.chance() * 0.5))
        quarter, year = 1 + int(self.chance() * 4), 2024 + int(self.chance() * 3)
        return f"{self.one('measures')} {self.thing()} fall from {before} to {after} a week by Q{quarter} {year}"

    def actual_outcome(self) -> str:
        """Return what an epic changed."""
        return f"{self.one('measures')} {self.thing()} fell to {10 + int(self.chance() * 300)} a week"

    def description(self, kind: str) -> str | None:
        """Return an issue's description in Jira's wiki markup, as long as they are in practice, or none."""
        drawn = self.chance()
        if kind == "Sub-task":
            return self._sentences(1) if drawn < 0.4 else None
        if drawn < 0.14:
            return None
        if kind == "Bug":
            return self._bug_report() if drawn < 0.6 else self._sentences(3)
        if kind in {"Story", "Spike"} and drawn < 0.85:
            return self._story_text(opening=drawn < 0.5)
        return self._sentences(3)

    def _sentences(self, most: int) -> str:
        return " ".join(self.one("fillers") for _ in range(1 + int(self.chance() * most)))

    def _list(self, mark: str, name: str, most: int) -> str:
        return "\r\n".join(f"{mark} {self.one(name)}" for _ in range(2 + int(self.chance() * most)))

    def _story_text(self, *, opening: bool) -> str:
        told = f"As a {self.one('roles')} I want to {self.one('verbs')} {self.thing()} so that I need not call.\r\n\r\n"
        criteria = self._list("*", "criteria", 3)
        return f"{told if opening else ''}{self._sentences(2)}\r\n\r\nh3. Acceptance criteria\r\n{criteria}"

    def _bug_report(self) -> str:
        steps = self._list("#", "moments", 3)
        return f"*Steps*\r\n{steps}\r\n\r\n*Expected*: {self.one('criteria')}\r\n\r\n{self._sentences(1)}"
