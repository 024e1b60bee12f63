"""Operating systems, sites and teams of the demo, as the CMDB and vCenter spell them."""

from dataclasses import dataclass
from datetime import datetime

DOMAIN = "nordwerk.example"

# When the three inventories were exported. Fixed, so that the files and their hashes are the same every time.
EXPORTED = datetime(2026, 10, 29, 3, 12, 44)  # noqa: DTZ001  exports carry local times without a zone

# Host name roles that are not production, whatever their application is.
NON_PRODUCTION_ROLES = {"qas": "Test", "dev": "Entwicklung", "tst": "Test"}


@dataclass(frozen=True, slots=True)
class System:
    """One operating system: ServiceNow's `os` and `os_version`, and the guest name that vCenter shows."""

    os: str
    version: str
    guest: str


# The CMDB columns follow ServiceNow discovery; the guest names are VMware's.
SYSTEMS: dict[str, System] = {
    "win2008r2": System("Windows Server 2008 R2 Standard", "6.1.7601", "Microsoft Windows Server 2008 R2 (64-bit)"),
    "win2012r2": System("Windows Server 2012 R2 Standard", "6.3.9600", "Microsoft Windows Server 2012 (64-bit)"),
    "win2016": System("Windows Server 2016 Standard", "10.0.14393", "Microsoft Windows Server 2016 (64-bit)"),
    "win2019": System("Windows Server 2019 Standard", "10.0.17763", "Microsoft Windows Server 2019 (64-bit)"),
    "win2022": System("Windows Server 2022 Standard", "10.0.20348", "Microsoft Windows Server 2022 (64-bit)"),
    "rhel6": System("Red Hat Enterprise Linux Server", "6.10", "Red Hat Enterprise Linux 6 (64-bit)"),
    "rhel7": System("Red Hat Enterprise Linux Server", "7.9", "Red Hat Enterprise Linux 7 (64-bit)"),
    "rhel8": System("Red Hat Enterprise Linux", "8.8", "Red Hat Enterprise Linux 8 (64-bit)"),
    "centos6": System("CentOS", "6.10", "CentOS 6 (64-bit)"),
    "centos7": System("CentOS Linux", "7.9.2009", "CentOS 7 (64-bit)"),
    "sles12": System("SUSE Linux Enterprise Server", "12 SP5", "SUSE Linux Enterprise 12 (64-bit)"),
    "sles15": System("SUSE Linux Enterprise Server", "15 SP4", "SUSE Linux Enterprise 15 (64-bit)"),
    "ubuntu2004": System("Ubuntu", "20.04", "Ubuntu Linux (64-bit)"),
    "ubuntu2204": System("Ubuntu", "22.04", "Ubuntu Linux (64-bit)"),
    "ol7": System("Oracle Linux Server", "7.9", "Oracle Linux 7 (64-bit)"),
    "ol8": System("Oracle Linux Server", "8.7", "Oracle Linux 8 (64-bit)"),
    "sol10": System("Solaris", "10 1/13", ""),
    "aix72": System("AIX", "7.2", ""),
    "ibmi73": System("IBM i", "7.3", ""),
    "zos24": System("z/OS", "2.4", ""),
}


@dataclass(frozen=True, slots=True)
class Site:
    """Where servers stand; `octet` is the second of their addresses."""

    code: str
    name: str
    octet: int


# By application code; "" is where everything else stands.
SITES: dict[str, Site] = {
    "": Site("hh", "Hamburg RZ1", 20),
    "mek": Site("ks", "Werk Kassel", 30),
    "sca": Site("ks", "Werk Kassel", 30),
    "pru": Site("ks", "Werk Kassel", 30),
    "lav": Site("ks", "Werk Kassel", 30),
    "meb": Site("br", "Werk Brno", 40),
    "iot": Site("br", "Werk Brno", 40),
    "ene": Site("br", "Werk Brno", 40),
}

# ServiceNow's CI class and the hardware by operating system family; virtual machines get VMware's.
CLASSES: dict[str, str] = {"win": "Windows Server", "sol": "Solaris Server", "aix": "AIX Server", "": "Linux Server"}
HARDWARE: dict[str, tuple[str, str]] = {
    "sol": ("Oracle", "SPARC T7-2"),
    "aix": ("IBM", "Power S924"),
    "ibm": ("IBM", "Power S914"),
    "zos": ("IBM", "z14 ZR1"),
    "": ("HPE", "ProLiant DL380 Gen10"),
}
SUPPORT_GROUPS: dict[str, str] = {
    "win": "IT-Betrieb Windows",
    "sol": "IT-Betrieb Unix",
    "aix": "IT-Betrieb Unix",
    "ibm": "Host und Midrange",
    "zos": "Host und Midrange",
    "": "IT-Betrieb Linux",
}
CMDB_CRITICALITY: dict[str, str] = {
    "sehr hoch": "1 - most critical",
    "hoch": "2 - somewhat critical",
    "mittel": "3 - less critical",
    "niedrig": "4 - not critical",
    "": "",
}
CMDB_USED_FOR: dict[str, str] = {"Produktion": "Production", "Test": "Test", "Entwicklung": "Development"}


def by_family(table: dict[str, str], os: str) -> str:
    """Entry of the operating system's family, else the table's default."""
    return table.get(os[:3], table[""])
