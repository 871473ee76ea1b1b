"""Correct, score again and withdraw stored items, and a model of what clients get of that."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from random import Random
from time import sleep
from typing import Any

from django.db import transaction

from news.ingest.changes import ItemEdit, build_withdrawals
from news.log.head import lock_head
from news.models import ChangeKind, Item
from streaming.broker.filters import CHANGES, HISTORICAL, LEFT_FILTER, StreamFilter
from tests.helpers.edits import store_edits
from tests.helpers.items import make_entities

SCORES = {"positive": (0.8, 0.1, 0.1), "neutral": (0.1, 0.8, 0.1), "negative": (0.1, 0.1, 0.8)}


def change_item(
    item_id: str,
    kind: ChangeKind = ChangeKind.CORRECTED,
    *,
    reason: str = "",
    own: Mapping[str, str] | None = None,
    **fields: Any,
) -> int:
    """Change fields of an item; a sentiment sets its score, too. Returns the item's new seq.

    own: what it says of its tickers. Without it, other tickers and another sentiment make all as the headline.
    """
    with transaction.atomic():
        lock_head()
        item = Item.objects.get(item_id=item_id)
        edit = ItemEdit.from_item(item, kind, reason=reason)
        if sentiment := fields.get("sentiment"):
            fields |= {"score": 0.8, "probabilities": dict(zip(SCORES, SCORES[sentiment], strict=True))}
        for name, value in fields.items():
            setattr(item, name, value)
        if own is not None:
            item.entities = make_entities(own)
        elif not fields.keys().isdisjoint({"tickers", "sentiment"}):
            item.entities = None
        store_edits([edit])
    return item.seq


def rescore_item(item_id: str, sentiment: str) -> int:
    """Give an item another score, as another analyzer would. Returns its new seq."""
    return change_item(item_id, ChangeKind.RESCORED, sentiment=sentiment)


def withdraw_items(*item_ids: str, reason: str = "") -> list[int]:
    """Withdraw items in one transaction. Returns the seqs of the withdrawals."""
    with transaction.atomic():
        lock_head()
        edits = build_withdrawals(Item.objects.filter(item_id__in=item_ids).order_by("seq"), reason=reason, author="")
        store_edits(edits)
    return [edit.item.seq for edit in edits]


def change_at_random(seed: int, *, changes: int, pause_seconds: float) -> None:
    """Make changes of all kinds to the newest items, as items arrive."""
    dice = Random(seed)
    for number in range(changes):
        sleep(pause_seconds)
        newest = Item.objects.order_by("-seq").values_list("item_id", flat=True)[:50]
        if not newest:
            continue
        item_id = dice.choice(newest)
        match dice.randrange(5):
            case 0:
                change_item(item_id, title=f"Corrected {seed} {number}", reason="a typing error")
            case 1:
                change_item(item_id, tickers=dice.choice([["AAPL"], ["MSFT"], ["TSLA", "AAPL"]]))
            case 2:
                rescore_item(item_id, dice.choice([*SCORES]))
            case 3:
                own = {ticker: dice.choice([*SCORES]) for ticker in dice.choice([["AAPL"], ["MSFT", "AAPL"]])}
                change_item(item_id, tickers=[*own], own=own)
            case 4:
                withdraw_items(item_id, reason="libel")


@dataclass(frozen=True)
class ModelState:
    """One state in the log: what the item is there, and what it was before."""

    seq: int
    item_id: str
    tickers: tuple[str, ...]
    sentiment: str
    is_historical: bool
    own: Mapping[str, str] = field(default_factory=dict)  # sentiments of tickers that differ from the headline's
    is_withdrawn: bool = False
    reason: str = ""
    before: "ModelState | None" = None

    def mentions(self, tickers: frozenset[str]) -> int:
        """How often it counts for a filter."""
        return len(self.list_sentiments(tickers))

    def list_sentiments(self, tickers: frozenset[str]) -> list[str]:
        """As what it counts for a filter: the headline, or each mention, the most relevant first."""
        if self.is_withdrawn:
            return []
        chosen = [ticker for ticker in self.tickers if ticker in tickers]
        return [self.own.get(ticker, self.sentiment) for ticker in chosen] if tickers else [self.sentiment]

    def get_ticker(self, tickers: frozenset[str]) -> str:
        """The ticker of its event for a filter."""
        return next((ticker for ticker in self.tickers if ticker in tickers), self.tickers[0])


@dataclass
class LogModel:
    """What stands in the log, in order, and what each filter makes of it."""

    states: list[ModelState] = field(default_factory=list)

    @property
    def current(self) -> dict[str, ModelState]:
        """The items that were not withdrawn, by id, in the order of their newest states."""
        newest = {state.item_id: state for state in self.states}
        return {item_id: state for item_id, state in newest.items() if not state.is_withdrawn}

    def add(self, items: Iterable[Item]) -> None:
        """Add new items."""
        self.states += [
            ModelState(
                item.seq,
                item.item_id,
                tuple(item.tickers),
                item.sentiment,
                item.is_historical,
                {entity.ticker: entity.sentiment for entity in item.list_entities()},
            )
            for item in items
        ]

    def change(self, item_id: str, **fields: Any) -> None:
        """Add the next state of an item; other tickers or another sentiment make all as the headline."""
        before = self.current[item_id]
        if not fields.keys().isdisjoint({"tickers", "sentiment"}):
            fields = {"own": {}} | fields
        self.states.append(replace(before, seq=len(self.states) + 1, before=before, **fields))

    def expect(self, stream_filter: StreamFilter, *, after: int = 0) -> list[tuple[str, int]]:
        """Return name and seq of the events of items after a seq."""
        events = ((get_event_name(state, stream_filter), state.seq) for state in self.states if state.seq > after)
        return [(name, seq) for name, seq in events if name]

    def count(self, tickers: frozenset[str]) -> list[dict[str, int]]:
        """Return the totals of metrics as of each seq from 0 on."""
        totals = [dict.fromkeys((*SCORES, "total"), 0)]
        for logged in self.states:
            totals.append({**totals[-1]})
            for state, sign in ((logged, 1), (logged.before, -1)):
                if state is not None:
                    for sentiment in state.list_sentiments(tickers):
                        totals[-1][sentiment] += sign
                        totals[-1]["total"] += sign
        return totals


def get_event_name(state: ModelState, stream_filter: StreamFilter) -> str:
    """Return the name of the event that a state is for a filter; empty if it passes none."""
    if state.is_historical and HISTORICAL not in stream_filter.include:
        return ""
    is_in = state.mentions(stream_filter.tickers) > 0
    if CHANGES not in stream_filter.include or state.before is None:
        return "new_item" if is_in else ""
    was_in = state.before.mentions(stream_filter.tickers) > 0
    return "item_updated" if is_in else "item_removed" if was_in else ""


def apply_events(events: Iterable[Any]) -> dict[str, Any]:
    """Return what a client has that replaces items by their id and removes those that it is told to: data by id."""
    state: dict[str, Any] = {}
    for event in events:
        if event.kind == "item_removed":
            state.pop(event.data["item_id"], None)
        elif event.kind in ("new_item", "item_updated"):
            state[event.data["item_id"]] = event.data
    return state


def is_sentiment_changed(state: ModelState, stream_filter: StreamFilter) -> bool:
    """Return whether a state gives another sentiment than the one that the filter's stream had before."""
    before = state.before.list_sentiments(stream_filter.tickers)[:1] if state.before else []
    return before != state.list_sentiments(stream_filter.tickers)[:1]


def get_reason(state: ModelState) -> str:
    """Return the reason in the `item_removed` of a state."""
    return (state.reason or "withdrawn") if state.is_withdrawn else LEFT_FILTER


def change_on(server: Any, *calls: str) -> None:
    """Run calls of this module, such as `withdraw_items('…')`, on a server's database from a process of their own."""
    done = server.manage("shell", "-v0", "-c", "from tests.helpers.changes import *\n" + "\n".join(calls))
    assert done.returncode == 0, done.stderr
