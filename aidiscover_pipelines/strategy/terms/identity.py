"""What an application is: who wrote it, who sells it, which capability it serves. English and German."""

from aidiscover_pipelines.strategy.terms.term import IDENTITY, PRODUCT, PROSE, STACK, Term, stems, words

# A table reads better with its own line breaks.
# fmt: off
IDENTITY_TERMS: tuple[Term, ...] = (
    Term(
        "saas", (*PRODUCT, "lifecycle_status", "virtualization_platform", "os_names"),
        words(
            "saas, software as a service, salesforce, zendesk, concur, workday, successfactors, servicenow, "
            "office ?365, microsoft ?365, m365, google workspace, dynamics ?365, hubspot, docusign, netsuite, coupa, "
            "okta, zoom, slack, sharepoint online, confluence cloud, tableau cloud, exchange online, marketo"
        ),
        "runs as a vendor's cloud service already",
        denied=(
            r"\bsaas (?:version|available|alternative|exists|equivalent|offering|successor|replacement|option"
            r")|(?:move|migrate|switch|replace\w*|go|wechsel)\b.{0,25}\b(?:to|with|by|zu) "
            r".{0,20}(?:saas|salesforce|servicenow|workday|365|workspace)|\bnot (?:a "
            r")?saas\b|\bsaas\W+(?:no|nein|false)\b"
        ),
    ),
    Term(
        "packaged", PRODUCT,
        words(
            "cots, packaged, off[- ]the[- ]shelf, standardsoftware, kaufsoftware, vendor (?:product|package), sap, "
            "s/4hana, oracle ebs, oracle e-?business suite, peoplesoft, jd edwards, siebel, hyperion, "
            "dynamics (?:ax|nav|gp|crm), navision, infor, sharepoint, confluence, jira, bitbucket, tableau, cognos, "
            r"business ?objects, microstrategy, qlik\w*, documentum, filenet, opentext, maximo, moodle, wordpress, "
            "drupal, joomla, typo3, temenos, finacle, epic, cerner, kronos, remedy, lotus notes, domino, "
            "exchange server, team foundation server, tfs, citrix, proprietary, active directory, cisco asa, nagios, "
            "splunk, osticket, gitlab, jenkins, kong, informatica, tivoli, oracle access manager, weblogic portal, "
            "genesys, "
            "avaya, mitel, webmethods, tibco, mulesoft, datastage, sas, spss, autocad, solidworks, windchill, "
            "teamcenter, "
            "primavera, ariba, hyland, onbase, laserfiche, blackboard, banner, ellucian, meditech, allscripts, "
            "guidewire, "
            "murex, calypso, fis, fiserv, jack henry, sage, lawson, baan, datev, dynatrace, solarwinds, symantec, "
            "mcafee, "
            "veritas, netbackup, commvault, veeam, arcserve, control-m, autosys, crystal reports, vendor binary, "
            "carbon black, manhattan, blue yonder, gis, arcgis, esri"
        ),
        "a bought product whose code belongs to its vendor",
        denied=r"\bcots\W+(?:no|nein|false|n)\b",
    ),
    Term(
        "packaged", ("description", "tags"),
        stems(r"\bcots\W+(?:yes|ja|true)\b", r"off[- ]the[- ]shelf",
            r"\bpackaged (?:software|application|product|suite)",
              "standardsoftware", r"\bcots (?:product|software|application|package)",
              r"\b(?:commercial|bought|licensed|third[- ]party|vendor) (?:\w+ )?(?:software|package|suite|product)",
              r"\bproprietary (?:\w+ )?(?:tool|product|software|package)"),
        "described as a bought product",
        denied=r"(?:products?|software|packages?|suites?|tools?) (?:is |are |readily )?(?:available|exist|does|do\b|"
        r"better|would)|"
               r"\breplac|commercial saas|\b(?:a|where) (?:bought|commercial)",
    ),
    Term(
        "custom", (*STACK, "tags"),
        words(
            "custom, bespoke, in[- ]?house, self[- ](?:developed|written|made|built), home[- ]?grown, own (?:code|"
            "development), "
            r"eigenentwicklung\w*, individualsoftware, eigenbau, cots\W+(?:no|nein|false|n)"
        ),
        "written for the company",
        denied=r"\bcustom(?:er|ised|ized)\b.{0,3}\bcots\W+yes",
    ),
    Term(
        "successor_service", STACK,
        words(
            "sharepoint, confluence, jira, team foundation server, tfs, exchange(?: server)?, lotus notes, domino, "
            "remedy, siebel, dynamics (?:crm|gp|nav|ax), peoplesoft, skype for business, lync, kronos, proprietary, "
            "cisco asa, zimbra, bugzilla, mediawiki, hp service manager"
        ),
        "its vendor or market sells the same function as a service",
    ),
    Term(
        "commodity", ("application_name", "application_type"),
        words(
            "crm, customer relationship, hr, hris, hcm, human resources?, personalwesen, payroll, lohnabrechnung, "
            "e-?mail, mail (?:server|gateway), groupware, itsm, service ?desk, help ?desk, ticketing, ticket ?system, "
            r"expenses?, spesen\w*, reisekosten, time ?tracking, timesheets?, zeiterfassung, lms, learning management, "
            r"training, schulung\w*, document management, dms, dokumentenmanagement, records management, wiki, "
            r"knowledge base, cms, content management, e-?signature, survey, recruit\w*, applicant tracking, "
            r"bewerber\w*, backup, datensicherung, vpn, fax, collaboration, video ?conferenc\w*, project management, "
            "procurement, "
            "travel (?:expense|management)s?, email marketing, newsletter, monitoring, chat, intranet, calendar, "
            "sales force automation, sfa, e-?learning, maintenance management, cmms, field service, help ?center, "
            "bug ?tracking, issue ?tracking, benefits, onboarding, visitor management, web ?conferenc\\w*, case "
            "management, "
            "etl, identity (?:provider|manager)"
        ),
        "a capability that many vendors sell as a service",
    ),
    Term(
        "commodity", ("description",),
        r"\b(?:crm|hr|hcm|payroll|e-?mail|itsm|ticketing|(?:travel |)expenses?|time ?tracking|learning management|"
        r"document management|content management|recruiting|survey|backup|wiki|maintenance management|service desk)"
        r"[- ](?:system|application|tool|software|platform|suite|lösung|processing|product)|"
        r"\b(?:support|service|help) ?desk? tickets?\b|customer support tickets",
        "described as a capability that many vendors sell as a service",
    ),
    Term(
        "infrastructure_service", IDENTITY,
        words(
            "file ?servers?, fileserver, dateiserver, print ?server, druckserver, active directory, "
            "identity management, domain controller, dns, dhcp, ldap, certificate authority, pki, jump ?host, "
            "bastion, ntp, proxy"
        ),
        "an infrastructure service rather than a business application",
    ),
    Term(
        "core_directory", (*IDENTITY, "technology_stack"),
        words("active directory, identity management, domain controller, ldap, dns, pki"),
        "a directory that everything on site signs in to",
    ),
    Term(
        "erp", (*IDENTITY, "technology_stack"),
        words("erp, e-?business suite, ebs, s/4hana, sap ecc"),
        "an ERP",
    ),
    Term(
        "warehouse", (*IDENTITY, "database_engine"),
        words("data ?warehouse, dwh, data ?mart, olap"),
        "a data warehouse",
    ),
    Term(
        "differentiating", PROSE,
        stems(
            r"\bstrategic\b", "differentiat", "competitive advantage", "core business", "revenue[- ]generating",
            "kerngeschäft", "wettbewerbsvorteil", "market[- ]leading", "proprietary (?:\\w+ )?(?:rules|logic|algorithm|"
            "calculation|formula|ip\\b)", "(?:its )?own (?:\\w+ )?(?:rules|logic|algorithms?|calculation)",
            "unique (?:business )?(?:rules|logic|function)", "control of its (?:own )?domain", "core logic",
            "eigene (?:regeln|logik|berechnung)"
        ),
        "sets the company apart",
        denied=r"\b(?:not|non)[- ]strategic\b|no (?:unique|own|proprietary|logic)|non-?differentiat|undifferentiat",
    ),
)
