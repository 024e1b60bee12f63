"""What kickoffs remember and recall goes to a provider that embeds only after it was redacted as their messages are."""

import json
from dataclasses import replace

from aidiscover_pipelines.domain.tables import AgentMemory, LlmCall
from aidiscover_pipelines.domain.tenancy import TenantId
from aidiscover_pipelines.governance.ledger import CallScope, Ledger
from aidiscover_pipelines.ports import EmbeddingCall
from resources.crews.runner import CrewAIRunner
from resources.crews.session import open_session
from resources.llm.scripted import ScriptedBackend
from resources.memory.embedding import WordsEmbedder

OWNER = {"field": "business_owner", "value": "Sarah Chen", "evidence": []}


class EmbedderElsewhere(WordsEmbedder):
    """Lists what leaves for it."""

    def __init__(self, sent, redact=str, record=print):
        self._sent, self._redact, self._record = sent, redact, record

    def embed(self, texts):
        leaving = [self._redact(text) for text in texts]
        self._sent += leaving
        self._record(EmbeddingCall("openai", "openai/text-embedding-3-small", 7, 0.001, 1.0))
        return super().embed(leaving)

    def through(self, redact, record):
        return EmbedderElsewhere(self._sent, redact, record)


def test_names_of_a_case_leave_as_pseudonyms_and_are_remembered_as_they_are(
    tmp_path, memory_store, run, assessment_case
):
    case = assessment_case(1)
    case = replace(case, sections={**case.sections, "owners": [OWNER]})
    answer = {**case.fallback, "rationale": "Sarah Chen wants it so"}
    risks = {"risks": answer["risks"], "evidence": answer["evidence"]}
    options = {name: answer[name] for name in ("strategy", "rationale", "considered", "next_steps", "evidence")}
    texts = {"weigh_options": options, "register_risks": risks, "recommend": answer}

    def script(messages, task):
        return json.dumps(texts[task.name])

    def build(tenant, crew):
        return ScriptedBackend(script)

    sent = []
    elsewhere = EmbedderElsewhere(sent)
    runner = CrewAIRunner("scripted/test", tmp_path, memory_store, build, build, lambda tenant: elsewhere, threads=1)
    (answered,) = runner.answer([case], run)
    assert answered.status == "answered", answered.reason
    kept = memory_store.read(TenantId("acme"), AgentMemory)["content"]
    assert kept.str.contains("Sarah Chen").any()
    calls = memory_store.read(TenantId("acme"), LlmCall, task="embedding")
    assert calls[["crew", "status", "prompt_tokens", "cost_usd"]].values.tolist() == [
        ["assessment", "answered", 7, 0.001]
    ]
    session = open_session(memory_store, TenantId("acme"), run, elsewhere)
    ledger = Ledger(memory_store, CallScope(TenantId("acme"), run.run_id, "k", "assessment", case.subject))
    desk = session.desk(case, session.redactor(case), ledger, is_remote=True)
    assert desk.recall("what did Sarah Chen want?", "", 3)
    assert sent[-1] == "what did <PERSON_1> want?"
    assert not [text for text in sent if "Chen" in text]
