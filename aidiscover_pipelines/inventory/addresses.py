"""Addresses of evidence: file.sheet.row.column for a cell, file.sheet.row for its row, and rows left out by reason."""

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt
import pandas as pd

from aidiscover_pipelines.domain.tables import SkippedRow, SourceRecord, SourceSheet
from aidiscover_pipelines.domain.tenancy import TenantId
from aidiscover_pipelines.ports import PortfolioStore


def record_ids(evidence_ids: pd.Series) -> pd.Series:
    """Row address of each cell address: everything before its last dot."""
    return _parents(evidence_ids)


def sheet_keys(record_ids_: pd.Series) -> pd.Series:
    """Sheet address (file.sheet) of each row address; for a cloud, whatever precedes the last dot."""
    return _parents(record_ids_)


def _parents(addresses: pd.Series) -> pd.Series:
    return addresses.astype("str").str.replace(r"\.?[^.]*$", "", regex=True)


def files_of(evidence_ids: pd.Series) -> pd.Series:
    """File of each cell address: everything before its first dot."""
    files = [str(address).partition(".")[0] for address in evidence_ids.tolist()]
    return pd.Series(files, index=evidence_ids.index, dtype="str")


def among(texts: pd.Series, values: Iterable[str]) -> npt.NDArray[np.bool_]:
    """Whether each text is one of the values. `isin` of a text column visits every value in Python: slow for many."""
    import pyarrow as pa
    import pyarrow.compute as pc

    wanted = pa.array(values if isinstance(values, pd.Series) else list(values), pa.large_string(), from_pandas=True)
    held = pa.array(texts, pa.large_string(), from_pandas=True)
    found = pc.is_in(held, value_set=wanted, skip_nulls=True)
    return np.asarray(found.to_numpy(zero_copy_only=False), dtype=bool)


def reasons_frame(reasons: pd.Series) -> pd.DataFrame:
    """Frame (record_id, reason) from reasons indexed by record_id."""
    return pd.DataFrame({"record_id": reasons.index.astype(str), "reason": reasons.to_numpy()}, dtype="str")


def skipped_rows(store: PortfolioStore, tenant: TenantId, left_out: pd.DataFrame, stage: str) -> pd.DataFrame:
    """SkippedRow frame from (record_id, reason), with the names of the sheets and where in them the rows stand.

    Rows of a cloud scan have no sheet; they keep the cloud's name and row 0.
    """
    if left_out.empty:
        return pd.DataFrame(columns=SkippedRow.columns())
    frame = left_out.drop_duplicates("record_id").reset_index(drop=True)
    columns = ["record_id", "file_id", "sheet_index", "row"]
    records = store.read(tenant, SourceRecord, columns=columns, record_id=frame["record_id"].tolist())
    sheets = store.read(tenant, SourceSheet, columns=["file_id", "sheet_index", "sheet"])
    frame = frame.merge(records.merge(sheets, how="left"), on="record_id", how="left")
    frame["file_id"] = frame["file_id"].fillna(frame["record_id"].str.split(".").str[0])
    frame["sheet"] = frame["sheet"].fillna(frame["file_id"])
    frame["row"] = frame["row"].fillna(0).astype("int64")
    frame["stage"] = stage
    frame["cells"] = "[]"  # the record has them
    return frame[SkippedRow.columns()]
