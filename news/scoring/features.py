"""Features of a tagged text, as the linear model weighs them: names, and the span of tags that each one covers.

The letters are serialised word classes, `+` and `-` polarities:

| Name | Example | Meaning |
|---|---|---|
| `L`, `Lc`, `Lc]` | "losses narrow" | n-gram of one to three tags; `[` and `]` are the ends |
| `c>L` | "losses narrow" | direction applied to a noun; `u>` to none; `W>d` comparative applied to a direction |
| `+>` | "losses narrow" | polarity of a direction with its noun |
| `P>>+` | "the decline slows" | pace of a movement, and the polarity of both |
| `Wt+` | "drop smaller than costs" | movement compared with another |
| `#1G`, `#1`, `#+` | "profit 13 from 8" | change of an amount with its noun, the change, its polarity |
| `#>+` | "profit versus loss" | swing between profit and loss |
| `b<B` | "costs exceed forecasts" | expectation beaten by a noun |
| `C-` | "cancels dividend" | cancellation |
| `X-` | "fails to" | failure that negates nothing |
| `~…` | "does not rise" | negated: of a direction, polarity word or cancellation |
| `y!1`, `Y1-1`, `k1-1` | "profit up, but losses widen" | polarity of the main clause; before and behind a conjunction |
| `=2`, `^+`, `$-`, `"++-` | | sum of the signals (-3 to 3), the first, the last, the first three |
| `h+`, `??+`, `w?+` | "may rise" | hedge, question mark or question word, with the polarity of all signals |
"""

from collections.abc import Container
from typing import NamedTuple

from news.scoring.lexicon_tagger import TagSequence
from news.scoring.tagged_text import TaggedText
from news.scoring.word_class import NEGATORS, NOUNS, WordClass, tag_set

Span = tuple[int, int]  # first and last tag, or first and last token
WHOLE_TEXT: Span = (-1, -1)
SKIPPED_TAGS = tag_set(WordClass.NUMBER, WordClass.CURRENCY, WordClass.COMMA)  # left out of n-grams
WITHOUT_SKIPPED_TAGS = str.maketrans("", "", "".join(SKIPPED_TAGS))


class Signal(NamedTuple):
    """A span of the text with a polarity of its own."""

    tag_index: int  # of the tag that carries it
    polarity: int  # 1 good, -1 bad
    span: Span  # of tags


def list_tag_trigrams(tags: str) -> list[str]:
    """Return the tag trigrams of the text between `[` and `]`, and the two shorter n-grams at its end."""
    padded = f"[{tags.translate(WITHOUT_SKIPPED_TAGS)}]"
    return [padded[start : start + 3] for start in range(len(padded))]


class TextFeatures(TaggedText):
    """A tagged text and its features. `features` holds all but the tag n-grams, each with its span of tags."""

    __slots__ = ("all_signals", "consumed", "features", "has_negators", "negators", "signals")

    def __init__(self, tokens: list[str], tagged: TagSequence | None = None) -> None:
        super().__init__(tokens, tagged)
        self.features: dict[str, Span] = {}
        self.signals: list[Signal] = []
        self.all_signals: list[Signal] = []  # those of all clauses, before the main one is selected
        self.has_negators = not NEGATORS.isdisjoint(self.tags)  # most texts have none, and are not searched
        self.negators: set[int] = set()  # tags that negated another
        self.consumed: set[int] = set()  # tags whose polarity is part of another's signal

    @property
    def tag_trigrams(self) -> list[str]:
        """Tag trigrams of the text; each stands for its one to three prefixes."""
        return list_tag_trigrams(self.tags)

    def add_feature(self, name: str, span: Span) -> None:
        """Add a feature; a repeated one keeps its first span."""
        self.features.setdefault(name, span)

    def add_signal(self, index: int, polarity: int, span: Span, negator: int | None) -> None:
        """Add a signal, inverted and extended over `negator` if there is one."""
        if negator is not None:
            polarity, span = -polarity, (min(negator, span[0]), max(negator, span[1]))
        self.signals.append(Signal(index, polarity, span))

    def remove_signals(self, index: int) -> None:
        """Remove the signals that the tag at `index` carries."""
        self.signals = [signal for signal in self.signals if signal.tag_index != index]

    def consume_noun(self, noun: int) -> None:
        """Mark a noun and the compound before it as part of another signal."""
        self.consumed.add(noun)
        while noun and self.tags[noun - 1] in NOUNS and self.is_compounded(noun - 1):
            noun -= 1
            self.consumed.add(noun)

    def locate(self, weighted: Container[str] | None = None) -> list[tuple[str, Span]]:
        """Return all features, or those of `weighted`, with their spans of tokens.

        A tag n-gram comes once per occurrence, every other feature once. A feature of the whole text has the span
        WHOLE_TEXT.
        """
        starts, ends = [*self.starts, -1], [*self.ends, -1]  # index -1, of WHOLE_TEXT, maps to -1
        located = [
            (name, (starts[first], ends[last]))
            for name, (first, last) in self.features.items()
            if weighted is None or name in weighted
        ]
        indices = [index for index, tag in enumerate(self.tags) if tag not in SKIPPED_TAGS]
        for position, trigram in enumerate(self.tag_trigrams):
            for length in range(1, len(trigram) + 1):
                if weighted is not None and trigram[:length] not in weighted:
                    continue
                covered = indices[max(position - 1, 0) : position - 1 + length]  # position 0 is the opening "["
                span = (starts[covered[0]], ends[covered[-1]]) if covered else WHOLE_TEXT
                located.append((trigram[:length], span))
        return located


def get_polarity(signals: list[Signal]) -> int:
    """Return the sign of the sum of polarities: 1, 0 or -1."""
    total = sum(signal.polarity for signal in signals)
    return (total > 0) - (total < 0)
