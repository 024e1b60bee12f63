"""Rejected rows on their way to a person and back: listed, written to a CSV, corrected, uploaded, and counted."""

import csv
import io
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aidiscover_pipelines.domain.errors import ConfigError
from aidiscover_pipelines.domain.tables import SkippedRow, SourceRecord
from aidiscover_pipelines.ingest.corrections import REASON_HEADER, correction_text, original_columns
from aidiscover_pipelines.ingest.rejects import rows_to_correct, skipped_rows, write_corrections

ACME = "acme"
RAGGED = "Name,CPU,OS\nweb,8,Linux\ndb,16,Linux,extra\n=cmd|'x'!A0,4,Linux,extra\nmail,4,Win\0dows\nTotal,28,\n"
EXTRA = "more filled cells than there are headers; correct the row"
NUL = "a cell holds a NUL character; remove it"


def cells_of(path):
    content = path.read_bytes()
    assert content.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def test_skipped_rows_are_listed_with_stage_file_sheet_row_and_reason(intake):
    intake.upload("a.csv", RAGGED)
    assert skipped_rows(intake.store, ACME).to_numpy().tolist() == [
        ["reading", "a.csv", "a.csv", 3, EXTRA],
        ["reading", "a.csv", "a.csv", 4, EXTRA],
        ["reading", "a.csv", "a.csv", 5, NUL],
        ["reading", "a.csv", "a.csv", 6, "totals row"],
    ]
    assert len(skipped_rows(intake.store, ACME, "a.csv")) == 4
    assert skipped_rows(intake.store, ACME, "b.csv").empty
    assert len(rows_to_correct(intake.store, ACME)) == 3


def test_rows_to_correct_are_written_under_their_headers_with_the_reason_and_no_formula(intake, tmp_path):
    intake.upload("a.csv", RAGGED)
    [written] = write_corrections(intake.store, ACME, tmp_path / "fix")
    assert (written.path, written.file, written.sheet, written.rows) == (
        tmp_path / "fix" / "a.rejected.csv", "a.csv", "a.csv", 3,
    )  # fmt: skip
    assert cells_of(written.path) == [
        ["Name", "CPU", "OS", "aidiscover: extra cell 1", "aidiscover: reason"],
        ["db", "16", "Linux", "extra", EXTRA],
        ["'=cmd|'x'!A0", "4", "Linux", "extra", EXTRA],
        ["mail", "4", "Win\u2400dows", "", NUL],
    ]


def test_corrected_rows_count_and_what_was_not_corrected_is_rejected_again(intake, tmp_path):
    intake.upload("a.csv", RAGGED)
    [written] = write_corrections(intake.store, ACME, tmp_path)
    rows = cells_of(written.path)
    rows[1][3] = ""
    rows[3][2] = "Windows"
    text = io.StringIO(newline="")
    csv.writer(text).writerows(rows)
    answer = intake.upload(written.path.name, text.getvalue())  # no mark: a person's editor decides
    answer.is_read(["Name", "CPU", "OS"], [["db", "16", "Linux"], ["mail", "4", "Windows"]])
    [(_, row, reason)] = answer.rejected
    assert (row, reason.split(";")[0]) == (3, "a cell is left under 'aidiscover: extra cell'")
    assert answer.skipped[0]["cells"] == ["=cmd|'x'!A0", "4", "Linux", "extra"]
    assert len(intake.store.read(ACME, SourceRecord)) == 3


def test_semicolons_of_a_spreadsheet_program_do_not_matter(intake, tmp_path):
    intake.upload("a.csv", "Name,CPU\nweb,8\n-db,1\0\n")
    [written] = write_corrections(intake.store, ACME, tmp_path)
    rows = cells_of(written.path)
    rows[1][1] = "16"
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=";").writerows(rows)
    intake.upload(written.path.name, text.getvalue()).is_read(["Name", "CPU"], [["-db", "16"]])


def test_each_sheet_has_a_file_of_its_own(intake, tmp_path):
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as bundle:
        for name in ("RVTools_tabvInfo.csv", "RVTools_tabvDisk.csv"):
            bundle.writestr(name, "VM,CPUs,Memory\nweb,8,32\ndb,8,32,one too many\n")
        bundle.writestr("RVTools_tabvHost.csv", "Host,Cluster\nesx1,c1\nesx2,c1\n")
    intake.upload("RVTools export.zip", target.getvalue())
    written = write_corrections(intake.store, ACME, tmp_path)
    sheets = sorted({row["sheet"] for row in intake.store.read(ACME, SkippedRow).to_dict("records")})
    assert [(each.path.name, each.sheet, each.rows) for each in sorted(written, key=lambda each: each.sheet)] == [
        (f"RVTools export.{sheet}.rejected.csv", sheet, 1) for sheet in sheets
    ]
    assert len(sheets) == 2
    assert write_corrections(intake.store, ACME, tmp_path, "other.csv") == []


def test_writing_again_changes_nothing_and_never_replaces_corrections(intake, tmp_path):
    intake.upload("a.csv", RAGGED)
    [written] = write_corrections(intake.store, ACME, tmp_path)
    assert write_corrections(intake.store, ACME, tmp_path) == [written]
    written.path.write_text("corrected by hand")
    with pytest.raises(ConfigError, match=r"a.rejected.csv': there is a file of that name with other content.*folder"):
        write_corrections(intake.store, ACME, tmp_path)
    assert written.path.read_text() == "corrected by hand"


def test_files_whose_names_only_differ_in_their_suffix_do_not_share_a_file(intake, tmp_path):
    intake.drop("a.txt", b"Name,CPU\nweb,8\nx,1,2\n")
    intake.upload("a.csv", "Name,CPU\nweb,8\ny,1,2\n")
    written = write_corrections(intake.store, ACME, tmp_path)
    assert sorted(each.path.name for each in written) == ["a-2.rejected.csv", "a.rejected.csv"]


def test_without_rejected_rows_nothing_is_written(intake, tmp_path):
    intake.upload("a.csv", "Name,CPU\nweb,8\n")
    assert write_corrections(intake.store, ACME, tmp_path / "fix") == []
    assert skipped_rows(intake.store, ACME).empty


@settings(derandomize=True, database=None, deadline=None)
@given(cells=st.lists(st.text(st.sampled_from("=+-@\t\r'ab\n, \""), max_size=6), min_size=2, max_size=2))
def test_every_cell_comes_back_as_it_was(cells):
    text = correction_text(["Name", "@id"], [(cells, "a reason")]).decode("utf-8-sig")
    headers, row = csv.reader(io.StringIO(text, newline=""))
    assert headers == ["Name", "'@id", REASON_HEADER]
    assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r")) for cell in row)
    names, rows = original_columns(headers, [(2, row, "")])
    assert names == ["Name", "@id"]
    assert list(rows) == [(2, cells, "")]


def test_rejected_rows_and_quarantined_files_stand_first_in_what_the_ui_shows(intake):
    for number in range(12):
        intake.drop(f"a{number:02}.csv", b"Name,CPU\nweb,%d\n" % number)
    intake.drop("good.csv", RAGGED.encode())
    intake.drop("z.pdf", b"%PDF-1.7")
    received, read = intake.run()
    assert received.preview[0]["name"] == "z.pdf"
    assert "it is a PDF; export the table itself" in received.preview[0]["reason"]
    [aside] = received.tables["files in quarantine"]
    assert (aside["name"][:2], aside["reason"]) == ("z-", received.preview[0]["reason"])
    assert read.tables["rejected rows"][0] == {"file": "good.csv", "sheet": "good.csv", "row": 3, "reason": EXTRA}
