"""The part of the view that opens under an application: reasons, evidence, risks, attributes, open questions."""

from dataclasses import dataclass
from typing import Any

import pandas as pd

from aidiscover_pipelines.domain.tenancy import TenantId
from aidiscover_pipelines.ports import PortfolioStore
from aidiscover_pipelines.reporting.conflicts import application_conflicts
from aidiscover_pipelines.reporting.evidence import resolve_evidence

# Up to here every application is shown with reasons, evidence and questions; a larger portfolio shows the first ones by
# priority, because a browser page of tens of megabytes helps no steering committee.
FULL_DETAIL_UP_TO = 2000
DETAIL_LIMIT = 500
EVIDENCE_PER_APPLICATION = 12
SOURCES_PER_REASON = 3


@dataclass(frozen=True, slots=True)
class ApplicationDetail:
    """The reasons behind one recommendation, with evidence as text a person can look up."""

    application_id: str
    ranking: list[dict[str, Any]]
    rationale: str
    review: str
    risks: list[dict[str, Any]]
    next_steps: list[str]
    evidence: list[str]
    conflicts: list[dict[str, Any]]
    attributes: list[dict[str, Any]]
    questions: list[dict[str, str]]
    wave_reason: str
    moves_with: list[str]
    anomaly: list[str]
    model: str


def application_details(
    store: PortfolioStore, tenant: TenantId, shown: pd.DataFrame, attributes: pd.DataFrame, names: pd.Series
) -> tuple[dict[str, ApplicationDetail], pd.DataFrame]:
    """Details by application id for rows of `view.application_rows`, and the cells that their recommendations cite.

    The cells are rows of `resolve_evidence` with an application_id. `names` maps application ids to names.
    """
    rows = shown.to_dict("records")
    cited = {
        str(row["application_id"]): list(dict.fromkeys([*as_list(row["evidence"]), *_risk_evidence(row["risks"])]))
        for row in rows
    }
    standing: dict[str, list[dict[Any, Any]]] = {application: [] for application in cited}
    for value in attributes[attributes["application_id"].isin(cited)].to_dict("records"):
        standing[value["application_id"]].append(value)
    sources = [as_list(value["evidence"])[:1] for values in standing.values() for value in values]
    weighed = [_reason_evidence(row["ranking"]) for row in rows]
    conflicts = application_conflicts(store, tenant, list(cited))
    disputed = [_disputed_evidence(entries) for entries in conflicts.values()]
    wanted = {evidence for ids in [*cited.values(), *sources, *weighed, *disputed] for evidence in ids}
    resolved = resolve_evidence(store, tenant, wanted)
    texts = dict(zip(resolved.index.astype(str), resolved["text"].astype(str), strict=True))
    details = {
        str(row["application_id"]): _detail(
            row,
            standing[row["application_id"]],
            cited[row["application_id"]],
            conflicts.get(row["application_id"], []),
            texts,
            names,
        )
        for row in rows
    }
    pairs = [(application, evidence) for application, ids in cited.items() for evidence in ids]
    cells = pd.DataFrame(pairs, columns=["application_id", "evidence_id"], dtype=str)
    return details, cells.merge(resolved, left_on="evidence_id", right_index=True, how="left")


def _detail(
    row: dict[Any, Any],
    standing: list[dict[Any, Any]],
    cited: list[str],
    conflicts: list[dict[str, Any]],
    texts: dict[str, str],
    names: pd.Series,
) -> ApplicationDetail:
    return ApplicationDetail(
        application_id=row["application_id"],
        ranking=[_ranked(entry, texts) for entry in as_list(row["ranking"])],
        rationale=row["rationale"] or "",
        review=row["review"] or "",
        risks=as_list(row["risks"]),
        next_steps=[str(step) for step in as_list(row["next_steps"])],
        evidence=[texts[evidence] for evidence in cited[:EVIDENCE_PER_APPLICATION]],
        conflicts=[_conflict(entry, texts) for entry in conflicts],
        attributes=[_attribute(value, texts) for value in standing],
        questions=[
            {"attribute": value["attribute"], "question": value["question"]} for value in standing if value["question"]
        ],
        wave_reason=row["wave_reason"] or "",
        moves_with=[str(names.get(other, other)) for other in as_list(row["moves_with"])],
        anomaly=[str(why) for why in as_list(row["stands_out"])],
        model=row["model"] or "",
    )


def _ranked(entry: dict[str, Any], texts: dict[str, str]) -> dict[str, Any]:
    """One R with its reasons as text and the cells behind each."""
    reasons = [
        {"text": reason_text(reason), "sources": [texts[evidence] for evidence in _cited(reason)]}
        for reason in as_list(entry["reasons"])
    ]
    return {"strategy": entry["strategy"], "score": entry["score"], "allowed": entry["allowed"], "reasons": reasons}


def reason_text(reason: Any) -> str:
    """A reason is a text, or a text with points and evidence."""
    return str(reason["text"]) if isinstance(reason, dict) else str(reason)


def _cited(reason: Any) -> list[str]:
    return as_list(reason.get("evidence"))[:SOURCES_PER_REASON] if isinstance(reason, dict) else []


def _reason_evidence(ranking: Any) -> list[str]:
    return [
        evidence for entry in as_list(ranking) for reason in as_list(entry["reasons"]) for evidence in _cited(reason)
    ]


def _attribute(value: dict[Any, Any], texts: dict[str, str]) -> dict[str, Any]:
    source = as_list(value["evidence"])[:1]
    return {
        "attribute": value["attribute"],
        "state": value["state"],
        "value": value["value"],
        "source": texts[source[0]] if source else "",
    }


def _disputed_evidence(entries: list[dict[str, Any]]) -> list[str]:
    return [each["evidence_id"] for entry in entries for each in (entry, *entry["others"])]


def _conflict(entry: dict[str, Any], texts: dict[str, str]) -> dict[str, Any]:
    """What stands and what lost, each with the text of its source cell."""
    others = [
        {"value": other["value"], "why": other["why"], "source": texts[other["evidence_id"]]}
        for other in entry["others"]
    ]
    told = {name: entry[name] for name in ("field", "of", "value")}
    return {**told, "source": texts[entry["evidence_id"]], "others": others}


def _risk_evidence(risks: Any) -> list[str]:
    return [str(evidence_id) for risk in as_list(risks) for evidence_id in as_list(risk.get("evidence"))]


def as_list(value: Any) -> list[Any]:
    """A JSON column's list; a missing one is empty."""
    return list(value) if isinstance(value, list | tuple) else []
