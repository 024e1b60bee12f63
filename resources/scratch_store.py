"""A portfolio store that forgets: the same contract as PostgreSQL over frames in memory.

`map` and `assess` answer from it because they store nothing; tests of stages use it because it starts in no time.
"""

import threading
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from aidiscover_pipelines.domain.errors import StaleWrite, UnknownTenant
from aidiscover_pipelines.domain.tables import Row
from aidiscover_pipelines.domain.tenancy import RunRef, Tenant, TenantId
from aidiscover_pipelines.ports import AnyRow, Condition
from resources.frames import (
    as_models,
    check_columns,
    conform,
    decode_json,
    empty_frame,
    from_models,
    is_in_key_order,
    with_categories,
)
from resources.questions import check_window, checked_conditions, checked_sums, checked_vector
from resources.selection import free, in_order, matches, met

PART_ROWS = 16_384  # what a block of PostgreSQL's store holds


class ScratchStore:
    """PortfolioStore in memory, of one process. Only `append`, `add` and `delete` are safe for concurrent writers."""

    def __init__(self, *tenants: Tenant) -> None:
        self._tenants = {tenant.id: tenant for tenant in tenants}
        self._frames: dict[tuple[TenantId, str], pd.DataFrame] = {}
        self._fences: dict[tuple[TenantId, str], RunRef] = {}
        self._lock = threading.Lock()

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
        coded: Collection[str] = (),
        **where: Any,
    ) -> pd.DataFrame:
        self.tenant(tenant, f"read {table.table}")
        check_columns(table, [*where, *(columns or ())], "read")
        held = self._held(tenant, table)
        found = held.loc[matches(held, where), list(columns or table.columns())]
        found = (found if first is None else found.head(first)).reset_index(drop=True)
        return with_categories(decode_json(found, table), coded)

    def read_in_parts(
        self, tenant: TenantId, table: type[Row], *, columns: Sequence[str] | None = None, **where: Any
    ) -> Iterator[pd.DataFrame]:
        rows = self.read(tenant, table, columns=columns, **where)
        for start in range(0, len(rows), PART_ROWS):
            yield rows.iloc[start : start + PART_ROWS].reset_index(drop=True)

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
            self._put(tenant, table, held[~matches(held, narrowed)], added)

    def upsert(self, tenant: TenantId, run: RunRef, frames: Mapping[type[Row], pd.DataFrame]) -> None:
        for table, added in self._admit(tenant, run, list(frames), frames.items()).items():
            self._put(tenant, table, self._held(tenant, table), added)

    def put(
        self,
        tenant: TenantId,
        rows: Sequence[Row],
        *,
        instead_of: Mapping[type[Row], Sequence[Condition]] | None = None,
    ) -> None:
        self.append(tenant, {table: from_models(rows, table) for table in {type(row) for row in rows}})
        for table, conditions in (instead_of or {}).items():
            self.delete(tenant, table, conditions)

    def find(self, tenant: TenantId, table: type[AnyRow], **key: Any) -> AnyRow | None:
        rows, _ = self.page(tenant, table, [Condition(name, "=", value) for name, value in key.items()], limit=1)
        return next(iter(as_models(rows, table)), None)

    def append(self, tenant: TenantId, frames: Mapping[type[Row], pd.DataFrame]) -> None:
        conformed = {table: conform(frame, table) for table, frame in frames.items()}
        self.tenant(tenant, f"append to {', '.join(table.table for table in conformed)}")
        with self._lock:
            for table, added in conformed.items():
                self._put(tenant, table, self._held(tenant, table), [added])

    def add(self, tenant: TenantId, table: type[Row], frame: pd.DataFrame) -> int:
        added = conform(frame, table)
        self.tenant(tenant, f"add to {table.table}")
        with self._lock:
            held = self._held(tenant, table)
            fresh = free(added, held, table)
            self._put(tenant, table, held, [fresh])
        return len(fresh)

    def last_writer(self, tenant: TenantId, table: type[Row]) -> RunRef | None:
        self.tenant(tenant, f"read {table.table}")
        return self._fences.get((tenant, table.table))

    def delete(self, tenant: TenantId, table: type[Row], conditions: Sequence[Condition]) -> int:
        self.tenant(tenant, f"remove rows of {table.table}")
        checked = checked_conditions(table, conditions)
        with self._lock:
            held = self._held(tenant, table)
            gone = met(held, checked)
            self._frames[tenant, table.table] = held[~gone].reset_index(drop=True)
        return int(gone.sum())

    def page(
        self,
        tenant: TenantId,
        table: type[Row],
        conditions: Sequence[Condition] = (),
        *,
        order: Sequence[str] = (),
        limit: int = 50,
        offset: int = 0,
    ) -> tuple[pd.DataFrame, int]:
        check_window(table, limit, offset)
        found = self._found(tenant, table, conditions)
        found = in_order(found, table, order)
        return decode_json(found.iloc[offset : offset + limit].reset_index(drop=True), table), len(found)

    def sums(
        self, tenant: TenantId, table: type[Row], columns: Sequence[str], conditions: Sequence[Condition] = ()
    ) -> dict[str, float]:
        found = self._found(tenant, table, conditions)
        return {**{name: float(found[name].sum()) for name in checked_sums(table, columns)}, "rows": float(len(found))}

    def nearest(
        self,
        tenant: TenantId,
        table: type[AnyRow],
        vector: Sequence[float],
        conditions: Sequence[Condition],
        limit: int,
    ) -> list[tuple[AnyRow, float]]:
        check_window(table, limit)
        asked = np.array(checked_vector(table, vector))
        found = decode_json(self._found(tenant, table, conditions), table)
        kept = np.array(found["embedding"].tolist(), dtype=float).reshape(len(found), len(asked))
        lengths = np.linalg.norm(kept, axis=1) * np.linalg.norm(asked)
        near = found[lengths > 0].assign(similarity=(kept @ asked)[lengths > 0] / lengths[lengths > 0])
        best = near.sort_values("similarity", ascending=False, kind="stable").head(limit)
        return list(zip(as_models(best[table.columns()], table), best["similarity"].tolist(), strict=True))

    def _found(self, tenant: TenantId, table: type[Row], conditions: Sequence[Condition]) -> pd.DataFrame:
        self.tenant(tenant, f"read {table.table}")
        held = self._held(tenant, table)
        return held[met(held, checked_conditions(table, conditions))]

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
        if not is_in_key_order(merged, table):
            merged = merged.drop_duplicates(key, keep="last").sort_values(key, kind="stable").reset_index(drop=True)
        self._frames[tenant, table.table] = merged

    def _fence(self, tenant: TenantId, tables: Iterable[type[Row]], run: RunRef) -> None:
        for table in tables:
            last = self._fences.get((tenant, table.table))
            if last is not None and (last.started_at, last.attempt) > (run.started_at, run.attempt):
                raise StaleWrite(
                    f"cannot write {table.table} of tenant {tenant!r}: run {last.run_id!r} started later and has "
                    "written it; start a new run"
                )
        self._fences.update({(tenant, table.table): run for table in tables})
