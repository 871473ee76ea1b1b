"""Where a text names its entities: its tokens, the breaks between them, and the mentions of each entity."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from typing import NamedTuple

from news.scoring import Entity
from news.scoring.language import ENGLISH
from news.scoring.lexicon_tagger import MAX_TOKENS, TOKEN, prepare, tokenize
from news.scoring.relations import list_words

# Breaks before a token, by what stands between it and the token before.
SENTENCE, SEMICOLON, DASH, COLON = ".", ";", "-", ":"
UNBROKEN = frozenset([" ", "", "-", " '", "' ", "'", "/", "&", " & "])
# A full stop behind these does not end a sentence.
ABBREVIATIONS = frozenset([
    "mr", "mrs", "ms", "dr", "st", "rs", "vs", "no", "jr", "sr", "co", "inc", "corp", "ltd", "bros", "gen", "sen",
    "rep", "gov", "est", "approx", "dept", "nos", "plc", "llc", "oct", "nov", "dec", "jan", "feb", "aug", "sept",
])  # fmt: skip


# What every break has in it, if only in a longer gap: a look that most texts need no more than.
BREAK_SIGN = re.compile("[;|\n:\N{EM DASH}\N{EN DASH}]|[.!\N{HORIZONTAL ELLIPSIS}]\\W| -")

# Capitalised words that are no names.
NO_NAMES = list_words("""
    i monday tuesday wednesday thursday friday saturday sunday january february march april may june july august
    september october november december jan feb mar apr jun jul aug sep sept oct nov dec ceo cfo coo ipo q1 q2 q3 q4
    h1 h2 fy ebitda eps pat rs eur usd gbp inr m bn mn cr pc pct gdp r d it ev evs ai esg etf etfs
