"""A sentiment in the admin: a mark, the word, and the confidence in percent."""

from django.utils.html import format_html
from django.utils.safestring import SafeString

from common.admin_columns import format_share
from news.models import Sentiment

SYMBOLS = {Sentiment.POSITIVE.value: "▲", Sentiment.NEUTRAL.value: "●", Sentiment.NEGATIVE.value: "▼"}


def render_sentiment(sentiment: str, score: float | None = None) -> SafeString:
    """Return mark and word, with the confidence (0..1) if it is given."""
    confidence = "" if score is None else f" {format_share(score)}"
    return format_html(
        '<span class="sentiment sentiment-{0}"><span aria-hidden="true">{1}</span> {0}{2}</span>',
        sentiment,
        SYMBOLS[sentiment],
        confidence,
    )


def render_ticker(ticker: str, sentiment: str) -> SafeString:
    """Return a ticker with the mark of its own sentiment."""
    return format_html(
        '<span class="sentiment sentiment-{}" title="{}">{} <span aria-hidden="true">{}</span>'
        '<span class="visually-hidden">{}</span></span>',
        sentiment,
        sentiment,
        ticker,
        SYMBOLS[sentiment],
        sentiment,
    )
