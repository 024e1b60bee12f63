"""Where sources disagree: the value that stands, the ones that lost, and why; of the portfolio and by application."""

from collections.abc import Sequence
from typing import Any

import pandas as pd

from aidiscover_pipelines.domain.tables import Application, ApplicationAsset, Asset, EntityValue
from aidiscover_pipelines.domain.tenancy import TenantId
from aidiscover_pipelines.domain.vocabulary import EntityKind
from aidiscover_pipelines.ports import PortfolioStore

CONFLICTS_PER_APPLICATION = 12
_KEY = ["entity", "entity_id", "field"]


def conflict_rows(store: PortfolioStore, tenant: TenantId) -> pd.DataFrame:
    """One row per disagreement, applications before assets: the value that was chosen and the ones that lost."""
    values = _disputed(store, tenant)
    columns = ["entity", "name", "field", "chosen", "others", "rule"]
    if values.empty:
        return pd.DataFrame(columns=columns)
    won = values[values["chosen"]].drop_duplicates(_KEY).set_index(_KEY)
    lost = values[~values["chosen"]].drop_duplicates([*_KEY, "value"])
    others = lost.groupby(_KEY)["value"].agg("; ".join)
    joined = won[["value", "rule"]].join(others.rename("others"), how="outer").reset_index()
    joined["name"] = joined["entity_id"].map(_names(store, tenant)).fillna(joined["entity_id"])
    joined = joined.rename(columns={"value": "chosen"}).fillna({"chosen": "", "others": "", "rule": ""})
    joined["rank"] = joined["entity"] != EntityKind.APPLICATION.value
    return joined.sort_values(["rank", "name", "field"], ignore_index=True)[columns]


def application_conflicts(
    store: PortfolioStore, tenant: TenantId, applications: Sequence[str]
) -> dict[str, list[dict[str, Any]]]:
    """Disagreements on each of these applications and its servers, its own first, CONFLICTS_PER_APPLICATION at most.

    Each: field, of (name of the server; empty for the application), value, evidence_id, others (value, evidence_id and
    why it lost, each value once).
    """
    values = _disputed(store, tenant)
    if values.empty:
        return {}
    links = store.read(tenant, ApplicationAsset, columns=["application_id", "asset_id"])
    links = links[links["application_id"].isin(applications)].rename(columns={"asset_id": "entity_id"})
    own = pd.DataFrame({"application_id": list(applications), "entity_id": list(applications)}, dtype="str")
    of_assets = values[values["entity"] == EntityKind.ASSET.value].merge(links, on="entity_id")
    of_own = values[values["entity"] == EntityKind.APPLICATION.value].merge(own, on="entity_id")
    told = pd.concat([of_own, of_assets], ignore_index=True)
    told["of"] = (
        told["entity_id"].map(_names(store, tenant)).where(told["entity"] == EntityKind.ASSET.value, "").fillna("")
    )
    told["agrees"] = told["rule"].str.startswith("agrees")
    out: dict[str, list[dict[str, Any]]] = {}
    for key, rows in told.groupby(["application_id", *_KEY], sort=False):
        listed = out.setdefault(str(key[0]), [])
        stands = rows[rows["chosen"]]
        if len(listed) < CONFLICTS_PER_APPLICATION and len(stands):
            lost = rows[~rows["chosen"] & ~rows["agrees"]].drop_duplicates("value")
            listed.append(
                {
                    "field": str(key[3]),
                    "of": str(stands["of"].iloc[0]),
                    "value": str(stands["value"].iloc[0]),
                    "evidence_id": str(stands["evidence_id"].iloc[0]),
                    "others": [
                        {"value": row.value, "evidence_id": row.evidence_id, "why": why_lost(str(row.rule))}
                        for row in lost.itertuples(index=False)
                    ],
                }
            )
    return out


def why_lost(rule: str) -> str:
    """The reason alone of a rule such as `lost to f.1.2.3: a registry before a list`."""
    before, lost, behind = rule.partition("lost to ")
    return before + (behind.partition(": ")[2] or behind) if lost else rule


def _disputed(store: PortfolioStore, tenant: TenantId) -> pd.DataFrame:
    values = store.read(tenant, EntityValue, conflict=True)
    return values.assign(entity=values["entity"].map(str), chosen=values["chosen"].astype(bool))


def _names(store: PortfolioStore, tenant: TenantId) -> pd.Series:
    named = [
        store.read(tenant, table, columns=[key, "name"]).set_index(key)["name"]
        for table, key in ((Application, "application_id"), (Asset, "asset_id"))
    ]
    names = pd.concat(named)
    first: pd.Series = names[~names.index.duplicated()]
    return first
