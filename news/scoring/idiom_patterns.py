"""Patterns of idioms, in families. Data only; `idioms.py` says how they apply.

A family is the words that ask for it, and its patterns with the tags they give (see `word_class.py`; "adjective" takes
the polarity of the word in the group of this name). The first pattern that covers a word applies. A slot in braces
stands for the alternatives of SLOTS, `{w3}` for at most three words of any kind.
"""

SLOTS = {
    "w2": r"(?:[^\s,]+ ){0,2}?",
    "w3": r"(?:[^\s,]+ ){0,3}?",
    "w5": r"(?:[^\s,]+ ){0,5}?",
    "w8": r"(?:[^\s,]+ ){0,8}?",
    "unit": r"mn|mln|million|m|bn|b|bln|billion|crores?|cr|lakh|thousand|k",
    "coin": r"eur|usd|gbp|sek|nok|dkk|chf|inr|rs|euros?|dollars?|pounds?|crowns|kronor|yen|yuan|rupees|francs",
    "amount": r"(?:(?:{coin}|[$€£]) )\d\S*(?: {unit})?|\d\S* {unit}(?: {coin})?|\d\S* {coin}",
    "suit": r"""lawsuits?|suits?|case|cases|claims?|litigation|probes?|investigations?|inquiry|charges|dispute|
        allegations|complaints?|trial|class action|action|accusations|row|fight|battle|war|proceedings|arbitration""",
    "contest": r"""case|cases|appeal|appeals|lawsuits?|suits?|trial|trials|ruling|verdict|dispute|battle|fight|
        litigation|arbitration|dismissal|court|challenge|claim|tax row|judgment|judgement|row|war""",
    "bench": r"court|courts|judge|judges|jury|jurors|tribunal|justices|arbitrators?|panel|magistrate",
    "court": r"""court|courts|judge|judges|jury|jurors|tribunal|justices|panel|regulator|regulators|commission|
        arbitrators?|watchdog|ombudsman|magistrate|prosecutors|ministry|agency|authority|sec|doj|ftc|eu""",
    "pays": r"""(?:to|will|must|would|agrees? to|agreed to|has to|forced to|told to|ordered to|set to|may have to) pay|
        pays|paid|paying|to fork out|to shell out|hands over|coughs up""",
    "ruin": r"""(?:bankruptcy|insolvency|default|recession|receivership|liquidation|chapter 11|chapter 7|
        bear (?:market|phase)(?: territory)?|bear territory|correction territory|depression|contraction|
        debt trap|debt default|(?:creditor|bankruptcy) protection|collapse|ruin|financial ruin|foreclosure|
        negative territory|stagflation|the red|junk territory|a bear market)""",
    "administration": r"(?:administration|examinership)",
    "ruinous": r"""(?:(?:a|an|the|full|full blown|outright|technical|deep|deeper|possible|likely|its|their|sovereign|
        imminent|mild|global|u s|us|second|brief) ){0,3}""",
    "edge": r"(?:(?:the )?(?:very )?(?:edge|brink|verge|cusp|threshold|precipice) of )",
    "leaves": r"""(?:step(?:s|ped|ping)?|edg(?:es|ed|ing)|inch(?:es|ed)|mov(?:es|ed|ing)|pull(?:s|ed|ing)?|
        steer(?:s|ed|ing)?|come|comes|came|back|backs|backed|is|are|brings?|brought|nurses?|turns?|turned) (?:back |away |
        clear |itself |well |far )?(?:away |back )?(?:from|of)|(?:away|back|clear|out|safe|saved|rescued|recovers?|
        recovered|recovery|shielded|emerg(?:es|ed|ing)|emergence|exit) (?:from|of)""",
    "shuns": r"""exits?|exited|exiting|escap(?:es?|ed|ing)|avoid(?:s|ed|ing)?|avert(?:s|ed|ing)?|dodg(?:es?|ed|ing)|
        leav(?:es?|ing) behind|skirts?|skirted|stav(?:es?|ed|ing) off|ward(?:s|ed|ing)? off|fend(?:s|ed|ing)? off|
        ends?|ended|quits|sidesteps?|sidestepped""",
    "approaches": r"""into|toward|towards|near|nears|neared|nearing|enters?|entered|entering|approach(?:es|ed|ing)?|
        close to|closer to|nearer to|brink of|verge of|edge of|heads? for|headed for|heading for|files? for|filed for|
        filing for|seeks""",
    "not_ruin": r"(?! (?:fears?|risks?|worries|concerns?|courts?|judges?|law|odds|bets|talk|scare|warnings?|watch|code))",
    "count": r"""\d\S*|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|multi|several|many|record|
        long|longest|lengthy|brief|years|decades|half""",
    "span": r"""minutes?|hours?|days?|weeks?|months?|quarters?|years?|sessions?|decades?|games?|straight|consecutive|
        successive|running|in a row|losing|winning|longest|long|old|run|streak|series|string|spell|of|a|an|the|its|
        their|his|this""",
    "thing": r"""sales|profit|profits|earnings|revenue|price|prices|share|shares|stock|stocks|market|markets|output|
        production|orders|export|exports|demand|volume|subscriber|user|jobs|growth|record|monthly|weekly|annual|
        quarterly|daily|dollar|oil|gold|traffic""",
    "ends": r"""snap(?:s|ped|ping)?|end(?:s|ed|ing)?|break(?:s|ing)?|broke|halt(?:s|ed|ing)?|stop(?:s|ped)?|
        arrest(?:s|ed)?|terminat(?:es|ed)|reverses?|reversed|busts|shakes off|shrugs off""",
    "bad_run": r"""losing (?:streak|run|spell)|skid|slide|fall|falls|decline|declines|drop|drops|slump|losses|rout|
        sell ?off|retreat|slip|downtrend|downturn|drought|weakness|bear run|losing stretch|dry spell|contraction|
        outflows|losing""",
    "good_run": r"""winning (?:streak|run|spell)|rally|rallies|advance|advances|gains?|rise|rises|climb|bull run|
        upswing|hot streak|win streak|increases|growth streak|profitable (?:quarters|years)|uptrend|growth|winning|
        inflows|surge|(?:profit|profits|record quarters|record years)""",
    "gain": r"gains?|jump|rise|rally|surge|climb|advance|pop|leap|rebound|bounce|increase|profit",
    "fall": r"drop|falls?|decline|slump|slide|plunge|dip|loss|losses|tumble|decrease|retreat",
    "rank": r"primary|main|key|both|all|co|the|its|their|secondary|important|late|stage|goal|major|of|efficacy|safety",
    "trial": r"drug|trial|trials|study|studies|vaccine|treatment|therapy|test|tests|pill|medicine|implant|device",
    "guide": r"""guid(?:es|ed|ing|ance)|sees|saw|seeing|forecasts?|forecasting|projects|projected|expects?|predicts?|
        outlook|estimates?|eps|view|views""",
    "street": r"""(?:the )?(?:analysts?'?s? |wall |market |street |consensus |street's )?(?:consensus|estimates?|
        expectations?|forecasts?|street|views?|expected|target|targets|predictions|hopes|projections)""",
    "guidance": r"""guidance|outlook|forecasts?|targets?|view|goals?|projections?|dividend policy""",
    "post": r"""(?:vice )?president|ceo|cfo|coo|cto|chief|executive|founder|co founder|boss|finance|financial|operating|
        technology|marketing|officer""",
    "help": r"lifting|boosting|buoying|helping|cheering|benefiting|aiding|pleasing|delighting|rewarding",
    "hurt": r"""hurting|squeezing|denting|pressuring|hammering|punishing|battering|harming|spooking|rattling|
        dragging|dragging down|weighing on|disappointing|sinking|angering|alarming|worrying""",
    "bull": r"bullish|optimistic|confident|positive|upbeat|hopeful|better|stronger|healthier|higher|rosier|brighter",
    "bear": r"""bearish|pessimistic|worried|gloomy|nervous|fearful|negative|anxious|worse|weaker|lower|bleaker|
        skeptical|sceptical|cautious|gloomier|riskier""",
    "accusers": r"""investors|shareholders|customers|consumers|users|clients|patients|passengers|drivers|farmers|tenants|
        pensioners|savers|families|workers|employees|staff|unions|states|cities|counties|residents|authors|artists|
        regulators|watchdogs|prosecutors|police|authorities|officials|senators|lawmakers""",
    "accuser": r"""{accusers}|investor|shareholder|customer|client|union|state|city|county|regulator|watchdog|prosecutor|
        ministry|senator""",
    "takes": r"""(?:take|takes|took|taken|taking|steals?|stole|stolen|stealing|grab\w*|snatch\w*|captur\w+|lur\w+|wrest\w*|
        poach\w*|seiz\w+|pris\w+|pries|tempt\w*|entic\w+|siphon\w*|divert\w*|regain\w*|reclaim\w*|recaptur\w+|
        win|wins|won|winning|nab\w*|woo\w*|peel\w*|snar\w+)""",
    "prize": r"""(?:share|lead|crown|spot|place|title|customers?|clients?|shoppers|passengers|subscribers|users|
        savers|viewers|readers|patients|tenants|advertisers|depositors|business|orders?|sales|contracts?|tenders?|deals?|
        accounts?|talent|engineers?|traders?|bankers?|managers?|staff|developers|slots|traffic|bookings)""",
    "harm": r"""(?:hit|charge|charges|write ?downs?|write ?offs?|impairments?|loss|losses|shortfall|blow|bill|drag|
        squeeze|headwind|provisions?|penalty|damage)""",
    "not_payee": r"""(?:by|of|to|at|from|in|on|up|down|for|about|under|over|above|below|only|just|some|around|nearly|
        almost|between|as|is|are|was|were|will|may|rose|rise|rises|fell|fall|falls|drop|drops|total\w*|reach\w*|
        near|off|less|more|than|\S+ing)""",
}

