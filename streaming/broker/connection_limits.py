"""Count open streams: so many in all, so many for one address. A lease is given back exactly once."""

from collections import Counter


class ProcessLimitReached(Exception):
    """No slot is left in this process."""


class AddressLimitReached(Exception):
    """This address holds as many slots as one may."""


class ConnectionLimiter:
    """The slots of one process."""

    def __init__(self, *, limit: int, per_address: int) -> None:
        self.limit = limit
        self.per_address = per_address
        self.open_count = 0  # streams open
        self.refused: Counter[str] = Counter()  # requests for one, by reason
        self._open_by_address: Counter[str] = Counter()  # by address
        self._is_closed = False

    def acquire(self, address: str) -> "ConnectionSlot":
        """Take a slot for an address.

        Errors: HouseFull, AddressFull.
        """
        if self._is_closed or self.open_count >= self.limit:
            self.refused["draining" if self._is_closed else "house_full"] += 1
            raise ProcessLimitReached
        if self._open_by_address[address] >= self.per_address:
            self.refused["address_full"] += 1
            raise AddressLimitReached
        self.open_count += 1
        self._open_by_address[address] += 1
        return ConnectionSlot(self, address)

    def close(self) -> None:
        """Give out no more slots."""
        self._is_closed = True

    def release(self, address: str) -> None:
        """Free one slot of an address; only a lease calls this."""
        self.open_count -= 1
        self._open_by_address[address] -= 1
        if not self._open_by_address[address]:
            del self._open_by_address[address]


class ConnectionSlot:
    """The right to one slot. Whoever ends the stream first releases it; releasing again does nothing."""

    def __init__(self, slots: ConnectionLimiter, address: str) -> None:
        self.address = address
        self._limiter: ConnectionLimiter | None = slots

    def release(self) -> None:
        """Give the slot back, once."""
        slots, self._limiter = self._limiter, None
        if slots is not None:
            slots.release(self.address)
