"""The reading stage: the rows inside accepted files, of those that would come out otherwise than they are stored."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Any

import pandas as pd

from aidiscover_pipelines.domain.edition import edition
from aidiscover_pipelines.domain.errors import InputError
from aidiscover_pipelines.domain.stage import StageResult
from aidiscover_pipelines.domain.tables import Row, SheetReading, SkippedRow, SourceFile, SourceSheet
from aidiscover_pipelines.domain.tenancy import RunRef, TenantId
from aidiscover_pipelines.domain.vocabulary import FileStatus
from aidiscover_pipelines.ingest.child import read_file
from aidiscover_pipelines.ingest.frames import TABLES, parts_of
from aidiscover_pipelines.ingest.numbering import READING, AsTheyStand, numbers_for
from aidiscover_pipelines.ingest.spool import SheetRead
from aidiscover_pipelines.ingest.stamps import stamped
from aidiscover_pipelines.ingest.supersede import (
    COUNTS_AGAIN,
    FileRow,
    Sources,
    files_by_hash,
    newest_first,
    quarantined,
    replaced_by_stamp,
    successor,
    under_each_others_id,
    upload_before,
    write_files,
)
from aidiscover_pipelines.ports import PortfolioStore, TenantFiles

_PREVIEW_ROWS = 10


def read_records(store: PortfolioStore, files: TenantFiles, tenant: TenantId, run: RunRef) -> StageResult:
    """Read accepted files from their kept originals; store their sheets, rows and rejected rows (source_records).

    Files that are stored as the same bytes, read by the same code, are left as they are. A file that cannot be read is
    quarantined, and the file it had superseded counts again. Of files whose names differ in a stamp only and that list
    the same things, the newest counts. Figures are of all accepted files.
    """
    before = files_by_hash(store, tenant)
    stored = store.read(tenant, SheetReading)
    digests = dict(zip(stored["file_id"], stored["digest"], strict=True))
    reading = _Reading(dict(before), frozenset(digests))
    accepted = [row for row in before.values() if row["status"] == FileStatus.ACCEPTED]
    new = [row for row in accepted if digests.get(row["file_id"]) != _digest(row)]
    # Files of one name but for stamps are held against each other, so one that is new is read with the others.
    bases = {stamped(row["name"]).base for row in new}
    again = [row for row in accepted if stamped(row["name"]).base in bases]
    left = {row["file_id"] for row in accepted} - {row["file_id"] for row in again}
    written = sorted({*digests, *(row["file_id"] for row in again)} - left)
    parts = _parts(store, files, tenant, reading, again)
    store.replace_in_parts(tenant, run, TABLES, parts, stage=READING, file_id=written)
    write_files(store, tenant, run, before, {sha256: reading.rows[sha256] for sha256 in sorted(reading.changed)})
    _quarantine_unread(files, tenant, reading.unread)
    return _told(store, tenant, reading)


@dataclass(slots=True)
class _Reading:
    """Files by hash, as reading leaves them, and what it came to. `stored`: ids of files whose rows are stored."""

    rows: dict[str, FileRow]
    stored: frozenset[str]
    sources: Sources = field(default_factory=Sources)
    changed: set[str] = field(default_factory=set)
    unread: list[FileRow] = field(default_factory=list)
    superseded: list[FileRow] = field(default_factory=list)

    def put(self, *rows: FileRow) -> None:
        for row in rows:
            self.rows[row["sha256"]] = row
            self.changed.add(row["sha256"])

    def supersede(self, older: FileRow, newer: FileRow, shared: str) -> None:
        """The first upload after those that are stored goes on under their id."""
        if older["file_id"] in self.stored and newer["file_id"] not in self.stored:
            older, newer = under_each_others_id(older, newer)
            self.put(newer)
        self.put(older | replaced_by_stamp(older, newer, shared))
        self.superseded.append(self.rows[older["sha256"]])


def _parts(
    store: PortfolioStore, files: TenantFiles, tenant: TenantId, reading: _Reading, rows: Sequence[FileRow]
) -> Iterator[tuple[type[Row], pd.DataFrame]]:
    reading.sources.expect(rows)
    waiting = [row["sha256"] for row in newest_first(rows) if _counts(files, tenant, reading, row)]
    while waiting:
        row = reading.rows[waiting.pop(0)]
        try:
            with read_file(files.original(tenant, row["sha256"]), row["name"]) as read:
                if row["warnings"] != (told := warnings_of(read.sheets)):
                    reading.put(row | {"warnings": told})
                numbered = partial(numbers_for, store, tenant, row["file_id"])
                yield from parts_of(row["file_id"], read, _digest(row), numbered)
        except InputError as error:
            reading.unread.append(row | quarantined(error))
            reading.put(reading.unread[-1])
            if earlier := upload_before(reading.rows.values(), row):
                back, gone = under_each_others_id(earlier | COUNTS_AGAIN, reading.unread[-1])
                reading.put(back, gone)
                reading.sources.expect([back])
                waiting += [back["sha256"]] if _counts(files, tenant, reading, back) else []


def _counts(files: TenantFiles, tenant: TenantId, reading: _Reading, row: FileRow) -> bool:
    """Whether an upload counts beside the newer ones of its source; what cannot be read is told when it is stored."""
    if reading.sources.is_alone(row):
        return True
    try:
        with read_file(files.original(tenant, row["sha256"]), row["name"]) as read:
            found = reading.sources.newer_than(row, read)
    except InputError:
        return True
    if found is not None:
        newer, shared = found
        reading.supersede(row, reading.rows[newer["sha256"]], shared)
    return found is None


def _digest(row: FileRow) -> str:
    """Of what decides how a file is read."""
    told = repr((row["sha256"], row["name"], edition("ingest", "domain")))
    return hashlib.sha256(told.encode()).hexdigest()[:16]


def _told(store: PortfolioStore, tenant: TenantId, reading: _Reading) -> StageResult:
    """What is stored of all accepted files, and what became of the others."""
    files = newest_first(row for row in reading.rows.values() if row["status"] == FileStatus.ACCEPTED)
    names = {row["file_id"]: row["name"] for row in files}
    sheets = store.read(tenant, SourceSheet)
    order = {file_id: place for place, file_id in enumerate(names)}
    sheets = sheets.assign(order=sheets["file_id"].map(order)).sort_values(["order", "sheet_index"], kind="stable")
    columns = ["record_id", "file_id", "sheet", "row", "reason"]
    rejected = store.read(tenant, SkippedRow, columns=columns, stage=READING)
    rejected = rejected.assign(
        order=rejected["file_id"].map(order),
        sheet_index=rejected["record_id"].str.split(".").str[1].astype("int64"),
        file=rejected["file_id"].map(names),
    ).sort_values(["order", "sheet_index", "row"], kind="stable")
    counts = rejected.groupby(["file_id", "sheet_index"]).size()
    lines = [
        _line(names[row["file_id"]], row, int(counts.get((row["file_id"], row["sheet_index"]), 0)))
        for row in _shown(sheets)
    ]
    unread = [_line(row["name"], {"sheet": "", "header_row": 0, "rows": 0}, 0, row["reason"]) for row in reading.unread]
    by_file = sheets.groupby(sheets["file_id"].map(names), sort=False)["rows"].sum()
    by_file = by_file.sort_values(ascending=False, kind="stable").head(_PREVIEW_ROWS)
    records = int(sheets["rows"].sum())
    replaced = [
        {"file": row["name"], "replaced by": names.get(successor(row), ""), "reason": row["reason"]}
        for row in reading.superseded
    ]
    return StageResult(
        rows_in=records + len(rejected),
        rows_out=records,
        skipped={str(reason): int(count) for reason, count in rejected["reason"].value_counts().items()},
        preview=[*unread, *lines][:_PREVIEW_ROWS],
        figures={
            "files": len(files),
            "sheets": len(sheets),
            "unreadable files": len(reading.unread),
            "superseded files": len(replaced),
            "warnings": sum(len(row["warnings"]) for row in files),
        },
        tables={
            "rejected rows": _shown(rejected[["file", "sheet", "row", "reason"]].head(_PREVIEW_ROWS)),
            "superseded files": replaced[:_PREVIEW_ROWS],
        },
        charts={"Rows by file": {str(name): float(count) for name, count in by_file.items()}} if len(by_file) else {},
    )


def _shown(rows: pd.DataFrame) -> list[dict[str, Any]]:
    return [{str(name): value for name, value in row.items()} for row in rows.to_dict("records")]


def _line(file: str, sheet: Mapping[str, Any], rejected: int, reason: str = "") -> dict[str, Any]:
    told = {name: sheet[name] for name in ("sheet", "header_row", "rows")}
    return {"file": file, **told, "rejected": rejected, "reason": reason}


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
            warnings=warnings_of(read.sheets),
        )
        files = (SourceFile, pd.DataFrame([row.model_dump()]))
        parts = parts_of(row.file_id, read, "", lambda _: AsTheyStand())
        store.replace_in_parts(tenant, run, (SourceFile, *TABLES), chain([files], parts))


def warnings_of(sheets: Sequence[SheetRead]) -> list[str]:
    """The file's warnings; those of one sheet among several begin with its name."""
    if len(sheets) == 1:
        return sheets[0].warnings
    return [f"sheet {sheet.sheet!r}: {warning}" for sheet in sheets for warning in sheet.warnings]


def _quarantine_unread(files: TenantFiles, tenant: TenantId, unread: Sequence[FileRow]) -> None:
    """Move files that cannot be read out of the landing folder, if they still lie there."""
    reasons = {row["sha256"]: row["reason"] for row in unread}
    for upload in files.settled_uploads(tenant) if reasons else ():
        if upload.sha256 in reasons:
            files.quarantine(upload, reasons[upload.sha256])
