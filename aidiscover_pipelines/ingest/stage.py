"""The intake stages: paths given on the command line, settled uploads, and the rows inside accepted files."""

import hashlib
import logging
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd

from aidiscover_pipelines.domain.errors import InputError, Retriable
from aidiscover_pipelines.domain.stage import StageResult
from aidiscover_pipelines.domain.tables import SourceFile
from aidiscover_pipelines.domain.tenancy import RunRef, TenantId
from aidiscover_pipelines.domain.vocabulary import FileStatus
from aidiscover_pipelines.ingest.child import read_sheets
from aidiscover_pipelines.ingest.formats import detect_format
from aidiscover_pipelines.ingest.frames import READING, RecordFrames
from aidiscover_pipelines.ingest.sheet import SheetRows
from aidiscover_pipelines.ports import PortfolioStore, TenantFiles, Upload

ALREADY_KNOWN = "already known"
STILL_CHANGING = "still being written; taken up by the next run"

_PREVIEW_ROWS = 10
_REPLACED = "replaced by a newer file of the same name"

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class IngestOutcome:
    """What became of one path: accepted, quarantined, missing or duplicate. `sheets` rows: sheet, rows, rejected."""

    path: Path
    status: str
    reason: str
    sheets: tuple[dict[str, Any], ...] = ()


def ingest_paths(
    store: PortfolioStore, files: TenantFiles, tenant: TenantId, paths: Sequence[Path]
) -> list[IngestOutcome]:
    """Check each path and copy it to the landing folder, or to quarantine; one bad file never stops the others.

    Duplicate: the same bytes are an accepted file or wait in the landing folder.
    Raises: UnknownTenant, before anything is copied.
    """
    store.tenant(tenant, f"ingest {len(paths)} file(s)")
    known = set(store.read(tenant, SourceFile, status=str(FileStatus.ACCEPTED))["sha256"])
    known |= {upload.sha256 for upload in files.settled_uploads(tenant)}
    outcomes = []
    for path in paths:
        outcome, sha256 = _ingest(files, tenant, path, known)
        if outcome.status == "accepted":
            known.add(sha256)
        outcomes.append(outcome)
    return outcomes


def _ingest(files: TenantFiles, tenant: TenantId, path: Path, known: set[str]) -> tuple[IngestOutcome, str]:
    try:
        if not path.is_file():
            reason = f"cannot read {str(path)!r}: there is no such file; check the path"
            return IngestOutcome(path, "missing", reason), ""
        source = path.open("rb")
    except OSError as error:
        reason = f"cannot read {str(path)!r}: it cannot be opened ({error.strerror}); check its permissions"
        return IngestOutcome(path, "missing", reason), ""
    with source, tempfile.TemporaryDirectory(prefix="aidiscover-") as folder:
        # The file may grow or be replaced meanwhile: what was checked is what is kept.
        checked = Path(folder) / path.name
        with checked.open("wb") as copy:
            shutil.copyfileobj(source, copy)
        return _ingest_copy(files, tenant, path, checked, known)


def _ingest_copy(
    files: TenantFiles, tenant: TenantId, path: Path, checked: Path, known: set[str]
) -> tuple[IngestOutcome, str]:
    with checked.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    if sha256 in known:
        return IngestOutcome(path, "duplicate", "the same bytes were received before; nothing to do"), sha256
    try:
        sheets = read_sheets(checked, path.name)
    except InputError as error:
        files.quarantine(Upload(tenant, path.name, checked, sha256, checked.stat().st_size), str(error))
        return IngestOutcome(path, "quarantined", str(error)), sha256
    files.receive(tenant, checked)
    counts = ({"sheet": sheet.sheet, "rows": len(sheet.rows), "rejected": len(sheet.rejected)} for sheet in sheets)
    return IngestOutcome(path, "accepted", "", tuple(counts)), sha256