Patterns = list[tuple[str, str]]

LAW: Patterns = [
    (
        r"(?:receiv\w+|gets?|got|collects?|wins?|won|secures?|lands?|awarded|recovers?|bags?) {w2}{amount} {w5}"
        r"(?:settlement|settle|damages|award|compensation|payout|verdict|judgment)",
        "H",
    ),
    (r"(?:wins?|won|gets?|secures?|lands?|receives?) {w3}(?:settlement|compensation|damages)", "H"),
    (
        r"{pays} {w5}{amount} {w8}(?:to|in|as) (?:a |an )?(?:settle|settlement|settling|resolve|end|fines?|penalty|"
        r"penalties|damages|compensation|restitution|compensate|refund|refunds|back taxes|reparations)",
        "N",
    ),
    (
        r"{pays} {w5}{amount} (?:{w2}(?:fine|penalty|settlement|damages)|over (?!\d|the|a|an|next|one|two|three|four|"
        r"five|six|seven|eight|nine|ten|time|several)\S+)",
        "N",
    ),
    (r"{pays} (?:a |an |the )?{w3}(?:fine|fines|penalty|penalties|damages|compensation|settlement|ransom)", "N"),
    (r"(?:orders?|ordered|tells?|told|forces?|forced|must|made) {w5}(?:to )?pay {amount}", "N"),
    (r"settl(?:es?|ed|ing) {w8}for {amount}", "N"),
    (
        r"(?:agrees?|agreed|reach\w*|strikes?|struck|in|near|nears|signs?|makes|proposes?|offers?) (?:to |a |an )?{w2}"
        r"{amount} {w5}(?:settlement|settle|settlements)",
        "N",
    ),
    (
        r"settlement of {amount}|{amount} {w3}settlement|hit with {w3}{amount} {w3}(?:fine|verdict|penalty|judgment)",
        "N",
    ),
    (
        r"(?:wins?|won|winning|prevails?|prevailed|victory|victorious|triumphs?|triumphed) (?:in |at |over )?{w5}"
        r"{contest}(?: against)?",
        "H",
    ),
    (r"(?:prevails?|prevailed) (?:in|over|against)", "H"),
    (
        r"(?:loses?|lost|losing|defeat|defeated|beaten|setback|blow|rebuffed) (?:in |at |over )?{w5}{contest}"
        r"(?: against)?",
        "N",
    ),
    (r"{court} {w3}(?:rules?|ruled|ruling|sides?|sided|finds?|found|decides?|decided) in (?:\S+ )?favou?r of", "H"),
    (r"{bench} {w3}(?:rules?|ruled|sides?|sided|finds|found|decides?|decided) (?:for|with)", "H"),
    (r"{court} {w3}(?:rules?|ruled|sides?|sided|finds?|found|decides?|decided) (?:against|\S+ guilty|\S+ liable)", "N"),
    (r"(?:ruling|verdict|judgment|judgement|decision) {w2}(?:against|goes against)", "N"),
    (r"(?:held|found|ruled|deemed) (?:guilty|liable|in breach|in contempt|responsible)", "N"),
    (
        r"{court} {w2}(?:rejects?|rejected|denies|denied|dismiss\w*|refus\w+|turns? down|turned down|declines?|quashes|"
        r"throws out|toss\w*) {w5}(?:appeals?|bid|motion|request|plea|attempt|effort|petition|defen[cs]e|application)"
        r"(?! against)(?: to (?:dismiss|block|halt|stop|overturn|toss|delay|end|quash|avoid))?",
        "N",
    ),
    (
        r"{court} {w2}(?:rejects?|rejected|dismiss\w*|toss\w*|throws? out|threw out|strikes? down|struck down|quash\w*|"
        r"overturns?|overturned|drops?|dropped|closes?|closed|ends?|ended|scraps?|annul\w*|voids?|reverses?|reversed|"
        r"lifts?|lifted|blocks?|blocked) {w5}{suit}(?: (?:against|of|over|into) \S+)?",
        "H",
    ),
    (
        r"{court} {w2}(?:overturns?|overturned|annul\w*|cuts?|strikes down|struck down|throws out|quash\w*|voids?|lifts?|"
        r"scraps?|tosses|reverses) {w5}(?:fines?|verdict|penalty|ban|conviction|ruling|judgment|award|order)",
        "H",
    ),
    (
        r"(?:fine|penalty|verdict|ban|conviction|ruling|judgment|lawsuit|suit|case|charges|probe) {w5}(?:overturned|"
        r"thrown out|quashed|tossed|reversed|annulled|dismissed|struck down|voided)(?: on appeal| by \S+ court)?",
        "H",
    ),
    (
        r"(?:upholds?|upheld|confirms?|backs?|backed|affirms?|reinstates?|increases?) {w5}(?:fines?|conviction|verdict|"
        r"penalty|ban|sanctions?|judgment|tax bill)(?: (?:against|on) \S+)?",
        "N",
    ),
    (
        r"(?:revives?|revived|reinstates?|reinstated|reopens?|allows?|clears way for) {w5}(?:lawsuits?|suit|class action|"
        r"case against|probe|charges|claims)",
        "N",
    ),
    (
        r"(?:clears?|cleared|acquit\w*|absolv\w+|exonerat\w+) {w3}(?:of|in|over) {w3}(?:charges?|claims|case|probe|fraud|"
        r"wrongdoing|allegations|fixing|trading|manipulation|laundering|misconduct|liability|negligence|infringement|"
        r"collusion|bribery)",
        "H",
    ),
]

