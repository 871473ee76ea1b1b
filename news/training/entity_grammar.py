"""Generate synthetic headlines about two or three entities, with the label of each.

A template names its entities A, B and C with their labels: `{A+}` positive, `{B-}` negative, `{C0}` neutral. `{B}` in a
list stands for the entity. Other slots hold words of LISTS. No template repeats a sentence of the tests.
"""

import random
import re
from collections.abc import Sequence

from news.training import pair_templates
from news.training.grammar import fill_slots, load_lists, load_templates, split_words

LabelledTitle = tuple[str, list[tuple[str, str]]]  # title, and each entity with its label

# Words of each slot.
LISTS = {
    "beats": """
        beats; overtakes; outperforms; outsells; outpaces; outshines; outbids; edges out; defeats; trounces;
        pulls ahead of; leapfrogs; surpasses; replaces; displaces; eclipses; undercuts; knocks out; beats out;
        sees off; pulls away from; steals a march on; gets the better of
    """,
    "beaten": """
        beaten; overtaken; outperformed; outsold; outbid; overshadowed; edged out; replaced; displaced;
        undercut; trumped; dethroned
    """,
    "prize": """
        a rail contract; the defence order; market share; customers; a naval contract; a patent fight; the
        tender; clients; a supply deal; its best client; shoppers; talent; a key account; top engineers; the
        crown; the licence; the top spot; a cloud contract
    """,
    "wins": "wins; grabs; takes; steals; snatches; captures; wrests; lures; poaches; seizes; picks up",
    "loses": "loses; cedes; surrenders; forfeits; concedes",
    "sues": """
        sues; accuses; files suit against; hits back at; brings claim against; starts legal action against;
        seeks damages from
    """,
    "matter": """
        over patents; over unpaid bills; for breach of contract; over stolen designs; over a failed merger;
        over defects; for fraud; over royalties; ;
    """,
    "body": """
        EU; SEC; FTC; FDA; Regulator; Court; Watchdog; Sebi; RBI; CFTC; CMA; Justice Department; BaFin;
        Antitrust body; Judge; CFPB; EPA; Treasury
    """,
    "bodyact": """
        fines; probes; investigates; charges; raids; sues; bans; penalises; censures; reprimands; orders
        recall at; blocks; suspends; rejects appeal by; revokes licence of; widens probe of; opens inquiry
        into
    """,
    "bodygood": """
        clears; approves; exonerates; drops case against; drops probe of; gives nod to; lifts ban on; backs;
        ends inquiry into; dismisses case against; absolves
    """,
    "broker": """
        JPMorgan; Goldman; UBS; Citi; Barclays; HSBC; Morgan Stanley; Jefferies; Berenberg; Deutsche Bank;
        Nomura; CLSA; Credit Suisse; Macquarie; Stifel; Wedbush; RBC; BofA; Bernstein; Evercore; Wells Fargo;
        Raymond James; Mizuho; KeyBanc; Piper Sandler
    """,
    "upg": """
        upgrades {B} to buy; raises {B} to overweight; lifts {B} to outperform; upgrades {B}; starts {B} at
        buy; starts {B} with outperform; adds {B} to conviction list; raises price target on {B}; lifts {B}
        target; turns bullish on {B}; names {B} top pick; initiates {B} at overweight; raises {B} to hold;
        recommends {B}; bullish on {B}; likes {B}; boosts {B} price target to 90; upgrades {B} to neutral from
        sell; sees upside in {B}; says buy {B}
    """,
    "dng": """
        downgrades {B} to sell; cuts {B} to underweight; lowers {B} to underperform; downgrades {B}; starts
        {B} at sell; starts {B} with underperform; removes {B} from conviction list; cuts price target on {B};
        trims {B} target; turns bearish on {B}; warns on {B}; initiates {B} at underweight; cuts {B} to hold;
        bearish on {B}; slashes {B} price target to 9; downgrades {B} to neutral from buy; drops {B} from
        focus list; sees downside in {B}; says sell {B}; puts {B} on watch for downgrade; cuts {B} to junk;
        strips {B} of investment grade
    """,
    "keep": """
        keeps {B} at hold; reiterates neutral on {B}; maintains hold on {B}; starts {B} at neutral; starts {B}
        at hold; affirms {B} rating; initiates {B} at neutral; keeps neutral view on {B}; affirms {B} with
        stable outlook; cuts {B} target but keeps buy; hosts {B} management
    """,
    "buys": """
        buys; acquires; agrees to buy; offers to buy; bids for; makes offer for; to acquire; launches takeover
        bid for; sweetens bid for; raises offer for; snaps up; to take over; in talks to buy; takes stake in;
        invests in
    """,
    "prem": """
        at 40% premium; for $3 billion; in cash deal; in $5 billion deal; at a premium of a third; for 900
        million euros; ;
    """,
    "helps": """
        lifts; boosts; buoys; helps; supports; propels; cheers; is good news for; is a boon for; is a tailwind
        for; provides relief for; hands a win to; brightens outlook for; props up; benefits; plays into the
        hands of; spells relief for; gives a lift to
    """,
    "help_inf": "boost; help; lift; benefit",
    "hurts": """
        hits; hurts; weighs on; drags down; dents; squeezes; pressures; knocks; sinks; batters; hammers;
        threatens; clouds outlook for; is bad news for; is a blow to; spells trouble for; dims prospects of;
        eats into margins at; is a headwind for; drags; pinches; rattles
    """,
    "cause": """
        oil rally; weak dollar; strong euro; chip glut; rate cut; cheap gas; heat wave; tariffs; price war;
        new law; drought; strong yen; port strike; copper surge; mild winter; travel boom; rising wages;
        falling steel prices; import ban; higher rates
    """,
    "hurting": """
        hurting; hitting; squeezing; pressuring; dragging down; weighing on; sinking; denting; leaving little
        for; crushing; undercutting; battering; dragging
    """,
    "helping": """
        helping; boosting; lifting; buoying; benefiting; cheering; lending support to; giving a lift to;
        easing pressure on; bolstering; propping up
    """,
    "up": """
        gains; rises; jumps; climbs; soars; rallies; advances; surges; shines; rebounds; thrives; pops; leaps;
        booms; recovers
    """,
    "down": """
        falls; drops; slides; slumps; tumbles; sinks; plunges; declines; stumbles; slips; struggles; fades;
        dips; retreats; wilts; suffers
    """,
    "flat": "flat; little changed; unchanged; steady; ends flat; holds steady; treads water",
    "pct": "3%; 12%; 5 percent; 7 pct; 20%; ; ",
    "ditches": """
        ditches; drops; dumps; abandons; leaves; quits; fires; ends contract with; cancels order with; cuts
        ties with; walks away from; cuts off; shuns; passes over; rejects; snubs; turns its back on
    """,
    "picks": """
        picks; chooses; hires; selects; signs up; awards contract to; turns to; gives contract to; renews deal
        with; extends contract with; signs supply deal with; places big order with
    """,
    "people": """
        customers; investors; shoppers; passengers; clients; users; advertisers; hedge funds; viewers;
        drivers; patients; developers; subscribers; savers
    """,
    "flee": "flee; desert; abandon; leave; ditch; dump; quit; turn away from; shun; drop",
    "warns": """
        warns; cuts guidance; recalls products; misses estimates; halts production; closes plants; cuts jobs;
        issues profit warning; slashes outlook; posts loss; loses orders; delays launch; files for bankruptcy;
        defaults; cuts dividend; shuts stores; swings to loss
    """,
    "good": """
        raises guidance; beats estimates; adds jobs; reports record orders; lifts outlook; posts profit; opens
        plants; wins orders; hikes dividend; hires; returns to profit; sells out; expands; raises dividend;
        doubles buyback
    """,
    "dull": """
        names chairman; holds annual meeting; appoints auditor; moves office; publishes agenda; sets date for
        results; names finance chief; hosts investor day; changes name; keeps guidance
    """,
    "sector": """
        airlines; miners; banks; retailers; chipmakers; refiners; carmakers; builders; insurers; utilities;
        brewers; shippers; exporters; oil producers; gold miners; steelmakers
    """,
    "asset": """
        gold; oil; copper; bitcoin; dollar; euro; yen; wheat; natural gas; silver; Treasuries; Nasdaq; FTSE;
        rupee; coffee; Brent
    """,
    "lead": """
        supplier; rival; partner; competitor; peer; landlord; insurer; lender; creditor; customer;
        distributor; contract manufacturer; parent
    """,
    "says": "says; sees; warns; reports; expects; predicts; thinks",
}
# `{body0}` and `{broker0}` are entities, too: words of these lists.
TEMPLATES = """
    {A+} {beats} {B-}
    {A+} {beats} {B-} in sales
    {A+} {beats} {B-} to {prize}
    {A-} {beaten} by {B+}
    {A-} {beaten} by {B+} in race for {prize}
    {A+} {wins} {prize} from {B-}
    {B-} {loses} {prize} to {A+}
    {B-} loses {prize} to {lead} {A+}
    {A+} wins {prize} over {B-}
    {A+} wins patent case against {B-}
    {A-} loses patent case against {B+}
    {A-} loses lawsuit to {B+}
    {A+} wins court fight with {B-}
    {A+} gains share at the expense of {B-}
    {A+} gains {prize} at {B-}'s expense
    {A+} profits at the expense of {lead} {B-}
    {A0} sues {B-} {matter}
    {A0} accuses {B-} of fraud
    {A0} files suit against {B-} {matter}
    {A0} takes {B-} to court {matter}
    {B-} sued by {A0} {matter}
    {B-} must face {A+} lawsuit , judge rules
    Court dismisses {A-} lawsuit against {B+}
    {B-} ordered to pay {A+} $90 million
    {body0} {bodyact} {B-} {matter}
    {body0} {bodyact} {B-} , rival {C+} {up}
    {body0} {bodygood} {B+}
    {body0} {bodygood} {B+} , hurting {C-}
    {B-} fined by {body0} {matter}
    {B-} under investigation by {body0}
    {B+} cleared by {body0}
    {B+} wins {body0} approval
    {broker0} {upg+}
    {broker0} {upg+}
    {broker0} {dng-}
    {broker0} {dng-}
    {broker0} {keep0}
    {broker0} {dng-} , prefers {C+}
    {broker0} {upg+} , {C-} cut to sell
    {B+} upgraded at {broker0}
    {B+} raised to buy by {broker0}
    {B-} downgraded by {broker0}
    {B-} cut to sell at {broker0}
    {B0} rated hold by {broker0}
    {B-} {down} {pct} after {broker0} downgrade
    {B+} {up} {pct} after {broker0} upgrade
    {B-} faces tough year : {broker0}
    Buy {B+} , says {broker0}
    Sell {B-} , says {broker0}
    Sell {B-} and buy {C+} : {broker0}
    Prefer {B+} over {C-} : {broker0}
    {B+} set to gain : {broker0}
    {broker0} {says} {B-} is running out of cash
    {broker0} {says} {B+} will beat forecasts
    Analysts at {broker0} see trouble at {B-}
    {A-} slumps as trading income falls
    {A+} profit jumps on trading boom
    {A0} {buys} {B+} {prem}
    {A0} {buys} {B+} {prem}
    {B+} {up} {pct} on {A0} takeover bid
    {B+} {up} {pct} after {A0} buys stake
    {B+} agrees to {A0} offer {prem}
    {A-} {down} as it overpays for {B+}
    {A0} walks away from deal to buy {B-}
    {A0} drops bid for {B-}
    {B-} {down} {pct} after {A0} drops bid
    {B-} {down} {pct} as takeover by {A0} collapses
    {A-} fails in bid for {B0}
    {A0} rescues {B+}
    {B+} rescued by {A0}
    {B+} saved from bankruptcy by {A0}
    {A-} collapses owing {B-} millions
    {A-} default hits lender {B-}
    {A-} default leaves hole in books of {B-}
    {A+} {up} , {hurting} {B-}
    {A-} {down} , {helping} {B+}
    {A-} {down} , {hurting} {B-}
    {A+} {up} , {helping} {B+}
    {A-} slump {hurts} supplier {B-}
    {A+} rally {helps} {B+}
    {A-} woes {help_inf} {lead} {B+}
    {A-} recall {helps} {lead} {B+}
    {A+} success {hurts} {lead} {B-}
    {cause} {helps} {A+}
    {cause} {hurts} {A-}
    {cause} {hurts} {A-} but {helps} {B+}
    {cause} {helps} {A+} but {hurts} {B-}
    {cause} {helps} {A+} , {hurting} {B-}
    {cause} {hurts} {A-} , {helping} {B+}
    {cause} {hurts} {A-} and {helps} {B+}
    {cause} hits {A-} but spares {B+}
    {cause} good for {A+} , bad for {B-}
    {cause} : {A+} gains , {B-} loses
    {A-}'s loss is {B+}'s gain
    {A+}'s gain is {B-}'s loss
    Good news for {A+} is bad news for {B-}
    Bad news for {A-} is good news for {B+}
    Blow for {A-} , boost for {B+}
    {A-} {warns} ; {B+} {good}
    {A+} {good} ; {B-} {warns}
    {A-} {warns} , {B+} {good}
    {A+} {good} , {B-} {warns}
    {A-} {warns} while {B+} {good}
    {A+} {good} as {B-} {warns}
    {A+} {good} as rival {B-} {warns}
    {A-} {warns} as {lead} {B+} {good}
    While {A-} {warns} , {B+} {good}
    While {A+} {good} , {B-} {warns}
    As {A-} {warns} , {B+} {good}
    {A0} {dull} ; {B-} {warns}
    {A0} {dull} , {B+} {good}
    {A+} {good} ; {B0} {dull}
    {A-} {warns} , {B0} {dull}
    {A+} {up} {pct} , {B-} {down} {pct}
    {A-} {down} {pct} , {B+} {up} {pct}
    {A-} {down} , {B+} {up} , {C0} {flat}
    {A+} {up} , {B-} {down} , {C0} {flat}
    {A+} up {pct} , {B-} down {pct}
    {A-} down {pct} , {B+} up {pct}
    {A+} {up} , {B-} doesn't
    {A-} {down} , {B+} doesn't
    {A+} , {B+} and {C+} {up} {pct}
    {A-} , {B-} and {C-} {down} {pct}
    {A+} and {B+} {good}
    {A-} and {B-} {warns}
    {A+} , {B+} {up} ; {C-} {down}
    {A-} , {B-} {down} ; {C+} {up}
    Shares of {A-} , {B-} and {C-} tumble
    Shares in {A+} and {B+} jump
    Both {A+} and {B+} raise guidance
    Both {A-} and {B-} miss forecasts
    Neither {A-} nor {B-} makes a profit
    Unlike {A-} , {B+} {good}
    Unlike {A+} , {B-} {warns}
    {A+} {good} , unlike {B-}
    {A-} {warns} , unlike {B+}
    {A+} {up} where {B-} failed
    {A+} succeeds where {B-} failed
    {A+} less exposed to bad loans than {B-}
    {A-} more exposed to bad loans than {B+}
    {A+} better placed than {B-}
    {A-} worse off than {B+}
    {A-} profit falls more than {B+}
    {A0} {ditches} {B-}
    {A0} {ditches} {B-} for {C+}
    {A0} {ditches} {B-} and {picks} {C+}
    {A0} {picks} {B+}
    {A0} {picks} {B+} over {C-}
    {A0} {picks} {B+} , dropping {C-}
    {B-} passed over as {A0} {picks} {C+}
    {B+} replaces {C-} at {A0}
    {B+} replaces {C-} in index
    {B-} dropped from index , {C+} promoted
    {B+} wins order from {A0}
    {B+} {up} {pct} on order from {A0}
    {B+} lands supply deal with {A0}
    {B-} {down} {pct} after {A0} cancels order
    {B-} {down} {pct} as {A0} cuts order
    {B-} loses {A0} as customer
    {B-} loses {A0} order
    {people} {flee} {A-} for {B+}
    {people} {flee} {A-} and flock to {B+}
    {people} switch from {A-} to {B+}
    {people} prefer {A+} to {B-}
    {people} dump {A-} shares and buy {B+}
    {people} sour on {A-} , warm to {B+}
    {people} flock to {A+} , leaving {B-} behind
    {A+} {good} , leaving {B-} behind
    {A-} falls further behind {B+}
    {A-} lags {lead} {B+}
    {A-} trails {B+} in sales
    {A+} widens lead over {B-}
    {A+} narrows gap with {B-}
    Star manager quits {A-} for {B+}
    {A+} hires star manager from {B-}
    {A0} names chief from {B0}
    {A0} and {B0} form joint venture
    {A0} and {B0} hold talks
    {A0} and {B0} tie up on data
    {A0} , {B0} in focus before results
    Stocks to watch : {A0} , {B0} , {C0}
    Stocks in the news : {A0} , {B0}
    Brokers' calls : {A0} , {B0} and {C0}
    Today's agenda : {A0} , {B0} report results
    {A0} , {B0} calm before central bank meeting
    {A0} founder leaves {B0} board
    {A0} to list on {B0}
    {A0} , {B0} to report on Monday
    Where next for {A0} and {B0} ?
    {A0} or {B0} : which should you own ?
    {A0} sells part of stake in {B0}
    {A0} keeps stake in {B0}
    {A0} , {B0} hold annual meetings
    {A+} and {B+} settle lawsuit
    {A-} and {B-} call off merger
    {A0} sells unit to {B0}
    {A+} sells loss-making unit to {B0}
    {A+} {up} for third day . {B-} shed {pct} after a downgrade .
    {A-} fell for third day . Shares in {B0} were little changed .
    {A+} raised its forecast . Its larger rival {B-} lost {pct} .
    {A-} cut its forecast . {B+} , which reported on Monday , was up {pct} .
    {A-} warned on profit . Analysts at {B0} said more bad news may follow .
    {A+} closed up {pct} , while {B-} lost {pct} .
    The {B0} index was little changed . {A+} rose {pct} and {C-} fell {pct} .
    Shares of {A-} slid after {B0} cut its rating to sell .
    Shares of {A+} rose after {B0} raised its rating to buy .
"""

