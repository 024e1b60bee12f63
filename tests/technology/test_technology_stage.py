from datetime import date
from typing import Any

import pandas as pd
import pytest

from aidiscover_pipelines.domain.tables import ApplicationAsset, EntityValue, TechnologyUse
from aidiscover_pipelines.domain.tenancy import ApplicationId, RunRef, Tenant, TenantId
from aidiscover_pipelines.technology.stage import name_technologies
from aidiscover_pipelines.technology.uses import technology_uses
from resources.scratch_store import ScratchStore

TODAY = date(2026, 11, 21)
ACME = TenantId("acme")
Cell = tuple[str, str, str, str]

CELLS: list[Cell] = [
    ("asset", "s1", "os_name", "Microsoft Windows Server"),
    ("asset", "s1", "os_version", "2012 R2"),
    ("asset", "s2", "os_version", "RHEL 9.2"),
    ("asset", "s1", "virtualization_platform", "VMware ESXi 6.0"),
    ("application", "crm", "technology_stack", "Java 8; Zorbulator 3; Flumox; homegrown"),
    ("application", "crm", "database_engine", "Oracle 19c"),
    ("application", "crm", "application_name", "SharePoint intranet"),
    ("application", "bill", "description", "Bills customers. Replaces Lotus Notes. Runs on Tomcat 9."),
]


def values(cells: list[Cell], **columns: Any) -> pd.DataFrame:
    frame = pd.DataFrame(cells, columns=["entity", "entity_id", "field", "value"])
    frame["evidence_id"] = [f"f.0.{number}.1" for number in range(len(frame))]
    return frame.assign(chosen=True, **columns)


def uses(cells: list[Cell]) -> list[tuple[str, str, str, str]]:
    found = technology_uses(values(cells), TODAY)
    return list(found[["entity_id", "name", "version", "status"]].itertuples(index=False, name=None))


def test_every_technology_cell_is_named_or_told_as_unknown() -> None:
    assert sorted(uses(CELLS)) == [
        ("bill", "Tomcat", "9", "eol_12"),
        ("crm", "", "", "unknown"),
        ("crm", "Java", "8", "eol"),
        ("crm", "Oracle Database", "19", "supported"),
        ("crm", "SharePoint", "", "unknown"),
        ("s1", "ESXi", "6.0", "eol"),
        ("s1", "Windows Server", "2012 R2", "eol"),
        ("s2", "Red Hat Enterprise Linux", "9.2", "supported"),
    ]


def test_unknown_parts_of_one_cell_are_one_row_that_names_them_all() -> None:
    found = technology_uses(values(CELLS), TODAY)
    unknown = found[found["product"].eq("")]
    assert unknown["mention"].tolist() == ["Zorbulator 3; Flumox"]
    assert unknown["confidence"].tolist() == [0.0]


def test_a_release_comes_with_its_dates_and_their_source() -> None:
    found = technology_uses(values([("asset", "s1", "os_name", "Windows Server 2016")]), TODAY)
    row = found.iloc[0]
    assert (row["vendor"], row["category"], row["kind"]) == ("Microsoft", "operating system", "windows")
    assert (row["released"], row["support_ends"], row["end_of_life"]) == ("2016-10-15", "2022-01-11", "2027-01-12")
    assert row["source"].startswith("endoflife.date")


def test_the_order_of_the_values_changes_nothing() -> None:
    frame = values(CELLS)
    backwards = frame.iloc[::-1].reset_index(drop=True)
    found, other = (
        technology_uses(each, TODAY).sort_values(list(TechnologyUse.key), ignore_index=True)
        for each in (frame, backwards)
    )
    pd.testing.assert_frame_equal(found, other)


def test_values_that_lost_against_others_name_nothing() -> None:
    assert technology_uses(values(CELLS).assign(chosen=False), TODAY).empty


@pytest.mark.parametrize("cells", [[], [("asset", "s1", "memory_mb", "4096")], [("asset", "s1", "os_name", "")]])
def test_nothing_in_gives_nothing_out(cells: list[Cell]) -> None:
    found = technology_uses(values(cells), TODAY)
    assert found.empty
    assert list(found) == TechnologyUse.columns()


def test_keys_are_unique_whatever_the_texts_say() -> None:
    cells = [
        ("application", "crm", "technology_stack", "Java EE 6; Java EE 7; x1; x2; Java EE; Windows 7, Windows 10"),
        ("application", "crm", "database_engine", "0000; 9999; \N{NO-BREAK SPACE}; ;;;|,,\n" + "y" * 9000),
    ]
    found = technology_uses(values(cells), TODAY)
    assert not found.duplicated(list(TechnologyUse.key)).any()
    assert "6; 7" in found["version"].tolist()


def store_of(cells: list[Cell]) -> ScratchStore:
    store = ScratchStore()
    store.add_tenant(Tenant(id="acme", name="Acme"))
    frame = values(cells, number=None, statistic=None, conflict=False, rule="")
    links = pd.DataFrame([("crm", "s1", "f.0.1.1", "asset row")], columns=ApplicationAsset.columns())
    store.replace(ACME, RunRef("in"), {EntityValue: frame[EntityValue.columns()], ApplicationAsset: links})
    return store


def test_the_stage_writes_the_table_and_tells_what_to_add_to_the_catalogue() -> None:
    store = store_of(CELLS)
    result = name_technologies(store, ACME, RunRef("r"), TODAY)
    assert result.rows_out == len(store.read(ACME, TechnologyUse)) == 8
    assert result.skipped == {"names nothing in the catalogue": 1}
    assert result.figures["uses eol"] == 2  # Windows Server and Java; the hypervisor stays behind
    assert result.figures["unknown texts"] == 1
    assert result.charts["Past their end of life"] == {"Java 8": 1.0, "Windows Server 2012 R2": 1.0}
    assert result.charts["End within 12 months"] == {"Tomcat 9.0": 1.0}
    assert result.tables["Not in the catalogue"][0]["mention"] == "Zorbulator 3; Flumox"
    assert result.preview[0]["name"] == "Java"


def test_one_application_alone_replaces_its_own_rows_and_those_of_its_assets() -> None:
    store = store_of(CELLS)
    name_technologies(store, ACME, RunRef("r"), TODAY)
    before = store.read(ACME, TechnologyUse)
    name_technologies(store, ACME, RunRef("s"), TODAY, ApplicationId("crm"))
    pd.testing.assert_frame_equal(store.read(ACME, TechnologyUse), before)


def test_an_empty_inventory_is_no_fault() -> None:
    store = ScratchStore()
    store.add_tenant(Tenant(id="acme", name="Acme"))
    result = name_technologies(store, ACME, RunRef("r"), TODAY)
    assert (result.rows_in, result.rows_out) == (0, 0)
