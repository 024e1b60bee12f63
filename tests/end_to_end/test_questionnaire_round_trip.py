"""Questions go out as a workbook and come back as answers: discover, export, fill in, ingest, discover."""

import json
from datetime import datetime

import openpyxl
import pandas as pd
import pytest

from aidiscover_pipelines.cli.runs import open_portfolio
from aidiscover_pipelines.domain.questionnaire import NOT_APPLICABLE, field_of
from aidiscover_pipelines.domain.settings import Settings
from aidiscover_pipelines.domain.tables import (
    Application,
    Asset,
    AttributeQuestion,
    AttributeValue,
    EntityValue,
    FieldMapping,
    Recommendation,
    SkippedRow,
    SourceFile,
    SourceRecord,
)
from aidiscover_pipelines.inventory.stage import row_accounting

TENANT = "asked"
# The portfolio tool has ids of its own beside those of the questionnaire.
APPLICATIONS = """Application ID,Application Name,Business Criticality,Technology Stack,Business Logic Complexity,Users
APM0001,Order Core,high,"Java, in-house",high,900
APM0002,Invoice Archive,low,COTS,low,40
APM0003,Shop Front,high,"PHP, in-house; MySQL",medium,2500
APM0004,Travel Desk,,,,
APM0005,Plant Viewer,medium,"Delphi, in-house",medium,80
"""
ANSWERED, IN_VAIN = "order-core", "invoice-archive"


def sheet_of(book, field):
    """The sheet and the column of a field, and the row of each application."""
    for sheet in book.worksheets[2:]:
        for cell in sheet[1]:
            if field_of(str(cell.value)) == field:
                return sheet, cell.column, {row[0].value: row[0].row for row in sheet.iter_rows(min_row=2)}
    raise AssertionError(f"nobody is asked for {field!r}")


def fill(source, target, answers):
    """A copy of the workbook with answers, {(application, field): value}, as a person would type them."""
    book = openpyxl.load_workbook(source)
    for (application, field), value in answers.items():
        sheet, column, rows = sheet_of(book, field)
        sheet.cell(rows[application], column).value = value
    book.save(target)


def discover(command_line):
    document = json.loads(command_line.run("discover", "--tenant", TENANT, "--json").stdout)
    assert document["status"] == "succeeded", document


@pytest.fixture(scope="module")
def trip(command_line, tmp_path_factory):
    """Everything that happened, with the tables before the answers and after them."""
    folder = tmp_path_factory.mktemp("round-trip")
    (folder / "applications.csv").write_text(APPLICATIONS)
    command_line.json("tenant", "add", TENANT)
    command_line.json("ingest", "--tenant", TENANT, folder / "applications.csv")
    discover(command_line)
    told = command_line.json("questions", "--tenant", TENANT)
    path = folder / "questions.xlsx"
    exported = command_line.json("questions", "export", "--tenant", TENANT, "--all", "--out", path)
    discover(command_line)
    store = open_portfolio(Settings.from_environment())
    tables = (Application, Asset, AttributeValue, Recommendation, EntityValue)
    before = {table: store.read(TENANT, table) for table in tables}
    ann, ben = folder / "ann", folder / "ben"
    ann.mkdir(), ben.mkdir()
    hostile = {
        ("shop-front", "code_quality_score"): "=1+1",
        ("shop-front", "documentation_quality"): "n/a",
        ("shop-front", "vulnerability_count"): '=HYPERLINK("http://evil")',
        ("plant-viewer", "architecture_pattern"): "'; DROP TABLE assets; --",
    }
    fill(
        path,
        ann / path.name,
        {
            (ANSWERED, "code_quality_score"): "poor",
            (ANSWERED, "support_end_date"): datetime(2027, 6, 30),  # noqa: DTZ001  as Excel writes a date
            (ANSWERED, "data_volume_gb"): "2 TB",
            ("travel-desk", "business_criticality"): "medium",
            ("travel-desk", "user_count"): NOT_APPLICABLE,
            ("travel-desk", "compliance_requirements"): "Does Not Apply",
            ("travel-desk", "support_end_date"): NOT_APPLICABLE,
            **hostile,
        },
    )
    book = openpyxl.load_workbook(ann / path.name)
    sheet, column, rows = sheet_of(book, "code_quality_score")
    sheet.cell(rows[IN_VAIN], 1).value = "no-such-application"
    sheet.cell(rows[IN_VAIN], column).value = "good"
    book.save(ann / path.name)
    fill(path, ben / path.name, {(ANSWERED, "code_quality_score"): "fair", ("shop-front", "data_volume_gb"): 12})
    copies = [ann / path.name, ben / path.name]
    ingested = [command_line.json("ingest", "--tenant", TENANT, copy) for copy in copies]
    discover(command_line)
    after = {table: store.read(TENANT, table) for table in tables}
    yield {
        "told": told,
        "exported": exported,
        "copies": copies,
        "ingested": ingested,
        "before": before,
        "after": after,
        "store": store,
    }
    store.close()


def attribute(trip, when, application, name):
    rows = trip[when][AttributeValue].set_index(["application_id", "attribute"])
    return rows.loc[(application, name)]


