"""Word lexicon of the composed analyzer, by word class. Lists only; all words are lower case.

`rally*` stands for a regular verb and its forms: rally, rallies, rallied, rallying. A hyphen counts as a blank: the
phrase `sell off` also matches "sell-off". A word has one class; if two classes list it, the later one applies. The
lists were compiled for this project; docs/sentiment.md says which ones were extended by looking at labelled headlines.
"""

from news.scoring.word_class import WordClass

WORDS: dict[WordClass, str] = {
    WordClass.DIRECTION_UP: """
        gain* climb* advance* recover* improve* firm* strengthen* increase* appreciate* inch* bounce*
        expand* broaden* enlarge* boost* extend* grow grows grew grown rise rises rose risen up uptick
        upswing upmove upside uptrend swell* swollen growth high highs edged upward upwards improvement
        improvements expansion rebuild* brighten* firmer bottoms perk* heal* revive* ascend* brisker mend*
        rejuvenate* uplift* upswings creep* buildup pickup accrete* augment* upturn upturns regrow* revving
        replenish* scaling scaleup heighten* loftier ramp* progresses ratchet* reaccelerate* reflate*
        outgrow* outgrew burgeon* blossom* bloom* buoy* bounceback resurgence resurgent recoveries fatter
        plumper upticks
    """,
    WordClass.DIRECTION_UP_STRONG: """
        surge* soar* jump* skyrocket* zoom* rocket* rebound* double* triple* treble* quadruple* vault* rally
        rallies rallied rallying leap leaps leapt leaped leaping spike* boom* shoot shoots shot shooting
        fold doubling balloon* multiply* catapult* peak peaks outsize* supercharge* turbocharge* mushroom*
        snowball* quintuple* pop pops popped popping rip rips ripped roar roars roared sprint* explode*
        blowout hurtle* hyperdrive stampede bolted bolt bolts lept spurt* meteoric sextuple* fourfold
        threefold fivefold twofold sixfold tenfold eightfold sevenfold gangbusters
    """,
    WordClass.DIRECTION_DOWN: """
        decline* drop* dip* slide* slip* weaken* retreat* soften* lag* decrease* dwindle* shed* contract*
        fall falls fell fallen down low lows slid downtrend downswing downturn shrink shrinks shrank shrunk
        deteriorate* deterioration worsen* lose loses lost losing southward downward downwards pullback
        slowdown contraction reduction reductions recede* dampen* evaporate* stumble* edge* falter*
        disappear* thin* diminish* backslide* depreciate* depreciation erosion dry dries dried sag*
        shortfall shortfalls trickle* ebb* descend* shrivel* languish* underuse* dim* dimmer flag* flagging
        lessen* slackened slacken* downhill regress* shorten* fewest nudge* slips downtick downticks
        slippage melt* decay* wilt* wither* sapped sap saps sapping swoon* drift* droop* drain* slimmer
        skid* deflate* drawdown drawdowns lull lulls retrace* retrenchments
    """,
    WordClass.DIRECTION_DOWN_STRONG: """
        plunge* tumble* crash* collapse* plummet* slump* tank* nosedive* sink sinks sank sunk sinking
        crater* erode* dive* dove selloff rout meltdown bloodbath freefall carnage crumble* nosediving wipe*
        battered hammered pummelled pummeled trough freefalls implode* implosion obliterate* decimate*
        slaughter tailspin annihilate* cave* buckle* hemorrhage* haemorrhage* pancake* capitulate*
        capitulation pummel* clobber* walloped hammer* thump* drubbing bashing bashed bash* massacre
        bloodletting gutted gut guts eviscerate* vaporise* vaporize* vapourise* flatten* shellacking
        whipsaw* mauled maul* pounded skewer* demolish* disintegrate* sunken ravage* shred*
    """,
    WordClass.PACE_FASTER: """
        accelerate* quicken* steepen* hasten* speeds sped speeding spiral* spiralling spiralled gallop*
        redouble*
    """,
    WordClass.PACE_SLOWER: """
        slow* moderate* decelerate* taper* abate* subside* ease* cool* fade* wane* stall* stalled stalling
        fizzle* fizzled sputter* sputtering stagnate* stutter* stutters peter* plateau* mellow* unwinds
        dissipate* vanish* deescalate* unwind unwinding normalise* normalize* peaked
    """,
    WordClass.COMPARATIVE_MORE: """
        higher larger bigger greater faster wider deeper steeper sharper heavier more most increased rising
        growing highest largest biggest soaring surging mounting swelling increasing greatest quicker
        costlier bulkier longer steepest fastest deepest sharpest thicker hotter fiercer harsher graver
        riskier lengthier
    """,
    WordClass.COMPARATIVE_LESS: """
        lower smaller slower narrower milder shallower thinner lesser softer gentler slighter less fewer
        reduced lowest smallest falling declining easing shrinking dwindling decreasing least slowest leaner
        gentlest narrowest gradual shorter lighter cooler tamer meagre meager scantier sparser rarer feebler
    """,
    WordClass.VERB_RAISE: """
        raise* hike* mount* resume* widen* deepen* escalate* intensify* up upped ups upping increase add
        adds added adding build builds built pile* worsened bring brings fatten* pad pads padded padding
        push* step steps stepped stepping widens jack* crank* elevate* hoist* prop props propped propping
        fuel fuels fuelled fueled fuelling fueling stoke* feed feeds
    """,
    WordClass.VERB_LIFT: "lift lifts lifted lifting",
    WordClass.VERB_CUT: """
        narrow* cut cuts cutting reduce* slash* halve* curb* lowers lowered lowering trim trims trimmed
        trimming pare* prune* shave* drops dropping cap caps capped limit* minimise* minimize* lighten*
        contain contains slim* slims slimmed slimming scale scales scaled curtail* restrain* tame* whittle*
        chop* chops chopped narrows crimp* clip* whack* shear* dock* lop* rein reins reined throttle*
        winnow* deleverage* culled cull*
    """,
    WordClass.NOUN_GOOD: """
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
        purchases arpu aum memberships signups installs downloads admissions visitors visits arrivals guests
        diners shoppers clients clientele depositors advertisers orderbooks prebookings preorders preorder
        sellout ratecard premiums underwriting nav distributions distribution salary salaries bonus bonuses
        headroom buffers buffer capitalisation capitalization cashflows ebitdas opm npm gmv tvl hashrate
        hash netprofit topcompany freight haulage loads rpk seats rentals leasing housestarts enrolment
        enrollment enrolments mileage generation refining crack drilling discoveries exploration grades
        harvests crop crops acreage catches catch tourism footfalls tourists investment investments
        fundraising funding donors donations subscriptions readerships franchise franchises wellbeing
        workforce employability participation freedom access credibility standing trustworthiness trust
        faith valuation valuations bookvalue outlooks forecasted savers balances accuracy purity commissions
        commission resale renewals renewal conversion conversions engagement dau mau ticket tickets cushion
        cushions cushioned subsidy subsidies incentive incentives
    """,
    WordClass.NOUN_TRADED: """
        stock stocks shares price prices index futures sensex nifty rupee dollar euro pound yen sterling yuan
        gold silver crude oil copper bonds markets equities scrip scrips dow nasdaq nikkei ftse dax omx currency
        currencies wti brent metals commodities bitcoin ringgit adr adrs gdr aluminium nickel zinc rubber sugar
        wheat soybean maize soyabean cotton chana cardamom turmeric pepper jeera coriander mentha platinum
        palladium
    """,
    WordClass.NOUN_BAD: """
        debt debts deficit deficits claims unemployment jobless inflation provisions provisioning
        delinquencies cost costs expense expenses expenditure charges churn arrears vacancies inventory
        inventories stockpiles emissions complaints defects liabilities borrowings borrowing leverage
        indebtedness overheads outflows outflow redemptions gearing absenteeism accidents spoilage waste
        backlogs cancellations turnaround outgo dues slippages bankruptcies insolvencies foreclosures
        evictions tax taxes duties levies tariff tariffs cpi wpi surcharge bill bills fee fees shrinkage
        wastage theft shoplifting rework injuries crime fraudsters repossessions leakage leaks outlays
        overhead payroll rents rent surcharges levy duty overdraft payables queues queue turnround
        homelessness poverty congestion pollution carbon spoilages writeoffs writeoff delinquency misselling
        faults bugs incidents errors debtors opex overrun overruns overdrafts npl npls delinquents impaired
        nonperforming chargeoffs chargeoff forbearance deductible refunds refund warranty warranties
        overtime absences sickness churners unsubscribes cancellation inflationary withdrawals withdrawal
        debtload debtpile excise vat tolls toll glitches vulnerabilities vulnerability fatalities casualties
        fatality discards dropouts dropout grievances grievance objections objection shorts hacks thefts
        exploits exploit scams frauds phishing spam smog effluent flaring burglaries robberies
        disinformation misprints mispricing jobcuts joblessness unemployed homeless infections gap gaps
        exposure
    """,
    WordClass.NOUN_FEARED: """
        npa npas impairment impairments writedown writedowns layoffs worries worry fears fear concerns
        concern tension tensions risk risks pressure pressures woes volatility uncertainty uncertainties
        delay delays shortage shortages recession unease jitters headwinds stress weakness crisis squeeze
        bottlenecks bottleneck overcapacity glut oversupply damage problems problem trouble troubles
        disruption disruptions damages defaults default losers turmoil turbulence downtime outages outage
        headwind burden drag bleeding attrition anxiety anxieties nerves panic doubt doubts disputes drought
        stagnation woe hurdles hurdle downturns distress unrest malaise gloominess apathy deflation
        stagflation austerity constraints constraint weaknesses drawback drawbacks obstacles obstacle mishap
        mishaps crises meltdowns nightmare headache headaches trauma chaos upheaval instability infighting
        feud feuds hardship frictions scare scares threat threats gloom pessimism backlash caution spectre
        specter strains nervousness jitter qualms misgivings foreboding stagnancy recessions hardships
        predicament plight conundrum overhangs shocks shock aftershock aftershocks ructions rift rifts row
        spat spats hostility clash clashes conflict conflicts quarrel quarrels bust busts bubble bubbles
        imbalance imbalances crunches stresses stressors pinch pinches traps pitfalls pitfall hiccup hiccups
        snag snags snarl snarls logjam logjams deadlocks impasses standoffs hassle hassles turbulent
        misfortune misfortunes droughts famine famines blight pests pest locusts virus viruses infection
        contagions illness tremor tremors exodus panics overheating dilution cannibalisation cannibalization
        obsolescence shrinkflation
    """,
    WordClass.NOUN_LOSS: """
        loss losses redink lossmaking lossmaker lossmakers
    """,
    WordClass.NOUN_ADVERSE_EVENT: """
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
        counterfeiting espionage infringement sabotage blockade blockades insurgency arbitration
        arbitrations summons writ writs decree cartels expropriation nationalisation nationalization seizure
        seizures confiscation impoundment grounding groundings moratoriums curfew lockdown lockdowns
        quarantine embargoes embargos retaliation garnishment receivership dissolution disqualification
        disbarment debarment blacklist blacklisting expulsion ouster lockouts picketing mutiny revolt
        revolts uprising riots riot bombing bombings attack attacks collision collisions wildfire wildfires
        heatwave typhoon typhoons cyclone cyclones hailstorm eruption quake quakes landslide landslides
        mudslide avalanche contamination poisoning salmonella listeria leakages ponzi pyramid racketeering
        forgery forgeries manipulation spoofing rigging bidrigging kickback kickbacks embezzlements
        plagiarism piracy trespass harassment discrimination bullying whistleblower whistleblowers
        misstatement misstatements irregularities irregularity misreporting restatement restatements
        smuggling evasion concealment liquidations petition petitions indictments subpoenas injunctions
        convictions conviction
    """,
    WordClass.POSITIVE: """
        strong stronger strongest good better best positive positively optimistic approval approves approved
        approve buys buying accumulate attractive healthy healthier solid secure* clinch* lands landed
        benefit* hopeful opportunity opportunities cheer* undervalued profitable profitably award awards
        awarded success successful successfully partnership decent great excellent favourable favorable
        favourably revival winner winners shine* outshine* prefer* pick picks bet bets comfortable confident
        resilient resilience accretive buyback buybacks help* drive drives attract* safe safer bull bulls
        breakout supports supportive fresh premium stabilise* stabilize* smooth smoothly brisk vibrant
        lively satisfied pleased happy satisfactory encouraging promising improved enhance* advantage
        advantages progress progressed efficient innovative leading leader breakthroughs agreed fixes fixed
        repays repaid repay cure cures cured lucrative thaw upbeat sweet cheerful delight* tailwind
        tailwinds relief respite reward* multibagger rerating ahead sound soundly triumph* prosper* praise*
        popular renew* renewed granted grants prize prizes nod synergies unlock* synergy streamlines
        streamlined upsized green goodwill strengthened rosy luring lure lures flourish* thriving thrive
        thrives warm regain* regained catalyst thumbs bumper turnarounds turnaround gainer gainers advancer
        advancers elated glad eager keen enthusiastic excited exciting acclaim* applaud* welcome* welcomed
        hail* hailed endorse* endorsement accolade accolades honoured honored certified certification
        certificate accreditation accredited rescued rescue rescues salvage* bolster* buttress* fortify*
        reinforce* nurture* modernise* modernize* simplify* cheaper affordable convenient reliable trusted
        premier foremost dominant flagship pioneering worthwhile fruitful productive beneficial favour
        favours favoured favor favors favored ample plentiful abundant reinstated reinstates reinstate
        restore* reopens reopened reopen restart* restarts restarted unblock* unfreeze* exonerate*
        exonerated acquit* acquitted vindicate* vindicated absolve* absolved truce ceasefire peace harmony
        pledge* backing backed ratify* passed passes qualify* eligible validated validation authorisation
        authorization clearance licensed accept accepts accepted accepting remedied remedy rectif* debtfree
        investable smart savvy sharpen* streamline* optimise* optimize* revitalise* revitalize* reassure*
        reassured reassuring calmer tonic refreshed rejoice* celebrate* celebrated toast* stability
        sustained sustainable steadier firmest safest healthiest ideal perfect timely perky plucky sturdy
        sturdier hearty zippy nimble agile feted lauded laud lauds commend* congratulate* admire* exult*
        jubilant jubilation euphoric buzz buzzing excite* enthuse* enticing entice* inviting appealing
        alluring standout standouts darling darlings champion champions favourite favorite favourites topper
        toppers pacesetter pacesetters trailblazer frontrunner outperformer outperformers rebounder
        prosperous affluent wealthy wealthier rich richer richest flush bargain bargains cheap inexpensive
        undemanding steal haven havens recuperate* rejuvenation renaissance rebirth comeback comebacks
        revitalisation revitalization reprieve reprieved reprieves exoneration vindication acquittal pardon*
        amnesty leniency lenient exemption exemptions immune lifeline lifelines bailout bailouts underpin*
        bulwark rescuer saviour savior saves saved nets netted nabs nabbed snares scooped bagging scores
        scored cements cemented seals sealed inks inked hooks hooked captures captured earns earned reaps
        reaped reap pockets pocketed repurchase* relaunch* revamps revamped refreshes innovate* innovation
        innovations breakeven pioneers pioneered patented exclusivity exclusive commercialise* milestone
        milestones hearten* gladden* enliven* energise* energize* reenergise* smoothen* smoothed untroubled
        unscathed unharmed unhurt unaffected untouched unfazed unbowed undeterred undaunted undimmed intact
        viable vigorous vigour vigor dynamic dynamism zest gusto steadfast dependable flexible competently
        expertly adept skilful skillful clever wise prudent prudently judicious shrewd shrewdly thrifty
        frugal bright brighter brightest sunnier sunny rosier proud proudly honours honors tribute plaudits
        kudos recommend* oversubscription sellouts bestselling bestseller bestsellers generous generously
        lavish richly handsome handsomely splendid solidly nicely neatly firmly consistent consistently
        reliably orderly peaceful amicable amicably cordial friendly greenlights greenlit okays okayed oks
        okd permitted allowed allows allow reconcile* reconciliation agrees detente curative effective
        effectiveness efficacious efficacy tolerated remission lifesaving overhauled miracle fences
    """,
    WordClass.POSITIVE_STRONG: """
        thrill* bullish outperform* overweight upgrade* outpace* surpassed win wins winning won robust
        breakthrough record stellar blockbuster multibagger buoyant oversubscribed bag bags bagged excellent
        outstanding impressive impressed windfall bonanza brilliant superb dazzle* trounce* smash*
        exceptional exceptionally spectacular unprecedented superior flawless unbeatable supreme terrific
        fantastic fabulous remarkable phenomenal tremendous sensational magnificent marvellous unrivalled
        sparkle* sparkling roaring sizzling sizzle* stunning unmatched unequalled unparalleled unsurpassed
        peerless masterful masterstroke triumphant victorious victory victories jackpot coup goldmine gushes
        gusher blockbusters megahit blistering scorching redhot astonish* astounding wow wows wowed
        incredible amazing awesome glowing radiant glittering gleaming recordbreaking monumental homerun
        mania
    """,
    WordClass.NEGATIVE: """
        sells bad worse negative worried concerned sue sues sued suing probed investigates investigated
        investigating fined penalised penalized banned bar bars barred cautious pessimistic hurt hurts
        hurting drags dragged dragging failure failures stuck suffer* troubled warn* avoid layoff expensive
        overvalued bear bears bleak gloomy struggle* pressured weigh weighs weighed weighing hacked stagnant
        correction nervous jittery choppy volatile alleged alleges accuse* raided stressed vulnerable
        lacklustre lackluster dull soft tepid muted challenging difficult difficulties tough tougher
        overhang exit exits threaten* dent dents dented spook* rattle* bleed bleeds unsold glitch faces
        unprofitable disrupt* idle idled downside shut shuts blow setback setbacks adverse adversely strain
        strained inability lagged loser losers gloomier burned burnt burns sour soured sours termination
        laid lay redundant redundancy redundancies temporary furlough* downsize* restructuring limbo clouds
        clouded clouding mar mars marred squeezed squeezes haunt* grim skip skips overbought fragile shaky
        wobble* wobbly contagion choke* chokes unpaid lawsuits wrath discontent mess crunch blame* blamed
        knock* knocked plagued plague plagues jeopardy jeopardise jeopardize sacks sacked slapped slaps
        tainted illegal unlawful violate* violation violations missteps misstep loot fearful uncertain
        unclear wary angst bitter curse dark ugly painful pain pains imposes imposed brink verge eats
        worrying decliner decliners laggard laggards sadly regret* unfortunate unfortunately unfavourable
        unfavorable alarm* alarmed alarming panicked panicking dread* ominous bleaker bleakest dreary dour
        sombre somber bemoan* lament* complain* complained criticise* criticize* criticised criticism
        condemn* condemned denounce* slam* slammed slams slamming blast* blasted censure* reprimand*
        reprimanded rebuke* rebuked reproach* admonish* convict* convicted jail* jailed indict* indicted
        prosecute* prosecuted charged detained imprison* bribe* bribes embezzle* defraud* cheat* cheated
        swindle* mislead* misled misleading deceive* falsify* fake counterfeit contaminate* contaminated
        toxic faulty defective flawed flaw flaws botch* botched bungle* bungled malfunction* breakdown
        breakdowns crippled cripple* hobble* hobbled paralyse* paralysed paralyze* hamper* hampered hinder*
        hindered impede* impeded obstruct* obstructed block* blocked undermine* undermined jeopardised
        handicap* burdened overburdened saddled cumbersome sting* stung bruise* bruised wound* wounded ail*
        ailing sick sickly anaemic anemic feeble frail fragility brittle languishing lacking lack lacks
        lacked insufficient inadequate deficient scarce scarcity shun* shunned snub* snubbed spurn* spurned
        desert* deserted junked mothball* mothballed retrench* retrenched retrenchment oust* ousted fired
        firing lapse* lapsed expire* expired forfeit* forfeited overdue late lateness outcry protest*
        protests protested unpopular anger angers angered angry furious fury upset upsets disillusioned
        dissatisfied dissatisfaction unhappy disgruntled flounder* floundering misfire* misfired backfire*
        backfired overstretched overstated overpriced overpay* overpaid bloated costly uneconomic
        uncompetitive obsolete outdated stale sluggishness quagmire morass stalemate deadlock deadlocked
        impasse gridlock standoff unravel* unravelled ruin* ruined ruinous wreck* wrecked shatter* shattered
        stranded insolvent distressed overleveraged indebted cashstrapped troublesome problematic thorny
        unresolved harm* harmed harmful hazard hazardous dangerous danger dangers perilous peril unsafe
        injure* injured killed kills deaths fatal deprive* deprived shortchanged miscalculate* misjudge*
        erred mistake mistakes blunder* blunders arrested wrong wrongly empty mired embroiled engulf* beset
        besieged dogged bedevilled bedeviled pestered hounded battles battling grapple* wrestle* scramble*
        brace* grounded moored trapped cornered strapped starved starving parched penniless skint busted
        bankrupts insolvently defunct dead dying doomed doom hopeless hopelessly futile vain fruitless
        bleakly grimmer gloomily dispirited demoralised demoralized dejected despondent despair desperate
        desperately dismayed dismay dismays disheartened disheartening discouraging discouraged deterred
        bitterly agony agonising agonizing sufferers victim victims casualty flop flops flopped dud duds
        damp squib fiasco debacle shambles shambolic farce disgrace disgraced shame shamed shameful
        scandalous tarnish* taint* stain* sully sullied smear* discredit* besmirch* dishonest dishonestly
        unethical reckless careless negligent shoddy sloppy slipshod substandard inferior mediocre middling
        patchy spotty erratic uneven inconsistent unreliable unstable unsteady unsustainable untenable
        unviable nonviable worthless valueless useless pointless underfunded undercapitalised
        undercapitalized underinsured understaffed overworked overextended overexposed overhyped overrated
        overborrowed overbuilt overstocked overstocking understocked unprepared uncollected uncollectable
        unrecoverable unwanted unwelcome unloved unattractive unappealing unaffordable unnerve* unsettle*
        unimpressed unimpressive uninspiring unconvincing unconvinced sceptical skeptical scepticism
        skepticism sceptics skeptics dubious doubtful doubted doubting questionable suspicious suspicion
        suspicions suspect suspected untrustworthy mistrust distrust distrusts disbelief wariness hesitant
        hesitancy reluctant reluctance unenthusiastic lukewarm cold chill chills chilled chilly frosty
        freezes froze frozen icy strand* marooned delisted expelled expel* ejected ejects eject evict*
        blacklisted blacklists sanctioned penalises penalizes punished punish* cautioned rapped rap raps
        scold* chided chides lambast* panned savaged savages ridicule* mocked berate* pillory pilloried
        flayed decries decried deplore* faulted slated lash* sack* booted toppled topple* unseated dethrone*
        embattled beleaguered hapless luckless moribund comatose zombie guzzle* squander* wasted wastes
        wasting fritter* misspent overspend* overspent misallocate* mismanage* mismanagement misuse misused
        misappropriate* looted siphon* pilfered stole stolen steals stealing rob robbed robs fleeced fleece*
        duped dupes tricked hoodwinked conned bilked bilk* extort* blackmail* hijack* sabotaged poach*
        infected infects poisoned poisons adulterated unfit mislabelled mislabeled misbranded leaked spilled
        spilt spills ablaze rusty rust rusting cracks cracked broken pollute* overcharged gouge*
        shortchange* scalped discriminate* harassed bullied abused abuse abuses exploited underpaid
        underpays underpay* strikebound lockedout striking overdrawn delinquent nonpayment nonpayments
        renege* backtrack* backpedal* welsh* defaulted defaulting breached breaching flout* contravene*
        infringe* laundered rigged rigs manipulated manipulates forged fabricated doctored misstated
        misreported misrepresented misrepresent* conceal* hid hides whitewash* restate* clawback clawbacks
        dilutive diluted dilutes dilute* flee flees fled fleeing defected shies shied balk* baulk* recoil*
        creaks creaking teeter* totter* reel* lurch* limp limps limping limped bogged hollow threadbare
        skimpy scant sparse measly paltry puny miserable nightmarish hellish harrowing horrid horrific
        horror horrifying shocking shockingly awfully badly terribly dismally drastically acutely chronic
        chronically terminal terminally lethal deadly fatally perilously precarious precariously hairy
        tricky fraught delicate treacherous sinister murky opaque evasive tightlipped corrode* bearishness
        defensive downbeat downcast glum glummer morose cheerless joyless humdrum pricey pricier overheated
        frothy bubbly toppy stretched steep exorbitant extortionate punitive onerous prohibitive burdensome
        draconian strict stricter strictest tighter tightest stringent tightening cutthroat cannibalise*
        cannibalize* encroach* mutinous rebellious rebel rebels infuriate* incensed irate livid dismay*
        excluded excludes omitted demoted demotes demotion relegated relegates relegation stripped strips
        outflanked outmanoeuvred outmaneuvered outgunned outbid beaten defeated defeat bested uncertainly
        hazy foggy nebulous imperil* imperilled endanger* jeopardizes destabilise* destabilize* upend*
        overwhelm* swamped inundated stifle* smother* suffocate* strangle* asphyxiate* stunt stunts stunted
        inhibit* deter deters shackle* constrict* constrains constrained languor listlessness doldrum
        inertia paralysis gridlocked clogged clog* jam jams jammed snarled shutter* folds folded liquidate*
        dissolve* repossess* seize* confiscate* impound* expropriate* nationalised nationalized garnish*
        debtridden debtladen scandalhit crisishit strikehit scamhit scuttle* kiboshed frustrate* placebo
        toxicity sideeffects unproven ineffective inconclusive nonapprovable relapse* apologise* apologize*
        apology sorry bloodied bloody wince* flinch* cringe* questioned faltering deplete* depleted
    """,
    WordClass.NEGATIVE_STRONG: """
        bearish underperform* underweight downgrade* downgraded bankrupt scam plea pleads pleaded guilty
        recalled weak weaker weakest sluggish subdued poor poorer poorly dismal disappoint* disappointment
        disappointments worst catastrophic disastrous disaster dire severe severely devastated collapse
        fraudulent embezzlement horrible terrible horrendous abysmal junk doldrums woeful awful atrocious
        appalling calamitous cataclysmic tragic ghastly lousy crippling ruinously gravely grave rotten
        catastrophe catastrophes calamity calamities apocalypse apocalyptic armageddon cataclysm wretched
        pitiful pathetic deplorable disgraceful unmitigated hideous dreadful dreadfully abysmally
        appallingly catastrophically disastrously fraudster felony felonies felon criminal criminally
        criminals demise
    """,
    WordClass.HIT: "hit hits hitting",
    WordClass.ADVICE_BUY: "buy buys accumulate invest",
    WordClass.ADVICE_SELL: "sell selling sold reduce book",
    WordClass.NEGATION: """
        not no never without nor cannot can't won't doesn't didn't isn't don't wasn't aren't weren't hasn't
        haven't wouldn't couldn't shouldn't hardly unlikely neither none nothing nowhere scarcely rarely
        seldom ain't shan't mustn't needn't zero
    """,
    WordClass.FAILURE: """
        fail fails failed failing refuse* refuses refused unable unwilling powerless incapable neglects
        neglected neglect
    """,
    WordClass.TERMINATION: """
        avert* snap snaps snapped snapping end ended ending reverse* erase* recoup* overcome* overcame
        escape* avoids avoided shrug* settle* defy* resolve* stop stops stopped cease* dodge* shake*
        survive* clear* offset* neutralise* neutralize* remove* eliminate* relieve* calm* allay* soothe*
        dispel* quell* quash* waive* waived vacate* resolves weather* weathers breaks broke break halt* ends
        stem* contain contains defuse* mitigate* alleviate* absorb* eradicate* scotch* banish* conquer*
        untangle* evade* sidestep* forestall* preempt* prevent* rebut* refute* arrest arrests arresting
        outlast* outlive* fend* stave* dispelled quenched extinguish* douse* tackle* bury buries buried
        bypass* circumvent* ward* skirt* swerve* debunk* disprove* repudiate* assuage* mollify mollifies
        placate* pacify pacifies pacified subdues tamp* vanquish* repel* repelled repelling deflect*
        counter* counteract* shortlived overs rids rid outride* unshaken overblown exaggerated unfounded
        groundless overdone misplaced baseless unwarranted unjustified spare spares spared shielded shield*
        shields exempt exempts exempted contained plug* plugged unneeded
    """,
    WordClass.EXPECTATION_BEATEN: """
        beat beats beating exceed* top tops topped topping surpass* outpace* outstrip* overshoot* trounces
        crush* outdo outdid outdoes outdoing outclass* overtake* overtook eclipse* trump* outshone outpunch*
        outmatch* bests leapfrog* outsell* outsold outearn* outrank* outscore* pips pipped
    """,
    WordClass.EXPECTATION_MISSED: """
        miss* undershoot* undershot trail* undercut* disappoints shy underwhelm* flunk* underdeliver*
    """,
    WordClass.EXPECTATION: """
        est estimate estimates forecast forecasts expectations expectation expected consensus street views view
        feared projected projections anticipated predicted hoped analysts analyst target targets projection
        poll prediction predictions planned plan thought guided foreseen assumed bargained pencilled
        penciled envisaged envisioned foreseeing assumption assumptions goal goals budgeted modelled modeled
        benchmark benchmarks yardstick norm signalled signaled promised guesses guess imagined rivals peers
    """,
    WordClass.THAN: "than",
    WordClass.LINK_ABOVE: "above beyond over exceeding",
    WordClass.LINK_BELOW: "below under beneath short behind",
    WordClass.LINK_VERSUS: """
        compared versus vs against comparison comparable corresponding previous earlier ago previously prior
        preceding respectively
    """,
    WordClass.LINK_FROM: "from",
    WordClass.LINK_TO: "to at totalled totaled totalling amounted amounting reached stood was were is",
    WordClass.CLAUSE_CAUSE: """
        as amid on after following due because thanks owing since when thereby prompting sparking
    """,
    WordClass.CLAUSE_CONCESSION: """
        despite although though while even whereas notwithstanding albeit regardless irrespective
    """,
    WordClass.CLAUSE_CONTRAST: "but however yet",
    WordClass.STABILITY: """
        flat steady steadies mixed unchanged rangebound neutral sideways quiet stable maintain* reiterate*
        reaffirm* inline same similar level keeps keep kept retains retain hold holds unmoved constant
        affirms affirm affirmed listless narrowly barely marginally slightly fractionally motionless
        stationary flattish rangey sticks static sideway treading uneventful undecided dormant featureless
        directionless rangetrade idly unaltered unmoving inert reconfirm* confirm* preserve* unvaried
    """,
    WordClass.ROUTINE: """
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
        convertible warrants warrant coupon maturity denomination issuer underwriter arranger swaps swap
        elect elects elected election electing re-elects reelected reelects reappoint* designate designates
        designated acting headhunter directorship trustee trustees newsletter disclosure disclosures filing
        filings prospectuses s1 form k10 ballot ballots polling adjourns convene* reschedule* reconvene*
        date dates priced denominate* redenominate* relist* splits split consolidation consolidate* ticker
        symbol symbols redomicile* incorporate* reincorporate* repaint* redesign* slogan motto mascot emblem
        livery enrols enrol enroll enrolls enrolled patient recruits recruiting dosing preclinical protocol
        undergo* undergoes webcast* livestream* broadcast broadcasts telecast hosts host hosted hosting
        sponsor* attend attends attended attending presents present presented presenting showcase* demo
        demos demonstrate* discuss* discussion meet meets met tour tours toured outlines outline outlined
        details detail detailed describes describe described summarises summarise recap recaps updates
        update updated notifies notify notified announces announce announced announcement announcements
        reminds remind reminder divest* divestment divestiture spinoff hive* merges merge merged demerge*
        demerger refile* apply applies applied application applications inspects inspect inspected
        inspection inspections audits audit audited auditors surveyor inaugurate* ribbon subleases sublet
        architect architects landscaping furniture canteen carpark cafeteria reception lobby atrium campus
        trademark trademarks copyright standardise* codename nickname
    """,
    WordClass.HEDGE: """
        may might could can likely if whether would should possible possibly expects expect expecting sees
        see seen set aims aim intends intend potential eyed eyes eye ponder* consider* weighs explore*
        study* studies denies deny denied perhaps maybe reportedly rumoured rumored rumour rumor rumours
        rumors speculation speculate* purported apparently supposedly hypothetical contemplate* debate* toys
        mooted moot tentative provisional tentatively prospective envisages presumably conceivable
        conceivably plausible wonders wonder asks ask asked asking
    """,
    WordClass.QUESTION: "? why how what where",
    WordClass.PERCENT: "% pc percent cent percentage bps",
    WordClass.CURRENCY: """
        eur euros usd sek mln mn million bn billion crore crores cr rs lakh m $ € £ gbp inr nok dkk
    """,
    WordClass.PRICE_LEVEL: "target targets levels resistance support",
    WordClass.TURNAROUND: """
        swings swing swung returns return returned turns turn turned back moves
    """,
    WordClass.NOUN_HOPE: """
        hope hopes optimism enthusiasm luck fortunes euphoria dreams dream chances bullishness
    """,
    WordClass.CANCELLATION: """
        cancel* cancelled cancelling scrap* scrapped scrapping rescind* rescinded revoke* revoked withdraw*
        withdrawn withdrew abandon* abandoned shelve* shelved shelves reject* postpone* defer defers
        deferred suspend* suspension abolish* abolished repeal* repealed abort* aborted ditch* ditched dump*
        dumped axe axes axed dismiss* vetoed veto* vetoes nix nixed nixes terminate* overrule* overruled
        overrules rebuff* rebuffed jettison* forgo forgoes forego foregoes foregone discontinue*
        discontinued pull pulls pulled pulling scupper* scuppered scuppers torpedo* torpedoed torpedoes
        thwart* thwarted foil* foiled derail* derailed toss* stymie* stymied overturn* nullify nullifies
        nullified annul* annuls annulled invalidate* invalidated void voids voided retract* retracted
        delayed delaying
    """,
    WordClass.DISCUSSION: """
        guide guides explainer explained explains faq primer tutorial seminars webinars workshop workshops
        lecture lectures panel panels symposium forum congress podcast memoir memoirs museum exhibition
        exhibit anniversary training course courses curriculum drill rehearsal simulation quiz documentary
        textbook glossary questions question checklist infographic lesson lessons history archive archives
        essay columnist column interview interviews transcript transcripts diary calculator insurer's
        adjuster adjusters handbook dictionary dummies consultation hearing adjourned speech speak speaks
        keynote
    """,
}
