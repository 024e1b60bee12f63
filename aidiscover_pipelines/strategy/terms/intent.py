"""What its owners ask for: speed, no change, managed services, redesign, a bought replacement. English and German."""

from aidiscover_pipelines.strategy.terms.term import PROSE, Term, stems

# A table reads better with its own line breaks.
# fmt: off
INTENT_TERMS: tuple[Term, ...] = (
    Term(
        "asks_speed", PROSE,
        stems(
            r"\b(?:quick|fast|rapid)(?:ly)?\b", "deadline", "data ?cent(?:er|re) (?:exit|closure|closing|lease)",
            "lease (?:ends|expir)", r"\burgent", "as soon as possible",
            "rechenzentrums?(?:schließung|ausstieg|kündigung)", "schnell", "out of (?:the )?data ?cent"
        ),
        "speed is asked for",
    ),
    Term(
        "asks_no_change", PROSE,
        stems(
            r"\bno (?:code |application )?changes?\b", "without (?:code |any )?chang", r"\bas[- ]is\b", "unchanged",
            "lift[- ](?:and|&)[- ]shift", "keep (?:the )?(?:vms?|engine|servers?)", "hypervisor[- ]level",
            r"\brelocat", "self[- ]managed",
            "ohne änderung", "unverändert"
        ),
        "it is to move unchanged",
        denied="no changes? (?:allowed|permitted|possible)",
    ),
    Term(
        "asks_managed", PROSE,
        stems(
            "managed (?:database|sql|mysql|postgres|oracle|instance|service|same)", r"\bpaas\b", r"\brds\b",
            r"(?:cut|reduce|less|lower|remove)\b.{0,20}(?:dba|admin|maintenance|operations?|patching)",
            "minimal (?:code )?change", "few changes", "minimum changes", "containeri[sz]e", "gemanagte datenbank",
            "up-?grade (?:the )?(?:os|database|runtime)", "version upgrade", "up-?version",
            "weblogic to tomcat", "websphere to (?:liberty|tomcat)", "same[- ]engine",
        ),
        "a managed platform with few changes is asked for",
        denied=r"self[- ]managed",
    ),
    Term(
        "asks_modern", PROSE,
        stems("moderni[sz]ation preference yes", "moderni[sz]e", "modernisier", "refresh yes"),
        "modernisation is wanted",
        denied="do not moderni[sz]e|no moderni[sz]ation",
    ),
    Term(
        "asks_cloud_native", PROSE,
        stems(
            "cloud[- ]native", "serverless", "micro-?services", "re-?architect", r"\brebuild\b", "rewrite",
            "new capabilit", "neuentwicklung", r"\bfunctions\b", "decompos", "event[- ]driven",
            "break up the monolith"
        ),
        "a cloud-native design is asked for",
        denied="no (?:rewrite|rebuild)",
    ),
    Term(
        "asks_scale", PROSE,
        stems(
            r"\b(?:scale|scaling|scalability|elastic\w*)\b", "agility", "release (?:speed|cycle|frequency)",
            "skalier", "performance (?:bottleneck|problem)", "time to market", "cannot keep up"
        ),
        "it is held back in scale or agility",
    ),
    Term(
        "asks_delivery", PROSE,
        stems("continuous delivery", "continuous deployment", r"\bci/?cd\b", "multi[- ]region", r"\bdevops\b"),
        "continuous delivery or several regions are asked for",
    ),
    Term(
        "asks_engine_change", PROSE,
        stems(
            "engine change", "heterogeneous", "change (?:of )?(?:the )?(?:database )?engine",
            "(?:oracle|sql server|db2|sybase) to (?:aurora|postgres|mysql|mariadb|cosmos|spanner)", "leave oracle",
            "weg von oracle"
        ),
        "another database engine is asked for",
    ),
    Term(
        "offered_as_service", PROSE,
        stems(
            "saas (?:version|available|alternative|exists|equivalent|offering|successor|replacement|option)",
            "vendor saas", "(?:packaged|commercial) product available", "commodity",
            "replace with (?:a )?(?:saas|standard|packaged)", "buy instead", "cloud version (?:exists|available)",
            "als saas verfügbar", "(?:move|switch|migrate) to saas"
        ),
        "a bought or hosted replacement is said to exist",
    ),
    Term(
        "costly_upkeep", PROSE,
        stems(r"high (?:maintenance|licen[cs]e|support|operating) costs?",
              "(?:costly|expensive) to (?:maintain|run|operate)",
              r"hohe (?:wartungs|lizenz|betriebs)kosten"),
        "its upkeep is said to be costly",
    ),
)
