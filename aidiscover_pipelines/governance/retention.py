"""What is deleted when it has been kept for as long as the tenant's policy says."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from aidiscover_pipelines.domain.tables import CrewMessage, KeptResponse, LlmCall, Row, ToolCall
from aidiscover_pipelines.domain.tenancy import TenantId
from aidiscover_pipelines.governance.budget import month_start
from aidiscover_pipelines.governance.policy import LlmPolicy
from aidiscover_pipelines.ports import Condition, PortfolioStore


def clean_ledger(store: PortfolioStore, tenant: TenantId, policy: LlmPolicy, now: datetime) -> dict[str, int]:
    """Delete expired kept answers, conversations, model calls and tool calls; rows deleted by table name.

    While a monthly budget is set, the calls of this month stay whatever the policy says: they are what it is counted
    by. Memories are cleaned in `memory.upkeep`.
    """
    counted = policy.budget.tenant_tokens is not None or policy.budget.tenant_usd is not None
    ledger = now - timedelta(days=policy.keep_days.ledger)
    cut: Mapping[type[Row], datetime] = {
        KeptResponse: now - timedelta(days=policy.keep_days.answers),
        CrewMessage: now - timedelta(days=policy.keep_days.conversations),
        LlmCall: min(ledger, month_start(now)) if counted else ledger,
        ToolCall: ledger,
    }
    deleted = {table.table: store.delete(tenant, table, [Condition("at", "<", at)]) for table, at in cut.items()}
    deleted[KeptResponse.table] += store.delete(tenant, KeptResponse, [Condition("expires_at", "<", now)])
    return deleted
