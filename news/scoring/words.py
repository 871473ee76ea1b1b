"""The words that the composed analyzer knows, by what they do in a headline. Lower case; nothing but lists.

`rally*` stands for a regular verb and its forms: rally, rallies, rallied, rallying. A hyphen counts as a blank: what
stands here as `sell off` is found in "sell-off" too. A word belongs to one class; where two lists name it, the later
one has it. The lists are the author's own; docs/sentiment.md says which were made with a look at labelled headlines.
"""

# Each class has a letter, of which the features of a text are made: "losses narrow" is "Lc".
CLASSES = {
    # Directions: with a good noun good (up) or bad (down), with a bad noun the other way round.
    "u": """
        gain* climb* advance* recover* improve* firm* strengthen* increase* appreciate* inch* bounce*
        expand* broaden* enlarge* boost* extend* grow grows grew grown rise rises rose risen up uptick
        upswing upmove upside uptrend swell* swollen growth high highs edged upward upwards improvement
        improvements expansion rebuild* brighten* firmer bottoms perk* heal* revive* ascend* brisker mend*
        rejuvenate* uplift* upswings creep* buildup pickup
    """,
    "U": """
        surge* soar* jump* skyrocket* zoom* rocket* rebound* double* triple* treble* quadruple* vault* rally
        rallies rallied rallying leap leaps leapt leaped leaping spike* boom* shoot shoots shot shooting
        fold doubling balloon* multiply* catapult* peak peaks outsize* supercharge* turbocharge* mushroom*
        snowball* quintuple*
    """,
    "d": """
        decline* drop* dip* slide* slip* weaken* retreat* soften* lag* decrease* dwindle* shed* contract*
        fall falls fell fallen down low lows slid downtrend downswing downturn shrink shrinks shrank shrunk
        deteriorate* deterioration worsen* lose loses lost losing southward downward downwards pullback
        slowdown contraction reduction reductions recede* dampen* evaporate* stumble* edge* falter*
        disappear* thin* diminish* backslide* depreciate* depreciation erosion dry dries dried sag*
        shortfall shortfalls trickle* ebb* descend* shrivel* languish* underuse* dim* dimmer flag* flagging
        lessen* slackened slacken* downhill regress* shorten* fewest nudge*
    """,
    "D": """
        plunge* tumble* crash* collapse* plummet* slump* tank* nosedive* sink sinks sank sunk sinking
        crater* erode* dive* dove selloff rout meltdown bloodbath freefall carnage crumble* nosediving wipe*
        battered hammered pummelled pummeled trough freefalls implode* implosion obliterate* decimate*
        slaughter tailspin annihilate* cave* buckle* hemorrhage* haemorrhage*
    """,
    # How fast something goes that is told of: "the decline slows". Alone they are directions.
    "p": "accelerate* quicken* steepen* hasten* speeds sped speeding",
    "P": "slow* moderate* decelerate* taper* abate* subside* ease* cool* fade* wane*",
    # Comparisons: "smaller loss", "slower decline".
    "V": """
        higher larger bigger greater faster wider deeper steeper sharper heavier more most increased rising
        growing highest largest biggest soaring surging mounting swelling increasing greatest quicker
        costlier bulkier longer steepest fastest deepest sharpest
    """,
    "W": """
        lower smaller slower narrower milder shallower thinner lesser softer gentler slighter less fewer
        reduced lowest smallest falling declining easing shrinking dwindling decreasing least
        slowest leaner gentlest narrowest gradual shorter
    """,
    # These say something only beside a noun: "raises guidance", "losses widen", "cuts costs".
    "r": """
        raise* hike* mount* resume* widen* deepen* escalate* intensify* up upped ups upping increase add
        adds added adding build builds built pile* worsened bring brings fatten* pad pads padded padding
        push* step steps stepped stepping
    """,
    "l": "lift lifts lifted lifting",
    "c": """
        narrow* cut cuts cutting reduce* slash* halve* curb* lowers lowered lowering trim trims trimmed
        trimming pare* prune* shave* drops dropping cap caps capped limit* minimise* minimize* lighten*
        contain contains contained slim* slims slimmed slimming scale scales scaled curtail* restrain* tame*
        whittle* chop* chops chopped
    """,
    # Things one wants more of.
    "G": """
        profit profits sales revenue revenues earnings income guidance outlook margin margins net pat ebitda
        ebit ebita eps demand orders output production exports turnover dividend dividends payout payouts
        deliveries bookings shipments volume volumes backlog traffic subscribers users customers passengers
        profitability results performance cashflow cash surplus liquidity productivity efficiency
        utilisation capacity utilization order business consumption spending confidence sentiment reserves
        ratings rating enquiries occupancy hiring jobs employment wages gdp activity momentum collections
        inflows inflow earners nii nim nims topline bottomline royalties footfall listings registrations
        sign approvals harvest yields prospects visibility quality satisfaction loyalty retention appetite
        competitiveness proceeds takings receipts contribution ebt ebitdar roi roe roce ros eva yield fares
        fees_income fulfilment throughput tonnage circulation readership viewership attendance sellthrough
        intake deposits lending housebuilding permits completions trading mood morale wealth savings spend
        solvency equity competitive functionality durability uptime availability speed safety reliability
        reputation headcount turnout workload staffing pipeline orderbook ordering sellthroughs fill load
        purchases
    """,
    # What is traded: its price is the news.
    "M": """
        stock stocks shares price prices index futures sensex nifty rupee dollar euro pound yen sterling yuan
        gold silver crude oil copper bonds markets equities scrip scrips dow nasdaq nikkei ftse dax omx currency
        currencies wti brent metals commodities bitcoin ringgit adr adrs gdr aluminium nickel zinc rubber sugar
        wheat soybean maize soyabean cotton chana cardamom turmeric pepper jeera coriander mentha platinum
        palladium
    """,
    # Things one wants less of.
    "B": """
        debt debts deficit deficits claims unemployment jobless inflation provisions provisioning
        delinquencies cost costs expense expenses expenditure charges churn arrears vacancies inventory
        inventories stockpiles emissions complaints defects liabilities borrowings borrowing leverage
        indebtedness overheads outflows outflow redemptions gearing absenteeism accidents spoilage waste
        backlogs cancellations turnaround outgo dues slippages bankruptcies insolvencies foreclosures
        evictions tax taxes duties levies tariff tariffs cpi wpi surcharge bill bills fee fees shrinkage
        wastage theft shoplifting rework injuries crime fraudsters repossessions leakage leaks outlays
        overhead payroll rents rent surcharges levy duty overdraft payables queues queue turnround
        homelessness poverty congestion pollution carbon spoilages writeoffs writeoff delinquency misselling
        faults bugs incidents errors debtors
    """,
    # Things feared, which speak even when nothing is said of where they go.
    "F": """
        npa npas impairment impairments writedown writedowns layoffs worries worry fears fear concerns
        concern tension tensions risk risks pressure pressures woes volatility uncertainty uncertainties
        delay delays shortage shortages recession unease jitters headwinds stress weakness crisis squeeze
        bottlenecks bottleneck overcapacity glut oversupply damage problems problem trouble troubles
        disruption disruptions damages defaults default losers turmoil turbulence downtime outages outage
        headwind burden drag bleeding attrition anxiety anxieties nerves panic doubt doubts disputes drought
        stagnation woe hurdles hurdle downturns distress unrest malaise gloominess apathy deflation
        stagflation austerity constraints constraint weaknesses drawback drawbacks obstacles obstacle mishap
        mishaps crises meltdowns nightmare headache headaches trauma chaos upheaval instability infighting
        feud feuds hardship frictions
    """,
    "L": "loss losses redink lossmaking",
    # What authorities, courts, unions and nature do to a company.
    "J": """
        lawsuit lawsuits probe probes investigation investigations inquiry inquiries fine fines penalty
        penalties ban bans strike strikes walkout walkouts litigation suit suits raid raids charge scandal
        scandals fraud allegations allegation bankruptcy insolvency shutdown shutdowns blackout recall
        recalls boycott sanctions downgrade downgrades breach breaches hack cyberattack explosion fire
        antitrust takedown dispute embargo stoppage stoppages lockout closure closures eviction blackouts
        indictment delisting curbs curb restrictions restriction liquidation foreclosure hostilities war
        cartel prosecution subpoena injunction sanction corruption bribery laundering collusion misconduct
        wrongdoing negligence malpractice moratorium freeze hacking leak spill explosions fires flood floods
        flooding earthquake hurricane pandemic outbreak epidemic tsunami storm storms pickets picket
        crackdown clampdown complaint accident derailment overcharging cyberattacks ransomware malware
        counterfeiting espionage infringement sabotage blockade blockades insurgency
    """,
    # Good and bad by themselves.
    "g": """
        strong stronger strongest good better best positive positively optimistic optimism approval approves
        approved approve buys buying accumulate attractive healthy healthier solid secure* clinch* lands
        landed benefit* hope hopes hopeful opportunity opportunities cheer* undervalued profitable
        profitably award awards awarded success successful successfully partnership decent great excellent
        favourable favorable favourably revival winner winners shine* outshine* prefer* pick picks bet bets
        comfortable confident resilient resilience accretive buyback buybacks help* drive drives attract*
        safe safer bull bulls breakout supports supportive fresh premium stabilise* stabilize* smooth
        smoothly brisk vibrant lively satisfied pleased happy satisfactory encouraging promising improved
        enhance* advantage advantages progress progressed efficient innovative leading leader breakthroughs
        agreed fixes fixed repays repaid repay cure cures cured lucrative thaw upbeat sweet cheerful
        delight* tailwind tailwinds relief respite reward* multibagger rerating ahead sound soundly triumph*
        prosper* praise* popular renew* renewed granted grants prize prizes nod synergies unlock* synergy
        streamlines streamlined upsized green goodwill strengthened rosy luring lure lures flourish*
        thriving thrive thrives warm regain* regained catalyst thumbs bumper turnarounds turnaround gainer
        gainers advancer advancers elated glad eager keen enthusiasm enthusiastic excited exciting acclaim*
        applaud* welcome* welcomed hail* hailed endorse* endorsement accolade accolades honoured honored
        certified certification certificate accreditation accredited rescued rescue rescues salvage*
        bolster* buttress* fortify* reinforce* nurture* modernise* modernize* simplify* cheaper affordable
        convenient reliable trusted premier foremost dominant flagship pioneering worthwhile fruitful
        productive beneficial favour favours favoured favor favors favored ample plentiful abundant
        reinstated reinstates reinstate restore* reopens reopened reopen restart* restarts restarted
        unblock* unfreeze* exonerate* exonerated acquit* acquitted vindicate* vindicated absolve* absolved
        truce ceasefire peace harmony pledge* backing backed ratify* passed passes qualify* eligible validated
        validation authorisation authorization clearance licensed accept accepts accepted accepting remedied
        remedy rectif* debtfree investable smart savvy sharpen* streamline* optimise* optimize* revitalise*
        revitalize* reassure* reassured reassuring calmer tonic refreshed rejoice* celebrate* celebrated
        toast* stability sustained sustainable steadier firmest safest healthiest ideal perfect timely
    """,
    "H": """
        thrill* bullish outperform* overweight upgrade* outpace* surpassed win wins winning won robust
        breakthrough record stellar blockbuster multibagger buoyant oversubscribed bag bags bagged excellent
        outstanding impressive impressed windfall bonanza brilliant superb dazzle* trounce* smash*
        exceptional exceptionally spectacular unprecedented superior flawless unbeatable supreme terrific
        fantastic fabulous remarkable phenomenal tremendous sensational magnificent marvellous unrivalled
        sparkle* sparkling roaring sizzling sizzle* stunning
    """,
    "n": """
        sells bad worse negative worried concerned sues sued suing probed investigates investigated
        investigating fined penalised penalized banned bar bars barred cautious caution pessimistic
        pessimism hurt hurts hurting drags dragged dragging failure failures stuck suffer* troubled warn*
        avoid layoff delayed delaying expensive overvalued bear bears bleak gloomy gloom struggle* pressured
        weigh weighs weighed weighing hacked suspend* suspension cancel* cancelled cancelling scrap*
        scrapped scrapping reject* stagnant stagnate* correction nervous jittery choppy volatile alleged
        alleges accuse* raided stressed vulnerable lacklustre lackluster dull soft tepid muted challenging
        difficult difficulties tough tougher overhang exit exits fizzle* threat threats threaten* dent dents
        dented spook* rattle* bleed bleeds unsold glitch faces unprofitable disrupt* idle idled downside
        shut shuts blow setback setbacks adverse adversely strain strained unable inability lagged loser
        losers gloomier burned burnt burns sour soured sours terminate* termination laid lay dismiss*
        redundant redundancy redundancies temporary furlough* downsize* restructuring withdrawn withdraw*
        limbo stall* stalled stalling clouds cloud clouded mar mars marred squeezed squeezes haunt* grim
        postpone* defer defers deferred skip skips overbought fragile shaky wobble* wobbly contagion choke*
        chokes derail* derailed unpaid lawsuits wrath discontent mess crunch blame* blamed knock* knocked
        plagued plague plagues jeopardy jeopardise jeopardize sacks sacked axe axes axed slapped slaps
        tainted illegal unlawful violate* violation violations missteps misstep loot scare scares fearful
        uncertain unclear unwind wary angst bitter curse dark ugly painful pain pains refuses refused
        imposes imposed brink verge eats worrying decliner decliners laggard laggards sadly regret*
        unfortunate unfortunately unfavourable unfavorable alarm* alarmed alarming panicked panicking dread*
        ominous bleaker bleakest dreary dour sombre somber bemoan* lament* complain* complained criticise*
        criticize* criticised criticism condemn* condemned denounce* slam* slammed slams slamming blast*
        blasted censure* reprimand* reprimanded rebuke* rebuked reproach* admonish* convict* convicted jail*
        jailed indict* indicted prosecute* prosecuted charged detained imprison* bribe* bribes embezzle*
        defraud* cheat* cheated swindle* mislead* misled misleading deceive* falsify* fake counterfeit
        contaminate* contaminated toxic faulty defective flawed flaw flaws botch* botched bungle* bungled
        malfunction* breakdown breakdowns crippled cripple* hobble* hobbled paralyse* paralysed paralyze*
        hamper* hampered hinder* hindered impede* impeded obstruct* obstructed block* blocked thwart*
        thwarted foil* foiled undermine* undermined jeopardised handicap* burdened overburdened saddled
        cumbersome sting* stung bruise* bruised wound* wounded ail* ailing sick sickly anaemic anemic feeble
        frail fragility brittle languishing lacking lack lacks lacked insufficient inadequate deficient
        scarce scarcity shun* shunned snub* snubbed spurn* spurned desert* deserted abandon* abandoned
        ditch* ditched dump* dumped dumping junked shelve* shelved shelves mothball* mothballed retrench*
        retrenched retrenchment oust* ousted fired firing lapse* lapsed expire* expired forfeit* forfeited
        revoke* revoked rescind* rescinded overdue late lateness backlash outcry protest* protests protested
        unpopular anger angers angered angry furious fury upset upsets disillusioned dissatisfied
        dissatisfaction unhappy disgruntled flounder* floundering sputter* sputtering misfire* misfired
        backfire* backfired overstretched overstated overpriced overpay* overpaid bloated costly uneconomic
        uncompetitive obsolete outdated stale sluggishness quagmire morass stalemate deadlock deadlocked
        impasse gridlock standoff unravel* unravelled ruin* ruined ruinous wreck* wrecked shatter* shattered
        stranded insolvent distressed overleveraged indebted cashstrapped troublesome problematic thorny
        unresolved harm* harmed harmful hazard hazardous dangerous danger dangers perilous peril unsafe
        injure* injured killed kills deaths fatal deprive* deprived shortchanged miscalculate* misjudge*
        erred mistake mistakes blunder* blunders
    """,
    "N": """
        bearish underperform* underweight downgrade* downgraded bankrupt scam plea pleads pleaded guilty
        recalled weak weaker weakest sluggish subdued poor poorer poorly dismal disappoint* disappointment
        disappointments worst catastrophic disastrous disaster dire severe severely devastated collapse
        fraudulent embezzlement horrible terrible horrendous abysmal junk doldrums woeful awful atrocious
        appalling calamitous cataclysmic tragic ghastly lousy crippling ruinously gravely grave rotten
    """,
    # Bad, unless what is hit is a high.
    "I": "hit hits hitting",
    # Advice.
    "A": "buy buys accumulate invest",
    "S": "sell selling sold reduce book",
    # Turn over what follows within a few words.
    "x": """
        not no never without nor cannot can't won't doesn't didn't isn't don't wasn't aren't weren't hasn't
        haven't wouldn't couldn't shouldn't hardly unlikely neither none nothing
    """,
    "X": "fail fails failed failing",
    # End what follows, "averts strike", or what stands before: "strike averted".
    "e": """
        avert* snap snaps snapped snapping end ended ending reverse* erase* recoup* overcome* overcame
        escape* avoids avoided shrug* settle* defy* resolve* stop stops stopped cease* dodge* shake*
        survive* clear* offset* neutralise* neutralize* remove* eliminate* relieve* calm* allay* soothe*
        dispel* quell* quash* waive* waived vacate* overturn* resolves weather* weathers breaks broke break
        halt* ends stem* contain contains arrest* defuse* mitigate* alleviate* absorb* eradicate* scotch*
        banish* conquer* untangle* evade* sidestep* forestall* preempt* prevent* rebut* refute*
    """,
    # Beating and missing, and what is beaten or missed.
    "b": """
        beat beats beating exceed* top tops topped topping surpass* outpace* outstrip* overshoot* trounces
        crush* outdo outdid outdoes outdoing outclass* overtake* overtook eclipse*
    """,
    "m": """
        miss* undershoot* undershot trail* undercut* disappoints shy underwhelm*
    """,
    "z": """
        estimate estimates forecast forecasts expectations expectation expected consensus street views view
        feared projected projections anticipated predicted hoped analysts analyst target targets projection
        poll prediction predictions planned plan thought guided foreseen assumed bargained
    """,
    "t": "than",
    "a": "above beyond over exceeding",
    "w": "below under beneath short behind",
    "v": """
        compared versus vs against comparison comparable corresponding previous earlier ago previously prior
        preceding respectively
    """,
    "f": "from",
    "o": "to at totalled totaled totalling amounted amounting reached stood was were is",
    # Between clauses.
    "k": "as amid on after following due because thanks owing since when",
    "y": "despite although though while even whereas notwithstanding",
    "Y": "but however yet",
    # Calm: nothing moves, or what happened moves nobody.
    "s": """
        flat steady steadies mixed unchanged rangebound neutral sideways quiet stable maintain* reiterate*
        reaffirm* inline same similar level keeps keep kept retains retain hold holds unmoved constant affirms
        affirm affirmed listless narrowly barely marginally slightly fractionally
    """,
    "q": """
        appoint* appointment appointed names named ceo cfo coo cto md cmd chairman chairperson director
        directors president report norms ipo fpo joins quits launches launch launched launching files filed
        mulls mull seeks seek proposes propose plans plan board agm rules opening opens tomorrow conference
        schedule scheduled declares listing policy exchange regulator sebi rbi chief executive head officer
        meeting annual publish* publishes publication release* released webcast interim statement bulletin
        located based headquartered headquarters established founded subsidiary unit employs employ
        personnel employees offers provides provide manufactures manufacture specialises specializes
        produces supplies develops develop comprises comprise consists consist includes include covers cover
        according disclosed disclose value total approximately about around group corporation plc oyj inc
        ltd transaction acquisition acquire* acquires agreement contract deal stake construction project
        projects start starts begin begins complete* completed completion shareholders shareholder
        registered capital notification trade tender bid option options managing representative members
        member committee nominate* proposal auditor vote voting resolution authorised authorized issue
        issues issued subscription seminar event review preview takeaways retire* retires retired succeeds
        successor deputy vice joined lawyer secretary treasurer spokesman spokeswoman founder floor metres
        meters square kilometres km tonnes tons area countries country cities branches offices branch
        instalments instalment seller buyer purchaser vendor family fund parent affiliate consortium venture
        webinar roadshow prospectus circular minutes agenda calendar biography profile brochure website logo
        rename* renamed rebrand* relocate* relocated relocation address premises lease leases leased phase
        phases prototype module modules version competitors supplier suppliers reader readers audience
        holding holdings votes articles statutes bylaws committees chaired chairs moderator speaker
        invitation invited participants attendees registration register entitled entitles convert*
        convertible warrants warrant coupon maturity denomination issuer underwriter arranger
    """,
    # Hedges and questions: what may be is not yet.
    "h": """
        may might could can likely if whether would should possible possibly expects expect expecting sees see
        seen set aims aim intends intend potential eyed eyes eye ponder* consider* weighs explore* study*
        studies denies deny denied
    """,
    "?": "? why how what where",
    # Numbers, and what goes with them.
    "#": "",
    "%": "% pc percent cent percentage bps",
    "€": "eur euros usd sek mln mn million bn billion crore crores cr rs lakh m $ € £ gbp inr nok dkk",
    "T": "target targets levels resistance support",
    "i": "swings swing swung returns return returned turns turn turned back slips moves narrows widens",
}

