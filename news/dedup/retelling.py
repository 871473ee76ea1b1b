"""Take off a headline what agencies and aggregators add when they send a story again: "UPDATE 1-", " - Publisher".

What remains is compared (`matching`); the stored title keeps everything.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable

MIN_WORDS = 3  # that must remain of a title; a shorter one keeps what would be taken off
MAX_SUFFIX_WORDS = 5
MIN_REPEATS = 3  # titles of one source that end in the same words, at least half of those of a batch

_DASHES = "\N{EN DASH}\N{EM DASH}"
_CORRECTIONS = "corrected|corrections?|corrects|correcting|refiled?|refiles|refiling|clarification"
_WORDS = (
    rf"updated?|wrap-?up|{_CORRECTIONS}|rpt|repeat|recasts?|adds|brief|breaking(?:\ news)?"
    r"|exclusive|just\ in|urgent|alert|news\ ?flash|flash|developing"
)
_MARKER = re.compile(
    rf"""\W*(?:
        (?i:(?:{_WORDS})\ ?\d{{1,2}}|\d(?:st|nd|rd|th)\ update)\s*[-{_DASHES}:|]\s*  # UPDATE 1-, 2nd update:
        |(?:{_WORDS.upper()})(?:\ \([A-Z]+\))?\s*[-{_DASHES}:|]+\s*  # CORRECTED (OFFICIAL)-
        |(?i:{_WORDS})\s*(?:[{_DASHES}:|]|\s-|-\s)\s*  # Breaking:, Update -; not Flash-memory
        |[(\[](?i:{_WORDS})(?:\ \d{{1,2}})?[)\]]\W*  # (Updated)
    )""",
    re.VERBOSE,
)
_END_MARKER = re.compile(
    rf"\s*(?:[(\[](?:{_WORDS}|updates|repeats|adds [^()\[\]]*|recasts [^()\[\]]*)(?: \d{{1,2}})?[)\]]"
    rf"|[-{_DASHES}|]\s*(?:updated?|exclusive|repeat|{_CORRECTIONS})(?: \d{{1,2}})?)\s*$",
    re.IGNORECASE,
)
_CORRECTION_STEMS = ("correct", "refil", "clarif")
_CORRECTION = re.compile(rf"\b(?:{_CORRECTIONS})\b", re.IGNORECASE)
_SUFFIX = re.compile(rf"(?:\s+[-{_DASHES}·•|]{{1,2}}\s+|\s*\|\s*)([^-{_DASHES}·•|]{{2,60}})$")
_IN_BRACKETS = re.compile(r"\s*[(\[]([^()\[\]]{2,40})[)\]]$")
_ADDITION = re.compile(rf"[-{_DASHES}·•|:(\[]")  # what all of the above need
_LETTERS = re.compile(r"[\W_]+")
_DOMAIN = re.compile(
    r"(?:[\w-]+\.)+(?:com|org|net|info|news|tv|io|co|eu|us|uk|de|fr|it|es|in|jp|au|ca|ch|at|nl)", re.IGNORECASE
)

# Words in the names of many publishers.
_PUBLISHER_WORDS = """
    times news post journal herald tribune daily weekly gazette magazine press newswire wire observer chronicle
    telegraph guardian examiner courier bulletin digest globe inquirer register sentinel dispatch insider newsroom
    zeitung
"""
_PUBLISHERS = """
    reuters, thomson reuters, bloomberg, bloomberg.com, associated press, ap, afp, dpa, dow jones, cnbc, cnn, cnn
    business, bbc, fox business, marketwatch, barron's, wsj, the wall street journal, ft, financial times, forbes,
    fortune, business insider, markets insider, the motley fool, motley fool, seeking alpha, benzinga,
    investing.com, zacks, zacks.com, yahoo finance, yahoo, yahoo!, msn, msn money, thestreet, the street,
    investopedia, nasdaq, nasdaq.com, tipranks, axios, politico, the economist, the verge, techcrunch, engadget,
    wired, ars technica, coindesk, cointelegraph, decrypt, the block, nikkei, nikkei asia, caixin, scmp, xinhua,
    kyodo, yonhap, les echos, handelsblatt, der spiegel, der standard, il sole 24 ore, el pais, globenewswire, pr
    newswire, business wire, businesswire, accesswire, quartz, usa today, npr, mint, livemint, moneycontrol,
    economic times, the information, semafor, nypost, investor's business daily, ibd, kitco, oilprice, s&p
    global, morningstar, google news, sky news, al jazeera, dw, rte, cbc, nbc, abc
