"""Score headlines by words: which way things go, and whether it is good that they go that way.

"Profit falls" is bad, "losses narrow" is good, "averts strike" is good. Stands on the standard library, offline.
Refuses nothing: a text without a word it knows is neutral, modestly.
"""

import math
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from news.scoring import Score
from news.scoring import words as w

REACH = 3  # words between a direction and its noun, or a negation and what it turns over
MAX_EVIDENCE = 5
NEUTRAL_LOGIT = 1.1  # no signal at all: P(neutral) = 0.6
CALM_LOGIT = 0.7  # added for each word of calm news, twice at most
SLOPE = 1.9  # logit of positive for each unit of strength
MAX_STRENGTH = 2.5

APOSTROPHE = "\N{RIGHT SINGLE QUOTATION MARK}"
WORD = re.compile(r"[^\W\d_]+(?:['-][^\W\d_]+)*")


@dataclass(frozen=True, slots=True)
class Entry:
    """What a word does."""

    value: float = 0.0  # what it says by itself, below 0 for bad
    direction: float = 0.0  # what it says of a good noun; of a bad one the opposite
    noun: int = 0  # 1 something to want more of, -1 less of
    is_calm: bool = False
    negates: bool = False
    joins: bool = False  # a new clause begins
    ends: bool = False  # turns over what follows, unless nothing does


@dataclass(slots=True)
class Signal:
    """A piece of text that speaks for one side."""

    place: int
    value: float
    words: str


GROUPS = [
    (w.CALM, Entry(is_calm=True)),
    (w.GOOD_NOUNS, Entry(noun=1)),
    (w.POSITIVE, Entry(0.8)),
    (w.NEGATIVE, Entry(-0.8)),
    (w.BAD_NOUNS, Entry(-0.2, noun=-1)),
    (w.FEARED_NOUNS, Entry(-0.7, noun=-1)),
    (w.UP_WITH_NOUN, Entry(0, 1.0)),
    (w.DOWN_WITH_NOUN, Entry(0, -1.0)),
    (w.UP, Entry(0.9, 1.0)),
    (w.DOWN, Entry(-1.0, -1.1)),
    (w.UP_STRONG, Entry(1.4, 1.4)),
    (w.DOWN_STRONG, Entry(-1.5, -1.5)),
    (w.POSITIVE_STRONG, Entry(1.3)),
    (w.NEGATIVE_STRONG, Entry(-1.3)),
    (w.NEGATIONS, Entry(negates=True)),
    (w.ENDERS, Entry(ends=True)),
    (w.JOINTS, Entry(joins=True)),
    (w.DOWN_ENDERS, Entry(0, -1.0, ends=True)),
]


def _expand(words: str) -> Iterator[str]:
    """Yield the words of a list; `rally*` yields rally, rallies, rallied and rallying."""
    for word in words.split():
        verb = word.removesuffix("*")
        yield verb
        if verb != word:
            stem = verb[:-1] + "i" if re.search("[^aeiou]y$", verb) else verb.removesuffix("e")
            yield verb.removesuffix("e") + "ing"
            yield stem + "ed"
            yield stem + "es" if re.search("(e|s|x|z|sh|ch|[^aeiou]y)$", verb) else verb + "s"


ENTRIES = {word: entry for words, entry in GROUPS for word in _expand(words)}
CLOSES = set(w.CLOSES.split())
PHRASES: defaultdict[str, list[tuple[list[str], float]]] = defaultdict(list)
for _value, _phrases in w.PHRASES.items():
    for _phrase in _phrases.split(","):
        _first, *_rest = _phrase.split()
        PHRASES[_first].append((_rest, _value))


class Analyzer:
    """The word-list analyzer. Holds no state; the same text always gets the same score."""

    name = "lexicon"
    version = "1"

    def score(self, texts: Sequence[str]) -> list[Score]:
        """Return one score per text, in order."""
        return [score_text(text) for text in texts]


def score_text(text: str) -> Score:
    """Score one text of any length and script."""
    words = WORD.findall(text.lower().replace(APOSTROPHE, "'"))
    signals, calm = read_signals(words)
    strength = max(-MAX_STRENGTH, min(MAX_STRENGTH, sum(signal.value for signal in signals)))
    probabilities = weigh(strength, calm=len(calm))
    label = max(probabilities, key=probabilities.__getitem__)
    return Score(label, probabilities, _evidence(signals, calm, label))