# Several words that mean something of their own together, by the class they count as.
PHRASES = {
    "u": """
        ends higher, ends up, ends in green, ends in the green, ends firm, ends above, ended higher, ended
        up, ended in green, ended in the green, ended firm, ended above, end higher, end up, end in green,
        end in the green, end firm, end above, closes higher, closes up, closes in green, closes in the
        green, closes firm, closes above, closed higher, closed up, closed in green, closed in the green,
        closed firm, closed above, close higher, close up, close in green, close in the green, close firm,
        close above, finishes higher, finishes up, finishes in green, finishes in the green, finishes firm,
        finishes above, finished higher, finished up, finished in green, finished in the green, finished
        firm, finished above, settles higher, settles up, settles in green, settles in the green, settles
        firm, settles above, settled higher, settled up, settled in green, settled in the green, settled
        firm, settled above, opens higher, opens up, opens in green, opens in the green, opens firm, opens
        above, opened higher, opened up, opened in green, opened in the green, opened firm, opened above,
        open higher, open up, open in green, open in the green, open firm, open above, picks up speed,
        gathers pace, gathered pace, gathers steam, gathers momentum, on the rise, on the mend, on the up,
        trends higher, nudges up, nudges higher, creeps up, ticks up, ticked up, moves higher, moved higher,
        goes up, went up, go up, heads higher, hits new highs, year on year growth
    """,
    "U": """
        record high, record highs, week high, month high, year high, all time high, all time highs, upper
        circuit, year highs, month highs, week highs, day high, multi year high, fresh high, new high, new
        highs, life high, lifetime high, intraday high
    """,
    "d": """
        ends lower, ends down, ends in red, ends in the red, ends weak, ends below, ended lower, ended down,
        ended in red, ended in the red, ended weak, ended below, end lower, end down, end in red, end in the
        red, end weak, end below, closes lower, closes down, closes in red, closes in the red, closes weak,
        closes below, closed lower, closed down, closed in red, closed in the red, closed weak, closed
        below, close lower, close down, close in red, close in the red, close weak, close below, finishes
        lower, finishes down, finishes in red, finishes in the red, finishes weak, finishes below, finished
        lower, finished down, finished in red, finished in the red, finished weak, finished below, settles
        lower, settles down, settles in red, settles in the red, settles weak, settles below, settled lower,
        settled down, settled in red, settled in the red, settled weak, settled below, opens lower, opens
        down, opens in red, opens in the red, opens weak, opens below, opened lower, opened down, opened in
        red, opened in the red, opened weak, opened below, open lower, open down, open in red, open in the
        red, open weak, open below, goes down, went down, go down, trends lower, nudges down, nudges lower,
        ticks down, ticked down, moves lower, moved lower, heads lower, on the decline, on the wane, on the
        slide, in decline, in free fall, falls back, fell back, tails off, tailed off, drops off, dropped
        off, falls away, fell away, levels off, levelled off
    """,
    "P": """
        loses momentum, lost momentum, losing momentum, loses pace, runs out of steam, ran out of steam,
        running out of steam
    """,
    "F": """
        credit risk, bad news, labour shortage, labor shortage, skills shortage, supply problems, supply
        chain problems, supply shortages, liquidity problems, cash flow problems, payment problems, teething
        problems
    """,
    "D": """
        record low, record lows, week low, month low, year low, all time low, all time lows, lower circuit,
        year lows, month lows, week lows, day low, fresh low, new low, new lows, lifetime low, intraday low,
        rock bottom
    """,
    "G": """
        market share, operating profit, net profit, pretax profit, pre tax profit, profit before tax, profit
        before taxes, income before taxes, income before tax, earnings before tax, earnings before taxes,
        earnings before interest and taxes, result before taxes, profit after tax, profit after taxes, net
        sales, order intake, order book, order backlog, gross margin, operating margin, gross profit, cash
        flow, net interest income, operating income, operating result, earnings per share, credit rating,
        profit forecast, profit guidance, profit outlook, net income, full year guidance, growth forecast,
        sales forecast, sales outlook, net result, order inflow, same store sales, like for like sales,
        interest income, capital ratio, solvency ratio, return on equity, dividend forecast, earnings
        forecast, revenue forecast
    """,
    "M": "share price, stock price, oil prices, share index, stock market, stock markets, main index",
    "B": """
        bad loan provisions, bad loans provisions, bad loan ratio, bad debt provisions, bad debt charges,
        loan losses, loan loss provisions, loan loss charges, jobless claims, unemployment claims, interest
        costs, interest bill, net debt, tax bill, wage bill, credit costs, cost of credit, restructuring
        costs, interest expenses, raw material costs, raw material prices, input costs, input prices, gross
        npa, net npa, non performing loans, non performing assets, default rate, default rates, delinquency
        rate, delinquency rates, current account deficit, customer complaints, cash burn, carbon footprint,
        staff turnover, employee turnover, wait times, trade deficit, fiscal deficit, interest rates,
        interest rate, cost base, cost of sales, lead times, energy consumption, fuel consumption, power
        consumption, water consumption, jobless rate, unemployment rate, accident rate, vacancy rate, churn
        rate, waiting times, fuel bill, energy bill, tax rate, loan defaults, bad debt, bad debts, bad loan,
        bad loans, soured loans, problem loans, waiting time, delivery times, production costs, operating
        costs, personnel costs, labour costs, labor costs, material costs, funding costs, borrowing costs,
        cost to income ratio, cost income ratio, combined ratio, loss ratio, interest expense, interest
        payments, capital expenditure, customer losses, staff costs, fuel costs, energy costs, transport
        costs, freight costs, rental costs, legal costs, unit costs, start up costs, operating expenses,
        administrative expenses, fixed costs, debt burden, debt load, debt pile, tax burden, cost burden,
        lost time, bad debtors, error rate, failure rate, failure rates, reject rate, crime rate, mortgage
        arrears, rent arrears, payment arrears, late payments, consumer prices, producer prices, energy
        prices, fuel prices, food prices, power prices, price pressures, cost pressures, inflation rate,
        misery index, repair times, journey times, response times, queue times, flight delays, train delays,
        waiting list, waiting lists, order cancellations, contract cancellations, claims ratio, death toll,
        injury rate, carbon emissions, greenhouse gas emissions
    """,
    "L": """
        loss before taxes, loss before tax, loss after tax, net loss, operating loss, pretax loss, pre tax
        loss, loss per share, losing streak, losing run, loss of
    """,
    "J": """
        class action, antitrust probe, criminal charges, rights violations, hostile bid, power cut, power
        cuts, pay freeze, price fixing, insider trading, insider dealing, money laundering, tax evasion,
        legal action, legal proceedings, industrial action, trade war, tariff war, price war, patent
        infringement, court case, export ban, import ban, trading ban, data leak, data breach, oil spill,
        product recall, safety recall, takeover threat, profit slump, sales slump, hostile takeover
    """,
    "g": """
        short covering, buy back, price target raised, raises target, raises price target, raised to buy,
        top estimates, top forecasts, top expectations, on track, ahead of schedule, ahead of plan, wins
        approval, gets nod, gets approval, market share gains, good news, gains ground, gained ground, picks
        up, picked up, pick up, picking up, pays down, paid down, pays off, paid off, cleared of, clears
        name, cleared to, free of, drops charges, charges dropped, drops lawsuit, lawsuit dropped, drops
        probe, probe dropped, drops plan to cut, case dismissed, lawsuit dismissed, suit dismissed,
        dismisses lawsuit, dismisses suit, throws out, thrown out, called off strike, calls off strike,
        strike called off, back on track, out of the woods, green light, green lights, thumbs up, holds up,
        turns positive, turned positive, new customers, new order, new orders, work resumes, resumes
        production, resumes dividend, production resumes, reinstates dividend, restores dividend, rights the
        ship, bottoms out, bottomed out, lights at the end, comes back, bounces back, bounced back,
        strategic cooperation, letter of intent, cooperation agreement, frame agreement, framework
        agreement, received an order, has received an order, won an order, order from, awarded a contract,
        signed an agreement, signs agreement, signed a contract, order worth, wins order, order win, wins
        contract, wins orders, deal to supply, to deliver, to supply, chosen by, selected by, has been
        selected, market leader, cost savings, annual savings, new jobs, adds jobs, creates jobs, will hire,
        to hire, plans to hire, throws out case, clears of, lifts ban, ban lifted, lifts freeze, lifts
        restrictions, without action, full steam ahead, on target, goes live, in demand, in profit, high
        demand, gives green light, given green light, gets green light, won approval, receives approval,
        received approval, granted approval, passes test, passes stress test, passes review, well received,
        early repayment, repays early, repaid early, pays down debt, write back, writes back, wrote back,
        out of the red, out of trouble, out of danger, wins back, won back, won over, wins over, gains
        share, gained share, gains market share, strikes deal, struck a deal, reaches settlement, reached a
        settlement, reaches agreement, reach agreement, out of bankruptcy, exits bankruptcy, emerges from
        bankruptcy, out of administration, sees light, takes off, took off, pays out, special dividend,
        bonus shares, maiden profit, turns a profit, turned a profit, makes a profit, made a profit, well
        placed, well positioned, sold out, ahead of time, under budget, below budget, under way ahead, gave
        the go ahead, gets the go ahead, gives go ahead, strong balance sheet, tax refund, tax relief, lower
        taxes, delivers on, speeds up, ramps up, takes on staff, takes on workers, investment grade, credit
        upgrade, rating upgrade, not guilty, no wrongdoing, cost cuts, cost cutting, largest order, biggest
        order, major order, new contract, new customer, extends contract, contract extension, renews
        contract, contract renewed, foothold in, strengthens position, competitive edge, opens doors, high
        quality
    """,
    "H": """
        swings to profit, swing to profit, swung to profit, swings to a profit, swung to a profit, swings
        into profit, swung into profit, swings back to profit, swung back to profit, returns to profit,
        returned to profit, return to profit, returns to the black, back to profit, back in profit, back in
        the black, back into profit, turns profitable, turned profitable, turns to profit, turned to profit,
        into the black, into profit, turns profit, moves into profit, record profit, record sales, strong
        buy, top picks, top pick, above estimates, above expectations, above forecasts, above consensus,
        ahead of estimates, ahead of expectations, ahead of forecasts, ahead of consensus, well above, far
        above, comfortably above, well ahead of, exceeded expectations, tops estimates, clean bill of
        health, all clear, fully subscribed, in the black, returns to growth, return to growth, returned to
        growth, back to growth, turns the corner, turned the corner, no longer loss making, turns around,
        turned around, swing to net profit, swung to net profit, swings to net profit, swings to operating
        profit, swung to operating profit, swing to operating profit, beat expectations, beats expectations,
        flying colours, above forecast, above target, above guidance, above plan, over target, ahead of
        forecast, ahead of target, ahead of guidance, ahead of views, ahead of budget, exceeds expectations,
        exceeds forecasts, exceeded forecasts, beats forecasts, beat forecasts, beats estimates, tops
        expectations, tops forecasts, best year, best quarter, best ever, record year, record quarter,
        record order, record orders, record earnings, record revenue, record profits, record dividend,
        record output, record turnover, highest ever, moves into the black, climbs into the black, edges
        into the black, returned to the black, back to the black, ends in the black, turned to a profit,
        returns to a profit, returns to profitability, returned to profitability, return to profitability,
        back to profitability, reaches break even, breaks even, broke even
    """,
    "E": """
        better than expected, better than feared, stronger than expected, less bad than feared, not as bad
        as feared, less severe than feared, better than forecast, better than hoped, better than
        anticipated, better than predicted, better than analysts expected, better than thought, stronger
        than forecast, stronger than anticipated, stronger than predicted, not as bad as expected, not as
        bad as predicted, not as bad as thought, not as severe as feared, not as deep as feared, less bad
        than expected, less bad than forecast, less severe than expected, less severe than forecast, less
        serious than feared, less painful than feared, milder than feared, milder than expected, milder than
        forecast, not as weak as feared, not as weak as expected, not so bad as feared
    """,
    "R": """
        worse than expected, worse than feared, weaker than expected, worse than forecast, worse than
        anticipated, worse than predicted, worse than thought, worse than analysts expected, weaker than
        forecast, weaker than anticipated, weaker than predicted, weaker than hoped, not as good as hoped,
        not as good as expected, not as strong as expected, not as strong as hoped, less good than hoped
    """,
    "n": """
        job cuts, cuts jobs, cut jobs, cutting jobs, cuts staff, cut staff, cuts workforce, jobs cut, stay
        away, cuts target, cuts price target, target cut, lays off, laid off, lay off, laying off, laid
        offs, short seller, sell off, profit booking, profit taking, gives up gains, gave up gains, gives
        up, gave up, pares gains, pared gains, trims gains, loses contract, lost contract, loses order,
        loses customer, thumbs down, shuts down, shut down, shutting down, turns negative, turned negative,
        turns sour, under fire, at risk, in doubt, in trouble, on hold, called off, calls off, falls
        through, fell through, walks away, walked away, pulls out, pulled out, no longer, not enough, too
        expensive, out of stock, cost overrun, cost overruns, second thoughts, hard hit, hit by, hits out,
        temporary layoffs, personnel reduction, personnel reductions, reduction of personnel, redundancy of,
        reduce personnel, reduce its personnel, cut its workforce, reduce staff, employee negotiations,
        codetermination negotiations, cooperation negotiations, production halt, halts production, halt
        production, production halted, suspends dividend, scraps dividend, skips dividend, omits dividend,
        no dividend, passes dividend, credit losses, goodwill write down, write down, write downs, write
        off, write offs, writes off, writes down, one off costs, non recurring costs, loses appeal, lost
        appeal, faces probe, faces charges, faces lawsuit, pulls guidance, withdraws guidance, drags feet,
        foot dragging, weighs on, taken to court, charged with, accused of, eats into, eat into, ate into,
        on the brink, brink of, verge of, cuts off, hit with, slapped with, under investigation, goes bust,
        went bust, hiring freeze, credit loss, days are numbered, sets aside more, set aside more, files for
        bankruptcy, filed for bankruptcy, filing for bankruptcy, no match for, loses out, lost out, missed
        out, misses out, goes wrong, went wrong, goes under, went under, goes to the wall, went to the wall,
        puts on ice, put on ice, on ice, grinds to a halt, ground to a halt, comes to a halt, came to a
        halt, in administration, into administration, files for administration, calls in administrators,
        debt default, falls behind, fell behind, falling behind, lags behind, lagged behind, left behind,
        held back, holds back, hold back, in arrears, in default, into default, in limbo, in turmoil, in
        tatters, in jeopardy, in distress, in crisis, at a loss, out of business, out of work, out of money,
        out of favour, over budget, late payment, too late, too little, too high, too low, too weak, badly
        hit, hardest hit, takes hit, takes a hit, took a hit, taking a hit, toll on, takes toll, took its
        toll, takes its toll, in the dock, pleads guilty, found guilty, charges filed, turned down, turns
        down, knocked back, sent packing, rating cut, rating lowered, credit downgrade, rating downgrade,
        cut to junk, cut to sell, cut to neutral, cut to hold, outlook cut, forecast cut, shuts plant,
        closes plant, closes plants, to close plant, closes stores, close stores, to close stores, plant
        closure, store closures, factory closure, jobs to go, jobs at risk, lose jobs, lose their jobs, lost
        their jobs, made redundant, redundancy programme, redundancy talks, to cut jobs, to axe jobs, axes
        jobs, sheds jobs, shed jobs, cuts hours, short time work, short time working, pay cut, pay cuts,
        wage cuts, raises concerns, raises doubts, raise doubts, raises fears, serious concerns, red flag,
        red flags, black hole, holes in, dead end, no buyers, no takers, wake up call, false dawn, own goal,
        poor demand, low demand, weak demand, lack of demand, lack of orders, lack of funds, capital
        shortfall, funding gap, cash shortage, negative equity, negative outlook, credit watch, diluted
        stake, price cut, price cuts, adverse effect, negative impact, negatively affected, charged over,
        convicted of, denied access, denied permission, denied approval, denied licence, denied license,
        refused permission, refused approval, withdraws forecast, withdrew forecast, abandons target,
        abandons forecast, ate up, on its knees, death knell, writing on the wall
    """,
    "N": """
        swings to loss, swing to loss, swung to loss, swings to a loss, swung to a loss, swings into loss,
        slips into loss, slips to loss, slipped into loss, slips into red, slipped into red, slips to a
        loss, falls into loss, fell into loss, sinks to loss, sank to loss, falls to loss, plunges to loss,
        into the red, into loss, into losses, back in the red, back to loss, turns to loss, turned to loss,
        turns to a loss, turned to a loss, profit warning, profit warnings, warns on profit, warned on
        profit, below estimates, below expectations, below forecasts, below consensus, short of estimates,
        short of expectations, short of forecasts, short of consensus, well short of, well below, far below,
        far short of, falls short, fell short, fall short, falling short, comes up short, came up short,
        come up short, behind schedule, under pressure, in the red, in red, swings to net loss, swung to net
        loss, swing to net loss, swings to operating loss, swung to operating loss, fails to impress, going
        concern, junk status, loses ground, lost ground, loss making, steps down amid, no recovery, no
        relief, no end in sight, no sign of recovery, no signs of recovery, cash crunch, credit crunch,
        dries up, dry up, dried up, falls flat, fell flat, bites the dust, hits rock bottom, runs out of,
        ran out of, lose steam, loses steam, lost steam, running out of, below forecast, below target, below
        guidance, below plan, below views, behind forecast, behind plan, behind target, missed expectations,
        misses expectations, missed forecasts, misses forecasts, misses estimates, worst year, worst
        quarter, worst ever, record loss, record losses, record fine, biggest loss, biggest ever loss, deep
        in the red, deeper into the red, still in the red, remains in the red, stays in the red, remains
        loss making, still loss making, net loss widens, losses widen, losses mount
    """,
    "x": """
        far from, no sign of, no signs of, not yet, yet to, rather than, instead of, rule out, ruled out,
        absence of, no hint of, no prospect of, no chance of, no end to, no longer sees, no longer expects,
        no need for, no let up in, nothing to
    """,
    "X": """
        unable to, fails to, failed to, fail to, failing to, struggles to, struggled to, struggling to,
        refuses to, refused to, unwilling to, powerless to, too late to, not enough to
    """,
    "e": """
        puts an end to, put an end to, brings to an end, calls off, called off, puts to rest, wards off,
        fends off, is over, are over, behind it, behind us, behind them, behind him, in check, comes to an
        end, came to an end, come to an end, to an end, is behind, are behind, sees off, saw off, steers
        clear of, comes through, came through, comes out of, gets over, pulls out of recession, puts behind
        it, finds way out of, climbs out of, climbed out of, emerges from, emerged from, recovers from,
        recovered from, bounces back from, runs its course, draws to a close, comes to a close, brings end
        to, ends dispute, turned back
    """,
    "a": "more than, upwards of",
    "w": "less than, short of, fewer than",
    "v": """
        compared with, compared to, a year ago, year ago, a year earlier, year earlier, last year, year
        before
    """,
    "o": """
        ends at, ends in, ends on, ends near, ends with, ends week, ends day, ends over, ends marginally,
        ends nearly, ends almost, ends around, ended at, ended in, ended on, ended near, ended with, ended
        week, ended day, ended over, ended marginally, ended nearly, ended almost, ended around, end at, end
        in, end on, end near, end with, end week, end day, end over, end marginally, end nearly, end almost,
        end around, closes at, closes in, closes on, closes near, closes with, closes week, closes day,
        closes over, closes marginally, closes nearly, closes almost, closes around, closed at, closed in,
        closed on, closed near, closed with, closed week, closed day, closed over, closed marginally, closed
        nearly, closed almost, closed around, close at, close in, close on, close near, close with, close
        week, close day, close over, close marginally, close nearly, close almost, close around, finishes
        at, finishes in, finishes on, finishes near, finishes with, finishes week, finishes day, finishes
        over, finishes marginally, finishes nearly, finishes almost, finishes around, finished at, finished
        in, finished on, finished near, finished with, finished week, finished day, finished over, finished
        marginally, finished nearly, finished almost, finished around, settles at, settles in, settles on,
        settles near, settles with, settles week, settles day, settles over, settles marginally, settles
        nearly, settles almost, settles around, settled at, settled in, settled on, settled near, settled
        with, settled week, settled day, settled over, settled marginally, settled nearly, settled almost,
        settled around, opens at, opens in, opens on, opens near, opens with, opens week, opens day, opens
        over, opens marginally, opens nearly, opens almost, opens around, opened at, opened in, opened on,
        opened near, opened with, opened week, opened day, opened over, opened marginally, opened nearly,
        opened almost, opened around, open at, open in, open on, open near, open with, open week, open day,
        open over, open marginally, open nearly, open almost, open around
    """,
    "k": "in response to, as a result of",
    "y": "even as, even though, even if, in spite of",
    "s": """
        no change, little changed, in line, in line with, at the same level, same level as, level with, on
        par with, on a par with, remains unchanged, remained unchanged, thin trade, tight range, in a range,
        range bound, no impact, no material impact, no effect, not material, as expected, as planned, no
        plans, wait and watch, no comment, declines to comment, declined to comment, ends flat, ends steady,
        ends mixed, ends unchanged, ends little changed, ends quiet, ends rangebound, ends range bound,
        ended flat, ended steady, ended mixed, ended unchanged, ended little changed, ended quiet, ended
        rangebound, ended range bound, end flat, end steady, end mixed, end unchanged, end little changed,
        end quiet, end rangebound, end range bound, closes flat, closes steady, closes mixed, closes
        unchanged, closes little changed, closes quiet, closes rangebound, closes range bound, closed flat,
        closed steady, closed mixed, closed unchanged, closed little changed, closed quiet, closed
        rangebound, closed range bound, close flat, close steady, close mixed, close unchanged, close little
        changed, close quiet, close rangebound, close range bound, finishes flat, finishes steady, finishes
        mixed, finishes unchanged, finishes little changed, finishes quiet, finishes rangebound, finishes
        range bound, finished flat, finished steady, finished mixed, finished unchanged, finished little
        changed, finished quiet, finished rangebound, finished range bound, settles flat, settles steady,
        settles mixed, settles unchanged, settles little changed, settles quiet, settles rangebound, settles
        range bound, settled flat, settled steady, settled mixed, settled unchanged, settled little changed,
        settled quiet, settled rangebound, settled range bound, opens flat, opens steady, opens mixed, opens
        unchanged, opens little changed, opens quiet, opens rangebound, opens range bound, opened flat,
        opened steady, opened mixed, opened unchanged, opened little changed, opened quiet, opened
        rangebound, opened range bound, open flat, open steady, open mixed, open unchanged, open little
        changed, open quiet, open rangebound, open range bound, neither rose nor fell, neither up nor down,
        no surprises, no surprise, as before, holds steady, held steady, treads water, treading water, broke
        even on, meets forecasts, meets expectations, met expectations, met forecasts, meets estimates, met
        estimates, matches forecasts, matched forecasts, matches estimates, matched estimates, meets
        consensus, in keeping with, as forecast, as predicted, little change, hardly changed, almost
        unchanged, virtually unchanged, broadly flat, broadly unchanged, roughly flat
    """,
    "q": """
        steps down, set up, sets up, setting up, line up, lines up, up for, made up, makes up, down payment,
        take up, high court, supreme court, share sale, stake sale, fine print, futures trade, share
        capital, share issue, rights issue, higher education, lower house, shut down for, no one, sign up,
        record date, annual report, annual general meeting, general meeting, stock exchange release, stock
        exchange, financial statements, voting rights, in charge, head office, interim report, ups stake,
        raises stake, cuts stake, hikes stake, raise stake, buys stake, sells stake, buy stake, sell stake,
        financial year, period of, market cap, rules out, option rights, stock options, subscription period,
        product range, took over as, takes over as, in charge of, total of, made no, number of shares, tax
        free bonds, to acquire, set to open, due to open, takes office, took office, takes up post, board of
        directors, supervisory board, appointed as, has been appointed, will succeed, stake in, holding in,
        share of votes, square metres, square meters, square feet, per cent of the shares, of the votes, of
        the shares, share register, trade register, nomination committee, remuneration committee, conference
        call, press conference, news conference, capital markets day, investor day, listed on, main list,
        option programme, incentive scheme, incentive plan, purchase price, transaction price, terms of the
        deal, terms of the transaction, financial terms, was founded in, is located in, is headquartered,
        registered office, annual accounts, risk officer, risk management, risk manager, loss prevention,
        loss adjuster, loss adjusters, profit sharing, growth fund, income fund, debt fund, debt adviser,
        crisis management, emergency services, fire service, fire safety, strike price, health insurance,
        life insurance, accident insurance, short term, long term, medium term, closing price, opening
        price, share split, stock split, name change, changes name, will be paid, option right, ex dividend,
        interest payment date, due to retire, cost accounting, tax adviser, tax lawyer, fraud squad, drug
        store, bull terrier, bear market fund, positive list, customer service, record label
    """,
    "h": """
        to raise, is expected, are expected, said to, in talks, up to, set to, looks to, could be, might be,
        may be, is considering, weighs options, mulls options, under consideration
    """,
    "T": "stop loss, price target, target price, target of, target range",
}
