"""A questionnaire that comes back: its headers say what its columns mean, whatever was learnt of others."""

from datetime import UTC, datetime

import pandas as pd
import pytest

from aidiscover_pipelines.domain.canonical import FIELDS
from aidiscover_pipelines.domain.questionnaire import EXPLANATIONS, KEY_HEADER, ORIENTATION_HEADERS, header_of
from aidiscover_pipelines.domain.tables import MappingCorrection, SourceRecord, SourceSheet
from aidiscover_pipelines.mapping.columns import observe_columns
from aidiscover_pipelines.mapping.fields import map_sheets

ASKED = [KEY_HEADER, *ORIENTATION_HEADERS]


def workbook(*sheets, file_id="f1"):
    """`sheets` are (name, headers, rows); SourceSheet and SourceRecord rows of one file."""
    listed, records = [], []
    for number, (name, headers, rows) in enumerate(sheets, start=1):
        known = {"file_id": file_id, "sheet_index": number, "sheet": name, "headers": headers, "header_row": 1}
        listed.append({column: known.get(column, 0) for column in SourceSheet.columns()} | {"rows": len(rows)})
        records += [
            {"record_id": f"{file_id}.{number}.{place}", "file_id": file_id, "sheet_index": number, "row": place,
             "cells": cells}
            for place, cells in enumerate(rows, start=2)
        ]  # fmt: skip
    return pd.DataFrame(listed), pd.DataFrame(records, columns=SourceRecord.columns())


def mapped(*sheets, corrections=None):
    frames = workbook(*sheets)
    frames[0]["name"] = "questions.xlsx"
    return map_sheets(*frames, corrections)


def test_every_field_that_a_header_names_in_brackets_is_that_field_for_certain():
    fields = [field for field in FIELDS if "dependency" not in field.entities]
    headers = [*ASKED, *(header_of("Anything at all", field.name) for field in fields)]
    rows = mapped(("Business owner", headers, [["crm", "CRM", "Ann", *["x"] * len(fields)]]))
    answers = rows.iloc[len(ASKED) :]
    assert answers["field"].tolist() == [field.name for field in fields]
    assert answers["unit"].astype(object).where(answers["unit"].notna(), None).tolist() == [f.unit for f in fields]
    assert set(rows["entity"]) == {"application"}
    assert (answers["confidence"] == 1.0).all() and set(answers["decision"]) == {"accept"}
    assert answers["reason"].str.startswith("questionnaire").all()


def test_the_id_is_the_key_and_what_only_orients_is_not_read():
    rows = mapped(("Server team", ASKED, [["crm", "Name of a person's choice", "ann@example.com"]]))
    assert rows["field"].iloc[0] == "application_id"
    assert rows["field"].iloc[1:].isna().all() and set(rows["decision"].iloc[1:]) == {"ignore"}


def test_explanations_are_left_out_and_other_sheets_of_the_workbook_are_read_as_ever():
    rows = mapped(
        (EXPLANATIONS[0], ["Server name", "Operating system"], [["say", "how"]]),
        (EXPLANATIONS[1], ["Asked of", "Question"], [["owner", "How critical?"]]),
        ("Business owner", ASKED, [["crm", "CRM", ""]]),
        ("My servers", ["Server name", "Operating system"], [["srv1", "Windows Server 2019"]]),
    )
    entities = rows.drop_duplicates("sheet").set_index("sheet")["entity"]
    assert entities[list(EXPLANATIONS)].isna().all()
    assert entities["My servers"] == "asset"
    assert rows[rows["sheet"] == EXPLANATIONS[0]]["reason"].str.contains("explains the questionnaire").all()


def test_a_sheet_of_that_name_in_any_other_workbook_is_judged_by_itself():
    rows = mapped(("Questions", ["Server name", "Operating system"], [["srv1", "Windows Server 2019"]]))
    assert set(rows["entity"]) == {"asset"}


@pytest.mark.parametrize("header", ["Business criticality", "Business criticality [business_critical]"])
def test_a_header_that_somebody_changed_is_shown_to_a_person(header):
    rows = mapped(("Owner", [*ASKED, header], [["crm", "CRM", "", "high"]] * 5)).iloc[-1]
    assert (rows["field"], rows["decision"]) == ("business_criticality", "review")
    assert "its header was changed" in rows["reason"]


def test_a_changed_header_that_says_nothing_is_not_guessed_at():
    rows = mapped(("Owner", [*ASKED, "xyz"], [["crm", "CRM", "", "high"]] * 5)).iloc[-1]
    assert pd.isna(rows["field"]) and rows["decision"] == "ignore"
    assert "names no field in brackets any more" in rows["reason"]


def test_a_changed_first_header_makes_it_an_ordinary_list_of_applications():
    headers = ["Application id", *ASKED[1:], header_of("Business criticality", "business_criticality")]
    rows = mapped(("Owner", headers, [["crm", "CRM", "", "high"], ["erp", "ERP", "", "low"]]))
    assert set(rows["entity"]) == {"application"}
    assert not rows["reason"].str.startswith("questionnaire").any()


def test_what_people_taught_about_other_columns_does_not_bear_on_it():
    header = header_of("Business criticality", "business_criticality")
    sheet = ("Owner", [*ASKED, header], [["crm", "CRM", "", "high"]])
    plain = mapped(sheet)
    (seen,) = observe_columns(plain.iloc[[-1]], {"f1": "questions.xlsx"}, [["high"]]).to_dict("records")
    known = {
        "correction_id": "c1", "header": header, "field": "environment", "proposed": "business_criticality",
        "confidence": 0.9, "by": "ann", "at": datetime(2026, 11, 21, tzinfo=UTC), "source": "", "sheet": "",
        "words": seen["words"], "fingerprint": "", "neighbours": seen["neighbours"], "profile": seen["profile"],
        "embedding": seen["embedding"],
    }  # fmt: skip
    taught = pd.DataFrame([{column: known.get(column, "") for column in MappingCorrection.columns()}])
    other = ("My list", ["Application", header], [["CRM", "high"], ["ERP", "low"]])
    both = mapped(sheet, other, corrections=taught)
    assert both[both["sheet"] == "My list"]["field"].iloc[-1] == "environment"
    assert both[both["sheet"] == "Owner"]["field"].iloc[-1] == "business_criticality"
    assert both.index.tolist() == list(range(len(both))) and both["sheet"].iloc[0] == "Owner"
