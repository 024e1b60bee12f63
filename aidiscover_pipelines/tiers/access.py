"""What a person declares about access, and whether accounts may be called: discovery behaves by tier."""

from aidiscover_pipelines.domain.collection import FILES
from aidiscover_pipelines.domain.tables import PlatformAssessment, TenantPolicy
from aidiscover_pipelines.domain.tenancy import TenantId
from aidiscover_pipelines.ports import PortfolioStore
from aidiscover_pipelines.tiers.members import EVERYTHING

KIND = "access"
AIR_GAPPED = "air_gapped"


def declared_air_gaps(store: PortfolioStore, tenant: TenantId) -> tuple[str, ...]:
    """Names of groups that a person declared air-gapped, or EVERYTHING; none where nobody declared any."""
    held = store.read(tenant, TenantPolicy, columns=["version", "document"], kind=KIND)
    return tuple(held.sort_values("version")["document"].iloc[-1].get(AIR_GAPPED, ())) if len(held) else ()


def assessed_tier(store: PortfolioStore, tenant: TenantId) -> int:
    """The tenant's tier; FILES before it was assessed."""
    assessed = store.read(tenant, PlatformAssessment, columns=["tier"])["tier"]
    return int(assessed.iloc[0]) if len(assessed) else FILES


def why_not_scanned(store: PortfolioStore, tenant: TenantId) -> str:
    """Why the tenant's accounts are not called; empty where they are.

    Only a person's word closes them. An account that answered nothing is asked again the next time: its fault may be
    over, and a refusal costs one call.
    """
    if EVERYTHING not in declared_air_gaps(store, tenant):
        return ""
    return (
        "the tenant is declared air-gapped, so no account is called; "
        f"'aidiscover platform declare --tenant {tenant} --connected' takes that back"
    )
