"""Rows 46 to 59 of the table of bad inputs: JSON. The number in a test's name is the row's."""

import codecs
import json

import pytest

GOOD = [{"name": "web", "cpu": "8"}, {"name": "db", "cpu": "16"}]
HEADERS, ROWS = ["name", "cpu"], [["web", "8"], ["db", "16"]]


def test_row_46_nesting_of_200_000_levels_is_quarantined(intake):
    intake.upload("a.json", '[{"name":' + "[" * 200_000 + "]" * 200_000 + "}]").is_quarantined("nested|deep")


@pytest.mark.parametrize("constant", ["NaN", "Infinity", "-Infinity"])
def test_row_47_numbers_that_are_none_are_quarantined(intake, constant):
    intake.upload("a.json", f'[{{"name": "web", "cpu": {constant}}}]').is_quarantined(constant)


def test_row_48_a_field_twice_is_quarantined(intake):
    intake.upload("a.json", '[{"name": "web", "cpu": 1, "name": "db"}]').is_quarantined("names the same key twice")


def test_row_49_a_number_of_5000_digits_is_quarantined(intake):
    intake.upload("a.json", '[{"name": "web", "cpu": ' + "9" * 5000 + "}]").is_quarantined("number|digits")


def test_row_50_a_number_beyond_all_bounds_is_quarantined(intake):
    intake.upload("a.json", '[{"name": "web", "cpu": 1e999}]').is_quarantined("number|1e999")


@pytest.mark.parametrize("text", [json.dumps(GOOD) + " and so on", json.dumps(GOOD)[:-5]])
def test_row_51_trailing_garbage_and_truncation_are_quarantined(intake, text):
    intake.upload("a.json", text).is_quarantined(r"line 1|not valid JSON|character")


def test_row_52_lines_of_objects_are_read_also_as_json(intake):
    intake.upload("a.json", "\n".join(json.dumps(each) for each in GOOD)).is_read(HEADERS, ROWS)


@pytest.mark.parametrize(
    "content",
    [
        codecs.BOM_UTF8 + json.dumps(GOOD).encode(),
        json.dumps(GOOD).encode("utf-16"),
        json.dumps(GOOD).encode("utf-16-be"),
    ],
    ids=["utf-8 mark", "utf-16", "utf-16 without a mark"],
)
def test_row_53_marks_and_utf16_are_decoded(intake, content):
    intake.upload("a.json", content).is_read(HEADERS, ROWS)


@pytest.mark.parametrize("text", ['"just a text"', '{"a": 1, "b": [1, 2]}', "[1, 2, 3]", "17"])
def test_row_54_json_without_records_is_quarantined(intake, text):
    intake.upload("a.json", text).is_quarantined("record|object|none of the formats|no data rows")


def test_row_55_half_a_character_rejects_its_row(intake):
    answer = intake.upload("a.json", '[{"name": "web", "cpu": "8"}, {"name": "d\\ud800b", "cpu": "16"}]')
    answer.is_read(HEADERS, [["web", "8"]])
    [(sheet, row, reason)] = answer.rejected
    assert (sheet, row) == ("a.json", 3)
    assert "lone surrogate" in reason


def test_row_56_an_escaped_nul_rejects_its_row(intake):
    answer = intake.upload("a.json", '[{"name": "web", "cpu": "8"}, {"name": "d\\u0000b", "cpu": "16"}]')
    answer.is_read(HEADERS, [["web", "8"]])
    assert answer.rejected == [("a.json", 3, "a cell holds a NUL character; remove it")]


def test_row_57_names_that_mean_something_to_javascript_are_plain_data(intake):
    text = '[{"name": "web", "__proto__": "x", "constructor": "y"}]'
    intake.upload("a.json", text).is_read(["name", "__proto__", "constructor"], [["web", "x", "y"]])


def test_row_58_a_text_of_50_mb_is_quarantined(intake):
    intake.upload("a.json", '[{"name": "web", "note": "' + "x" * 50_000_000 + '"}]').is_quarantined("longer than|line")


def test_row_59_many_objects_are_read(intake):
    text = "[" + ",".join(f'{{"name": "srv{number}", "cpu": 8}}' for number in range(100_000)) + "]"
    answer = intake.upload("a.json", text)
    assert answer.file["status"] == "accepted"
    assert answer.sheets[0]["rows"] == len(answer.rows) == 100_000
