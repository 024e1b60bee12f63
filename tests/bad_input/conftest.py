"""The intake as an upload meets it: a file lands, a run takes it up, and what became of it can be asked."""

import hashlib
import io
import re
import zipfile
from dataclasses import dataclass
from pathlib import Path

import pytest
import xlsxwriter
import xlwt

from aidiscover_pipelines.domain.tables import SkippedRow, SourceFile, SourceRecord, SourceSheet
from aidiscover_pipelines.domain.tenancy import RunRef, Tenant, tenant_id
from aidiscover_pipelines.ingest.stage import read_records, receive_uploads
from resources.landing import LocalTenantFiles
from resources.scratch_store import ScratchStore

ACME = tenant_id("acme")
REMEDIES = (
    r"save|split|export|upload|check|remove|rename|correct|shorten|retype|unpack|open|supported|write|delete|replace|"
    r"convert|use|put|give"
)


@dataclass(frozen=True)
class Answer:
    """What became of one upload."""

    file: dict
    sheets: list
    records: list
    skipped: list
    intake: "Intake"
    content: bytes

    @property
    def rows(self):
        return [record["cells"] for record in self.records]

    @property
    def headers(self):
        return self.sheets[0]["headers"]

    @property
    def warnings(self):
        return " | ".join(self.file["warnings"])

    @property
    def rejected(self):
        """(sheet, row, reason) of each rejected row; file and stage are always told as well."""
        assert {row["file_id"] for row in self.skipped} <= {self.file["file_id"]}
        assert {row["stage"] for row in self.skipped} <= {"reading"}
        return [(row["sheet"], row["row"], row["reason"]) for row in self.skipped]

    def is_read(self, headers, rows):
        assert self.file["status"] == "accepted", self.file["reason"]
        assert self.file["reason"] == ""
        assert self.headers == headers
        assert self.rows == rows
        self._is_kept()

    def is_quarantined(self, problem):
        """Nothing of it counts; the reason names the file, what is wrong and what to do; the bytes are kept twice."""
        assert self.file["status"] == "quarantined", f"{self.file['status']}: {self.headers} {self.rows[:3]}"
        reason = self.file["reason"]
        assert re.fullmatch(r"cannot read '.+': .+; .+", reason), reason
        assert re.search(problem, reason, re.IGNORECASE), reason
        assert re.search(REMEDIES, reason.rpartition("; ")[2] + reason.partition("; ")[2]), reason
        assert "Traceback" not in reason
        assert (self.records, self.skipped) == ([], [])
        [aside] = self.intake.files.quarantined(ACME)
        assert aside.reason == " ".join(reason.split())
        assert aside.path.read_bytes() == self.content
        assert self.intake.files.settled_uploads(ACME) == []
        self._is_kept()

    def _is_kept(self):
        sha256 = hashlib.sha256(self.content).hexdigest()
        assert self.file["sha256"] == sha256
        assert self.intake.files.original(ACME, sha256).read_bytes() == self.content


class Intake:
    """One tenant's folders and a store in memory."""

    def __init__(self, root: Path) -> None:
        self.store = ScratchStore(Tenant(ACME, "ACME"))
        self.files = LocalTenantFiles(root, settle_s=0)
        self.folder = root / "uploads" / ACME
        self.folder.mkdir(parents=True)
        self.runs = 0

    def drop(self, name: str, content: bytes) -> Path:
        path = self.folder / name
        path.write_bytes(content)
        return path

    def run(self):
        """One run; the results of its two stages."""
        self.runs += 1
        run = RunRef(f"r{self.runs}")
        return receive_uploads(self.store, self.files, ACME, run), read_records(self.store, self.files, ACME, run)

    def upload(self, name: str, content: bytes | str) -> Answer:
        """Drop a file, run, and look up what became of it."""
        content = content.encode() if isinstance(content, str) else content
        self.drop(name, content)
        self.run()
        return self.answer(content)

    def answer(self, content: bytes) -> Answer:
        [file] = self.store.read(ACME, SourceFile, sha256=hashlib.sha256(content).hexdigest()).to_dict("records")
        file_id = file["file_id"]
        return Answer(
            file,
            self.held(SourceSheet, file_id),
            sorted(self.held(SourceRecord, file_id), key=lambda row: (row["sheet_index"], row["row"])),
            sorted(self.held(SkippedRow, file_id), key=lambda row: (row["sheet"], row["row"])),
            self,
            content,
        )

    def held(self, table, file_id):
        return self.store.read(ACME, table, file_id=file_id).to_dict("records")


@pytest.fixture
def intake(tmp_path):
    return Intake(tmp_path / "home")


TABLE = [["Name", "CPU", "Memory"], ["web01", "8", "32"], ["db01", "16", "64"], ["mail01", "4", "16"]]


def _xlsx():
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True}) as workbook:
        sheet = workbook.add_worksheet("Servers")
        for number, row in enumerate(TABLE):
            sheet.write_row(number, 0, row)
    return target.getvalue()


def _xls():
    workbook, target = xlwt.Workbook(), io.BytesIO()
    sheet = workbook.add_sheet("Servers")
    for number, row in enumerate(TABLE):
        for column, cell in enumerate(row):
            sheet.write(number, column, cell)
    workbook.save(target)
    return target.getvalue()


def _ods():
    names = "".join(
        f' xmlns:{prefix}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
        for prefix, name in {"office": "office", "table": "table", "text": "text"}.items()
    )
    rows = "".join(
        "<table:table-row>"
        + "".join(
            f'<table:table-cell office:value-type="string"><text:p>{cell}</text:p></table:table-cell>' for cell in row
        )
        + "</table:table-row>"
        for row in TABLE
    )
    content = (
        f'<?xml version="1.0"?><office:document-content{names} office:version="1.2"><office:body><office:spreadsheet>'
        f'<table:table table:name="Servers">{rows}</table:table></office:spreadsheet></office:body>'
        "</office:document-content>"
    )
    manifest = (
        '<?xml version="1.0"?><m:manifest xmlns:m="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
        '<m:file-entry m:full-path="/" m:media-type="application/vnd.oasis.opendocument.spreadsheet"/></m:manifest>'
    )
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet", zipfile.ZIP_STORED)
        archive.writestr("content.xml", content)
        archive.writestr("META-INF/manifest.xml", manifest)
    return target.getvalue()


def _zip(members):
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return target.getvalue()


@pytest.fixture(scope="session")
def valid_files():
    """One sound file of every format, all with the same table: name -> bytes."""
    header, *data = TABLE
    csv = "".join(",".join(row) + "\r\n" for row in TABLE).encode()
    objects = [dict(zip(header, row, strict=True)) for row in data]
    html = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in TABLE)
    lines = [str(each).replace("'", '"') for each in objects]
    return {
        "a.csv": csv,
        "a.tsv": csv.replace(b",", b"\t").decode().encode("utf-16"),
        "a.xlsx": _xlsx(),
        "a.xls": _xls(),
        "a.ods": _ods(),
        "a.json": ("[" + ",\n".join(lines) + "]").encode(),
        "a.ndjson": "\n".join(lines).encode(),
        "page.xls": f"<html><body><table>{html}</table></body></html>".encode(),
        "a.zip": _zip({"servers.csv": csv, "more.csv": csv.replace(b"0", b"7")}),
    }


@pytest.fixture(scope="session")
def table():
    return TABLE