"""
_NAME_WORDS = frozenset(_PUBLISHER_WORDS.split())
_PUBLISHER_LETTERS = frozenset(_LETTERS.sub("", name) for name in _PUBLISHERS.split(","))


def get_story_title(title: str, source: str = "", *, suffixes: Iterable[str] = ()) -> str:
    """Return a title without markers of a retold story and without the name of a publisher at its end.

    source: of the headline; its name is taken off.
    suffixes: of other publishers, from `find_repeated_suffixes`.
    """
    if not _ADDITION.search(title):  # a microsecond, for most titles
        return title
    marker = _MARKER.match(title)
    while marker and marker.end():
        title = _shorten(title, title[marker.end() :])
        marker = _MARKER.match(title) if title[: marker.end()] != marker[0] else None
    for _ in range(3):  # "Title (Updated) - Publisher"
        before = title
        title = _shorten(title, _END_MARKER.sub("", title))
        suffix = _SUFFIX.search(title) or _IN_BRACKETS.search(title)
        if suffix and (suffix[1] in suffixes or _is_publisher(suffix[1], source)):
            title = _shorten(title, title[: suffix.start()])
        if title == before:
            break
    return title


def is_correction(title: str, story_title: str) -> bool:
    """Return whether a title has a marker such as "CORRECTED-". story_title: the title without its markers."""
    lower = title.lower()
    if not any(stem in lower for stem in _CORRECTION_STEMS):  # a microsecond, for most titles
        return False
    marker = _MARKER.match(title)  # of a title that is too short to be without it
    markers = [marker[0] if marker else "", *title.split(story_title)]
    return any(_CORRECTION.search(text) for text in markers)


def find_repeated_suffixes(headlines: Iterable[tuple[str, str]]) -> dict[str, set[str]]:
    """Return by source the words in which many of its titles end: the name of its publisher, known or not.

    headlines: title and source of each in a batch.
    """
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    totals: Counter[str] = Counter()
    for title, source in headlines:
        totals[source] += 1
        if ("-" in title or "|" in title or not title.isascii()) and (suffix := _SUFFIX.search(title)):
            counts[source][suffix[1]] += 1
    return {
        source: {
            suffix
            for suffix, count in suffix_counts.items()
            if count >= max(MIN_REPEATS, totals[source] / 2) and len(suffix.split()) <= MAX_SUFFIX_WORDS
        }
        for source, suffix_counts in counts.items()
    }


def _shorten(title: str, shortened: str) -> str:
    return shortened.strip() if len(shortened.split()) >= MIN_WORDS else title


def _is_publisher(name: str, source: str) -> bool:
    letters, source_letters = _LETTERS.sub("", name.casefold()), _LETTERS.sub("", source.casefold())
    if (
        letters in _PUBLISHER_LETTERS
        or letters.removeprefix("the") in _PUBLISHER_LETTERS
        or _DOMAIN.fullmatch(name.strip())
    ):
        return True
    if source_letters and letters in (source_letters, source_letters.removeprefix("the"), f"the{source_letters}"):
        return True
    words = name.split()
    is_name = len(words) <= MAX_SUFFIX_WORDS and all(
        word[0].isupper() or word in ("of", "the", "and") for word in words
    )
    return is_name and len(words) > 1 and not _NAME_WORDS.isdisjoint(word.casefold() for word in words)
