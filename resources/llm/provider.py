"""Any provider that litellm knows, as crewai asks it."""

from typing import Any

from crewai import LLM

TEMPERATURE = 0.0  # the same case should get the same answer as far as a provider can


class ProviderLLM(LLM):
    """crewai's litellm model, except that answers come as text and are read by the crew's own guardrail.

    Where an agent has no tools crewai would ask for the contract through instructor, which retries by itself and whose
    calls appear in no token count. The contract's schema stands in the prompt anyway.
    """

    def call(self, *arguments: Any, **keywords: Any) -> Any:
        """See LLM.call; `response_model` is left out."""
        return super().call(*arguments, **{**keywords, "response_model": None})

    # LLM.call repeats a rate-limited request three times; crewai would wrap this method to repeat those three again.
    call._crewai_rate_limit_wrapped = True  # type: ignore[attr-defined]


def build_provider_llm(model: str) -> ProviderLLM:
    """A model for one kickoff. Without `is_litellm` crewai picks provider SDKs, some of which are not installed."""
    return ProviderLLM(model=model, is_litellm=True, temperature=TEMPERATURE)
