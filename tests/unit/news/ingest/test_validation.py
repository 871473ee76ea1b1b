import re
import unicodedata
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from news.dedup.headline import Headline
from news.ingest.validation import HeadlineError, parse_headline
from news.instruments.mentions import FoundInstrument

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


def parse(**record):
    return parse_headline({"title": "Profit rises", "ticker": "AAPL"} | record, source="test", now=NOW)


def parse_with_warnings(**record):
    warnings = []
    record = {"title": "Profit rises"} | record
    return parse_headline(record, source="test", now=NOW, warnings=warnings), warnings


def rejection(record):
    with pytest.raises(HeadlineError) as caught:
        parse_headline(record, source="test", now=NOW)
    return str(caught.value)


def rejection_of(**fields):
    return rejection({"title": "Profit rises", "ticker": "AAPL"} | fields)


def test_parse_headline_title_and_ticker_is_valid():
    headline = parse()

    assert [(mention.symbol, mention.names) for mention in headline.found_instruments] == [("AAPL", ())]
    assert headline == Headline(
        "Profit rises", ("AAPL",), "test", NOW, has_own_tickers=True, found_instruments=headline.found_instruments
    )


def test_parse_headline_all_fields_are_stored():
    headline = parse(
        summary="More\nto say",
        url="https://example.org/a?b=1",
        source="Wire",
        published_at="2026-02-28T23:30:00-01:00",
        external_id=17,
        tickers=["msft", "AAPL"],
        unknown="ignored",
    )

    assert headline == Headline(
        title="Profit rises",
        tickers=("AAPL", "MSFT"),
        source="Wire",
        published_at=datetime(2026, 3, 1, 0, 30, tzinfo=UTC),
        summary="More to say",
        url="https://example.org/a?b=1",
        external_id="17",
        has_own_tickers=True,
        has_own_date=True,
        found_instruments=headline.found_instruments,
    )


@pytest.mark.parametrize(
    "record", [{"title": "Apple (AAPL) rises"}, {"title": "Apple (AAPL) rises", "tickers": "?!", "date": None}]
)
def test_parse_headline_tickers_and_date_that_are_not_given_are_not_its_own(record):
    headline = parse_headline(record, source="test", now=NOW)

    assert (headline.tickers, headline.published_at) == (("AAPL",), NOW)
    assert not headline.has_own_tickers
    assert not headline.has_own_date


@pytest.mark.parametrize("record", [None, 7, 1.5, True, "text", b"bytes", [], [{}], [["title", "x"]], object()])
def test_parse_headline_non_object_is_rejected(record):
    assert rejection(record).startswith("record=")


@pytest.mark.parametrize("record", [{}, {1: 2, None: 3, ("a",): "b"}, {"title": None}])
def test_parse_headline_missing_title_is_rejected(record):
    assert rejection(record) == "title: is missing; give the headline's text, 1 to 2,000 characters."


def test_parse_headline_empty_title_is_rejected_with_cure():
    assert rejection_of(title="") == "title='': is empty; give the headline's text, 1 to 2,000 characters."
    assert "is empty" in rejection_of(title=" \t\u2028\ufeff\u200b ")


@pytest.mark.parametrize("title", [5, 5.5, True, ["Profit"], {"a": 1}, b"Profit"])
def test_parse_headline_title_of_other_type_is_rejected(title):
    assert re.match(r"title=.+: is .+; give text\.", rejection_of(title=title))


@pytest.mark.parametrize("field", ["title", "external_id", "url"])
def test_parse_headline_huge_number_is_rejected(field):
    assert rejection_of(**{field: 10**5000}).startswith(f"{field}=")
    assert rejection_of(**{field: [10**5000]}).startswith(f"{field}=")


def test_parse_headline_title_collapses_white_space():
    assert parse(title="\ufeff\u200b Profit\r\n\t rises\u2028\xa0 \x85 again \ufeff").title == "Profit rises again"


@pytest.mark.parametrize("character", ["\0", "\x01", "\x1b", "\x1f", "\x7f", "\x9f", "\ufffe", "\U0010ffff", "\ufdd0"])
def test_parse_headline_control_character_is_rejected_with_position(character):
    message = rejection_of(title=f"Pro{character}fit")

    assert f"U+{ord(character):04X} as character 4" in message


