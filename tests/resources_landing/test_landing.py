"""Tenant files in a local folder: what counts as complete, and that names never leave the tenant's folder."""

import hashlib
import os
import time
from pathlib import Path

import pytest

from aidiscover_pipelines.domain.errors import ConfigError, MissingFile, Permanent, Retriable
from aidiscover_pipelines.domain.tenancy import TenantId, tenant_id
from aidiscover_pipelines.ports import PutAside, TenantFiles, Upload
from resources.landing import PARTIAL_SUFFIXES, LocalTenantFiles

ACME = tenant_id("acme")
CONTENT = b"name,cpu\nweb,8\n"
SHA256 = hashlib.sha256(CONTENT).hexdigest()


@pytest.fixture
def files(tmp_path: Path) -> LocalTenantFiles:
    return LocalTenantFiles(tmp_path / "home", settle_s=2)


def dropped(files: LocalTenantFiles, name: str, content: bytes = CONTENT, age_s: float = 10) -> Path:
    path = files.root / "uploads" / ACME / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    os.utime(path, (time.time() - age_s,) * 2)
    return path


def test_it_is_a_tenant_files_port(files: LocalTenantFiles) -> None:
    port: TenantFiles = files
    assert (port.settled_uploads(ACME), port.tenants_with_uploads()) == ([], [])


def test_settled_uploads_come_by_name_with_hash_and_size(files: LocalTenantFiles) -> None:
    dropped(files, "b.csv", b"x")
    path = dropped(files, "a.csv")
    first, second = files.settled_uploads(ACME)
    assert first == Upload(ACME, "a.csv", path, SHA256, len(CONTENT))
    assert second.name == "b.csv"


def test_half_written_hidden_and_special_files_wait(files: LocalTenantFiles, tmp_path: Path) -> None:
    dropped(files, "fresh.csv", age_s=0)
    dropped(files, ".hidden.csv")
    for suffix in PARTIAL_SUFFIXES:
        dropped(files, f"copying.csv{suffix.upper()}")
    folder = dropped(files, "good.csv").parent
    (folder / "link.csv").symlink_to(folder / "good.csv")
    (folder / "subfolder").mkdir()
    os.mkfifo(folder / "pipe.csv")
    assert [upload.name for upload in files.settled_uploads(ACME)] == ["good.csv"]


@pytest.mark.parametrize("change", ["grows", "goes away"])
def test_a_file_that_changes_while_it_is_hashed_waits(
    files: LocalTenantFiles, monkeypatch: pytest.MonkeyPatch, change: str
) -> None:
    path = dropped(files, "growing.csv")
    digest = hashlib.file_digest

    def slow_digest(file: object, name: str) -> object:
        if change == "grows":
            with path.open("ab") as more:
                more.write(b"db,4\n")
        else:
            path.unlink()
        return digest(file, name)  # type: ignore[arg-type]

    monkeypatch.setattr(hashlib, "file_digest", slow_digest)
    assert files.settled_uploads(ACME) == []


def test_tenants_with_uploads_are_folders_that_hold_files(files: LocalTenantFiles, tmp_path: Path) -> None:
    dropped(files, "a.csv")
    uploads = files.root / "uploads"
    (uploads / "empty").mkdir()
    (uploads / ".trash").mkdir()
    (uploads / "stray.csv").write_bytes(CONTENT)
    (uploads / "linked").symlink_to(uploads / ACME)
    (uploads / "waiting").mkdir()
    (uploads / "waiting" / "a.part").write_bytes(CONTENT)
    assert files.tenants_with_uploads() == ["acme"]


def test_a_received_file_is_complete_at_once_and_replaces_its_namesake(files: LocalTenantFiles, tmp_path: Path) -> None:
    source = tmp_path / "servers.csv"
    source.write_bytes(b"old")
    files.receive(ACME, source)
    source.write_bytes(CONTENT)
    upload = files.receive(ACME, source)
    assert files.settled_uploads(ACME) == [upload]
    assert (upload.name, upload.sha256, upload.path.read_bytes()) == ("servers.csv", SHA256, CONTENT)
    assert source.exists()
    assert [path.name for path in upload.path.parent.iterdir()] == ["servers.csv"]


