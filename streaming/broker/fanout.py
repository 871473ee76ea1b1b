"""Send pending events to the cohorts of a topic: for each client and event one call of its socket's `send`."""

import time
from functools import lru_cache

from streaming.broker.topics import Cohort, Subscriber, Topic

TIME_CHECK_SENDS = 50  # sends, about half a millisecond


def send_pending(topic: Topic, deadline: float) -> bool:
    """Send to the cohorts what they lack, the hindmost first, until a deadline (of `time.perf_counter`).

    Returns whether all have everything. Those that were not reached in time get what comes meanwhile in the same chunk.
    """
    while (cohort := topic.find_hindmost()) is not None:
        if cohort.ring_index < topic.begin:
            topic.disband(cohort)
        else:
            _send_next_chunk(topic, cohort, deadline)
        if time.perf_counter() > deadline:
            return topic.find_hindmost() is None
    return True


def _send_next_chunk(topic: Topic, cohort: Cohort, deadline: float) -> None:
    """Send its next chunk to a cohort. Members that do not accept all of it leave; the last are those that must close.

    In this order, because the last event of a stream must not overtake the rest of a chunk.
    """
    chunk = topic.get_chunk(cohort.ring_index)
    http_chunk = encode_http_chunk(chunk.data)
    count, unsent = _send_to_members(cohort, http_chunk, deadline)
    cohort = topic.advance(cohort, count, chunk)
    topic.counters.count_sent(chunk.counts, streams=count)
    spent = cohort.find_spent()
    for subscriber, rest in unsent:
        subscriber.leave_cohort()
        subscriber.write_buffered(rest)  # type: ignore[misc]  # set wherever a subscriber joins
    for subscriber in spent:
        subscriber.close("bytes")


def _send_to_members(cohort: Cohort, http_chunk: bytes, deadline: float) -> tuple[int, list[tuple[Subscriber, bytes]]]:
    """Send a chunk to the members in turn until the deadline; return to how many, and the bytes some did not accept.

    This runs once for each client and event: nothing of a subscriber is touched but its `send`.
    """
    size, index, incomplete = len(http_chunk), 0, []
    for index, send in enumerate(cohort.sends.values()):
        try:
            sent = send(http_chunk)
        except OSError:
            sent = 0  # `write_buffered` meets the same error and handles it
        if sent < size:
            incomplete.append((index, sent))
        if index % TIME_CHECK_SENDS == 0 and time.perf_counter() > deadline:
            break
    members = [*cohort.sends] if incomplete else []
    return index + 1, [(members[at], http_chunk[sent:]) for at, sent in incomplete]


@lru_cache(maxsize=16)
def encode_http_chunk(data: bytes) -> bytes:
    """Return `data` in the chunked transfer coding (RFC 9112, 7.1). Cached: many clients are sent the same."""
    return b"%x\r\n%b\r\n" % (len(data), data)
