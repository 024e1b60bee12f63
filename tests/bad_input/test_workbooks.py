"""Rows 27 to 45 of the table of bad inputs: workbooks. The number in a test's name is the row's."""

import io
import random
import struct
import warnings
import zipfile

import pytest
import xlsxwriter
import xlwt
from xlwt.CompoundDoc import XlsDoc

HEADERS = ["Name", "CPU", "Memory"]
ROWS = [["web01", "8", "32"], ["db01", "16", "64"], ["mail01", "4", "16"]]
SHEET = "xl/worksheets/sheet1.xml"


@pytest.fixture
def xlsx(valid_files):
    return valid_files["a.xlsx"]


def made(fill):
    """The bytes of a workbook that `fill` has written to."""
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True}) as workbook:
        fill(workbook)
    return target.getvalue()


def edited(content, **parts):
    """The same archive with other parts: name -> text, None for none, or a list for several of one name."""
    target = io.BytesIO()
    changes = {name.replace("__", "/").replace("_dot_", "."): part for name, part in parts.items()}
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for name in dict.fromkeys([*old.namelist(), *changes]):
            part = changes.get(name, ...)
            bodies = [old.read(name)] if part is ... else part if isinstance(part, list) else [part]
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", UserWarning)  # of the member that is there twice on purpose
                for body in bodies:
                    if body is not None:
                        new.writestr(name, body)
    return target.getvalue()


def sheet_xml(rows, prolog=""):
    return (
        f'<?xml version="1.0"?>{prolog}<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
        f"<sheetData>{rows}</sheetData></worksheet>"
    )


def text_cell(address, text):
    return f'<c r="{address}" t="inlineStr"><is><t>{text}</t></is></c>'


def with_sheet(content, xml):
    return edited(content, **{SHEET: xml})


def test_row_27_a_sound_workbook_is_read(intake, xlsx):
    intake.upload("a.xlsx", xlsx).is_read(HEADERS, ROWS)


def test_row_28_a_bomb_of_rows_is_quarantined_before_it_is_parsed(intake, xlsx):
    row = f"<row>{text_cell('A1', 'x' * 1000)}</row>"
    bomb = with_sheet(xlsx, sheet_xml(row * 100_000))
    assert len(bomb) < 1_000_000
    intake.upload("a.xlsx", bomb).is_quarantined("unpack")


def test_row_28_a_bomb_that_lies_about_its_size_is_quarantined(intake, xlsx):
    row = f"<row>{text_cell('A1', 'x' * 1000)}</row>"
    bomb = bytearray(with_sheet(xlsx, sheet_xml(row * 100_000)))
    with zipfile.ZipFile(io.BytesIO(bomb)) as archive:
        size = struct.pack("<L", archive.getinfo(SHEET).file_size)
    while (at := bomb.find(size)) >= 0:
        bomb[at : at + 4] = struct.pack("<L", 1000)
    intake.upload("a.xlsx", bytes(bomb)).is_quarantined("damaged|unpack|checksum|CRC|incomplete")


def test_row_29_a_bomb_in_one_cell_is_quarantined_before_it_is_parsed(intake, xlsx):
    bomb = with_sheet(xlsx, sheet_xml(f"<row>{text_cell('A1', 'x' * 200_000_000)}</row>"))
    assert len(bomb) < 2_000_000
    intake.upload("a.xlsx", bomb).is_quarantined("unpack")


def test_row_30_an_external_entity_is_quarantined(intake, xlsx, tmp_path):
    secret = tmp_path / "secret"
    secret.write_text("do not read")
    prolog = f'<!DOCTYPE x [<!ENTITY e SYSTEM "file://{secret}">]>'
    rows = f"<row>{text_cell('A1', 'Name')}{text_cell('B1', 'CPU')}</row><row>{text_cell('A2', '&e;')}</row>"
    intake.upload("a.xlsx", with_sheet(xlsx, sheet_xml(rows, prolog))).is_quarantined("entit|DOCTYPE|document type")


def test_row_31_entities_that_multiply_are_quarantined(intake, xlsx):
    entities = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10 if n else "lol" * 10}">' for n in range(10))
    rows = f"<row>{text_cell('A1', '&e9;')}</row>"
    content = with_sheet(xlsx, sheet_xml(rows, f"<!DOCTYPE x [{entities}]>"))
    intake.upload("a.xlsx", content).is_quarantined("entit|DOCTYPE|document type")


