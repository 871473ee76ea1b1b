"""Limit how many exports a process sends at once, in all and to one address."""

from collections import Counter
from threading import Lock

from django.conf import settings


class ExportLimit(Exception):
    """No export can be started now. `status` is that of the answer; the text has the cure."""

    def __init__(self, status: int, detail: str) -> None:
        super().__init__(detail)
        self.status = status


class ExportSlot:
    """The right to send one export. Its creation takes it; `release` gives it back, once."""

    def __init__(self, address: str) -> None:
        """Take a slot for an address. Errors: ExportLimit."""
        self._address: str | None = address
        with _lock:
            if _open[address] >= max(1, settings.EXPORTS_AT_ONCE // 2):
                raise ExportLimit(429, "An export to your IP address is running: wait for its end, or close it.")
            if _open.total() >= settings.EXPORTS_AT_ONCE:
                raise ExportLimit(503, "Other exports are running: try again later.")
            _open[address] += 1

    def release(self) -> None:
        """Give the slot back."""
        with _lock:
            address, self._address = self._address, None
            if address is not None:
                _open[address] -= 1
                if not _open[address]:
                    del _open[address]


def count_open() -> int:
    """Return the number of exports that are sent now."""
    return _open.total()


_lock = Lock()
_open: Counter[str] = Counter()  # exports by address
