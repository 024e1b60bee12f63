"""Words inside server names that say something else than the application: environment, role, system, nothing at all.

Gathered from naming guides of vendors and hosters in the languages of the lexicon. Words of one or two letters are only
here where they have no common second meaning. A portfolio's own words are learnt from their place: `host_names`.
"""

# fmt: off
ENVIRONMENTS = frozenset((
    "prod", "prd", "pro", "production", "produktion", "produktiv", "produccion", "producao", "produzione", "live",
    "test", "tst", "tests", "testing", "pruebas", "prueba", "teste", "recette", "rec", "collaudo", "abnahme", "abn",
    "dev", "devel", "develop", "development", "entwicklung", "entw", "desarrollo", "desa", "des", "sviluppo",
    "desenvolvimento", "qa", "qas", "qua", "quality", "uat", "acc", "acpt", "acceptance", "acceptatie", "homol", "hml",
    "hom", "stg", "stage", "staging", "pre", "preprod", "pprd", "ppd", "sit", "dr", "drp", "pra", "bcp", "sandbox",
    "sbx", "train", "trn", "training", "schulung", "poc", "nonprod", "np", "nprd",
))
# Role -> the words that name it. Roles with the same name are the same tier.
ROLES: dict[str, tuple[str, ...]] = {
    "web": ("web", "www", "iis", "apache", "nginx", "front", "frontend", "fe", "ui", "portalweb", "http", "wfe"),
    "app": ("app", "apps", "appl", "application", "as", "appsrv", "backend", "be", "api", "svc", "service", "services",
            "ws", "tomcat", "jboss", "wls", "was", "anw", "apl"),
    "database": ("db", "dbs", "sql", "mssql", "ora", "oracle", "orcl", "pg", "psql", "postgres", "postgresdb", "mysql",
                 "maria", "mariadb", "mongo", "mongodb", "cassandra", "redis", "hana", "hdb", "bdd", "bd", "dbsrv",
                 "rac", "sqldb", "database", "datenbank"),
    "messaging": ("mq", "kafka", "rabbit", "rabbitmq", "esb", "amq", "jms", "broker", "queue"),
    "file": ("fs", "file", "files", "nas", "ftp", "sftp", "nfs", "fil", "fileserver", "dfs", "share"),
    "directory": ("dc", "adc", "ldap", "adds", "dns", "dhcp", "radius", "kdc"),
    "load balancer": ("lb", "slb", "haproxy", "proxy", "prx", "rp", "gw", "gateway", "waf", "vip", "f5"),
    "search": ("search", "solr", "es", "elastic", "idx", "index"),
    "batch": ("batch", "bat", "job", "jobs", "sched", "etl", "worker", "wrk", "wkr", "cron"),
    "reporting": ("rpt", "rep", "report", "reporting", "ssrs", "bi"),
    "node": ("node", "nod", "master", "mst", "mstr", "control", "ctl", "infra", "k8s", "ocp", "mgr"),
    "terminal": ("ts", "rds", "rdp", "ctx", "citrix", "xen", "vdi", "jump", "jmp", "bastion"),
    "archive": ("archive", "arch", "arc", "bkp", "bck", "backup", "bkup"),
    "mail": ("mbx", "smtp", "imap", "hub", "relay", "mta"),
    "cache": ("cache", "mem", "memcache", "varnish"),
}
SYSTEMS = frozenset((
    "win", "windows", "wsrv", "lin", "linux", "lnx", "unix", "rhel", "rh", "redhat", "ubuntu", "centos", "debian",
    "suse", "sles", "aix", "sol", "solaris", "hpux", "esx", "esxi", "photon", "sdc", "x64", "bit", "server",
))
# Words of machines rather than of what runs on them.
GENERIC = frozenset((
    "srv", "srvr", "serv", "servers", "servidor", "serveur", "host", "vm", "vms", "virtual", "machine", "machines",
    "instance", "inst", "box", "unit", "tmp", "temp", "temporary", "old", "alt", "new", "neu", "copy", "kopie", "clone",
    "template", "templates", "tmpl", "tpl", "vmtemplate", "ova", "appliance", "demo", "lab", "unknown", "unbekannt",
    "migration", "mig", "final", "the", "for", "of", "and", "internal", "external", "int", "ext", "prim", "primary",
    "sec", "secondary", "standby", "stby", "legacy", "common", "shared", "default", "std", "standard", "ent", "img",
    "image",
    "baseimg", "snapshot", "pool", "resourcepool", "resources", "resource", "folder", "ordner", "dossier", "carpeta",
    "group", "gruppe", "virtualmachines", "workload", "workloads", "discovered", "root", "datacenter", "rechenzentrum",
    "cluster", "compute", "management", "mgmt", "user", "users", "student", "students",
))
# fmt: on
ROLE_OF: dict[str, str] = {word: role for role, words in ROLES.items() for word in words}
# Roles that together make an application rather than a pool of equal machines.
TIERS = frozenset(("web", "app", "database", "messaging", "search", "batch", "cache"))
SAYS_NOTHING = ENVIRONMENTS | SYSTEMS | GENERIC | frozenset(ROLE_OF)
# What may be glued to the end of a name without a separator: SAPPRD, lonweb, crmdb.
GLUED = {word for word in (*ENVIRONMENTS, *ROLE_OF, "srv", "server", "host") if len(word) >= 3} | {"db", "vm", "mq"}
