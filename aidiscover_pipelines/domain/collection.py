"""How each of the 22 attributes is collected: from whom, by which question, in which canonical fields, by what work.

Shared by the attribute room (its catalogue takes who is asked, the question and the methods from here), by what an
answer is worth (strategy) and by the questionnaire (reporting). Minutes are what a migration consultant plans with, not
measurements: they order the methods.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

SERVERS = "server team"
NETWORK = "network team"
OPERATIONS = "operations team"
TECHNICAL = "technical owner"
DATABASES = "database team"
SECURITY = "security team"
OWNER = "business owner"

# Order in which open questions are asked: columns of OpenQuestion, and whether they ascend.
BEST_FIRST: Mapping[str, bool] = {"worth": False, "change": False, "attribute": True, "application_id": True}


# Tier in which files are exchanged, and all of them: the tier that is assumed where none has been assessed.
FILES, EVERYWHERE = 3, (1, 2, 3, 4)

# What agents may look at by way of collecting, in each tier (tiers/rules.py): what a running interface measures only
# where it stands for the whole estate, what it lists only where it answers for a part, files only where files leave.
COLLECTOR_MODES: Mapping[int, tuple[str, ...]] = {
    1: ("api", "realtime", "file", "limited"),
    2: ("api", "file", "limited"),
    3: ("file", "limited"),
    4: ("limited",),
}


def application_tiers(groups: Iterable[Mapping[str, Any]]) -> dict[str, int]:
    """Application -> hardest tier of the groups its servers stand in. `groups` are PlatformAssessment.groups."""
    tiers: dict[str, int] = {}
    for group in groups:
        for application in group["applications"]:
            tiers[application] = max(tiers.get(application, 1), int(group["tier"]))
    return tiers


@dataclass(frozen=True, slots=True)
class Method:
    """One way to collect: minutes of work `once` for the portfolio, and minutes for `each` application.

    `tiers` are the automation tiers (tiers/rules.py) that allow it: an interface needs access, an export a system.
    """

    name: str
    once: float
    each: float
    tiers: tuple[int, ...] = (1, 2, 3)

    def minutes(self, applications: int) -> float:
        """What one answer costs where so many applications are asked about at the same time."""
        return self.once / max(applications, 1) + self.each


@dataclass(frozen=True, slots=True)
class Collection:
    """How one attribute is collected. `fields` are the canonical fields that a person's answer is written in."""

    ask: str
    question: str
    fields: tuple[str, ...]
    methods: tuple[Method, ...]

    def cheapest(self, applications: int, tier: int = FILES) -> Method:
        """The method that costs least for so many applications in that tier; the first declared of equals."""
        return self.ordered(applications, tier)[0]

    def ordered(self, applications: int, tier: int = FILES) -> list[Method]:
        """The methods that the tier allows, cheapest first for so many applications. People can always be asked."""
        allowed = [method for method in self.methods if tier in method.tiers]
        return sorted(allowed, key=lambda method: method.minutes(applications))


_CLOUD = Method("scan of the cloud accounts", 60, 0, (1, 2))
_METRICS = Method("metrics of the cloud accounts", 90, 0, (1, 2))
_AGENT = Method("discovery agent on its servers", 240, 2)
_INVENTORY = Method("export of the virtualization or server inventory", 30, 0.1)
_MONITORING = Method("export of 30 days from the monitoring", 45, 0.2)
_SCAN = Method("report of the vulnerability scanner", 30, 0.2)
_PORTFOLIO = Method("export of the application portfolio", 30, 0.1)


BY_PEOPLE = ("questionnaire", "interview")


def _asked(minutes: float) -> Method:
    return Method(BY_PEOPLE[0], 0, minutes, EVERYWHERE)


def _interview(minutes: float) -> Method:
    return Method(BY_PEOPLE[1], 0, minutes, EVERYWHERE)


