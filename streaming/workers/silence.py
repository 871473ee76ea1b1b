"""Notice that a worker hangs: its event loop counts seconds in the shared memory, unless something blocks it."""

from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

LOOK_SECONDS = 1.0  # between two looks, and between two beats of a worker
STARTING_SECONDS = 120.0  # for a worker that has not beaten yet: on a busy machine its imports can take a minute


class Silence:
    """How long a worker has been silent.

    It is counted in looks of the supervisor, not by a clock: while the machine sleeps or leaves no time to the
    supervisor, it does not look, so a worker that was given no time either does not count as one that hangs.
    """

    def __init__(self, limit_seconds: float, *, look_seconds: float = LOOK_SECONDS) -> None:
        self._limit_seconds = limit_seconds
        self._look_seconds = look_seconds
        self._beats = 0
        self._looks = 0

    @property
    def seconds(self) -> float:
        """The time without a beat."""
        return self._looks * self._look_seconds

    @property
    def is_too_long(self) -> bool:
        """Whether the worker hangs."""
        return self.seconds >= (self._limit_seconds if self._beats else max(self._limit_seconds, STARTING_SECONDS))

    def look(self, beats: int) -> None:
        """Note how often the worker has beaten by now; to be called once for each `look_seconds`."""
        self._looks = 0 if beats != self._beats else self._looks + 1
        self._beats = beats

    def clear(self) -> None:
        """Begin to count again."""
        self._looks = 0


@dataclass(frozen=True, slots=True)
class ProcessState:
    """What a process does, in the kernel's words such as "T (stopped)", and the id of its debugger; 0 for none."""

    name: str
    debugger: int


def get_state(pid: int) -> ProcessState:
    """Return the state of a process; an unknown one if it has ended."""
    fields = {"State": "unknown", "TracerPid": "0"}
    with suppress(OSError):
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
        fields |= dict(line.split(":\t", 1) for line in lines if ":\t" in line)
    return ProcessState(fields["State"], int(fields["TracerPid"]))
