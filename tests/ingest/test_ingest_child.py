"""Detection by content, and the child process that may die instead of its caller."""

import errno
import io
import json
import tempfile
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from aidiscover_pipelines.domain.errors import (
    EmptyFile,
    InputError,
    MissingFile,
    Retriable,
    UnreadableFile,
    UnsupportedFormat,
)
from aidiscover_pipelines.ingest import child, limits
from aidiscover_pipelines.ingest.child import parse, read_file, write_answer
from aidiscover_pipelines.ingest.formats import FORMATS, Format, detect_format
from aidiscover_pipelines.ingest.spool import rejected_rows

CSV = next(row for row in FORMATS if row.key == "csv")


def written(folder: Path, content: str | bytes, name: str = "export.csv") -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def answer(reader: str, path: Path) -> dict[str, Any]:
    out = io.StringIO()
    write_answer(reader, path, out, io.BytesIO())
    document: dict[str, Any] = json.loads(out.getvalue())
    return document


def run_reader(folder: Path, body: str, cpu_seconds: int = 60) -> None:
    """Let a child run a reader with this body."""
    imports = "import os, resource, signal, time\nfrom aidiscover_pipelines.ingest import sheet"
    (folder / "standin.py").write_text(f"{imports}\ndef read(path):\n    {body}\n")
    row = Format("x", (), lambda head, name: True, "standin:read")
    with pytest.MonkeyPatch.context() as patch, tempfile.TemporaryFile() as spool:
        patch.setenv("PYTHONPATH", str(folder))
        parse(row, folder, "upload", spool, None, cpu_seconds)


@pytest.mark.parametrize("row", FORMATS, ids=lambda row: row.key)
def test_every_format_names_a_reader_that_loads(row: Format, tmp_path: Path) -> None:
    assert answer(row.reader, tmp_path / "absent")["fault"] in {"UnreadableFile", "UnsupportedFormat"}


@pytest.mark.parametrize(
    ("content", "name", "key"),
    [
        (b"a,b\n1,2\n", "table.xlsx", "csv"),
        (b' [{"a": 1}]', "records.txt", "json"),
        (b'{"a": 1}\n{"a": 2}', "records.json", "json"),
        (b"[id],[name]\n1,2\n", "columns.csv", "csv"),
        ("name;größe\n".encode("cp1252"), "x", "csv"),
        ("name;größe\n".encode("utf-16"), "x", "csv"),
        ("name;größe\n".encode("utf-32"), "x", "csv"),
        ("服务器名称\n财务系统\n".encode("gb18030"), "x", "csv"),
        (b"name,b\nx\x00y,1\n" + b"z,2\n" * 20, "x", "csv"),
    ],
)
def test_content_decides_the_format_and_not_the_suffix(tmp_path: Path, content: bytes, name: str, key: str) -> None:
    assert detect_format(written(tmp_path, content, name), name).key == key


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"%PDF-1.7", "a PDF"),
        (b"MZ\x90\x00" + b"\0" * 500, "none of the formats"),
        (bytes(range(128, 256)) * 20, "none of the formats"),
        (b"  \n", "none of the formats"),
    ],
)
def test_other_content_is_refused_with_the_list_of_formats(tmp_path: Path, content: bytes, problem: str) -> None:
    with pytest.raises(UnsupportedFormat, match=problem) as caught:
        detect_format(written(tmp_path, content), "upload.csv")
    assert "csv (.csv .tsv .txt)" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_missing_and_empty_files_are_told_apart(tmp_path: Path) -> None:
    with pytest.raises(MissingFile, match="no such file"):
        detect_format(tmp_path / "absent", "absent")
    with pytest.raises(MissingFile, match="no such file"):
        detect_format(tmp_path, "folder")
    with pytest.raises(MissingFile, match="cannot be opened"):
        detect_format(tmp_path / ("x" * 300), "long")
    with pytest.raises(EmptyFile, match="no bytes"):
        detect_format(written(tmp_path, b""), "empty.csv")


def test_counts_samples_and_rejected_rows_survive_the_way_through_the_child(tmp_path: Path) -> None:
    path = written(tmp_path, "name,owner\n" + "web,Müller\n" * 30 + "x\x00,y\n" * 5 + "a,b,c\n")
    with read_file(path, "Übersicht.csv", first=3) as read:
        [sheet] = read.sheets
        assert (read.format, sheet.sheet, sheet.headers, sheet.rows) == ("csv", "Übersicht.csv", ["name", "owner"], 30)
        assert list(sheet.rejected.values()) == [5, 1]
        kept = [(row, cells) for row, cells, _ in rejected_rows(read.spool, sheet)]
        assert kept == [(row, ["x\u2400", "y"]) for row in (32, 33, 34)]
        offset, length = sheet.row_chunks[0]
        read.spool.seek(offset)
        assert read.spool.read(length).decode() == "".join(f'{row}\t["web","Müller"]\n' for row in (2, 3, 4))


