"""Where it stands: retired, unused, tied to its site, too risky, frozen. English and German."""

from aidiscover_pipelines.strategy.terms.term import LIFECYCLE, PROSE, Term, stems, words

# A table reads better with its own line breaks.
# fmt: off
STANDING_TERMS: tuple[Term, ...] = (
    Term(
        "retired", ("lifecycle_status", "application_type"),
        words("retired, decommissioned, disposed, stillgelegt, ausgemustert, au(?:ß|ss)er betrieb, end of use"),
        "recorded as retired",
        # Statuses of several servers are joined: one that is in use keeps the application alive.
        denied=r"\b(?:not|to be|will be|nicht)\b.{0,12}(?:retired|decommissioned|stillgelegt)"
        r"|\b(?:in use|active|live|installed|in betrieb|aktiv|produktiv)\b|(?:^|;) *operational *(?:;|$)",
    ),
    Term(
        "sunset", LIFECYCLE,
        stems(
            "end[- ]of[- ]life", r"\beol\b", r"\bsunset", "phas(?:e|ing)[- ]?out", "obsolete", "auslaufend",
            "abgekündigt", "discontinued", r"lifecycle\W+divest"
        ),
        "at the end of its life",
    ),
    Term(
        "retirement_planned", PROSE,
        stems(
            r"(?:looking|want\w*|plan\w*|due) to (?:retire|decommission)",
            "(?:to|will) be (?:retired|decommissioned|removed)", "retirement planned",
            "decommission(?:ing)? planned", "superseded", "replaced by", "successor (?:is )?(?:live|in)",
            "no longer (?:used|needed|required)", r"\bunused\b", r"\bredundant\b", "retention (?:period )?expired",
            "rebuilt in the cloud", r"passive dr\b", r"\bdr (?:copy|standby)", "wird abgelöst", "abgelöst durch",
            "nicht mehr (?:genutzt|benötigt)", "ablösung geplant",
            "read[- ]only archive"
        ),
        "somebody says that it goes or is not needed",
        denied="redundant (?:power|storage|servers?|pair|setup)",
    ),
    Term(
        "no_value", PROSE,
        stems(
            "no (?:business )?value", "no (?:business )?benefit", "kein (?:geschäfts)?nutzen",
            "no business justification"
        ),
        "no value in moving it",
    ),
    Term(
        "said_zombie", PROSE,
        stems("(?:cpu|memory|utili[sz]ation|auslastung).{0,30}(?:below|under|less than|unter|<) ?5 ?%", r"\bzombie\b"),
        "said to be used below 5 %",
    ),
    Term(
        "said_idle", PROSE,
        stems("(?:cpu|memory|utili[sz]ation|auslastung).{0,30}5 ?(?:-|to|bis) ?20 ?%", r"\bidle\b"),
        "said to be used below 20 %",
    ),
    Term(
        "stays_on_site", PROSE,
        stems(
            r"(?:must|has to|needs to) (?:stay|remain)\b.{0,20}(?:on[- ]prem|on[- ]site|local|in the plant)",
            "(?:muss|bleibt) (?:lokal|vor ort|im werk)", "cannot (?:be )?(?:move|migrat)", "physical depend",
            r"\bdongle\b", r"\bscada\b", r"\bplc\b", "machine control", "shop[- ]floor", "production line",
            "anlagensteuerung", r"\bedge (?:site|device|latency)",
            "latency[- ]sensitive to (?:plant|machine|equipment)", "hardware security module",
            "data (?:must|may) not leave", "not allowed in (?:the )?(?:public )?cloud"
        ),
        "tied to the site",
    ),
    Term(
        "retained_dependency", PROSE,
        stems(
            r"depend\w*\b.{0,40}\b(?:is|are|be|remains?|being) (?:retained|kept|staying)",
            "(?:hard|tight) dependency on (?:a |an )?(?:retained|on[- ]prem)",
            "depends on .{0,40}(?:retained|stays on[- ]prem)", "abhängig von .{0,40}(?:bleibt|verbleibt)"
        ),
        "needs something that stays",
    ),
    Term(
        "unknown_risk", PROSE,
        stems(
            "no knowledge", "unknown (?:owner|purpose|high[- ]risk|dependenc)", "nobody knows",
            "no documentation and", "high migration risk", r"unbekannt\w* (?:zweck|eigentümer|abhängig)"
        ),
        "too little is known to risk a move",
    ),
    Term(
        "recent_refresh", PROSE,
        stems(
            "recent(?:ly)? (?:hardware )?(?:refresh|upgrad|replac|renew|migrat|moderni[sz])", "new hardware",
            "refresh(?:ed)? (?:last|this) year", "kürzlich (?:erneuert|migriert|aktualisiert)"
        ),
        "money was spent on it lately",
    ),
    Term(
        "change_freeze", PROSE,
        stems(
            "change freeze", "frozen", "code freeze", "no changes? (?:allowed|permitted|possible)",
            "änderungsstopp", "regulated freeze", "validated system", r"\bgxp\b",
            r"change (?:tolerance|appetite)\W+(?:none|very low)"
        ),
        "changes are not allowed now",
    ),
    Term(
        "change_freeze", ("change_tolerance",), "^(?:none|very low|frozen|keine)$",
        "no change is tolerated",
    ),
    Term(
        "vendor_leaves", PROSE,
        stems(r"(?:vendor|supplier)\b.{0,30}(?:sunset|end(?:s|ed)\b|discontinu|out of business|no longer support)",
              r"(?:hersteller|anbieter)\b.{0,30}(?:eingestellt|abgekündigt|insolvent)",
              "discontinued by (?:the |its )?vendor"),
        "its vendor stops supporting it",
    ),
    Term(
        "data_residency", PROSE,
        stems(r"data (?:residency|sovereignty|locali[sz]ation)", "datenresidenz", "datenhoheit", "in[- ]country"),
        "its data is bound to a country",
    ),
    Term(
        "called_legacy", ("application_name",), words("legacy, altsystem, old, obsolete"),
        "its own users call it legacy",
    ),
)
