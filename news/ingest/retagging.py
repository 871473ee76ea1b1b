"""Tag stored items again in bounded batches, after a change of instruments, and announce those that changed."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from heapq import merge
from itertools import islice

from django.db import transaction

from common.sql import in_array
from news.dedup.candidates import get_dedup_hash
from news.ingest.active_labels import apply_labels, get_labels
from news.ingest.changes import ItemEdit, append_edits
from news.ingest.item_scores import ScoreCache, build_entity_text, set_tickers
from news.ingest.tagging import NO_RULES, TaggingRules, get_rules_by_source, tag_stored
from news.instruments.mentions import FoundInstrument
from news.log.head import advance_head, lock_head
from news.models import ChangeKind, Item, Source
from news.search.index import MAX_KEY, select_keys
from news.search.words import Phrase, Search, split_words

KINDS_WITHOUT_TICKERS = ("feed", "newsapi")  # of sources that never give tickers
PAGE = 1_000


@dataclass(frozen=True, slots=True)
class RetagResult:
    """What became of a batch of items.

    tagged: those that still exist. changed: those announced again. kept: those whose tickers are the sender's.
    unrecorded: of `kept`, those of which that is not recorded, but assumed.
    """

    tagged: int = 0
    changed: int = 0
    kept: int = 0
    unrecorded: int = 0

    def __add__(self, other: "RetagResult") -> "RetagResult":
        return RetagResult(
            self.tagged + other.tagged,
            self.changed + other.changed,
            self.kept + other.kept,
            self.unrecorded + other.unrecorded,
        )


class Retagger:
    """Finds the tickers of stored items.

    is_dry_run: whether nothing is written. with_unrecorded: whether items of before version 0.2, of which it is not
    recorded if the sender gave the tickers, are searched, too; those of feeds always are.
    """

    def __init__(self, *, is_dry_run: bool = False, with_unrecorded: bool = False) -> None:
        self._is_dry_run = is_dry_run
        self._with_unrecorded = with_unrecorded
        fed = Source.objects.filter(kind__in=KINDS_WITHOUT_TICKERS)
        self._fed = frozenset(fed.values_list("name", flat=True))

    def retag(self, items: Iterable[Item]) -> RetagResult:
        """Tag a batch of stored items again. Items whose tickers, or what they say of one, change are announced again.

        Tickers that the sender gave stay, and get their relevance and names from the text. What has no instrument any
        more is of the topic MARKET. Labels stay. The log is locked while changes are written; batches of some hundred
        items keep that short.
        """
        items = list(items)
        rules, scores = get_rules_by_source({item.source for item in items}), ScoreCache()
        instruments_by_pk = {item.pk: self._tag(item, rules) for item in items}
        scores.add(
            build_entity_text(item.title, instruments_by_pk[item.pk])
            for item in items
            if _differ(item, instruments_by_pk[item.pk])
        )
        with transaction.atomic():
            head = lock_head()
            # Read again under the lock: the former states are what is stored.
            current = list(Item.objects.filter(pk__in=in_array([*instruments_by_pk])).order_by("seq"))
            labels = get_labels([item.pk for item in current])
            edits: list[ItemEdit] = []
            unchanged: list[ItemEdit] = []
            for item in current:
                edit, instruments = ItemEdit.from_item(item, ChangeKind.RETAGGED), self._tag(item, rules)
                if not _differ(item, instruments):
                    continue
                _set_instruments(item, instruments, scores)
                apply_labels(item, labels.get(item.pk, {}))
                (edits if edit.fields else unchanged).append(edit)
            if not self._is_dry_run:
                append_edits(head, edits)
                for edit in unchanged:  # but for the words that name a ticker
                    edit.item.save(update_fields=["entities"])
                advance_head(head, items=len(edits), scored=scores.count, scoring_seconds=scores.seconds)
        kept = [item for item in current if self._is_own(item)]
        unrecorded = sum(item.has_own_tickers is None for item in kept)
        return RetagResult(len(current), len(edits), len(kept), unrecorded)

    def _tag(self, item: Item, rules: Mapping[str, TaggingRules]) -> Sequence[FoundInstrument]:
        own_tickers = item.tickers if self._is_own(item) else ()
        # The rules of a source filter what comes; an item's own tickers have passed them.
        rule = NO_RULES if own_tickers else rules.get(item.source, NO_RULES)
        return tag_stored(item.title, item.summary, own_tickers=own_tickers, source=item.source, rules=rule)

    def _is_own(self, item: Item) -> bool:
        if item.has_own_tickers is None:
            return item.source not in self._fed and not self._with_unrecorded
        return item.has_own_tickers


def retag(items: Iterable[Item]) -> RetagResult:
    """Tag a batch of stored items again; see `Retagger.retag`."""
    return Retagger().retag(items)


def count_mentioning(names: Collection[str]) -> int:
    """Return how many items have one of the names in title or summary, whichever tickers they have."""
    return sum(len(keys) for keys in iterate_mentioning(names, batch=10 * PAGE))


def iterate_mentioning(names: Collection[str], *, batch: int = PAGE) -> Iterator[list[int]]:
    """Yield the primary keys, oldest first, of items that have one of the names in title or summary."""
    phrases = {Phrase(tuple(words)) for name in names if (words := split_words(name))}
    after = 0
    while phrases:
        pages = [
            select_keys(Search((phrase,)), lower=after + 1, upper=MAX_KEY, limit=batch, oldest_first=True)
            for phrase in phrases
        ]
        keys = list(islice(dict.fromkeys(merge(*pages)), batch))
        if keys:
            yield keys
        if len(keys) < batch:
            return
        after = keys[-1]


def _differ(item: Item, instruments: Sequence[FoundInstrument]) -> bool:
    """Return whether something else is known of an item's tickers than what was found in its text now."""
    entities = [(e.ticker, e.relevance, tuple(e.names), e.is_secondary) for e in item.list_entities()]
    return entities != [(m.symbol, m.relevance, m.names, m.is_secondary) for m in instruments]


def _set_instruments(item: Item, instruments: Sequence[FoundInstrument], scores: ScoreCache) -> None:
    former = item.tickers
    set_tickers(item, instruments, scores)
    if item.tickers != former:
        item.dedup_hash = get_dedup_hash(item)
