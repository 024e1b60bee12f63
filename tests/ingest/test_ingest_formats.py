"""One table, written in every format that is read: the content is the same."""

import csv
import html
import json
import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
import xlsxwriter
import xlwt

from aidiscover_pipelines.ingest.child import read_file
from aidiscover_pipelines.ingest.formats import FORMATS, detect_format
from tests.ingest.conftest import ReadTables

Cell = str | int | float | date

TABLE: list[list[Cell]] = [
    ["Hostname", "vCPU", "Memory (GB)", "Owner", "In use since"],
    ["web01", 8, 16.5, "Müller", date(2024, 1, 2)],
    ["db01", 4, 64, "日本 <東京>", date(2023, 12, 31)],
    ["007", "", "", '"quoted" & more', date(2020, 2, 29)],
]


def shown(cell: Cell) -> str:
    return cell.isoformat() if isinstance(cell, date) else str(cell)


TEXTS = [[shown(cell) for cell in row] for row in TABLE]


def write_csv(path: Path) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows(TEXTS)


def write_tsv(path: Path) -> None:
    with path.open("w", newline="", encoding="utf-16") as file:
        csv.writer(file, delimiter="\t").writerows(TEXTS)


def write_xlsx(path: Path) -> None:
    with xlsxwriter.Workbook(path) as book:
        sheet, day = book.add_worksheet("Servers"), book.add_format({"num_format": "dd.mm.yyyy"})
        for number, row in enumerate(TABLE):
            for column, cell in enumerate(row):
                if isinstance(cell, date):
                    sheet.write_datetime(number, column, cell, day)
                else:
                    sheet.write(number, column, cell)


def write_xls(path: Path) -> None:
    book = xlwt.Workbook(encoding="utf-8")
    sheet, day = book.add_sheet("Servers"), xlwt.easyxf(num_format_str="DD.MM.YYYY")
    for number, row in enumerate(TABLE):
        for column, cell in enumerate(row):
            if isinstance(cell, date):
                sheet.write(number, column, cell, day)
            else:
                sheet.write(number, column, cell)
    book.save(str(path))


def write_ods(path: Path) -> None:
    def cell_xml(cell: Cell) -> str:
        if isinstance(cell, date):
            return f'<table:table-cell office:value-type="date" office:date-value="{cell}"><text:p>x</text:p>'
        if isinstance(cell, str):
            return f'<table:table-cell office:value-type="string"><text:p>{html.escape(cell)}</text:p>'
        return f'<table:table-cell office:value-type="float" office:value="{cell}"><text:p>{cell},0</text:p>'

    rows = "".join(
        "<table:table-row>"
        + "".join(f"{cell_xml(cell)}</table:table-cell>" if cell != "" else "<table:table-cell/>" for cell in row)
        + '<table:table-cell table:number-columns-repeated="16379"/></table:table-row>'
        for row in TABLE
    )
    kinds = "urn:oasis:names:tc:opendocument:xmlns"
    content = (
        f'<office:document-content xmlns:office="{kinds}:office:1.0" xmlns:table="{kinds}:table:1.0" '
        f'xmlns:text="{kinds}:text:1.0"><office:body><office:spreadsheet><table:table table:name="Servers">{rows}'
        '<table:table-row table:number-rows-repeated="1048572"><table:table-cell '
        'table:number-columns-repeated="16384"/></table:table-row></table:table></office:spreadsheet></office:body>'
        "</office:document-content>"
    )
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", content)
        archive.writestr("META-INF/manifest.xml", "<manifest/>")


def write_html(path: Path) -> None:
    rows = "".join("<tr>" + "".join(f"<td>{html.escape(cell)}</td>" for cell in row) + "</tr>\n" for row in TEXTS)
    page = f'<html><head><meta charset="utf-8"></head><body><table border=1>{rows}</table></body></html>'
    path.write_text(page, encoding="utf-8")


