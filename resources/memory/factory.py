"""From AIDISCOVER_EMBEDDINGS to the embedder of a tenant."""

import os
from collections.abc import Callable, Mapping

from aidiscover_pipelines.domain.settings import OFFLINE_EMBEDDER, Settings
from aidiscover_pipelines.domain.tenancy import TenantId
from aidiscover_pipelines.governance.redaction import Redactor
from aidiscover_pipelines.ports import Embedder, PortfolioStore
from resources.memory.embedding import WordsEmbedder


def open_embedder(
    settings: Settings,
    store: PortfolioStore,
    tenant: TenantId,
    redact: Callable[[str], str] | None = None,
    environment: Mapping[str, str] | None = None,
) -> Embedder:
    """The embedder that the settings name, with the tenant's stored keys; litellm is imported at its first text.

    `redact` is what every text goes through before it leaves; without one secrets, addresses and phone numbers are
    taken out, and names that stand after a salutation. Raises: ConfigError for an unknown provider, MissingKey.
    """
    if settings.embeddings == OFFLINE_EMBEDDER:
        return WordsEmbedder()
    from resources.memory.provider_embedding import ProviderEmbedder  # openai's import takes a second or two
    from resources.secrets import open_secrets

    secrets = open_secrets(store, settings)
    source = os.environ if environment is None else environment
    return ProviderEmbedder(
        settings.embeddings, source, lambda name: secrets.get(tenant, name), redact or _without_secrets
    )


def _without_secrets(text: str) -> str:
    redacted: str = Redactor().redact([{"role": "user", "content": text}])[0]["content"]
    return redacted
