"""Export, ingest by our own pipeline, same inventory. Each file is read as if a stranger had sent it."""

import functools

import pandas as pd
import pytest

from aidiscover_pipelines.domain.tables import (
    Application,
    ApplicationAsset,
    Asset,
    Dependency,
    EntityValue,
    FieldMapping,
    Recommendation,
    WaveAssignment,
)
from aidiscover_pipelines.domain.tenancy import RunRef, Tenant, TenantId
from aidiscover_pipelines.ingest.stage import load_file
from aidiscover_pipelines.inventory import stage as inventory
from aidiscover_pipelines.mapping.stage import map_fields
from aidiscover_pipelines.reporting.exports.export import FORMATS, Request, write_export
from resources.scratch_store import ScratchStore
from tests.reporting.export_estate import NOW, TARGET, recommendation

FIRST, AGAIN, RUN = TenantId("first"), TenantId("again"), RunRef("run-1")
SYSTEMS = (
    ("Red Hat Enterprise Linux 7", "7.9"), ("Windows Server 2019 Standard", "10.0.17763"), ("Ubuntu", "22.04"),
)  # fmt: skip
NAMES = ("Web shop", "Customer Portal", "Lager & Versand", "Zürich-Abrechnung")
FIELDS = {
    "aws-ads": ("cpu_cores", "memory_mb", "os_name", "os_version", "ip_address", "cpu_util_pct"),
    "azure-migrate": ("cpu_cores", "memory_mb", "os_version", "ip_address", "cpu_util_pct"),
    "stratozone": ("cpu_cores", "memory_mb", "os_name", "ip_address", "storage_total_gb"),
    "cmf": ("hostname", "environment"),
    "mgn": ("hostname",),
}


def source(folder):
    """An inventory as a company has it: 24 servers of 4 applications, and who needs whom."""
    rows = [
        {
            "Server Name": f"srv{n:03d}",
            "FQDN": f"srv{n:03d}.acme.example",
            "IP Address": f"10.1.0.{n + 1}",
            "Operating System": SYSTEMS[n % 3][0],
            "OS Version": SYSTEMS[n % 3][1],
            "CPU Cores": 2 + n % 4 * 2,
            "Memory (MB)": 4096 * (1 + n % 4),
            "Storage (GB)": 100 + n,
            "Average CPU Utilization (%)": 10 + n,
            "Environment": ("Production", "Test")[n % 2],
            "Type": "Virtual Machine",
            "Application Name": NAMES[n % 4],
        }
        for n in range(24)
    ]
    pd.DataFrame(rows).to_csv(folder / "servers.csv", index=False)
    return folder / "servers.csv"


def ingested(tenant, path):
    store = ScratchStore(Tenant(tenant, "Acme"))
    load_file(store, tenant, RUN, path)
    map_fields(store, tenant, RUN)
    for step in (
        inventory.cleanse_records,
        inventory.build_inventory,
        inventory.build_applications,
        inventory.build_dependencies,
    ):
        step(store, tenant, RUN)
    return store


@pytest.fixture(scope="module")
def first(tmp_path_factory):
    store = ingested(FIRST, source(tmp_path_factory.mktemp("source")))
    keys = store.read(FIRST, Application)["application_id"].tolist()
    edge = (None, None, "a", "b", "relation", None, "f1.1.1.1", True, 0.9, 1, ["f1.1.1.1"])
    frames = {
        Recommendation: [recommendation(key, "rehost") for key in keys],
        WaveAssignment: [(key, 1 + n % 2, "order", []) for n, key in enumerate(keys)],
        Dependency: [("d1", keys[0], keys[1], *edge), ("d2", keys[2], keys[1], *edge)],
    }
    store.replace(FIRST, RUN, {table: pd.DataFrame(rows, columns=table.columns()) for table, rows in frames.items()})
    return store


def exported(store, name, folder):
    path = folder / f"{name}{FORMATS[name][0]}"
    return write_export(Request(store, FIRST, RUN, NOW, TARGET), name, path)


def known(store, tenant, field):
    """Short host name to value."""
    values = store.read(tenant, EntityValue, entity="asset", field=field, chosen=True)
    names = store.read(tenant, Asset).set_index("asset_id")["name"].str.partition(".")[0]
    return dict(zip(values["entity_id"].map(names), values["value"], strict=True))


