"""Tag texts with the instruments that they are about; `Tagging.run` is the order of the steps.

Knows no database: instruments are given as records.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from news.instruments import commentators
from news.instruments.boilerplate import blank_notices, find_title_end, find_title_start, split_summary
from news.instruments.book import InstrumentRecord
from news.instruments.companies import judge_company
from news.instruments.context import Context
from news.instruments.market_wide import find_rate_decision, judge_market_wide
from news.instruments.mentions import Decision, FoundInstrument, TextMention
from news.instruments.name_index import Hit, Name, NameIndex, NormalizedText
from news.instruments.relevance import rank
from news.instruments.summaries import find_subject
from news.instruments.symbol_mentions import connect, find_symbols
from news.instruments.words import LEAD_INS

_MAX_SENTENCES = 3  # of a summary
_UNNAMED_RELEVANCE = 0.5  # of a symbol that the sender gives and the text does not name
_SUMMARY_WEIGHT, _OTHERS_WEIGHT, _DETAIL_WEIGHT = 0.6, 0.5, 0.3
_MAY_HAVE_SYMBOLS = re.compile(r"[$:(\[]")
_RATE_TOPICS = ("RATES", "MACRO")
_JOINTS = frozenset([",", "and", "&", "/", ", and", "or"])


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
        """Return each kept and rejected name with its rule, in text order."""
        tagging = Tagging(self._index, title, summary, own_tickers=own_tickers, source=source)
        tagging.run()
        return tagging.list_decisions()


class Tagging:
    """The search of one text: what it is about, and what was left out and why."""

    def __init__(self, index: NameIndex, title: str, summary: str, *, own_tickers: Sequence[str], source: str) -> None:
        self._index = index
        self._title = title
        self._summary = summary
        self._own_tickers = tuple(dict.fromkeys(own_tickers))
        self._source = source
        self._left_out: list[Decision] = []
        self._kept: list[tuple[TextMention, str, bool]] = []
        self._is_in_summary = False

    def run(self) -> list[FoundInstrument]:
        """Return the instruments, the most relevant first."""
        mentions = self._search_title()
        self._keep(mentions, self._title)
        if self._own_tickers:
            return self._list_sender_instruments(mentions)
        if self._summary and all(mention.is_secondary or mention.is_market_wide for mention in mentions):
            return self._search_summary(mentions)
        return rank(mentions, self._title)

    def list_decisions(self) -> list[Decision]:
        """Return each kept and rejected name with its rule: the title first, in text order."""
        kept = [
            Decision(
                words, mention.symbol, mention.rule, is_kept=True, is_in_summary=is_in_summary, start=mention.start
            )
            for mention, words, is_in_summary in self._kept
        ]
        return sorted({*kept, *self._left_out}, key=lambda decision: (decision.is_in_summary, decision.start))

    def _search_title(self) -> list[TextMention]:
        title = self._title
        spaced = NormalizedText.from_text(title)
        hits = self._find(spaced)
        if not hits and not _MAY_HAVE_SYMBOLS.search(title):
            return self._find_rate_decision(title)
        start, end = find_title_start(title), find_title_end(title, self._source)
        if end < len(title):
            self._leave_out(title, end, len(title), "", "name of the publisher")
        text = blank_notices(" " * start + title[start:end])
        return self._search(text) if text != title else self._apply_rules(spaced, hits)

    def _search(self, text: str) -> list[TextMention]:
        """Return what a text is about, in order."""
        spaced = NormalizedText.from_text(text)
        return self._apply_rules(spaced, self._find(spaced))

    def _find(self, spaced: NormalizedText) -> list[Hit]:
        excluded: list[Hit] = []
        hits = self._index.find(spaced, excluded)
        for hit in excluded:
            self._leave_out(spaced.text, hit.start, hit.end, "", "in an excluded phrase")
        return hits

    def _apply_rules(self, spaced: NormalizedText, hits: list[Hit]) -> list[TextMention]:
        symbols = find_symbols(spaced.text, hits, self._index.records)
        if not hits and not symbols:
            return self._find_rate_decision(spaced.text)
        context = Context(spaced, frozenset(hit.start for hit in hits))
        mentions, hits = connect(symbols, hits, spaced.text)
        companies = [hit for hit in hits if hit.company is not None]
        for number, hit in enumerate(companies):
            self._judge_company(hit, companies[number + 1 : number + 2], context, mentions)
        has_company = any(not commentators.is_commentator(mention) for mention in mentions)
        for hit in hits:
            if hit.company is None:
                self._judge_market_wide(hit, hit.names[0], context, mentions, has_company=has_company)
        mentions.sort(key=lambda mention: mention.start)
        return self._apply_roles(mentions, context) or self._find_rate_decision(spaced.text)

    def _find_rate_decision(self, text: str) -> list[TextMention]:
        """Return the topics of a decision on interest rates by a bank that the headline does not name."""
        span = None if self._is_in_summary or " rate" not in text.lower() else find_rate_decision(text)
        if span is None:
            return []
        records = [self._index.records[symbol] for symbol in _RATE_TOPICS if symbol in self._index.records]
        return [
            TextMention(record.symbol, *span, "decision on interest rates", Name(record, "", "", is_market_wide=True))
            for record in records
        ]

    def _judge_company(self, hit: Hit, following: list[Hit], context: Context, mentions: list[TextMention]) -> None:
        name = hit.company
        assert name is not None
        market = hit.market_wide
        if market is not None:  # "Dow" is an index and a company: the company needs its context
            name = name._replace(is_ordinary=True, is_dominant=False)
        is_kept, rule = judge_company(
            hit,
            name,
            context,
            is_confirmed=name.record.symbol in self._own_tickers or (name.is_ordinary and self._is_confirmed(hit)),
            is_listed=(name.is_ordinary or name.is_symbol) and _is_listed(hit, mentions, following, context.text),
            is_beside=bool(mentions),
        )
        if market is not None and not rule.startswith("name with legal form"):
            before = len(mentions)
            self._judge_market_wide(hit, market, context, mentions, has_company=False)
            if len(mentions) > before:
                return
        self._record_decision(hit, name, rule, mentions, is_kept=is_kept, text=context.text)

    def _judge_market_wide(
        self, hit: Hit, name: Name, context: Context, mentions: list[TextMention], *, has_company: bool
    ) -> None:
        is_kept, rule = judge_market_wide(hit, name, context, has_company=has_company)
        self._record_decision(hit, name, rule, mentions, is_kept=is_kept, text=context.text)

    def _is_confirmed(self, hit: Hit) -> bool:
        """Return whether the summary calls an ordinary word of the title a company: Target Corp, Target said."""
        if self._is_in_summary or not self._summary:
            return False
        word = self._title[hit.start : hit.end].capitalize()
        return any(f"{word} {form}" in self._summary for form in ("Inc", "Corp", "said", "shares", "plc"))

    def _record_decision(
        self, hit: Hit, name: Name, rule: str, mentions: list[TextMention], *, is_kept: bool, text: str
    ) -> None:
        if is_kept:
            mentions.append(TextMention(name.record.symbol, hit.start, hit.end, rule, name))
        elif text[hit.start : hit.end] not in LEAD_INS:  # "on" in small letters is not worth telling
            self._leave_out(text, hit.start, hit.end, name.record.symbol, rule)

    def _leave_out(self, text: str, start: int, end: int, symbol: str, rule: str) -> None:
        words = text[start:end]
        self._left_out.append(
            Decision(words, symbol, rule, is_kept=False, is_in_summary=self._is_in_summary, start=start)
        )

    def _keep(self, mentions: list[TextMention], text: str) -> None:
        self._kept += [(mention, text[mention.start : mention.end], self._is_in_summary) for mention in mentions]

    def _apply_roles(self, mentions: list[TextMention], context: Context) -> list[TextMention]:
        """Leave out those that only speak if there is another instrument, otherwise mark them as secondary."""
        comments = commentators.find_commentators(mentions, context)
        if not comments:
            return mentions
        others = [mention for mention in mentions if all(mention is not speaker for speaker, _ in comments)]
        is_alone = not others
        symbols = {mention.symbol for mention in others}
        for speaker, rule in comments:
            if speaker.symbol in symbols:
                continue
            if speaker.symbol in self._own_tickers or (is_alone and rule != commentators.REPORTS):
                others.append(replace(speaker, is_secondary=True, rule=rule))
            else:
                self._leave_out(context.text, speaker.start, speaker.end, speaker.symbol, rule)
        return others

    def _search_summary(self, in_title: list[TextMention]) -> list[FoundInstrument]:
        """Return the instruments of a title without a company, and the one that the summary is about."""
        self._is_in_summary = True
        has_market_wide = any(mention.is_market_wide for mention in in_title)
        for number, sentence in enumerate(split_summary(self._summary)[:_MAX_SENTENCES]):
            mentions = self._search(sentence)
            subjects = find_subject(mentions, sentence, self._title, number, has_market_wide=has_market_wide)
            for mention in mentions:
                if mention not in subjects:
                    self._leave_out(
                        sentence, mention.start, mention.end, mention.symbol, "in the summary, not its subject"
                    )
            if subjects:
                self._keep(subjects, sentence)
                symbols = {mention.symbol for mention in in_title}
                subjects = [mention for mention in subjects if mention.symbol not in symbols]
                if has_market_wide:
                    return [*rank(in_title, self._title), *rank(subjects, sentence, weight=_DETAIL_WEIGHT)]
                in_summary = rank(subjects, sentence, weight=_SUMMARY_WEIGHT)
                return [*in_summary, *rank(in_title, self._title, weight=_OTHERS_WEIGHT)]
        return rank(in_title, self._title)

    def _list_sender_instruments(self, mentions: list[TextMention]) -> list[FoundInstrument]:
        """Return the sender's symbols, all of them, with the names and the relevance that the title gives them."""
        ranked = {instrument.symbol: instrument for instrument in rank(mentions, self._title)}
        by_root = {symbol.partition(".")[0]: instrument for symbol, instrument in ranked.items()}
        instruments = []
        for symbol in self._own_tickers:
            match = ranked.get(symbol) or by_root.get(symbol.partition(".")[0])
            unnamed = FoundInstrument(symbol, _UNNAMED_RELEVANCE)
            instruments.append(replace(match, symbol=symbol) if match else unnamed)
        return sorted(instruments, key=lambda instrument: -instrument.relevance)


def _is_listed(hit: Hit, mentions: list[TextMention], following: list[Hit], text: str) -> bool:
    """Return whether a comma or "and" joins a name to that of a company before or after it."""
    if mentions and text[mentions[-1].end : hit.start].strip().lower() in _JOINTS:
        return True
    if not following:
        return False
    name = following[0].company
    is_certain = name is not None and (name.is_dominant or not name.is_ordinary)
    return is_certain and text[hit.end : following[0].start].strip().lower() in _JOINTS
