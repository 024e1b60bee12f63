"""From stored frames to capability facts, and from the facts to a tier. Pure functions over frames."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from aidiscover_pipelines.domain.canonical import FIELDS
from aidiscover_pipelines.domain.vocabulary import OPEN_STATES, DecidedBy, FileStatus, MappingDecision
from aidiscover_pipelines.tiers.rules import ATTRIBUTES, AUTOMATED, BLOCKED, FRESH_DAYS, REACHED, TIERS

SCOPE = "tenant"
MANUAL = "manual"


def capability_facts(
    files: pd.DataFrame,
    coverage: pd.DataFrame,
    assets: pd.DataFrame,
    values: pd.DataFrame,
    attributes: pd.DataFrame,
) -> dict[str, Any]:
    """What can be reached and how good it is; every input may be empty.

    `values` are EntityValue rows of assets with the fields cpu_util_pct, memory_util_pct and last_seen. Shares are 0
    to 1.
    """
    accepted = files[files["status"].astype("str") == FileStatus.ACCEPTED.value]
    outcome = coverage["outcome"].astype("str")
    calls = int(outcome.isin((*REACHED, *BLOCKED)).sum())
    answered = int(outcome.isin(REACHED).sum())
    formats = accepted["format"].astype("str").value_counts().sort_index()
    return {
        "files_accepted": len(accepted),
        "files_by_format": {str(name): int(count) for name, count in formats.items()},
        "cloud_calls": calls,
        "cloud_calls_blocked": int(outcome.isin(BLOCKED).sum()),
        "cloud_calls_answered_share": _share(answered, calls),
        "assets": len(assets),
        "cloud_asset_share": _share(_in_clouds(assets, coverage), len(assets)),
        "measured_asset_share": _share(_measured(values), len(assets)),
        "fresh_asset_share": _share(_fresh(values, accepted), len(assets)),
        "filled_attribute_share": _share(
            int((~attributes["state"].astype("str").isin(OPEN_STATES)).sum()), len(attributes)
        ),
    }


def _share(part: int, whole: int) -> float:
    return round(min(part / whole, 1.0), 4) if whole else 0.0


def _in_clouds(assets: pd.DataFrame, coverage: pd.DataFrame) -> int:
    """Assets that a scanned cloud lists itself; a spreadsheet that mentions a cloud is still a spreadsheet."""
    clouds = set(coverage["cloud"].astype("str"))
    return sum(not clouds.isdisjoint(sources) for sources in assets["sources"])


def _measured(values: pd.DataFrame) -> int:
    return int(values.loc[values["field"].isin(("cpu_util_pct", "memory_util_pct")), "entity_id"].nunique())


def _fresh(values: pd.DataFrame, accepted: pd.DataFrame) -> int:
    """Assets seen within a month before the newest source arrived; without files, before the newest sighting."""
    rows = values[values["field"] == "last_seen"]
    seen = pd.to_datetime(rows["value"], errors="coerce", utc=True, format="ISO8601")
    if seen.notna().sum() == 0:
        return 0
    newest = pd.to_datetime(accepted["received_at"], utc=True).max() if len(accepted) else seen.max()
    return int(rows.loc[seen >= newest - pd.Timedelta(days=FRESH_DAYS), "entity_id"].nunique())


def collected_by(mappings: pd.DataFrame, cloud_cells: pd.DataFrame) -> dict[str, str]:
    """How each of the 22 attributes can be collected: api, file or manual, the cheapest that holds a field of it."""
    used = mappings[mappings["decision"].astype("str") != MappingDecision.IGNORE.value]["field"].dropna()
    serves = {field.name: field.serves for field in FIELDS}
    from_files = {serves[field] for field in used.unique() if field in serves}
    from_clouds = {serves[field] for field in cloud_cells["field"].unique() if field in serves}
    return {
        attribute: "api" if from_clouds.intersection(groups) else "file" if from_files.intersection(groups) else MANUAL
        for attribute, groups in ATTRIBUTES.items()
    }


def assess_platform(facts: Mapping[str, Any], collected: Mapping[str, str]) -> dict[str, Any]:
    """PlatformAssessment columns by the first tier rule that holds."""
    rule = next(rule for rule in TIERS if rule.holds(facts))
    automation = 100.0 * sum(AUTOMATED[method] for method in collected.values()) / len(collected)
    by_method = {method: sum(how == method for how in collected.values()) for method in AUTOMATED}
    return {
        "scope": SCOPE,
        "tier": rule.tier,
        "automation_percent": round(automation, 1),
        "methods": _methods(rule.tier, facts, by_method),
        "justification": f"Tier {rule.tier}: {rule.because}. {_told(facts, by_method)}",
        "strategy": f"{rule.strategy}. Fallback: {rule.fallback}.",
        "capabilities": {**facts, **{f"attributes_by_{method}": count for method, count in by_method.items()}},
        "decided_by": DecidedBy.POLICY.value,
    }


def _methods(tier: int, facts: Mapping[str, Any], by_method: Mapping[str, int]) -> list[str]:
    """Cheapest first. Manual stays wherever something is out of reach of the others."""
    methods = []
    if facts["cloud_calls_answered_share"] > 0:
        methods.append("api")
    if facts["files_accepted"] or 1 < tier < 4:
        methods.append("file")
    if tier > 1 or by_method[MANUAL]:
        methods.append(MANUAL)
    return methods


def _told(facts: Mapping[str, Any], by_method: Mapping[str, int]) -> str:
    answered = round(facts["cloud_calls_answered_share"] * facts["cloud_calls"])
    return (
        f"{facts['files_accepted']} files accepted; {answered} of {facts['cloud_calls']} cloud calls answered, "
        f"{facts['cloud_calls_blocked']} refused; {facts['assets']} assets, "
        f"{facts['cloud_asset_share']:.0%} listed by a cloud, {facts['measured_asset_share']:.0%} with utilisation, "
        f"{facts['fresh_asset_share']:.0%} seen lately. Of 22 attributes {by_method['api']} come through interfaces, "
        f"{by_method['file']} from files, {by_method[MANUAL]} must be asked for."
    )
