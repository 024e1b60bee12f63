"""Sheets of rows and mappings, and what cleansing makes of them."""

from collections.abc import Callable, Iterable

import pandas as pd
import pytest

from aidiscover_pipelines.inventory.cleansing.cleanse import Cleansed, cleanse
from aidiscover_pipelines.inventory.cleansing.value import Exemptions

Column = tuple[str, str | None, str | None, str | None]


def _mapping(file_id: str, sheet_index: int, entity: str | None, columns: list[Column]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "file_id": file_id,
            "sheet_index": sheet_index,
            "sheet": f"sheet {sheet_index}",
            "entity": entity,
            "column_index": range(1, len(columns) + 1),
            "header": [column[0] for column in columns],
            "field": [column[1] for column in columns],
            "unit": [column[2] for column in columns],
            "statistic": [column[3] for column in columns],
            "decision": ["accept" if column[1] else "ignore" for column in columns],
        }
    )


def _records(file_id: str, sheet_index: int, rows: list[list[str]]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "record_id": [f"{file_id}.{sheet_index}.{place + 2}" for place in range(len(rows))],
            "file_id": file_id,
            "sheet_index": sheet_index,
            "row": range(2, len(rows) + 2),
            "cells": rows,
        }
    )


def _whole(parts: Iterable[Cleansed]) -> Cleansed:
    """The parts of one sheet, or of several, as one."""
    return Cleansed(*(pd.concat(frames, ignore_index=True) for frames in zip(*parts, strict=True)))


@pytest.fixture
def cleansed_sheet() -> Callable[..., Cleansed]:
    """(records, mapping, rows in a slice) -> what cleansing makes of one sheet."""

    def run(records: pd.DataFrame, mapping: pd.DataFrame, slice_rows: int = 1000) -> Cleansed:
        slices = (records[start : start + slice_rows] for start in range(0, len(records), slice_rows))
        return _whole(cleanse(slices, mapping))

    return run


@pytest.fixture
def mapping() -> Callable[..., pd.DataFrame]:
    """(file_id, sheet_index, entity, columns) -> FieldMapping rows; a column is (header, field, unit, statistic)."""
    return _mapping


@pytest.fixture
def records() -> Callable[..., pd.DataFrame]:
    """(file_id, sheet_index, rows) -> SourceRecord rows; the first data row is row 2."""
    return _records


@pytest.fixture
def cleansed() -> Callable[..., Cleansed]:
    """(entity, columns, *rows, undone=()) -> what cleansing makes of one sheet of file f."""

    def run(entity: str, columns: list[Column], *rows: list[str], undone: tuple[tuple[str, str, str], ...] = ()):
        return _whole(cleanse([_records("f", 1, list(rows))], _mapping("f", 1, entity, columns), Exemptions(undone)))

    return run
