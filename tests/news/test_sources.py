import gzip
import random
import socket
import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from news.ingest import ingest_records
from news.models import Item, Source
from news.sources import sample
from news.sources.entries import decode, read_entries, to_text
from news.sources.feed import claim, poll
from news.sources.fetch import MAX_BYTES, Document, SourceError, fetch, make_client

NOW = datetime(2026, 3, 5, 12, 0, tzinfo=UTC)


@dataclass
class Answer:
    """What the feed server says to a path. A body may be a generator of chunks, closed-delimited."""

    body: object = b""
    status: int = 200
    headers: dict = field(default_factory=lambda: {"Content-Type": "application/rss+xml"})


class FeedServer(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), FeedHandler)
        self.answers: dict[str, Answer] = {}
        self.requests = []
        self.closing = threading.Event()

    def url(self, path="/feed"):
        return f"http://127.0.0.1:{self.server_address[1]}{path}"

    def serve(self, body=b"", *, path="/feed", status=200, **headers):
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        body = body.encode() if isinstance(body, str) else body
        self.answers[path] = Answer(body, status, {"Content-Type": "application/rss+xml"} | named)
        return self.url(path)

    def handle_error(self, request, client_address):
        pass  # clients hang up in the middle on purpose


class FeedHandler(BaseHTTPRequestHandler):
    def do_GET(self):
        self.server.requests.append((self.path, dict(self.headers)))
        answer = self.server.answers[self.path]
        etag = answer.headers.get("ETag")
        if etag and self.headers.get("If-None-Match") == etag:
            self.send_response(304)
            self.send_header("ETag", etag)
            self.end_headers()
            return
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.end_headers()
        for chunk in [answer.body] if isinstance(answer.body, bytes) else answer.body():
            self.wfile.write(chunk)

    def log_message(self, *args):
        pass


@pytest.fixture
def server():
    server = FeedServer()
    threading.Thread(target=server.serve_forever, args=[0.01], daemon=True).start()
    yield server
    server.closing.set()
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def client():
    with make_client() as client:
        yield client


def rss(*items, head='<?xml version="1.0" encoding="utf-8"?>'):
    return f'{head}<rss version="2.0"><channel><title>News</title>{"".join(items)}</channel></rss>'


def item(title, *, guid="", link="", date="", summary=""):
    return (
        f"<item><title>{title}</title>"
        + (f"<guid>{guid}</guid>" if guid else "")
        + (f"<link>{link}</link>" if link else "")
        + (f"<pubDate>{date}</pubDate>" if date else "")
        + (f"<description>{summary}</description>" if summary else "")
        + "</item>"
    )


def read(body, *, content_type="application/xml", url="https://news.example.org/feed"):
    body = body.encode() if isinstance(body, str) else body
    return read_entries(Document(url, body, content_type, "", ""), now=NOW)


def make_source(url, **values):
    return Source.objects.create(name="wire", url=url, **values)


# Reading entries


def test_rss_item_becomes_a_record():
    [record] = read(
        rss(
            item(
                "Apple profit rises",
                guid="a-1",
                link="https://news.example.org/a-1",
                date="Wed, 04 Mar 2026 10:30:00 +0100",
                summary="More &lt;b&gt;phones&lt;/b&gt; sold",
            )
        )
    )

    assert record == {
        "title": "Apple profit rises",
        "summary": "More phones sold",
        "url": "https://news.example.org/a-1",
        "external_id": "a-1",
        "published_at": "2026-03-04T09:30:00.000Z",
    }


def test_atom_entry_becomes_a_record():
    title = '<title type="html">Apple &lt;i&gt;up&lt;/i&gt;</title>'
    content = '<content type="html">&lt;p&gt;One&lt;/p&gt;&lt;p&gt;Two&lt;/p&gt;</content>'
    about = '<id>urn:1</id><link href="/a-1"/><updated>2026-03-04T09:30:00Z</updated>'

    [record] = read(f'<feed xmlns="http://www.w3.org/2005/Atom"><entry>{title}{about}{content}</entry></feed>')

    assert (record["title"], record["summary"], record["external_id"]) == ("Apple up", "One Two", "urn:1")
    assert (record["url"], record["published_at"]) == ("https://news.example.org/a-1", "2026-03-04T09:30:00.000Z")


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("<b>Apple</b> rises", "Apple rises"),
        ("AT&amp;T falls", "AT&T falls"),
        ("Profit < 5% seen", "Profit < 5% seen"),
        ("<script>alert(1)</script>Apple", "Apple"),
        ("<style>p{}</style>Apple<br>rises", "Apple rises"),
        ("Apple <!-- hidden --> rises", "Apple rises"),
        ("<img src=x onerror=alert(1)>Apple", "Apple"),
        ("Apple\x00 \x1brises\n\ttoday", "Apple rises today"),
        ("Don&#8217;t&nbsp;sell", "Don\u2019t sell"),
    ],
)
def test_markup_becomes_plain_text_on_one_line(markup, text):
    assert to_text(markup) == text


