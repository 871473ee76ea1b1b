"""Keep ready answers in memory, each under what decides it: the same question to the same state has the same answer.

Only answers that are the same for every reader are kept. Nothing expires: a changed state has another key, and what is
asked for no more makes room.
"""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from datetime import datetime
from threading import Lock
from weakref import WeakSet

from common.time import utc_now

MAX_SHARE = 16  # of the room, that one answer may take: one sixteenth

Form = Callable[[datetime], str]  # how a time is written

_all: "WeakSet[KeptAnswers]" = WeakSet()


@dataclass(frozen=True, slots=True)
class Answer:
    """The bytes of an answer, in parts. Between them stands the time of the reading, each in one of `forms`."""

    parts: tuple[bytes, ...]
    forms: tuple[Form, ...] = ()

    @classmethod
    def cut(cls, content: bytes, read_at: datetime, *forms: Form) -> "Answer":
        """Return the answer with this content, in which the time `read_at` stands in these forms, in this order."""
        parts = []
        for form in forms:
            before, _, content = content.partition(form(read_at).encode())
            parts.append(before)
        return cls((*parts, content), forms)

    @property
    def size(self) -> int:
        """The number of bytes, without times."""
        return sum(map(len, self.parts))

    def read_again(self) -> bytes:
        """Return the content with the present time as that of the reading."""
        first, *others = self.parts
        if not others:
            return first
        now = utc_now()
        return first + b"".join(form(now).encode() + part for form, part in zip(self.forms, others, strict=True))


class KeptAnswers:
    """The answers that were asked for last, up to `max_bytes` of content. All methods can be called by any thread."""

    def __init__(self, *, max_bytes: int) -> None:
        self._max_bytes = max_bytes
        self._bytes = 0
        self._answers: OrderedDict[Hashable, Answer] = OrderedDict()
        self._lock = Lock()
        _all.add(self)

    def get(self, key: Hashable, build: Callable[[], Answer]) -> Answer:
        """Return the answer under a key; `build` makes it if it is not kept, and its errors are those of the call."""
        with self._lock:
            if (kept := self._answers.get(key)) is not None:
                self._answers.move_to_end(key)
                return kept
        answer = build()
        if answer.size <= self._max_bytes // MAX_SHARE:
            with self._lock:
                self._drop(key)
                self._answers[key] = answer
                self._bytes += answer.size
                while self._bytes > self._max_bytes:
                    self._drop(next(iter(self._answers)))
        return answer

    def clear(self) -> None:
        """Forget all answers."""
        with self._lock:
            self._answers.clear()
            self._bytes = 0

    def _drop(self, key: Hashable) -> None:
        if (dropped := self._answers.pop(key, None)) is not None:
            self._bytes -= dropped.size


def forget_all() -> None:
    """Forget every kept answer of this process, for tests: they undo what they write, and states come again."""
    for kept in _all:
        kept.clear()
