"""Products that inventories name, how people write them, and the version a text gives.

One row of `PRODUCTS` per product. Texts are compared in lower case. `hints` are substrings one of which any spelling
contains: a cheap test before the patterns run. `kind` groups products; the first four are operating systems.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

OS_KINDS = ("windows", "linux", "unix", "mainframe")

# What stands between a product's name and its version without changing either.
_GAP = (
    r"(?:[\s\-_/(:®™)]|gnu|linux|enterprise|server|srv|edition|standard|std|ent|advanced|release|rel|version|ver|v(?=\d)|"
    r"database|db|rdbms|rac|ami|express|community|developer|web|datacenter|ee|se|es|as|ws|lts|update|bit)*"
)
_NUMBER = r"(?P<v>\d+(?:\.\d+)*)(?!\d)"
# Two parts at most (CentOS adds a year and month), so that a kernel release such as 4.18.0 is not taken for a version.
_DISTRIBUTION = r"(?P<v>\d{1,2}(?:\.\d{1,2})?)(?:\.\d{4})?(?![\d.]*\d)"
_SERVICE_PACK = r"(?:[^;,|\d]{0,12}?\bsp\s*(?P<sp>\d))?"
_R2 = r"(?P<r2>[^;,|\d]{0,25}?(?<![a-z])r2\b)?"

# "CentOS 4/5 or later", "2016 or later", "7+": hypervisors write these where they do not know the version.
_VAGUE = re.compile(
    r"[gicx.]*\s*(?:/\s*\d|\+|\(?(?:or|and|oder|ou|o)\s+(?:later|newer|above|higher|höher|neuer|ult|sup|post|más))"
)
_EL_KERNEL = re.compile(r"\b\d+\.\d+\.\d+-\S*?\.el(\d+)\S*")
_KERNEL = re.compile(r"\b\d+\.\d+\.\d+-\d\S*")


def _plain(match: re.Match[str]) -> str:
    return match["v"]


def _with_r2(match: re.Match[str]) -> str:
    return match["v"] + (" r2" if match["r2"] else "")


def _with_service_pack(match: re.Match[str]) -> str:
    return match["v"] + (f".{match['sp']}" if match["sp"] and "." not in match["v"] else "")


def _windows_server(match: re.Match[str]) -> str:
    year = match["v"]
    if year.startswith("nt"):
        return "nt 4.0"
    if year.startswith("2k"):  # W2K, W2K3, W2K12
        year = f"20{year[2:].zfill(2)}"
    return year + (" r2" if match["r2"] else "")


def _oracle_database(match: re.Match[str]) -> str:
    return match["v"] + (f".{match['r']}" if match["r"] and "." not in match["v"] else "")


def _hp_ux(match: re.Match[str]) -> str:
    return {"1": "11.11", "2": "11.23", "3": "11.31"}[match["i"]] if match["i"] else match["v"]


@dataclass(frozen=True, slots=True)
class Product:
    """One product. `mention` finds its name; `versioned` finds it with a version, which `spell` writes as a cycle."""

    key: str
    name: str
    kind: str
    hints: tuple[str, ...]
    mention: re.Pattern[str]
    versioned: re.Pattern[str] | None
    spell: Callable[[re.Match[str]], str]


def _product(
    key: str,
    name: str,
    kind: str,
    hints: str,
    mention: str,
    version: str | None = _NUMBER,
    spell: Callable[[re.Match[str]], str] = _plain,
    also: str | None = None,
) -> Product:
    """Row of the table; `also` is how the name may be written only where a version follows."""
    names = f"(?:{mention}|{also})" if also else f"(?:{mention})"
    versioned = re.compile(names + _GAP + version) if version else None
    return Product(key, name, kind, tuple(hints.split("|")), re.compile(mention), versioned, spell)


_WINDOWS_GAP = r"(?:[\s\-_®]|\(r\)|standard|std|enterprise|datacenter|foundation|essentials|web|edition|core|version)*"

# A table reads better with its own line breaks.
# fmt: off
PRODUCTS: tuple[Product, ...] = (
    # operating systems
    Product("windows-server", "Windows Server", "windows", ("win", "w2k", "w20", "ws20"),
            re.compile(r"\bwin(?:dows)?[\s\-_®]*(?:server|srv|svr)\b"),
            re.compile(r"(?:\bwin(?:dows)?(?:[\s\-_®]|\(r\))*(?:server|srv|svr)?,?" + _WINDOWS_GAP + r"|\bws?(?=2))"
                       r"(?P<v>20(?:00|03|08|12|16|19|22|25)|2k\d{0,2}|nt\s*4(?:\.0)?)(?!\d)" + _R2), _windows_server),
    Product("windows", "Windows", "windows", ("win",), re.compile(r"\b(?:ms[\s-]*)?windows\b|\bwin(?:32|64|nt)\b"),
            re.compile(r"\bwin(?:dows)?[\s\-_®]*(?P<v>xp|vista|7|8\.1|8|10|11)(?![\d.])(?!.*\blts[bc])"), _plain),
    _product("rhel", "Red Hat Enterprise Linux", "linux", "red|rh|el",
             r"\bred[\s-]*hat\b(?!\s*(?:jboss|openshift|satellite|virtual))|\brhel|\brhes\b", _DISTRIBUTION,
             also=r"\bel(?=[\s\-_]*[4-9](?:\.\d+)?(?:[\s(]|$))"),
    _product("centos-stream", "CentOS Stream", "linux", "cent", r"\bcent\s*os\s*stream", _DISTRIBUTION),
    _product("centos", "CentOS", "linux", "cent", r"\bcent\s*os(?!\s*stream)", _DISTRIBUTION),
    _product("oracle-linux", "Oracle Linux", "linux", "oracle|oel|ol",
             r"\boracle\s+(?:enterprise\s+)?linux|\boel\b", _DISTRIBUTION, also=r"\b(?:oel|ol)(?=\d)"),
    _product("rocky-linux", "Rocky Linux", "linux", "rocky", r"\brocky\b", _DISTRIBUTION),
    _product("almalinux", "AlmaLinux", "linux", "alma", r"\balma\s*linux", _DISTRIBUTION),
    _product("sles", "SUSE Linux Enterprise Server", "linux", "suse|sles", r"(?<!open)\bsuse\b|\bsles",
             r"(?P<v>\d{1,2}(?:\.\d)?)(?![\d.]*\d)" + _SERVICE_PACK, _with_service_pack),
    _product("ubuntu", "Ubuntu", "linux", "ubuntu", r"\bubuntu\b", r"(?P<v>\d{1,2}\.\d\d)(?!\d)"),
    _product("debian", "Debian", "linux", "debian", r"\bdebian\b", _DISTRIBUTION),
    _product("amazon-linux", "Amazon Linux", "linux", "amazon|amzn", r"\bamazon\s+linux|\bamzn", _NUMBER),
    _product("opensuse", "openSUSE", "linux", "opensuse", r"\bopensuse\b", None),
    _product("linux", "Linux", "linux", "linux", r"\blinux\b", None),
    _product("ibm-aix", "AIX", "unix", "aix", r"\baix\b"),
    _product("oracle-solaris", "Solaris", "unix", "solaris|sunos", r"\bsolaris\b|\bsunos\b",
             r"(?:5\.(?=(?:8|9|1\d)(?:\D|$)))?" + _NUMBER),  # SunOS 5.10 is Solaris 10
    _product("hp-ux", "HP-UX", "unix", "hp", r"\bhp[\s-]?ux\b", r"(?:b\.)?(?P<v>11\.\d\d|11)(?:i\s*v(?P<i>[123]))?",
             _hp_ux),
    _product("unix", "Unix", "unix", "unix|tru64|irix|freebsd|openvms",
             r"\bunix\b|\btru64\b|\birix\b|\bfreebsd\b|\bopenvms\b", None),
    _product("ibm-i", "IBM i", "mainframe", "as/400|as400|iseries|ibm i|os/400|i5/os",
             r"\bas/?400\b|\biseries\b|\bibm\s+i\b|\bos/?400\b|\bi5/os\b", r"v?(?P<v>\d\.\d)(?!\d)"),
    _product("zos", "z/OS", "mainframe", "z/os|zos|mainframe|mvs", r"\bz/?os\b|\bmainframe\b|\bmvs\b", None),
    # virtualization
    _product("vmware-vcenter", "vCenter", "virtualization", "vcenter", r"\bvcenter\b"),
    _product("vmware-esxi", "ESXi", "virtualization", "esx", r"\besxi?\b"),
    # databases
    _product("oracle-database", "Oracle Database", "database", "oracle",
             r"\boracle\b(?!\s*(?:enterprise\s+linux|linux|weblogic|web\s*logic|solaris|java|jdk|jre|forms|apex|vm\b|"
             r"ebs|e-?business|fusion|soa|http|application|identity|hyperion|peoplesoft|siebel|goldengate|cloud|access))",
             r"(?P<v>\d+(?:\.\d+)*)(?!\d)[gic]?(?:\s*r(?:elease)?\s*(?P<r>[12])(?![\d.]))?", _oracle_database),
    _product("mssqlserver", "SQL Server", "database", "sql|mssql",
             r"(?<!my)(?<!postgre)\bsql[\s-]*(?:server|srv|svr)\b|\bms[\s-]?sql\b", _NUMBER + _R2, _with_r2,
             also=r"\bsql(?=[\s-]*20\d\d)|\bmssql(?=20\d\d)"),
    _product("postgresql", "PostgreSQL", "database", "postgre|pgsql", r"\bpostgre(?:s|sql)?\b|\bpgsql\b"),
    _product("mysql", "MySQL", "database", "mysql", r"\bmysql\b"),
    _product("mariadb", "MariaDB", "database", "maria", r"\bmaria\s*db\b"),
    _product("ibm-db2", "Db2", "database", "db2|udb", r"\bdb2\b(?:\s*(?:udb|luw))?|\budb\b"),
    _product("mongodb", "MongoDB", "database", "mongo", r"\bmongo\s*(?:db)?\b"),
    _product("redis", "Redis", "database", "redis", r"\bredis\b"),
    _product("sybase", "Sybase ASE", "database", "sybase|sap ase|adaptive",
             r"\bsybase\b|\bsap ase\b|\badaptive server\b"),
    _product("informix", "Informix", "database", "informix", r"\binformix\b"),
    _product("teradata", "Teradata", "database", "teradata", r"\bteradata\b"),
    _product("hana", "SAP HANA", "database", "hana", r"\bhana\b", None),
    _product("cassandra", "Cassandra", "database", "cassandra", r"\bcassandra\b", None),
    _product("elasticsearch", "Elasticsearch", "database", "elastic", r"\belastic\s*search\b", None),
    _product("ms-access", "Microsoft Access", "desktop", "access", r"\b(?:ms|microsoft)[\s-]*access\b",
             also=r"\baccess(?=\s*(?:97|20\d\d))"),
    _product("filemaker", "FileMaker", "desktop", "filemaker", r"\bfilemaker\b"),
    # application servers and middleware
    _product("tomcat", "Tomcat", "server", "tomcat", r"\btomcat\b"),
    _product("jboss-eap", "JBoss EAP", "server", "jboss", r"\bjboss\b(?:\s*eap)?"),
    _product("websphere", "WebSphere", "server", "websphere|was", r"\bwebsphere\b(?!\s*mq)(?:\s*application)?",
             also=r"\bwas(?=\s*v?\d\.\d)"),
    _product("weblogic", "WebLogic", "server", "weblogic|wls", r"\bweb\s*logic\b|\bwls\b",
             r"(?P<v>\d+(?:\.\d+)+|\d+[gc])"),
    _product("ibm-mq", "IBM MQ", "server", "mq", r"\b(?:ibm|websphere)\s*mq\b|\bmq\s*series\b"),
    _product("iis", "IIS", "server", "iis|internet information", r"\biis\b|\binternet information serv", None),
    _product("apache-http-server", "Apache HTTP Server", "server", "apache|httpd",
             r"\bapache\b(?!\s*(?:tomcat|kafka|spark|hadoop|camel|struts|cassandra|activemq))|\bhttpd\b"),
    _product("nginx", "nginx", "server", "nginx", r"\bnginx\b", None),
    _product("docker", "Docker", "container", "docker", r"\bdocker\b", None),
    _product("kubernetes", "Kubernetes", "container", "kubernetes|k8s|openshift|aks|eks|gke",
             r"\bkubernetes\b|\bk8s\b|\bopenshift\b|\b[ae]ks\b|\bgke\b", None),
    _product("kafka", "Kafka", "server", "kafka", r"\bkafka\b", None),
    _product("hadoop", "Hadoop", "server", "hadoop|cloudera|hive", r"\bhadoop\b|\bcloudera\b|\bhive\b", None),
    _product("citrix", "Citrix", "server", "citrix|xenapp", r"\bcitrix\b|\bxenapp\b", None),
    # languages and runtimes
    _product("eclipse-temurin", "Eclipse Temurin", "runtime", "temurin|adoptopenjdk", r"\btemurin\b|\badoptopenjdk\b"),
    _product("amazon-corretto", "Amazon Corretto", "runtime", "corretto", r"\bcorretto\b"),
    _product("openjdk", "OpenJDK", "runtime", "openjdk|zulu", r"\bopenjdk\b|\bzulu\b"),
    Product("oracle-java", "Java", "runtime", ("java", "jdk", "jre", "j2se", "j2ee"),
            re.compile(r"\bjava\b(?!\s*script)|\bj2[es]e\b|(?<!openjdk )\b(?:jdk|jre)\b"),
            re.compile(r"(?:\bjava\b(?!\s*(?:script|ee))|\bj2se\b|(?<!openjdk )\b(?:jdk|jre))" + _GAP + _NUMBER),
            _plain),  # Java EE numbers its own specification
    _product("dotnet", ".NET", "runtime", ".net core|.net|dotnet", r"\.net\s*core\b|\bdotnet\b",
             r"(?P<v>\d+(?:\.\d+)*)(?!\d)", also=r"\.net(?=\s*(?:[5-9]|1\d)(?:\.0)?\b)"),
    _product("dotnetfx", ".NET Framework", "runtime", ".net",
             r"\.net(?:\s*(?:framework|fx))?\b(?!\s*(?:core|[5-9]|1\d))"),
    _product("php", "PHP", "runtime", "php", r"\bphp"),
    _product("python", "Python", "runtime", "python", r"\bpython"),
    _product("nodejs", "Node.js", "runtime", "node", r"\bnode\s*\.?js\b", also=r"\bnode(?=\s*v?\d)"),
    _product("ruby", "Ruby", "runtime", "ruby", r"\bruby\b(?!\s*on)"),
    _product("perl", "Perl", "runtime", "perl", r"\bperl\b", None),
    _product("coldfusion", "ColdFusion", "runtime", "coldfusion|cold fusion", r"\bcold\s*fusion\b"),
    _product("spring-boot", "Spring Boot", "runtime", "spring", r"\bspring\s*boot\b"),
    _product("spring-framework", "Spring Framework", "runtime", "spring",
             r"\bspring(?:\s*(?:framework|mvc))?\b(?!\s*boot)"),
    _product("angularjs", "AngularJS", "runtime", "angular", r"\bangular\s*js\b"),
    _product("apache-struts", "Apache Struts", "runtime", "struts", r"\bstruts\b"),
    _product("visual-basic", "Visual Basic", "desktop", "visual basic|vb",
             r"\bvisual\s*basic\b(?!\s*\.?net)|\bvb\b(?!\s*\.?net)", also=r"\bvb(?=\s*6)"),
    _product("delphi", "Delphi", "desktop", "delphi", r"\bdelphi\b", None),
    _product("powerbuilder", "PowerBuilder", "desktop", "powerbuilder|power builder", r"\bpower\s*builder\b", None),
    _product("visual-cobol", "Visual COBOL", "mainframe application", "visual cobol", r"\bvisual\s*cobol\b"),
    _product("cobol", "COBOL", "mainframe application", "cobol|cics", r"(?<!visual )\bcobol\b|\bcics\b", None),
    # packaged applications
    _product("sharepoint", "SharePoint", "package", "sharepoint", r"\bshare\s*point\b"),
    _product("msexchange", "Exchange Server", "package", "exchange",
             r"\b(?:ms|microsoft)[\s-]*exchange\b|\bexchange\s+server\b", also=r"\bexchange(?=\s*20\d\d)"),
    _product("sap", "SAP", "package", "sap", r"\bsap\b(?!\s*(?:ase|hana))", None),
    _product("oracle-ebs", "Oracle E-Business Suite", "package", "ebs|e-business|ebusiness",
             r"\boracle\s*(?:ebs|e-?business)|\bebs\b", None),
    _product("peoplesoft", "PeopleSoft", "package", "peoplesoft", r"\bpeoplesoft\b", None),
    _product("siebel", "Siebel", "package", "siebel", r"\bsiebel\b", None),
    _product("dynamics", "Microsoft Dynamics", "package", "dynamics", r"\bdynamics\b", None),
    _product("salesforce", "Salesforce", "saas", "salesforce", r"\bsalesforce\b", None),
    _product("servicenow", "ServiceNow", "saas", "servicenow", r"\bservicenow\b", None),
    _product("workday", "Workday", "saas", "workday", r"\bworkday\b", None),
    _product("domino", "Lotus Domino", "package", "domino|lotus", r"\bdomino\b|\blotus(?:\s*notes)?\b", None),
    _product("sas", "SAS", "package", "sas", r"\bsas\b", None),
    _product("cognos", "Cognos", "package", "cognos", r"\bcognos\b", None),
)
# fmt: on


def find_products(text: str) -> Iterator[tuple[Product, str]]:
    """Products that a text names, each with its version in lower case; empty where none or only a vague one is given.

    An operating system named without a version gives way to a more exact one ("Linux" beside "Red Hat 7").
    """
    lowered = _KERNEL.sub(" ", _EL_KERNEL.sub(r"el \1", text.lower()))
    found = [
        (product, version)
        for product in PRODUCTS
        if any(hint in lowered for hint in product.hints)
        for version in (_version(product, lowered),)
        if version is not None
    ]
    systems = [product for product, version in found if product.kind in OS_KINDS]
    for product, version in found:
        if version or product.key not in ("windows", "linux", "unix") or systems == [product]:
            yield product, version


def _version(product: Product, lowered: str) -> str | None:
    """Version as a cycle; empty where the product is named without a usable one; None where it is not named."""
    match = product.versioned.search(lowered) if product.versioned else None
    if match is None:
        return "" if product.mention.search(lowered) else None
    return "" if _VAGUE.match(lowered, match.end()) else product.spell(match)
