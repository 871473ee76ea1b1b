"""What an analyzer that is paid by the token has cost today, and the ceiling on it, for all processes of a site."""

from datetime import datetime, timedelta
from typing import NamedTuple

from django.conf import settings
from django.db.models import F

from common.time import utc_now
from news.models import AnalyzerUsage
from news.scoring import AnalyzerUnavailable

TOKENS_PER_PRICE = 1_000_000


class Usage(NamedTuple):
    """Tokens of a request."""

    input_tokens: int
    output_tokens: int

    @property
    def cost(self) -> float:
        """The cost by ANALYZER_PRICES, in the currency of these."""
        input_price, output_price = settings.ANALYZER_PRICES
        total: float = self.input_tokens * input_price + self.output_tokens * output_price
        return total / TOKENS_PER_PRICE


class CeilingReached(AnalyzerUnavailable):
    """No more may be spent today."""

    def __init__(self, text: str, *, until: datetime) -> None:
        super().__init__(text)
        self.until = until


def check_ceiling(analyzer: str, expected: Usage) -> None:
    """Check that a request may be sent. Errors: CeilingReached."""
    now = utc_now()
    costs = AnalyzerUsage.objects.filter(day=now.date(), analyzer=analyzer).values_list("cost", flat=True)
    spent = sum(costs)
    ceiling = settings.ANALYZER_COST_PER_DAY
    if spent + expected.cost > ceiling:
        midnight = now.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
        raise CeilingReached(
            f"ANALYZER_COST_PER_DAY={ceiling:g}: {spent:.4f} are spent today; it goes on at "
            f"{midnight:%Y-%m-%dT%H:%MZ}, or raise it.",
            until=midnight,
        )


def record_usage(analyzer: str, usage: Usage) -> None:
    """Add the usage of a request to that of today (UTC)."""
    today, _ = AnalyzerUsage.objects.get_or_create(day=utc_now().date(), analyzer=analyzer)
    AnalyzerUsage.objects.filter(pk=today.pk).update(
        requests=F("requests") + 1,
        input_tokens=F("input_tokens") + usage.input_tokens,
        output_tokens=F("output_tokens") + usage.output_tokens,
        cost=F("cost") + usage.cost,
    )
