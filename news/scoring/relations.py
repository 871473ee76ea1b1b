"""Relations between two entities of a clause: what "beats", "sues" or "loses … to" says of the one and of the other."""

from typing import NamedTuple

from news.scoring.lexicon_tagger import inflect


def list_words(words: str) -> frozenset[str]:
    """Return the words of a blank-separated list."""
    return frozenset(words.split())


# By relation: the sign for the entity before the verb, and for the one behind it; 0 where it says nothing.
EFFECTS: dict[str, tuple[int, int]] = {
    "beat": (1, -1),
    "lose": (-1, 1),
    "act": (0, -1),  # sues, fines, downgrades
    "favour": (0, 1),  # buys, upgrades, picks
    "help": (0, 1),
    "hurt": (0, -1),
}
VERBS: dict[str, str] = {
    "beat": """
        beat beats overtake* overtook overtaken outperform* outsell* outsold outpace* outshine* outshone outbid outbids
        outbidding outrun outruns outran surpass* eclipse* trounce* defeat* topple* dethrone* displace* replace* unseat*
        supplant* leapfrog* outmuscle* outmanoeuvre* outmaneuver* undercut undercuts undercutting vanquish* outstrip*
        outdo outdoes outdid outclass* outgun* pips pipped thrash* outwit* usurp* oust* trump* outgrow* outgrew
        outsmart* outscore* upstage* overhaul*
    """,
    "lose": "lag* trail* cede* surrender* yields yielded forfeit* succumb*",
    "act": """
        sue* accuse* charge* fine* probe* investigate* raid* blame* indict* blast* slam* ban* block* reject* downgrade*
        drop* ditch* fire* dump* suspend* penalise* penalize* boycott* shun* desert* abandon* snub* criticise*
        criticize* rap raps rapped warns sanction* prosecute* oppose* halt* delist* expel* dismiss* denounce* attack*
        target* subpoena* spurn* axe axes axed quit quits flee flees fled leave leaves left rebuff* castigate* cite*
        scold* lambast* bash* condemn* punish* bar bars barred freeze freezes froze cuts short shorts shorted
    """,
    "favour": """
        buy buys buying bought acquire* acquiring rescue* save* saves back* upgrade* pick* choose* chose chosen select*
        hire* award* approve* clear* favour* favor* prefer* praise* recommend* endorse* reward* add* include* invests
        invested swallow* absorb* exonerate* acquit* admit* promote* tip tips tipped like likes licence* certify*
        subsidise* subsidize* bail* snap* lifts raises
    """,
    "help": """
        lift* boost* buoy* help* aid* support* benefit* prop* cheer* propel* fuel* spare* spur* fatten* shield*
        shelter* strengthen* revive* bolster* enrich* relieve* favours reassure* delight*
    """,
    "hurt": """
        hurt hurts hurting hit hits hitting drag* dent* squeeze* squeezing pressure* knock* sink sinks sank sinking
        batter* hammer* cloud* threaten* dim* weigh* punish* damage* damaging harm* plague* burden* trip* rattle* rock*
        spook* sour* haunt* cripple* strand* worry worries worried scare* stall* undermine* undermining erode* eroding
        starve* starving choke* choking pinch* unnerve* clobber* drown* strangle* swamp* pummel* pound*
    """,
}
# "Steals orders from" a rival, but "wins an order from" a customer, who is left neutral; else "wins … from" a rival.
TAKING_WORDS = list_words("""
    take takes took taken taking steal steals stole stolen stealing poach poaches poached poaching grab grabs grabbed
    grabbing snatch snatches snatched snatching capture captures captured capturing lure lures lured luring wrest wrests
    wrested wresting pinches nicks seize seizes seized seizing pull pulls pulled away entice entices enticed tempt
    tempts tempted woo woos wooed siphon siphons siphoned divert diverts diverted pry pries pried prise prises prised
    regain regains regained reclaim reclaims reclaimed recapture recaptures recaptured raid raids raided snare snares
    snared peel peels peeled share customers clients shoppers talent
""")
ORDER_WORDS = list_words("""
    order orders approval approvals nod clearance loan loans funding investment grant grants mandate backing support
    subsidy aid deal praise cash money
""")
WINNING_WORDS = list_words("""
    win wins won winning bag bags bagged land lands landed nab nabs nabbed scoop scoops scooped clinch clinches clinched
    gain gains gained lead secure secures secured attract attracts attracted lifts picks picked collects snap snaps
""")
BUYING_WORDS = list_words("buy buys bought buying rents leases imports sources acquires acquired purchases licenses")
OVER_WORDS = list_words("""
    wins win won prevail prevails prevailed victory triumph triumphs triumphed preferred preference picks pick chooses
    picked chosen chose favours favors prefers prefer edge advantage lead leads case over
""")
TO_WORDS = list_words("""
    lose loses lost losing cede cedes ceded ceding yield surrender surrenders surrendered loss fall falls fell second
    switch switches switched switching defect defects defected defecting flee flees fled flock turn turns turned move
    moves moved
""")
FOR_GOOD = list_words("boon good windfall relief lifeline win victory gain gains bonus gift tailwind fillip")
FOR_BAD = list_words("blow bad trouble pain setback headache worry worse threat headwind loss bane damage")


