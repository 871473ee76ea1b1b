"""The rules by which a text is tagged: what it is about, how much, and why; the steps are in `tag_texts`."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from news.instruments import speakers
from news.instruments.boilerplate import blank_notices, find_title_end, find_title_start, split_summary
from news.instruments.companies import judge_company
from news.instruments.context import Context
from news.instruments.exchange_marks import Mark, find_bracketed, find_marks, is_initials
from news.instruments.market_wide import judge_market_wide
from news.instruments.name_index import Found, Name, NameIndex, Spaced
from news.instruments.summaries import find_subject
from news.instruments.words import LEGAL_FORMS

SECONDARY_RELEVANCE = 0.3  # at most, for one that only speaks
_MAY_HAVE_MARKS = re.compile(r"[$:(\[]")
_JOINTS = frozenset([",", "and", "&", "/", ", and", "or"])
_IN_PASSING = frozenset([
    "after", "against", "amid", "behind", "beside", "following", "from", "like", "outpacing", "over", "overtaking", "rival", "than", "unlike",
    "versus", "vs", "with", "ahead", "of", "despite", "as", "on", "by",
])  # fmt: skip


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
    symbol: str
    rule: str
    is_kept: bool
    is_in_summary: bool = False
    start: int = 0


@dataclass(slots=True)
class Mention:
    """An instrument at one place of a text, as the rules pass it on."""

    symbol: str
    start: int
    end: int
    rule: str
    name: Name | None = None  # None: by a mark, and not in the book
    is_secondary: bool = False
    weight: float = 1.0  # of its place and role

    @property
    def is_market_wide(self) -> bool:
        """Whether it is no company."""
        return self.name is not None and self.name.is_market_wide


class Tagging:
    """The search of one text: what is found, and what was left out and why."""

    def __init__(self, index: NameIndex, title: str, summary: str, *, given: Sequence[str], source: str) -> None:
        self._index = index
        self._title = title
        self._summary = summary
        self._given = tuple(dict.fromkeys(given))
        self._source = source
        self.decisions: list[Decision] = []
        self._kept: list[tuple[Mention, str, bool]] = []
        self._is_in_summary = False

    def run(self) -> list[FoundInstrument]:
        """Return the instruments, the most relevant first."""
        mentions = self._search_title()
        self._keep(mentions, self._title)
        if self._given:
            return self._list_given(mentions, self._title)
        if self._summary and all(mention.is_secondary or mention.is_market_wide for mention in mentions):
            found = self._search_summary(mentions)
            if found:
                return found
        return _rank(mentions, self._title)

    def _keep(self, mentions: list[Mention], text: str) -> None:
        self._kept += [(mention, text[mention.start : mention.end], self._is_in_summary) for mention in mentions]

    def _search_title(self) -> list[Mention]:
        title = self._title
        spaced = Spaced.of(title)
        found = self._find(spaced)
        if not found and not _MAY_HAVE_MARKS.search(title):
            return []
        start, end = find_title_start(title), find_title_end(title, self._source)
        if end < len(title):
            self._leave_out(title[end:], "", "name of the publisher", end)
        text = blank_notices(" " * start + title[start:end])
        return self._search(text) if text != title else self._apply_rules(spaced, found)

    def _search(self, text: str) -> list[Mention]:
        """Return what a text is about, in order."""
        spaced = Spaced.of(text)
        return self._apply_rules(spaced, self._find(spaced))

    def _find(self, spaced: Spaced) -> list[Found]:
        excluded: list[Found] = []
        found = self._index.find(spaced, excluded)
        for hit in excluded:
            self._leave_out(spaced.text[hit.start : hit.end], "", "in an excluded phrase", hit.start)
        return found

    def _apply_rules(self, spaced: Spaced, found: list[Found]) -> list[Mention]:
        marks = self._find_all_marks(spaced.text, found)
        if not found and not marks:
            return []
        context = Context(spaced, frozenset(hit.start for hit in found))
        mentions, names = self._apply_marks(marks, found, spaced.text)
        companies, market_wide = _part(names)
        for number, (hit, name) in enumerate(companies):
            following = companies[number + 1] if number + 1 < len(companies) else None
            self._judge(hit, name, context, mentions, following=following)
        has_company = any(not speakers.may_speak(mention) for mention in mentions)
        for hit, name in market_wide:
            is_kept, rule = judge_market_wide(hit, name, context, has_company=has_company)
            self._note(hit, name, rule, mentions, is_kept=is_kept, text=spaced.text)
        mentions.sort(key=lambda mention: mention.start)
        return self._apply_roles(mentions, context)

    def _judge(
        self,
        hit: Found,
        name: Name,
        context: Context,
        mentions: list[Mention],
        *,
        following: tuple[Found, Name] | None,
    ) -> None:
        other = next((other for other in hit.names if other.is_market_wide), None)
        if other is not None:
            name = name._replace(is_ordinary=True, is_dominant=False)
        is_confirmed = name.record.symbol in self._given or (name.is_ordinary and self._is_confirmed(hit, context))
        is_listed = name.is_ordinary and _is_listed(hit, mentions, following, context.text)
        is_kept, rule = judge_company(
            hit, name, context, is_confirmed=is_confirmed, is_listed=is_listed, is_beside=bool(mentions)
        )
        if other is not None:
            # "Dow" is an index and a company: the index where markets move.
            is_index, index_rule = judge_market_wide(hit, other, context, has_company=False)
            if is_index and not rule.startswith("name with legal form"):
                self._note(hit, other, index_rule, mentions, is_kept=True, text=context.text)
                return
        self._note(hit, name, rule, mentions, is_kept=is_kept, text=context.text)

    def _is_confirmed(self, hit: Found, context: Context) -> bool:
        """Return whether the summary calls an ordinary word of the title a company: Target Corp, Target said."""
        if self._is_in_summary or not self._summary:
            return False
        word = context.text[hit.start : hit.end]
        return any(f"{word.capitalize()} {form}" in self._summary for form in ("Inc", "Corp", "said", "shares", "plc"))

    def _note(self, hit: Found, name: Name, rule: str, mentions: list[Mention], *, is_kept: bool, text: str) -> None:
        if is_kept:
            mentions.append(Mention(name.record.symbol, hit.start, hit.end, rule, name))
        else:
            self._leave_out(text[hit.start : hit.end], name.record.symbol, rule, hit.start)

    def _leave_out(self, words: str, symbol: str, rule: str, start: int) -> None:
        self.decisions.append(Decision(words, symbol, rule, is_kept=False, is_in_summary=self._is_in_summary, start=start))

    def _find_all_marks(self, text: str, found: list[Found]) -> list[Mark]:
        marks = find_marks(text)
        if "(" in text or "[" in text:
            marks += [mark for mark in self._find_bracketed(text, found) if all(mark.start != other.start for other in marks)]
            marks.sort(key=lambda mark: mark.start)
        return marks

    def _find_bracketed(self, text: str, found: list[Found]) -> Iterable[Mark]:
        """Yield symbols in brackets after a name: Apple Inc. (AAPL)."""
        for symbol, start, end in find_bracketed(text):
            before = text[: start - 1].rstrip()
            names = [name for hit in found if hit.end <= start and _is_end_of(text, hit, len(before)) for name in hit.names]
            if any(name.record.symbol == symbol for name in names):
                yield Mark(symbol, start, end, len(before), "symbol in brackets")
            elif symbol in self._index.records and not is_initials(symbol, before) and (
                before.rsplit(" ", 1)[-1].strip(".,").lower() in LEGAL_FORMS
            ):
                yield Mark(symbol, start, end, len(before), "symbol in brackets")

    def _apply_marks(self, marks: list[Mark], found: list[Found], text: str) -> tuple[list[Mention], list[Found]]:
        """Return the mentions by marks, and the names that no mark overrides."""
        if not marks:
            return [], found
        mentions: list[Mention] = []
        rest = [hit for hit in found if not any(mark.start <= hit.end and hit.start < mark.end + 1 for mark in marks)]
        rest = [hit for hit in rest if not _is_exchange_of(hit, marks, text)]
        for mark in marks:
            symbol = mark.symbol
            named = next((hit for hit in rest if mark.name_end > 0 and _is_end_of(text, hit, mark.name_end)), None)
            if named is None and mark.name_end > 0:
                named = next((hit for hit in found if hit not in rest and False), None)
            if mark.is_code and named is not None and not named.names[0].is_market_wide:
                symbol = named.names[0].record.symbol
            if named is not None:
                mentions.append(Mention(symbol, named.start, named.end, f"name before {mark.rule}", None))
            else:
                start = _find_name_start(text, mark)
                if start is None:
                    mentions.append(Mention(symbol, mark.start, mark.end, mark.rule))
                else:
                    mentions.append(Mention(symbol, start, mark.name_end, f"name before {mark.rule}"))
        covered = {mention.start for mention in mentions}
        return mentions, [hit for hit in rest if hit.start not in covered and not _is_inside(hit, mentions)]

    def _apply_roles(self, mentions: list[Mention], context: Context) -> list[Mention]:
        """Leave out those that only speak if there is another, otherwise mark them as secondary."""
        speaking = speakers.find_speaking(mentions, context)
        if not speaking:
            return mentions
        others = [mention for mention in mentions if all(mention is not speaker for speaker, _ in speaking)]
        symbols = {mention.symbol for mention in others}
        for speaker, rule in speaking:
            if speaker.symbol in symbols:
                continue
            if others or rule == speakers.REPORTS:
                if speaker.symbol in self._given:
                    others.append(replace(speaker, is_secondary=True, rule=rule))
                else:
                    self._leave_out(context.text[speaker.start : speaker.end], speaker.symbol, rule, speaker.start)
            else:
                others.append(replace(speaker, is_secondary=True, rule=rule))
        return others

    def _search_summary(self, in_title: list[Mention]) -> list[FoundInstrument]:
        sentences = split_summary(self._summary)
        self._is_in_summary = True
        has_market_wide = any(mention.is_market_wide for mention in in_title)
        for number, sentence in enumerate(sentences[:3]):
            mentions = self._search(sentence)
            subjects = find_subject(mentions, sentence, self._title, number, has_market_wide=has_market_wide)
            for mention in mentions:
                if mention not in subjects:
                    self._leave_out(sentence[mention.start : mention.end], mention.symbol, "in the summary, not its subject", mention.start)
            if subjects:
                self._keep(subjects, sentence)
                return [*_rank(subjects, sentence, scale=0.6), *_rank(in_title, self._title, scale=0.5)] if not has_market_wide else [
                    *_rank(in_title, self._title), *_rank(subjects, sentence, scale=0.3)
                ]
        return []

    def _list_given(self, mentions: list[Mention], text: str) -> list[FoundInstrument]:
        """Return the sender's symbols, all of them, with the names and the relevance that the text gives them."""
        roots = {mention.symbol.partition(".")[0]: mention.symbol for mention in reversed(mentions)}
        ranked = {found.symbol: found for found in _rank(mentions, text)}
        result = []
        for symbol in self._given:
            found = ranked.get(symbol) or ranked.get(roots.get(symbol.partition(".")[0], ""))
            result.append(replace(found, symbol=symbol) if found else FoundInstrument(symbol, 0.5))
        return sorted(result, key=lambda found: -found.relevance)

    def list_decisions(self) -> list[Decision]:
        """Return what was kept and what was left out, by whether it stands in title or summary, and place."""
        kept = [
            Decision(words, mention.symbol, mention.rule, is_kept=True, is_in_summary=is_in_summary, start=mention.start)
            for mention, words, is_in_summary in self._kept
        ]
        return sorted({*kept, *self.decisions}, key=lambda decision: (decision.is_in_summary, decision.start))


