"""Edges between applications: recorded relations, observed flows between servers, and names that records mention."""

import hashlib
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from aidiscover_pipelines.domain.tables import Dependency
from aidiscover_pipelines.domain.vocabulary import EntityKind
from aidiscover_pipelines.inventory.addresses import reasons_frame, record_ids
from aidiscover_pipelines.inventory.names import core_name, plain_name
from aidiscover_pipelines.inventory.references import (
    application_references,
    asset_references,
    find,
    find_assets,
    keyed,
)

if TYPE_CHECKING:
    import networkx as nx

# A flow between two servers that carry more application pairs than this says nothing about any one pair: shared
# monitoring, directory or backup hosts. The edge between the servers stays.
MOST_LIFTED_PAIRS = 25
# A mention may be part of one application's name ("HR Portal" of "Internal HR Portal"); one word alone is too little.
_LEAST_WORDS = 2
_ENDS = ("source", "target")
_IDENTITY = ("source_application", "target_application", "source_asset", "target_asset", "source_key", "target_key")


class ResolvedDependencies(NamedTuple):
    """Edges (Dependency columns) and rows left out (record_id, reason)."""

    dependencies: pd.DataFrame
    skipped: pd.DataFrame


def resolve_dependencies(
    cells: pd.DataFrame,
    applications: pd.DataFrame,
    assets: pd.DataFrame,
    application_assets: pd.DataFrame,
    values: pd.DataFrame,
) -> ResolvedDependencies:
    """Dependency rows and mentions to edges. `values` are EntityValue rows of assets and applications.

    An end is looked up as an application, then as an asset; in rows with a port the asset comes first. Edges between
    assets are lifted to their applications. Ends that match nothing keep their text. Equal edges become one.
    """
    of_applications = values[values["entity"] == EntityKind.APPLICATION]
    of_assets = values[(values["entity"] == EntityKind.ASSET) & values["entity_id"].isin(set(assets["asset_id"]))]
    rows = _rows(cells, of_applications, of_assets)
    for end in _ENDS:
        rows = _resolve_end(rows, end, of_applications, of_assets, applications)
    databases = assets.loc[assets["kind"] == "database", "asset_id"]
    mentions = _mentions(of_applications, applications)
    edges = pd.concat([_lift(rows, application_assets, databases), mentions], ignore_index=True)
    dependencies = _distinct(edges)
    kept = record_ids(dependencies["evidence_id"].astype("str"))
    listed = cells.loc[(cells["entity"] == EntityKind.DEPENDENCY), "record_id"]
    described = record_ids(values["evidence_id"].astype("str"))
    # A set: pandas walks a text column element by element to look up in it.
    unused = listed[~listed.isin(set(kept)) & ~listed.isin(set(described))].unique()
    both = rows.loc[rows["source_text"].notna() & rows["target_text"].notna(), "record_id"]
    reasons = np.where(pd.Index(unused).isin(both), "repeats an edge that another row gives", "edge without two ends")
    return ResolvedDependencies(dependencies, reasons_frame(pd.Series(reasons, index=unused, dtype=object)))


def graph_figures(dependencies: pd.DataFrame) -> dict[str, float]:
    """Counts over the edges between known applications: edges, applications in them, cycles, applications in cycles."""
    import networkx as nx

    graph = _application_graph(dependencies)
    cycles = [group for group in nx.strongly_connected_components(graph) if len(group) > 1]
    return {
        "application_edges": graph.number_of_edges(),
        "connected_applications": graph.number_of_nodes(),
        "cycles": len(cycles),
        "applications_in_cycles": sum(len(group) for group in cycles),
    }


def hubs(dependencies: pd.DataFrame, names: pd.Series, count: int = 10) -> dict[str, float]:
    """The most needed applications by name, with how many need each; `names` is indexed by application_id."""
    graph = _application_graph(dependencies)
    needed = sorted(graph.in_degree(), key=lambda pair: (-pair[1], pair[0]))[:count]
    return {str(names.get(node, node)): float(degree) for node, degree in needed if degree > 0}


def _application_graph(dependencies: pd.DataFrame) -> "nx.DiGraph[str]":
    import networkx as nx

    known = dependencies.dropna(subset=["source_application", "target_application"])
    graph: nx.DiGraph[str] = nx.DiGraph()
    graph.add_edges_from(zip(known["source_application"], known["target_application"], strict=True))
    return graph


