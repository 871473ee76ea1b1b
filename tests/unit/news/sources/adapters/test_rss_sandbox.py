import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest
from django.utils import timezone

from news.sources.adapters.rss_entries import parse_entries
from news.sources.adapters.rss_sandbox import ParserWorker
from news.sources.http.client import MAX_BYTES, Document, SourceError
from tests.helpers.feed_server import item, rss
from tests.helpers.paths import ROOT
from tests.helpers.waiting import until


@pytest.fixture
def aside():
    """Return what reads aside, with more time than any machine needs for an ordinary document."""
    with closing(ParserWorker(cpu_seconds=120, wall_seconds=300, start_seconds=120, turn_seconds=300)) as aside:
        yield aside


def document(body):
    return Document("https://news.example.org/feed", body.encode()[:MAX_BYTES], "application/xml", "", "")


def much_of(text):
    return text * ((MAX_BYTES - 1_000) // len(text))


def test_a_feed_is_read_as_it_is_in_this_process(aside):
    sent = document(rss(*(item(f"Apple rises {number}", guid=f"a-{number}") for number in range(100))))

    assert aside.read(sent) == parse_entries(sent, now=timezone.now())


def test_what_is_no_feed_is_refused_with_the_same_words(aside):
    with pytest.raises(SourceError, match=r"news\.example\.org: sent application/xml that is no RSS or Atom feed"):
        aside.read(document("<html></html>"))


@pytest.mark.parametrize(
    "body",
    [
        rss("<item><title>" + much_of("&") + "x</title></item>"),
        rss(much_of("<a>")),
        rss("<item " + " ".join(f"a{number}=x" for number in range(300_000))),
        rss("<a b='" + much_of("x ")),
        rss(*[item("Apple rises")] * 100_000),
    ],
    ids=["ampersands", "nesting", "attributes", "quotes", "items"],
)
def test_what_keeps_the_parser_busy_or_takes_memory_is_given_up(body):
    with closing(ParserWorker(cpu_seconds=1)) as aside:
        with pytest.raises(
            SourceError, match=r"example\.org: .* more than 1 s or 24 MB to read; give the URL of a shorter"
        ):
            aside.read(document(body))

        assert len(aside.read(document(rss(item("Apple rises"))))) == 1


def test_what_takes_long_without_working_is_given_up():
    program = (
        "from news.sources.adapters import rss_sandbox; rss_sandbox._say(True); "
        "import threading; threading.Event().wait()"
    )
    with (
        closing(ParserWorker(program=program, wall_seconds=0.1)) as aside,
        pytest.raises(SourceError, match="takes more than"),
    ):
        aside.read(document(rss()))


@pytest.mark.parametrize("program", ["import threading; threading.Event().wait()", "raise SystemExit", "print('?')"])
def test_a_process_that_does_not_start_is_an_error_of_the_source(program):
    with closing(ParserWorker(program=program, start_seconds=0.5)) as aside:
        with pytest.raises(
            SourceError, match=r"example\.org: not read, the process for it did not start within 0\.5 s"
        ):
            aside.read(document(rss()))

        assert not aside._kept


def test_who_waits_too_long_for_a_turn_is_asked_again_later():
    program = "import threading; threading.Event().wait()"
    with (
        closing(ParserWorker(program=program, start_seconds=3, turn_seconds=0.1)) as aside,
        ThreadPoolExecutor(2) as pool,
    ):
        waits = [pool.submit(aside.read, document(rss())) for _ in range(2)]
        errors = sorted(str(wait.exception()) for wait in waits)

    assert "not read within 0.1 s, for others before it; asked again later" in errors[0]
    assert "did not start within 3 s" in errors[1]


def test_large_feed_of_the_ordinary_kind_is_read(aside):
    entry = item(
        "Apple profit rises", link="https://news.example.org/a", summary="&lt;p&gt;More phones&lt;/p&gt; " * 250
    )
    sent = document(rss(*[entry] * 200))

    assert len(sent.body) > 1_500_000
    assert len(aside.read(sent)) == 200


def test_many_threads_share_one_process(aside):
    read = []
    threads = [
        threading.Thread(target=lambda: read.extend(aside.read(document(rss(item("Apple rises")))))) for _ in range(20)
    ]

    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(read) == 20
    assert len(aside._kept) == 1


def test_its_process_ends_with_ours_whatever_ends_that():
    code = (
        "import os, signal; from news.sources.adapters.rss_sandbox import shared\n"
        "from news.sources.http.client import Document\n"
        "shared.read(Document('http://x/', b'<rss version=\"2.0\"><channel/></rss>', '', '', ''))\n"
        "print(shared._kept[0]._process.pid, flush=True); os.kill(os.getpid(), signal.SIGKILL)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)

    until(lambda: not Path(f"/proc/{int(done.stdout)}").exists(), what="the reader's end")
