"""What may go wrong with a provider, in our words: from litellm's exceptions to one Fault, from faults to one error.

A provider's own text is never repeated: it may quote the prompt.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import openai

from aidiscover_pipelines.domain.errors import ContextOverflow, FailedCall, ProviderDown, RefusedByProvider

TRIES = 3
LONG_REST_S = 60.0  # a wrong key, an unknown model or spent credit is not put right within seconds
LONGEST_REST_S = 600.0
WAIT_REMEDY = "wait, then resume the run; or name a further provider in AIDISCOVER_MODEL"


@dataclass(frozen=True, slots=True)
class EmptyAnswer:
    """A response with neither text nor tool calls. `reason` is the provider's finish reason."""

    reason: str


@dataclass(frozen=True, slots=True)
class Exchange:
    """What was seen of the last request: status None where no response came, Retry-After in seconds."""

    status: int | None = None
    retry_after_s: float | None = None


@dataclass(frozen=True, slots=True)
class Fault:
    """One failed request. `model` is spelled provider/model.

    `tries`: how many requests a call may send that meet it. `rest_s`: for how long nobody should ask that model.
    `is_of_the_prompt`: another prompt may be answered. Tokens and cost are those of an answer that held nothing: one of
    a model that thinks until its output limit is paid for all the same.
    """

    kind: Literal["down", "refused", "overflow"]
    model: str
    problem: str
    remedy: str = WAIT_REMEDY
    tries: int = 1
    retry_after_s: float | None = None
    rest_s: float = 0.0
    is_of_the_prompt: bool = False
    prompt_tokens: int = 0
    completion_tokens: int = 0
    cost_usd: float | None = 0.0

    @property
    def provider(self) -> str:
        """Its name in PROVIDERS."""
        return self.model.partition("/")[0]


def fault_of(error: openai.OpenAIError | EmptyAnswer, model: str, seen: Exchange) -> Fault:
    """What an exception of litellm means. All of them derive from openai's base; a test lists them."""
    provider = model.partition("/")[0]
    status = f" ({seen.status})" if seen.status else ""
    match _kind(error):
        case "overflow":
            remedy = f"raise the window, or let a person look; {provider} holds less than the prompt takes"
            return Fault("overflow", model, "says that the prompt exceeds its window", remedy, is_of_the_prompt=True)
        case "filter":
            remedy = "let a person look at the case, or choose another model for the crew (policy model_for)"
            return Fault("refused", model, "refused by its content filter", remedy, is_of_the_prompt=True)
        case "key":
            problem = f"does not accept the key{status}"
            remedy = f"correct the key of {provider} in the environment, or by 'aidiscover llm key set'"
            return Fault("refused", model, problem, remedy, rest_s=LONG_REST_S)
        case "forbidden":
            problem = f"does not allow this key, model or region{status}"
            return Fault("refused", model, problem, f"look at the account of {provider}", rest_s=LONG_REST_S)
        case "model":
            problem = f"knows no such model{status}"
            remedy = f"correct {model!r} in AIDISCOVER_MODEL or the policy, or the base URL of {provider}"
            return Fault("refused", model, problem, remedy, rest_s=LONG_REST_S)
        case "credit":
            problem = f"says that the credit is spent{status}"
            return Fault("refused", model, problem, f"top up the account of {provider}", rest_s=LONG_REST_S)
        case "request":
            remedy = "see whether the model takes tools, and as many output tokens"
            problem = f"does not take the request{status}"
            return Fault("refused", model, problem, remedy, is_of_the_prompt=True)
        case "busy":
            rest_s = min(seen.retry_after_s or 0.0, LONGEST_REST_S)
            problem = "is asked too often (429)"
            return Fault("down", model, problem, tries=TRIES, retry_after_s=seen.retry_after_s, rest_s=rest_s)
        case "timeout":
            return Fault("down", model, "does not answer in time", tries=2)
        case "empty":
            return Fault("down", model, "answers with nothing", tries=TRIES)
        case _ if seen.status is None:
            remedy = f"see that {provider} runs and that its base URL is right; or name a further provider behind it"
            return Fault("down", model, "cannot be reached", remedy, tries=TRIES)
        case _ if seen.status < 300:
            return Fault("down", model, "answers with what is no answer (cut off or invalid)", tries=TRIES)
        case _:
            problem = f"fails{status}"
            return Fault("down", model, problem, tries=TRIES, retry_after_s=seen.retry_after_s)


def paid_for(met: Sequence[Fault]) -> tuple[int, int, float | None]:
    """Prompt tokens, completion tokens and US dollars of requests whose answers held nothing."""
    costs = [fault.cost_usd for fault in met]
    known = [cost for cost in costs if cost is not None]
    usd = sum(known) if len(known) == len(costs) else None
    return sum(fault.prompt_tokens for fault in met), sum(fault.completion_tokens for fault in met), usd


def error_of(faults: Sequence[Fault], met: Sequence[Fault]) -> FailedCall:
    """The error of a call that every model of the chain failed: of those that waiting cures, if any is.

    `faults` has one for each model, `met` one for each request that was sent.
    """
    told = ", ".join(f"{fault.model} {fault.problem}" for fault in faults)
    worst = next(
        (fault for kind in ("down", "overflow", "refused") for fault in faults if fault.kind == kind), faults[0]
    )
    kinds: dict[str, type[FailedCall]] = {"down": ProviderDown, "overflow": ContextOverflow}
    message = f"cannot get an answer: {told}; {worst.remedy}"
    return kinds.get(worst.kind, RefusedByProvider)(message, faults[-1].provider, len(met), *paid_for(met))


def _kind(error: openai.OpenAIError | EmptyAnswer) -> str:
    from litellm import exceptions as litellm

    if isinstance(error, EmptyAnswer):
        return "filter" if error.reason == "content_filter" else "empty"
    said = str(error).lower()
    if isinstance(error, litellm.ContextWindowExceededError):
        return "overflow"
    if isinstance(error, litellm.ContentPolicyViolationError):
        return "filter"
    if isinstance(error, openai.BadRequestError | openai.UnprocessableEntityError):
        return "overflow" if "context length" in said else "request"  # Ollama's words, which litellm does not know
    if isinstance(error, openai.RateLimitError):
        return "credit" if "insufficient_quota" in said or "exceeded your current quota" in said else "busy"
    kinds = {
        openai.AuthenticationError: "key",
        openai.PermissionDeniedError: "forbidden",
        openai.NotFoundError: "model",
        openai.APITimeoutError: "timeout",
    }
    return next((kind for known, kind in kinds.items() if isinstance(error, known)), "down")
