"""Connect symbols that a text marks with the names before them: Acme Corp. (TSXV: ACM) (OTCQB: ACMEF)."""

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace

from news.instruments.marked_symbols import MarkedSymbol, find_bracketed, find_marked_symbols, is_initials
from news.instruments.mentions import TextMention
from news.instruments.name_index import Hit
from news.instruments.words import LEGAL_FORMS

_MAX_NAME_WORDS = 6
_SMALL_WORDS = ("of", "and", "&", "de")
_LEAD = re.compile(r"(?:(?:Shares|Stock|Units) of|Why|Is|Are|Can|Should|How|As|And|The) (?:The )?")


def find_symbols(text: str, hits: Sequence[Hit], symbols: Collection[str]) -> list[MarkedSymbol]:
    """Return the symbols that a text marks, in order; one alone in brackets only if it belongs to the name before."""
    marked = find_marked_symbols(text)
    if "(" in text or "[" in text:
        starts = {symbol.start for symbol in marked}
        marked += [symbol for symbol in _find_bracketed(text, hits, symbols) if symbol.start not in starts]
        marked.sort(key=lambda symbol: symbol.start)
    return marked


def _find_bracketed(text: str, hits: Sequence[Hit], symbols: Collection[str]) -> Iterator[MarkedSymbol]:
    """Yield symbols in brackets after a name: Apple Inc. (AAPL)."""
    for symbol, start, end in find_bracketed(text):
        before = text[: start - 1].rstrip()
        names = [name for hit in hits if _ends_at(text, hit, len(before)) for name in hit.names]
        has_legal_form = before.rsplit(" ", 1)[-1].strip(".,").lower() in LEGAL_FORMS
        is_symbol = symbol in symbols and has_legal_form and not is_initials(symbol, before)
        if is_symbol or any(name.record.symbol == symbol for name in names):
            yield MarkedSymbol(symbol, start, end, len(before), "symbol in brackets")


def connect(marked: Sequence[MarkedSymbol], hits: list[Hit], text: str) -> tuple[list[TextMention], list[Hit]]:
    """Return a mention for each symbol, at the name before it if there is one, and the names without a symbol."""
    if not marked:
        return [], hits
    rest = [hit for hit in hits if not any(_covers(symbol, hit, text) for symbol in marked)]
    mentions: list[TextMention] = []
    for symbol in marked:
        if mentions and text[symbol.name_end - 1 : symbol.name_end] in (")", "]"):  # (TSXV: ACM) (OTCQB: ACMEF)
            mentions.append(replace(mentions[-1], symbol=symbol.symbol))
        else:
            mentions.append(_connect_one(symbol, rest, text))
    return mentions, [hit for hit in rest if not any(_is_inside(hit, mention) for mention in mentions)]


def _connect_one(marked: MarkedSymbol, hits: Sequence[Hit], text: str) -> TextMention:
    hit = next((hit for hit in hits if marked.name_end > 0 and _ends_at(text, hit, marked.name_end)), None)
    if hit is not None:
        # A number of the exchange of Bombay stands for the line that the name has.
        is_company = not hit.names[0].is_market_wide
        symbol = hit.names[0].record.symbol if marked.is_code and is_company else marked.symbol
        return TextMention(symbol, hit.start, hit.end, f"name before {marked.rule}")
    start = _find_name_start(text, marked)
    if start is None:
        return TextMention(marked.symbol, marked.start, marked.end, marked.rule)
    return TextMention(marked.symbol, start, marked.name_end, f"name before {marked.rule}")


def _covers(marked: MarkedSymbol, hit: Hit, text: str) -> bool:
    """Return whether a name is part of a symbol, or of its exchange: Nasdaq in (Nasdaq: RKLB)."""
    if hit.end > marked.start:
        return hit.start <= marked.end
    between = text[hit.end : marked.start]
    return "(" not in between and ":" in between and text[max(0, hit.start - 1) : hit.start] in ("(", "[", "")


def _ends_at(text: str, hit: Hit, end: int) -> bool:
    """Return whether a name ends there, but for a legal form: "Acme" of "Acme Inc. (NYSE: ACM)"."""
    if hit.end > end:
        return False
    return all(word.strip(".,") in LEGAL_FORMS for word in text[hit.end : end].strip(" .,").lower().split())


def _is_inside(hit: Hit, mention: TextMention) -> bool:
    return mention.start <= hit.start and hit.end <= mention.end


def _find_name_start(text: str, marked: MarkedSymbol) -> int | None:
    """Return where a name that is not in the book starts before a symbol: with the words in capitals before it."""
    if marked.name_end <= 0:
        return None
    start = marked.name_end
    for word in reversed(text[: marked.name_end].split(" ")[-_MAX_NAME_WORDS:]):
        bare = word.strip('"“(')
        is_part = bare and (bare[0].isupper() or bare[0].isdigit() or bare in _SMALL_WORDS)
        if not is_part or bare[-1] in ",:;)" or ":" in bare:
            break
        if bare in _SMALL_WORDS and start == marked.name_end:
            return None
        start -= len(word) + (start != marked.name_end)
    lead = _LEAD.match(text, start, marked.name_end)
    start = lead.end() if lead else start
    return start if text[start : marked.name_end].strip() and not text[start].isspace() else None
