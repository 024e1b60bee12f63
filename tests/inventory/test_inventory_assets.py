"""Rows about one machine become one asset, rows about two stay two, and every value keeps its place."""

import numpy as np
import pandas as pd
import pytest

from aidiscover_pipelines.inventory.assets import ResolvedAssets, resolve_assets
from aidiscover_pipelines.inventory.cells import coded
from aidiscover_pipelines.inventory.resolution.keys import asset_keys, canonical_uuids
from aidiscover_pipelines.inventory.resolution.merging import NO_PAIRS, merge_step, merged_by_people
from aidiscover_pipelines.inventory.resolution.source_lists import asset_records, list_entries
from tests.inventory.asset_rows import SWAPPED, UUID, asset_cells, groups, resolved


def chosen(result: ResolvedAssets, field: str) -> list[str]:
    values = result.values
    return values.loc[(values["field"] == field) & values["chosen"], "value"].tolist()


def test_a_uuid_merges_across_files_in_either_byte_order() -> None:
    result = resolved(
        ("a.1.2", {"asset_name": "web01", "asset_id": UUID}),
        ("b.1.2", {"asset_name": "web01-new", "serial_number": SWAPPED.upper()}),
        ("c.1.2", {"asset_name": "web01", "serial_number": "VMware-42 3e e9 c0 21 6a 12 a5-b4 cb f2 59 c5 fc cc 01"}),
    )
    assert len(result.assets) == 1
    asset = result.assets.iloc[0]
    assert (asset["matched_by"], asset["confidence"], asset["records"]) == ("uuid", 0.99, 3)
    assert asset["sources"] == ["a", "b", "c"]


@pytest.mark.parametrize(
    ("one", "other", "key"),
    [
        ({"serial_number": "ABC1234", "asset_name": "x1"}, {"serial_number": "abc1234", "hostname": "x1"}, "serial"),
        ({"mac_address": "00:50:56:00:00:01"}, {"mac_address": "00:50:56:00:00:01; 00:50:56:00:00:02"}, "mac"),
        ({"hostname": "db01.corp.example.com"}, {"asset_name": "DB01.corp.example.com"}, "fqdn"),
        ({"hostname": "db01.corp.example.com"}, {"asset_name": "DB01"}, "name"),
        ({"asset_id": "i-0abc12345678def90"}, {"serial_number": "i-0abc12345678def90"}, "cloud_id"),
        (
            {"asset_name": "prod-webserver-01", "ip_address": "10.0.0.1"},
            {"asset_name": "prod-web-server-01", "ip_address": "10.0.0.1"},
            "ip and similar name",
        ),
    ],
)
def test_keys_merge_rows_of_different_files(one: dict[str, str], other: dict[str, str], key: str) -> None:
    result = resolved(("a.1.2", one), ("b.1.2", other))
    assert result.assets["matched_by"].tolist() == [key]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"asset_name": "web01", "ip_address": "10.0.0.1"}, {"asset_name": "mail7", "ip_address": "10.0.0.1"}),
        ({"asset_name": "web01", "serial_number": "None"}, {"asset_name": "web02", "serial_number": "None"}),
        ({"asset_name": "web01", "serial_number": "S-7788"}, {"asset_name": "web02", "serial_number": "S-7788"}),
        ({"asset_name": "web01", "asset_id": UUID}, {"asset_name": "oracle-prod", "asset_id": UUID}),
        ({"hostname": "web01.one.example.com"}, {"hostname": "web01.two.example.com"}),
        ({"asset_name": "localhost"}, {"asset_name": "localhost"}),
        ({"asset_name": "a1", "asset_id": "17"}, {"asset_name": "b2", "asset_id": "17"}),
        ({"ip_address": "10.0.0.1"}, {"ip_address": "10.0.0.1"}),
        (
            {"asset_name": "web", "asset_id": UUID, "mac_address": "00:50:56:00:00:01"},
            {"asset_name": "web", "asset_id": UUID.replace("4", "5"), "mac_address": "00:50:56:00:00:02"},
        ),
    ],
)
def test_addresses_placeholders_clones_and_contradictions_do_not_merge(
    one: dict[str, str], other: dict[str, str]
) -> None:
    result = resolved(("a.1.2", one), ("b.1.2", other))
    assert len(result.assets) == 2
    assert result.assets["asset_id"].is_unique


