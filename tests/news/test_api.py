import json
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from itertools import chain, count

import pytest
from django.db import connection
from django.test import Client
from hypothesis import given, settings
from hypothesis import strategies as st

from accounts.models import Scope
from accounts.tokens import create_token
from news.headline import Headline
from news.ingest import ingest
from news.metrics import read_metrics
from news.models import Item, LogHead
from news.rates import Rate, by_token

pytestmark = pytest.mark.django_db

ITEMS = "/api/v2/items"
BASE = datetime(2026, 1, 31, 9, 30, tzinfo=UTC)


@pytest.fixture
def poster() -> Client:
    """A client that shows an ingest token and sends its cookies' checks like a stranger's browser would."""
    return Client(enforce_csrf_checks=True, headers={"Authorization": f"Bearer {create_token(Scope.INGEST)[1]}"})


def post(client: Client, body: object, **arguments):
    content = body if isinstance(body, bytes) else json.dumps(body)
    return client.post(ITEMS, content, content_type="application/json", **arguments)


def append(*titles: str, tickers: Iterable[str] = ("AAPL",), published_at: datetime = BASE, **fields) -> list[str]:
    headlines = [
        Headline(title=title, tickers=tuple(tickers), source="test", published_at=published_at, **fields)
        for title in titles
    ]
    return ingest(headlines).created


def detail_of(response, status: int) -> str:
    assert response.status_code == status, response.content[:300]
    assert response["Content-Type"].startswith("application/json")
    detail = response.json()["detail"]
    assert isinstance(detail, str)
    assert detail
    return detail


def get(client: Client, path: str, **query):
    response = client.get(f"/api/v2/{path}", query)
    assert response.status_code == 200, response.content[:300]
    return response.json()


# Posting


def test_posted_item_is_scored_and_can_be_read_back(poster, client):
    response = post(
        poster, {"title": "Apple profit surges to record", "ticker": "aapl", "url": "https://example.org/a"}
    )

    assert response.status_code == 201
    receipt = response.json()
    assert receipt == {"created": [receipt["created"][0]], "duplicates": 0, "rejected": []}
    item = get(client, f"items/{receipt['created'][0]}")
    assert item["title"] == "Apple profit surges to record"
    assert item["ticker"] == "AAPL"
    assert item["tickers"] == ["AAPL"]
    assert item["source"] == "api"
    assert item["sentiment"] == "positive"
    assert item["score"] == item["probabilities"]["positive"]
    assert item["evidence"]
    assert item["analyzer"]
    assert item["analyzer_version"]
    assert item["timestamp"].endswith("Z")
    assert item["published_at"].endswith("Z")


def test_batch_keeps_the_good_and_reports_the_bad(poster):
    batch = [{"title": "Apple rises", "ticker": "AAPL"}, {"ticker": "AAPL"}, 7, {"title": "Ford falls", "ticker": "F"}]

    response = post(poster, {"items": batch})

    assert response.status_code == 201
    receipt = response.json()
    assert len(receipt["created"]) == 2
    assert [record["index"] for record in receipt["rejected"]] == [1, 2]
    assert all(record["detail"] for record in receipt["rejected"])


def test_half_a_surrogate_pair_in_one_record_holds_up_no_other(poster):
    body = rb'{"items": [{"title": "Apple \ud800 rises", "ticker": "AAPL"}, {"title": "Ford falls", "ticker": "F"}]}'

    receipt = post(poster, body).json()

    assert len(receipt["created"]) == 1
    assert [record["index"] for record in receipt["rejected"]] == [0]


def test_same_item_again_is_a_duplicate(poster):
    record = {"title": "Apple rises", "ticker": "AAPL", "external_id": "1"}
    post(poster, record)

    single, batch = post(poster, record), post(poster, {"items": [record, record]})

    assert (single.status_code, single.json()) == (201, {"created": [], "duplicates": 1, "rejected": []})
    assert (batch.status_code, batch.json()) == (201, {"created": [], "duplicates": 2, "rejected": []})


def test_refused_single_object_answers_its_reason_alone(poster):
    response = post(poster, {"ticker": "AAPL"})

    assert "title" in detail_of(response, 422)
    assert response.json().keys() == {"detail"}


