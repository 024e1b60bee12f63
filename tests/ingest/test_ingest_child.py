"""Detection by content, and the child process that may die instead of its caller."""

import io
import json
from pathlib import Path

import pytest
import xlsxwriter

from aidiscover_pipelines.domain.errors import EmptyFile, InputError, MissingFile, UnreadableFile, UnsupportedFormat
from aidiscover_pipelines.ingest import child, limits
from aidiscover_pipelines.ingest.child import parse, read_sheets, write_answer
from aidiscover_pipelines.ingest.formats import FORMATS, Format, detect_format

CSV = FORMATS[-1]


def written(folder: Path, content: str | bytes, name: str = "export.csv") -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


@pytest.mark.parametrize("row", FORMATS, ids=lambda row: row.key)
def test_every_format_names_a_reader_that_loads(row: Format, tmp_path: Path) -> None:
    out = io.StringIO()
    write_answer(row.reader, tmp_path / "absent", out)
    assert json.loads(out.getvalue())["fault"] == "UnreadableFile"


@pytest.mark.parametrize(
    ("content", "name", "key"),
    [
        (b"a,b\n1,2\n", "table.xlsx", "csv"),
        (b"PK\x03\x04...", "book.csv", "xlsx"),
        (b' [{"a": 1}]', "records.txt", "json"),
        (b'{"a": 1}\n{"a": 2}', "records.json", "json"),
        (b"[id],[name]\n1,2\n", "columns.csv", "csv"),
        ("name;größe\n".encode("cp1252"), "x", "csv"),
        ("name;größe\n".encode("utf-16"), "x", "csv"),
        (b"name,b\nx\x00y,1\n" + b"z,2\n" * 20, "x", "csv"),
    ],
)
def test_content_decides_the_format_and_not_the_suffix(tmp_path: Path, content: bytes, name: str, key: str) -> None:
    assert detect_format(written(tmp_path, content, name), name).key == key


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 100, "password-protected"),
        (b"%PDF-1.7", "a PDF"),
        (b"<html><table>", "HTML"),
        (b"MZ\x90\x00" + b"\0" * 500, "none of the formats"),
        (bytes(range(128, 256)) * 20, "none of the formats"),
        (b"  \n", "none of the formats"),
    ],
)
def test_other_content_is_refused_with_the_list_of_formats(tmp_path: Path, content: bytes, problem: str) -> None:
    with pytest.raises(UnsupportedFormat, match=problem) as caught:
        detect_format(written(tmp_path, content), "upload.csv")
    assert "xlsx (.xlsx .xlsm), json (.json .ndjson .jsonl), csv (.csv .tsv .txt)" in str(caught.value)
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


