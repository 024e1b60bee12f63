"""What holds for all kickoffs of one group of cases: policy, tier, budget, kept answers, memory."""

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache, partial

from aidiscover_pipelines.crews.spec import FindCrew
from aidiscover_pipelines.crews.tenant_crews import find_crew
from aidiscover_pipelines.crews.tools import Desk
from aidiscover_pipelines.domain.crew import CaseAnswer, CaseFile
from aidiscover_pipelines.domain.tables import AgentMemory
from aidiscover_pipelines.domain.tenancy import RunRef, TenantId
from aidiscover_pipelines.governance.budget import BudgetBook, Used, open_book
from aidiscover_pipelines.governance.kept import KeptAnswers
from aidiscover_pipelines.governance.ledger import Ledger
from aidiscover_pipelines.governance.memory.memories import memories_of
from aidiscover_pipelines.governance.policy import LlmPolicy, read_policy
from aidiscover_pipelines.governance.redaction.redactor import Redactor
from aidiscover_pipelines.governance.sensitivity import Classes, classes_of, personal_values, restricted_values
from aidiscover_pipelines.ports import Embedder, EmbeddingCall, PortfolioStore
from aidiscover_pipelines.tiers.access import assessed_tier
from resources.crews.desk import set_desk


@dataclass(frozen=True, slots=True)
class Session:
    """One run of one tenant. Safe for the threads of its kickoffs."""

    store: PortfolioStore
    tenant: TenantId
    run: RunRef
    policy: LlmPolicy
    classes: Classes
    tier: int
    book: BudgetBook
    kept: KeptAnswers
    embedder: Embedder
    crew: FindCrew

    def desk(self, case: CaseFile, redactor: Redactor, ledger: Ledger, *, is_remote: bool) -> Desk:
        """What the agents of a kickoff may look at."""
        from resources.memory.memory import recaller, tenant_memory  # crewai is imported by now

        embedder = self._embedder(redactor, ledger)
        recall = recaller(tenant_memory(self.store, self.tenant, embedder), self.run.run_id)
        return set_desk(
            case, self.store, today=datetime.now(UTC).date(), remote=is_remote, recall=recall, tier=self.tier
        )

    def redactor(self, case: CaseFile) -> Redactor:
        """What a kickoff's messages and memories go through before they leave."""
        return Redactor(
            personal_values(case.sections),
            restricted_values(case.sections, self.classes),
            is_personal=self.policy.redact_personal,
        )

    def write(self, answer: CaseAnswer, redactor: Redactor, ledger: Ledger) -> None:
        """Write what is left of a kickoff's ledger and, in the same transaction, keep a checked answer in mind.

        An embedder that fails says so in the log, once a minute.
        """
        new = memories_of(self._embedder(redactor, ledger), answer, self.run.run_id, datetime.now(UTC))
        ledger.write(new.rows, instead_of={AgentMemory: new.earlier} if new.rows else None)

    def _embedder(self, redactor: Redactor, ledger: Ledger) -> Embedder:
        def record(call: EmbeddingCall) -> None:
            ledger.embedding(call)
            self.book.count(ledger.scope, Used(call.tokens, call.cost_usd or 0.0))

        return self.embedder.through(redactor.redact_text, record)


def open_session(store: PortfolioStore, tenant: TenantId, run: RunRef, embedder: Embedder) -> Session:
    """The session of a run. Raises: UnknownTenant, ConfigError for a stored setting that is wrong."""
    policy = read_policy(store, tenant)
    return Session(
        store,
        tenant,
        run,
        policy,
        classes_of(store, tenant),
        assessed_tier(store, tenant),
        open_book(store, tenant, run.run_id, policy.budget, datetime.now(UTC)),
        KeptAnswers(store, tenant, policy.keep_days.answers),
        embedder,
        cache(partial(find_crew, store, tenant)),  # a tenant's own crews are read from the store
    )
