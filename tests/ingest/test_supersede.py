"""Which upload takes the place of which: by name, by stamp, never by chance."""

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from aidiscover_pipelines.domain.tables import SourceFile, SourceRecord
from aidiscover_pipelines.domain.tenancy import RunRef
from aidiscover_pipelines.ingest.stage import ingest_paths, new_uploads, read_records, receive_uploads
from aidiscover_pipelines.ingest.stamps import stamped
from aidiscover_pipelines.ingest.supersede import KEPT, predecessors
from resources.landing import LocalTenantFiles
from resources.scratch_store import ScratchStore
from tests.ingest.conftest import ACME

SERVERS = ["web01", "web02", "db01", "mail01"]

Upload = Callable[[str, str], None]


@pytest.fixture
def upload(files: LocalTenantFiles, tmp_path: Path) -> Upload:
    def put(name: str, content: str) -> None:
        path = tmp_path / name
        path.write_text(content, encoding="utf-8")
        files.receive(ACME, path)

    return put


def inventory(names: list[str], columns: str = "Name,CPU", rest: str = "4") -> str:
    return "\n".join([columns, *(f"{name},{rest}" for name in names)]) + "\n"


def standing(store: ScratchStore, files: LocalTenantFiles, run: str = "r1") -> dict[str, str]:
    """Take the uploads in and read them; name -> status."""
    receive_uploads(store, files, ACME, RunRef(run))
    read_records(store, files, ACME, RunRef(run))
    held = store.read(ACME, SourceFile)
    return dict(zip(held["name"], map(str, held["status"]), strict=True))


@pytest.mark.parametrize(
    ("older", "newer"),
    [
        ("cmdb_2026-01.csv", "cmdb_2026-02.csv"),
        ("RVTools_export_all_2026-05-01_10.12.33.csv", "RVTools_export_all_2026-06-01_08.00.59.csv"),
        ("apps 20260131.csv", "apps 20260228.csv"),
        ("export_v1.9.csv", "export_v1.10.csv"),
        ("CMDB Dec 2025.csv", "CMDB Jan 2026.csv"),
        ("2025Q4 servers.csv", "2026Q1 servers.csv"),
        ("inventory 28.02.2026.csv", "inventory 31.03.2026.csv"),
    ],
)
def test_the_newer_stamp_counts_and_says_how_to_undo_it(
    store: ScratchStore, files: LocalTenantFiles, upload: Upload, older: str, newer: str
) -> None:
    upload(older, inventory(SERVERS))
    assert standing(store, files) == {older: "accepted"}
    upload(newer, inventory([*SERVERS[1:], "new01"]))
    assert standing(store, files, "r2") == {older: "superseded", newer: "accepted"}
    held = store.read(ACME, SourceFile, name=older).iloc[0]
    assert f"replaced by {newer!r}" in held["reason"] and f"aidiscover changes --keep {older!r}" in held["reason"]
    assert len(store.read(ACME, SourceRecord)) == 4
    assert standing(store, files, "r3") == {older: "superseded", newer: "accepted"}


def test_an_older_stamp_that_comes_later_does_not_take_the_newer_ones_place(
    store: ScratchStore, files: LocalTenantFiles, upload: Upload
) -> None:
    upload("cmdb_2026-02.csv", inventory(SERVERS))
    standing(store, files)
    upload("cmdb_2026-01.csv", inventory(SERVERS[:3]))
    assert standing(store, files, "r2") == {"cmdb_2026-01.csv": "superseded", "cmdb_2026-02.csv": "accepted"}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("servers_1.csv", "servers_2.csv"),
        ("servers_berlin.csv", "servers_munich.csv"),
        ("servers (1).csv", "servers (2).csv"),
        ("windows_2016.csv", "windows_2019.csv"),
        ("emea.example.com.csv", "apac.example.com.csv"),
        ("cmdb_2026-01.csv", "apps_2026-01.csv"),
    ],
)
def test_parts_sites_and_domains_never_take_each_others_place(
    store: ScratchStore, files: LocalTenantFiles, upload: Upload, one: str, other: str
) -> None:
    upload(one, inventory(SERVERS))
    upload(other, inventory(SERVERS, rest="8"))
    assert set(standing(store, files).values()) == {"accepted"}


def test_two_sites_exported_minutes_apart_by_one_tool_stay_two(
    store: ScratchStore, files: LocalTenantFiles, upload: Upload
) -> None:
    upload("RVTools_export_all_2026-05-01_10.12.33.csv", inventory(["ber-web01", "ber-db01", "ber-mail01"]))
    upload("RVTools_export_all_2026-05-01_11.40.02.csv", inventory(["muc-web01", "muc-db01", "muc-mail01"]))
    assert set(standing(store, files).values()) == {"accepted"}


