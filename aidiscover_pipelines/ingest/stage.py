"""The intake stages: paths given on the command line, settled uploads, and the rows inside accepted files."""

import hashlib
import logging
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import chain, count, islice
from pathlib import Path
from typing import Any

import pandas as pd

from aidiscover_pipelines.domain.errors import InputError, StillChanging
from aidiscover_pipelines.domain.questionnaire import is_questionnaire
from aidiscover_pipelines.domain.stage import StageResult
from aidiscover_pipelines.domain.tables import Row, SourceFile, SourceSheet
from aidiscover_pipelines.domain.tenancy import RunRef, TenantId
from aidiscover_pipelines.domain.vocabulary import FileStatus
from aidiscover_pipelines.ingest.child import FileRead, read_file
from aidiscover_pipelines.ingest.formats import detect_format
from aidiscover_pipelines.ingest.frames import READING, TABLES, parts_of
from aidiscover_pipelines.ingest.spool import SheetRead, rejected_rows
from aidiscover_pipelines.ingest.supersede import (
    Sources,
    as_row,
    holds_answers,
    is_back,
    newest_first,
    replaced_by_same_name,
    replaced_by_stamp,
    successor,
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
    return IngestOutcome(path, "accepted", "", sheets, tuple(_warnings(read.sheets))), sha256


def _checked_sheet(read: FileRead, sheet: SheetRead) -> dict[str, Any]:
    return {
        "sheet": sheet.sheet,
        "hidden": sheet.hidden,
        "rows": sheet.rows,
        "rejected": sum(sheet.rejected.values()),
        "rejected_rows": [{"row": row, "reason": reason} for row, _, reason in rejected_rows(read.spool, sheet)],
    }


def _warnings(sheets: Sequence[SheetRead]) -> list[str]:
    """The file's warnings; those of one sheet among several begin with its name."""
    if len(sheets) == 1:
        return sheets[0].warnings
    return [f"sheet {sheet.sheet!r}: {warning}" for sheet in sheets for warning in sheet.warnings]


def new_uploads(store: PortfolioStore, files: TenantFiles, tenant: TenantId) -> list[Upload]:
    """Settled uploads that the next run takes up: bytes that no run has seen, or that came back."""
    rows = {row["sha256"]: row for row in _file_rows(store, tenant)}
    uploads = files.settled_uploads(tenant)
    return [upload for upload in uploads if upload.sha256 not in rows or is_back(upload, rows, uploads)]


def receive_uploads(store: PortfolioStore, files: TenantFiles, tenant: TenantId, run: RunRef) -> StageResult:
    """Keep the bytes of every new upload and record it as accepted or quarantined (asset source_files).

    A newer file of the same name supersedes the older one. Bytes that are known already change nothing, unless they
    were superseded and took the place of their successor in the landing folder: then they count again.
    """
    rows = {row["sha256"]: row for row in _file_rows(store, tenant)}
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
            row = _received(files, upload)
        except StillChanging:
            skipped[STILL_CHANGING] += 1
            continue
        if row["status"] == FileStatus.ACCEPTED:
            changed |= _superseded(rows, row, answers)
        rows[upload.sha256] = changed[upload.sha256] = row
        preview.append(_shown(row))
    if changed:
        store.upsert(tenant, run, {SourceFile: pd.DataFrame(list(changed.values()))[SourceFile.columns()]})
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


def _file_rows(store: PortfolioStore, tenant: TenantId) -> list[dict[str, Any]]:
    return [as_row(row) for row in store.read(tenant, SourceFile).to_dict("records")]


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
        "warnings": [],
    }
    try:
        return row | {"format": detect_format(kept, upload.name).key}
    except InputError as error:
        files.quarantine(upload, str(error))
        return row | _quarantined(error)


def _quarantined(error: InputError) -> dict[str, Any]:
    return {"status": str(FileStatus.QUARANTINED), "reason": str(error)}


