"""Where the discovery crew's answers go: names and gap reports to patterns, values to attributes, once and again."""

import pandas as pd
import pytest

from aidiscover_pipelines.attributes.proposals import drafted_question
from aidiscover_pipelines.crews import CREWS
from aidiscover_pipelines.crews.tools import TOOLS, Desk
from aidiscover_pipelines.domain.crew import CaseAnswer, KickoffUsage
from aidiscover_pipelines.domain.tables import ApplicationFact, AttributeValue, ClusterMember, PatternCluster
from aidiscover_pipelines.domain.tenancy import RunRef, Tenant, TenantId
from aidiscover_pipelines.ops.reviews import (
    apply_cluster_answers,
    apply_reviews,
    ask_about_application,
    ask_about_clusters,
)
from resources.scratch_store import ScratchStore

ACME = TenantId("acme")
CEILING = 4  # one kickoff for patterns


class Analyst:
    """Answers with what the offline analyst composes, or with the fallback where it is tired."""

    model = "offline/analyst-v1"

    def __init__(self, *, tired: bool = False) -> None:
        self.asked, self._tired = [], tired

    def answer(self, cases, run):
        for case in cases:
            self.asked.append(case.subject)
            if self._tired:
                yield CaseAnswer(case, "fallback", case.fallback, KickoffUsage(self.model), "too tired")
                continue
            crew, answers, desk = CREWS[case.crew], {}, Desk(case)
            for task in crew.tasks:
                tools = [TOOLS[name] for name in crew.tools[task.agent] if TOOLS[name].is_useful(desk)]
                answers[task.key] = crew.composers[task.key](
                    {tool.name: tool.read(desk, {}) for tool in tools}, answers
                )
            answer = crew.whole(answers).model_dump(mode="json")
            assert crew.limits(case, answer) == ""
            yield CaseAnswer(case, "answered", answer, KickoffUsage(self.model))


@pytest.fixture
def store() -> ScratchStore:
    cluster = {"description": "Alike.", "traits": {}, "gap_report": "", "methods": []}
    judged = dict.fromkeys(("presence", "validity", "freshness", "agreement", "trust"), 1.0)
    attributes = [
        {"application_id": name, "attribute": attribute, "state": state, "value": value, "quality": quality,
         "evidence": evidence, "question": drafted_question(attribute), "rule": rule, "problem": "", **judged}
        for name, row in (("crm", 2), ("erp", 3), ("hr", 4))
        for attribute, state, value, quality, evidence, rule in (
            ("user_load", "missing", "", 0.0, [], ""),
            ("stakeholder_impact", "inferred", "Sales", 0.3, [f"f1.1.{row}.5"], "its business unit"),
        )
    ]  # fmt: skip
    facts = [
        {"application_id": name, "field": field, "value": value, "number": None, "evidence": [f"f1.1.{row}.{column}"],
         "basis": "application"}
        for name, row in (("crm", 2), ("erp", 3), ("hr", 4))
        for field, value, column in (("business_unit", "Sales", 5), ("description", f"Used by {row}0 users", 6))
    ]  # fmt: skip
    made = ScratchStore(Tenant(ACME, "Acme"))
    made.append(
        ACME,
        {
            PatternCluster: pd.DataFrame(
                [
                    {"cluster_id": "c01", "label": "Web", "size": 2, "representative": "crm", **cluster},
                    {"cluster_id": "c02", "label": "Batch", "size": 1, "representative": "hr", **cluster},
                ]
            ),
            ClusterMember: pd.DataFrame(
                [
                    {
                        "application_id": name,
                        "cluster_id": key,
                        "distance": 1.0,
                        "anomaly": False,
                        "reasons": [],
                        "similar": [],
                        "x": 0.0,
                        "y": 0.0,
                    }
                    for name, key in (("crm", "c01"), ("erp", "c01"), ("hr", "c02"))
                ]
            ),
            AttributeValue: pd.DataFrame(attributes, columns=AttributeValue.columns()),
            ApplicationFact: pd.DataFrame(facts, columns=ApplicationFact.columns()),
        },
    )
    return made


