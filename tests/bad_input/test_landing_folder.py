"""Rows 60 to 66 of the table of bad inputs: what happens around a file. The number in a test's name is the row's."""

import hashlib
import os
import resource
import signal
import threading
import time

import pytest

from aidiscover_pipelines.domain.errors import Retriable
from aidiscover_pipelines.domain.tables import SourceFile, SourceRecord
from aidiscover_pipelines.ingest.stage import ingest_paths, new_uploads
from aidiscover_pipelines.ports import Upload
from resources.landing import PARTIAL_SUFFIXES, LocalTenantFiles

ACME = "acme"
GOOD = b"Name,CPU\nweb,8\n"


def statuses(intake):
    held = intake.store.read(ACME, SourceFile)
    return sorted(zip(held["name"], held["status"], strict=True))


@pytest.mark.parametrize(
    "name", ["../../x.csv", "/etc/passwd", "a\0b.csv", "x" * 300 + ".csv", "ü" * 200 + ".csv", "..", "a\nb\x1b[31m.csv"]
)
def test_row_60_a_name_is_data_and_the_bytes_lie_under_their_hash(intake, name):
    path = intake.drop("waiting", GOOD)
    upload = Upload(ACME, name, path, hashlib.sha256(GOOD).hexdigest(), len(GOOD))
    kept = intake.files.keep_original(upload)
    assert kept == intake.files.root / "originals" / ACME / upload.sha256
    assert kept.read_bytes() == GOOD
    held = intake.files.quarantine(upload, "bad")
    assert held.parent == intake.files.root / "quarantine" / ACME
    assert held.read_bytes() == GOOD


def test_row_60_the_longest_name_is_received_and_read(intake, tmp_path):
    path = tmp_path / ("n" * 251 + ".csv")
    path.write_bytes(GOOD)
    [outcome] = ingest_paths(intake.store, intake.files, ACME, [path])
    assert outcome.status == "accepted"
    intake.run()
    assert intake.store.read(ACME, SourceRecord)["cells"].tolist() == [["web", "8"]]


def test_row_61_links_pipes_and_folders_are_put_aside_with_a_reason_and_never_followed(intake, tmp_path):
    (tmp_path / "secret.csv").write_bytes(GOOD)
    (intake.folder / "link.csv").symlink_to(tmp_path / "secret.csv")
    os.mkfifo(intake.folder / "pipe.csv")
    (intake.folder / "exports").mkdir()
    intake.drop("good.csv", b"Name,CPU\nmail,4\n")
    began = time.monotonic()
    received, _ = intake.run()
    assert time.monotonic() - began < 20
    reasons = {reason for reason in received.skipped if "cannot read" in reason}
    assert len(reasons) == 3
    assert any("'link.csv': it is a symbolic link, which is never followed; upload" in reason for reason in reasons)
    assert any("'pipe.csv': it is a named pipe, not a file; write" in reason for reason in reasons)
    assert any("'exports': it is a folder, and only files are read; put" in reason for reason in reasons)
    assert {entry.path.name for entry in intake.files.quarantined(ACME)} == {"link-link.csv", "pipe-pipe.csv"}
    assert (tmp_path / "secret.csv").read_bytes() == GOOD
    assert intake.store.read(ACME, SourceRecord)["cells"].tolist() == [["mail", "4"]]


def test_row_62_half_written_files_wait(intake):
    files = LocalTenantFiles(intake.files.root, settle_s=60)
    intake.drop("growing.csv", GOOD)
    for suffix in PARTIAL_SUFFIXES:
        os.utime(intake.drop(f"copying.csv{suffix}", GOOD), (0, 0))
    os.utime(intake.drop(".hidden.csv", GOOD), (0, 0))
    assert new_uploads(intake.store, files, ACME) == []
    os.utime(intake.folder / "growing.csv", (0, 0))
    assert [upload.name for upload in new_uploads(intake.store, files, ACME)] == ["growing.csv"]


def test_row_63_the_same_bytes_twice_change_nothing_and_are_recorded(intake, tmp_path):
    intake.upload("a.csv", GOOD).is_read(["Name", "CPU"], [["web", "8"]])
    intake.drop("copy of a.csv", GOOD)
    received, _ = intake.run()
    assert received.skipped == {"already known": 2}
    assert statuses(intake) == [("a.csv", "accepted")]
    assert len(intake.store.read(ACME, SourceRecord)) == 1
    (tmp_path / "again.csv").write_bytes(GOOD)
    [outcome] = ingest_paths(intake.store, intake.files, ACME, [tmp_path / "again.csv"])
    assert (outcome.status, outcome.reason) == ("duplicate", "the same bytes were received before; nothing to do")


def test_row_64_other_bytes_under_the_same_name_are_a_new_version(intake):
    intake.upload("a.csv", GOOD)
    intake.upload("a.csv", b"Name,CPU\nweb,8\ndb,16\n").is_read(["Name", "CPU"], [["web", "8"], ["db", "16"]])
    assert statuses(intake) == [("a.csv", "accepted"), ("a.csv", "superseded")]
    assert len(intake.store.read(ACME, SourceRecord)) == 2
    assert intake.files.original(ACME, hashlib.sha256(GOOD).hexdigest()).read_bytes() == GOOD


def test_row_65_a_file_replaced_again_and_again_is_read_as_one_of_its_versions(intake):
    versions = [b"Name,CPU\n" + b"%s,8\n" % (letter * 20) * 20_000 for letter in (b"a", b"b")]
    intake.drop("a.csv", versions[0])
    stop = threading.Event()

    def replace_it():
        turn = 0
        while not stop.is_set():
            turn += 1
            new = intake.folder / ".new"
            new.write_bytes(versions[turn % 2])
            new.replace(intake.folder / "a.csv")

    writer = threading.Thread(target=replace_it)
    writer.start()
    try:
        for _ in range(3):
            intake.run()
    finally:
        stop.set()
        writer.join()
    intake.run()
    for row in intake.store.read(ACME, SourceFile).to_dict("records"):
        kept = intake.files.original(ACME, row["sha256"]).read_bytes()
        assert kept in versions
        assert hashlib.sha256(kept).hexdigest() == row["sha256"]
    names = {cells[0] for cells in intake.store.read(ACME, SourceRecord)["cells"]}
    assert len(names) == 1


def test_row_66_a_full_disk_fails_the_run_clearly_and_the_file_stays(intake):
    content = b"Name,CPU\n" + b"web,8\n" * 10_000
    path = intake.drop("a.csv", content)
    limit, handler = resource.getrlimit(resource.RLIMIT_FSIZE), signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, limit[1]))
    try:
        with pytest.raises(Retriable, match=r"cannot store 'a.csv' in '.*originals/acme': the disk is full .*; free"):
            intake.run()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limit)
        signal.signal(signal.SIGXFSZ, handler)
    assert path.read_bytes() == content
    assert statuses(intake) == []
    assert list((intake.files.root / "originals" / ACME).iterdir()) == []
    intake.run()
    assert statuses(intake) == [("a.csv", "accepted")]
