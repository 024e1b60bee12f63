"""The intake stages: paths given on the command line, settled uploads, and the rows inside accepted files."""

import hashlib
import logging
import shutil
import tempfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any

from aidiscover_pipelines.domain.errors import InputError, StillChanging
from aidiscover_pipelines.domain.questionnaire import is_questionnaire
from aidiscover_pipelines.domain.stage import StageResult
from aidiscover_pipelines.domain.tables import SourceFile, SourceSheet
from aidiscover_pipelines.domain.tenancy import RunRef, TenantId
from aidiscover_pipelines.domain.vocabulary import FileStatus
from aidiscover_pipelines.ingest.child import FileRead, read_file
from aidiscover_pipelines.ingest.formats import detect_format
from aidiscover_pipelines.ingest.reading import load_file as load_file
from aidiscover_pipelines.ingest.reading import read_records as read_records
from aidiscover_pipelines.ingest.reading import warnings_of
from aidiscover_pipelines.ingest.spool import SheetRead, rejected_rows
from aidiscover_pipelines.ingest.supersede import (
    FileRow,
    files_by_hash,
    holds_answers,
    is_back,
    newest_first,
    quarantined,
    replaced_by_same_name,
    under_each_others_id,
    write_files,
)
from aidiscover_pipelines.ports import PortfolioStore, PutAside, TenantFiles, Upload

ALREADY_KNOWN = "already known"
STILL_CHANGING = "still being written; taken up by the next run"

_PREVIEW_ROWS = 10
_SHOWN_ROWS = 20  # rejected rows of a sheet that a check names one by one

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class IngestOutcome:
    """What became of one path: accepted, quarantined, missing or duplicate.

    `sheets`: sheet, hidden, rows and rejected (counts), rejected_rows (the first: row, reason); `warnings`: texts.
    """

    path: Path
    status: str
    reason: str
    sheets: tuple[dict[str, Any], ...] = ()
    warnings: tuple[str, ...] = ()


def ingest_paths(
    store: PortfolioStore, files: TenantFiles, tenant: TenantId, paths: Sequence[Path]
) -> list[IngestOutcome]:
    """Check each path and copy it to the landing folder, or to quarantine; one bad file never stops the others.

    Duplicate: the same bytes are an accepted file or wait in the landing folder.
    Raises: UnknownTenant, before anything is copied.
    """
    store.tenant(tenant, f"ingest {len(paths)} file(s)")
    known = set(store.read(tenant, SourceFile, status=str(FileStatus.ACCEPTED))["sha256"])
    waiting = files.settled_uploads(tenant)
    known |= {upload.sha256 for upload in waiting}
    taken = {upload.name for upload in waiting}
    outcomes = []
    for path in paths:
        outcome, sha256 = _ingest(files, tenant, path, known, taken)
        if outcome.status == "accepted":
            known.add(sha256)
            taken = {upload.name for upload in files.settled_uploads(tenant)}
        outcomes.append(outcome)
    return outcomes


def _ingest(
    files: TenantFiles, tenant: TenantId, path: Path, known: set[str], taken: set[str]
) -> tuple[IngestOutcome, str]:
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
        return _ingest_copy(files, tenant, path, checked, known, taken)


def _ingest_copy(
    files: TenantFiles, tenant: TenantId, path: Path, checked: Path, known: set[str], taken: set[str]
) -> tuple[IngestOutcome, str]:
    with checked.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    if sha256 in known:
        return IngestOutcome(path, "duplicate", "the same bytes were received before; nothing to do"), sha256
    try:
        with read_file(checked, path.name, first=_SHOWN_ROWS) as read:
            sheets = tuple(_checked_sheet(read, sheet) for sheet in read.sheets)
            is_answered = holds_answers(read)
    except InputError as error:
        files.quarantine(Upload(tenant, path.name, checked, sha256, checked.stat().st_size), str(error))
        return IngestOutcome(path, "quarantined", str(error)), sha256
    if is_answered and path.name in taken:
        # Another person's copy of the same questionnaire: it must not take the first one's place in the folder.
        names = (f"{path.stem}_{number}{path.suffix}" for number in count(2))
        checked = checked.rename(checked.with_name(next(name for name in names if name not in taken)))
    files.receive(tenant, checked)
    return IngestOutcome(path, "accepted", "", sheets, tuple(warnings_of(read.sheets))), sha256


def _checked_sheet(read: FileRead, sheet: SheetRead) -> dict[str, Any]:
    return {
        "sheet": sheet.sheet,
        "hidden": sheet.hidden,
        "rows": sheet.rows,
        "rejected": sum(sheet.rejected.values()),
        "rejected_rows": [{"row": row, "reason": reason} for row, _, reason in rejected_rows(read.spool, sheet)],
    }


