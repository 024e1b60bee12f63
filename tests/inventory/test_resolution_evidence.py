"""What speaks for and against two records being one machine: renamed, misspelt and moved ones merge, clones do not."""

import pandas as pd
import pytest

from aidiscover_pipelines.inventory.resolution.keys import asset_keys
from tests.inventory.asset_rows import BUILD, UUID, Rows, asset_cells, groups, resolved

WEB, RENAMED = {"asset_name": "web01"}, {"asset_name": "mig-77"}
MAC, OTHER_MAC = "00:50:56:00:00:01", "00:50:56:00:00:02"
# Machines of other builds: what all have in common tells nobody apart.
REST: tuple[Rows, ...] = tuple(
    (
        f"z.1.{row}",
        {
            "asset_name": f"rest{row:03}x{row * 7 % 13}",
            "asset_id": f"{row:08x}-0000-4000-8000-00000000{row:04x}",
            "cpu_cores": str(2 + row % 3 * 2),
            "memory_mb": str(2048 * (1 + row % 5)),
            "storage_total_gb": str(40 + row),
            "os_name": ("Windows Server 2019", "Ubuntu Linux 22.04", "SUSE Linux Enterprise Server 15")[row % 3],
        },
    )
    for row in range(2, 42)
)


def merged(one: dict[str, str], other: dict[str, str]) -> bool:
    """Whether two records of different sources become one asset, in an estate of other machines."""
    result = resolved(("a.1.2", one), ("b.1.2", other), *REST)
    return frozenset({"a.1.2", "b.1.2"}) in groups(result)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        # Renamed: another name, and everything else as it was.
        (WEB | {"asset_id": UUID, "mac_address": MAC}, RENAMED | {"asset_id": UUID, "mac_address": MAC}),
        (WEB | {"asset_id": UUID, "ip_address": "10.1.1.1"}, RENAMED | {"asset_id": UUID, "ip_address": "10.1.1.1"}),
        (WEB | {"ip_address": "10.1.1.1", **BUILD}, RENAMED | {"ip_address": "10.1.1.1", **BUILD}),
        # A slip of the hand.
        ({"asset_name": "lonpapp017", **BUILD}, {"asset_name": "lonppap017", **BUILD}),
        ({"asset_name": "mailserver", "ip_address": "10.1.1.1"}, {"asset_name": "mailsever", "ip_address": "10.1.1.1"}),
        # Another address.
        (WEB | {"ip_address": "10.1.1.1"}, {"asset_name": "WEB01", "ip_address": "10.9.9.9"}),
        # Another domain, but the hardware is the same.
        ({"hostname": "web01.a.example", "mac_address": MAC}, {"hostname": "web01.b.example", "mac_address": MAC}),
        # The inventory tag of two sources that know nothing else in common but a similar name.
        (WEB | {"asset_id": "INV-00017"}, {"asset_name": "web01-new", "asset_id": "inv-00017"}),
    ],
)
def test_one_machine_is_recognised_behind_changes(one: dict[str, str], other: dict[str, str]) -> None:
    assert merged(one, other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        # A clone: the UUID and the build of its template, but its own name and addresses.
        (
            {"asset_name": "web01", "asset_id": UUID, "mac_address": MAC, "ip_address": "10.1.1.1", **BUILD},
            {"asset_name": "dbhost", "asset_id": UUID, "mac_address": OTHER_MAC, "ip_address": "10.1.1.2", **BUILD},
        ),
        # The next in a row, on the address that the other gave up.
        ({"asset_name": "web01", "ip_address": "10.1.1.1"}, {"asset_name": "web02", "ip_address": "10.1.1.1"}),
        # Machines of one build are bought by the dozen.
        ({"asset_name": "mail", **BUILD}, {"asset_name": "oracle", **BUILD}),
        # One name, but other hardware throughout.
        (
            {"asset_name": "web", "serial_number": "S-111111", "mac_address": MAC},
            {"asset_name": "web", "serial_number": "S-222222", "mac_address": OTHER_MAC},
        ),
        # Ids that products count up.
        ({"asset_name": "mail", "asset_id": "vm-101"}, {"asset_name": "oracle", "asset_id": "vm-101"}),
    ],
)
def test_two_machines_stay_two(one: dict[str, str], other: dict[str, str]) -> None:
    assert not merged(one, other)


