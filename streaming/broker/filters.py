"""The filter of a stream: which items it carries and what their events include."""

import hashlib
from collections.abc import Collection, Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple
from urllib.parse import urlencode

from common.parsing import TICKER_REGEX, parse_tickers
from news.entity_score import EntityScore, choose_entity
from news.log.as_of import LogPoint
from news.log.reader import EventState, LoggedState, Selection, get_last_seq, select_states_after, select_values
from news.metrics.as_of import get_metrics_as_of
from news.metrics.queries import Metrics, get_metrics
from news.metrics.running_totals import RunningMetrics
from news.models import ItemChange
from streaming.protocol.events import Event, PayloadOptions, make_new_item_event, make_removed_event, make_updated_event

HEADLINE = "headline"  # adds title, source, url, tickers and published_at
ENTITIES = "entities"  # adds what is said of each ticker
HISTORICAL = "historical"  # adds historical items
CHANGES = "changes"  # sends item_updated and item_removed in place of new_item
SCORE_FIELDS = ("sentiment", "score")  # in `changed`; with tickers, compared for the event's ticker
LEFT_FILTER = "left_filter"  # reason of a removal: none of the tickers is left
INCLUDES = (HEADLINE, ENTITIES, HISTORICAL, CHANGES)  # the values of `include`, in the order of queries and keys
TICKER_PARAMETERS = ("tickers", "ticker")
TICKERS_PATTERN = f"^{TICKER_REGEX}(,{TICKER_REGEX})*$"
INCLUDE_PATTERN = "^({0})(,({0}))*$".format("|".join(INCLUDES))


