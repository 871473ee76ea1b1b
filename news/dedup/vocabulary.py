"""Word lists of `news.dedup.fingerprint`, grouped by their role in a headline. All words are lower case.

Two headlines with words of different groups of _DIRECTIONS or _STAGES report different stories.
"""

_DIRECTIONS = {
    "up": """
        up rise rises rose rising risen gain gains gained gaining climb climbs climbed climbing jump jumps jumped
        jumping surge surges surged surging soar soars soared soaring rally rallies rallied rallying higher increase
        increases increased increasing grow grows grew growing grown growth advance advances advanced advancing rebound
        rebounds rebounded recover recovers recovered lift lifts lifted lifting raise raises raised raising hike hikes
        hiked hiking boost boosts boosted boosting spike spikes spiked leap leaps leaped leapt skyrockets skyrocket
        strengthen strengthens strengthened improve improves improved expand expands expanded accelerate accelerates
        accelerated widen widens widened uptick pops popped
    """,
    "down": """
        down fall falls fell falling fallen drop drops dropped dropping decline declines declined declining slide slides
        slid sliding slip slips slipped slipping tumble tumbles tumbled tumbling plunge plunges plunged plunging plummet
        plummets plummeted sink sinks sank sunk sinking lower lowers lowered lowering cut cuts cutting slump slumps
        slumped slumping dip dips dipped dipping ease eases eased easing weaken weakens weakened shrink shrinks shrank
        shrinking decrease decreases decreased retreat retreats retreated reduce reduces reduced reducing slash slashes
        slashed slashing trim trims trimmed trimming narrow narrows narrowed crash crashes crashed sheds shed tanks
        tanked dives dived slow slows slowed slowing contract contracts contracted downtick skid skids
    """,
    "beat": "beat beats beating tops topped topping exceeds exceeded surpasses surpassed above",
    "miss": "miss misses missed missing below trails trailed undershoots undershot",
    "high": "high highs highest peak peaks",
    "low": "low lows lowest trough",
    "upgrade": "upgrade upgrades upgraded outperform overweight bullish",
    "downgrade": "downgrade downgrades downgraded underperform underweight bearish",
    "double": "double doubles doubled doubling",
    "triple": "triple triples tripled",
    "halve": "halve halves halved",
    "flat": "flat unchanged steady stable holds",
    "buy": "buy buys bought buying acquire acquires acquired acquiring purchase purchases purchased",
    "sell": "sell sells sold selling divest divests divested offload offloads offloaded",
    "win": "win wins won winning",
    "lose": "lose loses lost losing",
    "hire": "hire hires hired hiring recruits",
    "fire": "fire fires fired ousts ousted dismissed",
    "open": "open opens opened opening reopens reopened",
    "close": "close closes closed closing shuts shut shutters shuttered",
    "profit": "profitable",
    "import": "import imports",
    "export": "export exports",
}

_STAGES = {
    "not": "not no never without cannot nor none neither",
    "deny": "deny denies denied refutes refuted dismisses disputes disputed",
    "reject": "reject rejects rejected rebuffs rebuffed spurns spurned declines-offer blocks blocked block opposes",
    "fail": "fail fails failed failing failure collapses collapsed",
    "maybe": """
        may might could considers considering consider weighs weighing mulls mulling explores exploring eyes eyeing
        possible potential reportedly rumour rumor rumours rumors studies seeks seeking wants hopes
    """,
    "talks": "talks negotiating negotiates negotiations near nears nearing close-to discussions",
    "agreed": "agrees agreed agreement signs signed",
    "cancel": "cancel cancels cancelled canceled scrap scraps scrapped abandons abandoned withdraws withdrew drops-out",
    "complete": "complete completes completed finalises finalizes finalised finalized",
    "delay": "delay delays delayed postpones postponed",
    "end": "end ends ended ending halt halts halted stop stops stopped pause pauses paused suspend suspends suspended",
    "start": "start starts started begin begins began resume resumes resumed restart restarts restarted",
    "approve": "approve approves approved approval clears cleared",
    "settle": "settle settles settled settlement",
    "appeal": "appeal appeals appealed",
    "avert": "avert averts averted avoids avoided",
    "extend": "extend extends extended",
    # These words change whom the news is about: "Apple supplier cuts forecast" is not about Apple.
    "relative": "supplier suppliers rival rivals partner subsidiary parent owner spinoff spin-off former ex",
    "ahead": "ahead before preview expected expects forecast-to",
    "affirm": "affirms affirmed reaffirms reaffirmed maintains maintained reiterates reiterated keeps kept",
    "correction": "correction corrected",
}