DISTRESS: Patterns = [
    (r"(?:{leaves}|{shuns}) {edge}?{ruinous}(?:{ruin}|{administration}){not_ruin}", "H"),
    (r"(?:not|no|never|isn't|won't) {w2}(?:{approaches}) {edge}?{ruinous}{ruin}{not_ruin}", "g"),
    (
        r"(?:plung\w+|slid\w*|slips?|slipped|sinks?|sank|lurch\w*|tip\w*|fall\w*|fell|push\w*|forc\w+|driv\w+|drift\w*|"
        r"head\w*|mov\w+|edg\w+|march\w*|stumbl\w+|dragged|drags|pitched|teeter\w*|tumbl\w+|inch\w*|spiral\w*|collaps\w+|"
        r"goes|went|go|on|put|puts|careen\w*|crash\w*|slump\w*|swings?|swung)? ?(?:{w2})(?:{approaches}) {edge}?{ruinous}"
        r"{ruin}{not_ruin}",
        "N",
    ),
    (r"(?:into|enters?|entered|toward|towards|calls in) {administration}", "N"),
    (r"{edge}{ruinous}{ruin}", "N"),
]

STREAK: Patterns = [
    (r"(?:{ends}) (?:(?:{count}|{span}|{thing}) ){0,7}(?:{bad_run}|{good_run}) (?:with|on|by) {w5}(?:{gain})", "H"),
    (r"(?:{ends}) (?:(?:{count}|{span}|{thing}) ){0,7}(?:{bad_run}|{good_run}) (?:with|on|by) {w5}(?:{fall})", "N"),
    (r"(?:{ends}) (?:(?:{count}|{span}|{thing}) ){0,7}(?:{bad_run})(?: streak| run)?", "H"),
    (r"(?:{ends}) (?:(?:{count}|{span}|{thing}) ){1,7}(?:{good_run})(?: streak| run)?", "N"),
    (r"(?:{ends}) (?:{good_run}) streak", "N"),
]

