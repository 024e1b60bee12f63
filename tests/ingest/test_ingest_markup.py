"""HTML pages and XML workbooks that products save under the name .xls."""

from pathlib import Path

import pytest

from aidiscover_pipelines.domain.errors import InputError, UnreadableFile, UnsupportedFormat
from aidiscover_pipelines.ingest import limits
from aidiscover_pipelines.ingest.formats import detect_format
from aidiscover_pipelines.ingest.header import ABOVE_HEADER
from tests.ingest.conftest import ReadTable, ReadTables

SS = 'xmlns="urn:schemas-microsoft-com:office:spreadsheet" xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet"'
OPTIONS = '<WorksheetOptions xmlns="urn:schemas-microsoft-com:office:excel"><Visible>SheetHidden</Visible>'


@pytest.fixture
def tables_of(tmp_path: Path, read_tables: ReadTables):
    def read(content: str | bytes) -> list[ReadTable]:
        path = tmp_path / "export.xls"
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return read_tables(path)

    return read


def sheet_xml(rows: str, name: str = "S", after: str = "") -> str:
    return f'<Worksheet ss:Name="{name}"><Table>{rows}</Table>{after}</Worksheet>'


def book_xml(*sheets: str) -> str:
    return f'<?xml version="1.0"?>\n<Workbook {SS}>{"".join(sheets)}</Workbook>'


def row_xml(*cells: str, kind: str = "String") -> str:
    return "<Row>" + "".join(f'<Cell><Data ss:Type="{kind}">{cell}</Data></Cell>' for cell in cells) + "</Row>"


HEAD = row_xml("Name", "CPU")


def test_cells_over_columns_and_rows_are_spread(tables_of) -> None:
    page = """<TABLE><TR><TD COLSPAN=5>Estate</TD></TR>
    <tr><th rowspan=2>Host<th colspan="2">Disk<th colspan="2">Memory
    <tr><th>Size<th>Used<th>Size<th>Used
    <tr><td rowspan=2>web<td>50<td>20<td>8<td>4
    <tr><td>60<td>30<td>8<td>2</TABLE>"""
    [table] = tables_of(page)
    assert table.headers == ["Host", "Disk - Size", "Disk - Used", "Memory - Size", "Memory - Used"]
    assert table.rows == [(4, ["web", "50", "20", "8", "4"]), (5, ["web", "60", "30", "8", "2"])]
    assert next((number, reason) for number, _, reason in table.rejected) == (1, ABOVE_HEADER)


def test_texts_are_what_a_browser_shows_and_stored_numbers_are_kept(tables_of) -> None:
    page = (
        "<table><tr><th>Name<th>IPs<th>RAM<th>Note</tr><tr><td> web\n  01 <td>10.0.0.1<br>10.0.0.2"
        '<td x:num="524194">524,194<td>a &amp; b<!-- hidden --><b>c</b></tr></table>'
    )
    [table] = tables_of(page)
    assert table.rows == [(2, ["web 01", "10.0.0.1\n10.0.0.2", "524194", "a & bc"])]


@pytest.mark.parametrize(
    ("encoding", "declared", "warned"),
    [
        ("utf-8", "utf-8", False),
        ("cp1252", "windows-1252", False),
        ("cp1252", "iso-8859-1", False),
        ("utf-16", "", False),
        ("utf-8", "", False),
        ("utf-8", "nonsense", False),
        ("gb18030", "gb2312", False),
    ],
)
def test_encodings_are_those_declared_or_told_by_the_bytes(
    tables_of, encoding: str, declared: str, warned: bool
) -> None:
    word = "服务器" if encoding == "gb18030" else "Müller"
    meta = f'<meta http-equiv="Content-Type" content="text/html; charset={declared}">' if declared else ""
    page = f"<html>{meta}<table><tr><th>Name<th>Owner<tr><td>web<td>{word}</table>"
    [table] = tables_of(page.encode(encoding))
    assert table.rows == [(2, ["web", word])]
    assert bool(table.warnings) == warned


def test_tables_within_a_layout_table_are_read_apart(tables_of) -> None:
    inner = "<table><tr><th>Name<th>CPU<tr><td>web<td>8</table>"
    outer, table = tables_of(f"<table><tr><td>Report of May {inner}</td></tr></table>")
    assert (outer.rows, [cells for _, cells, _ in outer.rejected]) == ([], [["Report of May"]])
    assert (table.name, table.rows) == ("Table 2", [(2, ["web", "8"])])


