import itertools
from typing import Any

import pandas as pd
import pytest

from aidiscover_pipelines.attributes.cells import Cells
from aidiscover_pipelines.attributes.flags import data_flags
from aidiscover_pipelines.attributes.validity import CLOSED_VALUES, DOUBTFUL, IMPOSSIBLE, UNIT_FAULT, faults
from aidiscover_pipelines.domain.questionnaire import NOT_APPLICABLE
from aidiscover_pipelines.domain.tables import CleansedText, DataFlag, EntityValue
from aidiscover_pipelines.inventory.cleansing.columns import read_values
from aidiscover_pipelines.inventory.cleansing.vocabularies import CLOSED
from tests.attributes.conftest import TODAY, assets, cell, evaluated, facts_of, links, values

NOTHING_DROPPED = pd.DataFrame(columns=CleansedText.columns())
BAD: list[tuple[str, str, str, float]] = [
    ("cpu_cores", "1000000000", "out of range", IMPOSSIBLE),
    ("cpu_cores", "0", "out of range", IMPOSSIBLE),
    ("storage_total_gb", "-500", "out of range", IMPOSSIBLE),
    ("memory_mb", "-4 GB", "out of range", IMPOSSIBLE),
    ("cpu_util_pct", "250", "out of range", IMPOSSIBLE),
    ("recovery_objectives", "100000", "out of range", IMPOSSIBLE),
    ("user_count", "many", "no number in its unit", DOUBTFUL),
    ("cpu_util_pct", "1200 MHz", "no number in its unit", DOUBTFUL),
    ("support_end_date", "9999-12-31", "impossible date", IMPOSSIBLE),
    ("support_end_date", "0000-05-03", "impossible date", IMPOSSIBLE),
    ("install_date", "1066-10-14", "impossible date", IMPOSSIBLE),
    ("install_date", "2031-01-01", "date in the future", IMPOSSIBLE),
    ("last_seen", "2026-12-24T18:00:00", "date in the future", IMPOSSIBLE),
    ("install_date", "31.02.2024", "not a date", DOUBTFUL),
    ("support_end_date", "Q3 some day", "not a date", DOUBTFUL),
    ("business_criticality", "sehr, sehr wichtig", "not in the vocabulary", DOUBTFUL),
    ("lifecycle_status", "Wird abgelöst", "not in the vocabulary", DOUBTFUL),
]
GOOD = [
    ("cpu_cores", "64"), ("storage_used_gb", "0"), ("cpu_util_pct", "100"), ("support_end_date", "2031-01-01"),
    ("install_date", "2019"), ("last_seen", "2026-11-21T09:00:00"), ("business_criticality", "Hoch"),
    ("business_logic_complexity", "7,5"), ("user_count", NOT_APPLICABLE), ("business_criticality", NOT_APPLICABLE),
    ("vulnerability_count", "Patched: yes"), ("recovery_objectives", "72"),
]  # fmt: skip


def cleansed(field: str, text: str) -> pd.DataFrame:
    """What cleansing makes of a cell, as the one value of a server."""
    value = read_values([text], field, None, "Column")[0]
    assert value.text is not None, "cleansing dropped it"
    row = {
        "entity": "asset", "entity_id": "s1", "field": field, "value": value.text, "number": value.number,
        "evidence_id": "f.1.2.3", "chosen": True, "conflict": False, "rule": "only value",
    }  # fmt: skip
    return pd.DataFrame([row], columns=EntityValue.columns())


@pytest.mark.parametrize(("field", "text", "problem", "worth"), BAD)
def test_a_value_that_cannot_be_right_outlives_cleansing_and_is_flagged_with_its_cell(
    field: str, text: str, problem: str, worth: float
) -> None:
    told = cleansed(field, text)
    faulty = faults(Cells(told), TODAY)
    assert faulty[["row", "problem", "worth"]].to_numpy().tolist() == [[0, problem, worth]]
    flag = data_flags(told, faulty, NOTHING_DROPPED).iloc[0]
    assert (flag["stage"], flag["problem"], flag["entity_id"]) == ("attributes", problem, "s1")
    assert (flag["value"], flag["evidence"]) == (told["value"].iloc[0], ["f.1.2.3"])
    assert flag["what"].startswith("expected ")


@pytest.mark.parametrize(("field", "text"), GOOD)
def test_a_value_that_can_be_right_is_not_flagged(field: str, text: str) -> None:
    assert faults(Cells(cleansed(field, text)), TODAY).empty


def test_the_closed_words_are_those_that_cleansing_writes() -> None:
    written = {field: set(words.values()) for field, words in CLOSED.items() if field != "asset_type"}
    assert {field: set(words) for field, words in CLOSED_VALUES.items()} == written


def test_contradicting_values_are_flagged_both() -> None:
    told = values(
        ("asset", "s1", "storage_used_gb", 300),
        ("asset", "s1", "storage_total_gb", 100),
        ("asset", "s2", "storage_used_gb", 104),
        ("asset", "s2", "storage_total_gb", 100),
        ("asset", "s3", "install_date", "2020-05-01"),
        ("asset", "s3", "support_end_date", "2019-01-01"),
    )
    faulty = faults(Cells(told), TODAY)
    assert faulty["row"].tolist() == [0, 1, 4, 5]
    assert set(faulty["problem"]) == {"contradiction"}
    assert faulty["what"].iloc[0] == "more storage in use than there is: storage_total_gb is 100"


