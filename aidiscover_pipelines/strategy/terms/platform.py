"""What it runs on: hardware, languages, databases, versions. English and German."""

from aidiscover_pipelines.strategy.terms.term import LIFECYCLE, TECHNOLOGY, Term, stems, words

# A table reads better with its own line breaks.
# fmt: off
PLATFORM_TERMS: tuple[Term, ...] = (
    Term(
        "non_x86", (*TECHNOLOGY, "application_name"),
        words(
            "mainframe, grossrechner, großrechner, z/os, zos, as/?400, iseries, ibm i, system i, hp-?ux, aix, sparc, "
            r"solaris, vax, openvms, tru64, itanium, non-?x86\w*, mid-?range hardware, nonstop, bs2000, cics, adabas"
        ),
        "a platform that no x86 cloud server replaces one to one",
        denied=r"\bsolaris x86\b",
    ),
    Term(
        "legacy_language", (*TECHNOLOGY, "application_name"),
        words(
            r"cobol, rpg, pl/?i, fortran, vb ?6, visual basic 6\w*, vbscript, vba, ms access, microsoft access\w*, "
            r"access db, "
            r"powerbuilder, delphi\w*, foxpro, lotus notes, natural, clipper, dbase, classic asp, asp classic, "
            r"silverlight, adobe flash, oracle forms, progress 4gl, coldfusion, corba, mfc, pro\*c, uniface, centura, "
            "gupta, smalltalk, pascal, assembler, jcl, rexx, informix 4gl, struts 1, tuxedo, fat client"
        ),
        "a language or tool whose makers or skills are going away",
    ),
    Term(
        "portable_runtime", TECHNOLOGY,
        words(
            r"java, j2ee, jee, spring\w*, tomcat, jboss, wildfly, weblogic, websphere, node(?:\.?js)?, python, django, "
            r"flask, fastapi, php, laravel, symfony, ruby, rails, golang, asp\.net, c#, react, angular, "
            r"vue(?:\.?js)?, express, "
            r"nginx, apache, iis, kotlin, scala, quarkus, wildfly, jetty, wordpress, moodle, typo3, drupal"
        ) + r"|(?:^|[^a-z])\.net\b",
        "a runtime that managed platforms and containers take unchanged",
    ),
    Term(
        "containerised", TECHNOLOGY,
        words("docker, kubernetes, k8s, openshift, container(?:s|ised|ized)?, podman, rancher"),
        "runs in containers",
        denied="(?:to|into|in) containers",
    ),
    Term(
        "container_ready", TECHNOLOGY,
        stems("(?:ready for|can run in) containers", "container[- ]ready", "configuration (?:is )?externali[sz]ed",
              "configuration from the environment", r"\bstateless\b", "(?:twelve|12)[- ]factor"),
        "could run in containers as it is",
        denied="not (?:ready|container|stateless)",
    ),
    Term(
        "monolith", TECHNOLOGY,
        stems("monolith", "einzelanwendung"),
        "one deployable that changes as a whole",
        denied=r"(?:not a|no|modular) monolith",
    ),
    Term(
        "tiered", TECHNOLOGY,
        stems("[2-4n][- ]tier", r"\b(?:two|three|multi)[- ]tier", "client[- /]server", "dreischicht", "n-?schicht"),
        "tiers that can move apart",
    ),
    Term(
        "microservices", TECHNOLOGY,
        stems("micro-?service", "event[- ]driven", "serverless"),
        "small services",
        denied="(?:need|want|to be|should|required|wish)",
    ),
    Term(
        "file_service", (*TECHNOLOGY, "application_name"),
        stems(r"\bfile ?(?:server|share|service|storage)s?\b", r"\bnfs\b", r"\bsmb\b", r"\bnas\b", "dateiserver",
              "dateiablage", "netzlaufwerk"),
        "file storage, which every cloud offers as a service",
        denied="(?:uses|on|mounts|shared) (?:a |an |the )?(?:file|nfs|network)",
    ),
    Term(
        "open_database", TECHNOLOGY,
        words(r"postgres\w*, mysql, mariadb, mongodb, redis, cassandra, elasticsearch, opensearch, influxdb, couchdb, "
              "hadoop, hdfs, spark, hive, kafka, rabbitmq, activemq"),
        "open-source data software that every cloud runs managed",
    ),
    Term(
        "mssql", TECHNOLOGY,
        words("sql ?server, mssql, ms sql, azure sql"),
        "SQL Server",
    ),
    Term(
        "oracle", TECHNOLOGY,
        words("oracle"),
        "Oracle",
        ignored=words("oracle (?:(?:enterprise |unbreakable )?linux|solaris|vm|virtualbox|java|jdk|jre|openjdk)"),
    ),
    Term(
        "closed_database", TECHNOLOGY,
        words("db2, sybase, sap ase, informix, teradata, netezza, ingres, adabas, progress"),
        "a database with few managed twins",
    ),
    Term(
        "oracle_rac", TECHNOLOGY,
        words("rac, real application clusters?"),
        "Oracle RAC",
    ),
    Term(
        "data_guard", TECHNOLOGY,
        stems("data ?guard"),
        "Oracle Data Guard",
    ),
    Term(
        "virtual", TECHNOLOGY,
        words("vms?, vmware, esxi?, hyper-?v, kvm, virtual(?: machines?)?, vsphere, nutanix"),
        "runs on virtual machines",
    ),
    Term(
        "database_appliance", TECHNOLOGY,
        words("exadata, teradata, netezza, exasol"),
        "a database sold with its own hardware",
    ),
    Term(
        "os_too_old", TECHNOLOGY,
        stems(
            r"windows (?:nt|2000|server 2000|95|98|xp)\b",
            r"(?:rhel|red hat enterprise linux|centos)[^0-9]{0,12}[34]\b", r"\bms-?dos\b", r"\bnovell\b",
            r"\bos/2\b"
        ),
        "an operating system that replication tools no longer take",
    ),
    Term(
        "obsolete_version", TECHNOLOGY,
        stems(
            r"windows(?: server)? (?:nt|xp|vista|7|8|2000|2003|2008|2012)\b",
            r"sql server (?:2000|2005|2008|2012|2014|2016)\b",
            r"(?:rhel|red hat enterprise linux|centos)[^0-9]{0,12}[3-7]\b", r"ubuntu (?:20|1[0-9]|8|9)\.",
            r"\bphp ?[4-7](?:\.|\b)", r"\bjava ?(?:1\.)?[4-7]\b", r"\bpython ?2\b", r"\bdjango 1\b", r"\bstruts 1\b",
            r"\.net (?:framework )?(?:[1-3]\.|4\.[0-5]|4\.6\b)", r"\.net core [1-3]", r"\.net [5-7]\b",
            r"\bangularjs\b", r"\bsolaris (?:8|9|10)\b", r"weblogic (?:8|9|10|11)", r"websphere (?:5|6|7|8)\b",
            "oracle (?:db |database )?(?:8|9|10|11|12)[.icgr ]", r"mysql 5\.", r"postgres\w* (?:8|9|1[0-3])\b",
            r"\bend of (?:support|life)\b", r"\bpast its end\b", r"\bunsupported (?:os|operating|version|platform)",
        ),
        "a version past its vendor's end of life (endoflife.date, August 2026)",
        denied=r"(?:not|before|until|no) (?:\w+ )?end of (?:support|life)",
    ),
    Term(
        "obsolete_runtime", TECHNOLOGY,
        stems(
            r"\bphp ?[4-7](?:\.|\b)", r"\bjava ?(?:1\.)?[4-7]\b", r"\bpython ?2\b", r"\bstruts 1\b", r"\bangularjs\b",
            r"\.net (?:framework )?(?:[1-3]\.|4\.[0-5])", r"node(?:\.?js)? ?(?:[4-9]|1[0-8])\b", r"\bruby 1\b",
        ),
        "a runtime that managed platforms no longer offer",
    ),
    Term(
        "obsolete_version", LIFECYCLE,
        stems(
            r"(?:database|os|operating system|runtime|middleware|stack|server|host|platform|version)\b[^.;]{0,30}"
            r"(?:end[- ]of[- ](?:life|support)|\beol\b|\beos\b|out of support|unsupported)",
            r"(?:end[- ]of[- ]life|\beol\b|unsupported|outdated) (?:os|operating system|database|runtime|middleware|"
            r"stack|"
            "platform|version|server|host)", "out of support",
        ),
        "its platform is said to be out of support",
        denied="(?:ends?|ending|eol|end of (?:life|support)) (?:soon|next|in 20)",
    ),
)
