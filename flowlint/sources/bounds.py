"""Whether a search is here whole: what its pages say of its size, held against the issues they brought."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from flowlint.errors import Fault, Place
from flowlint.sources.mend import shown


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a search: what it says of the whole, and how many issues it held."""

    file: int
    issues: int
    total: int | None = None
    start: int | None = None
    last: bool | None = None
    """False: the search has further pages; None: the page does not say."""
    token: str | None = None
    """What the next page is asked for with."""
    warnings: tuple[str, ...] = ()
    """What Jira left out of the search, a project that one may not read, say."""
    unreadable: int = 0
    """How many issues were asked for by key that one may not read, or that are not there."""
    line: int | None = None
    capped: bool = False
    """A file with exactly as many issues as Jira puts into one."""


def page_of(file: int, issues: int, shell: Mapping[str, object], line: int | None = None) -> Page:
    """Return the page that says ``shell`` beside its list of ``issues`` records."""
    token = shell.get("nextPageToken")
    last = shell.get("isLast")
    warnings = shell.get("warningMessages")
    errors = shell.get("issueErrors")
    return Page(
        file,
        issues,
        _number(shell.get("total")),
        _number(shell.get("startAt")),
        False if token else last if isinstance(last, bool) else None,
        token if isinstance(token, str) and token else None,
        tuple(shown(text, 200) for text in warnings if isinstance(text, str)) if isinstance(warnings, list) else (),
        len(errors) if isinstance(errors, list) else 0,
        line,
    )


def _number(value: object) -> int | None:
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 19:
        return int(value)
    if isinstance(value, (int, float)) and not isinstance(value, bool) and 0 <= value < 1 << 62:
        return int(value)
    return None


def bounds_of(pages: Sequence[Page], labels: Sequence[str]) -> tuple[tuple[str, ...], frozenset[int]]:
    """Return a sentence for each search of which pages are missing, and the files that it concerns.

    The pages of one search lie in one folder. They tell the same total, or there is only one first page.
    """
    sentences: list[str] = []
    restricted: set[int] = set()
    for page in pages:
        if page.capped:
            sentences.append(f"{labels[page.file]}: exactly {page.issues:,} issues: Jira cuts CSV exports there")
            restricted.add(page.file)
    for folder, found in sorted(_by_folder([page for page in pages if not page.capped], labels).items()):
        for search in _searches(found):
            told = _sentences(search)
            if told:
                names = sorted({labels[page.file] for page in search})
                where = names[0] if len(names) == 1 else f"{len(names)} files in {folder}"
                sentences.extend(f"{where}: {sentence}" for sentence in told)
                restricted.update(page.file for page in search)
    return tuple(sentences), frozenset(restricted)


def circles_of(pages: Sequence[Page], labels: Sequence[str]) -> list[tuple[Page, Fault]]:
    """Return the pages that lead where another one of their folder led, each with its fault.

    Where each of them has an end of its own, the same search was only saved twice.
    """
    faults: list[tuple[Page, Fault]] = []
    for found in _by_folder(pages, labels).values():
        by_token: dict[str, list[Page]] = defaultdict(list)
        for page in sorted(found, key=lambda page: (labels[page.file], page.line or 0)):
            if page.token is not None:
                by_token[page.token].append(page)
        ends = sum(1 for page in found if page.token is None)
        for first, *others in by_token.values():
            if len(others) >= ends:
                faults.extend((page, _circle(page, first, labels)) for page in others)
    return faults


def _circle(page: Page, first: Page, labels: Sequence[str]) -> Fault:
    return Fault(
        Place(labels[page.file], page.line or 1),
        f"this page has the same nextPageToken as {labels[first.file]}, line {first.line or 1}: "
        "it was saved twice, or the search went round in circles and its end is missing",
        "Export again, each page with the token of the page before it.",
    )


def _by_folder(pages: Sequence[Page], labels: Sequence[str]) -> dict[str, list[Page]]:
    by_folder: dict[str, list[Page]] = defaultdict(list)
    for page in pages:
        by_folder[str(Path(labels[page.file]).parent)].append(page)
    return by_folder


def _searches(pages: Sequence[Page]) -> list[list[Page]]:
    if sum(1 for page in pages if not page.start) <= 1:
        return [list(pages)]
    by_total: dict[int | None, list[Page]] = defaultdict(list)
    for page in pages:
        by_total[page.total].append(page)
    return [by_total[total] for total in sorted(by_total, key=lambda total: (total is None, total or 0))]


def _sentences(search: Sequence[Page]) -> list[str]:
    told = [sentence for sentence in (_missing(search), _unreadable(search)) if sentence]
    warnings = dict.fromkeys(warning for page in search for warning in page.warnings)
    return [*told, *(f"Jira warned: {warning}" for warning in warnings)]


def _missing(search: Sequence[Page]) -> str | None:
    totals = [page.total for page in search if page.total is not None]
    here = sum(page.issues for page in search)
    if totals and here < max(totals):
        return f"the search found {max(totals):,} issues, {here:,} of them are here"
    open_ended = any(page.last is False for page in search) and not any(page.last for page in search)
    if not totals and open_ended and not any(page.last is None for page in search):
        return f"the last page of the search is not here; {here:,} issues are"
    return None


def _unreadable(search: Sequence[Page]) -> str | None:
    count = sum(page.unreadable for page in search)
    if not count:
        return None
    issues = "1 issue was" if count == 1 else f"{count:,} issues were"
    return f"{issues} asked for that the exporting account may not read, or that are not there"
