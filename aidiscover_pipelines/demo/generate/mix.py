"""Shares behind the generated portfolio: what is taken from publications, and what is assumed.

Taken:
- Windows versions: Lansweeper's survey of 1.3 million Windows servers (35,000 organisations, before October 2023):
  6.72 % unsupported, 20.94 % Windows Server 2012 or 2012 R2. How the rest splits is assumed.
- Utilisation: ParkMyCloud 2019: half of all instances average 2 % CPU; the rest is assumed log-normal around 18 %.
- Dependencies: long-tailed (Alibaba, arXiv 2504.13141); exponent 2.23 as Meta reports for endpoints per service.

Assumed: the archetypes, their shares, the overlap of sources, their faults and everything else here. No public study
counts the faults of exports; the shares are declared, near those of `demo.noisy_estate`. Results on a generated
portfolio say how fast the system is, and of how right it is only whether it finds the machines that are there.
"""

from typing import NamedTuple


class System(NamedTuple):
    """An operating system as three products write it, and its share within its family."""

    servicenow: str
    version: str
    vcenter: str
    lansweeper: str
    share: float


WINDOWS = (
    System(
        "Windows Server 2008 R2 Standard",
        "6.1.7601",
        "Microsoft Windows Server 2008 R2 (64-bit)",
        "Win 2008 R2",
        0.0672,
    ),
    System(
        "Windows Server 2012 R2 Standard", "6.3.9600", "Microsoft Windows Server 2012 (64-bit)", "Win 2012 R2", 0.2094
    ),
    System("Windows Server 2016 Standard", "10.0.14393", "Microsoft Windows Server 2016 (64-bit)", "Win 2016", 0.2434),
    System("Windows Server 2019 Standard", "10.0.17763", "Microsoft Windows Server 2019 (64-bit)", "Win 2019", 0.2900),
    System("Windows Server 2022 Standard", "10.0.20348", "Microsoft Windows Server 2022 (64-bit)", "Win 2022", 0.1900),
)
LINUX = (
    System("Red Hat Enterprise Linux", "6.10", "Red Hat Enterprise Linux 6 (64-bit)", "RHEL 6.10", 0.06),
    System("Red Hat Enterprise Linux", "7.9", "Red Hat Enterprise Linux 7 (64-bit)", "RHEL 7.9", 0.26),
    System("Red Hat Enterprise Linux", "8.8", "Red Hat Enterprise Linux 8 (64-bit)", "RHEL 8.8", 0.28),
    System("CentOS Linux", "7.9.2009", "CentOS 7 (64-bit)", "CentOS 7", 0.10),
    System("Ubuntu", "22.04", "Ubuntu Linux (64-bit)", "Ubuntu 22.04 LTS", 0.18),
    System("SUSE Linux Enterprise Server", "15 SP4", "SUSE Linux Enterprise 15 (64-bit)", "SLES 15 SP4", 0.12),
)

IDLE_SHARE = 0.5
IDLE_CPU_PERCENT = 2.0
BUSY_CPU_MEDIAN_PERCENT = 18.0
BUSY_CPU_SIGMA = 0.7

# Servers of an application and the share of applications that have so many: 3.14 on average, a long tail.
SERVERS = {1: 0.25, 2: 0.27, 3: 0.20, 4: 0.12, 6: 0.09, 9: 0.05, 14: 0.02}
CMDB, VCENTER, LANSWEEPER = 1, 2, 4
# Which products know a server (bits added up), and the share of servers: a quarter is known twice or three times, so
# that an application has four rows of servers on average.
SEEN_BY = {
    CMDB: 0.45,
    VCENTER: 0.10,
    LANSWEEPER: 0.20,
    CMDB | VCENTER: 0.12,
    CMDB | LANSWEEPER: 0.10,
    CMDB | VCENTER | LANSWEEPER: 0.03,
}
ENVIRONMENTS = {"Production": 0.62, "Test": 0.20, "Development": 0.18}
PHYSICAL_SHARE = 0.08  # of the servers that no hypervisor lists

# Faults of records: shares of a product's rows.
TYPO = 0.01
UPPER_CASE = 0.25
WITH_DOMAIN = 0.30
RESIZED = 0.04  # one product still has the memory of before
OTHER_ENVIRONMENT = 0.03
READDRESSED = 0.05
LISTED_TWICE = 0.015  # of the CMDB's rows: an older record of the same machine under another sys_id
OTHER_SPELLING = 0.05  # of the names of applications that servers carry
JUNK_EVERY = 2_000  # rows between two that no machine is behind: a header again, dashes, a blank

# Shares of applications listed by the German subsidiary, and of those that headquarters lists as well.
GERMAN_SHARE = 0.2
LISTED_IN_BOTH = 0.15

DEPENDENCIES_PER_APPLICATION = 2
DEGREE_EXPONENT = 2.23
# Mutual calls exist but are rare; one in two hundred edges is answered by its reverse.
MUTUAL_SHARE = 0.005
# Reversed edges of the most needed applications would tie half the portfolio into one cycle, which no portfolio shows.
HUB_SHARE = 0.05


class Archetype(NamedTuple):
    """A kind of application and its share; `windows` is the share of its servers on Windows."""

    noun: str
    technology: str
    database: str
    architecture: str
    vendor: str
    windows: float
    share: float


ARCHETYPES = (
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

# Share of rows where a column is empty, by the header of its list.
GAPS: dict[str, float] = {
    "Business Owner": 0.15, "Business Criticality": 0.08, "Users": 0.20, "Data Volume (GB)": 0.25, "Compliance": 0.35,
    "Maintenance Window": 0.40, "Annual Cost (USD)": 0.30, "RTO (h)": 0.45, "Documentation": 0.50,
    "Open Vulnerabilities": 0.40, "Complexity": 0.35, "Lifecycle": 0.05,
    "Fachverantwortlicher": 0.15, "Geschäftskritikalität": 0.10, "Anzahl Nutzer": 0.25, "Datenvolumen": 0.30,
    "Wartungsfenster": 0.40, "Doku-Stand": 0.45, "Offene Schwachstellen (CVE)": 0.50, "Lizenzkosten": 0.35,
    "fqdn": 0.20, "ip_address": 0.05, "mac_address": 0.40, "serial_number": 0.12, "u_bios_uuid": 0.35,
    "u_cpu_util_avg_30d": 0.25, "disk_space": 0.04, "os_version": 0.06, "u_application": 0.02,
    "DNS Name": 0.15, "Primary IP Address": 0.10, "Application": 0.25,
    "IPAddress": 0.04, "MACAddress": 0.08, "Serialnumber": 0.10,
}  # fmt: skip
