"""How a table lies in PostgreSQL: as rows of its own (rows.py), or as blocks of many rows (packed.py).

Both modules have these functions, which work within the caller's transaction, bound to the tenant. Frames that come in
are conformed. What is not said here is said of the method of PortfolioStore that has the name.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, Protocol

import pandas as pd

from aidiscover_pipelines.domain.tables import Row
from aidiscover_pipelines.domain.tenancy import TenantId
from aidiscover_pipelines.ports import AnyRow, Condition
from resources.postgres import packed, rows
from resources.postgres.bulk import Cursor


class Parts(Protocol):
    """Frames on their way into one table; rows within `scope` that do not come again go, where it is None none do."""

    def __init__(self, cursor: Cursor, tenant: TenantId, table: type[Row], scope: Mapping[str, Any] | None) -> None: ...

    def take(self, frame: pd.DataFrame) -> None:
        """Add the rows of a conformed frame."""

    def finish(self) -> None:
        """Write what was taken. Without a single row taken, what is in scope still goes."""


class Layout(Protocol):
    """The functions of either module."""

    @property
    def Parts(self) -> type[Parts]:
        """How several frames are written as one."""

    def read(
        self,
        cursor: Cursor,
        tenant: TenantId,
        table: type[Row],
        columns: Sequence[str],
        where: Mapping[str, Any],
        first: int | None = None,
        coded: Collection[str] = (),
    ) -> pd.DataFrame:
        """These columns of the rows that equal what is asked, in key order."""

    def read_in_parts(
        self, cursor: Cursor, tenant: TenantId, table: type[Row], columns: Sequence[str], where: Mapping[str, Any]
    ) -> Iterator[pd.DataFrame]:
        """What `read` gives, some thousands of rows at a time."""

    def page(
        self,
        cursor: Cursor,
        tenant: TenantId,
        table: type[Row],
        conditions: Sequence[Condition],
        order: Sequence[str],
        limit: int,
        offset: int,
    ) -> tuple[pd.DataFrame, int]:
        """One page, and how many rows there are in all."""

    def sums(
        self,
        cursor: Cursor,
        tenant: TenantId,
        table: type[Row],
        columns: Sequence[str],
        conditions: Sequence[Condition],
    ) -> dict[str, float]:
        """Sums of columns, and the number of rows under `rows`."""

    def find(self, cursor: Cursor, tenant: TenantId, table: type[AnyRow], key: Mapping[str, Any]) -> AnyRow | None:
        """The row of a key as a model."""

    def put(self, cursor: Cursor, tenant: TenantId, table: type[Row], rows: Sequence[Row]) -> None:
        """Insert or overwrite a few rows of the table as models."""

    def append(self, cursor: Cursor, tenant: TenantId, table: type[Row], frame: pd.DataFrame) -> None:
        """Insert or overwrite."""

    def add(self, cursor: Cursor, tenant: TenantId, table: type[Row], frame: pd.DataFrame) -> int:
        """Insert the rows whose key is free; how many were."""

    def delete(self, cursor: Cursor, tenant: TenantId, table: type[Row], conditions: Sequence[Condition]) -> int:
        """Delete what meets all conditions; how many rows went."""


def layout_of(table: type[Row]) -> Layout:
    """The module that knows how the table lies."""
    return packed if table in packed.PACKED else rows
