"""Words and templates of headlines in which two or three entities fare differently, by kind of event.

In the notation of entity_grammar.py, whose lists they share. No template repeats a sentence of the tests.
"""

LISTS = {
    "trouble": """
        outage; recall; strike; walkout; blaze; data breach; safety scare; scandal; shutdown; shortage; plant
        fire;
        delays; production halt; accounting probe; boycott; trial failure; hack; blackout; bankruptcy;
        collapse;
        profit warning; staff exodus; quality problems; grounding; dispute; woes; trouble; crisis; job cuts;
        cuts;
        misfortune; stumble; setback; retreat; exit; failure; missteps; weakness
    """,
    "fortune": """
        success; boom; rally; record sales; order surge; breakthrough; turnaround; expansion; comeback;
        popularity;
        price cuts; new plant; strong demand; growth; rise; recovery; good run; dominance; bumper profit;
        upbeat outlook
    """,
    "ill": """
        pain; loss; misery; woe; trouble; misfortune; problem; headache; nightmare; retreat; weakness; failure
    """,
    "luck": """
        gain; joy; opportunity; good fortune; chance; boon; windfall; delight; profit; strength; opening
    """,
    "gift": """
        gift; boon; godsend; windfall; shot in the arm; tonic; lifeline; blessing; opening; fillip; chance;
        helping hand;
        leg up; open door; bonanza; relief
    """,
    "curse": """
        headache; blow; curse; burden; drag; worry; body blow; poison; pain; setback; thorn in the side;
        drain; problem;
        cold shower
    """,
    "sends": """
        sends; drives; pushes; steers; diverts; hands; brings; delivers; funnels; shifts; redirects; gifts
    """,
    "trade": """
        customers; shoppers; passengers; orders; traffic; clients; business; users; cargo; sales; demand;
        bookings;
        buyers; patients; savers; advertisers; tenants; merchants
    """,
    "money": "cash; deposits; money; savings; billions; funds; assets; pension money",
    "warm": """
        flock to; turn to; embrace; warm to; pile into; rush to; return to; trust; bet on; switch to; snap up;
        line up for;
        queue for; fall for; back; favour; choose; load up on; buy into; rediscover; stick with; go for;
        cheer; reward;
        welcome; applaud; swarm to; adore; come back to
    """,
    "cool": """
        shun; desert; spurn; avoid; dump; abandon; snub; lose faith in; lose patience with; sour on; turn off;
        give up on;
        walk away from; bail out of; back away from; tire of; retreat from; run from; punish; bet against;
        flee; cold-shoulder;
        turn away from; get out of; stay away from; distrust; forsake; switch off; unload; pull out of; hang
        up on
    """,
    "warms": """
        warms to; piles into; doubles stake in; turns to; adds to stake in; bets on; backs; likes; loads up
        on; tips;
        invests in; talks up; puts faith in; raises stake in; favours; sides with; rewards; trusts
    """,
    "cools": """
        dumps; sells out of; sours on; exits; slashes stake in; bets against; gives up on; shuns; turns its
        back on;
        trims stake in; loses faith in; walks away from; bails out of; spurns; shorts; snubs; avoids; unloads
    """,
    "thrives": """
        thrives; prospers; cashes in; flourishes; booms; shines; cleans up; fills its order book; runs at full
        capacity;
        sells out; adds shifts; hires; opens stores; adds flights; pays a bonus; raises prices at will; rakes
        in cash;
        cannot keep up with demand; is swamped with orders; posts record haul; toasts bumper season; hits all
        targets;
        keeps growing; beats forecasts; goes from strength to strength; has a full order book; has cash to
        spare;
        breezes through; finds its feet; grows fast; doubles profit; builds second plant; steams ahead; roars
        back;
        bounces back; celebrates; makes hay; rides high; reaps rewards; fills rooms; fills its planes; adds
        customers;
        raises dividend; wins applause; hits its goals; takes off; strikes gold; strikes it rich; gets the
        green light;
        makes a profit; outshines; sails through; counts its winnings
    """,
    "suffers": """
        suffers; struggles; bleeds cash; burns cash; withers; limps on; runs out of cash; runs out of stock;
        shuts plants;
        sheds staff; closes stores; counts the cost; feels the pinch; is stuck with unsold stock; misses all
        targets;
        cuts prices to fill rooms; idles factories; mothballs plant; sinks deeper into the red; begs lenders
        for time;
        cannot fill its planes; grounds jets; pays the price; stumbles; flounders; is left behind; fades;
        falters; reels;
        counts its losses; loses its way; hits the wall; gets nothing; is left out in the cold; bleeds users;
        crumbles;
        goes hungry; misses out; comes up short; comes up empty; pays dearly; nurses losses; stalls; gets
        squeezed;
        takes a beating; takes a hit; sends staff home; halts output; suspends dividend; scraps its targets;
        breaks down;
        runs dry; warns of squeeze; shrinks; is squeezed out; is caught out; cuts its forecast; goes bust;
        folds; dives;
        craters; melts down; wilts; languishes
    """,
    "thriving": """
        thriving; booming; winning; cashing in; growing; flourishing; hiring; ahead; in demand; on the rise;
        in profit;
        unscathed; unharmed; untouched; safe; in good health; the winner; spared; better off
    """,
    "ailing": """
        struggling; losing; bleeding; reeling; shrinking; stuck; behind; in the red; out of favour; exposed;
        on the ropes;
        the loser; worse off; crippled; in trouble; hurting; squeezed; short of cash; vulnerable; under fire
    """,
    "hurt_by": """
        hurting; squeezing; sinking; crushing; punishing; stranding; burning; pinching; starving; crippling;
        catching out;
        wrongfooting; costing; dealing a blow to; spelling trouble for; taking the shine off; piling pressure
        on;
        leaving a hole at; pulling down; hauling down; taking down; knocking; hammering; clobbering; bad news
        for;
        a blow to; a headache for; a worry for; a setback for; putting the squeeze on; closing the door on;
        shutting out
    """,
    "help_by": """
        rescuing; saving; freeing; cheering; sparing; rewarding; enriching; fattening; reviving; handing
        victory to;
        opening the door to; clearing the way for; clearing the path for; paving the way for; making room for;
        good news for;
        a boost for; a gift to; a boon for; a relief for; leaving the field to; breathing life into; giving a
        boost to;
        filling the coffers of; pulling up; lifting; a windfall for; playing into the hands of; adding to the
        appeal of
    """,
    "gaining": """
        chips away at; eats into; bites into; cuts into; breaks; ends; erodes; challenges; dents; narrows;
        closes in on;
        whittles down; threatens
    """,
    "hold": """
        lead; dominance; market share; grip on market; monopoly; reign; stronghold; sales; advantage; turf
    """,
    "overcome": """
        muscles in on; steals a lead on; leaves behind; runs rings around; stretches lead over; pulls further
        ahead of;
        has the edge over; gains on; outguns; is better placed than; is in better shape than; wins back
        customers from;
        wins share from; snaps up slots of; wins bidding war against; is stronger than; is healthier than;
        earns more than;
        grows faster than; makes more money than; has more orders than; sells more than; leads; towers over;
        dwarfs;
        is no longer second to; extends lead over; laps; puts in the shade; is a safer bet than; is worth more
        than; nips ahead of
    """,
    "succumb": """
        falls behind; loses ground to; loses share to; plays catch-up with; trails; is no match for; slips
        behind;
        concedes defeat to; gives way to; bows to; is weaker than; is in worse shape than; earns less than;
        bleeds customers to;
        sells less than; misses out to; gives up lead to; loses the crown to; loses staff to; cannot keep pace
        with;
        struggles to match; is still losing to; is overshadowed by; is squeezed by; is outspent by; is forced
        to yield to;
        surrenders lead to; is leapfrogged by; is dwarfed by; is worth less than; loses top spot to; is shut
        out by
    """,
    "metric": """
        margins; sales; profit; orders; growth; market value; cash pile; output; returns; yields; deliveries;
        earnings
    """,
    "ahead": """
        twice those of; well above those of; now exceed those of; beat those of; dwarf those of; overtake
        those of
    """,
    "astern": "half those of; well below those of; now lag those of; trail those of; a fraction of those of",
    "burden": """
        debt load; losses; costs; bad loans; churn; default rate; legal bill; losses on loans; staff turnover
    """,
    "award": """
        $90 million; $210 million award; damages; $1.2 billion verdict; patent ruling; injunction; court
        order; ruling;
        victory; judgment; arbitration award
    """,
    "court": "court; judge; jury; appeals court; tribunal; arbitrators; high court; supreme court; panel",
    "overturns": """
        overturns; throws out; quashes; voids; reverses; strikes down; tosses; annuls; sets aside; scraps;
        slashes
    """,
    "upholds": "upholds; backs; confirms; reinstates; revives; lets stand; affirms; restores",
    "wronged": """
        copied; infringed; stole from; cheated; misled; defamed; overcharged; breached contract with; spied
        on; owes;
        harmed; poached illegally from; violated patents of
    """,
    "ordered": """
        ordered to pay; must pay; ordered to compensate; told to reimburse; has to refund; ordered to return
        patents to;
        loses appeal against; loses arbitration with; loses case to; pays damages to; pays up to; settles
        with; must license patents to
    """,
    "winning": """
        wins damages from; wins injunction against; wins ruling against; wins compensation from; wins verdict
        against;
        collects damages from; prevails over; beats back lawsuit by; fends off claim by; defeats challenge by;
        wins appeal against; wins arbitration against; gets refund from
    """,
    "team": """
        bankers; engineers; top dealmakers; star traders; designers; researchers; chief engineer; finance
        chief;
        head of design; sales team; chief scientist; key staff; a team of traders; head of research; best
        developers
    """,
    "poaches": """
        poaches; raids; lures; hires away; woos; steals; snatches; snares; recruits; bags; picks off; nabs
    """,
    "defect": "defect; jump ship; move; bolt; walk out; switch; decamp; flee; head; flock; leave; migrate",
    "snatches": """
        takes; steals; grabs; wins; snatches; captures; lures; poaches; wrests; seizes; prises; pulls; lands; bags;
        picks up; wins back; regains; tempts; siphons; diverts; recaptures; nabs; entices; peels; scoops
    """,
    "snatch": "take; steal; grab; win; snatch; capture; lure; poach; wrest; seize; win back; regain; recapture; tempt",
    "spoil": """
        market share; share; a rail contract; the army contract; customers; shoppers; clients; its best customer;
        passengers; a cloud contract; a bus contract; rail contract; defence contract; subscribers; the top spot;
        business; a key account; talent; savers; readers; a naval contract; viewers; orders; sales; accounts; traders;
        airport slots
    """,
    "human": "Anna Holm; Piet Maas; Lena Aalto; Omar Haddad; Rita Sousa; Jan Kral; Mei Tan; Paulo Reis; Eva Lind",
    "month": "January; February; March; May; June; August; September; October; November; December",
    "venue": """
        data centre in Oslo; database centre in Porto; research centre in Pune; warehouse in Leeds; branch in Turin;
        sales office in Accra; test track in Graz; laboratory in Busan; showroom in Denver; training centre in Quito
    """,
    "gain_of": "in Asia; in Europe; in third quarter; as prices fall; for first time; in online sales; ; ; ; ; ",
    "list": """
        S&P 500; Dow; FTSE 100; Stoxx 600; Nasdaq 100; DAX; index; blue-chip index; Nikkei; CAC 40; MSCI index
    """,
    "join": """
        to join; joins; enters; added to; promoted to; to enter; wins place in; moves up to; gets into;
        admitted to
    """,
    "exit": """
        drops out of; leaves; dropped from; relegated from; kicked out of; loses place in; removed from; falls
        out of; out of
    """,
    "stead": """
        replacing; taking the place of; in place of; ousting; displacing; as substitute for; at the cost of;
        pushing out
    """,
    "short": """
        Muddy Waters; Hindenburg; Short seller; Citron; Viceroy; Spruce Point; Kerrisdale; Gotham; Grizzly;
        Culper
    """,
    "accuse": """
        accuses {B} of fraud; says {B} inflates sales; calls {B} a sham; alleges {B} faked accounts; targets
        {B};
        bets against {B}; says {B} hid debts; publishes report on {B}; takes aim at {B}; calls {B}
        uninvestable; doubts {B} accounts
    """,
    "deny": """
        rebuts; refutes; hits back at; rejects; survives; shakes off; wins apology from; debunks; answers
    """,
    "goodnote": """
        sees {B} doubling; thinks {B} is a bargain; says {B} is too cheap; tips {B}; puts {B} on list of top
        picks;
        says {B} is best in class; adds {B} to focus list; sees brighter days for {B}; moves {B} outlook to
        positive;
        raises {B} two notches; lifts {B} to investment grade; assigns {B} street-high target; sings praises
        of {B};
        sees value in {B}; takes {B} off credit watch; urges clients to buy {B}; says {B} has room to run;
        nudges {B} target up
    """,
    "badnote": """
        sees {B} halving; thinks {B} is overpriced; says {B} is too dear; no longer recommends {B};
        takes {B} off list of top picks; says it is time to take profits in {B}; says {B} has run too far;
        puts {B} on review for downgrade;
        sees dark days for {B}; moves {B} outlook to negative; lowers {B} two notches; strips {B} of its top
        rating;
        doubts {B} forecasts; loses patience with {B}; urges clients to sell {B}; cools on {B}; removes {B}
        from buy list;
        says get out of {B}; sees more pain at {B}; says {B} is priced for perfection; steps aside on {B}
    """,
    "thing": """
        screens; engines; batteries; chips; tyres; seats; software; sensors; turbines; steel; cloud; payment
        system;
        packaging; drugs; modems; satellites; brakes; cameras; trucks; jets
    """,
    "use": """
        to use; picks; adopts; switches to; orders; to fit; standardises on; approves; opts for; signs up for;
        to stock
    """,
    "drop": """
        drops; stops using; phases out; bans; removes; rejects; no longer stocks; replaces; cancels; ends use
        of; to stop selling
    """,
    "slash": """
        slashes orders; cancels order; delays purchase; halves order; builds its own; takes work in-house;
        pauses buying;
        trims order book; cuts spending; defers deliveries; freezes spending; changes supplier
    """,
    "noun_good": """
        strong sales; record profit; rising demand; a full order book; upbeat forecast; solid growth; rally;
        good results;
        robust margins; bumper orders
    """,
    "noun_bad": """
        weak sales; heavy losses; falling demand; an empty order book; gloomy forecast; slow growth; slide;
        bad results;
        shrinking margins; troubles; profit warning; costs
    """,
    "brightens": """
        brightens; improves; grows; swells; rises; strengthens; widens; expands; climbs; recovers; doubles
    """,
    "dims": """
        dims; darkens; worsens; shrinks; withers; falls; weakens; narrows; dries up; fades; halves; crumbles;
        slips
    """,
    "good_n": """
        outlook; profit; order book; sales; market share; cash pile; margin; dividend; share price; backlog;
        reputation
    """,
    "passes": """
        succeeds; beats placebo; meets goal; works; passes trial; wins approval; shines in study; cuts deaths
    """,
    "fails": """
        fails; flops; does no better than placebo; misses goal; is rejected; is pulled; disappoints in study;
        falls short
    """,
    "drug": "drug; pill; jab; vaccine; rocket; chip; phone; car; game; show; film; battery; engine; app",
    "shares": "shares; stock; bonds; deposits",
    "taking": "dragging; taking; pulling; hauling; bringing; sending",
    "kin": """
        parent; affiliate; supplier; lender; shareholder; landlord; sister firm; top investor; subsidiary;
        owner; insurer
    """,
    "foe": """
        rival; competitor; challenger; peer; upstart; larger rival; discounter; newcomer; local champion;
        archrival; start-up
    """,
    "weather": """
        drought; heatwave; flood; warm winter; cold snap; storm; tariffs; import duty; war fears; peace talks;
        lockdown; new tax;
        subsidy cut; rate rise; rate cut; strike; glut; price war; strong dollar; weak pound; cheap oil; dear
        oil; chip ban;
        export ban; ageing population; remote work; hot summer; inflation; cheap imports; dear gas; falling
        rents
    """,
    "person": """
        Anil Mehra; Rohit Shah; Jane Miller; Vikram Rao; Sunil Gupta; Mark Olsen; Priya Nair; Tom Keller; Ajit
        Desai;
        Laura Stein; Deepak Jain; experts; analysts; traders; survey; Ravi Kulkarni; Hana Suzuki; Peter Lang
    """,
    "rise": """
        up; gain; rise; rally; climb; surge; jump; top gainers; outperform; advance; inch ahead; among the top
        gainers;
        hit highs; lead gains; rebound; in demand; shine; hold firm; good bets; attractive; worth buying
    """,
    "sink": """
        down; fall; slip; slide; drop; tumble; top losers; underperform; plunge; retreat; among the biggest
        losers;
        hit lows; lead losses; weaken; under pressure; suffer; look weak; overvalued; best avoided; the
        weakest
    """,
    "advise": """
        buy; look at; look at adding; accumulate; build positions in; stay invested in; go long on; consider;
        prefer;
        bullish on; positive on; overweight on; stick to; bet on; buy on dips
    """,
    "dissuade": """
        sell; avoid; stay away from; exit; bearish on; negative on; underweight on; book profits in; go short
        on;
        cautious on; get out of; reduce; no buying
    """,
    "spares": """
        spares; skips; bypasses; misses; leaves unscathed; passes by; favours; exempts; shields; protects;
        pleases; suits
    """,
    "catches": """
        catches; hits; burns; wallops; floors; punishes; ensnares; sinks; clips; stings; bites; crushes;
        snags; wounds
    """,
}
TEMPLATES = """
    {human} takes over at {A0} from {month}
    {human} takes over as chief of {A0} in {month}
    {human} to head {A0} unit in {month}
    {human} leaves {A0} board in {month}
    {A0} opens {venue} , {human} says
    {A0} and {B0} open {venue}
    {A0} buys {thing} from {B0}
    {A+} {snatches} {spoil} from {B-} {gain_of}
    {A+} {snatches} {spoil} from {B-}
    {A+} {snatches} {spoil} from {B-}
    {A+} {snatches} {spoil} from {B-} {gain_of}
    {A+} {snatches} {spoil} from {foe} {B-} {gain_of}
    {A+} {snatches} {spoil} away from {B-}
    {A+} {snatches} {spoil} from {B-} and {C-}
    {A+} to {snatch} {spoil} from {B-}
    {A+} set to {snatch} {spoil} from {B-}
    {A+} says it will {snatch} {spoil} from {B-}
    {A+} {up} after it {snatches} {spoil} from {B-}
    {B-} {down} as {A+} {snatches} {spoil} from it
    {A+} , {B+} {rise}
    {A-} , {B-} {sink}
    {A+} , {B+} and {C+} {rise}
    {A-} , {B-} and {C-} {sink}
    {A+} , {B+} , {C+} {rise} on {cause}
    {A-} , {B-} , {C-} {sink} on {cause}
    {A+} and {B+} {rise} on {cause}
    {A-} and {B-} {sink} on {cause}
    {A+} , {B+} {rise} : {person}
    {A-} , {B-} {sink} : {person}
    Markets mixed ; {A+} , {B+} {rise}
    Markets mixed ; {A-} , {B-} {sink}
    Stocks like {A+} , {B+} and {C+} {rise} : {person}
    Stocks like {A-} , {B-} and {C-} {sink} : {person}
    {advise} {A+} : {person}
    {dissuade} {A-} : {person}
    {advise} {A+} and {B+} : {person}
    {dissuade} {A-} and {B-} : {person}
    {advise} {A+} , {B+} , {C+} : {person}
    {dissuade} {A-} , {B-} , {C-} : {person}
    {advise} {A+} , {B+} and {C+} on every dip : {person}
    {dissuade} {A-} , {B-} and {C-} at these levels : {person}
    {advise} {A+} ; {dissuade} {B-} : {person}
    {dissuade} {A-} ; {advise} {B+} : {person}
    {A+} can go as high as 540 : {person}
    {A-} can go as low as 210 : {person}
    {A+} , {B+} good for buying : {person}
    {A-} , {B-} good for selling : {person}
    {cause} takes toll on {A-} , {B-} and {C-}
    {cause} {hurts} {A-} , {B-} and {C-}
    {cause} {helps} {A+} , {B+} and {C+}
    {weather} {catches} {A-} , {B-} and {C-}
    {A0} , {B0} and {C0} in focus : {person}
    Wait and watch on {A0} , {B0} : {person}
    Where are {A0} and {B0} headed ? {person}
    {A0} , {B0} {flat} before results
    {A-} {trouble} is a {gift} to {B+}
    {A-} {trouble} is {gift} for {foe} {B+}
    {A-}'s {trouble} a {gift} to {B+}
    {trouble} at {A-} {sends} {trade} to {B+}
    {trouble} at {A-} is a {gift} for {B+}
    {trouble} at {A-} , {help_by} {B+}
    {trouble} at {A-} is a {curse} for {kin} {B-}
    {trouble} at {A-} leaves {B-} short of {thing}
    {trouble} at {A-} hits {kin} {B-}
    {A-} {trouble} {sends} {trade} to {B+}
    {A-} {trouble} boosts {B+} {good_n}
    {A-} {trouble} costs {kin} {B-} $300 million
    {B-} says {trouble} at {A-} cost it $40 million
    {B+} {thrives} after {A-} {trouble}
    {B+} {thrives} on {A-} {trouble}
    {B+} {thrives} thanks to {A-} {trouble}
    {B+} escapes {trouble} that sank {A-}
    {B+} dodges losses that hit {A-}
    {B-} {suffers} after {A-} {slash}
    {B-} {suffers} as {kin} {A-} {suffers}
    {A+} {fortune} is a {curse} for {B-}
    {A+}'s {fortune} is a {curse} to {foe} {B-}
    {A+} {fortune} leaves {B-} {ailing}
    {fortune} at {A+} , {hurt_by} {B-}
    {A-}'s {ill} is {B+}'s {luck}
    {A-}'s {ill} , {B+}'s {luck}
    {B+}'s {luck} is {A-}'s {ill}
    {A-} {ill} is {B+} {luck}
    {A-} {suffers} , {B+} {thrives}
    {A+} {thrives} , {B-} {suffers}
    {A+} {thrives} while {B-} {suffers}
    {A-} {suffers} while {B+} {thrives}
    {A+} {thrives} as {B-} {suffers}
    {A-} {suffers} as {foe} {B+} {thrives}
    {A+} {thrives} ; {B-} {suffers}
    {A-} {suffers} ; {foe} {B+} {thrives}
    {A+} {thrives} but {B-} {suffers}
    While {A-} {suffers} , {B+} {thrives}
    Where {A-} {suffers} , {B+} {thrives}
    {A+} {thrives} where {B-} {suffers}
    {A-} {suffers} , {hurt_by} {kin} {B-}
    {A-} {suffers} , {help_by} {foe} {B+}
    {A+} {thrives} , {hurt_by} {B-}
    {A+} {thrives} , {help_by} {kin} {B+}
    {A+} {thriving} , {B-} {ailing}
    {A-} {ailing} , {B+} {thriving}
    {A+} {thriving} as {B-} left {ailing}
    {B-} {ailing} , says study ; {A+} {thriving}
    Who is {ailing} ? {A-} . Who is {thriving} ? {B+}
    Only {A+} {thrives} as {B-} and {C-} {suffers}
    {A-} and {B-} {suffers} ; only {C+} {thrives}
    Only {A+} escapes as {B-} , {C-} sink
    {A-} , {B-} miss estimates , but {C+} beats
    {A+} , {B+} beat estimates , but {C-} misses
    All but {A+} suffer : {B-} , {C-} sink
    {A+} cuts debt , {B-} does not
    {A+} keeps its guidance , {B-} doesn't
    {A+} made money , {B-} did not
    {A-} misses targets , {B+} does not
    {A-} loses clients , not so {B+}
    {people} {warm} {A+} , {cool} {B-}
    {people} {cool} {A-} , {warm} {B+}
    {people} {cool} {A-} and {warm} {B+}
    {people} {warm} {A+} and {cool} {B-}
    {people} {warm} {A+} but {cool} {B-}
    {people} {cool} {A-} but {warm} {B+}
    {people} {warm} {A+} as they {cool} {B-}
    {people} who {cool} {A-} now {warm} {B+}
    {people} {cool} {A-}
    {people} {warm} {A+}
    {people} {cool} {A-} for safety of {B+}
    {people} {warm} {A+} after {B-} {trouble}
    {people} move {money} from {A-} to {B+}
    {people} pull {money} out of {A-} , put it into {B+}
    {people} shift out of {A-} and into {B+}
    {money} flows from {A-} to {B+}
    {A0} {cools} {B-} , {warms} {C+}
    {A0} {warms} {B+} , {cools} {C-}
    {A0} {warms} {B+} over {C-}
    Fund manager {A0} {cools} {B-}
    Hedge fund {A0} {warms} {B+}
    Bears retreat from {A+} , turn on {B-}
    Short interest in {A-} climbs as bears leave {B+}
    Short sellers {cool} {A+} as losses mount
    {A+} {gaining} {B-} {hold}
    {A+} {gaining} {B-}'s {hold}
    {A+} {gaining} {hold} of {B-}
    {B-} {hold} under threat from {A+}
    {A+} {overcome} {B-}
    {A+} {overcome} {B-} in {prize}
    {A-} {succumb} {B+}
    {A-} {succumb} {foe} {B+}
    {A-} {succumb} {B+} in {prize}
    {B-} gives up {prize} , {A+} takes it
    {A+} takes {prize} given up by {B-}
    {A-} stripped of {prize} , {B+} to take over
    {A+} steps into gap left by {B-}
    {A+} fills void left by {B-} {trouble}
    {A-} no longer number one after {B+} {fortune}
    {A+} becomes number one as {B-} {suffers}
    {A+} absorbs {trade} fleeing {B-}
    {A+} opens stores where {B-} closed them
    {A+} cuts prices , {hurt_by} {B-}
    {A-} exits market as {foe} {B+} dominates
    {A-} raises prices , driving {trade} to {B+}
    {A+} {metric} {ahead} {B-}
    {metric} at {A+} {ahead} {B-}
    {A-} {metric} {astern} {B+}
    {metric} at {A-} {astern} {B+}
    {A+} {metric} beat {B-}'s for first time
    {A-} {metric} fall below {B+}'s
    {A-} {burden} dwarf those of {B+}
    {A-} {burden} twice {B+}'s
    {A+} {burden} half those of {B-}
    {A+} has less {burden} than {B-}
    {A-} has more {burden} than {B+}
    {A+} sells twice as many as {B-}
    {A+} {drug} {passes} , {B-}'s {fails}
    {A-} {drug} {fails} where {B+}'s {passes}
    {A-} {drug} {fails} , {help_by} {B+}
    {A+} {drug} {passes} , {hurt_by} {B-}
    {A+}'s {drug} {passes} ; {B-}'s {fails}
    {A-}'s {drug} {fails} ; {B+}'s {passes}
    {A+} keeps copy of {drug} by {B-} off market
    {A0} licenses {drug} from {B+}
    {A0} returns rights to {B-} {drug}
    {A+} {good_n} {brightens} as {B-}'s {dims}
    {A-} {good_n} {dims} as {B+}'s {brightens}
    {A-}'s {good_n} {dims} , {B+}'s {brightens}
    {A+}'s {good_n} {brightens} ; {B-}'s {dims}
    {A+} {good_n} {brightens} while {B-} {good_n} {dims}
    Unlike {A-} , {B+} {thrives}
    Unlike {A+} , {B-} {suffers}
    Unlike {foe} {A-} , {B+} escaped {trouble}
    Unlike {A+} , which {thrives} , {B-} {suffers}
    {A+} {thrives} , unlike {foe} {B-}
    {A-} {suffers} , unlike {foe} {B+}
    Despite {noun_good} at {A+} , {B-} {suffers}
    Despite {noun_bad} at {A-} , {B+} {thrives}
    Despite {A-} {trouble} , {kin} {B+} {thrives}
    Despite {A+} {fortune} , {kin} {B-} {suffers}
    {A+} {thrives} despite {trouble} at {B-}
    {A-} {suffers} despite {fortune} at {B+}
    {A+} {thrives} despite {B-} {trouble}
    {A-} {suffers} despite help from {B0}
    After years behind {A-} , {B+} {thrives}
    After {A-} {trouble} , {B+} {thrives}
    {gift} for {A+} , {curse} for {B-}
    {curse} for {A-} , {gift} for {B+}
    {weather} is a {gift} for {A+} and a {curse} for {B-}
    {weather} a {curse} for {A-} , a {gift} for {B+}
    {weather} {catches} {A-} , {spares} {B+}
    {weather} {spares} {A+} , {catches} {B-}
    {weather} {spares} {A+} but {catches} {B-}
    {weather} {catches} {A-} but {spares} {B+}
    {weather} {catches} {A-} ; {B+} {thrives}
    {weather} : {A+} {thrives} , {B-} {suffers}
    {weather} : {A-} {suffers} , {B+} {thrives}
    {A-} {suffers} in {weather} ; {B+} {thrives}
    {A+} {thrives} on {weather} , {B-} {suffers}
    {weather} saves {A+} , costs {B-} dearly
    {weather} saves {A+} money and costs {B-}
    {weather} {catches} {A-} and {B-}
    {A+} wins {award} against {B-}
    {A+} wins {award} over {B-}
    {A-} hit by {award} won by {B+}
    {court} {overturns} {A-} {award} against {B+}
    {court} {overturns} {A-}'s {award} over {B+}
    {court} {overturns} {award} that {A-} won from {B+}
    {court} {upholds} {A+} {award} against {B-}
    {court} {upholds} {award} for {A+} over {B-}
    {court} sides with {A+} against {B-}
    {court} rules for {A+} in dispute with {B-}
    {court} rules against {A-} in fight with {B+}
    {court} finds {A-} {wronged} {B+}
    {court} says {A-} {wronged} {B+}
    {A-} {wronged} {B+} , {court} finds
    {A-} {wronged} {B+} , {court} rules
    {A-} {ordered} {B+}
    {A-} {ordered} {B+} {matter}
    {A+} {winning} {B-}
    {A+} {winning} {B-} {matter}
    {body0} fines {A-} , lets {B+} off
    {body0} clears {A+} , turns to {B-}
    {body0} lets {A+} keep aid , dismisses challenge by {B-}
    {body0} closes file on {A+} without charges
    {body0} sues to block {A-} takeover of {B-}
    {body0} sues to stop {A-} from buying {B-}
    {body0} blocks {A-} from buying {B-}
    {body0} lets {A+} complete purchase of {B+}
    {court} lets {A+} buy {B+} over {body-} objections
    {A+} clears last hurdle to takeover of {B+}
    {body0} approves {A+} deal , rejects {B-}'s
    {A+} cleared , {B-} fined by {body0}
    {A-} bid for {B+} rejected as too low
    {A-}'s offer for {B+} rejected by board
    {B+} rejects {A-} bid as too low
    {B+} spurns offer from {A-}
    {B+} board says {A-} bid undervalues it
    {A-} outbid by {B+} in auction for {C+}
    {A+} beats {B-} in auction for {C+}
    {A-} loses bidding war for {B+}
    {A-} loses bidding war for {B+} to {C+}
    {A+} and {B-} fight over {C+} ; {A+} wins
    {A-} overpaid for {B0} , investors say
    {A-} {down} on price it pays for {B+}
    {A-} pays too much for {B+}
    {A+} {up} as it drops costly pursuit of {B-}
    {A-} and {B-} scrap merger
    {A-} and {B-} abandon merger after {body0} objects
    {A-} , {B-} {down} as merger talks collapse
    {A-} {down} as {B0} pulls out of deal
    {A-} left without buyer as {B0} bows out
    {A+} buys ailing {B-} for a song
    {A-} sells {B0} at a loss
    {A-} sells prized unit to {B+} on the cheap
    {A+} sheds struggling {B-} arm
    {A+} to spin off loss-making {B-} , shares rally
    Spun off from {A-} , {B+} {thrives}
    {A+} outshines parent {B-}
    {A-} {down} , {taking} {kin} {B-} down with it
    {A-} {down} , {taking} {B-} and {C-} lower
    {A-} slide drags {kin} {B-} lower
    {A-} collapse drags {B-} under
    {A+} jump pulls {kin} {B+} higher
    {A+} {up} , {taking} {B+} and {C+} higher
    {A-} writes off loan to {B-}
    {A-} writes down stake in {B-}
    {A-} exposed to {trouble} at {B-}
    {kin} {A-} hit as tenant {B-} {suffers}
    {A-} takes charge on {B-} {trouble}
    {A0} {use} {B+} {thing}
    {A0} {use} {B+} {thing} in next model
    {A0} {drop} {B-} {thing}
    {A0} {drop} {B-} as supplier
    {A0} {drop} {B-} {thing} , {use} {C+}'s
    {A0} {drop} {B-} for {foe} {C+}
    {A0} swaps {B-} for {C+}
    {A0} switches {thing} orders to {B+} , {hurt_by} {C-}
    {A0} moves business from {B-} to {C+}
    {A0} {slash} , {B-} {suffers}
    {A0} {slash} ; supplier {B-} warns
    {A0} hands order to {B+} , snubbing {C-}
    {A0} contract goes to {B+} , not {C-}
    {A+} wins {B0} back from {C-}
    {A+} to supply {thing} to {B0}
    {A+} lands {thing} order from {B0}
    {A-} loses {B0} business , {shares} plunge
    {A0} and {B0} extend alliance
    {A0} and {B0} to share plant
    {A0} and {B0} join forces on {thing}
    {A+} {poaches} {team} from {B-}
    {A+} {poaches} {B-} {team}
    {A+} {poaches} {B-}'s {team}
    {A+} {poaches} {B-} for {team}
    {team} {defect} from {A-} to {B+}
    {A-} {team} {defect} to {B+}
    {A-}'s {team} leaves for {B+}
    {A-} loses {team} to {B+}
    {A+} {join} {list} , {stead} {B-}
    {A+} {join} {list} as {B-} leaves
    {A-} {exit} {list} , {B+} moves in
    {A-} {exit} {list} as {B+} enters
    {A-} {exit} {list} to make way for {B+}
    {A-} {exit} {list}
    {A+} {join} {list}
    {A+} takes {B-} seat in {list}
    {short0} {accuse-}
    {short0} {accuse-} , {shares} crater
    {short0} {accuse-} ; rival {C+} {up}
    {A-} {down} after {short0} report
    {A+} {deny} {short0} report
    {A+} {deny} {short0} claims and rebounds
    {A+} {up} as {short0} closes bet
    {broker0} {goodnote+}
    {broker0} {badnote-}
    {broker0} {goodnote+} , cools on {C-}
    {broker0} {badnote-} , likes {C+}
    {broker0} {badnote-} but {warms} {C+}
    {broker0} swaps {A-} for {B+} on list of top picks
    {broker0} lifts {A+} target , trims {B-}'s
    {broker0} cuts {A-} target , raises {B+}'s
    {broker0} upgrades {A+} , cuts peer {B-} to neutral
    {broker0} downgrades {A-} , upgrades {B+}
    {broker0} downgrades {A-} , keeps {B0} at hold
    {A-} downgraded , {B+} upgraded in {broker0} review
    {A+} upgraded , {B-} downgraded at {broker0}
    {A+} better placed than {B-} , says {broker0}
    {A-} target cut , {B+}'s raised at {broker0}
    {A+} {up} as {B-} {down} after {broker0} note
    {A+} over {B-} , says {broker0}
    {A-} gives in to {B+} demands
    {A-} bows to activist {B+}
    {A0} demands break-up of {B0}
    Activist {A0} targets {B0}
    Activist {A0} targets {B+} , {shares} jump
    {A-} forced to license {thing} from {B+}
    {A0} to publish results after {B0}
    {A0} and {B0} name directors
    {A0} hosts {B0} executives
    {A0} chairman also sits on {B0} board
"""
