"""The platform assessment of a tenant: drafted by rules, worded and questioned by a crew, stored."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from aidiscover_pipelines.domain.crew import ANSWERED
from aidiscover_pipelines.domain.stage import StageResult
from aidiscover_pipelines.domain.tables import (
    Asset,
    AttributeValue,
    CloudCell,
    CloudCoverage,
    EntityValue,
    FieldMapping,
    PlatformAssessment,
    SourceFile,
)
from aidiscover_pipelines.domain.tenancy import RunRef, TenantId
from aidiscover_pipelines.domain.vocabulary import DecidedBy, EntityKind
from aidiscover_pipelines.ports import PortfolioStore
from aidiscover_pipelines.tiers.assess import MANUAL, assess_platform, capability_facts, collected_by

HARDEST = 4
MEASURED = ["cpu_util_pct", "memory_util_pct", "last_seen"]


def draft_platform(store: PortfolioStore, tenant: TenantId) -> dict[str, Any]:
    """PlatformAssessment columns by the rules alone; stores nothing. An empty tenant is tier 4."""
    facts = capability_facts(
        store.read(tenant, SourceFile),
        store.read(tenant, CloudCoverage),
        store.read(tenant, Asset),
        store.read(tenant, EntityValue, entity=EntityKind.ASSET.value, field=MEASURED),
        store.read(tenant, AttributeValue),
    )
    return assess_platform(facts, collected_by(store.read(tenant, FieldMapping), store.read(tenant, CloudCell)))


def settle_platform(
    store: PortfolioStore,
    tenant: TenantId,
    run: RunRef,
    draft: Mapping[str, Any],
    answer: Mapping[str, Any] | None,
) -> StageResult:
    """Store the draft, as worded by the crew where it answered.

    A crew may find access worse than the facts show, by one tier and with evidence; it never finds it better.
    """
    row = dict(draft)
    if answer is not None and answer.get("status") == ANSWERED:
        row.update(_worded(draft, answer["answer"]))
    store.replace(tenant, run, {PlatformAssessment: pd.DataFrame([row], columns=PlatformAssessment.columns())})
    shown = ("tier", "automation_percent", "methods", "justification", "strategy", "decided_by")
    counts = {
        method: float(row["capabilities"].get(f"attributes_by_{method}", 0)) for method in ("api", "file", MANUAL)
    }
    return StageResult(
        rows_in=1,
        rows_out=1,
        preview=[{"column": name, "value": ", ".join(row[name]) if name == "methods" else row[name]} for name in shown],
        figures={"tier": int(row["tier"]), "automation_percent": float(row["automation_percent"])},
        charts={"Attributes by way of collecting": counts},
    )


def _worded(draft: Mapping[str, Any], said: Mapping[str, Any]) -> dict[str, Any]:
    """What the crew may change: the words, and the tier by one upwards where it cites what it doubts."""
    asked = int(said.get("tier") or draft["tier"])
    is_doubtful = asked > draft["tier"] and bool(said.get("evidence"))
    tier = min(draft["tier"] + 1, HARDEST) if is_doubtful else draft["tier"]
    methods = list(draft["methods"])
    if tier > draft["tier"] and MANUAL not in methods:
        methods.append(MANUAL)
    # Words that argue for a tier which was not granted would contradict the row they stand in.
    agrees = asked == tier
    return {
        "tier": tier,
        "methods": methods,
        "justification": str(said.get("justification") or draft["justification"]) if agrees else draft["justification"],
        "strategy": str(said.get("strategy") or draft["strategy"]) if agrees else draft["strategy"],
        "decided_by": DecidedBy.CREW.value if agrees else draft["decided_by"],
    }
