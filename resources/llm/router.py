"""Asks the models of a chain, in order, until one answers. Retries, failover and rests are here and nowhere else."""

import json
import logging
import os
import random
import re
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import openai

from aidiscover_pipelines.domain.errors import ConfigError
from resources.llm import prices
from resources.llm.completion import Completion, Message, Request
from resources.llm.faults import EmptyAnswer, Fault, error_of, fault_of, paid_for
from resources.llm.limits import Rest
from resources.llm.line import Line
from resources.llm.providers import (
    TIERS,
    Link,
    Provider,
    Secrets,
    connection_of,
    read_chain,
    read_limits,
    read_link,
)

logger = logging.getLogger(__name__)

PIECES = re.compile(r"[A-Za-z]{1,7}|\d{1,3}|[^\sA-Za-z\d]")
TOKENS_PER_MESSAGE = 4
BACKOFF_S = 0.5
PATIENCE_S = 5.0  # the longest wait for a provider while another one has not been asked
LAST_PATIENCE_S = 30.0


@dataclass(slots=True)
class Model:
    """One model at one provider. `name` is spelled provider/model, `model` without the provider."""

    line: Line
    model: str
    rest: Rest = field(default_factory=Rest)

    @property
    def provider(self) -> Provider:
        """Its row."""
        return self.line.provider

    @property
    def name(self) -> str:
        """As the ledger and the messages say it."""
        return f"{self.provider.name}/{self.model}"

    def request(self, request: Request) -> Completion | Fault:
        """Send one request; what came back, or what was wrong."""
        most = prices.longest_answer(self.provider, self.model, request.most_answer_tokens)
        self.line.pace.wait(lambda: estimated_tokens(request.messages, request.tools))
        with self.line.slots:
            try:
                response = self.line.send(self.model, request.messages, request.tools, most)
            except openai.OpenAIError as error:
                return fault_of(error, self.name, self.line.seen)
            choice = response.choices[0] if response.choices else None
            if choice is None or choice.finish_reason == "content_filter" or not _says_something(choice.message):
                return self._nothing(response, EmptyAnswer((choice and choice.finish_reason) or ""))
            return self._completion(response, choice, request)

    def _nothing(self, response: Any, error: EmptyAnswer) -> Fault:
        """The fault of an answer that holds nothing, with what the provider counts for it."""
        usage = getattr(response, "usage", None)
        prompt, completion = getattr(usage, "prompt_tokens", 0) or 0, getattr(usage, "completion_tokens", 0) or 0
        cost_usd = prices.cost_usd(self.provider, self.model, prompt, completion) if prompt or completion else 0.0
        fault = fault_of(error, self.name, self.line.seen)
        return replace(fault, prompt_tokens=prompt, completion_tokens=completion, cost_usd=cost_usd)

    def _completion(self, response: Any, choice: Any, request: Request) -> Completion:
        text, calls = choice.message.content or "", choice.message.tool_calls or ()
        usage = getattr(response, "usage", None)
        details = getattr(usage, "prompt_tokens_details", None)
        said = text + "".join(call.function.arguments or "" for call in calls)
        prompt = getattr(usage, "prompt_tokens", 0) or estimated_tokens(request.messages, request.tools)
        completion = getattr(usage, "completion_tokens", 0) or _tokens(said)
        cached = getattr(details, "cached_tokens", 0) or 0
        return Completion(
            text=text,
            tool_calls=[_tool_call(call) for call in calls],
            provider=self.provider.name,
            model_served=self.name,
            prompt_tokens=prompt,
            completion_tokens=completion,
            cached_tokens=cached,
            cost_usd=prices.cost_usd(self.provider, self.model, prompt, completion, cached),
            finish_reason=choice.finish_reason or "stop",
        )


