"""Cells as read become values in canonical units and words, and every row that does not is named."""

import math

import pandas as pd
import pytest

from aidiscover_pipelines.inventory.addresses import reasons_frame, skipped_rows
from aidiscover_pipelines.inventory.cleanse import cleanse
from aidiscover_pipelines.inventory.dates import read_dates
from aidiscover_pipelines.inventory.units import decimal_mark, read_column
from aidiscover_pipelines.inventory.values import canonical_uuid, read_values
from aidiscover_pipelines.inventory.vocabularies import word_key

Column = tuple[str, str | None, str | None, str | None]


def mapping(file_id: str, sheet_index: int, entity: str | None, columns: list[Column]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "file_id": file_id,
            "sheet_index": sheet_index,
            "sheet": f"sheet {sheet_index}",
            "entity": entity,
            "column_index": range(1, len(columns) + 1),
            "header": [column[0] for column in columns],
            "field": [column[1] for column in columns],
            "unit": [column[2] for column in columns],
            "statistic": [column[3] for column in columns],
            "decision": ["accept" if column[1] else "ignore" for column in columns],
        }
    )


def records(file_id: str, sheet_index: int, rows: list[list[str]]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "record_id": [f"{file_id}.{sheet_index}.{place + 2}" for place in range(len(rows))],
            "file_id": file_id,
            "sheet_index": sheet_index,
            "row": range(2, len(rows) + 2),
            "cells": rows,
        }
    )


def cleansed(entity: str, columns: list[Column], *rows: list[str]) -> pd.DataFrame:
    return cleanse(records("f", 1, list(rows)), mapping("f", 1, entity, columns)).cells


@pytest.mark.parametrize(
    ("text", "field", "unit", "header", "number"),
    [
        ("500 GB", "storage_total_gb", None, "Disk", 500),
        ("128 Go", "memory_mb", None, "Mémoire", 131072),
        ("16G", "memory_mb", None, "RAM", 16384),
        ("35840", "storage_total_gb", "MiB", "Capacity MiB", 35),
        ("16384", "memory_mb", "MiB", "Size MiB", 16384),
        ("4x 2 To", "storage_total_gb", None, "Disques", 8192),
        ("1,5 TB", "storage_total_gb", None, "Platte", 1536),
        ("1.234,5", "annual_cost", None, "Kosten", 1234.5),
        ("1,234.5", "annual_cost", None, "Cost", 1234.5),
        ("€ 1'200", "annual_cost", None, "Cost", 1200),
        ("5k", "user_count", None, "Users", 5000),
        ("100-200 users", "user_count", None, "Users", 150),
        ("~2,000+", "user_count", None, "Users", 2000),
        ("90 min", "recovery_objectives", "hours", "RTO", 1.5),
        ("2 Tage", "recovery_objectives", None, "RTO", 48),
        ("2048", "disk_throughput_mbps", "KB/s", "Disk KB/s", 2),
        ("800 Mbps", "network_throughput_mbps", None, "Net", 100),
        ("8.0", "cpu_cores", None, "CPUs", 8),
        ("50%", "cpu_util_pct", None, "CPU", 50),
        ("524,194", "memory_mb", "MB", "ram", 524194),
    ],
)
def test_a_number_comes_out_in_the_unit_of_its_field(
    text: str, field: str, unit: str | None, header: str, number: float
) -> None:
    assert read_column([text], field, unit, header)[0].number == pytest.approx(number)


@pytest.mark.parametrize("text", ["abc", "3 bananas", "1.2.3", "2 GHz"])
def test_what_is_no_number_of_its_field_is_kept_as_text(text: str) -> None:
    value = read_values([text], "cpu_util_pct", "%", "CPU")[0]
    assert (value.text, math.isnan(value.number)) == (text, True)
    assert value.transform.startswith("not a number")


@pytest.mark.parametrize(
    ("texts", "whole", "mark"),
    [
        (["16.384"], True, ","),
        (["16.384"], False, "."),
        (["16.384", "2.5"], True, "."),
        (["1,5", "16.384"], False, ","),
        (["524,194"], True, "."),
        (["1.234.567"], False, ","),
        (["1.234,5"], False, ","),
        (["0,512"], False, ","),
        (["7"], True, "."),
    ],
)
def test_the_decimal_mark_is_what_the_whole_column_can_only_mean(texts: list[str], whole: bool, mark: str) -> None:
    assert decimal_mark(texts, whole) == mark