def test_daily_flow_logs_stay_side_by_side(store: ScratchStore, files: LocalTenantFiles, upload: Upload) -> None:
    flows = [f"web0{place % 2},db0{place % 3},{5432 + place % 2}" for place in range(12)]
    upload("flows_2026-05-01.csv", "\n".join(["source,target,port", *flows]) + "\n")
    upload("flows_2026-05-02.csv", "\n".join(["source,target,port", *flows[::-1], flows[0]]) + "\n")
    assert set(standing(store, files).values()) == {"accepted"}


def test_other_headers_are_another_source(store: ScratchStore, files: LocalTenantFiles, upload: Upload) -> None:
    upload("export_2026-01.csv", inventory(SERVERS))
    upload("export_2026-02.csv", inventory(SERVERS, "Application,Owner", "anna"))
    assert set(standing(store, files).values()) == {"accepted"}


def test_a_file_that_a_person_keeps_is_never_replaced_by_a_stamp(
    store: ScratchStore, files: LocalTenantFiles, upload: Upload
) -> None:
    upload("cmdb_2026-01.csv", inventory(SERVERS))
    upload("cmdb_2026-02.csv", inventory(SERVERS, rest="8"))
    assert standing(store, files)["cmdb_2026-01.csv"] == "superseded"
    row = store.read(ACME, SourceFile, name="cmdb_2026-01.csv").assign(status="accepted", reason=KEPT)
    store.upsert(ACME, RunRef("r1"), {SourceFile: row})
    assert set(standing(store, files, "r2").values()) == {"accepted"}
    assert len(store.read(ACME, SourceRecord)) == 8


def test_older_bytes_uploaded_again_are_the_current_ones(
    store: ScratchStore, files: LocalTenantFiles, upload: Upload, tmp_path: Path
) -> None:
    upload("cmdb.csv", inventory(SERVERS))
    standing(store, files)
    upload("cmdb.csv", inventory(SERVERS[:2]))
    standing(store, files, "r2")
    (tmp_path / "cmdb.csv").write_text(inventory(SERVERS))
    [outcome] = ingest_paths(store, files, ACME, [tmp_path / "cmdb.csv"])
    assert outcome.status == "accepted"
    assert [waiting.name for waiting in new_uploads(store, files, ACME)] == ["cmdb.csv"]
    standing(store, files, "r3")
    assert len(store.read(ACME, SourceRecord)) == 4
    assert new_uploads(store, files, ACME) == []
    rows = store.read(ACME, SourceFile).to_dict("records")
    [(current, chain)] = predecessors([{str(k): v for k, v in row.items()} for row in rows]).items()
    assert [before["file_id"] for before in chain] != [current] and len(chain) == 1


@pytest.mark.parametrize("newer", ["cmdb_2026-02.csv", "cmdb_2026-03.csv"])
def test_an_unreadable_newer_file_gives_its_place_back(
    store: ScratchStore, files: LocalTenantFiles, upload: Upload, newer: str
) -> None:
    upload("cmdb_2026-01.csv", inventory(SERVERS))
    upload("cmdb_2026-02.csv", inventory(SERVERS, rest="8"))
    standing(store, files)
    before = store.read(ACME, SourceRecord)
    upload(newer, inventory(SERVERS, rest="16"))
    receive_uploads(store, files, ACME, RunRef("r2"))
    newest = store.read(ACME, SourceFile).sort_values("received_at").iloc[-1]
    kept = files.original(ACME, newest["sha256"])
    kept.chmod(0o600)
    kept.write_bytes(b"")
    read_records(store, files, ACME, RunRef("r2"))
    held = store.read(ACME, SourceFile).sort_values("received_at")
    assert held["name"].tolist() == ["cmdb_2026-01.csv", "cmdb_2026-02.csv", newer]
    assert held["status"].astype(str).tolist() == ["superseded", "accepted", "quarantined"]
    pd.testing.assert_frame_equal(store.read(ACME, SourceRecord), before)


@pytest.mark.parametrize("name", ["servers_1.csv", "web2.csv", "ipv4.csv", "notes", "vlan_10.csv", "sap r3.csv"])
def test_plain_numbers_are_no_stamps(name: str) -> None:
    assert stamped(name).order == ()
    assert stamped(name).base == " ".join(name.replace("_", " ").split())
