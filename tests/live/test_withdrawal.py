"""Corrections and withdrawals on real servers: what clients get, and that no address sends a withdrawn text."""

import json
from collections.abc import Callable
from urllib.parse import quote

from tests.helpers.account_clients import start_anonymous_session
from tests.helpers.changes import change_on
from tests.helpers.items import headline
from tests.helpers.server import Server
from tests.helpers.sse import SseEvent, Stream, parse_blocks

SECRET = {
    "title": "Quixotic Motors accused of arson",
    "summary": "The quixotic summary.",
    "url": "https://example.org/quixotic",
    "source": "quixotic news",
    "tickers": ["QXM", "AAPL"],
}
ALL = ("headline", "headline,entities,changes", "headline,historical,changes")


def item_events(stream: Stream) -> list[SseEvent]:
    return [event for event in stream.events if event.kind not in ("metrics", "heartbeat")]


def receive_item_events(stream: Stream, count: int) -> list[SseEvent]:
    stream.receive_until(lambda s: len(item_events(s)) >= count)
    return item_events(stream)


def fetch_everything(server: Server, tail: str, configuration: str, headers: dict[str, str], item_id: str) -> str:
    """Return all that a server sends of its log, by every address."""
    pages = [
        "/",
        "/?tickers=QXM",
        "/snapshot",
        "/api/v2/items",
        "/api/v2/items?tickers=QXM",
        f"/api/v2/items/{item_id}",
        "/api/v2/metrics",
        *(f"/api/v2/events?after={tail}&include={include}{q}" for include in ALL for q in ("", "&tickers=QXM")),
        f"/api/v2/{configuration}/events?after={tail}&include=headline,changes",
    ]
    answers = [json.dumps(server.call(page, **headers)[1]) for page in pages]
    streams = [
        *(f"/api/v2/stream?last_event_id={tail}&include={include}{q}" for include in ALL for q in ("", "&tickers=QXM")),
        f"/api/v2/{configuration}/stream?last_event_id={tail}&include=headline,changes",
    ]
    for path in streams:
        with Stream(server.url, path=path, **headers) as stream:
            stream.receive_kinds("metrics")
            answers.append(stream.text)
    for channel in ("items", "ticker-QXM"):
        path = f"/events/?channel={channel}&lastEventId={quote(f'{channel}:0')}"
        with Stream(server.url, path=path) as stream:
            last = "items:5" if channel == "items" else "ticker-QXM:3"
            stream.receive_until(lambda s, last=last: last in [block.last_id for block in parse_blocks(s.text)[0]])
            answers.append(stream.text)
    return "\n".join(answers)


def test_withdrawn_texts_are_sent_by_no_address_of_any_process(start_clean_server: Callable[..., Server]) -> None:
    servers = [start_clean_server(), start_clean_server()]
    server = servers[0]
    (first, secret), tail = server.post(headline(1), SECRET), server.call("/api/v2/stream/status")[1]["tail"]
    client = start_anonymous_session(server)
    configuration = client.add("AAPL", "QXM")
    server.post(headline(2, "QXM"))
    # Their rings and replay pages hold the texts.
    streams = [
        Stream(each.url, path=f"/api/v2/stream?last_event_id={tail}&include={include}")
        for each in servers
        for include in ("headline", "headline,changes")
    ]
    watched = Stream(
        server.url, path=f"/api/v2/{configuration}/stream?include=changes&last_event_id={tail}", **client.headers
    )
    for stream in streams:
        stream.receive_items(3)
        stream.receive_kinds("metrics")
        assert "Quixotic" in stream.text
    watched.receive_items(3)

    change_on(
        server, f"withdraw_items({secret!r}, reason='libel')", f"change_item({first!r}, title='AAPL profit falls')"
    )
    for stream in streams:
        count = 5 if stream in (streams[1], streams[3]) else 4
        receive_item_events(stream, count)
    receive_item_events(watched, 5)

    for each in servers:
        sent = fetch_everything(each, tail, configuration, client.headers, secret)
        assert "AAPL profit falls" in sent
        assert "uixotic" not in sent
    plain, changes = ([event.kind for event in item_events(stream)] for stream in streams[:2])
    assert plain == ["new_item"] * 4
    assert changes == ["new_item"] * 3 + ["item_removed", "item_updated"]
    removed, updated = item_events(streams[3])[3:]
    assert (removed.data["item_id"], removed.data["reason"], removed.seq) == (secret, "libel", 4)
    assert (updated.data["title"], updated.data["changed"]) == ("AAPL profit falls", ["title"])
    assert [event.seq for event in item_events(watched)] == [1, 2, 3, 4, 5]
    for stream in [*streams, watched]:
        stream.close()
