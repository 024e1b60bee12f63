"""Sheets become cells: numbers by other cells of their row, entities, and every row that gives none is named."""

import pandas as pd
import pytest

from aidiscover_pipelines.domain.tables import SourceRecord, SourceSheet
from aidiscover_pipelines.domain.tenancy import RunRef, Tenant, tenant_id
from aidiscover_pipelines.inventory.addresses import reasons_frame, skipped_rows
from aidiscover_pipelines.inventory.cleansing.audit import cells_by_reason
from resources.scratch_store import ScratchStore


def test_a_share_of_storage_becomes_an_amount_by_the_total_of_its_row(cleansed):
    columns = [
        ("Name", "asset_name", None, None),
        ("Total", "storage_total_gb", "GB", None),
        ("Used %", "storage_used_gb", "%", None),
    ]
    cells = cleansed("asset", columns, ["a", "500", "80"], ["b", "", "80"]).cells
    used = cells[cells["field"] == "storage_used_gb"]
    assert used["number"].tolist()[0] == 400
    assert used["transform"].tolist() == ["by storage_total_gb to GB", "not a number without storage_total_gb"]
    assert used["value"].tolist()[1] == "80"


def test_an_amount_of_memory_becomes_a_share_of_what_is_installed(cleansed):
    columns = [
        ("Name", "asset_name", None, None),
        ("Memory", "memory_mb", "MiB", None),
        ("Active", "memory_util_pct", "MiB", None),
    ]
    cells = cleansed("asset", columns, ["a", "16384", "4096"]).cells
    assert cells.loc[cells["field"] == "memory_util_pct", "number"].tolist() == [25]


def test_cores_per_socket_are_multiplied_by_the_sockets_of_their_row(cleansed):
    columns = [
        ("Name", "asset_name", None, None),
        ("numCpus", "cpu_cores", None, None),
        ("numCoresPerCpu", "cpu_cores", None, None),
    ]
    cells = cleansed("asset", columns, ["a", "8", "2"], ["b", "", "2"]).cells
    told = cells.loc[cells["field"] != "asset_name", ["field", "value", "transform"]].values.tolist()
    assert told == [
        ["cpu_sockets", "8", "counted as sockets"],
        ["cpu_cores", "16", "times sockets"],
        ["cpu_cores", "2 per socket", "not a number without the sockets"],
    ]


def test_free_space_is_turned_into_used_space(cleansed):
    columns = [
        ("Name", "asset_name", None, None),
        ("Capacity", "storage_total_gb", "GB", None),
        ("Free", "storage_used_gb", "GB", "free"),
        ("CPU idle", "cpu_util_pct", "%", "free"),
    ]
    cells = cleansed("asset", columns, ["a", "100", "30", "90"], ["b", "", "30", ""], ["c", "10", "30", ""]).cells
    used = cells[cells["field"] == "storage_used_gb"]
    assert used["value"].tolist() == ["70", "30 free", "30 free"]
    assert cells.loc[cells["field"] == "cpu_util_pct", "number"].tolist() == [10]
    assert cells["statistic"].isna().all()


COLUMNS = [
    ("VM", "asset_name", None, None),
    ("App", "application_name", None, None),
    ("Owner", "business_owner", None, None),
    ("Template", "asset_type", None, None),
    ("Junk", None, None, None),
]


def test_every_row_gives_cells_or_a_reason(cleansed_sheet, mapping, records):
    rows = [
        ["srv1", "CRM", "Ann", "False", ""],
        ["tmpl", "", "", "True", ""],
        ["", "", "Bob", "", ""],
        ["", " ", "", "", ""],
        ["n/a", "", "", "", "x"],
        ["srv2", "", "k.A.", "", ""],
    ]
    result = cleansed_sheet(records("f", 1, rows), mapping("f", 1, "asset", COLUMNS))
    assert result.cells[["evidence_id", "entity", "field", "value"]].values.tolist() == [
        ["f.1.2.1", "asset", "asset_name", "srv1"],
        ["f.1.2.2", "application", "application_name", "CRM"],
        ["f.1.2.3", "asset", "business_owner", "Ann"],
        ["f.1.7.1", "asset", "asset_name", "srv2"],
    ]
    assert dict(result.skipped.values.tolist()) == {
        "f.1.3": "virtual machine template, not a server",
        "f.1.4": "no name, id or address of an asset",
        "f.1.5": "empty row",
        "f.1.6": "no name, id or address of an asset",
    }


