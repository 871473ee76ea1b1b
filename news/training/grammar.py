"""Generate synthetic headlines and company sentences with their labels, from templates that real data rarely covers.

The lists hold the words of slots; a template is a sentence with slots. No template repeats a sentence of the tests.
"""

import random
import re
from collections.abc import Mapping

from news.training.sign_templates import SIGN_LISTS

# Words of each slot.
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
    "up": "rise; growth; increase; improvement; recovery; rebound; upturn; gain; rally; surge; climb",
    "down": "fall; decline; drop; slump; slide; decrease; downturn; slowdown; dip; contraction; retreat",
    "slows": "slows; slowed; eases; eased; is easing; moderates; cools; cooled; loses momentum; is slowing; fades",
    "quickens": "accelerates; accelerated; quickens; gathers pace; picks up speed; speeds up; steepens; deepens",
    "goes": "continues; continues unabated; shows no sign of slowing; shows no signs of easing; has not slowed",
    "faster": "faster than; more than; more quickly than; quicker than; by more than; more sharply than",
    "slower": "slower than; less than; more slowly than; by less than; not as fast as; less sharply than",
    "peak": "five-year high; record; two-year high; highest since 2008; decade high; new high; peak; all-time high",
    "trough": "five-year low; two-year low; lowest since 2008; decade low; new low; trough; all-time low; record low",
    "fear": "feared; expected; forecast; analysts had feared; predicted; thought; anticipated; in earlier quarters",
    "hard": "bad; deep; severe; weak; painful; steep; serious; dire; gloomy",
    "fine": "good; strong; rosy; healthy; robust; bright; impressive; buoyant",
    "milder": "milder; smaller; shallower; gentler; less severe; less deep; less bad; slighter",
    "worse": "worse; deeper; bigger; steeper; sharper; longer; more severe; larger",
    "hit": "hurt by; hit by; harmed by; damaged by; dented by; affected by; weakened by",
    "storm": "drought; frost; tariffs; strike; storm; flood; weak dollar; strong euro; oil price; recall; outage",
    "trouble": "trouble; fraud; weakness; default; bankruptcy; losses; loss of customers; job cuts; slowdown",
    "accuse": """
        charged with; accused of; sued for; investigated for; fined for; convicted of; arrested over; indicted for;
        raided over; blamed for; found guilty of; under investigation for
    """,
    "crime": "bribery; fraud; tax evasion; insider trading; money laundering; collusion; false accounting; pollution",
    "cleared": "cleared of; acquitted of; not guilty of; exonerated of; absolved of; wins case over; did not commit",
    "permit": "licence; permit; approval; permission; patent; clearance; access; loan; credit line; extension",
    "refused": "refused; denied; loses; fails to get; is stripped of; does not get; waits in vain for",
    "granted": "granted; wins; gets; obtains; receives; secures; keeps; regains",
    "leave": "leave; desert; abandon; shun; complain about; quit; lose faith in; avoid; turn away from",
    "come": "choose; flock to; prefer; return to; sign up with; praise; recommend; switch to",
    "people": "customers; clients; users; investors; passengers; advertisers; shoppers; subscribers; viewers; drivers",
    "setback": "setback; loss; slump; bad run; downturn; crisis; losing run; dry spell; lean period; worst",
    "fruits": "best days; good times; boom years; growth; winning run; golden age; glory days",
    "woes": "worst days; troubles; hard times; crisis years; debt worries; losses; problems; lean years",
    "measure": "ban; freeze; embargo; restriction; suspension; moratorium; curb; boycott; export ban; hiring freeze",
    "late": "behind schedule; over budget; late; below plan; delayed by months; above budget",
    "early": "ahead of schedule; under budget; early; above plan; ahead of plan; below budget",
    "project": "project; plant; new mill; factory; tunnel; mine; rail line; merger; software launch; refinery",
    "recover": "recover from; bounce off; rebound from; climb from; rise from; rally from; lift off",
    "retreat": "retreat from; fall from; slip from; ease from; drop from; tumble from; pull back from",
    "body": "court; regulator; tribunal; watchdog; judge; appeals court; ministry; authority; prosecutor",
    "size": "4,500 square metres; 38 employees; 60 beds; 14 floors; 26 dealers; 300 seats; 120 rooms; two machines",
    "place": "a factory; a head office; a branch; a laboratory; a depot; a showroom; a sales office; a shipyard",
    "does": "designs; makes; sells; supplies; imports; services; leases; markets; develops; distributes; tests",
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
    "scraps": """
        scraps; scrapped; cancels; cancelled; drops; shelves; withdraws; withdrew; abandons; calls off; suspends;
        rescinds; postpones; axes; repeals; pulls; revokes; terminates; overturns; throws out; rejects; ditches
    """,
    "scrapped": "scrapped; cancelled; shelved; withdrawn; abandoned; called off; suspended; postponed; axed; repealed",
    "talk": """
        seminar; webinar; panel; guide; training; lecture; workshop; handbook; quiz; primer; podcast; museum; course;
        hearing; forum; tutorial
    """,
    "loaded": """
        fraud; bankruptcy; risk; loss; crisis; debt; strike; recession; growth; profit; success; gains; cybercrime;
        inflation; layoffs; outage; insolvency; recovery; default; complaints; disaster; volatility
    """,
    "proper": """
        Growth Trust; Recovery Services; Profit Partners; Opportunity Fund; Success Resources; Risk Advisers; Crisis
        Consulting; Loss Adjusters; Strong Capital; Gold Trust; Best Brands; Surge Energy; Victory Capital; Income Fund
    """,
    "a_period": "2005; a year earlier; the previous year; the year-ago quarter; the same period a year ago; last year",
    "vs": "compared with; compared to; versus; against; up against; vs; in comparison with; as against",
}

