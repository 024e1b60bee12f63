"""What a discovery crew says about attributes: conclusions that it confirms or doubts, values that it proposes.

A proposal fills what is open, or replaces a conclusion of the rules that the crew doubts; what a source or a person
says stays. Numbers are declared here: a crew brings words and cells.
"""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from aidiscover_pipelines.attributes.changes import write_judged
from aidiscover_pipelines.attributes.formula import UNDATED, quality
from aidiscover_pipelines.attributes.standing import UNKNOWN_TRUST
from aidiscover_pipelines.attributes.wide import EVIDENCE_LIMIT
from aidiscover_pipelines.domain.collection import COLLECTION
from aidiscover_pipelines.domain.stage import StageResult
from aidiscover_pipelines.domain.tables import AttributeValue
from aidiscover_pipelines.domain.tenancy import RunRef, TenantId
from aidiscover_pipelines.domain.vocabulary import CLOSED_ATTRIBUTES, OPEN_STATES, AttributeState
from aidiscover_pipelines.ports import PortfolioStore

# In place of what a rule is worth, as the presence in formula.FORMULA.
PROPOSED = 0.25
"""What a proposal is worth: less than the weakest rule (0.3), so that it keeps its question."""
CONFIRMED_GAIN = 0.05
"""What a rule is worth more where it was confirmed: a second look at the same cells is no second source."""
DOUBTED_FACTOR = 0.5
"""A conclusion that its own cells speak against is worth half until a person has answered."""
VALUE_LENGTH = 120
"""Longest value that is taken; what is longer is no value but prose."""

_CREW = "by the discovery crew"
_JUDGED = re.compile(rf"(?:^|; )(?:confirmed|doubted) {_CREW}.*$", re.DOTALL)
_PREVIEW_ROWS = 10

Row = Mapping[str, Any]
Key = tuple[str, str]


def before_crew(attributes: pd.DataFrame) -> pd.DataFrame:
    """AttributeValue rows as the rules left them: without verdicts, proposals and the crew's wording of questions.

    Cases are made of these, so that a crew never judges its own words and the same input makes the same case.
    """
    frame = attributes.copy()
    proposed = frame["rule"].str.startswith(f"proposed {_CREW}")
    frame["rule"] = frame["rule"].str.replace(_JUDGED, "", regex=True).mask(proposed, "")
    frame["value"] = frame["value"].mask(proposed, "")
    frame["state"] = frame["state"].mask(proposed, AttributeState.MISSING.value)
    frame["evidence"] = [[] if undone else told for undone, told in zip(proposed, frame["evidence"], strict=True)]
    drafted = frame["attribute"].map({key: drafted_question(key) for key in COLLECTION}).fillna("")
    frame["question"] = drafted.where(frame["question"].fillna("").ne(""), "")
    return frame


def drafted_question(attribute: str) -> str:
    """The question of the catalogue with whom to ask."""
    collected = COLLECTION[attribute]
    return f"Ask the {collected.ask}: {collected.question}"


def take_reviews(
    store: PortfolioStore, tenant: TenantId, run: RunRef, inferences: Sequence[Row], proposals: Sequence[Row]
) -> StageResult:
    """Write a crew's verdicts and proposals into the attributes; of several about one attribute the last counts.

    A verdict is {"application_id", "attribute", "verdict", "why", "evidence", "model"}, a proposal has "value" in place
    of "verdict". What may not be taken is skipped with a reason. The preview shows what was taken.
    """
    named = sorted({str(row["application_id"]) for row in (*inferences, *proposals)})
    held = {_key(row): row for row in _records(store.read(tenant, AttributeValue, application_id=named))}
    verdicts, values = ({_key(row): row for row in rows} for rows in (inferences, proposals))
    taken: dict[Key, dict[str, Any]] = {}
    told: Counter[str] = Counter()
    refused: Counter[str] = Counter()
    for key, verdict in verdicts.items():
        if reason := _no_verdict(held.get(key), verdict):
            refused[reason] += 1
        else:
            taken[key] = _judged(held[key], verdict)
            told[verdict["verdict"]] += 1
    for key, proposal in values.items():
        doubt = verdicts[key] if key in taken and verdicts[key]["verdict"] == "doubted" else None
        if reason := _no_value(held.get(key), proposal, doubt):
            refused[reason] += 1
        else:
            taken[key] = _proposed(held[key], proposal, doubt)
            told["proposed"] += 1
    if taken:
        frame = pd.DataFrame([taken[key] for key in sorted(taken)], columns=AttributeValue.columns())
        write_judged(store, tenant, run, frame)
    return StageResult(
        rows_in=len(inferences) + len(proposals),
        rows_out=len(taken),
        skipped=dict(refused),
        preview=[
            {name: taken[key][name] for name in ("application_id", "attribute", "value", "rule")}
            for key in sorted(taken)[:_PREVIEW_ROWS]
        ],
        figures={
            "inferences confirmed": told["confirmed"],
            "inferences doubted": told["doubted"],
            "values proposed": told["proposed"],
            "proposals and verdicts refused": sum(refused.values()),
        },
    )