SUPERLATIVE: Patterns = [
    (r"never (?:been|felt|looked|seemed|had it) (?:so |more |as |this |quite as )?{bull}", "H"),
    (r"never (?:been|felt|looked|seemed) (?:so |more |as |this |quite as )?{bear}", "N"),
    (r"never (?:been|felt|looked|seemed) (?:so |more |as |this |quite as )?(?P<adjective>\S+)", "adjective"),
    (
        r"(?:less|fewer|no) (?:\S+ )?(?:bad|severe|gloomy|dire|grim|damaging|painful) (?:than|as) (?:\S+ )?"
        r"(?:feared|expected|thought|forecast|predicted|anticipated|hoped|projected)",
        "E",
    ),
    (r"killer (?:quarter|year|results|month|deal|app|numbers|product|earnings)", "H"),
]

TRIAL: Patterns = [
    (
        r"(?:fail\w*|unable|did not|didn't|does not|doesn't|do not|don't|not|never|short of) (?:to )?(?:meet|meets|met|hit|"
        r"reach|achieve|meeting|reaching)? ?(?:(?:{rank}|primary) ){0,4}(?:end ?points?|goals?|objectives?)",
        "N",
    ),
    (r"(?:miss\w*|falls short of|fell short of|flunk\w*) (?:{rank} ){0,4}(?:end ?points?|goals?|objectives?)", "N"),
    (
        r"(?:meets?|met|meeting|hits?|hitting|achiev\w+|reach\w*|satisf\w+) (?:{rank} ){0,4}(?:end ?points?|goals?|"
        r"objectives?)(?: (?:in|of) {w2}(?:late stage|phase \S+|pivotal) {w2}{trial})?",
        "H",
    ),
    (r"{trial} {w3}(?:succeeds?|succeeded|succeeding|works)(?: in (?:late|mid|early) stage {trial})?", "H"),
    (r"(?:succeeds?|succeeded) in {w3}{trial}", "H"),
]

