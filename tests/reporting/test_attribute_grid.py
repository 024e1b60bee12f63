"""The attributes of a portfolio as grids: what counts as known, and what stands where nothing is stored."""

import pandas as pd
import pytest

from aidiscover_pipelines.reporting.attribute_grid import gridded

ROWS = pd.DataFrame(
    [
        ("b", "users", "present", 0.9),
        ("b", "age", "inferred", 0.4),
        ("a", "age", "asked", 0.1),
        ("gone", "users", "present", 1.0),
    ],
    columns=["application_id", "attribute", "state", "quality"],
)


@pytest.mark.parametrize("dtype", ["str", "category"])
def test_rows_stand_in_the_order_asked_for_and_columns_by_name(dtype):
    rows = ROWS.astype(dict.fromkeys(["application_id", "attribute", "state"], dtype))
    grid = gridded(rows, pd.Series(["a", "b", "c"]))
    assert grid.states.to_dict("list") == {
        "age": ["asked", "inferred", "missing"],
        "users": ["missing", "present", "missing"],
    }
    assert grid.quality["age"].fillna(-1).tolist() == [0.1, 0.4, -1.0]


def test_inferred_counts_half_and_what_is_not_stored_does_not_count():
    assert gridded(ROWS, pd.Series(["a", "b", "c"])).known.to_dict() == {"a": 0.0, "b": 75.0, "c": 0.0}


def test_without_rows_there_are_no_columns():
    grid = gridded(ROWS.head(0), pd.Series(["a"]))
    assert grid.states.shape == grid.quality.shape == (1, 0)
    assert grid.known.tolist() == [0.0]
