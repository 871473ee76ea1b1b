"""Well-known public feeds of financial news, offered to operators. None is fetched before it is checked or followed."""

from typing import NamedTuple


class SuggestedFeed(NamedTuple):
    """A feed, and what it brings."""

    name: str
    url: str
    brings: str


SUGGESTED = (
    SuggestedFeed("CNBC Top News", "https://www.cnbc.com/id/100003114/device/rss/rss.html", "Companies and markets"),
    SuggestedFeed(
        "MarketWatch Top Stories",
        "https://feeds.content.dowjones.io/public/rss/mw_topstories",
        "Markets, analysts",
    ),
    SuggestedFeed(
        "Seeking Alpha Market Currents", "https://seekingalpha.com/market_currents.xml", "Single stocks, fast"
    ),
    SuggestedFeed(
        "Wall Street Journal Markets",
        "https://feeds.content.dowjones.io/public/rss/RSSMarketsMain",
        "Markets, economy",
    ),
    SuggestedFeed("BBC Business", "https://feeds.bbci.co.uk/news/business/rss.xml", "Economy, big companies"),
    SuggestedFeed("Guardian Business", "https://www.theguardian.com/uk/business/rss", "UK and world"),
    SuggestedFeed("CNBC Earnings", "https://www.cnbc.com/id/15839135/device/rss/rss.html", "Quarterly results"),
    SuggestedFeed("Nasdaq Stocks", "https://www.nasdaq.com/feed/rssoutbound?category=Stocks", "US shares"),
    SuggestedFeed("PR Newswire", "https://www.prnewswire.com/rss/news-releases-list.rss", "Company announcements"),
    SuggestedFeed(
        "GlobeNewswire public companies",
        "https://www.globenewswire.com/RssFeed/orgclass/1/feedTitle/GlobeNewswire",
        "Company announcements",
    ),
    SuggestedFeed("Yahoo Finance", "https://finance.yahoo.com/news/rssindex", "Mixed, high volume"),
    SuggestedFeed(
        "New York Times Business", "https://rss.nytimes.com/services/xml/rss/nyt/Business.xml", "Companies, economy"
    ),
    SuggestedFeed("CNBC Finance", "https://www.cnbc.com/id/10000664/device/rss/rss.html", "Banks and funds"),
    SuggestedFeed(
        "Federal Reserve press releases",
        "https://www.federalreserve.gov/feeds/press_all.xml",
        "Rates and policy (FED)",
    ),
)
CHOSEN_FIRST = ("CNBC Top News", "Seeking Alpha Market Currents")  # chosen for a site that follows nothing
