"""What writers of this process pass on to the tailer, which then need not read it from the database."""

import time
from collections.abc import Sequence

from django.conf import settings

from news.log.cursor import Cursor
from news.log.notify import Appended
from news.log.reader import LOG_PAGE_ITEMS
from news.models import Item


class OwnItems:
    """The items that were passed on since the tailer last asked, and whether it must read the log all the same."""

    def __init__(self) -> None:
        self._appended: list[Appended] = []
        self._item_count = 0
        self._must_read = True
        self._read_due_at = 0.0  # monotonic time

    @property
    def seconds_until_read(self) -> float:
        """The seconds until the log must be read, whatever is passed on; negative if that is late."""
        return self._read_due_at - time.monotonic()

    def add(self, appended: Appended) -> None:
        """Take what a writer has committed."""
        self._item_count += len(appended.items)
        if self._item_count > LOG_PAGE_ITEMS:  # no more than a read would bring into memory
            self.require_read()
        else:
            self._appended.append(appended)

    def require_read(self) -> None:
        """Have the next `take` return no items."""
        self._must_read = True

    def take(self, cursor: Cursor) -> Sequence[Item]:
        """Return the items that follow the cursor, without a gap; without any, the log must be read.

        It must also be read for historical items, and for what other processes do without a new seq: a poll interval
        after the last time, and after two even if items come all the time.
        """
        items = [item for appended in self._appended for item in appended.items]
        is_whole = (
            not self._must_read
            and self.seconds_until_read > -settings.STREAM_POLL_SECONDS
            and all(appended.generation == cursor.generation for appended in self._appended)
            and all(item.seq == seq and not item.is_historical for seq, item in enumerate(items, start=cursor.seq + 1))
        )
        self._appended.clear()
        self._item_count, self._must_read = 0, False
        return items if is_whole else ()

    def mark_read(self) -> None:
        """Record that the log was read just now."""
        self._read_due_at = time.monotonic() + settings.STREAM_POLL_SECONDS