def test_a_value_against_the_style_of_its_column_is_read_by_its_own() -> None:
    readings = read_column(["2.5", "3.25", "1,5", "1,234", "7,5", "3,5", "4,5", "2.75"], "annual_cost", None, "Cost")
    assert [reading.number for reading in readings][:4] == [2.5, 3.25, 1.5, 1.234]


def test_shares_from_0_to_1_become_percent_and_percents_stay() -> None:
    assert [r.number for r in read_column(["0.5", "0,27"], "cpu_util_pct", "%", "CPU %")] == pytest.approx([50, 27])
    assert [r.number for r in read_column(["0.5", "60"], "cpu_util_pct", "0-1", "maxPctDec (%)")] == [50, 60]
    assert [r.number for r in read_column(["0.5", "60"], "cpu_util_pct", "%", "CPU %")] == [0.5, 60]


def test_a_share_of_storage_becomes_an_amount_by_the_total_of_its_row() -> None:
    columns: list[Column] = [
        ("Name", "asset_name", None, None),
        ("Total", "storage_total_gb", "GB", None),
        ("Used %", "storage_used_gb", "%", None),
    ]
    cells = cleansed("asset", columns, ["a", "500", "80"], ["b", "", "80"])
    used = cells[cells["field"] == "storage_used_gb"]
    assert used["number"].tolist()[0] == 400
    assert used["transform"].tolist() == ["by storage_total_gb to GB", "not a number without storage_total_gb"]
    assert used["value"].tolist()[1] == "80"


def test_an_amount_of_memory_becomes_a_share_of_what_is_installed() -> None:
    columns: list[Column] = [
        ("Name", "asset_name", None, None),
        ("Memory", "memory_mb", "MiB", None),
        ("Active", "memory_util_pct", "MiB", None),
    ]
    cells = cleansed("asset", columns, ["a", "16384", "4096"])
    assert cells.loc[cells["field"] == "memory_util_pct", "number"].tolist() == [25]


def test_cores_per_socket_are_multiplied_by_the_sockets_of_their_row() -> None:
    columns: list[Column] = [
        ("Name", "asset_name", None, None),
        ("numCpus", "cpu_cores", None, None),
        ("numCoresPerCpu", "cpu_cores", None, None),
    ]
    cells = cleansed("asset", columns, ["a", "8", "2"], ["b", "", "2"])
    told = cells.loc[cells["field"] != "asset_name", ["field", "value", "transform"]].values.tolist()
    assert told == [
        ["cpu_sockets", "8", ""],
        ["cpu_cores", "16", "times sockets"],
        ["cpu_cores", "2 per socket", "not a number without the sockets"],
    ]


def test_free_space_is_turned_into_used_space() -> None:
    columns: list[Column] = [
        ("Name", "asset_name", None, None),
        ("Capacity", "storage_total_gb", "GB", None),
        ("Free", "storage_used_gb", "GB", "free"),
        ("CPU idle", "cpu_util_pct", "%", "free"),
    ]
    cells = cleansed("asset", columns, ["a", "100", "30", "90"], ["b", "", "30", ""], ["c", "10", "30", ""])
    used = cells[cells["field"] == "storage_used_gb"]
    assert used["value"].tolist() == ["70", "30 free", "30 free"]
    assert cells.loc[cells["field"] == "cpu_util_pct", "number"].tolist() == [10]
    assert cells["statistic"].isna().all()


@pytest.mark.parametrize(
    ("texts", "first"),
    [
        (["2024-10-27"], "2024-10-27"),
        (["31.12.2025"], "2025-12-31"),
        (["12/10/2024", "25/10/2024"], "2024-10-12"),
        (["10/17/2023 12:40"], "2023-10-17"),
        (["08/16/24 00:25:56"], "2024-08-16"),
        (["20240131"], "2024-01-31"),
        (["45123"], "2023-07-16"),
        (["12 Jan 2025"], "2025-01-12"),
        (["15. März 2024"], "2024-03-15"),
        (["décembre 2024"], "2024-12-01"),
        (["Oct 3, 2024"], "2024-10-03"),
        (["2024年3月5日"], "2024-03-05"),
        (["2025"], "2025"),
        (["15y 0m ago"], "15y 0m ago"),
        (["31.02.2024"], "31.02.2024"),
        (["Frimaire 2024"], "Frimaire 2024"),
    ],
)
def test_dates_become_iso(texts: list[str], first: str) -> None:
    assert read_dates(texts, with_time=False)[0][0] == first


