"""A portfolio store that forgets: the same contract as PostgreSQL over frames in memory.

`map` and `assess` answer from it because they store nothing; tests of stages use it because it starts in no time.
"""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from aidiscover_pipelines.domain.errors import StaleWrite, UnknownTenant
from aidiscover_pipelines.domain.tables import Row
from aidiscover_pipelines.domain.tenancy import RunRef, Tenant, TenantId


class ScratchStore:
    """PortfolioStore in memory. Not shared between processes; not safe for concurrent writers."""

    def __init__(self, *tenants: Tenant) -> None:
        self._tenants = {tenant.id: tenant for tenant in tenants}
        self._frames: dict[tuple[TenantId, str], pd.DataFrame] = {}
        self._fences: dict[tuple[TenantId, str], RunRef] = {}

    def tenants(self) -> list[Tenant]:
        return sorted(self._tenants.values(), key=lambda tenant: tenant.id)

    def tenant(self, tenant: TenantId, attempted: str) -> Tenant:
        if tenant not in self._tenants:
            raise UnknownTenant(tenant, attempted)
        return self._tenants[tenant]

    def add_tenant(self, tenant: Tenant) -> bool:
        is_new = tenant.id not in self._tenants
        self._tenants[tenant.id] = tenant
        return is_new

    def read(self, tenant: TenantId, table: type[Row], **where: Any) -> pd.DataFrame:
        self.tenant(tenant, f"read {table.table}")
        frame = self._frames.get((tenant, table.table))
        if frame is None:
            return pd.DataFrame(columns=table.columns())
        return frame[_matches(frame, where)].reset_index(drop=True)

    def replace(self, tenant: TenantId, run: RunRef, frames: Mapping[type[Row], pd.DataFrame], **scope: Any) -> None:
        for table, frame in frames.items():
            held = self.read(tenant, table)
            narrowed = {column: value for column, value in scope.items() if column in table.model_fields}
            self._fence(tenant, table, run)
            self._put(tenant, table, held[~_matches(held, narrowed)], frame)

    def upsert(self, tenant: TenantId, run: RunRef, frames: Mapping[type[Row], pd.DataFrame]) -> None:
        for table, frame in frames.items():
            self._fence(tenant, table, run)
            self._put(tenant, table, self.read(tenant, table), frame)

    def _put(self, tenant: TenantId, table: type[Row], kept: pd.DataFrame, added: pd.DataFrame) -> None:
        parts = [part for part in (kept, added[table.columns()]) if len(part)]
        merged = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=table.columns())
        key = list(table.key)
        self._frames[tenant, table.table] = (
            merged.drop_duplicates(key, keep="last").sort_values(key, kind="stable").reset_index(drop=True)
        )

    def _fence(self, tenant: TenantId, table: type[Row], run: RunRef) -> None:
        last = self._fences.get((tenant, table.table))
        if last is not None and (last.started_at, last.attempt) > (run.started_at, run.attempt):
            raise StaleWrite(
                f"cannot write {table.table} of tenant {tenant!r}: run {last.run_id!r} started later and has "
                "written it; start a new run"
            )
        self._fences[tenant, table.table] = run


def _matches(frame: pd.DataFrame, where: Mapping[str, Any]) -> pd.Series:
    hit = pd.Series(True, index=frame.index)
    for column, wanted in where.items():
        hit &= frame[column].isin(wanted) if isinstance(wanted, list) else frame[column] == wanted
    return hit
