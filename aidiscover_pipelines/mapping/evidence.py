"""Evidence beside the header: what values say for or against a field, and which fields suit the rows of a sheet.

The tables below are the whole policy. Weights are on the scale of likeness (0 to 1): 0.3 moves a half-fitting header
to a good one; they were set from what each test can prove and checked on the labelled headers (mapping/evaluate.py).
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from aidiscover_pipelines.domain.canonical import FIELDS
from aidiscover_pipelines.domain.vocabulary import EntityKind
from aidiscover_pipelines.mapping.lexicon import IGNORE
from aidiscover_pipelines.mapping.wordings import CANDIDATES, INDEX


@dataclass(frozen=True, slots=True)
class ValueRule:
    """Where `feature` lies between `least` and `most`, each of the fields gains `weight`."""

    feature: str
    least: float
    most: float
    fields: tuple[str, ...]
    weight: float
    says: str


_SIZES = ("memory_mb", "storage_total_gb", "storage_used_gb", "disk_size_gb", "data_volume_gb")
_NUMBERS = tuple(
    field.name
    for field in FIELDS
    if field.kind in {"int", "float"}
    and field.name not in {"recovery_objectives", "user_count", "annual_cost", "vulnerability_count"}
)
_DATES = ("install_date", "last_seen", "support_end_date")
_NAMES = (
    "application_name",
    "description",
    "location",
    "os_name",
    "business_owner",
    "technical_owner",
    "vendor",
    "technology_stack",
    "virtualization_platform",
    "power_state",
)
# Fields that a plain yes or no can answer.
FLAGS = frozenset({
    "asset_type", "lifecycle_status", "availability_target", "compliance_requirements", "security_requirements",
    "documentation_quality", "business_criticality", "application_type", "architecture_pattern", "stakeholder_impact",
    "power_state", "tags", "integration_dependencies", "change_tolerance", IGNORE,
})  # fmt: skip
_NOT_FLAGS = tuple(name for name in CANDIDATES if name not in FLAGS)

VALUE_RULES: tuple[ValueRule, ...] = (
    ValueRule("ip", 0.7, 1, ("ip_address",), 0.35, "values are IP addresses"),
    ValueRule("mac", 0.7, 1, ("mac_address",), 0.4, "values are MAC addresses"),
    ValueRule("uuid", 0.7, 1, ("asset_id", "serial_number"), 0.1, "values are UUIDs"),
    ValueRule("date", 0.7, 1, _DATES, 0.15, "values are dates"),
    ValueRule("os", 0.6, 1, ("os_name",), 0.3, "values are operating systems"),
    ValueRule("os", 0.6, 1, ("os_version",), 0.1, "values are operating systems"),
    ValueRule("environment", 0.7, 1, ("environment",), 0.3, "values are environments such as prod and test"),
    ValueRule("power", 0.7, 1, ("power_state",), 0.3, "values are power states"),
    ValueRule("level", 0.8, 1, ("business_criticality", "business_logic_complexity"), 0.1, "values are levels"),
    ValueRule("physical", 0.7, 1, ("asset_type",), 0.3, "values are physical or virtual"),
    ValueRule("hypervisor", 0.7, 1, ("virtualization_platform",), 0.2, "values are virtualization platforms"),
    ValueRule("database", 0.6, 1, ("database_engine",), 0.3, "values are database products"),
    ValueRule("technology", 0.6, 1, ("technology_stack",), 0.25, "values are technologies"),
    ValueRule("strategy", 0.7, 1, ("migration_strategy",), 0.35, "values are migration strategies"),
    ValueRule("wave", 0.7, 1, ("migration_wave",), 0.3, "values are waves"),
    ValueRule("regulation", 0.4, 1, ("compliance_requirements",), 0.3, "values are regulations"),
    ValueRule("pairs", 0.8, 1, ("tags",), 0.2, "values are key and value pairs"),
    ValueRule("money", 0.6, 1, ("annual_cost",), 0.25, "values are amounts of money"),
    ValueRule("size", 0.6, 1, _SIZES, 0.1, "values are sizes"),
    ValueRule("layer", 0.7, 1, ("architecture_pattern",), 0.3, "values are layers of an application"),
    ValueRule("email", 0.6, 1, ("business_owner", "technical_owner"), 0.15, "values are e-mail addresses"),
    ValueRule("fqdn", 0.7, 1, ("hostname",), 0.15, "values are full host names"),
    ValueRule("protocol", 0.7, 1, ("dep_protocol",), 0.2, "values are protocols"),
    ValueRule("words", 5, 1e9, ("description",), 0.15, "values are sentences"),
    ValueRule("ip", 0, 0.3, ("ip_address",), -0.4, "values are no IP addresses"),
    ValueRule("mac", 0, 0.3, ("mac_address",), -0.4, "values are no MAC addresses"),
    ValueRule("number", 0, 0.2, _NUMBERS, -0.35, "values are no numbers"),
    ValueRule("date", 0, 0.2, ("last_seen", "support_end_date"), -0.2, "values are no dates"),
    ValueRule("number", 0, 0.2, ("user_count",), -0.25, "values are no numbers"),
    ValueRule("date", 0.7, 1, ("power_state", "lifecycle_status"), -0.3, "values are dates"),
    ValueRule("number", 0.9, 1, _NAMES, -0.35, "values are plain numbers"),
    ValueRule("boolean", 0.8, 1, _NOT_FLAGS, -0.4, "values are yes or no"),
    ValueRule("url", 0.7, 1, ("ip_address", "asset_name", "application_name"), -0.3, "values are links"),
)  # fmt: skip

# With this many values, tests of at least this weight name a field even under a header that resembles nothing.
TELLING_VALUES, TELLING_WEIGHT, ALONE = 5, 0.3, 0.8
_HEADER_TELLS, _HEADER_SILENT = 0.9, 0.6

# What rows describe -> fields that suit it less. Identity of the other side most of all.
_DEPENDENCY = tuple(field.name for field in FIELDS if field.entities == ("dependency",))
_OTHERS = tuple(field.name for field in FIELDS if field.entities != ("dependency",))
CONTEXT: dict[EntityKind, tuple[tuple[tuple[str, ...], float], ...]] = {
    EntityKind.ASSET: (
        (_DEPENDENCY, -0.6),
        (("vendor",), -0.05),
        (("application_id", "application_name", "application_type", "user_count", "technology_stack"), -0.12),
    ),
    EntityKind.APPLICATION: (
        (_DEPENDENCY, -0.6),
        (
            (
                "asset_id",
                "asset_name",
                "asset_type",
                "hostname",
                "power_state",
                "hypervisor_host",
                "os_name",
                "hardware_model",
            ),
            -0.12,
        ),
    ),
    EntityKind.DEPENDENCY: ((_OTHERS, -0.5), (_DEPENDENCY, 0.05)),
    EntityKind.LINK: (
        (_DEPENDENCY, -0.6),
        (
            tuple(
                name
                for name in _OTHERS
                if name not in {"asset_id", "asset_name", "hostname", "application_id", "application_name"}
            ),
            -0.5,
        ),
    ),
}


def value_weights(profiles: pd.DataFrame, likeness: np.ndarray) -> tuple[np.ndarray, list[str]]:
    """What values add to each candidate, (columns, CANDIDATES), and for each column what its strongest rule says.

    Support counts in full for a field the header resembles, and less for any other where the header is plain.
    """
    weights = np.zeros((len(profiles), len(CANDIDATES)))
    strongest = np.zeros(len(profiles))
    says = np.full(len(profiles), "", dtype=object)
    has_values = profiles["values"].to_numpy() > 0
    for rule in VALUE_RULES:
        feature = profiles[rule.feature].to_numpy()
        hit = has_values & (feature >= rule.least) & (feature <= rule.most)
        weights[np.ix_(hit, np.array([INDEX[field] for field in rule.fields]))] += rule.weight
        louder = hit & (rule.weight > strongest)
        strongest[louder], says[louder] = rule.weight, rule.says
    plain = likeness.max(axis=1) >= _HEADER_TELLS
    floor = np.where(plain, 0.4, 1.0)[:, None]
    held = np.where(weights > 0, weights * np.maximum(floor, np.clip(likeness / 0.85, 0, 1)), weights)
    silent = (likeness.max(axis=1) < _HEADER_SILENT) & (profiles["values"].to_numpy() >= TELLING_VALUES)
    return np.where(silent[:, None] & (weights >= TELLING_WEIGHT), ALONE, held), says.tolist()


def context_weights(entities: list[EntityKind]) -> np.ndarray:
    """What the kind of sheet adds to each candidate, one row per column's kind."""
    rows = {}
    for entity in dict.fromkeys(entities):
        row = np.zeros(len(CANDIDATES))
        for fields, weight in CONTEXT[entity]:
            row[np.array([INDEX[field] for field in fields])] += weight
        rows[entity] = row
    return np.array([rows[entity] for entity in entities]).reshape(len(entities), len(CANDIDATES))