def test_a_guess_about_day_and_month_is_said_and_times_survive() -> None:
    assert read_dates(["03/04/2024"], with_time=False) == [("2024-03-04", "date to ISO, month first assumed")]
    assert read_dates(["03/04/2024 1:05 PM"], with_time=True)[0][0] == "2024-03-04T13:05:00"
    assert read_dates(["2024-03-04"], with_time=True) == [("2024-03-04", "")]


@pytest.mark.parametrize(
    ("field", "text", "value"),
    [
        ("environment", "Produktion", "production"),
        ("environment", "PRD", "production"),
        ("environment", "non-prod", "non-production"),
        ("environment", "Entwicklung", "development"),
        ("environment", "本番", "production"),
        ("business_criticality", "1 - most critical", "critical"),
        ("business_criticality", "Élevé", "high"),
        ("business_criticality", "mittel", "medium"),
        ("power_state", "poweredOff", "stopped"),
        ("power_state", "eingeschaltet", "running"),
        ("lifecycle_status", "In Betrieb", "active"),
        ("lifecycle_status", "End of Life", "end of life"),
        ("lifecycle_status", "retired", "retired"),
        ("environment", "Zone 7", "Zone 7"),
        ("business_logic_complexity", "hoch", "high"),
        ("business_logic_complexity", "7,5", "7.5"),
        ("code_quality_score", "Low", "Low"),
        ("technology_stack", "Java | Spring, Tomcat (8, 9)", "Java; Spring; Tomcat (8, 9)"),
        ("technology_stack", "; n/a", None),
        ("ip_address", "10.0.0.1, 10.0.20.447", "10.0.0.1"),
        ("ip_address", "10.0.20.447", None),
        ("ip_address", "::", None),
        ("ip_address", "10.0.0.1/24; fe80::1%eth0", "10.0.0.1; fe80::1"),
        ("mac_address", "00-50-56-BE-5A-1F", "00:50:56:be:5a:1f"),
        ("mac_address", "00:00:00:00:00:00", None),
        ("hostname", "SRV01.Corp.Example.COM.", "srv01.corp.example.com"),
        ("asset_id", "{503E8E57-A5D6-E8B2-0D58-64FFBD4B1FEE}", "503e8e57-a5d6-e8b2-0d58-64ffbd4b1fee"),
        ("application_id", "12.0", "12"),
        ("vendor", "Big  \n Blue", "Big Blue"),
    ],
)
def test_words_lists_and_addresses_are_normalised(field: str, text: str, value: str | None) -> None:
    assert read_values([text], field, None, "Header")[0].text == value


@pytest.mark.parametrize(
    ("field", "header", "text", "value"),
    [
        ("security_requirements", "Data Encryption (Y/N)", "Yes", "Data Encryption: yes"),
        ("availability_target", "Cluster", "nein", "Cluster: no"),
        ("compliance_requirements", "PII?", "Y", "PII"),
        ("compliance_requirements", "PII?", "No", None),
        ("asset_type", "isPhysical", "true", "physical"),
        ("asset_type", "IsPhysical", "false", "virtual"),
        ("asset_type", "virtual", "true", "virtual"),
        ("asset_type", "Monitored", "true", None),
        ("tags", "Tier", "Gold", "Tier=Gold"),
        ("tags", "Tags", "Gold", "Gold"),
        ("tags", "Tier", "a=b", "a=b"),
    ],
)
def test_a_yes_or_no_or_a_bare_tag_takes_its_meaning_from_its_header(
    field: str, header: str, text: str, value: str | None
) -> None:
    assert read_values([text], field, None, header)[0].text == value


def test_a_word_key_ignores_case_accents_and_punctuation() -> None:
    assert word_key("Non-Prod ") == word_key("NONPROD")
    assert canonical_uuid("no uuid") is None


COLUMNS: list[Column] = [
    ("VM", "asset_name", None, None),
    ("App", "application_name", None, None),
    ("Owner", "business_owner", None, None),
    ("Template", "asset_type", None, None),
    ("Junk", None, None, None),
]


