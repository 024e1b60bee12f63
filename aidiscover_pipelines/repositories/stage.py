"""The stage of this room: every declared repository to facts and cells; unchanged commits are not read again."""

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import pandas as pd

from aidiscover_pipelines.domain.errors import Skippable
from aidiscover_pipelines.domain.stage import StageResult
from aidiscover_pipelines.domain.tables import RepositoryCell, RepositoryScan, RepositorySource, Row
from aidiscover_pipelines.domain.tenancy import RunRef, TenantId
from aidiscover_pipelines.ports import Condition, PortfolioStore, RepositoryHosts, RepositoryRef
from aidiscover_pipelines.repositories import FACTS_VERSION
from aidiscover_pipelines.repositories.cells import printable, repository_cells
from aidiscover_pipelines.repositories.child import facts_of

SCANNED, UNCHANGED, FAILED = "scanned", "unchanged", "failed"
_PREVIEW = 10


@dataclass(frozen=True, slots=True)
class Declared:
    """A repository with the declaration that it comes from."""

    ref: RepositoryRef
    source: str
    application: str


def scan_repositories(
    store: PortfolioStore,
    hosts: RepositoryHosts,
    tenant: TenantId,
    run: RunRef,
    today: date,
    only: Sequence[str] | None = None,
) -> StageResult:
    """Scan what the tenant declared, or of it `only` the repositories of these ids, and forget what it withdrew.

    A repository that cannot be read keeps the facts and cells of its last good scan and says why.
    """
    earlier = {str(row["repository_id"]): row for row in _rows(store, tenant, RepositoryScan)}
    sources = [RepositorySource(**row) for row in _rows(store, tenant, RepositorySource)]
    if only is None:
        declared, failed = _expanded(hosts, tenant, sources)
    else:
        declared, failed = [_again(earlier[one], sources) for one in only if one in earlier], {}
    rows = []
    for one in declared:
        row, cells = _scan(hosts, tenant, one, earlier.get(one.ref.id), _basis(hosts), today)
        rows.append(row)
        if cells is None:
            store.upsert(tenant, run, {RepositoryScan: pd.DataFrame([row])})
        else:
            scanned: dict[type[Row], pd.DataFrame] = {RepositoryScan: pd.DataFrame([row]), RepositoryCell: cells}
            store.replace(tenant, run, scanned, repository_id=one.ref.id)
    unlisted = [_failed(row, failed[row["source"]]) for row in earlier.values() if row["source"] in failed]
    if unlisted:
        store.upsert(tenant, run, {RepositoryScan: pd.DataFrame(unlisted)})
    if only is None:
        kept = {row["repository_id"] for row in (*rows, *unlisted)}
        for gone in sorted(set(earlier) - kept):
            for table in (RepositoryCell, RepositoryScan):
                store.delete(tenant, table, [Condition("repository_id", "=", gone)])
    return _result([*rows, *unlisted], failed)


def _rows(store: PortfolioStore, tenant: TenantId, table: type[Row]) -> list[dict[str, Any]]:
    return [{str(name): value for name, value in row.items()} for row in store.read(tenant, table).to_dict("records")]


def _result(rows: Sequence[Mapping[str, Any]], failed: Mapping[str, str]) -> StageResult:
    counted = Counter(row["outcome"] for row in rows)
    reasons = Counter([*(row["reason"] for row in rows if row["outcome"] == FAILED), *failed.values()])
    shown = ("repository_id", "outcome", "commit", "reason")
    return StageResult(
        rows_in=len(rows),
        rows_out=counted[SCANNED],
        skipped=dict(reasons),
        preview=[{name: row[name] for name in shown} for row in rows[:_PREVIEW]],
        figures={name: counted[name] for name in (SCANNED, UNCHANGED, FAILED)},
    )


def _basis(hosts: RepositoryHosts) -> str:
    """What the facts of a commit rest on beside the commit."""
    advisories = hosts.advisories
    told = ""
    if advisories and advisories.exists():
        state = advisories.stat()
        told = f"{advisories} {state.st_size} {state.st_mtime_ns}"
    return f"{FACTS_VERSION} {told}"


def _expanded(
    hosts: RepositoryHosts, tenant: TenantId, sources: Sequence[RepositorySource]
) -> tuple[list[Declared], dict[str, str]]:
    """Declared repositories by id, those declared one by one first; declarations that failed, with the reason."""
    found: dict[str, Declared] = {}
    failed: dict[str, str] = {}
    for source in sorted(sources, key=lambda one: (one.name.endswith("/*"), one.name)):
        try:
            refs = hosts.expand(tenant, RepositoryRef(source.name, source.kind, source.url))
        except Skippable as error:
            failed[source.name] = str(error)
            continue
        for ref in refs:
            found.setdefault(ref.id, Declared(ref, source.name, source.application))
    return [found[one] for one in sorted(found)], failed


def _again(row: dict[str, Any], sources: Sequence[RepositorySource]) -> Declared:
    kind = next((source.kind for source in sources if source.name == row["source"]), "")
    return Declared(RepositoryRef(row["repository_id"], kind, row["url"]), row["source"], row["application"])


def _failed(row: dict[str, Any], reason: str) -> dict[str, Any]:
    return row | {"outcome": FAILED, "reason": reason, "scanned_at": datetime.now(UTC)}


def _scan(
    hosts: RepositoryHosts, tenant: TenantId, one: Declared, earlier: dict[str, Any] | None, basis: str, today: date
) -> tuple[dict[str, Any], pd.DataFrame | None]:
    """The row of a repository, and its cells where it was read."""
    row = dict(earlier or {"commit": "", "basis": "", "facts": {}}) | {
        "repository_id": one.ref.id,
        "source": one.source,
        "url": one.ref.url,
        "application": one.application,
        "scanned_at": datetime.now(UTC),
    }
    try:
        commit = hosts.head(tenant, one.ref)
        digest = hashlib.sha256(f"{commit} {basis}".encode()).hexdigest()[:24]
        if digest == row["basis"]:
            return row | {"outcome": UNCHANGED, "reason": ""}, None
        with hosts.checkout(tenant, one.ref, commit, today) as checkout:
            facts = facts_of(checkout, one.ref.id, hosts.advisories)
            left_out = "; ".join(f"{count} left out: {reason}" for reason, count in checkout.left_out.items())
    except Skippable as error:
        return _failed(row, printable(str(error))), None
    cells = repository_cells(one.ref.id, commit, facts, today)
    told = {"commit": commit, "basis": digest, "outcome": SCANNED, "reason": left_out, "facts": _storable(facts)}
    return row | told, cells


def _storable(value: Any) -> Any:
    """Facts without characters that no store takes: file names are bytes, and texts are a stranger's."""
    if isinstance(value, str):
        return printable(value)
    if isinstance(value, list):
        return [_storable(one) for one in value]
    if isinstance(value, dict):
        return {printable(name): _storable(one) for name, one in value.items()}
    return value
