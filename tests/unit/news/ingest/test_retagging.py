"""Items that are tagged again: which, what changes, and what stays."""

from random import Random
from typing import Any

import pytest
from django.conf import LazySettings
from django.core.management import CommandError, call_command

from news.ingest.changes import build_withdrawals
from news.ingest.corrections import correct_item
from news.ingest.pipeline import ingest_records
from news.ingest.rescoring import rescore
from news.ingest.retagging import Retagger, RetagResult, count_mentioning, iterate_mentioning, retag
from news.labels.store import remove_label, set_label
from news.log.reader import Selection, select_states_after
from news.models import Item, ItemRevision, Label, LogHead, Mention, Sentiment, Source
from news.search.index import add_items
from tests.helpers import clause_analyzer
from tests.helpers.edits import store_edits
from tests.helpers.random_sequence import Clock
from tests.helpers.recount import assert_counts_exact

pytestmark = pytest.mark.django_db


def append(title: str = "Ford rises as Tesla falls", **fields: Any) -> Item:
    batch = ingest_records([{"title": title, **fields}], source="test")
    return Item.objects.get(item_id=batch.created[0])


def append_with_wrong_tag(title: str = "Ford rises as Tesla falls", **fields: Any) -> Item:
    """Append an item in whose text other instruments were found than are now: Apple, written "Ford" then."""
    item = append(title.replace("Ford", "Apple"), **fields)
    item.title = title
    item.save()
    add_items([item])
    return item


def run(*arguments: str, capsys: pytest.CaptureFixture[str]) -> str:
    call_command("retag", *arguments)
    return capsys.readouterr().out.rpartition(" seconds=")[0]


def test_retag_changed_item_is_announced_with_new_tickers(
    monkeypatch: pytest.MonkeyPatch, settings: LazySettings, clock: Clock
) -> None:
    clause_analyzer.install(monkeypatch, settings)
    item = append_with_wrong_tag()

    result = retag(Item.objects.all())

    assert result == RetagResult(tagged=1, changed=1)
    item.refresh_from_db()
    assert (item.seq, item.tickers, item.revision, item.has_own_tickers) == (2, ["F", "TSLA"], 1, False)
    mentions = Mention.objects.filter(seq=2).order_by("pk").values_list("symbol", "sentiment")
    assert list(mentions) == [("F", "positive"), ("TSLA", "negative")]
    (place,) = select_states_after(1, Selection(changes=True))
    assert place.change is not None
    assert (place.change.kind, place.change.fields, place.change.departed) == ("retagged", ["tickers"], ("AAPL",))
    assert ItemRevision.objects.get().dedup_hash != item.dedup_hash
    assert retag(Item.objects.all()) == RetagResult(tagged=1)
    assert_counts_exact(clock)


def test_retag_leaves_unchanged_items_where_they_are() -> None:
    append()

    assert retag(Item.objects.all()) == RetagResult(tagged=1)
    assert LogHead.objects.get().seq == 1


def test_retag_keeps_tickers_of_the_sender_and_takes_their_names_from_the_text() -> None:
    item = append("Boeing rises as Tesla falls", tickers=["NVDA", "TSLA"])
    Item.objects.update(entities=None)

    assert retag(Item.objects.all()).kept == 1

    item.refresh_from_db()
    assert sorted((e.ticker, e.names) for e in item.list_entities()) == [("NVDA", []), ("TSLA", ["Tesla"])]


def test_retag_text_without_instrument_is_of_the_market(settings: LazySettings) -> None:
    settings.UNTAGGED = "skip"
    item = append_with_wrong_tag("Ford rises")
    Item.objects.update(title="Rain tomorrow")

    retag(Item.objects.all())

    item.refresh_from_db()
    assert item.tickers == ["MARKET"]


def test_retag_keeps_labels_and_historical_items_historical() -> None:
    item = append_with_wrong_tag(historical=True)
    set_label(item.item_id, Sentiment.NEUTRAL, symbol="TSLA", author="ann")

    assert retag(Item.objects.all()).changed == 1

    mention = Mention.objects.get(seq=3, symbol="TSLA")
    assert (mention.sentiment, mention.score, mention.value, mention.is_historical) == ("neutral", 1.0, 0.0, True)


@pytest.mark.parametrize(
    ("source", "with_unrecorded", "changed"), [("feed", False, 1), ("x", False, 0), ("x", True, 1)]
)
def test_retag_item_without_recorded_ticker_origin(source: str, with_unrecorded: bool, changed: int) -> None:
    Source.objects.create(name="feed", url="https://e.org")
    append_with_wrong_tag(source=source)
    Item.objects.update(has_own_tickers=None)

    result = Retagger(with_unrecorded=with_unrecorded).retag(Item.objects.all())

    assert (result.unrecorded, Item.objects.get().tickers == ["F", "TSLA"]) == (1 - changed, bool(changed))


