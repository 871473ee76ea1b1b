"""Render the page with the current state of the log; its scripts then follow the stream.

Only `remove_sample_headlines` writes."""

import time
from collections.abc import Callable
from functools import wraps
from math import ceil

import orjson
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_POST, require_safe

from common.database import limit_statements
from dashboard import snapshot as snapshots
from dashboard.marked_words import list_deciding_words
from dashboard.page_context import build_context, is_staff
from dashboard.query import parse_query
from dashboard.sources import count_sources
from news.ingest.sample_removal import remove_samples
from news.models import Item
from news.params.items import SEARCH_LIMIT

REMOVAL_BATCH = 500
REMOVAL_SECONDS = 20.0

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
    return render(request, "dashboard/page.html", build_context(request))


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