_SYNONYMS = {
    "share": "share shares stock stocks equity",
    "car": "car cars vehicle vehicles auto autos automobile automobiles",
    "ceo": "ceo chief-executive",
    "job": "job jobs position positions",
    "worker": "worker workers employee employees staff staffers",
    "revenue": "revenue revenues sales sale turnover",
    "profit": "profit profits earnings income",
    "estimate": "estimate estimates expectations forecasts consensus",
    "guidance": "guidance outlook forecast",
    "firm": "firm firms business",
    "probe": "probe probes investigation investigations inquiry",
    "suit": "suit lawsuit lawsuits",
    "plant": "plant factory factories plants",
    "takeover": "takeover acquisition deal merger",
    "unveil": "unveils unveil reveals reveal launches launch launched introduces introduced announces unveiled debuts",
    "fine": "fine fined penalty",
    "buyback": "buyback buy-back repurchase",
    "us": "us u.s american",
    "uk": "uk u.k british",
    "eu": "eu e.u european europe",
    "output": "output production",
    "ai": "ai a.i",
    "union": "union uaw",
    "regulator": "regulator regulators watchdog",
    "demand": "demand demands",
    "cost": "cost costs expense expenses",
    "name": "name names named appoint appoints appointed",
    "recall": "recall recalls recalled recalling",
    "defect": "defect issue problem fault flaw",
}

_STOP_WORDS = """
    a an the of in on at to for from by with as and or after amid over its it his her their this that is are was were be
    been has have had will would into than via vs versus per about says said say report reports reported according
    sources source exclusive update breaking news inc corp corporation co ltd plc company companies group holdings ag sa
    nv year-on-year yoy year-over-year on-year wall-street analyst analysts data show shows new today
    due following across under while when what why how who strong weak
"""

# Words that are never the subject of a headline. An extra accounting term makes another story.
ACCOUNTING_TERMS = frozenset(["profit", "revenue", "guidance", "dividend", "margin", "order", "price", "cost"])
GENERIC = ACCOUNTING_TERMS | {"share", "result", "estimate"}

SCALES: dict[str, int | str] = {
    "%": "%", "percent": "%", "pct": "%", "bps": "bp",
    "thousand": 3, "k": 3, "million": 6, "mln": 6, "mn": 6, "m": 6, "billion": 9, "bln": 9, "bn": 9, "b": 9,
    "trillion": 12, "trn": 12, "tn": 12,
}  # fmt: skip

_ORDINALS = {"first": 1, "second": 2, "third": 3, "fourth": 4, "1st": 1, "2nd": 2, "3rd": 3, "4th": 4}
_NUMBERS = ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"]


def _group_by_word(groups: dict[str, str]) -> dict[str, str]:
    return {word: name for name, words in groups.items() for word in words.split()}


def _make_roles() -> dict[str, tuple[str, str]]:
    roles = {word: ("stage", name) for word, name in _group_by_word(_STAGES).items()}
    roles |= {word: ("direction", name) for word, name in _group_by_word(_DIRECTIONS).items()}
    roles |= {word: ("number", str(n)) for n, word in enumerate(_NUMBERS, start=1)}
    for word, n in _ORDINALS.items():
        roles[word] = ("ordinal", str(n))
        roles |= {f"{word}-quarter": ("period", f"q{n}"), f"{word}-half": ("period", f"h{n}")}
    for letter, count in (("q", 4), ("h", 2)):
        for n in range(1, count + 1):
            roles[f"{letter}{n}"] = roles[f"{n}{letter}"] = ("period", f"{letter}{n}")
    return roles


ROLES = _make_roles()  # of all words that are facts, as (kind, name)
CANONICAL = _group_by_word(_SYNONYMS)
STOP_WORDS = frozenset(_STOP_WORDS.split()) | SCALES.keys() | {"quarter", "quarterly", "half", "cent"}