def test_a_workbook_keeps_its_sheet_names(tmp_path: Path) -> None:
    path = tmp_path / "book"
    with xlsxwriter.Workbook(path) as book:
        book.add_worksheet("Servers").write_row(0, 0, ["name", "cpu"])
        book.worksheets()[0].write_row(1, 0, ["web", 8])
    with read_file(path, "b") as read:
        assert [(sheet.sheet, sheet.rows) for sheet in read.sheets] == [("Servers", 1)]


def test_a_reader_fault_keeps_its_kind_place_and_the_upload_name(tmp_path: Path) -> None:
    path = written(tmp_path, 'id,name\nA1,"open\n')
    with pytest.raises(UnreadableFile) as caught, read_file(path, "servers.csv"):
        pass
    assert (caught.value.path, caught.value.location.row) == ("servers.csv", 2)
    assert str(caught.value).startswith("cannot read 'servers.csv': a quotation mark is never closed")


@pytest.mark.parametrize(
    ("content", "problem"),
    [("name,cpu\n", "under a header"), ("name,name\na,b\n", "two names; rename one")],
)
def test_a_file_without_data_rows_is_empty_and_says_why(tmp_path: Path, content: str, problem: str) -> None:
    with pytest.raises(EmptyFile, match=problem), read_file(written(tmp_path, content), "a.csv"):
        pass


def test_a_file_beyond_the_size_limit_of_its_format_is_refused_unread(tmp_path: Path) -> None:
    path = written(tmp_path, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")
    with path.open("ab") as file:
        file.truncate(limits.FILE_BYTES + 1)
    with pytest.raises(UnreadableFile, match="256 MiB, more than 256"), read_file(path, "a.xls"):
        pass


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        ("os.abort()", "memory, or the file is damaged"),
        ("os._exit(7)", "stopped unexpectedly"),
        ("raise KeyError(path)", r"something unexpected \(KeyError\)"),
        ("return bytearray(8 << 30)", "2048 MiB of memory"),
    ],
)
def test_a_child_that_dies_is_an_unreadable_file(tmp_path: Path, body: str, problem: str) -> None:
    with pytest.raises(UnreadableFile, match=problem):
        run_reader(tmp_path, body)


def test_a_child_that_hangs_or_computes_for_ever_is_stopped(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match="longer than 2 seconds"):
        run_reader(tmp_path, "time.sleep(60)", cpu_seconds=1)
    with pytest.raises(UnreadableFile, match="more than 1 seconds of computing"):
        run_reader(tmp_path, "os.kill(os.getpid(), signal.SIGXCPU)", cpu_seconds=1)


def test_a_child_gets_none_of_the_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_X", "1")
    with pytest.raises(UnreadableFile, match="OSError"):
        run_reader(tmp_path, "raise KeyError if 'SECRET_X' in os.environ else OSError")


def test_larger_files_get_more_time() -> None:
    assert limits.cpu_seconds(0) == 60
    assert limits.cpu_seconds(350 * limits.MIB) > 600


def test_a_full_disk_is_no_fault_of_the_file(tmp_path: Path) -> None:
    with pytest.raises(Retriable, match="'upload': the disk for temporary files is full; free space"):
        run_reader(tmp_path, f"raise OSError({errno.ENOSPC}, 'full')")


def test_a_table_that_outgrows_the_spool_is_a_fault_of_the_file(tmp_path: Path) -> None:
    rows = "[['name', 'x' * 100]] * 100_000"
    body = f"resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 16, 1 << 16)); yield sheet.Grid(1, '', {rows})"
    with pytest.raises(UnreadableFile, match="would fill more than"):
        run_reader(tmp_path, body)


def test_running_out_of_memory_inside_a_reader_is_an_answer(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def greedy(name: str) -> None:
        raise MemoryError

    monkeypatch.setattr("importlib.import_module", greedy)
    assert "of memory" in answer("a:b", tmp_path)["problem"]


def test_input_errors_of_a_reader_are_an_answer(tmp_path: Path) -> None:
    assert answer(CSV.reader, written(tmp_path, 'a,"b\n'))["location"] == [None, 1, None]
    assert issubclass(child._FAULTS["UnreadableFile"], InputError)
