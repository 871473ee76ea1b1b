"""Keep ready answers in memory, each under what decides it: the same question to the same state has the same answer.

Only answers that are the same for every reader are kept. Nothing expires: a changed state has another key, and the
least recently used answers are dropped.
"""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from datetime import datetime
from threading import Lock
from typing import Any, Generic, Protocol, TypeVar
from weakref import WeakSet

from common.time import utc_now

MAX_SHARE = 1 / 16  # of `max_bytes`, for one value
MAX_VALUES = 4096  # their keys take memory, too

Form = Callable[[datetime], str]  # how a time is written, with what stands around it

_all: "WeakSet[BoundedCache[Any]]" = WeakSet()


@dataclass(frozen=True, slots=True)
class Answer:
    """The bytes of an answer, in parts. Between them stands the time of the reading, each in one of `forms`."""

    parts: tuple[bytes, ...]
    forms: tuple[Form, ...] = ()

    @classmethod
    def cut(cls, content: bytes, read_at: datetime, *forms: Form) -> "Answer":
        """Return the answer with this content, in which the time `read_at` stands in these forms, in this order.

        A form has so much of what stands around the time that it is found nowhere else. Errors: ValueError without it.
        """
        parts = []
        for form in forms:
            before, match, content = content.partition(form(read_at).encode())
            if not match:
                raise ValueError(f"{form(read_at)!r}: is not in the answer; write the time as the answer does.")
            parts.append(before)
        return cls((*parts, content), forms)

    @property
    def size(self) -> int:
        """The number of bytes, without times."""
        return sum(map(len, self.parts))

    def with_time_now(self) -> bytes:
        """Return the content with the present time as that of the reading."""
        first, *others = self.parts
        if not others:
            return first
        now = utc_now()
        return first + b"".join(form(now).encode() + part for form, part in zip(self.forms, others, strict=True))


class HasSize(Protocol):
    """What knows how much memory it takes."""

    @property
    def size(self) -> int:
        """The number of bytes."""


T = TypeVar("T", bound=HasSize)


class BoundedCache(Generic[T]):
    """The most recently used values, up to `max_bytes` of content. All methods can be called by any thread."""

    def __init__(self, *, max_bytes: int) -> None:
        self._max_bytes = max_bytes
        self._bytes = 0
        self._values: OrderedDict[Hashable, T] = OrderedDict()
        self._lock = Lock()
        _all.add(self)

    def get(self, key: Hashable, build: Callable[[], T]) -> T:
        """Return what is kept under a key, or else what `build` makes, and keep that. Errors: those of `build`."""
        value = self.find(key)
        if value is None:
            value = build()
            self.keep(key, value)
        return value

    def find(self, key: Hashable) -> T | None:
        """Return what is kept under a key."""
        with self._lock:
            value = self._values.get(key)
            if value is not None:
                self._values.move_to_end(key)
            return value

    def keep(self, key: Hashable, value: T) -> None:
        """Keep a value, unless it is larger than MAX_SHARE of the cache; the least recently used are dropped for it."""
        if value.size > self._max_bytes * MAX_SHARE:
            return
        with self._lock:
            self._drop(key)
            self._values[key] = value
            self._bytes += value.size
            while self._bytes > self._max_bytes or len(self._values) > MAX_VALUES:
                self._drop(next(iter(self._values)))

    def clear(self) -> None:
        """Remove all."""
        with self._lock:
            self._values.clear()
            self._bytes = 0

    def _drop(self, key: Hashable) -> None:
        if (dropped := self._values.pop(key, None)) is not None:
            self._bytes -= dropped.size


def clear_all() -> None:
    """Remove all that is kept in this process: no request gets a withdrawn text, but it would stay in memory.

    Also for tests, which undo what they write, so that states come again.
    """
    for kept in [*_all]:
        kept.clear()
