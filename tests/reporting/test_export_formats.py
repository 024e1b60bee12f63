"""Each format against what its template says: titles, required cells, allowed values, what is left out and why."""

import csv
import dataclasses
import io
import json
import os
import re
import zipfile

import pandas as pd
import pytest

from aidiscover_pipelines.domain.errors import ConfigError, UnknownTenant
from aidiscover_pipelines.domain.tenancy import TenantId
from aidiscover_pipelines.reporting.exports import aws_ads, azure_migrate, cmf, jira, konveyor, mgn, stratozone
from aidiscover_pipelines.reporting.exports.estate import read_estate
from aidiscover_pipelines.reporting.exports.export import FORMATS, write_export
from aidiscover_pipelines.reporting.exports.made import Target
from aidiscover_pipelines.reporting.exports.plan import plan_json
from tests.reporting.export_estate import APPLICATIONS, HOSTILE, NOW, TARGET, TENANT, estate_store, request

CRM = APPLICATIONS[1][1]


@pytest.fixture(scope="module")
def estate():
    return read_estate(estate_store(), TENANT)


def records(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode(), newline="")))


def by(rows, key):
    return {row[key]: row for row in rows}


def reasons(made, column):
    told = made.rejects[made.rejects["column"] == column]
    return dict(zip(told["about"], told["reason"], strict=True))


def test_ads_rows_have_a_key_lists_in_cells_and_only_statistics_that_are_known(estate):
    made = aws_ads.aws_ads(estate)
    rows = by(records(made.files[0]), "ExternalId")
    web = rows["web01"]
    assert web["IPAddress"] == "10.0.0.1, 10.0.0.2"
    assert (web["CPU.UsagePct.Avg"], web["CPU.UsagePct.Max"], web["RAM.UsedSizeInMB.Avg"]) == ("40", "90", "4096")
    assert (web["SMBiosId"], rows["db01"]["SMBiosId"]) == ("1aa31158-8fb5-58be-b3a8-262aeb134b37", "")
    assert (web["VMware.VMName"], web["Applications"], web["ApplicationWave"]) == ("web01", "Web shop", "Wave 1")
    assert rows["web02"]["CPU.UsagePct.Avg"] == "" and len(rows) == 5


def test_an_application_with_a_comma_in_its_name_is_not_listed_as_two(estate):
    made = aws_ads.aws_ads(estate)
    rows = by(records(made.files[0]), "ExternalId")
    assert rows["web02"]["Applications"] == "Web shop"
    assert reasons(made, "Applications")["db01"] == "a comma in its name would make two applications"
    assert "different waves" in reasons(made, "ApplicationWave")["web02"]


def test_azure_takes_systems_of_its_list_in_its_spelling_and_names_the_others(estate):
    made = azure_migrate.azure_migrate(estate)
    rows = by(records(made.files[0]), "*Server name")
    assert rows["web01.acme.example"]["*OS name"] == "Ubuntu Linux"
    assert all(any(name in row["*OS name"] for name in azure_migrate.OS_NAMES) for row in rows.values())
    left_out = made.rejects[made.rejects["outcome"] == "row left out"]
    assert set(left_out["about"]) == {"as400", "bare"}
    assert "does not assess it" in reasons(made, "*OS name")["as400"]
    assert reasons(made, "CPU utilization percentage")["web02"] == "not a number from 0 to 100"


def test_azure_has_a_group_of_columns_for_each_disk_and_no_invented_disk(estate):
    rows = records(azure_migrate.azure_migrate(estate).files[0])
    web, db = by(rows, "*Server name")["web01.acme.example"], by(rows, "*Server name")["db01.acme.example"]
    assert (web["Number of disks"], web["Disk 1 size (In GB)"], web["Disk 2 size (In GB)"]) == ("2", "100", "50")
    assert "Disk 3 size (In GB)" not in web
    assert (db["Number of disks"], db["Disk 1 size (In GB)"]) == ("", "")
    assert "only the total" in reasons(azure_migrate.azure_migrate(estate), "Disk 1 size (In GB)")["db01"]


@pytest.mark.parametrize(
    ("name", "version", "told"),
    [
        ("Red Hat Enterprise Linux", "6.10", "Red Hat Enterprise Linux 6.10"),
        ("SUSE Linux Enterprise Server 12", "12 SP5", "SUSE Linux Enterprise 12"),
        ("Solaris", "10 1/13", "Oracle Solaris 10 1/13"),
        ("Debian", "8", "Debian GNU/Linux 8"),
        ("Windows Server 2012 R2 Standard", "6.3.9600", "Windows Server 2012 R2 Standard"),
    ],
)
def test_azure_spells_systems_as_its_list_does(name, version, told):
    assert azure_migrate._os_names(pd.Series([name]), pd.Series([version])).tolist() == [told]