def test_two_entries_of_one_list_never_merge_even_through_a_third_that_goes_to_the_stronger() -> None:
    result = resolved(
        ("a.1.2", {"asset_name": "gv-win", "asset_id": "vm-1", "mac_address": "00:50:56:00:00:01"}),
        ("a.1.3", {"asset_name": "gv-win", "asset_id": "vm-2", "mac_address": "00:50:56:00:00:02"}),
        ("b.1.2", {"asset_name": "gv-win", "mac_address": "00:50:56:00:00:02", "ip_address": "10.0.0.1"}),
    )
    assert groups(result) == {frozenset({"a.1.3", "b.1.2"}), frozenset({"a.1.2"})}


def test_a_record_that_fits_two_assets_as_well_stays_alone_and_is_flagged() -> None:
    result = resolved(
        ("a.1.2", {"asset_name": "gv-win", "asset_id": "vm-1", "mac_address": "00:50:56:00:00:01"}),
        ("a.1.3", {"asset_name": "gv-win", "asset_id": "vm-2", "mac_address": "00:50:56:00:00:02"}),
        ("b.1.2", {"asset_name": "gv-win", "mac_address": "00:50:56:00:00:01; 00:50:56:00:00:02"}),
    )
    assert groups(result) == {frozenset({"a.1.2"}), frozenset({"a.1.3"}), frozenset({"b.1.2"})}
    assert result.kept_apart >= 1
    assert "matches two assets" in set(result.flags["problem"])


def test_rows_of_one_list_without_ids_merge_by_name_and_join_the_one_with_an_id() -> None:
    result = resolved(
        ("a.1.2", {"asset_name": "srv1", "os_name": "RHEL"}),
        ("a.1.3", {"asset_name": "SRV1", "location": "DC1"}),
        ("a.1.4", {"asset_name": "srv2", "asset_id": "vm-2"}),
        ("a.1.5", {"asset_name": "srv2", "location": "DC1"}),
    )
    assert groups(result) == {frozenset({"a.1.2", "a.1.3"}), frozenset({"a.1.4", "a.1.5"})}
    assert set(result.assets["matched_by"]) == {"name in one file"}


def test_an_id_that_rows_of_different_names_share_is_a_constant() -> None:
    result = resolved(
        ("a.1.2", {"asset_id": UUID, "asset_name": "srv1"}), ("a.1.3", {"asset_id": UUID, "asset_name": "srv2"})
    )
    assert len(result.assets) == 2


def vmware_export() -> list[tuple[str, dict[str, str]]]:
    listed = [
        (
            f"r.1.{row}",
            {"asset_name": name, "asset_id": vm, "power_state": "running", "cluster_name": "C1", "memory_mb": "1024"},
        )
        for row, name, vm in ((2, "gv-win", "vm-1"), (3, "gv-win", "vm-2"), (4, "web", "vm-3"))
    ]
    disks = [
        ("r.2.2", {"asset_name": "gv-win", "asset_id": "vm-2", "disk_size_gb": "10"}),
        ("r.2.3", {"asset_name": "gv-win", "asset_id": "vm-2", "disk_size_gb": "30"}),
        ("r.2.4", {"asset_name": "web", "disk_size_gb": "50"}),
        ("r.2.5", {"asset_name": "gone", "disk_size_gb": "70"}),
        ("r.2.6", {"asset_name": "gv-win", "disk_size_gb": "80"}),
    ]
    hosts = [("r.3.2", {"asset_name": "10.7.8.68", "hardware_model": "PowerEdge R740", "serial_number": "J7K2"})]
    return listed + disks + hosts


def test_detail_tabs_tell_more_about_listed_machines_and_create_none() -> None:
    result = resolved(*vmware_export())
    assert groups(result) == {
        frozenset({"r.1.2"}),
        frozenset({"r.1.3", "r.2.2", "r.2.3"}),
        frozenset({"r.1.4", "r.2.4"}),
        frozenset({"r.3.2"}),
    }
    assert dict(result.skipped.values.tolist()) == {
        "r.2.5": "detail row of an asset that its file does not list",
        "r.2.6": "detail row whose name fits several assets of its file",
    }