def test_batch_of_which_nothing_was_taken_is_refused(poster):
    response = post(poster, {"items": [{"ticker": "AAPL"}, []]})

    assert "2 records" in detail_of(response, 422)
    assert [record["index"] for record in response.json()["rejected"]] == [0, 1]
    assert not Item.objects.exists()


@pytest.mark.parametrize(
    ("body", "status", "words"),
    [
        (b"", 400, "line 1 column 1"),
        (b'{"title": ', 400, "column 11"),
        (b'{"title": "\xff"}', 400, "position 11"),
        (b'{"title": NaN}', 400, "NaN"),
        (b'{"title": -Infinity}', 400, "Infinity"),
        (b"[" * 100_000, 400, "nested"),
        (b'{"title": ' + b"9" * 5000 + b"}", 400, "digits"),
        (b"[]", 422, "[]"),
        (b'"text"', 422, "text"),
        (b"null", 422, "null"),
        (b'{"items": []}', 422, "items=[]"),
        (b'{"items": {"title": "x"}}', 422, "items="),
        (b'{"items": null}', 422, "items=null"),
        (b'{"items": [' + b"{}," * 1000 + b"{}]}", 413, "1001"),
    ],
)
def test_body_that_is_no_post_is_refused_with_its_fault(poster, body, status, words):
    assert words in detail_of(post(poster, body), status)


def test_body_beyond_the_limit_is_refused(poster, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000

    assert "1,000 bytes" in detail_of(post(poster, b" " * 1001), 413)


def test_byte_order_mark_and_form_content_type_are_forgiven(poster):
    body = b"\xef\xbb\xbf" + json.dumps({"title": "Apple rises", "ticker": "AAPL"}).encode()

    response = poster.post(ITEMS, body, content_type="application/x-www-form-urlencoded")

    assert response.status_code == 201


def test_post_without_a_token_is_refused(client):
    response = post(client, {"title": "Apple rises"})

    assert "create_token --scope ingest" in detail_of(response, 401)
    assert response["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize("header", ["Bearer", "Bearer ", "Bearer nonsense", "Basic eDp5", "Bearer \xff", "Bearer \0"])
def test_post_with_a_wrong_token_is_refused(client, header):
    response = post(client, {"title": "Apple rises"}, headers={"Authorization": header})

    detail_of(response, 401)
    assert response["WWW-Authenticate"] == "Bearer"
    assert "nonsense" not in response.text


def test_rate_lets_each_token_post_so_often_within_a_second(rf, settings):
    settings.ITEM_POSTS_PER_SECOND = 2
    seconds = count(1_000_000)
    now = next(seconds)
    rate = Rate("ITEM_POSTS_PER_SECOND", seconds=1, caller=by_token, now=lambda: now)
    first, second = rf.post(ITEMS), rf.post(ITEMS)
    first.auth, second.auth = create_token(Scope.INGEST)[0], create_token(Scope.INGEST)[0]

    assert [rate.allow_request(first) for _ in range(3)] == [True, True, False]
    assert rate.allow_request(second)
    now = next(seconds)
    assert rate.allow_request(first)


def test_post_above_the_rate_is_told_when_to_come_back(poster, settings):
    settings.ITEM_POSTS_PER_SECOND = 1

    # Some two of these fall into the same second.
    answers = [post(poster, {"title": "Apple rises", "ticker": "AAPL"}) for _ in range(50)]

    refused = [answer for answer in answers if answer.status_code == 429]
    assert refused
    assert "Retry-After" in detail_of(refused[0], 429)
    assert refused[0]["Retry-After"] == "1"


def test_rate_can_be_switched_off(poster, settings):
    settings.ITEM_POSTS_PER_SECOND, settings.RATELIMIT_ENABLE = 1, False

    assert {post(poster, {"title": "Apple rises", "ticker": "AAPL"}).status_code for _ in range(20)} == {201}


# Listing items


def test_pages_follow_each_other_newest_first_without_gaps(client):
    created = append(*[f"Apple headline {number}" for number in range(7)])

    pages, cursor = [], {}
    while True:
        page = get(client, "items", limit=3, **cursor)
        pages.append([item["item_id"] for item in page["items"]])
        if page["next_cursor"] is None:
            break
        cursor = {"after": page["next_cursor"]}

    assert [len(page) for page in pages] == [3, 3, 1]
    assert list(chain.from_iterable(pages)) == created[::-1]


def test_ticker_pages_follow_each_other_too(client):
    wanted = append(*[f"Apple headline {number}" for number in range(5)], tickers=["MSFT", "AAPL"])
    append("Ford headline", tickers=["F"])

    first = get(client, "items", ticker="aapl", limit=3)
    second = get(client, "items", ticker="AAPL", limit=3, after=first["next_cursor"])

    assert [item["item_id"] for item in first["items"] + second["items"]] == wanted[::-1]
    assert second["next_cursor"] is None


def test_items_are_filtered_by_all_that_is_given(client):
    (rise,) = append("Apple profit surges to 100% record")
    (fall,) = append("Ford plunges after fraud lawsuit", tickers=["F"])

    def ids(**query):
        return [item["item_id"] for item in get(client, "items", **query)["items"]]

    assert ids() == [fall, rise]
    assert ids(sentiment="positive") == [rise]
    assert ids(sentiment="negative", ticker="AAPL") == []
    assert ids(q="PROFIT") == [rise]
    assert ids(q="%") == [rise]
    assert ids(q="_ord") == []
    assert ids(source="test") == [fall, rise]
    assert ids(source="other") == []
    assert ids(ticker="NEW") == []


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ({"limit": "0"}, "limit='0'"),
        ({"limit": "-1"}, "limit='-1'"),
        ({"limit": "1000000000"}, "less than or equal to 200"),
        ({"limit": "many"}, "limit='many'"),
        ({"limit": "9" * 5000}, "…"),
        ({"ticker": "AAPL;"}, "ticker='AAPL;'"),
        ({"ticker": ""}, "ticker=''"),
        ({"ticker": "AAPL\n"}, "ticker="),
        ({"ticker": "A\0"}, "ticker="),
        ({"sentiment": "happy"}, "'positive', 'neutral' or 'negative'"),
        ({"source": "a\0"}, "NUL"),
        ({"q": "a\0"}, "NUL"),
        ({"q": "x" * 201}, "at most 200 characters"),
        ({"after": "evt_abcdef-1"}, "next_cursor"),
        ({"after": str(2**63)}, "next_cursor"),
        ({"after": "-1"}, "next_cursor"),
        ({"after": "\N{ARABIC-INDIC DIGIT ONE}"}, "next_cursor"),
    ],
)
def test_bad_item_filter_is_refused_with_the_value_found(client, query, words):
    assert words in detail_of(client.get(ITEMS, query), 422)


