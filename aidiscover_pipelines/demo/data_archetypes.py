"""Kinds of applications as they stand in real portfolios, for planting them: what each is made of and how large it is.

Written from how such applications are built and run, not from what the pattern room compares: kinds share products
(three run on SQL Server, four on Oracle), come in several generations, and differ in some respects only. Shares,
medians and spreads are declared, not taken from a study.
"""

from dataclasses import dataclass

Weighted = tuple[tuple[str, float], ...]

_WINDOWS_NEW: Weighted = (("Windows Server 2016", 0.35), ("Windows Server 2019", 0.45), ("Windows Server 2022", 0.2))
_WINDOWS_OLD: Weighted = (
    ("Windows Server 2008 R2", 0.35),
    ("Windows Server 2012 R2", 0.45),
    ("Windows Server 2016", 0.2),
)
_RED_HAT: Weighted = (
    ("Red Hat Enterprise Linux 7.9", 0.45),
    ("Red Hat Enterprise Linux 8.6", 0.4),
    ("Oracle Linux 7", 0.15),
)
_LOW_HIGH: Weighted = (("Low", 0.45), ("Medium", 0.4), ("High", 0.15))
_MIDDLE: Weighted = (("Low", 0.15), ("Medium", 0.5), ("High", 0.3), ("Critical", 0.05))
_VITAL: Weighted = (("Medium", 0.1), ("High", 0.45), ("Critical", 0.45))


@dataclass(frozen=True, slots=True)
class Kind:
    """One archetype.

    Texts come with shares; `servers`, `users`, `data_gb` and, of a server, `cores`, `memory_gb` and `disk_gb` are
    medians; `needs` is the mean number of applications it calls.
    """

    key: str
    stack: Weighted
    database: Weighted
    system: Weighted
    form: Weighted
    architecture: Weighted
    criticality: Weighted
    server_type: Weighted
    servers: float
    cores: float
    memory_gb: float
    disk_gb: float
    users: float
    data_gb: float
    needs: float
    compliance: Weighted = (("none", 0.6), ("GDPR", 0.4))


