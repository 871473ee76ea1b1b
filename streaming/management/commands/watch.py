"""Follow a stream in the terminal, and print a summary at the end."""

import json
import signal
from argparse import ArgumentParser
from collections.abc import Mapping
from typing import Any

import httpx2
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from streaming.broker.filters import CHANGES, INCLUDES
from streaming.client import StreamClient, StreamRejected, StreamSummary
from streaming.protocol.events import EVENT_TYPES, ITEM_REMOVED, ITEM_UPDATED
from streaming.protocol.sse import ReceivedEvent

HIDDEN_KEYS = ("timestamp", "by_tag")  # of the payload, in the text format
CHANGE_EVENTS = (ITEM_UPDATED.name, ITEM_REMOVED.name)


class Command(BaseCommand):
    help = (
        "Follow a stream until Ctrl-C, or a past range to its end: reconnect, warn if no heartbeat arrives within "
        "1.5 times STREAM_HEARTBEAT_SECONDS, and print a summary."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        local = f"http://127.0.0.1:{settings.PORT}"
        parser.add_argument("url", nargs="?", default=local, help=f"URL of the site or of a stream (default: {local})")
        parser.add_argument("--token", help="Bearer token")
        parser.add_argument(
            "--ticker", action="append", default=[], help="receive only items of this ticker; may be repeated"
        )
        parser.add_argument(
            "--type", action="append", default=[], choices=[*EVENT_TYPES], help="show only this type of event"
        )
        parser.add_argument(
            "--include",
            action="append",
            default=[],
            choices=[*INCLUDES],
            help="receive this, too: headlines with their events, what they say of each ticker, historical items, or "
            "corrections and removals as "
            f"{' and '.join(CHANGE_EVENTS)} (also received if --type names one of these); may be repeated",
        )
        parser.add_argument("--since", help="start at this time or event id instead of the present")
        parser.add_argument("--until", help="with --since and --speed: play the past range up to this time or event id")
        parser.add_argument("--speed", help="60: sixty times as fast as it was; max: without pauses")
        parser.add_argument("--json", action="store_true", help="print one line of JSON for each event")

    def handle(self, *, url: str, token: str | None, ticker: list[str], include: list[str], **options: Any) -> None:
        headers = {"Accept": "text/event-stream"} | ({"Authorization": f"Bearer {token}"} if token else {})
        print_event = self._print_json if options["json"] else self._print_text
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        interval = settings.STREAM_HEARTBEAT_SECONDS
        max_gap = max(1.5 * interval, interval + 1)  # compared with a short interval, the network's delay is large
        with httpx2.Client() as client:
            try:
                changes = [CHANGES] if {*CHANGE_EVENTS}.intersection(options["type"]) else []
                lists = {"tickers": ticker, "include": [*dict.fromkeys([*include, *changes])]}
                query = {name: options[name] for name in ("since", "until", "speed") if options[name] is not None}
                query |= {name: ",".join(values) for name, values in lists.items() if values}
                stream_url = _stream_url(url, query)
                stream = StreamClient(client, stream_url, headers=headers, warn=self._warn, max_gap_seconds=max_gap)
                for event in stream.follow():
                    if not options["type"] or event.name in options["type"]:
                        print_event(event)
            except (StreamRejected, httpx2.InvalidURL, httpx2.UnsupportedProtocol) as error:
                raise CommandError(f"{url}: {error}") from error
            except KeyboardInterrupt:
                pass
            self.stderr.write(format_summary(stream.summary))

    def _print_text(self, event: ReceivedEvent) -> None:
        payload = json.loads(event.data)
        # The id tells which item changed; of new ones it would only fill the line.
        hidden = HIDDEN_KEYS if event.name in CHANGE_EVENTS else (*HIDDEN_KEYS, "item_id")
        fields = " ".join(f"{name}={_format(value)}" for name, value in payload.items() if name not in hidden)
        self.stdout.write(f"{payload.get('timestamp', '')} {event.name:<12} {fields}")
        self.stdout.flush()

    def _print_json(self, event: ReceivedEvent) -> None:
        self.stdout.write(json.dumps({"event": event.name, "id": event.id, "data": json.loads(event.data)}))
        self.stdout.flush()

    def _warn(self, text: str) -> None:
        self.stderr.write(self.style.WARNING(text))


def _format(value: Any) -> str:
    if isinstance(value, list):
        return ",".join(map(_format, value))
    if isinstance(value, dict):  # what a headline says of a ticker
        return f"{value['ticker']}:{value['sentiment']}:{value['score']:.2f}"
    return f"{value:.2f}" if isinstance(value, float) else str(value)


def format_summary(summary: StreamSummary) -> str:
    """Return the summary as one line of key=value."""
    events = " ".join(f"{name}={summary.events[name]}" for name in EVENT_TYPES)
    return (
        f"{events} connects={summary.connects} disconnects={summary.disconnects} failures={summary.failures} "
        f"heartbeat_gaps={summary.heartbeat_gaps} "
        f"repeated={summary.repeated} out_of_order={summary.out_of_order} "
        f"longest_gap={summary.longest_gap_seconds:.1f}s"
    )


def _stream_url(url: str, query: Mapping[str, str]) -> httpx2.URL:
    stream_url = httpx2.URL(url)
    if not stream_url.path.rstrip("/").endswith("/stream"):
        stream_url = stream_url.copy_with(path=stream_url.path.rstrip("/") + "/api/v2/stream")
    return stream_url.copy_merge_params(query) if query else stream_url
