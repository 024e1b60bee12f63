"""The way of a call: what is recorded, kept, refused and put back, with a model that follows a script."""

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest

from aidiscover_pipelines.domain.errors import BudgetExhausted, ContextOverflow, ProviderDown
from aidiscover_pipelines.domain.tables import CrewMessage, KeptResponse, LlmCall, ToolCall
from aidiscover_pipelines.domain.tenancy import Tenant, TenantId
from aidiscover_pipelines.governance.budget import open_book
from aidiscover_pipelines.governance.kept import KeptAnswers
from aidiscover_pipelines.governance.ledger import Asker, CallScope, Ledger, ToolUse
from aidiscover_pipelines.governance.policy import Budget
from aidiscover_pipelines.governance.redaction.redactor import Redactor
from resources.llm.governor import Governor, Rules
from resources.llm.local import tool_call
from resources.llm.scripted import ScriptedBackend
from resources.scratch_store import ScratchStore

ACME, GLOBEX = TenantId("acme"), TenantId("globex")
JUDGE = Asker("Judge", "weigh_options")
PROMPT = [{"role": "system", "content": "You judge."}, {"role": "user", "content": "Judge it."}]
FACTS = {"type": "function", "function": {"name": "facts", "parameters": {"type": "object", "properties": {}}}}


@pytest.fixture
def store():
    return ScratchStore(Tenant(ACME, "Acme"), Tenant(GLOBEX, "Globex"))


class Desk:
    """A governor over a script, and what it wrote."""

    def __init__(self, store, script, tenant=ACME, kickoff="kickoff-1", is_remote=True, days=30, **more):
        self.store, self.tenant = store, tenant
        self.ledger = Ledger(store, CallScope(tenant, "run-1", kickoff, "assessment", "application:crm"))
        self.backend = ScriptedBackend(script, is_remote=is_remote)
        self.backend.window = lambda model: more.get("window", 1_000_000)
        book = open_book(store, tenant, "run-1", more.get("budget", Budget()), datetime.now(UTC))
        rules = Rules(self.backend, "scripted/test", book, KeptAnswers(store, tenant, days), more.get("offline"))
        self.governor = Governor(rules, self.ledger, more.get("redaction"))

    def ask(self, messages=PROMPT, tools=(), asker=JUDGE, model="small"):
        return self.governor.ask(messages, tools, asker, model)

    def rows(self, table=LlmCall):
        self.ledger.write()
        return self.store.read(self.tenant, table).to_dict("records")


def test_a_call_leaves_a_row_and_its_conversation(store):
    desk = Desk(store, lambda messages, task: "rehost")
    assert desk.ask() == "rehost"
    (row,) = desk.rows()
    assert (row["status"], row["step"], row["crew"], row["agent"], row["task"]) == (
        ("answered", 1, "assessment", "Judge", "weigh_options")
    )
    assert (row["application_id"], row["run_id"], row["model_asked"]) == ("crm", "run-1", "small")
    assert row["prompt_tokens"] > 0 and row["completion_tokens"] > 0 and len(row["prompt_hash"]) == 64
    said = [(one["number"], one["role"], one["content"]) for one in desk.rows(CrewMessage)]
    assert said == [(1, "system", "You judge."), (2, "user", "Judge it."), (3, "assistant", "rehost")]


def test_a_conversation_that_grows_is_written_once(store):
    desk = Desk(store, lambda messages, task: "done")
    calls = desk.ask(tools=[FACTS])
    history = [
        *PROMPT,
        {"role": "assistant", "content": None, "tool_calls": calls},
        {"role": "tool", "tool_call_id": calls[0]["id"], "name": "facts", "content": "{}"},
    ]
    desk.ledger.tool("Judge", "facts", {}, ToolUse("returned", text="{}"))
    assert desk.ask(history, [FACTS]) == "done"
    assert [one["role"] for one in desk.rows(CrewMessage)] == ["system", "user", "assistant", "tool", "assistant"]
    first, second = sorted(desk.rows(), key=lambda row: row["step"])
    (used,) = desk.rows(ToolCall)
    assert used["call_id"] == first["call_id"] and used["tool_call_id"] == f"{first['call_id']}:0"
    assert (used["task"], used["crew"], second["step"]) == ("weigh_options", "assessment", 2)


def test_a_conversation_that_begins_anew_is_written_too(store):
    desk = Desk(store, lambda messages, task: "talk")
    repair = [PROMPT[0], {"role": "user", "content": "Judge it. Your answer held no JSON."}]
    for messages in (PROMPT, repair, [*repair, {"role": "assistant", "content": "talk"}, PROMPT[1]]):
        desk.ask(messages)
    said = [one["content"] for one in sorted(desk.rows(CrewMessage), key=lambda row: row["number"])]
    first, second = ["You judge.", "Judge it.", "talk"], ["You judge.", repair[1]["content"], "talk"]
    assert said == [*first, *second, "Judge it.", "talk"]


