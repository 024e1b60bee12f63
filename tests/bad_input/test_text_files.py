"""Rows 1 to 26 of the table of bad inputs: text files. The number in a test's name is the row's."""

import codecs
import io
import json

import pytest

from aidiscover_pipelines.domain.tables import CleansedText, SourceRecord
from aidiscover_pipelines.domain.tenancy import RunRef
from aidiscover_pipelines.ingest import limits
from aidiscover_pipelines.ingest.child import write_answer
from aidiscover_pipelines.inventory.stage import cleanse_records
from aidiscover_pipelines.mapping.stage import map_fields

GOOD = "Name,CPU\nweb,8\ndb,16\n"
HEADERS, ROWS = ["Name", "CPU"], [["web", "8"], ["db", "16"]]


def test_row_01_an_empty_file_is_quarantined(intake):
    intake.upload("a.csv", b"").is_quarantined("the file has no bytes")


def test_row_02_a_header_alone_is_quarantined(intake):
    intake.upload("a.csv", "Name,CPU\n").is_quarantined("no data rows")


def test_row_03_a_utf8_mark_is_no_part_of_the_first_header(intake):
    intake.upload("a.csv", codecs.BOM_UTF8 + GOOD.encode()).is_read(HEADERS, ROWS)


def test_row_04_utf16_with_a_mark_is_decoded(intake):
    intake.upload("a.csv", codecs.BOM_UTF16_LE + GOOD.encode("utf-16-le")).is_read(HEADERS, ROWS)


@pytest.mark.parametrize("order", ["utf-16-be", "utf-16-le"])
def test_row_05_utf16_without_a_mark_is_told_by_its_nulls(intake, order):
    intake.upload("a.csv", GOOD.encode(order)).is_read(HEADERS, ROWS)


def test_row_06_windows_1252_is_decoded_with_a_warning(intake):
    text = "Name,Ort\nbüro,München\nlager,Köln \u2013 Süd\n"
    answer = intake.upload("a.csv", text.encode("cp1252"))
    answer.is_read(["Name", "Ort"], [["büro", "München"], ["lager", "Köln \u2013 Süd"]])
    assert "1252" in answer.warnings


def test_row_07_mixed_encodings_are_quarantined_with_the_byte(intake):
    content = "Name,Ort\nbüro,München\n".encode() + "lager,Köln\n".encode("cp1252")
    answer = intake.upload("a.csv", content)
    answer.is_quarantined(rf"byte {content.index(b'K' + bytes([0xF6])) + 1}\b")


def test_row_08_a_nul_rejects_its_row(intake):
    answer = intake.upload("a.csv", "Name,CPU\nweb,8\nd\0b,16\nmail,4\n")
    answer.is_read(HEADERS, [["web", "8"], ["mail", "4"]])
    assert answer.rejected == [("a.csv", 3, "a cell holds a NUL character; remove it")]
    assert answer.skipped[0]["cells"] == ["d\u2400b", "16"]


def test_row_09_the_first_header_twice_is_quarantined(intake):
    intake.upload("a.csv", "Name,IP,Name\na,1.1.1.1,b\nc,1.1.1.2,d\n").is_quarantined("same header")


def test_row_09_softened_a_wide_export_may_repeat_a_header_because_products_write_that(intake):
    header = ["Name", "Type", "type", "CPU", "Memory", "Disk", "Owner", "Site", "Network", "Status", "Model"]
    answer = intake.upload("a.csv", f"{','.join(header)}\na,x,1{',' * 8}\nb,y,2{',' * 8}\n")
    answer.is_read(header, [["a", "x", "1", *[""] * 8], ["b", "y", "2", *[""] * 8]])
    assert "'Type', 'type'" in answer.warnings


@pytest.mark.parametrize("header", ["Name,IP,name", "Name,IP, Name ", "Name,IP address,ip address"])
def test_row_10_headers_that_are_equal_but_for_case_or_blanks_are_quarantined(intake, header):
    intake.upload("a.csv", f"{header}\na,1,b\nc,2,d\n").is_quarantined("header")


def test_row_11_ragged_rows_reject_the_bad_ones_alone(intake):
    answer = intake.upload("a.csv", "Name,CPU\nweb,8\ndb,16,extra\nmail\nfile,2,,\n")
    answer.is_read(HEADERS, [["web", "8"], ["mail", ""], ["file", "2"]])
    [(sheet, row, reason)] = answer.rejected
    assert (sheet, row) == ("a.csv", 3)
    assert "more filled cells than there are headers" in reason
    assert answer.skipped[0]["cells"] == ["db", "16", "extra"]


def test_row_12_ten_thousand_columns_are_quarantined(intake):
    header, row = ",".join(f"c{n}" for n in range(10_000)), ",".join("x" * 10_000)
    intake.upload("a.csv", f"{header}\n{row}\n").is_quarantined("10000 columns, more than 1000")


def test_row_13_an_overlong_cell_quarantines_the_file_because_it_may_be_an_unclosed_quote(intake):
    answer = intake.upload("a.csv", "Name,CPU\nweb,8\ndb," + "x" * 200_000 + "\nmail,4\n")
    answer.is_quarantined("row 3 has a cell longer than 131072 characters")


def test_row_13_a_cell_of_20_mb_quarantines_the_file(intake):
    answer = intake.upload("a.csv", "Name,CPU\nweb,8\ndb," + "x" * 20_000_000 + "\n")
    answer.is_quarantined("longer than|line")


