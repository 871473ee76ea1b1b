"""Posting items: what is taken, what is refused and why, how often."""

import json
from itertools import count

import pytest

from accounts.models import Scope
from accounts.tokens import create_token
from common.rate_limit import RateLimit, token_key
from news.models import Item
from tests.helpers.api_client import ITEMS, detail_of, get, post

pytestmark = pytest.mark.django_db


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
    rate = RateLimit("ITEM_POSTS_PER_SECOND", seconds=1, get_key=token_key, now=lambda: now)
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
