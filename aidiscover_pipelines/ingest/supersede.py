"""Which upload takes the place of which: the same name, or one that differs in a stamp only and lists the same things.

Wrongly taking one file for another's successor loses rows, so a stamp is never enough: the headers must be the same,
and most of what the older file names must be in the newer one. Two sites with one tool share headers, not names.
"""

import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from aidiscover_pipelines.domain.errors import ConfigError, InputError
from aidiscover_pipelines.domain.questionnaire import is_questionnaire
from aidiscover_pipelines.domain.tables import SourceChange, SourceFile
from aidiscover_pipelines.domain.tenancy import RunRef, TenantId
from aidiscover_pipelines.domain.vocabulary import FileStatus
from aidiscover_pipelines.ingest.child import FileRead
from aidiscover_pipelines.ingest.frames import records_of
from aidiscover_pipelines.ingest.stamps import stamped
from aidiscover_pipelines.ports import PortfolioStore, Upload

SAME_HEADERS = 0.9  # share of the headers of both that both have
SAME_NAMES = 0.5  # share of the shorter list's names that the other has: half a portfolio may change in a year
KEPT = "a source of its own"

_REPLACED = "replaced by a newer file of the same name"
_SUCCESSOR = re.compile(r"replaced by .*\(([0-9a-f]{12})\)")
# What counts or measures (numbers, dates, addresses) may be the same in two lists of different things.
_NUMERIC = r"[\d\s.,:/%+tz-]*"

FileRow = dict[str, Any]  # a SourceFile row

COUNTS_AGAIN: FileRow = {"status": str(FileStatus.ACCEPTED), "reason": ""}


class Listing(NamedTuple):
    """What a file lists: its (sheet, header) pairs, and by pair the names in columns that tell its rows apart."""

    headers: set[tuple[str, str]]
    names: dict[tuple[str, str], set[str]]


def replaced_by_same_name(newer: FileRow) -> FileRow:
    """The columns of an older file that a newer one of the same name replaces."""
    return {"status": str(FileStatus.SUPERSEDED), "reason": f"{_REPLACED} ({newer['file_id']})"}


def replaced_by_stamp(older: FileRow, newer: FileRow, shared: str) -> FileRow:
    """The columns of an older file that a newer one replaces whose name differs in its stamp; `shared` says why."""
    reason = (
        f"replaced by {newer['name']!r} ({newer['file_id']}), whose name differs in its date or version only and which "
        f"has {shared}; if they are two sources: aidiscover changes --keep {older['name']!r}"
    )
    return {"status": str(FileStatus.SUPERSEDED), "reason": reason}


def successor(row: Mapping[str, Any]) -> str:
    """file_id of what replaced a superseded file; empty for others."""
    found = _SUCCESSOR.match(row["reason"]) if row["status"] == FileStatus.SUPERSEDED else None
    return found.group(1) if found else ""


def under_each_others_id(one: FileRow, other: FileRow) -> tuple[FileRow, FileRow]:
    """Two uploads with their ids exchanged: a source keeps its id from upload to upload, and with it its addresses."""
    return one | {"file_id": other["file_id"]}, other | {"file_id": one["file_id"]}


def write_files(
    store: PortfolioStore, tenant: TenantId, run: RunRef, before: Mapping[str, FileRow], changed: Mapping[str, FileRow]
) -> None:
    """Store the rows that a stage changed, by hash; what was said of an upload's changes goes with it to its new id."""
    if not changed:
        return
    store.upsert(tenant, run, {SourceFile: pd.DataFrame(list(changed.values()))[SourceFile.columns()]})
    ids = {before[sha256]["file_id"]: row["file_id"] for sha256, row in changed.items() if sha256 in before}
    ids = {was: now for was, now in ids.items() if was != now}
    if not ids:
        return
    involved = sorted({*ids, *ids.values()})
    held = store.read(tenant, SourceChange)
    told = held[held["file_id"].isin(involved)]
    if len(told):
        renamed = {name: told[name].replace(ids) for name in ("file_id", "previous_file_id")}
        store.replace(tenant, run, {SourceChange: told.assign(**renamed)}, file_id=involved)


def quarantined(error: InputError) -> FileRow:
    """The columns of a file that cannot be read."""
    return {"status": str(FileStatus.QUARANTINED), "reason": str(error)}


