"""CSV (RFC 4180) in one of two manners: for importers, cell by cell as it is, and for people, safe in a spreadsheet."""

import csv
import io
from collections.abc import Iterable, Sequence

import pandas as pd

from aidiscover_pipelines.reporting.exports.template import Template
from aidiscover_pipelines.reporting.workbook import RUNNABLE


def importer_csv(header: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """For a machine: UTF-8 without a byte-order mark, which importers take for a part of the first title; CRLF.

    Cells are not changed: an importer would store the guard of a spreadsheet as part of the name.
    """
    return _text(header, rows).encode()


def people_csv(frame: pd.DataFrame) -> bytes:
    """For a spreadsheet program: UTF-8 with a byte-order mark, without which Excel reads another encoding; CRLF.

    A cell that would run as a formula stands behind an apostrophe.
    """
    texts = frame.astype(object).where(frame.notna(), "").map(_guarded)
    return _text(list(texts.columns), texts.itertuples(index=False)).encode("utf-8-sig")


def runs_as_formula(frame: pd.DataFrame) -> int:
    """Cells that a spreadsheet program would run if a person opened the importer's file in it."""
    return int(sum(frame[column].str.startswith(RUNNABLE).sum() for column in frame))


def parts(template: Template, rows: pd.DataFrame) -> list[bytes]:
    """The file, or as many as the template's limits ask for, each with its header; one where there are no rows."""
    size = template.most_rows or max(len(rows), 1)
    chunks = [rows.iloc[start : start + size] for start in range(0, max(len(rows), 1), size)]
    return [part for chunk in chunks for part in _within(template, chunk)]


def _within(template: Template, rows: pd.DataFrame) -> list[bytes]:
    """Halves until each is small enough; one row alone is never parted."""
    content = importer_csv(template.titles, rows.itertuples(index=False))
    if not template.most_bytes or len(content) <= template.most_bytes or len(rows) < 2:
        return [content]
    middle = len(rows) // 2
    return _within(template, rows.iloc[:middle]) + _within(template, rows.iloc[middle:])


def _guarded(value: object) -> str:
    text = f"{value:.10g}" if isinstance(value, float) else str(value)
    return f"'{text}" if isinstance(value, str) and text.startswith(RUNNABLE) else text


def _text(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(header)
    writer.writerows(rows)
    return text.getvalue()
