"""The plan as a workbook: one sheet per question a migration team asks. Texts are never formulas or links."""

import io
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import pandas as pd
import xlsxwriter

from aidiscover_pipelines.domain.tenancy import RunRef
from aidiscover_pipelines.domain.vocabulary import Strategy
from aidiscover_pipelines.reporting.details import as_list, reason_text
from aidiscover_pipelines.reporting.view import PortfolioView

# A spreadsheet program may run a cell that starts like this once the sheet is saved as CSV and opened again. Source:
# OWASP, CSV Injection. An apostrophe in front is the text mark that spreadsheet programs themselves use.
_RUNNABLE = ("=", "+", "-", "@", "\t", "\r")
_CELL_LIMIT = 32_767  # Excel's most characters in a cell
_ROW_LIMIT = 1_000_000  # below Excel's 1,048,576 rows
_WIDTH_LIMIT = 60
_ACRONYMS = {"os": "OS", "cpu": "CPU", "ip": "IP", "eol": "EOL", "id": "ID", "gb": "GB", "mb": "MB"}


def portfolio_xlsx(view: PortfolioView, run: RunRef, now: datetime) -> bytes:
    """The workbook: the sheets of `_sheets`, a row for each application, question, edge, file or conflict."""
    buffer = io.BytesIO()
    # Rows are written in order and flushed, so that memory stays flat at 100,000 applications.
    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    with xlsxwriter.Workbook(buffer, options) as workbook:
        workbook.set_properties({"title": f"Migration plan {view.tenant}", "created": now.replace(tzinfo=None)})
        bold = workbook.add_format({"bold": True, "bg_color": "#e8eef5", "border": 1, "border_color": "#c6ced8"})
        for name, headers, rows in _sheets(view, run, now):
            _write_sheet(workbook.add_worksheet(name), headers, rows, bold)
    return buffer.getvalue()


def safe_text(text: str) -> str:
    """Text that no spreadsheet program takes for a formula, cut to what a cell holds."""
    cleaned = text if text.isprintable() else "".join(c for c in text if c >= " " or c in "\n\t\r")
    return ("'" + cleaned if cleaned.startswith(_RUNNABLE) else cleaned)[:_CELL_LIMIT]


Sheet = tuple[str, Sequence[str], Iterable[Sequence[Any]]]


def _sheets(view: PortfolioView, run: RunRef, now: datetime) -> list[Sheet]:
    quality = view.quality
    return [
        ("Summary", ("Figure", "Value"), _summary_rows(view, run, now)),
        _applications(view),
        _recommendations(view),
        (
            "Evidence",
            ("Application", "File", "Sheet", "Row", "Column", "Original", "Transform", "Address"),
            _named(view, view.evidence, ["file", "sheet", "row", "header", "original", "transform", "evidence_id"]),
        ),
        ("Gaps", ("Application", "Attribute", "State", "Question"), _gap_rows(view)),
        (
            "Pattern gaps",
            ("Pattern", "Members", "Gap report", "Attribute", "Applications", "Method", "Minutes", "Changes expected"),
            _pattern_gap_rows(view),
        ),
        (
            "Next questions",
            ("Application", "Ask", "Question", "An answer could make it", "Probability", "Minutes", "Cheapest way"),
            _question_rows(view),
        ),
        ("Waves", ("Wave", "Application", "Strategy", "Risk", "Servers", "Reason", "Moves with"), _wave_rows(view)),
        (
            "Dependencies",
            ("Application", "Needs, or goes with where not directed", "Kind", "Directed", "Port", "Both known"),
            view.dependencies[["source", "target", "kind", "directed", "port", "resolved"]].itertuples(index=False),
        ),
        (
            "Data quality",
            ("File", "Format", "Status", "Reason", "Sheets", "Rows in", "Rows skipped", "Rows used"),
            quality.files[["file", "format", "status", "reason", "sheets", "rows", "skipped", "used"]].itertuples(
                index=False
            ),
        ),
        ("Skipped rows", ("Stage", "Reason", "Rows"), quality.skipped.itertuples(index=False)),
        (
            "Columns to review",
            ("File", "Sheet", "Header", "Taken as", "Confidence", "Alternatives", "Reason"),
            quality.review.itertuples(index=False),
        ),
        (
            "Conflicts",
            ("Entity", "Name", "Field", "Chosen", "Others", "Rule"),
            quality.conflicts.itertuples(index=False),
        ),
        (
            "Changes",
            ("File", "Sheet", "Row", "Change", "Column", "Before", "Now"),
            quality.changes.rows.itertuples(index=False),
        ),
        ("Gone", ("What", "Name", "Id", "Last seen", "Gone since", "Last listed in"), _gone_rows(view)),
    ]


