"""Migrations backwards and forwards on a database with data."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.helpers.server import Server, base_environment

FILL = """
from datetime import UTC, datetime
from news.dedup.headline import Headline
from news.ingest.pipeline import ingest
from news.models import Source
at = datetime(2026, 1, 31, 9, 30, tzinfo=UTC)
ingest([Headline("Tesla recalls 120,000 cars over door latch", ("TSLA", "GM"), "wire", at, external_id="1")])
ingest([Headline("Tesla recalling 120,000 vehicles on door latch issue", ("TSLA",), "paper", at)])
ingest([Headline("Ford profit rises", ("F",), "wire", at)])
Source.objects.create(name="wire", url="https://example.org/rss", etag="v1", items_created=2,
    file_offsets={"a": [1, 2]})
Source.objects.create(name="folder", kind="watched", path="/srv/news")
"""
COUNT = """
import json
from django.db import connection
with connection.cursor() as cursor:
    def ask(query):
        cursor.execute(query)
        return list(map(list, cursor.fetchall()))
    def column(table, new, old):
        names = [row.name for row in connection.introspection.get_table_description(cursor, table)]
        return new if new in names else old
    dedup_hash = column("news_item", "dedup_hash", "story")
    min_seq = column("news_loghead", "min_seq", "floor")
    tables = connection.introspection.table_names()
    mentions, symbol = ("news_mention", "symbol") if "news_mention" in tables else ("news_itemticker", "ticker")
    count = "positive + neutral + negative"
    print(json.dumps([
        ask(f"SELECT seq, title, {dedup_hash} FROM news_item ORDER BY seq"),
        ask(f"SELECT {symbol}, seq FROM {mentions} ORDER BY seq, {symbol}"),
        ask(f"SELECT seq, {min_seq} FROM news_loghead"),
        ask("SELECT name, kind, url, etag, items_created FROM news_source ORDER BY name"),
        ask(f"SELECT key, {count} FROM news_bucket WHERE seconds = 0 AND axis = 'a' ORDER BY key"),
        ask(f"SELECT key, seconds, {count} FROM news_bucket WHERE axis = 't' ORDER BY key, seconds"),
    ]))
"""
GO_ON = """
import json
from datetime import UTC, datetime
from news.dedup.headline import Headline
from news.ingest.pipeline import ingest
from news.models import Item, LogHead, Mention, Source
from news.ingest.rescoring import rescore
at = datetime(2026, 1, 31, 9, 30, tzinfo=UTC)
again = ingest([Headline("Tesla recalls 120,000 cars over door latch", ("TSLA", "GM"), "wire", at, external_id="1")])
told = ingest([Headline("Boeing wins a large order", ("BA",), "wire", at)])
retold = ingest([Headline("Boeing wins a large order", ("BA",), "radio", at)])
rescore(Item.objects.all())
print(json.dumps([
    again.duplicates, len(told.created), retold.duplicates, LogHead.objects.get().duplicate_reports > 0,
    Source.objects.get(name="wire").file_offsets, Source.objects.get(name="folder").path,
    list(Item.objects.filter(title__startswith="Tesla").values_list("revision", flat=True)),
    Mention.objects.filter(similarity_key=None).count(),
]))
"""


@pytest.fixture(params=["sqlite", "postgres"])
def manage(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[..., str]:
    """Return a function that runs a management command on a new, migrated database, and returns its output."""
    environment = base_environment(tmp_path)
    if request.param == "postgres":
        environment["DATABASE_URL"] = request.getfixturevalue("postgres_url")
    else:
        shutil.copy(request.getfixturevalue("fresh_database")[0], tmp_path)
    server = Server(environment, port=0, token="")

    def run(*arguments: str) -> str:
        done = server.manage(*arguments)
        assert done.returncode == 0, done.stderr
        return done.stdout

    return run


def answer(manage: Callable[..., str], script: str) -> Any:
    return json.loads(manage("shell", "-v0", "-c", script))


def test_migrations_backwards_and_forwards_keep_the_log(manage: Callable[..., str]) -> None:
    manage("shell", "-v0", "-c", FILL)
    before = answer(manage, COUNT)

    manage("migrate", "-v0", "news", "0001")
    oldest = answer(manage, COUNT)
    manage("migrate", "-v0")

    assert len(before[0]) == 2
    # The older version counts combinations of tickers, too.
    assert oldest == [*before[:-1], [["GM,TSLA", seconds, 1] for seconds in (0, 60, 3600)]]
    assert answer(manage, COUNT) == before
    # The older schema has no columns for these: the path, the offsets in files, the reports, the keys, and what is said
    # of each ticker, for which the item is scored again.
    assert answer(manage, GO_ON) == [1, 1, 1, True, {}, "", [1], 5]


# In one process: starting one for each step would take most of the time of the test.
THERE_AND_BACK = """
import json
from datetime import timedelta
from django.contrib.auth.models import User
from django.core.management import call_command
from django.utils import timezone
from accounts.anonymous_sessions import create_session
from accounts.models import AnonymousSession, Configuration, Ticket
from accounts.tokens import create_token, get_token
from streaming.models import EdgeChannel, RelayLeader
session, passing = create_session("Europe/Berlin")
token, lasting = create_token("read", name="mine")
_, brief = create_token("ingest", expires_at=timezone.now() + timedelta(hours=1))
Configuration.objects.create(token=token, name="Tech", tickers=["AAPL"])
Configuration.objects.create(user=User.objects.create_user("ann"), name="Cars", tickers=["F"])
Ticket.objects.create(digest="0" * 64, token=session.token, expires_at=timezone.now() + timedelta(seconds=30))
RelayLeader.objects.create(expires_at=timezone.now(), generation="abcdef", seq=3)
EdgeChannel.objects.create(name="all", last_used_at=timezone.now())
models = (User, AnonymousSession, Configuration, Ticket, RelayLeader, EdgeChannel)
before = [model.objects.count() for model in models]
call_command("migrate", "accounts", "0001", verbosity=0)
call_command("migrate", "streaming", "zero", verbosity=0)
call_command("migrate", verbosity=0)
after = [model.objects.count() for model in models]
print(json.dumps([before, after, [get_token(secret) is not None for secret in (passing, lasting, brief)]]))
"""


def test_migrations_backwards_and_forwards_keep_tokens_but_none_past_expiry(manage: Callable[..., str]) -> None:
    before, after, opened = answer(manage, THERE_AND_BACK)

    assert (before, after) == ([1, 1, 2, 1, 1, 1], [1, 0, 0, 0, 0, 0])
    # The older schema has no column for the expiry: a token kept there would be valid for ever.
    assert opened == [False, True, False]


EDGE_CHANNELS = """
import json
from django.core.management import call_command
from django.db import connection
from django.utils import timezone
call_command("migrate", "streaming", "0003", verbosity=0)
rows = [("filtered", '["AAPL", "MSFT"]', "headline"), ("all", "[]", "")]
with connection.cursor() as cursor:
    for name, tickers, include in rows:
        cursor.execute(
            "INSERT INTO streaming_edgechannel (name, tickers, include, last_used_at) VALUES (%s, %s, %s, %s)",
            [name, tickers, include, timezone.now()],
        )
