"""Rows against what a template asks, and CSV as machines and as people read it."""

import csv
import io

import pandas as pd
import pytest

from aidiscover_pipelines.reporting.exports.csv_text import parts, people_csv, runs_as_formula
from aidiscover_pipelines.reporting.exports.template import Column, Template, decimal, fill, whole

TEMPLATE = Template(
    columns=(
        Column("*Name", required=True, pattern=r"[a-z]+"),
        Column("Kind", allowed=("a", "b")),
        Column("Share", span=(0, 100)),
        Column("Empty"),
    ),
    source="a page",
    read_on="2026-11-21",
    key="*Name",
)


def cells(*rows):
    return pd.DataFrame(rows, columns=["*Name", "Kind", "Share"], index=[f"row {n}" for n in range(len(rows))])


def test_a_row_without_what_is_required_is_left_out_and_listed():
    filled = fill(TEMPLATE, cells(("", "a", "1"), ("web", "b", "2")))
    assert filled.rows.values.tolist() == [["web", "b", "2", ""]]
    assert filled.rejects.values.tolist() == [["row 0", "*Name", "", "row left out", "required, and not known"]]


@pytest.mark.parametrize(
    ("row", "column", "reason"),
    [
        (("web", "c", "1"), "Kind", "not one of a, b"),
        (("web", "a", "1610"), "Share", "not a number from 0 to 100"),
        (("web", "a", "much"), "Share", "not a number from 0 to 100"),
    ],
)
def test_a_cell_that_may_be_empty_is_emptied_and_listed(row, column, reason):
    filled = fill(TEMPLATE, cells(row))
    assert filled.rows[column].tolist() == [""]
    (told,) = filled.rejects.to_dict("records")
    assert (told["outcome"], told["reason"], told["value"]) == (
        "cell left empty",
        reason,
        row[["Kind", "Share"].index(column) + 1],
    )


def test_a_required_cell_that_breaks_the_rule_takes_its_row_along():
    filled = fill(TEMPLATE, cells(("WEB", "a", "1")))
    assert filled.rows.empty and filled.rejects["reason"].tolist() == ["does not match [a-z]+"]


def test_a_second_row_of_the_same_key_is_left_out_also_in_other_letters():
    template = Template(columns=(Column("Name", required=True),), source="", read_on="", key="Name")
    filled = fill(template, pd.DataFrame({"Name": ["web", "db", "WEB"]}, index=["a", "b", "c"]))
    assert filled.rows["Name"].tolist() == ["web", "db"]
    assert filled.rejects["about"].tolist() == ["c"]


def test_no_rows_are_a_file_with_a_header():
    assert parts(TEMPLATE, fill(TEMPLATE, cells()).rows) == [b"*Name,Kind,Share,Empty\r\n"]


def test_a_file_is_split_by_rows_and_by_bytes_and_every_part_has_the_header():
    template = Template(columns=(Column("Name"),), source="", read_on="", most_rows=4, most_bytes=30)
    rows = pd.DataFrame({"Name": [f"server{n:02d}" for n in range(10)]})
    made = parts(template, rows)
    assert all(len(part) <= 30 for part in made)
    read = [line for part in made for line in part.decode().splitlines()[1:]]
    assert read == rows["Name"].tolist() and all(part.startswith(b"Name\r\n") for part in made)


def test_people_get_a_byte_order_mark_and_guarded_formulas_but_true_numbers():
    text = people_csv(pd.DataFrame({"name": ["=1+1", "+49 30", "plain", "\tx"], "number": [-1.5, 2.0, None, 0.0]}))
    assert text.startswith(b"\xef\xbb\xbf") and b"\r\n" in text
    rows = list(csv.reader(io.StringIO(text.decode("utf-8-sig"), newline="")))
    assert rows[1:] == [["'=1+1", "-1.5"], ["'+49 30", "2"], ["plain", ""], ["'\tx", "0"]]


def test_cells_that_a_spreadsheet_would_run_are_counted():
    assert runs_as_formula(pd.DataFrame({"a": ["=x", "y", "@z"], "b": ["", "-", "1"]})) == 3


def test_numbers_are_short_texts_and_unknown_ones_empty():
    assert whole(pd.Series([8192.0, None])).tolist() == ["8192", ""]
    assert decimal(pd.Series([49.59716797, 100.0, 1e9, None])).tolist() == ["49.5972", "100", "1000000000", ""]
