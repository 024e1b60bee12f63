"""Sheets of what the plan rests on: patterns, dependencies, source cells, files, rows left out, conflicts, flags."""

import pandas as pd

from aidiscover_pipelines.reporting.view import PortfolioView
from aidiscover_pipelines.reporting.workbook import Sheet, Values


def data_sheets(view: PortfolioView) -> list[Sheet]:
    """Everything behind the recommendations."""
    quality, gone = view.quality, view.quality.changes.gone
    names = view.applications.set_index("application_id")["name"]
    return [
        _patterns(view),
        _of("Dependencies", view.dependencies, {
            "Application": "source", "Needs, or goes with where not directed": "target", "Kind": "kind",
            "Directed": "directed", "Port": "port", "Both known": "resolved",
        }),
        Sheet("Evidence", {
            "Application": view.evidence["application_id"].map(names),
            **_columns(view.evidence, {
                "File": "file", "Sheet": "sheet", "Row": "row", "Column": "header", "Original": "original",
                "Transform": "transform", "Address": "evidence_id",
            }),
        }),
        _of("Flags", view.flags, {
            "Problem": "problem", "About": "entity", "Name": "name", "Field": "field", "Value": "value",
            "What is wrong": "what", "First cell": "places",
        }),
        _of("Data quality", quality.files, {
            "File": "file", "Format": "format", "Status": "status", "Reason": "reason", "Sheets": "sheets",
            "Rows in": "rows", "Rows skipped": "skipped", "Rows used": "used",
        }),
        _of("Skipped rows", quality.skipped, {"Stage": "stage", "Reason": "reason", "Rows": "rows"}),
        _of("Columns to review", quality.review, {
            "File": "file", "Sheet": "sheet", "Header": "header", "Taken as": "field", "Confidence": "confidence",
            "Alternatives": "alternatives", "Reason": "reason",
        }),
        _of("Conflicts", quality.conflicts, {
            "Entity": "entity", "Name": "name", "Field": "field", "Chosen": "chosen", "Others": "others",
            "Rule": "rule",
        }),
        _of("Changes", quality.changes.rows, {
            "File": "file", "Sheet": "sheet", "Row": "row", "Change": "change", "Column": "column",
            "Before": "before", "Now": "now",
        }),
        Sheet("Gone", {
            **_columns(gone, {"What": "entity", "Name": "name", "Id": "entity_id"}),
            "Last seen": [when.strftime("%Y-%m-%d %H:%M UTC") for when in gone["last_seen"]],
            "Gone since": [when.strftime("%Y-%m-%d %H:%M UTC") for when in gone["gone_since"]],
            "Last listed in": gone["sources"],
        }),
    ]  # fmt: skip


def _patterns(view: PortfolioView) -> Sheet:
    clusters = view.clusters
    return Sheet(
        "Patterns",
        {
            "Pattern": [each["label"] for each in clusters],
            "What its members share": [each["description"] for each in clusters],
            "Applications": [each["size"] for each in clusters],
            "Representative": [each["representative"] for each in clusters],
            "Stand out": [", ".join(map(str, each["anomalies"])) for each in clusters],
        },
    )


def _of(name: str, frame: pd.DataFrame, columns: dict[str, str]) -> Sheet:
    return Sheet(name, _columns(frame, columns))


def _columns(frame: pd.DataFrame, columns: dict[str, str]) -> dict[str, Values]:
    return {header: frame[column] for header, column in columns.items()}
