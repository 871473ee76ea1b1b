"""Tags of headlines by the rules of their source, and of those without instrument."""

import pytest
from django.conf import LazySettings

from news.dedup.headline import Headline
from news.ingest.corrections import correct_item
from news.ingest.pipeline import ingest, ingest_records
from news.ingest.tagging import NO_RULES, NotTaggedError, TaggingRules, tag, tag_stored
from news.instruments.mentions import FoundInstrument
from news.models import Item, Source
from news.sources.poll_state import record_success
from news.sources.result import FetchResult
from tests.helpers.items import PUBLISHED_AT

DEFAULT = TaggingRules(default_ticker="^N225")
ALLOWED = TaggingRules(allowed_tickers=frozenset({"F", "TSLA"}))
BOTH = TaggingRules("^N225", frozenset({"F"}))


@pytest.mark.parametrize(
    ("title", "own_tickers", "rules", "tickers"),
    [
        ("Ford recalls cars", (), NO_RULES, ["F"]),
        ("Ford recalls cars", ("AAPL", "BA"), NO_RULES, ["AAPL", "BA"]),
        ("Rain tomorrow", (), NO_RULES, ["MARKET"]),
        ("Rain tomorrow", ("AAPL",), NO_RULES, ["AAPL"]),
        ("Ford recalls cars", (), DEFAULT, ["F"]),
        ("Rain tomorrow", (), DEFAULT, ["^N225"]),
        ("Ford and Apple recall", (), ALLOWED, ["F"]),
        ("Rain tomorrow", ("AAPL", "TSLA"), ALLOWED, ["TSLA"]),
        ("Apple recalls phones", (), BOTH, ["^N225"]),
        ("Apple recalls phones", ("AAPL",), BOTH, ["^N225"]),
        ("Rain tomorrow", (), TaggingRules(allowed_tickers=frozenset({"F", "MARKET"})), ["MARKET"]),
    ],
)
def test_tag_applies_rules(title: str, own_tickers: tuple[str, ...], rules: TaggingRules, tickers: list[str]) -> None:
    assert [match.symbol for match in tag(title, own_tickers=own_tickers, rules=rules)] == tickers


def test_tag_of_text_without_instrument_is_less_relevant() -> None:
    assert tag("Rain tomorrow") == (FoundInstrument("MARKET", 0.5),)


@pytest.mark.parametrize(
    ("title", "reason"),
    [
        (
            "Apple recalls phones",
            "tickers AAPL: the source allows F, TSLA; add to these in the admin, or set a default",
        ),
        ("Rain tomorrow", "no ticker found: the source allows F, TSLA;"),
    ],
)
def test_tag_without_allowed_ticker_says_why(title: str, reason: str) -> None:
    with pytest.raises(NotTaggedError) as caught:
        tag(title, rules=ALLOWED)

    assert str(caught.value).startswith(reason)
    assert [match.symbol for match in tag_stored(title, "", rules=ALLOWED)] == ["MARKET"]


def test_tag_skips_untagged_where_configured(settings: LazySettings) -> None:
    settings.UNTAGGED = "skip"

    with pytest.raises(NotTaggedError, match="none given and none found"):
        tag("Rain tomorrow")
    assert [match.symbol for match in tag("Rain tomorrow", rules=DEFAULT)] == ["^N225"]


@pytest.mark.django_db
def test_source_rules_apply_to_what_it_publishes() -> None:
    source = Source.objects.create(name="wire", url="https://e.org", allowed_tickers=["F"])
    records = [{"title": "Ford and Apple recall"}, {"title": "Apple recalls phones"}]

    poll = record_success(source, FetchResult(records))

    source.refresh_from_db()
    assert (poll.created, poll.skipped, source.entries_skipped) == (1, 1, 1)
    assert Item.objects.get().tickers == ["F"]
    [row] = source.last_skipped
    assert (row["title"], row["reason"].partition(":")[0]) == ("Apple recalls phones", "tickers AAPL")


@pytest.mark.django_db
def test_feed_corrects_an_entry_by_the_rules_of_its_source() -> None:
    Source.objects.create(name="wire", url="https://e.org", allowed_tickers=["F"])
    rules = TaggingRules(allowed_tickers=frozenset({"F"}))
    ingest_records([{"title": "Ford recalls cars", "id": "1"}], source="wire", is_feed=True, rules=rules)

    ingest_records([{"title": "Ford and Apple recall cars", "id": "1"}], source="wire", is_feed=True, rules=rules)

    assert (Item.objects.get().tickers, Item.objects.get().title) == (["F"], "Ford and Apple recall cars")


@pytest.mark.django_db
def test_correction_by_hand_replaces_tickers_whatever_the_source_allows() -> None:
    (item_id,) = ingest([Headline("Story", ("F",), "wire", PUBLISHED_AT, has_own_tickers=True)]).created
    Source.objects.create(name="wire", url="https://e.org", allowed_tickers=["F"], default_ticker="TSLA")

    correct_item(item_id, {"tickers": ["AAPL", "MSFT"]}, reason="", author="ann")
    assert Item.objects.get().tickers == ["AAPL", "MSFT"]
    correct_item(item_id, {"title": "Another story"}, reason="", author="ann")
    assert Item.objects.get().tickers == ["AAPL", "MSFT"]


@pytest.mark.django_db
def test_correction_without_tickers_uses_the_default_of_the_source(settings: LazySettings) -> None:
    settings.UNTAGGED = "skip"
    (item_id,) = ingest([Headline("Story", ("F",), "wire", PUBLISHED_AT, has_own_tickers=True)]).created
    Source.objects.create(name="wire", url="https://e.org", default_ticker="TSLA")

    correct_item(item_id, {"tickers": []}, reason="", author="ann")

    assert Item.objects.get().tickers == ["TSLA"]
