"""The 22 critical attributes: what serves each one, how it ages, who is asked what, and how it is collected."""

from collections.abc import Mapping
from dataclasses import dataclass

from aidiscover_pipelines.domain.collection import COLLECTION, Method
from aidiscover_pipelines.domain.critical_attributes import CRITICAL_ATTRIBUTES

# Days after which a value is worth half: what is measured ages within months, what is installed within a year or two,
# what the business thinks of an application within several years. Declared judgement, not fitted.
MEASURED, RECORDED_OFTEN, INSTALLED, DECIDED = 120, 270, 540, 1080


@dataclass(frozen=True, slots=True)
class Part:
    """One thing to know for an attribute. Any of `facts` tells it, the first one best; `words` phrases the value."""

    facts: tuple[str, ...]
    words: str = "{}"


@dataclass(frozen=True, slots=True)
class Attribute:
    """A critical attribute. Recorded completely where every part is known.

    `fields` are the canonical fields that serve it: their validators are its validators. `half_life` is in days,
    `methods` are ways of collecting in the order in which they are declared.
    """

    key: str
    group: str
    label: str
    weight: int
    parts: tuple[Part, ...]
    fields: tuple[str, ...]
    half_life: int
    ask: str
    question: str
    methods: tuple[Method, ...]


@dataclass(frozen=True, slots=True)
class _Served:
    """The attribute room's own columns of an attribute."""

    half_life: int
    fields: tuple[str, ...]
    parts: tuple[Part, ...]


def _one(*facts: str, words: str = "{}") -> tuple[Part, ...]:
    return (Part(facts, words),)


# A table reads better with its own line breaks.
# fmt: off
_SERVED: Mapping[str, _Served] = {
    "operating_system": _Served(INSTALLED, ("os_name", "os_version"), _one("os_names")),
    "compute_specification": _Served(
        INSTALLED, ("cpu_cores", "cpu_sockets", "memory_mb", "storage_total_gb", "storage_used_gb", "disk_size_gb"),
        (Part(("cpu_cores",), "{} cores"), Part(("memory_mb",), "{} MB memory"),
         Part(("storage_total_gb", "storage_used_gb"), "{} GB storage"))),
    "network_configuration": _Served(
        INSTALLED, ("ip_address", "mac_address", "hostname", "network_name"),
        (Part(("ip_address",), "addresses {}"), Part(("network_name",), "networks {}"))),
    "virtualization_platform": _Served(
        INSTALLED, ("virtualization_platform", "asset_type", "hypervisor_host", "cluster_name"),
        _one("virtualization_platform")),
    "performance_baseline": _Served(
        MEASURED, ("cpu_util_pct", "memory_util_pct", "disk_iops", "disk_throughput_mbps", "network_throughput_mbps",
                   "power_state"),
        (Part(("cpu_util_pct", "cpu_util_pct_max"), "CPU {} %"),
         Part(("memory_util_pct", "memory_util_pct_max"), "memory {} %"),
         Part(("disk_iops", "disk_throughput_mbps", "network_throughput_mbps"), "I/O {} per second"))),
    "availability_requirements": _Served(
        DECIDED, ("availability_target", "recovery_objectives"),
        (Part(("availability_target",)), Part(("recovery_objectives",), "recovery within {} h"))),
    "technology_stack": _Served(
        INSTALLED, ("technology_stack", "database_engine"),
        (Part(("technology_stack",)), Part(("database_engine",), "database {}"))),
    "architecture_pattern": _Served(
        DECIDED, ("architecture_pattern", "application_type"), _one("architecture_pattern")),
    "integration_dependencies": _Served(
        RECORDED_OFTEN, ("integration_dependencies", "dep_source", "dep_target", "dep_port", "dep_protocol",
                         "dep_type"),
        _one("integration_dependencies")),
    "data_volume": _Served(RECORDED_OFTEN, ("data_volume_gb",), _one("data_volume_gb", words="{} GB")),
    "user_load": _Served(RECORDED_OFTEN, ("user_count",), _one("user_count", words="{} users")),
    "business_logic_complexity": _Served(
        DECIDED, ("business_logic_complexity",), _one("business_logic_complexity")),
    "configuration_complexity": _Served(DECIDED, ("configuration_complexity",), _one("configuration_complexity")),
    "security_requirements": _Served(DECIDED, ("security_requirements",), _one("security_requirements")),
    "business_criticality": _Served(DECIDED, ("business_criticality", "environment"), _one("business_criticality")),
    "change_tolerance": _Served(DECIDED, ("change_tolerance",), _one("change_tolerance")),
    "compliance_constraints": _Served(DECIDED, ("compliance_requirements",), _one("compliance_requirements")),
    "stakeholder_impact": _Served(
        DECIDED, ("stakeholder_impact", "business_unit", "business_owner", "technical_owner"),
        _one("stakeholder_impact")),
    "code_quality": _Served(INSTALLED, ("code_quality_score",), _one("code_quality_score")),
    "security_vulnerabilities": _Served(MEASURED, ("vulnerability_count",), _one("vulnerability_count")),
    "eol_technology": _Served(
        INSTALLED, ("support_end_date", "install_date", "lifecycle_status", "hardware_model"),
        _one("eol_judgement", "support_end_date")),
    "documentation_quality": _Served(INSTALLED, ("documentation_quality",), _one("documentation_quality")),
}
# fmt: on

ATTRIBUTES: tuple[Attribute, ...] = tuple(
    Attribute(
        named.key,
        named.group,
        named.label,
        named.weight,
        _SERVED[named.key].parts,
        _SERVED[named.key].fields,
        _SERVED[named.key].half_life,
        COLLECTION[named.key].ask,
        COLLECTION[named.key].question,
        COLLECTION[named.key].methods,
    )
    for named in CRITICAL_ATTRIBUTES
)

# Fact -> canonical fields behind it, where it has not the name of one.
BEHIND: Mapping[str, tuple[str, ...]] = {
    "os_names": ("os_name", "os_version"),
    "cpu_util_pct_max": ("cpu_util_pct",),
    "memory_util_pct_max": ("memory_util_pct",),
    "eol_judgement": ("os_name", "os_version", "technology_stack", "database_engine"),
    "eol_status": ("os_name", "os_version", "technology_stack", "database_engine"),
    "eol_products": ("os_name", "os_version", "technology_stack", "database_engine"),
    "technologies": ("technology_stack", "database_engine"),
}
