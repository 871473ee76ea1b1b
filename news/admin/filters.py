"""Filters of the list of headlines. Each offers common values; the address takes any other."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.contenttypes.models import ContentType
from django.db.models import F, QuerySet
from django.http import HttpRequest

from common.parsing import parse_ticker
from common.sql import in_array
from common.time import utc_now
from news.admin.entries import CORRECTED
from news.metrics.bucket_value import ALL_TIME
from news.models import Axis, Bucket, Item, Label, Mention, Source

MAX_TICKERS = 50
MAX_SOURCES = 100
MAX_BY_HAND = 1_000
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

    title = "day of arrival (UTC)"
    parameter_name = "day"
    field = "appended_at"

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
            return queryset.filter(**{f"{self.field}__gte": start, f"{self.field}__lt": start + timedelta(days=1)})
        except (ValueError, OverflowError) as error:
            raise IncorrectLookupParameters(error) from error


class PublishedFilter(DayFilter):
    """Offers the last fourteen days (UTC) by time of publication."""

    title = "day of publication (UTC)"
    parameter_name = "published"
    field = "published_at"


class ByHandFilter(admin.SimpleListFilter):
    """Offers what people have labelled, or corrected in the admin: the newest MAX_BY_HAND."""

    title = "by hand"
    parameter_name = "by_hand"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("labelled", "Labelled"), ("corrected", "Corrected here")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Item]) -> QuerySet[Item]:
        select = {"labelled": _select_labelled, "corrected": _select_corrected}.get(self.value() or "")
        # Looked up first: beside the order of the list, a planner would walk all items for a few of them.
        return queryset if select is None else queryset.filter(pk__in=in_array(select()))


def _select_labelled() -> set[int]:
    labels = Label.objects.filter(ended_at__isnull=True).order_by("-pk")
    return {pk for (pk,) in labels.values_list("item_id")[:MAX_BY_HAND]}


def _select_corrected() -> set[int]:
    of_items = ContentType.objects.get_for_model(Item)
    entries = LogEntry.objects.filter(content_type=of_items, change_message__startswith=CORRECTED).order_by("-pk")
    return {int(pk or 0) for (pk,) in entries.values_list("object_id")[:MAX_BY_HAND]}
