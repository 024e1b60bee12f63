"""Edges that no row states: names among integrations and in descriptions, databases and hosts that several share."""

import pandas as pd

from aidiscover_pipelines.domain.questionnaire import NOT_APPLICABLE
from aidiscover_pipelines.inventory.addresses import among, files_of
from aidiscover_pipelines.inventory.applications.server_signs import server_roles
from aidiscover_pipelines.inventory.dependencies.edge_kinds import services
from aidiscover_pipelines.inventory.dependencies.named_applications import (
    NamedApplications,
    find_applications,
    names_in_texts,
)

# What more applications use than this is a service of the house and ties no two of them together.
MOST_ON_A_DATABASE = 8
MOST_ON_A_HOST = 5


def mentioned_edges(
    of_applications: pd.DataFrame, known: NamedApplications, applications: pd.DataFrame
) -> pd.DataFrame:
    """One edge per application that another's record lists among its integrations; counts and itself are no names."""
    held = of_applications[of_applications["field"] == "integration_dependencies"]
    if held.empty:
        return pd.DataFrame()
    names = held.assign(target_text=held["value"].astype("str").str.split("; ")).explode("target_text")
    names = names[~names["target_text"].str.fullmatch(rf"[\d.,\s]*|{NOT_APPLICABLE}")]
    target = find_applications(names["target_text"].astype("str"), files_of(names["evidence_id"]), known)
    edges = _between(names["entity_id"], target, names["evidence_id"], "mention", applications)
    edges["target_text"] = names["target_text"].to_numpy()
    return edges[edges["source_application"] != edges["target_application"]].assign(directed=True)


def text_edges(
    of_applications: pd.DataFrame,
    of_assets: pd.DataFrame,
    application_assets: pd.DataFrame,
    applications: pd.DataFrame,
) -> pd.DataFrame:
    """Undirected edges to applications that a description names: of an application, or of a server with only one."""
    alone = application_assets[~application_assets["asset_id"].duplicated(keep=False)]
    owner = alone.set_index("asset_id")["application_id"]
    on_assets = of_assets[of_assets["field"] == "description"]
    on_assets = on_assets.assign(entity_id=on_assets["entity_id"].map(owner)).dropna(subset="entity_id")
    own = of_applications[of_applications["field"] == "description"]
    columns = ["entity_id", "value", "evidence_id"]
    texts = pd.concat([own[columns], on_assets[columns]], ignore_index=True)
    hits = names_in_texts(texts, applications)
    told = texts.reindex(hits["row"]).reset_index(drop=True)
    return _between(told["entity_id"], hits["application_id"], told["evidence_id"], "text", applications)


def shared_edges(
    assets: pd.DataFrame, application_assets: pd.DataFrame, recorded: pd.DataFrame, applications: pd.DataFrame
) -> pd.DataFrame:
    """Undirected edges between applications on one database or host, and between callers of one database.

    A database is an asset of that kind, or a server whose name says so. `recorded` are rows as they were resolved;
    callers of a database count where nobody knows whose it is.
    """
    links = application_assets[["asset_id", "application_id", "evidence_id"]]
    callers = links[["asset_id", "application_id"]].rename(columns={"asset_id": "source_asset"})
    nobodys = recorded["target_asset"].notna() & ~among(recorded["target_asset"], links["asset_id"])
    calls = recorded[nobodys & (services(recorded["port"]) == "database")]
    links = links[links["asset_id"].duplicated(keep=False)]
    if links.empty and calls.empty:
        return pd.DataFrame()
    of_kind = assets["kind"] == "database"
    roles = server_roles(assets[~of_kind])
    databases = pd.concat([assets.loc[of_kind, "asset_id"], roles.index[roles == "database"].to_series()])
    is_database = among(links["asset_id"], databases)
    calls = calls.merge(callers, on="source_asset", how="left")
    calls["application_id"] = calls["source_application"].where(
        calls["source_application"].notna(), calls["application_id"]
    )
    calls = calls.assign(asset_id=calls["target_asset"]).dropna(subset="application_id")[links.columns]
    parts = [
        (pd.concat([links[is_database], calls], ignore_index=True), MOST_ON_A_DATABASE, "shared database"),
        (links[~is_database], MOST_ON_A_HOST, "shared host"),
    ]
    return pd.concat([_pairs(held, most, kind, applications) for held, most, kind in parts], ignore_index=True)


def _pairs(held: pd.DataFrame, most: int, kind: str, applications: pd.DataFrame) -> pd.DataFrame:
    """Every two applications on one asset, told by the cells of both."""
    held = held.drop_duplicates(["asset_id", "application_id"])
    size = held.groupby("asset_id")["application_id"].transform("size")
    held = held[(size >= 2) & (size <= most)]
    both = held.merge(held, on="asset_id", suffixes=("", "_other"))
    both = both[both["application_id"] < both["application_id_other"]]
    sides = [
        _between(both["application_id"], both["application_id_other"], both[cell], kind, applications)
        for cell in ("evidence_id", "evidence_id_other")
    ]
    return pd.concat(sides, ignore_index=True)


def _between(
    source: pd.Series, target: pd.Series, evidence: pd.Series, kind: str, applications: pd.DataFrame
) -> pd.DataFrame:
    """Undirected edges between applications, with their names as texts."""
    shown = applications.set_index("application_id")["name"]
    return pd.DataFrame(
        {
            "source_application": source.to_numpy(),
            "target_application": target.to_numpy(),
            "source_text": source.map(shown).to_numpy(),
            "target_text": target.map(shown).to_numpy(),
            "evidence_id": evidence.to_numpy(),
            "kind": kind,
            "directed": False,
        }
    )
