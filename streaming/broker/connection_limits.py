"""Limit the number of open streams, in all and per client address; playbacks of past stretches also among them."""

from collections import Counter

NO_SLOT_REASONS = ("process_limit", "address_limit", "playback_limit", "shutting_down")  # why `acquire` rejects


class ProcessLimitReached(Exception):
    """All connection slots of this process are taken, or it is shutting down."""


class AddressLimitReached(Exception):
    """The client's address holds as many connection slots as one address may."""


class PlaybackLimitReached(Exception):
    """The client's address holds as many slots of playbacks as one address may."""


class ConnectionLimiter:
    """The connection slots of one process.

    playbacks_per_address: number of an address's slots that playbacks may take; all of them by default.
    """

    def __init__(self, *, limit: int, per_address: int, playbacks_per_address: int | None = None) -> None:
        self.limit = limit
        self.per_address = per_address
        self.playbacks_per_address = per_address if playbacks_per_address is None else playbacks_per_address
        self.open_count = 0
        self.rejected: Counter[str] = Counter()  # requests, by reason
        self._open_by_address: Counter[str] = Counter()
        self._playbacks_by_address: Counter[str] = Counter()
        self._is_closed = False

    def acquire(self, address: str, *, is_playback: bool = False) -> "ConnectionSlot":
        """Return a slot for a client address.

        Errors: ProcessLimitReached, AddressLimitReached, PlaybackLimitReached.
        """
        if self._is_closed or self.open_count >= self.limit:
            self.rejected["shutting_down" if self._is_closed else "process_limit"] += 1
            raise ProcessLimitReached
        if self._open_by_address[address] >= self.per_address:
            self.rejected["address_limit"] += 1
            raise AddressLimitReached
        if is_playback and self._playbacks_by_address[address] >= self.playbacks_per_address:
            self.rejected["playback_limit"] += 1
            raise PlaybackLimitReached
        self.open_count += 1
        self._open_by_address[address] += 1
        self._playbacks_by_address[address] += is_playback
        return ConnectionSlot(self, address, is_playback=is_playback)

    def close(self) -> None:
        """Grant no more slots."""
        self._is_closed = True

    def release(self, address: str, *, is_playback: bool) -> None:
        """Free one slot of an address. Only ConnectionSlot calls this."""
        self.open_count -= 1
        self._open_by_address[address] -= 1
        self._playbacks_by_address[address] -= is_playback
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
