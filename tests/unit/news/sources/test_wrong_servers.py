"""Servers and documents that break rules and that browsers read: the stories are whole."""

import gzip
import json

import pytest

from news.models import Source
from news.sources.adapters.rss import fetch_feed
from news.sources.http.client import SourceError
from tests.helpers.feed_server import item, rss
from tests.helpers.raw_server import FEED, FEED_TITLES, make_response, make_wrong_responses, raw_server

RESPONSES = make_wrong_responses(FEED)


def fetch_raw(response, client):
    with raw_server(lambda peer: peer.sendall(response)) as url:
        return fetch_feed(Source(name="wire", kind="feed", url=url), client)


def fetch_titles(response, client):
    return [record["title"] for record in fetch_raw(response, client).records]


@pytest.mark.parametrize("name", RESPONSES)
def test_fetch_feed_from_server_that_is_slightly_wrong_returns_the_stories(client, name):
    assert fetch_titles(RESPONSES[name], client) == FEED_TITLES


def test_fetch_feed_with_length_in_characters_returns_the_whole_entries(client):
    body = FEED.replace(b"Oracle", "Ürácle".encode() * 9).replace(b"</channel></rss>", b"")
    response = make_response(f"Content-Length: {len(body) - 12}", body=body, has_length=False)

    assert fetch_titles(response, client) == ["Ürácle" * 9 + " & Müller sign deal"]


def test_fetch_feed_that_ends_early_keeps_no_validators(client):
    body = FEED + b"\n"
    headers = ['ETag: "1"', "Last-Modified: Sun, 29 Nov 2026 10:00:00 GMT"]

    whole = fetch_raw(make_response(*headers, body=body), client)
    short = fetch_raw(make_response(*headers, f"Content-Length: {len(body) + 5}", body=body, has_length=False), client)

    assert (whole.etag, bool(whole.last_modified)) == ('"1"', True)
    assert (short.etag, short.last_modified) == ("", "")
    assert whole.records == short.records


def test_fetch_feed_that_ends_in_an_entry_raises_error(client):
    response = make_response("Content-Length: 1000", body=FEED[:-60], has_length=False)

    with pytest.raises(SourceError, match="ended in the middle of the document; it is retried later"):
        fetch_raw(response, client)


def test_fetch_feed_whose_redirect_sets_a_cookie_sends_it_to_the_same_host_only(server, client):
    server.serve(status=302, path="/feed", Location="/wall", Set_Cookie="pass=1; Path=/; HttpOnly")
    server.serve(status=302, path="/wall", Location=server.url("/real").replace("127.0.0.1", "127.0.0.2"))
    server.serve(rss(item("Apple rises")), path="/real")
    source = Source(name="wire", kind="feed", url=server.url("/feed"))

    with pytest.raises(SourceError, match=r"no connection|refused"):
        fetch_feed(source, client)  # the server listens on one address only
    server.serve(status=302, path="/wall", Location="/real")
    fetch_feed(source, client)

    cookies = [(path, headers.get("Cookie")) for path, headers in server.requests]
    assert cookies == [
        ("/feed", None),
        ("/wall", "pass=1"),
        ("/feed", None),
        ("/wall", "pass=1"),
        ("/real", "pass=1"),
    ]


@pytest.mark.parametrize(
    ("body", "content_type", "title"),
    [
        (
            rss(item("Müller rises"), head='<?xml version="1.0" encoding="iso-8859-1"?>'),
            "text/xml; charset=utf-8",
            None,
        ),
        (
            rss(item("прибыль"), head='<?xml version="1.0" encoding="windows-1251"?>').encode("windows-1251"),
            "text/xml; charset=iso-8859-1",
            "прибыль",
        ),
        (
            rss(item("прибыль"), head='<?xml version="1.0" encoding="iso-8859-1"?>').encode("windows-1251"),
            "text/xml; charset=windows-1251",
            "прибыль",
        ),
        (rss(item("“Müller”"), head="").encode("windows-1252"), "text/xml", "“Müller”"),
        (("\ufeff" + rss(item("Müller"))).encode("utf-16-le"), "text/xml; charset=utf-8", "Müller"),
    ],
)
def test_fetch_feed_with_wrong_charset_returns_the_title(client, body, content_type, title):
    body = body.encode() if isinstance(body, str) else body
    response = make_response(body=body).replace(b"application/rss+xml", content_type.encode())

    assert fetch_titles(response, client) == [title or "Müller rises"]


def test_fetch_feed_rdf_returns_the_stories(client):
    body = (
        b'<?xml version="1.0"?><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" '
        b'xmlns="http://purl.org/rss/1.0/"><channel rdf:about="x"><title>T</title><items><rdf:Seq/></items></channel>'
        b'<item rdf:about="http://news.example.org/1"><title>Apple rises</title>'
        b"<link>http://news.example.org/1</link></item></rdf:RDF>"
    )

    assert fetch_titles(make_response(body=body), client) == ["Apple rises"]


