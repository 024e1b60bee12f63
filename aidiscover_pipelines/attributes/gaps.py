"""What is not known of the 22 attributes: by application with the question, or over the portfolio with counts."""

from collections.abc import Callable, Mapping
from typing import Any

import pandas as pd

from aidiscover_pipelines.attributes.catalogue import ATTRIBUTES
from aidiscover_pipelines.domain.tables import AttributeValue
from aidiscover_pipelines.domain.vocabulary import OPEN_STATES, STATE_WEIGHTS, AttributeState

_CATALOGUE = {attribute.key: attribute for attribute in ATTRIBUTES}
_EXAMPLES = 5


def gaps(read: Callable[..., pd.DataFrame], application: str) -> list[dict[str, Any]]:
    """Missing, asked and inferred attributes, what one answer would add most first.

    Of one application: attribute, label, group, state, value, quality, gain (what a recorded value would add to
    completeness, 0 to 1 of one attribute), ask, question, evidence. Of all: attribute, label, group, missing, inferred,
    of, gain (summed over applications), ask, question, examples (application ids), evidence.
    """
    frame = read(AttributeValue, application_id=application) if application else read(AttributeValue)
    open_ones = frame[frame["state"].isin([state.value for state, weight in STATE_WEIGHTS.items() if weight < 1])]
    if application:
        rows = [_gap(row) for row in open_ones.to_dict("records")]
    else:
        sizes = frame["attribute"].value_counts()
        rows = [_summed(str(key), each, int(sizes[key])) for key, each in open_ones.groupby("attribute", sort=True)]
    order = list(_CATALOGUE)
    return sorted(rows, key=lambda row: (-row["gain"], order.index(row["attribute"])))


def _gap(row: Mapping[Any, Any]) -> dict[str, Any]:
    attribute = _CATALOGUE[row["attribute"]]
    return {
        **_named(row["attribute"]),
        **{name: row[name] for name in ("state", "value", "quality")},
        "gain": 1.0 - STATE_WEIGHTS[AttributeState(row["state"])],
        "ask": attribute.ask,
        "question": row["question"] or attribute.question,
        "evidence": row["evidence"],
    }


def _summed(key: str, rows: pd.DataFrame, applications: int) -> dict[str, Any]:
    states = rows["state"].value_counts()
    missing = sum(int(states.get(state.value, 0)) for state in OPEN_STATES)
    inferred = int(states.get(AttributeState.INFERRED.value, 0))
    cells = [cell for cells in rows["evidence"].head(_EXAMPLES) for cell in cells[:1]]
    return {
        **_named(key),
        "missing": missing,
        "inferred": inferred,
        "of": applications,
        "gain": missing + inferred * (1.0 - STATE_WEIGHTS[AttributeState.INFERRED]),
        "ask": _CATALOGUE[key].ask,
        "question": _CATALOGUE[key].question,
        "examples": rows["application_id"].head(_EXAMPLES).tolist(),
        "evidence": cells,
    }


def _named(key: str) -> dict[str, str]:
    return {"attribute": key, "label": _CATALOGUE[key].label, "group": _CATALOGUE[key].group}