class RouterBackend:
    """A chain of providers. Thread-safe; limits and rests hold for the process.

    Request.model is "small", "large" or a model as litellm spells it. A named model is asked first; the chain's large
    models stand in for it. Everything counts as leaving, even to Ollama on this machine: its logs are not ours.
    """

    is_remote = True

    def __init__(self, chain: Sequence[Link], line_of: Callable[[Provider], Line]) -> None:
        self._chain = chain
        self._line_of = line_of
        self._lines: dict[str, Line] = {}
        self._models: dict[str, Model] = {}
        self._told: set[tuple[str, str]] = set()
        self._lock = threading.Lock()
        for link in chain:
            self._model(link, TIERS[0])  # a missing key is told before anything begins

    def prepare(self) -> None:
        """Load what the first call would otherwise wait for."""
        for line in self._lines.values():
            line.prepare()

    def complete(self, request: Request) -> Completion:
        models = self._models_for(request.model)
        faults: list[Fault] = []
        met: list[Fault] = []
        for place, model in enumerate(models):
            fault = model.rest.fault() or (_misfit(model, request) if place else None)
            if fault is None:
                is_last = place == len(models) - 1
                answer, failed = self._call(model, request, LAST_PATIENCE_S if is_last else PATIENCE_S)
                met += failed
                if answer is not None:
                    return _with_paid(answer, met)
                fault = failed[-1]
            faults.append(fault)
        raise error_of(faults, met)

    def window(self, model: str) -> int:
        first = self._models_for(model)[0]
        return prices.window(first.provider, first.model)

    def tokens(self, model: str, messages: Sequence[Message], tools: Sequence[Mapping[str, Any]] = ()) -> int:
        return estimated_tokens(messages, tools)

    def price(self, model: str, prompt_tokens: int, completion_tokens: int) -> float | None:
        """What the dearest model would cost that may answer: a budget must hold after a failover, too."""
        each = [
            prices.cost_usd(one.provider, one.model, prompt_tokens, completion_tokens)
            for one in self._models_for(model)
        ]
        known = [cost for cost in each if cost is not None]
        return max(known) if len(known) == len(each) else None

    def probe(self) -> list["Probe"]:
        """Ask each provider of the chain for one token, once."""
        return [_probed(self._model(link, TIERS[0])) for link in self._chain]

    def _call(self, model: Model, request: Request, patience_s: float) -> tuple[Completion | None, list[Fault]]:
        """Up to as many requests as the fault allows: the answer if there is one, and the faults of the others."""
        met: list[Fault] = []
        while True:
            answer = model.request(request)
            if isinstance(answer, Completion):
                model.rest.answered()
                return answer, met
            met.append(answer)
            tries = len(met)
            self._tell(model.name, answer.problem)
            pause_s = answer.retry_after_s or BACKOFF_S * 2 ** (tries - 1) * random.uniform(0.5, 1)  # noqa: S311
            if tries >= answer.tries or pause_s > patience_s:
                model.rest.failed(answer)
                return None, met
            time.sleep(pause_s)

    def _tell(self, model: str, problem: str) -> None:
        """A warning the first time that this is wrong with the model: a bulk run would repeat it by the hundred."""
        with self._lock:
            is_new = (model, problem) not in self._told
            self._told.add((model, problem))
        logger.log(logging.WARNING if is_new else logging.INFO, "%s %s", model, problem)

    def _models_for(self, asked: str) -> list[Model]:
        if asked in TIERS:
            return [self._model(link, asked) for link in self._chain]
        named = read_link(asked)
        if named.provider.is_offline:
            raise ConfigError(
                f"cannot use model {asked!r}: AIDISCOVER_MODEL names providers; correct the policy llm.model_for"
            )
        first = self._model(named, "large")
        others = [self._model(link, "large") for link in self._chain]
        return [first, *(model for model in others if model is not first)]

    def _model(self, link: Link, tier: str) -> Model:
        name = link.model_for(tier)
        with self._lock:
            if name not in self._models:
                provider = link.provider
                if provider.name not in self._lines:
                    self._lines[provider.name] = self._line_of(provider)
                self._models[name] = Model(self._lines[provider.name], name.partition("/")[2])
            return self._models[name]


