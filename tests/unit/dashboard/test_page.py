import json
import re
import time
from collections.abc import Callable
from functools import partial
from html import unescape
from html.parser import HTMLParser

import pytest
from django.contrib.auth.models import Permission, User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from dashboard.formatting import compute_percentages
from news.ingest.corrections import correct_item, withdraw_item
from news.ingest.pipeline import ingest_records
from news.instruments.changes import InstrumentRow, import_rows
from news.models import Instrument, Item, LogHead
from tests.helpers.items import append_samples
from tests.helpers.random_sequence import Clock

IDS = [
    "status-indicator",
    "status-text",
    "total-items",
    "positive-count",
    "positive-pct",
    "neutral-count",
    "neutral-pct",
    "negative-count",
    "negative-pct",
    "sentiment-chart",
    "tag-chart",
    "items-table",
    "items-tbody",
    "rate-last-hour",
    "rate-last-24h",
    "last-updated",
]


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(time, "time", clock)
    return clock


class Page(HTMLParser):
    """The page by element id: attributes and text, and every element's attributes by tag."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.attributes: dict[str, dict[str, str | None]] = {}
        self.texts: dict[str, str] = {}
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self._open: str | None = None
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        self._open = dict(attrs).get("id")
        if self._open:
            assert self._open not in self.attributes, f"duplicate id {self._open}"
            self.attributes[self._open] = dict(attrs)
            self.texts[self._open] = ""

    def handle_data(self, data: str) -> None:
        if self._open:
            self.texts[self._open] += data.strip()


def post(*titles: str, source: str = "wire", **fields: object) -> None:
    result = ingest_records([{"title": title, "ticker": "AAPL", **fields} for title in titles], source=source)
    assert len(result.created) == len(titles), result


def load(path: str = "/") -> tuple[str, Page]:
    response = Client(SERVER_NAME="127.0.0.1").get(path)
    assert response.status_code == 200
    html = response.content.decode()
    return html, Page(html)


@pytest.mark.django_db
class TestPage:
    def test_page_has_every_element_id_of_the_contract(self):
        _, page = load()

        assert [name for name in IDS if name not in page.attributes] == []
        assert page.attributes["status-indicator"]["class"] == "disconnected"
        assert page.texts["status-text"] == "Disconnected"

    def test_page_counts_are_rendered_by_the_server(self):
        post("Profit soars to a record", "Profit soars again", "Shares plunge after a fraud", "The meeting is in May")

        _, page = load()

        counts = {name: int(page.texts[f"{name}-count"]) for name in ("positive", "neutral", "negative")}
        assert sum(counts.values()) == int(page.texts["total-items"]) == Item.objects.count() == 4
        assert counts == {
            name: Item.objects.filter(sentiment=name).count() for name in ("positive", "neutral", "negative")
        }
        assert page.texts["positive-pct"] == f"{100 * counts['positive'] / 4:.1f}%"
        assert page.texts["rate-last-hour"] == page.texts["rate-last-24h"] == "4"

    def test_page_lists_topics_apart_from_the_leaders_and_calls_market_by_name(self):
        Instrument.objects.create(symbol="TRADE", name="World trade", kind="topic")
        for ticker, count in (("MARKET", 3), ("TRADE", 2), ("AAPL", 1)):
            post(*(f"Headline {number} of {ticker}" for number in range(count)), ticker=ticker)

        html, page = load()

        lists = html[html.index('id="tag-chart"') :]
        assert re.findall(r'<li data-ticker="(\w+)">', lists) == ["AAPL", "MARKET", "TRADE"]
        assert lists.index('"AAPL"') < lists.index('id="topics"') < lists.index('"MARKET"')
        assert re.findall(r'tickers=MARKET">(\w+)</a>', html) == ["Market"]
        assert re.findall(r"<b>(\w+)</b><span class=\"n\">", html) == ["AAPL", *["TRADE"] * 2, *["Market"] * 3]
        assert {"MARKET", "TRADE"} < {*str(page.attributes["dashboard"]["data-topics"]).split()}

        filtered = Client(SERVER_NAME="127.0.0.1").get("/?tickers=market").content.decode()
        assert Page(filtered).attributes["filter-tickers"]["value"] == "Market"

    def test_page_rows_are_the_newest_items_newest_first(self):
        post(*(f"Headline number {number}" for number in range(45)))

        html, page = load()

        numbers = re.findall(r"Headline number (\d+)</a>", html)
        assert numbers == [str(number) for number in range(44, 4, -1)]
        assert page.texts["total-items"] == "45"
        older = unescape(re.search(r'id="older"\s+href="([^"]+)"', html)[1])
        rest = Client(SERVER_NAME="127.0.0.1").get(older).content.decode()
        assert re.findall(r"Headline number (\d+)</a>", rest) == [str(number) for number in range(4, -1, -1)]
        assert re.search(r'id="older"\s+href="[^"]*" hidden', rest)

    def test_page_snapshot_has_its_cursor(self):
        post("One", "Two", "Three")
        head = LogHead.objects.get()

        _, page = load()

        cursor = page.attributes["dashboard"]["data-cursor"]
        snapshot = json.loads(page.attributes["dashboard"]["data-snapshot"] or "")
        assert cursor == snapshot["cursor"] == f"evt_{head.generation}-3"
        assert [item["seq"] for item in snapshot["recent_items"]] == [3, 2, 1]
        assert snapshot["total"] == 3

    def test_page_escapes_markup_in_titles(self):
        attack = "<script>alert(1)</script> \"'><img src=x onerror=alert(2)> shares of"
        post(attack, source="<b>wire</b>")

        html, page = load()

        assert "<script>alert" not in html
        assert "<img src=x" not in html
        assert "<b>wire" not in html
        assert "onerror" not in {name for _, attributes in page.elements for name in attributes}
        assert attack in unescape(html)

    def test_page_links_only_http_urls(self):
        # Written without the validation of ingestion, on which the page does not rely.
        post("A", "B", "C")
        for item, url in zip(
            Item.objects.order_by("seq"), ["javascript:alert(1)", "HTTPS://example.org/b", ""], strict=True
        ):
            Item.objects.filter(pk=item.pk).update(url=url)

        _, page = load()

        for item in Item.objects.all():
            html = Client(SERVER_NAME="127.0.0.1").get(f"/?item={item.item_id}").content.decode()
            links = [attributes for _, attributes in Page(html).elements if attributes.get("target") == "_blank"]
            assert [link["href"] for link in links] == [item.url] * (item.url == "HTTPS://example.org/b")
            assert all(link["rel"] == "noopener noreferrer" for link in links)
        assert not any(attributes.get("target") for _, attributes in page.elements)

    def test_page_of_empty_log_shows_how_to_start(self):
        _, page = load()

        assert "hidden" not in page.attributes["empty-state"]
        assert "hidden" in page.attributes["items-table"]
        assert page.texts["total-items"] == "0"
        assert page.texts["positive-pct"] == page.texts["period-positive-pct"] == "\u2013"
        assert page.texts["period-average"] == page.texts["period-instruments"] == "\u2013"

    def test_page_with_items_hides_empty_state_and_shows_how_to_post_to_staff(self, client, django_user_model):
        post("First")

        _, page = load()
        client.force_login(django_user_model.objects.create_user("ann", is_staff=True))
        of_staff = client.get("/").content.decode()

        assert "hidden" in page.attributes["empty-state"]
        assert "hidden" not in page.attributes["items-table"]
        assert "how-to" not in page.attributes
        assert "curl http://testserver/api/v2/items" in of_staff
        assert "how-to" in Page(of_staff).attributes

    def test_page_sample_items_are_marked_with_a_link_to_real_news(self):
        append_samples(1)

        html, page = load("/?period=all")

        assert "hidden" not in page.attributes["sample-banner"]
        assert "Add real news" in html
        assert any("data-sample" in attributes for _, attributes in page.elements)

    def test_page_without_sample_items_has_no_banner(self):
        post("A real company wins")

        _, page = load()

        assert "hidden" in page.attributes["sample-banner"]
        assert not any("data-sample" in attributes for _, attributes in page.elements)

    def test_page_says_that_samples_are_hidden_and_staff_can_remove_them(self):
        append_samples(10, 2)
        _, before = load()
        post("A real company wins")
        _, after = load()

        assert "hidden" in before.attributes["samples-notice"]
        assert "hidden" not in after.attributes["samples-notice"]
        assert (before.texts["total-items"], after.texts["total-items"]) == ("2", "1")
        assert "hidden" in after.attributes["sample-banner"]
        html = load()[0]
        assert "Remove sample headlines" not in html

        staff = Client(SERVER_NAME="127.0.0.1", enforce_csrf_checks=True)
        staff.force_login(User.objects.create_user("ann", is_staff=True))
        html = staff.get("/").content.decode()
        token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', html)
        assert token, html
        assert staff.post("/samples/remove").status_code == 403
        answer = staff.post("/samples/remove", {"csrfmiddlewaretoken": token[1]})
        assert (answer.status_code, answer["Location"]) == (302, "/")
        assert not Item.objects.filter(is_sample=True).exists()
        assert "hidden" in load()[1].attributes["samples-notice"]

    def test_remove_samples_is_for_staff_and_by_post(self):
        append_samples(10)
        client = Client(SERVER_NAME="127.0.0.1")

        assert client.get("/samples/remove").status_code == 405
        assert client.post("/samples/remove").status_code == 403
        client.force_login(User.objects.create_user("bob"))
        assert client.post("/samples/remove").status_code == 403
        assert Item.objects.count() == 1

    def test_page_has_nothing_inline_and_nothing_from_other_hosts(self):
        post("First")

        html, page = load()

        for tag, attributes in page.elements:
            assert "style" not in attributes
            assert not any(name.startswith("on") for name in attributes)
            if tag in ("script", "link", "img"):
                assert (attributes.get("src") or attributes.get("href") or "").startswith("/static/"), attributes
        assert "<style" not in html

    def test_page_accepts_get_and_head_only(self):
        client = Client(SERVER_NAME="127.0.0.1")

        assert client.head("/").status_code == 200
        assert client.post("/").status_code == 405

    def test_page_query_count_does_not_grow_with_the_log(self, django_assert_max_num_queries):
        post(*(f"Headline number {number}" for number in range(100)))

        with django_assert_max_num_queries(16):
            load()


@given(st.tuples(*[st.integers(0, 10**9)] * 3).filter(any))
def test_percentages_add_up_to_100(counts):
    shares = compute_percentages(dict(zip(("positive", "neutral", "negative"), counts, strict=True)))

    assert sum(round(share * 10) for share in shares.values()) == 1000
    for share, count in zip(shares.values(), counts, strict=True):
        assert abs(share - 100 * count / sum(counts)) <= 0.1


@pytest.mark.django_db
def test_page_label_buttons_are_for_staff_with_the_permission(client, django_user_model):
    ann, bob = (django_user_model.objects.create_user(name, is_staff=name == "bob") for name in ("ann", "bob"))
    for user in (ann, bob):
        user.user_permissions.add(Permission.objects.get(codename="label_item"))
    pages = {"anonymous": client.get("/").text}
    for user in (ann, bob, django_user_model.objects.create_user("eve", is_staff=True)):
        client.force_login(user)
        pages[user.username] = client.get("/").text

    assert [name for name, page in pages.items() if 'id="label-row"' in page] == ["bob"]
    assert [name for name, page in pages.items() if 'class="labels"' in page] == ["bob"]


@pytest.mark.django_db
def test_page_links_to_adding_a_source_for_staff_that_may(client, django_user_model):
    link = ">Add a source</a>"
    assert client.get("/").text.count(link) == 0
    user = django_user_model.objects.create_user("staff", is_staff=True)
    client.force_login(user)
    assert client.get("/").text.count(link) == 0
    user.user_permissions.add(Permission.objects.get(codename="add_source"))
    assert client.get("/").text.count(link) == 3  # the menu and the panel of sources, and on phones "More"


def load_kept(path: str = "/", **headers: str) -> str:
    response = Client(SERVER_NAME="127.0.0.1").get(path, headers=headers)
    assert {"Accept-Encoding", "Cookie"} <= set(response.headers["Vary"].split(", "))
    return str(response.content.decode())


def load_rendered(path: str = "/") -> str:
    """Return the page as it is rendered for a reader with a login that has ended, for whom nothing is kept."""
    return load_kept(path, Cookie="sessionid=unknown")


@pytest.mark.django_db
def test_kept_page_is_that_of_the_present_state(clock: Clock) -> None:
    post("Apple profit rises", "Apple sales fall")
    correct = partial(correct_item, Item.objects.earliest("seq").item_id, {"title": "Apple profit jumps"})
    steps: list[Callable[[], object]] = [
        lambda: None,
        lambda: post("Apple opens a store"),
        lambda: correct(reason="", author=""),
        lambda: withdraw_item(Item.objects.earliest("seq").item_id, reason="", author=""),
        lambda: import_rows([InstrumentRow(1, {"symbol": "AAPL", "name": "Pomaceous"})]),
        lambda: setattr(clock, "now", clock.now + 60),
        lambda: setattr(clock, "now", clock.now + 86_400),
    ]
    pages = set()
    for step in steps:
        step()
        for path in ("/", "/?tickers=AAPL&period=7d", f"/?item={Item.objects.latest('seq').item_id}", "/?q=store"):
            first, again = load_kept(path), load_kept(path)
            assert first == again == load_rendered(path)
            pages.add(first)
    assert len(pages) == 4 * len(steps)


@pytest.mark.django_db
def test_kept_page_costs_one_statement_and_has_the_time_of_each_reading(clock: Clock) -> None:
    post("Apple profit rises")
    first = load_kept()
    clock.now += 1.5

    with CaptureQueriesContext(connection) as queries:
        again = load_kept()

    assert len(queries) == 1
    assert first != again == load_rendered()


@pytest.mark.django_db
def test_kept_page_is_for_its_address_and_for_strangers_alone(admin_user: User) -> None:
    post("Apple profit rises")
    before = load_kept()
    staff = Client(SERVER_NAME="127.0.0.1")
    staff.force_login(admin_user)
    assert "Signed in as" in staff.get("/").content.decode()
    staff.get("/accounts/logout/")

    assert "Signed in as" not in load_kept()
    assert Page(load_kept()).texts["period-total"] == Page(before).texts["period-total"] == "1"
    other = Client(SERVER_NAME="localhost").get("/").content.decode()
    assert "http://localhost" in other or "127.0.0.1" not in other
