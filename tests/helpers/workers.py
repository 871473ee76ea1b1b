"""Several workers of a server within one process: each with its own view of the memory that they share."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

from streaming.workers.board import Board
from streaming.workers.membership import InheritedDescriptors, Worker


@contextmanager
def joined_workers(count: int) -> Iterator[list[Worker]]:
    """Return so many workers that serve."""
    board = Board.create(count)
    wakers = tuple(os.eventfd(0, os.EFD_NONBLOCK) for _ in range(count))
    workers = [
        Worker(InheritedDescriptors(index, board.descriptor, wakers, -1, (), "a" * 16)) for index in range(count)
    ]
    for worker in workers:
        worker.section.is_serving = True
    try:
        yield workers
    finally:
        for descriptor in (board.descriptor, *wakers):
            os.close(descriptor)