@dataclass(frozen=True, slots=True)
class Probe:
    """What one tiny call met. `problem` is empty where the provider answered."""

    provider: str
    model: str
    latency_ms: float
    problem: str = ""
    remedy: str = ""


def build_backend(
    models: str,
    secrets: Secrets = lambda name: None,
    limits: str = "",
    timeout_s: float = 120.0,
    environment: Mapping[str, str] | None = None,
) -> RouterBackend:
    """The backend for AIDISCOVER_MODEL, AIDISCOVER_MODEL_LIMITS and AIDISCOVER_MODEL_SECONDS; loads litellm, 4 s.

    Raises: ConfigError where the chain is the offline analyst (ask `is_offline` first) or wrong; MissingKey.
    """
    chain, allowed = read_chain(models), read_limits(limits)
    if chain[0].provider.is_offline:
        raise ConfigError(f"cannot ask a provider for {models!r}: it answers in this process; set AIDISCOVER_MODEL")
    source = os.environ if environment is None else environment

    def line_of(provider: Provider) -> Line:
        return Line(provider, connection_of(provider, source, secrets), allowed[provider.name], timeout_s)

    backend = RouterBackend(chain, line_of)
    backend.prepare()
    return backend


def estimated_tokens(messages: Sequence[Message], tools: Sequence[Mapping[str, Any]] = ()) -> int:
    """Tokens of a prompt, estimated: words by seven letters, numbers by three digits, every other character alone.

    Tokenisers differ by vendor, are slow, and most are not at hand offline. Against cl100k: 1.0 to 1.4 times its count
    for prose in four languages, Markdown, code, JSON and host names, 0.94 for hexadecimal digests; 6 ms for 100 kB.
    What is paid is counted by the provider.
    """
    spoken = sum(_tokens(str(message.get("content") or "")) + TOKENS_PER_MESSAGE for message in messages)
    called = [message["tool_calls"] for message in messages if message.get("tool_calls")]
    return spoken + _tokens(json.dumps([*called, *tools], ensure_ascii=False) if called or tools else "")


def _tokens(text: str) -> int:
    return len(PIECES.findall(text))


def _misfit(model: Model, request: Request) -> Fault | None:
    """Prompts are fitted to the first model of the chain; one that stands in may take less, or cut them off unasked."""
    takes, asked = prices.window(model.provider, model.model), estimated_tokens(request.messages, request.tools)
    if asked <= takes:
        return None
    problem = f"takes {takes} tokens of prompt, not {asked}"
    remedy = "name a model with a larger window later in AIDISCOVER_MODEL"
    return Fault("overflow", model.name, problem, remedy, is_of_the_prompt=True)


def _says_something(message: Any) -> bool:
    return bool(message.content or message.tool_calls)


def _with_paid(answer: Completion, met: Sequence[Fault]) -> Completion:
    """The answer with what the requests before it cost."""
    prompt, completion, usd = paid_for(met)
    return replace(
        answer,
        attempts=len(met) + 1,
        prompt_tokens=answer.prompt_tokens + prompt,
        completion_tokens=answer.completion_tokens + completion,
        cost_usd=None if answer.cost_usd is None or usd is None else answer.cost_usd + usd,
    )


def _tool_call(call: Any) -> dict[str, Any]:
    function = {"name": call.function.name or "", "arguments": call.function.arguments or "{}"}
    return {"id": call.id, "type": "function", "function": function}


def _probed(model: Model) -> Probe:
    began = time.perf_counter()
    problem = remedy = ""
    try:
        model.line.send(model.model, [{"role": "user", "content": "Say OK."}], (), 1)
    except openai.OpenAIError as error:
        fault = fault_of(error, model.name, model.line.seen)
        problem, remedy = fault.problem, fault.remedy
    return Probe(model.provider.name, model.name, round((time.perf_counter() - began) * 1000, 1), problem, remedy)
