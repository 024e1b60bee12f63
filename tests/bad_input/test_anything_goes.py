"""Random bytes and damaged files of every format: a clean refusal or a correct reading comes out, and nothing else.

Each example is read by the child's own work in a process that lives on, because a new one costs half a second; a few go
through the real child and through the whole intake.
"""

import csv
import io
import json
import re
import select
import signal
import subprocess
import sys
import zipfile
from base64 import b64decode
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from aidiscover_pipelines.domain.errors import InputError
from aidiscover_pipelines.ingest import child
from aidiscover_pipelines.ingest.formats import FORMATS, detect_format

SECONDS = 20  # for files of some KiB on a busy machine
NAMES = ["a.csv", "a.tsv", "a.xlsx", "a.xls", "a.ods", "a.json", "a.ndjson", "page.xls", "a.zip"]
STARTS = [
    b"",
    b"PK\x03\x04",
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
    b"[{",
    b'{"result":[',
    b"<table>",
    b"\xff\xfe",
    b"a,b\n",
]
DIED = {-signal.SIGABRT, -signal.SIGSEGV, 1}  # a native reader's end; the parent's answer to it has its own tests

FEW = settings(
    derandomize=True,
    database=None,
    deadline=None,
    max_examples=40,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
MANY = settings(FEW, max_examples=250)


class Reader:
    """A process that reads one example after another, and a fresh one where an example ended it."""

    def __init__(self, folder, valid_files):
        self.path, self.valid_files, self.process = folder / "example", valid_files, None

    def read(self, found):
        """The answer and the spool; the exit code where a native reader died of the example."""
        if self.process is None:
            command = [sys.executable, Path(__file__).with_name("reading_worker.py")]
            self.process = subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
            )
        self.process.stdin.write(json.dumps([found.reader, str(self.path)]).encode() + b"\n")
        self.process.stdin.flush()
        ready, _, _ = select.select([self.process.stdout], [], [], SECONDS)
        if not ready:
            self.process.kill()
            self.close()
            pytest.fail(f"{found.key}: no answer within {SECONDS} seconds")
        answer = self.process.stdout.readline()
        if answer:
            return json.loads(answer), b64decode(self.process.stdout.readline())
        return self.close(), b""

    def close(self):
        process, self.process = self.process, None
        if process is None:
            return 0
        process.communicate()
        return process.returncode


@pytest.fixture(scope="module")
def reader(tmp_path_factory, valid_files):
    reader = Reader(tmp_path_factory.mktemp("examples"), valid_files)
    yield reader
    reader.close()


def check(reader, name, content):
    """The property of every upload. Returns the data rows of an accepted one, else None."""
    reader.path.write_bytes(content)
    try:
        found = detect_format(reader.path, name)
    except InputError as refusal:
        check_message(str(refusal))
        return None
    answer, spool = reader.read(found)
    if isinstance(answer, int):
        assert answer in DIED, f"{found.key}: the child ended with {answer}"
        return None
    if "fault" in answer:
        check_message(f"cannot read {name!r}: {answer['problem']}; {answer['remedy']}")
        return None
    return [row for sheet in answer["sheets"] for row in check_sheet(sheet, spool)]


def check_message(message):
    assert re.fullmatch(r"cannot read '.+': .+; .+", message), message
    assert "Traceback" not in message


def check_sheet(sheet, spool):
    """Every row is there once, as data or with a reason, and every data row has a cell for each header."""
    rows = [line.split("\t") for line in lines(sheet["row_chunks"], spool)]
    rejected = [line.split("\t") for line in lines(sheet["rejected_chunks"], spool)]
    assert len(rows) == sheet["rows"]
    assert len(rejected) == sum(sheet["rejected"].values())
    numbers = [int(row[0]) for row in rows + rejected]
    assert len(set(numbers)) == len(numbers)
    assert all(len(row) == 2 for row in rows)
    assert all(row[2] for row in rejected)
    cells = [json.loads(row[1]) for row in rows]
    assert all(len(row) == len(sheet["headers"]) for row in cells)
    return cells


def lines(places, spool):
    return [line for at, size in places for line in spool[at : at + size].decode().split("\n")[:-1]]


