"""docs/precision.md: how often a finding on real data was right, from benchmarks/precision/<CODE>.ndjson.

One judgement per line: ``{"rule": "H103", "source": "eucalyptus", "key": "EUCA-1", "verdict": "right", "reason": "…"}``.
``verdict`` is right (a team would change something), wrong (it would not) or unsure (the data does not tell). No line
holds text of the data beyond the key of the finding's subject.
"""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

from pages.markdown import code, line, page, table

Word = Literal["right", "wrong", "unsure"]
KEYS = {"rule", "source", "key", "verdict", "reason"}
MOST = 20
"""Judgements of one rule, at most; more would hardly change the share and nobody reads them with care."""

INTRODUCTION = """\
A rule is worth its findings. For each rule up to twenty findings on real, pseudonymised exports were read by hand, \
without a mapping file unless the reason names one, each with the question: would the team change something here? `right`: it would. \
`wrong`: it would not. `unsure`: the data does not tell. The share leaves the unsure out.

The judgements stand in `benchmarks/precision/`, one per line with its reason."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """One finding that was read: where it stood, what it was, and why."""

    rule: str
    source: str
    key: str
    verdict: Word
    reason: str


def pages(root: Path, names: dict[str, str]) -> dict[str, str]:
    """Return the page by its path under docs/; ``names`` are the rules' names by code."""
    read = {path.stem: load(path) for path in sorted((root / "benchmarks" / "precision").glob("*.ndjson"))}
    unknown = sorted(set(read) - set(names))
    if unknown:
        message = f"benchmarks/precision: no rule has the code {', '.join(unknown)}"
        raise ValueError(message)
    unread = ", ".join(code(rule) for rule in names if rule not in read)
    rest = f"Rules without findings to read on that data: {unread}." if unread else ""
    text = page(
        "Precision", "benchmarks/precision/", INTRODUCTION, _overview(read, names), rest, *_reasons(read, names)
    )
    return {"precision.md": text}


def load(path: Path) -> tuple[Judgement, ...]:
    """Read one file of judgements; raises ValueError naming file and line on anything else."""
    judgements = []
    for number, text in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        if not text.strip():
            continue
        fault = None
        try:
            entry = json.loads(text)
        except ValueError as error:
            fault = str(error)
        else:
            fault = _fault(entry, path.stem)
        if fault:
            message = f"{path}:{number}: {fault}"
            raise ValueError(message)
        judgements.append(Judgement(**entry))
    if not 0 < len(judgements) <= MOST:
        message = f"{path}: holds {len(judgements)} judgements; expected 1 to {MOST}"
        raise ValueError(message)
    return tuple(judgements)


def _fault(entry: object, rule: str) -> str | None:
    if not isinstance(entry, dict) or set(entry) != KEYS:
        return f"expected an object with the keys {', '.join(sorted(KEYS))}"
    if not all(isinstance(value, str) and value.strip() for value in entry.values()):
        return "every value is a text that is not empty"
    if entry["rule"] != rule:
        return f"speaks of {entry['rule']} in the file of {rule}"
    if entry["verdict"] not in get_args(Word):
        return f"verdict is {' , '.join(get_args(Word))}, not {entry['verdict']!r}"
    return None


def _overview(read: dict[str, tuple[Judgement, ...]], names: dict[str, str]) -> str:
    if not read:
        return "No findings have been read yet."
    rows = []
    for rule, judgements in read.items():
        count = Counter(judgement.verdict for judgement in judgements)
        decided = count["right"] + count["wrong"]
        share = f"{100 * count['right'] / decided:.0f} %" if decided else "-"
        sources = ", ".join(line(source) for source in sorted({judgement.source for judgement in judgements}))
        numbers = [str(len(judgements)), str(count["right"]), str(count["wrong"]), str(count["unsure"])]
        rows.append([f"[{rule}](rules/{rule}.md)", code(names[rule]), *numbers, share, sources])
    return table(["Rule", "Name", "Read", "Right", "Wrong", "Unsure", "Share right", "Exports"], rows)


def _reasons(read: dict[str, tuple[Judgement, ...]], names: dict[str, str]) -> list[str]:
    parts = []
    for rule, judgements in read.items():
        doubtful = [judgement for judgement in judgements if judgement.verdict != "right"]
        if doubtful:
            parts.append(f"## {rule} {names[rule]}\n\n{_list(doubtful)}")
    return ["What was wrong or unsure, and why:", *parts] if parts else []


def _list(judgements: Sequence[Judgement]) -> str:
    count = Counter((judgement.verdict, judgement.reason) for judgement in judgements)
    return "\n".join(
        f"- {verdict}, {number} ×: {line(reason)}"  # noqa: RUF001
        for (verdict, reason), number in sorted(count.items(), key=lambda entry: (-entry[1], entry[0]))
    )
