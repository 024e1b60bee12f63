"""Words in server names, as administrators use them everywhere, and the role that they stand for."""

# fmt: off
# Role -> the words that name it.
ROLES: dict[str, tuple[str, ...]] = {
    "web": ("web", "www", "iis", "apache", "httpd", "nginx", "front", "frontend", "fe", "ui", "portalweb", "http",
            "wfe"),
    "app": ("app", "apps", "appl", "application", "as", "appsrv", "backend", "be", "api", "svc", "service", "services",
            "ws", "tomcat", "jboss", "weblogic", "websphere", "wls", "was", "anw", "apl"),
    "database": ("db", "dbs", "dbm", "sql", "mssql", "ora", "oracle", "orcl", "pg", "psql", "postgres", "postgresdb",
                 "mysql", "maria", "mariadb", "mongo", "mongodb", "cassandra", "redis", "hana", "hdb", "bdd", "bd",
                 "dbsrv", "rac", "sqldb", "database", "datenbank"),
    "messaging": ("mq", "kafka", "rabbit", "rabbitmq", "esb", "amq", "jms", "broker", "queue"),
    "file": ("fs", "file", "files", "nas", "ftp", "sftp", "nfs", "fil", "fileserver", "dfs", "share"),
    "directory": ("dc", "adc", "ldap", "adds", "dns", "dhcp", "radius", "kdc"),
    "load balancer": ("lb", "slb", "haproxy", "proxy", "prx", "rp", "gw", "gateway", "waf", "vip", "f5", "netscaler",
                      "balancer"),
    "search": ("search", "solr", "es", "elastic", "idx", "index"),
    "batch": ("batch", "bat", "job", "jobs", "sched", "etl", "scheduler", "worker", "wrk", "wkr", "cron"),
    "reporting": ("rpt", "rep", "report", "reporting", "ssrs", "bi"),
    "container": ("k8s", "kube", "docker", "pod", "ocp"),
    "node": ("node", "nod", "master", "mst", "mstr", "control", "ctl", "infra", "mgr"),
    "terminal": ("ts", "rds", "rdp", "ctx", "citrix", "xen", "vdi", "jump", "jmp", "bastion"),
    "archive": ("archive", "arch", "arc", "bkp", "bck", "backup", "bkup"),
    "mail": ("mbx", "smtp", "imap", "hub", "relay", "mta"),
    "cache": ("cache", "mem", "memcache", "varnish"),
}
# fmt: on
ROLE_OF: dict[str, str] = {word: role for role, words in ROLES.items() for word in words}
