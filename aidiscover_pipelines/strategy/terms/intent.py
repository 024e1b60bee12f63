"""What its owners ask for: speed, no change, managed services, redesign, a bought replacement. English and German."""

from aidiscover_pipelines.strategy.terms.term import PROSE, Term, stems

_CENTRE = r"(?:data ?cent(?:er|re)|facility|hosting|colocation|co-?lo)"
_MOVING = r"(?:move[sd]?|moving|migrat\w+|exit|cut-?over|relocat\w+|transition|out)"
_QUICK = r"(?:quick(?:ly)?|fast(?:est)?|rapid(?:ly)?|swift(?:ly)?|soon)"
_MANAGED = (
    "(?:databases?|sql|mysql|postgres|oracle|instance|services?|same|platform|engine|kubernetes|containers?|files?|"
    "storage|cache|queue|broker|offering|one|runtime|hosting|version|equivalent|alternative)"
)
_BUYABLE = r"(?:saas|cloud|hosted|commercial|packaged|standard|market|modern|vendor|off[- ]the[- ]shelf)"
_THINGS = (
    r"(?:services?|products?|platforms?|solutions?|tools?|software|suites?|packages?|systems?|alternatives?|versions?|"
    r"offerings?|providers?|equivalents?|options?|successors?|replacements?)"
)

