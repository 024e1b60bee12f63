"""From a model name to a model: offline/... is the analyst in this process, any other name goes through litellm."""

import warnings
from typing import TYPE_CHECKING

from aidiscover_pipelines.crews.spec import CrewSpec

if TYPE_CHECKING:
    from crewai.llms.base_llm import BaseLLM

OFFLINE_PREFIX = "offline/"


def build_llm(model: str, crew: CrewSpec) -> "BaseLLM":
    """A new model object for one kickoff, so that its token counts are the kickoff's. Call `import_crewai` first."""
    if model.startswith(OFFLINE_PREFIX):
        from resources.llm.offline import build_offline_analyst

        return build_offline_analyst(model, crew)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # litellm's import warns about its own dependencies
        from resources.llm.provider import build_provider_llm

        return build_provider_llm(model)


def price_usd(model: str, prompt_tokens: int, completion_tokens: int) -> float:
    """Cost by litellm's bundled price list; 0 for models that the list does not know."""
    import litellm

    litellm.suppress_debug_info = True  # it prints a list of providers for a model it does not know
    try:
        prices = litellm.cost_per_token(model=model, prompt_tokens=prompt_tokens, completion_tokens=completion_tokens)
    except Exception:  # noqa: BLE001  litellm raises a bare Exception for an unknown model
        return 0.0
    return float(sum(prices))
