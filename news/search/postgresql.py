"""The index of words on PostgreSQL: a tsvector per item with a GIN index.

The tsvector is written as text, not by `to_tsvector`: PostgreSQL's parser would split words differently from SQLite.
"""

from collections import defaultdict

from news.search.words import Phrase, Search

CREATE = (
    "CREATE TABLE news_search (item_id bigint PRIMARY KEY, words tsvector NOT NULL)",
    "CREATE INDEX news_search_words ON news_search USING gin (words)",
)
INSERT = (
    "INSERT INTO news_search (item_id, words) VALUES (%s, %s::tsvector)"
    " ON CONFLICT (item_id) DO UPDATE SET words = excluded.words"
)
DELETE = "DELETE FROM news_search WHERE item_id = %s"
# The planner chooses by the statistics of `words`: the GIN index for rare words, the order of keys for frequent ones.
SELECT = "SELECT item_id FROM news_search WHERE words @@ %s::tsquery AND item_id >= %s AND item_id < %s"
ORDER = " ORDER BY item_id"

SUMMARY_GAP = 2  # positions between title and summary, so that no phrase begins in one and ends in the other
MAX_POSITION = 16_383  # greater ones are stored as this (PostgreSQL documentation, section 8.11.1)


def make_row(key: int, title: list[str], summary: list[str]) -> tuple[int, str]:
    """Return the parameters of INSERT."""
    positions: defaultdict[str, list[int]] = defaultdict(list)
    for position, word in enumerate(title, start=1):
        positions[word].append(position)
    for position, word in enumerate(summary, start=len(title) + SUMMARY_GAP):
        positions[word].append(min(position, MAX_POSITION))
    return key, " ".join(f"'{word}':{','.join(map(str, numbers))}" for word, numbers in positions.items())


def compile_search(search: Search) -> str:
    """Return a search as the text of a tsquery (PostgreSQL documentation, section 8.11.2)."""
    required = [_compile_phrase(phrase) for phrase in search.required]
    excluded = [f"!{_compile_phrase(phrase)}" for phrase in search.excluded]
    return " & ".join(required + excluded)


def _compile_phrase(phrase: Phrase) -> str:
    words = [f"'{word}'" for word in phrase.words]
    if phrase.is_prefix:
        words[-1] += ":*"
    return f"({' <-> '.join(words)})"