LABELS = {"+": "positive", "-": "negative", "0": "neutral"}
# What joins two headlines into one.
JOINTS = (
    "; ", ", ", " while ", " as ", ", while ", " but ", " whereas ", ". ", " - ", ", but ", " even as ", " and ",
)  # fmt: skip
# Pairs of labels of joined headlines; those that differ are drawn more often.
LABEL_PAIRS = ("+-", "-+") * 3 + ("+0", "0+", "-0", "0-") + ("++", "--") * 2 + ("00",) * 4
POLAR_SHARE = 0.55  # of joined headlines of people: positive or negative ones
MAX_JOINED_CHARACTERS = 75
SECTOR_SHARE, ASSET_SHARE = 0.1, 0.1  # of the entities of templates
SUFFIXES = ("Group", "Bank", "Foods", "Energy", "Motors", "Labs", "Air", "Steel", "Holdings")
SLOT = re.compile(r"\{([\w+\-]+)\}")
ENTITY_SLOT = re.compile(r"([ABC]|body|broker|short)([+0-])")
PLACE = "\0"  # stands for an entity until its label is known


def generate_related(count: int, *, seed: int) -> list[LabelledTitle]:
    """Return headlines from the templates; the same for the same seed."""
    rng = random.Random(seed)
    lists = {name: split_words(words) for name, words in (LISTS | pair_templates.LISTS).items()}
    templates = [line.strip() for line in (TEMPLATES + pair_templates.TEMPLATES).strip().splitlines() if line.strip()]
    return [_fill(rng.choice(templates), lists, rng) for _ in range(count)]


