"""A scan of clouds into the store, service by service as it arrives: what did not answer keeps what it gave last."""

import logging
from collections.abc import Sequence
from typing import Any

import pandas as pd

from aidiscover_pipelines.domain.stage import StageResult
from aidiscover_pipelines.domain.tables import CloudCell, CloudCoverage, Row
from aidiscover_pipelines.domain.tenancy import RunRef, TenantId
from aidiscover_pipelines.domain.vocabulary import ANSWERED_CALLS, EntityKind
from aidiscover_pipelines.inventory.cleansing.exemptions import exempt_cells
from aidiscover_pipelines.inventory.digests import digests_by
from aidiscover_pipelines.ports import CloudInventory, Condition, PortfolioStore

_PLACE = ("cloud", "account", "region", "service")
_SHOWN = 10
_NO_CLOUD = "none"  # cloud of the row that says that there is no connection
_NOTHING = "0" * 16  # the digest of a call that gave no cells

_progress = logging.getLogger("aidiscover.progress")

Coverage = dict[str, Any]  # a CloudCoverage row; there are few of them
Key = tuple[str, ...]


def record_cloud_scan(
    store: PortfolioStore, clouds: CloudInventory, tenant: TenantId, run: RunRef, only: Sequence[str] = ()
) -> StageResult:
    """Scan, of these clouds only where some are named, and store what each service told as soon as it is through.

    What tells the same as before is not written again. A service that was denied or failed keeps its cells, so that
    nothing counts as gone because nobody could look; its coverage row says since when they stand (`read_at`).
    """
    before = _by_key(store.read(tenant, CloudCoverage))
    told: dict[Key, Coverage] = {}
    new = 0
    for scope in clouds.scan(tenant, only):
        rows = _by_key(scope.coverage)
        _progress.info("at", extra={"step": " ".join(next(iter(rows))[: len(_PLACE)])})
        new += _store_scope(store, tenant, run, scope.cells, rows, before, told)
        told |= rows
    asked = {*only, _NO_CLOUD} if only else {row["cloud"] for row in before.values()}
    unasked = [row for key, row in before.items() if key not in told and row["cloud"] in asked]
    kept = _keep_or_forget(store, tenant, run, unasked, list(told.values()))
    coverage = [*told.values(), *kept]
    if any(row["outcome"] not in ANSWERED_CALLS and pd.notna(row["read_at"]) for row in coverage):
        _forget_leftovers(store, tenant)
    return _result(
        clouds, pd.DataFrame(coverage, columns=CloudCoverage.columns()), new, store.page(tenant, CloudCell, limit=1)[1]
    )


def _store_scope(
    store: PortfolioStore,
    tenant: TenantId,
    run: RunRef,
    cells: pd.DataFrame,
    rows: dict[Key, Coverage],
    before: dict[Key, Coverage],
    told: dict[Key, Coverage],
) -> int:
    """Settle `digest` and `read_at` of the rows and store them with their cells. Returns how many told something new.

    A kind of call that answered throughout replaces what it gave before. One with a gap, or one that this scan has told
    of already, adds to it, and is written anew the next time.
    """
    cells = exempt_cells(store, tenant, cells)
    digests = _digests(cells)
    new, added = [], []
    for key, row in rows.items():
        last = before.get(key, {})
        if row["outcome"] in ANSWERED_CALLS and key not in told:
            row |= {"digest": digests.get(row["operation"], _NOTHING), "read_at": row["scanned_at"]}
            if row["digest"] != last.get("digest"):
                new.append(row)
        else:
            row["read_at"] = last.get("read_at")
            added.append(row["operation"])
    if new:
        operations = [row["operation"] for row in new]
        told_anew = cells[cells["operation"].isin(operations)]
        frames: dict[type[Row], pd.DataFrame] = {CloudCell: told_anew, CloudCoverage: _frame(new)}
        place = {name: new[0][name] for name in _PLACE}
        store.replace(tenant, run, frames, **place, operation=operations)
    frames = {CloudCoverage: _frame([row for row in rows.values() if row not in new])}
    if len(more := cells[cells["operation"].isin(added)]):
        frames[CloudCell] = more
    store.upsert(tenant, run, frames)
    return len(new)


def _by_key(coverage: pd.DataFrame) -> dict[Key, Coverage]:
    rows = coverage.astype(object).where(coverage.notna(), None).to_dict("records")
    return {tuple(str(row[name]) for name in CloudCoverage.key): {str(k): v for k, v in row.items()} for row in rows}


