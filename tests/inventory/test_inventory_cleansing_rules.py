"""The table of rules is what happens: each example goes through cleansing, leaves its trace and can be undone."""

import importlib
import math

import pytest

from aidiscover_pipelines.domain.canonical import BY_NAME
from aidiscover_pipelines.inventory.cleansing.audit import cells_by_rule
from aidiscover_pipelines.inventory.cleansing.rules import BY_RULE, RULES, Rule, fields_served, rules_document
from aidiscover_pipelines.inventory.cleansing.value import Exemptions, as_read

KEYS = {"asset": ("Key", "asset_id"), "application": ("Key", "application_id"), "dependency": ("From", "dep_source")}


def example_sheet(example):
    """(entity, columns, row) of an example; its cell is the first of the row."""
    entity = BY_NAME[example.field].entities[0]
    columns = [(example.header, example.field, example.unit, example.statistic), (*KEYS[entity], None, None)]
    row = [example.before, "k1"]
    for field, text in example.row:
        columns.append(("cores per CPU" if field == "cpu_cores" else field, field, None, None))
        row.append(text)
    if entity == "dependency":
        columns.append(("To", "dep_target", None, None))
        row.append("t1")
    if example.field in ("asset_id", "application_id"):
        del columns[1], row[1]
    return entity, columns, row


def told(result):
    """(value or None, rules, outcome) of the example's cell."""
    row = result.texts.set_index("evidence_id").loc["f.1.2.1"]
    return row["value"] if isinstance(row["value"], str) else None, row["rule"].split("; "), row["outcome"]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: str(rule.name))
def test_the_example_of_a_rule_is_what_it_does(rule, cleansed):
    entity, columns, row = example_sheet(rule.example)
    value, rules, outcome = told(cleansed(entity, columns, row))
    assert value == rule.example.after
    assert rule.name in rules
    assert outcome == ("dropped" if rule.example.after is None else "changed")


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: str(rule.name))
def test_an_undone_rule_leaves_the_cell_as_it_was_read(rule, cleansed):
    entity, columns, row = example_sheet(rule.example)
    value, rules, outcome = told(cleansed(entity, columns, row, undone=((str(rule.name), "", ""),)))
    assert (rules, outcome) == ([rule.name], "undone")
    assert value == as_read(rule.example.before, rule.example.field, [rule.name]).text


def test_every_rule_is_declared_once_with_a_function_and_fields_that_exist():
    assert [rule.name for rule in RULES] == list(Rule)
    for rule in RULES:
        module, _, function = rule.function.partition(":")
        assert callable(
            getattr(importlib.import_module(f"aidiscover_pipelines.inventory.cleansing.{module}"), function)
        )
        assert fields_served(rule)
        assert set(fields_served(rule)) <= set(BY_NAME)
    assert [row["rule"] for row in rules_document()] == list(BY_RULE)


@pytest.mark.parametrize(
    ("undone", "covered"),
    [
        (("unit", "", ""), True),
        (("unit", "memory_mb", ""), True),
        (("unit", "", "16 GB"), True),
        (("unit", "memory_mb", "16 GB"), True),
        (("unit", "disk_size_gb", ""), False),
        (("unit", "memory_mb", "8 GB"), False),
        (("spaces", "", ""), False),
    ],
)
def test_an_exemption_covers_its_field_and_text_only(undone, covered):
    assert Exemptions([undone]).cover("unit", "memory_mb", " 16 GB ") is covered


@pytest.mark.parametrize(
    ("field", "text", "value"),
    [
        ("memory_mb", "16 GB", "16"),
        ("cpu_util_pct", "0.5", "0.5"),
        ("memory_mb", "524,194", None),
        ("storage_total_gb", "4x 2 To", None),
        ("location", "NA", "NA"),
        ("install_date", "03/04/2024", "03/04/2024"),
    ],
)
def test_without_its_rule_a_text_stands_and_a_number_is_its_plain_digits(field, text, value):
    read = as_read(text, field, [Rule.UNIT])
    assert read.text == value
    assert math.isnan(read.number) == (value is None or not BY_NAME[field].kind.startswith(("int", "float")))


def test_an_undone_total_is_what_other_cells_of_its_row_count_with(cleansed):
    columns = [
        ("Name", "asset_name", None, None),
        ("Total", "storage_total_gb", None, None),
        ("Used", "storage_used_gb", "%", None),
    ]
    result = cleansed("asset", columns, ["a", "2 TB", "50"], undone=(("unit", "storage_total_gb", ""),))
    assert dict(zip(result.cells["field"], result.cells["value"], strict=True)) == {
        "asset_name": "a",
        "storage_total_gb": "2",
        "storage_used_gb": "1",
    }


def test_equal_texts_are_told_once_with_the_number_of_their_cells(cleansed):
    columns = [("Name", "asset_name", None, None), ("Env", "environment", None, None)]
    rows = [["a", "Prod"], ["b", "Prod"], ["c", " Prod"], ["d", "production"]]
    texts = cleansed("asset", columns, *rows).texts
    assert texts[["original", "value", "cells", "evidence_id"]].values.tolist() == [
        ["Prod", "production", 2, "f.1.2.2"],
        [" Prod", "production", 1, "f.1.4.2"],
    ]
    assert cells_by_rule(texts) == {"vocabulary": 3.0, "spaces": 1.0}


def test_every_cell_that_is_not_as_it_was_names_its_rules(cleansed):
    entity, columns, row = example_sheet(BY_RULE["currency"].example)
    cells = cleansed(entity, columns, row).cells
    changed = cells[cells["original"] != cells["value"]]
    assert (changed["rule"] != "").all()
    assert changed["transform"].tolist() == ["thousands separators removed; in EUR"]
