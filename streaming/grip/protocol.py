"""The GRIP protocol: check a proxy's signature, build hold headers and the messages to publish. Does not use the log.

A filter has two GRIP channels. One carries its items; each names the one before it, so that a proxy detects a gap and
requests the missing items. The other carries metrics and heartbeats; the proxy writes each client's own position into
their ids, so that no id is ahead of an item that the client has not received.
(https://pushpin.org/docs/protocols/grip/)
"""

import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from secrets import token_hex
from typing import Any

import jwt
from django.http import HttpRequest
from gripcontrol import Channel, create_grip_channel_header, validate_sig

from streaming.broker.filters import StreamFilter

KEEP_ALIVE_SECONDS = 25  # without output, until a proxy sends a comment
NEXT_SECONDS = 60  # without items, until a proxy requests those that it may have missed
RESYNC_ID = "resync"  # stands for an id that no client has
EVENTSTREAM_PREFIX = "events-"  # of the GRIP channels that carry django-eventstream's channels
EVENT_ID_LINE = re.compile(rb"\nid: evt_[0-9a-f]{6}-[0-9]+-([a-z][0-9]+)\n")

_resync_numbers = count()
_process_id = token_hex(4)

Message = dict[str, Any]


@dataclass(frozen=True, slots=True)
class ChannelNames:
    """The names of the two GRIP channels of a filter: its items; its metrics and heartbeats, which are not replayed."""

    items: str
    metrics: str


def get_channel_names(stream_filter: StreamFilter) -> ChannelNames:
    """Return the GRIP channels of a filter."""
    key = stream_filter.key
    # "sums", not "metrics": clients that are held at the edge while the site is upgraded have these names.
    return ChannelNames(f"items-{key}", f"sums-{key}")


def is_signed(request: HttpRequest, proxies: Sequence[Mapping[str, str]]) -> bool:
    """Return whether one of the proxies signed this request (header Grip-Sig, a JWT)."""
    signature = request.headers.get("Grip-Sig")
    return signature is not None and any(
        validate_sig(signature, proxy.get("verify_key") or proxy["key"], iss=proxy.get("verify_iss"))
        for proxy in proxies
    )


def parse_last_id(request: HttpRequest, channel: str) -> str | None:
    """Return the id of the last message that a proxy received on a GRIP channel (header Grip-Last), or None."""
    for channel_state in request.headers.get("Grip-Last", "").split(","):
        name, _, parameters = channel_state.partition(";")
        match = re.fullmatch(r"\s*last-id=(\S+)\s*", parameters)
        if name.strip() == channel and match:
            return match[1]
    return None


def hold_headers(names: ChannelNames, *, last_id: str, link: str, is_last: bool) -> dict[str, str]:
    """Return the headers that tell a proxy to send the body and, after the last part, hold the client on its channels.

    `last_id` is the id of the last item before those to come; `link` is the URL that the proxy requests next, now or
    after a gap.
    """
    items, metrics = Channel(names.items, last_id), Channel(names.metrics)
    metrics.filters.append("build-id")
    headers = {
        "Grip-Channel": create_grip_channel_header([items, metrics]),
        "Grip-Set-Meta": f'id_format="%({names.items})s"',
        "Grip-Link": f"<{link}>; rel=next; timeout={NEXT_SECONDS}",
    }
    if is_last:
        headers |= {
            "Grip-Hold": "stream",
            "Grip-Keep-Alive": f":\\n\\n; format=cstring; timeout={KEEP_ALIVE_SECONDS}",
        }
    return headers


def escape(content: bytes) -> bytes:
    """Escape percent signs, which a proxy that writes ids into the content would take for its placeholders."""
    return content.replace(b"%", b"%%")


def item_message(channel: str, event: bytes, *, message_id: str, previous_id: str) -> Message:
    """Return the message of an item; a client whose last item is not `previous_id` has a gap and is resynced."""
    return _message(channel, event, {"id": message_id, "prev-id": previous_id})


def metrics_message(channel: str, event: bytes) -> Message:
    """Return the message of metrics or a heartbeat; the proxy writes the client's own position into its id."""
    content = EVENT_ID_LINE.sub(rb"\nid: %I-\1\n", escape(event), count=1)
    return _message(channel, content, {}, **{"content-filters": ["build-id"]})


def eventstream_message(channel: str, event: bytes, *, message_id: str, previous_id: str) -> Message:
    """Return the message of an item for django-eventstream's clients; the proxy writes ids in its form."""
    event_line, _, data = escape(event).split(b"\n", 2)
    ids = {"id": message_id, "prev-id": previous_id}
    return _message(channel, event_line + b"\nid: %I\n" + data, ids, **{"content-filters": ["build-id"]})


def resync_message(channel: str) -> Message:
    """Return a message that makes a proxy request what each client of a channel misses, a thousand a second."""
    # The previous id is one that no client has, which shows the proxy a gap. `no-seq`: it is not held back until then.
    message_id = f"resync-{_process_id}-{next(_resync_numbers)}"
    return _message(channel, b":\n\n", {"id": message_id, "prev-id": RESYNC_ID, "no-seq": True})


def authorization(proxy: Mapping[str, str]) -> dict[str, str]:
    """Return the header that authenticates a publisher to a proxy; none if the proxy's URL names no issuer."""
    if "control_iss" not in proxy:
        return {}
    claims = {"iss": proxy["control_iss"], "exp": int(time.time()) + 600}
    return {"Authorization": f"Bearer {jwt.encode(claims, proxy['key'], algorithm='HS256')}"}


def _message(channel: str, content: bytes, ids: Mapping[str, Any], **stream_format: Any) -> Message:
    formats = {"http-stream": {"content": content.decode(), **stream_format}}
    return {"channel": channel, "formats": formats, **ids}