def weigh(strength: float, *, calm: int = 0) -> dict[str, float]:
    """Turn net strength (-2.5..2.5) and the number of calm words into probabilities that add up to 1."""
    positive = math.exp(SLOPE * strength)
    neutral = math.exp(NEUTRAL_LOGIT + CALM_LOGIT * min(calm, 2))
    total = positive + neutral + 1 / positive
    return {"positive": positive / total, "neutral": neutral / total, "negative": 1 / positive / total}


def read_signals(words: Sequence[str]) -> tuple[list[Signal], list[str]]:
    """Return what speaks for a side, in order, and the calm words."""
    signals, entries = _take_phrases(words)
    spoken_of = set()
    for place, noun in _pair_with_nouns(entries).items():
        entry = entries[place]
        if noun is None:
            signals.append(Signal(place, entry.value, words[place]))
        else:
            spoken_of |= {noun - 1, noun, noun + 1}  # "jobless claims fall" speaks of both
            pair = f"{words[min(noun, place)]} {words[max(noun, place)]}"
            signals.append(Signal(place, entry.direction * entries[noun].noun, pair))
    signals += [
        Signal(place, entry.value, words[place])
        for place, entry in entries.items()
        if entry.value and not entry.direction and not (entry.noun and place in spoken_of)
    ]
    signals.sort(key=lambda signal: signal.place)
    _turn_over(signals, words, entries)
    calm = [words[place] for place, entry in entries.items() if entry.is_calm]
    return [signal for signal in signals if signal.value], calm


def _pair_with_nouns(entries: dict[int, Entry]) -> dict[int, int | None]:
    """Return for the place of each direction that of the nearest noun it can be about, or None."""
    directions = [place for place, entry in entries.items() if entry.direction]
    joints = [place for place, entry in entries.items() if entry.joins]
    nouns = [place for place, entry in entries.items() if entry.noun]
    pairs: dict[int, int | None] = {}
    for place in directions:
        # A noun beside another direction, or in another clause, is not this one's: "shares gain as inflation eases".
        reach = {n: abs(n - place) for n in nouns if abs(n - place) <= REACH}
        near = [
            n
            for n in reach
            if all(reach[n] <= abs(n - other) for other in directions)
            and not any(min(n, place) < joint < max(n, place) for joint in joints)
        ]
        noun = min(near, key=lambda n: reach[n], default=None)
        # The last of two nouns is the thing meant: "cuts production costs".
        pairs[place] = noun + 1 if noun is not None and noun > place and noun + 1 in nouns else noun
    return pairs


def _take_phrases(words: Sequence[str]) -> tuple[list[Signal], dict[int, Entry]]:
    """Return the signals of known phrases, and the entries of the known words outside them by place."""
    signals, entries, after = [], {}, 0
    for place, word in enumerate(words):
        if place < after:
            continue
        for rest, value in PHRASES.get(word, ()):
            if words[place + 1 : place + 1 + len(rest)] == rest:
                after = place + 1 + len(rest)
                signals.append(Signal(place, value, " ".join(words[place:after])))
                break
        else:
            entry = ENTRIES.get(word)
            if entry is not None:
                entries[place] = entry
    return signals, entries


def _turn_over(signals: list[Signal], words: Sequence[str], entries: dict[int, Entry]) -> None:
    for place, entry in entries.items():
        if not (entry.negates or entry.ends):
            continue
        # "Ends higher" tells how a market closed; "ends rally" tells what is over.
        if entry.ends and (place + 1 == len(words) or words[place + 1] in CLOSES):
            continue
        for signal in signals:
            if place < signal.place <= place + REACH:
                signal.value = -signal.value
                signal.words = f"{words[place]} {signal.words}"
                break


def _evidence(signals: list[Signal], calm: list[str], label: str) -> list[str]:
    """Return what decided for `label`, strongest first."""
    if label == "neutral" and calm:
        return list(dict.fromkeys(calm))[:MAX_EVIDENCE]
    ranked = sorted(signals, key=lambda signal: -abs(signal.value))
    return list(dict.fromkeys(signal.words for signal in ranked))[:MAX_EVIDENCE]
