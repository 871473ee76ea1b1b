"""Features of an entity in a text: what is said before and behind it in its clause, and outside.

The features are grouped; each group has weights of its own.

| Group | Example of "Zorva beats Kelmo, shares jump" for Kelmo | Meaning |
|---|---|---|
| `b` `a` | b `beats` | words before and behind the entity, in its clause |
| `x` | `jump` | words outside its clause |
| `A` | `beats T`, `O beats` | word pairs of its clause; T is the entity, O another |
| `t` | `1b0` | n-grams of tags of its clause; 0 is the entity, 1 another |
| `s` | `+oa0` | signals: polarity, in its clause or out, before or behind, entities between |
| `c` `h` | `=1` | features of its clause, and of the whole text (see features.py) |
| `r` | `beato` | relations to its neighbours (see relations.py) |
| `p` | `1/2` | place among the entities |
"""

from collections.abc import Collection, Iterator, Sequence
from itertools import chain, pairwise
from typing import NamedTuple

from news.scoring import Entity
from news.scoring.entity_clauses import Clause, find_clauses
from news.scoring.extraction import extract_features
from news.scoring.features import TextFeatures
from news.scoring.mentions import LocatedText
from news.scoring.ngrams import SKIPPED_TOKENS
from news.scoring.relations import Relation, find_relation
from news.scoring.word_class import WordClass

MASK = "_"  # stands for each token of a name, so that names have no polarity
TARGET, OTHER = "T", "O"
TARGET_TAG, OTHER_TAG = "0", "1"
CUT = "^"  # before a clause that does not begin the text
CLAUSE_EDGE = "|"  # where a clause of the entity begins or ends, for a network
SKIPPED_TAGS = WordClass.NUMBER.value + WordClass.CURRENCY.value
MAX_RANK, MAX_BETWEEN, MAX_SUM = 3, 2, 2

Groups = dict[str, Collection[str]]


class Stated(NamedTuple):
    """A relation that a clause states of two mentions; `first` and `second` are their indices."""

    first: int
    second: int
    relation: Relation
    words: tuple[int, int]  # tokens between the two


