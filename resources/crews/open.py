"""Opens the crew runner that the settings describe."""

import threading

from aidiscover_pipelines.crews.spec import CrewSpec
from aidiscover_pipelines.domain.settings import OFFLINE_MODEL, Settings
from aidiscover_pipelines.domain.tenancy import TenantId
from aidiscover_pipelines.ports import Embedder, PortfolioStore
from resources.crews.runner import BackendFor, CrewAIRunner
from resources.llm.completion import Backend
from resources.llm.offline import OfflineAnalyst
from resources.llm.providers import is_offline
from resources.memory.factory import open_embedder


def open_runner(settings: Settings, store: PortfolioStore) -> CrewAIRunner:
    """A runner over the chain of AIDISCOVER_MODEL; litellm is imported when a provider is asked first.

    Raises: ConfigError where the chain names no known provider.
    """

    def embedder(tenant: TenantId) -> Embedder:
        return open_embedder(settings, store, tenant)

    if is_offline(settings.model):
        return CrewAIRunner(settings.model, settings.home, store, offline_analyst, offline_analyst, embedder, threads=1)
    backends = provider_backends(settings, store)
    return CrewAIRunner(settings.model, settings.home, store, backends, offline_analyst, embedder)


def offline_analyst(tenant: TenantId, crew: CrewSpec) -> Backend:
    """The analyst of a crew; it only computes."""
    return OfflineAnalyst(OFFLINE_MODEL, crew)


def provider_backends(settings: Settings, store: PortfolioStore) -> BackendFor:
    """One backend for each tenant, whose stored keys it uses, for all crews of this process."""
    backends: dict[TenantId, Backend] = {}
    lock = threading.Lock()

    def backend(tenant: TenantId, crew: CrewSpec) -> Backend:
        with lock:
            if tenant not in backends:
                backends[tenant] = provider_backend(settings, store, tenant)
            return backends[tenant]

    return backend


def provider_backend(settings: Settings, store: PortfolioStore, tenant: TenantId) -> Backend:
    """The providers of AIDISCOVER_MODEL with a tenant's keys. Raises: MissingKey, ConfigError."""
    from resources.llm.router import build_backend
    from resources.secrets import open_secrets

    secrets = open_secrets(store, settings)
    return build_backend(
        settings.model, lambda name: secrets.get(tenant, name), settings.model_limits, settings.model_timeout_s
    )