def _part(found: list[Found]) -> tuple[list[tuple[Found, Name]], list[tuple[Found, Name]]]:
    """Return the names of companies and those of other instruments; one that is both counts as a company's."""
    companies, market_wide = [], []
    for hit in found:
        company = next((name for name in hit.names if not name.is_market_wide), None)
        if company is not None:
            companies.append((hit, company))
        else:
            market_wide.append((hit, hit.names[0]))
    return companies, market_wide


def _is_listed(hit: Found, mentions: list[Mention], following: tuple[Found, Name] | None, text: str) -> bool:
    """Return whether a comma or "and" joins a name to that of a company before or after it."""
    if mentions and text[mentions[-1].end : hit.start].strip().lower() in _JOINTS:
        return True
    if following is None or not (following[1].is_dominant or not following[1].is_ordinary):
        return False
    return text[hit.end : following[0].start].strip().lower() in _JOINTS


def _is_end_of(text: str, hit: Found, end: int) -> bool:
    """Return whether a name ends there, with a legal form at most: "Acme Inc." of "Acme Inc. (NYSE: ACM)"."""
    between = text[hit.end : end].strip(" .,").lower()
    return hit.end <= end and (not between or between in LEGAL_FORMS or all(word.strip(".,") in LEGAL_FORMS for word in between.split()))


