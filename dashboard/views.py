"""Render the page with the current state of the log; its scripts then follow the stream.

Only `remove_sample_headlines` writes."""

import time
from collections.abc import Callable
from datetime import datetime
from functools import wraps
from math import ceil

import orjson
from django.conf import settings
from django.contrib.messages.storage.cookie import CookieStorage
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils.cache import patch_vary_headers
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_POST, require_safe

from common.database import limit_statements
from common.kept_answers import Answer, BoundedCache
from common.time import format_time
from dashboard import snapshot as snapshots
from dashboard.marked_words import list_deciding_words
from dashboard.page_context import build_context, format_clock, is_staff
from dashboard.query import parse_query
from dashboard.sources import count_sources
from news.ingest.sample_removal import remove_samples
from news.instruments.current import get_book
from news.log.reader import get_head
from news.metrics.queries import get_current_minute
from news.models import Item
from news.params.items import SEARCH_LIMIT

REMOVAL_BATCH = 500
REMOVAL_SECONDS = 20.0
PAGE = "dashboard/page.html"
KEPT_BYTES = 16_000_000

_kept_pages = BoundedCache[Answer](max_bytes=KEPT_BYTES)

View = Callable[[HttpRequest], HttpResponse]


def limit_searches(view: View) -> View:
    """Make a view of data return 429 beyond the API's limit of searches for a text, which both share."""

    @wraps(view)
    def limited(request: HttpRequest) -> HttpResponse:
        if SEARCH_LIMIT.allow_request(request):
            return view(request)
        detail = "Too many searches: retry after the seconds in Retry-After."
        return JsonResponse({"detail": detail}, status=429, headers={"Retry-After": str(ceil(SEARCH_LIMIT.wait()))})

    return limited


@require_safe
@cache_control(no_cache=True)
@limit_statements()
def page(request: HttpRequest) -> HttpResponse:
    """Render the numbers, the first rows and their cursor."""
    return render_for_all(request) if is_same_for_all(request) else render(request, PAGE, build_context(request))


def _format_in_snapshot(time: datetime) -> str:
    return f"&quot;timestamp&quot;:&quot;{format_time(time)}&quot;,&quot;period&quot;:"


def _format_in_status_bar(time: datetime) -> str:
    return f'datetime="{format_time(time)}">{format_clock(time)} UTC</time>'


def is_same_for_all(request: HttpRequest) -> bool:
    """Return whether a page depends on its address alone, not on who reads it. With DEBUG, templates change, too."""
    own_cookies = {settings.SESSION_COOKIE_NAME, CookieStorage.cookie_name}  # of a login, and of messages to a reader
    return not settings.DEBUG and own_cookies.isdisjoint(request.COOKIES)


def render_for_all(request: HttpRequest) -> HttpResponse:
    """Render the page, or return it as it was rendered in the same minute to the same state of log and instruments."""
    address = (request.scheme, request.get_host(), request.get_full_path())

    def build() -> Answer:
        context = build_context(request)
        read_at = datetime.fromisoformat(context["snapshot"]["timestamp"])
        content = render_to_string(PAGE, context, request).encode()
        return Answer.cut(content, read_at, _format_in_snapshot, _format_in_status_bar)

    key = (address, get_head().fingerprint, get_current_minute(), get_book().version)
    response = HttpResponse(_kept_pages.get(key, build).with_time_now())
    patch_vary_headers(response, ["Cookie"])
    return response


@require_safe
@cache_control(no_store=True)
@limit_searches
@limit_statements()
def snapshot(request: HttpRequest) -> HttpResponse:
    """Return the snapshot of the page with these filters as JSON."""
    return _to_json(snapshots.get_snapshot(parse_query(request.GET)).payload())


@require_safe
@cache_control(no_store=True)
@limit_searches
@limit_statements()
def rows(request: HttpRequest) -> HttpResponse:
    """Return rows of the list with these filters as JSON, 40 at most, from a place on."""
    return _to_json(snapshots.get_rows(parse_query(request.GET)).payload())


@require_safe
@cache_control(no_store=True)
@limit_statements()
def sources(request: HttpRequest) -> HttpResponse:
    """Return the sources of the headlines in the period, with tickers of those that mention one, as JSON."""
    query = parse_query(request.GET)
    return _to_json(count_sources(query.get_range(), query.tickers))


@require_safe
@cache_control(no_store=True)
@limit_statements()
def words(request: HttpRequest) -> HttpResponse:
    """Return the words that decided on `?item=<id>`, with what the analyzer says of each alone, as JSON."""
    item = Item.objects.filter(item_id=parse_query(request.GET).item).first()
    return _to_json({"words": [mark._asdict() for mark in list_deciding_words(item)] if item else []})


@require_safe
def about_scores(request: HttpRequest) -> HttpResponse:
    """Explain the numbers of the page."""
    return render(request, "dashboard/about_scores.html")


@require_POST
def remove_sample_headlines(request: HttpRequest) -> HttpResponse:
    """Remove the sample headlines and go to the page. What is left after REMOVAL_SECONDS waits for another click."""
    if not is_staff(request):
        raise PermissionDenied
    deadline = time.monotonic() + REMOVAL_SECONDS
    for _ in remove_samples(batch=REMOVAL_BATCH):
        if time.monotonic() > deadline:
            break
    return redirect("page")


def _to_json(payload: object) -> HttpResponse:
    return HttpResponse(orjson.dumps(payload), content_type="application/json")
