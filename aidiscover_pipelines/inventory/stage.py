"""The stages of this room: cleansed records, inventory, applications, dependencies; and the account of every row."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from aidiscover_pipelines.domain.stage import StageResult
from aidiscover_pipelines.domain.tables import (
    Application,
    ApplicationAsset,
    ApplicationRepository,
    Asset,
    CleansedCell,
    CloudCell,
    DataFlag,
    Dependency,
    EntityPresence,
    EntityValue,
    FieldMapping,
    IdentityDecision,
    RepositoryCell,
    RepositoryScan,
    Row,
    SkippedRow,
    SourceFile,
    SourceRecord,
    SourceSheet,
    SourceStanding,
)
from aidiscover_pipelines.domain.tenancy import RunRef, TenantId
from aidiscover_pipelines.domain.vocabulary import EntityKind, FileStatus
from aidiscover_pipelines.inventory.addresses import among, record_ids, skipped_rows
from aidiscover_pipelines.inventory.applications.listed import list_columns
from aidiscover_pipelines.inventory.applications.placements import read_placements
from aidiscover_pipelines.inventory.applications.repositories import Repositories
from aidiscover_pipelines.inventory.applications.resolve import AssetRows, answer_sheets, resolve_applications
from aidiscover_pipelines.inventory.applications.server_signs import SIGN_FIELDS
from aidiscover_pipelines.inventory.applications.suggestions import Estate
from aidiscover_pipelines.inventory.asset_stage import build_inventory as build_inventory
from aidiscover_pipelines.inventory.asset_stage import refresh_standings as refresh_standings
from aidiscover_pipelines.inventory.cleansing.stage import cleanse_records as cleanse_records
from aidiscover_pipelines.inventory.dependencies.edge_kinds import services
from aidiscover_pipelines.inventory.dependencies.flags import dependency_flags
from aidiscover_pipelines.inventory.dependencies.graph import application_graph, cycles, graph_figures, hubs
from aidiscover_pipelines.inventory.dependencies.resolve import EDGE_FIELDS, resolve_dependencies
from aidiscover_pipelines.inventory.digests import value_digests
from aidiscover_pipelines.inventory.figures import bars, counted, preview
from aidiscover_pipelines.inventory.presence import entity_presences
from aidiscover_pipelines.inventory.resolution.keys import KEY_FIELDS
from aidiscover_pipelines.inventory.stable_ids import earlier_ids, with_earlier_ids
from aidiscover_pipelines.inventory.survivorship.standing import STAMP, stated
from aidiscover_pipelines.ports import PortfolioStore

_PREVIEW = 10
# Every row that describes an asset or application, or links the two, has a cell with one of these.
_KEYS = (*KEY_FIELDS, "application_id", "application_name")


def build_applications(store: PortfolioStore, tenant: TenantId, run: RunRef) -> StageResult:
    """One list of applications, from their own records and from names on assets and links, and what they run on."""
    files = store.read(tenant, SourceFile, columns=["file_id", "received_at"]).sort_values(["received_at", "file_id"])
    standing = store.read(tenant, SourceStanding)
    sheets = store.read(tenant, SourceSheet)
    cells, asset_rows = _application_cells(store, tenant)
    cells = _stated(store, tenant, cells, standing, files["file_id"].tolist())
    decisions = store.read(tenant, IdentityDecision)
    columns = ["file_id", "sheet_index", "column_index", "header"]
    lists = list_columns(
        store.read(tenant, FieldMapping, columns=columns, field=["application_id", "application_name"])
    )
    repositories = _repositories(store, tenant, standing)
    result = resolve_applications(
        cells,
        asset_rows,
        lambda claimed: _estate(store, tenant, asset_rows, claimed),
        answer_sheets(sheets),
        decisions,
        lists,
        repositories,
    )
    ids = result.applications["application_id"].tolist()
    kept = earlier_ids(store, tenant, EntityKind.APPLICATION, ids, lambda: result.values)
    result = with_earlier_ids(EntityKind.APPLICATION, kept, result)
    # A suggested group that a record replaces was never known to exist, so it is not gone either.
    known = result.applications[result.applications["origin"] != "suggested"]
    digests = value_digests(result.values[result.values["chosen"].astype(bool)])
    presences = entity_presences(store, tenant, run, EntityKind.APPLICATION, known, digests)
    skipped = skipped_rows(store, tenant, result.skipped, "applications")
    written: dict[type[Row], pd.DataFrame] = {
        Application: result.applications,
        EntityValue: result.values,
        ApplicationAsset: result.application_assets,
        ApplicationRepository: result.repositories,
        EntityPresence: presences.rows,
        SkippedRow: skipped,
        DataFlag: result.flags,
    }
    store.replace(tenant, run, written, entity=str(EntityKind.APPLICATION), stage="applications")
    without = ~among(result.applications["application_id"], result.application_assets["application_id"])
    return StageResult(
        rows_in=int(cells["record_id"].nunique()),
        rows_out=len(result.applications),
        skipped=counted(skipped["reason"]),
        preview=preview(result.applications, ["application_id", "name", "origin", "records", "confidence"]),
        figures={
            "applications_recorded": int((result.applications["origin"] == "recorded").sum()),
            "applications_mentioned": int((result.applications["origin"] == "mentioned").sum()),
            "applications_suggested": int((result.applications["origin"] == "suggested").sum()),
            "applications_without_assets": int(without.sum()),
            "asset_links": len(result.application_assets),
            "unresolved_assets": result.unresolved_assets,
            "repositories": len(result.repositories),
            "repositories_of_no_application": len(result.flags),
            "conflicts": _conflicts(result.values),
            **presences.figures,
        },
        tables=presences.tables,
        charts={
            "Applications by origin": bars(result.applications["origin"]),
            "Links by source": bars(result.application_assets["how"]),
            "Conflicts by field": bars(result.values.loc[result.values["conflict"].astype(bool), "field"], 10),
        },
    )


def build_dependencies(store: PortfolioStore, tenant: TenantId, run: RunRef) -> StageResult:
    """The graph of what needs what, from relations, flows between servers and names in application records."""
    cells = _edge_cells(store, tenant)
    applications = store.read(tenant, Application, columns=["application_id", "name"])
    assets = store.read(tenant, Asset, columns=["asset_id", "name", "kind"])
    links = store.read(tenant, ApplicationAsset, columns=["application_id", "asset_id", "evidence_id"])
    columns = ["entity", "entity_id", "field", "value", "evidence_id"]
    values = store.read(tenant, EntityValue, columns=columns, coded=["entity", "field"], field=list(EDGE_FIELDS))
    result = resolve_dependencies(cells, applications, assets, links, values)
    skipped = skipped_rows(store, tenant, result.skipped, "dependencies")
    edges = result.dependencies
    graph = application_graph(edges, applications["application_id"])
    circles = cycles(graph)
    flags = dependency_flags(edges, result.on_itself, circles, cells)
    written: dict[type[Row], pd.DataFrame] = {Dependency: edges, SkippedRow: skipped, DataFlag: flags}
    store.replace(tenant, run, written, stage="dependencies")
    open_ends = sum(
        int((edges[f"{end}_application"].isna() & edges[f"{end}_asset"].isna()).sum()) for end in ("source", "target")
    )
    names = applications.set_index("application_id")["name"]
    flows = edges.loc[edges["kind"] == "flow", "port"]
    return StageResult(
        rows_in=int(cells.loc[cells["entity"] == EntityKind.DEPENDENCY, "record_id"].nunique()),
        rows_out=len(edges),
        skipped=counted(skipped["reason"]),
        preview=preview(edges, ["source_text", "target_text", "kind", "port", "strength", "evidence_id"]),
        figures={"unresolved_ends": open_ends, "flags": len(flags), **graph_figures(graph)},
        charts={
            "Edges by kind": bars(edges["kind"]),
            "Flows by what they use": bars(services(flows).replace("", "unknown port")),
            "Most needed applications": {str(names.get(hub, hub)): float(count) for hub, count in hubs(graph)},
            "Circles by size": {
                f"{names.get(circle[0], circle[0])} and others": float(len(circle)) for circle in circles[:_PREVIEW]
            },
            "Data flags": bars(flags["problem"]),
        },
    )


def row_accounting(store: PortfolioStore, tenant: TenantId) -> dict[str, int]:
    """What became of every row of accepted files: rows in = used + skipped + unaccounted, the last of which is a fault.

    A row is used when a value, a link or an edge cites one of its cells, whatever a stage said about it besides.
    """
    records = _accepted_records(store, tenant, ["record_id"])["record_id"]
    cited = [
        pd.Series(record_ids(part["evidence_id"]).unique())
        for table in (EntityValue, ApplicationAsset, Dependency)
        for part in store.read_in_parts(tenant, table, columns=["evidence_id"])
    ]
    used = among(records, pd.concat(cited)) if cited else np.zeros(len(records), dtype=bool)
    skipped = ~used & among(records, store.read(tenant, SkippedRow, columns=["record_id"])["record_id"])
    return {
        "rows_in": len(records),
        "used": int(used.sum()),
        "skipped": int(skipped.sum()),
        "unaccounted": int((~used & ~skipped).sum()),
    }


def _accepted_records(store: PortfolioStore, tenant: TenantId, columns: list[str] | None = None) -> pd.DataFrame:
    files = store.read(tenant, SourceFile, status=str(FileStatus.ACCEPTED))
    return store.read(tenant, SourceRecord, columns=columns, file_id=files["file_id"].tolist())


def _cells(store: PortfolioStore, tenant: TenantId, columns: Sequence[str] | None = None, **where: Any) -> pd.DataFrame:
    asked = list(columns or CleansedCell.columns())
    frames = [store.read(tenant, table, columns=asked, **where) for table in (CleansedCell, CloudCell)]
    filled = [frame for frame in frames if len(frame)]
    return pd.concat(filled, ignore_index=True) if filled else frames[0]


def _application_cells(store: PortfolioStore, tenant: TenantId) -> tuple[pd.DataFrame, AssetRows]:
    """Cells of applications and links, and the rows that describe assets."""
    columns = ["evidence_id", "record_id", "file_id", "entity", "field", "value", "number", "statistic", "original"]
    cells = _cells(store, tenant, columns, entity=[str(EntityKind.APPLICATION), str(EntityKind.LINK)])
    columns = ["entity_id", "field", "value", "evidence_id", "chosen"]
    asked = list({*KEY_FIELDS, *SIGN_FIELDS})
    told = store.read(tenant, EntityValue, columns=columns, coded=["field"], entity=str(EntityKind.ASSET), field=asked)
    keys = told[told["field"].isin(KEY_FIELDS)]
    records = record_ids(keys["evidence_id"])
    first = ~records.duplicated()
    rows = pd.DataFrame({"record_id": records[first].array, "asset_id": keys.loc[first, "entity_id"].array})
    left_out = store.read(tenant, SkippedRow, columns=["record_id"], stage="inventory")["record_id"]
    return cells, AssetRows(rows, left_out, told)


def _stated(
    store: PortfolioStore, tenant: TenantId, cells: pd.DataFrame, standing: pd.DataFrame, arrived: Sequence[str]
) -> pd.DataFrame:
    """`stated` cells of applications, which are of the day that their row is stamped with as an asset's."""
    columns = ["evidence_id", "record_id", "file_id", "entity", "field", "value"]
    stamps = _cells(store, tenant, columns, entity=str(EntityKind.ASSET), field=STAMP)
    stamps = stamps[among(stamps["record_id"], cells["record_id"])]
    both = pd.concat([cells, stamps], ignore_index=True) if len(stamps) else cells
    return stated(both, standing, arrived).head(len(cells))


