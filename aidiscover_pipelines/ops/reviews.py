"""What the discovery crew is asked about patterns and applications, and where its answers go: called by ops."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from aidiscover_pipelines.attributes.proposals import before_crew, take_reviews
from aidiscover_pipelines.attributes.stage import ask_questions
from aidiscover_pipelines.crews import stage as crews_stage
from aidiscover_pipelines.crews.discovery.case import application_case, cluster_cases, shown_members
from aidiscover_pipelines.crews.discovery.material import KNOWN, read_material
from aidiscover_pipelines.crews.plan import naming_budget
from aidiscover_pipelines.domain.crew import ANSWERED, APPLICATION, FALLBACK, CaseFile, application_in
from aidiscover_pipelines.domain.stage import StageResult
from aidiscover_pipelines.domain.tables import AttributeValue, ClusterMember, CrewAnswer, PatternCluster
from aidiscover_pipelines.domain.tenancy import RunRef, TenantId
from aidiscover_pipelines.domain.vocabulary import AttributeState
from aidiscover_pipelines.patterns import stage as patterns
from aidiscover_pipelines.ports import CrewRunner, PortfolioStore

Answers = list[dict[str, Any]]
_CLUSTER = "cluster:"
# What is known needs no crew, and no case of a pattern shows the other columns.
_NOT_KNOWN = [state.value for state in AttributeState if state not in KNOWN]
_JUDGED_BY = ("application_id", "attribute", "state", "value", "evidence", "question", "rule", "problem")


def ask_about_clusters(
    store: PortfolioStore, crews: CrewRunner, tenant: TenantId, run: RunRef, ceiling: int
) -> Answers:
    """An answer for each pattern: the crew's within the budget, what code finds for the rest.

    What the crew said of single applications that were looked at alone is added where their case is still the same:
    it goes deeper, and a bulk run must not undo it.
    """
    members = store.read(tenant, ClusterMember)
    cases = _cluster_cases(store, tenant, members)
    budget = naming_budget(len(members), ceiling)
    answers = crews_stage.answer_cases(store, crews, tenant, run, cases[:budget])
    unasked = [
        {"subject": case.subject, "status": FALLBACK, "reason": "not asked", "model": "", "answer": dict(case.fallback)}
        for case in cases[budget:]
    ]
    alone = _application_cases(store, tenant, _examined(store, tenant, crews.model))
    return [*answers, *unasked, *crews_stage.held_answers(store, crews.model, tenant, alone)]


def ask_about_application(
    store: PortfolioStore, crews: CrewRunner, tenant: TenantId, run: RunRef, application: str
) -> Answers:
    """The crew's answer about one application."""
    return crews_stage.answer_cases(store, crews, tenant, run, _application_cases(store, tenant, [application]))


def apply_cluster_answers(store: PortfolioStore, tenant: TenantId, run: RunRef, answers: Answers) -> StageResult:
    """Questions and values go to the attributes, names and gap reports to the clusters.

    Fallbacks only report gaps.
    """
    reviewed = apply_reviews(store, tenant, run, answers)
    words = [
        {"cluster_id": answer["subject"].removeprefix(_CLUSTER), **answer["answer"]}
        for answer in answers
        if answer["subject"].startswith(_CLUSTER)
    ]
    settled = patterns.settle_patterns(store, tenant, run, words)
    return replace(
        settled,
        skipped={**settled.skipped, **reviewed.skipped},
        figures={**settled.figures, **reviewed.figures},
        tables={**settled.tables, "Values judged or proposed": reviewed.preview},
    )


def apply_reviews(store: PortfolioStore, tenant: TenantId, run: RunRef, answers: Answers) -> StageResult:
    """Put questions, verdicts and proposals of a crew into the attributes; fallbacks say nothing.

    What was said of an application alone counts over what was said of it as a member of its pattern.
    """
    answered = [answer for answer in answers if answer["status"] == ANSWERED]
    alone = {application_in(answer["subject"]) for answer in answered}

    def said(part: str) -> Answers:
        return [
            {**row, "model": answer["model"]}
            for answer in answered
            for row in answer["answer"][part]
            if application_in(answer["subject"]) or row["application_id"] not in alone
        ]

    ask_questions(store, tenant, run, said("questions"))
    return take_reviews(store, tenant, run, said("inferences"), said("proposals"))


def _cluster_cases(store: PortfolioStore, tenant: TenantId, members: Any) -> list[CaseFile]:
    clusters = store.read(tenant, PatternCluster)
    attributes = before_crew(store.read(tenant, AttributeValue, columns=_JUDGED_BY, state=_NOT_KNOWN))
    shown = shown_members(clusters, members, attributes)
    material = read_material(store, tenant, sorted({one for names in shown.values() for one in names}))
    return cluster_cases(tenant, clusters, members, attributes, material)


def _application_cases(store: PortfolioStore, tenant: TenantId, applications: Sequence[str]) -> list[CaseFile]:
    if not applications:
        return []
    attributes = before_crew(store.read(tenant, AttributeValue, application_id=list(applications)))
    material = read_material(store, tenant, applications)
    frames = [dict(tuple(frame.groupby("application_id"))) for frame in (attributes, material.facts, material.flags)]
    none = [attributes.iloc[:0], material.facts.iloc[:0], material.flags.iloc[:0]]
    return [
        application_case(tenant, name, *(held.get(name, empty) for held, empty in zip(frames, none, strict=True)))
        for name in applications
    ]


def _examined(store: PortfolioStore, tenant: TenantId, model: str) -> list[str]:
    """Applications that this model was asked about alone."""
    subjects = store.read(tenant, CrewAnswer, columns=["subject"], crew="discovery", status=ANSWERED, model=model)
    return sorted({application_in(subject) for subject in subjects["subject"] if subject.startswith(APPLICATION)})
