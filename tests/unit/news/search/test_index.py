"""The index of words against a plain search of the same texts."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from news.dedup.headline import Headline
from news.ingest.pipeline import ingest
from news.ingest.rescoring import rescore
from news.ingest.retention import trim
from news.models import Item
from news.search.index import add_items, move_items, remove_items, select_seqs
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
    """Return whether the words of a text hold a phrase."""
    words, length = split_words(text), len(phrase.words)
    return any(
        tuple(words[begin : begin + length - 1]) == phrase.words[:-1]
        and len(words) >= begin + length
        and (
            words[begin + length - 1].startswith(phrase.words[-1])
            if phrase.is_prefix
            else words[begin + length - 1] == phrase.words[-1]
        )
        for begin in range(len(words))
    )


def matches(title: str, summary: str, search: Search) -> bool:
    """Return whether an item with these texts is found."""

    def has(phrase: Phrase) -> bool:
        return contains(title, phrase) or contains(summary, phrase)

    return all(map(has, search.required)) and not any(map(has, search.excluded))


def find(text: str, *, above: int = 0, below: int = 1000, newest_first: bool = True, limit: int = 50) -> list[int]:
    """Return the seqs that a search finds."""
    return select_seqs(parse_search(text), above=above, below=below, newest_first=newest_first, limit=limit)


@settings(max_examples=scale_examples(200))
@given(st.lists(st.tuples(texts, texts), max_size=8), searches)
def test_select_seqs_returns_exactly_the_matching_items(rows: list[tuple[str, str]], search: Search) -> None:
    items = [Item(seq=seq, title=title, summary=summary) for seq, (title, summary) in enumerate(rows, start=1)]
    add_items(items)

    found = select_seqs(search, above=0, below=len(rows) + 1, newest_first=False, limit=50)

    assert found == [item.seq for item in items if matches(item.title, item.summary, search)]


def test_select_seqs_walks_both_ways_between_bounds() -> None:
    add_items([Item(seq=seq, title="Apple profit", summary="") for seq in range(1, 11)])

    assert find("apple", limit=3) == [10, 9, 8]
    assert find("apple", below=8, limit=3) == [7, 6, 5]
    assert find("apple", above=3, newest_first=False, limit=3) == [4, 5, 6]


def test_move_and_remove_items_follow_the_log() -> None:
    add_items([Item(seq=seq, title=f"Apple number{seq}", summary="") for seq in (1, 2, 3)])

    move_items([(1, 7), (2, 8)])
    remove_items([3])

    assert find("apple") == [8, 7]
    assert find("number1") == [7]


def test_ingest_rescore_and_trim_keep_the_index() -> None:
    ingest(
        [
            Headline("Nestlé récord profit", ("NSRGY",), "wire", PUBLISHED_AT, summary="Chocolate sells"),
            Headline("Boeing wins a large order", ("BA",), "wire", PUBLISHED_AT),
        ]
    )
    assert (find("nestle RECORD"), find("choco*"), find("order -boeing")) == ([1], [1], [])

    Item.objects.filter(seq=1).update(
        sentiment="negative", probabilities={"positive": 0, "neutral": 0, "negative": 1.0}
    )
    rescore(Item.objects.filter(seq=1))
    assert find("nestle") == [3]

    assert sum(trim(2, batch=10)) == 1
    assert (find("boeing"), find("nestle")) == ([], [3])
