"""`/metrics` of a real server: its token, its counts against what clients received, and the dashboard's queries."""

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
from streaming.grip.leader_lock import LeaderLock
from tests.helpers.cloudwatch import parse_line
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
record_success(source, FetchResult([{"title": "Ford profit rises", "ticker": "F"}, {"title": ""}]))
record_failure(source, SourceError("unavailable"))
record_failure(source, SourceError("still unavailable"))
"""

Samples = dict[tuple[str, str], float]


def scrape(server: Server, *, token: str = TOKEN, port: int | None = None) -> Samples:
    """Return the samples by name and the value of their label; "" without one."""
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
    return {label: value for (sample_name, label), value in samples.items() if sample_name == name and value}


def find_metric_names(value: Any) -> set[str]:
    """Return the names of the metrics in all queries of a Grafana dashboard."""
    if isinstance(value, dict):
        names = set(re.findall(r"\b(?:sentiment|process|python)_\w+", value.get("expr", "")))
        return names.union(*map(find_metric_names, value.values()))
    return set().union(*map(find_metric_names, value)) if isinstance(value, list) else set()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("token", "status", "words"), [("", 404, "is not set, so metrics are off"), (TOKEN, 401, "Not the")]
)
def test_metrics_without_a_token_are_rejected(
    client: Client, settings: LazySettings, token: str, status: int, words: str
) -> None:
    settings.METRICS_TOKEN = token

    response = client.get("/metrics")

    assert response.status_code == status
    assert words in response.json()["detail"]


@pytest.mark.django_db
@pytest.mark.parametrize("token", ["", TOKEN])
@pytest.mark.parametrize("bearer", ["", "wrong", f"{TOKEN}x", TOKEN[:-1], "ключ"])
def test_metrics_with_another_token_are_401(client: Client, settings: LazySettings, token: str, bearer: str) -> None:
    settings.METRICS_TOKEN = token

    response = client.get("/metrics", headers={"Authorization": f"Bearer {bearer}"})

    assert response.status_code == 401
    assert "token" in response.json()["detail"]


def test_scrape_equals_what_clients_received_and_has_all_metrics_of_the_dashboard(
    start_server: Callable[..., Server],
) -> None:
    server = start_server(METRICS_TOKEN=TOKEN, STREAM_MAX_PER_ADDRESS=2, EMF_NAMESPACE="Sentiment/Streams")
    assert server.manage("shell", "-c", ADD_SOURCE).returncode == 0
    with Stream(server.url) as unfiltered, Stream(server.url, path="/api/v2/stream?tickers=MSFT") as filtered:
        for stream in (unfiltered, filtered):
            stream.receive_kinds("heartbeat", "metrics")
        with Stream(server.url) as rejected:
            assert rejected.status == 429
        server.post(headline(1), headline(2, "MSFT"), headline(3))
        unfiltered.receive_until(lambda s: s.events[-1].kind == "metrics" and s.events[-1].data["total"] == 4)
        filtered.receive_until(lambda s: s.events[-1].kind == "metrics" and s.events[-1].data["total"] == 1)

        samples = scrape(server)

        received = [*unfiltered.events, *filtered.events]
        size = len(re.sub(r"retry: \d+\n", "", unfiltered.text + filtered.text).encode())
    until(
        lambda: by_label(scrape(server), "sentiment_streams_closed_total") == {"client": 2},
        what="both streams are closed",
    )

    kinds = {event.kind for event in received}
    assert by_label(samples, "sentiment_stream_events_sent_total") == {
        kind: sum(event.kind == kind for event in received) for kind in kinds
    }
    assert sum(by_label(samples, "sentiment_stream_sent_bytes_total").values()) == size
    assert by_label(samples, "sentiment_streams_refused_total") == {"address_limit": 1}
    assert samples["sentiment_streams_open", ""] == samples["sentiment_streams_accepted_total", ""] == 2
    assert samples["sentiment_stream_topics", ""] == 2
    assert 3 <= samples["sentiment_stream_ring_frames", ""] <= samples["sentiment_stream_ring_limit_frames", ""] == 4096
    assert samples["sentiment_stream_lag_frames", ""] == 0
    assert samples["sentiment_stream_delivery_seconds_count", ""] == 3
    assert 0 < samples["sentiment_stream_delivery_seconds_sum", ""] < 3 * 5
    assert samples["sentiment_database_up", ""] == 1
    assert samples["sentiment_log_places_total", ""] == samples["sentiment_analyzer_texts_total", ""] == 4
    assert samples["sentiment_analyzer_seconds_total", ""] > 0
    assert {name: samples[f"sentiment_source_{name}", 'wire "one"'] for name in ("items_total", "skipped_total")} == {
        "items_total": 1,
        "skipped_total": 1,
    }
    assert (
        samples["sentiment_source_failures_total", 'wire "one"']
        == samples["sentiment_source_failing", 'wire "one"']
        == 2
    )
    assert samples["process_resident_memory_bytes", ""] > 0
    queried = find_metric_names(json.loads(DASHBOARD.read_text()))
    assert len(queried) >= 20
    assert queried <= {name for name, _ in samples}

    assert server.stop() == 0
    (line,) = [line for line in server.log.read_text().splitlines() if line.startswith("{")]
    last = parse_line(line)
    assert (last["ConnectionCount"], last["ConnectionAcquireFailures"]) == (0, 1)
    assert (last["EventsSent"], len(last["EventLatencyMs"])) == (len(received), 3)
    assert re.findall(r"items_delivered .*items=(\d+)", server.log.read_text()) == ["3"]


def test_metrics_port_scrapes_one_of_several_processes_on_a_port(start_server: Callable[..., Server]) -> None:
    metrics_port = free_port()
    server = start_server(METRICS_TOKEN=TOKEN, command=("serve", "--metrics-port", str(metrics_port)))
    other = start_server(METRICS_TOKEN=TOKEN, port=server.port)
    shared = f":{server.port}, a port that another process serves too\n"
    until(lambda: shared in other.log.read_text(), what="the second server names the shared port")
    assert "another process" not in server.log.read_text()

    with Stream(Server({}, metrics_port, "").url) as stream:
        stream.receive_kinds("heartbeat")
        assert scrape(server, port=metrics_port)["sentiment_streams_open", ""] == 1
        rejected = server.manage("serve", "--port", str(free_port()), "--metrics-port", str(metrics_port))
        assert (rejected.returncode, rejected.stderr.splitlines()[-1]) == (
            1,
            f"CommandError: --metrics-port {metrics_port}: Address already in use; choose another.",
        )
        other.stop()

        assert scrape(server)["sentiment_streams_open", ""] == 1


@pytest.mark.parametrize("accept", ["application/openmetrics-text; version=1.0.0", "text/plain; version=0.0.4", ""])
def test_metrics_are_served_in_both_prometheus_formats(
    client: Client, settings: LazySettings, accept: str, transactional_db: None
) -> None:
    settings.METRICS_TOKEN = TOKEN

    response = client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}", "Accept": accept})

    assert response.status_code == 200
    assert response["Content-Type"].startswith(accept.partition(";")[0] or "text/plain")
    assert response.content.endswith(b"# EOF\n") == ("openmetrics" in accept)
    assert b"sentiment_log_places_total 0" in response.content


def test_metrics_report_relay_and_lag_of_the_edge(
    client: Client, settings: LazySettings, transactional_db: None
) -> None:
    settings.METRICS_TOKEN = TOKEN

    def scrape_edge() -> dict[str, str]:
        lines = client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"}).content.decode().splitlines()
        names = ("sentiment_relay_leads", "sentiment_edge_lag_places")
        return dict(line.split() for line in lines if line.startswith(names))

    assert scrape_edge() == {}
    settings.GRIP_PROXIES = [{"control_uri": "http://127.0.0.1:1"}]
    assert scrape_edge() == {"sentiment_relay_leads": "0.0"}

    head = LogHead.objects.get()
    ingest([parse_headline({"title": f"Apple opens store {number}"}, source="test") for number in range(5)])
    lock = LeaderLock("a relay")
    lock.acquire()
    lock.renew(Cursor(head.generation, head.seq + 2))
    assert scrape_edge() == {"sentiment_relay_leads": "1.0", "sentiment_edge_lag_places": "3.0"}

    lock.release()
    assert scrape_edge() == {"sentiment_relay_leads": "0.0"}
