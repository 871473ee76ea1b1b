"""The index of words against a plain search of the same texts."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from news.dedup.headline import Headline
from news.ingest.pipeline import ingest
from news.ingest.retention import trim
from news.models import Item
from news.search.index import add_items, remove_items, select_keys
from news.search.words import Phrase, Search, parse_search, split_words
from tests.helpers.examples import scale_examples
from tests.helpers.items import PUBLISHED_AT

pytestmark = pytest.mark.django_db
WORDS = ["apple", "apples", "Äpfel", "AT&T", "profit", "q2", "5.3%", "don't", "-30%", "日本", "Łódź", "o", "or", "not"]
texts = st.lists(st.sampled_from(WORDS), max_size=6).map(" ".join)
phrases = st.builds(
    Phrase,
    st.lists(st.sampled_from([word for text in WORDS for word in split_words(text)]), min_size=1, max_size=3).map(
        tuple
    ),
    st.booleans(),
)
searches = st.builds(
    Search, st.lists(phrases, min_size=1, max_size=3).map(tuple), st.lists(phrases, max_size=2).map(tuple)
)


def contains(text: str, phrase: Phrase) -> bool:
    """Return whether a text holds a phrase, by comparing texts instead of words."""
    words, wanted = f" {' '.join(split_words(text))} ", f" {' '.join(phrase.words)}"
    return (wanted if phrase.is_prefix else f"{wanted} ") in words


def matches(title: str, summary: str, search: Search) -> bool:
    """Return whether an item with these texts is found."""

    def has(phrase: Phrase) -> bool:
        return contains(title, phrase) or contains(summary, phrase)

    return all(map(has, search.required)) and not any(map(has, search.excluded))


def find(
    text: str,
    *,
    lower: int = 0,
    upper: int = 1000,
    limit: int = 50,
    oldest_first: bool = False,
) -> list[int]:
    """Return the primary keys that a search finds."""
    return select_keys(parse_search(text), lower=lower, upper=upper, limit=limit, oldest_first=oldest_first)


@settings(max_examples=scale_examples(200))
@given(st.lists(st.tuples(texts, texts), max_size=8), searches)
def test_select_keys_returns_exactly_the_matching_items(rows: list[tuple[str, str]], search: Search) -> None:
    items = [Item(pk=key, title=title, summary=summary) for key, (title, summary) in enumerate(rows, start=1)]
    add_items(items)

    keys = select_keys(search, lower=1, upper=len(rows) + 1, limit=50, oldest_first=True)

    expected = [item.pk for item in items if matches(item.title, item.summary, search)]
    assert keys == expected
    assert [item.pk for item in items if search.matches(item.title, item.summary)] == expected


def test_select_keys_walks_both_ways_between_bounds() -> None:
    add_items([Item(pk=key, title="Apple profit", summary="") for key in range(1, 11)])

    assert find("apple", limit=3) == [10, 9, 8]
    assert find("apple", upper=8, limit=3) == [7, 6, 5]
    assert find("apple", lower=4, oldest_first=True, limit=3) == [4, 5, 6]


def test_remove_items_are_no_longer_matched() -> None:
    add_items([Item(pk=key, title=f"Apple number{key}", summary="") for key in (1, 2, 3)])

    remove_items([3])

    assert find("apple") == [2, 1]
    assert find("number3") == []


def test_ingest_and_trim_keep_the_index() -> None:
    ingest(
        [
            Headline("Nestlé récord profit", ("NSRGY",), "wire", PUBLISHED_AT, summary="Chocolate sells"),
            Headline("Boeing wins a large order", ("BA",), "wire", PUBLISHED_AT),
        ]
    )
    nestle, boeing = Item.objects.order_by("seq").values_list("pk", flat=True)
    upper = boeing + 1
    assert (find("nestle RECORD", upper=upper), find("choco*", upper=upper)) == ([nestle], [nestle])
    assert find("order -boeing", upper=upper) == []

    assert sum(trim(1, batch=10)) == 1
    assert (find("boeing", upper=upper), find("nestle", upper=upper)) == ([boeing], [])
