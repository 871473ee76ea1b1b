"""POST /items: valid and invalid records, authentication, rate limit."""

import json
from itertools import count
from pathlib import Path

import pytest

from accounts.models import Scope
from accounts.tokens import create_token
from common.rate_limit import RateLimit, token_key
from news.models import Item
from tests.helpers.api_client import ITEMS, detail_of, get, post

pytestmark = pytest.mark.django_db
CASES = Path(__file__).parent / "cases"


def test_post_items_valid_object_creates_scored_item(poster, client):
    response = post(
        poster, {"title": "Apple profit surges to record", "ticker": "aapl", "url": "https://example.org/a"}
    )

    assert response.status_code == 201
    result = response.json()
    (item_id,) = result["created"]
    assert result == {
        "created": [item_id],
        "duplicates": 0,
        "rejected": [],
        "results": [{"index": 0, "status": "created", "item_id": item_id}],
        "warnings": [],
    }
    item = get(client, f"items/{result['created'][0]}")
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


def test_post_items_batch_with_invalid_records_creates_the_others(poster):
    batch = [{"title": "Apple rises", "ticker": "AAPL"}, {"ticker": "AAPL"}, 7, {"title": "Ford falls", "ticker": "F"}]

    response = post(poster, {"items": batch})

    assert response.status_code == 201
    result = response.json()
    assert len(result["created"]) == 2
    assert [record["index"] for record in result["rejected"]] == [1, 2]
    assert all(record["detail"] for record in result["rejected"])


def test_post_items_lone_surrogate_rejects_its_record_only(poster):
    body = rb'{"items": [{"title": "Apple \ud800 rises", "ticker": "AAPL"}, {"title": "Ford falls", "ticker": "F"}]}'

    result = post(poster, body).json()

    assert len(result["created"]) == 1
    assert [record["index"] for record in result["rejected"]] == [0]


def test_post_items_same_item_counts_duplicate(poster):
    record = {"title": "Apple rises", "ticker": "AAPL", "external_id": "1"}
    (item_id,) = post(poster, record).json()["created"]

    single, batch = post(poster, record), post(poster, {"items": [record, record]})

    for response, duplicates in ((single, 1), (batch, 2)):
        assert response.status_code == 201
        assert response.json() == {
            "created": [],
            "duplicates": duplicates,
            "rejected": [],
            "results": [{"index": index, "status": "duplicate", "item_id": item_id} for index in range(duplicates)],
            "warnings": [],
        }


def test_post_items_correction_updates_the_item_and_the_original_sent_again_is_a_duplicate(poster, client):
    lines = (CASES / "08-correction.jsonl").read_bytes().splitlines()

    results = [post(poster, line) for line in lines]

    assert [result.status_code for result in results] == [201] * 3
    (item_id,) = results[0].json()["created"]
    assert results[1].json() == {
        "created": [],
        "duplicates": 0,
        "rejected": [],
        "results": [{"index": 0, "status": "updated", "item_id": item_id}],
        "warnings": [],
    }
    assert [result.json()["duplicates"] for result in results] == [0, 0, 1]
    item = get(client, f"items/{item_id}")
    assert (item["title"], item["sentiment"]) == ("CORRECTED: Boeing X1 wins order", "positive")
    assert item["revision"] == 1
    assert item["timestamp"] >= item["first_appended_at"]
    assert [item["title"] for item in get(client, "items")["items"]] == ["CORRECTED: Boeing X1 wins order"]
    assert get(client, "items", q="loses")["items"] == []
    events = get(client, "events", include="headline", since="2000-01-01T00:00:00Z")["events"]
    assert [event["data"]["title"] for event in events if event["event"] == "new_item"] == [
        "Boeing X1 loses order",
        "CORRECTED: Boeing X1 wins order",
    ]
    metrics = get(client, "metrics")
    assert (metrics["total"], metrics["positive"], metrics["negative"]) == (1, 1, 0)


def test_post_items_correction_within_a_batch_is_created_and_updated(poster):
    batch = [json.loads(line) for line in (CASES / "08-correction.jsonl").read_bytes().splitlines()]

    result = post(poster, batch).json()

    (item_id,) = result["created"]
    assert result["results"] == [
        {"index": index, "status": status, "item_id": item_id}
        for index, status in enumerate(["created", "updated", "duplicate"])
    ]
    assert result["duplicates"] == 1