def _fill(template: str, lists: dict[str, list[str]], rng: random.Random) -> LabelledTitle:
    names = {key: _generate_entity(lists, rng) for key in "ABC"}
    while len(set(names.values())) < len(names):
        names = {key: _generate_entity(lists, rng) for key in "ABC"}
    names |= {key: rng.choice(lists[key]) for key in ("body", "broker", "short")}
    labels: dict[str, str] = {}

    def choose_words(slot: re.Match[str]) -> str:
        entity = ENTITY_SLOT.fullmatch(slot[1])
        if entity:
            labels[entity[1]] = LABELS[entity[2]]
            return f"{PLACE}{entity[1]}{PLACE}"
        if slot[1] in lists:
            return rng.choice(lists[slot[1]])
        labels["B"] = LABELS[slot[1][-1]]  # words around B that give it its label: "upgrades {B} to buy"
        return rng.choice(lists[slot[1][:-1]]).replace("{B}", f"{PLACE}B{PLACE}")

    text = " ".join(SLOT.sub(choose_words, template).split())
    text = re.sub(f"{PLACE}(\\w+){PLACE}", lambda place: names[place[1]], text)
    for sign in ",;:.":
        text = text.replace(f" {sign}", sign)
    entities = [(names[key], label) for key, label in labels.items()]
    if not text.startswith(tuple(names.values())):
        text = text[0].upper() + text[1:]
    return text, entities


