"""Where the header is and what it names, in the layouts that people give their sheets."""

from pathlib import Path

import pytest

from aidiscover_pipelines.ingest.header import (
    ABOVE_HEADER,
    EXPLAINING_ROW,
    GROUP_ROW,
    UNIT_ROW,
    Header,
    Spans,
    find_header,
)
from tests.ingest.conftest import ReadTables

SHARED = Path(__file__).resolve().parents[2] / "../shared/data"


def header_of(rows: list[list[str]], spans: Spans | None = None) -> Header | None:
    """Rows numbered as a spreadsheet does; blank ones left out as the caller does."""
    return find_header([(number, row) for number, row in enumerate(rows, 1) if any(row)], spans)


SERVERS = [["web01", "8", "16", "Linux"], ["db01", "4", "64", "Windows"], ["app01", "2", "8", "Linux"]]
ENGLISH = ["Hostname", "vCPU", "Memory", "OS"]


@pytest.mark.parametrize(
    "names",
    [
        ENGLISH,
        ["Rechnername", "Anzahl Kerne", "Arbeitsspeicher", "Betriebssystem"],
        ["Nom du serveur", "Nombre de cœurs", "Mémoire", "Système d'exploitation"],
        ["服务器名称", "CPU核数", "内存", "操作系统"],
        ["サーバー名", "コア数", "メモリ", "OS名"],
    ],
)
@pytest.mark.parametrize(
    "above",
    [
        [],
        [["Inventory of ACME", "", "", ""]],
        [["Inventory of ACME", "", "", ""], [], ["Exported on", "2024-05-01", "", ""], []],
        [["Customer:", "ACME", "Author:", "Ann"], []],
        [["Confidential"], ["Stand: Mai 2024"]],
    ],
)
def test_a_header_is_found_below_titles_in_any_language(names: list[str], above: list[list[str]]) -> None:
    found = header_of([*above, names, *SERVERS])
    assert found is not None
    assert found.names == names
    filled_above = sum(map(any, above))
    assert (found.at, found.data_from) == (filled_above, filled_above + 1)
    assert found.not_data == dict.fromkeys(range(filled_above), ABOVE_HEADER)


GROUPED = [["web01", "50", "20", "4096", "1024"], ["db01", "500", "410", "8192", "6000"]]


@pytest.mark.parametrize(
    ("rows", "spans", "names", "reasons"),
    [
        (  # merged groups over pairs of names, the first column merged downwards
            [["Host", "Disk", "", "Memory", ""], ["Host", "Size (GB)", "Used (GB)", "MB", "Used"]],
            {1: [range(1, 3), range(3, 5)]},
            ["Host", "Disk - Size (GB)", "Disk - Used (GB)", "Memory - MB", "Memory - Used"],
            {0: GROUP_ROW},
        ),
        (  # the same without merged cells
            [["", "Disk", "", "Memory", ""], ["Host", "Size", "Used", "Size", "Used"]],
            {},
            ["Host", "Disk - Size", "Disk - Used", "Memory - Size", "Memory - Used"],
            {0: GROUP_ROW},
        ),
        (  # names of their own stand in the group row
            [["Host", "Disk", "", "Memory", ""], ["", "Size", "Used", "Size", "Used"]],
            {},
            ["Host", "Disk - Size", "Disk - Used", "Memory - Size", "Memory - Used"],
            {0: GROUP_ROW},
        ),
        (  # three rows and a title
            [
                ["Estate", "", "", "", ""],
                ["", "Storage", "", "", ""],
                ["", "Local", "", "Shared", ""],
                ["Host", "Size", "Used", "Size", "Used"],
            ],
            {1: [range(5)], 2: [range(1, 5)], 3: [range(1, 3), range(3, 5)]},
            [
                "Host",
                "Storage - Local - Size",
                "Storage - Local - Used",
                "Storage - Shared - Size",
                "Storage - Shared - Used",
            ],
            {0: ABOVE_HEADER, 1: GROUP_ROW, 2: GROUP_ROW},
        ),
        (  # a title merged over some columns is no group
            [["Inventory 2024", "", "", "", ""], ["Host", "Size", "Used", "RAM", "RAM used"]],
            {1: [range(3)]},
            ["Host", "Size", "Used", "RAM", "RAM used"],
            {0: ABOVE_HEADER},
        ),
        (  # a title and a remark are no groups
            [["Server list", "", "", "", "Confidential"], ["Host", "Size", "Used", "RAM", "RAM used"]],
            {},
            ["Host", "Size", "Used", "RAM", "RAM used"],
            {0: ABOVE_HEADER},
        ),
    ],
)
def test_group_titles_become_part_of_the_names(
    rows: list[list[str]], spans: Spans, names: list[str], reasons: dict[int, str]
) -> None:
    found = header_of([*rows, *GROUPED], spans)
    assert found is not None
    assert (found.names, found.not_data, found.at) == (names, reasons, len(rows) - 1)


def test_a_merged_group_over_text_is_told_by_its_merged_cells() -> None:
    rows = [["System", "Contact", ""], ["Name", "Owner", "Deputy"], ["CRM", "Ann", "Bob"], ["ERP", "Eva", "Max"]]
    found = header_of(rows, {1: [range(1, 3)]})
    assert found is not None
    assert (found.at, found.names) == (1, ["System - Name", "Contact - Owner", "Contact - Deputy"])


