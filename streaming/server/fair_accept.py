"""Let the workers of a server accept connections from one socket so that each gets its share of the streams.

The kernel wakes all of them for a connection, and the first takes it: left alone, some would get most of the streams.
"""

from typing import Any

from streaming.workers.membership import Worker

YIELD_SECONDS = 0.005  # for which a worker with more streams leaves a connection to the others


def accept_fairly(port: Any, worker: Worker) -> None:
    """Have a port accept one connection at a time, and late while another worker has clearly fewer streams."""
    accept, has_waited = port.doRead, False

    def accept_one() -> None:
        nonlocal has_waited
        if worker.is_ahead and not has_waited:
            has_waited = True
            port.stopReading()
            port.reactor.callLater(YIELD_SECONDS, resume)
            return
        has_waited = False
        port.numberAccepts = 1
        accept()

    def resume() -> None:
        if port.connected and not port.disconnecting:
            port.startReading()

    port.doRead = accept_one
