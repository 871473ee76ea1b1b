"""The page "Add real news": choose feeds, check what they bring, follow them. It works without scripts."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.admin.models import ADDITION, CHANGE, LogEntry
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_http_methods, require_safe

from dashboard.feed_check_results import FeedResult, ListResult, build_feed_result, build_list_result
from news.log.reader import get_head, has_shown_samples
from news.models import Source
from news.sources.check import MAX_FEEDS, check_feeds
from news.sources.entries import SkippedEntry
from news.sources.feed_address import FeedAddress, get_feed_key, parse_address
from news.sources.following import FollowResult, FollowStatus, find_sources, follow_feeds
from news.sources.opml import MAX_BYTES, OPMLError, build_opml, parse_opml
from news.sources.suggested_feeds import CHOSEN_FIRST, SUGGESTED

MAX_NAMES = 10  # of sources in a message
MAX_BOXES = 600  # of feeds in one form: those of a list, and some beside it; Django rejects more than 1,000 fields
MAX_TYPED = 600  # addresses
DONE = (FollowStatus.NEW, FollowStatus.ENABLED, FollowStatus.ALREADY)


@dataclass(frozen=True, slots=True)
class Choice:
    """What the form says.

    suggested: names of suggested feeds.
    feeds: those that an earlier check has found, and that are still chosen.
    text: addresses as they were typed; checked_text: those that `feeds` come from.
    """

    suggested: frozenset[str] = frozenset()
    feeds: tuple[FeedAddress, ...] = ()
    text: str = ""
    checked_text: str = ""

    @classmethod
    def from_request(cls, request: HttpRequest) -> "Choice":
        """Return what a request has chosen."""
        feeds = [FeedAddress(*value.split(" ", 1)) for value in request.POST.getlist("feed")]
        return cls(
            suggested=frozenset(request.POST.getlist("suggested")),
            feeds=tuple(feeds),
            text=request.POST.get("address", "").strip(),
            checked_text=request.POST.get("checked", "").strip(),
        )

    def list_suggested(self) -> list[FeedAddress]:
        """Return the suggested feeds that are chosen."""
        return [FeedAddress(feed.url, feed.name) for feed in SUGGESTED if feed.name in self.suggested]


@dataclass(slots=True)
class Results:
    """What a check has found. problems: addresses and files that could not be read, with the cure."""

    feeds: list[FeedResult] = field(default_factory=list)
    lists: list[ListResult] = field(default_factory=list)
    unchecked: list[FeedAddress] = field(default_factory=list)
    problems: list[SkippedEntry] = field(default_factory=list)

    def __bool__(self) -> bool:
        """Whether there is something to show."""
        return bool(self.feeds or self.lists or self.unchecked or self.problems)

    def keep_problems(self) -> None:
        """Leave out what was followed."""
        self.feeds = [feed for feed in self.feeds if feed.error]
        self.lists = [each for each in self.lists if each.skipped]
        self.unchecked = []

    def list_usable(self) -> list[FeedAddress]:
        """Return the feeds that can be followed: those that were read, and those that were not fetched."""
        return [*(feed.address for feed in self.feeds if not feed.error), *self.unchecked]

    def limit_boxes(self, earlier: Sequence[FeedAddress]) -> Sequence[FeedAddress]:
        """Leave out, and name, what has no place in the form; return those of earlier checks that have one."""
        for_unchecked = MAX_BOXES - len(self.feeds)
        for_earlier = max(0, for_unchecked - len(self.unchecked))
        left_out = max(0, len(self.unchecked) - for_unchecked) + max(0, len(earlier) - for_earlier)
        if left_out:
            reason = (
                f"{left_out:,} feeds were left out: a form has {MAX_BOXES} at most. Follow these first, then give the "
                "others again in a list of their own."
            )
            self.problems.append(SkippedEntry("", reason))
        self.unchecked = self.unchecked[:for_unchecked]
        return earlier[:for_earlier]


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@cache_control(no_store=True, private=True)
def add_news(request: HttpRequest) -> HttpResponse:
    """Show the form; with `check`, what the chosen feeds bring; with `follow`, follow them and go to the page."""
    _require_permission(request, "news.add_source")
    if request.method != "POST":
        is_new = not Source.objects.filter(is_enabled=True).exists()
        return _render(request, Choice(suggested=frozenset(CHOSEN_FIRST) if is_new else frozenset()))
    choice = Choice.from_request(request)
    if "follow" in request.POST:
        return _follow(request, choice)
    results = _check(request, choice, choice.list_suggested())
    return _render(request, replace(choice, checked_text=choice.text), results)


@login_required
@require_safe
@cache_control(no_store=True, private=True)
def export_opml(request: HttpRequest) -> HttpResponse:
    """Return the followed feeds as OPML."""
    _require_permission(request, "news.view_source")
    body = build_opml(Source.objects.order_by("name"), title=settings.SITE_NAME)
    headers = {"Content-Disposition": 'attachment; filename="sources.opml"'}
    return HttpResponse(body, content_type="text/x-opml; charset=utf-8", headers=headers)


def _require_permission(request: HttpRequest, permission: str) -> None:
    if not (request.user.is_staff and request.user.has_perm(permission)):
        raise PermissionDenied


def _follow(request: HttpRequest, choice: Choice) -> HttpResponse:
    """Follow what is chosen. What was typed and not checked is checked first; what fails is shown."""
    results = Results()
    if choice.text != choice.checked_text or request.FILES:
        results = _check(request, choice, [])
    addresses = [*choice.list_suggested(), *choice.feeds, *results.list_usable()]
    followed = follow_feeds(addresses, may_enable=request.user.has_perm("news.change_source"))
    _log(request, followed)
    _report(request, followed)
    results.keep_problems()
    if followed and not results and all(result.status in DONE for result in followed):
        return redirect("page")
    return _render(request, Choice(text=choice.text, checked_text=choice.text), results)


def _check(request: HttpRequest, choice: Choice, addresses: Sequence[FeedAddress]) -> Results:
    """Fetch what is chosen and typed, and read the file."""
    results = Results()
    typed = []
    words = choice.text.split()
    if (left_out := len(words) - MAX_TYPED) > 0:
        reason = f"{left_out:,} addresses were left out, those after the first {MAX_TYPED}: give them in another form."
        results.problems.append(SkippedEntry("", reason))
    for text in words[:MAX_TYPED]:
        try:
            typed.append(FeedAddress(parse_address(text)))
        except ValueError as error:
            results.problems.append(SkippedEntry("", str(error)))
    typed += _parse_file(request, results)
    check = check_feeds([*typed, *addresses])
    sources = find_sources(feed.address.url for feed in check.feeds)
    results.feeds = [build_feed_result(feed, sources.get(get_feed_key(feed.address.url))) for feed in check.feeds]
    results.lists += [build_list_result(url, feeds) for url, feeds in check.lists]
    results.unchecked = check.unchecked
    return results


def _parse_file(request: HttpRequest, results: Results) -> list[FeedAddress]:
    """Return the feeds of the list that was uploaded."""
    file = request.FILES.get("file")
    if file is None:
        return []
    name = (file.name or "the file")[:100]
    if (file.size or 0) > MAX_BYTES:
        results.problems.append(
            SkippedEntry(name, f"has {file.size:,} bytes, more than {MAX_BYTES:,}; split the list.")
        )
        return []
    try:
        feeds = parse_opml(file.read())
    except OPMLError as error:
        results.problems.append(SkippedEntry(name, str(error)))
        return []
    results.lists.append(build_list_result(name, feeds))
    return feeds.feeds


def _log(request: HttpRequest, followed: Iterable[FollowResult]) -> None:
    """Add what was made and enabled to the history in the admin."""
    for status, flag in ((FollowStatus.NEW, ADDITION), (FollowStatus.ENABLED, CHANGE)):
        sources = [result.source for result in followed if result.status is status and result.source]
        if sources:
            LogEntry.objects.log_actions(request.user.pk or 0, sources, flag, "Followed on the page Add real news.")


def _report(request: HttpRequest, followed: Sequence[FollowResult]) -> None:
    """Say what became of each feed."""
    if not followed:
        messages.warning(request, "Nothing is chosen: choose a feed, or give the address of one.")
    for status in FollowStatus:
        results = [result for result in followed if result.status is status]
        names = [result.source.name if result.source else result.address.url for result in results]
        if not results:
            continue
        if status is FollowStatus.NEW:
            text = f"You follow {_join(names)}. The first headlines come within seconds."
        else:
            text = f"{_join(names)} {status.value}."
        details = " ".join(result.detail for result in results if result.detail)
        level = messages.SUCCESS if status in DONE else messages.WARNING
        messages.add_message(request, level, f"{text} {details}".strip())


def _join(names: Sequence[str]) -> str:
    more = len(names) - MAX_NAMES
    return ", ".join(names[:MAX_NAMES]) + (f" and {more} more" if more > 0 else "")


def list_suggested(choice: Choice, results: Results) -> list[dict[str, Any]]:
    """Return the suggested feeds with their state; one that a check could not read is no longer chosen."""
    sources = find_sources(feed.url for feed in SUGGESTED)
    failed = {get_feed_key(feed.address.url) for feed in results.feeds if feed.error}
    suggested = []
    for feed in SUGGESTED:
        key = get_feed_key(feed.url)
        is_followed = key in sources and sources[key].is_enabled
        has_failed = key in failed and not is_followed
        is_chosen = feed.name in choice.suggested and not is_followed and not has_failed
        suggested.append({"feed": feed, "is_followed": is_followed, "has_failed": has_failed, "is_chosen": is_chosen})
    return suggested


def _render(request: HttpRequest, choice: Choice, results: Results | None = None) -> HttpResponse:
    results = results or Results()
    listed = {get_feed_key(feed.address.url) for feed in results.feeds}
    listed |= {get_feed_key(address.url) for address in results.unchecked}
    context = {
        "suggested": list_suggested(choice, results),
        "choice": choice,
        "results": results,
        "earlier": results.limit_boxes([feed for feed in choice.feeds if get_feed_key(feed.url) not in listed]),
        "unchecked_title": f"Not checked: more than {MAX_FEEDS} feeds",
        "is_sample": has_shown_samples(get_head()),
        "max_feeds": MAX_FEEDS,
        "interval_minutes": Source._meta.get_field("interval_seconds").get_default() // 60,
    }
    return render(request, "dashboard/add_news.html", context)
