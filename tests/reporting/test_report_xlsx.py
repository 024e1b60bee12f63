"""The workbook as spreadsheet programs and people with a screen reader meet it."""

import io
import zipfile
from dataclasses import replace
from datetime import UTC, datetime

import openpyxl
import pandas as pd
import pytest

from aidiscover_pipelines.domain.tables import PlanProblem, Recommendation, ScenarioOutcome, Wave
from aidiscover_pipelines.reporting import dossiers
from aidiscover_pipelines.reporting import workbook as writer
from aidiscover_pipelines.reporting.view import portfolio_view
from aidiscover_pipelines.reporting.workbook import Sheet, safe_text, workbook
from aidiscover_pipelines.reporting.xlsx import portfolio_xlsx

NOW = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)
NAMES = [
    "Summary", "Applications", "Heat map", "Attributes", "Recommendations", "Reasons", "Counterfactuals", "Risks",
    "Effort and cost", "Waves", "Wave plan", "What if", "Plan problems", "Gaps", "Pattern gaps", "Next questions",
    "Patterns", "Dependencies", "Evidence", "Flags", "Data quality", "Skipped rows", "Columns to review", "Conflicts",
    "Changes", "Gone",
]  # fmt: skip


def content(case):
    return portfolio_xlsx(portfolio_view(case.store, case.tenant), case.run, case.now)


def read(content):
    return pd.read_excel(io.BytesIO(content), sheet_name=None, engine="calamine")


def xml(content):
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        return {name: package.read(name).decode() for name in package.namelist()}


def test_the_workbook_holds_every_sheet_a_team_asks_for(case):
    book = read(content(case))
    assert list(book) == NAMES
    assert book["Attributes"]["Technology stack"].tolist() == ["inferred", "missing", "present", "present"]
    assert set(book["Heat map"]["Technology stack"]) == {80}
    scores = book["Recommendations"].set_index("Application")
    assert "not possible" in scores.filter(like="Score").loc["SAP ERP"].tolist()
    assert "reason for retain" in scores.loc["Customer Portal", "Why not the others"]
    assert scores.loc["Customer Portal", "Question that would decide"] == "Who owns it?"
    assert book["Evidence"]["Original"].iloc[0] == "Java 8 / Tomcat 7"
    assert set(book["Gaps"]["State"]) == {"inferred", "missing"}
    assert book["Waves"].set_index("Application").loc["Customer Portal", "Moves with"] == "SAP ERP"
    assert book["Dependencies"]["Both known"].tolist().count("no") == 1


def test_every_reason_for_and_against_each_r_is_a_row_with_its_cells(case):
    reasons = read(content(case))["Reasons"]
    portal = reasons[reasons["Application"] == "Customer Portal"]
    assert len(portal) == 12 and portal["Place"].max() == 6
    assert portal["Chosen"].value_counts().to_dict() == {"no": 10, "yes": 2}
    told = portal[portal["Reason"].str.startswith("for: ")]
    assert set(told["Points"]) == {0.5} and set(told["Source"]) == {"f2.1.2.2"}


def test_a_large_portfolio_has_long_sheets_of_the_first_by_priority_and_says_so(case, monkeypatch):
    monkeypatch.setattr(dossiers, "MOST_DOSSIERS", 1)
    view = portfolio_view(case.store, case.tenant)
    book, first = read(portfolio_xlsx(view, case.run, case.now)), view.dossiers.applications["name"].item()
    for sheet in ("Heat map", "Attributes", "Reasons", "Evidence"):
        assert set(book[sheet]["Application"]) == {first}
    assert len(book["Applications"]) == len(book["Recommendations"]) == len(view.applications) > 1
    scored = book["Recommendations"].set_index("Application")["Score rehost"]
    assert scored[scored.notna()].index.tolist() == [first]
    assert "hold the 1 applications that come" in book["Summary"].set_index("Figure").loc["Note", "Value"]


def test_counterfactuals_bands_and_problems_show_where_there_are_any(case):
    rows = case.store.read(case.tenant, Recommendation).head(1)
    rows["counterfactuals"] = [
        [{"text": "if it were idle", "fact": "cpu", "from": "40", "to": "2", "becomes": "retire"}]
    ]
    rows["effort"] = [{"band": "small", "days_low": 2, "days_high": 5, "basis": "2 servers"}]
    rows["cost"] = [{"low": 100.5, "high": 200, "currency": "USD", "basis": "list prices"}]
    problem = pd.DataFrame(
        [("p1", "capacity", "Wave 1 holds 2", [rows["application_id"].iloc[0]], "raise it", True)],
        columns=PlanProblem.columns(),
    )
    case.store.upsert(case.tenant, case.run, {Recommendation: rows, PlanProblem: problem})
    book = read(content(case))
    assert book["Counterfactuals"]["Becomes"].tolist() == ["retire"]
    assert book["Effort and cost"][["Effort", "Days, high", "Cost a month, low"]].values.tolist() == [
        ["small", 5, 100.5]
    ]
    assert book["Plan problems"]["Applications"].tolist() == ["Customer Portal"]


