"""Cells of asset rows as cleansing leaves them, for tests of resolution."""

import numpy as np
import pandas as pd

from aidiscover_pipelines.inventory.assets import ResolvedAssets, resolve_assets

UUID = "423ee9c0-216a-12a5-b4cb-f259c5fccc01"
SWAPPED = "c0e93e42-6a21-a512-b4cb-f259c5fccc01"
BUILD = {"cpu_cores": "8", "memory_mb": "24576", "storage_total_gb": "317", "os_name": "Red Hat Enterprise Linux 8.6"}

Rows = tuple[str, dict[str, str]]


def asset_cells(*rows: Rows, entity: str = "asset") -> pd.DataFrame:
    """Cells of rows (record_id, {field: value}); a field may end in #statistic, and numbers are read where they are."""
    cells = []
    for record_id, fields in rows:
        for place, (field, value) in enumerate(fields.items(), start=1):
            name, _, statistic = field.partition("#")
            is_number = value.replace(".", "").isdigit() and name.endswith(("_mb", "_gb", "_pct", "_cores"))
            cells.append(
                {
                    "evidence_id": f"{record_id}.{place}",
                    "record_id": record_id,
                    "file_id": record_id.split(".")[0],
                    "entity": "application" if name.startswith(("application", "database")) else entity,
                    "field": name,
                    "value": value,
                    "number": float(value) if is_number else np.nan,
                    "statistic": statistic or None,
                    "original": value,
                    "transform": "",
                }
            )
    return pd.DataFrame(cells)


def resolved(*rows: Rows, decisions: pd.DataFrame | None = None) -> ResolvedAssets:
    return resolve_assets(asset_cells(*rows), decisions)


def groups(result: ResolvedAssets) -> set[frozenset[str]]:
    return {frozenset(rows) for rows in result.record_assets.groupby("asset_id")["record_id"].agg(list)}