def test_tool_uses_are_joined_by_their_arguments(store):
    calls = [tool_call(0, "facts", {"field": "os"}), tool_call(1, "facts", {"field": "owner"})]
    desk = Desk(store, lambda messages, task: calls)
    desk.ask([*PROMPT, {"role": "tool", "name": "facts", "content": "{}"}], [FACTS])
    (call,) = desk.rows()
    for field in ("owner", "os"):
        desk.ledger.tool("Judge", "facts", {"field": field}, ToolUse("returned", text="{}"))
    joined = {row["arguments"]["field"]: row["tool_call_id"] for row in desk.rows(ToolCall)}
    assert joined == {"os": f"{call['call_id']}:0", "owner": f"{call['call_id']}:1"}


def test_tool_calls_that_can_reach_no_tool_are_recorded_as_refused(store):
    desk = Desk(store, lambda messages, task: [tool_call(0, "shell", {"command": "rm"})])
    assert "shell" in desk.ask()  # text now: crewai would take the list for the final answer
    (row,) = desk.rows(ToolCall)
    assert (row["status"], row["error_class"], row["tool"]) == ("refused", "ForbiddenTool", "shell")
    broken = [{"id": "c", "type": "function", "function": {"name": "facts", "arguments": "{not json"}}]
    other = Desk(store, lambda messages, task: broken, kickoff="k2")
    other.ask([*PROMPT, {"role": "tool", "name": "facts", "content": "{}"}], [FACTS])
    (row,) = (row for row in other.rows(ToolCall) if row["kickoff_id"] == "k2")
    assert (row["status"], row["arguments"]) == ("refused", {})


def test_the_same_prompt_is_paid_for_once_and_the_row_says_so(store):
    asked = []
    Desk(store, lambda messages, task: asked.append(1) or "rehost").ask()
    again = Desk(store, lambda messages, task: asked.append(1) or "rehost", kickoff="kickoff-2")
    assert again.ask() == "rehost" and len(asked) == 1
    row = next(row for row in again.rows() if row["kickoff_id"] == "kickoff-2")
    assert (row["status"], row["prompt_tokens"], row["cost_usd"], row["attempts"]) == ("cached", 0, 0.0, 0)


def test_tool_calls_are_kept_too_and_their_ids_do_not_matter(store):
    asked = []

    def script(messages, task):
        asked.append(1)
        return "done"

    def talk(desk, identity):
        calls = desk.ask(tools=[FACTS])
        calls = [{**calls[0], "id": identity}]
        history = [
            *PROMPT,
            {"role": "assistant", "content": None, "tool_calls": calls},
            {"role": "tool", "tool_call_id": identity, "name": "facts", "content": "{}"},
        ]
        return desk.ask(history, [FACTS])

    assert talk(Desk(store, script), "one") == talk(Desk(store, script, kickoff="k2"), "two") == "done"
    assert len(asked) == 1


@pytest.mark.parametrize(
    "other",
    [
        {"messages": [*PROMPT, {"role": "user", "content": "And now?"}]},
        {"model": "large"},
        {"tools": [FACTS]},
    ],
)
def test_another_prompt_model_or_tool_is_asked_anew(store, other):
    Desk(store, lambda messages, task: "first").ask()
    asked = []
    Desk(store, lambda messages, task: asked.append(1) or "second", kickoff="k2").ask(**other)
    assert asked or other.get("tools")
    assert len(store.read(ACME, KeptResponse)) == 2


def test_a_tenant_is_never_given_another_tenants_answer(store):
    assert Desk(store, lambda messages, task: "of acme").ask() == "of acme"
    assert Desk(store, lambda messages, task: "of globex", tenant=GLOBEX).ask() == "of globex"


def test_answers_of_a_kickoff_that_could_not_stand_are_forgotten(store):
    desk = Desk(store, lambda messages, task: "nonsense")
    desk.ask()
    desk.governor.forget_answers()
    assert Desk(store, lambda messages, task: "sense", kickoff="k2").ask() == "sense"


def test_nothing_is_kept_where_the_policy_keeps_nothing_or_the_model_is_here(store):
    Desk(store, lambda messages, task: "x", days=0).ask()
    Desk(store, lambda messages, task: "x", is_remote=False).ask()
    assert store.read(ACME, KeptResponse).empty


def test_a_paid_call_is_on_file_at_once(store):
    Desk(store, lambda messages, task: "rehost").ask()
    assert len(store.read(ACME, LlmCall)) == len(store.read(ACME, KeptResponse)) == 1


def test_a_failure_leaves_a_row_and_names_its_class(store):
    def script(messages, task):
        raise ProviderDown("cannot ask openai: it answered 500 three times; try again later")

    desk = Desk(store, script)
    with pytest.raises(ProviderDown):
        desk.ask()
    (row,) = store.read(ACME, LlmCall).to_dict("records")
    assert (row["status"], row["error_class"], row["response_hash"]) == ("failed", "ProviderDown", "")


