"""The words that the lexicon analyzer knows, by what they do in a headline. Lower case; nothing but lists.

`rally*` stands for a regular verb and its forms: rally, rallies, rallied, rallying.
"""

# Directions. With a good noun they are good (up) or bad (down), with a bad noun the other way round.
UP = """
    gain* climb* advance* recover* improve* accelerate* firmed firming firmer strengthen* increase* appreciate* inch*
    bounce* expand* rise rises rose rising risen up higher grow grows grew growing grown uptick upswing upmove upside
    uptrend swell swells swelled recovery growth bigger highest high highs uphill
"""

UP_STRONG = """
    surge* soar* jump* skyrocket* zoom* rocket* rebound* double* triple* quadruple* vault* rally rallies rallied
    leap leaps leapt leaping spike spikes spiked
"""

DOWN = """
    decline* drop* dip* slide* slip* weaken* retreat* soften* ease* shrink* lag* decrease* dwindle* shed* contracted
    contracting contraction fall falls fell falling fallen down lower lowest low lows slipped slipping dipped
    dipping dropped dropping slid downtrend downswing downturn shrank loses lose losing lost shedding southward
    pullback
"""

DOWN_STRONG = """
    plunge* tumble* crash* collapse* plummet* slump* tank* nosedive* sink* crater* erode* dive* sank sunk selloff
    sell-off rout meltdown bloodbath
"""

# These say something only beside a noun: "losses widen", "raises guidance", "cuts costs".
UP_WITH_NOUN = """
    widen* raise* lift* hike* mount* deepen* resume* swelling ups upped upping
"""

DOWN_WITH_NOUN = """
    narrow* cut* reduce* slash* halve* curb* lowers lowered lowering cutting less fewer
"""

# Things one wants more of.
GOOD_NOUNS = """
    profit profits sales revenue revenues earnings income guidance outlook forecast margin margins net pat ebitda
    ebit eps demand orders output production exports turnover dividend dividends payout deliveries bookings
    shipments backlog volumes stock stocks shares share price prices sentiment confidence traffic subscribers users
"""

# Things one wants less of; those feared speak even when nothing is said of where they go.
BAD_NOUNS = """
    debt debts deficit claims unemployment jobless inflation provisions delinquencies cost costs expenses charges
    churn arrears vacancies inventory inventories stockpiles emissions
"""

FEARED_NOUNS = """
    loss losses npa npas impairment impairments writedown writedowns layoffs worries worry fears fear concerns
    concern tensions risk risks pressure pressures woes volatility uncertainty delays shortages shortage recession
    unease jitters headwinds
"""

# Good and bad by themselves.
POSITIVE = """
    strong stronger strongest good better best positive positively optimistic optimism boost* approval approves
    approved approve buy buys buying accumulate attractive healthy solid secures secured clinches clinched lands
    landed benefit benefits benefited hope hopes hopeful opportunity opportunities cheer* undervalued profitable
    profitability awarded award awards success successful successfully expansion partnership decent great excellent
    favourable favorable revival revive revives winner winners shine shines shining outshine prefer prefers pick
    picks bet bets comfortable confident resilient accretive buyback buybacks helps helped drives attract attracts
    safe bull bulls breakout turnaround overtakes supports supportive fresh green premium stabilises
"""

POSITIVE_STRONG = """
    thrill* bullish outperform* overweight upgrade* beat beats beating exceed* tops topped topping outpaces
    surpasses surpassed bags bagged bagging wins win won winning robust breakthrough record stellar blockbuster
    multibagger upbeat buoyant oversubscribed rallying
"""

NEGATIVE = """
    sell selling sells bad worse negative negatively worried concerned lawsuit sues sued suing probe probes probed
    investigation investigates investigated fine fined penalty penalised ban bans banned bar bars barred cautious
    caution pessimistic pessimism hit hurt hurts hurting drag drags dragged dragging fail* failure stuck suffer*
    trouble troubled troubles warn* avoid lay-off shutdown strike strikes delay delayed expensive overvalued bear
    bears bleak gloomy gloom turmoil struggle struggles struggling loss-making red pressured weigh weighs weighed
    downside breach breaches hack hacked outage outages suspends suspended suspension cancels cancelled scraps
    scrapped rejects rejected oversupply glut stagnant correction nervous jittery choppy volatile allegation
    allegations alleged accused raid raids stress stressed vulnerable lacklustre dull soft tepid muted challenging
    hurdles overhang exit worsens worsen fizzles exits threat threatens dented dents dent spooks spooked spook
    rattle rattled bleeding wiped wipes unsold glitch faces
"""

NEGATIVE_STRONG = """
    bearish underperform* underweight downgrade* miss* bankruptcy bankrupt insolvency fraud scam scandal default
    defaults plea guilty recall recalls recalled weak weaker weakness sluggish subdued poor dismal disappoint*
    disappointment profit-booking profit-taking worst slowdown crisis
"""

NEGATIONS = """
    not no never without nor cannot can't won't doesn't didn't isn't don't wasn't hardly unlikely
"""

# What these end turns over: "averts strike", "ends rally". But "ends higher" is only how a market closed.
ENDERS = """
    averts avert averted snaps snap snapped ends ended reverses reversed erase erases erased recoups recouped
    overcomes escapes avoids shrugs settles settled defies resolves resolved
"""

DOWN_ENDERS = """
    trims trim trimmed trimming pares pared paring halts halted
"""

CLOSES = """
    up down higher lower at in above below near on with over week day flat marginally nearly
"""

# Between clauses: a direction is not about a noun behind one of these.
JOINTS = """
    as amid after despite while but though although on
"""

# News that moves nobody: appointments, listings, calm markets.
CALM = """
    appoints appointed appoint names ceo cfo coo md chairman director directors president flat steady steadies mixed
    unchanged rangebound range-bound neutral sideways report norms ipo fpo joins quits launches launch files mulls
    seeks proposes plans board agm rules opening tomorrow hires conference schedule maintains reiterates reaffirms
    declares in-line inline listing policy exchange regulator pre-market quiet
"""

# Several words that mean something of their own together; 0 says nothing.
PHRASES = {
    2.0: """
        swings to profit, swing to profit, returns to profit, back to profit, record profit, above estimates,
        above expectations
    """,
    1.5: """
        record high, record highs, week high, month high, year high, upper circuit, strong buy, all-time high,
        all-time highs, top picks
    """,
    0.9: """
        short covering, buy back, price target raised, raises target, raises price target, ahead of estimates,
        top estimates, top forecasts, top expectations
    """,
    0.0: """
        steps down, set up, sets up, setting up, mop up, line up, lines up, up for, made up, makes up, down payment,
        high court, supreme court, share sale, stake sale, no change, fine print, to raise, futures trade, stop loss,
        short sale, higher education, lower house, shut down for
    """,
    -1.0: """
        job cuts, cuts jobs, cut jobs, stay away, in red, in the red, cuts target, cuts price target, target cut,
        lays off, laid off, lay off, short seller, dry up, dries up
    """,
    -1.4: """
        profit booking, profit taking, under pressure, record low, record lows, all-time low, week low, month low,
        year low, lower circuit
    """,
    -2.0: """
        swings to loss, swing to loss, slips into loss, slips to loss, profit warning, below estimates,
        below expectations
    """,
}
