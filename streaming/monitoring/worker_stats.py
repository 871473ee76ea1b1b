"""Add up the Prometheus metrics of all workers of a server; each publishes its own to the others once a second."""

import asyncio
from collections.abc import Iterable, Iterator
from itertools import count

from prometheus_client import CollectorRegistry, GCCollector, ProcessCollector
from prometheus_client.core import Metric

from common.request_threads import READS, WRITES
from common.supervision import get_failing_tasks
from streaming.broker.service import StreamService, register_background_task
from streaming.monitoring.collectors import collect_requests, collect_streams
from streaming.workers.counts import Encoded, add_up
from streaming.workers.membership import WORKER, Worker

PUBLISH_SECONDS = 1.0
PROCESS_ROUNDS = 10  # of publishing, between two looks at the process itself: with 10,000 streams one takes 8 ms

_process = ProcessCollector(registry=None)
_garbage = GCCollector(registry=CollectorRegistry())


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
    return decode(add_up([encode(own), *(section.load_stats().get("metrics", ()) for section in sections)]))


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


def decode(metrics: Encoded) -> Iterator[Metric]:
    """Yield metrics that were encoded."""
    for name, text, kind, samples in metrics:
        metric = Metric(name, text, kind)
        for sample_name, labels, value in samples:
            metric.add_sample(sample_name, dict(labels), value)
        yield metric


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
