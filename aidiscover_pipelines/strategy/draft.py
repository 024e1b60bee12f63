"""The policy's recommendation for each application, before any crew or person has looked at it."""

import hashlib
from collections.abc import Mapping
from datetime import date
from typing import Any

import numpy as np
import orjson
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from aidiscover_pipelines.domain.tables import Recommendation
from aidiscover_pipelines.domain.vocabulary import DecidedBy
from aidiscover_pipelines.strategy.advice.bands import cost_of, effort_of
from aidiscover_pipelines.strategy.advice.counterfactual import counterfactuals_of
from aidiscover_pipelines.strategy.advice.priority import priorities
from aidiscover_pipelines.strategy.advice.reasons import rankings, rationales, reasons_of
from aidiscover_pipelines.strategy.advice.risks import risks_of
from aidiscover_pipelines.strategy.advice.target import targets_of
from aidiscover_pipelines.strategy.advice.wording import Quoter
from aidiscover_pipelines.strategy.calibration.confidence import completeness, confidence, coverage, is_thin
from aidiscover_pipelines.strategy.policy.contradictions import contradictions, doubted
from aidiscover_pipelines.strategy.policy.policy import STRATEGIES, Policy, shipped_policy
from aidiscover_pipelines.strategy.policy.score import Scores, score
from aidiscover_pipelines.strategy.questions.deciding import ASK_BELOW, questions_of, steps_of, unknowns_of
from aidiscover_pipelines.strategy.signals import FactTable, read_signals

# A lead of a tenth of a point: one hint more or less would turn the answer.
LOW_MARGIN = 0.1
DRAFT_EXTRAS = ("margin", "allowed", "exception")
EVIDENCE_SHOWN = 12
_SORTED = orjson.OPT_SORT_KEYS | orjson.OPT_SERIALIZE_NUMPY
# Without the question: it moves with what other applications lack. Scores follow from the inputs and the policy.
DIGESTED = (
    "strategy", "confidence", "decided_by", "review", "risk", "rationale", "next_steps", "risks", "policy", "priority",
    "target", "target_why", "counterfactuals", "effort", "cost",
)  # fmt: skip