@pytest.mark.parametrize(
    ("under", "names", "reason"),
    [
        (["", "count", "GB", "-"], ["Hostname", "vCPU (count)", "Memory (GB)", "OS"], UNIT_ROW),
        (["string", "int", "[MB]", "string"], ["Hostname", "vCPU", "Memory (MB)", "OS"], UNIT_ROW),
        (["-", "個", "GB", "-"], ["Hostname", "vCPU (個)", "Memory (GB)", "OS"], UNIT_ROW),
        (["text", "integer", "integer", "text"], ENGLISH, EXPLAINING_ROW),
        (
            ["Name of the server", "Number of virtual CPUs", "Memory in total, in GB", "As the agent reports"],
            ENGLISH,
            EXPLAINING_ROW,
        ),
    ],
)
def test_rows_of_units_and_explanations_are_no_data(under: list[str], names: list[str], reason: str) -> None:
    found = header_of([ENGLISH, under, *SERVERS])
    assert found is not None
    assert (found.names, found.data_from, found.not_data) == (names, 2, {1: reason})


def test_a_unit_that_the_header_tells_is_not_told_twice() -> None:
    found = header_of([["Host", "RAM (GB)", "CPU MHz"], ["", "GB", "MHz"], ["web", "8", "2400"], ["db", "4", "2400"]])
    assert found is not None
    assert found.names == ["Host", "RAM (GB)", "CPU MHz"]


def test_a_first_row_of_data_is_no_row_of_units() -> None:
    rows = [["Name", "Unit", "Kind"], ["cpu", "count", "number"], ["ram", "GB", "number"], ["load", "%", "number"]]
    found = header_of(rows)
    assert found is not None
    assert (found.data_from, found.not_data) == (1, {})


@pytest.mark.parametrize(
    "rows",
    [
        [["srv1", "linux", "prod"], ["srv2", "linux", "prod"], ["srv3", "linux", "prod"]],
        [["web01", "10.0.0.1", "Linux"], ["db01", "10.0.0.2", "AIX"], ["app01", "10.0.0.3", "Windows"]],
        [
            ["web01", "10.0.0.1", "Linux"],
            ["db01", "", "AIX"],
            ["app01", "10.0.0.3", "Windows"],
            ["x2", "10.0.0.4", "y"],
        ],
        [["srv-a01", "Berlin"], ["srv-b02", "Munich"], ["srv-c03", "Hamburg"]],
        [["srv1", "linux", "prod"], ["srv2", "linux", "prod"], ["zeta", "Solaris", "lab"], ["srv3", "linux", "prod"]],
        [["1", "2", "3"], ["4", "5", "6"], ["7", "8", "9"]],
        [["just a"], ["list of"], ["sentences"]],
        [["srv01"], ["srv02"], ["srv03"]],
        [["Notes"], ["This workbook was exported on Monday."], ["It has two sheets."]],
        [["Hostname"]],
        [],
    ],
)
def test_without_a_header_nothing_is_taken_for_one(rows: list[list[str]]) -> None:
    assert header_of(rows) is None


@pytest.mark.parametrize(
    "rows",
    [
        [["Hostname"], ["srv01"], ["srv02"]],
        [["Application name"], ["Customer Portal"], ["ERP"]],
        [["", "サーバー名"], ["", "基幹系"], ["", "web"]],
        [["IP"], ["10.0.0.1"], ["10.0.0.2"]],
    ],
)
def test_a_list_of_one_column_has_a_header_when_its_first_row_names_it(rows: list[list[str]]) -> None:
    found = header_of(rows)
    assert found is not None
    assert (found.at, found.names) == (0, rows[0])


def test_months_over_their_costs_are_names() -> None:
    found = header_of([["Server", "2024-01-01", "2024-02-01", "2024-03-01"], ["web", "10", "20", "30"]])
    assert found is not None
    assert found.names[1] == "2024-01-01"


def test_line_breaks_and_hard_blanks_in_names_become_blanks() -> None:
    found = header_of([["Host\nname", "CPU\u00a0cores", " RAM\r\n(GB) "], ["web", "8", "16"]])
    assert found is not None
    assert found.names == ["Host name", "CPU cores", "RAM (GB)"]


def test_leading_columns_that_are_empty_stay_without_a_name() -> None:
    found = header_of([["", "", "Name", "CPU"], ["", "", "web", "8"]])
    assert found is not None
    assert found.names == ["", "", "Name", "CPU"]


@pytest.mark.skipif(not SHARED.is_dir(), reason="the collected real exports are not on this machine")
def test_the_headers_of_real_lists_are_their_first_rows(read_tables: ReadTables) -> None:
    files = sorted(SHARED.rglob("*.csv"))
    assert len(files) > 10
    for path in files:
        [table] = read_tables(path)
        assert (path.name, table.header_row, table.rejected) == (path.name, 1, [])


@pytest.mark.skipif(not SHARED.is_dir(), reason="the collected real exports are not on this machine")
def test_the_headers_of_real_workbooks_are_where_people_see_them(read_tables: ReadTables) -> None:
    without = {"TOC", "Instructions", "Application Detailed Discovery"}  # prose and a form of questions
    for path in sorted(SHARED.rglob("*.xlsx")):
        for table in read_tables(path):
            header_row = {"Additional": 5, "Additional (2)": 13}.get(table.name, 0 if table.name in without else 1)
            assert (path.name, table.name, table.header_row) == (path.name, table.name, header_row)
