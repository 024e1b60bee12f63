"""Kept answers: what a remote model said to a prompt, so that running again after a failure repeats no paid call.

The key covers model, messages, tools and the version of this layer; the rows are the tenant's own.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from aidiscover_pipelines.domain.tables import KeptResponse
from aidiscover_pipelines.domain.tenancy import TenantId
from aidiscover_pipelines.governance.ledger import digest, storable
from aidiscover_pipelines.ports import Condition, PortfolioStore

# Rises when prompts are composed, redacted or read in another way, so that no older answer is used.
VERSION = 1


def prompt_key(model: str, messages: Sequence[Mapping[str, Any]], tools: Sequence[Mapping[str, Any]]) -> str:
    """SHA-256 over all that decides the answer. Ids that a provider gave to tool calls count by their place only."""
    places: dict[str, str] = {}
    plain = [_with_places(message, places) for message in messages]
    return digest([VERSION, model, plain, list(tools)])


class KeptAnswers:
    """Answers of one tenant. `days` is how long they are used; 0 keeps none."""

    def __init__(self, store: PortfolioStore, tenant: TenantId, days: int) -> None:
        self._store, self._tenant, self._days = store, tenant, days

    def find(self, key: str) -> KeptResponse | None:
        """The answer to a prompt, where there is one that is still used."""
        row = self._store.find(self._tenant, KeptResponse, prompt_hash=key) if self._days else None
        return row if row is not None and row.expires_at > datetime.now(UTC) else None

    def row(self, key: str, values: Mapping[str, Any]) -> KeptResponse | None:
        """The row that keeps an answer, from the columns without key and times; None where none are kept."""
        if not self._days:
            return None
        now = datetime.now(UTC)
        return KeptResponse(prompt_hash=key, **storable(values), at=now, expires_at=now + timedelta(days=self._days))

    def forget(self, keys: Sequence[str]) -> None:
        """Drop answers that did not stand, so that the next run asks anew."""
        if keys:
            self._store.delete(self._tenant, KeptResponse, [Condition("prompt_hash", "=", list(keys))])


def _with_places(message: Mapping[str, Any], places: dict[str, str]) -> dict[str, Any]:
    plain = {name: message.get(name) for name in ("role", "content", "name")}
    plain["tool_calls"] = [
        [places.setdefault(str(call.get("id")), f"call {len(places)}"), call.get("function")]
        for call in message.get("tool_calls") or ()
    ]
    if message.get("tool_call_id"):
        plain["answers"] = places.get(str(message["tool_call_id"]), "")
    return plain