@pytest.mark.parametrize("name", ["", "My wire"])
def test_post_items_without_source_is_from_the_token(client, name):
    _, secret = create_token(Scope.INGEST, name=name)
    headers = {"Authorization": f"Bearer {secret}"}

    post(client, [{"title": "Apple rises", "ticker": "AAPL"}], headers=headers)
    post(client, [{"title": "Ford falls", "ticker": "F", "source": "Own"}], headers=headers)

    assert [*Item.objects.order_by("seq").values_list("source", flat=True)] == [name or "api", "Own"]


def test_post_items_bare_array_is_a_batch(poster):
    response = post(poster, [{"title": "Apple rises", "ticker": "AAPL"}, {"title": ""}])

    assert response.status_code == 201
    assert [result["status"] for result in response.json()["results"]] == ["created", "rejected"]
    assert response.json()["results"][1] == {"index": 1, "status": "rejected", "item_id": None}


@pytest.mark.parametrize("content_type", ["application/x-ndjson", "application/jsonl; charset=utf-8"])
def test_post_items_json_lines_rejects_bad_lines_only(poster, content_type):
    body = (
        b'\xef\xbb\xbf{"title": "Apple rises", "ticker": "AAPL"}\r\n\n'
        b'{"title": "Apple ris\n'
        b'{"title": "Apple \xff", "ticker": "AAPL"}\n'
        b'{"title": NaN}\n'
        b"7\n" + b"[" * 100_000 + b'\n{"title": "Ford falls", "ticker": "F"}'
    )

    response = poster.post(ITEMS, body, content_type=content_type)

    assert response.status_code == 201
    result = response.json()
    assert [record["status"] for record in result["results"]] == ["created", *["rejected"] * 5, "created"]
    assert [record["index"] for record in result["rejected"]] == [1, 2, 3, 4, 5]
    details = [record["detail"] for record in result["rejected"]]
    for detail, part in zip(details, ["is not JSON", "utf-8", "holds nan", "must be an object", "nested"], strict=True):
        assert part in detail


@pytest.mark.parametrize(
    ("body", "status", "message"),
    [(b"\n \n", 422, "body=[]"), (b"{}\n" * 1001, 413, "1001"), (b"x", 422, "None of the 1")],
)
def test_post_items_json_lines_without_records_or_with_too_many_is_rejected(poster, body, status, message):
    assert message in detail_of(poster.post(ITEMS, body, content_type="application/x-ndjson"), status)


@pytest.mark.parametrize(
    "bad",
    [
        b'{"title": "Apple", "ticker": "AAPL", "volume": NaN}',
        b'{"title": "Apple", "ticker": "AAPL", "summary": Infinity}',
        b'{"title": "Apple", "ticker": "AAPL", "x": {"y": [-Infinity]}}',
        b'{"title": "Apple", "ticker": "AAPL", "volume": ' + b"9" * 5000 + b"}",
        b'{"title": "Apple", "ticker": "AAPL", "volume": 1e999}',
        b'{"title": "Apple \xff rises", "ticker": "AAPL"}',
        b'{"title": "Apple \xed\xa0\x80 rises", "ticker": "AAPL"}',
    ],
)
@pytest.mark.parametrize("template", [b'{"items": [%s, %s]}', b"[%s, %s]"])
def test_post_items_value_that_json_lacks_rejects_its_record_only(poster, bad, template):
    response = post(poster, template % (bad, b'{"title": "Ford falls", "ticker": "F"}'))

    assert response.status_code == 201
    assert [record["status"] for record in response.json()["results"]] == ["rejected", "created"]


def test_post_items_foreign_names_are_understood_and_the_rest_is_named(poster, client):
    body = (CASES / "05-post-foreign-names.json").read_bytes().replace(b'"id":"w2"', b'"id":"w2","author":"X"')

    response = post(poster, body)

    assert response.status_code == 201
    item = get(client, f"items/{response.json()['created'][0]}")
    assert item["tickers"] == ["MSFT"]
    assert item["published_at"] == "2019-01-01T00:00:00Z"
    assert (item["url"], item["external_id"]) == ("https://example.org/w2", "w2")
    unknown, ignored = response.json()["warnings"]
    assert unknown["index"] == ignored["index"] == 0
    assert unknown["detail"].startswith("'author': unknown field, ignored")
    assert ignored["detail"].startswith("date='2019-01-01': ignored, because publishedAt is given")


