"""The questionnaire as a workbook: instructions, the questions, and one sheet to fill in for each role."""

import io
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import pandas as pd
import xlsxwriter

from aidiscover_pipelines.domain.collection import COLLECTION
from aidiscover_pipelines.domain.questionnaire import (
    EXPLANATIONS,
    KEY_HEADER,
    NOT_APPLICABLE,
    ORIENTATION_HEADERS,
    header_of,
)
from aidiscover_pipelines.reporting.answer_cells import CELLS, CHOICE, DATE, TEXT, WHY
from aidiscover_pipelines.reporting.questions import LABELS
from aidiscover_pipelines.reporting.workbook import A4, safe_text, set_up_print

_INSTRUCTIONS = (
    "We plan the move of your applications to the cloud. A few things about them are written down nowhere. Your "
    "answers go straight into the plan.",
    "1. Open the sheet with the name of your role.",
    "2. Fill in the white cells that you can answer. Grey cells are known already, or are asked of somebody else.",
    "3. Select a cell: a note shows the question and what an answer could change. The sheet Questions says why we ask.",
    f"4. Where a question makes no sense for an application, write: {NOT_APPLICABLE}",
    "5. Leave a cell empty where you do not know. A guess is worse than no answer.",
    "6. Change neither the first column nor the headers: they tell where an answer belongs.",
    "7. Save the workbook and send it back. Several people may fill in copies of it.",
    "What you write outweighs what the systems of record say, and the plan cites the cell of this workbook for it.",
)
_QUESTION_COLUMNS = (
    ("Asked of", 18), ("What", 28), ("Question", 50), ("Why it matters", 50), ("How to answer", 40),
    ("Applications", 13), ("Recommendations that it may change", 18),
)  # fmt: skip
_PROMPT_LIMIT, _TITLE_LIMIT = 255, 32  # of Excel
_RANGES_TOGETHER = 200
_WIDTHS = (24, 34, 24)
_ANSWER_WIDTH = 24

Place = tuple[int, int]


def questionnaire_workbook(tenant: str, cells: pd.DataFrame, now: datetime) -> bytes:
    """Bytes of the workbook. `cells` as in Questionnaire; names are texts, never formulas. `now` is UTC."""
    buffer = io.BytesIO()
    created = now.replace(tzinfo=None)
    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(buffer, options) as workbook:
        workbook.set_properties({"title": f"Questions about the applications of {tenant}", "created": created})
        formats = _formats(workbook)
        instructions, questions = (workbook.add_worksheet(name) for name in EXPLANATIONS)
        people = [str(ask) for ask in cells["ask"].unique()]
        _write_instructions(instructions, tenant, people, formats)
        _write_questions(questions, cells, formats)
        for ask in people:
            _write_answers(workbook.add_worksheet(ask.capitalize()), cells[cells["ask"] == ask], formats)
    return buffer.getvalue()


def _formats(workbook: Any) -> Mapping[str, Any]:
    plain = {"valign": "top", "text_wrap": True, "border": 1, "border_color": "#c6ced8"}
    head = {**plain, "bold": True, "bg_color": "#e8eef5"}
    return {
        "title": workbook.add_format({"bold": True, "font_size": 16}),
        "line": workbook.add_format({"text_wrap": True, "valign": "top", "font_size": 11}),
        "head": workbook.add_format(head),
        "known": workbook.add_format({**plain, "bg_color": "#f0f0f0", "font_color": "#555555"}),
        "closed": workbook.add_format({**plain, "bg_color": "#d9d9d9"}),
        "cell": workbook.add_format(plain),
        TEXT: workbook.add_format({**plain, "locked": False, "num_format": "@"}),
        DATE: workbook.add_format({**plain, "locked": False, "num_format": "yyyy-mm-dd"}),
        "open": workbook.add_format({**plain, "locked": False}),
    }


def _write_instructions(sheet: Any, tenant: str, people: Sequence[str], formats: Mapping[str, Any]) -> None:
    sheet.hide_gridlines(2)
    sheet.set_column(0, 0, 100)
    sheet.write_string(0, 0, safe_text(f"Questions about the applications of {tenant}"), formats["title"])
    lines = [*_INSTRUCTIONS, f"Sheets to fill in: {', '.join(ask.capitalize() for ask in people)}"]
    for row, line in enumerate(lines, start=2):
        sheet.set_row(row, 32 if len(line) > 100 else 18)
        sheet.write_string(row, 0, line, formats["line"])
    sheet.set_paper(A4)
    sheet.fit_to_pages(1, 1)


