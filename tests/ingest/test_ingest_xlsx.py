"""Workbooks: every sheet, cell texts, merged cells, and archives that are refused before they are parsed."""

import struct
import zipfile
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from pathlib import Path

import pytest
import xlsxwriter

from aidiscover_pipelines.domain.errors import InputError, UnreadableFile, UnsupportedFormat
from aidiscover_pipelines.ingest import limits
from aidiscover_pipelines.ingest.header import ABOVE_HEADER
from aidiscover_pipelines.ingest.sheet import NO_HEADER, TOTALS
from tests.ingest.conftest import ReadTables

SHEET = "xl/worksheets/sheet1.xml"
SHARED = Path(__file__).resolve().parents[2] / "../shared/data"


def workbook(folder: Path, fill: Callable[[xlsxwriter.Workbook], None]) -> Path:
    path = folder / "export.xlsx"
    with xlsxwriter.Workbook(path) as book:
        fill(book)
    return path


def servers(folder: Path) -> Path:
    def fill(book: xlsxwriter.Workbook) -> None:
        book.add_worksheet("Servers").write_row(0, 0, ["name", "cpu"])
        book.worksheets()[0].write_row(1, 0, ["web", 8])

    return workbook(folder, fill)


def patched(source: Path, member: str, content: bytes | None) -> Path:
    """The workbook with one part replaced, added, or left out (None)."""
    target = source.with_name("patched.xlsx")
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            if name != member:
                new.writestr(name, old.read(name))
        if content is not None:
            new.writestr(member, content)
    return target


def test_every_sheet_is_read_and_none_is_dropped_silently(tmp_path: Path, read_tables: ReadTables) -> None:
    def fill(book: xlsxwriter.Workbook) -> None:
        contents = book.add_worksheet("TOC")
        contents.write(1, 0, "This file lists servers.")
        contents.write(3, 1, "Servers")
        table = book.add_worksheet("Servers")
        table.write(0, 0, "Estate of ACME")
        table.write_row(2, 1, ["Name", "vCPU", "Owner"])
        table.write_row(3, 1, ["web", 8, "ann"])
        table.write_row(5, 1, ["db", 16.5])
        table.write_row(6, 1, ["Gesamt", 24.5])
        book.add_worksheet("Blank")
        book.add_worksheet("Secret").hide()
        book.worksheets()[-1].write_row(0, 0, ["a", "b"])
        chart = book.add_chart({"type": "bar"})
        chart.add_series({"values": "=Servers!$C$4:$C$6"})
        book.add_chartsheet("Chart").set_chart(chart)

    contents, table, blank, secret = read_tables(workbook(tmp_path, fill))
    assert (contents.header_row, contents.rows) == (0, [])
    assert contents.rejected == [
        (2, ["This file lists servers.", ""], NO_HEADER),
        (4, ["", "Servers"], NO_HEADER),
    ]
    assert (table.name, table.hidden, table.header_row) == ("Servers", False, 3)
    assert table.headers == ["", "Name", "vCPU", "Owner"]
    assert table.rows == [(4, ["", "web", "8", "ann"]), (6, ["", "db", "16.5", ""])]
    assert [(row, why) for row, _, why in table.rejected] == [(1, ABOVE_HEADER), (7, TOTALS)]
    assert (blank.header_row, blank.rows, blank.rejected) == (0, [], [])
    assert (secret.hidden, secret.headers) == (True, ["a", "b"])


def test_cell_texts_show_the_value_without_guessing(tmp_path: Path, read_tables: ReadTables) -> None:
    cells = {
        "whole": (8, None, "8"),
        "fraction": (0.3, None, "0.3"),
        "huge": (1.5e300, None, "1.5e+300"),
        "day": (date(2024, 1, 2), "yyyy-mm-dd", "2024-01-02"),
        "moment": (datetime(2024, 1, 2, 3, 4, 5), "yyyy-mm-dd hh:mm:ss", "2024-01-02T03:04:05"),  # noqa: DTZ001
        "clock": (time(3, 4), "hh:mm", "03:04:00"),
        "span": (timedelta(hours=30, minutes=5), "[h]:mm:ss", "30:05:00"),
        "yes": (True, None, "TRUE"),
        "no": (False, None, "FALSE"),
        "zeros": ("007", None, "007"),
    }

    def fill(book: xlsxwriter.Workbook) -> None:
        sheet = book.add_worksheet()
        for column, (header, (value, shown, _)) in enumerate(cells.items()):
            sheet.write(0, column, header)
            sheet.write(1, column, value, book.add_format({"num_format": shown}) if shown else None)

    [sheet] = read_tables(workbook(tmp_path, fill))
    assert dict(zip(sheet.headers, sheet.rows[0][1], strict=True)) == {name: row[2] for name, row in cells.items()}