@st.composite
def damage(draw):
    """A function that damages bytes: cut, overwritten, repeated or inserted somewhere."""
    steps = draw(
        st.lists(
            st.tuples(
                st.sampled_from(["cut", "overwrite", "delete", "repeat", "insert"]),
                st.floats(0, 1),
                st.integers(1, 64),
                st.binary(min_size=1, max_size=8),
            ),
            min_size=1,
            max_size=4,
        )
    )

    def apply(content):
        for kind, place, length, added in steps:
            at = int(place * len(content))
            if kind == "cut":
                content = content[:at]
            elif kind == "overwrite":
                content = content[:at] + added + content[at + len(added) :]
            elif kind == "delete":
                content = content[:at] + content[at + length :]
            elif kind == "repeat":
                content = content[:at] + content[at : at + length] * 3 + content[at + length :]
            else:
                content = content[:at] + added + content[at:]
        return content

    return apply


@MANY
@given(start=st.sampled_from(STARTS), rest=st.binary(max_size=2000), name=st.sampled_from(NAMES))
def test_random_bytes_are_refused_or_read(reader, start, rest, name):
    check(reader, name, start + rest)


@pytest.mark.parametrize("name", NAMES)
@FEW
@given(harm=damage())
def test_a_damaged_file_is_refused_or_read(reader, name, harm):
    check(reader, name, harm(reader.valid_files[name]))


@pytest.mark.parametrize("name", ["a.xlsx", "a.ods", "a.zip"])
@FEW
@given(harm=damage(), which=st.integers(0, 20))
def test_a_damaged_part_of_an_intact_archive_is_refused_or_read(reader, name, harm, which):
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(reader.valid_files[name])) as old, zipfile.ZipFile(target, "w") as new:
        members = old.namelist()
        for number, member in enumerate(members):
            body = old.read(member)
            new.writestr(member, harm(body) if number == which % len(members) else body)
    check(reader, name, target.getvalue())


@pytest.mark.parametrize("name", NAMES)
def test_an_undamaged_file_is_read_row_by_row(reader, table, name):
    rows = check(reader, name, reader.valid_files[name])
    assert rows is not None
    assert rows[: len(table) - 1] == table[1:]


PRINTABLE = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=12)


@MANY
@given(rows=st.lists(st.lists(PRINTABLE, min_size=1, max_size=4), min_size=1, max_size=30))
def test_no_row_of_a_csv_is_lost(reader, rows):
    # Sound rows first: of nothing but ragged ones nobody could tell the delimiter.
    rows = [["Linux", "Berlin"]] * 40 + rows
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(["Name", "Operating System", "Data Center"])
    writer.writerows(["srv", *row] for row in rows)
    [found] = [found for found in FORMATS if found.key == "csv"]
    reader.path.write_bytes(text.getvalue().encode())
    answer, spool = reader.read(found)
    if "fault" in answer:  # such as no row without a fault
        return
    [sheet] = answer["sheets"]
    read = check_sheet(sheet, spool)
    assert len(read) + sum(sheet["rejected"].values()) == len(rows)
    texts = iter([cell.strip() for cell in ["srv", *row]] for row in rows)
    for cells in read:  # in order, each with its own texts
        stripped = [cell.strip() for cell in cells]
        assert any(stripped[: len(text)] == text or text[:3] == stripped for text in texts), cells


@pytest.mark.parametrize("name", NAMES)
def test_the_real_child_answers_as_well(valid_files, tmp_path, name):
    content = valid_files[name]
    path = tmp_path / "upload"
    for harmed in (content[: len(content) // 2], content[:100] + b"\0\xff" + content[102:]):
        path.write_bytes(harmed)
        try:
            with child.read_file(path, name) as read:
                assert read.sheets
        except InputError as refusal:
            check_message(str(refusal))


def test_a_folder_of_damaged_files_goes_through_the_whole_intake(intake, valid_files):
    for name, content in valid_files.items():
        intake.drop(f"half {name}", content[: len(content) * 2 // 3])
        intake.drop(f"whole {name}", content)
    received, _ = intake.run()
    assert received.rows_in == 2 * len(valid_files)
    for path in intake.files.root.glob("originals/*/*"):
        answer = intake.answer(path.read_bytes())
        assert answer.file["status"] in {"accepted", "quarantined"}
        assert bool(answer.file["reason"]) == (answer.file["status"] == "quarantined")
        assert bool(answer.rows) == (answer.file["status"] == "accepted")
