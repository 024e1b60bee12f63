"""Delimited text: what is detected, what is kept exactly, what is refused."""

from pathlib import Path

import pytest

from aidiscover_pipelines.domain.errors import UnreadableFile
from aidiscover_pipelines.ingest import limits
from aidiscover_pipelines.ingest.readers.csv_reader import find_delimiter
from aidiscover_pipelines.ingest.sheet import LONG_CELL
from tests.ingest.conftest import ReadTable, ReadTables

TABLE = "app_id,name,owner\nA1,Customer Portal,Müller\nA2,Café,Schmidt\n"


@pytest.fixture
def sheet_of(tmp_path: Path, read_tables: ReadTables) -> "Reading":
    return Reading(tmp_path, read_tables)


class Reading:
    """Writes a file and reads its one table."""

    def __init__(self, folder: Path, read_tables: ReadTables) -> None:
        self.folder, self.read_tables = folder, read_tables

    def __call__(self, content: str | bytes) -> ReadTable:
        path = self.folder / "export.csv"
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return self.read_tables(path)[0]


@pytest.mark.parametrize(
    "content",
    [
        TABLE.encode(),
        TABLE.encode("utf-8-sig"),
        TABLE.encode("utf-16"),
        b"\xfe\xff" + TABLE.encode("utf-16-be"),
        TABLE.encode("utf-16-le"),
        TABLE.encode("utf-16-be"),
        TABLE.encode("utf-32"),
        TABLE.encode("utf-32-be"),
        TABLE.replace("\n", "\r\n").encode(),
        TABLE.replace("\n", "\r").encode(),
        TABLE.replace("\n", "\r\n", 1).encode(),
        TABLE.replace("\n", "\r", 1).encode(),
        TABLE.replace(",", ";").encode(),
        TABLE.replace(",", "\t").encode(),
        TABLE.replace(",", "|").encode(),
        TABLE.replace(",", "^").encode(),
        ("sep=;\r\n" + TABLE.replace(",", ";")).encode(),
        ("SEP=\t\n" + TABLE.replace(",", "\t")).encode("utf-16"),
    ],
)
def test_unicode_line_ends_and_delimiters_are_detected(sheet_of: Reading, content: bytes) -> None:
    sheet = sheet_of(content)
    assert (sheet.header_row, sheet.headers) == (1, ["app_id", "name", "owner"])
    assert sheet.rows == [(2, ["A1", "Customer Portal", "Müller"]), (3, ["A2", "Café", "Schmidt"])]
    assert (sheet.rejected, sheet.warnings) == ([], [])


def test_another_encoding_is_read_and_said(sheet_of: Reading) -> None:
    sheet = sheet_of(TABLE.encode("cp1252"))
    assert sheet.rows[0] == (2, ["A1", "Customer Portal", "Müller"])
    assert sheet.warnings == [
        "read as Windows-1252, which was concluded from its letters; save it as UTF-8 if names look wrong"
    ]


def test_texts_are_kept_exactly(sheet_of: Reading) -> None:
    cells = ["00123", " 1E5", "=1+1", "NA", "2024-13-45", "TRUE", "two\r\nlines", "\u202etext"]
    headers = [f"column {letter}" for letter in "abcdefgh"]
    content = ",".join(headers) + "\n" + ",".join(f'"{cell}"' for cell in cells) + "\n"
    assert sheet_of(content).rows == [(2, cells)]


def test_a_quote_inside_a_cell_is_text(sheet_of: Reading) -> None:
    content = 'name,model\nsw1,19" rack\nsw2,"x"y\nsw3,"19" rack"\n'
    assert [cells for _, cells in sheet_of(content).rows] == [["sw1", '19" rack'], ["sw2", "xy"], ["sw3", '19 rack"']]


def test_a_list_of_one_column_is_a_table(sheet_of: Reading) -> None:
    sheet = sheet_of("Hostname\nsrv-web-01\nsrv-db-02\nsrv-app-03\n")
    assert (sheet.headers, len(sheet.rows)) == (["Hostname"], 3)


def test_columns_set_apart_by_blanks_alone_are_refused(sheet_of: Reading) -> None:
    with pytest.raises(UnreadableFile, match="set apart by blanks only"):
        sheet_of("name      cpu   owner\nsrv1      8     Ann\nsrv22     16    Bob\n")


def test_an_overlong_cell_rejects_its_row_or_the_file(sheet_of: Reading) -> None:
    half = "x" * (limits.CELL_CHARS // 2)
    assert len(sheet_of(f"name,a,b,c\nweb,{half},{half},{half}\n").rows) == 1
    with pytest.raises(UnreadableFile, match="row 2 has a cell longer than") as caught:
        sheet_of(f"name,owner\nweb,{'x' * (limits.CELL_CHARS + 1)}\n")
    assert caught.value.location.row == 2
    assert "characters" in LONG_CELL


@pytest.mark.parametrize(
    ("content", "problem", "row"),
    [
        (b'id,name\nA1,"never closed\nA2,x\n', "never closed", 2),
        (b'id,name\nA1,"a"b\nA2,"never closed\nA3,x\n', "never closed", 3),
        (b"id,name\nA1,Caf\xc3\xa9\nA2,Z\xfcrich\n", r"line 3 is not UTF-8 .*\(byte 21\)", 3),
        (b"id,name\nA1,\xed\xa0\x80bad \xc3\xa9\n", "line 2 is not UTF-8", 2),
        (b"id,name\nA1,smith \x81\n", "no other encoding for certain", 2),
        (b"\xff\xfei\x00d\x00,\x00n\x00\n\x00a\x00\x00\xd8,\x00", "is not UTF-16", 2),
        (b"a," * (limits.LINE_CHARS // 2 + 1), "longer than", 1),
        (b"a,b\n" * 3 + b"a," * limits.LINE_CHARS, "line 4 is longer than", 4),
        ((",".join(f"c{i}" for i in range(1001)) + "\n").encode(), "1001 columns", 1),
    ],
)
def test_broken_files_are_refused_with_the_place(
    sheet_of: Reading, content: bytes, problem: str, row: int | None
) -> None:
    with pytest.raises(UnreadableFile, match=problem) as caught:
        sheet_of(content)
    assert caught.value.location.row == row
    assert "\n" not in str(caught.value)


def test_more_rows_than_the_limit_are_refused(sheet_of: Reading, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "ROWS", 3)
    with pytest.raises(UnreadableFile, match="more than 3 rows"):
        sheet_of("a,b\n" * 5)


def test_the_delimiter_with_the_most_agreement_wins() -> None:
    assert find_delimiter("name;cost\na;1,5\nb;2,5\n") == ";"
    assert find_delimiter("name,uses\na,crm|mail|erp\nb,crm\n") == ","
    assert find_delimiter("alone\n") is None
    assert find_delimiter("name;cpu\n" + "web;1\n" * 20_000) == ";"
    assert find_delimiter("x," + "y" * (limits.CELL_CHARS + 1)) == ","