def test_merged_cells_count_for_each_row_and_group_titles_are_no_header(
    tmp_path: Path, read_tables: ReadTables
) -> None:
    def fill(book: xlsxwriter.Workbook) -> None:
        sheet = book.add_worksheet()
        sheet.merge_range("A1:A2", "Application")
        sheet.merge_range("B1:C1", "Compute")
        sheet.merge_range("D1:E1", "Storage")
        sheet.write_row(1, 1, ["CPU", "RAM", "GB", "Type"])
        sheet.merge_range("A3:A4", "CRM")
        sheet.write_row(2, 1, [1, 2, 3, "ssd"])
        sheet.write_row(3, 1, [4, 5, 6, "hdd"])

    [sheet] = read_tables(workbook(tmp_path, fill))
    assert (sheet.header_row, sheet.headers) == (
        2,
        ["Application", "Compute - CPU", "Compute - RAM", "Storage - GB", "Storage - Type"],
    )
    assert sheet.rows == [(3, ["CRM", "1", "2", "3", "ssd"]), (4, ["CRM", "4", "5", "6", "hdd"])]


@pytest.mark.parametrize(
    ("member", "content", "problem"),
    [
        (SHEET, None, "'Servers' is damaged or missing"),
        (SHEET, b"<worksheet><sheetData><row><c", "'Servers' is damaged or missing"),
        ("xl/workbook.xml", None, "without an Excel workbook"),
        ("xl/_rels/workbook.xml.rels", None, "damaged"),
        ("xl/workbook.xml", b"<workbook", "damaged"),
        (
            SHEET,
            b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData><row r="1">'
            b'<c r="A1"><v>1</v></c><c r="CXX1"><v>1</v></c></row></sheetData></worksheet>',
            "reaches to column 2676",
        ),
        (
            SHEET,
            b'<!DOCTYPE x [<!ENTITY e "boom">]>'
            b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
            b'<sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>&e;</t></is></c></row></sheetData></worksheet>',
            "declares entities",
        ),
        (
            SHEET,
            b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData><row r="1">'
            b'<c r="A1"><v>1</v></c></row><row r="1048576"><c r="AZ1048576"><v>1</v></c></row></sheetData></worksheet>',
            "spans 1048576 rows by 52 columns",
        ),
    ],
)
def test_damaged_workbooks_name_the_sheet(
    tmp_path: Path, member: str, content: bytes | None, problem: str, read_tables: ReadTables
) -> None:
    with pytest.raises(InputError, match=problem):
        read_tables(patched(servers(tmp_path), member, content))


def test_a_part_that_unpacks_to_too_much_is_refused_before_parsing(tmp_path: Path, read_tables: ReadTables) -> None:
    with pytest.raises(UnreadableFile, match="times its size"):
        read_tables(patched(servers(tmp_path), SHEET, b" " * (limits.RATIO_FROM_BYTES + 1)))


def test_limits_of_size_and_sheets_hold(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, read_tables: ReadTables
) -> None:
    path = servers(tmp_path)
    monkeypatch.setattr(limits, "SHEETS", 0)
    with pytest.raises(UnreadableFile, match="1 sheets, more than 0"):
        read_tables(path)
    monkeypatch.setattr(limits, "UNPACKED_BYTES", 100)
    with pytest.raises(UnreadableFile, match="MiB"):
        read_tables(path)


def test_cut_off_and_altered_archives_are_refused(tmp_path: Path, read_tables: ReadTables) -> None:
    path = servers(tmp_path)
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])
    with pytest.raises(UnreadableFile, match="cut off"):
        read_tables(path)
    at = content.index(b"xl/worksheets/sheet1.xml") + len(SHEET) + 20
    path.write_bytes(content[:at] + bytes([content[at] ^ 0xFF]) + content[at + 1 :])
    with pytest.raises(UnreadableFile, match="damaged"):
        read_tables(path)


def test_a_part_with_a_wrong_checksum_is_named(tmp_path: Path, read_tables: ReadTables) -> None:
    path = tmp_path / "stored.xlsx"
    with zipfile.ZipFile(servers(tmp_path)) as old, zipfile.ZipFile(path, "w") as new:
        for name in old.namelist():
            new.writestr(name, old.read(name))
    content = path.read_bytes()
    path.write_bytes(content.replace(b"<sheetData>", b"<sheetDatb>"))
    with pytest.raises(UnreadableFile, match=f"part '{SHEET}' is damaged"):
        read_tables(path)


