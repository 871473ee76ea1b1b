"""Let the workers of a server accept connections from one socket so that each gets its share of the streams.

The kernel wakes all of them for a connection, and the first takes it: left alone, some would get most of the streams.
"""

from typing import Any

from streaming.workers.membership import Worker

LEAVE_SECONDS = 0.005  # for which a worker with more streams leaves a connection to the others


def accept_fairly(port: Any, worker: Worker) -> None:
    """Have a port accept one connection at a time, and late while another worker has clearly fewer streams."""
    accept, is_late = port.doRead, False

    def accept_one() -> None:
        nonlocal is_late
        if worker.is_ahead and not is_late:
            is_late = True
            port.stopReading()
            port.reactor.callLater(LEAVE_SECONDS, resume)
            return
        is_late = False
        port.numberAccepts = 1
        accept()

    def resume() -> None:
        if port.connected and not port.disconnecting:
            port.startReading()

    port.doRead = accept_one
