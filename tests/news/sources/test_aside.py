import subprocess
import sys
import threading
from pathlib import Path

import pytest
from django.utils import timezone

from news.sources import aside
from news.sources.aside import read_entries_aside
from news.sources.entries import read_entries
from news.sources.fetch import MAX_BYTES, Document, SourceError
from tests.conftest import ROOT, until
from tests.news.sources.server import item, rss


def document(body):
    return Document("https://news.example.org/feed", body.encode()[:MAX_BYTES], "application/xml", "", "")


def much_of(text):
    return text * ((MAX_BYTES - 1_000) // len(text))


def test_a_feed_is_read_as_it_is_in_this_process():
    sent = document(rss(*(item(f"Apple rises {number}", guid=f"a-{number}") for number in range(100))))

    assert read_entries_aside(sent) == read_entries(sent, now=timezone.now())


def test_what_is_no_feed_is_refused_with_the_same_words():
    with pytest.raises(SourceError, match=r"news\.example\.org: sent application/xml that is no RSS or Atom feed"):
        read_entries_aside(document("<html></html>"))


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
    with pytest.raises(SourceError, match=r"more than 2 s or 24 MB to read; give the URL of a shorter"):
        read_entries_aside(document(body))

    assert len(read_entries_aside(document(rss(item("Apple rises"))))) == 1


def test_large_feed_of_the_ordinary_kind_is_read():
    entry = item(
        "Apple profit rises", link="https://news.example.org/a", summary="&lt;p&gt;More phones&lt;/p&gt; " * 250
    )
    sent = document(rss(*[entry] * 200))

    assert len(sent.body) > 1_500_000
    assert len(read_entries_aside(sent)) == 200


def test_many_threads_share_one_process():
    read = []
    threads = [
        threading.Thread(target=lambda: read.extend(read_entries_aside(document(rss(item("Apple rises"))))))
        for _ in range(20)
    ]

    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(read) == 20
    assert len(aside._kept) == 1


def test_its_process_ends_with_ours_whatever_ends_that():
    code = (
        "import os, signal; from news.sources import aside; from news.sources.fetch import Document\n"
        "aside.read_entries_aside(Document('http://x/', b'<rss version=\"2.0\"><channel/></rss>', '', '', ''))\n"
        "print(aside._kept[0]._process.pid, flush=True); os.kill(os.getpid(), signal.SIGKILL)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)

    until(lambda: not Path(f"/proc/{int(done.stdout)}").exists(), what="the reader's end")
