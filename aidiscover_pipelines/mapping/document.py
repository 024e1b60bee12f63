"""Field mappings as the JSON document that `aidiscover map` prints."""

from typing import Any

import pandas as pd

_COLUMN = ("header", "field", "unit", "statistic", "confidence", "decision", "alternatives", "reason")


def mapping_document(mappings: pd.DataFrame) -> dict[str, Any]:
    """{"sheets": [{"sheet", "columns": [...]}]} in the order of files, sheets and columns; no mappings: no sheets."""
    ordered = mappings.sort_values(["file_id", "sheet_index", "column_index"], kind="stable")
    return {
        "sheets": [
            {
                "sheet": str(rows["sheet"].iat[0]),
                "columns": [_column(row) for row in rows[list(_COLUMN)].to_dict("records")],
            }
            for _, rows in ordered.groupby(["file_id", "sheet_index"], sort=False)
        ]
    }


def _column(row: dict[Any, Any]) -> dict[str, Any]:
    return {name: value if isinstance(value, list) or not pd.isna(value) else None for name, value in row.items()}
