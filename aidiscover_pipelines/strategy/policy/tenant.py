"""A tenant's policy in the store: what is in force, what was, and how another is put in force."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from aidiscover_pipelines.domain.errors import InvalidPolicy
from aidiscover_pipelines.domain.tenancy import TenantId
from aidiscover_pipelines.ports import PortfolioStore
from aidiscover_pipelines.strategy.declarations import declare, declared, newest
from aidiscover_pipelines.strategy.policy.overlay import Overlay, overlay_of
from aidiscover_pipelines.strategy.policy.policy import Policy, shipped_policy

KIND = "strategy"


@dataclass(frozen=True, slots=True)
class InForce:
    """The policy that scores a tenant's applications, and the declaration behind it (number 0: none was given).

    `faults` say why the declaration is not used: what it names may be gone in a newer version of the product.
    """

    policy: Policy
    number: int
    overlay: Overlay
    faults: tuple[str, ...] = ()


def policy_in_force(store: PortfolioStore, tenant: TenantId) -> InForce:
    """The newest declaration laid over the shipped policy; the shipped one where none was given or it is at fault."""
    shipped = shipped_policy()
    number, document = newest(store, tenant, KIND)
    if not number:
        return InForce(shipped, 0, Overlay())
    try:
        overlay = overlay_of(document, f"number {number} of {tenant}")
    except InvalidPolicy as error:
        return InForce(shipped, number, Overlay(), error.faults)
    return InForce(overlay.over(shipped), number, overlay)


def declare_policy(
    store: PortfolioStore, tenant: TenantId, overlay: Overlay, note: str, by: str, at: datetime
) -> InForce:
    """Put a declaration in force; an empty one goes back to the shipped policy. Holds from the next run on.

    Raises: UnknownTenant; ConfigError where somebody else declared one at the same moment.
    """
    store.tenant(tenant, "declare a policy")
    number = declare(store, tenant, KIND, overlay.document, note, by, at)
    return InForce(overlay.over(shipped_policy()), number, overlay)


def declared_policies(store: PortfolioStore, tenant: TenantId) -> list[dict[str, Any]]:
    """Every declaration, the newest first: number, by, at, note, document. Raises: UnknownTenant."""
    store.tenant(tenant, "list the policies")
    rows = declared(store, tenant, KIND)
    return [{"number": row["version"], **{key: row[key] for key in ("by", "at", "note", "document")}} for row in rows]
