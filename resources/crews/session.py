"""What holds for all kickoffs of one group of cases: policy, tier, budget, kept answers, memory."""

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache, partial

from aidiscover_pipelines.crews.spec import FindCrew
from aidiscover_pipelines.crews.tenant_crews import find_crew
from aidiscover_pipelines.crews.tools import Desk
from aidiscover_pipelines.domain.crew import CaseAnswer, CaseFile
from aidiscover_pipelines.domain.tables import Row
from aidiscover_pipelines.domain.tenancy import RunRef, TenantId
from aidiscover_pipelines.governance.budget import BudgetBook, Used, open_book
from aidiscover_pipelines.governance.kept import KeptAnswers
from aidiscover_pipelines.governance.ledger import Ledger
from aidiscover_pipelines.governance.memory.memories import memories_of, replaced_by
from aidiscover_pipelines.governance.policy import LlmPolicy, read_policy
from aidiscover_pipelines.governance.redaction.redactor import Redactor
from aidiscover_pipelines.governance.sensitivity import Classes, classes_of, personal_values, restricted_values
from aidiscover_pipelines.ports import Embedder, EmbeddingCall, PortfolioStore
from aidiscover_pipelines.tiers.access import assessed_tier
from resources.crews.desk import set_desk

# As many as answers in crews/stage.py: what a crash may cost of kickoffs that nobody paid for.
KICKOFFS_PER_WRITE = 10


class Unwritten:
    """Rows that kickoffs left. Those of several go in one transaction, which costs a third of an offline kickoff."""

    def __init__(self, store: PortfolioStore, tenant: TenantId) -> None:
        self._store, self._tenant = store, tenant
        self._lock = threading.Lock()
        self._rows: list[Row] = []
        self._kickoffs = 0

    def add(self, rows: Sequence[Row], *, at_once: bool) -> None:
        """Take the rows of a kickoff that is over; they are written when there are enough of them, or at once."""
        with self._lock:
            self._rows += rows
            self._kickoffs += 1
            if at_once or self._kickoffs >= KICKOFFS_PER_WRITE:
                self._write()

    def write(self) -> None:
        """Write what waits. What cannot be written stays for the next attempt."""
        with self._lock:
            self._write()

    def _write(self) -> None:
        if self._rows:
            self._store.put(self._tenant, self._rows, instead_of=replaced_by(self._rows))
        self._rows, self._kickoffs = [], 0


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
    unwritten: Unwritten

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

    def write(self, answer: CaseAnswer, redactor: Redactor, ledger: Ledger, *, at_once: bool) -> None:
        """Write what is left of a kickoff's ledger and, in the same transaction, keep a checked answer in mind.

        Unless `at_once` is asked for, or something was paid for, both wait for those of other kickoffs. An embedder
        that fails says so in the log, once a minute.
        """
        new = memories_of(self._embedder(redactor, ledger), answer, self.run.run_id, datetime.now(UTC))
        is_paid = any(call.cost_usd != 0 for call in ledger.calls)  # None: what it cost is not known
        self.unwritten.add([*ledger.taken(), *new.rows], at_once=at_once or is_paid)

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
        Unwritten(store, tenant),
    )
