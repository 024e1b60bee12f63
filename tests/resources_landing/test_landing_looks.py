"""What the landing folder remembers between ticks, what it never reads, and what a full disk does to it."""

import json
import os
import resource
import shutil
import signal
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from aidiscover_pipelines.domain.errors import ConfigError, Retriable, StillChanging
from aidiscover_pipelines.domain.tenancy import tenant_id
from aidiscover_pipelines.ports import Upload
from resources.landing import LocalTenantFiles

ACME = tenant_id("acme")
CONTENT = b"name,cpu\nweb,8\n"


@pytest.fixture
def files(tmp_path: Path) -> LocalTenantFiles:
    return LocalTenantFiles(tmp_path / "home", settle_s=2)


def dropped(files: LocalTenantFiles, name: str, content: bytes = CONTENT, age_s: float = 10) -> Path:
    path = files.root / "uploads" / ACME / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    os.utime(path, (time.time() - age_s,) * 2)
    return path


def looks(files: LocalTenantFiles) -> dict[str, list[object]]:
    held: dict[str, list[object]] = json.loads((files.root / "landing" / "acme.json").read_bytes())
    return held


@contextmanager
def little_disk(free_bytes: int) -> Iterator[None]:
    """Writing more than so much into one file fails as on a full disk."""
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (free_bytes, limits[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        signal.signal(signal.SIGXFSZ, handler)


def test_an_unchanged_file_is_read_once(files: LocalTenantFiles) -> None:
    dropped(files, "a.csv")
    [upload] = files.settled_uploads(ACME)
    state = files.root / "landing" / "acme.json"
    held = looks(files)
    held["a.csv"][-1] = "f" * 64  # what is answered now can only come from here
    state.write_text(json.dumps(held))
    [again] = files.settled_uploads(ACME)
    assert (upload.sha256, again.sha256) == (upload.sha256, "f" * 64)


@pytest.mark.parametrize("change", ["other bytes of the same size and time", "another file in its place"])
def test_a_changed_file_is_read_again(files: LocalTenantFiles, change: str) -> None:
    path = dropped(files, "a.csv")
    [before] = files.settled_uploads(ACME)
    was = path.stat()
    if change == "another file in its place":
        dropped(files, "b.csv", CONTENT.upper()).replace(path)
    else:
        path.write_bytes(CONTENT.upper())
    os.utime(path, ns=(was.st_atime_ns, was.st_mtime_ns))
    [after] = files.settled_uploads(ACME)
    assert after.sha256 != before.sha256


def test_a_hash_taken_right_after_a_write_is_not_relied_on(tmp_path: Path) -> None:
    files = LocalTenantFiles(tmp_path, settle_s=0)
    dropped(files, "a.csv", age_s=0)
    assert len(files.settled_uploads(ACME)) == 1
    assert looks(files) == {}


def test_a_file_from_the_future_settles_by_being_looked_at_twice(tmp_path: Path) -> None:
    files = LocalTenantFiles(tmp_path, settle_s=0.05)
    dropped(files, "a.csv", age_s=-1_000_000)
    assert files.settled_uploads(ACME) == []
    time.sleep(0.06)
    assert [upload.name for upload in files.settled_uploads(ACME)] == ["a.csv"]


def test_what_left_the_folder_is_forgotten(files: LocalTenantFiles) -> None:
    path = dropped(files, "a.csv")
    files.settled_uploads(ACME)
    path.unlink()
    assert files.settled_uploads(ACME) == []
    assert looks(files) == {}


@pytest.mark.parametrize("damage", ["", "[]", '{"a.csv": 5}', '{"a.csv": [1, 2]}', "\x00"])
def test_a_damaged_memory_costs_a_reading_and_nothing_else(files: LocalTenantFiles, damage: str) -> None:
    dropped(files, "a.csv")
    expected = files.settled_uploads(ACME)
    (files.root / "landing" / "acme.json").write_text(damage)
    assert files.settled_uploads(ACME) == expected


def test_a_wrong_memory_is_found_out_when_the_bytes_are_kept(files: LocalTenantFiles) -> None:
    path = dropped(files, "a.csv")
    [upload] = files.settled_uploads(ACME)
    wrong = Upload(ACME, "a.csv", path, "f" * 64, len(CONTENT))
    with pytest.raises(StillChanging, match="changed while it was copied"):
        files.keep_original(wrong)
    assert files.settled_uploads(ACME) == [upload]
    assert files.keep_original(upload).read_bytes() == CONTENT


def test_links_pipes_and_sockets_are_moved_aside_with_a_reason(files: LocalTenantFiles, tmp_path: Path) -> None:
    secret = tmp_path / "secret.csv"
    secret.write_bytes(CONTENT)
    folder = dropped(files, "good.csv").parent
    (folder / "link.csv").symlink_to(secret)
    os.mkfifo(folder / "pipe.csv")
    short = Path(f"/tmp/s{os.getpid()}")  # noqa: S108  (socket paths are short)
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(short))
        shutil.move(short, folder / "socket.csv")
    told = files.put_aside_special(ACME)
    assert [(entry.name, entry.path.name) for entry in told] == [
        ("link.csv", "link-link.csv"), ("pipe.csv", "pipe-pipe.csv"), ("socket.csv", "socket-socket.csv"),
    ]  # fmt: skip
    assert told[0].reason == (
        "cannot read 'link.csv': it is a symbolic link, which is never followed; upload a copy of the file itself"
    )
    assert told[0].path.is_symlink()
    assert told[0].path.readlink() == secret
    assert [path.name for path in folder.iterdir()] == ["good.csv"]
    assert [(entry.name, entry.reason) for entry in files.quarantined(ACME)] == [
        (entry.path.name, entry.reason) for entry in told
    ]
    assert files.put_aside_special(ACME) == []


def test_a_folder_is_told_and_left_where_it_is(files: LocalTenantFiles) -> None:
    folder = dropped(files, "good.csv").parent / "exports"
    folder.mkdir()
    [told] = files.put_aside_special(ACME)
    assert (told.name, told.path) == ("exports", folder)
    assert "put the files themselves into the landing folder" in told.reason
    assert files.quarantined(ACME) == []


def test_bytes_that_took_the_name_meanwhile_are_not_quarantined(files: LocalTenantFiles) -> None:
    path = dropped(files, "a.csv")
    [upload] = files.settled_uploads(ACME)
    path.write_bytes(b"the corrected file")
    with pytest.raises(StillChanging, match="next run takes it up"):
        files.quarantine(upload, "bad")
    assert path.read_bytes() == b"the corrected file"
    assert files.quarantined(ACME) == []


def test_a_full_disk_is_named_and_the_upload_stays(files: LocalTenantFiles, tmp_path: Path) -> None:
    content = b"x" * 100_000
    path = dropped(files, "big.csv", content)
    [upload] = files.settled_uploads(ACME)
    with little_disk(10_000):
        with pytest.raises(Retriable, match=r"cannot store 'big.csv' in .*originals/acme': the disk is full .*free"):
            files.keep_original(upload)
        with pytest.raises(Retriable, match=r"cannot store 'big.csv' in .*uploads/acme': the disk is full"):
            files.receive(tenant_id("acme"), path)
    assert path.read_bytes() == content
    assert list((files.root / "originals" / ACME).iterdir()) == []
    assert files.settled_uploads(ACME) == [upload]
    assert files.keep_original(upload).read_bytes() == content


def test_a_disk_too_full_for_the_reason_leaves_the_upload_in_place(files: LocalTenantFiles) -> None:
    path = dropped(files, "a.csv")
    [upload] = files.settled_uploads(ACME)
    with little_disk(0), pytest.raises(Retriable, match="quarantine/acme': the disk is full"):
        files.quarantine(upload, "not a table")
    assert path.read_bytes() == CONTENT
    assert files.quarantined(ACME) == []


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is denied to root")
def test_a_folder_that_may_not_be_written_is_a_fault_of_the_configuration(files: LocalTenantFiles) -> None:
    dropped(files, "a.csv")
    [upload] = files.settled_uploads(ACME)
    (files.root / "originals").mkdir(mode=0o500)
    with pytest.raises(ConfigError, match=r"Permission denied; .*AIDISCOVER_HOME"):
        files.keep_original(upload)
