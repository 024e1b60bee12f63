"""Memories seen, forgotten and cleaned up."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from aidiscover_pipelines.domain.errors import ConfigError
from aidiscover_pipelines.domain.tables import AgentMemory
from aidiscover_pipelines.domain.tenancy import TenantId
from aidiscover_pipelines.governance.memory.memories import shown, within
from aidiscover_pipelines.governance.memory.scopes import ENTITY, EVERYWHERE, LONG_TERM, SHORT_TERM
from aidiscover_pipelines.governance.policy import Retention
from aidiscover_pipelines.ports import Condition, PortfolioStore

# A run of 200 kickoffs leaves some 1,000 memories; a crew's own scope gets as many.
MOST_PER_SCOPE = 2000


def list_memories(
    store: PortfolioStore, tenant: TenantId, *, scope: str = EVERYWHERE, limit: int = 50, offset: int = 0
) -> tuple[list[dict[str, Any]], int]:
    """One page of the memories of a scope, newest first, with importance and embedder, and how many there are."""
    page, total = store.page(tenant, AgentMemory, within(scope), order=["-created_at"], limit=limit, offset=offset)
    rows = page.astype(object).where(page.notna(), None).to_dict("records")
    held = [AgentMemory.model_validate(row) for row in rows]
    return [shown(one) | {"importance": one.importance, "embedder": one.embedder} for one in held], total


def forget(store: PortfolioStore, tenant: TenantId, ids: Sequence[str]) -> int:
    """Delete memories by id, all or none; how many. Raises: ConfigError naming an id that no memory has."""
    wanted = list(dict.fromkeys(ids))
    page, _ = store.page(tenant, AgentMemory, [Condition("record_id", "=", wanted)], limit=len(wanted))
    unknown = set(wanted) - set(page["record_id"])
    if unknown:
        raise ConfigError(
            f"cannot forget memory {min(unknown)!r} of tenant {tenant!r}: there is none; "
            f"see 'aidiscover memory list --tenant {tenant}' for ids"
        )
    return store.delete(tenant, AgentMemory, [Condition("record_id", "=", wanted)])


def forget_scope(store: PortfolioStore, tenant: TenantId, scope: str) -> int:
    """Delete the memories in a scope and below it; everywhere deletes all of the tenant's. How many there were."""
    return store.delete(tenant, AgentMemory, within(scope))


def forget_application(store: PortfolioStore, tenant: TenantId, application_id: str) -> int:
    """Delete what is remembered about an application in every scope; how many there were."""
    return store.delete(tenant, AgentMemory, [Condition("application_id", "=", application_id)])


def clean(
    store: PortfolioStore, tenant: TenantId, keep: Retention, now: datetime, most_per_scope: int = MOST_PER_SCOPE
) -> dict[str, int]:
    """Delete what is too old, and the least important and then the oldest of a scope that is too full; counts.

    Age counts from when a memory was said last. A scope of another name, which only crewai's own interface can write,
    is kept as long as the long-term ones.
    """
    short, long = now - timedelta(days=keep.short_term), now - timedelta(days=keep.long_term)

    def expired(root: str, before: datetime) -> int:
        return store.delete(tenant, AgentMemory, [Condition("created_at", "<", before), *within(root)])

    gone = {"short_term": expired(SHORT_TERM, short), "long_term": expired(LONG_TERM, long)}
    gone["entity"] = expired(ENTITY, long)
    gone["other"] = expired(EVERYWHERE, min(short, long))
    gone["over_cap"] = _trim(store, tenant, most_per_scope)
    return gone


def _trim(store: PortfolioStore, tenant: TenantId, most: int) -> int:
    held = store.read(tenant, AgentMemory, columns=["record_id", "scope", "importance", "created_at"])
    held = held[held.groupby("scope")["scope"].transform("size") > most]
    best_first = held.sort_values(["importance", "created_at"], ascending=False, kind="stable")
    surplus = best_first[best_first.groupby("scope").cumcount() >= most]
    if surplus.empty:
        return 0
    return store.delete(tenant, AgentMemory, [Condition("record_id", "=", surplus["record_id"].tolist())])
