"""The stages of this room: cleansed records, inventory, applications, dependencies; and the account of every row."""

import json
from collections.abc import Mapping
from typing import Any

import pandas as pd

from aidiscover_pipelines.domain.stage import StageResult
from aidiscover_pipelines.domain.tables import (
    Application,
    ApplicationAsset,
    ApplicationRepository,
    Asset,
    CleansedCell,
    CleansedText,
    CleansingExemption,
    CloudCell,
    CloudCoverage,
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
from aidiscover_pipelines.domain.vocabulary import CleansingOutcome, EntityKind, FileStatus
from aidiscover_pipelines.inventory.addresses import record_ids, skipped_rows
from aidiscover_pipelines.inventory.applications.listed import list_columns
from aidiscover_pipelines.inventory.applications.placements import read_placements
from aidiscover_pipelines.inventory.applications.repositories import Repositories
from aidiscover_pipelines.inventory.applications.resolve import answer_sheets, resolve_applications
from aidiscover_pipelines.inventory.applications.server_signs import SIGN_FIELDS
from aidiscover_pipelines.inventory.applications.suggestions import Estate
from aidiscover_pipelines.inventory.assets import resolve_assets
from aidiscover_pipelines.inventory.cleansing.audit import cells_by_outcome, cells_by_reason, cells_by_rule, changes
from aidiscover_pipelines.inventory.cleansing.cleanse import cleanse
from aidiscover_pipelines.inventory.cleansing.value import Exemptions
from aidiscover_pipelines.inventory.dependencies.edge_kinds import services
from aidiscover_pipelines.inventory.dependencies.flags import dependency_flags
from aidiscover_pipelines.inventory.dependencies.graph import application_graph, cycles, graph_figures, hubs
from aidiscover_pipelines.inventory.dependencies.resolve import EDGE_FIELDS, resolve_dependencies
from aidiscover_pipelines.inventory.presence import entity_presences
from aidiscover_pipelines.inventory.stable_ids import earlier_ids, with_earlier_ids
from aidiscover_pipelines.inventory.survivorship.standing import standings, stated
from aidiscover_pipelines.ports import PortfolioStore

_PREVIEW = 10
_EARLIER_STAGES = ["reading", "mapping"]


def cleanse_records(store: PortfolioStore, tenant: TenantId, run: RunRef) -> StageResult:
    """Normalise the mapped cells of every accepted file, but for the rules that people have undone.

    Rows that reading or mapping left out stay out.
    """
    records = _accepted_records(store, tenant)
    earlier = store.read(tenant, SkippedRow, stage=_EARLIER_STAGES)
    kept = records[~records["record_id"].isin(earlier["record_id"])]
    undone = store.read(tenant, CleansingExemption)
    result = cleanse(kept, store.read(tenant, FieldMapping), Exemptions.of(undone))
    skipped = skipped_rows(result.skipped, "cleansing", store.read(tenant, SourceSheet))
    written: dict[type[Row], pd.DataFrame] = {
        CleansedCell: result.cells,
        CleansedText: result.texts,
        SkippedRow: skipped,
    }
    store.replace(tenant, run, written, stage="cleansing")
    outcomes = cells_by_outcome(result.texts)
    return StageResult(
        rows_in=len(kept),
        rows_out=len(result.cells),
        skipped=_reasons(skipped),
        preview=_preview(changes(result.texts), ["field", "before", "after", "rule", "cells", "example"]),
        figures={
            "cells_changed": outcomes[CleansingOutcome.CHANGED],
            "cells_not_readable": outcomes[CleansingOutcome.UNREAD],
            "cells_dropped": int(result.texts.loc[result.texts["value"].isna(), "cells"].sum()),
            "cells_left_as_read": outcomes[CleansingOutcome.UNDONE],
            "rules_undone": len(undone),
        },
        charts={
            "Cells by entity": _counts(result.cells["entity"]),
            "Cells by rule": cells_by_rule(result.texts),
            "Cells dropped by reason": cells_by_reason(result.texts),
        },
    )


def build_inventory(store: PortfolioStore, tenant: TenantId, run: RunRef) -> StageResult:
    """Merge everything that files and clouds say about assets into one list without duplicates."""
    cells = _cells(store, tenant)
    standing = _standings(store, tenant, _with_repositories(store, tenant, cells))
    result = resolve_assets(stated(cells, standing), store.read(tenant, IdentityDecision))
    kept = earlier_ids(store, tenant, EntityKind.ASSET, result.assets["asset_id"].tolist(), result.values)
    result = with_earlier_ids(EntityKind.ASSET, kept, result)
    presences = entity_presences(store, tenant, run, EntityKind.ASSET, result.assets, result.values)
    skipped = skipped_rows(result.skipped, "inventory", store.read(tenant, SourceSheet))
    written: dict[type[Row], pd.DataFrame] = {
        SourceStanding: standing,
        Asset: result.assets,
        EntityValue: result.values,
        EntityPresence: presences.rows,
        SkippedRow: skipped,
        DataFlag: result.flags,
    }
    store.replace(tenant, run, written, entity=str(EntityKind.ASSET), stage="inventory")
    rows_in = int(cells.loc[cells["entity"] == EntityKind.ASSET, "record_id"].nunique())
    return StageResult(
        rows_in=rows_in,
        rows_out=len(result.assets),
        skipped=_reasons(skipped),
        preview=_preview(result.assets, ["asset_id", "name", "kind", "records", "matched_by", "confidence"]),
        figures={
            "rows_merged": len(result.record_assets) - len(result.assets),
            "conflicts": _conflicts(result.values),
            "keys_kept_apart": result.kept_apart,
            "flags": len(result.flags),
            **presences.figures,
        },
        tables=presences.tables,
        charts={
            "Assets by kind": _counts(result.assets["kind"]),
            "Assets by matching key": _counts(result.assets["matched_by"]),
            "Conflicts by field": _counts(result.values.loc[result.values["conflict"].astype(bool), "field"], 10),
        },
    )


def refresh_standings(store: PortfolioStore, tenant: TenantId, run: RunRef) -> None:
    """Judge the sources again, as `build_inventory` does, after only a repository has changed."""
    cells = _with_repositories(store, tenant, _cells(store, tenant))
    store.replace(tenant, run, {SourceStanding: _standings(store, tenant, cells)})


def build_applications(store: PortfolioStore, tenant: TenantId, run: RunRef) -> StageResult:
    """One list of applications, from their own records and from names on assets and links, and what they run on."""
    files = store.read(tenant, SourceFile, columns=["file_id", "received_at"]).sort_values(["received_at", "file_id"])
    standing = store.read(tenant, SourceStanding)
    cells = stated(_cells(store, tenant), standing, files["file_id"].tolist())
    sheets = store.read(tenant, SourceSheet)
    record_assets = _record_assets(store, tenant)
    estate = Estate(
        store.read(tenant, Asset),
        store.read(tenant, EntityValue, entity=str(EntityKind.ASSET), field=list(SIGN_FIELDS)),
        read_placements(store, tenant, record_assets),
    )
    decisions = store.read(tenant, IdentityDecision)
    columns = ["file_id", "sheet_index", "column_index", "header"]
    lists = list_columns(
        store.read(tenant, FieldMapping, columns=columns, field=["application_id", "application_name"])
    )
    repositories = _repositories(store, tenant, standing)
    result = resolve_applications(cells, record_assets, estate, answer_sheets(sheets), decisions, lists, repositories)
    ids = result.applications["application_id"].tolist()
    kept = earlier_ids(store, tenant, EntityKind.APPLICATION, ids, result.values)
    result = with_earlier_ids(EntityKind.APPLICATION, kept, result)
    # A suggested group that a record replaces was never known to exist, so it is not gone either.
    known = result.applications[result.applications["origin"] != "suggested"]
    presences = entity_presences(store, tenant, run, EntityKind.APPLICATION, known, result.values)
    skipped = skipped_rows(result.skipped, "applications", sheets)
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
    about = cells["entity"].isin((EntityKind.APPLICATION, EntityKind.LINK))
    without = ~result.applications["application_id"].isin(result.application_assets["application_id"])
    return StageResult(
        rows_in=int(cells.loc[about, "record_id"].nunique()),
        rows_out=len(result.applications),
        skipped=_reasons(skipped),
        preview=_preview(result.applications, ["application_id", "name", "origin", "records", "confidence"]),
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
            "Applications by origin": _counts(result.applications["origin"]),
            "Links by source": _counts(result.application_assets["how"]),
            "Conflicts by field": _counts(result.values.loc[result.values["conflict"].astype(bool), "field"], 10),
        },
    )


