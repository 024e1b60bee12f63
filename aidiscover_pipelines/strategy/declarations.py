"""What people declare for a tenant, by kind: stored in versions, the newest is in force, earlier ones are history."""

from datetime import datetime
from typing import Any

import pandas as pd

from aidiscover_pipelines.domain.errors import ConfigError
from aidiscover_pipelines.domain.tables import TenantPolicy
from aidiscover_pipelines.domain.tenancy import TenantId
from aidiscover_pipelines.ports import Condition, PortfolioStore

# Kind of declaration -> the command that declares it.
COMMANDS = {"strategy": "policy", "planning": "waves", "access": "platform"}


def newest(store: PortfolioStore, tenant: TenantId, kind: str) -> tuple[int, dict[str, Any]]:
    """Version and document of the declaration in force; version 0 and an empty document where none was given."""
    held, _ = store.page(tenant, TenantPolicy, [Condition("kind", "=", kind)], order=["-version"], limit=1)
    return (0, {}) if held.empty else (int(held["version"].iloc[0]), held["document"].iloc[0])


def declare(
    store: PortfolioStore, tenant: TenantId, kind: str, document: dict[str, Any], note: str, by: str, at: datetime
) -> int:
    """Store a document as the newest; its version. Raises: ConfigError where somebody else did at the same moment."""
    command = COMMANDS[kind]
    version = newest(store, tenant, kind)[0] + 1
    row = TenantPolicy(kind=kind, version=version, document=document, note=note, by=by, at=at)
    if not store.add(tenant, TenantPolicy, pd.DataFrame([row.model_dump()], columns=TenantPolicy.columns())):
        raise ConfigError(
            f"cannot declare {command} number {version} of tenant {tenant!r}: somebody else just did; "
            f"look at it with 'aidiscover {command}' and repeat"
        )
    return version


def declared(store: PortfolioStore, tenant: TenantId, kind: str) -> list[dict[str, Any]]:
    """All declarations of a kind, the newest first: {"version", "document", "note", "by", "at"}."""
    held = store.read(tenant, TenantPolicy, kind=kind).sort_values("version", ascending=False)
    return [{str(key): value for key, value in row.items() if key != "kind"} for row in held.to_dict("records")]
