"""Where sources disagree: the value that stands, the ones that lost, and why; of the portfolio and by application."""

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from aidiscover_pipelines.domain.tables import Application, Asset, EntityValue
from aidiscover_pipelines.domain.tenancy import TenantId
from aidiscover_pipelines.domain.vocabulary import EntityKind
from aidiscover_pipelines.ports import PortfolioStore

CONFLICTS_PER_APPLICATION = 12
_KEY = ["entity", "entity_id", "field"]
_TOLD = [*_KEY, "value", "evidence_id", "chosen", "rule"]


@dataclass(frozen=True, slots=True)
class Disputes:
    """values: EntityValue rows on which sources disagree. names: of all applications and assets, by their id."""

    values: pd.DataFrame
    names: pd.Series


def read_disputes(store: PortfolioStore, tenant: TenantId) -> Disputes:
    """Read once what the conflicts of the portfolio and of its applications are told from."""
    values = store.read(tenant, EntityValue, columns=_TOLD, conflict=True)
    values = values.assign(entity=values["entity"].map(str), chosen=values["chosen"].astype(bool))
    return Disputes(values, entity_names(store, tenant))


def conflict_rows(disputes: Disputes) -> pd.DataFrame:
    """One row per disagreement, applications before assets: the value that was chosen and the ones that lost."""
    values = disputes.values
    columns = ["entity", "name", "field", "chosen", "others", "rule"]
    if values.empty:
        return pd.DataFrame(columns=columns)
    won = values[values["chosen"]].drop_duplicates(_KEY).set_index(_KEY)
    lost = values[~values["chosen"]].drop_duplicates([*_KEY, "value"])
    stands = won["value"].reindex(pd.MultiIndex.from_frame(lost[_KEY])).to_numpy()
    others = lost[lost["value"].to_numpy() != stands].groupby(_KEY)["value"].agg("; ".join)
    joined = won[["value", "rule"]].join(others.rename("others"), how="outer").reset_index()
    joined["name"] = joined["entity_id"].map(disputes.names).fillna(joined["entity_id"])
    joined = joined.rename(columns={"value": "chosen"}).fillna({"chosen": "", "others": "", "rule": ""})
    joined["rank"] = joined["entity"] != EntityKind.APPLICATION.value
    return joined.sort_values(["rank", "name", "field"], ignore_index=True)[columns]


def application_conflicts(disputes: Disputes, links: pd.DataFrame, applications: Sequence[str]) -> pd.DataFrame:
    """Disagreements on each of these applications and its servers, its own first; one row for each value that lost.

    application_id, field, of (name of the server; empty for the application), value and evidence_id of what stands,
    other, other_evidence and why it lost. CONFLICTS_PER_APPLICATION fields of an application at most. `links`: rows of
    ApplicationAsset.
    """
    values = disputes.values
    owned = links["application_id"].astype(object).isin(set(applications))
    links = links.loc[owned, ["application_id", "asset_id"]].rename(columns={"asset_id": "entity_id"})
    own = pd.DataFrame({"application_id": list(applications), "entity_id": list(applications)}, dtype="str")
    is_asset = values["entity"] == EntityKind.ASSET.value
    of_own = values[values["entity"] == EntityKind.APPLICATION.value].merge(own, on="entity_id").assign(of="")
    of_assets = values[is_asset].merge(links, on="entity_id")
    of_assets = of_assets.assign(of=of_assets["entity_id"].map(disputes.names).fillna(""))
    told = pd.concat([of_own, of_assets], ignore_index=True)
    key = ["application_id", *_KEY]
    stands = told[told["chosen"]].drop_duplicates(key)
    stands = stands[stands.groupby("application_id").cumcount() < CONFLICTS_PER_APPLICATION]
    lost = told[~told["chosen"] & ~told["rule"].str.startswith("agrees")].drop_duplicates([*key, "value"])
    lost = lost[[*key, "value", "evidence_id", "rule"]]
    lost = lost.rename(columns={"value": "other", "evidence_id": "other_evidence", "rule": "why"})
    listed = stands.merge(lost, on=key)
    listed["why"] = listed["why"].map(why_lost)
    return listed[["application_id", "field", "of", "value", "evidence_id", "other", "other_evidence", "why"]]


def why_lost(rule: str) -> str:
    """The reason alone of a rule such as `lost to f.1.2.3: a registry before a list`."""
    before, lost, behind = rule.partition("lost to ")
    return before + (behind.partition(": ")[2] or behind) if lost else rule


def entity_names(store: PortfolioStore, tenant: TenantId) -> pd.Series:
    """Names of applications and assets by their id."""
    named = [
        store.read(tenant, table, columns=[key, "name"]).set_index(key)["name"]
        for table, key in ((Application, "application_id"), (Asset, "asset_id"))
    ]
    names = pd.concat(named)
    first: pd.Series = names[~names.index.duplicated()]
    return first
