"""What may leave for a remote model by its class: per field, as a tenant changed it, and per value by what it holds.

Withheld values keep their evidence ids, so that an answer may still say that something is recorded.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pandas as pd

from aidiscover_pipelines.domain.canonical import FIELDS
from aidiscover_pipelines.domain.classification import PERSONAL
from aidiscover_pipelines.domain.errors import ConfigError
from aidiscover_pipelines.domain.json_leaves import leaves
from aidiscover_pipelines.domain.tables import TenantSetting
from aidiscover_pipelines.domain.tenancy import TenantId
from aidiscover_pipelines.domain.vocabulary import Sensitivity
from aidiscover_pipelines.governance.redaction.identifiers import identifier_spans
from aidiscover_pipelines.governance.redaction.search import in_lower_case
from aidiscover_pipelines.governance.redaction.secrets import secret_spans
from aidiscover_pipelines.ports import Condition, PortfolioStore

PREFIX = "sensitivity."
# Setting of the highest class that leaves for a remote model; no canonical field has that name.
LIMIT = "limit"
DEFAULTS: Mapping[str, Sensitivity] = {each.name: each.sensitivity for each in FIELDS}

# Facts and attributes that are told from several fields, or under another name: as sensitive as the most sensitive.
MADE_OF: Mapping[str, tuple[str, ...]] = {
    "os_names": ("os_name", "os_version"),
    "os_family": ("os_name",),
    "technologies": ("technology_stack", "database_engine"),
    "eol_products": ("os_name", "os_version", "technology_stack", "database_engine"),
    "eol_judgement": ("os_name", "os_version", "technology_stack", "database_engine"),
    "cpu_util_pct_max": ("cpu_util_pct",),
    "memory_util_pct_max": ("memory_util_pct",),
    "operating_system": ("os_name", "os_version"),
    "compute_specification": ("cpu_cores", "memory_mb", "storage_total_gb", "storage_used_gb"),
    "network_configuration": ("ip_address", "network_name"),
    "performance_baseline": (
        *("cpu_util_pct", "memory_util_pct", "disk_iops", "disk_throughput_mbps", "network_throughput_mbps"),
    ),
    "availability_requirements": ("availability_target", "recovery_objectives"),
    "data_volume": ("data_volume_gb",),
    "user_load": ("user_count",),
    "compliance_constraints": ("compliance_requirements",),
    "code_quality": ("code_quality_score",),
    "security_vulnerabilities": ("vulnerability_count",),
    "eol_technology": ("os_name", "os_version", "technology_stack", "database_engine", "support_end_date"),
}
# Attributes that bear the name of a field and are told from others too.
_ATTRIBUTES: Mapping[str, tuple[str, ...]] = {"technology_stack": ("technology_stack", "database_engine")}
# What a row calls the field that its values belong to.
_LABELS = ("field", "attribute", "trait", "fact", "dimension")
# What such a row says besides values. Any other key is taken for one, so that a new tool withholds too much at first.
_STRUCTURE = frozenset(
    {"evidence", *_LABELS, "file", "file_id", "sheet", "sheet_index", "column_index", "header", "unit", "statistic"}
    | {
        "alternatives",
        "decision",
        "reason",
        "basis",
        "state",
        "question",
        "ask",
        "problem",
        "entity",
        "from",
        "told_by",
    }
    | {"application_id", "asset_id", "members", "of"}
    | {"method", "minutes", "applications", "choices"}
)


@dataclass(frozen=True, slots=True)
class Classes:
    """Class of each field for one tenant, and the highest class that leaves for a remote model."""

    by_field: Mapping[str, Sensitivity] = field(default_factory=lambda: DEFAULTS)
    limit: Sensitivity = Sensitivity.CONFIDENTIAL

    def of(self, name: str, *, is_attribute: bool = False) -> Sensitivity:
        """Class of a field, fact or attribute; confidential for a name that nobody declared."""
        known = _ATTRIBUTES.get(name, ()) if is_attribute else ()
        parts = known or ((name,) if name in self.by_field else MADE_OF.get(name, ()))
        return max(
            (self.by_field[part] for part in parts), key=lambda each: each.rank, default=Sensitivity.CONFIDENTIAL
        )

    def leaves(self, name: str, *, is_attribute: bool = False) -> bool:
        """Whether its values may leave for a remote model."""
        return self.of(name, is_attribute=is_attribute).rank <= self.limit.rank


STANDARD = Classes()


def withhold(result: Mapping[str, Any], remote: bool, classes: Classes = STANDARD) -> tuple[dict[str, Any], int]:
    """A tool result as it may leave, and how many values were withheld: `[withheld: restricted]`.

    Rows name their field (`{"field": ..., "value": ..., "evidence": [...]}`) or are keyed by fields. Values of fields
    above the tenant's limit go, and any value that holds a password, key, card, account or personal number. Evidence
    ids stay. A result for a model on this machine is returned as it is.
    """
    if not remote:
        return dict(result), 0
    withheld = 0
    is_clean = not holds_restricted("\x00".join(map(str, leaves(result))))  # one search for all, as a rule the only one

    def checked(value: Any, name: str, is_attribute: bool) -> Any:
        nonlocal withheld
        if not isinstance(value, Mapping | list | tuple) and (_is_nothing(value) or isinstance(value, bool)):
            return value
        if name and not classes.leaves(name, is_attribute=is_attribute):
            withheld += 1
            return f"[withheld: {classes.of(name, is_attribute=is_attribute)}]"
        if isinstance(value, Mapping):
            return row(value)
        if isinstance(value, list | tuple):
            return [checked(item, "", False) for item in value]
        if not is_clean and holds_restricted(value):
            withheld += 1
            return f"[withheld: {Sensitivity.RESTRICTED}]"
        return value

    def row(values: Mapping[str, Any]) -> dict[str, Any]:
        return {
            key: value if key == "evidence" else checked(value, *_named(values, key)) for key, value in values.items()
        }

    return row(result), withheld


def holds_restricted(value: Any) -> bool:
    """Whether a value is restricted wherever it stands: credentials, keys, numbers of cards, accounts and persons."""
    text = str(value)
    if len(text) < 6 or isinstance(value, float):
        return False
    lowered = in_lower_case(text)
    return any(True for spans in (secret_spans, identifier_spans) for _ in spans(text, lowered))


def personal_values(sections: Mapping[str, Any]) -> list[str]:
    """Texts of owner fields in a case or tool result, in order; what a Redactor takes as names."""
    return list(dict.fromkeys(_texts_where(sections, lambda name, is_attribute: name in PERSONAL)))


def restricted_values(sections: Mapping[str, Any], classes: Classes = STANDARD) -> list[str]:
    """Texts of fields above the tenant's limit, which a Redactor keeps back in sentences too."""
    wanted = _texts_where(
        sections, lambda name, is_attribute: bool(name) and not classes.leaves(name, is_attribute=is_attribute)
    )
    return list(dict.fromkeys(wanted))


