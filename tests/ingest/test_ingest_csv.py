"""Delimited text: what is detected, what is kept exactly, what is refused."""

from pathlib import Path

import pytest

from aidiscover_pipelines.domain.errors import UnreadableFile
from aidiscover_pipelines.ingest import limits
from aidiscover_pipelines.ingest.readers.csv_reader import find_delimiter, read
from aidiscover_pipelines.ingest.sheet import (
    ABOVE_HEADER,
    BELOW_TABLE,
    FAULTY_HEADER,
    LONG_CELL,
    NO_HEADER,
    NUL,
    REPEATED_HEADER,
    REPEATED_KEY,
    TOO_MANY_CELLS,
    TOTALS,
    SheetRows,
)

TABLE = "app_id,name,owner\nA1,Customer Portal,Müller\nA2,Café,Schmidt\n"


def sheet_of(folder: Path, content: str | bytes) -> SheetRows:
    path = folder / "export.csv"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return read(path)[0]


@pytest.mark.parametrize(
    "content",
    [
        TABLE.encode(),
        TABLE.encode("utf-8-sig"),
        TABLE.encode("utf-16"),
        b"\xfe\xff" + TABLE.encode("utf-16-be"),
        TABLE.encode("utf-16-le"),
        TABLE.encode("utf-16-be"),
        TABLE.encode("cp1252"),
        TABLE.replace("\n", "\r\n").encode(),
        TABLE.replace("\n", "\r").encode(),
        TABLE.replace("\n", "\r\n", 1).encode(),
        TABLE.replace(",", ";").encode(),
        TABLE.replace(",", "\t").encode(),
        TABLE.replace(",", "|").encode(),
        ("sep=;\r\n" + TABLE.replace(",", ";")).encode(),
    ],
)
def test_encodings_line_ends_and_delimiters_are_detected(tmp_path: Path, content: bytes) -> None:
    sheet = sheet_of(tmp_path, content)
    assert (sheet.header_row, sheet.headers) == (1, ["app_id", "name", "owner"])
    assert sheet.rows == [(2, ["A1", "Customer Portal", "Müller"]), (3, ["A2", "Café", "Schmidt"])]
    assert sheet.rejected == []


def test_texts_are_kept_exactly(tmp_path: Path) -> None:
    cells = ["00123", " 1E5", "=1+1", "NA", "2024-13-45", "TRUE", "two\r\nlines", "\u202etext"]
    headers = [f"column {letter}" for letter in "abcdefgh"]
    content = ",".join(headers) + "\n" + ",".join(f'"{cell}"' for cell in cells) + "\n"
    assert sheet_of(tmp_path, content).rows == [(2, cells)]


def test_a_quote_inside_an_unquoted_cell_is_text(tmp_path: Path) -> None:
    assert sheet_of(tmp_path, 'name,model\nsw1,19" rack\nsw2,"x"y\n').rows[0] == (2, ["sw1", '19" rack'])


def test_rows_that_are_no_data_are_rejected_with_their_reason(tmp_path: Path) -> None:
    content = (
        "Inventory of ACME\n\nname,cpu,owner\na,1,x\n,,\nname,cpu,owner\nb\nc,2,y,,\nd,3,z,more\n"
        "e\x00,4,q\nTotal:,6,\n\nexported by a tool\n"
    )
    sheet = sheet_of(tmp_path, content)
    assert sheet.header_row == 3
    assert sheet.rows == [(4, ["a", "1", "x"]), (7, ["b", "", ""]), (8, ["c", "2", "y"])]
    assert [(row, reason) for row, _, reason in sheet.rejected] == [
        (1, ABOVE_HEADER),
        (6, REPEATED_HEADER),
        (9, TOO_MANY_CELLS),
        (10, NUL),
        (11, TOTALS),
        (13, BELOW_TABLE),
    ]