def test_post_items_symbols_of_all_markets_are_kept(poster, client):
    response = post(poster, (CASES / "11-symbols.json").read_bytes())

    assert response.status_code == 201
    result = response.json()
    tickers = [get(client, f"items/{item_id}")["tickers"] for item_id in result["created"]]
    assert tickers == [
        ["RELIANCE.NS"], ["BRK.B"], ["BTC-USD"], ["^GSPC"], ["EURUSD=X"], ["ES=F"], ["M&M.NS"], ["AAPL"],
        ["AAPL", "HDFCBANK.NS"], ["MARKET"],
    ]  # fmt: skip
    assert result["rejected"] == []
    assert result["warnings"] == []


def test_post_items_bad_symbol_is_a_warning(poster):
    result = post(poster, {"items": [{"title": "Rise", "tickers": ["AAPL", "FOO:X"]}], "source": "X"}).json()

    assert len(result["created"]) == 1
    assert [warning["index"] for warning in result["warnings"]] == [0, 0]
    assert result["warnings"][0]["detail"].startswith("'source': beside items, ignored")
    assert result["warnings"][1]["detail"].startswith("tickers='FOO:X'")


def test_post_items_historical_is_stored(poster):
    batch = [{"title": f"Rise {flag}", "ticker": "AAPL", "historical": flag} for flag in (True, False, None)]

    post(poster, [*batch, {"title": "Rise", "ticker": "AAPL"}])

    assert [*Item.objects.order_by("seq").values_list("is_historical", flat=True)] == [True, False, False, False]
    assert "historical='yes'" in detail_of(post(poster, {"title": "Rise", "ticker": "F", "historical": "yes"}), 422)


def test_post_items_invalid_object_returns_422_with_detail_only(poster):
    response = post(poster, {"ticker": "AAPL"})

    assert "title" in detail_of(response, 422)
    assert response.json().keys() == {"detail"}


def test_post_items_invalid_object_with_unknown_field_returns_422_with_warning(poster):
    response = post(poster, {"Title": "Apple rises", "ticker": "AAPL"})

    assert detail_of(response, 422).startswith("title: is missing")
    assert response.json()["warnings"] == [
        {"index": 0, "detail": "'Title': unknown field, ignored; did you mean title?"}
    ]


def test_post_items_date_that_cannot_be_read_rejects_the_record(poster):
    for value in ("yesterday", "2024", 20240310, "03/04/2026"):
        detail = detail_of(post(poster, {"title": "Apple rises", "ticker": "AAPL", "published_at": value}), 422)
        assert detail.startswith(f"published_at={value!r}")
    assert not Item.objects.exists()


def test_post_items_batch_without_valid_record_returns_422(poster):
    response = post(poster, {"items": [{"ticker": "AAPL"}, []]})

    assert "2 records" in detail_of(response, 422)
    assert [record["index"] for record in response.json()["rejected"]] == [0, 1]
    assert not Item.objects.exists()


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        ({"items": [{"ticker": "AAPL"}, {"title": 5, "colour": "red"}]}, "application/json"),
        ([{"ticker": "AAPL"}, {"title": 5, "colour": "red"}], "application/json"),
        (b'{"ticker": "AAPL"}\n{"title": 5, "colour": "red"}\n', "application/x-ndjson"),
    ],
)
def test_post_items_batch_without_valid_record_has_the_shape_of_201(poster, body, content_type):
    content = body if isinstance(body, bytes) else json.dumps(body)
    answer = poster.post(ITEMS, content, content_type=content_type).json()

    assert answer.keys() == {"detail", "created", "duplicates", "rejected", "results", "warnings"}
    assert (answer["created"], answer["duplicates"]) == ([], 0)
    assert answer["results"] == [{"index": index, "status": "rejected", "item_id": None} for index in (0, 1)]
    assert [warning["index"] for warning in answer["warnings"]] == [1]


def test_post_items_text_with_several_tickers_in_a_list_is_split(poster):
    post(poster, {"title": "Profits rise", "tickers": ["AAPL,MSFT", "f; gm", {"ticker": "IBM"}, "nan"]})

    assert Item.objects.get().tickers == ["AAPL", "MSFT", "F", "GM", "IBM"]