def test_disks_add_up_where_no_total_is_given() -> None:
    result = resolved(*vmware_export())
    totals = result.values[result.values["field"] == "storage_total_gb"]
    assert sorted(zip(totals["number"], totals["rule"], strict=True)) == [
        (40.0, "sum of 2 disks"),
        (50.0, "sum of 1 disk"),
    ]
    assert result.values["evidence_id"].is_unique


def test_equal_disks_in_columns_of_one_row_are_disks_each_and_those_of_another_sheet_are_the_same_ones() -> None:
    cells = asset_cells(
        ("a.1.2", {"asset_name": "s1", "os_name": "RHEL", "disk_size_gb": "60", "disk_size_gb#": "60"}),
        ("b.1.2", {"asset_name": "s1", "os_name": "RHEL", "disk_size_gb": "60", "storage_total_gb": "120"}),
    )
    values = resolve_assets(cells).values
    disks = values[values["field"] == "disk_size_gb"].set_index("evidence_id")
    assert disks["chosen"].to_dict() == {"a.1.2.3": True, "a.1.2.4": True, "b.1.2.3": False}
    alone = resolve_assets(cells[cells["file_id"] == "a"]).values
    total = alone[alone["field"] == "storage_total_gb"].iloc[0]
    assert (total["number"], total["rule"]) == (120.0, "sum of 2 disks")


def test_a_disk_smaller_than_nothing_counts_in_no_sum() -> None:
    cells = asset_cells(
        ("a.1.2", {"asset_name": "s1", "os_name": "RHEL", "disk_size_gb": "60", "disk_size_gb#": "80"}),
        ("a.1.3", {"asset_name": "s2", "os_name": "RHEL", "disk_size_gb": "50", "storage_total_gb": "20"}),
    )
    cells.loc[cells["value"].isin(("80", "20")), ["value", "number"]] = ["-80", -80.0]
    values = resolve_assets(cells).values
    totals = values[(values["field"] == "storage_total_gb") & values["chosen"]]
    assert sorted(totals["number"]) == [50.0, 60.0]
    assert set(values.loc[values["value"] == "-80", "field"]) == {"disk_size_gb", "storage_total_gb"}


def test_a_list_of_its_own_total_beats_the_sum_of_partitions() -> None:
    result = resolved(
        ("a.1.2", {"asset_name": "s1", "storage_used_gb": "33", "os_name": "RHEL", "location": "DC"}),
        ("a.2.2", {"asset_name": "s1", "storage_used_gb": "10"}),
        ("a.2.3", {"asset_name": "s1", "storage_used_gb": "22"}),
    )
    assert chosen(result, "storage_used_gb") == ["33"]
    used = result.values[result.values["field"] == "storage_used_gb"]
    assert not used["conflict"].any()
    assert used["rule"].str.contains("sum of 2 rows").any()


def test_two_full_lists_in_one_file_are_peers() -> None:
    result = resolved(
        ("a.1.2", {"asset_name": "s1", "os_name": "RHEL", "location": "DC"}),
        ("a.1.3", {"asset_name": "s2", "os_name": "RHEL", "location": "DC"}),
        ("a.2.2", {"asset_name": "s1", "os_name": "RHEL", "location": "DC"}),
        ("a.2.3", {"asset_name": "s3", "os_name": "RHEL", "location": "DC"}),
    )
    assert len(result.assets) == 3
    assert result.skipped.empty


@pytest.mark.parametrize(
    ("fields", "kind"),
    [
        ({"asset_type": "virtual"}, "virtual"),
        ({"asset_type": "physical", "virtualization_platform": "VMware"}, "physical"),
        ({"virtualization_platform": "Hyper-V"}, "virtual"),
        ({"virtualization_platform": "Amazon EC2"}, "cloud"),
        ({"hardware_model": "VMware Virtual Platform"}, "virtual"),
        ({"hardware_model": "PowerEdge R740"}, "physical"),
        ({"hypervisor_host": "esx01"}, "virtual"),
        ({"asset_type": "database"}, "database"),
        ({"database_engine": "Oracle"}, "database"),
        ({"database_engine": "Oracle", "os_name": "RHEL"}, "unknown"),
        ({"location": "DC1"}, "unknown"),
    ],
)
def test_the_kind_of_an_asset_follows_the_strongest_statement(fields: dict[str, str], kind: str) -> None:
    assert resolved(("a.1.2", {"asset_name": "x", **fields})).assets["kind"].tolist() == [kind]


