"""The 22 critical attributes: what serves each one, the cheapest question that fills it, and who can answer."""

from dataclasses import dataclass

INFRASTRUCTURE, APPLICATION, BUSINESS, DEBT = "infrastructure", "application", "business", "technical debt"
GROUPS = (INFRASTRUCTURE, APPLICATION, BUSINESS, DEBT)

SERVERS = "server team"
NETWORK = "network team"
OPERATIONS = "operations team"
TECHNICAL = "technical owner"
DATABASES = "database team"
SECURITY = "security team"
OWNER = "business owner"


@dataclass(frozen=True, slots=True)
class Part:
    """One thing to know for an attribute. Any of `facts` tells it, the first one best; `words` phrases the value."""

    facts: tuple[str, ...]
    words: str = "{}"


@dataclass(frozen=True, slots=True)
class Attribute:
    """A critical attribute. Recorded completely where every part is known."""

    key: str
    group: str
    label: str
    parts: tuple[Part, ...]
    question: str
    ask: str


# A table reads better with its own line breaks.
# fmt: off
ATTRIBUTES: tuple[Attribute, ...] = (
    Attribute("operating_system", INFRASTRUCTURE, "Operating system and version",
              (Part(("os_names",)),),
              "Which operating system and version do its servers run?", SERVERS),
    Attribute("compute_specification", INFRASTRUCTURE, "CPU, memory and storage",
              (Part(("cpu_cores",), "{} cores"), Part(("memory_mb",), "{} MB memory"),
               Part(("storage_total_gb", "storage_used_gb"), "{} GB storage")),
              "How many cores, how much memory and how much storage do its servers have?", SERVERS),
    Attribute("network_configuration", INFRASTRUCTURE, "Network configuration",
              (Part(("ip_address",), "addresses {}"), Part(("network_name",), "networks {}")),
              "Which addresses and network segments do its servers use?", NETWORK),
    Attribute("virtualization_platform", INFRASTRUCTURE, "Virtualization platform",
              (Part(("virtualization_platform",)),),
              "Do its servers run on a hypervisor or cloud (which one) or on hardware?", SERVERS),
    Attribute("performance_baseline", INFRASTRUCTURE, "Performance baseline",
              (Part(("cpu_util_pct", "cpu_util_pct_max"), "CPU {} %"),
               Part(("memory_util_pct", "memory_util_pct_max"), "memory {} %"),
               Part(("disk_iops", "disk_throughput_mbps", "network_throughput_mbps"), "I/O {} per second")),
              "What were average and peak CPU, memory and disk load over the last 30 days?", OPERATIONS),
    Attribute("availability_requirements", INFRASTRUCTURE, "Availability requirements",
              (Part(("availability_target",)), Part(("recovery_objectives",), "recovery within {} h")),
              "Which availability, RTO and RPO are agreed for it?", OPERATIONS),
    Attribute("technology_stack", APPLICATION, "Technology stack",
              (Part(("technology_stack",)), Part(("database_engine",), "database {}")),
              "Which languages, application servers and databases does it use, in which versions?", TECHNICAL),
    Attribute("architecture_pattern", APPLICATION, "Architecture pattern",
              (Part(("architecture_pattern",)),),
              "Is it a single program, client-server, several tiers or services?", TECHNICAL),
    Attribute("integration_dependencies", APPLICATION, "Integration dependencies",
              (Part(("integration_dependencies",)),),
              "Which applications does it call or feed, and which call it?", TECHNICAL),
    Attribute("data_volume", APPLICATION, "Data volume",
              (Part(("data_volume_gb",), "{} GB"),),
              "How large are its databases and file stores in GB?", DATABASES),
    Attribute("user_load", APPLICATION, "User load",
              (Part(("user_count",), "{} users"),),
              "How many people use it, and how many at its busiest?", OWNER),
    Attribute("business_logic_complexity", APPLICATION, "Business logic complexity",
              (Part(("business_logic_complexity",)),),
              "Is its business logic low, medium or high in complexity?", TECHNICAL),
    Attribute("configuration_complexity", APPLICATION, "Configuration complexity",
              (Part(("configuration_complexity",)),),
              "How much of it is customised or configured by hand: little, some or much?", TECHNICAL),
    Attribute("security_requirements", APPLICATION, "Security requirements",
              (Part(("security_requirements",)),),
              "How is its data classified, and which access or encryption rules apply?", SECURITY),
    Attribute("business_criticality", BUSINESS, "Business criticality",
              (Part(("business_criticality",)),),
              "How critical is it to the business: low, medium, high or mission critical?", OWNER),
    Attribute("change_tolerance", BUSINESS, "Change tolerance",
              (Part(("change_tolerance",)),),
              "How long may it be down, and when is change forbidden?", OWNER),
    Attribute("compliance_constraints", BUSINESS, "Compliance constraints",
              (Part(("compliance_requirements",)),),
              "Which regulations, contracts or data residency rules bind it, if any?", SECURITY),
    Attribute("stakeholder_impact", BUSINESS, "Stakeholder impact",
              (Part(("stakeholder_impact",)),),
              "Who is affected while it is down, and in which process?", OWNER),
    Attribute("code_quality", DEBT, "Code quality",
              (Part(("code_quality_score",)),),
              "Is there a code quality score, or is its code good, fair or poor?", TECHNICAL),
    Attribute("security_vulnerabilities", DEBT, "Security vulnerabilities",
              (Part(("vulnerability_count",)),),
              "How many open vulnerabilities did the last scan show?", SECURITY),
    Attribute("eol_technology", DEBT, "End-of-life technology",
              (Part(("eol_judgement", "support_end_date")),),
              "Which exact versions of its operating system, database and runtime are installed?", TECHNICAL),
    Attribute("documentation_quality", DEBT, "Documentation quality",
              (Part(("documentation_quality",)),),
              "Is there current documentation of its architecture and operation?", TECHNICAL),
)
# fmt: on