@pytest.mark.parametrize("field", ["title", "summary", "source", "external_id"])
def test_parse_headline_lone_surrogate_is_rejected(field):
    message = rejection_of(**{field: "Pro\ud800fit"})

    assert "half a surrogate pair U+D800 as character 4" in message
    message.encode()


@pytest.mark.parametrize(
    ("field", "limit"), [("title", 2000), ("summary", 20_000), ("text", 20_000), ("source", 100), ("external_id", 200)]
)
def test_parse_headline_text_above_limit_is_rejected(field, limit):
    assert parse(**{field: "x" * limit})
    assert f"has {limit + 1:,} characters; give at most {limit:,}" in rejection_of(**{field: "x" * (limit + 1)})


def test_parse_headline_huge_title_is_rejected_with_short_message():
    message = rejection_of(title="x" * 1_000_000)

    assert "has 1,000,000 characters" in message
    assert len(message) < 200


@pytest.mark.parametrize("value", ["aapl", " AAPL ", "Aapl"])
def test_parse_headline_ticker_is_upper_case(value):
    assert parse(ticker=value).tickers == ("AAPL",)


@pytest.mark.parametrize(
    "ticker",
    [
        "AAPL\n",
        ".A",
        "-A",
        "A" * 21,
        "A B",
        "FOO:AAPL",
        "\u0131bm",
        "\u017f",
        "A\u00c9",
        "\u0663",
        "\0",
        5,
        True,
        {"AAPL": 1},
        [["AAPL"]],
    ],
)
@pytest.mark.parametrize("field", ["ticker", "tickers", "symbol", "symbols"])
def test_parse_headline_only_malformed_ticker_and_none_in_text_is_of_the_market(settings, field, ticker):
    record, warnings = {"title": "Profit rises", field: ticker}, []

    headline = parse_headline(record, source="test", now=NOW, warnings=warnings)

    assert (headline.tickers, headline.has_own_tickers) == (("MARKET",), False)
    assert warnings[0].startswith(f"{field}=")
    assert warnings[0].endswith("The text is searched instead.")
    settings.UNTAGGED = "skip"
    message = rejection(record)

    assert message.startswith(f"{field}=")
    assert message.endswith("none is left, and none is found in title and summary.")


@pytest.mark.parametrize(
    ("ticker", "symbol"),
    [("7203.T", "7203.T"), ("BRK-B", "BRK.B"), ("700 HK", "0700.HK"), ("A" * 20, "A" * 20), ("^GSPC", "^GSPC")],
)
def test_parse_headline_ticker_is_canonical(ticker, symbol):
    assert parse(ticker=ticker).tickers == (symbol,)


@pytest.mark.parametrize(
    "tickers",
    [
        ["msft", "AAPL", "MSFT"],
        "msft, aapl,,MSFT",
        "MSFT;AAPL",
        "MSFT|AAPL",
        "['MSFT', 'AAPL']",
        ("MSFT", "AAPL"),
        [{"symbol": "MSFT"}, {"ticker": "AAPL"}],
        ["MSFT", None, "nan", "", "AAPL"],
    ],
)
@pytest.mark.parametrize("field", ["ticker", "tickers", "symbol", "symbols"])
def test_parse_headline_several_tickers_are_valid_in_every_field(field, tickers):
    warnings = []

    headline = parse_headline({"title": "Profit rises", field: tickers}, source="test", now=NOW, warnings=warnings)

    assert headline.tickers == ("MSFT", "AAPL")
    assert warnings == []


def test_parse_headline_bad_ticker_among_several_is_reported_and_the_others_count():
    headline, warnings = parse_with_warnings(ticker="AAPL", symbols=["FOO:X", 5, "HDFCBANK.NS"])

    assert headline.tickers == ("AAPL", "HDFCBANK.NS")
    assert len(warnings) == 2
    assert warnings[0].startswith("symbols='FOO:X': has the exchange 'FOO'")
    assert warnings[1].startswith("symbols=5: is a number; must be 1 to 20 of")


def test_parse_headline_only_bad_tickers_are_reported_and_the_text_is_searched():
    headline, warnings = parse_with_warnings(title="Ford recalls trucks", ticker="not a ticker")

    assert headline.tickers == ("F",)
    (warning,) = warnings
    assert warning.startswith("ticker='not a ticker': ends in 'TICKER', which names no market")
    assert warning.endswith("The text is searched instead.")


