"""The review queue: doubtful columns, those first whose mistake would cost most."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from aidiscover_pipelines.domain.canonical import FIELDS
from aidiscover_pipelines.domain.vocabulary import MappingDecision

# Fields that say which thing a row is about: with a wrong one, rows merge that should not, or a whole sheet is lost.
IDENTITY = frozenset({field.name for field in FIELDS if field.serves == "identity"}) | {
    "hostname",
    "dep_source",
    "dep_target",
}
# An alternative this probable is worth asking for.
_POSSIBLE = 0.1
_SHEET = ["file_id", "sheet_index"]


def review_queue(mappings: pd.DataFrame, rows: Mapping[tuple[str, int], int]) -> pd.DataFrame:
    """The FieldMapping rows in review, the costliest mistake first, with `id`, `rows` of the sheet and `is_key`.

    Columns that may be a key come first; among them, and among the rest, those with the most rows in doubt (rows times
    1 - confidence). Of a sheet that is left out only possible keys are asked: nothing else of it is used. `rows` maps
    (file_id, sheet_index) to data rows; a sheet it lacks counts as one row. Nothing in review: an empty frame.
    """
    waiting = mappings[mappings["decision"] == MappingDecision.REVIEW.value]
    sizes = [rows.get((str(file), int(sheet)), 1) for file, sheet in zip(*(waiting[n] for n in _SHEET), strict=True)]
    asked = waiting.assign(
        id=[column_id(row) for row in waiting.to_dict("records")],
        rows=sizes,
        is_key=[_may_be_key(row) for row in waiting.to_dict("records")],
    )
    asked = asked[asked["entity"].notna() | asked["is_key"].astype(bool)]
    cost = (1 - asked["confidence"]) * asked["rows"]
    return (
        asked.assign(cost=cost)
        .sort_values(["is_key", "cost", *_SHEET, "column_index"], ascending=[False, False, True, True, True])
        .drop(columns="cost")
        .reset_index(drop=True)
    )


def column_id(row: Mapping[Any, Any]) -> str:
    """Address of a column: file.sheet.column, such as 1f0c9a77b2de.2.17."""
    return f"{row['file_id']}.{row['sheet_index']}.{row['column_index']}"


def _may_be_key(row: Mapping[Any, Any]) -> bool:
    others = [other["field"] for other in row["alternatives"] if other["confidence"] >= _POSSIBLE]
    return bool(IDENTITY.intersection([row["field"], *others]))
