"""What the tagger finds in a text."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FoundInstrument:
    """An instrument that a text is about.

    relevance: how much, 0 to 1. names: the words that name it, as they stand in the text; none if the sender gave it.
    is_secondary: whether it only speaks or decides (a broker, an agency, an exchange, a court).
    """

    symbol: str
    relevance: float
    names: tuple[str, ...] = ()
    is_secondary: bool = False
