"""Words inside server names that say something else than the application: environment, role, system, nothing at all.

Gathered from naming guides of vendors and hosters in the languages of the lexicon. Words of one or two letters are only
here where they have no common second meaning. A portfolio's own words are learnt from their place: `host_names`.
"""

from aidiscover_pipelines.domain.server_roles import ROLE_OF

# fmt: off
ENVIRONMENTS = frozenset((
    "prod", "prd", "pro", "production", "produktion", "produktiv", "produccion", "producao", "produzione", "live",
    "test", "tst", "tests", "testing", "pruebas", "prueba", "teste", "recette", "rec", "collaudo", "abnahme", "abn",
    "dev", "devel", "develop", "development", "entwicklung", "entw", "desarrollo", "desa", "des", "sviluppo",
    "desenvolvimento", "qa", "qas", "qua", "quality", "uat", "acc", "acpt", "acceptance", "acceptatie", "homol", "hml",
    "hom", "stg", "stage", "staging", "pre", "preprod", "pprd", "ppd", "sit", "dr", "drp", "pra", "bcp", "sandbox",
    "sbx", "train", "trn", "training", "schulung", "poc", "nonprod", "np", "nprd",
))
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
# Roles that together make an application rather than a pool of equal machines.
TIERS = frozenset(("web", "app", "database", "messaging", "search", "batch", "cache"))
SAYS_NOTHING = ENVIRONMENTS | SYSTEMS | GENERIC | frozenset(ROLE_OF)
# What may be glued to the end of a name without a separator: SAPPRD, lonweb, crmdb.
GLUED = {word for word in (*ENVIRONMENTS, *ROLE_OF, "srv", "server", "host") if len(word) >= 3} | {"db", "vm", "mq"}
