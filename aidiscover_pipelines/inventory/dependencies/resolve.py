"""Edges between applications, each told once with its direction, strength and cells, whatever says so."""

import hashlib
from typing import NamedTuple

import numpy as np
import pandas as pd

from aidiscover_pipelines.domain.tables import Dependency
from aidiscover_pipelines.domain.vocabulary import EntityKind
from aidiscover_pipelines.inventory.addresses import among, reasons_frame, record_ids
from aidiscover_pipelines.inventory.dependencies.edge_kinds import base_strength, strength
from aidiscover_pipelines.inventory.dependencies.inferred import mentioned_edges, shared_edges, text_edges
from aidiscover_pipelines.inventory.dependencies.named_applications import NamedApplications
from aidiscover_pipelines.inventory.dependencies.recorded import lift, recorded_edges
from aidiscover_pipelines.inventory.references import NAMING_FIELDS

# Values that edges are made of: what names an asset or application, and what names others.
EDGE_FIELDS = (*NAMING_FIELDS, "integration_dependencies", "description")
# Cells that an edge shows; how many say so is its number of observations.
MOST_EVIDENCE = 5
_ENDS = ("source", "target")
_IDENTITY = ("source_application", "target_application", "source_asset", "target_asset", "source_key", "target_key")
_PAIR = list(_IDENTITY[:2])


class ResolvedDependencies(NamedTuple):
    """Edges (Dependency columns), rows left out (record_id, reason), and rows that say that something needs itself.

    These have entity_id, text and evidence_id.
    """

    dependencies: pd.DataFrame
    skipped: pd.DataFrame
    on_itself: pd.DataFrame


def resolve_dependencies(
    cells: pd.DataFrame,
    applications: pd.DataFrame,
    assets: pd.DataFrame,
    application_assets: pd.DataFrame,
    values: pd.DataFrame,
) -> ResolvedDependencies:
    """All edges: rows that state one, names among integrations and in texts, and what several applications share.

    `cells` are those of rows that state one, with what else such a row describes. `values` are EntityValue rows of
    assets and applications. Edges between assets are lifted to their applications. Ends that match nothing keep their
    text. Equal edges become one that counts its observations.
    """
    of_applications = values[values["entity"] == EntityKind.APPLICATION]
    of_assets = values[(values["entity"] == EntityKind.ASSET) & among(values["entity_id"], assets["asset_id"])]
    known = NamedApplications(of_applications, applications)
    rows = recorded_edges(cells, values, of_assets, known)
    databases = assets.loc[assets["kind"] == "database", "asset_id"]
    parts = [
        lift(rows, application_assets, databases),
        mentioned_edges(of_applications, known, applications),
        text_edges(of_applications, of_assets, application_assets, applications),
        shared_edges(assets, application_assets, rows, applications),
    ]
    filled = [part for part in parts if len(part)]
    statements = pd.concat(filled, ignore_index=True) if filled else parts[0]
    dependencies = _distinct(statements)
    itself = rows["source_application"].notna() & (rows["source_application"] == rows["target_application"])
    listed = cells.loc[cells["entity"] == EntityKind.DEPENDENCY, "record_id"].drop_duplicates()
    unused = listed[~among(listed, record_ids(dependencies["evidence_id"].astype("str")))]
    # A row that describes an application or a server besides is accounted for with these.
    unused = unused[~among(unused, cells.loc[cells["entity"] != EntityKind.DEPENDENCY, "record_id"])]
    reasons = np.select(
        [among(unused, rows.loc[itself, "record_id"]), among(unused, rows["record_id"])],
        ["edge from an application to itself", "repeats an edge that another row gives"],
        "edge without two ends",
    )
    on_itself = rows.loc[itself].rename(columns={"source_application": "entity_id", "source_text": "text"})
    return ResolvedDependencies(
        dependencies,
        reasons_frame(pd.Series(reasons, index=unused.to_numpy(), dtype=object)),
        on_itself[["entity_id", "text", "evidence_id"]],
    )