def write_spreadsheetml(path: Path) -> None:
    def cell_xml(cell: Cell) -> str:
        if cell == "":
            return "<Cell/>"
        kind, text = ("Number", str(cell)) if isinstance(cell, int | float) else ("String", html.escape(shown(cell)))
        if isinstance(cell, date):
            kind, text = "DateTime", f"{cell}T00:00:00.000"
        return f'<Cell><Data ss:Type="{kind}">{text}</Data></Cell>'

    rows = "".join(f"<Row>{''.join(map(cell_xml, row))}</Row>" for row in TABLE)
    name = "urn:schemas-microsoft-com:office:spreadsheet"
    path.write_text(
        f'<?xml version="1.0"?>\n<?mso-application progid="Excel.Sheet"?>\n<Workbook xmlns="{name}" xmlns:ss="{name}">'
        f'<Worksheet ss:Name="Servers"><Table>{rows}</Table></Worksheet></Workbook>',
        encoding="utf-8",
    )


def records() -> list[dict[str, str | int | float]]:
    headers = [shown(cell) for cell in TABLE[0]]
    values = [[shown(cell) if isinstance(cell, date) else cell for cell in row] for row in TABLE[1:]]
    return [dict(zip(headers, row, strict=True)) for row in values]


def write_json(path: Path) -> None:
    path.write_text(json.dumps({"result": records()}, indent=1), encoding="utf-8")


def write_ndjson(path: Path) -> None:
    path.write_text("\n".join(map(json.dumps, records())), encoding="utf-8")


def write_zip(path: Path) -> None:
    write_csv(path.with_name("member.csv"))
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.write(path.with_name("member.csv"), "export/member.csv")


WRITERS: dict[str, tuple[str, Callable[[Path], None]]] = {
    "t.csv": ("csv", write_csv),
    "t.tsv": ("csv", write_tsv),
    "t.xlsx": ("xlsx", write_xlsx),
    "t.xls": ("xls", write_xls),
    "t.ods": ("ods", write_ods),
    "t.html": ("html", write_html),
    "t.xml": ("spreadsheetml", write_spreadsheetml),
    "t.json": ("json", write_json),
    "t.ndjson": ("json", write_ndjson),
    "t.zip": ("zip", write_zip),
}


def test_every_format_is_in_this_contract() -> None:
    assert {key for key, _ in WRITERS.values()} == {row.key for row in FORMATS}


@pytest.mark.parametrize("name", WRITERS)
def test_the_content_is_the_same_in_every_format(tmp_path: Path, name: str, read_tables: ReadTables) -> None:
    path = tmp_path / name
    key, write = WRITERS[name]
    write(path)
    assert detect_format(path, name).key == key
    [table] = read_tables(path)
    assert (table.header_row, table.headers) == (1, TEXTS[0])
    assert table.rows == list(enumerate(TEXTS[1:], 2))
    assert (table.rejected, table.warnings, table.hidden) == ([], [], False)


@pytest.mark.parametrize("name", WRITERS)
def test_content_decides_and_not_the_suffix(tmp_path: Path, name: str, read_tables: ReadTables) -> None:
    key, write = WRITERS[name]
    for other in ("t.csv", "t.xls", "t"):
        path = tmp_path / other
        write(path)
        assert detect_format(path, other).key == key
        assert len(read_tables(path)[0].rows) == 3


def test_the_child_reads_a_bundle_of_every_format(tmp_path: Path) -> None:
    path = tmp_path / "estate.zip"
    members = [name for name in WRITERS if name != "t.zip"]
    with zipfile.ZipFile(path, "w") as archive:
        for name in members:
            WRITERS[name][1](tmp_path / name)
            archive.write(tmp_path / name, name)
    with read_file(path, path.name) as read:
        assert [sheet.rows for sheet in read.sheets] == [3] * len(members)
        assert [sheet.sheet.partition(":")[0] for sheet in read.sheets] == members
