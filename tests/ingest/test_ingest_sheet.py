"""The rows of one grid: which are data, which are not and why, and what a person should look at."""

from collections.abc import Iterator

import pytest

from aidiscover_pipelines.ingest import sheet
from aidiscover_pipelines.ingest.header import ABOVE_HEADER
from aidiscover_pipelines.ingest.sheet import (
    BELOW_TABLE,
    FAULTY_HEADER,
    LOOKAHEAD_ROWS,
    NO_HEADER,
    NUL,
    REPEATED_HEADER,
    REPEATED_KEY,
    REPEATED_NAME,
    SURROGATE,
    TOO_MANY_CELLS,
    TOTALS,
    Grid,
    SortedRow,
    Table,
    table_of,
)


def table(text: str, **changes: object) -> tuple[Table, list[SortedRow]]:
    """Rows of a grid in which commas separate cells."""
    grid = Grid(1, "", [line.split(",") if line else [] for line in text.split("\n")])
    for name, value in changes.items():
        setattr(grid, name, value)
    found = table_of(grid)
    return found, list(found.rows)


def data(rows: list[SortedRow]) -> list[tuple[int, list[str]]]:
    return [(number, cells) for number, cells, reason in rows if not reason]


def reasons(rows: list[SortedRow]) -> list[tuple[int, str]]:
    return [(number, reason) for number, _, reason in rows if reason]


def test_rows_that_are_no_data_are_rejected_with_their_reason() -> None:
    found, rows = table(
        "Inventory of ACME\n\nname,cpu,owner\na,1,x\n,,\nname,cpu,owner\nb\nc,2,y,,\nd,3,z,more\n"
        "e\x00,4,q\nTotal:,6,\n\nexported by a tool\n\nin 2026"
    )
    assert (found.header_row, found.headers) == (3, ["name", "cpu", "owner"])
    assert data(rows) == [(4, ["a", "1", "x"]), (7, ["b", "", ""]), (8, ["c", "2", "y"])]
    assert reasons(rows) == [
        (1, ABOVE_HEADER),
        (6, REPEATED_HEADER),
        (9, TOO_MANY_CELLS),
        (10, NUL),
        (11, TOTALS),
        (13, BELOW_TABLE),
        (15, BELOW_TABLE),
    ]


def test_single_cells_below_a_blank_row_are_data_when_the_table_goes_on() -> None:
    _, rows = table("name,cpu,owner\na,1,x\n\nb\nc,3,z")
    assert [number for number, _ in data(rows)] == [2, 4, 5]


def test_a_long_block_of_single_cells_is_data(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheet, "_HELD_NOTES", 3)
    _, rows = table("name,cpu,owner\na,1,x\n\n" + "b\n" * 5)
    assert len(data(rows)) + len(reasons(rows)) == 6
    assert len(data(rows)) >= 4


def test_trailing_empty_columns_are_dropped_but_used_ones_without_a_header_stay() -> None:
    found, rows = table("name,cpu,,,\na,1,,note,\nb,2,,,")
    assert found.headers == ["name", "cpu", "", ""]
    assert rows[0] == (2, ["a", "1", "", "note"], "")


def test_a_cell_under_no_header_far_below_rejects_its_row() -> None:
    _, rows = table("name,cpu,,\n" + "a,1,,\n" * LOOKAHEAD_ROWS + "b,2,,late")
    assert reasons(rows) == [(LOOKAHEAD_ROWS + 2, TOO_MANY_CELLS)]


def test_rows_are_taken_one_by_one() -> None:
    taken = 0

    def endless() -> Iterator[list[str]]:
        nonlocal taken
        yield ["name", "cpu"]
        while True:
            taken += 1
            yield [f"web{taken}", "8"]

    rows = table_of(Grid(1, "", endless())).rows
    for _ in range(1000):
        next(rows)
    assert taken <= 1001


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("name, Name ,owner\na,b,c", REPEATED_KEY),
        ("name,owner,name\na,b,c", REPEATED_KEY),
        ("name,IP,ip\na,b,c", REPEATED_NAME),
        ("name,type,type\na,b,c", REPEATED_NAME),
        ("1,2,3\n4,5,6\n7,8,9", NO_HEADER),
        ("srv1,linux,prod\nsrv2,linux,prod\nsrv3,linux,prod", NO_HEADER),
        ("n\x00ame,cpu\nweb,portal", FAULTY_HEADER),
    ],
)
def test_without_a_certain_header_every_row_is_rejected(text: str, reason: str) -> None:
    found, rows = table(text)
    assert (found.header_row, found.headers, data(rows)) == (0, [], [])
    assert len(rows) == text.count("\n") + 1
    assert reason in {why for _, _, why in rows}


def test_a_wide_table_may_repeat_a_header_beside_the_first_and_says_so() -> None:
    others = ",".join(f"column {letter}" for letter in "abcdefgh")
    found, rows = table(f"vm,Type,type,{others}\na,x,y\nb,v,w")
    assert [cells[:3] for _, cells in data(rows)] == [["a", "x", "y"], ["b", "v", "w"]]
    assert found.warnings == ["more than one column is headed 'Type', 'type'; each is read on its own"]


def test_a_given_header_is_not_looked_for() -> None:
    found, rows = table("1,2\nTRUE,x\nname,y", header_given=True)
    assert (found.header_row, found.headers) == (1, ["1", "2"])
    assert [number for number, _ in data(rows)] == [2, 3]


def test_rows_that_the_reader_refuses_are_among_the_rejected() -> None:
    _, rows = table("name,cpu\nweb,8\n\ndb,16", rejected=[(3, ["?"], "the reader's reason")])
    assert reasons(rows) == [(3, "the reader's reason")]
    assert len(data(rows)) == 2


def test_a_grid_without_rows_has_no_header() -> None:
    found, rows = table("\n\n")
    assert (found.header_row, found.headers, rows) == (0, [], [])


def test_half_a_character_rejects_its_row() -> None:
    assert reasons(table("name,cpu\nweb\ud800,8\ndb,16")[1]) == [(2, SURROGATE)]


def test_characters_that_are_not_what_they_look_like_are_kept_counted_and_placed() -> None:
    found, rows = table("name,cpu\nsrv\u200b1,8\n\u202eback,a\x1b[31mb\nsrv\u0430x,\u200b\ndb\u00e9,\u0441\u0435\u0440")
    assert len(data(rows)) == 4
    assert data(rows)[0] == (2, ["srv\u200b1", "8"])
    assert found.warnings == [
        "3 cells hold invisible or direction-changing characters, first at A2; kept as read",
        "1 cell holds control characters (such as terminal codes), first at B3; kept as read",
        "1 cell holds words that mix Latin letters with look-alike Cyrillic or Greek ones, first at A4; kept as read",
    ]
