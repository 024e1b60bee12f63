"""A full disk: the upload stays, the tables hold all of it or nothing, and with space again the next run finishes."""

import hashlib
import os
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from aidiscover_pipelines.domain.errors import Retriable
from aidiscover_pipelines.domain.tables import SourceFile, SourceRecord
from aidiscover_pipelines.domain.tenancy import RunRef
from aidiscover_pipelines.ingest.stage import read_records, receive_uploads
from resources.landing import LocalTenantFiles

ROWS = 20_000


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A tmpfs of 2 MiB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=2m", "aidiscover-test", folder], capture_output=True)
    if mounted.returncode:
        pytest.skip("mounting a tmpfs needs root and CAP_SYS_ADMIN")
    yield folder
    subprocess.run(["umount", folder], check=True)


def fill(folder: Path) -> Path:
    """Take all the space that is left there."""
    filler = folder / "filler"
    with filler.open("wb", buffering=0) as file:
        for size in (65_536, 4_096, 1):
            try:
                while file.write(b"\0" * size) == size:
                    pass
            except OSError:
                continue
    return filler


def portfolio(uploads: Path) -> Path:
    uploads.mkdir(parents=True)
    path = uploads / "servers.csv"
    names = (hashlib.sha256(str(number).encode()).hexdigest()[:24] for number in range(ROWS))
    path.write_text("Server Name,CPU Count\n" + "".join(f"{name},2\n" for name in names))
    return path


def test_an_original_that_cannot_be_kept_leaves_the_upload_for_the_next_run(store, tenant, small_disk):
    upload = portfolio(small_disk / "uploads" / tenant)
    files = LocalTenantFiles(small_disk, 0)
    filler = fill(small_disk)
    with pytest.raises(Retriable, match="the disk is full"):
        receive_uploads(store, files, tenant, RunRef("r1"))
    assert upload.stat().st_size == len(upload.read_bytes()) > ROWS * 10
    assert store.read(tenant, SourceFile).empty
    assert not any((small_disk / "originals" / tenant).iterdir())
    filler.unlink()
    assert receive_uploads(store, files, tenant, RunRef("r2")).figures["accepted"] == 1
    read_records(store, files, tenant, RunRef("r2"))
    assert len(store.read(tenant, SourceRecord)) == ROWS


def test_rows_that_fill_the_disk_while_they_are_read_are_stored_whole_or_not(
    store, tenant, small_disk, tmp_path, monkeypatch
):
    portfolio(tmp_path / "home" / "uploads" / tenant)
    files = LocalTenantFiles(tmp_path / "home", 0)
    receive_uploads(store, files, tenant, RunRef("r1"))
    monkeypatch.setattr(tempfile, "tempdir", str(small_disk))
    filler = fill(small_disk)
    os.truncate(filler, filler.stat().st_size - 65_536)  # some rows find room
    with pytest.raises(Retriable, match="free space"):
        read_records(store, files, tenant, RunRef("r1"))
    assert store.read(tenant, SourceRecord).empty
    assert store.read(tenant, SourceFile)["status"].tolist() == ["accepted"]
    filler.unlink()
    for _ in range(2):
        read_records(store, files, tenant, RunRef("r1", attempt=1))
        assert len(store.read(tenant, SourceRecord)) == ROWS
