from dataclasses import replace

import pytest

from aidiscover_pipelines.crews.assessment.case import assessment_cases
from aidiscover_pipelines.crews.stage import ANSWERS_PER_WRITE, answer_cases
from aidiscover_pipelines.domain.crew import CaseAnswer, KickoffUsage
from aidiscover_pipelines.domain.tables import CrewAnswer
from aidiscover_pipelines.domain.tenancy import RunRef, TenantId


class FallbackRunner:
    """Answers every case with its deterministic answer, last case first; breaks after `breaks_after`."""

    def __init__(self, model="offline/analyst-v1", status="answered", breaks_after=None):
        self.model, self.status, self.breaks_after = model, status, breaks_after
        self.asked = []

    def answer(self, cases, run):
        for case in reversed(cases):
            if self.breaks_after == len(self.asked):
                raise ConnectionError("the worker was killed")
            self.asked.append(case.subject)
            used = KickoffUsage(self.model, llm_calls=5, prompt_tokens=100, completion_tokens=10, cost_usd=0.25)
            reason = "" if self.status == "answered" else "the answer holds no JSON object"
            yield CaseAnswer(case, self.status, case.fallback, used, reason)


@pytest.fixture
def cases(tenant, estate):
    return assessment_cases(tenant, estate(), 10)


def test_answers_come_in_the_order_asked_and_are_stored(store, tenant, run, cases):
    answers = answer_cases(store, FallbackRunner(), tenant, run, cases)
    assert [answer["subject"] for answer in answers] == [case.subject for case in cases]
    assert set(answers[0]) == {"subject", "status", "reason", "model", "answer"}
    stored = store.read(tenant, CrewAnswer)
    assert len(stored) == 3 and set(stored["run_id"]) == {"run-1"}


def test_a_finished_case_is_not_asked_again(store, tenant, run, cases):
    first = answer_cases(store, FallbackRunner(), tenant, run, cases)
    runner = FallbackRunner()
    assert answer_cases(store, runner, tenant, RunRef("run-2"), cases) == first
    assert runner.asked == []
    assert store.read(tenant, CrewAnswer, run_id="run-2").empty


def test_changed_content_another_model_or_a_fallback_is_asked_again(store, tenant, run, cases):
    answer_cases(store, FallbackRunner(status="fallback"), tenant, run, cases)
    second = FallbackRunner()
    answer_cases(store, second, tenant, run, cases)
    third = FallbackRunner(model="openai/other")
    answer_cases(store, third, tenant, run, cases)
    fourth = FallbackRunner(model="openai/other")
    answer_cases(store, fourth, tenant, run, [replace(cases[0], digest="new"), *cases[1:]])
    assert [len(runner.asked) for runner in (second, third, fourth)] == [3, 3, 1]


def test_one_tenants_answer_never_serves_another(store, tenant, run, cases):
    answer_cases(store, FallbackRunner(), tenant, run, cases)
    runner = FallbackRunner()
    answer_cases(store, runner, TenantId("globex"), run, cases)
    assert len(runner.asked) == len(cases)


def test_what_was_finished_before_a_crash_is_kept(store, tenant, run, cases):
    many = [replace(cases[0], subject=f"cluster:{number}") for number in range(ANSWERS_PER_WRITE + 5)]
    with pytest.raises(ConnectionError):
        answer_cases(store, FallbackRunner(breaks_after=ANSWERS_PER_WRITE + 2), tenant, run, many)
    runner = FallbackRunner()
    answer_cases(store, runner, tenant, run, many)
    assert len(runner.asked) == 3


def test_no_cases_are_no_answers(store, tenant, run):
    assert answer_cases(store, FallbackRunner(), tenant, run, []) == []
