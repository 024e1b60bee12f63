"""A run's use is predicted from the plan and from past kickoffs, and held against the budgets."""

import pytest

from aidiscover_pipelines.domain.tables import LlmCall
from aidiscover_pipelines.governance.budget import Used
from aidiscover_pipelines.governance.cost import Bill, KickoffCount, fit_budgets, fitting_limit, forecast, widest
from aidiscover_pipelines.governance.policy import Budget
from aidiscover_pipelines.governance.sizes import Amount, TaskSize, measured_sizes, sizes_of

PLACE = ("assessment", "cluster", "recommend")
SIZE = TaskSize(Amount(2, 1000, 200), Amount(3, 2000, 400), "test")


def cents(model, prompt, answer):
    """One cent for each 100 tokens; nothing is known of models called odd."""
    return None if model == "odd" else (prompt + answer) / 10_000


def told(counts=((2, 3, 10),), price=cents, model="even", at_once=1):
    kickoffs = [KickoffCount("assessment", "cluster", *count) for count in counts]
    return forecast(kickoffs, {PLACE: SIZE}, lambda crew, task: model, price, at_once)


def test_low_and_likely_take_the_usual_size_and_high_the_large_one():
    low, likely, high = told().total
    assert (low.used.tokens, likely.used.tokens, high.used.tokens) == (2400, 3600, 24_000)
    assert (low.used.calls, likely.used.calls, high.used.calls) == (4, 6, 30)
    assert (round(low.usd, 4), round(likely.usd, 4), round(high.usd, 4)) == (0.24, 0.36, 2.4)


def test_calls_are_priced_one_by_one_because_long_prompts_may_cost_more():
    def tiered(model, prompt, answer):
        return 0.001 if prompt <= 700 else 1.0

    assert told(price=tiered).total[2].usd == pytest.approx(10 * 3 * 0.001)


def test_no_kickoffs_cost_nothing_even_without_a_price():
    assert told(((0, 0, 0),), model="odd").total[2].usd == 0.0
    assert told(((0, 0, 1),), model="odd").total[2].usd is None
    assert told(((0, 0, 1),), model="odd").total[0].usd == 0.0


def test_what_is_set_aside_holds_whoever_of_a_chain_answers():
    small, dear = Bill(Amount(1, 900, 100), 0.1), Bill(Amount(1, 400, 50), 0.4)
    assert widest([small, dear]) == Bill(Amount(1, 900, 100), 0.4)
    assert widest([small, Bill(Amount(1, 10, 1), None)]).usd is None


@pytest.mark.parametrize(
    ("limits", "fits"),
    [
        ({"run_tokens": 40_000}, "yes"),
        ({"run_tokens": 24_000}, "perhaps"),
        ({"run_tokens": 3000}, "no"),
        ({"tenant_tokens": 40_000}, "perhaps"),
        ({"tenant_usd": 1.1}, "no"),
        ({"crew_tokens": 10_000}, "yes"),
        ({"crew_tokens": 1000}, "no"),
        ({"agent_usd": 5.0}, "yes"),
        ({"step_tokens": 600}, "perhaps"),
        ({"run_usd": 1.0}, "perhaps"),
    ],
)
def test_a_limit_holds_or_says_what_would(limits, fits):
    month = Used(tokens=20_000, usd=1.0)
    budget = Budget.model_validate(limits)
    row = next(row for row in fit_budgets(told(), budget, month) if row["rule"] != "budget.task_calls")
    assert row["fits"] == fits
    assert (row["set_to"] is None) == (fits == "yes")
    if row["set_to"] is not None:
        rule = row["rule"].removeprefix("budget.")
        (again, _) = sorted(
            fit_budgets(told(), Budget.model_validate({rule: row["set_to"]}), month),
            key=lambda one: one["rule"] == "budget.task_calls",
        )
        assert again["fits"] == "yes"


def test_without_a_price_nobody_can_say_whether_dollars_suffice():
    row, _ = fit_budgets(told(model="odd"), Budget(run_usd=1), Used())
    assert (row["fits"], row["high"], row["set_to"]) == ("unknown", None, None)


def test_a_loop_limit_below_what_tasks_take_is_told():
    (row,) = fit_budgets(told(), Budget(task_calls=2), Used())
    assert (row["likely"], row["high"], row["fits"], row["set_to"]) == (2, 3, "perhaps", 3)


def test_a_limit_leaves_room_for_the_answers_of_all_calls_on_their_way():
    alone, together = (fitting_limit("run_tokens", told(at_once=number), Used()) for number in (1, 8))
    assert together - alone >= 7 * 4096
    assert fitting_limit("run_usd", told(((0, 0, 0),)), Used()) is None


def test_sizes_are_those_of_whole_kickoffs_and_of_the_model_where_it_was_asked(ledger, add):
    call = {"crew": "assessment", "task": "recommend", "subject": "cluster:c1", "model_served": "offline/analyst-v1"}
    for kickoff, tokens in enumerate((100, 200, 300, 400, 500)):
        add(
            *ledger,
            LlmCall,
            *[call | {"kickoff_id": f"k{kickoff}", "prompt_tokens": tokens, "completion_tokens": 10}] * 2,
        )
    add(*ledger, LlmCall, call | {"kickoff_id": "broken", "prompt_tokens": 9000})
    add(*ledger, LlmCall, call | {"kickoff_id": "broken", "status": "failed", "error_class": "ProviderDown"})
    add(*ledger, LlmCall, call | {"kickoff_id": "", "prompt_tokens": 9000})
    size = measured_sizes(*ledger, ["openai/gpt-4.1"])[PLACE]
    assert (size.usual, size.high.prompt_tokens) == (Amount(2, 600, 20), 920)
    assert size.basis == "5 of any model"
    add(*ledger, LlmCall, call | {"kickoff_id": "gpt", "model_served": "openai/gpt-4.1-2025-04-14", "prompt_tokens": 7})
    size = measured_sizes(*ledger, ["openai/gpt-4.1"])[PLACE]
    assert (size.usual, size.basis) == (Amount(1, 7, 0), "1 of this model")


def test_without_a_record_the_declared_prompts_count(ledger):
    declared = {("assessment", "recommend"): Amount(1, 500, 300)}
    size = sizes_of([PLACE, PLACE], measured_sizes(*ledger, ["x"]), declared)[PLACE]
    assert (size.usual, size.high.tokens, size.basis) == (Amount(1, 500, 300), 1600, "declared prompts")