def test_unknown_item_is_named(client):
    missing = "01890000-0000-7000-8000-000000000000"

    assert missing in detail_of(client.get(f"{ITEMS}/{missing}"), 404)
    assert "…" not in detail_of(client.get(f"{ITEMS}/%00"), 404)
    assert len(detail_of(client.get(f"{ITEMS}/{'x' * 5000}"), 404)) < 200


# Metrics


def test_metrics_carry_the_numbers_the_newest_items_and_the_cursor(client):
    append("Apple profit surges to record")
    append("Ford plunges after fraud lawsuit", tickers=["F", "GM"])

    metrics = get(client, "metrics")

    numbers = {"total": 2, "positive": 1, "neutral": 0, "negative": 1, "rate_last_hour": 2, "rate_last_24h": 2}
    assert metrics.items() >= numbers.items()
    assert metrics["by_tag"] == {"AAPL": 1, "F": 1, "GM": 1}
    assert [item["ticker"] for item in metrics["recent_items"]] == ["F", "AAPL"]
    assert metrics["cursor"] == f"evt_{LogHead.objects.get().epoch}-2"
    assert metrics["timestamp"].endswith("Z")


def test_metrics_are_filtered_by_tickers(client):
    append("Ford headline", tickers=["F", "GM"])
    append("Apple headline")

    metrics = get(client, "metrics", ticker="f,gm", hours=24)

    assert metrics["total"] == 1
    assert [item["title"] for item in metrics["recent_items"]] == ["Ford headline"]
    assert get(client, "metrics", ticker="NEW")["total"] == 0