def test_what_a_failed_call_cost_is_on_its_row_and_in_the_budget(store):
    def empty(messages, task):
        raise ProviderDown("cannot get an answer: openai/x answers with nothing; wait", "openai", 3, 300, 60, 0.5)

    desk = Desk(store, empty, budget=Budget(run_tokens=10_000, run_usd=2.0))
    with pytest.raises(ProviderDown):
        desk.ask()
    (row,) = desk.rows()
    assert (row["provider"], row["attempts"], row["prompt_tokens"], row["completion_tokens"], row["cost_usd"]) == (
        ("openai", 3, 300, 60, 0.5)
    )
    assert (row["budget_left_tokens"], row["budget_left_usd"]) == (9640, 1.5)


def test_the_offline_analyst_stands_in_only_where_the_tenant_allows_it_and_both_are_recorded(store):
    def down(messages, task):
        raise ProviderDown("cannot ask openai: no answer; try again later")

    offline = ScriptedBackend(lambda messages, task: "offline view", model="offline/analyst-v1")
    desk = Desk(store, down, offline=offline)
    assert desk.ask() == "offline view"
    told = sorted((row["status"], row["model_served"]) for row in desk.rows())
    assert told == [("answered", "offline/analyst-v1"), ("failed", "")]
    with pytest.raises(ProviderDown):
        Desk(store, down, kickoff="k2").ask()


def test_a_conversation_on_file_stays_redacted_where_the_offline_analyst_stands_in(store):
    def down(messages, task):
        raise ProviderDown("cannot ask openai: no answer; try again later")

    seen = []
    offline = ScriptedBackend(lambda messages, task: seen.append(messages[0]["content"]) or "as told")
    prompt = [{"role": "user", "content": "Ask jane.doe@example.com."}]
    desk = Desk(store, down, offline=offline, redaction=Redactor())
    desk.ask(prompt)
    said = [row["content"] for row in sorted(desk.rows(CrewMessage), key=lambda row: row["number"])]
    assert (seen, said) == ([prompt[0]["content"]], ["Ask <EMAIL_1>.", "as told"])


def test_redactions_are_counted_for_each_call_of_a_parallel_crew(store):
    desk = Desk(store, lambda messages, task: "noted", redaction=Redactor())
    texts = [f"Ask {', '.join(f'p{n}-{k}@example.com' for k in range(n))}." for n in range(1, 9)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda one: desk.ask([{"role": "user", "content": one[1]}], (), Asker("A", str(one[0]))),
                      enumerate(texts, start=1)))  # fmt: skip
    assert {int(row["task"]): row["redactions"] for row in desk.rows()} == {n: n for n in range(1, 9)}


def test_a_call_beyond_the_budget_is_refused_before_anything_is_sent(store):
    asked = []
    desk = Desk(store, lambda messages, task: asked.append(1) or "x", budget=Budget(run_tokens=100))
    with pytest.raises(BudgetExhausted, match="of a limit of 100 tokens 0 are used and 100 are left"):
        desk.ask()
    (row,) = desk.rows()
    assert not asked and (row["status"], row["error_class"], row["attempts"]) == ("refused", "BudgetExhausted", 0)


def test_budget_left_is_told_on_every_row(store):
    desk = Desk(store, lambda messages, task: "x" * 400, budget=Budget(run_tokens=10_000, run_usd=1.0))
    desk.ask()
    desk.ask([*PROMPT, {"role": "user", "content": "More."}])
    left = [row["budget_left_tokens"] for row in sorted(desk.rows(), key=lambda row: row["step"])]
    used = sum(row["prompt_tokens"] + row["completion_tokens"] for row in desk.rows())
    assert left[1] == 10_000 - used < left[0]


def test_a_long_prompt_is_summarised_and_the_summary_is_a_row_of_its_own(store):
    def script(messages, task):
        return "short" if "Summarise the text" in str(messages[0]["content"]) else "done"

    desk = Desk(store, script, window=6000)
    long = [*PROMPT, {"role": "user", "content": "fact " * 8000}]
    assert desk.ask(long) == "done"
    assert sorted(row["task"] for row in desk.rows()) == ["weigh_options", "weigh_options (summary)"]


def test_what_cannot_fit_is_refused_and_nothing_is_cut_in_silence(store):
    desk = Desk(store, lambda messages, task: "still " * 9000, window=6000)
    with pytest.raises(ContextOverflow, match="window of 6,000"):
        desk.ask([*PROMPT, {"role": "user", "content": "fact " * 8000}])
    assert {row["status"] for row in desk.rows()} == {"answered", "refused"}


def test_the_ledger_is_exact_for_kickoffs_at_once(store):
    served, lock = [], threading.Lock()

    def script(messages, task):
        with lock:
            served.append(json.dumps(list(messages), default=str))
        return "done"

    def kickoff(number):
        desk = Desk(store, script, kickoff=f"kickoff-{number}")
        for step in range(5):
            desk.ask([*PROMPT, {"role": "user", "content": f"question {number}.{step}"}])
        desk.ledger.write()

    with ThreadPoolExecutor(16) as pool:
        list(pool.map(kickoff, range(16)))
    rows = store.read(ACME, LlmCall)
    assert len(rows) == len(served) == 80 and rows["call_id"].is_unique
    assert set(rows.groupby("kickoff_id").size()) == {5}
    assert sorted(rows.loc[rows["kickoff_id"] == "kickoff-7", "step"]) == [1, 2, 3, 4, 5]