def _estate(store: PortfolioStore, tenant: TenantId, rows: AssetRows, claimed: pd.Series) -> Estate:
    """All assets and what may tell of those that nobody claims; nothing where somebody claims every one."""
    assets = store.read(tenant, Asset, columns=["asset_id", "name", "kind"])
    nothing = pd.DataFrame()
    if among(assets["asset_id"], claimed).all():
        return Estate(assets[:0], nothing, nothing)
    return Estate(assets, rows.values, read_placements(store, tenant, rows.assets))


def _edge_cells(store: PortfolioStore, tenant: TenantId) -> pd.DataFrame:
    """Cells that state dependencies, and the keys of what their rows describe besides where these list other things."""
    columns = ["evidence_id", "record_id", "file_id", "entity", "field", "value"]
    cells = _cells(store, tenant, columns, entity=str(EntityKind.DEPENDENCY))
    lists = store.read(tenant, FieldMapping, columns=["file_id"], entity=str(EntityKind.DEPENDENCY))["file_id"]
    others = [str(kind) for kind in EntityKind if kind != EntityKind.DEPENDENCY]
    mixed = store.read(tenant, FieldMapping, columns=["file_id"], entity=others)["file_id"]
    files = cells["file_id"].drop_duplicates()
    listing = files[files.isin(mixed) | ~files.isin(lists)].tolist()
    if not listing:
        return cells
    described = _cells(store, tenant, columns, file_id=listing, field=list(_KEYS), entity=others)
    return pd.concat([cells, described], ignore_index=True)


def _repositories(store: PortfolioStore, tenant: TenantId, standing: pd.DataFrame) -> Repositories | None:
    """None without a scan: then no record is read a second time."""
    scans = store.read(tenant, RepositoryScan, columns=["repository_id", "application"])
    if scans.empty:
        return None
    records = _accepted_records(store, tenant, ["record_id", "cells"])
    return Repositories(stated(store.read(tenant, RepositoryCell), standing), scans, records)


def _conflicts(values: pd.DataFrame) -> int:
    return len(values.loc[values["conflict"].astype(bool), ["entity_id", "field"]].drop_duplicates())