def _frame(rows: Sequence[Coverage]) -> pd.DataFrame:
    return pd.DataFrame(list(rows), columns=CloudCoverage.columns())


def _digests(cells: pd.DataFrame) -> dict[str, str]:
    """Operation -> digest over its cells."""
    told = cells[["evidence_id", "entity", "value", "original", "rule"]]
    return {str(name): digest for name, digest in digests_by(cells["operation"], told).items()}


def _keep_or_forget(
    store: PortfolioStore, tenant: TenantId, run: RunRef, unasked: Sequence[Coverage], told: Sequence[Coverage]
) -> list[Coverage]:
    """What an earlier scan asked and this one did not: kept where that may be for a gap, else it is there no more.

    Returns the rows that were kept, as skipped ones.
    """
    asked: dict[Key, set[str]] = {}  # regions of each account
    reasons: dict[Key, str] = {}
    for row in told:
        account = (row["cloud"], row["account"])
        asked.setdefault(account, set()).add(row["region"])
        if row["outcome"] not in ANSWERED_CALLS:
            reasons.setdefault(account, row["reason"])
    entered = {(row["cloud"], row["account"]) for row in told if row["outcome"] in ANSWERED_CALLS}
    kept = []
    for row in unasked:
        account = (row["cloud"], row["account"])
        # An account that was not reached at all is missed where a connection to its cloud was not usable, or where the
        # tenant has no connection whatever: a setting that got lost must not empty the inventory.
        reason = reasons.get(account if account in asked else (row["cloud"], ""), reasons.get((_NO_CLOUD, "")))
        was_planned = account not in entered or row["region"] in asked[account]
        if row["account"] and reason is not None and was_planned:
            stands = f"; what was read on {row['read_at'].date()} stands" if row["read_at"] else ""
            skipped = {"outcome": "skipped", "resources": 0, "calls": 0, "permission": ""}
            reason = f"not asked this time: {reason}{stands}"
            kept.append({**row, **skipped, "reason": reason, "scanned_at": run.started_at})
            continue
        for table in (CloudCell, CloudCoverage):
            store.delete(tenant, table, [Condition(name, "=", row[name]) for name in CloudCoverage.key])
    if kept:
        store.upsert(tenant, run, {CloudCoverage: _frame(kept)})
    return kept


def _forget_leftovers(store: PortfolioStore, tenant: TenantId) -> None:
    """Cells that were kept of resources which no list names any more, such as the load of a deleted server."""
    cells = store.read(tenant, CloudCell, columns=["record_id", "entity", "field"])
    of_resources = cells.loc[cells["entity"] != EntityKind.DEPENDENCY, "record_id"].drop_duplicates()
    listed = cells.loc[cells["field"] == "asset_id", "record_id"]
    if len(left := of_resources[~of_resources.isin(listed)]):
        store.delete(tenant, CloudCell, [Condition("record_id", "=", left.tolist())])


def _result(clouds: CloudInventory, coverage: pd.DataFrame, new: int, cells: int) -> StageResult:
    gaps = coverage[~coverage["outcome"].isin(ANSWERED_CALLS)]
    shown = ["cloud", "account", "region", "service", "operation", "outcome", "resources", "calls", "reason"]
    missing: dict[str, list[str]] = {}
    for cloud, permissions in zip(gaps["cloud"], gaps["permission"], strict=True):
        if permissions:
            missing.setdefault(str(cloud), []).extend(str(permissions).split(", "))
    return StageResult(
        rows_in=int(coverage["resources"].sum()),
        rows_out=cells,
        skipped={str(reason): int(count) for reason, count in gaps["reason"].value_counts().items()},
        preview=_rows(coverage, shown),
        figures={
            "accounts": len(coverage.loc[coverage["account"] != "", ["cloud", "account"]].drop_duplicates()),
            "calls": int(coverage["calls"].sum()),
            "services reached": len(coverage) - len(gaps),
            "coverage gaps": len(gaps),
            "kinds of call that told something new": new,
        },
        charts={"Kinds of call by outcome": {str(k): float(n) for k, n in coverage["outcome"].value_counts().items()}},
        tables={
            "Coverage gaps": _rows(gaps, shown),
            "Least privilege that would close the gaps": [
                {"cloud": cloud, "policy": clouds.policy(cloud, sorted(set(listed)))}
                for cloud, listed in sorted(missing.items())
            ],
        },
    )


def _rows(frame: pd.DataFrame, columns: list[str]) -> list[dict[str, Any]]:
    return [dict(zip(columns, row, strict=True)) for row in frame[columns].head(_SHOWN).to_numpy().tolist()]
