"""Unknown query parameters are named, with the one that was probably meant."""

import pytest

from common.query_params import SYNONYMS, UnknownParameter, reject_unknown, suggest

STREAM = ("tickers", "ticker", "include", "since", "last_event_id", "lastEventId", "ticket")
ITEMS = ("tickers", "ticker", "sentiment", "source", "q", "order", "after", "limit")
SERIES = ("tickers", "ticker", "resolution", "start", "end", "limit", "cursor", "by", "tz")


@pytest.mark.parametrize(
    ("name", "allowed", "meant"),
    [
        ("tickres", STREAM, "tickers"),
        ("Tickers", STREAM, "tickers"),
        ("symbols", STREAM, "tickers"),
        ("last-event-id", STREAM, "last_event_id"),
        ("lastEventID", STREAM, "last_event_id"),
        ("includes", STREAM, "include"),
        ("page", ITEMS, "after"),
        ("per_page", ITEMS, "limit"),
        ("sentiments", ITEMS, "sentiment"),
        ("interval", SERIES, "resolution"),
        ("from", SERIES, "start"),
        ("from", STREAM, "since"),
        ("xyzzy", STREAM, None),
        ("page", ("q",), None),
    ],
)
def test_suggest_unknown_name_returns_what_was_meant(name: str, allowed: tuple[str, ...], meant: str | None) -> None:
    assert suggest(name, allowed) == meant


def test_reject_unknown_known_names_and_cache_buster_pass() -> None:
    reject_unknown(["tickers", "_", "ticket"], STREAM)


def test_reject_unknown_names_value_suggestion_and_all_parameters() -> None:
    with pytest.raises(UnknownParameter) as error:
        reject_unknown(["tickers", "page"], ("tickers", "after", "limit"))
    assert str(error.value) == (
        "'page': unknown parameter; did you mean after? the parameters here are tickers, after, limit"
    )


def test_reject_unknown_without_a_similar_one_lists_the_parameters() -> None:
    with pytest.raises(UnknownParameter) as error:
        reject_unknown(["zzz" * 100], ())
    assert str(error.value) == f"{'zzz' * 26 + 'zz'!r}: unknown parameter; there are no parameters here"


def test_synonyms_are_written_as_they_are_looked_up() -> None:
    assert [name for name in SYNONYMS if name != name.lower().replace("_", "").replace("-", "")] == []
