"""What resolution cannot settle is flagged with the value and its cells."""

import pandas as pd

from aidiscover_pipelines.domain.tables import DataFlag
from tests.inventory.asset_rows import BUILD, UUID, Rows, resolved

MACS = [f"00:50:56:00:00:0{number}" for number in range(10)]


def flags(*rows: Rows, decisions: pd.DataFrame | None = None) -> pd.DataFrame:
    found = resolved(*rows, decisions=decisions).flags
    assert list(found.columns) == DataFlag.columns()
    assert found["flag_id"].is_unique and (found["stage"] == "inventory").all()
    return found


def test_a_cloned_uuid_is_named_with_the_assets_and_cells_that_carry_it() -> None:
    found = flags(
        ("a.1.2", {"asset_name": "web01", "asset_id": UUID, "mac_address": MACS[1], "ip_address": "10.1.1.1"}),
        ("b.1.7", {"asset_name": "dbhost", "asset_id": UUID, "mac_address": MACS[2], "ip_address": "10.1.1.2"}),
    )
    assert found["problem"].tolist() == ["cloned key"]
    flag = found.iloc[0]
    assert (flag["value"], flag["field"], flag["evidence"]) == (UUID, "asset_id", ["a.1.2.2", "b.1.7.2"])
    assert "is on 2 assets" in flag["what"] and "web01" in flag["what"] and "dbhost" in flag["what"]
    assert flag["entity_id"]


def test_a_record_whose_uuid_says_one_machine_and_whose_serial_says_another_is_flagged() -> None:
    found = flags(
        ("a.1.2", {"asset_name": "web01", "asset_id": UUID, "serial_number": "S-111111", "mac_address": MACS[1]}),
        ("b.1.2", {"asset_name": "web01", "asset_id": UUID, "mac_address": MACS[1]}),
        ("c.1.2", {"asset_name": "mail", "serial_number": "S-222222", "mac_address": MACS[2]}),
        ("d.1.2", {"asset_name": "mail", "asset_id": UUID, "serial_number": "S-222222", "mac_address": MACS[2]}),
    )
    flag = found[found["problem"] == "contradictory keys"].iloc[0]
    assert flag["evidence"] == ["d.1.2.2"] and flag["value"] == UUID
    assert "says web01, its other keys say mail" in flag["what"]


def test_one_record_with_another_serial_number_than_the_rest_of_its_asset_is_flagged() -> None:
    found = flags(
        ("a.1.2", {"asset_name": "web01", "asset_id": UUID, "serial_number": "S-111111"}),
        ("b.1.2", {"asset_name": "web01", "asset_id": UUID, "serial_number": "S-111111"}),
        ("c.1.2", {"asset_name": "web01", "asset_id": UUID, "serial_number": "S-999999"}),
    )
    assert found["problem"].tolist() == ["contradictory keys"]
    assert (found["value"].iloc[0], found["evidence"].iloc[0]) == ("s-999999", ["c.1.2.3"])


def test_a_serial_number_that_nobody_set_is_told_once_with_the_rows_that_have_it() -> None:
    rows = [
        (f"a.1.{row}", {"asset_name": f"srv{row}", "serial_number": "To Be Filled By O.E.M."}) for row in range(2, 20)
    ]
    found = flags(*rows)
    assert found["problem"].tolist() == ["placeholder key"]
    assert "stands on 18 rows" in found["what"].iloc[0] and len(found["evidence"].iloc[0]) == 10


def test_a_serial_number_on_many_machines_is_a_placeholder_that_no_list_names() -> None:
    rows = [(f"{chr(97 + n)}.1.2", {"asset_name": name, "serial_number": "SN-NOT-SET", "mac_address": MACS[n]})
            for n, name in enumerate(("mail", "web", "oracle", "backup", "files", "proxy", "print"))]  # fmt: skip
    found = flags(*rows)
    assert found["problem"].tolist() == ["placeholder key"] and "7 assets" in found["what"].iloc[0]


def test_a_record_that_fits_two_assets_names_both() -> None:
    found = flags(
        ("a.1.2", {"asset_name": "gv-win", "asset_id": "vm-1", "mac_address": MACS[1]}),
        ("a.1.3", {"asset_name": "gv-win", "asset_id": "vm-2", "mac_address": MACS[2]}),
        ("b.1.2", {"asset_name": "gv-win", "mac_address": f"{MACS[1]}; {MACS[2]}"}),
    )
    two = found[found["problem"] == "matches two assets"]
    assert len(two) == 2 and two["what"].str.contains("also fits gv-win").all()
    assert {cell for cells in two["evidence"] for cell in cells} >= {"a.1.2.1", "a.1.3.1"}


def test_records_that_agree_are_not_flagged() -> None:
    found = flags(
        ("a.1.2", {"asset_name": "web01", "asset_id": UUID, **BUILD}),
        ("b.1.2", {"asset_name": "web01", "asset_id": UUID, **BUILD}),
        ("b.1.3", {"asset_name": "mail", **BUILD}),
    )
    assert found.empty