# A table reads better with its own line breaks.
# fmt: off
COLLECTION: Mapping[str, Collection] = {
    "operating_system": Collection(
        SERVERS, "Which operating system and version do its servers run?",
        ("os_name",), (_CLOUD, _INVENTORY, _AGENT, _asked(3))),
    "compute_specification": Collection(
        SERVERS, "How many cores, how much memory and how much storage do its servers have?",
        ("cpu_cores", "memory_mb", "storage_total_gb"), (_CLOUD, _INVENTORY, _AGENT, _asked(5))),
    "network_configuration": Collection(
        NETWORK, "Which addresses and network segments do its servers use?",
        ("ip_address", "network_name"), (_CLOUD, _INVENTORY, _asked(5))),
    "virtualization_platform": Collection(
        SERVERS, "Do its servers run on a hypervisor or cloud (which one) or on hardware?",
        ("virtualization_platform",), (_CLOUD, _INVENTORY, _asked(2))),
    "performance_baseline": Collection(
        OPERATIONS, "What were average and peak CPU, memory and disk load over the last 30 days?",
        ("cpu_util_pct", "memory_util_pct", "disk_iops"), (_METRICS, _MONITORING, _AGENT, _asked(15))),
    "availability_requirements": Collection(
        OPERATIONS, "Which availability, RTO and RPO are agreed for it?",
        ("availability_target", "recovery_objectives"), (_PORTFOLIO, _asked(5))),
    "technology_stack": Collection(
        TECHNICAL, "Which languages, application servers and databases does it use, in which versions?",
        ("technology_stack", "database_engine"), (Method("export of installed software", 60, 0.5), _asked(6))),
    "architecture_pattern": Collection(
        TECHNICAL, "Is it a single program, client-server, several tiers or services?",
        ("architecture_pattern",), (_asked(3), _interview(20))),
    "integration_dependencies": Collection(
        TECHNICAL, "Which applications does it call or feed, and which call it?",
        ("integration_dependencies",), (Method("export of recorded network flows", 120, 1), _asked(10))),
    "data_volume": Collection(
        DATABASES, "How large are its databases and file stores in GB?",
        ("data_volume_gb",), (Method("report of database and file store sizes", 30, 0.2), _asked(3))),
    "user_load": Collection(
        OWNER, "How many people use it, and how many at its busiest?",
        ("user_count",), (Method("report of sign-ins", 60, 0.5), _asked(3))),
    "business_logic_complexity": Collection(
        TECHNICAL, "Is its business logic low, medium or high in complexity?",
        ("business_logic_complexity",), (_asked(3), _interview(30))),
    "configuration_complexity": Collection(
        TECHNICAL, "How much of it is customised or configured by hand: little, some or much?",
        ("configuration_complexity",), (_asked(3), _interview(30))),
    "security_requirements": Collection(
        SECURITY, "How is its data classified, and which access or encryption rules apply?",
        ("security_requirements",), (_PORTFOLIO, _asked(6))),
    "business_criticality": Collection(
        OWNER, "How critical is it to the business: low, medium, high or mission critical?",
        ("business_criticality",), (_PORTFOLIO, _asked(2))),
    "change_tolerance": Collection(
        OWNER, "How long may it be down, and when is change forbidden?",
        ("change_tolerance",), (_asked(3), _interview(15))),
    "compliance_constraints": Collection(
        SECURITY, "Which regulations, contracts or data residency rules bind it, if any?",
        ("compliance_requirements",), (_asked(6), _interview(20))),
    "stakeholder_impact": Collection(
        OWNER, "Who is affected while it is down, and in which process?",
        ("stakeholder_impact",), (_asked(4), _interview(15))),
    "code_quality": Collection(
        TECHNICAL, "Is there a code quality score, or is its code good, fair or poor?",
        ("code_quality_score",), (Method("scan of the source code", 120, 10), _asked(4))),
    "security_vulnerabilities": Collection(
        SECURITY, "How many open vulnerabilities did the last scan show?",
        ("vulnerability_count",), (_SCAN, _asked(5))),
    "eol_technology": Collection(
        TECHNICAL, "When does vendor support of the oldest product that it runs on end?",
        ("support_end_date",), (_INVENTORY, _asked(5))),
    "documentation_quality": Collection(
        TECHNICAL, "Is there current documentation of its architecture and operation?",
        ("documentation_quality",), (_asked(2), _interview(10))),
}
# fmt: on
