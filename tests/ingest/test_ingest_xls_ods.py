"""Legacy .xls workbooks and OpenDocument spreadsheets: what their containers hide, and what they may not ask for."""

import re
import struct
import zipfile
from pathlib import Path

import pytest
import xlwt

from aidiscover_pipelines.domain.errors import InputError, UnreadableFile, UnsupportedFormat
from aidiscover_pipelines.ingest.readers.ods_reader import MIMETYPE
from aidiscover_pipelines.ingest.readers.ole import stream_names, stream_of
from tests.ingest.conftest import ReadTables

NAMES = "urn:oasis:names:tc:opendocument:xmlns"
WORD = '<table:table-cell office:value-type="string"><text:p>{}</text:p></table:table-cell>'


def workbook(rows: int = 2) -> xlwt.Workbook:
    book = xlwt.Workbook()
    sheet = book.add_sheet("Servers")
    for column, header in enumerate(("Name", "CPU", "Cost")):
        sheet.write(0, column, header)
    for row in range(1, rows):
        sheet.write(row, 0, f"srv{row}")
        sheet.write(row, 1, row)
    return book


def saved(book: xlwt.Workbook, path: Path) -> bytes:
    book.save(str(path))
    return path.read_bytes()


@pytest.mark.parametrize("rows", [2, 5000])
def test_error_cells_of_a_legacy_workbook_stay_visible(tmp_path: Path, rows: int, read_tables: ReadTables) -> None:
    book = workbook(rows)
    book.get_sheet("Servers").row(1).set_cell_error(2, 0x2A)
    hidden = book.add_sheet("Größe")
    hidden.visibility = 1
    for column, header in enumerate(("Host", "GB")):
        hidden.write(0, column, header)
        hidden.write(1, column, "x")
    hidden.row(2).set_cell_error(1, 0x17)
    saved(book, tmp_path / "old.xls")
    servers, other = read_tables(tmp_path / "old.xls")
    assert servers.rows[0] == (2, ["srv1", "1", "#N/A"])
    assert len(servers.rows) == rows - 1
    assert servers.warnings == [
        "errors of formulas in place of values: 1, the first one, #N/A, in row 2; mend the formulas"
    ]
    assert (other.hidden, other.rows[1]) == (True, (3, ["", "#REF!"]))


def test_a_formula_that_ends_in_an_error_counts_as_one(tmp_path: Path, read_tables: ReadTables) -> None:
    book = workbook()
    book.get_sheet("Servers").write(1, 2, xlwt.Formula("1/0"))
    content = saved(book, tmp_path / "old.xls")
    record = re.search(rb"\x06\x00..\x01\x00\x02\x00..", content, re.DOTALL)  # FORMULA, size, row 2, column C, style
    assert record is not None
    at = record.end()
    path = tmp_path / "patched.xls"
    path.write_bytes(content[:at] + b"\x02\x00\x07\x00\x00\x00\xff\xff" + content[at + 8 :])
    [table] = read_tables(path)
    assert table.rows == [(2, ["srv1", "1", "#DIV/0!"])]


def test_merged_cells_of_a_legacy_workbook_are_followed(tmp_path: Path, read_tables: ReadTables) -> None:
    book = xlwt.Workbook()
    sheet = book.add_sheet("S")
    sheet.write_merge(0, 1, 0, 0, "Host")
    sheet.write_merge(0, 0, 1, 2, "Disk")
    for column, header in ((1, "Size"), (2, "Used")):
        sheet.write(1, column, header)
        sheet.write(2, column, column)
    sheet.write(2, 0, "web")
    saved(book, tmp_path / "a.xls")
    [table] = read_tables(tmp_path / "a.xls")
    assert (table.headers, table.rows) == (["Host", "Disk - Size", "Disk - Used"], [(3, ["web", "1", "2"])])


def test_other_documents_and_damage_are_told_apart(tmp_path: Path, read_tables: ReadTables) -> None:
    path = tmp_path / "a.xls"
    content = saved(workbook(), path)
    path.write_bytes(content.replace("Workbook".encode("utf-16-le"), "Document".encode("utf-16-le")))
    with pytest.raises(UnsupportedFormat, match="without a workbook"):
        read_tables(path)
    path.write_bytes(content.replace("Workbook".encode("utf-16-le"), "EncryptedPackage".encode("utf-16-le")[:16]))
    for end in range(8, len(content), 97):
        path.write_bytes(content[:end])
        try:
            read_tables(path)
        except InputError as error:
            assert "\n" not in str(error)


def test_a_container_that_bites_its_tail_ends(tmp_path: Path) -> None:
    content = bytearray(saved(workbook(5000), tmp_path / "a.xls"))
    assert stream_names(bytes(content)) >= {"Workbook"}
    whole = stream_of(bytes(content), "Workbook")
    assert whole is not None
    assert whole[:2] == b"\x09\x08"
    table = (struct.unpack_from("<I", content, 76)[0] + 1) * 512
    content[table : table + 512] = struct.pack("<128I", *[0] * 128)
    stream_of(bytes(content), "Workbook")
    assert stream_names(b"\xd0\xcf\x11\xe0" + bytes(600)) == set()
    assert stream_of(b"\xd0\xcf\x11\xe0" + bytes(600), "Workbook") is None


