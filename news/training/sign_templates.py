"""More of the grammar: signed numbers, courts, settlements, ratings, streaks, guidance, distress, trials and rates."""

SIGN_LISTS = {
    "plus": "+; +; +; up; +",
    "minus": "-; -; \N{MINUS SIGN}; \N{EN DASH}; down; -",
    "session": "premarket; after hours; in early trade; at the open; today; after earnings; in Frankfurt; ; ; at noon",
    "quote": "shares; stock; shares trade; stock:; ; ; ; futures; index",
    "broker": """
        Goldman Sachs; Jefferies; UBS; Morgan Stanley; Citi; Barclays; HSBC; RBC; Bernstein; Nomura; Stifel; Berenberg
    """,
    "high_step": "buy; overweight; outperform; strong buy; accumulate; add",
    "mid_step": "hold; neutral; equal-weight; market perform; sector perform; in-line",
    "low_step": "sell; underweight; underperform; reduce; strong sell",
    "starts": "starts; initiated; initiates; begins; assumes; resumes; launches",
    "keeps_step": "keeps; maintains; reiterates; stays at; remains at; retains; reaffirms",
    "target": "price target; target; target price; price objective; PT",
    "ruin": """
        bankruptcy; insolvency; recession; default; receivership; liquidation; administration; Chapter 7;
        bear market territory; a bear market; foreclosure
    """,
    "nears": """
        slides into; falls into; is heading for; heads toward; moves closer to; nears; lurches into; enters;
        is on the edge of; pushed to the brink of; tips into; drifts towards; files for; stumbles toward
    """,
    "evades": """
        emerges from; exits; steps back from; steers clear of; pulls back from brink of; escapes; comes out of;
        moves away from; avoids; averts; inches away from edge of; recovers from
    """,
    "tax": "tax; patent; antitrust; labour; trademark; pension; copyright; licence; zoning; environmental; merger",
    "contest": "case; appeal; lawsuit; trial; dispute; court battle; suit; arbitration; court fight",
    "claimant": "former employee; rival; investors; customers; a supplier; shareholders; patients; ministry; union",
    "payee": "shareholders; regulators; customers; former staff; US states; investors; rivals; patients",
    "matter": "bribery; overcharging; data breach; emissions; mis-selling; discrimination; privacy; opioid; spoofing",
    "run_day": "three-day; six-session; five-week; four-month; two-quarter; seven-day; nine-day; weeks-long; 12-day",
    "bad_run": "losing streak; slide; fall; decline; skid; losing run; slump; retreat",
    "good_run": "winning streak; rally; advance; rise; winning run; climb; run of gains",
    "snaps": "snaps; ends; halts; breaks; snapped; ended; stops",
    "bullish": "bullish; optimistic; confident; upbeat; hopeful; positive",
    "bearish": "bearish; pessimistic; worried; gloomy; nervous; negative; cautious",
    "drug": "drug; vaccine; treatment; therapy; pill; implant; inhaler; cream",
    "endpoint": "main goal; primary endpoint; key goal; main goals; primary endpoints; goal; co-primary endpoints",
    "bad_rate": """
        bad-loan ratio; NPL ratio; delinquency rate; vacancy rate; jobless rate; unemployment rate; default rate;
        gross NPA ratio; bad-debt ratio; charge-off rate; churn rate; arrears rate; inflation rate; attrition rate
    """,
    "guidance": "guidance; full-year guidance; outlook; profit forecast; sales outlook; annual forecast; revenue guidance",
    "bond": "stocks; shares; gold; copper; the euro; crude; index; wheat; Nikkei; silver",
    "ends_at": "settles at; closes at; ends at; finishes at; ended at; closed at; trades at; hovers at",
    "high": "record high; 52-week high; all-time high; three-year high; highest since 2015; decade high; six-month high",
    "low": "record low; 52-week low; all-time low; three-year low; lowest since 2015; decade low; six-month low",
    "effort": """
        trial; drug trial; merger; launch; rocket launch; study; field test; rescue plan; vaccine trial; bid; rollout;
        buyout; pilot project; satellite launch; crash test; turnaround plan; vote; refinancing
    """,
    "collapse": "crashes; plunges; sinks; tumbles; slumps; dives; slides; falls; drops; craters; tanks",
    "bags": "bags; wins; lands; secures; books; clinches; scoops; gets; signs; nabs",
    "order": "order; contract; deal; supply deal; tender; framework deal; service contract; repeat order",
    "goods": """
        frozen meals; buses; radar; turbines; night trains; sensors; vaccines; satellites; timber houses; drones; pumps;
        payroll software; bottled water; cranes; ferries; school laptops; grid batteries; steel wire
    """,
    "narrows": "trims; narrows; cuts; reduces; halves; shrinks; pares",
    "bad_cost": "energy costs; freight costs; frozen meal costs; wage costs; interest costs; costs; fuel prices",
    "claimants": """
        investors; customers; shareholders; tenants; patients; farmers; drivers; users; workers; states; pensioners
    """,
    "calamity": """
        tariffs; new tariffs; strike; recall; outage; storm; blaze; data leak; factory fire; flood; delay; cyberattack;
        port closure; import duties; power cut; walkout; price cap; sanctions; quality problems
    """,
    "harm": "hit; charge; loss; writedown; shortfall; impairment; blow; write-off",
    "person": "Anna Holm; Piet Maas; Lena Aalto; Omar Haddad; Rita Sousa; Jan Kral; Mei Tan; Paulo Reis; Eva Lind",
    "month": "January; February; March; May; June; August; September; October; November; December",
    "site": """
        data centre; database centre; research centre; laboratory; showroom; training centre; sales office; cloud region;
        branch; test track; warehouse; distribution hub; visitor centre; design studio
    """,
    "number": "two; three; four; 4; 7; 9; 12",
}