def test_every_row_gives_cells_or_a_reason() -> None:
    rows = [
        ["srv1", "CRM", "Ann", "False", ""],
        ["tmpl", "", "", "True", ""],
        ["", "", "Bob", "", ""],
        ["", " ", "", "", ""],
        ["n/a", "", "", "", "x"],
        ["srv2", "", "k.A.", "", ""],
    ]
    result = cleanse(records("f", 1, rows), mapping("f", 1, "asset", COLUMNS))
    assert result.cells[["evidence_id", "entity", "field", "value"]].values.tolist() == [
        ["f.1.2.1", "asset", "asset_name", "srv1"],
        ["f.1.7.1", "asset", "asset_name", "srv2"],
        ["f.1.2.2", "application", "application_name", "CRM"],
        ["f.1.2.3", "asset", "business_owner", "Ann"],
    ]
    assert dict(result.skipped.values.tolist()) == {
        "f.1.3": "virtual machine template, not a server",
        "f.1.4": "no name, id or address of an asset",
        "f.1.5": "empty row",
        "f.1.6": "no name, id or address of an asset",
    }


def test_in_a_sheet_of_applications_an_asset_key_is_a_link() -> None:
    columns: list[Column] = [("App", "application_name", None, None), ("Server", "asset_name", None, None)]
    cells = cleansed("application", [*columns, ("Needs", "dep_target", None, None)], ["CRM", "srv1", "ERP"])
    assert cells["entity"].tolist() == ["application", "link", "dependency"]


def test_links_and_edges_need_both_ends() -> None:
    link = cleanse(
        records("f", 1, [["A1", ""], ["", "s1"], ["A1", "s1"]]),
        mapping("f", 1, "link", [("App", "application_id", None, None), ("Server", "asset_id", None, None)]),
    )
    assert link.skipped["reason"].tolist() == ["link without an asset", "link without an application"]
    edge = cleanse(
        records("f", 1, [["a", ""], ["a", "b"]]),
        mapping("f", 1, "dependency", [("From", "dep_source", None, None), ("To", "dep_target", None, None)]),
    )
    assert edge.skipped["reason"].tolist() == ["dependency without a target"]


def test_a_sheet_of_nothing_known_and_an_unmapped_one_are_left_out_whole() -> None:
    rows = pd.concat([records("f", 1, [["a"]]), records("f", 2, [["b"]]), records("f", 3, [["c"]])])
    maps = pd.concat(
        [mapping("f", 1, None, [("X", None, None, None)]), mapping("f", 3, "asset", [("X", None, None, None)])]
    )
    result = cleanse(rows, maps)
    assert len(result.cells) == 0
    assert len(result.skipped) == 3


def test_dropped_cells_are_counted_by_reason() -> None:
    columns: list[Column] = [
        ("N", "asset_name", None, None),
        ("IP", "ip_address", None, None),
        ("RAM", "memory_mb", "MB", None),
    ]
    rows = [["a", "10.0.20.447", "-1"], ["b", "10.0.20.447", "5"]]
    result = cleanse(records("f", 1, rows), mapping("f", 1, "asset", columns))
    assert result.dropped == {"impossible IP address": 2, "negative number": 1}


def test_no_rows_give_empty_frames() -> None:
    result = cleanse(records("f", 1, []), mapping("f", 1, "asset", COLUMNS))
    assert (len(result.cells), len(result.skipped), result.dropped) == (0, 0, {})


def test_a_left_out_row_knows_its_sheet_and_a_cloud_row_its_cloud() -> None:
    sheets = pd.DataFrame({"file_id": ["f"], "sheet_index": [1], "sheet": ["vInfo"]})
    left_out = reasons_frame(pd.Series({"f.1.7": "why", "aws.i-1": "why not"}))
    rows = skipped_rows(left_out, "inventory", sheets)
    assert rows[["file_id", "sheet", "row"]].values.tolist() == [["f", "vInfo", 7], ["aws", "aws", 0]]
    assert skipped_rows(left_out.head(0), "inventory", sheets).empty


def test_a_cell_that_repeats_its_header_is_an_unfilled_attribute() -> None:
    columns: list[Column] = [("VM", "asset_name", None, None), ("Project", "application_name", None, None)]
    cells = cleansed("asset", columns, ["srv01", "Project"], ["srv02", "Webshop"])
    assert cells.loc[cells["field"] == "application_name", "value"].tolist() == ["Webshop"]
