"""How sensitive the values of each canonical field are, with the reason; confidential needs none."""

from dataclasses import dataclass

from aidiscover_pipelines.domain.vocabulary import Sensitivity


@dataclass(frozen=True, slots=True)
class Classified:
    """Fields of one class and why they are of it."""

    sensitivity: Sensitivity
    reason: str
    fields: tuple[str, ...]


# A table reads better with its own line breaks.
# fmt: off
CLASSIFIED: tuple[Classified, ...] = (
    Classified(Sensitivity.PUBLIC,
               "a product or a kind of thing as its maker publishes it, which says nothing about who runs it",
               ("os_name", "os_version", "virtualization_platform", "hardware_model", "asset_type", "application_type",
                "architecture_pattern", "technology_stack")),
    Classified(Sensitivity.INTERNAL,
               "sizes and load, which describe a workload and not its owner",
               ("cpu_cores", "cpu_sockets", "memory_mb", "storage_total_gb", "storage_used_gb", "disk_size_gb",
                "cpu_util_pct", "memory_util_pct", "disk_iops", "disk_throughput_mbps", "network_throughput_mbps",
                "data_volume_gb", "user_count")),
    Classified(Sensitivity.INTERNAL,
               "states, dates and ratings, of little use without the name of the thing",
               ("power_state", "lifecycle_status", "environment", "support_end_date", "install_date", "last_seen",
                "business_logic_complexity", "configuration_complexity", "code_quality_score", "documentation_quality",
                "availability_target", "recovery_objectives", "change_tolerance", "migration_strategy",
                "migration_wave")),
    Classified(Sensitivity.INTERNAL,
               "products with names of instances or suppliers among them, and kinds of connections",
               ("database_engine", "vendor", "dep_port", "dep_protocol", "dep_type")),
    Classified(Sensitivity.CONFIDENTIAL, "",
               ("asset_id", "asset_name", "hostname", "hypervisor_host", "cluster_name", "location", "ip_address",
                "network_name", "tags", "application_id", "application_name", "description",
                "integration_dependencies", "security_requirements", "vulnerability_count", "business_criticality",
                "compliance_requirements", "business_owner", "technical_owner", "business_unit", "stakeholder_impact",
                "annual_cost", "dep_source", "dep_target")),
    Classified(Sensitivity.RESTRICTED,
               "identifies one machine for as long as it exists, and no decision of a model rests on it",
               ("serial_number", "mac_address")),
)
# fmt: on

BY_FIELD: dict[str, Classified] = {name: row for row in CLASSIFIED for name in row.fields}

# Fields whose values name people; they leave as pseudonyms.
PERSONAL = frozenset({"business_owner", "technical_owner"})
