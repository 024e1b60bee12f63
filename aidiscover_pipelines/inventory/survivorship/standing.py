"""Standing of sources: what kind of source each sheet is, how far it is to be trusted, and of which day it speaks."""

from collections.abc import Sequence, Set
from datetime import date

import numpy as np
import pandas as pd

from aidiscover_pipelines.domain.limits import YEARS
from aidiscover_pipelines.domain.questionnaire import is_questionnaire
from aidiscover_pipelines.domain.tables import SourceStanding
from aidiscover_pipelines.inventory.addresses import sheet_keys
from aidiscover_pipelines.inventory.cells import coded, texts
from aidiscover_pipelines.inventory.survivorship.agreement import Flags, Objects
from aidiscover_pipelines.inventory.survivorship.kinds import CLOUDS, REPOSITORY
from aidiscover_pipelines.inventory.survivorship.ranking import DEFAULT_KIND, Codes
from aidiscover_pipelines.inventory.survivorship.rules import BY_KIND

# Rows that have two of these come from a hypervisor or a cloud, whatever the file is called.
PLATFORM_SIGNS = ("hypervisor_host", "cluster_name", "power_state")
# What a registry keeps beside the key of each row: when the row was last updated, or its class and its state.
KEYS = ("asset_id", "application_id")
CLASSES = ("asset_type", "application_type")
STAMP, STATE = "last_seen", "lifecycle_status"


def standings(cells: pd.DataFrame, sheets: pd.DataFrame, files: pd.DataFrame, scanned: date | None) -> pd.DataFrame:
    """SourceStanding frame: one row for each sheet and cloud that `cells` come from, by sheet_key.

    `sheets` and `files` are SourceSheet and SourceFile rows, where there are any; `scanned` is the day of the last
    scan of a cloud. No cells: empty.
    """
    if cells.empty:
        return pd.DataFrame(columns=SourceStanding.columns())
    record, sheet, keys = _sheets(cells)
    field, fields = coded(cells["field"])
    told = np.zeros((len(keys), len(fields)), dtype=bool)
    told[sheet[record], field] = True
    signs = {key: {str(name) for name in fields[has]} for key, has in zip(keys, told, strict=True) if has.any()}
    headers = {
        f"{file_id}.{index}": told
        for file_id, index, told in zip(sheets["file_id"], sheets["sheet_index"], sheets["headers"], strict=True)
    }
    names = dict(zip(files["file_id"], files["name"].astype(str), strict=True))
    tabs = dict(zip(headers, sheets["sheet"].astype(str), strict=True))
    received = dict(zip(files["file_id"], files["received_at"], strict=True))
    stamped = np.flatnonzero(cells["field"] == STAMP)
    newest = _newest(cells.iloc[stamped], np.array(keys, dtype=object)[sheet[record[stamped]]], received)
    rows = []
    for key, shown_by in sorted(signs.items()):
        file_id = key.partition(".")[0]
        is_cloud = _is_cloud(file_id)
        kind, shown = _kind(file_id, shown_by, is_answer=is_questionnaire(headers.get(key, [])))
        uploaded = scanned if is_cloud else received[file_id].date() if file_id in received else None
        as_of = newest.get(key) or (uploaded.isoformat() if uploaded else None)
        dated = f"its newest row is of {as_of}" if newest.get(key) else "no row is dated: as of its upload or scan"
        name, tab = names.get(file_id, file_id), tabs.get(key, "")
        rows.append(
            {
                "sheet_key": key,
                "source": name if tab in ("", name) else f"{name}, {tab}",
                "kind": kind,
                "trust": BY_KIND[kind].trust,
                "as_of": as_of,
                "reason": f"{BY_KIND[kind].words}: {shown}; {dated}",
            }
        )
    return pd.DataFrame(rows, columns=SourceStanding.columns())


