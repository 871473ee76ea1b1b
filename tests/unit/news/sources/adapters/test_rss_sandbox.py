import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from news.sources.adapters.rss_entries import parse_entries
from news.sources.adapters.rss_sandbox import ORDINARY_BYTES, ParserWorker
from news.sources.http.client import Document, SourceError
from news.sources.http.size_limit import MAX_BYTES
from tests.helpers.feed_server import item, rss
from tests.helpers.paths import ROOT
from tests.helpers.waiting import until


@pytest.fixture
def worker():
    """Return a worker with more time than a busy machine needs for an ordinary document."""
    with closing(ParserWorker(cpu_seconds=120, wall_seconds=300, start_seconds=120, queue_seconds=300)) as worker:
        yield worker


def make_document(body):
    return Document("https://news.example.org/feed", body.encode()[:MAX_BYTES], "application/xml", "", "")


def fill(text, size=ORDINARY_BYTES):
    return text * ((size - 1_000) // len(text))


def test_parse_returns_what_parse_entries_returns(worker):
    document = make_document(rss(*(item(f"Apple rises {number}", guid=f"a-{number}") for number in range(100))))

    assert worker.parse(document) == parse_entries(document, now=timezone.now())


def test_parse_of_other_document_raises_error_of_parse_entries(worker):
    with pytest.raises(
        SourceError, match=r"news\.example\.org: sent a web page that names no feed, not an RSS or Atom feed"
    ):
        worker.parse(make_document("<html></html>"))


@pytest.mark.parametrize(
    "body",
    [
        rss("<item><title>" + fill("&") + "x</title></item>"),
        rss(fill("<a>")),
        rss("<item " + " ".join(f"a{number}=x" for number in range(180_000))),
        rss("<a b='" + fill("x ")),
    ],
    ids=["ampersands", "nesting", "attributes", "quotes"],
)
def test_parse_over_cpu_or_memory_limit_raises_error_and_replaces_the_child(body):
    with closing(ParserWorker(cpu_seconds=1)) as worker:
        with pytest.raises(
            SourceError, match=r"example\.org: .* more than 1 s or 24 MB to parse; give the URL of a shorter"
        ):
            worker.parse(make_document(body))

        assert len(worker.parse(make_document(rss(item("Apple rises")))).records) == 1


@pytest.mark.parametrize(
    "body",
    [
        rss("<item><title>" + fill("&", MAX_BYTES) + "x</title></item>"),
        rss(fill("<a>", MAX_BYTES)),
        rss("<a b='" + fill("x ", MAX_BYTES)),
        rss("<item><title>" + fill("word ", MAX_BYTES) + "</title></item>"),
        rss("<item>" + fill("<![CDATA[", MAX_BYTES)),
        rss("<item>" + fill("<!--", MAX_BYTES)),
    ],
    ids=["ampersands", "nesting", "quotes", "one-entry", "cdata", "comments"],
)
def test_parse_large_document_over_memory_limit_raises_error_and_replaces_the_child(worker, body):
    with pytest.raises(SourceError, match=r"example\.org: .* more than 128 s or 24 MB to parse"):
        worker.parse(make_document(body))

    assert len(worker.parse(make_document(rss(item("Apple rises")))).records) == 1


def date(minute):
    return f"{datetime(2026, 3, 1, tzinfo=UTC) + timedelta(minutes=minute):%a, %d %b %Y %H:%M:%S GMT}"


@pytest.mark.parametrize(
    ("count", "size", "is_newest_first"), [(30_000, 160, True), (30_000, 160, False), (600, 16_000, True)]
)
def test_parse_large_ordinary_feed_returns_its_newest_entries(worker, count, size, is_newest_first):
    text = "&lt;p&gt;More phones sold \U0001f4c8&lt;/p&gt; " * (size // 40)
    entries = [item(f"Apple rises {n}", guid=f"{n}", date=date(n), summary=text) for n in range(count)]
    document = make_document(rss(*(reversed(entries) if is_newest_first else entries)))

    parsed = worker.parse(document)

    assert len(document.body) > 8_000_000
    assert [record["title"] for record in parsed.records] == [f"Apple rises {n}" for n in range(count - 500, count)]
    assert [entry.count for entry in parsed.skipped] == [count - 500]


def test_parse_over_wall_limit_raises_error():
    program = (
        "from news.sources.adapters import rss_sandbox; rss_sandbox._send(True); "
        "import threading; threading.Event().wait()"
    )
    with (
        closing(ParserWorker(program=program, wall_seconds=0.1)) as worker,
        pytest.raises(SourceError, match="takes more than"),
    ):
        worker.parse(make_document(rss()))


@pytest.mark.parametrize("program", ["import threading; threading.Event().wait()", "raise SystemExit", "print('?')"])
def test_parse_with_child_that_does_not_start_raises_error(program):
    with closing(ParserWorker(program=program, start_seconds=0.5)) as worker:
        with pytest.raises(
            SourceError, match=r"example\.org: not parsed, the parser process did not start within 0\.5 s"
        ):
            worker.parse(make_document(rss()))

        assert not worker._idle


def test_parse_that_waits_too_long_in_the_queue_raises_error():
    program = "import threading; threading.Event().wait()"
    with (
        closing(ParserWorker(program=program, start_seconds=3, queue_seconds=0.1)) as worker,
        ThreadPoolExecutor(2) as pool,
    ):
        waits = [pool.submit(worker.parse, make_document(rss())) for _ in range(2)]
        errors = sorted(str(wait.exception()) for wait in waits)

    assert "not parsed within 0.1 s because of other feeds; it is retried later" in errors[0]
    assert "did not start within 3 s" in errors[1]


def test_parse_large_ordinary_feed_returns_its_records(worker):
    entry = item(
        "Apple profit rises", link="https://news.example.org/a", summary="&lt;p&gt;More phones&lt;/p&gt; " * 250
    )
    document = make_document(rss(*[entry] * 200))

    assert len(document.body) > 1_500_000
    assert len(worker.parse(document).records) == 200


def test_parse_in_many_threads_uses_one_child(worker):
    records = []
    document = make_document(rss(item("Apple rises")))
    threads = [threading.Thread(target=lambda: records.extend(worker.parse(document).records)) for _ in range(20)]

    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(records) == 20
    assert len(worker._idle) == 1


def test_child_ends_when_its_parent_is_killed():
    code = (
        "import os, signal; from news.sources.adapters.rss_sandbox import shared_worker\n"
        "from news.sources.http.client import Document\n"
        "shared_worker.parse(Document('http://x/', b'<rss version=\"2.0\"><channel/></rss>', '', '', ''))\n"
        "print(shared_worker._idle[0].pid, flush=True); os.kill(os.getpid(), signal.SIGKILL)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)

    until(lambda: not Path(f"/proc/{int(done.stdout)}").exists(), what="the end of the child")
