"""When the rows that kickoffs leave are written: paid ones with their kickoff, others ten kickoffs at a time."""

from datetime import UTC, datetime, timedelta

import pytest

from aidiscover_pipelines.domain.crew import ANSWERED, CaseAnswer, KickoffUsage
from aidiscover_pipelines.domain.settings import OFFLINE_MODEL
from aidiscover_pipelines.domain.tables import AgentMemory, CrewMessage, LlmCall
from aidiscover_pipelines.domain.tenancy import Tenant, TenantId
from aidiscover_pipelines.governance.memory.memories import memories_of
from resources.crews.runner import CrewAIRunner
from resources.crews.session import KICKOFFS_PER_WRITE, Unwritten
from resources.llm.offline import OfflineAnalyst
from resources.llm.scripted import ScriptedBackend
from resources.memory.embedding import WordsEmbedder
from resources.scratch_store import ScratchStore

ACME = TenantId("acme")
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


class CountedStore(ScratchStore):
    """Notes how many kickoffs each write is of, and fails as often as it is told to."""

    def __init__(self) -> None:
        super().__init__(Tenant(ACME, "Acme"))
        self.kickoffs: list[int] = []
        self.failures = 0

    def put(self, tenant, rows, **more):
        if self.failures:
            self.failures -= 1
            raise ConnectionError("away")
        self.kickoffs.append(len({row.kickoff_id for row in rows if isinstance(row, CrewMessage)}))
        super().put(tenant, rows, **more)


@pytest.fixture
def store() -> CountedStore:
    return CountedStore()


@pytest.fixture
def offline(store, tmp_path) -> CrewAIRunner:
    def analyst(tenant, crew):
        return OfflineAnalyst(OFFLINE_MODEL, crew)

    return CrewAIRunner(OFFLINE_MODEL, tmp_path, store, analyst, analyst, lambda tenant: WordsEmbedder(), threads=1)


def test_offline_kickoffs_are_written_ten_at_a_time_and_the_rest_at_the_end(offline, store, run, assessment_case):
    cases = [assessment_case(number) for number in range(KICKOFFS_PER_WRITE + 2)]
    assert {answer.status for answer in offline.answer(cases, run)} == {ANSWERED}
    assert store.kickoffs == [KICKOFFS_PER_WRITE, 2]
    assert len(set(store.read(ACME, AgentMemory)["application_id"])) == len(cases)


def test_what_was_answered_before_the_iteration_is_given_up_is_written(offline, store, run, assessment_case):
    answers = iter(offline.answer([assessment_case(1), assessment_case(2)], run))
    first = next(answers)
    answers.close()
    assert first.case.subject in set(store.read(ACME, LlmCall)["subject"])


def test_a_kickoff_that_was_paid_for_is_written_before_its_answer_is_given(store, run, assessment_case, tmp_path):
    def paid(tenant, crew):
        return ScriptedBackend(lambda messages, task: "no answer", is_remote=True)

    cases = [assessment_case(1), assessment_case(2)]
    runner = CrewAIRunner("scripted/test", tmp_path, store, paid, paid, lambda tenant: WordsEmbedder(), threads=1)
    for answer in runner.answer(cases, run):
        assert answer.case.subject in set(store.read(ACME, CrewMessage)["subject"])
        assert answer.case.subject in set(store.read(ACME, LlmCall)["subject"])


def test_rows_that_cannot_be_written_stay_for_the_next_attempt(store, assessment_case):
    unwritten = Unwritten(store, ACME)
    store.failures = 1
    with pytest.raises(ConnectionError):
        unwritten.add(_memories(assessment_case(1), "First", NOON), at_once=True)
    unwritten.write()
    assert len(store.read(ACME, AgentMemory)) == 3


def test_memories_of_several_kickoffs_replace_those_of_their_own_subjects_only(store, assessment_case):
    unwritten, later = Unwritten(store, ACME), NOON + timedelta(hours=1)
    for number in (1, 2, 3):
        unwritten.add(_memories(assessment_case(number), f"First {number}", NOON), at_once=True)
    for number in (1, 2):
        unwritten.add(_memories(assessment_case(number), f"Second {number}", later), at_once=False)
    unwritten.write()
    told = store.read(ACME, AgentMemory, scope="/long_term/assessment/")["content"].str.extract(r"(\w+ \d)$")[0]
    assert sorted(told) == ["First 3", "Second 1", "Second 2"]


def _memories(case, rationale, at):
    given = CaseAnswer(case, ANSWERED, {"rationale": rationale, "evidence": []}, KickoffUsage(OFFLINE_MODEL), "")
    return memories_of(WordsEmbedder(), given, "run-1", at).rows
