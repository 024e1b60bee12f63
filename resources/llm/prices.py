"""What is known of a model: its window, its longest answer and its price, from litellm's bundled list or the row.

litellm's own look-ups raise for unknown models and ask a server about Ollama's; so its list is read as what it is.
"""

from collections.abc import Mapping
from typing import Any

from resources.llm.line import load_litellm
from resources.llm.providers import Provider


def window(provider: Provider, model: str) -> int:
    """Tokens of prompt that it takes."""
    return int(_listed(provider, model).get("max_input_tokens") or provider.window)


def longest_answer(provider: Provider, model: str, asked: int) -> int:
    """The tokens that may be asked for: no more than the model gives, where that is known."""
    return min(asked, int(_listed(provider, model).get("max_output_tokens") or asked))


def cost_usd(provider: Provider, model: str, prompt: int, completion: int, cached: int = 0) -> float | None:
    """US dollars for tokens, of which `cached` are part of the prompt's; None where no price is known."""
    if provider.prices == "free":
        return 0.0
    if not _listed(provider, model):
        return None
    prices = load_litellm().cost_per_token(
        model=f"{provider.prefix}/{model}",
        prompt_tokens=prompt,
        completion_tokens=completion,
        cache_read_input_tokens=cached,
    )
    return float(sum(prices))


def _listed(provider: Provider, model: str) -> Mapping[str, Any]:
    """The row of litellm's list; nothing for providers whose models are not the list's."""
    if provider.prices != "litellm price list":
        return {}
    known = load_litellm().model_cost
    row: Mapping[str, Any] = known.get(f"{provider.prefix}/{model}") or known.get(model) or {}
    return row
