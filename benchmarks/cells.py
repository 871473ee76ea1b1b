"""The measurements of `benchmarks.quick`: each measures this site and, in turn, what it is compared with.

A cell returns values by what was measured, then by server. LOST counts the events that were lost or doubled.
"""

import os
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TypeVar
from urllib.request import urlopen

from benchmarks import filters, idle, stopped_readers
from benchmarks.fanout import Load, find_greatest_rate, measure
from benchmarks.replay import publish_all, replay
from benchmarks.running import RunningServer, build, cpu_seconds
from benchmarks.servers import OPENING, Peer, application, limit, nchan
from benchmarks.sites import MAX_STREAMS, post_items, posted_site

LOST = "lost"
SITE = Peer("ours", posted_site, OPENING, MAX_STREAMS)
NCHAN = Peer("nchan", nchan, max_streams=MAX_STREAMS)
C_LOOP = Peer("C loop", lambda folder: limit(folder, "one"), max_streams=MAX_STREAMS)
EVENTSTREAM = Peer("django-eventstream", partial(application, module="with_eventstream", server="daphne"))
OURS, STOCK, UNFILTERED = SITE.name, "stock Django", "unfiltered"
STREAMS = 1000
GREATEST_FROM = {OURS: 900.0, NCHAN.name: 60.0}  # events a second, at which the search for the most begins
PATHS = {"health": "/health/live", "metrics": "/api/v2/metrics", "items": "/api/v2/items?limit=50", "page": "/"}
STORED_ITEMS = 100  # when requests are measured
AFTER_POST = " after a POST"  # ends what is measured of requests of which each follows a POST
WARM_UP_CALLS, PAUSE_SECONDS = 5, 0.02  # of requests: those of users do not follow each other at once
TICKERS_OF_EACH, FILTERED_RATE = 5, 20  # of filtered streams; events a second
STOPPED_READERS, HEALTHY_READERS, ITEMS_PER_POST = 20, 100, 60

Call = Callable[[], None]
Values = dict[str, dict[str, float]]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Sizes:
    """How much each cell does."""

    latency_streams: int
    seconds: int  # of publishing, in each phase
    requests: int  # of each kind
    replayed_items: int
    idle_streams: int
    megabytes: int  # sent beside stopped readers


def fan_out(sizes: Sizes, number: int) -> Values:
    """Measure the CPU time of a delivered event and the latency at ten events a second, and connects, 256 at once."""
    values: Values = {"CPU of an event": {}, "p50": {}, "p99": {}, "connects": {}, LOST: {}}
    for peer in in_turn([EVENTSTREAM, SITE, NCHAN, C_LOOP], number):
        if peer is EVENTSTREAM:  # ten events a second to so many streams are too many for it
            with open_streams(peer) as (_, load, _):
                values["connects"][peer.name] = STREAMS / load.opened["seconds"]
            continue
        for streams in sorted({STREAMS, sizes.latency_streams}):
            result = measure(peer, streams, sizes.seconds)
            if streams == STREAMS:
                values["CPU of an event"][peer.name] = result["CPU us per event delivered"]
                values["connects"][peer.name] = result["connects/s"]
            values["p50"][peer.name], values["p99"][peer.name] = result["p50, ms"], result["p99, ms"]
            values[LOST][peer.name] = values[LOST].get(peer.name, 0) + result["lost"] + result["doubled"]
    return values


def greatest(sizes: Sizes, number: int) -> Values:
    """Find the most events a second, over all streams; what is due at the same time is one POST to this site."""
    values: Values = {"greatest": {}}
    for peer in in_turn([SITE, NCHAN], number):
        with open_streams(peer) as (server, load, newest):
            rate = find_greatest_rate(load, server.publish, newest, rate=GREATEST_FROM[peer.name])
            values["greatest"][peer.name] = rate
    return values


@contextmanager
def open_streams(peer: Peer) -> Iterator[tuple[RunningServer, Load, int]]:
    """Start a server, publish an event to one stream and open many; gives server, load and the event's number."""
    with tempfile.TemporaryDirectory() as name, peer.start(folder := Path(name)) as server:
        program, newest = build("load", folder), 1
        with Load(program, peer, server, 1, 0) as load:  # warm-up
            server.publish(newest, 1)
            load.wait_until_all_have(newest)
        with Load(program, peer, server, STREAMS, newest) as load:
            yield server, load, newest


