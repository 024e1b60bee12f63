"""What it runs on: hardware, languages, databases, versions. English and German."""

from aidiscover_pipelines.strategy.terms.term import PLATFORM, STACK, Term, stems, words

# A table reads better with its own line breaks.
# fmt: off
PLATFORM_TERMS: tuple[Term, ...] = (
    Term(
        "non_x86", (*PLATFORM, "application_name"),
        words(
            "mainframe, grossrechner, großrechner, z/os, zos, as/?400, iseries, ibm i, system i, hp-?ux, aix, sparc, "
            r"solaris, vax, openvms, tru64, itanium, non-?x86\w*, mid-?range hardware, nonstop, bs2000, cics, adabas"
        ),
        "a platform that no x86 cloud server replaces one to one",
        denied=r"\bsolaris x86\b",
    ),
    Term(
        "legacy_language", (*STACK, "application_name"),
        words(
            r"cobol, rpg, pl/?i, fortran, vb ?6, visual basic 6\w*, ms access, microsoft access, access db, "
            "powerbuilder, delphi, foxpro, lotus notes, natural, clipper, dbase, classic asp, asp classic, "
            "silverlight, adobe flash, oracle forms, progress 4gl, coldfusion"
        ),
        "a language or tool whose makers or skills are going away",
    ),
    Term(
        "portable_runtime", STACK,
        words(
            r"java, j2ee, jee, spring\w*, tomcat, jboss, wildfly, weblogic, websphere, node(?:\.?js)?, python, django, "
            r"flask, php, laravel, ruby, rails, golang, asp\.net, react, angular, nginx, apache, iis, kotlin, scala, "
            "wordpress, moodle, typo3, drupal"
        ) + r"|(?:^|[^a-z])\.net\b",
        "a runtime that managed platforms and containers take unchanged",
    ),
    Term(
        "containerised", (*STACK, "virtualization_platform"),
        words("docker, kubernetes, k8s, openshift, container(?:s|ised|ized)?, podman, rancher"),
        "runs in containers",
        denied="(?:to|into|in) containers",
    ),
    Term(
        "monolith", STACK,
        stems("monolith"),
        "one deployable that changes as a whole",
    ),
    Term(
        "tiered", STACK,
        stems("[2-4n][- ]tier", r"\b(?:two|three|multi)[- ]tier", "client[- /]server", "dreischicht", "n-?schicht"),
        "tiers that can move apart",
    ),
    Term(
        "microservices", STACK,
        stems("micro-?service", "event[- ]driven", "serverless"),
        "small services",
    ),
    Term(
        "open_database", STACK,
        words(r"postgres\w*, mysql, mariadb, mongodb, redis, cassandra, elasticsearch, influxdb"),
        "an open-source database that every cloud runs managed",
    ),
    Term(
        "mssql", STACK,
        words("sql ?server, mssql, ms sql, azure sql"),
        "SQL Server",
    ),
    Term(
        "oracle", STACK,
        words("oracle (?:db|database|rac|[0-9]{1,2}[a-z]?|exadata|data), oracle$, oracle"),
        "Oracle",
    ),
    Term(
        "closed_database", STACK,
        words("db2, sybase, sap ase, informix, teradata, netezza, ingres, adabas, progress"),
        "a database with few managed twins",
    ),
    Term(
        "oracle_rac", STACK,
        words("rac, real application clusters?"),
        "Oracle RAC",
    ),
    Term(
        "data_guard", STACK,
        stems("data ?guard"),
        "Oracle Data Guard",
    ),
    Term(
        "virtual", PLATFORM,
        words("vms?, vmware, esxi?, hyper-?v, kvm, virtual(?: machines?)?, vsphere, nutanix"),
        "runs on virtual machines",
    ),
    Term(
        "database_appliance", (*STACK, "hardware_model"),
        words("exadata, teradata, netezza, exasol"),
        "a database sold with its own hardware",
    ),
    Term(
        "os_too_old", PLATFORM,
        stems(
            r"windows (?:nt|2000|server 2000|95|98)\b",
            r"(?:rhel|red hat enterprise linux|centos)[^0-9]{0,12}[34]\b", r"\bms-?dos\b", r"\bnovell\b",
            r"\bos/2\b"
        ),
        "an operating system that replication tools no longer take",
    ),
    Term(
        "obsolete_version", (*PLATFORM, "database_engine"),
        stems(
            r"windows(?: server)? (?:nt|2000|2003|2008|2012)\b", r"sql server (?:2000|2005|2008|2012|2014)\b",
            r"(?:rhel|red hat enterprise linux|centos)[^0-9]{0,12}[3-7]\b", r"ubuntu (?:1[0-9]|8|9)\.",
            r"\bphp ?[4-7]\b", r"\bphp ?[4-7]\.", r"\bjava ?(?:1\.)?[4-7]\b",
            "oracle (?:db |database )?(?:8|9|10|11|12)[.icgr ]", r"mysql 5\.", r"postgres\w* (?:8|9|1[0-3])\b",
            r"\bend of (?:support|life)\b", r"\bunsupported os\b"
        ),
        "a version past its vendor's end of life (endoflife.date, August 2026)",
    ),
)