def test_sheets_survive_the_way_through_the_child(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    content = "name,owner\n" + "web,Müller\n" * 3 + "x\x00,\ud800\n"
    path = written(tmp_path, content.encode("utf-8", "surrogatepass").replace(b"\xed\xa0\x80", b"y"))
    [sheet] = read_sheets(path, "Übersicht.csv")
    assert (sheet.sheet, sheet.headers) == ("Übersicht.csv", ["name", "owner"])
    assert sheet.rows == [(row, ["web", "Müller"]) for row in (2, 3, 4)]
    assert [(row, cells) for row, cells, _ in sheet.rejected] == [(5, ["x\x00", "y"])]
    monkeypatch.setattr(child, "CHUNK_ROWS", 2)
    out = io.StringIO()
    write_answer(CSV.reader, path, out)
    assert len(out.getvalue().splitlines()) == 1 + 2


def test_a_workbook_keeps_its_sheet_names(tmp_path: Path) -> None:
    path = tmp_path / "book"
    with xlsxwriter.Workbook(path) as book:
        book.add_worksheet("Servers").write_row(0, 0, ["name", "cpu"])
        book.worksheets()[0].write_row(1, 0, ["web", 8])
    assert [(sheet.sheet, sheet.rows) for sheet in read_sheets(path, "b")] == [("Servers", [(2, ["web", "8"])])]


def test_a_reader_fault_keeps_its_kind_place_and_the_upload_name(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile) as caught:
        read_sheets(written(tmp_path, 'id,name\nA1,"open\n'), "servers.csv")
    assert (caught.value.path, caught.value.location.row) == ("servers.csv", 2)
    assert str(caught.value).startswith("cannot read 'servers.csv': a quotation mark is never closed")


def test_a_file_without_data_rows_is_empty_and_says_why(tmp_path: Path) -> None:
    with pytest.raises(EmptyFile, match="no data rows were found under a header; check"):
        read_sheets(written(tmp_path, "name,cpu\n"), "a.csv")
    with pytest.raises(EmptyFile, match="two names; rename one"):
        read_sheets(written(tmp_path, "name,name\na,b\n"), "a.csv")


def test_a_file_beyond_the_size_limit_is_refused_unread(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "FILE_BYTES", 3)
    with pytest.raises(UnreadableFile, match="MiB, more than"):
        read_sheets(written(tmp_path, "a,b\n"), "a.csv")


@pytest.mark.parametrize(
    ("reader", "problem"),
    [
        ("os:abort", "memory, or the file is damaged"),
        ("signal:pause", "longer than 1 seconds"),
        ("os:_exit", "stopped unexpectedly"),
        ("os:fspath", "something unexpected"),
    ],
)
def test_a_child_that_dies_or_hangs_is_an_unreadable_file(tmp_path: Path, reader: str, problem: str) -> None:
    # Stand-ins take the path as their argument; those that take none are called through a module beside the file.
    stand_in = tmp_path / "standin.py"
    calls = {"os:abort": "os.abort()", "signal:pause": "time.sleep(60)", "os:_exit": "os._exit(7)"}
    stand_in.write_text(f"import os, time\ndef read(path):\n    {calls.get(reader, 'raise KeyError(path)')}\n")
    row = Format("x", (), lambda head, name: True, "standin:read")
    with pytest.MonkeyPatch.context() as patch, pytest.raises(UnreadableFile, match=problem):
        patch.setenv("PYTHONPATH", str(tmp_path))
        parse(row, tmp_path, "upload", wall_s=1 if reader == "signal:pause" else 60)


def test_a_child_that_asks_for_too_much_memory_is_an_unreadable_file(tmp_path: Path) -> None:
    (tmp_path / "greedy.py").write_text("def read(path):\n    return bytearray(8 << 30)\n")
    row = Format("x", (), lambda head, name: True, "greedy:read")
    with pytest.MonkeyPatch.context() as patch, pytest.raises(UnreadableFile, match="2048 MiB of memory"):
        patch.setenv("PYTHONPATH", str(tmp_path))
        parse(row, tmp_path, "upload")


def test_a_child_gets_none_of_the_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "spy.py").write_text(
        "import os\ndef read(path):\n    raise KeyError if 'SECRET_X' in os.environ else OSError\n"
    )
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.setenv("SECRET_X", "1")
    with pytest.raises(UnreadableFile, match="OSError"):
        parse(Format("x", (), lambda head, name: True, "spy:read"), tmp_path, "upload")


@pytest.mark.parametrize("returncode", [-24, -9])
def test_a_child_that_used_up_its_time_says_so(returncode: int) -> None:
    assert "seconds of computing" in child._death(returncode)


def test_running_out_of_memory_inside_a_reader_is_an_answer(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def greedy(name: str) -> None:
        raise MemoryError

    monkeypatch.setattr("importlib.import_module", greedy)
    out = io.StringIO()
    write_answer("a:b", tmp_path, out)
    assert "of memory" in json.loads(out.getvalue())["problem"]


def test_input_errors_of_a_reader_are_an_answer(tmp_path: Path) -> None:
    out = io.StringIO()
    write_answer(CSV.reader, written(tmp_path, 'a,"b\n'), out)
    assert json.loads(out.getvalue())["location"] == [None, 1, None]
    assert issubclass(child._FAULTS["UnreadableFile"], InputError)
