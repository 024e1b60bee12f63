"""What a child has read becomes rows of source_sheets, sheet_readings, source_records and skipped_rows by the chunk.

Cells stay the JSON text that the child wrote; no row becomes a Python list here.
"""

from collections.abc import Callable, Iterator, Sequence

import pandas as pd
import pyarrow as pa
import pyarrow.csv

from aidiscover_pipelines.domain.tables import Row, SheetReading, SkippedRow, SourceRecord, SourceSheet
from aidiscover_pipelines.ingest.child import FileRead
from aidiscover_pipelines.ingest.numbering import READING, Numbers
from aidiscover_pipelines.ingest.spool import SheetRead, chunks

TABLES: tuple[type[Row], ...] = (SheetReading, SourceSheet, SourceRecord, SkippedRow)

_COLUMNS = {"row": pa.int64(), "cells": pa.string(), "reason": pa.string()}


def parts_of(
    file_id: str, read: FileRead, digest: str, numbered: Callable[[SheetRead], Numbers]
) -> Iterator[tuple[type[Row], pd.DataFrame]]:
    """The frames of one file, each with its table: kept and rejected rows of one sheet after the other, the sheets."""
    last = []
    for sheet in read.sheets:
        numbers = numbered(sheet)

        def addressed(rows: pd.DataFrame, sheet: SheetRead = sheet, numbers: Numbers = numbers) -> pd.DataFrame:
            named = pd.Series(numbers.of(rows), index=rows.index).astype("str")
            return rows.assign(record_id=f"{file_id}.{sheet.sheet_index}." + named, file_id=file_id)

        for rows in records_of(read, sheet):
            yield SourceRecord, addressed(rows).assign(sheet_index=sheet.sheet_index)[SourceRecord.columns()]
        for chunk in chunks(read.spool, sheet.rejected_chunks):
            rejected = addressed(_parsed(chunk, ("row", "cells", "reason")))
            yield SkippedRow, rejected.assign(sheet=sheet.sheet, stage=READING)[SkippedRow.columns()]
        last.append(numbers.last)
    indices = [sheet.sheet_index for sheet in read.sheets]
    told = {"file_id": file_id, "sheet_index": indices, "digest": digest, "last_number": last}
    yield SheetReading, pd.DataFrame(told)
    yield SourceSheet, _sheets_frame(file_id, read.sheets)


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