def _is_inside(hit: Found, mentions: list[Mention]) -> bool:
    return any(mention.start <= hit.start and hit.end <= mention.end for mention in mentions)


def _is_exchange_of(hit: Found, marks: list[Mark], text: str) -> bool:
    """Return whether a name is that of the exchange in a mark: Nasdaq in (Nasdaq: RKLB)."""
    return any(hit.end <= mark.start and "(" not in text[hit.end : mark.start] and text[max(0, hit.start - 1) : hit.start] in ("(", "[", "") and ":" in text[hit.end : mark.start] for mark in marks)


def _find_name_start(text: str, mark: Mark) -> int | None:
    """Return where the unknown name before a mark starts: words with capitals from the beginning or a small word on."""
    if mark.name_end <= 0:
        return None
    start = mark.name_end
    for word in reversed(text[: mark.name_end].split(" ")[-6:]):
        bare = word.strip("\"“(")
        if not bare or not (bare[0].isupper() or bare[0].isdigit() or bare in ("of", "and", "&", "de")) or bare[-1] in ",:;)":
            break
        start -= len(word) + (start != mark.name_end)
    start = max(start, 0)
    return start if text[start : mark.name_end].strip() and text[start : start + 1].strip() else None


def _rank(mentions: list[Mention], text: str, *, scale: float = 1.0) -> list[FoundInstrument]:
    """Return each instrument once, by place, role and count."""
    if not mentions:
        return []
    symbols: dict[str, list[Mention]] = {}
    for mention in mentions:
        symbols.setdefault(mention.symbol, []).append(mention)
    has_company = any(not mention.is_market_wide and not mention.is_secondary for mention in mentions)
    ranked = []
    for order, (symbol, same) in enumerate(symbols.items()):
        first = same[0]
        relevance = max(0.9 - 0.1 * order, 0.35) + 0.05 * min(2, len(same) - 1)
        if _is_in_passing(first, text):
            relevance -= 0.25
        if first.is_market_wide and has_company and order:
            relevance = min(relevance, 0.4)
        if first.name is not None and first.name.record.kind == "topic" and len(symbols) > 1:
            relevance = min(relevance, 0.4) if order else relevance
        relevance *= scale
        is_secondary = all(mention.is_secondary for mention in same)
        if is_secondary:
            relevance = min(relevance, SECONDARY_RELEVANCE)
        names = tuple(dict.fromkeys(text[mention.start : mention.end] for mention in same))
        ranked.append(FoundInstrument(symbol, round(min(max(relevance, 0.1), 1.0), 2), names, is_secondary))
    ranked.sort(key=lambda found: -found.relevance)
    return ranked


def _is_in_passing(mention: Mention, text: str) -> bool:
    if mention.start == 0:
        return False
    before = text[: mention.start].rstrip(" \"“").rsplit(" ", 1)[-1].lower()
    return before in _IN_PASSING or text[mention.end : mention.end + 7].lower() in ("-backed", "-owned ")
