from datetime import timedelta
from random import Random

import pytest

from news.log.reader import get_head
from news.models import Item
from news.search.item_query import ItemQuery, ReadBounds
from news.search.published_items import ListPosition, PublishedQuery, parse_position, select_published_page
from news.search.words import parse_search
from tests.helpers.changes import rescore_item, withdraw_items
from tests.helpers.items import (
    PUBLISHED_AT,
    append_samples,
    make_entities,
    make_headline,
    make_scored_item,
    store_items,
)

pytestmark = pytest.mark.django_db

FEW = ReadBounds(window_items=30, max_candidates=3)
MANY = ReadBounds()


def fill(count: int = 60) -> None:
    """Append headlines whose order of publication is not that of arrival, some at the same moment."""
    random = Random(1)
    items = []
    for number in range(count):
        scores = {("AAPL", "BA", "MARKET")[number % 3]: ("positive", "negative")[number % 2]}
        title = f"Headline number {number} of {'Apple' if number % 5 == 0 else 'others'}"
        item = make_scored_item(make_headline(title, *scores), make_entities(scores))
        item.published_at = PUBLISHED_AT + timedelta(minutes=random.randrange(count // 2))
        item.source = f"wire{number % 2}"
        items.append(item)
    store_items(items)


def expect(**conditions: object) -> list[int]:
    return list(Item.objects.filter(**conditions).order_by("-published_at", "-pk").values_list("pk", flat=True))


def select_all(query: PublishedQuery, bounds: ReadBounds, *, limit: int = 7) -> list[int]:
    """Return the keys of all pages."""
    keys: list[int] = []
    place: ListPosition | None = None
    for _ in range(200):
        page = select_published_page(query, after=place, limit=limit, bounds=bounds)
        keys += [item.pk for item in page.items]
        if page.next_position is None:
            return keys
        assert page.next_position != place
        place = parse_position(str(page.next_position))
    raise AssertionError("the pages do not end")


@pytest.mark.parametrize("bounds", [FEW, MANY])
def test_select_published_page_of_each_filter_returns_all_items_in_order_once(bounds: ReadBounds):
    fill()
    start, end = PUBLISHED_AT + timedelta(minutes=5), PUBLISHED_AT + timedelta(minutes=20)
    apple = parse_search("apple")
    negative = {"mentions__symbol": "AAPL", "mentions__sentiment": "negative"}

    def select(kind: str | None = None, **filters: object) -> list[int]:
        query = PublishedQuery(items=ItemQuery(**filters), kind=kind, topics=["MARKET"])  # type: ignore[arg-type]
        return select_all(query, bounds)

    assert select() == expect()
    assert select(published_from=start, published_to=end) == expect(published_at__gte=start, published_at__lt=end)
    assert select(source="wire1") == expect(source="wire1")
    assert select(search=apple, published_from=start) == expect(title__endswith="Apple", published_at__gte=start)
    assert select(tickers=["AAPL"], sentiment="negative") == expect(**negative)
    assert select("market") == expect(mentions__symbol="MARKET")
    assert select("company", source="wire0") == expect(mentions__symbol__in=["AAPL", "BA"], source="wire0")
    assert select(tickers=["ZORVA"]) == []


def test_select_published_page_leaves_out_withdrawn_items_and_hidden_samples():
    append_samples(0, 3)
    fill(6)
    withdraw_items(Item.objects.filter(is_sample=False).first().item_id)  # type: ignore[union-attr]
    assert not get_head().shows_samples

    assert select_all(PublishedQuery(items=ItemQuery()), MANY) == expect(is_sample=False)
    assert len(expect(is_sample=False)) == 5


def test_select_published_page_goes_on_after_an_item_was_scored_again():
    fill(20)
    query = PublishedQuery(items=ItemQuery())
    first = select_published_page(query, limit=10)
    rescore_item(first.items[-1].item_id, "neutral")

    second = select_published_page(query, after=first.next_position, limit=10)

    assert [item.pk for item in (*first.items, *second.items)] == expect()
    assert second.next_position is None


@pytest.mark.parametrize("text", ["", "1", "a-1", "1769851800000000", "999999999999999999-1", "1-1-1", "1.5-1"])
def test_parse_place_of_other_text_raises(text: str):
    with pytest.raises(ValueError, match="leave it out"):
        parse_position(text)


def test_parse_place_of_a_place_before_1970_returns_it():
    place = ListPosition(PUBLISHED_AT - timedelta(days=60 * 365, microseconds=1), 5)

    assert parse_position(str(place)) == place