def test_row_14_an_unclosed_quote_is_quarantined(intake):
    content = 'Name,CPU\nweb,"8\n' + "db,16\n" * 200_000
    intake.upload("a.csv", content).is_quarantined("quot")


def test_row_15_formula_text_is_stored_as_it_is(intake):
    rows = [["=cmd|' /C calc'!A0", "8"], ["@SUM(A1)", "+1"], ["-2+3", "\t=1"]]
    text = "".join(f'"{name}","{cpu}"\n' for name, cpu in rows)
    intake.upload("a.csv", f"Name,CPU\n{text}").is_read(HEADERS, rows)


def test_row_16_semicolons_are_found(intake):
    intake.upload("a.csv", GOOD.replace(",", ";")).is_read(HEADERS, ROWS)


def test_row_17_tabs_are_found(intake):
    intake.upload("a.csv", GOOD.replace(",", "\t")).is_read(HEADERS, ROWS)


def test_row_18_carriage_returns_end_lines(intake):
    intake.upload("a.csv", GOOD.replace("\n", "\r")).is_read(HEADERS, ROWS)


def test_row_19_line_ends_may_be_mixed(intake):
    intake.upload("a.csv", "Name,CPU\r\nweb,8\ndb,16\r").is_read(HEADERS, ROWS)


def test_row_20_control_and_direction_characters_are_kept_and_flagged(intake):
    rows = [["\x1b[31mweb", "8"], ["d\u202eb", "16"], ["mail", "4"]]
    answer = intake.upload("a.csv", "Name,CPU\n" + "".join(f"{name},{cpu}\n" for name, cpu in rows))
    answer.is_read(HEADERS, rows)
    assert "control characters" in answer.warnings
    assert "direction" in answer.warnings


def test_row_21_bytes_of_a_surrogate_are_quarantined(intake):
    content = "Name,Ort\nbüro,Köln\n".encode() + b"x,\xed\xa0\x80\n"
    intake.upload("a.csv", content).is_quarantined(rf"byte {content.index(0xED)}\b")


def test_row_22_many_rows_stream(intake):
    content = b"Name,CPU\n" + b"".join(b"srv%06d,8\n" % number for number in range(100_000))
    answer = intake.upload("a.csv", content)
    assert answer.file["status"] == "accepted"
    assert len(intake.store.read("acme", SourceRecord)) == answer.sheets[0]["rows"] == 100_000


def test_row_22_rows_above_the_limit_are_quarantined(tmp_path, monkeypatch):
    monkeypatch.setattr(limits, "ROWS", 1000)  # in this process: five million rows take a child fifteen seconds
    path = tmp_path / "a.csv"
    path.write_bytes(b"Name,CPU\n" + b"a,8\n" * 1000)
    answer, spool = io.StringIO(), io.BytesIO()
    write_answer("aidiscover_pipelines.ingest.readers.csv_reader:read", path, answer, spool)
    refusal = json.loads(answer.getvalue())
    assert refusal["fault"] == "UnreadableFile"
    assert (refusal["problem"], refusal["remedy"]) == ("it has more than 1000 rows", "split it into several files")


def test_row_23_a_single_line_of_60_mb_is_quarantined(intake):
    intake.upload("a.csv", b"a," * 30_000_000).is_quarantined("line|columns")


def test_row_24_leading_zeros_and_exponents_stay_text(intake):
    rows = [["00123", "1E5", "2024-13-45"], ["007", "12e-3", "31.02.2023"]]
    answer = intake.upload("a.csv", "Name,CPU,Install Date\n" + "".join(",".join(row) + "\n" for row in rows))
    answer.is_read(["Name", "CPU", "Install Date"], rows)


def test_row_24_softened_a_bad_date_is_rejected_as_a_cell_with_its_address_because_its_row_is_sound(intake):
    good = "".join(f"srv{n},192.168.1.{n},Windows Server 2019,2024-0{n}-1{n}\n" for n in range(1, 9))
    header, bad = "Name,IP Address,Operating System,Install Date\n", "srv9,192.168.1.9,Windows Server 2019,2024-13-45\n"
    answer = intake.upload("servers.csv", header + good + bad)
    map_fields(intake.store, "acme", RunRef("r2"))
    cleanse_records(intake.store, "acme", RunRef("r2"))
    texts = intake.store.read("acme", CleansedText)
    [text] = texts[texts["original"] == "2024-13-45"].to_dict("records")
    assert text["evidence_id"] == f"{answer.file['file_id']}.1.10.4"
    assert (text["field"], text["outcome"], "date" in text["transform"]) == ("install_date", "unread", True)


def test_row_25_words_for_nothing_are_kept_as_read(intake):
    rows = [["web", "NA"], ["db", "NULL"], ["None", "n/a"], ["mail", "-"]]
    intake.upload("a.csv", "Name,CPU\n" + "".join(",".join(row) + "\n" for row in rows)).is_read(HEADERS, rows)


def test_row_26_look_alike_and_invisible_names_are_kept_with_a_warning(intake):
    rows = [["web", "8"], ["w\u0435b", "8"], ["we\u200bb", "8"]]
    answer = intake.upload("a.csv", "Name,CPU\n" + "".join(",".join(row) + "\n" for row in rows))
    answer.is_read(HEADERS, rows)
    assert "look-alike" in answer.warnings
    assert "invisible" in answer.warnings