def test_error_cells_and_numbers_beyond_a_spreadsheet_stay_visible(tmp_path: Path, read_tables: ReadTables) -> None:
    def fill(book: xlsxwriter.Workbook) -> None:
        sheet = book.add_worksheet("Servers")
        sheet.write_row(0, 1, ["name", "cpu", "serial"])
        sheet.write_row(1, 1, ["web", 8])
        sheet.write_formula(1, 3, "=NA()", None, "#N/A")
        sheet.write_row(2, 1, ["db", 1e308, 1e20])
        sheet.write_formula(3, 1, '=IF(1>2,"<a>",1/0)', None, "#DIV/0!")

    [table] = read_tables(workbook(tmp_path, fill))
    assert table.rows == [
        (2, ["", "web", "8", "#N/A"]),
        (3, ["", "db", "1e+308", "1e+20"]),
        (4, ["", "#DIV/0!", "", ""]),
    ]
    assert table.warnings == [
        "numbers with more digits than a spreadsheet keeps: 2, the first one in row 3; check them",
        "errors of formulas in place of values: 2, the first one, #N/A, in row 2; mend the formulas",
    ]


def test_two_parts_of_one_name_are_refused(tmp_path: Path, read_tables: ReadTables) -> None:
    path = servers(tmp_path)
    with zipfile.ZipFile(path, "a") as archive, pytest.warns(UserWarning, match="Duplicate name"):
        archive.writestr(SHEET, b"<worksheet/>")
    with pytest.raises(UnreadableFile, match="two parts of the same name"):
        read_tables(path)


def test_an_office_document_of_another_kind_is_unsupported(tmp_path: Path, read_tables: ReadTables) -> None:
    path = tmp_path / "letter.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("[Content_Types].xml", "<x/>")
        archive.writestr("word/document.xml", "<x/>")
    with pytest.raises(UnsupportedFormat, match="without an Excel workbook"):
        read_tables(path)


def record(kind: int, data: bytes = b"") -> bytes:
    """A record of a binary workbook ([MS-XLSB] 2.1.4); none here is longer than 127 bytes."""
    number = bytes([kind]) if kind < 128 else bytes([kind & 127 | 128, kind >> 7])
    return number + bytes([len(data)]) + data


def test_binary_workbooks_are_read(tmp_path: Path, read_tables: ReadTables) -> None:
    def wide(text: str) -> bytes:
        return struct.pack("<I", len(text)) + text.encode("utf-16-le")

    def cell(column: int, value: str | float) -> bytes:
        place = struct.pack("<II", column, 0)
        return record(6, place + wide(value)) if isinstance(value, str) else record(5, place + struct.pack("<d", value))

    rows: list[list[str | float]] = [["name", "cpu"], ["web", 8.0], ["db", 4.5]]
    data = b"".join(
        record(0, struct.pack("<I", number) + bytes(13)) + b"".join(map(cell, range(2), row))
        for number, row in enumerate(rows)
    )
    sheet = record(129) + record(148, struct.pack("<IIII", 0, 2, 0, 1)) + record(145) + data + record(146) + record(130)
    entry = record(156, struct.pack("<II", 0, 1) + wide("rId1") + wide("Servers"))
    schemas = "http://schemas.openxmlformats.org"
    relation = f'Id="rId1" Type="{schemas}/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.bin"'
    path = tmp_path / "export.xlsb"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("[Content_Types].xml", f'<Types xmlns="{schemas}/package/2006/content-types"/>')
        archive.writestr("xl/workbook.bin", record(131) + record(143) + entry + record(144) + record(132))
        archive.writestr(
            "xl/_rels/workbook.bin.rels",
            f'<Relationships xmlns="{schemas}/package/2006/relationships"><Relationship {relation}/></Relationships>',
        )
        archive.writestr("xl/worksheets/sheet1.bin", sheet)
    [table] = read_tables(path)
    assert (table.name, table.headers) == ("Servers", ["name", "cpu"])
    assert table.rows == [(2, ["web", "8"]), (3, ["db", "4.5"])]


@pytest.mark.skipif(not SHARED.is_dir(), reason="the collected real exports are not on this machine")
def test_real_exports_have_the_counts_that_were_counted_by_hand(read_tables: ReadTables) -> None:
    rvtools = {sheet.name: sheet for sheet in read_tables(SHARED / "aws_genai_sample/RVTools_Export.xlsx")}
    assert (len(rvtools), len(rvtools["vInfo"].rows), len(rvtools["vDisk"].rows)) == (26, 212, 254)
    assert all(sheet.header_row == 1 and not sheet.rejected for sheet in rvtools.values())
    portfolio = {
        sheet.name: sheet for sheet in read_tables(SHARED / "aws_genai_sample/it-infrastructure-inventory.xlsx")
    }
    assert [len(portfolio[name].rows) for name in ("Servers", "Applications", "Databases")] == [200, 14, 14]
    assert (portfolio["TOC"].header_row, portfolio["TOC"].rows, len(portfolio["TOC"].rejected)) == (0, [], 23)
    assert portfolio["Additional"].header_row == 5
    small = read_tables(SHARED / "rvtools_synthetic_small/rvtools-small-complete.xlsx")
    assert (len(small), len(small[0].rows)) == (17, 3)
