"""Leave out what publishers add to texts: their name after a title, and footers, credits and notices of a summary."""

import re

from news.instruments.words import PUBLISHER_WORDS, PUBLISHERS, SPEECH_VERBS

MAX_SUMMARY = 2_000  # characters that are searched; what a text is about stands at its beginning
_MAX_PUBLISHER_WORDS = 6

_TAIL_HINT = re.compile(r" [-–—|•·:]")
_TAIL = re.compile(r"\s(?:[-–—|•·]|::)\s+(?=[^-–—|•·]*$)|\s*\((?=[^()]*\)$)")
_ATTRIBUTION = re.compile(r"[,;:–—-]\s+(?:the\s+)?([A-Z][\w.&' ]{1,40}?)\s+([a-z]{3,10})$")
_PREFIX = re.compile(r"^([A-Z][\w.&' ]{1,25}?)(?:'s\s[A-Z]\w+)?:\s")
_SENTENCE_END = re.compile(r"(?<=[.!?…])[\"”’')\]]*\s+(?=[\"“‘'(\[©A-Z0-9])|\s[|•·]\s|\s{2,}|\n")

# From such a phrase on, the rest of the sentence is a notice. The first group: the rest of the summary is, too.
_REST = re.compile(
    r"\(?\b(?:reporting|additional reporting|writing|compiled|edited|editing)\s+by\b|©|\(c\)\s*(?:19|20)\d\d"
    r"|\bcopyright (?:©|\(c\)|(?:\w+ )?(?:19|20)\d\d)"
    r"|\ball rights reserved\b|\bour standards:|\bforward[- ]looking statements?\b|\bsafe harbou?r\b"
    r"|\babout the author\b|\bdisclaimer\b|\bdisclosures?:|\bthe post\b.{1,300}\bfirst (?:appeared|published)\b"
    r"|\bappeared first on\b|\bcontinue reading\b|\bread (?:more|the full|full|also)\b|\bclick here\b"
    r"|\bthe views? (?:and opinions )?expressed\b|\bviews expressed\b|\bterms of (?:service|use)\b|\bprivacy policy\b",
    re.IGNORECASE,
)
_NOTICE = re.compile(
    r"\b(?:follow|like|find|join|add|catch|visit|message|contact)\s+(?:us|me|him|her|them|our)\b"
    r"|\bfollow\s+(?:[A-Z@][\w.]*\s+){1,4}on\b|\bas an? \w+ associate\b|\baffiliate\b|\bearn (?:a )?commissions?\b"
    r"|\b(?:listen|subscribe|sign up|tune in|stream(?: it| now| live)?|watch(?: it| live| now| the video| more)?"
    r"|available|share(?: this)?|discuss(?: this)?|comment|get it|get the app|view it|opens?|see more|more|tweet"
    r"|(?:join|continue) (?:the|our) (?:conversation|channel|group|discussion|community|newsletter))\b[^.]{0,40}"
    r"\b(?:on|in|via|from|at|to|through|with)\b[^.]{0,30}"
    r"\b(?:facebook|instagram|youtube|twitter|x|tiktok|linkedin|spotify|apple|google|amazon|whatsapp|telegram|snapchat"
    r"|reddit|threads|pinterest|microsoft|msn|netflix|roku|alexa|zoom|teams|outlook|discord|twitch|podcasts?|itunes)\b"
    r"|\bshare on\b|\b(?:whatsapp|telegram) (?:channel|group)\b|\bpreferred source\b|\bpodcast is available\b"
    r"|\b(?:download|get|install|try|open)\s+(?:\w+\s+){0,3}apps?\b|\bgoogle play\b|\bapp ?store\b|\bpodcasts?\s*[,:]"
    r"|\b(?:photo|photos|image|images|picture|pictures|photograph|photography|photographer|video|graphic|illustration"
    r"|credit|source|sources|file photo|courtesy)\s*(?:credits?)?\s*(?::|by\b|/|courtesy)"
    r"|\b(?:photo|image|picture)s? credits?\b|\bgetty images\b|\bshutterstock\b|\badobe stock\b|\bistock\b|\balamy\b"
    r"|\bvia (?:getty|reuters|ap|afp|bloomberg)\b|\bpowered by\b|\bsponsored by\b"
    r"|\bbrought to you by\b|\bpresented by\b"
    r"|\bin (?:association|partnership) with\b|\bmarket data\b|\b(?:data|quotes?|prices?)\b[^.]{0,40}\b(?:provided by"
    r"|delayed|powered by|courtesy)\b|\bprovided by\b|\bdelayed (?:by )?(?:at least )?\d+ min|\bmaps? (?:by|data)\b"
    r"|\b(?:maps|data|forecasts?|weather) (?:\w+ )?(?:by|from) [A-Z]|\btickets? (?:via|at|from|through|on)\b"
    r"|\bwebcasts?\b"
    r"|\breplays?\b|\bconference call\b|\bdial[- ]in\b|\bnewsletter\b|\brecaptcha\b|\bcookies?\b|\btrust principles\b"
    r"|\b(?:has|have|holds?|owns?) (?:no )?(?:positions?|shares|stock) (?:in|of)\b.*(?:\brecommend|\bmotley fool|$)"
    r"|\bmotley fool\b|\bthe author\b|\bthis (?:article|story|content|site|material|page|newsletter|post)\b"
    r"|\boriginally (?:published|appeared)\b|\bfirst published\b|\bwritten by\b|\bnot necessarily reflect\b"
    r"|\bclick (?:on|the|to)\b|\bsubscribe\b|\bsign up\b|\bfor more (?:news|stories|information|on)\b|\bmore on\b"
    r"|\btrademarks?\b|\bhyperlinks?\b|\bprint edition\b|\bdownload\b|\bhashtag\b|\bnewsroom\b",
    re.IGNORECASE,
)


