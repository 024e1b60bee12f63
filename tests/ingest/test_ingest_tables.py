"""Several tables on one sheet, and what looks like several but is one."""

from collections.abc import Iterator

import pytest

from aidiscover_pipelines.ingest.sheet import Grid, table_of
from aidiscover_pipelines.ingest.tables import separate

Rows = list[list[str]]
SERVERS = [["Server", "CPU", "RAM"], ["web01", "8", "16"], ["db01", "4", "64"]]
DATABASES = [["Database", "Engine", "Size GB", "Port"], ["CRM", "Oracle", "500", "1521"], ["HR", "DB2", "40", "50000"]]


def tables_of(rows: Rows) -> list[tuple[str, list[str], list[int], list[str]]]:
    """Name, headers, numbers of the data rows and reasons of the others, of each table."""
    read = []
    for grid in separate([Grid(7, "Sheet", iter(rows))]):
        table = table_of(grid)
        found = list(table.rows)
        data = [number for number, _, reason in found if not reason]
        read.append((grid.name, table.headers, data, [reason for _, _, reason in found if reason]))
    return read


def test_tables_below_each_other_are_sheets_of_their_own() -> None:
    first, second = tables_of([*SERVERS, [], ["Databases"], *DATABASES])
    assert first == ("Sheet", ["Server", "CPU", "RAM"], [2, 3], [])
    assert second == ("Sheet (2)", DATABASES[0], [7, 8], ["title or note above the header row"])


def test_a_wide_table_below_does_not_make_a_narrow_one_its_title() -> None:
    wide = [[f"Column {letter}" for letter in "abcdefgh"], *[[f"v{row}", *"1234567"] for row in range(12)]]
    first, second = tables_of([*SERVERS, [], *wide])
    assert (first[1], first[2]) == (SERVERS[0], [2, 3])
    assert (second[1], len(second[2])) == (wide[0], 12)


def test_three_tables_and_a_note_below_lose_nothing() -> None:
    rows = [*SERVERS, [], *DATABASES, [], ["Disk", "GB", "Host"], ["sda", "100", "web01"], [], ["", "", "as of May"]]
    read = tables_of(rows)
    assert [(name, data) for name, _, data, _ in read] == [
        ("Sheet", [2, 3]),
        ("Sheet (2)", [6, 7]),
        ("Sheet (3)", [10]),
    ]
    assert read[2][3] == ["note below the table"]


def test_a_later_table_of_text_is_told_by_headers_that_both_have() -> None:
    people = [["Application", "Owner", "Site"], ["CRM", "Ann", "Berlin"], ["ERP", "Bob", "Munich"]]
    retired = [["Application", "Owner", "Retired because"], ["Fax", "Eva", "nobody uses it"]]
    first, second = tables_of([*people, [], *retired])
    assert (first[2], second[1], second[2]) == ([2, 3], retired[0], [6])


@pytest.mark.parametrize(
    "rows",
    [
        [*SERVERS, [], ["app01", "2", "8"]],  # a gap in the data
        [*SERVERS, [], ["lone", "unknown", "unknown"], ["app02", "2", "8"]],
        [*SERVERS, [], SERVERS[0], ["app01", "2", "8"]],  # the same header again
        [SERVERS[0], [], *SERVERS[1:]],
        [["Application", "Owner"], ["CRM", "Ann"], [], ["ERP", "Bob"], ["HR", "Eva"]],
        [["Inventory"], [], ["Customer", "ACME"], ["Date", "2024-01-01"], [], *SERVERS],
        [["", "", "By Ann"], [], *SERVERS, [], ["Total", "12", "80"]],
    ],
)
def test_blank_rows_alone_make_no_table(rows: Rows) -> None:
    [(_, headers, data, _)] = tables_of([list(row) for row in rows])
    assert headers == SERVERS[0] or headers == ["Application", "Owner"]
    assert len(data) >= 2


def test_tables_beside_each_other_are_parted_when_one_ends_first() -> None:
    right = [["Application", "Owner"], ["CRM", "Ann"], ["ERP", "Bob"]]
    left = [*SERVERS, ["app01", "2", "8"], ["app02", "2", "8"]]
    rows = [left[n] + [""] + (right[n] if n < 3 else ["", ""]) for n in range(5)]
    first, second = tables_of(rows)
    assert first == ("Sheet", SERVERS[0], [2, 3, 4, 5], [])
    assert second == ("Sheet (2)", right[0], [2, 3], [])
    mirrored = [(right[n] if n < 3 else ["", ""]) + [""] + left[n] for n in range(5)]
    longer, shorter = tables_of(mirrored)
    assert (longer[1], shorter[1], len(longer[2]), len(shorter[2])) == (SERVERS[0], right[0], 4, 2)


def test_an_empty_column_within_one_table_parts_nothing() -> None:
    rows = [
        ["Server", "CPU", "", "Owner", "Site"],
        ["a", "1", "", "Ann", "x"],
        ["b", "2", "", "", ""],
        ["c", "3", "", "Bob", "y"],
    ]
    [(_, headers, data, _)] = tables_of(rows)
    assert (headers, data) == (rows[0], [2, 3, 4])


def test_rows_are_taken_one_by_one_after_the_first_hundreds() -> None:
    taken = 0

    def endless() -> Iterator[list[str]]:
        nonlocal taken
        yield ["Server", "CPU"]
        while True:
            taken += 1
            yield [f"srv{taken}", str(taken)]

    [table] = [next(separate([Grid(1, "", endless())]))]
    rows = iter(table.rows)
    assert [next(rows) for _ in range(1000)][-1] == ["srv999", "999"]
    assert taken < 1100


def test_a_table_with_a_blank_row_after_each_row_is_read_as_one() -> None:
    rows: Rows = [["Server", "CPU"]]
    for number in range(300):
        rows += [[], [f"srv{number}", "8"]]
    [(_, _, data, _)] = tables_of(rows)
    assert len(data) == 300


def test_grids_are_numbered_through_a_file_and_given_headers_are_left_alone() -> None:
    given = Grid(1, "json", [["a", "b"], ["1", "2"], [], ["x", "y"]], header_given=True)
    grids = []
    for grid in separate([Grid(4, "", iter([*SERVERS, [], *DATABASES])), given]):
        list(grid.rows)
        grids.append((grid.sheet_index, grid.name))
    assert grids == [(1, ""), (2, "Table 2"), (3, "json")]


def test_what_a_reader_says_late_stands_by_the_table_it_was_reading() -> None:
    grid = Grid(1, "S", ())

    def rows() -> Iterator[list[str]]:
        yield from (*SERVERS, [], DATABASES[0], *([f"d{n}", "DB2", str(n), "1521"] for n in range(100)))
        grid.warnings.append("odd numbers")

    grid.rows = rows()
    parts = []
    for part in separate([grid]):
        list(table_of(part).rows)
        parts.append(part)
    assert [part.warnings for part in parts] == [["odd numbers"], ["odd numbers"]]
