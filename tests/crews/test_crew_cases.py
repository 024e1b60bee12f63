import pandas as pd
import pytest

from aidiscover_pipelines.crews import CREWS
from aidiscover_pipelines.crews.assessment import case as assessment
from aidiscover_pipelines.crews.discovery import case as discovery
from aidiscover_pipelines.crews.discovery.material import FLAG_COLUMNS, Material
from aidiscover_pipelines.crews.plan import chunks, kickoff_budget
from aidiscover_pipelines.crews.platform_detection.case import platform_case
from aidiscover_pipelines.crews.tools import TOOLS, Desk
from aidiscover_pipelines.domain.tables import ApplicationFact
from aidiscover_pipelines.domain.tenancy import TenantId

NOTHING = Material(pd.DataFrame(columns=ApplicationFact.columns()), pd.DataFrame(columns=FLAG_COLUMNS))


def _offline(case):
    """What the offline analyst composes, without an agent library."""
    crew, answers, desk = CREWS[case.crew], {}, Desk(case)
    for task in crew.tasks:
        tools = [TOOLS[name] for name in crew.tools[task.agent] if TOOLS[name].is_useful(desk)]
        results = {tool.name: tool.read(desk, {}) for tool in tools}
        answers[task.key] = crew.composers[task.key](results, answers)
    return crew.whole(answers)


@pytest.mark.parametrize(
    ("applications", "ceiling", "kickoffs"),
    [(0, 200, 40), (2_000, 200, 40), (2_001, 200, 41), (10_000, 200, 200), (100_000, 200, 200), (500, 10, 10)],
)
def test_the_budget_grows_with_the_portfolio_between_forty_and_the_ceiling(applications, ceiling, kickoffs):
    assert kickoff_budget(applications, ceiling) == kickoffs


def test_chunks_keep_order_and_lose_nothing():
    assert list(chunks([1, 2, 3, 4, 5], 2)) == [[1, 2], [3, 4], [5]]
    assert list(chunks([], 2)) == []


def test_patterns_come_first_then_exceptions_with_most_reasons_and_narrowest_margin(tenant, estate):
    cases = assessment.assessment_cases(tenant, estate(), 10)
    assert [case.subject for case in cases] == ["cluster:c01", "application:crm", "application:payroll"]
    assert cases[2].sections["policy_draft"][0]["exception"] == (
        "stands out from its pattern by user_count and data_volume"
    )


def test_the_budget_is_shared_between_patterns_and_exceptions(tenant, estate, drafts, clusters):
    many = pd.concat([clusters.assign(cluster_id=f"d{n}", size=9) for n in range(5)], ignore_index=True)
    subjects = [
        case.subject.partition(":")[0] for case in assessment.assessment_cases(tenant, estate(clusters=many), 4)
    ]
    assert subjects == ["cluster", "cluster", "application", "application"]
    assert assessment.assessment_cases(tenant, estate(clusters=many), 0) == []
    assert assessment.assessment_cases(tenant, estate(drafts=drafts.head(0)), 4) == []


@pytest.mark.parametrize(
    ("application", "subjects"),
    [
        ("billing", ["cluster:c01"]),
        ("crm", ["application:crm"]),
        ("payroll", ["application:payroll"]),
        ("hr", ["application:hr"]),
    ],
)
def test_one_application_alone_is_asked_what_a_bulk_run_asks(tenant, estate, members, application, subjects):
    whole = estate()
    concerned = whole.drafts["application_id"].isin([application, "billing"])
    alone = assessment.Estate(
        whole.drafts[concerned],
        whole.clusters,
        members[members["application_id"] == application],
        whole.facts_of,
    )
    cases = assessment.deciding_cases(tenant, alone, application)
    assert [case.subject for case in cases] == subjects
    assert cases == assessment.known_cases(tenant, whole, subjects)
    assert assessment.deciding_cases(tenant, estate(decided={application}), application) == []