_CALL_TO_READERS = re.compile(
    r"(?:watch|listen|follow|download|photos?|images?|pictures?|video|subscribe|sign up|join|get|share|as an)\b",
    re.IGNORECASE,
)
# The expressions above cost 100 us for a title, this one 1.
_SEVERAL_SENTENCES = re.compile(r"[.!?…|•·] ")


def find_title_end(title: str, source: str = "") -> int:
    """Return where the publisher's name after a title begins, or the length of the title: Oil slips - Fox Business."""
    end = len(title)
    while (tail := _find_tail(title[:end])) and _is_publisher(title[tail[1] : end].strip(" ()"), source):
        end = tail[0]
    last_word = title[:end].rsplit(" ", 1)[-1]
    attribution = _ATTRIBUTION.search(title, 0, end) if last_word in SPEECH_VERBS else None
    if attribution and _is_publisher(attribution[1], source):
        return attribution.start()
    return end


def find_title_start(title: str) -> int:
    """Return where a title begins after the publisher's name before it: "WSJ: Apple to …"."""
    prefix = _PREFIX.match(title)
    return prefix.end() if prefix and _is_publisher(prefix[1], "") else 0


def _find_tail(title: str) -> tuple[int, int] | None:
    if not title.endswith(")") and not _TAIL_HINT.search(title):
        return None
    tails = [*_TAIL.finditer(title)]
    return tails[-1].span() if tails else None


def _is_publisher(name: str, source: str) -> bool:
    """Return whether a name is of a publisher: a known one, the source itself, or of words such as Times and News."""
    words = name.lower().split()
    if not words or len(words) > _MAX_PUBLISHER_WORDS:
        return False
    if source and _squash(name) and _squash(name) in _squash(source):
        return True
    if not all(
        word[0].isupper() or word[0].isdigit() or word in ("the", "of", "and", "&", "la", "le") for word in name.split()
    ):
        return words[-1].endswith((".com", ".co.uk", ".in", ".net", ".org")) and len(words) == 1
    if len(words) == 1:
        return words[0] in PUBLISHERS or words[0].endswith((".com", ".in", ".net", ".org"))
    return (
        words[0] in PUBLISHERS
        or (words[0] == "the" and words[1] in PUBLISHERS)
        or words[-1] in PUBLISHER_WORDS
        or bool(PUBLISHER_WORDS.intersection(words[1:]) and len(words) <= 4)
    )


def blank_notices(title: str) -> str:
    """Return a title of several sentences with those that are notices as spaces, so that places stay valid."""
    if not (_SEVERAL_SENTENCES.search(title) or _CALL_TO_READERS.match(title)):
        return title
    place = 0
    for end in [*(match.end() for match in _SENTENCE_END.finditer(title)), len(title)]:
        # The first sentence is the headline, unless it begins as a notice does: "Watch live on YouTube: …".
        if (place or _CALL_TO_READERS.match(title)) and _NOTICE.search(title, place, end):
            title = title[:place] + " " * (end - place) + title[end:]
        place = end
    return title


def _squash(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower()).removeprefix("the")


def split_summary(summary: str) -> list[str]:
    """Return the sentences of a summary that say something of the news."""
    if not summary:
        return []
    text = summary[:MAX_SUMMARY]
    if rest := _REST.search(text):
        text = text[: rest.start()]
    sentences = (sentence.strip() for sentence in _SENTENCE_END.split(text) if sentence)
    return [sentence for sentence in sentences if sentence and not _NOTICE.search(sentence)]
