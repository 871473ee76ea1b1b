"""Every route of the REST API: unknown parameters are rejected by name, and a token must be live."""

import pytest
from django.utils import timezone

from accounts.models import Scope
from accounts.tokens import create_token
from tests.helpers.api_client import APIClient, append, detail_of, get

pytestmark = pytest.mark.django_db
PUBLIC = ["items", "items/x", "metrics", "timeseries", "timeseries/AAPL", "openapi.json", "docs"]


@pytest.mark.parametrize(
    ("path", "meant"),
    [
        ("items?page=2", "did you mean after?"),
        ("items?symbol=AAPL", "did you mean tickers?"),
        ("items?sentiments=positive", "did you mean sentiment?"),
        ("items?_=1&per_page=5", "did you mean limit?"),
        ("items/x?tickers=AAPL", "the parameters here are as_of"),
        ("metrics?hour=1", "did you mean hours?"),
        ("timeseries/INTC?interval=1h", "did you mean resolution?"),
        ("timeseries?tickers=INTC&granularity=1h", "did you mean resolution?"),
        ("openapi.json?format=yaml", "there are no parameters here"),
        ("docs?tickers=AAPL", "there are no parameters here"),
    ],
)
def test_get_unknown_parameter_returns_400_with_the_right_one(client, path, meant):
    detail = detail_of(client.get(f"/api/v2/{path}"), 400)

    assert "unknown parameter" in detail
    assert meant in detail


def test_authenticated_routes_unknown_parameter_returns_400_only_to_those_who_may_call():
    calls = [
        (Scope.INGEST, "POST", "items"),
        (Scope.READ, "GET", "configurations"),
        (Scope.READ, "POST", "stream/tickets"),
        (Scope.READ, "POST", "auth/anonymous"),
    ]
    for scope, method, path in calls:
        client = APIClient(create_token(scope)[1])
        assert "there are no parameters here" in detail_of(client.call(method, f"{path}?limit=1"), 400)
    detail_of(APIClient().call("GET", "configurations?limit=1"), 401)


def test_get_cache_buster_is_allowed_everywhere(client):
    for path in ("items?_=1", "metrics?_=1", "timeseries/AAPL?_=1", "openapi.json?_=1", "docs?_=1"):
        assert client.get(f"/api/v2/{path}").status_code == 200


@pytest.mark.parametrize("query", ["ticker=AAPL,F", "tickers=AAPL,F", "ticker=AAPL&ticker=F", "tickers=AAPL&ticker=F",
                                   "tickers=aapl&tickers=NYSE:F", "ticker=AAPL,F&tickers=F"])  # fmt: skip
def test_get_ticker_and_tickers_mean_the_same(client, query):
    append("Apple rises")
    append("Ford rises", tickers=["F"])
    append("Microsoft rises", tickers=["MSFT"])

    titles = {item["title"] for item in client.get(f"/api/v2/items?{query}").json()["items"]}
    metrics = client.get(f"/api/v2/metrics?{query}").json()
    series = client.get(f"/api/v2/timeseries?{query}").json()["series"]

    assert titles == {"Apple rises", "Ford rises"}
    assert metrics["by_tag"] == {"AAPL": 1, "F": 1}
    assert series.keys() == {"AAPL", "F"}


@pytest.mark.parametrize("path", ["items?limit=1&limit=2", "items?q=a&q=b", "metrics?hours=1&hours=2"])
def test_get_repeated_parameter_returns_400(client, path):
    assert "given 2 times; give it once" in detail_of(client.get(f"/api/v2/{path}"), 400)


@pytest.mark.parametrize("path", PUBLIC)
def test_public_route_unknown_token_returns_401(client, path):
    response = client.get(f"/api/v2/{path}", headers={"Authorization": "Bearer nonsense"})

    assert "Unknown or revoked token" in detail_of(response, 401)
    assert "nonsense" not in response.text
    assert response["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize("scope", Scope)
def test_public_route_live_token_of_any_scope_is_allowed_until_it_is_revoked(client, scope):
    token, secret = create_token(scope)
    headers = {"Authorization": f"Bearer {secret}"}
    assert client.get("/api/v2/items", headers=headers).status_code == 200

    token.revoked_at = timezone.now()
    token.save()

    detail_of(client.get("/api/v2/items", headers=headers), 401)


def test_items_path_with_special_symbol_is_served(client):
    append("Index rises", tickers=["^GSPC"])
    append("Mahindra rises", tickers=["M&M.NS"])

    for path in ("timeseries/^GSPC", "timeseries/%5Egspc", "timeseries/M%26M.NS", "timeseries/NSE:M&M"):
        assert get(client, path)["ticker"] in {"^GSPC", "M&M.NS"}


def test_openapi_documents_the_errors_of_the_checks_on_every_operation(client):
    paths = get(client, "openapi.json")["paths"]
    operations = [call for path in ("items", "metrics", "configurations") for call in paths[f"/api/v2/{path}"].values()]

    assert all({"400", "401"} <= call["responses"].keys() for call in operations)
