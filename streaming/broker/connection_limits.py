"""Limit the number of open streams, in all and per client address; playbacks of past ranges also among them.

The limits hold for all workers of a server together.
"""

from collections import Counter

from streaming.workers.board import SharedSlots

NO_SLOT_REASONS = ("process_limit", "address_limit", "playback_limit", "shutting_down")  # why `acquire` rejects


class ProcessLimitReached(Exception):
    """All connection slots of this server are taken, or this process is shutting down."""


class AddressLimitReached(Exception):
    """The client's address holds as many connection slots as one address may."""


class PlaybackLimitReached(Exception):
    """The client's address holds as many slots of playbacks as one address may."""


class ConnectionLimiter:
    """The connection slots of one process, or of all workers of a server.

    playbacks_per_address: number of an address's slots that playbacks may take; all of them by default.
    shared: the slots of this worker and the others; None if this process is the only one.
    """

    def __init__(
        self,
        *,
        limit: int,
        per_address: int,
        playbacks_per_address: int | None = None,
        shared: SharedSlots | None = None,
    ) -> None:
        self.limit = limit
        self.per_address = per_address
        self.playbacks_per_address = per_address if playbacks_per_address is None else playbacks_per_address
        self.open_count = 0  # of this process
        self.rejected: Counter[str] = Counter()  # requests, by reason
        self._open_by_address: Counter[str] = Counter()
        self._playbacks_by_address: Counter[str] = Counter()
        self._shared = shared
        self._is_closed = False

    @property
    def total_count(self) -> int:
        """Number of open streams of all workers."""
        return self.open_count + (self._shared.others_open if self._shared else 0)

    def acquire(self, address: str, *, is_playback: bool = False) -> "ConnectionSlot":
        """Return a slot for a client address.

        Errors: ProcessLimitReached, AddressLimitReached, PlaybackLimitReached.
        """
        slot = self._acquire(address, is_playback=is_playback)
        if isinstance(slot, ConnectionSlot):
            return slot
        reason, error = slot
        self.rejected[reason] += 1
        raise error

    def try_acquire(self, address: str) -> "ConnectionSlot | None":
        """Return a slot for a client address, or None, without counting a rejection, for `acquire` to say why."""
        slot = self._acquire(address, is_playback=False)
        return slot if isinstance(slot, ConnectionSlot) else None

    def close(self) -> None:
        """Grant no more slots."""
        self._is_closed = True

    def release(self, address: str, *, is_playback: bool) -> None:
        """Free one slot of an address. Only ConnectionSlot calls this."""
        self._count(address, -1, is_playback=is_playback)

    def _acquire(self, address: str, *, is_playback: bool) -> "ConnectionSlot | tuple[str, type[Exception]]":
        """Return a slot, or why there is none, as the reason and its error."""
        if self._is_closed:
            return "shutting_down", ProcessLimitReached
        # Counted before it is checked: of two workers that take the last slot at once, at least one sees the other.
        self._count(address, 1, is_playback=is_playback)
        exceeded = self._find_exceeded(address, is_playback=is_playback)
        if exceeded is None:
            return ConnectionSlot(self, address, is_playback=is_playback)
        self._count(address, -1, is_playback=is_playback)
        return exceeded

    def _find_exceeded(self, address: str, *, is_playback: bool) -> tuple[str, type[Exception]] | None:
        """Return the limit that the counted streams exceed, as its reason and error; None if none is exceeded."""
        if self.total_count > self.limit:
            return "process_limit", ProcessLimitReached
        if self._count_of(address) > self.per_address:
            return "address_limit", AddressLimitReached
        if is_playback and self._count_of(address, playbacks=True) > self.playbacks_per_address:
            return "playback_limit", PlaybackLimitReached
        return None

    def _count_of(self, address: str, *, playbacks: bool = False) -> int:
        own = (self._playbacks_by_address if playbacks else self._open_by_address)[address]
        return own + (self._shared.count_others(address, playbacks=playbacks) if self._shared else 0)

    def _count(self, address: str, number: int, *, is_playback: bool) -> None:
        self.open_count += number
        self._open_by_address[address] += number
        self._playbacks_by_address[address] += number * is_playback
        if self._shared is not None:
            self._shared.add(address, number, is_playback=is_playback)
        for counts in (self._open_by_address, self._playbacks_by_address):
            if not counts[address]:
                del counts[address]


class ConnectionSlot:
    """One taken slot. `release` is idempotent: several parts of a stream's end may call it."""

    def __init__(self, limiter: ConnectionLimiter, address: str, *, is_playback: bool) -> None:
        self.address = address
        self._is_playback = is_playback
        self._limiter: ConnectionLimiter | None = limiter

    def release(self) -> None:
        """Give the slot back, once."""
        limiter, self._limiter = self._limiter, None
        if limiter is not None:
            limiter.release(self.address, is_playback=self._is_playback)