@pytest.mark.parametrize(
    ("page", "fault", "problem"),
    [
        ("<html><body><p>Please log in</p></body></html>", UnsupportedFormat, "without a table"),
        ("<table><tr><td>a<td>b</tr><tr><td>1<td cla", UnreadableFile, "breaks off"),
        ("<table>" + "<tr><td><table>" * 2000, UnreadableFile, "nested too deeply"),
        ("<table><tr><td colspan=99999>a<td colspan=9999>b</table>", UnreadableFile, "1002 columns"),
        ("<table><tr><td>x</table>" * (limits.SHEETS + 1), UnreadableFile, "101 tables"),
        ('<?xml version="1.0"?><note>x</note>', UnsupportedFormat, "without a table"),
    ],
)
def test_pages_that_are_no_tables_are_refused(tables_of, page: str, fault: type[InputError], problem: str) -> None:
    with pytest.raises(fault, match=problem):
        tables_of(page)


def test_every_worksheet_is_read_hidden_ones_too(tables_of) -> None:
    first = sheet_xml(HEAD + row_xml("web", "8"), "Servers")
    second = sheet_xml(HEAD + row_xml("db", "4"), "Old", OPTIONS + "</WorksheetOptions>")
    servers, old = tables_of(book_xml(first, second))
    assert (servers.name, servers.hidden, servers.rows) == ("Servers", False, [(2, ["web", "8"])])
    assert (old.name, old.hidden, old.rows) == ("Old", True, [(2, ["db", "4"])])


def test_indexes_types_and_merged_cells_are_followed(tables_of) -> None:
    rows = (
        '<Row><Cell ss:MergeDown="1"><Data ss:Type="String">Host</Data></Cell>'
        '<Cell ss:MergeAcross="1"><Data ss:Type="String">Disk</Data></Cell></Row>'
        '<Row><Cell ss:Index="2"><Data ss:Type="String">Size</Data></Cell>'
        '<Cell><Data ss:Type="String">Used</Data></Cell></Row>'
        '<Row ss:Index="5"><Cell><Data ss:Type="String">web</Data></Cell><Cell ss:Index="3">'
        '<Data ss:Type="Number">2.50</Data></Cell></Row>'
    )
    [table] = tables_of(book_xml(sheet_xml(rows)))
    assert table.headers == ["Host", "Disk - Size", "Disk - Used"]
    assert table.rows == [(5, ["web", "", "2.5"])]
    kinds = row_xml("Name", "On", "Since", "Fault", "Id") + (
        '<Row><Cell><Data ss:Type="String">a<B xmlns="http://www.w3.org/TR/REC-html40">b</B></Data></Cell>'
        '<Cell><Data ss:Type="Boolean">1</Data></Cell><Cell><Data ss:Type="DateTime">2024-05-01T08:30:00.000</Data>'
        '</Cell><Cell><Data ss:Type="Error">#REF!</Data></Cell><Cell><Data ss:Type="Number">12345678901234567</Data>'
        "</Cell></Row>"
    )
    [table] = tables_of(book_xml(sheet_xml(kinds)))
    assert table.rows == [(2, ["ab", "TRUE", "2024-05-01T08:30:00", "#REF!", "12345678901234567"])]


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (book_xml(sheet_xml(HEAD))[:-30], "damaged in line 2"),
        (f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><Workbook {SS}/>', "entities"),
        (book_xml(), "without worksheets"),
        (book_xml(sheet_xml('<Row ss:Index="99999999"><Cell/></Row>')), "number '99999999'"),
        (
            book_xml(sheet_xml('<Row><Cell ss:Index="16384"><Data ss:Type="String">x</Data></Cell></Row>')),
            "beyond column 1000",
        ),
        (book_xml(*[sheet_xml(HEAD)] * (limits.SHEETS + 1)), "101 sheets"),
    ],
)
def test_damaged_or_hostile_xml_workbooks_are_refused(tables_of, content: str, problem: str) -> None:
    with pytest.raises(InputError, match=problem):
        tables_of(content)


def test_the_two_are_told_apart(tmp_path: Path) -> None:
    for content, key in ((book_xml(sheet_xml(HEAD)), "spreadsheetml"), ("<html xmlns:x='e'><table>", "html")):
        path = tmp_path / "a.xls"
        path.write_text(content)
        assert detect_format(path, "a.xls").key == key
