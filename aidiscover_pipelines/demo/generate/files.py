"""Rows to files, a part at a time: memory stays flat however many rows there are."""

from collections.abc import Iterable
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.csv
import xlsxwriter

_CREATED = datetime(2026, 10, 30, tzinfo=UTC)  # of every workbook: two benchmark runs must read the same bytes


def write_csv(path: Path, parts: Iterable[pd.DataFrame], delimiter: str = ",") -> int:
    """Write the parts one below the other, UTF-8; returns the number of rows."""
    rows = 0
    writer: pa.csv.CSVWriter | None = None
    options = pa.csv.WriteOptions(delimiter=delimiter, quoting_style="needed")
    with path.open("wb") as file:
        for part in parts:
            texts = pa.table({name: pa.array(column, pa.string(), from_pandas=True) for name, column in part.items()})
            writer = writer or pa.csv.CSVWriter(file, texts.schema, write_options=options)
            writer.write_table(texts)
            rows += len(part)
        if writer:
            writer.close()
    return rows


def write_workbooks(
    path: Path, sheet: str, parts: Iterable[pd.DataFrame], most_rows: int = 1_000_000
) -> tuple[list[Path], int]:
    """Write the parts to workbooks of at most so many rows, the second called NAME_2; returns them and the rows."""
    paths: list[Path] = []
    total = 0
    rows = chain.from_iterable(_rows(part) for part in parts)
    row = next(rows, None)
    while row is not None:
        paths.append(path.with_stem(f"{path.stem}_{len(paths) + 1}") if paths else path)
        options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
        with xlsxwriter.Workbook(str(paths[-1]), options) as workbook:
            workbook.set_properties({"created": _CREATED})
            written = workbook.add_worksheet(sheet)
            written.write_row(0, 0, list(row))
            number = 0
            while row is not None and number < most_rows:
                number += 1
                for place, value in enumerate(row.values()):
                    if isinstance(value, str):
                        written.write_string(number, place, value)
                    elif value is not None and value == value:
                        written.write_number(number, place, value)
                row = next(rows, None)
            total += number
    return paths, total


def _rows(part: pd.DataFrame) -> list[dict[Any, Any]]:
    return part.astype(object).to_dict("records")
