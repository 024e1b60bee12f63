"""The questionnaire as those who fill it in meet it."""

from datetime import UTC, datetime
from zipfile import ZipFile

import openpyxl
import pandas as pd
import pytest

from aidiscover_pipelines.domain.canonical import BY_NAME
from aidiscover_pipelines.domain.collection import COLLECTION
from aidiscover_pipelines.domain.errors import ConfigError, UnknownTenant
from aidiscover_pipelines.domain.questionnaire import (
    EXPLANATIONS,
    KEY_HEADER,
    NOT_APPLICABLE,
    field_of,
    is_questionnaire,
)
from aidiscover_pipelines.domain.tables import (
    Application,
    ApplicationFact,
    AttributeQuestion,
    AttributeValue,
    OpenQuestion,
    Recommendation,
)
from aidiscover_pipelines.reporting.answer_cells import CELLS, WHY
from aidiscover_pipelines.reporting.questionnaire import choose_questions, export_questionnaire
from aidiscover_pipelines.reporting.questions import question_groups

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
HOSTILE = '=HYPERLINK("http://evil","SAP ERP")'


@pytest.fixture
def asked(case_of):
    """Four applications; the first has a hostile name and its memory on record."""
    case = case_of([HOSTILE, "Shop", "Portal", "Billing"])
    ids = case.store.read(case.tenant, Application)["application_id"].tolist()
    questions = [
        (ids[0], "business_criticality", "business owner", "How critical is it?", "questionnaire", 2.0, 0.4,
         {"critical": "retain"}, 12.0),
        (ids[1], "business_criticality", "business owner", "How critical is it?", "questionnaire", 2.0, 0.2,
         {"low": "retire"}, 6.0),
        (ids[0], "compute_specification", "server team", "How many cores?", "export", 0.5, 0.05, {"x": "rehost"}, 6.0),
    ]  # fmt: skip
    facts = [
        (ids[0], "memory_mb", "4096", 4096.0, [], "assets"),
        (ids[0], "business_owner", "@Ann", None, [], "application"),
    ]
    missing = [
        (ids[3], name, state, "", 0.0, [], question, "", 0.0, 1.0, 1.0, 1.0, 1.0, "")
        for name, state, question in (
            ("code_quality", "missing", "Ask the technical owner: q"), ("user_load", "asked", ""),
            ("data_volume", "inferred", "q"), ("technology_stack", "inferred", ""),
            ("change_tolerance", "present", "q"),
        )
    ]  # fmt: skip
    case.store.replace(
        case.tenant,
        case.run,
        {
            OpenQuestion: pd.DataFrame(questions, columns=OpenQuestion.columns()),
            ApplicationFact: pd.DataFrame(facts, columns=ApplicationFact.columns()),
            AttributeValue: pd.DataFrame(missing, columns=AttributeValue.columns()),
        },
    )
    return case


def written(case, path, **options):
    chosen = choose_questions(case.store, case.tenant, **options)
    told = export_questionnaire(case.store, case.tenant, path, chosen, NOW)
    return openpyxl.load_workbook(path), told


def is_open(cell):
    return not cell.protection.locked


def test_every_field_that_is_asked_for_has_a_cell_and_every_attribute_a_reason():
    fields = [field for collection in COLLECTION.values() for field in collection.fields]
    assert sorted(fields) == sorted(set(fields)) == sorted(CELLS)
    assert set(fields) <= set(BY_NAME)
    assert list(WHY) == list(COLLECTION)
    assert all(len(", ".join([*cell.choices, NOT_APPLICABLE])) < 255 for cell in CELLS.values())


def test_there_is_a_sheet_for_each_role_behind_the_explanations(asked, tmp_path):
    book, told = written(asked, tmp_path / "q.xlsx")
    assert book.sheetnames == [*EXPLANATIONS, "Business owner", "Server team"]
    for sheet in book.worksheets[2:]:
        headers = [cell.value for cell in sheet[1]]
        assert is_questionnaire(headers) and all(field_of(header) for header in headers[3:])
    assert told["questions"] == 3 and told["applications"] == 2 and told["cells"] == 4
    assert told["sheets"][0] == {"ask": "business owner", "applications": 2, "questions": 2}


