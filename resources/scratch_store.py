"""A portfolio store that forgets: the same contract as PostgreSQL over frames in memory.

`map` and `assess` answer from it because they store nothing; tests of stages use it because it starts in no time.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pandas as pd

from aidiscover_pipelines.domain.errors import StaleWrite, UnknownTenant
from aidiscover_pipelines.domain.tables import Row
from aidiscover_pipelines.domain.tenancy import RunRef, Tenant, TenantId
from resources.frames import check_columns, conform, decode_json, empty_frame


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

    def read(
        self,
        tenant: TenantId,
        table: type[Row],
        *,
        columns: Sequence[str] | None = None,
        first: int | None = None,
        **where: Any,
    ) -> pd.DataFrame:
        self.tenant(tenant, f"read {table.table}")
        check_columns(table, [*where, *(columns or ())], "read")
        held = self._held(tenant, table)
        found = held.loc[_matches(held, where), list(columns or table.columns())]
        return decode_json((found if first is None else found.head(first)).reset_index(drop=True), table)

    def replace(self, tenant: TenantId, run: RunRef, frames: Mapping[type[Row], pd.DataFrame], **scope: Any) -> None:
        self.replace_in_parts(tenant, run, list(frames), frames.items(), **scope)

    def replace_in_parts(
        self,
        tenant: TenantId,
        run: RunRef,
        tables: Sequence[type[Row]],
        parts: Iterable[tuple[type[Row], pd.DataFrame]],
        **scope: Any,
    ) -> None:
        for table, added in self._admit(tenant, run, tables, parts).items():
            held = self._held(tenant, table)
            narrowed = {column: value for column, value in scope.items() if column in table.model_fields}
            self._put(tenant, table, held[~_matches(held, narrowed)], added)

    def upsert(self, tenant: TenantId, run: RunRef, frames: Mapping[type[Row], pd.DataFrame]) -> None:
        for table, added in self._admit(tenant, run, list(frames), frames.items()).items():
            self._put(tenant, table, self._held(tenant, table), added)

    def _held(self, tenant: TenantId, table: type[Row]) -> pd.DataFrame:
        """Rows as stored: JSON columns as text, so that nobody can change them from outside."""
        frame = self._frames.get((tenant, table.table))
        return empty_frame(table) if frame is None else frame

    def _admit(
        self,
        tenant: TenantId,
        run: RunRef,
        tables: Sequence[type[Row]],
        parts: Iterable[tuple[type[Row], pd.DataFrame]],
    ) -> dict[type[Row], list[pd.DataFrame]]:
        """Check everything before anything changes, as a transaction would."""
        self.tenant(tenant, f"write {', '.join(sorted(table.table for table in tables))}")
        conformed: dict[type[Row], list[pd.DataFrame]] = {table: [] for table in tables}
        for table, frame in parts:
            conformed[table].append(conform(frame, table))
        self._fence(tenant, tables, run)
        return conformed

    def _put(self, tenant: TenantId, table: type[Row], kept: pd.DataFrame, added: Sequence[pd.DataFrame]) -> None:
        parts = [part for part in (kept, *added) if len(part)]
        merged = pd.concat(parts, ignore_index=True) if parts else empty_frame(table)
        key = list(table.key)
        self._frames[tenant, table.table] = (
            merged.drop_duplicates(key, keep="last").sort_values(key, kind="stable").reset_index(drop=True)
        )

    def _fence(self, tenant: TenantId, tables: Iterable[type[Row]], run: RunRef) -> None:
        for table in tables:
            last = self._fences.get((tenant, table.table))
            if last is not None and (last.started_at, last.attempt) > (run.started_at, run.attempt):
                raise StaleWrite(
                    f"cannot write {table.table} of tenant {tenant!r}: run {last.run_id!r} started later and has "
                    "written it; start a new run"
                )
        self._fences.update({(tenant, table.table): run for table in tables})


def _matches(frame: pd.DataFrame, where: Mapping[str, Any]) -> pd.Series:
    hit = pd.Series(True, index=frame.index)
    for column, wanted in where.items():
        hit &= frame[column].isin(wanted) if isinstance(wanted, list) else frame[column] == wanted
    return hit
