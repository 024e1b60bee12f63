"""CrewRunner with CrewAI: cases in a thread pool, each answer checked, the deterministic one where none may stand."""

import contextvars
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path
from typing import TYPE_CHECKING

from aidiscover_pipelines.crews import CREWS
from aidiscover_pipelines.crews.grounding import Unfounded, failure_reason
from aidiscover_pipelines.crews.spec import CrewSpec
from aidiscover_pipelines.domain.crew import CaseAnswer, CaseFile, KickoffUsage
from resources.llm.environment import import_crewai
from resources.llm.factory import OFFLINE_PREFIX, build_llm, price_usd

if TYPE_CHECKING:
    from crewai.llms.base_llm import BaseLLM

Builder = Callable[[str, CrewSpec], "BaseLLM"]


class CrewAIRunner:
    """Answers cases with one model. crewai is imported when the first case arrives.

    `workers` threads help where a provider is waited for; the offline analyst only computes and gets one.
    `build` makes the model of each kickoff from the model name and the crew.
    """

    def __init__(self, model: str, home: Path, workers: int = 2, build: Builder = build_llm) -> None:
        self.model = model
        self._home = home
        self._workers = 1 if model.startswith(OFFLINE_PREFIX) else workers
        self._build = build

    def answer(self, cases: Sequence[CaseFile]) -> Iterable[CaseAnswer]:
        """See CrewRunner. Kickoffs not started when the iteration is given up are dropped."""
        if not cases:
            return
        import_crewai(self._home)
        import resources.crews.kickoff  # noqa: F401  in this thread: a crewai that does not fit is no case's fault

        yield from self._in_threads(cases)

    def _in_threads(self, cases: Sequence[CaseFile]) -> Iterator[CaseAnswer]:
        pool = ThreadPoolExecutor(self._workers, thread_name_prefix="kickoff")
        try:
            waiting = [pool.submit(contextvars.copy_context().run, self._answered, case) for case in cases]
            for done in as_completed(waiting):
                yield done.result()
        finally:
            pool.shutdown(wait=True, cancel_futures=True)

    def _answered(self, case: CaseFile) -> CaseAnswer:
        from resources.crews.kickoff import Kickoff

        began = time.perf_counter()
        crew = CREWS[case.crew]
        llm = None
        try:
            llm = self._build(self.model, crew)
            answer, status, reason = Kickoff(crew, case, llm).run(), "answered", ""
        except Unfounded as problem:
            answer, status, reason = dict(case.fallback), "fallback", str(problem)
        except Exception as error:  # noqa: BLE001  the edge: whatever a provider raises, the case has its answer
            answer, status, reason = dict(case.fallback), "fallback", failure_reason(error, case)
        return CaseAnswer(case, status, answer, self._usage(llm, time.perf_counter() - began), reason)

    def _usage(self, llm: "BaseLLM | None", seconds: float) -> KickoffUsage:
        """From the kickoff's own model object; crew.usage_metrics counts a shared model once for each agent."""
        if llm is None:
            return KickoffUsage(self.model, seconds=seconds)
        from resources.llm.local import LocalLLM

        used = llm.get_token_usage_summary()
        is_free = isinstance(llm, LocalLLM)
        return KickoffUsage(
            model=self.model,
            llm_calls=used.successful_requests,
            prompt_tokens=used.prompt_tokens,
            completion_tokens=used.completion_tokens,
            cost_usd=0.0 if is_free else price_usd(self.model, used.prompt_tokens, used.completion_tokens),
            seconds=seconds,
        )
