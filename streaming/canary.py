"""Time the whole way of an item, as a client has it: scored, committed, rung for, read, written, received.

Each canary has a stream of its own, which is opened before it is sent and read until it comes.
"""

import json
import time
from collections.abc import Iterator

import httpx2
from django.db import Error, connection

from news.ingest.pipeline import note_canary, send_canary
from news.models import LogHead
from streaming.protocol.sse import ReceivedEvent, SSEParser

STREAM_PATH = "/api/v2/canary/stream"


class CanaryLost(Exception):
    """A canary did not come, or could not set out; the text says why."""


def fly_canary(client: httpx2.Client, site: httpx2.URL, *, seconds: float) -> float:
    """Send a canary and return after how many seconds it came from the site's stream. The client shows METRICS_TOKEN.

    Errors: CanaryLost when it has not come within `seconds`, or the site or its database can't be used.
    """
    url = site.copy_with(path=site.path.rstrip("/") + STREAM_PATH)
    try:
        took = _fly(client, url, seconds=seconds)
        note_canary(took)
    except httpx2.ReadTimeout:
        raise CanaryLost(f"{url}: nothing was heard for {seconds:g} s; see what the log of the server says.") from None
    except httpx2.HTTPError as error:
        raise CanaryLost(f"{url}: {type(error).__name__}: {error}") from error
    except (Error, LogHead.DoesNotExist) as error:
        raise CanaryLost(f"The database of DATABASE_URL: {type(error).__name__}: {error}") from error
    return took


def _fly(client: httpx2.Client, url: httpx2.URL, *, seconds: float) -> float:
    connection.ensure_connection()  # or the time that takes would count
    with client.stream("GET", url, timeout=seconds) as answer:
        if answer.status_code != 200:
            said = answer.headers.get("Location") or answer.read()[:200].decode(errors="replace")
            raise CanaryLost(f"{url} answers {answer.status_code}: {said}")
        events = _read(answer)
        # Read up to these and no further: what is sent after them has to come.
        if not any(event.kind == "metrics" for event in events):
            raise CanaryLost(f"{url}: the stream ended before it had begun; see what the log of the server says.")
        began = time.monotonic()
        number = send_canary(seconds=seconds)
        for event in events:
            took = time.monotonic() - began
            if took > seconds:
                raise CanaryLost(f"{url}: the canary did not come within {seconds:g} s.")
            if event.kind == "canary" and json.loads(event.data)["number"] >= number:
                return took
    raise CanaryLost(f"{url}: the stream ended before the canary came.")


def _read(answer: httpx2.Response) -> Iterator[ReceivedEvent]:
    reader = SSEParser()
    for chunk in answer.iter_bytes():
        yield from reader.feed(chunk)
