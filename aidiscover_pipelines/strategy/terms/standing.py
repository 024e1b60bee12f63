"""Where it stands: retired, unused, tied to its site, too risky, frozen. English and German."""

from aidiscover_pipelines.strategy.terms.term import LIFECYCLE, PLATFORM, PROSE, STACK, Term, stems, words

_RENEWED = r"(?:refresh\w*|upgrad\w*|replac\w*|renew\w*|moderni[sz]\w*|migrat\w*|rebuilt|purchased|bought|introduced)"
_LATELY = r"(?:recent(?:ly)?|lately|just|last (?:year|quarter|month)|this year|newly)"
_NOBODY = r"(?:nobody|no ?one|hardly (?:anyone|anybody|ever)|almost (?:nobody|no ?one)|barely any\w*|few people)"

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
            "end[- ]of[- ]life", r"\beol\b", r"\bsunset", "phas(?:e|ing)[- ]?out", r"\bobsolete\b", "auslaufend",
            "abgekündigt", "discontinued", r"lifecycle\W+divest", r"\beliminate\b"
        ),
        "at the end of its life",
        denied=r"(?:database|os|runtime|middleware|stack|server|host|platform|runtimes?|operating system|"
        r"licen[cs]es?|version)"
        r"\b[^.;]{0,30}(?:end[- ]of[- ]life|\beol\b|obsolete)|"
        r"(?:end[- ]of[- ]life|\beol\b|obsolete) (?:os|operating|database|runtime|middleware|stack|server|host|"
        r"platform|"
        r"licen|version|php|java|windows|linux|framework)|vendor\b.{0,20}sunset",
    ),
    Term(
        "retirement_planned", PROSE,
        stems(
            r"(?:looking|want\w*|plan\w*|due|scheduled|going) (?:to|for) (?:be )?(?:retire|decommission|shut)",
            "(?:to|will|can|could|should) be (?:retired|decommissioned|removed|switched off|shut down|archived)",
            "(?:retirement|decommission(?:ing)?|shutdown|removal)(?: is| was)? (?:planned|scheduled|approved|decided|"
            "due)",
            "(?:existing|in|part of).{0,12}decommission\\w* program", "superseded", r"\breplaced by\b",
            "(?:was|were|been|is being) replaced", "successor (?:is )?(?:live|in|running)",
            "no longer (?:used|needed|required|in use|necessary)", "not (?:used|needed|required|in use) any",
            r"\bunused\b",
            "(?:content|data|function\\w*)\\b.{0,20}no longer",
            "replacement (?:is )?(?:in progress|live|chosen|selected)",
            "retention (?:period )?(?:expired|over|ended|has)",
            "retention\\b.{0,25}\\b(?:is over|expired|ended|passed|elapsed)",
            "(?:rebuilt|recreated|recreate) in (?:the )?cloud", r"passive (?:dr|node|instance|site)\b",
            r"\bdr (?:copy|standby|component|instance)",
            "wird abgelöst", "abgelöst durch", "nicht mehr (?:genutzt|benötigt|gebraucht)", "ablösung geplant",
            "stilllegung", "abschaltung geplant", "wird (?:abgeschaltet|stillgelegt)",
            "read[- ]only archive", "archive (?:only|it)",
            r"(?:function\w*|capabilit\w+|tasks?|data|users?)\b.{0,20}\b(?:taken over|moved|migrated|transferred) "
            r"(?:by|to|into)",
            "only for (?:its )?(?:historical|old|past) (?:data|records)"
        ),
        "somebody says that it goes or is not needed",
        denied="(?:will|to) be replaced (?:within|in|after)|not be replaced by|planned to be replaced|"
               r"printers? (?:was|were|been) replaced|hardware (?:was|is|has been) replaced",
    ),
    Term(
        "duplicated", PROSE,
        stems(
            r"\bduplicat\w*", r"\bredundant\b",
            r"(?:does|do|provides?|has|have|covers?|holds?|offers?|includes?|contains?)"
            r"\b.{0,12}\bthe same\b",
            r"same (?:function\w*|data|capabilit\w+|information)\b.{0,25}\b(?:in|by|elsewhere|exists)",
            r"(?:erp|suite|system|platform|service|product|warehouse|tool)\b.{0,15}\b(?:already )?(?:has|covers|does|"
            r"includes|"
            r"holds|provides)\b.{0,20}(?:function|it\b|80|90|most|data)", "overlap", "doppelt", "doppelung",
        ),
        "another system does the same",
        denied=r"redundant (?:power|storage|servers?|pair|setup|array|site|link)|duplicate(?:d)? (?:key|record|row|"
        r"entr|address)|"
               "saas\\b.{0,30}(?:does|has)",
    ),
    Term(
        "hardly_used", PROSE,
        stems(
            r"(?:hardly|rarely|seldom|barely|scarcely|negligibl\w*|minimal\w*|near[- ]zero)\b.{0,15}\b(?:used?|usage|"
            r"utili[sz]|"
            r"access|active|log)", rf"{_NOBODY}\b.{{0,12}}\bus\w+",
            r"\b(?:no|zero|0)(?: active| remaining)? (?:users?|logins|"
            r"log-?ins|usage|traffic|connections|access|activity)\b", r"\blow(?: active)? (?:usage|use)\b",
            r"not (?:been )?used (?:for|in|since)",
            r"(?:nobody|no ?one) (?:has )?(?:\w+ )?(?:logged|logs|signs|signed|opens|opened|accesse[sd])",
            "kaum (?:noch )?(?:genutzt|benutzt|verwendet)", "keine nutzer",
        ),
        "hardly anybody uses it",
    ),
    Term(
        "orphaned", PROSE,
        stems(r"\borphan", r"no (?:known |identified |clear |business )?owner\b", "owner (?:has )?left", "ownerless",
              "kein (?:eigentümer|verantwortlicher)"),
        "nobody owns it",
    ),
    Term(
        "no_value", PROSE,
        stems(
            "no (?:real |clear )?(?:business )?value", "no (?:business )?benefit", "kein(?:en)? (?:geschäfts)?nutzen",
            "no business (?:justification|case|need|purpose)", "no (?:economic )?return",
            "not worth (?:moving|migrating)"
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
        stems("(?:cpu|memory|utili[sz]ation|auslastung).{0,30}5 ?(?:%? ?-|to|bis|and) ?20 ?%", r"\bidle\b",
              "(?:cpu|memory|utili[sz]ation|auslastung).{0,30}(?:below|under|less than|unter|<) ?20 ?%"),
        "said to be used below 20 %",
    ),
    Term(
        "stays_on_site", PROSE,
        stems(
            r"(?:must|has to|have to|needs? to|demands?|requires?|should)\b.{0,25}(?:on[- ]prem|on[- ]site|"
            r"local(?:ly)?\b|in the plant|"
            "in the building)",
            "(?:muss|bleibt) (?:lokal|vor ort|im werk)", "cannot (?:be )?(?:move|migrat|relocat|leave)",
            "(?:physical|hardware) (?:depend|connect)",
            r"\bdongle\b", r"\bscada\b", r"\bplcs?\b", r"\bopc[- ]?ua\b", "machine control", "shop[- ]floor",
            "production lines?\\b", "factory (?:equipment|floor)", "plant (?:equipment|hardware|server)",
            "industrial (?:control|equipment)", "laborator\\w+ instrument", "medical device",
            "anlagensteuerung", "maschinensteuerung", r"\bedge (?:site|device|latency|server|tier|comput)",
            "latency[- ]sensitive to (?:plant|machine|equipment)", "(?:sub-?|below a )millisecond.{0,20}control",
            "hardware security module", r"\bhsm\b",
            "(?:bound|tied|locked) to (?:its|the|that|one) (?:machine|hardware|host|site|"
            "server|plant|building)", "(?:store|branch|plant|local) servers?\\b.{0,40}(?:offline|without)",
            "(?:offline|without (?:a |any |network )?connecti\\w+)", "data (?:must|may) not leave",
            "not (?:allowed|permitted) in (?:the )?(?:public )?cloud", "air[- ]gapped"
        ),
        "tied to the site",
        denied=r"(?:requires?|needs?|demands?) no|not (?:bound|tied) to",
    ),
    Term(
        "stays_on_site", (*STACK, *PLATFORM),
        stems(r"\bscada\b", r"\bplcs?\b", r"\bopc[- ]?ua\b", r"\bmodbus\b", "plant server", r"\bhsm\b"),
        "runs machines on the site",
    ),
    Term(
        "retained_dependency", PROSE,
        stems(
            r"depend\w*\b.{0,40}\b(?:is|are|be|remains?|being) (?:retained|kept|staying)",
            "(?:hard|tight) (?:dependency|coupling) (?:on|to|with) (?:a |an )?(?:retained|on[- ]prem)",
            "depends on .{0,40}(?:retained|stays on[- ]prem)", "abhängig von .{0,40}(?:bleibt|verbleibt)"
        ),
        "needs something that stays",
    ),
    Term(
        "blocked", PROSE,
        stems(
            r"\bblocked\b",
            r"(?:until|before)\b.{0,40}\b(?:is|are|has been|have been) (?:solved|moved|migrated|modernised|"
            "modernized|remedied|remediated|resolved|replaced|decided)",
            r"must (?:first )?be (?:remedied|remediated|moved|migrated|solved|resolved|modernised|modernized)(?: "
            r"first)?",
            "unresolved (?:physical )?dependenc", "pending (?:a )?(?:vendor|licen[cs]|contract|decision)",
            r"\bpostponed\b",
            r"\bdeferred\b", "not ready (?:to|for) (?:move|migrat|cloud)", "blockiert", "zurückgestellt",
            "stays for now",
            "revisit later",
        ),
        "its move waits for something else",
    ),
    Term(
        "in_cloud", ("os_names", "os_name", "virtualization_platform", "hardware_model"),
        words("aws, amazon web services, ec2, eks, ecs, azure, aks, gcp, google cloud, gke, public cloud"),
        "runs in a public cloud already",
        denied=r"azure (?:stack|local)|outposts|anthos|target|amazon linux",
    ),
    Term(
        "in_cloud", PROSE,
        stems(r"already (?:runs? |hosted |live |deployed )?(?:in|on) (?:the |a )?(?:public )?(?:cloud|aws|azure|gcp)",
              r"(?:runs|hosted|lives) (?:in|on) (?:the |a )?public cloud", "in the cloud already",
              "bereits in der cloud"),
        "said to run in a public cloud already",
    ),
    Term(
        "unknown_risk", PROSE,
        stems(
            "no knowledge", "unknown (?:application|owner|purpose|high[- ]risk|dependenc)",
            "nobody (?:knows (?:what|who|its|whether)|understands)", "no documentation and", "high migration risk",
            "(?:purpose|dependencies) (?:is|are) (?:unknown|unclear)",
            r"unbekannt\w* (?:zweck|eigentümer|abhängig)"
        ),
        "too little is known to risk a move",
    ),
    Term(
        "skills_gone", PROSE,
        stems(
            r"skills?\b.{0,20}\b(?:run(?:ning)? out|gone|scarce|missing|rare|shortage|disappear|hard to find)",
            r"(?:experts?|developers?|staff|specialists?)\b.{0,15}\b(?:retire|retiring|left|leave|gone)",
            "(?:nobody|no ?one)\\b.{0,20}(?:maintain|support)",
            "source(?: code)?\\b.{0,15}(?:lost|unavailable|missing)",
            "dead toolchain", "(?:specialists?|experts?) are (?:scarce|rare|expensive)",
            "fachkräfte fehlen", "(?:low|no|lack of|without)(?: automated)? (?:test coverage|tests)",
            "test coverage is (?:low|poor)", "every change breaks",
        ),
        "the people who could maintain it are gone",
        denied=r"legacy users? left",
    ),
    Term(
        "unstable", PROSE,
        stems(
            r"\b(?:incidents?|outages?|crashes|failures)\b.{0,15}\b(?:a|per|every|each|last|this) (?:day|week|month|"
            r"quarter|year)",
            "frequent (?:incidents|outages|crashes|failures)", r"\bunstable\b",
            r"availability (?:of |is )?9[0-8](?:\.\d+)? ?%",
            r"(?:unpatched|open|critical|many|severe|known)\b.{0,12}\bvulnerabilit",
            "security (?:crisis|risk|issues|findings)",
            "files? get corrupted", "corruption", "häufige (?:störungen|ausfälle)", "sicherheitslücken", "instabil",
        ),
        "it fails often or is insecure",
        denied=r"\b(?:no|zero|without)(?: open| known| critical)? (?:findings|vulnerabilit|incidents|outages)",
    ),
    Term(
        "runs_well", ("description", "tags", "stakeholder_impact", "availability_target"),
        stems(r"\b(?:runs?|works?|operates?) (?:stabl[ey]|reliabl[ey]|well|fine|smoothly)", r"\bstable\b",
              r"\breliabl[ey]\b", "no open defects", "(?:steady|active) (?:daily )?use\\b", "in use\\b",
              "used every day", "läuft (?:stabil|zuverlässig)"),
        "it runs well",
        denied="un(?:stable|reliable)|instab|not (?:in use|stable)|no longer",
    ),
    Term(
        "standard_workload", ("description", "tags"),
        stems(
            r"\b(?:standard|ordinary|plain|typical|straightforward) (?:windows|linux|vm|server|web)? ?(?:workload|"
            r"vms?|servers?|"
            "application|stack)", r"\bsimple\b", "straightforward", "low (?:technical )?(?:complexity|risk)",
            "einfache anwendung",
        ),
        "nothing about it is special",
        denied=r"\bnot\b.{0,10}(?:simple|straightforward|standard)",
    ),
    Term(
        "recent_refresh", PROSE,
        stems(
            rf"{_LATELY} (?:\w+ )?{_RENEWED}", rf"{_RENEWED}(?: \w+)? {_LATELY}\b", "new hardware",
            "(?:hardware|servers?) (?:was|were|has been|have been) (?:replaced|renewed|bought)",
            "recent (?:investment|hardware)",
            "kürzlich (?:erneuert|migriert|aktualisiert|modernisiert)", "neue hardware", "erst kürzlich"
        ),
        "money was spent on it lately",
        denied="(?:to be|not|never|should be) (?:recently )?(?:refreshed|upgraded)|hardware (?:leases|refresh (?:is "
        ")?due)",
    ),
    Term(
        "change_freeze", PROSE,
        stems(
            "(?:change|code|regulatory|release|corporate|migration) (?:change )?freeze",
            r"\bfreeze (?:window|period|is)",
            r"\bfrozen\b", "no changes? (?:is |are )?(?:allowed|permitted|possible)", "änderungsstopp",
            "regulated freeze",
            "moratorium", "validated (?:system|process)", r"\bgxp\b",
            r"change (?:tolerance|appetite)\W+(?:none|very low)", "keine änderungen (?:erlaubt|möglich)"
        ),
        "changes are not allowed now",
        denied=r"(?:source|code)(?: code)? (?:is |was )?frozen",
    ),
    Term(
        "change_freeze", ("change_tolerance",), "^(?:none|very low|frozen|keine)$",
        "no change is tolerated",
    ),
    Term(
        "vendor_leaves", PROSE,
        stems(r"(?:vendor|supplier|manufacturer)\b.{0,30}(?:sunset|end(?:s|ed|ing)\b|discontinu|out of business|no "
        r"longer "
              "support|stops? |withdraw|insolven|bankrupt)",
              r"(?:hersteller|anbieter)\b.{0,30}(?:eingestellt|abgekündigt|insolvent)",
              "discontinued by (?:the |its )?vendor"),
        "its vendor stops supporting it",
    ),
    Term(
        "data_residency", PROSE,
        stems(r"data (?:residency|sovereignty|locali[sz]ation)", "datenresidenz", "datenhoheit", "in[- ]country",
              r"(?:locked|bound|restricted) to (?:one|a|the|its) (?:country|region|jurisdiction)",
              r"(?:stay|remain|kept) (?:in|within) (?:the |national )?(?:country|borders|jurisdiction)"),
        "its data is bound to a country",
    ),
    Term(
        "called_legacy", ("application_name",), words("legacy, altsystem, old, obsolete"),
        "its own users call it legacy",
    ),
)
