"""The policy's recommendation for each application, before any crew or person has looked at it."""

import hashlib
import json
from collections.abc import Mapping
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from aidiscover_pipelines.domain.tables import Recommendation
from aidiscover_pipelines.domain.vocabulary import DecidedBy
from aidiscover_pipelines.strategy.advice import next_steps, rankings, rationales, reasons_of
from aidiscover_pipelines.strategy.confidence import completeness, confidence, coverage, is_thin
from aidiscover_pipelines.strategy.policy import POLICY, Goal
from aidiscover_pipelines.strategy.priority import priorities
from aidiscover_pipelines.strategy.risks import risks_of
from aidiscover_pipelines.strategy.score import STRATEGIES, Scores, score
from aidiscover_pipelines.strategy.signals import FactTable, read_signals
from aidiscover_pipelines.strategy.wording import Quoter

# A lead of a tenth of a point: one hint more or less would turn the answer.
LOW_MARGIN = 0.1
DRAFT_EXTRAS = ("margin", "allowed", "exception")
EVIDENCE_SHOWN = 12


def draft_recommendations(
    facts: pd.DataFrame,
    attributes: pd.DataFrame,
    members: pd.DataFrame,
    today: date | None = None,
    goal: str = Goal.BALANCED,
    chosen_for: Mapping[str, str] | None = None,
) -> pd.DataFrame:
    """One row per application that has a fact: Recommendation columns, `margin`, `allowed` and `exception`.

    Rows depend on the application's own facts, attributes and pattern only, so one application alone gets what it gets
    in bulk. run_id, model and review are empty. `exception` says why a crew should look: low margin, anomaly, mission
    critical or nothing. `chosen_for` names a strategy for some applications instead of the best: risks, steps, priority
    and evidence are then that one's. No facts: an empty frame. Raises: ConfigError for an unknown goal.
    """
    if facts.empty:
        return pd.DataFrame(columns=[*Recommendation.columns(), *DRAFT_EXTRAS])
    table = FactTable(facts)
    frame = read_signals(table, today)
    scores, quoter = score(frame, goal), Quoter(table, frame)
    chosen, covered = _chosen(scores, table.index, chosen_for or {}), coverage(table)
    complete = completeness(attributes, table.index)
    sure = confidence(scores, covered, complete)
    ranked = rankings(scores, reasons_of(scores, quoter))
    risks, band = risks_of(frame, chosen, is_thin(scores, np.fmin(covered, complete)), quoter)
    place = members.drop_duplicates("application_id").set_index("application_id").reindex(table.index)
    draft = pd.DataFrame(
        {
            "application_id": table.index.to_numpy(),
            "strategy": [STRATEGIES[position].value for position in chosen],
            "confidence": sure,
            "decided_by": DecidedBy.POLICY.value,
            "ranking": ranked,
            "risk": band,
            "risks": risks,
            "rationale": rationales(ranked),
            "next_steps": next_steps(chosen, sure, attributes, table.index),
            "evidence": [
                _cited(next(entry for entry in entries if entry["strategy"] == STRATEGIES[position].value))
                for entries, position in zip(ranked, chosen, strict=True)
            ],
            "priority": priorities(frame, chosen),
            "cluster_id": place["cluster_id"].fillna("").to_numpy(),
            "model": "",
            "run_id": "",
            "review": "",
            "target": "",
            "target_why": "",
            "counterfactuals": [[] for _ in table.index],
            "effort": [{} for _ in table.index],
            "cost": [{} for _ in table.index],
            "question": "",
            "policy": "",
            "margin": scores.margin.round(3),
            "allowed": [[entry["strategy"] for entry in entries if entry["allowed"]] for entries in ranked],
            "exception": _exceptions(frame, scores.margin, place["anomaly"]),
        }
    )
    draft["digest"] = digests(draft, _fact_digests(facts, table.index))
    return draft[[*Recommendation.columns(), *DRAFT_EXTRAS]]


def _chosen(scores: Scores, index: pd.Index, chosen_for: Mapping[str, str]) -> np.ndarray:
    """Position in Strategy order of each application's strategy."""
    places = {strategy.value: place for place, strategy in enumerate(STRATEGIES)}
    best = scores.order[:, 0]
    return np.array(
        [places[chosen_for[key]] if key in chosen_for else place for key, place in zip(index, best, strict=True)]
    )


def _cited(entry: dict[str, Any]) -> list[str]:
    ids = dict.fromkeys(item for reason in entry["reasons"] for item in reason["evidence"])
    return list(ids)[:EVIDENCE_SHOWN]


def _exceptions(frame: pd.DataFrame, margin: np.ndarray, anomaly: pd.Series) -> np.ndarray:
    return np.select(
        [margin < LOW_MARGIN, anomaly.eq(True).to_numpy(dtype=bool), (frame["criticality"] >= 3).to_numpy()],
        ["low margin", "anomaly", "mission critical"],
        "",
    ).astype(object)


def digests(recommendations: pd.DataFrame, seeds: list[str]) -> list[str]:
    """Hash of each recommendation's inputs (`seeds`), the policy version and the result, whoever decided it.

    Keys are sorted: a crew's answer read back from the database has them in another order than a fresh one.
    """
    told = recommendations[
        ["strategy", "confidence", "decided_by", "review", "risk", "rationale", "next_steps", "risks", "allowed"]
    ]
    return [
        hashlib.sha256(json.dumps([POLICY.version, seed, result], sort_keys=True).encode()).hexdigest()[:16]
        for seed, result in zip(seeds, told.itertuples(index=False, name=None), strict=True)
    ]


def _fact_digests(facts: pd.DataFrame, index: pd.Index) -> list[str]:
    """Hash over each application's facts, in field order, whatever order they came in."""
    ordered = facts.sort_values(["application_id", "field"], kind="stable")
    lines = (ordered["field"] + "=" + ordered["value"].fillna("").astype("str")).to_numpy(dtype=object)
    starts = np.searchsorted(ordered["application_id"].to_numpy(dtype=object), index.to_numpy(dtype=object))
    parts = np.split(lines, starts[1:])
    return [hashlib.sha256("\x1f".join(part).encode()).hexdigest() for part in parts]