@pytest.mark.parametrize(
    ("body", "status", "message"),
    [
        (b"", 400, "line 1 column 1"),
        (b'{"title": ', 400, "column 11"),
        (b'{"title": "\xff"}', 400, "position 11"),
        (b'{"title": NaN}', 400, "NaN"),
        (b'{"title": -Infinity}', 400, "Infinity"),
        (b"[" * 100_000, 400, "nested"),
        (b'{"title": ' + b"9" * 5000 + b"}", 400, "digits"),
        (b"[]", 422, "body=[]"),
        (b'"text"', 422, "text"),
        (b"null", 422, "null"),
        (b'{"items": []}', 422, "items=[]"),
        (b'{"items": {"title": "x"}}', 422, "items="),
        (b'{"items": null}', 422, "items=null"),
        (b'{"items": [' + b"{}," * 1000 + b"{}]}", 413, "1001"),
    ],
)
def test_post_items_malformed_body_returns_error_with_cause(poster, body, status, message):
    assert message in detail_of(post(poster, body), status)


def test_post_items_body_above_limit_returns_413(poster, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000

    assert "1,000 bytes" in detail_of(post(poster, b" " * 1001), 413)


def test_post_items_byte_order_mark_and_form_content_type_returns_201(poster):
    body = b"\xef\xbb\xbf" + json.dumps({"title": "Apple rises", "ticker": "AAPL"}).encode()

    response = poster.post(ITEMS, body, content_type="application/x-www-form-urlencoded")

    assert response.status_code == 201


def test_post_items_without_token_returns_401(client):
    response = post(client, {"title": "Apple rises"})

    assert "create_token --scope ingest" in detail_of(response, 401)
    assert response["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize("header", ["Bearer", "Bearer ", "Bearer nonsense", "Basic eDp5", "Bearer \xff", "Bearer \0"])
def test_post_items_invalid_token_returns_401(client, header):
    response = post(client, {"title": "Apple rises"}, headers={"Authorization": header})

    detail_of(response, 401)
    assert response["WWW-Authenticate"] == "Bearer"
    assert "nonsense" not in response.text


def test_rate_limit_counts_posts_per_token_and_second(rf, settings):
    settings.ITEM_POSTS_PER_SECOND = 2
    seconds = count(1_000_000)
    now = next(seconds)
    rate_limit = RateLimit("ITEM_POSTS_PER_SECOND", seconds=1, get_key=token_key, now=lambda: now)
    first, second = rf.post(ITEMS), rf.post(ITEMS)
    first.auth, second.auth = create_token(Scope.INGEST)[0], create_token(Scope.INGEST)[0]

    assert [rate_limit.allow_request(first) for _ in range(3)] == [True, True, False]
    assert rate_limit.allow_request(second)
    now = next(seconds)
    assert rate_limit.allow_request(first)


def test_rate_limit_high_limit_is_exact_and_counts_several_requests_at_once(
    rf, settings, django_assert_max_num_queries
):
    settings.ITEM_POSTS_PER_SECOND = 110
    # In the future: windows that are over by the real clock are deleted now and then.
    limits = [RateLimit("ITEM_POSTS_PER_SECOND", seconds=1, get_key=token_key, now=lambda: 4_000_000_000) for _ in "ab"]
    request = rf.post(ITEMS)
    request.auth = create_token(Scope.INGEST)[0]

    with django_assert_max_num_queries(60):
        allowed = [limit.allow_request(request) for _ in range(50) for limit in limits]
    allowed += [limit.allow_request(request) for _ in range(20) for limit in limits]

    assert sum(allowed) == 110
    assert all(allowed[:108])


def test_post_items_above_rate_returns_429_with_retry_after(poster, settings):
    settings.ITEM_POSTS_PER_SECOND = 1

    # At least two of these are within one second.
    responses = [post(poster, {"title": "Apple rises", "ticker": "AAPL"}) for _ in range(50)]

    throttled = [response for response in responses if response.status_code == 429]
    assert throttled
    assert "Retry-After" in detail_of(throttled[0], 429)
    assert throttled[0]["Retry-After"] == "1"


def test_rate_limit_disabled_allows_all_posts(poster, settings):
    settings.ITEM_POSTS_PER_SECOND, settings.RATELIMIT_ENABLE = 1, False

    assert {post(poster, {"title": "Apple rises", "ticker": "AAPL"}).status_code for _ in range(20)} == {201}


def test_post_items_source_of_a_vendor_is_its_name(poster, client):
    response = post(poster, {"title": "Apple rises", "ticker": "AAPL", "source": {"id": None, "name": "Example Wire"}})

    assert response.status_code == 201
    assert client.get("/api/v2/items").json()["items"][0]["source"] == "Example Wire"