def _summary_rows(view: PortfolioView, run: RunRef, now: datetime) -> list[tuple[str, Any]]:
    rows: list[tuple[str, Any]] = [
        ("Tenant", view.tenant),
        ("Written", now.strftime("%Y-%m-%d %H:%M UTC")),
        ("Run", run.run_id),
        ("Applications", len(view.applications)),
        ("Servers and other assets", view.assets),
        ("Average completeness of the attributes, percent", round(view.completeness, 1)),
        *((f"Recommendation: {name}", count) for name, count in view.strategies.items()),
        *((f"Risk: {name}", count) for name, count in view.risks.items()),
        *((f"Decided by: {name}", count) for name, count in view.decided_by.items()),
        ("Waves", sum(1 for wave in view.waves if wave["wave"])),
        ("Automation tier", view.platform["tier"] if view.platform else ""),
        ("Rows in", view.quality.rows_in),
        ("Rows skipped", view.quality.rows_skipped),
        ("Conflicts between sources", len(view.quality.conflicts)),
        ("Crew kickoffs", view.crews.kickoffs),
        ("LLM tokens", view.crews.tokens),
        ("LLM cost, USD", round(view.crews.cost_usd, 4)),
    ]
    if view.is_cut:
        rows.append(("Note", f"Sheets Evidence and Gaps hold the first {len(view.details):,} applications by priority"))
    return rows


def _applications(view: PortfolioView) -> Sheet:
    states = view.attribute_states
    shown = view.applications[["name", "application_id", "origin", "servers", "cluster", "completeness"]].copy()
    shown["data_confidence"] = view.applications["data_confidence"]
    shown[["completeness", "data_confidence"]] = shown[["completeness", "data_confidence"]].round(1)
    rows = zip(*(shown[column] for column in shown), *(states[column] for column in states), strict=True)
    named = ("Application", "Id", "Known from", "Servers", "Pattern", "Completeness %", "Data confidence %")
    headers = (*named, *map(label, states.columns))
    return "Applications", headers, rows


def _recommendations(view: PortfolioView) -> Sheet:
    """Scores of all six side by side; an R that a hard constraint rules out reads "not possible"."""
    order = [strategy.value for strategy in Strategy]
    headers = (
        "Application", "Strategy", "Confidence", "Decided by", "Risk", "Priority", "Wave", "Rationale",
        *(f"Score {name}" for name in order), "Why not the others", "Model",
        "A person should look",
    )  # fmt: skip
    return "Recommendations", headers, (_recommendation_row(row, order) for row in view.applications.to_dict("records"))


def _recommendation_row(row: dict[Any, Any], order: list[str]) -> list[Any]:
    ranking = row["ranking"] or []
    scores = {str(entry["strategy"]): entry["score"] if entry["allowed"] else "not possible" for entry in ranking}
    others = [
        f"{entry['strategy']}: {'; '.join(map(reason_text, entry['reasons']))}"
        for entry in ranking
        if str(entry["strategy"]) != row["strategy"] and entry["reasons"]
    ]
    return [
        row["name"], row["strategy"] or "not assessed", row["confidence"], row["decided_by"], row["risk"],
        row["priority"], row["wave"], row["rationale"], *(scores.get(name) for name in order), "\n".join(others),
        row["model"], row["review"],
    ]  # fmt: skip


def _named(view: PortfolioView, frame: pd.DataFrame, columns: list[str]) -> Iterable[Sequence[Any]]:
    names = view.applications.set_index("application_id")["name"]
    return zip(frame["application_id"].map(names), *(frame[column] for column in columns), strict=True)