# A table reads better with its own line breaks.
# fmt: off
INTENT_TERMS: tuple[Term, ...] = (
    Term(
        "asks_speed", PROSE,
        stems(
            rf"\b{_QUICK} {_MOVING}\b", rf"\b{_MOVING}\b[^.;]{{0,25}}\b{_QUICK}\b", r"\bdeadline", r"\burgent",
            rf"{_CENTRE} (?:exit|clos\w+|lease|consolidation|contract|move|evacuation|shut\w*|vacat\w+)",
            rf"(?:exit|leav\w+|vacat\w+|clos\w+|consolidat\w+|evacuat\w+|out) (?:of )?(?:the |its |our |two |all )?"
            rf"(?:corporate |old |own |primary )?{_CENTRE}",
            r"(?:lease|contract)\b[^.;]{0,25}\b(?:ends?|ending|expir\w+|runs? out|terminat\w+)", "as soon as possible",
            "(?:must|has to|have to) (?:be )?(?:out|gone|moved|leave)\\b.{0,30}\\b(?:by|until|before)",
            "time pressure", "tight (?:time|schedule)",
            "rechenzentrums?(?:schließung|ausstieg|kündigung|umzug)", r"\bschnell\w* (?:umzug|migration|verlager)",
            "schnell (?:umziehen|migrier|verlager)", "dringend", "unter zeitdruck", "mietvertrag",
        ),
        "speed is asked for",
    ),
    Term(
        "asks_no_change", PROSE,
        stems(
            r"\bno (?:code |source |application |design )?(?:changes?|modifications?|rewrit\w+|redesign)\b",
            r"without (?:a |any |code |source |application )*(?:chang|modif|rewrit|redesign|alter)", r"\bas[- ]is\b",
            "unchanged", "unmodified", "lift[- ](?:and|&|n)[- ]shift", "like[- ]for[- ]like",
            r"keep (?:the )?(?:same )?(?:vms?|virtual machines|engine|servers?|operating model)",
            "(?:stays?|remains?|keep\\w*) on (?:a |its |the |virtual )?(?:vms?|virtual machines?|servers?)",
            "same (?:operating model|operations)", "hypervisor[- ]level", r"\brelocat(?:e|ion)\b",
            r"(?:must|may|should|can) ?not (?:be )?(?:change|modif|touch|alter)",
            r"(?:source|code)(?: code)? (?:is |was )?frozen", "neither .{0,30} nor .{0,30} changes?",
            "ohne (?:code)?(?:änderung|anpassung)", "unverändert", "eins zu eins", r"\b1:1\b",
        ),
        "it is to move unchanged",
        denied="no changes? (?:is |are )?(?:allowed|permitted|possible|to hardware)|modernisation without|cannot "
        "stay as-is",
    ),
    Term(
        "asks_little_change", PROSE,
        stems(
            r"(?:minim\w+|few|small|minor|little|limited|least)(?: possible)? (?:code |application |config\w* )?"
            r"(?:change|modification|effort|adjustment)", "(?:code )?changes? (?:are |is )?(?:to be )?minimi[sz]",
            "only configuration changes", "(?:wenige|kleine|geringe) (?:änderung|anpassung)",
        ),
        "few changes are wanted",
    ),
    Term(
        "asks_managed", PROSE,
        stems(
            rf"(?:^|[^-f] |of |[,;:(/])(?:fully )?managed {_MANAGED}\b", r"\bpaas\b", "platform[- ]as[- ]a[- ]service",
            r"\brds\b", r"\b(?:cloud sql|app service|beanstalk|cloud run|fargate)\b",
            r"(?:cut|reduc\w+|less|lower|remov\w+|avoid\w*|end|get rid of|offload\w*|without)\b.{0,25}"
            r"(?:dba|admin|operations?|patching|server care|toil|operational)",
            r"containeri[sz]e\b", "(?:in)?to containers", "containers first",
            r"up-?grad\w+ (?:of )?(?:the |its )?(?:os|operating system|database|runtime|version|middleware)",
            "(?:version|os|database|runtime) upgrade", "up-?version", "weblogic to tomcat",
            "websphere to (?:liberty|tomcat)", "windows to linux", r"\.net framework to",
            r"to \.net (?:core|[5-9]|1[0-9])",
            "same[- ]engine", "lift[, ]+(?:and )?(?:tinker|reshape)", "gemanagte[rsn]? ",
            "verwaltete[rsn]? (?:datenbank|dienst)",
            "in container",
        ),
        "a managed platform with few changes is asked for",
        denied="not (?:be )?(?:put |moved? |run )?(?:in|into|to) containers|cannot be (?:put|moved|run)",
    ),
    Term(
        "asks_modern", PROSE,
        stems("moderni[sz]ation preference yes", "moderni[sz]e[sd]?\\b", "modernisier",
              "moderni[sz]ation (?:is |was )?(?:wanted|needed|planned|required|desired|target|candidate)",
              "refresh yes"),
        "modernisation is wanted",
        denied=r"\b(?:not?|don't|never|later|recently|already|just|lately|hardly)\b.{0,12}moderni[sz]|"
               r"moderni[sz]\w+.{0,12}\b(?:no|later|afterwards|after|recently|lately|last|already|20[0-9]{2})\b",
    ),
    Term(
        "asks_cloud_native", PROSE,
        stems(
            "cloud[- ]native", "serverless", "micro-?services", "re-?architect", r"\bre-?build\b", r"\brewrit",
            r"\bre-?design", "new capabilit", "neuentwicklung", "neu entwickel", r"\bfunctions as a service\b",
            r"\b(?:azure|cloud|lambda) functions\b", r", functions\b", "decompos", r"\bdecoupl", "strangler",
            "event[- ]driven", "(?:architecture|design)\\b.{0,12}(?:renewed|replaced|redone|changed)",
            "(?:break|split|take)\\w*\\b.{0,20}(?:up|apart|into services|the monolith)",
            "api[- ]first",
        ),
        "a cloud-native design is asked for",
        denied=r"\b(?:no|not|without|nor|avoid|instead of)\b[^.;]{0,30}(?:rewrit|re-?build|re-?design|re-?architect|"
        r"ready)|"
               r"\b(?:costly|risky|expensive) (?:and \w+ )?(?:rewrit|re-?build|re-?design|re-?architect|ready|"
               r"micro-?services)|"
               "(?:is|are|runs?|made|consists?|already|recently)[^.;]{0,15}(?:cloud[- ]native|of micro-?services|as "
               "micro-?services)",
    ),
    Term(
        "asks_scale", PROSE,
        stems(
            r"\b(?:scale|scaling|scalability|elastic\w*)\b", "skalier", "performance (?:bottleneck|problem)",
            r"(?:cannot|can no longer|could not) (?:keep up|cope|take|handle|grow|accrue|process|meet|serve)",
            "(?:unable|fails?|inability) to (?:keep up|cope|scale|handle|grow|process)",
            "(?:demand|load|traffic|volume|seasonal)[- ]peaks?", "peak (?:load|demand|traffic)",
            "kann nicht mithalten", "lastspitzen", "engpass",
        ),
        "it cannot grow with its load",
        denied=r"\b(?:no|without|little)\b.{0,12}(?:scal|bottleneck)",
    ),
    Term(
        "asks_agility", PROSE,
        stems(
            "agility", r"release (?:speed|cycles?|frequency|velocity)", "slow(?:er)? (?:releases?|delivery|changes?)",
            "feature (?:velocity|delivery|agility|speed)", "time[- ]to[- ]market",
            r"(?:limits?|hinders?|prevents?|slows?|holds? back|impedes?|constrains?)\b.{0,30}"
            "(?:growth|agility|delivery|release|features?|innovation|business|development)",
            r"(?:deployment|monolith\w*|design|architecture)\b.{0,20}\bbottleneck", "hard to (?:change|extend|test)",
            "every change breaks",
            "(?:current|present|existing|old) (?:architecture|design)\\b.{0,15}(?:cannot|can not|does not|limits)",
            "releases? (?:take|need)s? (?:weeks|months|quarters)", "langsame releases", "agilität",
        ),
        "its design holds back releases or new functions",
        denied=r"\b(?:no|without)\b.{0,12}agility",
    ),
    Term(
        "asks_delivery", PROSE,
        stems("continuous delivery", "continuous deployment", r"\bci/?cd\b", "multi[- ]region", r"\bdevops\b"),
        "continuous delivery or several regions are asked for",
        denied=r"\b(?:no|without)\b.{0,8}(?:ci/?cd|continuous)",
    ),
    Term(
        "asks_engine_change", PROSE,
        stems(
            "engine change", "heterogeneous", "(?:change|switch)(?: of)? (?:the )?(?:database )?engine",
            "(?:oracle|sql server|db2|sybase|teradata|informix)(?: database)? to (?:amazon |azure )?"
            "(?:aurora|postgres|mysql|mariadb|cosmos|spanner|redshift|bigquery|snowflake|dynamo)",
            "(?:leave|away from|off) oracle", "weg von oracle", "open[- ]source database (?:is )?wanted",
        ),
        "another database engine is asked for",
    ),
    Term(
        "offered_as_service", PROSE,
        stems(
            rf"saas (?:\w+ )?{_THINGS}",
            r"saas\b.{0,25}\b(?:available|exists?|offers?|on the market|is (?:standard|mature)|"
            r"replaces?|has|wanted)", "vendor saas", r"(?:a|to|by|with|as) saas\b", "software as a service",
            rf"{_BUYABLE}\b[^.;]{{0,30}}{_THINGS}\b[^.;]{{0,30}}\b(?:available|exists?|on the market|overtaken|"
            rf"surpass\w*|"
            "better|superior|mature|replaces?|industry standard|cheaper|does the same)",
            rf"(?:bought|commercial|packaged|hosted|standard) (?:\w+ )?{_THINGS} (?:available|exist|does|do|would|"
            rf"could|can)",
            r"\bcommodity\b",
            r"(?:replac\w+|exchang\w+|substitut\w+) (?:it )?(?:with|by) (?:a |an |the )?(?:\w+ )?(?:saas|standard|"
            r"packaged|"
            "commercial|hosted|bought|cloud service|salesforce|workday|servicenow|dynamics 365|sap s/4)",
            r"(?:salesforce|workday|servicenow|successfactors|microsoft 365|dynamics 365|google workspace|zendesk|"
            r"hubspot|"
            r"netsuite|okta)\b.{0,30}(?:considered|evaluated|planned|chosen|instead|in its place|candidate|replace)",
            "buy instead", "buy rather than", "successor is (?:cloud|saas|hosted)",
            "(?:move|switch|migrate|go) to (?:salesforce|workday|servicenow|"
            "microsoft 365|office 365|dynamics 365|google workspace|exchange online|sharepoint online)",
            "cloud version (?:exists|available)", "drop and shop",
            "als saas verfügbar", "saas-(?:lösung|alternative|produkt|angebot)", "standardprodukt",
            "(?:move|switch|migrate|go) to (?:a )?(?:saas|hosted)",
            "end (?:its|of) (?:self-)?maintenance",
        ),
        "a bought or hosted replacement is said to exist",
        denied=r"\bno (?:suitable |equivalent |adequate )?(?:saas|commercial|packaged|market|standard)\b|not a "
        r"commodity|"
               "(?:is|already|runs as) (?:a )?saas",
    ),
    Term(
        "costly_upkeep", PROSE,
        stems(r"(?:high|heavy|much|growing|rising|excessive)\b.{0,25}\b(?:maintenance|licen[cs]e|support|operating|"
        r"upkeep)",
              r"(?:maintenance|licen[cs]es?|licen[cs]ing|support|upkeep|operating costs?)\b.{0,25}\b(?:high|heavy|"
              r"burden\w*|"
              "overhead|expensive|costly|rise|excessive)",
              "(?:costly|expensive|laborious) to (?:maintain|run|operate|keep)", "developers? spend",
              r"hohe[rn]? (?:wartungs|lizenz|betriebs)(?:kosten|aufwand)"),
        "its upkeep is said to be costly",
    ),
)