def test_a_member_that_nothing_singles_out_is_judged_with_its_pattern(tenant, estate, drafts):
    plain = estate(drafts=drafts.assign(exception=""))
    (case,) = assessment.deciding_cases(tenant, plain, "crm")
    assert case.subject == "cluster:c01"


def test_where_constraints_leave_no_strategy_no_crew_is_asked(tenant, estate, drafts):
    forbidden = estate(drafts=drafts.assign(allowed=[[] for _ in range(len(drafts))]))
    assert assessment.assessment_cases(tenant, forbidden, 10) == []
    assert assessment.deciding_cases(tenant, forbidden, "crm") == []


def test_a_pattern_case_carries_no_risk_or_neighbour_of_its_typical_member(tenant, estate):
    (pattern, *_) = assessment.assessment_cases(tenant, estate(), 10)
    assert "risk_factors" not in pattern.sections and "dependencies" not in pattern.sections
    answer = _offline(pattern)
    assert answer.rationale.startswith(
        "Pattern of 3 applications (Java on WebLogic), judged by its typical member billing"
    )
    assert answer.risks == [] and answer.next_steps == []


def test_the_offline_assessment_reads_like_a_consultant_wrote_it(tenant, one_draft, facts):
    answer = _offline(assessment.application_case(tenant, one_draft, facts))
    assert answer.strategy == "replatform"
    assert answer.rationale == (
        "Replatform comes first of 5 allowed strategies, 0.3 points ahead of rehost, because Oracle 11g has a managed "
        "successor. On record: technology stack Java 8; WebLogic 12; database engine Oracle 11g; os names RHEL 6. "
        "Watch first: Oracle 11g is out of support."
    )
    assert {row.strategy: row.why_not for row in answer.considered}["retire"] == (
        "Excluded: others depend on it [AWS]."
    )
    assert [risk.risk for risk in answer.risks] == [
        "Oracle 11g is out of support",
        "The change touches recorded dependencies: depends on ledger; identity",
    ]
    assert answer.next_steps == ["Prove the managed platform with a copy of the data", "Upgrade to 19c first"]


def test_a_drafted_strategy_that_is_not_allowed_gives_way_to_the_best_allowed(tenant, one_draft, facts):
    ranking = [{**row, "allowed": row["strategy"] == "retain"} for row in one_draft["ranking"]]
    against = {"text": "against: it is due for renewal", "evidence": []}
    ranking[4] = {**ranking[4], "reasons": [against]}
    case = assessment.application_case(tenant, {**one_draft, "ranking": ranking, "exception": "low margin"}, facts)
    answer = _offline(case)
    assert answer.strategy == case.fallback["strategy"] == "retain"
    assert "Retain is the only strategy that the constraints allow" in answer.rationale
    assert "Against it: it is due for renewal. " in answer.rationale
    assert "Looked at on its own: low margin." in answer.rationale


def test_why_not_names_the_lead_and_what_speaks_against_it(tenant, one_draft, facts):
    ranking = one_draft["ranking"]
    ranking[1] = {**ranking[1], "score": 2.0, "reasons": [{"text": "for: the fastest way", "evidence": []}]}
    ranking[2] = {**ranking[2], "reasons": [{"text": "against: no skills in the team", "evidence": []}]}
    considered = {
        row.strategy: row.why_not for row in _offline(assessment.application_case(tenant, one_draft, facts)).considered
    }
    assert considered["rehost"] == "Level with replatform, although the fastest way."
    assert considered["refactor"] == "0.6 points behind replatform; against it: no skills in the team."
    assert considered["retain"] == "1.2 points behind replatform; nothing on record argues for it."


def test_one_case_for_each_source_with_doubts(tenant, mappings):
    (case,) = discovery.mapping_cases(tenant, mappings)
    assert case.subject == "file:f1" and len(case.sections["sheet_columns"]) == 1
    answer = _offline(case)
    assert answer.mappings == [] and answer.label is None and answer.evidence == ["f1.1.*.3"]
    assert answer.findings == [
        "Column 'Owner' of 'Apps' reads as business owner (62%) or technical owner; column 'Fachlicher Owner' of the "
        "same sheet is business owner already; a person should confirm it."
    ]
    assert discovery.mapping_cases(tenant, mappings.head(0)) == []


