"""Cases of the assessment crew: one for each pattern, one for each exception, or one application."""

from collections.abc import Callable, Collection, Mapping, Sequence
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
CLUSTER_COLUMNS = ("cluster_id", "label", "description", "size", "representative")
# Application ids -> rows on similar applications that people decided, for those that have any.
Precedents = Callable[[Sequence[str]], Mapping[str, Rows]]
# What strategy writes into `exception` for a member that stands out; the pattern's own reasons say more.
ANOMALY = "anomaly"


def assessment_cases(
    tenant: TenantId,
    drafts: pd.DataFrame,
    facts: pd.DataFrame,
    clusters: pd.DataFrame,
    members: pd.DataFrame,
    budget: int,
    precedents: Precedents = lambda applications: {},
    decided: Collection[str] = (),
) -> list[CaseFile]:
    """Patterns by size, each on its representative, then exceptions; at most `budget` cases.

    `drafts` has the columns of Recommendation, margin (lead of the best strategy, 0 to 1) and exception (why it
    deserves a look of its own, reasons joined by '; ', or empty). Members that stand out are exceptions too. Where
    both kinds do not fit, each gets half. An exception that represents its pattern is asked about once, as the pattern.
    No exception that a person has `decided` is asked about. A case without `precedents` stays what it was before there
    were any, so that it is not asked again.
    """
    known = set(drafts["application_id"])
    groups = clusters[(clusters["size"] > 1) & clusters["representative"].isin(known)]
    groups = groups.sort_values(["size", "cluster_id"], ascending=[False, True], kind="stable")
    settled = {*groups["representative"], *decided}
    exceptions = _exceptions(drafts[~drafts["application_id"].isin(settled)], members)
    groups = groups.head(max(budget // 2, budget - len(exceptions)))
    exceptions = exceptions.head(budget - len(groups))

    wanted = [*groups["representative"], *exceptions["application_id"]]
    chosen = drafts[drafts["application_id"].isin(wanted)].to_dict("records")
    by_id = {str(row["application_id"]): {str(name): value for name, value in row.items()} for row in chosen}
    facts_by_id = dict(tuple(facts[facts["application_id"].isin(wanted)].groupby("application_id", sort=False)))
    none = facts.iloc[:0]
    alike = precedents(wanted)
    cases = [
        _case(
            tenant,
            f"cluster:{cluster['cluster_id']}",
            {**by_id[cluster["representative"]], "exception": ""},
            facts_by_id.get(cluster["representative"], none),
            {str(name): value for name, value in cluster.items()},
            alike.get(cluster["representative"], ()),
        )
        for cluster in groups.to_dict("records")
    ]
    return cases + [
        _case(
            tenant,
            f"{APPLICATION}{key}",
            {**by_id[key], "exception": reason},
            facts_by_id.get(key, none),
            {},
            alike.get(key, ()),
        )
        for key, reason in zip(exceptions["application_id"], exceptions["exception"], strict=True)
    ]


def application_case(
    tenant: TenantId, draft: Mapping[str, Any], facts: pd.DataFrame, precedents: Rows = ()
) -> CaseFile:
    """Case of one application on its own. `draft` is one row of the drafts; `facts` may hold other applications."""
    application = str(draft["application_id"])
    own = facts[facts["application_id"] == application]
    return _case(tenant, f"{APPLICATION}{application}", draft, own, {}, precedents)


def _exceptions(drafts: pd.DataFrame, members: pd.DataFrame) -> pd.DataFrame:
    """Columns application_id, exception and margin; most reasons first, then the narrowest margin."""
    outliers = members[members["anomaly"].astype(bool)].set_index("application_id")["reasons"]
    reasons = drafts["exception"].fillna("").astype("str").replace(ANOMALY, "")
    stands_out = drafts["application_id"].map(outliers)
    words = pd.Series(["" if not isinstance(value, list) else _outlier(value) for value in stands_out], reasons.index)
    between = ((reasons != "") & (words != "")).map({True: "; ", False: ""})
    exceptions = drafts[["application_id", "margin"]].assign(exception=reasons + between + words)
    exceptions = exceptions[exceptions["exception"] != ""]
    return exceptions.assign(reasons=-exceptions["exception"].str.count("; ")).sort_values(
        ["reasons", "margin", "application_id"], kind="stable"
    )


def _outlier(reasons: list[Any]) -> str:
    by = f" by {listed([str(reason) for reason in reasons], most=3)}" if reasons else ""
    return f"stands out from its pattern{by}"


def _case(
    tenant: TenantId,
    subject: str,
    draft: Mapping[str, Any],
    facts: pd.DataFrame,
    cluster: Mapping[str, Any],
    precedents: Rows,
) -> CaseFile:
    edges = facts["basis"] == "dependencies"
    sections: dict[str, Rows] = {
        "policy_draft": [{name: draft.get(name) for name in DRAFT_COLUMNS}],
        "policy_scores": draft["ranking"],
        "application_facts": rows_of(facts[~edges], FACT_COLUMNS),
        "precedents": precedents,
    }
    if not cluster:  # risks and neighbours are each member's own; a pattern has neither
        sections["dependencies"] = rows_of(facts[edges], FACT_COLUMNS)
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