def answers_of(trip):
    files = trip["store"].read(TENANT, SourceFile)
    ours = set(files.loc[files["name"].str.startswith("questions"), "file_id"])
    values = trip["after"][EntityValue]
    return values[values["evidence_id"].str.split(".").str[0].isin(ours)].set_index(["entity_id", "field"])


@pytest.mark.slow
def test_the_questions_name_what_they_would_change(trip):
    assert trip["told"]["questions"] > 0
    best = trip["told"]["next"][0]
    assert best["would_become"] and best["minutes"] > 0 and 0 < best["change"] <= 1
    core = [
        row for row in trip["told"]["next"] if (row["application_id"], row["attribute"]) == (ANSWERED, "code_quality")
    ]
    assert core[0]["would_become"]["poor"] == "refactor"


def test_what_was_exported_is_asked_from_then_on(trip):
    held = trip["store"].read(TENANT, AttributeQuestion)
    assert len(held) == trip["exported"]["questions"]
    assert attribute(trip, "before", ANSWERED, "code_quality")["state"] == "asked"


def test_answers_become_present_with_the_persons_cell_as_evidence(trip):
    for application, name, value in (
        (ANSWERED, "eol_technology", "2027-06-30"), (ANSWERED, "data_volume", "2048"),
        ("travel-desk", "business_criticality", "medium"), ("shop-front", "data_volume", "12"),
    ):  # fmt: skip
        row = attribute(trip, "after", application, name)
        assert row["state"] == "present" and value in row["value"], (application, name)
        field = {"eol_technology": "support_end_date", "data_volume": "data_volume_gb"}.get(name, name)
        assert answers_of(trip).loc[(application, field), "evidence_id"] in row["evidence"]


def test_both_copies_count_and_the_later_wins_where_they_differ(trip):
    files = trip["store"].read(TENANT, SourceFile)
    copies = files[files["name"].str.startswith("questions")]
    assert copies["status"].tolist() == ["accepted", "accepted"] and copies["name"].nunique() == 2
    said = answers_of(trip).loc[[(ANSWERED, "code_quality_score")]]
    assert set(said["value"]) == {"poor", "fair"}
    assert said.loc[said["chosen"], "value"].tolist() == ["fair"]


@pytest.mark.parametrize(
    ("name", "field"),
    [("user_load", "user_count"), ("compliance_constraints", "compliance_requirements"),
     ("eol_technology", "support_end_date")],
)  # fmt: skip
def test_does_not_apply_is_an_answer_for_numbers_lists_and_dates(trip, name, field):
    assert answers_of(trip).loc[("travel-desk", field), "value"] == NOT_APPLICABLE
    assert attribute(trip, "after", "travel-desk", name)["state"] == "not applicable"


def test_completeness_rises_and_nothing_else_changes(trip):
    before, after = trip["before"], trip["after"]
    keys = ["application_id", "name", "origin"]
    pd.testing.assert_frame_equal(after[Application][keys], before[Application][keys])
    pd.testing.assert_frame_equal(after[Asset], before[Asset])
    known = {"present", "not applicable"}
    told = {
        when: trip[when][AttributeValue].set_index(["application_id", "attribute"])["state"]
        for when in ("before", "after")
    }
    gained = told["after"].isin(known) & ~told["before"].isin(known)
    assert gained.sum() >= 9 and not (told["before"].isin(known) & ~told["after"].isin(known)).any()
    answered = {(application, field) for application, field in answers_of(trip).index}
    others = before[EntityValue].set_index(["entity_id", "field"])
    kept = after[EntityValue].set_index(["entity_id", "field"])
    same = [key for key in others.index.unique() if key not in answered]
    pd.testing.assert_frame_equal(kept.loc[same, ["value", "chosen"]], others.loc[same, ["value", "chosen"]])


def test_an_unknown_id_is_named_and_makes_no_application(trip):
    assert "no-such-application" not in set(trip["after"][Application]["application_id"])
    skipped = trip["store"].read(TENANT, SkippedRow)
    rows = skipped.loc[skipped["reason"] == "answer about an application that no source names", "record_id"].tolist()
    (record,) = trip["store"].read(TENANT, SourceRecord, record_id=rows)["cells"]
    assert record[0] == "no-such-application"
    assert attribute(trip, "after", IN_VAIN, "code_quality")["state"] == "asked"


def test_formulas_and_words_for_nothing_are_no_answers_and_texts_stay_texts(trip):
    said = answers_of(trip)
    assert not said.index.isin([("shop-front", "code_quality_score"), ("shop-front", "documentation_quality")]).any()
    assert not said.index.isin([("shop-front", "vulnerability_count")]).any()
    assert "DROP TABLE" in said.loc[("plant-viewer", "architecture_pattern"), "value"]


def test_every_row_is_accounted_for_and_the_mapping_is_certain(trip):
    account = row_accounting(trip["store"], TENANT)
    assert account["unaccounted"] == 0
    mappings = trip["store"].read(TENANT, FieldMapping)
    ours = mappings[mappings["reason"].str.startswith("questionnaire")]
    assert (ours["confidence"] == 1.0).all() and len(ours) > 20


def test_sending_the_same_workbook_again_is_noticed(trip, command_line):
    assert [outcome["files"][0]["status"] for outcome in trip["ingested"]] == ["accepted", "accepted"]
    again = command_line.json("ingest", "--tenant", TENANT, trip["copies"][1])
    assert again["files"][0]["status"] == "duplicate"
