"""The command that lists what was rejected and hands out the rows to correct, on real folders and a real database."""

import json
import uuid

import pytest
from click.testing import CliRunner

from aidiscover_pipelines.cli.main import cli
from aidiscover_pipelines.domain.tenancy import RunRef
from aidiscover_pipelines.ingest.stage import read_records, receive_uploads
from resources.landing import LocalTenantFiles

RAGGED = "Name,CPU\nweb,8\ndb,16,extra\n"


@pytest.fixture
def run(database_home, monkeypatch):
    monkeypatch.setenv("AIDISCOVER_HOME", str(database_home))
    return lambda *words: CliRunner().invoke(cli, [str(word) for word in words], standalone_mode=False)


@pytest.fixture
def ingested(run, store, tenant, database_home, tmp_path):
    """A tenant with two rows read and one rejected, and one file in quarantine."""
    for name, content in {"servers.csv": RAGGED, "plan.csv": f"%PDF-1.7 {uuid.uuid4()}"}.items():
        (tmp_path / name).write_text(content)
        run("ingest", "--tenant", tenant, tmp_path / name)
    files = LocalTenantFiles(database_home, settle_s=0)
    receive_uploads(store, files, tenant, RunRef("r1"))
    read_records(store, files, tenant, RunRef("r1"))
    return tenant


def test_ingest_tells_the_first_rejected_rows_and_why_a_file_is_quarantined(run, tenant, tmp_path):
    (tmp_path / "servers.csv").write_text(RAGGED)
    (tmp_path / "plan.csv").write_text("%PDF-1.7")
    result = run("ingest", "--tenant", tenant, "--json", tmp_path)
    plan, servers = json.loads(result.stdout)["files"]
    assert (result.return_value, plan["status"], servers["status"]) == (3, "quarantined", "accepted")
    assert "it is a PDF; export the table itself" in plan["reason"]
    [sheet] = servers["sheets"]
    assert (sheet["rows"], sheet["rejected"]) == (1, 1)
    [row] = sheet["rejected_rows"]
    assert (row["row"], row["reason"]) == (3, "more filled cells than there are headers; correct the row")


def test_rejects_are_one_document(run, ingested, tmp_path):
    document = json.loads(run("rejects", "--tenant", ingested, "--output", tmp_path / "fix", "--json").stdout)
    [file], [row], [written] = document["files"], document["rows"], document["written"]
    assert "it is a PDF; export the table itself" in file["reason"]
    assert "/quarantine/" in file["path"]
    assert row == {
        "stage": "reading", "file": "servers.csv", "sheet": "servers.csv", "row": 3,
        "reason": "more filled cells than there are headers; correct the row",
    }  # fmt: skip
    assert written == {
        "path": str(tmp_path / "fix" / "servers.rejected.csv"),
        "file": "servers.csv",
        "sheet": "servers.csv",
        "rows": 1,
    }


def test_rejects_for_a_person_say_what_to_do_next(run, ingested, tmp_path):
    shown = run("rejects", "--tenant", ingested, "--output", tmp_path / "fix").stdout
    assert "1 files in quarantine" in shown
    assert "1 rows left out" in shown
    assert f"next: correct them, then aidiscover ingest --tenant {ingested} {tmp_path / 'fix'}" in shown


def test_a_corrected_file_is_taken_like_any_other(run, ingested, tmp_path):
    run("rejects", "--tenant", ingested, "--output", tmp_path / "fix")
    path = tmp_path / "fix" / "servers.rejected.csv"
    path.write_text(path.read_text("utf-8-sig").replace("extra,", ","))
    document = json.loads(run("ingest", "--tenant", ingested, "--json", path).stdout)
    [sheet] = document["files"][0]["sheets"]
    assert (sheet["rows"], sheet["rejected"]) == (1, 0)


def test_a_tenant_without_rejects_is_told_so(run, tenant):
    assert run("rejects", "--tenant", tenant).stdout == "nothing to correct\n"


def test_a_long_list_is_cut_for_people(run, store, tenant, database_home):
    files = LocalTenantFiles(database_home, settle_s=0)
    folder = database_home / "uploads" / tenant
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "many.csv").write_text("Name,CPU\nweb,8\n" + "db,16,extra\n" * 60)
    receive_uploads(store, files, tenant, RunRef("r1"))
    read_records(store, files, tenant, RunRef("r1"))
    assert "... and 10 more; --json lists all" in run("rejects", "--tenant", tenant).stdout