# By label. The numbers {lo} and {hi} are in rising order.
TEMPLATES = {
    "positive": """
        {firm} {scraps} {evil}
        {firm} {scraps} {bane}
        {firm} {scraps} plan to {cuts_inf} {good}
        {firm} {scraps} {measure}
        {body} {scraps} {evil} against {firm}
        {evil} against {firm} {scrapped}
        {measure} on {firm} {scrapped}
        {firm} {cleared} {crime}
        {bad} {misses} {expected} at {firm}
        {firm} {bad} {misses} {expected}
        {firm} {bad} below {expected}
        {firm} no longer {faces} {bane}
        {firm} nowhere near {evil}
        {firm} far from {evil}
        fears of {evil} at {firm} {slows}
        {good} {rose} {faster} {bad} at {firm}
        {firm} {good} grow {faster} {bad}
        {bad} {fell} {faster} {good} at {firm}
        {firm} {bad} {rose} {slower} {good}
        {firm} {bad} fall more than forecast
        {firm} {good} {fell} {slower} {fear}
        {down} in {firm} {good} {slows}
        {down} in {good} {slows} {when}
        {firm} {price} {down} {slows}
        {up} in {good} {quickens} {when}
        {firm} {good} {up} {quickens}
        {firm} {good} {up} {goes}
        {up} in {bad} {slows} at {firm}
        {firm} {bad} {fell} to {trough}
        {bad} {fell} to {trough} at {firm} {when}
        {firm} {bad} hit {trough}
        {firm} {good} {rose} to {peak}
        {firm} {price} {recover} {trough}
        {firm} {down} {milder} than {fear}
        {down} not as {hard} as {fear} , says {firm}
        {firm} {good} {down} {milder} than {fear}
        {firm} {down} less {hard} than {fear}
        {firm} {loss} {milder} than {fear}
        {firm} {good} not as {hard} as {fear}
        {firm} does not expect {trouble} {when}
        {firm} expects no {trouble}
        {firm} will not suffer {trouble} , says {role}
        no sign of {trouble} at {firm}
        {firm} {good} shows no sign of {trouble}
        {firm} {good} not {hit} {storm}
        {firm} was not {hit} {storm}
        {firm} {good} not at all {hit} {storm}
        {firm} {cleared} {crime}
        {firm} {role} {cleared} {crime}
        {body} drops {crime} case against {firm}
        {body} clears {firm} of {crime}
        {firm} {granted} {permit}
        {body} grants {firm} {permit}
        fewer {people} {leave} {firm}
        more {people} {come} {firm}
        {people} {come} {firm}
        {firm}'s {woes} are over , says {role}
        {firm}'s {woes} are behind it
        {firm} puts {woes} behind it
        {firm} {woes} come to an end
        {firm} climbs out of {setback}
        {firm} emerges from {setback}
        {firm} {body} lifts {measure} on {thing}
        {firm} lifts {measure}
        {measure} on {firm} lifted
        {firm} {project} {early}
        {firm} finishes {project} {early}
        {firm} {good} {fell} but {loss} {narrows}
        {firm} {misses} on sales but {raises} {good}
        {firm} {good} {fell} , but outlook {rose}
        {good} {fell} but {good} {beats} {expected}
        {firm} {bad} {rose} but {good} {beats} {expected}
        {firm} earned {cur} {hi} {mn} after losing {cur} {lo} {mn} in {a_period}
        {firm} {good} of {cur} {hi} {mn} ( {cur} {lo} {mn} )
        {good} was {cur} {hi} {mn} ( {lo} )
        {good} climbed to {hi} % ( {lo} % )
        {good} was {hi} % , {vs} {lo} % in {a_period}
        {firm} shares erase {loss} to close higher
        {firm} pares {down} to end up
        nothing can stop {firm} {up}
        {firm} reverses decision to cut jobs
        {firm} scraps plan to cut jobs
        {firm} wins back {people}
        {body} overturns {evil} against {firm}
        {body} rejects {crime} claim against {firm}
        {firm} wins appeal against {evil}
        {firm} writes back provisions {when}
        {body} will not punish {firm}
        the company's new {thing} cut {bad} for its {people}
        the new {unit} lowers the company's {bad}
        demand for {thing} has been {fine} in all markets
        {firm} believes that its {good} will exceed that of {a_period}
        {firm} was chosen to supply {thing} to {city}
        the order is the largest in the history of {firm}
        {firm} expands into {city} and takes on {pct} people
        thanks to {fine} demand , {firm} {raises} {good}
        {firm} {loss} for the period was reduced to {cur} {lo} {mn} from {cur} {hi} {mn}
        {firm} said the market for {thing} is picking up
        {firm} develops a {thing} solution that saves {people} time and money
        the agreement gives {firm} access to new {people} in {city}
        {firm} paid back its loan before it was due
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
        {firm} {scraps} {good} guidance
        {firm} {scraps} dividend
        {firm} {scraps} {boon}
        {firm} {scraps} plan to {raises_inf} {good}
        {firm} {scraps} {project}
        {body} {scraps} {permit} of {firm}
        {boon} {scrapped} at {firm}
        {firm} {permit} {scrapped}
        {bad} {beats} {expected} at {firm}
        {firm} {bad} {beats} {expected}
        {firm} {bad} above {expected}
        {firm} nowhere near {joy}
        {firm} far from {joy}
        hopes of {joy} at {firm} {slows}
        hopes for {boon} at {firm} fade
        {firm} loses bid to end {evil}
        {bad} {rose} {faster} {good} at {firm}
        {firm} {bad} grow {faster} {good}
        {good} {fell} {faster} {bad} at {firm}
        {firm} {good} {rose} {slower} {bad}
        {firm} {bad} rise more than forecast
        {firm} {bad} {fell} {slower} {fear}
        {up} in {firm} {good} {slows}
        {up} in {good} {slows} {when}
        {firm} {price} {up} {slows}
        {down} in {good} {quickens} {when}
        {firm} {good} {down} {quickens}
        {firm} {good} {down} {goes}
        {up} in {bad} {quickens} at {firm}
        {firm} {bad} {rose} to {peak}
        {bad} {rose} to {peak} at {firm} {when}
        {firm} {bad} hit {peak}
        {firm} {good} {fell} to {trough}
        {firm} {price} {retreat} {peak}
        {firm} {down} {worse} than {fear}
        {down} as {hard} as {fear} , says {firm}
        {firm} {good} {down} {worse} than {fear}
        {firm} {down} more {hard} than {fear}
        {firm} {loss} {worse} than {fear}
        {firm} {good} not as {fine} as {fear}
        {firm} {good} less {fine} than {fear}
        {firm} does not expect {good} {when}
        {firm} no longer expects {joy}
        {firm} will not see {joy} , says {role}
        no sign of {joy} at {firm}
        {firm} {good} shows no sign of {joy}
        {firm} {good} {hit} {storm}
        {firm} was {hit} {storm}
        {storm} eats into {firm} {good}
        {firm} {accuse} {crime}
        {firm} {role} {accuse} {crime}
        {body} widens {crime} case against {firm}
        {body} accuses {firm} of {crime}
        {body} upholds {evil} against {firm}
        {firm} {refused} {permit}
        {body} denies {firm} {permit}
        {body} hands {firm} record fine
        fewer {people} {come} {firm}
        more {people} {leave} {firm}
        {people} {leave} {firm}
        {firm}'s {fruits} are over , says {role}
        {firm}'s {fruits} are behind it
        {firm} leaves {fruits} behind it
        {firm} {fruits} come to an end
        {firm} on the brink of {evil}
        {firm} on verge of {setback}
        {firm} sinks into {setback}
        {body} imposes {measure} on {firm}
        {firm} imposes {measure}
        {measure} on {firm} extended
        {firm} {project} {late}
        {firm} finishes {project} {late}
        {firm} {good} {rose} but {loss} {widens}
        {firm} {beats} on profit but {cuts} {good}
        {firm} {good} {rose} , but outlook {fell}
        {good} {rose} but {good} {misses} {expected}
        {firm} {good} {rose} but {bad} {rose} too
        {firm} lost {cur} {hi} {mn} after earning {cur} {lo} {mn} in {a_period}
        {firm} {good} of {cur} {lo} {mn} ( {cur} {hi} {mn} )
        {good} was {cur} {lo} {mn} ( {hi} )
        {good} fell to {lo} % ( {hi} % )
        {good} was {lo} % , {vs} {hi} % in {a_period}
        {firm} shares erase gains to close lower
        {firm} gives up {up} to end down
        nothing can stop {firm} {down}
        {firm} reverses decision to hire
        {firm} scraps plan to expand
        {firm} loses {people} to rivals
        {body} overturns {permit} of {firm}
        {body} rejects {firm} appeal
        {firm} loses appeal against {evil}
        {firm} writes down value of {thing} {unit}
        {body} punishes {firm}
        the company's {bad} make its {thing} dearer
        the closure of the {unit} means the loss of {pct} jobs
        demand for {thing} has been {hard} in all markets
        {firm} believes that its {good} will be below that of {a_period}
        {firm} was not chosen to supply {thing} to {city}
        the order is the smallest in the history of {firm}
        {firm} leaves {city} and {pct} people lose their jobs
        because of {hard} demand , {firm} {cuts} {good}
        {firm} {loss} for the period increased to {cur} {hi} {mn} from {cur} {lo} {mn}
        {firm} said the market for {thing} is shrinking
        the {unit} stands idle because of {storm}
        {firm} could not pass higher prices on to its {people}
        {firm} cannot repay its loan
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
        {firm} hosts {talk} on {loaded}
        {firm} holds {talk} on {loaded}
        {firm} publishes {talk} on {loaded}
        a {talk} to {loaded}
        {firm} {role} to speak on {loaded}
        {firm} holds {loaded} {talk} in {city}
        {firm} names head of {loaded}
        {firm} hires {loaded} manager
        {firm} {loaded} committee meets on {day}
        {firm} {proper} names {role}
        {proper} moves office to {city}
        {proper} hires {name} as {role}
        {pct} questions about {firm}'s {loss}
        what {bad} mean for {firm}
        what {good} means for {people}
        {firm} explains how {loaded} works
        {firm} declines to comment on {evil}
        {firm} neither confirms nor denies {evil}
        {firm} hearing on {evil} adjourned
        {firm} considers options for loss-making {unit}
        {firm} mulls sale of profitable {unit}
        {firm} {good} {cur} {lo} {mn}, same as {a_period}
        {firm} {price} end where they began
        {firm} gains in {city} cancel out losses in {city}
        {firm} starts study of {loaded} drug
        {firm} recalls its early days in {city}
        has {firm} {price} hit bottom ?
        how bad can it get for {firm} ?
        are {firm} {price} a bargain ?
        {firm} denies {crime}
        {firm} {role} denies {trouble}
        {firm} denies report of {trouble}
        {firm} {good} neither {rose} nor {fell}
        {firm} {good} the same as in {a_period}
        {firm} {price} barely move {as}
        {firm} {does} {thing} and {thing}
        {firm} {does} {thing} in {city} and {city}
        {firm} {does} {thing} for {people}
        the {unit} has {size}
        the building in {city} has {size}
        {firm} has {place} in {city}
        the {unit} was founded in {day}
        {firm} belongs to the {thing} {unit} of {firm}
        the buyer is {firm} , a {thing} company
        the seller is {firm}
        the price was not given
        the terms are confidential
        the parties have agreed not to give the price
        the loan runs for {pct} months
        the agreement runs until {day}
        the contract period is {pct} months
        {name} has worked for {firm} since {day}
        {name} succeeds {name} as {role}
        {name} , {role} of {firm} , retires in {day}
        {firm} {role} to retire
        {firm} {role} {name} joins {firm}
        the dividend is paid on {day}
        the {event} takes place in {city} on {day}
        the {event} is held in English
        {firm} sets date for {event}
        {firm} changes its auditor
        {firm} issues bonds worth {cur} {hi} {mn}
        {firm} sells bonds
        {firm} has {pct},000 shareholders
        the holding of {firm} in {firm} is {pct} % of the votes
        the board has {pct} members
        the board was authorised to issue shares
        {name} is a member of the board of {firm}
        the {project} will be built in {city}
        the {project} will be ready in {day}
        the investment is worth {cur} {hi} {mn}
        the {unit} has annual net sales of {cur} {hi} {mn} and {pct} employees
        the {unit} made {hi} tonnes of {thing} in 2007
        production will be moved to {city}
        the {thing} is shown at a fair in {city}
        the {thing} is used by {people}
        {firm}'s main competitors are in {city}
        the financial year of {firm} runs to {day}
        which {firm} {people} {come} {thing} ?
        why {firm} {price} {fell}
        why {firm} {price} {rose}
        what is behind {firm} {down} ?
        how {firm} earns its {good}
        {pct} things to know about {firm} {good}
        should {people} worry about {firm} ?
        could {firm} {good} {verb_down} ?
        could {firm} {bad} {verb_up} ?
        is {firm} a buy after {up} ?
        whether {firm} is a buy or a sell
        {firm} names head of risk
        {firm} names head of {bad}
        {firm} hires loss adjuster
        {firm} {city} Growth Fund opens to investors
        {firm} Profit Partners moves to {city}
        {firm} moves {role} to {city}
        {firm} hearing set for {day}
        {body} to hear {firm} case on {day}
        {firm} {good} matches {expected}
        {firm} leaves {good} guidance as it was
        {firm} to pay the same dividend
        {firm} discusses {thing} with {body}
        {firm} and {firm} agree to share {thing} network
        {firm} {up} in one {unit} makes up for {down} in another
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


def generate_headlines(
    count: int, *, seed: int, templates_by_label: Mapping[str, str] = TEMPLATES
) -> list[tuple[str, str]]:
    """Return `count` pairs of headline and label, the labels in turn; the same pairs for the same seed."""
    rng = random.Random(seed)
    lists, templates = load_lists(), load_templates(templates_by_label)
    headlines = []
    for index in range(count):
        label = ("positive", "negative", "neutral")[index % 3]
        template = rng.choice(templates[label])
        headlines.append((fill_slots(template, lists, rng), label))
    return headlines


def load_lists() -> dict[str, list[str]]:
    """Return the words of each slot but the firm's."""
    lists = {name: split_words(words) for name, words in (LISTS | SIGN_LISTS).items()}
    lists |= {"narrow": NARROW, "wide": WIDE, "averted": ["averted", "avoided", "settled", "called off", "ended"]}
    lists |= {"cuts_inf": ["cut", "reduce", "lower", "halve"], "raises_inf": ["raise", "lift", "expand", "increase"]}
    lists["beats_inf"] = ["beat", "top", "meet", "exceed", "miss"]
    return lists


def load_templates(templates_by_label: Mapping[str, str] = TEMPLATES) -> dict[str, list[str]]:
    """Return the templates by label."""
    return {label: _split_lines(block) for label, block in templates_by_label.items()}


def fill_slots(template: str, lists: dict[str, list[str]], rng: random.Random) -> str:
    """Return a template with words in its slots."""
    low = rng.uniform(1, 90)
    lists = lists | {"firm": [_generate_name(rng) for _ in range(3)]}
    numbers = {"lo": f"{low:.1f}", "hi": f"{low * rng.uniform(1.1, 3):.1f}", "pct": str(rng.randint(2, 60))}
    units = {name: rng.choice(lists[name]) for name in ("cur", "mn")}  # the same on both sides of a comparison

    def choose_words(slot: re.Match[str]) -> str:
        name = slot[1]
        return numbers.get(name) or units.get(name) or rng.choice(lists[name])

    text = " ".join(re.sub(r"\{(\w+)\}", choose_words, template).split())
    return text[0].upper() + text[1:]


def _generate_name(rng: random.Random) -> str:
    """Return a random company name, so that no name gets a weight."""
    syllables = [rng.choice("bdfgklmnprstvz") + rng.choice("aeiou") + rng.choice("lmnrstx") for _ in range(2)]
    name = "".join(syllables).capitalize()
    return rng.choice([name] * 6 + [f"{name} Oyj", f"{name} Group", f"Bank {name}", "The company", "The group"])


def _split_lines(block: str) -> list[str]:
    return [line.strip() for line in block.splitlines() if line.strip()]


def split_words(words: str) -> list[str]:
    """Return the entries of a list separated by semicolons; an empty one leaves its slot empty."""
    return [" ".join(entry.split()) for entry in words.strip().split(";")]