def test_parse_headline_more_than_twenty_tickers_are_rejected():
    assert len(parse(ticker=None, tickers=[f"T{n}" for n in range(20)]).tickers) == 20
    assert "names 21 tickers; give at most 20" in rejection_of(ticker=None, tickers=[f"T{n}" for n in range(21)])


@pytest.mark.parametrize("nothing", [None, "", [], "nan", "None", "n/a", ["null"]])
def test_parse_headline_without_tickers_finds_them_in_text(nothing):
    headline = parse(title="Ford sues Apple", summary="Both say so.", ticker=None, tickers=nothing)
    in_summary = parse(title="Trucks are recalled", summary="Ford recalls them.", ticker=None, tickers=nothing)

    assert (headline.tickers, in_summary.tickers) == (("F", "AAPL"), ("F",))


def test_parse_headline_text_without_instrument_is_of_the_market():
    headline = parse(title="Rain tomorrow", ticker=None)

    assert headline.found_instruments == (FoundInstrument("MARKET", 0.5),)
    assert headline.tickers == ("MARKET",)
    assert not headline.has_own_tickers


def test_parse_headline_text_without_instrument_is_rejected_where_untagged_is_skipped(settings):
    settings.UNTAGGED = "skip"

    assert rejection({"title": "Rain tomorrow"}) == (
        "ticker: none given and none found in title and summary; name it as ticker or tickers."
    )


def test_parse_headline_text_is_alias_of_summary():
    assert parse(text="Body").summary == "Body"
    assert parse(text="Body", summary="Short").summary == "Short"


@pytest.mark.parametrize(
    "url",
    [
        "http://example.org",
        "HTTPS://example.org:8080/a/@b?c=d#e",
        "https://[2001:db8::1]/a",
        "https://münchen.example/straße",
        "https://en.wikipedia.org/wiki/Gap_(store)?x=%20y",
    ],
)
def test_parse_headline_web_url_is_valid(url):
    assert parse(url=url).url == url


@pytest.mark.parametrize(
    "url",
    [
        "example.org",
        "//example.org",
        "ftp://example.org",
        "javascript:alert(1)",
        "https://",
        "https:///path",
        "https://?q",
        "https://user:pw@example.org",
        "http://good.example\\@evil.example",
        "https://[",
        "https://exa mple.org",
        "https://example.org/a b",
        "https://example.org/\0",
        "https://example.org/\na",
        "https://example.org/\ud800",
        "https://example.org/<script>",
        "https://example.org/" + "x" * 2000,
        5,
        [],
    ],
)
def test_parse_headline_other_url_is_rejected(url):
    assert rejection_of(url=url).startswith("url=")


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, NOW),
        ("", NOW),
        ("2026-02-01", datetime(2026, 2, 1, tzinfo=UTC)),
        ("2026-02-01T10:20:30Z", datetime(2026, 2, 1, 10, 20, 30, tzinfo=UTC)),
        ("2026-02-01t10:20:30.5z", datetime(2026, 2, 1, 10, 20, 30, 500_000, tzinfo=UTC)),
        ("2026-02-01 10:20", datetime(2026, 2, 1, 10, 20, tzinfo=UTC)),
        ("2026-02-01T10:20:30+05:30", datetime(2026, 2, 1, 4, 50, 30, tzinfo=UTC)),
        (datetime(2026, 2, 1, 10, tzinfo=UTC), datetime(2026, 2, 1, 10, tzinfo=UTC)),
        ("2026-03-01T12:05:00Z", NOW + timedelta(minutes=5)),
        ("Sun, 1 Feb 2026 11:20:30 CET", datetime(2026, 2, 1, 10, 20, 30, tzinfo=UTC)),
        (1_769_941_230, datetime(2026, 2, 1, 10, 20, 30, tzinfo=UTC)),
        (1_769_941_230.5, datetime(2026, 2, 1, 10, 20, 30, 500_000, tzinfo=UTC)),
        ("1769941230000", datetime(2026, 2, 1, 10, 20, 30, tzinfo=UTC)),
        ("1970-01-01", datetime(1970, 1, 1, tzinfo=UTC)),
        ("nan", NOW),
        (1_769_940_000, datetime(2026, 2, 1, 10, tzinfo=UTC)),
        (1_769_940_000.5, datetime(2026, 2, 1, 10, 0, 0, 500_000, tzinfo=UTC)),
        ("1769940000", datetime(2026, 2, 1, 10, tzinfo=UTC)),
        (1_769_940_000_500, datetime(2026, 2, 1, 10, 0, 0, 500_000, tzinfo=UTC)),
        ("1769940000500", datetime(2026, 2, 1, 10, 0, 0, 500_000, tzinfo=UTC)),
    ],
)
def test_parse_headline_time_is_in_utc(value, expected):
    published_at = parse(published_at=value).published_at

    assert published_at == expected
    assert published_at.tzinfo is UTC