def test_metrics_show_twenty_items_at_most_newest_first(client):
    created = append(*[f"Apple headline {number}" for number in range(25)])

    for query in ({}, {"hours": 1}, {"ticker": "AAPL"}, {"ticker": "AAPL", "hours": 1}):
        recent = [item["item_id"] for item in get(client, "metrics", **query)["recent_items"]]
        assert recent == created[:4:-1], query


def test_metrics_by_hours_leave_older_items_out(client):
    append("Apple headline")
    Item.objects.update(analysed_at=datetime.now(UTC) - timedelta(hours=3))

    assert get(client, "metrics", hours=2)["recent_items"] == []
    assert len(get(client, "metrics", hours=4)["recent_items"]) == 1


@pytest.mark.parametrize(
    "query", [{"hours": "0"}, {"hours": "8761"}, {"ticker": "A,,B"}, {"ticker": ",".join(map(str, range(101)))}]
)
def test_bad_metrics_window_is_refused(client, query):
    (name,) = query
    assert f"{name}=" in detail_of(client.get("/api/v2/metrics", query), 422)


# Time series


def test_series_gives_finished_buckets_oldest_first_by_publication(client):
    append("Apple profit surges to record", published_at=BASE)
    append("Apple plunges after fraud lawsuit", published_at=BASE + timedelta(minutes=20))
    append("Apple headline", published_at=BASE + timedelta(hours=2))

    series = get(client, "timeseries/aapl", start="2026-01-31", end="2026-02-01T00:00:00Z")

    assert series["ticker"] == "AAPL"
    assert series["resolution"] == "1h"
    assert series["partial_bucket"] is None
    assert series["next_cursor"] is None
    first, second = series["buckets"]
    assert first["start"] == "2026-01-31T09:00:00Z"
    assert second["start"] == "2026-01-31T11:00:00Z"
    counts = {"count": 2, "positive": 1, "neutral": 0, "negative": 1}
    assert first.items() >= counts.items()
    assert first["sum"] == pytest.approx(first["open"] + first["close"])
    assert first["avg"] == pytest.approx(first["sum"] / 2)
    assert first["high"] == first["open"] > 0 > first["close"] == first["low"]


