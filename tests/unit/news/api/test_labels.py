"""Labels by the API: for staff who are signed in and may label."""

import pytest
from django.contrib.auth.models import Permission, User

from accounts.models import Scope
from accounts.tokens import create_token
from news.ingest.changes import build_withdrawals
from news.models import Item, Label
from tests.helpers.api_client import APIClient, append, detail_of, get
from tests.helpers.edits import store_edits

pytestmark = pytest.mark.django_db
CSRF = "c" * 32
AUTHOR = "zoe.winter"
TITLE = "Apple profit surges to record"


@pytest.fixture
def item_id() -> str:
    return append(TITLE, tickers=("AAPL", "MSFT"))[0]


def sign_in(*, is_staff: bool = True, may_label: bool = True) -> APIClient:
    user = User.objects.create_user(AUTHOR, is_staff=is_staff)
    if may_label:
        user.user_permissions.add(Permission.objects.get(codename="label_item"))
    client = APIClient()
    client.force_login(user)
    client.cookies["csrftoken"] = CSRF
    return client


def call(client: APIClient, method: str, item_id: str, body: object = None, query: str = ""):
    return client.call(method, f"items/{item_id}/label{query}", body, headers={"X-CSRFToken": CSRF})


def test_post_label_headline_sets_its_sentiment(item_id: str) -> None:
    client = sign_in()

    response = call(client, "POST", item_id, {"sentiment": "negative"})

    assert response.status_code == 200
    (label,) = response.json()["labels"]
    assert (label["symbol"], label["sentiment"], label["author"]) == (None, "negative", AUTHOR)
    assert label["model_sentiment"] == "positive"
    item = get(client, f"items/{item_id}")
    assert (item["sentiment"], item["score"], item["value"], item["analyzer"]) == ("negative", 1.0, -1.0, "label")
    assert call(client, "GET", item_id).json() == response.json()
    assert response["Cache-Control"] == "private, no-store"


def test_post_label_ticker_in_any_form_and_delete_it(item_id: str) -> None:
    client = sign_in()

    call(client, "POST", item_id, {"sentiment": "neutral", "symbol": "nasdaq:msft"})
    assert [label["symbol"] for label in call(client, "GET", item_id).json()["labels"]] == ["MSFT"]
    response = call(client, "DELETE", item_id, query="?symbol=msft")

    assert (response.status_code, response.json()) == (200, {"labels": []})
    assert Item.objects.get().seq == 3


def test_delete_label_headline_scores_it_again(item_id: str) -> None:
    client = sign_in()
    call(client, "POST", item_id, {"sentiment": "negative"})

    assert call(client, "DELETE", item_id).json() == {"labels": []}

    assert get(client, f"items/{item_id}")["sentiment"] == "positive"
    assert "no label" in detail_of(call(client, "DELETE", item_id), 404)


@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
def test_label_without_login_session_is_401(item_id: str, method: str) -> None:
    _, secret = create_token(Scope.INGEST, name="program")

    detail_of(call(APIClient(), method, item_id, {"sentiment": "neutral"}), 401)
    detail_of(call(APIClient(secret), method, item_id, {"sentiment": "neutral"}), 401)

    assert not Label.objects.exists()


@pytest.mark.parametrize("rights", [{"is_staff": False}, {"may_label": False}], ids=["no staff", "no permission"])
@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
def test_label_without_permission_is_403(item_id: str, method: str, rights: dict[str, bool]) -> None:
    detail = detail_of(call(sign_in(**rights), method, item_id, {"sentiment": "neutral"}), 403)

    assert AUTHOR in detail
    assert "permission" in detail
    assert not Label.objects.exists()


def test_label_without_csrf_token_is_403(item_id: str) -> None:
    client = sign_in()

    response = client.call("POST", f"items/{item_id}/label", {"sentiment": "neutral"})

    assert "CSRF" in detail_of(response, 403)
    assert not Label.objects.exists()


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({}, "sentiment="),
        ({"sentiment": "good"}, "'good'"),
        ({"sentiment": ["positive"]}, "must be one of"),
        ({"sentiment": "positive", "symbol": "BA"}, "AAPL, MSFT"),
        ({"sentiment": "positive", "symbol": "$$"}, "symbol='$$'"),
        ({"sentiment": "positive", "symbol": 7}, "symbol='7'"),
        ({"sentiment": "positive", "author": "bob"}, "author"),
        ([], "an object"),
    ],
)
def test_post_label_bad_value_is_422(item_id: str, body: object, words: str) -> None:
    assert words in detail_of(call(sign_in(), "POST", item_id, body), 422)
    assert not Label.objects.exists()


def test_post_label_of_nothing_is_404_or_410(item_id: str) -> None:
    client, body = sign_in(), {"sentiment": "neutral"}
    store_edits(build_withdrawals([Item.objects.get()], reason="libel", author="ann"))

    assert "no such item" in detail_of(call(client, "POST", "0" * 36, body), 404)
    assert "no such item" in detail_of(call(client, "POST", "x", body), 404)
    for method in ("GET", "POST", "DELETE"):
        assert "withdrawn" in detail_of(call(client, method, item_id, body if method == "POST" else None), 410)


def test_author_of_label_is_in_no_public_answer(item_id: str) -> None:
    client = sign_in()
    call(client, "POST", item_id, {"sentiment": "negative"})

    events = "/api/v2/events?since=2000-01-01&include=headline,changes"
    paths = [f"/api/v2/items/{item_id}", "/api/v2/items", "/api/v2/metrics", events, "/", "/snapshot"]
    answers = {path: APIClient().get(path).text for path in paths}

    assert "negative" in answers[events]
    assert [path for path, answer in answers.items() if AUTHOR in answer] == []