GUIDANCE: Patterns = [
    (r"{guide} {w8}(?:above|ahead of|over|higher than|topping|beating|better than) {street}", "H"),
    (r"{guide} {w8}(?:below|short of|under|lower than|beneath|shy of|missing|light of|worse than) {street}", "N"),
    (r"{guide} {w5}in line with {street}", "s"),
    (
        r"(?:(?:narrow|tighten)\w* {w5})?(?:sees?|expects?|at|to|toward|towards|near|in|hits?) {w5}(?:top|upper|high|higher|"
        r"upside) (?:end|half|range) of {w3}(?:guidance|range|forecasts?|outlook|expectations|estimates|target)",
        "H",
    ),
    (
        r"(?:(?:narrow|tighten)\w* {w5})?(?:sees?|expects?|at|to|toward|towards|near|in) {w5}(?:bottom|lower|low|downside) "
        r"(?:end|half) of {w3}(?:guidance|range|forecasts?|outlook|expectations|estimates|target)",
        "N",
    ),
    (r"(?:narrow|tighten)\w* {w5}(?:toward|towards|to|at) (?:the |its )?(?:top|upper|high|higher) (?:end|half)", "H"),
    (r"(?:narrow|tighten)\w* {w5}(?:toward|towards|to|at) (?:the |its )?(?:bottom|lower|low) (?:end|half)", "N"),
    (
        r"(?:narrow|tighten)\w* (?:(?:its|the|full|year|annual|fy|\d+|profit|sales|revenue|earnings|eps) ){0,5}{guidance}"
        r"(?: range)?",
        "s",
    ),
    (
        r"(?:reaffirm\w*|reiterat\w+|confirm\w*|backs?|backed|maintain\w*|repeats?|repeated|affirms?|affirmed|sticks? (?:to|"
        r"with|by)|stuck (?:to|with)|stands by|keeps?|kept|leaves?|left|holds?|retains?) {w5}"
        r"{guidance}(?: range)?(?: unchanged| steady| intact)?",
        "s",
    ),
    (r"(?:reinstat\w+|restor\w+|resum\w+) {w3}{guidance}", "g"),
]