@pytest.mark.parametrize(
    ("value", "problem"),
    [
        ("2026-03-01T12:05:01Z", "is in the future"),
        ("2999-01-01", "is in the future"),
        ("1969-12-31T23:59:59Z", "is before 1970"),
        ("0001-01-01T00:00:00+14:00", "is not a date"),
        ("9999-12-31T23:59:59-14:00", "is outside the years 1 to 9999"),
        ("2026-02-30", "is not a possible date"),
        ("2026-02-01T25:00:00Z", "is not a possible date"),
        ("20260201", "is neither Unix seconds (10 digits) nor milliseconds"),
        (20260201, "is neither Unix seconds (10 digits) nor milliseconds"),
        ("03/04/2026", "may be 2026-03-04 or 2026-04-03; give the year first"),
        ("2026-02-01 10:00 XYZ", "holds 'xyz', which is no month, weekday or known time zone"),
        ("yesterday", "holds 'yesterday'"),
        ("\u0662\u0660\u0662\u0666-02-01", "is not a date"),
        ("9" * 100_000, "has 100,000 characters"),
        (10**1_000, "is a number; give one such as"),
        ("2024", "is neither Unix seconds (10 digits) nor milliseconds"),
        (2024, "is neither Unix seconds (10 digits) nor milliseconds"),
        (20_240_310_093_000, "is neither Unix seconds (10 digits) nor milliseconds"),
        (True, "is true or false"),
        ([], "is a list"),
    ],
)
def test_parse_headline_impossible_time_is_rejected(value, problem):
    message = rejection_of(published_at=value)

    assert message.startswith("published_at=")
    assert problem in message
    assert len(message) < 250


@pytest.mark.parametrize(
    ("value", "expected"), [(None, None), ("", None), (" ", None), ("NaN", None), ("a b", "a b"), (0, "0"), (-5, "-5")]
)
def test_parse_headline_external_id_is_text_or_number(value, expected):
    assert parse(external_id=value).external_id == expected


@pytest.mark.parametrize("external_id", [1.5, True, [], {}, 10**300])
def test_parse_headline_external_id_of_other_type_is_rejected(external_id):
    assert rejection_of(external_id=external_id).startswith("external_id=")


@pytest.mark.parametrize(
    ("name", "value", "field", "expected"),
    [
        ("headline", "Losses rise", "title", "Losses rise"),
        ("description", "More", "summary", "More"),
        ("link", "https://example.org/1", "url", "https://example.org/1"),
        ("id", 17, "external_id", "17"),
        ("publishedAt", "2026-02-01T10:00:00Z", "published_at", datetime(2026, 2, 1, 10, tzinfo=UTC)),
        ("published", "2026-02-01T10:00:00Z", "published_at", datetime(2026, 2, 1, 10, tzinfo=UTC)),
        ("date", "2026-02-01", "published_at", datetime(2026, 2, 1, tzinfo=UTC)),
        ("datetime", "2026-02-01T10:00:00Z", "published_at", datetime(2026, 2, 1, 10, tzinfo=UTC)),
        ("historical", True, "is_historical", True),
        ("historical", False, "is_historical", False),
    ],
)
def test_parse_headline_other_name_of_field_is_understood(name, value, field, expected):
    record = {"ticker": "AAPL", name: value} | ({} if field == "title" else {"title": "Profit rises"})
    warnings = []

    headline = parse_headline(record, source="test", now=NOW, warnings=warnings)

    assert getattr(headline, field) == expected
    assert warnings == []


