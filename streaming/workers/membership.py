"""`WORKER`: this process as a worker of `serve --workers`; None in any other."""

import json
import os
from collections.abc import Iterator, MutableMapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from functools import cached_property
from uuid import uuid4

from streaming.workers.board import Board, Section, SharedSlots

VARIABLE = "SENTIMENT_WORKER"
SERVER_NAME_CHARACTERS = 16
# A worker with more streams than another by so many and this share leaves a new client to that one.
AHEAD_STREAMS, AHEAD_SHARE = 4, 0.1


@dataclass(frozen=True)
class InheritedDescriptors:
    """The number of a worker, from 0, and the descriptors that all workers of a server inherit."""

    index: int
    board: int
    wakers: tuple[int, ...]  # an eventfd(2) of each worker
    lifeline: int  # a pipe that ends with the supervisor
    listeners: tuple[int, ...]
    server_name: str = ""  # begins the names of all processes of the server

    def encode(self) -> str:
        """Return the text for the environment variable."""
        return json.dumps(asdict(self))

    @property
    def descriptors(self) -> tuple[int, ...]:
        """All that the process must inherit."""
        return (self.board, *self.wakers, self.lifeline, *self.listeners)


class Worker:
    """This process as one of several workers."""

    def __init__(self, inherited: InheritedDescriptors) -> None:
        self.index = inherited.index
        self.lifeline = inherited.lifeline
        self.listeners = inherited.listeners
        self.process_name = inherited.server_name + uuid4().hex[SERVER_NAME_CHARACTERS:]
        self.board = Board(inherited.board)
        self.section = self.board.section(self.index)
        self.slots = SharedSlots(self.board, self.index)
        self.waker = inherited.wakers[self.index]
        self._other_wakers = [waker for index, waker in enumerate(inherited.wakers) if index != self.index]

    @cached_property
    def others(self) -> dict[int, Section]:
        """The sections of the other workers by index."""
        return {index: self.board.section(index) for index in range(self.board.workers) if index != self.index}

    @property
    def serving_others(self) -> Iterator[Section]:
        """The sections of the other workers that serve at the moment."""
        return (section for section in self.others.values() if section.is_serving)

    @property
    def is_ahead(self) -> bool:
        """Whether this worker has clearly more streams than another."""
        least = min((section.open_count for section in self.serving_others), default=self.section.open_count)
        return self.section.open_count > least * (1 + AHEAD_SHARE) + AHEAD_STREAMS

    def wake_others(self) -> None:
        """Have the other workers read the log now. Any thread may call it."""
        for waker in self._other_wakers:
            with suppress(BlockingIOError):  # it was called 2**64 times while the other slept
                os.eventfd_write(waker, 1)


def take_worker(environment: MutableMapping[str, str]) -> Worker | None:
    """Return the worker that this process is, and remove the variable, so that what it starts is no worker."""
    encoded = environment.pop(VARIABLE, "")
    return Worker(InheritedDescriptors(**json.loads(encoded))) if encoded else None


WORKER = take_worker(os.environ)