def _no_verdict(held: Row | None, verdict: Row) -> str:
    if held is None:
        return "no such application or attribute"
    if held["state"] != AttributeState.INFERRED:
        return "a verdict on what is not inferred"
    if _CREW in held["rule"]:
        return "judged already"
    return "" if verdict["evidence"] else "no evidence"


def _no_value(held: Row | None, proposal: Row, doubt: Row | None) -> str:
    if held is None:
        return "no such application or attribute"
    if held["state"] not in OPEN_STATES and held["state"] != AttributeState.INFERRED:
        return "recorded, or not applicable"
    if held["state"] == AttributeState.INFERRED and doubt is None:
        return "inferred, and not doubted"
    value = _value(proposal)
    if not value or len(value) > VALUE_LENGTH or value not in CLOSED_ATTRIBUTES.get(held["attribute"], (value,)):
        return "no value of this attribute"
    return "" if proposal["evidence"] else "no evidence"


def _judged(held: Row, verdict: Row) -> dict[str, Any]:
    doubted = verdict["verdict"] == "doubted"
    worth = held["presence"] * DOUBTED_FACTOR if doubted else min(held["presence"] + CONFIRMED_GAIN, 1.0)
    return _weighed(
        {
            **held,
            "presence": round(worth, 3),
            "evidence": _cells(held["evidence"], verdict["evidence"]),
            "question": held["question"] or (drafted_question(held["attribute"]) if doubted else ""),
            "rule": "; ".join(part for part in (held["rule"], _said(verdict["verdict"], verdict)) if part),
        }
    )


def _proposed(held: Row, proposal: Row, doubt: Row | None) -> dict[str, Any]:
    instead = f"; in place of {held['value']!r} ({held['rule']}), {_said('doubted', doubt)}" if doubt else ""
    return _weighed(
        {
            **held,
            "state": AttributeState.INFERRED.value,
            "value": _value(proposal),
            "evidence": _cells(proposal["evidence"]),
            "question": held["question"] or drafted_question(held["attribute"]),
            "rule": f"{_said('proposed', proposal)}{instead}",
            "presence": PROPOSED,
            "validity": 1.0,
            "freshness": UNDATED,
            "agreement": 1.0,
            "trust": UNKNOWN_TRUST,
            "problem": "",
        }
    )


def _weighed(row: dict[str, Any]) -> dict[str, Any]:
    """The row with the quality that its figures come to."""
    figures = (np.array([row[name]]) for name in ("presence", "validity", "freshness", "agreement", "trust"))
    return {**row, "quality": round(float(quality(*figures)[0]), 3)}


def _said(what: str, row: Row) -> str:
    """Such as `confirmed by the discovery crew (offline/analyst-v1): its description says so`."""
    why = " ".join(str(row["why"]).split()).rstrip(".")
    return f"{what} {_CREW} ({row['model']})" + (f": {why}" if why else "")


def _value(proposal: Row) -> str:
    return " ".join(str(proposal["value"]).split())


def _cells(*lists: Sequence[str]) -> list[str]:
    return list(dict.fromkeys(cell for cells in lists for cell in cells))[:EVIDENCE_LIMIT]


def _key(row: Row) -> Key:
    return str(row["application_id"]), str(row["attribute"])


def _records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    return [{str(name): value for name, value in row.items()} for row in frame.to_dict("records")]