def upload_before(rows: Iterable[FileRow], row: FileRow) -> FileRow | None:
    """What an upload had replaced, the latest of it."""
    return next(iter(newest_first(each for each in rows if successor(each) == row["file_id"])), None)


def is_back(upload: Upload, rows: Mapping[str, FileRow], uploads: Sequence[Upload]) -> bool:
    """Whether an upload brings superseded bytes back. `rows`: files by hash; `uploads`: all of the landing folder.

    It does where it lies there in place of its successor, or under a later stamp than its successor has.
    """
    newer = successor(rows[upload.sha256])
    if not newer:
        return False
    name, sha256 = next(((row["name"], row["sha256"]) for row in rows.values() if row["file_id"] == newer), ("", ""))
    if upload.name == rows[upload.sha256]["name"]:
        return bool(name == upload.name and all(other.sha256 != sha256 for other in uploads))
    ours, theirs = stamped(upload.name), stamped(name)
    return ours.base == theirs.base and bool(theirs.order) and ours.order > theirs.order


def is_kept(row: Mapping[str, Any]) -> bool:
    """Whether a person said that the file is a source of its own."""
    return bool(row["status"] == FileStatus.ACCEPTED and row["reason"].startswith(KEPT))


def holds_answers(read: FileRead) -> bool:
    """Whether a file is a questionnaire that came back: copies that several people filled in all count."""
    return any(is_questionnaire(sheet.headers) for sheet in read.sheets)


def keep_file(store: PortfolioStore, tenant: TenantId, name: str, by: str) -> None:
    """Make the latest replaced file of that name a source of its own. Raises: ConfigError."""
    rows = store.read(tenant, SourceFile, name=name)
    attempted = f"cannot keep {name!r} as a source of its own"
    if rows.empty:
        raise ConfigError(f"{attempted}: no file of that name was uploaded; see 'aidiscover changes --tenant {tenant}'")
    held = {str(row["file_id"]): as_row(row) for row in rows.to_dict("records")}
    if any(row["status"] == FileStatus.ACCEPTED for row in held.values()):
        why = "it counts already, or a newer file of the same name does; upload it under another name"
        raise ConfigError(f"{attempted}: {why}")
    replaced = newest_first(row for row in held.values() if successor(row))
    if not replaced:
        raise ConfigError(
            f"{attempted}: it was not replaced ({rows['reason'].iloc[0]}); correct it and upload it again"
        )
    store.put(tenant, [_standing(replaced[0], FileStatus.ACCEPTED, f"{KEPT}, said by {by}")])


def release_file(store: PortfolioStore, tenant: TenantId, name: str) -> None:
    """Take `keep_file` back: the next run judges the file anew. Raises: ConfigError."""
    held = [as_row(row) for row in store.read(tenant, SourceFile, name=name).to_dict("records")]
    kept = [_standing(row, FileStatus.ACCEPTED, "") for row in held if is_kept(row)]
    if not kept:
        raise ConfigError(f"cannot release {name!r}: nobody kept it; see 'aidiscover changes --tenant {tenant}'")
    store.put(tenant, kept)


def files_by_hash(store: PortfolioStore, tenant: TenantId) -> dict[str, FileRow]:
    """Every file of a tenant by the hash of its bytes."""
    return {row["sha256"]: as_row(row) for row in store.read(tenant, SourceFile).to_dict("records")}


def as_row(row: Mapping[Any, Any]) -> FileRow:
    """A record of a SourceFile frame."""
    return {str(name): value for name, value in row.items()}


def _standing(row: FileRow, status: FileStatus, reason: str) -> SourceFile:
    return SourceFile.model_validate(row | {"status": status, "reason": reason})


def newest_first(rows: Iterable[FileRow]) -> list[FileRow]:
    """Files by source, those of one source newest first: by stamp where all have one, else by arrival."""
    groups: dict[str, list[FileRow]] = {}
    for row in rows:
        groups.setdefault(stamped(row["name"]).base, []).append(row)
    ordered = []
    for base in sorted(groups):
        orders = [stamped(row["name"]).order for row in groups[base]]
        by_stamp = all(orders)
        pairs = [
            ((order if by_stamp else (), row["received_at"], row["file_id"]), row)
            for order, row in zip(orders, groups[base], strict=True)
        ]
        ordered += [row for _, row in sorted(pairs, key=lambda pair: pair[0], reverse=True)]
    return ordered


