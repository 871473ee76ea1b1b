"""`/metrics` of a real server: who is let in, that its counts are what clients got, and that the dashboard reads it."""

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.conf import LazySettings
from django.test import Client
from prometheus_client.parser import text_string_to_metric_families

from news.ingest.pipeline import ingest
from news.ingest.validation import parse_headline
from news.log.cursor import Cursor
from news.models import LogHead
from streaming.grip.leader_lock import acquire_leadership, release_leadership, renew_leadership
from tests.helpers.cloudwatch import check_metric_line
from tests.helpers.items import headline
from tests.helpers.paths import ROOT
from tests.helpers.ports import free_port
from tests.helpers.server import Server
from tests.helpers.sse import Stream
from tests.helpers.waiting import until

DASHBOARD = ROOT / "deploy" / "grafana" / "sentiment.json"
TOKEN = "a-token-for-prometheus"
ADD_SOURCE = """
from news.models import Source
from news.sources.poll_state import record_failure, record_success
from news.sources.http.client import SourceError
from news.sources.result import FetchResult
source = Source.objects.create(name='wire "one"', url="https://example.org/rss")
record_success(source, FetchResult([{"title": "Ford profit rises", "ticker": "F"}, {"title": "Nothing about anybody"}]))
record_failure(source, SourceError("away"))
record_failure(source, SourceError("away still"))
"""

Samples = dict[tuple[str, str], float]


