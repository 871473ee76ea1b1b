"""Idioms with free words between the fixed ones: "loses tax case", "to pay $95 million to settle", "into recession".

An idiom is a regular expression over the tokens of a text, joined by blanks. It replaces the tags of the words that it
covers by its own. Only texts with one of its words are searched, which most headlines are not.
"""

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

from news.scoring.idiom_patterns import FAMILIES, SLOTS
from news.scoring.lexicon_tagger import LEXICON, TagSequence
from news.scoring.ratings import RATING_WORDS, find_ratings
from news.scoring.word_class import POLARITIES

SLOT = re.compile(r"\{(\w+)\}")
LINE_BREAK = re.compile(r"\n\s*")
STRONG = {1: "H", -1: "N"}
MAX_NAME_TOKENS = 3
# Verbs of corporate routine, whose subject is a name.
ROUTINE_VERBS = frozenset(
    ["names", "appoints", "hires", "declares", "schedules", "hosts", "elects", "relocates", "unveils", "nominates"]
)
TO_ROUTINE = [["host"], ["present"], ["webcast"], ["attend"], ["participate"], ["appoint"]]  # behind "to"
# Verbs that are names of companies, and what follows them then.
NAME_VERBS = frozenset([
    "snap", "block", "gap", "surge", "plunge", "target", "crash", "rally", "fold", "shake", "cut", "lift", "gain",
    "sprint", "match", "rise",
])  # fmt: skip
SHARE_WORDS = frozenset(["shares", "stock", "+", "-", "inc", "corp", "plc", "ltd", "holdings", "ceo", "cfo"])
NAME_ENDS = ROUTINE_VERBS | SHARE_WORDS | {"to"}
ADJECTIVE = "adjective"  # group of a pattern whose polarity is that of one of its words


class Idiom(NamedTuple):
    """An idiom found in a text: the first and last token it covers, and its tags."""

    first: int
    last: int
    tags: str


Finder = Callable[[str], Iterator[tuple[int, int, str]]]  # from joined tokens to start, end (of characters) and tags


def replace_idioms(tokens: list[str], sequence: TagSequence) -> TagSequence:
    """Return the tags of a text with those of its idioms replaced, and without those of a name that it begins with."""
    if not NAME_ENDS.isdisjoint(tokens[1 : MAX_NAME_TOKENS + 1]):
        name_end = _find_name_end(tokens)
        if name_end:
            sequence = _replace_tags(sequence, Idiom(0, name_end - 1, ""))
    triggers = TRIGGERS.intersection(tokens)
    if not triggers:
        return sequence
    joined = ""
    covered: list[Idiom] = []
    for first_words, second_words, find in FINDERS:
        if first_words.isdisjoint(triggers) or (second_words and second_words.isdisjoint(tokens)):
            continue
        joined = joined or " ".join(tokens)
        for start, end, tags in find(joined):
            idiom = Idiom(joined.count(" ", 0, start), joined.count(" ", 0, end), tags)
            if all(idiom.last < other.first or other.last < idiom.first for other in covered):
                covered.append(idiom)
                sequence = _replace_tags(sequence, idiom)
    return sequence


def _find_name_end(tokens: list[str]) -> int:
    """Return the number of tokens of a name that a text begins with, by the verb or sign behind it; 0 if it is none.

    Words of the lexicon may be names: "Surge Energy declares dividend", "Snap +30%", "Block shares".
    """
    for index in range(1, min(len(tokens), MAX_NAME_TOKENS + 1)):
        verb = tokens[index]
        if verb in ROUTINE_VERBS or (verb == "to" and tokens[index + 1 : index + 2] in TO_ROUTINE):
            return index
    if len(tokens) > 1 and tokens[0] in NAME_VERBS and tokens[1] in SHARE_WORDS:
        return 1
    return 0


def _replace_tags(sequence: TagSequence, idiom: Idiom) -> TagSequence:
    """Return the sequence with the tags that overlap an idiom replaced by the tags of the idiom."""
    tags, starts, ends = sequence
    before = sum(1 for end in ends if end < idiom.first)
    after = sum(1 for start in starts if start <= idiom.last)
    if not idiom.tags:
        return TagSequence(tags[:before] + tags[after:], starts[:before] + starts[after:], ends[:before] + ends[after:])
    inner = [idiom.first + offset for offset in range(1, len(idiom.tags))]  # each tag but the last covers one token
    return TagSequence(
        tags[:before] + idiom.tags + tags[after:],
        [*starts[:before], idiom.first, *inner, *starts[after:]],
        [*ends[:before], *[start - 1 for start in inner], idiom.last, *ends[after:]],
    )


def _compile(pattern: str) -> re.Pattern[str]:
    """Compile a pattern; a slot in braces stands for its alternatives, and it matches whole tokens only."""
    while SLOT.search(pattern):
        pattern = SLOT.sub(lambda slot: f"(?:{LINE_BREAK.sub('', SLOTS[slot[1]])})", pattern)
    return re.compile(rf"(?<!\S){pattern}(?!\S)")


def _build_finder(patterns: list[tuple[str, str]]) -> Finder:
    """Return the finder of a family of patterns, which compiles them when the first text asks for them."""
    compiled: list[tuple[re.Pattern[str], str]] = []

    def find(joined: str) -> Iterator[tuple[int, int, str]]:
        if not compiled:
            compiled.extend((_compile(pattern), tags) for pattern, tags in patterns)
        for pattern, tags in compiled:
            for match in pattern.finditer(joined):
                resolved = _resolve_adjective(match) if tags == ADJECTIVE else tags
                if resolved:
                    yield match.start(), match.end(), resolved

    return find


def _resolve_adjective(match: re.Match[str]) -> str:
    """Return the tag of a pattern with the polarity of its adjective, "" if that has none."""
    tag, _ = LEXICON.get(match[ADJECTIVE], ("", {}))
    return STRONG.get(POLARITIES.get(tag, 0), "")


# Each finder with two sets of words: a text is searched if it has one of each.
FINDERS: list[tuple[frozenset[str], frozenset[str], Finder]] = [
    (frozenset(first.split()), frozenset(second.split()), finder)
    for first, second, finder in [
        (*RATING_WORDS, find_ratings),
        *((first, second, _build_finder(patterns)) for first, second, patterns in FAMILIES),
    ]
]
TRIGGERS = frozenset().union(*(first for first, _, _ in FINDERS))