def _questionnaires(store: PortfolioStore, tenant: TenantId) -> set[str]:
    """file_ids of questionnaires that came back."""
    sheets = store.read(tenant, SourceSheet, columns=["file_id", "headers"])
    return {str(file_id) for file_id, headers in sheets.itertuples(index=False) if is_questionnaire(headers)}


def _superseded(rows: dict[str, dict[str, Any]], newer: dict[str, Any], answers: set[str]) -> dict[str, dict[str, Any]]:
    """Mark accepted rows of the newer file's name, in place, but for answers. Returns those marked, by hash."""
    marked = {}
    for sha256, row in rows.items():
        if row["file_id"] in answers:
            continue
        if row["name"] == newer["name"] and row["status"] == FileStatus.ACCEPTED:
            rows[sha256] = marked[sha256] = row | replaced_by_same_name(newer)
    return marked


def _told(aside: PutAside) -> dict[str, Any]:
    return {"name": aside.name, "status": str(FileStatus.QUARANTINED), "reason": aside.reason, "bytes": 0}


def _told_aside(files: TenantFiles, tenant: TenantId) -> list[dict[str, Any]]:
    """What lies in quarantine, put there by this run, an earlier one or on the command line."""
    held = files.quarantined(tenant)[:_PREVIEW_ROWS]
    return [{"name": each.name, "reason": each.reason, "path": str(each.path)} for each in held]


def _shown(row: dict[str, Any], reason: str = "") -> dict[str, Any]:
    return {key: row[key] for key in ("name", "status", "reason", "bytes")} | ({"reason": reason} if reason else {})


@dataclass(slots=True)
class _Reading:
    """What reading a tenant's files came to, filled while they are read."""

    rows: list[dict[str, Any]]
    changed: dict[str, dict[str, Any]] = field(default_factory=dict)
    preview: list[dict[str, Any]] = field(default_factory=list)
    rejected: Counter[str] = field(default_factory=Counter)
    by_file: Counter[str] = field(default_factory=Counter)
    sheets: int = 0
    warnings: int = 0
    rejected_rows: list[dict[str, Any]] = field(default_factory=list)
    superseded: list[dict[str, Any]] = field(default_factory=list)

    def supersede(self, older: dict[str, Any], newer: dict[str, Any], shared: str) -> None:
        self.changed[older["file_id"]] = row = older | replaced_by_stamp(older, newer, shared)
        self.superseded.append({"file": older["name"], "replaced by": newer["name"], "reason": row["reason"]})

    def note(self, row: dict[str, Any], read: FileRead) -> None:
        self.sheets += len(read.sheets)
        for sheet in read.sheets:
            self.rejected.update(sheet.rejected)
            self.by_file[row["name"]] += sheet.rows
            self.preview.append(_sheet_line(row["name"], sheet))
            if sheet.rejected and len(self.rejected_rows) < _PREVIEW_ROWS:
                shown = islice(rejected_rows(read.spool, sheet), _PREVIEW_ROWS - len(self.rejected_rows))
                where = {"file": row["name"], "sheet": sheet.sheet}
                self.rejected_rows += [where | {"row": number, "reason": reason} for number, _, reason in shown]
        warnings = _warnings(read.sheets)
        self.warnings += len(warnings)
        if warnings != row["warnings"]:
            self.changed[row["file_id"]] = row | {"warnings": warnings}