def stated(cells: pd.DataFrame, standing: pd.DataFrame, arrived: Sequence[str] = ()) -> pd.DataFrame:
    """Cells with `source_kind` and `day`, the day that their row speaks of (days since 1970; 0 where unknown).

    A row's own stamp, where it can be right and is no later than its sheet's newest, else its sheet's day. Answers of
    people are compared with one another only, and two may come in on one day: their `day` is the place of their file in
    `arrived`, the file_ids in the order of arrival.
    """
    if cells.empty:
        return cells.assign(source_kind=DEFAULT_KIND, day=0)
    record, sheet, keys = _sheets(cells)
    known = standing.set_index("sheet_key").reindex(keys)
    kinds = pd.Categorical(known["kind"].fillna(DEFAULT_KIND), categories=list(BY_KIND))
    as_of = _days(known["as_of"])[sheet]
    stamps = np.flatnonzero(cells["field"] == STAMP)
    values, owner = texts(cells["value"].iloc[stamps]), record[stamps]
    told = _days(values)
    told = np.where(_plausible(values) & (told <= as_of[owner]), told, -1)
    own = np.full(len(sheet), -1, dtype=np.int64)
    np.maximum.at(own, owner, told)
    day = np.where(own > 0, own, as_of).astype(np.int32)[record]
    kind = pd.Categorical.from_codes(kinds.codes[sheet][record], dtype=kinds.dtype)
    answers = np.flatnonzero(kind == "person")
    if len(answers) and len(arrived):
        place = 1 + pd.Index(list(arrived), dtype=object).get_indexer(pd.Index(cells["file_id"].iloc[answers]))
        day[answers] = np.where(place > 0, place, day[answers])
    return cells.assign(source_kind=kind, day=day)


def _sheets(cells: pd.DataFrame) -> tuple[Codes, Codes, list[str]]:
    """Record of each cell and sheet of each record, as codes, and the sheets; of a cloud the cloud, else the commit."""
    record, records = coded(cells["record_id"])
    starts = np.flatnonzero(np.diff(record, prepend=-1))[::-1]
    first = np.zeros(len(records), dtype=np.int64)
    first[record[starts]] = starts
    file, files = pd.factorize(cells["file_id"].iloc[first])
    scanned = np.array([_is_cloud(each) or is_repository(each) for each in files], dtype=bool)[file]
    keys = sheet_keys(pd.Series(records, dtype="str")).to_numpy(object)
    sheet, sheets = pd.factorize(np.where(scanned, np.asarray(files, dtype=object)[file], keys))
    return record, sheet, [str(each) for each in sheets]


def _is_cloud(file_id: str) -> bool:
    return file_id.partition(":")[0] in CLOUDS


def is_repository(file_id: str) -> bool:
    """Whether a cell's file is a commit of a repository."""
    return file_id.partition(":")[0] == REPOSITORY


def _kind(file_id: str, fields: Set[str], *, is_answer: bool) -> tuple[str, str]:
    """Kind, and what shows it. The signs are those of SOURCE_KINDS, in that order."""
    if is_answer:
        return "person", BY_KIND["person"].sign
    if _is_cloud(file_id):
        return "cloud", BY_KIND["cloud"].sign
    if is_repository(file_id):
        return "repository", BY_KIND["repository"].sign
    measured = [sign for sign in PLATFORM_SIGNS if sign in fields]
    if len(measured) >= 2:
        return "platform", f"its rows have {' and '.join(measured)}"
    keys = [sign for sign in KEYS if sign in fields]
    kept = [STAMP] if STAMP in fields else [sign for sign in CLASSES if sign in fields and STATE in fields][:1]
    if keys and kept:
        return "registry", f"its rows have {keys[0]} and {' and '.join(kept if kept == [STAMP] else [*kept, STATE])}"
    return DEFAULT_KIND, BY_KIND[DEFAULT_KIND].sign


def _newest(cells: pd.DataFrame, keys: Objects, received: dict[str, pd.Timestamp]) -> dict[str, str]:
    """The last day that rows of each sheet are stamped with, from their stamps. Days after the upload are mistakes."""
    stamps = texts(cells["value"])
    told = pd.DataFrame({"key": keys, "file": cells["file_id"].to_numpy(object), "day": stamps.str.slice(0, 10)})
    told = told[_plausible(stamps)].drop_duplicates()
    latest = {file_id: moment.date().isoformat() for file_id, moment in received.items()}
    limit = told["file"].map(latest).astype(object).fillna("9999").to_numpy(object)
    return dict(told[told["day"].to_numpy(object) <= limit].groupby("key")["day"].max())


def _plausible(values: pd.Series) -> Flags:
    years = pd.to_numeric(values.str.slice(0, 4), errors="coerce").to_numpy(float)
    out: Flags = (years >= YEARS[0]) & (years <= YEARS[1])
    return out


def _days(values: pd.Series) -> Codes:
    """ISO dates as days since 1970; 0 where there is none."""
    codes, distinct = pd.factorize(values.str.slice(0, 10))
    moments = pd.to_datetime(pd.Series(distinct, dtype="str"), errors="coerce", format="%Y-%m-%d")
    # In days the year 9999 is in reach, in nanoseconds it is not.
    days = moments.to_numpy().astype("datetime64[D]")
    return np.append(np.where(np.isnat(days), 0, days.astype(np.int64)), 0)[codes]
