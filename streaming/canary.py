"""Time the whole way of an item, as a client has it: scored, committed, rung for, read, written, received.

A probe opens a stream of its own, sends a canary on the way of all items and waits until it comes.
"""

import json
import time
from collections.abc import Iterator

import httpx2
from django.db import Error

from news.ingest import note_canary, send_canary
from streaming.sse import EventReader, Received

PATH = "/api/v2/canary/stream"


class CanaryLost(Exception):
    """A canary did not come, or could not set out; the text says why."""


def fly_canary(client: httpx2.Client, site: httpx2.URL, *, seconds: float) -> float:
    """Send a canary and return after how many seconds it came from the site's stream.

    The client shows METRICS_TOKEN. What is told is at the most too long, by the time that ringing the doorbell takes.
    Errors: CanaryLost when it has not come within `seconds`, or the site or its database can't be reached;
    UnsupportedProtocol for a site that is not of HTTP.
    """
    url = site.copy_with(path=site.path.rstrip("/") + PATH)
    try:
        with client.stream("GET", url, timeout=seconds) as answer:
            if answer.status_code != 200:
                said = answer.headers.get("Location") or answer.read()[:200].decode(errors="replace")
                raise CanaryLost(f"{url} answers {answer.status_code}: {said}")
            events = _read(answer)
            # Read up to these and no further: what is sent after them has to come.
            if not any(event.kind == "metrics" for event in events):
                raise CanaryLost(f"{url}: the stream ended before it had begun; see what the log of the server says.")
            began = time.monotonic()
            number = send_canary()
            for event in events:
                took = time.monotonic() - began
                if event.kind == "canary" and json.loads(event.data)["number"] >= number:
                    note_canary(took)
                    return took
                if took > seconds:
                    break
    except httpx2.UnsupportedProtocol:
        raise
    except httpx2.ReadTimeout:
        pass  # told below, as if there had been a heartbeat meanwhile
    except (httpx2.HTTPError, Error) as error:
        raise CanaryLost(f"{url}: {type(error).__name__}: {error}") from error
    raise CanaryLost(f"{url}: nothing came within {seconds:g} s; see what the log of the server says.")


def _read(answer: httpx2.Response) -> Iterator[Received]:
    reader = EventReader()
    for chunk in answer.iter_bytes():
        yield from reader.feed(chunk)