def classes_of(store: PortfolioStore, tenant: TenantId) -> Classes:
    """Defaults and what the tenant changed. Raises: UnknownTenant, ConfigError naming a stored setting."""
    rows, _ = store.page(tenant, TenantSetting, [Condition("name", "^", PREFIX)], limit=1000)
    given = {
        str(name).removeprefix(PREFIX): value["value"] for name, value in zip(rows["name"], rows["value"], strict=True)
    }
    known = {name: _sensitivity(tenant, name, value) for name, value in given.items()}
    limit = known.pop(LIMIT, Sensitivity.CONFIDENTIAL)
    return Classes({**DEFAULTS, **{name: value for name, value in known.items() if name in DEFAULTS}}, limit)


def set_class(store: PortfolioStore, tenant: TenantId, name: str, value: str | None, by: str) -> Classes:
    """Set the class of a field, or `limit`; None goes back to the default. Raises: ConfigError; nothing is stored."""
    if name != LIMIT and name not in DEFAULTS:
        raise ConfigError(
            f"cannot class {name!r} for tenant {tenant!r}: no canonical field is called that; "
            f"'aidiscover sensitivity list --tenant {tenant}' names them"
        )
    setting = f"{PREFIX}{name}"
    store.tenant(tenant, f"class {name!r}")
    if value is None:
        store.delete(tenant, TenantSetting, [Condition("name", "=", setting)])
    else:
        chosen = _sensitivity(tenant, name, value)
        row = {"name": setting, "value": {"value": chosen.value}, "by": by, "at": datetime.now(UTC)}
        store.append(tenant, {TenantSetting: pd.DataFrame([row])})
    return classes_of(store, tenant)


def _sensitivity(tenant: TenantId, name: str, value: str) -> Sensitivity:
    allowed = [each.value for each in Sensitivity if name != LIMIT or each is not Sensitivity.RESTRICTED]
    if value not in allowed:
        raise ConfigError(
            f"cannot class {name!r} for tenant {tenant!r}: {value!r} is none of {', '.join(allowed)}"
            + ("; restricted values never leave" if name == LIMIT else "")
        )
    return Sensitivity(value)


def _named(row: Mapping[str, Any], key: str) -> tuple[str, bool]:
    """The field or attribute that the value at this key belongs to, and whether it is an attribute; or ''."""
    if key in DEFAULTS or key in MADE_OF:
        return key, False
    if key not in _STRUCTURE and (key == "value" or isinstance(row[key], str | list | Mapping)):
        for label in _LABELS:
            if isinstance(row.get(label), str):
                return row[label].partition(":")[0], label == "attribute"  # a trait is `environment: production`
    return "", False


def _texts_where(value: Any, is_wanted: Callable[[str, bool], bool]) -> Iterator[str]:
    if isinstance(value, Mapping):
        for key, item in value.items():
            if key != "evidence" and is_wanted(*_named(value, key)):
                yield from _texts(item)
            else:
                yield from _texts_where(item, is_wanted)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _texts_where(item, is_wanted)


def _texts(value: Any) -> Iterable[str]:
    items = value if isinstance(value, list | tuple) else [value]
    return [item for item in items if isinstance(item, str) and item]


def _is_nothing(value: Any) -> bool:
    return value is None or value == ""
