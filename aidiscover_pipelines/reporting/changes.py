"""What a new upload of a known source changed, and what no source lists any more."""

from dataclasses import dataclass

import pandas as pd

from aidiscover_pipelines.domain.tables import EntityPresence, SourceChange, SourceFile
from aidiscover_pipelines.domain.tenancy import TenantId
from aidiscover_pipelines.domain.vocabulary import FileStatus
from aidiscover_pipelines.ports import PortfolioStore

ROW_CHANGES = ("added", "changed", "gone", "reappeared")


@dataclass(frozen=True, slots=True)
class Changes:
    """Frames for reports and the command line.

    uploads: file, before, sheet and the count of each change; one row per sheet. rows: file, sheet, row, change,
    column, before, now; one row per changed cell, and one per row that was added or reappeared. gone: entity,
    entity_id, name, first_seen, last_seen, gone_since, sources, last_known. returned: the first four of these.
    replaced: file, reason; uploads that others took the place of.
    """

    uploads: pd.DataFrame
    rows: pd.DataFrame
    gone: pd.DataFrame
    returned: pd.DataFrame
    replaced: pd.DataFrame


def source_changes(store: PortfolioStore, tenant: TenantId, source: str = "") -> Changes:
    """The changes of the current uploads, of one file only where `source` names it. Raises: UnknownTenant."""
    files = store.read(tenant, SourceFile)
    names = files.set_index("file_id")["name"]
    current = files[files["status"] == FileStatus.ACCEPTED]
    if source:
        current = current[current["name"] == source]
    held = store.read(tenant, SourceChange, file_id=current["file_id"].tolist())
    held = held.assign(file=held["file_id"].map(names), before=held["previous_file_id"].map(names).fillna(""))
    replaced = files[files["status"] == FileStatus.SUPERSEDED]
    presences = store.read(tenant, EntityPresence, state=["gone", "reappeared"])
    gone = presences[presences["state"] == "gone"].sort_values(["entity", "name"], kind="stable")
    about = ["entity", "entity_id", "name", "first_seen", "last_seen", "gone_since", "sources", "last_known"]
    sources = [", ".join(str(names.get(one, one)) for one in listed) for listed in gone["sources"]]
    return Changes(
        uploads=_counted(held),
        rows=_told(held),
        gone=gone.assign(entity=gone["entity"].map(str), sources=sources)[about].reset_index(drop=True),
        returned=presences.loc[presences["state"] == "reappeared", about[:4]].reset_index(drop=True),
        replaced=replaced[["name", "reason"]].rename(columns={"name": "file"}).reset_index(drop=True),
    )


def _counted(held: pd.DataFrame) -> pd.DataFrame:
    key = ["file", "before", "sheet"]
    counts = held.groupby([*key, "change"]).size().unstack(fill_value=0) if len(held) else pd.DataFrame()
    table = counts.reindex(columns=list(ROW_CHANGES), fill_value=0).astype(int)
    table = table.reset_index() if len(held) else pd.DataFrame(columns=[*key, *ROW_CHANGES])
    table.columns.name = None
    return table


def _told(held: pd.DataFrame) -> pd.DataFrame:
    """One line per cell; a change without cells keeps one line."""
    columns = ["file", "sheet", "row", "change", "column", "before", "now"]
    lines = [
        (file, sheet, key, change, header, old, new)
        for file, sheet, key, change, cells in zip(
            *(held[name] for name in ("file", "sheet", "row_key", "change", "cells")), strict=True
        )
        for header, (old, new) in (cells.items() if cells else [("", ("", ""))])
    ]
    return pd.DataFrame(lines, columns=columns, dtype="str")
