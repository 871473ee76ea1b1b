"""The words of GRIP: who is a proxy, what it is told to hold, and what is published to it. Knows nothing of the log.

A filter has two channels. One carries its items, each naming the one before it, so that a proxy sees a gap and asks for
what lies in it. The other carries metrics and heartbeats; the proxy writes into their ids how far each client is, so
that none of them runs ahead of an item that its stream has not had. (https://pushpin.org/docs/protocols/grip/)
"""

import hashlib
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

KEEP_ALIVE_SECONDS = 25  # a comment where nothing else is sent
NEXT_SECONDS = 60  # without items, until a proxy asks whether it has missed some
MARKED_ID = re.compile(rb"\nid: evt_[0-9a-f]{6}-[0-9]+-([a-z][0-9]+)\n")

_calls = count()
_own = token_hex(4)

Message = dict[str, Any]
EVENTSTREAM_PREFIX = "events-"  # of the channels of django-eventstream


@dataclass(frozen=True, slots=True)
class ChannelNames:
    """The names of the two channels of a filter."""

    items: str
    sums: str


def get_channel_names(interest: StreamFilter) -> ChannelNames:
    """Return the channels of an interest; the tickers' own names could be too long for one."""
    key = "all"
    if interest.tickers:
        key = hashlib.sha256(",".join(sorted(interest.tickers)).encode()).hexdigest()[:24]
    if interest.include:
        key += f"-{interest.include}"
    return ChannelNames(f"items-{key}", f"sums-{key}")


# --- requests


def is_signed(request: HttpRequest, proxies: Sequence[Mapping[str, str]]) -> bool:
    """Say whether one of the proxies has sent this request."""
    signature = request.headers.get("Grip-Sig")
    return signature is not None and any(
        validate_sig(signature, proxy.get("verify_key") or proxy["key"], iss=proxy.get("verify_iss"))
        for proxy in proxies
    )


def parse_last_id(request: HttpRequest, channel: str) -> str | None:
    """Return the id of what a proxy says that it had last on a channel."""
    for entry in request.headers.get("Grip-Last", "").split(","):
        name, _, parameters = entry.partition(";")
        found = re.fullmatch(r"\s*last-id=(\S+)\s*", parameters)
        if name.strip() == channel and found:
            return found[1]
    return None


# --- answers


def hold_headers(names: ChannelNames, *, last_id: str, link: str, is_last: bool) -> dict[str, str]:
    """Return the headers that have a proxy send the body and, if it is the last part, keep the client on the channels.

    `last_id` names the last item before those that will come; `link` is where the proxy goes on, now or after a gap.
    """
    items, sums = Channel(names.items, last_id), Channel(names.sums)
    sums.filters.append("build-id")
    headers = {
        "Grip-Channel": create_grip_channel_header([items, sums]),
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
    """Return what a proxy turns back into `content` where it looks for ids to write."""
    return content.replace(b"%", b"%%")


# --- messages


def item_message(channel: str, frame: bytes, *, message_id: str, previous_id: str) -> Message:
    """Return the message of an item, for those who have had `previous_id`; others ask for what they miss."""
    return _message(channel, frame, {"id": message_id, "prev-id": previous_id})


def metrics_message(channel: str, frame: bytes) -> Message:
    """Return the message of metrics or a heartbeat, whose id resumes where each client is."""
    content = MARKED_ID.sub(rb"\nid: %I-\1\n", escape(frame), count=1)
    return _message(channel, content, {}, **{"content-filters": ["build-id"]})


def eventstream_message(channel: str, frame: bytes, *, message_id: str, previous_id: str) -> Message:
    """Return the message of an item for django-eventstream's clients; the proxy writes their kind of id into it."""
    event, _, data = escape(frame).split(b"\n", 2)
    ids = {"id": message_id, "prev-id": previous_id}
    return _message(channel, event + b"\nid: %I\n" + data, ids, **{"content-filters": ["build-id"]})


def resync_message(channel: str) -> Message:
    """Return a message that has everybody on a channel ask for what they miss, a thousand a second."""
    # It follows nothing that anybody has had. Not in sequence, or it would be kept back for what it follows.
    return _message(channel, b":\n\n", {"id": f"call-{_own}-{next(_calls)}", "prev-id": "call", "no-seq": True})


def authorization(proxy: Mapping[str, str]) -> dict[str, str]:
    """Return the header by which a proxy knows who publishes."""
    if "control_iss" not in proxy:
        return {}
    claim = {"iss": proxy["control_iss"], "exp": int(time.time()) + 600}
    return {"Authorization": f"Bearer {jwt.encode(claim, proxy['key'], algorithm='HS256')}"}


def _message(channel: str, content: bytes, about: Mapping[str, Any], **stream_format: Any) -> Message:
    formats = {"http-stream": {"content": content.decode(), **stream_format}}
    return {"channel": channel, "formats": formats, **about}