class EntityTexts:
    """The analysis of a text that its entities share: masked tokens, tags, clauses and relations."""

    __slots__ = ("_clause_features", "clauses", "located", "relations", "tokens", "whole")

    def __init__(self, located: LocatedText, whole: TextFeatures) -> None:
        """Analyse a text. `whole`: features of its tokens with the names in it."""
        self.located = located
        owners = located.owners
        self.tokens = [MASK if owner >= 0 else token for token, owner in zip(located.tokens, owners, strict=True)]
        has_tagged_name = any(owners[index] >= 0 for index in (*whole.starts, *whole.ends))
        self.whole = extract_features(self.tokens) if has_tagged_name else whole
        self.clauses = find_clauses(located, self.whole)
        self.relations = list(self._find_relations())
        self._clause_features: dict[Clause, TextFeatures] = {(0, len(self.tokens)): self.whole}

    def _find_relations(self) -> Iterator[Stated]:
        mentions, clauses, tokens = self.located.mentions, self.clauses, self.located.tokens
        for index, clause in enumerate(clauses[:-1]):
            first, second = mentions[index], mentions[index + 1]
            if first.entity != second.entity and clause == clauses[index + 1]:
                between = (first.last + 1, second.first)
                relation = find_relation(tokens[slice(*between)], tokens[second.last + 1 : clause[1]])
                if relation is not None:
                    yield Stated(index, index + 1, relation, between)

    def list_clauses(self, entity: int) -> list[Clause]:
        """Return the distinct clauses of an entity's mentions, in order."""
        pairs = zip(self.located.mentions, self.clauses, strict=True)
        return list(dict.fromkeys([clause for mention, clause in pairs if mention.entity == entity]))

    def extract_clause(self, clause: Clause) -> TextFeatures:
        """Return the features of a clause, extracted once."""
        features = self._clause_features.get(clause)
        if features is None:
            tagged = self.whole.select_tags(*clause)
            features = self._clause_features[clause] = extract_features(self.tokens[slice(*clause)], tagged)
        return features

    def extract_groups(self, entity: int) -> Groups:
        """Return the names of an entity's features by group. The entity is located in the text."""
        clauses = self.list_clauses(entity)
        before: list[str] = []
        after: list[str] = []
        pairs: list[str] = []
        tags: list[str] = []
        for clause in clauses:
            words, place = self._list_words(clause, entity)
            before += words[:place]
            after += words[place + 1 :]
            words = ["[", *words, "]"]
            pairs += map(" ".join, pairwise(words))
            tags += self._list_tag_ngrams(clause, entity)
        outside = self._list_outside(clauses)
        features = [self.extract_clause(clause).features for clause in clauses]
        inside = features[0] if len(features) == 1 else dict.fromkeys(chain.from_iterable(features))
        return {
            "b": before, "a": after, "x": outside, "A": pairs, "t": tags, "s": self._list_signals(entity, clauses),
            "c": inside, "h": self.whole.features, "r": self._list_relation_names(entity),
            "p": self._list_places(entity),
        }  # fmt: skip

    def _list_words(self, clause: Clause, entity: int) -> tuple[list[str], int]:
        """Return the words, names and breaks of a clause, and the index of the entity among them."""
        first, end = clause
        tokens, owners, breaks = self.located.tokens, self.located.owners, self.located.breaks
        words = [breaks.get(first, CUT)] if first else []
        place = -1
        owner_before = -1
        for index in range(first, end):
            owner = owners[index]
            if owner < 0:
                if index in breaks and index > first:
                    words.append(breaks[index])
                word = tokens[index]
                if word != "(":
                    words.append("0" if word[0].isdecimal() else word)
            elif owner != owner_before:
                if index in breaks and index > first:
                    words.append(breaks[index])
                if owner == entity and place < 0:
                    place = len(words)
                words.append(TARGET if owner == entity else OTHER)
            owner_before = owner
        return words, place

    def list_network_words(self, entity: int) -> list[str]:
        """Return the words and breaks of the whole text for a network: names as TARGET or OTHER, with CLAUSE_EDGE."""
        edges = {place for clause in self.list_clauses(entity) for place in clause} - {0, len(self.tokens)}
        tokens, owners, breaks = self.located.tokens, self.located.owners, self.located.breaks
        words: list[str] = []
        owner_before = -1
        for index, owner in enumerate(owners):
            if index in edges:
                words.append(CLAUSE_EDGE)
            if index in breaks:
                words.append(breaks[index])
            token = tokens[index]
            if owner < 0:
                if token not in SKIPPED_TOKENS:
                    words.append("0" if token[0].isdecimal() else token)
            elif owner != owner_before or index in breaks:
                words.append(TARGET if owner == entity else OTHER)
            owner_before = owner
        return words

    def _list_outside(self, clauses: Sequence[Clause]) -> list[str]:
        words: list[str] = []
        end = 0
        for first, last in [*sorted(clauses), (len(self.tokens), 0)]:
            words += [token for token in self.tokens[end:first] if token != MASK]
            end = last
        return ["0" if word[0].isdecimal() else word for word in words]

    def _list_tag_ngrams(self, clause: Clause, entity: int) -> list[str]:
        """Return the tag n-grams of a clause, of 2 and 3 tags and of 4 with the entity."""
        first, end = clause
        ordered = [
            (start, tag)
            for start, tag in zip(self.whole.starts, self.whole.tags, strict=True)
            if first <= start < end and tag not in SKIPPED_TAGS
        ]
        ordered += [
            (mention.first, TARGET_TAG if mention.entity == entity else OTHER_TAG)
            for mention in self.located.mentions
            if first <= mention.first < end
        ]
        ordered.sort()
        tags = f"[{''.join([tag for _, tag in ordered])}]"
        ngrams = [tags[start : start + 2] for start in range(len(tags) - 1)]
        ngrams += [tags[start : start + 3] for start in range(len(tags) - 2)]
        place = tags.find(TARGET_TAG)
        ngrams += [tags[start : start + 4] for start in range(max(place - 3, 0), min(place, len(tags) - 4) + 1)]
        return ngrams

    def _list_signals(self, entity: int, clauses: Sequence[Clause]) -> list[str]:
        """Return each signal by its place beside the entity, and the sums of those inside and outside its clause."""
        names = []
        totals = [0, 0]  # inside, outside
        mentions = self.located.mentions
        mine = [mention for mention in mentions if mention.entity == entity]
        for signal in self.whole.all_signals:
            place = self.whole.starts[signal.tag_index]
            is_outside = not any(first <= place < end for first, end in clauses)
            nearest = mine[0] if len(mine) == 1 else min(mine, key=lambda mention: abs(mention.first - place))
            is_before = place < nearest.first
            low, high = (place, nearest.first) if is_before else (nearest.last, place)
            between = {other.entity for other in mentions if low < other.first < high and other.entity != entity}
            name = f"{'+' if signal.polarity > 0 else '-'}{'o' if is_outside else 'i'}{'b' if is_before else 'a'}"
            name += str(min(len(between), MAX_BETWEEN))
            names += [name, name + self.whole.tags[signal.tag_index]]
            totals[is_outside] += signal.polarity
        inside, outside = [max(-MAX_SUM, min(MAX_SUM, total)) for total in totals]
        return [*names, f"={inside}", f"={inside}{outside}"]

    def _list_relation_names(self, entity: int) -> list[str]:
        names = []
        for first, second, relation, _ in self.relations:
            for index, role, sign in ((first, "s", relation.first), (second, "o", relation.second)):
                if self.located.mentions[index].entity == entity:
                    names += [relation.name + role, f"{role}{sign}"]
        return names

    def _list_places(self, entity: int) -> list[str]:
        mentions = self.located.mentions
        order = list(dict.fromkeys([mention.entity for mention in mentions]))
        rank, count = order.index(entity), len(order)
        is_last = mentions[-1].entity == entity and mentions[-1].last == len(self.tokens) - 1
        return [f"{min(rank, MAX_RANK)}/{min(count, MAX_RANK)}", "end" if is_last else "-"]

    def list_relations(self, entity: int) -> list[tuple[int, tuple[int, int]]]:
        """Return the sign of each relation for an entity, with the tokens between it and the other."""
        stated = []
        for first, second, relation, words in self.relations:
            for index, sign in ((first, relation.first), (second, relation.second)):
                if self.located.mentions[index].entity == entity:
                    stated.append((sign, words))
        return stated


def analyse(text: str, entities: Sequence[Entity]) -> EntityTexts:
    """Return the analysis of a text for its entities."""
    located = LocatedText(text, entities)
    return EntityTexts(located, extract_features(located.tokens))