@pytest.mark.parametrize("resolution", ["1m", "5m", "15m", "30m", "1h", "24h"])
def test_buckets_are_as_wide_as_asked_for(client, resolution):
    for minutes in range(0, 120, 10):
        append(f"Apple headline {minutes}", published_at=BASE + timedelta(minutes=minutes))

    series = get(client, "timeseries/AAPL", resolution=resolution, start=BASE.isoformat(), end="2026-02-01")

    width = {"1m": 60, "5m": 300, "15m": 900, "30m": 1800, "1h": 3600, "24h": 86_400}[resolution]
    starts = [int(datetime.fromisoformat(bucket["start"]).timestamp()) for bucket in series["buckets"]]
    assert starts == sorted({int(BASE.timestamp() + minutes * 60) // width * width for minutes in range(0, 120, 10)})
    assert sum(bucket["count"] for bucket in series["buckets"]) == 12


def test_pages_of_buckets_follow_each_other(client):
    for hours in range(5):
        append(f"Apple headline {hours}", published_at=BASE + timedelta(hours=hours))
    query = {"start": "2026-01-31", "end": "2026-02-01", "limit": 2}
    whole = get(client, "timeseries/AAPL", **query | {"limit": 5})["buckets"]

    buckets, cursor = [], {}
    while True:
        page = get(client, "timeseries/AAPL", **query, **cursor)
        buckets += page["buckets"]
        if page["next_cursor"] is None:
            break
        cursor = {"cursor": page["next_cursor"]}

    assert len(whole) == 5
    assert buckets == whole


def test_bucket_still_filling_is_kept_apart(client):
    append("Apple headline", published_at=datetime.now(UTC))
    append("Apple headline before", published_at=datetime.now(UTC) - timedelta(days=2))

    series = get(client, "timeseries/AAPL", resolution="24h")

    assert series["partial_bucket"]["count"] == 1
    assert [bucket["count"] for bucket in series["buckets"]] == [1]
    assert get(client, "timeseries/AAPL", resolution="24h", end="2026-01-01")["partial_bucket"] is None


def test_several_series_come_by_ticker(client):
    append("Ford headline", tickers=["F", "GM"])

    answer = get(client, "timeseries", tickers="f,NEW", start="2026-01-31", end="2026-02-01")

    assert answer["resolution"] == "1h"
    assert {ticker: len(series["buckets"]) for ticker, series in answer["series"].items()} == {"F": 1, "NEW": 0}


def test_a_star_before_the_tickers_stands_for_all_items(client):
    append("Ford headline", tickers=["F", "GM"])
    append("Apple headline")

    answer = get(client, "timeseries", tickers="*,F", start="2026-01-31", end="2026-02-01")

    counts = {key: [bucket["count"] for bucket in series["buckets"]] for key, series in answer["series"].items()}
    assert counts == {"*": [2], "F": [1]}
    alone = get(client, "timeseries", tickers="*", start="2026-01-31", end="2026-02-01")
    assert alone["series"] == {"*": answer["series"]["*"]}


@pytest.mark.parametrize(
    "start",
    ["2026-01-31T10:30:00+01:00", "2026-01-31T09:30:00Z", "2026-01-31T09:30:00", "2026-01-31 09:30", "1769851800"],
)
def test_times_are_read_as_utc_unless_they_say_otherwise(client, start):
    append("Apple headline", published_at=BASE - timedelta(minutes=1))
    append("Apple headline later", published_at=BASE)

    # Written raw: an unescaped + arrives as a space.
    answer = client.get(f"/api/v2/timeseries/AAPL?resolution=1m&end=2026-02-01&start={start}").json()

    assert [bucket["start"] for bucket in answer["buckets"]] == ["2026-01-31T09:30:00Z"]


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("timeseries/AAPL?resolution=2h", "'1m', '5m'"),
        ("timeseries/AAPL?start=yesterday", "start='yesterday'"),
        ("timeseries/AAPL?start=99999999999999999999", "ISO-8601"),
        ("timeseries/AAPL?end=0001-01-01T00:00:00%2B14:00", "ISO-8601"),
        ("timeseries/AAPL?start=2026-02-01&end=2026-01-01", "before end"),
        ("timeseries/AAPL?start=2026-02-01&end=2026-02-01", "before end"),
        ("timeseries/AAPL?limit=1001", "1000"),
        ("timeseries/AAPL?cursor=x", "next_cursor"),
        ("timeseries/AAPL?cursor=999999999999", "next_cursor"),
        ("timeseries/AAPL%00", "ticker="),
        ("timeseries/-", "ticker='-'"),
        ("timeseries", "tickers is missing"),
        ("timeseries?tickers=", "tickers=''"),
        ("timeseries?tickers=F,*", "tickers='F,*'"),
        ("timeseries?tickers=" + ",".join(map(str, range(21))), "21 tickers"),
    ],
)
def test_bad_series_question_is_refused(client, path, words):
    assert words in detail_of(client.get(f"/api/v2/{path}"), 422)


# Everything


NAMES = [
    "ticker",
    "tickers",
    "sentiment",
    "source",
    "q",
    "after",
    "limit",
    "hours",
    "resolution",
    "start",
    "end",
    "cursor",
]
PATHS = ["items", "items/x", "metrics", "timeseries", "timeseries/AAPL"]
LIKELY = st.sampled_from(
    [
        "",
        "0",
        "1",
        "-1",
        "1e9",
        str(2**63),
        "9" * 400,
        "\0",
        "%",
        "AAPL",
        "A,B",
        "1m",
        "24h",
        "NaN",
        "2026-01-01",
        "evt_abcdef-1",
    ]
)


@given(
    path=st.sampled_from(PATHS),
    query=st.dictionaries(
        st.sampled_from(NAMES), LIKELY | st.text() | st.integers().map(str) | st.datetimes().map(str), max_size=4
    ),
)
@settings(max_examples=300)
def test_no_query_is_answered_by_500(client, path, query):
    encoded = {name: value.encode("utf-8", "surrogatepass") for name, value in query.items()}

    response = client.get(f"/api/v2/{path}", encoded)

    assert response.status_code in {200, 404, 422}, (path, query)
    if response.status_code != 200:
        detail_of(response, response.status_code)