def _rows(cells: pd.DataFrame, of_applications: pd.DataFrame, of_assets: pd.DataFrame) -> pd.DataFrame:
    """One row per record with both ends as text; rows of applications or assets are the source of what they name."""
    held = cells[cells["entity"] == EntityKind.DEPENDENCY].sort_values("evidence_id", kind="stable")
    first = held.drop_duplicates(["record_id", "field"])
    wide = first.pivot(index="record_id", columns="field", values="value")
    wide = wide.reindex(columns=["dep_source", "dep_target", "dep_port"])
    ends = held[held["field"].isin(("dep_source", "dep_target"))].sort_values("field", kind="stable")
    told = ends.drop_duplicates("record_id").set_index("record_id")[["evidence_id", "file_id"]]
    rows = wide.join(told, how="inner").reset_index()
    rows = rows.rename(columns={"dep_source": "source_text", "dep_target": "target_text"})
    rows["port"] = pd.to_numeric(rows["dep_port"], errors="coerce")
    for kind, entity_values in (("application", of_applications), ("asset", of_assets)):
        records = record_ids(entity_values["evidence_id"].astype("str"))
        owner = pd.Series(entity_values["entity_id"].to_numpy(), index=records.to_numpy(), dtype="str")
        rows[f"row_{kind}"] = rows["record_id"].map(owner[~owner.index.duplicated()])
    described = rows["row_application"].where(rows["row_asset"].isna(), rows["row_asset"])
    rows["source_text"] = rows["source_text"].where(rows["source_text"].notna(), described)
    return rows.dropna(subset=["source_text", "target_text"]).reset_index(drop=True)


def _resolve_end(
    rows: pd.DataFrame,
    end: str,
    of_applications: pd.DataFrame,
    of_assets: pd.DataFrame,
    applications: pd.DataFrame,
) -> pd.DataFrame:
    texts = rows[f"{end}_text"].astype("str")
    application = find_applications(texts, rows["file_id"], of_applications, applications)
    asset = find_assets(asset_references(of_assets), texts, rows["file_id"])
    if end == "source":
        own = rows["source_text"] == rows["row_asset"]
        asset = asset.where(~own, rows["row_asset"])
        application = application.where(rows["source_text"] != rows["row_application"], rows["row_application"])
    is_flow = rows["port"].notna()
    rows[f"{end}_application"] = application.where(~(is_flow & asset.notna()))
    rows[f"{end}_asset"] = asset.where(rows[f"{end}_application"].isna())
    return rows


def find_applications(
    texts: pd.Series, files: pd.Series, of_applications: pd.DataFrame, applications: pd.DataFrame
) -> pd.Series:
    """application_id of each text: by id or name, by its core, or as words of exactly one name; NaN where none."""
    found = find(application_references(of_applications, applications), keyed(texts, plain_name), files)
    by_core = find(application_references(of_applications, applications, core_name), keyed(texts, core_name), files)
    found = found.where(found.notna(), by_core)
    open_texts = texts[found.isna()]
    if open_texts.empty:
        return found
    words = [(str(key), frozenset(plain_name(str(name)).split())) for key, name in _ids_and_names(applications)]
    holders: dict[str, list[int]] = {}
    for place, (_, of_name) in enumerate(words):
        for word in of_name:
            holders.setdefault(word, []).append(place)
    parts = {text: _named_in_part(text, words, holders) for text in open_texts.unique()}
    return found.where(found.notna(), texts.map(parts))


def _ids_and_names(applications: pd.DataFrame) -> list[tuple[str, str]]:
    return list(zip(applications["application_id"], applications["name"], strict=True))


def _named_in_part(text: str, words: list[tuple[str, frozenset[str]]], holders: dict[str, list[int]]) -> str | None:
    asked = plain_name(text).split()
    if len(asked) < _LEAST_WORDS:
        return None
    places = set(holders.get(asked[0], ())).intersection(*(holders.get(word, ()) for word in asked[1:]))
    return words[places.pop()][0] if len(places) == 1 else None


