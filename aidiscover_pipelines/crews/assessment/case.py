"""Cases of the assessment crew: one for each pattern, one for each exception, or one application."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from aidiscover_pipelines.crews.assessment.contract import AssessmentAnswer, Considered
from aidiscover_pipelines.crews.assessment.crew import crew
from aidiscover_pipelines.crews.assessment.offline import (
    MOST_STEPS,
    chosen_first,
    ranked_risks,
    why_not,
)
from aidiscover_pipelines.crews.cases import Rows, case_file, first_ids, paragraph, phrase, rows_of
from aidiscover_pipelines.crews.text import json_value, listed
from aidiscover_pipelines.domain.crew import APPLICATION, CaseFile
from aidiscover_pipelines.domain.tenancy import TenantId

DRAFT_COLUMNS = ("application_id", "strategy", "confidence", "margin", "exception", "risk", "next_steps", "evidence")
FACT_COLUMNS = ("field", "value", "basis", "evidence")
# What decides who is asked about.
SINGLED_OUT_BY = ("application_id", "cluster_id", "margin", "allowed", "exception")
CLUSTER_COLUMNS = ("cluster_id", "label", "description", "size", "representative")
# Application ids -> rows on similar applications that people decided, for those that have any.
Precedents = Callable[[Sequence[str]], Mapping[str, Rows]]
CLUSTER = "cluster:"
# What strategy writes into `exception` for a member that stands out; the pattern's own reasons say more.
ANOMALY = "anomaly"
# The basis of facts about edges.
_EDGES = "dependencies"


@dataclass(frozen=True)
class Estate:
    """What cases are made of. Frames may hold other applications and patterns than those that are asked about.

    `drafts` has the columns of Recommendation, margin (lead of the best strategy, 0 to 1), allowed and exception (why
    it deserves a look of its own, or empty); where `drafts_of` gives those rows by their ids, SINGLED_OUT_BY suffice.
    `facts_of` gives the ApplicationFact rows of applications by their ids. `decided` are those that a person holds.
    """

    drafts: pd.DataFrame
    clusters: pd.DataFrame
    members: pd.DataFrame
    facts_of: Callable[[Sequence[str]], pd.DataFrame]
    precedents: Precedents = lambda applications: {}
    decided: Collection[str] = ()
    drafts_of: Callable[[Sequence[str]], pd.DataFrame] | None = None


def assessment_cases(tenant: TenantId, estate: Estate, budget: int) -> list[CaseFile]:
    """Patterns by size, each on its representative, then exceptions; at most `budget` cases.

    Members that stand out are exceptions too. Where both kinds do not fit, each gets half. An exception that represents
    its pattern is asked about once, as the pattern. No exception that a person decided is asked about, and nothing that
    the hard constraints leave no strategy for. A case without `precedents` stays what it was before there were any, so
    that it is not asked again.
    """
    questions = _questions(estate)
    is_pattern = questions["cluster_id"] != ""
    patterns, exceptions = questions[is_pattern], questions[~is_pattern & (questions["exception"] != "")]
    patterns = patterns.head(max(budget // 2, budget - len(exceptions)))
    return _cases(tenant, estate, pd.concat([patterns, exceptions.head(budget - len(patterns))]))


def known_cases(tenant: TenantId, estate: Estate, subjects: Collection[str]) -> list[CaseFile]:
    """The cases of these subjects as they are now, to look for what was answered to them before."""
    questions = _questions(estate)
    return _cases(tenant, estate, questions[questions["subject"].isin(subjects)])


def deciding_cases(tenant: TenantId, estate: Estate, application: str) -> list[CaseFile]:
    """The case that a bulk run without a budget asks about one application: its own or its pattern's, one or none.

    Its own where it is an exception. Where it is neither an exception nor in a pattern it gets a case of its own too.
    None where a person decided it or the hard constraints leave no strategy.
    """
    if application in estate.decided:
        return []
    questions = _questions(estate)
    own = questions[questions["subject"] == f"{APPLICATION}{application}"]
    pattern_ids = estate.drafts.loc[estate.drafts["application_id"] == application, "cluster_id"]
    pattern = questions[(questions["cluster_id"] != "") & questions["cluster_id"].isin(pattern_ids)]
    is_exception = (own["exception"] != "").any()
    return _cases(tenant, estate, own if is_exception or pattern.empty else pattern)


def application_case(
    tenant: TenantId, draft: Mapping[str, Any], facts: pd.DataFrame, precedents: Rows = ()
) -> CaseFile:
    """Case of one application on its own. `draft` is one row of the drafts; `facts` may hold other applications."""
    application = str(draft["application_id"])
    own = _told_of(facts[facts["application_id"] == application]).get(application, [])
    return _case(tenant, f"{APPLICATION}{application}", draft, own, {}, precedents)


def _questions(estate: Estate) -> pd.DataFrame:
    """What a crew could be asked: subject, application_id, cluster_id (empty: of the application alone) and exception.

    Patterns first, then exceptions, then the applications that nothing singles out.
    """
    drafts, clusters = estate.drafts, estate.clusters
    is_open = drafts["allowed"].map(len) > 0
    groups = clusters[(clusters["size"] > 1) & clusters["representative"].isin(drafts.loc[is_open, "application_id"])]
    groups = groups.sort_values(["size", "cluster_id"], ascending=[False, True], kind="stable")
    patterns = pd.DataFrame(
        {
            "subject": CLUSTER + groups["cluster_id"].astype("str"),
            "application_id": groups["representative"],
            "cluster_id": groups["cluster_id"],
            "exception": "",
        }
    )
    settled = {*groups["representative"], *estate.decided}
    alone = _exceptions(drafts[is_open & ~drafts["application_id"].isin(settled)], estate.members)
    alone = alone.assign(subject=APPLICATION + alone["application_id"].astype("str"), cluster_id="")
    return pd.concat([patterns, alone[patterns.columns]], ignore_index=True)


def _cases(tenant: TenantId, estate: Estate, questions: pd.DataFrame) -> list[CaseFile]:
    wanted = questions["application_id"].unique().tolist()
    whole = estate.drafts_of or (lambda applications: estate.drafts[estate.drafts["application_id"].isin(applications)])
    by_id = {row["application_id"]: row for row in _rows(whole(wanted))}
    facts = _told_of(estate.facts_of(wanted))
    clusters = {row["cluster_id"]: row for row in _rows(estate.clusters)}
    alike = estate.precedents(wanted)
    return [
        _case(
            tenant,
            row["subject"],
            {**by_id[row["application_id"]], "exception": row["exception"]},
            facts.get(row["application_id"], []),
            clusters[row["cluster_id"]] if row["cluster_id"] else {},
            alike.get(row["application_id"], ()),
        )
        for row in _rows(questions)
    ]


def _told_of(facts: pd.DataFrame) -> dict[str, list[dict[str, Any]]]:
    """Application id -> its facts in the frame's order. Taken from the frame once, not for each case."""
    told: dict[str, list[dict[str, Any]]] = {}
    for application, row in zip(facts["application_id"].tolist(), rows_of(facts, FACT_COLUMNS), strict=True):
        told.setdefault(application, []).append(row)
    return told