def test_what_a_cloud_scan_returns_is_of_the_cloud() -> None:
    result = resolved(
        ("aws:1:eu.ec2.i-0abc12345678def90", {"asset_id": "i-0abc12345678def90", "os_name": "Linux"}),
        ("aws:1:eu.rds.db-1", {"asset_id": "arn:db", "asset_type": "database"}),
    )
    assert sorted(result.assets["kind"]) == ["cloud", "database"]


def test_application_fields_of_a_row_without_an_application_stay_with_its_asset() -> None:
    result = resolved(
        ("a.1.2", {"asset_name": "s1", "os_name": "RHEL", "database_engine": "Oracle"}),
        ("a.1.3", {"asset_name": "s2", "application_name": "CRM", "database_engine": "MySQL"}),
    )
    assert chosen(result, "database_engine") == ["Oracle"]


def test_asset_ids_are_readable_unique_and_the_same_after_a_new_upload() -> None:
    first = resolved(("a.1.2", {"asset_name": "Web 01", "asset_id": "vm-7"}), ("a.1.3", {"os_name": "RHEL"}))
    again = resolved(("zz.4.9", {"asset_name": "Web 01", "asset_id": "vm-7"}))
    assert again.assets["asset_id"].tolist()[0] in set(first.assets["asset_id"])
    assert again.assets["asset_id"].str.fullmatch(r"web-01-[0-9a-f]{8}").all()
    assert "asset-" in " ".join(first.assets["asset_id"])


def test_equal_ids_of_two_files_do_not_collide() -> None:
    result = resolved(
        ("a.1.2", {"asset_name": "app.1", "ip_address": "10.0.0.1"}),
        ("b.1.2", {"asset_id": "12", "ip_address": "10.0.0.9"}),
        ("c.1.2", {"asset_id": "12", "ip_address": "10.0.0.9"}),
    )
    assert result.assets["asset_id"].is_unique


def test_input_order_does_not_matter() -> None:
    cells = asset_cells(*vmware_export())
    shuffled = cells.sample(frac=1, random_state=3)
    pd.testing.assert_frame_equal(resolve_assets(cells).assets, resolve_assets(shuffled).assets)


def test_no_cells_give_empty_frames() -> None:
    result = resolve_assets(asset_cells(("a.1.2", {"asset_name": "x"}), entity="link"))
    assert result.assets.empty
    assert result.values.empty


def test_a_clash_is_taken_pair_by_pair() -> None:
    lists = np.array([0, 0, 1, 1])
    start = merged_by_people(4, NO_PAIRS)
    merged = merge_step(start, lists, np.array([0, 1, 0, 0]), np.array([2, 2, 3, 2]), "name")
    assert merged.group[0] == merged.group[2]
    assert merged.group[1] != merged.group[0]
    assert merged.refused == 2


def test_keys_leave_out_placeholders_and_shared_addresses() -> None:
    cells = asset_cells(
        ("a.1.2", {"serial_number": "0", "asset_id": "00000000-0000-0000-0000-000000000000", "ip_address": "127.0.0.1"})
    )
    assert asset_keys(cells).empty
    assert canonical_uuids(pd.Series([UUID, SWAPPED], dtype="str")).nunique() == 1
    record, records = coded(cells["record_id"])
    assert len(list_entries(cells, record, asset_records(record, records, cells["field"])).rows) == 1


def test_a_machine_that_one_list_has_under_two_ids_is_one_and_a_clone_is_not() -> None:
    result = resolved(
        ("a.1.2", {"asset_id": "ci-1", "asset_name": "web01", "serial_number": UUID}),
        ("a.1.3", {"asset_id": "ci-2", "asset_name": "WEB01.corp.example", "serial_number": UUID}),
        ("a.1.4", {"asset_id": "ci-3", "asset_name": "template", "serial_number": UUID}),
        ("b.1.2", {"asset_id": "vm-9", "asset_name": "web01", "serial_number": SWAPPED}),
    )
    assert groups(result) == {frozenset({"a.1.2", "a.1.3", "b.1.2"}), frozenset({"a.1.4"})}


def test_an_underscore_in_a_host_name_is_a_dash() -> None:
    result = resolved(("a.1.2", {"asset_name": "exc_mbx02"}), ("b.1.2", {"asset_name": "EXC-MBX02"}))
    assert len(result.assets) == 1
