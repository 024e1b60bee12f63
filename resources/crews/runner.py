"""CrewRunner with CrewAI: cases in a thread pool, each answer checked, the deterministic one where none may stand."""

import contextvars
import time
import uuid
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path
from typing import Any

from aidiscover_pipelines.crews.grounding import Unfounded, failure_reason
from aidiscover_pipelines.crews.spec import CrewSpec
from aidiscover_pipelines.domain.crew import ANSWERED, FALLBACK, CaseAnswer, CaseFile, KickoffUsage
from aidiscover_pipelines.domain.tenancy import RunRef, TenantId
from aidiscover_pipelines.governance.ledger import Asker, CallScope, Ledger
from aidiscover_pipelines.governance.models import chosen_model
from aidiscover_pipelines.governance.redaction.redactor import Redactor
from aidiscover_pipelines.ports import Embedder, PortfolioStore
from resources.crews.session import Session, open_session
from resources.llm.completion import Backend
from resources.llm.environment import import_crewai
from resources.llm.governor import Governor, Rules

# Waiting for a provider costs no core; the offline analyst only computes and gets one thread.
THREADS_WHILE_WAITING = 8

# The backend that answers a crew's agents; (tenant, crew) because keys are a tenant's and the analyst knows its crew.
BackendFor = Callable[[TenantId, CrewSpec], Backend]
EmbedderFor = Callable[[TenantId], Embedder]


class CrewAIRunner:
    """Answers cases with one chain of models. crewai is imported when the first case arrives.

    `model` names the chain; `backend_for` builds what answers a crew, `offline_for` the analyst that stands in where
    the tenant's policy allows it, `embedder_for` what memories are compared by.
    """

    def __init__(
        self,
        model: str,
        home: Path,
        store: PortfolioStore,
        backend_for: BackendFor,
        offline_for: BackendFor,
        embedder_for: EmbedderFor,
        threads: int = THREADS_WHILE_WAITING,
    ) -> None:
        self.model = model
        self._home, self._store, self._threads = home, store, threads
        self._backend_for, self._offline_for, self._embedder_for = backend_for, offline_for, embedder_for

    def answer(self, cases: Sequence[CaseFile], run: RunRef) -> Iterable[CaseAnswer]:
        """See CrewRunner. Kickoffs not started when the iteration is given up are dropped."""
        if not cases:
            return
        import_crewai(self._home)
        import resources.crews.kickoff  # noqa: F401  in this thread: a crewai that does not fit is no case's fault

        tenant = cases[0].tenant
        session = open_session(self._store, tenant, run, self._embedder_for(tenant))
        self._backend_for(
            tenant, session.crew(cases[0].crew)
        )  # a missing key is the run's fault, not that of each case
        yield from self._in_threads(cases, session)

    def _in_threads(self, cases: Sequence[CaseFile], session: Session) -> Iterator[CaseAnswer]:
        pool = ThreadPoolExecutor(self._threads, thread_name_prefix="kickoff")
        try:
            waiting = [pool.submit(contextvars.copy_context().run, self._answered, case, session) for case in cases]
            for done in as_completed(waiting):
                yield done.result()
        finally:
            pool.shutdown(wait=True, cancel_futures=True)
            session.unwritten.write()

    def _answered(self, case: CaseFile, session: Session) -> CaseAnswer:
        began = time.perf_counter()
        scope = CallScope(case.tenant, session.run.run_id, uuid.uuid4().hex, case.crew, case.subject)
        ledger = Ledger(self._store, scope)
        redactor = session.redactor(case)
        governor = None
        try:
            crew = session.crew(case.crew)
            governor = Governor(self._rules(crew, session), ledger, redactor)
            answer, status, reason = self._kickoff(crew, case, governor, ledger, redactor, session), ANSWERED, ""
        except Unfounded as problem:
            answer, status, reason = dict(case.fallback), FALLBACK, str(problem)
            if governor is not None:
                governor.forget_answers()
        except Exception as error:  # noqa: BLE001  the edge: whatever a provider raises, the case has its answer
            answer, status, reason = dict(case.fallback), FALLBACK, failure_reason(error, case)
        given = CaseAnswer(case, status, answer, self._usage(ledger, time.perf_counter() - began), reason)
        session.write(given, redactor, ledger, at_once=governor is None or governor.is_remote)
        return given

    def _rules(self, crew: CrewSpec, session: Session) -> Rules:
        offline = self._offline_for(session.tenant, crew) if session.policy.offline_fallback else None
        return Rules(self._backend_for(session.tenant, crew), self.model, session.book, session.kept, offline)

    def _kickoff(
        self,
        crew: CrewSpec,
        case: CaseFile,
        governor: Governor,
        ledger: Ledger,
        redactor: Redactor,
        session: Session,
    ) -> dict[str, Any]:
        from resources.crews.case_tools import ToolBox
        from resources.crews.kickoff import Kickoff
        from resources.llm.model import build_model

        effort = {task.key: task.effort for task in crew.tasks}

        def ask(messages: list[dict[str, Any]], tools: list[dict[str, Any]], asker: Asker, task: Any) -> Any:
            model = chosen_model(session.policy, crew.name, asker.task, effort.get(asker.task, "low"))
            return governor.ask(messages, tools, asker, model, task)

        desk = session.desk(case, redactor, ledger, is_remote=governor.is_remote)
        tools = ToolBox(desk, ledger, session.classes)
        return Kickoff(crew, tools, build_model(ask)).run()

    def _usage(self, ledger: Ledger, seconds: float) -> KickoffUsage:
        """What the ledger says of this kickoff."""
        answered = [call for call in ledger.calls if call.status in ("answered", "cached")]
        served = {call.model_served for call in answered}
        stood_in = next((name for name in sorted(served) if name.startswith("offline/")), "")
        return KickoffUsage(
            model=stood_in or self.model,
            llm_calls=len(answered),
            prompt_tokens=sum(call.prompt_tokens for call in answered),
            completion_tokens=sum(call.completion_tokens for call in answered),
            cost_usd=sum(call.cost_usd or 0.0 for call in answered),
            seconds=seconds,
        )
