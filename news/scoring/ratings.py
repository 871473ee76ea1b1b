"""Ratings and price targets of analysts: "cut to hold from buy", "started at outperform", "target raised to $200".

The scale has three steps. A change counts by its direction, a first rating by its step, a kept rating only where the
target does not say the contrary. Who rates, and at which broker, does not matter.
"""

import re
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

RATING_WORDS = (
    """buy hold neutral sell overweight outperform underweight underperform outperformer underperformer weight
    equalweight perform accumulate add upgrade upgrades upgraded downgrade downgrades downgraded coverage target targets
    objective pt rating conviction reduce positive negative goldman morgan ubs citi jefferies barclays jpmorgan bofa
    hsbc deutsche wells bernstein evercore stifel piper rbc mizuho nomura oppenheimer wedbush needham cowen berenberg""",
    """upgrade upgrades upgraded upgrading downgrade downgrades downgraded downgrading raise raises raised raising lift
    lifts lifted boosts boosted bumps bumped hikes hiked ups upped increases increased cut cuts cutting lower lowers
    lowered reduces reduced slashes slashed trims trimmed drops dropped pares pared moves moved shifts shifted switches
    switched goes went initiates initiated initiating initiate starts started start assumes assumed begins launches
    launched opens resumes resumed reinstates reinstated reiterates reiterated reiterate maintains maintained maintain
    reaffirms reaffirmed keeps kept stays stayed stay remains retains retained affirms affirmed repeats rated rates
    unchanged still adds added joins removes removed higher elevated promoted demoted chops chopped revised changed""",
)
STEPS = {
    1: r"""(?:strong |conviction |sector )?buy|overweight|(?:sector |market |industry )?outperform(?:er)?|accumulate|add|
        positive|top pick|long term buy|speculative buy|moderate buy""",
    0: r"""hold|neutral|equal ?weight|market weight|sector weight|(?:market|sector|peer|industry|in line) ?perform(?:er)?|
        perform|in line|market performer|sector neutral""",
    -1: r"""(?:strong )?sell|underweight|(?:sector |market |industry )?underperform(?:er)?|reduce|negative""",
}
SCALE = "|".join(f"(?P<step{index}>{STEPS[step]})" for index, step in enumerate(STEPS))
FORMER = SCALE.replace("step", "former")
# A step is a rating, not a verb with an object: "moves to sell unit".
END = r"(?= (?:ratings?|recommendation|from|at|by|on|after|as|citing|in|over|following|due|but|and|with|for|says|said|,|\()|$)"
RAISE = r"(?:double )?upgrad\w+|rais\w+|lift\w*|boost\w*|bump\w*|hik\w+|ups|upped|elevat\w+|increas\w+|promot\w+"
LOWER = r"(?:double )?downgrad\w+|cut|cuts|cutting|lower\w*|reduc\w+|slash\w*|trim\w*|drops?|dropped|demot\w+|pare\w*|chop\w*"
MOVE = r"mov(?:es|ed|ing)|shift\w*|switch\w*|turn\w*|go|goes|went|chang\w+|revis\w+"
START = (
    r"initiat\w+|start\w*|assum\w+|begins?|began|launch\w*|open\w*|picks? up|picked up|reinstat\w+|resum\w+|new|covered"
)
KEEP = r"""reiterat\w+|maintain\w*|reaffirm\w*|keeps?|kept|keeping|stays?|stayed|remains?|retain\w*|affirm\w*|repeats?|
    repeated|holds|held|sticks?|stuck|rated|rates|unchanged|still"""
GAP = r"(?:(?!but |and )[^\s,]+ ){0,7}?"
ARTICLE = r"(?:an? |its |their |the )?"


@cache
def _compile(pattern: str) -> re.Pattern[str]:
    """Compile a pattern of whole tokens, when the first text asks for it."""
    return re.compile(re.sub(r"\n\s*", "", rf"(?<!\S)(?:{pattern})(?!\S)"))


