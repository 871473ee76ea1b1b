"""Follow a stream in the terminal, and say at the end what was seen."""

import json
import signal
from argparse import ArgumentParser
from typing import Any

import httpx2
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from streaming.client import StreamClient, StreamRefused, StreamSummary
from streaming.protocol.events import EVENT_TYPES
from streaming.protocol.sse import ReceivedEvent


class Command(BaseCommand):
    help = (
        "Follow a stream until Ctrl-C: reconnect, warn when heartbeats stay away for half as long again as "
        "STREAM_HEARTBEAT_SECONDS, and print a summary."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        local = f"http://127.0.0.1:{settings.PORT}"
        parser.add_argument("url", nargs="?", default=local, help=f"the site, or the stream itself (default: {local})")
        parser.add_argument("--token", help="Bearer token")
        parser.add_argument("--ticker", action="append", default=[], help="only items of this ticker; may be repeated")
        parser.add_argument(
            "--type", action="append", default=[], choices=[*EVENT_TYPES], help="show only this type of event"
        )
        parser.add_argument("--json", action="store_true", help="one line of JSON for each event")

    def handle(self, *, url: str, token: str | None, ticker: list[str], **options: Any) -> None:
        headers = {"Accept": "text/event-stream"} | ({"Authorization": f"Bearer {token}"} if token else {})
        show = self._show_json if options["json"] else self._show
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        beat = settings.STREAM_HEARTBEAT_SECONDS
        silence = max(1.5 * beat, beat + 1)  # where heartbeats are quick, the way they take counts
        with httpx2.Client() as client:
            try:
                stream = _stream_url(url, ticker)
                follower = StreamClient(client, stream, headers=headers, warn=self._warn, silence_seconds=silence)
                for event in follower.follow():
                    if not options["type"] or event.kind in options["type"]:
                        show(event)
            except (StreamRefused, httpx2.InvalidURL, httpx2.UnsupportedProtocol) as error:
                raise CommandError(f"{url}: {error}") from error
            except KeyboardInterrupt:
                self.stderr.write(summarise(follower.account))

    def _show(self, event: ReceivedEvent) -> None:
        payload = json.loads(event.data)
        told = {name: value for name, value in payload.items() if name not in ("timestamp", "by_tag", "item_id")}
        words = " ".join(
            f"{name}={value:.2f}" if isinstance(value, float) else f"{name}={value}" for name, value in told.items()
        )
        self.stdout.write(f"{payload.get('timestamp', '')} {event.kind:<9} {words}")
        self.stdout.flush()

    def _show_json(self, event: ReceivedEvent) -> None:
        self.stdout.write(json.dumps({"event": event.kind, "id": event.id, "data": json.loads(event.data)}))
        self.stdout.flush()

    def _warn(self, text: str) -> None:
        self.stderr.write(self.style.WARNING(text))


def summarise(account: StreamSummary) -> str:
    """Return what was seen in one line of key=value."""
    events = " ".join(f"{kind}={account.events[kind]}" for kind in EVENT_TYPES)
    return (
        f"{events} connects={account.connects} cuts={account.cuts} failures={account.failures} "
        f"silences={account.silences} "
        f"repeated={account.repeated} out_of_order={account.out_of_order} "
        f"longest_gap={account.longest_gap_seconds:.1f}s"
    )


def _stream_url(url: str, tickers: list[str]) -> httpx2.URL:
    stream = httpx2.URL(url)
    if not stream.path.rstrip("/").endswith("/stream"):
        stream = stream.copy_with(path=stream.path.rstrip("/") + "/api/v2/stream")
    return stream.copy_set_param("tickers", ",".join(tickers)) if tickers else stream
