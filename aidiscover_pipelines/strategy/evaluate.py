"""Agreement of the policy with labelled cases; the labels are compared with and never read as facts."""

from typing import Any

import numpy as np
import pandas as pd

from aidiscover_pipelines.domain.calibration import calibration_error
from aidiscover_pipelines.domain.tables import ApplicationFact, AttributeValue, ClusterMember
from aidiscover_pipelines.strategy.calibration.calibrate import (
    BINS,
    DRAWS,
    SEED,
    SIGHT_COLUMNS,
    evidence_at,
    fit,
    interval_of_error,
    read_first_sights,
    reliability,
)
from aidiscover_pipelines.strategy.calibration.confidence import coverage, stated
from aidiscover_pipelines.strategy.draft import draft_recommendations
from aidiscover_pipelines.strategy.policy.policy import shipped_policy
from aidiscover_pipelines.strategy.policy.score import score
from aidiscover_pipelines.strategy.questions.deciding import unassessed, with_best_questions
from aidiscover_pipelines.strategy.questions.information import weigh_questions
from aidiscover_pipelines.strategy.signals import FactTable, told_signals, with_derived

# Column of a case -> canonical field. Columns not named here (labels, sources, the case's own rationale) are not facts.
CASE_FIELDS = {
    "application": "application_name",
    "description": "description",
    "technology_stack": "technology_stack",
    "database": "database_engine",
    "architecture_pattern": "architecture_pattern",
    "os_hosting": "os_names",
    "users": "user_count",
    "complexity": "business_logic_complexity",
    "technical_debt_lifecycle": "lifecycle_status",
    "business_criticality": "business_criticality",
    "compliance": "compliance_requirements",
    "dependencies": "integration_dependencies",
    "data_volume": "data_volume_gb",
    "change_tolerance": "change_tolerance",
    "drivers": "description",
    "cost_facts": "annual_cost",
}
# Name of what is judged by -> column of a case.
JUDGED_BY = {"gold": "gold_6r", "facts": "facts", "source": "source"}
_DIGITS = 4


def facts_of_cases(gold: pd.DataFrame) -> pd.DataFrame:
    """ApplicationFact rows of the cases, application_id = case_id. Two columns of one field are joined by '; '.

    A case that tells nothing has its id for a name, so that it is answered like an application that only has a name.
    """
    present = [column for column in CASE_FIELDS if column in gold.columns]
    long = gold[["case_id", *present]].melt("case_id", var_name="column", value_name="value").dropna(subset="value")
    long["value"] = long["value"].astype("str").str.strip()
    long = long[long["value"] != ""]
    long["field"] = long["column"].map(CASE_FIELDS)
    bare = gold.loc[~gold["case_id"].isin(long["case_id"]), "case_id"]
    names = pd.DataFrame({"case_id": bare, "column": "case_id", "value": bare, "field": "application_name"})
    long = pd.concat([long, names]) if len(names) else long
    joined = long.groupby(["case_id", "field"], sort=True).agg(
        value=("value", "; ".join), column=("column", lambda columns: list(columns))
    )
    facts = joined.reset_index().rename(columns={"case_id": "application_id"})
    facts["evidence"] = [
        [f"{case}.{column}" for column in columns]
        for case, columns in zip(facts["application_id"], facts.pop("column"), strict=True)
    ]
    facts["number"] = pd.to_numeric(facts["value"], errors="coerce")
    facts["basis"] = "application"
    return facts[ApplicationFact.columns()]


def evaluate_strategy(gold: pd.DataFrame, *, leave_one_source_out: bool = False) -> dict[str, Any]:
    """Agreement of the policy with labelled cases, and the predictions.

    A prediction is right when it is among gold_6r, also_accept and second_opinion; cases without any label are
    predicted and not counted, columns that are absent or unknown do no harm. Recall is the agreement over the cases of
    one gold_6r. Intervals are bootstrapped over cases. `leave_one_source_out` states each confidence by a calibration
    fitted on the shipped first sights and on these cases, without those of the case's source. No cases: zeros.
    """
    judged = _judged(gold, leave_one_source_out)
    drafts, judged = judged, judged[judged["labelled"].astype(bool)]
    sure, right = judged["confidence"].to_numpy(dtype="float64"), judged["right"].to_numpy(dtype=bool)
    return {
        "cases": len(judged),
        "agreement": _share(judged["right"]),
        "agreement_95": _interval_of_share(right),
        "agreement_with_gold": _share(judged["strategy"] == judged["gold"]),
        "by_facts": _by(judged, "facts"),
        "by_strategy": _by(judged, "gold"),
        "recall": {name: row["agreement"] for name, row in _by(judged, "gold").items()},
        "calibration_error": calibration_error(sure.tolist(), right.tolist(), BINS),
        "calibration_error_95": interval_of_error(sure, right) if len(judged) else [0.0, 0.0],
        "mean_confidence": round(float(sure.mean()), 4) if len(judged) else 0.0,
        "reliability": reliability(sure, right),
        "confusion": {
            str(label): {str(key): int(count) for key, count in group["strategy"].value_counts().items()}
            for label, group in judged.groupby("gold")
        },
        "predictions": [
            {"case_id": case, "strategy": strategy, "confidence": sure, "ranking": ranking, "question": question}
            for case, strategy, sure, ranking, question in zip(
                *(drafts[name] for name in ("application_id", "strategy", "confidence", "ranking", "question")),
                strict=True,
            )
        ],
    }


