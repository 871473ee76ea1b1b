"""Count open streams: so many in all, so many for one address. A lease is given back exactly once."""

from collections import Counter


class HouseFull(Exception):
    """No slot is left in this process."""


class AddressFull(Exception):
    """This address holds as many slots as one may."""


class Slots:
    """The slots of one process."""

    def __init__(self, *, limit: int, per_address: int) -> None:
        self.limit = limit
        self.per_address = per_address
        self.taken = 0  # streams open
        self.refused: Counter[str] = Counter()  # requests for one, by reason
        self._taken: Counter[str] = Counter()  # by address
        self._is_closed = False

    def take(self, address: str) -> "Lease":
        """Take a slot for an address.

        Errors: HouseFull, AddressFull.
        """
        if self._is_closed or self.taken >= self.limit:
            self.refused["draining" if self._is_closed else "house_full"] += 1
            raise HouseFull
        if self._taken[address] >= self.per_address:
            self.refused["address_full"] += 1
            raise AddressFull
        self.taken += 1
        self._taken[address] += 1
        return Lease(self, address)

    def close(self) -> None:
        """Give out no more slots."""
        self._is_closed = True

    def give_back(self, address: str) -> None:
        """Free one slot of an address; only a lease calls this."""
        self.taken -= 1
        self._taken[address] -= 1
        if not self._taken[address]:
            del self._taken[address]


class Lease:
    """The right to one slot. Whoever ends the stream first releases it; releasing again does nothing."""

    def __init__(self, slots: Slots, address: str) -> None:
        self.address = address
        self._slots: Slots | None = slots

    def release(self) -> None:
        """Give the slot back, once."""
        slots, self._slots = self._slots, None
        if slots is not None:
            slots.give_back(self.address)
