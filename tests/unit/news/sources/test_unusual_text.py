"""Texts with invisible, full-width, decomposed and escaped characters: the same from feeds, files and posts."""

import pytest

from news.ingest.validation import HeadlineError, parse_headline
from news.sources.adapters.rss_entries import parse_entries
from news.sources.http.client import Document
from tests.helpers.feed_server import item, rss

TEXTS = {
    "Micro\u00adsoft sells cloud unit": ("Microsoft sells cloud unit", "MSFT"),
    "Nv\u200bidia sells cloud unit": ("Nvidia sells cloud unit", "NVDA"),
    "\u200fTesla\u200e sells plant": ("Tesla sells plant", "TSLA"),
    "Tesla\u202e sells plant": ("Tesla sells plant", "TSLA"),
    "\uff21\uff50\uff50\uff4c\uff45 sells plant": ("Apple sells plant", "AAPL"),
    "\uff04\uff21\uff21\uff30\uff2c sells plant": ("$AAPL sells plant", "AAPL"),
    "Apple\u00a0sells\u3000plant": ("Apple sells plant", "AAPL"),
    "McDonald&amp;amp;#39;s sells plant": ("McDonald's sells plant", "MCD"),
    "AT&amp;amp;T sells plant": ("AT&T sells plant", "T"),
    "Microsoft\u00e2\u20ac\u2122s plant in K\u00c3\u00b6ln": ("Microsoft\u2019s plant in K\u00f6ln", "MSFT"),
    "Apple sells plant in Ko\u0308ln": ("Apple sells plant in K\u00f6ln", "AAPL"),
}


@pytest.mark.parametrize("text", TEXTS)
def test_unusual_text_in_feed_and_post_is_stored_in_one_form(text):
    [entry] = parse_entries(
        Document("https://a.example/", rss(item(text.replace("&", "&amp;"))).encode(), "", "", "")
    ).records

    posted = parse_headline({"title": text}, source="test")
    from_feed = parse_headline(entry, source="test")

    title, ticker = TEXTS[text]
    assert posted.title == from_feed.title == title
    assert ticker in posted.tickers
    assert posted.tickers == from_feed.tickers


@pytest.mark.parametrize("title", ["\u200b\u00ad", "\u2060 \u3164", "&shy;&#8203;", "\u202e\u202c"])
def test_title_of_invisible_characters_only_is_empty(title):
    with pytest.raises(HeadlineError, match="is empty"):
        parse_headline({"title": title, "ticker": "AAPL"}, source="test")


@pytest.mark.parametrize("title", ["Apple\x00 rises", "Apple \x1b rises", "Apple \x9f rises", "Apple \ufdd0 rises"])
def test_control_characters_in_a_title_are_rejected(title):
    with pytest.raises(HeadlineError, match="U\\+"):
        parse_headline({"title": title, "ticker": "AAPL"}, source="test")


def test_external_id_with_an_entity_is_kept_as_it_is():
    headline = parse_headline({"title": "Up", "ticker": "AAPL", "external_id": "a&amp;b\u00ad"}, source="test")

    assert headline.external_id == "a&amp;b"


@pytest.mark.parametrize(
    ("title", "text"),
    [
        ("&amp;lt;b&amp;gt;Apple&amp;lt;/b&amp;gt; rises", "Apple rises"),
        ("Apple &lt;br/&gt; rises", "Apple rises"),
        ("Profit &lt; 5% &gt; 3%", "Profit < 5% > 3%"),
    ],
)
def test_markup_escaped_more_than_once_is_removed(title, text):
    [entry] = parse_entries(Document("https://a.example/", rss(item(title)).encode(), "", "", "")).records

    assert entry["title"] == text
