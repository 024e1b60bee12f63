"""crewai's StorageBackend over the portfolio store.

The tenant is bound in the object and again, in PostgreSQL, by row-level security. No scope, category or id that crewai,
a model or a person asks for is read as a tenant, a pattern or a path that leads upwards.

Import it after `import_crewai`: crewai takes 4 s.
"""

import asyncio
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

from crewai.memory.types import MemoryRecord, ScopeInfo

from aidiscover_pipelines.domain.tables import AgentMemory
from aidiscover_pipelines.domain.tables.row import EMBEDDING_DIMENSIONS
from aidiscover_pipelines.domain.tenancy import TenantId
from aidiscover_pipelines.governance.memory.memories import within
from aidiscover_pipelines.governance.memory.scopes import EVERYWHERE, application_of, scope_path
from aidiscover_pipelines.ports import Condition, PortfolioStore
from resources.frames import as_models

_PAGE = 1000


class TenantStorage:
    """Memories of one tenant, with vectors of one embedder. Thread-safe as its store is.

    crewai counts time in UTC without a zone; it is given and taken so here and stored with its zone.
    """

    def __init__(self, store: PortfolioStore, tenant: TenantId, embedder: str) -> None:
        self._store, self._tenant, self._embedder = store, tenant, embedder

    def save(self, records: list[MemoryRecord]) -> None:
        """Insert, or overwrite by id. A record without a vector is kept and never near anything."""
        if records:
            self._store.put(self._tenant, [self._row(record) for record in records])

    def update(self, record: MemoryRecord) -> None:
        """See save."""
        self.save([record])

    def search(
        self,
        query_embedding: list[float],
        scope_prefix: str | None = None,
        categories: list[str] | None = None,
        metadata_filter: dict[str, Any] | None = None,
        limit: int = 10,
        min_score: float = 0.0,
    ) -> list[tuple[MemoryRecord, float]]:
        """Nearest first, cosine from -1 to 1. Filters are met before the limit is."""
        conditions = [Condition("embedder", "=", self._embedder), *within(scope_prefix)]
        asked = max(limit, 1)
        while True:
            near = self._store.nearest(self._tenant, AgentMemory, query_embedding, conditions, asked)
            found = [
                (_record(row), similarity)
                for row, similarity in near
                if similarity >= min_score and _matches(row, categories, metadata_filter)
            ]
            if len(found) >= limit or len(near) < asked or not (categories or metadata_filter):
                return found[:limit]
            asked *= 8

    def delete(
        self,
        scope_prefix: str | None = None,
        categories: list[str] | None = None,
        record_ids: list[str] | None = None,
        older_than: datetime | None = None,
        metadata_filter: dict[str, Any] | None = None,
    ) -> int:
        """How many there were. No filter deletes all of the tenant's."""
        conditions = within(scope_prefix)
        if record_ids is not None:
            conditions.append(Condition("record_id", "=", list(map(str, record_ids))))
        if older_than is not None:
            conditions.append(Condition("created_at", "<", _aware(older_than)))
        if categories or metadata_filter:
            rows = (row for row in self._all(conditions) if _matches(row, categories, metadata_filter))
            conditions = [Condition("record_id", "=", [row.record_id for row in rows])]
        return self._store.delete(self._tenant, AgentMemory, conditions)

    def get_record(self, record_id: str) -> MemoryRecord | None:
        """The record of that id, or None."""
        found = self._store.find(self._tenant, AgentMemory, record_id=str(record_id))
        return _record(found) if found else None

    def list_records(self, scope_prefix: str | None = None, limit: int = 200, offset: int = 0) -> list[MemoryRecord]:
        """Newest first."""
        page, _ = self._store.page(
            self._tenant, AgentMemory, within(scope_prefix), order=["-created_at"], limit=limit, offset=offset
        )
        return [_record(row) for row in as_models(page, AgentMemory)]

    def get_scope_info(self, scope: str) -> ScopeInfo:
        """Count, categories, oldest and newest of a scope and below it."""
        rows = list(self._all(within(scope)))
        said = [_naive(row.created_at) for row in rows]
        return ScopeInfo(
            path=_shown(scope_path(scope)),
            record_count=len(rows),
            categories=sorted(_categories(rows)),
            oldest_record=min(said, default=None),
            newest_record=max(said, default=None),
            child_scopes=self.list_scopes(scope),
        )

    def list_scopes(self, parent: str = "/") -> list[str]:
        """Scopes one step below the parent."""
        above = scope_path(parent)
        held = {scope for scope in self._scopes() if scope.startswith(above) and scope != above}
        return sorted({above + scope.removeprefix(above).partition("/")[0] for scope in held})

    def list_categories(self, scope_prefix: str | None = None) -> dict[str, int]:
        """Category -> how many memories have it."""
        return dict(_categories(self._all(within(scope_prefix))))

    def count(self, scope_prefix: str | None = None) -> int:
        """Memories in a scope and below it."""
        return self._store.page(self._tenant, AgentMemory, within(scope_prefix), limit=0)[1]

    def reset(self, scope_prefix: str | None = None) -> None:
        """Delete what lies in a scope and below it; all of the tenant's without one."""
        self.delete(scope_prefix)

    async def asave(self, records: list[MemoryRecord]) -> None:
        """`save` in a thread."""
        await asyncio.to_thread(self.save, records)

    async def asearch(self, *arguments: Any, **keywords: Any) -> list[tuple[MemoryRecord, float]]:
        """`search` in a thread."""
        return await asyncio.to_thread(self.search, *arguments, **keywords)

    async def adelete(self, *arguments: Any, **keywords: Any) -> int:
        """`delete` in a thread."""
        return await asyncio.to_thread(self.delete, *arguments, **keywords)

    def _scopes(self) -> set[str]:
        return set(self._store.read(self._tenant, AgentMemory, columns=["scope"])["scope"])

    def _all(self, conditions: Sequence[Condition]) -> Iterator[AgentMemory]:
        offset, total = 0, 1
        while offset < total:
            page, total = self._store.page(self._tenant, AgentMemory, conditions, limit=_PAGE, offset=offset)
            yield from as_models(page, AgentMemory)
            offset += _PAGE

    def _row(self, record: MemoryRecord) -> AgentMemory:
        scope = scope_path(record.scope)
        return AgentMemory(
            record_id=record.id,
            scope=scope,
            embedder=self._embedder,
            embedding=list(record.embedding or [0.0] * EMBEDDING_DIMENSIONS),
            application_id=application_of(scope),
            content=record.content,
            categories=list(record.categories),
            details=dict(record.metadata),
            importance=record.importance,
            source=record.source,
            private=record.private,
            created_at=_aware(record.created_at),
        )


def _record(row: AgentMemory) -> MemoryRecord:
    said = _naive(row.created_at)
    return MemoryRecord(
        id=row.record_id,
        content=row.content,
        scope=_shown(row.scope),
        categories=row.categories,
        metadata=row.details,
        importance=row.importance,
        created_at=said,
        last_accessed=said,
        embedding=row.embedding,
        source=row.source,
        private=row.private,
    )


def _matches(row: AgentMemory, categories: Sequence[str] | None, details: dict[str, Any] | None) -> bool:
    held = row.details
    return (not categories or bool(set(categories) & set(row.categories))) and (
        not details or all(name in held and held[name] == value for name, value in details.items())
    )


def _categories(rows: Iterable[AgentMemory]) -> Counter[str]:
    return Counter(category for row in rows for category in row.categories)


def _shown(path: str) -> str:
    """As crewai writes scopes, without a slash at their end."""
    return path if path == EVERYWHERE else path.rstrip("/")


def _aware(moment: datetime) -> datetime:
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment


def _naive(moment: datetime) -> datetime:
    return datetime.fromtimestamp(moment.timestamp(), UTC).replace(tzinfo=None)