# A table reads better with its own line breaks.
# fmt: off
KINDS: tuple[Kind, ...] = (
    Kind("java web", (("Java 8; Tomcat 8.5; Spring", 0.4), ("Java 11; Tomcat 9; Spring Boot", 0.35),
                      ("Java 8; JBoss EAP 7; Hibernate", 0.25)),
         (("Oracle Database 12c", 0.4), ("Oracle Database 19c", 0.4), ("PostgreSQL 11", 0.2)), _RED_HAT,
         (("Custom developed", 0.9), ("Open source", 0.1)), (("3-tier", 0.75), ("SOA", 0.25)), _MIDDLE,
         (("Virtual", 1.0),), 5, 4, 16, 120, 600, 150, 3),
    Kind("dotnet web", (("ASP.NET; C#; IIS 8.5; .NET Framework 4.6", 0.5), ("C#; .NET Framework 4.8; IIS 10", 0.5)),
         (("SQL Server 2014", 0.3), ("SQL Server 2016", 0.4), ("SQL Server 2019", 0.3)),
         (*_WINDOWS_NEW[:2], ("Windows Server 2012 R2", 0.2)),
         (("Custom developed", 0.95), ("COTS", 0.05)), (("3-tier", 0.7), ("client-server", 0.3)), _MIDDLE,
         (("Virtual", 1.0),), 3, 4, 16, 150, 350, 90, 2),
    Kind("windows package", (("Delphi", 0.2), ("Visual Basic 6; Citrix XenApp", 0.3), ("Crystal Reports; IIS", 0.2),
                             ("Packaged client; Citrix XenApp", 0.3)),
         (("SQL Server 2008", 0.4), ("SQL Server 2012", 0.45), ("Sybase ASE 15", 0.15)), _WINDOWS_OLD,
         (("COTS", 0.9), ("Custom developed", 0.1)), (("client-server", 0.9), ("monolith", 0.1)), _LOW_HIGH,
         (("Virtual", 0.8), ("Physical", 0.2)), 2, 2, 8, 200, 60, 60, 1),
    Kind("sap", (("SAP ECC 6.0; ABAP", 0.4), ("SAP S/4HANA; ABAP; Fiori", 0.35), ("SAP NetWeaver 7.5; ABAP", 0.25)),
         (("SAP HANA 2.0", 0.7), ("Oracle Database 19c", 0.3)),
         (("SUSE Linux Enterprise Server 12", 0.6), ("SUSE Linux Enterprise Server 15", 0.4)),
         (("COTS", 1.0),), (("client-server", 0.6), ("3-tier", 0.4)), _VITAL,
         (("Physical", 0.6), ("Virtual", 0.4)), 6, 24, 384, 2000, 1800, 2500, 6, (("SOX", 0.6), ("GDPR; SOX", 0.4))),
    Kind("mainframe", (("COBOL; CICS; JCL", 0.6), ("PL/I; IMS", 0.25), ("COBOL; Natural", 0.15)),
         (("IBM Db2 for z/OS 12", 0.75), ("Adabas", 0.25)), (("IBM z/OS 2.4", 1.0),),
         (("Custom developed", 1.0),), (("mainframe", 1.0),), _VITAL,
         (("Mainframe", 1.0),), 1, 8, 128, 3000, 2500, 4000, 5, (("SOX", 0.5), ("none", 0.5))),
    Kind("containers", (("Java 17; Spring Boot; Kubernetes; Docker", 0.4), ("Go; Kubernetes; Kafka; Docker", 0.35),
                        ("Node.js; Kubernetes; Docker; Redis", 0.25)),
         (("PostgreSQL 14", 0.6), ("MongoDB 5", 0.4)), (("Ubuntu 20.04", 0.5), ("Ubuntu 22.04", 0.5)),
         (("Custom developed", 1.0),), (("microservices", 0.95), ("event-driven", 0.05)), _MIDDLE,
         (("Virtual", 0.6), ("Cloud", 0.4)), 7, 8, 32, 80, 3000, 100, 5),
    Kind("lamp", (("PHP 5.6; Apache 2.4; WordPress", 0.45), ("PHP 7.4; Apache 2.4; Drupal", 0.4),
                  ("PHP 7.4; nginx", 0.15)),
         (("MySQL 5.6", 0.45), ("MySQL 5.7", 0.35), ("MariaDB 10.3", 0.2)),
         (("CentOS 6", 0.25), ("CentOS 7", 0.4), ("Debian 9", 0.35)),
         (("Open source", 0.7), ("Custom developed", 0.3)), (("monolith", 0.7), ("3-tier", 0.3)), _LOW_HIGH,
         (("Virtual", 1.0),), 1, 2, 4, 50, 900, 15, 1),
    Kind("warehouse", (("Informatica PowerCenter 10; Cognos", 0.45), ("SAS 9.4; Informatica PowerCenter 10", 0.3),
                       ("Oracle Data Integrator; Tableau", 0.25)),
         (("Teradata 16", 0.5), ("Oracle Exadata", 0.5)),
         (("Red Hat Enterprise Linux 7.9", 0.6), ("IBM AIX 7.2", 0.2), ("Red Hat Enterprise Linux 8.6", 0.2)),
         (("COTS", 0.8), ("Custom developed", 0.2)), (("data warehouse", 0.8), ("batch", 0.2)), _MIDDLE,
         (("Physical", 0.8), ("Virtual", 0.2)), 6, 24, 256, 8000, 250, 12000, 9),
    Kind("plant control", (("Siemens WinCC 7.2; OPC", 0.5), ("Wonderware InTouch; OPC", 0.3), ("Step 7; WinCC", 0.2)),
         (("SQL Server 2008", 0.5), ("SQL Server 2012", 0.3), ("Microsoft Access", 0.2)),
         (("Windows 7", 0.4), ("Windows Server 2008 R2", 0.4), ("Windows XP", 0.2)),
         (("COTS", 0.9), ("Embedded", 0.1)), (("client-server", 0.5), ("SCADA", 0.5)),
         (("High", 0.5), ("Critical", 0.5)),
         (("Physical", 0.95), ("Virtual", 0.05)), 3, 4, 8, 250, 15, 30, 0.5, (("none", 0.9), ("NIS2", 0.1))),
    Kind("saas", (("Salesforce", 0.3), ("ServiceNow", 0.2), ("Workday", 0.2), ("Microsoft 365", 0.3)),
         (("", 1.0),), (), (("SaaS", 1.0),), (("SaaS", 0.9), ("multi-tenant", 0.1)), _MIDDLE,
         (), 0, 0, 0, 0, 1500, 80, 2, (("GDPR", 0.8), ("none", 0.2))),
    Kind("unix middleware", (("WebLogic 12c; Java 7; Tuxedo", 0.4), ("WebSphere Application Server 8.5; Java 7", 0.4),
                             ("C++; Tuxedo", 0.2)),
         (("Oracle Database 11g", 0.5), ("Oracle Database 12c", 0.3), ("IBM Db2 10.5", 0.2)),
         (("IBM AIX 7.1", 0.55), ("Oracle Solaris 10", 0.35), ("HP-UX 11i v3", 0.1)),
         (("Custom developed", 0.7), ("COTS", 0.3)), (("SOA", 0.5), ("3-tier", 0.5)), _VITAL,
         (("Physical", 1.0),), 4, 16, 128, 900, 1200, 600, 5),
    Kind("groupware", (("Lotus Notes 9; Domino", 0.7), ("Microsoft Access; Excel", 0.3)),
         (("", 0.8), ("Microsoft Access", 0.2)), _WINDOWS_OLD,
         (("Custom developed", 0.8), ("End-user computing", 0.2)), (("client-server", 0.5), ("monolith", 0.5)),
         (("Low", 0.75), ("Medium", 0.25)),
         (("Virtual", 1.0),), 1, 2, 4, 80, 25, 8, 0.3),
    Kind("integration", (("IBM MQ 9; IBM Integration Bus 10", 0.4), ("TIBCO BusinessWorks; TIBCO EMS", 0.3),
                         ("MuleSoft; ActiveMQ", 0.3)),
         (("Oracle Database 12c", 0.5), ("", 0.5)), _RED_HAT,
         (("COTS", 0.8), ("Custom developed", 0.2)), (("ESB", 0.6), ("event-driven", 0.4)), _VITAL,
         (("Virtual", 0.9), ("Physical", 0.1)), 4, 8, 32, 100, 20, 20, 14),
    Kind("batch analytics", (("Python 3.8; Airflow; Spark", 0.5), ("Python 3.9; Jupyter; R", 0.3),
                             ("Hadoop; Hive; Spark", 0.2)),
         (("PostgreSQL 12", 0.4), ("Apache Hive", 0.4), ("", 0.2)),
         (("Ubuntu 18.04", 0.5), ("CentOS 7", 0.3), ("Ubuntu 20.04", 0.2)),
         (("Custom developed", 0.8), ("Open source", 0.2)), (("batch", 0.8), ("data lake", 0.2)), _LOW_HIGH,
         (("Virtual", 0.7), ("Physical", 0.3)), 5, 16, 96, 3000, 30, 3500, 3),
)
# fmt: on

# What one application cannot be at once: columns of an application's record that are overwritten together. None of them
# names what is compared or how; each is a record that makes a reader ask.
CONTRADICTIONS: tuple[dict[str, str], ...] = (
    {"Technology Stack": "COBOL; CICS", "Architecture": "microservices", "Database": "MongoDB 5"},
    {"Technology Stack": "Salesforce", "Application Type": "Custom developed", "Database": "Oracle Database 11g"},
    {"Technology Stack": "Kubernetes; Docker", "Architecture": "mainframe", "Database": "Microsoft Access"},
    {"Technology Stack": "SAP ECC 6.0; ABAP", "Application Type": "End-user computing", "Database": "MySQL 5.6"},
    {"Technology Stack": "Visual Basic 6", "Architecture": "data warehouse", "Database": "Teradata 16"},
    {"Technology Stack": "PHP 5.6; WordPress", "Architecture": "SCADA", "Database": "IBM Db2 for z/OS 12"},
)
