"""The words that the composed analyzer knows, by what they do in a headline. Lower case; nothing but lists.

`rally*` stands for a regular verb and its forms: rally, rallies, rallied, rallying. A hyphen counts as a blank: what
stands here as `sell off` is found in "sell-off" too. A word belongs to one class; where two lists name it, the later
one has it. The lists are the author's own; docs/sentiment.md says which were made with a look at labelled headlines.
"""

# Each class has a letter, of which the features of a text are made: "losses narrow" is "Lc".
CLASSES = {
    # Directions: with a good noun good (up) or bad (down), with a bad noun the other way round.
    "u": """
        gain* climb* advance* recover* improve* accelerate* firm* strengthen* increase* appreciate* inch*
        bounce* expand* broaden* enlarge* boost* extend* grow grows grew grown rise rises rose risen up uptick
        upswing upmove upside uptrend swell* swollen growth high highs edged upward upwards improvement
        improvements expansion rebuild* brighten* firmer bottoms perk* quicken* heal* revive*
    """,
    "U": """
        surge* soar* jump* skyrocket* zoom* rocket* rebound* double* triple* treble* quadruple* vault* rally
        rallies rallied rallying leap leaps leapt leaped leaping spike* boom* shoot shoots shot shooting fold
        doubling balloon* multiply* catapult* peak peaks
    """,
    "d": """
        decline* drop* dip* slide* slip* weaken* retreat* soften* ease* lag* decrease* dwindle* shed* contract*
        fall falls fell fallen down low lows slid downtrend downswing downturn shrink shrinks shrank shrunk
        deteriorate* deterioration worsen* lose loses lost losing southward downward downwards pullback
        decelerate* moderate* cool* fade* slow slows slowed slowdown contraction reduction reductions recede*
        subside* dampen* taper* evaporate* stumble* edge* falter* disappear* thin* abate* wane* diminish*
        backslide* depreciate* depreciation erosion dry dries dried
    """,
    "D": """
        plunge* tumble* crash* collapse* plummet* slump* tank* nosedive* sink sinks sank sunk sinking crater*
        erode* dive* dove selloff rout meltdown bloodbath freefall carnage crumble* nosediving wipe* battered
        hammered pummelled pummeled trough
    """,
    # Comparisons: "smaller loss", "slower decline".
    "V": """
        higher larger bigger greater faster wider deeper steeper sharper heavier more most increased rising
        growing highest largest biggest soaring surging mounting swelling increasing greatest
    """,
    "W": """
        lower smaller slower narrower milder shallower thinner lesser softer gentler slighter less fewer reduced
        lowest smallest falling declining easing shrinking dwindling slowing decreasing least slowest
    """,
    # These say something only beside a noun: "raises guidance", "losses widen", "cuts costs".
    "r": """
        raise* hike* mount* resume* widen* deepen* escalate* intensify* up upped ups upping increase add adds
        added adding build builds built pile* worsened bring brings
    """,
    "l": "lift lifts lifted lifting",
    "c": """
        narrow* cut cuts cutting reduce* slash* halve* curb* lowers lowered lowering trim trims trimmed trimming
        pare* prune* shave* drops dropping cap caps capped limit* minimise* minimize* lighten* contain contains
        contained
    """,
    # Things one wants more of.
    "G": """
        profit profits sales revenue revenues earnings income guidance outlook margin margins net pat ebitda
        ebit ebita eps demand orders output production exports turnover dividend dividends payout payouts
        deliveries bookings shipments volume volumes backlog traffic subscribers users customers passengers
        profitability results performance cashflow cash surplus liquidity productivity efficiency utilisation
        capacity utilization order business consumption spending confidence sentiment reserves ratings rating
        enquiries occupancy hiring jobs employment wages gdp activity momentum collections inflows inflow
        earners nii nim nims topline bottomline royalties footfall listings registrations sign approvals harvest
        yields prospects visibility quality satisfaction loyalty retention appetite competitiveness
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
        debt debts deficit deficits claims unemployment jobless inflation provisions provisioning delinquencies
        cost costs expense expenses expenditure charges churn arrears vacancies inventory inventories stockpiles
        emissions complaints defects liabilities borrowings borrowing leverage indebtedness overheads outflows
        outflow redemptions gearing absenteeism accidents spoilage waste backlogs cancellations turnaround outgo
        dues slippages bankruptcies insolvencies foreclosures evictions tax taxes duties levies tariff tariffs
        cpi wpi surcharge bill bills fee fees
    """,
    # Things feared, which speak even when nothing is said of where they go.
    "F": """
        npa npas impairment impairments writedown writedowns layoffs worries worry fears fear concerns concern
        tension tensions risk risks pressure pressures woes volatility uncertainty uncertainties delay delays
        shortage shortages recession unease jitters headwinds stress weakness crisis squeeze bottlenecks
        bottleneck overcapacity glut oversupply damage problems problem trouble troubles disruption disruptions
        damages defaults default losers turmoil turbulence downtime outages outage headwind burden drag bleeding
        attrition anxiety anxieties nerves panic doubt doubts disputes drought stagnation woe hurdles hurdle
    """,
    "L": "loss losses redink lossmaking",
    # What authorities, courts, unions and nature do to a company.
    "J": """
        lawsuit lawsuits probe probes investigation investigations inquiry inquiries fine fines penalty
        penalties ban bans strike strikes walkout walkouts litigation suit suits raid raids charge scandal
        scandals fraud allegations allegation bankruptcy insolvency shutdown shutdowns blackout recall recalls
        boycott sanctions downgrade downgrades breach breaches hack cyberattack explosion fire antitrust
        takedown dispute embargo stoppage stoppages lockout closure closures eviction blackouts indictment
        delisting curbs curb restrictions restriction liquidation foreclosure hostilities war cartel
    """,
    # Good and bad by themselves.
    "g": """
        strong stronger strongest good better best positive positively optimistic optimism approval approves
        approved approve buys buying accumulate attractive healthy healthier solid secure* clinch* lands landed
        benefit* hope hopes hopeful opportunity opportunities cheer* undervalued profitable profitably award
        awards awarded success successful successfully partnership decent great excellent favourable favorable
        favourably revival winner winners shine* outshine* prefer* pick picks bet bets comfortable confident
        resilient resilience accretive buyback buybacks help* drive drives attract* safe safer bull bulls
        breakout supports supportive fresh premium stabilise* stabilize* smooth smoothly brisk vibrant lively
        satisfied pleased happy satisfactory encouraging promising improved enhance* advantage advantages
        progress progressed efficient innovative leading leader breakthroughs agreed fixes fixed repays repaid
        repay cure cures cured lucrative thaw upbeat sweet cheerful delight* tailwind tailwinds relief respite
        reward* multibagger rerating ahead sound soundly triumph* prosper* praise* popular renew* renewed
        granted grants prize prizes nod synergies unlock* synergy streamlines streamlined upsized green goodwill
        strengthened rosy luring lure lures flourish* thriving thrive thrives warm regain* regained catalyst
        thumbs bumper turnarounds turnaround
    """,
    "H": """
        thrill* bullish outperform* overweight upgrade* outpace* surpassed win wins winning won robust
        breakthrough record stellar blockbuster multibagger buoyant oversubscribed bag bags bagged excellent
        outstanding impressive impressed windfall bonanza brilliant superb dazzle* trounce* smash* exceptional
        exceptionally spectacular unprecedented
    """,
    "n": """
        sells bad worse negative worried concerned sues sued suing probed investigates investigated
        investigating fined penalised penalized banned bar bars barred cautious caution pessimistic pessimism
        hurt hurts hurting drags dragged dragging failure failures stuck suffer* troubled warn* avoid layoff
        delayed delaying expensive overvalued bear bears bleak gloomy gloom struggle* pressured weigh weighs
        weighed weighing hacked suspend* suspension cancel* cancelled cancelling scrap* scrapped scrapping
        reject* stagnant stagnate* correction nervous jittery choppy volatile alleged alleges accuse* raided
        stressed vulnerable lacklustre lackluster dull soft tepid muted challenging difficult difficulties tough
        tougher overhang exit exits fizzle* threat threats threaten* dent dents dented spook* rattle* bleed
        bleeds unsold glitch faces unprofitable disrupt* idle idled downside shut shuts blow setback setbacks
        adverse adversely strain strained unable inability lagged loser losers gloomier burned burnt burns sour
        soured sours terminate* termination laid lay dismiss* redundant redundancy redundancies temporary
        furlough* downsize* restructuring withdrawn withdraw* limbo stall* stalled stalling clouds cloud clouded
        mar mars marred squeezed squeezes haunt* grim postpone* defer defers deferred skip skips overbought
        fragile shaky wobble* wobbly contagion choke* chokes derail* derailed unpaid lawsuits wrath discontent
        mess crunch blame* blamed knock* knocked plagued plague plagues jeopardy jeopardise jeopardize sacks
        sacked axe axes axed slapped slaps tainted illegal unlawful violate* violation violations missteps
        misstep loot scare scares fearful uncertain unclear unwind wary angst bitter curse dark ugly painful
        pain pains refuses refused imposes imposed brink verge eats worrying
    """,
    "N": """
        bearish underperform* underweight downgrade* downgraded bankrupt scam plea pleads pleaded guilty
        recalled weak weaker weakest sluggish subdued poor poorer poorly dismal disappoint* disappointment
        disappointments worst catastrophic disastrous disaster dire severe severely devastated collapse
        fraudulent embezzlement horrible terrible horrendous abysmal junk doldrums
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
        avert* snap snaps snapped snapping end ended ending reverse* erase* recoup* overcome* overcame escape*
        avoids avoided shrug* settle* defy* resolve* stop stops stopped cease* dodge* shake* survive* clear*
        offset* neutralise* neutralize* remove* eliminate* relieve* calm* allay* soothe* dispel* quell* quash*
        waive* waived vacate* overturn* resolves weather* weathers breaks broke break halt* ends stem* contain
        contains arrest*
    """,
    # Beating and missing, and what is beaten or missed.
    "b": """
        beat beats beating exceed* top tops topped topping surpass* outpace* outstrip* overshoot* trounces
        crush*
    """,
    "m": "miss* undershoot* undershot trail* undercut* disappoints shy",
    "z": """
        estimate estimates forecast forecasts expectations expectation expected consensus street views view
        feared projected projections anticipated predicted hoped analysts analyst target targets projection poll
        prediction predictions planned plan thought
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
        located based headquartered headquarters established founded subsidiary unit employs employ personnel
        employees offers provides provide manufactures manufacture specialises specializes produces supplies
        develops develop comprises comprise consists consist includes include covers cover according disclosed
        disclose value total approximately about around group corporation plc oyj inc ltd transaction
        acquisition acquire* acquires agreement contract deal stake construction project projects start starts
        begin begins complete* completed completion shareholders shareholder registered capital notification
        trade tender bid option options managing representative members member committee nominate* proposal
        auditor vote voting resolution authorised authorized issue issues issued subscription seminar event
        review preview takeaways
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
        ends higher, ends up, ends in green, ends in the green, ends firm, ends above, ended higher, ended up,
        ended in green, ended in the green, ended firm, ended above, end higher, end up, end in green, end in
        the green, end firm, end above, closes higher, closes up, closes in green, closes in the green, closes
        firm, closes above, closed higher, closed up, closed in green, closed in the green, closed firm, closed
        above, close higher, close up, close in green, close in the green, close firm, close above, finishes
        higher, finishes up, finishes in green, finishes in the green, finishes firm, finishes above, finished
        higher, finished up, finished in green, finished in the green, finished firm, finished above, settles
        higher, settles up, settles in green, settles in the green, settles firm, settles above, settled higher,
        settled up, settled in green, settled in the green, settled firm, settled above, opens higher, opens up,
        opens in green, opens in the green, opens firm, opens above, opened higher, opened up, opened in green,
        opened in the green, opened firm, opened above, open higher, open up, open in green, open in the green,
        open firm, open above
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
        closes below, closed lower, closed down, closed in red, closed in the red, closed weak, closed below,
        close lower, close down, close in red, close in the red, close weak, close below, finishes lower,
        finishes down, finishes in red, finishes in the red, finishes weak, finishes below, finished lower,
        finished down, finished in red, finished in the red, finished weak, finished below, settles lower,
        settles down, settles in red, settles in the red, settles weak, settles below, settled lower, settled
        down, settled in red, settled in the red, settled weak, settled below, opens lower, opens down, opens in
        red, opens in the red, opens weak, opens below, opened lower, opened down, opened in red, opened in the
        red, opened weak, opened below, open lower, open down, open in red, open in the red, open weak, open
        below
    """,
    "D": """
        record low, record lows, week low, month low, year low, all time low, all time lows, lower circuit, year
        lows, month lows, week lows, day low, fresh low, new low, new lows, lifetime low, intraday low, rock
        bottom
    """,
    "G": """
        market share, operating profit, net profit, pretax profit, pre tax profit, profit before tax, net sales,
        order intake, order book, order backlog, gross margin, operating margin, gross profit, cash flow, net
        interest income, operating income, operating result, earnings per share, credit rating, profit forecast,
        profit guidance, profit outlook, net income, full year guidance, growth forecast, sales forecast, sales
        outlook, net result, order inflow, same store sales, like for like sales, interest income, capital
        ratio, solvency ratio, return on equity, dividend forecast, earnings forecast, revenue forecast
    """,
    "M": "share price, stock price, oil prices, share index, stock market, stock markets, main index",
    "B": """
        bad loan provisions, bad loans provisions, bad loan ratio, bad debt provisions, bad debt charges, loan
        losses, loan loss provisions, loan loss charges, jobless claims, unemployment claims, interest costs,
        interest bill, net debt, tax bill, wage bill, credit costs, cost of credit, restructuring costs,
        interest expenses, raw material costs, raw material prices, input costs, input prices, gross npa, net
        npa, non performing loans, non performing assets, default rate, default rates, delinquency rate,
        delinquency rates, current account deficit, customer complaints, cash burn, carbon footprint, staff
        turnover, employee turnover, wait times, trade deficit, fiscal deficit, interest rates, interest rate,
        cost base, cost of sales, lead times, energy consumption, fuel consumption, power consumption, water
        consumption, jobless rate, unemployment rate, accident rate, vacancy rate, churn rate, waiting times,
        fuel bill, energy bill, tax rate, loan defaults, bad debt, bad debts, bad loan, bad loans, soured loans,
        problem loans, waiting time, delivery times, production costs, operating costs, personnel costs, labour
        costs, labor costs, material costs, funding costs, borrowing costs
    """,
    "L": """
        net loss, operating loss, pretax loss, pre tax loss, loss per share, losing streak, losing run, loss of
    """,
    "J": """
        class action, antitrust probe, criminal charges, rights violations, hostile bid, power cut, power cuts
    """,
    "g": """
        short covering, buy back, price target raised, raises target, raises price target, raised to buy, top
        estimates, top forecasts, top expectations, on track, ahead of schedule, ahead of plan, wins approval,
        gets nod, gets approval, market share gains, good news, gains ground, gained ground, picks up, picked
        up, pick up, picking up, pays down, paid down, pays off, paid off, cleared of, clears name, cleared to,
        free of, drops charges, charges dropped, drops lawsuit, lawsuit dropped, drops probe, probe dropped,
        drops plan to cut, case dismissed, lawsuit dismissed, suit dismissed, dismisses lawsuit, dismisses suit,
        throws out, thrown out, called off strike, calls off strike, strike called off, back on track, out of
        the woods, green light, green lights, thumbs up, holds up, turns positive, turned positive, new
        customers, new order, new orders, work resumes, resumes production, resumes dividend, production
        resumes, reinstates dividend, restores dividend, rights the ship, bottoms out, bottomed out, lights at
        the end, comes back, bounces back, bounced back, strategic cooperation, letter of intent, cooperation
        agreement, frame agreement, framework agreement, received an order, has received an order, won an order,
        order from, awarded a contract, signed an agreement, signs agreement, signed a contract, order worth,
        wins order, order win, wins contract, wins orders, deal to supply, to deliver, to supply, chosen by,
        selected by, has been selected, market leader, cost savings, annual savings, new jobs, adds jobs,
        creates jobs, will hire, to hire, plans to hire, throws out case, clears of, lifts ban, ban lifted,
        lifts freeze, lifts restrictions, without action
    """,
    "H": """
        swings to profit, swing to profit, swung to profit, swings to a profit, swung to a profit, swings into
        profit, swung into profit, swings back to profit, swung back to profit, returns to profit, returned to
        profit, return to profit, returns to the black, back to profit, back in profit, back in the black, back
        into profit, turns profitable, turned profitable, turns to profit, turned to profit, into the black,
        into profit, turns profit, moves into profit, record profit, record sales, strong buy, top picks, top
        pick, above estimates, above expectations, above forecasts, above consensus, ahead of estimates, ahead
        of expectations, ahead of forecasts, ahead of consensus, well above, far above, comfortably above, well
        ahead of, better than expected, better than feared, stronger than expected, exceeded expectations, tops
        estimates, clean bill of health, all clear, fully subscribed, in the black, returns to growth, return to
        growth, returned to growth, back to growth, turns the corner, turned the corner, less bad than feared,
        not as bad as feared, less severe than feared, no longer loss making, turns around, turned around, swing
        to net profit, swung to net profit, swings to net profit, swings to operating profit, swung to operating
        profit, swing to operating profit, beat expectations, beats expectations, flying colours
    """,
    "n": """
        job cuts, cuts jobs, cut jobs, cutting jobs, cuts staff, cut staff, cuts workforce, jobs cut, stay away,
        cuts target, cuts price target, target cut, lays off, laid off, lay off, laying off, laid offs, short
        seller, sell off, profit booking, profit taking, gives up gains, gave up gains, gives up, gave up, pares
        gains, pared gains, trims gains, loses contract, lost contract, loses order, loses customer, thumbs
        down, shuts down, shut down, shutting down, turns negative, turned negative, turns sour, under fire, at
        risk, in doubt, in trouble, on hold, called off, calls off, falls through, fell through, walks away,
        walked away, pulls out, pulled out, no longer, not enough, too expensive, out of stock, cost overrun,
        cost overruns, second thoughts, hard hit, hit by, hits out, temporary layoffs, personnel reduction,
        personnel reductions, reduction of personnel, redundancy of, reduce personnel, reduce its personnel, cut
        its workforce, reduce staff, employee negotiations, codetermination negotiations, cooperation
        negotiations, production halt, halts production, halt production, production halted, suspends dividend,
        scraps dividend, skips dividend, omits dividend, no dividend, passes dividend, credit losses, goodwill
        write down, write down, write downs, write off, write offs, writes off, writes down, one off costs, non
        recurring costs, loses appeal, lost appeal, faces probe, faces charges, faces lawsuit, pulls guidance,
        withdraws guidance, drags feet, foot dragging, weighs on, taken to court, charged with, accused of, eats
        into, eat into, ate into, on the brink, brink of, verge of, cuts off, hit with, slapped with, under
        investigation, goes bust, went bust, hiring freeze, credit loss, days are numbered, sets aside more, set
        aside more, files for bankruptcy, filed for bankruptcy, filing for bankruptcy, no match for
    """,
    "N": """
        swings to loss, swing to loss, swung to loss, swings to a loss, swung to a loss, swings into loss, slips
        into loss, slips to loss, slipped into loss, slips into red, slipped into red, slips to a loss, falls
        into loss, fell into loss, sinks to loss, sank to loss, falls to loss, plunges to loss, into the red,
        into loss, into losses, back in the red, back to loss, turns to loss, turned to loss, turns to a loss,
        turned to a loss, profit warning, profit warnings, warns on profit, warned on profit, below estimates,
        below expectations, below forecasts, below consensus, short of estimates, short of expectations, short
        of forecasts, short of consensus, well short of, well below, far below, far short of, falls short, fell
        short, fall short, falling short, comes up short, came up short, come up short, worse than expected,
        worse than feared, weaker than expected, behind schedule, under pressure, in the red, in red, swings to
        net loss, swung to net loss, swing to net loss, swings to operating loss, swung to operating loss, fails
        to impress, going concern, junk status, loses ground, lost ground, loss making, steps down amid, no
        recovery, no relief, no end in sight, no sign of recovery, no signs of recovery, cash crunch, credit
        crunch, dries up, dry up, dried up, falls flat, fell flat, bites the dust, hits rock bottom, runs out
        of, ran out of, lose steam, loses steam, lost steam, running out of
    """,
    "x": """
        far from, no sign of, no signs of, not yet, yet to, rather than, instead of, rule out, ruled out,
        absence of
    """,
    "X": "unable to, fails to, failed to, fail to, failing to, struggles to, struggled to, struggling to",
    "e": """
        puts an end to, put an end to, brings to an end, calls off, called off, puts to rest, wards off, fends
        off, is over, are over, behind it, behind us, behind them, behind him, in check, comes to an end, came
        to an end, come to an end, to an end, is behind, are behind
    """,
    "a": "more than, upwards of",
    "w": "less than, short of, fewer than",
    "v": """
        compared with, compared to, a year ago, year ago, a year earlier, year earlier, last year, year before
    """,
    "o": """
        ends at, ends in, ends on, ends near, ends with, ends week, ends day, ends over, ends marginally, ends
        nearly, ends almost, ends around, ended at, ended in, ended on, ended near, ended with, ended week,
        ended day, ended over, ended marginally, ended nearly, ended almost, ended around, end at, end in, end
        on, end near, end with, end week, end day, end over, end marginally, end nearly, end almost, end around,
        closes at, closes in, closes on, closes near, closes with, closes week, closes day, closes over, closes
        marginally, closes nearly, closes almost, closes around, closed at, closed in, closed on, closed near,
        closed with, closed week, closed day, closed over, closed marginally, closed nearly, closed almost,
        closed around, close at, close in, close on, close near, close with, close week, close day, close over,
        close marginally, close nearly, close almost, close around, finishes at, finishes in, finishes on,
        finishes near, finishes with, finishes week, finishes day, finishes over, finishes marginally, finishes
        nearly, finishes almost, finishes around, finished at, finished in, finished on, finished near, finished
        with, finished week, finished day, finished over, finished marginally, finished nearly, finished almost,
        finished around, settles at, settles in, settles on, settles near, settles with, settles week, settles
        day, settles over, settles marginally, settles nearly, settles almost, settles around, settled at,
        settled in, settled on, settled near, settled with, settled week, settled day, settled over, settled
        marginally, settled nearly, settled almost, settled around, opens at, opens in, opens on, opens near,
        opens with, opens week, opens day, opens over, opens marginally, opens nearly, opens almost, opens
        around, opened at, opened in, opened on, opened near, opened with, opened week, opened day, opened over,
        opened marginally, opened nearly, opened almost, opened around, open at, open in, open on, open near,
        open with, open week, open day, open over, open marginally, open nearly, open almost, open around
    """,
    "k": "in response to, as a result of",
    "y": "even as, even though, even if, in spite of",
    "s": """
        no change, little changed, in line, in line with, at the same level, same level as, level with, on par
        with, on a par with, remains unchanged, remained unchanged, thin trade, tight range, in a range, range
        bound, no impact, no material impact, no effect, not material, as expected, as planned, no plans, wait
        and watch, no comment, declines to comment, declined to comment, ends flat, ends steady, ends mixed,
        ends unchanged, ends little changed, ends quiet, ends rangebound, ends range bound, ended flat, ended
        steady, ended mixed, ended unchanged, ended little changed, ended quiet, ended rangebound, ended range
        bound, end flat, end steady, end mixed, end unchanged, end little changed, end quiet, end rangebound,
        end range bound, closes flat, closes steady, closes mixed, closes unchanged, closes little changed,
        closes quiet, closes rangebound, closes range bound, closed flat, closed steady, closed mixed, closed
        unchanged, closed little changed, closed quiet, closed rangebound, closed range bound, close flat, close
        steady, close mixed, close unchanged, close little changed, close quiet, close rangebound, close range
        bound, finishes flat, finishes steady, finishes mixed, finishes unchanged, finishes little changed,
        finishes quiet, finishes rangebound, finishes range bound, finished flat, finished steady, finished
        mixed, finished unchanged, finished little changed, finished quiet, finished rangebound, finished range
        bound, settles flat, settles steady, settles mixed, settles unchanged, settles little changed, settles
        quiet, settles rangebound, settles range bound, settled flat, settled steady, settled mixed, settled
        unchanged, settled little changed, settled quiet, settled rangebound, settled range bound, opens flat,
        opens steady, opens mixed, opens unchanged, opens little changed, opens quiet, opens rangebound, opens
        range bound, opened flat, opened steady, opened mixed, opened unchanged, opened little changed, opened
        quiet, opened rangebound, opened range bound, open flat, open steady, open mixed, open unchanged, open
        little changed, open quiet, open rangebound, open range bound
    """,
    "q": """
        steps down, set up, sets up, setting up, line up, lines up, up for, made up, makes up, down payment,
        take up, high court, supreme court, share sale, stake sale, fine print, futures trade, share capital,
        share issue, rights issue, higher education, lower house, shut down for, no one, sign up, record date,
        annual report, annual general meeting, general meeting, stock exchange release, stock exchange,
        financial statements, voting rights, in charge, head office, interim report, ups stake, raises stake,
        cuts stake, hikes stake, raise stake, buys stake, sells stake, buy stake, sell stake, financial year,
        period of, market cap, rules out, option rights, stock options, subscription period, product range, took
        over as, takes over as, in charge of, total of, made no, number of shares, tax free bonds, to acquire,
        set to open, due to open
    """,
    "h": "to raise, is expected, are expected, said to, in talks, up to",
    "T": "stop loss, price target, target price, target of, target range",
}
