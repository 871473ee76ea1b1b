"""Keep the memory of processes with many threads small."""

import ctypes
from contextlib import suppress

M_MMAP_THRESHOLD, M_ARENA_MAX = -3, -8  # from glibc's malloc.h
LARGE_BLOCK_BYTES = 256 * 1024


def limit_malloc_arenas() -> None:
    """Make all threads share one heap: a heap per thread would keep the memory of that thread's largest task."""
    _set_malloc_option(M_ARENA_MAX, 1)


def return_large_blocks() -> None:
    """Give memory of large blocks back as soon as they are freed: glibc stops doing so after the first of them."""
    _set_malloc_option(M_MMAP_THRESHOLD, LARGE_BLOCK_BYTES)


def _set_malloc_option(option: int, value: int) -> None:
    with suppress(AttributeError):  # a C library other than glibc
        ctypes.CDLL(None).mallopt(option, value)