def predecessors(rows: Sequence[FileRow]) -> dict[str, list[FileRow]]:
    """Accepted file_id -> the uploads of its source before it, latest first."""
    by_successor: dict[str, list[FileRow]] = {}
    for row in rows:
        by_successor.setdefault(successor(row), []).append(row)
    chains = {}
    for row in rows:
        if row["status"] == FileStatus.ACCEPTED:
            chain: list[FileRow] = []
            current = row["file_id"]
            while found := newest_first(by_successor.pop(current, [])):
                chain += found
                current = found[0]["file_id"]
            chains[row["file_id"]] = chain
    return {file_id: chain for file_id, chain in chains.items() if chain}


class Sources:
    """The files of a run that share a name but for stamps; each is asked once, newest first."""

    def __init__(self) -> None:
        self._expected: Counter[str] = Counter()
        self._taken: dict[str, list[tuple[FileRow, Listing]]] = {}

    def expect(self, rows: Iterable[FileRow]) -> None:
        """Files that will be asked about."""
        self._expected.update(stamped(row["name"]).base for row in rows if not is_kept(row))

    def is_alone(self, row: FileRow) -> bool:
        """Whether there is nothing to hold a file against."""
        return is_kept(row) or self._expected[stamped(row["name"]).base] < 2

    def newer_than(self, row: FileRow, read: FileRead) -> tuple[FileRow, str] | None:
        """The newer upload of the same source and what they share, in words; None where the file counts itself."""
        base = stamped(row["name"]).base
        if self.is_alone(row) or holds_answers(read):
            return None
        listing = listing_of(read)
        for newer, theirs in self._taken.get(base, ()):
            if shared := shared_listing(listing, theirs):
                return newer, shared
        self._taken.setdefault(base, []).append((row, listing))
        return None


def listing_of(read: FileRead) -> Listing:
    """The headers of a file, and the names in it by which its rows can be told apart."""
    headers: set[tuple[str, str]] = set()
    names: dict[tuple[str, str], set[str]] = {}
    for sheet in read.sheets:
        title = "" if len(read.sheets) == 1 else sheet.sheet.casefold()
        keys = [(title, " ".join(header.casefold().split())) for header in sheet.headers]
        headers.update(key for key in keys if key[1])
        texts = [text for frame in records_of(read, sheet) for text in frame["cells"].tolist()]
        table = pd.DataFrame(json.loads("[" + ",".join(texts) + "]"), dtype=object).to_numpy(dtype=object)
        for place, key in enumerate(keys[: table.shape[1] if len(texts) else 0]):
            told = _names(table[:, place])
            if key[1] and told:
                names[key] = told
    return Listing(headers, names)


def _names(column: "np.ndarray[Any, np.dtype[np.object_]]") -> set[str]:
    """The distinct texts of a column that nearly every row has, nearly each its own; empty for any other column."""
    texts = pd.Series(column, dtype="str").str.strip().str.casefold()
    filled = texts[texts.notna() & (texts != "")]
    distinct = set(filled.tolist())
    if len(filled) < 0.9 * len(texts) or len(distinct) < 0.95 * len(filled):
        return set()
    return set() if filled.str.fullmatch(_NUMERIC).mean() > 0.5 else distinct


def shared_listing(older: Listing, newer: Listing) -> str:
    """What two files share, in words, where it is enough to be two uploads of one source; else empty."""
    most = max(len(older.headers), len(newer.headers))
    same = len(older.headers & newer.headers) / most if most else 0.0
    if same < SAME_HEADERS:
        return ""
    shares = [
        len(older.names[key] & newer.names[key]) / min(len(older.names[key]), len(newer.names[key]))
        for key in sorted(older.names.keys() & newer.names.keys())
    ]
    # The median: a column of moment's values does not tell against it, one of chance equals does not tell for it.
    named = float(np.median(shares)) if shares else 0.0
    return f"{same:.0%} of the same headers and {named:.0%} of the same names" if named >= SAME_NAMES else ""