def test_only_what_is_asked_and_unknown_is_open_and_nothing_known_stands_in_a_cell(asked, tmp_path):
    book, _ = written(asked, tmp_path / "q.xlsx")
    servers = book["Server team"]
    cells = {field_of(cell.value): servers.cell(2, cell.column) for cell in servers[1][3:]}
    assert set(cells) == {"cpu_cores", "storage_total_gb"}  # its memory is on record
    assert all(is_open(cell) for cell in cells.values())
    assert not any(is_open(cell) for cell in servers[2][:3])
    for sheet in book.worksheets[2:]:
        assert {cell.value for row in sheet.iter_rows(min_row=2, min_col=4) for cell in row} == {None}


def test_cells_of_others_are_grey_and_closed(asked, tmp_path):
    book, _ = written(asked, tmp_path / "q.xlsx", everything=True)
    owners = book["Business owner"]
    by_id = {row[0].value: row for row in owners.iter_rows(min_row=2)}
    places = {field_of(cell.value): cell.column - 1 for cell in owners[1][3:]}
    fourth = max(by_id)
    assert is_open(by_id[fourth][places["user_count"]])
    closed = by_id[fourth][places["business_criticality"]]
    assert not is_open(closed) and closed.fill.fgColor.rgb.endswith("D9D9D9")
    assert owners.protection.sheet


def test_closed_vocabularies_have_drop_downs_and_every_open_cell_a_note(asked, tmp_path):
    book, _ = written(asked, tmp_path / "q.xlsx")
    rules = book["Business owner"].data_validations.dataValidation
    assert all(NOT_APPLICABLE in rule.formula1 and "critical" in rule.formula1 for rule in rules)
    assert all(rule.showErrorMessage and len(rule.prompt) <= 255 and len(rule.promptTitle) <= 32 for rule in rules)
    first = next(rule for rule in rules if "D2" in str(rule.sqref))
    assert "How critical is it?" in first.prompt and "could make it retain" in first.prompt
    noted = [rule for rule in book["Server team"].data_validations.dataValidation if rule.prompt]
    assert {str(place) for rule in noted for place in rule.sqref.ranges} == {"D2", "E2"}


def test_names_are_texts_and_no_part_of_the_workbook_holds_a_formula(asked, tmp_path):
    book, _ = written(asked, tmp_path / "q.xlsx")
    name, contact = book["Business owner"]["B2"], book["Business owner"]["C2"]
    assert (name.data_type, name.value, contact.value) == ("s", "'" + HOSTILE, "'@Ann")
    with ZipFile(tmp_path / "q.xlsx") as archive:
        sheets = [archive.read(part).decode() for part in archive.namelist() if "worksheets/sheet" in part]
    assert not any("<f>" in sheet or "<hyperlink" in sheet for sheet in sheets)


def test_it_can_be_read_and_printed(asked, tmp_path):
    book, _ = written(asked, tmp_path / "q.xlsx")
    for sheet in book.worksheets[2:]:
        assert sheet.freeze_panes == "C2" and sheet.print_title_rows == "$1:$1"
        assert (sheet.page_setup.orientation, sheet.page_setup.fitToHeight) == ("landscape", 0)
        assert all(20 <= sheet.column_dimensions[letter].width <= 40 for letter in "ABC")
        assert all(cell.alignment.wrap_text for row in sheet.iter_rows() for cell in row)
    said = " ".join(str(row[0].value) for row in book[EXPLANATIONS[0]].iter_rows() if row[0].value)
    assert NOT_APPLICABLE in said and "white cells" in said and "Business owner, Server team" in said
    questions = list(book[EXPLANATIONS[1]].values)
    assert questions[1][0] == "business owner" and questions[1][5:] == (2, 2)