""")
# A capital inside a sentence that may begin a name, and words between clauses of their own.
OTHER_NAME = re.compile(
    r"[^:A-Z] [A-Z](?!s\b|\d|EO\b|FO\b|PO\b)|^[A-Z]\S* [A-Z](?!s\b|\d)|;| (?:while|whereas|but|as) |[a-z]\. [A-Z]"
)
MIN_SMALL = 3  # characters of a word in small letters that shows that a text is not in title case
MAX_CAPITALS = 2  # capitals of a text for each such word


class Mention(NamedTuple):
    """Tokens that name an entity."""

    first: int  # index of the first token
    last: int
    entity: int  # index of the entity; those from their count on are other names


class LocatedText:
    """The tokens of a text with the breaks between them and the mentions of its entities, in the order of the text.

    breaks: by index of a token, the kind of break before it; tokens without one are left out.
    owners: by token, the index of the entity that it names, or -1.
    """

    __slots__ = ("breaks", "mentions", "owners", "tokens")

    def __init__(self, text: str, entities: Sequence[Entity]) -> None:
        original, text = text, prepare(text)
        lowered = text.lower()
        if len(lowered) != len(text):
            text = lowered  # one letter became two, so places differ; case then says nothing
        spans = [match.span() for match in TOKEN.finditer(lowered)][:MAX_TOKENS]
        self.tokens = [lowered[start:end] for start, end in spans]
        self.breaks = self._find_breaks(text, spans)
        self.owners = [-1] * len(spans)
        self.mentions = self._find_mentions(text, lowered, spans, entities)
        if "(" in original:
            self._add_bracketed(original, entities)
        self._add_others(text, spans, len(entities))
        self.mentions.sort()

    def _find_breaks(self, text: str, spans: list[tuple[int, int]]) -> dict[int, str]:
        breaks: dict[int, str] = {}
        if BREAK_SIGN.search(text) is None:
            return breaks
        end_before = 0
        for index, (start, end) in enumerate(spans):
            if start > end_before + 1 and index:
                gap = text[end_before:start]
                if gap not in UNBROKEN:
                    kind = _classify(gap, self.tokens[index - 1], text[start])
                    if kind:
                        breaks[index] = kind
            end_before = end
        return breaks

    def _find_mentions(
        self, text: str, lowered: str, spans: list[tuple[int, int]], entities: Sequence[Entity]
    ) -> list[Mention]:
        """Return the mentions. Of two names that overlap the longer one counts: "Bank of Zorva" before "Zorva"."""
        if not spans:
            return []
        names = [(prepare(name), index) for index, entity in enumerate(entities) for name in entity.names]
        names.sort(key=lambda pair: -len(pair[0]))
        starts, mentions, taken = [start for start, _ in spans], [], set()
        for name, index in names:
            places = (
                _find_places(text, name) or _find_places(lowered, name.lower()) or _find_anywhere(lowered, name.lower())
            )
            matches = [
                Mention(max(bisect_right(starts, place) - 1, 0), bisect_left(starts, place + len(name)) - 1, index)
                for place in places
            ]
            free = [mention for mention in matches if self.owners[mention.first] < 0 and self.owners[mention.last] < 0]
            if not free and index not in taken:
                free = matches[:1]  # inside a longer name only
            for mention in free:
                if mention.first <= mention.last:
                    self.owners[mention.first : mention.last + 1] = [index] * (mention.last + 1 - mention.first)
                    mentions.append(mention)
                    taken.add(index)
        return mentions

    def _add_bracketed(self, text: str, entities: Sequence[Entity]) -> None:
        """Add the mentions of entities named by a ticker in brackets only, "Zorva (ZRV)": the word before it."""
        mentioned = {mention.entity for mention in self.mentions}
        for index, entity in enumerate(entities):
            places = [] if index in mentioned else [text.find(f"{name})") for name in entity.names if name]
            start = text.rfind("(", 0, max(places, default=-1) + 1)
            last = len(tokenize(text[:start])) - 1 if start > 0 else -1
            if 0 <= last < len(self.tokens):
                self.owners[last] = index
                self.mentions.append(Mention(last, last, index))

    def _add_others(self, text: str, spans: list[tuple[int, int]], count: int) -> None:
        """Add the mentions of names that are no entities, by their capitals, with indices from `count` on.

        In a text in title case nothing is a name by its capital.
        """
        owners, tokens, breaks = self.owners, self.tokens, self.breaks
        capitals = [text[start].isupper() for start, _ in spans]
        small = sum(
            [not capital and end - start >= MIN_SMALL for capital, (start, end) in zip(capitals, spans, strict=True)]
        )
        if sum(capitals) > MAX_CAPITALS * small:
            return
        names: dict[str, int] = {}
        index, total = 0, len(tokens)
        while index < total:
            first = index
            while index < total and capitals[index] and owners[index] < 0 and (index == first or index not in breaks):
                index += 1
            if index == first:
                index += 1
                continue
            if tokens[first] in NO_NAMES or (first and owners[first - 1] >= 0 and first not in breaks):
                continue  # a part of a longer name: "Zorva Motors"
            begins = first == 0 or first in breaks
            if begins and index == first + 1 and tokens[first] in ENGLISH:
                continue
            other = names.setdefault(" ".join(tokens[first:index]), count + len(names))
            owners[first:index] = [other] * (index - first)
            self.mentions.append(Mention(first, index - 1, other))


def stands_alone(text: str, entity: Entity) -> bool:
    """Return whether a text has no name but the entity's, by capitals inside a sentence, and no second clause.

    One look, for many texts.
    """
    rest = text
    for name in entity.names:
        rest = rest.replace(name, "")
    if OTHER_NAME.search(rest) is not None:
        return False
    return text.startswith(entity.names) or text.partition(" ")[0].lower() in ENGLISH


def is_named(text: str, name: str) -> bool:
    """Return whether a name stands in a text, in any case."""
    return bool(tokenize(name)) and any(
        mention.entity == 0 for mention in LocatedText(text, [Entity((name,))]).mentions
    )


def _find_places(text: str, name: str) -> list[int]:
    """Return where a name begins in a text, as words of its own."""
    places = []
    place = text.find(name) if name else -1
    while place >= 0:
        end = place + len(name)
        is_word = not (place and text[place - 1].isalnum() and name[0].isalnum()) and not (
            end < len(text) and text[end].isalnum() and name[-1].isalnum()
        )
        if is_word:
            places.append(place)
        place = text.find(name, end)
    return places


def _find_anywhere(text: str, name: str) -> list[int]:
    """Return where a name begins in a text, inside a word: "Biocon" in "Biocons Q4 results"."""
    place = text.find(name) if name else -1
    return [place] if place >= 0 else []


def _classify(gap: str, token_before: str, first: str) -> str:
    """Return the kind of break that a gap between two tokens is, "" for none. first: first character behind it."""
    if ";" in gap or "|" in gap or "\n" in gap:
        return SEMICOLON
    if ("." in gap or "!" in gap or "\N{HORIZONTAL ELLIPSIS}" in gap) and gap[-1] in " \"'(" and " " in gap:
        is_abbreviated = gap[0] == "." and (len(token_before) == 1 or token_before in ABBREVIATIONS)
        return "" if is_abbreviated or first.islower() else SENTENCE
    if ":" in gap:
        return COLON if " " in gap else ""
    if "\N{EM DASH}" in gap or "\N{EN DASH}" in gap or " -" in gap:
        return DASH
    return ""
