"""Well-known public feeds of financial news, that the admin offers. None is fetched before it is enabled."""

FEEDS = {
    "BBC Business": "https://feeds.bbci.co.uk/news/business/rss.xml",
    "CNBC Earnings": "https://www.cnbc.com/id/15839135/device/rss/rss.html",
    "CNBC Finance": "https://www.cnbc.com/id/10000664/device/rss/rss.html",
    "CNBC Top News": "https://www.cnbc.com/id/100003114/device/rss/rss.html",
    "Federal Reserve press releases": "https://www.federalreserve.gov/feeds/press_all.xml",
    "GlobeNewswire public companies": "https://www.globenewswire.com/RssFeed/orgclass/1/feedTitle/GlobeNewswire",
    "Guardian Business": "https://www.theguardian.com/uk/business/rss",
    "MarketWatch Top Stories": "https://feeds.content.dowjones.io/public/rss/mw_topstories",
    "Nasdaq Stocks": "https://www.nasdaq.com/feed/rssoutbound?category=Stocks",
    "New York Times Business": "https://rss.nytimes.com/services/xml/rss/nyt/Business.xml",
    "PR Newswire": "https://www.prnewswire.com/rss/news-releases-list.rss",
    "Seeking Alpha Market Currents": "https://seekingalpha.com/market_currents.xml",
    "Wall Street Journal Markets": "https://feeds.content.dowjones.io/public/rss/RSSMarketsMain",
    "Yahoo Finance": "https://finance.yahoo.com/news/rssindex",
}