def test_in_a_sheet_of_applications_an_asset_key_is_a_link(cleansed):
    columns = [("App", "application_name", None, None), ("Server", "asset_name", None, None)]
    cells = cleansed("application", [*columns, ("Needs", "dep_target", None, None)], ["CRM", "srv1", "ERP"]).cells
    assert cells["entity"].tolist() == ["application", "link", "dependency"]


def test_links_and_edges_need_both_ends(cleansed_sheet, mapping, records):
    link = cleansed_sheet(
        records("f", 1, [["A1", ""], ["", "s1"], ["A1", "s1"]]),
        mapping("f", 1, "link", [("App", "application_id", None, None), ("Server", "asset_id", None, None)]),
    )
    assert link.skipped["reason"].tolist() == ["link without an asset", "link without an application"]
    edge = cleansed_sheet(
        records("f", 1, [["a", ""], ["a", "b"]]),
        mapping("f", 1, "dependency", [("From", "dep_source", None, None), ("To", "dep_target", None, None)]),
    )
    assert edge.skipped["reason"].tolist() == ["dependency without a target"]


@pytest.mark.parametrize("columns", [[], [("X", None, None, None)]])
@pytest.mark.parametrize("entity", [None, "asset"])
def test_a_sheet_of_nothing_known_is_left_out_whole(cleansed_sheet, mapping, records, entity, columns):
    result = cleansed_sheet(records("f", 1, [["a"], ["b"]]), mapping("f", 1, entity, columns))
    assert len(result.cells) == 0
    assert result.skipped["record_id"].tolist() == ["f.1.2", "f.1.3"]


def test_how_a_sheet_is_sliced_changes_nothing(cleansed_sheet, mapping, records, monkeypatch):
    columns = [
        ("VM", "asset_name", None, None),
        ("Owner", "business_owner", None, None),
        ("Second owner", "business_owner", None, None),
        ("Template", "asset_type", None, None),
        ("Bought", "install_date", None, None),
        ("Capacity", "storage_total_gb", "GB", None),
        ("Free", "storage_used_gb", "GB", "free"),
        ("Used %", "storage_used_gb", "%", None),
    ]
    # The day comes first as only the last row tells; one row is short, one empty, one a template and one has no name.
    rows = [["srv1", " Ann", "n/a", "False", "03/04/2024", "100", "30", "50%"], ["srv2", "n/a", " Ann"], [" ", ""]]
    rows += [["t", "", "", "True", "12/31/2020", "1", "1", "1%"], ["", "Bob", "", "", "", "10", "3", "1%"]]
    rows += [["srv3", " Ann", "", "", "25/12/2023", "", "30", "50%"]]
    maps = mapping("f", 1, "asset", columns)
    whole = cleansed_sheet(records("f", 1, rows), maps)
    monkeypatch.setattr("aidiscover_pipelines.inventory.cleansing.cleanse.PART_ROWS", 2)
    for size in (1, 2, 4):
        sliced = cleansed_sheet(records("f", 1, rows), maps, size)
        key = "evidence_id"
        assert (
            sliced.cells.sort_values(key, ignore_index=True).to_csv()
            == whole.cells.sort_values(key, ignore_index=True).to_csv()
        )
        pd.testing.assert_frame_equal(sliced.texts, whole.texts)
        pd.testing.assert_frame_equal(sliced.skipped, whole.skipped)
    assert whole.cells.loc[whole.cells["field"] == "install_date", "value"].tolist() == ["2024-04-03", "2023-12-25"]
    assert whole.texts.loc[whole.texts["original"] == " Ann", "cells"].tolist() == [3]
    assert len(whole.skipped) == 3


def test_dropped_cells_are_counted_by_reason(cleansed_sheet, mapping, records):
    columns = [
        ("N", "asset_name", None, None),
        ("IP", "ip_address", None, None),
        ("RAM", "memory_mb", "MB", None),
    ]
    rows = [["a", "10.0.20.447", "-1"], ["b", "10.0.20.447", "5"]]
    result = cleansed_sheet(records("f", 1, rows), mapping("f", 1, "asset", columns))
    assert cells_by_reason(result.texts) == {"impossible IP address": 2, "negative number": 1}