SIGN_TEMPLATES = {
    "positive": """
        {firm} {quote} {plus}{pct}% {session}
        {firm} {plus}{pct}% {session}
        {firm} {quote} {plus}{hi} points
        {bond} {plus}{lo}%
        {bond} {plus}{lo}% {as}
        {firm} {good} {plus}{pct}%
        {firm} {bad} {minus}{pct}%
        {firm} {evades} {ruin}
        {firm} {evades} {ruin} {as}
        {firm} to receive {cur} {lo} {mn} to settle {tax} suit
        {firm} wins {cur} {lo} {mn} in damages from {firm}
        {firm} wins {tax} {contest}
        {firm} prevails in {tax} {contest}
        {body} rejects {claimant} lawsuit against {firm}
        {body} throws out {tax} case against {firm}
        {body} rules in favour of {firm}
        {body} sides with {firm} in {tax} {contest}
        fine for {firm} overturned on appeal
        {body} annuls {firm} fine
        {body} clears {firm} of {crime} charges
        {broker} upgrades {firm} to {high_step} from {mid_step}
        {broker} upgrades {firm} to {high_step}
        {firm} upgraded to {mid_step} from {low_step} at {broker}
        {firm} raised to {high_step} at {broker}
        {broker} {starts} {firm} at {high_step}
        {firm} {starts} at {high_step} by {broker}
        {broker} raises {firm} {target} to {cur} {hi} from {cur} {lo}
        {firm} {target} raised to {cur} {hi} at {broker}
        {broker} lifts {target} on {firm} to {hi}
        {good} of {cur} {hi} {mn} compared to {cur} {lo} {mn} a year ago
        {firm} earns {hi} cents a share versus {lo} cents a year earlier
        {firm} loss of {cur} {lo} {mn} compared to loss of {cur} {hi} {mn}
        {firm} Q4 EPS {cur}{hi}, est. {cur}{lo}
        {firm} {good} {cur}{hi} {mn}, consensus {cur}{lo} {mn}
        {firm} profit {cur}{hi} {mn} vs {cur}{lo} {mn} expected
        {bond} {ends_at} {high}
        {firm} {price} {ends_at} {high}
        investors have never been more {bullish} on {firm}
        never been so {bullish} , says {firm} {role}
        {firm} {drug} meets {endpoint} in phase 3
        {firm} {drug} trial meets {endpoint}
        {firm} {drug} succeeds in late-stage study
        {bad_rate} falls to {lo}% from {hi}% at {firm}
        {firm} {bad_rate} eases to {lo}%
        {bad_rate} declines to {lo}% from {hi}%
        {firm} {snaps} {run_day} {bad_run}
        {bond} {snaps} {run_day} {bad_run}
        {firm} {snaps} {bad_run} with {pct}% gain
        {firm} quarter less bad than feared
        {firm} {guidance} raised to {cur} {hi} {mn}
        {firm} {raises} {guidance}
        {firm} guides above {expected}
        {firm} sees profit at top end of range
        {firm} reinstates {guidance}
        {bond} drops {pct}% , lifting {firm}
        {firm} {bags} {cur} {lo} {mn} {order} for {goods}
        {firm} {bags} {order} worth {cur} {lo} {mn} for {goods}
        {firm} {narrows} losses as {bad_cost} fall
        {firm} {narrows} loss as {bad_cost} ease
    """,
    "negative": """
        {firm} {quote} {minus}{pct}% {session}
        {firm} {minus}{pct}% {session}
        {firm} {quote} {minus}{hi} points
        {bond} {minus}{lo}%
        {bond} {minus}{lo}% {as}
        {firm} {good} {minus}{pct}%
        {firm} {bad} {plus}{pct}%
        {firm} ({pct}%)
        {firm} {nears} {ruin}
        {firm} {nears} {ruin} {as}
        {firm} to pay {cur} {lo} {mn} to settle {matter} case
        {firm} pays {cur} {lo} {mn} to resolve {matter} probe
        {firm} settles {matter} lawsuit for {cur} {lo} {mn}
        {firm} agrees to pay {payee} {cur} {lo} {mn} over {matter}
        {firm} reaches {cur} {lo} {mn} {matter} settlement with {payee}
        {firm} ordered to pay {cur} {lo} {mn} to {payee}
        {firm} loses {tax} {contest}
        {firm} defeated in {tax} {contest}
        {body} rejects {firm} appeal
        {body} rejects {firm} bid to dismiss {matter} suit
        {body} rules against {firm}
        {body} sides with {claimant} against {firm}
        {body} upholds {firm} fine
        {body} revives {claimant} lawsuit against {firm}
        {firm} found liable for {matter}
        {broker} downgrades {firm} to {low_step} from {mid_step}
        {broker} downgrades {firm} to {mid_step}
        {firm} cut to {mid_step} from {high_step} at {broker}
        {firm} cut to {low_step} at {broker}
        {broker} {starts} {firm} at {low_step}
        {firm} {starts} at {low_step} by {broker}
        {broker} cuts {firm} {target} to {cur} {lo} from {cur} {hi}
        {firm} {target} cut to {cur} {lo} at {broker}
        {broker} lowers {target} on {firm} to {lo}
        {good} of {cur} {lo} {mn} compared to {cur} {hi} {mn} a year ago
        {firm} earns {lo} cents a share versus {hi} cents a year earlier
        {firm} loss of {cur} {hi} {mn} compared to loss of {cur} {lo} {mn}
        {firm} Q4 EPS {cur}{lo}, est. {cur}{hi}
        {firm} {good} {cur}{lo} {mn}, consensus {cur}{hi} {mn}
        {firm} profit {cur}{lo} {mn} vs {cur}{hi} {mn} expected
        {bond} {ends_at} {low}
        {firm} {price} {ends_at} {low}
        investors have never been more {bearish} on {firm}
        never been so {bearish} , says {firm} {role}
        {firm} {drug} misses {endpoint} in phase 3
        {firm} {drug} trial fails to meet {endpoint}
        {firm} {drug} fails late-stage study
        {bad_rate} rises to {hi}% from {lo}% at {firm}
        {firm} {bad_rate} climbs to {hi}%
        {firm} {snaps} {run_day} {good_run}
        {bond} {snaps} {run_day} {good_run}
        {firm} {snaps} {good_run} with {pct}% drop
        {firm} quarter worse than feared
        {firm} {guidance} cut to {cur} {lo} {mn}
        {firm} {cuts} {guidance}
        {firm} guides below {expected}
        {firm} sees profit at low end of range
        {firm} withdraws {guidance}
        {bond} rises {pct}% , squeezing {firm}
        {effort} fails , {firm} shares {collapse} {pct}%
        {firm} {effort} fails , stock {collapse} {pct}%
        {firm} {effort} fails and shares {collapse}
        {claimants} sue {firm} over {matter}
        {claimants} accuse {firm} of {crime}
        {calamity} cost {firm} {cur} {lo} {mn}
        {calamity} to cost {firm} {cur} {lo} {mn}
        {firm} warns of {cur} {lo} {mn} {harm}
        {firm} flags {cur} {lo} {mn} {harm} from {calamity}
    """,
    "neutral": """
        {broker} {starts} {firm} at {mid_step}
        {firm} {starts} at {mid_step} by {broker}
        {broker} {keeps_step} {mid_step} on {firm}
        {broker} {keeps_step} {mid_step} rating on {firm}
        {firm} {target} cut to {cur} {lo} , {high_step} rating kept
        {broker} cuts {firm} {target} but {keeps_step} {high_step}
        {broker} raises {firm} {target} but {keeps_step} {low_step}
        {firm} {good} of {cur} {lo} {mn} compared to {cur} {lo} {mn} a year ago
        {firm} {good} of {cur} {lo} {mn} , {vs} {cur} {lo} {mn} in {a_period}
        {firm} reaffirms {guidance}
        {firm} reiterates {guidance}
        {firm} backs {guidance}
        {firm} guides in line with {expected}
        {bad_rate} unchanged at {lo}%
        {bad_rate} holds at {lo}% at {firm}
        {firm} 0.0% {session}
        {body} to hear {firm} {tax} case on {day}
        {firm} {tax} trial starts on {day}
        will {firm} go bankrupt?
        is {bond} heading for {ruin}?
        how {ruin} works
        {broker} hosts {firm} {role}
        {broker} analyst visits {firm} plant in {city}
        {firm} starts phase 2 trial of {drug}
        {firm} {drug} trial enrols first patient
        {firm} declares dividend
        {firm} schedules earnings call
        {firm} to host call on {day}
        {person} takes over at {firm} from {month}
        {person} takes over as {role} of {firm} in {month}
        {firm} opens {site} in {city}
        {firm} to open {site} in {city}
        {number} questions for {firm} {role}
    """,
}
