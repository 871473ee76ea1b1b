"""Make headlines and company sentences up from a grammar, each with its label: what few real headlines show.

The lists hold words; a template is a sentence with slots. No template is one of the tests' sentences.
"""

import random
import re

LISTS = {
    "good": """
        profit; net profit; operating profit; pretax profit; sales; net sales; revenue; turnover; earnings; margin;
        operating margin; order intake; orders; output; exports; cash flow; market share; demand; dividend; income;
        EBITDA; gross margin; shipments; deliveries; volumes; passenger traffic; order backlog; earnings per share;
        net interest income; operating result; bookings; subscriber numbers; customer numbers; production; liquidity;
        productivity; consumer confidence; employment; hiring; occupancy; profitability; guidance
    """,
    "price": "shares; stock; share price; index; oil prices; gold; copper; the euro; the rupee; stocks; futures",
    "bad": """
        costs; debt; net debt; bad loans; bad-loan provisions; expenses; impairments; unemployment; jobless claims;
        inflation; credit losses; charges; raw material costs; interest costs; claims; write-downs; loan losses;
        energy costs; delays; inventories; complaints; delinquencies; customer churn; default rate; NPAs; cancellations;
        emissions; borrowing costs; provisions for bad debts; fuel costs; risks; recession fears; tensions; layoffs;
        arrears; losses; outflows; net loss; liabilities; accidents; defects
    """,
    "loss": "loss; net loss; operating loss; pretax loss; quarterly loss; losses",
    "rose": """
        rose; rises; increased; increases; grew; grows; climbed; climbs; improved; jumps; jumped; surged; soars; soared;
        went up; edges up; gained; doubled; accelerated; strengthened; picks up; swells; mounted; rebounds; leaps
    """,
    "fell": """
        fell; falls; decreased; decreases; declined; declines; dropped; drops; slipped; slips; shrank; shrinks; dipped;
        plunged; plunges; tumbled; went down; sank; weakened; eased; eases; slumped; halved; contracted; dwindled
    """,
    "raises": "raises; raised; lifts; lifted; boosts; boosted; hikes; increases; increased; ups; improves; expands",
    "cuts": "cuts; cut; reduces; reduced; lowers; lowered; slashes; slashed; trims; trimmed; halves; curbs; pares",
    "widens": "widens; widened; deepens; deepened; grew; grows; increased; mount; balloons; rises; rose; swelled",
    "narrows": "narrows; narrowed; shrank; shrinks; eased; fell; falls; decreased; halved; declined; contracted",
    "ends": """
        averts; averted; avoids; avoided; escapes; settles; settled; resolves; resolved; ends; ended; overcomes; heads
        off; staves off; shakes off; shrugs off; clears up; puts an end to; lifts threat of; wards off
    """,
    "evil": """
        strike; lawsuit; probe; dispute; default; fine; bankruptcy; downgrade; crisis; shutdown; antitrust probe;
        supply crunch; fraud case; recall; walkout; penalty; takeover battle; losing streak; sanctions; insolvency;
        liquidity crunch; price war; patent row; slump; ban; labour unrest; shortage; delisting; losing run
    """,
    "joy": "rally; winning streak; growth streak; recovery; expansion; rebound; profit run; bull run; growth; boom",
    "boon": """
        a major order; an order worth EUR 12 mn; a contract; regulatory approval; a five-year contract; new customers;
        a supply deal; an upgrade; an award; a frame agreement; a long-term agreement; court approval; new orders;
        a EUR 40 million order; a delivery contract; a licence; the tender; a rail contract
    """,
    "wins": "wins; won; secures; secured; lands; clinched; received; gets; has been awarded; bags; has won; obtains",
    "bane": """
        a profit warning; a fine; a lawsuit; a probe; strike action; a recall; a downgrade; bankruptcy; fraud charges;
        higher costs; a supply shortage; a writedown; job cuts; an outage; a cyberattack; sanctions; delays; penalties
    """,
    "faces": "faces; faced; suffers; suffered; is hit by; was hit by; warns of; is hurt by; struggles with; is facing",
    "beats": "beats; beat; tops; topped; exceeds; exceeded; surpasses; surpassed; comes in above; is ahead of",
    "misses": """
        misses; missed; falls short of; fell short of; undershoots; comes in below; trails; lags; well short of;
        is below; was behind; fails to meet
    """,
    "expected": """
        estimates; forecasts; expectations; consensus; analysts' forecasts; analyst expectations; street views
    """,
    "when": """
        in the third quarter; in 2006; in Q2; this year; in the first half; year on year; in January; in the period; ; ;
        ; ; ; in its home market; in Europe; from a year earlier; in the last quarter; for the full year; ;
    """,
    "as": """
        as demand recovers; after results; on weak demand; amid supply worries; as prices rise; ; ; ; ; ; on Monday;
        after chief executive quits; despite higher costs; despite strong sales; as rivals struggle; ; ; ;
    """,
    "neg": "does not; did not; won't; will not; doesn't; is not going to; is unlikely to; fails to; is unable to",
    "verb_up": "grow; rise; improve; recover; increase; rebound; strengthen; pick up; gain",
    "verb_down": "fall; decline; drop; shrink; weaken; decrease; slump; suffer; slip",
    "more": "stronger; better; higher; larger; faster; bigger; greater",
    "less": "weaker; lower; smaller; slower; poorer; thinner; softer",
    "city": """
        Lisbon; Tampere; Espoo; Oslo; Gdansk; Riga; Turku;
        Mumbai; Malmo; Leeds; Osaka; Bergen; St Petersburg; Austin
    """,
    "thing": """
        software; pulp machinery; ferries; cranes; payroll services; mobile games; roof tiles; plywood; paper; diesel
        engines; packaging; office furniture; tyres; consumer electronics; steel pipes; telecom networks; tax software;
        wood products; dairy products; real estate; electric motors; fishing rods; fertilisers; medical devices
    """,
    "role": """
        chief executive; CFO; chairman; sales director;
        head of research; president; managing director; board member
    """,
    "name": """
        Anna Holm; Peter Lind; R. Mehta; Maria Costa; Juha Salmi;
        Tom Reed; Lena Voss; S. Iyer; Eva Nowak; Ian Park
    """,
    "event": """
        annual general meeting; capital markets day; extraordinary general meeting; board meeting; press conference;
        investor briefing; trade fair; product launch; site visit; auction; results webcast
    """,
    "day": "Monday; March 14; 12 May 2008; Thursday; next week; September; the first quarter of 2009; tomorrow; 2010",
    "asset": """
        a plant; a new factory; a warehouse; an office building; a sawmill; a data centre; a shopping centre; a power
        station; a logistics hub; a hotel; a research unit; a subsidiary; a stake; a paper mill
    """,
    "unit": "unit; division; subsidiary; business; arm; segment; business area; brand; branch; factory",
    "cur": "EUR; EUR; EUR; USD; SEK; Rs; $; euro",
    "mn": "mn; million; mn; bn; m; mln; crore",
    "a_period": "2005; a year earlier; the previous year; the year-ago quarter; the same period a year ago; last year",
    "vs": "compared with; compared to; versus; against; up against; vs; in comparison with; as against",
}

