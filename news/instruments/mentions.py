"""What the tagger finds in a text: instruments, the places that name them, and the decisions of its rules."""

from dataclasses import dataclass

from news.instruments.name_index import Name


@dataclass(frozen=True, slots=True)
class FoundInstrument:
    """An instrument that a text is about.

    `relevance` is above 0 and at most 1. `names` are the words that name it, as they stand in the title, or in the
    summary if only there; empty if the sender gave the symbol and the text does not name it. `is_secondary`: it only
    speaks, as a broker or an agency does, and the news is not about it.
    """

    symbol: str
    relevance: float
    names: tuple[str, ...] = ()
    is_secondary: bool = False


@dataclass(frozen=True, slots=True)
class Decision:
    """What a rule made of words in a text, for people who ask why a text has its tags."""

    words: str
    symbol: str  # "" for words that are not searched
    rule: str
    is_kept: bool
    is_in_summary: bool = False
    start: int = 0


@dataclass(frozen=True, slots=True)
class TextMention:
    """An instrument at one place of a text."""

    symbol: str
    start: int
    end: int
    rule: str
    name: Name | None = None  # None if the text marks the symbol as such
    is_secondary: bool = False

    @property
    def is_market_wide(self) -> bool:
        """Whether it is no company."""
        return self.name is not None and self.name.is_market_wide
