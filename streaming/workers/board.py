"""Memory that workers share: how many streams each has, from which addresses, its statistics, and that it runs.

A worker writes to its own section only. So nothing needs a lock, and of a worker that was killed its supervisor erases
the section, whatever it was doing.
"""

import json
import mmap
import os
import struct
import time
from array import array
from collections.abc import Iterator
from functools import lru_cache
from hashlib import blake2b
from typing import Any
from zlib import crc32

HEAD_BYTES = 4096
ROWS, CELLS = 2, 1 << 16  # counts by address: see `AddressCounts`
KINDS = 2  # streams, and playbacks among them
COUNTS_BYTES = KINDS * ROWS * CELLS * 4
STATS_BYTES = 1 << 18
SECTION_BYTES = HEAD_BYTES + COUNTS_BYTES + STATS_BYTES
SEED_BYTES = 16
HEAD = struct.Struct(f"d{SEED_BYTES}s")  # of the board: when it was made, and the seed of its hashes
STATS_HEAD = struct.Struct("II")  # bytes, checksum
IS_SERVING, OPEN_COUNT, STATS_AT, BEATS = 0, 4, 8, 16  # offsets in the head of a section
STATS_READS = 10  # tries while a worker is writing

Cells = tuple[int, ...]  # offsets in a section


class Board:
    """The shared memory. It ends with the last process that has its descriptor open."""

    def __init__(self, descriptor: int) -> None:
        """Open the board that `create` has made."""
        self.descriptor = descriptor
        self._memory = mmap.mmap(descriptor, os.fstat(descriptor).st_size)
        self.started_at, self.seed = HEAD.unpack_from(self._memory)  # monotonic seconds, which all processes share
        self.workers = (len(self._memory) - HEAD_BYTES) // SECTION_BYTES - 1

    @classmethod
    def create(cls, workers: int) -> "Board":
        """Return a new board for so many workers, with a section more for what is kept of workers that have ended."""
        descriptor = os.memfd_create("workers")
        os.truncate(descriptor, HEAD_BYTES + (workers + 1) * SECTION_BYTES)
        os.pwrite(descriptor, HEAD.pack(time.monotonic(), os.urandom(SEED_BYTES)), 0)
        return cls(descriptor)

    def section(self, index: int) -> "Section":
        """Return the section of a worker, or that of workers that have ended: the last."""
        return Section(self._memory, HEAD_BYTES + index * SECTION_BYTES)

    @property
    def ended(self) -> "Section":
        """What is kept of workers that have ended."""
        return self.section(self.workers)


class Section:
    """What one worker shows to the others."""

    def __init__(self, memory: mmap.mmap, start: int) -> None:
        self._bytes = memoryview(memory)[start : start + SECTION_BYTES]
        self._numbers = self._bytes.cast("I")  # unlike struct.pack_into, it writes a number in one piece

    @property
    def is_serving(self) -> bool:
        """Whether the worker has started and not ended."""
        return bool(self._numbers[IS_SERVING // 4])

    @is_serving.setter
    def is_serving(self, value: bool) -> None:
        self._numbers[IS_SERVING // 4] = value

    @property
    def open_count(self) -> int:
        """Number of open streams."""
        return self._numbers[OPEN_COUNT // 4]

    @open_count.setter
    def open_count(self, value: int) -> None:
        self._numbers[OPEN_COUNT // 4] = value

    @property
    def beats(self) -> int:
        """How many seconds the event loop of the worker has run, as it counts them itself; 0 until it runs."""
        return self._numbers[BEATS // 4]

    def beat(self) -> None:
        """Count a second more; for the event loop of the worker."""
        self._numbers[BEATS // 4] += 1

    def add_to_cells(self, cells: Cells, number: int) -> None:
        """Add to the counts of an address."""
        for cell in cells:
            self._numbers[cell] += number

    def get_cells(self, cells: Cells) -> Iterator[int]:
        """Yield the counts of an address."""
        return (self._numbers[cell] for cell in cells)

    def write_stats(self, stats: dict[str, Any]) -> None:
        """Replace the statistics. Errors: ValueError if they are longer than STATS_BYTES."""
        encoded = json.dumps(stats, separators=(",", ":")).encode()
        if len(encoded) > STATS_BYTES:
            raise ValueError(f"{len(encoded)} bytes of statistics: a section has room for {STATS_BYTES}.")
        start = HEAD_BYTES + COUNTS_BYTES
        self._bytes[start : start + len(encoded)] = encoded
        STATS_HEAD.pack_into(self._bytes, STATS_AT, len(encoded), crc32(encoded))

    def load_stats(self) -> dict[str, Any]:
        """Return the statistics as last written; empty if there are none, or the worker was killed as it wrote them."""
        start = HEAD_BYTES + COUNTS_BYTES
        for _ in range(STATS_READS):
            size, checksum = STATS_HEAD.unpack_from(self._bytes, STATS_AT)
            encoded = bytes(self._bytes[start : start + min(size, STATS_BYTES)])
            if encoded and crc32(encoded) == checksum:
                stats: dict[str, Any] = json.loads(encoded)
                return stats
        return {}

    def erase(self) -> None:
        """Forget everything; for a worker that has ended."""
        self._bytes[:] = bytes(SECTION_BYTES)


class SharedSlots:
    """The slots of all workers, as one of them sees them.

    Counts by address are a count-min sketch (Cormode and Muthukrishnan, "An improved data stream summary", 2005): an
    address counts in one cell of each row, and the smallest of its cells is its count. So the count is never too low;
    it is too high only if other addresses share all of its cells.
    """

    def __init__(self, board: Board, index: int) -> None:
        self._own = board.section(index)
        self._others = [board.section(other) for other in range(board.workers) if other != index]
        self._find_cells = lru_cache(maxsize=1024)(lambda address: _hash(address, board.seed))

    @property
    def others_open(self) -> int:
        """Number of open streams of the other workers."""
        return sum(section.open_count for section in self._others)

    def add(self, address: str, number: int, *, is_playback: bool) -> None:
        """Add to the open streams of this worker."""
        self._own.open_count += number
        streams, playbacks = self._find_cells(address)
        self._own.add_to_cells(streams, number)
        if is_playback:
            self._own.add_to_cells(playbacks, number)

    def count_others(self, address: str, *, playbacks: bool = False) -> int:
        """Return how many streams, or playbacks, of an address the other workers have open."""
        cells = self._find_cells(address)[playbacks]
        return min(map(sum, zip(*(section.get_cells(cells) for section in self._others), strict=True)), default=0)


def _hash(address: str, seed: bytes) -> tuple[Cells, Cells]:
    """Return the cells of an address: for its streams and for its playbacks."""
    digest = blake2b(
        address.encode(), key=seed, digest_size=4 * ROWS
    ).digest()  # keyed: no client can choose collisions
    cells = [HEAD_BYTES // 4 + row * CELLS + value % CELLS for row, value in enumerate(array("I", digest))]
    return tuple(cells), tuple(cell + ROWS * CELLS for cell in cells)
