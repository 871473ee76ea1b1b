"""Lists of feeds: read tolerantly, reject what is hostile, and name each outline that is no feed."""

import pytest

from news.models import Source
from news.sources.entries import SkippedEntry
from news.sources.feed_address import FeedAddress
from news.sources.opml import MAX_BYTES, MAX_FEEDS, OPMLError, build_opml, is_opml, parse_opml


def opml(*outlines: str, head: str = '<?xml version="1.0" encoding="UTF-8"?>') -> bytes:
    return f'{head}<opml version="2.0"><head><title>x</title></head><body>{"".join(outlines)}</body></opml>'.encode()


def feed(number: object = 1, **attributes: str) -> str:
    values = {"text": f"Feed {number}", "xmlUrl": f"https://example.org/{number}.xml"} | attributes
    pairs = [f'{name}="{value}"' for name, value in values.items()]
    return f"<outline {' '.join(pairs)}/>"


def test_parse_opml_nested_folders_returns_feeds_in_order() -> None:
    inner = f'<outline text="Inner">{feed(2)}<outline text="Deeper">{feed(3, title="Third")}</outline></outline>'

    result = parse_opml(opml(feed(1), f'<outline text="Outer">{inner}</outline>', feed(4)))

    assert result.feeds == [
        FeedAddress("https://example.org/1.xml", "Feed 1"),
        FeedAddress("https://example.org/2.xml", "Feed 2"),
        FeedAddress("https://example.org/3.xml", "Third"),
        FeedAddress("https://example.org/4.xml", "Feed 4"),
    ]
    assert result.skipped == []


@pytest.mark.parametrize("name", ["xmlUrl", "xmlurl", "xmlURL", "XMLURL"])
def test_parse_opml_any_case_of_the_attribute_is_read(name: str) -> None:
    assert (
        parse_opml(opml(f'<outline text="A" {name}="https://example.org/a"/>')).feeds[0].url == "https://example.org/a"
    )


def test_parse_opml_bare_ampersand_and_entities_of_html_are_read() -> None:
    result = parse_opml(opml(feed(1, text="A &amp; B &eacute;", xmlUrl="https://example.org/?a=1&b=2")))

    assert result.feeds == [FeedAddress("https://example.org/?a=1&b=2", "A & B é")]


def test_parse_opml_other_encodings_are_read() -> None:
    latin = opml(feed(1, text="Zürich"), head='<?xml version="1.0" encoding="ISO-8859-1"?>').decode().encode("latin-1")
    utf_16 = opml(feed(1, text="Zürich"), head='<?xml version="1.0" encoding="UTF-16"?>').decode().encode("utf-16")

    assert parse_opml(latin).feeds[0].name == parse_opml(utf_16).feeds[0].name == "Zürich"


@pytest.mark.parametrize(
    ("outlines", "title", "reason"),
    [
        (['<outline text="Links"/>'], "Links", "no xmlUrl"),
        (
            ['<outline type="include" text="More" url="https://example.org/more.opml"/>'],
            "More",
            "includes another list",
        ),
        ([feed(1), feed(1, text="Twin")], "Twin", "'Feed 1'"),
        ([feed(1), feed(1)], "Feed 1", "twice"),
        ([feed(1), feed(1, text="Twin", xmlUrl="http://www.example.org/1.xml/")], "Twin", "'Feed 1'"),
        ([feed(1, xmlUrl="ftp://example.org/a")], "Feed 1", "no http or https"),
        ([feed(1, xmlUrl="javascript:alert(1)")], "Feed 1", "no http or https"),
        ([feed(1, xmlUrl="file:///etc/passwd")], "Feed 1", "no http or https"),
        ([feed(1, isComment="true")], "Feed 1", "switched off"),
    ],
)
def test_parse_opml_outline_that_is_no_feed_is_named(outlines: list[str], title: str, reason: str) -> None:
    result = parse_opml(opml(*outlines, feed(9)))

    [entry] = result.skipped
    assert entry.title == title
    assert reason in entry.reason
    assert result.feeds[-1] == FeedAddress("https://example.org/9.xml", "Feed 9")


def test_parse_opml_more_feeds_than_the_limit_are_named() -> None:
    result = parse_opml(opml(*map(feed, range(MAX_FEEDS + 2))))

    assert len(result.feeds) == MAX_FEEDS
    assert [entry.title for entry in result.skipped] == [f"Feed {MAX_FEEDS}", f"Feed {MAX_FEEDS + 1}"]
    assert str(MAX_FEEDS) in result.skipped[0].reason


BOMB = '<!DOCTYPE opml [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;&a;">]>'
EXTERNAL = '<!DOCTYPE opml [<!ENTITY a SYSTEM "file:///etc/passwd">]>'


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        (opml(feed(1, text="&b;"), head=BOMB), "entities"),
        (opml(feed(1, text="x"), head=EXTERNAL), "entities"),
        (b"<opml><body><outline text='a'>", "line 1"),
        (b"<rss><channel/></rss>", "<rss>"),
        (b"<html><body>hello</body></html>", "<html>"),
        (b"", "well-formed"),
        (b"\0\xff\xfe", "well-formed"),
        (opml(), "without feeds"),
        (b" " * (MAX_BYTES + 1), "more than 1,000,000"),
    ],
)
def test_parse_opml_hostile_or_other_document_is_rejected_with_a_cure(body: bytes, problem: str) -> None:
    with pytest.raises(OPMLError, match=problem) as raised:
        parse_opml(body)

    assert ";" in str(raised.value)


def test_parse_opml_very_deep_list_is_read() -> None:
    depth = 20_000

    result = parse_opml(opml("<outline text='a'>" * depth + feed(1) + "</outline>" * depth))

    assert len(result.feeds) == 1


def test_parse_opml_external_document_type_is_not_loaded() -> None:
    head = '<!DOCTYPE opml SYSTEM "http://127.0.0.1:9/opml.dtd">'

    assert len(parse_opml(opml(feed(1), head=head)).feeds) == 1


def test_is_opml_only_lists() -> None:
    assert is_opml(opml(feed(1)))
    assert not is_opml(b"<rss><channel><title>opml</title></channel></rss>")


def test_build_opml_is_read_back_and_names_what_it_leaves_out() -> None:
    sources = [
        Source(name='A & B <"x">', kind="feed", url="https://example.org/?a=1&b=2"),
        Source(name="Off", kind="feed", url="https://example.org/off", is_enabled=False),
        Source(name="Vendor--x-", kind="finnhub", url="https://finnhub.io/api/v1/news"),
    ]

    body = build_opml(sources, title="Market Sentiment")

    assert parse_opml(body).feeds == [FeedAddress("https://example.org/?a=1&b=2", 'A & B <"x">')]
    assert parse_opml(body).skipped == [SkippedEntry("Off", "is switched off in the list (isComment).")]
    assert b"Not feeds, so not in this list: Vendor" in body
    assert b"finnhub.io" not in body