# LABEL: templates. {lo} and {hi} are numbers, lo the smaller.
TEMPLATES = {
    "positive": """
        {firm} {good} {rose} {when} {as}
        {good} {rose} at {firm} {when}
        {firm} said {good} {rose} by {pct} % {when}
        {firm} {price} {rose} {pct}% {as}
        {firm} {bad} {fell} {when}
        {bad} {fell} at {firm} {when} {as}
        {firm} {cuts} {bad} {when}
        {firm} {raises} {good} {when}
        {firm} {raises} its {good} forecast
        {firm}'s {loss} {narrows} {when}
        {firm} {loss} {narrows} to {cur} {lo} {mn} from {cur} {hi} {mn}
        {good} {rose} to {cur} {hi} {mn} from {cur} {lo} {mn} {when}
        {firm}'s {good} {rose} from {cur} {lo} {mn} to {cur} {hi} {mn} {when}
        {good} totalled {cur} {hi} {mn} , up from {cur} {lo} {mn} in {a_period}
        {firm} posted {good} of {cur} {hi} {mn} , {vs} {cur} {lo} {mn} in {a_period}
        {firm} {good} amounted to {cur} {hi} {mn} {vs} {cur} {lo} {mn} in {a_period}
        {firm} {bad} at {cur} {lo} {mn} {vs} {cur} {hi} {mn} in {a_period}
        {firm} made a net profit of {cur} {lo} {mn} , {vs} a loss of {cur} {hi} {mn} in {a_period}
        profit before taxes was {cur} {hi} {mn} {vs} a loss of {cur} {lo} {mn} in {a_period}
        {firm} turned to a profit of {cur} {lo} {mn} from a loss of {cur} {hi} {mn}
        {firm} swings to profit from loss {when}
        {firm} returns to profit after {loss}
        {firm} back in the black {when}
        {firm} {ends} {evil} {as}
        {evil} {averted} at {firm}
        {firm} {wins} {boon} {when}
        {firm} signs {boon} with {firm}
        {firm} {wins} {boon} from {firm}
        {firm} {beats} {expected} {when}
        {firm} {good} {beats} {expected}
        {firm} {good} {more} than expected {when}
        {firm} {loss} smaller than expected
        {firm} {bad} lower than feared
        {firm} {bad} less severe than expected
        {firm} {narrow}-than-expected {loss}
        {firm} reports {more}-than-expected {good}
        {firm} sees no {bad} {when}
        {firm} sees no {evil} {as}
        no {evil} at {firm} , regulator says
        {firm} says {good} {neg} {verb_down}
        {firm} expects {good} to {verb_up} {when}
        {firm} expects {bad} to {verb_down}
        regulator drops {evil} against {firm}
        court dismisses {evil} against {firm}
        {firm} cleared of wrongdoing in {evil}
        {firm} snaps {evil} {when}
        {firm} shares snap losing streak
        {firm} resumes {good} growth
        {firm} {good} hits record {when}
        {firm} halts decline in {good}
        {firm} stems slide in {good}
        {firm} {good} up {pct} % , beats {expected}
        {firm} is positioned to benefit from growing demand for {thing}
        the new {unit} will strengthen {firm}'s position in {thing}
        the deal strengthens {firm}'s offering in {thing}
        the investment will improve productivity and efficiency at {firm}
        {firm} to create {pct} new jobs in {city}
        {firm} will hire {pct} people in {city} as orders grow
        {firm} repays {bad} early
        {firm} {bad} down {pct} % {when}
        despite {bane} , {firm} {good} {rose}
        {firm} {good} {rose} despite {bane}
        {firm} not as badly hit as feared
        {firm} upgraded to buy
        {firm} {good} {fell} less than expected
        {firm} and {firm} signed a contract for the supply of {thing}
        the cost savings will total {cur} {lo} {mn} a year at {firm}
        the contract is a significant success for {firm} in {city}
        customers are satisfied with {firm}'s {thing}
    """,
    "negative": """
        {firm} {good} {fell} {when} {as}
        {good} {fell} at {firm} {when}
        {firm} said {good} {fell} by {pct} % {when}
        {firm} {price} {fell} {pct}% {as}
        {firm} {bad} {rose} {when}
        {bad} {rose} at {firm} {when} {as}
        {firm} {raises} {bad} {when}
        {firm} {cuts} {good} {when}
        {firm} {cuts} its {good} forecast
        {firm}'s {loss} {widens} {when}
        {firm} {loss} {widens} to {cur} {hi} {mn} from {cur} {lo} {mn}
        {good} {fell} to {cur} {lo} {mn} from {cur} {hi} {mn} {when}
        {firm}'s {good} {fell} from {cur} {hi} {mn} to {cur} {lo} {mn} {when}
        {good} totalled {cur} {lo} {mn} , down from {cur} {hi} {mn} in {a_period}
        {firm} posted {good} of {cur} {lo} {mn} , {vs} {cur} {hi} {mn} in {a_period}
        {firm} {good} amounted to {cur} {lo} {mn} {vs} {cur} {hi} {mn} in {a_period}
        {firm} {bad} at {cur} {hi} {mn} {vs} {cur} {lo} {mn} in {a_period}
        {firm} made a net loss of {cur} {lo} {mn} , {vs} a profit of {cur} {hi} {mn} in {a_period}
        loss before taxes was {cur} {hi} {mn} {vs} a profit of {cur} {lo} {mn} in {a_period}
        {firm} fell to a loss of {cur} {lo} {mn} from a profit of {cur} {hi} {mn}
        {firm} swings to loss from profit {when}
        {firm} slips into the red after years of profit
        {firm} ends {joy} {as}
        {firm} shares snap {joy}
        {firm} {faces} {bane} {when}
        {firm} {faces} {bane} over {thing}
        {firm} {misses} {expected} {when}
        {firm} {good} {misses} {expected}
        {firm} {good} {less} than expected {when}
        {firm} {loss} larger than expected
        {firm} {bad} higher than feared
        {firm} {wide}-than-expected {loss}
        {firm} reports {less}-than-expected {good}
        {firm} sees no {joy} {when}
        no {joy} in sight for {firm}
        {firm} expects no {good} growth {when}
        {firm} says {good} {neg} {verb_up}
        {firm} {neg} beat {expected}
        {firm} {neg} win {boon}
        {firm} expects {good} to {verb_down} {when}
        {firm} expects {bad} to {verb_up}
        regulator opens {evil} against {firm}
        {firm} loses {boon}
        {firm} fails to avert {evil}
        {firm} fails to halt slide in {good}
        {firm} to cut {pct} jobs in {city}
        {firm} will lay off {pct} people in {city}
        {firm} will close its {thing} {unit} in {city} with {pct} redundancies
        {firm} started employee negotiations over temporary layoffs in {city}
        {firm} scraps dividend {when}
        {firm} {good} down {pct} % , misses {expected}
        {firm} {bad} up {pct} % {when}
        {firm} {loss} for the quarter {rose}
        despite {boon} , {firm} {good} {fell}
        {firm} {good} {fell} despite {boon}
        {firm} downgraded to sell
        {firm} {good} {rose} less than expected
        {firm} {good} growth not enough to cover {bad}
        {firm} {good} fail to {verb_up}
        {firm} halts production at {city} plant
        {firm} issues profit warning {as}
        {firm} made a loss of {cur} {lo} {mn}
        weak demand for {thing} weighs on {firm} {good}
        {firm}'s profitability was burdened by {bad}
    """,
    "neutral": """
        {firm} is based in {city} and makes {thing}
        {firm} produces {thing} and {thing} in {city}
        {firm} has {pct} employees in {city}
        {firm} employs {hi}0 people in {pct} countries
        {firm} names {name} {role}
        {name} appointed {role} of {firm}
        {firm} to hold {event} on {day}
        {firm} will publish its results on {day}
        {firm} will release its interim report for the quarter on {day}
        {firm} opens {asset} in {city}
        {firm} to build {asset} in {city}
        {firm} buys {asset} from {firm}
        {firm} sells {asset} to {firm}
        {firm} acquires {thing} {unit} of {firm}
        the value of the deal was not disclosed
        the value of the contract is {cur} {lo} {mn}
        the total investment is about {cur} {hi} {mn}
        financial details were not disclosed
        the acquisition is subject to approval by the authorities
        the {unit} had net sales of {cur} {hi} {mn} in 2006
        {firm} reported net sales of {cur} {hi} {mn} in 2007
        its annual turnover is about {cur} {hi} {mn}
        {firm} {good} of {cur} {hi} {mn} {when}
        {firm} posts {good} of {cur} {lo} {mn} in Q2
        {firm} {good} unchanged {when}
        {firm} {good} flat {when}
        {firm} {good} was at the same level as in {a_period}
        {firm} {price} little changed {as}
        {firm} {price} steady , ends flat
        {firm} {good} in line with {expected}
        {firm} keeps {good} guidance unchanged
        {firm} repeats {good} outlook
        will {firm} {good} {verb_up} ?
        will {firm} {good} {verb_down} ?
        can {firm} {beats_inf} {expected} ?
        is it time to buy {firm} ?
        should you sell {firm} {price} ?
        what to expect from {firm} {good} {when}
        how {firm} could win {boon} ?
        is {firm} heading for {bane} ?
        {firm} {good} due on {day}
        {firm} plans {asset} in {city}
        {firm} launches {thing} for small firms
        {firm} introduces new {thing}
        {firm} considers sale of {thing} {unit}
        {firm} in talks to sell {thing} {unit}
        the plant is scheduled to start up in {day}
        the {unit} will be part of {firm}'s {thing} business
        {firm} board proposes dividend of {cur} {lo} per share
        {firm} shares are listed on the {city} exchange
        the number of shares in {firm} is {hi}{hi}0
        {firm} holds {pct} % of the shares and votes in {firm}
        {firm} raises stake in {firm} to {pct} %
        {firm} files for IPO in {city}
        {firm} moves its headquarters to {city}
        the agreement covers {thing} and {thing}
        construction of the {thing} factory starts in {day}
        {firm} serves customers in the {thing} industry
        deliveries of the {thing} will take place in {day}
        {name} , {role} of {firm} , said the {unit} is in {city}
        {firm} has {unit}s in {city} , {city} and {city}
        {firm} will move production of {thing} from {city} to {city}
        {firm} changes its name to {firm}
        {firm} and {firm} discuss {thing} standard
        analysts see {firm} {good} at {cur} {lo} {mn}
        {firm} is part of {firm} , a maker of {thing}
        the company's {thing} are sold in {city} and {city}
        {firm} uses {thing} in its {unit}
        {good} is the difference between income and costs
        {firm} received notification that the holding of {name} is {pct} %
        the order includes {thing} and {thing}
        the share subscription period ends on {day}
    """,
}
NARROW = ["narrower", "smaller", "lower", "thinner"]
WIDE = ["wider", "bigger", "larger", "deeper", "higher"]


