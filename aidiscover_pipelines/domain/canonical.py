"""The canonical schema: the 67 fields that any source column can map to.

Drafted from the headers of 19 products (export templates, API references); definitions say where careful people differ.
A field of both entities belongs to whichever thing the row describes. Dependency fields describe an edge.
"""

from dataclasses import dataclass

from aidiscover_pipelines.domain.classification import BY_FIELD
from aidiscover_pipelines.domain.vocabulary import Sensitivity

ASSET = ("asset",)
APPLICATION = ("application",)
EITHER = ("asset", "application")
DEPENDENCY = ("dependency",)


@dataclass(frozen=True, slots=True)
class Field:
    """One canonical field. `unit` is what stored numbers are in; `serves` is the attribute group it feeds."""

    name: str
    entities: tuple[str, ...]
    kind: str
    unit: str | None
    serves: str
    definition: str

    @property
    def sensitivity(self) -> Sensitivity:
        """Class of its values where a tenant has set no other."""
        return BY_FIELD[self.name].sensitivity


# A table reads better with its own line breaks.
# fmt: off
FIELDS: tuple[Field, ...] = (
    Field("asset_id", ASSET, "string", None, "identity",
          "Source system stable key of the asset (sys_id, UUID of the record or VM, moref, instance id, inventory "
          "number, asset tag used as key); a hardware or SMBIOS UUID is serial_number"),
    Field("asset_name", ASSET, "string", None, "identity",
          "Display/VM/CI name of the asset (also the join key of per-disk/per-NIC/per-perf rows when it is the "
          "asset name)"),
    Field("hostname", ASSET, "string", None, "infra: network configuration",
          "OS host name, NetBIOS name, FQDN or DNS name, and the DNS domain as part of a name; a Windows domain, "
          "workgroup or zone is network_name"),
    Field("asset_type", ASSET, "enum", None, "infra: virtualization platform",
          "Kind of CI: physical/virtual/container/appliance, CI class, server role/type"),
    Field("virtualization_platform", ASSET, "string", None, "infra: virtualization platform",
          "Hypervisor or cloud platform product (VMware ESXi, Hyper-V, KVM, EC2...)"),
    Field("hypervisor_host", ASSET, "string", None, "infra: virtualization platform",
          "Physical host / hypervisor the VM runs on"),
    Field("cluster_name", ASSET, "string", None, "infra: virtualization platform / availability",
          "Compute cluster or HA cluster name"),
    Field("location", ASSET, "string", None, "infra",
          "Data centre, site, room, rack, region, availability zone"),
    Field("power_state", ASSET, "enum", None, "retire signal",
          "Whether it runs now: running/stopped/poweredOn/poweredOff/suspended; a plain Status of an asset is "
          "lifecycle_status"),
    Field("lifecycle_status", EITHER, "enum", None, "tech debt: EOL / retire signal",
          "Operational/install/lifecycle state of the CI or application (In use, Retired, Planned, Active), and a "
          "plain Status"),
    Field("environment", EITHER, "enum", None, "business",
          "prod/dev/test/dr/used-for classification"),
    Field("os_name", ASSET, "string", None, "infra: OS & version",
          "Operating system product name (may include version text)"),
    Field("os_version", ASSET, "string", None, "infra: OS & version",
          "Operating system version/build/service pack"),
    Field("cpu_cores", ASSET, "int", "count", "infra: CPU/memory/storage",
          "vCPUs or logical/physical cores allocated (qualifier in note: physical, logical, per-socket)"),
    Field("cpu_sockets", ASSET, "int", "count", "infra: CPU/memory/storage",
          "Number of CPU sockets / processors (NOT cores)"),
    Field("memory_mb", ASSET, "float", "MB", "infra: CPU/memory/storage",
          "Installed/allocated RAM (source unit in note)"),
    Field("storage_total_gb", ASSET, "float", "GB", "infra: CPU/memory/storage",
          "Total provisioned/allocated storage of the asset"),
    Field("storage_used_gb", ASSET, "float", "GB", "infra: CPU/memory/storage",
          "Storage in use (size or percent; unit in note)"),
    Field("disk_size_gb", ASSET, "float", "GB", "infra: CPU/memory/storage",
          "Capacity of ONE disk/partition (per-disk column or per-disk row)"),
    Field("ip_address", ASSET, "string[]", None, "infra: network configuration",
          "IP address(es)"),
    Field("mac_address", ASSET, "string[]", None, "infra: network configuration",
          "MAC address(es)"),
    Field("network_name", ASSET, "string", None, "infra: network configuration",
          "Network, VLAN, subnet, port group, security group, NIC count, gateway, domain/zone of the network"),
    Field("cpu_util_pct", ASSET, "float", "%", "infra: performance baseline",
          "CPU utilisation, demand or usage (avg/max/p95 in note)"),
    Field("memory_util_pct", ASSET, "float", "%", "infra: performance baseline",
          "Memory utilisation or used memory (avg/max and unit in note)"),
    Field("disk_iops", ASSET, "float", "ops/s", "infra: performance baseline",
          "Disk operations per second (read/write/avg/max in note)"),
    Field("disk_throughput_mbps", ASSET, "float", "MB/s", "infra: performance baseline",
          "Disk bytes per second"),
    Field("network_throughput_mbps", ASSET, "float", "MB/s", "infra: performance baseline",
          "Network bytes per second (in/out)"),
    Field("serial_number", ASSET, "string", None, "identity",
          "Hardware serial / service tag / SMBIOS UUID"),
    Field("hardware_model", ASSET, "string", None, "tech debt: EOL technology",
          "Manufacturer and hardware model, cloud instance type; a CPU model is ignored; the maker of software is "
          "vendor"),
    Field("support_end_date", EITHER, "date", None, "tech debt: EOL technology",
          "Warranty end, vendor end-of-support/sale/life, contract end, expected decommission date; a warranty "
          "start is ignored"),
    Field("install_date", EITHER, "date", None, "tech debt",
          "Creation/installation/go-live/purchase/first-discovered date or age of the thing itself, not of its "
          "record"),
    Field("last_seen", EITHER, "datetime", None, "data quality",
          "Last discovered/seen/updated/measured timestamp"),
    Field("tags", EITHER, "map", None, "any",
          "Tags, labels, key/value custom attributes; a custom attribute with a telling name has the field of that "
          "name"),
    Field("application_id", APPLICATION, "string", None, "identity",
          "Application key / number"),
    Field("application_name", APPLICATION, "string", None, "identity",
          "Application / workload / system / business service name"),
    Field("description", EITHER, "text", None, "any",
          "Free-text description, purpose, comments, notes"),
    Field("application_type", APPLICATION, "enum", None, "app: architecture",
          "COTS / custom / SaaS / web / client-server / packaged; install type; category"),
    Field("technology_stack", APPLICATION, "string[]", None, "app: technology stack",
          "Languages, runtimes, frameworks, middleware, app servers, installed software"),
    Field("database_engine", APPLICATION, "string", None, "app: technology stack",
          "DBMS product, edition or version, database name/instance"),
    Field("architecture_pattern", APPLICATION, "enum", None, "app: architecture pattern",
          "Monolith / n-tier / SOA / microservices; tiers; stand-alone; clustering of the app"),
    Field("integration_dependencies", APPLICATION, "string[]", None, "app: integration dependencies",
          "Names or counts of interfaces / dependent applications / connections"),
    Field("data_volume_gb", APPLICATION, "float", "GB", "app: data volume",
          "Size of the application data / database"),
    Field("user_count", APPLICATION, "int", "count", "app: user load patterns",
          "Number of users, user base, transactions, sessions, usage frequency"),
    Field("business_logic_complexity", APPLICATION, "enum|score", None, "app: business logic complexity",
          "Complexity, functional size (LOC, function points, transactions/reports counts)"),
    Field("configuration_complexity", APPLICATION, "enum|score", None, "app: configuration complexity",
          "Config files, customisation, deployment/packaging artefacts, blockers/roadblocks, special "
          "requirements"),
    Field("security_requirements", APPLICATION, "enum|text", None, "app: security requirements",
          "Data classification, CIA rating, authentication, encryption, internet exposure, impact level: what "
          "protection it needs"),
    Field("code_quality_score", APPLICATION, "score", None, "debt: code quality",
          "Software health/resiliency/agility, technical debt, technical score or fit, cloud readiness of code; no "
          "business score"),
    Field("vulnerability_count", APPLICATION, "int|score", None, "debt: security vulnerabilities",
          "Vulnerabilities, risk score, OSS safety, patch/antivirus compliance, ATO status: how safe it is now"),
    Field("documentation_quality", APPLICATION, "enum|score", None, "debt: documentation quality",
          "Documentation availability/quality, artefact links, attestation of the record"),
    Field("vendor", EITHER, "string", None, "repurchase signal",
          "Software vendor / supplier / support provider"),
    Field("availability_target", EITHER, "string|%", None, "infra: availability requirements",
          "Availability class/SLA/HA/DR/backup requirement or measured uptime; operating hours are change_tolerance"),
    Field("recovery_objectives", EITHER, "float", "hours", "infra: availability requirements",
          "RTO / RPO / RTA"),
    Field("business_criticality", APPLICATION, "enum", None, "business: criticality",
          "Criticality, importance, business value, tier, impact"),
    Field("compliance_requirements", APPLICATION, "string[]", None, "business: compliance constraints",
          "Regulations, legal holds, audit, personal data (PII), data sovereignty, licensing constraints: what law "
          "and contract ask"),
    Field("business_owner", EITHER, "string", None, "business: stakeholder impact",
          "Person who answers for it on the business side: owner, business/system owner, sponsor, managed by "
          "(business)"),
    Field("technical_owner", EITHER, "string", None, "business: stakeholder impact",
          "Person or group that runs or builds it: administrator, support group, developer, custodian, contact, "
          "last user"),
    Field("business_unit", EITHER, "string", None, "business: stakeholder impact",
          "Business unit, organisation, department, company, cost centre"),
    Field("change_tolerance", EITHER, "enum|text", None, "business: change tolerance",
          "Maintenance window, downtime permission, release cycle, change control, blackout days, operating hours, "
          "minimal-operation class"),
    Field("stakeholder_impact", APPLICATION, "enum|text", None, "business: stakeholder impact",
          "Who is affected: using units, audience, business process/capability supported, revenue"),
    Field("annual_cost", EITHER, "float", "currency", "business case",
          "Cost / TCO / licence cost / book value"),
    Field("migration_strategy", EITHER, "enum", None, "output 6R",
          "6R/7R/TIME disposition, roadmap or planned action"),
    Field("migration_wave", EITHER, "string", None, "output wave",
          "Wave / priority / campaign grouping"),
    Field("dep_source", DEPENDENCY, "string", None, "app: integration dependencies",
          "Source end of a relation/flow (server, app, IP)"),
    Field("dep_target", DEPENDENCY, "string", None, "app: integration dependencies",
          "Target end of a relation/flow (server, app, IP)"),
    Field("dep_port", DEPENDENCY, "int", None, "app: integration dependencies",
          "TCP/UDP port of the flow"),
    Field("dep_protocol", DEPENDENCY, "string", None, "app: integration dependencies",
          "Transport/application protocol"),
    Field("dep_type", DEPENDENCY, "string", None, "app: integration dependencies",
          "Relation type, direction, process, weight/count or criticality of the dependency"),
)
# fmt: on

BY_NAME: dict[str, Field] = {field.name: field for field in FIELDS}


def is_field_of(name: str, entity: str) -> bool:
    """Whether a canonical field may describe that entity kind."""
    return entity in BY_NAME[name].entities