call_command("migrate", "streaming", "0004", verbosity=0)
from streaming.models import EdgeChannel
queries = dict(EdgeChannel.objects.values_list("name", "query"))
call_command("migrate", "streaming", "0003", verbosity=0)
with connection.cursor() as cursor:
    cursor.execute("SELECT name, tickers, include FROM streaming_edgechannel ORDER BY name")
    restored = [[name, json.loads(tickers) if isinstance(tickers, str) else tickers, include]
                for name, tickers, include in cursor.fetchall()]
print(json.dumps([queries, restored]))
"""


def test_edge_channels_keep_their_filters_through_migration_0004_and_back(manage: Callable[..., str]) -> None:
    queries, restored = answer(manage, EDGE_CHANNELS)

    assert queries == {"all": {}, "filtered": {"tickers": "AAPL,MSFT", "include": "headline"}}
    assert restored == [["all", [], ""], ["filtered", ["AAPL", "MSFT"], "headline"]]


# Items 5 and 6 were scored again by the former version: they kept the times of their first arrival, before that of 4.
TIMES = """
import json
from datetime import datetime, timedelta
from django.core.management import call_command
from django.db import connection
call_command("migrate", "news", "0010", verbosity=0)
start = datetime.fromisoformat("2026-01-31T09:30:00+00:00")
minutes = {1: 0, 3: 1, 4: 7, 5: 2, 6: 3, 7: 8, 9: 8}
insert = ("INSERT INTO news_item (item_id, seq, title, summary, url, source, dedup_hash, tickers, sentiment, score,"
    " probabilities, evidence, analyzer, analyzer_version, revision, published_at, appended_at)"
    " VALUES (%s, %s, %s, '', '', 'test', %s, %s, 'neutral', 1, %s, '[]', 'lexicon', '1', 0, %s, %s)")
def adapt(time):
    return connection.ops.adapt_datetimefield_value(time)
with connection.cursor() as cursor:
    for seq, minute in minutes.items():
        time = adapt(start + timedelta(minutes=minute))
        cursor.execute(insert, [str(seq), seq, f"Story {seq}", str(seq), '["AAPL"]', "{}", adapt(start), time])
        cursor.execute("SELECT id FROM news_item WHERE seq = %s", [seq])
        cursor.execute(
            "INSERT INTO news_itemticker (item_id, ticker, seq) VALUES (%s, 'AAPL', %s)", [cursor.fetchone()[0], seq]
        )
    cursor.execute("UPDATE news_loghead SET seq = 9")
