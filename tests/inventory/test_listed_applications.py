"""Cells that list applications are taken apart, names that hold a comma are not."""

import pandas as pd
import pytest

from aidiscover_pipelines.inventory.applications.listed import list_columns, taken_apart, with_line_breaks

KNOWN = ("CRM", "ERP System", "Ledger", "Smith, Jones & Partners Portal")


def frame(*rows: tuple[str, str | None, str]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["text", "id", "evidence_id"]).astype("str")


def parted(text: str, column: str = "3", mark: str | None = None) -> list[tuple[str, str | None]]:
    """Names and ids made of one text in a column of sheet f.1, whose column 9 lists applications by its header."""
    recorded = frame(*((name, None, f"a.1.{row}.1") for row, name in enumerate(KNOWN, start=2)))
    split = taken_apart(frame((text, mark, f"f.1.2.{column}")), recorded, frozenset(("f.1.9",)))
    assert set(split["evidence_id"]) == {f"f.1.2.{column}"}
    return [(name, None if pd.isna(told) else told) for name, told in zip(split["text"], split["id"], strict=True)]


def names(text: str, column: str = "3") -> list[str]:
    return [name for name, _ in parted(text, column)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Payroll; Batch", ["Payroll", "Batch"]),
        ("Payroll|Batch|Payroll", ["Payroll", "Batch"]),
        ("Payroll\nBatch Runs", ["Payroll", "Batch Runs"]),
        ("ERP\nSystem", ["ERP System"]),
        ("Payroll;", ["Payroll"]),
        (";", [";"]),
        ("CRM, Ledger", ["CRM", "Ledger"]),
        ("CRM, Ledger, Payroll", ["CRM", "Ledger", "Payroll"]),
        ("CRM, Payroll", ["CRM, Payroll"]),
        ("Payroll, Batch", ["Payroll, Batch"]),
        ("Payroll, Batch; CRM, erp system", ["Payroll, Batch", "CRM", "erp system"]),
        ("Smith, Jones & Partners Portal", ["Smith, Jones & Partners Portal"]),
        ("CRM, Smith, Jones & Partners Portal", ["CRM", "Smith, Jones & Partners Portal"]),
    ],
)
def test_commas_part_a_list_where_most_parts_are_known_and_other_marks_always(text: str, expected: list[str]) -> None:
    assert names(text) == expected


def test_commas_part_a_list_where_the_header_says_so_but_for_names_that_are_known_as_a_whole() -> None:
    assert names("Payroll, Batch", "9") == ["Payroll", "Batch"]
    assert names("Payroll (Runs, Pay)、Batch", "9") == ["Payroll (Runs, Pay)", "Batch"]
    assert names("Payroll, Smith, Jones & Partners Portal", "9") == ["Payroll", "Smith, Jones & Partners Portal"]


def test_an_id_beside_several_names_belongs_to_the_first() -> None:
    assert parted("Payroll; Batch", mark="A7") == [("Payroll", "A7"), ("Batch", None)]
    assert parted("Payroll, Batch", mark="A7") == [("Payroll, Batch", "A7")]


@pytest.mark.parametrize(
    "header", ["Applications", "Hosted applications", "Application(s)", "Application Names", "Anwendungen",
               "Anwendung(en)", "Applicatie(s)", "Applications utilisées", "Aplicações"],
)  # fmt: skip
def test_a_header_in_the_plural_says_that_a_cell_lists_applications(header: str) -> None:
    columns = {"file_id": "f", "sheet_index": [1, 1], "column_index": [2, 9], "header": ["Application Name", header]}
    assert list_columns(pd.DataFrame(columns)) == {"f.1.9"}


def test_lines_of_a_cell_are_kept_as_they_were_read() -> None:
    cells = pd.DataFrame({"value": ["A B", "C"], "original": ["A\nB ", " C\n"]})
    assert with_line_breaks(cells).tolist() == ["A\nB", "C"]


def test_no_text_with_a_mark_leaves_all_as_it_was() -> None:
    mentioned = frame(("CRM", None, "f.1.2.3"))
    assert taken_apart(mentioned, frame(), frozenset()) is mentioned