def test_no_rows_give_empty_frames(cleansed_sheet, mapping, records):
    result = cleansed_sheet(records("f", 1, []), mapping("f", 1, "asset", COLUMNS))
    assert (len(result.cells), len(result.skipped), len(result.texts)) == (0, 0, 0)


def test_a_left_out_row_knows_its_sheet_and_a_cloud_row_its_cloud():
    store, tenant = ScratchStore(Tenant(tenant_id("acme"), "ACME")), tenant_id("acme")
    sheet = {"sheet": "vInfo", "header_row": 1, "headers": ["VM"], "rows": 1, "hidden": False}
    record = {"record_id": "f.1.7", "row": 9, "cells": ["srv01"]}
    held = {SourceSheet: sheet, SourceRecord: record}
    place = {"file_id": "f", "sheet_index": 1}
    store.replace(tenant, RunRef("r"), {table: pd.DataFrame([row | place]) for table, row in held.items()})
    left_out = reasons_frame(pd.Series({"f.1.7": "why", "aws.i-1": "why not"}))
    rows = skipped_rows(store, tenant, left_out, "inventory")
    assert rows[["file_id", "sheet", "row"]].values.tolist() == [["f", "vInfo", 9], ["aws", "aws", 0]]
    assert skipped_rows(store, tenant, left_out.head(0), "inventory").empty


def test_a_cell_that_repeats_its_header_is_an_unfilled_attribute(cleansed):
    columns = [("VM", "asset_name", None, None), ("Project", "application_name", None, None)]
    cells = cleansed("asset", columns, ["srv01", "Project"], ["srv02", "Webshop"]).cells
    assert cells.loc[cells["field"] == "application_name", "value"].tolist() == ["Webshop"]


def test_of_two_operating_systems_in_a_row_the_observed_one_stands(cleansed):
    columns = [
        ("VM", "asset_name", None, None),
        ("OS according to the configuration file", "os_name", None, None),
        ("OS according to the VMware Tools", "os_name", None, None),
    ]
    rows = (
        ["a", "Other 3.x or later Linux (64-bit)", "Amazon Linux 2 (64-bit)"],
        ["b", "Red Hat Enterprise Linux 8 (64-bit)", ""],
        ["c", "Microsoft Windows Server 2016 (64-bit)", "Other (64-bit)"],
    )
    result = cleansed("asset", columns, *rows)
    systems = result.cells[result.cells["field"] == "os_name"].sort_values("evidence_id")
    assert systems["value"].tolist() == [
        "Amazon Linux 2",
        "Red Hat Enterprise Linux 8",
        "Windows Server 2016",
        "Other",
    ]
    assert cells_by_reason(result.texts) == {
        "operating system by its name; configured system beside an observed one": 1
    }


def test_a_dropped_cell_is_told_of_even_where_its_row_is_left_out_for_it(cleansed):
    result = cleansed("asset", [("IP", "ip_address", None, None), ("RAM", "memory_mb", "GB", None)], ["1.2.3.444", "8"])
    assert result.texts[["original", "outcome"]].values.tolist() == [["1.2.3.444", "dropped"]]
    assert result.skipped["reason"].tolist() == ["no name, id or address of an asset"]


def test_the_sheet_decides_where_a_column_cannot(cleansed):
    columns = [
        ("Name", "asset_name", None, None),
        ("Platte (GB)", "storage_total_gb", "GB", None),
        ("Auslastung", "cpu_util_pct", "%", None),
        ("Installed", "install_date", None, None),
        ("Seen", "last_seen", None, None),
    ]
    cells = cleansed("asset", columns, ["a", "1.024", "12,5", "03/04/2024", "25/04/2024"]).cells
    assert dict(zip(cells["field"], cells["value"], strict=True)) == {
        "asset_name": "a",
        "storage_total_gb": "1024",
        "cpu_util_pct": "12.5",
        "install_date": "2024-04-03",
        "last_seen": "2024-04-25",
    }
