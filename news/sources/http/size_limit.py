"""Limit the size of documents, each and together: many small ones may be in memory at once, and one large one."""

import threading
from typing import Self

from news.sources.http.deadline import Deadline
from news.sources.http.decompress import TooLargeError

SMALL_BYTES = 1_000_000  # before and after decompression; up to POLLS_AT_ONCE of them are in memory
MAX_BYTES = 10_000_000

_large_document = threading.Lock()


class SizeLimit:
    """The number of bytes that one document may have. As a context, it ends when the document is no longer needed."""

    def __init__(self) -> None:
        self.max_bytes = SMALL_BYTES

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        if self.max_bytes == MAX_BYTES:
            self.max_bytes = SMALL_BYTES
            _large_document.release()

    def extend(self, deadline: Deadline) -> None:
        """Allow MAX_BYTES, once no other document is that large.

        Errors: TooLargeError if it is allowed already, DeadlineExceeded.
        """
        if self.max_bytes == MAX_BYTES:
            raise TooLargeError
        while not _large_document.acquire(timeout=max(0.0, deadline.remaining_seconds)):
            deadline.check()
        self.max_bytes = MAX_BYTES