def test_row_32_a_member_that_names_another_folder_is_quarantined_and_written_nowhere(intake, xlsx, tmp_path):
    content = edited(xlsx, **{"../../../evil.txt": "x"})
    intake.upload("a.xlsx", content).is_quarantined("path|folder|evil")
    assert not list(tmp_path.rglob("evil*"))


def test_row_33_a_cell_in_the_last_corner_is_quarantined(intake, xlsx):
    rows = f"<row r='1'>{text_cell('A1', 'Name')}</row><row r='1048576'>{text_cell('XFD1048576', 'x')}</row>"
    intake.upload("a.xlsx", with_sheet(xlsx, sheet_xml(rows))).is_quarantined("columns|cells|XFD1048576|far from")


def test_row_34_a_truncated_workbook_is_quarantined(intake, xlsx):
    intake.upload("a.xlsx", xlsx[: len(xlsx) // 2]).is_quarantined("damaged|incomplete|cut off|not a .*archive")


def test_row_35_a_flipped_bit_is_quarantined_also_in_a_part_nobody_reads(intake, xlsx):
    with zipfile.ZipFile(io.BytesIO(xlsx)) as archive:
        theme = archive.getinfo("xl/theme/theme1.xml")
    damaged = bytearray(xlsx)
    damaged[theme.header_offset + 30 + len(theme.filename) + theme.compress_size // 2] ^= 1
    intake.upload("a.xlsx", bytes(damaged)).is_quarantined("damaged|checksum|CRC")


def test_row_36_random_bytes_named_xlsx_are_quarantined(intake):
    intake.upload("a.xlsx", random.Random(36).randbytes(20_000)).is_quarantined("none of the formats")  # noqa: S311


def test_row_37_an_html_page_named_xls_is_quarantined(intake):
    intake.upload("a.xls", "<html><body><p>Your session has expired</p></body></html>").is_quarantined("table")


def test_row_37_softened_an_html_table_named_xls_is_read_because_programs_export_that(intake, valid_files):
    intake.upload("a.xls", valid_files["page.xls"]).is_read(HEADERS, ROWS)


def test_row_38_softened_a_csv_named_xlsx_is_read_because_content_decides(intake, valid_files):
    answer = intake.upload("a.xlsx", valid_files["a.csv"])
    answer.is_read(HEADERS, ROWS)
    assert answer.file["format"] == "csv"


def compound(stream_name, stream):
    """An OLE compound document with one stream of that name."""
    target = io.BytesIO()
    XlsDoc().save(target, stream)
    name = "Workbook\0".encode("utf-16-le")
    entry = bytearray(target.getvalue())
    at = entry.find(name)
    entry[at : at + 64] = stream_name.encode("utf-16-le").ljust(64, b"\0")
    entry[at + 64 : at + 66] = struct.pack("<H", 2 * len(stream_name) + 2)
    return bytes(entry)


def test_row_39_an_encrypted_workbook_is_quarantined_as_password_protected(intake):
    content = compound("EncryptedPackage", random.Random(39).randbytes(8192))  # noqa: S311
    intake.upload("a.xlsx", content).is_quarantined("password")


def with_record(stream, kind, body):
    """A workbook stream with one more record behind the first; sheets are found by their places, which move."""
    record = struct.pack("<HH", kind, len(body)) + body
    begin = 4 + struct.unpack_from("<H", stream, 2)[0]
    changed = bytearray(stream[:begin] + record + stream[begin:])
    at = changed.find(struct.pack("<H", 0x85))  # BOUNDSHEET
    struct.pack_into("<L", changed, at + 4, struct.unpack_from("<L", changed, at + 4)[0] + len(record))
    return bytes(changed)


@pytest.mark.parametrize(("kind", "locked"), [(0x2F, True), (0xC1, False)], ids=["FILEPASS", "another record"])
def test_row_39_an_old_workbook_with_a_password_is_quarantined_as_such(intake, kind, locked):
    workbook, target = xlwt.Workbook(), io.BytesIO()
    sheet = workbook.add_sheet("Servers")
    for number, row in enumerate([HEADERS, *ROWS]):
        for column, cell in enumerate(row):
            sheet.write(number, column, cell)
    XlsDoc().save(target, with_record(workbook.get_biff_data(), kind, struct.pack("<HHH48x", 1, 1, 1)))
    answer = intake.upload("a.xls", target.getvalue())
    if locked:
        answer.is_quarantined("password")
    else:
        answer.is_read(HEADERS, ROWS)


def test_row_39_softened_an_old_workbook_without_one_is_read(intake, valid_files):
    intake.upload("a.xls", valid_files["a.xls"]).is_read(HEADERS, ROWS)


def test_row_40_formulas_are_read_as_their_stored_results_and_never_evaluated(intake):
    def fill(workbook):
        sheet = workbook.add_worksheet("Servers")
        sheet.write_row(0, 0, ["Name", "CPU", "Memory"])
        sheet.write_row(1, 0, ["web01", 8])
        sheet.write_formula(1, 2, "=B2*4", None, 99)  # the result that the file claims
        sheet.write_row(2, 0, ["db01", 16])
        sheet.write_formula(2, 2, '=WEBSERVICE("http://localhost/")', None, "x")

    answer = intake.upload("a.xlsx", made(fill))
    answer.is_read(["Name", "CPU", "Memory"], [["web01", "8", "99"], ["db01", "16", "x"]])


def test_row_41_error_cells_and_numbers_beyond_meaning_are_rejected_or_flagged(intake):
    def fill(workbook):
        sheet = workbook.add_worksheet("Servers")
        sheet.write_row(0, 0, ["Name", "CPU", "Memory"])
        sheet.write_row(1, 0, ["web01", 8, 32])
        sheet.write_row(2, 0, ["db01", 16])
        sheet.write_formula(2, 2, "=1/0", None, "#DIV/0!")
        sheet.write_row(3, 0, ["mail01", 1e308, 16])
        sheet.write_row(4, 0, ["file01", 2, 8])

    answer = intake.upload("a.xlsx", made(fill))
    assert answer.file["status"] == "accepted"
    told = answer.warnings + " ".join(f"{row}: {reason}" for _, row, reason in answer.rejected)
    assert "#DIV/0!" in told or "error" in told
    assert "1e308" in told or "1e+308" in told or "number" in told
    assert len(answer.rows) + len(answer.rejected) == 4
    assert ["web01", "8", "32"] in answer.rows
    assert ["file01", "2", "8"] in answer.rows


def test_row_42_more_sheets_than_any_export_has_are_quarantined(intake):
    def fill(workbook):
        for _ in range(101):
            workbook.add_worksheet().write_row(0, 0, ["Name", "CPU"])

    intake.upload("a.xlsx", made(fill)).is_quarantined("101 sheets, more than 100")


def test_row_43_merged_cells_and_hidden_sheets_are_read_and_hidden_ones_flagged(intake):
    def fill(workbook):
        sheet = workbook.add_worksheet("Servers")
        sheet.merge_range(0, 0, 0, 2, "Inventory of the data centre")
        for number, row in enumerate([HEADERS, *ROWS], 1):
            sheet.write_row(number, 0, row)
        hidden = workbook.add_worksheet("Old servers")
        hidden.hide()
        for number, row in enumerate([HEADERS, *ROWS]):
            hidden.write_row(number, 0, row)

    answer = intake.upload("a.xlsx", made(fill))
    answer.is_read(HEADERS, ROWS + ROWS)
    assert {sheet["sheet"]: sheet["hidden"] for sheet in answer.sheets} == {"Servers": False, "Old servers": True}
    assert [sheet["header_row"] for sheet in answer.sheets] == [2, 1]


def test_row_44_a_missing_sheet_is_quarantined(intake, xlsx):
    intake.upload("a.xlsx", edited(xlsx, **{SHEET: None})).is_quarantined("sheet|part|missing")


def test_row_45_a_member_that_is_there_twice_is_quarantined(intake, xlsx):
    with zipfile.ZipFile(io.BytesIO(xlsx)) as archive:
        sheet = archive.read(SHEET)
    intake.upload("a.xlsx", edited(xlsx, **{SHEET: [sheet, sheet]})).is_quarantined("two parts of the same name")
