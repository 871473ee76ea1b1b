"""Reject unknown parameters of a query string, or fields of a body, and name the right one."""

from collections.abc import Collection, Iterable
from difflib import get_close_matches

CACHE_BUSTER = "_"  # clients add it with a random value so that no cache answers
MIN_SIMILARITY = 0.7
# Names by which other APIs call our parameters. The first one that an endpoint knows is suggested.
SYNONYMS = {
    **dict.fromkeys(("symbol", "symbols", "tag", "tags", "instrument", "channel", "stock", "s"), ("tickers", "ticker")),
    **dict.fromkeys(("tickers", "ticker"), ("channel",)),
    **dict.fromkeys(("page", "offset", "skip", "next", "nextcursor"), ("after", "cursor")),
    **dict.fromkeys(("cursor", "id", "lasteventid"), ("after", "last_event_id")),
    **dict.fromkeys(("after", "lastid", "eventid", "resume"), ("last_event_id", "lastEventId", "cursor")),
    **dict.fromkeys(("perpage", "pagesize", "size", "count", "max", "n"), ("limit",)),
    **dict.fromkeys(("interval", "granularity", "step", "period", "bucket"), ("resolution", "hours")),
    **dict.fromkeys(("from", "begin", "startdate", "datefrom"), ("start", "since", "published_from")),
    **dict.fromkeys(("to", "end", "until", "enddate", "dateto"), ("end", "until", "published_to")),
    **dict.fromkeys(("start", "time", "timestamp", "date"), ("since", "published_from")),
    **dict.fromkeys(("query", "search", "text", "term", "keyword"), ("q",)),
    **dict.fromkeys(("sort", "sortby", "orderby", "ordering", "direction"), ("order",)),
    **dict.fromkeys(("fields", "expand", "with"), ("include",)),
    **dict.fromkeys(("timezone", "zone"), ("tz", "timezone")),
    **dict.fromkeys(("tz", "timezonename"), ("timezone",)),
    **dict.fromkeys(("title", "label"), ("name",)),
    **dict.fromkeys(("token", "accesstoken", "key", "apikey"), ("ticket",)),
}


class UnknownParameter(ValueError):
    """A parameter or field that an endpoint does not know. The text names it and the right one, without a full stop."""


def reject_unknown(names: Iterable[str], allowed: Collection[str], *, kind: str = "parameter") -> None:
    """Check the names of a query string's parameters; `_` is always allowed. With the kind "field", those of an object.

    names: such as `request.GET`.
    allowed: the parameters that the endpoint knows, in the order in which the error lists them.
    Errors: UnknownParameter.
    """
    for name in names:
        if name in allowed or (name == CACHE_BUSTER and kind == "parameter"):
            continue
        suggestion = suggest(name, allowed)
        hint = f"did you mean {suggestion}? " if suggestion else ""
        cure = f"the {kind}s here are {', '.join(allowed)}" if allowed else f"there are no {kind}s here"
        raise UnknownParameter(f"{name[:80]!r}: unknown {kind}; {hint}{cure}")


def suggest(name: str, allowed: Collection[str]) -> str | None:
    """Return the known parameter that was probably meant, or None."""
    by_plain_name = {_simplify(parameter): parameter for parameter in reversed([*allowed])}
    plain_name = _simplify(name)
    if plain_name in by_plain_name:
        return by_plain_name[plain_name]
    for synonym in SYNONYMS.get(plain_name, ()):
        if synonym in allowed:
            return synonym
    close = get_close_matches(plain_name, by_plain_name, n=1, cutoff=MIN_SIMILARITY)
    return by_plain_name[close[0]] if close else None


def _simplify(name: str) -> str:
    """Return a name without case and separators: lastEventID and last_event_id are the same."""
    return name[:80].lower().replace("_", "").replace("-", "")
