"""Tag texts with the instruments that they are about. Knows no database: instruments are given as records."""

from collections.abc import Iterable, Sequence

from news.instruments.book import InstrumentRecord
from news.instruments.mentions import Decision, FoundInstrument
from news.instruments.name_index import NameIndex
from news.instruments.tagging import Tagging

__all__ = ["Decision", "FoundInstrument", "Matcher"]


class Matcher:
    """The names of instruments and the rules of tagging. Takes about 100 ms to build; safe to share between threads."""

    def __init__(self, records: Iterable[InstrumentRecord]) -> None:
        self._index = NameIndex(records)

    def tag(
        self, title: str, summary: str = "", *, own_tickers: Sequence[str] = (), source: str = ""
    ) -> list[FoundInstrument]:
        """Return the instruments that a text is about, the most relevant first, [] if there are none.

        `own_tickers` are the sender's symbols: they are the result, with names and relevance from the text where it
        names them. `source` is the publisher's name, which is no part of a title that ends in it.
        """
        return Tagging(self._index, title, summary, own_tickers=own_tickers, source=source).run()

    def explain(
        self, title: str, summary: str = "", *, own_tickers: Sequence[str] = (), source: str = ""
    ) -> list[Decision]:
        """Return which words made a tag by which rule, and which were left out and why, in order of the text."""
        tagging = Tagging(self._index, title, summary, own_tickers=own_tickers, source=source)
        tagging.run()
        return tagging.list_decisions()
