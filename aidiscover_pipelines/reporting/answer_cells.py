"""What the cells of a questionnaire look like: one column for each canonical field that people are asked for."""

from collections.abc import Mapping
from dataclasses import dataclass

from aidiscover_pipelines.domain.vocabulary import CLOSED_ATTRIBUTES

TEXT, NUMBER, DATE, CHOICE = "text", "number", "date", "choice"


@dataclass(frozen=True, slots=True)
class AnswerCell:
    """A column. `choices` fill the drop-down; a closed one takes nothing else. `hint` says what to write."""

    label: str
    kind: str
    hint: str
    choices: tuple[str, ...] = ()
    is_closed: bool = False


def _closed(label: str, choices: tuple[str, ...]) -> AnswerCell:
    return AnswerCell(label, CHOICE, "choose from the list", choices, is_closed=True)


# A table reads better with its own line breaks.
# fmt: off
CELLS: Mapping[str, AnswerCell] = {
    "os_name": AnswerCell("Operating system and version", TEXT, "such as Windows Server 2019"),
    "cpu_cores": AnswerCell("CPU cores, all servers together", NUMBER, "a number"),
    "memory_mb": AnswerCell("Memory in MB, all servers together", NUMBER, "a number, or with its unit: 64 GB"),
    "storage_total_gb": AnswerCell("Storage in GB, all servers together", NUMBER, "a number, or with its unit: 2 TB"),
    "ip_address": AnswerCell("IP addresses", TEXT, "separated by semicolons"),
    "network_name": AnswerCell("Networks", TEXT, "names of segments or VLANs"),
    "virtualization_platform": AnswerCell("Virtualization platform", CHOICE, "choose, or write another",
                                          ("VMware", "Hyper-V", "KVM", "Kubernetes", "AWS", "Azure", "Google Cloud")),
    "cpu_util_pct": AnswerCell("Average CPU load in percent", NUMBER, "0 to 100"),
    "memory_util_pct": AnswerCell("Average memory load in percent", NUMBER, "0 to 100"),
    "disk_iops": AnswerCell("Disk operations per second", NUMBER, "a number"),
    "availability_target": AnswerCell("Agreed availability", TEXT, "such as 99.9 % or 24x7"),
    "recovery_objectives": AnswerCell("Recovery within hours", NUMBER, "the shorter of RTO and RPO, in hours"),
    "technology_stack": AnswerCell("Technologies", TEXT, "separated by semicolons, with versions: Java 17; Tomcat 9"),
    "database_engine": AnswerCell("Database", TEXT, "product and version, such as Oracle 19c"),
    "architecture_pattern": AnswerCell("Architecture", CHOICE, "choose, or write another",
                                       ("monolith", "client-server", "n-tier", "microservices", "batch")),
    "integration_dependencies": AnswerCell("Applications it calls or feeds", TEXT, "names, separated by semicolons"),
    "data_volume_gb": AnswerCell("Data in GB", NUMBER, "a number, or with its unit: 2 TB"),
    "user_count": AnswerCell("People who use it", NUMBER, "a number"),
    "business_logic_complexity": _closed("Complexity of its business logic",
                                         CLOSED_ATTRIBUTES["business_logic_complexity"]),
    "configuration_complexity": _closed("Complexity of its configuration",
                                        CLOSED_ATTRIBUTES["configuration_complexity"]),
    "security_requirements": AnswerCell("Security requirements", TEXT,
                                        "class of its data, and rules for access and encryption"),
    "business_criticality": _closed("Business criticality", CLOSED_ATTRIBUTES["business_criticality"]),
    "change_tolerance": AnswerCell("Tolerance for change", TEXT,
                                   "how long it may be down, and when nothing may change: change freeze until March"),
    "compliance_requirements": AnswerCell("Regulations and contracts", TEXT, "separated by semicolons: GDPR; SOX"),
    "stakeholder_impact": AnswerCell("Who is affected while it is down", TEXT, "people, processes, customers"),
    "code_quality_score": AnswerCell("Quality of its code", CHOICE, "choose, or write a score",
                                     ("good", "fair", "poor")),
    "vulnerability_count": AnswerCell("Open vulnerabilities", NUMBER, "a number"),
    "support_end_date": AnswerCell("End of vendor support", DATE, "a date: 2027-06-30"),
    "documentation_quality": AnswerCell("Documentation", CHOICE, "choose, or write a score", ("good", "fair", "poor")),
}

# Why an answer matters, in a sentence for whoever answers.
WHY: Mapping[str, str] = {
    "operating_system": "It decides whether servers can be copied as they are, or have to be renewed on the way.",
    "compute_specification": "The target is sized and priced by it.",
    "network_configuration": "Addresses and segments have to exist at the target before anything moves.",
    "virtualization_platform": "Virtual servers move with little work; hardware and containers take other ways.",
    "performance_baseline": "What is hardly used can be retired, and the rest is sized by its use.",
    "availability_requirements": "It decides how long the move may interrupt the service.",
    "technology_stack": "It decides whether it can run on a managed platform, has to be rebuilt, or can be bought.",
    "architecture_pattern": "It decides whether its parts can move apart.",
    "integration_dependencies": "Applications that need each other have to move in the right order.",
    "data_volume": "It decides how long copying takes and by which way.",
    "user_load": "Few users do not carry a redesign; many are a reason for care.",
    "business_logic_complexity": "It decides whether a redesign or a replacement can be afforded.",
    "configuration_complexity": "What was configured by hand has to be configured again.",
    "security_requirements": "They have to be met at the target from the first day.",
    "business_criticality": "What is critical moves late and carefully; what is not may be retired.",
    "change_tolerance": "What may not be changed now has to move unchanged, later, or not at all.",
    "compliance_constraints": "Rules may bind it to a country or to its site.",
    "stakeholder_impact": "It tells whom to warn, and whether anybody still needs it.",
    "code_quality": "Poor code speaks for a redesign or a replacement, good code for keeping it.",
    "security_vulnerabilities": "Open vulnerabilities should not be carried along.",
    "eol_technology": "What its vendor no longer supports has to be renewed, replaced or left behind.",
    "documentation_quality": "Without documentation, analysis takes longer and surprises are likelier.",
}
# fmt: on
