"""Files whose rows can be read but cannot be right: each fault is flagged with its cell, and nothing is lost."""

from datetime import date

import pytest

from aidiscover_pipelines.attributes.stage import validate_attributes
from aidiscover_pipelines.domain.tables import Application, Asset, DataFlag, Dependency, EntityValue, SourceRecord
from aidiscover_pipelines.domain.tenancy import RunRef
from aidiscover_pipelines.inventory import stage as inventory
from aidiscover_pipelines.mapping.stage import map_fields
from aidiscover_pipelines.technology.stage import name_technologies

TODAY = date(2026, 11, 21)
SERVERS = (
    "Server Name,Serial Number,UUID,IP Address,CPU Cores,Memory (MB),Disk Size (GB),Operating System,Application\n"
)


@pytest.fixture
def discovered(intake):
    """(files by name) -> the store after every stage up to the attributes."""

    def run(**files):
        for name, content in files.items():
            intake.drop(f"{name}.csv", content.encode())
        intake.run()
        acme, ref = intake.store.tenants()[0].id, RunRef("later")
        map_fields(intake.store, acme, ref)
        for step in (
            inventory.cleanse_records,
            inventory.build_inventory,
            inventory.build_applications,
            inventory.build_dependencies,
        ):
            step(intake.store, acme, ref)
        name_technologies(intake.store, acme, ref, TODAY)
        validate_attributes(intake.store, acme, ref, TODAY)
        account = inventory.row_accounting(intake.store, acme)
        assert account["unaccounted"] == 0, account
        return lambda table, **where: intake.store.read(acme, table, **where)

    return run


def flagged(read, problem):
    flags = read(DataFlag)
    return flags[flags["problem"].str.contains(problem)]


def original_of(read, flag):
    """The texts, as read, of the cells that a flag cites."""
    rows = read(SourceRecord).set_index("record_id")["cells"]
    cells = [address.rpartition(".") for address in flag["evidence"]]
    return [rows[record][int(column) - 1] for record, _, column in cells]


def test_sizes_that_no_machine_has_are_flagged_with_their_cells(discovered):
    odd = {
        "CPU Cores": ["1000000000", "-4"],
        "Memory (MB)": ["-2048"],
        "Disk Size (GB)": ["-100", "999999999999"],
    }
    headers, rows = SERVERS.strip().split(","), []
    for number, (header, text) in enumerate((header, text) for header, texts in odd.items() for text in texts):
        fine = [
            f"web{number}",
            f"S-100{number}",
            "",
            f"10.0.0.{number}",
            "4",
            "8192",
            "100",
            "Windows Server 2019",
            "Shop",
        ]
        rows += [fine, [*fine]]
        rows[-2][headers.index(header)] = text
        rows[-1][:4] = [f"app{number}", f"S-200{number}", "", f"10.0.1.{number}"]
    read = discovered(servers=SERVERS + "".join(",".join(row) + "\n" for row in rows))
    flags = flagged(read, "out of range").to_dict("records")
    told = [text for flag in flags for text in original_of(read, flag)]
    assert sorted(told) == sorted(text for texts in odd.values() for text in texts), flags
    assert len(read(Asset)) == len(rows)


def test_dates_in_the_years_0_and_9999_are_flagged_with_their_cells(discovered):
    odd = ["0000-01-01", "9999-12-31", "0001-01-01 00:00:00"]
    rows = [f"web0{number},S-100{number},{text},RHEL 8\n" for number, text in enumerate([*odd, "2020-05-01"])]
    read = discovered(servers="Server Name,Serial Number,Install Date,Operating System\n" + "".join(rows))
    flags = flagged(read, "out of range|date").to_dict("records")
    assert sorted(text for flag in flags for text in original_of(read, flag)) == sorted(odd), flags


def test_keys_that_contradict_each_other_keep_machines_apart_and_are_flagged(discovered):
    one = "4c4c4544-0042-3510-8054-b4c04f4e3332"
    other = "9a8b7c6d-1111-2222-3333-444455556666"
    erp, crm = (
        f"erp01,S-7001,{one},10.0.0.1,4,8192,100,RHEL 8,ERP",
        f"crm01,S-7002,{other},10.0.0.2,4,8192,100,RHEL 8,CRM",
    )
    cmdb = f"{SERVERS}{erp}\n{crm}\n"
    vcenter = (
        "VM Name,Serial Number,VM UUID,Primary IP Address,CPUs,Memory MB,Guest OS,Cluster,Host\n"
        f"erp01,S-7002,{one},10.0.0.1,4,8192,RHEL 8,c1,esx1\n"
        f"crm01,S-7001,{other},10.0.0.2,4,8192,RHEL 8,c1,esx1\n"
    )
    read = discovered(cmdb=cmdb, vcenter=vcenter)
    assert len(read(Asset)) == 2
    flags = flagged(read, "contradict")
    assert len(flags) >= 1
    assert all(flag["evidence"] for flag in flags.to_dict("records"))


def test_one_record_that_matches_two_machines_is_flagged_and_merges_them_never(discovered):
    one = "4c4c4544-0042-3510-8054-b4c04f4e3332"
    cmdb = f"{SERVERS}erp01,S-7001,{one},10.0.0.1,4,8192,100,RHEL 8,ERP\ncrm01,S-7002,,10.0.0.2,4,8192,100,RHEL 8,CRM\n"
    vcenter = (
        "VM Name,Serial Number,VM UUID,Primary IP Address,CPUs,Memory MB,Guest OS,Cluster,Host\n"
        f"crm01,,{one},10.0.0.9,4,8192,RHEL 8,c1,esx1\n"
    )
    read = discovered(cmdb=cmdb, vcenter=vcenter)
    names = read(EntityValue, entity="asset", field=["hostname", "asset_name"]).groupby("entity_id")["value"].agg(set)
    assert not [held for held in names if {"erp01", "crm01"} <= held], "two machines of one list became one"
    assert len(flagged(read, "match|contradict")) >= 1


def test_a_dependency_on_an_unknown_machine_is_kept_and_flagged_with_its_cell(discovered):
    edges = "Source,Destination,Port\nweb01,db99,1521\nweb01,web02,443\n"
    servers = SERVERS + "".join(f"web0{n},S-100{n},,10.0.0.{n},4,8192,100,RHEL 8,Shop\n" for n in (1, 2))
    read = discovered(servers=servers, edges=edges)
    assert "db99" in set(read(Dependency)["target_text"])
    flags = flagged(read, "unknown")
    assert [flag["value"] for flag in flags.to_dict("records")] == ["db99"]
    assert original_of(read, flags.to_dict("records")[0]) == ["db99"]


def test_a_circle_of_a_thousand_applications_is_found_and_flagged(discovered):
    names = [f"Billing Unit {n:04d}" for n in range(1000)]
    applications = "Application Name,Business Criticality\n" + "".join(f"{name},High\n" for name in names)
    ring = "".join(f"{name},{names[(n + 1) % 1000]}\n" for n, name in enumerate(names))
    read = discovered(applications=applications, edges="Source Application,Target Application\n" + ring)
    assert len(read(Application)) == 1000
    assert read(Dependency)["source_application"].notna().sum() == 1000
    flags = flagged(read, "cycle|circle")
    assert flags["value"].str.contains("1000|1,000").tolist() == [True], flags.to_dict("records")