def generate_joined(count: int, *, seed: int) -> list[LabelledTitle]:
    """Return pairs of headlines of grammar.py joined into one, each about an entity of its own."""
    rng = random.Random(seed)
    lists = load_lists()
    templates = {
        label: [line for line in lines if line.count("{firm}") == 1] for label, lines in load_templates().items()
    }
    titles: list[LabelledTitle] = []
    while len(titles) < count:
        parts = []
        for sign in rng.choice(LABEL_PAIRS):
            firm = generate_name(rng)
            template = rng.choice(templates[LABELS[sign]]).replace("{firm}", firm)
            parts.append((fill_slots(template, lists, rng), firm, LABELS[sign]))
        if all(part.count(firm) == 1 for part, firm, _ in parts):
            titles.append(_join(parts, rng.choice(JOINTS)))
    return titles


def join_labelled(
    rows: Sequence[tuple[str, str, str]], count: int, *, seed: int, sentences: bool
) -> list[LabelledTitle]:
    """Return headlines of people joined: two into one, or with `sentences` two to four into a paragraph.

    `rows`: title, entity and label of headlines with one entity.
    """
    rng = random.Random(seed)
    usable = [
        row
        for row in rows
        if row[0].count(row[1]) == 1 and len(row[0]) < MAX_JOINED_CHARACTERS and not set(":;") & set(row[0])
    ]
    polar = [row for row in usable if row[2] != "neutral"]
    if not polar:
        return []
    titles: list[LabelledTitle] = []
    for _ in range(count):
        number = rng.randint(2, 4) if sentences else 2
        parts = [rng.choice(polar if rng.random() < POLAR_SHARE else usable) for _ in range(number)]
        if all(one is other or one[1] not in other[0] for one in parts for other in parts):
            titles.append(_join(parts, ". " if sentences else rng.choice(JOINTS)))
    return titles


