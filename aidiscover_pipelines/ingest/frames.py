"""What a child has read becomes the rows of source_sheets, source_records and skipped_rows, chunk by chunk.

Cells stay the JSON text that the child wrote; no row becomes a Python list here.
"""

from collections.abc import Iterator, Sequence

import pandas as pd
import pyarrow as pa
import pyarrow.csv

from aidiscover_pipelines.domain.tables import Row, SkippedRow, SourceRecord, SourceSheet
from aidiscover_pipelines.ingest.child import FileRead
from aidiscover_pipelines.ingest.spool import SheetRead, chunks

READING = "reading"
TABLES: tuple[type[Row], ...] = (SourceSheet, SourceRecord, SkippedRow)

_COLUMNS = {"row": pa.int64(), "cells": pa.string(), "reason": pa.string()}


def parts_of(file_id: str, read: FileRead) -> Iterator[tuple[type[Row], pd.DataFrame]]:
    """The frames of one file, each with its table: its sheets, then the kept rows of one sheet after the other."""
    yield SourceSheet, _sheets_frame(file_id, read.sheets)
    for sheet in read.sheets:
        address = f"{file_id}.{sheet.sheet_index}."
        for rows in records_of(read, sheet):
            records = rows.assign(record_id=_ids(address, rows), file_id=file_id, sheet_index=sheet.sheet_index)
            yield SourceRecord, records[SourceRecord.columns()]
        for chunk in chunks(read.spool, sheet.rejected_chunks):
            rows = _parsed(chunk, ("row", "cells", "reason"))
            skipped = rows.assign(record_id=_ids(address, rows), file_id=file_id, sheet=sheet.sheet, stage=READING)
            yield SkippedRow, skipped[SkippedRow.columns()]


def records_of(read: FileRead, sheet: SheetRead) -> Iterator[pd.DataFrame]:
    """The kept data rows of a sheet in parts: row (number) and cells (JSON text)."""
    for chunk in chunks(read.spool, sheet.row_chunks):
        yield _parsed(chunk, ("row", "cells"))


def _sheets_frame(file_id: str, sheets: Sequence[SheetRead]) -> pd.DataFrame:
    columns = {
        "file_id": file_id,
        "sheet_index": [sheet.sheet_index for sheet in sheets],
        "sheet": [sheet.sheet for sheet in sheets],
        "header_row": [sheet.header_row for sheet in sheets],
        "headers": pd.Series([sheet.headers for sheet in sheets], dtype="object"),
        "rows": [sheet.rows for sheet in sheets],
        "hidden": [sheet.hidden for sheet in sheets],
    }
    return pd.DataFrame(columns)[SourceSheet.columns()]


def _parsed(chunk: bytes, columns: Sequence[str]) -> pd.DataFrame:
    """Lines of texts that tabs separate: JSON writes tabs and line ends inside texts as escapes."""
    table = pyarrow.csv.read_csv(
        pa.BufferReader(chunk),
        read_options=pyarrow.csv.ReadOptions(column_names=list(columns), block_size=len(chunk) + 1),
        parse_options=pyarrow.csv.ParseOptions(delimiter="\t", quote_char=False),
        convert_options=pyarrow.csv.ConvertOptions(column_types={name: _COLUMNS[name] for name in columns}),
    )
    frame: pd.DataFrame = table.to_pandas()
    return frame.astype({name: "str" for name in columns if name != "row"})


def _ids(address: str, rows: pd.DataFrame) -> pd.Series:
    return address + rows["row"].astype("str")