def test_names_one_letter_apart_that_several_sources_know_are_two_machines() -> None:
    rows = [(f"{source}.1.{row}", {"asset_name": name, **BUILD})
            for source in "abc" for row, name in ((2, "frapapp005"), (3, "frauapp005"))]  # fmt: skip
    assert {len(rows) for rows in groups(resolved(*rows))} == {3}


def test_contradicting_keys_go_by_the_stronger_side() -> None:
    result = resolved(
        ("a.1.2", {"asset_name": "web01", "asset_id": UUID, "serial_number": "S-111111", "mac_address": MAC}),
        ("b.1.2", {"asset_name": "mail", "serial_number": "S-222222", "mac_address": OTHER_MAC}),
        ("c.1.2", {"asset_name": "mail", "asset_id": UUID, "serial_number": "S-222222", "mac_address": OTHER_MAC}),
    )
    assert groups(result) == {frozenset({"a.1.2"}), frozenset({"b.1.2", "c.1.2"})}


def test_a_sheet_put_together_from_several_exports_has_its_machines_once() -> None:
    """Without ids of its own, two rows of it are no evidence of two machines."""
    rows = []
    for number in range(30):
        uuid = f"{number:08x}-1111-4111-8111-111111111111"
        rows += [
            (f"a.1.{2 * number + 2}", {"hostname": f"srv{number}.corp.example.com", "serial_number": uuid}),
            (
                f"a.1.{2 * number + 3}",
                {"hostname": f"SRV{number}", "serial_number": uuid, "ip_address": f"10.0.0.{number}"},
            ),
        ]
    assert len(resolved(*rows).assets) == 30


def test_a_column_of_domains_beside_the_names_names_nothing() -> None:
    rows = [
        (f"a.1.{row}", {"asset_name": f"host{row}", "hostname": "corp.example.com", "asset_id": f"vm-{row}"})
        for row in range(2, 40)
    ]
    assert len(resolved(*rows).assets) == len(rows)
    kinds = asset_keys(asset_cells(*rows)).groupby("kind")["value"].agg(set)
    assert kinds["domain"] == {"corp.example.com"} and "corp" not in kinds["name"]


def test_a_host_column_of_a_sheet_without_names_holds_the_names() -> None:
    one = [(f"a.1.{row}", {"hypervisor_host": f"web{row}", "asset_id": f"x-{row}"}) for row in range(2, 12)]
    other = [(f"b.1.{row}", {"asset_name": f"web{row}"}) for row in range(2, 12)]
    assert len(resolved(*one, *other).assets) == 10


@pytest.mark.parametrize("many", [3, 400])
def test_a_name_that_everything_has_costs_no_time_and_merges_nothing_with_ids(many: int) -> None:
    rows = [(f"a.1.{row}", {"asset_name": "prodserver", "asset_id": f"vm-{row}"}) for row in range(2, many + 2)]
    assert len(resolved(*rows).assets) == many


def test_values_that_nothing_can_be_read_from_do_no_harm() -> None:
    odd = {"asset_name": "💥" * 500, "ip_address": "; ;", "serial_number": "\x00x\x00y", "cpu_cores": "1" + "0" * 300}
    result = resolved(("a.1.2", odd), ("b.1.2", odd), ("c.1.2", {"asset_id": " "}), ("d.1.2", {"os_name": "?"}))
    assert isinstance(result.assets, pd.DataFrame) and result.assets["records"].sum() == 4