def new_uploads(store: PortfolioStore, files: TenantFiles, tenant: TenantId) -> list[Upload]:
    """Settled uploads whose bytes no run has seen yet."""
    seen = set(store.read(tenant, SourceFile)["sha256"])
    return [upload for upload in files.settled_uploads(tenant) if upload.sha256 not in seen]


def receive_uploads(store: PortfolioStore, files: TenantFiles, tenant: TenantId, run: RunRef) -> StageResult:
    """Keep the bytes of every new upload and record it as accepted or quarantined (asset source_files).

    A newer file of the same name supersedes the older one. Bytes that are known already change nothing.
    """
    rows = {row["sha256"]: row for row in _file_rows(store, tenant)}
    uploads = files.settled_uploads(tenant)
    changed: dict[str, dict[str, Any]] = {}
    skipped: Counter[str] = Counter()
    preview: list[dict[str, Any]] = []
    for upload in uploads:
        known = rows.get(upload.sha256)
        if known is not None and known["status"] != FileStatus.QUARANTINED:
            skipped[ALREADY_KNOWN] += 1
            preview.append(_shown(known | {"name": upload.name}, ALREADY_KNOWN))
            continue
        try:
            row = _received(files, upload)
        except Retriable:
            skipped[STILL_CHANGING] += 1
            continue
        if row["status"] == FileStatus.ACCEPTED:
            changed |= _superseded(rows, row)
        rows[upload.sha256] = changed[upload.sha256] = row
        preview.append(_shown(row))
    if changed:
        store.upsert(tenant, run, {SourceFile: pd.DataFrame(list(changed.values()))[SourceFile.columns()]})
    counts = Counter(str(row["status"]) for row in changed.values())
    _log.info("tenant %s: %d uploads, %d rows changed", tenant, len(uploads), len(changed))
    return StageResult(
        rows_in=len(uploads),
        rows_out=len(changed),
        skipped=dict(skipped),
        preview=preview[:_PREVIEW_ROWS],
        figures={str(status): counts[str(status)] for status in FileStatus},
        charts={"Files by status": dict(Counter(str(row["status"]) for row in rows.values()))} if rows else {},
    )


def _file_rows(store: PortfolioStore, tenant: TenantId) -> list[dict[str, Any]]:
    return [
        {str(column): value for column, value in row.items()}
        for row in store.read(tenant, SourceFile).to_dict("records")
    ]


def _received(files: TenantFiles, upload: Upload) -> dict[str, Any]:
    kept = files.keep_original(upload)
    row: dict[str, Any] = {
        "file_id": upload.sha256[:12],
        "name": upload.name,
        "sha256": upload.sha256,
        "bytes": upload.bytes,
        "format": "",
        "status": str(FileStatus.ACCEPTED),
        "reason": "",
        "received_at": datetime.now(UTC),
    }
    try:
        return row | {"format": detect_format(kept, upload.name).key}
    except InputError as error:
        files.quarantine(upload, str(error))
        return row | _quarantined(error)


def _quarantined(error: InputError) -> dict[str, Any]:
    return {"status": str(FileStatus.QUARANTINED), "reason": str(error)}


