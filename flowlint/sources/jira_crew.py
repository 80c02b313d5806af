"""Workers that read issues side by side and spool what they get; what waits for them is bounded, as memory is."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from types import TracebackType
from typing import Self, TypeVar

Given = TypeVar("Given")
Got = TypeVar("Got")
AHEAD = 2
"""Tasks for each worker that may stand ready or wait to be taken away."""


class Crew:
    """A number of threads for as long as it is entered."""

    def __init__(self, workers: int) -> None:
        self._workers = workers
        self._pool = ThreadPoolExecutor(workers, thread_name_prefix="pull")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._pool.shutdown(wait=True, cancel_futures=True)

    def each(self, work: Callable[[Given], Got], tasks: Iterable[Given]) -> Iterator[Got]:
        """Yield what ``work`` makes of each task, in whatever order; raises what any of them raises.

        Tasks are taken from their source only as fast as workers finish, and on the caller's thread.
        """
        pending: set[Future[Got]] = set()
        try:
            for task in tasks:
                pending.add(self._pool.submit(work, task))
                if len(pending) >= self._workers * AHEAD:
                    yield from self._done(pending)
            while pending:
                yield from self._done(pending)
        finally:
            for future in pending:
                future.cancel()

    @staticmethod
    def _done(pending: set[Future[Got]]) -> Iterator[Got]:
        done, _ = wait(pending, return_when=FIRST_COMPLETED)
        for future in done:
            pending.discard(future)
            yield future.result()


def batches(items: Sequence[Given], size: int) -> Iterator[Sequence[Given]]:
    """Yield the items, ``size`` at a time."""
    for first in range(0, len(items), size):
        yield items[first : first + size]