def draft_recommendations(
    facts: pd.DataFrame,
    attributes: pd.DataFrame,
    members: pd.DataFrame,
    today: date | None = None,
    policy: Policy | None = None,
    chosen_for: Mapping[str, str] | None = None,
) -> pd.DataFrame:
    """One row per application that has a fact: Recommendation columns, `margin`, `allowed` and `exception`.

    Rows depend on the application's own facts, attributes and pattern only, so one application alone gets what it gets
    in bulk. run_id and model are empty, review only speaks of contradictory constraints. `question` is the most
    decisive unknown where the answer is in doubt. `exception` says why a crew should look: low margin, anomaly, mission
    critical or nothing. `chosen_for` names a strategy for some applications instead of the best: all that follows from
    the strategy is then that one's. `policy` is the tenant's; without one the shipped policy decides. No facts: an
    empty frame.
    """
    if facts.empty:
        return pd.DataFrame(columns=[*Recommendation.columns(), *DRAFT_EXTRAS])
    table = FactTable(facts)
    frame = read_signals(table, today)
    policy = policy or shipped_policy()
    scores, quoter = score(frame, policy), Quoter(table, frame)
    chosen, covered = _chosen(scores, table.index, chosen_for or {}), coverage(table)
    complete = completeness(attributes, table.index)
    sure = doubted(confidence(scores, covered, complete), scores)
    ranked = rankings(scores, reasons_of(scores, quoter))
    thin = is_thin(scores, np.fmin(covered, complete))
    risks, band = risks_of(frame, chosen, thin, quoter)
    target = targets_of(frame, chosen, table, quoter)
    turns = counterfactuals_of(frame, chosen, scores.order[:, 0], policy, quoter)
    unknown = unknowns_of(table, frame)
    in_doubt = thin | (scores.margin < LOW_MARGIN) | (sure < ASK_BELOW)
    place = members.drop_duplicates("application_id").set_index("application_id").reindex(table.index)
    draft = pd.DataFrame(
        {
            "application_id": table.index.to_numpy(),
            "strategy": np.array([strategy.value for strategy in STRATEGIES], dtype=object)[chosen],
            "confidence": sure,
            "decided_by": DecidedBy.POLICY.value,
            "ranking": ranked,
            "risk": band,
            "risks": risks,
            "rationale": rationales(ranked),
            "next_steps": steps_of(chosen, sure, unknown, covered),
            "evidence": [
                _cited(next(entry for entry in entries if entry["strategy"] == STRATEGIES[position].value), cells)
                for entries, position, cells in zip(ranked, chosen, target.cells, strict=True)
            ],
            "priority": priorities(frame, chosen),
            "cluster_id": place["cluster_id"].fillna("").to_numpy(),
            "model": "",
            "run_id": "",
            "review": contradictions(scores),
            "target": target.names,
            "target_why": target.whys,
            "counterfactuals": turns,
            "effort": effort_of(frame, chosen, policy.bands),
            "cost": cost_of(frame, table, chosen, policy.bands),
            "question": questions_of(unknown, in_doubt, turns),
            "policy": policy.label,
            "foretold": sure,
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


def _cited(entry: dict[str, Any], more: list[str]) -> list[str]:
    """The first cells behind a strategy's reasons, then those behind its landing zone."""
    ids: dict[str, None] = {}
    for cells in (*(reason["evidence"] for reason in entry["reasons"]), more):
        ids.update(dict.fromkeys(cells))
        if len(ids) >= EVIDENCE_SHOWN:
            break
    return list(ids)[:EVIDENCE_SHOWN]


def _exceptions(frame: pd.DataFrame, margin: np.ndarray, anomaly: pd.Series) -> np.ndarray:
    return np.select(
        [margin < LOW_MARGIN, anomaly.eq(True).to_numpy(dtype=bool), (frame["criticality"] >= 3).to_numpy()],
        ["low margin", "anomaly", "mission critical"],
        "",
    ).astype(object)


def digests(recommendations: pd.DataFrame, seeds: list[str]) -> list[str]:
    """Hash of each recommendation's inputs (`seeds`), its policy and the result, whoever decided it.

    Keys are sorted: a crew's answer read back from the database has them in another order than a fresh one.
    """
    told = zip(*(recommendations[name].tolist() for name in (*DIGESTED, "allowed")), strict=True)
    return [
        hashlib.sha256(orjson.dumps([seed, result], option=_SORTED)).hexdigest()[:16]
        for seed, result in zip(seeds, told, strict=True)
    ]


def rows_of(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """The rows as dicts. A column at a time: of 10,000 rows a third of the time of `to_dict`."""
    names = [str(name) for name in frame.columns]
    values = zip(*(frame[name].tolist() for name in names), strict=True)
    return [dict(zip(names, row, strict=True)) for row in values]


def _fact_digests(facts: pd.DataFrame, index: pd.Index) -> list[str]:
    """Hash over each application's facts, in field order, whatever order they came in."""
    ordered = facts.sort_values(["application_id", "field"], kind="stable")
    lines = pa.array((ordered["field"] + "=" + ordered["value"].fillna("").astype("str")).array, pa.large_string())
    lines = pa.concat_arrays(lines.chunks) if isinstance(lines, pa.ChunkedArray) else lines
    starts = np.searchsorted(index.get_indexer(pd.Index(ordered["application_id"])), np.arange(len(index)))
    each = pa.ListArray.from_arrays(pa.array([*starts, len(lines)], pa.int32()), lines)
    texts = pc.binary_join(each, pa.scalar("\x1f", pa.large_string()))
    return [hashlib.sha256(text.encode()).hexdigest() for text in texts.to_pylist()]