def make_headlines(count: int, *, seed: int) -> list[tuple[str, str]]:
    """Return `count` headlines with their labels, the same for the same seed."""
    draw = random.Random(seed)
    lists = {name: _split(words, ";") for name, words in LISTS.items()}
    lists |= {"narrow": NARROW, "wide": WIDE, "averted": ["averted", "avoided", "settled", "called off", "ended"]}
    lists["beats_inf"] = ["beat", "top", "meet", "exceed", "miss"]
    templates = {label: [line.strip() for line in block.strip().splitlines()] for label, block in TEMPLATES.items()}
    made = []
    for number in range(count):
        label = ("positive", "negative", "neutral")[number % 3]
        template = draw.choice(templates[label])
        made.append((_fill(template, lists, draw), label))
    return made


def _fill(template: str, lists: dict[str, list[str]], draw: random.Random) -> str:
    low = draw.uniform(1, 90)
    lists = lists | {"firm": [_make_name(draw) for _ in range(3)]}
    numbers = {"lo": f"{low:.1f}", "hi": f"{low * draw.uniform(1.1, 3):.1f}", "pct": str(draw.randint(2, 60))}
    fixed = {name: draw.choice(lists[name]) for name in ("cur", "mn")}  # the same on both sides of a comparison

    def take(slot: re.Match[str]) -> str:
        name = slot[1]
        return numbers.get(name) or fixed.get(name) or draw.choice(lists[name])

    text = " ".join(re.sub(r"\{(\w+)\}", take, template).split())
    return text[0].upper() + text[1:]


def _make_name(draw: random.Random) -> str:
    """Return a company's name, a new one each time, so that no name comes to mean anything."""
    syllables = [draw.choice("bdfgklmnprstvz") + draw.choice("aeiou") + draw.choice("lmnrstx") for _ in range(2)]
    name = "".join(syllables).capitalize()
    return draw.choice([name] * 6 + [f"{name} Oyj", f"{name} Group", f"Bank {name}", "The company", "The group"])


def _split(words: str, mark: str) -> list[str]:
    return [" ".join(word.split()) for word in words.strip().split(mark)]