def links(store, tenant):
    names = store.read(tenant, Application).set_index("application_id")["name"]
    servers = store.read(tenant, Asset).set_index("asset_id")["name"].str.partition(".")[0]
    rows = store.read(tenant, ApplicationAsset)
    return set(zip(rows["application_id"].map(names), rows["asset_id"].map(servers), strict=True))


@pytest.fixture(scope="module")
def came_back(first, tmp_path_factory):
    """The store that a format's file was read into; each is written and read once."""
    folder = tmp_path_factory.mktemp("exports")

    @functools.cache
    def store_of(name):
        written = exported(first, name, folder)
        assert "row left out" not in set(written.made.rejects["outcome"])
        return ingested(AGAIN, written.files[0])

    return store_of


@pytest.mark.parametrize("name", FIELDS)
def test_servers_and_their_values_come_back(first, came_back, name):
    again = came_back(name)
    assert len(again.read(AGAIN, Asset)) == 24
    for field in FIELDS[name]:
        assert known(again, AGAIN, field) == known(first, FIRST, field), field


@pytest.mark.parametrize("name", ["aws-ads", "cmf", "mgn"])
def test_applications_come_back_with_the_servers_that_they_run_on(first, came_back, name):
    again = came_back(name)
    assert set(again.read(AGAIN, Application)["name"]) == set(NAMES)
    assert links(again, AGAIN) == links(first, FIRST)


def test_konveyor_brings_applications_and_dependencies_back(first, came_back):
    again = came_back("konveyor")
    assert set(again.read(AGAIN, Application)["name"]) == set(NAMES)

    def edges(store, tenant):
        names = store.read(tenant, Application).set_index("application_id")["name"]
        rows = store.read(tenant, Dependency)
        return set(zip(rows["source_application"].map(names), rows["target_application"].map(names), strict=True))

    assert edges(again, AGAIN) == edges(first, FIRST)


def test_the_plan_as_a_table_brings_applications_back_with_their_strategy(came_back):
    again = came_back("csv")
    assert set(again.read(AGAIN, Application)["name"]) == set(NAMES)
    mapped = again.read(AGAIN, FieldMapping).set_index("header")["field"]
    assert (mapped["Migration strategy"], mapped["Migration wave"]) == ("migration_strategy", "migration_wave")


@pytest.mark.parametrize("disks", [(60, 60), (60, 60, 80), (500,)])
def test_disks_come_back_one_by_one_and_add_up_also_where_they_are_equal(disks, tmp_path):
    headers = ["Server Name", "IP Address", "CPU Cores", "Memory (MB)", "Operating System"]
    headers += [f"Disk {number} size (In GB)" for number in range(1, len(disks) + 1)]
    rows = [[f"srv{n}", f"10.1.0.{n + 1}", 4, 8192, "Windows Server 2019", *disks] for n in range(6)]
    pd.DataFrame(rows, columns=headers).to_csv(tmp_path / "servers.csv", index=False)
    before = ingested(FIRST, tmp_path / "servers.csv")
    again = ingested(AGAIN, exported(before, "azure-migrate", tmp_path).files[0])
    for store, tenant in ((before, FIRST), (again, AGAIN)):
        assert set(known(store, tenant, "storage_total_gb").values()) == {str(sum(disks))}


def test_a_cell_of_two_applications_comes_back_as_two_also_where_neither_stands_alone(tmp_path):
    rows = [[f"srv{n}", f"10.1.0.{n + 1}", 4, "Windows Server 2019", "Web shop; Ledger"] for n in range(6)]
    headers = ["Server Name", "IP Address", "CPU Cores", "Operating System", "Application Name"]
    pd.DataFrame(rows, columns=headers).to_csv(tmp_path / "servers.csv", index=False)
    before = ingested(FIRST, tmp_path / "servers.csv")
    again = ingested(AGAIN, exported(before, "aws-ads", tmp_path).files[0])
    assert set(again.read(AGAIN, Application)["name"]) == {"Web shop", "Ledger"}
    assert links(again, AGAIN) == links(before, FIRST)
    assert len(links(again, AGAIN)) == 12