CHANGE = (
    rf"(?:(?P<up>{RAISE})|(?P<down>{LOWER})|(?P<move>{MOVE})) {GAP}(?:to|into) {ARTICLE}(?:{SCALE}){END}"
    rf"(?: ratings?)?(?: (?:from|versus) {ARTICLE}(?:{FORMER}))?"
)
GRADE = r"(?:(?P<up>(?:double )?upgrad\w+)|(?P<down>(?:double )?downgrad\w+))(?: from \S+)?"
FIRST = rf"(?:{START}) {GAP}(?:at|with|as|on|coverage) {ARTICLE}(?:{SCALE}){END}(?: ratings?)?"
KEPT = (
    rf"(?:{KEEP}) {GAP}{ARTICLE}(?:{SCALE})(?: ratings?| recommendation|(?= (?:on|for|,)|$))"
    rf"|{ARTICLE}(?:{FORMER}) (?:ratings? )?(?:kept|maintained|reiterated|unchanged|retained|stays|reaffirmed|affirmed)"
)
AT_BROKER = (
    rf"(?:(?P<up>{RAISE})|(?P<down>{LOWER})) (?:at|by) (?:goldman(?: sachs)?|morgan stanley|ubs|citi\w*|jefferies|barclays|"
    rf"jp ?morgan|bofa|hsbc|deutsche(?: bank)?|wells fargo|bernstein|evercore(?: isi)?|raymond james|stifel|piper sandler|"
    rf"rbc|keybanc|mizuho|nomura|oppenheimer|wedbush|needham|cowen|td cowen|berenberg|kepler|exane|credit suisse)"
)
LISTED = (
    rf"(?:(?P<up>adds?|added|joins|puts|{RAISE})|(?P<down>removes?|removed|drops|dropped|takes|cut|cuts))"
    rf" {GAP}(?:to|from|off|on|of) {GAP}(?:buy|focus|picks|best ideas|conviction) list"
)
TARGET = (
    rf"(?:(?P<up>{RAISE}|higher)|(?P<down>{LOWER})) {GAP}(?:price (?:target|objective)s?|target price|"
    rf"(?:target|pt|tp|objective)(?= (?:on|to|by|at)))(?: (?:on|for|of) {GAP}(?=to|by|from))?(?: (?:to|by) \S+(?: \d\S*)?)?"
    rf"(?: from \S+(?: \d\S*)?)?"
    rf"|(?:(?:price )?(?:target|objective)s?(?: price)?|pt|tp) (?:on |of |for |is |was |been |has )?{GAP}"
    rf"(?:(?P<up2>{RAISE}|up)|(?P<down2>{LOWER}|down))(?: (?:to|by) \S+(?: \d\S*)?(?: from \S+(?: \d\S*)?)?|(?= at|$| but| ,))"
)


class Rating(NamedTuple):
    """A rating in a text: 1 good, 0 or -1 bad; its characters; whether it was kept as it was."""

    sign: int
    start: int
    end: int
    is_kept: bool = False


def find_ratings(joined: str) -> Iterator[tuple[int, int, str]]:
    """Yield the rating and the target of a text of joined tokens as one idiom: start, end (in characters) and tag."""
    rating = _find_rating(joined)
    target = _compile(TARGET).search(joined)
    if target and rating and rating.start < target.end() and target.start() < rating.end:
        target = None
    if target:
        change = 1 if target["up"] or target["up2"] else -1
        start, end = target.span()
        if rating is None:
            rating = Rating(change, start, end)
        else:
            if rating.is_kept:  # it counts less than the target
                rating = rating._replace(sign=change if change * rating.sign >= 0 else 0)
            rating = rating._replace(start=min(rating.start, start), end=max(rating.end, end))
    if rating:
        yield rating.start, rating.end, {1: "H", 0: "s", -1: "N"}[rating.sign]


def _find_rating(joined: str) -> Rating | None:
    if match := _compile(CHANGE).search(joined):
        step, former = _get_step(match, "step"), _get_step(match, "former")
        if match["up"] or match["down"]:
            return Rating(1 if match["up"] else -1, *match.span())
        has_former = any(match[f"former{index}"] for index in range(len(STEPS)))
        return Rating((step > former) - (step < former) if has_former else step, *match.span())
    if match := _compile(FIRST).search(joined):
        return Rating(_get_step(match, "step"), *match.span())
    for pattern in (LISTED, GRADE, AT_BROKER):
        if match := _compile(pattern).search(joined):
            return Rating(1 if match["up"] else -1, *match.span())
    if match := _compile(KEPT).search(joined):
        return Rating(_get_step(match, "step") or _get_step(match, "former"), *match.span(), is_kept=True)
    return None


def _get_step(match: re.Match[str], group: str) -> int:
    """Return the step of the scale that a group of a match names; 0 if it names none."""
    return next((step for index, step in enumerate(STEPS) if match[f"{group}{index}"]), 0)
