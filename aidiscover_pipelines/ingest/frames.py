"""Sheets as read become the frames of source_sheets, source_records and skipped_rows, column by column."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import pandas as pd

from aidiscover_pipelines.domain.tables import Row, SkippedRow, SourceRecord, SourceSheet
from aidiscover_pipelines.ingest.sheet import SheetRows

READING = "reading"


@dataclass(slots=True)
class RecordFrames:
    """Collects the frames of one tenant's files, sheet by sheet."""

    sheets: list[pd.DataFrame] = field(default_factory=list)
    records: list[pd.DataFrame] = field(default_factory=list)
    skipped: list[pd.DataFrame] = field(default_factory=list)

    def add(self, file_id: str, sheets: Sequence[SheetRows]) -> None:
        """Take over every sheet of one file."""
        self.sheets.append(_sheets_frame(file_id, sheets))
        for sheet in sheets:
            if sheet.rows:
                self.records.append(_records_frame(file_id, sheet))
            if sheet.rejected:
                self.skipped.append(_skipped_frame(file_id, sheet))

    def by_table(self) -> dict[type[Row], pd.DataFrame]:
        """One frame per table with the row model's columns; empty ones where nothing was read."""
        return {
            SourceSheet: _joined(SourceSheet, self.sheets),
            SourceRecord: _joined(SourceRecord, self.records),
            SkippedRow: _joined(SkippedRow, self.skipped),
        }


def _joined(table: type[Row], parts: list[pd.DataFrame]) -> pd.DataFrame:
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=table.columns())


def _sheets_frame(file_id: str, sheets: Sequence[SheetRows]) -> pd.DataFrame:
    columns = {
        "file_id": file_id,
        "sheet_index": [sheet.sheet_index for sheet in sheets],
        "sheet": [sheet.sheet for sheet in sheets],
        "header_row": [sheet.header_row for sheet in sheets],
        "headers": _objects([sheet.headers for sheet in sheets]),
        "rows": [len(sheet.rows) for sheet in sheets],
    }
    return pd.DataFrame(columns)[SourceSheet.columns()]


def _records_frame(file_id: str, sheet: SheetRows) -> pd.DataFrame:
    numbers, cells = zip(*sheet.rows, strict=True)
    rows = pd.Series(numbers, dtype="int64")
    columns = {
        "record_id": f"{file_id}.{sheet.sheet_index}." + rows.astype("str"),
        "file_id": file_id,
        "sheet_index": sheet.sheet_index,
        "row": rows,
        "cells": _objects(cells),
    }
    return pd.DataFrame(columns)[SourceRecord.columns()]


def _skipped_frame(file_id: str, sheet: SheetRows) -> pd.DataFrame:
    rows = pd.Series([number for number, _, _ in sheet.rejected], dtype="int64")
    columns = {
        "record_id": f"{file_id}.{sheet.sheet_index}." + rows.astype("str"),
        "file_id": file_id,
        "sheet": sheet.sheet,
        "row": rows,
        "stage": READING,
        "reason": [reason for _, _, reason in sheet.rejected],
    }
    return pd.DataFrame(columns)[SkippedRow.columns()]


def _objects(lists: Sequence[list[str]]) -> pd.Series:
    """A column of lists; pandas would otherwise try to make a table of them."""
    return pd.Series(list(lists), dtype="object")
