"""Mixes behind the generated portfolio: what is taken from publications, and what is assumed.

Taken:
- Windows versions: Lansweeper's survey of 1.3 million Windows servers (35,000 organisations, before October 2023):
  6.72 % unsupported, 20.94 % Windows Server 2012 or 2012 R2. How the rest splits is assumed.
- Utilisation: ParkMyCloud 2019: half of all instances average 2 % CPU; the rest is assumed log-normal around 18 %.
- Dependencies: long-tailed (Alibaba, arXiv 2504.13141); exponent 2.23 as Meta reports for endpoints per service.

Assumed: the archetypes, their shares and everything else here. Results on a generated portfolio say how fast the system
is, and nothing about how right it is.
"""

from dataclasses import dataclass

# os, os_version, share among Windows servers
WINDOWS: tuple[tuple[str, str, float], ...] = (
    ("Windows Server 2008 R2 Standard", "6.1.7601", 0.0672),
    ("Windows Server 2012 R2 Standard", "6.3.9600", 0.2094),
    ("Windows Server 2016 Standard", "10.0.14393", 0.2434),
    ("Windows Server 2019 Standard", "10.0.17763", 0.2900),
    ("Windows Server 2022 Standard", "10.0.20348", 0.1900),
)
LINUX: tuple[tuple[str, str, float], ...] = (
    ("Red Hat Enterprise Linux", "6.10", 0.06),
    ("Red Hat Enterprise Linux", "7.9", 0.26),
    ("Red Hat Enterprise Linux", "8.8", 0.28),
    ("CentOS Linux", "7.9.2009", 0.10),
    ("Ubuntu", "22.04", 0.18),
    ("SUSE Linux Enterprise Server", "15 SP4", 0.12),
)

IDLE_SHARE = 0.5
IDLE_CPU_PERCENT = 2.0
BUSY_CPU_MEDIAN_PERCENT = 18.0
BUSY_CPU_SIGMA = 0.7

SERVERS_PER_APPLICATION = 4
DEPENDENCIES_PER_APPLICATION = 2
DEGREE_EXPONENT = 2.23
# Mutual calls exist but are rare; one in two hundred edges is answered by its reverse.
MUTUAL_SHARE = 0.005
# Reversed edges of the most needed applications would tie half the portfolio into one cycle, which no portfolio shows.
HUB_SHARE = 0.05


@dataclass(frozen=True, slots=True)
class Archetype:
    """A kind of application and its share; `windows` is the share of its servers on Windows."""

    noun: str
    technology: str
    database: str
    architecture: str
    vendor: str
    windows: float
    share: float


ARCHETYPES: tuple[Archetype, ...] = (
    Archetype("Portal", "Java 11; Spring Boot 2.7; Tomcat 9", "Oracle Database 19c", "3-tier", "In-house", 0.1, 0.16),
    Archetype("Service", "Java 8; WebLogic 12c", "Oracle Database 12c", "SOA", "In-house", 0.1, 0.10),
    Archetype("Workbench", ".NET Framework 4.8; IIS 10", "SQL Server 2016", "3-tier", "In-house", 1.0, 0.16),
    Archetype("Suite", "Packaged software", "SQL Server 2019", "client-server", "Contoso Software", 0.9, 0.20),
    Archetype("Ledger", "SAP NetWeaver 7.5; ABAP", "SAP HANA 2.0", "client-server", "SAP", 0.0, 0.06),
    Archetype("Register", "COBOL; CICS", "IBM Db2 for z/OS 12", "mainframe", "In-house", 0.0, 0.03),
    Archetype("Gateway", "Go 1.20; Docker; Kubernetes", "PostgreSQL 14", "microservices", "In-house", 0.0, 0.10),
    Archetype("Warehouse", "Informatica PowerCenter 10.2", "Teradata 16", "data warehouse", "Teradata", 0.2, 0.05),
    Archetype("Archive", "PHP 5.6; Apache 2.4", "MySQL 5.6", "monolith", "In-house", 0.2, 0.08),
    Archetype("Console", "WinCC 7.2", "SQL Server 2012", "client-server", "Siemens", 1.0, 0.06),
)

# Share of rows where a column is empty.
GAPS: dict[str, float] = {
    "Business Owner": 0.15,
    "Business Criticality": 0.08,
    "Users": 0.20,
    "Data Volume (GB)": 0.25,
    "Compliance": 0.35,
    "Maintenance Window": 0.40,
    "Annual Cost (USD)": 0.30,
    "RTO (h)": 0.45,
    "Documentation": 0.50,
    "Open Vulnerabilities": 0.40,
    "Complexity": 0.35,
    "Lifecycle": 0.05,
    "u_cpu_util_avg_30d": 0.25,
    "disk_space": 0.04,
}
