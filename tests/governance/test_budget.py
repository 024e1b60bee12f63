import threading
from datetime import UTC, datetime

import pandas as pd
import pytest

from aidiscover_pipelines.domain.errors import BudgetExhausted
from aidiscover_pipelines.domain.tables import LlmCall
from aidiscover_pipelines.domain.tenancy import Tenant, TenantId
from aidiscover_pipelines.governance.budget import (
    LEAST_ANSWER_TOKENS,
    MOST_ANSWER_TOKENS,
    BudgetBook,
    Used,
    open_book,
)
from aidiscover_pipelines.governance.ledger import Asker, CallScope
from aidiscover_pipelines.governance.policy import Budget
from resources.scratch_store import ScratchStore

ACME = TenantId("acme")
SCOPE = CallScope(ACME, "run-1", "kickoff-1", "assessment", "application:crm")
STRATEGIST = Asker("Migration Strategist", "weigh_options")


def dollar_per_thousand(prompt: int, answer: int) -> float:
    return (prompt + answer) / 1000


def free(prompt: int, answer: int) -> float:
    return 0.0


def unknown(prompt: int, answer: int) -> None:
    return None


def book(run: Used | None = None, month: Used | None = None, **limits: float) -> BudgetBook:
    return BudgetBook(Budget.model_validate(limits), ACME, run or Used(), month or Used())


def test_without_limits_every_call_may_have_a_full_answer():
    admission = book().admit(SCOPE, STRATEGIST, 10_000, dollar_per_thousand)
    assert admission.answer_tokens == MOST_ANSWER_TOKENS
    assert book().left(SCOPE, STRATEGIST) == (None, None)


@pytest.mark.parametrize("name", ["run", "tenant", "crew", "agent", "step"])
def test_each_token_limit_cuts_the_answer_and_then_refuses(name):
    limited = book(**{f"{name}_tokens": 3000})
    first = limited.admit(SCOPE, STRATEGIST, 1000, free)
    assert first.answer_tokens == 2000
    limited.settle(first, Used(2500, 0.0))
    if name == "step":
        assert limited.admit(SCOPE, STRATEGIST, 1000, free).answer_tokens == 2000
        return
    with pytest.raises(
        BudgetExhausted, match=rf"of 3,000 tokens 2,500 are used and 500 are left.*budget\.{name}_tokens="
    ):
        limited.admit(SCOPE, STRATEGIST, 1000, free)


@pytest.mark.parametrize("name", ["run", "tenant", "crew", "agent"])
def test_each_dollar_limit_cuts_the_answer_and_then_refuses(name):
    limited = book(**{f"{name}_usd": 3.0})
    first = limited.admit(SCOPE, STRATEGIST, 1000, dollar_per_thousand)
    assert first.answer_tokens == 2000
    limited.settle(first, Used(2900, 2.9))
    with pytest.raises(BudgetExhausted, match=rf"2\.9000 are used and 0\.1000 are left.*budget\.{name}_usd="):
        limited.admit(SCOPE, STRATEGIST, 100, dollar_per_thousand)


def test_a_dollar_limit_cannot_be_kept_where_no_price_is_known():
    with pytest.raises(BudgetExhausted, match="no price of its model is known"):
        book(run_usd=100.0).admit(SCOPE, STRATEGIST, 10, unknown)


def test_free_models_are_never_stopped_by_dollars():
    assert book(run_usd=0.0).admit(SCOPE, STRATEGIST, 10_000, free).answer_tokens == MOST_ANSWER_TOKENS


def test_what_another_crew_or_agent_used_does_not_count_for_their_own_limits():
    limited = book(agent_tokens=2000)
    limited.settle(limited.admit(SCOPE, STRATEGIST, 1000, free), Used(1900, 0.0))
    other = Asker("Risk Assessor", "register_risks")
    assert limited.admit(SCOPE, other, 1000, free).answer_tokens == 1000


def test_a_task_that_asks_for_ever_is_stopped():
    limited = book(task_calls=3)
    for _ in range(3):
        limited.settle(limited.admit(SCOPE, STRATEGIST, 10, free), Used(20, 0.0))
    with pytest.raises(BudgetExhausted, match="3 calls for one task were made without an answer"):
        limited.admit(SCOPE, STRATEGIST, 10, free)


def test_a_refused_call_sets_nothing_aside():
    limited = book(run_tokens=1000)
    with pytest.raises(BudgetExhausted):
        limited.admit(SCOPE, STRATEGIST, 900, free)
    assert limited.left(SCOPE, STRATEGIST) == (1000, None)
    assert limited.admit(SCOPE, STRATEGIST, 1000 - LEAST_ANSWER_TOKENS, free).answer_tokens == LEAST_ANSWER_TOKENS


def test_sixty_four_threads_never_pass_the_limit():
    limited, spent, lock = book(run_tokens=50_000), [], threading.Lock()

    def crew(number: int) -> None:
        scope = CallScope(ACME, "run-1", f"kickoff-{number}", "assessment", "tenant")
        for _ in range(20):
            try:
                admission = limited.admit(scope, STRATEGIST, 300, free)
            except BudgetExhausted:
                return
            used = Used(300 + admission.answer_tokens, 0.0)
            limited.settle(admission, used)
            with lock:
                spent.append(used.tokens)

    threads = [threading.Thread(target=crew, args=(number,)) for number in range(64)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert 50_000 - 300 - LEAST_ANSWER_TOKENS < sum(spent) <= 50_000


NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


def call(name: str, run: str, tokens: int, usd: float | None, at: datetime = NOW):
    row = dict.fromkeys(LlmCall.columns(), "")
    numbers = {"step": 1, "attempts": 1, "cached_tokens": 0, "latency_ms": 1.0, "redactions": 0}
    left = {"budget_left_tokens": None, "budget_left_usd": None}
    used = {"prompt_tokens": tokens, "completion_tokens": 0, "cost_usd": usd, "at": at}
    return {**row, **numbers, **left, **used, "call_id": name, "run_id": run}


def test_a_book_begins_with_what_the_ledger_knows_of_the_run_and_of_the_month():
    store = ScratchStore(Tenant(ACME, "Acme"))
    calls = [
        call("a", "run-1", 100, 1.0),
        call("b", "run-0", 1000, None),
        call("c", "run-1", 10, 0.5, datetime(2026, 10, 31, 23, tzinfo=UTC)),
    ]
    store.append(ACME, {LlmCall: pd.DataFrame(calls)})
    opened = open_book(store, ACME, "run-1", Budget(run_tokens=5000, tenant_usd=4.0), NOW)
    assert opened.left(SCOPE, STRATEGIST) == (4890, 3.0)


def test_runs_at_the_same_time_share_the_tenants_month():
    store = ScratchStore(Tenant(ACME, "Acme"))
    budget = Budget(tenant_tokens=5000)
    one, other = (open_book(store, ACME, run, budget, NOW) for run in ("run-1", "run-2"))
    for number, book_of_run in enumerate((one, other, one, other)):
        book_of_run.settle(book_of_run.admit(SCOPE, STRATEGIST, 100, free), Used(1000, 0.0))
        store.append(ACME, {LlmCall: pd.DataFrame([call(f"c{number}", "run", 1000, 0.0)])})
    for book_of_run in (one, other):
        with pytest.raises(BudgetExhausted, match="of 5,000 tokens 4,000 are used and 1,000 are left"):
            book_of_run.admit(SCOPE, STRATEGIST, 800, free)
