"""Kinds of landing zones, and what the three large clouds call them: no kind is a product of one vendor.

Source of the names: the services comparisons that Microsoft (AWS to Azure services comparison, Azure Architecture
Center) and Google (Compare AWS and Azure services to Google Cloud) publish, and AWS' product pages; November 2026.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Zone:
    """Where an application would run. `offers` are examples, one for each cloud; empty where nobody sells it."""

    name: str
    offers: str = ""


VIRTUAL_MACHINE = Zone("virtual machine", "Amazon EC2, Azure Virtual Machines, Google Compute Engine")
VMWARE = Zone("VMware in the cloud", "Amazon EVS, Azure VMware Solution, Google Cloud VMware Engine")
BARE_METAL = Zone("bare metal", "EC2 bare metal instances, Azure BareMetal Infrastructure, Google bare metal instances")
CONTAINERS = Zone(
    "managed containers", "Amazon EKS or ECS, Azure Kubernetes Service or Container Apps, GKE or Cloud Run"
)
APP_SERVICE = Zone("application platform", "AWS Elastic Beanstalk, Azure App Service, Google App Engine")
SERVERLESS = Zone("serverless functions", "AWS Lambda, Azure Functions, Google Cloud Run functions")
FILES = Zone("managed file service", "Amazon FSx, Azure Files, Google Cloud NetApp Volumes")
DIRECTORY = Zone("managed directory", "AWS Managed Microsoft AD, Microsoft Entra Domain Services, Google Managed AD")
WAREHOUSE = Zone("managed data warehouse", "Amazon Redshift, Microsoft Fabric, Google BigQuery")
CONVERTED = Zone("converted mainframe or Unix workload",
                 "AWS Transform for mainframe, Azure partner runtimes, Google mainframe modernization")  # fmt: skip
SAAS = Zone("SaaS product")
VENDOR_CLOUD = Zone("stays its vendor's cloud service")
EDGE = Zone("edge or private cloud on its site", "AWS Outposts, Azure Local, Google Distributed Cloud")
ON_SITE = Zone("stays on site")
ARCHIVE = Zone("archive, then decommission", "Amazon S3 Glacier, Azure Blob archive tier, Google Cloud Storage Archive")
DECOMMISSION = Zone("decommission")

# (words of the engine, its managed twin); every engine that is named gets one.
DATABASES: tuple[tuple[str, Zone], ...] = (
    (r"postgres", Zone("managed PostgreSQL", "Amazon RDS or Aurora, Azure Database for PostgreSQL, Google Cloud SQL")),
    (r"mysql|mariadb", Zone("managed MySQL", "Amazon RDS or Aurora, Azure Database for MySQL, Google Cloud SQL")),
    (
        r"sql ?server|mssql|azure sql",
        Zone("managed SQL Server", "Amazon RDS, Azure SQL Managed Instance, Google Cloud SQL"),
    ),
    (
        r"oracle (?:db|database|rac|data|[0-9]{1,2})|^oracle$|oracle *(?:;|$)",
        Zone("managed Oracle", "Amazon RDS, Oracle Database@Azure, Oracle Database@Google Cloud"),
    ),
    (r"mongo", Zone("managed document database", "Amazon DocumentDB, Azure DocumentDB, Google Firestore")),
    (r"\bredis", Zone("managed cache", "Amazon ElastiCache, Azure Managed Redis, Google Memorystore")),
    (
        r"elasticsearch|opensearch",
        Zone("managed search", "Amazon OpenSearch Service, Elastic on Azure or Google Cloud"),
    ),
    (r"\bdb2\b", Zone("managed Db2", "Amazon RDS; on Azure and Google Cloud on a virtual machine")),
)
ORACLE = next(zone for _, zone in DATABASES if zone.name == "managed Oracle")
OPEN_ENGINE = next(zone for _, zone in DATABASES if zone.name == "managed PostgreSQL")

# (words in name, kind or description, category of product that replaces it)
CATEGORIES: tuple[tuple[str, str], ...] = (
    (r"\bcrm\b|customer relationship|siebel", "customer relationship management"),
    (r"\bpayroll|lohnabrechnung", "payroll"),
    (r"recruit|applicant tracking|bewerber", "recruiting"),
    (r"time ?tracking|timesheet|zeiterfassung|kronos", "time tracking"),
    (r"learning management|\blms\b|\btraining\b|schulung|moodle", "learning management"),
    (r"\bhr(?:is)?\b|\bhcm\b|human resource|personal(?:wesen|management)|peoplesoft", "human resources"),
    (r"expense|spesen|reisekosten|\btravel\b", "travel and expenses"),
    (r"procurement|einkauf", "procurement"),
    (r"\berp\b|e-?business suite|dynamics (?:ax|nav|gp)", "enterprise resource planning"),
    (r"e-?mail|mail (?:server|gateway)|exchange|groupware|domino|zimbra", "e-mail and calendar"),
    (r"itsm|service ?desk|help ?desk|ticket|remedy|service manager", "IT service management"),
    (r"project management|jira|\btfs\b|team foundation|bugzilla", "project and issue tracking"),
    (r"document management|\bdms\b|records management|dokumenten|documentum|filenet", "document management"),
    (r"wiki|knowledge base|confluence|sharepoint|intranet|collaboration", "collaboration and knowledge"),
    (r"\bcms\b|content management|wordpress|typo3|drupal", "web content management"),
    (r"video ?conferenc|\bchat\b|skype|lync", "meetings and chat"),
    (r"backup|datensicherung", "backup"),
    (r"\bvpn\b|cisco asa", "secure access"),
    (r"monitoring|nagios", "monitoring"),
    (r"newsletter|marketing|survey", "marketing and surveys"),
    (r"e-?signature", "electronic signature"),
)
