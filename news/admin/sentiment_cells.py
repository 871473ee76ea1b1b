"""A sentiment in the admin: the mark of the page, the word, and the confidence in percent."""

from django.utils.html import format_html
from django.utils.safestring import SafeString

from common.numbers import format_share, is_unsure


def render_sentiment(sentiment: str, score: float | None = None) -> SafeString:
    """Return mark and word, with the confidence (0..1) if it is given."""
    return format_html(
        '<span class="sentiment {}"><i class="mark" aria-hidden="true"></i>{}{}</span>',
        _list_classes(sentiment, score),
        sentiment,
        "" if score is None else f" {format_share(score)}",
    )


def render_ticker(ticker: str, sentiment: str, score: float | None = None) -> SafeString:
    """Return a ticker with the mark of its own sentiment, which is hollow if the confidence is low."""
    return format_html(
        '<span class="sentiment {}" title="{}"><i class="mark" aria-hidden="true"></i><b>{}</b>'
        '<span class="visually-hidden"> {}</span></span>',
        _list_classes(sentiment, score),
        sentiment,
        ticker,
        sentiment,
    )


def _list_classes(sentiment: str, score: float | None) -> str:
    return f"{sentiment} unsure" if score is not None and is_unsure(score) else sentiment
