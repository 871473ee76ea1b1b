"""Labels: what people say the sentiment of a headline, or of one of its tickers, should be."""
