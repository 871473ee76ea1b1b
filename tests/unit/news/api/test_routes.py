"""The API as a whole with any request, its document, and health."""

import json

import pytest
from django.db import connection
from django.test import Client
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from news.metrics.queries import get_metrics
from news.models import Item, LogHead
from tests.helpers.api_client import ITEMS, append, detail_of, get, post
from tests.helpers.examples import scale_examples

pytestmark = pytest.mark.django_db


NAMES = [
    "ticker",
    "tickers",
    "sentiment",
    "source",
    "q",
    "external_id",
    "published_from",
    "appended_to",
    "min_score",
    "order",
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
@hypothesis_settings(max_examples=scale_examples(300))
def test_get_any_query_never_returns_500(client, settings, path, query):
    settings.RATELIMIT_ENABLE = False
    encoded = {name: value.encode("utf-8", "surrogatepass") for name, value in query.items()}

    response = client.get(f"/api/v2/{path}", encoded)

    assert response.status_code in {200, 400, 404, 422}, (path, query)
    if response.status_code != 200:
        detail_of(response, response.status_code)


@given(segment=st.text(min_size=1) | st.binary(min_size=1).map(lambda raw: "".join(f"%{byte:02x}" for byte in raw)))
@hypothesis_settings(max_examples=scale_examples(100))
def test_get_any_path_never_returns_500(client, segment):
    for parent in ("items", "timeseries", "nothing"):
        response = client.get(f"/api/v2/{parent}/{segment.encode('utf-8', 'replace').decode()}")

        assert response.status_code in {200, 400, 404, 422}, segment
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
@hypothesis_settings(max_examples=scale_examples(200))
def test_post_any_body_never_returns_500(poster, body):
    assert post(poster, body).status_code in {201, 400, 422}


@pytest.mark.parametrize("path", ["", "items/", "items/a/b", "nothing", "docs/x"])
def test_unknown_path_returns_404_in_json(path):
    client = Client(enforce_csrf_checks=True)

    for method in (client.get, client.post, client.delete):
        assert "/api/v2/docs" in detail_of(method(f"/api/v2/{path}"), 404)


def test_wrong_method_returns_405_with_allow():
    client = Client(enforce_csrf_checks=True)

    items, metrics = client.delete(ITEMS), client.post("/api/v2/metrics")

    assert "GET, HEAD, POST" in detail_of(items, 405)
    assert items["Allow"] == "GET, HEAD, POST"
    assert "GET, HEAD" in detail_of(metrics, 405)
    assert metrics["Allow"] == "GET, HEAD"


def test_head_returns_200_without_body(client):
    response = client.head("/api/v2/metrics")

    assert response.status_code == 200
    assert response.content == b""


def test_unknown_host_returns_400_in_json(client):
    assert "ALLOWED_HOSTS" in detail_of(client.get("/api/v2/metrics", headers={"Host": "evil.example"}), 400)


def test_too_many_parameters_returns_400_in_json(client):
    detail_of(client.get("/api/v2/items?" + "&".join(f"a{number}=1" for number in range(1001))), 400)


def test_openapi_documents_every_call_with_its_errors(client):
    schema = get(client, "openapi.json")

    assert schema["openapi"].startswith("3.1")
    calls = {(path, method): call for path, methods in schema["paths"].items() for method, call in methods.items()}
    assert len(calls) == 29
    for path_and_method, call in calls.items():
        assert call["summary"], path_and_method
        assert all(
            {"content", "$ref"} & response.keys() for status, response in call["responses"].items() if status != "204"
        ), path_and_method
        assert any(status >= "400" for status in call["responses"]) or path_and_method[0] == "/health/live"
    assert calls["/api/v2/items", "post"]["security"] == [{"BearerToken": []}]
    assert "anyOf" in calls["/api/v2/items", "post"]["requestBody"]["content"]["application/json"]["schema"]


def test_docs_load_nothing_from_other_hosts(client):
    page = client.get("/api/v2/docs")

    assert page.status_code == 200
    assert "//" not in page.text.replace("<!-- ", "")
    assert '"validatorUrl": null' in page.text


# Health


def test_health_readable_log_returns_200(client):
    assert client.get("/health/live").json() == {"status": "ok"}
    assert client.get("/health/ready").json() == {"status": "ok", "database": "ok"}
    for path in ("/health/live", "/health/ready"):
        response = Client(enforce_csrf_checks=True).post(path)
        assert (response.status_code, response["Allow"]) == (405, "GET, HEAD")


def test_health_ready_without_tables_returns_503(client):
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE news_loghead RENAME TO elsewhere")

    response = client.get("/health/ready")

    assert response.json().keys() == {"status", "database", "detail"}
    assert "manage.py migrate" in detail_of(response, 503)
    assert client.get("/health/live").status_code == 200


def test_health_ready_without_head_returns_503(client):
    LogHead.objects.all().delete()

    assert "manage.py migrate" in detail_of(client.get("/health/ready"), 503)


def test_metrics_broken_database_returns_503_in_json(client):
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE news_loghead RENAME TO elsewhere")

    response = client.get("/api/v2/metrics")

    assert "/health/ready" in detail_of(response, 503)
    assert response["Retry-After"]


def test_metrics_total_equals_items_in_log(client):
    append("Apple headline")

    assert get_metrics().total == get(client, "metrics")["total"] == Item.objects.count()