def test_stratozone_is_a_zip_of_the_four_tables_tied_by_machine(estate):
    made = stratozone.stratozone(estate)
    with zipfile.ZipFile(io.BytesIO(made.files[0])) as bundle:
        tables = {name: records(bundle.read(name)) for name in bundle.namelist()}
    assert list(tables) == ["vmInfo.csv", "diskInfo.csv", "perfInfo.csv", "tagInfo.csv"]
    machines = by(tables["vmInfo.csv"], "MachineId")
    assert set(machines) == {"web01", "web02", "db01"}
    assert (machines["web01"]["MemoryGiB"], machines["db01"]["IsPhysical"]) == ("8", "true")
    assert [row["SizeInGib"] for row in tables["diskInfo.csv"] if row["MachineId"] == "web01"] == ["100", "50"]
    (sample,) = tables["perfInfo.csv"]
    assert sample["TimeStamp"] == "2026-10-01 06:12:44"
    assert int(sample["AvailableMemoryBytes"]) == 4096 * 1024 * 1024
    assert all(re.fullmatch(r"[a-z0-9_-]{1,63}", row["Value"]) for row in tables["tagInfo.csv"])
    assert "neither physical nor virtual" in reasons(made, "IsPhysical")["as400"]


def test_mgn_takes_servers_that_move_as_servers_and_one_application_each(estate):
    made = mgn.mgn(estate, TARGET)
    rows = by(records(made.files[0]), "mgn:server:user-provided-id")
    assert set(rows) == {"web01", "db01"}
    assert (rows["web01"]["mgn:wave:name"], rows["web01"]["mgn:wave:description"]) == (
        "Wave 1",
        "2027-01-11 to 2027-02-19",
    )
    assert (rows["db01"]["mgn:app:name"], rows["db01"]["mgn:server:platform"]) == (CRM, "LINUX")
    assert made.excluded == {"no application is known to run on it": 1, "retain": 1}
    assert "takes one" in reasons(made, "mgn:app:name")["web02"]


def test_mgn_rows_of_one_wave_or_application_never_contradict_each_other(estate):
    rows = records(mgn.mgn(estate, TARGET).files[0])
    for key, told in (("mgn:wave:name", "mgn:wave:description"), ("mgn:app:name", "mgn:app:description")):
        assert len({row[key] for row in rows}) == len({(row[key], row[told]) for row in rows})


def test_cmf_asks_for_the_account_and_region_that_no_inventory_knows(estate):
    with pytest.raises(ConfigError, match="give --account"):
        cmf.cmf(estate, Target())
    with pytest.raises(ConfigError, match="twelve digits"):
        Target("12", "eu-central-1")
    made = cmf.cmf(estate, TARGET)
    (row,) = records(made.files[0])
    assert (row["server_name"], row["r_type"], row["wave_name"]) == ("web01", "Rehost", "Wave 1")
    assert "of several lines" in reasons(made, "app_name")["db01"]


def test_konveyor_reads_back_applications_and_needs_by_position(estate):
    made = konveyor.konveyor(estate)
    lines = list(csv.reader(io.StringIO(made.files[0].decode(), newline="")))
    applications = {line[1]: line for line in lines if line[0] == "1"}
    needs = [line for line in lines if line[0] == "2"]
    assert set(applications) == {name.strip() for _, name, *_ in APPLICATIONS}
    assert all(len(line) == 57 for line in applications.values()) and all(len(line) == 7 for line in needs)
    assert {(line[1], line[5], line[6]) for line in needs} == {
        ("Web shop", CRM, "southbound"), (CRM, HOSTILE, "southbound"),
    }  # fmt: skip
    shop = applications["Web shop"]
    assert (shop[4], shop[15]) == ("Retail", "Ann Lee <ann@acme.example>")
    assert shop[17:21] == ["Language", "Java", "Operating System", "Ubuntu"]
    assert applications[CRM][15] == "" and "technical owner: the CRM team" in applications[CRM][3]
    assert made.excluded == {"dependency whose direction is not known": 1}


def test_jira_holds_waves_applications_steps_and_links_in_the_order_that_jira_needs(estate):
    made = jira.jira(estate)
    header, *lines = csv.reader(io.StringIO(made.files[0].decode(), newline=""))
    rows = [dict(zip(header[: len(jira.TEMPLATE.titles)], line, strict=False)) for line in lines]
    assert [row["Issue Type"] for row in rows] == ["Epic"] * 2 + ["Task"] * 2 + ["Sub-task"] * 4
    seen: dict[str, str] = {}
    for row in rows:
        assert row["Parent"] == "" or row["Parent"] in seen, "a parent stands above its children"
        assert row["Issue ID"] not in seen and row["Summary"] and "\n" not in row["Summary"]
        seen[row["Issue ID"]] = row["Summary"]
    tasks = {row["Summary"].removeprefix("Migrate "): row["Issue ID"] for row in rows if row["Issue Type"] == "Task"}
    assert set(tasks) == {"Web shop", " ".join(CRM.split())}
    links = {(line[0], held) for line in lines for held in line[len(jira.TEMPLATE.titles) :] if held}
    assert links == {(tasks[" ".join(CRM.split())], tasks["Web shop"])}, "what is needed blocks what needs it"
    assert (rows[0]["Start Date"], rows[0]["Due Date"]) == ("2027-01-11", "2027-02-19")
    assert not any(mark in title for title in header for mark in ",.;:()[]")
    assert made.excluded == {"not assessed: does not move in a wave": 1, "retain: does not move in a wave": 1}


