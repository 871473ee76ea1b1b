"""The states of an item as a table on its page."""

from itertools import islice
from typing import Any

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from common.time import format_time
from news.log.reader import LoggedState
from news.models import Item, ItemChange, ItemRevision

MAX_STATES = 50
_COLUMNS = ("Time (UTC)", "Seq", "Change", "Reason", "By", "Title", "Tickers", "Published", "Sentiment", "Scored")
_HEADINGS = format_html("<tr>{}</tr>", format_html_join("", "<th>{}</th>", ((column,) for column in _COLUMNS)))


def render_states(item: Item) -> SafeString:
    """Return a table of the newest states, the present one first."""
    states: list[LoggedState] = [item, *ItemRevision.objects.filter(current=item.pk).order_by("-seq")[:MAX_STATES]]
    changes = {change.seq: change for change in ItemChange.objects.filter(item=item.pk).order_by("-seq")[:MAX_STATES]}
    rows = [_list_cells(state, changes.get(state.seq)) for state in islice(states, MAX_STATES)]
    body = format_html_join("", "<tr>{}</tr>", ((format_html_join("", "<td>{}</td>", row),) for row in rows))
    more = mark_safe("<p>There are earlier ones: see the history in the API.</p>") if len(states) > MAX_STATES else ""
    return format_html("<table><thead>{}</thead><tbody>{}</tbody></table>{}", _HEADINGS, body, more)


def _list_cells(state: LoggedState, change: ItemChange | None) -> list[tuple[Any]]:
    kind = "" if change is None else ": ".join(filter(None, [change.kind, ", ".join(change.fields)]))
    cells = [
        format_time(state.appended_at),
        state.seq,
        kind or ("created" if not state.revision else ""),
        change.reason if change else "",
        change.author if change else "",
        state.title,
        ", ".join(state.tickers),
        format_time(state.published_at),
        f"{state.sentiment} {state.score:.2f}",
        f"{format_time(state.scored_at)} {state.analyzer} {state.analyzer_version}",
    ]
    return [(cell,) for cell in cells]