def test_retag_applies_rules_of_the_source() -> None:
    Source.objects.create(name="wire", url="https://e.org", allowed_tickers=["TSLA"])
    append(source="wire")

    retag(Item.objects.all())

    assert Item.objects.get().tickers == ["TSLA"]


@pytest.mark.parametrize("seed", range(4))
def test_any_changes_and_retags_keep_counts_exact(
    seed: int, clock: Clock, monkeypatch: pytest.MonkeyPatch, settings: LazySettings
) -> None:
    clause_analyzer.install(monkeypatch, settings)
    dice = Random(seed)
    titles = ["Ford rises as Tesla falls", "Tesla falls", "Apple rises on Ford order", "Rain tomorrow", "Boeing meets"]
    for step in range(24):
        items = list(Item.objects.order_by("pk"))
        chosen = dice.sample(items, min(3, len(items)))
        match dice.choice(["append", "append", "retag", "rescore", "correct", "label", "unlabel", "withdraw"]):
            case "append":
                tickers = dice.choice([None, ["AAPL", "F"]])
                append(f"{dice.choice(titles)} {step}", tickers=tickers, historical=dice.random() < 0.3)
            case "retag":
                for item in chosen:
                    Item.objects.filter(pk=item.pk).update(title=f"{dice.choice(titles)} {step} {item.pk}")
                retag(chosen)
                assert retag(Item.objects.filter(pk__in=[item.pk for item in chosen])).changed == 0
            case "rescore":
                rescore(chosen)
            case "correct":
                for item in chosen:
                    correct_item(item.item_id, {"title": f"{dice.choice(titles)}, {step}"}, reason="", author="ann")
            case "label":
                for item in chosen:
                    symbol, sentiment = dice.choice(["", *item.tickers]), Sentiment(dice.choice(Sentiment.values))
                    set_label(item.item_id, sentiment, symbol=symbol, author="ann")
            case "unlabel":
                for label in Label.objects.filter(ended_at__isnull=True, item__in=chosen, item__is_withdrawn=False):
                    remove_label(label.item.item_id, symbol=label.symbol, author="ann")
            case "withdraw":
                store_edits(build_withdrawals(chosen[:1], reason="libel", author="ann"))
        clock.now += dice.choice([1, 60, 3600])
    assert_counts_exact(clock)
    for item in Item.objects.all():
        mentions = Mention.objects.filter(item=item, seq=item.seq).order_by("pk")
        answers = [(m.symbol, m.relevance, m.sentiment, m.score, m.value) for m in mentions]
        assert answers == [entity[:5] for entity in item.list_entities()]


def test_count_mentioning_counts_items_with_a_name_in_title_or_summary() -> None:
    append()
    append("Rain tomorrow", summary="Ford Motor says so")
    append("Fordham wins")

    assert count_mentioning(["ford"]) == 2
    assert count_mentioning(["Ford Motor", "Tesla"]) == 2
    assert count_mentioning(["$", "nothing"]) == 0
    assert count_mentioning([]) == 0


def test_iterate_mentioning_pages_have_each_item_once() -> None:
    items = [append(f"Ford {'and Tesla ' * (number % 2)}{number}") for number in range(7)]

    pages = list(iterate_mentioning(["Ford", "Tesla"], batch=2))

    assert pages == [[item.pk for item in items[n : n + 2]] for n in range(0, 7, 2)]


def test_retag_command_changes_what_it_selects(capsys: pytest.CaptureFixture[str]) -> None:
    for title in ("Ford rises", "Ford falls", "Boeing falls"):
        append_with_wrong_tag(title)
    append("Tesla rises", tickers=["F"])

    assert run("--text", "Ford", "--dry-run", capsys=capsys) == "tagged=2 would_change=2 senders_tickers=0"
    assert LogHead.objects.get().seq == 4
    assert run("--text", "falls", "--text", "tesla", "--batch", "1", capsys=capsys) == (
        "tagged=3 changed=1 senders_tickers=1"
    )
    assert run("--ticker", "AAPL", capsys=capsys) == "tagged=1 changed=1 senders_tickers=0"
    assert run("--all", capsys=capsys) == "tagged=4 changed=0 senders_tickers=1"
    assert run("--since", "2999-01-01", capsys=capsys) == "tagged=0 changed=0 senders_tickers=0"
    assert sorted(Item.objects.values_list("title", "tickers")) == [
        ("Boeing falls", ["BA"]), ("Ford falls", ["F"]), ("Ford rises", ["F"]), ("Tesla rises", ["F"]),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "no items: give --text NAME"),
        (("--all", "--batch", "0"), "--batch=0"),
        (("--since", "soon"), "--since='soon'"),
        (("--ticker", "$$"), "--ticker='$$'"),
    ],
)
def test_retag_command_invalid_option_fails_with_value(arguments: tuple[str, ...], message: str) -> None:
    with pytest.raises(CommandError) as caught:
        call_command("retag", *arguments)

    assert str(caught.value).startswith(message)