def first_sights(gold: pd.DataFrame) -> pd.DataFrame:
    """What today's policy says of labelled cases, as rows of strategy/calibration/first_sight.csv."""
    judged = _judged(gold, False)
    return _sights(judged[judged["labelled"].astype(bool)])


def _judged(gold: pd.DataFrame, leave_one_source_out: bool) -> pd.DataFrame:
    """A draft with its deciding question per case, its evidence, and beside them what experts say."""
    facts = facts_of_cases(gold)
    attributes = pd.DataFrame(columns=AttributeValue.columns())
    members = pd.DataFrame(columns=ClusterMember.columns())
    drafts = draft_recommendations(facts, attributes, members)
    cases = gold.drop_duplicates("case_id").set_index("case_id").reindex(drafts["application_id"])
    accepted = _accepted(cases)
    judged = drafts.assign(
        labelled=[bool(labels) for labels in accepted],
        right=[strategy in labels for strategy, labels in zip(drafts["strategy"], accepted, strict=True)],
        **{name: _column(cases, column).to_numpy() for name, column in JUDGED_BY.items()},
    )
    if judged.empty:
        return judged.assign(support=0.0, coverage=0.0, stated=0)
    table = FactTable(facts)
    signals = told_signals(table)
    scores = score(with_derived(signals), shipped_policy())
    questions = weigh_questions(signals, unassessed(table), drafts, facts)
    judged["question"] = with_best_questions(drafts, questions)["question"]
    judged["margin"], judged["support"] = scores.margin.round(_DIGITS), scores.support.round(_DIGITS)
    judged["coverage"], judged["stated"] = coverage(table).round(_DIGITS), stated(scores).astype(int)
    if leave_one_source_out:
        judged["confidence"] = _recalibrated(judged)
    return judged


def _recalibrated(judged: pd.DataFrame) -> pd.Series:
    """Confidences by calibrations that saw no case of the same source; contradictions stay where they are."""
    told = pd.concat([_sights(judged[judged["labelled"].astype(bool)]), read_first_sights()])
    told = told.drop_duplicates("case_id", keep="last")
    found = judged["confidence"].copy()
    for source, own in judged.groupby("source"):
        # A case without a source is one of its own.
        others = told[~told["case_id"].isin(own["application_id"]) & ((told["source"] != source) | (source == ""))]
        found[own.index] = fit(others).probability(evidence_at(own))
    return found.where(judged["review"].astype("str") == "", np.minimum(found, judged["confidence"]))


def _sights(judged: pd.DataFrame) -> pd.DataFrame:
    sights = judged.rename(columns={"application_id": "case_id"})
    return sights.assign(right=sights["right"].astype(int))[list(SIGHT_COLUMNS)]


def _interval_of_share(right: np.ndarray) -> list[float]:
    """Bootstrap 95 % interval."""
    if not len(right):
        return [0.0, 0.0]
    drawn = np.random.default_rng(SEED).integers(0, len(right), (DRAWS, len(right)))
    return [round(float(bound), _DIGITS) for bound in np.percentile(right[drawn].mean(axis=1), [2.5, 97.5])]


def _accepted(cases: pd.DataFrame) -> list[set[str]]:
    columns = [_column(cases, name) for name in ("gold_6r", "also_accept", "second_opinion")]
    return [
        {label.strip().lower() for cell in row for label in cell.split("|") if label.strip()}
        for row in zip(*columns, strict=True)
    ]


def _column(cases: pd.DataFrame, name: str) -> pd.Series:
    if name not in cases.columns:
        return pd.Series("", index=cases.index, dtype=object)
    return cases[name].astype(object).where(cases[name].notna(), "").astype("str")


def _share(hits: pd.Series) -> float:
    return round(float(hits.mean()), 4) if len(hits) else 0.0


def _by(judged: pd.DataFrame, column: str) -> dict[str, dict[str, float]]:
    return {
        str(key): {
            "cases": len(group),
            "agreement": _share(group["right"]),
            "mean_confidence": round(float(group["confidence"].mean()), _DIGITS),
        }
        for key, group in judged.groupby(column)
        if key
    }