def _superseded(rows: dict[str, dict[str, Any]], newer: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Mark accepted rows of the newer file's name, in place. Returns those marked, by hash."""
    marked = {}
    for sha256, row in rows.items():
        if row["name"] == newer["name"] and row["status"] == FileStatus.ACCEPTED:
            reason = _superseded_by(newer["file_id"])
            rows[sha256] = marked[sha256] = row | {"status": str(FileStatus.SUPERSEDED), "reason": reason}
    return marked


def _superseded_by(file_id: str) -> str:
    return f"{_REPLACED} ({file_id})"


def _shown(row: dict[str, Any], reason: str = "") -> dict[str, Any]:
    return {key: row[key] for key in ("name", "status", "reason", "bytes")} | ({"reason": reason} if reason else {})


def read_records(store: PortfolioStore, files: TenantFiles, tenant: TenantId, run: RunRef) -> StageResult:
    """Read every accepted file from its kept original and store its sheets, rows and rejected rows (source_records).

    A file that cannot be read is quarantined, and the file it had superseded counts again.
    """
    rows = _file_rows(store, tenant)
    waiting = [row for row in rows if row["status"] == FileStatus.ACCEPTED]
    frames = RecordFrames()
    changed: dict[str, dict[str, Any]] = {}
    preview: list[dict[str, Any]] = []
    rejected: Counter[str] = Counter()
    by_file: Counter[str] = Counter()
    while waiting:
        row = waiting.pop(0)
        try:
            sheets = read_sheets(files.original(tenant, row["sha256"]), row["name"])
        except InputError as error:
            restored = _restored(rows, row["file_id"])
            waiting += restored
            changed |= {each["file_id"]: each for each in (row | _quarantined(error), *restored)}
            preview.append(_sheet_line(row["name"], SheetRows(0, ""), str(error)))
            continue
        frames.add(row["file_id"], sheets)
        for sheet in sheets:
            rejected.update(reason for _, _, reason in sheet.rejected)
            by_file[row["name"]] += len(sheet.rows)
            preview.append(_sheet_line(row["name"], sheet))
    if changed:
        _quarantine_unread(store, files, tenant, run, list(changed.values()))
    store.replace(tenant, run, dict(frames.by_table()), stage=READING)
    records = by_file.total()
    return StageResult(
        rows_in=records + rejected.total(),
        rows_out=records,
        skipped=dict(rejected),
        preview=preview[:_PREVIEW_ROWS],
        figures={
            "files": len(by_file),
            "sheets": sum(map(len, frames.sheets)),
            "unreadable files": _unread(changed.values()),
        },
        charts={"Rows by file": dict(by_file.most_common(_PREVIEW_ROWS))} if by_file else {},
    )


def load_file(store: PortfolioStore, tenant: TenantId, run: RunRef, path: Path) -> None:
    """Read one file where it lies, as the only accepted file of the tenant. Raises: InputError."""
    sheets = read_sheets(path, path.name)
    content = path.read_bytes()
    sha256 = hashlib.sha256(content).hexdigest()
    row = SourceFile(
        file_id=sha256[:12],
        name=path.name,
        sha256=sha256,
        bytes=len(content),
        format=detect_format(path, path.name).key,
        status=FileStatus.ACCEPTED,
        reason="",
        received_at=datetime.now(UTC),
    )
    frames = RecordFrames()
    frames.add(row.file_id, sheets)
    store.replace(tenant, run, {SourceFile: pd.DataFrame([row.model_dump()]), **frames.by_table()})


def _sheet_line(file: str, sheet: SheetRows, reason: str = "") -> dict[str, Any]:
    return {
        "file": file,
        "sheet": sheet.sheet,
        "header_row": sheet.header_row,
        "rows": len(sheet.rows),
        "rejected": len(sheet.rejected),
        "reason": reason,
    }


def _restored(rows: Sequence[dict[str, Any]], file_id: str) -> list[dict[str, Any]]:
    accepted = {"status": str(FileStatus.ACCEPTED), "reason": ""}
    return [row | accepted for row in rows if row["reason"] == _superseded_by(file_id)]


def _quarantine_unread(
    store: PortfolioStore, files: TenantFiles, tenant: TenantId, run: RunRef, changed: list[dict[str, Any]]
) -> None:
    """Record changed files; move those that cannot be read out of the landing folder, if they still lie there."""
    store.upsert(tenant, run, {SourceFile: pd.DataFrame(changed)[SourceFile.columns()]})
    reasons = {row["sha256"]: row["reason"] for row in changed if row["status"] == FileStatus.QUARANTINED}
    for upload in files.settled_uploads(tenant):
        if upload.sha256 in reasons:
            files.quarantine(upload, reasons[upload.sha256])


def _unread(changed: Iterable[dict[str, Any]]) -> int:
    return sum(row["status"] == FileStatus.QUARANTINED for row in changed)