def test_trailing_empty_columns_are_dropped_but_used_ones_without_a_header_stay(tmp_path: Path) -> None:
    sheet = sheet_of(tmp_path, "name,cpu,,,\na,1,,note,\nb,2,,,\n")
    assert sheet.headers == ["name", "cpu", "", ""]
    assert sheet.rows[0] == (2, ["a", "1", "", "note"])


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("name, Name ,owner\na,b,c\n", REPEATED_KEY),
        ("just a\nlist of\nsentences\n", NO_HEADER),
        ("1,2,3\n4,5,6\n7,8,9\n", NO_HEADER),
        ("srv1,linux,prod\nsrv2,linux,prod\nsrv3,linux,prod\n", NO_HEADER),
        ("n\x00ame,cpu\nweb,portal\n", FAULTY_HEADER),
    ],
)
def test_without_a_certain_header_every_row_is_rejected(tmp_path: Path, content: str, reason: str) -> None:
    sheet = sheet_of(tmp_path, content)
    assert (sheet.header_row, sheet.headers, sheet.rows) == (0, [], [])
    assert len(sheet.rejected) == content.count("\n")
    assert reason in {why for _, _, why in sheet.rejected}


def test_many_rows_of_data_before_a_label_row_mean_no_header(tmp_path: Path) -> None:
    assert sheet_of(tmp_path, "1,2\n" * 6 + "name,cpu\n").header_row == 0


def test_repeated_columns_beside_the_first_are_kept(tmp_path: Path) -> None:
    assert sheet_of(tmp_path, "vm,type,type\na,x,y\n").rows == [(2, ["a", "x", "y"])]


def test_a_file_without_rows_has_no_header(tmp_path: Path) -> None:
    assert sheet_of(tmp_path, "\n\n") == SheetRows(1, "")


def test_an_overlong_cell_rejects_its_row_or_the_file(tmp_path: Path) -> None:
    half = "x" * (limits.CELL_CHARS // 2)
    assert len(sheet_of(tmp_path, f"name,a,b,c\nweb,{half},{half},{half}\n").rows) == 1
    with pytest.raises(UnreadableFile, match="row 2 has a cell longer than") as caught:
        sheet_of(tmp_path, f"name,owner\nweb,{'x' * (limits.CELL_CHARS + 1)}\n")
    assert caught.value.location.row == 2
    assert "characters" in LONG_CELL


@pytest.mark.parametrize(
    ("content", "problem", "row"),
    [
        (b'id,name\nA1,"never closed\nA2,x\n', "never closed", 2),
        (b"id,name\nA1,Caf\xc3\xa9\nA2,Z\xfcrich\n", "line 3 is not UTF-8", 3),
        (b"id,name\nA1,\xed\xa0\x80bad \xc3\xa9\n", "line 2 is not UTF-8", 2),
        (b"id,name\nA1,smith \x81\n", "line 2 is not WINDOWS-1252", 2),
        ("код,имя\nA1,Сервер базы данных\n".encode("cp1251"), "cannot be told apart", None),
        (b"a," * (limits.LINE_CHARS // 2 + 1), "longer than", 1),
        ((",".join(f"c{i}" for i in range(1001)) + "\n").encode(), "1001 columns", 1),
    ],
)
def test_broken_files_are_refused_with_the_place(tmp_path: Path, content: bytes, problem: str, row: int | None) -> None:
    with pytest.raises(UnreadableFile, match=problem) as caught:
        sheet_of(tmp_path, content)
    assert caught.value.location.row == row


def test_more_rows_than_the_limit_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "ROWS", 3)
    with pytest.raises(UnreadableFile, match="more than 3 rows"):
        sheet_of(tmp_path, "a,b\n" * 5)


def test_the_delimiter_with_the_most_agreement_wins() -> None:
    assert find_delimiter("name;cost\na;1,5\nb;2,5\n") == ";"
    assert find_delimiter("name,uses\na,crm|mail|erp\nb,crm\n") == ","
    assert find_delimiter("alone\n") == ","
    assert find_delimiter("name;cpu\n" + "web;1\n" * 20_000) == ";"
    assert find_delimiter("x," + "y" * (limits.CELL_CHARS + 1)) == ","
