"""Edges of rows that state one: recorded relations and observed flows, between applications or between servers."""

import numpy as np
import numpy.typing as npt
import pandas as pd

from aidiscover_pipelines.domain.vocabulary import EntityKind
from aidiscover_pipelines.inventory.addresses import among, record_ids
from aidiscover_pipelines.inventory.dependencies.edge_kinds import is_listener, pointing
from aidiscover_pipelines.inventory.dependencies.named_applications import NamedApplications, find_applications
from aidiscover_pipelines.inventory.references import NAMING_FIELDS, find_assets

# A flow between two servers that carry more application pairs than this says nothing about any one pair: shared
# monitoring, directory or backup hosts. The edge between the servers stays.
MOST_LIFTED_PAIRS = 25
_ENDS = ("source", "target")
_FIELDS = {"dep_source": "source_text", "dep_target": "target_text", "dep_port": "port", "dep_type": "type"}
_SWAPPED = {"source": "target", "target": "source"}


def recorded_edges(
    cells: pd.DataFrame, values: pd.DataFrame, of_assets: pd.DataFrame, known: NamedApplications
) -> pd.DataFrame:
    """One row per record with two ends as text, what each means, and which way it points.

    Columns: record_id, evidence_id, file_id, port, type, directed, traffic, and for both ends _text, _application and
    _asset. An end is looked up as an application, then as an asset; in rows with a port the asset comes first. `values`
    are those of assets and applications: a row that names one is the source of what it says is needed.
    `of_assets` are those of assets that exist.
    """
    rows = _rows(cells, values)
    files = pd.concat([rows["file_id"]] * 2, ignore_index=True)
    texts = pd.concat([rows[f"{end}_text"].astype("str") for end in _ENDS], ignore_index=True)
    application, asset = find_applications(texts, files, known), find_assets(of_assets, texts, files)
    for number, end in enumerate(_ENDS):
        own = slice(number * len(rows), (number + 1) * len(rows))
        rows = _with_end(rows, end, application[own].set_axis(rows.index), asset[own].set_axis(rows.index))
    return _pointed(rows)


def lift(rows: pd.DataFrame, application_assets: pd.DataFrame, databases: pd.Series) -> pd.DataFrame:
    """Replace asset ends by the applications on them, one edge per pair of different applications.

    Where that is impossible (an end carries none, too many pairs, only inner flows) one bare edge between the assets
    stays. A database on its server is hosting: the server's other applications are not needed by the database's.
    """
    hosting = rows["port"].isna() & among(rows["source_asset"], databases)
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
    inner = among(edges["evidence_id"], rows.loc[hosting, "evidence_id"])
    lifted = edges[both & different & elsewhere & few & ~inner]
    bare = rows[~among(rows["evidence_id"], lifted["evidence_id"])]
    itself = bare["source_application"].notna() & (bare["source_application"] == bare["target_application"])
    return pd.concat([lifted, bare[~itself]], ignore_index=True)


def _rows(cells: pd.DataFrame, values: pd.DataFrame) -> pd.DataFrame:
    held = cells[cells["entity"] == EntityKind.DEPENDENCY].sort_values("evidence_id", kind="stable", ignore_index=True)
    record, records = pd.factorize(held["record_id"], sort=True)
    first = {field: _places(record, held, field, len(records)) for field in _FIELDS}
    telling = np.where(first["dep_source"] >= 0, first["dep_source"], first["dep_target"])
    stated = np.flatnonzero(telling >= 0)
    rows = held[["record_id", "evidence_id", "file_id"]].take(telling[stated]).reset_index(drop=True)
    for field, name in _FIELDS.items():
        rows[name] = held["value"].reindex(first[field][stated]).array
    # Of two ports in a row the left one is the source's, as in every flow log.
    last = _places(record, held, "dep_port", len(records), keep_last=True)[stated]
    rows["port"] = pd.to_numeric(rows["port"], errors="coerce")
    two = last != first["dep_port"][stated]
    rows["source_port"] = rows["port"].where(two)
    rows.loc[two, "port"] = pd.to_numeric(held["value"].take(last[two]), errors="coerce").to_numpy()
    other = cells.loc[cells["entity"] != EntityKind.DEPENDENCY, "record_id"]
    also = other[among(other, rows["record_id"])]
    for kind in (EntityKind.APPLICATION, EntityKind.ASSET):
        told = values[(values["entity"] == kind) & values["field"].isin(NAMING_FIELDS)] if len(also) else values[:0]
        owners = record_ids(told["evidence_id"].astype("str"))
        owner = pd.Series(told["entity_id"].to_numpy(), index=owners.to_numpy(), dtype="str")
        rows[f"row_{kind}"] = rows["record_id"].map(owner[~owner.index.duplicated()]).astype("str")
    described = rows["row_application"].where(rows["row_asset"].isna(), rows["row_asset"])
    rows["source_text"] = rows["source_text"].where(rows["source_text"].notna(), described)
    return rows.dropna(subset=["source_text", "target_text"]).reset_index(drop=True)


def _places(
    record: npt.NDArray[np.int64], held: pd.DataFrame, field: str, count: int, *, keep_last: bool = False
) -> npt.NDArray[np.int64]:
    """Row of the first cell of a field in each record, or of the last; -1 where there is none."""
    rows = np.flatnonzero(held["field"] == field)
    places = np.full(count, -1, dtype=np.int64)
    rows = rows if keep_last else rows[::-1]
    places[record[rows]] = rows  # of several the one that is written last stays
    return places


def _with_end(rows: pd.DataFrame, end: str, application: pd.Series, asset: pd.Series) -> pd.DataFrame:
    if end == "source":
        own = rows["source_text"] == rows["row_asset"]
        asset = asset.where(~own, rows["row_asset"])
        application = application.where(rows["source_text"] != rows["row_application"], rows["row_application"])
    is_flow = rows["port"].notna()
    rows[f"{end}_application"] = application.where(~(is_flow & asset.notna()))
    rows[f"{end}_asset"] = asset.where(rows[f"{end}_application"].isna())
    return rows


def _pointed(rows: pd.DataFrame) -> pd.DataFrame:
    """Turn rows that name the needed end first; mark as undirected those that show no listener or say "mutual"."""
    way = pointing(rows["type"])
    is_flow = rows["port"].notna()
    listens, calls = is_listener(rows["port"]), is_listener(rows["source_port"])
    turned = np.where(is_flow, ~listens & calls, way == "reversed")
    unknown = np.where(is_flow, ~listens & ~calls, way == "mutual")
    kept = {}
    for end, other in _SWAPPED.items():
        for part in ("text", "application", "asset"):
            column = rows[f"{end}_{part}"].astype("str")
            kept[f"{end}_{part}"] = column.where(~turned, rows[f"{other}_{part}"].astype("str"))
    kept["port"] = rows["port"].where(~(turned & is_flow), rows["source_port"])
    traffic = pd.to_numeric(rows["type"], errors="coerce").where(is_flow)
    return rows.assign(**kept, directed=~unknown, traffic=traffic.astype(float))