def new_uploads(store: PortfolioStore, files: TenantFiles, tenant: TenantId) -> list[Upload]:
    """Settled uploads that the next run takes up: bytes that no run has seen, or that came back."""
    rows = files_by_hash(store, tenant)
    uploads = files.settled_uploads(tenant)
    return [upload for upload in uploads if upload.sha256 not in rows or is_back(upload, rows, uploads)]


def receive_uploads(store: PortfolioStore, files: TenantFiles, tenant: TenantId, run: RunRef) -> StageResult:
    """Keep the bytes of every new upload and record it as accepted or quarantined (asset source_files).

    A newer file of the same name supersedes the older one. Bytes that are known already change nothing, unless they
    were superseded and took the place of their successor in the landing folder: then they count again.
    """
    before = files_by_hash(store, tenant)
    rows = dict(before)
    answers = _questionnaires(store, tenant)
    uploads = files.settled_uploads(tenant)
    changed: dict[str, dict[str, Any]] = {}
    aside = files.put_aside_special(tenant)
    skipped: Counter[str] = Counter(each.reason for each in aside)
    preview = [_told(each) for each in aside]
    for upload in uploads:
        known = rows.get(upload.sha256)
        if known is not None and known["status"] != FileStatus.QUARANTINED and not is_back(upload, rows, uploads):
            skipped[ALREADY_KNOWN] += 1
            preview.append(_shown(known | {"name": upload.name}, ALREADY_KNOWN))
            continue
        try:
            row = _received(files, upload, known["file_id"] if known else upload.sha256[:12])
        except StillChanging:
            skipped[STILL_CHANGING] += 1
            continue
        put = {upload.sha256: row} if row["status"] != FileStatus.ACCEPTED else _superseded(rows, row, answers)
        rows |= put
        changed |= put
        preview.append(_shown(row))
    write_files(store, tenant, run, before, changed)
    counts = Counter(str(row["status"]) for row in changed.values())
    _log.info("tenant %s: %d uploads, %d rows changed", tenant, len(uploads), len(changed))
    return StageResult(
        rows_in=len(uploads) + len(aside),
        rows_out=len(changed),
        skipped=dict(skipped),
        preview=sorted(preview, key=lambda row: row["status"] != FileStatus.QUARANTINED)[:_PREVIEW_ROWS],
        figures={str(status): counts[str(status)] for status in FileStatus},
        tables={"files in quarantine": _told_aside(files, tenant)},
        charts={"Files by status": dict(Counter(str(row["status"]) for row in rows.values()))} if rows else {},
    )


def _received(files: TenantFiles, upload: Upload, file_id: str) -> dict[str, Any]:
    kept = files.keep_original(upload)
    row: dict[str, Any] = {
        "file_id": file_id,
        "name": upload.name,
        "sha256": upload.sha256,
        "bytes": upload.bytes,
        "format": "",
        "status": str(FileStatus.ACCEPTED),
        "reason": "",
        "received_at": datetime.now(UTC),
        "warnings": [],
    }
    try:
        return row | {"format": detect_format(kept, upload.name).key}
    except InputError as error:
        files.quarantine(upload, str(error))
        return row | quarantined(error)


def _questionnaires(store: PortfolioStore, tenant: TenantId) -> set[str]:
    """file_ids of questionnaires that came back."""
    sheets = store.read(tenant, SourceSheet, columns=["file_id", "headers"])
    return {str(file_id) for file_id, headers in sheets.itertuples(index=False) if is_questionnaire(headers)}


def _superseded(rows: dict[str, FileRow], newer: FileRow, answers: set[str]) -> dict[str, FileRow]:
    """The newer upload and the accepted ones of its name, but for answers, which it takes the place of; by hash.

    It goes on under the id of the latest of them.
    """
    older = [row for row in rows.values() if row["name"] == newer["name"] and row["file_id"] not in answers]
    older = newest_first(row for row in older if row["status"] == FileStatus.ACCEPTED)
    if older:
        older[0], newer = under_each_others_id(older[0], newer)
    return {row["sha256"]: row for row in (newer, *(row | replaced_by_same_name(newer) for row in older))}


def _told(aside: PutAside) -> dict[str, Any]:
    return {"name": aside.name, "status": str(FileStatus.QUARANTINED), "reason": aside.reason, "bytes": 0}


def _told_aside(files: TenantFiles, tenant: TenantId) -> list[dict[str, Any]]:
    """What lies in quarantine, put there by this run, an earlier one or on the command line."""
    held = files.quarantined(tenant)[:_PREVIEW_ROWS]
    return [{"name": each.name, "reason": each.reason, "path": str(each.path)} for each in held]


def _shown(row: dict[str, Any], reason: str = "") -> dict[str, Any]:
    return {key: row[key] for key in ("name", "status", "reason", "bytes")} | ({"reason": reason} if reason else {})
