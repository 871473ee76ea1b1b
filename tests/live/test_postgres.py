"""The site on a real PostgreSQL: concurrent writers, several servers, query plans."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import UTC, datetime
from functools import partial
from io import StringIO
from zoneinfo import ZoneInfo

import psycopg
import pytest
from django.core.management import call_command
from django.db import connection, connections, transaction
from django.test.utils import CaptureQueriesContext

from news.ingest.pipeline import ingest
from news.metrics.grid import DAY, Grid
from news.metrics.periods import Period, find_inexact_ends
from news.metrics.queries import get_metrics
from news.metrics.timeseries import SeriesRange, get_timeseries
from news.models import Axis, Item, LogHead
from tests.helpers.buckets import series
from tests.helpers.duplicates import ingest_concurrently
from tests.helpers.items import headline, make_headline
from tests.helpers.postgres import is_writer_waiting
from tests.helpers.server import Server
from tests.helpers.sse import Stream

PUBLISHED_AT = datetime(2026, 1, 31, 9, 30, tzinfo=UTC)


@pytest.fixture
def start_on_postgres(
    start_clean_server: Callable[..., Server], postgres_url: str, postgres_token: str
) -> Callable[..., Server]:
    """Return a function that starts a server on one migrated PostgreSQL database."""

    def start(**options: object) -> Server:
        server = start_clean_server(DATABASE_URL=postgres_url, **options)
        server.token = postgres_token
        return server

    return start


def test_stream_two_servers_on_postgres_same_order(
    start_on_postgres: Callable[..., Server],
) -> None:
    servers = [start_on_postgres(), start_on_postgres()]
    with Stream(servers[0].url) as near, Stream(servers[1].url) as far:
        near.receive_kinds("metrics")
        far.receive_kinds("metrics")

        def post(number: int) -> None:
            servers[number % 2].post(*(headline(number * 10 + n) for n in range(5)))

        with ThreadPoolExecutor(6) as pool:
            list(pool.map(post, range(40)))
        ids = [[item.id for item in stream.receive_items(200)] for stream in (near, far)]
        seqs = [item.seq for item in near.items()]
        near.receive_until(lambda s: s.events[-1].kind == "metrics" and s.events[-1].data["total"] == 200)

    assert seqs == list(range(1, 201))
    assert ids[0] == ids[1]
    assert servers[0].call("/api/v2/metrics")[1]["total"] == 200


def test_stream_200_clients_open_no_more_database_connections_than_5(
    start_on_postgres: Callable[..., Server], postgres_url: str
) -> None:
    server = start_on_postgres(STREAM_MAX_CONNECTIONS=200, STREAM_MAX_PER_ADDRESS=200)
    count = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid != pg_backend_pid()"
    held = []
    with psycopg.connect(postgres_url, autocommit=True) as own, ExitStack() as opened:
        streams: list[Stream] = []
        for posted, wanted in enumerate((5, 200), start=1):
            while len(streams) < wanted:
                streams.append(opened.enter_context(Stream(server.url)))
                streams[-1].receive_kinds("metrics")
            server.post(headline(posted))
            for stream in streams:
                stream.receive_until(lambda stream, seq=posted: stream.items() and stream.items()[-1].seq == seq)
            held += [number for (number,) in own.execute(count)]

    few, many = held
    assert 0 < many <= few


@pytest.mark.usefixtures("on_postgres")
def test_ingest_rolled_back_while_another_waits_leaves_no_gap() -> None:
    def write() -> list[str]:
        try:
            return ingest([make_headline("second")]).created
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            ingest([make_headline("lost")])
            waiting = pool.submit(write)
            until_a_writer_waits()
            transaction.set_rollback(True)
        assert len(waiting.result(60)) == 1

    assert list(Item.objects.values_list("seq", "title")) == [(1, "second")]
    assert get_metrics().total == 1


@pytest.mark.usefixtures("on_postgres")
def test_ingest_postgres_concurrent_threads_append_each_story_once() -> None:
    ingest_concurrently()


@pytest.mark.usefixtures("on_postgres")
def test_rescore_then_prune_on_postgres_keeps_metrics() -> None:
    ingest([make_headline(f"Profit rises {n}") for n in range(10)])
    Item.objects.filter(seq__lte=5).update(title="Losses widen")

    call_command("rescore", "--batch", "3", stdout=StringIO())
    call_command("prune", "--keep", "4", "--batch", "3", stdout=StringIO())

    metrics, head = get_metrics(), LogHead.objects.get()
    assert (metrics.total, metrics.negative) == (10, 5)
    assert (head.min_seq, head.seq, Item.objects.count()) == (11, 15, 4)
    (hour,) = series("AAPL", 3600)
    assert (hour.positive, hour.negative) == (5, 5)


@pytest.mark.usefixtures("on_postgres")
def test_metrics_query_uses_bucket_index() -> None:
    for batch in range(3):
        ingest([make_headline(f"{batch} {n}", f"T{n}") for n in range(300)])
    with connection.cursor() as cursor:
        # As many minutes as a log of weeks has.
        cursor.execute(
            "INSERT INTO news_bucket (axis, seconds, key, start, positive, neutral, negative, total, open, high, low,"
            " close, opened_at, closed_at) SELECT axis, seconds, key, start - 60 * n, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0"
            " FROM news_bucket, generate_series(2000, 2100) n WHERE axis = 'a' AND seconds = 60 ON CONFLICT DO NOTHING"
        )
        cursor.execute("ANALYZE news_bucket")

    start = PUBLISHED_AT.timestamp()
    period = Period(Axis.PUBLISHED, start - 5000, start + 5000)
    zone = ZoneInfo("Asia/Kolkata")
    reads: list[Callable[[], object]] = [
        *(partial(get_metrics, names, hours=hours) for names in ((), ("T1",), ("T1", "T2")) for hours in (None, 1, 24)),
        *(partial(get_metrics, names, period=period) for names in ((), ("T1",), ("T1", "T2"))),
        *(partial(find_inexact_ends, period, names) for names in ((), ("T1",), ("T1", "T2"))),
        *(
            partial(get_timeseries, ["", "T1"], SeriesRange(grid, start))
            for grid in (Grid(60), Grid(DAY), Grid(DAY, zone))
        ),
    ]
    plans = [plan for read in reads for plan in explain_bucket_queries(read)]

    assert len(plans) > len(reads)
    for plan in plans:
        assert "bucket_once" in plan
        assert "Seq Scan on news_bucket" not in plan, plan


def explain_bucket_queries(read: Callable[[], object]) -> list[str]:
    """Return the query plans of what is read from buckets."""
    with CaptureQueriesContext(connection) as queries:
        read()
    plans = []
    with connection.cursor() as cursor:
        for statement in [entry["sql"] for entry in queries if "news_bucket" in entry["sql"]]:
            # Of a server-side cursor, the query that it is declared for.
            cursor.execute(f"EXPLAIN {statement.rpartition('CURSOR WITH HOLD FOR')[2].replace('%', '%%')}")
            plans.append("\n".join(row[0] for row in cursor.fetchall()))
    return plans


def until_a_writer_waits(*, looks: int = 10_000) -> None:
    assert any(is_writer_waiting() for _ in range(looks))
