"""From AIDISCOVER_EMBEDDINGS to the embedder of a tenant."""

import os
from collections.abc import Mapping

from aidiscover_pipelines.domain.settings import OFFLINE_EMBEDDER, Settings
from aidiscover_pipelines.domain.tenancy import TenantId
from aidiscover_pipelines.governance.redaction.redactor import Redactor
from aidiscover_pipelines.ports import Embedder, PortfolioStore
from resources.memory.embedding import WordsEmbedder


def open_embedder(
    settings: Settings,
    store: PortfolioStore,
    tenant: TenantId,
    environment: Mapping[str, str] | None = None,
) -> Embedder:
    """The embedder that the settings name, with the tenant's stored keys; litellm is imported at its first text.

    Secrets, addresses, phone numbers and names that stand after a salutation are taken out of what leaves; who knows
    which names and values a text may hold says so by `through`. Raises: ConfigError for an unknown provider,
    MissingKey.
    """
    if settings.embeddings == OFFLINE_EMBEDDER:
        return WordsEmbedder()
    from resources.memory.provider_embedding import ProviderEmbedder  # openai's import takes a second or two
    from resources.secrets import open_secrets

    secrets = open_secrets(store, settings)
    source = os.environ if environment is None else environment
    return ProviderEmbedder(
        settings.embeddings,
        source,
        lambda name: secrets.get(tenant, name),
        lambda text: Redactor().redact_text(text),  # a new one for each text: it remembers all that it has seen
    )