def _join(parts: Sequence[tuple[str, str, str]], joint: str) -> LabelledTitle:
    """Join texts; all but the first begin in lower case, unless with their entity or an acronym, or as a sentence."""
    texts = [parts[0][0].rstrip(".")]
    for text, entity, _ in parts[1:]:
        keeps_case = joint == ". " or text.startswith(entity) or text[1:2].isupper()
        texts.append((text if keeps_case else text[0].lower() + text[1:]).rstrip("."))
    return joint.join(texts), [(entity, label) for _, entity, label in parts]


def generate_name(rng: random.Random) -> str:
    """Return a random company name, so that no name gets a weight."""
    syllables = [rng.choice("bdfgklmnprstvz") + rng.choice("aeiou") + rng.choice("lmnrstx") for _ in range(2)]
    name = "".join(syllables).capitalize()
    return rng.choice([name] * 5 + [f"{name} {rng.choice(SUFFIXES)}"])


def _generate_entity(lists: dict[str, list[str]], rng: random.Random) -> str:
    """Return a company, a sector or an asset."""
    kind = rng.random()
    if kind < SECTOR_SHARE:
        return rng.choice(lists["sector"])
    return rng.choice(lists["asset"]) if kind < SECTOR_SHARE + ASSET_SHARE else generate_name(rng)