def test_the_json_plan_holds_every_application_with_its_facts_and_servers(estate):
    document = json.loads(plan_json(estate, TENANT, NOW).files[0])
    shop = next(row for row in document["applications"] if row["application_id"] == "shop")
    assert (document["version"], shop["strategy"], shop["servers"]) == (1, "rehost", ["web01", "web02"])
    assert shop["facts"]["business_unit"] == "Retail"
    assert document["servers"][4]["values"]["cpu_util_pct"] == ["1610"]
    assert {row["name"] for row in document["applications"]} == {name for _, name, *_ in APPLICATIONS}


@pytest.mark.parametrize("name", ["aws-ads", "azure-migrate", "mgn", "cmf", "konveyor"])
def test_an_importer_gets_values_unchanged_in_utf8_without_a_mark_with_crlf(name, tmp_path):
    path = tmp_path / "out.csv"
    write_export(request(), name, path)
    content = path.read_bytes()
    assert not content.startswith(b"\xef\xbb\xbf")
    in_a_name = content.count(b"rich\nsecond line")
    assert content.count(b"\n") == content.count(b"\r\n") + in_a_name
    assert in_a_name or name not in ("mgn", "konveyor")  # the others do not take that application


def test_a_hostile_name_comes_back_as_it_is_and_the_export_warns(tmp_path):
    written = write_export(request(), "konveyor", tmp_path / "k.csv")
    lines = csv.reader(io.StringIO(written.files[0].read_bytes().decode(), newline=""))
    assert HOSTILE in {line[1] for line in lines}
    assert "import the file, do not open it" in written.made.notes[0]


def test_a_spreadsheet_of_the_plan_runs_nothing(tmp_path):
    written = write_export(request(), "csv", tmp_path / "plan.csv")
    rows = records(written.files[0].read_bytes().removeprefix(b"\xef\xbb\xbf"))
    assert {row["Application"] for row in rows} >= {"'" + HOSTILE, "'@not assessed"}
    assert (rows[0]["Work, days low"], rows[0]["Currency"]) in {("2", "USD"), ("", "")}


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_gives_the_same_bytes_twice_and_leaves_no_temporary_file(name, tmp_path):
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        write_export(request(), name, tmp_path / folder / "out.x")
    first, second = (sorted((tmp_path / folder).iterdir()) for folder in ("a", "b"))
    assert [path.name for path in first] == [path.name for path in second]
    assert [path.read_bytes() for path in first] == [path.read_bytes() for path in second]
    assert {path.name for path in first} <= {"out.x", "out.rejects.csv"}


def test_rejects_stand_beside_the_file_and_those_of_an_earlier_export_go(tmp_path):
    written = write_export(request(), "azure-migrate", tmp_path / "azure.csv")
    rows = records(written.rejects.read_bytes().removeprefix(b"\xef\xbb\xbf"))
    assert {row["about"] for row in rows} >= {"as400", "bare"} and written.rejects.name == "azure.rejects.csv"
    assert write_export(request(), "jira", tmp_path / "azure.csv").rejects is None
    assert not (tmp_path / "azure.rejects.csv").exists()


def test_many_servers_are_split_into_numbered_files(tmp_path, monkeypatch, estate):
    monkeypatch.setattr(aws_ads, "TEMPLATE", dataclasses.replace(aws_ads.TEMPLATE, most_rows=2))
    written = write_export(request(), "aws-ads", tmp_path / "ads.csv")
    assert [path.name for path in written.files] == ["ads.1-of-3.csv", "ads.2-of-3.csv", "ads.3-of-3.csv"]
    assert "split into 3 files" in written.made.notes[0]
    assert sum(len(records(path.read_bytes())) for path in written.files) == 5


def test_an_unknown_tenant_and_a_missing_folder_are_named(tmp_path):
    with pytest.raises(ConfigError, match="no such folder"):
        write_export(request(), "csv", tmp_path / "gone" / "plan.csv")
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(ConfigError, match="no regular file"):
        write_export(request(), "csv", tmp_path / "pipe")
    asked = request()
    with pytest.raises(UnknownTenant):
        read_estate(asked.store, TenantId("nobody"))


def test_templates_say_where_and_when_they_were_read():
    templates = [aws_ads.TEMPLATE, azure_migrate.template(1), stratozone.VM_INFO, stratozone.PERF_INFO, mgn.TEMPLATE,
                 cmf.TEMPLATE, konveyor.TEMPLATE, jira.TEMPLATE]  # fmt: skip
    for template in templates:
        assert template.source.startswith("https://") and re.fullmatch(r"\d{4}-\d\d-\d\d", template.read_on)
        assert len(set(template.titles)) == len(template.titles)
