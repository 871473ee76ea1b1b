"""Filters of the list of headlines. Each offers common values; the address takes any other."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.contrib import admin
from django.contrib.admin.options import IncorrectLookupParameters
from django.db.models import F, QuerySet
from django.http import HttpRequest

from common.parsing import parse_ticker
from common.time import utc_now
from news.metrics.bucket_value import ALL_TIME
from news.models import Axis, Bucket, Item, Mention, Source

MAX_TICKERS = 50
MAX_SOURCES = 100
DAYS = 14


class TickerFilter(admin.SimpleListFilter):
    """Offers the tickers with the most items."""

    title = "ticker"
    parameter_name = "ticker"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        # The list has samples, too, also hidden ones.
        totals = Bucket.objects.filter(axis__in=[Axis.APPENDED, Axis.SAMPLE_APPENDED], seconds=ALL_TIME).exclude(key="")
        largest = totals.order_by(-(F("positive") + F("neutral") + F("negative")))[:MAX_TICKERS]
        return [(key, key) for key in dict.fromkeys(largest.values_list("key", flat=True))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Item]) -> QuerySet[Item]:
        value = self.value()
        if value is None:
            return queryset
        try:
            ticker = parse_ticker(value)
        except ValueError as error:
            raise IncorrectLookupParameters(error) from error
        return queryset.filter(seq__in=Mention.objects.filter(symbol=ticker).values("seq"))


class SourceFilter(admin.SimpleListFilter):
    """Offers the polled sources and the names of posts, imports and samples."""

    title = "source"
    parameter_name = "source"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        names = [*Source.objects.values_list("name", flat=True)[:MAX_SOURCES], "api", "import", "sample"]
        return [(name, name) for name in dict.fromkeys(names)]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Item]) -> QuerySet[Item]:
        value = self.value()
        if value is None:
            return queryset
        if "\0" in value:
            raise IncorrectLookupParameters("source contains a NUL character")
        return queryset.filter(source=value)


class DayFilter(admin.SimpleListFilter):
    """Offers the last fourteen days (UTC) by time of arrival."""

    title = "day"
    parameter_name = "day"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        today = utc_now().date()
        days = [(today - timedelta(days=age)).isoformat() for age in range(DAYS)]
        return [(day, day) for day in days]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Item]) -> QuerySet[Item]:
        value = self.value()
        if value is None:
            return queryset
        try:
            start = datetime.combine(date.fromisoformat(value), time(), UTC)
            return queryset.filter(appended_at__gte=start, appended_at__lt=start + timedelta(days=1))
        except (ValueError, OverflowError) as error:
            raise IncorrectLookupParameters(error) from error
