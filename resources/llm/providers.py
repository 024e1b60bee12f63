"""PROVIDERS: who can be asked, one row each, and AIDISCOVER_MODEL read against them.

AIDISCOVER_MODEL is the chain: items in the order in which they are asked, separated by commas. An item is a provider
("openai": its default models) or a model as litellm spells it ("openai/gpt-4.1", for small and large tasks alike).
Nothing here imports litellm; `definitions load` and `doctor` read this table.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from aidiscover_pipelines.domain.errors import ConfigError, MissingKey
from aidiscover_pipelines.domain.settings import OFFLINE_MODEL

# "llm/openai" -> the key that a tenant has stored, or None
Secrets = Callable[[str], str | None]

KEYLESS = "or unset AIDISCOVER_MODEL to work offline"
TIERS = ("small", "large")


@dataclass(frozen=True, slots=True)
class Limits:
    """What one process may ask of a provider; 0 means no limit. Written 8:500:200000 in AIDISCOVER_MODEL_LIMITS."""

    concurrency: int = 8
    requests_per_minute: int = 0
    tokens_per_minute: int = 0


@dataclass(frozen=True, slots=True)
class Provider:
    """One provider. `prefix` is litellm's; `small` and `large` are its default models, empty where one must be named.

    `needs` maps a parameter of litellm to the environment variable that must give it; `may_have` likewise, optional.
    The key may instead be stored as the tenant's secret llm/<name>. `window` counts tokens and holds for models that
    litellm's list does not know. `sends` goes with every request.
    """

    name: str
    prefix: str
    small: str
    large: str
    window: int
    prices: Literal["litellm price list", "free", "none"]
    limits: Limits
    needs: Mapping[str, str] = field(default_factory=dict)
    may_have: Mapping[str, str] = field(default_factory=dict)
    sends: Mapping[str, Any] = field(default_factory=dict)

    @property
    def is_offline(self) -> bool:
        """Whether it answers in this process."""
        return self.name == "offline"


# Limits: the lowest paid tier of each vendor, autumn 2025 (platform.openai.com/docs/guides/rate-limits,
# docs.anthropic.com/en/api/rate-limits, ai.google.dev/gemini-api/docs/rate-limits); quotas of Azure and Bedrock are the
# account's own. Default models: those that take tools, temperature 0, and have no announced end in litellm's list.
PROVIDERS: Mapping[str, Provider] = {
    row.name: row
    for row in (
        Provider("offline", "offline", "analyst-v1", "analyst-v1", 1_000_000, "free", Limits(concurrency=0)),
        Provider(
            "openai",
            "openai",
            "gpt-4.1-mini",
            "gpt-4.1",
            128_000,
            "litellm price list",
            Limits(8, 500, 200_000),
            needs={"api_key": "OPENAI_API_KEY"},
            may_have={"api_base": "OPENAI_BASE_URL"},
        ),
        # Azure's models are named as the customer deployed them; these are the names that its portal proposes.
        Provider(
            "azure",
            "azure",
            "gpt-4.1-mini",
            "gpt-4.1",
            128_000,
            "litellm price list",
            Limits(8),
            needs={"api_key": "AZURE_API_KEY", "api_base": "AZURE_API_BASE", "api_version": "AZURE_API_VERSION"},
        ),
        Provider(
            "anthropic",
            "anthropic",
            "claude-haiku-4-5",
            "claude-sonnet-4-6",
            200_000,
            "litellm price list",
            Limits(4, 50, 50_000),
            needs={"api_key": "ANTHROPIC_API_KEY"},
            may_have={"api_base": "ANTHROPIC_BASE_URL"},
        ),
        # Global inference profiles: they exist in every region that has Bedrock. Keys come from the AWS chain.
        Provider(
            "bedrock",
            "bedrock",
            "global.anthropic.claude-haiku-4-5-20251001-v1:0",
            "global.anthropic.claude-sonnet-4-6",
            200_000,
            "litellm price list",
            Limits(4),
            needs={"aws_region_name": "AWS_REGION"},
            may_have={"aws_bedrock_runtime_endpoint": "AWS_BEDROCK_RUNTIME_ENDPOINT"},
        ),
        Provider(
            "gemini",
            "gemini",
            "gemini-2.5-flash",
            "gemini-2.5-pro",
            1_000_000,
            "litellm price list",
            Limits(8, 150),
            needs={"api_key": "GEMINI_API_KEY"},
            may_have={"api_base": "GEMINI_API_BASE"},
        ),
        # Ollama cuts off prompts beyond num_ctx without a word (4096 unless told), so each request says it. A quarter
        # of it stays for the answer.
        Provider(
            "ollama",
            "ollama_chat",
            "llama3.1",
            "llama3.1",
            12_288,
            "free",
            Limits(1),
            may_have={"api_base": "OLLAMA_API_BASE"},
            sends={"num_ctx": 16_384},
        ),
        Provider(
            "openai_compatible",
            "openai",
            "",
            "",
            32_768,
            "none",
            Limits(8),
            needs={"api_base": "OPENAI_COMPATIBLE_API_BASE"},
            may_have={"api_key": "OPENAI_COMPATIBLE_API_KEY"},
        ),
    )
}


@dataclass(frozen=True, slots=True)
class Link:
    """One item of the chain: a provider, and the model that the item names (empty: the provider's defaults)."""

    provider: Provider
    model: str = ""

    def model_for(self, tier: str) -> str:
        """The model for a tier as AIDISCOVER_MODEL would spell it: openai/gpt-4.1-mini."""
        named = self.model or (self.provider.small if tier == "small" else self.provider.large)
        return f"{self.provider.name}/{named}"


def read_chain(text: str) -> tuple[Link, ...]:
    """The chain that AIDISCOVER_MODEL names; at least one link.

    Raises: ConfigError for an unknown provider, an item without a model, and offline beside others.
    """
    items = [item.strip() for item in text.split(",") if item.strip()] or [OFFLINE_MODEL]
    chain = tuple(read_link(item) for item in items)
    if len(chain) > 1 and any(link.provider.is_offline for link in chain):
        raise ConfigError(
            f"cannot use AIDISCOVER_MODEL={text!r}: the offline analyst stands in a chain with providers; leave it out "
            "and, where it may answer when they all fail, set the tenant's policy llm.offline_fallback"
        )
    return chain


def read_link(item: str) -> Link:
    """One item. Raises: ConfigError naming the known providers."""
    name, _, model = item.partition("/")
    provider = PROVIDERS.get(name) or next((row for row in PROVIDERS.values() if row.prefix == name), None)
    if provider is None:
        raise ConfigError(
            f"cannot use model {item!r}: {name!r} is no provider; AIDISCOVER_MODEL takes {', '.join(PROVIDERS)}, "
            "each alone or with a model as in openai/gpt-4.1; others by openai_compatible and their URL"
        )
    if not (model or provider.small):
        raise ConfigError(
            f"cannot use model {item!r}: {name} has no default model; name one as in {name}/llama-3.3-70b"
        )
    return Link(provider, model)


def is_offline(text: str) -> bool:
    """Whether AIDISCOVER_MODEL names the offline analyst. Raises: as read_chain."""
    return read_chain(text)[0].provider.is_offline


def connection_of(provider: Provider, environment: Mapping[str, str], secrets: Secrets) -> dict[str, str]:
    """The parameters of litellm that reach the provider: key, base URL and so on. A stored key wins over a variable.

    Raises: MissingKey naming the variables that are not set.
    """
    variables = {**provider.may_have, **provider.needs}
    found = {parameter: environment.get(variable, "") for parameter, variable in variables.items()}
    if provider.name == "bedrock":
        found["aws_region_name"] = found["aws_region_name"] or environment.get("AWS_DEFAULT_REGION", "")
    found["api_key"] = secrets(f"llm/{provider.name}") or found.get("api_key", "")
    missing = [variable for parameter, variable in provider.needs.items() if not found[parameter]]
    if missing:
        stored = f" (or store the key: 'aidiscover llm key set {provider.name}')" if "api_key" in provider.needs else ""
        raise MissingKey(
            f"cannot ask {provider.name!r}: {' and '.join(missing)} not set; set {' and '.join(missing)}{stored}, "
            f"{KEYLESS}"
        )
    return {parameter: value for parameter, value in found.items() if value}


def read_limits(text: str) -> Mapping[str, Limits]:
    """Limits by provider: the rows' own, with AIDISCOVER_MODEL_LIMITS (openai=4:500:200000, ollama=2) put over them.

    Raises: ConfigError naming the item.
    """
    limits = {name: row.limits for name, row in PROVIDERS.items()}
    for item in (item.strip() for item in text.split(",") if item.strip()):
        name, _, numbers = item.partition("=")
        given = numbers.split(":")
        if name not in limits or not all(part.isdecimal() for part in given) or len(given) > 3 or int(given[0]) == 0:
            raise ConfigError(
                f"cannot use AIDISCOVER_MODEL_LIMITS item {item!r}: expected provider=calls at a time, optionally "
                f":requests per minute:tokens per minute (0: no limit), as in openai=4:500:200000; providers: "
                f"{', '.join(limits)}"
            )
        names = ("concurrency", "requests_per_minute", "tokens_per_minute")
        limits[name] = replace(limits[name], **dict(zip(names, map(int, given), strict=False)))
    return limits
