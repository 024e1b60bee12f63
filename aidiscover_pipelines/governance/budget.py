"""Budgets: a call is admitted with a limit on its answer, so that no limit is passed, or refused with arithmetic."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from aidiscover_pipelines.domain.errors import BudgetExhausted
from aidiscover_pipelines.domain.tables import LlmCall
from aidiscover_pipelines.domain.tenancy import TenantId
from aidiscover_pipelines.governance.ledger import Asker, CallScope
from aidiscover_pipelines.governance.policy import Budget
from aidiscover_pipelines.ports import Condition, PortfolioStore

# An answer of the built-in crews takes 200 to 1,500 tokens; a call that may not even have 256 is not worth its prompt.
MOST_ANSWER_TOKENS = 4096
LEAST_ANSWER_TOKENS = 256

# (prompt tokens, answer tokens) -> US dollars, None where no price is known
Price = Callable[[int, int], float | None]


@dataclass(frozen=True, slots=True)
class Used:
    """Tokens and US dollars."""

    tokens: int = 0
    usd: float = 0.0

    def __add__(self, other: "Used") -> "Used":
        return Used(self.tokens + other.tokens, self.usd + other.usd)

    def __sub__(self, other: "Used") -> "Used":
        return Used(self.tokens - other.tokens, self.usd - other.usd)


@dataclass(frozen=True, slots=True)
class Admission:
    """A call that may be made: who asks, what is set aside for it, and the most tokens of its answer."""

    accounts: tuple[str, ...]
    reserved: Used
    answer_tokens: int


@dataclass(frozen=True, slots=True)
class _Limit:
    account: str
    name: str
    tokens: int | None
    usd: float | None


class BudgetBook:
    """What a run uses of a tenant's budget, counted call by call. Thread-safe; one for all kickoffs of a run.

    `month_now` tells what the ledger says of the month by now, other runs' calls included; without it nobody else asks.
    """

    def __init__(
        self, budget: Budget, tenant: TenantId, run: Used, month: Used, month_now: Callable[[], Used] | None = None
    ) -> None:
        self._budget, self._tenant = budget, tenant
        self._month, self._month_now = month, month_now
        self._own = self._others = Used()
        self._used: dict[str, Used] = {"run": run, "tenant": month}
        self._calls: dict[str, int] = {}
        self._lock = threading.Lock()

    def admit(self, scope: CallScope, asker: Asker, prompt_tokens: int, price: Price) -> Admission:
        """Set aside what a call may use. Raises: BudgetExhausted; nothing is set aside."""
        limits = self._limits(scope, asker)
        task = f"task {scope.kickoff_id} {asker.agent} {asker.task}"
        self._count_others()
        with self._lock:
            if self._calls.get(task, 0) >= self._budget.task_calls:
                raise self._refusal(
                    "task_calls", f"{self._budget.task_calls} calls for one task were made without an answer"
                )
            answer = MOST_ANSWER_TOKENS
            for limit in limits:
                used = self._used.get(limit.account, Used())
                if limit.tokens is not None:
                    answer = min(answer, limit.tokens - used.tokens - prompt_tokens)
                    if answer < LEAST_ANSWER_TOKENS:
                        raise self._refusal(limit.name + "_tokens", _tokens_short(limit.tokens, used, prompt_tokens))
                if limit.usd is not None:
                    answer = min(answer, _affordable(limit.usd - used.usd, prompt_tokens, price))
                    if answer < LEAST_ANSWER_TOKENS:
                        raise self._refusal(limit.name + "_usd", _dollars_short(limit.usd, used, prompt_tokens, price))
            reserved = Used(prompt_tokens + answer, price(prompt_tokens, answer) or 0.0)
            accounts = tuple(limit.account for limit in limits if limit.account != "step")
            self._calls[task] = self._calls.get(task, 0) + 1
            self._move(accounts, reserved)
        return Admission(accounts, reserved, answer)

    def settle(self, admission: Admission, used: Used) -> None:
        """Give back what was set aside and count what was used."""
        with self._lock:
            self._own += used
            self._move(admission.accounts, used - admission.reserved)

    def count(self, scope: CallScope, used: Used) -> None:
        """Count what was used without asking first: embeddings cost less than asking would be worth."""
        with self._lock:
            self._own += used
            self._move(("run", "tenant", f"crew {scope.kickoff_id}"), used)

    def left(self, scope: CallScope, asker: Asker) -> tuple[int | None, float | None]:
        """Tokens and US dollars left in the tightest budget; None where there is no limit."""
        with self._lock:
            tokens, usd = [], []
            for limit in self._limits(scope, asker):
                used = self._used.get(limit.account, Used())
                if limit.tokens is not None and limit.account != "step":
                    tokens.append(limit.tokens - used.tokens)
                if limit.usd is not None:
                    usd.append(round(limit.usd - used.usd, 6))
        return min(tokens, default=None), min(usd, default=None)

    def _count_others(self) -> None:
        """Runs of a tenant at the same time share its month. Calls are in the ledger soon after they are settled."""
        if self._month_now is None or (self._budget.tenant_tokens is None and self._budget.tenant_usd is None):
            return
        ledger = self._month_now()
        with self._lock:
            new = ledger - self._month - self._own - self._others
            more = Used(max(new.tokens, 0), max(new.usd, 0.0))
            self._others += more
            self._move(("tenant",), more)

    def _move(self, accounts: tuple[str, ...], amount: Used) -> None:
        for account in accounts:
            self._used[account] = self._used.get(account, Used()) + amount

    def _limits(self, scope: CallScope, asker: Asker) -> list[_Limit]:
        budget, kickoff = self._budget, scope.kickoff_id
        return [
            _Limit("run", "run", budget.run_tokens, budget.run_usd),
            _Limit("tenant", "tenant", budget.tenant_tokens, budget.tenant_usd),
            _Limit(f"crew {kickoff}", "crew", budget.crew_tokens, budget.crew_usd),
            _Limit(f"agent {kickoff} {asker.agent}", "agent", budget.agent_tokens, budget.agent_usd),
            _Limit("step", "step", budget.step_tokens, None),
        ]

    def _refusal(self, name: str, arithmetic: str) -> BudgetExhausted:
        return BudgetExhausted(
            f"cannot ask a model for tenant {self._tenant!r}: {arithmetic}; finished work is kept and is not paid for "
            f"again: raise it with 'aidiscover llm policy --tenant {self._tenant} --set budget.{name}=...', "
            f"then run 'aidiscover discover --tenant {self._tenant}' to go on"
        )


def open_book(store: PortfolioStore, tenant: TenantId, run_id: str, budget: Budget, now: datetime) -> BudgetBook:
    """The book of a run, beginning with what the ledger says was used by the run and by the tenant this month."""

    def month() -> Used:
        return month_to_date(store, tenant, now)

    return BudgetBook(budget, tenant, used(store, tenant, Condition("run_id", "=", run_id)), month(), month)


def month_to_date(store: PortfolioStore, tenant: TenantId, now: datetime) -> Used:
    """What the tenant used in this calendar month, UTC; what its monthly budgets are counted by."""
    return used(store, tenant, Condition("at", ">=", month_start(now)))


def month_start(now: datetime) -> datetime:
    """Midnight of the first day of the month."""
    return now.replace(day=1, hour=0, minute=0, second=0, microsecond=0)


def used(store: PortfolioStore, tenant: TenantId, condition: Condition) -> Used:
    """What the calls on record that meet a condition used. A call of unknown price adds no dollars."""
    sums = store.sums(tenant, LlmCall, ["prompt_tokens", "completion_tokens", "cost_usd"], [condition])
    return Used(int(sums["prompt_tokens"] + sums["completion_tokens"]), sums["cost_usd"])


def _affordable(left: float, prompt_tokens: int, price: Price) -> int:
    """Most answer tokens that the dollars left pay for; none where no price is known, since a limit must hold."""
    base, more = price(prompt_tokens, 0), price(prompt_tokens, 1000)
    if base is None or more is None or base > left:
        return 0
    if more <= base:
        return MOST_ANSWER_TOKENS
    return min(MOST_ANSWER_TOKENS, int((left - base) / (more - base) * 1000))


def _tokens_short(limit: int, used: Used, prompt_tokens: int) -> str:
    return (
        f"its prompt takes {prompt_tokens:,} tokens and an answer at least {LEAST_ANSWER_TOKENS}, but of a limit of "
        f"{limit:,} tokens {used.tokens:,} are used and {max(limit - used.tokens, 0):,} are left"
    )


def _dollars_short(limit: float, used: Used, prompt_tokens: int, price: Price) -> str:
    least = price(prompt_tokens, LEAST_ANSWER_TOKENS)
    if least is None:
        return (
            f"no price of its model is known, so that a limit of {limit:.4f} USD cannot be kept; limit tokens instead"
        )
    return (
        f"its prompt of {prompt_tokens:,} tokens and an answer of {LEAST_ANSWER_TOKENS} cost {least:.4f} USD, but of a "
        f"limit of {limit:.4f} USD {used.usd:.4f} are used and {max(limit - used.usd, 0.0):.4f} are left"
    )