@given(segment=st.text(min_size=1) | st.binary(min_size=1).map(lambda raw: "".join(f"%{byte:02x}" for byte in raw)))
@settings(max_examples=100)
def test_no_path_is_answered_by_500(client, segment):
    for parent in ("items", "timeseries", "nothing"):
        response = client.get(f"/api/v2/{parent}/{segment.encode('utf-8', 'replace').decode()}")

        assert response.status_code in {200, 404, 422}, segment
        assert response["Content-Type"].startswith("application/json")


@given(
    body=st.binary()
    | st.recursive(
        st.none() | st.booleans() | st.floats() | st.text(),
        lambda inner: (
            st.lists(inner) | st.dictionaries(st.sampled_from(["items", "title", "ticker"]) | st.text(), inner)
        ),
    ).map(lambda value: json.dumps(value).encode())
)
@settings(max_examples=200)
def test_no_body_is_answered_by_500(poster, body):
    assert post(poster, body).status_code in {201, 400, 422}


@pytest.mark.parametrize("path", ["", "items/", "items/a/b", "nothing", "docs/x"])
def test_unknown_path_is_refused_in_json(path):
    stranger = Client(enforce_csrf_checks=True)

    for method in (stranger.get, stranger.post, stranger.delete):
        assert "/api/v2/docs" in detail_of(method(f"/api/v2/{path}"), 404)


def test_wrong_method_is_refused_in_json_with_those_allowed():
    stranger = Client(enforce_csrf_checks=True)

    items, metrics = stranger.delete(ITEMS), stranger.post("/api/v2/metrics")

    assert "GET, HEAD, POST" in detail_of(items, 405)
    assert items["Allow"] == "GET, HEAD, POST"
    assert "GET, HEAD" in detail_of(metrics, 405)
    assert metrics["Allow"] == "GET, HEAD"


def test_head_answers_as_get_without_a_body(client):
    response = client.head("/api/v2/metrics")

    assert response.status_code == 200
    assert response.content == b""


def test_host_that_is_not_ours_is_refused_in_json(client):
    assert "ALLOWED_HOSTS" in detail_of(client.get("/api/v2/metrics", headers={"Host": "evil.example"}), 400)


def test_too_many_fields_are_refused_in_json(client):
    detail_of(client.get("/api/v2/items?" + "&".join(f"a{number}=1" for number in range(1001))), 400)


def test_schema_documents_every_call_and_its_errors(client):
    schema = get(client, "openapi.json")

    assert schema["openapi"].startswith("3.1")
    calls = {(path, method): call for path, methods in schema["paths"].items() for method, call in methods.items()}
    assert len(calls) == 17
    for place, call in calls.items():
        assert call["summary"], place
        assert all("content" in answer for status, answer in call["responses"].items() if status != "204"), place
        assert any(status >= "400" for status in call["responses"]), place
    assert calls["/api/v2/items", "post"]["security"] == [{"BearerToken": []}]
    assert "anyOf" in calls["/api/v2/items", "post"]["requestBody"]["content"]["application/json"]["schema"]


def test_docs_load_nothing_from_another_host(client):
    page = client.get("/api/v2/docs")

    assert page.status_code == 200
    assert "//" not in page.text.replace("<!-- ", "")
    assert '"validatorUrl": null' in page.text


# Health


def test_ready_while_the_log_can_be_read(client):
    assert client.get("/health/live").json() == {"status": "ok"}
    assert client.get("/health/ready").json() == {"status": "ok", "database": "ok"}


def test_not_ready_without_the_tables(client):
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE news_loghead RENAME TO elsewhere")

    response = client.get("/health/ready")

    assert response.json().keys() == {"status", "database", "detail"}
    assert "manage.py migrate" in detail_of(response, 503)
    assert client.get("/health/live").status_code == 200


def test_not_ready_without_the_head(client):
    LogHead.objects.all().delete()

    assert "manage.py migrate" in detail_of(client.get("/health/ready"), 503)


def test_broken_database_answers_503_in_json(client):
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE news_loghead RENAME TO elsewhere")

    response = client.get("/api/v2/metrics")

    assert "/health/ready" in detail_of(response, 503)
    assert response["Retry-After"]


def test_metrics_and_log_agree(client):
    append("Apple headline")

    assert read_metrics().total == get(client, "metrics")["total"] == Item.objects.count()