def _lift(rows: pd.DataFrame, application_assets: pd.DataFrame, databases: pd.Series) -> pd.DataFrame:
    """Replace asset ends by the applications on them, one edge per pair of different applications.

    Where that is impossible (an end carries none, too many pairs, only inner flows) one bare edge between the assets
    stays. A database on its server is hosting: the server's other applications are not needed by the database's.
    """
    hosting = rows["port"].isna() & rows["source_asset"].isin(databases)
    is_flow = rows["port"].notna() | (rows["source_asset"].notna() & rows["target_asset"].notna() & ~hosting)
    rows = rows.assign(kind=np.where(is_flow, "flow", "relation"))
    edges = rows
    for end in _ENDS:
        carried = application_assets[["asset_id", "application_id"]].rename(
            columns={"asset_id": f"{end}_asset", "application_id": f"{end}_carried"}
        )
        edges = edges.merge(carried, on=f"{end}_asset", how="left")
        application = edges[f"{end}_application"]
        edges[f"{end}_application"] = application.where(application.notna(), edges[f"{end}_carried"])
    few = edges.groupby("evidence_id")["kind"].transform("size") <= MOST_LIFTED_PAIRS
    both = edges["source_application"].notna() & edges["target_application"].notna()
    different = edges["source_application"] != edges["target_application"]
    elsewhere = edges["source_asset"].isna() | (edges["source_asset"] != edges["target_asset"])
    lifted = edges[both & different & elsewhere & few & ~edges["evidence_id"].isin(rows.loc[hosting, "evidence_id"])]
    bare = rows[~rows["evidence_id"].isin(lifted["evidence_id"])]
    itself = bare["source_application"].notna() & (bare["source_application"] == bare["target_application"])
    return pd.concat([lifted, bare[~itself]], ignore_index=True)


def _mentions(of_applications: pd.DataFrame, applications: pd.DataFrame) -> pd.DataFrame:
    """One edge per application that another's record lists among its integrations; counts and itself are no names."""
    held = of_applications[of_applications["field"] == "integration_dependencies"]
    names = held.assign(target_text=held["value"].astype("str").str.split("; ")).explode("target_text")
    names = names[~names["target_text"].str.fullmatch(r"[\d.,\s]*")]
    files = names["evidence_id"].astype("str").str.split(".").str[0]
    target = find_applications(names["target_text"].astype("str"), files, of_applications, applications)
    shown = applications.set_index("application_id")["name"]
    edges = pd.DataFrame(
        {
            "source_application": names["entity_id"],
            "target_application": target,
            "source_asset": pd.Series(np.nan, index=names.index, dtype="str"),
            "target_asset": pd.Series(np.nan, index=names.index, dtype="str"),
            "source_text": names["entity_id"].map(shown),
            "target_text": names["target_text"],
            "kind": "mention",
            "port": np.nan,
            "evidence_id": names["evidence_id"],
        }
    )
    return edges[edges["source_application"] != edges["target_application"]]


def _distinct(edges: pd.DataFrame) -> pd.DataFrame:
    """Equal edges once, with the evidence that comes first, and a stable id made of what the edge says."""
    if edges.empty:
        return pd.DataFrame(columns=Dependency.columns())
    edges = edges.sort_values("evidence_id", kind="stable").reset_index(drop=True)
    for end in _ENDS:
        known = edges[f"{end}_application"].notna() | edges[f"{end}_asset"].notna()
        edges[f"{end}_key"] = edges[f"{end}_text"].astype("str").str.casefold().where(~known, "")
    identity = [*_IDENTITY, "kind", "port"]
    edges = edges.drop_duplicates(identity).reset_index(drop=True)
    # A relation or flow between two applications says more than a mention of the same.
    said = edges[edges["kind"] != "mention"].dropna(subset=["source_application", "target_application"])
    pairs = pd.MultiIndex.from_frame(edges[list(_IDENTITY[:2])].astype("str").fillna(""))
    known_pairs = pd.MultiIndex.from_frame(said[list(_IDENTITY[:2])])
    edges = edges[~((edges["kind"] == "mention") & pairs.isin(known_pairs))].reset_index(drop=True)
    texts = pd.Series("", index=edges.index, dtype="str")
    for column in identity:
        texts = texts + "|" + edges[column].astype("str").fillna("")
    edges["dependency_id"] = ["d-" + hashlib.sha256(text.encode()).hexdigest()[:12] for text in texts]
    ports = [None if pd.isna(port) else int(port) for port in edges["port"]]
    edges["port"] = pd.Series(ports, index=edges.index, dtype=object)
    edges = edges.assign(directed=True, strength=0.5, observations=1)
    edges["evidence"] = pd.Series([[address] for address in edges["evidence_id"]], index=edges.index, dtype=object)
    return edges.sort_values("dependency_id", ignore_index=True)[Dependency.columns()]