def build_dependencies(store: PortfolioStore, tenant: TenantId, run: RunRef) -> StageResult:
    """The graph of what needs what, from relations, flows between servers and names in application records."""
    cells = _cells(store, tenant)
    applications = store.read(tenant, Application)
    links = store.read(tenant, ApplicationAsset)
    values = store.read(tenant, EntityValue, field=list(EDGE_FIELDS))
    result = resolve_dependencies(cells, applications, store.read(tenant, Asset), links, values)
    skipped = skipped_rows(result.skipped, "dependencies", store.read(tenant, SourceSheet))
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
        skipped=_reasons(skipped),
        preview=_preview(edges, ["source_text", "target_text", "kind", "port", "strength", "evidence_id"]),
        figures={"unresolved_ends": open_ends, "flags": len(flags), **graph_figures(graph)},
        charts={
            "Edges by kind": _counts(edges["kind"]),
            "Flows by what they use": _counts(services(flows).replace("", "unknown port")),
            "Most needed applications": {str(names.get(hub, hub)): float(count) for hub, count in hubs(graph)},
            "Circles by size": {
                f"{names.get(circle[0], circle[0])} and others": float(len(circle)) for circle in circles[:_PREVIEW]
            },
            "Data flags": _counts(flags["problem"]),
        },
    )


