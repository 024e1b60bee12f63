"""Declared rules of survivorship: kinds of sources, in what order criteria decide a field, and what is no dispute."""

from dataclasses import dataclass
from enum import StrEnum

from aidiscover_pipelines.domain.canonical import FIELDS


@dataclass(frozen=True, slots=True)
class SourceKind:
    """Who speaks in a sheet. `trust`, 0 to 1, is what a lone statement of it is worth before anyone has checked it."""

    key: str
    trust: float
    words: str
    sign: str


# The order is that of the signs: the first kind that a sheet shows is its kind. The trusts are judgements that put the
# kinds in order: an answer to a question, a machine's own figure, a governed record, a list that somebody keeps.
SOURCE_KINDS: tuple[SourceKind, ...] = (
    SourceKind("person", 1.0, "a person's answer", "a questionnaire of ours, filled in"),
    SourceKind("cloud", 0.95, "a cloud's interface", "a cloud account was scanned"),
    SourceKind("platform", 0.9, "a hypervisor's export", "two or more of host, cluster and power state on its rows"),
    SourceKind("repository", 0.85, "a source repository", "the repository that builds it was scanned"),
    SourceKind("registry", 0.75, "a registry", "a key of each row, with a class or the day of its last update"),
    SourceKind("list", 0.55, "a list", "neither keys with classes or update stamps, nor figures of a platform"),
)
BY_KIND: dict[str, SourceKind] = {kind.key: kind for kind in SOURCE_KINDS}


class Criterion(StrEnum):
    """What sets one value above another. The words are read by people: `lost to ... : <words>`."""

    VALID = "a value that can be right before one that cannot"
    PERSON = "a person's answer before all sources"
    SOURCE = "the kind of source"
    NEARNESS = "a statement about the thing itself before a mention, a detail or a sum"
    STATISTIC = "average before peak"
    RECENT = "the more recent statement"
    COMPLETE = "the more complete value"
    ADDRESS = "the first by address, as nothing else sets them apart"


class Agreement(StrEnum):
    """When two values of a field say the same."""

    NUMBER = "numbers within the tolerance"
    WORDS = "one has all words of the other, whatever their order and spelling"
    TERM = "one term of a vocabulary"
    SYSTEM = "one product family and version; edition and word size are precision"
    VERSION = "the same first two figures, as far as both are told"
    NAME = "one short name, with a domain or without"
    IDENTIFIER = "one identifier, whatever its writing, or identifiers of two kinds"
    PRODUCT = "one product, whatever its version; a host name names an installation, not a product"
    DAY = "days no further apart than the tolerance, as far as both are told"
    ANY = "values that may differ without anyone being wrong"


@dataclass(frozen=True, slots=True)
class FieldRule:
    """How the values of some fields are ranked and compared. Criteria after VALID and PERSON, which always lead."""

    fields: tuple[str, ...]
    sources: tuple[str, ...]
    criteria: tuple[Criterion, ...]
    agreement: Agreement
    tolerance: float = 0.0


_BY_MEASURE = ("cloud", "platform", "registry", "list", "repository")
# Code tells what could run; what a record says of an application is of the one that does.
_BY_RECORD = ("registry", "list", "repository", "cloud", "platform")
_SOURCE_FIRST = (
    Criterion.SOURCE, Criterion.NEARNESS, Criterion.STATISTIC, Criterion.RECENT, Criterion.COMPLETE, Criterion.ADDRESS,
)  # fmt: skip
_OWN_FIRST = (
    Criterion.NEARNESS, Criterion.SOURCE, Criterion.STATISTIC, Criterion.RECENT, Criterion.COMPLETE, Criterion.ADDRESS,
)  # fmt: skip
_SPREAD_FIRST = (
    Criterion.STATISTIC, Criterion.SOURCE, Criterion.NEARNESS, Criterion.RECENT, Criterion.COMPLETE, Criterion.ADDRESS,
)  # fmt: skip
_LATEST_FIRST = (
    Criterion.RECENT, Criterion.NEARNESS, Criterion.SOURCE, Criterion.STATISTIC, Criterion.COMPLETE, Criterion.ADDRESS,
)  # fmt: skip

