"""How one issue was read, for people: each value with where it comes from, then what the rules say."""

from collections.abc import Iterator, Sequence

from flowlint.config.origin import Origin
from flowlint.model.facts import Candidate, Fact, Reading
from flowlint.model.reading import DATA
from flowlint.model.reading_fields import UNMAPPED
from flowlint.reports.summary import troubles
from flowlint.reports.terminal import Paint, clip, paragraph, safe, width, wrap
from flowlint.verdict.account import Account, Ruling
from flowlint.verdict.finding import Verdict
from flowlint.verdict.message import NOTHING, word

TITLES = {
    "type": "Type and level",
    "state": "State",
    "team": "Team and value stream",
    "fields": "Fields",
    "tree": "Tree",
}
STATES = {
    "known": "in the data",
    "outside": "outside the data",
    "hidden": "not readable",
    "moved": "moved away",
    "missing": "does not exist",
    "unread": "not looked at",
}
SAID = {
    "finding": ("finding", "findings"),
    "muted": ("set aside", "set aside"),
    "not_judged": ("not judged", "not judged"),
    "failed": ("failed", "failed"),
    "clean": ("clean", "clean"),
    "does_not_apply": ("does not apply", "do not apply"),
    "not_run": ("not run", "not run"),
}
_NAMES = 18
"""Columns of the names of facts."""


def render(
    accounts: Sequence[Account], verdict: Verdict, columns: int = 100, paint: Paint | None = None
) -> Iterator[str]:
    """Yield the accounts in pieces, each ending with a line end. Texts of issues are made safe here."""
    paint = paint or Paint()
    for account in accounts:
        yield from (line + "\n" for line in _Page(account, columns, paint).lines())
    yield from (line + "\n" for line in troubles(verdict, columns, paint))


class _Page:
    """The account of one issue."""

    def __init__(self, account: Account, columns: int, paint: Paint) -> None:
        self._reading, self._rulings = account.reading, account.rulings
        self._width, self._paint = columns, paint

    def lines(self) -> Iterator[str]:
        reading = self._reading
        key = safe(reading.key)
        summary = clip(safe(reading.summary or ""), max(self._width - width(key) - 1, 8))
        yield f"{self._paint.link(self._paint.strong(key), reading.url)} {summary}".rstrip()
        if reading.url:
            yield self._paint.faint(clip(reading.url, self._width))
        yield from paragraph(reading.scope, self._width)
        yield ""
        for section, facts in reading.sections.items():
            yield self._paint.strong(TITLES.get(section, section))
            yield from self._section(facts)
            yield ""
            if section == "type":
                yield from self._parents(reading)
        yield from self._rules()

    def _section(self, facts: Sequence[Fact]) -> Iterator[str]:
        unmapped = [fact.name for fact in facts if fact.origin is not None and fact.origin.text == UNMAPPED]
        for fact in facts:
            if fact.name not in unmapped:
                yield from self._fact(fact.name, _word(fact.value), _origin(fact.origin))
        if unmapped:
            yield from self._fact("no field for", ", ".join(unmapped), "")

    def _fact(self, name: str, value: str, origin: str) -> Iterator[str]:
        """Yield name, value and origin, aligned; what does not fit hangs below the value."""
        indent = " " * (_NAMES + 2)
        label = f"  {clip(safe(name), _NAMES - 1)}"
        lines = wrap(value, self._width - len(indent))
        behind = f"({origin})" if origin else ""
        first = label + " " * (len(indent) - width(label))
        if behind and len(lines) == 1 and width(lines[0]) + width(behind) + 1 <= self._width - len(indent):
            yield f"{first}{lines[0]} {self._paint.faint(behind)}"
            return
        yield first + lines[0]
        yield from (indent + line for line in lines[1:])
        for line in wrap(behind, self._width - len(indent)) if behind else ():
            yield indent + self._paint.faint(line)

    def _parents(self, reading: Reading) -> Iterator[str]:
        yield self._paint.strong("Parent")
        if not reading.candidates:
            yield from self._fact("parent", "none", "the issue names none")
        for one in reading.candidates:
            mark = "parent" if one.won else "also named"
            yield from self._fact(mark, f"{safe(one.key)} via {safe(one.via)}", _candidate(one))
        yield from self._fact("order", ", ".join(map(safe, reading.ways)), _origin(reading.parents))
        yield ""

    def _rules(self) -> Iterator[str]:
        by_verdict = {name: [one for one in self._rulings if one.verdict == name] for name in SAID}
        counts = [f"{len(found)} {SAID[name][len(found) != 1]}" for name, found in by_verdict.items() if found]
        first, *more = wrap(", ".join(counts), self._width - 2, used=5)
        yield f"{self._paint.strong('Rules')}: {first}"
        yield from (f"  {line}" for line in more)
        for ruling in by_verdict["finding"]:
            yield from self._ruling(ruling, f"{self._paint.severity(ruling.severity)} ", len(ruling.severity) + 1)
            yield from paragraph(ruling.fix, self._width, "      fix: ", hanging="      ")
        for name, title in (("muted", "Set aside"), ("not_judged", "Not judged"), ("failed", "Failed")):
            yield from self._titled(title, by_verdict[name])
        clean = ", ".join(f"{one.rule} {safe(one.name)}" for one in by_verdict["clean"])
        if clean:
            yield f"  {self._paint.strong('Clean')}"
            yield from paragraph(clean, self._width, "    ")
        yield from self._gathered("Does not apply", by_verdict["does_not_apply"])
        yield from self._gathered("Not run", by_verdict["not_run"])
        yield ""

    def _gathered(self, title: str, rulings: Sequence[Ruling]) -> Iterator[str]:
        """Yield the codes of rules with their reason, those with one reason together."""
        if rulings:
            yield f"  {self._paint.strong(title)}"
        reasons = dict.fromkeys(one.reason for one in rulings)
        for reason in sorted(reasons, key=lambda reason: -sum(one.reason == reason for one in rulings)):
            codes = ", ".join(one.rule for one in rulings if one.reason == reason)
            yield from paragraph(f"{codes}: {reason}", self._width, "    ", hanging="      ")

    def _titled(self, title: str, rulings: Sequence[Ruling]) -> Iterator[str]:
        if rulings:
            yield f"  {self._paint.strong(title)}"
        for ruling in rulings:
            yield from self._ruling(ruling, "  ", 2)

    def _ruling(self, ruling: Ruling, before: str, used: int) -> Iterator[str]:
        reason = ruling.reason
        if ruling.origin is not None and ruling.origin.place is not None and ruling.verdict == "muted":
            reason += f" ({ruling.origin})"
        name = clip(safe(ruling.name), self._width // 3)
        used += width(f"{ruling.rule} {name}: ") + 2
        first, *more = wrap(safe(reason), self._width - 6, used=used - 6)
        yield f"  {before}{self._paint.strong(ruling.rule)} {name}: {first}".rstrip()
        yield from (f"      {line}" for line in more)


def _word(value: object) -> str:
    return NOTHING if value is None else safe(word(value))


def _origin(origin: Origin | None) -> str:
    return safe(str(origin)) if origin is not None and origin != DATA else ""


def _candidate(one: Candidate) -> str:
    return f"{STATES.get(one.state, one.state)}; {one.why}"