class Relation(NamedTuple):
    """What a clause says of two entities."""

    name: str
    first: int  # sign for the entity located first
    second: int


def _list_verbs() -> dict[str, str]:
    return {verb: name for name, verbs in VERBS.items() for verb in inflect(verbs)}


RELATION_OF = _list_verbs()
PARTICIPLE_ENDINGS = ("ed", "en", "id", "ght", "st", "ut", "hit", "beat", "won", "sunk", "hurt")
# A preposition, the words one of which stands before it, and the signs of both entities.
LINKS = (
    ("from", TAKING_WORDS, 1, -1),
    ("from", ORDER_WORDS, 1, 0),
    ("from", WINNING_WORDS, 1, -1),
    ("from", BUYING_WORDS, 0, 0),
    ("over", OVER_WORDS, 1, -1),
    ("against", OVER_WORDS, 1, -1),
    ("to", TO_WORDS, -1, 1),
    ("against", TO_WORDS, -1, 0),
    ("for", FOR_GOOD, 0, 1),
    ("to", FOR_GOOD, 0, 1),
    ("for", FOR_BAD, 0, -1),
    ("to", FOR_BAD, 0, -1),
)


def find_relation(between: list[str], after: list[str]) -> Relation | None:
    """Return the relation of two entities, from the words between them and behind the second."""
    if not between:
        return None
    relation = (_find_passive(between) if between[-1] == "by" else None) or _find_link(between)
    if relation is not None:
        return relation
    if after[:1] == ["expense"] or between[-2:] == ["expense", "of"]:
        return Relation("expense", 1, -1)
    if "unlike" in (between[0], between[-1]):
        return Relation("unlike", 0, 0)
    names = [name for word in between if (name := RELATION_OF.get(word)) is not None]
    return Relation(names[0], *EFFECTS[names[0]]) if names else None


def _find_passive(between: list[str]) -> Relation | None:
    """Return the relation of "sued by", "overtaken by"."""
    for word in reversed(between[:-1]):
        name = RELATION_OF.get(word)
        if name is not None and word.endswith(PARTICIPLE_ENDINGS):
            second, first = EFFECTS[name]
            return Relation(f"{name}-by", first, second)
    return None


def _find_link(between: list[str]) -> Relation | None:
    """Return the relation of "wins … from", "loses … to", "good news for"."""
    for link, words, first, second in LINKS:
        if link in between and not words.isdisjoint(between[: between.index(link)]):
            return Relation(f"{link}{first}{second}", first, second)
    return None