def test_the_best_come_first_and_top_cuts_the_rest(asked):
    rows = choose_questions(asked.store, asked.tenant).cells
    assert rows["application_id"].tolist()[0] == "app-00000"
    assert len(choose_questions(asked.store, asked.tenant, top=1).cells) == 1
    assert choose_questions(asked.store, asked.tenant, ask="server team").people == ["server team"]


def test_all_adds_what_is_missing_asked_or_weak_and_nothing_twice(asked):
    rows = choose_questions(asked.store, asked.tenant, everything=True).cells
    added = rows[rows["application_id"] == "app-00003"]
    assert set(added["attribute"]) == {"code_quality", "user_load", "data_volume"}
    assert not rows.duplicated(["application_id", "field"]).any()


def test_an_attribute_all_of_whose_fields_are_known_weakly_is_asked_all_the_same(asked):
    facts = pd.DataFrame(
        [("app-00001", "business_criticality", "maybe high", None, [], "application")],
        columns=ApplicationFact.columns(),
    )
    asked.store.upsert(asked.tenant, asked.run, {ApplicationFact: facts})
    rows = choose_questions(asked.store, asked.tenant).cells
    assert "app-00001" in set(rows.loc[rows["field"] == "business_criticality", "application_id"])


def test_what_went_out_counts_as_asked(asked, tmp_path):
    written(asked, tmp_path / "q.xlsx", ask="business owner")
    held = asked.store.read(asked.tenant, AttributeQuestion)
    assert held[["application_id", "attribute", "ask"]].to_numpy().tolist() == [
        ["app-00000", "business_criticality", "business owner"],
        ["app-00001", "business_criticality", "business owner"],
    ]
    assert set(held["questionnaire"]) == {"q.xlsx"} and pd.to_datetime(held["asked_at"], utc=True).iloc[0] == NOW


@pytest.mark.parametrize(
    ("options", "says"), [({"ask": "janitor"}, "use one of business owner"), ({"ask": "network team"}, "use --all")]
)
def test_what_cannot_be_asked_is_said(asked, options, says):
    with pytest.raises(ConfigError, match=says):
        choose_questions(asked.store, asked.tenant, **options)


def test_a_tenant_without_a_discovery_and_an_unknown_one_are_told_apart(empty_case):
    with pytest.raises(ConfigError, match="run 'aidiscover discover' first"):
        choose_questions(empty_case.store, empty_case.tenant, everything=True)
    with pytest.raises(UnknownTenant):
        choose_questions(empty_case.store, "nobody")


@pytest.mark.parametrize("name", ["q.csv", "missing/q.xlsx"])
def test_nothing_counts_as_asked_where_the_workbook_cannot_be_written(asked, tmp_path, name):
    with pytest.raises(ConfigError, match="cannot write the questionnaire"):
        written(asked, tmp_path / name)
    assert asked.store.read(asked.tenant, AttributeQuestion).empty


def test_the_same_questions_give_the_same_bytes(asked, tmp_path):
    for name in ("a.xlsx", "b.xlsx"):
        written(asked, tmp_path / name)
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()


def test_groups_say_whom_to_ask_for_what_and_what_it_could_do(asked):
    names = asked.store.read(asked.tenant, Application).set_index("application_id")["name"]
    first, second = question_groups(asked.store.read(asked.tenant, OpenQuestion), names)
    assert (first["ask"], first["applications"], first["change"], first["minutes"]) == ("business owner", 2, 0.6, 4.0)
    assert first["examples"][1] == {
        "application": "app-00001", "name": "Shop", "change": 0.2, "would_become": {"low": "retire"}
    }  # fmt: skip
    assert second["worth"] == 6.0


def test_a_plan_without_recommendations_can_be_asked_about(asked, tmp_path):
    asked.store.replace(asked.tenant, asked.run, {Recommendation: pd.DataFrame(columns=Recommendation.columns())})
    assert written(asked, tmp_path / "q.xlsx", everything=True)[1]["questions"] == 6


def test_the_header_of_the_key_says_that_it_stays():
    assert "do not change" in KEY_HEADER