@pytest.mark.parametrize(
    ("name", "landed"),
    [
        (".env.csv", "env.csv"),
        ("a.part", "a.part.upload"),
        ("a\nb.csv", "a_b.csv"),
        ("...", "upload"),
        ("x" * 251 + ".tmp", "x" * 223 + "-dea798930702.tmp.upload"),
    ],
)
def test_a_received_file_is_never_named_as_hidden_or_half_written(
    files: LocalTenantFiles, tmp_path: Path, name: str, landed: str
) -> None:
    source = tmp_path / name
    source.write_bytes(CONTENT)
    assert files.receive(ACME, source).name == landed
    assert [upload.name for upload in files.settled_uploads(ACME)] == [landed]


def test_receiving_what_is_not_there_leaves_nothing_behind(files: LocalTenantFiles, tmp_path: Path) -> None:
    with pytest.raises(MissingFile, match="cannot be opened"):
        files.receive(ACME, tmp_path / "absent.csv")
    assert not (files.root / "uploads" / ACME).exists()


def test_originals_are_kept_once_under_their_hash(files: LocalTenantFiles) -> None:
    upload = _only(files, dropped(files, "a.csv"))
    kept = files.keep_original(upload)
    assert kept == files.original(ACME, SHA256) == files.root / "originals" / "acme" / SHA256
    assert kept.read_bytes() == CONTENT
    assert upload.path.exists()
    upload.path.unlink()
    assert files.keep_original(upload) == kept


@pytest.mark.parametrize("replacement", ["other bytes", "link", "pipe", "nothing"])
def test_an_upload_that_is_no_longer_what_was_listed_is_retriable(
    files: LocalTenantFiles, tmp_path: Path, replacement: str
) -> None:
    upload = _only(files, dropped(files, "a.csv"))
    upload.path.unlink()
    if replacement == "other bytes":
        upload.path.write_bytes(b"other")
    elif replacement == "link":
        (tmp_path / "secret").write_bytes(CONTENT)
        upload.path.symlink_to(tmp_path / "secret")
    elif replacement == "pipe":
        os.mkfifo(upload.path)
    with pytest.raises(Retriable, match="next run"):
        files.keep_original(upload)
    assert not any((files.root / "originals").rglob("*.part"))
    assert not files.original(ACME, SHA256).exists()


def test_quarantine_moves_the_file_beside_its_reason(files: LocalTenantFiles) -> None:
    for reason in ("first", "not a\ntable"):
        upload = _only(files, dropped(files, "a b.csv"))
        held = files.quarantine(upload, reason)
    assert held == files.root / "quarantine" / "acme" / f"a b-{SHA256[:12]}.csv"
    assert held.read_bytes() == CONTENT
    assert held.with_name(f"{held.name}.reason.txt").read_text() == "not a table\n"
    assert files.quarantined(ACME) == [PutAside(held.name, "not a table", held)]
    assert len(list(held.parent.iterdir())) == 2
    assert files.settled_uploads(ACME) == []


@pytest.mark.parametrize(
    "name", ["../../x.csv", "/etc/passwd", "..", "a\x00b\x1b[31m", "ü" * 250 + ".csv", "\udce9.csv"]
)
def test_no_name_leaves_the_tenant_folder(files: LocalTenantFiles, tmp_path: Path, name: str) -> None:
    waiting = tmp_path / "waiting"
    waiting.write_bytes(CONTENT)
    held = files.quarantine(Upload(ACME, name, waiting, SHA256, len(CONTENT)), "bad")
    report = files.report_path(ACME, name)
    report.write_text("plan")
    assert held.parent == files.root / "quarantine" / "acme"
    assert report.parent == files.root / "reports" / "acme"
    assert held.read_bytes() == CONTENT
    held.name.encode()


def test_names_in_other_encodings_become_storable_text(files: LocalTenantFiles) -> None:
    dropped(files, os.fsdecode(b"M\xfcller.csv"))
    assert [upload.name for upload in files.settled_uploads(ACME)] == ["M\ufffdller.csv"]


def test_what_is_no_tenant_or_hash_is_never_a_path(files: LocalTenantFiles) -> None:
    with pytest.raises(ConfigError):
        files.settled_uploads(TenantId("../other"))
    with pytest.raises(Permanent, match="no SHA-256"):
        files.original(ACME, "../../etc/passwd")


def _only(files: LocalTenantFiles, path: Path) -> Upload:
    [upload] = files.settled_uploads(ACME)
    assert upload.path == path
    return upload
