"""Whether a search is here whole: what its pages say of its size, held against the issues they brought."""

from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

from flowlint.sources.documents import Page


def bounds_of(pages: Sequence[Page], labels: Sequence[str]) -> tuple[tuple[str, ...], frozenset[int]]:
    """Return a sentence for each search of which pages are missing, and the files that it concerns.

    The pages of one search lie in one folder. They tell the same total, or there is only one first page.
    """
    sentences: list[str] = []
    restricted: set[int] = set()
    by_folder: dict[str, list[Page]] = defaultdict(list)
    for page in pages:
        if page.capped:
            sentences.append(f"{labels[page.file]}: exactly {page.issues:,} issues: Jira cuts CSV exports there")
            restricted.add(page.file)
            continue
        by_folder[str(Path(labels[page.file]).parent)].append(page)
    for folder, found in sorted(by_folder.items()):
        for search in _searches(found):
            sentence = _sentence(search)
            if sentence:
                names = sorted({labels[page.file] for page in search})
                where = names[0] if len(names) == 1 else f"{len(names)} files in {folder}"
                sentences.append(f"{where}: {sentence}")
                restricted.update(page.file for page in search)
    return tuple(sentences), frozenset(restricted)


def _searches(pages: Sequence[Page]) -> list[list[Page]]:
    if sum(1 for page in pages if not page.start) <= 1:
        return [list(pages)]
    by_total: dict[int | None, list[Page]] = defaultdict(list)
    for page in pages:
        by_total[page.total].append(page)
    return [by_total[total] for total in sorted(by_total, key=lambda total: (total is None, total or 0))]


def _sentence(search: Sequence[Page]) -> str | None:
    totals = [page.total for page in search if page.total is not None]
    here = sum(page.issues for page in search)
    if totals and here < max(totals):
        return f"the search found {max(totals):,} issues, {here:,} of them are here"
    open_ended = any(page.last is False for page in search) and not any(page.last for page in search)
    if not totals and open_ended and not any(page.last is None for page in search):
        return f"the last page of the search is not here; {here:,} issues are"
    return None