@given(st.text())
def test_any_markup_becomes_text_without_controls(markup):
    text = to_text(markup)

    assert text == " ".join(text.split())
    assert not any(ord(letter) < 32 or 0xD800 <= ord(letter) < 0xE000 for letter in text)


@pytest.mark.parametrize("link", ["javascript:alert(1)", "ftp://example.org/a", "data:text/html,x"])
def test_links_that_are_not_of_the_web_are_dropped(link):
    [record] = read(rss(item("Apple rises", guid="a-1", link=link)))

    assert record["url"] == ""


def test_future_dates_become_now():
    [record] = read(rss(item("Apple rises", date="Wed, 04 Mar 2126 10:30:00 GMT")))

    assert record["published_at"] == "2026-03-05T12:00:00.000Z"


@pytest.mark.parametrize("date", ["", "yesterday", "Wed, 04 Mar 1926 10:30:00 GMT", "99 Foo 99999"])
def test_missing_and_unreadable_dates_are_left_to_the_reader(date):
    [record] = read(rss(item("Apple rises", date=date)))

    assert record["published_at"] is None


def test_entry_without_id_is_known_by_its_link_and_without_that_by_its_title():
    linked, bare = read(rss(item("Apple rises", link="https://example.org/1"), item("Apple falls")))

    assert linked["external_id"] == "https://example.org/1"
    assert bare["external_id"] == "Apple falls"


def test_long_ids_are_shortened_to_a_digest():
    first, second = read(rss(item("Apple rises", guid="x" * 300), item("Apple falls", guid="x" * 301)))

    assert len(first["external_id"]) == 64
    assert first["external_id"] != second["external_id"]


def test_overlong_titles_and_summaries_are_cut():
    [record] = read(rss(item("Apple " * 1000, summary="word " * 10_000)))

    assert len(record["title"]) == 2_000
    assert len(record["summary"]) == 20_000


def test_at_most_500_entries_are_read():
    assert len(read(rss(*(item(f"Apple rises {n}") for n in range(510))))) == 500


@pytest.mark.parametrize(
    "body",
    [
        rss(item("Apple rises & shines")),
        rss(item("Apple rises<b>")),
        rss(item("Apple rises")).removesuffix("</channel></rss>"),
        rss(item("Apple rises &nbsp; again")),
        rss(item("Apple rises \x0b")),
        "\n\n" + rss(item("Apple rises")),
    ],
)
def test_broken_xml_that_yields_entries_is_fine(body):
    [record] = read(body)

    assert record["title"].startswith("Apple rises")


@pytest.mark.parametrize(
    "body", ["", "<rss", "<html><body>Sign in</body></html>", '{"items": []}', "\x00\x01\x02", "plain text"]
)
def test_what_is_not_a_feed_is_refused_with_the_cure(body):
    with pytest.raises(SourceError, match=r"news\.example\.org: .*no RSS or Atom feed; give the URL"):
        read(body)


def test_feed_without_entries_is_empty_and_fine():
    assert read(rss()) == []


BOMB = '<!DOCTYPE rss [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]>'


@pytest.mark.parametrize(
    "body",
    [
        rss(item("Apple &b;"), head=BOMB),
        rss(item("Apple &b;"), head=BOMB.replace("&a;&a;&a;&a;", "x" * 1000)),
        rss(item("Apple &b;"), head='<!DOCTYPE rss [<!ENTITY b SYSTEM "file:///etc/passwd">]>'),
        rss(item("Apple &b;"), head="<broken" + BOMB),
        rss(item("Apple &b;"), head='<?xml version="1.0" encoding="utf-16"?>' + BOMB).encode("utf-16"),
        rss(item("Apple &b;"), head='<?xml version="1.0" encoding="cp037"?>' + BOMB).encode("utf-16-le"),
    ],
)
def test_entity_declarations_are_refused(body):
    with pytest.raises(SourceError, match="declares XML entities"):
        read(body)