def test_the_wave_plan_marks_the_months_in_which_a_wave_runs(case):
    waves = [
        (1, True, "2027-01-11", "2027-02-19", 1, 2, 3.0, 10, {"low": 1}, {"Retail": 1}),
        (2, False, "2027-02-22", "2027-02-26", 2, 2, 0.0, 10, {"high": 2}, {}),
        (3, False, None, None, 1, 1, 0.0, 10, {}, {}),
    ]
    case.store.replace(case.tenant, case.run, {Wave: pd.DataFrame(waves, columns=Wave.columns())})
    plan = read(content(case))["Wave plan"].set_index("Wave")
    assert plan["2027-01"].notna().tolist() == [True, False, False]
    assert plan["2027-02"].notna().tolist() == [True, True, False]
    assert (plan.loc[2, "Risk high"], plan.loc[1, "Business units"]) == (2, "Retail (1)")


def test_what_another_goal_would_move_is_a_row_for_each_application(case):
    key = case.store.read(case.tenant, Recommendation)["application_id"].iloc[0]
    outcome = ("goal cost", key, "retire", "rehost", 0.6, "it costs more than it brings")
    frame = pd.DataFrame([outcome], columns=ScenarioOutcome.columns())
    case.store.replace(case.tenant, case.run, {ScenarioOutcome: frame})
    assert read(content(case))["What if"].values.tolist() == [
        ["goal cost", "Customer Portal", "retire", "rehost", 0.6, "it costs more than it brings"]
    ]


def test_an_empty_portfolio_has_headers_only(empty_case):
    book = read(content(empty_case))
    assert list(book) == NAMES and book["Recommendations"].empty and "Application" in book["Recommendations"]


def test_no_cell_is_a_formula_or_a_link(case_of):
    hostile = ("=cmd|'/c calc'!A1", "+49 30 23125", "@SUM(1)", "-1+1", "\tx", "\rx", "http://evil.example", "x\x07y",
               "_x0041_ & <b>", " padded ", "snow\N{SNOWMAN}")  # fmt: skip
    made = content(case_of(hostile))
    names = set(read(made)["Applications"]["Application"])
    assert {"'=cmd|'/c calc'!A1", "'+49 30 23125", "'@SUM(1)", "'-1+1", "http://evil.example", "xy", " padded ",
            "snow\N{SNOWMAN}"} <= names  # fmt: skip
    parts = xml(made)
    assert "_x005F_x0041_ &amp; &lt;b&gt;" in parts["xl/worksheets/sheet2.xml"], "no escape of Excel's own is left"
    assert not any("<f>" in text or "<hyperlink" in text for text in parts.values())
    assert not any("externalLink" in name for name in parts)


def test_tables_are_accessible_and_ready_to_print(case):
    book = openpyxl.load_workbook(io.BytesIO(content(case)))
    assert book.properties.title == "Migration plan Acme Example Ltd"
    for sheet in book:
        assert sheet.freeze_panes == "B2" and sheet.print_title_rows == "$1:$1"
        assert sheet.auto_filter.ref and not sheet.merged_cells.ranges
        assert (sheet.page_setup.orientation, sheet.page_setup.fitToHeight) == ("landscape", 0)
        assert all(4 < sheet.column_dimensions[cell.column_letter].width <= 60 and cell.font.b for cell in sheet[1])
    assert book["Heat map"].conditional_formatting


def test_the_same_plan_gives_the_same_bytes(case):
    assert content(case) == content(case)


def test_a_sheet_ends_where_a_spreadsheet_ends(monkeypatch):
    monkeypatch.setattr(writer, "ROW_LIMIT", 2)
    made = read(workbook([Sheet("A", {"Name": ["a", "b", "c"]})], "t", NOW))
    assert made["A"]["Name"].tolist() == ["a", "b", "more rows than a sheet holds; the rest is in the store"]


def test_rows_that_are_written_in_blocks_follow_each_other(monkeypatch):
    monkeypatch.setattr(writer, "_BLOCK", 2)
    values = [1.5, None, "c", "", True]
    book = openpyxl.load_workbook(io.BytesIO(workbook([Sheet("A", {"Row": range(5), "Value": values})], "t", NOW)))
    assert list(book["A"].values) == [("Row", "Value"), (0, 1.5), (1, None), (2, "c"), (3, None), (4, "yes")]
    assert book["A"].calculate_dimension() == "A1:B6"


@pytest.mark.parametrize(
    ("value", "told"),
    [
        (True, "yes"), (False, "no"), (0, 0), (0.1, 0.1), (None, None), (float("nan"), None), (pd.NA, None), ("", None),
        ("x" * 40_000, "x" * 32_767), ("a\r\nb", "a\nb"),
    ],
)  # fmt: skip
def test_values_read_back_as_they_were_meant(value, told):
    made = openpyxl.load_workbook(io.BytesIO(workbook([Sheet("A", {"V": [value], "W": [1]})], "t", NOW)))
    assert made["A"]["A2"].value == told


def test_a_cut_view_says_which_sheets_are_cut(case):
    view = portfolio_view(case.store, case.tenant)
    first = replace(view.dossiers, applications=view.dossiers.applications.head(3))
    made = read(portfolio_xlsx(replace(view, dossiers=first), case.run, case.now))
    assert "hold the 3 applications that come first by priority" in made["Summary"]["Value"].iloc[-1]
    assert len(made["Heat map"]) == 3 and len(made["Applications"]) == 4


def test_text_is_guarded_and_cut():
    assert safe_text("=1") == "'=1" and len(safe_text("y" * 99_999)) == 32_767
