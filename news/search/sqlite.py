"""The index of words on SQLite: an FTS5 table whose rowid is the item's primary key.

The tokenizer `ascii` splits at spaces only, as our words have no other ASCII character than letters and digits.
"""

from news.search.words import Phrase, Search

CREATE = ("CREATE VIRTUAL TABLE news_search USING fts5(title, summary, tokenize = 'ascii', prefix = '2 3')",)
INSERT = "INSERT OR REPLACE INTO news_search (rowid, title, summary) VALUES (%s, %s, %s)"
DELETE = "DELETE FROM news_search WHERE rowid = %s"
SELECT = "SELECT rowid FROM news_search WHERE news_search MATCH %s AND rowid >= %s AND rowid < %s"
ORDER = " ORDER BY rowid"


def make_row(key: int, title: list[str], summary: list[str]) -> tuple[int, str, str]:
    """Return the parameters of INSERT."""
    return key, " ".join(title), " ".join(summary)


def compile_search(search: Search) -> str:
    """Return a search in FTS5's language (sqlite.org/fts5.html, section 3)."""
    required = " AND ".join(map(_compile_phrase, search.required))
    excluded = " OR ".join(map(_compile_phrase, search.excluded))
    return f"({required}) NOT ({excluded})" if excluded else required


def _compile_phrase(phrase: Phrase) -> str:
    return f'"{" ".join(phrase.words)}"' + (" *" if phrase.is_prefix else "")