def _distinct(statements: pd.DataFrame) -> pd.DataFrame:
    """Equal statements as one edge: the cells that come first, and a stable id made of what the edge says."""
    if statements.empty:
        return pd.DataFrame(columns=Dependency.columns())
    texts = [*_PAIR, "source_asset", "target_asset", "source_text", "target_text", "type"]
    edges = statements.reindex(columns=[*texts, "port", "kind", "directed", "traffic", "evidence_id"])
    edges[texts] = edges[texts].astype("str")
    edges["port"], edges["traffic"] = edges["port"].astype(float), edges["traffic"].astype(float)
    edges["directed"] = edges["directed"].astype(bool)
    edges = _without_weaker(_ordered(edges)).sort_values("evidence_id", kind="stable", ignore_index=True)
    for end in _ENDS:
        known = edges[f"{end}_application"].notna() | edges[f"{end}_asset"].notna()
        edges[f"{end}_key"] = edges[f"{end}_text"].str.casefold().where(~known, "")
    identity = pd.Series("", index=edges.index, dtype="str")
    for column in (*_IDENTITY, "kind", "port"):
        identity = identity + "|" + edges[column].astype("str").fillna("")
    edges["edge"], distinct = pd.factorize(identity)
    edges["base"] = base_strength(edges["kind"], edges["port"], edges["type"])
    grouped = edges.groupby("edge", sort=True)
    told = edges.drop_duplicates("edge").reset_index(drop=True)
    told["observations"] = grouped["evidence_id"].nunique().to_numpy()
    told["directed"] = grouped["directed"].any().to_numpy()
    counted = np.maximum(told["observations"], grouped["traffic"].sum().to_numpy())
    # What two share is told by the cells of both.
    counted = counted.where(~told["kind"].isin(("shared database", "shared host")), counted / 2)
    told["strength"] = strength(pd.Series(grouped["base"].max().to_numpy()), counted)
    told["evidence"] = _first_cells(edges)
    told["dependency_id"] = ["d-" + hashlib.sha256(text.encode()).hexdigest()[:12] for text in distinct]
    told["port"] = told["port"].astype("Int64").astype(object).where(told["port"].notna(), None)
    return told.sort_values("dependency_id", ignore_index=True)[Dependency.columns()]


def _ordered(edges: pd.DataFrame) -> pd.DataFrame:
    """Undirected edges with their ends in one order, so that both ways of telling them are one edge."""
    keys = []
    for end in _ENDS:
        application = edges[f"{end}_application"]
        known = application.where(application.notna(), edges[f"{end}_asset"])
        keys.append(known.where(known.notna(), edges[f"{end}_text"].str.casefold()).fillna(""))
    turned = ~edges["directed"] & (keys[0] > keys[1])
    swapped = {}
    for part in ("application", "asset", "text"):
        swapped[f"source_{part}"] = edges[f"source_{part}"].where(~turned, edges[f"target_{part}"])
        swapped[f"target_{part}"] = edges[f"target_{part}"].where(~turned, edges[f"source_{part}"])
    return edges.assign(**swapped)


def _without_weaker(edges: pd.DataFrame) -> pd.DataFrame:
    """Drop what stronger statements about the same two ends have said.

    A mention beside a relation or flow of that direction; a name in a text beside any other edge; a flow without a
    listener, such as the way back of a connection, beside one with a listener.
    """
    ends = [
        edges[f"{end}_application"].where(edges[f"{end}_application"].notna(), edges[f"{end}_asset"]) for end in _ENDS
    ]
    codes, _ = pd.factorize(pd.concat(ends, ignore_index=True))
    one, other = codes[: len(edges)].astype(np.int64), codes[len(edges) :].astype(np.int64)
    known = (one >= 0) & (other >= 0)
    width = int(codes.max(initial=0)) + 1
    pairs = one * width + other
    low = np.minimum(one, other) * width + np.maximum(one, other)
    kind = edges["kind"].to_numpy(dtype=object)
    directed = edges["directed"].to_numpy(dtype=bool)
    said = pairs[known & ((kind == "relation") | (kind == "flow"))]
    heard = low[known & (kind == "flow") & directed]
    weaker = (
        ((kind == "mention") & np.isin(pairs, said))
        | ((kind == "text") & np.isin(low, low[known & (kind != "text")]))
        | ((kind == "flow") & ~directed & np.isin(low, heard))
    )
    kept: pd.DataFrame = edges[~(weaker & known)]
    return kept


def _first_cells(edges: pd.DataFrame) -> pd.Series:
    """The first cells of each edge, in the order of its code; `edges` are sorted by cell."""
    cells = edges[["edge", "evidence_id"]].drop_duplicates().sort_values("edge", kind="stable")
    cells = cells[cells.groupby("edge").cumcount() < MOST_EVIDENCE]
    starts = np.flatnonzero(np.diff(cells["edge"].to_numpy())) + 1
    lists = [part.tolist() for part in np.split(cells["evidence_id"].to_numpy(dtype=object), starts)]
    return pd.Series(lists, dtype=object)