def test_a_utilisation_whose_column_names_no_unit_is_doubtful() -> None:
    told = values(("asset", "s1", "cpu_util_pct", 1), ("asset", "s2", "cpu_util_pct", 0))
    told["evidence_id"] = ["f.2.7.9", "f.2.8.9"]
    assert faults(Cells(told), TODAY, frozenset({"f.2/9"}))["problem"].tolist() == ["no unit"]
    assert faults(Cells(told), TODAY, frozenset({"f.2/8"})).empty


def test_impossible_values_make_no_fact_and_doubtful_ones_do() -> None:
    told = values(("asset", "s1", "cpu_cores", 4), ("asset", "s2", "cpu_cores", 10**9),
                  ("application", "hr", "user_count", "many"))  # fmt: skip
    facts = facts_of(told, assets(s1="virtual", s2="virtual"), links(("crm", "s1"), ("crm", "s2"), ("bill", "s2")))
    assert cell(facts, "crm", "cpu_cores", "number") == 4
    row = evaluated(facts, "crm", "compute_specification")
    assert (row["state"], row["validity"], row["value"]) == ("present", 0.5, "4 cores")
    assert row["problem"].startswith("1000000000 in e1 is out of range: expected 1 to 4,096")
    row = evaluated(facts, "bill", "compute_specification")
    assert (row["state"], row["quality"], row["problem"] != "") == ("missing", 0, True)
    assert row["question"]
    row = evaluated(facts, "hr", "user_load")
    assert (row["state"], row["validity"], row["value"]) == ("present", DOUBTFUL, "many users")


def test_a_losing_value_is_flagged_too_but_spoils_nothing() -> None:
    told = values(("application", "crm", "user_count", 50), ("application", "crm", "user_count", -5))
    told["number"], told["chosen"] = [50.0, -5.0], [True, False]
    flags = data_flags(told, faults(Cells(told), TODAY), NOTHING_DROPPED)
    assert flags["what"].tolist() == ["expected 0 to 1e+10; another value stands"]
    row = evaluated(facts_of(told), "crm", "user_load")
    assert (row["validity"], row["problem"]) == (1.0, "")


def test_the_same_fault_keeps_its_id_whatever_the_order_of_rows_and_the_file() -> None:
    told = values(("asset", "s1", "cpu_cores", 10**9), ("asset", "s2", "cpu_cores", 0), ("asset", "s1", "memory_mb", 1))
    first = data_flags(told, faults(Cells(told), TODAY), NOTHING_DROPPED)
    assert first.columns.tolist() == DataFlag.columns()
    assert first["flag_id"].is_unique
    for order in itertools.permutations(range(3)):
        again = told.iloc[list(order)].reset_index(drop=True)
        pd.testing.assert_frame_equal(data_flags(again, faults(Cells(again), TODAY), NOTHING_DROPPED), first)
    moved = told.assign(evidence_id=["g.1.1.1", "g.1.2.1", "g.1.1.2"])
    assert set(data_flags(moved, faults(Cells(moved), TODAY), NOTHING_DROPPED)["flag_id"]) == set(first["flag_id"])


def test_texts_that_cleansing_took_for_nothing_are_told_once_with_their_cells() -> None:
    def text(rule: str, original: str, field: str) -> dict[str, Any]:
        return {"evidence_id": "f.1.2.3", "field": field, "original": original, "value": None, "rule": rule,
                "transform": "dropped", "outcome": "dropped", "cells": 7}  # fmt: skip

    dropped = pd.DataFrame(
        [text("placeholder_date", "0000-00-00", "install_date"), text("spaces; negative_number", "-1", "memory_mb"),
         text("null_word", "n/a", "location")],
        columns=CleansedText.columns(),
    )  # fmt: skip
    nothing = values()
    flags = data_flags(nothing, faults(Cells(nothing), TODAY), dropped)
    assert set(zip(flags["problem"], flags["field"], flags["value"], strict=True)) == {
        ("impossible date", "install_date", "0000-00-00"), ("out of range", "memory_mb", "-1"),
    }  # fmt: skip
    assert flags["what"].str.endswith("cells: 7").all()


def test_a_column_in_another_unit_is_flagged_once():
    rows = [("asset", f"s{n}", "cpu_util_pct", f"{3000 + n} MHz", None, True, f"f.2.{n}.9") for n in range(1, 8)]
    rows.append(("asset", "s9", "cpu_util_pct", "many", None, True, "g.1.4.2"))
    columns = ["entity", "entity_id", "field", "value", "number", "chosen", "evidence_id"]
    values = pd.DataFrame(rows, columns=columns)
    faulty = pd.DataFrame({"row": range(8), "problem": UNIT_FAULT, "what": "expected a number in %", "worth": 0.5})
    dropped = pd.DataFrame(columns=["rule", "cells", "field", "original", "transform", "evidence_id"])
    flags = data_flags(values, faulty, dropped).set_index("entity_id")
    assert flags.loc["", "value"] == "7 values such as 3001 MHz"
    assert flags.loc["", "evidence"] == [f"f.2.{n}.9" for n in range(1, 6)]
    assert flags.loc["s9", "value"] == "many"