def read_records(store: PortfolioStore, files: TenantFiles, tenant: TenantId, run: RunRef) -> StageResult:
    """Read every accepted file from its kept original and store its sheets, rows and rejected rows (source_records).

    A file that cannot be read is quarantined, and the file it had superseded counts again. Of files whose names differ
    in a stamp only and that list the same things, the newest counts.
    """
    reading = _Reading(_file_rows(store, tenant))
    store.replace_in_parts(tenant, run, TABLES, _parts(files, tenant, reading), stage=READING)
    changed = list(reading.changed.values())
    if changed:
        store.upsert(tenant, run, {SourceFile: pd.DataFrame(changed)[SourceFile.columns()]})
        _quarantine_unread(files, tenant, changed)
    records = reading.by_file.total()
    return StageResult(
        rows_in=records + reading.rejected.total(),
        rows_out=records,
        skipped=dict(reading.rejected),
        preview=sorted(reading.preview, key=lambda line: not line["reason"])[:_PREVIEW_ROWS],
        figures={
            "files": len(reading.by_file),
            "sheets": reading.sheets,
            "unreadable files": sum(row["status"] == FileStatus.QUARANTINED for row in changed),
            "superseded files": len(reading.superseded),
            "warnings": reading.warnings,
        },
        tables={"rejected rows": reading.rejected_rows, "superseded files": reading.superseded[:_PREVIEW_ROWS]},
        charts={"Rows by file": dict(reading.by_file.most_common(_PREVIEW_ROWS))} if reading.by_file else {},
    )


def _parts(files: TenantFiles, tenant: TenantId, reading: _Reading) -> Iterator[tuple[type[Row], pd.DataFrame]]:
    waiting = newest_first(row for row in reading.rows if row["status"] == FileStatus.ACCEPTED)
    sources = Sources()
    sources.expect(waiting)
    while waiting:
        row = waiting.pop(0)
        try:
            with read_file(files.original(tenant, row["sha256"]), row["name"]) as read:
                if newer := sources.newer_than(row, read):
                    reading.supersede(row, *newer)
                    continue
                reading.note(row, read)
                yield from parts_of(row["file_id"], read)
        except InputError as error:
            restored = _restored(reading.rows, row["file_id"])
            sources.expect(restored)
            waiting = newest_first([*waiting, *restored])
            reading.changed |= {each["file_id"]: each for each in (row | _quarantined(error), *restored)}
            reading.preview.append(_sheet_line(row["name"], None, str(error)))


def load_file(store: PortfolioStore, tenant: TenantId, run: RunRef, path: Path, first: int | None = None) -> None:
    """Read one file where it lies, as the only accepted file of the tenant; of each sheet the `first` rows or all.

    Raises: InputError.
    """
    with read_file(path, path.name, first) as read, path.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        row = SourceFile(
            file_id=sha256[:12],
            name=path.name,
            sha256=sha256,
            bytes=path.stat().st_size,
            format=read.format,
            status=FileStatus.ACCEPTED,
            reason="",
            received_at=datetime.now(UTC),
            warnings=_warnings(read.sheets),
        )
        files = (SourceFile, pd.DataFrame([row.model_dump()]))
        store.replace_in_parts(tenant, run, (SourceFile, *TABLES), chain([files], parts_of(row.file_id, read)))


def _sheet_line(file: str, sheet: SheetRead | None, reason: str = "") -> dict[str, Any]:
    return {
        "file": file,
        "sheet": sheet.sheet if sheet else "",
        "header_row": sheet.header_row if sheet else 0,
        "rows": sheet.rows if sheet else 0,
        "rejected": sum(sheet.rejected.values()) if sheet else 0,
        "reason": reason,
    }


def _restored(rows: Sequence[dict[str, Any]], file_id: str) -> list[dict[str, Any]]:
    accepted = {"status": str(FileStatus.ACCEPTED), "reason": ""}
    return [row | accepted for row in rows if successor(row) == file_id]


def _quarantine_unread(files: TenantFiles, tenant: TenantId, changed: list[dict[str, Any]]) -> None:
    """Move files that cannot be read out of the landing folder, if they still lie there."""
    reasons = {row["sha256"]: row["reason"] for row in changed if row["status"] == FileStatus.QUARANTINED}
    for upload in files.settled_uploads(tenant) if reasons else ():
        if upload.sha256 in reasons:
            files.quarantine(upload, reasons[upload.sha256])
