"""What the stages of this room tell of a frame in their results: counts, bars of a chart, first rows."""

import json
from typing import Any

import pandas as pd

PREVIEW_ROWS = 10


def counted(column: pd.Series) -> dict[str, int]:
    """How often each text occurs, the most frequent first; of equal ones the first that occurs."""
    return {str(text): int(count) for text, count in column.value_counts().items()}


def bars(column: pd.Series, most: int = 20) -> dict[str, float]:
    """`counted` as bars of a chart, the `most` frequent alone."""
    return {text: float(count) for text, count in list(counted(column).items())[:most]}


def preview(frame: pd.DataFrame, columns: list[str]) -> list[dict[str, Any]]:
    """The first rows, as JSON has them."""
    rows: list[dict[str, Any]] = json.loads(frame[columns].head(PREVIEW_ROWS).to_json(orient="records"))
    return rows