# JSON Feed


def make_json_feed(*items, **fields):
    feed = {"version": "https://jsonfeed.org/version/1.1", "title": "T", "items": list(items)}
    return json.dumps(feed | fields).encode()


def test_fetch_feed_json_feed_returns_records(client):
    entry = {
        "id": "1",
        "url": "http://news.example.org/d1",
        "title": "Adobe &amp; Co raises outlook",
        "content_html": "<p>More</p>",
        "date_published": "2026-11-29T11:00:00+01:00",
    }
    bare = {"id": 2, "title": "Apple rises", "external_url": "/a"}

    result = fetch_raw(make_response(body=b"\xef\xbb\xbf " + make_json_feed(entry, bare, {"id": "3"})), client)

    assert [entry.reason[:13] for entry in result.skipped] == ["title='None':"]
    assert result.records[0] == {
        "title": "Adobe & Co raises outlook",
        "summary": "More",
        "url": "http://news.example.org/d1",
        "external_id": "1",
        "published_at": "2026-11-29T10:00:00.000Z",
    }
    assert result.records[1]["title"] == "Apple rises"
    assert result.records[1]["external_id"] == "2"
    assert result.records[1]["url"].endswith("/a")


@pytest.mark.parametrize("version", ["https://jsonfeed.org/version/1", "http://www.jsonfeed.org/version/1.1"])
def test_fetch_feed_json_feed_of_other_version_returns_records(client, version):
    body = make_json_feed({"id": "1", "title": "Apple rises"}, version=version)

    assert fetch_titles(make_response("Content-Encoding: gzip", body=gzip.compress(body)), client) == ["Apple rises"]


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        (b'{"articles": []}', "sent JSON that is not a JSON Feed; .*choose the kind of source of this API"),
        (b"[1, 2]", "sent JSON that is not a JSON Feed"),
        (make_json_feed(items=None), "a JSON Feed without a list of items"),
        (b'{"version": "https://jsonfeed.org/version/1"', "that is not JSON"),
    ],
)
def test_fetch_feed_other_json_raises_error_with_the_cure(client, body, problem):
    with pytest.raises(SourceError, match=problem):
        fetch_raw(make_response(body=body), client)


# Documents that are no feeds

PAGE = "<!DOCTYPE html><html><head><title>News</title>{}</head><body>{}</body></html>"


@pytest.mark.parametrize(
    ("body", "cure"),
    [
        (b"", r"an empty document, .*retried later"),
        (b"  \r\n", r"an empty document"),
        (b"%PDF-1.7 ...", r"a PDF file, .*give the URL of the feed itself"),
        (b"\x89PNG\r\n\x1a\n", r"an image, .*give the URL of the feed itself"),
        (b"\xff\xd8\xff\xe0", r"an image"),
        (PAGE.format("", "news"), r"a web page that names no feed, .*give the URL of the feed itself"),
        (PAGE.format("", "<input type='password'>"), r"asks to log in, .*needs no login"),
        (PAGE.replace("News", "Just a moment...").format("", ""), r"lets only browsers in, .*ask the publisher"),
        (
            PAGE.format("<link rel='alternate' type='application/rss+xml' title='x' href='/rss?a=1&amp;b=2'>", ""),
            r"give the URL of its feed, http://127\.0\.0\.1:\d+/rss\?a=1&b=2\.$",
        ),
        (
            PAGE.format(
                "<LINK HREF=https://a.example/1 TYPE=application/atom+xml REL=ALTERNATE>"
                '<link rel="alternate" type="text/html" href="/de">'
                '<link rel="stylesheet" type="application/rss+xml" href="/css">'
                '<link rel="alternate" type="application/feed+json" href="https://a.example/2"/>',
                "",
            ),
            r"its feed, https://a\.example/1 or https://a\.example/2\.$",
        ),
        (PAGE.format('<link rel="alternate" type="application/rss+xml" href="javascript:x">', ""), "names no feed"),
        (b"<?xml version='1.0'?><opml version='2.0'><body/></opml>", r"a list of feeds \(OPML\)"),
        (b"<?xml version='1.0'?><urlset></urlset>", "a site map"),
        (b"<?xml version='1.0'?><other/>", "application/rss.xml that is not an RSS or Atom feed"),
    ],
)
def test_fetch_feed_of_other_document_raises_error_with_the_cure(client, body, cure):
    body = body.encode() if isinstance(body, str) else body

    with pytest.raises(SourceError, match=rf"127\.0\.0\.1: sent .*?{cure}"):
        fetch_raw(make_response(body=body), client)
