"""What lies on an agent's desk: its case, and a view of its own tenant that cannot write and cannot look elsewhere.

Tenant and ids are bound here, in code. No tool takes a tenant, so no argument of an agent can name one.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

import pandas as pd

from aidiscover_pipelines.domain.collection import FILES
from aidiscover_pipelines.domain.crew import CaseFile, application_in
from aidiscover_pipelines.domain.errors import Permanent
from aidiscover_pipelines.domain.tables import (
    Application,
    ApplicationAsset,
    ApplicationFact,
    Asset,
    AttributeValue,
    CleansedCell,
    CleansedText,
    CloudCell,
    CloudConnection,
    CloudCoverage,
    ClusterMember,
    DataFlag,
    Dependency,
    EntityValue,
    FieldMapping,
    MappingCorrection,
    PatternCluster,
    PlatformAssessment,
    Recommendation,
    Row,
    SkippedRow,
    SourceFile,
    SourceRecord,
    SourceSheet,
    TechnologyUse,
)
from aidiscover_pipelines.domain.tenancy import TenantId
from aidiscover_pipelines.ports import AnyRow, Condition, PortfolioStore

# What agents may look at. Secrets, settings, conversations and the ledger are not among them; memories come through
# `Desk.recall`, which knows whose they are.
READABLE: frozenset[type[Row]] = frozenset(
    {
        *(SourceFile, SourceSheet, SourceRecord, SkippedRow, FieldMapping, MappingCorrection),
        *(CleansedCell, CleansedText, CloudCell, CloudConnection, CloudCoverage),
        *(Asset, Application, ApplicationAsset, EntityValue, Dependency, DataFlag),
        *(PlatformAssessment, TechnologyUse, ApplicationFact, AttributeValue),
        *(PatternCluster, ClusterMember, Recommendation),
    }
)

ToolRow = Mapping[str, Any]
Rows = Sequence[ToolRow]
# `TenantView.read`: (table, *, columns, first, **where) -> frame.
Read = Callable[..., pd.DataFrame]


class TenantView:
    """The readable tables of one tenant. Read-only: it has no method that writes and hands out no store."""

    __slots__ = ("_store", "_tenant")

    def __init__(self, store: PortfolioStore, tenant: TenantId) -> None:
        self._store, self._tenant = store, tenant

    def read(
        self, table: type[Row], *, columns: Sequence[str] | None = None, first: int | None = None, **where: Any
    ) -> pd.DataFrame:
        """As PortfolioStore.read. Raises: Permanent for a table that agents may not see."""
        return self._store.read(self._tenant, _readable(table), columns=columns, first=first, **where)

    def page(
        self,
        table: type[Row],
        conditions: Sequence[Condition] = (),
        *,
        order: Sequence[str] = (),
        limit: int = 50,
        offset: int = 0,
    ) -> tuple[pd.DataFrame, int]:
        """As PortfolioStore.page. Raises: Permanent."""
        return self._store.page(self._tenant, _readable(table), conditions, order=order, limit=limit, offset=offset)

    def sums(self, table: type[Row], columns: Sequence[str], conditions: Sequence[Condition] = ()) -> dict[str, float]:
        """As PortfolioStore.sums. Raises: Permanent."""
        return self._store.sums(self._tenant, _readable(table), columns, conditions)

    def nearest(
        self, table: type[AnyRow], vector: Sequence[float], conditions: Sequence[Condition], limit: int
    ) -> list[tuple[AnyRow, float]]:
        """As PortfolioStore.nearest. Raises: Permanent."""
        return self._store.nearest(self._tenant, _readable(table), vector, conditions, limit)


def _readable(table: type[AnyRow]) -> type[AnyRow]:
    if table not in READABLE:
        raise Permanent(
            f"cannot read {table.table} for an agent: it is not among the tables that agents may see; "
            "add it to READABLE in crews/tools/desk.py if they should"
        )
    return table


# (query, scope, limit) -> memories of the tenant, best first: content, scope, similarity, created_at, details. `scope`
# is the beginning of the scopes looked at; empty for all.
Recall = Callable[[str, str, int], Rows]


@dataclass(frozen=True, slots=True)
class RoomFunctions:
    """What other rooms compute for tools. Rooms do not import each other, so who sets the desk hands them in.

    Each takes `TenantView.read` first; an empty application means the whole portfolio. Rows are plain dicts.
    """

    alike: Callable[[Read, str, int], Rows]  # patterns.similarity: (application, limit)
    standing_out: Callable[[Read, str], Rows]  # patterns.standing: (application)
    gaps: Callable[[Read, str], Rows]  # attributes.gaps: (application)
    quality: Callable[[Read, str, str, date], Rows]  # attributes.quality: (by, application, today)
    invalid: Callable[[Read, str], Rows]  # attributes.flags: (application)
    match_columns: Callable[[Read, str, str, str, str], Rows]  # mapping.matching: (kind, header, file, sheet)


def _today() -> date:
    return datetime.now(UTC).date()


@dataclass(frozen=True, slots=True)
class Desk:
    """Everything tools of one kickoff can see.

    `portfolio`, `rooms` and `recall` are None where only the case may be read. `remote` says whether the model that
    reads the results is outside; whoever hands them out then withholds what may not leave. `tier` is the automation
    tier of the tenant: it decides which tools there are and which ways of collecting they show.
    """

    case: CaseFile
    portfolio: TenantView | None = None
    rooms: RoomFunctions | None = None
    recall: Recall | None = None
    remote: bool = False
    today: date = field(default_factory=_today)
    tier: int = FILES

    @property
    def application(self) -> str:
        """Id of the application that the case is about; empty where it is about something else."""
        return application_in(self.case.subject)