def _rows(frame: pd.DataFrame) -> list[dict[str, Any]]:
    return [{str(name): value for name, value in row.items()} for row in frame.to_dict("records")]


def _exceptions(drafts: pd.DataFrame, members: pd.DataFrame) -> pd.DataFrame:
    """Columns application_id, exception and margin; most reasons first, then the narrowest margin."""
    outliers = members[members["anomaly"].astype(bool)].set_index("application_id")["reasons"]
    reasons = drafts["exception"].fillna("").astype("str").replace(ANOMALY, "")
    stands_out = drafts["application_id"].map(outliers)
    words = pd.Series(["" if not isinstance(value, list) else _outlier(value) for value in stands_out], reasons.index)
    between = ((reasons != "") & (words != "")).map({True: "; ", False: ""})
    exceptions = drafts[["application_id", "margin"]].assign(exception=reasons + between + words)
    count = exceptions["exception"].str.count("; ") + (exceptions["exception"] != "")
    return exceptions.assign(reasons=-count).sort_values(["reasons", "margin", "application_id"], kind="stable")


def _outlier(reasons: list[Any]) -> str:
    by = f" by {listed([str(reason) for reason in reasons], most=3)}" if reasons else ""
    return f"stands out from its pattern{by}"


def _case(
    tenant: TenantId,
    subject: str,
    draft: Mapping[str, Any],
    facts: Rows,
    cluster: Mapping[str, Any],
    precedents: Rows,
) -> CaseFile:
    sections: dict[str, Rows] = {
        "policy_draft": [{name: draft.get(name) for name in DRAFT_COLUMNS}],
        "policy_scores": draft["ranking"],
        "application_facts": [fact for fact in facts if fact["basis"] != _EDGES],
        "precedents": precedents,
    }
    if not cluster:  # risks and neighbours are each member's own; a pattern has neither
        sections["dependencies"] = [fact for fact in facts if fact["basis"] == _EDGES]
        sections["risk_factors"] = draft["risks"]
    else:
        sections["cluster"] = [{name: cluster[name] for name in CLUSTER_COLUMNS}]
        sections["cluster_traits"] = [
            {"trait": trait, "value": value, "evidence": []} for trait, value in cluster["traits"].items()
        ]
    return case_file(tenant, crew(), subject, sections, _fallback(draft))


def _fallback(draft: Mapping[str, Any]) -> AssessmentAnswer:
    """The policy's draft in the contract's shape."""
    chosen, others = chosen_first(draft["strategy"], [json_value(row) for row in draft["ranking"]])
    return AssessmentAnswer(
        strategy=chosen["strategy"],
        rationale=paragraph(draft["rationale"]),
        considered=[Considered(strategy=row["strategy"], why_not=why_not(row, chosen)) for row in others],
        risks=ranked_risks(draft["risks"]),
        next_steps=[phrase(step) for step in draft["next_steps"]][:MOST_STEPS],
        evidence=first_ids(draft["evidence"]),
    )