def _write_questions(sheet: Any, cells: pd.DataFrame, formats: Mapping[str, Any]) -> None:
    for column, (header, width) in enumerate(_QUESTION_COLUMNS):
        sheet.set_column(column, column, width)
        sheet.write_string(0, column, header, formats["head"])
    asked = cells.drop_duplicates(["application_id", "attribute"])
    for row, (key, each) in enumerate(asked.groupby(["ask", "attribute"], sort=False), start=1):
        ask, attribute = (str(part) for part in key)
        collection = COLLECTION[attribute]
        hints = [f"{CELLS[field].label}: {CELLS[field].hint}" for field in collection.fields]
        texts = (ask, LABELS[attribute], collection.question, WHY[attribute], "\n".join(hints))
        for column, text in enumerate(texts):
            sheet.write_string(row, column, text, formats["cell"])
        for column, number in enumerate((len(each), int((each["change"] > 0).sum())), start=len(texts)):
            sheet.write_number(row, column, number, formats["cell"])
    sheet.freeze_panes(1, 0)
    set_up_print(sheet)


def _write_answers(sheet: Any, cells: pd.DataFrame, formats: Mapping[str, Any]) -> None:
    """One row for each application, one column for each field; all that is not asked is grey and closed."""
    order = [field for collection in COLLECTION.values() for field in collection.fields]
    asked = set(cells["field"])
    columns = {field: 3 + place for place, field in enumerate(field for field in order if field in asked)}
    headers = [KEY_HEADER, *ORIENTATION_HEADERS, *(header_of(CELLS[field].label, field) for field in columns)]
    for column, header in enumerate(headers):
        sheet.set_column(column, column, _WIDTHS[column] if column < len(_WIDTHS) else _ANSWER_WIDTH)
        sheet.write_string(0, column, header, formats["head"])
    sheet.set_row(0, 48)
    rows = cells.drop_duplicates("application_id")
    place_of = dict(zip(rows["application_id"], range(1, len(rows) + 1), strict=True))
    for identity, name, contact in rows[["application_id", "name", "contact"]].itertuples(index=False):
        row = place_of[identity]
        for column, text in enumerate((identity, safe_text(name), safe_text(contact))):
            sheet.write_string(row, column, text, formats["known"])
        for column in columns.values():
            sheet.write_blank(row, column, None, formats["closed"])
    notes: dict[tuple[str, str], list[Place]] = {}
    for cell in cells.itertuples(index=False):
        place = (place_of[cell.application_id], columns[str(cell.field)])
        sheet.write_blank(*place, None, formats.get(CELLS[str(cell.field)].kind, formats["open"]))
        notes.setdefault((str(cell.field), _note(cell)), []).append(place)
    for (field, note), places in notes.items():
        _ask(sheet, field, note, places)
    sheet.freeze_panes(1, 2)
    sheet.autofilter(0, 0, len(rows), len(headers) - 1)
    # No password: it keeps from slips, not from people.
    allowed = {"autofilter": True, "format_columns": True, "format_rows": True}
    sheet.protect("", allowed)
    set_up_print(sheet)


def _note(cell: Any) -> str:
    """What shows beside a selected cell: the question, how to answer, what it could change."""
    told = [str(cell.question), f"Answer: {CELLS[str(cell.field)].hint}."]
    if cell.would_become:
        outcomes = ", ".join(dict.fromkeys(cell.would_become.values()))
        told.append(f"Today's plan is to {cell.today}; an answer could make it {outcomes}.")
    text = " ".join(told)
    return text if len(text) <= _PROMPT_LIMIT else f"{text[: _PROMPT_LIMIT - 3]}..."


def _ask(sheet: Any, field: str, note: str, places: Sequence[Place]) -> None:
    """The note, and the drop-down where there are words to choose from, on all cells that share them."""
    cell = CELLS[field]
    rule: dict[str, Any] = {"validate": "any", "input_title": cell.label[:_TITLE_LIMIT], "input_message": note}
    if cell.kind == CHOICE:
        words = [*cell.choices, NOT_APPLICABLE]
        rule |= {"validate": "list", "source": words, "show_error": cell.is_closed}
        rule |= {"error_title": "Please choose", "error_message": f"One of: {', '.join(words)}. Or leave it empty."}
    for start in range(0, len(places), _RANGES_TOGETHER):
        first, *others = places[start : start + _RANGES_TOGETHER]
        ranges = [[*place, *place] for place in others]
        sheet.data_validation(*first, *first, {**rule, "other_cells": ranges} if ranges else rule)