def read(*columns):
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(columns)} FROM news_item ORDER BY seq")
        rows = cursor.fetchall()
    times = [[datetime.fromisoformat(str(value)).replace(tzinfo=start.tzinfo) for value in row] for row in rows]
    return [[int((time - start).total_seconds() // 60) for time in row] for row in times]
call_command("migrate", "news", "0011", verbosity=0)
raised = read("first_appended_at", "appended_at")
with connection.cursor() as cursor:
    cursor.execute("SELECT count(*) FROM news_item WHERE is_historical OR is_undated")
    marked = cursor.fetchone()[0]
call_command("migrate", "news", "0010", verbosity=0)
restored = read("appended_at")
call_command("migrate", verbosity=0)
from news.log.reader import get_cursor_at
from news.models import Item
again = read("first_appended_at", "appended_at")
cursors = [get_cursor_at(start + timedelta(minutes=minute)).seq for minute in (0, 1, 2, 7, 8, 9)]
print(json.dumps([list(minutes.values()), raised, marked, restored, again, cursors]))
"""


def test_migration_0011_raises_times_along_the_log_and_restores_them(manage: Callable[..., str]) -> None:
    first, raised, marked, restored, again, cursors = answer(manage, TIMES)

    assert raised == again == [[0, 0], [1, 1], [7, 7], [2, 7], [3, 7], [8, 8], [8, 8]]
    assert marked == 0
    assert restored == [[minute] for minute in first]
    assert cursors == [0, 2, 3, 3, 6, 9]  # one seek each, now that the times never decrease


# Samples of an older database, some told by another source, too, some in one minute with real items.
SAMPLES = """
import json
from datetime import UTC, datetime, timedelta
from django.core.management import call_command
from news.dedup.headline import Headline
from news.ingest.pipeline import ingest
from news.ingest.rescoring import rescore
from news.metrics.buckets import make_rows
from news.metrics.queries import get_metrics
from news.models import Axis, Bucket, Item, ItemRevision, LogHead
from news.sources.sample.generator import SUMMARY
start = datetime(2026, 1, 31, 9, 30, 0, 250000, tzinfo=UTC)
def sample(number, *tickers):
    return Headline(f"{['Zorva profit rises', 'Zorva losses widen'][number % 2]} {number} percent", tickers, "sample",
                    start + timedelta(seconds=25 * number), summary=SUMMARY)
ingest([sample(number, "ZORVA", "QUILEN") for number in range(8)])
rescored = Item.objects.filter(seq=3)
rescored.update(title="Zorva board meets")
rescore(rescored)
ingest([Headline(sample(7).title, ("ZORVA", "QUILEN"), "wire", sample(7).published_at)])
def ford(number):
    return Headline(f"Ford profit rises {number} percent", ("F",), "wire", start + timedelta(seconds=50 * number))
ingest([ford(number) for number in range(5)])
ingest([Headline("Old news", ("F",), "wire", start, is_historical=True)])
ingest([Headline("Zorva opens a branch", ("ZORVA",), "sample", start)])
LogHead.objects.update(sample_removals=0)
names = [field.name for field in Bucket._meta.fields][1:]
def read():
    rows = [[row.isoformat() if isinstance(row, datetime) else round(row, 5) if isinstance(row, float) else row
             for row in values] for values in Bucket.objects.values_list(*names)]
    return sorted(rows)
def expect():
    stored = list(Item.objects.order_by("seq"))
    rows = [row for axis in Axis for row in make_rows(stored, axis)]
    return sorted([round(value, 5) if isinstance(value, float) else value for value in row] for row in rows)
Bucket.objects.all().delete()
from news.metrics.buckets import replace_buckets
replace_buckets([row for axis in Axis for row in make_rows(list(Item.objects.order_by("seq")), axis)])
before = read()
call_command("migrate", "news", "0017", verbosity=0)
call_command("migrate", "news", verbosity=0)
marked = list(Item.objects.filter(is_sample=True).order_by("seq").values_list("seq", flat=True))
first, revised = LogHead.objects.get().first_real_seq, ItemRevision.objects.get().is_sample
def cut(rows):  # prices of all time are not read
    return [row if row[1] else row[:7] for row in rows]
found, expected = cut(read()), cut(expect())
problems = [row for row in found if row not in expected], [row for row in expected if row not in found]
total = get_metrics().total
call_command("migrate", "news", "0017", verbosity=0)
call_command("migrate", "news", "0018", "--fake", verbosity=0)
def strip(rows):  # of items that came at one time, open and close are of either
    return [row[:8] + row[9:11] for row in rows]
restored, before = strip(read()), strip(before)
differences = [row for row in restored if row not in before], [row for row in before if row not in restored]
print(json.dumps([marked, first, revised, total, problems, differences]))
"""


def test_samples_of_an_older_database_are_counted_apart_by_migration_0018(manage: Callable[..., str]) -> None:
    marked, first, revised, total, problems, differences = answer(manage, SAMPLES)

    assert marked == [1, 2, 4, 5, 6, 7, 9]  # not 8, which another source has told, and not what was posted by that name
    assert (first, revised) == (8, True)
    assert total == 8  # one of them historical
    assert problems == [[], []]
    assert differences == [[], []]