# A field is in one row; those in none are ranked as records, by words. Tolerance: share of the larger number, or days.
SURVIVORSHIP: tuple[FieldRule, ...] = (
    # What a machine has: who runs it counts it, everybody else copied it. 5 % is MB against MiB, and rounding.
    FieldRule(("cpu_cores", "memory_mb"), _BY_MEASURE, _SOURCE_FIRST, Agreement.NUMBER, 0.05),
    # Sockets of a virtual machine are how its cores are dealt out; its cores are what can be in dispute.
    FieldRule(("cpu_sockets",), _BY_MEASURE, _SOURCE_FIRST, Agreement.ANY),
    # Provisioned against formatted, with swap or without.
    FieldRule(("storage_total_gb", "disk_size_gb"), _BY_MEASURE, _SOURCE_FIRST, Agreement.NUMBER, 0.12),
    # It grows from day to day, and thin disks hold more than their guests see.
    FieldRule(("storage_used_gb",), _BY_MEASURE, _SOURCE_FIRST, Agreement.NUMBER, 0.3),
    # Each speaks of its own period.
    FieldRule(
        ("cpu_util_pct", "memory_util_pct", "disk_iops", "disk_throughput_mbps", "network_throughput_mbps"),
        _BY_MEASURE, _SPREAD_FIRST, Agreement.ANY,
    ),
    FieldRule(("power_state",), _BY_MEASURE, _SOURCE_FIRST, Agreement.TERM),
    FieldRule(("hypervisor_host", "cluster_name"), _BY_MEASURE, _SOURCE_FIRST, Agreement.NAME),
    FieldRule(("virtualization_platform",), _BY_MEASURE, _SOURCE_FIRST, Agreement.PRODUCT),
    # What runs is told by what runs it; a record is as old as the last upgrade that nobody entered.
    FieldRule(("os_name",), _BY_MEASURE, _SOURCE_FIRST, Agreement.SYSTEM),
    FieldRule(("os_version",), _BY_MEASURE, _SOURCE_FIRST, Agreement.VERSION),
    # Another name is an alias, another key that of another source.
    FieldRule(("hostname",), _BY_MEASURE, _SOURCE_FIRST, Agreement.ANY),
    FieldRule(("asset_name", "application_name"), _BY_RECORD, _OWN_FIRST, Agreement.ANY),
    FieldRule(("serial_number",), _BY_MEASURE, _SOURCE_FIRST, Agreement.IDENTIFIER),
    FieldRule(("last_seen",), _BY_MEASURE, _LATEST_FIRST, Agreement.ANY),
    FieldRule(
        ("business_criticality", "environment", "lifecycle_status"), _BY_RECORD, _OWN_FIRST, Agreement.TERM
    ),
    # Class, role and whether it is virtual share the field.
    FieldRule(("asset_type",), _BY_MEASURE, _SOURCE_FIRST, Agreement.ANY),
    # A machine is created, racked, installed and taken over on different days; only its age counts.
    FieldRule(("install_date",), _BY_RECORD, _OWN_FIRST, Agreement.DAY, 365),
    FieldRule(("support_end_date",), _BY_RECORD, _OWN_FIRST, Agreement.DAY, 31),
    # Estimates of people.
    FieldRule(("user_count", "data_volume_gb", "annual_cost"), _BY_RECORD, _OWN_FIRST, Agreement.NUMBER, 0.1),
)  # fmt: skip
REST = FieldRule((), _BY_RECORD, _OWN_FIRST, Agreement.WORDS)

BY_FIELD: dict[str, FieldRule] = {name: rule for rule in SURVIVORSHIP for name in rule.fields}

# Every value of these adds to the others: all stand.
UNION_FIELDS = frozenset(
    (
        "ip_address",
        "mac_address",
        "network_name",
        "technology_stack",
        "integration_dependencies",
        "compliance_requirements",
        "tags",
        "description",
        "disk_size_gb",
        "asset_id",
        "application_id",
        "security_requirements",
        "configuration_complexity",
        "stakeholder_impact",
        "availability_target",
        "recovery_objectives",
        "change_tolerance",
    )
)
# Of these, equal values that one sheet gives are as many parts: two disks of 60 GB.
PART_FIELDS = frozenset(("disk_size_gb",))
# Of these a person's answer is the whole answer: what sources had noted stands aside. Inventories of parts only grow.
ANSWERED_AS_A_WHOLE = frozenset(
    (
        "compliance_requirements",
        "security_requirements",
        "configuration_complexity",
        "stakeholder_impact",
        "availability_target",
        "recovery_objectives",
        "change_tolerance",
    )
)

DATE_FIELDS = frozenset(field.name for field in FIELDS if field.kind in ("date", "datetime"))
NUMERIC_FIELDS = frozenset(field.name for field in FIELDS if field.kind in ("int", "float"))
# A sizing baseline is the mean over time; peaks and the rest stand in where there is none.
STATISTIC_RANK: dict[str, int] = {
    "avg": 0,
    "p50": 1,
    "p90": 2,
    "p95": 2,
    "p99": 3,
    "": 4,
    "current": 5,
    "max": 6,
    "min": 7,
}


def rule_of(field: str) -> FieldRule:
    """The row of a field."""
    return BY_FIELD.get(field, REST)