def test_a_stream_below_the_cutoff_lies_in_the_stream_of_small_ones() -> None:
    def entry(name: str, kind: int, first: int, size: int) -> bytes:
        text = name.encode("utf-16-le")
        return (
            text.ljust(64, b"\0")
            + struct.pack("<HB", len(text) + 2, kind)
            + bytes(49)
            + struct.pack("<II", first, size)
            + bytes(4)
        )

    free, end = 0xFFFFFFFF, 0xFFFFFFFE
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<HHHHH", 62, 3, 0xFFFE, 9, 6) + bytes(10)
    header += struct.pack("<IIIIIIII", 1, 1, 0, 4096, 2, 1, end, 0) + struct.pack("<109I", 0, *[free] * 108)
    links = struct.pack("<128I", 0xFFFFFFFD, end, end, end, *[free] * 124)
    directory = entry("Root Entry", 5, 3, 128) + entry("Workbook", 2, 0, 70) + bytes(256)
    small = struct.pack("<128I", 1, end, *[free] * 126)
    content = header + links + directory + small + (b"a" * 64 + b"b" * 64).ljust(512, b"\0")
    assert stream_names(content) == {"Workbook"}
    assert stream_of(content, "Workbook") == b"a" * 64 + b"b" * 6
    assert stream_of(content, "Book") is None


def document(folder: Path, rows: str, **parts: str) -> Path:
    content = (
        f'<office:document-content xmlns:office="{NAMES}:office:1.0" xmlns:table="{NAMES}:table:1.0" '
        f'xmlns:text="{NAMES}:text:1.0" xmlns:calcext="urn:calcext"><office:body><office:spreadsheet>'
        f'<table:table table:name="A &amp; B">{rows}</table:table></office:spreadsheet></office:body>'
        "</office:document-content>"
    )
    members = {"mimetype": MIMETYPE, "content": content, "manifest": "<manifest/>"} | parts
    path = folder / "a.ods"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", members["mimetype"])
        archive.writestr("content.xml", members["content"])
        archive.writestr("META-INF/manifest.xml", members["manifest"])
    return path


def row(*cells: str, repeated: int = 1) -> str:
    repeat = f' table:number-rows-repeated="{repeated}"' if repeated > 1 else ""
    return f"<table:table-row{repeat}>{''.join(WORD.format(cell) for cell in cells)}</table:table-row>"


def test_repeated_rows_and_cells_are_read(tmp_path: Path, read_tables: ReadTables) -> None:
    far = (
        '<table:table-row><table:table-cell table:number-columns-repeated="2"/>'
        + WORD.format("x")
        + "</table:table-row>"
    )
    [table] = read_tables(document(tmp_path, row("Name", "Site", "Note") + row("web", "B", "-", repeated=2) + far))
    assert table.name == "A & B"
    assert table.rows == [(2, ["web", "B", "-"]), (3, ["web", "B", "-"]), (4, ["", "", "x"])]


@pytest.mark.parametrize(
    "attributes",
    [
        'office:value-type="string" office:string-value="" calcext:value-type="error"',
        'office:value-type="float" office:value="0" calcext:value-type="error"',
        'office:value-type="float" office:value="NaN"',
    ],
)
def test_error_cells_of_a_document_stay_visible(tmp_path: Path, attributes: str, read_tables: ReadTables) -> None:
    cell = f"<table:table-cell {attributes}><text:p>#DIV/0!</text:p></table:table-cell>"
    rows = row("Name", "Cost") + f"<table:table-row>{WORD.format('web')}{cell}</table:table-row>"
    [table] = read_tables(document(tmp_path, rows))
    assert table.rows == [(2, ["web", "#DIV/0!"])]
    assert "the first one, #DIV/0!, in row 2" in table.warnings[0]


WIDE = WORD.replace("<table:table-cell ", '<table:table-cell table:number-columns-repeated="16384" ')


@pytest.mark.parametrize(
    ("rows", "parts", "fault", "problem"),
    [
        (row(*"abcdefghijklmnopqrstuvwxyzabcdefghijk", repeated=1_048_576), {}, UnreadableFile, "spans 1048576 rows"),
        (
            f"<table:table-row>{WIDE.format('x')}</table:table-row>",
            {},
            UnreadableFile,
            "'A & B' reaches to column 16384",
        ),
        (
            f'<table:table-row table:number-rows-repeated="1048576">{WIDE.format("x")}</table:table-row>',
            {},
            UnreadableFile,
            "column 16384",
        ),
        (row("a"), {"mimetype": "application/vnd.oasis.opendocument.text"}, UnsupportedFormat, "without a spreadsheet"),
        (row("a"), {"manifest": "<encryption-data/>"}, UnreadableFile, "password protected"),
        (row("a"), {"content": "<!DOCTYPE x><x/>"}, UnreadableFile, "declares entities"),
        (row("a"), {"content": "<office:document-content"}, UnreadableFile, "damaged"),
    ],
)
def test_documents_that_ask_for_too_much_are_refused_unparsed(
    tmp_path: Path,
    rows: str,
    parts: dict[str, str],
    fault: type[InputError],
    problem: str | None,
    read_tables: ReadTables,
) -> None:
    with pytest.raises(fault, match=problem):
        read_tables(document(tmp_path, rows, **parts))
