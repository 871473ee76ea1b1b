"""Let batches that wait for the log at the same time commit together, each with a result of its own.

One thread commits for all that wait, in the order in which they came, and the others wait for it. So several posters
share one transaction, and none has to look again at what another was faster to write.
"""

from collections import deque
from collections.abc import Callable, Sequence
from threading import Lock
from typing import Generic, TypeVar

from common.database import is_unavailable

MAX_TOGETHER = 20  # batches, most of which have one item: keeps the lock of the log short

Work = TypeVar("Work")
Result = TypeVar("Result")


class _PendingCommit(Generic[Work, Result]):
    """A batch that waits, then its result or the error."""

    __slots__ = ("error", "results", "work")

    def __init__(self, work: Work) -> None:
        self.work = work
        self.results: list[Result] = []  # one, when it is there
        self.error: BaseException | None = None

    @property
    def is_done(self) -> bool:
        return bool(self.results) or self.error is not None


class GroupCommit(Generic[Work, Result]):
    """Calls `commit` for one batch or several together; it returns one result for each, in order.

    If that fails for several, it is called for each alone, so that the error of one touches no other; unless the
    database is not available.
    """

    def __init__(self, commit: Callable[[Sequence[Work]], Sequence[Result]]) -> None:
        self._commit = commit
        self._lock = Lock()
        self._waiting: deque[_PendingCommit[Work, Result]] = deque()

    @property
    def waiting(self) -> int:
        """The number of batches that no thread commits yet."""
        return len(self._waiting)

    def run(self, work: Work) -> Result:
        """Return the result of a batch. Errors: those of `commit`."""
        batch: _PendingCommit[Work, Result] = _PendingCommit(work)
        self._waiting.append(batch)
        with self._lock:
            while not batch.is_done:
                together = [self._waiting.popleft() for _ in range(min(len(self._waiting), MAX_TOGETHER))]
                self._commit_together(together)
        if batch.error is not None:
            raise batch.error
        return batch.results[0]

    def _commit_together(self, batches: Sequence[_PendingCommit[Work, Result]]) -> None:
        try:
            results = self._commit([batch.work for batch in batches])
        except BaseException as error:  # also one that ends the thread: no other may wait for a result for ever
            if len(batches) > 1 and isinstance(error, Exception) and not is_unavailable(error):
                for batch in batches:
                    self._commit_together([batch])
                return
            for batch in batches:
                batch.error = error
            return
        for batch, result in zip(batches, results, strict=True):
            batch.results.append(result)