FLOW: Patterns = [
    (r", {help} (?!to |costs?|inflation|fears|debt|losses|unemployment|risks?)\S+", "Yg"),
    (r", {hurt} (?!to )\S+", "Yn"),
    (r"(?:{post}) (?:{post} )*(?:leaves|quits|departs|exits|defects)(?! (?:rates?|room|door|open|policy))", "n"),
]

ACCUSATION: Patterns = [
    (r"(?:{accusers}) (?:to )?(?:sue|probe|investigate|fine|raid|accuse|blame|penali[sz]e|indict|subpoena)", "N"),
    (
        r"(?:{accuser}) (?:(?:sues|probes|investigates|fines|raids|accuses|blames|penali[sz]es|indicts|subpoenas)|"
        r"(?:sued|probed|investigated|fined|raided|accused|indicted)(?! (?:by|over|for)\b))",
        "N",
    ),
    (r"(?:sued|probed|investigated|fined|raided|indicted) (?:by|over|for)", "N"),
]

# "Strike costs Zorva $90 million", but not "cuts costs by $90 million" or "plant to cost $90 million".
COST: Patterns = [
    (
        r"(?<!cut )(?<!cuts )(?<!its )(?<!the )(?<!energy )(?<!labour )(?<!labor )(?:costs?|costing) "
        r"(?:(?!{not_payee} )[^\s,\d$€£]+ ){1,3}(?:about |over |nearly |more than |up to |some |at least |around )?{amount}",
        "N",
    ),
]

# Good for whom the text begins with; relations.py has the other.
TAKING: Patterns = [
    (r"{takes} (?:back |away )?(?:(?!from )[^\s,]+ ){0,3}?{prize}(?: in \S+)?(?: away)?(?= from\b)", "H")
]

WARNING: Patterns = [
    (
        r"(?:warns?|warned|warning|flags?|flagged|expects?|faces?|facing|faced|takes?|took|taking|books?|booked|sees|"
        r"records?|posts?|posted|reports?|predicts?|suffers?|incurs?) (?:of |about )?(?:an? |its |another |first )?{w2}"
        r"{amount} (?:\S+ )?{harm}",
        "N",
    ),
    (r"(?:warns?|warned|warning) (?:of|about) (?:an? )?{w2}{harm}(?: of {amount})?", "N"),
]