def row_accounting(store: PortfolioStore, tenant: TenantId) -> dict[str, int]:
    """What became of every row of accepted files: rows in = used + skipped + unaccounted, the last of which is a fault.

    A row is used when a value, a link or an edge cites one of its cells, whatever a stage said about it besides.
    """
    records = _accepted_records(store, tenant, ["record_id"])["record_id"]
    citing = (EntityValue, ApplicationAsset, Dependency)
    cited = [store.read(tenant, table, columns=["evidence_id"])["evidence_id"] for table in citing]
    used = records.isin(set(record_ids(pd.concat(cited).astype("str"))))
    skipped = ~used & records.isin(set(store.read(tenant, SkippedRow, columns=["record_id"])["record_id"]))
    return {
        "rows_in": len(records),
        "used": int(used.sum()),
        "skipped": int(skipped.sum()),
        "unaccounted": int((~used & ~skipped).sum()),
    }


def _accepted_records(store: PortfolioStore, tenant: TenantId, columns: list[str] | None = None) -> pd.DataFrame:
    files = store.read(tenant, SourceFile, status=str(FileStatus.ACCEPTED))
    return store.read(tenant, SourceRecord, columns=columns, file_id=files["file_id"].tolist())


def _cells(store: PortfolioStore, tenant: TenantId) -> pd.DataFrame:
    frames = [store.read(tenant, table, columns=CleansedCell.columns()) for table in (CleansedCell, CloudCell)]
    filled = [frame for frame in frames if len(frame)]
    return pd.concat(filled, ignore_index=True) if filled else frames[0]


def _with_repositories(store: PortfolioStore, tenant: TenantId, cells: pd.DataFrame) -> pd.DataFrame:
    """Cells of files and clouds, and those of repositories, which speak of applications known without them."""
    held = store.read(tenant, RepositoryCell, columns=CleansedCell.columns())
    return pd.concat([cells, held], ignore_index=True) if len(held) else cells


def _repositories(store: PortfolioStore, tenant: TenantId, standing: pd.DataFrame) -> Repositories | None:
    """None without a scan: then no record is read a second time."""
    scans = store.read(tenant, RepositoryScan, columns=["repository_id", "application"])
    if scans.empty:
        return None
    records = _accepted_records(store, tenant, ["record_id", "cells"])
    return Repositories(stated(store.read(tenant, RepositoryCell), standing), scans, records)


def _standings(store: PortfolioStore, tenant: TenantId, cells: pd.DataFrame) -> pd.DataFrame:
    scan = store.last_writer(tenant, CloudCoverage)  # cells that tell the same are not written again
    sheets, files = store.read(tenant, SourceSheet), store.read(tenant, SourceFile)
    return standings(cells, sheets, files, scan.started_at.date() if scan else None)


def _record_assets(store: PortfolioStore, tenant: TenantId) -> pd.DataFrame:
    columns = ["entity_id", "evidence_id"]
    values = store.read(tenant, EntityValue, columns=columns, entity=str(EntityKind.ASSET))
    pairs = pd.DataFrame(
        {"record_id": record_ids(values["evidence_id"].astype("str")), "asset_id": values["entity_id"]}
    )
    return pairs.drop_duplicates(ignore_index=True)


def _reasons(skipped: pd.DataFrame) -> Mapping[str, int]:
    return {str(reason): int(count) for reason, count in skipped["reason"].value_counts().items()}


def _counts(column: pd.Series, most: int = 20) -> dict[str, float]:
    return {str(label): float(count) for label, count in column.value_counts().head(most).items()}


def _conflicts(values: pd.DataFrame) -> int:
    return len(values.loc[values["conflict"].astype(bool), ["entity_id", "field"]].drop_duplicates())


def _preview(frame: pd.DataFrame, columns: list[str]) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = json.loads(frame[columns].head(_PREVIEW).to_json(orient="records"))
    return rows
