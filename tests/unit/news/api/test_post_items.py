"""POST /items: valid and invalid records, authentication, rate limit."""

import json
from itertools import count

import pytest

from accounts.models import Scope
from accounts.tokens import create_token
from common.rate_limit import RateLimit, token_key
from news.models import Item
from tests.helpers.api_client import ITEMS, detail_of, get, post

pytestmark = pytest.mark.django_db


def test_post_items_valid_object_creates_scored_item(poster, client):
    response = post(
        poster, {"title": "Apple profit surges to record", "ticker": "aapl", "url": "https://example.org/a"}
    )

    assert response.status_code == 201
    result = response.json()
    assert result == {"created": [result["created"][0]], "duplicates": 0, "rejected": []}
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
    post(poster, record)

    single, batch = post(poster, record), post(poster, {"items": [record, record]})

    assert (single.status_code, single.json()) == (201, {"created": [], "duplicates": 1, "rejected": []})
    assert (batch.status_code, batch.json()) == (201, {"created": [], "duplicates": 2, "rejected": []})


def test_post_items_invalid_object_returns_422_with_detail_only(poster):
    response = post(poster, {"ticker": "AAPL"})

    assert "title" in detail_of(response, 422)
    assert response.json().keys() == {"detail"}


def test_post_items_batch_without_valid_record_returns_422(poster):
    response = post(poster, {"items": [{"ticker": "AAPL"}, []]})

    assert "2 records" in detail_of(response, 422)
    assert [record["index"] for record in response.json()["rejected"]] == [0, 1]
    assert not Item.objects.exists()


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
        (b"[]", 422, "[]"),
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
    limits = [RateLimit("ITEM_POSTS_PER_SECOND", seconds=1, get_key=token_key, now=lambda: 1_000_000) for _ in "ab"]
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
