from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from news.sources.adapters.rss_entries import parse_entries
from news.sources.adapters.rss_split import MAX_HEAD_BYTES, MAX_TAIL_BYTES, PART_BYTES, SPLIT_BYTES, split_feed
from news.sources.http.client import Document
from tests.helpers.feed_server import item, rss

NOW = datetime(2026, 3, 5, 12, tzinfo=UTC)
FILL = "phones " * 200


def parse(body):
    return parse_entries(Document("https://news.example.org/feed", body.encode(), "application/xml", "", ""), now=NOW)


def make_items(count, *, first=0):
    dates = [NOW - timedelta(hours=1000 - number) for number in range(first, first + count)]
    return [
        item(f"Apple rises {n}", guid=f"{n}", date=f"{date:%a, %d %b %Y %H:%M:%S +0000}", summary=FILL)
        for n, date in enumerate(dates, start=first)
    ]


def titles(document):
    return [int(record["title"].removeprefix("Apple rises ")) for record in document.records]


def test_short_feed_is_not_split():
    assert split_feed(rss(*make_items(300)).encode(), now=NOW) is None


def test_long_feed_is_parsed_into_the_records_of_the_whole():
    whole, long = rss(*make_items(200)), rss(*make_items(200)).replace(FILL, FILL * 3)

    assert len(long) > SPLIT_BYTES > len(whole)
    for short_record, record in zip(parse(whole).records, parse(long).records, strict=True):
        assert record | {"summary": short_record["summary"]} == short_record


def test_parts_are_short_documents_of_entries_in_order():
    feed = split_feed(rss(*make_items(700)).encode(), now=NOW)

    parts = list(feed.parts)

    assert feed.dropped == 200
    assert all(len(part) < PART_BYTES + 1_000 for part in parts)
    assert all(part.startswith(b"<?xml") and part.endswith(b"</channel></rss>") for part in parts)
    assert b"".join(parts).count(b"<item>") == 500


@pytest.mark.parametrize("order", [lambda n: n, lambda n: -n, lambda n: n * 7919 % 700])
def test_newest_entries_are_taken_in_any_order(order):
    entries = make_items(700)

    document = parse(rss(*(entries[index] for index in sorted(range(700), key=order))))

    assert titles(document) == list(range(200, 700))


def test_atom_and_rdf_feeds_are_split_by_their_own_dates():
    date = (NOW - timedelta(hours=2)).isoformat()
    for tag, head, tail in (
        ("entry", '<feed xmlns="http://www.w3.org/2005/Atom">', "</feed>"),
        (
            "item",
            '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/" '
            'xmlns:dc="http://purl.org/dc/elements/1.1/"><channel rdf:about="https://n.example/"><items/></channel>',
            "</rdf:RDF>",
        ),
    ):
        name = "updated" if tag == "entry" else "dc:date"
        old = (
            f"<{tag}><title>Apple rises 1</title><{name}>2025-01-01T00:00:00Z</{name}><summary>{FILL}</summary></{tag}>"
        )
        new = old.replace("rises 1", "rises 2").replace("2025-01-01T00:00:00Z", date)

        document = parse(f"{head}{old * 400}{new}{old * 400}{tail}")

        assert (len(document.records), titles(document)[-1]) == (500, 2)


def test_tags_in_cdata_and_comments_are_text():
    noise = "<![CDATA[<item><title>no</title></item>]]><!-- <item> -->"
    entries = [entry.replace("</description>", f"{noise}</description>") for entry in make_items(400)]

    assert titles(parse(rss(*entries))) == list(range(400))


def test_entries_that_are_not_closed_end_at_the_next():
    entries = [entry.replace("</item>", "") for entry in make_items(400)]

    assert titles(parse(rss(*entries[:-1], make_items(1, first=399)[0]))) == list(range(400))


def test_last_entry_that_is_cut_is_dropped():
    body = rss(*make_items(400))

    document = parse(body[: body.rindex("<guid>")])

    assert titles(document) == list(range(399))
    [skipped] = document.skipped
    assert skipped.reason.startswith("the document ends in the middle of this entry")


def test_last_entry_that_is_cut_and_long_is_counted():
    body = rss(*make_items(400)).removesuffix("</channel></rss>")

    document = parse(body + "<item><title>The last</title><description>" + "x" * 2 * MAX_TAIL_BYTES)

    assert titles(document) == list(range(400))
    assert [skipped.title for skipped in document.skipped] == ["The last"]


@pytest.mark.parametrize(
    "body",
    [
        b"x" * (SPLIT_BYTES + 1),
        b"<!--" + b"<item></item>" * 60_000,
        b" " * MAX_HEAD_BYTES + b"  <item></item>" * 60_000,
    ],
    ids=["no-entry", "comment", "long-head"],
)
def test_document_that_can_not_be_split_is_parsed_whole(body):
    assert split_feed(body, now=NOW) is None


PIECES = [
    b"<item>",
    b"</item>",
    b"<entry/>",
    b"<!--",
    b"-->",
    b"<![CDATA[",
    b"]]>",
    b"<pubDate>",
    b"soon",
    b"<",
    b">",
    b" ",
]


@given(st.lists(st.sampled_from(PIECES), max_size=30))
def test_any_document_is_split_into_entries_that_do_not_overlap(pieces):
    body = b"".join(pieces) + b" " * SPLIT_BYTES

    feed = split_feed(body, now=NOW)

    assert feed is None or b"".join(feed.parts).count(b"<item>") <= body.count(b"<item>")