def requests(sizes: Sizes, number: int) -> Values:
    """Measure the CPU milliseconds of a request of each kind, beside those of stock Django."""
    values: Values = {}
    with (
        tempfile.TemporaryDirectory() as folder,
        posted_site(Path(folder)) as ours,
        application(Path(folder), "stock_django", server="daphne") as stock,
    ):
        ours.publish(1, STORED_ITEMS)
        numbers = iter(range(STORED_ITEMS + 1, 1_000_000))

        def post() -> None:
            post_items(ours.port)(next(numbers), 1)  # over a new connection

        gets = {name: partial(get, ours, path) for name, path in PATHS.items()}
        calls: dict[str, tuple[Call, Call]] = {"POST": (post, rest)}
        calls |= {name: (call, rest) for name, call in gets.items()}
        calls |= {name + AFTER_POST: (gets[name], post) for name in ("metrics", "items", "page")}
        for name, (call, prepare) in calls.items():
            measured = {OURS: (ours, call, prepare), STOCK: (stock, partial(get, stock, "/"), rest)}
            values[name] = {
                key: milliseconds_of_a_call(*measured[key], count=sizes.requests)
                for key in in_turn([*measured], number)
            }
    return values


def get(server: RunningServer, path: str) -> None:
    """Request a path over a new connection."""
    with urlopen(f"http://127.0.0.1:{server.port}{path}", timeout=60) as response:
        response.read()


def rest() -> None:
    """Do nothing before a request."""


def milliseconds_of_a_call(server: RunningServer, call: Call, prepare: Call, *, count: int) -> float:
    """Return the server's CPU time for each of `count` calls, after some that warm it up; `prepare` is not counted."""
    seconds = 0.0
    for number in range(-WARM_UP_CALLS, count):
        prepare()
        time.sleep(PAUSE_SECONDS)
        cpu_before = cpu_seconds(server)
        call()
        time.sleep(PAUSE_SECONDS)  # until the server has ended what the call began
        if number >= 0:
            seconds += cpu_seconds(server) - cpu_before
    return seconds * 1000 / count


def filtered(sizes: Sizes, number: int) -> Values:
    """Measure the CPU time of an event to one of 10 matching of 1,000 filtered streams; another process ingests."""
    with_filters, without = filters.draw_filters(STREAMS, TICKERS_OF_EACH), [()] * STREAMS
    cases = in_turn([with_filters, without], number)
    costs = in_turn(filters.measure(cases, FILTERED_RATE, 2 * sizes.seconds), number)
    matching = STREAMS * TICKERS_OF_EACH / len(filters.TICKERS)
    return {"filtered": {OURS: costs[0] / matching, UNFILTERED: costs[1] / STREAMS}}


def replayed(sizes: Sizes, number: int) -> Values:
    """Measure the CPU time of an item of the log to one client that reads it from the beginning."""
    with tempfile.TemporaryDirectory() as name, posted_site(folder := Path(name)) as server:
        publish_all(server, sizes.replayed_items)
        _, cpu, lost, doubled = replay(server, folder, 1, sizes.replayed_items)
    return {"replay": {OURS: cpu * 1e6 / sizes.replayed_items}, LOST: {OURS: lost + doubled}}


def memory(sizes: Sizes, number: int) -> Values:
    """Measure the resident KB of an idle stream."""
    with all_cores():
        *_, occupied = idle.measure([sizes.idle_streams])
    return {"idle": {OURS: occupied.stream_kilobytes}}


def stopped(sizes: Sizes, number: int) -> Values:
    """Measure how many MB a server grows by while some of its clients don't read."""
    posts = sizes.megabytes * 1_000_000 // stopped_readers.TITLE_CHARACTERS // ITEMS_PER_POST
    load = stopped_readers.Load(posts, ITEMS_PER_POST, HEALTHY_READERS)
    with all_cores():
        return {"stopped": {OURS: stopped_readers.run(load, STOPPED_READERS, until_cut=False).growth_megabytes}}


@contextmanager
def all_cores() -> Iterator[None]:
    """Let servers that are started in the context use all cores: memory is measured, no CPU time."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, range(os.cpu_count() or 1))
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def in_turn(contestants: Sequence[T], number: int) -> Sequence[T]:
    """Return them in the order of round `number`: forwards, then backwards."""
    return contestants[:: -1 if number % 2 else 1]
