"""crewai's Memory for a crew of one tenant: recalls, asks no model and, unless told otherwise, writes nothing.

Import it after `import_crewai`: crewai takes 4 s.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, Literal

from crewai.memory.types import MemoryMatch, MemoryRecord
from crewai.memory.unified_memory import Memory
from crewai.memory.utils import join_scope_paths
from crewai_core.printer import set_suppress_console_output, should_suppress_console_output

from aidiscover_pipelines.crews.tools import Recall
from aidiscover_pipelines.domain.tenancy import TenantId
from aidiscover_pipelines.governance.memory.memories import COPIES, MOST_CHARS, record_id
from aidiscover_pipelines.governance.memory.scopes import SHORT_TERM, scope_path, short_term
from aidiscover_pipelines.ports import Embedder, PortfolioStore
from resources.memory.storage import TenantStorage

_NO_MODEL = "offline/none"
_RESULT = "Result:"
_UNSORTED = "/other"


class TenantMemory(Memory):
    """Memory without a model: one vector search to recall, and what is saved is saved as it is.

    Stock crewai asks a model for the scopes to search and takes whatever it answers, even another tenant's. The same
    text saved again in the same scope is the same record. Build it with `tenant_memory`.
    """

    read_only: bool = True

    def recall(
        self,
        query: str,
        scope: str | None = None,
        categories: list[str] | None = None,
        limit: int = 10,
        depth: Literal["shallow", "deep"] = "shallow",
        source: str | None = None,
        include_private: bool = False,
    ) -> list[MemoryMatch]:
        """See Memory.recall; always shallow, for a deep one asks a model."""
        with _quiet():
            return super().recall(query, scope, categories, limit, "shallow", source, include_private)

    def remember(self, content: str, *arguments: Any, **keywords: Any) -> MemoryRecord | None:
        """See Memory.remember."""
        with _quiet():
            return super().remember(content, *arguments, **keywords)

    def remember_many(self, contents: list[str], *arguments: Any, **keywords: Any) -> list[MemoryRecord]:
        """See Memory.remember_many."""
        with _quiet():
            return super().remember_many(contents, *arguments, **keywords)

    def extract_memories(self, content: str) -> list[str]:
        """What follows the last 'Result:' of a task's record, clipped; no model decides what is worth keeping."""
        result = content.rpartition(_RESULT)[2].strip()[:MOST_CHARS]
        return [result] if result else []

    def _encode_batch(
        self,
        contents: list[str],
        scope: str | None = None,
        categories: list[str] | None = None,
        metadata: dict[str, Any] | None = None,
        importance: float | None = None,
        source: str | None = None,
        private: bool = False,
        root_scope: str | None = None,
    ) -> list[MemoryRecord]:
        """In place of crewai's encoding flow, which asks a model what each text is about and what it contradicts."""
        path = join_scope_paths(root_scope, scope or _UNSORTED)
        texts = list(dict.fromkeys(content.strip()[:MOST_CHARS] for content in contents if content.strip()))
        now = datetime.now(UTC).replace(tzinfo=None)
        records = [
            MemoryRecord(
                id=record_id(scope_path(path), source, text),
                content=text,
                scope=path,
                categories=categories or [],
                metadata=metadata or {},
                importance=self.default_importance if importance is None else importance,
                created_at=now,
                last_accessed=now,
                embedding=vector,
                source=source,
                private=private,
            )
            for text, vector in zip(texts, self._embedder(texts), strict=True)
        ]
        self._storage.save(records)
        return records


def tenant_memory(
    store: PortfolioStore,
    tenant: TenantId,
    embedder: Embedder,
    *,
    root_scope: str | None = None,
    read_only: bool = True,
) -> TenantMemory:
    """A memory for one crew object. `root_scope` is put before every scope that is asked for or written."""
    return TenantMemory(
        llm=_NO_MODEL,
        storage=TenantStorage(store, tenant, embedder.name),
        embedder=_callable(embedder),
        root_scope=root_scope,
        read_only=read_only,
    )


def recaller(memory: TenantMemory, run_id: str) -> Recall:
    """What the tool `recall` asks: (query, scope, limit) -> memories, the most useful first.

    crewai weighs likeness, age and importance. Short-term memories are those of this run: what its kickoffs found.
    """
    mine = short_term(run_id)

    def ask(query: str, scope: str, limit: int) -> list[dict[str, Any]]:
        path = scope_path(scope)
        path = mine if path.startswith(f"{SHORT_TERM}/") else path
        found: dict[str, dict[str, Any]] = {}
        for match in memory.recall(query, path, limit=limit * COPIES):
            record = match.record
            found.setdefault(
                record.content,
                {
                    "content": record.content,
                    "scope": record.scope,
                    "similarity": round(match.score, 4),
                    "created_at": record.created_at.isoformat(timespec="seconds"),
                    "details": record.metadata,
                },
            )
        return list(found.values())[:limit]

    return ask


def _callable(embedder: Embedder) -> Callable[[Sequence[str]], list[list[float]]]:
    def embed(texts: Sequence[str]) -> list[list[float]]:
        return embedder.embed(texts)

    return embed


@contextmanager
def _quiet() -> Iterator[None]:
    """Nothing of crewai's panels on the terminal; holds for this context only."""
    before = should_suppress_console_output()
    set_suppress_console_output(True)
    try:
        yield
    finally:
        set_suppress_console_output(before)
