"""Phrase lexicon of the composed analyzer: sequences of two or more words with a meaning of their own.

Lists only, by the word classes of `lexicon.py`. `calls|called off` stands for two phrases, one per alternative between
bars. If two classes list the same phrase, the earlier one applies.
"""

from news.scoring.word_class import WordClass

PHRASES: dict[WordClass, str] = {
    WordClass.DIRECTION_UP: """
        ends|ended|end|closes|closed|close|finishes|finished|settles|settled|opens|opened|open|moves|moved|
        heads higher, ends|ended|end|closes|closed|close|finishes|finished|settles|settled|opens|opened|
        open|goes|went|go up, ends|ended|end|closes|closed|close|finishes|finished|settles|settled|opens|
        opened|open in green, ends|ended|end|closes|closed|close|finishes|finished|settles|settled|opens|
        opened|open in the green, ends|ended|end|closes|closed|close|finishes|finished|settles|settled|
        opens|opened|open firm|above, on the rise, on the mend, on the up, hits new highs, year on year
        growth, picks|picked|pick|picking up, ticks|ticked|tick|ticking|creeps|crept|creep|creeping|edges|
        edged|edging|inches|inched|nudges|nudged|drifts|drifted|trends|trended up|higher|upward|upwards,
        heads|heading|headed|head up, bounces|bounced|bouncing back, comes|came roaring back, piles|piled|
        pile|piling up, mounts|mounted up, builds|built|build|building up, stacks|stacked up, gathers|
        gathered|gathering steam|pace|momentum|speed, gains|gained steam|traction|momentum, picks|picked up
        steam|pace|speed|momentum, rears its head, on the march, on an upswing, build|builds|built more,
        claws|clawed|claw|clawing back, makes|made|make up lost|ground, turns|turned the tide, turns|turned
        up, ratchets|ratcheted|ramps|ramped|ramping up
    """,
    WordClass.DIRECTION_UP_STRONG: """
        record|week|month|year|day|fresh|new|life|lifetime|intraday high, record|year|month|week|new highs,
        all time high, all time highs, upper circuit, above|over estimates|expectations|forecasts|consensus|
        forecast|views|guidance|target|targets|plan|projections|budgeted, ahead of estimates|expectations|
        forecasts|consensus|forecast|guidance|target|views|budget|plan, well|far|comfortably|way|handily|
        easily above, well|far|comfortably|way|handily|easily ahead of, in excess of forecasts|expectations|
        estimates|target|guidance, through the roof, going|goes|went|go through the roof, to the moon, hits|
        hit|hitting the roof, goes|went|go gangbusters, heads|headed|heading north, multi year high|highs,
        highest since records, highest in years|decades|a|five|ten|two|three|six, on a tear, on a roll,
        goes|went from strength to strength, off the charts, more than doubles|doubled|triples|tripled|
        quadrupled
    """,
    WordClass.DIRECTION_DOWN: """
        ends|ended|end|closes|closed|close|finishes|finished|settles|settled|opens|opened|open|moves|moved
        lower, ends|ended|end|closes|closed|close|finishes|finished|settles|settled|opens|opened|open|goes|
        went|go down, ends|ended|end|closes|closed|close|finishes|finished|settles|settled|opens|opened|open
        in red, ends|ended|end|closes|closed|close|finishes|finished|settles|settled|opens|opened|open in
        the red, ends|ended|end|closes|closed|close|finishes|finished|settles|settled|opens|opened|open
        weak|below, on the decline, on the slide, in decline, falls|fell back|away, ticks|ticked|tick|
        ticking|creeps|crept|creep|creeping|edges|edged|edging|inches|inched|nudges|nudged|drifts|drifted|
        trends|trended|heads|headed|come|comes|came down|lower|downward|downwards, slows|slowed to a
        trickle|crawl, to a trickle|crawl, thins|thinned|thin out, drops|dropped|drop|dropping off|away,
        tapers|tapered|tails|tailed|tapering|trails off, drains|drained|drain away|out, dries|dried|dry|
        drying up, slips|slipped|slip|slipping away|back, gives|gave|give|giving way, loses|lost|lose|losing
        ground|traction|altitude, back|backs|backed down from, weighed|weighs|weigh down, scaled|scales|
        scale|scaling back|down, dialled|dials|dial|dialed back|down, wound|winds|winding|wind down,
        whittled|whittles|whittle away|down, pulls|pulled|pull|pulling back, takes|took a step back,
        brought|brings|bring|bringing down, cuts|cut|cutting down on, cuts|cut back on, sinks|sank|sinking
        to, shrinks|shrink|shrank|dwindles|dwindle|dwindled|slows|slow|slowed|falls|fall|fell|drops|drop|
        dropped|reduced to a trickle
    """,
    WordClass.PACE_SLOWER: """
        goes|went|going|go nowhere, runs|ran|run dry|out|cold, shows|show signs of slowing|cooling|fatigue|
        easing|ebbing|abating, runs|ran|run out, gives|gave way, goes|went flat, goes|went cold, loses|lost
        its way, loses|lost heart, falls|fell silent, winds|wound down, on the wane, peters|petered|
        petering|peter|fizzles|fizzled|fizzle|fizzling out, runs|ran|running|run out of steam|road|puff|gas|
        breath|fuel, loses|lost|losing|lose steam|momentum|pace|its|shine|lustre|luster, grinds|ground|
        grinding|grind to a halt, comes|came|come|coming to a halt|standstill, grinds|slows|slowed|ground to
        a halt|standstill, hits|hit a wall|plateau, levels|levelled|leveled|level|levelling off|out, dies|
        died|dying|die down|away, calms|calmed|calm down, cools|cooled|cooling off|down, takes|took a
        breather, comes|came unstuck, runs|ran aground, tails|tailed off, falls|fell by the wayside, peaks|
        peaked out, eases|eased|easing off|up, begins|starts|began|started to ease|fade|cool|wane|slow|ebb,
        less severe|steep|sharp|painful|deep|pronounced
    """,
    WordClass.NOUN_FEARED: """
        credit loss|losses, expected credit losses, bad news, supply|liquidity|payment|teething problems,
        supply chain problems, supply shortages, cash flow problems, credit crunch|squeeze|risk|stress|
        crisis, default|bankruptcy risk, recession risk|fears|worries|risks, inflation fears|scare|worries|
        pressures|pressure, supply crunch|worries|fears|disruption|bottlenecks|squeeze|glut|snags|
        constraints, chip|parts|fuel|gas|power|water|driver|staff|labour|labor|skills|drug|cash|dollar|food|
        component|worker|housing shortage|shortages|crunch, oil|supply|milk|steel|housing|inventory|dram|
        memory glut, port|supply|container congestion|backlog|backlogs|bottlenecks, order book gap, cost
        inflation|blowout|overruns, margin pressure|squeeze, rate hike fears, debt crisis|worries|woes|
        fears|problems|trap, funding worries, takeover fears, price pressure|pressures, selling pressure,
        tariff worries|fears|threat|threats|risk|hit|woes|war, trade tensions|fears|worries|woes, bad|rough
        patch, dry spell, lean spell|years|period, accounting woes, teething troubles, growing pains, cash
        drain, revenue hole, overhang of, contagion fears|worries|risk|concerns
    """,
    WordClass.DIRECTION_DOWN_STRONG: """
        record|week|month|year|day|fresh|new|lifetime|intraday low, record|year|month|week|new lows, all
        time low, all time lows, lower circuit, rock bottom, well|far|way|just|slightly|narrowly|only short
        of, well|far|way|just|slightly|narrowly below, below|beneath|under|behind estimates|expectations|
        forecasts|consensus|forecast|views|guidance|target|targets|plan|projections|hopes|budgeted, falls|
        fell|fall|falling|came|comes|come|coming short|shy of estimates|expectations|forecasts|consensus|
        target|targets|guidance|plan|goal|hopes|mark, short of estimates|expectations|forecasts|consensus|
        target|targets|guidance|plan|goal|goals, comes|came|come in short|shy|light, shy of estimates|
        expectations|forecasts|consensus|target|targets|guidance, nowhere near target|forecasts|forecast|
        expectations|estimates|enough|last, nothing like last|forecast|expected|forecasts|expectations|
        enough, not what it was, not what they were, not as before, half of last, half last, a third|
        quarter|fifth|tenth|fraction|shadow of last|its|what|the, half of what, half what, no match for, all
        but wiped|evaporates|evaporated|vanished|vanishes|disappears|disappeared|dried|gone, wiped|wipes|
        wipe out, wiped|wipes off, takes|took|take|taking a dive|beating|tumble|hammering|pounding|nosedive|
        battering|plunge|knock|nose, go|goes|went into freefall|reverse|tailspin|decline|nosedive, heads|
        headed|heading south, in tatters, melts|melted|melt away, falls|fell|fall off a cliff, drops|dropped
        like a stone, hits|hit|hitting the skids, through the floor, goes|went|go downhill, bottom falls|
        fell out, on the skids, cut in half, fall|falls|fell|drop|drops|dropped by half, down by half, at|to
        its|their lowest, lowest since records, lowest in years|decades|a|five|ten|two|three|six, multi year
        low|lows, draw|draws|drew down
    """,
    WordClass.NOUN_GOOD: """
        pre tax profit, profit|income|earnings before tax, profit|income|earnings|result before taxes,
        earnings before interest and taxes, profit after tax, profit after taxes, net|drug sales, net
        interest income, earnings per share, full year guidance, growth|dividend|earnings|revenue forecast,
        like for like sales, solvency|cover ratio, cash pile|flow|generation|balance|position|reserves|
        buffer, capital buffer|buffers|ratio|base|position, order book|books|backlog|pipeline|flow|intake|
        inflow|inflows|volumes, load factor|factors, profit margin|margins|growth|outlook|forecast|goal|
        target, sales growth|target|volumes|forecast|guidance|outlook, same store|shop sales, passenger
        numbers|traffic|volumes|demand, visitor|customer|subscriber|user|player|member|student|guest
        numbers|base|growth|additions|count|loyalty|satisfaction|trust|confidence|demand, user engagement,
        average revenue per, market value|share|position|capitalisation, business|consumer|investor|
        customer|market|employer confidence|sentiment|morale|mood|spending|optimism|demand, factory|
        industrial|retail|manufacturing|home|house|car|auto|vehicle|export|ticket|box output|orders|sales|
        production|activity|office, home|house prices, property prices|values, fee|rental|interest|lease|
        premium|licence|trading|advertising|ad income|revenue|revenues|growth, assets under management, net|
        fund|capital|deposit inflow|inflows, loan growth|book|demand, credit growth|rating|quality|profile|
        score, safety record|rating|score, profit|sales|earnings|revenue|growth|dividend|full guidance|
        outlook|year|target|targets|forecasts|prospects|goal|view, free cash flow, net|operating|pretax|
        gross|interest|underwriting interest|margin|margins|profit|income|surplus|result|cash, balance
        sheet, dividend cover|payout, tax receipts|revenues, economic growth|activity|output, wage|payrolls
        growth, job growth|openings|creation|vacancies|gains|market, nonfarm payrolls, battery range|life,
        orders on hand, new business|orders|bookings|subscribers|users|customers|clients, top|bottom line,
        customer wins, investment returns|income, return on capital|assets|equity|investment, oil output|
        production|demand, gas output|production|demand, investment grade rating|status, work in hand, wins
        pipeline, reserve base, capacity use|utilisation|utilization
    """,
    WordClass.NOUN_TRADED: """
        share|stock price, oil prices, share|main index, stock market, stock markets
    """,
    WordClass.NOUN_BAD: """
        red tape, junk bonds|debt|bond, gap to, bad loan provisions, bad loans provisions, bad loan ratio,
        bad debt provisions, bad debt charges, tax bill, credit|restructuring|personnel|staff|transport|
        rental|unit|fixed|hiring costs, cost of credit, interest|operating|administrative expenses, raw
        material costs, raw material prices, input prices, gross|net npa, non performing loans, non
        performing assets, current account deficit, carbon footprint, fiscal deficit, interest|tax|injury|
        burn rate, cost base, cost of sales, energy|fuel|power|water consumption, bad loan, problem loans,
        cost to income ratio, cost income ratio, combined|loss|claims ratio, capital expenditure, start up
        costs, tax|cost burden, lost time, bad debtors, rent|payment arrears, cost pressures, misery index,
        journey times, order|contract cancellations, death toll, greenhouse gas emissions, weekly|initial|
        jobless|continuing|unemployment jobless|claims|filings|benefit|rolls, jobless filings|claims,
        unemployment filings|rolls|claims, borrowing needs|costs, oil|crude|gasoline|fuel|petrol|diesel
        stockpiles|stocks|inventories, vacancy|default|churn|defect|error|accident|attrition|delinquency|
        unemployment|jobless|inflation|mortality|dropout|failure|reject|scrap|crime|cancellation|arrears|
        poverty rate|rates, lost time injuries, stroke|infection|heart risk, empty shops|stores|homes|rooms|
        offices|seats|shelves, loan|credit|bad|mortgage|card loss|losses|defaults|arrears|delinquencies|
        provisions|loans|debt|debts|provision|impairments|charge, loan loss reserves|provisions|charges|
        provision|losses, soured|stressed|toxic|distressed|sour loans|assets|debt, debt mountain|pile|load|
        burden|ratio|servicing|levels|service|costs, net borrowings|borrowing|debt, insurance claims|losses|
        premiums, flood|storm|catastrophe|hurricane|weather|fire|insurance|disability|warranty|legal claims|
        bills|damage|costs|losses|payouts|bill, late flights|trains|deliveries|payments|payers, bill for,
        short interest|positions|bets, home repossessions, business|company failures, corporate failures|
        bankruptcies|defaults|insolvencies, cash burn|outflow|outflows|drain, fund|deposit|capital|investor|
        client|cash outflows|outflow|withdrawals|redemptions|flight, waiting|wait|queue|delivery|repair|
        lead|response|turnaround time|times|list|lists, staff|employee|customer|subscriber|user|management
        turnover|attrition|churn|departures|exits|losses|defections, customer|passenger|consumer|user|
        client|noise complaints|grievances|losses, flight|train|delivery|project|construction|shipment|
        production delays|cancellations|disruptions, input|raw|feed|feedstock|energy|fuel|wage|labour|labor|
        steel|grain|cocoa|freight|shipping|borrowing|funding|financing|operating|marketing|running|
        production|development|cloud|compliance|legal|material costs|cost|inflation|bill|bills, carbon|co0|
        co2|methane|plant|greenhouse emissions, pension deficit|hole|shortfall|gap, budget deficit|gap|
        shortfall|hole, trade gap|deficit|shortfall, food|fuel|energy|gas|power|import|consumer|producer|
        wholesale|petrol|electricity prices|bills|inflation, interest bill|burden|costs|charges|payments|
        expense|rates, tariff|tariffs|tax|duty|duties|levy|levies on, short interest|selling|positions|bets,
        pension|funding gap|hole
    """,
    WordClass.NOUN_LOSS: """
        red ink, pool of red ink, loss before taxes, loss before tax, loss after tax, net|operating|pretax
        loss, pre tax loss, loss per share, losing streak, losing run, loss of
    """,
    WordClass.NOUN_ADVERSE_EVENT: """
        record fine|fines|penalty, class|legal|industrial action, antitrust|accounting probe, criminal
        charges, rights violations, hostile bid, power cut, pay|credit freeze, price fixing, insider
        trading, insider dealing, money laundering, legal proceedings, trade|price war, patent infringement,
        court case, export|import|trading|sales ban, data leak, data breach, oil spill, product|safety
        recall, takeover|walkout threat, profit|sales slump, hostile takeover, clinical|partial hold,
        negative watch|review, covenant breach|breaches, antitrust case|suit|charges|complaint|fine, anti
        dumping duties|duty|probe|tariffs, winding up order, strike notice|threat|vote|ballot|action|plan|
        plans, going concern doubt, bribery probe|charges|case|allegations, fraud probe|charges|case|claims|
        allegations|suit|inquiry|trial, tax probe|fraud|raid|evasion|dispute, emissions case|scandal|
        cheating|probe, shareholder suit|lawsuit|revolt, patent suit|lawsuit|dispute|challenge|case|row|
        claim, delisting threat|notice, default notice, layoff notice|notices, stop order, export curbs|
        controls|restrictions, safety probe|ban, hiring ban|freeze, price cap|caps|controls, windfall|wealth
        tax, trade barriers|barrier|sanctions|dispute|embargo|row, class action suit|lawsuit, travel ban|
        curbs, power cuts, food poisoning, data theft, legal dispute|challenge|threat|claim|claims|case|
        woes, criminal case|probe|complaint|investigation|inquiry, competition probe|inquiry, insolvency
        petition|proceedings, bankruptcy petition|proceedings|filing|case, job loss, job losses, pay
        dispute|row, labour dispute|unrest|strife, labor dispute|unrest|strife, verdict|ruling|judgment|
        judgement against, force majeure, close|shut|shutter|closing|shutting branches|stores|plants|shops|
        factories|offices|factory|plant|mine|mines|mill|sites|branch|store|depots, whistleblower|fraud|
        abuse|bribery|corruption claims|allegations|accusations
    """,
    WordClass.POSITIVE: """
        resumes|resumed|restarts|restarted|resume|restart production|work|operations|output|flights|
        deliveries|sales|trading|dividend|payments|service|services, accident|trouble|fault|defect|injury|
        hassle|debt|strike|error free, strike|walkout off, turns|turned corner|the, mends|mended|mend
        fences|ties|relations|rift, beats|beat|sees|saw back rival|rivals|bid|challenge|generic, short
        covering, buy|comes|write|writes|wrote back, raises price target, top estimates, top forecasts, top
        expectations, on track, market share gains, gains|gained ground|share, cleared|clears of, clears
        name, cleared to, charges|lawsuit|probe dropped, drops plan to cut, case|lawsuit|suit dismissed,
        dismisses lawsuit, dismisses suit, called|calls off strike, strike called off, out of the woods,
        green|sees light, green lights, thumbs|holds up, turns|turned positive, new|largest|biggest|major
        order, work|production resumes, resumes production, resumes|reinstates|restores|special dividend,
        bottoms|bottomed|pays out, lights at the end, strategic cooperation, letter of intent, cooperation|
        frame|framework|reach agreement, received|won an order, has received an order, order from, awarded|
        signed a contract, signed an agreement, order worth, order win, wins orders, deal to supply, to
        deliver, to supply, chosen|selected by, has been selected, market leader, cost|annual savings, new|
        adds|creates jobs, will|to hire, plans to hire, throws out case, lifts ban, lifts freeze, lifts
        restrictions, without action, full steam ahead, on target, goes live, in|high demand, in profit,
        gives|given|gets green light, granted approval, passes test, passes stress test, passes review, well
        received, early repayment, repays|repaid early, pays down debt, out of trouble, out of danger, gains
        market share, struck a deal, reached a settlement, out of bankruptcy, exits bankruptcy, emerges from
        bankruptcy, out of administration, takes|took|pressure off, makes|made a profit, well placed, well
        positioned, under|below budget, under way ahead, gave|gets the go ahead, gives go ahead, strong
        balance sheet, tax relief, lower taxes, delivers on, takes on staff, takes on workers, investment
        grade, credit|rating upgrade, cost cuts, cost cutting, new|extends|renews contract, new customer,
        contract extension, contract renewed, foothold in, strengthens position, competitive edge, opens
        doors, high quality, nothing wrong|amiss|untoward|illegal with|in|at, nothing to hide, waves|waved|
        wave through, gives|gave|gets|got|given|wins|won|receives|received|secures|secured|obtains|obtained
        nod|approval|clearance|go|all|green|thumbs|backing|blessing|ok|okay|permission|consent, gives|gave|
        gets|got|given|with the nod|go|all|green|thumbs|okay, more time|breathing|room to|space, breathing
        space|room, buys|bought|wins time, wins|won|gets|secures more time, comes|came|come out on|ahead|
        top, light at|the end, off the hook, off watch, lets|let off the|lightly, lets|let off, slap on the
        wrist, gets|got off lightly, closes|closed|shuts|ends|ended|concludes|drops|dropped books|probe|
        investigation|inquiry|case|file on|into|without, closes|closed books|file|probe|case|investigation|
        inquiry, declines|declined|refuses|refused|chooses|decides to charge|prosecute|indict|sue|press,
        not|found liable|guilty, found|finds not|no|nothing liable|guilty|wrongdoing|fault|evidence|
        irregularities|wrong, not liable|guilty, no case to, no wrongdoing|irregularities|fault|misconduct,
        no safety concerns|issues, no side effects, no objection|objections|concerns|issues|problems|
        complaints|damage|delay|delays|disruption|layoffs|casualties|injuries|defects, cleared|clears|clear|
        free to fly|of|for|operate|resume|trade|sell|fully|all, cleared|clears|clear hurdle|hurdles|way,
        overcomes hurdle|hurdles, wins|won damages|compensation|payout|back, releases|released|release|
        frees|freed|free up|loan|reserves|provisions, frees|freed up, frees|freed from, regains|regained|
        recovers|recovered|restores|restored peg|footing|balance|compliance|listing|investment|confidence|
        trust|ground|lost, returns|returned|return stolen|cash|money|capital|to, back on its|track|feet|
        solid|form|their|song, back in business|favour|favor|service|stock|action|demand, up and running,
        fit|fighting as|fit, on firmer|solid|sound|firm|surer ground|footing, lifts|eases|eased|takes|took|
        lifted pressure|burden|strain|gloom|spirits|mood on|from|off|of, fills|filled|fill more|up|order
        seats|orders|book, in good|rude|fine health|shape|nick|stead, in fine fettle, lives|lived|live up
        to, lives|lived up, worth|well the wait, pays|paid|pay|paying off|dividends, pays|paid|pay|paying
        back|down, wipes|wiped|clears|cleared out|off debt|debts, debt free, retires|retired|retire bonds|
        debt|notes, ahead of schedule|time|deadline, the worst is over, worst is over|behind, worst over,
        worst is past, worst may be over, steady hand|ship, right|rights the ship, nothing to fear, no cause
        for|concern alarm|concern|worry, no reason to worry|fear|panic, few worries, no strings attached,
        without conditions|strings|incident|hitch|a, sigh of relief, breathes|breathed easier|sigh|again,
        good|great|strong|solid|fine|decent|encouraging start|quarter|year|results|news|run|week|demand|
        times, fast tracks|track|tracked, removes|removed|taken|takes from|off negative|watch|review|
        watchlist|downgrade, lifts|lifted|raises|raised out of junk, out of junk, to investment grade,
        outlook raised|upgraded|lifted|improved|brightens|brighter, outlook to positive, raised|raises|lifts
        to overweight|buy|outperform, price target hiked|lifted|raised, hikes|lifts|raises|increases|boosts|
        ups dividend|payout|guidance|outlook|forecast|target, strike|walkout|dispute|lawsuit|ban|embargo|
        crisis averted|avoided|over|ends|settled|lifted|resolved|called, tentative deal|agreement|pact, pay
        deal|agreement, peace deal|pact, reaches|reached|strikes|struck|seals|sealed|clinches|agrees|signs|
        inks deal|pact|accord|truce|agreement|settlement|terms, debt relief|forgiveness, wins|won over|back|
        reprieve|plaudits|praise|praises|business|contract|order|award|tender|auction|bid|deal|mandate|
        custom|customers, snaps|snapped up, strong|brisk|heavy|robust|surging|healthy|record|firm|solid
        demand|orders|sales|growth|profit|appetite|interest|results, sells|sold|selling like hot|out, sells|
        sold out, short sellers|shorts|bears retreat|flee|capitulate|cover|burned|squeezed|give|lose|throw|
        crushed, shorts cover, short squeeze, no dilution, tax break|breaks|cut|cuts|holiday|rebate|credit|
        windfall|refund, rate cut|cuts, cuts|cut|lowers rates|tax|taxes|risk|waiting, cuts|cut|reduces|
        lowers|halves risk of, lowers|reduces risk|deaths|mortality|relapse, too many orders|customers,
        warns of profit surge|jump|rise, leap of faith, stands|stood firm|tall, takes|took heart, in safe
        hands, wins|won reprieve, spared jail|prison|fine|penalty|cuts|tariff|tariffs|sanctions, demise
        exaggerated, premature obituary, ups the ante, a cut above, ahead of the pack|curve|rivals|peers,
        head and shoulders, raring to go, open|opens for business, reopens for, fully booked|sold|funded|
        repaid|recovered|operational|paid, under promise, joins|joined|enters|entered|rejoins index|indices|
        ftse|nifty|sensex|dow|nasdaq|benchmark, snatches|snatched|wrests|wrested|grabs|grabbed|poaches|
        poached|scoops|scooped|bags|bagged|lands|landed|clinches|clinched contract|order|orders|deal|
        mandate|business|customers|clients|share|market|tender, keeps|kept|retains|retained licence|license|
        rating|contract|crown|lead|mandate|listing, bucks|bucked|defies|defied falling|weak|weaker|sluggish|
        declining|sinking|gloomy|soft, warms|warm|warmed|warming to, recoups|recouped|erases|erased|pares|
        pared|claws|clawed|claw|regains|regained losses, recoups|recouped|erases|erased|pares|pared|trims|
        trimmed early|earlier|morning|opening|initial losses, claws|clawed|claw|claws|wins|won back losses|
        ground|share|customers, sheds|shed|exits|exited|ditches|ditched|offloads|offloaded|divests|divested|
        jettisons|sells|sold unprofitable|underperforming|struggling|ailing|lossmaking|failing, gets|got|
        gives|gave|given|receives|received|lends boost|lift|fillip|shot, gets|got|gives|gave|given a boost|
        lift|fillip|shot, makes|made headway|inroads|progress|strides, silences|silenced|confounds|
        confounded|defies|defied doubters|critics|sceptics|skeptics|bears, proves|proved critics|doubters|
        sceptics wrong, holds|held its|their own, shows|showed|shown promise, lifts|lifted|ends|ended|
        removes|removed hold|freeze on, back|backs|backed plan|deal|merger|offer|board|bid, poaches|poached
        star|top|rival's|key, swamped|flooded|inundated|deluged with|by orders|requests|applications|
        bookings|demand, back to full|normal, dodges|dodged bullet, reclaims|reclaimed|regains|regained
        crown|title|lead|top|spot, gains|gained at rivals|rival's, nothing|little to worry, bottoms|
        bottomed|bottoming out, put|puts|putting the worst behind, meets|met|makes|made coupon|debt|interest
        payment|payments, signs|signed off accounts|on, drops|dropped|withdraws opposition|objection|
        objections|challenge to, short seller|sellers closes|close|covers|cover|exits|abandons, needs|need
        no bailout|rescue|help|aid|fresh, staff|job|jobs cuts|losses avoided|averted|prevented, gap|hole|
        shortfall closes|closed|narrows|narrowed|plugged|filled, back online, back on|in|up stream|
        production|operation, ship|ships|vessel|tanker|crew freed|released|refloated, flows|flow|flowing|
        running|operating|sailing|flying again|normally
    """,
    WordClass.POSITIVE_STRONG: """
        wins|won|win price|legal|court|bidding|takeover|patent war|battle|fight|case|row|dispute, swings|
        swung back to profit, returns|returned|back to the black, into|turns|maiden profit, strong buy, top
        picks, top pick, clean bill of health, all clear, fully subscribed, turns|turned the corner, no
        longer loss making, turns|turned around, swing|swung|swings to net profit, swings|swung|swing to
        operating profit, flying colours, best|record year|quarter, best|highest ever, record order, record
        earnings, record revenue, record profits, record dividend, record output, record turnover, moves|
        climbs|edges into the black, ends in the black, reaches break even, hits|hit|scores|strikes|struck
        jackpot|gold|oil|it, hits|hit home run, blows|blew|storms|stormed|races|raced|sails|sailed|breezes
        past|through estimates|expectations|forecasts|consensus|target|targets, blows|blew away, beats|beat|
        tops|topped|exceeds|exceeded|surpasses|surpassed|crushes|crushed|smashes|smashed|trumps|trumped|
        betters|bettered|outstrips|outpaces estimates|expectations|forecasts|consensus|hopes|views|targets|
        target|street|guidance|forecast|predictions|projections, knocks|knocked it out, best in class,
        second to none, in a class, flying start, off to a, banner|bumper|stellar|blowout|vintage year|
        quarter|season|month, with flying colours|colors, meets|met|meet|achieves|achieved|hits|reaches|
        reached main|primary|key|all goal|endpoint|goals|endpoints|target, meets|met goal|endpoint|
        endpoints|goals, clean|positive|glowing audit|bill|report, all time best, steals|stole the show,
        game changer, runaway success, roaring success|trade, ekes|eked out profit|gain|gains|win, ekes|eked
        out a, first profit|profits, makes|made a killing, cashes|cashed in, cash cow, rescued from, wins|
        won|win|winning dismissal|case|appeal|lawsuit|suit|ruling|acquittal|battle|fight|court|legal|
        reprieve|exemption|licence|license|permit|patent
    """,
    WordClass.OUTCOME_BETTER: """
        better than analysts expected, milder than expected, milder than forecast, turns|turned|swings|
        swung|returns|returned|moves|moved|swing|return to|into profit|profitability|black, back in the
        black, back in|to|into profit|profitability|black, into|in the black, out of the red, return|
        returns|returned to profit|profitability|growth, back in|to profit|growth, turns|turned profitable,
        turns|turned a profit, ekes|eked out a, climbs|climbed|crawls|moves|moved|edges|comes|came out of
        the red, turns|turned|turn|turning|swings|swung|swing|moves|moved|flips|flipped|morphs into|to
        profit, turns|turned|swings|swung|flips|flipped|moves|moved|return|returns|returned to|into a
        profit, better|stronger|higher|faster|smaller|narrower|milder|softer than|as feared, better|
        stronger|brighter than expected|forecast|hoped|anticipated|predicted|thought|projected|estimated|
        guided, less bad|severe|painful|serious|deep|dire|damaging|costly|harmful than feared|expected|
        forecast|thought|anticipated|hoped|predicted, not as|so bad|severe|painful|serious|deep|dire|
        damaging|costly|weak|steep|gloomy|harmful as feared|expected|forecast|thought|anticipated|predicted|
        hoped|it|they, not|half as bad, less than feared, smaller than first thought|feared, nowhere near as
        bad, loss|losses half|halves what, could have been worse, not that bad, not so bad, not too bad, not
        half bad, no worse than feared, not bad, less of a
    """,
    WordClass.OUTCOME_WORSE: """
        eats|ate|eat|eating|bites|digs into, weighs|weigh|weighed|weighing|drags on, weighs|weighed|weigh
        heavily on, takes|took|taking toll|its|a toll|heavy on|toll, overshadowed by|the, spoils|spoiled|
        spoil the party, comes|came at cost|a, not enough for, but not enough, little consolation, cold
        comfort, tempered|marred|overshadowed|spoiled|offset by, worse than analysts expected, doesn't|
        don't|didn't|not live up, hopes|hope|dreams|optimism|expectations fade|faded|fades|dashed|dim|dims|
        dimmed|crushed|recede|sink|evaporate|die|quashed, wipe|wipes|wiped|erase|erases|erased gains|profit|
        profits|rally, gains|profit|profits|rally|savings|growth wiped|erased|evaporate|evaporates|
        evaporated|vanish|vanishes|reversed, takes|took the|some shine|gloss|sheen off, takes|took|taking
        shine|gloss off, leaves|left|leave market|investors|analysts|traders|shareholders|markets cold|
        unimpressed|underwhelmed|disappointed|guessing, fails|failed|fail to impress|win|convince|excite|
        lift|deliver|sway|reassure|calm|please|dazzle|inspire|spark, not enough, too little, swings|swung|
        swing|slips|slipped|falls|fell|sinks|sank|plunges|plunged|slides|slid|tumbles|tumbled|turns|turned|
        flies|crashes|crashed|lurches|drops|dropped|dips|dipped to|into loss|losses|red, swings|swung|swing|
        slips|slipped|falls|fell|sinks|sank|plunges|plunged|slides|slid|tumbles|tumbled|turns|flies|dips|
        dipped|crashes to|into the|a red|loss, into|in the red, back in the red, turns|turned|turn|turning|
        swings|swung|swing|flips|flipped|morphs|moves into|to loss|losses|red, turns|turned|swings|swung|
        flips|flipped|slips|slipped|sinks|sank|slides|slid|tumbles|tumbled into|to a loss, worse|weaker|
        poorer|gloomier|softer|slower than expected|forecast|hoped|anticipated|predicted|thought|projected|
        feared|estimated|guided, less than hoped|promised, less good|strong|rosy|impressive|robust than
        hoped|expected|forecast|thought|predicted|anticipated, not as|so good|strong|rosy|impressive|robust|
        healthy|fast|bright as hoped|expected|forecast|thought|predicted|anticipated|it|they|feared, not as
        good, not that good, not so good, not too good, as bad as feared, as feared, even worse than, as
        weak as feared, worse|larger than first thought, bigger|larger|deeper|wider|steeper|higher than
        feared, too good to last|be, not good enough, nothing to write home, nothing to cheer|celebrate|
        shout, no cause for celebration|cheer|joy, little to cheer|celebrate
    """,
    WordClass.NEGATIVE: """
        upside limited|capped, profit|sales|earnings|revenue|forecast miss|misses|shortfall|drop|fall|
        decline|slide, at cost|expense of, at the cost|expense of, comes at a, lets|let down, not out of
        the, not yet out of, dividend|job|profit|forecast|guidance|outlook|rating|output|production|order|
        pay|wage|hours|target cut|cuts, places|placed|imposes clinical hold, full clinical hold, job|pay|
        wage|price cuts, cut|cutting|lose|shed jobs, cut|reduce staff, cuts workforce, jobs|target|rating|
        outlook|forecast|pay|price cut, stay away, cuts|abandons target, cuts price target, laid|lay|laying|
        sell|write off, laid|write offs, short seller, profit booking, profit taking, gives|gave|ate up,
        pares|pared|trims gains, thumbs|shuts|shut|shutting|write down, turns|turned negative, under fire,
        at risk, in trouble, on hold, too expensive, out of stock, cost overrun, second thoughts, hits|
        loses|lost|missed|misses|walk|kicked out, temporary layoffs, personnel reduction, personnel
        reductions, reduction of personnel, redundancy|accused|brink|verge|convicted|exodus of, reduce
        personnel, reduce its personnel, cut its workforce, employee|codetermination|cooperation
        negotiations, production halt, halt production, production halted, suspends|scraps|skips|omits|
        passes dividend, goodwill write down, write downs, one off costs, non recurring costs, faces probe,
        faces charges, faces lawsuit, withdraws guidance, drags feet, foot dragging, weighs|toll|living on,
        taken to court, charged|slapped with, eats|eat|ate into, on the brink, under investigation, days are
        numbered, goes|went wrong, on|thin ice, in|into administration, calls in administrators, debt|in|
        into default, lags|lagged|left behind, held|holds|hold back, in arrears, in limbo, in turmoil, in
        jeopardy, in distress, in crisis, at a loss, out of business, out of work, out of money, out of
        favour, late payment, too|running late, too high, too low, too weak, takes hit, takes|took|taking a
        hit, takes toll, took|takes its toll, in the dock, pleads guilty, charges filed, sent packing,
        rating lowered, credit|rating downgrade, cut to neutral, cut to hold, shuts|closes plant, closes
        plants, to close plant, closes|close stores, to close stores, plant|factory closure, store closures,
        jobs to go, jobs at risk, lose|lost their jobs, made redundant, redundancy programme, redundancy
        talks, to cut jobs, to axe jobs, cuts hours, short time work, short time working, raises|serious
        concerns, raises|raise doubts, raises fears, red flag, red flags, black hole, holes in, dead end, no
        buyers, no takers, wake up call, false dawn, own goal, poor|low|weak demand, capital shortfall,
        funding gap, negative equity, negative outlook, credit watch, diluted stake, adverse effect,
        negative impact, negatively affected, charged|party|honeymoon over, denied access, denied|refused
        permission|approval, denied licence, denied license, withdraws|withdrew|abandons forecast, death
        knell, writing on the wall, falls|fell|fall|falling apart|through|behind|over, suitor|bidder|buyer|
        investor|partner walks|walk|walked|withdraws|quits|vanishes|pulls|balks, walks|walked|walk|walking
        away|out|off, lack of interest|demand|cash|funds|orders|buyers|confidence|bids|progress|support|
        trust|appetite|liquidity|capital, for want of, short sellers|shorts|bears|vultures|raiders circle|
        target|pounce|pile|attack|eye|growl, auditor|cfo|ceo|chief quits|resigns|leaves over|amid|after,
        delays|delayed|postpones|postponed|misses results|filing|report|accounts|launch|payment|opening|
        deliveries|delivery, no truce|end|relief|recovery|rebound|respite|progress|agreement|solution|
        breakthrough|let in|for|to|on|up, no closer to, talks collapse|stall|collapsed|fail|failed|break|
        broke|founder|breakdown|stalled|deadlocked, takes|took|take|taking shine|toll|gloss|hit|battering
        off|on|from|out, gives|gave|give|giving back|up gains|some|early|all|the, gives|gave|give|giving
        back, dashes|dashed|dash|crushes|crush|quashes|dims|dampens|dents|shatters|shattered|pours hopes|
        hope|dreams|optimism|confidence, hopes of recovery|rebound|soft|rate|deal dashed|fade|fades|landing,
        cold water on, puts|put|placed|places on|under notice|negative|credit|review, under review|scrutiny|
        strain|siege|attack|threat|water|cloud|a, under the hammer, sets|set|setting aside more|cash|extra|
        funds|money|for, pulls|pulled|pull|pulling|yank|yanks|yanked guidance|forecast|outlook|money|funds|
        cash|funding|investment|offer|ipo|listing, pull|pulls|pulled out, bank run, run on deposits|the,
        lose|loses|lost patience|faith|interest|heart|confidence|trust|hope|appetite, turns|turned|turn
        sour|ugly|against|nasty|bad, turns|turned their|its back, orders|ordered|told|tells|forced|must|
        forces to|linden|firm pay|repay|refund|recall|close|halt|stop|sell|return, ordered|forced|told|made|
        obliged to pay|repay|refund|recall|close|halt|stop|sell|shut|raise|slash|cut|divest|compensate, to
        pay damages|fine|penalty|compensation|millions, revives|revived|reopens|reinstates|reinstated
        lawsuit|case|suit|probe|charges|investigation|claims|inquiry, gets|got|sentenced|jailed|faces|serves
        five|to|for|ten|life|two|three|years|prison|jail|four|six, years in prison|jail, behind bars, in
        custody|handcuffs|jail|prison, loses|lost patent|exclusivity|protection|monopoly|licence, hackers
        drain|steal|breach|attack|hit|target|loot, drains|drained|siphons|siphoned|emptied exchange|funds|
        wallet|wallets|coffers|accounts, freezes|froze|frozen|halts|halted|suspends|suspended|limits|blocks
        withdrawals|redemptions|trading|payouts|accounts|hiring|pay|payments|production|sales|deliveries|
        flights|work|operations|shipments, unable to meet|repay|pay|refinance|raise|find|stop, cannot|can't|
        couldn't pay|repay|afford|meet|find|stop|refinance|keep|compete, needs|needed|need fresh|new|
        emergency|more|urgent capital|cash|funds|bailout|funding|rescue, stay|keep afloat, struggle for
        survival, fight|fights|fighting for survival|life, survival in doubt|question, future in doubt|
        question, in doubt|question|peril|danger|tatters|ruins|disarray|dispute|freefall|retreat|
        receivership|liquidation|deadlock|chaos|shambles, loses|lost|losing|lose out to, misses|missed|miss|
        missing out on, misses|missed|miss|skips|skipped payment|deadline|payments|interest|coupon|chance,
        pipped|beaten|outbid|trumped to|by, pipped to, the best is over|behind, best|party|honeymoon is
        over, best may be over, peak|best is past|behind, past its|their peak|best|prime, past its best,
        past its sell, good times over|end, sheds|sacks|fires|culls|cuts|axes|slashes|drops|lays workers|
        staff|jobs|employees|hundreds|thousands|posts|roles|off, job|paper losses, job cull, jobs cull|
        bloodbath|axed|lost|threatened|go, jobs|staff|workers face axe|sack|redundancy, flock to rivals,
        stampede for exits, head for the exit, heads for exit, flood|flooded with complaints|refunds|unsold,
        saddled|laden|burdened|lumbered with, awash|swimming|drowning in debt|unsold|red|losses, mountain|
        pile of debt|debts|bad|unsold, deep in debt, up to its neck, close|closer|near|nearer to covenant|
        default|bankruptcy|collapse|insolvency|breach|ruin, teeters|teetering on, pushed|driven|forced out|
        into, shown the door, calls|called for resignation, at loggerheads, at odds|war with, war of words,
        legal|court battle|fight|blow|defeat|setback, deals|dealt|suffers|suffered blow|setback|defeat,
        deals|dealt a|another blow, kick in the|teeth, body blow, bitter pill, hard|hardest|worst|badly hit,
        hit hard, hits|hit by|with|trouble|snag|snags|buffers|obstacle|turbulence|headwinds|delays|margins|
        profit|profits|earnings, runs late|over, over budget, behind schedule|time|plan|rivals|peers, rights
        issue fears, cash call, emergency fundraising|loan|funding|loans|measures|landing, asset freeze,
        winding up petition, writes|wrote down|off, written|marked off|down, marks|marked down, on borrowed
        time, tip of the iceberg, slippery slope, vicious circle|cycle, perfect storm, storm clouds, rainy
        day, chickens come home, too good to be, flies|flew south, stock|shares punished|hammered|battered|
        pummelled|clobbered, skating on thin, in name only, second class, third|second rate, uphill battle|
        task|struggle, losing battle|bet|hand|game|proposition, lost cause|decade|year|ground, wheels come
        off, wheels fall off, wheels came off, off the rails|boil|pace|mark, comes|came off the rails|boil,
        cuts|cut corners, cooks|cooked|cooking the books, books cooked, cooked books, accounting hole|
        scandal|fraud|irregularities|errors|probe|review|black, black mark|day|monday|friday|week, bad|
        rotten apple|bet|luck|omen|sign, warning sign|signs|shot, alarm bells, price gouging, safety alert|
        scare|fears|concerns|lapse|lapses|warning, loss of life|customers|contract|confidence|market, no
        bonus|buyer|buyers|bids|bidders|takers|payout|refund, no bonus, customer|customers|subscribers|
        users|depositors|investors|clients|passengers|shoppers|viewers|advertisers flee|leave|desert|defect|
        exodus|quit|vanish|abandon|shun|revolt|complain|withdraw|depart, capacity|supply glut, in limbo, in
        disarray, up in the air, hangs|hang|hung|looms|loom over, raises|raised red flags|doubts|questions|
        eyebrows|concerns, puts|put|slams|slammed brakes|damper on, puts|put the brakes|damper on, puts|put|
        imposes on|a hold, puts|put hold on, pushes|pushed back opening|launch|start|plans|delivery|
        deliveries|date, on shaky|thin|weak|soft ground|ice, light|scant|scarce|thin demand|orders|sales|
        trade, draws|drew|attracts|attracted few|little|no|weak, votes|vote|voted to|for strike, sweats|
        sweat|sweating over, pays|paid|pay|paying price|the for|price, once booming|thriving|mighty|
        dominant|proud|hot, drags|dragged|dragging on, cuts|cut|slashes|slashed forecast|forecasts|outlook|
        guidance, takes|take|took|face|faces haircut|axe|haircuts, face|faces|facing the axe|music, opposes|
        opposed|contests merger|deal|bid|takeover|plan, deep|heavy|steep discounts|discounting|discount,
        shares at|below discount|a, outsold|outpaced|outmanoeuvred|overtaken|leapfrogged by, ship|ships|
        vessel|tanker seized|impounded|boarded|sunk
    """,
    WordClass.NEGATIVE_STRONG: """
        loses|lost|lose price|legal|court|bidding|takeover|patent war|battle|fight|case|row|dispute, on
        negative watch, on credit watch, on watch negative, into|record|biggest loss, into|record losses,
        back to loss, warns|warned on profit, falls|fell|fall|falling short, comes|came|come up short, under
        pressure, in red, swings|swung|swing to net loss, swings|swung to operating loss, going concern,
        junk status, loss making, steps down amid, no recovery, no relief, no sign of recovery, no signs of
        recovery, running out of, record fine, biggest ever loss, deep|still|remains|stays in the red,
        deeper into the red, remains|still loss making, net loss widens, losses widen, losses mount, goes|
        went|go|going bust|under|bankrupt|broke|bung, goes|went|go belly|pear up|shaped, goes|went to the
        wall, goes|went up in smoke, on the rocks, on|near|at its|death's door|knees, death spiral, misses|
        missed|miss|lags|lagged|trails|trailed|undershoots|undershot estimates|expectations|forecasts|
        consensus|hopes|views|targets|target|street|guidance|forecast|predictions|projections|mark, misses|
        missed|miss|fails|failed main|primary|key goal|endpoint|target|test|trial, misses|missed|fails|
        failed goal|endpoint|endpoints|trial|test|audit|inspection|inspections|exam, fails|failed|flunks|
        flunked stress|safety|quality|key|late|final|emissions|crash test|tests|trial|check|checks|stage|
        inspection, no better than, fares|fared no|worse|badly better|than, falls|fell|fall flat|apart|foul|
        prey|victim, falls|fell foul of, falls|fell prey|victim to, bites|bit the dust|bullet, hits|hit rock
        bottom, bottom of the, profit warning|warnings, issues|issued|sounds|sounded warning|alarm, sounds|
        sounded the alarm, runs|ran|running low|short|dry on|of, runs|ran out of|money, stares|staring down|
        into|at, on the ropes, in|into free|dire fall|straits, in hot water, in deep|serious|big trouble|
        water, in a hole|bind|slump|rut, train wreck, house of cards, worst year|quarter|month|week|day|
        ever|since|in|performance, bad|poor|terrible|awful|dismal|weak quarter|year|start|results|season|
        run|patch, rough|tough|bumpy|hard ride|patch|year|quarter|going|times|time|road, bumpy ride, bleeds|
        bled|bleeding|haemorrhages|hemorrhages cash|money|customers|jobs|users, stripped of, bad to worse,
        in ruins, up in smoke, down the drain|tubes|pan, dead in the water, cut to junk|sell|underweight,
        wiped|wipes billions|millions|out off|from, heads will roll, heads|headed|heading|head for|towards
        bankruptcy|loss|default|collapse|recession|trouble|insolvency|the, loses|lost|losing|lose money|
        shine|patience|faith|confidence|steam|patent|lustre|bid|appeal|case|contract|order|customers|
        customer|licence|license|permit|rating|status|investment|ground|court, loses|lost|lose its|their|his
        biggest|largest|top|main|key|shine|way|grip|lustre|edge|licence|license|nerve, loses|lost biggest|
        largest|top|main|key|major customer|client|supplier|contract|order|investor, seeks|sought|asks|
        files|filed|filing for protection|bankruptcy|insolvency|administration|creditor|chapter|liquidation,
        seeks|sought|gets protection from, loses|lost dollar peg, breaks|broke the buck, beats|beat retreat,
        no|not laughing|looking good|pretty, loses|lost|fails|failed bid|appeal|fight|battle|attempt|effort|
        case|in to|bid block|overturn|halt|stop|avoid|delay|quash|prevent|dismiss|reverse|to, worst yet|
        still to come, worst is yet|still to, more pain|trouble|losses|cuts to|in come|store, more pain|
        trouble ahead, burns|burned|burning|burnt through cash|money|reserves|savings, pulls|pulled|pull
        plug, pulls|pulled|pull the plug, quits|quit|resigns|resigned|steps|exits|leaves|ousted abruptly|
        suddenly|unexpectedly, price war|wars, auditor|auditors|accountant quits|quit|resigns|resigned|
        walks, loses|lost tariff|tax exemption|exemptions|break|status|relief, begs|begged|asks|asked|pleads
        for bailout|rescue|aid|help, needs|need|seeks|sought bailout|rescue|aid, jobs|job|dividend|deal|
        output|plants at risk, blast|explosion|fire|flood|outage|quake halts|halted|shuts|shut|stops|
        disrupts|cripples|hits|knocks
    """,
    WordClass.NEGATION: """
        no sign of, no|few|fewer signs of, not yet, rather than, instead|absence|devoid|empty|bereft of, no
        longer sees, no longer expects, nothing|yet to, no longer, nowhere near, anything but,
        far|free from, nothing like, no more, next to no, a lack of, lack|lacks|lacking any, wrong|
        premature|mistaken to, far too early|soon, too early|soon for, too early to, never|not going to,
        short on, without|hardly|barely any, without|not|neither a, not an, no trace|hint|whiff|evidence|
        risk|danger|threat|chance|prospect|hope|need|plan|room|fear|let of|for|up, not about to, nothing
        wrong with, by no means, in no way, not enough, no closer to, no nearer to, little
        sign|hope|chance|prospect|evidence|risk|appetite of|for, less likely to, less chance
        of, stops|stopped short of, can no longer, has|have yet to, is|did|does|do not, not|isn't the, won't
        be
    """,
    WordClass.FAILURE: """
        fails|failed|fail|failing to, struggles|struggled|struggling|struggle to, loses|lost|lose bid|fight|
        battle|attempt to, in vain for|to, unable|powerless|unwilling|reluctant to, refuses|refused|
        declines|declined to, misses|missed chance to, too weak|slow|late|small|poor|expensive|broke to, not
        able to, not enough to, falls|fell short in, gives|gave up on|trying, stops|stopped trying to,
        tries|tried but fails
    """,
    WordClass.TERMINATION: """
        from negative watch, off negative watch, closed|ended|dropped|over without charges|charge|action|
        penalty, a distant memory, ancient history, water under the bridge, brushes|brush|brushed|sweeps|
        swats|swept|waves|pushes|casts aside|away, short lived, proved|proven|proves|prove|were|was wrong|
        unfounded|groundless|misplaced|overdone|premature, wide of the mark, blown|is|are|finally over,
        blows|blew over, ends|ended in acquittal, not guilty of, finds|found no, sees|saw no, comes|came to
        nothing, comes|came to naught, put to bed, swept aside, gone for good, no longer a, yet to
        materialise, fails|failed to materialise|materialize, brings to an end, behind it, behind us, behind
        them, behind him, to|at an end, is|are behind|gone, comes|came through, pulls out of recession, puts
        behind it, finds way out of, runs its course, draws to a close, brings end to, ends dispute, staves|
        staved|stave|staving|fends|fended|fend|fending|wards|warded|ward|warding|shakes|shook|shake|shaking|
        shrugs|shrugged|shrug|shrugging|heads|headed|brushes|brushed|brush|holds|held|beats|laughs|laughed
        off, heads off, fights|fought off|back, beats|beat back, rides|rode|riding|ride out, sees|saw off,
        gets|got rid of, wriggles|wriggled out of, puts|put paid to, puts|put an end|stop to, draws|drew a
        line under, turns|turned the page on, gets|got|getting over|past, wipes|wiped away, rules|ruled|
        ruling out, rule out, steers|steered clear of, breaks|broke|breaking free|out of|from, pulls|pulled|
        climbs|climbed|comes|came|gets|got|crawls|crawled|digs out of, immune|unscathed|unhurt|untouched|
        unaffected|unharmed|unfazed|undeterred|undaunted to|by|from, takes|took|taking the sting|heat out
        of, takes|took the edge off, cushions|cushioned|softens|softened the blow of|from, eases|eased|
        lessens|allays|calms|soothes|dispels fears|worries|concerns of|over|about, puts|put|lays|laid to
        rest, lays|laid|lay to rest, has|have ended, comes|came|come|drew|draws|draw to an end|close|a,
        comes|come|came to a close, in the past, a thing of the past, thing of the past, winds|wound up
        probe|inquiry|investigation, free|rid of, recovers|recovered|recovering|recover|rebounds|rebounded|
        bounces|bounced|emerges|emerged|emerging from, bounces|bounced back from, shut|shuts door on, makes|
        made peace with|over, buries|buried the hatchet, moves|moved on from, safe from, saved|spared|
        rescued|protected|shielded|exempt|exempted|insulated from, spared a|the, lives|lived down, skirts|
        skirted around, under|in control|check, brought|brings|bring|gets|got under control, nips|nipped in
        the bud, keeps|kept at bay, at bay, holds|held at bay, walks|walked away from crash, finds|found way
        around, lifts|lifted cloud of, wriggles|wriggled|wriggle free, wins|won|gets|got|secures|secured|
        granted delay|stay|postponement|deferral|suspension of|on|from|in, causes|caused|does|did|brings
        little|no|minimal|limited damage|disruption|harm, closed|closes|ends|ended with no action|charges|
        charge|penalty
    """,
    WordClass.LINK_ABOVE: """
        more than, upwards|north of, in excess of
    """,
    WordClass.LINK_BELOW: """
        short|south of, less|fewer than
    """,
    WordClass.LINK_VERSUS: """
        compared with, compared|relative to, a year earlier, last year, year ago, a year ago, the year
        before, same period, same|previous quarter, last year's, year earlier, year before, prior year|
        quarter|period, up|down from, as opposed to, measured|set|up against, where once, in comparison
        with|to, up|down on
    """,
    WordClass.LINK_TO: """
        ends|ended|end|closes|closed|close|finishes|finished|settles|settled|opens|opened|open at|in|on|
        near|with|week|day|over|marginally|nearly|almost|around
    """,
    WordClass.CLAUSE_CAUSE: """
        in response to, as a result of, in the wake of, on the back of, in light of, by virtue of, on
        account of, on the heels of
    """,
    WordClass.CLAUSE_CONCESSION: """
        even as, even though, even if, in spite of, in the face of, in defiance of, for all its|the, even
        with, even after, notwithstanding the, undeterred by, never mind, no matter
    """,
    WordClass.STABILITY: """
        at the same level, same level as, level with, on par with, remains|remained|ends|ended|end|closes|
        closed|close|finishes|finished|settles|settled|opens|opened|open|almost|virtually|broadly unchanged,
        thin trade, tight range, in a range, range bound, no impact, no material impact, no effect, not
        material, as expected, as planned, no plans, wait and watch, ends|ended|end|closes|closed|close|
        finishes|finished|settles|settled|opens|opened|open|broadly|roughly flat, ends|ended|end|closes|
        closed|close|finishes|finished|settles|settled|opens|opened|open steady|mixed|quiet|rangebound,
        ends|ended|end|closes|closed|close|finishes|finished|settles|settled|opens|opened|open range bound,
        finishes|settles|settled|opens|opened|open little changed, neither rose nor fell, neither up nor
        down, no surprises, no surprise, as before, broke even on, in keeping with, as forecast, as
        predicted, little change, hardly changed, no change|changes|decision|move, little|barely|hardly|
        scarcely|not much|moved|changed|altered|budged moved|changed|altered|budged|different|move, little
        moved|changed, much as|the last|before|same|expected, as|same as expected|planned|forecast|
        predicted|anticipated|before|is|usual|it|hoped|last|year, in line, in line with, on a par with,
        leaves|left|leave|keeps|kept|holds|held|stands|sticks|stuck|maintains|retains rates|outlook|
        forecast|guidance|rate|dividend|by|with|target|rating|view|unchanged|policy|targets|stake, rates|
        rate on hold|unchanged, goes|go|went|going|gets nowhere|sideways, nowhere fast, end|ends|ended|
        close|closes|closed|finish|finished where|little they|it|changed, where they|it began|started|were|
        was, neither up|down|higher|lower|good|rose|fell|better|gain|here nor, neither good nor bad, neither
        here nor there, cancel|cancels|cancelled|even|evens|balance|balances each|out|itself out|other,
        cancel|cancels|balance|balances out, wash|a wash, offset each other, mixed bag|picture|results|
        signals|quarter|day, no clear|particular direction|trend|winner, unchanged from|at|on|in|dividend|
        outlook|guidance|forecast, same|steady as, the same as, sits|sit tight, stands|stays|stay|stood pat|
        put, holds|hold|held fire|steady|firm|still, business as usual, status quo, neither confirms nor
        denies, neither confirms|confirmed, declines|declined|refuses|refused to comment|say|discuss|
        confirm|elaborate|speculate|answer, no comment, breaks|broke even, break even point, nor falls|
        rises|gains, par for the course, meets|meet|met|matches|matched|hits|hit expectations|forecasts|
        estimates|forecast|consensus|views, on par, flat line|lines|lined, treads|tread|treading water,
        marks|marking time, holding pattern, ho hum, non event, fails to move, unmoved by, no big|major|
        real|significant change|surprise|surprises|move, equal to, as good as unchanged, steady|stable at,
        stable outlook
    """,
    WordClass.ROUTINE: """
        in a row, at a glance, late night, transfers|transferred|switches|moves listing to, capitalise|
        capitalize|bank|count|rely|draw|focus|insist|depend|cash|comment|work|based on, cash|cashes|cashed
        in on, loss making|lossmaking stores|shops|branches|plants|units|mine|routes|brand|brands|
        operations, strike|strikes|struck pose|a|chord, steps down, set|sets|setting|line|lines|made|makes|
        take|sign up, up for, supreme court, share|stake sale, futures trade, share|rights issue, higher
        education, lower house, shut down for, no one, annual general meeting, general meeting, stock
        exchange release, stock exchange, financial statements, voting|option rights, in charge, head|takes|
        took|registered office, interim report, ups|raises|cuts|hikes|raise|buys|sells|buy|sell stake,
        financial|leap year, period|total|head of, market cap, stock options, subscription period, product
        range, in charge of, made no, number of shares, tax free bonds, to acquire,
        takes up post, board of directors, supervisory board, appointed as, has been appointed, will
        succeed, stake|holding in, share of votes, square metres, square meters, square feet, per cent of
        the shares, of the votes, of the shares, trade register, nomination|remuneration committee,
        conference|profit call, press|news conference, capital markets day, investor day, listed on, main|
        positive list, option programme, incentive scheme, incentive plan, purchase|transaction|closing|
        opening price, terms of the deal, terms of the transaction, financial terms, was founded in, is
        located in, is headquartered, risk|crisis management, debt fund, emergency services, fire|customer
        service, health|life|earthquake insurance, long|medium term, name change, changes name, will be
        paid, option right, ex dividend, interest payment date, cost accounting, tax|injury lawyer, fraud
        squad, drug store, bear market fund, record label, best buy, late|early|mid|clinical|first|final
        stage|phase|trial, target|gap|next|boots|dollar stores|corp|store|tree|general|inc, profit sharing|
        services|centre|partners|centres|call, growth|income|value|recovery|opportunity|opportunities|
        success|bond|equity|strategic trust|fund|services|partners|resources|award|awards|equity, risk|loss|
        crisis|fraud|debt|default|hazard|bankruptcy|compliance|damage|waste|disaster|strike|recovery|
        complaints committee|officer|adjuster|adjusters|manager|managers|adviser|advisor|advisers|advisors|
        lawyer|law|lawyers|analyst|team|consultant|consultants|software|training|model|models|assessment|
        awareness|prevention|chief|desk|department|unit|office|specialist|expert|mitigation, earnings call|
        date|calendar|preview|presentation|release|season|webcast|conference, record|payment|settlement|
        closing|opening|due|effective|meeting|ex date|dates|book, gain|loss of function, crash test, test
        dummies, fire drill|station|engine|chief|alarm|safety|training|extinguisher|extinguishers|brigade|
        insurance, dead sea, strike price|pose|rate|zone|a|poses|witness, strikes a|pose pose|chord|balance,
        preferred shares|stock|bidder|supplier|share, award for|ceremony|show best|design, collects|
        receives|presents award|awards|prize|medal, share consolidation|split|register|capital|class, stock
        split|dividend|ticker|symbol, bond|bonds at par, prices|priced bond|bonds|ipo|offering|notes,
        issues|issued|sells|sold bonds|notes, rate decision|meeting|setters, monthly|weekly|quarterly|annual
        net|report|accounts|meeting|letter|review|newsletter|general|results, net asset value, corporate|
        social responsibility|governance, set|scheduled|slated|expected|due for|on|in|out|at|to may|june|
        july|monday|tuesday|wednesday|thursday|friday|autumn|spring|present|report|announce|publish|release|
        next|retire|speak|vote|meet|decide|open|rule|hear, due|out|expected|scheduled on monday|tuesday|
        wednesday|thursday|friday|saturday|sunday, to present|discuss|host|webcast|vote|rule|decide|meet|
        speak|hold|open|publish|announce|report|release|retire|join|name|appoint|elect|move|list|rename|
        attend|exhibit|hear|convene|address|change|explore|review|consider|introduce|launch|begin|start|pay,
        enrols|enrolls|begins|starts|launches|doses first|trial|study|phase|patient|enrolment|tests, recalls
        its|his|how|when|the|days, moves|moved|move head|office|listing|headquarters|hq|into|to new, finance
        chief|director, plans to hold, profit and loss account|statement, loss making|lossmaking arm|unit|
        division|business|subsidiary|plant|airline, profitable arm|unit|division|subsidiary, bear market|
        markets|stearns|creek|hug|with, bull market|markets|ring|terrier, short selling|sale|story|list|
        course|haul|film|term, how to, how it|they works|work, in numbers|pictures|brief|charts|focus, what
        to watch|expect|know, all you need, things to know|watch, what a|it|the means|weaker|stronger, what
        next for, who gains|wins|loses|pays, up for vote|election|debate|grabs|sale|auction, no decision
        yet|on, names|appoints|elects|hires|taps new|former|head|chief|chairman|insider|veteran, takes|took
        the helm|reins|stage, at the helm, out to tender, stress test|tests scenario, fair value, cash
        management|point|register|desk, fall|spring|autumn|winter|summer collection|conference|line|season|
        schedule|catalogue, rise and shine, rising sun|star|stars, falling water, lost and found, drop box|
        zone|shipping|in, cut flowers|glass|off, hit man|list|parade, sink unit, dive centre|shop|watch|
        school, jump seat|suit|rope, crash course|helmet|barrier, debt capital|counter|collection|markets|
        securities, default settings|setting|option|judge, interest free, fine art|arts|wine|dining|tune|
        print|gold, penalty shootout|kick|clause|area, charge card|point|points|station|stations, charging
        points|station|stations, suit maker|maker's, strike force|team, gold medal|mine|coast|card, bonus
        shares|issue|track, premium economy|brand|bonds|account, safe deposit|box, trust bank|company|fund|
        deed, credit card|cards|suisse|agricole|note|union, relief valve|map|works|teacher, growth hormone|
        chart|medium, depression pill|drug, pain drug|drugs|relief|killer|killers, cancer|heart|obesity|
        diabetes|depression|flu|hiv drug|study|trial|treatment|vaccine|congress|therapy|drugs, panic button|
        room, trouble shooter, risk free|weighted|factors, high street|school|court|speed|commissioner|life,
        low countries|calorie|fat, poor man's, strong room|box, healthy eating, weak acid, negative space,
        positive pay, hard hat|drive|disk|cider|rock, soft drink|drinks|ware|toys|furnishings, bitter lemon,
        bad homburg, sick leave|pay, dark chocolate|matter, cold storage|chain|store|brew|water, blue chip,
        black friday|sea|stone|box, dirty linen, shock absorber|absorbers, storm door|water|drain|windows,
        flood plain|lights|defences, hurricane season, war museum|memorial|bonds, attack submarine, ban ki,
        freeze dried, freeze frame, frozen meal|meals|food|foods|dinner|dinners|pizza|pizzas|fish|seafood|fries|
        vegetables|fruit|yogurt|yoghurt|dessert|desserts|snack|snacks|goods|ready|chicken|potato|dough|berries,
        takes|took|take|taking over as|at|from|in|on, makes|made|make|making up,
        leak detection|detector|detectors, accident investigator|insurance|
        lawyer, recall election, complaint box|form, claims handler|adjuster|manager|department|office, tax
        adviser|advisers|return|returns|year|office|inspector|software|code, duty free|manager|officer,
        pressure cooker|cookers|gauge|valve|washer|washers|sensor|sensors, slow cooker|cookers|food|motion,
        fast food|fashion|forward, up front|stream|north|date, down under|jacket|payment|town, drag race,
        tension rod, delay line, burden of proof
    """,
    WordClass.HEDGE: """
        to raise, is|are expected, up|set|looks|open to, is considering, under consideration, said|rumoured|
        rumored|reported|understood|thought|believed|tipped to, in talks, in talks with|to|over, mulls|
        mulling|weighs|weighing|considers|considering|ponders|explores|eyes|studies|debates|reviewing
        options|sale|ipo|bid|merger|listing|spin|offer|stake|cuts|future|move|plan, has not decided, yet to
        decide, no decision, too early to say|tell, would|may|might|could be, remains|remain to be, to be
        seen, up in the air, not ruling out, on the table, in the balance, wait and see, if and when,
        reports|report of
    """,
    WordClass.PRICE_LEVEL: """
        stop loss, price target, target price, target of, target range
    """,
    WordClass.PACE_FASTER: """
        picks|picked up speed, gathers|gathered pace|speed|steam, goes|went into overdrive, shifts|shifted
        up a gear, speeds|sped up, snowballs|snowballed into, gets|got worse, goes|went from bad to worse,
        no end to, no end in sight, no let up in|to
    """,
    WordClass.CANCELLATION: """
        drops|dropped|drop|dropping|scraps|scrapped|ditches|ditched|shelves|shelved|abandons|abandoned|
        cancels|cancelled plan|plans|bid|idea|proposal|demand|demands to|for|of, calls|called|call|calling
        off, throws|threw|thrown|throw|tosses|tossed|toss|strikes|struck out|down, drops|dropped lawsuit|
        suit|case|charges|probe|investigation|inquiry|claim|claims|appeal|action, backs|backed out of|away,
        pulls|pulled|pulling out of, pulls|pulled the plug on, walks|walked|walking away from, puts|put on
        hold|ice, drops|dropped out of, goes|went back on, does|did away with, turns|turned|knocks|knocked
        down|back, votes|voted against|down, kills|killed off, reverses|reversed|scraps decision|plan|plans|
        cut|cuts|course to|on, u turn on
    """,
    WordClass.VERB_LIFT: """
        takes|took pressure
    """,
}
