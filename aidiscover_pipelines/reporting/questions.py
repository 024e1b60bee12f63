"""What to ask next: open questions grouped by whom to ask for what, those that change most recommendations first."""

from typing import Any

import pandas as pd

from aidiscover_pipelines.domain.collection import BEST_FIRST, COLLECTION
from aidiscover_pipelines.domain.critical_attributes import CRITICAL_ATTRIBUTES

LABELS = {attribute.key: attribute.label for attribute in CRITICAL_ATTRIBUTES}
EXAMPLES = 3


def in_order(questions: pd.DataFrame) -> pd.DataFrame:
    """OpenQuestion rows in the order in which to ask."""
    return questions.sort_values(list(BEST_FIRST), ascending=list(BEST_FIRST.values()), ignore_index=True)


def question_groups(questions: pd.DataFrame, names: pd.Series) -> list[dict[str, Any]]:
    """One entry for each attribute that is asked of somebody, those that change most recommendations first.

    ask, attribute, label, question, method, applications, change (expected number of recommendations that change),
    minutes (of all answers), worth (changes for each hour), examples (application, name, change, would_become). `names`
    maps application ids to names.
    """
    groups = [
        _group(str(ask), str(attribute), rows, names)
        for (ask, attribute), rows in in_order(questions).groupby(["ask", "attribute"], sort=True)
    ]
    return sorted(groups, key=lambda group: (-group["change"], group["attribute"]))


def _group(ask: str, attribute: str, rows: pd.DataFrame, names: pd.Series) -> dict[str, Any]:
    change, minutes = float(rows["change"].sum()), float(rows["minutes"].sum())
    return {
        "ask": ask,
        "attribute": attribute,
        "label": LABELS[attribute],
        "question": COLLECTION[attribute].question,
        "method": str(rows["method"].iloc[0]),
        "applications": len(rows),
        "change": round(change, 2),
        "minutes": round(minutes, 1),
        "worth": round(60 * change / minutes, 2),
        "examples": [question_row(row, names) for row in rows.head(EXAMPLES).to_dict("records")],
    }


def question_row(row: dict[Any, Any], names: pd.Series) -> dict[str, Any]:
    """What one answer could do to one application."""
    return {
        "application": row["application_id"],
        "name": str(names.get(row["application_id"], row["application_id"])),
        "change": row["change"],
        "would_become": dict(row["would_become"]),
    }