def test_parse_headline_error_names_the_field_as_given():
    assert rejection_of(date="yesterday").startswith("date='yesterday'")
    assert rejection_of(link="nowhere").startswith("link='nowhere'")
    assert rejection({"headline": " ", "ticker": "AAPL"}).startswith("headline=' ': is empty")


def test_parse_headline_two_names_of_a_field_say_which_counts():
    headline, warnings = parse_with_warnings(ticker="AAPL", date="2019-01-01", publishedAt="2019-01-02T00:00:00Z")

    assert headline.published_at == datetime(2019, 1, 2, tzinfo=UTC)
    assert warnings == [
        "date='2019-01-01': ignored, because publishedAt is given, too; "
        "of published_at, publishedAt, published, date, datetime the first counts."
    ]


def test_parse_headline_two_names_of_which_one_is_missing_or_equal_are_not_reported():
    headline, warnings = parse_with_warnings(ticker="AAPL", summary="nan", text="Body", url="", link=None, id="7")
    same, same_warnings = parse_with_warnings(ticker="AAPL", external_id="7", id="7")

    assert (headline.summary, headline.external_id, same.external_id) == ("Body", "7", "7")
    assert warnings == same_warnings == []


def test_parse_headline_unknown_fields_are_named():
    assert parse_with_warnings(ticker="AAPL", Ticker="MSFT")[1] == [
        "'Ticker': unknown field, ignored; did you mean ticker?"
    ]
    (warning,) = parse_with_warnings(ticker="AAPL", **{f"x{number}\ud800": None for number in range(12)})[1]
    assert warning.startswith("'x0\\ud800', 'x1\\ud800'")
    assert " and 2 more: unknown fields, ignored; the fields are title, summary" in warning


@pytest.mark.parametrize("value", [0, 1, "true", "yes", []])
def test_parse_headline_historical_of_other_type_is_rejected(value):
    assert re.match(r"historical=.+: is .+; give true or false", rejection_of(historical=value))


@pytest.mark.parametrize("value", [float("nan"), float("inf"), [1, {"a": float("-inf")}]])
@pytest.mark.parametrize("field", ["title", "ticker", "published_at", "unknown"])
def test_parse_headline_number_that_json_lacks_is_rejected(field, value):
    assert rejection_of(**{field: value}).startswith(f"'{field}': holds ")


FIELDS = ["title", "ticker", "tickers", "summary", "text", "url", "source", "published_at", "external_id", "other"]
PLAUSIBLE = st.sampled_from(
    [
        "Apple rises",
        "AAPL",
        "a,b",
        ["AAPL"],
        "https://example.org/a",
        "2026-01-01",
        "2026-01-01T00:00:00Z",
        "",
        "\ud800",
    ]
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.characters(codec=None) | PLAUSIBLE,
    lambda inner: st.lists(inner) | st.dictionaries(st.text() | st.integers(), inner),
    max_leaves=5,
)
RECORDS = JSON | st.fixed_dictionaries(
    {"title": JSON | PLAUSIBLE}, optional=dict.fromkeys(FIELDS[1:], JSON | PLAUSIBLE)
)


def parse_or_reject(record):
    try:
        return parse_headline(record, source="test")
    except HeadlineError as error:
        message = str(error)
    message.encode()
    assert len(message) < 1000
    return None


@given(RECORDS)
def test_parse_headline_any_value_returns_headline_or_headline_error(record):
    headline = parse_or_reject(record)
    if headline is None:
        return

    texts = [headline.title, headline.summary, headline.url, headline.source, headline.external_id or ""]
    for text in [*texts, *headline.tickers]:
        text.encode()
        assert not any(unicodedata.category(character) == "Cc" for character in text)
    assert 1 <= len(headline.title) <= 2000
    assert 1 <= len(headline.source) <= 100
    assert 1 <= len(headline.tickers) <= 20
    assert all(re.fullmatch(r"[A-Z0-9^][A-Z0-9.^=&_-]{0,19}", ticker, re.ASCII) for ticker in headline.tickers)
    assert headline.url == "" or headline.url.lower().startswith(("http://", "https://"))
    assert headline.external_id is None or 1 <= len(headline.external_id) <= 200
    assert headline.published_at.tzinfo is UTC
