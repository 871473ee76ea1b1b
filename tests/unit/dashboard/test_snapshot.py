import pytest
from django.test import Client

from dashboard.query import PageQuery
from dashboard.snapshot import get_snapshot
from news.ingest.pipeline import ingest_records
from news.models import LogHead

pytestmark = pytest.mark.django_db


def post(*records: dict[str, object]) -> None:
    receipt = ingest_records(records, source="wire")
    assert len(receipt.created) == len(records), receipt


def titles(filters: PageQuery) -> list[str]:
    return [item.title for item in get_snapshot(filters).items]


def test_rows_pass_every_filter_and_numbers_only_that_of_tickers():
    post(
        {"title": "Apple profit soars", "ticker": "AAPL"},
        {"title": "Apple shares plunge after a fraud", "ticker": "AAPL"},
        {"title": "Apple shares plunge after a recall", "ticker": "AAPL", "source": "desk"},
        {"title": "Boeing shares plunge after a fraud", "ticker": "BA"},
    )
    filters = PageQuery(tickers=("AAPL",), sentiment="negative", source="wire", text="FRAUD")

    snapshot = get_snapshot(filters)

    assert [item.title for item in snapshot.items] == ["Apple shares plunge after a fraud"]
    assert snapshot.metrics.total == snapshot.hour["total"] == 3
    assert snapshot.previous_hour == {"total": 0, "positive": 0, "neutral": 0, "negative": 0}


def test_rows_of_several_tickers_are_the_newest_of_any_each_once():
    post(*({"title": f"Headline number {n}", "tickers": ["AAPL", "BA"] if n % 2 else ["F"]} for n in range(60)))

    assert titles(PageQuery(tickers=("AAPL", "BA", "F"))) == [f"Headline number {n}" for n in range(59, 39, -1)]
    assert titles(PageQuery(tickers=("BA", "AAPL"))) == [f"Headline number {n}" for n in range(59, 19, -2)]


def test_it_is_given_as_json_with_the_cursor_it_stands_for():
    post({"title": "Apple profit soars", "ticker": "AAPL"}, {"title": "Boeing shares plunge", "ticker": "BA"})
    client = Client(SERVER_NAME="127.0.0.1")

    answer = client.get("/snapshot?tickers=BA&sentiment=negative")

    assert answer.headers["Cache-Control"] == "no-store"
    payload = answer.json()
    assert payload["cursor"] == f"evt_{LogHead.objects.get().generation}-2"
    assert payload["total"] == payload["hour"]["negative"] == 1
    assert [item["title"] for item in payload["recent_items"]] == ["Boeing shares plunge"]
    assert client.post("/snapshot").status_code == 405


def test_the_page_is_rendered_with_its_filters():
    post({"title": "Apple profit soars", "ticker": "AAPL"}, {"title": "Boeing shares plunge", "ticker": "BA"})

    html = Client(SERVER_NAME="127.0.0.1").get("/?tickers=BA&sentiment=positive").content.decode()

    assert 'value="BA"' in html
    assert "Apple profit soars" not in html
    assert '<span id="total-items">1</span>' in html
    assert "No matching headlines" in html


def test_the_page_comes_under_a_policy_that_allows_nothing_inline():
    policy = Client(SERVER_NAME="127.0.0.1").get("/").headers["Content-Security-Policy"]

    rules = dict(rule.split(" ", 1) for rule in policy.split("; "))
    assert (rules["script-src-elem"], rules["script-src-attr"], rules["style-src"]) == ("'self'", "'none'", "'self'")
    assert "unsafe" not in policy


def test_who_has_signed_in_is_named_and_gets_what_changes_need(django_user_model):
    client = Client(SERVER_NAME="127.0.0.1")
    client.force_login(django_user_model.objects.create_user("ada"))

    response = client.get("/")

    assert 'data-user="ada"' in response.content.decode()
    assert "csrftoken" in response.cookies
    assert "csrftoken" not in Client(SERVER_NAME="127.0.0.1").get("/").cookies