def _gap_rows(view: PortfolioView) -> Iterable[Sequence[Any]]:
    names = view.applications.set_index("application_id")["name"]
    for application, detail in view.details.items():
        questions = {asked["attribute"]: asked["question"] for asked in detail.questions}
        for standing in detail.attributes:
            if standing["state"] != "present" or standing["attribute"] in questions:
                question = questions.get(standing["attribute"], "")
                yield names[application], label(standing["attribute"]), standing["state"], question


def _pattern_gap_rows(view: PortfolioView) -> Iterable[Sequence[Any]]:
    """One row for each way to close a gap; the report stands in the first of a pattern."""
    columns = ("attribute", "applications", "method", "minutes", "changes")
    for gap in view.gaps:
        for number, step in enumerate(gap["steps"] or [dict.fromkeys(columns)]):
            report = gap["report"] if number == 0 else ""
            yield gap["pattern"], gap["members"], report, *(step[name] for name in columns)


def _question_rows(view: PortfolioView) -> Iterable[Sequence[Any]]:
    names = view.applications.set_index("application_id")["name"]
    for row in view.questions.to_dict("records"):
        outcomes = "; ".join(f"{answer}: {strategy}" for answer, strategy in row["would_become"].items())
        name = names.get(row["application_id"], row["application_id"])
        yield name, row["ask"], row["question"], outcomes, row["change"], row["minutes"], row["method"]


def _wave_rows(view: PortfolioView) -> Iterable[Sequence[Any]]:
    names = view.applications.set_index("application_id")["name"]
    placed = view.applications[view.applications["wave"].notna()]
    for row in placed.sort_values(["wave", "name"], kind="stable").to_dict("records"):
        wave = int(row["wave"]) or "does not move"
        together = ", ".join(str(names.get(other, other)) for other in as_list(row["moves_with"]))
        yield wave, row["name"], row["strategy"], row["risk"], row["servers"], row["wave_reason"], together


def _gone_rows(view: PortfolioView) -> Iterable[Sequence[Any]]:
    for row in view.quality.changes.gone.to_dict("records"):
        times = (row[name].strftime("%Y-%m-%d %H:%M UTC") for name in ("last_seen", "gone_since"))
        yield row["entity"], row["name"], row["entity_id"], *times, row["sources"]


def label(attribute: str) -> str:
    """Attribute or field key as a heading."""
    words = [_ACRONYMS.get(word, word) for word in attribute.split("_")]
    text = " ".join(words)
    return text[:1].upper() + text[1:]


def _write_sheet(sheet: Any, headers: Sequence[str], rows: Iterable[Sequence[Any]], bold: Any) -> None:
    """Header with filter, frozen first row, widths by what the first rows hold; then the rows."""
    taken: list[list[Any]] = []
    stream = iter(rows)
    for row in stream:
        taken.append(list(row))
        if len(taken) == 200:  # enough to judge widths, which must be set before the first row is flushed
            break
    for column, header in enumerate(headers):
        longest = max([len(header) + 3, *(len(str(row[column])) for row in taken if not _is_missing(row[column]))])
        sheet.set_column(column, column, min(longest + 1, _WIDTH_LIMIT))
    sheet.freeze_panes(1, 1)
    for column, header in enumerate(headers):
        sheet.write_string(0, column, header, bold)
    number = 0
    for number, row in enumerate(_chain(taken, stream), start=1):
        if number > _ROW_LIMIT:
            sheet.write_string(number, 0, "more rows than a sheet holds; the rest is in the store")
            break
        for column, value in enumerate(row):
            _write_cell(sheet, number, column, value)
    sheet.autofilter(0, 0, max(number, 1), len(headers) - 1)


def _chain(first: list[list[Any]], rest: Iterable[Sequence[Any]]) -> Iterable[Sequence[Any]]:
    yield from first
    yield from rest


def _write_cell(sheet: Any, row: int, column: int, value: Any) -> None:
    if isinstance(value, str):
        if value:
            sheet.write_string(row, column, safe_text(value))
    elif _is_missing(value):
        return
    elif isinstance(value, bool) or type(value).__name__ == "bool":
        sheet.write_string(row, column, "yes" if value else "no")
    else:
        sheet.write_number(row, column, float(value))


def _is_missing(value: Any) -> bool:
    """None, NaN or pandas' NA; a list would not be a cell."""
    return value is None or value is pd.NA or value != value