def discovered(store: ScratchStore, analyst: Analyst, run: str = "run-1"):
    answers = ask_about_clusters(store, analyst, ACME, RunRef(run), CEILING)
    return apply_cluster_answers(store, ACME, RunRef(run), answers)


def values(store: ScratchStore) -> pd.DataFrame:
    return store.read(ACME, AttributeValue).set_index(["application_id", "attribute"])


def test_every_pattern_has_a_gap_report_although_only_some_are_asked_about(store):
    analyst = Analyst()
    result = discovered(store, analyst)
    assert analyst.asked == ["cluster:c01"]
    clusters = store.read(ACME, PatternCluster).set_index("cluster_id")
    assert clusters["gap_report"].str.startswith("Not known: user load").all()
    assert {each["attribute"] for each in clusters.loc["c02", "methods"]} == {"user_load", "stakeholder_impact"}
    assert clusters.loc["c02", "label"] == "Batch", "what nobody was asked about keeps its name"
    assert [row["pattern"] for row in result.tables["Gap reports"]] == ["Web", "Batch"]
    assert (result.figures["patterns named"], result.figures["gap reports"]) == (1, 2)


def test_values_are_judged_and_proposed_for_the_members_shown_and_nobody_else(store):
    result = discovered(store, Analyst())
    held = values(store)
    assert held.loc[("crm", "user_load"), "value"] == "20 users"
    assert held.loc[("erp", "user_load"), "value"] == "30 users"
    assert held.loc[("hr", "user_load"), "state"] == "missing", "its pattern was not asked about"
    assert "confirmed by the discovery crew (offline/analyst-v1)" in held.loc[("crm", "stakeholder_impact"), "rule"]
    told = {name: result.figures[name] for name in ("inferences confirmed", "inferences doubted", "values proposed")}
    assert told == {"inferences confirmed": 2, "inferences doubted": 0, "values proposed": 2}
    assert result.figures["proposals and verdicts refused"] == 0
    assert len(result.tables["Values judged or proposed"]) == 4


def test_a_fallback_reports_gaps_and_says_nothing_of_values(store):
    before = values(store)
    result = discovered(store, Analyst(tired=True))
    pd.testing.assert_frame_equal(before, values(store))
    assert (result.figures["patterns named"], result.figures["gap reports"]) == (0, 2)


def test_asking_again_costs_nothing_and_changes_nothing(store):
    discovered(store, Analyst())
    once = values(store)
    again = Analyst()
    discovered(store, again, "run-2")
    assert again.asked == [], "the case is made of what the rules left, not of the crew's own words"
    pd.testing.assert_frame_equal(once, values(store))


def test_what_was_said_of_one_application_alone_survives_the_next_bulk_run(store):
    ruled = store.read(ACME, AttributeValue)
    apply_reviews(store, ACME, RunRef("alone"), ask_about_application(store, Analyst(), ACME, RunRef("alone"), "hr"))
    assert values(store).loc[("hr", "user_load"), "value"] == "40 users"
    store.replace(ACME, RunRef("run-2"), {AttributeValue: ruled})  # as validate_attributes does in every run
    bulk = Analyst()
    discovered(store, bulk, "run-2")
    assert values(store).loc[("hr", "user_load"), "value"] == "40 users"
    assert bulk.asked == ["cluster:c01"]


def test_an_answer_about_an_application_whose_facts_changed_is_not_used(store):
    ask_about_application(store, Analyst(), ACME, RunRef("alone"), "hr")
    facts = store.read(ACME, ApplicationFact)
    changed = facts.assign(value=facts["value"].replace("Used by 40 users", "Used by 70 users"))
    store.replace(ACME, RunRef("run-2"), {ApplicationFact: changed})
    discovered(store, Analyst(), "run-2")
    assert values(store).loc[("hr", "user_load"), "state"] == "missing"