def test_plain_document_type_is_fine():
    doctype = (
        '<!DOCTYPE rss PUBLIC "-//Netscape Communications//DTD RSS 0.91//EN" '
        '"http://my.netscape.com/publish/formats/rss-0.91.dtd">'
    )

    [record] = read(rss(item("Apple rises"), head=f'<?xml version="1.0"?>{doctype}'))

    assert record["title"] == "Apple rises"


@pytest.mark.parametrize(
    ("encoding", "content_type"),
    [
        ("iso-8859-1", "application/xml"),
        ("windows-1251", "application/xml"),
        ("shift_jis", "application/xml"),
        ("utf-16", "application/xml"),
        ("utf-8-sig", "application/xml"),
        ("utf-8", "application/xml; charset=iso-8859-1"),
        ("iso-8859-1", "application/xml; charset=utf-8"),
        ("iso-8859-1", "application/xml; charset=nonsense"),
    ],
)
def test_encodings_are_recognised_whatever_is_declared(encoding, content_type):
    word = {"windows-1251": "прибыль", "shift_jis": "株価"}.get(encoding, "Müller")

    [record] = read(
        rss(item(f"Apple {word}"), head=f'<?xml version="1.0" encoding="{encoding}"?>').encode(encoding),
        content_type=content_type,
    )

    assert record["title"] == f"Apple {word}"


def test_broken_bytes_cost_only_themselves():
    [record] = read(rss(item("Müller, Köhler and Apple rise BROKEN")).encode().replace(b"BROKEN", b"\xff"))

    assert record["title"].startswith("Müller, Köhler and Apple rise")


@given(st.binary(), st.text())
def test_any_bytes_become_text(body, content_type):
    assert isinstance(decode(body, content_type), str)


@given(st.binary(max_size=200))
def test_any_document_is_read_or_refused(noise):
    body = rss(item("Apple NOISE")).encode().replace(b"NOISE", noise)

    try:
        records = read(body)
    except SourceError:
        return
    assert all(isinstance(record["title"], str) for record in records)


# Fetching


def test_fetch_names_the_project_and_sends_no_validators_at_first(server, client):
    document = fetch(server.serve(rss(item("Apple rises"))), client)

    [(_, headers)] = server.requests
    assert headers["User-Agent"].startswith("sentiment-site/")
    assert "If-None-Match" not in headers
    assert document.body.startswith(b"<?xml")


def test_redirects_are_followed_to_the_feed(server, client):
    server.serve(status=301, path="/old", Location="/feed")
    server.serve(rss())

    assert fetch(server.url("/old"), client).url == server.url("/feed")


@pytest.mark.parametrize(
    ("status", "cure"),
    [
        (403, "needs no login"),
        (404, "correct the source's URL"),
        (410, "gone"),
        (429, "longer interval"),
        (500, "asked again later"),
        (204, "correct the source's URL"),
    ],
)
def test_error_answers_name_host_status_and_cure(server, client, status, cure):
    with pytest.raises(SourceError, match=rf"127\.0\.0\.1: answered {status}; .*{cure}"):
        fetch(server.serve(status=status), client)


def test_endless_body_is_cut_at_the_byte_limit(server, client):
    def flood():
        while not server.closing.is_set():
            yield b"x" * 100_000

    with pytest.raises(SourceError, match="more than 5,000,000 bytes"):
        fetch(server.serve(flood), client)


def test_bytes_are_counted_after_decompression(server, client):
    url = server.serve(gzip.compress(b"x" * (MAX_BYTES + 1)), Content_Encoding="gzip")

    with pytest.raises(SourceError, match="more than 5,000,000 bytes"):
        fetch(url, client)


def test_body_that_can_not_be_decompressed_is_an_error(server, client):
    with pytest.raises(SourceError, match="can't be decompressed"):
        fetch(server.serve(b"not gzip at all", Content_Encoding="gzip"), client)