def test_a_source_with_doubts_in_many_sheets_is_one_kickoff_that_decides_nothing_offline(tenant, mappings):
    sheets = [mappings.assign(sheet_index=number, decision="review") for number in range(1, 41)]
    first, second = discovery.mapping_cases(tenant, pd.concat(sheets))
    assert (first.subject, second.subject) == ("file:f1", "file:f2")
    assert len(first.sections["mapping_doubts"]) == 80
    assert _offline(first).mappings == [] and first.fallback["mappings"] == []


def test_a_column_without_any_field_is_told_as_unknown(tenant, mappings):
    blank = mappings.assign(field=None, alternatives=[[]] * 3, decision="review").head(1)
    assert "reads as nothing known; a person" in _offline(discovery.mapping_cases(tenant, blank)[0]).findings[0]


def test_a_pattern_asks_its_commonest_gap_once_and_of_its_typical_member(tenant, clusters, members, attributes):
    first, second = discovery.cluster_cases(tenant, clusters, members, attributes, NOTHING)
    assert (first.subject, second.subject) == ("cluster:c01", "cluster:c02")
    answer = _offline(first)
    assert answer.label == "Java on WebLogic" and answer.description == "Java applications on WebLogic."
    assert [(one.application_id, one.attribute) for one in answer.questions] == [
        ("billing", "user_load"),
        ("crm", "change_tolerance"),
    ]
    assert answer.questions[0].question == (
        "How many people use it in a month? (the same is open for 2 similar applications)"
    )
    assert answer.findings == [
        "Missing: user load.",
        "Inferred, not recorded: change tolerance.",
        "1 of 3 members stand out and are looked at alone.",
    ]
    assert first.fallback["label"] is None and first.fallback["questions"] == []


def test_patterns_without_gaps_ask_nothing(tenant, clusters, members, attributes):
    case = discovery.cluster_cases(tenant, clusters.assign(description=""), members, attributes.head(0), NOTHING)[0]
    answer = _offline(case)
    assert answer.questions == [] and answer.description == "3 applications that look alike."


def test_an_application_gets_its_own_questions_and_a_summary_of_its_facts(tenant, attributes, facts):
    case = discovery.application_case(tenant, "crm", attributes, facts, NOTHING.flags)
    answer = _offline(case)
    assert [one.attribute for one in answer.questions] == ["user_load", "change_tolerance"]
    assert answer.findings[0] == (
        "4 facts are known: 2 recorded for the application itself, 2 rolled up from its assets and dependencies."
    )
    assert case.fallback["questions"] == [one.model_dump() for one in answer.questions]
    empty = discovery.application_case(tenant, "unknown", attributes, facts, NOTHING.flags)
    assert empty.sections == {} and _offline(empty).findings == []


def test_the_platform_case_keeps_the_tier_and_names_what_is_dark(tenant, platform_draft):
    case = platform_case(tenant, platform_draft)
    answer = _offline(case)
    assert answer.model_dump(mode="json") | {"justification": ""} == dict(case.fallback) | {"justification": ""}
    assert answer.justification == "Tier 3: files only. Nothing delivers access to a cloud account yet."
    bare = {**platform_draft, "justification": "", "capabilities": {}}
    assert _offline(platform_case(tenant, bare)).justification == ""


def test_the_digest_follows_the_content_and_nothing_else(tenant, one_draft, facts):
    case = assessment.application_case(tenant, one_draft, facts)
    other_tenant = assessment.application_case(TenantId("globex"), dict(reversed(one_draft.items())), facts)
    assert assessment.application_case(tenant, one_draft, facts).digest == case.digest
    assert other_tenant.digest == case.digest
    changed = facts.assign(value=facts["value"].replace("Oracle 11g", "Oracle 19c"))
    assert assessment.application_case(tenant, one_draft, changed).digest != case.digest
