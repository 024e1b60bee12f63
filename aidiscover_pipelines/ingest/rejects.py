"""Rows that were left out, for a person: a list with reasons, and files in which to correct those that can be."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from aidiscover_pipelines.domain.errors import ConfigError
from aidiscover_pipelines.domain.tables import SkippedRow, SourceFile, SourceRecord, SourceSheet
from aidiscover_pipelines.domain.tenancy import TenantId
from aidiscover_pipelines.ingest.corrections import correction_text
from aidiscover_pipelines.ingest.header import ABOVE_HEADER, EXPLAINING_ROW, GROUP_ROW, UNIT_ROW
from aidiscover_pipelines.ingest.sheet import BELOW_TABLE, REPEATED_HEADER, TOTALS
from aidiscover_pipelines.ports import PortfolioStore

COLUMNS = ["stage", "file", "sheet", "row", "reason"]

_ADDRESS = ["file_id", "sheet", "row", "stage", "reason"]
_CORRECTED = ["reading", "cleansing"]  # later stages leave out rows that are well formed
_LAYOUT = {ABOVE_HEADER, BELOW_TABLE, EXPLAINING_ROW, GROUP_ROW, REPEATED_HEADER, TOTALS, UNIT_ROW}
_NAME_CHARS = 100
_UNSAFE = re.compile(r"[^\w.() +@=,-]")


@dataclass(frozen=True, slots=True)
class CorrectionFile:
    """A file to correct and to upload again. `rows` counts the rows of one sheet in it."""

    path: Path
    file: str
    sheet: str
    rows: int


def skipped_rows(store: PortfolioStore, tenant: TenantId, file: str = "") -> pd.DataFrame:
    """Every row left out at any stage, of one file or of all: COLUMNS, by file, sheet and row."""
    skipped = _named(store, tenant, file, _ADDRESS)
    return skipped.sort_values(["file", "sheet", "row", "stage"], kind="stable")[COLUMNS].reset_index(drop=True)


def rows_to_correct(store: PortfolioStore, tenant: TenantId) -> pd.DataFrame:
    """Rows with a fault that a person can correct, as COLUMNS; titles, totals and the like have none."""
    return _faulty(_named(store, tenant, "", _ADDRESS))[COLUMNS]


def write_corrections(store: PortfolioStore, tenant: TenantId, folder: Path, file: str = "") -> list[CorrectionFile]:
    """One CSV for each sheet with rows that a person can correct; none where there are no such rows.

    Left out: titles, totals and the like, which are no records, and sheets without a header, which are corrected in
    the file itself. Raises: ConfigError, before anything is written, where a file would replace another.
    """
    contents = dict(_corrections(store, tenant, folder, file))
    for each, content in contents.items():
        if each.path.exists() and each.path.read_bytes() != content:
            raise ConfigError(
                f"cannot write {str(each.path)!r}: there is a file of that name with other content, perhaps your "
                "corrections; upload and remove it, or choose another folder"
            )
    folder.mkdir(parents=True, exist_ok=True)
    for each, content in contents.items():
        each.path.write_bytes(content)
    return list(contents)


def _named(store: PortfolioStore, tenant: TenantId, file: str, columns: Sequence[str]) -> pd.DataFrame:
    """Skipped rows, of one file or of all, with the names of their files."""
    names = store.read(tenant, SourceFile, columns=["file_id", "name"]).set_index("file_id")["name"]
    wanted: dict[str, Any] = {"file_id": list(names.index[names == file])} if file else {}
    skipped = store.read(tenant, SkippedRow, columns=columns, **wanted)
    return skipped.assign(file=skipped["file_id"].map(names).fillna(skipped["file_id"]))


def _faulty(skipped: pd.DataFrame) -> pd.DataFrame:
    return skipped[skipped["stage"].isin(_CORRECTED) & ~skipped["reason"].isin(_LAYOUT)]


def _corrections(
    store: PortfolioStore, tenant: TenantId, folder: Path, file: str
) -> Iterator[tuple[CorrectionFile, bytes]]:
    skipped = _faulty(_named(store, tenant, file, SkippedRow.columns()))
    sheet_index = skipped["record_id"].str.split(".").str[1].astype("int64")
    sheets = store.read(tenant, SourceSheet).set_index(["file_id", "sheet_index"])["headers"]
    taken: set[str] = set()
    for (file_id, index), rows in skipped.groupby([skipped["file_id"], sheet_index], sort=True):
        headers = sheets.get((file_id, index))
        if not headers:
            continue
        name, sheet = str(rows["file"].iloc[0]), str(rows["sheet"].iloc[0])
        each = CorrectionFile(folder / _file_name(name, sheet, taken), name, sheet, len(rows))
        yield each, correction_text(headers, _with_cells(store, tenant, rows.sort_values("row")))


def _with_cells(store: PortfolioStore, tenant: TenantId, rows: pd.DataFrame) -> list[tuple[list[str], str]]:
    """Cells and reason of each row; later stages leave the cells with the record."""
    elsewhere = [record for record, cells in zip(rows["record_id"], rows["cells"], strict=True) if not cells]
    records = store.read(tenant, SourceRecord, columns=["record_id", "cells"], record_id=elsewhere)
    held = dict(zip(records["record_id"], records["cells"], strict=True))
    return [
        (cells or held.get(record, []), reason)
        for record, cells, reason in zip(rows["record_id"], rows["cells"], rows["reason"], strict=True)
    ]


def _file_name(file: str, sheet: str, taken: set[str]) -> str:
    stem = Path(file).stem
    title = _UNSAFE.sub("_", stem if sheet == file else f"{stem}.{sheet}").lstrip(".")[:_NAME_CHARS] or "file"
    name, number = f"{title}.rejected.csv", 1
    while name in taken:
        number += 1
        name = f"{title}-{number}.rejected.csv"
    taken.add(name)
    return name