def test_body_that_drips_is_cut_when_time_is_up(server, client):
    def drip():
        yield b"<rss>"
        while not server.closing.wait(0.02):
            yield b" "

    with pytest.raises(SourceError, match=r"not done after 0\.3 s"):
        fetch(server.serve(drip), client, total_seconds=0.3)


def test_body_that_stalls_is_cut_when_time_is_up(server, client):
    def stall():
        yield b"<rss>"
        server.closing.wait()

    with pytest.raises(SourceError, match=r"not done after 0\.3 s"):
        fetch(server.serve(stall), client, total_seconds=0.3)


def test_server_that_never_answers_is_cut_when_time_is_up(client):
    with socket.create_server(("127.0.0.1", 0)) as silent, pytest.raises(SourceError, match=r"not done after 0\.3 s"):
        fetch(f"http://127.0.0.1:{silent.getsockname()[1]}/", client, total_seconds=0.3)


def test_refused_connection_is_an_error_with_a_cure(client):
    with socket.create_server(("127.0.0.1", 0)) as closed:
        url = f"http://127.0.0.1:{closed.getsockname()[1]}/"

    with pytest.raises(SourceError, match=r"127\.0\.0\.1: no connection .*check the host's name"):
        fetch(url, client)


@pytest.mark.parametrize(
    "url",
    ["ftp://example.org/feed", "file:///etc/passwd", "//x", "http://", "http://[bad", f"http://{'a' * 300}.example/"],
)
def test_addresses_that_can_not_be_asked_are_errors(client, url):
    with pytest.raises(SourceError, match=r"http|correct the source's URL|no connection"):
        fetch(url, client)


def test_redirect_to_another_scheme_is_refused(server, client):
    with pytest.raises(SourceError, match="https://"):
        fetch(server.serve(status=302, Location="file:///etc/passwd"), client)


def test_redirects_in_a_circle_are_refused(server, client):
    with pytest.raises(SourceError, match="redirects more than 5 times"):
        fetch(server.serve(status=302, Location="/feed"), client)


def test_errors_show_no_password(server, client):
    url = server.serve(status=404).replace("http://", "http://user:secret@")

    with pytest.raises(SourceError) as caught:
        fetch(url, client)

    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("form", ["seconds", "date"])
def test_retry_after_is_read_as_seconds_or_date(server, client, form):
    moment = datetime.now(UTC) + timedelta(seconds=90)
    value = "90" if form == "seconds" else format_datetime(moment, usegmt=True)

    with pytest.raises(SourceError) as caught:
        fetch(server.serve(status=503, Retry_After=value), client)

    assert 1 < caught.value.retry_after_seconds <= 90


# Polling


@pytest.mark.django_db
def test_poll_appends_items_and_keeps_the_validators(server, client):
    source = make_source(
        server.serve(
            rss(item("Apple (AAPL) profit rises", guid="a-1"), item("Nobody in particular waits")),
            ETag='"v1"',
            Last_Modified="Wed, 04 Mar 2026 10:30:00 GMT",
        )
    )

    result = poll(source, client)

    source.refresh_from_db()
    assert (result.created, result.duplicates, result.skipped, result.error) == (1, 0, 1, "")
    assert (source.etag, source.last_modified) == ('"v1"', "Wed, 04 Mar 2026 10:30:00 GMT")
    assert (source.items_created, source.entries_skipped) == (1, 1)
    assert source.due_at > timezone.now() + timedelta(seconds=0.8 * source.interval_seconds)
    stored = Item.objects.get()
    assert (stored.source, stored.external_id, stored.tickers) == ("wire", "a-1", ["AAPL"])


@pytest.mark.django_db
def test_second_poll_is_conditional_and_304_changes_nothing(server, client):
    source = make_source(server.serve(rss(item("Apple (AAPL) profit rises", guid="a-1")), ETag='"v1"'))
    poll(source, client)
    source.refresh_from_db()

    result = poll(source, client)

    source.refresh_from_db()
    assert server.requests[-1][1]["If-None-Match"] == '"v1"'
    assert result.is_unchanged
    assert (source.etag, source.items_created) == ('"v1"', 1)


@pytest.mark.django_db
def test_polling_the_same_entries_again_creates_nothing(server, client):
    source = make_source(server.serve(rss(item("Apple (AAPL) profit rises"), item("Apple (AAPL) up", guid="a-2"))))
    poll(source, client)

    result = poll(source, client)

    assert (result.created, result.duplicates) == (0, 2)


