"""Where a text names its entities: its tokens, the breaks between them, and the mentions of each entity."""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from typing import NamedTuple

from news.scoring import Entity
from news.scoring.lexicon_tagger import APOSTROPHE, MAX_TOKENS, TOKEN, prepare, tokenize

# Breaks before a token, by what stands between it and the token before.
SENTENCE, SEMICOLON, DASH, COLON = ".", ";", "-", ":"
UNBROKEN = frozenset([" ", "", "-", " '", "' ", "'", "/", "&", " & "])
# A full stop behind these does not end a sentence.
ABBREVIATIONS = frozenset([
    "mr", "mrs", "ms", "dr", "st", "rs", "vs", "no", "jr", "sr", "co", "inc", "corp", "ltd", "bros", "gen", "sen",
    "rep", "gov", "est", "approx", "dept", "nos", "plc", "llc", "oct", "nov", "dec", "jan", "feb", "aug", "sept",
])  # fmt: skip


class Mention(NamedTuple):
    """Tokens that name an entity."""

    first: int  # index of the first token
    last: int
    entity: int  # index of the entity


class LocatedText:
    """The tokens of a text with the breaks between them and the mentions of its entities, in the order of the text.

    breaks: by index of a token, the kind of break before it; tokens without one are left out.
    owners: by token, the index of the entity that it names, or -1.
    """

    __slots__ = ("breaks", "mentions", "owners", "tokens")

    def __init__(self, text: str, entities: Sequence[Entity]) -> None:
        text = prepare(text)
        lowered = text.lower()
        if len(lowered) != len(text):
            text = lowered  # one letter became two, so places differ; case then says nothing
        spans = [match.span() for match in TOKEN.finditer(lowered)][:MAX_TOKENS]
        self.tokens = [lowered[start:end] for start, end in spans]
        self.breaks = self._find_breaks(text, spans)
        self.owners = [-1] * len(spans)
        self.mentions = self._find_mentions(text, lowered, spans, entities)

    def _find_breaks(self, text: str, spans: list[tuple[int, int]]) -> dict[int, str]:
        breaks = {}
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
        names = [
            (name.replace(APOSTROPHE, "'"), index) for index, entity in enumerate(entities) for name in entity.names
        ]
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
        mentions.sort()
        return mentions


def is_named(text: str, name: str) -> bool:
    """Return whether a name stands in a text as words of its own, in any case."""
    located = LocatedText(text, [Entity((name,))])
    return bool(tokenize(name)) and bool(located.mentions)


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