def scrape(server: Server, *, token: str = TOKEN, port: int | None = None) -> Samples:
    """Return the samples by name and the value of their label, if they have one."""
    if port is not None:
        server = Server(server.environment, port, server.token)
    status, text = server.call("/metrics", Authorization=f"Bearer {token}")
    assert status == 200, text
    return {
        (sample.name, next(iter(sample.labels.values()), "")): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def by_label(samples: Samples, name: str) -> dict[str, float]:
    return {label: value for (found, label), value in samples.items() if found == name and value}


def names_in(value: Any) -> set[str]:
    """Return the names of metrics in all queries of a Grafana dashboard."""
    if isinstance(value, dict):
        own = set(re.findall(r"\b(?:sentiment|process|python)_\w+", value.get("expr", "")))
        return own.union(*map(names_in, value.values()))
    return set().union(*map(names_in, value)) if isinstance(value, list) else set()


@pytest.mark.parametrize(("token", "status", "words"), [("", 404, "METRICS_TOKEN is not set"), (TOKEN, 401, "Not the")])
@pytest.mark.parametrize("shown", [None, "", "wrong", f"{TOKEN}x", TOKEN[:-1], "ключ"])
def test_nobody_is_let_in_but_by_the_token_that_is_set(
    client: Client, settings: LazySettings, token: str, status: int, words: str, shown: str | None
) -> None:
    settings.METRICS_TOKEN = token

    answer = client.get("/metrics", headers={} if shown is None else {"Authorization": f"Bearer {shown}"})

    assert answer.status_code == status
    assert words in answer.json()["detail"]


def test_a_scrape_tells_exactly_what_clients_got_and_all_that_the_dashboard_asks_for(
    start_server: Callable[..., Server],
) -> None:
    server = start_server(METRICS_TOKEN=TOKEN, STREAM_MAX_PER_ADDRESS=2, EMF_NAMESPACE="Sentiment/Streams")
    assert server.manage("shell", "-c", ADD_SOURCE).returncode == 0
    with Stream(server.url) as all_of_it, Stream(server.url, path="/api/v2/stream?tickers=MSFT") as some:
        for stream in (all_of_it, some):
            stream.read_kinds("heartbeat", "metrics")
        with Stream(server.url) as refused:
            assert refused.status == 429
        server.post(headline(1), headline(2, "MSFT"), headline(3))
        all_of_it.read_until(lambda s: s.events[-1].kind == "metrics" and s.events[-1].data["total"] == 4)
        some.read_until(lambda s: s.events[-1].kind == "metrics" and s.events[-1].data["total"] == 1)

        told = scrape(server)

        got = [*all_of_it.events, *some.events]
        size = len(re.sub(r"retry: \d+\n\n", "", all_of_it.text + some.text).encode())
    until(lambda: by_label(scrape(server), "sentiment_streams_closed_total") == {"client": 2}, what="both closed")

    kinds = {event.kind for event in got}
    assert by_label(told, "sentiment_stream_events_sent_total") == {
        kind: sum(event.kind == kind for event in got) for kind in kinds
    }
    assert sum(by_label(told, "sentiment_stream_sent_bytes_total").values()) == size
    assert by_label(told, "sentiment_streams_refused_total") == {"address_full": 1}
    assert told["sentiment_streams_open", ""] == told["sentiment_streams_accepted_total", ""] == 2
    assert told["sentiment_stream_topics", ""] == 2
    assert 3 <= told["sentiment_stream_ring_frames", ""] <= told["sentiment_stream_ring_limit_frames", ""] == 4096
    assert told["sentiment_stream_lag_frames", ""] == 0
    assert told["sentiment_stream_delivery_seconds_count", ""] == 3
    assert 0 < told["sentiment_stream_delivery_seconds_sum", ""] < 3 * 5
    assert told["sentiment_database_up", ""] == 1
    assert told["sentiment_log_places_total", ""] == told["sentiment_analyzer_texts_total", ""] == 4
    assert told["sentiment_analyzer_seconds_total", ""] > 0
    assert {name: told[f"sentiment_source_{name}", 'wire "one"'] for name in ("items_total", "skipped_total")} == {
        "items_total": 1,
        "skipped_total": 1,
    }
    assert told["sentiment_source_failures_total", 'wire "one"'] == told["sentiment_source_failing", 'wire "one"'] == 2
    assert told["process_resident_memory_bytes", ""] > 0
    asked = names_in(json.loads(DASHBOARD.read_text()))
    assert len(asked) >= 20
    assert asked <= {name for name, _ in told}

    assert server.stop() == 0
    (line,) = [line for line in server.log.read_text().splitlines() if line.startswith("{")]
    last = check_metric_line(line)
    assert (last["ConnectionCount"], last["ConnectionAcquireFailures"]) == (0, 1)
    assert (last["EventsSent"], len(last["EventLatencyMs"])) == (len(got), 3)
    assert re.findall(r"items_delivered .*items=(\d+)", server.log.read_text()) == ["3"]


def test_each_of_several_processes_on_a_port_is_asked_at_one_of_its_own(start_server: Callable[..., Server]) -> None:
    own = free_port()
    server = start_server(METRICS_TOKEN=TOKEN, command=("serve", "--metrics-port", str(own)))
    other = start_server(METRICS_TOKEN=TOKEN, port=server.port)
    shared = f":{server.port}, a port that another process serves too\n"
    until(lambda: shared in other.log.read_text(), what="the second says so")
    assert "another process" not in server.log.read_text()

    with Stream(Server({}, own, "").url) as stream:
        stream.read_kinds("heartbeat")
        assert scrape(server, port=own)["sentiment_streams_open", ""] == 1
        refused = server.manage("serve", "--port", str(free_port()), "--metrics-port", str(own))
        assert (refused.returncode, refused.stderr.splitlines()[-1]) == (
            1,
            f"CommandError: --metrics-port {own}: Address already in use; choose another.",
        )
        other.stop()

        assert scrape(server)["sentiment_streams_open", ""] == 1


@pytest.mark.parametrize("accept", ["application/openmetrics-text; version=1.0.0", "text/plain; version=0.0.4", ""])
def test_both_of_prometheus_formats_are_spoken(
    client: Client, settings: LazySettings, accept: str, transactional_db: None
) -> None:
    settings.METRICS_TOKEN = TOKEN

    answer = client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}", "Accept": accept})

    assert answer.status_code == 200
    assert answer["Content-Type"].startswith(accept.partition(";")[0] or "text/plain")
    assert answer.content.endswith(b"# EOF\n") == ("openmetrics" in accept)
    assert b"sentiment_log_places_total 0" in answer.content


def test_it_is_told_whether_a_relay_leads_and_how_far_the_edge_is_behind(
    client: Client, settings: LazySettings, transactional_db: None
) -> None:
    settings.METRICS_TOKEN = TOKEN

    def told() -> dict[str, str]:
        lines = client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"}).content.decode().splitlines()
        names = ("sentiment_relay_leads", "sentiment_edge_lag_places")
        return dict(line.split() for line in lines if line.startswith(names))

    assert told() == {}
    settings.GRIP_PROXIES = [{"control_uri": "http://127.0.0.1:1"}]
    assert told() == {"sentiment_relay_leads": "0.0"}

    head = LogHead.objects.get()
    ingest([parse_headline({"title": f"Apple opens store {number}"}, source="test") for number in range(5)])
    acquire_leadership("a relay")
    renew_leadership("a relay", Cursor(head.generation, head.seq + 2))
    assert told() == {"sentiment_relay_leads": "1.0", "sentiment_edge_lag_places": "3.0"}

    release_leadership("a relay")
    assert told() == {"sentiment_relay_leads": "0.0"}
