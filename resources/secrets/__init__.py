"""Secrets of tenants at rest: sealed under a key that the database does not have."""

from typing import TYPE_CHECKING

from aidiscover_pipelines.domain.settings import Settings
from aidiscover_pipelines.ports import PortfolioStore

if TYPE_CHECKING:
    from resources.secrets.sealed import SealedSecrets


def open_secrets(store: PortfolioStore, settings: Settings) -> "SealedSecrets":
    """The secrets in a store, under the key ring that the settings name. Touches neither before the first use."""
    from resources.secrets.key_ring import KeyRing
    from resources.secrets.sealed import SealedSecrets

    return SealedSecrets(store, KeyRing(settings.home / "keys", settings.master_key))
