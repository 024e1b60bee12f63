import json

import pytest

from aidiscover_pipelines.crews import CREWS
from aidiscover_pipelines.crews.assessment import case as assessment
from aidiscover_pipelines.crews.assessment.contract import AssessmentAnswer, Risk
from aidiscover_pipelines.crews.discovery import case as discovery
from aidiscover_pipelines.crews.grounding import (
    Unfounded,
    check_evidence,
    check_final,
    evidence_in,
    failure_reason,
    read_answer,
)
from aidiscover_pipelines.crews.platform_detection.case import platform_case


@pytest.fixture
def case(tenant, one_draft, facts):
    return assessment.application_case(tenant, one_draft, facts)


def _shown(case):
    return set(evidence_in(case.sections))


def test_json_between_prose_and_fences_is_read(case):
    text = f"Here it is:\n```json\n{json.dumps(case.fallback)}\n```"
    assert read_answer(AssessmentAnswer, text).model_dump(mode="json") == case.fallback


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("I think rehost.", "holds no JSON object"),
        ("} {", "holds no JSON object"),
        ('{"strategy": }', "is not valid JSON"),
        ('{"strategy": "teleport", "secret-key": 1}', "does not fit AssessmentAnswer at strategy"),
    ],
)
def test_what_is_no_answer_is_told_without_quoting_it(text, problem):
    with pytest.raises(Unfounded, match=problem) as caught:
        read_answer(AssessmentAnswer, text)
    assert "teleport" not in str(caught.value) and "secret-key" not in str(caught.value)


def test_an_unknown_key_is_refused_without_naming_it(case):
    with pytest.raises(Unfounded, match="at its top") as caught:
        read_answer(AssessmentAnswer, json.dumps({**case.fallback, "payload": "drop"}))
    assert "payload" not in str(caught.value)


def test_overlong_and_hidden_text_do_not_pass(case):
    with pytest.raises(Unfounded, match="rationale"):
        read_answer(AssessmentAnswer, json.dumps({**case.fallback, "rationale": "x" * 5000}))
    risk = Risk(kind="technical", level="low", risk="a\u202eb", mitigation="c", evidence=[])
    assert risk.risk == "a b"


def test_invented_and_absent_evidence_are_refused(case):
    crew = CREWS["assessment"]
    check_final(crew, case, case.fallback, _shown(case))
    with pytest.raises(Unfounded, match="1 of 2 cited evidence ids"):
        check_final(crew, case, {**case.fallback, "evidence": ["f1.1.2.3", "invented"]}, _shown(case))
    with pytest.raises(Unfounded, match="cites no evidence"):
        check_final(crew, case, {**case.fallback, "evidence": [], "risks": []}, _shown(case))
    check_evidence({"evidence": []}, set(), is_citing=False)


def test_only_an_allowed_strategy_passes(case):
    with pytest.raises(Unfounded, match="strategy retire is not allowed"):
        check_final(CREWS["assessment"], case, {**case.fallback, "strategy": "retire"}, _shown(case))


@pytest.mark.parametrize(
    ("changed", "problem"),
    [
        ({"tier": 1}, "more than one from tier 3"),
        ({"methods": ["file", "telepathy"]}, "1 of the methods"),
        ({"tier": 4}, ""),
    ],
)
def test_the_platform_answer_stays_near_the_facts(tenant, platform_draft, changed, problem):
    case = platform_case(tenant, platform_draft)
    assert problem in CREWS["platform_detection"].limits(case, {**case.fallback, **changed})


def _mapping(field, column=3):
    return {"file_id": "f1", "sheet_index": 1, "column_index": column, "field": field, "why": "header"}


@pytest.mark.parametrize(
    ("changed", "problem"),
    [
        ({"mappings": [_mapping("technical_owner")]}, ""),
        ({"mappings": [_mapping(None)]}, ""),
        ({"mappings": [_mapping("hostname")]}, "was not offered"),
        ({"mappings": [_mapping("business_owner", column=4)]}, "not in doubt"),
        ({"questions": [{"application_id": "x", "attribute": "y", "question": "?"}]}, "no gap"),
        ({"label": "Java"}, "the case holds none"),
    ],
)
def test_the_discovery_answer_stays_within_what_was_offered(tenant, mappings, changed, problem):
    (case,) = discovery.mapping_cases(tenant, mappings)
    found = CREWS["discovery"].limits(case, {**case.fallback, **changed})
    assert (problem in found) if problem else found == ""


def test_a_failure_is_told_by_class_and_message_but_never_with_a_value_of_the_case(case):
    assert failure_reason(TimeoutError("no answer in 60 s"), case) == "TimeoutError: no answer in 60 s"
    assert failure_reason(ValueError("bad prompt: WebLogic 12 and Java 8; WebLogic 12"), case) == "ValueError"
    assert failure_reason(ValueError("x" * 500), case) == "ValueError"
    assert failure_reason(KeyError(), case) == "KeyError"
    assert failure_reason(RuntimeError("first\nsecond"), case) == "RuntimeError: first"
