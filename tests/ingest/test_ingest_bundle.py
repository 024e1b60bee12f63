"""ZIP archives of exports: what their members become, and what is refused before anything is unpacked."""

import io
import zipfile
from pathlib import Path

import pytest

from aidiscover_pipelines.domain.errors import InputError, UnreadableFile, UnsupportedFormat
from aidiscover_pipelines.ingest import limits
from aidiscover_pipelines.ingest.child import read_file
from aidiscover_pipelines.ingest.readers.archive import opened
from tests.ingest.conftest import ReadTables

VINFO = "VM,CPUs\nweb,8\ndb,4\n"
VDISK = "VM,Capacity MiB\nweb,100\n"


def bundle(folder: Path, members: dict[str, str | bytes], name: str = "export.zip") -> Path:
    path = folder / name
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for member, content in members.items():
            archive.writestr(member, content)
    return path


def nested() -> bytes:
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w") as archive:
        archive.writestr("a.csv", VINFO)
    return inner.getvalue()


def test_members_are_sheets_named_by_them(tmp_path: Path, read_tables: ReadTables) -> None:
    page = "<table><tr><th>Host<th>Site<tr><td>esx1<td>x</table><table><tr><th>Disk<th>GB<tr><td>sda<td>5</table>"
    path = bundle(
        tmp_path,
        {
            "RVTools_tabvInfo.csv": VINFO,
            "set/RVTools_tabvDisk.csv": VDISK,
            "set/": b"",
            "hosts.xls": page,
            "__MACOSX/._x.csv": b"\x00\x05",
            ".DS_Store": b"\x00",
            "empty.csv": b"",
            "logo.png": b"\x89PNG\r\n\x1a\n" + bytes(range(32)),
            "empty.json": "[]",
        },
    )
    tables = read_tables(path)
    assert [(table.name, len(table.rows)) for table in tables] == [
        ("RVTools_tabvInfo.csv", 2),
        ("set/RVTools_tabvDisk.csv", 1),
        ("hosts.xls: Table 1", 1),
        ("hosts.xls: Table 2", 1),
        ("empty.csv", 0),
        ("logo.png", 0),
        ("empty.json", 0),
    ]
    assert [len(table.warnings) for table in tables] == [0, 0, 0, 0, 1, 1, 1]
    assert tables[4].warnings == ["the member 'empty.csv' was left out: the file has no bytes"]


@pytest.mark.parametrize(
    ("members", "problem"),
    [
        ({"a.csv": VINFO, "b.csv": 'VM,CPUs\nweb,"never closed\n'}, "its member 'b.csv': .*never closed"),
        ({"a.csv": VINFO, "b.json": '[{"a": NaN}]'}, "its member 'b.json': line 1: NaN is not"),
        ({"a.csv": VINFO, "inner.zip": nested()}, "its member 'inner.zip' is an archive itself"),
        ({"../../etc/cron.d/x": VINFO}, "points outside the archive"),
        ({"/etc/passwd": VINFO}, "points outside the archive"),
        ({"C:\\Windows\\x.csv": VINFO}, "points outside the archive"),
        ({"a\\..\\..\\x.csv": VINFO}, "points outside the archive"),
        ({f"{number}.csv": VINFO for number in range(limits.SHEETS + 1)}, "101 files, more than 100"),
        ({"a.csv": b" " * (limits.RATIO_FROM_BYTES + 1)}, "times its size"),
        ({"x.xml": '<!DOCTYPE x [<!ENTITY e "boom">]><x>&e;</x>'}, "declares entities"),
    ],
)
def test_what_is_broken_or_hostile_refuses_the_whole_bundle(
    tmp_path: Path, members: dict[str, str | bytes], problem: str, read_tables: ReadTables
) -> None:
    with pytest.raises(UnreadableFile, match=problem):
        read_tables(bundle(tmp_path, members))


def test_a_fault_in_a_late_row_of_a_member_names_the_member(tmp_path: Path) -> None:
    rows = "".join(f"srv{number},{number}\n" for number in range(5000))
    path = bundle(tmp_path, {"good.csv": VINFO, "bad.csv": f'VM,CPUs\n{rows}x,"open\n'})
    with (
        pytest.raises(UnreadableFile, match=r"'export\.zip': its member 'bad\.csv': .*quotation"),
        read_file(path, path.name),
    ):
        pass


def test_a_bundle_without_any_table_is_unsupported(tmp_path: Path, read_tables: ReadTables) -> None:
    with pytest.raises(UnsupportedFormat, match="none of the 1 files in it is a table"):
        read_tables(bundle(tmp_path, {"logo.png": b"\x89PNG\r\n\x1a\n" + bytes(range(32))}))
    with pytest.raises(UnsupportedFormat, match="none of the 0 files"):
        read_tables(bundle(tmp_path, {}))


def test_an_encrypted_member_is_told_by_name(tmp_path: Path, read_tables: ReadTables) -> None:
    path = bundle(tmp_path, {"a.csv": VINFO})
    content = bytearray(path.read_bytes())
    content[6] |= 1
    content[content.index(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(content)
    with pytest.raises(UnreadableFile, match=r"member 'a\.csv' is password protected"):
        read_tables(path)


def test_two_members_of_one_name_and_cut_off_bundles_are_refused(tmp_path: Path, read_tables: ReadTables) -> None:
    path = bundle(tmp_path, {"a.csv": VINFO})
    whole = path.read_bytes()
    with zipfile.ZipFile(path, "a") as archive, pytest.warns(UserWarning, match="Duplicate name"):
        archive.writestr("a.csv", VDISK)
    with pytest.raises(UnreadableFile, match=r"two parts of the same name \('a\.csv'\)"):
        read_tables(path)
    for end in range(10, len(whole), 25):
        path.write_bytes(whole[:end])
        with pytest.raises(InputError):
            read_tables(path)


def test_the_sum_of_all_members_is_limited(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = bundle(tmp_path, {"a.csv": VINFO, "b.csv": VDISK})
    monkeypatch.setattr(limits, "UNPACKED_BYTES", len(VINFO) + 1)
    with pytest.raises(UnreadableFile, match="MiB, more than"), opened(path):
        pass


def test_a_workbook_whose_parts_stand_in_another_order_is_a_workbook(tmp_path: Path, read_tables: ReadTables) -> None:
    import xlsxwriter

    source = tmp_path / "source.xlsx"
    with xlsxwriter.Workbook(source) as book:
        book.add_worksheet("Servers").write_row(0, 0, ["name", "cpu"])
        book.worksheets()[0].write_row(1, 0, ["web", 8])
    path = tmp_path / "sorted.xlsx"
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(path, "w") as new:
        new.writestr("another.xml", "<x/>")
        for name in old.namelist():
            new.writestr(name, old.read(name))
    [table] = read_tables(path)
    assert (table.name, table.rows) == ("Servers", [(2, ["web", "8"])])
