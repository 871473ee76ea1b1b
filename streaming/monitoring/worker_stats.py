"""Add up the Prometheus metrics of all workers of a server; each publishes its own to the others once a second."""

import asyncio
from collections.abc import Iterable, Iterator, Sequence
from itertools import count
from typing import Any

from prometheus_client import CollectorRegistry, GCCollector, ProcessCollector
from prometheus_client.core import Metric

from common.request_threads import READS, WRITES
from common.supervision import get_failing_tasks
from streaming.broker.service import StreamService, register_background_task
from streaming.monitoring.collectors import collect_requests, collect_streams
from streaming.workers.board import Board
from streaming.workers.membership import WORKER, Worker

PUBLISH_SECONDS = 1.0
PROCESS_ROUNDS = 10  # of publishing, between two looks at the process itself: with 10,000 streams one takes 8 ms
# What is not the sum of the workers: what each of them knows for all, and what is the largest of theirs.
FOR_ALL = {"sentiment_streams_open", "sentiment_streams_limit"}
LARGEST = {
    "sentiment_stream_topics", "sentiment_stream_ring_frames", "sentiment_stream_ring_limit_frames",
    "sentiment_stream_lag_frames", "process_max_fds", "process_start_time_seconds",
}  # fmt: skip
ADDITIVE_TYPES = ("counter", "histogram")  # which must not go back when a worker ends

_process = ProcessCollector(registry=None)
_garbage = GCCollector(registry=CollectorRegistry())

Encoded = Sequence[Sequence[Any]]  # metrics as JSON: name, documentation, type, samples


def collect_process() -> Iterator[Metric]:
    """Yield the metrics of this process itself."""
    yield from _process.collect()
    yield from _garbage.collect()


def collect_service(service: StreamService) -> Iterator[Metric]:
    """Yield the metrics of the streams and requests of this process."""
    yield from collect_streams(service.hub, service.limiter)
    yield from collect_requests(READS, WRITES)


def collect_server(service: StreamService) -> Iterable[Metric]:
    """Return the metrics of this process, or of all workers of the server, of which it has the others' as published."""
    own = [*collect_service(service), *collect_process()]
    if WORKER is None:
        return own
    sections = [*WORKER.others.values(), WORKER.board.ended]
    return add_up([encode(own), *(section.load_stats().get("metrics", ()) for section in sections)])


def add_up(workers: Iterable[Encoded]) -> list[Metric]:
    """Return the metrics of several workers as those of one; the first knows what holds for all."""
    families: dict[str, Metric] = {}
    values: dict[str, dict[tuple[str, tuple[tuple[str, str], ...]], float]] = {}
    for metrics in workers:
        for name, text, kind, samples in metrics:
            families.setdefault(name, Metric(name, text, kind))
            sums = values.setdefault(name, {})
            for sample_name, labels, value in samples:
                key = sample_name, tuple(map(tuple, labels))
                if name in LARGEST:
                    sums[key] = max(sums.get(key, value), value)
                elif name not in FOR_ALL or key not in sums:
                    sums[key] = sums.get(key, 0) + value
    for name, sums in values.items():
        for (sample_name, labels), value in sums.items():
            families[name].add_sample(sample_name, dict(labels), value)
    return [*families.values()]


def encode(metrics: Iterable[Metric]) -> Encoded:
    """Return metrics as JSON."""
    return [
        (
            metric.name,
            metric.documentation,
            metric.type,
            [(sample.name, [*sample.labels.items()], sample.value) for sample in metric.samples],
        )
        for metric in metrics
    ]


def keep_counts(board: Board, index: int) -> None:
    """Add the counts of a worker that has ended to those kept of others, and erase its section."""
    section = board.section(index)
    counted = [metric for metric in section.load_stats().get("metrics", ()) if metric[2] in ADDITIVE_TYPES]
    kept = board.ended.load_stats().get("metrics", ())
    board.ended.write_stats({"metrics": encode(add_up([kept, counted]))})
    section.erase()


def publish(service: StreamService, worker: Worker, process: Encoded) -> None:
    """Show the other workers the metrics of this one, its largest lag, and which of its tasks fail."""
    metrics = [*encode(collect_service(service)), *process]
    worker.section.write_stats({"lag": service.hub.max_lag, "failing": get_failing_tasks(), "metrics": metrics})


async def publish_stats(service: StreamService, worker: Worker) -> None:
    """Publish once a second until cancelled, and then a last time."""
    try:
        for number in count():
            if number % PROCESS_ROUNDS == 0:
                process = encode(collect_process())
            publish(service, worker, process)
            await asyncio.sleep(PUBLISH_SECONDS)
    finally:
        publish(service, worker, encode(collect_process()))


if WORKER is not None:
    _worker = WORKER
    register_background_task("worker_stats", lambda service: publish_stats(service, _worker))