# Each family: two sets of words of which a text has one each (the second may be empty), and its patterns.
FAMILIES: list[tuple[str, str, Patterns]] = [
    (
        """pay pays paid paying settle settles settled settlement settling settlements wins win won winning prevails
        prevailed lose loses lost losing defeat defeated court courts judge judges jury jurors tribunal justices
        ruling verdict judgment upholds upheld revives revived reinstates reinstated guilty liable clears cleared
        clear acquitted acquits exonerated exonerates absolved regulator commission prosecutors overturned quashed
        thrown arbitrators damages compensation ftc sec doj eu watchdog""",
        """settle settlement settling settlements resolve end over fine fines penalty penalties damages compensation pay
        pays paid for case cases appeal appeals lawsuit lawsuits suit suits trial trials ruling verdict dispute
        battle fight litigation arbitration dismissal court courts challenge claim claims row judgment war judge
        jury tribunal liable guilty charges probe probes fraud wrongdoing ban conviction against motion bid award
        refund restitution appeal quashed thrown prevails prevailed settled settles tossed""",
        LAW,
    ),
    (
        """bankruptcy insolvency default recession receivership liquidation chapter bear depression administration
        examinership contraction foreclosure stagflation ruin protection collapse""",
        "",
        DISTRESS,
    ),
    (
        """snap snaps snapped snapping end ends ended ending break breaks broke breaking halt halts halted stop stops
        stopped arrest arrests arrested terminates reverses reversed busts shakes shrugs""",
        """streak run rally rallies skid slide fall falls decline declines drop drops slump losses rout selloff advance
        advances gains gain rise rises climb drought downturn downtrend winning losing quarters growth retreat sell
        weakness inflows outflows surge spell uptrend upswing contraction increases profits""",
        STREAK,
    ),
    ("never feared killer gloomy dire severe bad", "", SUPERLATIVE),
    (
        "endpoint endpoints goal goals objective objectives succeeds succeed succeeded works",
        """meet meets met meeting hit hits hitting reach reaches reached achieve achieves achieved achieving miss misses
        missed short flunks drug trial trials study studies vaccine treatment therapy test tests pill satisfies fails
        fail failed succeeds succeeded""",
        TRIAL,
    ),
    (
        """guides guided guiding guidance outlook forecast forecasts target targets view views sees expects eps range end
        half goal goals projections""",
        """above ahead over higher topping beating below short under lower beneath shy missing line top upper high
        upside bottom low reaffirms reaffirmed reaffirm reiterates reiterated reiterate confirms confirmed backs backed
        maintains maintained repeats repeated affirms affirmed sticks stuck stands keeps kept leaves left holds retains
        narrows narrowed tightens reinstates reinstated restores restored resumes""",
        GUIDANCE,
    ),
    (
        """lifting boosting buoying helping cheering benefiting aiding hurting squeezing denting pressuring
        hammering punishing battering harming spooking rattling dragging weighing leaves quits departs exits defects""",
        "",
        FLOW,
    ),
    (
        """investors investor shareholders shareholder customers customer consumers users clients client patients passengers
        drivers farmers tenants pensioners savers families workers employees staff union unions state states cities
        counties residents authors artists regulator regulators watchdog watchdogs prosecutor prosecutors police
        authorities officials ministry senators lawmakers sued probed investigated fined raided indicted""",
        """sue sues sued suing probe probes probed investigate investigates investigated fine fines fined raid raids
        raided accuse accuses accused blame blames penalise penalises penalize penalizes indict indicts indicted subpoena
        subpoenas by over for""",
        ACCUSATION,
    ),
    ("cost costs costing", "", COST),
    (
        "from",
        """share lead crown spot place title customer customers client clients shoppers passengers subscribers users
        savers viewers readers patients tenants advertisers depositors business order orders sales contract contracts
        tender tenders deal deals account accounts talent engineer engineers trader traders banker bankers manager
        managers staff developers slots traffic bookings""",
        TAKING,
    ),
    (
        """warn warns warned warning flag flags flagged expect expects face faces facing faced take takes took taking book
        books booked sees records posts posted reports predicts suffers incurs""",
        """hit charge charges writedown writedowns writeoff writeoffs write impairment impairments loss losses shortfall
        blow bill drag squeeze headwind provision provisions penalty damage""",
        WARNING,
    ),
]
