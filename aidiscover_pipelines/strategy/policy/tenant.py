"""A tenant's policy in the store: what is in force, what was, and how another is put in force."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pandas as pd

from aidiscover_pipelines.domain.errors import ConfigError, InvalidPolicy
from aidiscover_pipelines.domain.tables import TenantPolicy
from aidiscover_pipelines.domain.tenancy import TenantId
from aidiscover_pipelines.ports import Condition, PortfolioStore
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
    newest, _ = store.page(tenant, TenantPolicy, [Condition("kind", "=", KIND)], order=["-version"], limit=1)
    for row in newest.to_dict("records"):
        number = int(row["version"])
        try:
            overlay = overlay_of(row["document"], f"number {number} of {tenant}")
        except InvalidPolicy as error:
            return InForce(shipped, number, Overlay(), error.faults)
        return InForce(overlay.over(shipped), number, overlay)
    return InForce(shipped, 0, Overlay())


def declare_policy(
    store: PortfolioStore, tenant: TenantId, overlay: Overlay, note: str, by: str, at: datetime
) -> InForce:
    """Put a declaration in force; an empty one goes back to the shipped policy. Holds from the next run on.

    Raises: UnknownTenant; ConfigError where somebody else declared one at the same moment.
    """
    store.tenant(tenant, "declare a policy")
    number = policy_in_force(store, tenant).number + 1
    row = TenantPolicy(kind=KIND, version=number, document=overlay.document, note=note, by=by, at=at)
    if not store.add(tenant, TenantPolicy, pd.DataFrame([row.model_dump()], columns=TenantPolicy.columns())):
        raise ConfigError(
            f"cannot declare policy number {number} of tenant {tenant!r}: somebody else just did; "
            f"see 'aidiscover policy history --tenant {tenant}' and repeat"
        )
    return InForce(overlay.over(shipped_policy()), number, overlay)


def declared_policies(store: PortfolioStore, tenant: TenantId) -> list[dict[str, Any]]:
    """Every declaration, the newest first: number, by, at, note, document. Raises: UnknownTenant."""
    store.tenant(tenant, "list the policies")
    rows = store.read(tenant, TenantPolicy, kind=KIND).sort_values("version", ascending=False)
    return [
        {
            "number": int(row["version"]),
            "by": row["by"],
            "at": row["at"],
            "note": row["note"],
            "document": row["document"],
        }
        for row in rows.to_dict("records")
    ]