class Parameter(NamedTuple):
    """What the OpenAPI document says of a parameter of the query string: a text, and its schema beside the type."""

    description: str
    schema: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class StreamFilter:
    """Items of any of `tickers`, or of all without; `include` names what a stream carries that it otherwise omits.

    A filter selects items and shapes their events. Hashable: equal filters share a topic, its ring, replay pages and
    encoded bytes.
    """

    PARAMETERS: ClassVar[Mapping[str, Parameter]] = {
        "tickers": Parameter(
            "Only items with any of these tickers, comma-separated; events and metrics have the sentiment of these.",
            {"pattern": TICKERS_PATTERN},
        ),
        "ticker": Parameter("The same as `tickers`; both are one list.", {"pattern": TICKERS_PATTERN}),
        "include": Parameter(
            "A list separated by commas: `headline` adds title, source, url, tickers and published_at; `entities` adds "
            "what is said of each ticker; `historical` adds historical items, which were imported as old news; "
            "`changes` sends `item_updated` for an item that is corrected or scored again, and `item_removed` for one "
            "that is withdrawn or leaves the filter.",
            {"pattern": INCLUDE_PATTERN, "examples": ["headline,changes"]},
        ),
    }

    tickers: frozenset[str] = frozenset()
    include: frozenset[str] = frozenset()

    @classmethod
    def from_query(cls, query: Mapping[str, str]) -> "StreamFilter":
        """Return the filter of query parameters, each a list separated by commas. `ticker` and `tickers` are one list.

        Errors: ValueError with parameter, value and cure.
        """
        include = parse_include(query.get("include", ""))
        names = [name for name in TICKER_PARAMETERS if name in query]
        text = ",".join(query[name] for name in names)
        try:
            return cls(frozenset(parse_tickers(text)) if names else frozenset(), include)
        except ValueError as error:
            raise ValueError(f"{names[0]}={text[:80]!r}: {error}") from error

    @property
    def query_params(self) -> dict[str, str]:
        """The query parameters that `from_query` turns into this filter."""
        tickers = {"tickers": ",".join(sorted(self.tickers))} if self.tickers else {}
        return tickers | ({"include": ",".join(self._sorted_includes)} if self.include else {})

    @property
    def conditions(self) -> dict[str, str]:
        """The query parameters that select items; `include` is none of these."""
        return {name: value for name, value in self.query_params.items() if name != "include"}

    @property
    def key(self) -> str:
        """A short text that is equal for equal filters only: "all", a digest of many tickers, "all-headline"."""
        conditions = self.conditions
        # With tickers alone, the key of 0.1.0: its clients stay held at the edge during an upgrade.
        text = conditions["tickers"] if conditions.keys() == {"tickers"} else urlencode(conditions)
        digest = hashlib.sha256(text.encode()).hexdigest()[:24] if conditions else "all"
        return "-".join([digest, *self._sorted_includes])

    @property
    def has_historical(self) -> bool:
        """Whether it lets historical items through."""
        return HISTORICAL in self.include

    @property
    def has_changes(self) -> bool:
        """Whether it sends changes and removals as events of their own."""
        return CHANGES in self.include

    @property
    def has_conditions(self) -> bool:
        """Whether it lets only some items through, such as those of tickers."""
        return bool(self.conditions)

    @property
    def index_keys(self) -> Collection[str]:
        """Tickers by which the hub indexes the topic; without any, each item is tested."""
        return self.tickers

    @property
    def selection(self) -> Selection:
        """The states of the log that the stream carries."""
        return Selection(tickers=self.tickers, historical=self.has_historical, changes=self.has_changes)

    def matches(self, state: LoggedState) -> bool:
        """Return whether the stream sends an event for a state.

        With changes, also for the state in which the item lost a matching ticker.
        """
        if state.is_historical and not self.has_historical:
            return False
        if self.has_changes and state.change is not None and not self.tickers.isdisjoint(state.change.departed):
            return True
        if state.is_withdrawn:
            return self.has_changes and not self.tickers
        return not self.tickers or not self.tickers.isdisjoint(state.tickers)

    def select_states_after(self, after: int, *, up_to: int | None, limit: int) -> list[LoggedState]:
        """Return the next states of the log after seq `after`, up to and including `up_to`, `limit` at most."""
        return select_states_after(after, self.selection, up_to=up_to, limit=limit)

    def select_event_states(self, after: int, *, up_to: int | None, limit: int) -> Sequence[EventState]:
        """Return what the events of these states are made of."""
        if self.has_changes:
            return self.select_states_after(after, up_to=up_to, limit=limit)
        return select_values(
            after,
            self.selection,
            up_to=up_to,
            limit=limit,
            with_headline=HEADLINE in self.include,
            with_entities=bool(self.tickers) or ENTITIES in self.include,
        )

    def get_last_seq(self, up_to: int) -> int:
        """Return the seq of the last state up to and including `up_to`; without one, the log's `min_seq`."""
        return get_last_seq(self.selection, up_to)

    def get_metrics(self) -> Metrics:
        """Return the metrics of the items that it lets through."""
        return get_metrics(self.tickers)

    def get_metrics_as_of(self, as_of: LogPoint) -> Metrics:
        """Return the metrics as they were when the log ended at an earlier place."""
        return get_metrics_as_of(as_of, self.tickers)

    def make_running_metrics(self, metrics: Metrics, *, minute: int) -> RunningMetrics:
        """Return running metrics that start from `metrics`, read in `minute` (Unix seconds)."""
        return RunningMetrics(metrics, self.tickers, minute=minute)

    def make_item_event(self, state: EventState, generation: str) -> Event:
        """Return the event of a state that matches, with what `include` asks for.

        It is about the most relevant of the filter's tickers, or without any about the headline.
        """
        change = state.change if self.has_changes else None
        if change is not None and state.is_withdrawn:
            return make_removed_event(state, generation, reason=change.reason or change.kind)
        entity = choose_entity(state.list_entities(), self.tickers) if self.tickers else None
        if change is not None and self.tickers and entity is None:
            return make_removed_event(state, generation, reason=LEFT_FILTER)
        options = PayloadOptions(entity, with_headline=HEADLINE in self.include, with_entities=ENTITIES in self.include)
        if change is None:
            return make_new_item_event(state, generation, options)
        return make_updated_event(state, generation, options, changed=self._list_changed(change, entity))

    def get_encoding_key(self, state: LoggedState) -> Hashable:
        """Return a key of the event's bytes: filters with equal keys make the same event of a state."""
        if not self.tickers:
            return (self.include,)
        former = state.change.former if self.has_changes and state.change is not None else None
        return self.include, self._find_ticker(state), self._find_ticker(former) if former is not None else None

    def _find_ticker(self, state: LoggedState) -> str | None:
        return next((ticker for ticker in state.tickers if ticker in self.tickers), None)

    def _list_changed(self, change: ItemChange, entity: EntityScore | None) -> list[str]:
        """Return which fields differ from the stream's previous event of the item. entity: what the new event shows."""
        if entity is None:
            return [*change.fields]
        before = choose_entity(change.former.list_entities(), self.tickers) if change.former is not None else None
        is_changed = {
            "sentiment": before is None or before.sentiment != entity.sentiment,
            "score": before is None or (before.score, before.value) != (entity.score, entity.value),
        }
        others = [name for name in change.fields if name not in SCORE_FIELDS]
        return [
            *(name for name in others if name != ENTITIES),
            *(name for name in SCORE_FIELDS if is_changed[name]),
            *(name for name in others if name == ENTITIES),
        ]

    @property
    def _sorted_includes(self) -> list[str]:
        return [name for name in INCLUDES if name in self.include]

    def __str__(self) -> str:
        """The conditions for people, in log lines and the admin: "all", "AAPL,MSFT", "tickers=AAPL&name=value"."""
        conditions = self.conditions
        if conditions.keys() == {"tickers"}:
            return conditions["tickers"]
        return "&".join(f"{name}={value}" for name, value in conditions.items()) or "all"


def parse_include(text: str) -> frozenset[str]:
    """Return the values of `include`, a list separated by commas.

    Errors: ValueError for a value that is not one of INCLUDES.
    """
    names = [name.strip(" ") for name in text.split(",")] if text else []
    for name in names:
        if name not in INCLUDES:
            allowed = f"{', '.join(INCLUDES)}, or several by comma"
            raise ValueError(f"include={text[:80]!r}: {name[:80]!r} is unknown; leave it out, or give {allowed}")
    return frozenset(names)