@pytest.mark.django_db
def test_overlong_validators_are_not_kept(server, client):
    source = make_source(server.serve(rss(), ETag='"' + "x" * 600 + '"', Last_Modified="x" * 200))

    poll(source, client)

    source.refresh_from_db()
    assert (source.etag, source.last_modified) == ("", "")


@pytest.mark.django_db
def test_failures_back_off_and_a_success_clears_them(server, client):
    source = make_source(server.serve(status=500), interval_seconds=100)
    waits = []
    for _ in range(3):
        with pytest.raises(SourceError):
            poll(source, client)
        source.refresh_from_db()
        waits.append((source.due_at - source.last_polled_at).total_seconds())

    assert waits == [pytest.approx(100, rel=0.11), pytest.approx(200, rel=0.11), pytest.approx(400, rel=0.11)]
    assert source.failures_in_a_row == 3
    assert "answered 500" in source.last_error

    server.serve(rss())
    poll(source, client)

    source.refresh_from_db()
    assert (source.failures_in_a_row, source.last_error) == (0, "")


@pytest.mark.django_db
def test_back_off_has_a_cap(server, client):
    source = make_source(server.serve(status=500), failures_in_a_row=1_000_000)

    with pytest.raises(SourceError):
        poll(source, client)

    source.refresh_from_db()
    assert source.due_at < timezone.now() + timedelta(hours=7)


@pytest.mark.django_db
@pytest.mark.parametrize(("asked", "hours"), [("7200", 2), ("999999999", 24)])
def test_next_try_waits_as_long_as_the_server_asks_up_to_a_day(server, client, asked, hours):
    source = make_source(server.serve(status=429, Retry_After=asked))

    with pytest.raises(SourceError):
        poll(source, client)

    source.refresh_from_db()
    assert (source.due_at - source.last_polled_at).total_seconds() == pytest.approx(hours * 3600, abs=5)


@pytest.mark.django_db
def test_poll_leaves_what_an_admin_changed_meanwhile(server, client):
    source = make_source(server.serve(rss()))
    Source.objects.update(is_enabled=False, interval_seconds=7)

    poll(source, client)

    source.refresh_from_db()
    assert (source.is_enabled, source.interval_seconds) == (False, 7)


@pytest.mark.django_db
def test_due_source_is_claimed_by_one_process_only():
    source = make_source("http://127.0.0.1:9/")
    seen_by_another = Source.objects.get()

    assert claim(source)
    assert not claim(seen_by_another)


@pytest.mark.django_db
def test_disabled_source_can_not_be_claimed():
    source = make_source("http://127.0.0.1:9/")
    Source.objects.update(is_enabled=False)

    assert not claim(source)


# The sample source


def draw(count, seed=1):
    headlines = sample.sample_headlines(random.Random(seed))
    return [next(headlines) for _ in range(count)]


def test_samples_are_many_hand_written_patterns():
    assert len(set(sample.read_patterns())) >= 300


def test_a_day_of_samples_hardly_repeats():
    titles = {record["title"] for record in draw(50_000)}

    assert len(titles) > 49_500


def test_samples_are_the_same_for_the_same_seed():
    assert draw(50) == draw(50)
    assert draw(50) != draw(50, seed=2)


def test_samples_say_that_they_are_fictional():
    for record in draw(100):
        assert (record["source"], record["url"]) == ("sample", "")
        assert "fictional" in record["summary"]


def test_samples_have_every_blank_filled_and_name_their_companies():
    names = {company.ticker: company.name for company in sample.COMPANIES}

    for record in draw(2_000):
        assert not set(record["title"]) & set("{}")
        assert all(names[ticker] in record["title"] for ticker in record["tickers"])


def test_some_samples_name_two_companies():
    assert {len(record["tickers"]) for record in draw(200)} == {1, 2}


@pytest.mark.django_db
def test_samples_are_of_every_mood_in_believable_shares():
    ingest_records(draw(300), source="sample")

    shares = {mood: Item.objects.filter(sentiment=mood).count() / 300 for mood in ("positive", "neutral", "negative")}
    assert all(0.2 < share < 0.5 for share in shares.values())
