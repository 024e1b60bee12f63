"""Field mappings and corrections for tests of what people teach, as functions: `mapped`, `taught`, `said`."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pandas as pd
import pytest

from aidiscover_pipelines.domain.tables import FieldMapping, MappingCorrection
from aidiscover_pipelines.mapping.answers import Answer, correction_row
from aidiscover_pipelines.mapping.columns import observe_columns

NAMES = {"f1": "cmdb.csv", "f2": "assets_2026-03-01.csv"}
NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


def _mapped(*headers: str, **changes: Any) -> pd.DataFrame:
    """FieldMapping rows of one sheet; each of `changes` is a list by column or one value for all."""
    base = {
        "file_id": "f1",
        "sheet_index": 1,
        "sheet": "Servers",
        "entity": "asset",
        "field": "description",
        "unit": None,
        "statistic": None,
        "confidence": 0.6,
        "decision": "review",
        "reason": "resembles",
    } | changes
    frame = pd.DataFrame({"header": headers, "column_index": range(1, len(headers) + 1)})
    for name, value in base.items():
        frame[name] = value
    frame["alternatives"] = changes.get("alternatives", [[{"field": "tags", "confidence": 0.2}] for _ in headers])
    return frame[FieldMapping.columns()]


def _taught(*rows: dict[str, Any]) -> pd.DataFrame:
    """MappingCorrection rows, each a minute after the one before."""
    return pd.DataFrame(rows, columns=MappingCorrection.columns())


def _said(header: str, field: str, minute: int = 0, *, values: list[str] | None = None, **where: Any) -> dict[str, Any]:
    """One correction by ann; with `values` it knows what the column's values look like."""
    by, mapping = where.pop("by", "ann"), where.pop("mapping", None)
    column = None
    if values is not None:
        seen = observe_columns(_mapped(header), NAMES, [values])
        column = {str(name): value for name, value in seen.iloc[0].items()}
    return correction_row(Answer(header, field, **where), by, NOON.replace(minute=minute), column, mapping)


@pytest.fixture
def names() -> dict[str, str]:
    return dict(NAMES)


@pytest.fixture
def mapped() -> Callable[..., pd.DataFrame]:
    return _mapped


@pytest.fixture
def taught() -> Callable[..., pd.DataFrame]:
    return _taught


@pytest.fixture
def said() -> Callable[..., dict[str, Any]]:
    return _said
