from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from news.sources.adapters.rss_entries import decode, parse_entries
from news.sources.http.client import Document, SourceError
from news.sources.sanitize import to_text
from tests.helpers.feed_server import item, rss

NOW = datetime(2026, 3, 5, 12, 0, tzinfo=UTC)


def parse_document(body, *, content_type="application/xml", url="https://news.example.org/feed"):
    body = body.encode() if isinstance(body, str) else body
    return parse_entries(Document(url, body, content_type, "", ""), now=NOW)


def parse(body, **options):
    return parse_document(body, **options).records


def test_rss_item_is_parsed_into_a_record():
    [record] = parse(
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


def test_atom_entry_is_parsed_into_a_record():
    title = '<title type="html">Apple &lt;i&gt;up&lt;/i&gt;</title>'
    content = '<content type="html">&lt;p&gt;One&lt;/p&gt;&lt;p&gt;Two&lt;/p&gt;</content>'
    about = '<id>urn:1</id><link href="/a-1"/><updated>2026-03-04T09:30:00Z</updated>'

    [record] = parse(f'<feed xmlns="http://www.w3.org/2005/Atom"><entry>{title}{about}{content}</entry></feed>')

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
def test_to_text_of_markup_returns_one_line_of_plain_text(markup, text):
    assert to_text(markup) == text


@given(st.text())
def test_to_text_of_any_markup_returns_text_without_control_characters(markup):
    text = to_text(markup)

    assert text == " ".join(text.split())
    assert not any(ord(letter) < 32 or 0xD800 <= ord(letter) < 0xE000 for letter in text)


@pytest.mark.parametrize("link", ["javascript:alert(1)", "ftp://example.org/a", "data:text/html,x"])
def test_link_that_is_not_http_is_dropped(link):
    [record] = parse(rss(item("Apple rises", guid="a-1", link=link)))

    assert record["url"] == ""


def test_date_within_the_clock_skew_becomes_the_current_time():
    document = parse_document(rss(item("Apple rises", date="Thu, 05 Mar 2026 12:04:59 GMT")))

    assert (document.records[0]["published_at"], document.undated) == ("2026-03-05T12:00:00.000Z", {})


def test_missing_date_is_none_and_not_reported():
    for date in ("", " ", "null", "N/A"):
        document = parse_document(rss(item("Apple rises", date=date)))

        assert (document.records[0]["published_at"], document.undated) == (None, {})


@pytest.mark.parametrize(
    ("date", "problem"),
    [
        ("yesterday", "date 'yesterday' holds 'yesterday', which is no month"),
        ("99 Foo 99999", "date '99 Foo 99999' holds 'foo'"),
        ("Wed, 04 Mar 2026 10:30:00 XYZ", "holds 'xyz', which is no month, weekday or known time zone"),
        ("03/04/2026 10:30", "may be 2026-03-04 or 2026-04-03"),
        ("Wed, 04 Mar 2126 10:30:00 GMT", "is in the future"),
        ("Thu, 05 Mar 2026 12:05:01 GMT", "is in the future"),
        ("Wed, 04 Mar 1926 10:30:00 GMT", "is not after 1970"),
        ("Thu, 01 Jan 1970 00:00:00 GMT", "is not after 1970"),
        ("0001-01-01T00:00:00Z", "is not after 1970"),
    ],
)
def test_unreadable_date_is_reported_with_its_record(date, problem):
    document = parse_document(rss(item("Apple rises", date="Wed, 04 Mar 2026 10:30:00 GMT"), item("Up", date=date)))

    assert [record["published_at"] for record in document.records] == ["2026-03-04T10:30:00.000Z", None]
    assert [*document.undated] == [1]
    assert problem in document.undated[1]


def test_readable_date_of_update_stands_in_for_an_unreadable_one():
    entry = "<item><title>Apple rises</title><pubDate>soon</pubDate><dc:date>2026-03-04T10:30:00Z</dc:date></item>"
    document = parse_document(
        f'<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/"><channel>{entry}</channel></rss>'
    )

    assert (document.records[0]["published_at"], document.undated) == ("2026-03-04T10:30:00.000Z", {})
    assert [warning.reason[:11] for warning in document.warnings] == ["date 'soon'"]


def test_external_id_of_entry_without_id_is_its_link_or_title():
    linked, bare = parse(rss(item("Apple rises", link="https://example.org/1"), item("Apple falls")))

    assert linked["external_id"] == "https://example.org/1"
    assert bare["external_id"] == "Apple falls"


def test_overlong_id_becomes_a_digest():
    first, second = parse(rss(item("Apple rises", guid="x" * 300), item("Apple falls", guid="x" * 301)))

    assert len(first["external_id"]) == 64
    assert first["external_id"] != second["external_id"]


def test_overlong_titles_and_summaries_are_cut():
    [record] = parse(rss(item("Apple " * 1000, summary="word " * 10_000)))

    assert len(record["title"]) == 2_000
    assert len(record["summary"]) == 19_999  # 20,000 with the blank at the end


def test_feed_of_more_than_500_entries_is_cut_and_says_so():
    document = parse_document(rss(*(item(f"Apple rises {n}") for n in range(510))))

    assert len(document.records) == 500
    assert [(entry.count, entry.reason[:33]) for entry in document.skipped] == [
        (10, "older than the newest 500 entries")
    ]


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
def test_broken_xml_with_entries_is_parsed(body):
    [record] = parse(body)

    assert record["title"].startswith("Apple rises")


@pytest.mark.parametrize(
    "body", ["", "<rss", "<html><body>Sign in</body></html>", '{"items": []}', "\x00\x01\x02", "plain text"]
)
def test_document_that_is_not_a_feed_raises_error_with_the_cure(body):
    with pytest.raises(SourceError, match=r"news\.example\.org: .*not an RSS or Atom feed; .*give the URL"):
        parse(body)


def test_feed_without_entries_returns_no_records():
    assert parse(rss()) == []


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
def test_entity_declarations_raise_error(body):
    with pytest.raises(SourceError, match="declares XML entities"):
        parse(body)


def test_document_type_without_entities_is_parsed():
    doctype = (
        '<!DOCTYPE rss PUBLIC "-//Netscape Communications//DTD RSS 0.91//EN" '
        '"http://my.netscape.com/publish/formats/rss-0.91.dtd">'
    )

    [record] = parse(rss(item("Apple rises"), head=f'<?xml version="1.0"?>{doctype}'))

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
def test_encoding_is_detected_despite_a_wrong_declaration(encoding, content_type):
    word = {"windows-1251": "прибыль", "shift_jis": "株価"}.get(encoding, "Müller")

    [record] = parse(
        rss(item(f"Apple {word}"), head=f'<?xml version="1.0" encoding="{encoding}"?>').encode(encoding),
        content_type=content_type,
    )

    assert record["title"] == f"Apple {word}"


def test_invalid_bytes_are_replaced_and_the_rest_is_kept():
    [record] = parse(rss(item("Müller, Köhler and Apple rise BROKEN")).encode().replace(b"BROKEN", b"\xff"))

    assert record["title"].startswith("Müller, Köhler and Apple rise")


@given(st.binary(), st.text())
def test_decode_any_bytes_returns_text(body, content_type):
    assert isinstance(decode(body, content_type), str)


@given(st.binary(max_size=200))
def test_any_document_is_parsed_or_raises_source_error(noise):
    body = rss(item("Apple NOISE")).encode().replace(b"NOISE", noise)

    try:
        records = parse(body)
    except SourceError:
        return
    assert all(isinstance(record["title"], str) for record in records)


def test_document_of_blanks_is_parsed_at_once():
    body = f"<rss version='2.0'><channel><item><title>{' ' * 1_900_000}A</title></item></channel></rss>"

    assert [record["title"] for record in parse(body)] == ["A"]


@pytest.mark.parametrize(
    ("rest", "title"),
    [
        ("<item><title>Ford ri", ""),
        ("<item>", ""),
        ("<item><title>Ford &amp; GM rise</title><link>https", "Ford & GM rise"),
        ('<item rdf:about="x"><title type="text"><![CDATA[Ford rises]]></title>', "Ford rises"),
    ],
)
def test_last_entry_that_is_cut_is_counted_with_its_title(rest, title):
    document = parse_document(rss(item("Apple rises")).removesuffix("</channel></rss>") + rest)

    assert [record["title"] for record in document.records] == ["Apple rises"]
    [skipped] = document.skipped
    assert skipped.title == title
    assert skipped.reason.startswith("the document ends in the middle of this entry; it is taken once")
