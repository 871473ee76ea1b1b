"""Relations between two entities of a clause: what "beats", "sues" or "loses … to" says of the one and of the other."""

from typing import NamedTuple

from news.scoring.lexicon_tagger import _inflect

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
# By the word before the second entity, with the words one of which must stand before it: the relation.
PHRASES: dict[str, tuple[tuple[str, frozenset[str]], ...]] = {}
FROM_WORDS = frozenset(
    ["wins", "win", "won", "take", "takes", "took", "taking", "steal", "steals", "stole", "stealing", "poach", "poaches", "poached", "poaching", "grab", "grabs", "grabbed", "grabbing", "snatch", "snatches", "snatched", "snatching", "capture", "captures", "captured", "lure", "lures", "lured", "luring", "wrest", "wrests", "wrested", "pinches", "lifts", "seize", "seizes", "seized", "clinch", "clinches", "gains", "gain", "pull", "pulls", "away", "regain", "regains", "reclaim", "reclaims", "lead"]
)
OVER_WORDS = frozenset(
    ["wins", "win", "won", "prevail", "prevails", "prevailed", "victory", "triumph", "triumphs", "triumphed", "preferred", "preference", "picks", "pick", "chooses", "picked", "chosen", "chose", "favours", "favors", "prefers", "prefer", "edge", "advantage", "lead", "leads", "case", "over"]
)
TO_WORDS = frozenset(
    ["lose", "loses", "lost", "losing", "cede", "cedes", "ceded", "ceding", "yield", "surrender", "surrenders", "surrendered", "loss", "fall", "falls", "fell", "second", "switch", "switches", "switched", "switching", "defect", "defects", "defected", "defecting", "flee", "flees", "fled", "flock", "turn", "turns", "turned", "move", "moves", "moved"]
)
FOR_GOOD = frozenset(["boon", "good", "windfall", "relief", "lifeline", "win", "victory", "gain", "gains", "bonus", "gift", "tailwind", "fillip"])
FOR_BAD = frozenset(["blow", "bad", "trouble", "pain", "setback", "headache", "worry", "worse", "threat", "headwind", "loss", "bane", "damage"])
BEAT_MARKS = ("expense",)


class Relation(NamedTuple):
    """What a clause says of two entities."""

    name: str
    first: int  # sign for the entity named first
    second: int


def _list_verbs() -> dict[str, str]:
    return {verb: name for name, verbs in VERBS.items() for verb in _inflect(verbs)}


RELATION_OF = _list_verbs()
PASSIVE_AUXILIARIES = frozenset(["by"])


def find_relation(between: list[str], before: list[str], after: list[str]) -> Relation | None:
    """Return the relation of two entities, from the words between them, before the first and behind the second."""
    if not between:
        return _find_around(before, after)
    last = between[-1]
    if last == "by":
        for word in reversed(between[:-1]):
            name = RELATION_OF.get(word)
            if name is not None and (word.endswith(("ed", "en", "id", "ght", "st", "ut")) or name == "beat"):
                second, first = EFFECTS[name]
                return Relation(f"{name}-by", first, second)
    link = _find_link(between)
    if link is not None:
        return link
    if after and after[0] in ("expense",):
        return Relation("expense", 1, -1)
    if "expense" in between and last == "of":
        return Relation("expense", 1, -1)
    if last in ("unlike",) or between[0] in ("unlike",):
        return Relation("unlike", 0, 0)
    for word in between:
        name = RELATION_OF.get(word)
        if name is not None:
            return Relation(name, *EFFECTS[name])
    return None


def _find_link(between: list[str]) -> Relation | None:
    words = set(between)
    for link in ("from", "over", "against", "to", "for"):
        if link not in words:
            continue
        head = set(between[: between.index(link)])
        if link in ("from", "over", "against") and head & (FROM_WORDS if link == "from" else OVER_WORDS):
            return Relation(f"win-{link}", 1, -1)
        if link in ("to", "against") and head & TO_WORDS:
            return Relation(f"lose-{link}", -1, 1 if link == "to" else 0)
        if link in ("for", "to") and head & FOR_GOOD:
            return Relation("good-for", 0, 1)
        if link in ("for", "to") and head & FOR_BAD:
            return Relation("bad-for", 0, -1)
    return None


def _find_around(before: list[str], after: list[str]) -> Relation | None:
    return None
