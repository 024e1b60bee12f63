"""Agreement of the policy with labelled cases; the labels are compared with and never read as facts."""

from typing import Any

import numpy as np
import pandas as pd

from aidiscover_pipelines.domain.tables import ApplicationFact, AttributeValue, ClusterMember
from aidiscover_pipelines.strategy.draft import draft_recommendations

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
BINS = 5


def facts_of_cases(gold: pd.DataFrame) -> pd.DataFrame:
    """ApplicationFact rows of the cases, application_id = case_id. Two columns of one field are joined by '; '."""
    present = [column for column in CASE_FIELDS if column in gold.columns]
    long = gold[["case_id", *present]].melt("case_id", var_name="column", value_name="value").dropna(subset="value")
    long["value"] = long["value"].astype("str").str.strip()
    long = long[long["value"] != ""]
    long["field"] = long["column"].map(CASE_FIELDS)
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


def evaluate_strategy(gold: pd.DataFrame) -> dict[str, Any]:
    """Agreement of the policy with labelled cases, and the predictions.

    A prediction is right when it is among gold_6r, also_accept and second_opinion; cases without any label are
    predicted and not counted. Calibration error is the expected one over five equal bins of confidence. No
    cases: zeros.
    """
    facts = facts_of_cases(gold)
    attributes = pd.DataFrame(columns=AttributeValue.columns())
    members = pd.DataFrame(columns=ClusterMember.columns())
    drafts = draft_recommendations(facts, attributes, members)
    cases = gold.drop_duplicates("case_id").set_index("case_id").reindex(drafts["application_id"])
    accepted = _accepted(cases)
    judged = drafts.assign(
        labelled=[bool(labels) for labels in accepted],
        right=[strategy in labels for strategy, labels in zip(drafts["strategy"], accepted, strict=True)],
        gold=_column(cases, "gold_6r").to_numpy(),
        facts=_column(cases, "facts").to_numpy(),
    )
    judged = judged[judged["labelled"].astype(bool)]
    return {
        "cases": len(judged),
        "agreement": _share(judged["right"]),
        "agreement_with_gold": _share(judged["strategy"] == judged["gold"]),
        "by_facts": _by(judged, "facts"),
        "by_strategy": _by(judged, "gold"),
        "calibration_error": calibration_error(judged["confidence"], judged["right"]),
        "mean_confidence": round(float(judged["confidence"].mean()), 4) if len(judged) else 0.0,
        "confusion": {
            str(label): {str(key): int(count) for key, count in group["strategy"].value_counts().items()}
            for label, group in judged.groupby("gold")
        },
        "predictions": [
            {"case_id": case, "strategy": strategy, "confidence": sure, "ranking": ranking}
            for case, strategy, sure, ranking in zip(
                drafts["application_id"], drafts["strategy"], drafts["confidence"], drafts["ranking"], strict=True
            )
        ],
    }


def calibration_error(confidences: pd.Series, right: pd.Series) -> float:
    """Mean distance between confidence and share of right answers over equal bins, weighted by cases."""
    if confidences.empty:
        return 0.0
    bins = np.minimum((confidences.astype("float64") * BINS).astype(int), BINS - 1)
    grouped = pd.DataFrame({"sure": confidences, "right": right.astype("float64")}).groupby(list(bins))
    gap = (grouped["sure"].mean() - grouped["right"].mean()).abs()
    return round(float((gap * grouped.size()).sum() / len(confidences)), 4)


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
        str(key): {"cases": len(group), "agreement": _share(group["right"])}
        for key, group in judged.groupby(column)
        if key
    }
